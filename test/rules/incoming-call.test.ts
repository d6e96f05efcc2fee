import { describe, expect } from "vitest";
import type { CO_CALL_PARAMETERS as CallParameters, NDIS_STATUS } from "../../src/ndis/index.ts";
import {
  CALL_PARAMETERS_CHANGED,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { BEST_EFFORT, BOB, Pair } from "../miniport/two-hosts.ts";
import { Core, PARAMETERS, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import {
  accepted,
  answered,
  completeSend,
  connected,
  endIncoming,
  indicate,
  leave,
  listening,
  managerOf,
  receivedLists,
  send,
  traffic,
} from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const NO_STATUS = undefined as unknown as NDIS_STATUS;

for (const route of ROUTES)
  describe("7. Incoming call: the offer", () => {
    const by = managerOf(route);

    enforced("INC-01", "an offer to a SAP that is being deregistered", {
      by,
      caught: () => offerWhileDeregistering(route, true),
      passes: () => offerWhileDeregistering(route, false),
    });

    enforced("INC-02", "an offer on a VC that was not created for the SAP's client", {
      by,
      caught: () => offerOnVcOf(route, "two"),
      passes: () => expect(offerOnVcOf(route, "one")).toBe(NDIS_STATUS_PENDING),
    });

    behaviour(
      "INC-03",
      "ProtocolClIncomingCall of the SAP's owner, with SAP context, VC context and the parameters",
      () => {
        const { core, vc, offer } = listening(route);
        const parameters = traffic(1_000);
        offer(parameters);
        const [sap, context, given] = core.client.last("ProtocolClIncomingCall");
        expect([sap, context]).toEqual([{ sap: "client" }, { clientVc: vc }]);
        expect(given).toEqual(parameters);
      },
    );

    enforced("INC-04", "ProtocolClIncomingCall answers with no status at all", {
      by: "client",
      caught: () => {
        const { core, offer } = listening(route);
        core.client.on.cl.ClIncomingCallHandler = () => NO_STATUS;
        offer();
      },
      passes: () => {
        for (const status of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES] as const) {
          const { core, offer } = listening(route);
          core.client.on.cl.ClIncomingCallHandler = () => status;
          expect(offer()).toBe(status);
        }
      },
    });

    behaviour(
      "INC-12",
      "the structure is the call manager's: what it writes there afterwards the client would read",
      () => {
        const { core, offer, answer } = listening(route);
        const parameters = traffic(1_000);
        offer(parameters);
        const [, , given] = core.client.last("ProtocolClIncomingCall");
        answer(NDIS_STATUS_SUCCESS, given as CallParameters);
        parameters.CallMgrParameters = null;
        expect((given as CallParameters).CallMgrParameters).toBeNull();
      },
    );

    behaviour(
      "INC-16",
      "a client without incoming calls answers NOT_SUPPORTED, and the call manager hears that",
      () => {
        const { core, offer } = listening(route);
        core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_NOT_SUPPORTED;
        expect(offer()).toBe(NDIS_STATUS_NOT_SUPPORTED);
        expect(core.manager.calls("ProtocolCmIncomingCallComplete")).toEqual([]);
      },
    );

    behaviour(
      "INC-17",
      "an offer that is refused before any dispatch: the VC goes, and the client hears of no call",
      () => {
        const { core, vc } = listening(route);
        expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
        expect(core.manager.ndis.NdisMCmDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
        expect(core.client.calls("ProtocolClIncomingCall")).toEqual([]);
      },
    );
  });

function offerWhileDeregistering(route: "mcm" | "cm", deregisters: boolean): void {
  const core = new Core({ route }).start();
  const af = core.openAf();
  const sap = core.registerSap(af);
  const vc = core.createIncomingVc(af);
  core.activate(vc);
  core.manager.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
  if (deregisters) core.client.ndis.NdisClDeregisterSap(sap);
  core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
}

function offerOnVcOf(route: "mcm" | "cm", owner: "one" | "two"): NDIS_STATUS {
  const core = new Core({ route, clients: ["one", "two"] }).start();
  const [one, two] = core.clients;
  if (one === undefined || two === undefined) throw new Error("two clients");
  const [ofOne, ofTwo] = [core.openAf(one), core.openAf(two)];
  const sap = core.registerSap(ofOne, one);
  const vc = core.createIncomingVc(owner === "one" ? ofOne : ofTwo);
  core.activate(vc);
  return core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
}

for (const route of ROUTES)
  describe("7. Incoming call: the answer", () => {
    const by = managerOf(route);

    enforced("INC-05", "NdisClIncomingCallComplete twice for one offer", {
      by: "client",
      caught: () => {
        const { offer, answer } = listening(route);
        offer();
        answer(NDIS_STATUS_SUCCESS);
        answer(NDIS_STATUS_SUCCESS);
      },
      passes: () => {
        const { offer, answer } = listening(route);
        offer();
        answer(NDIS_STATUS_SUCCESS);
      },
    });

    enforced("INC-05", "PENDING as the status of the completion", {
      by: "client",
      caught: () => {
        const { offer, answer } = listening(route);
        offer();
        answer(PENDING_AS_FINAL);
      },
      passes: () => {
        const { offer, answer } = listening(route);
        offer();
        answer(NDIS_STATUS_FAILURE);
      },
    });

    enforced("INC-05", "an offer that was pended and never answered, when the client goes", {
      by: "client",
      caught: () => {
        const { core, offer } = listening(route);
        offer();
        core.stop();
      },
      passes: () => {
        const call = listening(route);
        call.offer();
        call.answer(NDIS_STATUS_FAILURE);
        call.core.deactivate(call.vc);
        call.core.manager.ndis.NdisMCmDeleteVc(call.vc);
        leave(call);
        expect(call.core.alive).toEqual({});
      },
    });

    behaviour("INC-06", "ProtocolCmIncomingCallComplete gets the client's status and parameters", () => {
      for (const status of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES] as const) {
        const { core, offer, answer } = listening(route);
        offer();
        const parameters = traffic(700, CALL_PARAMETERS_CHANGED);
        answer(status, parameters);
        expect(core.manager.calls("ProtocolCmIncomingCallComplete")).toEqual([[status, { vc: "mcm" }, parameters]]);
      }
    });

    behaviour("INC-07", "ProtocolCmIncomingCallComplete runs after PENDING only", () => {
      const { core, offer } = listening(route);
      core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
      expect(offer()).toBe(NDIS_STATUS_SUCCESS);
      expect(core.manager.calls("ProtocolCmIncomingCallComplete")).toEqual([]);
      const pended = listening(route);
      expect(pended.offer()).toBe(NDIS_STATUS_PENDING);
      pended.answer(NDIS_STATUS_SUCCESS);
      expect(pended.core.manager.calls("ProtocolCmIncomingCallComplete")).toHaveLength(1);
    });

    enforced("INC-08", "an offer accepted with other parameters, and no CALL_PARAMETERS_CHANGED", {
      by: "client",
      caught: () => {
        const { offer, answer } = listening(route);
        offer(traffic(1_000));
        answer(NDIS_STATUS_SUCCESS, traffic(400));
      },
      passes: () => {
        const { offer, answer } = listening(route);
        offer(traffic(1_000));
        answer(NDIS_STATUS_SUCCESS, traffic(400, CALL_PARAMETERS_CHANGED));
      },
    });

    enforced("INC-08", "the change written into the call manager's own structure, unflagged", {
      by: "client",
      caught: () => acceptWithLess(route, 0),
      passes: () => {
        const { core } = acceptWithLess(route, CALL_PARAMETERS_CHANGED);
        const [, , given] = core.manager.last("ProtocolCmIncomingCallComplete");
        expect(given).toEqual(traffic(400, CALL_PARAMETERS_CHANGED));
      },
    });

    behaviour(
      "INC-09",
      "ProtocolClCallConnected when the changes are taken, ProtocolClIncomingCloseCall when they are not",
      () => {
        const taken = acceptWithLess(route, CALL_PARAMETERS_CHANGED);
        taken.core.manager.ndis.NdisMCmDispatchCallConnected(taken.vc);
        expect(taken.core.order.slice(-1)).toEqual(["ProtocolClCallConnected"]);
        const refused = acceptWithLess(route, CALL_PARAMETERS_CHANGED);
        refused.core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, refused.vc, null, 0);
        expect(refused.core.order.slice(-1)).toEqual(["ProtocolClIncomingCloseCall"]);
        expect(refused.core.client.calls("ProtocolClCallConnected")).toEqual([]);
      },
    );

    enforced("INC-10", "CallParameters looked at after the rejection", {
      by: "client",
      caught: () => {
        const { core, offer, answer } = listening(route);
        offer(traffic(1_000));
        const parameters = core.client.last("ProtocolClIncomingCall")[2] as CallParameters;
        answer(NDIS_STATUS_RESOURCES, parameters);
        return parameters.CallMgrParameters?.Transmit;
      },
      passes: () => {
        const { core, offer, answer } = listening(route);
        offer(traffic(1_000));
        const parameters = core.client.last("ProtocolClIncomingCall")[2] as CallParameters;
        expect(parameters.CallMgrParameters?.Transmit.PeakBandwidth).toBe(1_000);
        answer(NDIS_STATUS_RESOURCES, parameters);
      },
    });

    enforced("INC-10", "a part of CallParameters that the client kept, written to after the rejection", {
      by: "client",
      caught: () => keepAPart(route, true),
      passes: () => keepAPart(route, false),
    });

    behaviour(
      "INC-11",
      "NdisClModifyCallQoS on a pended offer reaches the call manager; the offer can be accepted then",
      () => {
        const { core, vc, offer, answer } = listening(route);
        offer();
        expect(core.client.ndis.NdisClModifyCallQoS(vc, traffic(300))).toBe(NDIS_STATUS_PENDING);
        core.activate(vc);
        core.manager.ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, traffic(300));
        expect(core.client.calls("ProtocolClModifyCallQoSComplete")).toHaveLength(1);
        answer(NDIS_STATUS_SUCCESS);
        core.manager.ndis.NdisMCmDispatchCallConnected(vc);
        expect(core.client.calls("ProtocolClCallConnected")).toHaveLength(1);
      },
    );

    enforced("INC-14", "a close exchange about an offer that was rejected", {
      by,
      caught: () => {
        const { core, vc, offer, answer } = listening(route);
        offer();
        answer(NDIS_STATUS_RESOURCES);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
      passes: () => {
        const { core, vc, offer, answer } = listening(route);
        offer();
        answer(NDIS_STATUS_RESOURCES);
        core.deactivate(vc);
        core.activate(vc);
        // Used again, for another offer to the same client.
        offer();
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
    });

    enforced("INC-14", "the VC of a rejected offer is never deleted", {
      by,
      caught: () => {
        const { core, offer, answer } = listening(route);
        offer();
        answer(NDIS_STATUS_RESOURCES);
        core.stop();
      },
      passes: () => {
        const call = listening(route);
        call.offer();
        call.answer(NDIS_STATUS_RESOURCES);
        call.core.deactivate(call.vc);
        call.core.manager.ndis.NdisMCmDeleteVc(call.vc);
        leave(call);
      },
    });

    enforced("INC-15", "a call that was accepted, and then neither connected nor closed", {
      by,
      caught: () => accepted(route).core.stop(),
      passes: () => {
        const call = accepted(route);
        const { core, vc } = call;
        core.client.on.cl.ClIncomingCloseCallHandler = () => void core.closeCall(vc);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, vc, null, 0);
        core.completeClose(vc);
        core.deactivate(vc);
        core.manager.ndis.NdisMCmDeleteVc(vc);
        leave(call);
        expect(core.alive).toEqual({});
      },
    });
  });

