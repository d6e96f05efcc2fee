import type {
  PROTOCOL_CM_ACTIVATE_VC_COMPLETE,
  PROTOCOL_CM_ADD_PARTY,
  PROTOCOL_CM_CLOSE_AF,
  PROTOCOL_CM_CLOSE_CALL,
  PROTOCOL_CM_DEACTIVATE_VC_COMPLETE,
  PROTOCOL_CM_DEREGISTER_SAP,
  PROTOCOL_CM_DROP_PARTY,
  PROTOCOL_CM_INCOMING_CALL_COMPLETE,
  PROTOCOL_CM_MAKE_CALL,
  PROTOCOL_CM_MODIFY_QOS_CALL,
  PROTOCOL_CM_NOTIFY_CLOSE_AF_COMPLETE,
  PROTOCOL_CM_OPEN_AF,
  PROTOCOL_CM_REG_SAP,
} from "../handlers/call-manager.ts";
import type {
  PROTOCOL_CL_ADD_PARTY_COMPLETE,
  PROTOCOL_CL_CALL_CONNECTED,
  PROTOCOL_CL_CLOSE_AF_COMPLETE,
  PROTOCOL_CL_CLOSE_CALL_COMPLETE,
  PROTOCOL_CL_DEREGISTER_SAP_COMPLETE,
  PROTOCOL_CL_DROP_PARTY_COMPLETE,
  PROTOCOL_CL_INCOMING_CALL,
  PROTOCOL_CL_INCOMING_CALL_QOS_CHANGE,
  PROTOCOL_CL_INCOMING_CLOSE_CALL,
  PROTOCOL_CL_INCOMING_DROP_PARTY,
  PROTOCOL_CL_MAKE_CALL_COMPLETE,
  PROTOCOL_CL_MODIFY_CALL_QOS_COMPLETE,
  PROTOCOL_CL_NOTIFY_CLOSE_AF,
  PROTOCOL_CL_OPEN_AF_COMPLETE_EX,
  PROTOCOL_CL_REGISTER_SAP_COMPLETE,
} from "../handlers/client.ts";
import type {
  MINIPORT_CO_ACTIVATE_VC,
  MINIPORT_CO_CREATE_VC,
  MINIPORT_CO_DEACTIVATE_VC,
  MINIPORT_CO_DELETE_VC,
  MINIPORT_CO_OID_REQUEST,
  MINIPORT_CO_SEND_NET_BUFFER_LISTS,
} from "../handlers/co-miniport.ts";
import type {
  PROTOCOL_CO_AF_REGISTER_NOTIFY,
  PROTOCOL_CO_CREATE_VC,
  PROTOCOL_CO_DELETE_VC,
  PROTOCOL_CO_OID_REQUEST,
  PROTOCOL_CO_OID_REQUEST_COMPLETE,
  PROTOCOL_CO_RECEIVE_NET_BUFFER_LISTS,
  PROTOCOL_CO_SEND_NET_BUFFER_LISTS_COMPLETE,
  PROTOCOL_CO_STATUS_EX,
} from "../handlers/connection.ts";
import type {
  MINIPORT_ADD_DEVICE,
  MINIPORT_CANCEL_IDLE_NOTIFICATION,
  MINIPORT_FILTER_RESOURCE_REQUIREMENTS,
  MINIPORT_IDLE_NOTIFICATION,
  MINIPORT_REMOVE_DEVICE,
  MINIPORT_START_DEVICE,
} from "../handlers/miniport.ts";
import type { NDIS_CONTEXT } from "../handles.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";

/*
 * What NdisSetOptionalHandlers is given (ndis.h). Each factory fills the header and leaves every handler null. The
 * allocation handlers of a shared-memory provider are not modelled.
 */

/**
 * The entry points of a call manager or MCM. Every handler must be supplied (REG-09, REG-11, REG-17). The factory's
 * Size covers CmNotifyCloseAfCompleteHandler, which the revision-1 size of the header file leaves out (conflict
 *
 */
