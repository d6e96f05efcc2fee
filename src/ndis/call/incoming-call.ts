import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import type { Sap } from "../sap/sap.ts";
import { SAP_STATES } from "../sap/sap.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf, advanceVc, resolveVc } from "../vc/vc.ts";

/** Ndis(M)CmDispatchIncomingCall: runs ProtocolClIncomingCall of the client that owns the SAP (INC-03). */
export function dispatchIncomingCall(owner: string, sap: Sap, vc: Vc, CallParameters: CO_CALL_PARAMETERS): NDIS_STATUS {
  const { environment } = vc;
  if (vc.addressFamily !== sap.addressFamily) {
    environment.misuse("INC-02", owner, `${vc.traceName} was not created on the address family of ${sap.traceName}`);
    return NDIS_STATUS_FAILURE;
  }
  const listening = advance(environment, SAP_STATES, sap, "DispatchIncomingCall", owner);
  if (listening !== NDIS_STATUS_SUCCESS) return listening;
  const moved = advanceVc(vc, "DispatchIncomingCall", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  vc.incomingCallPended = true;
  const { client, binding } = sap.addressFamily;
  const status = client.ClIncomingCallHandler(sap.clientContext, vc.clientContext, CallParameters);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.incomingCallPended) {
    environment.misuse(
      "INC-05",
      binding.protocol.name,
      "ProtocolClIncomingCall completed the offer and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  settleOffer(vc, status, binding.protocol.name);
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
    environment.misuse("INC-05", owner, `incoming-call complete for ${vc.traceName}, which has no pending offer`);
    return;
  }
  if (!settleOffer(vc, Status, owner)) return;
  addressFamilyOf(vc).registration.callManager.CmIncomingCallCompleteHandler(
    Status,
    vc.callManagerContext,
    CallParameters,
  );
}

function settleOffer(vc: Vc, status: NDIS_STATUS, owner: string): boolean {
  const accepted = status === NDIS_STATUS_SUCCESS;
  vc.incomingCallPended = false;
  if (vc.state === "RCLOSE") return true;
  if (advanceVc(vc, accepted ? "IncomingCallAccepted" : "IncomingCallRejected", owner) !== NDIS_STATUS_SUCCESS)
    return false;
  settleInactive(vc, owner);
  return true;
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
    environment.misuse("ACT-05", owner, `${vc.traceName} is not active when the call is reported connected`);
    return;
  }
  if (advanceVc(vc, "DispatchCallConnected", owner) !== NDIS_STATUS_SUCCESS) return;
  addressFamilyOf(vc).client.ClCallConnectedHandler(vc.clientContext);
}
