// LLC/SNAP encapsulation of packets in AAL5, RFC 2684 sections 4 and 5:
//   routed    AA AA 03 | 00 00 00 | EtherType 2        | packet
//   bridged   AA AA 03 | 00 80 C2 | PID 2 | 00 00 (pad) | Ethernet frame (with its FCS when PID = 00 01)

export const LLC_SNAP_ROUTED_OCTETS = 8;
export const LLC_SNAP_BRIDGED_ETHERNET_OCTETS = 10;

export const ETHER_TYPE_IPV4 = 0x0800;
export const ETHER_TYPE_ARP = 0x0806;
export const ETHER_TYPE_IPV6 = 0x86dd;

/** RFC 2684 section 5.2: protocol identifiers under OUI 00-80-C2. */
export const PID_ETHERNET_WITH_FCS = 0x0001;
export const PID_ETHERNET_WITHOUT_FCS = 0x0007;

const LLC_SNAP = 0xaaaa03;
const OUI_ETHER_TYPE = 0x000000;
const OUI_BRIDGED = 0x0080c2;

/** What `decodeLlcSnap` found. */
export const LLC_SNAP_ROUTED = 0;
export const LLC_SNAP_BRIDGED_ETHERNET = 1;
/** The SDU ends within the header. */
export const LLC_SNAP_TRUNCATED = 2;
/** The LLC header is not AA-AA-03: some other encapsulation, or none. */
export const LLC_SNAP_OTHER_LLC = 3;
/** A SNAP header with an OUI or PID that carries neither routed nor bridged Ethernet packets. */
export const LLC_SNAP_OTHER_PROTOCOL = 4;

/** A decoded header; reuse one object for many decodes. */
export class LlcSnapHeader {
  /** Octets in front of the packet or Ethernet frame; 0 unless it was recognised. */
  headerOctets = 0;
  organisation = 0;
  /** EtherType when routed, PID when bridged. */
  protocol = 0;
  /** The bridged frame ends in its 4-octet FCS. */
  hasFrameCheckSequence = false;
}

function write24(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >> 16;
  bytes[offset + 1] = value >> 8;
  bytes[offset + 2] = value;
}

function write16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >> 8;
  bytes[offset + 1] = value;
}

/** Writes the header of a routed packet at `offset`; returns its length, 8. */
export function writeLlcSnapRouted(bytes: Uint8Array, offset: number, etherType: number): number {
  write24(bytes, offset, LLC_SNAP);
  write24(bytes, offset + 3, OUI_ETHER_TYPE);
  write16(bytes, offset + 6, etherType);
  return LLC_SNAP_ROUTED_OCTETS;
}

/** Writes the header of a bridged Ethernet frame at `offset`; returns its length, 10. */
export function writeLlcSnapBridgedEthernet(bytes: Uint8Array, offset: number, hasFrameCheckSequence: boolean): number {
  write24(bytes, offset, LLC_SNAP);
  write24(bytes, offset + 3, OUI_BRIDGED);
  write16(bytes, offset + 6, hasFrameCheckSequence ? PID_ETHERNET_WITH_FCS : PID_ETHERNET_WITHOUT_FCS);
  write16(bytes, offset + 8, 0);
  return LLC_SNAP_BRIDGED_ETHERNET_OCTETS;
}

/** Reads the header of an SDU of `length` octets at `offset` into `into`; returns one of the LLC_SNAP_ results. */
export function decodeLlcSnap(bytes: Uint8Array, offset: number, length: number, into: LlcSnapHeader): number {
  into.headerOctets = 0;
  into.organisation = 0;
  into.protocol = 0;
  into.hasFrameCheckSequence = false;
  if (length < 3) return LLC_SNAP_TRUNCATED;
  if (((bytes[offset] << 16) | (bytes[offset + 1] << 8) | bytes[offset + 2]) !== LLC_SNAP) return LLC_SNAP_OTHER_LLC;
  if (length < LLC_SNAP_ROUTED_OCTETS) return LLC_SNAP_TRUNCATED;
  into.organisation = (bytes[offset + 3] << 16) | (bytes[offset + 4] << 8) | bytes[offset + 5];
  into.protocol = (bytes[offset + 6] << 8) | bytes[offset + 7];
  if (into.organisation === OUI_ETHER_TYPE) {
    into.headerOctets = LLC_SNAP_ROUTED_OCTETS;
    return LLC_SNAP_ROUTED;
  }
  const withFcs = into.protocol === PID_ETHERNET_WITH_FCS;
  if (into.organisation !== OUI_BRIDGED || !(withFcs || into.protocol === PID_ETHERNET_WITHOUT_FCS)) {
    return LLC_SNAP_OTHER_PROTOCOL;
  }
  if (length < LLC_SNAP_BRIDGED_ETHERNET_OCTETS) return LLC_SNAP_TRUNCATED;
  into.headerOctets = LLC_SNAP_BRIDGED_ETHERNET_OCTETS;
  into.hasFrameCheckSequence = withFcs;
  return LLC_SNAP_BRIDGED_ETHERNET;
}
