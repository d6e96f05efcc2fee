import { describe, expect, it } from "vitest";
import type { Blocking } from "../../src/machine/index.ts";
import type { NDIS_STATUS, NET_PNP_EVENT_NOTIFICATION } from "../../src/ndis/index.ts";
import {
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_OID_REQUEST,
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  NET_PNP_EVENT_CODE,
} from "../../src/ndis/index.ts";
import { broken, Core, chain } from "./core-harness.ts";

const LIFE = [
  "MiniportInitializeEx",
  "MiniportRestart",
  "MiniportPause",
  "MiniportHaltEx",
  "ProtocolBindAdapterEx",
  "ProtocolUnbindAdapterEx",
  "NetEventPause",
  "NetEventQueryRemoveDevice",
  "NetEventRestart",
];

/** The steps of the adapter's and the binding's life, in order; PnP events by their own names. */
function life(core: Core): string[] {
  const events = [...core.client.calls("ProtocolNetPnPEvent")];
  return core.order
    .map((name) => {
      if (name !== "ProtocolNetPnPEvent") return name;
      const [, notification] = events.shift() ?? [];
      const { NetEvent } = (notification as NET_PNP_EVENT_NOTIFICATION).NetPnPEvent;
      if (NetEvent === NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice) return "NetEventQueryRemoveDevice";
      return NetEvent === NET_PNP_EVENT_CODE.NetEventPause ? "NetEventPause" : "NetEventRestart";
    })
    .filter((name) => LIFE.includes(name));
}

function adapterOf(core: Core) {
  const [adapter] = core.ndis.adapters;
  if (adapter === undefined) throw new Error("no adapter");
  return adapter;
}

describe("the life of an adapter", () => {
  it("up: initialise, bind, restart, NetEventRestart; down: NetEventPause, pause, unbind, halt (LIF-01, BND-06, LIF-11)", () => {
    const core = new Core().start();
    expect(adapterOf(core).state).toBe("Running");
    core.stop();
    expect(life(core)).toEqual([
      "MiniportInitializeEx",
      "ProtocolBindAdapterEx",
      "MiniportRestart",
      "NetEventRestart",
      "NetEventQueryRemoveDevice",
      "NetEventPause",
      "MiniportPause",
      "ProtocolUnbindAdapterEx",
      "MiniportHaltEx",
    ]);
    expect(core.alive).toEqual({});
  });

  it("a client that is loaded later is bound and restarted at once", () => {
    const core = new Core();
    core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
    core.startDevice();
    core.run(core.ndis.loadClient(core.client.image));
    expect(life(core)).toEqual(["MiniportInitializeEx", "MiniportRestart", "ProtocolBindAdapterEx", "NetEventRestart"]);
    core.stop();
    expect(core.alive).toEqual({});
  });

  it("LIF-01: nothing is asked of a miniport before MiniportInitializeEx returns; on success it is Paused", () => {
    const core = new Core();
    core.load();
    const during: number[] = [];
    const states: string[] = [];
    core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      const status = core.mcm.initialize(handle);
      during.push(core.mcm.log.filter(({ name }) => name !== "SetOptionsHandler").length);
      return status;
    };
    core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      states.push((core.mcm.handle as unknown as { state: string }).state);
      return core.client.bind(bindContext);
    };
    core.startDevice();
    expect(during).toEqual([1]);
    expect(states).toEqual(["Paused"]);
  });

  it("LIF-01: a failed initialise leaves a halted adapter: nobody is bound, nothing is left, nothing is called again", () => {
    const core = new Core();
    core.load();
    core.mcm.on.miniport.InitializeHandlerEx = () => NDIS_STATUS_RESOURCES;
    expect(core.startDevice()).toBe(NDIS_STATUS_RESOURCES);
    expect(core.ndis.adapters).toEqual([]);
    expect(core.client.calls("ProtocolBindAdapterEx")).toEqual([]);
    expect(core.mcm.calls("MiniportHaltEx")).toEqual([]);
    expect(core.alive).toEqual({});
  });

  it("a handler that must wait blocks in virtual time (generator), and nothing overtakes it", () => {
    const core = new Core();
    core.load();
    core.mcm.on.miniport.InitializeHandlerEx = function* (handle): Blocking<NDIS_STATUS_RESULT> {
      yield { event: null, timeoutNs: 5_000_000 };
      return core.mcm.initialize(handle);
    };
    core.startDevice();
    expect(core.world.clock.nowNs).toBe(5_000_000);
    expect(core.client.calls("ProtocolBindAdapterEx")).toHaveLength(1);
  });
});

