import type { Blocking } from "../../machine/thread.ts";
import { isBlocking } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { Binding } from "../binding/binding.ts";
import type { NDIS_CONTEXT, NdisAfHandle } from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  statusName,
} from "../ddi/status.ts";
import type { CO_ADDRESS_FAMILY } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import { allocationFails } from "../executive/holdings.ts";
import { atPassiveLevel } from "../executive/passive.ts";
import { advance } from "../funnel.ts";
import {
  ADDRESS_FAMILY_STATES,
  AddressFamily,
  AddressFamilyRegistration,
  resolveAddressFamily,
} from "./address-family.ts";
import { withoutAwaitingClose } from "./waits.ts";

/** NdisMCmRegisterAddressFamilyEx: one call per AF and adapter (AF-02, AF-04); FAILURE for a duplicate or a caller that is no MCM (AF-05). */
export function registerMcmAddressFamily(
  adapter: MiniportAdapter,
  addressFamily: CO_ADDRESS_FAMILY,
): NDIS_STATUS_FINAL {
  const { driver } = adapter;
  if (driver.co === null || driver.callManager === null) return NDIS_STATUS_FAILURE;
  if (isTaken(adapter, addressFamily)) return NDIS_STATUS_FAILURE;
  if (adapter.state !== "Initializing") {
    const message = `an address family is registered from MiniportInitializeEx, and ${adapter.traceName} is ${adapter.state}`;
    adapter.environment.suspect("AF-02", driver.name, message);
  }
  if (allocationFails(adapter.environment)) return NDIS_STATUS_RESOURCES;
  announce(register(adapter, addressFamily, null));
  return NDIS_STATUS_SUCCESS;
}

/**
 * NdisCmRegisterAddressFamilyEx: FAILURE for a caller that is no call manager, a miniport that is not connection-oriented, an AF that is
 * taken, or a binding that closes (AF-04, AF-06). Clients hear of it when the call manager's bind is done (AF-10).
 */
export function registerCmAddressFamily(binding: Binding, addressFamily: CO_ADDRESS_FAMILY): NDIS_STATUS_FINAL {
  const { adapter } = binding;
  if (binding.co === null || binding.callManager === null || adapter.driver.co === null) return NDIS_STATUS_FAILURE;
  if (binding.state === "Closing" || isTaken(adapter, addressFamily)) return NDIS_STATUS_FAILURE;
  // Suspect only: NDPROXY offers its family when it has heard of another one (WAN-02).
  if (binding.state !== "Opening") {
    const message = `an address family is registered from ProtocolBindAdapterEx, and ${binding.traceName} is ${binding.state}`;
    binding.environment.suspect("AF-01", binding.protocol.name, message);
  }
  if (allocationFails(adapter.environment)) return NDIS_STATUS_RESOURCES;
  const registration = register(adapter, addressFamily, binding);
  if (binding.state !== "Opening") announce(registration);
  return NDIS_STATUS_SUCCESS;
}

function isTaken(adapter: MiniportAdapter, { AddressFamily: wanted }: CO_ADDRESS_FAMILY): boolean {
  return adapter.addressFamilies.some(({ addressFamily }) => addressFamily.AddressFamily === wanted);
}

function register(
  adapter: MiniportAdapter,
  addressFamily: CO_ADDRESS_FAMILY,
  binding: Binding | null,
): AddressFamilyRegistration {
  const registration = new AddressFamilyRegistration(adapter, addressFamily, binding);
  adapter.addressFamilies.push(registration);
  return registration;
}

/** Tells every protocol that is bound (AF-11). */
function announce(registration: AddressFamilyRegistration): void {
  for (const binding of registration.adapter.bindings.slice()) {
    if (binding.state !== "Opening" && binding.isOpen) notifyClient(binding, registration);
  }
}

/** A bind is done: the protocol hears of every address family on its adapter, and the others of those that it brought (AF-10, AF-11). */
export function notifyAddressFamilies(binding: Binding): void {
  const { addressFamilies } = binding.adapter;
  for (const registration of addressFamilies.slice()) {
    if (registration.binding === binding) announce(registration);
    else notifyClient(binding, registration);
  }
}

