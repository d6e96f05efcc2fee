import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  statusName,
} from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import { checkRounding, flowsOf } from "./flow-rounding.ts";
import type { Vc } from "./vc.ts";
import { advanceVc, isActivatedIn, refreshDataPath, resolveVc, vcPermits } from "./vc.ts";

/** NdisMCmActivateVc: calls no miniport handler, the MCM has programmed its NIC already (ACT-03); never pends. */
export function activateMcmVc(
  environment: NdisEnvironment,
  owner: string,
  vc: Vc,
  CallParameters: CO_CALL_PARAMETERS,
): NDIS_STATUS_FINAL {
  const moved = advanceVc(vc, "ActivateVc", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  if (environment.verifying) vc.flowsInUse = flowsOf(CallParameters);
  noteActive(vc);
  return moved;
}

/** NdisMCmDeactivateVc: SUCCESS, or NOT_ACCEPTED when inactive already; sends and receives must be back (ACT-16, ACT-17). */
export function deactivateMcmVc(_environment: NdisEnvironment, owner: string, vc: Vc): NDIS_STATUS_FINAL {
  if (vc.active) checkBuffersAreBack(vc, owner);
  const legal = mayDeactivate(vc, owner);
  return legal === NDIS_STATUS_SUCCESS ? noteInactive(vc, owner) : legal;
}

/** NdisCmActivateVc: runs MiniportCoActivateVc (ACT-02); after a status other than PENDING the call manager completes itself (ACT-08). */
export function activateCmVc(
  environment: NdisEnvironment,
  owner: string,
  vc: Vc,
  CallParameters: CO_CALL_PARAMETERS,
): NDIS_STATUS {
  const legal = vcPermits(vc, "ActivateVc", owner);
  if (legal !== NDIS_STATUS_SUCCESS) return legal;
  if (vc.activatePended || vc.deactivatePended) {
    environment.misuse("ACT-20", owner, `${vc.traceName} is being activated or deactivated already`, vc);
    return NDIS_STATUS_FAILURE;
  }
  const { driver } = vc.adapter;
  const activate = driver.co?.CoActivateVcHandler ?? null;
  if (activate === null) return NDIS_STATUS_FAILURE;
  vc.activatePended = true;
  if (environment.verifying) vc.flowsAsked = flowsOf(CallParameters);
  const status = activate(vc.miniportContext, CallParameters);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.activatePended) {
    const message = "MiniportCoActivateVc completed the activation and returned a final status as well";
    environment.misuse("ACT-14", driver.name, message, vc);
    return NDIS_STATUS_PENDING;
  }
  settleActivation(vc, status, CallParameters, owner);
  return status;
}

/** NdisMCoActivateVcComplete: runs ProtocolCmActivateVcComplete with the parameters in use (ACT-08, ACT-14). */
export function activateVcComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisVcHandle,
  CallParameters: CO_CALL_PARAMETERS,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null || !environment.completes(Status, "ACT-14", owner)) return;
  if (!vc.activatePended) {
    environment.misuse("ACT-14", owner, `activation of ${vc.traceName} completed, which is not pending`, vc);
    return;
  }
  settleActivation(vc, Status, CallParameters, owner);
  callManagerOf(vc)?.CmActivateVcCompleteHandler(Status, vc.callManagerContext, CallParameters);
}

/** A failed activation changes nothing: an active VC goes on with its earlier parameters (ACT-10). */
function settleActivation(vc: Vc, status: NDIS_STATUS, used: CO_CALL_PARAMETERS, owner: string): void {
  vc.activatePended = false;
  const { flowsAsked } = vc;
  vc.flowsAsked = null;
  if (status !== NDIS_STATUS_SUCCESS) {
    if (status !== NDIS_STATUS_INVALID_DATA && status !== NDIS_STATUS_RESOURCES) {
      const message = `${vc.traceName} is not activated: SUCCESS, INVALID_DATA or RESOURCES, not ${statusName(status)}`;
      vc.environment.misuse("ACT-09", vc.adapter.driver.name, message, vc);
    }
    return;
  }
  if (flowsAsked !== null) {
    checkRounding(vc, flowsAsked, used);
    vc.flowsInUse = flowsOf(used);
  }
  // Asked for when it was legal: where the call has moved on, the VC is active, and waits for its deactivation if it was idle.
  if (isActivatedIn(vc)) advanceVc(vc, "ActivateVc", owner);
  else if (vc.state === "IDLE") advanceVc(vc, "ActivatedLate", owner);
  noteActive(vc);
}

