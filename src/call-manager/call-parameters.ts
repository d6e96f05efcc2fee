import type { NDIS_STATUS_FINAL } from "../ndis/index.ts";
import {
  AAL_TYPE_AAL5,
  AAL5_MODE_MESSAGE,
  AAL5_PARAMETERS,
  ATM_ADDRESS,
  ATM_ADDRESS_LENGTH,
  ATM_BROADBAND_BEARER_CAPABILITY_IE,
  ATM_CAUSE_IE,
  ATM_E164,
  ATM_FLOW_PARAMETERS,
  ATM_MEDIA_PARAMETERS,
  ATM_MEDIA_SPECIFIC,
  ATM_NSAP,
  ATM_QOS_CLASS_IE,
  ATM_SERVICE_CATEGORY_CBR,
  ATM_SERVICE_CATEGORY_UBR,
  ATM_TRAFFIC_DESCRIPTOR,
  ATM_TRAFFIC_DESCRIPTOR_IE,
  ATM_VPIVCI,
  atmMediaParameters,
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
  NDIS_STATUS_AAL_PARAMS_UNSUPPORTED,
  NDIS_STATUS_INVALID_ADDRESS,
  NDIS_STATUS_INVALID_DATA,
  Q2931_CALLMGR_PARAMETERS,
  q2931Parameters,
  RECEIVE_VC,
  SERVICETYPE_BESTEFFORT,
  SERVICETYPE_GUARANTEED,
  TRANSMIT_VC,
} from "../ndis/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";
import { aesaFromBytes, e164FromBytes } from "../wire/atm-address.ts";
import type { Q2931Message } from "../wire/q2931/index.ts";
import { AAL_TYPE, BEARER_CLASS, IE, TRAFFIC_RATE, USER_PLANE } from "../wire/q2931/index.ts";

/** The default IP MTU over ATM (RFC 2225), without LLC/SNAP: the SDU size that a call gets that names none. */
const DEFAULT_SDU_BYTES = 9_180;
const LONGEST_SDU_BYTES = 65_535;
/** What the 24 bits of a rate in the traffic descriptor hold (UNI 3.1 section 5.4.5.6). */
const HIGHEST_CELL_RATE = 2 ** 24 - 1;
const CELL_PAYLOAD_BYTES = 48;
/** FLOWSPEC values that mean "none given" (qos.h). */
const NOT_SPECIFIED = 0xffff_ffff;

/** What of a call counts for this driver: traffic both ways as this side sees it, in cells per second and bytes. */
export interface CallTraffic {
  readonly isBestEffort: boolean;
  readonly transmitPeakCellRate: number;
  readonly receivePeakCellRate: number;
  readonly transmitSduBytes: number;
  readonly receiveSduBytes: number;
}

/** The address in an ATM_ADDRESS, or null when it is none. */
export function addressOf(address: ATM_ADDRESS): AtmAddress | null {
  if (address.AddressType === ATM_NSAP) {
    const aesa = aesaFromBytes(address.Address, 0, ATM_ADDRESS_LENGTH);
    return "bytes" in aesa ? aesa : null;
  }
  if (address.AddressType !== ATM_E164) return null;
  const number = e164FromBytes(address.Address, 0, address.NumberOfDigits);
  return "bytes" in number ? number : null;
}

/** An ATM_ADDRESS with this address. */
export function atmAddress(address: AtmAddress): ATM_ADDRESS {
  const isAesa = address.kind === "aesa";
  const octets = new Uint8Array(ATM_ADDRESS_LENGTH);
  octets.set(address.bytes);
  return ATM_ADDRESS({
    AddressType: isAesa ? ATM_NSAP : ATM_E164,
    NumberOfDigits: isAesa ? ATM_ADDRESS_LENGTH : address.bytes.length,
    Address: octets,
  });
}

function cellsPerSecond(bytesPerSecond: number): number {
  return bytesPerSecond === NOT_SPECIFIED ? 0 : Math.ceil(bytesPerSecond / CELL_PAYLOAD_BYTES);
}

