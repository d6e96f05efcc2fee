import {
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_MEDIA_DUPLEX_STATE,
  NDIS_MEDIUM,
  NDIS_PHYSICAL_MEDIUM,
  NET_IF_ACCESS_TYPE,
  NET_IF_CONNECTION_TYPE,
  NET_IF_DIRECTION_TYPE,
  NET_PNP_EVENT_CODE,
} from "../constants/enumerations.ts";
import type { NDIS_CONTEXT, OutParameter } from "../handles.ts";
import type { NDIS_PORT_NUMBER, NDIS_STRING, NET_LUID, ULONG64 } from "../types.ts";
import { NDIS_MAX_PHYS_ADDRESS_LENGTH } from "./adapter.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";
import type { DEVICE_OBJECT } from "./system.ts";

/*
 * A protocol and its adapter (ndis.h). Members that point to structures of no use to a connection-oriented driver are
 * always null.
 */

export interface NDIS_BIND_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  ProtocolSection: NDIS_STRING | null;
  AdapterName: NDIS_STRING | null;
  PhysicalDeviceObject: DEVICE_OBJECT | null;
  MediaType: NDIS_MEDIUM;
  MtuSize: number;
  MaxXmitLinkSpeed: ULONG64;
  XmitLinkSpeed: ULONG64;
  MaxRcvLinkSpeed: ULONG64;
  RcvLinkSpeed: ULONG64;
  MediaConnectState: NDIS_MEDIA_CONNECT_STATE;
  MediaDuplexState: NDIS_MEDIA_DUPLEX_STATE;
  LookaheadSize: number;
  PowerManagementCapabilities: null;
  SupportedPacketFilters: number;
  MaxMulticastListSize: number;
  MacAddressLength: number;
  CurrentMacAddress: Uint8Array;
  PhysicalMediumType: NDIS_PHYSICAL_MEDIUM;
  RcvScaleCapabilities: null;
  BoundIfNetluid: NET_LUID;
  BoundIfIndex: number;
  LowestIfNetluid: NET_LUID;
  LowestIfIndex: number;
  AccessType: NET_IF_ACCESS_TYPE;
  DirectionType: NET_IF_DIRECTION_TYPE;
  ConnectionType: NET_IF_CONNECTION_TYPE;
  IfType: number;
  IfConnectorPresent: boolean;
  ActivePorts: null;
  DataBackFillSize: number;
  ContextBackFillSize: number;
  MacOptions: number;
  CompartmentId: number;
  DefaultOffloadConfiguration: null;
  TcpConnectionOffloadCapabilities: null;
  BoundAdapterName: NDIS_STRING | null;
  HDSplitCurrentConfig: null;
  ReceiveFilterCapabilities: null;
  PowerManagementCapabilitiesEx: null;
  NicSwitchCapabilities: null;
  NDKEnabled: boolean;
  NDKCapabilities: null;
  SriovCapabilities: null;
  NicSwitchArray: null;
}

export function NDIS_BIND_PARAMETERS(members: Partial<NDIS_BIND_PARAMETERS> = {}): NDIS_BIND_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_BIND_PARAMETERS"),
    ProtocolSection: members.ProtocolSection ?? null,
    AdapterName: members.AdapterName ?? null,
    PhysicalDeviceObject: members.PhysicalDeviceObject ?? null,
    MediaType: members.MediaType ?? NDIS_MEDIUM.NdisMedium802_3,
    MtuSize: members.MtuSize ?? 0,
    MaxXmitLinkSpeed: members.MaxXmitLinkSpeed ?? 0,
    XmitLinkSpeed: members.XmitLinkSpeed ?? 0,
    MaxRcvLinkSpeed: members.MaxRcvLinkSpeed ?? 0,
    RcvLinkSpeed: members.RcvLinkSpeed ?? 0,
    MediaConnectState: members.MediaConnectState ?? NDIS_MEDIA_CONNECT_STATE.MediaConnectStateUnknown,
    MediaDuplexState: members.MediaDuplexState ?? NDIS_MEDIA_DUPLEX_STATE.MediaDuplexStateUnknown,
    LookaheadSize: members.LookaheadSize ?? 0,
    PowerManagementCapabilities: members.PowerManagementCapabilities ?? null,
    SupportedPacketFilters: members.SupportedPacketFilters ?? 0,
    MaxMulticastListSize: members.MaxMulticastListSize ?? 0,
    MacAddressLength: members.MacAddressLength ?? 0,
    CurrentMacAddress: members.CurrentMacAddress ?? new Uint8Array(NDIS_MAX_PHYS_ADDRESS_LENGTH),
    PhysicalMediumType: members.PhysicalMediumType ?? NDIS_PHYSICAL_MEDIUM.NdisPhysicalMediumUnspecified,
    RcvScaleCapabilities: members.RcvScaleCapabilities ?? null,
    BoundIfNetluid: members.BoundIfNetluid ?? 0,
    BoundIfIndex: members.BoundIfIndex ?? 0,
    LowestIfNetluid: members.LowestIfNetluid ?? 0,
    LowestIfIndex: members.LowestIfIndex ?? 0,
    AccessType: members.AccessType ?? NET_IF_ACCESS_TYPE.NET_IF_ACCESS_POINT_TO_POINT,
    DirectionType: members.DirectionType ?? NET_IF_DIRECTION_TYPE.NET_IF_DIRECTION_SENDRECEIVE,
    ConnectionType: members.ConnectionType ?? NET_IF_CONNECTION_TYPE.NET_IF_CONNECTION_DEDICATED,
    IfType: members.IfType ?? 0,
    IfConnectorPresent: members.IfConnectorPresent ?? false,
    ActivePorts: members.ActivePorts ?? null,
    DataBackFillSize: members.DataBackFillSize ?? 0,
    ContextBackFillSize: members.ContextBackFillSize ?? 0,
    MacOptions: members.MacOptions ?? 0,
    CompartmentId: members.CompartmentId ?? 0,
    DefaultOffloadConfiguration: members.DefaultOffloadConfiguration ?? null,
    TcpConnectionOffloadCapabilities: members.TcpConnectionOffloadCapabilities ?? null,
    BoundAdapterName: members.BoundAdapterName ?? null,
    HDSplitCurrentConfig: members.HDSplitCurrentConfig ?? null,
    ReceiveFilterCapabilities: members.ReceiveFilterCapabilities ?? null,
    PowerManagementCapabilitiesEx: members.PowerManagementCapabilitiesEx ?? null,
    NicSwitchCapabilities: members.NicSwitchCapabilities ?? null,
    NDKEnabled: members.NDKEnabled ?? false,
    NDKCapabilities: members.NDKCapabilities ?? null,
    SriovCapabilities: members.SriovCapabilities ?? null,
    NicSwitchArray: members.NicSwitchArray ?? null,
  };
}

