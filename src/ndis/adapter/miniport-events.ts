import {
  NDIS_INTERMEDIATE_DRIVER,
  NDIS_MINIPORT_ATTRIBUTES_CONTROLS_DEFAULT_PORT,
} from "../ddi/constants/driver-flags.ts";
import { NET_PNP_EVENT_CODE } from "../ddi/constants/enumerations.ts";
import { isAtLeast, ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_INVALID_PORT,
  NDIS_STATUS_INVALID_PORT_STATE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import type { NET_PNP_EVENT_NOTIFICATION } from "../ddi/structures/binding.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import { NDIS_DEFAULT_PORT_NUMBER } from "../ddi/types.ts";
import type { MiniportAdapter } from "./adapter.ts";
import type { Devices } from "./devices.ts";

/**
 * NdisMNetPnPEvent: an intermediate driver passes on what it was told, and a miniport that controls the default port opens or shuts it. The
 * protocols hear of it from a system thread, after the call. There are no other ports than the default one.
 */
export function netPnPEventOfMiniport(
  devices: Devices,
  adapter: MiniportAdapter,
  owner: string,
  notification: NET_PNP_EVENT_NOTIFICATION,
): NDIS_STATUS_FINAL {
  const { environment, driver } = adapter;
  if (adapter.oidRequests.size > 0)
    environment.misuse("NdisMNetPnPEventInOIDRequest", owner, "NdisMNetPnPEvent while an OID request is being handled");
  if (objectHeaderFault(notification.Header, "NET_PNP_EVENT_NOTIFICATION") !== null)
    return NDIS_STATUS_INVALID_PARAMETER;
  const { NetEvent } = notification.NetPnPEvent ?? {};
  if (!isAtLeast(NetEvent, 0) || NetEvent >= NET_PNP_EVENT_CODE.NetEventMaximum) return NDIS_STATUS_INVALID_PARAMETER;
  if (
    NetEvent === NET_PNP_EVENT_CODE.NetEventPortActivation ||
    NetEvent === NET_PNP_EVENT_CODE.NetEventPortDeactivation
  ) {
    if (notification.PortNumber !== NDIS_DEFAULT_PORT_NUMBER) return NDIS_STATUS_INVALID_PORT;
    const flags = adapter.registrationAttributes?.AttributeFlags ?? 0;
    // NDIS itself has activated the default port of a miniport that does not control it.
    if ((flags & NDIS_MINIPORT_ATTRIBUTES_CONTROLS_DEFAULT_PORT) === 0) return NDIS_STATUS_INVALID_PORT_STATE;
  } else if ((ulong(driver.characteristics.Flags) & NDIS_INTERMEDIATE_DRIVER) === 0) {
    return NDIS_STATUS_NOT_SUPPORTED;
  }
  environment.processor.startThread("NdisMNetPnPEvent", devices.netPnPEvent(adapter, notification.NetPnPEvent));
  return NDIS_STATUS_SUCCESS;
}
