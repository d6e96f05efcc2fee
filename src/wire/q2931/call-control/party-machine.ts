import { CAUSE } from "../causes.ts";
import type { DecodeFault } from "../decode-fault.ts";
import type { Cause } from "../elements/cause.ts";
import { ENDPOINT_STATE } from "../elements/identifiers.ts";
import { IE } from "../information-elements.ts";
import type { Q2931Message } from "../message.ts";
import { MESSAGE } from "../message-types.ts";
import type { Q2931Call } from "./call.ts";
import type { CallMachine } from "./call-machine.ts";
import { CALL_STATE } from "./call-states.ts";
import type { PartyUser } from "./party.ts";
import { Q2931Party } from "./party.ts";
import type { PartyEvent, PartyTransition } from "./party-transitions.ts";
import {
  findPartyTransition,
  PARTY_ACTION,
  PARTY_EVENT,
  PARTY_EVENT_BY_MESSAGE,
  PARTY_STATE_TIMERS,
} from "./party-transitions.ts";
import type { TimerHost } from "./timers.ts";
import { CALL_TIMER, CallTimerQueues } from "./timers.ts";

const FIRST_ENDPOINT = 0;
const ENDPOINT_MAXIMUM = 0x7fff;

/** For whoever takes no parties: they are refused. */
function refusingUser(machine: PartyMachine): PartyUser {
  return {
    partyAsked: (party) => machine.drop(party, CAUSE.serviceOrOptionUnavailable),
    partyAdded: () => {},
    partyLeaves: (party) => machine.answerDrop(party),
    partyOver: () => {},
  };
}

/** The parties of all point-to-multipoint calls at one side of an interface, and the transitions of their table, carried out. */
export class PartyMachine {
  user: PartyUser = refusingUser(this);
  readonly timers: CallTimerQueues<Q2931Party>;
  readonly #machine: CallMachine;

  constructor(machine: CallMachine, host: TimerHost) {
    this.#machine = machine;
    this.timers = new CallTimerQueues(host, machine.role.delaysNs, (entry, timer) => {
      this.#dispatch(entry.owner, timer === CALL_TIMER.t398 ? PARTY_EVENT.t398 : PARTY_EVENT.t399, null);
    });
    machine.multipointCallMoved = (call) => this.#callMoved(call);
  }

  /** Makes the call a point-to-multipoint one whose first party is on its way. */
  begin(call: Q2931Call, isIncoming: boolean, context: unknown): void {
    const first = new Q2931Party(call, FIRST_ENDPOINT, isIncoming, context);
    first.state = isIncoming ? ENDPOINT_STATE.addPartyReceived : ENDPOINT_STATE.addPartyInitiated;
    call.parties = [first];
  }

  // Requests. They are null or false, and nothing happens, when the state does not allow them.

  /** Adds a party from a message with the elements of the ADD PARTY; its type, references and flags are filled in. */
  add(call: Q2931Call, message: Q2931Message, context: unknown): Q2931Party | null {
    const endpoint = call.state === CALL_STATE.active ? this.#allocateEndpoint(call) : FIRST_ENDPOINT;
    if (endpoint === FIRST_ENDPOINT) return null;
    const party = new Q2931Party(call, endpoint, false, context);
    call.parties?.push(party);
    this.#dispatch(party, PARTY_EVENT.addRequest, message);
    return party;
  }

  accept(party: Q2931Party, content: Q2931Message | null): boolean {
    return this.#dispatch(party, PARTY_EVENT.addResponse, content);
  }