type NDIS_STATUS_RESULT = ReturnType<Core["mcm"]["initialize"]>;

describe("NdisMSetMiniportAttributes", () => {
  function initializing(verifier: boolean, act: (core: Core) => NDIS_STATUS): NDIS_STATUS | string {
    const core = new Core({ verifier });
    core.load();
    let status: NDIS_STATUS = NDIS_STATUS_FAILURE;
    core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      core.mcm.handle = handle;
      status = act(core);
      core.mcm.setAttributes();
      return NDIS_STATUS_FAILURE;
    };
    const rule = broken(() => core.startDevice());
    return rule === "nothing" ? status : rule;
  }

  it("LIF-02: registration attributes come first", () => {
    const act = (core: Core) =>
      core.mcm.ndis.NdisMSetMiniportAttributes(core.mcm.handle, NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES());
    expect(initializing(true, act)).toBe("LIF-02 by mcm");
    expect(initializing(false, act)).toBe(NDIS_STATUS_FAILURE);
  });

  it("LIF-04: BAD_VERSION for an unknown revision or type", () => {
    for (const wrong of [{ Revision: 77 }, { Type: 0x12 }]) {
      const attributes = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES();
      Object.assign(attributes.Header, wrong);
      const act = (core: Core) => core.mcm.ndis.NdisMSetMiniportAttributes(core.mcm.handle, attributes);
      expect(initializing(true, act)).toBe(NDIS_STATUS_BAD_VERSION);
    }
  });

  it("LIF-02: both are set before MiniportInitializeEx succeeds", () => {
    const core = new Core();
    core.load();
    core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      core.mcm.handle = handle;
      const registration = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES();
      return core.mcm.ndis.NdisMSetMiniportAttributes(handle, registration);
    };
    expect(broken(() => core.startDevice())).toBe("LIF-02 by mcm");
  });
});

describe("MiniportPause", () => {
  it("LIF-05, LIF-06: pended, it ends with NdisMPauseComplete; LIF-07: nothing else happens meanwhile", () => {
    const core = new Core().start();
    core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
    const adapter = adapterOf(core);
    const removal = core.begin(core.ndis.removeDevice(adapter));
    expect(removal.done).toBe(false);
    expect(adapter.state).toBe("Pausing");
    expect(life(core).at(-1)).toBe("MiniportPause");
    core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    core.settle();
    expect(removal.done).toBe(true);
    expect(adapter.state).toBe("Halted");
  });

  it("CNC-02: NdisMPauseComplete may come before MiniportPause returns PENDING", () => {
    const core = new Core().start();
    core.mcm.on.miniport.PauseHandler = () => {
      core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
      return NDIS_STATUS_PENDING;
    };
    core.stop();
    expect(core.alive).toEqual({});
  });

  it("LIF-05: returns SUCCESS or PENDING only; without the verifier the adapter pauses all the same", () => {
    const failing = (verifier: boolean) => {
      const core = new Core({ verifier }).start();
      core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_FAILURE as never;
      return core;
    };
    expect(broken(() => failing(true).stop())).toBe("LIF-05 by mcm");
    const soft = failing(false);
    soft.stop();
    expect(soft.rules).toEqual(["LIF-05"]);
    expect(soft.alive).toEqual({});
  });

  it("LIF-06: not before sends are completed and receives returned", () => {
    const indicated = new Core().start();
    const vc = indicated.connectedVc();
    const { ndis, handle } = indicated.mcm;
    const pool = ndis.NdisAllocateNetBufferListPool(
      handle,
      NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: 1 }),
    );
    ndis.NdisMCoIndicateReceiveNetBufferLists(vc, chain(ndis, pool, 1, vc), 1, 0);
    expect(broken(() => indicated.stop())).toBe("LIF-06 by mcm");
    const sending = new Core().start();
    const other = sending.connectedVc();
    sending.client.ndis.NdisCoSendNetBufferLists(other, sending.client.lists(1, other), 0);
    expect(broken(() => sending.stop())).toBe("LIF-06 by mcm");
  });

  it("LIF-06: NdisMPauseComplete only while a pause is pending", () => {
    const core = new Core().start();
    expect(broken(() => core.mcm.ndis.NdisMPauseComplete(core.mcm.handle))).toBe("LIF-06 by mcm");
    const soft = new Core({ verifier: false }).start();
    soft.mcm.ndis.NdisMPauseComplete(soft.mcm.handle);
    expect(adapterOf(soft).state).toBe("Running");
  });
});