/** Reads the traffic of a call out of its parameters: the information elements first, the FLOWSPECs where they say nothing. */
export function trafficOf(parameters: CO_CALL_PARAMETERS): CallTraffic | null {
  const manager = parameters.CallMgrParameters;
  const q2931 = q2931Parameters(parameters);
  if (manager === null || q2931 === null) return null;
  const descriptor = findElement(q2931, IE_TrafficDescriptor);
  const aal = findElement(q2931, IE_AALParameters);
  const aal5 = aal !== null && aal.AALType === AAL_TYPE_AAL5 ? aal.AALSpecificParameters.AAL5Parameters : null;
  const { Transmit, Receive } = manager;
  const sdu = (fromElement: number | undefined, fromFlow: number): number => {
    if (fromElement !== undefined && fromElement > 0) return fromElement;
    return fromFlow > 0 && fromFlow !== NOT_SPECIFIED ? fromFlow : DEFAULT_SDU_BYTES;
  };
  return {
    isBestEffort: descriptor === null ? Transmit.ServiceType !== SERVICETYPE_GUARANTEED : descriptor.BestEffort,
    transmitPeakCellRate: descriptor?.ForwardTD.PeakCellRateCLP01 ?? cellsPerSecond(Transmit.PeakBandwidth),
    receivePeakCellRate: descriptor?.BackwardTD.PeakCellRateCLP01 ?? cellsPerSecond(Receive.PeakBandwidth),
    transmitSduBytes: sdu(aal5?.ForwardMaxCPCSSDUSize, Transmit.MaxSduSize),
    receiveSduBytes: sdu(aal5?.BackwardMaxCPCSSDUSize, Receive.MaxSduSize),
  };
}

/** An outgoing call as its parameters describe it. */
export interface OutgoingCall {
  readonly q2931: Q2931_CALLMGR_PARAMETERS;
  readonly traffic: CallTraffic;
  readonly called: AtmAddress;
}

/**
 * Reads the parameters of an outgoing call, or says with a status what is wrong with them (OUT-05). A multipoint call has no backward
 * rate (UNI 3.1 section 5.6.1.1).
 */
export function readCallParameters(
  parameters: CO_CALL_PARAMETERS,
  isMultipoint: boolean,
): OutgoingCall | NDIS_STATUS_FINAL {
  const q2931 = q2931Parameters(parameters);
  const traffic = trafficOf(parameters);
  if (q2931 === null || traffic === null) return NDIS_STATUS_INVALID_DATA;
  const called = addressOf(q2931.CalledParty);
  if (called === null) return NDIS_STATUS_INVALID_ADDRESS;
  const aal = findElement(q2931, IE_AALParameters);
  if (aal !== null && aal.AALType !== AAL_TYPE_AAL5) return NDIS_STATUS_AAL_PARAMS_UNSUPPORTED;
  if (traffic.transmitSduBytes > LONGEST_SDU_BYTES || traffic.receiveSduBytes > LONGEST_SDU_BYTES)
    return NDIS_STATUS_AAL_PARAMS_UNSUPPORTED;
  const guaranteed = !traffic.isBestEffort;
  if (guaranteed && traffic.transmitPeakCellRate === 0) return NDIS_STATUS_INVALID_DATA;
  if (isMultipoint ? traffic.receivePeakCellRate > 0 : guaranteed && traffic.receivePeakCellRate === 0)
    return NDIS_STATUS_INVALID_DATA;
  if (Math.max(traffic.transmitPeakCellRate, traffic.receivePeakCellRate) > HIGHEST_CELL_RATE)
    return NDIS_STATUS_INVALID_DATA;
  return { q2931, traffic, called };
}

/** Fills the elements of a SETUP (Q.2931 section 3.1.7), of a point-to-multipoint call with USER_PLANE.pointToMultipoint. */
export function fillSetup(
  message: Q2931Message,
  call: OutgoingCall,
  own: AtmAddress,
  lineCellRate: number,
  userPlane: number = USER_PLANE.pointToPoint,
): void {
  const { q2931, traffic } = call;
  const rate = (cells: number): number => (cells === 0 ? lineCellRate : cells);
  fillParty(message, call, own);
  message.include(IE.trafficDescriptor);
  message.trafficDescriptor.setPeak(
    rate(traffic.transmitPeakCellRate),
    userPlane === USER_PLANE.pointToMultipoint ? 0 : rate(traffic.receivePeakCellRate),
    traffic.isBestEffort,
  );
  const bearer = findElement(q2931, IE_BroadbandBearerCapability);
  message.include(IE.bearerCapability);
  const isClassA = bearer === null ? !traffic.isBestEffort : bearer.BearerClass === BCOB_A;
  message.bearerCapability.set(isClassA ? BEARER_CLASS.a : BEARER_CLASS.x, userPlane);
  const quality = findElement(q2931, IE_QOSClass);
  message.include(IE.qualityOfService);
  message.qualityOfService.set(0, quality?.QOSClassForward ?? 0, quality?.QOSClassBackward ?? 0);
}

