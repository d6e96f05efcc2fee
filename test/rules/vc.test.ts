import { describe, expect } from "vitest";
import type { NDIS_STATUS_FINAL, NdisAfHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_CLOSING,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OID_CO_ADD_PVC,
  OID_CO_DELETE_PVC,
  OutParameter,
} from "../../src/ndis/index.ts";
import { connected } from "../miniport/two-hosts.ts";
import type { Core, Route } from "../ndis/core-harness.ts";
import { broken, PARAMETERS, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import { create, createIncoming, incomingCall, indicate, offer, onBoth, opened, send } from "./routes.ts";
import { behaviour, enforced } from "./rule-case.ts";

/** Who is asked when a VC comes or goes, by side. */
function asked(core: Core, what: "Create" | "Delete") {
  return {
    client: core.client.calls(`ProtocolCo${what}Vc`).length,
    manager: core.manager.calls(`ProtocolCo${what}Vc`).length,
    miniport: core.manager.calls(`MiniportCo${what}Vc`).length,
  };
}

const atMiniport = (route: Route): number => (route === "cm" ? 1 : 0);

/** A VC of the call manager's own, without a client. */
function ownVc(core: Core): NdisVcHandle {
  const out = new OutParameter<NdisVcHandle>();
  core.callManager.ndis.NdisCoCreateVc(core.callManager.binding, null, { vc: "signalling" }, out);
  if (out.Value === null) throw new Error("no VC");
  return out.Value;
}

/** An offer that the client has rejected, on a VC that is active. */
function rejected(route: Route) {
  const { core, af } = opened(route);
  const sap = core.registerSap(af);
  const vc = core.createIncomingVc(af);
  core.activate(vc);
  core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_FAILURE;
  offer(core, sap, vc);
  core.client.ndis.NdisClDeregisterSap(sap);
  return { core, af, vc };
}

describe("4. VC: creation by the client", () =>
  onBoth((route) => {
    enforced("VC-01", "a client's VC is created on an address family", {
      by: "client",
      caught: () => create(opened(route).core, null),
      passes: () => {
        const { core, af } = opened(route);
        const { handle } = create(core, af);
        if (handle === null) throw new Error("no VC");
        expect(core.makeCall(handle)).toBe(NDIS_STATUS_PENDING);
      },
    });

    enforced("VC-01", "a call is made on a VC that NdisCoCreateVc gave", {
      by: "client",
      caught: () => {
        const { core } = opened(route);
        core.makeCall({} as NdisVcHandle);
      },
      passes: () => {
        const { core, af } = opened(route);
        expect(core.makeCall(core.createVc(af))).toBe(NDIS_STATUS_PENDING);
      },
    });

    enforced("VC-06", "the variable for the handle is NULL before", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        const out = new OutParameter<NdisVcHandle>();
        out.Value = core.createVc(af);
        core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out);
      },
      passes: () => {
        const { core, af } = opened(route);
        const out = new OutParameter<NdisVcHandle>();
        core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out);
        out.Value = null;
        core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out);
      },
    });

    behaviour("VC-08", "SUCCESS, RESOURCES, FAILURE for a bad AF handle, and the miniport's own error", () => {
      const { core, af } = opened(route, { verifier: false });
      expect(create(core, af).status).toBe(NDIS_STATUS_SUCCESS);
      expect(create(core, {} as NdisAfHandle)).toEqual({ status: NDIS_STATUS_FAILURE, handle: null });
      core.manager.on.co.CoCreateVcHandler = () => NDIS_STATUS_RESOURCES;
      expect(create(core, af).status).toBe(route === "cm" ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS);
      core.manager.on.cm.CmCreateVcHandler = () => NDIS_STATUS_NOT_ACCEPTED;
      expect(create(core, af)).toEqual({ status: NDIS_STATUS_NOT_ACCEPTED, handle: null });
    });

    enforced("VC-09", "a call manager does not pend ProtocolCoCreateVc", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmCreateVcHandler = () => PENDING_AS_FINAL;
        create(core, af);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmCreateVcHandler = () => NDIS_STATUS_RESOURCES;
        expect(create(core, af).status).toBe(NDIS_STATUS_RESOURCES);
      },
    });

    behaviour("VC-09", "a VC whose creation was pended is unusable, and NDIS deletes it", () => {
      const { core, af } = opened(route, { verifier: false });
      core.manager.on.cm.CmCreateVcHandler = () => PENDING_AS_FINAL;
      expect(create(core, af)).toEqual({ status: NDIS_STATUS_FAILURE, handle: null });
      const stale = core.manager.last("ProtocolCoCreateVc")[1] as NdisVcHandle;
      expect(core.makeCall(stale)).toBe(NDIS_STATUS_FAILURE);
      expect(core.live.vcs).toBe(0);
    });

    enforced("VC-11", "a call manager that accepts a VC gives its context", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmCreateVcHandler = () => NDIS_STATUS_SUCCESS;
        create(core, af);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.makeCall(core.createVc(af));
        expect(core.manager.last("ProtocolCmMakeCall")[0]).toHaveProperty("mcmVc");
      },
    });

    enforced("VC-12", "no call is begun in ProtocolCoCreateVc", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.manager.on.cm.CmCreateVcHandler = (_af, vc, slot) => {
          slot.Value = { vc };
          core.activate(vc);
          return NDIS_STATUS_SUCCESS;
        };
        create(core, af);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.connectedVc(af);
      },
    });
  }));

