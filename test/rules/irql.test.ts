import { describe, expect } from "vitest";
import { DDI_CATALOG, findDdi } from "../../src/ndis/ddi/catalog.ts";
import type {
  ClientLibrary,
  MiniportAdapterHandle,
  MiniportCallManagerLibrary,
  NDIS_STATUS,
  NdisAfHandle,
  NdisInterruptHandle,
  NdisMiniportDmaHandle,
  NdisTimerHandle,
} from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_FAMILY,
  CO_ADDRESS_FAMILY_TAPI,
  NDIS_CONFIGURATION_OBJECT,
  NDIS_EVENT,
  NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS,
  NDIS_SEND_FLAGS_DISPATCH_LEVEL,
  NDIS_SG_DMA_DESCRIPTION,
  NDIS_SPIN_LOCK,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  NDIS_TIMER_CHARACTERISTICS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { observeLibrary } from "../../src/ndis/observe.ts";
import { Core, filled, q2931Family } from "../ndis/core-harness.ts";
import { dialling } from "./calls.ts";
import { anyFunction } from "./registering.ts";
import { behaviour, enforced } from "./rule-case.ts";

const PASSIVE = 0;
const DISPATCH = 2;
/** A device's level, and one above every device's. */
const DEVICE = 3;
const ABOVE_DEVICES = 14;

/** Calls `body` as code at that level. */
function at<T>(core: Core, irql: number, body: () => T): T {
  const { processor } = core.machine;
  processor.irql = irql;
  try {
    return body();
  } finally {
    processor.irql = PASSIVE;
  }
}

/** A function of a library that this core has no driver for, watched as every library is. */
function watched(core: Core, owner: string, name: string): (...values: unknown[]) => unknown {
  const library: Record<string, (...values: unknown[]) => unknown> = { [name]: () => NDIS_STATUS_SUCCESS };
  return observeLibrary(core.ndis.environment, owner, library)[name] as (...values: unknown[]) => unknown;
}

/** The MCM does this in MiniportInitializeEx, after its attributes. */
function initialising(body: (ndis: MiniportCallManagerLibrary, adapter: MiniportAdapterHandle) => void): Core {
  const core = new Core();
  core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
    const status = core.mcm.initialize(handle);
    body(core.mcm.ndis, handle);
    return status;
  };
  return core.start();
}

function periodicTimer(core: Core, period: number): NdisTimerHandle {
  const out = new OutParameter<NdisTimerHandle>();
  const characteristics = NDIS_TIMER_CHARACTERISTICS({ TimerFunction: () => {} });
  core.mcm.ndis.NdisAllocateTimerObject(core.mcm.handle, characteristics, out);
  core.mcm.ndis.NdisSetTimerObject(filled(out), -10_000_000, period, null);
  return filled(out);
}

/** A frame of the MCM is mapped for DMA at that level. */
function mapFrame(irql: number): void {
  const dma = new OutParameter<NdisMiniportDmaHandle>();
  const description = NDIS_SG_DMA_DESCRIPTION({ MaximumPhysicalMapping: 4096, ProcessSGListHandler: () => {} });
  const core = initialising((ndis, adapter) => void ndis.NdisMRegisterScatterGatherDma(adapter, description, dma));
  const frame = core.client.lists(1, null).FirstNetBuffer;
  if (frame === null) throw new Error("no frame");
  const map = () => core.mcm.ndis.NdisMAllocateNetBufferSGList(filled(dma), frame, null, 0, null, 0);
  expect(at(core, irql, map)).toBe(NDIS_STATUS_SUCCESS);
}

function pausing(irql: number): void {
  const core = new Core().start();
  core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
  const [adapter] = core.ndis.adapters;
  if (adapter === undefined) throw new Error("no adapter");
  const removal = core.begin(core.ndis.removeDevice(adapter));
  at(core, irql, () => core.mcm.ndis.NdisMPauseComplete(core.mcm.handle));
  core.settle();
  expect(removal.done).toBe(true);
}

/** The call manager offers another address family at that level. */
function registerFamily(irql: number): NDIS_STATUS {
  const core = new Core({ route: "cm" }).start();
  const other = CO_ADDRESS_FAMILY({ AddressFamily: CO_ADDRESS_FAMILY_TAPI });
  const { ndis, binding } = core.callManager;
  return at(core, irql, () => ndis.NdisCmRegisterAddressFamilyEx(binding, other));
}

/** The call manager asks a client at that level to close its address family. */
function notifyClose(irql: number): NDIS_STATUS {
  const core = new Core({ route: "cm" }).start();
  const af = core.openAf();
  core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
  return at(core, irql, () => core.callManager.ndis.NdisCmNotifyCloseAddressFamily(af));
}

function activateDialled(irql: number): NDIS_STATUS {
  const { core, vc } = dialling("cm");
  return at(core, irql, () => core.activate(vc));
}