export interface NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS {
  Header: NDIS_OBJECT_HEADER;
  Reserved: number;
  CmCreateVcHandler: PROTOCOL_CO_CREATE_VC | null;
  CmDeleteVcHandler: PROTOCOL_CO_DELETE_VC | null;
  CmOpenAfHandler: PROTOCOL_CM_OPEN_AF | null;
  CmCloseAfHandler: PROTOCOL_CM_CLOSE_AF | null;
  CmRegisterSapHandler: PROTOCOL_CM_REG_SAP | null;
  CmDeregisterSapHandler: PROTOCOL_CM_DEREGISTER_SAP | null;
  CmMakeCallHandler: PROTOCOL_CM_MAKE_CALL | null;
  CmCloseCallHandler: PROTOCOL_CM_CLOSE_CALL | null;
  CmIncomingCallCompleteHandler: PROTOCOL_CM_INCOMING_CALL_COMPLETE | null;
  CmAddPartyHandler: PROTOCOL_CM_ADD_PARTY | null;
  CmDropPartyHandler: PROTOCOL_CM_DROP_PARTY | null;
  CmActivateVcCompleteHandler: PROTOCOL_CM_ACTIVATE_VC_COMPLETE | null;
  CmDeactivateVcCompleteHandler: PROTOCOL_CM_DEACTIVATE_VC_COMPLETE | null;
  CmModifyCallQoSHandler: PROTOCOL_CM_MODIFY_QOS_CALL | null;
  CmOidRequestHandler: PROTOCOL_CO_OID_REQUEST | null;
  CmOidRequestCompleteHandler: PROTOCOL_CO_OID_REQUEST_COMPLETE | null;
  CmNotifyCloseAfCompleteHandler: PROTOCOL_CM_NOTIFY_CLOSE_AF_COMPLETE | null;
}

export function NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS(
  members: Partial<NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS> = {},
): NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS"),
    Reserved: members.Reserved ?? 0,
    CmCreateVcHandler: members.CmCreateVcHandler ?? null,
    CmDeleteVcHandler: members.CmDeleteVcHandler ?? null,
    CmOpenAfHandler: members.CmOpenAfHandler ?? null,
    CmCloseAfHandler: members.CmCloseAfHandler ?? null,
    CmRegisterSapHandler: members.CmRegisterSapHandler ?? null,
    CmDeregisterSapHandler: members.CmDeregisterSapHandler ?? null,
    CmMakeCallHandler: members.CmMakeCallHandler ?? null,
    CmCloseCallHandler: members.CmCloseCallHandler ?? null,
    CmIncomingCallCompleteHandler: members.CmIncomingCallCompleteHandler ?? null,
    CmAddPartyHandler: members.CmAddPartyHandler ?? null,
    CmDropPartyHandler: members.CmDropPartyHandler ?? null,
    CmActivateVcCompleteHandler: members.CmActivateVcCompleteHandler ?? null,
    CmDeactivateVcCompleteHandler: members.CmDeactivateVcCompleteHandler ?? null,
    CmModifyCallQoSHandler: members.CmModifyCallQoSHandler ?? null,
    CmOidRequestHandler: members.CmOidRequestHandler ?? null,
    CmOidRequestCompleteHandler: members.CmOidRequestCompleteHandler ?? null,
    CmNotifyCloseAfCompleteHandler: members.CmNotifyCloseAfCompleteHandler ?? null,
  };
}

/** The entry points of a connection-oriented client. Every handler must be supplied (REG-10). */
export interface NDIS_CO_CLIENT_OPTIONAL_HANDLERS {
  Header: NDIS_OBJECT_HEADER;
  Reserved: number;
  ClCreateVcHandler: PROTOCOL_CO_CREATE_VC | null;
  ClDeleteVcHandler: PROTOCOL_CO_DELETE_VC | null;
  ClOidRequestHandler: PROTOCOL_CO_OID_REQUEST | null;
  ClOidRequestCompleteHandler: PROTOCOL_CO_OID_REQUEST_COMPLETE | null;
  ClOpenAfCompleteHandlerEx: PROTOCOL_CL_OPEN_AF_COMPLETE_EX | null;
  ClCloseAfCompleteHandler: PROTOCOL_CL_CLOSE_AF_COMPLETE | null;
  ClRegisterSapCompleteHandler: PROTOCOL_CL_REGISTER_SAP_COMPLETE | null;
  ClDeregisterSapCompleteHandler: PROTOCOL_CL_DEREGISTER_SAP_COMPLETE | null;
  ClMakeCallCompleteHandler: PROTOCOL_CL_MAKE_CALL_COMPLETE | null;
  ClModifyCallQoSCompleteHandler: PROTOCOL_CL_MODIFY_CALL_QOS_COMPLETE | null;
  ClCloseCallCompleteHandler: PROTOCOL_CL_CLOSE_CALL_COMPLETE | null;
  ClAddPartyCompleteHandler: PROTOCOL_CL_ADD_PARTY_COMPLETE | null;
  ClDropPartyCompleteHandler: PROTOCOL_CL_DROP_PARTY_COMPLETE | null;
  ClIncomingCallHandler: PROTOCOL_CL_INCOMING_CALL | null;
  ClIncomingCallQoSChangeHandler: PROTOCOL_CL_INCOMING_CALL_QOS_CHANGE | null;
  ClIncomingCloseCallHandler: PROTOCOL_CL_INCOMING_CLOSE_CALL | null;
  ClIncomingDropPartyHandler: PROTOCOL_CL_INCOMING_DROP_PARTY | null;
  ClCallConnectedHandler: PROTOCOL_CL_CALL_CONNECTED | null;
  ClNotifyCloseAfHandler: PROTOCOL_CL_NOTIFY_CLOSE_AF | null;
}

