import { CAUSE } from "../causes.ts";
import type { DecodeFault } from "../decode-fault.ts";
import type { Cause } from "../elements/cause.ts";
import { IE, INFORMATION_ELEMENTS } from "../information-elements.ts";
import type { Q2931Message } from "../message.ts";
import { MESSAGE } from "../message-types.ts";
import type { Q2931Call } from "./call.ts";
import { CallTable } from "./call.ts";
import { CALL_STATE } from "./call-states.ts";
import type { CallControlUser, CallObserver } from "./call-user.ts";
import { MessageSender } from "./message-sender.ts";
import type { SignallingHost, SignallingLink } from "./signalling-link.ts";
import type { CallTimer } from "./timers.ts";
import { CALL_TIMER, CallTimerQueues } from "./timers.ts";
import type { CallControlRole, CallEvent, CallTransition } from "./transitions.ts";
import { CALL_ACTION, CALL_EVENT, EVENT_BY_TIMER, TransitionTable } from "./transitions.ts";

/** A SETUP or RELEASE is sent twice at most (UNI 3.1 sections 5.5.1.1 and 5.5.4.3). */
const MAXIMUM_ATTEMPTS = 2;
const NO_TIMER = -1;
const CONNECTION_IDENTIFIER = INFORMATION_ELEMENTS.connectionIdentifier.identifier;

/** The calls of one side of an interface, and the transitions of its table, carried out. */
export class CallMachine {
  readonly calls = new CallTable();
  readonly role: CallControlRole;
  readonly sender: MessageSender;
  readonly user: CallControlUser;
  readonly timers: CallTimerQueues<Q2931Call>;
  observer: CallObserver | null = null;
  /** Called with a call whose T322 has run out. */
  enquiryExpired: (call: Q2931Call) => void = () => {};
  /** Called with a point-to-multipoint call that has entered a state. */
  multipointCallMoved: (call: Q2931Call) => void = () => {};
  readonly #link: SignallingLink;
  readonly #table: TransitionTable;
  // What the transition under way knows beside its call: where the cause comes from, or the content of a response.
  #passedCause: Cause | null = null;
  #fault: DecodeFault | null = null;
  #expiredTimer = NO_TIMER;
  #response: Q2931Message | null = null;

  constructor(role: CallControlRole, host: SignallingHost, link: SignallingLink, user: CallControlUser) {
    this.role = role;
    this.user = user;
    this.#link = link;
    this.#table = new TransitionTable(role);
    this.sender = new MessageSender(link, role.causeLocation);
    this.timers = new CallTimerQueues(host, role.delaysNs, (entry, timer) => this.#timerExpired(entry, timer));
  }

  /** Carries out the event; false when the call's state does not expect it. */
  dispatch(call: Q2931Call, event: CallEvent, message: Q2931Message | null): boolean {
    const row = this.#table.find(call.state, event);
    if (row === null) return false;
    this.#perform(row, call, message);
    return true;
  }

  expects(call: Q2931Call, event: CallEvent): boolean {
    return this.#table.find(call.state, event) !== null;
  }

  /** Accepts with the elements of `content`. */
  respond(call: Q2931Call, content: Q2931Message | null): boolean {
    this.#response = content;
    const isDone = this.dispatch(call, CALL_EVENT.setupResponse, null);
    this.#response = null;
    return isDone;
  }

  /** Clears the call as its user wants it; `received` is a cause that is passed on. */
  release(call: Q2931Call, cause: number, received: Cause | null): boolean {
    if (!this.expects(call, CALL_EVENT.releaseRequest)) return false;
    this.#setCause(call, cause, received === null ? this.role.causeLocation : received.location);
    this.#passedCause = received;
    return this.dispatch(call, CALL_EVENT.releaseRequest, null);
  }

  /** Clears the call with a RELEASE because of a fault, which gives the diagnostics. */
  fault(call: Q2931Call, cause: number, fault: DecodeFault | null): void {
    if (!this.expects(call, CALL_EVENT.fault)) return;
    this.#setCause(call, cause, this.role.causeLocation);
    this.#fault = fault;
    this.dispatch(call, CALL_EVENT.fault, null);
  }

  /** Ends the call on this side only. */
  clear(call: Q2931Call, cause: number): void {
    if (call.cause === 0) this.#setCause(call, cause, this.role.causeLocation);
    this.dispatch(call, CALL_EVENT.clear, null);
  }

  #setCause(call: Q2931Call, cause: number, location: number): void {
    call.cause = cause;
    call.causeLocation = location;
  }

