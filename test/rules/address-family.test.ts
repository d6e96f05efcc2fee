import { describe, expect } from "vitest";
import type { Blocking } from "../../src/machine/index.ts";
import { KernelEvent } from "../../src/machine/index.ts";
import type { NDIS_STATUS, NdisAfHandle } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_FAMILY,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import type { Route } from "../ndis/core-harness.ts";
import { broken, Core, PENDING_AS_FINAL, q2931Family, ROUTES } from "../ndis/core-harness.ts";
import { create, createIncoming, incomingCall, onBoth, open, opened, register, started } from "./routes.ts";
import { behaviour, enforced } from "./rule-case.ts";

const OTHER = CO_ADDRESS_FAMILY({ AddressFamily: 0x801, MajorVersion: 9, MinorVersion: 8 });

/** A core whose call manager pends opens, and the handle that it was given. */
function pendedOpen(route: (typeof ROUTES)[number]) {
  const core = started(route);
  core.manager.on.cm.CmOpenAfHandler = () => NDIS_STATUS_PENDING;
  open(core);
  return { core, handle: core.manager.last("ProtocolCmOpenAf")[2] as NdisAfHandle };
}

/** A core whose call manager has pended the close of an address family. */
function pendedClose(route: (typeof ROUTES)[number]) {
  const { core, af } = opened(route);
  core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
  const status = core.client.ndis.NdisClCloseAddressFamily(af);
  return { core, af, status };
}

/** A call manager that completes the close of an address family from inside its handler, and then returns `status`. */
function closedInside(route: Route, status: NDIS_STATUS): Core {
  const { core, af } = opened(route);
  core.manager.on.cm.CmCloseAfHandler = () => {
    core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
    return status;
  };
  core.client.ndis.NdisClCloseAddressFamily(af);
  return core;
}

/** The same of a client and the notification of its end. */
function notifiedInside(route: Route, status: NDIS_STATUS): Core {
  const { core, af } = opened(route);
  core.client.on.cl.ClNotifyCloseAfHandler = () => {
    core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_SUCCESS);
    return status;
  };
  core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
  return core;
}

describe("2. Address family: registration", () => {
  behaviour("AF-01", "a call manager registers from ProtocolBindAdapterEx; later is suspect, and told", () => {
    const bound = started("cm");
    expect(bound.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
    expect(bound.violations).toEqual([]);
    const core = new Core({ route: "cm" });
    core.callManager.registersAddressFamily = false;
    core.start();
    core.callManager.ndis.NdisCmRegisterAddressFamilyEx(core.callManager.binding, q2931Family());
    expect(core.violations).toEqual([{ rule: "AF-01", owner: "cm" }]);
  });

  behaviour("AF-02", "an MCM registers from MiniportInitializeEx; later is suspect, and told", () => {
    const initialized = new Core().start();
    expect(initialized.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
    expect(initialized.violations).toEqual([]);
    const core = new Core();
    core.mcm.registersAddressFamily = false;
    core.start();
    core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, q2931Family());
    expect(core.violations).toEqual([{ rule: "AF-02", owner: "mcm" }]);
  });

  behaviour("AF-03", "several address families on one NIC, one call for each", () => {
    const mcm = withTwoFamilies();
    const cm = new Core({ route: "cm" });
    cm.callManager.on.protocol.BindAdapterHandlerEx = (_context, bind) => {
      const status = cm.callManager.bind(bind);
      expect(cm.callManager.ndis.NdisCmRegisterAddressFamilyEx(cm.callManager.binding, OTHER)).toBe(0);
      return status;
    };
    for (const core of [mcm, cm.start()]) {
      const told = core.client.calls("ProtocolCoAfRegisterNotify").map(([, family]) => family);
      expect(told).toEqual([q2931Family(), OTHER]);
    }
  });

  behaviour("AF-04", "a second registration of one type on one adapter is refused, whoever asks", () => {
    const found: NDIS_STATUS[] = [];
    const mcm = new Core();
    mcm.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      const status = mcm.mcm.initialize(handle);
      found.push(mcm.mcm.ndis.NdisMCmRegisterAddressFamilyEx(handle, q2931Family()));
      return status;
    };
    mcm.start();
    const cm = new Core({ route: "cm" });
    cm.callManager.on.protocol.BindAdapterHandlerEx = (_context, bind) => {
      const status = cm.callManager.bind(bind);
      found.push(cm.callManager.ndis.NdisCmRegisterAddressFamilyEx(cm.callManager.binding, q2931Family()));
      return status;
    };
    cm.start();
    expect(found).toEqual([NDIS_STATUS_FAILURE, NDIS_STATUS_FAILURE]);
    for (const core of [mcm, cm]) expect(core.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
  });

  behaviour("AF-07", "an MCM registers before any call manager can bind, and has the NIC for itself", () => {
    const core = new Core();
    const { callManager } = core;
    callManager.registersAddressFamily = false;
    const found: NDIS_STATUS[] = [];
    callManager.on.protocol.BindAdapterHandlerEx = (_context, bind) => {
      const status = callManager.bind(bind);
      found.push(callManager.ndis.NdisCmRegisterAddressFamilyEx(callManager.binding, q2931Family()));
      return status;
    };
    core.run(core.ndis.loadCallManager(callManager.image));
    core.start();
    expect(found).toEqual([NDIS_STATUS_FAILURE]);
    core.openAf();
    expect(core.mcm.calls("ProtocolCmOpenAf")).toHaveLength(1);
    expect(callManager.calls("ProtocolCmOpenAf")).toEqual([]);
  });
});

function withTwoFamilies(clients = ["client"]): Core {
  const core = new Core({ clients });
  core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
    const status = core.mcm.initialize(handle);
    core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(handle, OTHER);
    return status;
  };
  return core.start();
}

