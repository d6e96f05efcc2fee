import type { CapturedPacket, CaptureError, CaptureFile, CaptureInterface, CaptureLimits } from "./capture-file.ts";
import { FileView } from "./capture-file.ts";
import * as layout from "./pcapng-layout.ts";

/** Time stamps count units of 10^-6 seconds unless the interface says otherwise (if_tsresol). */
const DEFAULT_TIME_RESOLUTION = 6;

interface Clockwork {
  /** nanoseconds = ticks * multiplier / divisor + offsetNs */
  readonly multiplier: bigint;
  readonly divisor: bigint;
  readonly offsetNs: bigint;
}

/** Reading stopped at the block at hand; `inside` is where in the block, relative to its start. */
interface BlockError {
  readonly kind: CaptureError["kind"];
  readonly inside: number;
  readonly message: string;
}

interface Section {
  view: FileView;
  /** Index of the section's first interface in the whole file. */
  firstInterface: number;
}

interface Reading {
  readonly bytes: Uint8Array;
  readonly limits: CaptureLimits;
  readonly interfaces: CaptureInterface[];
  readonly clockworks: Clockwork[];
  readonly packets: CapturedPacket[];
}

/**
 * Reads a pcapng file (draft-ietf-opsawg-pcapng): any number of sections of either byte order, several interfaces, enhanced, simple and
 * the old packet blocks; every other block is skipped. Total, as {@link readPcap}.
 */
export function readPcapng(bytes: Uint8Array, limits: CaptureLimits): CaptureFile {
  const reading: Reading = { bytes, limits, interfaces: [], clockworks: [], packets: [] };
  const section: Section = { view: new FileView(bytes, true), firstInterface: 0 };
  let offset = 0;
  let error: CaptureError | null = null;
  while (offset < bytes.length && error === null) {
    const length = blockLength(section, offset, bytes, reading);
    const problem = typeof length === "number" ? readBlock(reading, section, offset, length) : length;
    if (problem !== null) error = { kind: problem.kind, offset: offset + problem.inside, message: problem.message };
    if (typeof length === "number") offset += length;
  }
  return { format: "pcapng", interfaces: reading.interfaces, packets: reading.packets, error };
}

/** Total length of the block at `offset` once its frame holds; a section header also sets the byte order. */
function blockLength(section: Section, offset: number, bytes: Uint8Array, reading: Reading): number | BlockError {
  const left = bytes.length - offset;
  if (left < layout.BLOCK_MIN_BYTES) {
    return {
      kind: "truncated",
      inside: 0,
      message: `${left} of the ${layout.BLOCK_MIN_BYTES} bytes of the smallest block`,
    };
  }
  // The type of a section header block reads the same in both byte orders; its second field says which one holds.
  if (section.view.u32(offset) === layout.SECTION_HEADER_BLOCK) {
    const order = new FileView(bytes, false).u32(offset + 8);
    if (order !== layout.BYTE_ORDER_MAGIC && order !== layout.BYTE_ORDER_MAGIC_SWAPPED) {
      return { kind: "corrupt", inside: 8, message: "the section header has no byte-order magic" };
    }
    section.view = new FileView(bytes, order === layout.BYTE_ORDER_MAGIC_SWAPPED);
    section.firstInterface = reading.interfaces.length;
  } else if (offset === 0) {
    return { kind: "not-a-capture", inside: 0, message: "the file does not start with a section header block" };
  }
  const length = section.view.u32(offset + 4);
  if (length < layout.BLOCK_MIN_BYTES || length % 4 !== 0) {
    return { kind: "corrupt", inside: 4, message: `a block length of ${length}` };
  }
  if (length > left) return { kind: "truncated", inside: 0, message: `the block has ${left} of its ${length} bytes` };
  const trailing = section.view.u32(offset + length - 4);
  if (trailing !== length) {
    return {
      kind: "corrupt",
      inside: length - 4,
      message: `the block is ${length} bytes long at its start, ${trailing} at its end`,
    };
  }
  return length;
}

function readBlock(reading: Reading, section: Section, offset: number, length: number): BlockError | null {
  const type = section.view.u32(offset);
  const smallest = layout.SMALLEST_BLOCK.get(type) ?? layout.BLOCK_MIN_BYTES;
  if (length < smallest) {
    return {
      kind: "corrupt",
      inside: 4,
      message: `a block of type ${type} with ${length} bytes, it needs ${smallest}`,
    };
  }
  switch (type) {
    case layout.SECTION_HEADER_BLOCK: {
      const major = section.view.u16(offset + 12);
      return major === 1 ? null : { kind: "unsupported", inside: 12, message: `pcapng version ${major} instead of 1` };
    }
    case layout.INTERFACE_DESCRIPTION_BLOCK:
      return readInterface(reading, section.view, offset, length);
    case layout.ENHANCED_PACKET_BLOCK:
      return readPacket(reading, section, offset, length, section.view.u32(offset + 8));
    case layout.OLD_PACKET_BLOCK:
      return readPacket(reading, section, offset, length, section.view.u16(offset + 8));
    case layout.SIMPLE_PACKET_BLOCK:
      return readSimplePacket(reading, section, offset, length);
    default:
      return null;
  }
}

