import { describe, expect } from "vitest";
import type { Blocking } from "../../src/machine/index.ts";
import { KernelEvent } from "../../src/machine/index.ts";
import type { NdisAfHandle } from "../../src/ndis/index.ts";
import { NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { connected } from "../miniport/two-hosts.ts";
import type { Route } from "../ndis/core-harness.ts";
import { Core, PARAMETERS } from "../ndis/core-harness.ts";
import { create, incomingCall, onBoth, open, opened, register, started } from "./routes.ts";
import { behaviour, enforced } from "./rule-case.ts";

/** An outgoing and an incoming call from open to close. */
function life(core: Core): void {
  const af = core.openAf();
  const sap = core.registerSap(af);
  core.endCall(core.connectedVc(af));
  const vc = incomingCall(core, af, sap);
  core.closeCall(vc);
  core.completeClose(vc);
  core.deactivate(vc);
  core.manager.ndis.NdisMCmDeleteVc(vc);
  core.client.ndis.NdisClDeregisterSap(sap);
  core.client.ndis.NdisClCloseAddressFamily(af);
}

describe("18. MCM versus call manager", () => {
  behaviour("MCM-03", "between the halves of an MCM NDIS sees activation and deactivation only", () => {
    const mcm = started("mcm");
    life(mcm);
    const cm = started("cm");
    life(cm);
    const half = (core: Core) => core.order.filter((name) => name.startsWith("MiniportCo"));
    expect(half(mcm)).toEqual([]);
    expect(new Set(half(cm))).toEqual(
      new Set(["MiniportCoCreateVc", "MiniportCoActivateVc", "MiniportCoDeactivateVc", "MiniportCoDeleteVc"]),
    );
    expect([mcm.live.activeVcs, mcm.live.vcs]).toEqual([0, 0]);
  });

  behaviour("MCM-06", "the reference MCM opens and closes VCs on its NIC by routines of its own", () => {
    const { pair, call } = connected();
    const openOnTheNic = pair.alice.nic.device.vcs.openCount;
    expect(openOnTheNic).toBeGreaterThan(pair.alice.host.ndis.live.vcs);
    call.close();
    pair.runUntil(() => call.state === "closed");
    expect(pair.alice.host.ndis.live.vcs).toBe(0);
  });

  behaviour("MCM-08", "NdisMCm functions are the NdisCm ones by another name, but for the six that are not", () => {
    const separate = ["ActivateVc", "DeactivateVc", "CreateVc", "DeleteVc", "OidRequest", "RegisterAddressFamilyEx"];
    const suffixes = (library: object, prefix: string) =>
      Object.keys(library)
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .filter((suffix) => !separate.includes(suffix));
    const mcm = started("mcm");
    const cm = started("cm");
    const aliases = suffixes(cm.callManager.ndis, "NdisCm");
    expect(suffixes(mcm.mcm.ndis, "NdisMCm").sort()).toEqual([...aliases, "OidRequestComplete"].sort());
    life(mcm);
    life(cm);
    const calls = (core: Core) =>
      core.order.filter((name) => /^Protocol(Cl|Cm)/.test(name) && !/VcComplete/.test(name));
    expect(calls(cm)).toEqual(calls(mcm));
    expect(calls(mcm)).toContain("ProtocolClMakeCallComplete");
  });

  behaviour("MCM-09", "the adapter context is an MCM's CallMgrBindingContext", () => {
    const { core } = opened("mcm");
    expect(core.mcm.last("ProtocolCmOpenAf")[0]).toBe(core.mcm.context);
    const { core: other } = opened("cm");
    expect(other.callManager.last("ProtocolCmOpenAf")[0]).toBe(other.callManager.context);
  });
});

describe("22. Concurrency", () =>
  onBoth((route) => {
    behaviour("CNC-02", "every pended request may be completed before its call returns", () => {
      const core = started(route);
      const { ndis, on } = core.manager;
      on.cm.CmOpenAfHandler = (_binding, _family, af) => {
        ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, af, { af });
        return NDIS_STATUS_PENDING;
      };
      expect(open(core)).toEqual({ status: NDIS_STATUS_PENDING, handle: null });
      const af = core.client.last("ProtocolClOpenAfCompleteEx")[1] as NdisAfHandle;
      on.cm.CmRegisterSapHandler = (_af, _sap, sap) => {
        ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_SUCCESS, sap, { sap });
        return NDIS_STATUS_PENDING;
      };
      expect(register(core, af).status).toBe(NDIS_STATUS_PENDING);
      const { handle: vc } = create(core, af);
      if (vc === null) throw new Error("no VC");
      on.cm.CmMakeCallHandler = () => {
        core.activate(vc);
        core.completeCall(vc);
        return NDIS_STATUS_PENDING;
      };
      on.cm.CmModifyCallQoSHandler = () => {
        core.activate(vc);
        ndis.NdisMCmModifyCallQoSComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
        return NDIS_STATUS_PENDING;
      };
      on.cm.CmCloseCallHandler = () => {
        core.completeClose(vc);
        core.deactivate(vc);
        return NDIS_STATUS_PENDING;
      };
      expect(core.makeCall(vc)).toBe(NDIS_STATUS_PENDING);
      expect(core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS)).toBe(NDIS_STATUS_PENDING);
      expect(core.closeCall(vc)).toBe(NDIS_STATUS_PENDING);
      core.client.ndis.NdisCoDeleteVc(vc);
      on.cm.CmCloseAfHandler = () => {
        ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
        return NDIS_STATUS_PENDING;
      };
      const sap = core.client.last("ProtocolClRegisterSapComplete")[3];
      on.cm.CmDeregisterSapHandler = () => {
        ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, sap as never);
        return NDIS_STATUS_PENDING;
      };
      core.client.ndis.NdisClDeregisterSap(sap as never);
      expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_PENDING);
      const completions = core.client.log.map(({ name }) => name).filter((name) => /^ProtocolCl.*Complete/.test(name));
      expect(completions).toEqual([
        "ProtocolClOpenAfCompleteEx",
        "ProtocolClRegisterSapComplete",
        "ProtocolClMakeCallComplete",
        "ProtocolClModifyCallQoSComplete",
        "ProtocolClCloseCallComplete",
        "ProtocolClDeregisterSapComplete",
        "ProtocolClCloseAfComplete",
      ]);
      expect(core.live).toMatchObject({ addressFamilies: 0, saps: 0, vcs: 0, activeVcs: 0 });
    });

    enforced("CNC-09", "no waiting for the close of an address family inside a callback", {
      by: "client",
      caught: () => openAndCloseAtOnce(route, true),
      passes: () => openAndCloseAtOnce(route, false),
    });
  }));

/** A client that opens an address family when it hears of it, and closes it again: it may wait for that, but not there. */
function openAndCloseAtOnce(route: Route, waits: boolean): void {
  const core = new Core({ route });
  core.manager.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
  const closed = new KernelEvent();
  core.client.on.cl.ClCloseAfCompleteHandler = () => closed.set();
  core.client.on.co.CoAfRegisterNotifyHandler = function* (): Blocking<void> {
    const { handle } = open(core);
    if (handle === null) throw new Error("no address family");
    core.client.ndis.NdisClCloseAddressFamily(handle);
    if (waits) yield { event: closed, timeoutNs: Number.POSITIVE_INFINITY };
  };
  core.start();
  const af = core.manager.last("ProtocolCmOpenAf")[2] as NdisAfHandle;
  core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
  expect(closed.signalled).toBe(true);
}
