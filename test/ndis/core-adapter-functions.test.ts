import { describe, expect, it } from "vitest";
import type {
  DEVICE_OBJECT,
  NDIS_MINIPORT_INIT_PARAMETERS,
  NDIS_RESOURCE_LIST,
  NET_DEVICE_PNP_EVENT,
  NET_PNP_EVENT_NOTIFICATION,
} from "../../src/ndis/index.ts";
import {
  NDIS_DEVICE_PNP_EVENT,
  NDIS_HALT_ACTION,
  NDIS_INTERMEDIATE_DRIVER,
  NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES,
  NDIS_MINIPORT_ATTRIBUTES_CONTROLS_DEFAULT_PORT,
  NDIS_MINIPORT_PNP_CHARACTERISTICS,
  NDIS_OID_REQUEST,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_INVALID_PORT,
  NDIS_STATUS_INVALID_PORT_STATE,
  NDIS_STATUS_NOT_RESETTABLE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESET_IN_PROGRESS,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NET_PNP_EVENT,
  NET_PNP_EVENT_CODE,
  NET_PNP_EVENT_NOTIFICATION as newNotification,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core } from "./core-harness.ts";
import { adapterOf, crash, loadedWith, startedWith } from "./core-life.ts";

describe("names and properties of an adapter", () => {
  it("the three name queries give the same name, and RESOURCES when there is no memory", () => {
    const names: (string | null)[] = [];
    let fails = false;
    const core = new Core({ chooser: { choose: (point) => (fails && point === "memory-allocation" ? 1 : 0) } });
    core.load();
    const out = new OutParameter<string>();
    core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      expect(core.client.ndis.NdisQueryBindInstanceName(out, bindContext)).toBe(NDIS_STATUS_SUCCESS);
      names.push(out.Value);
      return core.client.bind(bindContext);
    };
    core.startDevice();
    core.client.ndis.NdisQueryAdapterInstanceName(out, core.client.binding);
    names.push(out.Value);
    core.mcm.ndis.NdisMQueryAdapterInstanceName(out, core.mcm.handle);
    names.push(out.Value);
    expect(names).toEqual(new Array(3).fill("mcm in nic0"));
    fails = true;
    expect(core.mcm.ndis.NdisMQueryAdapterInstanceName(out, core.mcm.handle)).toBe(NDIS_STATUS_RESOURCES);
    const { bindContext } = core.client;
    if (bindContext === null) throw new Error("not bound");
    expect(broken(() => core.client.ndis.NdisQueryBindInstanceName(out, bindContext))).toBe("BND-04 by client");
  });

  it("NdisMGetDeviceProperty: the device objects and what MiniportInitializeEx was given; NULL where nothing is asked", () => {
    const core = new Core().start();
    const { ndis, handle } = core.mcm;
    const functional = new OutParameter<DEVICE_OBJECT>();
    const resources = new OutParameter<NDIS_RESOURCE_LIST>();
    ndis.NdisMGetDeviceProperty(handle, null, functional, null, resources, null);
    const [, , parameters] = core.mcm.last("MiniportInitializeEx");
    expect(resources.Value).toEqual((parameters as NDIS_MINIPORT_INIT_PARAMETERS).AllocatedResources);
    expect(functional.Value?.DriverObject?.DriverName).toBe("mcm");
  });
});