function readInterface(reading: Reading, view: FileView, offset: number, length: number): BlockError | null {
  if (reading.interfaces.length === reading.limits.interfaces) {
    return { kind: "too-large", inside: 0, message: `more than ${reading.limits.interfaces} interfaces` };
  }
  let name: string | null = null;
  let resolution = DEFAULT_TIME_RESOLUTION;
  let offsetSeconds = 0n;
  let fcsLength = 0;
  const end = offset + length - 4;
  let option = offset + 16;
  while (option + 4 <= end) {
    const code = view.u16(option);
    const size = view.u16(option + 2);
    const value = option + 4;
    if (code === layout.OPTION_END) break;
    if (value + size > end) {
      return { kind: "corrupt", inside: option - offset, message: `option ${code} is longer than its block` };
    }
    if (code === layout.OPTION_IF_NAME) name = new TextDecoder().decode(reading.bytes.subarray(value, value + size));
    if (code === layout.OPTION_IF_TSRESOL && size === 1) resolution = reading.bytes[value];
    if (code === layout.OPTION_IF_TSOFFSET && size === 8) offsetSeconds = view.i64(value);
    if (code === layout.OPTION_IF_FCSLEN && size === 1) fcsLength = reading.bytes[value];
    option = value + layout.roundUpTo4(size);
  }
  reading.interfaces.push({ name, linkType: view.u16(offset + 8), snapLength: view.u32(offset + 12), fcsLength });
  const ticksPerSecond = (resolution & 0x80) === 0 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & 0x7f);
  reading.clockworks.push({
    multiplier: 1_000_000_000n,
    divisor: ticksPerSecond,
    offsetNs: offsetSeconds * 1_000_000_000n,
  });
  return null;
}

/** Enhanced and old packet blocks: they differ only in the width of the interface id. */
function readPacket(reading: Reading, section: Section, offset: number, length: number, id: number): BlockError | null {
  const view = section.view;
  const interfaceIndex = section.firstInterface + id;
  const clockwork = reading.clockworks[interfaceIndex];
  if (clockwork === undefined)
    return { kind: "corrupt", inside: 8, message: `interface ${id} is not described in this section` };
  const ticks = (BigInt(view.u32(offset + 12)) << 32n) | BigInt(view.u32(offset + 16));
  const timeNs = (ticks * clockwork.multiplier) / clockwork.divisor + clockwork.offsetNs;
  return addPacket(reading, interfaceIndex, timeNs, offset, {
    start: 28,
    room: length - 32,
    captured: view.u32(offset + 20),
    original: view.u32(offset + 24),
  });
}

function readSimplePacket(reading: Reading, section: Section, offset: number, length: number): BlockError | null {
  const described = reading.interfaces[section.firstInterface];
  if (described === undefined)
    return { kind: "corrupt", inside: 0, message: "a simple packet before its interface is described" };
  const original = section.view.u32(offset + 8);
  const captured = described.snapLength === 0 ? original : Math.min(original, described.snapLength);
  return addPacket(reading, section.firstInterface, null, offset, { start: 12, room: length - 16, captured, original });
}

function addPacket(
  reading: Reading,
  interfaceIndex: number,
  timeNs: bigint | null,
  offset: number,
  extent: { start: number; room: number; captured: number; original: number },
): BlockError | null {
  const { limits, packets } = reading;
  const { start, room, captured, original } = extent;
  const number = packets.length + 1;
  if (packets.length === limits.packets)
    return { kind: "too-large", inside: 0, message: `more than ${limits.packets} packets` };
  if (captured > limits.packetBytes) {
    return {
      kind: "corrupt",
      inside: 0,
      message: `packet ${number} claims ${captured} bytes, the most is ${limits.packetBytes}`,
    };
  }
  if (captured > room) {
    return {
      kind: "corrupt",
      inside: 0,
      message: `packet ${number} claims ${captured} bytes in a block with room for ${room}`,
    };
  }
  packets.push({
    interfaceIndex,
    timeNs,
    bytes: reading.bytes.subarray(offset + start, offset + start + captured),
    originalLength: Math.max(captured, original),
  });
  return null;
}
