import { describe, expect, it } from "vitest";
import { COMMAND_OPCODES, FREE_BUFFER } from "../../src/device/index.ts";
import { FRAME_FLAG_CLP, FRAME_FLAG_CONGESTION, FRAME_FLAG_DAMAGED } from "../../src/wire/index.ts";
import type { FrameMeta, RingSizes } from "./bare-driver.ts";
import { Bench, openCommand, pattern } from "./bare-driver.ts";

const RXC = 1 << 1;
const RXO = 1 << 3;

function receiving(sizes: RingSizes = {}) {
  const nic = new Bench().addDriver().start(sizes);
  nic.control("RXEN");
  nic.open(1, 100, { vpi: 2 });
  nic.write("ICR", 0x3f);
  const arrive = (vci: number, bytes: Uint8Array, meta: Partial<FrameMeta> = {}) =>
    nic.bench.deliver(nic.nic.phy, nic.bench.frame(2, vci, bytes, meta));
  return { nic, arrive };
}

describe("receive in frame mode", () => {
  it("a frame goes into one small buffer: cookie, length, VC, UU, CPI, CLP, congestion, arrival time", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 3, 70);
    arrive(100, pattern(500), {
      uu: 0xab,
      cpi: 0xcd,
      flags: FRAME_FLAG_CLP | FRAME_FLAG_CONGESTION,
      timeNs: 5_000_000_123,
    });
    const expected = { cookie: 70, length: 500, last: 1, vcIndex: 1, uu: 0xab, cpi: 0xcd, clp: 1, congestion: 1 };
    const [piece, ...others] = nic.received();
    expect(others).toEqual([]);
    expect(piece).toMatchObject({ ...expected, timestamp: 5_000_000_123 - 2 ** 32 });
    expect(piece?.bytes).toEqual(pattern(500));
    expect(nic.read("FSHEAD")).toBe(1);
    expect(nic.read("RCTAIL")).toBe(1);
    expect(nic.read("ICR")).toBe(RXC);
    expect(nic.counters()).toEqual({ RXFRM: 1, RXCELL: 11, RXBYTL: 500 });
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
  });

  it("a completion word by word", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 1, 0x1234_5678);
    arrive(100, pattern(64), { uu: 0x9a, cpi: 0xbc, flags: FRAME_FLAG_CLP, timeNs: 77 });
    const words = nic.bench.world.memory.words;
    const at = nic.rings.receiveCompletion.base >>> 2;
    // last, CLP, phase 1, length 64; CPI, UU, VC 1.
    expect([...words.slice(at, at + 4)]).toEqual([0x1234_5678, 0xb000_0040, 0xbc9a_0001, 77]);
  });

  it("a VC with large buffers receives into those, one without into small ones", () => {
    const { nic, arrive } = receiving();
    nic.open(2, 200, { vpi: 2, largeBuffers: 1 });
    nic.offer("small", 2, 10);
    nic.offer("large", 2, 20);
    arrive(200, pattern(10));
    arrive(100, pattern(10));
    expect(nic.received().map(({ cookie, vcIndex }) => [cookie, vcIndex])).toEqual([
      [20, 2],
      [10, 1],
    ]);
    expect([nic.read("FSHEAD"), nic.read("FLHEAD")]).toEqual([1, 1]);
  });

  it.each([
    [2_048, [2_048]],
    [2_049, [2_048, 1]],
    [5_000, [2_048, 2_048, 904]],
    [6_144, [2_048, 2_048, 2_048]],
  ])("a frame of %i bytes fills buffers of 2,048 in order: %j", (length, pieces) => {
    const { nic, arrive } = receiving();
    nic.offer("small", 8, 0);
    arrive(100, pattern(length));
    const received = nic.received();
    expect(received.map((piece) => piece.length)).toEqual(pieces);
    expect(received.map(({ cookie }) => cookie)).toEqual(pieces.map((_, i) => i));
    expect(received.map(({ last }) => last)).toEqual(pieces.map((_, i) => (i === pieces.length - 1 ? 1 : 0)));
    expect(new Uint8Array(Buffer.concat(received.map(({ bytes }) => bytes)))).toEqual(pattern(length));
    expect(nic.counters().RXFRM).toBe(1);
  });

  it("FSLEN says how much a buffer takes, and nothing is written behind it", () => {
    const { nic, arrive } = receiving();
    nic.write("FSLEN", 128);
    nic.offer("small", 3, 0);
    for (const address of nic.buffers.values()) nic.bytes.fill(0xee, address, address + 2_048);
    arrive(100, pattern(300));
    expect(nic.received().map(({ length }) => length)).toEqual([128, 128, 44]);
    const [first = 0, , third = 0] = [...nic.buffers.values()];
    expect(nic.bytes.slice(first + 128, first + 2_048).every((byte) => byte === 0xee)).toBe(true);
    expect(nic.bytes.slice(third + 44, third + 2_048).every((byte) => byte === 0xee)).toBe(true);
  });

  it("the completion phase changes every time round, and buffers are taken in the order of the ring", () => {
    const { nic, arrive } = receiving({ small: 8, receiveCompletion: 8 });
    for (let i = 0; i < 40; i++) {
      nic.offer("small", 1, i);
      arrive(100, new Uint8Array([i]));
      expect(nic.received().map(({ cookie, bytes }) => [cookie, bytes[0]])).toEqual([[i, i]]);
    }
  });

  it("frames of one train make one RXC", () => {
    const { nic } = receiving();
    nic.offer("small", 32, 0);
    nic.write("IMS", RXC);
    nic.bench.deliver(nic.nic.phy, ...Array.from({ length: 32 }, () => nic.bench.frame(2, 100, pattern(10))));
    expect(nic.nic.interrupts.raised).toBe(1);
    expect(nic.received()).toHaveLength(32);
  });
});

