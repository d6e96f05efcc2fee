import type { NdisVcHandle, OutParameter } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NDIS_STRING } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { allocationFails } from "../executive/holdings.ts";
import { resolveVc } from "./vc.ts";

/** NdisCoAssignInstanceName: base name and index, for as long as the VC lives (VC-26); a second call gives the first name (VC-25). */
export function assignInstanceName(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  BaseInstanceName: NDIS_STRING,
  VcInstanceName: OutParameter<NDIS_STRING> | null,
): NDIS_STATUS_FINAL {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return NDIS_STATUS_FAILURE;
  if (vc.instanceName === null) {
    if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
    vc.instanceName = `${BaseInstanceName}#${vc.serial}`;
  }
  if (VcInstanceName !== null) VcInstanceName.Value = vc.instanceName;
  return NDIS_STATUS_SUCCESS;
}
