import type {
  NDIS_CONTEXT,
  NdisAfHandle,
  NdisBindingHandle,
  NdisPartyHandle,
  NdisVcHandle,
  OutParameter,
} from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";
import type { VAR_STRING } from "../structures/tapi.ts";
import type { NDIS_STRING } from "../types.ts";

/** VCs, OID requests and sends of clients and stand-alone call managers; an MCM has none of them (rule VC-24). */
export interface NdisCoFunctions {
  NdisCoAssignInstanceName(
    NdisVcHandle: NdisVcHandle,
    BaseInstanceName: NDIS_STRING,
    VcInstanceName: OutParameter<NDIS_STRING> | null,
  ): NDIS_STATUS_FINAL;
  NdisCoCreateVc(
    NdisBindingHandle: NdisBindingHandle,
    NdisAfHandle: NdisAfHandle | null,
    ProtocolVcContext: NDIS_CONTEXT,
    NdisVcHandle: OutParameter<NdisVcHandle>,
  ): NDIS_STATUS_FINAL;
  NdisCoDeleteVc(NdisVcHandle: NdisVcHandle): NDIS_STATUS_FINAL;
  NdisCoGetTapiCallId(NdisVcHandle: NdisVcHandle, TapiCallId: VAR_STRING): NDIS_STATUS_FINAL;
  NdisCoOidRequest(
    NdisBindingHandle: NdisBindingHandle,
    NdisAfHandle: NdisAfHandle | null,
    NdisVcHandle: NdisVcHandle | null,
    NdisPartyHandle: NdisPartyHandle | null,
    OidRequest: NDIS_OID_REQUEST,
  ): NDIS_STATUS;
  NdisCoOidRequestComplete(
    NdisAfHandle: NdisAfHandle,
    NdisVcHandle: NdisVcHandle | null,
    NdisPartyHandle: NdisPartyHandle | null,
    OidRequest: NDIS_OID_REQUEST,
    Status: NDIS_STATUS_FINAL,
  ): void;
  NdisCoSendNetBufferLists(NdisVcHandle: NdisVcHandle, NetBufferLists: NET_BUFFER_LIST, SendFlags: number): void;
}
