import type { Q2931Message } from "../message.ts";
import type { Q2931Call } from "./call.ts";
import type { CallState } from "./call-states.ts";
import type { CallEvent } from "./transitions.ts";

/**
 * Who uses a call control entity. A message is valid during the callback only. Each call that came to be ends with exactly one
 * `releaseConfirm`; a clearing that the user did not request is told before by one `releaseIndication`. Every callback may make
 * requests.
 */
export interface CallControlUser {
  /** The signalling AAL is up: calls can be made. */
  saalEstablished(): void;
  /** It is down, or an attempt to establish it came to nothing; active calls live on for T309. */
  saalReleased(): void;
  /** A SETUP has come. The answer is `proceedingRequest`, `alertingRequest`, `setupResponse` or `releaseRequest`. */
  setupIndication(call: Q2931Call, message: Q2931Message): void;
  proceedingIndication(call: Q2931Call, message: Q2931Message): void;
  alertingIndication(call: Q2931Call, message: Q2931Message): void;
  /** CONNECT has come. */
  setupConfirm(call: Q2931Call, message: Q2931Message): void;
  /** CONNECT ACKNOWLEDGE has come for the call that this side accepted. */
  setupCompleteIndication(call: Q2931Call): void;
  /**
   * The call is being cleared for `call.cause`. After a received RELEASE the user answers with `releaseResponse` as soon as the
   * virtual channel is out of use; in the other cases `releaseResponse` does nothing. The message tells more about the cause,
   * when there is one.
   */
  releaseIndication(call: Q2931Call, message: Q2931Message | null): void;
  /** The call is over and its reference free. */
  releaseConfirm(call: Q2931Call): void;
  /** A STATUS has come that fits the call. */
  statusIndication(call: Q2931Call, message: Q2931Message): void;
  notifyIndication(call: Q2931Call, message: Q2931Message): void;
  /** The peer has restarted virtual channels (RESTART_CLASS); VPCI and VCI are -1 where the class needs none. */
  restartIndication(restartClass: number, vpci: number, vci: number): void;
  /** A restart that this side asked for is done, or was not answered. */
  restartConfirm(isAcknowledged: boolean): void;
}

/**
 * Sees every message that has at least a header (its type is the octet at `offset + 5`) and every change of state; `event` is one
 * of CALL_EVENT. The octets are valid during the call.
 */
export interface CallObserver {
  signallingMessage(isSent: boolean, bytes: Uint8Array, offset: number, length: number): void;
  callTransition(call: Q2931Call, from: CallState, event: CallEvent, to: CallState): void;
}
