import type { KernelEvent } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { NDIS_CONTEXT, NdisBindingHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import type { NET_PNP_EVENT_NOTIFICATION } from "../ddi/structures/binding.ts";
import type { NDIS_STATUS_INDICATION } from "../ddi/structures/indications.ts";
import type { NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS } from "../ddi/structures/optional-handlers.ts";
import type {
  CallManagerHandlers,
  ClientHandlers,
  ProtocolCoHandlers,
  ProtocolDriver,
  ProtocolTables,
} from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful, TransitionTable } from "../funnel.ts";

export type BindingState = "Unbound" | "Opening" | "Paused" | "Restarting" | "Running" | "Pausing" | "Closing";
export type BindingEvent =
  | "Bind"
  | "BindOk"
  | "BindFailed"
  | "Restart"
  | "RestartOk"
  | "RestartFailed"
  | "Pause"
  | "PauseOk"
  | "Unbind"
  | "UnbindOk";

/** Protocol binding states, section 23.6 of the rulebook. */
export const BINDING_STATES: TransitionTable<BindingState, BindingEvent> = {
  noun: "binding",
  events: {
    Bind: { rule: "BND-01", cells: { Unbound: "Opening" } },
    BindOk: { rule: "BND-04", cells: { Opening: "Paused" } },
    BindFailed: { rule: "BND-04", cells: { Opening: "Unbound" } },
    Restart: { rule: "LIF-07", cells: { Paused: "Restarting" } },
    RestartOk: { rule: "BND-13", cells: { Restarting: "Running" } },
    RestartFailed: { rule: "BND-13", cells: { Restarting: "Paused" } },
    Pause: { rule: "BND-06", cells: { Running: "Pausing" } },
    PauseOk: { rule: "BND-13", cells: { Pausing: "Paused" } },
    Unbind: { rule: "BND-06", cells: { Paused: "Closing" } },
    UnbindOk: { rule: "BND-11", cells: { Closing: "Unbound" } },
  },
};

/** A status indication on its way to a protocol. */
interface QueuedStatus {
  readonly vcContext: NDIS_CONTEXT;
  readonly indication: NDIS_STATUS_INDICATION;
}

/** One protocol on one adapter. */
export class Binding implements Stateful<BindingState>, ProtocolTables {
  readonly environment: NdisEnvironment;
  readonly traceName: string;
  readonly protocol: ProtocolDriver;
  readonly adapter: MiniportAdapter;
  state: BindingState = "Unbound";
  moves = 0;
  /** Between NdisOpenAdapterEx, or ProtocolOpenAdapterCompleteEx when it pended, and NdisCloseAdapterEx. */
  isOpen = false;
  /** NdisOpenAdapterEx pended: ProtocolOpenAdapterCompleteEx is due. Set when it has run. */
  openPending: KernelEvent | null = null;
  context: NDIS_CONTEXT = null;
  /** The driver's tables of entry points, or what it set for this binding alone (REG-24). */
  co: ProtocolCoHandlers | null;
  client: ClientHandlers | null;
  callManager: CallManagerHandlers | null;
  sharedMemoryProvider: NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS | null;
  /** Address families that this client has open. */
  addressFamilies = 0;
  /** Close notifications of address families that the client has pended. */
  pendingNotifications = 0;
  /** VCs that this stand-alone call manager has for itself (VC-14). */
  ownVcs = 0;
  outstandingOidRequests = 0;
  indicatedOutstanding = 0;
  sendsOutstanding = 0;
  /** A bind, unbind or PnP event that the protocol pended, and how it ended. */
  pendingOperation: KernelEvent | null = null;
  pendingStatus: NDIS_STATUS_FINAL | null = null;
  /** NdisCloseAdapterEx pended: ProtocolCloseAdapterCompleteEx is due when nothing is outstanding. */
  closePending = false;
  /** NDIS takes its time with the close: a choice point said so. */
  closeDelayed = false;
  /** The notification that ProtocolNetPnPEvent has, and must complete with (BND-14). */
  pnpEvent: NET_PNP_EVENT_NOTIFICATION | null = null;
  /** NdisUnbindAdapter was called (BND-12). */
  unbindRequested = false;
  /** Status indications, one after the other (STA-03). */
  readonly statusQueue: QueuedStatus[] = [];
  indicatingStatus = false;

  constructor(environment: NdisEnvironment, protocol: ProtocolDriver, adapter: MiniportAdapter) {
    this.environment = environment;
    this.traceName = environment.nameObject("binding");
    this.protocol = protocol;
    this.co = ownTable(protocol.co);
    this.client = ownTable(protocol.client);
    this.callManager = ownTable(protocol.callManager);
    this.sharedMemoryProvider = protocol.sharedMemoryProvider;
    this.adapter = adapter;
  }
}

function ownTable<T extends object>(table: T | null): T | null {
  return table === null ? null : { ...table };
}

/** What ProtocolBindAdapterEx is handed until the bind is complete. */
export class BindContext {
  readonly binding: Binding;
  active = true;

  constructor(binding: Binding) {
    this.binding = binding;
  }
}

/** What ProtocolUnbindAdapterEx is handed until the unbind is complete. */
export class UnbindContext {
  readonly binding: Binding;
  active = true;

  constructor(binding: Binding) {
    this.binding = binding;
  }
}

/** The binding that a handle names; null (and a violation) when it is stale or foreign. */
export function resolveBinding(
  environment: NdisEnvironment,
  handle: NdisBindingHandle | null,
  caller: string,
): Binding | null {
  const object: unknown = handle;
  if (object instanceof Binding && object.environment === environment && object.isOpen) {
    const isAsked = object.state === "Pausing" || object.state === "Closing" || object.pnpEvent !== null;
    if (!object.unbindRequested || isAsked) return object;
    environment.misuse("BND-12", caller, `the handle of ${object.traceName} is used after NdisUnbindAdapter`);
    return null;
  }
  environment.misuse("BND-03", caller, "NdisBindingHandle is not the handle of an open binding of this machine");
  return null;
}
