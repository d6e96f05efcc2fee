import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SignallingHandler } from "../../src/network/index.ts";
import { AtmSwitch, FaultDirection, Link } from "../../src/network/index.ts";
import {
  AAL5_OK,
  Aal5Reassembler,
  aal5PduLength,
  CELL_OCTETS,
  cellVci,
  cellVpi,
  FRAME_FLAG_DAMAGED,
  FRAME_FORMAT_CELLS,
  FRAME_FORMAT_CPCS_SDU,
  isCellHeaderValid,
} from "../../src/wire/index.ts";
import { vcLabel } from "../../src/wire/vc-label.ts";
import { Bench, octets, Sink } from "./harness.ts";

class Signalling implements SignallingHandler {
  readonly received: [number, Uint8Array][] = [];
  readonly states: [number, boolean][] = [];
  onReceive: ((port: number, sdu: Uint8Array) => void) | null = null;
  receiveSignalling(port: number, bytes: Uint8Array, offset: number, length: number): void {
    const sdu = bytes.slice(offset, offset + length);
    this.received.push([port, sdu]);
    this.onReceive?.(port, sdu);
  }
  portStateChanged(port: number, up: boolean): void {
    this.states.push([port, up]);
  }
}

/** A switch with a link and a host at every port. */
function network(format: number, options: { portCount?: number; outputBufferCells?: number; rates?: number[] } = {}) {
  const bench = new Bench(2048);
  const portCount = options.portCount ?? 3;
  const atmSwitch = new AtmSwitch(bench.clock, bench.fibre, { ...options, portCount, format });
  const signalling = new Signalling();
  atmSwitch.setSignallingHandler(signalling);
  const hosts: Sink[] = [];
  const links: Link[] = [];
  for (let index = 0; index < portCount; index++) {
    const link = new Link(bench.clock, bench.fibre, { rateCellsPerSecond: options.rates?.[index] });
    const host = new Sink(bench);
    link.attach(0, host);
    link.attach(1, atmSwitch.port(index));
    atmSwitch.plug(index, link.directionFrom(1));
    hosts.push(host);
    links.push(link);
  }
  return { bench, atmSwitch, signalling, hosts, links, format };
}

function reassembled(cells: Uint8Array): Uint8Array[] {
  const target = new Uint8Array(aal5PduLength(65535));
  const reassembler = new Aal5Reassembler(target, 0, 65535);
  const sdus: Uint8Array[] = [];
  for (let at = 0; at < cells.length; at += CELL_OCTETS) {
    if (reassembler.receiveCell(cells, at) === AAL5_OK) sdus.push(target.slice(0, reassembler.sduLength));
  }
  return sdus;
}

