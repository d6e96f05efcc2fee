import type { NDIS_CONTEXT, NdisPartyHandle, NdisVcHandle, OutParameter } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";
import { advanceVc, resolveVc } from "../vc/vc.ts";

/** NdisClMakeCall: forwarded to ProtocolCmMakeCall (OUT-04); a final status means that the client completes itself (OUT-26). */
export function makeCall(
  owner: string,
  vc: Vc,
  CallParameters: CO_CALL_PARAMETERS,
  ProtocolPartyContext: NDIS_CONTEXT | null,
  NdisPartyHandle: OutParameter<NdisPartyHandle> | null,
): NDIS_STATUS {
  if (ProtocolPartyContext !== null) {
    if (NdisPartyHandle !== null) NdisPartyHandle.Value = null;
    return NDIS_STATUS_NOT_SUPPORTED;
  }
  const moved = advanceVc(vc, "MakeCall", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  const { callManager, owner: callManagerOwner } = vc.addressFamily.registration;
  vc.makeCallPended = true;
  const status = callManager.CmMakeCallHandler(vc.callManagerContext, CallParameters, null, null);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.makeCallPended) {
    vc.environment.misuse(
      "OUT-07",
      callManagerOwner,
      "ProtocolCmMakeCall completed the call and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  vc.makeCallPended = false;
  const connected = status === NDIS_STATUS_SUCCESS;
  if (advanceVc(vc, connected ? "MakeCallSuccess" : "MakeCallFailure", callManagerOwner) === NDIS_STATUS_SUCCESS) {
    return status;
  }
  // OUT-09: a success before the activation is none.
  advanceVc(vc, "MakeCallFailure", callManagerOwner);
  return NDIS_STATUS_FAILURE;
}

/** Ndis(M)CmMakeCallComplete: runs ProtocolClMakeCallComplete (OUT-07 to OUT-16). */
export function makeCallComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisVcHandle,
  NdisPartyHandle: NdisPartyHandle | null,
  CallMgrPartyContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null || !environment.completes(Status, "OUT-08", owner)) return;
  if (!vc.makeCallPended) {
    environment.misuse("OUT-07", owner, `make-call complete for ${vc.traceName}, which has no pending make-call`);
    return;
  }
  if (NdisPartyHandle !== null || CallMgrPartyContext !== null) {
    environment.misuse(
      "OUT-13",
      owner,
      `party handle and context are NULL for ${vc.traceName}, which is point-to-point`,
    );
  }
  const moved = advanceVc(vc, Status === NDIS_STATUS_SUCCESS ? "MakeCallSuccess" : "MakeCallFailure", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return;
  vc.makeCallPended = false;
  vc.addressFamily.client.ClMakeCallCompleteHandler(Status, vc.clientContext, null, CallParameters);
}
