import type { BusSlot } from "../../machine/bus.ts";
import type { Blocking } from "../../machine/thread.ts";
import { KernelEvent } from "../../machine/thread.ts";
import type { AddressFamily, AddressFamilyRegistration } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import type { MiniportAdapterHandle, NDIS_CONTEXT } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_NOT_ACCEPTED, statusName } from "../ddi/status.ts";
import type {
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
} from "../ddi/structures/adapter.ts";
import type { NDIS_CONFIGURATION_PARAMETER } from "../ddi/structures/configuration.ts";
import type { NDIS_RESOURCE_LIST } from "../ddi/structures/system.ts";
import type { MiniportDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful, TransitionTable } from "../funnel.ts";
import type { SendWatch } from "../verifier/send-watch.ts";
import type { HangWatch } from "./hang-watch.ts";
import { resourcesOf } from "./resources.ts";

export type AdapterState = "Halted" | "Initializing" | "Paused" | "Restarting" | "Running" | "Pausing" | "Shutdown";
export type AdapterEvent =
  | "Initialize"
  | "InitializeOk"
  | "InitializeFailed"
  | "Restart"
  | "RestartOk"
  | "RestartFailed"
  | "Pause"
  | "PauseOk"
  | "Halt"
  | "Shutdown";

/** Miniport adapter states, section 23.6 of the rulebook. A reset is none of them (LIF-19). */
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
    Shutdown: {
      rule: "LIF-14",
      cells: { Paused: "Shutdown", Restarting: "Shutdown", Running: "Shutdown", Pausing: "Shutdown" },
    },
  },
};

/** Values of the adapter's configuration store, by keyword. */
export type AdapterConfiguration = ReadonlyMap<string, NDIS_CONFIGURATION_PARAMETER>;

/** From this version on a miniport asks to be called at a bug check, and ends what is pending before it ends a reset (LIF-17, LIF-21). */
const NDIS_6_30 = 0x061e;

/** A reset that has begun (LIF-16). */
export interface AdapterReset {
  /** Set when it is over. */
  readonly over: KernelEvent;
  /** How NdisMResetComplete ended it; null until then. */
  status: NDIS_STATUS_FINAL | null;
  /** OID requests that the miniport had when it began: what of them is not done is aborted (OID-16). */
  readonly aborts: ReadonlySet<object>;
}

/** One adapter of a miniport driver. */
export class MiniportAdapter implements Stateful<AdapterState> {
  readonly environment: NdisEnvironment;
  readonly traceName: string;
  readonly driver: MiniportDriver;
  readonly slot: BusSlot;
  readonly configuration: AdapterConfiguration;
  readonly resources: NDIS_RESOURCE_LIST;
  state: AdapterState = "Halted";
  moves = 0;
  context: NDIS_CONTEXT = null;
  /** What MiniportAddDevice named, for MiniportInitializeEx and MiniportRemoveDevice. */
  addDeviceContext: NDIS_CONTEXT = null;
  registrationAttributes: NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES | null = null;
  generalAttributes: NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES | null = null;
  readonly addressFamilies: AddressFamilyRegistration[] = [];
  /** Address families that clients have open here. */
  readonly openAddressFamilies = new Set<AddressFamily>();
  readonly bindings: Binding[] = [];
  /** A pause or restart that the driver pended, and how a restart ended. */
  pendingOperation: KernelEvent | null = null;
  pendingStatus: NDIS_STATUS_FINAL | null = null;
  /** A plug and play operation is under way; others wait for it (LIF-07). */
  busy: KernelEvent | null = null;
  reset: AdapterReset | null = null;
  hangWatch: HangWatch | null = null;
  /** Its device is gone: the miniport was told (MiniportDevicePnPEventNotify). */
  surpriseRemoved = false;
  /** Inside MiniportAddDevice: the handle is good, though the adapter is Halted. */
  isBeingAdded = false;
  /** MiniportHaltEx runs. */
  isHalting = false;
  /** Its removal has been asked for. */
  isGoing = false;
  /** NET_BUFFER_LISTs that protocols hold, and sends that the miniport holds. */
  indicatedOutstanding = 0;
  sendsOutstanding = 0;
  /** OID requests that the miniport has not completed, oldest first. */
  readonly oidRequests = new Set<object>();
  #oidsDrained: KernelEvent | null = null;
  /** Set when the last send is back; null while nobody waits for that. */
  sendsDone: KernelEvent | null = null;
  /** When verifying: the time that sends take. */
  sendWatch: SendWatch | null = null;

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
    this.resources = resourcesOf(slot);
  }

  get isConnectionOriented(): boolean {
    return this.driver.co !== null;
  }

  /** What NdisQueryAdapterInstanceName tells: the driver and where its device is plugged in. */
  get instanceName(): string {
    return `${this.driver.name} in ${this.slot.name}`;
  }

  get isNdis630(): boolean {
    const { MajorNdisVersion, MinorNdisVersion } = this.driver.characteristics;
    return MajorNdisVersion * 0x100 + MinorNdisVersion >= NDIS_6_30;
  }

  /** The miniport may be asked something: between initialise and halt, but not after a shutdown (LIF-01, LIF-14). */
  get isUp(): boolean {
    const { state } = this;
    if (this.isHalting) return false;
    return state === "Paused" || state === "Restarting" || state === "Running" || state === "Pausing";
  }

  oidStarted(request: object): void {
    this.oidRequests.add(request);
  }

  /** The miniport is done with a request; after a surprise removal it says NOT_ACCEPTED (OID-15). */
  oidEnded(request: object, status: NDIS_STATUS_FINAL): void {
    this.oidRequests.delete(request);
    if (this.oidRequests.size === 0) this.#oidsDrained?.set();
    if (this.surpriseRemoved && status !== NDIS_STATUS_NOT_ACCEPTED)
      this.environment.misuse("OID-15", this.driver.name, `${statusName(status)} after the surprise removal`);
  }

  /** Waits until the miniport holds no OID request (LIF-11). */
  *oidsDrained(): Blocking<void> {
    while (this.oidRequests.size > 0) {
      this.#oidsDrained = new KernelEvent();
      yield { event: this.#oidsDrained, timeoutNs: Number.POSITIVE_INFINITY };
    }
  }

  /** Waits until the miniport has no send (LIF-11). */
  *sendsDrained(): Blocking<void> {
    while (this.sendsOutstanding > 0) {
      this.sendsDone = new KernelEvent();
      yield { event: this.sendsDone, timeoutNs: Number.POSITIVE_INFINITY };
    }
    this.sendsDone = null;
  }

  /** Runs a plug and play operation once those before it are over (LIF-07). */
  *exclusively<T>(operation: () => Blocking<T>): Blocking<T> {
    while (this.busy !== null) yield { event: this.busy, timeoutNs: Number.POSITIVE_INFINITY };
    const busy = new KernelEvent();
    this.busy = busy;
    try {
      return yield* operation();
    } finally {
      this.busy = null;
      busy.set();
    }
  }
}

/** The adapter that a handle names; null (and a violation) when it is stale or foreign. */
export function resolveAdapter(
  environment: NdisEnvironment,
  handle: MiniportAdapterHandle | null,
  caller: string,
): MiniportAdapter | null {
  const object: unknown = handle;
  if (
    object instanceof MiniportAdapter &&
    object.environment === environment &&
    (object.state !== "Halted" || object.isBeingAdded)
  )
    return object;
  environment.misuse("AF-38", caller, "MiniportAdapterHandle is not the handle of a live adapter of this machine");
  return null;
}
