import { describe, expect, it } from "vitest";
import type { NDIS_STATUS_FINAL, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  CO_CALL_PARAMETERS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { broken, Core, PARAMETERS, PENDING_AS_FINAL } from "./core-harness.ts";

interface Listening {
  readonly core: Core;
  readonly vc: NdisVcHandle;
  readonly sap: ReturnType<Core["registerSap"]>;
  offer(): number;
}

function listening(verifier = true): Listening {
  const core = new Core({ verifier }).start();
  const af = core.openAf();
  const sap = core.registerSap(af);
  const vc = core.createIncomingVc(af);
  core.activate(vc);
  return { core, sap, vc, offer: () => core.mcm.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS) };
}

function answer({ core, vc }: Listening, status: NDIS_STATUS_FINAL): void {
  core.client.ndis.NdisClIncomingCallComplete(status, vc, PARAMETERS);
}

describe("NdisMCmDispatchIncomingCall", () => {
  it("INC-03: runs ProtocolClIncomingCall of the SAP's owner with SAP context, VC context and the parameters", () => {
    const { core, vc, offer } = listening();
    expect(offer()).toBe(NDIS_STATUS_PENDING);
    const [sap, context, parameters] = core.client.last("ProtocolClIncomingCall");
    expect([sap, context]).toEqual([{ sap: "client" }, { clientVc: vc }]);
    expect(parameters).toEqual(PARAMETERS);
  });

  it("INC-07: a final status from the client comes back, and ProtocolCmIncomingCallComplete is not called", () => {
    for (const status of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES] as const) {
      const { core, offer } = listening();
      core.client.on.cl.ClIncomingCallHandler = () => status;
      expect(offer()).toBe(status);
      expect(core.mcm.calls("ProtocolCmIncomingCallComplete")).toEqual([]);
    }
  });

  it("INC-05, INC-06: after PENDING the client's completion runs ProtocolCmIncomingCallComplete with its status and parameters", () => {
    for (const status of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES] as const) {
      const listener = listening();
      listener.offer();
      const changed = CO_CALL_PARAMETERS();
      listener.core.client.ndis.NdisClIncomingCallComplete(status, listener.vc, changed);
      const [given, context, parameters] = listener.core.mcm.last("ProtocolCmIncomingCallComplete");
      expect([given, context]).toEqual([status, { vc: "mcm" }]);
      expect(parameters).toBe(changed);
    }
  });

  it("CNC-02: the client may complete before its handler returns PENDING", () => {
    const listener = listening();
    listener.core.client.on.cl.ClIncomingCallHandler = () => {
      answer(listener, NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_PENDING;
    };
    expect(listener.offer()).toBe(NDIS_STATUS_PENDING);
    expect(listener.core.mcm.calls("ProtocolCmIncomingCallComplete")).toHaveLength(1);
    listener.core.mcm.ndis.NdisMCmDispatchCallConnected(listener.vc);
    expect(listener.core.client.calls("ProtocolClCallConnected")).toHaveLength(1);
  });

  it("INC-05: exactly once, not PENDING, not beside a final status", () => {
    const twice = listening();
    twice.offer();
    answer(twice, NDIS_STATUS_SUCCESS);
    expect(broken(() => answer(twice, NDIS_STATUS_SUCCESS))).toBe("INC-05 by client");
    const unasked = listening();
    expect(broken(() => answer(unasked, NDIS_STATUS_SUCCESS))).toBe("INC-05 by client");
    const pending = listening();
    pending.offer();
    expect(broken(() => answer(pending, PENDING_AS_FINAL))).toBe("INC-05 by client");
    const both = listening();
    both.core.client.on.cl.ClIncomingCallHandler = () => {
      answer(both, NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_SUCCESS;
    };
    expect(broken(() => both.offer())).toBe("INC-05 by client");
    const soft = listening(false);
    soft.core.client.on.cl.ClIncomingCallHandler = () => {
      answer(soft, PENDING_AS_FINAL);
      answer(soft, NDIS_STATUS_SUCCESS);
      answer(soft, NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_SUCCESS;
    };
    expect(soft.offer()).toBe(NDIS_STATUS_PENDING);
    expect(soft.core.mcm.calls("ProtocolCmIncomingCallComplete")).toHaveLength(1);
  });

  it("INC-14: after a rejection the MCM deactivates and deletes, without a close exchange", () => {
    const listener = listening();
    listener.offer();
    answer(listener, NDIS_STATUS_RESOURCES);
    const { core, vc } = listener;
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.mcm.ndis.NdisMCmDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.client.calls("ProtocolClIncomingCloseCall")).toEqual([]);
    expect(core.live.vcs).toBe(0);
  });

  it("VC-23: a rejected VC may carry another offer to the same client", () => {
    const listener = listening();
    listener.core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_RESOURCES;
    listener.offer();
    listener.core.deactivate(listener.vc);
    listener.core.activate(listener.vc);
    delete listener.core.client.on.cl.ClIncomingCallHandler;
    expect(listener.offer()).toBe(NDIS_STATUS_PENDING);
    expect(listener.core.client.calls("ProtocolClIncomingCall")).toHaveLength(2);
  });

  it("INC-02: the VC belongs to the address family of the SAP's client", () => {
    const setUp = (verifier: boolean) => {
      const core = new Core({ verifier, clients: ["one", "two"] }).start();
      const [one, two] = core.clients;
      if (one === undefined || two === undefined) throw new Error("two clients");
      const sap = core.registerSap(core.openAf(one), one);
      const vc = core.createIncomingVc(core.openAf(two));
      return { two, offer: () => core.mcm.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS) };
    };
    expect(broken(setUp(true).offer)).toBe("INC-02 by mcm");
    const { two, offer } = setUp(false);
    expect(offer()).toBe(NDIS_STATUS_FAILURE);
    expect(two.calls("ProtocolClIncomingCall")).toEqual([]);
  });

  it("INC-01: a SAP that is being deregistered, or gone, takes no call", () => {
    const closing = listening();
    closing.core.mcm.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
    closing.core.client.ndis.NdisClDeregisterSap(closing.sap);
    expect(broken(closing.offer)).toBe("INC-01 by mcm");
    const gone = listening();
    gone.core.client.ndis.NdisClDeregisterSap(gone.sap);
    expect(broken(gone.offer)).toBe("SAP-13 by mcm");
  });

  it("SAP-07: a SAP whose registration has not ended may have a call already", () => {
    const core = new Core().start();
    const af = core.openAf();
    core.mcm.on.cm.CmRegisterSapHandler = () => NDIS_STATUS_PENDING;
    expect(() => core.registerSap(af)).toThrow("not filled");
    const sap = core.mcm.last("ProtocolCmRegisterSap")[2] as Listening["sap"];
    const vc = core.createIncomingVc(af);
    expect(core.mcm.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS)).toBe(NDIS_STATUS_PENDING);
  });
});