  /** Drops a party, or refuses one that is to be added. `received` is a cause of the same value that is passed on. */
  drop(party: Q2931Party, cause: number, received: Cause | null = null): boolean {
    if (findPartyTransition(party.state, PARTY_EVENT.dropRequest) === null) return false;
    setCause(party, cause, received === null ? this.#machine.role.causeLocation : received.location);
    return this.#dispatch(party, PARTY_EVENT.dropRequest, null);
  }

  /** Answers a received DROP PARTY. */
  answerDrop(party: Q2931Party): boolean {
    return this.#dispatch(party, PARTY_EVENT.dropResponse, null);
  }

  // Received messages.

  /** A message about a party of this call; false when it is none of a party's. */
  receive(call: Q2931Call, message: Q2931Message): boolean {
    const event = PARTY_EVENT_BY_MESSAGE[message.type];
    if (event < 0) return false;
    const party = this.#partyOf(call, message);
    if (party === null) this.#receiveForUnknownParty(call, message);
    else if (event === PARTY_EVENT.addParty)
      return true; // As with a SETUP for a call that exists.
    else {
      if (message.has(IE.cause)) setCause(party, message.cause.value, message.cause.location);
      if (!this.#dispatch(party, event as PartyEvent, message)) this.#sendUnexpected(party, message.type);
    }
    return true;
  }

  /** ADD PARTY without what it must have (Q.2931 section 5.6.7 for SETUP): refused when it can be told which party is meant. */
  refuseFaulty(call: Q2931Call, message: Q2931Message, fault: DecodeFault): boolean {
    if (message.type !== MESSAGE.addParty || call.parties === null || !message.has(IE.endpointReference)) return false;
    if (this.#partyOf(call, message) !== null) return true;
    const { value } = message.endpointReference;
    this.#machine.sender.sendPartyCause(call, MESSAGE.addPartyReject, value, 1, fault.cause);
    return true;
  }

  /** STATUS says that the peer does not know a party: it is over here, too. */
  receiveStatus(call: Q2931Call, message: Q2931Message): void {
    if (call.parties === null || !message.has(IE.endpointState) || message.endpointState !== ENDPOINT_STATE.null)
      return;
    const party = message.has(IE.endpointReference) ? this.#partyOf(call, message) : null;
    if (party === null) return;
    const wasLive = party.isLive;
    if (wasLive) setCause(party, CAUSE.messageNotCompatibleWithCallState, this.#machine.role.causeLocation);
    this.#forget(party);
    if (wasLive) this.user.partyLeaves(party);
    this.user.partyOver(party);
  }

  /** State of the party that a STATUS ENQUIRY names; -1 when it names none. */
  stateAskedFor(call: Q2931Call, message: Q2931Message): number {
    if (call.parties === null || !message.has(IE.endpointReference)) return -1;
    return this.#partyOf(call, message)?.state ?? ENDPOINT_STATE.null;
  }

  #partyOf(call: Q2931Call, message: Q2931Message): Q2931Party | null {
    const { value, flag } = message.endpointReference;
    const isIncoming = flag === 0;
    return call.parties?.find((party) => party.endpoint === value && party.isIncoming === isIncoming) ?? null;
  }

  #receiveForUnknownParty(call: Q2931Call, message: Q2931Message): void {
    const { type } = message;
    const { value, flag } = message.endpointReference;
    const { sender } = this.#machine;
    if (type === MESSAGE.dropPartyAcknowledge || type === MESSAGE.addPartyReject) return;
    if (type === MESSAGE.addParty && flag === 0 && call.state === CALL_STATE.active) {
      const party = new Q2931Party(call, value, true, null);
      call.parties?.push(party);
      this.#dispatch(party, PARTY_EVENT.addParty, message);
      return;
    }
    if (type === MESSAGE.addParty) sender.sendStatusAboutType(call, CAUSE.messageNotCompatibleWithCallState, type);
    else sender.sendPartyCause(call, MESSAGE.dropPartyAcknowledge, value, flag ^ 1, CAUSE.invalidEndpointReference);
  }

  #sendUnexpected(party: Q2931Party, type: number): void {
    this.#machine.sender.sendPartyStatus(party, CAUSE.messageNotCompatibleWithCallState, type);
  }

  // Transitions.

  #dispatch(party: Q2931Party, event: PartyEvent, message: Q2931Message | null): boolean {
    const row = findPartyTransition(party.state, event);
    if (row === null) return false;
    this.#perform(row, party, message);
    return true;
  }

