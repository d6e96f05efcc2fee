import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import { isSameFlow } from "../vc/flow-rounding.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf, advanceVc, resolveVc } from "../vc/vc.ts";
import { isGone } from "./close-call.ts";

/** How often in a row a client may ask again from inside a completion. That there is a bound is NDIS's; how high it is, ours. */
const MOST_RENEGOTIATIONS = 16;

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
  if (!isBounded(vc, owner)) return NDIS_STATUS_FAILURE;
  vc.modifyPended = true;
  vc.accountedActivations = vc.activations;
  vc.flowsBefore = vc.flowsInUse;
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

/** QOS-07: a client that is not content with what it gets asks again so often, and then accepts or closes. */
function isBounded(vc: Vc, owner: string): boolean {
  vc.renegotiations = vc.qosHandler === "ProtocolClModifyCallQoSComplete" ? vc.renegotiations + 1 : 0;
  if (vc.renegotiations <= MOST_RENEGOTIATIONS) return true;
  const message = `the QoS of ${vc.traceName} is asked for again from inside the completion, ${vc.renegotiations} times in a row`;
  vc.environment.misuse("QOS-07", owner, message, vc);
  return false;
}

/**
 * QOS-03: what the network agreed to holds when the VC is activated with it; on a VC that is not active yet, when it will be.
 * QOS-04: what was refused leaves the VC as it was, by another activation where there was one.
 */
function settleModification(vc: Vc, status: NDIS_STATUS, owner: string): void {
  vc.modifyPended = false;
  const { flowsBefore } = vc;
  vc.flowsBefore = null;
  if (status !== NDIS_STATUS_SUCCESS && vc.active && !isSameFlow(flowsBefore, vc.flowsInUse)) {
    const message = `the change of the QoS of ${vc.traceName} is refused, and it is active with the new parameters`;
    vc.environment.misuse("QOS-04", owner, message, vc);
  }
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
  const { client } = addressFamilyOf(vc);
  const outer = vc.qosHandler;
  vc.qosHandler = "ProtocolClModifyCallQoSComplete";
  try {
    client.ClModifyCallQoSCompleteHandler(Status, vc.clientContext, CallParameters);
  } finally {
    vc.qosHandler = outer;
  }
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
  // What the remote party got is what a request of the client's that is refused meanwhile goes back to (QOS-04).
  if (vc.modifyPended) vc.flowsBefore = vc.flowsInUse;
  const { client } = addressFamilyOf(vc);
  const outer = vc.qosHandler;
  vc.qosHandler = "ProtocolClIncomingCallQoSChange";
  try {
    client.ClIncomingCallQoSChangeHandler(vc.clientContext, CallParameters);
  } finally {
    vc.qosHandler = outer;
  }
}
