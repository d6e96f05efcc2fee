import type { Blocking } from "../../machine/thread.ts";
import { settle } from "../../machine/thread.ts";
import { pauseBinding, restartBinding } from "../binding/bind-unbind.ts";
import type { NDIS_STATUS } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS, statusName } from "../ddi/status.ts";
import { NDIS_MINIPORT_PAUSE_PARAMETERS, NDIS_MINIPORT_RESTART_PARAMETERS } from "../ddi/structures/adapter.ts";
import { advance } from "../funnel.ts";
import type { AdapterEvent, MiniportAdapter } from "./adapter.ts";
import { ADAPTER_STATES } from "./adapter.ts";
import { outcomeOf } from "./pended.ts";

/** Restarts a paused adapter and then its bindings; a miniport that fails leaves it Paused (LIF-09). */
export function* restartAdapter(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
  const { environment, driver } = adapter;
  move(adapter, "Restart");
  const restart = driver.characteristics.RestartHandler;
  const status = yield* outcomeOf(
    adapter,
    { environment, callback: "MiniportRestart", owner: driver.name, rule: "LIF-09" },
    () => settle(restart === null ? NDIS_STATUS_FAILURE : restart(adapter.context, NDIS_MINIPORT_RESTART_PARAMETERS())),
  );
  if (status !== NDIS_STATUS_SUCCESS && status !== NDIS_STATUS_RESOURCES && status !== NDIS_STATUS_FAILURE) {
    const legal = "SUCCESS, PENDING, RESOURCES or FAILURE";
    environment.misuse("LIF-09", driver.name, `MiniportRestart ends with ${legal}, not ${statusName(status)}`);
  }
  // A shutdown may have come in between.
  if (adapter.state !== "Restarting") return NDIS_STATUS_FAILURE;
  move(adapter, status === NDIS_STATUS_SUCCESS ? "RestartOk" : "RestartFailed");
  if (status !== NDIS_STATUS_SUCCESS) return status;
  for (const binding of adapter.bindings.slice()) {
    if (binding.state === "Paused") yield* restartBinding(binding);
  }
  return NDIS_STATUS_SUCCESS;
}

/** Pauses the bindings of a running adapter and then the adapter (BND-06, LIF-05, LIF-06). */
export function* pauseAdapter(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
  const { environment, driver } = adapter;
  for (const binding of adapter.bindings.slice()) {
    if (binding.state === "Running") yield* pauseBinding(binding);
  }
  move(adapter, "Pause");
  const pause = driver.characteristics.PauseHandler;
  const status = yield* outcomeOf(
    adapter,
    { environment, callback: "MiniportPause", owner: driver.name, rule: "LIF-06" },
    () => settle(pause === null ? NDIS_STATUS_SUCCESS : pause(adapter.context, NDIS_MINIPORT_PAUSE_PARAMETERS())),
  );
  if (status !== NDIS_STATUS_SUCCESS)
    environment.misuse("LIF-05", driver.name, "MiniportPause returns SUCCESS or PENDING only");
  if (adapter.sendsOutstanding > 0 || adapter.indicatedOutstanding > 0) {
    environment.misuse(
      "LIF-06",
      driver.name,
      `paused with ${adapter.sendsOutstanding} sends and ${adapter.indicatedOutstanding} receives out`,
    );
  }
  if (adapter.state !== "Pausing") return NDIS_STATUS_FAILURE;
  move(adapter, "PauseOk");
  return NDIS_STATUS_SUCCESS;
}

function move(adapter: MiniportAdapter, event: AdapterEvent): void {
  advance(adapter.environment, ADAPTER_STATES, adapter, event, adapter.driver.name);
}
