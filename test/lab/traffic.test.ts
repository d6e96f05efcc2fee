import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySink } from "../../src/lab/capture/byte-sink.ts";
import { SunatmWriter } from "../../src/lab/capture/sunatm-writer.ts";
import { BackToBackArrivals, EvenArrivals, nextExponential, PoissonArrivals } from "../../src/lab/traffic/arrivals.ts";
import { CapturedPackets, RecordedArrivals, readCapturedPackets } from "../../src/lab/traffic/captured-packets.ts";
import { GeneratedPackets, IMIX_SDU_BYTES } from "../../src/lab/traffic/generated-packets.ts";
import type { PacketSource } from "../../src/lab/traffic/packet-source.ts";
import {
  generatedFlow,
  generatedSequence,
  SMALLEST_GENERATED_SDU,
  UdpPacketTemplate,
} from "../../src/lab/traffic/udp-packet.ts";
import { SeededRandom } from "../../src/machine/random.ts";
import { ethernetFrame, pcapFile } from "./support/capture-bytes.ts";
import { freshFolder } from "./support/folder.ts";
import { wireshark } from "./support/wireshark.ts";

const folder = freshFolder();

/** Takes every packet out of a source. */
function drain(source: PacketSource): { gapNs: number; bytes: Uint8Array }[] {
  const packets: { gapNs: number; bytes: Uint8Array }[] = [];
  while (source.sduLength >= 0) {
    const bytes = new Uint8Array(source.sduLength);
    source.write(bytes, 0);
    packets.push({ gapNs: source.gapNs, bytes });
    source.advance();
  }
  return packets;
}

function writeSunatm(path: string, sdus: Uint8Array[]): void {
  const sink = new MemorySink();
  const writer = new SunatmWriter(sink);
  writer.addInterface("nic");
  for (const [i, sdu] of sdus.entries()) writer.writeFrame(0, i, true, 0, 32, sdu, 0, sdu.length);
  writer.flush();
  writeFileSync(path, sink.bytes());
}

describe("generated packets", () => {
  it("are IPv4/UDP over LLC/SNAP whose lengths and both checksums tshark finds right", () => {
    const sizes = [SMALLEST_GENERATED_SDU, 45, 64, 1500, 9188, 65_535];
    const sdus = drain(new GeneratedPackets(sizes, 4 * sizes.length, 0xfedc_ba98, new BackToBackArrivals()));
    writeSunatm(
      folder.path("a.pcapng"),
      sdus.map(({ bytes }) => bytes),
    );
    const check = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
    const fields = ["ip.len", "ip.checksum.status", "udp.length", "udp.checksum.status", "udp.dstport", "data.data"];
    const output = wireshark(
      "tshark",
      "-r",
      folder.path("a.pcapng"),
      ...check,
      "-T",
      "fields",
      ...fields.flatMap((f) => ["-e", f]),
    );
    const lines = output
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(lines.length).toBe(sdus.length);
    for (const [i, [ipLength, ipStatus, udpLength, udpStatus, port, data]] of lines.entries()) {
      const size = sizes[i % sizes.length]!;
      expect([ipLength, ipStatus, udpLength, udpStatus, port]).toEqual([`${size - 8}`, "1", `${size - 28}`, "1", "9"]);
      expect(data?.slice(0, 16)).toBe(`fedcba98${i.toString(16).padStart(8, "0")}`);
    }
    expect(wireshark("tshark", "-r", folder.path("a.pcapng"), "-Y", "_ws.malformed")).toBe("");
  });

  it("have right UDP checksums for every sequence number, 0 sent as ffff", () => {
    const random = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(fc.integer({ min: SMALLEST_GENERATED_SDU, max: 200 }), random, random, (size, flow, sequence) => {
        const sdu = new Uint8Array(size);
        new UdpPacketTemplate(size, flow).write(sdu, 0, sequence);
        // RFC 1071: summing everything, the checksum included, gives ffff.
        const words = (from: number, to: number): number => {
          let sum = 0;
          for (let i = from; i < to; i += 2) sum += (sdu[i]! << 8) | (sdu[i + 1] ?? 0);
          return sum;
        };
        expect(words(8, 28) % 0xffff).toBe(0);
        expect((words(28, size) + words(20, 28) + 17 + size - 28) % 0xffff).toBe(0);
        expect((sdu[34]! << 8) | sdu[35]!).not.toBe(0);
        expect([generatedFlow(sdu, 0), generatedSequence(sdu, 0)]).toEqual([flow, sequence]);
      }),
    );
  });

  it("are written at any offset and touch nothing beside", () => {
    const memory = new Uint8Array(300).fill(0xee);
    new GeneratedPackets([100], 1, 7, new BackToBackArrivals()).write(memory, 50);
    expect(memory.subarray(0, 50).every((byte) => byte === 0xee)).toBe(true);
    expect(memory.subarray(150).every((byte) => byte === 0xee)).toBe(true);
    expect([...memory.subarray(50, 54)]).toEqual([0xaa, 0xaa, 3, 0]);
  });

  it("imix: every 12 packets have 7 of 64, 4 of 594 and 1 of 1518 bytes", () => {
    const sizes = drain(new GeneratedPackets(IMIX_SDU_BYTES, 120, 0, new BackToBackArrivals())).map(
      ({ bytes }) => bytes.length,
    );
    for (let i = 0; i < 120; i += 12) {
      const dozen = sizes.slice(i, i + 12).sort((a, b) => a - b);
      expect(dozen).toEqual([64, 64, 64, 64, 64, 64, 64, 594, 594, 594, 594, 1518]);
    }
  });

  it("a source ends after its count, and stepping on then does nothing", () => {
    const source = new GeneratedPackets([64], 2, 0, new BackToBackArrivals());
    source.advance();
    expect(source.sduLength).toBe(64);
    source.advance();
    source.advance();
    expect(source.sduLength).toBe(-1);
  });
});