export function NDIS_CO_CLIENT_OPTIONAL_HANDLERS(
  members: Partial<NDIS_CO_CLIENT_OPTIONAL_HANDLERS> = {},
): NDIS_CO_CLIENT_OPTIONAL_HANDLERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_CO_CLIENT_OPTIONAL_HANDLERS"),
    Reserved: members.Reserved ?? 0,
    ClCreateVcHandler: members.ClCreateVcHandler ?? null,
    ClDeleteVcHandler: members.ClDeleteVcHandler ?? null,
    ClOidRequestHandler: members.ClOidRequestHandler ?? null,
    ClOidRequestCompleteHandler: members.ClOidRequestCompleteHandler ?? null,
    ClOpenAfCompleteHandlerEx: members.ClOpenAfCompleteHandlerEx ?? null,
    ClCloseAfCompleteHandler: members.ClCloseAfCompleteHandler ?? null,
    ClRegisterSapCompleteHandler: members.ClRegisterSapCompleteHandler ?? null,
    ClDeregisterSapCompleteHandler: members.ClDeregisterSapCompleteHandler ?? null,
    ClMakeCallCompleteHandler: members.ClMakeCallCompleteHandler ?? null,
    ClModifyCallQoSCompleteHandler: members.ClModifyCallQoSCompleteHandler ?? null,
    ClCloseCallCompleteHandler: members.ClCloseCallCompleteHandler ?? null,
    ClAddPartyCompleteHandler: members.ClAddPartyCompleteHandler ?? null,
    ClDropPartyCompleteHandler: members.ClDropPartyCompleteHandler ?? null,
    ClIncomingCallHandler: members.ClIncomingCallHandler ?? null,
    ClIncomingCallQoSChangeHandler: members.ClIncomingCallQoSChangeHandler ?? null,
    ClIncomingCloseCallHandler: members.ClIncomingCloseCallHandler ?? null,
    ClIncomingDropPartyHandler: members.ClIncomingDropPartyHandler ?? null,
    ClCallConnectedHandler: members.ClCallConnectedHandler ?? null,
    ClNotifyCloseAfHandler: members.ClNotifyCloseAfHandler ?? null,
  };
}

/** The connection-oriented entry points of a miniport. An MCM leaves the VC handlers null (REG-15). */
export interface NDIS_MINIPORT_CO_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  CoCreateVcHandler: MINIPORT_CO_CREATE_VC | null;
  CoDeleteVcHandler: MINIPORT_CO_DELETE_VC | null;
  CoActivateVcHandler: MINIPORT_CO_ACTIVATE_VC | null;
  CoDeactivateVcHandler: MINIPORT_CO_DEACTIVATE_VC | null;
  CoSendNetBufferListsHandler: MINIPORT_CO_SEND_NET_BUFFER_LISTS | null;
  CoOidRequestHandler: MINIPORT_CO_OID_REQUEST | null;
}

export function NDIS_MINIPORT_CO_CHARACTERISTICS(
  members: Partial<NDIS_MINIPORT_CO_CHARACTERISTICS> = {},
): NDIS_MINIPORT_CO_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_CO_CHARACTERISTICS"),
    Flags: members.Flags ?? 0,
    CoCreateVcHandler: members.CoCreateVcHandler ?? null,
    CoDeleteVcHandler: members.CoDeleteVcHandler ?? null,
    CoActivateVcHandler: members.CoActivateVcHandler ?? null,
    CoDeactivateVcHandler: members.CoDeactivateVcHandler ?? null,
    CoSendNetBufferListsHandler: members.CoSendNetBufferListsHandler ?? null,
    CoOidRequestHandler: members.CoOidRequestHandler ?? null,
  };
}

