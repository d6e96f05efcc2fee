import {
  NDIS_OID_REQUEST,
  NDIS_REQUEST_TYPE,
  OID_CO_GET_ADDRESSES,
  OID_GEN_CO_DRIVER_VERSION,
  OID_GEN_CO_HARDWARE_STATUS,
  OID_GEN_CO_LINK_SPEED,
  OID_GEN_CO_MAC_OPTIONS,
  OID_GEN_CO_MEDIA_CONNECT_STATUS,
  OID_GEN_CO_MEDIA_IN_USE,
  OID_GEN_CO_MEDIA_SUPPORTED,
  OID_GEN_CO_MINIMUM_LINK_SPEED,
  OID_GEN_CO_PROTOCOL_OPTIONS,
  OID_GEN_CO_RCV_PDUS_ERROR,
  OID_GEN_CO_RCV_PDUS_NO_BUFFER,
  OID_GEN_CO_RCV_PDUS_OK,
  OID_GEN_CO_SUPPORTED_LIST,
  OID_GEN_CO_VENDOR_DESCRIPTION,
  OID_GEN_CO_VENDOR_DRIVER_VERSION,
  OID_GEN_CO_VENDOR_ID,
  OID_GEN_CO_XMIT_PDUS_ERROR,
  OID_GEN_CO_XMIT_PDUS_OK,
} from "../../src/ndis/index.ts";
import { Core } from "../ndis/core-harness.ts";

/** Rule OID-22. */
export const MANDATORY_OIDS: readonly number[] = [
  OID_GEN_CO_SUPPORTED_LIST,
  OID_GEN_CO_HARDWARE_STATUS,
  OID_GEN_CO_MEDIA_SUPPORTED,
  OID_GEN_CO_MEDIA_IN_USE,
  OID_GEN_CO_LINK_SPEED,
  OID_GEN_CO_VENDOR_ID,
  OID_GEN_CO_VENDOR_DESCRIPTION,
  OID_GEN_CO_VENDOR_DRIVER_VERSION,
  OID_GEN_CO_DRIVER_VERSION,
  OID_GEN_CO_MAC_OPTIONS,
  OID_GEN_CO_MEDIA_CONNECT_STATUS,
  OID_GEN_CO_MINIMUM_LINK_SPEED,
  OID_GEN_CO_PROTOCOL_OPTIONS,
];

/** Rule OID-23. */
export const STATISTICS_OIDS: readonly number[] = [
  OID_GEN_CO_RCV_PDUS_OK,
  OID_GEN_CO_RCV_PDUS_ERROR,
  OID_GEN_CO_RCV_PDUS_NO_BUFFER,
  OID_GEN_CO_XMIT_PDUS_OK,
  OID_GEN_CO_XMIT_PDUS_ERROR,
];

/** A core that runs, with an address family open. */
export function opened(verifier = true) {
  const core = new Core({ verifier }).start();
  const af = core.openAf();
  return { core, af, client: core.client, mcm: core.mcm };
}

export function query(Oid = OID_CO_GET_ADDRESSES, length = 0): NDIS_OID_REQUEST {
  const InformationBuffer = length === 0 ? null : new Uint8Array(length);
  return NDIS_OID_REQUEST({
    RequestType: NDIS_REQUEST_TYPE.NdisRequestQueryInformation,
    DATA: { Oid, InformationBuffer, InformationBufferLength: length },
  });
}

export function set(Oid: number, InformationBuffer: Uint8Array): NDIS_OID_REQUEST {
  return NDIS_OID_REQUEST({
    RequestType: NDIS_REQUEST_TYPE.NdisRequestSetInformation,
    DATA: { Oid, InformationBuffer, InformationBufferLength: InformationBuffer.length },
  });
}

/** ULONGs as C has them in memory. */
export function bytesOf(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value, true);
  return bytes;
}

export const ulongs = (...values: readonly number[]): Uint8Array => bytesOf(values);

/** Writes an answer into the information buffer. */
export function written(bytes: Uint8Array): (request: NDIS_OID_REQUEST) => void {
  return ({ DATA: { QUERY_INFORMATION } }) => {
    if (QUERY_INFORMATION.InformationBuffer instanceof Uint8Array) QUERY_INFORMATION.InformationBuffer.set(bytes);
    QUERY_INFORMATION.BytesWritten = bytes.length;
  };
}
