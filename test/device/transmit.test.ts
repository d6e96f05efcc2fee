import { describe, expect, it } from "vitest";
import { TRANSMIT_STATUS } from "../../src/device/index.ts";
import { FRAME_FLAG_CLP, FRAME_FORMAT_CELLS, FRAME_FORMAT_CPCS_SDU } from "../../src/wire/index.ts";
import type { RingSizes } from "./bare-driver.ts";
import { Bench, pattern } from "./bare-driver.ts";
import { NotingFibre } from "./fibre-side.ts";

const S = TRANSMIT_STATUS;

function transmitting(sizes: RingSizes = {}, options: ConstructorParameters<typeof Bench>[0] = {}) {
  const nic = new Bench(options).addDriver().start(sizes);
  const fibre = new NotingFibre(nic.bench);
  nic.nic.phy.fibre = fibre;
  nic.control("TXEN");
  nic.open(1, 100, { vpi: 2 });
  return { nic, fibre };
}

describe("transmit", () => {
  it("a descriptor word by word: address, length with CLP and last, VC with UU and CPI, cookie", () => {
    const { nic, fibre } = transmitting();
    const { address } = nic.piece(pattern(100));
    const words = nic.bench.world.memory.words;
    words.set([address, 0xa000_0064, 0x3321_0001, 0xc0de], nic.rings.transmit.base >>> 2);
    nic.write("TXTAIL", 1);
    nic.bench.settle();
    expect(fibre.sent).toMatchObject([{ vpi: 2, vci: 100, flags: FRAME_FLAG_CLP, uu: 0x21, cpi: 0x33 }]);
    const completion = nic.rings.transmitCompletion.base >>> 2;
    expect([...words.slice(completion, completion + 2)]).toEqual([0x0001_0000, 0x8000_0000]);
    expect(words[(nic.rings.transmit.base >>> 2) + 3]).toBe(0xc0de);
  });

  it("a frame of one piece leaves as it is, with VPI/VCI, UU, CPI and CLP of its descriptor and VC", () => {
    const { nic, fibre } = transmitting();
    nic.put(1, [nic.piece(pattern(100))], { uu: 0xab, cpi: 0x12, clp: 1 });
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent).toMatchObject([
      { vpi: 2, vci: 100, format: FRAME_FORMAT_CPCS_SDU, cells: 3, flags: FRAME_FLAG_CLP, uu: 0xab, cpi: 0x12 },
    ]);
    expect(fibre.sent[0]?.bytes).toEqual(pattern(100));
    expect(nic.completions()).toEqual([{ first: 0, count: 1, status: S.OK }]);
    expect(nic.read("TXHEAD")).toBe(1);
  });

  it.each([2, 3, 7])("a frame of %i pieces is one frame, whatever their lengths and alignment", (count) => {
    const { nic, fibre } = transmitting();
    const whole = pattern(1_000);
    const cuts = Array.from({ length: count + 1 }, (_, i) => (i === count ? 1_000 : i * 37));
    const pieces = cuts.slice(1).map((end, i) => nic.piece(whole.slice(cuts[i], end)));
    for (const piece of pieces) expect(piece.length).toBeGreaterThan(0);
    nic.put(1, pieces);
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent.map(({ bytes }) => bytes)).toEqual([whole]);
    expect(nic.completions()).toEqual([{ first: 0, count, status: S.OK }]);
  });

  it("a piece of no bytes between others adds nothing", () => {
    const { nic, fibre } = transmitting();
    nic.put(1, [nic.piece(pattern(10)), { address: 0, length: 0 }, nic.piece(pattern(5, 2))]);
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent[0]?.bytes).toEqual(new Uint8Array([...pattern(10), ...pattern(5, 2)]));
  });

  it.each([1, 40, 41, 9_180, 65_535])("an SDU of %i bytes takes ceil((bytes + 8) / 48) cells", (length) => {
    const { nic, fibre } = transmitting();
    nic.send(1, pattern(length));
    nic.bench.settle();
    expect(fibre.sent[0]?.cells).toBe(Math.ceil((length + 8) / 48));
    expect(nic.counters()).toEqual({ TXFRM: 1, TXCELL: Math.ceil((length + 8) / 48), TXBYTL: length });
  });

  it("a frame whose last piece is not there yet waits for the next doorbell", () => {
    const { nic, fibre } = transmitting();
    nic.put(1, [nic.piece(pattern(10)), nic.piece(pattern(10, 2))]);
    nic.write("TXTAIL", 1);
    nic.bench.settle();
    expect(fibre.sent).toEqual([]);
    expect(nic.read("TXHEAD")).toBe(0);
    nic.write("TXTAIL", 2);
    nic.bench.settle();
    expect(fibre.sent).toHaveLength(1);
  });

  it("frames leave in the order of the ring, 64 to a train", () => {
    const { nic, fibre } = transmitting({ transmit: 128, transmitCompletion: 128 });
    nic.send(1, ...Array.from({ length: 100 }, (_, i) => new Uint8Array([i])));
    nic.bench.settle();
    expect(fibre.sent.map(({ bytes }) => bytes[0])).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(fibre.trains).toEqual([64, 36]);
  });

  it("fetches on one fetch time (400 ns) before the fibre has taken what it has", () => {
    const { nic, fibre } = transmitting({ transmit: 128, transmitCompletion: 128 });
    nic.send(1, ...Array.from({ length: 65 }, () => new Uint8Array(1)));
    const doorbellNs = nic.bench.world.clock.nowNs;
    fibre.freeAtNs = doorbellNs + 10_000;
    nic.bench.settle();
    expect(fibre.sent[63]?.atNs).toBe(doorbellNs + 400);
    expect(fibre.sent[64]?.atNs).toBe(doorbellNs + 10_000 - 400);
  });

  it("the transmitter that is off takes no descriptors; switched on it takes those that wait", () => {
    const { nic, fibre } = transmitting();
    nic.control();
    nic.send(1, pattern(10));
    nic.bench.settle();
    expect(fibre.sent).toEqual([]);
    nic.control("TXEN");
    nic.bench.settle();
    expect(fibre.sent).toHaveLength(1);
  });
});

