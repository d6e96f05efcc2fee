import { isBlocking } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { Binding } from "../binding/binding.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_ADDRESS_FAMILY } from "../ddi/structures/calls.ts";
import { allocationFails } from "../executive/holdings.ts";
import type { AddressFamily } from "./address-family.ts";
import { AddressFamilyRegistration } from "./address-family.ts";
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
