import type { AAL_TYPE_AAL0, AAL_TYPE_AAL1, AAL_TYPE_AAL5, AAL_TYPE_AAL34 } from "../constants/atm.ts";
import type {
  IE_AALParameters,
  IE_BHLI,
  IE_BLLI,
  IE_BroadbandBearerCapability,
  IE_BroadbandSendingComplete,
  IE_CalledPartyNumber,
  IE_CalledPartySubaddress,
  IE_CallingPartyNumber,
  IE_CallingPartySubaddress,
  IE_Cause,
  IE_LIJCallId,
  IE_QOSClass,
  IE_Raw,
  IE_TrafficDescriptor,
  IE_TransitNetworkSelection,
} from "../constants/q2931-elements.ts";
import type { ATM_BHLI_IE, ATM_BLLI_IE } from "./atm.ts";
import { ATM_ADDRESS, ATM_FLOW_PARAMETERS, ATM_PVC_SAP, ATM_VPIVCI } from "./atm.ts";

/*
 * The call-manager part of the parameters of an ATM call (atm.h): parties and Q.2931 information elements as
 * structures. Element contents have the values of ITU-T Q.2931 section 4.5 without the extension bits.
 */

/** The call-manager part of the parameters of an ATM call (ParamType CALLMGR_SPECIFIC_Q2931). */
export interface Q2931_CALLMGR_PARAMETERS {
  CalledParty: ATM_ADDRESS;
  CallingParty: ATM_ADDRESS;
  InfoElementCount: number;
  InfoElements: Q2931_IE[];
}

export function Q2931_CALLMGR_PARAMETERS(members: Partial<Q2931_CALLMGR_PARAMETERS> = {}): Q2931_CALLMGR_PARAMETERS {
  return {
    CalledParty: members.CalledParty ?? ATM_ADDRESS(),
    CallingParty: members.CallingParty ?? ATM_ADDRESS(),
    InfoElementCount: members.InfoElementCount ?? 0,
    InfoElements: members.InfoElements ?? [],
  };
}

export interface AAL1_PARAMETERS {
  Subtype: number;
  CBRRate: number;
  Multiplier: number;
  SourceClockRecoveryMethod: number;
  ErrorCorrectionMethod: number;
  StructuredDataTransferBlocksize: number;
  PartiallyFilledCellsMethod: number;
}

export function AAL1_PARAMETERS(members: Partial<AAL1_PARAMETERS> = {}): AAL1_PARAMETERS {
  return {
    Subtype: members.Subtype ?? 0,
    CBRRate: members.CBRRate ?? 0,
    Multiplier: members.Multiplier ?? 0,
    SourceClockRecoveryMethod: members.SourceClockRecoveryMethod ?? 0,
    ErrorCorrectionMethod: members.ErrorCorrectionMethod ?? 0,
    StructuredDataTransferBlocksize: members.StructuredDataTransferBlocksize ?? 0,
    PartiallyFilledCellsMethod: members.PartiallyFilledCellsMethod ?? 0,
  };
}

export interface AAL34_PARAMETERS {
  ForwardMaxCPCSSDUSize: number;
  BackwardMaxCPCSSDUSize: number;
  LowestMID: number;
  HighestMID: number;
  SSCSType: number;
}

export function AAL34_PARAMETERS(members: Partial<AAL34_PARAMETERS> = {}): AAL34_PARAMETERS {
  return {
    ForwardMaxCPCSSDUSize: members.ForwardMaxCPCSSDUSize ?? 0,
    BackwardMaxCPCSSDUSize: members.BackwardMaxCPCSSDUSize ?? 0,
    LowestMID: members.LowestMID ?? 0,
    HighestMID: members.HighestMID ?? 0,
    SSCSType: members.SSCSType ?? 0,
  };
}

export interface AAL5_PARAMETERS {
  ForwardMaxCPCSSDUSize: number;
  BackwardMaxCPCSSDUSize: number;
  Mode: number;
  SSCSType: number;
}

