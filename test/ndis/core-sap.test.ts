import { describe, expect, it } from "vitest";
import type { CO_SAP, NDIS_STATUS_FINAL, NdisSapHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core, PARAMETERS, PENDING_AS_FINAL, someSap } from "./core-harness.ts";

const CONTEXT = { sap: "client" };

function register(core: Core, af = core.openAf(), sap: CO_SAP = someSap()) {
  const out = new OutParameter<NdisSapHandle>();
  const status = core.client.ndis.NdisClRegisterSap(af, CONTEXT, sap, out);
  return { status, handle: out.Value, af, sap };
}

function pendedRegistration(verifier = true) {
  const core = new Core({ verifier }).start();
  core.mcm.on.cm.CmRegisterSapHandler = () => NDIS_STATUS_PENDING;
  const { status, sap, af } = register(core);
  return { core, status, sap, af, handle: core.mcm.last("ProtocolCmRegisterSap")[2] as NdisSapHandle };
}

function complete(core: Core, handle: NdisSapHandle, status: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS): void {
  core.mcm.ndis.NdisMCmRegisterSapComplete(status, handle, { mcmSap: 1 });
}

describe("NdisClRegisterSap", () => {
  it("SAP-02: reaches ProtocolCmRegisterSap with the AF context, the client's own SAP, a fresh handle and a slot", () => {
    const core = new Core().start();
    const { status, handle, af, sap } = register(core);
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    const [context, given, named, slot] = core.mcm.last("ProtocolCmRegisterSap");
    expect(context).toEqual({ mcmAf: af });
    expect(given).toBe(sap);
    expect(named).toBe(handle);
    expect(slot).toBeInstanceOf(OutParameter);
    expect(core.client.calls("ProtocolClRegisterSapComplete")).toEqual([]);
    expect(core.live.saps).toBe(1);
  });

  it.each([
    ["SAP-03: INVALID_DATA for a SAP that another client holds", NDIS_STATUS_INVALID_DATA],
    ["SAP-04: RESOURCES", NDIS_STATUS_RESOURCES],
  ] as const)("%s comes through, and nothing is left", (_rule, answer) => {
    const core = new Core().start();
    core.mcm.on.cm.CmRegisterSapHandler = () => answer;
    expect(register(core)).toMatchObject({ status: answer, handle: null });
    expect(core.client.calls("ProtocolClRegisterSapComplete")).toEqual([]);
    expect(core.live.saps).toBe(0);
  });

  it("SAP-05, SAP-06: pended: the completion brings the client's own SAP and the handle", () => {
    const { core, status, handle, sap } = pendedRegistration();
    expect(status).toBe(NDIS_STATUS_PENDING);
    complete(core, handle);
    const [final, context, own, given] = core.client.last("ProtocolClRegisterSapComplete");
    expect([final, context, given]).toEqual([NDIS_STATUS_SUCCESS, CONTEXT, handle]);
    expect(own).toBe(sap);
    core.client.ndis.NdisClDeregisterSap(handle);
    expect(core.mcm.last("ProtocolCmDeregisterSap")).toEqual([{ mcmSap: 1 }]);
  });

  it("SAP-05, SAP-06: pended and failed: the handle is NULL, and dead for the call manager", () => {
    const { core, handle } = pendedRegistration();
    complete(core, handle, NDIS_STATUS_INVALID_DATA);
    expect(core.client.last("ProtocolClRegisterSapComplete")).toMatchObject([
      NDIS_STATUS_INVALID_DATA,
      CONTEXT,
      {},
      null,
    ]);
    expect(core.live.saps).toBe(0);
    expect(broken(() => complete(core, handle))).toBe("SAP-05 by mcm");
  });

  it("CNC-02: the completion may run before the call returns", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmRegisterSapHandler = (_af, _sap, handle) => {
      complete(core, handle);
      return NDIS_STATUS_PENDING;
    };
    expect(register(core).status).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClRegisterSapComplete")).toHaveLength(1);
  });

  it("SAP-05: PENDING is no completion, a second one and one beside a final status are violations", () => {
    const pending = pendedRegistration();
    expect(broken(() => complete(pending.core, pending.handle, PENDING_AS_FINAL))).toBe("SAP-05 by mcm");
    const twice = pendedRegistration();
    complete(twice.core, twice.handle);
    expect(broken(() => complete(twice.core, twice.handle))).toBe("SAP-05 by mcm");
    const both = new Core().start();
    both.mcm.on.cm.CmRegisterSapHandler = (_af, _sap, handle) => {
      complete(both, handle);
      return NDIS_STATUS_SUCCESS;
    };
    expect(broken(() => register(both))).toBe("SAP-05 by mcm");
  });

  it("SAP-05 without the verifier: the client hears of each registration once", () => {
    const { core, handle } = pendedRegistration(false);
    complete(core, handle, PENDING_AS_FINAL);
    complete(core, handle);
    complete(core, handle);
    expect(core.client.calls("ProtocolClRegisterSapComplete")).toHaveLength(1);
    core.mcm.on.cm.CmRegisterSapHandler = (_af, _sap, named) => {
      complete(core, named);
      return NDIS_STATUS_SUCCESS;
    };
    expect(register(core).status).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClRegisterSapComplete")).toHaveLength(2);
    expect(core.live.saps).toBe(2);
  });
});

