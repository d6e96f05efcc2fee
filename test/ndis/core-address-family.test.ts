import { describe, expect, it } from "vitest";
import type { NDIS_STATUS, NDIS_STATUS_FINAL, NdisAfHandle } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_FAMILY,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core, PENDING_AS_FINAL, q2931Family } from "./core-harness.ts";

const AF_CONTEXT = { af: "client" };

function open(core: Core, family = q2931Family()) {
  const out = new OutParameter<NdisAfHandle>();
  const { ndis, binding } = core.client;
  const status = ndis.NdisClOpenAddressFamilyEx(binding, family, AF_CONTEXT, out);
  return { status, handle: out.Value };
}

/** A core whose MCM pends opens; the handle that it was given. */
function pendedOpen(verifier = true) {
  const core = new Core({ verifier }).start();
  core.mcm.on.cm.CmOpenAfHandler = () => NDIS_STATUS_PENDING;
  const { status } = open(core);
  return { core, status, handle: core.mcm.last("ProtocolCmOpenAf")[2] as NdisAfHandle };
}

function completeOpen(core: Core, handle: NdisAfHandle, status: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS): void {
  core.mcm.ndis.NdisMCmOpenAddressFamilyComplete(status, handle, { mcmAf: 1 });
}

describe("NdisClOpenAddressFamilyEx", () => {
  it("AF-16: reaches ProtocolCmOpenAf with the adapter context (MCM-09), the family, a fresh handle and an output slot", () => {
    const core = new Core().start();
    const { status, handle } = open(core);
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    const [binding, family, given, slot] = core.mcm.last("ProtocolCmOpenAf");
    expect(binding).toBe(core.mcm.context);
    expect(family).toEqual(q2931Family());
    expect(given).toBe(handle);
    expect(slot).toBeInstanceOf(OutParameter);
    expect(open(core).handle).not.toBe(handle);
    expect(core.live.addressFamilies).toBe(2);
  });

  it("AF-23: a final status means no ProtocolClOpenAfCompleteEx", () => {
    for (const answer of [NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES]) {
      const core = new Core().start();
      core.mcm.on.cm.CmOpenAfHandler = (_binding, _family, _af, slot) => {
        slot.Value = { mcmAf: 1 };
        return answer;
      };
      expect(open(core).status).toBe(answer);
      expect(core.client.calls("ProtocolClOpenAfCompleteEx")).toEqual([]);
    }
  });

  it("AF-17: an error of the call manager comes through, the handle stays NULL and nothing is left", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmOpenAfHandler = () => NDIS_STATUS_RESOURCES;
    expect(open(core)).toEqual({ status: NDIS_STATUS_RESOURCES, handle: null });
    expect(core.live.addressFamilies).toBe(0);
  });

  it("AF-20: FAILURE for a family that nobody registered", () => {
    const core = new Core().start();
    expect(open(core, CO_ADDRESS_FAMILY({ AddressFamily: 0x802 }))).toEqual({
      status: NDIS_STATUS_FAILURE,
      handle: null,
    });
    expect(core.mcm.calls("ProtocolCmOpenAf")).toEqual([]);
  });

  it("AF-20: FAILURE while the binding is closing", () => {
    const core = new Core().start();
    let status: NDIS_STATUS = NDIS_STATUS_SUCCESS;
    core.client.on.protocol.UnbindAdapterHandlerEx = () => {
      status = open(core).status;
      return core.client.unbind();
    };
    core.stop();
    expect(status).toBe(NDIS_STATUS_FAILURE);
  });

  it("IRQ-03: at PASSIVE_LEVEL only", () => {
    const core = new Core().start();
    expect(broken(() => core.atDispatch(() => void open(core)))).toBe("IRQ-03 by client");
  });
});

