import { describe, expect } from "vitest";
import type { NDIS_STATUS, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  CALL_PARAMETERS_CHANGED,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { pattern, connected as twoHosts } from "../miniport/two-hosts.ts";
import { broken, PARAMETERS, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import {
  accepted,
  answered,
  completeSend,
  connected,
  endIncoming,
  endMultipoint,
  leave,
  listening,
  managerOf,
  multipoint,
  send,
  traffic,
} from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const NO_STATUS = undefined as unknown as NDIS_STATUS;

for (const route of ROUTES)
  describe("10. Close: asked for by the client", () => {
    enforced("CLS-01", "NdisClCloseCall while a send is out", {
      by: "client",
      caught: () => {
        const call = connected(route);
        send(call, 2);
        call.core.closeCall(call.vc);
      },
      passes: () => {
        const call = connected(route);
        completeSend(call, send(call, 2));
        expect(call.core.closeCall(call.vc)).toBe(NDIS_STATUS_PENDING);
      },
    });

    enforced("CLS-02", "a send after NdisClCloseCall", {
      by: "client",
      caught: () => {
        const call = connected(route);
        call.core.closeCall(call.vc);
        send(call);
      },
      passes: () => {
        const call = connected(route);
        completeSend(call, send(call));
        call.core.closeCall(call.vc);
      },
    });

    behaviour(
      "CLS-03",
      "ProtocolCmCloseCall gets VC context, last-party context or NULL, close data and its size",
      () => {
        const data = new Uint8Array([1, 2, 3]);
        const plain = connected(route);
        plain.core.client.ndis.NdisClCloseCall(plain.vc, null, data, 3);
        expect(plain.core.manager.calls("ProtocolCmCloseCall")).toEqual([[{ mcmVc: plain.vc }, null, data, 3]]);
        const { core, vc, first } = multipoint(route);
        core.client.ndis.NdisClCloseCall(vc, first, null, 0);
        expect(core.manager.calls("ProtocolCmCloseCall")).toEqual([[{ mcmVc: vc }, { cmParty: "first" }, null, 0]]);
      },
    );

    behaviour(
      "CLS-03",
      "the VC handle is closing from then on: a second close is refused, and nobody hears of it",
      () => {
        const { core, vc } = connected(route, { verifier: false });
        core.closeCall(vc);
        expect(core.closeCall(vc)).toBe(NDIS_STATUS_FAILURE);
        expect(core.manager.calls("ProtocolCmCloseCall")).toHaveLength(1);
      },
    );

    enforced("CLS-04", "a multipoint call closed while two parties are left", {
      by: "client",
      caught: () => {
        const call = multipoint(route);
        call.add("second");
        call.core.client.ndis.NdisClCloseCall(call.vc, call.first, null, 0);
      },
      passes: () => {
        const call = multipoint(route);
        call.drop(call.add("second"));
        expect(call.core.client.ndis.NdisClCloseCall(call.vc, call.first, null, 0)).toBe(NDIS_STATUS_PENDING);
      },
    });

    enforced("CLS-04", "a multipoint call closed without the handle of its last party", {
      by: "client",
      caught: () => {
        const { core, vc } = multipoint(route);
        core.closeCall(vc);
      },
      passes: () => {
        const call = multipoint(route);
        endMultipoint(call, call.first);
        expect([call.core.live.parties, call.core.live.vcs]).toEqual([0, 0]);
      },
    });

    behaviour("CLS-05", "the party named may be any that is left, not only the first", () => {
      const call = multipoint(route);
      const second = call.add("second");
      call.drop(call.first);
      expect(call.core.client.ndis.NdisClCloseCall(call.vc, second, null, 0)).toBe(NDIS_STATUS_PENDING);
      expect(call.core.manager.last("ProtocolCmCloseCall")[1]).toEqual({ cmParty: "second" });
    });

    behaviour(
      "CLS-06",
      "a medium without close data: INVALID_DATA reaches the client, and the call is still up",
      () => {
        for (const call of [connected(route), answered(route)]) {
          const { core, vc } = call;
          core.manager.on.cm.CmCloseCallHandler = (_vc, _party, data) =>
            data === null ? NDIS_STATUS_PENDING : NDIS_STATUS_INVALID_DATA;
          expect(core.client.ndis.NdisClCloseCall(vc, null, new Uint8Array(4), 4)).toBe(NDIS_STATUS_INVALID_DATA);
          completeSend(call, send(call));
          expect(core.closeCall(vc)).toBe(NDIS_STATUS_PENDING);
        }
      },
    );

    enforced("CLS-07", "ProtocolCmCloseCall answers with no status at all", {
      by: managerOf(route),
      caught: () => {
        const { core, vc } = connected(route);
        core.manager.on.cm.CmCloseCallHandler = () => NO_STATUS;
        core.closeCall(vc);
      },
      passes: () => {
        const { core, vc } = connected(route);
        core.manager.on.cm.CmCloseCallHandler = () => NDIS_STATUS_SUCCESS;
        expect(core.closeCall(vc)).toBe(NDIS_STATUS_SUCCESS);
        expect(core.client.calls("ProtocolClCloseCallComplete")).toEqual([]);
      },
    });
  });

for (const route of ROUTES)
  describe("10. Close: the completion", () => {
    const by = managerOf(route);

    enforced("CLS-08", "the VC is not deactivated when its call is closed", {
      by,
      caught: () => {
        const { core, vc } = connected(route);
        core.closeCall(vc);
        core.completeClose(vc);
        core.stop();
      },
      passes: () => {
        // before the completion or after it.
        for (const first of ["deactivate", "complete"] as const) {
          const call = connected(route);
          const { core, vc } = call;
          core.closeCall(vc);
          if (first === "deactivate") core.deactivate(vc);
          core.completeClose(vc);
          if (first === "complete") core.deactivate(vc);
          core.client.ndis.NdisCoDeleteVc(vc);
          leave(call);
          expect(core.alive).toEqual({});
        }
      },
    });

    enforced("CLS-09", "NdisMCmCloseCallComplete twice", {
      by,
      caught: () => {
        const { core, vc } = connected(route);
        core.closeCall(vc);
        core.completeClose(vc);
        core.completeClose(vc);
      },
      passes: () => {
        const { core, vc } = connected(route);
        core.closeCall(vc);
        core.completeClose(vc);
      },
    });

    enforced("CLS-09", "PENDING as the status of the completion", {
      by,
      caught: () => {
        const { core, vc } = connected(route);
        core.closeCall(vc);
        core.completeClose(vc, PENDING_AS_FINAL);
      },
      passes: () => {
        const { core, vc } = connected(route);
        core.closeCall(vc);
        core.completeClose(vc, NDIS_STATUS_FAILURE);
      },
    });

    enforced("CLS-09", "a multipoint close completed without its party", {
      by,
      caught: () => {
        const { core, vc, first } = multipoint(route);
        core.client.ndis.NdisClCloseCall(vc, first, null, 0);
        core.completeClose(vc);
      },
      passes: () => {
        const call = multipoint(route);
        endMultipoint(call, call.first);
      },
    });

    enforced("CLS-09", "a close that was pended and never completed", {
      by,
      caught: () => {
        const { core, vc } = connected(route);
        core.closeCall(vc);
        core.stop();
      },
      passes: () => {
        const call = connected(route);
        call.core.endCall(call.vc);
        leave(call);
      },
    });

    behaviour(
      "CLS-10",
      "ProtocolClCloseCallComplete has the VC context, and the party context of a multipoint call",
      () => {
        const plain = connected(route);
        plain.core.closeCall(plain.vc);
        plain.core.completeClose(plain.vc);
        expect(plain.core.client.calls("ProtocolClCloseCallComplete")).toEqual([
          [NDIS_STATUS_SUCCESS, { vc: "client" }, null],
        ]);
        const call = multipoint(route);
        endMultipoint(call, call.first);
        expect(call.core.client.calls("ProtocolClCloseCallComplete")).toEqual([
          [NDIS_STATUS_SUCCESS, { vc: "client" }, { party: "first" }],
        ]);
      },
    );

    enforced("CLS-11", "the client's VC is neither deleted nor used again after the close", {
      by: "client",
      caught: () => {
        const { core, vc } = connected(route);
        core.closeCall(vc);
        core.completeClose(vc);
        core.deactivate(vc);
        core.stop();
      },
      passes: () => {
        const call = connected(route);
        const { core, vc } = call;
        core.closeCall(vc);
        core.completeClose(vc);
        core.deactivate(vc);
        expect(core.makeCall(vc)).toBe(NDIS_STATUS_PENDING);
        core.completeCall(vc, NDIS_STATUS_FAILURE);
        core.client.ndis.NdisCoDeleteVc(vc);
        leave(call);
        expect(core.alive).toEqual({});
      },
    });

    enforced("CLS-12", "the client uses the call manager's VC after the close is complete", {
      by: "client",
      caught: () => {
        const call = answered(route);
        call.core.closeCall(call.vc);
        call.core.completeClose(call.vc);
        call.core.closeCall(call.vc);
      },
      passes: () => {
        const call = answered(route);
        endIncoming(call);
        expect(call.core.client.calls("ProtocolCoDeleteVc")).toHaveLength(1);
      },
    });

    enforced("CLS-12", "the client sends on the call manager's VC after the close is complete", {
      by: "client",
      caught: () => {
        const call = answered(route);
        call.core.closeCall(call.vc);
        call.core.completeClose(call.vc);
        send(call);
      },
      passes: () => {
        const call = answered(route);
        completeSend(call, send(call));
        endIncoming(call);
      },
    });

    behaviour(
      "CLS-13",
      "after the client's completion the call manager deletes its VC, or dispatches another call on it",
      () => {
        const again = answered(route);
        const { core, vc } = again;
        core.closeCall(vc);
        core.completeClose(vc);
        core.deactivate(vc);
        core.activate(vc);
        expect(again.offer()).toBe(NDIS_STATUS_SUCCESS);
        core.manager.ndis.NdisMCmDispatchCallConnected(vc);
        expect(core.client.calls("ProtocolClCallConnected")).toHaveLength(2);
        endIncoming(again);
        expect(core.live.vcs).toBe(0);
      },
    );
  });

describe("10. Close: VCs of an MCM", () => {
  enforced("CLS-20", "an MCM's own VC after the close exchange: deactivated, and never deleted", {
    by: "mcm",
    caught: () => {
      const { core, vc } = answered("mcm");
      core.closeCall(vc);
      core.completeClose(vc);
      core.deactivate(vc);
      core.stop();
    },
    passes: () => {
      const call = answered("mcm");
      endIncoming(call);
      leave(call);
      expect(call.core.alive).toEqual({});
      // The client's VC goes by the client's hand: ProtocolCoDeleteVc.
      const outgoing = connected("mcm");
      outgoing.core.endCall(outgoing.vc);
      expect(outgoing.core.manager.calls("ProtocolCoDeleteVc")).toHaveLength(1);
    },
  });
});

for (const route of ROUTES)
  describe("10. Close: asked for by the remote party or the network", () => {
    const by = managerOf(route);

    enforced("CLS-14", "an incoming close on a VC without a call", {
      by,
      caught: () => {
        const { core, vc } = listening(route);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
      passes: () => {
        const { core, vc } = answered(route);
        const data = new Uint8Array([7]);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, data, 1);
        expect(core.client.calls("ProtocolClIncomingCloseCall")).toEqual([
          [NDIS_STATUS_SUCCESS, { clientVc: vc }, data, 1],
        ]);
      },
    });

    enforced("CLS-14", "PENDING as CloseStatus", {
      by,
      caught: () => {
        const { core, vc } = answered(route);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(PENDING_AS_FINAL, vc, null, 0);
      },
      passes: () => {
        const { core, vc } = answered(route);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, vc, null, 0);
      },
    });

    behaviour("CLS-15", "changes of an acceptance that cannot be had are refused with the incoming close", () => {
      const { core, vc, offer, answer } = listening(route);
      offer();
      answer(NDIS_STATUS_SUCCESS, traffic(1, CALL_PARAMETERS_CHANGED));
      core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, vc, null, 0);
      expect(core.client.calls("ProtocolClIncomingCloseCall")).toHaveLength(1);
      expect(core.client.calls("ProtocolClCallConnected")).toEqual([]);
      expect(core.closeCall(vc)).toBe(NDIS_STATUS_PENDING);
    });

    enforced("CLS-16", "an incoming close that the client never answers", {
      by: "client",
      caught: () => {
        const { core, vc } = connected(route);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
        core.stop();
      },
      passes: () => {
        const call = connected(route);
        const { core, vc } = call;
        core.client.on.cl.ClIncomingCloseCallHandler = () => void core.closeCall(vc);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
        core.completeClose(vc);
        core.deactivate(vc);
        core.client.ndis.NdisCoDeleteVc(vc);
        leave(call);
        expect(core.alive).toEqual({});
      },
    });

    enforced("CLS-17", "a send from ProtocolClIncomingCloseCall", {
      by: "client",
      caught: () => {
        const call = connected(route);
        const { core, vc } = call;
        core.client.on.cl.ClIncomingCloseCallHandler = () => void send(call);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
      passes: () => {
        const call = connected(route);
        const { core, vc } = call;
        completeSend(call, send(call));
        core.client.on.cl.ClIncomingCloseCallHandler = () => void core.closeCall(vc);
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
    });

    enforced("CLS-18", "a VC whose call ended in trouble carries another call", {
      by: "client",
      caught: () => callAgainAfter(route, NDIS_STATUS_FAILURE),
      passes: () => expect(callAgainAfter(route, NDIS_STATUS_SUCCESS)).toBe(NDIS_STATUS_PENDING),
    });

    behaviour("CLS-19", "the incoming close closes nothing: the call is there until NdisClCloseCall", () => {
      const { core, vc } = connected(route);
      core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      expect([core.live.activeVcs, core.manager.calls("ProtocolCmCloseCall").length]).toEqual([1, 0]);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      core.endCall(vc);
      expect(core.live.vcs).toBe(0);
    });

    behaviour("CLS-16", "an offer that is withdrawn before its answer is closed by the client, too", () => {
      const { core, vc, offer, answer } = listening(route);
      offer();
      core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, vc, null, 0);
      answer(NDIS_STATUS_FAILURE, PARAMETERS);
      expect(broken(() => core.closeCall(vc))).toBe("nothing");
      const late = accepted(route);
      late.core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, late.vc, null, 0);
      expect(late.core.closeCall(late.vc)).toBe(NDIS_STATUS_PENDING);
    });
  });