function acceptWithLess(route: "mcm" | "cm", flags: number) {
  const call = listening(route);
  call.offer(traffic(1_000));
  const parameters = call.core.client.last("ProtocolClIncomingCall")[2] as CallParameters;
  if (parameters.CallMgrParameters !== null) parameters.CallMgrParameters.Transmit.PeakBandwidth = 400;
  parameters.Flags = flags;
  call.answer(NDIS_STATUS_SUCCESS, parameters);
  return call;
}

function keepAPart(route: "mcm" | "cm", writes: boolean): void {
  const { core, offer } = listening(route);
  const kept: { Flags: number; part: CallParameters["CallMgrParameters"] } = { Flags: 0, part: null };
  core.client.on.cl.ClIncomingCallHandler = (_sap, _vc, parameters) => {
    kept.part = parameters.CallMgrParameters;
    return NDIS_STATUS_RESOURCES;
  };
  offer(traffic(1_000));
  if (writes && kept.part !== null) kept.part.Transmit = traffic(1).CallMgrParameters?.Transmit ?? kept.part.Receive;
}

describe("7. Incoming call: the reference drivers", () => {
  behaviour("INC-13", "acceptance and rejection reach the remote party", () => {
    const takes = new Pair().start();
    expect(takes.alice.call(BOB).state).toBe("connected");
    const rejects = new Pair({ bob: { events: { incomingCall: () => NDIS_STATUS_FAILURE } } }).start();
    const call = rejects.alice.client.makeCall({ called: BOB, ...BEST_EFFORT });
    rejects.runUntil(() => call.state === "closed");
    expect(rejects.alice.told.map((line) => line.split(" ")[0])).toEqual(["failed"]);
    expect([takes.stop(), rejects.stop()]).toEqual([{}, {}]);
  });
});