describe("2. Address family: notification", () => {
  behaviour("AF-09", "an MCM's clients are bound after MiniportInitializeEx, and then notified", () => {
    const core = new Core();
    const atReturn: number[] = [];
    core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      const status = core.mcm.initialize(handle);
      atReturn.push(core.client.log.length);
      return status;
    };
    core.load();
    const before = core.client.log.length;
    core.startDevice();
    expect(atReturn).toEqual([before]);
    const [first, second] = core.client.log.slice(before).map(({ name }) => name);
    expect([first, second]).toEqual(["ProtocolBindAdapterEx", "ProtocolCoAfRegisterNotify"]);
  });

  behaviour("AF-10", "a call manager's clients are notified after its ProtocolBindAdapterEx has returned", () => {
    const core = new Core({ route: "cm" });
    const { callManager, client } = core;
    const atReturn: number[] = [];
    callManager.on.protocol.BindAdapterHandlerEx = (_context, bind) => {
      const status = callManager.bind(bind);
      atReturn.push(client.calls("ProtocolCoAfRegisterNotify").length);
      return status;
    };
    core.run(core.ndis.loadMiniport(core.miniport.image));
    core.run(core.ndis.loadClient(client.image));
    core.startDevice();
    expect(client.calls("ProtocolBindAdapterEx")).toHaveLength(1);
    core.run(core.ndis.loadCallManager(callManager.image));
    expect(atReturn).toEqual([0]);
    expect(client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
  });

  behaviour("AF-11", "every client hears of every address family, also one that binds later", () => {
    const core = withTwoFamilies(["one", "two"]);
    const late = new Core({ clients: ["one", "two"], route: "cm" });
    const [one, two] = late.clients;
    if (one === undefined || two === undefined) throw new Error("two clients");
    late.run(late.ndis.loadMiniport(late.miniport.image));
    late.run(late.ndis.loadCallManager(late.callManager.image));
    late.run(late.ndis.loadClient(one.image));
    late.startDevice();
    late.run(late.ndis.loadClient(two.image));
    expect(core.clients.map((client) => client.calls("ProtocolCoAfRegisterNotify").length)).toEqual([2, 2]);
    expect(late.clients.map((client) => client.calls("ProtocolCoAfRegisterNotify").length)).toEqual([1, 1]);
  });

  behaviour("AF-12", "ProtocolCoAfRegisterNotify at PASSIVE_LEVEL, with the binding context and the family", () => {
    for (const route of ROUTES) {
      const core = started(route);
      const notes = core.client.log.filter(({ name }) => name === "ProtocolCoAfRegisterNotify");
      expect(notes.map(({ irql }) => irql)).toEqual([0]);
      expect(notes.map(({ args }) => args)).toEqual([[core.client.context, q2931Family()]]);
      expect(notes[0]?.args[0]).toBe(core.client.context);
    }
  });

  behaviour("AF-13", "a client declines by returning, and is notified of another family all the same", () => {
    const core = withTwoFamilies();
    expect(core.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(2);
    expect(core.alive).toEqual({ adapters: 1, bindings: 1 });
  });
});

describe("2. Address family: opening", () =>
  onBoth((route) => {
    enforced("AF-15", "a client opens an address family that ProtocolCoAfRegisterNotify has told of", {
      by: "client",
      caught: () => {
        const core = new Core({ route });
        core.client.on.protocol.BindAdapterHandlerEx = (_context, bind) => {
          const status = core.client.open(bind);
          open(core);
          return status;
        };
        core.start();
      },
      passes: () => {
        const core = new Core({ route });
        const found: NDIS_STATUS[] = [];
        core.client.on.co.CoAfRegisterNotifyHandler = () => void found.push(open(core).status);
        core.start();
        expect(found).toEqual([NDIS_STATUS_SUCCESS]);
      },
    });

    behaviour("AF-16", "the open reaches ProtocolCmOpenAf with context, family, a fresh handle and a slot", () => {
      const core = started(route);
      const { handle } = open(core);
      const [context, family, given, slot] = core.manager.last("ProtocolCmOpenAf");
      expect(context).toBe(route === "mcm" ? core.mcm.context : core.callManager.context);
      expect(family).toEqual(q2931Family());
      expect(given).toBe(handle);
      expect(slot).toBeInstanceOf(OutParameter);
      expect(open(core).handle).not.toBe(handle);
    });

    enforced("AF-17", "ProtocolCmOpenAf returns SUCCESS with its context", {
      by: route,
      caught: () => {
        const core = started(route);
        core.manager.on.cm.CmOpenAfHandler = () => NDIS_STATUS_SUCCESS;
        open(core);
      },
      passes: () => {
        const core = started(route);
        expect(open(core).status).toBe(NDIS_STATUS_SUCCESS);
        core.manager.on.cm.CmOpenAfHandler = () => NDIS_STATUS_RESOURCES;
        expect(open(core)).toEqual({ status: NDIS_STATUS_RESOURCES, handle: null });
      },
    });

    enforced("AF-18", "a pended open is completed once, with a final status", {
      by: route,
      caught: () => {
        const { core, handle } = pendedOpen(route);
        core.manager.ndis.NdisMCmOpenAddressFamilyComplete(PENDING_AS_FINAL, handle, {});
      },
      passes: () => {
        const { core, handle } = pendedOpen(route);
        core.manager.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle, {});
        expect(core.client.calls("ProtocolClOpenAfCompleteEx")).toEqual([[{ af: "client" }, handle, 0]]);
      },
    });

    enforced("AF-18", "a pended open that succeeds brings the call manager's context", {
      by: route,
      caught: () => {
        const { core, handle } = pendedOpen(route);
        core.manager.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle, null);
      },
      passes: () => {
        const { core, handle } = pendedOpen(route);
        core.manager.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_FAILURE, handle, null);
      },
    });

    enforced("AF-19", "no VC on an address family whose open is pending", {
      by: "client",
      caught: () => {
        const { core, handle } = pendedOpen(route);
        create(core, handle);
      },
      passes: () => {
        const { core, handle } = pendedOpen(route);
        core.manager.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle, {});
        expect(create(core, handle).status).toBe(NDIS_STATUS_SUCCESS);
      },
    });
  }));

