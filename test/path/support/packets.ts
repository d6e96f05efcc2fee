import { ByteBuilder, pcapFile } from "../../lab/support/capture-bytes.ts";

const ETHERNET = 1;
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;

/** EtherTypes of what a mixed capture has: IPv4, ARP, IPv6, VLAN, MPLS, PPPoE session, a local experiment. */
const ETHER_TYPES = [0x0800, 0x0806, 0x86dd, 0x8100, 0x8847, 0x8864, 0x88b5];
/** IP protocols: ICMP, TCP, UDP, GRE, SCTP. */
const IP_PROTOCOLS = [1, 6, 17, 47, 132];
const LONGEST = 9_000;
const SHORTEST = 60;

/** A multiplicative congruential generator (Park and Miller), so that the packets are the same on every run. */
function* numbers(): Generator<number, never> {
  let state = 20_261_121;
  for (;;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state;
  }
}

/** Ethernet frames of 60 to 9,000 bytes, of several protocols, with whatever inside; every tenth equals the one before it. */
export function mixedPackets(count: number): Uint8Array[] {
  const random = numbers();
  const below = (limit: number): number => random.next().value % limit;
  const packets: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const before = packets.at(-1);
    if (before !== undefined && i % 10 === 9) {
      packets.push(before);
      continue;
    }
    // Mostly short ones and some jumbos, the two extremes for certain.
    const length =
      i === 0 ? SHORTEST : i === 1 ? LONGEST : SHORTEST + below(i % 5 === 0 ? LONGEST - SHORTEST + 1 : 400);
    const packet = Uint8Array.from({ length }, () => below(256));
    const etherType = ETHER_TYPES[i % ETHER_TYPES.length] ?? 0;
    packet.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, etherType >> 8, etherType & 0xff]);
    if (etherType === 0x0800) {
      packet.set([0x45, 0, (length - 14) >> 8, (length - 14) & 0xff], 14);
      packet[23] = IP_PROTOCOLS[i % IP_PROTOCOLS.length] ?? 0;
    }
    packets.push(packet);
  }
  return packets;
}

/** A pcap file of Ethernet packets, a microsecond apart. */
export function ethernetPcap(packets: readonly Uint8Array[]): Uint8Array {
  const samples = packets.map((bytes, i) => ({ seconds: 1_700_000_000, fraction: i, bytes }));
  return pcapFile(true, 0xa1b2c3d4, ETHERNET, samples);
}

/** The same as pcapng. */
export function ethernetPcapng(packets: readonly Uint8Array[]): Uint8Array {
  const file = new ByteBuilder(true);
  file.block(SECTION_HEADER, (body) => body.u32(BYTE_ORDER_MAGIC).u16(1).u16(0).u32(0xffff_ffff).u32(0xffff_ffff));
  file.block(INTERFACE_DESCRIPTION, (body) => body.u16(ETHERNET).u16(0).u32(0));
  for (const [i, bytes] of packets.entries()) {
    file.block(ENHANCED_PACKET, (body) =>
      body.u32(0).u32(0x60000).u32(i).u32(bytes.length).u32(bytes.length).raw(bytes, 4),
    );
  }
  return file.bytes();
}
