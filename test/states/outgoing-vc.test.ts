import { describe, expect, it } from "vitest";
import type { NdisAfHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS, OutParameter } from "../../src/ndis/index.ts";
import type { Route } from "../ndis/core-harness.ts";
import { Core, PARAMETERS, ROUTES } from "../ndis/core-harness.ts";
import type { Act, Difference } from "./tables.ts";
import { check, stateOf } from "./tables.ts";

// 23.1: a VC that the client created.

class Outgoing {
  readonly core: Core;
  readonly af: NdisAfHandle;
  readonly vc: NdisVcHandle;

  constructor(route: Route, state: string, verifier = true) {
    const core = new Core({ route, verifier }).start();
    this.core = core;
    this.af = core.openAf();
    this.vc = core.createVc(this.af);
    const { vc } = this;
    const steps: Record<string, () => void> = {
      NONE: () => void core.client.ndis.NdisCoDeleteVc(vc),
      IDLE: () => {},
      DIAL: () => void core.makeCall(vc),
      DIALA: () => {
        core.makeCall(vc);
        core.activate(vc);
      },
      CONN: () => this.connect(),
      RCLOSE: () => {
        this.connect();
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
      CLOSE: () => {
        this.connect();
        core.closeCall(vc);
      },
      CLOSEI: () => {
        this.connect();
        core.closeCall(vc);
        core.deactivate(vc);
      },
      POST: () => {
        this.connect();
        core.closeCall(vc);
        core.completeClose(vc);
      },
    };
    const step = steps[state];
    if (step === undefined) throw new Error(`no way to state ${state}`);
    step();
    if (stateOf(vc) !== state) throw new Error(`state ${stateOf(vc)} instead of ${state}`);
  }

  get state(): string {
    return stateOf(this.vc);
  }

  connect(): void {
    const { core, vc } = this;
    core.makeCall(vc);
    core.activate(vc);
    core.completeCall(vc);
  }
}

const OUTGOING_EVENTS: Record<string, Act<Outgoing>> = {
  "NdisClMakeCall (client)": ({ core, vc }) => core.makeCall(vc),
  "(M)CmActivateVc ok": ({ core, vc }) => core.activate(vc),
  "MakeCallComplete SUCCESS": ({ core, vc }) => core.completeCall(vc),
  "MakeCallComplete error": ({ core, vc }) => core.completeCall(vc, NDIS_STATUS_FAILURE),
  "NdisCoSendNetBufferLists (client)": ({ core, vc }) =>
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0),
  "receive indicated (miniport)": ({ core, vc }) =>
    core.manager.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, core.client.lists(1, vc), 1, 0),
  "ModifyCallQoS / QoS dispatch": ({ core, vc }) => core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS),
  DispatchIncomingCloseCall: ({ core, vc }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0),
  "NdisClCloseCall (client)": ({ core, vc }) => core.closeCall(vc),
  "(M)CmDeactivateVc": ({ core, vc }) => core.deactivate(vc),
  "CloseCallComplete SUCCESS": ({ core, vc }) => core.completeClose(vc),
  "CloseCallComplete error": ({ core, vc }) => core.completeClose(vc, NDIS_STATUS_FAILURE),
  "NdisCoDeleteVc (client)": ({ core, vc }) => core.client.ndis.NdisCoDeleteVc(vc),
  "NdisMCmDeleteVc / CM delete (not creator)": ({ core, vc }) => core.manager.ndis.NdisMCmDeleteVc(vc),
};

const OUTGOING_DIFFERENCES: Record<string, Difference> = {
  "MakeCallComplete error in DIALA": {
    does: "POST",
    because:
      "'IDLE after deactivate': until the deactivation the VC waits in POST, from where it leads to IDLE (below)",
  },
  "CloseCallComplete error in CLOSEI": {
    does: "illegal",
    because: "'CONN only if reactivated', but no cell lets a VC in CLOSEI be activated again: it cannot come about",
  },
};

describe.each(ROUTES)("23.1 client-created VC, %s", (route) => {
  check({
    section: "23.1",
    states: 9,
    events: OUTGOING_EVENTS,
    place: (state, verifier) => new Outgoing(route, state, verifier),
    differences: OUTGOING_DIFFERENCES,
    others: ["NdisCoCreateVc ok (client)", "NdisCoCreateVc, peer fails or pends"],
  });

  it("NdisCoCreateVc ok (client) in NONE: IDLE", () => {
    expect(stateOf(new Outgoing(route, "IDLE").vc)).toBe("IDLE");
  });

  it("NdisCoCreateVc, peer fails or pends in NONE: NONE", () => {
    const core = new Core({ route }).start();
    const af = core.openAf();
    core.manager.on.cm.CmCreateVcHandler = () => NDIS_STATUS_FAILURE;
    const out = new OutParameter<NdisVcHandle>();
    expect(core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out)).toBe(NDIS_STATUS_FAILURE);
    expect(stateOf(core.manager.last("ProtocolCoCreateVc")[1] as NdisVcHandle)).toBe("NONE");
  });

  it("MakeCallComplete error in DIALA, then the deactivation: IDLE", () => {
    const { core, vc } = new Outgoing(route, "DIALA");
    core.completeCall(vc, NDIS_STATUS_FAILURE);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(stateOf(vc)).toBe("IDLE");
  });
});
