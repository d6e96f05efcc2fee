import { NDIS_REQUEST_TYPE } from "../ddi/constants/enumerations.ts";
import type { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";

const ULONG_BYTES = 4;

/** Bytes of the information buffer, as the originator gives them. */
export function bufferLengthOf({ RequestType, DATA }: NDIS_OID_REQUEST): number {
  if (RequestType !== NDIS_REQUEST_TYPE.NdisRequestMethod) return DATA.QUERY_INFORMATION.InformationBufferLength;
  return Math.max(DATA.METHOD_INFORMATION.InputBufferLength, DATA.METHOD_INFORMATION.OutputBufferLength);
}

/** The bytes that count of an information buffer: written by a query, given by a set; null when it holds a structure or nothing. */
export function bytesOf({ RequestType, DATA }: NDIS_OID_REQUEST): Uint8Array | null {
  const { InformationBuffer, InformationBufferLength, BytesWritten } = DATA.QUERY_INFORMATION;
  if (!(InformationBuffer instanceof Uint8Array)) return null;
  const length = RequestType === NDIS_REQUEST_TYPE.NdisRequestSetInformation ? InformationBufferLength : BytesWritten;
  return InformationBuffer.subarray(0, length);
}

/** The ULONG at an offset in bytes, or null. */
export function ulongAt(request: NDIS_OID_REQUEST, offset: number): number | null {
  const bytes = bytesOf(request);
  if (bytes === null || bytes.length < offset + ULONG_BYTES) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

/** A member of a structure of ULONGs, which the buffer holds as a structure or as bytes in this order; null when it has none. */
export function ulongMember(request: NDIS_OID_REQUEST, members: readonly string[], member: string): number | null {
  const buffer: unknown = request.DATA.QUERY_INFORMATION.InformationBuffer;
  if (buffer instanceof Uint8Array) return ulongAt(request, members.indexOf(member) * ULONG_BYTES);
  if (typeof buffer !== "object" || buffer === null) return null;
  const value: unknown = Reflect.get(buffer, member);
  return typeof value === "number" ? value : null;
}
