import { CAUSE } from "../causes.ts";
import { IE } from "../information-elements.ts";
import type { Q2931Message } from "../message.ts";
import { MESSAGE } from "../message-types.ts";
import type { Q2931Call } from "./call.ts";
import type { CallMachine } from "./call-machine.ts";
import type { CallState } from "./call-states.ts";
import { CALL_STATE } from "./call-states.ts";
import { CALL_TIMER, CallTimer } from "./timers.ts";

/** A STATUS ENQUIRY is repeated once (Q.2931 section 5.6.11: a network option). */
const MAXIMUM_ENQUIRIES = 2;

/** Comparing the states of a call with the peer: Q.2931 sections 5.6.11 (STATUS ENQUIRY) and 5.6.12 (STATUS). */
export class StatusProcedures {
  readonly #machine: CallMachine;

  constructor(machine: CallMachine) {
    this.#machine = machine;
    machine.enquiryExpired = (call) => this.#enquiryExpired(call);
  }

  /** Sends STATUS ENQUIRY; false while the answer to another is awaited. */
  enquire(call: Q2931Call): boolean {
    call.enquiryTimer ??= new CallTimer(call);
    if (call.enquiryTimer.isRunning) return false;
    call.enquiryAttempts = 0;
    this.#send(call, call.enquiryTimer);
    return true;
  }

  /** Answers a STATUS ENQUIRY; `partyState` is that of the party it names, -1 when it names none. */
  answer(call: Q2931Call, message: Q2931Message, partyState: number): void {
    const cause = CAUSE.responseToStatusEnquiry;
    if (partyState >= 0) {
      const { value, flag } = message.endpointReference;
      this.#machine.sender.sendPartyStatusAnswer(call, value, flag ^ 1, partyState, cause);
      return;
    }
    this.#machine.sender.sendStatus(call.callReference, call.messageFlag, call.state, cause, null);
  }

  receive(call: Q2931Call, message: Q2931Message): void {
    if (!message.has(IE.callState)) return;
    const isAnswer = message.has(IE.cause) && message.cause.value === CAUSE.responseToStatusEnquiry;
    if (isAnswer && call.enquiryTimer !== null) this.#machine.timers.stop(call.enquiryTimer);
    const peerState = message.callState as CallState;
    if (peerState === CALL_STATE.null) {
      this.#machine.clear(call, CAUSE.messageNotCompatibleWithCallState);
    } else if (this.#isReleasing(call) || this.#machine.role.compatiblePeerStates[call.state].includes(peerState)) {
      this.#machine.user.statusIndication(call, message);
    } else {
      this.#machine.fault(call, CAUSE.messageNotCompatibleWithCallState, null);
    }
  }

  #isReleasing(call: Q2931Call): boolean {
    return call.state === CALL_STATE.releaseRequest || call.state === CALL_STATE.releaseIndication;
  }

  #enquiryExpired(call: Q2931Call): void {
    const timer = call.enquiryTimer;
    if (timer === null) return;
    if (call.enquiryAttempts < MAXIMUM_ENQUIRIES) this.#send(call, timer);
    else this.#machine.fault(call, CAUSE.temporaryFailure, null);
  }

  #send(call: Q2931Call, timer: CallTimer<Q2931Call>): void {
    call.enquiryAttempts++;
    this.#machine.timers.start(timer, CALL_TIMER.t322);
    this.#machine.sender.sendBare(call, MESSAGE.statusEnquiry);
  }
}
