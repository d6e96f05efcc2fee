import type { DecodeFault } from "../decode-fault.ts";
import type { Cause } from "../elements/cause.ts";
import { encodeMessage } from "../encode.ts";
import { IE } from "../information-elements.ts";
import { GLOBAL_CALL_REFERENCE, Q2931Message } from "../message.ts";
import { MESSAGE } from "../message-types.ts";
import type { Q2931Call } from "./call.ts";
import type { CallObserver } from "./call-user.ts";
import type { Q2931Party } from "./party.ts";
import type { SignallingLink } from "./signalling-link.ts";
import { callTimerName } from "./timers.ts";

/** Longer than any message that the elements of codeset 0 can make. */
const MESSAGE_CAPACITY = 2048;
/** Holds the SETUP of any common call; longer ones get a buffer of their own. */
const SETUP_CAPACITY = 384;

/** Builds and sends the messages of a signalling entity, in one record and one buffer that are used again and again. */
export class MessageSender {
  observer: CallObserver | null = null;
  readonly #link: SignallingLink;
  readonly #causeLocation: number;
  readonly #message = new Q2931Message();
  readonly #buffer = new Uint8Array(MESSAGE_CAPACITY);
  readonly #setupBuffers: Uint8Array[] = [];

  constructor(link: SignallingLink, causeLocation: number) {
    this.#link = link;
    this.#causeLocation = causeLocation;
  }

  /** Encodes the SETUP and keeps it with the call for a repetition. False when it is too long for any message. */
  keepSetup(call: Q2931Call, message: Q2931Message): boolean {
    let buffer = this.#setupBuffers.pop() ?? new Uint8Array(SETUP_CAPACITY);
    let length = encodeMessage(message, buffer, 0);
    if (length < 0) {
      this.#setupBuffers.push(buffer);
      buffer = new Uint8Array(MESSAGE_CAPACITY);
      length = encodeMessage(message, buffer, 0);
    }
    if (length < 0) return false;
    call.setup = buffer;
    call.setupLength = length;
    return true;
  }

  forgetSetup(call: Q2931Call): void {
    if (call.setup === null) return;
    if (call.setup.length === SETUP_CAPACITY) this.#setupBuffers.push(call.setup);
    call.setup = null;
  }

  sendSetup(call: Q2931Call): void {
    if (call.setup !== null) this.#hand(call.setup, call.setupLength);
  }

  /** CALL PROCEEDING, ALERTING or CONNECT; the connection identifier goes with it when asked for. */
  sendResponse(call: Q2931Call, type: number, content: Q2931Message | null, withConnection: boolean): void {
    const message = content ?? this.#message;
    if (content === null) message.begin(type, call.callReference, call.messageFlag);
    else address(message, type, call);
    if (withConnection) message.includeConnectionIdentifier(call.vpci, call.vci);
    // UNI 3.1 section 5.3.1: mandatory in the answers to a SETUP that had it.
    if (call.isIncoming && call.parties !== null) includeEndpoint(message, 0, 1);
    this.send(message);
  }