describe("NdisClDeregisterSap", () => {
  it("SAP-10, SAP-13: returns PENDING, and ProtocolClDeregisterSapComplete runs; also when the call manager is synchronous", () => {
    for (const pends of [false, true]) {
      const core = new Core().start();
      if (pends) core.mcm.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
      const { handle } = register(core);
      if (handle === null) throw new Error("no SAP");
      expect(core.client.ndis.NdisClDeregisterSap(handle)).toBe(NDIS_STATUS_PENDING);
      expect(core.mcm.last("ProtocolCmDeregisterSap")).toEqual([{ mcmSap: handle }]);
      expect(core.client.calls("ProtocolClDeregisterSapComplete")).toHaveLength(pends ? 0 : 1);
      if (pends) core.mcm.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
      expect(core.client.calls("ProtocolClDeregisterSapComplete")).toEqual([[NDIS_STATUS_SUCCESS, CONTEXT]]);
      expect(core.live.saps).toBe(0);
    }
  });

  it("CNC-02: the completion may run before the call manager returns PENDING", () => {
    const core = new Core().start();
    const { handle } = register(core);
    if (handle === null) throw new Error("no SAP");
    core.mcm.on.cm.CmDeregisterSapHandler = () => {
      core.mcm.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
      return NDIS_STATUS_PENDING;
    };
    expect(core.client.ndis.NdisClDeregisterSap(handle)).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClDeregisterSapComplete")).toHaveLength(1);
    expect(core.live.saps).toBe(0);
  });

  it("SAP-10: FAILURE while it is closing already", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
    const { handle } = register(core);
    if (handle === null) throw new Error("no SAP");
    core.client.ndis.NdisClDeregisterSap(handle);
    expect(core.client.ndis.NdisClDeregisterSap(handle)).toBe(NDIS_STATUS_FAILURE);
    expect(core.mcm.calls("ProtocolCmDeregisterSap")).toHaveLength(1);
  });

  it("SAP-11: the handle is dead after the completion; so is that of a registration that has not ended", () => {
    const core = new Core().start();
    const { handle } = register(core);
    if (handle === null) throw new Error("no SAP");
    core.client.ndis.NdisClDeregisterSap(handle);
    expect(broken(() => core.client.ndis.NdisClDeregisterSap(handle))).toBe("SAP-11 by client");
    const pended = pendedRegistration();
    expect(broken(() => pended.core.client.ndis.NdisClDeregisterSap(pended.handle))).toBe("SAP-11 by client");
    const soft = new Core({ verifier: false }).start();
    const other = register(soft).handle;
    if (other === null) throw new Error("no SAP");
    soft.client.ndis.NdisClDeregisterSap(other);
    expect(soft.client.ndis.NdisClDeregisterSap(other)).toBe(NDIS_STATUS_FAILURE);
  });

  it("SAP-12, SAP-13: the call manager cannot refuse, complete with an error, twice, or without being asked", () => {
    const pended = () => {
      const core = new Core().start();
      core.mcm.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
      const { handle } = register(core);
      if (handle === null) throw new Error("no SAP");
      return { core, handle, complete: core.mcm.ndis.NdisMCmDeregisterSapComplete };
    };
    const refusing = pended();
    refusing.core.mcm.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_FAILURE;
    expect(broken(() => refusing.core.client.ndis.NdisClDeregisterSap(refusing.handle))).toBe("SAP-12 by mcm");
    const unasked = pended();
    expect(broken(() => unasked.complete(NDIS_STATUS_SUCCESS, unasked.handle))).toBe("SAP-13 by mcm");
    const failing = pended();
    failing.core.client.ndis.NdisClDeregisterSap(failing.handle);
    expect(broken(() => failing.complete(NDIS_STATUS_FAILURE, failing.handle))).toBe("SAP-13 by mcm");
    const pending = pended();
    pending.core.client.ndis.NdisClDeregisterSap(pending.handle);
    expect(broken(() => pending.complete(PENDING_AS_FINAL, pending.handle))).toBe("SAP-13 by mcm");
    const both = pended();
    both.core.mcm.on.cm.CmDeregisterSapHandler = () => {
      both.complete(NDIS_STATUS_SUCCESS, both.handle);
      return NDIS_STATUS_SUCCESS;
    };
    expect(broken(() => both.core.client.ndis.NdisClDeregisterSap(both.handle))).toBe("SAP-13 by mcm");
  });

  it("SAP-13 without the verifier: completed and answered as well, the SAP is gone once", () => {
    const core = new Core({ verifier: false }).start();
    const { handle } = register(core);
    if (handle === null) throw new Error("no SAP");
    core.mcm.on.cm.CmDeregisterSapHandler = () => {
      core.mcm.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
      return NDIS_STATUS_SUCCESS;
    };
    core.client.ndis.NdisClDeregisterSap(handle);
    expect(core.client.calls("ProtocolClDeregisterSapComplete")).toHaveLength(1);
    expect(core.live.saps).toBe(0);
  });

  it("SAP-14: a call that came in on the SAP goes on", () => {
    const core = new Core().start();
    const { handle, af } = register(core);
    if (handle === null) throw new Error("no SAP");
    const vc = core.createIncomingVc(af);
    core.activate(vc);
    core.mcm.ndis.NdisMCmDispatchIncomingCall(handle, vc, PARAMETERS);
    core.client.ndis.NdisClDeregisterSap(handle);
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
    core.mcm.ndis.NdisMCmDispatchCallConnected(vc);
    expect(core.client.calls("ProtocolClCallConnected")).toHaveLength(1);
  });

  it("SAP-15: with the address family closing the final status is FAILURE", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
    core.mcm.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
    const { handle, af } = register(core);
    if (handle === null) throw new Error("no SAP");
    core.client.ndis.NdisClDeregisterSap(handle);
    core.client.ndis.NdisClCloseAddressFamily(af);
    core.mcm.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
    expect(core.client.calls("ProtocolClDeregisterSapComplete")).toEqual([[NDIS_STATUS_FAILURE, CONTEXT]]);
    core.mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
    expect(core.live.addressFamilies).toBe(0);
  });
});
