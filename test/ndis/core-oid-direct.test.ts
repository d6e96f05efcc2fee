import { describe, expect, it } from "vitest";
import type { NDIS_OID_REQUEST } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_REQUEST_ABORTED,
  NDIS_STATUS_SUCCESS,
  OID_GEN_CO_LINK_SPEED,
  OutParameter,
  NDIS_OID_REQUEST as oidRequest,
} from "../../src/ndis/index.ts";
import { broken, Core } from "./core-harness.ts";

const query = (RequestId: unknown = null): NDIS_OID_REQUEST =>
  oidRequest({ RequestId, DATA: { Oid: OID_GEN_CO_LINK_SPEED } });

/** A core whose miniport and client take direct OID requests; the miniport pends them. */
function direct(): Core {
  const core = new Core();
  core.mcm.characteristics.DirectOidRequestHandler = () => NDIS_STATUS_PENDING;
  core.mcm.characteristics.CancelDirectOidRequestHandler = () => {};
  core.client.characteristics.DirectOidRequestCompleteHandler = () => {};
  return core.start();
}

describe("NdisDirectOidRequest", () => {
  it("goes to MiniportDirectOidRequest, beside all others and unserialised", () => {
    const core = direct();
    const { client, mcm } = core;
    const requests = [query(), query()];
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    client.ndis.NdisOidRequest(client.binding, query());
    for (const request of requests)
      expect(client.ndis.NdisDirectOidRequest(client.binding, request)).toBe(NDIS_STATUS_PENDING);
    expect(mcm.calls("MiniportDirectOidRequest").map(([, request]) => request)).toEqual(requests);
    for (const request of requests) mcm.ndis.NdisMDirectOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
    expect(client.calls("ProtocolDirectOidRequestComplete")).toEqual(
      requests.map((request) => [client.context, request, NDIS_STATUS_SUCCESS]),
    );
    expect(core.live.oidRequests).toBe(1);
  });

  it("NOT_SUPPORTED when the miniport, or the protocol, has no handler for it", () => {
    const core = new Core().start();
    expect(core.client.ndis.NdisDirectOidRequest(core.client.binding, query())).toBe(NDIS_STATUS_NOT_SUPPORTED);
  });

  it("is cancelled through MiniportCancelDirectOidRequest, not by NdisCancelOidRequest", () => {
    const { client, mcm } = direct();
    const id = { id: 1 };
    client.ndis.NdisDirectOidRequest(client.binding, query(id));
    client.ndis.NdisCancelOidRequest(client.binding, id);
    expect(mcm.calls("MiniportCancelOidRequest")).toEqual([]);
    expect(mcm.calls("MiniportCancelDirectOidRequest")).toEqual([]);
    client.ndis.NdisCancelDirectOidRequest(client.binding, id);
    expect(mcm.calls("MiniportCancelDirectOidRequest")).toEqual([[mcm.context, id]]);
  });

  it("OID-08: is not completed with NdisMOidRequestComplete", () => {
    const { client, mcm } = direct();
    const request = query();
    client.ndis.NdisDirectOidRequest(client.binding, request);
    const complete = () => mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
    expect(broken(complete)).toBe("OID-08 by mcm");
  });
});

