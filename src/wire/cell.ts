// The ATM cell at the UNI: I.361 section 2.2 (header) and I.432.1 section 4.3.2 (header error control).
//
//   octet 0   GFC 4 | VPI 7..4        octet 2   VCI 11..4
//   octet 1   VPI 3..0 | VCI 15..12   octet 3   VCI 3..0 | PTI 3 | CLP 1      octet 4   HEC

export const CELL_OCTETS = 53;
export const CELL_HEADER_OCTETS = 5;
export const CELL_PAYLOAD_OCTETS = 48;
export const MAX_VPI = 0xff;
export const MAX_VCI = 0xffff;

/** I.361 section 2.2.4: bit 2 of the PTI marks cells that are not user data, bit 1 congestion, bit 0 the end of an AAL5 PDU. */
export const PTI_NOT_USER_DATA = 4;
export const PTI_CONGESTION = 2;
export const PTI_END_OF_PDU = 1;

/** Results of `correctCellHeader`. */
export const CELL_HEADER_VALID = 0;
export const CELL_HEADER_CORRECTED = 1;
export const CELL_HEADER_INVALID = 2;

const HEC_GENERATOR = 0x07;
const HEC_COSET = 0x55;
const NO_BIT = 0xff;

const HEC_TABLE = buildHecTable();
const HEC_ERROR_BIT = buildHecErrorBits();

function buildHecTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (let value = 0; value < 256; value++) {
    let remainder = value;
    for (let bit = 0; bit < 8; bit++)
      remainder = (remainder & 0x80) !== 0 ? (remainder << 1) ^ HEC_GENERATOR : remainder << 1;
    table[value] = remainder;
  }
  return table;
}

// The syndrome of a single wrong bit does not depend on the header: syndrome -> number of the wrong bit (0..39).
function buildHecErrorBits(): Uint8Array {
  const bits = new Uint8Array(256).fill(NO_BIT);
  const header = new Uint8Array(CELL_HEADER_OCTETS);
  for (let bit = 0; bit < 8 * CELL_HEADER_OCTETS; bit++) {
    header.fill(0);
    header[bit >> 3] = 0x80 >> (bit & 7);
    bits[remainderOf(header, 0) ^ header[4]] = bit;
  }
  return bits;
}

function remainderOf(bytes: Uint8Array, offset: number): number {
  let remainder = HEC_TABLE[bytes[offset]];
  remainder = HEC_TABLE[remainder ^ bytes[offset + 1]];
  remainder = HEC_TABLE[remainder ^ bytes[offset + 2]];
  return HEC_TABLE[remainder ^ bytes[offset + 3]];
}

/** The HEC octet (0..255) for the four header octets at `offset`. */
export function headerErrorControl(bytes: Uint8Array, offset: number): number {
  return remainderOf(bytes, offset) ^ HEC_COSET;
}

/** Writes the five header octets of a UNI cell at `offset`. GFC 4 bits, VPI 8, VCI 16, PTI 3, CLP 1; excess bits are cut off. */
export function writeCellHeader(
  bytes: Uint8Array,
  offset: number,
  genericFlowControl: number,
  vpi: number,
  vci: number,
  payloadType: number,
  cellLossPriority: number,
): void {
  bytes[offset] = (genericFlowControl << 4) | ((vpi >> 4) & 15);
  bytes[offset + 1] = (vpi << 4) | ((vci >> 12) & 15);
  bytes[offset + 2] = vci >> 4;
  bytes[offset + 3] = (vci << 4) | ((payloadType & 7) << 1) | (cellLossPriority & 1);
  bytes[offset + 4] = headerErrorControl(bytes, offset);
}

/** Gives the cell at `offset` another VPI/VCI; GFC becomes 0, PTI and CLP stay, the HEC is computed anew. */
export function relabelCell(bytes: Uint8Array, offset: number, vpi: number, vci: number): void {
  const last = bytes[offset + 3] & 15;
  writeCellHeader(bytes, offset, 0, vpi, vci, last >> 1, last);
}

export function cellGenericFlowControl(bytes: Uint8Array, offset: number): number {
  return bytes[offset] >> 4;
}

export function cellVpi(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] & 15) << 4) | (bytes[offset + 1] >> 4);
}

export function cellVci(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset + 1] & 15) << 12) | (bytes[offset + 2] << 4) | (bytes[offset + 3] >> 4);
}

export function cellPayloadType(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + 3] >> 1) & 7;
}

export function cellLossPriority(bytes: Uint8Array, offset: number): number {
  return bytes[offset + 3] & 1;
}

/** True when the HEC octet belongs to the header at `offset` (detection mode of I.432.1 section 4.3.2.1). */
export function isCellHeaderValid(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset + 4] === headerErrorControl(bytes, offset);
}

/**
 * Correction mode of I.432.1 section 4.3.2.1: repairs a header in which exactly one bit is wrong.
 * Returns CELL_HEADER_VALID, CELL_HEADER_CORRECTED (the octets were changed), or CELL_HEADER_INVALID (left as it was).
 */
export function correctCellHeader(bytes: Uint8Array, offset: number): number {
  const syndrome = headerErrorControl(bytes, offset) ^ bytes[offset + 4];
  if (syndrome === 0) return CELL_HEADER_VALID;
  const bit = HEC_ERROR_BIT[syndrome];
  if (bit === NO_BIT) return CELL_HEADER_INVALID;
  const octet = offset + (bit >> 3);
  bytes[octet] = bytes[octet] ^ (0x80 >> (bit & 7));
  return CELL_HEADER_CORRECTED;
}
