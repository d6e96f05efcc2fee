import { PASSIVE_LEVEL } from "../../machine/processor.ts";
import type { Blocking } from "../../machine/thread.ts";
import type { NdisEnvironment } from "../environment.ts";

/** Runs `routine` at PASSIVE_LEVEL: at once when the caller is there, else from a system thread. */
export function atPassiveLevel(environment: NdisEnvironment, name: string, routine: () => void): void {
  if (environment.processor.irql === PASSIVE_LEVEL) routine();
  else environment.processor.startThread(name, once(routine));
}

/** Runs `routine` from a system thread, at PASSIVE_LEVEL and after the caller has returned. */
export function atPassiveLevelLater(environment: NdisEnvironment, name: string, routine: () => void): void {
  environment.processor.startThread(name, once(routine));
}

// biome-ignore lint/correctness/useYield: a thread body that never blocks
function* once(routine: () => void): Blocking<void> {
  routine();
}
