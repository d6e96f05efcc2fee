import { describe, expect, it } from "vitest";
import {
  NDIS_STATUS_CALL_ACTIVE,
  NDIS_STATUS_INVALID_ADDRESS,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_SUCCESS,
  statusName,
} from "../../src/ndis/index.ts";
import type { PairOptions } from "./two-hosts.ts";
import { BOB, laterOn, MS, NOBODY, Pair, pattern, SECOND_NS } from "./two-hosts.ts";

describe("PendRequests", () => {
  /** One call with frames both ways, closed by the caller; everything that either user was told. */
  function outcome(options: PairOptions) {
    const pair = new Pair(options).start();
    const { alice, bob } = pair;
    const call = alice.call(BOB);
    pair.runUntil(() => bob.calls[0]?.state === "connected");
    alice.send(call, pattern(100), pattern(5_000, 2));
    const [incoming] = bob.calls;
    if (incoming !== undefined) bob.send(incoming, pattern(300, 3));
    pair.runUntil(() => bob.frames.length === 2 && alice.frames.length === 1);
    call.close();
    pair.runUntil(() => call.state === "closed" && incoming?.state === "closed");
    const told = [alice.told, bob.told];
    const frames = [alice, bob].map((side) => side.frames.map(({ bytes }) => bytes));
    return { told, frames, left: pair.stop() };
  }

  it("0 and 1 have the same outcome for the clients, and neither leaves anything", () => {
    const side = (PendRequests: number) => ({ configuration: { PendRequests } });
    const now = outcome({ alice: side(0), bob: side(0) });
    expect(now.left).toEqual({});
    expect(now.told).toEqual([
      ["connected", "closed NDIS_STATUS_SUCCESS"],
      ["offered, answers NDIS_STATUS_SUCCESS", "connected", "closed NDIS_STATUS_SUCCESS"],
    ]);
    expect(now.frames).toEqual([[pattern(300, 3)], [pattern(100), pattern(5_000, 2)]]);
    for (const [alice, bob] of [
      [1, 1],
      [0, 1],
      [1, 0],
    ] as const) {
      expect(outcome({ alice: side(alice), bob: side(bob) })).toEqual(now);
    }
  });

  it("the same in cell mode", () => {
    expect(outcome({ lab: { mode: "cell" } })).toEqual(outcome({}));
  });
});

describe("incoming calls that are accepted later", () => {
  function late(delayNs: number): Pair {
    const pair: Pair = new Pair({ bob: { pendsIncomingCalls: true, later: laterOn(() => pair.bob, delayNs) } });
    return pair.start();
  }

  it("INC-05: the call comes up when the callee accepts", () => {
    const pair = late(500 * MS);
    const before = pair.lab.world.clock.nowNs;
    const call = pair.alice.call(BOB);
    expect(call.state).toBe("connected");
    expect(pair.lab.world.clock.nowNs - before).toBeGreaterThanOrEqual(500 * MS);
    pair.alice.send(call, pattern(64));
    expect(pair.runUntil(() => pair.bob.frames.length === 1)).toBe(true);
    call.close();
    pair.runUntil(() => call.state === "closed");
    expect(pair.stop()).toEqual({});
  });

  it("the acceptance may come in the same moment, after the handler has returned", () => {
    const pair = late(0);
    expect(pair.alice.call(BOB).state).toBe("connected");
    expect(pair.stop()).toEqual({});
  });

  it("CLS-15, INC-15: an offer that the network withdraws before the answer ends for both, and the late answer does no harm", () => {
    const pair = late(400 * SECOND_NS);
    const call = pair.alice.client.makeCall({
      called: BOB,
      service: "ubr",
      forwardPeakCellRate: 0,
      backwardPeakCellRate: 0,
      maximumSduBytes: 1_500,
    });
    pair.runUntil(() => call.state === "closed", 350 * SECOND_NS);
    expect(call.state).toBe("closed");
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed", 10 * SECOND_NS);
    expect(pair.bob.calls[0]?.state).toBe("closed");
    pair.run(100 * SECOND_NS);
    expect(pair.lab.bugCheck).toBeNull();
    expect(pair.stop()).toEqual({});
  });

  it("a host that goes down with an offer unanswered rejects it", () => {
    const pair = late(20 * SECOND_NS);
    const call = pair.alice.client.makeCall({
      called: BOB,
      service: "ubr",
      forwardPeakCellRate: 0,
      backwardPeakCellRate: 0,
      maximumSduBytes: 1_500,
    });
    pair.runUntil(() => pair.bob.calls.length === 1);
    expect(pair.stop()).toEqual({});
    expect(call.state).toBe("closed");
  });
});

