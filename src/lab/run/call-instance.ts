import type { ClientCall } from "../../client/index.ts";
import type { ScenarioCall } from "../scenario/scenario.ts";
import type { FlowChecker } from "./flow-checker.ts";
import type { TrafficSender } from "./traffic-sender.ts";

/** One direction of a call: what is sent on one side, and what comes out on the other. */
export interface Flow {
  readonly sender: TrafficSender;
  readonly checker: FlowChecker;
}

/** One call of a scenario while it lasts. */
export class CallInstance {
  readonly plan: ScenarioCall;
  readonly number: number;
  readonly caller: ClientCall;
  called: ClientCall | null = null;
  forward: Flow | null = null;
  backward: Flow | null = null;
  /** Of a point-to-multipoint call: what comes out at each leaf. */
  leaves: ReadonlyMap<ClientCall, FlowChecker> | null = null;
  connectedNs = -1;
  /** When something arrived last. */
  lastProgressNs = 0;
  /** The caller's side is over, and the called side, if there was one. */
  callerEnded = false;
  closing = false;

  constructor(plan: ScenarioCall, number: number, caller: ClientCall) {
    this.plan = plan;
    this.number = number;
    this.caller = caller;
  }

  /** Everything that was to be sent has been sent and given back. */
  get allSent(): boolean {
    return isSent(this.forward) && isSent(this.backward);
  }

  /** Everything that was to arrive has arrived. */
  get allArrived(): boolean {
    if (this.leaves !== null) return [...this.leaves.values()].every((checker) => checker.missing <= 0);
    return isArrived(this.forward) && isArrived(this.backward);
  }
}

function isSent(flow: Flow | null): boolean {
  return flow === null || (flow.sender.isDone && flow.sender.call.sendsOutstanding === 0);
}

function isArrived(flow: Flow | null): boolean {
  return flow === null || flow.checker.missing <= 0;
}
