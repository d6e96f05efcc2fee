import type { NdisEnvironment } from "../environment.ts";
import { shown } from "./pool.ts";

/** Whether a wait can take so long; what cannot breaks NullCheck, and the wait ends at once. */
export function isDuration(environment: NdisEnvironment, owner: string, value: unknown, parameter: string): boolean {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return true;
  environment.misuse("NullCheck", owner, `${parameter} is no ULONG: ${shown(value)}`);
  return false;
}
