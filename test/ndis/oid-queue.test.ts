import { describe, expect, it } from "vitest";
import type { Blocking } from "../../src/machine/index.ts";
import { KernelEvent } from "../../src/machine/index.ts";
import type { NDIS_OID_REQUEST, NDIS_STATUS, NDIS_STATUS_FINAL } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_ADAPTER_NOT_READY,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_RESETTABLE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_REQUEST_ABORTED,
  NDIS_STATUS_SUCCESS,
  OID_GEN_CO_LINK_SPEED,
  NDIS_OID_REQUEST as oidRequest,
} from "../../src/ndis/index.ts";
import { broken, Core } from "./core-harness.ts";
import { adapterOf, haltFirst, passSeconds, startedWith } from "./core-life.ts";

const query = (RequestId: unknown = null): NDIS_OID_REQUEST =>
  oidRequest({ RequestId, DATA: { Oid: OID_GEN_CO_LINK_SPEED } });

/** A core with one request that MiniportOidRequest has, and `count` that wait for it. */
function queued(count: number) {
  const core = new Core().start();
  const { client, mcm } = core;
  mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
  const first = query();
  client.ndis.NdisOidRequest(client.binding, first);
  const waiting = Array.from({ length: count }, () => query());
  for (const request of waiting) client.ndis.NdisOidRequest(client.binding, request);
  const finish = (request: NDIS_OID_REQUEST) =>
    mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
  return { core, client, mcm, first, waiting, finish };
}

describe("the queue of MiniportOidRequest", () => {
  it("3,000 requests that are answered at once are answered one after the other, not one inside the other", () => {
    const { core, client, mcm, first, waiting, finish } = queued(3_000);
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_NOT_SUPPORTED;
    finish(first);
    expect(mcm.calls("MiniportOidRequest").map(([, request]) => request)).toEqual([first, ...waiting]);
    expect(client.calls("ProtocolOidRequestComplete")).toHaveLength(3_001);
    expect(core.live.oidRequests).toBe(0);
  });

  it("3,000 requests that are completed before MiniportOidRequest returns, too", () => {
    const { core, client, mcm, first, finish } = queued(3_000);
    let depth = 0;
    let deepest = 0;
    mcm.on.miniport.OidRequestHandler = (_context, request) => {
      deepest = Math.max(deepest, ++depth);
      finish(request);
      depth--;
      return NDIS_STATUS_PENDING;
    };
    finish(first);
    expect(client.calls("ProtocolOidRequestComplete")).toHaveLength(3_001);
    expect(deepest).toBe(1);
    expect(core.live.oidRequests).toBe(0);
  });

  it("a completion is told before the next request starts, however the one before ended", () => {
    const { core, mcm, first, finish } = queued(3);
    const answers: ((request: NDIS_OID_REQUEST) => NDIS_STATUS)[] = [
      () => NDIS_STATUS_NOT_SUPPORTED,
      (request) => {
        finish(request);
        return NDIS_STATUS_PENDING;
      },
      () => NDIS_STATUS_SUCCESS,
    ];
    mcm.on.miniport.OidRequestHandler = (_context, request) => answers.shift()?.(request) ?? NDIS_STATUS_FAILURE;
    core.order.length = 0;
    finish(first);
    const [told, asked] = ["ProtocolOidRequestComplete", "MiniportOidRequest"];
    expect(core.order).toEqual([told, asked, told, asked, told, asked, told]);
  });

  it("a request that is issued from a completion waits behind those that wait already", () => {
    const { client, mcm, first, waiting, finish } = queued(2);
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_SUCCESS;
    const last = query();
    const statuses: NDIS_STATUS[] = [];
    client.on.protocol.OidRequestCompleteHandler = (_context, request) => {
      if (request === first) statuses.push(client.ndis.NdisOidRequest(client.binding, last));
    };
    finish(first);
    expect(statuses).toEqual([NDIS_STATUS_PENDING]);
    expect(mcm.calls("MiniportOidRequest").map(([, request]) => request)).toEqual([first, ...waiting, last]);
  });

  it("OID-14: MiniportOidRequest is not called inside of itself", () => {
    const core = new Core().start();
    const { client, mcm } = core;
    const [outer, inner] = [query(), query()];
    const statuses: NDIS_STATUS[] = [];
    let depth = 0;
    mcm.on.miniport.OidRequestHandler = (_context, request) => {
      expect(++depth).toBe(1);
      mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
      if (request === outer) statuses.push(client.ndis.NdisOidRequest(client.binding, inner));
      depth--;
      return NDIS_STATUS_PENDING;
    };
    statuses.push(client.ndis.NdisOidRequest(client.binding, outer));
    expect(statuses).toEqual([NDIS_STATUS_PENDING, NDIS_STATUS_PENDING]);
    expect(mcm.calls("MiniportOidRequest").map(([, request]) => request)).toEqual([outer, inner]);
    expect(core.live.oidRequests).toBe(0);
  });
});

