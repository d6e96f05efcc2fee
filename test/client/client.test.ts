import { describe, expect, it } from "vitest";
import type { ClientCall } from "../../src/client/index.ts";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import {
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { ALICE, address, BEST_EFFORT, BOB, MS, Pair, pattern } from "../miniport/two-hosts.ts";

const PREFIX = "47000580ffe1000000f20f2200";

describe("a client that comes up", () => {
  it("is ready when its address family is open, its SAP registered, signalling up and the binding running", () => {
    const pair = new Pair();
    expect(pair.alice.isReady).toBe(false);
    pair.lab.start();
    expect(pair.alice.client.binding?.signallingEnabled).toBe(false);
    expect(pair.alice.isReady).toBe(false);
    pair.runUntil(() => pair.alice.isReady);
    const { binding } = pair.alice.client;
    expect(binding).toMatchObject({ signallingEnabled: true, isRunning: true, isClosing: false });
    expect([binding?.afHandle === null, binding?.sapHandle === null]).toEqual([false, false]);
    expect(pair.stop()).toEqual({});
    expect([pair.alice.isReady, pair.alice.client.bindings.length, pair.alice.client.isLoaded]).toEqual([
      false,
      0,
      false,
    ]);
  });

  it("cannot call before it is bound", () => {
    const client = new AtmClient("client");
    expect(() => client.makeCall({ called: BOB, ...BEST_EFFORT })).toThrow("not bound");
  });

  it("a call that is made before signalling is up fails, and the client is told", () => {
    const pair = new Pair();
    pair.lab.start();
    const call = pair.alice.client.makeCall({ called: BOB, ...BEST_EFFORT });
    expect(call.state).toBe("closed");
    expect(pair.alice.told).toEqual(["failed NDIS_STATUS_MEDIA_DISCONNECTED cause 0"]);
    expect(pair.stop()).toEqual({});
  });

  it("with listen none it registers no SAP and is ready without", () => {
    const pair = new Pair({ alice: { listen: "none" } }).start();
    expect(pair.alice.host.ndis.live.saps).toBe(0);
    expect(pair.alice.call(BOB).state).toBe("connected");
    expect(pair.stop()).toEqual({});
  });

  it("on a host with two NICs it has two bindings, and calls on either", () => {
    const client = new AtmClient("caller", { sendBuffers: 4 });
    const bob = new AtmClient("callee", { sendBuffers: 4 });
    const second = address(`${PREFIX}02000000000300`);
    const lab = new Laboratory({
      frameMemoryBytes: 8 << 20,
      frameCapacity: 1_024,
      hosts: [
        { name: "alice", nics: [{ address: ALICE }, { address: second }], clients: [client.image] },
        { name: "bob", nics: [{ address: BOB }], clients: [bob.image] },
      ],
    });
    lab.start();
    lab.runUntil(() => client.isReady && bob.isReady, 1e9);
    expect(client.bindings).toHaveLength(2);
    const calls = client.bindings.map((binding) => binding.makeCall({ called: BOB, ...BEST_EFFORT }, null));
    lab.runUntil(() => calls.every(({ state }) => state === "connected"), 1e9);
    expect(calls.map(({ state }) => state)).toEqual(["connected", "connected"]);
    lab.stop();
    expect(Object.values(lab.host("alice").leftovers()).every((count) => count === 0)).toBe(true);
  });
});

describe("several clients on one host", () => {
  function host(first: ConstructorParameters<typeof AtmClient>[1], second: ConstructorParameters<typeof AtmClient>[1]) {
    const pair = new Pair({ bob: { listen: "none" } });
    const clients = [new AtmClient("one", first), new AtmClient("two", second)] as const;
    const lab = new Laboratory({
      frameMemoryBytes: 8 << 20,
      frameCapacity: 1_024,
      hosts: [{ ...pair.bob.plan, memoryBytes: 24 << 20, clients: clients.map(({ image }) => image) }, pair.alice.plan],
    });
    pair.alice.attach(lab);
    lab.start();
    lab.runUntil(() => pair.alice.isReady && clients[0].isReady, 1e9);
    return { lab, clients, alice: pair.alice };
  }

  it("SAP-03: an address is one client's: the second registration of it fails with INVALID_DATA", () => {
    const { lab, clients } = host({ sendBuffers: 4 }, { sendBuffers: 4 });
    expect(clients.map(({ binding }) => binding?.sapStatus)).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_INVALID_DATA]);
    expect(clients.map(({ isReady }) => isReady)).toEqual([true, false]);
    lab.stop();
    expect(Object.values(lab.host("bob").leftovers()).every((count) => count === 0)).toBe(true);
  });

  it("INC-03: a call goes to the client that listens on the called address, by its selector, too", () => {
    const offers: string[] = [];
    const note = (name: string) => ({
      incomingCall: () => {
        offers.push(name);
        return NDIS_STATUS_NOT_ACCEPTED;
      },
    });
    const other = address(`${PREFIX}02000000000207`);
    const { lab, alice } = host(
      { sendBuffers: 4, events: note("one") },
      { sendBuffers: 4, listen: other, events: note("two") },
    );
    alice.call(BOB);
    alice.call(other);
    alice.call(other);
    expect(offers).toEqual(["one", "two", "two"]);
    lab.stop();
    expect(Object.values(lab.host("bob").leftovers()).every((count) => count === 0)).toBe(true);
  });
});

