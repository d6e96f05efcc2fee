import { describe, expect, it } from "vitest";
import type { NDIS_STATUS, NDIS_STATUS_FINAL, NdisPartyHandle } from "../../src/ndis/index.ts";
import {
  CALL_PARAMETERS_CHANGED,
  CO_CALL_PARAMETERS,
  MULTIPOINT_VC,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core, PARAMETERS, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import { connected, dialling, diallingMultipoint, idle, leave, managerOf, multipoint, send, traffic } from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const NO_STATUS = undefined as unknown as NDIS_STATUS;

for (const route of ROUTES)
  describe("6. Outgoing call: the request", () => {
    const by = managerOf(route);

    enforced("OUT-01", "a second NdisClMakeCall on a VC that has a call", {
      by: "client",
      caught: () => {
        const { core, vc } = connected(route);
        core.makeCall(vc);
      },
      passes: () => {
        const { core, vc } = connected(route);
        core.endCall(vc);
        expect(core.makeCall(core.createVc(core.openAf()))).toBe(NDIS_STATUS_PENDING);
      },
    });

    enforced("OUT-02", "the client fills its parameter buffer for another call while the first is pending", {
      by: "client",
      caught: () => {
        const { core, vc } = idle(route);
        const buffer = traffic(1_000);
        core.client.ndis.NdisClMakeCall(vc, buffer, null, null);
        Object.assign(buffer, traffic(2_000));
        core.activate(vc);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, buffer);
      },
      passes: () => {
        const { core, vc } = idle(route);
        const buffer = traffic(1_000);
        core.client.ndis.NdisClMakeCall(vc, buffer, null, null);
        core.activate(vc);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, buffer);
        Object.assign(buffer, traffic(2_000));
      },
    });

    enforced("OUT-03", "a call that is meant to be multipoint, without a party context", {
      by: "client",
      caught: () => {
        const { core, vc } = idle(route);
        core.client.ndis.NdisClMakeCall(vc, CO_CALL_PARAMETERS({ Flags: MULTIPOINT_VC }), null, null);
      },
      passes: () => {
        const { core, vc } = idle(route);
        const parameters = CO_CALL_PARAMETERS({ Flags: MULTIPOINT_VC });
        const out = new OutParameter<NdisPartyHandle>();
        expect(core.client.ndis.NdisClMakeCall(vc, parameters, { party: 1 }, out)).toBe(NDIS_STATUS_PENDING);
      },
    });

    behaviour(
      "OUT-04",
      "ProtocolCmMakeCall gets VC context, parameters, and party handle and slot for multipoint only",
      () => {
        const plain = dialling(route);
        const [context, parameters, noParty, noSlot] = plain.core.manager.last("ProtocolCmMakeCall");
        expect([context, noParty, noSlot]).toEqual([{ mcmVc: plain.vc }, null, null]);
        expect(parameters).toEqual(PARAMETERS);
        const { core, vc } = diallingMultipoint(route);
        const [vcContext, , party, slot] = core.manager.last("ProtocolCmMakeCall");
        expect(vcContext).toEqual({ mcmVc: vc });
        expect(party).not.toBeNull();
        expect(slot).toBeInstanceOf(OutParameter);
      },
    );

    enforced("OUT-05", "ProtocolCmMakeCall answers SUCCESS before the VC is activated", {
      by,
      caught: () => {
        const { core, vc } = idle(route);
        core.manager.on.cm.CmMakeCallHandler = () => NDIS_STATUS_SUCCESS;
        core.makeCall(vc);
      },
      passes: () => {
        const { core, vc } = idle(route);
        core.manager.on.cm.CmMakeCallHandler = () => {
          core.activate(vc);
          return NDIS_STATUS_SUCCESS;
        };
        expect(core.makeCall(vc)).toBe(NDIS_STATUS_SUCCESS);
      },
    });

    enforced("OUT-05", "ProtocolCmMakeCall answers with no status at all", {
      by,
      caught: () => {
        const { core, vc } = idle(route);
        core.manager.on.cm.CmMakeCallHandler = () => NO_STATUS;
        core.makeCall(vc);
      },
      passes: () => {
        for (const status of [NDIS_STATUS_RESOURCES, NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_INVALID_DATA] as const) {
          const { core, vc } = idle(route);
          core.manager.on.cm.CmMakeCallHandler = () => status;
          expect(core.makeCall(vc)).toBe(status);
          expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
        }
      },
    });

    enforced("OUT-06", "a multipoint call that succeeds at once without a party context in the slot", {
      by,
      caught: () => multipointAtOnce(route, null),
      passes: () => expect(multipointAtOnce(route, { cmParty: 1 })).toBe(NDIS_STATUS_SUCCESS),
    });

    behaviour("OUT-26", "a status other than PENDING is final: no ProtocolClMakeCallComplete", () => {
      const { core, vc } = idle(route);
      core.manager.on.cm.CmMakeCallHandler = () => {
        core.activate(vc);
        return NDIS_STATUS_SUCCESS;
      };
      expect(core.makeCall(vc)).toBe(NDIS_STATUS_SUCCESS);
      const refused = core.createVc(core.openAf());
      core.manager.on.cm.CmMakeCallHandler = () => NDIS_STATUS_RESOURCES;
      expect(core.makeCall(refused)).toBe(NDIS_STATUS_RESOURCES);
      expect(core.client.calls("ProtocolClMakeCallComplete")).toEqual([]);
    });
  });