describe("4. VC: creation by the call manager", () =>
  onBoth((route) => {
    enforced("VC-04", "a call is dispatched on a VC that was created for it", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        offer(core, core.registerSap(af), {} as NdisVcHandle);
      },
      passes: () => {
        const { core, af } = opened(route);
        incomingCall(core, af);
      },
    });

    enforced("VC-06", "the variable for the handle is NULL before, also in a call manager", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        const out = new OutParameter<NdisVcHandle>();
        out.Value = core.createIncomingVc(af);
        core.manager.ndis.NdisMCmCreateVc(core.manager.handle, af, {}, out);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.createIncomingVc(af);
        core.createIncomingVc(af);
      },
    });

    enforced("VC-09", "a client does not pend ProtocolCoCreateVc", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClCreateVcHandler = () => PENDING_AS_FINAL;
        createIncoming(core, af);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClCreateVcHandler = () => NDIS_STATUS_RESOURCES;
        expect(createIncoming(core, af).status).toBe(NDIS_STATUS_RESOURCES);
      },
    });

    enforced("VC-11", "a client that accepts a VC gives its context", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClCreateVcHandler = () => NDIS_STATUS_SUCCESS;
        createIncoming(core, af);
      },
      passes: () => {
        const { core, af } = opened(route);
        const vc = core.createIncomingVc(af);
        offer(core, core.registerSap(af), vc);
        expect(core.client.last("ProtocolClIncomingCall")[1]).toEqual({ clientVc: vc });
      },
    });

    enforced("VC-12", "no call is begun in the client's ProtocolCoCreateVc", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClCreateVcHandler = (_af, vc, slot) => {
          slot.Value = { vc };
          core.closeCall(vc);
          return NDIS_STATUS_SUCCESS;
        };
        createIncoming(core, af);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.closeCall(incomingCall(core, af));
      },
    });
  }));

