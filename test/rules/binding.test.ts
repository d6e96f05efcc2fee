import { describe, expect } from "vitest";
import type {
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisUnbindContextHandle,
  NdisVcHandle,
  NET_PNP_EVENT_NOTIFICATION,
} from "../../src/ndis/index.ts";
import {
  NDIS_MEDIUM,
  NDIS_OID_REQUEST,
  NDIS_OPEN_PARAMETERS,
  NDIS_STATUS_ADAPTER_NOT_FOUND,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_UNSUPPORTED_MEDIA,
  NET_PNP_EVENT,
  NET_PNP_EVENT_CODE,
  NET_PNP_EVENT_NOTIFICATION as newNotification,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core } from "../ndis/core-harness.ts";
import { adapterOf, bindingOf, event } from "../ndis/core-life.ts";
import { behaviour, enforced } from "./rule-case.ts";

/** A core whose chooser takes the other alternative at this point. Drivers are loaded. */
function choosing(point: string): Core {
  const core = new Core({ chooser: { choose: (asked) => (asked === point ? 1 : 0) } });
  core.load();
  return core;
}

/** The client binds as `bind` says; the device has started. */
function binding(bind: (core: Core, context: NdisBindContextHandle) => NDIS_STATUS, core = new Core()): Core {
  if (core.client.driverHandle === null) core.load();
  core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => bind(core, bindContext);
  core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
  return core;
}

/** The client unbinds as `unbind` says; the device is gone, if it can. */
function unbinding(unbind: (core: Core, context: NdisUnbindContextHandle) => NDIS_STATUS, core = new Core()): Core {
  if (core.client.driverHandle === null) core.load();
  core.startDevice();
  core.client.on.protocol.UnbindAdapterHandlerEx = (context) => unbind(core, context);
  core.begin(core.ndis.removeDevice(adapterOf(core)));
  return core;
}

/** A client that pends its bind, and completes it or not. */
function pendedBind(completes: boolean): Core {
  const core = binding((given, context) => {
    given.client.bind(context);
    return NDIS_STATUS_PENDING;
  });
  const { bindContext, ndis } = core.client;
  if (completes && bindContext !== null) ndis.NdisCompleteBindAdapterEx(bindContext, NDIS_STATUS_SUCCESS);
  core.settle();
  return core;
}

/** So long that the verifier asks who keeps whom waiting. */
function waited(core: Core): void {
  core.world.runUntilTime(400e9);
  core.settle();
}

const bindings = (core: Core): number => core.live.bindings;

