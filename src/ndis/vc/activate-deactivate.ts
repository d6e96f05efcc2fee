import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_NOT_ACCEPTED, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "./vc.ts";
import { advanceVc, refreshDataPath } from "./vc.ts";

/** NdisMCmActivateVc: calls no miniport handler, the MCM has programmed its NIC already (ACT-03); never pends. */
export function activateMcmVc(environment: NdisEnvironment, owner: string, vc: Vc): NDIS_STATUS_FINAL {
  const moved = advanceVc(vc, "ActivateVc", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  if (!vc.active) {
    vc.active = true;
    environment.live.activeVcs++;
    refreshDataPath(vc);
  }
  return NDIS_STATUS_SUCCESS;
}

/** NdisMCmDeactivateVc: SUCCESS, or NOT_ACCEPTED when inactive already; sends and receives must be back (ACT-16, ACT-17). */
export function deactivateMcmVc(environment: NdisEnvironment, owner: string, vc: Vc): NDIS_STATUS_FINAL {
  if (vc.active && (vc.sendsOutstanding > 0 || vc.indicatedOutstanding > 0)) {
    environment.misuse(
      "ACT-17",
      owner,
      `${vc.traceName} deactivated with ${vc.sendsOutstanding} sends and ${vc.indicatedOutstanding} receives out`,
    );
  }
  const wasActive = vc.active;
  const moved = advanceVc(vc, "DeactivateVc", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  if (!wasActive) return NDIS_STATUS_NOT_ACCEPTED;
  vc.active = false;
  environment.live.activeVcs--;
  refreshDataPath(vc);
  return NDIS_STATUS_SUCCESS;
}
