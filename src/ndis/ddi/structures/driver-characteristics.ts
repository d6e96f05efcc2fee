import type {
  MINIPORT_CANCEL_DIRECT_OID_REQUEST,
  MINIPORT_CANCEL_OID_REQUEST,
  MINIPORT_CANCEL_SEND,
  MINIPORT_CHECK_FOR_HANG,
  MINIPORT_DEVICE_PNP_EVENT_NOTIFY,
  MINIPORT_DIRECT_OID_REQUEST,
  MINIPORT_HALT,
  MINIPORT_INITIALIZE,
  MINIPORT_OID_REQUEST,
  MINIPORT_PAUSE,
  MINIPORT_RESET,
  MINIPORT_RESTART,
  MINIPORT_RETURN_NET_BUFFER_LISTS,
  MINIPORT_SEND_NET_BUFFER_LISTS,
  MINIPORT_SHUTDOWN,
  MINIPORT_SYNCHRONOUS_OID_REQUEST,
  MINIPORT_UNLOAD,
} from "../handlers/miniport.ts";
import type {
  PROTOCOL_BIND_ADAPTER_EX,
  PROTOCOL_CLOSE_ADAPTER_COMPLETE_EX,
  PROTOCOL_DIRECT_OID_REQUEST_COMPLETE,
  PROTOCOL_NET_PNP_EVENT,
  PROTOCOL_OID_REQUEST_COMPLETE,
  PROTOCOL_OPEN_ADAPTER_COMPLETE_EX,
  PROTOCOL_RECEIVE_NET_BUFFER_LISTS,
  PROTOCOL_SEND_NET_BUFFER_LISTS_COMPLETE,
  PROTOCOL_STATUS_EX,
  PROTOCOL_UNBIND_ADAPTER_EX,
  PROTOCOL_UNINSTALL,
} from "../handlers/protocol.ts";
import type { SET_OPTIONS } from "../handlers/registration.ts";
import type { NDIS_STRING } from "../types.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";

/*
 * What a driver registers with (ndis.h). The factories write revision 2, which NDIS 6.1 and later take.
 */

/** What NdisMRegisterMiniportDriver is given. Copied at registration (REG-28). */
export interface NDIS_MINIPORT_DRIVER_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  MajorNdisVersion: number;
  MinorNdisVersion: number;
  MajorDriverVersion: number;
  MinorDriverVersion: number;
  Flags: number;
  SetOptionsHandler: SET_OPTIONS | null;
  InitializeHandlerEx: MINIPORT_INITIALIZE | null;
  HaltHandlerEx: MINIPORT_HALT | null;
  UnloadHandler: MINIPORT_UNLOAD | null;
  PauseHandler: MINIPORT_PAUSE | null;
  RestartHandler: MINIPORT_RESTART | null;
  OidRequestHandler: MINIPORT_OID_REQUEST | null;
  SendNetBufferListsHandler: MINIPORT_SEND_NET_BUFFER_LISTS | null;
  ReturnNetBufferListsHandler: MINIPORT_RETURN_NET_BUFFER_LISTS | null;
  CancelSendHandler: MINIPORT_CANCEL_SEND | null;
  CheckForHangHandlerEx: MINIPORT_CHECK_FOR_HANG | null;
  ResetHandlerEx: MINIPORT_RESET | null;
  DevicePnPEventNotifyHandler: MINIPORT_DEVICE_PNP_EVENT_NOTIFY | null;
  ShutdownHandlerEx: MINIPORT_SHUTDOWN | null;
  CancelOidRequestHandler: MINIPORT_CANCEL_OID_REQUEST | null;
  DirectOidRequestHandler: MINIPORT_DIRECT_OID_REQUEST | null;
  CancelDirectOidRequestHandler: MINIPORT_CANCEL_DIRECT_OID_REQUEST | null;
  SynchronousOidRequestHandler: MINIPORT_SYNCHRONOUS_OID_REQUEST | null;
}

