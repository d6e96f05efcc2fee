import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const LINK_TYPE_SUNATM = 123;
export const LINK_TYPE_ERF = 197;

/** A SUNATM frame: pseudo-header and CPCS-SDU. Type 6 is signalling, 2 LLC/SNAP. */
export function sunatmFrame(type: number, vpi: number, vci: number, sdu: Uint8Array): Uint8Array {
  return Uint8Array.of(type, vpi, vci >> 8, vci & 255, ...sdu);
}

/** An ERF record of type 4: a cell header without HEC and a whole CPCS-PDU. */
export function erfAal5Frame(vpi: number, vci: number, pdu: Uint8Array): Uint8Array {
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  header[8] = 4;
  view.setUint16(10, 20 + pdu.length);
  view.setUint16(14, 4 + pdu.length);
  view.setUint32(16, (vpi << 20) | (vci << 4) | 2);
  return Uint8Array.of(...header, ...pdu);
}

/** Runs tshark over frames in a pcap file and gives its output. */
export function tshark(linkType: number, frames: readonly Uint8Array[], args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "vmcm-wire-"));
  try {
    const file = join(folder, "frames.pcap");
    const chunks: Uint8Array[] = [];
    const head = new DataView(new ArrayBuffer(24));
    head.setUint32(0, 0xa1b2c3d4);
    head.setUint16(4, 2);
    head.setUint16(6, 4);
    head.setUint32(16, 262144);
    head.setUint32(20, linkType);
    chunks.push(new Uint8Array(head.buffer));
    for (const frame of frames) {
      const record = new DataView(new ArrayBuffer(16));
      record.setUint32(8, frame.length);
      record.setUint32(12, frame.length);
      chunks.push(new Uint8Array(record.buffer), frame);
    }
    writeFileSync(file, Buffer.concat(chunks));
    return execFileSync("tshark", ["-r", file, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error("these tests need tshark: apt-get install tshark");
    }
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
