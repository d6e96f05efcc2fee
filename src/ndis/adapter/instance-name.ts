import type { OutParameter } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NDIS_STRING } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { allocationFails } from "../executive/holdings.ts";
import type { MiniportAdapter } from "./adapter.ts";

/**
 * The name of an adapter, for NdisQueryAdapterInstanceName and its like. In C the driver frees the string's buffer with NdisFreeMemory; a
 * string is a value here, without a buffer, so that nothing is to be freed and nothing can leak.
 */
export function queryInstanceName(
  environment: NdisEnvironment,
  adapter: MiniportAdapter | null,
  out: OutParameter<NDIS_STRING>,
): NDIS_STATUS_FINAL {
  if (adapter === null) return NDIS_STATUS_FAILURE;
  if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
  out.Value = adapter.instanceName;
  return NDIS_STATUS_SUCCESS;
}
