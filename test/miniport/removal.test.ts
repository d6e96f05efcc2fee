import { describe, expect, it } from "vitest";
import { AtmClient } from "../../src/client/index.ts";
import type { Blocking, MiniportAdapter, NDIS_STATUS, RemovalOptions } from "../../src/ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_SUCCESS,
  OID_GEN_CO_VENDOR_ID,
  statusName,
} from "../../src/ndis/index.ts";
import type { Side } from "./two-hosts.ts";
import { BOB, connected, Listener, MS, Pair, pattern } from "./two-hosts.ts";

function adapterOf(side: Side): MiniportAdapter {
  const [adapter] = side.host.ndis.adapters;
  if (adapter === undefined) throw new Error("no adapter");
  return adapter;
}

/** Runs an operation on a side's adapter to its end. */
function operate(pair: Pair, side: Side, body: Blocking<NDIS_STATUS>): NDIS_STATUS {
  const result: { status?: NDIS_STATUS } = {};
  function* keep(): Blocking<void> {
    result.status = yield* body;
  }
  side.host.machine.processor.startThread("operation", keep());
  pair.runUntil(() => result.status !== undefined);
  if (result.status === undefined) throw new Error("the operation does not end");
  return result.status;
}

describe("a NIC that is pulled out", () => {
  it("in the middle of a call with sends under way: everything ends, nothing is left", () => {
    const listener = new Listener();
    const { pair, call } = connected({ probe: listener });
    const { alice } = pair;
    alice.send(call, ...Array.from({ length: 20 }, (_, i) => pattern(9_000, i)));
    const { ndis } = alice.host;
    const adapter = adapterOf(alice);
    const status = operate(pair, alice, ndis.surpriseRemoveDevice(adapter));
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    expect(adapter.state).toBe("Halted");
    expect(call.state).toBe("closed");
    expect(call.binding.sendsOutstanding).toBe(0);
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed");
    pair.stop();
    // On the switch signalling goes on trying: nothing tells it that the light is out.
    expect([alice.alive, pair.bob.alive]).toEqual([{}, {}]);
    expect(listener.told.filter(({ kind }) => kind === "violation")).toEqual([]);
  });

  it.each([
    ["with no command under way", (pair: Pair) => void pair.start()],
    ["while it opens the signalling channel", (pair: Pair) => pair.lab.start()],
  ])("%s: nothing is waited for, and no rule is broken", (_when, begin) => {
    const listener = new Listener();
    const pair = new Pair({ lab: { probe: listener } });
    begin(pair);
    const { alice } = pair;
    const { clock } = pair.lab.world;
    const removedNs = clock.nowNs;
    expect(operate(pair, alice, alice.host.ndis.surpriseRemoveDevice(adapterOf(alice)))).toBe(NDIS_STATUS_SUCCESS);
    expect(clock.nowNs - removedNs).toBeLessThan(MS);
    expect(listener.told.filter(({ kind }) => kind === "violation")).toEqual([]);
    pair.stop();
    expect(alice.alive).toEqual({});
  });

  it("that nobody uses: its miniport is halted at once, and has put nothing off", () => {
    const idle = { name: "idle", DriverEntry: () => NDIS_STATUS_SUCCESS };
    const pair = new Pair({ alice: { host: { route: "call-manager", standAloneCallManager: idle, clients: [] } } });
    pair.lab.start();
    const { alice } = pair;
    const adapter = adapterOf(alice);
    expect(adapter.bindings).toEqual([]);
    // The verifier has an eye on work items that are freed while they are queued.
    expect(operate(pair, alice, alice.host.ndis.surpriseRemoveDevice(adapter))).toBe(NDIS_STATUS_SUCCESS);
    expect(adapter.state).toBe("Halted");
    expect(pair.stop()).toEqual({});
  });

  it("OID-15: its MCM answers requests with NOT_ACCEPTED", () => {
    const { pair } = connected();
    const { alice } = pair;
    const { binding } = alice.client;
    if (binding?.handle === null || binding === null) throw new Error("not bound");
    const ask = (): string => {
      const request = NDIS_OID_REQUEST({ DATA: { Oid: OID_GEN_CO_VENDOR_ID } });
      request.DATA.QUERY_INFORMATION.InformationBuffer = new Uint8Array(4);
      request.DATA.QUERY_INFORMATION.InformationBufferLength = 4;
      return binding.handle === null ? "" : statusName(binding.ndis.NdisOidRequest(binding.handle, request));
    };
    expect(ask()).toBe("NDIS_STATUS_SUCCESS");
    const adapter = adapterOf(alice);
    const removal = alice.host.ndis.surpriseRemoveDevice(adapter);
    // Up to where the bindings begin to pause.
    alice.host.machine.processor.startThread("removal", removal);
    removal.next(true);
    expect(adapter.surpriseRemoved).toBe(true);
    expect(ask()).toBe(statusName(NDIS_STATUS_NOT_ACCEPTED));
  });
});

describe("a halt that finds address families open", () => {
  it("AF-32, LIF-13: the MCM asks its clients to close them, and waits until they have", () => {
    const { pair, call } = connected();
    const { alice } = pair;
    const options: RemovalOptions = { haltsBeforeUnbind: true };
    const adapter = adapterOf(alice);
    expect(adapter.openAddressFamilies.size).toBe(1);
    const status = operate(pair, alice, alice.host.ndis.removeDevice(adapter, options));
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    expect([adapter.state, adapter.openAddressFamilies.size, call.state]).toEqual(["Halted", 0, "closed"]);
    pair.runUntil(() => pair.bob.calls[0]?.state === "closed");
    expect(pair.stop()).toEqual({});
  });

  it("LIF-14: a miniport without call management is not halted before its protocols are unbound", () => {
    const pair = new Pair({ alice: { host: { route: "call-manager" } } }).start();
    const { alice } = pair;
    expect(alice.call(BOB).state).toBe("connected");
    const adapter = adapterOf(alice);
    const removal = alice.host.ndis.removeDevice(adapter, { haltsBeforeUnbind: true });
    expect(operate(pair, alice, removal)).toBe(NDIS_STATUS_FAILURE);
    expect(adapter.state).toBe("Running");
    expect(pair.stop()).toEqual({});
  });
});

describe("a NIC that is removed right after a client has opened its address family", () => {
  it("does not go on waiting when what the MCM had put off is done", () => {
    const pair = new Pair().start();
    const { alice } = pair;
    const { ndis } = alice.host;
    const adapter = adapterOf(alice);
    const { clock } = pair.lab.world;
    const beganNs = clock.nowNs;
    function* inOneGo(): Blocking<NDIS_STATUS> {
      yield* ndis.loadClient(new AtmClient("late", { sendBuffers: 4 }).image);
      return yield* ndis.removeDevice(adapter);
    }
    expect(operate(pair, alice, inOneGo())).toBe(NDIS_STATUS_SUCCESS);
    expect(clock.nowNs - beganNs).toBeLessThan(MS);
    expect(pair.stop()).toEqual({});
  });
});

describe("an open and a close that pend", () => {
  it("BND-02, BND-10: the reference client waits for their completions", () => {
    const listener = new Listener();
    const chooser = { choose: (point: string) => (/^(open|close)-adapter$/.test(point) ? 1 : 0) };
    const pair = new Pair({ lab: { chooser, probe: listener } }).start();
    expect(pair.alice.call(BOB).state).toBe("connected");
    expect(pair.stop()).toEqual({});
    for (const name of ["ProtocolOpenAdapterCompleteEx", "ProtocolCloseAdapterCompleteEx"])
      expect(listener.fieldsOf("callback", name)).toHaveLength(2);
  });
});