describe("NdisMCmDispatchCallConnected", () => {
  it("CON-02: runs ProtocolClCallConnected with the client's VC context", () => {
    const listener = listening();
    listener.offer();
    answer(listener, NDIS_STATUS_SUCCESS);
    listener.core.mcm.ndis.NdisMCmDispatchCallConnected(listener.vc);
    expect(listener.core.client.calls("ProtocolClCallConnected")).toEqual([[{ clientVc: listener.vc }]]);
  });

  it("CON-01: only after the client accepted, once, and only for VCs of the call manager", () => {
    const early = listening();
    early.offer();
    expect(broken(() => early.core.mcm.ndis.NdisMCmDispatchCallConnected(early.vc))).toBe("CON-01 by mcm");
    const twice = listening();
    twice.core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
    twice.offer();
    twice.core.mcm.ndis.NdisMCmDispatchCallConnected(twice.vc);
    expect(broken(() => twice.core.mcm.ndis.NdisMCmDispatchCallConnected(twice.vc))).toBe("CON-01 by mcm");
    const outgoing = new Core().start();
    const vc = outgoing.connectedVc();
    expect(broken(() => outgoing.mcm.ndis.NdisMCmDispatchCallConnected(vc))).toBe("CON-01 by mcm");
    const soft = listening(false);
    soft.offer();
    soft.core.mcm.ndis.NdisMCmDispatchCallConnected(soft.vc);
    expect(soft.core.client.calls("ProtocolClCallConnected")).toEqual([]);
  });

  it("X-09: the VC may be activated as late as after the acceptance, but not later", () => {
    const core = new Core().start();
    const af = core.openAf();
    const sap = core.registerSap(af);
    const vc = core.createIncomingVc(af);
    core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
    core.mcm.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    expect(broken(() => core.mcm.ndis.NdisMCmDispatchCallConnected(vc))).toBe("ACT-05 by mcm");
    core.activate(vc);
    core.mcm.ndis.NdisMCmDispatchCallConnected(vc);
    expect(core.client.calls("ProtocolClCallConnected")).toHaveLength(1);
  });
});

describe("the end of an incoming call", () => {
  it("INC-15: an offer that is withdrawn: the client closes, the MCM deactivates and deletes", () => {
    const listener = listening();
    listener.offer();
    const { core, vc } = listener;
    core.mcm.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, vc, null, 0);
    answer(listener, NDIS_STATUS_FAILURE);
    core.closeCall(vc);
    core.completeClose(vc);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.mcm.ndis.NdisMCmDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
  });

  it("INC-15: a withdrawn offer that the client only closes is answered by that: nobody waits, and an answer is late", () => {
    const listener = listening();
    listener.offer();
    const { core, vc } = listener;
    core.mcm.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_FAILURE, vc, null, 0);
    core.closeCall(vc);
    core.completeClose(vc);
    core.deactivate(vc);
    // Longer than NDIS lets anybody wait.
    core.world.runUntilTime(400e9);
    expect(core.machine.processor.stopped).toBeNull();
    expect(broken(() => answer(listener, NDIS_STATUS_FAILURE))).toBe("INC-05 by client");
    expect(core.mcm.calls("ProtocolCmIncomingCallComplete")).toEqual([]);
  });

  it("CLS-20: a VC of the call manager: close exchange, deactivate, delete; the client's ProtocolCoDeleteVc runs", () => {
    const listener = listening();
    listener.core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
    listener.offer();
    const { core, vc } = listener;
    core.mcm.ndis.NdisMCmDispatchCallConnected(vc);
    core.closeCall(vc);
    core.completeClose(vc);
    core.deactivate(vc);
    expect(core.mcm.ndis.NdisMCmDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.client.calls("ProtocolCoDeleteVc")).toEqual([[{ clientVc: vc }]]);
    expect([core.live.vcs, core.live.activeVcs]).toEqual([0, 0]);
  });
});