describe("4. VC: who is asked", () => {
  behaviour("VC-02", "under a stand-alone call manager it and the miniport are asked before the call returns", () => {
    const { core, af } = opened("cm");
    const before = core.order.length;
    const vc = core.createVc(af);
    expect(core.order.slice(before)).toEqual(["ProtocolCoCreateVc", "MiniportCoCreateVc"]);
    expect(asked(core, "Create")).toEqual({ client: 0, manager: 1, miniport: 1 });
    expect(core.manager.last("ProtocolCoCreateVc")[1]).toBe(vc);
    expect(core.manager.last("MiniportCoCreateVc")[1]).toBe(vc);
  });

  behaviour("VC-03", "under an MCM only its ProtocolCoCreateVc is asked", () => {
    const { core, af } = opened("mcm");
    core.createVc(af);
    expect(asked(core, "Create")).toEqual({ client: 0, manager: 1, miniport: 0 });
  });

  behaviour("VC-05", "NdisMCmCreateVc asks the client's ProtocolCoCreateVc, and nothing in the MCM", () => {
    const { core, af } = opened("mcm");
    const vc = core.createIncomingVc(af);
    expect(asked(core, "Create")).toEqual({ client: 1, manager: 0, miniport: 0 });
    expect(core.client.last("ProtocolCoCreateVc").slice(0, 2)).toEqual([{ af: "client" }, vc]);
  });

  behaviour("VC-07", "SUCCESS, RESOURCES, FAILURE for a bad AF handle, and the client's own error", () => {
    const { core, af } = opened("mcm", { verifier: false });
    expect(createIncoming(core, af).status).toBe(NDIS_STATUS_SUCCESS);
    expect(createIncoming(core, {} as NdisAfHandle)).toEqual({ status: NDIS_STATUS_FAILURE, handle: null });
    for (const answer of [NDIS_STATUS_RESOURCES, NDIS_STATUS_NOT_ACCEPTED] as const) {
      core.client.on.cl.ClCreateVcHandler = () => answer;
      expect(createIncoming(core, af)).toEqual({ status: answer, handle: null });
    }
    expect(core.live.vcs).toBe(1);
  });

  for (const name of ["CoCreateVcHandler", "CoDeleteVcHandler"] as const) {
    enforced("VC-10", "a miniport that pends MiniportCoCreateVc or MiniportCoDeleteVc is fatal", {
      by: "miniport",
      caught: () => {
        const { core, af } = opened("cm", { verifier: false });
        core.miniport.on.co[name] = () => PENDING_AS_FINAL;
        core.client.ndis.NdisCoDeleteVc(core.createVc(af));
      },
      passes: () => {
        const { core, af } = opened("cm", { verifier: false });
        expect(core.client.ndis.NdisCoDeleteVc(core.createVc(af))).toBe(NDIS_STATUS_SUCCESS);
      },
    });
  }

  enforced("VC-11", "a miniport that accepts a VC gives its context", {
    by: "miniport",
    caught: () => {
      const { core, af } = opened("cm");
      core.miniport.on.co.CoCreateVcHandler = () => NDIS_STATUS_SUCCESS;
      create(core, af);
    },
    passes: () => {
      const { core, af } = opened("cm");
      send(core, core.connectedVc(af));
      expect(core.miniport.last("MiniportCoSendNetBufferLists")[0]).toHaveProperty("miniportVc");
    },
  });
});

describe("4. VC: VCs for signalling", () => {
  enforced("VC-13", "an MCM makes its signalling VCs without NDIS", {
    by: "mcm",
    caught: () => createIncoming(opened("mcm").core, null as unknown as NdisAfHandle),
    passes: () => {
      const { core, af } = opened("mcm");
      createIncoming(core, af);
    },
  });

  behaviour("VC-13", "NDIS sees no VC of the reference MCM but the call's, though it signals", () => {
    const { pair } = connected();
    expect(pair.alice.host.ndis.live).toMatchObject({ vcs: 1, activeVcs: 1 });
    expect(pair.bob.host.ndis.live).toMatchObject({ vcs: 1, activeVcs: 1 });
  });

  behaviour("VC-14", "a call manager's own VC: created without an AF, activated, used, deactivated and deleted", () => {
    const { core } = opened("cm");
    const { ndis } = core.callManager;
    const before = core.order.length;
    const vc = ownVc(core);
    ndis.NdisCmActivateVc(vc, PARAMETERS);
    const lists = core.client.lists(1, vc);
    ndis.NdisCoSendNetBufferLists(vc, lists, 0);
    core.miniport.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
    core.miniport.ndis.NdisMCoIndicateReceiveNetBufferLists(
      vc,
      core.client.lists(1, vc),
      1,
      NDIS_RECEIVE_FLAGS_RESOURCES,
    );
    ndis.NdisCmDeactivateVc(vc);
    expect(ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.order.slice(before)).toEqual([
      "MiniportCoCreateVc",
      "MiniportCoActivateVc",
      "MiniportCoSendNetBufferLists",
      "ProtocolCoSendNetBufferListsComplete",
      "ProtocolCoReceiveNetBufferLists",
      "MiniportCoDeactivateVc",
      "MiniportCoDeleteVc",
    ]);
    expect(core.live.vcs).toBe(0);
  });

  enforced("VC-15", "client data travel on a VC that NDIS knows", {
    by: "mcm",
    caught: () => {
      const { core, af } = opened("mcm");
      const lists = core.client.lists(1, core.connectedVc(af));
      core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists({ internal: 7 } as unknown as NdisVcHandle, lists, 1, 0);
    },
    passes: () => {
      const { core, af } = opened("mcm");
      indicate(core, core.connectedVc(af));
    },
  });
});

