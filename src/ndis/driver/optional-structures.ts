import * as types from "../ddi/constants/object-types.ts";

/** A structure of NdisSetOptionalHandlers: who may pass it, and what NDIS does with it. */
export interface OptionalStructure {
  readonly name: string;
  readonly fromProtocol: boolean;
  readonly fromMiniport: boolean;
  /** The least NDIS 6 minor version that a miniport has declared. */
  readonly minorVersion: number;
  /** Whether the core knows its members. What it does not know it refuses with FAILURE, from everybody. */
  readonly modelled: boolean;
}

function structure(
  name: string,
  from: "protocol" | "miniport" | "both" | "filter module",
  options: { readonly minorVersion?: number; readonly modelled?: boolean } = {},
): OptionalStructure {
  const { minorVersion = 0, modelled = true } = options;
  const fromProtocol = from === "protocol" || from === "both";
  const fromMiniport = from === "miniport" || from === "both";
  return { name, fromProtocol, fromMiniport, minorVersion, modelled };
}

const NDIS_6_30 = { minorVersion: 30 };
const HEADER_ONLY = { modelled: false };

/**
 * The thirteen structures by Header.Type (REG-21, REG-22, REG-23). From filters NDIS takes nothing here: there are none. The provider
 * chimney structures are a miniport's, as the client ones are (conflict X-15).
 */
export const OPTIONAL_STRUCTURES: ReadonlyMap<number, OptionalStructure> = new Map([
  [
    types.NDIS_OBJECT_TYPE_CLIENT_CHIMNEY_OFFLOAD_GENERIC_CHARACTERISTICS,
    structure("NDIS_CLIENT_CHIMNEY_OFFLOAD_GENERIC_CHARACTERISTICS", "both", HEADER_ONLY),
  ],
  [
    types.NDIS_OBJECT_TYPE_CLIENT_CHIMNEY_OFFLOAD_CHARACTERISTICS,
    structure("NDIS_CLIENT_CHIMNEY_OFFLOAD_TCP_CHARACTERISTICS", "both", HEADER_ONLY),
  ],
  [
    types.NDIS_OBJECT_TYPE_PROVIDER_CHIMNEY_OFFLOAD_GENERIC_CHARACTERISTICS,
    structure("NDIS_PROVIDER_CHIMNEY_OFFLOAD_GENERIC_CHARACTERISTICS", "miniport", HEADER_ONLY),
  ],
  [
    types.NDIS_OBJECT_TYPE_PROVIDER_CHIMNEY_OFFLOAD_CHARACTERISTICS,
    structure("NDIS_PROVIDER_CHIMNEY_OFFLOAD_TCP_CHARACTERISTICS", "miniport", HEADER_ONLY),
  ],
  [
    types.NDIS_OBJECT_TYPE_FILTER_PARTIAL_CHARACTERISTICS,
    structure("NDIS_FILTER_PARTIAL_CHARACTERISTICS", "filter module", HEADER_ONLY),
  ],
  [
    types.NDIS_OBJECT_TYPE_NDK_PROVIDER_CHARACTERISTICS,
    structure("NDIS_NDK_PROVIDER_CHARACTERISTICS", "miniport", { ...NDIS_6_30, ...HEADER_ONLY }),
  ],
  [
    types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
    structure("NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS", "both"),
  ],
  [types.NDIS_OBJECT_TYPE_CO_CLIENT_OPTIONAL_HANDLERS, structure("NDIS_CO_CLIENT_OPTIONAL_HANDLERS", "protocol")],
  [types.NDIS_OBJECT_TYPE_CO_MINIPORT_CHARACTERISTICS, structure("NDIS_MINIPORT_CO_CHARACTERISTICS", "miniport")],
  [types.NDIS_OBJECT_TYPE_CO_PROTOCOL_CHARACTERISTICS, structure("NDIS_PROTOCOL_CO_CHARACTERISTICS", "protocol")],
  [types.NDIS_OBJECT_TYPE_MINIPORT_PNP_CHARACTERISTICS, structure("NDIS_MINIPORT_PNP_CHARACTERISTICS", "miniport")],
  [
    types.NDIS_OBJECT_TYPE_MINIPORT_SS_CHARACTERISTICS,
    structure("NDIS_MINIPORT_SS_CHARACTERISTICS", "miniport", NDIS_6_30),
  ],
  [
    types.NDIS_OBJECT_TYPE_SHARED_MEMORY_PROVIDER_CHARACTERISTICS,
    structure("NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS", "both"),
  ],
]);
