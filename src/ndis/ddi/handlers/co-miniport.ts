import type { NDIS_CONTEXT, NdisVcHandle, OutParameter } from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_CALL_PARAMETERS } from "../structures/calls.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";

/*
 * Connection-oriented entry points of a miniport (NDIS_MINIPORT_CO_CHARACTERISTICS). What the documentation says
 * never to return is not in the type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** MiniportCoActivateVc. Completes through NdisMCoActivateVcComplete. */
export type MINIPORT_CO_ACTIVATE_VC = (
  MiniportVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
) => NDIS_STATUS;

/** MiniportCoCreateVc. */
export type MINIPORT_CO_CREATE_VC = (
  MiniportAdapterContext: NDIS_CONTEXT,
  NdisVcHandle: NdisVcHandle,
  MiniportVcContext: OutParameter<NDIS_CONTEXT>,
) => NDIS_STATUS_FINAL;

/** MiniportCoDeactivateVc. Completes through NdisMCoDeactivateVcComplete. */
export type MINIPORT_CO_DEACTIVATE_VC = (MiniportVcContext: NDIS_CONTEXT) => NDIS_STATUS;

/** MiniportCoDeleteVc. */
export type MINIPORT_CO_DELETE_VC = (MiniportVcContext: NDIS_CONTEXT) => NDIS_STATUS_FINAL;

/** MiniportCoOidRequest. Completes through NdisMCoOidRequestComplete. */
export type MINIPORT_CO_OID_REQUEST = (
  MiniportAdapterContext: NDIS_CONTEXT,
  MiniportVcContext: NDIS_CONTEXT,
  NdisRequest: NDIS_OID_REQUEST,
) => NDIS_STATUS;

/** MiniportCoSendNetBufferLists. Completes through NdisMCoSendNetBufferListsComplete. */
export type MINIPORT_CO_SEND_NET_BUFFER_LISTS = (
  MiniportVcContext: NDIS_CONTEXT,
  NetBufferLists: NET_BUFFER_LIST,
  SendFlags: number,
) => void;
