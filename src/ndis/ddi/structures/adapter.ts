import {
  NDIS_DEVICE_PNP_EVENT,
  NDIS_INTERFACE_TYPE,
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_MEDIA_DUPLEX_STATE,
  NDIS_MEDIUM,
  NDIS_PHYSICAL_MEDIUM,
  NET_IF_ACCESS_TYPE,
  NET_IF_CONNECTION_TYPE,
  NET_IF_DIRECTION_TYPE,
} from "../constants/enumerations.ts";
import type { NDIS_CONTEXT } from "../handles.ts";
import type { NDIS_PORT_NUMBER, NET_LUID, ULONG64 } from "../types.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";
import type { NDIS_RESOURCE_LIST } from "./system.ts";

/*
 * The life of a miniport adapter (ndis.h): attributes, initialise, pause and restart parameters. Members that point
 * to structures of no use to a connection-oriented driver are always null.
 */

/** Octets of a medium address field (ntddndis.h). */
export const NDIS_MAX_PHYS_ADDRESS_LENGTH = 32;

export interface NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES {
  Header: NDIS_OBJECT_HEADER;
  MiniportAdapterContext: NDIS_CONTEXT;
  AttributeFlags: number;
  CheckForHangTimeInSeconds: number;
  InterfaceType: NDIS_INTERFACE_TYPE;
}

export function NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES(
  members: Partial<NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES> = {},
): NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES"),
    MiniportAdapterContext: members.MiniportAdapterContext ?? null,
    AttributeFlags: members.AttributeFlags ?? 0,
    CheckForHangTimeInSeconds: members.CheckForHangTimeInSeconds ?? 0,
    InterfaceType: members.InterfaceType ?? NDIS_INTERFACE_TYPE.NdisInterfacePci,
  };
}

export interface NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  MediaType: NDIS_MEDIUM;
  PhysicalMediumType: NDIS_PHYSICAL_MEDIUM;
  MtuSize: number;
  MaxXmitLinkSpeed: ULONG64;
  XmitLinkSpeed: ULONG64;
  MaxRcvLinkSpeed: ULONG64;
  RcvLinkSpeed: ULONG64;
  MediaConnectState: NDIS_MEDIA_CONNECT_STATE;
  MediaDuplexState: NDIS_MEDIA_DUPLEX_STATE;
  LookaheadSize: number;
  PowerManagementCapabilities: null;
  MacOptions: number;
  SupportedPacketFilters: number;
  MaxMulticastListSize: number;
  MacAddressLength: number;
  PermanentMacAddress: Uint8Array;
  CurrentMacAddress: Uint8Array;
  RecvScaleCapabilities: null;
  AccessType: NET_IF_ACCESS_TYPE;
  DirectionType: NET_IF_DIRECTION_TYPE;
  ConnectionType: NET_IF_CONNECTION_TYPE;
  IfType: number;
  IfConnectorPresent: boolean;
  SupportedStatistics: number;
  SupportedPauseFunctions: number;
  DataBackFillSize: number;
  ContextBackFillSize: number;
  SupportedOidList: readonly number[] | null;
  SupportedOidListLength: number;
  AutoNegotiationFlags: number;
  PowerManagementCapabilitiesEx: null;
}

export function NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES(
  members: Partial<NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES> = {},
): NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES"),
    Flags: members.Flags ?? 0,
    MediaType: members.MediaType ?? NDIS_MEDIUM.NdisMedium802_3,
    PhysicalMediumType: members.PhysicalMediumType ?? NDIS_PHYSICAL_MEDIUM.NdisPhysicalMediumUnspecified,
    MtuSize: members.MtuSize ?? 0,
    MaxXmitLinkSpeed: members.MaxXmitLinkSpeed ?? 0,
    XmitLinkSpeed: members.XmitLinkSpeed ?? 0,
    MaxRcvLinkSpeed: members.MaxRcvLinkSpeed ?? 0,
    RcvLinkSpeed: members.RcvLinkSpeed ?? 0,
    MediaConnectState: members.MediaConnectState ?? NDIS_MEDIA_CONNECT_STATE.MediaConnectStateUnknown,
    MediaDuplexState: members.MediaDuplexState ?? NDIS_MEDIA_DUPLEX_STATE.MediaDuplexStateUnknown,
    LookaheadSize: members.LookaheadSize ?? 0,
    PowerManagementCapabilities: members.PowerManagementCapabilities ?? null,
    MacOptions: members.MacOptions ?? 0,
    SupportedPacketFilters: members.SupportedPacketFilters ?? 0,
    MaxMulticastListSize: members.MaxMulticastListSize ?? 0,
    MacAddressLength: members.MacAddressLength ?? 0,
    PermanentMacAddress: members.PermanentMacAddress ?? new Uint8Array(NDIS_MAX_PHYS_ADDRESS_LENGTH),
    CurrentMacAddress: members.CurrentMacAddress ?? new Uint8Array(NDIS_MAX_PHYS_ADDRESS_LENGTH),
    RecvScaleCapabilities: members.RecvScaleCapabilities ?? null,
    AccessType: members.AccessType ?? NET_IF_ACCESS_TYPE.NET_IF_ACCESS_POINT_TO_POINT,
    DirectionType: members.DirectionType ?? NET_IF_DIRECTION_TYPE.NET_IF_DIRECTION_SENDRECEIVE,
    ConnectionType: members.ConnectionType ?? NET_IF_CONNECTION_TYPE.NET_IF_CONNECTION_DEDICATED,
    IfType: members.IfType ?? 0,
    IfConnectorPresent: members.IfConnectorPresent ?? false,
    SupportedStatistics: members.SupportedStatistics ?? 0,
    SupportedPauseFunctions: members.SupportedPauseFunctions ?? 0,
    DataBackFillSize: members.DataBackFillSize ?? 0,
    ContextBackFillSize: members.ContextBackFillSize ?? 0,
    SupportedOidList: members.SupportedOidList ?? null,
    SupportedOidListLength: members.SupportedOidListLength ?? 0,
    AutoNegotiationFlags: members.AutoNegotiationFlags ?? 0,
    PowerManagementCapabilitiesEx: members.PowerManagementCapabilitiesEx ?? null,
  };
}

