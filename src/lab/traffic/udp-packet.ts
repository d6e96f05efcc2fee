import { ETHER_TYPE_IPV4, LLC_SNAP_ROUTED_OCTETS, writeLlcSnapRouted } from "../../wire/llc-snap.ts";

/**
 * The packets of the generators: LLC/SNAP, IPv4 (RFC 791), UDP (RFC 768) to the discard port, and in the UDP data
 *   flow u32 | sequence number u32 | filler
 * All integers big-endian; both checksums are right.
 */
const IPV4_OCTETS = 20;
const UDP_OCTETS = 8;
const IP_OFFSET = LLC_SNAP_ROUTED_OCTETS;
const UDP_OFFSET = IP_OFFSET + IPV4_OCTETS;
const FLOW_OFFSET = UDP_OFFSET + UDP_OCTETS;
const SEQUENCE_OFFSET = FLOW_OFFSET + 4;
const FILLER_OFFSET = SEQUENCE_OFFSET + 4;

export const SMALLEST_GENERATED_SDU = FILLER_OFFSET;

const IP_IDENTIFICATION = IP_OFFSET + 4;
const IP_CHECKSUM = IP_OFFSET + 10;
const IP_SOURCE = IP_OFFSET + 12;
const UDP_LENGTH = UDP_OFFSET + 4;
const UDP_CHECKSUM = UDP_OFFSET + 6;

const PROTOCOL_UDP = 17;
const DONT_FRAGMENT = 0x4000;
const TIME_TO_LIVE = 64;
const SOURCE_PORT = 49_152;
const DISCARD_PORT = 9;
/** 198.18.0.0/15 is set aside for measurements (RFC 2544). */
const SOURCE_ADDRESS = 0xc612_0001;
const DESTINATION_ADDRESS = 0xc613_0001;

function write16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

function write32(bytes: Uint8Array, offset: number, value: number): void {
  write16(bytes, offset, value >>> 16);
  write16(bytes, offset + 2, value);
}

function read32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3]) >>> 0;
}

/** The sum of 16-bit words that the Internet checksum (RFC 1071) is made of, not folded yet. */
function sumWords(bytes: Uint8Array, offset: number, length: number, start: number): number {
  let sum = start;
  let at = offset;
  for (const end = offset + length - 1; at < end; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  return length % 2 === 0 ? sum : sum + (bytes[at] << 8);
}

function foldedChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}

/** Packets of one size and flow: all that stays the same is written once, and with it most of both checksums is summed. */
export class UdpPacketTemplate {
  readonly #bytes: Uint8Array;
  readonly #ipSum: number;
  readonly #udpSum: number;

  /** @param sduLength {@link SMALLEST_GENERATED_SDU} to 65,535 bytes. @param flow tells the senders apart, 32 bits. */
  constructor(sduLength: number, flow: number) {
    if (!(sduLength >= SMALLEST_GENERATED_SDU && sduLength <= 65_535)) {
      throw new RangeError(`a generated SDU has ${SMALLEST_GENERATED_SDU} to 65535 bytes, not ${sduLength}`);
    }
    const bytes = new Uint8Array(sduLength);
    const udpLength = sduLength - UDP_OFFSET;
    writeLlcSnapRouted(bytes, 0, ETHER_TYPE_IPV4);
    write16(bytes, IP_OFFSET, 0x4500);
    write16(bytes, IP_OFFSET + 2, sduLength - IP_OFFSET);
    write16(bytes, IP_OFFSET + 6, DONT_FRAGMENT);
    write16(bytes, IP_OFFSET + 8, (TIME_TO_LIVE << 8) | PROTOCOL_UDP);
    write32(bytes, IP_SOURCE, SOURCE_ADDRESS);
    write32(bytes, IP_SOURCE + 4, DESTINATION_ADDRESS);
    write16(bytes, UDP_OFFSET, SOURCE_PORT);
    write16(bytes, UDP_OFFSET + 2, DISCARD_PORT);
    write16(bytes, UDP_LENGTH, udpLength);
    write32(bytes, FLOW_OFFSET, flow);
    for (let i = FILLER_OFFSET; i < sduLength; i++) bytes[i] = i;
    this.#bytes = bytes;
    this.#ipSum = sumWords(bytes, IP_OFFSET, IPV4_OCTETS, 0);
    // RFC 768: the pseudo header has both addresses, the protocol and the UDP length.
    const pseudoHeader = sumWords(bytes, IP_SOURCE, 8, PROTOCOL_UDP + udpLength);
    this.#udpSum = sumWords(bytes, UDP_OFFSET, udpLength, pseudoHeader);
  }

  /** Bytes of the SDU. */
  get sduLength(): number {
    return this.#bytes.length;
  }

  /** Writes the packet with this sequence number (32 bits) at `offset`. */
  write(bytes: Uint8Array, offset: number, sequence: number): void {
    bytes.set(this.#bytes, offset);
    const low = sequence & 0xffff;
    write16(bytes, offset + IP_IDENTIFICATION, low);
    write16(bytes, offset + IP_CHECKSUM, foldedChecksum(this.#ipSum + low));
    write32(bytes, offset + SEQUENCE_OFFSET, sequence);
    // RFC 768: a checksum that comes out as 0 is sent as all ones, for 0 means "none".
    const udpChecksum = foldedChecksum(this.#udpSum + (sequence >>> 16) + low);
    write16(bytes, offset + UDP_CHECKSUM, udpChecksum === 0 ? 0xffff : udpChecksum);
  }
}

/** The sequence number of a generated SDU. Meaningful only for SDUs of at least {@link SMALLEST_GENERATED_SDU} bytes. */
export function generatedSequence(bytes: Uint8Array, offset: number): number {
  return read32(bytes, offset + SEQUENCE_OFFSET);
}

/** The flow of a generated SDU; as {@link generatedSequence}. */
export function generatedFlow(bytes: Uint8Array, offset: number): number {
  return read32(bytes, offset + FLOW_OFFSET);
}
