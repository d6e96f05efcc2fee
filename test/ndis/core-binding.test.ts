import { describe, expect, it } from "vitest";
import type {
  NdisBindContextHandle,
  NdisUnbindContextHandle,
  NET_PNP_EVENT_NOTIFICATION,
} from "../../src/ndis/index.ts";
import {
  NDIS_MEDIUM,
  NDIS_OID_REQUEST,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_UNSUPPORTED_MEDIA,
  NET_PNP_EVENT_CODE,
} from "../../src/ndis/index.ts";
import { broken, Core } from "./core-harness.ts";

function loaded(verifier = true): Core {
  const core = new Core({ verifier });
  core.load();
  return core;
}

function bindingOf(core: Core) {
  return core.ndis.adapters[0]?.bindings[0];
}

describe("ProtocolBindAdapterEx and NdisOpenAdapterEx", () => {
  it("BND-02: SUCCESS opens at once; BND-05: the binding is Paused and answers OID requests; then it runs", () => {
    const core = loaded();
    const seen: unknown[] = [];
    core.client.on.co.CoAfRegisterNotifyHandler = () => {
      const { ndis, binding } = core.client;
      seen.push(bindingState(core), ndis.NdisOidRequest(binding, NDIS_OID_REQUEST()));
    };
    core.startDevice();
    expect(seen).toEqual(["Paused", NDIS_STATUS_SUCCESS]);
    expect(bindingOf(core)?.state).toBe("Running");
    expect(core.live.bindings).toBe(1);
  });

  function bindingState(core: Core): string {
    return (core.client.binding as unknown as { state: string }).state;
  }

  it("BND-02: UNSUPPORTED_MEDIA when the protocol knows no medium of the adapter; nobody is bound, the adapter runs", () => {
    const core = loaded();
    core.client.medium = NDIS_MEDIUM.NdisMedium802_3;
    const statuses: number[] = [];
    core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      const status = core.client.open(bindContext);
      statuses.push(status);
      return status;
    };
    expect(core.startDevice()).toBe(NDIS_STATUS_SUCCESS);
    expect(statuses).toEqual([NDIS_STATUS_UNSUPPORTED_MEDIA]);
    expect(core.live.bindings).toBe(0);
    expect(core.client.calls("ProtocolCoAfRegisterNotify")).toEqual([]);
    expect(core.client.calls("ProtocolNetPnPEvent")).toEqual([]);
  });

  it("BND-01: only inside ProtocolBindAdapterEx, once", () => {
    const core = new Core().start();
    const context = core.client.bindContext;
    if (context === null) throw new Error("not bound");
    expect(broken(() => core.client.open(context))).toBe("BND-01 by client");
    const twice = loaded();
    twice.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      twice.client.open(bindContext);
      return twice.client.open(bindContext);
    };
    expect(broken(() => twice.startDevice())).toBe("BND-01 by client");
    const soft = new Core({ verifier: false }).start();
    const late = soft.client.bindContext;
    if (late === null) throw new Error("not bound");
    expect(soft.client.open(late)).toBe(NDIS_STATUS_FAILURE);
    expect(soft.live.bindings).toBe(1);
  });

  it("BND-03: the handle of a binding that is not open names nothing", () => {
    const core = new Core().start();
    core.stop();
    const { ndis, binding } = core.client;
    expect(broken(() => ndis.NdisOidRequest(binding, NDIS_OID_REQUEST()))).toBe("BND-03 by client");
    const soft = new Core({ verifier: false }).start();
    soft.stop();
    expect(soft.client.ndis.NdisOidRequest(soft.client.binding, NDIS_OID_REQUEST())).toBe(NDIS_STATUS_FAILURE);
  });

  it("BND-04: a pended bind ends with NdisCompleteBindAdapterEx, for good or bad", () => {
    for (const final of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES] as const) {
      const core = loaded();
      let context: NdisBindContextHandle | null = null;
      core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
        context = bindContext;
        return NDIS_STATUS_PENDING;
      };
      const starting = core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
      expect(starting.done).toBe(false);
      if (context === null) throw new Error("not asked to bind");
      if (final === NDIS_STATUS_SUCCESS) core.client.open(context);
      core.client.ndis.NdisCompleteBindAdapterEx(context, final);
      core.settle();
      expect(starting.done).toBe(true);
      const notified = core.client.calls("ProtocolCoAfRegisterNotify");
      expect(notified).toHaveLength(final === NDIS_STATUS_SUCCESS ? 1 : 0);
      expect(core.live.bindings).toBe(final === NDIS_STATUS_SUCCESS ? 1 : 0);
    }
  });

  it("BND-04, CNC-02: the completion may come before the handler returns PENDING", () => {
    const core = loaded();
    core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      core.client.open(bindContext);
      core.client.ndis.NdisCompleteBindAdapterEx(bindContext, NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_PENDING;
    };
    expect(core.startDevice()).toBe(NDIS_STATUS_SUCCESS);
    expect(bindingOf(core)?.state).toBe("Running");
  });

  it("BND-04: completing a bind that is over", () => {
    const core = new Core().start();
    const context = core.client.bindContext;
    if (context === null) throw new Error("not bound");
    const complete = () => core.client.ndis.NdisCompleteBindAdapterEx(context, NDIS_STATUS_SUCCESS);
    expect(broken(complete)).toBe("BND-04 by client");
  });

  it("BND-07: without the verifier, what a call manager offered goes with the adapter that it did not close", () => {
    const core = new Core({ route: "cm", verifier: false });
    core.load();
    const { callManager } = core;
    callManager.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      callManager.bind(bindContext);
      return NDIS_STATUS_RESOURCES;
    };
    core.startDevice();
    expect(core.rules).toEqual(["BND-07"]);
    expect(core.ndis.adapters[0]?.addressFamilies).toEqual([]);
    expect(core.client.calls("ProtocolCoAfRegisterNotify")).toEqual([]);
  });

  it("a bind that fails with the adapter open: BND-07; without the verifier NDIS closes it", () => {
    const failing = (verifier: boolean) => {
      const core = loaded(verifier);
      core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
        core.client.open(bindContext);
        return NDIS_STATUS_RESOURCES;
      };
      return core;
    };
    expect(broken(() => failing(true).startDevice())).toBe("BND-07 by client");
    const soft = failing(false);
    soft.startDevice();
    expect(soft.live.bindings).toBe(0);
    expect(soft.rules).toEqual(["BND-07"]);
  });

  it("one client that fails to bind does not stop another", () => {
    const core = new Core({ clients: ["one", "two"] });
    core.load();
    const [one, two] = core.clients;
    if (one === undefined || two === undefined) throw new Error("two clients");
    one.on.protocol.BindAdapterHandlerEx = () => NDIS_STATUS_RESOURCES;
    expect(core.startDevice()).toBe(NDIS_STATUS_SUCCESS);
    expect(two.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
    expect(one.calls("ProtocolCoAfRegisterNotify")).toEqual([]);
  });
});

