import type { SAP_TYPE_E164, SAP_TYPE_NSAP } from "../constants/atm.ts";
import { ATM_MEDIA_SPECIFIC, CALLMGR_SPECIFIC_Q2931 } from "../constants/atm.ts";
import type { AF_TAPI_SAP_TYPE } from "../constants/tapi-wan.ts";
import type { NdisAfHandle } from "../handles.ts";
import type { ATM_ADDRESS, ATM_MEDIA_PARAMETERS, ATM_SAP } from "./atm.ts";
import type { Q2931_CALLMGR_PARAMETERS } from "./q2931.ts";
import type { CO_AF_TAPI_INCOMING_CALL_PARAMETERS, CO_AF_TAPI_MAKE_CALL_PARAMETERS, CO_AF_TAPI_SAP } from "./tapi.ts";

/*
 * Calls, address families and SAPs (ndis.h, qos.h). A C pointer is the structure itself or null. A C tail of bytes
 * (`UCHAR Parameters[1]`) is the structure that its type member names, or a Uint8Array of raw bytes; Length counts
 * raw bytes and is 0 beside a structure. Factories start from zeroes, as RtlZeroMemory does in C.
 */

/** Traffic of one direction: rates in bytes per second, sizes in bytes, delays in microseconds (qos.h). */
export interface FLOWSPEC {
  TokenRate: number;
  TokenBucketSize: number;
  PeakBandwidth: number;
  Latency: number;
  DelayVariation: number;
  ServiceType: number;
  MaxSduSize: number;
  MinimumPolicedSize: number;
}

export function FLOWSPEC(members: Partial<FLOWSPEC> = {}): FLOWSPEC {
  return {
    TokenRate: members.TokenRate ?? 0,
    TokenBucketSize: members.TokenBucketSize ?? 0,
    PeakBandwidth: members.PeakBandwidth ?? 0,
    Latency: members.Latency ?? 0,
    DelayVariation: members.DelayVariation ?? 0,
    ServiceType: members.ServiceType ?? 0,
    MaxSduSize: members.MaxSduSize ?? 0,
    MinimumPolicedSize: members.MinimumPolicedSize ?? 0,
  };
}

/** What a call is asked for: what the call manager needs and what the miniport needs. */
export interface CO_CALL_PARAMETERS {
  Flags: number;
  CallMgrParameters: CO_CALL_MANAGER_PARAMETERS | null;
  MediaParameters: CO_MEDIA_PARAMETERS | null;
}

export function CO_CALL_PARAMETERS(members: Partial<CO_CALL_PARAMETERS> = {}): CO_CALL_PARAMETERS {
  return {
    Flags: members.Flags ?? 0,
    CallMgrParameters: members.CallMgrParameters ?? null,
    MediaParameters: members.MediaParameters ?? null,
  };
}

export interface CO_CALL_MANAGER_PARAMETERS {
  Transmit: FLOWSPEC;
  Receive: FLOWSPEC;
  CallMgrSpecific: CO_CALL_MANAGER_SPECIFIC_PARAMETERS;
}

export function CO_CALL_MANAGER_PARAMETERS(
  members: Partial<CO_CALL_MANAGER_PARAMETERS> = {},
): CO_CALL_MANAGER_PARAMETERS {
  return {
    Transmit: members.Transmit ?? FLOWSPEC(),
    Receive: members.Receive ?? FLOWSPEC(),
    CallMgrSpecific: members.CallMgrSpecific ?? CO_SPECIFIC_PARAMETERS(),
  };
}

/** What the miniport needs for a VC. Flags: TRANSMIT_VC, RECEIVE_VC, ROUND_UP_FLOW, …. */
export interface CO_MEDIA_PARAMETERS {
  Flags: number;
  ReceivePriority: number;
  ReceiveSizeHint: number;
  MediaSpecific: CO_MEDIA_SPECIFIC_PARAMETERS;
}

export function CO_MEDIA_PARAMETERS(members: Partial<CO_MEDIA_PARAMETERS> = {}): CO_MEDIA_PARAMETERS {
  return {
    Flags: members.Flags ?? 0,
    ReceivePriority: members.ReceivePriority ?? 0,
    ReceiveSizeHint: members.ReceiveSizeHint ?? 0,
    MediaSpecific: members.MediaSpecific ?? CO_SPECIFIC_PARAMETERS(),
  };
}

export interface CO_ADDRESS_FAMILY {
  AddressFamily: number;
  MajorVersion: number;
  MinorVersion: number;
}

export function CO_ADDRESS_FAMILY(members: Partial<CO_ADDRESS_FAMILY> = {}): CO_ADDRESS_FAMILY {
  return {
    AddressFamily: members.AddressFamily ?? 0,
    MajorVersion: members.MajorVersion ?? 0,
    MinorVersion: members.MinorVersion ?? 0,
  };
}

export interface CO_ADDRESS {
  AddressSize: number;
  Address: ATM_ADDRESS | Uint8Array;
}

