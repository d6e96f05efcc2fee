import { describe, expect } from "vitest";
import type { NDIS_STATUS } from "../../src/ndis/index.ts";
import {
  CALL_PARAMETERS_CHANGED,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { broken, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import type { Call } from "./calls.ts";
import { answered, connected, dialling, endIncoming, leave, managerOf, send, traffic } from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const NO_STATUS = undefined as unknown as NDIS_STATUS;
const WISH = traffic(2_000);

function ask({ core, vc }: Call): NDIS_STATUS {
  return core.client.ndis.NdisClModifyCallQoS(vc, WISH);
}

function complete({ core, vc }: Call, status: Parameters<Call["core"]["completeCall"]>[1] = NDIS_STATUS_SUCCESS): void {
  core.manager.ndis.NdisMCmModifyCallQoSComplete(status, vc, WISH);
}

for (const route of ROUTES)
  describe("9. QoS changes: asked for by the client", () => {
    const by = managerOf(route);

    behaviour("QOS-01", "on an active VC the request reaches ProtocolCmModifyCallQoS, for calls of either kind", () => {
      for (const call of [connected(route), answered(route)]) {
        expect(ask(call)).toBe(NDIS_STATUS_PENDING);
        expect(call.core.manager.last("ProtocolCmModifyCallQoS")[1]).toBe(WISH);
      }
      const early = dialling(route, { verifier: false });
      expect(ask(early)).toBe(NDIS_STATUS_FAILURE);
      expect(early.core.manager.calls("ProtocolCmModifyCallQoS")).toEqual([]);
    });

    enforced("QOS-02", "ProtocolCmModifyCallQoS answers with no status at all", {
      by,
      caught: () => {
        const call = connected(route);
        call.core.manager.on.cm.CmModifyCallQoSHandler = () => NO_STATUS;
        ask(call);
      },
      passes: () => {
        for (const status of [
          NDIS_STATUS_RESOURCES,
          NDIS_STATUS_INVALID_DATA,
          NDIS_STATUS_FAILURE,
          NDIS_STATUS_NOT_SUPPORTED,
        ] as const) {
          const call = connected(route);
          call.core.manager.on.cm.CmModifyCallQoSHandler = () => status;
          expect(ask(call)).toBe(status);
        }
      },
    });

    enforced("QOS-03", "a change reported as done, and the VC was not activated again", {
      by,
      caught: () => {
        const call = connected(route);
        ask(call);
        complete(call);
      },
      passes: () => {
        const call = connected(route);
        ask(call);
        call.core.activate(call.vc);
        complete(call);
      },
    });

    enforced("QOS-03", "a change that succeeds at once, without an activation in between", {
      by,
      caught: () => {
        const call = connected(route);
        call.core.manager.on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_SUCCESS;
        ask(call);
      },
      passes: () => {
        const call = connected(route);
        call.core.manager.on.cm.CmModifyCallQoSHandler = () => {
          call.core.activate(call.vc);
          return NDIS_STATUS_SUCCESS;
        };
        expect(ask(call)).toBe(NDIS_STATUS_SUCCESS);
      },
    });

    behaviour("QOS-04", "a change that is refused: FAILURE arrives, and the call goes on as it was", () => {
      const call = connected(route);
      ask(call);
      complete(call, NDIS_STATUS_FAILURE);
      const { core, vc } = call;
      expect(core.client.last("ProtocolClModifyCallQoSComplete")[0]).toBe(NDIS_STATUS_FAILURE);
      expect(core.live.activeVcs).toBe(1);
      send(call);
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
      core.manager.ndis.NdisMCoSendNetBufferListsComplete(
        vc,
        core.manager.last("MiniportCoSendNetBufferLists")[1] as never,
        0,
      );
      core.endCall(vc);
    });

    enforced("QOS-05", "PENDING as the status of the completion", {
      by,
      caught: () => {
        const call = connected(route);
        ask(call);
        complete(call, PENDING_AS_FINAL);
      },
      passes: () => {
        const call = connected(route);
        ask(call);
        complete(call, NDIS_STATUS_FAILURE);
      },
    });

    enforced("QOS-05", "a completion of a change that nobody asked for", {
      by,
      caught: () => complete(connected(route), NDIS_STATUS_FAILURE),
      passes: () => {
        const call = connected(route);
        ask(call);
        complete(call, NDIS_STATUS_FAILURE);
        ask(call);
        complete(call, NDIS_STATUS_FAILURE);
      },
    });

    enforced("QOS-05", "a change that was pended and never completed", {
      by,
      caught: () => {
        const call = connected(route);
        ask(call);
        call.core.stop();
      },
      passes: () => {
        const call = connected(route);
        ask(call);
        complete(call, NDIS_STATUS_FAILURE);
        call.core.endCall(call.vc);
        leave(call);
      },
    });

    behaviour(
      "QOS-06",
      "ProtocolClModifyCallQoSComplete gets status, the client's VC context and the call manager's parameters",
      () => {
        const { core, vc } = connected(route);
        core.client.ndis.NdisClModifyCallQoS(vc, traffic(3_000));
        core.activate(vc);
        const given = traffic(2_500, CALL_PARAMETERS_CHANGED);
        core.manager.ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, given);
        expect(core.client.calls("ProtocolClModifyCallQoSComplete")).toEqual([
          [NDIS_STATUS_SUCCESS, { vc: "client" }, given],
        ]);
      },
    );

    behaviour("QOS-07", "from inside the completion the client may accept, ask again, or close", () => {
      for (const reaction of ["accept", "ask again", "close"] as const) {
        const call = connected(route);
        const { core, vc } = call;
        let answers = 0;
        core.client.on.cl.ClModifyCallQoSCompleteHandler = () => {
          if (answers++ > 0 || reaction === "accept") return;
          if (reaction === "close") core.closeCall(vc);
          else ask(call);
        };
        ask(call);
        core.activate(vc);
        complete(call);
        const asked = core.manager.calls("ProtocolCmModifyCallQoS").length;
        const closed = core.manager.calls("ProtocolCmCloseCall").length;
        expect([asked, closed]).toEqual([reaction === "ask again" ? 2 : 1, reaction === "close" ? 1 : 0]);
      }
    });

    behaviour("QOS-08", "after a refused change the client keeps its call", () => {
      const call = connected(route);
      call.core.manager.on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_NOT_SUPPORTED;
      expect(ask(call)).toBe(NDIS_STATUS_NOT_SUPPORTED);
      expect(broken(() => send(call))).toBe("nothing");
      expect(call.core.client.calls("ProtocolClModifyCallQoSComplete")).toEqual([]);
    });

    behaviour("QOS-12", "without an agreement the client that made the VC takes it down: no other driver can", () => {
      const call = connected(route);
      const { core, vc } = call;
      ask(call);
      complete(call, NDIS_STATUS_FAILURE);
      core.closeCall(vc);
      core.completeClose(vc);
      core.deactivate(vc);
      expect(broken(() => core.manager.ndis.NdisMCmDeleteVc(vc))).toBe(`VC-16 by ${by}`);
      const other = answered(route);
      ask(other);
      complete(other, NDIS_STATUS_FAILURE);
      endIncoming(other);
      expect(other.core.live.vcs).toBe(0);
    });
  });

describe("9. QoS changes: a miniport that refuses", () => {
  behaviour("QOS-04", "the new activation fails: the VC stays active as it was, and FAILURE is reported", () => {
    const call = connected("cm");
    const { core, vc } = call;
    ask(call);
    core.miniport.on.co.CoActivateVcHandler = () => NDIS_STATUS_RESOURCES;
    expect(core.activate(vc)).toBe(NDIS_STATUS_RESOURCES);
    complete(call, NDIS_STATUS_FAILURE);
    expect(core.live.activeVcs).toBe(1);
    expect(broken(() => send(call))).toBe("nothing");
  });
});

for (const route of ROUTES)
  describe("9. QoS changes: asked for by the remote party", () => {
    const by = managerOf(route);
    const dispatch = ({ core, vc }: Call) => core.manager.ndis.NdisMCmDispatchIncomingCallQoSChange(vc, WISH);

    enforced("QOS-09", "the change is dispatched before the VC was activated with it", {
      by,
      caught: () => dispatch(connected(route)),
      passes: () => {
        const call = connected(route);
        call.core.activate(call.vc);
        dispatch(call);
        expect(call.core.client.calls("ProtocolClIncomingCallQoSChange")).toEqual([[{ vc: "client" }, WISH]]);
      },
    });

    enforced("QOS-09", "a second change without a second activation", {
      by,
      caught: () => {
        const call = answered(route);
        call.core.activate(call.vc);
        dispatch(call);
        dispatch(call);
      },
      passes: () => {
        const call = answered(route);
        for (let i = 0; i < 2; i++) {
          call.core.activate(call.vc);
          dispatch(call);
        }
      },
    });

    behaviour(
      "QOS-10",
      "from inside the handler the client may accept by returning, close, or propose other values",
      () => {
        for (const reaction of ["return", "close", "propose"] as const) {
          const call = connected(route);
          const { core, vc } = call;
          core.client.on.cl.ClIncomingCallQoSChangeHandler = () => {
            if (reaction === "close") core.closeCall(vc);
            if (reaction === "propose") ask(call);
          };
          core.activate(vc);
          dispatch(call);
          const after = core.order.at(-1);
          expect(after).toBe(
            {
              return: "ProtocolClIncomingCallQoSChange",
              close: "ProtocolCmCloseCall",
              propose: "ProtocolCmModifyCallQoS",
            }[reaction],
          );
        }
      },
    );
  });
