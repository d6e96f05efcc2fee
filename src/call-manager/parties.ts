import type { CO_CALL_PARAMETERS, NDIS_STATUS, NDIS_STATUS_FINAL, NdisPartyHandle } from "../ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../ndis/index.ts";
import type { PartyUser, Q2931Party } from "../wire/q2931/index.ts";
import { CAUSE, livePartyCount, Q2931Message } from "../wire/q2931/index.ts";
import type { CallManager } from "./call-manager.ts";
import { fillParty, noteCause, readCallParameters } from "./call-parameters.ts";
import { CallVc } from "./call-vc.ts";
import { statusOfCause } from "./cause-status.ts";

/** One party of a multipoint call: what CallMgrPartyContext points to. */
export class CallParty {
  readonly vc: CallVc;
  readonly handle: NdisPartyHandle;
  /** The party of the Q.2931 call, until it is over. */
  party: Q2931Party | null = null;
  /** Parameters of an addition that pends. */
  adding: CO_CALL_PARAMETERS | null = null;
  isAdded = false;
  /** NdisClDropParty pends. */
  isDropping = false;
  /** The peer has left, or the network has dropped it. */
  hasLeft = false;
  /** The client has been told that it has left. */
  isTold = false;

  constructor(vc: CallVc, handle: NdisPartyHandle) {
    this.vc = vc;
    this.handle = handle;
  }

  /** Part of the call, as far as anybody knows. */
  get stays(): boolean {
    return this.isAdded && !this.isDropping && !this.hasLeft;
  }
}

/** What the client is told of a party that has left: nothing was wrong when it hung up. */
function statusOfLeaving(cause: number): NDIS_STATUS_FINAL {
  return cause === CAUSE.normalCallClearing ? NDIS_STATUS_SUCCESS : statusOfCause(cause);
}

/** Parties of multipoint calls: between ProtocolCmAddParty and ProtocolCmDropParty on one side and the Q.2931 parties on the other. */
export class Parties implements PartyUser {
  readonly #manager: CallManager;
  readonly #message = new Q2931Message();

  constructor(manager: CallManager) {
    this.#manager = manager;
  }

  // What clients ask for, through NDIS.

  /** ProtocolCmAddParty (PTY-04). The traffic of the party is that of the VC, whatever its parameters say (PTY-06). */
  addParty(vc: CallVc, parameters: CO_CALL_PARAMETERS, handle: NdisPartyHandle): CallParty | NDIS_STATUS_FINAL {
    const { call } = vc;
    if (call === null || call.parties === null || vc.isEnding) return NDIS_STATUS_NOT_SUPPORTED;
    const outgoing = readCallParameters(parameters, true);
    const added = new CallParty(vc, handle);
    if (typeof outgoing === "number") {
      // PTY-04 leaves no room for what is wrong with the parameters; the completion does (PTY-07).
      this.#manager.route.functions.AddPartyComplete(outgoing, handle, null, parameters);
      return added;
    }
    const message = this.#message;
    message.begin(0, 0, 0);
    fillParty(message, outgoing, this.#manager.address);
    added.adding = parameters;
    vc.parties.push(added);
    added.party = this.#manager.signalling.parties.add(call, message, added);
    if (added.party !== null) return added;
    this.#remove(added);
    return NDIS_STATUS_RESOURCES;
  }

  /** ProtocolCmDropParty (PTY-11). */
  dropParty(dropped: CallParty, closeDataSize: number): NDIS_STATUS {
    if (closeDataSize > 0) return NDIS_STATUS_INVALID_DATA;
    const { parties } = this.#manager.signalling;
    const { party, vc } = dropped;
    if (party !== null && !vc.isEnding) {
      if (!dropped.hasLeft && parties.drop(party, CAUSE.normalCallClearing)) {
        dropped.isDropping = true;
        return NDIS_STATUS_PENDING;
      }
      parties.answerDrop(party);
    }
    this.#remove(dropped);
    return NDIS_STATUS_SUCCESS;
  }

  // What the network tells, through Q.2931.

  /** NDIS has no way to tell a client of a party that joins an incoming call: it comes as a call of its own. */
  partyAsked(party: Q2931Party): void {
    this.#manager.signalling.parties.drop(party, CAUSE.serviceOrOptionUnavailable);
  }

  partyAdded(party: Q2931Party): void {
    const { context } = party;
    if (!(context instanceof CallParty) || context.adding === null) return;
    const parameters = context.adding;
    context.adding = null;
    context.isAdded = true;
    this.#manager.route.functions.AddPartyComplete(NDIS_STATUS_SUCCESS, context.handle, context, parameters);
    this.#tellWhoLeft(context.vc);
  }

  partyLeaves(party: Q2931Party): void {
    const { context, cause, causeLocation } = party;
    if (!(context instanceof CallParty)) {
      this.#leafLeaves(party);
      return;
    }
    if (context.adding !== null) {
      noteCause(context.adding, cause, causeLocation);
      this.#manager.signalling.parties.answerDrop(party);
      this.#failAddition(context, statusOfCause(cause));
    } else if (context.isAdded && !context.isDropping) context.hasLeft = true;
    this.#tellWhoLeft(context.vc);
  }

  /** A leaf is the only party of its call: with it the call is over (UNI 3.1 section 5.6.3.2). */
  #leafLeaves(party: Q2931Party): void {
    const { call, cause } = party;
    if (livePartyCount(call) > 0 || !(call.context instanceof CallVc))
      this.#manager.signalling.parties.answerDrop(party);
    else this.#manager.calls.end(call.context, statusOfLeaving(cause), cause);
  }

  partyOver(party: Q2931Party): void {
    const { context } = party;
    if (!(context instanceof CallParty)) return;
    context.party = null;
    if (context.isDropping) this.#completeDrop(context);
  }

  /** The whole call is at its end: nothing of its parties pends any more. */
  settle(vc: CallVc): void {
    for (const party of [...vc.parties]) {
      if (party.isDropping) this.#completeDrop(party);
      else if (party.adding !== null) this.#failAddition(party, NDIS_STATUS_FAILURE);
    }
  }

  /**
   * PTY-13: others remain, or it was the last. While the only other parties are on their way, that cannot be known: with them
   * refused it was the last.
   */
  #tellWhoLeft(vc: CallVc): void {
    for (const party of [...vc.parties]) {
      if (!party.hasLeft || party.isTold || vc.isEnding || vc.teardown !== null) continue;
      const cause = party.party?.cause ?? CAUSE.normalUnspecified;
      const status = statusOfLeaving(cause);
      if (vc.parties.some((other) => other.stays)) {
        party.isTold = true;
        this.#manager.route.functions.DispatchIncomingDropParty(status, party.handle, null, 0);
      } else if (!vc.parties.some((other) => other.adding !== null)) {
        party.isTold = true;
        this.#manager.calls.end(vc, status, cause);
      }
    }
  }

  #failAddition(party: CallParty, status: NDIS_STATUS_FINAL): void {
    const { adding, handle } = party;
    party.adding = null;
    this.#remove(party);
    if (adding !== null) this.#manager.route.functions.AddPartyComplete(status, handle, null, adding);
  }

  #completeDrop(party: CallParty): void {
    party.isDropping = false;
    this.#remove(party);
    this.#manager.route.functions.DropPartyComplete(NDIS_STATUS_SUCCESS, party.handle);
  }

  #remove(party: CallParty): void {
    const { vc } = party;
    vc.parties = vc.parties.filter((other) => other !== party);
    if (party.party !== null && party.party.context === party) party.party.context = null;
  }
}
