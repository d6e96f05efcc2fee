import type { NdisPartyHandle, NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";
import { advanceVc, resolveVc } from "../vc/vc.ts";
import { settleInactive } from "./incoming-call.ts";

/** NdisClCloseCall: every send must be back (CLS-01); forwarded to ProtocolCmCloseCall (CLS-03). */
export function closeCall(
  environment: NdisEnvironment,
  owner: string,
  vc: Vc,
  Buffer: Uint8Array | null,
  Size: number,
): NDIS_STATUS {
  if (vc.sendsOutstanding > 0) {
    environment.misuse(
      "CLS-01",
      owner,
      `NdisClCloseCall on ${vc.traceName} with ${vc.sendsOutstanding} sends outstanding`,
    );
  }
  const moved = advanceVc(vc, "CloseCall", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  vc.closeCallPended = true;
  const { callManager, owner: callManagerOwner } = vc.addressFamily.registration;
  const status = callManager.CmCloseCallHandler(vc.callManagerContext, null, Buffer, Size);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.closeCallPended) {
    environment.misuse(
      "CLS-09",
      callManagerOwner,
      "ProtocolCmCloseCall completed the close and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  settleClose(vc, status, callManagerOwner);
  return status;
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
  if (!vc.closeCallPended || NdisPartyHandle !== null) {
    environment.misuse(
      "CLS-09",
      owner,
      `close-call complete for ${vc.traceName}, which has no pending close${NdisPartyHandle === null ? "" : " of a party"}`,
    );
    return;
  }
  if (!settleClose(vc, Status, owner)) return;
  vc.addressFamily.client.ClCloseCallCompleteHandler(Status, vc.clientContext, null);
}

function settleClose(vc: Vc, status: NDIS_STATUS, owner: string): boolean {
  const closed = status === NDIS_STATUS_SUCCESS;
  if (advanceVc(vc, closed ? "CloseCallSuccess" : "CloseCallFailure", owner) !== NDIS_STATUS_SUCCESS) return false;
  vc.closeCallPended = false;
  settleInactive(vc);
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
  if (vc === null) return;
  if (advanceVc(vc, "DispatchIncomingCloseCall", owner) !== NDIS_STATUS_SUCCESS) return;
  vc.addressFamily.client.ClIncomingCloseCallHandler(CloseStatus, vc.clientContext, Buffer, Size);
}
