import { describe, expect, it } from "vitest";
import type { NDIS_STATUS_FINAL, NdisPartyHandle } from "../../src/ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INDICATION,
  NDIS_STATUS_INVALID_OID,
  NDIS_STATUS_LINK_STATE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_ADDRESSES,
} from "../../src/ndis/index.ts";
import { broken, Core, PENDING_AS_FINAL } from "./core-harness.ts";

function query(Oid = OID_CO_GET_ADDRESSES): NDIS_OID_REQUEST {
  return NDIS_OID_REQUEST({ RequestType: NDIS_REQUEST_TYPE.NdisRequestQueryInformation, DATA: { Oid } });
}

function opened(verifier = true) {
  const core = new Core({ verifier }).start();
  const af = core.openAf();
  return { core, af, client: core.client, mcm: core.mcm };
}

describe("NdisCoOidRequest", () => {
  it("OID-01, OID-03: without an AF it goes to MiniportCoOidRequest with the adapter context", () => {
    const { core, client, mcm } = opened();
    const request = query();
    expect(client.ndis.NdisCoOidRequest(client.binding, null, null, null, request)).toBe(NDIS_STATUS_SUCCESS);
    expect(mcm.calls("MiniportCoOidRequest")).toEqual([[mcm.context, null, request]]);
    expect(mcm.calls("ProtocolCoOidRequest")).toEqual([]);
    expect(core.live.oidRequests).toBe(0);
  });

  it("OID-10: with a VC the miniport gets its VC context", () => {
    const { client, mcm, core, af } = opened();
    const vc = core.createVc(af);
    const request = query();
    client.ndis.NdisCoOidRequest(client.binding, null, vc, null, request);
    expect(mcm.last("MiniportCoOidRequest")).toEqual([mcm.context, { mcmVc: vc }, request]);
  });

  it("OID-02, OID-03: with an AF it goes to the call manager's ProtocolCoOidRequest", () => {
    const { client, mcm, core, af } = opened();
    const vc = core.createVc(af);
    const request = query();
    expect(client.ndis.NdisCoOidRequest(client.binding, af, vc, null, request)).toBe(NDIS_STATUS_SUCCESS);
    expect(mcm.calls("ProtocolCoOidRequest")).toEqual([[{ mcmAf: af }, { mcmVc: vc }, null, request]]);
    expect(mcm.calls("MiniportCoOidRequest")).toEqual([]);
  });

  it("OID-01: without an AF there is no party", () => {
    const { client } = opened();
    const party = {} as NdisPartyHandle;
    expect(broken(() => client.ndis.NdisCoOidRequest(client.binding, null, null, party, query()))).toBe(
      "OID-01 by client",
    );
  });

  it("OID-05: a final status comes back, and ProtocolCoOidRequestComplete is not called", () => {
    const { client, mcm, af } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_INVALID_OID;
    mcm.on.cm.CmOidRequestHandler = () => NDIS_STATUS_NOT_SUPPORTED;
    expect(client.ndis.NdisCoOidRequest(client.binding, null, null, null, query())).toBe(NDIS_STATUS_INVALID_OID);
    expect(client.ndis.NdisCoOidRequest(client.binding, af, null, null, query())).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(client.calls("ProtocolCoOidRequestComplete")).toEqual([]);
  });

  it("OID-05, OID-08: pended by the miniport half, completed with NdisMCoOidRequestComplete", () => {
    const { core, client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    expect(client.ndis.NdisCoOidRequest(client.binding, null, null, null, request)).toBe(NDIS_STATUS_PENDING);
    expect(core.live.oidRequests).toBe(1);
    mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_FAILURE);
    expect(client.calls("ProtocolCoOidRequestComplete")).toEqual([[null, null, null, request, NDIS_STATUS_FAILURE]]);
    expect(core.live.oidRequests).toBe(0);
  });

  it("OID-05, OID-08: pended by the call-manager half, completed with NdisMCmOidRequestComplete", () => {
    const { core, client, mcm, af } = opened();
    mcm.on.cm.CmOidRequestHandler = () => NDIS_STATUS_PENDING;
    const vc = core.createVc(af);
    const request = query();
    client.ndis.NdisCoOidRequest(client.binding, af, vc, null, request);
    mcm.ndis.NdisMCmOidRequestComplete(af, vc, null, request, NDIS_STATUS_SUCCESS);
    expect(client.calls("ProtocolCoOidRequestComplete")).toEqual([
      [{ af: "client" }, { vc: "client" }, null, request, NDIS_STATUS_SUCCESS],
    ]);
  });

  it("OID-06, CNC-02: the completion may run before the call returns", () => {
    const { core, client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = (_context, _vc, request) => {
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_PENDING;
    };
    expect(client.ndis.NdisCoOidRequest(client.binding, null, null, null, query())).toBe(NDIS_STATUS_PENDING);
    expect(client.calls("ProtocolCoOidRequestComplete")).toHaveLength(1);
    expect(core.live.oidRequests).toBe(0);
  });

  it("OID-14: connection-oriented requests are not serialised", () => {
    const { client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const requests = [query(), query(), query()];
    for (const request of requests) client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    expect(mcm.calls("MiniportCoOidRequest").map(([, , request]) => request)).toEqual(requests);
    for (const request of requests.reverse()) {
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    }
    expect(client.calls("ProtocolCoOidRequestComplete").map(([, , , request]) => request)).toEqual(requests);
  });

  it("OID-31: completed twice, completed though answered, completed without being asked", () => {
    const { client, mcm } = opened();
    const complete = (request: NDIS_OID_REQUEST) =>
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    expect(broken(() => complete(query()))).toBe("OID-31 by mcm");
    const answered = query();
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, answered);
    expect(broken(() => complete(answered))).toBe("OID-31 by mcm");
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const pended = query();
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, pended);
    complete(pended);
    expect(broken(() => complete(pended))).toBe("OID-31 by mcm");
    mcm.on.co.CoOidRequestHandler = (_context, _vc, request) => {
      complete(request);
      return NDIS_STATUS_SUCCESS;
    };
    expect(broken(() => client.ndis.NdisCoOidRequest(client.binding, null, null, null, query()))).toBe("OID-31 by mcm");
  });

  it("OID-31 without the verifier: the originator hears of each request once", () => {
    const { core, client, mcm } = opened(false);
    mcm.on.co.CoOidRequestHandler = (_context, _vc, request) => {
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_SUCCESS;
    };
    expect(client.ndis.NdisCoOidRequest(client.binding, null, null, null, query())).toBe(NDIS_STATUS_PENDING);
    expect(client.calls("ProtocolCoOidRequestComplete")).toHaveLength(1);
    expect(core.live.oidRequests).toBe(0);
  });

  it("OID-08: each half completes what it was asked, with its own function", () => {
    const { client, mcm, af } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    mcm.on.cm.CmOidRequestHandler = () => NDIS_STATUS_PENDING;
    const [toMiniport, toCallManager] = [query(), query()];
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, toMiniport);
    client.ndis.NdisCoOidRequest(client.binding, af, null, null, toCallManager);
    const crossed = [
      () => mcm.ndis.NdisMCmOidRequestComplete(af, null, null, toMiniport, NDIS_STATUS_SUCCESS),
      () => mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, toCallManager, NDIS_STATUS_SUCCESS),
      () => mcm.ndis.NdisMOidRequestComplete(mcm.handle, toMiniport, NDIS_STATUS_SUCCESS),
    ];
    for (const complete of crossed) expect(broken(complete)).toBe("OID-08 by mcm");
  });

  it("OID-07: PENDING is no completion", () => {
    const { core, client, mcm } = opened(false);
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, PENDING_AS_FINAL);
    expect(core.rules).toEqual(["OID-07"]);
    expect(client.calls("ProtocolCoOidRequestComplete")).toEqual([]);
    mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    expect(client.calls("ProtocolCoOidRequestComplete")).toHaveLength(1);
  });
});