export interface NDIS_MINIPORT_INIT_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  AllocatedResources: NDIS_RESOURCE_LIST | null;
  IMDeviceInstanceContext: NDIS_CONTEXT;
  MiniportAddDeviceContext: NDIS_CONTEXT;
  IfIndex: number;
  NetLuid: NET_LUID;
  DefaultPortAuthStates: null;
  PciDeviceCustomProperties: null;
}

export function NDIS_MINIPORT_INIT_PARAMETERS(
  members: Partial<NDIS_MINIPORT_INIT_PARAMETERS> = {},
): NDIS_MINIPORT_INIT_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_INIT_PARAMETERS"),
    Flags: members.Flags ?? 0,
    AllocatedResources: members.AllocatedResources ?? null,
    IMDeviceInstanceContext: members.IMDeviceInstanceContext ?? null,
    MiniportAddDeviceContext: members.MiniportAddDeviceContext ?? null,
    IfIndex: members.IfIndex ?? 0,
    NetLuid: members.NetLuid ?? 0,
    DefaultPortAuthStates: members.DefaultPortAuthStates ?? null,
    PciDeviceCustomProperties: members.PciDeviceCustomProperties ?? null,
  };
}

export interface NDIS_MINIPORT_PAUSE_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  PauseReason: number;
}

export function NDIS_MINIPORT_PAUSE_PARAMETERS(
  members: Partial<NDIS_MINIPORT_PAUSE_PARAMETERS> = {},
): NDIS_MINIPORT_PAUSE_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_PAUSE_PARAMETERS"),
    Flags: members.Flags ?? 0,
    PauseReason: members.PauseReason ?? 0,
  };
}

export interface NDIS_MINIPORT_RESTART_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  RestartAttributes: null;
  Flags: number;
}

export function NDIS_MINIPORT_RESTART_PARAMETERS(
  members: Partial<NDIS_MINIPORT_RESTART_PARAMETERS> = {},
): NDIS_MINIPORT_RESTART_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_RESTART_PARAMETERS"),
    RestartAttributes: members.RestartAttributes ?? null,
    Flags: members.Flags ?? 0,
  };
}

export interface NET_DEVICE_PNP_EVENT {
  Header: NDIS_OBJECT_HEADER;
  PortNumber: NDIS_PORT_NUMBER;
  DevicePnPEvent: NDIS_DEVICE_PNP_EVENT;
  InformationBuffer: Uint8Array | null;
  InformationBufferLength: number;
  NdisReserved: NDIS_CONTEXT[];
}

export function NET_DEVICE_PNP_EVENT(members: Partial<NET_DEVICE_PNP_EVENT> = {}): NET_DEVICE_PNP_EVENT {
  return {
    Header: members.Header ?? objectHeader("NET_DEVICE_PNP_EVENT"),
    PortNumber: members.PortNumber ?? 0,
    DevicePnPEvent: members.DevicePnPEvent ?? NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventQueryRemoved,
    InformationBuffer: members.InformationBuffer ?? null,
    InformationBufferLength: members.InformationBufferLength ?? 0,
    NdisReserved: members.NdisReserved ?? [],
  };
}

/** A miniport that comes with MiniportAddDevice names its context for the device with this. */
export interface NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES {
  Header: NDIS_OBJECT_HEADER;
  MiniportAddDeviceContext: NDIS_CONTEXT;
  Flags: number;
}

export function NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES(
  members: Partial<NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES> = {},
): NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES"),
    MiniportAddDeviceContext: members.MiniportAddDeviceContext ?? null,
    Flags: members.Flags ?? 0,
  };
}

/** The members of the C union that are modelled; NDIS tells them apart by Header.Type. */
export type NDIS_MINIPORT_ADAPTER_ATTRIBUTES =
  | NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES
  | NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES
  | NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES;
