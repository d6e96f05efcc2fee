import { describe, expect, it } from "vitest";
import type { NDIS_STATUS_FINAL, NdisPartyHandle } from "../../src/ndis/index.ts";
import {
  CO_CALL_PARAMETERS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { broken, Core, PARAMETERS, PENDING_AS_FINAL } from "./core-harness.ts";

const CLIENT_VC = { vc: "client" };

function dialled(verifier = true) {
  const core = new Core({ verifier }).start();
  const af = core.openAf();
  const vc = core.createVc(af);
  return { core, af, vc, status: core.makeCall(vc) };
}

describe("NdisClMakeCall", () => {
  it("OUT-04: reaches ProtocolCmMakeCall with the VC context and the client's own parameters; no party, no slot", () => {
    const { core, vc, status } = dialled();
    expect(status).toBe(NDIS_STATUS_PENDING);
    const [context, parameters, party, slot] = core.mcm.last("ProtocolCmMakeCall");
    expect(context).toEqual({ mcmVc: vc });
    expect(parameters).toEqual(PARAMETERS);
    expect([party, slot]).toEqual([null, null]);
  });

  it("OUT-11, OUT-22: the completion runs ProtocolClMakeCallComplete with the client's VC context and no party", () => {
    const { core, vc } = dialled();
    core.activate(vc);
    const answer = CO_CALL_PARAMETERS();
    core.mcm.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, answer);
    const [status, context, party, parameters] = core.client.last("ProtocolClMakeCallComplete");
    expect([status, context, party]).toEqual([NDIS_STATUS_SUCCESS, CLIENT_VC, null]);
    expect(parameters).toBe(answer);
  });

  it("OUT-26: a final status means no ProtocolClMakeCallComplete", () => {
    const core = new Core().start();
    const vc = core.createVc(core.openAf());
    core.mcm.on.cm.CmMakeCallHandler = () => {
      core.activate(vc);
      return NDIS_STATUS_SUCCESS;
    };
    expect(core.makeCall(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.client.calls("ProtocolClMakeCallComplete")).toEqual([]);
    core.endCall(vc);
    expect(core.live.vcs).toBe(0);
  });

  it("OUT-05: an error of the call manager comes through; the VC can be used again, or deleted", () => {
    const core = new Core().start();
    const vc = core.createVc(core.openAf());
    core.mcm.on.cm.CmMakeCallHandler = () => NDIS_STATUS_NOT_SUPPORTED;
    expect(core.makeCall(vc)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    delete core.mcm.on.cm.CmMakeCallHandler;
    expect(core.makeCall(vc)).toBe(NDIS_STATUS_PENDING);
    core.completeCall(vc, NDIS_STATUS_RESOURCES);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
  });

  it("CNC-02: the completion may run before the call returns, for success and for failure", () => {
    for (const final of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES] as const) {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      core.mcm.on.cm.CmMakeCallHandler = () => {
        if (final === NDIS_STATUS_SUCCESS) core.activate(vc);
        core.completeCall(vc, final);
        return NDIS_STATUS_PENDING;
      };
      expect(core.makeCall(vc)).toBe(NDIS_STATUS_PENDING);
      expect(core.client.calls("ProtocolClMakeCallComplete").map(([status]) => status)).toEqual([final]);
      if (final === NDIS_STATUS_SUCCESS) core.endCall(vc);
      else core.client.ndis.NdisCoDeleteVc(vc);
      expect(core.live.vcs).toBe(0);
    }
  });

  it("OUT-18: the client may delete the VC inside the failing completion", () => {
    const { core, vc } = dialled();
    core.client.on.cl.ClMakeCallCompleteHandler = () => void core.client.ndis.NdisCoDeleteVc(vc);
    core.completeCall(vc, NDIS_STATUS_FAILURE);
    // OUT-16: the MCM's ProtocolCoDeleteVc follows.
    expect(core.mcm.calls("ProtocolCoDeleteVc")).toEqual([[{ mcmVc: vc }]]);
    expect(core.live.vcs).toBe(0);
  });
});

describe("NdisMCmMakeCallComplete", () => {
  it("OUT-07: exactly once: a second completion, and one without a call", () => {
    const { core, vc } = dialled();
    core.completeCall(vc, NDIS_STATUS_FAILURE);
    expect(broken(() => core.completeCall(vc, NDIS_STATUS_FAILURE))).toBe("OUT-07 by mcm");
    const idle = new Core().start();
    const other = idle.createVc(idle.openAf());
    expect(broken(() => idle.completeCall(other))).toBe("OUT-07 by mcm");
    const soft = dialled(false);
    soft.core.completeCall(soft.vc, NDIS_STATUS_FAILURE);
    soft.core.completeCall(soft.vc, NDIS_STATUS_FAILURE);
    expect(soft.core.client.calls("ProtocolClMakeCallComplete")).toHaveLength(1);
  });

  it("OUT-07: completing and returning a final status as well; without the verifier the client hears it once", () => {
    for (const verifier of [true, false]) {
      const core = new Core({ verifier }).start();
      const vc = core.createVc(core.openAf());
      core.mcm.on.cm.CmMakeCallHandler = () => {
        core.activate(vc);
        core.completeCall(vc);
        return NDIS_STATUS_SUCCESS;
      };
      if (verifier) {
        expect(broken(() => core.makeCall(vc))).toBe("OUT-07 by mcm");
      } else {
        expect(core.makeCall(vc)).toBe(NDIS_STATUS_PENDING);
        expect(core.client.calls("ProtocolClMakeCallComplete")).toHaveLength(1);
        core.endCall(vc);
        expect(core.live.vcs).toBe(0);
      }
    }
  });

  it("OUT-08: PENDING is no completion", () => {
    const { core, vc } = dialled();
    expect(broken(() => core.completeCall(vc, PENDING_AS_FINAL))).toBe("OUT-08 by mcm");
    const soft = dialled(false);
    soft.core.completeCall(soft.vc, PENDING_AS_FINAL);
    expect(soft.core.client.calls("ProtocolClMakeCallComplete")).toEqual([]);
    soft.core.completeCall(soft.vc, NDIS_STATUS_FAILURE);
    expect(soft.core.client.calls("ProtocolClMakeCallComplete")).toHaveLength(1);
  });

  it("OUT-09: SUCCESS before NdisMCmActivateVc; without the verifier it is ignored and may be done properly", () => {
    const { core, vc } = dialled();
    expect(broken(() => core.completeCall(vc))).toBe("OUT-09 by mcm");
    const soft = dialled(false);
    soft.core.completeCall(soft.vc);
    expect(soft.core.client.calls("ProtocolClMakeCallComplete")).toEqual([]);
    soft.core.activate(soft.vc);
    soft.core.completeCall(soft.vc);
    expect(soft.core.client.calls("ProtocolClMakeCallComplete")).toHaveLength(1);
  });

  it("OUT-05: SUCCESS from ProtocolCmMakeCall itself needs the activation too; without the verifier the call fails", () => {
    for (const verifier of [true, false]) {
      const core = new Core({ verifier }).start();
      const vc = core.createVc(core.openAf());
      core.mcm.on.cm.CmMakeCallHandler = () => NDIS_STATUS_SUCCESS;
      if (verifier) {
        expect(broken(() => core.makeCall(vc))).toBe("OUT-05 by mcm");
        continue;
      }
      expect(core.makeCall(vc)).toBe(NDIS_STATUS_FAILURE);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    }
  });

  it("OUT-13: point-to-point has no party: handle and context are NULL", () => {
    for (const [party, context] of [
      [{} as NdisPartyHandle, null],
      [null, { party: 1 }],
    ] as const) {
      const { core, vc } = dialled();
      core.activate(vc);
      const complete = () => core.mcm.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, party, context, PARAMETERS);
      expect(broken(complete)).toBe("OUT-13 by mcm");
    }
  });

  it("OUT-15: until the completion the VC cannot be deleted", () => {
    const { core, vc } = dialled();
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    core.activate(vc);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    core.deactivate(vc);
    core.completeCall(vc, NDIS_STATUS_FAILURE);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
  });

  it("OUT-14: a failed call whose VC is active is over when the VC is deactivated", () => {
    const { core, vc } = dialled();
    core.activate(vc);
    core.completeCall(vc, NDIS_STATUS_FAILURE);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    core.deactivate(vc);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
  });
});