describe("NdisMCmOidRequest", () => {
  it("OID-04: goes to ProtocolCoOidRequest of the client that the AF handle names", () => {
    const core = new Core({ clients: ["one", "two"] }).start();
    const [one, two] = core.clients;
    if (one === undefined || two === undefined) throw new Error("two clients");
    core.openAf(one);
    const af = core.openAf(two);
    const request = query();
    expect(core.mcm.ndis.NdisMCmOidRequest(af, null, null, request)).toBe(NDIS_STATUS_SUCCESS);
    expect(two.calls("ProtocolCoOidRequest")).toEqual([[{ af: "two" }, null, null, request]]);
    expect(one.calls("ProtocolCoOidRequest")).toEqual([]);
    expect(core.mcm.calls("ProtocolCoOidRequestComplete")).toEqual([]);
  });

  it("OID-05, OID-07: pended by the client, completed with NdisCoOidRequestComplete", () => {
    const { core, client, mcm, af } = opened();
    client.on.cl.ClOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    expect(mcm.ndis.NdisMCmOidRequest(af, null, null, request)).toBe(NDIS_STATUS_PENDING);
    client.ndis.NdisCoOidRequestComplete(af, null, null, request, NDIS_STATUS_NOT_SUPPORTED);
    expect(mcm.calls("ProtocolCoOidRequestComplete")).toEqual([
      [{ mcmAf: af }, null, null, request, NDIS_STATUS_NOT_SUPPORTED],
    ]);
    expect(core.live.oidRequests).toBe(0);
    const again = () => client.ndis.NdisCoOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
    expect(broken(again)).toBe("OID-07 by client");
  });
});

