import { describe, expect } from "vitest";
import { DriverEntry as CallManagerEntry } from "../../src/call-manager/index.ts";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { ClientLibrary, NDIS_STATUS, NdisMiniportDriverHandle } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_FAMILY,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_BAD_CHARACTERISTICS,
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { ALICE } from "../miniport/two-hosts.ts";
import { broken, Core, q2931Family } from "../ndis/core-harness.ts";
import { AllocationFailure, anyFunction, later, mcmWithEntry, startSecondDevice } from "./registering.ts";
import { behaviour, enforced } from "./rule-case.ts";

const TAG = 0x31676572;

/** The status of NdisMRegisterMiniportDriver with these characteristics; the driver tolerates what its SetOptions meets. */
function register(members: Partial<NDIS_MINIPORT_DRIVER_CHARACTERISTICS>, core = new Core()): NDIS_STATUS {
  core.mcm.characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS(members);
  core.mcm.setOptions = (handle) => {
    core.mcm.setBothHalves(handle);
    return NDIS_STATUS_SUCCESS;
  };
  core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
  return core.mcm.registrationStatus;
}

describe("1. Registration: drivers", () => {
  enforced("REG-01", "a miniport that registers as a protocol", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      const image = mcmWithEntry(core, (ndis, status) => {
        anyFunction(ndis, "NdisRegisterProtocolDriver")(null, core.client.characteristics, new OutParameter());
        return status;
      });
      core.run(core.ndis.loadMiniportCallManager(image));
    },
    passes: () => {
      const core = new Core();
      core.load();
      expect(core.mcm.registrationStatus).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  enforced("REG-02", "a protocol that registers as a miniport", {
    by: "client",
    caught: () => {
      const core = new Core();
      core.load();
      anyFunction(core.client.ndis, "NdisMRegisterMiniportDriver")(
        {},
        "path",
        null,
        core.mcm.characteristics,
        new OutParameter(),
      );
    },
    passes: () => {
      const core = new Core();
      core.load();
      expect(core.client.driverHandle).not.toBeNull();
    },
  });

  behaviour(
    "REG-03",
    "callbacks come from NdisSetOptionalHandlers alone: a client without it opens no address family",
    () => {
      const core = new Core();
      core.client.setOptions = () => NDIS_STATUS_SUCCESS;
      core.start();
      const { ndis, binding } = core.client;
      const out = new OutParameter<never>();
      expect(ndis.NdisClOpenAddressFamilyEx(binding, q2931Family(), null, out)).toBe(NDIS_STATUS_FAILURE);
      expect(out.Value).toBeNull();
      for (const old of ["NdisCmRegisterAddressFamily", "NdisMCmRegisterAddressFamily", "NdisClOpenAddressFamily"]) {
        expect(old in core.client.ndis || old in core.mcm.ndis).toBe(false);
      }
    },
  );

  behaviour("REG-08", "NDIS takes miniports that declare 5.0, 5.1 and 6.x, and nothing older", () => {
    const versions: [number, number, NDIS_STATUS][] = [
      [3, 1, NDIS_STATUS_BAD_VERSION],
      [4, 0, NDIS_STATUS_BAD_VERSION],
      [5, 0, NDIS_STATUS_SUCCESS],
      [5, 1, NDIS_STATUS_SUCCESS],
      [5, 2, NDIS_STATUS_BAD_VERSION],
      [6, 1, NDIS_STATUS_SUCCESS],
      [6, 89, NDIS_STATUS_SUCCESS],
      [6, 90, NDIS_STATUS_BAD_VERSION],
    ];
    for (const [MajorNdisVersion, MinorNdisVersion, expected] of versions) {
      expect(register({ MajorNdisVersion, MinorNdisVersion })).toBe(expected);
    }
  });

  behaviour("REG-26", "SetOptions of both kinds runs inside the registration, at PASSIVE_LEVEL", () => {
    const core = new Core();
    const seen: unknown[] = [];
    core.mcm.setOptions = (handle) => {
      seen.push(["MiniportSetOptions", core.machine.processor.irql, core.mcm.driverHandle]);
      return core.mcm.setBothHalves(handle);
    };
    core.client.setOptions = (handle) => {
      seen.push(["ProtocolSetOptions", core.machine.processor.irql, core.client.driverHandle]);
      return core.client.setBothHalves(handle);
    };
    core.load();
    // The fakes take their handles when the registration has returned.
    expect(seen).toEqual([
      ["MiniportSetOptions", 0, null],
      ["ProtocolSetOptions", 0, null],
    ]);
    expect(core.mcm.driverHandle).not.toBeNull();
    expect(core.client.driverHandle).not.toBeNull();
  });

  enforced("REG-27", "a SetOptions that fails and keeps what it allocated", {
    by: "client",
    caught: () => {
      const core = new Core();
      core.client.setOptions = (handle) => {
        core.client.ndis.NdisAllocateMemoryWithTagPriority(handle, 64, TAG, 0);
        return NDIS_STATUS_RESOURCES;
      };
      core.run(core.ndis.loadClient(core.client.image));
    },
    passes: () => {
      const core = new Core();
      core.client.setOptions = (handle) => {
        const address = core.client.ndis.NdisAllocateMemoryWithTagPriority(handle, 64, TAG, 0);
        core.client.ndis.NdisFreeMemory(address, 64, 0);
        return NDIS_STATUS_RESOURCES;
      };
      expect(core.run(core.ndis.loadClient(core.client.image))).toBe(NDIS_STATUS_RESOURCES);
      expect(core.alive).toEqual({});
    },
  });

  behaviour("REG-28", "the characteristics are copied: emptying the caller's structure changes nothing", () => {
    const core = new Core();
    core.load();
    for (const member of Object.keys(core.mcm.characteristics)) {
      if (member.includes("Handler")) Object.assign(core.mcm.characteristics, { [member]: null });
    }
    expect(core.startDevice()).toBe(NDIS_STATUS_SUCCESS);
    core.stop();
    expect(core.alive).toEqual({});
  });

  behaviour("REG-29", "the five statuses of NdisMRegisterMiniportDriver", () => {
    expect(register({})).toBe(NDIS_STATUS_SUCCESS);
    expect(register({ MajorNdisVersion: 7, MinorNdisVersion: 1 })).toBe(NDIS_STATUS_BAD_VERSION);
    const { Header } = NDIS_MINIPORT_DRIVER_CHARACTERISTICS();
    // Revision 1 is that of NDIS 6.0 and ends after 136 bytes; 2 came with 6.1 and 3 with 6.80.
    const lengths: [number, number, number, NDIS_STATUS][] = [
      [1, 135, 20, NDIS_STATUS_BAD_CHARACTERISTICS],
      [1, 136, 20, NDIS_STATUS_SUCCESS],
      [2, 136, 20, NDIS_STATUS_BAD_CHARACTERISTICS],
      [2, 152, 20, NDIS_STATUS_SUCCESS],
      [3, 160, 79, NDIS_STATUS_BAD_CHARACTERISTICS],
      [3, 160, 80, NDIS_STATUS_SUCCESS],
      [4, 200, 80, NDIS_STATUS_BAD_CHARACTERISTICS],
    ];
    for (const [Revision, Size, MinorNdisVersion, expected] of lengths) {
      const members = { Header: { ...Header, Revision, Size }, MajorNdisVersion: 6, MinorNdisVersion };
      expect(register(members), `revision ${Revision}, ${Size} bytes, NDIS 6.${MinorNdisVersion}`).toBe(expected);
    }
    const chooser = new AllocationFailure();
    chooser.countdown = 0;
    expect(register({}, new Core({ chooser }))).toBe(NDIS_STATUS_RESOURCES);
    const core = new Core();
    core.mcm.setOptions = () => NDIS_STATUS_NOT_SUPPORTED;
    core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
    expect(core.mcm.registrationStatus).toBe(NDIS_STATUS_FAILURE);
  });

  behaviour("REG-29", "members that are no entry points, and members of later revisions", () => {
    const core = new Core();
    core.load();
    const { mcm } = core;
    const again = (members: object): NDIS_STATUS => {
      const characteristics = { ...mcm.characteristics, ...members };
      return core.run(
        core.ndis.loadMiniportCallManager({
          name: "again",
          DriverEntry: (driverObject, path, ndis) => {
            const out = new OutParameter<NdisMiniportDriverHandle>();
            const status = ndis.NdisMRegisterMiniportDriver(driverObject, path, null, characteristics, out);
            if (out.Value !== null) ndis.NdisMDeregisterMiniportDriver(out.Value);
            return status === NDIS_STATUS_SUCCESS ? NDIS_STATUS_FAILURE : status;
          },
        }),
      );
    };
    const { Header } = mcm.characteristics;
    const none = { SetOptionsHandler: null };
    expect(again({ ...none, CheckForHangHandlerEx: 5 })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    expect(again({ ...none, HaltHandlerEx: undefined })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    expect(again({ ...none, DirectOidRequestHandler: 5 })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    // Revision 1 ends before it: NDIS does not look there. FAILURE is what this DriverEntry makes of SUCCESS.
    const first = { ...none, Header: { ...Header, Revision: 1 }, DirectOidRequestHandler: 5 };
    expect(again(first)).toBe(NDIS_STATUS_FAILURE);
  });

  enforced("REG-30", "NdisMDeregisterMiniportDriver while the driver is loaded", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.load();
      if (core.mcm.driverHandle !== null) core.mcm.ndis.NdisMDeregisterMiniportDriver(core.mcm.driverHandle);
    },
    passes: () => {
      const core = new Core().start();
      core.stop();
      // The other place: a DriverEntry that fails after it has registered.
      const failing = new Core();
      const image = mcmWithEntry(failing, (ndis) => {
        if (failing.mcm.driverHandle !== null) ndis.NdisMDeregisterMiniportDriver(failing.mcm.driverHandle);
        return NDIS_STATUS_FAILURE;
      });
      expect(failing.run(failing.ndis.loadMiniportCallManager(image))).toBe(NDIS_STATUS_FAILURE);
    },
  });

  enforced("REG-30", "a DriverEntry that fails and stays registered", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      const image = mcmWithEntry(core, () => NDIS_STATUS_FAILURE);
      core.run(core.ndis.loadMiniportCallManager(image));
    },
    passes: () => new Core().load(),
  });

  enforced("REG-30", "an unload that leaves the driver registered", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.mcm.on.miniport.UnloadHandler = () => {};
      core.start().stop();
    },
    passes: () => new Core().start().stop(),
  });

  enforced("REG-31", "NdisDeregisterProtocolDriver from ProtocolUninstall", {
    by: "client",
    caught: () => {
      const core = new Core();
      core.client.on.protocol.UninstallHandler = () => {
        if (core.client.driverHandle !== null) core.client.ndis.NdisDeregisterProtocolDriver(core.client.driverHandle);
      };
      core.start().stop();
    },
    passes: () => new Core().start().stop(),
  });

  behaviour(
    "REG-31",
    "with bindings open it runs ProtocolUnbindAdapterEx once for each, and waits for those that pend",
    () => {
      const core = new Core().start();
      const { client } = core;
      const [first] = [client.binding];
      expect(startSecondDevice(core)).toBe(NDIS_STATUS_SUCCESS);
      const open = [first, client.binding];
      client.on.protocol.UnbindAdapterHandlerEx = (unbindContext) => {
        const binding = open.shift();
        if (binding !== undefined) client.ndis.NdisCloseAdapterEx(binding);
        later(core, () => client.ndis.NdisCompleteUnbindAdapterEx(unbindContext));
        return NDIS_STATUS_PENDING;
      };
      core.run(core.ndis.unloadDrivers());
      expect(client.calls("ProtocolUnbindAdapterEx")).toHaveLength(2);
      expect(core.live.bindings).toBe(0);
      expect(core.ndis.adapters.map(({ bindings }) => bindings.length)).toEqual([0, 0]);
    },
  );

  behaviour(
    "REG-32",
    "ProtocolSetOptions runs before NdisRegisterProtocolDriver returns, with the handle in its place",
    () => {
      const core = new Core();
      let matches = false;
      core.client.on.protocol.SetOptionsHandler = (handle) => {
        matches = core.client.registered.Value === handle;
        return core.client.setBothHalves(handle);
      };
      core.run(core.ndis.loadClient(core.client.image));
      expect(matches).toBe(true);
    },
  );

  /** A device starts, with another thread in the middle of something. */
  const startsNow = (core: Core): void => {
    const { done } = core.ndis.startDevice(core.slot, core.manager.miniportName, new Map()).next(false);
    expect(done).toBe(true);
  };

  behaviour("REG-32", "a device that starts while DriverEntry is under way is bound before DriverEntry returns", () => {
    const core = new Core();
    const { image } = core.client;
    let returned = false;
    core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
    core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      expect(returned).toBe(false);
      return core.client.bind(bindContext);
    };
    const DriverEntry: typeof image.DriverEntry = (object, path, library) => {
      const status = image.DriverEntry(object, path, library);
      startsNow(core);
      returned = true;
      return status;
    };
    core.run(core.ndis.loadClient({ ...image, DriverEntry }));
    expect(core.client.calls("ProtocolBindAdapterEx")).toHaveLength(1);
    expect(core.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
  });

  /** A library whose NdisRegisterProtocolDriver is not over before `meanwhile` is. */
  const slow = <Library extends Pick<ClientLibrary, "NdisRegisterProtocolDriver">>(
    library: Library,
    meanwhile: () => void,
  ): Library => ({
    ...library,
    NdisRegisterProtocolDriver: (...args: Parameters<ClientLibrary["NdisRegisterProtocolDriver"]>) => {
      const status = library.NdisRegisterProtocolDriver(...args);
      meanwhile();
      return status;
    },
  });

  behaviour("REG-32", "the reference protocols bind before NdisRegisterProtocolDriver has returned to them", () => {
    const bound: number[] = [];
    const bindsAtOnce = (core: Core) => (): void => {
      startsNow(core);
      bound.push(core.live.bindings);
    };
    const forClient = new Core({ clients: [] });
    forClient.load();
    const { DriverEntry } = new AtmClient("atm", { sendBuffers: 3, sendBufferBytes: 256 }).image;
    forClient.run(
      forClient.ndis.loadClient({
        name: "atm",
        DriverEntry: (object, path, library) => DriverEntry(object, path, slow(library, bindsAtOnce(forClient))),
      }),
    );
    const forManager = new Core({ route: "cm" });
    forManager.run(forManager.ndis.loadMiniport(forManager.miniport.image));
    forManager.run(
      forManager.ndis.loadCallManager({
        name: "vcm",
        DriverEntry: (object, path, library) => CallManagerEntry(object, path, slow(library, bindsAtOnce(forManager))),
      }),
    );
    expect(bound).toEqual([1, 1]);
  });
});

