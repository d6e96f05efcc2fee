import type { BusSlot } from "../../machine/bus.ts";
import type { KernelEvent } from "../../machine/thread.ts";
import type { AddressFamilyRegistration } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import type { MiniportAdapterHandle, NDIS_CONTEXT } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import type {
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
} from "../ddi/structures/adapter.ts";
import type { NDIS_CONFIGURATION_PARAMETER } from "../ddi/structures/configuration.ts";
import type { MiniportDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful, TransitionTable } from "../funnel.ts";

export type AdapterState = "Halted" | "Initializing" | "Paused" | "Restarting" | "Running" | "Pausing";
export type AdapterEvent =
  | "Initialize"
  | "InitializeOk"
  | "InitializeFailed"
  | "Restart"
  | "RestartOk"
  | "RestartFailed"
  | "Pause"
  | "PauseOk"
  | "Halt";

/** Miniport adapter states, section 23.6 of the rulebook. */
export const ADAPTER_STATES: TransitionTable<AdapterState, AdapterEvent> = {
  noun: "adapter",
  events: {
    Initialize: { rule: "LIF-01", cells: { Halted: "Initializing" } },
    InitializeOk: { rule: "LIF-01", cells: { Initializing: "Paused" } },
    InitializeFailed: { rule: "LIF-01", cells: { Initializing: "Halted" } },
    Restart: { rule: "LIF-07", cells: { Paused: "Restarting" } },
    RestartOk: { rule: "LIF-09", cells: { Restarting: "Running" } },
    RestartFailed: { rule: "LIF-09", cells: { Restarting: "Paused" } },
    Pause: { rule: "LIF-07", cells: { Running: "Pausing" } },
    PauseOk: { rule: "LIF-06", cells: { Pausing: "Paused" } },
    Halt: { rule: "LIF-11", cells: { Paused: "Halted" } },
  },
};

/** Values of the adapter's configuration store, by keyword. */
export type AdapterConfiguration = ReadonlyMap<string, NDIS_CONFIGURATION_PARAMETER>;

/** One adapter of a miniport driver. */
export class MiniportAdapter implements Stateful<AdapterState> {
  readonly environment: NdisEnvironment;
  readonly traceName: string;
  readonly driver: MiniportDriver;
  readonly slot: BusSlot;
  readonly configuration: AdapterConfiguration;
  state: AdapterState = "Halted";
  context: NDIS_CONTEXT = null;
  registrationAttributes: NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES | null = null;
  generalAttributes: NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES | null = null;
  readonly addressFamilies: AddressFamilyRegistration[] = [];
  readonly bindings: Binding[] = [];
  /** A pause or restart that the driver pended, and how a restart ended. */
  pendingOperation: KernelEvent | null = null;
  pendingStatus: NDIS_STATUS_FINAL | null = null;
  /** NET_BUFFER_LISTs that protocols hold, and sends that the miniport holds. */
  indicatedOutstanding = 0;
  sendsOutstanding = 0;

  constructor(
    environment: NdisEnvironment,
    driver: MiniportDriver,
    slot: BusSlot,
    configuration: AdapterConfiguration,
  ) {
    this.environment = environment;
    this.traceName = environment.nameObject("adapter");
    this.driver = driver;
    this.slot = slot;
    this.configuration = configuration;
  }

  get isConnectionOriented(): boolean {
    return this.driver.co !== null;
  }
}

/** The adapter that a handle names; null (and a violation) when it is stale or foreign. */
export function resolveAdapter(
  environment: NdisEnvironment,
  handle: MiniportAdapterHandle | null,
  caller: string,
): MiniportAdapter | null {
  const object: unknown = handle;
  if (object instanceof MiniportAdapter && object.environment === environment && object.state !== "Halted")
    return object;
  environment.misuse("AF-38", caller, "MiniportAdapterHandle is not the handle of a live adapter of this machine");
  return null;
}
