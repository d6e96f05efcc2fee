import type { NdisDeferredFunctions } from "../ddi/functions/deferred.ts";
import type { NdisEnvironment } from "../environment.ts";
import { DriverHoldings } from "./holdings.ts";
import { timerFunctions } from "./timers.ts";
import { workItemFunctions } from "./work-items.ts";

/** Timers and work items of one driver. */
export function deferredFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): NdisDeferredFunctions {
  return {
    ...timerFunctions(environment, owner, holdings),
    ...workItemFunctions(environment, owner, holdings),
  } satisfies NdisDeferredFunctions;
}
