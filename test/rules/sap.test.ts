import { describe, expect } from "vitest";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { CO_SAP, NdisSapHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { BOB, Side } from "../miniport/two-hosts.ts";
import type { Route } from "../ndis/core-harness.ts";
import { PARAMETERS, PENDING_AS_FINAL, someSap } from "../ndis/core-harness.ts";
import { create, incomingCall, offer, onBoth, open, opened, register, started } from "./routes.ts";
import { behaviour, enforced } from "./rule-case.ts";

/** A core whose call manager has pended a registration. */
function pendedRegistration(route: Route) {
  const { core, af } = opened(route);
  core.manager.on.cm.CmRegisterSapHandler = () => NDIS_STATUS_PENDING;
  const { sap, status } = register(core, af);
  return { core, af, sap, status, handle: core.manager.last("ProtocolCmRegisterSap")[2] as NdisSapHandle };
}

/** A core whose call manager has pended a deregistration. */
function pendedDeregistration(route: Route) {
  const { core, af } = opened(route);
  core.manager.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
  const handle = core.registerSap(af);
  const status = core.client.ndis.NdisClDeregisterSap(handle);
  return { core, af, handle, status };
}

describe("3. SAP: registration", () =>
  onBoth((route) => {
    enforced("SAP-01", "a SAP is registered on an address family that is open", {
      by: "client",
      caught: () => {
        const core = started(route);
        core.manager.on.cm.CmOpenAfHandler = () => NDIS_STATUS_PENDING;
        open(core);
        register(core, core.manager.last("ProtocolCmOpenAf")[2] as Parameters<typeof register>[1]);
      },
      passes: () => {
        const { core, af } = opened(route);
        expect(register(core, af).status).toBe(NDIS_STATUS_SUCCESS);
      },
    });

    behaviour("SAP-02", "ProtocolCmRegisterSap gets the AF context, the SAP, a fresh handle and a slot", () => {
      const { core, af } = opened(route);
      const { handle, sap } = register(core, af);
      const [context, given, named, slot] = core.manager.last("ProtocolCmRegisterSap");
      expect(context).toEqual({ mcmAf: af });
      expect(given).toBe(sap);
      expect(named).toBe(handle);
      expect(slot).toBeInstanceOf(OutParameter);
      expect(register(core, af).handle).not.toBe(handle);
    });

    enforced("SAP-04", "ProtocolCmRegisterSap returns SUCCESS with its context", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmRegisterSapHandler = () => NDIS_STATUS_SUCCESS;
        register(core, af);
      },
      passes: () => {
        const { core, af } = opened(route);
        expect(register(core, af).status).toBe(NDIS_STATUS_SUCCESS);
        core.manager.on.cm.CmRegisterSapHandler = () => NDIS_STATUS_INVALID_DATA;
        expect(register(core, af)).toMatchObject({ status: NDIS_STATUS_INVALID_DATA, handle: null });
        expect(core.live.saps).toBe(1);
      },
    });

    enforced("SAP-05", "a pended registration is completed with a final status", {
      by: route,
      caught: () => {
        const { core, handle } = pendedRegistration(route);
        core.manager.ndis.NdisMCmRegisterSapComplete(PENDING_AS_FINAL, handle, {});
      },
      passes: () => {
        const { core, handle } = pendedRegistration(route);
        core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_SUCCESS, handle, {});
        expect(core.live.saps).toBe(1);
      },
    });

    enforced("SAP-05", "after a registration that failed the handle is invalid, and NDIS has dropped its SAP", {
      by: route,
      caught: () => {
        const { core, af, handle } = pendedRegistration(route);
        core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_INVALID_DATA, handle, null);
        offer(core, handle, core.createIncomingVc(af));
      },
      passes: () => {
        const { core, handle } = pendedRegistration(route);
        core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_INVALID_DATA, handle, null);
        expect(core.live.saps).toBe(0);
      },
    });

    behaviour(
      "SAP-06",
      "ProtocolClRegisterSapComplete brings the client's own SAP, and a handle for SUCCESS only",
      () => {
        for (const status of [NDIS_STATUS_SUCCESS, NDIS_STATUS_INVALID_DATA] as const) {
          const { core, handle, sap } = pendedRegistration(route);
          core.manager.ndis.NdisMCmRegisterSapComplete(status, handle, {});
          const [final, context, own, given] = core.client.last("ProtocolClRegisterSapComplete");
          expect([final, context]).toEqual([status, { sap: "client" }]);
          expect(own).toBe(sap);
          expect(given).toBe(status === NDIS_STATUS_SUCCESS ? handle : null);
        }
      },
    );

    behaviour("SAP-07", "a call is offered to the client on a SAP whose registration is pending", () => {
      const { core, af, handle } = pendedRegistration(route);
      const vc = core.createIncomingVc(af);
      core.activate(vc);
      expect(offer(core, handle, vc)).toBe(NDIS_STATUS_PENDING);
      expect(core.client.last("ProtocolClIncomingCall")).toEqual([{ sap: "client" }, { clientVc: vc }, PARAMETERS]);
      core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_SUCCESS, handle, {});
      core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
      expect(core.manager.calls("ProtocolCmIncomingCallComplete")).toHaveLength(1);
      expect(core.rules).toEqual([]);
    });
  }));

