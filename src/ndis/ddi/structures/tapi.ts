/*
 * TAPI over connection-oriented NDIS (ndistapi.h). LINE_DEV_CAPS and LINE_ADDRESS_CAPS are kept as raw bytes.
 */

export interface NDIS_VAR_DATA_DESC {
  Length: number;
  MaximumLength: number;
  Offset: number;
}

export function NDIS_VAR_DATA_DESC(members: Partial<NDIS_VAR_DATA_DESC> = {}): NDIS_VAR_DATA_DESC {
  return {
    Length: members.Length ?? 0,
    MaximumLength: members.MaximumLength ?? 0,
    Offset: members.Offset ?? 0,
  };
}

export interface CO_TAPI_CM_CAPS {
  ulCoTapiVersion: number;
  ulNumLines: number;
  ulFlags: number;
}

export function CO_TAPI_CM_CAPS(members: Partial<CO_TAPI_CM_CAPS> = {}): CO_TAPI_CM_CAPS {
  return {
    ulCoTapiVersion: members.ulCoTapiVersion ?? 0,
    ulNumLines: members.ulNumLines ?? 0,
    ulFlags: members.ulFlags ?? 0,
  };
}

export interface CO_TAPI_LINE_CAPS {
  ulLineID: number;
  ulFlags: number;
  LineDevCaps: Uint8Array;
}

export function CO_TAPI_LINE_CAPS(members: Partial<CO_TAPI_LINE_CAPS> = {}): CO_TAPI_LINE_CAPS {
  return {
    ulLineID: members.ulLineID ?? 0,
    ulFlags: members.ulFlags ?? 0,
    LineDevCaps: members.LineDevCaps ?? new Uint8Array(0),
  };
}

export interface CO_TAPI_ADDRESS_CAPS {
  ulLineID: number;
  ulAddressID: number;
  ulFlags: number;
  LineAddressCaps: Uint8Array;
}

export function CO_TAPI_ADDRESS_CAPS(members: Partial<CO_TAPI_ADDRESS_CAPS> = {}): CO_TAPI_ADDRESS_CAPS {
  return {
    ulLineID: members.ulLineID ?? 0,
    ulAddressID: members.ulAddressID ?? 0,
    ulFlags: members.ulFlags ?? 0,
    LineAddressCaps: members.LineAddressCaps ?? new Uint8Array(0),
  };
}

export interface CO_TAPI_TRANSLATE_TAPI_CALLPARAMS {
  ulLineID: number;
  ulAddressID: number;
  ulFlags: number;
  DestAddress: NDIS_VAR_DATA_DESC;
  LineCallParams: NDIS_VAR_DATA_DESC;
  NdisCallParams: NDIS_VAR_DATA_DESC;
}

export function CO_TAPI_TRANSLATE_TAPI_CALLPARAMS(
  members: Partial<CO_TAPI_TRANSLATE_TAPI_CALLPARAMS> = {},
): CO_TAPI_TRANSLATE_TAPI_CALLPARAMS {
  return {
    ulLineID: members.ulLineID ?? 0,
    ulAddressID: members.ulAddressID ?? 0,
    ulFlags: members.ulFlags ?? 0,
    DestAddress: members.DestAddress ?? NDIS_VAR_DATA_DESC(),
    LineCallParams: members.LineCallParams ?? NDIS_VAR_DATA_DESC(),
    NdisCallParams: members.NdisCallParams ?? NDIS_VAR_DATA_DESC(),
  };
}

export interface CO_TAPI_TRANSLATE_NDIS_CALLPARAMS {
  ulFlags: number;
  NdisCallParams: NDIS_VAR_DATA_DESC;
  LineCallInfo: NDIS_VAR_DATA_DESC;
}

export function CO_TAPI_TRANSLATE_NDIS_CALLPARAMS(
  members: Partial<CO_TAPI_TRANSLATE_NDIS_CALLPARAMS> = {},
): CO_TAPI_TRANSLATE_NDIS_CALLPARAMS {
  return {
    ulFlags: members.ulFlags ?? 0,
    NdisCallParams: members.NdisCallParams ?? NDIS_VAR_DATA_DESC(),
    LineCallInfo: members.LineCallInfo ?? NDIS_VAR_DATA_DESC(),
  };
}

