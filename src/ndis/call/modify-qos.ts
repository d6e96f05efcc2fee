import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf, advanceVc, resolveVc } from "../vc/vc.ts";
import { isGone } from "./close-call.ts";

/** NdisClModifyCallQoS: forwarded to ProtocolCmModifyCallQoS (QOS-01, QOS-02). */
export function modifyCallQoS(
  environment: NdisEnvironment,
  owner: string,
  vc: Vc,
  CallParameters: CO_CALL_PARAMETERS,
): NDIS_STATUS {
  if (isGone(vc, "NdisClModifyCallQoS", owner)) return NDIS_STATUS_FAILURE;
  const moved = advanceVc(vc, "ModifyCallQoS", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  // One at a time: the completion names the VC only.
  if (vc.modifyPended) return NDIS_STATUS_FAILURE;
  vc.modifyPended = true;
  vc.accountedActivations = vc.activations;
  const { callManager, owner: callManagerOwner } = addressFamilyOf(vc).registration;
  const status = callManager.CmModifyCallQoSHandler(vc.callManagerContext, CallParameters);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.modifyPended) {
    environment.misuse(
      "QOS-05",
      callManagerOwner,
      "ProtocolCmModifyCallQoS completed the request and returned a final status as well",
      vc,
    );
    return NDIS_STATUS_PENDING;
  }
  settleModification(vc, status, callManagerOwner);
  return status;
}

/** QOS-03: what the network agreed to holds when the VC is activated with it; on a VC that is not active yet, when it will be. */
function settleModification(vc: Vc, status: NDIS_STATUS, owner: string): void {
  vc.modifyPended = false;
  if (status === NDIS_STATUS_SUCCESS && vc.active && vc.activations === vc.accountedActivations) {
    const message = `the QoS of ${vc.traceName} is reported as changed, and it was not activated with the new parameters`;
    vc.environment.misuse("QOS-03", owner, message, vc);
  }
  vc.accountedActivations = vc.activations;
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
    environment.misuse("QOS-05", owner, `modify-QoS complete for ${vc.traceName}, which has no pending request`, vc);
    return;
  }
  settleModification(vc, Status, owner);
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
  if (vc.state !== "CONN") {
    environment.misuse("QOS-09", owner, `a change of QoS is dispatched on ${vc.traceName}, which carries no call`, vc);
    return;
  }
  if (vc.activations === vc.accountedActivations) {
    const message = `a change of the QoS of ${vc.traceName} is dispatched, and it was not activated with the new parameters`;
    environment.misuse("QOS-09", owner, message, vc);
  }
  vc.accountedActivations = vc.activations;
  addressFamilyOf(vc).client.ClIncomingCallQoSChangeHandler(vc.clientContext, CallParameters);
}
