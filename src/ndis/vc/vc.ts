import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { AddressFamily } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import type { NDIS_CONTEXT, NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful, TransitionTable } from "../funnel.ts";
import { advance, permits } from "../funnel.ts";
import type { Party } from "../party/party.ts";
import type { LentParameters } from "../verifier/lent-parameters.ts";
import type { FlowsAsked } from "./flow-rounding.ts";
import type { VcEvent, VcState } from "./vc-states.ts";
import { CALL_MANAGER_VC_STATES, CLIENT_VC_STATES, OWN_VC_STATES } from "./vc-states.ts";

/** Who made a VC, and so who deletes it (VC-16). "own" is a stand-alone call manager's VC for itself, without a client (VC-14). */
export type VcKind = "client" | "call-manager" | "own";

/** A virtual connection: what NdisVcHandle names, to every driver that shares it. */
export class Vc implements Stateful<VcState> {
  readonly environment: NdisEnvironment;
  readonly serial: number;
  readonly kind: VcKind;
  /** Null for a call manager's own VC. */
  readonly addressFamily: AddressFamily | null;
  readonly adapter: MiniportAdapter;
  /** Of the protocol that sends and receives on it: the client, or the call manager on a VC of its own. */
  readonly binding: Binding;
  /** VC context of the protocol that sends and receives. */
  clientContext: NDIS_CONTEXT = null;
  callManagerContext: NDIS_CONTEXT = null;
  /** The miniport's VC context; an MCM has one for both of its halves. */
  miniportContext: NDIS_CONTEXT = null;
  /** What NdisCoAssignInstanceName has named it (VC-26). */
  instanceName: string | null = null;
  state: VcState = "NONE";
  moves = 0;
  active = false;
  /** Whether the client may send now, and whether receives may be indicated now; kept by {@link advanceVc}. */
  maySend = false;
  mayReceive = false;
  /** While ProtocolCoCreateVc, MiniportCoCreateVc, ProtocolCoDeleteVc and MiniportCoDeleteVc run. */
  phase: "creating" | "there" | "deleting" = "creating";
  /** Requests that are pending. */
  makeCallPended = false;
  incomingCallPended = false;
  closeCallPended = false;
  modifyPended = false;
  activatePended = false;
  deactivatePended = false;
  /** What the pending activation asks the miniport for; kept for the verifier only. */
  flowsAsked: FlowsAsked | null = null;
  /** When verifying: the flow values of the latest activation, and those that a pending change of the QoS found (QOS-04). */
  flowsInUse: FlowsAsked | null = null;
  flowsBefore: FlowsAsked | null = null;
  sendsOutstanding = 0;
  indicatedOutstanding = 0;
  /** Activations so far, and how many of them a call or a change of its QoS accounts for (QOS-03, QOS-09). */
  activations = 0;
  accountedActivations = 0;
  /** The client's handler for its QoS that runs now; and how often in a row the client has asked again from inside a completion (QOS-07). */
  qosHandler: "ProtocolClModifyCallQoSComplete" | "ProtocolClIncomingCallQoSChange" | null = null;
  renegotiations = 0;
  /** How the latest call on it ended. */
  ended: "not" | "failed" | "rejected" | "closed" = "not";
  /** Its creator has asked for its deletion when it had a call or was active (VC-17). */
  deletionRefused = false;
  /** ProtocolClIncomingCloseCall told the client of trouble: it deletes the VC (CLS-18). */
  mustBeDeleted = false;
  /** When verifying: call parameters that the driver which was asked has, until it answers. */
  lent: LentParameters | null = null;
  /** The parties of a multipoint call; null while there is none (OUT-03). */
  parties: Party[] | null = null;

  constructor(environment: NdisEnvironment, kind: VcKind, binding: Binding, addressFamily: AddressFamily | null) {
    this.environment = environment;
    this.serial = environment.nextVcSerial();
    this.kind = kind;
    this.addressFamily = addressFamily;
    this.binding = binding;
    this.adapter = binding.adapter;
  }

  get traceName(): string {
    return `vc#${this.serial}`;
  }

