import { describe, expect, it } from "vitest";
import type { Side } from "./two-hosts.ts";
import { BOB, Listener, Pair, pattern, SECOND_NS } from "./two-hosts.ts";

function connected(listener?: Listener) {
  const pair = new Pair({ lab: listener === undefined ? {} : { probe: listener } }).start();
  const call = pair.alice.call(BOB);
  pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
  return { pair, call };
}

const closed = (side: Side): boolean => side.client.binding?.calls.size === 0;

describe("the fibre of a host is cut", () => {
  it("both hosts hear that signalling is down on the cut one only; the client is not ready (OID-27)", () => {
    const { pair } = connected();
    pair.alice.nic.link.setUp(false);
    pair.run(SECOND_NS);
    expect([pair.alice.isReady, pair.bob.isReady]).toEqual([false, true]);
    pair.stop();
  });

  it("a call made while the fibre is cut fails at once with NDIS_STATUS_MEDIA_DISCONNECTED; none is left", () => {
    const pair = new Pair().start();
    pair.alice.nic.link.setUp(false);
    pair.run(SECOND_NS);
    const call = pair.alice.call(BOB);
    expect(call.state).toBe("closed");
    expect(pair.alice.told).toEqual(["failed NDIS_STATUS_MEDIA_DISCONNECTED cause 0"]);
    expect(pair.stop()).toEqual({});
  });

  it("a call to a host whose fibre is cut is refused with cause 27, NDIS_STATUS_DEST_OUT_OF_ORDER", () => {
    const pair = new Pair().start();
    pair.bob.nic.link.setUp(false);
    pair.run(SECOND_NS);
    const call = pair.alice.call(BOB);
    expect([call.state, call.cause]).toEqual(["closed", 27]);
    expect(pair.alice.told).toEqual(["failed NDIS_STATUS_DEST_OUT_OF_ORDER cause 27"]);
    expect(pair.stop()).toEqual({});
  });

  it("a call that is being set up fails", () => {
    const pair = new Pair().start();
    const call = pair.alice.client.makeCall({
      called: BOB,
      service: "ubr",
      forwardPeakCellRate: 0,
      backwardPeakCellRate: 0,
      maximumSduBytes: 1_500,
    });
    pair.run(3_000);
    pair.alice.nic.link.setUp(false);
    pair.runUntil(() => call.state === "closed");
    expect(call.state).toBe("closed");
    pair.alice.nic.link.setUp(true);
    pair.runUntil(() => pair.alice.isReady && closed(pair.bob));
    expect(pair.stop()).toEqual({});
  });

  it("T309: the call of the cut host ends 10 s later, when the fibre stays cut (Q.2931 5.6.10); the peer hears of it sooner", () => {
    const { pair, call } = connected();
    const cutAtNs = pair.lab.world.clock.nowNs;
    pair.alice.nic.link.setUp(false);
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed");
    expect(pair.bob.calls[0]?.state).toBe("closed");
    pair.runUntil(() => call.state === "closed");
    expect(call.state).toBe("closed");
    const endedNs = pair.lab.world.clock.nowNs - cutAtNs;
    expect(endedNs).toBeGreaterThanOrEqual(10 * SECOND_NS);
    expect(endedNs).toBeLessThan(11 * SECOND_NS);
    expect(pair.stop()).toEqual({});
  });

  it("sends are answered with a failure, and nothing is lost of the pool", () => {
    const { pair, call } = connected();
    pair.alice.nic.link.setUp(false);
    pair.alice.send(call, pattern(100), pattern(200));
    pair.runUntil(() => call.sendsOutstanding === 0);
    expect(call.sendFailures).toBe(2);
    expect(pair.alice.client.binding?.sendPool?.available).toBe(32);
    expect(pair.stop()).toEqual({});
  });

  it("STA-01: NDIS_STATUS_LINK_STATE goes to the client on every change", () => {
    const listener = new Listener();
    const { pair } = connected(listener);
    const indications = () => listener.told.filter(({ name }) => name === "ProtocolCoStatusEx").length;
    expect(indications()).toBe(0);
    pair.alice.nic.link.setUp(false);
    pair.run(SECOND_NS);
    expect(indications()).toBe(1);
    pair.alice.nic.link.setUp(true);
    pair.run(SECOND_NS);
    expect(indications()).toBe(2);
    pair.stop();
  });
});

