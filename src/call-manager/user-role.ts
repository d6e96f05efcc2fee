// The user side of the UNI, Q.2931 section 5 and annex A (SDL of the user side), UNI 3.1 section 5.5, as data.

import type { CallControlRole, CallTransition } from "../wire/q2931/index.ts";
import {
  CALL_ACTION,
  CALL_EVENT,
  CALL_STATE,
  CALL_TIMER,
  CAUSE,
  CAUSE_LOCATION,
  DIRECTION,
  timerDelaysNs,
} from "../wire/q2931/index.ts";

const U0 = CALL_STATE.null;
const U1 = CALL_STATE.callInitiated;
const U3 = CALL_STATE.outgoingCallProceeding;
const U4 = CALL_STATE.callDelivered;
const U6 = CALL_STATE.callPresent;
const U7 = CALL_STATE.callReceived;
const U8 = CALL_STATE.connectRequest;
const U9 = CALL_STATE.incomingCallProceeding;
const U10 = CALL_STATE.active;
const U11 = CALL_STATE.releaseRequest;
const U12 = CALL_STATE.releaseIndication;

const E = CALL_EVENT;
const A = CALL_ACTION;

const TRANSITIONS: readonly CallTransition[] = [
  // Outgoing call, section 5.1.
  { from: [U0], event: E.setupRequest, action: A.sendSetup, to: U1 },
  { from: [U1], event: E.t303, action: A.repeatSetup, to: U1 },
  { from: [U1], event: E.callProceeding, action: A.indicateProceeding, to: U3 },
  { from: [U1, U3], event: E.alerting, action: A.indicateAlerting, to: U4 },
  { from: [U1, U3, U4], event: E.connect, action: A.acknowledgeAndConfirmSetup, to: U10 },
  { from: [U3], event: E.t310, action: A.sendReleaseAndIndicate, to: U11 },
  { from: [U4], event: E.t301, action: A.sendReleaseAndIndicate, to: U11 },

  // Incoming call, section 5.2.
  { from: [U0], event: E.setup, action: A.indicateSetup, to: U6 },
  { from: [U6], event: E.proceedingRequest, action: A.sendProceeding, to: U9 },
  { from: [U6, U9], event: E.alertingRequest, action: A.sendAlerting, to: U7 },
  { from: [U6, U7, U9], event: E.setupResponse, action: A.sendConnect, to: U8 },
  { from: [U8], event: E.connectAcknowledge, action: A.indicateSetupComplete, to: U10 },
  { from: [U8], event: E.t313, action: A.sendReleaseAndIndicate, to: U11 },
  { from: [U6], event: E.releaseRequest, action: A.reject, to: U0 },

  // Clearing, section 5.4. A RELEASE that meets the own one ends the call (section 5.4.5).
  { from: [U1, U3, U4, U7, U8, U9, U10], event: E.releaseRequest, action: A.sendRelease, to: U11 },
  { from: [U11], event: E.releaseComplete, action: A.confirmRelease, to: U0 },
  { from: [U11], event: E.release, action: A.confirmRelease, to: U0 },
  { from: [U11], event: E.t308, action: A.repeatRelease, to: U11 },
  { from: [U1, U3, U4, U6, U7, U8, U9, U10], event: E.release, action: A.indicateRelease, to: U12 },
  { from: [U12], event: E.releaseResponse, action: A.sendReleaseComplete, to: U0 },
  { from: [U12], event: E.release, action: A.ignore, to: U12 },
  { from: [U12], event: E.releaseComplete, action: A.confirmRelease, to: U0 },
  { from: [U1, U3, U4, U6, U7, U8, U9, U10], event: E.releaseComplete, action: A.indicateCleared, to: U0 },

  // Faults, sections 5.6 and 5.7, and clearing on one side only.
  { from: [U1, U3, U4, U6, U7, U8, U9, U10], event: E.fault, action: A.sendReleaseAndIndicate, to: U11 },
  { from: [U1, U3, U4, U6, U7, U8, U9, U10], event: E.clear, action: A.indicateCleared, to: U0 },
  { from: [U11, U12], event: E.clear, action: A.confirmRelease, to: U0 },
];

export const USER_ROLE: CallControlRole = {
  name: "user",
  transitions: TRANSITIONS,
  setupReceivedState: U6,
  stateTimers: {
    [U1]: CALL_TIMER.t303,
    [U3]: CALL_TIMER.t310,
    [U4]: CALL_TIMER.t301,
    [U8]: CALL_TIMER.t313,
    [U11]: CALL_TIMER.t308,
  },
  delaysNs: timerDelaysNs("user"),
  receives: DIRECTION.networkToUser,
  causeLocation: CAUSE_LOCATION.user,
  unansweredCause: CAUSE.recoveryOnTimerExpiry,
  saalLossCause: CAUSE.networkOutOfOrder,
  assignsConnection: false,
  compatiblePeerStates: {
    [U1]: [U1],
    [U3]: [U3],
    [U4]: [U4],
    [U6]: [U6],
    [U7]: [U6, U7, U9],
    [U8]: [U6, U7, U8, U9],
    [U9]: [U6, U9],
    [U10]: [U10],
  },
};