export function AAL5_PARAMETERS(members: Partial<AAL5_PARAMETERS> = {}): AAL5_PARAMETERS {
  return {
    ForwardMaxCPCSSDUSize: members.ForwardMaxCPCSSDUSize ?? 0,
    BackwardMaxCPCSSDUSize: members.BackwardMaxCPCSSDUSize ?? 0,
    Mode: members.Mode ?? 0,
    SSCSType: members.SSCSType ?? 0,
  };
}

export interface AALUSER_PARAMETERS {
  UserDefined: number;
}

export function AALUSER_PARAMETERS(members: Partial<AALUSER_PARAMETERS> = {}): AALUSER_PARAMETERS {
  return {
    UserDefined: members.UserDefined ?? 0,
  };
}

/** Cells per second and, for bursts, cells; SAP_FIELD_ABSENT where the element has no such field. */
export interface ATM_TRAFFIC_DESCRIPTOR {
  PeakCellRateCLP0: number;
  PeakCellRateCLP01: number;
  SustainableCellRateCLP0: number;
  SustainableCellRateCLP01: number;
  MaximumBurstSizeCLP0: number;
  MaximumBurstSizeCLP01: number;
  Tagging: boolean;
}

export function ATM_TRAFFIC_DESCRIPTOR(members: Partial<ATM_TRAFFIC_DESCRIPTOR> = {}): ATM_TRAFFIC_DESCRIPTOR {
  return {
    PeakCellRateCLP0: members.PeakCellRateCLP0 ?? 0,
    PeakCellRateCLP01: members.PeakCellRateCLP01 ?? 0,
    SustainableCellRateCLP0: members.SustainableCellRateCLP0 ?? 0,
    SustainableCellRateCLP01: members.SustainableCellRateCLP01 ?? 0,
    MaximumBurstSizeCLP0: members.MaximumBurstSizeCLP0 ?? 0,
    MaximumBurstSizeCLP01: members.MaximumBurstSizeCLP01 ?? 0,
    Tagging: members.Tagging ?? false,
  };
}

export interface ATM_TRAFFIC_DESCRIPTOR_IE {
  ForwardTD: ATM_TRAFFIC_DESCRIPTOR;
  BackwardTD: ATM_TRAFFIC_DESCRIPTOR;
  BestEffort: boolean;
}

export function ATM_TRAFFIC_DESCRIPTOR_IE(members: Partial<ATM_TRAFFIC_DESCRIPTOR_IE> = {}): ATM_TRAFFIC_DESCRIPTOR_IE {
  return {
    ForwardTD: members.ForwardTD ?? ATM_TRAFFIC_DESCRIPTOR(),
    BackwardTD: members.BackwardTD ?? ATM_TRAFFIC_DESCRIPTOR(),
    BestEffort: members.BestEffort ?? false,
  };
}

export interface ATM_BROADBAND_BEARER_CAPABILITY_IE {
  BearerClass: number;
  TrafficType: number;
  TimingRequirements: number;
  ClippingSusceptability: number;
  UserPlaneConnectionConfig: number;
}

export function ATM_BROADBAND_BEARER_CAPABILITY_IE(
  members: Partial<ATM_BROADBAND_BEARER_CAPABILITY_IE> = {},
): ATM_BROADBAND_BEARER_CAPABILITY_IE {
  return {
    BearerClass: members.BearerClass ?? 0,
    TrafficType: members.TrafficType ?? 0,
    TimingRequirements: members.TimingRequirements ?? 0,
    ClippingSusceptability: members.ClippingSusceptability ?? 0,
    UserPlaneConnectionConfig: members.UserPlaneConnectionConfig ?? 0,
  };
}

export interface ATM_CALLING_PARTY_NUMBER_IE {
  Number: ATM_ADDRESS;
  PresentationIndication: number;
  ScreeningIndicator: number;
}

export function ATM_CALLING_PARTY_NUMBER_IE(
  members: Partial<ATM_CALLING_PARTY_NUMBER_IE> = {},
): ATM_CALLING_PARTY_NUMBER_IE {
  return {
    Number: members.Number ?? ATM_ADDRESS(),
    PresentationIndication: members.PresentationIndication ?? 0,
    ScreeningIndicator: members.ScreeningIndicator ?? 0,
  };
}