describe("MiniportRestart", () => {
  it("LIF-09: pended, it ends with NdisMRestartComplete", () => {
    for (const final of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES] as const) {
      const core = new Core();
      core.load();
      core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_PENDING;
      const starting = core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
      expect(starting.done).toBe(false);
      expect(adapterOf(core).state).toBe("Restarting");
      core.mcm.ndis.NdisMRestartComplete(core.mcm.handle, final);
      core.settle();
      expect(starting.done).toBe(true);
      expect(adapterOf(core).state).toBe(final === NDIS_STATUS_SUCCESS ? "Running" : "Paused");
    }
  });

  it("LIF-09: a failure leaves the adapter Paused, and its status comes back; it can still be removed", () => {
    const core = new Core();
    core.load();
    core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_RESOURCES;
    expect(core.startDevice()).toBe(NDIS_STATUS_RESOURCES);
    expect(adapterOf(core).state).toBe("Paused");
    expect(core.client.calls("ProtocolNetPnPEvent")).toEqual([]);
    core.stop();
    expect(core.mcm.calls("MiniportPause")).toEqual([]);
    expect(core.mcm.calls("MiniportHaltEx")).toHaveLength(1);
    expect(core.alive).toEqual({});
  });

  it("LIF-09: NdisMRestartComplete only while a restart is pending", () => {
    const core = new Core().start();
    const complete = () => core.mcm.ndis.NdisMRestartComplete(core.mcm.handle, NDIS_STATUS_SUCCESS);
    expect(broken(complete)).toBe("LIF-09 by mcm");
  });
});

describe("MiniportHaltEx", () => {
  it("LIF-11: not while a client's OID request is out: its close pends until the request is complete", () => {
    // BND-09: with the verifier the close alone is a violation.
    const core = new Core({ verifier: false }).start();
    core.mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = NDIS_OID_REQUEST();
    core.client.ndis.NdisOidRequest(core.client.binding, request);
    let unbindContext: Parameters<typeof core.client.ndis.NdisCompleteUnbindAdapterEx>[0] | null = null;
    core.client.on.protocol.UnbindAdapterHandlerEx = (context) => {
      unbindContext = context;
      return core.client.ndis.NdisCloseAdapterEx(core.client.binding);
    };
    core.client.on.protocol.CloseAdapterCompleteHandlerEx = () => {
      if (unbindContext !== null) core.client.ndis.NdisCompleteUnbindAdapterEx(unbindContext);
    };
    const removal = core.begin(core.ndis.removeDevice(adapterOf(core)));
    expect(removal.done).toBe(false);
    expect(core.mcm.calls("MiniportHaltEx")).toEqual([]);
    core.mcm.ndis.NdisMOidRequestComplete(core.mcm.handle, request, NDIS_STATUS_SUCCESS);
    core.settle();
    expect(removal.done).toBe(true);
    const { order } = core;
    expect(order.indexOf("MiniportHaltEx")).toBeGreaterThan(order.indexOf("ProtocolCloseAdapterCompleteEx"));
    expect(core.live.oidRequests).toBe(0);
  });

  it("LIF-14, AF-38: after the halt the adapter's handle is dead", () => {
    const core = new Core().start();
    core.stop();
    expect(broken(() => core.mcm.ndis.NdisMPauseComplete(core.mcm.handle))).toBe("AF-38 by mcm");
  });

  it("MEM-02: what the miniport leaves behind is reported at its halt", () => {
    const core = new Core().start();
    core.mcm.ndis.NdisAllocateMemoryWithTagPriority(core.mcm.handle, 64, 0x31676174, 0);
    expect(broken(() => core.stop())).toMatch(/ by mcm$/);
  });
});

describe("unloading", () => {
  it("drivers go in the reverse order of loading: ProtocolUninstall, then MiniportDriverUnload", () => {
    const core = new Core({ clients: ["one", "two"] }).start();
    core.stop();
    expect(core.order.slice(-3)).toEqual(["ProtocolUninstall", "ProtocolUninstall", "MiniportDriverUnload"]);
    expect(core.alive).toEqual({});
  });
});

describe("a surprise removal", () => {
  it("happens once: the second is refused, and the miniport does not hear of it", () => {
    const core = new Core().start();
    core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
    const adapter = adapterOf(core);
    const removal = core.begin(core.ndis.surpriseRemoveDevice(adapter));
    expect(core.run(core.ndis.surpriseRemoveDevice(adapter))).toBe(NDIS_STATUS_FAILURE);
    expect(core.mcm.calls("MiniportDevicePnPEventNotify")).toHaveLength(1);
    core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    core.settle();
    expect([removal.done, adapter.state]).toEqual([true, "Halted"]);
  });
});
