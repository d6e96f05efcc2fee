import type { NDIS_STATUS_FINAL } from "../ndis/index.ts";
import {
  NDIS_STATUS_AAL_PARAMS_UNSUPPORTED,
  NDIS_STATUS_CELLRATE_NOT_AVAILABLE,
  NDIS_STATUS_DEST_OUT_OF_ORDER,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INCOMPATIBLE_QOS,
  NDIS_STATUS_INVALID_ADDRESS,
  NDIS_STATUS_NO_ROUTE_TO_DESTINATION,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_VC_NOT_AVAILABLE,
} from "../ndis/index.ts";
import { CAUSE } from "../wire/q2931/index.ts";

/** NDIS statuses of the causes that have one (atm.h ties causes 3, 27, 35, 37, 45, 49 and 93 to theirs). */
const STATUS_OF_CAUSE: ReadonlyMap<number, NDIS_STATUS_FINAL> = new Map<number, NDIS_STATUS_FINAL>([
  [CAUSE.unallocatedNumber, NDIS_STATUS_INVALID_ADDRESS],
  [CAUSE.noRouteToDestination, NDIS_STATUS_NO_ROUTE_TO_DESTINATION],
  [CAUSE.destinationOutOfOrder, NDIS_STATUS_DEST_OUT_OF_ORDER],
  [CAUSE.vpciVciUnavailable, NDIS_STATUS_VC_NOT_AVAILABLE],
  [CAUSE.noVpciVciAvailable, NDIS_STATUS_VC_NOT_AVAILABLE],
  [CAUSE.userCellRateUnavailable, NDIS_STATUS_CELLRATE_NOT_AVAILABLE],
  [CAUSE.resourceUnavailable, NDIS_STATUS_RESOURCES],
  [CAUSE.qualityOfServiceUnavailable, NDIS_STATUS_INCOMPATIBLE_QOS],
  [CAUSE.aalParametersNotSupported, NDIS_STATUS_AAL_PARAMS_UNSUPPORTED],
  [CAUSE.aalParametersNotSupportedUni30, NDIS_STATUS_AAL_PARAMS_UNSUPPORTED],
]);

/** The status with which a call that the network refused for `cause` is completed. */
export function statusOfCause(cause: number): NDIS_STATUS_FINAL {
  return STATUS_OF_CAUSE.get(cause) ?? NDIS_STATUS_FAILURE;
}
