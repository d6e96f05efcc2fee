import { NDIS_REQUEST_TYPE } from "../constants/enumerations.ts";
import type { NDIS_CONTEXT } from "../handles.ts";
import type { NDIS_PORT_NUMBER } from "../types.ts";
import type { ATM_ADDRESS, ATM_SERVICE_ADDRESS_LIST, ATM_VC_RATES_SUPPORTED, ATM_VPIVCI } from "./atm.ts";
import type { CO_ADDRESS, CO_ADDRESS_LIST, CO_GET_CALL_INFORMATION, CO_PVC } from "./calls.ts";
import type { NDIS_LINK_STATE } from "./indications.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";
import type { Q2931_ADD_PVC, Q2931_DELETE_PVC } from "./q2931.ts";
import type * as tapi from "./tapi.ts";
import type * as wan from "./wan.ts";

/*
 * OID requests (ndis.h).
 */

/** The structures that an information buffer may hold beside raw bytes; the OID tells which. */
export type OidInformation =
  | ATM_ADDRESS
  | ATM_SERVICE_ADDRESS_LIST
  | ATM_VC_RATES_SUPPORTED
  | ATM_VPIVCI
  | CO_ADDRESS
  | CO_ADDRESS_LIST
  | CO_GET_CALL_INFORMATION
  | CO_PVC
  | NDIS_LINK_STATE
  | Q2931_ADD_PVC
  | Q2931_DELETE_PVC
  | tapi.CO_TAPI_CM_CAPS
  | tapi.CO_TAPI_LINE_CAPS
  | tapi.CO_TAPI_ADDRESS_CAPS
  | tapi.CO_TAPI_TRANSLATE_TAPI_CALLPARAMS
  | tapi.CO_TAPI_TRANSLATE_NDIS_CALLPARAMS
  | tapi.CO_TAPI_TRANSLATE_SAP
  | tapi.CO_TAPI_CALL_DIAGNOSTICS
  | wan.NDIS_WAN_CO_INFO
  | wan.NDIS_WAN_CO_SET_LINK_INFO
  | wan.NDIS_WAN_CO_GET_LINK_INFO
  | wan.NDIS_WAN_CO_GET_COMP_INFO
  | wan.NDIS_WAN_CO_SET_COMP_INFO
  | wan.NDIS_WAN_CO_GET_STATS_INFO;

interface OidInformationHeader {
  Oid: number;
  /** Numbers and lists are little-endian bytes, as in C; lengths are in bytes. */
  InformationBuffer: OidInformation | Uint8Array | null;
}

export interface OID_REQUEST_QUERY_INFORMATION extends OidInformationHeader {
  InformationBufferLength: number;
  BytesWritten: number;
  BytesNeeded: number;
}

export interface OID_REQUEST_SET_INFORMATION extends OidInformationHeader {
  InformationBufferLength: number;
  BytesRead: number;
  BytesNeeded: number;
}

export interface OID_REQUEST_METHOD_INFORMATION extends OidInformationHeader {
  InputBufferLength: number;
  OutputBufferLength: number;
  MethodId: number;
  BytesWritten: number;
  BytesRead: number;
  BytesNeeded: number;
}

type OidRequestInformation = OID_REQUEST_QUERY_INFORMATION &
  OID_REQUEST_SET_INFORMATION &
  OID_REQUEST_METHOD_INFORMATION;

/**
 * The C union: all three names lead to the same members, so that `DATA.QUERY_INFORMATION.Oid` is the OID of a set,
 * too.
 */
export interface OidRequestData {
  Oid: number;
  readonly QUERY_INFORMATION: OID_REQUEST_QUERY_INFORMATION;
  readonly SET_INFORMATION: OID_REQUEST_SET_INFORMATION;
  readonly METHOD_INFORMATION: OID_REQUEST_METHOD_INFORMATION;
}

export interface NDIS_OID_REQUEST {
  Header: NDIS_OBJECT_HEADER;
  RequestType: NDIS_REQUEST_TYPE;
  PortNumber: NDIS_PORT_NUMBER;
  /** In seconds; 0 is for ever. */
  Timeout: number;
  RequestId: NDIS_CONTEXT;
  RequestHandle: NDIS_CONTEXT;
  DATA: OidRequestData;
  NdisReserved: NDIS_CONTEXT[];
  MiniportReserved: NDIS_CONTEXT[];
  SourceReserved: NDIS_CONTEXT[];
  SupportedRevision: number;
  Reserved1: number;
  Reserved2: number;
  SwitchId: number;
  VPortId: number;
  Flags: number;
}

/** The members of a new request; those of the union are given together, whatever the request type. */
export type OidRequestMembers = Partial<Omit<NDIS_OID_REQUEST, "DATA">> & { DATA?: Partial<OidRequestInformation> };

/** An OID request of revision 1: a query unless RequestType says otherwise. */
export function NDIS_OID_REQUEST(members: OidRequestMembers = {}): NDIS_OID_REQUEST {
  return {
    Header: objectHeader("NDIS_OID_REQUEST"),
    RequestType: NDIS_REQUEST_TYPE.NdisRequestQueryInformation,
    PortNumber: 0,
    Timeout: 0,
    RequestId: null,
    RequestHandle: null,
    NdisReserved: [],
    MiniportReserved: [],
    SourceReserved: [],
    SupportedRevision: 0,
    Reserved1: 0,
    Reserved2: 0,
    SwitchId: 0,
    VPortId: 0,
    Flags: 0,
    ...members,
    DATA: oidRequestData(members.DATA ?? {}),
  };
}

function oidRequestData(members: Partial<OidRequestInformation>): OidRequestData {
  const information: OidRequestInformation = {
    Oid: 0,
    InformationBuffer: null,
    InformationBufferLength: 0,
    InputBufferLength: 0,
    OutputBufferLength: 0,
    MethodId: 0,
    BytesWritten: 0,
    BytesRead: 0,
    BytesNeeded: 0,
    ...members,
  };
  return {
    get Oid() {
      return information.Oid;
    },
    set Oid(value) {
      information.Oid = value;
    },
    QUERY_INFORMATION: information,
    SET_INFORMATION: information,
    METHOD_INFORMATION: information,
  };
}
