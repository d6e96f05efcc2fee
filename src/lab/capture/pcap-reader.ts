import type { CapturedPacket, CaptureError, CaptureFile, CaptureInterface, CaptureLimits } from "./capture-file.ts";
import { FileView } from "./capture-file.ts";

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const SUPPORTED_MAJOR_VERSION = 2;

/** First four bytes, read big-endian: byte order and what a unit of the time stamp's second half is worth. */
const MAGICS: ReadonlyMap<number, { littleEndian: boolean; nsPerUnit: bigint }> = new Map([
  [0xa1b2c3d4, { littleEndian: false, nsPerUnit: 1_000n }],
  [0xd4c3b2a1, { littleEndian: true, nsPerUnit: 1_000n }],
  [0xa1b23c4d, { littleEndian: false, nsPerUnit: 1n }],
  [0x4d3cb2a1, { littleEndian: true, nsPerUnit: 1n }],
]);

/** True when `magic` (the first four bytes, big-endian) starts a pcap file. */
export function isPcapMagic(magic: number): boolean {
  return MAGICS.has(magic);
}

/**
 * Reads a pcap file (draft-ietf-opsawg-pcap), either byte order, micro- or nanoseconds. Total: any bytes give the packets that can be
 * read and an error that says where reading stopped.
 */
export function readPcap(bytes: Uint8Array, limits: CaptureLimits): CaptureFile {
  const packets: CapturedPacket[] = [];
  const interfaces: CaptureInterface[] = [];
  const stop = (kind: CaptureError["kind"], offset: number, message: string): CaptureFile => {
    return { format: "pcap", interfaces, packets, error: { kind, offset, message } };
  };

  if (bytes.length < FILE_HEADER_BYTES) {
    return stop("truncated", 0, `the file header needs ${FILE_HEADER_BYTES} bytes, the file has ${bytes.length}`);
  }
  const magic = MAGICS.get(new FileView(bytes, false).u32(0));
  if (magic === undefined) return stop("not-a-capture", 0, "no pcap magic number");
  const view = new FileView(bytes, magic.littleEndian);
  const majorVersion = view.u16(4);
  if (majorVersion !== SUPPORTED_MAJOR_VERSION) {
    return stop("unsupported", 4, `pcap version ${majorVersion}.${view.u16(6)} instead of 2.4`);
  }
  interfaces.push(fileInterface(view));

  let offset = FILE_HEADER_BYTES;
  while (offset < bytes.length) {
    const number = packets.length + 1;
    const left = bytes.length - offset;
    if (left < RECORD_HEADER_BYTES) {
      return stop(
        "truncated",
        offset,
        `packet ${number} has ${left} of the ${RECORD_HEADER_BYTES} bytes of its header`,
      );
    }
    if (packets.length === limits.packets) return stop("too-large", offset, `more than ${limits.packets} packets`);
    const length = view.u32(offset + 8);
    if (length > limits.packetBytes) {
      return stop("corrupt", offset, `packet ${number} claims ${length} bytes, the most is ${limits.packetBytes}`);
    }
    const start = offset + RECORD_HEADER_BYTES;
    if (length > bytes.length - start) {
      return stop("truncated", offset, `packet ${number} has ${bytes.length - start} of its ${length} bytes`);
    }
    packets.push({
      interfaceIndex: 0,
      timeNs: BigInt(view.u32(offset)) * 1_000_000_000n + BigInt(view.u32(offset + 4)) * magic.nsPerUnit,
      bytes: bytes.subarray(start, start + length),
      originalLength: Math.max(length, view.u32(offset + 12)),
    });
    offset = start + length;
  }
  return { format: "pcap", interfaces, packets, error: null };
}

function fileInterface(view: FileView): CaptureInterface {
  // The upper bits of the link type field: bit 26 says that bits 28-31 hold the FCS length in 16-bit words.
  const linkTypeField = view.u32(20);
  const fcsLength = (linkTypeField & 0x0400_0000) === 0 ? 0 : (linkTypeField >>> 28) * 2;
  return { name: null, linkType: linkTypeField & 0xffff, snapLength: view.u32(16), fcsLength };
}