describe("16. Bind and open", () => {
  enforced("BND-01", "NdisOpenAdapterEx after ProtocolBindAdapterEx has returned", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      if (core.client.bindContext !== null) core.client.open(core.client.bindContext);
    },
    passes: () => new Core().start(),
  });

  behaviour("BND-01", "outside ProtocolBindAdapterEx NDIS fails the open", () => {
    const core = new Core({ verifier: false }).start();
    const context = core.client.bindContext;
    expect(context === null ? null : core.client.open(context)).toBe(NDIS_STATUS_FAILURE);
    expect(bindings(core)).toBe(1);
  });

  behaviour("BND-02", "NdisOpenAdapterEx: SUCCESS, RESOURCES, ADAPTER_NOT_FOUND, UNSUPPORTED_MEDIA", () => {
    const opening = (core: Core, AdapterName: string | null, medium: NDIS_MEDIUM): NDIS_STATUS => {
      const statuses: NDIS_STATUS[] = [];
      binding((given, context) => {
        const parameters = NDIS_OPEN_PARAMETERS({ AdapterName, MediumArray: [medium], MediumArraySize: 1 });
        const { ndis, driverHandle, context: own } = given.client;
        if (driverHandle === null) throw new Error("not registered");
        const out = new OutParameter<NdisBindingHandle>();
        statuses.push(ndis.NdisOpenAdapterEx(driverHandle, own, parameters, context, out));
        return statuses[0] ?? NDIS_STATUS_FAILURE;
      }, core);
      return statuses[0] ?? NDIS_STATUS_FAILURE;
    };
    const { NdisMediumAtm: atm, NdisMedium802_3: ethernet } = NDIS_MEDIUM;
    expect(opening(new Core(), null, atm)).toBe(NDIS_STATUS_SUCCESS);
    expect(opening(new Core(), "adapter#1", atm)).toBe(NDIS_STATUS_SUCCESS);
    expect(opening(new Core(), "adapter#7", atm)).toBe(NDIS_STATUS_ADAPTER_NOT_FOUND);
    expect(opening(new Core(), null, ethernet)).toBe(NDIS_STATUS_UNSUPPORTED_MEDIA);
    const memory = { isShort: false };
    const chooser = { choose: (point: string) => (memory.isShort && point === "memory-allocation" ? 1 : 0) };
    const short = new Core({ chooser });
    short.load();
    memory.isShort = true;
    short.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      short.mcm.registersAddressFamily = false;
      return short.mcm.initialize(handle);
    };
    expect(opening(short, null, atm)).toBe(NDIS_STATUS_RESOURCES);
  });

  /** An open that pends, and what the client does between its PENDING and its completion. */
  function pendedOpen(meanwhile: (core: Core) => void): Core {
    const core = choosing("open-adapter");
    core.client.on.protocol.OpenAdapterCompleteHandlerEx = (_context, status) => {
      if (core.client.bindContext !== null) core.client.ndis.NdisCompleteBindAdapterEx(core.client.bindContext, status);
    };
    return binding((given, context) => {
      const status = given.client.bind(context);
      expect(status).toBe(NDIS_STATUS_PENDING);
      meanwhile(given);
      return status;
    }, core);
  }

  behaviour("BND-02", "PENDING, and then ProtocolOpenAdapterCompleteEx with the binding's context", () => {
    const core = pendedOpen(() => {});
    expect(core.client.calls("ProtocolOpenAdapterCompleteEx")).toEqual([[core.client.context, NDIS_STATUS_SUCCESS]]);
    expect(bindingOf(core).state).toBe("Running");
    core.stop();
    expect(core.alive).toEqual({});
  });

  enforced("BND-03", "an OID request on a binding whose open is pending", {
    by: "client",
    caught: () => pendedOpen(({ client }) => void client.ndis.NdisOidRequest(client.binding, NDIS_OID_REQUEST())),
    passes: () => {
      const core = pendedOpen(() => {});
      const { ndis, binding: handle } = core.client;
      expect(ndis.NdisOidRequest(handle, NDIS_OID_REQUEST())).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  enforced("BND-04", "NdisCompleteBindAdapterEx twice", {
    by: "client",
    caught: () => {
      const core = binding((given, context) => {
        given.client.bind(context);
        return NDIS_STATUS_PENDING;
      });
      for (let i = 0; i < 2; i++) {
        const context = core.client.bindContext;
        if (context !== null) core.client.ndis.NdisCompleteBindAdapterEx(context, NDIS_STATUS_SUCCESS);
        core.settle();
      }
    },
    passes: () => {
      const core = binding((given, context) => {
        given.client.bind(context);
        return NDIS_STATUS_PENDING;
      });
      expect(bindingOf(core).state).toBe("Opening");
      const context = core.client.bindContext;
      if (context !== null) core.client.ndis.NdisCompleteBindAdapterEx(context, NDIS_STATUS_SUCCESS);
      core.settle();
      expect(bindingOf(core).state).toBe("Running");
    },
  });

  enforced("BND-04", "a pended bind that is never completed", {
    by: "client",
    caught: () => waited(pendedBind(false)),
    passes: () => waited(pendedBind(true)),
  });

  behaviour("BND-05", "a fresh binding is Paused: its requests are answered, its sends wait for the restart", () => {
    const seen: unknown[] = [];
    const core = new Core();
    core.load();
    core.client.on.co.CoAfRegisterNotifyHandler = () => {
      const { ndis, binding: handle } = core.client;
      seen.push(bindingOf(core).state, ndis.NdisOidRequest(handle, NDIS_OID_REQUEST()));
    };
    core.startDevice();
    expect(seen).toEqual(["Paused", NDIS_STATUS_SUCCESS]);
    expect(bindingOf(core).state).toBe("Running");
    const vc = core.connectedVc();
    core.run(core.ndis.pauseDevice(adapterOf(core)));
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    expect(core.mcm.calls("MiniportCoSendNetBufferLists")).toEqual([]);
    core.run(core.ndis.restartDevice(adapterOf(core)));
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    expect(core.mcm.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
  });
});

describe("16. Unbind and close", () => {
  behaviour(
    "BND-06",
    "NetEventPause comes before ProtocolUnbindAdapterEx, of the adapter's removal and of NdisUnbindAdapter",
    () => {
      for (const byRequest of [false, true]) {
        const core = new Core().start();
        if (byRequest) core.client.ndis.NdisUnbindAdapter(core.client.binding);
        else core.stop();
        core.settle();
        const names = core.client.log.map(({ name, args }) =>
          name === "ProtocolNetPnPEvent" ? (args[1] as NET_PNP_EVENT_NOTIFICATION).NetPnPEvent.NetEvent : name,
        );
        const at = names.indexOf("ProtocolUnbindAdapterEx");
        expect(names.slice(at - 1, at + 1)).toEqual([NET_PNP_EVENT_CODE.NetEventPause, "ProtocolUnbindAdapterEx"]);
      }
    },
  );

  enforced("BND-07", "ProtocolUnbindAdapterEx does not close the adapter", {
    by: "client",
    caught: () => unbinding(() => NDIS_STATUS_SUCCESS),
    passes: () => expect(bindings(unbinding((core) => core.client.unbind()))).toBe(0),
  });

  enforced("BND-08", "NdisCloseAdapterEx with an address family open", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      core.openAf();
      core.stop();
    },
    passes: () => {
      const core = new Core().start();
      const af = core.openAf();
      core.client.on.protocol.UnbindAdapterHandlerEx = () => {
        core.client.ndis.NdisClCloseAddressFamily(af);
        return core.client.unbind();
      };
      core.stop();
      expect(core.alive).toEqual({});
    },
  });

  /** A client that is unbound while an OID request is out, and closes the adapter before or after its completion. */
  function closingWithRequest(waits: boolean): void {
    const core = new Core().start();
    const { client, mcm } = core;
    const request = NDIS_OID_REQUEST();
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    client.ndis.NdisOidRequest(client.binding, request);
    const complete = (): void => mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
    client.on.protocol.UnbindAdapterHandlerEx = () => {
      if (waits) complete();
      return client.unbind();
    };
    core.stop();
  }

  enforced("BND-09", "NdisCloseAdapterEx with an OID request out", {
    by: "client",
    caught: () => closingWithRequest(false),
    passes: () => closingWithRequest(true),
  });

  /** A client that asks to be unbound while a send is out, which the miniport completes before the close or not. */
  function closingWithSend(waits: boolean): void {
    // Who has a send out has an address family open, too: that is another rule's.
    const core = new Core({ verifier: { everyRule: "off", rules: { "BND-09": "on" } } }).start();
    const { client, mcm } = core;
    const vc = core.connectedVc();
    const list = client.lists(1, vc);
    client.ndis.NdisCoSendNetBufferLists(vc, list, 0);
    client.on.protocol.UnbindAdapterHandlerEx = () => {
      if (waits) mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, list, 0);
      return client.unbind();
    };
    client.ndis.NdisUnbindAdapter(client.binding);
    core.settle();
    expect(bindings(core)).toBe(0);
  }

  enforced("BND-09", "NdisCloseAdapterEx with a send out", {
    by: "client",
    caught: () => closingWithSend(false),
    passes: () => closingWithSend(true),
  });

  /** A call manager that closes its binding with a VC of its own, or after deleting it. */
  function closingWithVc(deletes: boolean): void {
    const core = new Core({ route: "cm" }).start();
    const { ndis, binding } = core.callManager;
    const vc = new OutParameter<NdisVcHandle>();
    ndis.NdisCoCreateVc(binding, null, { vc: "own" }, vc);
    if (deletes && vc.Value !== null) ndis.NdisCoDeleteVc(vc.Value);
    ndis.NdisUnbindAdapter(binding);
    core.settle();
  }

  enforced("BND-09", "NdisCloseAdapterEx of a call manager with a VC of its own", {
    by: "cm",
    caught: () => closingWithVc(false),
    passes: () => closingWithVc(true),
  });

  /** The close pends; the client ends its unbind before or after the completion. */
  function pendedClose(waits: boolean): Core {
    const core = choosing("close-adapter");
    const contexts: NdisUnbindContextHandle[] = [];
    core.client.on.protocol.CloseAdapterCompleteHandlerEx = () => {
      for (const context of contexts) core.client.ndis.NdisCompleteUnbindAdapterEx(context);
    };
    return unbinding((given, context) => {
      expect(given.client.ndis.NdisCloseAdapterEx(given.client.binding)).toBe(NDIS_STATUS_PENDING);
      if (!waits) return NDIS_STATUS_SUCCESS;
      contexts.push(context);
      return NDIS_STATUS_PENDING;
    }, core);
  }

  enforced("BND-10", "an unbind that ends, and its context with it, while the close is pending", {
    by: "client",
    caught: () => pendedClose(false),
    passes: () => {
      const core = pendedClose(true);
      expect(core.client.calls("ProtocolCloseAdapterCompleteEx")).toEqual([[core.client.context]]);
      expect(core.ndis.adapters).toEqual([]);
    },
  });

  /** A pended unbind, completed so many times. */
  function pendedUnbind(completions: number): Core {
    const contexts: NdisUnbindContextHandle[] = [];
    const core = unbinding((given, context) => {
      contexts.push(context);
      given.client.unbind();
      return NDIS_STATUS_PENDING;
    });
    expect(core.ndis.adapters).toHaveLength(1);
    for (let i = 0; i < completions; i++) {
      for (const context of contexts) core.client.ndis.NdisCompleteUnbindAdapterEx(context);
      core.settle();
    }
    return core;
  }

  enforced("BND-11", "NdisCompleteUnbindAdapterEx with a context that is invalid by now", {
    by: "client",
    caught: () => pendedUnbind(2),
    passes: () => expect(pendedUnbind(1).ndis.adapters).toEqual([]),
  });

  enforced("BND-11", "a pended unbind that is never completed", {
    by: "client",
    caught: () => waited(pendedUnbind(0)),
    passes: () => waited(pendedUnbind(1)),
  });

  enforced("BND-12", "NdisCloseAdapterEx on one's own account", {
    by: "client",
    caught: () => {
      const { ndis, binding: handle } = new Core().start().client;
      ndis.NdisCloseAdapterEx(handle);
    },
    passes: () => {
      const core = new Core().start();
      expect(core.client.ndis.NdisUnbindAdapter(core.client.binding)).toBe(NDIS_STATUS_SUCCESS);
      core.settle();
      expect(core.client.calls("ProtocolUnbindAdapterEx")).toHaveLength(1);
      expect(bindings(core)).toBe(0);
    },
  });

  enforced("BND-12", "the binding handle used after NdisUnbindAdapter has returned", {
    by: "client",
    caught: () => {
      const { ndis, binding: handle } = new Core().start().client;
      ndis.NdisUnbindAdapter(handle);
      ndis.NdisOidRequest(handle, NDIS_OID_REQUEST());
    },
    passes: () => {
      const core = new Core().start();
      const { ndis, binding: handle } = core.client;
      ndis.NdisOidRequest(handle, NDIS_OID_REQUEST());
      ndis.NdisUnbindAdapter(handle);
      core.settle();
    },
  });

  /** A client that asks for an unbind from inside its unbind, or before it. */
  function unbindsItself(inside: boolean): void {
    const core = new Core().start();
    const { client } = core;
    client.on.protocol.UnbindAdapterHandlerEx = () => {
      if (inside) client.ndis.NdisUnbindAdapter(client.binding);
      return client.unbind();
    };
    client.ndis.NdisUnbindAdapter(client.binding);
    core.settle();
    expect(bindings(core)).toBe(0);
  }

  enforced("BND-12", "NdisUnbindAdapter from inside ProtocolUnbindAdapterEx", {
    by: "client",
    caught: () => unbindsItself(true),
    passes: () => unbindsItself(false),
  });

  behaviour("BND-12", "an unbound protocol is bound again by NdisReEnumerateProtocolBindings", () => {
    const core = new Core().start();
    const { client } = core;
    client.ndis.NdisUnbindAdapter(client.binding);
    core.settle();
    expect(bindings(core)).toBe(0);
    if (client.driverHandle !== null) client.ndis.NdisReEnumerateProtocolBindings(client.driverHandle);
    core.settle();
    expect(bindingOf(core).state).toBe("Running");
    core.stop();
    expect(core.alive).toEqual({});
  });
});