function multipointAtOnce(route: "mcm" | "cm", context: unknown): NDIS_STATUS {
  const { core, vc } = idle(route);
  core.manager.on.cm.CmMakeCallHandler = (_vc, _parameters, _party, slot) => {
    core.activate(vc);
    if (slot !== null) slot.Value = context;
    return NDIS_STATUS_SUCCESS;
  };
  return core.client.ndis.NdisClMakeCall(vc, PARAMETERS, { party: 1 }, new OutParameter<NdisPartyHandle>());
}

for (const route of ROUTES)
  describe("6. Outgoing call: the completion that is due", () => {
    const by = managerOf(route);

    enforced("OUT-07", "NdisMCmMakeCallComplete twice for one call", {
      by,
      caught: () => {
        const { core, vc } = dialling(route);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
      },
      passes: () => {
        const { core, vc } = dialling(route);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
        expect(core.client.calls("ProtocolClMakeCallComplete")).toHaveLength(1);
      },
    });

    enforced("OUT-07", "a completion inside ProtocolCmMakeCall, which then answers with a final status as well", {
      by,
      caught: () => completeInside(route, NDIS_STATUS_SUCCESS),
      passes: () => expect(completeInside(route, NDIS_STATUS_PENDING)).toBe(NDIS_STATUS_PENDING),
    });

    enforced("OUT-07", "a make-call that was never completed, when the client is taken off the adapter", {
      by,
      caught: () => dialling(route).core.stop(),
      passes: () => {
        const call = dialling(route);
        call.core.completeCall(call.vc, NDIS_STATUS_FAILURE);
        call.core.client.ndis.NdisCoDeleteVc(call.vc);
        leave(call);
        expect(call.core.alive).toEqual({});
      },
    });

    enforced("OUT-08", "PENDING as the status of the completion", {
      by,
      caught: () => {
        const { core, vc } = dialling(route);
        core.completeCall(vc, PENDING_AS_FINAL);
      },
      passes: () => {
        const { core, vc } = dialling(route);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
      },
    });

    enforced("OUT-09", "SUCCESS before the VC is activated", {
      by,
      caught: () => {
        const { core, vc } = dialling(route);
        core.completeCall(vc);
      },
      passes: () => {
        const { core, vc } = dialling(route);
        core.activate(vc);
        core.completeCall(vc);
      },
    });

    enforced("OUT-09", "SUCCESS after the activation was taken back", {
      by,
      caught: () => {
        const { core, vc } = dialling(route);
        core.activate(vc);
        core.deactivate(vc);
        core.completeCall(vc);
      },
      passes: () => {
        const { core, vc } = dialling(route);
        core.activate(vc);
        core.deactivate(vc);
        core.activate(vc);
        core.completeCall(vc);
      },
    });

    enforced("OUT-13", "a party handle or context for a point-to-point call", {
      by,
      caught: () => {
        const { core, vc } = dialling(route);
        core.activate(vc);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, { cmParty: 1 }, PARAMETERS);
      },
      passes: () => {
        const { core, vc } = dialling(route);
        core.activate(vc);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, PARAMETERS);
      },
    });

    enforced("OUT-13", "a multipoint call completed without the party handle that ProtocolCmMakeCall got", {
      by,
      caught: () => {
        const { core, vc } = diallingMultipoint(route);
        core.activate(vc);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, { cmParty: 1 }, PARAMETERS);
      },
      passes: () => {
        const { core, vc, party } = diallingMultipoint(route);
        core.activate(vc);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, party, { cmParty: 1 }, PARAMETERS);
      },
    });

    enforced("OUT-14", "the party handle is used after an error completion", {
      by,
      caught: () => {
        const { core, vc, party } = diallingMultipoint(route);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_FAILURE, vc, party, null, PARAMETERS);
        core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, party, null, 0);
      },
      passes: () => {
        const { core, vc, party } = diallingMultipoint(route);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_FAILURE, vc, party, null, PARAMETERS);
        // The party's state goes at once, the VC's with ProtocolCoDeleteVc.
        expect([core.live.parties, core.live.vcs, core.manager.calls("ProtocolCoDeleteVc").length]).toEqual([0, 1, 0]);
        core.client.ndis.NdisCoDeleteVc(vc);
        expect([core.live.vcs, core.manager.calls("ProtocolCoDeleteVc").length]).toEqual([0, 1]);
      },
    });
  });