/** NdisCmDeactivateVc: runs MiniportCoDeactivateVc, once for any number of activations (ACT-20). */
export function deactivateCmVc(environment: NdisEnvironment, owner: string, vc: Vc): NDIS_STATUS {
  const legal = mayDeactivate(vc, owner);
  if (legal !== NDIS_STATUS_SUCCESS) return legal;
  if (vc.activatePended || vc.deactivatePended) return NDIS_STATUS_NOT_ACCEPTED;
  const { driver } = vc.adapter;
  const deactivate = driver.co?.CoDeactivateVcHandler ?? null;
  if (deactivate === null) return NDIS_STATUS_FAILURE;
  vc.deactivatePended = true;
  refreshDataPath(vc);
  const status = deactivate(vc.miniportContext);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.deactivatePended) {
    const message = "MiniportCoDeactivateVc completed the deactivation and returned a final status as well";
    environment.misuse("ACT-21", driver.name, message, vc);
    return NDIS_STATUS_PENDING;
  }
  settleDeactivation(vc, status, owner);
  return status;
}

/** NdisMCoDeactivateVcComplete: runs ProtocolCmDeactivateVcComplete (ACT-21). */
export function deactivateVcComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisVcHandle,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null || !environment.completes(Status, "ACT-21", owner)) return;
  if (!vc.deactivatePended) {
    environment.misuse("ACT-21", owner, `deactivation of ${vc.traceName} completed, which is not pending`, vc);
    return;
  }
  settleDeactivation(vc, Status, owner);
  callManagerOf(vc)?.CmDeactivateVcCompleteHandler(Status, vc.callManagerContext);
}

function settleDeactivation(vc: Vc, status: NDIS_STATUS, owner: string): void {
  vc.deactivatePended = false;
  const { driver } = vc.adapter;
  if (status !== NDIS_STATUS_SUCCESS) {
    refreshDataPath(vc);
    vc.environment.misuse("ACT-21", driver.name, `the deactivation of ${vc.traceName} failed`, vc);
    return;
  }
  checkBuffersAreBack(vc, driver.name);
  noteInactive(vc, owner);
}

/** ACT-16: NOT_ACCEPTED for a VC that is inactive, whatever the state of its call. */
function mayDeactivate(vc: Vc, owner: string): NDIS_STATUS_FINAL {
  const legal = vcPermits(vc, "DeactivateVc", owner);
  return legal === NDIS_STATUS_SUCCESS && !vc.active ? NDIS_STATUS_NOT_ACCEPTED : legal;
}

function checkBuffersAreBack(vc: Vc, miniport: string): void {
  const { sendsOutstanding, indicatedOutstanding } = vc;
  if (sendsOutstanding === 0 && indicatedOutstanding === 0) return;
  const message = `${vc.traceName} deactivated with ${sendsOutstanding} sends and ${indicatedOutstanding} receives out`;
  vc.environment.misuse("ACT-17", miniport, message, vc);
}

function noteActive(vc: Vc): void {
  if (vc.active) return;
  vc.active = true;
  vc.environment.live.activeVcs++;
  refreshDataPath(vc);
}

function noteInactive(vc: Vc, owner: string): NDIS_STATUS_FINAL {
  const moved = advanceVc(vc, "DeactivateVc", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  vc.active = false;
  vc.environment.live.activeVcs--;
  refreshDataPath(vc);
  return NDIS_STATUS_SUCCESS;
}

function callManagerOf(vc: Vc) {
  return vc.addressFamily === null ? vc.binding.callManager : vc.addressFamily.registration.callManager;
}
