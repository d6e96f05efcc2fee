import { describe, expect } from "vitest";
import type { NDIS_STATUS, NdisPartyHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  CALL_PARAMETERS_CHANGED,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import type { Core, Route } from "../ndis/core-harness.ts";
import { PARAMETERS, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import type { MultipointCall } from "./calls.ts";
import { connected, endMultipoint, idle, leave, managerOf, multipoint, send, traffic } from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const NO_STATUS = undefined as unknown as NDIS_STATUS;

/** NdisClAddParty for a party of that name. */
function ask(
  { core, vc }: Pick<MultipointCall, "core" | "vc">,
  out = new OutParameter<NdisPartyHandle>(),
): NDIS_STATUS {
  return core.client.ndis.NdisClAddParty(vc, { party: "second" }, PARAMETERS, out);
}

/** The party that the call manager was asked for last. */
function askedFor({ core }: Pick<MultipointCall, "core">): NdisPartyHandle {
  return core.manager.last("ProtocolCmAddParty")[2] as NdisPartyHandle;
}

function finish(call: MultipointCall, last = call.first): void {
  endMultipoint(call, last);
  leave(call);
  expect(call.core.alive).toEqual({});
}

/** A call manager that completes an addition from inside its handler, and then returns `status`. */
function addedInside(route: Route, status: NDIS_STATUS): Core {
  const call = multipoint(route);
  const { core } = call;
  core.manager.on.cm.CmAddPartyHandler = (_vc, parameters, party, slot) => {
    slot.Value = { cmParty: "second" };
    core.manager.ndis.NdisMCmAddPartyComplete(NDIS_STATUS_SUCCESS, party, slot.Value, parameters);
    return status;
  };
  ask(call);
  return core;
}

/** A call manager that completes a drop from inside its handler, and then returns `status`. */
function droppedInside(route: Route, status: NDIS_STATUS): Core {
  const call = multipoint(route);
  const { core } = call;
  const second = call.add("second");
  core.manager.on.cm.CmDropPartyHandler = () => {
    core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, second);
    return status;
  };
  core.client.ndis.NdisClDropParty(second, null, 0);
  return core;
}

for (const route of ROUTES)
  describe("11. Parties: one more", () => {
    const by = managerOf(route);

    enforced("PTY-01", "NdisClAddParty on a point-to-point call", {
      by: "client",
      caught: () => ask(connected(route)),
      passes: () => expect(ask(multipoint(route))).toBe(NDIS_STATUS_PENDING),
    });

    enforced("PTY-02", "NdisClAddParty without a party context", {
      by: "client",
      caught: () => {
        const { core, vc } = multipoint(route);
        core.client.ndis.NdisClAddParty(vc, null, PARAMETERS, new OutParameter<NdisPartyHandle>());
      },
      passes: () => expect(ask(multipoint(route))).toBe(NDIS_STATUS_PENDING),
    });

    enforced("PTY-02", "a multipoint call without a variable for its party handle", {
      by: "client",
      caught: () => {
        const { core, vc } = idle(route);
        core.client.ndis.NdisClMakeCall(vc, PARAMETERS, { party: 1 }, null);
      },
      passes: () => {
        const { core, vc } = idle(route);
        core.client.ndis.NdisClMakeCall(vc, PARAMETERS, { party: 1 }, new OutParameter<NdisPartyHandle>());
      },
    });

    behaviour("PTY-03", "ProtocolCmAddParty gets VC context, parameters, party handle and a slot", () => {
      const call = multipoint(route);
      ask(call);
      const [context, parameters, party, slot] = call.core.manager.last("ProtocolCmAddParty");
      expect(context).toEqual({ mcmVc: call.vc });
      expect(parameters).toBe(PARAMETERS);
      expect(party).not.toBe(call.first);
      expect(slot).toBeInstanceOf(OutParameter);
    });

    enforced("PTY-04", "ProtocolCmAddParty answers with no status at all", {
      by,
      caught: () => {
        const call = multipoint(route);
        call.core.manager.on.cm.CmAddPartyHandler = () => NO_STATUS;
        ask(call);
      },
      passes: () => {
        for (const status of [NDIS_STATUS_RESOURCES, NDIS_STATUS_NOT_SUPPORTED] as const) {
          const call = multipoint(route);
          call.core.manager.on.cm.CmAddPartyHandler = () => status;
          expect(ask(call)).toBe(status);
          expect(call.core.live.parties).toBe(1);
        }
      },
    });

    enforced("PTY-04", "ProtocolCmAddParty answers with a status that is none of its own", {
      by,
      caught: () => {
        const call = multipoint(route);
        call.core.manager.on.cm.CmAddPartyHandler = () => NDIS_STATUS_NOT_ACCEPTED;
        ask(call);
      },
      passes: () => {
        const call = multipoint(route);
        call.core.manager.on.cm.CmAddPartyHandler = (_vc, _parameters, _party, slot) => {
          slot.Value = { cmParty: "second" };
          return NDIS_STATUS_SUCCESS;
        };
        expect(ask(call)).toBe(NDIS_STATUS_SUCCESS);
        expect(call.core.live.parties).toBe(2);
      },
    });

    enforced("PTY-05", "an addition that ProtocolCmAddParty completed itself, and a final status as well", {
      by,
      caught: () => addedInside(route, NDIS_STATUS_SUCCESS),
      passes: () => expect(addedInside(route, NDIS_STATUS_PENDING).live.parties).toBe(2),
    });

    enforced("PTY-05", "an addition completed with SUCCESS and no party context", {
      by,
      caught: () => {
        const call = multipoint(route);
        ask(call);
        call.core.manager.ndis.NdisMCmAddPartyComplete(NDIS_STATUS_SUCCESS, askedFor(call), null, PARAMETERS);
      },
      passes: () => {
        const call = multipoint(route);
        ask(call);
        call.core.manager.ndis.NdisMCmAddPartyComplete(NDIS_STATUS_FAILURE, askedFor(call), null, PARAMETERS);
      },
    });

    enforced("PTY-05", "an addition completed twice", {
      by,
      caught: () => {
        const call = multipoint(route);
        const added = call.add("second");
        call.core.manager.ndis.NdisMCmAddPartyComplete(NDIS_STATUS_SUCCESS, added, { cmParty: 2 }, PARAMETERS);
      },
      passes: () => {
        const call = multipoint(route);
        call.add("second");
        call.add("third");
      },
    });

    enforced("PTY-05", "an addition that was pended and never completed", {
      by,
      caught: () => {
        const call = multipoint(route);
        ask(call);
        call.core.stop();
      },
      passes: () => {
        const call = multipoint(route);
        ask(call);
        call.core.manager.ndis.NdisMCmAddPartyComplete(NDIS_STATUS_FAILURE, askedFor(call), null, PARAMETERS);
        finish(call);
      },
    });

    behaviour(
      "PTY-06",
      "another traffic than the VC's: the call manager may refuse it, or change it and say so",
      () => {
        const refusing = multipoint(route);
        refusing.core.manager.on.cm.CmAddPartyHandler = () => NDIS_STATUS_NOT_SUPPORTED;
        expect(ask(refusing)).toBe(NDIS_STATUS_NOT_SUPPORTED);
        const call = multipoint(route);
        ask(call);
        const reset = traffic(100, CALL_PARAMETERS_CHANGED);
        call.core.manager.ndis.NdisMCmAddPartyComplete(NDIS_STATUS_SUCCESS, askedFor(call), { cmParty: 2 }, reset);
        expect(call.core.client.last("ProtocolClAddPartyComplete")[3]).toBe(reset);
      },
    );

    behaviour("PTY-07", "the call manager's status arrives, and the party handle with SUCCESS only", () => {
      for (const status of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES, NDIS_STATUS_INVALID_DATA] as const) {
        const call = multipoint(route);
        ask(call);
        const party = askedFor(call);
        call.core.manager.ndis.NdisMCmAddPartyComplete(status, party, { cmParty: 2 }, PARAMETERS);
        const [given, context, handle] = call.core.client.last("ProtocolClAddPartyComplete");
        expect([given, context]).toEqual([status, { party: "second" }]);
        expect(handle).toBe(status === NDIS_STATUS_SUCCESS ? party : null);
      }
      const out = new OutParameter<NdisPartyHandle>();
      const atOnce = multipoint(route);
      atOnce.core.manager.on.cm.CmAddPartyHandler = (_vc, _parameters, _party, slot) => {
        slot.Value = { cmParty: 2 };
        return NDIS_STATUS_SUCCESS;
      };
      expect(ask(atOnce, out)).toBe(NDIS_STATUS_SUCCESS);
      expect(out.Value).toBe(askedFor(atOnce));
      expect(atOnce.core.client.calls("ProtocolClAddPartyComplete")).toEqual([]);
      const bad = multipoint(route, { verifier: false });
      expect(ask({ core: bad.core, vc: {} as NdisVcHandle })).toBe(NDIS_STATUS_FAILURE);
    });

    enforced("PTY-16", "a send with the party handle in place of the VC handle", {
      by: "client",
      caught: () => {
        const { core, first } = multipoint(route);
        const party: unknown = first;
        send({ core, vc: party as NdisVcHandle });
      },
      passes: () => {
        const call = multipoint(route);
        send(call);
        expect(call.core.manager.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
      },
    });
  });

for (const route of ROUTES)
  describe("11. Parties: one less", () => {
    const by = managerOf(route);

    enforced("PTY-08", "a client that goes with parties that it never dropped", {
      by: "client",
      caught: () => {
        const call = multipoint(route);
        call.add("second");
        call.core.stop();
      },
      passes: () => {
        const call = multipoint(route);
        const second = call.add("second");
        const third = call.add("third");
        // In any order, the last one with NdisClCloseCall.
        call.drop(second);
        call.drop(call.first);
        finish(call, third);
      },
    });

    behaviour(
      "PTY-09",
      "NdisClDropParty of the last party is FAILURE, and the call manager does not hear of it",
      () => {
        const call = multipoint(route);
        expect(call.core.client.ndis.NdisClDropParty(call.first, null, 0)).toBe(NDIS_STATUS_FAILURE);
        const second = call.add("second");
        call.drop(call.first);
        expect(call.core.client.ndis.NdisClDropParty(second, null, 0)).toBe(NDIS_STATUS_FAILURE);
        expect(call.core.manager.calls("ProtocolCmDropParty")).toHaveLength(1);
        finish(call, second);
      },
    );

    enforced("PTY-10", "the party handle used after NdisClDropParty", {
      by: "client",
      caught: () => {
        const call = multipoint(route);
        const second = call.add("second");
        call.drop(second);
        call.core.client.ndis.NdisClDropParty(second, null, 0);
      },
      passes: () => {
        const call = multipoint(route);
        call.drop(call.add("second"));
        call.drop(call.add("third"));
      },
    });

    enforced("PTY-10", "a second NdisClDropParty while the first is pending", {
      by: "client",
      caught: () => {
        const call = multipoint(route);
        const second = call.add("second");
        call.core.client.ndis.NdisClDropParty(second, null, 0);
        call.core.client.ndis.NdisClDropParty(second, null, 0);
      },
      passes: () => {
        const call = multipoint(route);
        const second = call.add("second");
        expect(call.core.client.ndis.NdisClDropParty(second, null, 0)).toBe(NDIS_STATUS_PENDING);
      },
    });

    enforced("PTY-11", "ProtocolCmDropParty answers with no status at all", {
      by,
      caught: () => {
        const call = multipoint(route);
        const second = call.add("second");
        call.core.manager.on.cm.CmDropPartyHandler = () => NO_STATUS;
        call.core.client.ndis.NdisClDropParty(second, null, 0);
      },
      passes: () => {
        const call = multipoint(route);
        const second = call.add("second");
        const data = new Uint8Array([1]);
        call.core.manager.on.cm.CmDropPartyHandler = (_party, given) =>
          given === null ? NDIS_STATUS_SUCCESS : NDIS_STATUS_INVALID_DATA;
        expect(call.core.client.ndis.NdisClDropParty(second, data, 1)).toBe(NDIS_STATUS_INVALID_DATA);
        expect(call.core.manager.last("ProtocolCmDropParty")).toEqual([{ cmParty: "second" }, data, 1]);
        // What the call manager refuses changes nothing.
        expect(call.core.client.ndis.NdisClDropParty(second, null, 0)).toBe(NDIS_STATUS_SUCCESS);
        expect(call.core.live.parties).toBe(1);
      },
    });

    enforced("PTY-11", "ProtocolCmDropParty refuses for want of resources", {
      by,
      caught: () => {
        const call = multipoint(route);
        const second = call.add("second");
        call.core.manager.on.cm.CmDropPartyHandler = () => NDIS_STATUS_RESOURCES;
        call.core.client.ndis.NdisClDropParty(second, null, 0);
      },
      passes: () => {
        const call = multipoint(route);
        call.drop(call.add("second"));
        expect(call.core.live.parties).toBe(1);
      },
    });

    enforced("PTY-12", "the party handle used after the drop was completed", {
      by,
      caught: () => {
        const call = multipoint(route);
        const second = call.add("second");
        call.drop(second);
        call.core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, second);
      },
      passes: () => {
        const call = multipoint(route);
        call.drop(call.add("second"));
        expect(call.core.client.calls("ProtocolClDropPartyComplete")).toEqual([
          [NDIS_STATUS_SUCCESS, { party: "second" }],
        ]);
      },
    });

    enforced("PTY-12", "PENDING as the status of the completion", {
      by,
      caught: () => {
        const call = multipoint(route);
        const second = call.add("second");
        call.core.client.ndis.NdisClDropParty(second, null, 0);
        call.core.manager.ndis.NdisMCmDropPartyComplete(PENDING_AS_FINAL, second);
      },
      passes: () => {
        const call = multipoint(route);
        call.drop(call.add("second"));
      },
    });

    enforced("PTY-12", "a drop that ProtocolCmDropParty completed itself, and a final status as well", {
      by,
      caught: () => droppedInside(route, NDIS_STATUS_SUCCESS),
      passes: () => expect(droppedInside(route, NDIS_STATUS_PENDING).live.parties).toBe(1),
    });

    enforced("PTY-12", "a drop that was pended and never completed", {
      by,
      caught: () => {
        const call = multipoint(route);
        call.core.client.ndis.NdisClDropParty(call.add("second"), null, 0);
        call.core.stop();
      },
      passes: () => {
        const call = multipoint(route);
        call.drop(call.add("second"));
        finish(call);
      },
    });

    enforced("PTY-13", "an incoming drop of the last party, which is an incoming close", {
      by,
      caught: () => {
        const { core, first } = multipoint(route);
        core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, first, null, 0);
      },
      passes: () => {
        const call = multipoint(route);
        const { core, vc } = call;
        const second = call.add("second");
        core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, second, null, 0);
        expect(core.client.calls("ProtocolClIncomingDropParty")).toEqual([
          [NDIS_STATUS_SUCCESS, { party: "second" }, null, 0],
        ]);
        call.drop(second);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
    });

    enforced("PTY-14", "an incoming drop that the client never answers", {
      by: "client",
      caught: () => {
        const call = multipoint(route);
        const second = call.add("second");
        call.core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, second, null, 0);
        call.core.stop();
      },
      passes: () => {
        const call = multipoint(route);
        const { core } = call;
        const second = call.add("second");
        core.client.on.cl.ClIncomingDropPartyHandler = () => void core.client.ndis.NdisClDropParty(second, null, 0);
        core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, second, null, 0);
        core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, second);
        finish(call);
      },
    });

    behaviour(
      "PTY-15",
      "a remote drop leaves one party less: who counts takes NdisClCloseCall for the next one",
      () => {
        const call = multipoint(route);
        const { core } = call;
        const second = call.add("second");
        core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, second, null, 0);
        call.drop(second);
        expect(core.client.ndis.NdisClDropParty(call.first, null, 0)).toBe(NDIS_STATUS_FAILURE);
        finish(call);
      },
    );

    behaviour("PTY-17", "the next NdisClDropParty may come from inside ProtocolClDropPartyComplete", () => {
      const call = multipoint(route);
      const { core } = call;
      const second = call.add("second");
      const third = call.add("third");
      core.client.on.cl.ClDropPartyCompleteHandler = () => {
        if (core.client.calls("ProtocolClDropPartyComplete").length === 1)
          core.client.ndis.NdisClDropParty(third, null, 0);
      };
      call.drop(second);
      core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, third);
      expect(core.live.parties).toBe(1);
      finish(call);
    });
  });
