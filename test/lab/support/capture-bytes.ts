/** Capture files byte by byte, written from the format's description and apart from the reader and writer under test. */
export class ByteBuilder {
  readonly #littleEndian: boolean;
  readonly #bytes: number[] = [];

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  u16(value: number): this {
    return this.#integer(value, 2);
  }

  u32(value: number): this {
    return this.#integer(value, 4);
  }

  raw(bytes: Iterable<number>, padTo = 1): this {
    this.#bytes.push(...bytes);
    while (this.#bytes.length % padTo !== 0) this.#bytes.push(0);
    return this;
  }

  /** A pcapng block around `body`. */
  block(type: number, body: (body: ByteBuilder) => void): this {
    const inner = new ByteBuilder(this.#littleEndian);
    body(inner);
    const length = inner.#bytes.length + 12;
    return this.u32(type).u32(length).raw(inner.#bytes).u32(length);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #integer(value: number, size: number): this {
    for (let i = 0; i < size; i++) {
      const shift = 8 * (this.#littleEndian ? i : size - 1 - i);
      this.#bytes.push((value >>> shift) & 0xff);
    }
    return this;
  }
}

export interface SamplePacket {
  seconds: number;
  fraction: number;
  bytes: Uint8Array;
  originalLength?: number;
}

export function pcapFile(littleEndian: boolean, magic: number, linkType: number, packets: SamplePacket[]): Uint8Array {
  const file = new ByteBuilder(littleEndian).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262_144).u32(linkType);
  for (const { seconds, fraction, bytes, originalLength } of packets) {
    file
      .u32(seconds)
      .u32(fraction)
      .u32(bytes.length)
      .u32(originalLength ?? bytes.length)
      .raw(bytes);
  }
  return file.bytes();
}

/** A valid Ethernet frame with an IPv4 header of no particular interest; `marker` makes it recognisable. */
export function ethernetFrame(length: number, marker: number): Uint8Array {
  const frame = new Uint8Array(length);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
  for (let i = 14; i < length; i++) frame[i] = (marker * 31 + i) & 0xff;
  return frame;
}
