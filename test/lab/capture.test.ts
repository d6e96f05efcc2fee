import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySink } from "../../src/lab/capture/byte-sink.ts";
import { CAPTURE_LIMITS } from "../../src/lab/capture/capture-file.ts";
import { PortCapture } from "../../src/lab/capture/port-capture.ts";
import { readCapture } from "../../src/lab/capture/read-capture.ts";
import { SunatmWriter } from "../../src/lab/capture/sunatm-writer.ts";
import { TAP_RECEIVE, TAP_TRANSMIT } from "../../src/network/link-middleware/tap.ts";
import { segmentAal5 } from "../../src/wire/aal5.ts";
import { FRAME_FORMAT_CELLS, FRAME_FORMAT_CPCS_SDU, FrameStore } from "../../src/wire/fibre.ts";
import { ByteBuilder, ethernetFrame, pcapFile } from "./support/capture-bytes.ts";
import { freshFolder } from "./support/folder.ts";
import { tsharkFields, wireshark } from "./support/wireshark.ts";

const folder = freshFolder();

/** Two sections, the second big-endian; three interfaces; enhanced, simple, old and unknown blocks; options. */
function pcapngWithEverything(): Uint8Array {
  const little = new ByteBuilder(true)
    .block(0x0a0d0d0a, (b) =>
      b.u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff).u16(4).u16(3).raw([0x61, 0x62, 0x63, 0]),
    )
    .block(1, (b) => b.u16(1).u16(0).u32(0).u16(2).u16(3).raw([0x65, 0x74, 0x68, 0]).u16(9).u16(1).u32(9).u32(0))
    .block(1, (b) => b.u16(101).u16(0).u32(0).u16(9).u16(1).u32(0x8a).u16(14).u16(8).u32(100).u32(0).u32(0))
    .block(4, (b) => b.u16(0).u16(0))
    .block(6, (b) =>
      b.u32(0).u32(1).u32(5).u32(60).u32(60).raw(ethernetFrame(60, 1)).u16(1).u16(2).raw([0x68, 0x69, 0, 0]).u32(0),
    )
    .block(6, (b) =>
      b
        .u32(1)
        .u32(0)
        .u32(1536)
        .u32(21)
        .u32(40)
        .raw([0x45, ...new Uint8Array(20)], 4),
    );
  const big = new ByteBuilder(false)
    .block(0x0a0d0d0a, (b) => b.u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff))
    .block(1, (b) => b.u16(1).u16(0).u32(62))
    .block(3, (b) => b.u32(70).raw(ethernetFrame(62, 2), 4))
    .block(2, (b) => b.u16(0).u16(7).u32(0).u32(1_500_000).u32(61).u32(61).raw(ethernetFrame(61, 3), 4));
  return Uint8Array.from([...little.bytes(), ...big.bytes()]);
}

const pcapFrames = [60, 61, 1514].map((length, i) => ({
  seconds: 7 + i,
  fraction: 999_999 - i,
  bytes: ethernetFrame(length, i),
}));

