import { describe, expect, it } from "vitest";
import type { NdisVcHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core, PENDING_AS_FINAL } from "./core-harness.ts";

const MINIPORT_VC_HANDLERS = [
  "MiniportCoCreateVc",
  "MiniportCoDeleteVc",
  "MiniportCoActivateVc",
  "MiniportCoDeactivateVc",
];

function opened(verifier = true) {
  const core = new Core({ verifier }).start();
  return { core, af: core.openAf() };
}

describe("NdisCoCreateVc", () => {
  it("VC-03, CNC-07: runs only ProtocolCoCreateVc of the MCM, before it returns; REG-14: with the AF context", () => {
    const { core, af } = opened();
    const vc = core.createVc(af);
    const [context, handle] = core.mcm.last("ProtocolCoCreateVc");
    expect(context).toEqual({ mcmAf: af });
    expect(handle).toBe(vc);
    expect(core.client.calls("ProtocolCoCreateVc")).toEqual([]);
    for (const name of MINIPORT_VC_HANDLERS) expect(core.mcm.calls(name)).toEqual([]);
    expect(core.live.vcs).toBe(1);
  });

  it("VC-08: an error of the call manager comes through; the handle stays NULL", () => {
    const { core, af } = opened();
    core.mcm.on.cm.CmCreateVcHandler = () => NDIS_STATUS_RESOURCES;
    const out = new OutParameter<NdisVcHandle>();
    expect(core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out)).toBe(NDIS_STATUS_RESOURCES);
    expect(out.Value).toBeNull();
    expect(core.live.vcs).toBe(0);
  });

  it("VC-08, AF-38: FAILURE for the AF of another binding, and a violation when the verifier is on", () => {
    const watched = new Core({ clients: ["one", "two"] }).start();
    const [first, second] = watched.clients;
    if (first === undefined || second === undefined) throw new Error("two clients");
    const foreign = watched.openAf(second);
    expect(broken(() => watched.createVc(foreign, first))).toBe("AF-38 by one");

    const core = new Core({ clients: ["one", "two"], verifier: false }).start();
    const [one, two] = core.clients;
    if (one === undefined || two === undefined) throw new Error("two clients");
    const out = new OutParameter<NdisVcHandle>();
    expect(one.ndis.NdisCoCreateVc(one.binding, core.openAf(two), {}, out)).toBe(NDIS_STATUS_FAILURE);
    expect(out.Value).toBeNull();
  });

  it("VC-06: the variable for the handle is NULL before", () => {
    const { core, af } = opened();
    const out = new OutParameter<NdisVcHandle>();
    out.Value = core.createVc(af);
    expect(broken(() => core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out))).toBe("VC-06 by client");
    const soft = opened(false);
    const stale = new OutParameter<NdisVcHandle>();
    stale.Value = soft.core.createVc(soft.af);
    const { ndis, binding } = soft.core.client;
    expect(ndis.NdisCoCreateVc(binding, soft.af, {}, stale)).toBe(NDIS_STATUS_SUCCESS);
    expect(soft.core.rules).toEqual(["VC-06"]);
  });

  it("VC-09: PENDING from ProtocolCoCreateVc makes the VC unusable, and it is deleted", () => {
    const { core, af } = opened();
    core.mcm.on.cm.CmCreateVcHandler = () => PENDING_AS_FINAL;
    expect(broken(() => core.createVc(af))).toBe("VC-09 by mcm");
    const soft = opened(false);
    soft.core.mcm.on.cm.CmCreateVcHandler = () => PENDING_AS_FINAL;
    const out = new OutParameter<NdisVcHandle>();
    const { ndis, binding } = soft.core.client;
    expect(ndis.NdisCoCreateVc(binding, soft.af, {}, out)).toBe(NDIS_STATUS_FAILURE);
    expect(out.Value).toBeNull();
    expect(soft.core.live.vcs).toBe(0);
  });
});

