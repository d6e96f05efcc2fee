import type { Blocking } from "../../../machine/thread.ts";
import type { MiniportAdapterHandle, NDIS_CONTEXT, NdisMiniportDriverHandle, OutParameter } from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { NDIS_MINIPORT_ADAPTER_ATTRIBUTES } from "../structures/adapter.ts";
import type { NET_PNP_EVENT_NOTIFICATION } from "../structures/binding.ts";
import type { NDIS_MINIPORT_DRIVER_CHARACTERISTICS } from "../structures/driver-characteristics.ts";
import type { NDIS_STATUS_INDICATION } from "../structures/indications.ts";
import type { NET_BUFFER_LIST } from "../structures/net-buffer.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";
import type { CM_RESOURCE_LIST, DEVICE_OBJECT, DRIVER_OBJECT } from "../structures/system.ts";
import type { NDIS_PORT_NUMBER, NDIS_STRING } from "../types.ts";

/** The life of a miniport and its adapters. */
export interface NdisMFunctions {
  NdisMRegisterMiniportDriver(
    DriverObject: DRIVER_OBJECT,
    RegistryPath: NDIS_STRING,
    MiniportDriverContext: NDIS_CONTEXT,
    MiniportDriverCharacteristics: NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
    NdisMiniportDriverHandle: OutParameter<NdisMiniportDriverHandle>,
  ): NDIS_STATUS_FINAL;
  NdisMDeregisterMiniportDriver(NdisMiniportDriverHandle: NdisMiniportDriverHandle): void;
  NdisMSetMiniportAttributes(
    NdisMiniportHandle: MiniportAdapterHandle,
    MiniportAttributes: NDIS_MINIPORT_ADAPTER_ATTRIBUTES,
  ): NDIS_STATUS_FINAL;
  NdisMPauseComplete(MiniportAdapterHandle: MiniportAdapterHandle): void;
  NdisMRestartComplete(MiniportAdapterHandle: MiniportAdapterHandle, Status: NDIS_STATUS_FINAL): void;
  NdisMResetComplete(
    MiniportAdapterHandle: MiniportAdapterHandle,
    Status: NDIS_STATUS_FINAL,
    AddressingReset: boolean,
  ): void;
  NdisMResetMiniport(MiniportAdapterHandle: MiniportAdapterHandle): void;
  NdisMRemoveMiniport(MiniportHandle: MiniportAdapterHandle): NDIS_STATUS_FINAL;
  NdisMNetPnPEvent(
    MiniportAdapterHandle: MiniportAdapterHandle,
    NetPnPEventNotification: NET_PNP_EVENT_NOTIFICATION,
  ): NDIS_STATUS_FINAL;
  NdisMIndicateStatusEx(MiniportAdapterHandle: MiniportAdapterHandle, StatusIndication: NDIS_STATUS_INDICATION): void;
  NdisMSendNetBufferListsComplete(
    MiniportAdapterHandle: MiniportAdapterHandle,
    NetBufferList: NET_BUFFER_LIST,
    SendCompleteFlags: number,
  ): void;
  NdisMIndicateReceiveNetBufferLists(
    MiniportAdapterHandle: MiniportAdapterHandle,
    NetBufferList: NET_BUFFER_LIST,
    PortNumber: NDIS_PORT_NUMBER,
    NumberOfNetBufferLists: number,
    ReceiveFlags: number,
  ): void;
  NdisMGetBusData(
    NdisMiniportHandle: MiniportAdapterHandle,
    WhichSpace: number,
    Offset: number,
    Buffer: Uint8Array,
    Length: number,
  ): number;
  NdisMSetBusData(
    NdisMiniportHandle: MiniportAdapterHandle,
    WhichSpace: number,
    Offset: number,
    Buffer: Uint8Array,
    Length: number,
  ): number;
  NdisMSleep(MicrosecondsToSleep: number): Blocking<void>;
  NdisMGetDeviceProperty(
    MiniportAdapterHandle: MiniportAdapterHandle,
    PhysicalDeviceObject: OutParameter<DEVICE_OBJECT> | null,
    FunctionalDeviceObject: OutParameter<DEVICE_OBJECT> | null,
    NextDeviceObject: OutParameter<DEVICE_OBJECT> | null,
    AllocatedResources: OutParameter<CM_RESOURCE_LIST> | null,
    AllocatedResourcesTranslated: OutParameter<CM_RESOURCE_LIST> | null,
  ): void;
  NdisMQueryAdapterInstanceName(
    pAdapterInstanceName: OutParameter<NDIS_STRING>,
    MiniportHandle: MiniportAdapterHandle,
  ): NDIS_STATUS_FINAL;
}

/** Completion of OID requests by a miniport. */
export interface NdisMOidFunctions {
  NdisMOidRequestComplete(
    MiniportAdapterHandle: MiniportAdapterHandle,
    OidRequest: NDIS_OID_REQUEST,
    Status: NDIS_STATUS_FINAL,
  ): void;
  NdisMDirectOidRequestComplete(
    MiniportAdapterHandle: MiniportAdapterHandle,
    OidRequest: NDIS_OID_REQUEST,
    Status: NDIS_STATUS_FINAL,
  ): void;
}
