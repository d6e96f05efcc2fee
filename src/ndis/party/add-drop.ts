import type { NDIS_CONTEXT, NdisPartyHandle } from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";
import { addressFamilyOf } from "../vc/vc.ts";
import type { Party } from "./party.ts";
import { addParty, advanceParty, forgetParty, resolveParty, settleAdded } from "./party.ts";

/** NdisClAddParty: only on a connected multipoint VC (PTY-01); forwarded to ProtocolCmAddParty (PTY-03). */
export function clAddParty(
  environment: NdisEnvironment,
  owner: string,
  vc: Vc,
  ProtocolPartyContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
  NdisPartyHandle: OutParameter<NdisPartyHandle>,
): NDIS_STATUS {
  if (vc.state !== "CONN" || vc.parties === null) {
    const what = vc.parties === null ? "carries a point-to-point call" : `is in state ${vc.state}`;
    environment.misuse("PTY-01", owner, `NdisClAddParty on ${vc.traceName}, which ${what}`, vc);
    return NDIS_STATUS_FAILURE;
  }
  const hasContext = ProtocolPartyContext !== null && ProtocolPartyContext !== undefined;
  if (!hasContext || !(NdisPartyHandle instanceof OutParameter)) {
    const message = "NdisClAddParty needs a party context and an output variable for the party handle";
    environment.misuse("PTY-02", owner, message, vc);
    return NDIS_STATUS_FAILURE;
  }
  NdisPartyHandle.Value = null;
  const { registration } = addressFamilyOf(vc);
  const party = addParty(vc, ProtocolPartyContext, owner);
  party.addPended = true;
  const slot = new OutParameter<NDIS_CONTEXT>();
  const handle = toHandle<NdisPartyHandle>(party);
  const status = registration.callManager.CmAddPartyHandler(vc.callManagerContext, CallParameters, handle, slot);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!party.addPended) {
    const message = "ProtocolCmAddParty completed the addition and returned a final status as well";
    environment.misuse("PTY-05", registration.owner, message, party);
    return NDIS_STATUS_PENDING;
  }
  if (status === NDIS_STATUS_SUCCESS) NdisPartyHandle.Value = handle;
  settleAddition(party, status, slot.Value, registration.owner);
  return status;
}

/** Ndis(M)CmAddPartyComplete: runs ProtocolClAddPartyComplete; the handle is good for SUCCESS only (PTY-05, PTY-07). */
export function addPartyComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisPartyHandle,
  CallMgrPartyContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
): void {
  const party = resolveParty(environment, handle, owner);
  if (party === null || !environment.completes(Status, "PTY-05", owner)) return;
  if (!party.addPended) {
    environment.misuse("PTY-05", owner, `addition of ${party.traceName} completed, which is not pending`, party);
    return;
  }
  settleAddition(party, Status, CallMgrPartyContext, owner);
  const added = Status === NDIS_STATUS_SUCCESS ? handle : null;
  addressFamilyOf(party.vc).client.ClAddPartyCompleteHandler(Status, party.clientContext, added, CallParameters);
}

function settleAddition(party: Party, status: NDIS_STATUS, context: NDIS_CONTEXT, owner: string): void {
  party.addPended = false;
  if (status !== NDIS_STATUS_SUCCESS) {
    advanceParty(party, "AddFailure", owner);
    forgetParty(party, owner, "PTY-07");
    return;
  }
  if (context === null || context === undefined)
    party.environment.misuse("PTY-05", owner, `${party.traceName} is added without a party context`, party);
  party.callManagerContext = context;
  settleAdded(party, owner);
}

/** NdisClDropParty: the last party is not dropped but closed (PTY-08, PTY-09); the handle is dead from the call on (PTY-10). */
export function clDropParty(
  environment: NdisEnvironment,
  owner: string,
  party: Party,
  Buffer: Uint8Array | null,
  Size: number,
): NDIS_STATUS {
  if (party.state === "RDROP" || party.state === "UP") {
    const others = (party.vc.parties ?? []).filter(
      (other) => other !== party && other.state !== "DROPPING" && other.state !== "ADDING",
    );
    if (others.length === 0) return NDIS_STATUS_FAILURE;
  }
  const answers = party.state === "RDROP";
  const moved = advanceParty(party, "DropParty", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  party.dropPended = true;
  party.dropAnswers = answers;
  const { registration } = addressFamilyOf(party.vc);
  const status = registration.callManager.CmDropPartyHandler(party.callManagerContext, Buffer, Size);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!party.dropPended) {
    const message = "ProtocolCmDropParty completed the drop and returned a final status as well";
    environment.misuse("PTY-12", registration.owner, message, party);
    return NDIS_STATUS_PENDING;
  }
  settleDrop(party, status, registration.owner);
  return status;
}

/** Ndis(M)CmDropPartyComplete: runs ProtocolClDropPartyComplete (PTY-12). */
export function dropPartyComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisPartyHandle,
): void {
  const party = resolveParty(environment, handle, owner);
  if (party === null || !environment.completes(Status, "PTY-12", owner)) return;
  if (!party.dropPended) {
    environment.misuse("PTY-12", owner, `drop of ${party.traceName} completed, which is not pending`, party);
    return;
  }
  settleDrop(party, Status, owner);
  addressFamilyOf(party.vc).client.ClDropPartyCompleteHandler(Status, party.clientContext);
}

function settleDrop(party: Party, status: NDIS_STATUS, owner: string): void {
  party.dropPended = false;
  const dropped = status === NDIS_STATUS_SUCCESS;
  const failure = party.dropAnswers ? "AnswerFailure" : "DropFailure";
  advanceParty(party, dropped ? "DropSuccess" : failure, owner);
  if (dropped) forgetParty(party, owner, "PTY-12");
}

/** Ndis(M)CmDispatchIncomingDropParty: the peer left, and others remain; the client answers with NdisClDropParty (PTY-13, PTY-14). */
export function dispatchIncomingDropParty(
  environment: NdisEnvironment,
  owner: string,
  DropStatus: NDIS_STATUS_FINAL,
  handle: NdisPartyHandle,
  Buffer: Uint8Array | null,
  Size: number,
): void {
  const party = resolveParty(environment, handle, owner);
  if (party === null || !environment.completes(DropStatus, "PTY-13", owner)) return;
  if (advanceParty(party, "DispatchIncomingDropParty", owner) !== NDIS_STATUS_SUCCESS) return;
  const { client } = addressFamilyOf(party.vc);
  client.ClIncomingDropPartyHandler(DropStatus, party.clientContext, Buffer, Size);
}
