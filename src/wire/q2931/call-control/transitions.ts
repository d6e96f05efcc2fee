import type { Direction } from "../message-types.ts";
import { MESSAGE } from "../message-types.ts";
import type { CallState } from "./call-states.ts";
import { CALL_STATE_LIMIT } from "./call-states.ts";
import { CALL_TIMER } from "./timers.ts";

/** What a call reacts to: messages of the peer, requests of the user of the entity, timers, and findings of the entity itself. */
export const CALL_EVENT = {
  setup: 0,
  callProceeding: 1,
  alerting: 2,
  connect: 3,
  connectAcknowledge: 4,
  release: 5,
  releaseComplete: 6,
  setupRequest: 7,
  proceedingRequest: 8,
  alertingRequest: 9,
  setupResponse: 10,
  setupCompleteRequest: 11,
  releaseRequest: 12,
  releaseResponse: 13,
  t301: 14,
  t303: 15,
  t308: 16,
  t310: 17,
  t313: 18,
  /** A fault that is answered by clearing the call (Q.2931 sections 5.6 and 5.7). */
  fault: 19,
  /** The call ends here without a word to the peer: restart, loss of the signalling AAL, a peer that does not know the call. */
  clear: 20,
} as const;
export type CallEvent = (typeof CALL_EVENT)[keyof typeof CALL_EVENT];

const CALL_EVENT_COUNT = 21;

/** Names of CALL_EVENT for traces. */
export const CALL_EVENT_NAMES: readonly string[] = [
  "SETUP",
  "CALL PROCEEDING",
  "ALERTING",
  "CONNECT",
  "CONNECT ACKNOWLEDGE",
  "RELEASE",
  "RELEASE COMPLETE",
  "Setup.request",
  "Proceeding.request",
  "Alerting.request",
  "Setup.response",
  "Setup-complete.request",
  "Release.request",
  "Release.response",
  "T301 expiry",
  "T303 expiry",
  "T308 expiry",
  "T310 expiry",
  "T313 expiry",
  "protocol error",
  "clearing",
];

/** What is done in a transition; the entity implements each once. */
export const CALL_ACTION = {
  ignore: 0,
  sendSetup: 1,
  indicateSetup: 2,
  indicateProceeding: 3,
  indicateAlerting: 4,
  confirmSetup: 5,
  acknowledgeAndConfirmSetup: 6,
  indicateSetupComplete: 7,
  sendProceeding: 8,
  sendAlerting: 9,
  sendConnect: 10,
  sendConnectAcknowledge: 11,
  sendRelease: 12,
  sendReleaseAndIndicate: 13,
  sendReleaseComplete: 14,
  indicateRelease: 15,
  confirmRelease: 16,
  indicateCleared: 17,
  repeatSetup: 18,
  repeatRelease: 19,
  reject: 20,
} as const;
export type CallAction = (typeof CALL_ACTION)[keyof typeof CALL_ACTION];

/** One row of a side's table: in any of the states `from`, the event leads through the action to the state `to`. */
export interface CallTransition {
  readonly from: readonly CallState[];
  readonly event: CallEvent;
  readonly action: CallAction;
  readonly to: CallState;
}

/** Everything in which the two sides of an interface differ. */
export interface CallControlRole {
  readonly name: "user" | "network";
  readonly transitions: readonly CallTransition[];
  /** State of a call whose SETUP has come. */
  readonly setupReceivedState: CallState;
  /** The timer that runs in a state, by state number. */
  readonly stateTimers: { readonly [state: number]: number };
  /** Virtual nanoseconds, by timer number. */
  readonly delaysNs: readonly number[];
  /** Direction of the messages that this side receives. */
  readonly receives: Direction;
  /** CAUSE_LOCATION of causes that this side generates. */
  readonly causeLocation: number;
  /** CAUSE of a call whose SETUP was not answered. */
  readonly unansweredCause: number;
  /** CAUSE of a call that ends because the signalling AAL is lost before it is active. */
  readonly saalLossCause: number;
  /** True for the side that assigns VPCI and VCI (UNI 3.1: the network). */
  readonly assignsConnection: boolean;
  /** For each state, the states of the peer that fit it (Q.2931 section 5.6.12). */
  readonly compatiblePeerStates: { readonly [state: number]: readonly CallState[] };
}

/** Event of a received message type, -1 for types that are no event of the table. */
export const EVENT_BY_MESSAGE: Readonly<Int8Array> = (() => {
  const events = new Int8Array(256).fill(-1);
  events[MESSAGE.setup] = CALL_EVENT.setup;
  events[MESSAGE.callProceeding] = CALL_EVENT.callProceeding;
  events[MESSAGE.alerting] = CALL_EVENT.alerting;
  events[MESSAGE.connect] = CALL_EVENT.connect;
  events[MESSAGE.connectAcknowledge] = CALL_EVENT.connectAcknowledge;
  events[MESSAGE.release] = CALL_EVENT.release;
  events[MESSAGE.releaseComplete] = CALL_EVENT.releaseComplete;
  return events;
})();

/** Event of a call timer's expiry, -1 for timers that are no event of the table. */
export const EVENT_BY_TIMER: { readonly [timer: number]: CallEvent } = {
  [CALL_TIMER.t301]: CALL_EVENT.t301,
  [CALL_TIMER.t303]: CALL_EVENT.t303,
  [CALL_TIMER.t308]: CALL_EVENT.t308,
  [CALL_TIMER.t310]: CALL_EVENT.t310,
  [CALL_TIMER.t313]: CALL_EVENT.t313,
};

/** A side's rows by state and event. */
export class TransitionTable {
  readonly #rows: (CallTransition | null)[];

  constructor(role: CallControlRole) {
    this.#rows = new Array<CallTransition | null>(CALL_STATE_LIMIT * CALL_EVENT_COUNT).fill(null);
    for (const row of role.transitions) {
      for (const state of row.from) {
        const at = state * CALL_EVENT_COUNT + row.event;
        if (this.#rows[at] !== null) {
          throw new Error(`${role.name} side: two rows for state ${state} and ${CALL_EVENT_NAMES[row.event]}`);
        }
        this.#rows[at] = row;
      }
    }
  }

  /** The row for an event in a state, null when the event is not expected there. */
  find(state: CallState, event: CallEvent): CallTransition | null {
    return this.#rows[state * CALL_EVENT_COUNT + event];
  }
}
