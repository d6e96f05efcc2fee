import { describe, expect } from "vitest";
import type { NDIS_STATUS, NDIS_STATUS_FINAL, NdisAfHandle, NdisPartyHandle } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_LIST,
  NDIS_OID_REQUEST,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_BUFFER_TOO_SHORT,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INDICATION,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_OID,
  NDIS_STATUS_LINK_STATE,
  NDIS_STATUS_NOT_RECOGNIZED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_REQUEST_ABORTED,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_ADDRESSES,
  OID_CO_GET_CALL_INFORMATION,
  OID_GEN_CO_GET_NETCARD_TIME,
  OID_GEN_CO_LINK_SPEED,
  OID_GEN_CO_MAC_OPTIONS,
  OID_GEN_CO_PROTOCOL_OPTIONS,
  OID_GEN_CO_RCV_PDUS_OK,
  OID_GEN_CO_SUPPORTED_LIST,
} from "../../src/ndis/index.ts";
import { broken, Core, PENDING_AS_FINAL } from "../ndis/core-harness.ts";
import { bytesOf, MANDATORY_OIDS, opened, query, STATISTICS_OIDS, set, ulongs, written } from "./oid-fixture.ts";
import { behaviour, enforced } from "./rule-case.ts";

const SECOND_NS = 1_000_000_000;
/** ntddndis.h. */
const MAC_OPTION_NO_LOOPBACK = 8;
const MAC_OPTION_RESERVED = 0x8000_0000;

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
      expect("NdisCoOidRequest" in core.mcm.ndis).toBe(false);
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

  const cancelled = (answer: NDIS_STATUS_FINAL) => {
    const { core, client, mcm } = opened();
    const request = query();
    request.RequestId = { id: 1 };
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    mcm.on.miniport.CancelOidRequestHandler = (_context, id) => {
      if (id === request.RequestId) mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, answer);
    };
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
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
      expect(core.world.clock.pendingCount).toBe(0);
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

/** Asks the fake MCM's miniport half, which answers with `status` after `answer` has filled the buffer. */
function miniportAnswers(
  request: NDIS_OID_REQUEST,
  status: NDIS_STATUS_FINAL,
  answer: (request: NDIS_OID_REQUEST) => void = () => {},
): NDIS_STATUS {
  const { client, mcm } = opened();
  mcm.on.co.CoOidRequestHandler = (_context, _vc, asked) => {
    answer(asked);
    return status;
  };
  return client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
}

function callManagerAnswers(
  request: NDIS_OID_REQUEST,
  status: NDIS_STATUS_FINAL,
  answer: (request: NDIS_OID_REQUEST, af: NdisAfHandle) => void = () => {},
): NDIS_STATUS {
  const { client, mcm, af } = opened();
  mcm.on.cm.CmOidRequestHandler = (_context, _vc, _party, asked) => {
    answer(asked, af);
    return status;
  };
  return client.ndis.NdisCoOidRequest(client.binding, af, null, null, request);
}

