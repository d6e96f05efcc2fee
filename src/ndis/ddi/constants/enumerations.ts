/**
 * The enumerations of ndis.h and ntddndis.h: each is a constant object with the C member names, and a type of its
 * values.
 */

export const NDIS_REQUEST_TYPE = {
  NdisRequestQueryInformation: 0,
  NdisRequestSetInformation: 1,
  NdisRequestQueryStatistics: 2,
  NdisRequestOpen: 3,
  NdisRequestClose: 4,
  NdisRequestSend: 5,
  NdisRequestTransferData: 6,
  NdisRequestReset: 7,
  NdisRequestGeneric1: 8,
  NdisRequestGeneric2: 9,
  NdisRequestGeneric3: 10,
  NdisRequestGeneric4: 11,
  NdisRequestMethod: 12,
} as const;
export type NDIS_REQUEST_TYPE = (typeof NDIS_REQUEST_TYPE)[keyof typeof NDIS_REQUEST_TYPE];

export const NDIS_MEDIUM = {
  NdisMedium802_3: 0,
  NdisMedium802_5: 1,
  NdisMediumFddi: 2,
  NdisMediumWan: 3,
  NdisMediumLocalTalk: 4,
  NdisMediumDix: 5,
  NdisMediumArcnetRaw: 6,
  NdisMediumArcnet878_2: 7,
  NdisMediumAtm: 8,
  NdisMediumWirelessWan: 9,
  NdisMediumIrda: 10,
  NdisMediumBpc: 11,
  NdisMediumCoWan: 12,
  NdisMedium1394: 13,
  NdisMediumInfiniBand: 14,
  NdisMediumTunnel: 15,
  NdisMediumNative802_11: 16,
  NdisMediumLoopback: 17,
  NdisMediumWiMAX: 18,
  NdisMediumIP: 19,
  NdisMediumMax: 20,
} as const;
export type NDIS_MEDIUM = (typeof NDIS_MEDIUM)[keyof typeof NDIS_MEDIUM];

export const NDIS_HALT_ACTION = {
  NdisHaltDeviceDisabled: 0,
  NdisHaltDeviceInstanceDeInitialized: 1,
  NdisHaltDevicePoweredDown: 2,
  NdisHaltDeviceSurpriseRemoved: 3,
  NdisHaltDeviceFailed: 4,
  NdisHaltDeviceInitializationFailed: 5,
  NdisHaltDeviceStopped: 6,
} as const;
export type NDIS_HALT_ACTION = (typeof NDIS_HALT_ACTION)[keyof typeof NDIS_HALT_ACTION];

export const NDIS_SHUTDOWN_ACTION = {
  NdisShutdownPowerOff: 0,
  NdisShutdownBugCheck: 1,
} as const;
export type NDIS_SHUTDOWN_ACTION = (typeof NDIS_SHUTDOWN_ACTION)[keyof typeof NDIS_SHUTDOWN_ACTION];

export const NET_PNP_EVENT_CODE = {
  NetEventSetPower: 0,
  NetEventQueryPower: 1,
  NetEventQueryRemoveDevice: 2,
  NetEventCancelRemoveDevice: 3,
  NetEventReconfigure: 4,
  NetEventBindList: 5,
  NetEventBindsComplete: 6,
  NetEventPnPCapabilities: 7,
  NetEventPause: 8,
  NetEventRestart: 9,
  NetEventPortActivation: 10,
  NetEventPortDeactivation: 11,
  NetEventIMReEnableDevice: 12,
  NetEventMaximum: 13,
} as const;
export type NET_PNP_EVENT_CODE = (typeof NET_PNP_EVENT_CODE)[keyof typeof NET_PNP_EVENT_CODE];

export const NDIS_DEVICE_PNP_EVENT = {
  NdisDevicePnPEventQueryRemoved: 0,
  NdisDevicePnPEventRemoved: 1,
  NdisDevicePnPEventSurpriseRemoved: 2,
  NdisDevicePnPEventQueryStopped: 3,
  NdisDevicePnPEventStopped: 4,
  NdisDevicePnPEventPowerProfileChanged: 5,
  NdisDevicePnPEventFilterListChanged: 6,
  NdisDevicePnPEventMaximum: 7,
} as const;
export type NDIS_DEVICE_PNP_EVENT = (typeof NDIS_DEVICE_PNP_EVENT)[keyof typeof NDIS_DEVICE_PNP_EVENT];

export const NDIS_HARDWARE_STATUS = {
  NdisHardwareStatusReady: 0,
  NdisHardwareStatusInitializing: 1,
  NdisHardwareStatusReset: 2,
  NdisHardwareStatusClosing: 3,
  NdisHardwareStatusNotReady: 4,
} as const;
export type NDIS_HARDWARE_STATUS = (typeof NDIS_HARDWARE_STATUS)[keyof typeof NDIS_HARDWARE_STATUS];

export const NDIS_MEDIA_STATE = {
  NdisMediaStateConnected: 0,
  NdisMediaStateDisconnected: 1,
} as const;
export type NDIS_MEDIA_STATE = (typeof NDIS_MEDIA_STATE)[keyof typeof NDIS_MEDIA_STATE];

export const NDIS_MEDIA_CONNECT_STATE = {
  MediaConnectStateUnknown: 0,
  MediaConnectStateConnected: 1,
  MediaConnectStateDisconnected: 2,
} as const;
export type NDIS_MEDIA_CONNECT_STATE = (typeof NDIS_MEDIA_CONNECT_STATE)[keyof typeof NDIS_MEDIA_CONNECT_STATE];