/** The connection-oriented entry points of a client or call manager. */
export interface NDIS_PROTOCOL_CO_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  CoStatusHandlerEx: PROTOCOL_CO_STATUS_EX | null;
  CoAfRegisterNotifyHandler: PROTOCOL_CO_AF_REGISTER_NOTIFY | null;
  CoReceiveNetBufferListsHandler: PROTOCOL_CO_RECEIVE_NET_BUFFER_LISTS | null;
  CoSendNetBufferListsCompleteHandler: PROTOCOL_CO_SEND_NET_BUFFER_LISTS_COMPLETE | null;
}

export function NDIS_PROTOCOL_CO_CHARACTERISTICS(
  members: Partial<NDIS_PROTOCOL_CO_CHARACTERISTICS> = {},
): NDIS_PROTOCOL_CO_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_PROTOCOL_CO_CHARACTERISTICS"),
    Flags: members.Flags ?? 0,
    CoStatusHandlerEx: members.CoStatusHandlerEx ?? null,
    CoAfRegisterNotifyHandler: members.CoAfRegisterNotifyHandler ?? null,
    CoReceiveNetBufferListsHandler: members.CoReceiveNetBufferListsHandler ?? null,
    CoSendNetBufferListsCompleteHandler: members.CoSendNetBufferListsCompleteHandler ?? null,
  };
}

export interface NDIS_MINIPORT_PNP_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  MiniportAddDeviceHandler: MINIPORT_ADD_DEVICE | null;
  MiniportRemoveDeviceHandler: MINIPORT_REMOVE_DEVICE | null;
  MiniportFilterResourceRequirementsHandler: MINIPORT_FILTER_RESOURCE_REQUIREMENTS | null;
  MiniportStartDeviceHandler: MINIPORT_START_DEVICE | null;
  Flags: number;
}

export function NDIS_MINIPORT_PNP_CHARACTERISTICS(
  members: Partial<NDIS_MINIPORT_PNP_CHARACTERISTICS> = {},
): NDIS_MINIPORT_PNP_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_PNP_CHARACTERISTICS"),
    MiniportAddDeviceHandler: members.MiniportAddDeviceHandler ?? null,
    MiniportRemoveDeviceHandler: members.MiniportRemoveDeviceHandler ?? null,
    MiniportFilterResourceRequirementsHandler: members.MiniportFilterResourceRequirementsHandler ?? null,
    MiniportStartDeviceHandler: members.MiniportStartDeviceHandler ?? null,
    Flags: members.Flags ?? 0,
  };
}

export interface NDIS_MINIPORT_SS_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  IdleNotificationHandler: MINIPORT_IDLE_NOTIFICATION | null;
  CancelIdleNotificationHandler: MINIPORT_CANCEL_IDLE_NOTIFICATION | null;
}

export function NDIS_MINIPORT_SS_CHARACTERISTICS(
  members: Partial<NDIS_MINIPORT_SS_CHARACTERISTICS> = {},
): NDIS_MINIPORT_SS_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_SS_CHARACTERISTICS"),
    Flags: members.Flags ?? 0,
    IdleNotificationHandler: members.IdleNotificationHandler ?? null,
    CancelIdleNotificationHandler: members.CancelIdleNotificationHandler ?? null,
  };
}

export interface NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  ProviderContext: NDIS_CONTEXT;
  AllocateSharedMemoryHandler: null;
  FreeSharedMemoryHandler: null;
}

export function NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS(
  members: Partial<NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS> = {},
): NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS"),
    Flags: members.Flags ?? 0,
    ProviderContext: members.ProviderContext ?? null,
    AllocateSharedMemoryHandler: members.AllocateSharedMemoryHandler ?? null,
    FreeSharedMemoryHandler: members.FreeSharedMemoryHandler ?? null,
  };
}

/**
 * A structure that NDIS knows by its header alone: the four chimney offload structures, NDK providers and partial
 * filter characteristics. Their members are not modelled, and NdisSetOptionalHandlers answers FAILURE.
 */
export interface UnmodelledOptionalHandlers {
  Header: NDIS_OBJECT_HEADER;
}

/** The structures that NdisSetOptionalHandlers tells apart by Header.Type (rules REG-21 and REG-22). */
export type NDIS_DRIVER_OPTIONAL_HANDLERS =
  | UnmodelledOptionalHandlers
  | NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS
  | NDIS_CO_CLIENT_OPTIONAL_HANDLERS
  | NDIS_MINIPORT_CO_CHARACTERISTICS
  | NDIS_PROTOCOL_CO_CHARACTERISTICS
  | NDIS_MINIPORT_PNP_CHARACTERISTICS
  | NDIS_MINIPORT_SS_CHARACTERISTICS
  | NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS;
