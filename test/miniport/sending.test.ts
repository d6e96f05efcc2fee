import { describe, expect, it } from "vitest";
import type { ClientCall } from "../../src/client/index.ts";
import { BugCheck } from "../../src/machine/index.ts";
import type { NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import { NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { BOB, connected, isEqual, Listener, Pair, pattern, SECOND_NS, shred } from "./two-hosts.ts";

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
    const long = pair.alice.fill(pattern(400, 9));
    const mend = shred(call, long, 4, 100);
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
    mend();
    expect(pair.stop()).toEqual({});
  });

  it("a frame of more pieces than the ring could ever take comes back with NDIS_STATUS_RESOURCES and holds nothing up", () => {
    const { pair, call } = connected({ alice: { configuration: { "*TransmitBuffers": 8 } } });
    const long = pair.alice.fill(pattern(400, 9));
    const mend = shred(call, long, 8, 50);
    call.send(long);
    expect([long.Status, call.sendsOutstanding]).toEqual([NDIS_STATUS_RESOURCES, 0]);
    mend();
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

  it("who gets a failed send back may send again from within its handler", () => {
    let again: NET_BUFFER_LIST | null = null;
    const { pair, call } = connected({
      alice: {
        configuration: { "*TransmitBuffers": 8 },
        events: {
          sendComplete: (sending) => {
            if (sending.sendFailures === 1 && again === null) {
              again = pair.alice.fill(pattern(30, 2));
              sending.send(again);
            }
          },
        },
      },
    });
    const long = pair.alice.fill(pattern(400, 1));
    const mend = shred(call, long, 8, 50);
    call.send(long);
    expect(pair.runUntil(() => pair.bob.frames.length === 1)).toBe(true);
    expect(pair.bob.frames[0]?.bytes).toEqual(pattern(30, 2));
    expect(call.sendFailures).toBe(1);
    mend();
    expect(pair.stop()).toEqual({});
  });

  it("a short frame whose MDL lies outside of the machine's memory is no way into another machine's", () => {
    const { pair, call } = connected();
    const { binding } = pair.alice.client;
    if (binding === null || binding.handle === null) throw new Error("not bound");
    const outside = pair.bob.host.machine.memory.window.start;
    const mdl = binding.ndis.NdisAllocateMdl(binding.handle, outside, 64);
    const list = pair.alice.fill(pattern(20));
    if (mdl === null || list.FirstNetBuffer === null) throw new Error("no buffer");
    list.FirstNetBuffer.MdlChain = mdl;
    list.FirstNetBuffer.CurrentMdl = mdl;
    let rule = "";
    try {
      call.send(list);
    } catch (error) {
      rule = error instanceof BugCheck ? error.rule : String(error);
    }
    expect(rule).toBe("NullCheck");
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
