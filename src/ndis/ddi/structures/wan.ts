/*
 * Connection-oriented WAN (ndiswan.h): information buffers of the OID_WAN_CO_* requests and of WAN status
 * indications.
 */

export interface NDIS_WAN_CO_INFO {
  MaxFrameSize: number;
  MaxSendWindow: number;
  FramingBits: number;
  DesiredACCM: number;
}

export function NDIS_WAN_CO_INFO(members: Partial<NDIS_WAN_CO_INFO> = {}): NDIS_WAN_CO_INFO {
  return {
    MaxFrameSize: members.MaxFrameSize ?? 0,
    MaxSendWindow: members.MaxSendWindow ?? 0,
    FramingBits: members.FramingBits ?? 0,
    DesiredACCM: members.DesiredACCM ?? 0,
  };
}

export interface NDIS_WAN_CO_SET_LINK_INFO {
  MaxSendFrameSize: number;
  MaxRecvFrameSize: number;
  SendFramingBits: number;
  RecvFramingBits: number;
  SendCompressionBits: number;
  RecvCompressionBits: number;
  SendACCM: number;
  RecvACCM: number;
}

export function NDIS_WAN_CO_SET_LINK_INFO(members: Partial<NDIS_WAN_CO_SET_LINK_INFO> = {}): NDIS_WAN_CO_SET_LINK_INFO {
  return {
    MaxSendFrameSize: members.MaxSendFrameSize ?? 0,
    MaxRecvFrameSize: members.MaxRecvFrameSize ?? 0,
    SendFramingBits: members.SendFramingBits ?? 0,
    RecvFramingBits: members.RecvFramingBits ?? 0,
    SendCompressionBits: members.SendCompressionBits ?? 0,
    RecvCompressionBits: members.RecvCompressionBits ?? 0,
    SendACCM: members.SendACCM ?? 0,
    RecvACCM: members.RecvACCM ?? 0,
  };
}

export interface NDIS_WAN_CO_GET_LINK_INFO {
  MaxSendFrameSize: number;
  MaxRecvFrameSize: number;
  SendFramingBits: number;
  RecvFramingBits: number;
  SendCompressionBits: number;
  RecvCompressionBits: number;
  SendACCM: number;
  RecvACCM: number;
}

export function NDIS_WAN_CO_GET_LINK_INFO(members: Partial<NDIS_WAN_CO_GET_LINK_INFO> = {}): NDIS_WAN_CO_GET_LINK_INFO {
  return {
    MaxSendFrameSize: members.MaxSendFrameSize ?? 0,
    MaxRecvFrameSize: members.MaxRecvFrameSize ?? 0,
    SendFramingBits: members.SendFramingBits ?? 0,
    RecvFramingBits: members.RecvFramingBits ?? 0,
    SendCompressionBits: members.SendCompressionBits ?? 0,
    RecvCompressionBits: members.RecvCompressionBits ?? 0,
    SendACCM: members.SendACCM ?? 0,
    RecvACCM: members.RecvACCM ?? 0,
  };
}

export interface NDIS_WAN_CO_GET_COMP_INFO {
  SendCapabilities: NDIS_WAN_COMPRESS_INFO;
  RecvCapabilities: NDIS_WAN_COMPRESS_INFO;
}

export function NDIS_WAN_CO_GET_COMP_INFO(members: Partial<NDIS_WAN_CO_GET_COMP_INFO> = {}): NDIS_WAN_CO_GET_COMP_INFO {
  return {
    SendCapabilities: members.SendCapabilities ?? NDIS_WAN_COMPRESS_INFO(),
    RecvCapabilities: members.RecvCapabilities ?? NDIS_WAN_COMPRESS_INFO(),
  };
}

export interface NDIS_WAN_CO_SET_COMP_INFO {
  SendCapabilities: NDIS_WAN_COMPRESS_INFO;
  RecvCapabilities: NDIS_WAN_COMPRESS_INFO;
}

export function NDIS_WAN_CO_SET_COMP_INFO(members: Partial<NDIS_WAN_CO_SET_COMP_INFO> = {}): NDIS_WAN_CO_SET_COMP_INFO {
  return {
    SendCapabilities: members.SendCapabilities ?? NDIS_WAN_COMPRESS_INFO(),
    RecvCapabilities: members.RecvCapabilities ?? NDIS_WAN_COMPRESS_INFO(),
  };
}

export interface NDIS_WAN_CO_GET_STATS_INFO {
  BytesSent: number;
  BytesRcvd: number;
  FramesSent: number;
  FramesRcvd: number;
  CRCErrors: number;
  TimeoutErrors: number;
  AlignmentErrors: number;
  SerialOverrunErrors: number;
  FramingErrors: number;
  BufferOverrunErrors: number;
  BytesTransmittedUncompressed: number;
  BytesReceivedUncompressed: number;
  BytesTransmittedCompressed: number;
  BytesReceivedCompressed: number;
  TunnelPacketsRecieved: number;
  TunnelRecievePacketsPending: number;
  TunnelPacketsIndicatedUp: number;
  TunnelRecievePacketsRejected: number;
  TunnelPacketsSent: number;
  TunnelPacketsSentComplete: number;
  TunnelTransmitPacketsPending: number;
  TunnelPacketsTransmitError: number;
  TunnelPacketsSentError: number;
  TunnelTransmitPacketsRejected: number;
  TunnelAcksSent: number;
  TunnelAcksSentComplete: number;
  TunnelGeneric1: number;
  TunnelGeneric2: number;
  TunnelGeneric3: number;
}