describe("a client that closes everything", () => {
  it("AF-35: calls first, then the SAP, then the address family", () => {
    const steps: string[] = [];
    const pair: Pair = new Pair({
      bob: {
        wrap: (library) => ({
          ...library,
          NdisClDeregisterSap: (sap) => {
            steps.push(`SAP, ${pair.bob.client.binding?.calls.size} calls`);
            return library.NdisClDeregisterSap(sap);
          },
          NdisClCloseAddressFamily: (af) => {
            steps.push("address family");
            return library.NdisClCloseAddressFamily(af);
          },
        }),
      },
    }).start();
    const calls = [pair.alice.call(BOB), pair.alice.call(BOB)];
    pair.runUntil(() => pair.bob.calls.length === 2 && pair.bob.calls.every(({ state }) => state === "connected"));
    const { binding } = pair.bob.client;
    binding?.closeAll();
    pair.runUntil(() => binding?.isEmpty === true && calls.every(({ state }) => state === "closed"));
    expect(steps).toEqual(["SAP, 0 calls", "address family"]);
    expect(pair.stop()).toEqual({});
  });
});

describe("callbacks of a client may call it back", () => {
  it("close from callConnected", () => {
    const pair = new Pair({ alice: { events: { callConnected: (call) => call.close() } } }).start();
    const call = pair.alice.client.makeCall({ called: BOB, ...BEST_EFFORT });
    pair.runUntil(() => call.state === "closed");
    expect(pair.alice.told).toEqual(["connected", "closed NDIS_STATUS_SUCCESS"]);
    expect(pair.stop()).toEqual({});
  });

  it("the next call from callClosed and from callFailed", () => {
    const made: ClientCall[] = [];
    const next = (): void => {
      if (made.length < 5) made.push(pair.alice.client.makeCall({ called: BOB, ...BEST_EFFORT }));
    };
    const pair: Pair = new Pair({
      alice: { events: { callConnected: (call) => call.close(), callClosed: next, callFailed: next } },
      bob: { events: { incomingCall: (call) => (call.vci % 2 === 0 ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES) } },
    }).start();
    next();
    pair.runUntil(() => made.length === 5 && made.every(({ state }) => state === "closed"));
    expect(made.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => "closed"));
    expect(pair.alice.told).toContain("connected");
    expect(pair.alice.told.some((line) => line.startsWith("failed"))).toBe(true);
    expect(pair.stop()).toEqual({});
  });

  it("send from frameReceived: an echo", () => {
    const pair: Pair = new Pair({
      bob: { events: { frameReceived: (call, list) => void call.sendBytes(pair.bob.bytesOf(list)) } },
    }).start();
    const call = pair.alice.call(BOB);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    for (let i = 0; i < 10; i++) pair.alice.send(call, pattern(50 * (i + 1), i));
    pair.runUntil(() => pair.alice.frames.length === 10);
    expect(pair.alice.frames.map(({ bytes }) => bytes)).toEqual(
      Array.from({ length: 10 }, (_, i) => pattern(50 * (i + 1), i)),
    );
    expect(pair.stop()).toEqual({});
  });

  it("close from frameReceived and from sendComplete", () => {
    for (const event of ["frameReceived", "sendComplete"] as const) {
      const close = (call: ClientCall): void => call.close();
      const pair = new Pair({ [event === "frameReceived" ? "bob" : "alice"]: { events: { [event]: close } } }).start();
      const call = pair.alice.call(BOB);
      pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
      pair.alice.send(call, pattern(100));
      pair.runUntil(() => call.state === "closed" && pair.bob.calls[0]?.state === "closed");
      expect([call.state, pair.bob.calls[0]?.state]).toEqual(["closed", "closed"]);
      expect(pair.stop()).toEqual({});
    }
  });
});