  get contexts(): readonly unknown[] {
    return [this.clientContext, this.callManagerContext, this.miniportContext];
  }

  /** Whether the driver of that name has a part in this VC: as client, call manager or miniport. */
  isSharedBy(driver: string): boolean {
    return (
      driver === this.binding.protocol.name ||
      driver === this.adapter.driver.name ||
      driver === this.addressFamily?.registration.owner
    );
  }
}

/**
 * The VC that a handle names; null (and a violation) when it is stale or foreign.
 * @param opaque the rule that is broken by what never was the handle of a VC.
 */
export function resolveVc(
  environment: NdisEnvironment,
  handle: NdisVcHandle | null,
  caller: string,
  opaque = "AF-38",
): Vc | null {
  const object: unknown = handle;
  if (object instanceof Vc && object.environment === environment && object.state !== "NONE") {
    if (!environment.verifying || object.isSharedBy(caller)) return object;
    environment.misuse("AF-38", caller, `${object.traceName} belongs to other drivers`, object);
    return null;
  }
  if (!(object instanceof Vc) || object.environment !== environment)
    environment.misuse(opaque, caller, "NdisVcHandle is not the handle of a VC of this machine");
  else if (object.phase === "creating")
    environment.misuse("VC-12", caller, `${object.traceName} is used before it has been created`, object);
  else environment.misuse("VC-22", caller, `${object.traceName} is deleted, its handle invalid`, object);
  return null;
}

/** The address family of a VC on which a call is made; a call manager's own VC never gets that far. */
export function addressFamilyOf(vc: Vc): AddressFamily {
  if (vc.addressFamily === null) throw new Error(`${vc.traceName} has no address family`);
  return vc.addressFamily;
}

/** Moves a VC through its funnel and keeps what the data path looks at. */
export function advanceVc(vc: Vc, event: VcEvent, owner: string): NDIS_STATUS_FINAL {
  const before = vc.state;
  const status = advance(vc.environment, tableOf(vc), vc, event, owner);
  if (status === NDIS_STATUS_SUCCESS) {
    if (event === "ActivateVc") vc.activations++;
    else if (event === "CreateVc") vc.environment.verifier?.vcs.add(vc);
    else if (event === "DeleteVc") vc.environment.verifier?.vcs.delete(vc);
  }
  const { addressFamily, state } = vc;
  if (addressFamily !== null && state !== before) {
    if (hasOpenCall(state)) addressFamily.calls += hasOpenCall(before) ? 0 : 1;
    else if (hasOpenCall(before)) addressFamily.calls--;
  }
  refreshDataPath(vc);
  return status;
}

/** Whether there is a call that the client has to close still. */
function hasOpenCall(state: VcState): boolean {
  switch (state) {
    case "DIAL":
    case "DIALA":
    case "CONN":
    case "OFFER":
    case "ACC":
    case "RCLOSE":
      return true;
    default:
      return false;
  }
}

/** Whether `event` is legal for a VC now; nothing moves. */
export function vcPermits(vc: Vc, event: VcEvent, owner: string): NDIS_STATUS_FINAL {
  return permits(vc.environment, tableOf(vc), vc, event, owner);
}

/** Whether an activation moves a VC in its present state. */
export function isActivatedIn(vc: Vc): boolean {
  return tableOf(vc).events.ActivateVc.cells[vc.state] !== undefined;
}

function tableOf(vc: Vc): TransitionTable<VcState, VcEvent> {
  if (vc.kind === "client") return CLIENT_VC_STATES;
  return vc.kind === "own" ? OWN_VC_STATES : CALL_MANAGER_VC_STATES;
}

/** The data path follows state and activity: sends while connected (SND-14), receives while active and not closing (RCV-10). */
export function refreshDataPath(vc: Vc): void {
  const { state } = vc;
  vc.maySend = state === "CONN" || (vc.kind === "own" && vc.active && !vc.deactivatePended);
  vc.mayReceive =
    vc.active && (state === "CONN" || state === "DIALA" || state === "ACT" || state === "OFFER" || state === "ACC");
}