describe("TRANSMIT_STATUS", () => {
  it("VC_NOT_OPEN: the VC is closed, was never open, or does not transmit", () => {
    const { nic, fibre } = transmitting();
    nic.open(2, 101, { transmit: 0 });
    for (const vc of [2, 3, 65_535]) nic.send(vc, pattern(10));
    nic.close(1);
    nic.send(1, pattern(10));
    nic.bench.settle();
    expect(fibre.sent).toEqual([]);
    expect(nic.completions()).toMatchObject([
      { first: 0, count: 3, status: S.VC_NOT_OPEN },
      { first: 3, count: 1, status: S.VC_NOT_OPEN },
    ]);
    expect(nic.counters()).toEqual({ TXDROP: 4 });
  });

  it("BAD_LENGTH: a frame of 0 or of more than 65,535 bytes; the next one is sent", () => {
    const { nic, fibre } = transmitting();
    nic.put(1, [{ address: nic.allocate(64), length: 0 }]);
    const long = nic.allocate(70_000);
    nic.put(1, [{ address: long, length: 65_536 }]);
    nic.put(1, [
      { address: long, length: 65_535 },
      { address: long, length: 1 },
    ]);
    nic.put(1, [nic.piece(pattern(10))]);
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent.map(({ bytes }) => bytes.length)).toEqual([10]);
    expect(nic.completions()).toEqual([
      { first: 0, count: 4, status: S.BAD_LENGTH },
      { first: 4, count: 1, status: S.OK },
    ]);
  });

  it("DMA_REFUSED: see the DMA tests", () => {
    const { nic, fibre } = transmitting();
    nic.put(1, [{ address: nic.allocate(64, false), length: 10 }]);
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent).toEqual([]);
    expect(nic.completions()).toEqual([{ first: 0, count: 1, status: S.DMA_REFUSED }]);
  });

  it("LINK_DOWN: no light, or no fibre at all", () => {
    const { nic, fibre } = transmitting();
    fibre.up = false;
    nic.send(1, pattern(10));
    nic.bench.settle();
    nic.nic.phy.fibre = null;
    nic.send(1, pattern(10));
    nic.bench.settle();
    expect(nic.completions().map(({ status }) => status)).toEqual([S.LINK_DOWN, S.LINK_DOWN]);
    expect(nic.counters()).toEqual({ TXDROP: 2 });
  });

  it("ABORTED: no frame memory, or the VC is closed while the shaper holds the frame", () => {
    const full = transmitting({}, { frameCapacity: 1 });
    const occupied = full.nic.bench.fibre.frames.allocate(10);
    full.nic.send(1, pattern(10));
    full.nic.bench.settle();
    expect(full.nic.completions().map(({ status }) => status)).toEqual([S.ABORTED]);
    expect(full.nic.counters()).toEqual({ TXDROP: 1 });
    full.nic.bench.fibre.frames.release(occupied);

    const { nic, fibre } = transmitting();
    nic.open(2, 200, { peakCellRate: 1_000 });
    nic.send(2, pattern(10), pattern(10), pattern(10));
    nic.bench.world.runUntilTime(nic.bench.world.clock.nowNs + 1_000);
    expect(fibre.sent).toHaveLength(1);
    expect(nic.close(2)).toBe(1);
    expect(nic.completions()).toEqual([
      { first: 0, count: 1, status: S.OK },
      { first: 1, count: 2, status: S.ABORTED },
    ]);
    nic.bench.settle();
    expect(fibre.sent).toHaveLength(1);
  });
});

