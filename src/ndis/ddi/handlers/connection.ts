import type { NDIS_CONTEXT, NdisVcHandle, OutParameter } from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_ADDRESS_FAMILY } from "../structures/calls.ts";
import type { NDIS_STATUS_INDICATION } from "../structures/indications.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";
import type { Passive } from "../types.ts";

/*
 * Entry points of every connection-oriented protocol driver; an MCM has those for VCs and OID requests, too. What the
 * documentation says never to return is not in the type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** ProtocolCoAfRegisterNotify. */
export type PROTOCOL_CO_AF_REGISTER_NOTIFY = (
  ProtocolBindingContext: NDIS_CONTEXT,
  AddressFamily: CO_ADDRESS_FAMILY,
) => Passive<void>;

/** ProtocolCoCreateVc. */
export type PROTOCOL_CO_CREATE_VC = (
  ProtocolAfContext: NDIS_CONTEXT,
  NdisVcHandle: NdisVcHandle,
  ProtocolVcContext: OutParameter<NDIS_CONTEXT>,
) => NDIS_STATUS_FINAL;

/** ProtocolCoDeleteVc. */
export type PROTOCOL_CO_DELETE_VC = (ProtocolVcContext: NDIS_CONTEXT) => NDIS_STATUS_FINAL;

/** ProtocolCoOidRequest. Completes through NdisCoOidRequestComplete (client, CM) / NdisMCmOidRequestComplete (MCM). */
export type PROTOCOL_CO_OID_REQUEST = (
  ProtocolAfContext: NDIS_CONTEXT,
  ProtocolVcContext: NDIS_CONTEXT,
  ProtocolPartyContext: NDIS_CONTEXT,
  OidRequest: NDIS_OID_REQUEST,
) => NDIS_STATUS;

/** ProtocolCoOidRequestComplete. */
export type PROTOCOL_CO_OID_REQUEST_COMPLETE = (
  ProtocolAfContext: NDIS_CONTEXT,
  ProtocolVcContext: NDIS_CONTEXT,
  ProtocolPartyContext: NDIS_CONTEXT,
  OidRequest: NDIS_OID_REQUEST,
  Status: NDIS_STATUS_FINAL,
) => void;

/** ProtocolCoReceiveNetBufferLists. Completes through NdisReturnNetBufferLists. */
export type PROTOCOL_CO_RECEIVE_NET_BUFFER_LISTS = (
  ProtocolBindingContext: NDIS_CONTEXT,
  ProtocolVcContext: NDIS_CONTEXT,
  NetBufferLists: NET_BUFFER_LIST,
  NumberOfNetBufferLists: number,
  ReceiveFlags: number,
) => void;

/** ProtocolCoSendNetBufferListsComplete. */
export type PROTOCOL_CO_SEND_NET_BUFFER_LISTS_COMPLETE = (
  ProtocolVcContext: NDIS_CONTEXT,
  NetBufferLists: NET_BUFFER_LIST,
  SendCompleteFlags: number,
) => void;

/** ProtocolCoStatusEx. */
export type PROTOCOL_CO_STATUS_EX = (
  ProtocolBindingContext: NDIS_CONTEXT,
  ProtocolVcContext: NDIS_CONTEXT,
  StatusIndication: NDIS_STATUS_INDICATION,
) => void;