describe("2. Address family: how an open ends", () =>
  onBoth((route) => {
    behaviour(
      "AF-20",
      "ProtocolClOpenAfCompleteEx at PASSIVE_LEVEL, with the handle on success and NULL otherwise",
      () => {
        const found: unknown[] = [];
        for (const status of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES, NDIS_STATUS_FAILURE] as const) {
          const { core, handle } = pendedOpen(route);
          core.atDispatch(() => core.manager.ndis.NdisMCmOpenAddressFamilyComplete(status, handle, {}));
          const note = core.client.log.find(({ name }) => name === "ProtocolClOpenAfCompleteEx");
          found.push([note?.irql, note?.args[1] === handle, note?.args[1] === null, note?.args[2]]);
        }
        expect(found).toEqual([
          [0, true, false, NDIS_STATUS_SUCCESS],
          [0, false, true, NDIS_STATUS_RESOURCES],
          [0, false, true, NDIS_STATUS_FAILURE],
        ]);
      },
    );

    behaviour("AF-20", "FAILURE for an unknown family, and while the client's binding is closing", () => {
      const core = started(route);
      const { ndis, binding } = core.client;
      const out = new OutParameter<NdisAfHandle>();
      expect(ndis.NdisClOpenAddressFamilyEx(binding, OTHER, {}, out)).toBe(NDIS_STATUS_FAILURE);
      const found: NDIS_STATUS[] = [];
      core.client.on.protocol.UnbindAdapterHandlerEx = () => {
        found.push(open(core).status);
        return core.client.unbind();
      };
      core.stop();
      expect(found).toEqual([NDIS_STATUS_FAILURE]);
    });

    behaviour("AF-21", "NDIS has let go before the client hears of the failure", () => {
      const { core, handle } = pendedOpen(route);
      const alive: number[] = [];
      core.client.on.cl.ClOpenAfCompleteHandlerEx = () => void alive.push(core.live.addressFamilies);
      core.manager.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_RESOURCES, handle, null);
      expect(alive).toEqual([0]);
    });

    enforced("AF-22", "after a failed open the handle is invalid", {
      by: route,
      caught: () => {
        const { core, handle } = pendedOpen(route);
        core.manager.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_RESOURCES, handle, null);
        createIncoming(core, handle);
      },
      passes: () => {
        const { core, handle } = pendedOpen(route);
        core.manager.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle, {});
        expect(createIncoming(core, handle).status).toBe(NDIS_STATUS_SUCCESS);
      },
    });

    behaviour("AF-23", "after a status other than PENDING no completion routine of the issuer runs", () => {
      for (const answer of [NDIS_STATUS_SUCCESS, NDIS_STATUS_FAILURE] as const) {
        const { core, af } = opened(route);
        const { cm } = core.manager.on;
        const vc = core.connectedVc(af);
        const before = core.client.log.length;
        cm.CmModifyCallQoSHandler = () => {
          core.activate(vc);
          return answer;
        };
        cm.CmCloseCallHandler = () => answer;
        cm.CmMakeCallHandler = () => NDIS_STATUS_FAILURE;
        cm.CmRegisterSapHandler = (_af, _sap, handle, slot) => {
          slot.Value = { handle };
          return answer;
        };
        cm.CmCloseAfHandler = () => (answer === NDIS_STATUS_SUCCESS ? NDIS_STATUS_NOT_ACCEPTED : answer);
        core.client.ndis.NdisClModifyCallQoS(vc, { Flags: 0, CallMgrParameters: null, MediaParameters: null });
        core.makeCall(core.createVc(af));
        core.closeCall(vc);
        register(core, af);
        core.client.ndis.NdisClCloseAddressFamily(af);
        expect(core.client.log.slice(before).map(({ name }) => name)).toEqual([]);
      }
    });

    behaviour("AF-25", "each side's context comes with every call about the address family", () => {
      const { core, af } = opened(route);
      core.createVc(af);
      core.createIncomingVc(af);
      core.registerSap(af);
      expect(core.manager.last("ProtocolCoCreateVc")[0]).toEqual({ mcmAf: af });
      expect(core.client.last("ProtocolCoCreateVc")[0]).toEqual({ af: "client" });
      expect(core.manager.last("ProtocolCmRegisterSap")[0]).toEqual({ mcmAf: af });
      const other = opened(route);
      other.core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
      other.core.manager.ndis.NdisMCmNotifyCloseAddressFamily(other.af);
      expect(other.core.client.last("ProtocolClNotifyCloseAf")).toEqual([{ af: "client" }]);
    });
  }));

