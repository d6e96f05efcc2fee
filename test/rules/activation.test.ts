import { describe, expect } from "vitest";
import type { NDIS_STATUS, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  CO_CALL_MANAGER_PARAMETERS,
  CO_CALL_PARAMETERS,
  CO_MEDIA_PARAMETERS,
  FLOWSPEC,
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
  ROUND_DOWN_FLOW,
  ROUND_UP_FLOW,
} from "../../src/ndis/index.ts";
import type { Core, Route } from "../ndis/core-harness.ts";
import { listArray, PARAMETERS, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import { incomingCall, indicate, offer, onBoth, opened, send } from "./routes.ts";
import { behaviour, enforced } from "./rule-case.ts";

/** Call parameters with a rate, and with flags for the miniport. */
function asking(rate: number, flags = 0): CO_CALL_PARAMETERS {
  const flow = FLOWSPEC({ TokenRate: rate });
  return CO_CALL_PARAMETERS({
    CallMgrParameters: CO_CALL_MANAGER_PARAMETERS({ Transmit: flow, Receive: FLOWSPEC() }),
    MediaParameters: CO_MEDIA_PARAMETERS({ Flags: flags }),
  });
}

/** A miniport that activates at this rate, whatever it is asked for. */
function roundsTo(core: Core, rate: number): void {
  core.miniport.on.co.CoActivateVcHandler = (_vc, parameters) => {
    if (parameters.CallMgrParameters !== null) parameters.CallMgrParameters.Transmit.TokenRate = rate;
    return NDIS_STATUS_SUCCESS;
  };
}

/** A call manager's own VC, inactive. */
function ownVc(core: Core): NdisVcHandle {
  const out = new OutParameter<NdisVcHandle>();
  core.callManager.ndis.NdisCoCreateVc(core.callManager.binding, null, { vc: "own" }, out);
  if (out.Value === null) throw new Error("no VC");
  return out.Value;
}

/** A core of the stand-alone route whose miniport has pended an activation. */
function pendedActivation() {
  const { core, af } = opened("cm");
  const vc = core.createIncomingVc(af);
  core.miniport.on.co.CoActivateVcHandler = () => NDIS_STATUS_PENDING;
  const status = core.activate(vc);
  return { core, vc, status };
}

/** A change of the QoS that was activated already when the network refused it, and the activations that follow. */
function unmetChange(route: Route, after: readonly CO_CALL_PARAMETERS[]) {
  const { core, af } = opened(route);
  const vc = core.connectedVc(af);
  const { ndis } = core.manager;
  ndis.NdisMCmActivateVc(vc, asking(100));
  core.client.ndis.NdisClModifyCallQoS(vc, asking(200));
  for (const parameters of [asking(200), ...after]) ndis.NdisMCmActivateVc(vc, parameters);
  ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_FAILURE, vc, asking(100));
  return { core, vc };
}

/** A miniport that completes an activation from inside its handler, and then returns `status`. */
function activatedInside(status: NDIS_STATUS) {
  const { core, af } = opened("cm");
  const vc = core.createIncomingVc(af);
  core.miniport.on.co.CoActivateVcHandler = (_vc, parameters) => {
    core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, parameters);
    return status;
  };
  core.activate(vc);
  return { core, vc };
}

/** The same of a deactivation. */
function deactivatedInside(status: NDIS_STATUS): Core {
  const { core, vc } = activatedInside(NDIS_STATUS_PENDING);
  core.miniport.on.co.CoDeactivateVcHandler = () => {
    core.miniport.ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_SUCCESS, vc);
    return status;
  };
  core.deactivate(vc);
  return core;
}

function closedVc(core: Core, vc: NdisVcHandle): NdisVcHandle {
  core.closeCall(vc);
  core.completeClose(vc);
  return vc;
}