describe("3. SAP: use and deregistration", () =>
  onBoth((route) => {
    enforced("SAP-08", "NdisClDeregisterSap needs the handle of the registration", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.registerSap(af);
        core.client.ndis.NdisClDeregisterSap(someSap() as unknown as NdisSapHandle);
      },
      passes: () => {
        const { core, af } = opened(route);
        expect(core.client.ndis.NdisClDeregisterSap(core.registerSap(af))).toBe(NDIS_STATUS_PENDING);
      },
    });

    enforced("SAP-09", "a call is accepted on the call manager's VC, not on one that the client made for it", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        const sap = core.registerSap(af);
        const own = core.createVc(af);
        const vc = core.createIncomingVc(af);
        core.activate(vc);
        offer(core, sap, vc);
        core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, own, PARAMETERS);
      },
      passes: () => {
        const { core, af } = opened(route);
        incomingCall(core, af);
        expect(core.client.calls("ProtocolClCallConnected")).toHaveLength(1);
      },
    });

    behaviour("SAP-10", "NdisClDeregisterSap returns PENDING, and FAILURE for a SAP that is closing", () => {
      const { core, handle, status } = pendedDeregistration(route);
      expect(status).toBe(NDIS_STATUS_PENDING);
      expect(core.client.ndis.NdisClDeregisterSap(handle)).toBe(NDIS_STATUS_FAILURE);
      const { core: sync, af } = opened(route);
      expect(sync.client.ndis.NdisClDeregisterSap(sync.registerSap(af))).toBe(NDIS_STATUS_PENDING);
    });

    enforced("SAP-11", "the handle is dead after NdisClDeregisterSap", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        const sap = core.registerSap(af);
        core.client.ndis.NdisClDeregisterSap(sap);
        core.client.ndis.NdisClDeregisterSap(sap);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.ndis.NdisClDeregisterSap(core.registerSap(af));
        core.client.ndis.NdisClDeregisterSap(core.registerSap(af));
      },
    });

    enforced("SAP-12", "ProtocolCmDeregisterSap cannot refuse", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_FAILURE;
        core.client.ndis.NdisClDeregisterSap(core.registerSap(af));
      },
      passes: () => {
        const { core, af } = opened(route);
        for (const answer of [NDIS_STATUS_SUCCESS, NDIS_STATUS_PENDING] as const) {
          core.manager.on.cm.CmDeregisterSapHandler = () => answer;
          core.client.ndis.NdisClDeregisterSap(core.registerSap(af));
        }
      },
    });

    enforced("SAP-13", "a pended deregistration is completed with SUCCESS", {
      by: route,
      caught: () => {
        const { core, handle } = pendedDeregistration(route);
        core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_FAILURE, handle);
      },
      passes: () => {
        const { core, handle } = pendedDeregistration(route);
        core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
        expect(core.client.calls("ProtocolClDeregisterSapComplete")).toEqual([
          [NDIS_STATUS_SUCCESS, { sap: "client" }],
        ]);
      },
    });

    enforced("SAP-13", "after the deregistration the handle is invalid for the call manager", {
      by: route,
      caught: () => {
        const { core, af, handle } = pendedDeregistration(route);
        core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
        offer(core, handle, core.createIncomingVc(af));
      },
      passes: () => {
        const { core, af, handle } = pendedDeregistration(route);
        core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
        offer(core, core.registerSap(af), core.createIncomingVc(af));
      },
    });

    behaviour("SAP-14", "a call that came in on the SAP, and its VC, stay as they are", () => {
      const { core, af } = opened(route);
      const sap = core.registerSap(af);
      const vc = incomingCall(core, af, sap);
      const before = core.live.vcs;
      core.client.ndis.NdisClDeregisterSap(sap);
      expect(core.live).toMatchObject({ saps: 0, vcs: before, activeVcs: 1 });
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
    });

    behaviour("SAP-15", "with the address family closing the final status of a deregistration is FAILURE", () => {
      const { core, af, handle } = pendedDeregistration(route);
      core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
      core.client.ndis.NdisClCloseAddressFamily(af);
      core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
      expect(core.client.calls("ProtocolClDeregisterSapComplete")).toEqual([[NDIS_STATUS_FAILURE, { sap: "client" }]]);
    });

    behaviour("SAP-16", "several SAPs with one call manager, or none and calls all the same", () => {
      const { core, af } = opened(route);
      const saps = [register(core, af), register(core, af), register(core, af)].map(({ handle }) => handle);
      expect(new Set(saps).size).toBe(3);
      expect(core.live.saps).toBe(3);
      const other = opened(route);
      other.core.connectedVc(other.af);
      expect(other.core.live).toMatchObject({ saps: 0, activeVcs: 1 });
    });

    behaviour("SAP-17", "a SAP is registered for a PVC that is there already", () => {
      const { core, af } = opened(route);
      const pvc = core.createIncomingVc(af);
      core.activate(pvc);
      const { status, handle } = register(core, af);
      expect(status).toBe(NDIS_STATUS_SUCCESS);
      if (handle === null) throw new Error("no SAP");
      expect(offer(core, handle, pvc)).toBe(NDIS_STATUS_PENDING);
      expect(core.rules).toEqual([]);
    });

    behaviour("SAP-01", "without the verifier a SAP is refused on an address family that is not open", () => {
      const { core, af } = opened(route, { verifier: false });
      core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
      core.client.ndis.NdisClCloseAddressFamily(af);
      expect(register(core, af)).toMatchObject({ status: NDIS_STATUS_FAILURE, handle: null });
      expect(create(core, af)).toEqual({ status: NDIS_STATUS_FAILURE, handle: null });
      expect(core.live).toMatchObject({ saps: 0, vcs: 0 });
    });
  }));