describe("an open that pends", () => {
  it("AF-18, AF-20: the completion runs ProtocolClOpenAfCompleteEx with client context, handle and status", () => {
    const { core, status, handle } = pendedOpen();
    expect(status).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClOpenAfCompleteEx")).toEqual([]);
    completeOpen(core, handle);
    expect(core.client.calls("ProtocolClOpenAfCompleteEx")).toEqual([[AF_CONTEXT, handle, NDIS_STATUS_SUCCESS]]);
    core.client.ndis.NdisClCloseAddressFamily(handle);
    expect(core.mcm.last("ProtocolCmCloseAf")).toEqual([{ mcmAf: 1 }]);
  });

  it("AF-20: at PASSIVE_LEVEL though the call manager completes at DISPATCH_LEVEL", () => {
    const { core, handle } = pendedOpen();
    core.atDispatch(() => completeOpen(core, handle));
    const notes = core.client.log.filter(({ name }) => name === "ProtocolClOpenAfCompleteEx");
    expect(notes.map(({ irql }) => irql)).toEqual([0]);
  });

  it("CNC-02: the completion may run before the call returns", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmOpenAfHandler = (_context, _family, handle) => {
      completeOpen(core, handle);
      return NDIS_STATUS_PENDING;
    };
    expect(open(core).status).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClOpenAfCompleteEx")).toHaveLength(1);
    expect(core.live.addressFamilies).toBe(1);
  });

  it("AF-20, AF-21: after a failure the handle is NULL, and NDIS has let go before the client hears of it", () => {
    const { core, handle } = pendedOpen();
    const alive: number[] = [];
    core.client.on.cl.ClOpenAfCompleteHandlerEx = () => void alive.push(core.live.addressFamilies);
    completeOpen(core, handle, NDIS_STATUS_RESOURCES);
    expect(core.client.calls("ProtocolClOpenAfCompleteEx")).toEqual([[AF_CONTEXT, null, NDIS_STATUS_RESOURCES]]);
    expect(alive).toEqual([0]);
  });

  it("AF-22: after a failed open the handle is dead", () => {
    const { core, handle } = pendedOpen();
    completeOpen(core, handle, NDIS_STATUS_RESOURCES);
    expect(broken(() => core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(handle))).toBe("AF-22 by mcm");
  });

  it("AF-18: PENDING is no completion", () => {
    const { core, handle } = pendedOpen();
    expect(broken(() => completeOpen(core, handle, PENDING_AS_FINAL))).toBe("AF-18 by mcm");
    const soft = pendedOpen(false);
    completeOpen(soft.core, soft.handle, PENDING_AS_FINAL);
    expect(soft.core.rules).toEqual(["AF-18"]);
    completeOpen(soft.core, soft.handle);
    expect(soft.core.client.calls("ProtocolClOpenAfCompleteEx")).toHaveLength(1);
  });

  it("AF-18: a second completion is a violation, and ignored without the verifier", () => {
    const { core, handle } = pendedOpen();
    completeOpen(core, handle);
    expect(broken(() => completeOpen(core, handle))).toBe("AF-18 by mcm");
    const soft = pendedOpen(false);
    completeOpen(soft.core, soft.handle);
    completeOpen(soft.core, soft.handle);
    expect(soft.core.client.calls("ProtocolClOpenAfCompleteEx")).toHaveLength(1);
    expect(soft.core.live.addressFamilies).toBe(1);
  });

  it("AF-18: completing and returning a final status as well; without the verifier the client hears it once", () => {
    for (const verifier of [true, false]) {
      const core = new Core({ verifier }).start();
      core.mcm.on.cm.CmOpenAfHandler = (_context, _family, handle) => {
        completeOpen(core, handle);
        return NDIS_STATUS_SUCCESS;
      };
      if (verifier) {
        expect(broken(() => open(core))).toBe("AF-18 by mcm");
        continue;
      }
      expect(open(core).status).toBe(NDIS_STATUS_PENDING);
      expect(core.client.calls("ProtocolClOpenAfCompleteEx")).toHaveLength(1);
    }
  });
});