describe("calls that come to nothing", () => {
  it("OUT-05: a rate beyond the 24 bits of the traffic descriptor is INVALID_DATA, whichever way it goes", () => {
    const pair = new Pair().start();
    const rates = { service: "cbr", forwardPeakCellRate: 1_000, backwardPeakCellRate: 1_000 } as const;
    for (const wrong of [{ forwardPeakCellRate: 2 ** 24 }, { backwardPeakCellRate: 2 ** 24 }]) {
      const call = pair.alice.call(BOB, { ...rates, ...wrong });
      expect([call.state, statusName(call.status)]).toEqual(["closed", "NDIS_STATUS_INVALID_DATA"]);
    }
    expect(pair.stop()).toEqual({});
  });

  it("a rejected offer: cause 21 at the caller, who deletes its VC; nothing is left", () => {
    const pair = new Pair({ bob: { events: { incomingCall: () => NDIS_STATUS_NOT_ACCEPTED } } }).start();
    const call = pair.alice.call(BOB);
    expect([call.state, statusName(call.status), call.cause]).toEqual(["closed", "NDIS_STATUS_FAILURE", 21]);
    expect(pair.bob.told[0]).toBe("offered, answers NDIS_STATUS_NOT_ACCEPTED");
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed");
    expect([pair.alice.host.ndis.live.vcs, pair.bob.host.ndis.live.vcs]).toEqual([0, 0]);
    expect(pair.stop()).toEqual({});
  });

  it("INC-01: without a SAP for the address there is no offer: cause 88", () => {
    const pair = new Pair({ bob: { listen: "none" } }).start();
    const call = pair.alice.call(BOB);
    expect([call.state, call.cause]).toEqual(["closed", 88]);
    expect(pair.bob.told).toEqual([]);
    expect(pair.stop()).toEqual({});
  });

  it("an address that nobody has: cause 1, NDIS_STATUS_INVALID_ADDRESS", () => {
    const pair = new Pair().start();
    const call = pair.alice.call(NOBODY);
    expect([call.state, call.cause, call.status]).toEqual(["closed", 1, NDIS_STATUS_INVALID_ADDRESS]);
    expect(pair.stop()).toEqual({});
  });

  it("a rate beyond the line: refused by the network with cause 37, NDIS_STATUS_CELLRATE_NOT_AVAILABLE", () => {
    const pair = new Pair().start();
    const call = pair.alice.call(BOB, {
      service: "cbr",
      forwardPeakCellRate: 400_000,
      backwardPeakCellRate: 1_000,
    });
    expect([call.state, call.cause, statusName(call.status)]).toEqual([
      "closed",
      37,
      "NDIS_STATUS_CELLRATE_NOT_AVAILABLE",
    ]);
    expect(pair.stop()).toEqual({});
  });

  it("admission: what is refused while the line is full is admitted when the call before has ended", () => {
    const pair = new Pair().start();
    const wish = { service: "cbr", forwardPeakCellRate: 200_000, backwardPeakCellRate: 200_000 } as const;
    const first = pair.alice.call(BOB, wish);
    expect(first.state).toBe("connected");
    expect(pair.alice.call(BOB, wish).cause).toBe(37);
    first.close();
    pair.runUntil(() => first.state === "closed");
    expect(pair.alice.call(BOB, wish).state).toBe("connected");
    expect(pair.stop()).toEqual({});
  });

  it("a callee that answers with a success-severity status other than SUCCESS rejects (0x0001xxxx is no success)", () => {
    const pair = new Pair({ bob: { events: { incomingCall: () => NDIS_STATUS_CALL_ACTIVE } } }).start();
    expect(pair.alice.call(BOB).cause).toBe(21);
    expect(pair.stop()).toEqual({});
  });
});

