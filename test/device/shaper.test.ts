import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMAND_OPCODES, VC_SERVICE } from "../../src/device/index.ts";
import { Bench, openCommand, pattern } from "./bare-driver.ts";
import { NotingFibre } from "./fibre-side.ts";

/** From the doorbell to the first fetch. */
const FETCH_NS = 400;
const MS = 1_000_000;
const ONE_CELL = 40;

function shaping() {
  const nic = new Bench().addDriver().start();
  const fibre = new NotingFibre(nic.bench);
  nic.nic.phy.fibre = fibre;
  nic.control("TXEN");
  /** Departures after the first fetch, in nanoseconds. */
  const departures = (startNs: number, vci: number) =>
    fibre.sent.filter((frame) => frame.vci === vci).map(({ atNs }) => atNs - startNs - FETCH_NS);
  const now = () => nic.bench.world.clock.nowNs;
  return { nic, fibre, departures, now };
}

describe("shaper, peak cell rate (GCRA(1/PCR, 0), TM 4.0 appendix II)", () => {
  it("CBR at 1,000 cells/s: frames of one cell leave 1 ms apart, the first at once", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { service: VC_SERVICE.CBR, peakCellRate: 1_000 });
    const start = now();
    nic.send(1, ...Array.from({ length: 5 }, () => pattern(ONE_CELL)));
    nic.bench.settle();
    expect(departures(start, 100)).toEqual([0, 1 * MS, 2 * MS, 3 * MS, 4 * MS]);
  });

  it("a frame of n cells takes n intervals: 1, 3 and 2 cells leave at 0, 1 and 4 ms, and the next at 6 ms", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { service: VC_SERVICE.CBR, peakCellRate: 1_000 });
    const start = now();
    nic.send(1, pattern(40), pattern(136), pattern(88), pattern(1));
    nic.bench.settle();
    expect(departures(start, 100)).toEqual([0, 1 * MS, 4 * MS, 6 * MS]);
  });

  it("idle time earns no credit: after a pause the next frame leaves at once and the one after it an interval later", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { peakCellRate: 1_000 });
    nic.send(1, pattern(ONE_CELL));
    nic.bench.settle();
    nic.bench.world.runUntilTime(50 * MS);
    const start = now();
    nic.send(1, pattern(ONE_CELL), pattern(ONE_CELL));
    nic.bench.settle();
    expect(departures(start, 100).slice(1)).toEqual([0, 1 * MS]);
  });

  it("a frame that comes a few nanoseconds early waits for them", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { peakCellRate: 1_000 });
    const start = now();
    nic.send(1, pattern(ONE_CELL));
    nic.bench.world.runUntilTime(start + 1 * MS - 3);
    nic.send(1, pattern(ONE_CELL));
    nic.bench.settle();
    expect(departures(start, 100)).toEqual([0, 1 * MS]);
  });

  it("a VC that is closed and opened again owes nothing", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { peakCellRate: 1 });
    nic.send(1, pattern(ONE_CELL));
    nic.bench.world.runUntilTime(now() + 1_000);
    nic.close(1);
    nic.open(1, 100, { peakCellRate: 1 });
    const start = now();
    nic.send(1, pattern(ONE_CELL));
    nic.bench.settle();
    expect(departures(start, 100).slice(1)).toEqual([0]);
  });

  it("UBR without a peak is not shaped and overtakes shaped VCs", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { service: VC_SERVICE.CBR, peakCellRate: 1_000 });
    nic.open(2, 200);
    const start = now();
    for (const vc of [1, 1, 2, 2]) nic.put(vc, [nic.piece(pattern(ONE_CELL))]);
    nic.doorbell();
    nic.bench.settle();
    expect(departures(start, 100)).toEqual([0, 1 * MS]);
    expect(departures(start, 200)).toEqual([0, 0]);
  });

  it("each VC has its own shaper", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { peakCellRate: 1_000 });
    nic.open(2, 200, { peakCellRate: 500 });
    const start = now();
    for (const vc of [1, 2, 1, 2, 1, 2]) nic.put(vc, [nic.piece(pattern(ONE_CELL))]);
    nic.doorbell();
    nic.bench.settle();
    expect(departures(start, 100)).toEqual([0, 1 * MS, 2 * MS]);
    expect(departures(start, 200)).toEqual([0, 2 * MS, 4 * MS]);
  });
});