describe("readCapture", () => {
  it.each([
    ["little-endian microseconds", true, 0xa1b2c3d4, 1_000n],
    ["big-endian microseconds", false, 0xa1b2c3d4, 1_000n],
    ["little-endian nanoseconds", true, 0xa1b23c4d, 1n],
    ["big-endian nanoseconds", false, 0xa1b23c4d, 1n],
  ])("pcap, %s: packets, times and lengths are those that tshark reads", (_name, littleEndian, magic, nsPerUnit) => {
    const bytes = pcapFile(littleEndian, magic, 1, [...pcapFrames, { ...pcapFrames[0]!, originalLength: 9000 }]);
    writeFileSync(folder.path("a.pcap"), bytes);
    const capture = readCapture(bytes);
    expect(capture.error).toBeNull();
    expect(capture.interfaces).toEqual([{ name: null, linkType: 1, snapLength: 262_144, fcsLength: 0 }]);
    expect(capture.packets.map((packet) => packet.timeNs)).toEqual(
      [0, 1, 2, 0].map((i) => BigInt(7 + i) * 1_000_000_000n + BigInt(999_999 - i) * nsPerUnit),
    );
    expect(capture.packets.slice(0, 3).map((packet) => packet.bytes)).toEqual(pcapFrames.map((frame) => frame.bytes));
    const seen = tsharkFields(folder.path("a.pcap"), "frame.time_epoch", "frame.cap_len", "frame.len");
    expect(
      capture.packets.map(({ timeNs, bytes, originalLength }) => [
        seconds(timeNs),
        `${bytes.length}`,
        `${originalLength}`,
      ]),
    ).toEqual(seen.map(([time, captured, length]) => [Number(time).toFixed(6), captured, length]));
  });

  it("pcapng: sections, byte orders, interfaces, time resolutions and block types are those that tshark reads", () => {
    const bytes = pcapngWithEverything();
    writeFileSync(folder.path("a.pcapng"), bytes);
    const capture = readCapture(bytes);
    expect(capture.error).toBeNull();
    expect(capture.interfaces).toEqual([
      { name: "eth", linkType: 1, snapLength: 0, fcsLength: 0 },
      { name: null, linkType: 101, snapLength: 0, fcsLength: 0 },
      { name: null, linkType: 1, snapLength: 62, fcsLength: 0 },
    ]);
    // 2^32 + 5 ns; 1536 units of 2^-10 s after 100 s; no time; 1,500,000 us.
    expect(capture.packets.map((packet) => packet.timeNs)).toEqual([
      4_294_967_301n,
      101_500_000_000n,
      null,
      1_500_000_000n,
    ]);
    expect(capture.packets.map((packet) => packet.interfaceIndex)).toEqual([0, 1, 2, 2]);
    const seen = tsharkFields(folder.path("a.pcapng"), "frame.cap_len", "frame.len", "frame.time_epoch");
    expect(capture.packets.map(({ bytes, originalLength }) => [`${bytes.length}`, `${originalLength}`])).toEqual(
      seen.map(([captured, length]) => [captured, length]),
    );
    expect([seen[0]![2], seen[1]![2]].map(Number)).toEqual([4.294967301, 101.5]);
  });

  it.each(["pcap", "nsecpcap", "pcapng"])("reads what editcap writes as %s", (format) => {
    writeFileSync(folder.path("a.pcap"), pcapFile(true, 0xa1b2c3d4, 1, pcapFrames));
    wireshark("editcap", "-F", format, folder.path("a.pcap"), folder.path("b"));
    const capture = readCapture(readFileSync(folder.path("b")));
    expect(capture.error).toBeNull();
    expect(capture.packets.map((packet) => Buffer.from(packet.bytes))).toEqual(
      pcapFrames.map((frame) => Buffer.from(frame.bytes)),
    );
    expect(capture.packets.map((packet) => packet.timeNs)).toEqual([7_999_999_000n, 8_999_998_000n, 9_999_997_000n]);
  });

  it("the upper bits of pcap's link type field give the length of the frame check sequence", () => {
    const capture = readCapture(pcapFile(true, 0xa1b2c3d4, 0x2400_0001, []));
    expect(capture.interfaces).toEqual([{ name: null, linkType: 1, snapLength: 262_144, fcsLength: 4 }]);
  });

  it.each([
    ["pcap", pcapFile(true, 0xa1b2c3d4, 1, pcapFrames.slice(0, 2)), [24, 100, 177]],
    ["pcapng", pcapngWithEverything(), null],
  ])(
    "%s: cut at any byte, it gives the packets before the cut and says where it was cut",
    (_name, bytes, boundaries) => {
      const whole = readCapture(bytes);
      for (let cut = 0; cut < bytes.length; cut++) {
        const part = readCapture(bytes.subarray(0, cut));
        expect(part.packets).toEqual(whole.packets.slice(0, part.packets.length));
        if (part.error === null) {
          // Between two records nothing is missing.
          if (boundaries !== null) expect(boundaries).toContain(cut);
          continue;
        }
        expect(part.error.kind).toBe("truncated");
        expect(part.error.offset).toBeLessThanOrEqual(cut);
        if (boundaries !== null && cut > 24) {
          expect(part.error.offset).toBe(boundaries.filter((boundary) => boundary < cut).at(-1));
        }
      }
    },
  );

  it("a packet cut off in its data is named with its number, its byte offset and what is missing", () => {
    const bytes = pcapFile(true, 0xa1b2c3d4, 1, pcapFrames);
    expect(readCapture(bytes.subarray(0, 24 + 76 + 16 + 10)).error).toEqual({
      kind: "truncated",
      offset: 100,
      message: "packet 2 has 10 of its 61 bytes",
    });
  });

  it.each<[string, Uint8Array, string, number]>([
    ["an empty file", new Uint8Array(0), "truncated", 0],
    ["a text file", new TextEncoder().encode("hosts:\n  - name: alice\n"), "not-a-capture", 0],
    [
      "a pcap of version 3",
      new ByteBuilder(true).u32(0xa1b2c3d4).u16(3).u16(0).raw(new Uint8Array(16)).bytes(),
      "unsupported",
      4,
    ],
    [
      "a packet longer than any",
      new ByteBuilder(true)
        .raw(pcapFile(true, 0xa1b2c3d4, 1, []))
        .u32(0)
        .u32(0)
        .u32(0xffff_ffff)
        .u32(0)
        .bytes(),
      "corrupt",
      24,
    ],
    [
      "a section header without byte order",
      new ByteBuilder(true).block(0x0a0d0d0a, (b) => b.raw(new Uint8Array(16))).bytes(),
      "corrupt",
      8,
    ],
    [
      "a packet on an interface that is not there",
      new ByteBuilder(true)
        .block(0x0a0d0d0a, (b) => b.u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff))
        .block(6, (b) => b.u32(0).u32(0).u32(0).u32(0).u32(0))
        .bytes(),
      "corrupt",
      36,
    ],
  ])("%s is refused where it is wrong", (_name, bytes, kind, offset) => {
    const { error, packets } = readCapture(bytes);
    expect(packets).toEqual([]);
    expect(error).toMatchObject({ kind, offset });
  });

  it("a block whose two lengths disagree is refused at the second", () => {
    const bytes = pcapngWithEverything();
    const firstBlock = new DataView(bytes.buffer).getUint32(4, true);
    bytes[firstBlock - 4] ^= 4;
    expect(readCapture(bytes).error).toMatchObject({ kind: "corrupt", offset: firstBlock - 4 });
  });

  it("limits on packets are kept", () => {
    const bytes = pcapFile(true, 0xa1b2c3d4, 1, pcapFrames);
    const { packets, error } = readCapture(bytes, { ...CAPTURE_LIMITS, packets: 2 });
    expect(packets.length).toBe(2);
    expect(error?.kind).toBe("too-large");
  });

  it("is total: random bytes and damaged files give a value", () => {
    const starts = [
      pcapFile(true, 0xa1b2c3d4, 1, pcapFrames),
      pcapFile(false, 0xa1b23c4d, 1, pcapFrames),
      pcapngWithEverything(),
    ];
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(2), damage, fc.uint8Array({ maxLength: 200 }), (which, changes, tail) => {
        const bytes = Uint8Array.from([...starts[which]!, ...tail]);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const { packets, error } = readCapture(bytes);
        for (const packet of packets) expect(packet.bytes.length).toBeLessThanOrEqual(packet.originalLength);
        if (error !== null) expect(error.offset).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("SunatmWriter", () => {
  const ipOverLlcSnap = [
    0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 9, 0, 9, 0, 8,
    0, 0,
  ];
  // Begin PDU of Q.2110 as it stands in a SUNATM capture.
  const sscopBegin = [0, 0, 0, 1, 1, 0, 0, 8];

  function write(sink: MemorySink): void {
    const writer = new SunatmWriter(sink);
    expect(writer.addInterface("alice/nic0")).toBe(0);
    expect(writer.addInterface("bob/nic0")).toBe(1);
    const memory = Uint8Array.from([9, 9, 9, ...sscopBegin, ...ipOverLlcSnap]);
    writer.writeFrame(0, 0, true, 0, 5, memory, 3, 8);
    writer.writeFrame(1, 5_000_000_123, false, 3, 1025, memory, 11, ipOverLlcSnap.length);
    writer.writeFrame(1, 2 ** 40 + 1, true, 255, 65_535, new Uint8Array(65_535).fill(7), 0, 65_535);
    writer.writeFrame(0, 2 ** 40 + 2, false, 0, 32, memory, 0, 0);
    writer.flush();
  }

  // tshark counts a frame without its pseudo header.
  it("writes captures that tshark reads: time, interface, direction, VPI, VCI, type and content", () => {
    const sink = new MemorySink();
    write(sink);
    writeFileSync(folder.path("a.pcapng"), sink.bytes());
    const fields = [
      "frame.time_epoch",
      "frame.interface_name",
      "frame.len",
      "atm.vpi",
      "atm.vci",
      "sscop.type",
      "ip.dst",
    ];
    expect(tsharkFields(folder.path("a.pcapng"), ...fields)).toEqual([
      ["0.000000000", "alice/nic0", "8", "0", "5", "0x01", ""],
      ["5.000000123", "bob/nic0", "36", "3", "1025", "", "10.0.0.2"],
      ["1099.511627777", "bob/nic0", "65535", "255", "65535", "", ""],
      ["1099.511627778", "alice/nic0", "0", "0", "32", "", ""],
    ]);
    const directions = tsharkFields(folder.path("a.pcapng"), "atm.channel").flat();
    expect(directions).toEqual(["0", "1", "0", "1"]);
  });

  it("frames come back from the reader as they were", () => {
    const sink = new MemorySink();
    write(sink);
    const { interfaces, packets, error } = readCapture(sink.bytes());
    expect(error).toBeNull();
    expect(interfaces.map(({ name, linkType }) => [name, linkType])).toEqual([
      ["alice/nic0", 123],
      ["bob/nic0", 123],
    ]);
    expect(packets.map(({ timeNs, interfaceIndex }) => [timeNs, interfaceIndex])).toEqual([
      [0n, 0],
      [5_000_000_123n, 1],
      [2n ** 40n + 1n, 1],
      [2n ** 40n + 2n, 0],
    ]);
    expect([...packets[1]!.bytes]).toEqual([2, 3, 4, 1, ...ipOverLlcSnap]);
    expect(packets[2]!.bytes.subarray(4)).toEqual(new Uint8Array(65_535).fill(7));
  });

  it("the same frames give the same bytes", () => {
    const [first, second] = [new MemorySink(), new MemorySink()];
    write(first);
    write(second);
    expect(first.bytes()).toEqual(second.bytes());
  });

  it("a size limit leaves whole frames out and counts them", () => {
    const sink = new MemorySink();
    const writer = new SunatmWriter(sink, 1_000);
    writer.addInterface("nic");
    for (let i = 0; i < 10; i++) writer.writeFrame(0, i, true, 0, 32, new Uint8Array(200), 0, 200);
    writer.flush();
    expect(sink.bytes().length).toBeLessThanOrEqual(1_000);
    expect(readCapture(sink.bytes())).toMatchObject({ error: null, packets: { length: writer.frames } });
    expect(writer.frames + writer.framesLeftOut).toBe(10);
    expect(writer.framesLeftOut).toBeGreaterThan(0);
  });
});

describe("PortCapture", () => {
  const sdu = Uint8Array.from({ length: 100 }, (_, i) => i);

  /** One frame in a store, in cells or whole. */
  function frameIn(format: number, vpi: number, vci: number): { frames: FrameStore; frame: number } {
    const frames = new FrameStore(new Uint8Array(65_536), 0, 65_536, 4);
    const frame = frames.allocate(format === FRAME_FORMAT_CELLS ? 3 * 53 : sdu.length);
    if (format === FRAME_FORMAT_CELLS) {
      segmentAal5(sdu, 0, sdu.length, frames.bytes, frames.addressOf(frame), vpi, vci, 0, 0, 0, 0);
      // Labels of frame format mean nothing for a frame in cells.
      frames.describe(frame, vpi, 9999, format, 3);
    } else {
      frames.bytes.set(sdu, frames.addressOf(frame));
      frames.describe(frame, vpi, vci, format, 3);
    }
    return { frames, frame };
  }

  function captured(includesData: boolean, observe: (capture: PortCapture) => void) {
    const sink = new MemorySink();
    const writer = new SunatmWriter(sink);
    observe(new PortCapture(writer, "alice/nic0", includesData));
    writer.flush();
    return readCapture(sink.bytes()).packets;
  }

  it.each([
    ["whole frames", FRAME_FORMAT_CPCS_SDU],
    ["cells", FRAME_FORMAT_CELLS],
  ])("%s: the SDU, its labels, direction and time are captured", (_name, format) => {
    const { frames, frame } = frameIn(format, 3, 1025);
    const packets = captured(true, (capture) => {
      capture.observeFrame(TAP_TRANSMIT, 77, frames, frame);
      capture.observeFrame(TAP_RECEIVE, 99, frames, frame);
    });
    expect(packets.map(({ bytes }) => [...bytes])).toEqual([
      [0x80, 3, 4, 1, ...sdu],
      [0x00, 3, 4, 1, ...sdu],
    ]);
    expect(packets.map(({ timeNs }) => timeNs)).toEqual([77n, 99n]);
  });

  it("without data only signalling is captured", () => {
    const data = frameIn(FRAME_FORMAT_CELLS, 0, 32);
    const signalling = frameIn(FRAME_FORMAT_CELLS, 0, 5);
    const packets = captured(false, (capture) => {
      capture.observeFrame(TAP_TRANSMIT, 1, data.frames, data.frame);
      capture.observeFrame(TAP_TRANSMIT, 2, signalling.frames, signalling.frame);
    });
    expect(packets.map(({ bytes }) => [...bytes.subarray(0, 4)])).toEqual([[0x86, 0, 0, 5]]);
  });

  it("a frame that lost a cell, or whose length field is damaged, is captured without its trailer", () => {
    const { frames, frame } = frameIn(FRAME_FORMAT_CELLS, 0, 32);
    const lengthField = frames.addressOf(frame) + 3 * 53 - 6;
    frames.bytes[lengthField] = 0xff;
    const lost = frameIn(FRAME_FORMAT_CELLS, 0, 32);
    lost.frames.shorten(lost.frame, 2 * 53, 2);
    const packets = captured(true, (capture) => {
      capture.observeFrame(TAP_RECEIVE, 1, frames, frame);
      capture.observeFrame(TAP_RECEIVE, 2, lost.frames, lost.frame);
    });
    expect(packets.map(({ bytes }) => bytes.length - 4)).toEqual([3 * 48 - 8, 2 * 48 - 8]);
  });
});

function seconds(timeNs: bigint | null): string {
  return (Number(timeNs) / 1e9).toFixed(6);
}
