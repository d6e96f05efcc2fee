import { describe, expect } from "vitest";
import type { ClientLibrary, NdisVcHandle } from "../../src/ndis/index.ts";
import { NDIS_STATUS_SUCCESS, OutParameter } from "../../src/ndis/index.ts";
import { broken, Core } from "../ndis/core-harness.ts";
import { behaviour, enforced } from "./rule-case.ts";

describe("4. VCs: instance names", () => {
  const named = (core: Core, vc: NdisVcHandle, base: string): string | null => {
    const out = new OutParameter<string>();
    core.atDispatch(() => {
      expect(core.client.ndis.NdisCoAssignInstanceName(vc, base, out)).toBe(NDIS_STATUS_SUCCESS);
    });
    return out.Value;
  };

  enforced("VC-25", "clients and call managers name VCs, an MCM does not", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      const library = core.mcm.ndis as unknown as Pick<ClientLibrary, "NdisCoAssignInstanceName">;
      core.atDispatch(() => void library.NdisCoAssignInstanceName(vc, "video", null));
    },
    passes: () => {
      const core = new Core().start();
      expect(named(core, core.createVc(core.openAf()), "video")).not.toBeNull();
    },
  });

  behaviour("VC-25", "a second name is the first", () => {
    const core = new Core().start();
    const vc = core.createVc(core.openAf());
    const first = named(core, vc, "video");
    expect(named(core, vc, "audio")).toBe(first);
  });

  behaviour("VC-26", "a name is the base name and an index, and ends with the VC", () => {
    const core = new Core().start();
    const af = core.openAf();
    const [one, two] = [core.createVc(af), core.createVc(af)];
    const [first, second] = [named(core, one, "video"), named(core, two, "video")];
    expect(first).toMatch(/^video\D*\d+$/);
    expect(second).toMatch(/^video\D*\d+$/);
    expect(second).not.toBe(first);
    core.client.ndis.NdisCoDeleteVc(one);
    const again = () => core.client.ndis.NdisCoAssignInstanceName(one, "video", null);
    expect(broken(() => core.atDispatch(again))).toBe("VC-22 by client");
  });
});
