import { describe, expect, it } from "vitest";
import type { NdisVcHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { Vc } from "../../src/ndis/vc/vc.ts";
import { broken, Core, filled, PARAMETERS, ROUTES } from "./core-harness.ts";

/* What a miniport or a call manager ends when the call that it was for has moved on. */

function vcOf(handle: NdisVcHandle): Vc {
  const vc: unknown = handle;
  if (!(vc instanceof Vc)) throw new Error("not a VC");
  return vc;
}

/** A stand-alone call manager whose miniport pends activations. */
function slowToActivate(verifier = true) {
  const core = new Core({ route: "cm", verifier }).start();
  core.miniport.on.co.CoActivateVcHandler = () => NDIS_STATUS_PENDING;
  const af = core.openAf();
  const activated = (vc: NdisVcHandle) =>
    core.miniport.ndis.NdisMCoActivateVcComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
  return { core, af, activated };
}

describe("NdisMCoActivateVcComplete after the call has moved on", () => {
  it("ACT-04: the call has failed: the VC is active, and waits for its deactivation before it can be deleted", () => {
    const { core, af, activated } = slowToActivate();
    const { ndis } = core.client;
    const vc = core.createVc(af);
    core.makeCall(vc);
    expect(core.activate(vc)).toBe(NDIS_STATUS_PENDING);
    core.completeCall(vc, NDIS_STATUS_FAILURE);
    expect(vcOf(vc).state).toBe("IDLE");
    expect(ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    expect(core.callManager.calls("ProtocolCoDeleteVc")).toEqual([]);
    activated(vc);
    expect([vcOf(vc).state, core.live.activeVcs]).toEqual(["POST", 1]);
    expect(core.callManager.calls("ProtocolCmActivateVcComplete")).toHaveLength(1);
    expect(ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect([core.live.activeVcs, core.live.vcs, core.rules]).toEqual([0, 0, []]);
  });

  it("ACT-05: an incoming call is to be closed: the VC has its new parameters, and the call goes on ending", () => {
    const { core, af, activated } = slowToActivate();
    const sap = core.registerSap(af);
    const vc = core.createIncomingVc(af);
    const { ndis } = core.manager;
    core.activate(vc);
    activated(vc);
    ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
    expect(core.activate(vc)).toBe(NDIS_STATUS_PENDING);
    ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
    activated(vc);
    expect([vcOf(vc).state, core.live.activeVcs]).toEqual(["RCLOSE", 1]);
    core.closeCall(vc);
    core.completeClose(vc);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect([vcOf(vc).state, core.live.activeVcs, core.rules]).toEqual(["MADE", 0, []]);
  });
});

describe.each(ROUTES)("CLS-09: a close that is refused after the deactivation, %s", (route) => {
  /** A connected call whose close pends; the VC is deactivated already. */
  function deactivated(verifier: boolean) {
    const core = new Core({ route, verifier }).start();
    const vc = core.connectedVc();
    core.closeCall(vc);
    core.deactivate(vc);
    return { core, vc };
  }

  it("is a violation", () => {
    const { core, vc } = deactivated(true);
    expect(broken(() => core.completeClose(vc, NDIS_STATUS_FAILURE))).toBe(`CLS-09 by ${core.manager.name}`);
  });

  it("pends still, and the completion that follows is told", () => {
    const { core, vc } = deactivated(false);
    core.completeClose(vc, NDIS_STATUS_FAILURE);
    expect([vcOf(vc).state, core.rules]).toEqual(["CLOSEI", ["CLS-09"]]);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toEqual([]);
    core.completeClose(vc);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toEqual([[NDIS_STATUS_SUCCESS, { vc: "client" }, null]]);
    expect([vcOf(vc).state, core.rules]).toEqual(["IDLE", ["CLS-09"]]);
  });

  it("leaves an incoming call closing, too", () => {
    const core = new Core({ route, verifier: false }).start();
    const af = core.openAf();
    const sap = core.registerSap(af);
    const vc = core.createIncomingVc(af);
    core.activate(vc);
    core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
    core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    core.manager.ndis.NdisMCmDispatchCallConnected(vc);
    core.closeCall(vc);
    core.deactivate(vc);
    core.completeClose(vc, NDIS_STATUS_FAILURE);
    expect([vcOf(vc).state, core.rules]).toEqual(["CLOSE", ["CLS-09"]]);
    core.completeClose(vc);
    expect([vcOf(vc).state, core.rules]).toEqual(["MADE", ["CLS-09"]]);
  });

  it("as the answer of ProtocolCmCloseCall: NdisClCloseCall returns PENDING, and is completed", () => {
    const core = new Core({ route, verifier: false }).start();
    const vc = core.connectedVc();
    core.manager.on.cm.CmCloseCallHandler = () => {
      core.deactivate(vc);
      return NDIS_STATUS_FAILURE;
    };
    expect(core.closeCall(vc)).toBe(NDIS_STATUS_PENDING);
    core.completeClose(vc);
    expect(core.client.calls("ProtocolClCloseCallComplete")).toHaveLength(1);
    expect([vcOf(vc).state, core.rules]).toEqual(["IDLE", ["CLS-09"]]);
  });
});

describe("CLS-09: a close that is refused while the deactivation pends", () => {
  it("is a violation, too: the VC will be inactive", () => {
    const core = new Core({ route: "cm" }).start();
    core.miniport.on.co.CoDeactivateVcHandler = () => NDIS_STATUS_PENDING;
    const vc = core.connectedVc();
    core.closeCall(vc);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_PENDING);
    expect(broken(() => core.completeClose(vc, NDIS_STATUS_FAILURE))).toBe("CLS-09 by cm");
  });
});

describe("MiniportCoDeactivateVc that fails", () => {
  it.each([
    ["at once", NDIS_STATUS_FAILURE],
    ["after PENDING", NDIS_STATUS_PENDING],
  ] as const)("ACT-21: %s: the VC is active, and carries data as before", (_when, answer) => {
    const core = new Core({ route: "cm", verifier: false }).start();
    core.miniport.on.co.CoDeactivateVcHandler = () => answer;
    const { ndis, binding } = core.callManager;
    const out = new OutParameter<NdisVcHandle>();
    ndis.NdisCoCreateVc(binding, null, { vc: "own" }, out);
    const vc = filled(out);
    ndis.NdisCmActivateVc(vc, PARAMETERS);
    expect(ndis.NdisCmDeactivateVc(vc)).toBe(answer);
    if (answer === NDIS_STATUS_PENDING) core.miniport.ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_FAILURE, vc);
    expect(core.rules).toEqual(["ACT-21"]);
    ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    expect(core.miniport.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
    expect([core.live.activeVcs, core.rules]).toEqual([1, ["ACT-21"]]);
  });
});

describe("NdisClIncomingCallComplete after NdisClCloseCall", () => {
  it("INC-05: rejects no call that is closing", () => {
    const core = new Core({ verifier: false }).start();
    const af = core.openAf();
    const sap = core.registerSap(af);
    const vc = core.createIncomingVc(af);
    const { ndis } = core.manager;
    core.activate(vc);
    ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
    core.closeCall(vc);
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS);
    expect(core.mcm.calls("ProtocolCmIncomingCallComplete")).toEqual([]);
    // A rejected offer would break INC-14: there is no call to close. Here there is one, which is closing already.
    ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
    expect(core.rules).toEqual(["INC-05", "CLS-14"]);
  });
});