export function CO_ADDRESS(members: Partial<CO_ADDRESS> = {}): CO_ADDRESS {
  return {
    AddressSize: members.AddressSize ?? 0,
    Address: members.Address ?? new Uint8Array(0),
  };
}

/** The answer to OID_CO_GET_ADDRESSES: capacity, entries written, entries (rule OID-29). */
export interface CO_ADDRESS_LIST {
  NumberOfAddressesAvailable: number;
  NumberOfAddresses: number;
  AddressList: CO_ADDRESS[];
}

export function CO_ADDRESS_LIST(members: Partial<CO_ADDRESS_LIST> = {}): CO_ADDRESS_LIST {
  return {
    NumberOfAddressesAvailable: members.NumberOfAddressesAvailable ?? 0,
    NumberOfAddresses: members.NumberOfAddresses ?? 0,
    AddressList: members.AddressList ?? [],
  };
}

export interface CO_PVC {
  NdisAfHandle: NdisAfHandle | null;
  PvcParameters: CO_SPECIFIC_PARAMETERS;
}

export function CO_PVC(members: Partial<CO_PVC> = {}): CO_PVC {
  return {
    NdisAfHandle: members.NdisAfHandle ?? null,
    PvcParameters: members.PvcParameters ?? CO_SPECIFIC_PARAMETERS(),
  };
}

export interface CO_GET_CALL_INFORMATION {
  CallInfoType: number;
  CallInfoLength: number;
  CallInfoBuffer: Uint8Array | null;
}

export function CO_GET_CALL_INFORMATION(members: Partial<CO_GET_CALL_INFORMATION> = {}): CO_GET_CALL_INFORMATION {
  return {
    CallInfoType: members.CallInfoType ?? 0,
    CallInfoLength: members.CallInfoLength ?? 0,
    CallInfoBuffer: members.CallInfoBuffer ?? null,
  };
}

/**
 * The call-manager part of call parameters. Q.2931 signalling uses ParamType CALLMGR_SPECIFIC_Q2931.
 */
export type CO_CALL_MANAGER_SPECIFIC_PARAMETERS =
  | { ParamType: typeof CALLMGR_SPECIFIC_Q2931; Length: number; Parameters: Q2931_CALLMGR_PARAMETERS }
  | CO_SPECIFIC_PARAMETERS;

/** The miniport part of call parameters. ATM uses ParamType ATM_MEDIA_SPECIFIC, TAPI proxies 0 (rules WAN-15, WAN-17). */
export type CO_MEDIA_SPECIFIC_PARAMETERS =
  | { ParamType: 0; Length: number; Parameters: CO_AF_TAPI_MAKE_CALL_PARAMETERS | CO_AF_TAPI_INCOMING_CALL_PARAMETERS }
  | { ParamType: typeof ATM_MEDIA_SPECIFIC; Length: number; Parameters: ATM_MEDIA_PARAMETERS }
  | CO_SPECIFIC_PARAMETERS;

/** Parameters of a kind that is not modelled, as raw bytes. */
export interface CO_SPECIFIC_PARAMETERS {
  ParamType: number;
  Length: number;
  Parameters: Uint8Array;
}

export function CO_SPECIFIC_PARAMETERS(members: Partial<CO_SPECIFIC_PARAMETERS> = {}): CO_SPECIFIC_PARAMETERS {
  return {
    ParamType: members.ParamType ?? 0,
    Length: members.Length ?? 0,
    Parameters: members.Parameters ?? new Uint8Array(0),
  };
}

/** A service access point. SapType names what Sap is; a SAP of another type, or one not understood, is raw bytes. */
export type CO_SAP =
  | { SapType: typeof SAP_TYPE_NSAP | typeof SAP_TYPE_E164; SapLength: number; Sap: ATM_SAP }
  | { SapType: typeof AF_TAPI_SAP_TYPE; SapLength: number; Sap: CO_AF_TAPI_SAP }
  | { SapType: number; SapLength: number; Sap: Uint8Array };

/** The Q.2931 part of call parameters, or null when they carry none. */
export function q2931Parameters(callParameters: CO_CALL_PARAMETERS): Q2931_CALLMGR_PARAMETERS | null {
  const specific = callParameters.CallMgrParameters?.CallMgrSpecific;
  if (specific === undefined || specific.ParamType !== CALLMGR_SPECIFIC_Q2931) return null;
  return "InfoElements" in specific.Parameters ? specific.Parameters : null;
}

/** The ATM part of call parameters, or null when they carry none. */
export function atmMediaParameters(callParameters: CO_CALL_PARAMETERS): ATM_MEDIA_PARAMETERS | null {
  const specific = callParameters.MediaParameters?.MediaSpecific;
  if (specific === undefined || specific.ParamType !== ATM_MEDIA_SPECIFIC) return null;
  return "ConnectionId" in specific.Parameters ? specific.Parameters : null;
}
