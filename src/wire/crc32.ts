// The CRC-32 of the AAL5 CPCS (I.363.5 section 9.2.1.2): most significant bit first, preset to ones, sent complemented.
// Slicing by eight: eight octets per step, about five times the speed of one octet per step.

/** Value before the first octet. */
export const CRC32_INITIAL = 0xffffffff | 0;
/** What is left after a PDU including its right CRC (before the final complement). */
export const CRC32_GOOD_REMAINDER = 0xc704dd7b | 0;

const GENERATOR = 0x04c11db7;
const SLICES = 8;
const TABLE = buildTable();

// TABLE[slice * 256 + value]: the effect of an octet that `slice` more octets follow within the step.
function buildTable(): Int32Array {
  const table = new Int32Array(SLICES * 256);
  for (let value = 0; value < 256; value++) {
    let remainder = value << 24;
    for (let bit = 0; bit < 8; bit++) remainder = remainder < 0 ? (remainder << 1) ^ GENERATOR : remainder << 1;
    table[value] = remainder;
  }
  for (let index = 256; index < table.length; index++) {
    const shorter = table[index - 256];
    table[index] = (shorter << 8) ^ table[shorter >>> 24];
  }
  return table;
}

/**
 * The CRC register (signed 32 bits) after `length` more octets at `start`; begin with CRC32_INITIAL.
 * The value that goes into the trailer is `~register`.
 */
export function updateCrc32(register: number, bytes: Uint8Array, start: number, length: number): number {
  let crc = register;
  let at = start;
  const end = start + length;
  for (; at + SLICES <= end; at += SLICES) {
    crc ^= (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    crc =
      TABLE[1792 + (crc >>> 24)] ^
      TABLE[1536 + ((crc >>> 16) & 255)] ^
      TABLE[1280 + ((crc >>> 8) & 255)] ^
      TABLE[1024 + (crc & 255)] ^
      TABLE[768 + bytes[at + 4]] ^
      TABLE[512 + bytes[at + 5]] ^
      TABLE[256 + bytes[at + 6]] ^
      TABLE[bytes[at + 7]];
  }
  for (; at < end; at++) crc = (crc << 8) ^ TABLE[(crc >>> 24) ^ bytes[at]];
  return crc;
}

/** As `updateCrc32`, and copies the octets to `targetStart` of `target` on the way (the ranges must not overlap). */
export function copyWithCrc32(
  register: number,
  bytes: Uint8Array,
  start: number,
  length: number,
  target: Uint8Array,
  targetStart: number,
): number {
  if (bytes === target) target.copyWithin(targetStart, start, start + length);
  else for (let index = 0; index < length; index++) target[targetStart + index] = bytes[start + index];
  return updateCrc32(register, target, targetStart, length);
}
