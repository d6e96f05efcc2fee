import {
  NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_OBJECT_TYPE_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES,
} from "../ddi/constants/object-types.ts";
import { ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_BAD_VERSION, NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type {
  NDIS_MINIPORT_ADAPTER_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES,
} from "../ddi/structures/adapter.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { MiniportAdapter } from "./adapter.ts";

/** NdisMSetMiniportAttributes: registration attributes first, then general attributes (LIF-02); BAD_VERSION for an unknown revision (LIF-04). */
export function setMiniportAttributes(
  adapter: MiniportAdapter,
  attributes: NDIS_MINIPORT_ADAPTER_ATTRIBUTES,
): NDIS_STATUS_FINAL {
  switch (attributes.Header.Type) {
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES: {
      if (objectHeaderFault(attributes.Header, "NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES") !== null)
        return NDIS_STATUS_BAD_VERSION;
      const registration = attributes as NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES;
      adapter.registrationAttributes = {
        ...registration,
        AttributeFlags: ulong(registration.AttributeFlags),
        CheckForHangTimeInSeconds: ulong(registration.CheckForHangTimeInSeconds),
      };
      adapter.context = registration.MiniportAdapterContext;
      return NDIS_STATUS_SUCCESS;
    }
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES: {
      if (objectHeaderFault(attributes.Header, "NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES") !== null)
        return NDIS_STATUS_BAD_VERSION;
      if (adapter.registrationAttributes === null) {
        adapter.environment.misuse(
          "LIF-02",
          adapter.driver.name,
          "general attributes come after registration attributes",
        );
        return NDIS_STATUS_FAILURE;
      }
      adapter.generalAttributes = { ...(attributes as NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES) };
      return NDIS_STATUS_SUCCESS;
    }
    case NDIS_OBJECT_TYPE_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES: {
      if (objectHeaderFault(attributes.Header, "NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES") !== null)
        return NDIS_STATUS_BAD_VERSION;
      // Only MiniportAddDevice names this context; later NDIS has passed it on already.
      if (!adapter.isBeingAdded) return NDIS_STATUS_FAILURE;
      adapter.addDeviceContext = (
        attributes as NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES
      ).MiniportAddDeviceContext;
      return NDIS_STATUS_SUCCESS;
    }
    default:
      return NDIS_STATUS_BAD_VERSION;
  }
}
