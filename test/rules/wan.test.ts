import { describe, expect } from "vitest";
import type { NDIS_OID_REQUEST, NDIS_STATUS_FINAL, NdisVcHandle } from "../../src/ndis/index.ts";
import * as ndis from "../../src/ndis/index.ts";
import type { chain } from "../ndis/core-harness.ts";
import { bytesOf, query, written } from "./oid-fixture.ts";
import { enforced } from "./rule-case.ts";
import type { WanAnswer } from "./wan-fakes.ts";
import { deviceClassSap, FakeNdproxy, WanCore } from "./wan-fakes.ts";

const { NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_SUCCESS, NDIS_STATUS_INVALID_DATA } = ndis;

/** A WAN host that runs, whose miniport answers one OID otherwise than well. */
function started(Oid = 0, answer: WanAnswer = NDIS_STATUS_SUCCESS): WanCore {
  const core = new WanCore();
  if (Oid !== 0) core.answers.set(Oid, answer);
  core.start();
  return core;
}

const fill =
  (value: NDIS_OID_REQUEST["DATA"]["QUERY_INFORMATION"]["InformationBuffer"]): WanAnswer =>
  (request) => {
    request.DATA.QUERY_INFORMATION.InformationBuffer = value;
  };

function request(Oid: number, isSet: boolean, InformationBuffer: Parameters<typeof fill>[0]): NDIS_OID_REQUEST {
  const { NdisRequestSetInformation, NdisRequestQueryInformation } = ndis.NDIS_REQUEST_TYPE;
  const RequestType = isSet ? NdisRequestSetInformation : NdisRequestQueryInformation;
  return ndis.NDIS_OID_REQUEST({ RequestType, DATA: { Oid, InformationBuffer, InformationBufferLength: 32 } });
}

describe("19. WAN: who registers what", () => {
  enforced("WAN-01", "the proxy address family is registered in MiniportInitializeEx", {
    by: "mcm",
    caught: () => {
      const core = new WanCore();
      core.families = [];
      core.start();
      core.offer(ndis.CO_ADDRESS_FAMILY_TAPI_PROXY);
    },
    passes: () => {
      const core = started();
      const [, family] = core.client.last("ProtocolCoAfRegisterNotify");
      expect(family).toMatchObject({ AddressFamily: 0x801 });
    },
  });

  const withProxy = (opensProxyFirst: boolean) => {
    const core = new WanCore();
    const proxy = new FakeNdproxy(core, opensProxyFirst);
    core.load();
    core.run(core.ndis.loadProxy(proxy.image));
    core.startDevice();
    return { core, proxy };
  };

  enforced("WAN-02", "the ndproxy role opens the proxy address family, and offers CO_ADDRESS_FAMILY_TAPI then", {
    by: "ndproxy",
    caught: () => withProxy(false),
    passes: () => {
      const { core, proxy } = withProxy(true);
      expect(proxy.proxyAf).not.toBeNull();
      const families = core.client.calls("ProtocolCoAfRegisterNotify").map(([, family]) => family);
      expect(families).toEqual([
        expect.objectContaining({ AddressFamily: 0x801 }),
        expect.objectContaining({ AddressFamily: 0x800 }),
      ]);
    },
  });

  enforced("WAN-03", "the ndiswan role's SAP has type AF_TAPI_SAP_TYPE and the device class", {
    by: "client",
    caught: () => {
      const { core } = withProxy(true);
      core.sap(core.open(ndis.CO_ADDRESS_FAMILY_TAPI), deviceClassSap(ndis.SAP_TYPE_NSAP));
    },
    passes: () => {
      const { core, proxy } = withProxy(true);
      core.sap(core.open(ndis.CO_ADDRESS_FAMILY_TAPI), deviceClassSap());
      expect(proxy.last("ProtocolCmRegisterSap")[1]).toMatchObject({ SapType: 0x8000 });
    },
  });
});