describe("3. SAP: the reference MCM", () => {
  behaviour(
    "SAP-03",
    "a SAP that another client holds gets INVALID_DATA, and so does one that is not understood",
    () => {
      const { plan } = new Side("bob", BOB, { listen: "none" });
      const clients = [new AtmClient("one", { sendBuffers: 4 }), new AtmClient("two", { sendBuffers: 4 })] as const;
      const lab = new Laboratory({
        frameMemoryBytes: 8 << 20,
        frameCapacity: 1_024,
        hosts: [{ ...plan, memoryBytes: 24 << 20, clients: clients.map(({ image }) => image) }],
      });
      lab.start();
      lab.runUntil(() => clients[0].binding?.sapStatus !== null && clients[1].binding?.sapStatus !== null, 1e9);
      expect(clients.map(({ binding }) => binding?.sapStatus)).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_INVALID_DATA]);
      const { binding } = clients[1];
      if (binding === null || binding.afHandle === null) throw new Error("no address family");
      const odd: CO_SAP = { SapType: 0x7777, SapLength: 4, Sap: new Uint8Array(4) };
      const status = binding.ndis.NdisClRegisterSap(binding.afHandle, {}, odd, new OutParameter<NdisSapHandle>());
      expect(status).toBe(NDIS_STATUS_INVALID_DATA);
      expect(lab.bugCheck).toBeNull();
    },
  );
});
