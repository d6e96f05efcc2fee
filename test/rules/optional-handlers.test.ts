import { describe, expect } from "vitest";
import type { NDIS_DRIVER_OPTIONAL_HANDLERS, NDIS_STATUS } from "../../src/ndis/index.ts";
import * as ndis from "../../src/ndis/index.ts";
import {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { Core } from "../ndis/core-harness.ts";
import {
  AllocationFailure,
  clientSets,
  fromMiniport,
  fromProtocol,
  headerOnly,
  mcmSets,
  startSecondDevice,
} from "./registering.ts";
import { behaviour, enforced } from "./rule-case.ts";

const success = () => NDIS_STATUS_SUCCESS;

function callManagerWithout(member: keyof NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS) {
  return mcmSets((core) => ({ ...core.mcm.callManager(), [member]: null }));
}

const wholeCallManager = mcmSets((core) => core.mcm.callManager());
const passesAsMcm = (): void => expect(fromMiniport(wholeCallManager)).toBe(NDIS_STATUS_SUCCESS);

/** The thirteen structures of the page, and whom NDIS takes them from: a miniport of NDIS 6.20, one of 6.30, a protocol. */
const STRUCTURES: readonly [string, (core: Core) => NDIS_DRIVER_OPTIONAL_HANDLERS, boolean, boolean, boolean][] = [
  ["client chimney, generic", () => headerOnly(0x8e), false, false, false],
  ["client chimney, TCP", () => headerOnly(0x93), false, false, false],
  ["provider chimney, generic", () => headerOnly(0x8f), false, false, false],
  ["provider chimney, TCP", () => headerOnly(0x94), false, false, false],
  ["filter, partial", () => headerOnly(0x8c), false, false, false],
  ["NDK provider", () => headerOnly(0xb2), false, false, false],
  ["call manager", (core) => core.mcm.callManager(), true, true, true],
  ["client", (core) => core.client.clientHandlers(), false, false, true],
  ["CO miniport", (core) => core.mcm.coMiniport(), true, true, false],
  ["CO protocol", (core) => core.client.coProtocol(), false, false, true],
  ["miniport PnP", () => ndis.NDIS_MINIPORT_PNP_CHARACTERISTICS(), true, true, false],
  ["selective suspend", () => ndis.NDIS_MINIPORT_SS_CHARACTERISTICS(), false, true, false],
  ["shared-memory provider", () => ndis.NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS(), true, true, true],
];

function fromMiniportOf(minor: number, structure: (core: Core) => NDIS_DRIVER_OPTIONAL_HANDLERS): NDIS_STATUS {
  const core = new Core();
  core.mcm.characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS({ MajorNdisVersion: 6, MinorNdisVersion: minor });
  return fromMiniport(mcmSets(structure), core);
}

describe("1. Registration: the handlers that are required", () => {
  enforced("REG-04", "NDIS_MINIPORT_CO_CHARACTERISTICS from MiniportInitializeEx", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.mcm.on.miniport.InitializeHandlerEx = () => {
        const { driverHandle } = core.mcm;
        return driverHandle === null
          ? NDIS_STATUS_FAILURE
          : core.mcm.ndis.NdisSetOptionalHandlers(driverHandle, core.mcm.coMiniport());
      };
      core.start();
    },
    passes: () => expect(fromMiniport(mcmSets((core) => core.mcm.coMiniport()))).toBe(NDIS_STATUS_SUCCESS),
  });

  enforced("REG-05", "an MCM that sets its call-manager handlers when a NIC comes", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.mcm.setOptions = (handle) => core.mcm.ndis.NdisSetOptionalHandlers(handle, core.mcm.coMiniport());
      core.mcm.on.miniport.InitializeHandlerEx = () => {
        const { driverHandle } = core.mcm;
        return driverHandle === null
          ? NDIS_STATUS_FAILURE
          : core.mcm.ndis.NdisSetOptionalHandlers(driverHandle, core.mcm.callManager());
      };
      core.start();
    },
    passes: () => {
      // In either order.
      const core = new Core();
      core.mcm.setOptions = (handle) => {
        core.mcm.ndis.NdisSetOptionalHandlers(handle, core.mcm.callManager());
        return core.mcm.ndis.NdisSetOptionalHandlers(handle, core.mcm.coMiniport());
      };
      core.start();
      core.connectedVc();
    },
  });

  enforced("REG-06", "a client whose CO characteristics lack an entry point", {
    by: "client",
    caught: () =>
      fromProtocol(clientSets((core) => ({ ...core.client.coProtocol(), CoReceiveNetBufferListsHandler: null }))),
    passes: () => expect(fromProtocol((core, handle) => core.client.setBothHalves(handle))).toBe(NDIS_STATUS_SUCCESS),
  });

  enforced("REG-09", "call-manager handlers without ProtocolCmAddParty, which is not supported", {
    by: "mcm",
    caught: () => fromMiniport(callManagerWithout("CmAddPartyHandler")),
    passes: passesAsMcm,
  });

  enforced("REG-10", "client handlers without ProtocolClIncomingCall", {
    by: "client",
    caught: () =>
      fromProtocol(clientSets((core) => ({ ...core.client.clientHandlers(), ClIncomingCallHandler: null }))),
    passes: () => expect(fromProtocol(clientSets((core) => core.client.clientHandlers()))).toBe(NDIS_STATUS_SUCCESS),
  });

  enforced("REG-11", "an MCM without ProtocolCmActivateVcComplete", {
    by: "mcm",
    caught: () => fromMiniport(callManagerWithout("CmActivateVcCompleteHandler")),
    passes: passesAsMcm,
  });

  enforced("REG-11", "an MCM without ProtocolCmDeactivateVcComplete", {
    by: "mcm",
    caught: () => fromMiniport(callManagerWithout("CmDeactivateVcCompleteHandler")),
    passes: passesAsMcm,
  });

  enforced("REG-12", "an MCM without ProtocolCoDeleteVc", {
    by: "mcm",
    caught: () => fromMiniport(callManagerWithout("CmDeleteVcHandler")),
    passes: passesAsMcm,
  });

  enforced("REG-17", "an MCM without ProtocolCoOidRequestComplete", {
    by: "mcm",
    caught: () => fromMiniport(callManagerWithout("CmOidRequestCompleteHandler")),
    passes: passesAsMcm,
  });

  enforced("REG-16", "one routine for ProtocolCoOidRequest and MiniportCoOidRequest", {
    by: "mcm",
    caught: () =>
      fromMiniport((core, handle) => {
        core.mcm.ndis.NdisSetOptionalHandlers(handle, { ...core.mcm.coMiniport(), CoOidRequestHandler: success });
        const callManager = { ...core.mcm.callManager(), CmOidRequestHandler: success };
        return core.mcm.ndis.NdisSetOptionalHandlers(handle, callManager);
      }),
    passes: () => expect(fromMiniport((core, handle) => core.mcm.setBothHalves(handle))).toBe(NDIS_STATUS_SUCCESS),
  });

  enforced("MCM-05", "an MCM without MiniportCoSendNetBufferLists", {
    by: "mcm",
    caught: () => fromMiniport(mcmSets((core) => ({ ...core.mcm.coMiniport(), CoSendNetBufferListsHandler: null }))),
    passes: () => expect(fromMiniport(mcmSets((core) => core.mcm.coMiniport()))).toBe(NDIS_STATUS_SUCCESS),
  });
});