describe("ProtocolUnbindAdapterEx and NdisCloseAdapterEx", () => {
  it("BND-06: a removal asks first; NetEventPause comes before ProtocolUnbindAdapterEx", () => {
    const core = new Core().start();
    core.stop();
    const events = core.client.calls("ProtocolNetPnPEvent").map(([, notification]) => {
      return (notification as NET_PNP_EVENT_NOTIFICATION).NetPnPEvent.NetEvent;
    });
    expect(events).toEqual([
      NET_PNP_EVENT_CODE.NetEventRestart,
      NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice,
      NET_PNP_EVENT_CODE.NetEventPause,
    ]);
    const last = core.order.lastIndexOf("ProtocolNetPnPEvent");
    expect(core.order.indexOf("ProtocolUnbindAdapterEx")).toBeGreaterThan(last);
  });

  it("BND-13: a protocol that fails NetEventQueryRemoveDevice keeps the adapter; those that had agreed hear that it stays", () => {
    const core = new Core({ clients: ["one", "two"] }).start();
    const heard: (readonly [string, number])[] = [];
    let refuses = true;
    for (const client of core.clients) {
      client.on.protocol.NetPnPEventHandler = (_context, { NetPnPEvent }) => {
        heard.push([client.name, NetPnPEvent.NetEvent]);
        const isAsked = NetPnPEvent.NetEvent === NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice;
        return isAsked && refuses && client === core.clients[1] ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
      };
    }
    const [first, second] = core.clients.map(({ name }) => name);
    const [adapter] = core.ndis.adapters;
    core.run(core.ndis.removeDevice(adapter));
    expect(heard).toEqual([
      [first, NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice],
      [second, NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice],
      [first, NET_PNP_EVENT_CODE.NetEventCancelRemoveDevice],
    ]);
    expect([adapter.state, core.ndis.adapters.length]).toEqual(["Running", 1]);
    refuses = false;
    core.run(core.ndis.removeDevice(adapter));
    expect([adapter.state, core.ndis.adapters.length]).toEqual(["Halted", 0]);
  });

  it("BND-07: unbinding without NdisCloseAdapterEx; without the verifier NDIS closes it", () => {
    const lazy = (verifier: boolean) => {
      const core = new Core({ verifier }).start();
      core.client.on.protocol.UnbindAdapterHandlerEx = () => NDIS_STATUS_SUCCESS;
      return core;
    };
    expect(broken(() => lazy(true).stop())).toBe("BND-07 by client");
    const soft = lazy(false);
    soft.stop();
    expect(soft.rules).toEqual(["BND-07"]);
    expect(soft.alive).toEqual({});
  });

  it("BND-07: the handle is dead from NdisCloseAdapterEx on", () => {
    const core = new Core().start();
    const found: string[] = [];
    core.client.on.protocol.UnbindAdapterHandlerEx = () => {
      core.client.ndis.NdisCloseAdapterEx(core.client.binding);
      found.push(broken(() => core.client.ndis.NdisOidRequest(core.client.binding, NDIS_OID_REQUEST())));
      return NDIS_STATUS_SUCCESS;
    };
    core.stop();
    expect(found).toEqual(["BND-03 by client"]);
  });

  it("BND-08: address families are closed before", () => {
    const core = new Core().start();
    core.openAf();
    expect(broken(() => core.stop())).toBe("BND-08 by client");
  });

  it("BND-09 without the verifier: with an OID request out NdisCloseAdapterEx pends, and ProtocolCloseAdapterCompleteEx follows its completion", () => {
    const core = new Core({ verifier: false }).start();
    core.mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = NDIS_OID_REQUEST();
    core.client.ndis.NdisOidRequest(core.client.binding, request);
    const statuses: number[] = [];
    const contexts: NdisUnbindContextHandle[] = [];
    core.client.on.protocol.UnbindAdapterHandlerEx = (context) => {
      contexts.push(context);
      statuses.push(core.client.ndis.NdisCloseAdapterEx(core.client.binding));
      return NDIS_STATUS_PENDING;
    };
    core.client.on.protocol.CloseAdapterCompleteHandlerEx = () => {
      for (const context of contexts) core.client.ndis.NdisCompleteUnbindAdapterEx(context);
    };
    core.client.ndis.NdisUnbindAdapter(core.client.binding);
    core.settle();
    expect(statuses).toEqual([NDIS_STATUS_PENDING]);
    expect(core.client.calls("ProtocolCloseAdapterCompleteEx")).toEqual([]);
    core.mcm.ndis.NdisMOidRequestComplete(core.mcm.handle, request, NDIS_STATUS_SUCCESS);
    core.settle();
    expect(core.client.calls("ProtocolCloseAdapterCompleteEx")).toEqual([[core.client.context]]);
    expect(core.client.calls("ProtocolOidRequestComplete")).toHaveLength(1);
    expect(core.live.bindings).toBe(0);
  });

  it("BND-09: with nothing out NdisCloseAdapterEx is synchronous, and ProtocolCloseAdapterCompleteEx is not called", () => {
    const core = new Core().start();
    const statuses: number[] = [];
    core.client.on.protocol.UnbindAdapterHandlerEx = () => {
      statuses.push(core.client.ndis.NdisCloseAdapterEx(core.client.binding));
      return NDIS_STATUS_SUCCESS;
    };
    core.stop();
    expect(statuses).toEqual([NDIS_STATUS_SUCCESS]);
    expect(core.client.calls("ProtocolCloseAdapterCompleteEx")).toEqual([]);
  });

  it("BND-10: an unbind that ends while its close is pending", () => {
    const core = new Core({ chooser: { choose: (point) => (point === "close-adapter" ? 1 : 0) } }).start();
    core.client.on.protocol.UnbindAdapterHandlerEx = () => {
      core.client.ndis.NdisCloseAdapterEx(core.client.binding);
      return NDIS_STATUS_SUCCESS;
    };
    expect(broken(() => core.stop())).toBe("BND-10 by client");
  });

  it("BND-11: a pended unbind ends with NdisCompleteUnbindAdapterEx, and the context is dead then", () => {
    const core = new Core().start();
    let context: NdisUnbindContextHandle | null = null;
    core.client.on.protocol.UnbindAdapterHandlerEx = (unbindContext) => {
      context = unbindContext;
      core.client.unbind();
      return NDIS_STATUS_PENDING;
    };
    const [adapter] = core.ndis.adapters;
    if (adapter === undefined) throw new Error("no adapter");
    const removal = core.begin(core.ndis.removeDevice(adapter));
    expect(removal.done).toBe(false);
    expect(core.mcm.calls("MiniportHaltEx")).toEqual([]);
    const handle = context as NdisUnbindContextHandle | null;
    if (handle === null) throw new Error("not asked to unbind");
    core.client.ndis.NdisCompleteUnbindAdapterEx(handle);
    core.settle();
    expect(removal.done).toBe(true);
    expect(broken(() => core.client.ndis.NdisCompleteUnbindAdapterEx(handle))).toBe("BND-11 by client");
  });
});

describe("ProtocolNetPnPEvent", () => {
  it("BND-13: pause and restart always succeed", () => {
    const core = loaded();
    core.client.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_FAILURE;
    expect(broken(() => core.startDevice())).toBe("BND-13 by client");
    const soft = loaded(false);
    soft.client.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_FAILURE;
    soft.startDevice();
    // Section 23.6: Restarting -fail-> Paused.
    expect(bindingOf(soft)?.state).toBe("Paused");
  });

  it("BND-14: pended, it ends with NdisCompleteNetPnPEvent", () => {
    const core = loaded();
    core.client.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_PENDING;
    const starting = core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
    expect(starting.done).toBe(false);
    const [, notification] = core.client.last("ProtocolNetPnPEvent");
    const event = notification as NET_PNP_EVENT_NOTIFICATION;
    core.client.ndis.NdisCompleteNetPnPEvent(core.client.binding, event, NDIS_STATUS_SUCCESS);
    core.settle();
    expect(starting.done).toBe(true);
    expect(bindingOf(core)?.state).toBe("Running");
    const again = () => core.client.ndis.NdisCompleteNetPnPEvent(core.client.binding, event, NDIS_STATUS_SUCCESS);
    expect(broken(again)).toBe("BND-14 by client");
  });
});