describe("shaper, sustainable cell rate (GCRA(1/SCR, BT), BT = (MBS - 1)(1/SCR - 1/PCR))", () => {
  it("VBR 1,000/250 cells/s, MBS 3: three cells at the peak, then one every 4 ms", () => {
    const { nic, departures, now } = shaping();
    const rates = { peakCellRate: 1_000, sustainableCellRate: 250, maximumBurstSize: 3 };
    nic.open(1, 100, { service: VC_SERVICE.VBR, ...rates });
    const start = now();
    nic.send(1, ...Array.from({ length: 6 }, () => pattern(ONE_CELL)));
    nic.bench.settle();
    // BT = 2 * (4 - 1) = 6 ms. TAT after k cells is 4k ms: cell k (from 0) conforms from max(k, 4k - 6) ms on.
    expect(departures(start, 100)).toEqual([0, 1, 2, 6, 10, 14].map((ms) => ms * MS));
  });

  it("MBS 1 is no burst: every cell waits for the sustainable rate", () => {
    const { nic, departures, now } = shaping();
    const rates = { peakCellRate: 1_000, sustainableCellRate: 250, maximumBurstSize: 1 };
    nic.open(1, 100, { service: VC_SERVICE.VBR, ...rates });
    const start = now();
    nic.send(1, ...Array.from({ length: 3 }, () => pattern(ONE_CELL)));
    nic.bench.settle();
    expect(departures(start, 100)).toEqual([0, 4 * MS, 8 * MS]);
  });

  it("an idle VC gets its burst back", () => {
    const { nic, departures, now } = shaping();
    const rates = { peakCellRate: 1_000, sustainableCellRate: 250, maximumBurstSize: 3 };
    nic.open(1, 100, { service: VC_SERVICE.VBR, ...rates });
    nic.send(1, ...Array.from({ length: 4 }, () => pattern(ONE_CELL)));
    nic.bench.settle();
    nic.bench.world.runUntilTime(100 * MS);
    const start = now();
    nic.send(1, ...Array.from({ length: 4 }, () => pattern(ONE_CELL)));
    nic.bench.settle();
    expect(departures(start, 100).slice(4)).toEqual([0, 1 * MS, 2 * MS, 6 * MS]);
  });

  it("no sequence of frames leaves earlier than a GCRA written from the definition allows, nor later", () => {
    const rates = fc.record({
      peak: fc.integer({ min: 100, max: 2_000 }),
      ratio: fc.integer({ min: 1, max: 8 }),
      burst: fc.integer({ min: 1, max: 10 }),
      cells: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
    });
    fc.assert(
      fc.property(rates, ({ peak, ratio, burst, cells }) => {
        const { nic, departures, now } = shaping();
        const sustainable = Math.max(1, Math.floor(peak / ratio));
        const traffic = { peakCellRate: peak, sustainableCellRate: sustainable, maximumBurstSize: burst };
        nic.open(1, 100, { service: VC_SERVICE.VBR, ...traffic });
        const start = now();
        nic.send(1, ...cells.map((count) => pattern(count * 48 - 8)));
        nic.bench.settle();
        const [tp, ts] = [1e9 / peak, 1e9 / sustainable];
        const tolerance = (burst - 1) * (ts - tp);
        // The virtual scheduling algorithm of I.371, frame by frame: a frame leaves when its first cell conforms.
        let [peakTat, sustainTat] = [0, 0];
        const expected = cells.map((count) => {
          const at = Math.max(peakTat, sustainTat - tolerance, 0);
          peakTat = Math.max(peakTat, at) + count * tp;
          sustainTat = Math.max(sustainTat, at) + count * ts;
          return at;
        });
        // Each departure is a whole nanosecond, rounded up, so that the error is one per frame at most.
        departures(start, 100).forEach((at, i) => {
          expect(at).toBeGreaterThanOrEqual(Math.floor(expected[i] ?? 0));
          expect(at).toBeLessThanOrEqual((expected[i] ?? 0) + i + 1);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe("MODIFY of a shaped VC", () => {
  it("keeps the order of frames when the shaping ends while frames are held", () => {
    const { nic, fibre } = shaping();
    nic.open(1, 100, { peakCellRate: 1_000 });
    nic.send(1, new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([3]));
    nic.bench.world.runUntilTime(nic.bench.world.clock.nowNs + 1_000);
    nic.command(openCommand(1, 100, { opcode: COMMAND_OPCODES.MODIFY }));
    nic.send(1, new Uint8Array([4]));
    nic.bench.settle();
    expect(fibre.sent.map(({ bytes }) => bytes[0])).toEqual([1, 2, 3, 4]);
  });

  it("a new rate holds from the next frame that is put off", () => {
    const { nic, departures, now } = shaping();
    nic.open(1, 100, { peakCellRate: 1_000 });
    nic.command(openCommand(1, 100, { opcode: COMMAND_OPCODES.MODIFY, peakCellRate: 100 }));
    const start = now();
    nic.send(1, pattern(ONE_CELL), pattern(ONE_CELL));
    nic.bench.settle();
    expect(departures(start, 100)).toEqual([0, 10 * MS]);
  });
});