describe("arrivals", () => {
  it("an even rate places batch n at n * batch / rate, without drift", () => {
    const arrivals = new EvenArrivals(3_000_000, 4);
    let nowNs = 0;
    for (let packet = 0; packet < 40_000; packet++) {
      nowNs += arrivals.nextGapNs();
      expect(nowNs).toBe(Math.round((Math.floor(packet / 4) * 4 * 1e9) / 3e6));
    }
  });

  it("von Neumann's method gives exponentially distributed numbers", () => {
    const random = new SeededRandom(1);
    const samples = Array.from({ length: 200_000 }, () => nextExponential(random));
    for (const x of [0.1, 0.5, 1, 2, 4]) {
      const share = samples.filter((sample) => sample > x).length / samples.length;
      // Four standard deviations of the share.
      expect(Math.abs(share - Math.exp(-x))).toBeLessThan(
        4 * Math.sqrt((Math.exp(-x) * (1 - Math.exp(-x))) / samples.length),
      );
    }
  });

  it("Poisson: the mean rate is kept, packets of a batch come together, and the seed decides", () => {
    const gaps = (seed: number): number[] => {
      const arrivals = new PoissonArrivals(1e6, 2, new SeededRandom(seed));
      return Array.from({ length: 100_000 }, () => arrivals.nextGapNs());
    };
    const first = gaps(5);
    expect(first.reduce((sum, gap) => sum + gap, 0) / first.length / 1_000).toBeCloseTo(1, 1);
    expect(first.every((gap, i) => i % 2 === 0 || gap === 0)).toBe(true);
    expect(gaps(5)).toEqual(first);
    expect(gaps(6)).not.toEqual(first);
  });
});

