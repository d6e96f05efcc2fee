import {
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_MEDIA_DUPLEX_STATE,
  NDIS_SUPPORTED_PAUSE_FUNCTIONS,
} from "../constants/enumerations.ts";
import type { MiniportAdapterHandle, NDIS_CONTEXT } from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import { NDIS_STATUS_SUCCESS } from "../status-codes.ts";
import type { NDIS_PORT_NUMBER, ULONG64 } from "../types.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";
import type { NDIS_WAN_CO_FRAGMENT, WAN_CO_LINKPARAMS, WAN_CO_MTULINKPARAMS } from "./wan.ts";

/*
 * What a miniport indicates to the protocols bound to it (ndis.h, ntddndis.h).
 */

export interface NDIS_STATUS_INDICATION {
  Header: NDIS_OBJECT_HEADER;
  SourceHandle: MiniportAdapterHandle | null;
  PortNumber: NDIS_PORT_NUMBER;
  StatusCode: NDIS_STATUS_FINAL;
  Flags: number;
  DestinationHandle: NDIS_CONTEXT;
  RequestId: NDIS_CONTEXT;
  StatusBuffer: StatusInformation | Uint8Array | null;
  StatusBufferSize: number;
  Guid: null;
  NdisReserved: NDIS_CONTEXT[];
}

export function NDIS_STATUS_INDICATION(members: Partial<NDIS_STATUS_INDICATION> = {}): NDIS_STATUS_INDICATION {
  return {
    Header: members.Header ?? objectHeader("NDIS_STATUS_INDICATION"),
    SourceHandle: members.SourceHandle ?? null,
    PortNumber: members.PortNumber ?? 0,
    StatusCode: members.StatusCode ?? NDIS_STATUS_SUCCESS,
    Flags: members.Flags ?? 0,
    DestinationHandle: members.DestinationHandle ?? null,
    RequestId: members.RequestId ?? null,
    StatusBuffer: members.StatusBuffer ?? null,
    StatusBufferSize: members.StatusBufferSize ?? 0,
    Guid: members.Guid ?? null,
    NdisReserved: members.NdisReserved ?? [],
  };
}

export interface NDIS_LINK_STATE {
  Header: NDIS_OBJECT_HEADER;
  MediaConnectState: NDIS_MEDIA_CONNECT_STATE;
  MediaDuplexState: NDIS_MEDIA_DUPLEX_STATE;
  XmitLinkSpeed: ULONG64;
  RcvLinkSpeed: ULONG64;
  PauseFunctions: NDIS_SUPPORTED_PAUSE_FUNCTIONS;
  AutoNegotiationFlags: number;
}

export function NDIS_LINK_STATE(members: Partial<NDIS_LINK_STATE> = {}): NDIS_LINK_STATE {
  return {
    Header: members.Header ?? objectHeader("NDIS_LINK_STATE"),
    MediaConnectState: members.MediaConnectState ?? NDIS_MEDIA_CONNECT_STATE.MediaConnectStateUnknown,
    MediaDuplexState: members.MediaDuplexState ?? NDIS_MEDIA_DUPLEX_STATE.MediaDuplexStateUnknown,
    XmitLinkSpeed: members.XmitLinkSpeed ?? 0,
    RcvLinkSpeed: members.RcvLinkSpeed ?? 0,
    PauseFunctions: members.PauseFunctions ?? NDIS_SUPPORTED_PAUSE_FUNCTIONS.NdisPauseFunctionsUnsupported,
    AutoNegotiationFlags: members.AutoNegotiationFlags ?? 0,
  };
}

/** The structures that a status buffer may hold beside raw bytes; StatusCode tells which. */
export type StatusInformation = NDIS_LINK_STATE | WAN_CO_LINKPARAMS | WAN_CO_MTULINKPARAMS | NDIS_WAN_CO_FRAGMENT;
