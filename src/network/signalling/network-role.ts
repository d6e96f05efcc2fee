// The network side of the UNI, Q.2931 section 5 and annex A (SDL of the network side), UNI 3.1 section 5.5, as data.

import type { CallControlRole, CallTransition } from "../../wire/q2931/index.ts";
import {
  CALL_ACTION,
  CALL_EVENT,
  CALL_STATE,
  CALL_TIMER,
  CAUSE,
  CAUSE_LOCATION,
  DIRECTION,
  timerDelaysNs,
} from "../../wire/q2931/index.ts";

const N0 = CALL_STATE.null;
const N1 = CALL_STATE.callInitiated;
const N3 = CALL_STATE.outgoingCallProceeding;
const N4 = CALL_STATE.callDelivered;
const N6 = CALL_STATE.callPresent;
const N7 = CALL_STATE.callReceived;
const N8 = CALL_STATE.connectRequest;
const N9 = CALL_STATE.incomingCallProceeding;
const N10 = CALL_STATE.active;
const N11 = CALL_STATE.releaseRequest;
const N12 = CALL_STATE.releaseIndication;

const E = CALL_EVENT;
const A = CALL_ACTION;

const TRANSITIONS: readonly CallTransition[] = [
  // Originating interface, section 5.1.
  { from: [N0], event: E.setup, action: A.indicateSetup, to: N1 },
  { from: [N1], event: E.proceedingRequest, action: A.sendProceeding, to: N3 },
  { from: [N1, N3], event: E.alertingRequest, action: A.sendAlerting, to: N4 },
  { from: [N1, N3, N4], event: E.setupResponse, action: A.sendConnect, to: N10 },
  { from: [N10], event: E.connectAcknowledge, action: A.ignore, to: N10 },
  { from: [N1], event: E.releaseRequest, action: A.reject, to: N0 },

  // Terminating interface, section 5.2.
  { from: [N0], event: E.setupRequest, action: A.sendSetup, to: N6 },
  { from: [N6], event: E.t303, action: A.repeatSetup, to: N6 },
  { from: [N6], event: E.callProceeding, action: A.indicateProceeding, to: N9 },
  { from: [N6, N9], event: E.alerting, action: A.indicateAlerting, to: N7 },
  { from: [N6, N7, N9], event: E.connect, action: A.confirmSetup, to: N8 },
  { from: [N8], event: E.setupCompleteRequest, action: A.sendConnectAcknowledge, to: N10 },
  { from: [N9], event: E.t310, action: A.sendReleaseAndIndicate, to: N12 },
  { from: [N7], event: E.t301, action: A.sendReleaseAndIndicate, to: N12 },

  // Clearing, section 5.4. A RELEASE that meets the own one ends the call (section 5.4.5).
  { from: [N3, N4, N6, N7, N8, N9, N10], event: E.releaseRequest, action: A.sendRelease, to: N12 },
  { from: [N12], event: E.releaseComplete, action: A.confirmRelease, to: N0 },
  { from: [N12], event: E.release, action: A.confirmRelease, to: N0 },
  { from: [N12], event: E.t308, action: A.repeatRelease, to: N12 },
  { from: [N1, N3, N4, N6, N7, N8, N9, N10], event: E.release, action: A.indicateRelease, to: N11 },
  { from: [N11], event: E.releaseResponse, action: A.sendReleaseComplete, to: N0 },
  { from: [N11], event: E.release, action: A.ignore, to: N11 },
  { from: [N11], event: E.releaseComplete, action: A.confirmRelease, to: N0 },
  { from: [N1, N3, N4, N6, N7, N8, N9, N10], event: E.releaseComplete, action: A.indicateCleared, to: N0 },

  // Faults, sections 5.6 and 5.7, and clearing on one side only.
  { from: [N1, N3, N4, N6, N7, N8, N9, N10], event: E.fault, action: A.sendReleaseAndIndicate, to: N12 },
  { from: [N1, N3, N4, N6, N7, N8, N9, N10], event: E.clear, action: A.indicateCleared, to: N0 },
  { from: [N11, N12], event: E.clear, action: A.confirmRelease, to: N0 },
];

export const NETWORK_ROLE: CallControlRole = {
  name: "network",
  transitions: TRANSITIONS,
  setupReceivedState: N1,
  stateTimers: {
    [N6]: CALL_TIMER.t303,
    [N9]: CALL_TIMER.t310,
    [N7]: CALL_TIMER.t301,
    [N12]: CALL_TIMER.t308,
  },
  delaysNs: timerDelaysNs("network"),
  receives: DIRECTION.userToNetwork,
  causeLocation: CAUSE_LOCATION.privateNetworkServingLocalUser,
  unansweredCause: CAUSE.noUserResponding,
  saalLossCause: CAUSE.destinationOutOfOrder,
  assignsConnection: true,
  compatiblePeerStates: {
    [N1]: [N1],
    [N3]: [N1, N3],
    [N4]: [N1, N3, N4],
    [N6]: [N6],
    [N7]: [N7],
    [N8]: [N8],
    [N9]: [N9],
    [N10]: [N1, N3, N4, N8, N10],
  },
};
