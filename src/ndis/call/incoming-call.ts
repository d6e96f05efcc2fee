import { CALL_PARAMETERS_CHANGED } from "../ddi/constants/connection-flags.ts";
import type { NdisVcHandle } from "../ddi/handles.ts";
import { ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import type { Sap } from "../sap/sap.ts";
import { SAP_STATES } from "../sap/sap.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf, advanceVc, resolveVc } from "../vc/vc.ts";
import { LentParameters, originalOf } from "../verifier/lent-parameters.ts";

/** Ndis(M)CmDispatchIncomingCall: runs ProtocolClIncomingCall of the client that owns the SAP (INC-03). */
export function dispatchIncomingCall(owner: string, sap: Sap, vc: Vc, CallParameters: CO_CALL_PARAMETERS): NDIS_STATUS {
  const { environment } = vc;
  if (vc.addressFamily !== sap.addressFamily) {
    const message = `${vc.traceName} was not created on the address family of ${sap.traceName}`;
    environment.misuse("INC-02", owner, message, vc);
    return NDIS_STATUS_FAILURE;
  }
  const listening = advance(environment, SAP_STATES, sap, "DispatchIncomingCall", owner);
  if (listening !== NDIS_STATUS_SUCCESS) return listening;
  const moved = advanceVc(vc, "DispatchIncomingCall", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  // required by call-connected only.
  if (!vc.active) environment.suspect("ACT-05", owner, `a call is offered on ${vc.traceName}, which is not active`, vc);
  vc.incomingCallPended = true;
  vc.ended = "not";
  if (environment.verifying) vc.lent = LentParameters.lend(CallParameters);
  const { client, binding } = sap.addressFamily;
  const parameters = vc.lent?.view ?? CallParameters;
  const status = client.ClIncomingCallHandler(sap.clientContext, vc.clientContext, parameters);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.incomingCallPended) {
    environment.misuse(
      "INC-05",
      binding.protocol.name,
      "ProtocolClIncomingCall completed the offer and returned a final status as well",
      vc,
    );
    return NDIS_STATUS_PENDING;
  }
  settleOffer(vc, status, binding.protocol.name, CallParameters);
  return status;
}

/** NdisClIncomingCallComplete: runs ProtocolCmIncomingCallComplete (INC-05, INC-06). */
export function incomingCallComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisVcHandle,
  CallParameters: CO_CALL_PARAMETERS,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null || !environment.completes(Status, "INC-05", owner)) return;
  if (!vc.incomingCallPended) {
    environment.misuse(
      ruleAgainstAnswering(vc),
      owner,
      `incoming-call complete for ${vc.traceName}, which has no pending offer`,
      vc,
    );
    return;
  }
  const parameters = environment.verifying ? originalOf(CallParameters) : CallParameters;
  if (!settleOffer(vc, Status, owner, parameters)) return;
  const { callManager } = addressFamilyOf(vc).registration;
  callManager.CmIncomingCallCompleteHandler(Status, vc.callManagerContext, parameters);
}

/** A VC of the client's own is never offered, and a change of the QoS is accepted by returning; else the answer comes twice. */
function ruleAgainstAnswering(vc: Vc): string {
  if (vc.kind === "client") return "SAP-09";
  return vc.qosHandler === "ProtocolClIncomingCallQoSChange" ? "QOS-10" : "INC-05";
}

function settleOffer(vc: Vc, status: NDIS_STATUS, owner: string, parameters: CO_CALL_PARAMETERS): boolean {
  const accepted = status === NDIS_STATUS_SUCCESS;
  vc.incomingCallPended = false;
  endLoan(vc, accepted, owner, parameters);
  if (vc.state === "RCLOSE") return true;
  if (advanceVc(vc, accepted ? "IncomingCallAccepted" : "IncomingCallRejected", owner) !== NDIS_STATUS_SUCCESS)
    return false;
  if (!accepted) vc.ended = "rejected";
  settleInactive(vc, owner);
  return true;
}

/** A call that is closed is offered no more: whether to take it was answered by closing it. */
export function forgetOffer(vc: Vc): void {
  vc.incomingCallPended = false;
  vc.lent = null;
}

/** INC-08: a client that accepts with other parameters says so. INC-10: one that rejects has no business with them any more. */
function endLoan(vc: Vc, accepted: boolean, client: string, parameters: CO_CALL_PARAMETERS): void {
  const { lent, environment, traceName } = vc;
  vc.lent = null;
  if (lent === null) return;
  if (!accepted) {
    const message = `CallParameters of the offer on ${traceName} are touched after its rejection`;
    lent.recall(() => environment.misuse("INC-10", client, message, vc));
  } else if (lent.differsFrom(parameters) && (ulong(parameters?.Flags) & CALL_PARAMETERS_CHANGED) === 0) {
    const message = `the offer on ${traceName} is accepted with other parameters, and CALL_PARAMETERS_CHANGED is not set`;
    environment.misuse("INC-08", client, message, vc);
  }
}

/** A call that ended on a VC that is not active (any more) leaves the VC as it was made. */
export function settleInactive(vc: Vc, owner: string): void {
  if (vc.state === "DONE" && !vc.active) advanceVc(vc, "EndedInactive", owner);
}

/** Ndis(M)CmDispatchCallConnected: runs ProtocolClCallConnected; the VC must be active (CON-01, CON-02). */
export function dispatchCallConnected(environment: NdisEnvironment, owner: string, handle: NdisVcHandle): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return;
  if (!vc.active) {
    environment.misuse("ACT-05", owner, `${vc.traceName} is not active when the call is reported connected`, vc);
    return;
  }
  if (advanceVc(vc, "DispatchCallConnected", owner) !== NDIS_STATUS_SUCCESS) return;
  vc.accountedActivations = vc.activations;
  addressFamilyOf(vc).client.ClCallConnectedHandler(vc.clientContext);
}