export const NDIS_PARAMETER_TYPE = {
  NdisParameterInteger: 0,
  NdisParameterHexInteger: 1,
  NdisParameterString: 2,
  NdisParameterMultiString: 3,
  NdisParameterBinary: 4,
} as const;
export type NDIS_PARAMETER_TYPE = (typeof NDIS_PARAMETER_TYPE)[keyof typeof NDIS_PARAMETER_TYPE];

export const NDIS_PHYSICAL_MEDIUM = {
  NdisPhysicalMediumUnspecified: 0,
  NdisPhysicalMediumWirelessLan: 1,
  NdisPhysicalMediumCableModem: 2,
  NdisPhysicalMediumPhoneLine: 3,
  NdisPhysicalMediumPowerLine: 4,
  NdisPhysicalMediumDSL: 5,
  NdisPhysicalMediumFibreChannel: 6,
  NdisPhysicalMedium1394: 7,
  NdisPhysicalMediumWirelessWan: 8,
  NdisPhysicalMediumNative802_11: 9,
  NdisPhysicalMediumBluetooth: 10,
  NdisPhysicalMediumInfiniband: 11,
  NdisPhysicalMediumWiMax: 12,
  NdisPhysicalMediumUWB: 13,
  NdisPhysicalMedium802_3: 14,
  NdisPhysicalMedium802_5: 15,
  NdisPhysicalMediumIrda: 16,
  NdisPhysicalMediumWiredWAN: 17,
  NdisPhysicalMediumWiredCoWan: 18,
  NdisPhysicalMediumOther: 19,
  NdisPhysicalMediumMax: 20,
} as const;
export type NDIS_PHYSICAL_MEDIUM = (typeof NDIS_PHYSICAL_MEDIUM)[keyof typeof NDIS_PHYSICAL_MEDIUM];

export const NDIS_MEDIA_DUPLEX_STATE = {
  MediaDuplexStateUnknown: 0,
  MediaDuplexStateHalf: 1,
  MediaDuplexStateFull: 2,
} as const;
export type NDIS_MEDIA_DUPLEX_STATE = (typeof NDIS_MEDIA_DUPLEX_STATE)[keyof typeof NDIS_MEDIA_DUPLEX_STATE];

export const NDIS_INTERRUPT_TYPE = {
  NDIS_CONNECT_LINE_BASED: 1,
  NDIS_CONNECT_MESSAGE_BASED: 2,
} as const;
export type NDIS_INTERRUPT_TYPE = (typeof NDIS_INTERRUPT_TYPE)[keyof typeof NDIS_INTERRUPT_TYPE];

export const NDIS_INTERFACE_TYPE = {
  NdisInterfaceInternal: 0,
  NdisInterfaceIsa: 1,
  NdisInterfaceEisa: 2,
  NdisInterfaceMca: 3,
  NdisInterfaceTurboChannel: 4,
  NdisInterfacePci: 5,
} as const;
export type NDIS_INTERFACE_TYPE = (typeof NDIS_INTERFACE_TYPE)[keyof typeof NDIS_INTERFACE_TYPE];

export const NDIS_SUPPORTED_PAUSE_FUNCTIONS = {
  NdisPauseFunctionsUnsupported: 0,
  NdisPauseFunctionsSendOnly: 1,
  NdisPauseFunctionsReceiveOnly: 2,
  NdisPauseFunctionsSendAndReceive: 3,
  NdisPauseFunctionsUnknown: 4,
} as const;
export type NDIS_SUPPORTED_PAUSE_FUNCTIONS =
  (typeof NDIS_SUPPORTED_PAUSE_FUNCTIONS)[keyof typeof NDIS_SUPPORTED_PAUSE_FUNCTIONS];

export const NET_IF_ACCESS_TYPE = {
  NET_IF_ACCESS_LOOPBACK: 1,
  NET_IF_ACCESS_BROADCAST: 2,
  NET_IF_ACCESS_POINT_TO_POINT: 3,
  NET_IF_ACCESS_POINT_TO_MULTI_POINT: 4,
} as const;
export type NET_IF_ACCESS_TYPE = (typeof NET_IF_ACCESS_TYPE)[keyof typeof NET_IF_ACCESS_TYPE];

export const NET_IF_DIRECTION_TYPE = {
  NET_IF_DIRECTION_SENDRECEIVE: 0,
  NET_IF_DIRECTION_SENDONLY: 1,
  NET_IF_DIRECTION_RECEIVEONLY: 2,
} as const;
export type NET_IF_DIRECTION_TYPE = (typeof NET_IF_DIRECTION_TYPE)[keyof typeof NET_IF_DIRECTION_TYPE];

export const NET_IF_CONNECTION_TYPE = {
  NET_IF_CONNECTION_DEDICATED: 1,
  NET_IF_CONNECTION_PASSIVE: 2,
  NET_IF_CONNECTION_DEMAND: 3,
} as const;
export type NET_IF_CONNECTION_TYPE = (typeof NET_IF_CONNECTION_TYPE)[keyof typeof NET_IF_CONNECTION_TYPE];

export const EX_POOL_PRIORITY = {
  LowPoolPriority: 0,
  NormalPoolPriority: 16,
  HighPoolPriority: 32,
} as const;
export type EX_POOL_PRIORITY = (typeof EX_POOL_PRIORITY)[keyof typeof EX_POOL_PRIORITY];

export const CM_RESOURCE_TYPE = {
  CmResourceTypeNull: 0,
  CmResourceTypePort: 1,
  CmResourceTypeInterrupt: 2,
  CmResourceTypeMemory: 3,
  CmResourceTypeDma: 4,
} as const;
export type CM_RESOURCE_TYPE = (typeof CM_RESOURCE_TYPE)[keyof typeof CM_RESOURCE_TYPE];
