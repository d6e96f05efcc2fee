import type { BusSlot } from "../../machine/bus.ts";
import type { Blocking } from "../../machine/thread.ts";
import { settle } from "../../machine/thread.ts";
import type { MiniportAdapterHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { NDIS_MINIPORT_INIT_PARAMETERS } from "../ddi/structures/adapter.ts";
import type { MiniportDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import type { AdapterConfiguration } from "./adapter.ts";
import { ADAPTER_STATES, MiniportAdapter } from "./adapter.ts";
import { HangWatch } from "./hang-watch.ts";

/** A device of `driver` in `slot`, announced with MiniportAddDevice when the driver has one; or the status with which the driver refuses it. */
export function addDevice(
  environment: NdisEnvironment,
  driver: MiniportDriver,
  slot: BusSlot,
  configuration: AdapterConfiguration,
): MiniportAdapter | NDIS_STATUS_FINAL {
  const adapter = new MiniportAdapter(environment, driver, slot, configuration);
  const handler = driver.pnp?.MiniportAddDeviceHandler ?? null;
  if (handler === null) return adapter;
  adapter.isBeingAdded = true;
  const status = handler(toHandle<MiniportAdapterHandle>(adapter), driver.context);
  adapter.isBeingAdded = false;
  return status === NDIS_STATUS_SUCCESS ? adapter : status;
}

/** The device of a halted adapter goes: MiniportRemoveDevice, the reciprocal of MiniportAddDevice. */
export function removeDevice(adapter: MiniportAdapter): void {
  adapter.driver.pnp?.MiniportRemoveDeviceHandler?.(adapter.addDeviceContext);
}

/** Initialises an adapter: SUCCESS leaves it Paused, another status Halted (LIF-01). */
export function* initializeAdapter(adapter: MiniportAdapter): Blocking<NDIS_STATUS_FINAL> {
  const { environment, driver } = adapter;
  advance(environment, ADAPTER_STATES, adapter, "Initialize", driver.name);
  environment.live.adapters++;
  driver.adapters.push(adapter);
  const parameters = NDIS_MINIPORT_INIT_PARAMETERS({
    AllocatedResources: adapter.resources,
    MiniportAddDeviceContext: adapter.addDeviceContext,
  });
  const initialize = driver.characteristics.InitializeHandlerEx;
  const status =
    initialize === null
      ? NDIS_STATUS_FAILURE
      : yield* settle(initialize(toHandle<MiniportAdapterHandle>(adapter), driver.context, parameters));
  if (status !== NDIS_STATUS_SUCCESS) {
    advance(environment, ADAPTER_STATES, adapter, "InitializeFailed", driver.name);
    forgetAdapter(adapter);
    return status;
  }
  if (adapter.registrationAttributes === null || adapter.generalAttributes === null) {
    environment.misuse(
      "LIF-02",
      driver.name,
      "MiniportInitializeEx succeeded without registration and general attributes",
    );
  }
  advance(environment, ADAPTER_STATES, adapter, "InitializeOk", driver.name);
  adapter.hangWatch = HangWatch.begin(adapter);
  return NDIS_STATUS_SUCCESS;
}

/** A halted adapter is none of the machine's any more. */
export function forgetAdapter(adapter: MiniportAdapter): void {
  adapter.environment.live.adapters--;
  adapter.addressFamilies.length = 0;
  adapter.driver.adapters.splice(adapter.driver.adapters.indexOf(adapter), 1);
}