function completeInside(route: "mcm" | "cm", answer: NDIS_STATUS): NDIS_STATUS {
  const { core, vc } = idle(route);
  core.manager.on.cm.CmMakeCallHandler = () => {
    core.activate(vc);
    core.completeCall(vc);
    return answer;
  };
  return core.makeCall(vc);
}

for (const route of ROUTES)
  describe("6. Outgoing call: what NDIS makes of the completion", () => {
    behaviour("OUT-10", "before the success completion nothing that the client sends reaches the miniport", () => {
      const { core, vc } = dialling(route, { verifier: false });
      core.activate(vc);
      send({ core, vc });
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toEqual([]);
      core.client.on.cl.ClMakeCallCompleteHandler = () => void send({ core, vc });
      core.completeCall(vc);
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
    });

    behaviour("OUT-11", "it runs ProtocolClMakeCallComplete with the client's VC context, before it returns", () => {
      const { core, vc } = dialling(route);
      core.activate(vc);
      const before = core.client.calls("ProtocolClMakeCallComplete").length;
      core.completeCall(vc);
      expect(before).toBe(0);
      expect(core.client.calls("ProtocolClMakeCallComplete")).toEqual([
        [NDIS_STATUS_SUCCESS, { vc: "client" }, null, PARAMETERS],
      ]);
    });

    behaviour(
      "OUT-12",
      "the party context counts for SUCCESS only, and goes to later ProtocolCm calls about the party",
      () => {
        const failing = diallingMultipoint(route);
        const { ndis } = failing.core.manager;
        ndis.NdisMCmMakeCallComplete(NDIS_STATUS_FAILURE, failing.vc, failing.party, { cmParty: "no" }, PARAMETERS);
        expect(failing.core.live.parties).toBe(0);
        const { core, vc, first } = multipoint(route);
        core.client.ndis.NdisClCloseCall(vc, first, null, 0);
        expect(core.manager.last("ProtocolCmCloseCall")[1]).toEqual({ cmParty: "first" });
      },
    );

    behaviour("OUT-15", "VC and call are held until the completion: the client cannot delete the VC", () => {
      const { core, vc } = dialling(route);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      expect([core.live.vcs, core.manager.calls("ProtocolCoDeleteVc").length]).toEqual([1, 0]);
      const by = managerOf(route);
      expect(core.ndis.unfinished.map(({ rule, owner }) => `${rule} by ${owner}`)).toEqual([`OUT-07 by ${by}`]);
      core.completeCall(vc, NDIS_STATUS_FAILURE);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
      expect([core.live.vcs, core.ndis.unfinished]).toEqual([0, []]);
    });

    behaviour(
      "OUT-16",
      "after an error completion NdisCoDeleteVc brings ProtocolCoDeleteVc, from inside the completion too",
      () => {
        const { core, vc } = dialling(route);
        core.client.on.cl.ClMakeCallCompleteHandler = () => void core.client.ndis.NdisCoDeleteVc(vc);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
        expect(core.manager.calls("ProtocolCoDeleteVc")).toEqual([[{ mcmVc: vc }]]);
        expect(core.live.vcs).toBe(0);
      },
    );

    behaviour("OUT-16", "a call that fails after its activation: deactivated first, then deleted", () => {
      const { core, vc } = dialling(route);
      core.activate(vc);
      core.completeCall(vc, NDIS_STATUS_FAILURE);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
      expect([core.live.vcs, core.live.activeVcs]).toEqual([0, 0]);
    });

    behaviour(
      "OUT-17",
      "parameters that the call manager changed go to the client as they are, with CALL_PARAMETERS_CHANGED",
      () => {
        const { core, vc } = dialling(route);
        core.activate(vc);
        const changed = traffic(500, CALL_PARAMETERS_CHANGED);
        core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, changed);
        expect(core.client.last("ProtocolClMakeCallComplete")[3]).toBe(changed);
      },
    );

    behaviour("OUT-17", "the call manager may write the change into the client's own buffer", () => {
      const { core, vc } = idle(route);
      const buffer = traffic(1_000);
      core.client.ndis.NdisClMakeCall(vc, buffer, null, null);
      const lent = core.manager.last("ProtocolCmMakeCall")[1] as typeof buffer;
      if (lent.CallMgrParameters !== null) lent.CallMgrParameters.Transmit.PeakBandwidth = 700;
      lent.Flags |= CALL_PARAMETERS_CHANGED;
      core.activate(vc);
      core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, lent);
      expect(core.client.last("ProtocolClMakeCallComplete")[3]).toBe(buffer);
      expect([buffer.CallMgrParameters?.Transmit.PeakBandwidth, buffer.Flags]).toEqual([700, CALL_PARAMETERS_CHANGED]);
    });

    behaviour("OUT-20", "the client asks for other values with NdisClModifyCallQoS from inside the completion", () => {
      const { core, vc } = dialling(route);
      const wish = traffic(900);
      core.client.on.cl.ClMakeCallCompleteHandler = () => void core.client.ndis.NdisClModifyCallQoS(vc, wish);
      core.activate(vc);
      core.manager.ndis.NdisMCmMakeCallComplete(
        NDIS_STATUS_SUCCESS,
        vc,
        null,
        null,
        traffic(500, CALL_PARAMETERS_CHANGED),
      );
      expect(core.manager.calls("ProtocolCmModifyCallQoS")).toEqual([[{ mcmVc: vc }, wish]]);
      core.activate(vc);
      core.manager.ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, wish);
      core.endCall(vc);
      expect(core.live.vcs).toBe(0);
    });

    behaviour(
      "OUT-21",
      "the client closes from inside the completion; the VC is there until ProtocolClCloseCallComplete",
      () => {
        const { core, vc } = dialling(route);
        core.client.on.cl.ClMakeCallCompleteHandler = () => void core.closeCall(vc);
        core.activate(vc);
        core.completeCall(vc);
        expect(core.manager.calls("ProtocolCmCloseCall")).toHaveLength(1);
        expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
        core.deactivate(vc);
        core.completeClose(vc);
        expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
      },
    );

    behaviour(
      "OUT-22",
      "the party handle comes for SUCCESS on a multipoint call only, and is good for the close",
      () => {
        const failing = diallingMultipoint(route);
        const { ndis } = failing.core.manager;
        ndis.NdisMCmMakeCallComplete(NDIS_STATUS_FAILURE, failing.vc, failing.party, null, PARAMETERS);
        expect(failing.core.client.last("ProtocolClMakeCallComplete")[2]).toBeNull();
        expect(failing.out.Value).toBeNull();
        expect(connected(route).core.client.last("ProtocolClMakeCallComplete")[2]).toBeNull();
        const { core, vc, first } = multipoint(route);
        const given = core.client.last("ProtocolClMakeCallComplete")[2] as NdisPartyHandle;
        expect(given).toBe(first);
        expect(core.client.ndis.NdisClCloseCall(vc, given, null, 0)).toBe(NDIS_STATUS_PENDING);
      },
    );

    behaviour("OUT-23", "whatever final status the call manager gives arrives unchanged", () => {
      const statuses: NDIS_STATUS_FINAL[] = [
        NDIS_STATUS_RESOURCES,
        NDIS_STATUS_FAILURE,
        NDIS_STATUS_INVALID_DATA,
        NDIS_STATUS_NOT_SUPPORTED,
      ];
      for (const status of statuses) {
        const { core, vc } = dialling(route);
        core.completeCall(vc, status);
        expect(core.client.calls("ProtocolClMakeCallComplete").map(([given]) => given)).toEqual([status]);
      }
    });
  });