describe("NdisMCmCreateVc", () => {
  it("VC-05, CNC-07: runs only ProtocolCoCreateVc of the client, before it returns, with its AF context", () => {
    const { core, af } = opened();
    const vc = core.createIncomingVc(af);
    const [context, handle] = core.client.last("ProtocolCoCreateVc");
    expect(context).toEqual({ af: "client" });
    expect(handle).toBe(vc);
    expect(core.mcm.calls("ProtocolCoCreateVc")).toEqual([]);
    for (const name of MINIPORT_VC_HANDLERS) expect(core.mcm.calls(name)).toEqual([]);
  });

  it("VC-07: the client's own error comes through", () => {
    const { core, af } = opened();
    core.client.on.cl.ClCreateVcHandler = () => NDIS_STATUS_RESOURCES;
    const out = new OutParameter<NdisVcHandle>();
    expect(core.mcm.ndis.NdisMCmCreateVc(core.mcm.handle, af, {}, out)).toBe(NDIS_STATUS_RESOURCES);
    expect(out.Value).toBeNull();
    expect(core.live.vcs).toBe(0);
  });

  it("VC-07: FAILURE for a bad AF handle", () => {
    const soft = opened(false);
    soft.core.client.ndis.NdisClCloseAddressFamily(soft.af);
    const out = new OutParameter<NdisVcHandle>();
    expect(soft.core.mcm.ndis.NdisMCmCreateVc(soft.core.mcm.handle, soft.af, {}, out)).toBe(NDIS_STATUS_FAILURE);
    const { core, af } = opened();
    core.client.ndis.NdisClCloseAddressFamily(af);
    expect(broken(() => core.createIncomingVc(af))).toBe("AF-30 by mcm");
  });

  it("VC-06, VC-09: as for NdisCoCreateVc, with the client at fault", () => {
    const { core, af } = opened();
    const out = new OutParameter<NdisVcHandle>();
    out.Value = core.createIncomingVc(af);
    expect(broken(() => core.mcm.ndis.NdisMCmCreateVc(core.mcm.handle, af, {}, out))).toBe("VC-06 by mcm");
    const pending = opened();
    pending.core.client.on.cl.ClCreateVcHandler = () => PENDING_AS_FINAL;
    expect(broken(() => pending.core.createIncomingVc(pending.af))).toBe("VC-09 by client");
  });
});

describe("AF-26: a VC that is being created", () => {
  it("counts: its address family is not closed from the handler that is asked about it, whichever side asks", () => {
    for (const side of ["client", "call manager"] as const) {
      const { core, af } = opened();
      core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
      const close = () => {
        core.client.ndis.NdisClCloseAddressFamily(af);
        return NDIS_STATUS_RESOURCES;
      };
      if (side === "client") core.mcm.on.cm.CmCreateVcHandler = close;
      else core.client.on.cl.ClCreateVcHandler = close;
      const out = new OutParameter<NdisVcHandle>();
      if (side === "client") core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out);
      else core.mcm.ndis.NdisMCmCreateVc(core.mcm.handle, af, {}, out);
      expect(core.rules).toEqual(["AF-26"]);
    }
  });

  it("counts no more when it is refused", () => {
    for (const side of ["client", "call manager"] as const) {
      const { core, af } = opened();
      const refuse = () => NDIS_STATUS_RESOURCES;
      core.mcm.on.cm.CmCreateVcHandler = refuse;
      core.client.on.cl.ClCreateVcHandler = refuse;
      const out = new OutParameter<NdisVcHandle>();
      if (side === "client") core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out);
      else core.mcm.ndis.NdisMCmCreateVc(core.mcm.handle, af, {}, out);
      core.client.ndis.NdisClCloseAddressFamily(af);
      expect(core.rules).toEqual([]);
    }
  });
});

