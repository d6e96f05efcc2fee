import v8 from "node:v8";
import vm from "node:vm";
import { describe, expect, it } from "vitest";
import type { ClientCall } from "../../src/client/index.ts";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import { ALICE, BEST_EFFORT, BOB } from "../miniport/two-hosts.ts";

/*
 * What a frame and a call cost, counted and not timed: register accesses, interrupts, clock events, allocations. The bounds are
 * a little above what is counted today: whoever breaks one has made the hot path dearer, or has a reason to move the bound.
 */

const BATCH = 32;

/** Two hosts without verifier and probe, as the benchmarks run. */
class Line {
  readonly alice = new AtmClient("alice", { sendBuffers: 128, sendBufferBytes: 2_048 });
  readonly bob = new AtmClient("bob", { sendBuffers: 128, sendBufferBytes: 2_048 });
  readonly lab: Laboratory;
  call!: ClientCall;
  incoming!: ClientCall;
  /** Events of the clock that have fired. */
  events = 0;

  constructor() {
    this.lab = new Laboratory({
      verifier: false,
      hosts: [
        { name: "alice", nics: [{ name: "nic0", address: ALICE }], clients: [this.alice.image] },
        { name: "bob", nics: [{ name: "nic0", address: BOB }], clients: [this.bob.image] },
      ],
    });
    this.lab.start();
    this.lab.runUntil(() => this.alice.isReady && this.bob.isReady);
  }

  connect(): void {
    this.call = this.alice.makeCall({ called: BOB, ...BEST_EFFORT, maximumSduBytes: 2_000 });
    this.runUntil(() => this.call.state === "connected");
    const [incoming] = this.bob.binding?.calls ?? [];
    if (incoming === undefined) throw new Error("no incoming call");
    this.incoming = incoming;
    this.runUntil(() => incoming.state === "connected");
  }

  runUntil(done: () => boolean): void {
    const { world } = this.lab;
    world.dispatch();
    while (!done()) {
      if (!world.step()) throw new Error("nothing is left to happen");
      this.events++;
    }
  }

