import { describe, expect, it } from "vitest";
import type { DdiRole } from "../../src/ndis/ddi/catalog.ts";
import { DDI_CATALOG } from "../../src/ndis/ddi/catalog.ts";
import type { NDIS_OID_REQUEST } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_SUCCESS,
  OID_GEN_SUPPORTED_GUIDS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { withEveryFunction } from "../../src/ndis/library/foreign-functions.ts";
import { broken, Core, PARAMETERS, q2931Family } from "../ndis/core-harness.ts";
import { bytesOf, query, written } from "./oid-fixture.ts";
import { anyFunction } from "./registering.ts";
import { behaviour, enforced } from "./rule-case.ts";

const FUNCTIONS = DDI_CATALOG.filter(({ kind }) => kind === "function");
const ROLES: readonly DdiRole[] = ["client", "call manager", "mcm", "miniport"];

/** What an answer has written, as ULONGs. */
function ulongsOf({ DATA }: NDIS_OID_REQUEST): readonly number[] {
  const { InformationBuffer } = DATA.QUERY_INFORMATION;
  return InformationBuffer instanceof Uint8Array ? [...new Uint32Array(InformationBuffer.buffer)] : [];
}

function mcmCalls(name: string): void {
  const core = new Core().start();
  anyFunction(core.mcm.ndis, name)();
}

function clientCalls(name: string): void {
  const core = new Core().start();
  anyFunction(core.client.ndis, name)();
}

describe("every role and every function of the catalog", () => {
  it.each(ROLES)("%s: what the catalog gives to others is a violation, whatever the arguments", (role) => {
    const core = new Core();
    // A library that has nothing of its own: what is left is who may call.
    const library = withEveryFunction(core.ndis.environment, [role], "driver", {});
    for (const { name, roles } of FUNCTIONS) {
      const outcome = broken(() => anyFunction(library, name)());
      if (roles.includes(role)) expect(outcome, name).toBe("nothing");
      else expect(outcome, name).toMatch(/^[A-Z]{2,3}-\d\d by driver$/);
    }
  });

  it.each(ROLES)("%s: with the verifier off the call fails where it can", (role) => {
    const core = new Core({ verifier: false });
    const library = withEveryFunction(core.ndis.environment, [role], "driver", {});
    for (const { name, roles, statuses } of FUNCTIONS) {
      if (roles.includes(role)) continue;
      const result = anyFunction(library, name)();
      if (statuses.length === 0) expect(result, name).toBeUndefined();
      else expect([NDIS_STATUS_FAILURE, NDIS_STATUS_NOT_SUPPORTED], name).toContain(result);
    }
  });

  it("every loaded driver has every function, and every foreign one is caught", () => {
    const onBoard = new Core().start();
    const standAlone = new Core({ route: "cm" }).start();
    const loaded: [DdiRole, string, object][] = [
      ["mcm", "mcm", onBoard.mcm.ndis],
      ["client", "client", onBoard.client.ndis],
      ["miniport", "miniport", standAlone.miniport.ndis],
      ["call manager", "cm", standAlone.callManager.ndis],
    ];
    for (const [role, owner, library] of loaded) {
      for (const { name, roles } of FUNCTIONS) {
        const routine = anyFunction(library, name);
        if (roles.includes(role)) continue;
        expect(broken(routine), name).toMatch(new RegExp(`^[A-Z]{2,3}-\\d\\d by ${owner}$`));
      }
    }
  });
});

