import type { NDIS_CONTEXT, NdisAfHandle, NdisPartyHandle, NdisSapHandle } from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_CALL_PARAMETERS, CO_SAP } from "../structures/calls.ts";
import type { Passive } from "../types.ts";

/*
 * Entry points of a connection-oriented client (NDIS_CO_CLIENT_OPTIONAL_HANDLERS). What the documentation says never
 * to return is not in the type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** ProtocolClAddPartyComplete. */
export type PROTOCOL_CL_ADD_PARTY_COMPLETE = (
  Status: NDIS_STATUS_FINAL,
  ProtocolPartyContext: NDIS_CONTEXT,
  NdisPartyHandle: NdisPartyHandle | null,
  CallParameters: CO_CALL_PARAMETERS,
) => void;

/** ProtocolClCallConnected. */
export type PROTOCOL_CL_CALL_CONNECTED = (ProtocolVcContext: NDIS_CONTEXT) => void;

/** ProtocolClCloseAfComplete. */
export type PROTOCOL_CL_CLOSE_AF_COMPLETE = (Status: NDIS_STATUS_FINAL, ProtocolAfContext: NDIS_CONTEXT) => void;

/** ProtocolClCloseCallComplete. */
export type PROTOCOL_CL_CLOSE_CALL_COMPLETE = (
  Status: NDIS_STATUS_FINAL,
  ProtocolVcContext: NDIS_CONTEXT,
  ProtocolPartyContext: NDIS_CONTEXT,
) => void;

/** ProtocolClDeregisterSapComplete. */
export type PROTOCOL_CL_DEREGISTER_SAP_COMPLETE = (Status: NDIS_STATUS_FINAL, ProtocolSapContext: NDIS_CONTEXT) => void;

/** ProtocolClDropPartyComplete. */
export type PROTOCOL_CL_DROP_PARTY_COMPLETE = (Status: NDIS_STATUS_FINAL, ProtocolPartyContext: NDIS_CONTEXT) => void;

/** ProtocolClIncomingCall. Completes through NdisClIncomingCallComplete. */
export type PROTOCOL_CL_INCOMING_CALL = (
  ProtocolSapContext: NDIS_CONTEXT,
  ProtocolVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
) => NDIS_STATUS;

/** ProtocolClIncomingCallQoSChange. */
export type PROTOCOL_CL_INCOMING_CALL_QOS_CHANGE = (
  ProtocolVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
) => void;

/** ProtocolClIncomingCloseCall. */
export type PROTOCOL_CL_INCOMING_CLOSE_CALL = (
  CloseStatus: NDIS_STATUS_FINAL,
  ProtocolVcContext: NDIS_CONTEXT,
  CloseData: Uint8Array | null,
  Size: number,
) => void;

/** ProtocolClIncomingDropParty. */
export type PROTOCOL_CL_INCOMING_DROP_PARTY = (
  DropStatus: NDIS_STATUS_FINAL,
  ProtocolPartyContext: NDIS_CONTEXT,
  CloseData: Uint8Array | null,
  Size: number,
) => void;

/** ProtocolClMakeCallComplete. */
export type PROTOCOL_CL_MAKE_CALL_COMPLETE = (
  Status: NDIS_STATUS_FINAL,
  ProtocolVcContext: NDIS_CONTEXT,
  NdisPartyHandle: NdisPartyHandle | null,
  CallParameters: CO_CALL_PARAMETERS,
) => void;

/** ProtocolClModifyCallQoSComplete. */
export type PROTOCOL_CL_MODIFY_CALL_QOS_COMPLETE = (
  Status: NDIS_STATUS_FINAL,
  ProtocolVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
) => void;

/** ProtocolClNotifyCloseAf. Completes through NdisClNotifyCloseAddressFamilyComplete. */
export type PROTOCOL_CL_NOTIFY_CLOSE_AF = (ClientAfContext: NDIS_CONTEXT) => Passive<NDIS_STATUS>;

/** ProtocolClOpenAfCompleteEx. */
export type PROTOCOL_CL_OPEN_AF_COMPLETE_EX = (
  ProtocolAfContext: NDIS_CONTEXT,
  NdisAfHandle: NdisAfHandle | null,
  Status: NDIS_STATUS_FINAL,
) => void;

/** ProtocolClRegisterSapComplete. */
export type PROTOCOL_CL_REGISTER_SAP_COMPLETE = (
  Status: NDIS_STATUS_FINAL,
  ProtocolSapContext: NDIS_CONTEXT,
  Sap: CO_SAP,
  NdisSapHandle: NdisSapHandle | null,
) => void;