describe("NdisClCloseAddressFamily", () => {
  it("AF-25, AF-31: synchronous: ProtocolCmCloseAf with its context, and no ProtocolClCloseAfComplete", () => {
    const core = new Core().start();
    const af = core.openAf();
    expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_SUCCESS);
    expect(core.mcm.last("ProtocolCmCloseAf")).toEqual([{ mcmAf: af }]);
    expect(core.client.calls("ProtocolClCloseAfComplete")).toEqual([]);
    expect(core.live.addressFamilies).toBe(0);
  });

  it("AF-30, AF-31: pended: ProtocolClCloseAfComplete runs when the call manager completes, with the client's context", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
    const af = core.openAf();
    expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClCloseAfComplete")).toEqual([]);
    expect(core.live.addressFamilies).toBe(1);
    core.mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
    expect(core.client.calls("ProtocolClCloseAfComplete")).toEqual([[NDIS_STATUS_SUCCESS, { af: "client" }]]);
    expect(core.live.addressFamilies).toBe(0);
  });

  it("CNC-02: the completion may run before the call returns", () => {
    const core = new Core().start();
    const af = core.openAf();
    core.mcm.on.cm.CmCloseAfHandler = () => {
      core.mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
      return NDIS_STATUS_PENDING;
    };
    expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_PENDING);
    expect(core.client.calls("ProtocolClCloseAfComplete")).toHaveLength(1);
    expect(core.live.addressFamilies).toBe(0);
  });

  it("AF-26: a second close gets FAILURE", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
    const af = core.openAf();
    core.client.ndis.NdisClCloseAddressFamily(af);
    expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_FAILURE);
    expect(core.mcm.calls("ProtocolCmCloseAf")).toHaveLength(1);
  });

  it("AF-26, AF-29: a call manager that closes with a VC or a SAP left; without the verifier the final status is FAILURE", () => {
    for (const leave of ["vc", "sap"]) {
      const core = new Core().start();
      const af = core.openAf();
      if (leave === "vc") core.createVc(af);
      else core.registerSap(af);
      expect(broken(() => core.client.ndis.NdisClCloseAddressFamily(af))).toBe("AF-29 by mcm");
    }
    const soft = new Core({ verifier: false }).start();
    const af = soft.openAf();
    const vc = soft.createVc(af);
    expect(soft.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_FAILURE);
    expect(soft.rules).toEqual(["AF-26", "AF-29"]);
    soft.client.ndis.NdisCoDeleteVc(vc);
    expect(soft.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_SUCCESS);
    expect(soft.live.addressFamilies).toBe(0);
  });

  it("AF-29: the call manager may refuse with NOT_ACCEPTED: the address family is open as before", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_NOT_ACCEPTED;
    const af = core.openAf();
    const vc = core.createVc(af);
    expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_NOT_ACCEPTED);
    core.client.ndis.NdisCoDeleteVc(vc);
    delete core.mcm.on.cm.CmCloseAfHandler;
    expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_SUCCESS);
  });

  it("AF-29: the call manager may pend until VCs and SAPs are gone", () => {
    const core = new Core().start();
    core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
    const af = core.openAf();
    const vc = core.createVc(af);
    core.client.ndis.NdisClCloseAddressFamily(af);
    core.client.ndis.NdisCoDeleteVc(vc);
    core.mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
    expect(core.client.calls("ProtocolClCloseAfComplete")).toEqual([[NDIS_STATUS_SUCCESS, { af: "client" }]]);
  });

  it("AF-30: the completion carries SUCCESS only, once, and only after PENDING", () => {
    const pended = (verifier: boolean) => {
      const core = new Core({ verifier }).start();
      core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
      const af = core.openAf();
      core.client.ndis.NdisClCloseAddressFamily(af);
      return { core, af, complete: core.mcm.ndis.NdisMCmCloseAddressFamilyComplete };
    };
    const failing = pended(true);
    expect(broken(() => failing.complete(NDIS_STATUS_FAILURE, failing.af))).toBe("AF-30 by mcm");
    const pending = pended(true);
    expect(broken(() => pending.complete(PENDING_AS_FINAL, pending.af))).toBe("AF-30 by mcm");
    const twice = pended(true);
    twice.complete(NDIS_STATUS_SUCCESS, twice.af);
    expect(broken(() => twice.complete(NDIS_STATUS_SUCCESS, twice.af))).toBe("AF-30 by mcm");
    const early = new Core().start();
    const af = early.openAf();
    expect(broken(() => early.mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af))).toBe(
      "AF-30 by mcm",
    );
    const soft = pended(false);
    soft.complete(PENDING_AS_FINAL, soft.af);
    soft.complete(NDIS_STATUS_SUCCESS, soft.af);
    soft.complete(NDIS_STATUS_SUCCESS, soft.af);
    expect(soft.core.client.calls("ProtocolClCloseAfComplete")).toHaveLength(1);
    expect(soft.core.live.addressFamilies).toBe(0);
  });

  it("AF-27: after the close the handle is dead for every other call", () => {
    const core = new Core().start();
    const af = core.openAf();
    core.client.ndis.NdisClCloseAddressFamily(af);
    expect(broken(() => core.registerSap(af))).toBe("AF-27 by client");
    expect(broken(() => core.createVc(af))).toBe("AF-27 by client");
    const soft = new Core({ verifier: false }).start();
    const other = soft.openAf();
    soft.client.ndis.NdisClCloseAddressFamily(other);
    expect(soft.client.ndis.NdisClCloseAddressFamily(other)).toBe(NDIS_STATUS_FAILURE);
    expect(soft.rules).toEqual(["AF-27"]);
  });

  it("AF-38: a handle of another machine, or no handle at all, is refused", () => {
    const core = new Core().start();
    const other = new Core().start();
    const foreign = other.openAf();
    expect(broken(() => core.client.ndis.NdisClCloseAddressFamily(foreign))).toBe("AF-38 by client");
    const nonsense = {} as NdisAfHandle;
    expect(broken(() => core.client.ndis.NdisClCloseAddressFamily(nonsense))).toBe("AF-38 by client");
  });
});

