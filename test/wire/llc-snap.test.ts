import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeLlcSnap,
  ETHER_TYPE_IPV4,
  ETHER_TYPE_IPV6,
  LLC_SNAP_BRIDGED_ETHERNET,
  LLC_SNAP_OTHER_LLC,
  LLC_SNAP_OTHER_PROTOCOL,
  LLC_SNAP_ROUTED,
  LLC_SNAP_TRUNCATED,
  LlcSnapHeader,
  writeLlcSnapBridgedEthernet,
  writeLlcSnapRouted,
} from "../../src/wire/index.ts";
import { LINK_TYPE_SUNATM, sunatmFrame, tshark } from "./tshark.ts";

function decoded(hex: string): { result: number; header: LlcSnapHeader } {
  const bytes = Buffer.from(hex, "hex");
  const header = new LlcSnapHeader();
  return { result: decodeLlcSnap(bytes, 0, bytes.length, header), header };
}

function hexOf(write: (bytes: Uint8Array) => number): string {
  const bytes = new Uint8Array(12).fill(0xee);
  return Buffer.from(bytes.buffer, 0, write(bytes)).toString("hex");
}

describe("LLC/SNAP", () => {
  it("RFC 2684 5.1: a routed IPv4 or IPv6 packet has OUI 00-00-00 and its EtherType", () => {
    expect(hexOf((bytes) => writeLlcSnapRouted(bytes, 0, ETHER_TYPE_IPV4))).toBe("aaaa030000000800");
    expect(hexOf((bytes) => writeLlcSnapRouted(bytes, 0, ETHER_TYPE_IPV6))).toBe("aaaa0300000086dd");
    const { result, header } = decoded("aaaa03000000080045");
    expect([result, header.headerOctets, header.protocol]).toEqual([LLC_SNAP_ROUTED, 8, 0x0800]);
  });

  it("RFC 2684 5.2: bridged Ethernet has PID 00-01 with and 00-07 without FCS, and two octets of padding", () => {
    expect(hexOf((bytes) => writeLlcSnapBridgedEthernet(bytes, 0, true))).toBe("aaaa030080c200010000");
    expect(hexOf((bytes) => writeLlcSnapBridgedEthernet(bytes, 0, false))).toBe("aaaa030080c200070000");
    for (const [pid, hasFcs] of [["0001", true] as const, ["0007", false] as const]) {
      const { result, header } = decoded(`aaaa030080c2${pid}0000ffff`);
      expect([result, header.headerOctets]).toEqual([LLC_SNAP_BRIDGED_ETHERNET, 10]);
      expect(header.hasFrameCheckSequence).toBe(hasFcs);
    }
  });

  it.each([
    ["", LLC_SNAP_TRUNCATED],
    ["aaaa", LLC_SNAP_TRUNCATED],
    ["aaaa0300000008", LLC_SNAP_TRUNCATED],
    ["aaaa030080c2000700", LLC_SNAP_TRUNCATED],
    ["fefe03cf", LLC_SNAP_OTHER_LLC],
    ["aaab030000000800", LLC_SNAP_OTHER_LLC],
    ["aaaa030080c2000e", LLC_SNAP_OTHER_PROTOCOL],
    ["aaaa0300a03e0001", LLC_SNAP_OTHER_PROTOCOL],
  ])("%j is told apart with result %i and no header length", (hex, result) => {
    expect(decoded(hex)).toMatchObject({ result, header: { headerOctets: 0 } });
  });

  it("any octets give a result, and never a header beyond their end", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 20, size: "max" }), (snap, rest) => {
        const bytes = snap ? Uint8Array.of(0xaa, 0xaa, 3, 0, ...rest) : rest;
        const header = new LlcSnapHeader();
        expect(decodeLlcSnap(bytes, 0, bytes.length, header)).toBeLessThanOrEqual(LLC_SNAP_OTHER_PROTOCOL);
        expect(header.headerOctets).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it("tshark sees IPv4 in a routed and Ethernet in a bridged SDU", () => {
    const ip = Buffer.from("4500001c000100004011b6c90a0000010a000002000100020008ed", "hex");
    const routed = new Uint8Array(40);
    routed.set(ip, writeLlcSnapRouted(routed, 0, ETHER_TYPE_IPV4));
    const bridged = new Uint8Array(60);
    const at = writeLlcSnapBridgedEthernet(bridged, 0, false);
    bridged.set(Buffer.from("020000000002020000000001 0800".replace(" ", ""), "hex"), at);
    bridged.set(ip, at + 14);
    const frames = [sunatmFrame(2, 0, 100, routed), sunatmFrame(2, 0, 100, bridged)];
    const fields = ["frame.number", "ip.src", "ip.dst", "eth.src"].flatMap((field) => ["-e", field]);
    expect(
      tshark(LINK_TYPE_SUNATM, frames, ["-T", "fields", ...fields])
        .trim()
        .split("\n"),
    ).toEqual(["1\t10.0.0.1\t10.0.0.2\t", "2\t10.0.0.1\t10.0.0.2\t02:00:00:00:00:01"]);
  });
});
