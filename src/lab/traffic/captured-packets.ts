import {
  ETHER_TYPE_IPV4,
  ETHER_TYPE_IPV6,
  LLC_SNAP_BRIDGED_ETHERNET_OCTETS,
  LLC_SNAP_ROUTED_OCTETS,
  writeLlcSnapBridgedEthernet,
  writeLlcSnapRouted,
} from "../../wire/llc-snap.ts";
import type { CapturedPacket, CaptureInterface } from "../capture/capture-file.ts";
import { CAPTURE_LIMITS } from "../capture/capture-file.ts";
import {
  LINK_TYPE_ETHERNET,
  LINK_TYPE_IPV4,
  LINK_TYPE_IPV6,
  LINK_TYPE_RAW_IP,
  linkTypeName,
} from "../capture/link-type.ts";
import { readCapture } from "../capture/read-capture.ts";
import { readInputFile } from "../scenario/input-file.ts";
import type { Arrivals } from "./arrivals.ts";
import type { PacketSource } from "./packet-source.ts";

/** Not an EtherType: the packet is an Ethernet frame, bridged whole. */
const BRIDGED = 0;
/** Bridged with its frame check sequence at the end. */
const BRIDGED_WITH_FCS = 1;
const ETHERNET_FCS_OCTETS = 4;
const MAX_SDU_OCTETS = 65_535;

/** The packets of a capture file as they cross the network: shared by all calls that send them. */
export interface EncapsulatedCapture {
  readonly packets: readonly CapturedPacket[];
  /** For each packet BRIDGED, BRIDGED_WITH_FCS, or the EtherType of a routed packet. */
  readonly encapsulations: Uint16Array;
  /** Bytes of the longest SDU, and which packet (from 1) it is. */
  readonly longestSdu: number;
  readonly longestPacket: number;
}

export interface CaptureProblem {
  readonly problem: string;
  readonly hint: string | null;
}

/**
 * Reads a capture file and finds out how each packet is encapsulated (RFC 2684): Ethernet frames bridged, IP packets routed.
 * @param allowTruncated take the packets before the cut of a file that is cut off.
 */
export function readCapturedPackets(file: string, allowTruncated: boolean): EncapsulatedCapture | CaptureProblem {
  const bytes = readInputFile(file, CAPTURE_LIMITS.fileBytes);
  if (!(bytes instanceof Uint8Array)) return { problem: `${file} ${bytes.problem}`, hint: null };
  const { packets, interfaces, error } = readCapture(bytes);
  if (error !== null && !(allowTruncated && error.kind === "truncated" && packets.length > 0)) {
    const usable = error.kind === "truncated" && packets.length > 0;
    const hint = usable ? `allowTruncated: true takes the ${packets.length} packets before it` : null;
    return { problem: `${file}, byte ${error.offset}: ${error.kind}: ${error.message}`, hint };
  }
  if (packets.length === 0) return { problem: `${file} has no packets`, hint: null };
  return encapsulate(packets, interfaces, file);
}

function encapsulate(
  packets: readonly CapturedPacket[],
  interfaces: readonly CaptureInterface[],
  file: string,
): EncapsulatedCapture | CaptureProblem {
  const encapsulations = new Uint16Array(packets.length);
  let longestSdu = 0;
  let longestPacket = 0;
  for (const [index, packet] of packets.entries()) {
    const encapsulation = encapsulationOf(packet, interfaces[packet.interfaceIndex]);
    if (typeof encapsulation === "string")
      return { problem: `${file}, packet ${index + 1}: ${encapsulation}`, hint: null };
    encapsulations[index] = encapsulation;
    const sduLength = headerOctets(encapsulation) + packet.bytes.length;
    if (sduLength > longestSdu) {
      longestSdu = sduLength;
      longestPacket = index + 1;
    }
  }
  if (longestSdu > MAX_SDU_OCTETS) {
    return { problem: `${file}, packet ${longestPacket}: ${longestSdu} bytes do not fit into an AAL5 SDU`, hint: null };
  }
  return { packets, encapsulations, longestSdu, longestPacket };
}

/** BRIDGED, BRIDGED_WITH_FCS, an EtherType, or why the packet cannot be sent. */
function encapsulationOf(packet: CapturedPacket, captureInterface: CaptureInterface): number | string {
  const { linkType, fcsLength } = captureInterface;
  switch (linkType) {
    case LINK_TYPE_ETHERNET: {
      const whole = packet.bytes.length === packet.originalLength;
      return fcsLength === ETHERNET_FCS_OCTETS && whole ? BRIDGED_WITH_FCS : BRIDGED;
    }
    case LINK_TYPE_IPV4:
      return ETHER_TYPE_IPV4;
    case LINK_TYPE_IPV6:
      return ETHER_TYPE_IPV6;
    case LINK_TYPE_RAW_IP: {
      if (packet.bytes.length === 0) return "an empty packet has no IP version";
      const version = packet.bytes[0] >> 4;
      if (version === 4) return ETHER_TYPE_IPV4;
      return version === 6 ? ETHER_TYPE_IPV6 : `IP version ${version} is neither 4 nor 6`;
    }
    default:
      return `${linkTypeName(linkType)} is neither Ethernet (1) nor raw IP (101, 228, 229)`;
  }
}

function headerOctets(encapsulation: number): number {
  return encapsulation <= BRIDGED_WITH_FCS ? LLC_SNAP_BRIDGED_ETHERNET_OCTETS : LLC_SNAP_ROUTED_OCTETS;
}

/** The packets of a capture, one after the other. */
export class CapturedPackets implements PacketSource {
  readonly count: number;
  readonly longestSdu: number;
  sduLength = -1;
  gapNs = 0;

  readonly #capture: EncapsulatedCapture;
  readonly #arrivals: Arrivals;
  #index = 0;

  constructor(capture: EncapsulatedCapture, arrivals: Arrivals) {
    this.#capture = capture;
    this.#arrivals = arrivals;
    this.count = capture.packets.length;
    this.longestSdu = capture.longestSdu;
    this.#load();
  }

  write(bytes: Uint8Array, offset: number): void {
    const encapsulation = this.#capture.encapsulations[this.#index];
    const header =
      encapsulation <= BRIDGED_WITH_FCS
        ? writeLlcSnapBridgedEthernet(bytes, offset, encapsulation === BRIDGED_WITH_FCS)
        : writeLlcSnapRouted(bytes, offset, encapsulation);
    bytes.set(this.#capture.packets[this.#index].bytes, offset + header);
  }

  advance(): void {
    if (this.sduLength < 0) return;
    this.#index++;
    this.#load();
  }

  #load(): void {
    const more = this.#index < this.count;
    const { packets, encapsulations } = this.#capture;
    this.sduLength = more ? headerOctets(encapsulations[this.#index]) + packets[this.#index].bytes.length : -1;
    this.gapNs = more ? this.#arrivals.nextGapNs() : 0;
  }
}

/** The gaps of the recording. Where the capture has no time, or time goes backwards, the gap is 0. */
export class RecordedArrivals implements Arrivals {
  readonly #packets: readonly CapturedPacket[];
  #index = 0;
  #lastNs: bigint | null = null;

  constructor(packets: readonly CapturedPacket[]) {
    this.#packets = packets;
  }

  nextGapNs(): number {
    const timeNs = this.#packets[this.#index++]?.timeNs ?? null;
    if (timeNs === null) return 0;
    const gapNs = this.#lastNs === null || timeNs < this.#lastNs ? 0n : timeNs - this.#lastNs;
    this.#lastNs = timeNs;
    return Number(gapNs);
  }
}
