import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf, advanceVc, resolveVc } from "../vc/vc.ts";

/** NdisClModifyCallQoS: forwarded to ProtocolCmModifyCallQoS (QOS-01, QOS-02). */
export function modifyCallQoS(
  environment: NdisEnvironment,
  owner: string,
  vc: Vc,
  CallParameters: CO_CALL_PARAMETERS,
): NDIS_STATUS {
  const moved = advanceVc(vc, "ModifyCallQoS", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  vc.modifyPended = true;
  const { callManager, owner: callManagerOwner } = addressFamilyOf(vc).registration;
  const status = callManager.CmModifyCallQoSHandler(vc.callManagerContext, CallParameters);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.modifyPended) {
    environment.misuse(
      "QOS-05",
      callManagerOwner,
      "ProtocolCmModifyCallQoS completed the request and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  vc.modifyPended = false;
  return status;
}

/** Ndis(M)CmModifyCallQoSComplete: runs ProtocolClModifyCallQoSComplete (QOS-05, QOS-06). */
export function modifyCallQoSComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisVcHandle,
  CallParameters: CO_CALL_PARAMETERS,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null || !environment.completes(Status, "QOS-05", owner)) return;
  if (!vc.modifyPended) {
    environment.misuse("QOS-05", owner, `modify-QoS complete for ${vc.traceName}, which has no pending request`);
    return;
  }
  vc.modifyPended = false;
  addressFamilyOf(vc).client.ClModifyCallQoSCompleteHandler(Status, vc.clientContext, CallParameters);
}

/** Ndis(M)CmDispatchIncomingCallQoSChange: runs ProtocolClIncomingCallQoSChange (QOS-09, QOS-10). */
export function dispatchIncomingCallQoSChange(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  CallParameters: CO_CALL_PARAMETERS,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return;
  if (advanceVc(vc, "ModifyCallQoS", owner) !== NDIS_STATUS_SUCCESS) return;
  addressFamilyOf(vc).client.ClIncomingCallQoSChangeHandler(vc.clientContext, CallParameters);
}