describe("2. Address family: closing", () =>
  onBoth((route) => {
    behaviour(
      "AF-26",
      "a close with VCs or SAPs left is told, and does not succeed; a second close gets FAILURE",
      () => {
        for (const leave of ["vc", "sap"]) {
          const { core, af } = opened(route);
          core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_FAILURE;
          if (leave === "vc") core.createVc(af);
          else core.registerSap(af);
          expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_FAILURE);
          expect(core.violations).toEqual([{ rule: "AF-26", owner: "client" }]);
          expect(core.live.addressFamilies).toBe(1);
        }
        const soft = opened(route, { verifier: false });
        soft.core.createVc(soft.af);
        expect(soft.core.client.ndis.NdisClCloseAddressFamily(soft.af)).toBe(NDIS_STATUS_FAILURE);
        const { core, af } = pendedClose(route);
        expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_FAILURE);
        expect(core.violations).toEqual([]);
      },
    );

    enforced("AF-27", "the handle is not used after NdisClCloseAddressFamily, completed or not", {
      by: "client",
      caught: () => {
        const { core, af } = pendedClose(route);
        create(core, af);
      },
      passes: () => {
        const { core, af } = pendedClose(route);
        core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
        expect(create(core, core.openAf()).status).toBe(NDIS_STATUS_SUCCESS);
      },
    });

    enforced("AF-28", "no waiting for ProtocolClCloseAfComplete inside the close notification", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
        core.client.on.cl.ClNotifyCloseAfHandler = function* (): Blocking<NDIS_STATUS> {
          core.client.ndis.NdisClCloseAddressFamily(af);
          yield { event: new KernelEvent(), timeoutNs: Number.POSITIVE_INFINITY };
          return NDIS_STATUS_SUCCESS;
        };
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.settle();
      },
      passes: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
        core.client.on.cl.ClNotifyCloseAfHandler = () => {
          core.client.ndis.NdisClCloseAddressFamily(af);
          return NDIS_STATUS_PENDING;
        };
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.settle();
        core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
        core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_SUCCESS);
        expect(core.manager.calls("ProtocolCmNotifyCloseAfComplete")).toHaveLength(1);
      },
    });

    behaviour("AF-28", "a close notification may wait for something else, and is complete when it returns", () => {
      const { core, af } = opened(route);
      const event = new KernelEvent();
      core.client.on.cl.ClNotifyCloseAfHandler = function* (): Blocking<NDIS_STATUS> {
        yield { event, timeoutNs: Number.POSITIVE_INFINITY };
        return NDIS_STATUS_SUCCESS;
      };
      expect(core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af)).toBe(NDIS_STATUS_PENDING);
      core.settle();
      expect(core.manager.calls("ProtocolCmNotifyCloseAfComplete")).toEqual([]);
      event.set();
      core.settle();
      expect(core.manager.calls("ProtocolCmNotifyCloseAfComplete")).toHaveLength(1);
      expect(core.violations).toEqual([]);
    });

    behaviour("AF-29", "with a VC open the call manager refuses the close, or pends it until the VC is gone", () => {
      const refusing = opened(route);
      const vc = refusing.core.createVc(refusing.af);
      const { on } = refusing.core.manager;
      on.cm.CmCloseAfHandler = () => NDIS_STATUS_NOT_ACCEPTED;
      expect(refusing.core.client.ndis.NdisClCloseAddressFamily(refusing.af)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      refusing.core.client.ndis.NdisCoDeleteVc(vc);
      on.cm.CmCloseAfHandler = () => NDIS_STATUS_SUCCESS;
      expect(refusing.core.client.ndis.NdisClCloseAddressFamily(refusing.af)).toBe(NDIS_STATUS_SUCCESS);
      const { core, af } = opened(route);
      const other = core.createVc(af);
      core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
      expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_PENDING);
      core.client.ndis.NdisCoDeleteVc(other);
      core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
      expect(core.client.calls("ProtocolClCloseAfComplete")).toEqual([[NDIS_STATUS_SUCCESS, { af: "client" }]]);
    });

    enforced("AF-29", "the call manager does not close an address family that has a VC", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.createVc(af);
        core.client.ndis.NdisClCloseAddressFamily(af);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.ndis.NdisCoDeleteVc(core.createVc(af));
        expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_SUCCESS);
      },
    });

    enforced("AF-30", "a pended close is completed with SUCCESS", {
      by: route,
      caught: () => {
        const { core, af } = pendedClose(route);
        core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_FAILURE, af);
      },
      passes: () => {
        const { core, af } = pendedClose(route);
        core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
      },
    });

    enforced("AF-30", "a close that ProtocolCmCloseAf completed itself, and a final status as well", {
      by: route,
      caught: () => closedInside(route, NDIS_STATUS_SUCCESS),
      passes: () => expect(closedInside(route, NDIS_STATUS_PENDING).live.addressFamilies).toBe(0),
    });

    enforced("AF-30", "after the close the handle is dead for the call manager", {
      by: route,
      caught: () => {
        const { core, af } = pendedClose(route);
        core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
        core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
      },
      passes: () => {
        const { core, af } = pendedClose(route);
        core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
        core.openAf();
      },
    });

    behaviour("AF-31", "ProtocolClCloseAfComplete runs only after the call manager has completed", () => {
      const { core, af, status } = pendedClose(route);
      expect(status).toBe(NDIS_STATUS_PENDING);
      expect(core.client.calls("ProtocolClCloseAfComplete")).toEqual([]);
      core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
      expect(core.client.calls("ProtocolClCloseAfComplete")).toEqual([[NDIS_STATUS_SUCCESS, { af: "client" }]]);
    });
  }));

