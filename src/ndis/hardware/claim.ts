import type { MiniportAdapter } from "../adapter/adapter.ts";
import { resolveAdapter } from "../adapter/adapter.ts";
import type { MiniportAdapterHandle } from "../ddi/handles.ts";
import type { NdisEnvironment } from "../environment.ts";

/** The adapter for which a miniport claims hardware: it has set its registration attributes before (LIF-02). Null after a violation. */
export function claimingAdapter(
  environment: NdisEnvironment,
  owner: string,
  handle: MiniportAdapterHandle,
  caller: string,
): MiniportAdapter | null {
  const adapter = resolveAdapter(environment, handle, owner);
  if (adapter === null) return null;
  if (adapter.registrationAttributes === null) {
    environment.misuse("LIF-02", owner, `${caller} before the registration attributes are set`);
    return null;
  }
  return adapter;
}

/** Some hardware may be claimed in MiniportInitializeEx only. */
export function isInitializing(
  environment: NdisEnvironment,
  owner: string,
  adapter: MiniportAdapter,
  rule: string,
  caller: string,
): boolean {
  if (adapter.state === "Initializing") return true;
  environment.misuse(
    rule,
    owner,
    `${caller} is called in MiniportInitializeEx only; ${adapter.traceName} is ${adapter.state}`,
  );
  return false;
}

/** What MiniportInitializeEx claimed stays while the adapter pauses or is paused; MiniportHaltEx gives it back (LIF-08, LIF-12). */
export function checkRelease(
  environment: NdisEnvironment,
  owner: string,
  adapter: MiniportAdapter,
  caller: string,
): void {
  if ((adapter.state === "Pausing" || adapter.state === "Paused") && !adapter.isHalting)
    environment.misuse("LIF-08", owner, `${caller} while ${adapter.traceName} is ${adapter.state}`);
}