export interface ATM_QOS_CLASS_IE {
  QOSClassForward: number;
  QOSClassBackward: number;
}

export function ATM_QOS_CLASS_IE(members: Partial<ATM_QOS_CLASS_IE> = {}): ATM_QOS_CLASS_IE {
  return {
    QOSClassForward: members.QOSClassForward ?? 0,
    QOSClassBackward: members.QOSClassBackward ?? 0,
  };
}

export interface ATM_BROADBAND_SENDING_COMPLETE_IE {
  SendingComplete: number;
}

export function ATM_BROADBAND_SENDING_COMPLETE_IE(
  members: Partial<ATM_BROADBAND_SENDING_COMPLETE_IE> = {},
): ATM_BROADBAND_SENDING_COMPLETE_IE {
  return {
    SendingComplete: members.SendingComplete ?? 0,
  };
}

export interface ATM_TRANSIT_NETWORK_SELECTION_IE {
  TypeOfNetworkId: number;
  NetworkIdPlan: number;
  NetworkIdLength: number;
  NetworkId: Uint8Array;
}

export function ATM_TRANSIT_NETWORK_SELECTION_IE(
  members: Partial<ATM_TRANSIT_NETWORK_SELECTION_IE> = {},
): ATM_TRANSIT_NETWORK_SELECTION_IE {
  return {
    TypeOfNetworkId: members.TypeOfNetworkId ?? 0,
    NetworkIdPlan: members.NetworkIdPlan ?? 0,
    NetworkIdLength: members.NetworkIdLength ?? 0,
    NetworkId: members.NetworkId ?? new Uint8Array(0),
  };
}

export interface ATM_CAUSE_IE {
  Location: number;
  Cause: number;
  DiagnosticsLength: number;
  Diagnostics: Uint8Array;
}

export function ATM_CAUSE_IE(members: Partial<ATM_CAUSE_IE> = {}): ATM_CAUSE_IE {
  return {
    Location: members.Location ?? 0,
    Cause: members.Cause ?? 0,
    DiagnosticsLength: members.DiagnosticsLength ?? 0,
    Diagnostics: members.Diagnostics ?? new Uint8Array(4),
  };
}

export interface ATM_LIJ_CALLID_IE {
  Identifier: number;
}

export function ATM_LIJ_CALLID_IE(members: Partial<ATM_LIJ_CALLID_IE> = {}): ATM_LIJ_CALLID_IE {
  return {
    Identifier: members.Identifier ?? 0,
  };
}

export interface ATM_RAW_IE {
  RawIELength: number;
  RawIEType: number;
  RawIEValue: Uint8Array;
}

export function ATM_RAW_IE(members: Partial<ATM_RAW_IE> = {}): ATM_RAW_IE {
  return {
    RawIELength: members.RawIELength ?? 0,
    RawIEType: members.RawIEType ?? 0,
    RawIEValue: members.RawIEValue ?? new Uint8Array(0),
  };
}

export interface Q2931_ADD_PVC {
  CalledParty: ATM_ADDRESS;
  CallingParty: ATM_ADDRESS;
  ConnectionId: ATM_VPIVCI;
  AALType: number;
  ForwardFP: ATM_FLOW_PARAMETERS;
  BackwardFP: ATM_FLOW_PARAMETERS;
  Flags: number;
  LocalSap: ATM_PVC_SAP;
  DestinationSap: ATM_PVC_SAP;
  LIJIdPresent: boolean;
  LIJId: ATM_LIJ_CALLID_IE;
}

export function Q2931_ADD_PVC(members: Partial<Q2931_ADD_PVC> = {}): Q2931_ADD_PVC {
  return {
    CalledParty: members.CalledParty ?? ATM_ADDRESS(),
    CallingParty: members.CallingParty ?? ATM_ADDRESS(),
    ConnectionId: members.ConnectionId ?? ATM_VPIVCI(),
    AALType: members.AALType ?? 0,
    ForwardFP: members.ForwardFP ?? ATM_FLOW_PARAMETERS(),
    BackwardFP: members.BackwardFP ?? ATM_FLOW_PARAMETERS(),
    Flags: members.Flags ?? 0,
    LocalSap: members.LocalSap ?? ATM_PVC_SAP(),
    DestinationSap: members.DestinationSap ?? ATM_PVC_SAP(),
    LIJIdPresent: members.LIJIdPresent ?? false,
    LIJId: members.LIJId ?? ATM_LIJ_CALLID_IE(),
  };
}

