// Call control of one interface, Q.2931 section 5 and UNI 3.1 section 5.5, for both of its sides: what differs between user
// and network stands in a CallControlRole (states, timers, transitions), what they share stands in this folder.

import { CAUSE } from "../causes.ts";
import { decodeMessage } from "../decode.ts";
import type { DecodeResult } from "../decode-fault.ts";
import { DECODE_RESULT } from "../decode-fault.ts";
import { USER_PLANE } from "../elements/bearer-capability.ts";
import type { Cause } from "../elements/cause.ts";
import { IE } from "../information-elements.ts";
import { CALL_REFERENCE_MAXIMUM, GLOBAL_CALL_REFERENCE, Q2931Message } from "../message.ts";
import { MESSAGE } from "../message-types.ts";
import { callKey, Q2931Call } from "./call.ts";
import { CallMachine, takeConnection } from "./call-machine.ts";
import { CALL_STATE } from "./call-states.ts";
import type { CallControlUser, CallObserver } from "./call-user.ts";
import { address, includeEndpoint } from "./message-sender.ts";
import { PartyMachine } from "./party-machine.ts";
import { RestartProcedure } from "./restart.ts";
import type { SignallingHost, SignallingLinkUser } from "./signalling-link.ts";
import { SignallingLink } from "./signalling-link.ts";
import { StatusProcedures } from "./status.ts";
import { CALL_TIMER } from "./timers.ts";
import type { CallControlRole, CallEvent } from "./transitions.ts";
import { CALL_EVENT, EVENT_BY_MESSAGE } from "./transitions.ts";

/** What an entity counts. */
export interface CallControlCounters {
  messagesReceived: number;
  /** Octets that are no message, and messages that ask to be discarded quietly. */
  messagesDiscarded: number;
  /** Messages with an error of Q.2931 section 5.6, unexpected ones among them. */
  messagesInError: number;
  callsOffered: number;
  callsMade: number;
}

export class CallControl implements SignallingLinkUser {
  readonly link: SignallingLink;
  /** Parties of point-to-multipoint calls. */
  readonly parties: PartyMachine;
  readonly counters: CallControlCounters = {
    messagesReceived: 0,
    messagesDiscarded: 0,
    messagesInError: 0,
    callsOffered: 0,
    callsMade: 0,
  };
  readonly #role: CallControlRole;
  readonly #host: SignallingHost;
  readonly #user: CallControlUser;
  readonly #machine: CallMachine;
  readonly #status: StatusProcedures;
  readonly #restart: RestartProcedure;
  readonly #received = new Q2931Message();
  #observer: CallObserver | null = null;
  #lastReference = 0;
  #isT309Running = false;