describe("16. PnP events", () => {
  const { NetEventQueryRemoveDevice, NetEventPortActivation, NetEventQueryPower } = NET_PNP_EVENT_CODE;

  /** A client that answers this event with `status`; it succeeds all others. */
  function answering(code: NET_PNP_EVENT_CODE, status: NDIS_STATUS): Core {
    const core = new Core().start();
    core.client.on.protocol.NetPnPEventHandler = (_context, { NetPnPEvent }) =>
      NetPnPEvent.NetEvent === code ? status : NDIS_STATUS_SUCCESS;
    return core;
  }

  enforced("BND-13", "NetEventReconfigure answered with FAILURE", {
    by: "client",
    caught: () => {
      const { NetEventReconfigure } = NET_PNP_EVENT_CODE;
      event(answering(NetEventReconfigure, NDIS_STATUS_FAILURE), NetEventReconfigure);
    },
    passes: () => {
      const core = answering(NetEventQueryRemoveDevice, NDIS_STATUS_FAILURE);
      for (const code of Object.values(NET_PNP_EVENT_CODE)) {
        const refuses = code === NetEventQueryRemoveDevice;
        if (code !== NET_PNP_EVENT_CODE.NetEventMaximum)
          expect(event(core, code)).toBe(refuses ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
      }
    },
  });

  const MUST_SUCCEED = [
    "NetEventPause",
    "NetEventRestart",
    "NetEventReconfigure",
    "NetEventBindList",
    "NetEventBindsComplete",
    "NetEventCancelRemoveDevice",
    "NetEventPnPCapabilities",
    "NetEventPortDeactivation",
  ] as const;

  behaviour("BND-13", "every one of the events that always succeed is reported when it fails", () => {
    for (const name of MUST_SUCCEED) {
      const code = NET_PNP_EVENT_CODE[name];
      const failing = answering(code, NDIS_STATUS_RESOURCES);
      expect([name, broken(() => event(failing, code))]).toEqual([name, "BND-13 by client"]);
    }
  });

  enforced("BND-13", "an event answered with NOT_SUPPORTED", {
    by: "client",
    caught: () => event(answering(NetEventQueryPower, NDIS_STATUS_NOT_SUPPORTED), NetEventQueryPower),
    passes: () => event(answering(NetEventPortActivation, NDIS_STATUS_FAILURE), NetEventPortActivation),
  });

  behaviour(
    "BND-13",
    "a protocol may refuse the removal; those that had agreed hear NetEventCancelRemoveDevice",
    () => {
      const core = new Core({ clients: ["one", "two"] }).start();
      const [one, two] = core.clients;
      if (one === undefined || two === undefined) throw new Error("two clients");
      two.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_FAILURE;
      expect(core.run(core.ndis.queryRemoveDevice(adapterOf(core)))).toBe(NDIS_STATUS_FAILURE);
      const lastEvent = (client: typeof one): number =>
        (client.last("ProtocolNetPnPEvent")[1] as NET_PNP_EVENT_NOTIFICATION).NetPnPEvent.NetEvent;
      expect(lastEvent(one)).toBe(NET_PNP_EVENT_CODE.NetEventCancelRemoveDevice);
      expect(lastEvent(two)).toBe(NetEventQueryRemoveDevice);
      two.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_SUCCESS;
      expect(core.run(core.ndis.queryRemoveDevice(adapterOf(core)))).toBe(NDIS_STATUS_SUCCESS);
      expect(lastEvent(one)).toBe(NetEventQueryRemoveDevice);
    },
  );

  /** An event that pends and is completed with the notification that `pick` gives. */
  function pendedEvent(
    complete: (core: Core, notification: NET_PNP_EVENT_NOTIFICATION, status: NDIS_STATUS_FINAL) => void,
  ): void {
    const core = answering(NetEventQueryPower, NDIS_STATUS_PENDING);
    const query = core.ndis.netPnPEvent(adapterOf(core), NET_PNP_EVENT({ NetEvent: NetEventQueryPower }));
    const asking = core.begin(query);
    expect(asking.done).toBe(false);
    const [, notification] = core.client.last("ProtocolNetPnPEvent");
    complete(core, notification as NET_PNP_EVENT_NOTIFICATION, NDIS_STATUS_SUCCESS);
    core.settle();
    expect(asking.done).toBe(true);
  }

  enforced("BND-14", "an event completed with another notification than the one that was given", {
    by: "client",
    caught: () =>
      pendedEvent(({ client }, _given, status) =>
        client.ndis.NdisCompleteNetPnPEvent(client.binding, newNotification(), status),
      ),
    passes: () =>
      pendedEvent(({ client }, given, status) => client.ndis.NdisCompleteNetPnPEvent(client.binding, given, status)),
  });

  enforced("BND-14", "NdisCompletePnPEvent with another event than the one that was given", {
    by: "client",
    caught: () =>
      pendedEvent(({ client }, _given, status) =>
        client.ndis.NdisCompletePnPEvent(status, client.binding, NET_PNP_EVENT()),
      ),
    passes: () =>
      pendedEvent(({ client }, given, status) =>
        client.ndis.NdisCompletePnPEvent(status, client.binding, given.NetPnPEvent),
      ),
  });

  enforced("BND-14", "a pended event that is never completed", {
    by: "client",
    caught: () => {
      const core = answering(NetEventQueryPower, NDIS_STATUS_PENDING);
      core.begin(core.ndis.netPnPEvent(adapterOf(core), NET_PNP_EVENT({ NetEvent: NetEventQueryPower })));
      waited(core);
    },
    passes: () => {
      const core = answering(NetEventQueryPower, NDIS_STATUS_SUCCESS);
      core.begin(core.ndis.netPnPEvent(adapterOf(core), NET_PNP_EVENT({ NetEvent: NetEventQueryPower })));
      waited(core);
    },
  });

  behaviour("BND-15", "after NetEventReconfigure ProtocolCoAfRegisterNotify runs again", () => {
    const core = new Core().start();
    expect(core.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
    event(core, NET_PNP_EVENT_CODE.NetEventReconfigure);
    const [first, second] = core.client.calls("ProtocolCoAfRegisterNotify");
    expect(second).toEqual(first);
    expect(core.order.lastIndexOf("ProtocolCoAfRegisterNotify")).toBeGreaterThan(
      core.order.lastIndexOf("ProtocolNetPnPEvent"),
    );
  });
});
