import type { CO_SAP } from "../ndis/index.ts";
import {
  AAL_TYPE_AAL5,
  AAL5_MODE_MESSAGE,
  AAL5_PARAMETERS,
  ATM_ADDRESS,
  ATM_ADDRESS_LENGTH,
  ATM_BHLI_IE,
  ATM_BLLI_IE,
  ATM_BROADBAND_BEARER_CAPABILITY_IE,
  ATM_E164,
  ATM_MEDIA_PARAMETERS,
  ATM_MEDIA_SPECIFIC,
  ATM_NSAP,
  ATM_QOS_CLASS_IE,
  ATM_SAP,
  ATM_TRAFFIC_DESCRIPTOR,
  ATM_TRAFFIC_DESCRIPTOR_IE,
  BCOB_A,
  BCOB_X,
  CALLMGR_SPECIFIC_Q2931,
  CO_CALL_MANAGER_PARAMETERS,
  CO_CALL_PARAMETERS,
  CO_MEDIA_PARAMETERS,
  FLOWSPEC,
  findElement,
  IE_AALParameters,
  IE_BroadbandBearerCapability,
  IE_Cause,
  IE_QOSClass,
  IE_TrafficDescriptor,
  MULTIPOINT_VC,
  Q2931_CALLMGR_PARAMETERS,
  q2931Parameters,
  RECEIVE_VC,
  SAP_FIELD_ANY,
  SAP_TYPE_E164,
  SAP_TYPE_NSAP,
  SERVICETYPE_BESTEFFORT,
  SERVICETYPE_GUARANTEED,
  TRANSMIT_VC,
} from "../ndis/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";

const CELL_PAYLOAD_BYTES = 48;

/** RFC 2225 section 7: the default longest SDU of IP over ATM, 9,180 bytes and the LLC/SNAP header. */
const DEFAULT_MAXIMUM_SDU_BYTES = 9_188;
const LINE_RATE = 0;

/** What a client asks for when it makes a call; `called` suffices. */
export interface CallRequest {
  readonly called: AtmAddress;
  /** Constant bit rate is guaranteed by the network; UBR, the default, is best effort. */
  readonly service?: "cbr" | "ubr";
  /** Peak cell rates in cells per second, forward and backward; 0, the default, is the line rate (UBR only). */
  readonly forwardPeakCellRate?: number;
  readonly backwardPeakCellRate?: number;
  /** Longest SDU in bytes, both ways; 9,188 by default. */
  readonly maximumSduBytes?: number;
}

/** An ATM_ADDRESS with this address. */
export function toAtmAddress(address: AtmAddress): ATM_ADDRESS {
  const isAesa = address.kind === "aesa";
  const Address = new Uint8Array(ATM_ADDRESS_LENGTH);
  Address.set(address.bytes);
  return ATM_ADDRESS({
    AddressType: isAesa ? ATM_NSAP : ATM_E164,
    NumberOfDigits: isAesa ? ATM_ADDRESS_LENGTH : address.bytes.length,
    Address,
  });
}

/** The CO_CALL_PARAMETERS of a call (OUT-01); on a multipoint call nothing comes back, whatever the request says. */
export function toCallParameters(request: CallRequest, isMultipoint = false): CO_CALL_PARAMETERS {
  const { forwardPeakCellRate = LINE_RATE } = request;
  const backwardPeakCellRate = isMultipoint ? 0 : (request.backwardPeakCellRate ?? LINE_RATE);
  const { service = "ubr", maximumSduBytes = DEFAULT_MAXIMUM_SDU_BYTES } = request;
  const isBestEffort = service === "ubr";
  const ServiceType = isBestEffort ? SERVICETYPE_BESTEFFORT : SERVICETYPE_GUARANTEED;
  const flow = (cells: number): FLOWSPEC =>
    FLOWSPEC({
      ServiceType,
      PeakBandwidth: cells * CELL_PAYLOAD_BYTES,
      TokenRate: cells * CELL_PAYLOAD_BYTES,
      MaxSduSize: maximumSduBytes,
    });
  const AAL5Parameters = AAL5_PARAMETERS({
    ForwardMaxCPCSSDUSize: maximumSduBytes,
    BackwardMaxCPCSSDUSize: maximumSduBytes,
    Mode: AAL5_MODE_MESSAGE,
  });
  const InfoElements: Q2931_CALLMGR_PARAMETERS["InfoElements"] = [
    {
      IEType: IE_AALParameters,
      IELength: 0,
      IE: { AALType: AAL_TYPE_AAL5, AALSpecificParameters: { AAL5Parameters } },
    },
    {
      IEType: IE_TrafficDescriptor,
      IELength: 0,
      IE: ATM_TRAFFIC_DESCRIPTOR_IE({
        ForwardTD: ATM_TRAFFIC_DESCRIPTOR({ PeakCellRateCLP01: forwardPeakCellRate }),
        BackwardTD: ATM_TRAFFIC_DESCRIPTOR({ PeakCellRateCLP01: backwardPeakCellRate }),
        BestEffort: isBestEffort,
      }),
    },
    {
      IEType: IE_BroadbandBearerCapability,
      IELength: 0,
      IE: ATM_BROADBAND_BEARER_CAPABILITY_IE({ BearerClass: isBestEffort ? BCOB_X : BCOB_A }),
    },
    { IEType: IE_QOSClass, IELength: 0, IE: ATM_QOS_CLASS_IE() },
  ];
  const Parameters = Q2931_CALLMGR_PARAMETERS({
    CalledParty: toAtmAddress(request.called),
    InfoElementCount: InfoElements.length,
    InfoElements,
  });
  return CO_CALL_PARAMETERS({
    Flags: isMultipoint ? MULTIPOINT_VC : 0,
    CallMgrParameters: CO_CALL_MANAGER_PARAMETERS({
      Transmit: flow(forwardPeakCellRate),
      Receive: flow(backwardPeakCellRate),
      CallMgrSpecific: { ParamType: CALLMGR_SPECIFIC_Q2931, Length: 0, Parameters },
    }),
    MediaParameters: CO_MEDIA_PARAMETERS({
      Flags: isMultipoint ? TRANSMIT_VC : TRANSMIT_VC | RECEIVE_VC,
      MediaSpecific: {
        ParamType: ATM_MEDIA_SPECIFIC,
        Length: 0,
        Parameters: ATM_MEDIA_PARAMETERS({ AALType: AAL_TYPE_AAL5 }),
      },
    }),
  });
}

/** The Q.2931 cause that the call manager noted in call parameters, 0 when it noted none. */
export function causeIn(parameters: CO_CALL_PARAMETERS): number {
  const q2931 = q2931Parameters(parameters);
  return q2931 === null ? 0 : (findElement(q2931, IE_Cause)?.Cause ?? 0);
}

/** The SAP of a client that takes calls for `address`, whatever they carry. */
export function toSap(address: ATM_ADDRESS): CO_SAP {
  return {
    SapType: address.AddressType === ATM_NSAP ? SAP_TYPE_NSAP : SAP_TYPE_E164,
    SapLength: 0,
    Sap: ATM_SAP({
      Blli: ATM_BLLI_IE({ Layer2Protocol: SAP_FIELD_ANY, Layer3Protocol: SAP_FIELD_ANY }),
      Bhli: ATM_BHLI_IE({ HighLayerInfoType: SAP_FIELD_ANY }),
      NumberOfAddresses: 1,
      Addresses: [address],
    }),
  };
}