describe("who ends a call", () => {
  it.each(["alice", "bob"] as const)("%s closes: both hear of it, and both hosts are clean", (who) => {
    const pair = new Pair().start();
    const call = pair.alice.call(BOB);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    (who === "alice" ? call : pair.bob.calls[0])?.close();
    pair.runUntil(() => call.state === "closed" && pair.bob.calls[0]?.state === "closed");
    expect([call.status, pair.bob.calls[0]?.status]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS]);
    for (const side of [pair.alice, pair.bob]) {
      expect([side.host.ndis.live.vcs, side.host.ndis.live.activeVcs, side.nic.device.vcs.openCount]).toEqual([
        0, 0, 1,
      ]);
    }
    expect(pair.stop()).toEqual({});
  });

  it("both close in the same moment", () => {
    const pair = new Pair().start();
    const call = pair.alice.call(BOB);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    call.close();
    pair.bob.calls[0]?.close();
    expect(pair.runUntil(() => call.state === "closed" && pair.bob.calls[0]?.state === "closed")).toBe(true);
    expect(pair.stop()).toEqual({});
  });

  it("a close during the call set-up takes effect when the call is up", () => {
    const pair = new Pair().start();
    const call = pair.alice.client.makeCall({
      called: BOB,
      service: "ubr",
      forwardPeakCellRate: 0,
      backwardPeakCellRate: 0,
      maximumSduBytes: 1_500,
    });
    call.close();
    pair.runUntil(() => call.state === "closed");
    expect(pair.alice.told).toEqual(["connected", "closed NDIS_STATUS_SUCCESS"]);
    expect(pair.stop()).toEqual({});
  });

  it("CLS-01: a close waits for sends that are out, and they all arrive, though the close overtakes none of them", () => {
    const pair = new Pair({ bob: { configuration: { LargeReceiveBuffers: 64 } } }).start();
    const call = pair.alice.call(BOB);
    const frames = Array.from({ length: 30 }, (_, i) => pattern(9_000, i));
    pair.alice.send(call, ...frames);
    call.close();
    expect(call.state).toBe("ending");
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed");
    expect(call.sendFailures).toBe(0);
    expect(pair.bob.frames.length).toBe(30);
    expect(pair.bob.frames.every(({ bytes }, i) => Buffer.compare(bytes, frames[i] ?? new Uint8Array()) === 0)).toBe(
      true,
    );
    expect(pair.stop()).toEqual({});
  });

  it("VC-23: many calls one after the other use the same entries of the NIC's table", () => {
    const pair = new Pair().start();
    const seen = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const call = pair.alice.call(BOB);
      seen.add(call.vci);
      call.close();
      pair.runUntil(() => call.state === "closed" && pair.bob.calls[i]?.state === "closed");
    }
    expect(pair.alice.nic.device.vcs.capacity).toBe(64);
    expect(seen.size).toBeGreaterThan(0);
    expect(pair.stop()).toEqual({});
  });
});

describe("halt with calls up", () => {
  it("LIF-13: every call is closed, every VC and address family is gone, before the MCM frees its state", () => {
    const pair = new Pair().start();
    const calls = [pair.alice.call(BOB), pair.alice.call(BOB), pair.alice.call(BOB)];
    pair.runUntil(() => pair.bob.calls.length === 3);
    expect(pair.stop()).toEqual({});
    expect(calls.map(({ state }) => state)).toEqual(["closed", "closed", "closed"]);
  });

  it("with frames under way: none is lost on the hosts, nothing is left on the fibre", () => {
    const pair = new Pair().start();
    const call = pair.alice.call(BOB);
    pair.alice.send(call, ...Array.from({ length: 20 }, (_, i) => pattern(1_000, i)));
    expect(pair.stop()).toEqual({});
    expect(call.sendsOutstanding).toBe(0);
  });

  it("one host goes down: the other one's calls end, and it can call again when the host is back", () => {
    const pair = new Pair().start();
    const call = pair.alice.call(BOB);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    const { ndis, machine } = pair.bob.host;
    const [adapter] = ndis.adapters;
    if (adapter === undefined) throw new Error("no adapter");
    machine.processor.startThread("remove", ndis.removeDevice(adapter));
    pair.runUntil(() => machine.processor.liveThreads === 0);
    pair.runUntil(() => call.state === "closed");
    expect(call.state).toBe("closed");
    const { slot } = adapter;
    machine.processor.startThread("start", ndis.startDevice(slot, "vmcm", pair.bob.nic.configuration));
    pair.runUntil(() => pair.bob.isReady);
    expect(pair.bob.isReady).toBe(true);
    expect(pair.alice.call(BOB).state).toBe("connected");
    expect(pair.stop()).toEqual({});
  });

  it("a call that is being set up when its host goes down", () => {
    const pair = new Pair().start();
    const call = pair.alice.client.makeCall({
      called: BOB,
      service: "ubr",
      forwardPeakCellRate: 0,
      backwardPeakCellRate: 0,
      maximumSduBytes: 1_500,
    });
    expect(pair.stop()).toEqual({});
    expect(call.state).toBe("closed");
  });
});