describe("4. VC: deletion", () =>
  onBoth((route) => {
    enforced("VC-16", "a call manager does not delete the client's VC", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        core.manager.ndis.NdisMCmDeleteVc(core.createVc(af));
      },
      passes: () => {
        const { core, af } = opened(route);
        core.manager.ndis.NdisMCmDeleteVc(core.createIncomingVc(af));
      },
    });

    enforced("VC-16", "a client does not delete the call manager's VC", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.client.ndis.NdisCoDeleteVc(core.createIncomingVc(af));
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.ndis.NdisCoDeleteVc(core.createVc(af));
      },
    });

    enforced("VC-17", "a client deletes its VC instead of closing the call, and goes", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        const vc = core.connectedVc(af);
        core.client.ndis.NdisCoDeleteVc(vc);
        core.stop();
      },
      passes: () => {
        const { core, af } = opened(route);
        core.endCall(core.connectedVc(af));
        core.client.ndis.NdisClCloseAddressFamily(af);
        core.stop();
      },
    });

    enforced("VC-17", "a call manager deletes the VC of a rejected offer without deactivating it, and goes", {
      by: route,
      caught: () => {
        const { core, vc } = rejected(route);
        core.manager.ndis.NdisMCmDeleteVc(vc);
        core.stop();
      },
      passes: () => {
        const { core, af, vc } = rejected(route);
        core.deactivate(vc);
        core.manager.ndis.NdisMCmDeleteVc(vc);
        core.client.ndis.NdisClCloseAddressFamily(af);
        core.stop();
      },
    });

    behaviour("VC-17", "who asks too early gets NOT_ACCEPTED, and is told; a client whose call is over is not", () => {
      const { core, af } = opened(route);
      const vc = core.createVc(af);
      core.makeCall(vc);
      core.activate(vc);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      expect(core.violations).toEqual([{ rule: "VC-17", owner: "client" }]);
      core.completeCall(vc, NDIS_STATUS_FAILURE);
      // The call manager has not deactivated it.
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      expect(core.violations).toHaveLength(1);
    });

    behaviour("VC-17", "a VC with a call, or that is active, is not deleted", () => {
      const { core, af } = opened(route);
      const remove = (vc: NdisVcHandle) => core.client.ndis.NdisCoDeleteVc(vc);
      const vc = core.createVc(af);
      core.makeCall(vc);
      expect(remove(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      core.activate(vc);
      core.completeCall(vc);
      expect(remove(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      core.closeCall(vc);
      core.deactivate(vc);
      expect(remove(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      core.completeClose(vc);
      expect(remove(vc)).toBe(NDIS_STATUS_SUCCESS);
    });

    behaviour("VC-18", "NdisMCmDeleteVc: NOT_ACCEPTED while the VC is active, else SUCCESS", () => {
      const { core, af } = opened(route);
      const vc = core.createIncomingVc(af);
      core.activate(vc);
      expect(core.manager.ndis.NdisMCmDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      core.deactivate(vc);
      expect(core.manager.ndis.NdisMCmDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    });

    behaviour("VC-19", "NdisCoDeleteVc: NOT_ACCEPTED while active, CLOSING while a deactivation is pending", () => {
      const { core, af } = opened(route);
      const vc = core.connectedVc(af);
      const remove = () => core.client.ndis.NdisCoDeleteVc(vc);
      core.closeCall(vc);
      core.completeClose(vc);
      expect(remove()).toBe(NDIS_STATUS_NOT_ACCEPTED);
      core.manager.on.co.CoDeactivateVcHandler = () => NDIS_STATUS_PENDING;
      core.deactivate(vc);
      if (route === "cm") {
        expect(remove()).toBe(NDIS_STATUS_CLOSING);
        core.miniport.ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_SUCCESS, vc);
      }
      expect(remove()).toBe(NDIS_STATUS_SUCCESS);
    });

    behaviour("VC-20", "the other party's ProtocolCoDeleteVc runs, and MiniportCoDeleteVc without an MCM", () => {
      const { core, af } = opened(route);
      core.client.ndis.NdisCoDeleteVc(core.createVc(af));
      expect(asked(core, "Delete")).toEqual({ client: 0, manager: 1, miniport: atMiniport(route) });
      core.manager.ndis.NdisMCmDeleteVc(core.createIncomingVc(af));
      expect(asked(core, "Delete")).toEqual({ client: 1, manager: 1, miniport: 2 * atMiniport(route) });
    });

    enforced("VC-21", "a call manager does not pend ProtocolCoDeleteVc", {
      by: route,
      caught: () => deletionAnswered(route, PENDING_AS_FINAL),
      passes: () => {
        expect(deletionAnswered(route, NDIS_STATUS_NOT_ACCEPTED)).toEqual([NDIS_STATUS_NOT_ACCEPTED, 1]);
        expect(deletionAnswered(route, NDIS_STATUS_FAILURE)).toEqual([NDIS_STATUS_FAILURE, 1]);
      },
    });

    enforced("VC-21", "a client does not pend ProtocolCoDeleteVc", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClDeleteVcHandler = () => PENDING_AS_FINAL;
        core.manager.ndis.NdisMCmDeleteVc(core.createIncomingVc(af));
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.on.cl.ClDeleteVcHandler = () => NDIS_STATUS_NOT_ACCEPTED;
        expect(core.manager.ndis.NdisMCmDeleteVc(core.createIncomingVc(af))).toBe(NDIS_STATUS_NOT_ACCEPTED);
      },
    });

    enforced("VC-22", "the handle is dead after the deletion, for who deleted it", {
      by: "client",
      caught: () => {
        const { core, af } = opened(route);
        const vc = core.createVc(af);
        core.client.ndis.NdisCoDeleteVc(vc);
        core.makeCall(vc);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.client.ndis.NdisCoDeleteVc(core.createVc(af));
        core.makeCall(core.createVc(af));
      },
    });

    enforced("VC-22", "the handle is dead after the deletion, for the other side, too", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        const vc = core.createVc(af);
        core.makeCall(vc);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
        core.client.ndis.NdisCoDeleteVc(vc);
        core.activate(vc);
      },
      passes: () => {
        const { core, af } = opened(route);
        const vc = core.createVc(af);
        core.makeCall(vc);
        core.activate(vc);
      },
    });
  }));