for (const route of ROUTES)
  describe("6. Outgoing call: the client's part", () => {
    enforced("OUT-18", "a VC whose call failed is never deleted", {
      by: "client",
      caught: () => {
        const { core, vc } = dialling(route);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
        core.stop();
      },
      passes: () => {
        const call = dialling(route);
        const { core, vc } = call;
        core.client.on.cl.ClMakeCallCompleteHandler = () => void core.client.ndis.NdisCoDeleteVc(vc);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
        leave(call);
        expect(core.alive).toEqual({});
      },
    });

    behaviour(
      "OUT-25",
      "a client without outgoing calls has an empty ProtocolClMakeCallComplete, and takes calls",
      () => {
        const core = new Core({ route }).start();
        core.client.on.cl.ClMakeCallCompleteHandler = () => {};
        core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
        const af = core.openAf();
        const vc = core.createIncomingVc(af);
        core.activate(vc);
        const status = core.manager.ndis.NdisMCmDispatchIncomingCall(core.registerSap(af), vc, PARAMETERS);
        expect(status).toBe(NDIS_STATUS_SUCCESS);
      },
    );
  });

describe("NdisMCmMakeCallComplete that never comes", () => {
  it("leaves the VC, and the story of the bug check tells how it came about", () => {
    const { core, vc } = dialling("mcm");
    expect(core.alive).toMatchObject({ vcs: 1, addressFamilies: 1 });
    expect(broken(() => core.stop())).toBe("OUT-07 by mcm");
    const { stopped } = core.machine.processor;
    const name = (vc as unknown as { readonly traceName: string }).traceName;
    expect(stopped?.story.object).toBe(name);
    expect(stopped?.story.history.some((line) => line.includes("NdisClMakeCall"))).toBe(true);
  });

  it("is told with the verifier at warn, too, and everything goes on", () => {
    const { core } = dialling("mcm", { verifier: { everyRule: "warn" } });
    core.stop();
    expect(core.rules).toContain("OUT-07");
  });
});