describe("5. Activation: when", () => {
  enforced("ACT-01", "an MCM activates before data move", {
    by: "mcm",
    caught: () => {
      const { core, af } = opened("mcm");
      const vc = core.createVc(af);
      core.makeCall(vc);
      indicate(core, vc);
    },
    passes: () => {
      const { core, af } = opened("mcm");
      const vc = core.createVc(af);
      core.makeCall(vc);
      core.activate(vc);
      indicate(core, vc);
    },
  });

  behaviour(
    "ACT-02",
    "NdisCmActivateVc drives MiniportCoActivateVc with the parameters, and data move after it",
    () => {
      const { core, af } = opened("cm");
      const vc = core.createVc(af);
      core.makeCall(vc);
      expect(core.callManager.ndis.NdisCmActivateVc(vc, PARAMETERS)).toBe(NDIS_STATUS_SUCCESS);
      expect(core.miniport.calls("MiniportCoActivateVc")).toEqual([[{ miniportVc: vc }, PARAMETERS]]);
      core.completeCall(vc);
      indicate(core, vc);
      expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
    },
  );

  behaviour("ACT-03", "NdisMCmActivateVc calls nobody", () => {
    const { core, af } = opened("mcm");
    const vc = core.createIncomingVc(af);
    const before = core.order.length;
    expect(core.activate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.order.slice(before)).toEqual([]);
    expect(core.live.activeVcs).toBe(1);
  });

  behaviour("ACT-16", "NdisMCmDeactivateVc: SUCCESS, then NOT_ACCEPTED; it does not pend", () => {
    const { core, af } = opened("mcm");
    const vc = closedVc(core, core.connectedVc(af));
    const before = core.order.length;
    expect([core.deactivate(vc), core.deactivate(vc)]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_NOT_ACCEPTED]);
    expect(core.order.slice(before)).toEqual([]);
  });
});

describe("5. Activation: calls", () =>
  onBoth((route) => {
    enforced("ACT-04", "an outgoing call's VC is activated while the call is being made", {
      by: route,
      citing: "OUT-09",
      caught: () => {
        const { core, af } = opened(route);
        const vc = core.createVc(af);
        core.makeCall(vc);
        core.completeCall(vc);
      },
      passes: () => {
        const { core, af } = opened(route);
        core.connectedVc(af);
      },
    });

    behaviour("ACT-05", "an offer on an inactive VC is taken, and suspect", () => {
      const { core, af } = opened(route);
      const sap = core.registerSap(af);
      expect(offer(core, sap, core.createIncomingVc(af))).toBe(NDIS_STATUS_PENDING);
      expect(core.violations).toEqual([{ rule: "ACT-05", owner: route }]);
      const active = core.createIncomingVc(af);
      core.activate(active);
      expect(offer(core, sap, active)).toBe(NDIS_STATUS_PENDING);
      expect(core.violations).toHaveLength(1);
    });

    enforced("ACT-05", "the VC is active when the call is reported connected", {
      by: route,
      caught: () => {
        const { core, af } = opened(route);
        const vc = core.createIncomingVc(af);
        offer(core, core.registerSap(af), vc);
        core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
        core.manager.ndis.NdisMCmDispatchCallConnected(vc);
      },
      passes: () => {
        const { core, af } = opened(route);
        const vc = core.createIncomingVc(af);
        offer(core, core.registerSap(af), vc);
        core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
        core.activate(vc);
        core.manager.ndis.NdisMCmDispatchCallConnected(vc);
      },
    });

    behaviour("ACT-06", "a live call's VC is activated again, and stays connected", () => {
      const { core, af } = opened(route);
      const vc = core.connectedVc(af);
      expect([core.activate(vc), core.activate(vc)]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS]);
      expect(core.live.activeVcs).toBe(1);
      send(core, vc);
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
    });

    enforced("ACT-07", "new parameters of a call are told by an activation, before the client's request is completed", {
      by: route,
      citing: "QOS-03",
      caught: () => {
        const { core, af } = opened(route);
        const vc = core.connectedVc(af);
        core.client.ndis.NdisClModifyCallQoS(vc, asking(200));
        core.manager.ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, asking(200));
      },
      passes: () => {
        const { core, af } = opened(route);
        const vc = core.connectedVc(af);
        core.client.ndis.NdisClModifyCallQoS(vc, asking(200));
        core.manager.ndis.NdisMCmActivateVc(vc, asking(200));
        core.manager.ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, asking(200));
        expect(core.client.calls("ProtocolClModifyCallQoSComplete")).toHaveLength(1);
      },
    });

    enforced(
      "ACT-07",
      "new parameters of the remote party are told by an activation, before the client hears of them",
      {
        by: route,
        citing: "QOS-09",
        caught: () => {
          const { core, af } = opened(route);
          core.manager.ndis.NdisMCmDispatchIncomingCallQoSChange(core.connectedVc(af), asking(200));
        },
        passes: () => {
          const { core, af } = opened(route);
          const vc = core.connectedVc(af);
          core.manager.ndis.NdisMCmActivateVc(vc, asking(200));
          core.manager.ndis.NdisMCmDispatchIncomingCallQoSChange(vc, asking(200));
          expect(core.client.calls("ProtocolClIncomingCallQoSChange")).toHaveLength(1);
        },
      },
    );

    behaviour("ACT-08", "after a status other than PENDING nobody calls the activate and deactivate completion", () => {
      const { core, af } = opened(route);
      const vc = core.createIncomingVc(af);
      expect([core.activate(vc), core.deactivate(vc)]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS]);
      expect(core.manager.calls("ProtocolCmActivateVcComplete")).toEqual([]);
      expect(core.manager.calls("ProtocolCmDeactivateVcComplete")).toEqual([]);
    });

    enforced(
      "ACT-15",
      "a change that cannot be met: the earlier parameters hold again, the client is told, data go on",
      {
        by: route,
        citing: "QOS-04",
        caught: () => unmetChange(route, []),
        passes: () => {
          const { core, vc } = unmetChange(route, [asking(100)]);
          expect(core.client.last("ProtocolClModifyCallQoSComplete")[0]).toBe(NDIS_STATUS_FAILURE);
          send(core, vc);
          indicate(core, vc);
          expect(core.live).toMatchObject({ sentNetBufferLists: 1, indicatedNetBufferLists: 1, activeVcs: 1 });
        },
      },
    );

    behaviour(
      "ACT-19",
      "deactivation deletes nothing: the handle is good, and new parameters activate the VC again",
      () => {
        const { core, af } = opened(route);
        const vc = core.createIncomingVc(af);
        core.activate(vc);
        core.deactivate(vc);
        expect(core.live).toMatchObject({ vcs: 1, activeVcs: 0 });
        const renewed = asking(9);
        expect(core.manager.ndis.NdisMCmActivateVc(vc, renewed)).toBe(NDIS_STATUS_SUCCESS);
        if (route === "cm") expect(core.miniport.last("MiniportCoActivateVc")[1]).toBe(renewed);
        expect(core.live.activeVcs).toBe(1);
      },
    );

    behaviour("ACT-20", "one deactivation ends any number of activations", () => {
      const { core, af } = opened(route);
      const vc = core.createIncomingVc(af);
      for (let i = 0; i < 3; i++) core.activate(vc);
      expect([core.deactivate(vc), core.deactivate(vc)]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_NOT_ACCEPTED]);
      expect(core.manager.calls("MiniportCoActivateVc")).toHaveLength(route === "cm" ? 3 : 0);
      expect(core.manager.calls("MiniportCoDeactivateVc")).toHaveLength(route === "cm" ? 1 : 0);
      expect(core.live.activeVcs).toBe(0);
    });
  }));