function deletionAnswered(route: Route, answer: NDIS_STATUS_FINAL) {
  const { core, af } = opened(route);
  core.manager.on.cm.CmDeleteVcHandler = () => answer;
  return [core.client.ndis.NdisCoDeleteVc(core.createVc(af)), core.live.vcs];
}

describe("4. VC: use", () =>
  onBoth((route) => {
    behaviour("VC-23", "a deactivated VC whose call is closed takes another call", () => {
      const { core, af } = opened(route);
      const vc = core.connectedVc(af);
      core.closeCall(vc);
      core.completeClose(vc);
      core.deactivate(vc);
      expect(core.makeCall(vc)).toBe(NDIS_STATUS_PENDING);
      const sap = core.registerSap(af);
      const incoming = incomingCall(core, af, sap);
      core.closeCall(incoming);
      core.completeClose(incoming);
      core.deactivate(incoming);
      core.activate(incoming);
      expect(offer(core, sap, incoming)).toBe(NDIS_STATUS_PENDING);
      expect(core.rules).toEqual([]);
    });

    behaviour("VC-27", "PVCs are added and deleted by OID, and used as an incoming call", () => {
      const { core, af } = opened(route);
      const { ndis, binding } = core.client;
      const statuses = [OID_CO_ADD_PVC, OID_CO_DELETE_PVC].map((Oid) => {
        const request = NDIS_OID_REQUEST({ RequestType: NDIS_REQUEST_TYPE.NdisRequestSetInformation, DATA: { Oid } });
        return ndis.NdisCoOidRequest(binding, af, null, null, request);
      });
      expect(statuses).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS]);
      const requests = core.manager.calls("ProtocolCoOidRequest").map((args) => args.at(-1)) as NDIS_OID_REQUEST[];
      expect(requests.map(({ DATA }) => DATA.Oid)).toEqual([OID_CO_ADD_PVC, OID_CO_DELETE_PVC]);
      incomingCall(core, af);
      expect(core.live.activeVcs).toBe(1);
    });

    behaviour("VC-28", "a thousand VCs active at once on one adapter, each with its own data", () => {
      const { core, af } = opened(route);
      const vcs = Array.from({ length: 1_000 }, () => core.connectedVc(af));
      expect(core.live).toMatchObject({ vcs: 1_000, activeVcs: 1_000 });
      for (const vc of [vcs[0], vcs[499], vcs[999]]) {
        if (vc === undefined) throw new Error("a thousand VCs");
        send(core, vc);
        expect(core.manager.last("MiniportCoSendNetBufferLists")[0]).toEqual(
          route === "mcm" ? { mcmVc: vc } : { miniportVc: vc },
        );
      }
    });

    behaviour("CNC-07", "the peer's callback has returned when the create or delete returns", () => {
      const { core, af } = opened(route);
      const done: string[] = [];
      core.manager.on.cm.CmCreateVcHandler = (_af, vc, slot) => {
        slot.Value = { vc };
        done.push("created");
        return NDIS_STATUS_SUCCESS;
      };
      core.manager.on.cm.CmDeleteVcHandler = () => {
        done.push("deleted");
        return NDIS_STATUS_SUCCESS;
      };
      const vc = core.createVc(af);
      done.push("create returns");
      core.client.ndis.NdisCoDeleteVc(vc);
      done.push("delete returns");
      expect(done).toEqual(["created", "create returns", "deleted", "delete returns"]);
    });

    behaviour("MEM-03", "the client's VC context comes back after the close, until the VC is deleted", () => {
      const { core, af } = opened(route);
      const sap = core.registerSap(af);
      const vc = incomingCall(core, af, sap);
      core.closeCall(vc);
      core.completeClose(vc);
      core.deactivate(vc);
      offer(core, sap, vc);
      expect(core.client.last("ProtocolClIncomingCall")[1]).toEqual({ clientVc: vc });
      core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS);
      core.manager.ndis.NdisMCmDeleteVc(vc);
      expect(core.client.last("ProtocolCoDeleteVc")).toEqual([{ clientVc: vc }]);
    });
  }));

