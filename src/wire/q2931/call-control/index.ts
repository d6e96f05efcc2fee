export { CallTable, callKey, Q2931Call } from "./call.ts";
export type { CallControlCounters } from "./call-control.ts";
export { CallControl } from "./call-control.ts";
export type { CallState } from "./call-states.ts";
export { CALL_STATE, callStateName } from "./call-states.ts";
export type { CallControlUser, CallObserver } from "./call-user.ts";
export type { PartyUser } from "./party.ts";
export { livePartyCount, Q2931Party } from "./party.ts";
export type { SignallingHost, SignallingLink } from "./signalling-link.ts";
export type { CallTimerRow, TimerHost } from "./timers.ts";
export {
  CALL_TIMER,
  CALL_TIMERS,
  callTimerName,
  PARTY_TIMERS,
  SIGNALLING_TIMER_COUNT,
  timerDelaysNs,
} from "./timers.ts";
export type { CallAction, CallControlRole, CallEvent, CallTransition } from "./transitions.ts";
export { CALL_ACTION, CALL_EVENT, CALL_EVENT_NAMES, TransitionTable } from "./transitions.ts";
