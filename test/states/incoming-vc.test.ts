import { describe, expect, it } from "vitest";
import type { NdisAfHandle, NdisSapHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import type { Route } from "../ndis/core-harness.ts";
import { Core, PARAMETERS, ROUTES } from "../ndis/core-harness.ts";
import type { Act } from "./tables.ts";
import { check, stateOf } from "./tables.ts";

// 23.2: a VC that the call manager created.

class Incoming {
  readonly core: Core;
  readonly af: NdisAfHandle;
  readonly sap: NdisSapHandle;
  readonly vc: NdisVcHandle;

  constructor(route: Route, state: string, verifier = true) {
    const core = new Core({ route, verifier }).start();
    this.core = core;
    this.af = core.openAf();
    this.sap = core.registerSap(this.af);
    this.vc = core.createIncomingVc(this.af);
    const { vc } = this;
    const steps: Record<string, () => void> = {
      NONE: () => void core.manager.ndis.NdisMCmDeleteVc(vc),
      MADE: () => {},
      ACT: () => void core.activate(vc),
      OFFER: () => this.offer(),
      ACC: () => this.accept(),
      CONN: () => this.connect(),
      RCLOSE: () => {
        this.connect();
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
      CLOSE: () => {
        this.connect();
        core.closeCall(vc);
      },
      DONE: () => {
        this.offer();
        core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS);
      },
    };
    const step = steps[state];
    if (step === undefined) throw new Error(`no way to state ${state}`);
    step();
    if (stateOf(vc) !== state) throw new Error(`state ${stateOf(vc)} instead of ${state}`);
  }

  offer(): void {
    this.core.activate(this.vc);
    this.core.manager.ndis.NdisMCmDispatchIncomingCall(this.sap, this.vc, PARAMETERS);
  }

  accept(): void {
    this.offer();
    this.core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, this.vc, PARAMETERS);
  }

  get state(): string {
    return stateOf(this.vc);
  }

  connect(): void {
    this.accept();
    this.core.manager.ndis.NdisMCmDispatchCallConnected(this.vc);
  }
}

const INCOMING_EVENTS: Record<string, Act<Incoming>> = {
  "(M)CmActivateVc ok": ({ core, vc }) => core.activate(vc),
  "(M)CmDispatchIncomingCall, pends": ({ core, vc, sap }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS),
  "client accepts (SUCCESS now or via completion)": ({ core, vc }) =>
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS),
  "client rejects": ({ core, vc }) => core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS),
  "(M)CmDispatchCallConnected": ({ core, vc }) => core.manager.ndis.NdisMCmDispatchCallConnected(vc),
  "(M)CmDispatchIncomingCloseCall": ({ core, vc }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0),
  "NdisCoSendNetBufferLists (client)": ({ core, vc }) =>
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0),
  "NdisClModifyCallQoS (client)": ({ core, vc }) => core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS),
  "NdisClCloseCall (client)": ({ core, vc }) => core.closeCall(vc),
  "CloseCallComplete SUCCESS": ({ core, vc }) => core.completeClose(vc),
  "(M)CmDeactivateVc": ({ core, vc }) => core.deactivate(vc),
  "NdisMCmDeleteVc / NdisCoDeleteVc by creator": ({ core, vc }) => core.manager.ndis.NdisMCmDeleteVc(vc),
  "delete by client": ({ core, vc }) => core.client.ndis.NdisCoDeleteVc(vc),
};

describe.each(ROUTES)("23.2 call-manager-created VC, %s", (route) => {
  check({
    section: "23.2",
    states: 9,
    events: INCOMING_EVENTS,
    place: (state, verifier) => new Incoming(route, state, verifier),
    others: ["NdisMCmCreateVc / NdisCoCreateVc ok (creator)"],
  });

  it("NdisMCmCreateVc / NdisCoCreateVc ok (creator) in NONE: MADE", () => {
    expect(stateOf(new Incoming(route, "MADE").vc)).toBe("MADE");
  });

  it("CLOSE, already deactivated, then CloseCallComplete SUCCESS: MADE", () => {
    const { core, vc } = new Incoming(route, "CLOSE");
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(stateOf(vc)).toBe("CLOSE");
    core.completeClose(vc);
    expect(stateOf(vc)).toBe("MADE");
  });

  it("an offer on an inactive VC (X-09) that is rejected leads to MADE", () => {
    const { core, vc, sap } = new Incoming(route, "MADE");
    core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS);
    expect(stateOf(vc)).toBe("MADE");
  });

  it("MADE after a finished call accepts a new activate and dispatch to the same client", () => {
    const { core, vc, sap } = new Incoming(route, "CLOSE");
    core.completeClose(vc);
    core.deactivate(vc);
    core.activate(vc);
    core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    expect(stateOf(vc)).toBe("OFFER");
  });
});
