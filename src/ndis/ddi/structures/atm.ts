import { AAL_TYPE_AAL5, ATM_ADDRESS_LENGTH } from "../constants/atm.ts";

/*
 * ATM structures (atm.h): addresses, the miniport part of call parameters, SAPs.
 */

/** An AESA (AddressType ATM_NSAP, 20 octets) or an E.164 number (ATM_E164, NumberOfDigits ASCII digits). */
export interface ATM_ADDRESS {
  AddressType: number;
  NumberOfDigits: number;
  Address: Uint8Array;
}

export function ATM_ADDRESS(members: Partial<ATM_ADDRESS> = {}): ATM_ADDRESS {
  return {
    AddressType: members.AddressType ?? 0,
    NumberOfDigits: members.NumberOfDigits ?? 0,
    Address: members.Address ?? new Uint8Array(ATM_ADDRESS_LENGTH),
  };
}

export interface ATM_VPIVCI {
  Vpi: number;
  Vci: number;
}

export function ATM_VPIVCI(members: Partial<ATM_VPIVCI> = {}): ATM_VPIVCI {
  return {
    Vpi: members.Vpi ?? 0,
    Vci: members.Vci ?? 0,
  };
}

/** Traffic of one direction: rates in cells per second, bursts in cells, SDU size in bytes. */
export interface ATM_FLOW_PARAMETERS {
  ServiceCategory: number;
  AverageCellRate: number;
  PeakCellRate: number;
  MinimumCellRate: number;
  InitialCellRate: number;
  BurstLengthCells: number;
  MaxSduSize: number;
  TransientBufferExposure: number;
  CumulativeRMFixedRTT: number;
  RateIncreaseFactor: number;
  RateDecreaseFactor: number;
  ACRDecreaseTimeFactor: number;
  MaximumCellsPerForwardRMCell: number;
  MaximumForwardRMCellInterval: number;
  CutoffDecreaseFactor: number;
  Reserved1: number;
  MissingRMCellCount: number;
  Reserved2: number;
  Reserved3: number;
}

export function ATM_FLOW_PARAMETERS(members: Partial<ATM_FLOW_PARAMETERS> = {}): ATM_FLOW_PARAMETERS {
  return {
    ServiceCategory: members.ServiceCategory ?? 0,
    AverageCellRate: members.AverageCellRate ?? 0,
    PeakCellRate: members.PeakCellRate ?? 0,
    MinimumCellRate: members.MinimumCellRate ?? 0,
    InitialCellRate: members.InitialCellRate ?? 0,
    BurstLengthCells: members.BurstLengthCells ?? 0,
    MaxSduSize: members.MaxSduSize ?? 0,
    TransientBufferExposure: members.TransientBufferExposure ?? 0,
    CumulativeRMFixedRTT: members.CumulativeRMFixedRTT ?? 0,
    RateIncreaseFactor: members.RateIncreaseFactor ?? 0,
    RateDecreaseFactor: members.RateDecreaseFactor ?? 0,
    ACRDecreaseTimeFactor: members.ACRDecreaseTimeFactor ?? 0,
    MaximumCellsPerForwardRMCell: members.MaximumCellsPerForwardRMCell ?? 0,
    MaximumForwardRMCellInterval: members.MaximumForwardRMCellInterval ?? 0,
    CutoffDecreaseFactor: members.CutoffDecreaseFactor ?? 0,
    Reserved1: members.Reserved1 ?? 0,
    MissingRMCellCount: members.MissingRMCellCount ?? 0,
    Reserved2: members.Reserved2 ?? 0,
    Reserved3: members.Reserved3 ?? 0,
  };
}

/** The miniport part of the parameters of an ATM call (ParamType ATM_MEDIA_SPECIFIC). */
export interface ATM_MEDIA_PARAMETERS {
  ConnectionId: ATM_VPIVCI;
  AALType: number;
  CellDelayVariationCLP0: number;
  CellDelayVariationCLP1: number;
  CellLossRatioCLP0: number;
  CellLossRatioCLP1: number;
  CellTransferDelayCLP0: number;
  CellTransferDelayCLP1: number;
  DefaultCLP: number;
  Transmit: ATM_FLOW_PARAMETERS;
  Receive: ATM_FLOW_PARAMETERS;
}

export function ATM_MEDIA_PARAMETERS(members: Partial<ATM_MEDIA_PARAMETERS> = {}): ATM_MEDIA_PARAMETERS {
  return {
    ConnectionId: members.ConnectionId ?? ATM_VPIVCI(),
    AALType: members.AALType ?? 0,
    CellDelayVariationCLP0: members.CellDelayVariationCLP0 ?? 0,
    CellDelayVariationCLP1: members.CellDelayVariationCLP1 ?? 0,
    CellLossRatioCLP0: members.CellLossRatioCLP0 ?? 0,
    CellLossRatioCLP1: members.CellLossRatioCLP1 ?? 0,
    CellTransferDelayCLP0: members.CellTransferDelayCLP0 ?? 0,
    CellTransferDelayCLP1: members.CellTransferDelayCLP1 ?? 0,
    DefaultCLP: members.DefaultCLP ?? 0,
    Transmit: members.Transmit ?? ATM_FLOW_PARAMETERS(),
    Receive: members.Receive ?? ATM_FLOW_PARAMETERS(),
  };
}

/** Broadband high layer information. HighLayerInfoType may be SAP_FIELD_ANY or SAP_FIELD_ABSENT in a SAP. */
export interface ATM_BHLI_IE {
  HighLayerInfoType: number;
  HighLayerInfoLength: number;
  HighLayerInfo: Uint8Array;
}

