import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { NDIS_STATUS_INDICATION } from "../ddi/structures/indications.ts";
import type { Vc } from "../vc/vc.ts";
import { checkWanStatus } from "../wan/status-checks.ts";

/** What the verifier sees of NdisMCoIndicateStatusEx. */
export function checkStatus(adapter: MiniportAdapter, vc: Vc | null, indication: NDIS_STATUS_INDICATION): void {
  if (indication.RequestId !== null && indication.DestinationHandle === null) {
    const message = "a status with the RequestId of an OID request has its RequestHandle as DestinationHandle";
    adapter.environment.misuse("OID-20", adapter.driver.name, message);
  }
  checkWanStatus(adapter, vc, indication);
}
