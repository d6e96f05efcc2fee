import { describe, expect, it } from "vitest";
import type { ClientCall } from "../../src/client/index.ts";
import type { ClientLibrary, NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import { NDIS_RECEIVE_FLAGS_RESOURCES, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { FaultDirection } from "../../src/network/index.ts";
import type { SideOptions } from "./two-hosts.ts";
import { BOB, Listener, Pair, pattern, SECOND_NS } from "./two-hosts.ts";

/** A client that keeps what it receives until it is told to give it back. */
class Hoarder {
  readonly kept: (() => void)[] = [];
  keeping = true;

  readonly wrap = (library: ClientLibrary): ClientLibrary => ({
    ...library,
    NdisReturnNetBufferLists: (binding, lists, flags) => {
      const give = (): void => library.NdisReturnNetBufferLists(binding, lists, flags);
      if (this.keeping) this.kept.push(give);
      else give();
    },
  });

  giveBack(): void {
    for (const give of this.kept.splice(0)) give();
  }
}

function connected(options: { alice?: SideOptions; bob?: SideOptions; listener?: Listener } = {}, sdu = 9_180) {
  const { listener, ...sides } = options;
  const pair = new Pair({ ...sides, lab: listener === undefined ? {} : { probe: listener } }).start();
  const call = pair.alice.call(BOB, { maximumSduBytes: sdu });
  pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
  return { pair, call };
}

const isEqual = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

describe("receiving", () => {
  it("frames of more than one buffer come up as one chain of MDLs, whole", () => {
    const mdls: number[] = [];
    const countMdls = (list: NET_BUFFER_LIST): void => {
      let count = 0;
      for (let mdl = list.FirstNetBuffer?.MdlChain ?? null; mdl !== null && count < 100; mdl = mdl.Next) count++;
      mdls.push(count);
    };
    const { pair, call } = connected(
      {
        alice: { sendBufferBytes: 65_535, sendBuffers: 4 },
        bob: { events: { frameReceived: (_call, list) => countMdls(list) } },
      },
      65_535,
    );
    const frames = [16_384, 16_385, 40_000, 65_535].map((length, i) => pattern(length, i));
    for (const frame of frames) {
      pair.alice.send(call, frame);
      pair.run(20_000_000);
    }
    expect(mdls).toEqual([1, 2, 3, 4]);
    expect(pair.bob.frames.map(({ bytes }) => bytes.length)).toEqual([16_384, 16_385, 40_000, 65_535]);
    expect(frames.every((frame, i) => isEqual(frame, pair.bob.frames[i]?.bytes))).toBe(true);
    expect(pair.stop()).toEqual({});
  });

  it("the buffers of a long frame are used again, for long frames and for short ones", () => {
    const mdls: number[] = [];
    const countMdls = (list: NET_BUFFER_LIST): void => {
      let count = 0;
      for (let mdl = list.FirstNetBuffer?.MdlChain ?? null; mdl !== null && count < 100; mdl = mdl.Next) count++;
      mdls.push(count);
    };
    const { pair, call } = connected(
      {
        alice: { sendBufferBytes: 40_000, sendBuffers: 4 },
        bob: { events: { frameReceived: (_call, list) => countMdls(list) } },
      },
      40_000,
    );
    let sent = 0;
    for (let round = 0; round < 30; round++) {
      pair.alice.send(call, pattern(40_000, round), pattern(10, round), pattern(20, round));
      sent += 3;
      pair.runUntil(() => pair.bob.frames.length === sent);
    }
    const wrong = pair.bob.frames.filter(
      ({ bytes }, i) => !isEqual(bytes, pattern([40_000, 10, 20][i % 3] ?? 0, Math.floor(i / 3))),
    );
    expect(wrong).toEqual([]);
    expect(mdls).toEqual(Array.from({ length: 90 }, (_, i) => (i % 3 === 0 ? 3 : 1)));
    expect(pair.stop()).toEqual({});
  });

  it("VCs whose SDUs fit small buffers use those, the others large ones", () => {
    const { pair, call } = connected({}, 2_048);
    const { device } = pair.bob.nic;
    const large = device.receiver.largeBuffers.head;
    pair.alice.send(call, pattern(2_000));
    pair.runUntil(() => pair.bob.frames.length === 1);
    expect(device.receiver.largeBuffers.head).toBe(large);
    const wide = pair.alice.call(BOB, { maximumSduBytes: 2_049 });
    pair.runUntil(() => pair.bob.calls[1]?.state === "connected");
    const before = device.receiver.largeBuffers.head;
    pair.alice.send(wide, pattern(10));
    pair.runUntil(() => pair.bob.frames.length === 2);
    expect(device.receiver.largeBuffers.head).toBe(before + 1);
    expect(pair.stop()).toEqual({});
  });

  it("a frame that is longer than the call allows is dropped by the callee's NIC and counted", () => {
    const { pair, call } = connected({}, 1_000);
    pair.alice.send(call, pattern(1_001), pattern(1_000));
    pair.runUntil(() => pair.bob.frames.length === 1);
    expect(pair.bob.frames.map(({ bytes }) => bytes.length)).toEqual([1_000]);
    expect(pair.bob.nic.device.counters.lengthErrors).toBe(1);
    expect(pair.stop()).toEqual({});
  });
});

describe("a client that keeps receive buffers", () => {
  const few = { configuration: { "*ReceiveBuffers": 16, LargeReceiveBuffers: 8 } };

  it("RCV-12: with most buffers out, frames are indicated with RESOURCES and none is lost; RCV-07: those are not returned", () => {
    const hoarder = new Hoarder();
    const listener = new Listener();
    const { pair, call } = connected({ bob: { ...few, wrap: hoarder.wrap }, listener });
    let sent = 0;
    for (let i = 0; i < 40; i++) {
      pair.alice.send(call, pattern(500, i));
      sent++;
      pair.runUntil(() => pair.bob.frames.length === sent, 50_000_000);
    }
    const indications = listener.fieldsOf("callback", "ProtocolCoReceiveNetBufferLists");
    const withResources = indications.filter(
      (fields) => (Number(fields.ReceiveFlags) & NDIS_RECEIVE_FLAGS_RESOURCES) !== 0,
    );
    expect(withResources.length).toBeGreaterThan(0);
    expect(hoarder.kept.length).toBe(indications.length - withResources.length);
    expect(hoarder.kept.length + withResources.length).toBeGreaterThanOrEqual(pair.bob.frames.length);
    expect(pair.bob.frames.every(({ bytes }, i) => isEqual(bytes, pattern(500, i)))).toBe(true);
    expect(pair.bob.frames.length).toBe(sent);
    hoarder.keeping = false;
    hoarder.giveBack();
    pair.alice.send(call, pattern(10));
    pair.runUntil(() => pair.bob.frames.length === sent + 1);
    const last = listener.fieldsOf("callback", "ProtocolCoReceiveNetBufferLists").at(-1);
    expect(Number(last?.ReceiveFlags) & NDIS_RECEIVE_FLAGS_RESOURCES).toBe(0);
    expect(pair.stop()).toEqual({});
  });

  it("ACT-17: a call cannot end while its receives are out: the close completes when the last is back", () => {
    const hoarder = new Hoarder();
    const { pair, call } = connected({ bob: { wrap: hoarder.wrap } });
    pair.alice.send(call, pattern(500));
    pair.runUntil(() => pair.bob.frames.length === 1);
    call.close();
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed", 5_000_000_000);
    expect(pair.bob.calls[0]?.state).toBe("closing");
    hoarder.keeping = false;
    hoarder.giveBack();
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed" && call.state === "closed");
    expect([pair.bob.calls[0]?.state, call.state]).toEqual(["closed", "closed"]);
    expect(pair.stop()).toEqual({});
  });

  it("LIF-06: a pause waits for receives that are out, and ends when they are back", () => {
    const hoarder = new Hoarder();
    const { pair, call } = connected({ bob: { wrap: hoarder.wrap } });
    pair.alice.send(call, pattern(500));
    pair.runUntil(() => pair.bob.frames.length === 1);
    const { ndis, machine } = pair.bob.host;
    const [adapter] = ndis.adapters;
    if (adapter === undefined) throw new Error("no adapter");
    machine.processor.startThread("remove", ndis.removeDevice(adapter));
    pair.run(1_000_000_000);
    expect(adapter.state).toBe("Pausing");
    hoarder.keeping = false;
    hoarder.giveBack();
    pair.runUntil(() => machine.processor.liveThreads === 0);
    expect(adapter.state).toBe("Halted");
    expect(pair.stop()).toEqual({});
  });
});

describe("two VCs whose frames come in between each other", () => {
  it("RCV-01: every frame goes up on its own VC, in order, and lists of both may come back in one chain (RCV-08)", () => {
    const kept: NET_BUFFER_LIST[] = [];
    let giveBack: (lists: NET_BUFFER_LIST) => void = () => {};
    const pair = new Pair({
      alice: { sendBuffers: 64, configuration: { "*TransmitBuffers": 256 } },
      bob: {
        configuration: { LargeReceiveBuffers: 256 },
        host: { memoryBytes: 16 * 2 ** 20 },
        wrap: (library) => ({
          ...library,
          NdisReturnNetBufferLists: (binding, lists) => {
            giveBack = (all) => library.NdisReturnNetBufferLists(binding, all, 0);
            for (let list: NET_BUFFER_LIST | null = lists; list !== null; ) {
              const next: NET_BUFFER_LIST | null = list.Next;
              list.Next = null;
              kept.push(list);
              list = next;
            }
          },
        }),
      },
    }).start();
    const calls = [pair.alice.call(BOB), pair.alice.call(BOB)];
    pair.runUntil(() => pair.bob.calls.length === 2 && pair.bob.calls.every(({ state }) => state === "connected"));
    const [first, second] = calls;
    if (first === undefined || second === undefined) throw new Error("no calls");
    for (let i = 0; i < 30; i++)
      pair.alice.send(i % 3 === 0 ? second : first, new Uint8Array([i % 3 === 0 ? 1 : 0, i]));
    expect(pair.runUntil(() => pair.bob.frames.length === 30)).toBe(true);
    const incoming = [...new Set(pair.bob.frames.map(({ call }) => call))];
    expect(incoming.length).toBe(2);
    for (const call of incoming) {
      const bytes = pair.bob.frames.filter((frame) => frame.call === call).map((frame) => [...frame.bytes]);
      const which = bytes[0]?.[0] ?? -1;
      const numbers = Array.from({ length: 30 }, (_, i) => i).filter((i) => (i % 3 === 0 ? 1 : 0) === which);
      expect(bytes).toEqual(numbers.map((i) => [which, i]));
    }
    // As they came: lists of one VC between those of the other.
    for (const [i, list] of kept.entries()) list.Next = kept[i + 1] ?? null;
    const chain = kept[0];
    if (chain === undefined) throw new Error("nothing was kept");
    const mixed = new Set(kept.slice(0, 20).map((list) => list.SourceHandle));
    expect(mixed.size).toBe(2);
    giveBack(chain);
    kept.length = 0;
    for (const call of calls) call.close();
    expect(pair.runUntil(() => calls.every(({ state }) => state === "closed"))).toBe(true);
    expect(pair.stop()).toEqual({});
  });
});

describe("sending", () => {
  it("SND-05: more sends than descriptors are queued and leave in order", () => {
    const { pair, call } = connected({
      alice: { configuration: { "*TransmitBuffers": 8 }, sendBuffers: 200, sendBufferBytes: 256 },
      bob: { configuration: { LargeReceiveBuffers: 256 }, host: { memoryBytes: 16 * 2 ** 20 } },
    });
    const frames = Array.from({ length: 200 }, (_, i) => pattern(100, i));
    pair.alice.send(call, ...frames);
    expect(pair.runUntil(() => pair.bob.frames.length === 200)).toBe(true);
    expect(pair.bob.frames.every(({ bytes }, i) => isEqual(bytes, frames[i]))).toBe(true);
    pair.runUntil(() => call.sendsOutstanding === 0);
    expect([call.sendFailures, pair.alice.client.binding?.sendPool?.available]).toEqual([0, 200]);
    expect(pair.stop()).toEqual({});
  });

  it("SND-04: several sends while the ring is full keep their order, too, and so do those of several VCs", () => {
    const pair = new Pair({
      alice: { configuration: { "*TransmitBuffers": 8 }, sendBuffers: 120, sendBufferBytes: 256 },
      bob: { configuration: { LargeReceiveBuffers: 256 }, host: { memoryBytes: 16 * 2 ** 20 } },
    }).start();
    const calls = [pair.alice.call(BOB), pair.alice.call(BOB)];
    pair.runUntil(() => pair.bob.calls.every(({ state }) => state === "connected") && pair.bob.calls.length === 2);
    for (let i = 0; i < 20; i++) {
      for (const [j, call] of calls.entries()) {
        pair.alice.send(
          call,
          new Uint8Array([j, 3 * i]),
          new Uint8Array([j, 3 * i + 1]),
          new Uint8Array([j, 3 * i + 2]),
        );
      }
    }
    expect(pair.runUntil(() => pair.bob.frames.length === 120)).toBe(true);
    for (const j of [0, 1]) {
      const order = pair.bob.frames.filter(({ bytes }) => bytes[0] === j).map(({ bytes }) => bytes[1]);
      expect(order).toEqual(Array.from({ length: 60 }, (_, i) => i));
    }
    expect(pair.stop()).toEqual({});
  });

  it("SND-04: a list of many pieces that does not fit is not overtaken by a shorter one that would", () => {
    const { pair, call } = connected({ alice: { configuration: { "*TransmitBuffers": 8 } } });
    const { binding } = pair.alice.client;
    if (binding === null || binding.handle === null) throw new Error("not bound");
    const { ndis, handle } = binding;
    const long = pair.alice.fill(pattern(400, 9));
    const buffer = long.FirstNetBuffer;
    const whole = buffer?.CurrentMdl ?? null;
    if (buffer === null || whole === null) throw new Error("no buffer");
    const pieces = Array.from({ length: 4 }, (_, i) =>
      ndis.NdisAllocateMdl(handle, whole.MappedSystemVa + 100 * i, 100),
    );
    for (const [i, mdl] of pieces.entries()) if (mdl !== null) mdl.Next = pieces[i + 1] ?? null;
    buffer.MdlChain = pieces[0] ?? null;
    buffer.CurrentMdl = buffer.MdlChain;
    // Four descriptors of the five that data may have are taken, the long list needs four, each short one needs one.
    pair.alice.send(call, ...[1, 2, 3, 4].map((seed) => pattern(20, seed)));
    call.send(long);
    pair.alice.send(call, pattern(20, 5), pattern(20, 6));
    pair.runUntil(() => pair.bob.frames.length === 7 && call.sendsOutstanding === 0);
    expect(pair.bob.frames.map(({ bytes }) => bytes)).toEqual([
      ...[1, 2, 3, 4].map((seed) => pattern(20, seed)),
      pattern(400, 9),
      ...[5, 6].map((seed) => pattern(20, seed)),
    ]);
    buffer.MdlChain = whole;
    buffer.CurrentMdl = whole;
    for (const mdl of pieces) if (mdl !== null) ndis.NdisFreeMdl(mdl);
    expect(pair.stop()).toEqual({});
  });

  it("a frame of more pieces than the ring could ever take comes back with NDIS_STATUS_RESOURCES and holds nothing up", () => {
    const { pair, call } = connected({ alice: { configuration: { "*TransmitBuffers": 8 } } });
    const { binding } = pair.alice.client;
    if (binding === null || binding.handle === null) throw new Error("not bound");
    const { ndis, handle } = binding;
    const long = pair.alice.fill(pattern(400, 9));
    const buffer = long.FirstNetBuffer;
    const whole = buffer?.CurrentMdl ?? null;
    if (buffer === null || whole === null) throw new Error("no buffer");
    const pieces = Array.from({ length: 8 }, (_, i) => ndis.NdisAllocateMdl(handle, whole.MappedSystemVa + 50 * i, 50));
    for (const [i, mdl] of pieces.entries()) if (mdl !== null) mdl.Next = pieces[i + 1] ?? null;
    buffer.MdlChain = pieces[0] ?? null;
    buffer.CurrentMdl = buffer.MdlChain;
    call.send(long);
    expect([long.Status, call.sendsOutstanding]).toEqual([NDIS_STATUS_RESOURCES, 0]);
    buffer.MdlChain = whole;
    buffer.CurrentMdl = whole;
    for (const mdl of pieces) if (mdl !== null) ndis.NdisFreeMdl(mdl);
    pair.alice.send(call, pattern(20, 1));
    expect(pair.runUntil(() => pair.bob.frames.length === 1)).toBe(true);
    expect(pair.stop()).toEqual({});
  });

  it("a client that keeps the transmit ring full for longer than SSCOP waits for an answer does not starve signalling", () => {
    const { pair, call } = connected({
      alice: {
        configuration: { "*TransmitBuffers": 16 },
        sendBuffers: 32,
        events: { sendComplete: (sending) => refill(sending) },
      },
    });
    const { binding } = pair.alice.client;
    const untilNs = pair.lab.world.clock.nowNs + 10 * SECOND_NS;
    let isSending = true;
    const refill = (sending: ClientCall): void => {
      const pool = binding?.sendPool ?? null;
      for (let list = isSending ? (pool?.take() ?? null) : null; list !== null; list = pool?.take() ?? null) {
        if (list.FirstNetBuffer !== null) list.FirstNetBuffer.DataLength = 9_180;
        list.Next = null;
        sending.send(list);
      }
    };
    refill(call);
    pair.runUntil(() => pair.lab.world.clock.nowNs >= untilNs || call.state !== "connected");
    isSending = false;
    expect([call.state, pair.lab.world.clock.nowNs >= untilNs]).toEqual(["connected", true]);
    call.close();
    pair.runUntil(() => call.state === "closed");
    expect(pair.stop()).toEqual({});
  });

  it("SND-06: every list comes back with its own status when the link is down", () => {
    const { pair, call } = connected();
    pair.alice.nic.link.setUp(false);
    const statuses: number[] = [];
    const lists = pair.alice.fill(pattern(10), pattern(20));
    const given: NET_BUFFER_LIST[] = [lists, ...(lists.Next === null ? [] : [lists.Next])];
    call.send(lists);
    pair.runUntil(() => call.sendsOutstanding === 0);
    for (const list of given) statuses.push(list.Status);
    expect(statuses.every((status) => status !== NDIS_STATUS_SUCCESS)).toBe(true);
    expect(call.sendFailures).toBe(2);
    expect(pair.stop()).toEqual({});
  });

  it("CBR: frames leave at the call's peak cell rate", () => {
    const listener = new Listener();
    const pair = new Pair({ lab: { probe: listener } }).start();
    const rates = { service: "cbr", forwardPeakCellRate: 1_000, backwardPeakCellRate: 1_000 } as const;
    const call = pair.alice.call(BOB, rates);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    const times: number[] = [];
    for (let i = 0; i < 5; i++) pair.alice.send(call, pattern(40, i));
    for (let i = 1; i <= 5; i++) {
      pair.runUntil(() => pair.bob.frames.length === i);
      times.push(pair.lab.world.clock.nowNs);
    }
    const gaps = times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) / 100_000) / 10);
    expect(gaps).toEqual([1, 1, 1, 1]);
    expect(pair.stop()).toEqual({});
  });
});

