import { describe, expect, it } from "vitest";
import type { ClientCall } from "../../src/client/index.ts";
import type { ClientLibrary, NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import { NDIS_RECEIVE_FLAGS_RESOURCES, NDIS_STATUS_RESOURCES } from "../../src/ndis/index.ts";
import { FaultDirection } from "../../src/network/index.ts";
import { BOB, connected, isEqual, Listener, Pair, pattern, shred } from "./two-hosts.ts";

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

/** How many MDLs a list's frame lies in. */
function mdlsOf(list: NET_BUFFER_LIST): number {
  let count = 0;
  for (let mdl = list.FirstNetBuffer?.MdlChain ?? null; mdl !== null && count < 100; mdl = mdl.Next) count++;
  return count;
}

describe("receiving", () => {
  it("frames of more than one buffer come up as one chain of MDLs, whole", () => {
    const mdls: number[] = [];
    const { pair, call } = connected(
      {
        alice: { sendBufferBytes: 65_535, sendBuffers: 4 },
        bob: { events: { frameReceived: (_call, list) => mdls.push(mdlsOf(list)) } },
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
    const { pair, call } = connected(
      {
        alice: { sendBufferBytes: 40_000, sendBuffers: 4 },
        bob: { events: { frameReceived: (_call, list) => mdls.push(mdlsOf(list)) } },
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
    const { pair, call } = connected({ bob: { ...few, wrap: hoarder.wrap }, probe: listener });
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

describe("a client that sends while it is shown what it received", () => {
  it("a send that fails in the DPC comes back as a send, at the end of the DPC, and is never taken for a frame that came", () => {
    let answered = false;
    let mend: () => void = () => {};
    const answer = (call: ClientCall): void => {
      const other = pair.bob.calls.find((candidate) => candidate !== call);
      if (answered || other === undefined) return;
      answered = true;
      // The frames of the other call wait to be indicated in this same DPC.
      const list = pair.bob.fill(pattern(400, 9));
      mend = shred(other, list, 8, 50);
      failing = list;
      other.send(list);
    };
    let failing: NET_BUFFER_LIST | null = null;
    const pair = new Pair({
      alice: { sendBuffers: 16 },
      bob: { sendBuffers: 2, configuration: { "*TransmitBuffers": 8 }, events: { frameReceived: answer } },
    }).start();
    const calls = [pair.alice.call(BOB), pair.alice.call(BOB)];
    pair.runUntil(() => pair.bob.calls.length === 2 && pair.bob.calls.every(({ state }) => state === "connected"));
    for (let i = 0; i < 5; i++) for (const call of calls) pair.alice.send(call, new Uint8Array([i]));
    expect(pair.runUntil(() => pair.bob.frames.length === 10, 1_000_000)).toBe(true);
    for (const call of pair.bob.calls) {
      const frames = pair.bob.frames.filter((frame) => frame.call === call).map(({ bytes }) => [...bytes]);
      expect(frames).toEqual([[0], [1], [2], [3], [4]]);
    }
    expect(answered).toBe(true);
    expect((failing as NET_BUFFER_LIST | null)?.Status).toBe(NDIS_STATUS_RESOURCES);
    expect(pair.bob.calls.map(({ sendsOutstanding, sendFailures }) => [sendsOutstanding, sendFailures]).sort()).toEqual(
      [
        [0, 0],
        [0, 1],
      ],
    );
    mend();
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