  /** A message without elements: CONNECT ACKNOWLEDGE, STATUS ENQUIRY. */
  sendBare(call: Q2931Call, type: number): void {
    this.#message.begin(type, call.callReference, call.messageFlag);
    this.send(this.#message);
  }

  /** RELEASE with the call's cause; `received` gives the diagnostics of a cause that is passed on. */
  sendRelease(call: Q2931Call, received: Cause | null): void {
    this.#message.begin(MESSAGE.release, call.callReference, call.messageFlag);
    this.#sendWithCallCause(call, received);
  }

  /** RELEASE after the expiry of a timer, with its number as diagnostics (UNI 3.1 table 5-12). */
  sendReleaseForTimer(call: Q2931Call, timer: number): void {
    const message = this.#message;
    message.begin(MESSAGE.release, call.callReference, call.messageFlag);
    message.includeCause(call.causeLocation, call.cause);
    const name = callTimerName(timer);
    for (let index = 1; index < name.length; index++) message.cause.addDiagnostic(name.charCodeAt(index));
    this.send(message);
  }

  /** RELEASE after a fault of a received message, which gives the diagnostics. */
  sendReleaseForFault(call: Q2931Call, fault: DecodeFault): void {
    this.#message.begin(MESSAGE.release, call.callReference, call.messageFlag);
    this.#sendWithFault(call.cause, fault);
  }

  /** RELEASE COMPLETE that refuses a SETUP for the call's cause. */
  sendRejection(call: Q2931Call, received: Cause | null): void {
    this.#message.begin(MESSAGE.releaseComplete, call.callReference, call.messageFlag);
    this.#sendWithCallCause(call, received);
  }

  /** RELEASE COMPLETE; cause 0 sends none. `fault` adds its diagnostics. */
  sendReleaseComplete(callReference: number, flag: number, cause: number, fault: DecodeFault | null): void {
    this.#message.begin(MESSAGE.releaseComplete, callReference, flag);
    if (cause === 0) this.send(this.#message);
    else this.#sendWithFault(cause, fault);
  }

  /** STATUS with the state of the call that the reference names (or does not name: Null). */
  sendStatus(callReference: number, flag: number, state: number, cause: number, fault: DecodeFault | null): void {
    const message = this.#message;
    message.begin(MESSAGE.status, callReference, flag);
    message.include(IE.callState);
    message.callState = state;
    this.#sendWithFault(cause, fault);
  }

  /** STATUS about a message that does not fit the state: cause 101 or 97 with the message type as diagnostics. */
  sendStatusAboutType(call: Q2931Call, cause: number, type: number): void {
    const message = this.#message;
    message.begin(MESSAGE.status, call.callReference, call.messageFlag);
    message.include(IE.callState);
    message.callState = call.state;
    message.includeCause(this.#causeLocation, cause);
    message.cause.addDiagnostic(type);
    this.send(message);
  }

  /** A message about a party, with the party's cause when it has one; `content` has further elements. */
  sendParty(party: Q2931Party, type: number, content: Q2931Message | null): void {
    const { call } = party;
    const message = content ?? this.#message;
    if (content === null) message.begin(type, call.callReference, call.messageFlag);
    else address(message, type, call);
    includeEndpoint(message, party.endpoint, party.isIncoming ? 1 : 0);
    if (party.cause !== 0) message.includeCause(party.causeLocation, party.cause);
    this.send(message);
  }

  /** A message with a cause about a party that does not exist here. */
  sendPartyCause(call: Q2931Call, type: number, endpoint: number, flag: number, cause: number): void {
    const message = this.#message;
    message.begin(type, call.callReference, call.messageFlag);
    includeEndpoint(message, endpoint, flag);
    message.includeCause(this.#causeLocation, cause);
    this.send(message);
  }

  /** STATUS with call state and party state, about a message of this type. */
  sendPartyStatus(party: Q2931Party, cause: number, type: number): void {
    const message = this.#message;
    this.#beginPartyStatus(party.call, party.endpoint, party.isIncoming ? 1 : 0, party.state, cause);
    message.cause.addDiagnostic(type);
    this.send(message);
  }

  /** STATUS that answers an enquiry about a party. */
  sendPartyStatusAnswer(call: Q2931Call, endpoint: number, flag: number, state: number, cause: number): void {
    this.#beginPartyStatus(call, endpoint, flag, state, cause);
    this.send(this.#message);
  }

  #beginPartyStatus(call: Q2931Call, endpoint: number, flag: number, state: number, cause: number): void {
    const message = this.#message;
    message.begin(MESSAGE.status, call.callReference, call.messageFlag);
    message.include(IE.callState);
    message.callState = call.state;
    includeEndpoint(message, endpoint, flag);
    message.include(IE.endpointState);
    message.endpointState = state;
    message.includeCause(this.#causeLocation, cause);
  }

  /** RESTART or RESTART ACKNOWLEDGE; a VCI of -1 is left out, with it the connection identifier. */
  sendRestart(type: number, flag: number, restartClass: number, vpci: number, vci: number): void {
    const message = this.#message;
    message.begin(type, GLOBAL_CALL_REFERENCE, flag);
    message.include(IE.restartIndicator);
    message.restartClass = restartClass;
    if (vci >= 0) message.includeConnectionIdentifier(vpci, vci);
    this.send(message);
  }

  send(message: Q2931Message): void {
    const length = encodeMessage(message, this.#buffer, 0);
    if (length > 0) this.#hand(this.#buffer, length);
  }

  #sendWithCallCause(call: Q2931Call, received: Cause | null): void {
    this.#message.includeCause(call.causeLocation, call.cause);
    if (received !== null && received.value === call.cause) this.#message.cause.copyFrom(received);
    this.send(this.#message);
  }

  #sendWithFault(cause: number, fault: DecodeFault | null): void {
    const message = this.#message;
    message.includeCause(this.#causeLocation, cause);
    const count = fault === null || fault.cause !== cause ? 0 : fault.diagnosticsLength;
    for (let index = 0; index < count; index++) message.cause.addDiagnostic(fault?.diagnostics[index] ?? 0);
    this.send(message);
  }

  #hand(bytes: Uint8Array, length: number): void {
    if (this.observer !== null) this.observer.signallingMessage(true, bytes, 0, length);
    this.#link.send(bytes, 0, length);
  }
}

/** Adds an endpoint reference; flag 1 when the peer allocated it. */
export function includeEndpoint(message: Q2931Message, endpoint: number, flag: number): void {
  message.include(IE.endpointReference);
  message.endpointReference.value = endpoint;
  message.endpointReference.flag = flag;
}

/** Makes a filled message one of this call. */
export function address(message: Q2931Message, type: number, call: Q2931Call): void {
  message.type = type;
  message.callReference = call.callReference;
  message.callReferenceFlag = call.messageFlag;
}
