import type { NDIS_HALT_ACTION, NDIS_SHUTDOWN_ACTION } from "../constants/enumerations.ts";
import type { MiniportAdapterHandle, NDIS_CONTEXT, OutParameter } from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type {
  NDIS_MINIPORT_INIT_PARAMETERS,
  NDIS_MINIPORT_PAUSE_PARAMETERS,
  NDIS_MINIPORT_RESTART_PARAMETERS,
  NET_DEVICE_PNP_EVENT,
} from "../structures/adapter.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";
import type { DRIVER_OBJECT } from "../structures/system.ts";
import type { NDIS_PORT_NUMBER, Passive, PVOID } from "../types.ts";

/*
 * Entry points of every miniport (NDIS_MINIPORT_DRIVER_CHARACTERISTICS and the PnP and selective-suspend structures).
 * What the documentation says never to return is not in the type: a handler that must not pend returns
 * NDIS_STATUS_FINAL.
 */

/** MiniportInitializeEx. */
export type MINIPORT_INITIALIZE = (
  NdisMiniportHandle: MiniportAdapterHandle,
  MiniportDriverContext: NDIS_CONTEXT,
  MiniportInitParameters: NDIS_MINIPORT_INIT_PARAMETERS,
) => Passive<NDIS_STATUS_FINAL>;

/** MiniportHaltEx. */
export type MINIPORT_HALT = (MiniportAdapterContext: NDIS_CONTEXT, HaltAction: NDIS_HALT_ACTION) => Passive<void>;

/** MiniportPause. Completes through NdisMPauseComplete. */
export type MINIPORT_PAUSE = (
  MiniportAdapterContext: NDIS_CONTEXT,
  PauseParameters: NDIS_MINIPORT_PAUSE_PARAMETERS,
) => Passive<NDIS_STATUS>;

/** MiniportRestart. Completes through NdisMRestartComplete. */
export type MINIPORT_RESTART = (
  MiniportAdapterContext: NDIS_CONTEXT,
  RestartParameters: NDIS_MINIPORT_RESTART_PARAMETERS,
) => Passive<NDIS_STATUS>;

/** MiniportShutdownEx. */
export type MINIPORT_SHUTDOWN = (MiniportAdapterContext: NDIS_CONTEXT, ShutdownAction: NDIS_SHUTDOWN_ACTION) => void;

/** MiniportResetEx. Completes through NdisMResetComplete. */
export type MINIPORT_RESET = (
  MiniportAdapterContext: NDIS_CONTEXT,
  AddressingReset: OutParameter<boolean>,
) => NDIS_STATUS;

/** MiniportCheckForHangEx. */
export type MINIPORT_CHECK_FOR_HANG = (MiniportAdapterContext: NDIS_CONTEXT) => boolean;

/** MiniportOidRequest. Completes through NdisMOidRequestComplete. */
export type MINIPORT_OID_REQUEST = (MiniportAdapterContext: NDIS_CONTEXT, OidRequest: NDIS_OID_REQUEST) => NDIS_STATUS;

/** MiniportCancelOidRequest. */
export type MINIPORT_CANCEL_OID_REQUEST = (MiniportAdapterContext: NDIS_CONTEXT, RequestId: NDIS_CONTEXT) => void;

/** MiniportDirectOidRequest. Completes through NdisMDirectOidRequestComplete. */
export type MINIPORT_DIRECT_OID_REQUEST = (
  MiniportAdapterContext: NDIS_CONTEXT,
  OidRequest: NDIS_OID_REQUEST,
) => NDIS_STATUS;

/** MiniportCancelDirectOidRequest. */
export type MINIPORT_CANCEL_DIRECT_OID_REQUEST = (
  MiniportAdapterContext: NDIS_CONTEXT,
  RequestId: NDIS_CONTEXT,
) => void;

/** MiniportDevicePnPEventNotify. */
export type MINIPORT_DEVICE_PNP_EVENT_NOTIFY = (
  MiniportAdapterContext: NDIS_CONTEXT,
  NetDevicePnPEvent: NET_DEVICE_PNP_EVENT,
) => void;

/** MiniportSendNetBufferLists. Completes through NdisMSendNetBufferListsComplete. */
export type MINIPORT_SEND_NET_BUFFER_LISTS = (
  MiniportAdapterContext: NDIS_CONTEXT,
  NetBufferList: NET_BUFFER_LIST,
  PortNumber: NDIS_PORT_NUMBER,
  SendFlags: number,
) => void;

/** MiniportReturnNetBufferLists. */
export type MINIPORT_RETURN_NET_BUFFER_LISTS = (
  MiniportAdapterContext: NDIS_CONTEXT,
  NetBufferLists: NET_BUFFER_LIST,
  ReturnFlags: number,
) => void;

/** MiniportCancelSend. */
export type MINIPORT_CANCEL_SEND = (MiniportAdapterContext: NDIS_CONTEXT, CancelId: PVOID) => void;

/** MiniportDriverUnload. */
export type MINIPORT_UNLOAD = (DriverObject: DRIVER_OBJECT) => Passive<void>;

/** MiniportAddDevice. */
export type MINIPORT_ADD_DEVICE = (
  NdisMiniportHandle: MiniportAdapterHandle,
  MiniportDriverContext: NDIS_CONTEXT,
) => NDIS_STATUS_FINAL;

/** MiniportRemoveDevice. */
export type MINIPORT_REMOVE_DEVICE = (MiniportAddDeviceContext: NDIS_CONTEXT) => void;
/** MiniportSynchronousOidRequest (NDIS 6.80). */
export type MINIPORT_SYNCHRONOUS_OID_REQUEST = (
  MiniportAdapterContext: NDIS_CONTEXT,
  OidRequest: NDIS_OID_REQUEST,
) => NDIS_STATUS_FINAL;

/** MiniportFilterResourceRequirements; the IRP is not modelled. */
export type MINIPORT_FILTER_RESOURCE_REQUIREMENTS = (
  MiniportAddDeviceContext: NDIS_CONTEXT,
  Irp: null,
) => NDIS_STATUS_FINAL;

/** MiniportStartDevice; the IRP is not modelled. */
export type MINIPORT_START_DEVICE = (MiniportAddDeviceContext: NDIS_CONTEXT, Irp: null) => NDIS_STATUS_FINAL;

/** MiniportIdleNotification. */
export type MINIPORT_IDLE_NOTIFICATION = (MiniportAdapterContext: NDIS_CONTEXT, ForceIdle: boolean) => NDIS_STATUS;

/** MiniportCancelIdleNotification. */
export type MINIPORT_CANCEL_IDLE_NOTIFICATION = (MiniportAdapterContext: NDIS_CONTEXT) => void;