describe("sendBytes", () => {
  it("is false when the call is not connected, the frame does not fit a buffer, or no buffer is free", () => {
    const pair = new Pair({ alice: { sendBuffers: 3, sendBufferBytes: 100 } }).start();
    const early = pair.alice.client.makeCall({ called: BOB, ...BEST_EFFORT });
    expect(early.sendBytes(pattern(10))).toBe(false);
    pair.runUntil(() => early.state === "connected" && pair.bob.calls[0]?.state === "connected");
    expect(early.sendBytes(pattern(101))).toBe(false);
    expect([1, 2, 3, 4].map((i) => early.sendBytes(pattern(10 * i)))).toEqual([true, true, true, false]);
    pair.runUntil(() => pair.bob.frames.length === 3);
    expect(pair.bob.frames.map(({ bytes }) => bytes)).toEqual([1, 2, 3].map((i) => pattern(10 * i)));
    expect(early.sendBytes(pattern(7))).toBe(true);
    early.close();
    expect(early.sendBytes(pattern(7))).toBe(false);
    expect(pair.stop()).toEqual({});
  });
});

describe("counts of a call", () => {
  it("frames and bytes sent and received, on both sides", () => {
    const pair = new Pair().start();
    const call = pair.alice.call(BOB);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    pair.alice.send(call, pattern(100), pattern(250));
    pair.runUntil(() => pair.bob.frames.length === 2);
    expect([call.framesSent, call.bytesSent, call.sendsOutstanding]).toEqual([2, 350, 0]);
    expect([pair.bob.calls[0]?.framesReceived, pair.bob.calls[0]?.bytesReceived]).toEqual([2, 350]);
    expect(pair.stop()).toEqual({});
  });

  it("VPI and VCI are those that the network assigned: 32 and up, as on the NIC (UNI 3.1 section 5.1.2.4)", () => {
    const pair = new Pair().start();
    const calls = [pair.alice.call(BOB), pair.alice.call(BOB)];
    pair.runUntil(() => pair.bob.calls.length === 2 && pair.bob.calls.every(({ state }) => state === "connected"));
    for (const [side, own] of [
      [pair.alice, calls],
      [pair.bob, pair.bob.calls],
    ] as const) {
      expect(new Set(own.map(({ vci }) => vci)).size).toBe(2);
      for (const { vpi, vci } of own) {
        expect(vci).toBeGreaterThanOrEqual(32);
        expect(side.nic.device.vcs.lookup(vpi, vci)).toBeGreaterThanOrEqual(0);
      }
    }
    expect(pair.stop()).toEqual({});
  });
});

describe("E.164 addresses", () => {
  it("calls to and from native E.164 numbers work as those between AESAs do", () => {
    const pair = new Pair({
      alice: { nic: { address: "+4989636000" } },
      bob: { nic: { address: "+4989636001" } },
    }).start();
    const call = pair.alice.call(address("+4989636001"));
    expect(call.state).toBe("connected");
    expect(pair.alice.call(address("+4989636999")).state).toBe("closed");
    pair.run(MS);
    expect(pair.stop()).toEqual({});
  });
});