describe("2. Address family: the close that the call manager asks for", () =>
  onBoth((route) => {
    behaviour("AF-34", "ProtocolClNotifyCloseAf of the one client that owns the handle; its status comes back", () => {
      for (const answer of [NDIS_STATUS_SUCCESS, NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING] as const) {
        const core = started(route, { clients: ["one", "two"] });
        const [one, two] = core.clients;
        if (one === undefined || two === undefined) throw new Error("two clients");
        const af = core.openAf(two);
        core.openAf(one);
        two.on.cl.ClNotifyCloseAfHandler = () => answer;
        expect(core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af)).toBe(answer);
        expect(two.calls("ProtocolClNotifyCloseAf")).toEqual([[{ af: "two" }]]);
        expect(one.calls("ProtocolClNotifyCloseAf")).toEqual([]);
      }
    });

    enforced("AF-35", "the address family is closed after its SAPs are deregistered", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        const sap = core.registerSap(af);
        core.client.on.cl.ClNotifyCloseAfHandler = () => {
          core.client.ndis.NdisClCloseAddressFamily(af);
          core.client.ndis.NdisClDeregisterSap(sap);
          return NDIS_STATUS_SUCCESS;
        };
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
      },
      passes: () => {
        const { core, af } = opened(route);
        const sap = core.registerSap(af);
        core.client.on.cl.ClNotifyCloseAfHandler = () => {
          core.client.ndis.NdisClDeregisterSap(sap);
          core.client.ndis.NdisClCloseAddressFamily(af);
          return NDIS_STATUS_SUCCESS;
        };
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        expect(core.alive).toEqual({ adapters: 1, bindings: route === "mcm" ? 1 : 2 });
      },
    });

    enforced("AF-35", "SAPs are deregistered after the calls are closed", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        const sap = core.registerSap(af);
        const vc = incomingCall(core, af, sap);
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.client.ndis.NdisClDeregisterSap(sap);
        core.closeCall(vc);
      },
      passes: () => {
        const { core, af } = opened(route);
        const sap = core.registerSap(af);
        const vc = incomingCall(core, af, sap);
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.closeCall(vc);
        core.client.ndis.NdisClDeregisterSap(sap);
      },
    });

    enforced("AF-36", "only a notification that pended is completed, and once", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_SUCCESS);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.client.ndis.NdisClCloseAddressFamily(af);
        core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_SUCCESS);
      },
    });

    enforced("AF-36", "a notification that ProtocolClNotifyCloseAf completed itself, and a final status as well", {
      by: "client",
      caught: () => notifiedInside(route, NDIS_STATUS_SUCCESS),
      passes: () => {
        const { manager } = notifiedInside(route, NDIS_STATUS_PENDING);
        expect(manager.calls("ProtocolCmNotifyCloseAfComplete")).toHaveLength(1);
      },
    });

    enforced("AF-36", "a notification that pended is completed before the client's binding closes", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.client.ndis.NdisClCloseAddressFamily(af);
        core.stop();
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
        core.client.ndis.NdisClCloseAddressFamily(af);
        core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_SUCCESS);
        core.stop();
      },
    });

    behaviour("AF-37", "ProtocolCmNotifyCloseAfComplete only after PENDING, when the client has finished", () => {
      const sync = opened(route);
      sync.core.manager.ndis.NdisMCmNotifyCloseAddressFamily(sync.af);
      expect(sync.core.manager.calls("ProtocolCmNotifyCloseAfComplete")).toEqual([]);
      const { core, af } = opened(route);
      core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
      core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
      expect(core.manager.calls("ProtocolCmNotifyCloseAfComplete")).toEqual([]);
      core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_FAILURE);
      expect(core.manager.calls("ProtocolCmNotifyCloseAfComplete")).toEqual([[{ mcmAf: af }, NDIS_STATUS_FAILURE]]);
    });

    enforced("AF-38", "a handle is passed as it is, not a copy of what it points to", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily({ ...af });
      },
      passes: () => {
        const { core, af } = opened(route);
        core.manager.ndis.NdisMCmNotifyCloseAddressFamily(af);
      },
    });

    enforced("AF-38", "a handle belongs to the drivers that share it", {
      by: "two",
      caught: () => {
        const core = started(route, { clients: ["one", "two"] });
        core.clients[1]?.ndis.NdisClCloseAddressFamily(core.openAf());
      },
      passes: () => {
        const core = started(route, { clients: ["one", "two"] });
        core.client.ndis.NdisClCloseAddressFamily(core.openAf());
      },
    });
  }));