describe("14. OID requests: answers", () => {
  const needs = (BytesNeeded: number) => (request: NDIS_OID_REQUEST) => {
    request.DATA.QUERY_INFORMATION.BytesNeeded = BytesNeeded;
  };

  enforced("OID-11", "BUFFER_TOO_SHORT comes with BytesNeeded", {
    by: "mcm",
    caught: () => miniportAnswers(query(OID_GEN_CO_LINK_SPEED, 2), NDIS_STATUS_BUFFER_TOO_SHORT),
    passes: () => miniportAnswers(query(OID_GEN_CO_LINK_SPEED, 2), NDIS_STATUS_BUFFER_TOO_SHORT, needs(4)),
  });

  enforced("OID-11", "so does INVALID_LENGTH, of a call manager, too", {
    by: "mcm",
    caught: () => callManagerAnswers(query(), NDIS_STATUS_INVALID_LENGTH),
    passes: () => callManagerAnswers(query(), NDIS_STATUS_INVALID_LENGTH, needs(12)),
  });

  enforced("OID-12", "MiniportCoOidRequest answers INVALID_OID, or NOT_SUPPORTED, to what it does not know", {
    by: "mcm",
    caught: () => miniportAnswers(query(0x7777_7777), NDIS_STATUS_NOT_RECOGNIZED),
    passes: () => {
      expect(miniportAnswers(query(0x7777_7777), NDIS_STATUS_INVALID_OID)).toBe(NDIS_STATUS_INVALID_OID);
      expect(miniportAnswers(query(0x7777_7777), NDIS_STATUS_NOT_SUPPORTED)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    },
  });

  enforced("OID-12", "ProtocolCoOidRequest answers NOT_SUPPORTED, not INVALID_OID", {
    by: "mcm",
    caught: () => callManagerAnswers(query(0x7777_7777), NDIS_STATUS_INVALID_OID),
    passes: () => callManagerAnswers(query(0x7777_7777), NDIS_STATUS_NOT_SUPPORTED),
  });

  enforced("OID-13", "a set with contents out of range is not answered SUCCESS", {
    by: "mcm",
    caught: () => miniportAnswers(set(OID_GEN_CO_PROTOCOL_OPTIONS, ulongs(0x100)), NDIS_STATUS_SUCCESS),
    passes: () => {
      miniportAnswers(set(OID_GEN_CO_PROTOCOL_OPTIONS, ulongs(0x100)), NDIS_STATUS_INVALID_DATA);
      miniportAnswers(set(OID_GEN_CO_PROTOCOL_OPTIONS, ulongs(0x03)), NDIS_STATUS_SUCCESS);
    },
  });

  enforced("OID-18", "the information buffer is as long as the request says", {
    by: "client",
    caught: () => {
      const request = query(OID_GEN_CO_LINK_SPEED, 4);
      request.DATA.QUERY_INFORMATION.InformationBufferLength = 8;
      miniportAnswers(request, NDIS_STATUS_SUCCESS);
    },
    passes: () => miniportAnswers(query(OID_GEN_CO_LINK_SPEED, 8), NDIS_STATUS_SUCCESS),
  });

  enforced("OID-22", "the mandatory OIDs are in OID_GEN_CO_SUPPORTED_LIST", {
    by: "mcm",
    caught: () => {
      const list = bytesOf([...MANDATORY_OIDS.slice(1), ...STATISTICS_OIDS]);
      miniportAnswers(query(OID_GEN_CO_SUPPORTED_LIST, 256), NDIS_STATUS_SUCCESS, written(list));
    },
    passes: () => {
      const list = bytesOf([...MANDATORY_OIDS, ...STATISTICS_OIDS]);
      miniportAnswers(query(OID_GEN_CO_SUPPORTED_LIST, 256), NDIS_STATUS_SUCCESS, written(list));
    },
  });

  enforced("OID-23", "the statistics are in OID_GEN_CO_SUPPORTED_LIST", {
    by: "mcm",
    caught: () => {
      const list = bytesOf([...MANDATORY_OIDS, ...STATISTICS_OIDS.slice(1)]);
      miniportAnswers(query(OID_GEN_CO_SUPPORTED_LIST, 256), NDIS_STATUS_SUCCESS, written(list));
    },
    passes: () => {
      const list = bytesOf([...MANDATORY_OIDS, ...STATISTICS_OIDS]);
      miniportAnswers(query(OID_GEN_CO_SUPPORTED_LIST, 256), NDIS_STATUS_SUCCESS, written(list));
    },
  });

  enforced("OID-23", "a statistic has 4 or 8 bytes", {
    by: "mcm",
    caught: () => miniportAnswers(query(OID_GEN_CO_RCV_PDUS_OK, 8), NDIS_STATUS_SUCCESS, written(new Uint8Array(2))),
    passes: () => {
      for (const length of [4, 8])
        miniportAnswers(query(OID_GEN_CO_RCV_PDUS_OK, 8), NDIS_STATUS_SUCCESS, written(new Uint8Array(length)));
    },
  });

  enforced("OID-29", "OID_CO_GET_ADDRESSES gives no more addresses than there is room for", {
    by: "mcm",
    caught: () =>
      callManagerAnswers(query(OID_CO_GET_ADDRESSES), NDIS_STATUS_SUCCESS, (request) => {
        const list = CO_ADDRESS_LIST({ NumberOfAddressesAvailable: 0, NumberOfAddresses: 1 });
        request.DATA.QUERY_INFORMATION.InformationBuffer = list;
      }),
    passes: () =>
      callManagerAnswers(query(OID_CO_GET_ADDRESSES), NDIS_STATUS_SUCCESS, (request) => {
        request.DATA.QUERY_INFORMATION.InformationBuffer = CO_ADDRESS_LIST({ NumberOfAddressesAvailable: 1 });
      }),
  });

  enforced("OID-32", "the reserved MAC option is never set", {
    by: "mcm",
    caught: () => {
      const options = bytesOf([MAC_OPTION_NO_LOOPBACK + MAC_OPTION_RESERVED]);
      miniportAnswers(query(OID_GEN_CO_MAC_OPTIONS, 4), NDIS_STATUS_SUCCESS, written(options));
    },
    passes: () =>
      miniportAnswers(
        query(OID_GEN_CO_MAC_OPTIONS, 4),
        NDIS_STATUS_SUCCESS,
        written(bytesOf([MAC_OPTION_NO_LOOPBACK])),
      ),
  });
});

describe("14. OID requests and status indications", () => {
  const indicate = (DestinationHandle: (core: Core) => unknown) => {
    const core = new Core({ clients: ["one", "two"] }).start();
    const RequestId = { id: 7 };
    const indication = NDIS_STATUS_INDICATION({ StatusCode: NDIS_STATUS_LINK_STATE, RequestId });
    indication.DestinationHandle = DestinationHandle(core);
    core.mcm.ndis.NdisMCoIndicateStatusEx(core.mcm.handle, null, indication);
    return core;
  };

  enforced("OID-20", "a status with a RequestId goes to the RequestHandle of the request", {
    by: "mcm",
    caught: () => indicate(() => null),
    passes: () => {
      const core = indicate(({ clients }) => clients[1]?.binding);
      expect(core.clients.map((client) => client.calls("ProtocolCoStatusEx").length)).toEqual([0, 1]);
    },
  });

  enforced("OID-20", "RequestHandle is the binding handle of the originator", {
    by: "client",
    caught: () => {
      const request = query();
      request.RequestHandle = { some: "thing" };
      miniportAnswers(request, NDIS_STATUS_SUCCESS);
    },
    passes: () => {
      const { client } = opened();
      const request = NDIS_OID_REQUEST({ RequestType: NDIS_REQUEST_TYPE.NdisRequestQueryInformation });
      request.RequestId = { id: 8 };
      request.RequestHandle = client.binding;
      client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    },
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