export function NDIS_MINIPORT_DRIVER_CHARACTERISTICS(
  members: Partial<NDIS_MINIPORT_DRIVER_CHARACTERISTICS> = {},
): NDIS_MINIPORT_DRIVER_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_DRIVER_CHARACTERISTICS"),
    MajorNdisVersion: members.MajorNdisVersion ?? 0,
    MinorNdisVersion: members.MinorNdisVersion ?? 0,
    MajorDriverVersion: members.MajorDriverVersion ?? 0,
    MinorDriverVersion: members.MinorDriverVersion ?? 0,
    Flags: members.Flags ?? 0,
    SetOptionsHandler: members.SetOptionsHandler ?? null,
    InitializeHandlerEx: members.InitializeHandlerEx ?? null,
    HaltHandlerEx: members.HaltHandlerEx ?? null,
    UnloadHandler: members.UnloadHandler ?? null,
    PauseHandler: members.PauseHandler ?? null,
    RestartHandler: members.RestartHandler ?? null,
    OidRequestHandler: members.OidRequestHandler ?? null,
    SendNetBufferListsHandler: members.SendNetBufferListsHandler ?? null,
    ReturnNetBufferListsHandler: members.ReturnNetBufferListsHandler ?? null,
    CancelSendHandler: members.CancelSendHandler ?? null,
    CheckForHangHandlerEx: members.CheckForHangHandlerEx ?? null,
    ResetHandlerEx: members.ResetHandlerEx ?? null,
    DevicePnPEventNotifyHandler: members.DevicePnPEventNotifyHandler ?? null,
    ShutdownHandlerEx: members.ShutdownHandlerEx ?? null,
    CancelOidRequestHandler: members.CancelOidRequestHandler ?? null,
    DirectOidRequestHandler: members.DirectOidRequestHandler ?? null,
    CancelDirectOidRequestHandler: members.CancelDirectOidRequestHandler ?? null,
    SynchronousOidRequestHandler: members.SynchronousOidRequestHandler ?? null,
  };
}

/** What NdisRegisterProtocolDriver is given. */
export interface NDIS_PROTOCOL_DRIVER_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  MajorNdisVersion: number;
  MinorNdisVersion: number;
  MajorDriverVersion: number;
  MinorDriverVersion: number;
  Flags: number;
  Name: NDIS_STRING;
  SetOptionsHandler: SET_OPTIONS | null;
  BindAdapterHandlerEx: PROTOCOL_BIND_ADAPTER_EX | null;
  UnbindAdapterHandlerEx: PROTOCOL_UNBIND_ADAPTER_EX | null;
  OpenAdapterCompleteHandlerEx: PROTOCOL_OPEN_ADAPTER_COMPLETE_EX | null;
  CloseAdapterCompleteHandlerEx: PROTOCOL_CLOSE_ADAPTER_COMPLETE_EX | null;
  NetPnPEventHandler: PROTOCOL_NET_PNP_EVENT | null;
  UninstallHandler: PROTOCOL_UNINSTALL | null;
  OidRequestCompleteHandler: PROTOCOL_OID_REQUEST_COMPLETE | null;
  StatusHandlerEx: PROTOCOL_STATUS_EX | null;
  ReceiveNetBufferListsHandler: PROTOCOL_RECEIVE_NET_BUFFER_LISTS | null;
  SendNetBufferListsCompleteHandler: PROTOCOL_SEND_NET_BUFFER_LISTS_COMPLETE | null;
  DirectOidRequestCompleteHandler: PROTOCOL_DIRECT_OID_REQUEST_COMPLETE | null;
}

export function NDIS_PROTOCOL_DRIVER_CHARACTERISTICS(
  members: Partial<NDIS_PROTOCOL_DRIVER_CHARACTERISTICS> = {},
): NDIS_PROTOCOL_DRIVER_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_PROTOCOL_DRIVER_CHARACTERISTICS"),
    MajorNdisVersion: members.MajorNdisVersion ?? 0,
    MinorNdisVersion: members.MinorNdisVersion ?? 0,
    MajorDriverVersion: members.MajorDriverVersion ?? 0,
    MinorDriverVersion: members.MinorDriverVersion ?? 0,
    Flags: members.Flags ?? 0,
    Name: members.Name ?? "",
    SetOptionsHandler: members.SetOptionsHandler ?? null,
    BindAdapterHandlerEx: members.BindAdapterHandlerEx ?? null,
    UnbindAdapterHandlerEx: members.UnbindAdapterHandlerEx ?? null,
    OpenAdapterCompleteHandlerEx: members.OpenAdapterCompleteHandlerEx ?? null,
    CloseAdapterCompleteHandlerEx: members.CloseAdapterCompleteHandlerEx ?? null,
    NetPnPEventHandler: members.NetPnPEventHandler ?? null,
    UninstallHandler: members.UninstallHandler ?? null,
    OidRequestCompleteHandler: members.OidRequestCompleteHandler ?? null,
    StatusHandlerEx: members.StatusHandlerEx ?? null,
    ReceiveNetBufferListsHandler: members.ReceiveNetBufferListsHandler ?? null,
    SendNetBufferListsCompleteHandler: members.SendNetBufferListsCompleteHandler ?? null,
    DirectOidRequestCompleteHandler: members.DirectOidRequestCompleteHandler ?? null,
  };
}
