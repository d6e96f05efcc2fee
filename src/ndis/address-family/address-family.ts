import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { Binding } from "../binding/binding.ts";
import type { NDIS_CONTEXT, NdisAfHandle } from "../ddi/handles.ts";
import type { CO_ADDRESS_FAMILY } from "../ddi/structures/calls.ts";
import type { CallManagerHandlers, ClientHandlers, MiniportDriver, ProtocolDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful, TransitionTable } from "../funnel.ts";
import type { Sap } from "../sap/sap.ts";

/** An address family that a call manager offers on an adapter. */
export class AddressFamilyRegistration {
  readonly adapter: MiniportAdapter;
  readonly addressFamily: CO_ADDRESS_FAMILY;
  /** Of a stand-alone call manager; null for an MCM. */
  readonly binding: Binding | null;
  /** Whom ProtocolCoAfRegisterNotify has told of it. */
  readonly announcedTo = new WeakSet<Binding>();

  constructor(adapter: MiniportAdapter, addressFamily: CO_ADDRESS_FAMILY, binding: Binding | null) {
    this.adapter = adapter;
    this.addressFamily = { ...addressFamily };
    this.binding = binding;
  }

  get driver(): MiniportDriver | ProtocolDriver {
    return this.binding === null ? this.adapter.driver : this.binding.protocol;
  }

  /** The driver's name. */
  get owner(): string {
    return this.driver.name;
  }

  /** Looked up for every call: a driver may replace its entry points at any time (REG-33). */
  get callManager(): CallManagerHandlers {
    const { callManager } = this.binding ?? this.adapter.driver;
    if (callManager === null) throw new Error(`${this.owner} registered an address family without handlers`);
    return callManager;
  }

  /** What ProtocolCmOpenAf gets as CallMgrBindingContext: the adapter context of an MCM (MCM-09). */
  get callManagerContext(): NDIS_CONTEXT {
    return this.binding === null ? this.adapter.context : this.binding.context;
  }
}

export type AddressFamilyState = "OPENING" | "OPEN" | "NOTIFIED" | "CLOSING" | "CLOSED";
export type AddressFamilyEvent =
  | "OpenComplete"
  | "OpenFailed"
  | "Request"
  | "CreateVc"
  | "RegisterSap"
  | "NotifyClose"
  | "Close"
  | "CloseRefused"
  | "CloseRefusedAfterNotify"
  | "CloseComplete"
  | "NotifyCloseComplete";

/** What is begun on an address family that is closing, or that the call manager has asked to close. */
const LATE_USE = { NOTIFIED: "AF-35", CLOSING: "AF-27", CLOSED: "AF-27" } as const;

/** States of a client's open address family, section 23.5 of the rulebook. */
export const ADDRESS_FAMILY_STATES: TransitionTable<AddressFamilyState, AddressFamilyEvent> = {
  noun: "address-family",
  events: {
    OpenComplete: { rule: "AF-18", cells: { OPENING: "OPEN" } },
    OpenFailed: { rule: "AF-18", cells: { OPENING: "CLOSED" } },
    Request: { rule: "AF-19", ruleIn: LATE_USE, cells: { OPEN: "OPEN", NOTIFIED: "NOTIFIED" } },
    CreateVc: { rule: "AF-19", ruleIn: LATE_USE, cells: { OPEN: "OPEN" } },
    RegisterSap: { rule: "SAP-01", ruleIn: LATE_USE, cells: { OPEN: "OPEN" } },
    NotifyClose: { rule: "AF-32", cells: { OPEN: "NOTIFIED" } },
    Close: { rule: "AF-26", cells: { OPEN: "CLOSING", NOTIFIED: "CLOSING" } },
    CloseRefused: { rule: "AF-30", cells: { CLOSING: "OPEN" } },
    CloseRefusedAfterNotify: { rule: "AF-30", cells: { CLOSING: "NOTIFIED" } },
    CloseComplete: { rule: "AF-30", cells: { CLOSING: "CLOSED" } },
    NotifyCloseComplete: { rule: "AF-36", cells: { NOTIFIED: "NOTIFIED", CLOSING: "CLOSING", CLOSED: "CLOSED" } },
  },
};

/** One client's open address family: what NdisAfHandle names. */
export class AddressFamily implements Stateful<AddressFamilyState> {
  readonly environment: NdisEnvironment;
  readonly traceName: string;
  readonly registration: AddressFamilyRegistration;
  readonly binding: Binding;
  readonly clientContext: NDIS_CONTEXT;
  callManagerContext: NDIS_CONTEXT = null;
  state: AddressFamilyState = "OPENING";
  moves = 0;
  /** The open, close or close notification that is pending. */
  openPended = false;
  closePended = false;
  notifyPended = false;
  /** Whether it ever was open, and whether the call manager has asked to close it. */
  opened = false;
  notified = false;
  vcs = 0;
  /** VCs with a call that the client has not closed. */
  calls = 0;
  /** SAPs that are not gone; what is owed on them is asked of them. */
  readonly openSaps = new Set<Sap>();
  /** SAPs that the client has not deregistered. */
  heldSaps = 0;

  constructor(
    environment: NdisEnvironment,
    registration: AddressFamilyRegistration,
    binding: Binding,
    clientContext: NDIS_CONTEXT,
  ) {
    this.environment = environment;
    this.traceName = environment.nameObject("af");
    this.registration = registration;
    this.binding = binding;
    this.clientContext = clientContext;
  }

  /** Looked up for every call: a driver may replace its entry points at any time (REG-33). */
  get client(): ClientHandlers {
    const { client, protocol } = this.binding;
    if (client === null) throw new Error(`${protocol.name} opened an address family without handlers`);
    return client;
  }

  get contexts(): readonly unknown[] {
    return [this.clientContext, this.callManagerContext];
  }

  isSharedBy(driver: string): boolean {
    return driver === this.binding.protocol.name || driver === this.registration.owner;
  }
}

/** The address family that a handle names; null (and a violation) when it is stale or foreign. */
export function resolveAddressFamily(
  environment: NdisEnvironment,
  handle: NdisAfHandle | null,
  caller: string,
): AddressFamily | null {
  const object: unknown = handle;
  if (!(object instanceof AddressFamily) || object.environment !== environment) {
    environment.misuse("AF-38", caller, "NdisAfHandle is not the handle of an address family of this machine");
    return null;
  }
  const known = object;
  if (known.state === "CLOSED" && !known.notifyPended) {
    const byCallManager = caller === known.registration.owner;
    const rule = known.opened ? (byCallManager ? "AF-30" : "AF-27") : "AF-22";
    environment.misuse(rule, caller, `${known.traceName} is closed, and its handle invalid`, known);
    return null;
  }
  if (environment.verifying && !known.isSharedBy(caller)) {
    environment.misuse("AF-38", caller, `${known.traceName} belongs to other drivers`, known);
    return null;
  }
  return known;
}