describe("1. Registration: the VC handlers of an MCM", () => {
  behaviour(
    "REG-13",
    "MiniportCoCreateVc and MiniportCoDeleteVc of an MCM are never called, the ProtocolCo ones are",
    () => {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      core.client.ndis.NdisCoDeleteVc(vc);
      const { mcm } = core;
      expect([mcm.calls("MiniportCoCreateVc"), mcm.calls("MiniportCoDeleteVc")]).toEqual([[], []]);
      expect(mcm.calls("ProtocolCoCreateVc")).toHaveLength(1);
      expect(mcm.calls("ProtocolCoDeleteVc")).toHaveLength(1);
    },
  );

  behaviour("REG-14", "ProtocolCoCreateVc of an MCM gets its context of the address family", () => {
    const core = new Core().start();
    const context = { mine: "af" };
    core.mcm.on.cm.CmOpenAfHandler = (_binding, _family, _af, out) => {
      out.Value = context;
      return NDIS_STATUS_SUCCESS;
    };
    core.createVc(core.openAf());
    expect(core.mcm.last("ProtocolCoCreateVc")[0]).toBe(context);
  });

  /** An MCM whose CO characteristics have no VC handlers. */
  const withoutVcHandlers = (): Core => {
    const core = new Core();
    const none = {
      CoCreateVcHandler: null,
      CoDeleteVcHandler: null,
      CoActivateVcHandler: null,
      CoDeactivateVcHandler: null,
    };
    core.mcm.setOptions = (handle) => {
      core.mcm.ndis.NdisSetOptionalHandlers(handle, { ...core.mcm.coMiniport(), ...none });
      return core.mcm.ndis.NdisSetOptionalHandlers(handle, core.mcm.callManager());
    };
    return core.start();
  };

  behaviour("REG-15", "an MCM that leaves its VC handlers NULL registers, and calls work", () => {
    const core = withoutVcHandlers();
    const vc = core.connectedVc();
    core.endCall(vc);
    expect(core.rules).toEqual([]);
    expect(core.live.vcs).toBe(0);
  });

  behaviour("MCM-04", "with MiniportCo VC handlers and without NDIS makes the same calls of an MCM", () => {
    const ordersOf = [new Core().start(), withoutVcHandlers()].map((core) => {
      const before = core.order.length;
      core.endCall(core.connectedVc());
      return core.order.slice(before);
    });
    expect(ordersOf[0]).toEqual(ordersOf[1]);
    expect(ordersOf[0]?.filter((name) => /^MiniportCo.*Vc$/.test(name))).toEqual([]);
  });
});

