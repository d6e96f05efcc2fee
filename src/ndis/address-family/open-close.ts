import type { Binding } from "../binding/binding.ts";
import type { NDIS_CONTEXT, NdisAfHandle } from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS, statusName } from "../ddi/status.ts";
import type { CO_ADDRESS_FAMILY } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import { atPassiveLevel } from "../executive/passive.ts";
import { advance } from "../funnel.ts";
import { ADDRESS_FAMILY_STATES, AddressFamily, resolveAddressFamily } from "./address-family.ts";
import { endNotification } from "./notify-close.ts";

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