  #enter(row: PartyTransition, party: Q2931Party): void {
    if (row.to === ENDPOINT_STATE.null) {
      this.#forget(party);
      return;
    }
    if (row.to === party.state) return;
    party.state = row.to;
    this.timers.stop(party.timer);
    const timer = PARTY_STATE_TIMERS[row.to];
    if (timer !== undefined) this.timers.start(party.timer, timer);
  }

  // In every action the callback comes last, because it may lead back in here.
  #perform(row: PartyTransition, party: Q2931Party, message: Q2931Message | null): void {
    const { sender } = this.#machine;
    this.#enter(row, party);
    switch (row.action) {
      case PARTY_ACTION.sendAddParty:
        sender.sendParty(party, MESSAGE.addParty, message);
        return;
      case PARTY_ACTION.sendAcknowledge:
        sender.sendParty(party, MESSAGE.addPartyAcknowledge, message);
        return;
      case PARTY_ACTION.sendReject:
        sender.sendParty(party, MESSAGE.addPartyReject, null);
        this.user.partyOver(party);
        return;
      case PARTY_ACTION.sendDrop:
        sender.sendParty(party, MESSAGE.dropParty, null);
        return;
      case PARTY_ACTION.sendDropForTimer:
        setCause(party, CAUSE.recoveryOnTimerExpiry, this.#machine.role.causeLocation);
        sender.sendParty(party, MESSAGE.dropParty, null);
        this.user.partyLeaves(party);
        return;
      case PARTY_ACTION.sendDropAcknowledge:
        party.cause = 0;
        sender.sendParty(party, MESSAGE.dropPartyAcknowledge, null);
        this.user.partyOver(party);
        return;
      case PARTY_ACTION.indicateAdd:
        if (message !== null) this.user.partyAsked(party, message);
        return;
      case PARTY_ACTION.confirmAdd:
        this.user.partyAdded(party);
        return;
      case PARTY_ACTION.indicateGone:
        this.user.partyLeaves(party);
        this.user.partyOver(party);
        return;
      case PARTY_ACTION.indicateDrop:
        this.user.partyLeaves(party);
        return;
      case PARTY_ACTION.confirmDrop:
        this.user.partyOver(party);
        return;
      default:
    }
  }

  #forget(party: Q2931Party): void {
    party.state = ENDPOINT_STATE.null;
    this.timers.stop(party.timer);
    const { parties } = party.call;
    if (parties !== null) party.call.parties = parties.filter((other) => other !== party);
  }

  /** The first party is active when its call is; with the call every party ends. */
  #callMoved(call: Q2931Call): void {
    const parties = call.parties ?? [];
    if (call.state === CALL_STATE.null) {
      for (const party of parties) this.#forget(party);
    } else if (call.state === CALL_STATE.active) {
      const [first] = parties;
      if (first !== undefined && first.endpoint === FIRST_ENDPOINT) first.state = ENDPOINT_STATE.active;
    }
  }

  /** The next endpoint reference that no party of the call has; FIRST_ENDPOINT when there is none. */
  #allocateEndpoint(call: Q2931Call): number {
    const { parties } = call;
    if (parties === null || parties.length >= ENDPOINT_MAXIMUM) return FIRST_ENDPOINT;
    const isTaken = (value: number) => parties.some((party) => !party.isIncoming && party.endpoint === value);
    do {
      call.lastEndpoint = (call.lastEndpoint % ENDPOINT_MAXIMUM) + 1;
    } while (isTaken(call.lastEndpoint));
    return call.lastEndpoint;
  }
}

function setCause(party: Q2931Party, cause: number, location: number): void {
  party.cause = cause;
  party.causeLocation = location;
}