describe("frames that are dropped", () => {
  it("no buffer: counted, RXO is raised, and the ring goes on when buffers are there again", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 1, 0);
    arrive(100, pattern(10));
    arrive(100, pattern(11));
    expect(nic.read("ICR")).toBe(RXC | RXO);
    expect(nic.counters()).toMatchObject({ RXFRM: 1, NOBUF: 1 });
    nic.offer("small", 1, 1);
    arrive(100, pattern(12));
    expect(nic.received().map(({ length }) => length)).toEqual([10, 12]);
    expect(nic.vcCounters(1)).toEqual({ VCTXF: 0, VCRXF: 2, VCERR: 0, VCDROP: 1 });
  });

  it("fewer buffers than the frame needs: all of them stay where they are", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 2, 0);
    arrive(100, pattern(5_000));
    expect(nic.received()).toEqual([]);
    expect(nic.read("FSHEAD")).toBe(0);
    expect(nic.counters()).toEqual({ NOBUF: 1, RXCELL: 105 });
    arrive(100, pattern(4_000));
    expect(nic.received().map(({ cookie }) => cookie)).toEqual([0, 1]);
  });

  it("no room in the completion ring: nothing that was not taken is written over", () => {
    const { nic, arrive } = receiving({ receiveCompletion: 8 });
    nic.offer("small", 20, 0);
    for (let i = 0; i < 9; i++) arrive(100, new Uint8Array([i]));
    expect(nic.counters()).toMatchObject({ RXFRM: 7, NOBUF: 2 });
    expect(nic.received().map(({ bytes }) => bytes[0])).toEqual([0, 1, 2, 3, 4, 5, 6]);
    arrive(100, new Uint8Array([9]));
    expect(nic.received().map(({ bytes }) => bytes[0])).toEqual([9]);
  });

  it("less room in the completion ring than the frame needs: the frame is dropped whole", () => {
    const { nic, arrive } = receiving({ receiveCompletion: 8 });
    nic.offer("small", 20, 0);
    for (let i = 0; i < 6; i++) arrive(100, new Uint8Array([i]));
    arrive(100, pattern(3_000));
    expect(nic.counters()).toMatchObject({ RXFRM: 6, NOBUF: 1 });
    expect(nic.received().map(({ bytes }) => bytes[0])).toEqual([0, 1, 2, 3, 4, 5]);
    arrive(100, pattern(3_000));
    expect(nic.received().map(({ length }) => length)).toEqual([2_048, 952]);
  });

  it("VPI/VCI not open, closed, or opened without receive: UNKVC", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 4, 0);
    nic.open(2, 200, { vpi: 2, receive: 0 });
    nic.open(3, 300, { vpi: 2 });
    nic.close(3);
    for (const vci of [99, 200, 300]) arrive(vci, pattern(10));
    nic.bench.deliver(nic.nic.phy, nic.bench.frame(3, 100, pattern(10)));
    expect(nic.counters()).toEqual({ UNKVC: 4 });
    expect(nic.received()).toEqual([]);
  });

  it("a damaged frame: CRCERR, and only that one", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 4, 0);
    arrive(100, pattern(10));
    arrive(100, pattern(11), { flags: FRAME_FLAG_DAMAGED });
    arrive(100, pattern(12));
    expect(nic.received().map(({ length }) => length)).toEqual([10, 12]);
    expect(nic.counters()).toMatchObject({ CRCERR: 1, RXFRM: 2 });
    expect(nic.vcCounters(1)).toMatchObject({ VCERR: 1, VCRXF: 2 });
  });

  it("longer than the VC's longest SDU: LENERR; exactly as long: delivered", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 4, 0);
    nic.command(openCommand(1, 100, { opcode: COMMAND_OPCODES.MODIFY, maximumSduBytes: 100 }));
    arrive(100, pattern(101));
    arrive(100, pattern(100));
    expect(nic.received().map(({ length }) => length)).toEqual([100]);
    expect(nic.counters()).toMatchObject({ LENERR: 1, RXFRM: 1 });
    expect(nic.vcCounters(1)).toMatchObject({ VCERR: 1 });
  });

  it("receiver off, or without a completion ring: RXDIS", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 4, 0);
    nic.control("TXEN");
    arrive(100, pattern(10));
    expect(nic.counters()).toEqual({ RXDIS: 1 });
    nic.control("RXEN");
    nic.write("RCSIZE", 0);
    arrive(100, pattern(10));
    expect(nic.counters()).toEqual({ RXDIS: 2 });
    expect(nic.read("FSHEAD")).toBe(0);
  });

  it("every drop gives its frame and train back", () => {
    const { nic, arrive } = receiving();
    arrive(100, pattern(10));
    arrive(99, pattern(10));
    arrive(100, pattern(10), { flags: FRAME_FLAG_DAMAGED });
    nic.control();
    arrive(100, pattern(10));
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
  });
});

describe("the free-buffer rings", () => {
  it("are read, never written, by the device", () => {
    const { nic, arrive } = receiving();
    nic.offer("small", 4, 1);
    const { base } = nic.rings.small;
    const before = nic.bytes.slice(base, base + 64 * FREE_BUFFER.bytes);
    for (let i = 0; i < 6; i++) arrive(100, pattern(10));
    expect(nic.bytes.slice(base, base + 64 * FREE_BUFFER.bytes)).toEqual(before);
  });
});