describe("NdisOidRequest", () => {
  const finish = (core: Core, request: NDIS_OID_REQUEST, status: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS) =>
    core.mcm.ndis.NdisMOidRequestComplete(core.mcm.handle, request, status);

  it("goes to MiniportOidRequest; a final status means no ProtocolOidRequestComplete", () => {
    const { client, mcm } = opened();
    const request = query();
    expect(client.ndis.NdisOidRequest(client.binding, request)).toBe(NDIS_STATUS_SUCCESS);
    expect(mcm.calls("MiniportOidRequest")).toEqual([[mcm.context, request]]);
    expect(client.calls("ProtocolOidRequestComplete")).toEqual([]);
  });

  it("OID-14: MiniportOidRequest is serialised: the next request comes when the one before is complete", () => {
    const { core, client, mcm } = opened();
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const [first, second, third] = [query(), query(), query()];
    for (const request of [first, second, third]) {
      expect(client.ndis.NdisOidRequest(client.binding, request)).toBe(NDIS_STATUS_PENDING);
    }
    const asked = () => mcm.calls("MiniportOidRequest").map(([, request]) => request);
    expect(asked()).toEqual([first]);
    finish(core, first);
    expect(asked()).toEqual([first, second]);
    // An answer that is final at once completes what was queued, too.
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_NOT_SUPPORTED;
    finish(core, second);
    expect(asked()).toEqual([first, second, third]);
    expect(client.calls("ProtocolOidRequestComplete")).toEqual(
      expect.arrayContaining([
        [client.context, first, NDIS_STATUS_SUCCESS],
        [client.context, second, NDIS_STATUS_SUCCESS],
        [client.context, third, NDIS_STATUS_NOT_SUPPORTED],
      ]),
    );
    expect(client.calls("ProtocolOidRequestComplete")).toHaveLength(3);
    expect(core.live.oidRequests).toBe(0);
  });

  it("OID-14: a connection-oriented request passes a serialised one that is pending", () => {
    const { client, mcm } = opened();
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    client.ndis.NdisOidRequest(client.binding, query());
    expect(client.ndis.NdisCoOidRequest(client.binding, null, null, null, query())).toBe(NDIS_STATUS_SUCCESS);
    expect(mcm.calls("MiniportCoOidRequest")).toHaveLength(1);
  });

  it("requests of several clients share the one queue of the adapter", () => {
    const core = new Core({ clients: ["one", "two"] }).start();
    core.mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const requests = core.clients.map((client) => {
      const request = query();
      client.ndis.NdisOidRequest(client.binding, request);
      return request;
    });
    expect(core.mcm.calls("MiniportOidRequest")).toHaveLength(1);
    for (const request of requests) finish(core, request);
    for (const client of core.clients) expect(client.calls("ProtocolOidRequestComplete")).toHaveLength(1);
  });
});

describe("NdisMCoIndicateStatusEx", () => {
  const indication = NDIS_STATUS_INDICATION({ StatusCode: NDIS_STATUS_LINK_STATE });

  it("STA-01, STA-02: without a VC every bound protocol hears it, with a NULL VC context", () => {
    const core = new Core({ clients: ["one", "two"] }).start();
    core.mcm.ndis.NdisMCoIndicateStatusEx(core.mcm.handle, null, indication);
    for (const client of core.clients) {
      expect(client.calls("ProtocolCoStatusEx")).toEqual([[client.context, null, indication]]);
    }
  });

  it("STA-01: with a VC only the client that shares it, with its VC context", () => {
    const core = new Core({ clients: ["one", "two"] }).start();
    const [one, two] = core.clients;
    if (one === undefined || two === undefined) throw new Error("two clients");
    const vc = core.createVc(core.openAf(two), two);
    core.mcm.ndis.NdisMCoIndicateStatusEx(core.mcm.handle, vc, indication);
    expect(two.calls("ProtocolCoStatusEx")).toEqual([[two.context, { vc: "two" }, indication]]);
    expect(one.calls("ProtocolCoStatusEx")).toEqual([]);
  });

  it("STA-06: legal inside MiniportInitializeEx once the attributes are set; nobody is bound yet", () => {
    const core = new Core();
    core.load();
    core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      const status = core.mcm.initialize(handle);
      core.mcm.ndis.NdisMCoIndicateStatusEx(handle, null, indication);
      return status;
    };
    expect(core.startDevice()).toBe(NDIS_STATUS_SUCCESS);
    expect(core.client.calls("ProtocolCoStatusEx")).toEqual([]);
  });

  it("STA-07: not after MiniportHaltEx", () => {
    const core = new Core().start();
    core.stop();
    expect(broken(() => core.mcm.ndis.NdisMCoIndicateStatusEx(core.mcm.handle, null, indication))).toBe(
      "STA-07 by mcm",
    );
  });
});