/** A reset that pends, and is completed with a spin lock held or not. */
function resetting(releases: boolean): void {
  const core = new Core();
  core.mcm.characteristics.ResetHandlerEx = () => NDIS_STATUS_PENDING;
  core.start();
  const [adapter] = core.ndis.adapters;
  if (adapter === undefined) throw new Error("no adapter");
  const reset = core.begin(core.ndis.resetDevice(adapter));
  const { ndis, handle } = core.mcm;
  const lock = NDIS_SPIN_LOCK();
  ndis.NdisAllocateSpinLock(lock);
  ndis.NdisAcquireSpinLock(lock);
  if (releases) ndis.NdisReleaseSpinLock(lock);
  ndis.NdisMResetComplete(handle, NDIS_STATUS_SUCCESS, false);
  core.settle();
  expect(reset.done).toBe(true);
}

describe("18. IRQL", () => {
  enforced("IRQ-01", "NdisMCmRegisterAddressFamilyEx at DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      at(core, DISPATCH, () => core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, q2931Family()));
    },
    passes: () => void new Core().start(),
  });

  enforced("IRQ-01", "NdisMCmActivateVc above DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      core.makeCall(vc);
      at(core, DEVICE, () => core.activate(vc));
    },
    passes: () => {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      core.makeCall(vc);
      expect(at(core, DISPATCH, () => core.activate(vc))).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  enforced("IRQ-02", "NdisCmRegisterAddressFamilyEx at DISPATCH_LEVEL", {
    by: "cm",
    caught: () => registerFamily(DISPATCH),
    passes: () => expect(registerFamily(PASSIVE)).toBe(NDIS_STATUS_SUCCESS),
  });

  enforced("IRQ-02", "NdisCmNotifyCloseAddressFamily at DISPATCH_LEVEL", {
    by: "cm",
    caught: () => notifyClose(DISPATCH),
    passes: () => expect(notifyClose(PASSIVE)).toBe(NDIS_STATUS_PENDING),
  });

  enforced("IRQ-02", "NdisCmActivateVc above DISPATCH_LEVEL", {
    by: "cm",
    caught: () => activateDialled(DEVICE),
    passes: () => expect(activateDialled(DISPATCH)).toBe(NDIS_STATUS_SUCCESS),
  });

  behaviour("IRQ-02", "every other NdisCm function is refused above DISPATCH_LEVEL, and not at it", () => {
    const names = DDI_CATALOG.filter(({ group, kind }) => group === "call-manager" && kind === "function");
    const atPassive = ["NdisCmRegisterAddressFamilyEx", "NdisCmNotifyCloseAddressFamily"];
    expect(names.length).toBeGreaterThan(10);
    for (const { name } of names) {
      const core = new Core({ route: "cm" }).start();
      const call = anyFunction(core.callManager.ndis, name);
      expect(() => at(core, DEVICE, () => call()), name).toThrow();
      expect(core.rules, name).toEqual(["IRQ-02"]);
      const low = new Core({ route: "cm", verifier: { everyRule: "warn" } }).start();
      at(low, DISPATCH, () => anyFunction(low.callManager.ndis, name)());
      expect(low.rules.includes("IRQ-02"), name).toBe(atPassive.includes(name));
    }
  });

  enforced("IRQ-03", "NdisClOpenAddressFamilyEx at DISPATCH_LEVEL", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      at(core, DISPATCH, () => core.openAf());
    },
    passes: () => void new Core().start().openAf(),
  });

  enforced("IRQ-04", "NdisCoCreateVc above DISPATCH_LEVEL", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      const af = core.openAf();
      at(core, DEVICE, () => core.createVc(af));
    },
    passes: () => {
      const core = new Core().start();
      const af = core.openAf();
      at(core, DISPATCH, () => core.createVc(af));
    },
  });

  behaviour(
    "IRQ-04",
    "functions marked exactly DISPATCH_LEVEL are told below it, and the machine runs on (X-21)",
    () => {
      const names = ["NdisCoGetTapiCallId", "NdisCoAssignInstanceName", "NdisClGetProtocolVcContextFromTapiCallId"];
      for (const name of names) {
        const core = new Core();
        const call = watched(core, "client", name);
        at(core, DISPATCH, () => call());
        expect(core.rules).toEqual([]);
        expect(call()).toBe(NDIS_STATUS_SUCCESS);
        expect(core.violations).toEqual([{ rule: "IRQ-04", owner: "client" }]);
        expect(() => at(core, DEVICE, () => call())).toThrow(name);
      }
    },
  );

  behaviour(
    "IRQ-05",
    "PASSIVE_LEVEL callbacks run there, also when what leads to them is called at DISPATCH_LEVEL",
    () => {
      const core = new Core();
      core.mcm.on.cm.CmOpenAfHandler = () => NDIS_STATUS_PENDING;
      core.start();
      core.client.ndis.NdisClOpenAddressFamilyEx(core.client.binding, q2931Family(), {}, new OutParameter());
      const af = core.mcm.last("ProtocolCmOpenAf")[2] as NdisAfHandle;
      core.atDispatch(() => core.mcm.ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, af, { af: "mcm" }));
      core.client.ndis.NdisClCloseAddressFamily(af);
      core.stop();
      const notes = [...core.mcm.log, ...core.client.log];
      const passive = notes.filter(({ name }) => findDdi(name)?.irql.max === PASSIVE);
      expect(passive.filter(({ irql }) => irql !== PASSIVE)).toEqual([]);
      const names = new Set(passive.map(({ name }) => name));
      const expected = [
        "ProtocolCoAfRegisterNotify",
        "ProtocolClOpenAfCompleteEx",
        "MiniportSetOptions",
        "ProtocolBindAdapterEx",
        "ProtocolUnbindAdapterEx",
        "ProtocolNetPnPEvent",
        "MiniportInitializeEx",
        "MiniportHaltEx",
        "MiniportPause",
        "MiniportRestart",
      ];
      const aliases: Record<string, string> = { SetOptionsHandler: "MiniportSetOptions" };
      const ran = new Set([...names, ...notes.map(({ name }) => aliases[name] ?? name)]);
      expect(expected.filter((name) => !ran.has(name))).toEqual([]);
      const options = notes.filter(({ name }) => name === "SetOptionsHandler" || name.endsWith("SetOptions"));
      expect(options.map(({ irql }) => irql)).toEqual(options.map(() => PASSIVE));
    },
  );

  behaviour(
    "IRQ-06",
    "other CO callbacks run at the level of the call that leads to them, up to DISPATCH_LEVEL",
    () => {
      const core = new Core().start();
      const af = core.openAf();
      for (const irql of [PASSIVE, DISPATCH]) {
        const vc = core.createVc(af);
        at(core, irql, () => core.makeCall(vc));
      }
      const levels = core.mcm.log.filter(({ name }) => name === "ProtocolCmMakeCall").map(({ irql }) => irql);
      expect(levels).toEqual([PASSIVE, DISPATCH]);
    },
  );

  enforced("IRQ-07", "NdisSetOptionalHandlers at DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.mcm.setOptions = (handle) => at(core, DISPATCH, () => core.mcm.setBothHalves(handle));
      core.start();
    },
    passes: () => void new Core().start(),
  });

  enforced("IRQ-07", "the configuration is opened at DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const object = NDIS_CONFIGURATION_OBJECT({ NdisHandle: core.mcm.handle });
      at(core, DISPATCH, () => core.mcm.ndis.NdisOpenConfigurationEx(object, new OutParameter()));
    },
    passes: () => {
      const core = new Core().start();
      const object = NDIS_CONFIGURATION_OBJECT({ NdisHandle: core.mcm.handle });
      core.mcm.ndis.NdisOpenConfigurationEx(object, new OutParameter());
    },
  });

  enforced("IRQ-08", "NDIS_SEND_FLAGS_DISPATCH_LEVEL at PASSIVE_LEVEL", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), NDIS_SEND_FLAGS_DISPATCH_LEVEL);
    },
    passes: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      const lists = core.client.lists(2, vc);
      const second = lists.Next;
      lists.Next = null;
      if (second === null) throw new Error("two lists");
      core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
      at(core, DISPATCH, () => core.client.ndis.NdisCoSendNetBufferLists(vc, second, NDIS_SEND_FLAGS_DISPATCH_LEVEL));
    },
  });

  enforced("IRQ-09", "NdisMAllocateNetBufferSGList below DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => mapFrame(PASSIVE),
    passes: () => mapFrame(DISPATCH),
  });

  enforced("IRQ-09", "NdisMSynchronizeWithInterruptEx above device IRQL", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const handle = null as unknown as NdisInterruptHandle;
      at(core, ABOVE_DEVICES, () => core.mcm.ndis.NdisMSynchronizeWithInterruptEx(handle, 0, () => true, null));
    },
    passes: () => {
      const out = new OutParameter<NdisInterruptHandle>();
      const characteristics = NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS({
        InterruptHandler: () => false,
        InterruptDpcHandler: () => {},
      });
      const core = initialising(
        (ndis, adapter) => void ndis.NdisMRegisterInterruptEx(adapter, null, characteristics, out),
      );
      const synchronize = () =>
        core.mcm.ndis.NdisMSynchronizeWithInterruptEx(
          filled(out),
          0,
          () => core.machine.processor.irql === DEVICE,
          null,
        );
      expect([PASSIVE, DISPATCH, DEVICE].map((irql) => at(core, irql, synchronize))).toEqual([true, true, true]);
    },
  });

  behaviour("IRQ-09", "timer callbacks run at DISPATCH_LEVEL, work items at PASSIVE_LEVEL", () => {
    const core = new Core().start();
    const { ndis, handle } = core.mcm;
    const ran: string[] = [];
    const out = new OutParameter<NdisTimerHandle>();
    const timer = NDIS_TIMER_CHARACTERISTICS({
      TimerFunction: () => void ran.push(`timer ${core.machine.processor.irql}`),
    });
    ndis.NdisAllocateTimerObject(handle, timer, out);
    ndis.NdisSetTimerObject(filled(out), -1, 0, null);
    const item = ndis.NdisAllocateIoWorkItem(handle);
    if (item === null) throw new Error("no work item");
    core.atDispatch(() =>
      ndis.NdisQueueIoWorkItem(item, () => void ran.push(`work item ${core.machine.processor.irql}`), null),
    );
    core.settle();
    expect(ran.sort()).toEqual(["timer 2", "work item 0"]);
  });

  enforced("IRQ-10", "a periodic timer is cancelled at DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const timer = periodicTimer(core, 10);
      at(core, DISPATCH, () => core.mcm.ndis.NdisCancelTimerObject(timer));
    },
    passes: () => {
      const core = new Core().start();
      expect(core.mcm.ndis.NdisCancelTimerObject(periodicTimer(core, 10))).toBe(true);
      const oneShot = periodicTimer(core, 0);
      expect(at(core, DISPATCH, () => core.mcm.ndis.NdisCancelTimerObject(oneShot))).toBe(true);
    },
  });

  enforced("IRQ-11", "NdisMPauseComplete above DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => pausing(DEVICE),
    passes: () => pausing(DISPATCH),
  });

  enforced("IRQ-11", "NdisCompleteNetPnPEvent at DISPATCH_LEVEL", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      const complete: ClientLibrary["NdisCompleteNetPnPEvent"] = core.client.ndis.NdisCompleteNetPnPEvent;
      at(core, DISPATCH, () => complete(core.client.binding, null as never, NDIS_STATUS_SUCCESS));
    },
    passes: () => {
      const core = new Core();
      core.client.on.protocol.NetPnPEventHandler = (_context, notification) => {
        complete = () =>
          core.client.ndis.NdisCompleteNetPnPEvent(core.client.binding, notification, NDIS_STATUS_SUCCESS);
        return NDIS_STATUS_PENDING;
      };
      let complete = (): void => {};
      core.load();
      const start = core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
      complete();
      core.settle();
      expect(start.done).toBe(true);
    },
  });

  enforced("IRQ-12", "NdisMResetComplete with a spin lock held", {
    by: "mcm",
    caught: () => resetting(false),
    passes: () => resetting(true),
  });

  enforced("IRQ-13", "NdisWaitEvent at DISPATCH_LEVEL", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const event = NDIS_EVENT();
      core.mcm.ndis.NdisInitializeEvent(event);
      at(core, DISPATCH, () => core.mcm.ndis.NdisWaitEvent(event, 1));
    },
    passes: () => {
      const core = new Core().start();
      const event = NDIS_EVENT();
      core.mcm.ndis.NdisInitializeEvent(event);
      expect(core.run(core.mcm.ndis.NdisWaitEvent(event, 1))).toBe(false);
    },
  });

  behaviour(
    "IRQ-07",
    "every function that is called at PASSIVE_LEVEL only is caught at DISPATCH_LEVEL, by the rule of its kind",
    () => {
      const rules = new Map<string, string>();
      for (const { name } of DDI_CATALOG.filter(({ kind, irql }) => kind === "function" && irql.max === PASSIVE)) {
        const core = new Core();
        expect(() => at(core, DISPATCH, () => watched(core, "driver", name)()), name).toThrow();
        rules.set(name, core.rules.join());
      }
      expect(rules.size).toBeGreaterThan(30);
      expect([...rules].filter(([, rule]) => !rule.startsWith("IRQ-") && !rule.startsWith("Irql_"))).toEqual([]);
      const seventh = [...rules].filter(([, rule]) => rule === "IRQ-07").map(([name]) => name);
      expect(seventh.sort()).toEqual([
        "NdisCloseAdapterEx",
        "NdisCloseConfiguration",
        "NdisDeregisterProtocolDriver",
        "NdisMDeregisterMiniportDriver",
        "NdisMRegisterMiniportDriver",
        "NdisMSetMiniportAttributes",
        "NdisOpenAdapterEx",
        "NdisOpenConfigurationEx",
        "NdisReadConfiguration",
        "NdisReadNetworkAddress",
        "NdisRegisterProtocolDriver",
        "NdisSetOptionalHandlers",
        "NdisWriteConfiguration",
      ]);
    },
  );
});