describe("NdisMCmNotifyCloseAddressFamily", () => {
  it("AF-34: runs ProtocolClNotifyCloseAf of the one client that owns the handle, and gives its status", () => {
    for (const answer of [NDIS_STATUS_SUCCESS, NDIS_STATUS_FAILURE] as const) {
      const core = new Core({ clients: ["one", "two"] }).start();
      const [one, two] = core.clients;
      if (one === undefined || two === undefined) throw new Error("two clients");
      const af = core.openAf(two);
      core.openAf(one);
      two.on.cl.ClNotifyCloseAfHandler = () => answer;
      expect(core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af)).toBe(answer);
      expect(two.calls("ProtocolClNotifyCloseAf")).toEqual([[{ af: "two" }]]);
      expect(one.calls("ProtocolClNotifyCloseAf")).toEqual([]);
      expect(core.mcm.calls("ProtocolCmNotifyCloseAfComplete")).toEqual([]);
    }
  });

  it("AF-36, AF-37: after PENDING the client's completion runs ProtocolCmNotifyCloseAfComplete, also after the AF is closed (X-23)", () => {
    for (const closeFirst of [false, true]) {
      const core = new Core().start();
      core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
      const af = core.openAf();
      expect(core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af)).toBe(NDIS_STATUS_PENDING);
      if (closeFirst) core.client.ndis.NdisClCloseAddressFamily(af);
      core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_SUCCESS);
      expect(core.mcm.calls("ProtocolCmNotifyCloseAfComplete")).toEqual([[{ mcmAf: af }, NDIS_STATUS_SUCCESS]]);
    }
  });

  it("AF-35: the client may do all its cleaning up inside the notification", () => {
    const core = new Core().start();
    const af = core.openAf();
    const sap = core.registerSap(af);
    core.client.on.cl.ClNotifyCloseAfHandler = () => {
      core.client.ndis.NdisClDeregisterSap(sap);
      core.client.ndis.NdisClCloseAddressFamily(af);
      return NDIS_STATUS_SUCCESS;
    };
    expect(core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af)).toBe(NDIS_STATUS_SUCCESS);
    expect([core.live.addressFamilies, core.live.saps]).toEqual([0, 0]);
  });

  it("AF-36: completing a notification that did not pend, or twice", () => {
    const core = new Core().start();
    const af = core.openAf();
    const complete = () => core.client.ndis.NdisClNotifyCloseAddressFamilyComplete(af, NDIS_STATUS_SUCCESS);
    expect(broken(complete)).toBe("AF-36 by client");
    core.client.on.cl.ClNotifyCloseAfHandler = () => NDIS_STATUS_PENDING;
    core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
    complete();
    expect(broken(complete)).toBe("AF-36 by client");
    expect(core.mcm.calls("ProtocolCmNotifyCloseAfComplete")).toHaveLength(1);
  });

  it("AF-32: one notification for an open address family; IRQ-01: at PASSIVE_LEVEL", () => {
    const core = new Core().start();
    const af = core.openAf();
    core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
    expect(broken(() => core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af))).toBe("AF-32 by mcm");
    const high = new Core().start();
    const other = high.openAf();
    const notify = () => high.atDispatch(() => void high.mcm.ndis.NdisMCmNotifyCloseAddressFamily(other));
    expect(broken(notify)).toBe("IRQ-01 by mcm");
  });

  it("after the notification only teardown is left: no VC, no SAP", () => {
    const core = new Core({ verifier: false }).start();
    const af = core.openAf();
    core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
    expect(() => core.createVc(af)).toThrow("not filled");
    expect(() => core.registerSap(af)).toThrow("not filled");
    expect([core.live.vcs, core.live.saps]).toEqual([0, 0]);
    expect(core.client.ndis.NdisClCloseAddressFamily(af)).toBe(NDIS_STATUS_SUCCESS);
  });
});
