// Parties of a point-to-multipoint call, UNI 3.1 section 5.6 and Q.2971 sections 9.1 to 9.3, as data. Both sides of an interface have
// the same table: whoever adds a party at one of them is asked to add it at the other.

import { ENDPOINT_STATE } from "../elements/identifiers.ts";
import { MESSAGE } from "../message-types.ts";
import { CALL_TIMER } from "./timers.ts";

export type PartyState = (typeof ENDPOINT_STATE)[keyof typeof ENDPOINT_STATE];

/** What a party reacts to: messages of the peer, requests of the user of the entity, timers. */
export const PARTY_EVENT = {
  addParty: 0,
  addPartyAcknowledge: 1,
  addPartyReject: 2,
  dropParty: 3,
  dropPartyAcknowledge: 4,
  addRequest: 5,
  addResponse: 6,
  dropRequest: 7,
  dropResponse: 8,
  t398: 9,
  t399: 10,
} as const;
export type PartyEvent = (typeof PARTY_EVENT)[keyof typeof PARTY_EVENT];

const PARTY_EVENT_COUNT = 11;

export const PARTY_ACTION = {
  ignore: 0,
  sendAddParty: 1,
  indicateAdd: 2,
  sendAcknowledge: 3,
  confirmAdd: 4,
  sendReject: 5,
  indicateGone: 6,
  sendDrop: 7,
  sendDropForTimer: 8,
  indicateDrop: 9,
  sendDropAcknowledge: 10,
  confirmDrop: 11,
} as const;
export type PartyAction = (typeof PARTY_ACTION)[keyof typeof PARTY_ACTION];

/** In any of the states `from`, the event leads through the action to the state `to`. */
export interface PartyTransition {
  readonly from: readonly PartyState[];
  readonly event: PartyEvent;
  readonly action: PartyAction;
  readonly to: PartyState;
}

const P0 = ENDPOINT_STATE.null;
const P1 = ENDPOINT_STATE.addPartyInitiated;
const P6 = ENDPOINT_STATE.addPartyReceived;
const P10 = ENDPOINT_STATE.active;
const P11 = ENDPOINT_STATE.dropPartyInitiated;
const P12 = ENDPOINT_STATE.dropPartyReceived;
const E = PARTY_EVENT;
const A = PARTY_ACTION;

export const PARTY_TRANSITIONS: readonly PartyTransition[] = [
  // Adding, UNI 3.1 section 5.6.1.
  { from: [P0], event: E.addRequest, action: A.sendAddParty, to: P1 },
  { from: [P1], event: E.addPartyAcknowledge, action: A.confirmAdd, to: P10 },
  { from: [P1], event: E.addPartyReject, action: A.indicateGone, to: P0 },
  { from: [P1], event: E.t399, action: A.sendDropForTimer, to: P11 },
  { from: [P0], event: E.addParty, action: A.indicateAdd, to: P6 },
  { from: [P6], event: E.addResponse, action: A.sendAcknowledge, to: P10 },
  { from: [P6], event: E.dropRequest, action: A.sendReject, to: P0 },

  // Dropping, UNI 3.1 section 5.6.3. A DROP PARTY that meets the own one ends the party, as RELEASE does with a call.
  { from: [P1, P10], event: E.dropRequest, action: A.sendDrop, to: P11 },
  { from: [P11], event: E.dropPartyAcknowledge, action: A.confirmDrop, to: P0 },
  { from: [P11], event: E.dropParty, action: A.confirmDrop, to: P0 },
  { from: [P11], event: E.addPartyReject, action: A.confirmDrop, to: P0 },
  { from: [P11], event: E.addPartyAcknowledge, action: A.ignore, to: P11 },
  { from: [P11], event: E.t398, action: A.confirmDrop, to: P0 },
  { from: [P1, P6, P10], event: E.dropParty, action: A.indicateDrop, to: P12 },
  { from: [P12], event: E.dropResponse, action: A.sendDropAcknowledge, to: P0 },
  { from: [P12], event: E.dropParty, action: A.ignore, to: P12 },
  { from: [P12], event: E.dropPartyAcknowledge, action: A.confirmDrop, to: P0 },
  { from: [P1, P6, P10], event: E.dropPartyAcknowledge, action: A.indicateGone, to: P0 },
];

const PARTY_STATE_LIMIT = 13;

const ROWS: readonly (PartyTransition | null)[] = (() => {
  const rows = new Array<PartyTransition | null>(PARTY_STATE_LIMIT * PARTY_EVENT_COUNT).fill(null);
  for (const row of PARTY_TRANSITIONS) {
    for (const state of row.from) {
      const at = state * PARTY_EVENT_COUNT + row.event;
      if (rows[at] !== null) throw new Error(`two rows for party state ${state} and event ${row.event}`);
      rows[at] = row;
    }
  }
  return rows;
})();

/** The row for an event in a state, null when the event is not expected there. */
export function findPartyTransition(state: PartyState, event: PartyEvent): PartyTransition | null {
  return ROWS[state * PARTY_EVENT_COUNT + event];
}

/** The timer that runs in a state, by state number. */
export const PARTY_STATE_TIMERS: { readonly [state: number]: number } = {
  [P1]: CALL_TIMER.t399,
  [P11]: CALL_TIMER.t398,
};

/** Event of a received message type, -1 for messages that are none of a party's. */
export const PARTY_EVENT_BY_MESSAGE: Readonly<Int8Array> = (() => {
  const events = new Int8Array(256).fill(-1);
  events[MESSAGE.addParty] = PARTY_EVENT.addParty;
  events[MESSAGE.addPartyAcknowledge] = PARTY_EVENT.addPartyAcknowledge;
  events[MESSAGE.addPartyReject] = PARTY_EVENT.addPartyReject;
  events[MESSAGE.dropParty] = PARTY_EVENT.dropParty;
  events[MESSAGE.dropPartyAcknowledge] = PARTY_EVENT.dropPartyAcknowledge;
  return events;
})();