describe("19. WAN: what a miniport answers", () => {
  for (const Oid of [ndis.OID_WAN_CO_GET_INFO, ndis.OID_WAN_CO_GET_LINK_INFO, ndis.OID_WAN_CO_SET_LINK_INFO]) {
    enforced("WAN-04", "OID_WAN_CO_GET_INFO, GET_LINK_INFO and SET_LINK_INFO are answered", {
      by: "mcm",
      caught: () => started(Oid, NDIS_STATUS_NOT_SUPPORTED).ask(Oid),
      passes: () => {
        expect(started().ask(Oid)).toBe(NDIS_STATUS_SUCCESS);
        const optional = ndis.OID_WAN_CO_GET_STATS_INFO;
        expect(started(optional, NDIS_STATUS_NOT_SUPPORTED).ask(optional)).toBe(NDIS_STATUS_NOT_SUPPORTED);
      },
    });
  }

  for (const Oid of [ndis.OID_WAN_PERMANENT_ADDRESS, ndis.OID_WAN_CURRENT_ADDRESS, ndis.OID_WAN_MEDIUM_SUBTYPE]) {
    enforced("WAN-05", "OID_WAN_PERMANENT_ADDRESS, CURRENT_ADDRESS and MEDIUM_SUBTYPE are answered", {
      by: "mcm",
      caught: () => started(Oid, ndis.NDIS_STATUS_INVALID_OID).ask(Oid),
      passes: () => expect(started().ask(Oid)).toBe(NDIS_STATUS_SUCCESS),
    });
  }

  enforced("WAN-08", "a WAN miniport does not say that it loops back", {
    by: "mcm",
    caught: () =>
      started(ndis.OID_GEN_CO_MAC_OPTIONS, written(bytesOf([0]))).ask(query(ndis.OID_GEN_CO_MAC_OPTIONS, 4)),
    passes: () =>
      started(ndis.OID_GEN_CO_MAC_OPTIONS, written(bytesOf([8]))).ask(query(ndis.OID_GEN_CO_MAC_OPTIONS, 4)),
  });

  const SENT_AT = 0x8000;
  /** The miniport indicates what lies at that address, while a frame at SENT_AT is sent, or after that. */
  const indicating = (address: number, afterwards = false) => {
    const core = started();
    const vc = core.connected();
    const complete = core.send(vc, core.frame("client", vc, SENT_AT, 100));
    if (afterwards) complete(NDIS_STATUS_SUCCESS);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, core.frame("mcm", vc, address, 100), 1, 0);
    expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
  };

  enforced("WAN-08", "a WAN miniport does not indicate what it is sending", {
    by: "mcm",
    caught: () => indicating(SENT_AT + 99),
    passes: () => {
      indicating(SENT_AT + 100);
      indicating(SENT_AT - 100);
      // The buffer may be used again.
      indicating(SENT_AT, true);
    },
  });

  const info = (members: Partial<ndis.NDIS_WAN_CO_INFO>) =>
    started(
      ndis.OID_WAN_CO_GET_INFO,
      fill(ndis.NDIS_WAN_CO_INFO({ MaxFrameSize: 1_500, MaxSendWindow: 1, FramingBits: 0x100, ...members })),
    ).ask(ndis.OID_WAN_CO_GET_INFO);

  enforced("WAN-10", "MaxSendWindow is at least 1", {
    by: "mcm",
    caught: () => info({ MaxSendWindow: 0 }),
    passes: () => info({ MaxSendWindow: 1 }),
  });

  /** A frame of that length is sent, and completed with that status; MaxFrameSize is 1500. */
  const sending = (length: number, status: NDIS_STATUS_FINAL) => {
    const core = started();
    core.ask(ndis.OID_WAN_CO_GET_INFO);
    const vc = core.connected();
    core.send(vc, core.frame("client", vc, SENT_AT, length))(status);
    expect(core.client.calls("ProtocolCoSendNetBufferListsComplete")).toHaveLength(1);
  };

  enforced("WAN-10", "a frame up to 32 bytes longer than MaxFrameSize is not refused for its length", {
    by: "mcm",
    caught: () => sending(1_532, ndis.NDIS_STATUS_INVALID_LENGTH),
    passes: () => {
      sending(1_532, NDIS_STATUS_SUCCESS);
      sending(1_532, ndis.NDIS_STATUS_SEND_ABORTED);
      sending(1_533, ndis.NDIS_STATUS_INVALID_LENGTH);
    },
  });

  enforced("WAN-11", "PPP_FRAMING is announced", {
    by: "mcm",
    caught: () => info({ FramingBits: ndis.RAS_FRAMING }),
    passes: () => info({ FramingBits: ndis.RAS_FRAMING | ndis.PPP_FRAMING }),
  });

  enforced("WAN-11", "PPP_FRAMING is announced in an answer of raw bytes, too", {
    by: "mcm",
    caught: () =>
      started(ndis.OID_WAN_CO_GET_INFO, written(bytesOf([1_500, 1, 1, 0]))).ask(query(ndis.OID_WAN_CO_GET_INFO, 16)),
    passes: () =>
      started(ndis.OID_WAN_CO_GET_INFO, written(bytesOf([1_500, 1, 0x100, 0]))).ask(
        query(ndis.OID_WAN_CO_GET_INFO, 16),
      ),
  });

  /** A VC whose protocol sets these framing bits (none: it does not), and on which a frame comes in then or not; and is asked. */
  const framing = (told: number, set: number | null, comesIn: boolean) => {
    const core = started();
    const vc = core.connected();
    const link = ndis.NDIS_WAN_CO_GET_LINK_INFO({ RecvFramingBits: told, SendFramingBits: told });
    core.answers.set(ndis.OID_WAN_CO_GET_LINK_INFO, fill(link));
    const indicate = (address: number) =>
      core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, core.frame("mcm", vc, address, 100), 1, 0);
    if (set !== null) {
      indicate(0x4000);
      const bits = ndis.NDIS_WAN_CO_SET_LINK_INFO({ SendFramingBits: set, RecvFramingBits: set });
      core.ask(request(ndis.OID_WAN_CO_SET_LINK_INFO, true, bits), vc);
    }
    if (comesIn) indicate(0x6000);
    expect(core.ask(ndis.OID_WAN_CO_GET_LINK_INFO, vc)).toBe(NDIS_STATUS_SUCCESS);
  };

  enforced("WAN-11", "a VC starts in PPP framing, and tells of no other before one is detected", {
    by: "mcm",
    caught: () => framing(ndis.RAS_FRAMING, null, false),
    passes: () => {
      framing(0, null, false);
      framing(ndis.RAS_FRAMING, null, true);
    },
  });

  enforced("WAN-11", "framing bits of 0 have each frame looked at anew: none is detected until the next", {
    by: "mcm",
    caught: () => framing(ndis.PPP_FRAMING, 0, false),
    passes: () => {
      framing(0, 0, false);
      framing(ndis.PPP_FRAMING, 0, true);
      framing(ndis.PPP_FRAMING, ndis.PPP_FRAMING, false);
    },
  });

  const setLink = (members: Partial<ndis.NDIS_WAN_CO_SET_LINK_INFO>, answer: NDIS_STATUS_FINAL) => {
    const core = started(ndis.OID_WAN_CO_SET_LINK_INFO, answer);
    core.ask(ndis.OID_WAN_CO_GET_INFO);
    const vc = core.connected();
    core.ask(ndis.OID_WAN_CO_GET_LINK_INFO, vc);
    return core.ask(request(ndis.OID_WAN_CO_SET_LINK_INFO, true, ndis.NDIS_WAN_CO_SET_LINK_INFO(members)), vc);
  };

  enforced("WAN-12", "frames are not set larger than OID_WAN_CO_GET_LINK_INFO has them", {
    by: "client",
    caught: () => setLink({ MaxSendFrameSize: 1_501, MaxRecvFrameSize: 1_500 }, NDIS_STATUS_SUCCESS),
    passes: () => setLink({ MaxSendFrameSize: 1_500, MaxRecvFrameSize: 1_000 }, NDIS_STATUS_SUCCESS),
  });

  enforced("WAN-12", "framing that the miniport does not have gets INVALID_DATA", {
    by: "mcm",
    caught: () => setLink({ SendFramingBits: ndis.SLIP_FRAMING }, NDIS_STATUS_SUCCESS),
    passes: () => {
      setLink({ SendFramingBits: ndis.SLIP_FRAMING }, NDIS_STATUS_INVALID_DATA);
      setLink({ SendFramingBits: ndis.PPP_FRAMING }, NDIS_STATUS_SUCCESS);
    },
  });

  const COMPRESSION_COUNTERS = [
    "BytesTransmittedUncompressed",
    "BytesReceivedUncompressed",
    "BytesTransmittedCompressed",
    "BytesReceivedCompressed",
  ] as const;
  /** A miniport that counts `count` bytes so, asked about compression before or after it. */
  const statistics = (
    counter: (typeof COMPRESSION_COUNTERS)[number],
    count: number,
    compression: WanAnswer,
    order: "before" | "after" = "before",
  ) => {
    const counts = ndis.NDIS_WAN_CO_GET_STATS_INFO({ BytesSent: 5_000, [counter]: count });
    const core = started(ndis.OID_WAN_CO_GET_STATS_INFO, fill(counts));
    core.answers.set(ndis.OID_WAN_CO_GET_COMP_INFO, compression);
    const oids = [ndis.OID_WAN_CO_GET_COMP_INFO, ndis.OID_WAN_CO_GET_STATS_INFO];
    for (const Oid of order === "before" ? oids : oids.reverse()) core.ask(Oid);
  };

  for (const counter of COMPRESSION_COUNTERS) {
    enforced("WAN-13", "a miniport that does not compress counts no bytes as compressed or uncompressed", {
      by: "mcm",
      caught: () => statistics(counter, 1_000, NDIS_STATUS_NOT_SUPPORTED),
      passes: () => {
        statistics(counter, 0, NDIS_STATUS_NOT_SUPPORTED);
        statistics(counter, 1_000, fill(ndis.NDIS_WAN_CO_GET_COMP_INFO()));
      },
    });
  }

  enforced("WAN-13", "nor does one that says after its statistics that it does not compress", {
    by: "mcm",
    caught: () => statistics("BytesReceivedCompressed", 1_000, NDIS_STATUS_NOT_SUPPORTED, "after"),
    passes: () => statistics("BytesReceivedCompressed", 1_000, fill(ndis.NDIS_WAN_CO_GET_COMP_INFO()), "after"),
  });

  const sizes = (...each: readonly number[]) => {
    const core = started();
    for (const MaxFrameSize of each) {
      const answer = ndis.NDIS_WAN_CO_INFO({ MaxFrameSize, MaxSendWindow: 1, FramingBits: ndis.PPP_FRAMING });
      core.answers.set(ndis.OID_WAN_CO_GET_INFO, fill(answer));
      core.ask(ndis.OID_WAN_CO_GET_INFO);
    }
  };

  enforced("WAN-26", "MaxFrameSize is the same for all VCs of a NIC", {
    by: "mcm",
    caught: () => sizes(1_500, 1_400),
    passes: () => sizes(1_500, 1_500),
  });
});

