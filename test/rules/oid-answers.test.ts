import { describe, expect } from "vitest";
import type { NDIS_STATUS, NDIS_STATUS_FINAL, NdisAfHandle } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_LIST,
  EX_POOL_PRIORITY,
  NDIS_OID_REQUEST,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_BUFFER_TOO_SHORT,
  NDIS_STATUS_INDICATION,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_OID,
  NDIS_STATUS_LINK_STATE,
  NDIS_STATUS_NOT_RECOGNIZED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_ADDRESSES,
  OID_GEN_CO_LINK_SPEED,
  OID_GEN_CO_MAC_OPTIONS,
  OID_GEN_CO_PROTOCOL_OPTIONS,
  OID_GEN_CO_RCV_PDUS_OK,
  OID_GEN_CO_SUPPORTED_LIST,
} from "../../src/ndis/index.ts";
import { Core } from "../ndis/core-harness.ts";
import { bytesOf, MANDATORY_OIDS, opened, query, STATISTICS_OIDS, set, ulongs, written } from "./oid-fixture.ts";
import { enforced } from "./rule-case.ts";

/** ntddndis.h. */
const MAC_OPTION_NO_LOOPBACK = 8;
const MAC_OPTION_RESERVED = 0x8000_0000;

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

  enforced("OID-18", "the originator has allocated the information buffer", {
    by: "client",
    caught: () => {
      const request = query();
      request.DATA.QUERY_INFORMATION.InformationBufferLength = 8;
      callManagerAnswers(request, NDIS_STATUS_SUCCESS);
    },
    passes: () => callManagerAnswers(query(OID_CO_GET_ADDRESSES, 8), NDIS_STATUS_SUCCESS),
  });

  const BUFFER_BYTES = 8;
  /** A query whose information buffer is memory of the client's, and is pending with the MCM. */
  const askInMemory = (freesFirst = false) => {
    const { core, client, mcm } = opened();
    mcm.on.co.CoOidRequestHandler = () => NDIS_STATUS_PENDING;
    const { NormalPoolPriority } = EX_POOL_PRIORITY;
    const address = client.ndis.NdisAllocateMemoryWithTagPriority(client.binding, BUFFER_BYTES, 1, NormalPoolPriority);
    if (freesFirst) client.ndis.NdisFreeMemory(address, 0, 0);
    const request = query(OID_GEN_CO_LINK_SPEED, BUFFER_BYTES);
    const bytes = client.ndis.Memory.bytes.subarray(address, address + BUFFER_BYTES);
    request.DATA.QUERY_INFORMATION.InformationBuffer = bytes;
    client.ndis.NdisCoOidRequest(client.binding, null, null, null, request);
    const complete = () => mcm.ndis.NdisMCoOidRequestComplete(mcm.handle, null, request, NDIS_STATUS_SUCCESS);
    return { core, client, mcm, address, complete };
  };
  const completesAndFrees = () => {
    const { core, client, address, complete } = askInMemory();
    complete();
    client.ndis.NdisFreeMemory(address, 0, 0);
    expect(core.live).toMatchObject({ memoryBlocks: 0, oidRequests: 0 });
  };

  enforced("OID-18", "the information buffer is memory that the originator has not freed yet", {
    by: "client",
    caught: () => askInMemory(true),
    passes: () => completesAndFrees(),
  });

  enforced("OID-18", "the originator frees the information buffer itself", {
    by: "mcm",
    caught: () => {
      const { mcm, address } = askInMemory();
      mcm.ndis.NdisFreeMemory(address, 0, 0);
    },
    passes: () => completesAndFrees(),
  });

  enforced("OID-18", "the originator frees the information buffer when the request is complete", {
    by: "client",
    caught: () => {
      const { client, address } = askInMemory();
      client.ndis.NdisFreeMemory(address, 0, 0);
    },
    passes: () => completesAndFrees(),
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