export function NDIS_WAN_CO_GET_STATS_INFO(
  members: Partial<NDIS_WAN_CO_GET_STATS_INFO> = {},
): NDIS_WAN_CO_GET_STATS_INFO {
  return {
    BytesSent: members.BytesSent ?? 0,
    BytesRcvd: members.BytesRcvd ?? 0,
    FramesSent: members.FramesSent ?? 0,
    FramesRcvd: members.FramesRcvd ?? 0,
    CRCErrors: members.CRCErrors ?? 0,
    TimeoutErrors: members.TimeoutErrors ?? 0,
    AlignmentErrors: members.AlignmentErrors ?? 0,
    SerialOverrunErrors: members.SerialOverrunErrors ?? 0,
    FramingErrors: members.FramingErrors ?? 0,
    BufferOverrunErrors: members.BufferOverrunErrors ?? 0,
    BytesTransmittedUncompressed: members.BytesTransmittedUncompressed ?? 0,
    BytesReceivedUncompressed: members.BytesReceivedUncompressed ?? 0,
    BytesTransmittedCompressed: members.BytesTransmittedCompressed ?? 0,
    BytesReceivedCompressed: members.BytesReceivedCompressed ?? 0,
    TunnelPacketsRecieved: members.TunnelPacketsRecieved ?? 0,
    TunnelRecievePacketsPending: members.TunnelRecievePacketsPending ?? 0,
    TunnelPacketsIndicatedUp: members.TunnelPacketsIndicatedUp ?? 0,
    TunnelRecievePacketsRejected: members.TunnelRecievePacketsRejected ?? 0,
    TunnelPacketsSent: members.TunnelPacketsSent ?? 0,
    TunnelPacketsSentComplete: members.TunnelPacketsSentComplete ?? 0,
    TunnelTransmitPacketsPending: members.TunnelTransmitPacketsPending ?? 0,
    TunnelPacketsTransmitError: members.TunnelPacketsTransmitError ?? 0,
    TunnelPacketsSentError: members.TunnelPacketsSentError ?? 0,
    TunnelTransmitPacketsRejected: members.TunnelTransmitPacketsRejected ?? 0,
    TunnelAcksSent: members.TunnelAcksSent ?? 0,
    TunnelAcksSentComplete: members.TunnelAcksSentComplete ?? 0,
    TunnelGeneric1: members.TunnelGeneric1 ?? 0,
    TunnelGeneric2: members.TunnelGeneric2 ?? 0,
    TunnelGeneric3: members.TunnelGeneric3 ?? 0,
  };
}

export interface NDIS_WAN_CO_FRAGMENT {
  Errors: number;
}

export function NDIS_WAN_CO_FRAGMENT(members: Partial<NDIS_WAN_CO_FRAGMENT> = {}): NDIS_WAN_CO_FRAGMENT {
  return {
    Errors: members.Errors ?? 0,
  };
}

export interface WAN_CO_LINKPARAMS {
  TransmitSpeed: number;
  ReceiveSpeed: number;
  SendWindow: number;
}

export function WAN_CO_LINKPARAMS(members: Partial<WAN_CO_LINKPARAMS> = {}): WAN_CO_LINKPARAMS {
  return {
    TransmitSpeed: members.TransmitSpeed ?? 0,
    ReceiveSpeed: members.ReceiveSpeed ?? 0,
    SendWindow: members.SendWindow ?? 0,
  };
}

export interface WAN_CO_MTULINKPARAMS {
  Version: number;
  TransmitSpeed: number;
  ReceiveSpeed: number;
  SendWindow: number;
  MTU: number;
}

export function WAN_CO_MTULINKPARAMS(members: Partial<WAN_CO_MTULINKPARAMS> = {}): WAN_CO_MTULINKPARAMS {
  return {
    Version: members.Version ?? 0,
    TransmitSpeed: members.TransmitSpeed ?? 0,
    ReceiveSpeed: members.ReceiveSpeed ?? 0,
    SendWindow: members.SendWindow ?? 0,
    MTU: members.MTU ?? 0,
  };
}

/** Compression that a link offers or uses. CompType picks the member of the union: 0 is Proprietary, 1 Public. */
export interface NDIS_WAN_COMPRESS_INFO {
  SessionKey: Uint8Array;
  MSCompType: number;
  CompType: number;
  CompLength: number;
  Proprietary: { CompOUI: Uint8Array; CompSubType: number; CompValues: Uint8Array };
  Public: { CompValues: Uint8Array };
}

export function NDIS_WAN_COMPRESS_INFO(members: Partial<NDIS_WAN_COMPRESS_INFO> = {}): NDIS_WAN_COMPRESS_INFO {
  return {
    SessionKey: members.SessionKey ?? new Uint8Array(8),
    MSCompType: members.MSCompType ?? 0,
    CompType: members.CompType ?? 0,
    CompLength: members.CompLength ?? 0,
    Proprietary: members.Proprietary ?? { CompOUI: new Uint8Array(3), CompSubType: 0, CompValues: new Uint8Array(32) },
    Public: members.Public ?? { CompValues: new Uint8Array(32) },
  };
}
