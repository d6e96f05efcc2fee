import type { NDIS_PARAMETER_TYPE } from "../constants/enumerations.ts";
import type { NdisObjectHandle } from "../handles.ts";
import type { NDIS_STRING } from "../types.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";

/*
 * The configuration store of an adapter (ndis.h).
 */

export interface NDIS_CONFIGURATION_OBJECT {
  Header: NDIS_OBJECT_HEADER;
  NdisHandle: NdisObjectHandle | null;
  Flags: number;
}

export function NDIS_CONFIGURATION_OBJECT(members: Partial<NDIS_CONFIGURATION_OBJECT> = {}): NDIS_CONFIGURATION_OBJECT {
  return {
    Header: members.Header ?? objectHeader("NDIS_CONFIGURATION_OBJECT"),
    NdisHandle: members.NdisHandle ?? null,
    Flags: members.Flags ?? 0,
  };
}

/** One configuration value. */
export type NDIS_CONFIGURATION_PARAMETER =
  | {
      ParameterType: IntegerParameterType;
      ParameterData: { IntegerData: number };
    }
  | {
      ParameterType: StringParameterType;
      ParameterData: { StringData: NDIS_STRING };
    }
  | {
      ParameterType: typeof NDIS_PARAMETER_TYPE.NdisParameterBinary;
      ParameterData: { BinaryData: Uint8Array };
    };

type IntegerParameterType =
  | typeof NDIS_PARAMETER_TYPE.NdisParameterInteger
  | typeof NDIS_PARAMETER_TYPE.NdisParameterHexInteger;

type StringParameterType =
  | typeof NDIS_PARAMETER_TYPE.NdisParameterString
  | typeof NDIS_PARAMETER_TYPE.NdisParameterMultiString;
