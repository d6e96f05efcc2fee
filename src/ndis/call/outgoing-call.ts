import { MULTIPOINT_VC } from "../ddi/constants/connection-flags.ts";
import type { NDIS_CONTEXT, NdisPartyHandle, NdisVcHandle } from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import { ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Party } from "../party/party.ts";
import { addParty, advanceParty, forgetParty, settleAdded } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf, advanceVc, resolveVc } from "../vc/vc.ts";
import { LentParameters, originalOf } from "../verifier/lent-parameters.ts";

/**
 * NdisClMakeCall: forwarded to ProtocolCmMakeCall (OUT-04); a final status means that the client completes itself (OUT-26). A party
 * context makes the call multipoint (OUT-03).
 */
export function makeCall(
  owner: string,
  vc: Vc,
  CallParameters: CO_CALL_PARAMETERS,
  ProtocolPartyContext: NDIS_CONTEXT | null,
  NdisPartyHandle: OutParameter<NdisPartyHandle> | null,
): NDIS_STATUS {
  const { environment } = vc;
  if (NdisPartyHandle !== null) NdisPartyHandle.Value = null;
  const isMultipoint = ProtocolPartyContext !== null && ProtocolPartyContext !== undefined;
  if (isMultipoint && NdisPartyHandle === null)
    environment.misuse("PTY-02", owner, "a multipoint call needs an output variable for its party handle", vc);
  if (!isMultipoint && (ulong(CallParameters.Flags) & MULTIPOINT_VC) !== 0)
    environment.misuse("OUT-03", owner, `a call with MULTIPOINT_VC on ${vc.traceName} has no party context`, vc);
  if (vc.mustBeDeleted) {
    const message = `${vc.traceName} is to be deleted: its last call was closed with a CloseStatus other than SUCCESS`;
    environment.misuse("CLS-18", owner, message, vc);
    return NDIS_STATUS_FAILURE;
  }
  const moved = advanceVc(vc, "MakeCall", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  const { callManager, owner: callManagerOwner } = addressFamilyOf(vc).registration;
  const party = isMultipoint ? addParty(vc, ProtocolPartyContext, owner) : null;
  const slot = party === null ? null : new OutParameter<NDIS_CONTEXT>();
  vc.makeCallPended = true;
  vc.ended = "not";
  if (environment.verifying) vc.lent = LentParameters.lend(CallParameters);
  const parameters = vc.lent?.view ?? CallParameters;
  const handle = party === null ? null : toHandle<NdisPartyHandle>(party);
  const status = callManager.CmMakeCallHandler(vc.callManagerContext, parameters, handle, slot);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!vc.makeCallPended) {
    const message = "ProtocolCmMakeCall completed the call and returned a final status as well";
    environment.misuse("OUT-07", callManagerOwner, message, vc);
    return NDIS_STATUS_PENDING;
  }
  const final = answerOfMakeCall(vc, status, callManagerOwner);
  settleCall(vc, final, callManagerOwner);
  settleFirstParty(vc, party, final, slot?.Value ?? null, callManagerOwner, "OUT-06");
  if (final === NDIS_STATUS_SUCCESS && NdisPartyHandle !== null) NdisPartyHandle.Value = handle;
  return final;
}

/** OUT-05: a success before the activation is none. */
function answerOfMakeCall(vc: Vc, status: NDIS_STATUS_FINAL, callManager: string): NDIS_STATUS_FINAL {
  if (status !== NDIS_STATUS_SUCCESS || vc.state !== "DIAL") return status;
  const message = `ProtocolCmMakeCall answers SUCCESS, and ${vc.traceName} is not activated`;
  vc.environment.misuse("OUT-05", callManager, message, vc);
  return NDIS_STATUS_FAILURE;
}

/** The call is up or has failed; false when it cannot end so now (OUT-09). */
function settleCall(vc: Vc, status: NDIS_STATUS_FINAL, owner: string): boolean {
  const connected = status === NDIS_STATUS_SUCCESS;
  if (advanceVc(vc, connected ? "MakeCallSuccess" : "MakeCallFailure", owner) !== NDIS_STATUS_SUCCESS) return false;
  vc.makeCallPended = false;
  vc.accountedActivations = vc.activations;
  if (!connected) vc.ended = "failed";
  const { lent } = vc;
  vc.lent = null;
  if (lent?.hasLenderWritten === true) {
    const message = `the call parameters of ${vc.traceName} changed before its make-call was complete`;
    vc.environment.misuse("OUT-02", vc.binding.protocol.name, message, vc);
  }
  return true;
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
    environment.misuse("OUT-07", owner, `make-call complete for ${vc.traceName}, which has no pending make-call`, vc);
    return;
  }
  const party = vc.parties?.[0] ?? null;
  checkPartyArguments(vc, party, NdisPartyHandle, CallMgrPartyContext, owner);
  if (!settleCall(vc, Status, owner)) return;
  settleFirstParty(vc, party, Status, CallMgrPartyContext, owner, "OUT-13");
  const partyHandle = Status === NDIS_STATUS_SUCCESS && party !== null ? toHandle<NdisPartyHandle>(party) : null;
  const parameters = environment.verifying ? originalOf(CallParameters) : CallParameters;
  addressFamilyOf(vc).client.ClMakeCallCompleteHandler(Status, vc.clientContext, partyHandle, parameters);
}

/** OUT-13: the party handle as ProtocolCmMakeCall got it; for a point-to-point call both are NULL. */
function checkPartyArguments(
  vc: Vc,
  party: Party | null,
  handle: NdisPartyHandle | null,
  context: NDIS_CONTEXT,
  owner: string,
): void {
  const given: unknown = handle;
  if (given !== party) {
    const right = party === null ? "NULL for a point-to-point call" : `the handle of ${party.traceName}`;
    vc.environment.misuse("OUT-13", owner, `NdisPartyHandle for ${vc.traceName} is ${right}`, vc);
  } else if (party === null && context !== null) {
    const message = `CallMgrPartyContext is NULL for ${vc.traceName}, which is point-to-point`;
    vc.environment.misuse("OUT-13", owner, message, vc);
  }
}

/** The first party lives and dies with its call: the context counts for SUCCESS only (OUT-12), and a failure frees the party at once (OUT-14). */
function settleFirstParty(
  vc: Vc,
  party: Party | null,
  status: NDIS_STATUS,
  context: NDIS_CONTEXT,
  owner: string,
  rule: string,
): void {
  if (party === null) return;
  if (status !== NDIS_STATUS_SUCCESS) {
    advanceParty(party, "AddFailure", owner);
    forgetParty(party, owner, "OUT-14");
    vc.parties = null;
    return;
  }
  if (context === null || context === undefined)
    vc.environment.misuse(rule, owner, `${party.traceName} is connected without a party context`, party);
  party.callManagerContext = context;
  settleAdded(party, owner);
}