describe("4. VC: memory", () => {
  enforced("MEM-12", "MiniportCoDeleteVc that refuses keeps the context of MiniportCoCreateVc", {
    by: "miniport",
    caught: () => {
      const { core, af } = opened("cm");
      core.miniport.on.co.CoDeleteVcHandler = () => NDIS_STATUS_NOT_ACCEPTED;
      core.client.ndis.NdisCoDeleteVc(core.createVc(af));
    },
    passes: () => {
      const { core, af } = opened("cm");
      core.client.ndis.NdisCoDeleteVc(core.createVc(af));
      expect(core.miniport.last("MiniportCoDeleteVc")[0]).toHaveProperty("miniportVc");
    },
  });

  behaviour("VC-22", "without the verifier a dead handle does nothing", () => {
    for (const route of ROUTES) {
      const { core, af } = opened(route, { verifier: false });
      const vc = core.createVc(af);
      core.client.ndis.NdisCoDeleteVc(vc);
      expect(core.makeCall(vc)).toBe(NDIS_STATUS_FAILURE);
      expect(core.activate(vc)).toBe(NDIS_STATUS_FAILURE);
      expect(broken(() => core.completeCall(vc))).toBe("nothing");
      expect(core.live).toMatchObject({ vcs: 0, activeVcs: 0 });
    }
  });
});