export interface Q2931_DELETE_PVC {
  ConnectionId: ATM_VPIVCI;
}

export function Q2931_DELETE_PVC(members: Partial<Q2931_DELETE_PVC> = {}): Q2931_DELETE_PVC {
  return {
    ConnectionId: members.ConnectionId ?? ATM_VPIVCI(),
  };
}

/** AAL parameters; AALType names the member of the union that counts. */
export type AAL_PARAMETERS_IE =
  | { AALType: typeof AAL_TYPE_AAL1; AALSpecificParameters: { AAL1Parameters: AAL1_PARAMETERS } }
  | { AALType: typeof AAL_TYPE_AAL34; AALSpecificParameters: { AAL34Parameters: AAL34_PARAMETERS } }
  | { AALType: typeof AAL_TYPE_AAL5; AALSpecificParameters: { AAL5Parameters: AAL5_PARAMETERS } }
  | { AALType: typeof AAL_TYPE_AAL0; AALSpecificParameters: { AALUserParameters: AALUSER_PARAMETERS } };

export type ATM_CALLED_PARTY_NUMBER_IE = ATM_ADDRESS;
export type ATM_CALLED_PARTY_SUBADDRESS_IE = ATM_ADDRESS;
export type ATM_CALLING_PARTY_SUBADDRESS_IE = ATM_ADDRESS;

/** Which structure an information element of each IEType carries. */
export interface Q2931_IE_STRUCTURES {
  [IE_AALParameters]: AAL_PARAMETERS_IE;
  [IE_TrafficDescriptor]: ATM_TRAFFIC_DESCRIPTOR_IE;
  [IE_BroadbandBearerCapability]: ATM_BROADBAND_BEARER_CAPABILITY_IE;
  [IE_BHLI]: ATM_BHLI_IE;
  [IE_BLLI]: ATM_BLLI_IE;
  [IE_CalledPartyNumber]: ATM_CALLED_PARTY_NUMBER_IE;
  [IE_CalledPartySubaddress]: ATM_CALLED_PARTY_SUBADDRESS_IE;
  [IE_CallingPartyNumber]: ATM_CALLING_PARTY_NUMBER_IE;
  [IE_CallingPartySubaddress]: ATM_CALLING_PARTY_SUBADDRESS_IE;
  [IE_Cause]: ATM_CAUSE_IE;
  [IE_QOSClass]: ATM_QOS_CLASS_IE;
  [IE_TransitNetworkSelection]: ATM_TRANSIT_NETWORK_SELECTION_IE;
  [IE_BroadbandSendingComplete]: ATM_BROADBAND_SENDING_COMPLETE_IE;
  [IE_LIJCallId]: ATM_LIJ_CALLID_IE;
  [IE_Raw]: ATM_RAW_IE;
}

/** Q2931_IE.IEType */
export type Q2931_IE_TYPE = keyof Q2931_IE_STRUCTURES;

/** One information element. IEType names what IE is; IELength counts the raw bytes in C and is 0 here. */
export type Q2931_IE = {
  [Type in Q2931_IE_TYPE]: { IEType: Type; IELength: number; IE: Q2931_IE_STRUCTURES[Type] };
}[Q2931_IE_TYPE];

/** The first element of a type, or null. */
export function findElement<Type extends Q2931_IE_TYPE>(
  parameters: Q2931_CALLMGR_PARAMETERS,
  type: Type,
): Q2931_IE_STRUCTURES[Type] | null {
  for (const element of parameters.InfoElements) {
    if (isElement(element, type)) return element.IE;
  }
  return null;
}

function isElement<Type extends Q2931_IE_TYPE>(
  element: Q2931_IE,
  type: Type,
): element is Q2931_IE & { IEType: Type; IE: Q2931_IE_STRUCTURES[Type] } {
  return element.IEType === type;
}