describe("packets from a capture file", () => {
  const ipv4 = Uint8Array.from([0x45, 0, 0, 20, 0, 0, 0, 0, 64, 59, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
  const ipv6 = new Uint8Array(40).fill(0x60, 0, 1).fill(59, 6, 7);
  const at = (seconds: number, bytes: Uint8Array) => ({ seconds, fraction: 0, bytes });

  function read(bytes: Uint8Array, allowTruncated = false) {
    writeFileSync(folder.path("a.pcap"), bytes);
    return readCapturedPackets(folder.path("a.pcap"), allowTruncated);
  }

  it("RFC 2684 5.2: Ethernet frames are bridged, OUI 00-80-C2 PID 00-07 and two octets of padding, and otherwise unchanged", () => {
    const frames = [60, 61, 1514].map((length, i) => ethernetFrame(length, i));
    const capture = read(
      pcapFile(
        true,
        0xa1b2c3d4,
        1,
        frames.map((frame) => at(0, frame)),
      ),
    );
    if ("problem" in capture) throw new Error(capture.problem);
    const sdus = drain(new CapturedPackets(capture, new BackToBackArrivals()));
    for (const [i, { bytes }] of sdus.entries()) {
      expect([...bytes]).toEqual([0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0, ...frames[i]!]);
    }
    expect(capture).toMatchObject({ longestSdu: 1524, longestPacket: 3 });
    writeSunatm(
      folder.path("b.pcapng"),
      sdus.map(({ bytes }) => bytes),
    );
    const seen = wireshark("tshark", "-r", folder.path("b.pcapng"), "-T", "fields", "-e", "eth.src", "-e", "eth.type");
    expect(seen).toBe("02:00:00:00:00:01\t0x88b5\n".repeat(3));
  });

  it("RFC 2684 5.2: a frame recorded with its frame check sequence goes with PID 00-01", () => {
    const capture = read(
      pcapFile(true, 0xa1b2c3d4, 0x2400_0001, [
        at(0, ethernetFrame(64, 1)),
        { ...at(0, ethernetFrame(64, 1)), originalLength: 90 },
      ]),
    );
    if ("problem" in capture) throw new Error(capture.problem);
    const pids = drain(new CapturedPackets(capture, new BackToBackArrivals())).map(({ bytes }) => bytes[7]);
    expect(pids).toEqual([1, 7]);
  });

  it.each([
    [101, ipv4, [8, 0]],
    [101, ipv6, [0x86, 0xdd]],
    [228, ipv4, [8, 0]],
    [229, ipv6, [0x86, 0xdd]],
  ])("RFC 2684 5.1: a packet of link type %i is routed with its EtherType", (linkType, packet, etherType) => {
    const capture = read(pcapFile(true, 0xa1b2c3d4, linkType, [at(0, packet)]));
    if ("problem" in capture) throw new Error(capture.problem);
    const [sdu] = drain(new CapturedPackets(capture, new BackToBackArrivals()));
    expect([...sdu!.bytes]).toEqual([0xaa, 0xaa, 3, 0, 0, 0, ...etherType, ...packet]);
  });

  it("recorded timing keeps the gaps; a step back in time is no gap", () => {
    const capture = read(
      pcapFile(true, 0xa1b23c4d, 228, [at(5, ipv4), at(7, ipv4), at(6, ipv4), { ...at(6, ipv4), fraction: 9 }]),
    );
    if ("problem" in capture) throw new Error(capture.problem);
    const packets = drain(new CapturedPackets(capture, new RecordedArrivals(capture.packets)));
    expect(packets.map(({ gapNs }) => gapNs)).toEqual([0, 2e9, 0, 9]);
  });

  it("a file that cannot be sent says why, where, and what would help", () => {
    const file = folder.path("a.pcap");
    expect(readCapturedPackets(folder.path("none"), false)).toEqual({
      problem: `${folder.path("none")} does not exist`,
      hint: null,
    });
    expect(read(pcapFile(true, 0xa1b2c3d4, 1, []))).toEqual({ problem: `${file} has no packets`, hint: null });
    expect(read(pcapFile(true, 0xa1b2c3d4, 105, [at(0, ipv4)]))).toEqual({
      problem: `${file}, packet 1: link type 105 is neither Ethernet (1) nor raw IP (101, 228, 229)`,
      hint: null,
    });
    const whole = pcapFile(true, 0xa1b2c3d4, 228, [at(0, ipv4), at(0, ipv4)]);
    expect(read(whole.subarray(0, whole.length - 1))).toEqual({
      problem: `${file}, byte 60: truncated: packet 2 has 19 of its 20 bytes`,
      hint: "allowTruncated: true takes the 1 packets before it",
    });
    expect(read(whole.subarray(0, whole.length - 1), true)).toMatchObject({ packets: { length: 1 } });
  });
});
