import { describe, expect, it } from "vitest";
import { cellsPerSecond, LINK_RATES, Link } from "../../src/network/index.ts";
import { Bench, octets, Sink } from "./harness.ts";

const OC3_CELL_NS = 1e9 / 353_207;

function linked(options?: ConstructorParameters<typeof Link>[2]) {
  const bench = new Bench();
  const link = new Link(bench.clock, bench.fibre, options);
  const near = new Sink(bench);
  const far = new Sink(bench);
  link.attach(0, near);
  link.attach(1, far);
  return { bench, link, near, far, out: link.directionFrom(0), back: link.directionFrom(1) };
}

describe("link rates", () => {
  it("I.432.2: OC-3 carries 353,207 cells a second, OC-12 1,412,830, DS3 104,268", () => {
    expect(cellsPerSecond(LINK_RATES.oc3.cellBitsPerSecond)).toBe(353_207);
    expect(cellsPerSecond(LINK_RATES.oc12.cellBitsPerSecond)).toBe(1_412_830);
    expect(cellsPerSecond(LINK_RATES.ds3.cellBitsPerSecond)).toBe(104_268);
  });

  it("a rate or delay that is none is refused", () => {
    for (const options of [
      { rateCellsPerSecond: 0 },
      { rateCellsPerSecond: Number.NaN },
      { delayNs: -1 },
      { delayNs: 0.5 },
    ]) {
      expect(() => linked(options)).toThrow(RangeError);
    }
  });
});

describe("a link in time", () => {
  it("delivers a frame when its last cell is sent and the delay is over", () => {
    const { bench, out, far } = linked({ delayNs: 5000 });
    bench.send(out, 0, 40, [octets(100)]);
    expect(out.freeAtNs).toBe(Math.ceil(3 * OC3_CELL_NS));
    bench.settle();
    expect(far.received.map((frame) => frame.atNs)).toEqual([Math.ceil(3 * OC3_CELL_NS) + 5000]);
    expect(far.received[0]?.bytes).toEqual(octets(100));
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("frames of one train come together, each with its own time, in order", () => {
    const { bench, out, far } = linked({ delayNs: 7 });
    out.transmitTrain(
      bench.train(bench.frame(0, 40, octets(40)), bench.frame(0, 41, octets(89)), bench.frame(0, 42, octets(1))),
    );
    bench.settle();
    const end = [1, 4, 5].map((cells) => Math.ceil(cells * OC3_CELL_NS) + 7);
    expect(far.received.map((frame) => frame.timeNs)).toEqual(end);
    expect(far.received.map((frame) => frame.atNs)).toEqual([end[2], end[2], end[2]]);
    expect(far.received.map((frame) => frame.vci)).toEqual([40, 41, 42]);
    expect(far.trainSizes).toEqual([3]);
  });

  it("a busy fibre keeps its rate exactly: 353,207 cells take one second", () => {
    const { bench, link, out, far } = linked();
    for (let cell = 0; cell < 353_207; cell++) {
      out.transmitTrain(bench.train(bench.frame(0, 40, octets(1))));
      if (cell % 64 === 0) bench.settle();
    }
    // The last frame of every settled batch leaves the fibre idle for less than the rounding of one nanosecond.
    bench.settle();
    expect(far.received.at(-1)?.timeNs).toBeGreaterThanOrEqual(1e9);
    expect(far.received.at(-1)?.timeNs).toBeLessThan(1e9 + 353_207 / 64 + 2);
    expect(link.countersFrom(0)).toMatchObject({ framesSent: 353_207, cellsSent: 353_207, framesDelivered: 353_207 });
  });

  it("the two directions do not wait for each other", () => {
    const { bench, out, back, near, far } = linked();
    bench.send(out, 0, 40, [octets(40)]);
    bench.send(back, 0, 41, [octets(40)]);
    bench.settle();
    expect([near.received[0]?.timeNs, far.received[0]?.timeNs]).toEqual([2832, 2832]);
    expect([near.received[0]?.vci, far.received[0]?.vci]).toEqual([41, 40]);
  });

  it("an empty train is nothing", () => {
    const { bench, out, far } = linked();
    out.transmitTrain(bench.train());
    bench.settle();
    expect([far.trainSizes, bench.leaks]).toEqual([[], [0, 0]]);
  });
});

describe("a link that goes down", () => {
  it("loses and counts the frames in flight, tells both ports once, and leaks nothing", () => {
    const { bench, link, out, back, near, far } = linked({ delayNs: 1_000_000 });
    bench.send(out, 0, 40, [octets(40), octets(40), octets(40)]);
    bench.send(back, 0, 40, [octets(40)]);
    bench.clock.runUntil(1_004_000);
    expect([far.received.length, near.received.length]).toEqual([1, 1]);
    link.setUp(false);
    link.setUp(false);
    bench.settle();
    expect([far.received.length, near.received.length]).toEqual([1, 1]);
    expect([near.states, far.states]).toEqual([[false], [false]]);
    expect(link.countersFrom(0)).toMatchObject({ framesSent: 3, framesDelivered: 1, framesLostInFlight: 2 });
    expect([bench.leaks, bench.clock.pendingCount]).toEqual([[0, 0], 0]);
  });

  it("refuses and counts what is sent while down, and works again when up, from then on", () => {
    const { bench, link, out, near, far } = linked();
    bench.send(out, 0, 40, [octets(4000)]);
    link.setUp(false);
    expect(out.up).toBe(false);
    bench.send(out, 0, 40, [octets(40)]);
    link.setUp(true);
    bench.send(out, 0, 41, [octets(40)]);
    bench.settle();
    expect(far.received.map((frame) => [frame.vci, frame.timeNs])).toEqual([[41, 2832]]);
    expect(near.states).toEqual([false, true]);
    expect(link.countersFrom(0)).toMatchObject({ framesRefused: 1, framesLostInFlight: 1, framesDelivered: 1 });
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("a port that sends when told of the change is served", () => {
    const { bench, link, out, near, far } = linked();
    near.linkStateChanged = (up): void => {
      if (up) bench.send(out, 0, 99, [octets(10)]);
    };
    link.setUp(false);
    link.setUp(true);
    bench.settle();
    expect(far.received.map((frame) => frame.vci)).toEqual([99]);
  });
});