  #timerExpired(entry: CallTimer<Q2931Call>, timer: number): void {
    const call = entry.owner;
    if (timer === CALL_TIMER.t322) {
      this.enquiryExpired(call);
      return;
    }
    this.#expiredTimer = timer;
    this.dispatch(call, EVENT_BY_TIMER[timer], null);
    this.#expiredTimer = NO_TIMER;
  }

  /** The one way from state to state: leaves the timer of the old state behind and starts the one of the new. */
  #enter(call: Q2931Call, row: CallTransition): void {
    const from = call.state;
    call.state = row.to;
    this.timers.stop(call.timer);
    call.attempts = 1;
    if (row.to === CALL_STATE.null) {
      if (call.enquiryTimer !== null) this.timers.stop(call.enquiryTimer);
      this.sender.forgetSetup(call);
      this.calls.remove(call);
    } else {
      const timer = this.role.stateTimers[row.to];
      if (timer !== undefined) this.timers.start(call.timer, timer);
      if (from !== CALL_STATE.null) this.sender.forgetSetup(call);
    }
    if (call.parties !== null) this.multipointCallMoved(call);
    if (this.observer !== null) this.observer.callTransition(call, from, row.event, row.to);
  }

  // In every action the callback comes last, because it may lead back in here.
  #perform(row: CallTransition, call: Q2931Call, message: Q2931Message | null): void {
    switch (row.action) {
      case CALL_ACTION.ignore:
        return;
      case CALL_ACTION.sendSetup:
        this.#enter(call, row);
        this.sender.sendSetup(call);
        return;
      case CALL_ACTION.sendProceeding:
        this.#respond(row, call, MESSAGE.callProceeding);
        return;
      case CALL_ACTION.sendAlerting:
        this.#respond(row, call, MESSAGE.alerting);
        return;
      case CALL_ACTION.sendConnect:
        this.#respond(row, call, MESSAGE.connect);
        return;
      case CALL_ACTION.sendConnectAcknowledge:
        this.#enter(call, row);
        this.sender.sendBare(call, MESSAGE.connectAcknowledge);
        return;
      case CALL_ACTION.indicateSetupComplete:
        this.#enter(call, row);
        this.user.setupCompleteIndication(call);
        return;
      case CALL_ACTION.repeatSetup:
        this.#repeatSetup(call);
        return;
      case CALL_ACTION.repeatRelease:
        this.#repeatRelease(call);
        return;
      default:
        if (message !== null) this.#performForMessage(row, call, message);
        else this.#performClearing(row, call, null);
    }
  }

  #performForMessage(row: CallTransition, call: Q2931Call, message: Q2931Message): void {
    switch (row.action) {
      case CALL_ACTION.indicateSetup:
        this.#enter(call, row);
        this.user.setupIndication(call, message);
        return;
      case CALL_ACTION.indicateProceeding:
        if (this.#enterWithConnection(row, call, message)) this.user.proceedingIndication(call, message);
        return;
      case CALL_ACTION.indicateAlerting:
        if (this.#enterWithConnection(row, call, message)) this.user.alertingIndication(call, message);
        return;
      case CALL_ACTION.confirmSetup:
        if (this.#enterWithConnection(row, call, message)) this.user.setupConfirm(call, message);
        return;
      case CALL_ACTION.acknowledgeAndConfirmSetup:
        if (!this.#enterWithConnection(row, call, message)) return;
        this.sender.sendBare(call, MESSAGE.connectAcknowledge);
        this.user.setupConfirm(call, message);
        return;
      default:
        this.#performClearing(row, call, message);
    }
  }

  #performClearing(row: CallTransition, call: Q2931Call, message: Q2931Message | null): void {
    if (message?.has(IE.cause) === true) this.#setCause(call, message.cause.value, message.cause.location);
    switch (row.action) {
      case CALL_ACTION.sendRelease:
      case CALL_ACTION.sendReleaseAndIndicate:
        this.#sendRelease(row, call);
        return;
      case CALL_ACTION.sendReleaseComplete:
        this.#enter(call, row);
        this.sender.sendReleaseComplete(call.callReference, call.messageFlag, call.answerCause, null);
        this.user.releaseConfirm(call);
        return;
      case CALL_ACTION.reject:
        this.#enter(call, row);
        this.sender.sendRejection(call, this.#passedCause);
        this.#passedCause = null;
        this.user.releaseConfirm(call);
        return;
      case CALL_ACTION.indicateRelease:
        this.#enter(call, row);
        this.user.releaseIndication(call, message);
        return;
      case CALL_ACTION.confirmRelease:
        this.#enter(call, row);
        this.user.releaseConfirm(call);
        return;
      case CALL_ACTION.indicateCleared:
        if (call.cause === 0) this.#setCause(call, CAUSE.normalUnspecified, this.role.causeLocation);
        this.#enter(call, row);
        this.user.releaseIndication(call, message);
        this.user.releaseConfirm(call);
        return;
      default:
    }
  }

  /** UNI 3.1 section 5.5.1.2: the first response of the network names the virtual channel. */
  #respond(row: CallTransition, call: Q2931Call, type: number): void {
    const isFirst = call.state === CALL_STATE.callInitiated;
    const withConnection = call.vci >= 0 && (this.role.assignsConnection ? isFirst : type === MESSAGE.connect);
    this.#enter(call, row);
    this.sender.sendResponse(call, type, this.#response, withConnection);
  }

  #enterWithConnection(row: CallTransition, call: Q2931Call, message: Q2931Message): boolean {
    if (call.vci < 0 && !message.has(IE.connectionIdentifier)) {
      message.fault.setCause(0, CAUSE.mandatoryElementMissing);
      message.fault.addDiagnostic(CONNECTION_IDENTIFIER);
      this.fault(call, CAUSE.mandatoryElementMissing, message.fault);
      return false;
    }
    if (!this.role.assignsConnection) takeConnection(call, message);
    this.#enter(call, row);
    return true;
  }

  #sendRelease(row: CallTransition, call: Q2931Call): void {
    const timer = this.#expiredTimer;
    if (timer !== NO_TIMER) {
      const cause = timer === CALL_TIMER.t301 ? CAUSE.noUserResponding : CAUSE.recoveryOnTimerExpiry;
      this.#setCause(call, cause, this.role.causeLocation);
    }
    this.#enter(call, row);
    if (timer !== NO_TIMER) this.sender.sendReleaseForTimer(call, timer);
    else if (this.#fault !== null) this.sender.sendReleaseForFault(call, this.#fault);
    else this.sender.sendRelease(call, this.#passedCause);
    this.#expiredTimer = NO_TIMER;
    this.#passedCause = null;
    this.#fault = null;
    if (row.action === CALL_ACTION.sendReleaseAndIndicate) this.user.releaseIndication(call, null);
    // Without a signalling AAL nobody will answer: there is no use in waiting for T308.
    if (!this.#link.isUp) this.clear(call, this.role.saalLossCause);
  }

  #repeatSetup(call: Q2931Call): void {
    this.#expiredTimer = NO_TIMER;
    if (call.attempts < MAXIMUM_ATTEMPTS) {
      call.attempts++;
      this.timers.start(call.timer, CALL_TIMER.t303);
      this.sender.sendSetup(call);
    } else this.clear(call, this.role.unansweredCause);
  }

  #repeatRelease(call: Q2931Call): void {
    this.#expiredTimer = NO_TIMER;
    if (call.attempts < MAXIMUM_ATTEMPTS) {
      call.attempts++;
      this.timers.start(call.timer, CALL_TIMER.t308);
      this.sender.sendRelease(call, null);
    } else this.clear(call, CAUSE.recoveryOnTimerExpiry);
  }
}

/** Notes the virtual channel that a message assigns to the call. */
export function takeConnection(call: Q2931Call, message: Q2931Message): void {
  if (!message.has(IE.connectionIdentifier)) return;
  call.vpci = message.connectionIdentifier.vpci;
  call.vci = message.connectionIdentifier.vci;
}