describe("1. Registration: NdisSetOptionalHandlers", () => {
  behaviour("REG-19", "types, revision 1, and the sizes of revision 1 on x64: a header, a ULONG, and pointers", () => {
    const pointers = (count: number): number => 8 + 8 * count;
    const factories: [NDIS_DRIVER_OPTIONAL_HANDLERS, number, number][] = [
      [NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS(), 0xa5, pointers(17)],
      [NDIS_CO_CLIENT_OPTIONAL_HANDLERS(), 0xa6, pointers(19)],
      [NDIS_PROTOCOL_CO_CHARACTERISTICS(), 0x90, pointers(4)],
      [NDIS_MINIPORT_CO_CHARACTERISTICS(), 0x91, pointers(6)],
    ];
    for (const [{ Header }, Type, Size] of factories) expect(Header).toEqual({ Type, Revision: 1, Size });
    const { Header } = NDIS_MINIPORT_CO_CHARACTERISTICS();
    for (const wrong of [{ Type: 0x90 }, { Revision: 0 }, { Revision: 2 }, { Size: pointers(6) - 1 }]) {
      const set = mcmSets((core) => ({ ...core.mcm.coMiniport(), Header: { ...Header, ...wrong } }));
      expect(fromMiniport(set), JSON.stringify(wrong)).toBe(NDIS_STATUS_FAILURE);
    }
  });

  behaviour("REG-20", "SUCCESS, RESOURCES, NOT_SUPPORTED below NDIS 6.0, and FAILURE", () => {
    expect(fromMiniport(wholeCallManager)).toBe(NDIS_STATUS_SUCCESS);
    const short: [typeof fromMiniport, typeof wholeCallManager][] = [
      [fromMiniport, wholeCallManager],
      [fromProtocol, clientSets((core) => core.client.clientHandlers())],
    ];
    for (const [from, sets] of short) {
      const chooser = new AllocationFailure();
      const setShort: typeof wholeCallManager = (core, handle) => {
        chooser.countdown = 0;
        return sets(core, handle);
      };
      expect(from(setShort, new Core({ chooser }))).toBe(NDIS_STATUS_RESOURCES);
    }
    const old = new Core();
    old.mcm.characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS({ MajorNdisVersion: 5, MinorNdisVersion: 1 });
    expect(fromMiniport(wholeCallManager, old)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(old.mcm.registrationStatus).toBe(NDIS_STATUS_SUCCESS);
    expect(fromMiniport(mcmSets(() => headerOnly(0x11)))).toBe(NDIS_STATUS_FAILURE);
  });

  behaviour("REG-21", "what NDIS takes from a protocol, of all thirteen structures", () => {
    for (const [name, structure, , , protocol] of STRUCTURES) {
      expect(fromProtocol(clientSets(structure)), name).toBe(protocol ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
    }
  });

  behaviour(
    "REG-22",
    "what NDIS takes from a miniport, of all thirteen structures; selective suspend from NDIS 6.30 on",
    () => {
      for (const [name, structure, at20, at30] of STRUCTURES) {
        expect(fromMiniportOf(20, structure), `${name}, 6.20`).toBe(at20 ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
        expect(fromMiniportOf(30, structure), `${name}, 6.30`).toBe(at30 ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
      }
    },
  );

  enforced("REG-24", "the driver handle from ProtocolBindAdapterEx", {
    by: "client",
    caught: () => {
      const core = new Core();
      core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
        const { driverHandle } = core.client;
        const status = core.client.bind(bindContext);
        if (driverHandle !== null) core.client.ndis.NdisSetOptionalHandlers(driverHandle, core.client.coProtocol());
        return status;
      };
      core.start();
    },
    passes: () => {
      const core = new Core();
      core.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
        const status = core.client.bind(bindContext);
        const set = core.client.ndis.NdisSetOptionalHandlers(core.client.binding, core.client.coProtocol());
        expect(set).toBe(NDIS_STATUS_SUCCESS);
        return status;
      };
      core.start();
    },
  });

  enforced("REG-24", "the binding handle of another protocol", {
    by: "two",
    caught: () => {
      const core = new Core({ clients: ["one", "two"] }).start();
      const [one, two] = core.clients;
      if (one !== undefined) two?.ndis.NdisSetOptionalHandlers(one.binding, two.coProtocol());
    },
    passes: () => {
      const core = new Core({ clients: ["one", "two"] }).start();
      const [, two] = core.clients;
      expect(two?.ndis.NdisSetOptionalHandlers(two.binding, two.coProtocol())).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  enforced("REG-25", "an adapter handle", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
        const asDriver = handle as unknown as Parameters<typeof core.mcm.ndis.NdisSetOptionalHandlers>[0];
        return core.mcm.ndis.NdisSetOptionalHandlers(asDriver, core.mcm.coMiniport());
      };
      core.start();
    },
    passes: () => new Core().start(),
  });

  behaviour(
    "REG-33",
    "the latest entry points are called, also when a call is up already, and for that binding alone",
    () => {
      const core = new Core().start();
      const { client } = core;
      const [first] = [client.binding];
      const af = core.openAf();
      const vc = core.createVc(af);
      core.makeCall(vc);
      expect(startSecondDevice(core)).toBe(NDIS_STATUS_SUCCESS);
      const heard: string[] = [];
      const anew = { ...client.clientHandlers(), ClMakeCallCompleteHandler: () => void heard.push("anew") };
      expect(client.ndis.NdisSetOptionalHandlers(client.binding, anew)).toBe(NDIS_STATUS_SUCCESS);
      core.activate(vc);
      core.completeCall(vc);
      expect(heard).toEqual([]);
      expect(client.calls("ProtocolClMakeCallComplete")).toHaveLength(1);
      const closing = { ...client.clientHandlers(), ClCloseCallCompleteHandler: () => void heard.push("closed") };
      expect(client.ndis.NdisSetOptionalHandlers(first, closing)).toBe(NDIS_STATUS_SUCCESS);
      core.closeCall(vc);
      core.completeClose(vc);
      expect(heard).toEqual(["closed"]);
    },
  );
});