describe("MiniportAddDevice and MiniportRemoveDevice", () => {
  const context = { device: 1 };

  function withPnpHandlers(addStatus: 0 | typeof NDIS_STATUS_RESOURCES) {
    const core = new Core();
    const calls: string[] = [];
    core.mcm.setOptions = (handle) => {
      const { ndis } = core.mcm;
      ndis.NdisSetOptionalHandlers(
        handle,
        NDIS_MINIPORT_PNP_CHARACTERISTICS({
          MiniportAddDeviceHandler: (device) => {
            calls.push("MiniportAddDevice");
            const attributes = NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES({ MiniportAddDeviceContext: context });
            expect(ndis.NdisMSetMiniportAttributes(device, attributes)).toBe(NDIS_STATUS_SUCCESS);
            return addStatus === 0 ? NDIS_STATUS_SUCCESS : addStatus;
          },
          MiniportRemoveDeviceHandler: (given) => {
            expect(given).toBe(context);
            calls.push("MiniportRemoveDevice");
          },
          MiniportFilterResourceRequirementsHandler: () => NDIS_STATUS_SUCCESS,
          MiniportStartDeviceHandler: () => NDIS_STATUS_SUCCESS,
        }),
      );
      return core.mcm.setBothHalves(handle);
    };
    core.load();
    return { core, calls };
  }

  it("the context of MiniportAddDevice comes back with MiniportInitializeEx and MiniportRemoveDevice", () => {
    const { core, calls } = withPnpHandlers(0);
    core.startDevice();
    const [, , parameters] = core.mcm.last("MiniportInitializeEx");
    expect((parameters as NDIS_MINIPORT_INIT_PARAMETERS).MiniportAddDeviceContext).toBe(context);
    expect(calls).toEqual(["MiniportAddDevice"]);
    core.stop();
    expect(calls).toEqual(["MiniportAddDevice", "MiniportRemoveDevice"]);
  });

  it("a device that MiniportAddDevice refuses is not initialised", () => {
    const { core } = withPnpHandlers(NDIS_STATUS_RESOURCES);
    expect(core.startDevice()).toBe(NDIS_STATUS_RESOURCES);
    expect(core.mcm.calls("MiniportInitializeEx")).toEqual([]);
    expect(core.ndis.adapters).toEqual([]);
  });
});

describe("NdisMRemoveMiniport", () => {
  it("may be called again after a protocol has refused the removal, and not before", () => {
    const core = new Core().start();
    const { ndis, handle } = core.mcm;
    core.client.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_FAILURE;
    expect(ndis.NdisMRemoveMiniport(handle)).toBe(NDIS_STATUS_SUCCESS);
    expect(ndis.NdisMRemoveMiniport(handle)).toBe(NDIS_STATUS_FAILURE);
    core.settle();
    expect(adapterOf(core).state).toBe("Running");
    core.client.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_SUCCESS;
    expect(ndis.NdisMRemoveMiniport(handle)).toBe(NDIS_STATUS_SUCCESS);
    core.settle();
    expect(core.ndis.adapters).toEqual([]);
    core.stop();
    expect(core.alive).toEqual({});
  });
});

