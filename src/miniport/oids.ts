import { REGISTERS } from "../device/datasheet/index.ts";
import type { NDIS_OID_REQUEST, NDIS_STATUS_FINAL } from "../ndis/index.ts";
import {
  NDIS_HARDWARE_STATUS,
  NDIS_MAC_OPTION_NO_LOOPBACK,
  NDIS_MEDIA_STATE,
  NDIS_MEDIUM,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_OID,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_SUCCESS,
  OID_ATM_CELLS_HEC_ERROR,
  OID_ATM_HW_CURRENT_ADDRESS,
  OID_ATM_MAX_AAL5_PACKET_SIZE,
  OID_ATM_MAX_ACTIVE_VCI_BITS,
  OID_ATM_MAX_ACTIVE_VCS,
  OID_ATM_MAX_ACTIVE_VPI_BITS,
  OID_ATM_RCV_CELLS_OK,
  OID_ATM_RCV_INVALID_VPI_VCI,
  OID_ATM_RCV_REASSEMBLY_ERROR,
  OID_ATM_XMIT_CELLS_OK,
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
} from "../ndis/index.ts";
import type { Connection } from "./connection.ts";
import type { NicAdapter } from "./nic-adapter.ts";

const VENDOR_DESCRIPTION = "VMC-155 virtual ATM miniport call manager";
const VENDOR_ID = 0x00ff_ffff;
const NDIS_VERSION_6_50 = 0x0632;
const VENDOR_DRIVER_VERSION = 0x0001_0000;
/** OID_GEN_CO_LINK_SPEED counts in units of 100 bit/s. */
const LINK_SPEED_UNIT = 100;
const BITS_PER_CELL = 424;
/** NDIS_PROT_OPTION_ESTIMATED_LENGTH, NO_LOOPBACK, NO_RSVD_ON_RCVPKT and SEND_RESTRICTED (ntddndis.h). */
const PROTOCOL_OPTIONS = 0x0f;
const BYTES_64 = 8;
const BYTES_32 = 4;

type Answer = (adapter: NicAdapter) => number | readonly number[] | Uint8Array;

const register =
  (name: keyof typeof REGISTERS): Answer =>
  (adapter) =>
    adapter.hardware.read(REGISTERS[name]);

const lineSpeed: Answer = (adapter) => Math.floor((adapter.lineCellRate * BITS_PER_CELL) / LINK_SPEED_UNIT);

/** What every query answers (OID-22, OID-23): a number, a list of them, or bytes. */
const QUERIES: ReadonlyMap<number, Answer> = new Map<number, Answer>([
  [OID_GEN_CO_SUPPORTED_LIST, () => SUPPORTED_OIDS],
  [OID_GEN_CO_HARDWARE_STATUS, () => NDIS_HARDWARE_STATUS.NdisHardwareStatusReady],
  [OID_GEN_CO_MEDIA_SUPPORTED, () => [NDIS_MEDIUM.NdisMediumAtm]],
  [OID_GEN_CO_MEDIA_IN_USE, () => [NDIS_MEDIUM.NdisMediumAtm]],
  [OID_GEN_CO_LINK_SPEED, lineSpeed],
  [OID_GEN_CO_MINIMUM_LINK_SPEED, lineSpeed],
  [OID_GEN_CO_VENDOR_ID, () => VENDOR_ID],
  [OID_GEN_CO_VENDOR_DESCRIPTION, () => new TextEncoder().encode(`${VENDOR_DESCRIPTION}\0`)],
  [OID_GEN_CO_VENDOR_DRIVER_VERSION, () => VENDOR_DRIVER_VERSION],
  [OID_GEN_CO_DRIVER_VERSION, () => NDIS_VERSION_6_50],
  [OID_GEN_CO_MAC_OPTIONS, () => NDIS_MAC_OPTION_NO_LOOPBACK],
  [
    OID_GEN_CO_MEDIA_CONNECT_STATUS,
    (adapter) =>
      adapter.hardware.linkIsUp
        ? NDIS_MEDIA_STATE.NdisMediaStateConnected
        : NDIS_MEDIA_STATE.NdisMediaStateDisconnected,
  ],
  [OID_GEN_CO_RCV_PDUS_OK, register("RXFRM")],
  [
    OID_GEN_CO_RCV_PDUS_ERROR,
    (adapter) => adapter.hardware.read(REGISTERS.CRCERR) + adapter.hardware.read(REGISTERS.LENERR),
  ],
  [OID_GEN_CO_RCV_PDUS_NO_BUFFER, register("NOBUF")],
  [OID_GEN_CO_XMIT_PDUS_OK, register("TXFRM")],
  [OID_GEN_CO_XMIT_PDUS_ERROR, register("TXDROP")],
  [OID_ATM_HW_CURRENT_ADDRESS, (adapter) => adapter.esi],
  [OID_ATM_MAX_ACTIVE_VCS, (adapter) => adapter.configuration.maximumVcs],
  [OID_ATM_MAX_ACTIVE_VCI_BITS, () => 16],
  [OID_ATM_MAX_ACTIVE_VPI_BITS, () => 8],
  [OID_ATM_MAX_AAL5_PACKET_SIZE, () => 65_535],
  [OID_ATM_RCV_CELLS_OK, register("RXCELL")],
  [OID_ATM_XMIT_CELLS_OK, register("TXCELL")],
  [OID_ATM_RCV_INVALID_VPI_VCI, register("UNKVC")],
  [OID_ATM_CELLS_HEC_ERROR, register("HECERR")],
  [OID_ATM_RCV_REASSEMBLY_ERROR, register("CRCERR")],
]);