describe("5. Activation: data and deactivation", () => {
  for (const [route, by] of [
    ["mcm", "mcm"],
    ["cm", "miniport"],
  ] as const) {
    enforced("ACT-17", "sends are complete before the deactivation is", {
      by,
      caught: () => {
        // A client that does not wait for its sends either.
        const { core, af } = opened(route, { verifier: { rules: { "CLS-01": "off" } } });
        const vc = incomingCall(core, af);
        send(core, vc);
        core.deactivate(closedVc(core, vc));
      },
      passes: () => {
        const { core, af } = opened(route);
        const vc = incomingCall(core, af);
        send(core, vc);
        const [, lists] = core.manager.last("MiniportCoSendNetBufferLists");
        core.manager.ndis.NdisMCoSendNetBufferListsComplete(vc, lists as never, 0);
        core.deactivate(closedVc(core, vc));
      },
    });

    enforced("ACT-17", "receives are back before the deactivation is", {
      by,
      caught: () => {
        const { core, af } = opened(route);
        const vc = core.connectedVc(af);
        indicate(core, vc);
        core.deactivate(closedVc(core, vc));
      },
      passes: () => {
        const { core, af } = opened(route);
        const vc = core.connectedVc(af);
        indicate(core, vc);
        const [, , lists] = core.client.last("ProtocolCoReceiveNetBufferLists");
        expect(listArray(lists)).toHaveLength(1);
        core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists as never, 0);
        core.deactivate(closedVc(core, vc));
      },
    });

    enforced("ACT-18", "nothing is indicated on a VC that is deactivated", {
      by,
      caught: () => {
        const { core, af } = opened(route);
        const vc = closedVc(core, core.connectedVc(af));
        core.deactivate(vc);
        indicate(core, vc);
      },
      passes: () => {
        const { core, af } = opened(route);
        const vc = core.connectedVc(af);
        indicate(core, vc);
        expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
      },
    });
  }
});