describe("deleting a VC", () => {
  it("VC-20: NdisCoDeleteVc runs ProtocolCoDeleteVc of the MCM only, NdisMCmDeleteVc that of the client only", () => {
    const { core, af } = opened();
    const own = core.createVc(af);
    expect(core.client.ndis.NdisCoDeleteVc(own)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.mcm.calls("ProtocolCoDeleteVc")).toEqual([[{ mcmVc: own }]]);
    expect(core.client.calls("ProtocolCoDeleteVc")).toEqual([]);
    const incoming = core.createIncomingVc(af);
    expect(core.mcm.ndis.NdisMCmDeleteVc(incoming)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.client.calls("ProtocolCoDeleteVc")).toEqual([[{ clientVc: incoming }]]);
    expect(core.mcm.calls("ProtocolCoDeleteVc")).toHaveLength(1);
    for (const name of MINIPORT_VC_HANDLERS) expect(core.mcm.calls(name)).toEqual([]);
    expect(core.live.vcs).toBe(0);
  });

  it("VC-16: only the creator deletes", () => {
    const { core, af } = opened();
    const own = core.createVc(af);
    const incoming = core.createIncomingVc(af);
    expect(broken(() => core.mcm.ndis.NdisMCmDeleteVc(own))).toBe("VC-16 by mcm");
    expect(broken(() => core.client.ndis.NdisCoDeleteVc(incoming))).toBe("VC-16 by client");
    const soft = opened(false);
    const vc = soft.core.createVc(soft.af);
    expect(soft.core.mcm.ndis.NdisMCmDeleteVc(vc)).toBe(NDIS_STATUS_FAILURE);
    expect(soft.core.live.vcs).toBe(1);
  });

  it("VC-18, VC-19: NOT_ACCEPTED while the VC is active", () => {
    const { core, af } = opened();
    const incoming = core.createIncomingVc(af);
    core.activate(incoming);
    expect(core.mcm.ndis.NdisMCmDeleteVc(incoming)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    const connected = core.connectedVc(af);
    expect(core.client.ndis.NdisCoDeleteVc(connected)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    expect(core.client.calls("ProtocolCoDeleteVc")).toEqual([]);
    expect(core.mcm.calls("ProtocolCoDeleteVc")).toEqual([]);
  });

  it("VC-21: the peer may answer NOT_ACCEPTED, and the VC stays usable", () => {
    const { core, af } = opened();
    const vc = core.createVc(af);
    core.mcm.on.cm.CmDeleteVcHandler = () => NDIS_STATUS_NOT_ACCEPTED;
    expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    expect(core.live.vcs).toBe(1);
    core.makeCall(vc);
    expect(core.mcm.calls("ProtocolCmMakeCall")).toHaveLength(1);
  });

  it("VC-21: PENDING from ProtocolCoDeleteVc", () => {
    const { core, af } = opened();
    core.mcm.on.cm.CmDeleteVcHandler = () => PENDING_AS_FINAL;
    const vc = core.createVc(af);
    expect(broken(() => core.client.ndis.NdisCoDeleteVc(vc))).toBe("VC-21 by mcm");
    const other = opened();
    other.core.client.on.cl.ClDeleteVcHandler = () => PENDING_AS_FINAL;
    const incoming = other.core.createIncomingVc(other.af);
    expect(broken(() => other.core.mcm.ndis.NdisMCmDeleteVc(incoming))).toBe("VC-21 by client");
    const soft = opened(false);
    soft.core.mcm.on.cm.CmDeleteVcHandler = () => PENDING_AS_FINAL;
    expect(soft.core.client.ndis.NdisCoDeleteVc(soft.core.createVc(soft.af))).toBe(NDIS_STATUS_FAILURE);
  });

  it("VC-22: a deleted VC's handle is dead, for both sides", () => {
    const { core, af } = opened();
    const vc = core.createVc(af);
    core.client.ndis.NdisCoDeleteVc(vc);
    expect(broken(() => core.client.ndis.NdisCoDeleteVc(vc))).toBe("VC-22 by client");
    expect(broken(() => core.activate(vc))).toBe("VC-22 by mcm");
  });
});

describe("NdisMCmActivateVc and NdisMCmDeactivateVc", () => {
  it("ACT-03, X-01: no handler of anybody is called, and it does not pend", () => {
    const { core, af } = opened();
    const vc = core.createIncomingVc(af);
    const before = core.order.length;
    expect(core.activate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.live.activeVcs).toBe(1);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.live.activeVcs).toBe(0);
    expect(core.order.slice(before)).toEqual([]);
  });

  it("ACT-06: activating again changes parameters; ACT-20: one deactivation ends it", () => {
    const { core, af } = opened();
    const vc = core.createIncomingVc(af);
    core.activate(vc);
    expect(core.activate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.live.activeVcs).toBe(1);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_NOT_ACCEPTED);
  });

  it("ACT-16: NOT_ACCEPTED when it is inactive already", () => {
    const { core, af } = opened();
    expect(core.deactivate(core.createIncomingVc(af))).toBe(NDIS_STATUS_NOT_ACCEPTED);
    expect(core.deactivate(core.createVc(af))).toBe(NDIS_STATUS_NOT_ACCEPTED);
  });

  it("ACT-17: sends must be back before", () => {
    const { core, af } = opened();
    const vc = core.connectedVc(af);
    const lists = core.client.lists(1, vc);
    core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
    expect(broken(() => core.deactivate(vc))).toBe("ACT-17 by mcm");
  });

  it("ACT-19, VC-23: a deactivated VC keeps its handle and can be activated again", () => {
    const { core, af } = opened();
    const vc = core.createIncomingVc(af);
    core.activate(vc);
    core.deactivate(vc);
    expect(core.activate(vc)).toBe(NDIS_STATUS_SUCCESS);
  });
});