function callAgainAfter(route: "mcm" | "cm", closeStatus: typeof NDIS_STATUS_SUCCESS | typeof NDIS_STATUS_FAILURE) {
  const { core, vc } = connected(route);
  core.client.on.cl.ClIncomingCloseCallHandler = () => void core.closeCall(vc);
  core.manager.ndis.NdisMCmDispatchIncomingCloseCall(closeStatus, vc, null, 0);
  core.completeClose(vc);
  core.deactivate(vc);
  return core.makeCall(vc);
}

describe("10. Close: the reference call managers", () => {
  for (const route of ["mcm", "call-manager"] as const)
    behaviour("CLS-06", "UNI signalling carries no close data: INVALID_DATA, and the call goes on", () => {
      const { pair, call } = twoHosts({ alice: { host: { route } } });
      const { alice, bob } = pair;
      const { ndis } = call.binding;
      const close = (data: Uint8Array | null) =>
        ndis.NdisClCloseCall(call.vcHandle as NdisVcHandle, null, data, data?.length ?? 0);
      expect(close(new Uint8Array(4))).toBe(NDIS_STATUS_INVALID_DATA);
      alice.send(call, pattern(100));
      pair.runUntil(() => bob.frames.length === 1 && call.binding.sendsOutstanding === 0);
      expect(bob.frames.map(({ bytes }) => bytes)).toEqual([pattern(100)]);
      call.close();
      pair.runUntil(() => call.state === "closed" && bob.calls[0]?.state === "closed");
      expect(pair.stop()).toEqual({});
    });
});
