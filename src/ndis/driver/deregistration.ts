import type { Blocking } from "../../machine/thread.ts";
import { begin } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import { pauseBinding, unbindProtocol } from "../binding/bind-unbind.ts";
import type { NdisMiniportDriverHandle, NdisProtocolDriverHandle } from "../ddi/handles.ts";
import type { Passive } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { LoadedImage, ProtocolDriver } from "./drivers.ts";
import { resolveDriver } from "./registration.ts";

/** NdisMDeregisterMiniportDriver: from a DriverEntry that fails, else from MiniportDriverUnload (REG-30). */
export function deregisterMiniportDriver(
  environment: NdisEnvironment,
  image: LoadedImage,
  handle: NdisMiniportDriverHandle,
): void {
  const driver = resolveDriver(environment, handle, image);
  if (driver === null || driver !== image.miniport) return;
  if (image.phase === "loaded" || driver.settingOptions)
    environment.misuse(
      "REG-30",
      image.name,
      "a miniport deregisters in DriverEntry when that fails, or when it is unloaded",
    );
  driver.registered = false;
  image.miniport = null;
}

/**
 * NdisDeregisterProtocolDriver: unbinds what is bound, one ProtocolUnbindAdapterEx per binding, before it returns. Not from an entry point
 * that NDIS invokes (REG-31): what is left are DriverEntry and DriverUnload.
 * @returns what the caller must wait for when an unbind pends.
 */
export function deregisterProtocolDriver(
  environment: NdisEnvironment,
  image: LoadedImage,
  adapters: readonly MiniportAdapter[],
  handle: NdisProtocolDriverHandle,
): Passive<void> {
  const driver = resolveDriver(environment, handle, image);
  if (driver === null || driver !== image.protocol) return;
  if (image.phase === "loaded" || driver.settingOptions || driver.deregistering)
    environment.misuse("REG-31", image.name, "NdisDeregisterProtocolDriver from an entry point that NDIS invoked");
  if (driver.deregistering) return;
  driver.deregistering = true;
  return begin(unbindEverywhere(image, driver, adapters));
}

function* unbindEverywhere(
  image: LoadedImage,
  driver: ProtocolDriver,
  adapters: readonly MiniportAdapter[],
): Blocking<void> {
  for (const adapter of adapters) {
    const binding = adapter.bindings.find((other) => other.protocol === driver);
    if (binding === undefined) continue;
    if (binding.state === "Running") yield* pauseBinding(binding);
    yield* unbindProtocol(binding);
  }
  driver.registered = false;
  image.protocol = null;
}

/** What a driver may not leave registered when DriverEntry has failed or DriverUnload is through (REG-30). */
export function forgetRegistrations(environment: NdisEnvironment, image: LoadedImage, how: string): void {
  const { miniport, protocol } = image;
  image.miniport = null;
  image.protocol = null;
  if (protocol !== null) protocol.registered = false;
  if (miniport === null) return;
  miniport.registered = false;
  environment.misuse("REG-30", image.name, `${how} without NdisMDeregisterMiniportDriver`);
}