for (const route of ROUTES)
  describe("8. Connected", () => {
    const by = managerOf(route);

    enforced("CON-01", "call-connected before the client accepted", {
      by,
      caught: () => {
        const { core, vc, offer } = listening(route);
        offer();
        core.manager.ndis.NdisMCmDispatchCallConnected(vc);
      },
      passes: () => {
        const { core, vc, offer, answer } = listening(route);
        offer();
        answer(NDIS_STATUS_SUCCESS);
        core.manager.ndis.NdisMCmDispatchCallConnected(vc);
      },
    });

    enforced("CON-01", "call-connected on a VC that the client created", {
      by,
      caught: () => {
        const { core, vc } = connected(route);
        core.manager.ndis.NdisMCmDispatchCallConnected(vc);
      },
      passes: () => {
        const { core } = answered(route);
        expect(core.client.calls("ProtocolClCallConnected")).toHaveLength(1);
      },
    });

    behaviour("CON-02", "ProtocolClCallConnected has the client's VC context; data goes both ways from then on", () => {
      const call = answered(route);
      const { core, vc } = call;
      expect(core.client.calls("ProtocolClCallConnected")).toEqual([[{ clientVc: vc }]]);
      completeSend(call, send(call));
      expect(core.client.calls("ProtocolCoSendNetBufferListsComplete")).toHaveLength(1);
      indicate(call, receivedLists(call));
      expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
    });

    behaviour("CON-03", "data may come and go before ProtocolClCallConnected returns", () => {
      const call = accepted(route);
      const { core, vc } = call;
      const seen: string[] = [];
      core.client.on.cl.ClCallConnectedHandler = () => {
        send(call);
        indicate(call, receivedLists(call));
        seen.push(...core.order.slice(-2));
      };
      core.manager.ndis.NdisMCmDispatchCallConnected(vc);
      expect(seen).toEqual(["MiniportCoSendNetBufferLists", "ProtocolCoReceiveNetBufferLists"]);
    });

    behaviour("CON-04", "an accepted offer ends in exactly one of call-connected and incoming-close-call", () => {
      const told = (core: Core) => core.order.filter((name) => /CallConnected|IncomingCloseCall/.test(name));
      const twice = accepted(route, { verifier: false });
      const { NdisMCmDispatchCallConnected: connect } = twice.core.manager.ndis;
      connect(twice.vc);
      connect(twice.vc);
      expect(told(twice.core)).toEqual(["ProtocolClCallConnected"]);
      const refused = accepted(route, { verifier: false });
      refused.core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, refused.vc, null, 0);
      refused.core.manager.ndis.NdisMCmDispatchCallConnected(refused.vc);
      expect(told(refused.core)).toEqual(["ProtocolClIncomingCloseCall"]);
    });

    behaviour("CON-05", "call-connected from inside ProtocolCmIncomingCallComplete ends the handshake", () => {
      const call = listening(route);
      const { core, vc } = call;
      core.manager.on.cm.CmIncomingCallCompleteHandler = () => core.manager.ndis.NdisMCmDispatchCallConnected(vc);
      call.offer();
      call.answer(NDIS_STATUS_SUCCESS);
      expect(core.order.slice(-2)).toEqual(["ProtocolCmIncomingCallComplete", "ProtocolClCallConnected"]);
      endIncoming(call);
      expect(core.live.vcs).toBe(0);
    });
  });
