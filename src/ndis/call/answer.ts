import type { NDIS_STATUS } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Named } from "../verifier/call-history.ts";

/** What a driver's handler answered. An answer that is no status breaks `rule` and counts as FAILURE. */
export function answered(
  environment: NdisEnvironment,
  status: NDIS_STATUS,
  rule: string,
  owner: string,
  handler: string,
  object: Named,
): NDIS_STATUS {
  if (Number.isInteger(status)) return status;
  environment.misuse(rule, owner, `${handler} answers with an NDIS_STATUS`, object);
  return NDIS_STATUS_FAILURE;
}
