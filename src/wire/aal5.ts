// The common part of AAL5, I.363.5 sections 9 and 10: a CPCS-PDU is the SDU, 0 to 47 octets of padding and an 8-octet trailer
//   CPCS-UU 1 | CPI 1 | length of the SDU 2 | CRC-32 4
// and is sent in cells of which only the last has bit 0 of the payload type set.

import {
  CELL_HEADER_OCTETS,
  CELL_OCTETS,
  CELL_PAYLOAD_OCTETS,
  cellLossPriority,
  cellPayloadType,
  PTI_CONGESTION,
  PTI_END_OF_PDU,
  PTI_NOT_USER_DATA,
  writeCellHeader,
} from "./cell.ts";
import { CRC32_GOOD_REMAINDER, CRC32_INITIAL, copyWithCrc32, updateCrc32 } from "./crc32.ts";

export const AAL5_TRAILER_OCTETS = 8;
export const AAL5_MAX_SDU_OCTETS = 65535;

/** What checking a CPCS-PDU, or taking in a cell, comes to. */
export const AAL5_OK = 0;
/** The PDU goes on in later cells. */
export const AAL5_INCOMPLETE = 1;
export const AAL5_CRC_ERROR = 2;
/** The length field and the number of cells disagree: cells were lost or inserted. */
export const AAL5_LENGTH_ERROR = 3;
/** Longer than the receiver takes. */
export const AAL5_TOO_LONG = 4;
/** The sender gave the PDU up: its length field is 0 (I.363.5 section 9.2.1.2). */
export const AAL5_ABORTED = 5;

export const AAL5_RESULT_NAMES: readonly string[] = [
  "ok",
  "incomplete",
  "crc-error",
  "length-error",
  "too-long",
  "aborted",
];

/** How many cells an SDU of this many octets takes. */
export function aal5CellCount(sduLength: number): number {
  // `| 0` keeps the division one of integers.
  return ((sduLength + AAL5_TRAILER_OCTETS + CELL_PAYLOAD_OCTETS - 1) / CELL_PAYLOAD_OCTETS) | 0;
}

/** Octets of the CPCS-PDU (SDU, padding and trailer) for an SDU of this many octets. */
export function aal5PduLength(sduLength: number): number {
  return aal5CellCount(sduLength) * CELL_PAYLOAD_OCTETS;
}

/**
 * Completes the CPCS-PDU whose SDU lies at `offset`: writes padding and trailer behind it (up to `aal5PduLength` octets in all).
 * Returns the length of the PDU.
 */
export function writeAal5Trailer(
  bytes: Uint8Array,
  offset: number,
  sduLength: number,
  userToUser: number,
  commonPartIndicator: number,
): number {
  const pduLength = aal5PduLength(sduLength);
  const trailer = offset + pduLength - AAL5_TRAILER_OCTETS;
  for (let at = offset + sduLength; at < trailer; at++) bytes[at] = 0;
  bytes[trailer] = userToUser;
  bytes[trailer + 1] = commonPartIndicator;
  bytes[trailer + 2] = sduLength >> 8;
  bytes[trailer + 3] = sduLength;
  writeCrc(bytes, trailer + 4, ~updateCrc32(CRC32_INITIAL, bytes, offset, pduLength - 4));
  return pduLength;
}

function writeCrc(bytes: Uint8Array, offset: number, crc: number): void {
  bytes[offset] = crc >>> 24;
  bytes[offset + 1] = crc >>> 16;
  bytes[offset + 2] = crc >>> 8;
  bytes[offset + 3] = crc;
}

/**
 * Cuts an SDU (1..65,535 octets at `sduOffset` of `source`) into whole cells with header, HEC and trailer at `cellsOffset` of
 * `target`; the two ranges must not overlap. Returns the number of cells, which take 53 octets each.
 */
export function segmentAal5(
  source: Uint8Array,
  sduOffset: number,
  sduLength: number,
  target: Uint8Array,
  cellsOffset: number,
  vpi: number,
  vci: number,
  payloadType: number,
  cellLossPriority: number,
  userToUser: number,
  commonPartIndicator: number,
): number {
  const cellCount = aal5CellCount(sduLength);
  const lastCell = cellsOffset + (cellCount - 1) * CELL_OCTETS;
  writeCellHeader(target, cellsOffset, 0, vpi, vci, payloadType & ~PTI_END_OF_PDU, cellLossPriority);
  let crc = CRC32_INITIAL;
  let taken = 0;
  for (let cell = cellsOffset; cell < lastCell; cell += CELL_OCTETS) {
    if (cell !== cellsOffset) copyHeader(target, cellsOffset, cell);
    const octets = Math.min(CELL_PAYLOAD_OCTETS, sduLength - taken);
    const payload = cell + CELL_HEADER_OCTETS;
    crc = copyWithCrc32(crc, source, sduOffset + taken, octets, target, payload);
    taken += octets;
    // The padding fills this cell when the trailer alone goes into the next.
    if (octets < CELL_PAYLOAD_OCTETS) crc = padWithCrc32(crc, target, payload + octets, cell + CELL_OCTETS);
  }
  writeCellHeader(target, lastCell, 0, vpi, vci, payloadType | PTI_END_OF_PDU, cellLossPriority);
  const rest = sduLength - taken;
  const payload = lastCell + CELL_HEADER_OCTETS;
  const trailer = lastCell + CELL_OCTETS - AAL5_TRAILER_OCTETS;
  crc = copyWithCrc32(crc, source, sduOffset + taken, rest, target, payload);
  crc = padWithCrc32(crc, target, payload + rest, trailer);
  target[trailer] = userToUser;
  target[trailer + 1] = commonPartIndicator;
  target[trailer + 2] = sduLength >> 8;
  target[trailer + 3] = sduLength;
  writeCrc(target, trailer + 4, ~updateCrc32(crc, target, trailer, 4));
  return cellCount;
}

