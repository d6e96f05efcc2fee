import { describe, expect } from "vitest";
import type { NdisPartyHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_CALL_INFORMATION,
  OID_GEN_CO_LINK_SPEED,
} from "../../src/ndis/index.ts";
import { broken, Core } from "../ndis/core-harness.ts";
import { opened, query } from "./oid-fixture.ts";
import { behaviour, enforced } from "./rule-case.ts";

/** ntddndis.h. */

describe("14. OID requests: ways", () => {
  enforced("OID-01", "without an address family there is no party handle, and the miniport is asked", {
    by: "client",
    caught: () => {
      const { client } = opened();
      client.ndis.NdisCoOidRequest(client.binding, null, null, {} as NdisPartyHandle, query());
    },
    passes: () => {
      const { client, mcm } = opened();
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, query());
      expect(mcm.calls("MiniportCoOidRequest")).toHaveLength(1);
      expect(mcm.calls("ProtocolCoOidRequest")).toEqual([]);
    },
  });

  behaviour("OID-02", "with an address family the driver on its other side is asked", () => {
    const { client, mcm, af } = opened();
    client.ndis.NdisCoOidRequest(client.binding, af, null, null, query());
    expect(mcm.calls("ProtocolCoOidRequest")).toHaveLength(1);
    mcm.ndis.NdisMCmOidRequest(af, null, null, query());
    expect(client.calls("ProtocolCoOidRequest")).toHaveLength(1);
  });

  behaviour("OID-03", "an MCM is asked in its miniport half or its call-manager half, by the AF handle", () => {
    const { client, mcm, af } = opened();
    const [one, two] = [query(), query()];
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, one);
    client.ndis.NdisCoOidRequest(client.binding, af, null, null, two);
    expect(mcm.calls("MiniportCoOidRequest")).toEqual([[mcm.context, null, one]]);
    expect(mcm.calls("ProtocolCoOidRequest")).toEqual([[{ mcmAf: af }, null, null, two]]);
  });

  behaviour(
    "OID-04",
    "NdisMCmOidRequest runs ProtocolCoOidRequest of the client that the AF handle names, and of no other",
    () => {
      const core = new Core({ clients: ["one", "two"] }).start();
      const [one, two] = core.clients;
      if (one === undefined || two === undefined) throw new Error("two clients");
      core.openAf(one);
      const request = query();
      core.mcm.ndis.NdisMCmOidRequest(core.openAf(two), null, null, request);
      expect(two.calls("ProtocolCoOidRequest")).toEqual([[{ af: "two" }, null, null, request]]);
      expect(one.calls("ProtocolCoOidRequest")).toEqual([]);
    },
  );

  behaviour("OID-05", "PENDING is followed by ProtocolCoOidRequestComplete, any other status is not", () => {
    const { core, client, mcm, af } = opened();
    const completions = () => client.calls("ProtocolCoOidRequestComplete").length;
    mcm.on.cm.CmOidRequestHandler = () => NDIS_STATUS_NOT_SUPPORTED;
    expect(client.ndis.NdisCoOidRequest(client.binding, af, null, null, query())).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(completions()).toBe(0);
    mcm.on.cm.CmOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    expect(client.ndis.NdisCoOidRequest(client.binding, af, null, null, request)).toBe(NDIS_STATUS_PENDING);
    expect(completions()).toBe(0);
    mcm.ndis.NdisMCmOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
    expect(completions()).toBe(1);
    expect(core.live.oidRequests).toBe(0);
  });

  behaviour("OID-06", "the completion may come before the issuing call returns PENDING", () => {
    const { core, client, mcm } = opened();
    const order: string[] = [];
    mcm.on.co.CoOidRequestHandler = (_context, _vc, request) => {
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      return NDIS_STATUS_PENDING;
    };
    client.on.cl.ClOidRequestCompleteHandler = () => void order.push("completed");
    const status = client.ndis.NdisCoOidRequest(client.binding, null, null, null, query());
    order.push(status === NDIS_STATUS_PENDING ? "returned PENDING" : "returned");
    expect(order).toEqual(["completed", "returned PENDING"]);
    expect(core.live.oidRequests).toBe(0);
  });

  behaviour("OID-14", "CO requests are not serialised, those to MiniportOidRequest are", () => {
    const { client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    for (let i = 0; i < 3; i++) {
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, query());
      client.ndis.NdisOidRequest(client.binding, query());
    }
    expect(mcm.calls("MiniportCoOidRequest")).toHaveLength(3);
    expect(mcm.calls("MiniportOidRequest")).toHaveLength(1);
  });

  behaviour("OID-19", "requests are taken while the binding is paused, restarting, running and pausing", () => {
    const core = new Core();
    const taken: string[] = [];
    core.load();
    const [client] = core.clients;
    if (client === undefined) throw new Error("no client");
    client.on.protocol.NetPnPEventHandler = () => {
      if (client.ndis.NdisCoOidRequest(client.binding, null, null, null, query()) === NDIS_STATUS_SUCCESS)
        taken.push(core.ndis.adapters[0]?.bindings[0]?.state ?? "none");
      return NDIS_STATUS_SUCCESS;
    };
    core.startDevice();
    const ask = () => client.ndis.NdisCoOidRequest(client.binding, null, null, null, query());
    expect(ask()).toBe(NDIS_STATUS_SUCCESS);
    core.mcm.on.miniport.PauseHandler = () => {
      taken.push(`${core.ndis.adapters[0]?.bindings[0]?.state ?? "none"} ${ask()}`);
      return NDIS_STATUS_SUCCESS;
    };
    core.stop();
    expect(taken).toEqual(expect.arrayContaining(["Restarting", "Pausing", `Paused ${NDIS_STATUS_SUCCESS}`]));
  });

  behaviour("OID-24", "what is not connection-oriented goes by NdisOidRequest to MiniportOidRequest", () => {
    const { client, mcm } = opened();
    const request = query(OID_GEN_CO_LINK_SPEED);
    expect(client.ndis.NdisOidRequest(client.binding, request)).toBe(NDIS_STATUS_SUCCESS);
    expect(mcm.calls("MiniportOidRequest")).toEqual([[mcm.context, request]]);
    expect(mcm.calls("MiniportCoOidRequest")).toEqual([]);
  });

  behaviour("OID-25", "a request that failed is mended and issued again", () => {
    const { client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = (_context, _vc, request) => {
      if (request.DATA.QUERY_INFORMATION.InformationBufferLength < 4) {
        request.DATA.QUERY_INFORMATION.BytesNeeded = 4;
        return NDIS_STATUS_INVALID_LENGTH;
      }
      return NDIS_STATUS_SUCCESS;
    };
    const request = query(OID_GEN_CO_LINK_SPEED, 2);
    const ask = () => client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    expect(ask()).toBe(NDIS_STATUS_INVALID_LENGTH);
    const { BytesNeeded } = request.DATA.QUERY_INFORMATION;
    request.DATA.QUERY_INFORMATION.InformationBuffer = new Uint8Array(BytesNeeded);
    request.DATA.QUERY_INFORMATION.InformationBufferLength = BytesNeeded;
    expect(ask()).toBe(NDIS_STATUS_SUCCESS);
  });

  behaviour("OID-30", "OID_CO_GET_CALL_INFORMATION gets NOT_SUPPORTED from NDIS, and no driver is asked", () => {
    const { client, mcm, af } = opened();
    const request = query(OID_CO_GET_CALL_INFORMATION);
    expect(client.ndis.NdisCoOidRequest(client.binding, af, null, null, request)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(mcm.calls("ProtocolCoOidRequest")).toEqual([]);
    expect(mcm.ndis.NdisMCmOidRequest(af, null, null, request)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(client.calls("ProtocolCoOidRequest")).toEqual([]);
  });
});

describe("14. OID requests of a stand-alone call manager", () => {
  behaviour("OID-02", "with an AF handle its request goes to the client, and the completion comes back to it", () => {
    const core = new Core({ route: "cm" }).start();
    const af = core.openAf();
    const { callManager, client } = core;
    client.on.cl.ClOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    const status = callManager.ndis.NdisCoOidRequest(callManager.binding, af, null, null, request);
    expect(status).toBe(NDIS_STATUS_PENDING);
    expect(client.last("ProtocolCoOidRequest")).toEqual([{ af: "client" }, null, null, request]);
    client.ndis.NdisCoOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
    expect(callManager.last("ProtocolCoOidRequestComplete").slice(3)).toEqual([request, NDIS_STATUS_SUCCESS]);
    expect(client.calls("ProtocolCoOidRequestComplete")).toEqual([]);
  });

  behaviour("OID-01", "without one it goes to the miniport, and the completion comes back to it", () => {
    const core = new Core({ route: "cm" }).start();
    const { callManager, miniport } = core;
    miniport.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    callManager.ndis.NdisCoOidRequest(callManager.binding, null, null, null, request);
    expect(miniport.last("MiniportCoOidRequest")).toEqual([miniport.context, null, request]);
    miniport.ndis.NdisMCoOidRequestComplete(miniport.handle, null, request, NDIS_STATUS_SUCCESS);
    expect(callManager.calls("ProtocolCoOidRequestComplete")).toEqual([
      [null, null, null, request, NDIS_STATUS_SUCCESS],
    ]);
  });

  behaviour("OID-10", "a VC is named to the miniport by the miniport's own context", () => {
    const core = new Core({ route: "cm" }).start();
    const vc = core.createVc(core.openAf());
    core.client.ndis.NdisCoOidRequest(core.client.binding, null, vc, null, query());
    expect(core.miniport.last("MiniportCoOidRequest")[1]).toEqual({ miniportVc: vc });
  });
});

describe("14. OID requests without the verifier", () => {
  behaviour("OID-01", "a party handle without an address family fails the call", () => {
    const { client, mcm } = opened(false);
    const party = {} as NdisPartyHandle;
    const status = client.ndis.NdisCoOidRequest(client.binding, null, null, party, query());
    expect(status).toBe(NDIS_STATUS_FAILURE);
    expect(mcm.calls("MiniportCoOidRequest")).toEqual([]);
    expect(broken(() => client.ndis.NdisCoOidRequest(client.binding, null, null, null, query()))).toBe("nothing");
  });
});
