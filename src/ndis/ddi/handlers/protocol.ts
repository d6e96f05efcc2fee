import type { NDIS_CONTEXT, NdisBindContextHandle, NdisUnbindContextHandle } from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { NDIS_BIND_PARAMETERS, NET_PNP_EVENT_NOTIFICATION } from "../structures/binding.ts";
import type { NDIS_STATUS_INDICATION } from "../structures/indications.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";
import type { NDIS_PORT_NUMBER, Passive } from "../types.ts";

/*
 * Entry points of every protocol driver (NDIS_PROTOCOL_DRIVER_CHARACTERISTICS). What the documentation says never to
 * return is not in the type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** ProtocolBindAdapterEx. Completes through NdisCompleteBindAdapterEx. */
export type PROTOCOL_BIND_ADAPTER_EX = (
  ProtocolDriverContext: NDIS_CONTEXT,
  BindContext: NdisBindContextHandle,
  BindParameters: NDIS_BIND_PARAMETERS,
) => Passive<NDIS_STATUS>;

/** ProtocolUnbindAdapterEx. Completes through NdisCompleteUnbindAdapterEx. */
export type PROTOCOL_UNBIND_ADAPTER_EX = (
  UnbindContext: NdisUnbindContextHandle,
  ProtocolBindingContext: NDIS_CONTEXT,
) => Passive<NDIS_STATUS>;

/** ProtocolOpenAdapterCompleteEx. */
export type PROTOCOL_OPEN_ADAPTER_COMPLETE_EX = (
  ProtocolBindingContext: NDIS_CONTEXT,
  Status: NDIS_STATUS_FINAL,
) => void;

/** ProtocolCloseAdapterCompleteEx. */
export type PROTOCOL_CLOSE_ADAPTER_COMPLETE_EX = (ProtocolBindingContext: NDIS_CONTEXT) => void;

/** ProtocolNetPnPEvent. Completes through NdisCompleteNetPnPEvent. */
export type PROTOCOL_NET_PNP_EVENT = (
  ProtocolBindingContext: NDIS_CONTEXT,
  NetPnPEventNotification: NET_PNP_EVENT_NOTIFICATION,
) => Passive<NDIS_STATUS>;

/** ProtocolOidRequestComplete. */
export type PROTOCOL_OID_REQUEST_COMPLETE = (
  ProtocolBindingContext: NDIS_CONTEXT,
  OidRequest: NDIS_OID_REQUEST,
  Status: NDIS_STATUS_FINAL,
) => void;

/** ProtocolStatusEx. */
export type PROTOCOL_STATUS_EX = (
  ProtocolBindingContext: NDIS_CONTEXT,
  StatusIndication: NDIS_STATUS_INDICATION,
) => void;

/** ProtocolUninstall. */
export type PROTOCOL_UNINSTALL = () => void;

/** ProtocolReceiveNetBufferLists. Completes through NdisReturnNetBufferLists. */
export type PROTOCOL_RECEIVE_NET_BUFFER_LISTS = (
  ProtocolBindingContext: NDIS_CONTEXT,
  NetBufferLists: NET_BUFFER_LIST,
  PortNumber: NDIS_PORT_NUMBER,
  NumberOfNetBufferLists: number,
  ReceiveFlags: number,
) => void;

/** ProtocolSendNetBufferListsComplete. */
export type PROTOCOL_SEND_NET_BUFFER_LISTS_COMPLETE = (
  ProtocolBindingContext: NDIS_CONTEXT,
  NetBufferList: NET_BUFFER_LIST,
  SendCompleteFlags: number,
) => void;
/** ProtocolDirectOidRequestComplete. */
export type PROTOCOL_DIRECT_OID_REQUEST_COMPLETE = (
  ProtocolBindingContext: NDIS_CONTEXT,
  OidRequest: NDIS_OID_REQUEST,
  Status: NDIS_STATUS_FINAL,
) => void;
