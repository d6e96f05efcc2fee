import type { SscopTimer } from "./constants.ts";

/**
 * What an SSCOP connection needs from around it. `transmitPdu`, `startTimer`, `stopTimer` and `error` must not call the
 * connection; `deliver`, `deliverUnitData`, `established` and `released` may call anything but `receivePdu`.
 */
export interface SscopHost {
  /** Hands a PDU down; its octets must be copied or used up before the call returns. */
  transmitPdu(bytes: Uint8Array, offset: number, length: number): void;
  /** Starts a timer that does not run. */
  startTimer(timer: SscopTimer, delayMs: number): void;
  /** Stops a timer that runs. */
  stopTimer(timer: SscopTimer): void;
  /** AAL-DATA.indication: user data of the next SD in order, valid during the call. */
  deliver(bytes: Uint8Array, offset: number, length: number): void;
  /** AAL-UNITDATA.indication, valid during the call. */
  deliverUnitData(bytes: Uint8Array, offset: number, length: number): void;
  /** AAL-ESTABLISH.indication or .confirm; `how` is one of SSCOP_ESTABLISHED_. */
  established(how: number): void;
  /** AAL-RELEASE.indication or .confirm; `reason` is one of SSCOP_RELEASED_. */
  released(reason: number): void;
  /** MAA-ERROR.indication with its code (Q.2110 annex A table A.1), for counting and tracing. */
  error(code: string): void;
}

/** Sees every change of state: numbers of SSCOP_STATE_NAMES, and the PDU, request or timer that caused it. */
export type SscopTransitionObserver = (from: number, to: number, event: string) => void;