/** The binding of a stand-alone call manager closes: what it offered on the adapter is gone (section 23.5). */
export function withdrawAddressFamilies(binding: Binding): void {
  const { addressFamilies } = binding.adapter;
  if (binding.pendingNotifications > 0) {
    const message = `${binding.traceName} closes, and a notification of an address family's end is pending still`;
    binding.environment.misuse("AF-36", binding.protocol.name, message);
  }
  for (const registration of addressFamilies) {
    if (registration.binding === binding) checkNotified(registration);
  }
  const left = addressFamilies.filter((registration) => registration.binding !== binding);
  addressFamilies.splice(0, addressFamilies.length, ...left);
}

/** Before its binding closes a call manager has asked every client to close (AF-33). */
function checkNotified(registration: AddressFamilyRegistration): void {
  const { adapter, owner } = registration;
  for (const af of adapter.openAddressFamilies) {
    if (af.registration !== registration || (af.state !== "OPEN" && af.state !== "OPENING")) continue;
    const message = `${owner} closes its binding, and never asked ${af.binding.protocol.name} to close ${af.traceName}`;
    af.environment.misuse("AF-33", owner, message, af);
  }
}

function notifyClient(binding: Binding, registration: AddressFamilyRegistration): void {
  const { co } = binding;
  if (co === null) return;
  registration.announcedTo.add(binding);
  const answer = co.CoAfRegisterNotifyHandler(binding.context, { ...registration.addressFamily });
  if (!isBlocking(answer)) return;
  const closing = (): AddressFamily | null =>
    [...binding.adapter.openAddressFamilies].find((af) => af.binding === binding && af.closePended) ?? null;
  const body = withoutAwaitingClose("CNC-09", binding.protocol.name, closing, answer);
  binding.environment.processor.startThread("ProtocolCoAfRegisterNotify", body);
}

/** NdisClOpenAddressFamilyEx: forwarded to ProtocolCmOpenAf (AF-16); a final status means that the client completes itself (AF-23). */
export function openAddressFamily(
  environment: NdisEnvironment,
  binding: Binding,
  addressFamily: CO_ADDRESS_FAMILY,
  ClientAfContext: NDIS_CONTEXT,
  NdisAfHandle: OutParameter<NdisAfHandle>,
): NDIS_STATUS {
  const registration = binding.adapter.addressFamilies.find(
    (other) => other.addressFamily.AddressFamily === addressFamily.AddressFamily,
  );
  if (binding.client === null || registration === undefined || binding.state === "Closing") return NDIS_STATUS_FAILURE;
  // AF-20: the call manager is closing, and takes no new client.
  if (registration.binding !== null && registration.binding.state === "Closing") return NDIS_STATUS_FAILURE;
  if (!registration.announcedTo.has(binding)) {
    const message = "an address family is opened after ProtocolCoAfRegisterNotify has told of it";
    environment.misuse("AF-15", binding.protocol.name, message);
    return NDIS_STATUS_FAILURE;
  }
  const af = new AddressFamily(environment, registration, binding, ClientAfContext);
  environment.live.addressFamilies++;
  binding.addressFamilies++;
  binding.adapter.openAddressFamilies.add(af);
  const context = new OutParameter<NDIS_CONTEXT>();
  af.openPended = true;
  const handle = toHandle<NdisAfHandle>(af);
  const status = registration.callManager.CmOpenAfHandler(
    registration.callManagerContext,
    { ...addressFamily },
    handle,
    context,
  );
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!af.openPended) {
    environment.misuse(
      "AF-18",
      registration.owner,
      "ProtocolCmOpenAf completed the open and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  af.openPended = false;
  if (status === NDIS_STATUS_SUCCESS) {
    if (context.Value === null)
      environment.misuse("AF-17", registration.owner, `ProtocolCmOpenAf opened ${af.traceName} without a context`, af);
    af.callManagerContext = context.Value;
    NdisAfHandle.Value = handle;
  }
  settleOpen(af, status);
  return status;
}

/** Ndis(M)CmOpenAddressFamilyComplete: runs ProtocolClOpenAfCompleteEx at PASSIVE_LEVEL (AF-18, AF-20). */
export function openAddressFamilyComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisAfHandle,
  CallMgrAfContext: NDIS_CONTEXT,
): void {
  const af = resolveAddressFamily(environment, handle, owner);
  if (af === null || !environment.completes(Status, "AF-18", owner)) return;
  if (!af.openPended) {
    environment.misuse("AF-18", owner, `open complete for ${af.traceName}, whose open is not pending`);
    return;
  }
  if (Status === NDIS_STATUS_SUCCESS && CallMgrAfContext === null)
    environment.misuse("AF-18", owner, `the open of ${af.traceName} is completed without a context`, af);
  af.openPended = false;
  if (Status === NDIS_STATUS_SUCCESS) af.callManagerContext = CallMgrAfContext;
  settleOpen(af, Status);
  const result = Status === NDIS_STATUS_SUCCESS ? handle : null;
  atPassiveLevel(environment, "ProtocolClOpenAfCompleteEx", () =>
    af.client.ClOpenAfCompleteHandlerEx(af.clientContext, result, Status),
  );
}

