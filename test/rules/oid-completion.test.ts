import { describe, expect } from "vitest";
import type { NDIS_OID_REQUEST, NDIS_STATUS, NDIS_STATUS_FINAL, NdisPartyHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_REQUEST_ABORTED,
  NDIS_STATUS_RESET_IN_PROGRESS,
  NDIS_STATUS_SUCCESS,
  OID_GEN_CO_GET_NETCARD_TIME,
  OID_GEN_CO_SUPPORTED_LIST,
} from "../../src/ndis/index.ts";
import { Core, PENDING_AS_FINAL } from "../ndis/core-harness.ts";
import { bytesOf, MANDATORY_OIDS, opened, query, STATISTICS_OIDS, written } from "./oid-fixture.ts";
import { behaviour, enforced } from "./rule-case.ts";

const SECOND_NS = 1_000_000_000;
/** ntddndis.h. */

describe("14. OID requests: completing", () => {
  const askClient = (status: NDIS_STATUS) => {
    const { core, client, mcm, af } = opened();
    client.on.cl.ClOidRequestHandler = () => status;
    const request = query();
    mcm.ndis.NdisMCmOidRequest(af, null, null, request);
    return { core, client, mcm, af, request };
  };

  enforced("OID-07", "a client completes what it pended, with a final status", {
    by: "client",
    caught: () => {
      const { client, af, request } = askClient(NDIS_STATUS_PENDING);
      client.ndis.NdisCoOidRequestComplete(af, null, null, request, PENDING_AS_FINAL);
    },
    passes: () => {
      const { client, mcm, af, request } = askClient(NDIS_STATUS_PENDING);
      client.ndis.NdisCoOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
      expect(mcm.calls("ProtocolCoOidRequestComplete")).toHaveLength(1);
    },
  });

  enforced("OID-07", "a client does not complete what it has answered", {
    by: "client",
    caught: () => {
      const { client, af, request } = askClient(NDIS_STATUS_SUCCESS);
      client.ndis.NdisCoOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
    },
    passes: () => askClient(NDIS_STATUS_SUCCESS),
  });

  const askHalf = (half: "miniport" | "call manager") => {
    const { client, mcm, af } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    mcm.on.cm.CmOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    client.ndis.NdisCoOidRequest(client.binding, half === "miniport" ? null : af, null, null, request);
    return { client, mcm, af, request };
  };

  enforced("OID-08", "what MiniportCoOidRequest pended is completed with NdisMCoOidRequestComplete", {
    by: "mcm",
    caught: () => {
      const { mcm, af, request } = askHalf("miniport");
      mcm.ndis.NdisMCmOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
    },
    passes: () => {
      const { client, mcm, request } = askHalf("miniport");
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      expect(client.calls("ProtocolCoOidRequestComplete")).toHaveLength(1);
    },
  });

  enforced("OID-08", "what ProtocolCoOidRequest pended is completed with NdisMCmOidRequestComplete", {
    by: "mcm",
    caught: () => {
      const { mcm, request } = askHalf("call manager");
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    },
    passes: () => {
      const { client, mcm, af, request } = askHalf("call manager");
      mcm.ndis.NdisMCmOidRequestComplete(af, null, null, request, NDIS_STATUS_SUCCESS);
      expect(client.calls("ProtocolCoOidRequestComplete")).toHaveLength(1);
    },
  });

  const askOfVc = () => {
    const { core, client, mcm, af } = opened();
    mcm.on.cm.CmOidRequestHandler = () => NDIS_STATUS_PENDING;
    const [one, other] = [core.createVc(af), core.createVc(af)];
    const request = query();
    client.ndis.NdisCoOidRequest(client.binding, af, one, null, request);
    return { client, mcm, af, one, other, request };
  };

  enforced("OID-09", "a completion names the VC that the request named", {
    by: "mcm",
    caught: () => {
      const { mcm, af, other, request } = askOfVc();
      mcm.ndis.NdisMCmOidRequestComplete(af, other, null, request, NDIS_STATUS_SUCCESS);
    },
    passes: () => {
      const { client, mcm, af, one, request } = askOfVc();
      mcm.ndis.NdisMCmOidRequestComplete(af, one, null, request, NDIS_STATUS_SUCCESS);
      const expected = [{ af: "client" }, { vc: "client" }, null, request, NDIS_STATUS_SUCCESS];
      expect(client.calls("ProtocolCoOidRequestComplete")).toEqual([expected]);
    },
  });

  enforced("OID-09", "a completion names the address family and no party, as the request did", {
    by: "mcm",
    caught: () => {
      const { mcm, af, one, request } = askOfVc();
      mcm.ndis.NdisMCmOidRequestComplete(af, one, {} as NdisPartyHandle, request, NDIS_STATUS_SUCCESS);
    },
    passes: () => {
      const { mcm, af, one, request } = askOfVc();
      mcm.ndis.NdisMCmOidRequestComplete(af, one, null, request, NDIS_STATUS_SUCCESS);
    },
  });

  enforced("OID-31", "a request is completed once", {
    by: "mcm",
    caught: () => {
      const { mcm, request } = askHalf("miniport");
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    },
    passes: () => {
      const { mcm, request } = askHalf("miniport");
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    },
  });

  enforced("OID-31", "what is answered at once is not completed", {
    by: "mcm",
    caught: () => {
      const { client, mcm } = opened();
      mcm.on.miniport.OidRequestHandler = (_context, request) => {
        mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
        return NDIS_STATUS_SUCCESS;
      };
      client.ndis.NdisOidRequest(client.binding, query());
    },
    passes: () => {
      const { client, mcm } = opened();
      mcm.on.miniport.OidRequestHandler = (_context, request) => {
        mcm.ndis.NdisMOidRequestComplete(mcm.handle, request, NDIS_STATUS_SUCCESS);
        return NDIS_STATUS_PENDING;
      };
      client.ndis.NdisOidRequest(client.binding, query());
      expect(client.calls("ProtocolOidRequestComplete")).toHaveLength(1);
    },
  });

  const cancelled = (answer: NDIS_STATUS_FINAL, isGone = false) => {
    const { core, client, mcm } = opened();
    const request = query();
    request.RequestId = { id: 1 };
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    mcm.on.miniport.CancelOidRequestHandler = (_context, id) => {
      if (id === request.RequestId) mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, answer);
    };
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    for (const adapter of core.ndis.adapters) adapter.surpriseRemoved = isGone;
    client.ndis.NdisCancelOidRequest(client.binding, request.RequestId);
    return { core, client, mcm, request };
  };

  enforced("OID-16", "a request that was cancelled is completed with REQUEST_ABORTED", {
    by: "mcm",
    caught: () => cancelled(NDIS_STATUS_FAILURE),
    passes: () => {
      const { client } = cancelled(NDIS_STATUS_REQUEST_ABORTED);
      expect(client.last("ProtocolCoOidRequestComplete")[4]).toBe(NDIS_STATUS_REQUEST_ABORTED);
    },
  });

  enforced("OID-15", "a request that was cancelled on a NIC that is gone is completed with NOT_ACCEPTED", {
    by: "mcm",
    caught: () => cancelled(NDIS_STATUS_REQUEST_ABORTED, true),
    passes: () => {
      const { client } = cancelled(NDIS_STATUS_NOT_ACCEPTED, true);
      expect(client.last("ProtocolCoOidRequestComplete")[4]).toBe(NDIS_STATUS_NOT_ACCEPTED);
    },
  });

  /** A reset comes while MiniportCoOidRequest has one request pended, which it completes in it; the answer to another comes after it. */
  const reset = (answer: NDIS_STATUS_FINAL) => {
    const core = new Core();
    const { mcm, client } = core;
    mcm.characteristics.ResetHandlerEx = () => NDIS_STATUS_PENDING;
    core.start();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const [adapter] = core.ndis.adapters;
    if (adapter === undefined) throw new Error("no adapter");
    const [before, during] = [query(), query()];
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, before);
    core.begin(core.ndis.resetDevice(adapter));
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, during);
    mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, during, NDIS_STATUS_RESET_IN_PROGRESS);
    mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, before, answer);
    mcm.ndis.NdisMResetComplete(mcm.handle, NDIS_STATUS_SUCCESS, false);
    return client.calls("ProtocolCoOidRequestComplete").map(([, , , , status]) => status);
  };

  enforced("OID-16", "a request that a reset aborts is completed with REQUEST_ABORTED", {
    by: "mcm",
    caught: () => reset(NDIS_STATUS_FAILURE),
    passes: () => {
      for (const status of [NDIS_STATUS_REQUEST_ABORTED, NDIS_STATUS_SUCCESS])
        expect(reset(status)).toEqual([NDIS_STATUS_RESET_IN_PROGRESS, status]);
    },
  });

  behaviour("OID-16", "a request that NDIS aborts before the miniport has it ends with REQUEST_ABORTED", () => {
    const { client, mcm } = opened();
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const [first, waiting] = [query(), query()];
    waiting.RequestId = { id: 2 };
    for (const request of [first, waiting]) client.ndis.NdisOidRequest(client.binding, request);
    client.ndis.NdisCancelOidRequest(client.binding, waiting.RequestId);
    expect(client.calls("ProtocolOidRequestComplete")).toEqual([
      [client.context, waiting, NDIS_STATUS_REQUEST_ABORTED],
    ]);
    expect(mcm.calls("MiniportOidRequest")).toHaveLength(1);
  });

  behaviour(
    "OID-17",
    "NdisCancelOidRequest asks MiniportCancelOidRequest, with the RequestId, while the request is pending",
    () => {
      const { client, mcm, request } = cancelled(NDIS_STATUS_REQUEST_ABORTED);
      expect(mcm.calls("MiniportCancelOidRequest")).toEqual([[mcm.context, request.RequestId]]);
      client.ndis.NdisCancelOidRequest(client.binding, request.RequestId);
      expect(mcm.calls("MiniportCancelOidRequest")).toHaveLength(1);
    },
  );

  behaviour(
    "OID-17",
    "a Timeout of 2 s asks MiniportCancelOidRequest after 2 s, and not when the answer came before",
    () => {
      const { core, client, mcm } = opened();
      mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
      const [slow, quick] = [query(), query()];
      for (const request of [slow, quick]) {
        request.Timeout = 2;
        request.RequestId = request;
        client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
      }
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, quick, NDIS_STATUS_SUCCESS);
      core.world.runUntilTime(2 * SECOND_NS - 1);
      expect(mcm.calls("MiniportCancelOidRequest")).toEqual([]);
      core.world.runUntilTime(2 * SECOND_NS);
      expect(mcm.calls("MiniportCancelOidRequest")).toEqual([[mcm.context, slow]]);
      mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, slow, NDIS_STATUS_REQUEST_ABORTED);
      // The watch over requests goes with the adapter.
      expect(core.world.clock.pendingCount).toBe(1);
    },
  );

  enforced("OID-33", "OID_GEN_CO_GET_NETCARD_TIME is answered at once", {
    by: "mcm",
    caught: () => {
      const { client, mcm } = opened();
      mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, query(OID_GEN_CO_GET_NETCARD_TIME));
    },
    passes: () => {
      const { client } = opened();
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, query(OID_GEN_CO_GET_NETCARD_TIME));
    },
  });
});