describe("NdisOidRequest", () => {
  it("from DISPATCH_LEVEL pends, and MiniportOidRequest runs at PASSIVE_LEVEL", () => {
    const core = new Core().start();
    const { client, mcm } = core;
    const request = query();
    const statuses: number[] = [];
    core.atDispatch(() => void statuses.push(client.ndis.NdisOidRequest(client.binding, request)));
    expect(statuses).toEqual([NDIS_STATUS_PENDING]);
    expect(mcm.log.filter(({ name }) => name === "MiniportOidRequest").map(({ irql }) => irql)).toEqual([0]);
    expect(client.calls("ProtocolOidRequestComplete")).toEqual([[client.context, request, NDIS_STATUS_SUCCESS]]);
    expect(core.live.oidRequests).toBe(0);
  });

  it("the next request runs at PASSIVE_LEVEL when the one before is completed at DISPATCH_LEVEL", () => {
    const core = new Core().start();
    const { client, mcm } = core;
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const [first, second] = [query(), query()];
    for (const request of [first, second]) client.ndis.NdisOidRequest(client.binding, request);
    core.atDispatch(() => mcm.ndis.NdisMOidRequestComplete(mcm.handle, first, NDIS_STATUS_SUCCESS));
    expect(mcm.log.filter(({ name }) => name === "MiniportOidRequest").map(({ irql }) => irql)).toEqual([0, 0]);
  });

  it("a request that waits is cancelled by NDIS alone; those behind it keep their turn", () => {
    const core = new Core().start();
    const { client, mcm } = core;
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const requests = [query(1), query(2), query(3)];
    for (const request of requests) client.ndis.NdisOidRequest(client.binding, request);
    client.ndis.NdisCancelOidRequest(client.binding, 2);
    expect(mcm.calls("MiniportCancelOidRequest")).toEqual([]);
    expect(client.calls("ProtocolOidRequestComplete")).toEqual([
      [client.context, requests[1], NDIS_STATUS_REQUEST_ABORTED],
    ]);
    for (const request of [requests[0], requests[2]])
      if (request !== undefined) mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
    expect(mcm.calls("MiniportOidRequest").map(([, request]) => request)).toEqual([requests[0], requests[2]]);
    expect(core.live.oidRequests).toBe(0);
  });

  it("a request that waits longer than its Timeout is aborted", () => {
    const core = new Core().start();
    const { client, mcm } = core;
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const [first, second] = [query(), query()];
    second.Timeout = 3;
    for (const request of [first, second]) client.ndis.NdisOidRequest(client.binding, request);
    core.world.runUntilTime(3_000_000_000);
    expect(client.calls("ProtocolOidRequestComplete")).toEqual([[client.context, second, NDIS_STATUS_REQUEST_ABORTED]]);
  });
});

describe("NdisAllocateCloneOidRequest", () => {
  const clone = (core: Core, request: NDIS_OID_REQUEST) => {
    const out = new OutParameter<NDIS_OID_REQUEST>();
    const status = core.client.ndis.NdisAllocateCloneOidRequest(core.client.binding, request, 0x31676174, out);
    return { status, clone: out.Value };
  };

  it("a copy with the information buffer of the original, freed once", () => {
    const core = new Core().start();
    const request = query();
    request.DATA.QUERY_INFORMATION.InformationBuffer = new Uint8Array(4);
    request.DATA.QUERY_INFORMATION.InformationBufferLength = 4;
    const { status, clone: copy } = clone(core, request);
    if (copy === null) throw new Error("no clone");
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    expect(copy).not.toBe(request);
    expect(copy.DATA.QUERY_INFORMATION.InformationBuffer).toBe(request.DATA.QUERY_INFORMATION.InformationBuffer);
    copy.DATA.QUERY_INFORMATION.BytesWritten = 4;
    expect(request.DATA.QUERY_INFORMATION.BytesWritten).toBe(0);
    expect(core.live.clonedOidRequests).toBe(1);
    const free = () => core.client.ndis.NdisFreeCloneOidRequest(core.client.binding, copy);
    free();
    expect(core.live.clonedOidRequests).toBe(0);
    expect(broken(free)).toBe("AF-38 by client");
  });

  it("INVALID_PARAMETER for what is no request", () => {
    const core = new Core().start();
    expect(clone(core, {} as NDIS_OID_REQUEST)).toEqual({ status: NDIS_STATUS_INVALID_PARAMETER, clone: null });
  });

  it("MEM-02: a clone that is left behind is reported at unload", () => {
    const core = new Core().start();
    clone(core, query());
    expect(broken(() => core.stop())).toBe("MEM-02 by client");
  });
});

describe("a request that is none", () => {
  it.each([null, undefined, 7, {}, { DATA: null }])("%j fails, and NDIS lives on", (garbage) => {
    const core = new Core({ verifier: false }).start();
    const { client, mcm } = core;
    const af = core.openAf();
    const request = garbage as unknown as NDIS_OID_REQUEST;
    const statuses = [
      client.ndis.NdisOidRequest(client.binding, request),
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, request),
      client.ndis.NdisCoOidRequest(client.binding, af, null, null, request),
      mcm.ndis.NdisMCmOidRequest(af, null, null, request),
    ];
    expect(statuses.every((status) => status !== NDIS_STATUS_SUCCESS && status !== NDIS_STATUS_PENDING)).toBe(true);
    client.ndis.NdisCoOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
    expect(core.live.oidRequests).toBe(0);
  });
});
