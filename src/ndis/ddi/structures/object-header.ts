import * as types from "../constants/object-types.ts";
import * as sizes from "../constants/structure-sizes.ts";

/** The header that tells NDIS what a structure is and how much of it the driver knows (ntddndis.h). */
export interface NDIS_OBJECT_HEADER {
  Type: number;
  Revision: number;
  /** In bytes, as C lays the structure out on x64. */
  Size: number;
}

interface ObjectLayout {
  readonly Type: number;
  /** What the factory of the structure writes; the members of this revision are in force. */
  readonly Revision: number;
  readonly Size: number;
  /** The least Size of revision 1, 2, …; 0 where a revision is not defined here. */
  readonly smallestSizes: readonly number[];
}

/**
 * Header values of every structure that carries one. NDIS_BIND_PARAMETERS comes from NDIS itself, in its last
 * revision only.
 */
export const OBJECT_LAYOUTS = {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS: {
    Type: types.NDIS_OBJECT_TYPE_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
    Revision: 1,
    Size: sizes.SIZEOF_NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
    smallestSizes: [sizes.NDIS_SIZEOF_CO_CALL_MANAGER_OPTIONAL_HANDLERS_REVISION_1],
  },
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS: {
    Type: types.NDIS_OBJECT_TYPE_CO_CLIENT_OPTIONAL_HANDLERS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_CO_CLIENT_OPTIONAL_HANDLERS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_CO_CLIENT_OPTIONAL_HANDLERS_REVISION_1],
  },
  NDIS_MINIPORT_CO_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_CO_MINIPORT_CHARACTERISTICS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_CO_CHARACTERISTICS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_CO_CHARACTERISTICS_REVISION_1],
  },
  NDIS_PROTOCOL_CO_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_CO_PROTOCOL_CHARACTERISTICS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_PROTOCOL_CO_CHARACTERISTICS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_PROTOCOL_CO_CHARACTERISTICS_REVISION_1],
  },
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS,
    Revision: 2,
    Size: sizes.NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2,
    smallestSizes: [
      sizes.NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1,
      sizes.NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2,
      sizes.NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_3,
    ],
  },
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_PROTOCOL_DRIVER_CHARACTERISTICS,
    Revision: 2,
    Size: sizes.NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_2,
    smallestSizes: [
      sizes.NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1,
      sizes.NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_2,
    ],
  },
  NDIS_MINIPORT_PNP_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_PNP_CHARACTERISTICS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_PNP_CHARACTERISTICS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_PNP_CHARACTERISTICS_REVISION_1],
  },
  NDIS_MINIPORT_SS_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_SS_CHARACTERISTICS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_SS_CHARACTERISTICS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_SS_CHARACTERISTICS_REVISION_1],
  },
  NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_SHARED_MEMORY_PROVIDER_CHARACTERISTICS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_SHARED_MEMORY_PROVIDER_CHARACTERISTICS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_SHARED_MEMORY_PROVIDER_CHARACTERISTICS_REVISION_1],
  },
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1,
    smallestSizes: [
      sizes.NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1,
      sizes.NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_2,
    ],
  },
  NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES_REVISION_1],
  },
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
    Revision: 2,
    Size: sizes.NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2,
    smallestSizes: [
      sizes.NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1,
      sizes.NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2,
    ],
  },
  NDIS_MINIPORT_INIT_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_INIT_PARAMETERS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_INIT_PARAMETERS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_INIT_PARAMETERS_REVISION_1],
  },
  NDIS_MINIPORT_PAUSE_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_PAUSE_PARAMETERS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_PAUSE_PARAMETERS_REVISION_1],
  },
  NDIS_MINIPORT_RESTART_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_RESTART_PARAMETERS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_RESTART_PARAMETERS_REVISION_1],
  },
  NDIS_BIND_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_BIND_PARAMETERS,
    Revision: 4,
    Size: sizes.NDIS_SIZEOF_BIND_PARAMETERS_REVISION_4,
    smallestSizes: [0, 0, 0, sizes.NDIS_SIZEOF_BIND_PARAMETERS_REVISION_4],
  },
  NDIS_OPEN_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_OPEN_PARAMETERS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1],
  },
  NDIS_PROTOCOL_RESTART_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_PROTOCOL_RESTART_PARAMETERS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_PROTOCOL_RESTART_PARAMETERS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_PROTOCOL_RESTART_PARAMETERS_REVISION_1],
  },
  NDIS_PROTOCOL_PAUSE_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_PROTOCOL_PAUSE_PARAMETERS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_PROTOCOL_PAUSE_PARAMETERS_REVISION_1],
  },
  NET_PNP_EVENT_NOTIFICATION: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_1,
    smallestSizes: [
      sizes.NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_1,
      sizes.NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_2,
    ],
  },
  NET_DEVICE_PNP_EVENT: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_NET_DEVICE_PNP_EVENT_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_NET_DEVICE_PNP_EVENT_REVISION_1],
  },
  NET_BUFFER_LIST_POOL_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
    smallestSizes: [
      sizes.NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
      sizes.NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_2,
    ],
  },
  NET_BUFFER_POOL_PARAMETERS: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1,
    smallestSizes: [
      sizes.NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1,
      sizes.NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_2,
    ],
  },
  NDIS_OID_REQUEST: {
    Type: types.NDIS_OBJECT_TYPE_OID_REQUEST,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_OID_REQUEST_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_OID_REQUEST_REVISION_1, sizes.NDIS_SIZEOF_OID_REQUEST_REVISION_2],
  },
  NDIS_STATUS_INDICATION: {
    Type: types.NDIS_OBJECT_TYPE_STATUS_INDICATION,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_STATUS_INDICATION_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_STATUS_INDICATION_REVISION_1],
  },
  NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_MINIPORT_INTERRUPT_CHARACTERISTICS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_MINIPORT_INTERRUPT_CHARACTERISTICS_REVISION_1],
  },
  NDIS_SG_DMA_DESCRIPTION: {
    Type: types.NDIS_OBJECT_TYPE_SG_DMA_DESCRIPTION,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_SG_DMA_DESCRIPTION_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_SG_DMA_DESCRIPTION_REVISION_1, sizes.NDIS_SIZEOF_SG_DMA_DESCRIPTION_REVISION_2],
  },
  NDIS_TIMER_CHARACTERISTICS: {
    Type: types.NDIS_OBJECT_TYPE_TIMER_CHARACTERISTICS,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_TIMER_CHARACTERISTICS_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_TIMER_CHARACTERISTICS_REVISION_1],
  },
  NDIS_CONFIGURATION_OBJECT: {
    Type: types.NDIS_OBJECT_TYPE_CONFIGURATION_OBJECT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_CONFIGURATION_OBJECT_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_CONFIGURATION_OBJECT_REVISION_1],
  },
  NDIS_LINK_STATE: {
    Type: types.NDIS_OBJECT_TYPE_DEFAULT,
    Revision: 1,
    Size: sizes.NDIS_SIZEOF_LINK_STATE_REVISION_1,
    smallestSizes: [sizes.NDIS_SIZEOF_LINK_STATE_REVISION_1],
  },
} as const satisfies Record<string, ObjectLayout>;

export type ObjectStructureName = keyof typeof OBJECT_LAYOUTS;

/** A fresh header for a structure, as the driver writes it before it calls NDIS. */
export function objectHeader(structure: ObjectStructureName): NDIS_OBJECT_HEADER {
  const { Type, Revision, Size } = OBJECT_LAYOUTS[structure];
  return { Type, Revision, Size };
}

/**
 * What is wrong with a header (rule REG-19), or null. A Size beyond that of its revision is fine: newer drivers know
 * more.
 *
 * @param structure the structure that the header should announce
 */
export function objectHeaderFault(
  header: NDIS_OBJECT_HEADER,
  structure: ObjectStructureName,
): "Type" | "Revision" | "Size" | null {
  const layout: ObjectLayout = OBJECT_LAYOUTS[structure];
  // A driver's memory may hold anything, nothing included.
  if (typeof header !== "object" || header === null) return "Type";
  if (typeof header.Revision !== "number" || typeof header.Size !== "number") return "Revision";
  if (header.Type !== layout.Type) return "Type";
  const smallestSize = layout.smallestSizes[header.Revision - 1];
  if (smallestSize === undefined || smallestSize === 0) return "Revision";
  return header.Size >= smallestSize ? null : "Size";
}