describe("transmit completions", () => {
  it("consecutive descriptors with one end make one run; another status begins another", () => {
    const { nic } = transmitting();
    const good = nic.piece(pattern(10));
    nic.put(1, [good, good, good]);
    nic.put(1, [good]);
    nic.put(9, [good, good]);
    nic.put(9, [good]);
    nic.put(1, [good]);
    nic.doorbell();
    nic.bench.settle();
    expect(nic.completions()).toEqual([
      { first: 0, count: 4, status: S.OK },
      { first: 4, count: 3, status: S.VC_NOT_OPEN },
      { first: 7, count: 1, status: S.OK },
    ]);
    expect(nic.read("TCTAIL")).toBe(3);
  });

  it("the phase changes every time round the ring, so that an old entry is never taken for a new one", () => {
    const { nic, fibre } = transmitting({ transmit: 8, transmitCompletion: 8 });
    const seen: number[] = [];
    for (let i = 0; i < 50; i++) {
      nic.put(1, [nic.piece(new Uint8Array([i]))]);
      nic.doorbell();
      nic.bench.settle();
      const taken = nic.completions();
      expect(taken).toEqual([{ first: i % 8, count: 1, status: S.OK }]);
      seen.push(i);
    }
    expect(fibre.sent.map(({ bytes }) => bytes[0])).toEqual(seen);
  });

  it("a run goes on over the end of the transmit ring", () => {
    const { nic, fibre } = transmitting({ transmit: 8, transmitCompletion: 8 });
    const piece = nic.piece(pattern(3));
    for (let i = 0; i < 6; i++) nic.put(1, [piece]);
    nic.doorbell();
    nic.bench.settle();
    nic.completions();
    nic.put(1, [piece, piece, piece, piece]);
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent.at(-1)?.bytes.length).toBe(12);
    expect(nic.completions()).toEqual([{ first: 6, count: 4, status: S.OK }]);
  });

  it("one TXC for a doorbell's worth of frames", () => {
    const { nic } = transmitting();
    nic.nic.interrupts.setMask(1);
    nic.send(1, ...Array.from({ length: 32 }, () => pattern(10)));
    nic.bench.settle();
    expect(nic.nic.interrupts.raised).toBe(1);
    expect(nic.read("ICR") & 1).toBe(1);
  });

  it("without a completion ring frames are sent and nothing is written", () => {
    const { nic, fibre } = transmitting({ transmitCompletion: 0 });
    nic.send(1, pattern(10));
    nic.bench.settle();
    expect(fibre.sent).toHaveLength(1);
    expect(nic.read("ICR") & 1).toBe(0);
    expect(nic.slot.refusedDma).toBe(0);
  });
});

describe("cell mode transmit", () => {
  it("a frame of several pieces is gathered and cut into 53-byte cells", () => {
    const { nic, fibre } = transmitting();
    nic.control("TXEN", "CELL");
    nic.put(1, [nic.piece(pattern(50)), nic.piece(pattern(50, 2))], { uu: 1, cpi: 2 });
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent).toMatchObject([{ format: FRAME_FORMAT_CELLS, cells: 3 }]);
    expect(fibre.sent[0]?.bytes.length).toBe(159);
  });
});

describe("per-VC and total counters", () => {
  it("count frames, cells and bytes where they belong", () => {
    const { nic } = transmitting();
    nic.open(2, 200);
    nic.send(1, pattern(10), pattern(100));
    nic.send(2, pattern(1_000));
    nic.bench.settle();
    expect(nic.counters()).toEqual({ TXFRM: 3, TXCELL: 1 + 3 + 21, TXBYTL: 1_110 });
    expect(nic.vcCounters(1)).toEqual({ VCTXF: 2, VCRXF: 0, VCERR: 0, VCDROP: 0 });
    expect(nic.vcCounters(2)).toEqual({ VCTXF: 1, VCRXF: 0, VCERR: 0, VCDROP: 0 });
    nic.close(2);
    expect(nic.vcCounters(2).VCTXF).toBe(0);
    nic.open(2, 200);
    expect(nic.vcCounters(2).VCTXF).toBe(0);
    expect(nic.counters().TXFRM).toBe(3);
  });

  it("byte counters have 64 bits in two registers", () => {
    const { nic } = transmitting();
    nic.nic.counters.bytesTransmitted = 0x3_ffff_fff0;
    nic.nic.counters.bytesReceived = 0x5_0000_0001;
    nic.send(1, pattern(32));
    nic.bench.settle();
    expect([nic.read("TXBYTH"), nic.read("TXBYTL")]).toEqual([4, 0x10]);
    expect([nic.read("RXBYTH"), nic.read("RXBYTL")]).toEqual([5, 1]);
  });
});