describe("17. Miniport call managers: which functions", () => {
  enforced("MCM-02", "an MCM that activates by NdisCmActivateVc", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      core.makeCall(vc);
      anyFunction(core.mcm.ndis, "NdisCmActivateVc")(vc, PARAMETERS);
    },
    passes: () => void new Core().start().connectedVc(),
  });

  enforced("MCM-02", "an MCM that completes a call by NdisCmMakeCallComplete", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.createVc(core.openAf());
      core.makeCall(vc);
      core.activate(vc);
      anyFunction(core.mcm.ndis, "NdisCmMakeCallComplete")(NDIS_STATUS_SUCCESS, vc, null, null, PARAMETERS);
    },
    passes: () => void new Core().start().connectedVc(),
  });

  behaviour(
    "MCM-08",
    "X-11: with the verifier off an NdisCm name that is an alias does an MCM no harm, and one that is none fails",
    () => {
      const core = new Core({ verifier: false }).start();
      const vc = core.createVc(core.openAf());
      core.makeCall(vc);
      expect(anyFunction(core.mcm.ndis, "NdisCmActivateVc")(vc, PARAMETERS)).toBe(NDIS_STATUS_NOT_SUPPORTED);
      core.activate(vc);
      anyFunction(core.mcm.ndis, "NdisCmMakeCallComplete")(NDIS_STATUS_SUCCESS, vc, null, null, PARAMETERS);
      expect(core.client.last("ProtocolClMakeCallComplete")[0]).toBe(NDIS_STATUS_SUCCESS);
      expect(core.rules).toEqual(["MCM-02", "MCM-02"]);
    },
  );

  behaviour("MCM-03", "activating and deactivating a client's VC runs no handler of the MCM", () => {
    const core = new Core().start();
    const vc = core.createVc(core.openAf());
    core.makeCall(vc);
    const before = core.order.length;
    expect(core.activate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.order).toHaveLength(before);
    core.completeCall(vc);
    core.closeCall(vc);
    core.completeClose(vc);
    const beforeDeactivation = core.order.length;
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.order).toHaveLength(beforeDeactivation);
  });

  behaviour(
    "MCM-07",
    "NdisMCm calls of a driver that is no MCM are refused, and NdisCm and NdisCo calls of an MCM",
    () => {
      const watched = new Core().start();
      const refuses = new Core({ verifier: false }).start();
      for (const { name, group, statuses } of FUNCTIONS) {
        const caller = group === "mcm" ? "client" : group === "call-manager" || group === "co-common" ? "mcm" : null;
        if (caller === null) continue;
        expect(
          broken(() => anyFunction(watched[caller].ndis, name)()),
          name,
        ).toMatch(`by ${caller}`);
        if (statuses.length === 0) continue;
        expect([NDIS_STATUS_FAILURE, NDIS_STATUS_NOT_SUPPORTED], name).toContain(
          anyFunction(refuses[caller].ndis, name)(),
        );
      }
      expect(broken(() => anyFunction(watched.client.ndis, "NdisMCmCreateVc")())).toBe("MCM-07 by client");
      const register = anyFunction(refuses.client.ndis, "NdisMCmRegisterAddressFamilyEx");
      expect(register(refuses.mcm.handle, q2931Family())).toBe(NDIS_STATUS_FAILURE);
    },
  );

  behaviour(
    "MCM-10",
    "an MCM tells names of VCs by an OID of its own, which it maps to a GUID; it gives no instance names",
    () => {
      const NAME_OF_VC = 0xff01_0203;
      const core = new Core({ verifier: false });
      const { mcm, client } = core;
      mcm.on.miniport.OidRequestHandler = (_context, request) => {
        if (request.DATA.Oid !== OID_GEN_SUPPORTED_GUIDS) return NDIS_STATUS_NOT_SUPPORTED;
        // NDIS_GUID: a GUID, the OID, how many bytes that gives, fNDIS_GUID_TO_OID.
        written(bytesOf([1, 2, 3, 4, NAME_OF_VC, 4, 1]))(request);
        return NDIS_STATUS_SUCCESS;
      };
      let created = 0;
      mcm.on.cm.CmCreateVcHandler = (_af, _vc, out) => {
        out.Value = { name: ++created };
        return NDIS_STATUS_SUCCESS;
      };
      mcm.on.co.CoOidRequestHandler = (_context, vc, request) => {
        if (request.DATA.Oid !== NAME_OF_VC || vc === null) return NDIS_STATUS_NOT_SUPPORTED;
        written(bytesOf([(vc as { name: number }).name]))(request);
        return NDIS_STATUS_SUCCESS;
      };
      core.start();
      const af = core.openAf();
      const vcs = [core.createVc(af), core.createVc(af)];
      const map = query(OID_GEN_SUPPORTED_GUIDS, 28);
      expect(client.ndis.NdisOidRequest(client.binding, map)).toBe(NDIS_STATUS_SUCCESS);
      const mapped = ulongsOf(map)[4] ?? 0;
      const told = vcs.map((vc) => {
        const request = query(mapped, 4);
        expect(client.ndis.NdisCoOidRequest(client.binding, null, vc, null, request)).toBe(NDIS_STATUS_SUCCESS);
        return ulongsOf(request);
      });
      expect(told).toEqual([[1], [2]]);
      expect(core.rules).toEqual([]);
      const instanceName = new OutParameter<string>();
      const assign = anyFunction(mcm.ndis, "NdisCoAssignInstanceName");
      core.atDispatch(() => expect(assign(vcs[0], "name", instanceName)).toBe(NDIS_STATUS_FAILURE));
      expect(instanceName.Value).toBeNull();
      expect(core.rules).toEqual(["VC-25"]);
    },
  );

  enforced("VC-25", "an MCM that names a VC", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      core.atDispatch(() => anyFunction(core.mcm.ndis, "NdisCoAssignInstanceName")(vc, "name", new OutParameter()));
    },
    passes: () => void new Core().start().connectedVc(),
  });

  enforced("OUT-24", "NdisMCmMakeCallComplete of a protocol driver", {
    by: "client",
    caught: () => clientCalls("NdisMCmMakeCallComplete"),
    passes: () => void new Core().start().connectedVc(),
  });

  enforced("VC-24", "an MCM that deletes a VC by NdisCoDeleteVc", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.createIncomingVc(core.openAf());
      anyFunction(core.mcm.ndis, "NdisCoDeleteVc")(vc);
    },
    passes: () => {
      const core = new Core().start();
      expect(core.mcm.ndis.NdisMCmDeleteVc(core.createIncomingVc(core.openAf()))).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  enforced("VC-24", "an MCM that asks a client by NdisCoOidRequest", {
    by: "mcm",
    caught: () => mcmCalls("NdisCoOidRequest"),
    passes: () => void new Core().start(),
  });

  enforced("SND-17", "an MCM that sends by NdisCoSendNetBufferLists", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      anyFunction(core.mcm.ndis, "NdisCoSendNetBufferLists")(vc, core.client.lists(1, vc), 0);
    },
    passes: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
      expect(core.mcm.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
    },
  });

  enforced("OUT-24", "NdisMCmMakeCallComplete of a stand-alone call manager", {
    by: "cm",
    caught: () => {
      const core = new Core({ route: "cm" }).start();
      const vc = core.createVc(core.openAf());
      core.makeCall(vc);
      core.activate(vc);
      const complete = anyFunction(core.callManager.ndis, "NdisMCmMakeCallComplete");
      complete(NDIS_STATUS_SUCCESS, vc, null, null, PARAMETERS);
    },
    passes: () => void new Core({ route: "cm" }).start().connectedVc(),
  });

  enforced("OUT-24", "NdisMCmMakeCallComplete of a miniport that manages no calls", {
    by: "miniport",
    caught: () => {
      const core = new Core({ route: "cm" }).start();
      anyFunction(core.miniport.ndis, "NdisMCmMakeCallComplete")();
    },
    passes: () => void new Core({ route: "cm" }).start().connectedVc(),
  });

  enforced("REG-07", "a driver that acts as a call manager and has registered as a client", {
    by: "client",
    caught: () => clientCalls("NdisCmRegisterAddressFamilyEx"),
    passes: () => void new Core({ route: "cm" }).start(),
  });
});
