import { ENDPOINT_STATE } from "../elements/identifiers.ts";
import type { Q2931Message } from "../message.ts";
import type { Q2931Call } from "./call.ts";
import type { PartyState } from "./party-transitions.ts";
import { CallTimer } from "./timers.ts";

/**
 * One party of a point-to-multipoint call at one side of an interface. It is written by the signalling entity and read by its
 * user; only `context` is the user's.
 */
export class Q2931Party {
  readonly call: Q2931Call;
  /** Endpoint reference value, 15 bits; 0 is the party that the call was set up with. */
  readonly endpoint: number;
  /** True when the peer allocated the endpoint reference. */
  readonly isIncoming: boolean;
  state: PartyState = ENDPOINT_STATE.null;
  /** Why the party was dropped or refused: CAUSE and CAUSE_LOCATION; 0 while it is not. */
  cause = 0;
  causeLocation = 0;
  /** For the user of the signalling entity. */
  context: unknown;
  readonly timer: CallTimer<Q2931Party>;

  constructor(call: Q2931Call, endpoint: number, isIncoming: boolean, context: unknown) {
    this.call = call;
    this.endpoint = endpoint;
    this.isIncoming = isIncoming;
    this.context = context;
    this.timer = new CallTimer<Q2931Party>(this);
  }

  /** Part of the call, or on its way to be. */
  get isLive(): boolean {
    const { state } = this;
    return (
      state === ENDPOINT_STATE.active ||
      state === ENDPOINT_STATE.addPartyInitiated ||
      state === ENDPOINT_STATE.addPartyReceived
    );
  }
}

/** Parties of the call that are part of it or on their way to be. */
export function livePartyCount(call: Q2931Call): number {
  return call.parties === null ? 0 : call.parties.reduce((count, party) => (party.isLive ? count + 1 : count), 0);
}

/**
 * Who uses the parties of a call control entity. A party that ends before its call does ends with exactly one `partyOver`; when the user
 * has not asked for it, `partyLeaves` is told before. What ends with its call is not told one by one. A message is valid during
 * the callback only.
 */
export interface PartyUser {
  /** ADD PARTY has come. The answer is `accept` or `drop`. */
  partyAsked(party: Q2931Party, message: Q2931Message): void;
  /** ADD PARTY ACKNOWLEDGE has come. */
  partyAdded(party: Q2931Party): void;
  /** The party was refused, or leaves, for `party.cause`. After a received DROP PARTY the user answers with `answerDrop`. */
  partyLeaves(party: Q2931Party): void;
  /** The party is no part of the call any more, and its endpoint reference is free. */
  partyOver(party: Q2931Party): void;
}
