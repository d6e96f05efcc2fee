// SSCOP PDUs, Q.2110 section 7.2. Every field stands in a trailer at the end of the PDU, in 32-bit words; user data stands in front,
// padded to a whole number of words. Last word: pad length 2 | reserved 1 | source 1 | type 4 | 24-bit sequence number.

import {
  SSCOP_BGN,
  SSCOP_END,
  SSCOP_ER,
  SSCOP_PDU_TYPES,
  SSCOP_POLL,
  SSCOP_RS,
  SSCOP_SD,
  SSCOP_SEQUENCE_MASK,
  SSCOP_STAT,
  SSCOP_USTAT,
} from "./constants.ts";

/** Results of `decodeSscopPdu`. */
export const SSCOP_PDU_OK = 0;
/** Not a whole number of words, or shorter than the trailer of its type. */
export const SSCOP_PDU_BAD_LENGTH = 1;
export const SSCOP_PDU_UNKNOWN_TYPE = 2;
/** More padding than there is data. */
export const SSCOP_PDU_BAD_PADDING = 3;

const SOURCE_BIT = 0x10;
const TYPE_MASK = 0x0f;
const WORD = 4;
export const SSCOP_SD_TRAILER_OCTETS = 4;

/** A decoded PDU: fields of other types keep older values. Offsets point into the bytes that were decoded. */
export class SscopPdu {
  type = 0;
  /** N(S) of SD and POLL. */
  sendSequence = 0;
  /** N(PS) of POLL and STAT. */
  pollSequence = 0;
  /** N(R) of STAT and USTAT. */
  receiveSequence = 0;
  /** N(MR): the first SD number that the sender does not grant. */
  maxReceiveSequence = 0;
  /** N(SQ) of BGN, RS and ER: tells a retransmission from a new one. */
  connectionSequence = 0;
  /** S bit of END: the peer's SSCOP, not its user, is the source. */
  sourceIsSscop = false;
  /** User data, or SSCOP-UU. */
  dataOffset = 0;
  dataLength = 0;
  /** List elements of STAT (words) and of USTAT (two). */
  listOffset = 0;
  listCount = 0;
}

/** The low 24 bits of the word at `offset`. */
export function sscopSequenceAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3];
}

function writeWord(bytes: Uint8Array, offset: number, first: number, sequence: number): void {
  bytes[offset] = first;
  bytes[offset + 1] = sequence >> 16;
  bytes[offset + 2] = sequence >> 8;
  bytes[offset + 3] = sequence;
}

/** Reads the PDU of `length` octets at `offset` into `into`; returns an SSCOP_PDU_ result. Any octets are allowed. */
export function decodeSscopPdu(bytes: Uint8Array, offset: number, length: number, into: SscopPdu): number {
  if (length < WORD || (length & 3) !== 0) return SSCOP_PDU_BAD_LENGTH;
  const last = offset + length - WORD;
  const first = bytes[last];
  const number = sscopSequenceAt(bytes, last);
  const type = first & TYPE_MASK;
  into.type = type;
  if (type === SSCOP_SD) {
    into.sendSequence = number;
    return takeData(into, offset, length - SSCOP_SD_TRAILER_OCTETS, first >> 6);
  }
  const layout = SSCOP_PDU_TYPES[type];
  if (layout === null) return SSCOP_PDU_UNKNOWN_TYPE;
  const bodyOctets = length - layout.trailerOctets;
  if (bodyOctets < 0 || (layout.body === "none" && bodyOctets !== 0)) return SSCOP_PDU_BAD_LENGTH;
  switch (type) {
    case SSCOP_POLL:
      into.sendSequence = number;
      into.pollSequence = sscopSequenceAt(bytes, last - 4);
      return SSCOP_PDU_OK;
    case SSCOP_STAT:
      into.receiveSequence = number;
      into.maxReceiveSequence = sscopSequenceAt(bytes, last - 4);
      into.pollSequence = sscopSequenceAt(bytes, last - 8);
      into.listOffset = offset;
      into.listCount = bodyOctets >> 2;
      return SSCOP_PDU_OK;
    case SSCOP_USTAT:
      into.receiveSequence = number;
      into.maxReceiveSequence = sscopSequenceAt(bytes, last - 4);
      into.listOffset = offset;
      into.listCount = 2;
      return SSCOP_PDU_OK;
    case SSCOP_BGN:
    case SSCOP_RS:
    case SSCOP_ER:
      into.connectionSequence = bytes[last - 1];
      break;
    case SSCOP_END:
      into.sourceIsSscop = (first & SOURCE_BIT) !== 0;
      break;
  }
  into.maxReceiveSequence = number;
  return takeData(into, offset, bodyOctets, layout.body === "data" ? first >> 6 : 0);
}