describe("a halt that blocks", () => {
  /** A core whose MiniportHaltEx waits until `released` is set, with a first request that pends. */
  function halting(pendsReset = false) {
    const characteristics = pendsReset ? { ResetHandlerEx: (): NDIS_STATUS => NDIS_STATUS_PENDING } : {};
    const core = startedWith({ characteristics });
    const { client, mcm } = core;
    const released = new KernelEvent();
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    mcm.on.miniport.HaltHandlerEx = function* (): Blocking<void> {
      yield { event: released, timeoutNs: Number.POSITIVE_INFINITY };
    };
    const request = query();
    client.ndis.NdisOidRequest(client.binding, request);
    const finish = () => mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
    const isHalting = () => mcm.calls("MiniportHaltEx").length > 0;
    return { core, client, mcm, released, finish, isHalting };
  }

  it("LIF-11: waits for a reset that began while it waited for a request", () => {
    const { core, mcm, finish, isHalting } = halting(true);
    core.begin(haltFirst(core));
    core.begin(core.ndis.resetDevice(adapterOf(core)));
    finish();
    core.settle();
    expect(isHalting()).toBe(false);
    mcm.ndis.NdisMResetComplete(mcm.handle, NDIS_STATUS_SUCCESS, false);
    core.settle();
    expect(isHalting()).toBe(true);
  });

  it("LIF-14: the miniport is asked nothing in the meantime, and resets nothing", () => {
    const { core, client, mcm, released, finish, isHalting } = halting(true);
    const adapter = adapterOf(core);
    finish();
    const removal = core.begin(haltFirst(core));
    expect(isHalting()).toBe(true);
    const { length } = mcm.log;
    expect(client.ndis.NdisOidRequest(client.binding, query())).toBe(NDIS_STATUS_ADAPTER_NOT_READY);
    expect(client.ndis.NdisCoOidRequest(client.binding, null, null, null, query())).toBe(NDIS_STATUS_ADAPTER_NOT_READY);
    expect(core.run(core.ndis.resetDevice(adapter))).toBe(NDIS_STATUS_NOT_RESETTABLE);
    expect(core.run(core.ndis.changePowerProfile(adapter, true))).toBe(NDIS_STATUS_FAILURE);
    expect(mcm.log.slice(length)).toEqual([]);
    released.set();
    core.settle();
    expect([removal.done, adapter.state]).toEqual([true, "Halted"]);
  });

  it("LIF-14: a request whose turn comes too late is aborted", () => {
    const { core, client, mcm, released, finish, isHalting } = halting();
    const late = query();
    client.ndis.NdisOidRequest(client.binding, late);
    const removal = core.begin(haltFirst(core));
    // Its turn is a system thread's, behind the one that halts.
    core.atDispatch(finish);
    expect(isHalting()).toBe(true);
    expect(mcm.calls("MiniportOidRequest")).toHaveLength(1);
    expect(client.last("ProtocolOidRequestComplete")).toEqual([client.context, late, NDIS_STATUS_REQUEST_ABORTED]);
    released.set();
    core.settle();
    expect([removal.done, core.live.oidRequests]).toEqual([true, 0]);
  });
});

describe("OID-16: cancelling", () => {
  /** A core whose miniport has pended direct requests with these IDs. */
  function pendedDirect(...ids: number[]) {
    const core = new Core();
    core.mcm.characteristics.DirectOidRequestHandler = () => NDIS_STATUS_PENDING;
    core.mcm.characteristics.CancelDirectOidRequestHandler = () => {};
    core.client.characteristics.DirectOidRequestCompleteHandler = () => {};
    core.start();
    const { client, mcm } = core;
    const requests = new Map(ids.map((id) => [id, query(id)]));
    for (const request of requests.values()) client.ndis.NdisDirectOidRequest(client.binding, request);
    const finish = (id: number, status: NDIS_STATUS_FINAL) => {
      const request = requests.get(id);
      if (request !== undefined) mcm.ndis.NdisMDirectOidRequestComplete(mcm.handle, request, status);
    };
    const cancel = (id: number) => client.ndis.NdisCancelDirectOidRequest(client.binding, id);
    return { core, client, mcm, finish, cancel };
  }

  it("binds the requests that are cancelled, not what else ends while MiniportCancelDirectOidRequest runs", () => {
    const { core, mcm, finish, cancel } = pendedDirect(1, 2);
    mcm.on.miniport.CancelDirectOidRequestHandler = () => {
      finish(2, NDIS_STATUS_FAILURE);
      finish(1, NDIS_STATUS_REQUEST_ABORTED);
    };
    expect(broken(() => cancel(1))).toBe("nothing");
    expect(core.live.oidRequests).toBe(0);
  });

  it.each([
    ["the inner", 2],
    ["the outer", 1],
  ])("binds both when one is cancelled from the completion of another: %s fails", (_which, failing) => {
    const { client, mcm, finish, cancel } = pendedDirect(1, 2, 3);
    mcm.on.miniport.CancelDirectOidRequestHandler = (_context, id) => {
      if (id === 1) finish(3, NDIS_STATUS_FAILURE);
      if (id === 2) finish(2, failing === 2 ? NDIS_STATUS_FAILURE : NDIS_STATUS_REQUEST_ABORTED);
      if (id === 1) finish(1, failing === 1 ? NDIS_STATUS_FAILURE : NDIS_STATUS_REQUEST_ABORTED);
    };
    client.on.protocol.DirectOidRequestCompleteHandler = (_context, request) => {
      if (request.RequestId === 3) cancel(2);
    };
    expect(broken(() => cancel(1))).toBe("OID-16 by mcm");
  });

  it("a request that ran out of time is cancelled, too", () => {
    const { core, client, mcm } = pendedDirect();
    const request = query(7);
    request.Timeout = 2;
    client.ndis.NdisDirectOidRequest(client.binding, request);
    mcm.on.miniport.CancelDirectOidRequestHandler = () =>
      mcm.ndis.NdisMDirectOidRequestComplete(mcm.handle, request, NDIS_STATUS_FAILURE);
    expect(broken(() => passSeconds(core, 3))).toBe("OID-16 by mcm");
  });
});