describe("14. OID requests: time", () => {
  const overdue = (seconds: number, completes: boolean) => {
    const { core, client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = query();
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    if (completes) mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    core.world.runUntilTime(seconds * SECOND_NS);
    core.settle();
    return core;
  };

  enforced("NdisTimedOidComplete", "a request is complete within 12 s", {
    by: "mcm",
    caught: () => overdue(12, false),
    passes: () => {
      overdue(11.999, false);
      // The watch over requests goes with the adapter.
      expect(overdue(20, true).world.clock.pendingCount).toBe(1);
    },
  });

  behaviour("NdisTimedOidComplete", "the watch does not keep a world going", () => {
    const { core, client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, query());
    core.settle();
    expect(core.world.clock.nowNs).toBe(0);
  });

  enforced("NdisOidDoubleRequest", "a request is not issued again while it is pending", {
    by: "client",
    caught: () => {
      const { client, mcm } = opened();
      mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
      const request = query();
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    },
    passes: () => {
      const { client, mcm } = opened();
      mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
      const request = query();
      for (let i = 0; i < 2; i++) {
        client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
        mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      }
    },
  });

  enforced("BND-09", "a protocol closes its binding when its OID requests are complete", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      core.mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
      core.client.ndis.NdisCoOidRequest(core.client.binding, null, null, null, query());
      core.stop();
    },
    passes: () => {
      const core = new Core().start();
      core.mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
      const request = query();
      core.client.ndis.NdisCoOidRequest(core.client.binding, null, null, null, request);
      core.mcm.ndis.NdisMCoOidRequestComplete(core.mcm.handle, null, request, NDIS_STATUS_SUCCESS);
      core.stop();
      expect(core.alive).toEqual({});
    },
  });

  behaviour("OID-21", "NDIS asks a miniport that has initialised on its own account, if it is told to", () => {
    const ask = (asksMiniports: boolean, status: NDIS_STATUS) => {
      const core = new Core({ asksMiniports });
      const asked: NDIS_OID_REQUEST[] = [];
      core.mcm.on.co.CoOidRequestHandler = (_context, _vc, request) => {
        asked.push(request);
        written(
          bytesOf([...MANDATORY_OIDS, ...STATISTICS_OIDS]).slice(
            0,
            request.DATA.QUERY_INFORMATION.InformationBufferLength,
          ),
        )(request);
        return status;
      };
      core.load();
      const [adapter] = [core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()))];
      while (!adapter.done) {
        const pended = asked.at(-1);
        if (pended === undefined) throw new Error("nothing was asked");
        core.mcm.ndis.NdisMCoOidRequestComplete(core.mcm.handle, null, pended, NDIS_STATUS_SUCCESS);
        core.settle();
      }
      return asked.map((request) => request.DATA.Oid);
    };
    const questions = ask(true, NDIS_STATUS_SUCCESS);
    expect(questions).toContain(OID_GEN_CO_SUPPORTED_LIST);
    expect(ask(true, NDIS_STATUS_PENDING)).toEqual(questions);
    expect(ask(false, NDIS_STATUS_SUCCESS)).toEqual([]);
  });
});