describe("2. Address families: who may register one", () => {
  behaviour(
    "AF-05",
    "FAILURE for a miniport that is not connection-oriented or manages no calls, RESOURCES on shortage",
    () => {
      for (const half of ["coMiniport", "callManager"] as const) {
        const core = new Core();
        core.mcm.setOptions = (handle) => core.mcm.ndis.NdisSetOptionalHandlers(handle, core.mcm[half]());
        core.mcm.registersAddressFamily = false;
        core.start();
        const status = core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, q2931Family());
        expect(status, half).toBe(NDIS_STATUS_FAILURE);
      }
      const chooser = new AllocationFailure();
      const core = new Core({ chooser }).start();
      const other = CO_ADDRESS_FAMILY({ AddressFamily: 0x801 });
      chooser.countdown = 0;
      expect(core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, other)).toBe(NDIS_STATUS_RESOURCES);
      expect(core.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(1);
      expect(core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, other)).toBe(NDIS_STATUS_SUCCESS);
    },
  );
});

describe("17. Miniport call managers: registration", () => {
  behaviour("MCM-01", "handlers once per driver, the address family once per NIC", () => {
    const core = new Core().start();
    const second = startSecondDevice(core);
    expect(second).toBe(NDIS_STATUS_SUCCESS);
    expect(core.order.filter((name) => name === "MiniportInitializeEx")).toHaveLength(2);
    expect(core.mcm.calls("SetOptionsHandler")).toHaveLength(1);
    expect(core.client.calls("ProtocolCoAfRegisterNotify")).toHaveLength(2);
    const again = core.mcm.ndis.NdisMCmRegisterAddressFamilyEx(core.mcm.handle, q2931Family());
    expect(again).toBe(NDIS_STATUS_FAILURE);
  });

  behaviour("MCM-11", "the reference driver's NIC signals on board, and it registers as an MCM", () => {
    const client = new AtmClient("client", { sendBuffers: 3, sendBufferBytes: 256 });
    const lab = new Laboratory({
      hosts: [{ name: "alice", nics: [{ name: "nic0", address: ALICE }], clients: [client.image] }],
    });
    lab.start();
    const [adapter] = lab.host("alice").ndis.adapters;
    expect(adapter?.driver.callManager).not.toBeNull();
    expect(adapter?.addressFamilies.map(({ owner }) => owner)).toEqual([adapter?.driver.name]);
    lab.stop();
  });

  behaviour("REG-04", "a CO miniport that manages no calls and lacks a VC handler does not register", () => {
    const lacking = (verifier: boolean): Core => {
      const core = new Core({ verifier });
      core.mcm.setOptions = (handle) =>
        core.mcm.ndis.NdisSetOptionalHandlers(handle, { ...core.mcm.coMiniport(), CoDeactivateVcHandler: null });
      return core;
    };
    const core = lacking(true);
    expect(broken(() => core.run(core.ndis.loadMiniportCallManager(core.mcm.image)))).toBe("REG-04 by mcm");
    const quiet = lacking(false);
    quiet.run(quiet.ndis.loadMiniportCallManager(quiet.mcm.image));
    expect(quiet.mcm.registrationStatus).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
  });
});
