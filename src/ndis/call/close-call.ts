import type { NdisPartyHandle, NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Party } from "../party/party.ts";
import { advanceParty, forgetParty } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf, advanceVc, resolveVc, vcPermits } from "../vc/vc.ts";
import { forgetOffer, settleInactive } from "./incoming-call.ts";

/** NdisClCloseCall: every send must be back (CLS-01), one party be left (CLS-04); forwarded to ProtocolCmCloseCall (CLS-03). */
export function closeCall(
  environment: NdisEnvironment,
  owner: string,
  vc: Vc,
  NdisPartyHandle: NdisPartyHandle | null,
  Buffer: Uint8Array | null,
  Size: number,
): NDIS_STATUS {
  if (isGone(vc, "NdisClCloseCall", owner)) return NDIS_STATUS_FAILURE;
  const legal = vcPermits(vc, "CloseCall", owner);
  if (legal !== NDIS_STATUS_SUCCESS) return legal;
  if (vc.sendsOutstanding > 0) {
    const message = `NdisClCloseCall on ${vc.traceName} with ${vc.sendsOutstanding} sends outstanding`;
    environment.misuse("CLS-01", owner, message, vc);
  }
  if (!namesLastParty(vc, NdisPartyHandle, owner)) return NDIS_STATUS_FAILURE;
  advanceVc(vc, "CloseCall", owner);
  vc.closeCallPended = true;
  const { callManager, owner: callManagerOwner } = addressFamilyOf(vc).registration;
  const partyContext = lastPartyOf(vc)?.callManagerContext ?? null;
  const status = callManager.CmCloseCallHandler(vc.callManagerContext, partyContext, Buffer, Size);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.closeCallPended) {
    const message = "ProtocolCmCloseCall completed the close and returned a final status as well";
    environment.misuse("CLS-09", callManagerOwner, message, vc);
    return NDIS_STATUS_PENDING;
  }
  return settleClose(vc, status, callManagerOwner) ? status : NDIS_STATUS_PENDING;
}

/** CLS-12: with its call, a VC of the call manager ends for the client. */
export function isGone(vc: Vc, ddi: string, client: string): boolean {
  if (vc.kind !== "call-manager" || vc.ended !== "closed") return false;
  const message = `${ddi} on ${vc.traceName}, which is the call manager's again since its call was closed`;
  vc.environment.misuse("CLS-12", client, message, vc);
  return true;
}

/** CLS-04: a multipoint call is closed with the handle of its only party, a point-to-point call with NULL. */
function namesLastParty(vc: Vc, handle: NdisPartyHandle | null, owner: string): boolean {
  const { parties, environment, traceName } = vc;
  const given: unknown = handle;
  const only = lastPartyOf(vc);
  if (parties !== null && parties.length > 1) {
    environment.misuse("CLS-04", owner, `NdisClCloseCall on ${traceName}, which has ${parties.length} parties`, vc);
    return false;
  }
  if (given === only) return only === null || advanceParty(only, "CloseCall", owner) === NDIS_STATUS_SUCCESS;
  const right = only === null ? "NULL: the call is point-to-point" : `the handle of ${only.traceName}`;
  environment.misuse("CLS-04", owner, `NdisPartyHandle of NdisClCloseCall on ${traceName} is ${right}`, vc);
  return false;
}

function lastPartyOf(vc: Vc): Party | null {
  return vc.parties?.[0] ?? null;
}

/** Ndis(M)CmCloseCallComplete: runs ProtocolClCloseCallComplete (CLS-09, CLS-10). */
export function closeCallComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisVcHandle,
  NdisPartyHandle: NdisPartyHandle | null,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null || !environment.completes(Status, "CLS-09", owner)) return;
  if (!vc.closeCallPended) {
    environment.misuse("CLS-09", owner, `close-call complete for ${vc.traceName}, which has no pending close`, vc);
    return;
  }
  const party = lastPartyOf(vc);
  const given: unknown = NdisPartyHandle;
  if (given !== party) {
    const right = party === null ? "NULL: the call is point-to-point" : `the handle of ${party.traceName}`;
    environment.misuse("CLS-09", owner, `NdisPartyHandle for ${vc.traceName} is ${right}`, vc);
  }
  if (!settleClose(vc, Status, owner)) return;
  addressFamilyOf(vc).client.ClCloseCallCompleteHandler(Status, vc.clientContext, party?.clientContext ?? null);
}

function settleClose(vc: Vc, status: NDIS_STATUS, owner: string): boolean {
  const closed = status === NDIS_STATUS_SUCCESS;
  if (!closed && (!vc.active || vc.deactivatePended)) {
    const message = `the close of ${vc.traceName} fails although it is deactivated: its call cannot go on`;
    vc.environment.misuse("CLS-09", owner, message, vc);
    return false;
  }
  if (advanceVc(vc, closed ? "CloseCallSuccess" : "CloseCallFailure", owner) !== NDIS_STATUS_SUCCESS) return false;
  vc.closeCallPended = false;
  const party = lastPartyOf(vc);
  if (closed && party !== null) {
    advanceParty(party, "CloseSuccess", owner);
    forgetParty(party, owner, "CLS-09");
    vc.parties = null;
  }
  if (closed) {
    vc.ended = "closed";
    forgetOffer(vc);
  }
  settleInactive(vc, owner);
  return true;
}

/** Ndis(M)CmDispatchIncomingCloseCall: tells the client; the call stays up until the client closes it (CLS-14, CLS-19). */
export function dispatchIncomingCloseCall(
  environment: NdisEnvironment,
  owner: string,
  CloseStatus: NDIS_STATUS_FINAL,
  handle: NdisVcHandle,
  Buffer: Uint8Array | null,
  Size: number,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null || !environment.completes(CloseStatus, "CLS-14", owner)) return;
  if (vc.ended === "rejected") {
    environment.misuse("INC-14", owner, `the offer on ${vc.traceName} was rejected: there is no call to close`, vc);
    return;
  }
  if (advanceVc(vc, "DispatchIncomingCloseCall", owner) !== NDIS_STATUS_SUCCESS) return;
  if (vc.kind === "client" && CloseStatus !== NDIS_STATUS_SUCCESS) vc.mustBeDeleted = true;
  addressFamilyOf(vc).client.ClIncomingCloseCallHandler(CloseStatus, vc.clientContext, Buffer, Size);
}