export interface NDIS_OPEN_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  AdapterName: NDIS_STRING | null;
  MediumArray: readonly NDIS_MEDIUM[];
  MediumArraySize: number;
  SelectedMediumIndex: OutParameter<number> | null;
  FrameTypeArray: null;
  FrameTypeArraySize: number;
}

export function NDIS_OPEN_PARAMETERS(members: Partial<NDIS_OPEN_PARAMETERS> = {}): NDIS_OPEN_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_OPEN_PARAMETERS"),
    AdapterName: members.AdapterName ?? null,
    MediumArray: members.MediumArray ?? [],
    MediumArraySize: members.MediumArraySize ?? 0,
    SelectedMediumIndex: members.SelectedMediumIndex ?? null,
    FrameTypeArray: members.FrameTypeArray ?? null,
    FrameTypeArraySize: members.FrameTypeArraySize ?? 0,
  };
}

export interface NDIS_PROTOCOL_RESTART_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  FilterModuleNameBuffer: string;
  FilterModuleNameBufferLength: number;
  RestartAttributes: null;
  BoundIfIndex: number;
  BoundIfNetluid: NET_LUID;
  Flags: number;
}

export function NDIS_PROTOCOL_RESTART_PARAMETERS(
  members: Partial<NDIS_PROTOCOL_RESTART_PARAMETERS> = {},
): NDIS_PROTOCOL_RESTART_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_PROTOCOL_RESTART_PARAMETERS"),
    FilterModuleNameBuffer: members.FilterModuleNameBuffer ?? "",
    FilterModuleNameBufferLength: members.FilterModuleNameBufferLength ?? 0,
    RestartAttributes: members.RestartAttributes ?? null,
    BoundIfIndex: members.BoundIfIndex ?? 0,
    BoundIfNetluid: members.BoundIfNetluid ?? 0,
    Flags: members.Flags ?? 0,
  };
}

export interface NDIS_PROTOCOL_PAUSE_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  PauseReason: number;
}

export function NDIS_PROTOCOL_PAUSE_PARAMETERS(
  members: Partial<NDIS_PROTOCOL_PAUSE_PARAMETERS> = {},
): NDIS_PROTOCOL_PAUSE_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NDIS_PROTOCOL_PAUSE_PARAMETERS"),
    Flags: members.Flags ?? 0,
    PauseReason: members.PauseReason ?? 0,
  };
}

export interface NET_PNP_EVENT_NOTIFICATION {
  Header: NDIS_OBJECT_HEADER;
  PortNumber: NDIS_PORT_NUMBER;
  NetPnPEvent: NET_PNP_EVENT;
  Flags: number;
  SwitchId: number;
  VPortId: number;
}

export function NET_PNP_EVENT_NOTIFICATION(
  members: Partial<NET_PNP_EVENT_NOTIFICATION> = {},
): NET_PNP_EVENT_NOTIFICATION {
  return {
    Header: members.Header ?? objectHeader("NET_PNP_EVENT_NOTIFICATION"),
    PortNumber: members.PortNumber ?? 0,
    NetPnPEvent: members.NetPnPEvent ?? NET_PNP_EVENT(),
    Flags: members.Flags ?? 0,
    SwitchId: members.SwitchId ?? 0,
    VPortId: members.VPortId ?? 0,
  };
}

/** What a Buffer of a PnP event points to; NetEvent tells which. */
export type NetPnPEventInformation = NDIS_PROTOCOL_PAUSE_PARAMETERS | NDIS_PROTOCOL_RESTART_PARAMETERS | Uint8Array;

/** A plug and play or power event as a protocol sees it. */
export interface NET_PNP_EVENT {
  NetEvent: NET_PNP_EVENT_CODE;
  Buffer: NetPnPEventInformation | null;
  BufferLength: number;
  NdisReserved: NDIS_CONTEXT[];
  TransportReserved: NDIS_CONTEXT[];
}

export function NET_PNP_EVENT(members: Partial<NET_PNP_EVENT> = {}): NET_PNP_EVENT {
  return {
    NetEvent: members.NetEvent ?? NET_PNP_EVENT_CODE.NetEventPause,
    Buffer: members.Buffer ?? null,
    BufferLength: members.BufferLength ?? 0,
    NdisReserved: members.NdisReserved ?? [],
    TransportReserved: members.TransportReserved ?? [],
  };
}
