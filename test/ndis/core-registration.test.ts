import { describe, expect, it } from "vitest";
import type { NDIS_STATUS, NDIS_STATUS_FINAL, NdisDriverHandle, NdisTimerHandle } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_FAMILY,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_BAD_CHARACTERISTICS,
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NDIS_TIMER_CHARACTERISTICS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core, filled, q2931Family } from "./core-harness.ts";

/** Loads the MCM with these characteristics and gives the status of its registration. */
function registerMiniport(members: Partial<NDIS_MINIPORT_DRIVER_CHARACTERISTICS>, verifier = true): NDIS_STATUS {
  const core = new Core({ verifier });
  core.mcm.characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS(members);
  core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
  return core.mcm.registrationStatus;
}

/** Runs `setOptions` in MiniportSetOptions and gives what it returned, or the rule it broke. */
function inMiniportSetOptions(
  set: (core: Core, handle: NdisDriverHandle) => NDIS_STATUS_FINAL,
  verifier = true,
): NDIS_STATUS | string {
  const core = new Core({ verifier });
  let status: NDIS_STATUS = NDIS_STATUS_FAILURE;
  core.mcm.setOptions = (handle) => {
    status = set(core, handle);
    return NDIS_STATUS_SUCCESS;
  };
  const rule = broken(() => core.run(core.ndis.loadMiniportCallManager(core.mcm.image)));
  return rule === "nothing" ? status : rule;
}

function inProtocolSetOptions(
  set: (core: Core, handle: NdisDriverHandle) => NDIS_STATUS_FINAL,
  verifier = true,
): NDIS_STATUS | string {
  const core = new Core({ verifier });
  let status: NDIS_STATUS = NDIS_STATUS_FAILURE;
  core.client.setOptions = (handle) => {
    status = set(core, handle);
    return NDIS_STATUS_SUCCESS;
  };
  const rule = broken(() => core.run(core.ndis.loadClient(core.client.image)));
  return rule === "nothing" ? status : rule;
}

/** An MCM may register address families after MiniportInitializeEx. */
const LATE_FAMILIES = { verifier: { rules: { "AF-02": "off" } } } as const;