describe("the fibre is mended", () => {
  it.each([0.5, 5, 30])("after %d s: signalling comes back, and calls work again", (seconds) => {
    const { pair, call } = connected();
    pair.alice.nic.link.setUp(false);
    pair.run(seconds * SECOND_NS);
    pair.alice.nic.link.setUp(true);
    pair.runUntil(() => pair.alice.isReady);
    expect(pair.alice.isReady).toBe(true);
    pair.runUntil(() => call.state === "closed" && closed(pair.bob), 20 * SECOND_NS);
    const again = pair.alice.call(BOB);
    expect(again.state).toBe("connected");
    pair.runUntil(() => pair.bob.calls.at(-1)?.state === "connected");
    const before = pair.bob.frames.length;
    pair.alice.send(again, pattern(500));
    pair.runUntil(() => pair.bob.frames.length > before);
    expect(pair.bob.frames.at(-1)?.bytes).toEqual(pattern(500));
    expect(pair.stop()).toEqual({});
  });

  it("calls in the other direction work again, too", () => {
    const { pair } = connected();
    pair.bob.nic.link.setUp(false);
    pair.run(15 * SECOND_NS);
    pair.bob.nic.link.setUp(true);
    pair.runUntil(() => pair.bob.isReady && closed(pair.alice) && closed(pair.bob));
    expect(pair.bob.call(pair.alice.nic.address).state).toBe("connected");
    expect(pair.alice.call(BOB).state).toBe("connected");
    expect(pair.stop()).toEqual({});
  });

  it("a fibre that is cut and mended many times in a row leaves everything in order", () => {
    const { pair, call } = connected();
    for (let i = 0; i < 25; i++) {
      pair.alice.nic.link.setUp(false);
      pair.run(i * 700);
      pair.alice.nic.link.setUp(true);
      pair.run(i * 900);
    }
    pair.runUntil(() => pair.alice.isReady);
    expect(pair.alice.isReady).toBe(true);
    if (call.state === "connected") call.close();
    pair.runUntil(() => closed(pair.alice) && closed(pair.bob));
    expect(pair.alice.call(BOB).state).toBe("connected");
    expect(pair.stop()).toEqual({});
  });
});

describe("halting a host", () => {
  it("whose fibre is cut does not wait for the network", () => {
    const { pair } = connected();
    pair.alice.nic.link.setUp(false);
    const fromNs = pair.lab.world.clock.nowNs;
    expect(pair.stop()).toEqual({});
    expect(pair.lab.world.clock.nowNs - fromNs).toBeLessThan(30 * SECOND_NS);
  });

  it("whose driver is loaded again gets its signalling back on a fibre that never went dark", () => {
    const pair = new Pair().start();
    const { ndis, machine } = pair.bob.host;
    for (let round = 0; round < 3; round++) {
      const [adapter] = ndis.adapters;
      if (adapter === undefined) throw new Error("no adapter");
      machine.processor.startThread("remove", ndis.removeDevice(adapter));
      pair.runUntil(() => machine.processor.liveThreads === 0);
      machine.processor.startThread("start", ndis.startDevice(adapter.slot, "vmcm", pair.bob.nic.configuration));
      pair.runUntil(() => pair.bob.isReady, SECOND_NS);
      expect(pair.bob.isReady).toBe(true);
      expect(pair.alice.call(BOB).state).toBe("connected");
    }
    expect(pair.stop()).toEqual({});
  });
});
