import { describe, expect } from "vitest";
import type { NDIS_OID_REQUEST, NDIS_STATUS_FINAL, NdisVcHandle } from "../../src/ndis/index.ts";
import * as ndis from "../../src/ndis/index.ts";
import { behaviour, enforced } from "./rule-case.ts";
import type { WanAnswer } from "./wan-fakes.ts";
import {
  completedParameters,
  incomingParameters,
  makeCallParameters,
  SIZEOF_TAPI_SAP,
  tapiSap,
  WanCore,
} from "./wan-fakes.ts";

const { NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS, NDIS_STATUS_INVALID_DATA } = ndis;

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

describe("19. WAN: TAPI calls", () => {
  enforced("WAN-15", "Length of the TAPI parameters is their size", {
    by: "client",
    caught: () => started().dialled(makeCallParameters(0)),
    passes: () => {
      const core = started();
      core.dialled();
      expect(core.mcm.calls("ProtocolCmMakeCall")).toHaveLength(1);
    },
  });

  /** The MCM completes a call with the line's parameters on another line, and flags that or not. */
  const changing = (ulLineID: number, Flags: number) => {
    const core = started();
    const parameters = completedParameters();
    const specific = parameters.MediaParameters?.MediaSpecific;
    if (specific === undefined) throw new Error("no parameters");
    const { CO_TAPI_FLAG_OUTGOING_CALL: ulFlags } = ndis;
    specific.Parameters = ndis.CO_AF_TAPI_MAKE_CALL_PARAMETERS({ ulLineID, ulFlags });
    parameters.Flags = Flags;
    core.connect(core.dialled(), parameters);
    expect(core.client.last("ProtocolClMakeCallComplete")[0]).toBe(NDIS_STATUS_SUCCESS);
  };

  enforced("WAN-16", "changed TAPI values are flagged with CALL_PARAMETERS_CHANGED", {
    by: "mcm",
    caught: () => changing(1, 0),
    passes: () => {
      changing(1, ndis.CALL_PARAMETERS_CHANGED);
      changing(0, 0);
    },
  });

  for (const direction of ["Transmit", "Receive"] as const) {
    enforced("WAN-16", "a call is completed with the bandwidth of either direction", {
      by: "mcm",
      caught: () => {
        const core = started();
        const parameters = completedParameters();
        if (parameters.CallMgrParameters !== null) parameters.CallMgrParameters[direction] = ndis.FLOWSPEC();
        core.connect(core.dialled(), parameters);
      },
      passes: () => {
        const core = started();
        core.connect(core.dialled());
        expect(core.client.last("ProtocolClMakeCallComplete")[0]).toBe(NDIS_STATUS_SUCCESS);
      },
    });
  }

  const pendsOffers = (core: WanCore) => {
    core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_PENDING;
    return core;
  };

  enforced("WAN-17", "an offer has CO_TAPI_FLAG_INCOMING_CALL and no other flag", {
    by: "mcm",
    caught: () =>
      pendsOffers(started()).offerCall(
        incomingParameters(ndis.CO_TAPI_FLAG_INCOMING_CALL | ndis.CO_TAPI_FLAG_OUTGOING_CALL),
      ),
    passes: () => expect(pendsOffers(started()).offerCall(incomingParameters())).toBe(NDIS_STATUS_PENDING),
  });

  enforced("WAN-17", "an offer has CO_AF_TAPI_INCOMING_CALL_PARAMETERS, whole", {
    by: "mcm",
    caught: () => {
      const parameters = incomingParameters();
      const specific = parameters.MediaParameters?.MediaSpecific;
      if (specific !== undefined) specific.Length = 4;
      pendsOffers(started()).offerCall(parameters);
    },
    passes: () => pendsOffers(started()).offerCall(incomingParameters()),
  });

  enforced("WAN-17", "an offer has its bandwidths", {
    by: "mcm",
    caught: () => {
      const parameters = incomingParameters();
      parameters.CallMgrParameters = ndis.CO_CALL_MANAGER_PARAMETERS();
      pendsOffers(started()).offerCall(parameters);
    },
    passes: () => pendsOffers(started()).offerCall(incomingParameters()),
  });

  enforced("WAN-18", "SapLength is the size of CO_AF_TAPI_SAP", {
    by: "client",
    caught: () => {
      const core = started();
      core.sap(core.openProxy(), tapiSap(0));
    },
    passes: () => {
      const core = started();
      core.sap(core.openProxy(), tapiSap(SIZEOF_TAPI_SAP));
    },
  });

  enforced("WAN-18", "an offer is pended until the line is answered", {
    by: "client",
    caught: () => {
      const core = started();
      core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
      core.offerCall(incomingParameters());
    },
    passes: () => {
      const core = started();
      core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_PENDING;
      core.offerCall(incomingParameters());
      const [, , parameters] = core.client.last("ProtocolClIncomingCall");
      const vc = core.client.last("ProtocolCoCreateVc")[1] as NdisVcHandle;
      core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, parameters as ndis.CO_CALL_PARAMETERS);
      expect(core.mcm.last("ProtocolCmIncomingCallComplete")[0]).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  behaviour(
    "WAN-19",
    "a close that is not pended is told, and one that is complete before the VC is deactivated (X-06)",
    () => {
      const told = (close: (core: WanCore, vc: NdisVcHandle) => void) => {
        const core = started();
        const vc = core.connected();
        close(core, vc);
        expect(core.client.ndis.NdisCoDeleteVc(vc)).toBe(NDIS_STATUS_SUCCESS);
        return core.violations;
      };
      const atOnce = told((core, vc) => {
        core.mcm.on.cm.CmCloseCallHandler = () => NDIS_STATUS_SUCCESS;
        expect(core.closeCall(vc)).toBe(NDIS_STATUS_SUCCESS);
        core.deactivate(vc);
      });
      expect(atOnce).toEqual([{ rule: "WAN-19", owner: "mcm" }]);
      const completedFirst = told((core, vc) => {
        core.closeCall(vc);
        core.completeClose(vc);
        core.deactivate(vc);
      });
      expect(completedFirst).toEqual([{ rule: "WAN-19", owner: "mcm" }]);
      const right = told((core, vc) => {
        expect(core.closeCall(vc)).toBe(NDIS_STATUS_PENDING);
        core.deactivate(vc);
        core.completeClose(vc);
      });
      expect(right).toEqual([]);
    },
  );
});

describe("19. WAN: TAPI OIDs", () => {
  const { OID_CO_TAPI_CM_CAPS, OID_CO_TAPI_LINE_CAPS, OID_CO_TAPI_ADDRESS_CAPS } = ndis;
  const asking = (core: WanCore, ...oids: readonly number[]) => {
    const af = core.openProxy();
    for (const Oid of oids) core.askManager(af, Oid);
  };

  enforced("WAN-20", "the capabilities of the lines are asked after those of the call manager", {
    by: "client",
    caught: () => asking(started(), OID_CO_TAPI_LINE_CAPS, OID_CO_TAPI_CM_CAPS),
    passes: () => asking(started(), OID_CO_TAPI_CM_CAPS, OID_CO_TAPI_LINE_CAPS, OID_CO_TAPI_ADDRESS_CAPS),
  });

  enforced("WAN-20", "the capabilities of the addresses are asked after those of the lines", {
    by: "client",
    caught: () => asking(started(), OID_CO_TAPI_CM_CAPS, OID_CO_TAPI_ADDRESS_CAPS),
    passes: () => asking(started(), OID_CO_TAPI_CM_CAPS, OID_CO_TAPI_LINE_CAPS, OID_CO_TAPI_ADDRESS_CAPS),
  });

  const perLine = fill(ndis.CO_TAPI_CM_CAPS({ ulNumLines: 2, ulFlags: ndis.CO_TAPI_FLAG_PER_LINE_CAPS }));

  enforced("WAN-20", "without PER_LINE_CAPS the lines are asked for once", {
    by: "client",
    caught: () => asking(started(), OID_CO_TAPI_CM_CAPS, OID_CO_TAPI_LINE_CAPS, OID_CO_TAPI_LINE_CAPS),
    passes: () =>
      asking(started(OID_CO_TAPI_CM_CAPS, perLine), OID_CO_TAPI_CM_CAPS, OID_CO_TAPI_LINE_CAPS, OID_CO_TAPI_LINE_CAPS),
  });

  enforced("WAN-20", "flag bits that are not defined are zero", {
    by: "mcm",
    caught: () => asking(started(OID_CO_TAPI_CM_CAPS, fill(ndis.CO_TAPI_CM_CAPS({ ulFlags: 2 }))), OID_CO_TAPI_CM_CAPS),
    passes: () => asking(started(OID_CO_TAPI_CM_CAPS, perLine), OID_CO_TAPI_CM_CAPS),
  });

  const { OID_CO_TAPI_TRANSLATE_TAPI_CALLPARAMS, OID_CO_TAPI_TRANSLATE_NDIS_CALLPARAMS } = ndis;
  const outgoing = (ulFlags: number) =>
    request(OID_CO_TAPI_TRANSLATE_TAPI_CALLPARAMS, false, ndis.CO_TAPI_TRANSLATE_TAPI_CALLPARAMS({ ulFlags }));
  const incoming = (ulFlags: number) =>
    request(OID_CO_TAPI_TRANSLATE_NDIS_CALLPARAMS, false, ndis.CO_TAPI_TRANSLATE_NDIS_CALLPARAMS({ ulFlags }));
  /** Asks a call manager of Q.2931, or of the proxy family. */
  const translating = (family: number, asked: NDIS_OID_REQUEST) => {
    const core = new WanCore();
    core.families = [family];
    core.start();
    return core.askManager(core.open(family), asked);
  };

  enforced("WAN-21", "users of the proxy address family do not have parameters translated", {
    by: "client",
    caught: () => translating(ndis.CO_ADDRESS_FAMILY_TAPI_PROXY, outgoing(ndis.CO_TAPI_FLAG_OUTGOING_CALL)),
    passes: () =>
      expect(translating(ndis.CO_ADDRESS_FAMILY_Q2931, outgoing(ndis.CO_TAPI_FLAG_OUTGOING_CALL))).toBe(
        NDIS_STATUS_NOT_SUPPORTED,
      ),
  });

  enforced("WAN-22", "TRANSLATE_TAPI_CALLPARAMS is for outgoing calls", {
    by: "client",
    caught: () => translating(ndis.CO_ADDRESS_FAMILY_Q2931, outgoing(0)),
    passes: () => translating(ndis.CO_ADDRESS_FAMILY_Q2931, outgoing(ndis.CO_TAPI_FLAG_OUTGOING_CALL)),
  });

  /** Default parameters are asked for; the call manager answers so, with parameters of that length. */
  const defaults = (status: NDIS_STATUS_FINAL, Length: number) => {
    const core = new WanCore();
    core.families = [ndis.CO_ADDRESS_FAMILY_Q2931];
    core.answers.set(OID_CO_TAPI_TRANSLATE_TAPI_CALLPARAMS, (asked) => {
      const { InformationBuffer } = asked.DATA.QUERY_INFORMATION;
      (InformationBuffer as ndis.CO_TAPI_TRANSLATE_TAPI_CALLPARAMS).NdisCallParams.Length = Length;
    });
    if (status !== NDIS_STATUS_SUCCESS) core.answers.set(OID_CO_TAPI_TRANSLATE_TAPI_CALLPARAMS, status);
    core.start();
    const ulFlags = ndis.CO_TAPI_FLAG_OUTGOING_CALL | ndis.CO_TAPI_FLAG_USE_DEFAULT_CALLPARAMS;
    return core.askManager(core.open(ndis.CO_ADDRESS_FAMILY_Q2931), outgoing(ulFlags));
  };

  enforced("WAN-22", "who has no default parameters answers FAILURE when they are asked for", {
    by: "mcm",
    caught: () => defaults(NDIS_STATUS_SUCCESS, 0),
    passes: () => {
      expect(defaults(ndis.NDIS_STATUS_FAILURE, 0)).toBe(ndis.NDIS_STATUS_FAILURE);
      expect(defaults(NDIS_STATUS_SUCCESS, 64)).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  enforced("WAN-22", "TRANSLATE_NDIS_CALLPARAMS is for incoming calls", {
    by: "client",
    caught: () => translating(ndis.CO_ADDRESS_FAMILY_Q2931, incoming(ndis.CO_TAPI_FLAG_OUTGOING_CALL)),
    passes: () => translating(ndis.CO_ADDRESS_FAMILY_Q2931, incoming(ndis.CO_TAPI_FLAG_INCOMING_CALL)),
  });
});

describe("19. WAN: call IDs", () => {
  const empty = (ulTotalSize: number): ndis.VAR_STRING => ({
    ulTotalSize,
    ulNeededSize: 0,
    ulUsedSize: 0,
    ulStringFormat: 0,
    ulStringSize: 0,
    ulStringOffset: 0,
    Data: new Uint8Array(0),
  });
  const text = ({ Data }: ndis.VAR_STRING) => Buffer.from(Data).toString("utf16le").replace(/\0$/, "");

  behaviour("WAN-25", "NdisCoGetTapiCallId and its inverse: by size, by VC, and by client", () => {
    const core = started();
    const af = core.openProxy();
    const [one, two] = [core.createVc(af), core.createVc(af)];
    core.atDispatch(() => {
      const { ndis: library } = core.client;
      const short = empty(10);
      expect(library.NdisCoGetTapiCallId(one, short)).toBe(ndis.NDIS_STATUS_BUFFER_TOO_SHORT);
      expect(short.ulNeededSize).toBeGreaterThan(10);
      const [first, second] = [empty(short.ulNeededSize), empty(200)];
      expect(library.NdisCoGetTapiCallId(one, first)).toBe(NDIS_STATUS_SUCCESS);
      expect(library.NdisCoGetTapiCallId(two, second)).toBe(NDIS_STATUS_SUCCESS);
      expect(first.ulUsedSize).toBe(short.ulNeededSize);
      expect(text(first)).not.toBe(text(second));
      const context = new ndis.OutParameter<unknown>();
      expect(library.NdisClGetProtocolVcContextFromTapiCallId(text(first), context)).toBe(NDIS_STATUS_SUCCESS);
      expect(context.Value).toEqual({ vc: "client" });
      expect(library.NdisClGetProtocolVcContextFromTapiCallId("none", context)).toBe(ndis.NDIS_STATUS_FAILURE);
      expect(library.NdisCoGetTapiCallId({} as NdisVcHandle, empty(200))).toBe(NDIS_STATUS_INVALID_DATA);
      library.NdisCoDeleteVc(one);
      expect(library.NdisClGetProtocolVcContextFromTapiCallId(text(first), context)).toBe(ndis.NDIS_STATUS_FAILURE);
      expect(library.NdisCoGetTapiCallId(one, empty(200))).toBe(NDIS_STATUS_INVALID_DATA);
    });
    expect(core.rules).toEqual([]);
  });

  behaviour("WAN-25", "below DISPATCH_LEVEL it is told, and works (X-21)", () => {
    const core = started();
    const vc = core.createVc(core.openProxy());
    expect(core.client.ndis.NdisCoGetTapiCallId(vc, empty(200))).toBe(NDIS_STATUS_SUCCESS);
    expect(core.rules).toEqual(["IRQ-04"]);
  });
});
