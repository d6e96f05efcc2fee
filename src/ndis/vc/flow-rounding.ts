import { ROUND_DOWN_FLOW, ROUND_UP_FLOW } from "../ddi/constants/connection-flags.ts";
import { ulong } from "../ddi/numbers.ts";
import type { CO_CALL_PARAMETERS, FLOWSPEC } from "../ddi/structures/calls.ts";
import type { Vc } from "./vc.ts";

/** The flow values with which a miniport is asked to activate a VC. */
export interface FlowsAsked {
  readonly flags: number;
  readonly flows: readonly FLOWSPEC[];
}

export function flowsOf(parameters: CO_CALL_PARAMETERS | null): FlowsAsked {
  const manager = parameters?.CallMgrParameters ?? null;
  const flows = manager === null ? [] : [{ ...manager.Transmit }, { ...manager.Receive }];
  return { flags: ulong(parameters?.MediaParameters?.Flags), flows };
}

/** Whether two activations asked for the same flow values; one that gave none says nothing. */
export function isSameFlow(one: FlowsAsked | null, other: FlowsAsked | null): boolean {
  if (one === null || other === null || one.flows.length !== other.flows.length) return true;
  return one.flows.every((flow, index) =>
    (Object.keys(flow) as (keyof FLOWSPEC)[]).every((name) => flow[name] === other.flows[index]?.[name]),
  );
}

/** ACT-11: a miniport changes flow values only as ROUND_UP_FLOW and ROUND_DOWN_FLOW let it. */
export function checkRounding(vc: Vc, asked: FlowsAsked, used: CO_CALL_PARAMETERS | null): void {
  const { flows } = flowsOf(used);
  for (const [index, flow] of asked.flows.entries()) {
    for (const [name, before] of Object.entries(flow) as [keyof FLOWSPEC, number][]) {
      const now = flows[index]?.[name] ?? before;
      if (typeof now !== "number" || typeof before !== "number") continue;
      const allowed = now === before || (asked.flags & (now > before ? ROUND_UP_FLOW : ROUND_DOWN_FLOW)) !== 0;
      if (allowed) continue;
      const message = `${name} of ${vc.traceName} was ${before} and is ${now}, and nobody let the miniport round it`;
      vc.environment.misuse("ACT-11", vc.adapter.driver.name, message, vc);
    }
  }
}