/** Fills what SETUP and ADD PARTY say of the called party (UNI 3.1 section 5.3.2.1). */
export function fillParty(message: Q2931Message, { q2931, traffic, called }: OutgoingCall, own: AtmAddress): void {
  message.include(IE.aalParameters);
  message.aalParameters.setAal5(traffic.transmitSduBytes, traffic.receiveSduBytes);
  message.include(IE.calledNumber);
  message.calledNumber.setAddress(called);
  message.include(IE.callingNumber);
  message.callingNumber.setAddress(addressOf(q2931.CallingParty) ?? own);
}

/** How the NIC sends: a leaf of a multipoint call has nothing to send, whatever is guaranteed to it the other way. */
export function transmitsBestEffort({ isBestEffort, transmitPeakCellRate }: CallTraffic): boolean {
  return isBestEffort || transmitPeakCellRate === 0;
}

/** The parameters of an incoming call from its SETUP: forward is towards this side. */
export function incomingParameters(
  message: Q2931Message,
  traffic: CallTraffic,
  vpi: number,
  vci: number,
): CO_CALL_PARAMETERS {
  const { isBestEffort, transmitPeakCellRate: backwardRate, receivePeakCellRate: forwardRate } = traffic;
  const { transmitSduBytes: backwardSdu, receiveSduBytes: forwardSdu } = traffic;
  const serviceType = isBestEffort ? SERVICETYPE_BESTEFFORT : SERVICETYPE_GUARANTEED;
  const flow = (cells: number, sdu: number): FLOWSPEC =>
    FLOWSPEC({
      ServiceType: serviceType,
      PeakBandwidth: cells * CELL_PAYLOAD_BYTES,
      TokenRate: cells * CELL_PAYLOAD_BYTES,
      MaxSduSize: sdu,
    });
  const isMultipoint = message.bearerCapability.userPlane === USER_PLANE.pointToMultipoint;
  const elements = incomingElements(forwardSdu, backwardSdu, forwardRate, backwardRate, isBestEffort);
  return CO_CALL_PARAMETERS({
    Flags: isMultipoint ? MULTIPOINT_VC : 0,
    CallMgrParameters: CO_CALL_MANAGER_PARAMETERS({
      Transmit: flow(backwardRate, backwardSdu),
      Receive: flow(forwardRate, forwardSdu),
      CallMgrSpecific: {
        ParamType: CALLMGR_SPECIFIC_Q2931,
        Length: 0,
        Parameters: Q2931_CALLMGR_PARAMETERS({
          CalledParty: atmAddress(message.calledNumber.address),
          CallingParty: message.has(IE.callingNumber) ? atmAddress(message.callingNumber.address) : ATM_ADDRESS(),
          InfoElementCount: elements.length,
          InfoElements: elements,
        }),
      },
    }),
    MediaParameters: mediaOf(traffic, vpi, vci, isMultipoint ? RECEIVE_VC : TRANSMIT_VC | RECEIVE_VC),
  });
}

