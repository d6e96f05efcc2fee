/** What a capture file holds, whichever of the two formats it is written in. */

export interface CaptureInterface {
  readonly name: string | null;
  readonly linkType: number;
  /** Most bytes of a packet that were kept; 0 = no limit. */
  readonly snapLength: number;
  /** Bytes of frame check sequence at the end of each packet; 0 when unknown or none. */
  readonly fcsLength: number;
}

export interface CapturedPacket {
  /** Index into {@link CaptureFile.interfaces}; it counts on over the sections of a pcapng file. */
  readonly interfaceIndex: number;
  /** Nanoseconds since 1970; null when the file does not say (simple packet blocks). */
  readonly timeNs: bigint | null;
  /** The captured bytes: a view into the file's bytes, not a copy. */
  readonly bytes: Uint8Array;
  /** Length on the wire; more than `bytes.length` when the packet was cut at the snap length. */
  readonly originalLength: number;
}

export type CaptureErrorKind = "not-a-capture" | "unsupported" | "truncated" | "corrupt" | "too-large";

/** Why reading stopped: what is wrong, and at which byte of the file the offending header, record or block starts. */
export interface CaptureError {
  readonly kind: CaptureErrorKind;
  readonly offset: number;
  readonly message: string;
}

export interface CaptureFile {
  readonly format: "pcap" | "pcapng" | null;
  readonly interfaces: readonly CaptureInterface[];
  /** Every packet before the end of the file, or before `error`. */
  readonly packets: readonly CapturedPacket[];
  readonly error: CaptureError | null;
}

/** What a reader is willing to take in. */
export interface CaptureLimits {
  readonly fileBytes: number;
  readonly packetBytes: number;
  readonly packets: number;
  readonly interfaces: number;
}

/** libpcap's own bound on a packet is 262,144 bytes. */
export const CAPTURE_LIMITS: CaptureLimits = {
  fileBytes: 512 * 1024 * 1024,
  packetBytes: 262_144,
  packets: 10_000_000,
  interfaces: 65_536,
};

/** Reads fixed-size integers in the byte order of the file. */
export class FileView {
  readonly #view: DataView;
  readonly littleEndian: boolean;
  readonly byteLength: number;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.littleEndian = littleEndian;
    this.byteLength = bytes.byteLength;
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.littleEndian);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.littleEndian);
  }

  i64(offset: number): bigint {
    return this.#view.getBigInt64(offset, this.littleEndian);
  }
}