describe("QoS changes", () => {
  it("QOS-02, QOS-05, QOS-06: to the call manager with its VC context; the completion brings status and parameters", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    const wish = CO_CALL_PARAMETERS();
    expect(core.client.ndis.NdisClModifyCallQoS(vc, wish)).toBe(NDIS_STATUS_PENDING);
    const [context, parameters] = core.mcm.last("ProtocolCmModifyCallQoS");
    expect(context).toEqual({ mcmVc: vc });
    expect(parameters).toBe(wish);
    // QOS-03: the VC is activated again with the new parameters first.
    core.activate(vc);
    core.mcm.ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, wish);
    const [status, client, given] = core.client.last("ProtocolClModifyCallQoSComplete");
    expect([status, client]).toEqual([NDIS_STATUS_SUCCESS, CLIENT_VC]);
    expect(given).toBe(wish);
  });

  it("AF-23: a final status means no completion; QOS-08: the call stays", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.mcm.on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_NOT_SUPPORTED;
    expect(core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(core.client.calls("ProtocolClModifyCallQoSComplete")).toEqual([]);
    core.endCall(vc);
  });

  it("QOS-01: only on a VC that is active with a call", () => {
    const { core, vc } = dialled();
    expect(broken(() => core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS))).toBe("QOS-01 by client");
    const soft = dialled(false);
    expect(soft.core.client.ndis.NdisClModifyCallQoS(soft.vc, PARAMETERS)).toBe(NDIS_STATUS_FAILURE);
    expect(soft.core.mcm.calls("ProtocolCmModifyCallQoS")).toEqual([]);
  });

  it("QOS-05: the completion is due once, and not PENDING", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    const complete = (status: NDIS_STATUS_FINAL) => core.mcm.ndis.NdisMCmModifyCallQoSComplete(status, vc, PARAMETERS);
    expect(broken(() => complete(NDIS_STATUS_SUCCESS))).toBe("QOS-05 by mcm");
    core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS);
    expect(broken(() => complete(PENDING_AS_FINAL))).toBe("QOS-05 by mcm");
    complete(NDIS_STATUS_FAILURE);
    core.mcm.on.cm.CmModifyCallQoSHandler = () => {
      core.activate(vc);
      complete(NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_SUCCESS;
    };
    expect(broken(() => core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS))).toBe("QOS-05 by mcm");
  });

  it("QOS-09, QOS-10: a remote change reaches ProtocolClIncomingCallQoSChange of a connected client", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.activate(vc);
    core.mcm.ndis.NdisMCmDispatchIncomingCallQoSChange(vc, PARAMETERS);
    expect(core.client.calls("ProtocolClIncomingCallQoSChange")).toEqual([[CLIENT_VC, PARAMETERS]]);
    const { core: other, vc: idle } = dialled();
    expect(broken(() => other.mcm.ndis.NdisMCmDispatchIncomingCallQoSChange(idle, PARAMETERS))).toBe("QOS-09 by mcm");
  });
});

