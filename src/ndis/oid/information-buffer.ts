import { NDIS_REQUEST_TYPE } from "../ddi/constants/enumerations.ts";
import { ulong } from "../ddi/numbers.ts";
import type {
  NDIS_OID_REQUEST,
  OID_REQUEST_METHOD_INFORMATION,
  OID_REQUEST_QUERY_INFORMATION,
} from "../ddi/structures/oid-request.ts";

const ULONG_BYTES = 4;

type OidInformationMembers = OID_REQUEST_QUERY_INFORMATION & OID_REQUEST_METHOD_INFORMATION;

const NOTHING: Readonly<Partial<OidInformationMembers>> = Object.freeze({});

/**
 * What a request holds of its union. Whoever has the request may write into it as long as it is on its way; what is not there any more has
 * no members.
 */
export function informationOf({ DATA }: NDIS_OID_REQUEST): Partial<OidInformationMembers> {
  const information: unknown = DATA?.QUERY_INFORMATION;
  return typeof information === "object" && information !== null ? information : NOTHING;
}

/** Whether a driver's NDIS_OID_REQUEST is one. */
export function hasInformation(request: unknown): boolean {
  const { DATA } = (request ?? NOTHING) as Partial<NDIS_OID_REQUEST>;
  return isStructure(DATA?.QUERY_INFORMATION) && isStructure(DATA?.METHOD_INFORMATION);
}

function isStructure(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** The OID of a request; 0 when there is none any more. */
export function oidOf({ DATA }: NDIS_OID_REQUEST): number {
  return ulong(DATA?.Oid);
}

/** Bytes of the information buffer, as the originator gives them. */
export function bufferLengthOf(request: NDIS_OID_REQUEST): number {
  const { InformationBufferLength, InputBufferLength, OutputBufferLength } = informationOf(request);
  if (request.RequestType !== NDIS_REQUEST_TYPE.NdisRequestMethod) return ulong(InformationBufferLength);
  return Math.max(ulong(InputBufferLength), ulong(OutputBufferLength));
}

/** The bytes that count of an information buffer: written by a query, given by a set; null when it holds a structure or nothing. */
export function bytesOf(request: NDIS_OID_REQUEST): Uint8Array | null {
  const { InformationBuffer, InformationBufferLength, BytesWritten } = informationOf(request);
  if (!(InformationBuffer instanceof Uint8Array)) return null;
  const length =
    request.RequestType === NDIS_REQUEST_TYPE.NdisRequestSetInformation ? InformationBufferLength : BytesWritten;
  return InformationBuffer.subarray(0, ulong(length));
}

/** The ULONG at an offset in bytes, or null. */
export function ulongAt(request: NDIS_OID_REQUEST, offset: number): number | null {
  const bytes = bytesOf(request);
  if (bytes === null || bytes.length < offset + ULONG_BYTES) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

/** A member of a structure of ULONGs, which the buffer holds as a structure or as bytes in this order; null when it has none. */
export function ulongMember(request: NDIS_OID_REQUEST, members: readonly string[], member: string): number | null {
  const buffer: unknown = informationOf(request).InformationBuffer;
  if (buffer instanceof Uint8Array) return ulongAt(request, members.indexOf(member) * ULONG_BYTES);
  if (typeof buffer !== "object" || buffer === null) return null;
  const value: unknown = Reflect.get(buffer, member);
  return typeof value === "number" ? value : null;
}