/** Counters that the NIC has for every VC (OID-10). */
const VC_COUNTERS: ReadonlyMap<number, keyof typeof REGISTERS> = new Map([
  [OID_GEN_CO_RCV_PDUS_OK, "VCRXF"],
  [OID_GEN_CO_RCV_PDUS_ERROR, "VCERR"],
  [OID_GEN_CO_RCV_PDUS_NO_BUFFER, "VCDROP"],
  [OID_GEN_CO_XMIT_PDUS_OK, "VCTXF"],
]);

/** Counters that the NIC has only for all VCs together. */
const ADAPTER_COUNTERS: ReadonlySet<number> = new Set([
  OID_GEN_CO_XMIT_PDUS_ERROR,
  OID_ATM_RCV_CELLS_OK,
  OID_ATM_XMIT_CELLS_OK,
  OID_ATM_RCV_INVALID_VPI_VCI,
  OID_ATM_CELLS_HEC_ERROR,
  OID_ATM_RCV_REASSEMBLY_ERROR,
]);

const SUPPORTED_OIDS: readonly number[] = [...QUERIES.keys(), OID_GEN_CO_PROTOCOL_OPTIONS].sort((a, b) => a - b);

/**
 * MiniportOidRequest and MiniportCoOidRequest: every request is answered at once.
 * @param connection of the VC that is asked about; null for the adapter as a whole (OID-10).
 */
export function answerOid(
  adapter: NicAdapter,
  request: NDIS_OID_REQUEST,
  connection: Connection | null = null,
): NDIS_STATUS_FINAL {
  if (adapter.isRemoved) return NDIS_STATUS_NOT_ACCEPTED;
  if (request.RequestType === NDIS_REQUEST_TYPE.NdisRequestSetInformation) return answerSet(request);
  const information = request.DATA.QUERY_INFORMATION;
  const answer = QUERIES.get(information.Oid);
  if (answer === undefined)
    return information.Oid === OID_GEN_CO_PROTOCOL_OPTIONS ? NDIS_STATUS_NOT_SUPPORTED : NDIS_STATUS_INVALID_OID;
  if (connection !== null && ADAPTER_COUNTERS.has(information.Oid)) return NDIS_STATUS_NOT_SUPPORTED;
  const value =
    connection === null ? answer(adapter) : (vcCount(adapter, information.Oid, connection) ?? answer(adapter));
  const bytes = bytesOf(value, information.InformationBufferLength);
  information.BytesWritten = 0;
  information.BytesNeeded = bytes.length;
  const buffer = information.InformationBuffer;
  if (!(buffer instanceof Uint8Array) || information.InformationBufferLength < bytes.length)
    return NDIS_STATUS_INVALID_LENGTH;
  buffer.set(bytes);
  information.BytesWritten = bytes.length;
  return NDIS_STATUS_SUCCESS;
}

/** @returns null for what is not counted by VC. */
function vcCount({ hardware }: NicAdapter, oid: number, { vcIndex }: Connection): number | null {
  const counter = VC_COUNTERS.get(oid);
  if (counter === undefined) return null;
  if (vcIndex < 0) return 0;
  hardware.write(REGISTERS.VCSEL, vcIndex);
  return hardware.read(REGISTERS[counter]);
}

function answerSet(request: NDIS_OID_REQUEST): NDIS_STATUS_FINAL {
  const information = request.DATA.SET_INFORMATION;
  if (information.Oid !== OID_GEN_CO_PROTOCOL_OPTIONS)
    return QUERIES.has(information.Oid) ? NDIS_STATUS_NOT_SUPPORTED : NDIS_STATUS_INVALID_OID;
  information.BytesNeeded = BYTES_32;
  if (information.InformationBufferLength < BYTES_32) return NDIS_STATUS_INVALID_LENGTH;
  const buffer = information.InformationBuffer;
  if (!(buffer instanceof Uint8Array) || buffer.length < BYTES_32) return NDIS_STATUS_INVALID_DATA;
  const options = new DataView(buffer.buffer, buffer.byteOffset).getUint32(0, true);
  if ((options & ~PROTOCOL_OPTIONS) !== 0) return NDIS_STATUS_INVALID_DATA;
  information.BytesRead = BYTES_32;
  return NDIS_STATUS_SUCCESS;
}

/** Little-endian, as in C; a number takes 4 bytes, or 8 when the buffer has room for that many (OID-23). */
function bytesOf(value: number | readonly number[] | Uint8Array, room: number): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "number") {
    const bytes = new Uint8Array(value.length * BYTES_32);
    const view = new DataView(bytes.buffer);
    for (const [index, entry] of value.entries()) view.setUint32(index * BYTES_32, entry, true);
    return bytes;
  }
  const isWide = room >= BYTES_64;
  const bytes = new Uint8Array(isWide ? BYTES_64 : BYTES_32);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, value % 2 ** 32, true);
  if (isWide) view.setUint32(BYTES_32, Math.floor(value / 2 ** 32), true);
  return bytes;
}
