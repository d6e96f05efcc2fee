import type { BusSlot } from "../../machine/bus.ts";
import type { Blocking } from "../../machine/thread.ts";
import { notifyAddressFamilies } from "../address-family/registration.ts";
import { bindProtocol, pauseBinding, restartBinding, unbindProtocol } from "../binding/bind-unbind.ts";
import type { Binding } from "../binding/binding.ts";
import { notifyBinding } from "../binding/net-pnp-events.ts";
import {
  NDIS_DEVICE_PNP_EVENT,
  NDIS_HALT_ACTION,
  NDIS_SHUTDOWN_ACTION,
  NET_PNP_EVENT_CODE,
} from "../ddi/constants/enumerations.ts";
import type { NDIS_STATUS } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { NET_DEVICE_PNP_EVENT } from "../ddi/structures/adapter.ts";
import { NET_PNP_EVENT } from "../ddi/structures/binding.ts";
import type { LoadedImage, ProtocolDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { RequestWatch } from "../verifier/request-watch.ts";
import type { AdapterConfiguration, MiniportAdapter } from "./adapter.ts";
import { haltAdapter, shutDownAdapter, shutDownForBugCheck } from "./halt.ts";
import { addDevice, initializeAdapter, removeDevice } from "./initialize.ts";
import { pauseAdapter, restartAdapter } from "./pause-restart.ts";

/** How a device is taken down. */
export interface RemovalOptions {
  /** What MiniportHaltEx is told; NdisHaltDeviceDisabled by default. */
  readonly action?: NDIS_HALT_ACTION;
  /** Halts an MCM first and unbinds the protocols afterwards: it then finds address families open in MiniportHaltEx (AF-32, LIF-13). */
  readonly haltsBeforeUnbind?: boolean;
}

/** A NDIS_DEVICE_POWER_PROFILE, as MiniportDevicePnPEventNotify has it in its buffer: a ULONG. */
const POWER_PROFILE_BATTERY = 0;
const POWER_PROFILE_AC = 1;

/**
 * The plug and play manager's part of one machine's NDIS: devices come and go, protocols are bound to them and hear of events, in the
 * order of section 23.6 of the rulebook. Every step may block, so each is a body for a system thread; on one adapter they run one
 * after the other (LIF-07). A step that the state of things does not allow is refused with FAILURE.
 */
export class Devices {
  readonly environment: NdisEnvironment;
  readonly images: LoadedImage[] = [];
  /** Adapters that are there, in the order in which they came. */
  readonly adapters: MiniportAdapter[] = [];

  readonly #watch: RequestWatch;
  readonly #questions: ((adapter: MiniportAdapter) => Blocking<void>) | null;

  /** @param questions what NDIS itself asks a miniport that has initialised. */
  constructor(
    environment: NdisEnvironment,
    watch: RequestWatch,
    questions: ((adapter: MiniportAdapter) => Blocking<void>) | null,
  ) {
    this.environment = environment;
    this.#watch = watch;
    this.#questions = questions;
    environment.processor.atBugCheck(() => {
      for (const adapter of this.adapters) shutDownForBugCheck(adapter);
    });
  }

  /** A device has arrived in `slot`: initialises the adapter with the driver of that name, binds every protocol, and restarts it. */
  *start(slot: BusSlot, driverName: string, configuration: AdapterConfiguration): Blocking<NDIS_STATUS> {
    const { environment, adapters } = this;
    const image = this.images.find(({ name }) => name === driverName);
    const driver = image?.miniport ?? null;
    if (image === undefined || driver === null || adapters.some((other) => other.slot === slot))
      return NDIS_STATUS_FAILURE;
    const adapter = addDevice(environment, driver, slot, configuration);
    if (typeof adapter === "number") return adapter;
    adapters.push(adapter);
    this.#watch.start();
    return yield* adapter.exclusively(() => this.#bringUp(adapter, image));
  }

  *#bringUp(adapter: MiniportAdapter, image: LoadedImage): Blocking<NDIS_STATUS> {
    const status = yield* initializeAdapter(adapter);
    if (status !== NDIS_STATUS_SUCCESS) {
      this.#forget(adapter);
      image.holdings.reportLeft(this.environment, image.name, adapter, "MiniportInitializeEx", "LIF-03");
      return status;
    }
    if (this.#questions !== null) yield* this.#questions(adapter);
    for (const { protocol } of this.images.slice()) {
      if (protocol !== null) yield* bindProtocol(this.environment, protocol, adapter);
    }
    return yield* restartAdapter(adapter);
  }

  /** Running to Paused, and its bindings. */
  pause(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return adapter.exclusively(function* () {
      return adapter.state === "Running" ? yield* pauseAdapter(adapter) : NDIS_STATUS_FAILURE;
    });
  }

  /** Paused to Running, and its bindings. */
  restart(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return adapter.exclusively(function* () {
      return adapter.state === "Paused" ? yield* restartAdapter(adapter) : NDIS_STATUS_FAILURE;
    });
  }

  /** Takes a device down in order: ask the protocols, pause, unbind them, halt. @returns the status of a protocol that refuses. */
  remove(adapter: MiniportAdapter, options: RemovalOptions = {}): Blocking<NDIS_STATUS> {
    return adapter.exclusively(() => this.#askAndTakeDown(adapter, options));
  }

  *#askAndTakeDown(adapter: MiniportAdapter, options: RemovalOptions): Blocking<NDIS_STATUS> {
    // Who manages the calls of another miniport has to be unbound before: it would have NDIS call what is halted (LIF-14).
    if (options.haltsBeforeUnbind === true && adapter.driver.callManager === null) return NDIS_STATUS_FAILURE;
    const status = adapter.state === "Running" ? yield* queryRemoval(adapter) : NDIS_STATUS_SUCCESS;
    return status === NDIS_STATUS_SUCCESS ? yield* this.#takeDown(adapter, options) : status;
  }

  *#takeDown(adapter: MiniportAdapter, options: RemovalOptions): Blocking<NDIS_STATUS> {
    const { action = NDIS_HALT_ACTION.NdisHaltDeviceDisabled, haltsBeforeUnbind = false } = options;
    if (adapter.state === "Running") yield* pauseAdapter(adapter);
    if (adapter.state !== "Paused") return NDIS_STATUS_FAILURE;
    if (haltsBeforeUnbind) yield* haltAdapter(adapter, action);
    for (const binding of adapter.bindings.slice()) yield* unbindProtocol(binding);
    if (!haltsBeforeUnbind) yield* haltAdapter(adapter, action);
    this.#forget(adapter);
    const holder = this.images.find((image) => image.miniport === adapter.driver);
    holder?.holdings.reportLeft(this.environment, holder.name, adapter, "MiniportHaltEx");
    return NDIS_STATUS_SUCCESS;
  }

  #forget(adapter: MiniportAdapter): void {
    const place = this.adapters.indexOf(adapter);
    if (place >= 0) this.adapters.splice(place, 1);
    this.#watch.rest();
    removeDevice(adapter);
  }

  /** Asks the protocols whether the device may go; when one refuses, those that had agreed hear NetEventCancelRemoveDevice. */
  queryRemove(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return adapter.exclusively(() => queryRemoval(adapter));
  }

  /** The card was pulled out, once: the miniport hears of it at once, whatever is under way, and then it is taken down. */
  *surpriseRemove(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    if (!adapter.isUp || adapter.surpriseRemoved) return NDIS_STATUS_FAILURE;
    adapter.slot.eject();
    adapter.surpriseRemoved = true;
    notifyMiniport(adapter, NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventSurpriseRemoved, null);
    const options = { action: NDIS_HALT_ACTION.NdisHaltDeviceSurpriseRemoved };
    return yield* adapter.exclusively(() => this.#takeDown(adapter, options));
  }

  /** The machine runs on battery from now on, or on mains. */
  // biome-ignore lint/correctness/useYield: a thread body that never blocks
  *changePowerProfile(adapter: MiniportAdapter, onBattery: boolean): Blocking<NDIS_STATUS> {
    if (!adapter.isUp) return NDIS_STATUS_FAILURE;
    const profile = Uint32Array.of(onBattery ? POWER_PROFILE_BATTERY : POWER_PROFILE_AC);
    const buffer = new Uint8Array(profile.buffer);
    notifyMiniport(adapter, NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventPowerProfileChanged, buffer);
    return NDIS_STATUS_SUCCESS;
  }

  /**
   * ProtocolNetPnPEvent for every binding of an adapter. After NetEventReconfigure the clients are told of its address families again (BND-15).
   * @returns SUCCESS, or the first other status; a refused query does not go on to the next binding.
   */
  netPnPEvent(adapter: MiniportAdapter, event: NET_PNP_EVENT): Blocking<NDIS_STATUS> {
    return adapter.exclusively(function* () {
      const { NetEvent } = event;
      const isQuery =
        NetEvent === NET_PNP_EVENT_CODE.NetEventQueryPower || NetEvent === NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice;
      let result: NDIS_STATUS = NDIS_STATUS_SUCCESS;
      for (const binding of openBindings(adapter)) {
        const status = yield* notifyBinding(binding, { ...event });
        if (status !== NDIS_STATUS_SUCCESS && result === NDIS_STATUS_SUCCESS) result = status;
        if (isQuery && status !== NDIS_STATUS_SUCCESS) break;
        if (NetEvent === NET_PNP_EVENT_CODE.NetEventReconfigure && binding.isOpen) notifyAddressFamilies(binding);
      }
      return result;
    });
  }

  /** Binds a protocol to every adapter that it is not bound to; its new bindings run where the adapter does. */
  *bind(protocol: ProtocolDriver): Blocking<void> {
    for (const adapter of this.adapters.slice()) {
      yield* adapter.exclusively(() => this.#bindTo(adapter, protocol));
    }
  }

  *#bindTo(adapter: MiniportAdapter, protocol: ProtocolDriver): Blocking<void> {
    const isBound = adapter.bindings.some((other) => other.protocol === protocol);
    if (!adapter.isUp || !protocol.registered || isBound) return;
    const bound = yield* bindProtocol(this.environment, protocol, adapter);
    const binding = adapter.bindings.find((other) => other.protocol === protocol);
    if (bound === NDIS_STATUS_SUCCESS && binding !== undefined && adapter.state === "Running")
      yield* restartBinding(binding);
  }

  /** Pauses and unbinds one protocol (BND-06, BND-12). */
  unbind(binding: Binding): Blocking<void> {
    return binding.adapter.exclusively(function* () {
      if (binding.state === "Running") yield* pauseBinding(binding);
      if (binding.state === "Paused") yield* unbindProtocol(binding);
    });
  }

  /** The machine is switched off: every miniport is told, and nothing runs any more (LIF-14). */
  // biome-ignore lint/correctness/useYield: a thread body that never blocks
  *shutDown(): Blocking<void> {
    for (const adapter of this.adapters) {
      if (adapter.isUp) shutDownAdapter(adapter, NDIS_SHUTDOWN_ACTION.NdisShutdownPowerOff);
    }
    this.environment.processor.powerOff();
  }
}

function* queryRemoval(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
  const agreed: Binding[] = [];
  for (const binding of openBindings(adapter)) {
    const query = NET_PNP_EVENT({ NetEvent: NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice });
    const status = yield* notifyBinding(binding, query);
    if (status === NDIS_STATUS_SUCCESS) {
      agreed.push(binding);
      continue;
    }
    for (const other of agreed) {
      const cancel = NET_PNP_EVENT({ NetEvent: NET_PNP_EVENT_CODE.NetEventCancelRemoveDevice });
      yield* notifyBinding(other, cancel);
    }
    return status;
  }
  return adapter.isUp ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
}

function openBindings(adapter: MiniportAdapter): Binding[] {
  return adapter.bindings.filter((binding) => binding.isOpen);
}

function notifyMiniport(
  adapter: MiniportAdapter,
  DevicePnPEvent: NDIS_DEVICE_PNP_EVENT,
  buffer: Uint8Array | null,
): void {
  adapter.driver.characteristics.DevicePnPEventNotifyHandler?.(
    adapter.context,
    NET_DEVICE_PNP_EVENT({
      DevicePnPEvent,
      InformationBuffer: buffer,
      InformationBufferLength: buffer?.byteLength ?? 0,
    }),
  );
}
