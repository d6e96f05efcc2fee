import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/machine/index.ts";
import type { FaultOptions, FaultRule, FrameObserver } from "../../src/network/index.ts";
import { FaultDirection, Link, ReceiveTap, TAP_RECEIVE, TAP_TRANSMIT, TransmitTap } from "../../src/network/index.ts";
import type { FrameStore } from "../../src/wire/index.ts";
import { AAL5_CRC_ERROR, Aal5Reassembler, FRAME_FLAG_DAMAGED, FRAME_FORMAT_CELLS } from "../../src/wire/index.ts";
import { Bench, octets, Sink } from "./harness.ts";

function faulty(rules: readonly FaultRule[], options: Partial<FaultOptions> = {}, bench = new Bench()) {
  const link = new Link(bench.clock, bench.fibre);
  const far = new Sink(bench);
  link.attach(1, far);
  const fault = new FaultDirection(link.directionFrom(0), bench.clock, bench.fibre, { rules, ...options });
  return { bench, link, far, fault };
}

const sdus = Array.from({ length: 5 }, (_, index) => octets(60, index + 1));

describe("faults on a link", () => {
  it("without rules everything passes unchanged", () => {
    const { bench, far, fault } = faulty([]);
    bench.send(fault, 1, 50, sdus);
    bench.settle();
    expect(far.received.map((frame) => frame.bytes)).toEqual(sdus);
    expect(fault.counters).toMatchObject({ framesSeen: 5, dropped: 0, duplicated: 0, delayed: 0, damaged: 0 });
  });

  it("drop loses the n-th frame, also within a train", () => {
    const { bench, far, fault } = faulty([{ kind: "drop", frame: 2 }]);
    fault.transmitTrain(bench.train(...sdus.map((sdu) => bench.frame(0, 40, sdu))));
    bench.settle();
    expect(far.received.map((frame) => frame.bytes)).toEqual(sdus.toSpliced(1, 1));
    expect([fault.counters.dropped, ...bench.leaks]).toEqual([1, 0, 0]);
  });

  it("duplicate sends the n-th frame twice, one behind the other, as its own frame", () => {
    const { bench, far, fault } = faulty([{ kind: "duplicate", frame: 3 }]);
    bench.send(fault, 2, 77, sdus);
    bench.settle();
    expect(far.received.map((frame) => frame.bytes)).toEqual(sdus.toSpliced(2, 0, sdus[2] ?? octets(0)));
    expect(far.received.every((frame) => frame.vpi === 2 && frame.vci === 77)).toBe(true);
    expect([fault.counters.duplicated, ...bench.leaks]).toEqual([1, 0, 0]);
  });

  it("a duplicate takes as long on the fibre as its frame, and is as damaged", () => {
    const { bench, link, far, fault } = faulty([
      { kind: "bit-flip", frame: 1, bit: 0 },
      { kind: "duplicate", frame: 1 },
    ]);
    bench.send(fault, 0, 40, [octets(300)]);
    bench.settle();
    expect(far.received.map((frame) => frame.flags)).toEqual([FRAME_FLAG_DAMAGED, FRAME_FLAG_DAMAGED]);
    expect(link.countersFrom(0)).toMatchObject({ framesSent: 2, cellsSent: 14 });
  });

  it("a full train in which every frame is doubled comes out whole and in order", () => {
    const { bench, far, fault } = faulty([{ kind: "duplicate", probability: 1 }], { random: new SeededRandom(1) });
    const many = Array.from({ length: 64 }, (_, index) => octets(10, index));
    fault.transmitTrain(bench.train(...many.map((sdu) => bench.frame(0, 40, sdu))));
    bench.settle();
    expect(far.received.map((frame) => frame.bytes)).toEqual(many.flatMap((sdu) => [sdu, sdu]));
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("duplicate with a full frame store lets the frame pass once and counts it", () => {
    const bench = new Bench(1);
    const { far, fault } = faulty([{ kind: "duplicate", frame: 1 }], {}, bench);
    bench.send(fault, 0, 40, [octets(10)]);
    bench.settle();
    expect([far.received.length, fault.counters.notDuplicated, fault.counters.duplicated]).toEqual([1, 1, 0]);
  });

  it("delay holds the n-th frame, and the ones behind it overtake it", () => {
    const { bench, far, fault } = faulty([{ kind: "delay", frame: 2, delayNs: 1_000_000 }]);
    bench.send(fault, 0, 40, sdus);
    expect(fault.heldCount).toBe(1);
    bench.settle();
    expect(far.received.map((frame) => frame.bytes)).toEqual([0, 2, 3, 4, 1].map((index) => sdus[index]));
    expect(far.received[4]?.timeNs).toBeGreaterThan(1_000_000);
    expect([fault.heldCount, fault.counters.delayed, ...bench.leaks]).toEqual([0, 1, 0, 0]);
  });

  it("a held frame that finds the link down is lost there", () => {
    const { bench, link, far, fault } = faulty([{ kind: "delay", frame: 1, delayNs: 10_000 }]);
    bench.send(fault, 0, 40, [octets(10)]);
    link.setUp(false);
    bench.settle();
    expect([far.received.length, link.countersFrom(0).framesRefused, ...bench.leaks]).toEqual([0, 1, 0, 0]);
  });

  it("bit-flip in frame format flips the bit and marks the frame as damaged", () => {
    const { bench, far, fault } = faulty([{ kind: "bit-flip", frame: 1, bit: 9 }]);
    bench.send(fault, 0, 40, sdus.slice(0, 2));
    bench.settle();
    const flipped = octets(60, 1);
    flipped[1] ^= 0x40;
    expect(far.received.map((frame) => frame.bytes)).toEqual([flipped, sdus[1]]);
    expect(far.received.map((frame) => frame.flags & FRAME_FLAG_DAMAGED)).toEqual([FRAME_FLAG_DAMAGED, 0]);
  });

  it("bit-flip in cell format flips a real bit, which the receiver's CRC finds", () => {
    const { bench, far, fault } = faulty([{ kind: "bit-flip", frame: 1, bit: 8 * 20 + 3 }]);
    bench.send(fault, 0, 40, [octets(30)], FRAME_FORMAT_CELLS);
    bench.settle();
    const cells = far.received[0]?.bytes ?? octets(0);
    expect(far.received[0]?.flags).toBe(0);
    expect(new Aal5Reassembler(new Uint8Array(96), 0, 80).receiveCell(cells, 0)).toBe(AAL5_CRC_ERROR);
  });

  it("with a probability the same seed hits the same frames, another seed others, about as often as told", () => {
    const hits = (seed: number): number[] => {
      const { bench, far, fault } = faulty([{ kind: "drop", probability: 0.3 }], { random: new SeededRandom(seed) });
      for (let index = 0; index < 1000; index++) {
        bench.send(fault, 0, 40, [Uint8Array.of(index >> 8, index)]);
        bench.settle();
      }
      expect(far.received.length + fault.counters.dropped).toBe(1000);
      return far.received.map((frame) => ((frame.bytes[0] ?? 0) << 8) | (frame.bytes[1] ?? 0));
    };
    expect(hits(5)).toEqual(hits(5));
    expect(hits(5)).not.toEqual(hits(6));
    expect(Math.abs(hits(5).length - 700)).toBeLessThan(60);
  });

  it("a choice point asks the chooser for each frame; alternative 0 is no fault", () => {
    const asked: [string, number][] = [];
    const chooser = {
      choose(point: string, alternatives: number): number {
        asked.push([point, alternatives]);
        return asked.length === 2 ? 1 : 0;
      },
    };
    const { bench, far, fault } = faulty([{ kind: "drop", choicePoint: "cell-loss" }], { chooser });
    bench.send(fault, 0, 40, sdus.slice(0, 3));
    bench.settle();
    expect(far.received.map((frame) => frame.bytes)).toEqual([sdus[0], sdus[2]]);
    expect(asked).toEqual([
      ["cell-loss", 2],
      ["cell-loss", 2],
      ["cell-loss", 2],
    ]);
  });

  it.each<[string, FaultRule]>([
    ["no frame said", { kind: "drop" }],
    ["two ways of saying which", { kind: "drop", frame: 1, probability: 0.5 }],
    ["frame 0", { kind: "drop", frame: 0 }],
    ["a probability above 1", { kind: "drop", probability: 1.5 }],
    ["a delay of nothing", { kind: "delay", frame: 1 }],
    ["a negative bit", { kind: "bit-flip", frame: 1, bit: -1 }],
    ["random bits without random numbers", { kind: "bit-flip", frame: 1 }],
    ["a choice without a chooser", { kind: "drop", choicePoint: "x" }],
  ])("%s is refused", (_name, rule) => {
    expect(() => faulty([rule])).toThrow(RangeError);
  });

  it("whatever the rules, every frame is delivered, dropped or doubled by count, and none leaks", () => {
    const rule = fc.oneof(
      fc.record({
        kind: fc.constantFrom("drop" as const, "duplicate" as const),
        probability: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({
        kind: fc.constant("delay" as const),
        frame: fc.integer({ min: 1, max: 60 }),
        delayNs: fc.integer({ min: 1, max: 99999 }),
      }),
      fc.record({ kind: fc.constant("bit-flip" as const), probability: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 4 }),
        (rules, sizes) => {
          const { bench, far, fault } = faulty(rules, { random: new SeededRandom(3) });
          let sent = 0;
          for (const size of sizes) {
            fault.transmitTrain(bench.train(...Array.from({ length: size }, () => bench.frame(0, 40, octets(20)))));
            sent += size;
          }
          bench.settle();
          const { dropped, duplicated, notDuplicated } = fault.counters;
          expect(far.received.length).toBe(sent - dropped + duplicated);
          expect([notDuplicated, fault.heldCount, ...bench.leaks]).toEqual([0, 0, 0, 0]);
        },
      ),
    );
  });
});

describe("taps", () => {
  class Notes implements FrameObserver {
    readonly seen: [number, number, number][] = [];
    observeFrame(direction: number, timeNs: number, frames: FrameStore, frame: number): void {
      this.seen.push([direction, timeNs, frames.vciOf(frame)]);
    }
  }

  it("see each frame at both ends with the time of its last bit, and change nothing", () => {
    const bench = new Bench();
    const link = new Link(bench.clock, bench.fibre, { delayNs: 1000 });
    const far = new Sink(bench);
    const [near, there] = [new Notes(), new Notes()];
    link.attach(1, new ReceiveTap(far, bench.fibre, there));
    const tap = new TransmitTap(link.directionFrom(0), bench.clock, bench.fibre, near);
    bench.send(tap, 0, 40, [octets(40)]);
    tap.transmitTrain(bench.train(bench.frame(0, 41, octets(40)), bench.frame(0, 42, octets(40))));
    bench.settle();
    const cellNs = 1e9 / 353_207;
    const times = [1, 2, 3].map((cells) => Math.ceil(cells * cellNs));
    expect(near.seen.map(([direction, , vci]) => [direction, vci])).toEqual(
      [40, 41, 42].map((vci) => [TAP_TRANSMIT, vci]),
    );
    near.seen.forEach(([, timeNs], index) => {
      expect(Math.abs(timeNs - (times[index] ?? 0))).toBeLessThanOrEqual(1);
    });
    expect(there.seen).toEqual([40, 41, 42].map((vci, index) => [TAP_RECEIVE, (times[index] ?? 0) + 1000, vci]));
    expect(far.received.map((frame) => frame.bytes)).toEqual([octets(40), octets(40), octets(40)]);
    link.setUp(false);
    bench.send(tap, 0, 43, [octets(40)]);
    expect(near.seen).toHaveLength(3);
    expect([far.states, bench.leaks]).toEqual([[false], [0, 0]]);
  });
});
