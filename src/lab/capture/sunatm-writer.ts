import type { ByteSink } from "./byte-sink.ts";
import { LINK_TYPE_SUNATM } from "./link-type.ts";
import * as layout from "./pcapng-layout.ts";

/** SUNATM pseudo header: direction and traffic type, VPI, VCI (big-endian); then the CPCS-SDU without AAL5 trailer. */
const PSEUDO_HEADER_BYTES = 4;
/** Direction bit: the frame goes from the end system (DTE) to the network (DCE). */
const FROM_HOST = 0x80;
const TRAFFIC_RAW = 0;
const TRAFFIC_LLC_SNAP = 2;
const TRAFFIC_SIGNALLING = 6;
const SIGNALLING_VPI = 0;
const SIGNALLING_VCI = 5;

/** The longest AAL5 CPCS-SDU (I.363.5). */
const MAX_SDU_BYTES = 65_535;
const BUFFER_BYTES = 256 * 1024;
const TIME_RESOLUTION_NANOSECONDS = 9;
const SHORT_COPY_BYTES = 256;

/**
 * Writes AAL5 frames as a pcapng file of link type 123 (SUNATM), one interface per tapped NIC port, time stamps in virtual nanoseconds.
 * The bytes depend on nothing but the calls: no host time, no host name.
 */
export class SunatmWriter {
  readonly #sink: ByteSink;
  readonly #maxBytes: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  readonly #encoder = new TextEncoder();
  #used = 0;
  #written = 0;
  #interfaces = 0;
  #frames = 0;
  #framesLeftOut = 0;

  /** @param maxBytes the file does not grow beyond this; frames that no longer fit are counted in {@link framesLeftOut}. */
  constructor(sink: ByteSink, maxBytes = Number.POSITIVE_INFINITY) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
    this.#writeSectionHeader();
  }

  /** Frames written. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames that did not fit into the file's size limit. */
  get framesLeftOut(): number {
    return this.#framesLeftOut;
  }

  /** Describes a tapped port. @returns the index for {@link writeFrame}. */
  addInterface(name: string): number {
    const nameBytes = this.#encoder.encode(name.slice(0, 1024));
    const optionBytes = 4 + layout.roundUpTo4(nameBytes.length) + 8 + 4;
    const length = layout.INTERFACE_DESCRIPTION_BYTES + optionBytes;
    this.#beginBlock(layout.INTERFACE_DESCRIPTION_BLOCK, length);
    this.#u16(LINK_TYPE_SUNATM);
    this.#u16(0);
    this.#u32(0); // no snap length
    this.#u16(layout.OPTION_IF_NAME);
    this.#u16(nameBytes.length);
    this.#bytes(nameBytes, 0, nameBytes.length);
    this.#u16(layout.OPTION_IF_TSRESOL);
    this.#u16(1);
    this.#u32(TIME_RESOLUTION_NANOSECONDS);
    this.#u32(layout.OPTION_END);
    this.#u32(length);
    return this.#interfaces++;
  }

  /**
   * Writes one CPCS-SDU.
   * @param timeNs virtual time in whole nanoseconds.
   * @param fromHost true when the NIC sent it, false when the NIC receives it.
   * @param vpi 0 to 255, as at a UNI.
   */
  writeFrame(
    interfaceIndex: number,
    timeNs: number,
    fromHost: boolean,
    vpi: number,
    vci: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    if (interfaceIndex >= this.#interfaces) throw new RangeError(`interface ${interfaceIndex} was not added`);
    if (!(length >= 0 && length <= MAX_SDU_BYTES))
      throw new RangeError(`a CPCS-SDU has 0 to 65535 bytes, not ${length}`);
    const captured = PSEUDO_HEADER_BYTES + length;
    const blockLength = layout.ENHANCED_PACKET_BYTES + layout.roundUpTo4(captured);
    if (this.#written + blockLength > this.#maxBytes) {
      this.#framesLeftOut++;
      return;
    }
    this.#beginBlock(layout.ENHANCED_PACKET_BLOCK, blockLength);
    this.#u32(interfaceIndex);
    this.#u32(Math.floor(timeNs / 0x1_0000_0000));
    this.#u32(timeNs >>> 0);
    this.#u32(captured);
    this.#u32(captured);
    const buffer = this.#buffer;
    buffer[this.#used++] = (fromHost ? FROM_HOST : 0) | trafficType(vpi, vci, bytes, offset, length);
    buffer[this.#used++] = vpi;
    buffer[this.#used++] = vci >>> 8;
    buffer[this.#used++] = vci;
    this.#bytes(bytes, offset, length);
    this.#u32(blockLength);
    this.#frames++;
  }

  /** Hands what is buffered to the sink. */
  flush(): void {
    if (this.#used === 0) return;
    this.#sink.write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #writeSectionHeader(): void {
    this.#beginBlock(layout.SECTION_HEADER_BLOCK, layout.SECTION_HEADER_BYTES);
    this.#u32(layout.BYTE_ORDER_MAGIC);
    this.#u16(1);
    this.#u16(0);
    // Section length -1: not stated, read to the end of the file.
    this.#u32(0xffff_ffff);
    this.#u32(0xffff_ffff);
    this.#u32(layout.SECTION_HEADER_BYTES);
  }

  #beginBlock(type: number, length: number): void {
    if (this.#used + length > BUFFER_BYTES) this.flush();
    this.#written += length;
    this.#u32(type);
    this.#u32(length);
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#used, value, true);
    this.#used += 2;
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#used, value, true);
    this.#used += 4;
  }

  /** Copies and pads with zeros to a multiple of 4. */
  #bytes(bytes: Uint8Array, offset: number, length: number): void {
    const buffer = this.#buffer;
    let used = this.#used;
    // A view per frame costs more than copying a short frame byte by byte.
    if (length <= SHORT_COPY_BYTES) for (let i = 0; i < length; i++) buffer[used + i] = bytes[offset + i];
    else buffer.set(bytes.subarray(offset, offset + length), used);
    used += length;
    while ((used & 3) !== 0) buffer[used++] = 0;
    this.#used = used;
  }
}

function trafficType(vpi: number, vci: number, bytes: Uint8Array, offset: number, length: number): number {
  if (vpi === SIGNALLING_VPI && vci === SIGNALLING_VCI) return TRAFFIC_SIGNALLING;
  // RFC 2684 section 4: an LLC/SNAP encapsulated PDU starts with AA-AA-03.
  const llcSnap = length >= 8 && bytes[offset] === 0xaa && bytes[offset + 1] === 0xaa && bytes[offset + 2] === 0x03;
  return llcSnap ? TRAFFIC_LLC_SNAP : TRAFFIC_RAW;
}