describe("19. WAN: status indications and sends", () => {
  const indicate = (StatusCode: NDIS_STATUS_FINAL, onVc: boolean, core = started()) => {
    const vc = onVc ? core.connected() : null;
    const StatusBuffer = ndis.WAN_CO_LINKPARAMS({ SendWindow: 4 });
    const indication = ndis.NDIS_STATUS_INDICATION({ StatusCode, StatusBuffer, StatusBufferSize: 12 });
    core.mcm.ndis.NdisMCoIndicateStatusEx(core.mcm.handle, vc, indication);
    return core;
  };

  for (const status of [
    ndis.NDIS_STATUS_WAN_LINE_UP,
    ndis.NDIS_STATUS_WAN_LINE_DOWN,
    ndis.NDIS_STATUS_TAPI_INDICATION,
  ]) {
    enforced("WAN-06", "WAN_LINE_UP, WAN_LINE_DOWN and TAPI_INDICATION are not for CoNDIS", {
      by: "mcm",
      caught: () => indicate(status, false),
      passes: () => indicate(ndis.NDIS_STATUS_LINK_STATE, false),
    });
  }

  for (const status of [ndis.NDIS_STATUS_WAN_CO_LINKPARAMS, ndis.NDIS_STATUS_WAN_CO_FRAGMENT]) {
    enforced("WAN-07", "WAN_CO_LINKPARAMS and WAN_CO_FRAGMENT name their VC", {
      by: "mcm",
      caught: () => indicate(status, false),
      passes: () => {
        const core = indicate(status, true);
        expect(core.client.last("ProtocolCoStatusEx")[1]).toEqual({ vc: "client" });
      },
    });
  }

  const ofNdis6 = (minor: number) => {
    const core = new WanCore();
    core.minorNdisVersion = minor;
    return indicate(ndis.NDIS_STATUS_WAN_CO_MTULINKPARAMS, true, core.start());
  };

  enforced("WAN-07", "WAN_CO_MTULINKPARAMS is for NDIS 6.20 and later", {
    by: "mcm",
    caught: () => ofNdis6(1),
    passes: () => ofNdis6(20),
  });

  const send = (core: WanCore, vc: NdisVcHandle, count: number) => {
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(count, vc), 0);
  };
  const window = (core: WanCore, vc: NdisVcHandle, SendWindow: number) => {
    const indication = ndis.NDIS_STATUS_INDICATION({
      StatusCode: ndis.NDIS_STATUS_WAN_CO_LINKPARAMS,
      StatusBuffer: ndis.WAN_CO_LINKPARAMS({ SendWindow }),
    });
    core.mcm.ndis.NdisMCoIndicateStatusEx(core.mcm.handle, vc, indication);
  };

  enforced("WAN-09", "no more sends are out than MaxSendWindow", {
    by: "client",
    caught: () => {
      const core = started();
      core.ask(ndis.OID_WAN_CO_GET_INFO);
      const vc = core.connected();
      send(core, vc, 2);
      send(core, vc, 1);
    },
    passes: () => {
      const core = started();
      core.ask(ndis.OID_WAN_CO_GET_INFO);
      const vc = core.connected();
      send(core, vc, 2);
      const [, lists] = core.mcm.last("MiniportCoSendNetBufferLists");
      core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists as ReturnType<typeof chain>, 0);
      send(core, vc, 2);
      expect(core.mcm.calls("MiniportCoSendNetBufferLists")).toHaveLength(2);
    },
  });

  enforced("WAN-09", "a SendWindow of 0 stops the VC", {
    by: "client",
    caught: () => {
      const core = started();
      const vc = core.connected();
      window(core, vc, 0);
      send(core, vc, 1);
    },
    passes: () => {
      const core = started();
      const vc = core.connected();
      window(core, vc, 0);
      window(core, vc, 3);
      send(core, vc, 3);
    },
  });
});