function takeData(into: SscopPdu, offset: number, paddedOctets: number, padOctets: number): number {
  if (padOctets > paddedOctets) return SSCOP_PDU_BAD_PADDING;
  into.dataOffset = offset;
  into.dataLength = paddedOctets - padOctets;
  return SSCOP_PDU_OK;
}

/** Octets of the SD, UD or MD PDU for this many octets of user data. */
export function sscopDataPduLength(dataLength: number): number {
  return ((dataLength + 3) & ~3) + SSCOP_SD_TRAILER_OCTETS;
}

/**
 * Completes an SD, UD or MD PDU whose user data lies at `offset`: padding and trailer follow it.
 * `sendSequence` is N(S), 0 for UD and MD. Returns the length of the PDU.
 */
export function writeSscopDataTrailer(
  bytes: Uint8Array,
  offset: number,
  dataLength: number,
  type: number,
  sendSequence: number,
): number {
  const padOctets = -dataLength & 3;
  let at = offset + dataLength;
  for (const end = at + padOctets; at < end; at++) bytes[at] = 0;
  writeWord(bytes, at, (padOctets << 6) | type, sendSequence);
  return dataLength + padOctets + SSCOP_SD_TRAILER_OCTETS;
}

/** Puts N(S) into a complete SD of `length` octets at `offset`. */
export function writeSscopSendSequence(bytes: Uint8Array, offset: number, length: number, sendSequence: number): void {
  const at = offset + length - WORD;
  writeWord(bytes, at, bytes[at], sendSequence);
}

/**
 * Writes a PDU of connection control without SSCOP-UU: BGN, BGAK, BGREJ, END, ENDAK, RS, RSAK, ER or ERAK.
 * `connectionSequence` is N(SQ) (0 where the type has none), `number` is N(MR) (likewise). Returns its length, 8.
 */
export function writeSscopControl(
  bytes: Uint8Array,
  offset: number,
  type: number,
  connectionSequence: number,
  maxReceiveSequence: number,
  sourceIsSscop: boolean,
): number {
  writeWord(bytes, offset, 0, connectionSequence);
  writeWord(bytes, offset + 4, type | (sourceIsSscop ? SOURCE_BIT : 0), maxReceiveSequence);
  return 8;
}

/** Writes a POLL; returns its length, 8. */
export function writeSscopPoll(bytes: Uint8Array, offset: number, pollSequence: number, sendSequence: number): number {
  writeWord(bytes, offset, 0, pollSequence);
  writeWord(bytes, offset + 4, SSCOP_POLL, sendSequence);
  return 8;
}

/** Writes list element `index` of a STAT or USTAT that starts at `offset`. */
export function writeSscopListElement(bytes: Uint8Array, offset: number, index: number, sequence: number): void {
  writeWord(bytes, offset + index * WORD, 0, sequence);
}

/** Completes a STAT that has `listCount` list elements at `offset`; returns its length. */
export function writeSscopStatTrailer(
  bytes: Uint8Array,
  offset: number,
  listCount: number,
  pollSequence: number,
  maxReceiveSequence: number,
  receiveSequence: number,
): number {
  const at = offset + listCount * WORD;
  writeWord(bytes, at, 0, pollSequence);
  writeWord(bytes, at + 4, 0, maxReceiveSequence);
  writeWord(bytes, at + 8, SSCOP_STAT, receiveSequence);
  return listCount * WORD + 12;
}

/** Writes a USTAT that reports SDs `firstMissing` to `firstReceived` - 1 as missing; returns its length, 16. */
export function writeSscopUstat(
  bytes: Uint8Array,
  offset: number,
  firstMissing: number,
  firstReceived: number,
  maxReceiveSequence: number,
  receiveSequence: number,
): number {
  writeWord(bytes, offset, 0, firstMissing);
  writeWord(bytes, offset + 4, 0, firstReceived);
  writeWord(bytes, offset + 8, 0, maxReceiveSequence);
  writeWord(bytes, offset + 12, SSCOP_USTAT, receiveSequence);
  return 16;
}

/** The distance from `from` forward to `to`, modulo 2^24. */
export function sscopDistance(from: number, to: number): number {
  return (to - from) & SSCOP_SEQUENCE_MASK;
}