/** The information elements that a client sees of an incoming call: those that the call manager understood. */
function incomingElements(
  forwardSdu: number,
  backwardSdu: number,
  forwardRate: number,
  backwardRate: number,
  isBestEffort: boolean,
): Q2931_CALLMGR_PARAMETERS["InfoElements"] {
  return [
    {
      IEType: IE_AALParameters,
      IELength: 0,
      IE: {
        AALType: AAL_TYPE_AAL5,
        AALSpecificParameters: {
          AAL5Parameters: AAL5_PARAMETERS({
            ForwardMaxCPCSSDUSize: forwardSdu,
            BackwardMaxCPCSSDUSize: backwardSdu,
            Mode: AAL5_MODE_MESSAGE,
          }),
        },
      },
    },
    {
      IEType: IE_TrafficDescriptor,
      IELength: 0,
      IE: ATM_TRAFFIC_DESCRIPTOR_IE({
        ForwardTD: ATM_TRAFFIC_DESCRIPTOR({ PeakCellRateCLP01: forwardRate }),
        BackwardTD: ATM_TRAFFIC_DESCRIPTOR({ PeakCellRateCLP01: backwardRate }),
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
}

/** Writes the VPI/VCI that the network assigned into the parameters that go back to the client, where they have room for it. */
export function noteConnection(parameters: CO_CALL_PARAMETERS, vpi: number, vci: number): void {
  const media = atmMediaParameters(parameters);
  if (media === null) return;
  media.ConnectionId.Vpi = vpi;
  media.ConnectionId.Vci = vci;
}

/** The same parameters with the miniport's part made out for the NIC, whatever the client wrote there (ACT-02). */
export function withMedia(
  { Flags, CallMgrParameters, MediaParameters }: CO_CALL_PARAMETERS,
  traffic: CallTraffic,
  vpi: number,
  vci: number,
): CO_CALL_PARAMETERS {
  const directions = (MediaParameters?.Flags ?? 0) & (TRANSMIT_VC | RECEIVE_VC);
  return CO_CALL_PARAMETERS({
    Flags,
    CallMgrParameters,
    MediaParameters: mediaOf(traffic, vpi, vci, directions === 0 ? TRANSMIT_VC | RECEIVE_VC : directions),
  });
}

/**
 * Whether a VC that was activated with these parameters serves a call of that traffic (ACT-12). It was promised to the network: a faster
 * VC is policed there, and a slower one, or one for shorter SDUs, is not what the client was promised.
 */
export function serves(used: CO_CALL_PARAMETERS, traffic: CallTraffic): boolean {
  const media = atmMediaParameters(used);
  if (media === null) return false;
  const { Transmit, Receive } = media;
  return (
    Transmit.PeakCellRate === traffic.transmitPeakCellRate &&
    Receive.PeakCellRate === traffic.receivePeakCellRate &&
    Transmit.MaxSduSize >= traffic.transmitSduBytes &&
    Receive.MaxSduSize >= traffic.receiveSduBytes
  );
}

/** What a miniport needs to know of a call (ATM_MEDIA_PARAMETERS). */
function mediaOf(traffic: CallTraffic, vpi: number, vci: number, Flags: number): CO_MEDIA_PARAMETERS {
  const category = (isBestEffort: boolean): number =>
    isBestEffort ? ATM_SERVICE_CATEGORY_UBR : ATM_SERVICE_CATEGORY_CBR;
  return CO_MEDIA_PARAMETERS({
    Flags,
    MediaSpecific: {
      ParamType: ATM_MEDIA_SPECIFIC,
      Length: 0,
      Parameters: ATM_MEDIA_PARAMETERS({
        ConnectionId: ATM_VPIVCI({ Vpi: vpi, Vci: vci }),
        AALType: AAL_TYPE_AAL5,
        Transmit: ATM_FLOW_PARAMETERS({
          ServiceCategory: category(transmitsBestEffort(traffic)),
          PeakCellRate: traffic.transmitPeakCellRate,
          MaxSduSize: traffic.transmitSduBytes,
        }),
        Receive: ATM_FLOW_PARAMETERS({
          ServiceCategory: category(traffic.isBestEffort),
          PeakCellRate: traffic.receivePeakCellRate,
          MaxSduSize: traffic.receiveSduBytes,
        }),
      }),
    },
  });
}

/** Adds the cause of a refusal to the parameters that go back to the client, as a cause element (IE_Cause). */
export function noteCause(parameters: CO_CALL_PARAMETERS, cause: number, location: number): void {
  const q2931 = q2931Parameters(parameters);
  if (q2931 === null || cause === 0) return;
  q2931.InfoElements = [
    ...q2931.InfoElements.filter((element) => element.IEType !== IE_Cause),
    { IEType: IE_Cause, IELength: 0, IE: ATM_CAUSE_IE({ Cause: cause, Location: location }) },
  ];
  q2931.InfoElementCount = q2931.InfoElements.length;
}

/** The traffic of an incoming call from its SETUP, with the directions of this side: forward is towards it. */
export function incomingTraffic(message: Q2931Message): CallTraffic {
  const hasAal = message.has(IE.aalParameters) && message.aalParameters.type === AAL_TYPE.aal5;
  const hasTraffic = message.has(IE.trafficDescriptor);
  const rate = (which: number): number => (hasTraffic ? positive(message.trafficDescriptor.rate(which), 0) : 0);
  return {
    isBestEffort: !hasTraffic || message.trafficDescriptor.bestEffort,
    transmitPeakCellRate: rate(TRAFFIC_RATE.backwardPeakClp01),
    receivePeakCellRate: rate(TRAFFIC_RATE.forwardPeakClp01),
    transmitSduBytes: positive(hasAal ? message.aalParameters.backwardMaximumSduSize : 0, DEFAULT_SDU_BYTES),
    receiveSduBytes: positive(hasAal ? message.aalParameters.forwardMaximumSduSize : 0, DEFAULT_SDU_BYTES),
  };
}

function positive(value: number, otherwise: number): number {
  return value > 0 ? value : otherwise;
}
