import type { AddressFamily } from "../address-family/address-family.ts";
import { ADDRESS_FAMILY_STATES } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import type { NDIS_CONTEXT, NdisVcHandle } from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  isPending,
  NDIS_STATUS_CLOSING,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import { forgetTapiCall } from "../tapi/call-id.ts";
import type { VcKind } from "./vc.ts";
import { advanceVc, Vc, vcPermits } from "./vc.ts";

/** NdisCoCreateVc by a client: the call manager's ProtocolCoCreateVc, and the miniport's if there is one, run before it returns (VC-02, VC-03). */
export function createClientVc(
  environment: NdisEnvironment,
  owner: string,
  addressFamily: AddressFamily,
  ProtocolVcContext: NDIS_CONTEXT,
  NdisVcHandle: OutParameter<NdisVcHandle>,
): NDIS_STATUS_FINAL {
  if (!mayCreate(environment, owner, addressFamily, NdisVcHandle)) return NDIS_STATUS_FAILURE;
  const vc = begin(environment, "client", addressFamily.binding, addressFamily);
  vc.clientContext = ProtocolVcContext;
  const { registration } = addressFamily;
  const context = new OutParameter<NDIS_CONTEXT>();
  const status = registration.callManager.CmCreateVcHandler(addressFamily.callManagerContext, toHandle(vc), context);
  if (status !== NDIS_STATUS_SUCCESS) return refusedByProtocol(vc, status, registration.owner);
  vc.callManagerContext = contextFrom(vc, context, registration.owner);
  const made = makeInMiniport(vc);
  if (made !== NDIS_STATUS_SUCCESS) {
    registration.callManager.CmDeleteVcHandler(vc.callManagerContext);
    return abandon(vc, made);
  }
  return finishCreation(vc, NdisVcHandle, owner);
}

/** NdisMCmCreateVc, and NdisCoCreateVc of a stand-alone call manager: the client's ProtocolCoCreateVc runs before it returns (VC-05). */
export function createCallManagerVc(
  environment: NdisEnvironment,
  owner: string,
  addressFamily: AddressFamily,
  CallMgrVcContext: NDIS_CONTEXT,
  NdisVcHandle: OutParameter<NdisVcHandle>,
): NDIS_STATUS_FINAL {
  if (!mayCreate(environment, owner, addressFamily, NdisVcHandle)) return NDIS_STATUS_FAILURE;
  const vc = begin(environment, "call-manager", addressFamily.binding, addressFamily);
  vc.callManagerContext = CallMgrVcContext;
  const context = new OutParameter<NDIS_CONTEXT>();
  const status = addressFamily.client.ClCreateVcHandler(addressFamily.clientContext, toHandle(vc), context);
  if (status !== NDIS_STATUS_SUCCESS) return refusedByProtocol(vc, status, addressFamily.binding.protocol.name);
  vc.clientContext = contextFrom(vc, context, addressFamily.binding.protocol.name);
  const made = makeInMiniport(vc);
  if (made !== NDIS_STATUS_SUCCESS) {
    addressFamily.client.ClDeleteVcHandler(vc.clientContext);
    return abandon(vc, made);
  }
  return finishCreation(vc, NdisVcHandle, owner);
}

/** NdisCoCreateVc without an address family: a stand-alone call manager's VC for itself; only the miniport is asked (VC-14). */
export function createOwnVc(
  environment: NdisEnvironment,
  owner: string,
  binding: Binding,
  ProtocolVcContext: NDIS_CONTEXT,
  NdisVcHandle: OutParameter<NdisVcHandle>,
): NDIS_STATUS_FINAL {
  if (binding.callManager === null) {
    environment.misuse("VC-01", owner, "a client creates a VC on an address family, not without one");
    return NDIS_STATUS_FAILURE;
  }
  checkEmpty(environment, owner, NdisVcHandle);
  const vc = begin(environment, "own", binding, null);
  vc.clientContext = ProtocolVcContext;
  vc.callManagerContext = ProtocolVcContext;
  const made = makeInMiniport(vc);
  return made === NDIS_STATUS_SUCCESS ? finishCreation(vc, NdisVcHandle, owner) : abandon(vc, made);
}

/** A VC that is being created: its address family cannot be closed from the handlers that are asked about it. */
function begin(environment: NdisEnvironment, kind: VcKind, binding: Binding, addressFamily: AddressFamily | null): Vc {
  const vc = new Vc(environment, kind, binding, addressFamily);
  countOnFamily(vc, 1);
  return vc;
}

function checkEmpty(environment: NdisEnvironment, owner: string, out: OutParameter<NdisVcHandle>): void {
  if (out.Value !== null)
    environment.misuse("VC-06", owner, "the variable for the new VC handle is NULL before the call");
}

function mayCreate(
  environment: NdisEnvironment,
  owner: string,
  addressFamily: AddressFamily,
  out: OutParameter<NdisVcHandle>,
): boolean {
  checkEmpty(environment, owner, out);
  return advance(environment, ADDRESS_FAMILY_STATES, addressFamily, "CreateVc", owner) === NDIS_STATUS_SUCCESS;
}

/** VC-11: who accepts a VC gives its context for it. */
function contextFrom(vc: Vc, slot: OutParameter<NDIS_CONTEXT>, owner: string): NDIS_CONTEXT {
  if (slot.Value === null)
    vc.environment.misuse("VC-11", owner, `${vc.traceName} is accepted without a VC context`, vc);
  return slot.Value;
}