  /** Sends one batch in one chain and runs until it is all there and all sends are back. */
  batch(bytes: number): void {
    const pool = this.alice.binding?.sendPool ?? null;
    let first: NET_BUFFER_LIST | null = null;
    for (let i = 0; i < BATCH; i++) {
      const list: NET_BUFFER_LIST | null = pool?.take() ?? null;
      if (list === null || list.FirstNetBuffer === null) throw new Error("no send buffer");
      list.FirstNetBuffer.DataLength = bytes;
      list.Next = first;
      first = list;
    }
    if (first === null) return;
    this.#wanted = this.incoming.framesReceived + BATCH;
    this.call.send(first);
    this.runUntil(this.#arrived);
  }

  #wanted = 0;
  readonly #arrived = (): boolean => this.incoming.framesReceived >= this.#wanted && this.call.sendsOutstanding === 0;

  /** Register reads, register writes and interrupts of both NICs. */
  counts() {
    return ["alice", "bob"].map((name) => {
      const { device } = this.lab.nic(name);
      return { reads: device.registerReads, writes: device.registerWrites, interrupts: device.interrupts.raised };
    });
  }
}

function perBatch(bytes: number) {
  const line = new Line();
  line.connect();
  line.batch(bytes);
  const before = line.counts();
  const eventsBefore = line.events;
  const batches = 50;
  for (let i = 0; i < batches; i++) line.batch(bytes);
  const after = line.counts();
  const gained = (side: 0 | 1) => {
    const [from, to] = [before[side], after[side]];
    if (from === undefined || to === undefined) throw new Error("no counts");
    return {
      registerAccesses: (to.reads - from.reads + to.writes - from.writes) / batches,
      interrupts: (to.interrupts - from.interrupts) / batches,
    };
  };
  return { sender: gained(0), receiver: gained(1), events: (line.events - eventsBefore) / batches };
}

describe.each([64, 1_500])("a batch of 32 frames of %i bytes", (bytes) => {
  const counted = perBatch(bytes);

  it("takes few register accesses: one doorbell to send, and per interrupt mask, cause, clear, head, buffers, unmask", () => {
    // Sender: TXTAIL, and for one interrupt IMC, ICR twice, TCHEAD, IMS. Receiver: IMC, ICR twice, RCHEAD, FSTAIL, IMS.
    expect(counted.sender.registerAccesses).toBeLessThanOrEqual(7);
    expect(counted.receiver.registerAccesses).toBeLessThanOrEqual(7);
    expect(counted.sender.registerAccesses).toBeGreaterThan(0);
  });

  it("takes about one interrupt on each side", () => {
    expect(counted.sender.interrupts).toBeLessThanOrEqual(1.1);
    expect(counted.receiver.interrupts).toBeLessThanOrEqual(1.1);
  });

  it("takes three or four clock events (fetch, two links), not some per frame", () => {
    expect(counted.events).toBeLessThanOrEqual(4);
  });
});

describe("a call, set up and cleared", () => {
  it("takes at most 36 clock events and 96 register accesses on both hosts together", () => {
    const line = new Line();
    const once = (): void => {
      line.connect();
      line.call.close();
      line.runUntil(() => line.call.state === "closed" && line.incoming.state === "closed");
    };
    once();
    const total = () => line.counts().reduce((sum, { reads, writes }) => sum + reads + writes, 0);
    const [eventsBefore, accessesBefore] = [line.events, total()];
    const calls = 20;
    for (let i = 0; i < calls; i++) once();
    const events = (line.events - eventsBefore) / calls;
    const accesses = (total() - accessesBefore) / calls;
    expect(events).toBeLessThanOrEqual(36);
    expect(accesses).toBeLessThanOrEqual(96);
  });
});

describe("64 calls at a time, set up and cleared one after the other", () => {
  it("lose no signalling PDU for want of buffers: a call takes 20 microseconds of virtual time at most, 3.3 PDUs from each side", () => {
    const inFlight = 64;
    const total = 1_280;
    let made = 0;
    let closed = 0;
    const alice = new AtmClient("alice", {
      events: {
        callConnected: (call) => call.close(),
        callClosed: () => {
          closed++;
          make();
        },
      },
    });
    const bob = new AtmClient("bob", {});
    const make = (): void => {
      if (made++ < total) alice.makeCall({ called: BOB, ...BEST_EFFORT });
    };
    const lab = new Laboratory({
      verifier: false,
      hosts: [
        { name: "alice", nics: [{ name: "nic0", address: ALICE }], clients: [alice.image] },
        { name: "bob", nics: [{ name: "nic0", address: BOB }], clients: [bob.image] },
      ],
    });
    lab.start();
    lab.runUntil(() => alice.isReady && bob.isReady);
    const sent = () => ["alice", "bob"].map((name) => lab.nic(name).device.counters.framesTransmitted);
    const before = sent();
    const startNs = lab.world.clock.nowNs;
    for (let i = 0; i < inFlight; i++) make();
    expect(lab.runUntil(() => closed === total)).toBe(true);
    expect((lab.world.clock.nowNs - startNs) / total).toBeLessThanOrEqual(20_000);
    // SETUP, CONNECT ACKNOWLEDGE, RELEASE; CALL PROCEEDING, CONNECT, RELEASE COMPLETE; and every 25 of them a POLL and a STAT.
    for (const [side, count] of sent().entries())
      expect((count - (before[side] ?? 0)) / total).toBeLessThanOrEqual(3.3);
  });
});

describe("the steady state", () => {
  function collector(): () => void {
    v8.setFlagsFromString("--expose-gc");
    return vm.runInNewContext("gc") as () => void;
  }

  it("makes no lists, MDLs, trains or frames: 20,000 frames leave every pool as it was", () => {
    const line = new Line();
    line.connect();
    for (let i = 0; i < 100; i++) line.batch(64);
    const live = () => ["alice", "bob"].map((name) => line.lab.host(name).leftovers());
    const before = live();
    const frameIds = highestFrame(line);
    for (let i = 0; i < 625; i++) line.batch(64);
    expect(live()).toEqual(before);
    expect(highestFrame(line)).toBe(frameIds);
  });

  it("makes no object per frame: 20,000 frames of 64 bytes leave less than 64 bytes of garbage each", () => {
    const line = new Line();
    line.connect();
    const collect = collector();
    // The engine compiles and learns types in the beginning; that is no cost of a frame. What is left are numbers above 2^31 that
    // code which is not yet optimised puts into boxes.
    for (let i = 0; i < 1_250; i++) line.batch(64);
    collect();
    const used = () => v8.getHeapStatistics().used_heap_size;
    let garbage = 0;
    const slices = 25;
    for (let slice = 0; slice < slices; slice++) {
      const from = used();
      for (let i = 0; i < 25; i++) line.batch(64);
      // A slice in which the collector ran shows less, and counts as nothing; the others count in full.
      garbage += Math.max(0, used() - from);
    }
    expect(garbage / (slices * 25 * BATCH)).toBeLessThan(64);
  });
});

/** How many frames the store has ever needed at once: the highest id that is handed out now is one of them. */
function highestFrame(line: Line): number {
  const { frames } = line.lab.fibre;
  const taken: number[] = [];
  for (let i = 0; i < 200; i++) taken.push(frames.allocate(64));
  for (const frame of [...taken].reverse()) frames.release(frame);
  return Math.max(...taken);
}
