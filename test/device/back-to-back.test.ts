import { describe, expect, it } from "vitest";
import { cellTimeNs, Link } from "../../src/network/index.ts";
import type { BareDriver } from "./bare-driver.ts";
import { Bench, ESI, pattern } from "./bare-driver.ts";

const DELAY_NS = 5_000;
const FETCH_NS = 400;

function pair(mode: "frame" | "cell") {
  const bench = new Bench({ nics: 2 });
  const link = new Link(bench.world.clock, bench.fibre, { delayNs: DELAY_NS });
  const drivers = [bench.addDriver(), bench.addDriver(new Uint8Array(6).fill(9))].map((nic, end) => {
    nic.start();
    link.attach(end === 0 ? 0 : 1, nic.nic.phy);
    nic.nic.phy.fibre = link.directionFrom(end === 0 ? 0 : 1);
    nic.control("TXEN", "RXEN", ...(mode === "cell" ? (["CELL"] as const) : []));
    nic.offer("small", 60, 0);
    nic.open(1, 100);
    return nic;
  });
  const [a, b] = drivers as [BareDriver, BareDriver];
  return { bench, link, a, b };
}

describe.each(["frame", "cell"] as const)("two NICs back to back in %s mode", (mode) => {
  it("frames of every length arrive whole and in order, both ways at once", () => {
    const { bench, a, b } = pair(mode);
    const lengths = [1, 39, 40, 41, 47, 48, 49, 88, 89, 1_500, 2_048, 5_000];
    const forward = lengths.map((length) => pattern(length, 1));
    const backward = lengths.map((length) => pattern(length, 2));
    a.send(1, ...forward);
    b.send(1, ...backward);
    bench.settle();
    expect(b.receivedFrames().map(({ bytes }) => bytes)).toEqual(forward);
    expect(a.receivedFrames().map(({ bytes }) => bytes)).toEqual(backward);
    expect(bench.leaks).toEqual({ frames: 0, trains: 0 });
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    const cells = lengths.reduce((sum, length) => sum + Math.ceil((length + 8) / 48), 0);
    const both = { TXFRM: 12, TXCELL: cells, RXFRM: 12, RXCELL: cells, TXBYTL: bytes, RXBYTL: bytes };
    expect(a.counters()).toEqual(both);
    expect(b.counters()).toEqual(both);
  });

  it("the timestamp is when the last bit arrives: fetch, cells at the line's rate, delay", () => {
    const { bench, link, a, b } = pair(mode);
    const startNs = bench.world.clock.nowNs;
    a.send(1, pattern(100), pattern(40));
    bench.settle();
    const cellNs = cellTimeNs(link.rateCellsPerSecond);
    expect(b.received().map(({ timestamp }) => timestamp)).toEqual(
      [3, 4].map((cells) => startNs + FETCH_NS + Math.ceil(cells * cellNs) + DELAY_NS),
    );
  });

  it("a cut fibre loses what is on it, both NICs are told, and after mending frames arrive again", () => {
    const { bench, link, a, b } = pair(mode);
    for (const nic of [a, b]) nic.write("ICR", 0x3f);
    a.send(1, pattern(1_000));
    bench.world.runUntilTime(bench.world.clock.nowNs + 1_000);
    link.setUp(false);
    expect([a.read("ICR") & 16, b.read("ICR") & 16]).toEqual([16, 16]);
    expect([a.read("STATUS"), b.read("STATUS")]).toEqual([0, 0]);
    bench.settle();
    expect(b.received()).toEqual([]);
    link.setUp(true);
    a.send(1, pattern(10));
    bench.settle();
    expect(b.receivedFrames().map(({ bytes }) => bytes)).toEqual([pattern(10)]);
    expect(bench.leaks).toEqual({ frames: 0, trains: 0 });
  });
});

describe.each(["frame", "cell"] as const)("loopback in %s mode", (mode) => {
  function looped() {
    const { bench, a, b } = pair(mode);
    a.control("TXEN", "RXEN", "LOOP", ...(mode === "cell" ? (["CELL"] as const) : []));
    return { bench, a, b };
  }

  it("what is transmitted is received, at once, and the fibre stays dark", () => {
    const { bench, a, b } = looped();
    const startNs = bench.world.clock.nowNs;
    a.send(1, pattern(100), pattern(3_000));
    bench.settle();
    const received = a.received();
    expect(received.map(({ length }) => length)).toEqual([100, 2_048, 952]);
    expect(new Set(received.map(({ timestamp }) => timestamp))).toEqual(new Set([startNs + FETCH_NS]));
    expect(b.counters()).toEqual({});
    expect(bench.leaks).toEqual({ frames: 0, trains: 0 });
  });

  it("what comes from the fibre is not received", () => {
    const { bench, a, b } = looped();
    b.send(1, pattern(100));
    bench.settle();
    expect(a.received()).toEqual([]);
    expect(a.counters()).toEqual({});
    expect(bench.leaks).toEqual({ frames: 0, trains: 0 });
  });

  it("needs no fibre", () => {
    const bench = new Bench();
    const nic = bench.addDriver(ESI).start();
    nic.control("TXEN", "RXEN", "LOOP");
    nic.offer("small", 2, 0);
    nic.open(1, 100);
    nic.send(1, pattern(10));
    bench.settle();
    expect(nic.receivedFrames().map(({ bytes }) => bytes)).toEqual([pattern(10)]);
  });
});