export function ATM_BHLI_IE(members: Partial<ATM_BHLI_IE> = {}): ATM_BHLI_IE {
  return {
    HighLayerInfoType: members.HighLayerInfoType ?? 0,
    HighLayerInfoLength: members.HighLayerInfoLength ?? 0,
    HighLayerInfo: members.HighLayerInfo ?? new Uint8Array(8),
  };
}

/**
 * Broadband low layer information. Layer2Protocol and Layer3Protocol may be SAP_FIELD_ANY or SAP_FIELD_ABSENT in a
 * SAP.
 */
export interface ATM_BLLI_IE {
  Layer2Protocol: number;
  Layer2Mode: number;
  Layer2WindowSize: number;
  Layer2UserSpecifiedProtocol: number;
  Layer3Protocol: number;
  Layer3Mode: number;
  Layer3DefaultPacketSize: number;
  Layer3PacketWindowSize: number;
  Layer3UserSpecifiedProtocol: number;
  Layer3IPI: number;
  SnapId: Uint8Array;
}

export function ATM_BLLI_IE(members: Partial<ATM_BLLI_IE> = {}): ATM_BLLI_IE {
  return {
    Layer2Protocol: members.Layer2Protocol ?? 0,
    Layer2Mode: members.Layer2Mode ?? 0,
    Layer2WindowSize: members.Layer2WindowSize ?? 0,
    Layer2UserSpecifiedProtocol: members.Layer2UserSpecifiedProtocol ?? 0,
    Layer3Protocol: members.Layer3Protocol ?? 0,
    Layer3Mode: members.Layer3Mode ?? 0,
    Layer3DefaultPacketSize: members.Layer3DefaultPacketSize ?? 0,
    Layer3PacketWindowSize: members.Layer3PacketWindowSize ?? 0,
    Layer3UserSpecifiedProtocol: members.Layer3UserSpecifiedProtocol ?? 0,
    Layer3IPI: members.Layer3IPI ?? 0,
    SnapId: members.SnapId ?? new Uint8Array(5),
  };
}

export interface ATM_SAP {
  Blli: ATM_BLLI_IE;
  Bhli: ATM_BHLI_IE;
  NumberOfAddresses: number;
  Addresses: ATM_ADDRESS[];
}

export function ATM_SAP(members: Partial<ATM_SAP> = {}): ATM_SAP {
  return {
    Blli: members.Blli ?? ATM_BLLI_IE(),
    Bhli: members.Bhli ?? ATM_BHLI_IE(),
    NumberOfAddresses: members.NumberOfAddresses ?? 0,
    Addresses: members.Addresses ?? [],
  };
}

export interface ATM_PVC_SAP {
  Blli: ATM_BLLI_IE;
  Bhli: ATM_BHLI_IE;
}

export function ATM_PVC_SAP(members: Partial<ATM_PVC_SAP> = {}): ATM_PVC_SAP {
  return {
    Blli: members.Blli ?? ATM_BLLI_IE(),
    Bhli: members.Bhli ?? ATM_BHLI_IE(),
  };
}

/** The answer to OID_ATM_SUPPORTED_VC_RATES, in cells per second. */
export interface ATM_VC_RATES_SUPPORTED {
  MinCellRate: number;
  MaxCellRate: number;
}

export function ATM_VC_RATES_SUPPORTED(members: Partial<ATM_VC_RATES_SUPPORTED> = {}): ATM_VC_RATES_SUPPORTED {
  return {
    MinCellRate: members.MinCellRate ?? 0,
    MaxCellRate: members.MaxCellRate ?? 0,
  };
}

export interface ATM_SERVICE_ADDRESS_LIST {
  ServiceRegistryType: number;
  NumberOfAddressesAvailable: number;
  NumberOfAddressesReturned: number;
  Address: ATM_ADDRESS[];
}

export function ATM_SERVICE_ADDRESS_LIST(members: Partial<ATM_SERVICE_ADDRESS_LIST> = {}): ATM_SERVICE_ADDRESS_LIST {
  return {
    ServiceRegistryType: members.ServiceRegistryType ?? 0,
    NumberOfAddressesAvailable: members.NumberOfAddressesAvailable ?? 0,
    NumberOfAddressesReturned: members.NumberOfAddressesReturned ?? 0,
    Address: members.Address ?? [],
  };
}

/** Per-frame AAL5 and AAL0 values; NetBufferListInfo[MediaSpecificInformation] of a NET_BUFFER_LIST points to one. */
export interface ATM_AAL_OOB_INFO {
  AalType: number;
  ATM_AAL5_INFO: { CellLossPriority: boolean; UserToUserIndication: number; CommonPartIndicator: number };
  ATM_AAL0_INFO: { CellLossPriority: boolean; PayLoadTypeIdentifier: number };
}

export function ATM_AAL_OOB_INFO(members: Partial<ATM_AAL_OOB_INFO> = {}): ATM_AAL_OOB_INFO {
  return {
    AalType: members.AalType ?? AAL_TYPE_AAL5,
    ATM_AAL5_INFO: members.ATM_AAL5_INFO ?? {
      CellLossPriority: false,
      UserToUserIndication: 0,
      CommonPartIndicator: 0,
    },
    ATM_AAL0_INFO: members.ATM_AAL0_INFO ?? { CellLossPriority: false, PayLoadTypeIdentifier: 0 },
  };
}
