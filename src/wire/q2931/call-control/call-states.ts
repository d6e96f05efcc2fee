/**
 * Call states of Q.2931 section 2.1 as they stand in the call state element (section 4.5.10). One numbering serves the user
 * side (U0 to U12) and the network side (N0 to N12) of an interface.
 */
export const CALL_STATE = {
  null: 0,
  callInitiated: 1,
  outgoingCallProceeding: 3,
  callDelivered: 4,
  callPresent: 6,
  callReceived: 7,
  connectRequest: 8,
  incomingCallProceeding: 9,
  active: 10,
  releaseRequest: 11,
  releaseIndication: 12,
} as const;
export type CallState = (typeof CALL_STATE)[keyof typeof CALL_STATE];

/** One more than the highest call state. */
export const CALL_STATE_LIMIT = 13;

/** States of the global call reference, Q.2931 section 2.1.5. */
export const RESTART_STATE = { null: 0, restartRequest: 61 } as const;

const NAMES: { readonly [state: number]: string } = {
  [CALL_STATE.null]: "Null",
  [CALL_STATE.callInitiated]: "Call Initiated",
  [CALL_STATE.outgoingCallProceeding]: "Outgoing Call Proceeding",
  [CALL_STATE.callDelivered]: "Call Delivered",
  [CALL_STATE.callPresent]: "Call Present",
  [CALL_STATE.callReceived]: "Call Received",
  [CALL_STATE.connectRequest]: "Connect Request",
  [CALL_STATE.incomingCallProceeding]: "Incoming Call Proceeding",
  [CALL_STATE.active]: "Active",
  [CALL_STATE.releaseRequest]: "Release Request",
  [CALL_STATE.releaseIndication]: "Release Indication",
};

/** Name of a call state; numbers that no standard assigns stay numbers. */
export function callStateName(state: number): string {
  return NAMES[state] ?? `state ${state}`;
}