describe("5. Activation: the miniport's answer", () => {
  enforced("ACT-09", "MiniportCoActivateVc answers SUCCESS, PENDING, INVALID_DATA or RESOURCES", {
    by: "miniport",
    caught: () => {
      const { core, af } = opened("cm");
      core.miniport.on.co.CoActivateVcHandler = () => NDIS_STATUS_NOT_ACCEPTED;
      core.activate(core.createIncomingVc(af));
    },
    passes: () => {
      const { core, af } = opened("cm");
      for (const answer of [NDIS_STATUS_INVALID_DATA, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS] as const) {
        core.miniport.on.co.CoActivateVcHandler = () => answer;
        expect(core.activate(core.createIncomingVc(af))).toBe(answer);
      }
      expect(core.live.activeVcs).toBe(1);
    },
  });

  behaviour("ACT-10", "after a re-activation that failed the VC works as before", () => {
    const { core, af } = opened("cm");
    const vc = core.connectedVc(af);
    core.miniport.on.co.CoActivateVcHandler = () => NDIS_STATUS_INVALID_DATA;
    expect(core.activate(vc)).toBe(NDIS_STATUS_INVALID_DATA);
    send(core, vc);
    indicate(core, vc);
    expect(core.live).toMatchObject({ sentNetBufferLists: 1, indicatedNetBufferLists: 1, activeVcs: 1 });
  });

  enforced("ACT-11", "a miniport changes flow values only when it is told that it may", {
    by: "miniport",
    caught: () => {
      const { core, af } = opened("cm");
      roundsTo(core, 128);
      core.callManager.ndis.NdisCmActivateVc(core.createIncomingVc(af), asking(100));
    },
    passes: () => {
      const { core, af } = opened("cm");
      const parameters = asking(100, ROUND_UP_FLOW);
      roundsTo(core, 128);
      core.callManager.ndis.NdisCmActivateVc(core.createIncomingVc(af), parameters);
      expect(parameters.CallMgrParameters?.Transmit.TokenRate).toBe(128);
      roundsTo(core, 64);
      core.callManager.ndis.NdisCmActivateVc(core.createIncomingVc(af), asking(100, ROUND_DOWN_FLOW));
    },
  });

  enforced("ACT-11", "a miniport that may round up does not round down", {
    by: "miniport",
    caught: () => {
      const { core, vc } = pendedActivation();
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
      core.callManager.ndis.NdisCmActivateVc(vc, asking(100, ROUND_UP_FLOW));
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, asking(64));
    },
    passes: () => {
      const { core, vc } = pendedActivation();
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
      core.callManager.ndis.NdisCmActivateVc(vc, asking(100, ROUND_UP_FLOW));
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, asking(101));
    },
  });

  behaviour("ACT-12", "the call manager gets the parameters in use, and may activate again or deactivate", () => {
    const { core, vc } = pendedActivation();
    const used = asking(128, ROUND_UP_FLOW);
    core.callManager.on.cm.CmActivateVcCompleteHandler = (_status, _context, parameters) => {
      if (parameters !== used) return;
      core.callManager.ndis.NdisCmActivateVc(vc, asking(64, ROUND_UP_FLOW));
    };
    core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, used);
    expect(core.callManager.last("ProtocolCmActivateVcComplete")).toEqual([NDIS_STATUS_SUCCESS, { vc: "mcm" }, used]);
    core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, asking(64, ROUND_UP_FLOW));
    expect(core.miniport.calls("MiniportCoActivateVc")).toHaveLength(2);
    expect(core.callManager.ndis.NdisCmDeactivateVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.rules).toEqual([]);
  });

  enforced("ACT-13", "a call manager does not send on a VC that was not activated", {
    by: "cm",
    caught: () => {
      const { core } = opened("cm");
      const vc = ownVc(core);
      core.miniport.on.co.CoActivateVcHandler = () => NDIS_STATUS_RESOURCES;
      core.activate(vc);
      core.callManager.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    },
    passes: () => {
      const { core } = opened("cm");
      const vc = ownVc(core);
      core.activate(vc);
      core.callManager.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
      expect(core.miniport.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
    },
  });

  enforced("ACT-20", "a VC is activated again while its activation is pending", {
    by: "cm",
    caught: () => {
      const { core, vc } = pendedActivation();
      core.activate(vc);
    },
    passes: () => {
      const { core, vc } = pendedActivation();
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
      expect(core.activate(vc)).toBe(NDIS_STATUS_PENDING);
    },
  });

  enforced("ACT-14", "a pended activation is completed with a final status", {
    by: "miniport",
    caught: () => {
      const { core, vc } = pendedActivation();
      core.miniport.ndis.NdisMCoActivateVcComplete(PENDING_AS_FINAL, vc, PARAMETERS);
    },
    passes: () => {
      const { core, vc, status } = pendedActivation();
      expect(status).toBe(NDIS_STATUS_PENDING);
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
      expect(core.live.activeVcs).toBe(1);
    },
  });

  enforced("ACT-14", "an activation is completed once", {
    by: "miniport",
    caught: () => {
      const { core, vc } = pendedActivation();
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
    },
    passes: () => {
      const { core, vc } = pendedActivation();
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_RESOURCES, vc, PARAMETERS);
      core.activate(vc);
      core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
    },
  });

  enforced("ACT-14", "an activation that MiniportCoActivateVc completed itself is pended", {
    by: "miniport",
    caught: () => activatedInside(NDIS_STATUS_SUCCESS),
    passes: () => expect(activatedInside(NDIS_STATUS_PENDING).core.live.activeVcs).toBe(1),
  });

  enforced("ACT-21", "a deactivation that MiniportCoDeactivateVc completed itself is pended", {
    by: "miniport",
    caught: () => deactivatedInside(NDIS_STATUS_SUCCESS),
    passes: () => expect(deactivatedInside(NDIS_STATUS_PENDING).live.activeVcs).toBe(0),
  });

  enforced("ACT-21", "a deactivation is completed once", {
    by: "miniport",
    caught: () => {
      const { core, vc } = activatedInside(NDIS_STATUS_PENDING);
      core.deactivate(vc);
      core.miniport.ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_SUCCESS, vc);
    },
    passes: () => deactivatedInside(NDIS_STATUS_PENDING),
  });

  enforced("ACT-21", "MiniportCoDeactivateVc returns SUCCESS or PENDING", {
    by: "miniport",
    caught: () => {
      const { core, af } = opened("cm");
      const vc = core.createIncomingVc(af);
      core.activate(vc);
      core.miniport.on.co.CoDeactivateVcHandler = () => NDIS_STATUS_FAILURE;
      core.deactivate(vc);
    },
    passes: () => {
      const { core, af } = opened("cm");
      const vc = core.createIncomingVc(af);
      core.activate(vc);
      core.miniport.on.co.CoDeactivateVcHandler = () => NDIS_STATUS_PENDING;
      expect(core.deactivate(vc)).toBe(NDIS_STATUS_PENDING);
      core.miniport.ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_SUCCESS, vc);
      expect(core.callManager.calls("ProtocolCmDeactivateVcComplete")).toEqual([[NDIS_STATUS_SUCCESS, { vc: "mcm" }]]);
    },
  });

  behaviour("ACT-22", "a pended close is completed from the deactivate-complete routine", () => {
    const { core, af } = opened("cm");
    const vc = core.connectedVc(af);
    core.miniport.on.co.CoDeactivateVcHandler = () => NDIS_STATUS_PENDING;
    core.callManager.on.cm.CmDeactivateVcCompleteHandler = () => core.completeClose(vc);
    core.closeCall(vc);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toEqual([]);
    core.miniport.ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_SUCCESS, vc);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toHaveLength(1);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
  });

  behaviour("ACT-18", "without the verifier what is indicated on a deactivated VC reaches nobody", () => {
    for (const route of ROUTES) {
      const { core, af } = opened(route, { verifier: false });
      const vc = closedVc(core, core.connectedVc(af));
      core.deactivate(vc);
      const lists = core.client.lists(1, vc);
      core.manager.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, 1, NDIS_RECEIVE_FLAGS_RESOURCES);
      expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toEqual([]);
      expect(core.live.indicatedNetBufferLists).toBe(0);
    }
  });
});