describe("NdisMRegisterMiniportDriver", () => {
  it("REG-29: SUCCESS for a complete NDIS 6 miniport", () => {
    expect(registerMiniport({})).toBe(NDIS_STATUS_SUCCESS);
  });

  it.each([
    [5, 1],
    [4, 0],
    [6, 999],
    [7, 0],
  ])("REG-29: BAD_VERSION for NDIS %i.%i", (MajorNdisVersion, MinorNdisVersion) => {
    expect(registerMiniport({ MajorNdisVersion, MinorNdisVersion })).toBe(NDIS_STATUS_BAD_VERSION);
  });

  it("REG-29: BAD_CHARACTERISTICS for a header that does not fit", () => {
    const { Header } = NDIS_MINIPORT_DRIVER_CHARACTERISTICS();
    for (const wrong of [{ Type: 0x90 }, { Revision: 0 }, { Size: 16 }]) {
      expect(registerMiniport({ Header: { ...Header, ...wrong } })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    }
  });

  it("REG-29: a required handler that is missing is a bad characteristic", () => {
    const core = new Core();
    core.mcm.on.miniport.SetOptionsHandler = () => NDIS_STATUS_SUCCESS;
    let status: NDIS_STATUS = NDIS_STATUS_SUCCESS;
    const image = {
      name: "mcm",
      DriverEntry: (driverObject, path, ndis) => {
        const characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS({ MajorNdisVersion: 6, MinorNdisVersion: 50 });
        status = ndis.NdisMRegisterMiniportDriver(driverObject, path, null, characteristics, { Value: null });
        return status;
      },
    } satisfies typeof core.mcm.image;
    core.run(core.ndis.loadMiniportCallManager(image));
    expect(status).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
  });

  it("REG-26: MiniportSetOptions runs inside, at PASSIVE_LEVEL; its failure is the registration's", () => {
    const core = new Core();
    const order: string[] = [];
    core.mcm.setOptions = (handle) => {
      order.push("MiniportSetOptions");
      return core.mcm.setBothHalves(handle);
    };
    const entry = core.mcm.image.DriverEntry;
    const image = {
      name: "mcm",
      DriverEntry: (...parameters: Parameters<typeof entry>) => {
        const status = entry(...parameters);
        order.push("registered");
        return status;
      },
    };
    core.run(core.ndis.loadMiniportCallManager(image));
    expect(order).toEqual(["MiniportSetOptions", "registered"]);
    expect(core.mcm.log.map(({ name, irql }) => [name, irql])).toEqual([["SetOptionsHandler", 0]]);

    const failing = new Core();
    failing.mcm.setOptions = () => NDIS_STATUS_RESOURCES;
    failing.run(failing.ndis.loadMiniportCallManager(failing.mcm.image));
    expect(failing.mcm.registrationStatus).toBe(NDIS_STATUS_RESOURCES);
    expect(failing.mcm.driverHandle).toBeNull();
    expect(failing.startDevice()).toBe(NDIS_STATUS_FAILURE);
  });

  it("MEM-02: a DriverEntry that fails gives back what it has taken: a timer that is left set would call a driver that is gone", () => {
    const failing = (frees: boolean): Core => {
      const core = new Core();
      const image: typeof core.mcm.image = {
        name: "mcm",
        DriverEntry: (driverObject, path, ndis) => {
          core.mcm.image.DriverEntry(driverObject, path, ndis);
          const { driverHandle } = core.mcm;
          if (driverHandle === null) throw new Error("not registered");
          const timer = new OutParameter<NdisTimerHandle>();
          const characteristics = NDIS_TIMER_CHARACTERISTICS({ TimerFunction: () => {} });
          ndis.NdisAllocateTimerObject(driverHandle, characteristics, timer);
          ndis.NdisSetTimerObject(filled(timer), -10_000_000, 0, null);
          if (frees) {
            ndis.NdisCancelTimerObject(filled(timer));
            ndis.NdisFreeTimerObject(filled(timer));
          }
          ndis.NdisMDeregisterMiniportDriver(driverHandle);
          return NDIS_STATUS_FAILURE;
        },
      };
      core.run(core.ndis.loadMiniportCallManager(image));
      return core;
    };
    expect(failing(true).alive).toEqual({});
    expect(broken(() => failing(false))).toBe("CancelTimerObject by mcm");
  });

  it("REG-28: the characteristics are copied: what the driver changes afterwards has no effect", () => {
    for (const options of [{}, { verifier: false, unwatched: true }]) {
      const core = new Core(options);
      core.load();
      core.mcm.characteristics.InitializeHandlerEx = () => NDIS_STATUS_FAILURE;
      core.mcm.characteristics.RestartHandler = null;
      expect(core.startDevice()).toBe(NDIS_STATUS_SUCCESS);
    }
  });
});

describe("NdisRegisterProtocolDriver", () => {
  it("REG-26: ProtocolSetOptions runs inside, at PASSIVE_LEVEL; its failure is the registration's", () => {
    const core = new Core();
    core.run(core.ndis.loadClient(core.client.image));
    expect(core.client.log.map(({ name, irql }) => [name, irql])).toEqual([["SetOptionsHandler", 0]]);
    const failing = new Core();
    failing.client.setOptions = () => NDIS_STATUS_RESOURCES;
    expect(failing.run(failing.ndis.loadClient(failing.client.image))).toBe(NDIS_STATUS_RESOURCES);
    expect(failing.client.driverHandle).toBeNull();
  });

  it("BAD_VERSION and BAD_CHARACTERISTICS as for miniports", () => {
    const status = (members: Partial<NDIS_PROTOCOL_DRIVER_CHARACTERISTICS>): NDIS_STATUS => {
      const core = new Core();
      core.client.characteristics = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS(members);
      return core.run(core.ndis.loadClient(core.client.image));
    };
    const { Header } = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS();
    expect(status({})).toBe(NDIS_STATUS_SUCCESS);
    expect(status({ MajorNdisVersion: 5, MinorNdisVersion: 1 })).toBe(NDIS_STATUS_BAD_VERSION);
    expect(status({ Header: { ...Header, Size: 8 } })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    expect(status({ Header: { ...Header, Type: 0x8a } })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
  });
});

describe("NdisSetOptionalHandlers", () => {
  it("REG-20: SUCCESS for the two halves of an MCM and of a client", () => {
    expect(inMiniportSetOptions((core, handle) => core.mcm.setBothHalves(handle))).toBe(NDIS_STATUS_SUCCESS);
    expect(inProtocolSetOptions((core, handle) => core.client.setBothHalves(handle))).toBe(NDIS_STATUS_SUCCESS);
  });

  it("REG-21: a protocol may not register what is a miniport's", () => {
    const set = (core: Core, handle: NdisDriverHandle) =>
      core.client.ndis.NdisSetOptionalHandlers(handle, core.mcm.coMiniport());
    expect(inProtocolSetOptions(set)).toBe(NDIS_STATUS_FAILURE);
  });

  it("REG-22: a miniport may not register what is a protocol's", () => {
    for (const verifier of [true, false]) {
      const co = (core: Core, handle: NdisDriverHandle) =>
        core.mcm.ndis.NdisSetOptionalHandlers(handle, core.client.coProtocol());
      const client = (core: Core, handle: NdisDriverHandle) =>
        core.mcm.ndis.NdisSetOptionalHandlers(handle, core.client.clientHandlers());
      expect(inMiniportSetOptions(co, verifier)).toBe(NDIS_STATUS_FAILURE);
      expect(inMiniportSetOptions(client, verifier)).toBe(NDIS_STATUS_FAILURE);
    }
  });

  it("REG-20: FAILURE for a header of an unknown type, another revision, or too small a size", () => {
    for (const wrong of [{ Type: 0x55 }, { Revision: 0 }, { Revision: 9 }, { Size: 20 }]) {
      const set = (core: Core, handle: NdisDriverHandle) => {
        const handlers = core.mcm.callManager();
        Object.assign(handlers.Header, wrong);
        return core.mcm.ndis.NdisSetOptionalHandlers(handle, handlers);
      };
      expect(inMiniportSetOptions(set)).toBe(NDIS_STATUS_FAILURE);
    }
  });

  it.each([
    [135, NDIS_STATUS_FAILURE],
    [136, NDIS_STATUS_SUCCESS],
    [144, NDIS_STATUS_SUCCESS],
    [160, NDIS_STATUS_SUCCESS],
  ])("X-10: call-manager handlers of %i bytes", (Size, expected) => {
    const set = (core: Core, handle: NdisDriverHandle) => {
      const handlers = core.mcm.callManager();
      handlers.Header.Size = Size;
      return core.mcm.ndis.NdisSetOptionalHandlers(handle, handlers);
    };
    expect(inMiniportSetOptions(set)).toBe(expected);
  });

  it("REG-09: a call-manager handler that is NULL", () => {
    const set = (core: Core, handle: NdisDriverHandle) =>
      core.mcm.ndis.NdisSetOptionalHandlers(handle, { ...core.mcm.callManager(), CmAddPartyHandler: null });
    expect(inMiniportSetOptions(set)).toBe("REG-09 by mcm");
    expect(inMiniportSetOptions(set, false)).toBe(NDIS_STATUS_FAILURE);
  });

  it("REG-10: a client handler that is NULL", () => {
    const set = (core: Core, handle: NdisDriverHandle) =>
      core.client.ndis.NdisSetOptionalHandlers(handle, {
        ...core.client.clientHandlers(),
        ClIncomingCallHandler: null,
      });
    expect(inProtocolSetOptions(set)).toBe("REG-10 by client");
    expect(inProtocolSetOptions(set, false)).toBe(NDIS_STATUS_FAILURE);
  });

  it("REG-16: one routine for both OID handlers of an MCM", () => {
    const routine = () => NDIS_STATUS_SUCCESS;
    const set = (core: Core, handle: NdisDriverHandle) => {
      core.mcm.ndis.NdisSetOptionalHandlers(handle, { ...core.mcm.coMiniport(), CoOidRequestHandler: routine });
      return core.mcm.ndis.NdisSetOptionalHandlers(handle, { ...core.mcm.callManager(), CmOidRequestHandler: routine });
    };
    expect(inMiniportSetOptions(set)).toBe("REG-16 by mcm");
    expect(inMiniportSetOptions(set, false)).toBe(NDIS_STATUS_FAILURE);
  });

  it("REG-16: a structure that there was no memory for does not count", () => {
    const scarce = { left: 1 };
    const choose = (point: string): number => (point === "memory-allocation" && scarce.left-- > 0 ? 1 : 0);
    const core = new Core({ chooser: { choose } });
    const routine = () => NDIS_STATUS_SUCCESS;
    const statuses: NDIS_STATUS[] = [];
    core.mcm.setOptions = (handle) => {
      const { ndis } = core.mcm;
      scarce.left = 1;
      const co = { ...core.mcm.coMiniport(), CoOidRequestHandler: routine };
      const cm = { ...core.mcm.callManager(), CmOidRequestHandler: routine };
      statuses.push(ndis.NdisSetOptionalHandlers(handle, co), ndis.NdisSetOptionalHandlers(handle, cm));
      return NDIS_STATUS_FAILURE;
    };
    scarce.left = 0;
    core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
    expect([statuses, core.rules]).toEqual([[NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS], []]);
  });

  it("MCM-05: MiniportCoOidRequest and MiniportCoSendNetBufferLists are required", () => {
    for (const member of ["CoOidRequestHandler", "CoSendNetBufferListsHandler"] as const) {
      const set = (core: Core, handle: NdisDriverHandle) =>
        core.mcm.ndis.NdisSetOptionalHandlers(handle, { ...core.mcm.coMiniport(), [member]: null });
      expect(inMiniportSetOptions(set)).toBe("MCM-05 by mcm");
      expect(inMiniportSetOptions(set, false)).toBe(NDIS_STATUS_FAILURE);
    }
  });

  it("REG-24, REG-25: only with a handle of a registered driver", () => {
    const core = new Core().start();
    const { driverHandle } = core.mcm;
    if (driverHandle === null) throw new Error("not registered");
    core.stop();
    expect(broken(() => core.mcm.ndis.NdisSetOptionalHandlers(driverHandle, core.mcm.coMiniport()))).toBe(
      "REG-24 by mcm",
    );
  });

  it("REG-24: a protocol may use its binding handle once it has one", () => {
    const core = new Core(LATE_FAMILIES).start();
    const replaced: string[] = [];
    const handlers = { ...core.client.coProtocol(), CoAfRegisterNotifyHandler: () => void replaced.push("notified") };
    expect(core.client.ndis.NdisSetOptionalHandlers(core.client.binding, handlers)).toBe(NDIS_STATUS_SUCCESS);
    // REG-33: default entry points may be overwritten later.
    core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, CO_ADDRESS_FAMILY({ AddressFamily: 0x800 }));
    expect(replaced).toEqual(["notified"]);
  });
});

describe("NdisMCmRegisterAddressFamilyEx", () => {
  it("AF-04: a second registration of one family on one adapter fails, another family is fine (AF-03)", () => {
    const core = new Core(LATE_FAMILIES).start();
    const { ndis, handle } = core.mcm;
    expect(ndis.NdisMCmRegisterAddressFamilyEx(handle, q2931Family())).toBe(NDIS_STATUS_FAILURE);
    const other = CO_ADDRESS_FAMILY({ AddressFamily: 0x801 });
    expect(ndis.NdisMCmRegisterAddressFamilyEx(handle, other)).toBe(NDIS_STATUS_SUCCESS);
    expect(ndis.NdisMCmRegisterAddressFamilyEx(handle, other)).toBe(NDIS_STATUS_FAILURE);
  });

  it("AF-05: FAILURE for a miniport without call-manager handlers", () => {
    const core = new Core();
    core.mcm.setOptions = (handle) => core.mcm.ndis.NdisSetOptionalHandlers(handle, core.mcm.coMiniport());
    core.mcm.registersAddressFamily = false;
    core.start();
    expect(core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, q2931Family())).toBe(NDIS_STATUS_FAILURE);
  });

  it("IRQ-01: at PASSIVE_LEVEL only", () => {
    const core = new Core().start();
    const family = CO_ADDRESS_FAMILY({ AddressFamily: 0x801 });
    expect(
      broken(() => core.atDispatch(() => void core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, family))),
    ).toBe("IRQ-01 by mcm");
  });

  it("AF-09: clients are bound, and only then notified, after MiniportInitializeEx has succeeded", () => {
    const core = new Core().start();
    const { order } = core;
    expect(order.indexOf("ProtocolBindAdapterEx")).toBeGreaterThan(order.indexOf("MiniportInitializeEx"));
    expect(order.indexOf("ProtocolCoAfRegisterNotify")).toBeGreaterThan(order.indexOf("ProtocolBindAdapterEx"));
  });

  it("AF-11, AF-12: every client is notified of every family, also one that binds later, at PASSIVE_LEVEL", () => {
    const core = new Core({ ...LATE_FAMILIES, clients: ["one", "two"] });
    const [one, two] = core.clients;
    if (one === undefined || two === undefined) throw new Error("two clients");
    core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
    core.run(core.ndis.loadClient(one.image));
    core.startDevice();
    const other = CO_ADDRESS_FAMILY({ AddressFamily: 0x801, MajorVersion: 9, MinorVersion: 8 });
    core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, other);
    core.run(core.ndis.loadClient(two.image));
    for (const client of [one, two]) {
      expect(client.calls("ProtocolCoAfRegisterNotify")).toEqual([
        [client.context, q2931Family()],
        [client.context, other],
      ]);
      const notes = client.log.filter(({ name }) => name === "ProtocolCoAfRegisterNotify");
      expect(notes.map(({ irql }) => irql)).toEqual([0, 0]);
    }
  });
});