describe.each([
  ["frame", FRAME_FORMAT_CPCS_SDU],
  ["cell", FRAME_FORMAT_CELLS],
])("switching in %s format", (_name, format) => {
  it("frames leave on the other port under the other label, both ways, octet for octet", () => {
    const { bench, atmSwitch, hosts, links } = network(format);
    expect(atmSwitch.connectVcs(0, vcLabel(0, 100), 2, vcLabel(7, 4000))).toBe(true);
    const sdus = [octets(1), octets(48, 2), octets(1500, 3), octets(9180, 4)];
    bench.send(links[0]!.directionFrom(0), 0, 100, sdus, format);
    bench.send(links[2]!.directionFrom(0), 7, 4000, [octets(77, 9)], format);
    bench.settle();
    const there = hosts[2]!.received;
    expect(there.map((frame) => [frame.vpi, frame.vci])).toEqual(sdus.map(() => [7, 4000]));
    const back = hosts[0]!.received;
    expect(back.map((frame) => [frame.vpi, frame.vci])).toEqual([[0, 100]]);
    const contents = (bytes: Uint8Array): Uint8Array[] =>
      format === FRAME_FORMAT_CELLS ? reassembled(bytes) : [bytes];
    expect(there.flatMap((frame) => contents(frame.bytes))).toEqual(sdus);
    expect(back.flatMap((frame) => contents(frame.bytes))).toEqual([octets(77, 9)]);
    expect(bench.leaks).toEqual([0, 0]);
    expect(atmSwitch.port(0).counters).toMatchObject({ framesReceived: 4, framesSent: 1, unknownVcFrames: 0 });
  });

  it("frames of a point-to-multipoint connection go to every leaf in order, and none come back", () => {
    const { bench, atmSwitch, hosts, links } = network(format);
    const root = vcLabel(0, 100);
    const leaves = [
      [1, vcLabel(0, 40)],
      [2, vcLabel(3, 41)],
      [2, vcLabel(3, 42)],
    ] as const;
    for (const [port, label] of leaves) expect(atmSwitch.addLeaf(0, root, port, label)).toBe(true);
    expect(atmSwitch.addLeaf(0, root, 1, vcLabel(0, 40))).toBe(false);
    expect([atmSwitch.connectVcs(0, root, 1, vcLabel(0, 50)), atmSwitch.disconnectVcs(0, root)]).toEqual([
      false,
      false,
    ]);
    atmSwitch.connectVcs(0, vcLabel(0, 101), 1, vcLabel(0, 51));
    expect(atmSwitch.addLeaf(0, vcLabel(0, 101), 2, vcLabel(0, 60))).toBe(false);
    const sdus = [octets(1), octets(48, 2), octets(1500, 3)];
    const frames = sdus.map((sdu) => bench.frame(0, 100, sdu, format));
    // In one train, between frames of a connection of two ends.
    const [before, after] = [octets(10, 5), octets(10, 6)].map((sdu) => bench.frame(0, 101, sdu, format));
    links[0]!.directionFrom(0).transmitTrain(bench.train(before!, ...frames, after!));
    bench.send(links[1]!.directionFrom(0), 0, 40, [octets(20)], format);
    bench.settle();
    const got = (host: number, vpi: number, vci: number): Uint8Array[] =>
      hosts[host]!.received.filter((frame) => frame.vpi === vpi && frame.vci === vci).flatMap((frame) =>
        format === FRAME_FORMAT_CELLS ? reassembled(frame.bytes) : [frame.bytes],
      );
    expect([got(1, 0, 40), got(2, 3, 41), got(2, 3, 42)]).toEqual([sdus, sdus, sdus]);
    expect(got(1, 0, 51)).toEqual([octets(10, 5), octets(10, 6)]);
    expect(hosts[0]!.received).toEqual([]);
    expect(atmSwitch.port(0).counters).toMatchObject({ framesReceived: 5, copiedFrames: 6, uncopiedFrames: 0 });
    expect(atmSwitch.port(1).counters.unknownVcFrames).toBe(1);
    for (const [port, label] of leaves) expect(atmSwitch.removeLeaf(0, root, port, label)).toBe(true);
    expect(atmSwitch.removeLeaf(0, root, 1, vcLabel(0, 40))).toBe(false);
    bench.send(links[0]!.directionFrom(0), 0, 100, [octets(20)], format);
    bench.settle();
    expect([atmSwitch.port(0).counters.unknownVcFrames, ...bench.leaks]).toEqual([1, 0, 0]);
    expect(atmSwitch.connectVcs(0, root, 1, vcLabel(0, 40))).toBe(true);
  });

  it("a copy that no buffer is left for is counted, and the frame still goes to the last leaf", () => {
    const bench = new Bench(1);
    const atmSwitch = new AtmSwitch(bench.clock, bench.fibre, { portCount: 3, format });
    const sinks = [1, 2].map((port) => {
      const link = new Link(bench.clock, bench.fibre);
      const sink = new Sink(bench);
      link.attach(0, sink);
      link.attach(1, atmSwitch.port(port));
      atmSwitch.plug(port, link.directionFrom(1));
      atmSwitch.addLeaf(0, vcLabel(0, 100), port, vcLabel(0, 40));
      return sink;
    });
    atmSwitch.port(0).receiveTrain(bench.train(bench.frame(0, 100, octets(40), format)));
    bench.settle();
    expect(sinks.map((sink) => sink.received.length)).toEqual([0, 1]);
    expect(atmSwitch.port(0).counters).toMatchObject({ copiedFrames: 0, uncopiedFrames: 1 });
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("a VC that leads nowhere is counted and its frames are dropped, also after the connection is taken apart", () => {
    const { bench, atmSwitch, hosts, links } = network(format);
    atmSwitch.connectVcs(0, vcLabel(0, 100), 1, vcLabel(0, 100));
    expect(atmSwitch.disconnectVcs(1, vcLabel(0, 100))).toBe(true);
    expect(atmSwitch.disconnectVcs(0, vcLabel(0, 100))).toBe(false);
    bench.send(links[0]!.directionFrom(0), 0, 100, [octets(40), octets(40)], format);
    bench.send(links[1]!.directionFrom(0), 3, 99, [octets(40)], format);
    bench.settle();
    expect(atmSwitch.port(0).counters.unknownVcFrames).toBe(2);
    expect(atmSwitch.port(1).counters.unknownVcFrames).toBe(1);
    expect(hosts.map((host) => host.received.length)).toEqual([0, 0, 0]);
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("a train for several ports is sorted into one train per port, each in order", () => {
    const { bench, atmSwitch, hosts, links } = network(format);
    atmSwitch.connectVcs(0, vcLabel(0, 50), 1, vcLabel(0, 60));
    atmSwitch.connectVcs(0, vcLabel(0, 51), 2, vcLabel(0, 61));
    atmSwitch.connectVcs(0, vcLabel(0, 52), 1, vcLabel(0, 62));
    const vcis = [50, 51, 52, 51, 50, 52];
    links[0]!
      .directionFrom(0)
      .transmitTrain(bench.train(...vcis.map((vci) => bench.frame(0, vci, octets(30), format))));
    bench.settle();
    expect([hosts[1]!.trainSizes, hosts[2]!.trainSizes]).toEqual([[4], [2]]);
    expect(hosts[1]!.received.map((frame) => frame.vci)).toEqual([60, 62, 60, 62]);
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("VPI 0 / VCI 5 goes to call control, and what it answers leaves on VCI 5 of its port", () => {
    const { bench, atmSwitch, signalling, hosts, links } = network(format);
    signalling.onReceive = (port, sdu): void => {
      const answer = Uint8Array.of(0xff, ...sdu, 0xff);
      expect(atmSwitch.sendSignalling(port, answer, 1, sdu.length)).toBe(true);
    };
    const sdus = [octets(8), octets(100, 2), octets(4100, 3)];
    bench.send(links[1]!.directionFrom(0), 0, 5, sdus, format);
    bench.settle();
    expect(signalling.received).toEqual(sdus.map((sdu) => [1, sdu]));
    const answers = hosts[1]!.received;
    expect(answers.map((frame) => [frame.vpi, frame.vci])).toEqual(sdus.map(() => [0, 5]));
    const contents = answers.flatMap((frame) =>
      format === FRAME_FORMAT_CELLS ? reassembled(frame.bytes) : [frame.bytes],
    );
    expect(contents).toEqual(sdus);
    expect(atmSwitch.port(1).counters).toMatchObject({
      signallingReceived: 3,
      signallingSent: 3,
      signallingDamaged: 0,
    });
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("a signalling SDU that was damaged, or is longer than any, does not reach call control", () => {
    const { bench, atmSwitch, signalling, hosts, links } = network(format);
    const out = links[0]!.directionFrom(0);
    const faulty = new FaultDirection(out, bench.clock, bench.fibre, {
      rules: [{ kind: "bit-flip", frame: 1, bit: 8 * 7 }],
    });
    bench.send(out, 0, 5, [octets(4101), octets(20)], format);
    bench.settle();
    bench.send(faulty, 0, 5, [octets(30)], format);
    bench.settle();
    expect(signalling.received).toEqual([[0, octets(20)]]);
    expect(atmSwitch.port(0).counters.signallingDamaged).toBe(2);
    // The frame that was damaged is the next to be used: nothing of that may cling to it.
    atmSwitch.sendSignalling(0, octets(30), 0, 30);
    bench.settle();
    expect(hosts[0]!.received.map((frame) => frame.flags)).toEqual([0]);
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("sending to a port that is down answers false, takes nothing, and the change is told once", () => {
    const { bench, atmSwitch, signalling, links } = network(format);
    links[2]!.setUp(false);
    expect(atmSwitch.sendSignalling(2, octets(10), 0, 10)).toBe(false);
    atmSwitch.connectVcs(0, vcLabel(0, 100), 2, vcLabel(0, 100));
    bench.send(links[0]!.directionFrom(0), 0, 100, [octets(40)], format);
    bench.settle();
    expect(atmSwitch.port(2).counters).toMatchObject({ signallingNotSent: 1, linkDownFrames: 1, framesSent: 0 });
    links[2]!.setUp(true);
    expect([atmSwitch.isPortUp(2), atmSwitch.sendSignalling(2, octets(10), 0, 10)]).toEqual([true, true]);
    bench.settle();
    atmSwitch.port(2).linkStateChanged(true);
    expect(signalling.states).toEqual([
      [2, false],
      [2, true],
    ]);
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("an output that is too slow drops whole frames beyond its buffer, and counts every one", () => {
    const { bench, atmSwitch, hosts, links } = network(format, {
      outputBufferCells: 100,
      rates: [353_207, 3532, 353_207],
    });
    atmSwitch.connectVcs(0, vcLabel(0, 100), 1, vcLabel(0, 100));
    bench.send(
      links[0]!.directionFrom(0),
      0,
      100,
      Array.from({ length: 60 }, (_, n) => octets(200, n)),
      format,
    );
    bench.settle();
    const { framesSent, bufferOverflowFrames } = atmSwitch.port(1).counters;
    expect(framesSent + bufferOverflowFrames).toBe(60);
    expect(hosts[1]!.received.length).toBe(framesSent);
    // 200 octets take 5 cells; 100 cells hold 20 frames, and 3 cells leave while the 300 come in.
    expect(framesSent).toBe(20);
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("the output buffer counts what a burst itself has put there", () => {
    const { bench, atmSwitch, hosts, links } = network(format, { outputBufferCells: 100 });
    atmSwitch.connectVcs(0, vcLabel(0, 100), 1, vcLabel(0, 100));
    const frames = Array.from({ length: 60 }, (_, n) => bench.frame(0, 100, octets(200, n), format));
    links[0]!.directionFrom(0).transmitTrain(bench.train(...frames));
    bench.settle();
    expect([hosts[1]!.trainSizes, atmSwitch.port(1).counters.bufferOverflowFrames]).toEqual([[20], 40]);
    expect(bench.leaks).toEqual([0, 0]);
  });

  it("a burst with more answers than a train holds leaves in several trains", () => {
    const { bench, atmSwitch, signalling, hosts, links } = network(format);
    signalling.onReceive = (port, sdu): void => {
      for (let answer = 0; answer < 2; answer++) atmSwitch.sendSignalling(port, sdu, 0, sdu.length);
    };
    const frames = Array.from({ length: 64 }, (_, n) => bench.frame(0, 5, octets(30, n), format));
    links[0]!.directionFrom(0).transmitTrain(bench.train(...frames));
    bench.settle();
    expect(hosts[0]!.trainSizes).toEqual([64, 64]);
    expect(bench.leaks).toEqual([0, 0]);
  });
});

describe("switching real cells", () => {
  function oneConnection() {
    const set = network(FRAME_FORMAT_CELLS);
    set.atmSwitch.connectVcs(0, vcLabel(1, 100), 1, vcLabel(2, 200));
    return set;
  }

  it("rewrites the header of every cell with a right HEC and leaves payload and PTI alone", () => {
    const { bench, hosts, links } = oneConnection();
    const sdu = octets(400);
    const frame = bench.frame(1, 100, sdu, FRAME_FORMAT_CELLS);
    const { frames } = bench.fibre;
    const before = frames.bytes.slice(frames.addressOf(frame), frames.addressOf(frame) + frames.lengthOf(frame));
    links[0]!.directionFrom(0).transmitTrain(bench.train(frame));
    bench.settle();
    const after = hosts[1]!.received[0]!.bytes;
    expect(after.length).toBe(before.length);
    for (let at = 0; at < after.length; at += CELL_OCTETS) {
      expect([isCellHeaderValid(after, at), cellVpi(after, at), cellVci(after, at)]).toEqual([true, 2, 200]);
      expect(after[at + 3]! & 15).toBe(before[at + 3]! & 15);
      expect(after.subarray(at + 5, at + CELL_OCTETS)).toEqual(before.subarray(at + 5, at + CELL_OCTETS));
    }
  });

  it("I.432.1: a cell with a wrong HEC is dropped and counted, the others go on, and the receiver refuses the PDU", () => {
    const { bench, atmSwitch, hosts, links } = oneConnection();
    const faulty = new FaultDirection(links[0]!.directionFrom(0), bench.clock, bench.fibre, {
      rules: [{ kind: "bit-flip", frame: 1, bit: 8 * (53 + 1) }],
    });
    bench.send(faulty, 1, 100, [octets(150), octets(150, 2)], FRAME_FORMAT_CELLS);
    bench.settle();
    expect(atmSwitch.port(0).counters.headerErrorCells).toBe(1);
    expect(atmSwitch.port(1).counters.cellsSent).toBe(7);
    expect(hosts[1]!.received.map((frame) => frame.bytes.length)).toEqual([3 * 53, 4 * 53]);
    expect(reassembled(Buffer.concat(hosts[1]!.received.map((frame) => frame.bytes)))).toEqual([octets(150, 2)]);
  });

  it("a frame whose only cell is dropped is gone and counted", () => {
    const { bench, atmSwitch, hosts, links } = oneConnection();
    const faulty = new FaultDirection(links[0]!.directionFrom(0), bench.clock, bench.fibre, {
      rules: [{ kind: "bit-flip", frame: 1, bit: 0 }],
    });
    bench.send(faulty, 1, 100, [octets(10)], FRAME_FORMAT_CELLS);
    bench.settle();
    expect([hosts[1]!.received.length, atmSwitch.port(0).counters.emptiedFrames, ...bench.leaks]).toEqual([0, 1, 0, 0]);
  });

  it("a cell with a right HEC and another VC's label does not leak into the connection", () => {
    const { bench, atmSwitch, hosts, links } = oneConnection();
    const frame = bench.frame(1, 100, octets(150), FRAME_FORMAT_CELLS);
    const other = bench.frame(1, 101, octets(150), FRAME_FORMAT_CELLS);
    const { frames } = bench.fibre;
    frames.bytes.copyWithin(frames.addressOf(frame) + 53, frames.addressOf(other), frames.addressOf(other) + 53);
    frames.release(other);
    links[0]!.directionFrom(0).transmitTrain(bench.train(frame));
    bench.settle();
    expect([atmSwitch.port(0).counters.misdirectedCells, hosts[1]!.received[0]!.bytes.length]).toEqual([1, 3 * 53]);
  });

  it("signalling cells come together across frames and past a cell with a wrong HEC", () => {
    const { bench, atmSwitch, signalling, links } = oneConnection();
    const { frames } = bench.fibre;
    const whole = bench.frame(0, 5, octets(150), FRAME_FORMAT_CELLS);
    const cells = frames.bytes.slice(frames.addressOf(whole), frames.addressOf(whole) + frames.lengthOf(whole));
    frames.release(whole);
    for (let at = 0; at < cells.length; at += CELL_OCTETS) {
      const one = bench.frame(0, 5, octets(1), FRAME_FORMAT_CELLS);
      frames.bytes.set(cells.subarray(at, at + CELL_OCTETS), frames.addressOf(one));
      links[0]!.directionFrom(0).transmitTrain(bench.train(one));
    }
    const spoilt = bench.frame(0, 5, octets(20), FRAME_FORMAT_CELLS);
    frames.bytes[frames.addressOf(spoilt)]! ^= 1;
    links[0]!.directionFrom(0).transmitTrain(bench.train(spoilt));
    bench.send(links[0]!.directionFrom(0), 0, 5, [octets(60)], FRAME_FORMAT_CELLS);
    bench.settle();
    expect(signalling.received).toEqual([
      [0, octets(150)],
      [0, octets(60)],
    ]);
    expect(atmSwitch.port(0).counters.headerErrorCells).toBe(1);
  });

  it("a part of a signalling PDU does not outlive the link", () => {
    const { bench, signalling, links } = oneConnection();
    const { frames } = bench.fibre;
    const first = bench.frame(0, 5, octets(60), FRAME_FORMAT_CELLS);
    frames.shorten(first, CELL_OCTETS, 1);
    links[0]!.directionFrom(0).transmitTrain(bench.train(first));
    bench.settle();
    links[0]!.setUp(false);
    links[0]!.setUp(true);
    bench.send(links[0]!.directionFrom(0), 0, 5, [octets(60, 2)], FRAME_FORMAT_CELLS);
    bench.settle();
    expect(signalling.received).toEqual([[0, octets(60, 2)]]);
  });
});

describe("the switch as call control sees it", () => {
  it("a frame that a fault damaged goes on as damaged", () => {
    const { bench, atmSwitch, hosts, links } = network(FRAME_FORMAT_CPCS_SDU);
    atmSwitch.connectVcs(0, vcLabel(0, 100), 1, vcLabel(0, 100));
    const faulty = new FaultDirection(links[0]!.directionFrom(0), bench.clock, bench.fibre, {
      rules: [{ kind: "bit-flip", frame: 1, bit: 3 }],
    });
    bench.send(faulty, 0, 100, [octets(10)]);
    bench.settle();
    expect(hosts[1]!.received[0]!.flags & FRAME_FLAG_DAMAGED).toBe(FRAME_FLAG_DAMAGED);
  });

  it("a label that is joined is not joined again, and two VCs of one port may be joined", () => {
    const { bench, atmSwitch, hosts, links } = network(FRAME_FORMAT_CPCS_SDU);
    expect(atmSwitch.connectVcs(0, vcLabel(0, 100), 0, vcLabel(0, 101))).toBe(true);
    expect(atmSwitch.connectVcs(0, vcLabel(0, 101), 1, vcLabel(0, 50))).toBe(false);
    expect(atmSwitch.connectVcs(1, vcLabel(0, 50), 0, vcLabel(0, 100))).toBe(false);
    bench.send(links[0]!.directionFrom(0), 0, 100, [octets(5)]);
    bench.settle();
    expect(hosts[0]!.received.map((frame) => frame.vci)).toEqual([101]);
  });

  it("admission goes by the rate of the link that is plugged in, per direction", () => {
    const { atmSwitch } = network(FRAME_FORMAT_CPCS_SDU, { rates: [1000, 2000, 3000] });
    expect([atmSwitch.admit(0, 1000, 0), atmSwitch.admit(0, 1, 0), atmSwitch.admit(0, 0, 1000)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(atmSwitch.admit(1, 2001, 0)).toBe(false);
    atmSwitch.releaseAdmission(0, 1000, 1000);
    expect(atmSwitch.admit(0, 1000, 1000)).toBe(true);
  });

  it("labels of different ports do not meet, and giving back one that is not taken is an error", () => {
    const { atmSwitch } = network(FRAME_FORMAT_CPCS_SDU);
    expect([atmSwitch.allocateVcLabel(0), atmSwitch.allocateVcLabel(1)]).toEqual([32, 32]);
    atmSwitch.releaseVcLabel(0, 32);
    expect(() => atmSwitch.releaseVcLabel(0, 32)).toThrow(/not taken/);
    expect(() => atmSwitch.allocateVcLabel(9)).toThrow(RangeError);
  });

  it("a burst of signalling in one train is answered in one train", () => {
    const { bench, atmSwitch, signalling, hosts, links } = network(FRAME_FORMAT_CPCS_SDU);
    signalling.onReceive = (_port, sdu): void => {
      atmSwitch.sendSignalling(1, sdu, 0, sdu.length);
    };
    links[0]!.directionFrom(0).transmitTrain(bench.train(...[1, 2, 3, 4].map((n) => bench.frame(0, 5, octets(50, n)))));
    bench.settle();
    expect(hosts[1]!.trainSizes).toEqual([4]);
    expect(hosts[1]!.received.map((frame) => frame.bytes)).toEqual([1, 2, 3, 4].map((n) => octets(50, n)));
  });

  it("whatever comes in on any VC, in any format, is sent, signalled or counted, and no frame leaks", () => {
    const arrival = fc.record({
      port: fc.nat(2),
      vci: fc.constantFrom(5, 32, 33, 34, 99),
      octets: fc.uint8Array({ minLength: 1, maxLength: 300, size: "max" }),
      asCells: fc.boolean(),
      wellFormed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 40, size: "max" }), (arrivals) => {
        const { bench, atmSwitch, links } = network(FRAME_FORMAT_CPCS_SDU);
        atmSwitch.connectVcs(0, vcLabel(0, 32), 1, vcLabel(0, 33));
        atmSwitch.connectVcs(1, vcLabel(0, 32), 2, vcLabel(0, 34));
        for (const what of arrivals) {
          const format = what.asCells ? FRAME_FORMAT_CELLS : FRAME_FORMAT_CPCS_SDU;
          const frame = bench.frame(0, what.vci, what.octets, format);
          const { frames } = bench.fibre;
          if (!what.wellFormed) {
            for (let at = 0; at < frames.lengthOf(frame); at++)
              frames.bytes[frames.addressOf(frame) + at] = (at * 89) & 255;
          }
          links[what.port]!.directionFrom(0).transmitTrain(bench.train(frame));
        }
        bench.settle();
        let accounted = 0;
        for (let port = 0; port < 3; port++) {
          const { framesSent, unknownVcFrames, emptiedFrames } = atmSwitch.port(port).counters;
          accounted += framesSent + unknownVcFrames + emptiedFrames;
        }
        expect(accounted).toBe(arrivals.filter((what) => what.vci !== 5).length);
        expect(bench.leaks).toEqual([0, 0]);
      }),
    );
  });
});