describe("damage on the fibre, in cell mode", () => {
  it("a flipped payload bit drops exactly that frame, and the NIC counts it", () => {
    const faults: FaultDirection[] = [];
    const armed = { next: false };
    const pair = new Pair({
      alice: {
        nic: {
          middleware: {
            fromNic: (direction, lab) => {
              const fault = new FaultDirection(direction, lab.world.clock, lab.fibre, {
                rules: [{ kind: "bit-flip", choicePoint: "hit", bit: 5 * 8 + 100 }],
                chooser: { choose: () => (armed.next ? 1 : 0) },
              });
              faults.push(fault);
              return fault;
            },
          },
        },
      },
      lab: { mode: "cell" },
    });
    pair.start();
    const call = pair.alice.call(BOB);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    for (let i = 0; i < 10; i++) {
      armed.next = i === 4;
      pair.alice.send(call, pattern(300, i));
      pair.run(1_000_000);
    }
    armed.next = false;
    expect(faults[0]?.counters.damaged).toBe(1);
    const got = pair.bob.frames.map(({ bytes }) => bytes);
    const expected = [0, 1, 2, 3, 5, 6, 7, 8, 9].map((i) => pattern(300, i));
    expect(got.length).toBe(9);
    expect(got.every((bytes, i) => isEqual(bytes, expected[i]))).toBe(true);
    expect(pair.bob.nic.device.counters.crcErrors + pair.lab.atmSwitch.port(0).counters.headerErrorCells).toBe(1);
    expect(pair.stop()).toEqual({});
  });
});