describe("2. Address family: the end", () => {
  enforced("AF-32", "an MCM asks for the close of an address family that is open, and once", {
    by: "mcm",
    caught: () => {
      const { core, af } = opened("mcm");
      core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
      core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
    },
    passes: () => {
      const { core, af } = opened("mcm");
      core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
      core.client.ndis.NdisClCloseAddressFamily(af);
    },
  });

  enforced("AF-33", "a call manager asks for the close of every open address family before it closes the adapter", {
    by: "cm",
    caught: () => {
      const { core } = opened("cm");
      core.stop();
    },
    passes: () => {
      const { core, af } = opened("cm");
      core.client.on.cl.ClNotifyCloseAfHandler = () => {
        core.client.ndis.NdisClCloseAddressFamily(af);
        return NDIS_STATUS_SUCCESS;
      };
      core.callManager.on.protocol.UnbindAdapterHandlerEx = () => {
        core.callManager.ndis.NdisCmNotifyCloseAddressFamily(af);
        return core.callManager.unbind();
      };
      core.stop();
      expect(core.alive).toEqual({});
    },
  });

  behaviour("AF-38", "without the verifier a handle that is none gets FAILURE", () => {
    const core = started("mcm", { verifier: false });
    const none = {} as NdisAfHandle;
    expect(core.client.ndis.NdisClCloseAddressFamily(none)).toBe(NDIS_STATUS_FAILURE);
    expect(core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(none)).toBe(NDIS_STATUS_FAILURE);
    expect(create(core, none).status).toBe(NDIS_STATUS_FAILURE);
    expect(broken(() => core.mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, none))).toBe("nothing");
  });
});