/** MiniportCoCreateVc of a miniport whose calls a stand-alone call manager manages; an MCM has its own (VC-03, REG-13). */
function makeInMiniport(vc: Vc): NDIS_STATUS_FINAL {
  const { adapter, environment } = vc;
  const { driver } = adapter;
  if (driver.callManager !== null) {
    vc.miniportContext = vc.callManagerContext;
    return NDIS_STATUS_SUCCESS;
  }
  const create = driver.co?.CoCreateVcHandler ?? null;
  if (create === null) return NDIS_STATUS_FAILURE;
  const context = new OutParameter<NDIS_CONTEXT>();
  const status = create(adapter.context, toHandle(vc), context);
  if (isPending(status)) environment.fatal("VC-10", driver.name, "MiniportCoCreateVc returned NDIS_STATUS_PENDING", vc);
  if (status === NDIS_STATUS_SUCCESS) vc.miniportContext = contextFrom(vc, context, driver.name);
  return status;
}

function finishCreation(vc: Vc, out: OutParameter<NdisVcHandle>, owner: string): NDIS_STATUS_FINAL {
  vc.phase = "there";
  advanceVc(vc, "CreateVc", owner);
  vc.environment.live.vcs++;
  out.Value = toHandle<NdisVcHandle>(vc);
  return NDIS_STATUS_SUCCESS;
}

/** PENDING makes the VC unusable: the creator sees a failure (VC-09). */
function refusedByProtocol(vc: Vc, status: NDIS_STATUS, owner: string): NDIS_STATUS_FINAL {
  const refused = abandon(vc, status === NDIS_STATUS_PENDING ? NDIS_STATUS_FAILURE : status);
  if (status === NDIS_STATUS_PENDING)
    vc.environment.misuse("VC-09", owner, "ProtocolCoCreateVc returned NDIS_STATUS_PENDING", vc);
  return refused;
}

function abandon(vc: Vc, status: NDIS_STATUS_FINAL): NDIS_STATUS_FINAL {
  vc.phase = "deleting";
  countOnFamily(vc, -1);
  return status;
}

/**
 * NdisCoDeleteVc and NdisMCmDeleteVc: the creator deletes; the other side's ProtocolCoDeleteVc and, without an MCM, MiniportCoDeleteVc
 * run before it returns (VC-16, VC-20).
 */
export function deleteVc(environment: NdisEnvironment, owner: string, vc: Vc): NDIS_STATUS_FINAL {
  const creator =
    vc.kind === "call-manager" ? (vc.addressFamily?.registration.owner ?? null) : vc.binding.protocol.name;
  if (creator !== owner) {
    const message = `${vc.traceName} was created by ${creator}, and only its creator deletes it`;
    environment.misuse("VC-16", owner, message, vc);
    return NDIS_STATUS_FAILURE;
  }
  if (vc.deactivatePended || vc.phase === "deleting") return NDIS_STATUS_CLOSING;
  const legal = vc.activatePended ? NDIS_STATUS_NOT_ACCEPTED : vcPermits(vc, "DeleteVc", owner);
  if (legal !== NDIS_STATUS_SUCCESS) {
    vc.deletionRefused = true;
    // It has a status (VC-18, VC-19), but who asks has forgotten something. A client without a call has not: its call manager has.
    if (legal === NDIS_STATUS_NOT_ACCEPTED && !(vc.kind === "client" && (vc.state === "IDLE" || vc.state === "POST")))
      environment.suspect("VC-17", owner, `${vc.traceName} is deleted while it has a call or is active`, vc);
    return legal;
  }
  vc.phase = "deleting";
  // The peer may close the address family from its handler: this VC is in nobody's way any more.
  countOnFamily(vc, -1);
  const status = deleteAtPeer(vc);
  if (status !== NDIS_STATUS_SUCCESS) {
    vc.phase = "there";
    countOnFamily(vc, 1);
    return status;
  }
  forgetTapiCall(environment, vc);
  deleteInMiniport(vc);
  advanceVc(vc, "DeleteVc", owner);
  environment.live.vcs--;
  return NDIS_STATUS_SUCCESS;
}

function countOnFamily({ addressFamily, binding }: Vc, change: number): void {
  if (addressFamily !== null) addressFamily.vcs += change;
  else binding.ownVcs += change;
}

function deleteAtPeer(vc: Vc): NDIS_STATUS_FINAL {
  const { addressFamily, environment } = vc;
  if (addressFamily === null) return NDIS_STATUS_SUCCESS;
  const byClient = vc.kind === "client";
  const peer = byClient ? addressFamily.registration.owner : addressFamily.binding.protocol.name;
  const status: NDIS_STATUS = byClient
    ? addressFamily.registration.callManager.CmDeleteVcHandler(vc.callManagerContext)
    : addressFamily.client.ClDeleteVcHandler(vc.clientContext);
  if (status !== NDIS_STATUS_PENDING) return status;
  environment.misuse("VC-21", peer, "ProtocolCoDeleteVc returned NDIS_STATUS_PENDING", vc);
  return NDIS_STATUS_FAILURE;
}

function deleteInMiniport(vc: Vc): void {
  const { environment } = vc;
  const { driver } = vc.adapter;
  if (driver.callManager !== null) return;
  const status = driver.co?.CoDeleteVcHandler?.(vc.miniportContext) ?? NDIS_STATUS_SUCCESS;
  if (isPending(status)) environment.fatal("VC-10", driver.name, "MiniportCoDeleteVc returned NDIS_STATUS_PENDING", vc);
  if (status !== NDIS_STATUS_SUCCESS)
    environment.misuse("MEM-12", driver.name, `MiniportCoDeleteVc refused ${vc.traceName}, which is inactive`, vc);
}
