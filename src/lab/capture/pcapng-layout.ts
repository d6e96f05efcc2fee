/** Block types, options and sizes of draft-ietf-opsawg-pcapng, shared by the reader and the writer. */

export const SECTION_HEADER_BLOCK = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION_BLOCK = 1;
export const OLD_PACKET_BLOCK = 2;
export const SIMPLE_PACKET_BLOCK = 3;
export const ENHANCED_PACKET_BLOCK = 6;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;

/** Type, length, and the length again. */
export const BLOCK_MIN_BYTES = 12;

/** Bytes of a block without options and without packet data. */
export const SECTION_HEADER_BYTES = 28;
export const INTERFACE_DESCRIPTION_BYTES = 20;
export const ENHANCED_PACKET_BYTES = 32;
const SIMPLE_PACKET_BYTES = 16;

export const SMALLEST_BLOCK: ReadonlyMap<number, number> = new Map([
  [SECTION_HEADER_BLOCK, SECTION_HEADER_BYTES],
  [INTERFACE_DESCRIPTION_BLOCK, INTERFACE_DESCRIPTION_BYTES],
  [OLD_PACKET_BLOCK, ENHANCED_PACKET_BYTES],
  [SIMPLE_PACKET_BLOCK, SIMPLE_PACKET_BYTES],
  [ENHANCED_PACKET_BLOCK, ENHANCED_PACKET_BYTES],
]);

export const OPTION_END = 0;
export const OPTION_IF_NAME = 2;
export const OPTION_IF_TSRESOL = 9;
export const OPTION_IF_FCSLEN = 13;
export const OPTION_IF_TSOFFSET = 14;

/** Blocks and options are padded to 32 bits. */
export function roundUpTo4(length: number): number {
  return (length + 3) & ~3;
}