describe("closing a call", () => {
  it("CLS-03: NdisClCloseCall reaches ProtocolCmCloseCall with VC context, no party, close data and its size", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    const data = new Uint8Array([1, 2, 3]);
    expect(core.client.ndis.NdisClCloseCall(vc, null, data, 3)).toBe(NDIS_STATUS_PENDING);
    const [context, party, given, size] = core.mcm.last("ProtocolCmCloseCall");
    expect([context, party, size]).toEqual([{ mcmVc: vc }, null, 3]);
    expect(given).toBe(data);
  });

  it("CLS-09, CLS-10: the completion runs ProtocolClCloseCallComplete with VC context and no party", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.closeCall(vc);
    core.completeClose(vc);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toEqual([[NDIS_STATUS_SUCCESS, CLIENT_VC, null]]);
  });

  it("AF-23: a final status means no completion; CLS-06: INVALID_DATA leaves the call up", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.mcm.on.cm.CmCloseCallHandler = () => NDIS_STATUS_INVALID_DATA;
    expect(core.client.ndis.NdisClCloseCall(vc, null, new Uint8Array(9), 9)).toBe(NDIS_STATUS_INVALID_DATA);
    core.mcm.on.cm.CmCloseCallHandler = () => NDIS_STATUS_SUCCESS;
    expect(core.closeCall(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toEqual([]);
    core.deactivate(vc);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
  });

  it("X-06: deactivating before the completion or after it is the same; deleting needs both", () => {
    for (const deactivateFirst of [true, false]) {
      const core = new Core().start();
      const vc = core.connectedVc();
      core.closeCall(vc);
      if (deactivateFirst) core.deactivate(vc);
      else core.completeClose(vc);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
      if (deactivateFirst) core.completeClose(vc);
      else core.deactivate(vc);
      // the VC may carry another call now.
      expect(core.makeCall(vc)).toBe(NDIS_STATUS_PENDING);
      core.completeCall(vc, NDIS_STATUS_FAILURE);
      expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    }
  });

  it("CNC-02: the completion may run before the call returns", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.mcm.on.cm.CmCloseCallHandler = () => {
      core.deactivate(vc);
      core.completeClose(vc);
      return NDIS_STATUS_PENDING;
    };
    expect(core.closeCall(vc)).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toHaveLength(1);
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
  });

  it("CLS-01: sends must be back before", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    expect(broken(() => core.closeCall(vc))).toBe("CLS-01 by client");
  });

  it("CLS-02: one close for a call", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.closeCall(vc);
    expect(broken(() => core.closeCall(vc))).toBe("CLS-02 by client");
  });

  it("CLS-09: the completion is due once, not PENDING, without a party, not beside a final status", () => {
    const unasked = new Core().start();
    const vc = unasked.connectedVc();
    expect(broken(() => unasked.completeClose(vc))).toBe("CLS-09 by mcm");
    unasked.closeCall(vc);
    expect(broken(() => unasked.completeClose(vc, PENDING_AS_FINAL))).toBe("CLS-09 by mcm");
    const party = {} as NdisPartyHandle;
    const withParty = () => unasked.mcm.ndis.NdisMCmCloseCallComplete(NDIS_STATUS_SUCCESS, vc, party);
    expect(broken(withParty)).toBe("CLS-09 by mcm");
    for (const verifier of [true, false]) {
      const both = new Core({ verifier }).start();
      const other = both.connectedVc();
      both.mcm.on.cm.CmCloseCallHandler = () => {
        both.completeClose(other);
        return NDIS_STATUS_SUCCESS;
      };
      if (verifier) expect(broken(() => both.closeCall(other))).toBe("CLS-09 by mcm");
      else expect(both.closeCall(other)).toBe(NDIS_STATUS_PENDING);
      expect(both.client.calls("ProtocolClCloseCallComplete")).toHaveLength(1);
    }
  });

  it("CLS-14, CLS-19: an incoming close tells the client and closes nothing until the client does", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    const data = new Uint8Array([7]);
    core.mcm.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, data, 1);
    expect(core.client.calls("ProtocolClIncomingCloseCall")).toEqual([[NDIS_STATUS_SUCCESS, CLIENT_VC, data, 1]]);
    expect(core.live.activeVcs).toBe(1);
    expect(core.mcm.calls("ProtocolCmCloseCall")).toEqual([]);
    core.endCall(vc);
    expect(core.live.vcs).toBe(0);
  });

  it("CLS-16: the client may close inside ProtocolClIncomingCloseCall", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    core.client.on.cl.ClIncomingCloseCallHandler = () => void core.closeCall(vc);
    core.mcm.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, vc, null, 0);
    expect(core.mcm.calls("ProtocolCmCloseCall")).toHaveLength(1);
  });
});
