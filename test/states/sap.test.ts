import { describe, expect, it } from "vitest";
import type { NdisAfHandle, NdisSapHandle } from "../../src/ndis/index.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS, OutParameter } from "../../src/ndis/index.ts";
import { Sap } from "../../src/ndis/sap/sap.ts";
import type { Route } from "../ndis/core-harness.ts";
import { Core, PARAMETERS, ROUTES, someSap } from "../ndis/core-harness.ts";
import type { Act } from "./tables.ts";
import { check, stateOf } from "./tables.ts";

// 23.4: a SAP.

class Listening {
  readonly core: Core;
  readonly af: NdisAfHandle;
  readonly handle: NdisSapHandle;
  readonly sap: Sap;

  constructor(route: Route, state: string, verifier = true) {
    const core = new Core({ route, verifier }).start();
    this.core = core;
    this.af = core.openAf();
    core.manager.on.cm.CmRegisterSapHandler = () => NDIS_STATUS_PENDING;
    core.manager.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
    const out = new OutParameter<NdisSapHandle>();
    core.client.ndis.NdisClRegisterSap(this.af, {}, someSap(), out);
    const sap = core.manager.last("ProtocolCmRegisterSap")[2];
    if (!(sap instanceof Sap)) throw new Error("not a SAP");
    this.sap = sap;
    this.handle = sap as unknown as NdisSapHandle;
    const register = (status: typeof NDIS_STATUS_SUCCESS | typeof NDIS_STATUS_FAILURE) =>
      core.manager.ndis.NdisMCmRegisterSapComplete(status, this.handle, {});
    if (state === "NONE") register(NDIS_STATUS_FAILURE);
    if (state === "REGISTERED" || state === "DEREGISTERING") register(NDIS_STATUS_SUCCESS);
    if (state === "DEREGISTERING") core.client.ndis.NdisClDeregisterSap(this.handle);
    if (sap.state !== state) throw new Error(`state ${sap.state} instead of ${state}`);
  }

  get state(): string {
    return this.sap.state;
  }
}

const SAP_EVENTS: Record<string, Act<Listening>> = {
  "complete SUCCESS": ({ core, handle }) =>
    core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_SUCCESS, handle, {}),
  "complete error": ({ core, handle }) => core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_FAILURE, handle, {}),
  "DispatchIncomingCall on it": ({ core, handle, af }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCall(handle, core.createIncomingVc(af), PARAMETERS),
  NdisClDeregisterSap: ({ core, handle }) => core.client.ndis.NdisClDeregisterSap(handle),
  DeregisterSapComplete: ({ core, handle }) =>
    core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle),
};

describe.each(ROUTES)("23.4 SAP, %s", (route) => {
  check({
    section: "23.4",
    states: 4,
    events: SAP_EVENTS,
    place: (state, verifier) => new Listening(route, state, verifier),
    others: ["NdisClRegisterSap", "existing call on the SAP"],
  });

  it("NdisClRegisterSap in NONE: REGISTERING; it makes a SAP of its own, so that no other cell can come about", () => {
    expect(new Listening(route, "REGISTERING").sap.state).toBe("REGISTERING");
  });

  it("existing call on the SAP: unaffected by REGISTERED, DEREGISTERING and after", () => {
    const { core, af, handle } = new Listening(route, "REGISTERED");
    const vc = core.createIncomingVc(af);
    core.manager.ndis.NdisMCmDispatchIncomingCall(handle, vc, PARAMETERS);
    core.client.ndis.NdisClDeregisterSap(handle);
    expect(stateOf(vc)).toBe("OFFER");
    core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
    expect(stateOf(vc)).toBe("OFFER");
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
    expect(stateOf(vc)).toBe("ACC");
  });
});