function settleOpen(af: AddressFamily, status: NDIS_STATUS): void {
  const { environment } = af;
  const opened = status === NDIS_STATUS_SUCCESS;
  af.opened = opened;
  advance(environment, ADDRESS_FAMILY_STATES, af, opened ? "OpenComplete" : "OpenFailed", af.registration.owner);
  if (!opened) forget(af);
}

function forget(af: AddressFamily): void {
  af.environment.live.addressFamilies--;
  af.binding.addressFamilies--;
  af.binding.adapter.openAddressFamilies.delete(af);
}

/** Its call manager is gone: the address family is closed without asking it. */
export function abandonAddressFamily(af: AddressFamily): void {
  const { environment, registration } = af;
  if (af.state === "OPEN" || af.state === "NOTIFIED")
    advance(environment, ADDRESS_FAMILY_STATES, af, "Close", registration.owner);
  af.closePended = false;
  if (af.notifyPended) endNotification(af);
  advance(
    environment,
    ADDRESS_FAMILY_STATES,
    af,
    af.state === "OPENING" ? "OpenFailed" : "CloseComplete",
    registration.owner,
  );
  forget(af);
}

/** NdisClCloseAddressFamily: the handle is dead for the client at once (AF-27); a second close gets FAILURE (AF-26). */
export function closeAddressFamily(environment: NdisEnvironment, owner: string, handle: NdisAfHandle): NDIS_STATUS {
  const af = resolveAddressFamily(environment, handle, owner);
  if (af === null || af.state === "CLOSING" || af.state === "CLOSED") return NDIS_STATUS_FAILURE;
  checkEmpty(af, owner);
  const moved = advance(environment, ADDRESS_FAMILY_STATES, af, "Close", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  af.closePended = true;
  const status = af.registration.callManager.CmCloseAfHandler(af.callManagerContext);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!af.closePended) {
    environment.misuse(
      "AF-30",
      af.registration.owner,
      "ProtocolCmCloseAf completed the close and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  return settleClose(af, status);
}

/**
 * Calls and SAPs end before their address family. After the call manager has asked for the end that is an order to keep (AF-35); else the
 * close comes to nothing or has to wait, as the call manager likes (AF-26, AF-29).
 */
function checkEmpty(af: AddressFamily, owner: string): void {
  const { environment, state, calls, heldSaps, traceName } = af;
  if (state === "NOTIFIED" && (calls > 0 || heldSaps > 0)) {
    const message = `${traceName} is closed before ${calls} calls are closed and ${heldSaps} SAPs deregistered`;
    environment.misuse("AF-35", owner, message, af);
  } else if (state === "OPEN" && (af.vcs > 0 || af.openSaps.size > 0)) {
    environment.suspect(
      "AF-26",
      owner,
      `${traceName} is closed with ${af.vcs} VCs and ${af.openSaps.size} SAPs left`,
      af,
    );
  }
}

/** Ndis(M)CmCloseAddressFamilyComplete: runs ProtocolClCloseAfComplete (AF-30, AF-31). */
export function closeAddressFamilyComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisAfHandle,
): void {
  const af = resolveAddressFamily(environment, handle, owner);
  if (af === null || !environment.completes(Status, "AF-30", owner)) return;
  if (!af.closePended) {
    environment.misuse("AF-30", owner, `close complete for ${af.traceName}, whose close is not pending`);
    return;
  }
  if (Status !== NDIS_STATUS_SUCCESS) {
    environment.misuse("AF-30", owner, `a close that pended is completed with SUCCESS, not ${statusName(Status)}`);
  }
  af.client.ClCloseAfCompleteHandler(settleClose(af, Status), af.clientContext);
}

/**
 * Ends a close with `status`. With VCs or SAPs left it fails (AF-26), whatever the call manager says, which should have refused or waited
 * (AF-29). @returns the final status.
 */
function settleClose(af: AddressFamily, status: NDIS_STATUS_FINAL): NDIS_STATUS_FINAL {
  const { environment, registration } = af;
  af.closePended = false;
  let final = status;
  if (status === NDIS_STATUS_SUCCESS && (af.vcs > 0 || af.openSaps.size > 0)) {
    const left = `${af.vcs} VCs and ${af.openSaps.size} SAPs`;
    environment.misuse("AF-29", registration.owner, `${af.traceName} closed with ${left} left`, af);
    final = NDIS_STATUS_FAILURE;
  }
  const closed = final === NDIS_STATUS_SUCCESS;
  const refused = af.notified ? "CloseRefusedAfterNotify" : "CloseRefused";
  advance(environment, ADDRESS_FAMILY_STATES, af, closed ? "CloseComplete" : refused, registration.owner);
  if (closed) forget(af);
  return final;
}

/** Ndis(M)CmNotifyCloseAddressFamily: runs ProtocolClNotifyCloseAf of the client that owns the AF (AF-34). */
export function notifyCloseAddressFamily(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisAfHandle,
): NDIS_STATUS {
  const af = resolveAddressFamily(environment, handle, owner);
  if (af === null) return NDIS_STATUS_FAILURE;
  const moved = advance(environment, ADDRESS_FAMILY_STATES, af, "NotifyClose", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  af.notified = true;
  af.notifyPended = true;
  af.binding.pendingNotifications++;
  const answer = af.client.ClNotifyCloseAfHandler(af.clientContext);
  if (isBlocking(answer)) {
    environment.processor.startThread("ProtocolClNotifyCloseAf", finishNotification(af, answer));
    return NDIS_STATUS_PENDING;
  }
  if (answer === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!af.notifyPended) {
    const message = "ProtocolClNotifyCloseAf completed the notification and returned a final status as well";
    environment.misuse("AF-36", af.binding.protocol.name, message, af);
    return NDIS_STATUS_PENDING;
  }
  endNotification(af);
  return answer;
}

/** A notification that blocks runs on a thread of its own, as if it had pended; what it returns completes it. */
function* finishNotification(af: AddressFamily, body: Blocking<NDIS_STATUS>): Blocking<void> {
  const closing = (): AddressFamily | null => (af.closePended ? af : null);
  const status = yield* withoutAwaitingClose("AF-28", af.binding.protocol.name, closing, body);
  if (status === NDIS_STATUS_PENDING || !af.notifyPended) return;
  endNotification(af);
  af.registration.callManager.CmNotifyCloseAfCompleteHandler(af.callManagerContext, status);
}

function endNotification(af: AddressFamily): void {
  af.notifyPended = false;
  af.binding.pendingNotifications--;
}

/** NdisClNotifyCloseAddressFamilyComplete: runs ProtocolCmNotifyCloseAfComplete; legal even after the AF is closed (AF-36, X-23). */
export function notifyCloseAddressFamilyComplete(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisAfHandle,
  Status: NDIS_STATUS_FINAL,
): void {
  const af = resolveAddressFamily(environment, handle, owner);
  if (af === null) return;
  if (!af.notifyPended) {
    environment.misuse("AF-36", owner, `notify-close complete for ${af.traceName}, whose notification is not pending`);
    return;
  }
  advance(environment, ADDRESS_FAMILY_STATES, af, "NotifyCloseComplete", owner);
  endNotification(af);
  af.registration.callManager.CmNotifyCloseAfCompleteHandler(af.callManagerContext, Status);
}
