import type {
  NDIS_CONTEXT,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisObjectHandle,
  NdisProtocolDriverHandle,
  NdisUnbindContextHandle,
  OutParameter,
} from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { NDIS_OPEN_PARAMETERS, NET_PNP_EVENT, NET_PNP_EVENT_NOTIFICATION } from "../structures/binding.ts";
import type { NDIS_PROTOCOL_DRIVER_CHARACTERISTICS } from "../structures/driver-characteristics.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";
import type { NDIS_PORT_NUMBER, NDIS_STRING, Passive, PVOID } from "../types.ts";

/** The life of a protocol driver and its bindings. */
export interface NdisProtocolFunctions {
  NdisRegisterProtocolDriver(
    ProtocolDriverContext: NDIS_CONTEXT,
    ProtocolCharacteristics: NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
    NdisProtocolHandle: OutParameter<NdisProtocolDriverHandle>,
  ): NDIS_STATUS_FINAL;
  NdisDeregisterProtocolDriver(NdisProtocolHandle: NdisProtocolDriverHandle): Passive<void>;
  NdisOpenAdapterEx(
    NdisProtocolHandle: NdisProtocolDriverHandle,
    ProtocolBindingContext: NDIS_CONTEXT,
    OpenParameters: NDIS_OPEN_PARAMETERS,
    BindContext: NdisBindContextHandle,
    NdisBindingHandle: OutParameter<NdisBindingHandle>,
  ): NDIS_STATUS;
  NdisCloseAdapterEx(NdisBindingHandle: NdisBindingHandle): NDIS_STATUS;
  NdisUnbindAdapter(NdisBindingHandle: NdisBindingHandle): NDIS_STATUS_FINAL;
  NdisCompleteBindAdapterEx(BindAdapterContext: NdisBindContextHandle, Status: NDIS_STATUS_FINAL): void;
  NdisCompleteUnbindAdapterEx(UnbindContext: NdisUnbindContextHandle): void;
  NdisCompleteNetPnPEvent(
    NdisBindingHandle: NdisBindingHandle,
    NetPnPEventNotification: NET_PNP_EVENT_NOTIFICATION,
    Status: NDIS_STATUS_FINAL,
  ): void;
  NdisCompletePnPEvent(
    Status: NDIS_STATUS_FINAL,
    NdisBindingHandle: NdisBindingHandle,
    NetPnPEvent: NET_PNP_EVENT,
  ): void;
  NdisReEnumerateProtocolBindings(NdisProtocolHandle: NdisProtocolDriverHandle): void;
  NdisSendNetBufferLists(
    NdisBindingHandle: NdisBindingHandle,
    NetBufferLists: NET_BUFFER_LIST,
    PortNumber: NDIS_PORT_NUMBER,
    SendFlags: number,
  ): void;
  NdisReturnNetBufferLists(
    NdisBindingHandle: NdisBindingHandle,
    NetBufferLists: NET_BUFFER_LIST,
    ReturnFlags: number,
  ): void;
  NdisCancelSendNetBufferLists(NdisBindingHandle: NdisBindingHandle, CancelId: PVOID): void;
  NdisQueryAdapterInstanceName(
    pAdapterInstanceName: OutParameter<NDIS_STRING>,
    NdisBindingHandle: NdisBindingHandle,
  ): NDIS_STATUS_FINAL;
  NdisQueryBindInstanceName(
    pAdapterInstanceName: OutParameter<NDIS_STRING>,
    BindingContext: NdisBindContextHandle,
  ): NDIS_STATUS_FINAL;
}

/** OID requests of a protocol driver that are not connection-oriented. */
export interface NdisOidFunctions {
  NdisOidRequest(NdisBindingHandle: NdisBindingHandle, OidRequest: NDIS_OID_REQUEST): NDIS_STATUS;
  NdisCancelOidRequest(NdisBindingHandle: NdisBindingHandle, RequestId: NDIS_CONTEXT): void;
  NdisAllocateCloneOidRequest(
    SourceHandle: NdisObjectHandle,
    OidRequest: NDIS_OID_REQUEST,
    PoolTag: number,
    ClonedOidRequest: OutParameter<NDIS_OID_REQUEST>,
  ): NDIS_STATUS_FINAL;
  NdisFreeCloneOidRequest(SourceHandle: NdisObjectHandle, Request: NDIS_OID_REQUEST): void;
  NdisDirectOidRequest(NdisBindingHandle: NdisBindingHandle, OidRequest: NDIS_OID_REQUEST): NDIS_STATUS;
  NdisCancelDirectOidRequest(NdisBindingHandle: NdisBindingHandle, RequestId: NDIS_CONTEXT): void;
}