export interface CO_TAPI_TRANSLATE_SAP {
  ulLineID: number;
  ulAddressID: number;
  ulMediaModes: number;
  Reserved: number;
  NumberOfSaps: number;
  NdisSapParams: NDIS_VAR_DATA_DESC[];
}

export function CO_TAPI_TRANSLATE_SAP(members: Partial<CO_TAPI_TRANSLATE_SAP> = {}): CO_TAPI_TRANSLATE_SAP {
  return {
    ulLineID: members.ulLineID ?? 0,
    ulAddressID: members.ulAddressID ?? 0,
    ulMediaModes: members.ulMediaModes ?? 0,
    Reserved: members.Reserved ?? 0,
    NumberOfSaps: members.NumberOfSaps ?? 0,
    NdisSapParams: members.NdisSapParams ?? [],
  };
}

export interface CO_TAPI_CALL_DIAGNOSTICS {
  ulOrigin: number;
  ulReason: number;
  DiagInfo: NDIS_VAR_DATA_DESC;
}

export function CO_TAPI_CALL_DIAGNOSTICS(members: Partial<CO_TAPI_CALL_DIAGNOSTICS> = {}): CO_TAPI_CALL_DIAGNOSTICS {
  return {
    ulOrigin: members.ulOrigin ?? 0,
    ulReason: members.ulReason ?? 0,
    DiagInfo: members.DiagInfo ?? NDIS_VAR_DATA_DESC(),
  };
}

export interface CO_AF_TAPI_MAKE_CALL_PARAMETERS {
  ulLineID: number;
  ulAddressID: number;
  ulFlags: number;
  DestAddress: NDIS_VAR_DATA_DESC;
  LineCallParams: NDIS_VAR_DATA_DESC;
}

export function CO_AF_TAPI_MAKE_CALL_PARAMETERS(
  members: Partial<CO_AF_TAPI_MAKE_CALL_PARAMETERS> = {},
): CO_AF_TAPI_MAKE_CALL_PARAMETERS {
  return {
    ulLineID: members.ulLineID ?? 0,
    ulAddressID: members.ulAddressID ?? 0,
    ulFlags: members.ulFlags ?? 0,
    DestAddress: members.DestAddress ?? NDIS_VAR_DATA_DESC(),
    LineCallParams: members.LineCallParams ?? NDIS_VAR_DATA_DESC(),
  };
}

export interface CO_AF_TAPI_INCOMING_CALL_PARAMETERS {
  ulLineID: number;
  ulAddressID: number;
  ulFlags: number;
  LineCallInfo: NDIS_VAR_DATA_DESC;
}

export function CO_AF_TAPI_INCOMING_CALL_PARAMETERS(
  members: Partial<CO_AF_TAPI_INCOMING_CALL_PARAMETERS> = {},
): CO_AF_TAPI_INCOMING_CALL_PARAMETERS {
  return {
    ulLineID: members.ulLineID ?? 0,
    ulAddressID: members.ulAddressID ?? 0,
    ulFlags: members.ulFlags ?? 0,
    LineCallInfo: members.LineCallInfo ?? NDIS_VAR_DATA_DESC(),
  };
}

export interface CO_AF_TAPI_SAP {
  ulLineID: number;
  ulAddressID: number;
  ulMediaModes: number;
}

export function CO_AF_TAPI_SAP(members: Partial<CO_AF_TAPI_SAP> = {}): CO_AF_TAPI_SAP {
  return {
    ulLineID: members.ulLineID ?? 0,
    ulAddressID: members.ulAddressID ?? 0,
    ulMediaModes: members.ulMediaModes ?? 0,
  };
}

/** A variable-length TAPI string: C appends the bytes at ulStringOffset, here they are in Data. */
export interface VAR_STRING {
  ulTotalSize: number;
  ulNeededSize: number;
  ulUsedSize: number;
  ulStringFormat: number;
  ulStringSize: number;
  ulStringOffset: number;
  Data: Uint8Array;
}
