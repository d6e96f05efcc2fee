import type { MiniportAdapterHandle, NdisVcHandle } from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_CALL_PARAMETERS } from "../structures/calls.ts";
import type { NDIS_STATUS_INDICATION } from "../structures/indications.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";

/** What every connection-oriented miniport tells NDIS, an MCM included. */
export interface NdisMCoFunctions {
  NdisMCoIndicateReceiveNetBufferLists(
    NdisVcHandle: NdisVcHandle,
    NetBufferLists: NET_BUFFER_LIST,
    NumberOfNetBufferLists: number,
    CoReceiveFlags: number,
  ): void;
  NdisMCoIndicateStatusEx(
    MiniportAdapterHandle: MiniportAdapterHandle,
    NdisVcHandle: NdisVcHandle | null,
    StatusIndication: NDIS_STATUS_INDICATION,
  ): void;
  NdisMCoOidRequestComplete(
    MiniportAdapterHandle: MiniportAdapterHandle,
    NdisMiniportVcHandle: NdisVcHandle | null,
    Request: NDIS_OID_REQUEST,
    Status: NDIS_STATUS_FINAL,
  ): void;
  NdisMCoSendNetBufferListsComplete(
    NdisVcHandle: NdisVcHandle,
    NetBufferLists: NET_BUFFER_LIST,
    SendCompleteFlags: number,
  ): void;
}

/** Completions of VC handlers that an MCM does not have. */
export interface NdisMCoVcFunctions {
  NdisMCoActivateVcComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisMCoDeactivateVcComplete(Status: NDIS_STATUS_FINAL, NdisVcHandle: NdisVcHandle): void;
}
