import { describe, expect } from "vitest";
import type { CO_CALL_PARAMETERS, NDIS_STATUS } from "../../src/ndis/index.ts";
import {
  CALL_PARAMETERS_CHANGED,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import type { Route } from "../ndis/core-harness.ts";
import { broken, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import type { Call } from "./calls.ts";
import { answered, completeSend, connected, dialling, endIncoming, leave, managerOf, send, traffic } from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const NO_STATUS = undefined as unknown as NDIS_STATUS;
const WISH = traffic(2_000);

function ask({ core, vc }: Call): NDIS_STATUS {
  return core.client.ndis.NdisClModifyCallQoS(vc, WISH);
}

function activateWith({ core, vc }: Call, parameters: CO_CALL_PARAMETERS): void {
  core.manager.ndis.NdisMCmActivateVc(vc, parameters);
}

function complete({ core, vc }: Call, status: Parameters<Call["core"]["completeCall"]>[1] = NDIS_STATUS_SUCCESS): void {
  core.manager.ndis.NdisMCmModifyCallQoSComplete(status, vc, WISH);
}

/** A call that is up, whose VC was activated with a traffic of its own. */
function shaped(route: Route): Call {
  const call = connected(route);
  activateWith(call, traffic(1_000));
  return call;
}

/** The client asked for another QoS, and does not get it. */
function withoutAgreement(call: Call): Call {
  ask(call);
  complete(call, NDIS_STATUS_FAILURE);
  return call;
}

/** A client that asks again from inside the completion so often, and a call manager that gives it something else each time. */
function haggle(route: Route, times: number): Call {
  const call = connected(route);
  const { core, vc } = call;
  const { on, ndis } = core.manager;
  let left = times;
  core.client.on.cl.ClModifyCallQoSCompleteHandler = () => {
    if (left-- > 0) ask(call);
  };
  on.cm.CmModifyCallQoSHandler = () => {
    core.activate(vc);
    ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, traffic(1_500, CALL_PARAMETERS_CHANGED));
    return NDIS_STATUS_PENDING;
  };
  ask(call);
  on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_PENDING;
  core.client.on.cl.ClModifyCallQoSCompleteHandler = () => {};
  return call;
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
      passes: () => expect(ask(connected(route))).toBe(NDIS_STATUS_PENDING),
    });

    enforced("QOS-02", "ProtocolCmModifyCallQoS answers with a status that is none of its own", {
      by,
      caught: () => {
        const call = connected(route);
        call.core.manager.on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_NOT_ACCEPTED;
        ask(call);
      },
      passes: () => {
        for (const status of [
          NDIS_STATUS_PENDING,
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

    enforced("QOS-04", "a change that is refused, and the VC stays as it was activated for it", {
      by,
      caught: () => {
        const call = shaped(route);
        ask(call);
        activateWith(call, WISH);
        complete(call, NDIS_STATUS_FAILURE);
      },
      passes: () => {
        const call = shaped(route);
        const { core, vc } = call;
        ask(call);
        activateWith(call, WISH);
        activateWith(call, traffic(1_000));
        complete(call, NDIS_STATUS_FAILURE);
        expect(core.client.last("ProtocolClModifyCallQoSComplete")[0]).toBe(NDIS_STATUS_FAILURE);
        completeSend(call, send(call));
        core.endCall(vc);
      },
    });

    behaviour("QOS-04", "a change of the remote party in between is what a refused request goes back to", () => {
      const call = shaped(route);
      const { core, vc } = call;
      ask(call);
      activateWith(call, traffic(3_000));
      core.manager.ndis.NdisMCmDispatchIncomingCallQoSChange(vc, traffic(3_000));
      complete(call, NDIS_STATUS_FAILURE);
      expect(core.violations).toEqual([]);
    });

    behaviour("QOS-05", "changes that are each completed in time are not taken for one that is not", () => {
      const call = connected(route);
      const { core } = call;
      // Each is pending when the verifier looks, once a minute.
      for (let minute = 1; minute <= 8; minute++) {
        core.world.runUntilTime((minute * 60 - 1) * 1e9);
        ask(call);
        core.world.runUntilTime((minute * 60 + 1) * 1e9);
        complete(call, NDIS_STATUS_FAILURE);
      }
      expect(core.machine.processor.stopped).toBeNull();
      ask(call);
      core.world.runUntilTime(1_000e9);
      expect(core.machine.processor.stopped).toMatchObject({ rule: "QOS-05", owner: by });
    });

    enforced("QOS-04", "a change that is refused at once, and the VC stays as it was activated for it", {
      by,
      caught: () => {
        const call = shaped(route);
        call.core.manager.on.cm.CmModifyCallQoSHandler = () => {
          activateWith(call, WISH);
          return NDIS_STATUS_RESOURCES;
        };
        ask(call);
      },
      passes: () => {
        const call = shaped(route);
        call.core.manager.on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_RESOURCES;
        expect(ask(call)).toBe(NDIS_STATUS_RESOURCES);
        completeSend(call, send(call));
      },
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

    behaviour("QOS-07", "with CALL_PARAMETERS_CHANGED the client accepts by returning, asks again, or closes", () => {
      for (const reaction of ["accept", "ask again", "close"] as const) {
        const call = connected(route);
        const { core, vc } = call;
        let answers = 0;
        core.client.on.cl.ClModifyCallQoSCompleteHandler = (_status, _context, { Flags }) => {
          if (Flags !== CALL_PARAMETERS_CHANGED || answers++ > 0 || reaction === "accept") return;
          if (reaction === "close") core.closeCall(vc);
          else ask(call);
        };
        ask(call);
        core.activate(vc);
        core.manager.ndis.NdisMCmModifyCallQoSComplete(
          NDIS_STATUS_SUCCESS,
          vc,
          traffic(1_500, CALL_PARAMETERS_CHANGED),
        );
        expect(answers).toBe(1);
        const asked = core.manager.calls("ProtocolCmModifyCallQoS").length;
        const closed = core.manager.calls("ProtocolCmCloseCall").length;
        expect([asked, closed]).toEqual([reaction === "ask again" ? 2 : 1, reaction === "close" ? 1 : 0]);
      }
    });

    enforced("QOS-07", "a client that asks again for as long as it does not get what it wants", {
      by: "client",
      caught: () => haggle(route, Number.POSITIVE_INFINITY),
      passes: () => {
        const call = haggle(route, 10);
        expect(call.core.manager.calls("ProtocolCmModifyCallQoS")).toHaveLength(11);
        // Asked for again later, it is another negotiation.
        for (let i = 0; i < 40; i++) {
          ask(call);
          complete(call, NDIS_STATUS_FAILURE);
        }
      },
    });

    behaviour("QOS-08", "after a refused change the client keeps its call", () => {
      const call = connected(route);
      call.core.manager.on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_NOT_SUPPORTED;
      expect(ask(call)).toBe(NDIS_STATUS_NOT_SUPPORTED);
      expect(broken(() => send(call))).toBe("nothing");
      expect(call.core.client.calls("ProtocolClModifyCallQoSComplete")).toEqual([]);
    });

    enforced("QOS-12", "the call manager takes a VC down that the client made, when no QoS can be agreed", {
      by,
      citing: "VC-16",
      caught: () => {
        const call = withoutAgreement(connected(route));
        const { core, vc } = call;
        core.closeCall(vc);
        core.completeClose(vc);
        core.deactivate(vc);
        core.manager.ndis.NdisMCmDeleteVc(vc);
      },
      passes: () => {
        const outgoing = withoutAgreement(connected(route));
        outgoing.core.endCall(outgoing.vc);
        const incoming = withoutAgreement(answered(route));
        endIncoming(incoming);
        expect([outgoing.core.live.vcs, incoming.core.live.vcs]).toEqual([0, 0]);
      },
    });

    enforced("QOS-12", "the client takes a VC down that the call manager made, when no QoS can be agreed", {
      by: "client",
      citing: "VC-16",
      caught: () => {
        const { core, vc } = withoutAgreement(answered(route));
        core.closeCall(vc);
        core.completeClose(vc);
        core.deactivate(vc);
        core.client.ndis.NdisCoDeleteVc(vc);
      },
      passes: () => endIncoming(withoutAgreement(answered(route))),
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

    enforced("QOS-10", "a client that answers an incoming change as if it were an incoming call", {
      by: "client",
      caught: () => {
        const call = answered(route);
        const { core, vc } = call;
        core.client.on.cl.ClIncomingCallQoSChangeHandler = (_context, parameters) =>
          core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_NOT_ACCEPTED, vc, parameters);
        core.activate(vc);
        dispatch(call);
      },
      passes: () => {
        const call = answered(route);
        call.core.client.on.cl.ClIncomingCallQoSChangeHandler = () => void call.core.closeCall(call.vc);
        call.core.activate(call.vc);
        dispatch(call);
        expect(call.core.manager.calls("ProtocolCmCloseCall")).toHaveLength(1);
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