describe("NdisMNetPnPEvent", () => {
  const { NetEventQueryPower, NetEventPortActivation, NetEventMaximum } = NET_PNP_EVENT_CODE;

  function tell(core: Core, NetEvent: NET_PNP_EVENT_CODE, PortNumber = 0): number {
    const notification = newNotification({ PortNumber, NetPnPEvent: NET_PNP_EVENT({ NetEvent }) });
    const status = core.mcm.ndis.NdisMNetPnPEvent(core.mcm.handle, notification);
    core.settle();
    return status;
  }

  function lastEvent(core: Core): number {
    return (core.client.last("ProtocolNetPnPEvent")[1] as NET_PNP_EVENT_NOTIFICATION).NetPnPEvent.NetEvent;
  }

  it("a miniport that is no intermediate driver passes no events on, and has no ports but the default one", () => {
    const core = new Core().start();
    expect(tell(core, NetEventQueryPower)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(tell(core, NetEventMaximum)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(tell(core, NetEventPortActivation, 3)).toBe(NDIS_STATUS_INVALID_PORT);
    expect(tell(core, NetEventPortActivation)).toBe(NDIS_STATUS_INVALID_PORT_STATE);
    expect(lastEvent(core)).toBe(NET_PNP_EVENT_CODE.NetEventRestart);
  });

  it("an intermediate driver, and one that controls the default port, reach the protocols", () => {
    const passing = startedWith({ characteristics: { Flags: NDIS_INTERMEDIATE_DRIVER } });
    expect(tell(passing, NetEventQueryPower)).toBe(NDIS_STATUS_SUCCESS);
    expect(lastEvent(passing)).toBe(NetEventQueryPower);
    const controlling = startedWith({ attributes: { AttributeFlags: NDIS_MINIPORT_ATTRIBUTES_CONTROLS_DEFAULT_PORT } });
    expect(tell(controlling, NetEventPortActivation)).toBe(NDIS_STATUS_SUCCESS);
    expect(lastEvent(controlling)).toBe(NetEventPortActivation);
  });

  it("NdisMNetPnPEventInOIDRequest: not while an OID request is being handled", () => {
    const core = new Core().start();
    core.mcm.on.miniport.OidRequestHandler = () => {
      tell(core, NetEventQueryPower);
      return NDIS_STATUS_SUCCESS;
    };
    const ask = () => core.client.ndis.NdisOidRequest(core.client.binding, NDIS_OID_REQUEST());
    expect(broken(ask)).toBe("NdisMNetPnPEventInOIDRequest by mcm");
  });
});

describe("events of the device", () => {
  const eventOf = (core: Core): NET_DEVICE_PNP_EVENT =>
    core.mcm.last("MiniportDevicePnPEventNotify")[1] as NET_DEVICE_PNP_EVENT;

  it("a change of the power profile: a ULONG in the buffer", () => {
    const core = new Core().start();
    core.run(core.ndis.changePowerProfile(adapterOf(core), false));
    expect(eventOf(core)).toMatchObject({
      DevicePnPEvent: NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventPowerProfileChanged,
      InformationBuffer: Uint8Array.of(1, 0, 0, 0),
      InformationBufferLength: 4,
    });
  });

  it("a surprise removal: the miniport hears of it even while it pauses, then pause, unbind, halt", () => {
    const core = new Core().start();
    const adapter = adapterOf(core);
    core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
    core.begin(core.ndis.pauseDevice(adapter));
    core.mcm.on.miniport.DevicePnPEventNotifyHandler = () => core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    expect(core.run(core.ndis.surpriseRemoveDevice(adapter))).toBe(NDIS_STATUS_SUCCESS);
    expect(eventOf(core).DevicePnPEvent).toBe(NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventSurpriseRemoved);
    expect(core.slot.device).toBeNull();
    expect(core.mcm.last("MiniportHaltEx")[1]).toBe(NDIS_HALT_ACTION.NdisHaltDeviceSurpriseRemoved);
    core.stop();
    expect(core.alive).toEqual({});
  });

  it("what a miniport breaks at a bug check is kept beside the first bug check", () => {
    const core = startedWith({ characteristics: { MajorNdisVersion: 6, MinorNdisVersion: 20 } });
    core.mcm.on.miniport.ShutdownHandlerEx = () => core.mcm.ndis.NdisMResetMiniport(core.mcm.handle);
    expect(broken(() => crash(core))).toBe("LIF-15 by mcm");
    expect(core.machine.processor.stopped?.rule).toBe("test");
  });
});

describe("MiniportResetEx", () => {
  it("NOT_RESETTABLE without one, RESET_IN_PROGRESS while one is under way", () => {
    const plain = new Core().start();
    expect(plain.run(plain.ndis.resetDevice(adapterOf(plain)))).toBe(NDIS_STATUS_NOT_RESETTABLE);
    const core = startedWith({ characteristics: { ResetHandlerEx: () => NDIS_STATUS_PENDING } });
    const { ndis, handle } = core.mcm;
    ndis.NdisMResetMiniport(handle);
    core.settle();
    expect(core.run(core.ndis.resetDevice(adapterOf(core)))).toBe(NDIS_STATUS_RESET_IN_PROGRESS);
    expect(core.mcm.calls("MiniportResetEx")).toHaveLength(1);
    ndis.NdisMResetComplete(handle, NDIS_STATUS_SUCCESS, true);
    ndis.NdisMResetMiniport(handle);
    core.settle();
    expect(core.mcm.calls("MiniportResetEx")).toHaveLength(2);
  });

  it("a removal waits for the end of a reset before it halts", () => {
    const core = startedWith({ characteristics: { ResetHandlerEx: () => NDIS_STATUS_PENDING } });
    core.mcm.ndis.NdisMResetMiniport(core.mcm.handle);
    core.settle();
    const removal = core.begin(core.ndis.removeDevice(adapterOf(core)));
    expect([removal.done, core.mcm.calls("MiniportHaltEx").length]).toEqual([false, 0]);
    core.mcm.ndis.NdisMResetComplete(core.mcm.handle, NDIS_STATUS_SUCCESS, false);
    core.settle();
    expect([removal.done, core.mcm.calls("MiniportHaltEx").length]).toEqual([true, 1]);
  });

  it("IRQ-12: NdisMResetComplete with a spin lock held", () => {
    const core = startedWith({ characteristics: { ResetHandlerEx: () => NDIS_STATUS_PENDING } });
    const { ndis, handle } = core.mcm;
    ndis.NdisMResetMiniport(handle);
    core.settle();
    const lock = { SpinLock: null, OldIrql: 0 };
    ndis.NdisAllocateSpinLock(lock);
    ndis.NdisAcquireSpinLock(lock);
    expect(broken(() => ndis.NdisMResetComplete(handle, NDIS_STATUS_SUCCESS, false))).toBe("IRQ-12 by mcm");
  });

  it("a watch keeps no world alive that has nothing else to do", () => {
    const core = loadedWith({ characteristics: { CheckForHangHandlerEx: () => false } });
    core.startDevice();
    // The watch over the miniport, and the one over requests.
    expect(core.world.clock.pendingCount).toBe(2);
    expect(core.world.step()).toBe(false);
    expect(core.world.clock.nowNs).toBe(0);
    core.stop();
    expect(core.world.clock.pendingCount).toBe(0);
  });
});

describe("the connectionless functions", () => {
  const lists = (core: Core) => core.client.lists(1, null);

  it("X-05: a connection-oriented miniport has no use for them; without the verifier the lists come back", () => {
    const core = new Core().start();
    const { ndis, handle } = core.mcm;
    const given = lists(core);
    expect(broken(() => ndis.NdisMSendNetBufferListsComplete(handle, given, 0))).toBe("X-05 by mcm");
    expect(broken(() => ndis.NdisMIndicateReceiveNetBufferLists(handle, given, 0, 1, 0))).toBe("X-05 by mcm");
    const soft = new Core({ verifier: false }).start();
    soft.mcm.ndis.NdisMIndicateReceiveNetBufferLists(soft.mcm.handle, lists(soft), 0, 1, 0);
    expect(soft.mcm.calls("MiniportReturnNetBufferLists")).toHaveLength(1);
    expect(soft.rules).toEqual(["X-05"]);
  });

  it("X-05: nor has a protocol; without the verifier its lists come back with NOT_SUPPORTED", () => {
    const { client } = new Core().start();
    const send = () => client.ndis.NdisSendNetBufferLists(client.binding, client.lists(1, null), 0, 0);
    expect(broken(send)).toBe("X-05 by client");
    const soft = new Core({ verifier: false }).start();
    const given = lists(soft);
    soft.client.ndis.NdisSendNetBufferLists(soft.client.binding, given, 0, 0);
    expect(given.Status).toBe(NDIS_STATUS_NOT_SUPPORTED);
  });
});

describe("NdisReEnumerateProtocolBindings", () => {
  it("not from a bind, an unbind or an event of a binding", () => {
    const again = (core: Core): void => {
      const { ndis, driverHandle } = core.client;
      if (driverHandle !== null) ndis.NdisReEnumerateProtocolBindings(driverHandle);
    };
    const core = new Core();
    core.load();
    core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      again(core);
      return core.client.bind(bindContext);
    };
    expect(broken(() => core.startDevice())).toBe("NdisReEnumerateProtocolBindings by client");
    const running = new Core().start();
    again(running);
    running.settle();
    expect(running.live.bindings).toBe(1);
    running.client.on.protocol.NetPnPEventHandler = () => {
      again(running);
      return NDIS_STATUS_SUCCESS;
    };
    expect(broken(() => running.stop())).toBe("NdisReEnumerateProtocolBindings by client");
  });
});

describe("a second device in a slot", () => {
  it("is refused", () => {
    const core = new Core().start();
    expect(core.startDevice()).toBe(NDIS_STATUS_FAILURE);
    expect(core.ndis.adapters).toHaveLength(1);
  });
});