function copyHeader(bytes: Uint8Array, from: number, to: number): void {
  for (let index = 0; index < CELL_HEADER_OCTETS; index++) bytes[to + index] = bytes[from + index];
}

function padWithCrc32(crc: number, bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) bytes[at] = 0;
  return updateCrc32(crc, bytes, start, end - start);
}

/** The length field of the CPCS-PDU of `pduLength` octets at `offset`. */
export function aal5SduLength(bytes: Uint8Array, offset: number, pduLength: number): number {
  const trailer = offset + pduLength - AAL5_TRAILER_OCTETS;
  return (bytes[trailer + 2] << 8) | bytes[trailer + 3];
}

/** Checks a complete CPCS-PDU (I.363.5 section 10.2): AAL5_OK, or what is wrong with it. */
export function checkAal5Pdu(bytes: Uint8Array, offset: number, pduLength: number, maxSduLength: number): number {
  if (pduLength < CELL_PAYLOAD_OCTETS || pduLength % CELL_PAYLOAD_OCTETS !== 0) return AAL5_LENGTH_ERROR;
  if (updateCrc32(CRC32_INITIAL, bytes, offset, pduLength) !== CRC32_GOOD_REMAINDER) return AAL5_CRC_ERROR;
  return checkLength(aal5SduLength(bytes, offset, pduLength), pduLength, maxSduLength);
}

function checkLength(sduLength: number, pduLength: number, maxSduLength: number): number {
  if (sduLength === 0) return AAL5_ABORTED;
  if (aal5PduLength(sduLength) !== pduLength) return AAL5_LENGTH_ERROR;
  return sduLength > maxSduLength ? AAL5_TOO_LONG : AAL5_OK;
}

/**
 * Puts the cells of one VC together again. The PDU grows at `offset` of `target`, which must have
 * `aal5PduLength(maxSduLength)` octets there; after AAL5_OK the SDU lies at its start until the next cell is taken in.
 */
export class Aal5Reassembler {
  /** Of the PDU that `receiveCell` completed last. */
  sduLength = 0;
  userToUser = 0;
  commonPartIndicator = 0;
  /** True when any cell of the PDU had the mark. */
  cellLossPriority = false;
  congestion = false;

  readonly #target: Uint8Array;
  readonly #offset: number;
  readonly #maxSduLength: number;
  readonly #maxPduLength: number;
  #received = 0;
  #crc = CRC32_INITIAL;

  constructor(target: Uint8Array, offset: number, maxSduLength: number) {
    this.#target = target;
    this.#offset = offset;
    this.#maxSduLength = maxSduLength;
    this.#maxPduLength = aal5PduLength(maxSduLength);
  }

  /** Octets of an unfinished PDU. */
  get pendingOctets(): number {
    return this.#received;
  }

  /** Drops an unfinished PDU. */
  reset(): void {
    this.#received = 0;
    this.#crc = CRC32_INITIAL;
  }

  /** Takes in a cell whose HEC is right; returns an AAL5_ result. Cells that carry no user data (OAM) are passed over. */
  receiveCell(source: Uint8Array, cellOffset: number): number {
    const payloadType = cellPayloadType(source, cellOffset);
    if ((payloadType & PTI_NOT_USER_DATA) !== 0) return AAL5_INCOMPLETE;
    if (this.#received === 0) {
      this.cellLossPriority = false;
      this.congestion = false;
    }
    if (cellLossPriority(source, cellOffset) === 1) this.cellLossPriority = true;
    if ((payloadType & PTI_CONGESTION) !== 0) this.congestion = true;
    const payload = cellOffset + CELL_HEADER_OCTETS;
    if (this.#received < this.#maxPduLength) {
      const target = this.#offset + this.#received;
      this.#crc = copyWithCrc32(this.#crc, source, payload, CELL_PAYLOAD_OCTETS, this.#target, target);
    }
    this.#received += CELL_PAYLOAD_OCTETS;
    return (payloadType & PTI_END_OF_PDU) === 0 ? AAL5_INCOMPLETE : this.#complete();
  }

  #complete(): number {
    const pduLength = this.#received;
    const crc = this.#crc;
    this.reset();
    if (pduLength > this.#maxPduLength) return AAL5_TOO_LONG;
    if (crc !== CRC32_GOOD_REMAINDER) return AAL5_CRC_ERROR;
    const trailer = this.#offset + pduLength - AAL5_TRAILER_OCTETS;
    this.sduLength = aal5SduLength(this.#target, this.#offset, pduLength);
    this.userToUser = this.#target[trailer];
    this.commonPartIndicator = this.#target[trailer + 1];
    return checkLength(this.sduLength, pduLength, this.#maxSduLength);
  }
}
