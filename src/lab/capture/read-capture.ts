import type { CaptureFile, CaptureLimits } from "./capture-file.ts";
import { CAPTURE_LIMITS, FileView } from "./capture-file.ts";
import { isPcapMagic, readPcap } from "./pcap-reader.ts";
import { SECTION_HEADER_BLOCK } from "./pcapng-layout.ts";
import { readPcapng } from "./pcapng-reader.ts";

function nothing(kind: "not-a-capture" | "too-large" | "truncated", message: string): CaptureFile {
  return { format: null, interfaces: [], packets: [], error: { kind, offset: 0, message } };
}

/**
 * Reads the bytes of a pcap or pcapng file. Total: any bytes give a value. A file that is cut off gives the packets before the cut, and
 * an error with the byte offset.
 */
export function readCapture(bytes: Uint8Array, limits: CaptureLimits = CAPTURE_LIMITS): CaptureFile {
  if (bytes.length > limits.fileBytes)
    return nothing("too-large", `${bytes.length} bytes, the most is ${limits.fileBytes}`);
  if (bytes.length < 4) return nothing("truncated", `${bytes.length} bytes are too few for a capture file`);
  const magic = new FileView(bytes, false).u32(0);
  if (magic === SECTION_HEADER_BLOCK) return readPcapng(bytes, limits);
  if (isPcapMagic(magic)) return readPcap(bytes, limits);
  return nothing("not-a-capture", `neither pcap nor pcapng: it starts with ${magic.toString(16).padStart(8, "0")}`);
}