  constructor(role: CallControlRole, host: SignallingHost, user: CallControlUser) {
    this.#role = role;
    this.#host = host;
    this.#user = user;
    this.link = new SignallingLink(host, this);
    this.#machine = new CallMachine(role, host, this.link, user);
    this.#status = new StatusProcedures(this.#machine);
    this.parties = new PartyMachine(this.#machine, host);
    this.#restart = new RestartProcedure(this.#machine, host);
  }

  set observer(observer: CallObserver | null) {
    this.#observer = observer;
    this.#machine.observer = observer;
    this.#machine.sender.observer = observer;
  }

  /** Calls that are not in the Null state. */
  get callCount(): number {
    return this.#machine.calls.count;
  }

  /** All calls in the order of their keys (allocates). */
  callsInOrder(): Q2931Call[] {
    return this.#machine.calls.inOrder();
  }

  // Lower edge.

  /** Asks for the signalling AAL; `saalEstablished` follows when the peer answers, `saalReleased` when it does not. */
  establish(): void {
    this.link.establish();
  }

  receivePdu(bytes: Uint8Array, offset: number, length: number): void {
    this.link.receivePdu(bytes, offset, length);
  }

  /** A timer that the host kept has run out. */
  timerExpired(timer: number): void {
    if (timer === CALL_TIMER.t309) this.#expireT309();
    else if (timer === CALL_TIMER.t316) this.#restart.timerExpired();
    else if (timer >= CALL_TIMER.t398) this.parties.timers.hostTimerExpired(timer);
    else if (timer >= CALL_TIMER.t301) this.#machine.timers.hostTimerExpired(timer);
    else this.link.timerExpired(timer);
  }

  /** The physical layer is gone. Active calls live on for T309, others are cleared here and now. */
  linkDown(): void {
    const wasUp = this.link.isUp;
    this.link.abort();
    if (wasUp) this.#saalLost();
  }

  /** Drops the signalling AAL, clears every call without a word to the peer and stops every timer. */
  shutDown(cause: number): void {
    this.link.abort();
    this.#stopT309();
    this.#restart.stop();
    for (const call of this.#machine.calls.inOrder()) this.#machine.clear(call, cause);
  }

  linkEstablished(isReset: boolean): void {
    this.#stopT309();
    // Q.2931 sections 5.6.9 and 5.6.10: after a reset or a failure the two sides compare the states of what is left.
    for (const call of this.#machine.calls.inOrder()) {
      if (call.state === CALL_STATE.active) this.#status.enquire(call);
    }
    if (!isReset) this.#user.saalEstablished();
  }

  linkReleased(wasUp: boolean): void {
    if (wasUp) this.#saalLost();
    else this.#user.saalReleased();
    // Q.2931 section 5.6.10: while there are calls to save, the connection is asked for again.
    if (this.#isT309Running) this.link.establish();
  }

  // Requests. They are false, and nothing happens, when the state of the call does not allow them.

  /**
   * Makes a call from a message that holds the elements of the SETUP; its type, call reference and flag are filled in, and the
   * endpoint reference of a point-to-multipoint call, whose first party has the same context. VPCI and VCI
   * are those that the network side assigns. Null when the signalling AAL is down, no call reference is free or the message is
   * too long.
   */
  setupRequest(message: Q2931Message, context: unknown, vpci = -1, vci = -1): Q2931Call | null {
    const reference = this.link.isUp ? this.#allocateReference() : GLOBAL_CALL_REFERENCE;
    if (reference === GLOBAL_CALL_REFERENCE) return null;
    const call = new Q2931Call(reference, false, context);
    address(message, MESSAGE.setup, call);
    if (vci >= 0) {
      call.vpci = vpci;
      call.vci = vci;
      message.includeConnectionIdentifier(vpci, vci);
    }
    if (isMultipoint(message)) {
      includeEndpoint(message, 0, 0);
      this.parties.begin(call, false, context);
    }
    if (!this.#machine.sender.keepSetup(call, message)) return null;
    this.#machine.calls.add(call);
    this.counters.callsMade++;
    this.#machine.dispatch(call, CALL_EVENT.setupRequest, null);
    return call;
  }

  /** Assigns the virtual channel of an incoming call (network side); it goes out with the first response. */
  assignConnection(call: Q2931Call, vpci: number, vci: number): void {
    call.vpci = vpci;
    call.vci = vci;
  }

  proceedingRequest(call: Q2931Call): boolean {
    return this.#machine.dispatch(call, CALL_EVENT.proceedingRequest, null);
  }

  alertingRequest(call: Q2931Call): boolean {
    return this.#machine.dispatch(call, CALL_EVENT.alertingRequest, null);
  }

  /** Accepts an incoming call: CONNECT with the elements of `content`, whose type and call reference are filled in. */
  setupResponse(call: Q2931Call, content: Q2931Message | null): boolean {
    return this.#machine.respond(call, content);
  }

  /** Acknowledges a CONNECT (network side; the user side does so by itself). */
  setupCompleteRequest(call: Q2931Call): boolean {
    return this.#machine.dispatch(call, CALL_EVENT.setupCompleteRequest, null);
  }

  /** Clears a call. `received` is a cause of the same value that is passed on with its location and diagnostics. */
  releaseRequest(call: Q2931Call, cause: number, received: Cause | null = null): boolean {
    return this.#machine.release(call, cause, received);
  }

  /** Answers a received RELEASE: the virtual channel is out of use. */
  releaseResponse(call: Q2931Call): boolean {
    return this.#machine.dispatch(call, CALL_EVENT.releaseResponse, null);
  }

  /** Sends NOTIFY with the notification indicator of `content`. */
  notifyRequest(call: Q2931Call, content: Q2931Message): boolean {
    if (call.state === CALL_STATE.null) return false;
    this.#machine.sender.sendResponse(call, MESSAGE.notify, content, false);
    return true;
  }

  /** Asks the peer for its state of the call; T322 watches the answer. False while one is under way. */
  statusEnquiry(call: Q2931Call): boolean {
    return call.state !== CALL_STATE.null && this.#status.enquire(call);
  }

  /** Restarts virtual channels (RESTART_CLASS): the calls on them are cleared. False while a restart is under way. */
  restartRequest(restartClass: number, vpci = -1, vci = -1): boolean {
    return this.link.isUp && this.#restart.request(restartClass, vpci, vci);
  }

  // Received messages.

  messageReceived(bytes: Uint8Array, offset: number, length: number): void {
    const message = this.#received;
    this.counters.messagesReceived++;
    const result = decodeMessage(bytes, offset, length, message, this.#role.receives);
    if (result !== DECODE_RESULT.unreadable && this.#observer !== null) {
      this.#observer.signallingMessage(false, bytes, offset, length);
    }
    if (result === DECODE_RESULT.unreadable || result === DECODE_RESULT.discard) {
      this.counters.messagesDiscarded++;
      return;
    }
    if (result !== DECODE_RESULT.process) this.counters.messagesInError++;
    if (message.callReference === GLOBAL_CALL_REFERENCE) {
      this.#restart.receive(message, result);
      return;
    }
    const isAllocatedByPeer = message.callReferenceFlag === 0;
    const call = this.#machine.calls.get(callKey(message.callReference, isAllocatedByPeer));
    if (call === null) this.#receiveForUnknownCall(message, result, isAllocatedByPeer);
    else if (this.#reportFault(call, message, result)) this.#receive(call, message);
  }

  /** Q.2931 section 5.6.3.2: messages whose call reference names no call. */
  #receiveForUnknownCall(message: Q2931Message, result: DecodeResult, isAllocatedByPeer: boolean): void {
    const reference = message.callReference;
    const flag = isAllocatedByPeer ? 1 : 0;
    const sender = this.#machine.sender;
    switch (message.type) {
      case MESSAGE.setup:
        if (!isAllocatedByPeer) return;
        if (result <= DECODE_RESULT.processAndReport) this.#receiveSetup(message);
        else sender.sendReleaseComplete(reference, flag, message.fault.cause, message.fault);
        return;
      case MESSAGE.releaseComplete:
        return;
      case MESSAGE.statusEnquiry:
        sender.sendStatus(reference, flag, CALL_STATE.null, CAUSE.responseToStatusEnquiry, null);
        return;
      case MESSAGE.status:
        if (!message.has(IE.callState) || message.callState === CALL_STATE.null) return;
        sender.sendReleaseComplete(reference, flag, CAUSE.messageNotCompatibleWithCallState, null);
        return;
      default:
        this.counters.messagesInError++;
        sender.sendReleaseComplete(reference, flag, CAUSE.invalidCallReference, null);
    }
  }

  #receiveSetup(message: Q2931Message): void {
    const call = new Q2931Call(message.callReference, true, null);
    if (!this.#role.assignsConnection) takeConnection(call, message);
    if (isMultipoint(message) && message.has(IE.endpointReference)) this.parties.begin(call, true, null);
    this.#machine.calls.add(call);
    this.counters.callsOffered++;
    const { fault } = message;
    if (fault.result === DECODE_RESULT.processAndReport) {
      const state = this.#role.setupReceivedState;
      this.#machine.sender.sendStatus(call.callReference, call.messageFlag, state, fault.cause, fault);
    }
    this.#machine.dispatch(call, CALL_EVENT.setup, message);
  }

  /** Answers what is wrong with a message (Q.2931 sections 5.6.5 to 5.7.2); true when the message is to be acted upon. */
  #reportFault(call: Q2931Call, message: Q2931Message, result: DecodeResult): boolean {
    if (result <= DECODE_RESULT.processQuietly) return true;
    const { type, fault } = message;
    // A faulty SETUP for a call that exists is passed over like a good one; STATUS is not answered by STATUS.
    if (type === MESSAGE.setup) return false;
    if (type === MESSAGE.status) return result === DECODE_RESULT.processAndReport;
    if (type === MESSAGE.releaseComplete) return true;
    if (type === MESSAGE.release) {
      // Section 5.6.7.1: as if the cause were 31, and the RELEASE COMPLETE says what was wrong.
      call.answerCause = fault.cause;
      if (!message.has(IE.cause)) message.includeCause(this.#role.causeLocation, CAUSE.normalUnspecified);
      return true;
    }
    if (result === DECODE_RESULT.clearCall) {
      this.#machine.fault(call, fault.cause, fault);
      return false;
    }
    if (result === DECODE_RESULT.mandatoryFault && this.parties.refuseFaulty(call, message, fault)) return false;
    this.#machine.sender.sendStatus(call.callReference, call.messageFlag, call.state, fault.cause, fault);
    return result === DECODE_RESULT.processAndReport;
  }

  #receive(call: Q2931Call, message: Q2931Message): void {
    const { type } = message;
    const event = EVENT_BY_MESSAGE[type];
    if (type === MESSAGE.setup) return; // Section 5.6.3.2 e: a SETUP for a call that exists is ignored.
    if (type === MESSAGE.status) {
      this.parties.receiveStatus(call, message);
      this.#status.receive(call, message);
    } else if (type === MESSAGE.statusEnquiry) {
      this.#status.answer(call, message, this.parties.stateAskedFor(call, message));
    } else if (call.parties !== null && this.parties.receive(call, message)) return;
    else if (type === MESSAGE.notify) this.#user.notifyIndication(call, message);
    else if (event < 0 || !this.#machine.dispatch(call, event as CallEvent, message)) {
      this.counters.messagesInError++;
      const cause = event < 0 ? CAUSE.messageTypeNotImplemented : CAUSE.messageNotCompatibleWithCallState;
      this.#machine.sender.sendStatusAboutType(call, cause, type);
    }
  }

  // The signalling AAL.

  #saalLost(): void {
    let active = 0;
    for (const call of this.#machine.calls.inOrder()) {
      if (call.state === CALL_STATE.active) active++;
      else this.#machine.clear(call, this.#role.saalLossCause);
    }
    if (active > 0 && !this.#isT309Running) {
      this.#isT309Running = true;
      this.#host.startTimer(CALL_TIMER.t309, this.#role.delaysNs[CALL_TIMER.t309]);
    }
    this.#restart.stop();
    this.#user.saalReleased();
  }

  #expireT309(): void {
    this.#isT309Running = false;
    for (const call of this.#machine.calls.inOrder()) this.#machine.clear(call, CAUSE.destinationOutOfOrder);
  }

  #stopT309(): void {
    if (!this.#isT309Running) return;
    this.#isT309Running = false;
    this.#host.stopTimer(CALL_TIMER.t309);
  }

  /** The next call reference that no call has: a reference comes back as late as can be. 0 when all are taken. */
  #allocateReference(): number {
    const { calls } = this.#machine;
    if (calls.count >= CALL_REFERENCE_MAXIMUM) return GLOBAL_CALL_REFERENCE;
    do {
      this.#lastReference = (this.#lastReference % CALL_REFERENCE_MAXIMUM) + 1;
    } while (calls.get(callKey(this.#lastReference, false)) !== null);
    return this.#lastReference;
  }
}

function isMultipoint(message: Q2931Message): boolean {
  return message.has(IE.bearerCapability) && message.bearerCapability.userPlane === USER_PLANE.pointToMultipoint;
}
