import { describe, expect } from "vitest";
import { Core } from "../ndis/core-harness.ts";
import { behaviour, enforced } from "./rule-case.ts";

describe("6. Outgoing call", () => {
  enforced("OUT-09", "SUCCESS before NdisMCmActivateVc", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      core.makeCall(vc);
      core.completeCall(vc);
    },
    passes: () => {
      const core = new Core().start();
      core.connectedVc();
    },
  });

  behaviour("OUT-11", "NdisMCmMakeCallComplete runs ProtocolClMakeCallComplete with the client's VC context", () => {
    const core = new Core().start();
    core.connectedVc();
    expect(core.client.last("ProtocolClMakeCallComplete")[1]).toEqual({ vc: "client" });
  });
});
