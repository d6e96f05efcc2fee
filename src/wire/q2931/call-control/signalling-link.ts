import type { SscopHost, SscopTimer } from "../../sscop/index.ts";
import { SSCOP_IDLE, SSCOP_RELEASED_REJECTED, SSCOP_TIMER_COUNT, SscopConnection } from "../../sscop/index.ts";
import type { TimerHost } from "./timers.ts";

const MILLISECOND_NS = 1e6;

/** What a signalling entity needs from around it: time, and the signalling virtual channel. */
export interface SignallingHost extends TimerHost {
  /** Sends an SSCOP PDU as one AAL5 frame on the signalling channel (VPI 0, VCI 5); copied or used up during the call. */
  transmitPdu(bytes: Uint8Array, offset: number, length: number): void;
}

/** Who uses the signalling AAL. */
export interface SignallingLinkUser {
  messageReceived(bytes: Uint8Array, offset: number, length: number): void;
  /** AAL-ESTABLISH; `isReset` when the connection was up already: messages under way may be lost (Q.2931 section 5.6.9). */
  linkEstablished(isReset: boolean): void;
  /** AAL-RELEASE of a connection that was up (Q.2931 section 5.6.10), or an attempt that came to nothing. */
  linkReleased(wasUp: boolean): void;
}

/** The signalling AAL of one interface: an SSCOP connection that carries one message per SD (Q.2130). */
export class SignallingLink implements SscopHost {
  isUp = false;
  /** Messages that found the connection down or its queue full. */
  lostMessages = 0;
  /** Errors that SSCOP told its layer management (Q.2110 annex A, table A.1). */
  protocolErrors = 0;
  readonly sscop: SscopConnection;
  readonly #host: SignallingHost;
  readonly #user: SignallingLinkUser;
  #wasRejected = false;

  constructor(host: SignallingHost, user: SignallingLinkUser) {
    this.#host = host;
    this.#user = user;
    this.sscop = new SscopConnection(this);
  }

  /** There is no connection, and none is being set up or cleared. */
  get isIdle(): boolean {
    return this.sscop.state === SSCOP_IDLE;
  }

  /** Asks for the connection; `linkEstablished` or `linkReleased` follows. Nothing happens while it is up. */
  establish(): void {
    if (!this.isUp) this.sscop.establish();
  }

  /** Ends the connection in order; `linkReleased` follows. */
  release(): void {
    this.sscop.release();
  }

  /** The physical layer is gone: the connection with it, and nothing is told to the user. */
  abort(): void {
    this.isUp = false;
    this.sscop.abort();
  }

  send(bytes: Uint8Array, offset: number, length: number): boolean {
    const isTaken = this.isUp && this.sscop.send(bytes, offset, length);
    if (!isTaken) this.lostMessages++;
    return isTaken;
  }

  receivePdu(bytes: Uint8Array, offset: number, length: number): void {
    this.sscop.receivePdu(bytes, offset, length);
  }

  /** `timer` is one of SSCOP's. */
  timerExpired(timer: number): void {
    if (timer >= 0 && timer < SSCOP_TIMER_COUNT) this.sscop.timerExpired(timer as SscopTimer);
  }

  // What SSCOP asks of its host.

  transmitPdu(bytes: Uint8Array, offset: number, length: number): void {
    this.#host.transmitPdu(bytes, offset, length);
  }

  startTimer(timer: SscopTimer, delayMs: number): void {
    this.#host.startTimer(timer, delayMs * MILLISECOND_NS);
  }

  stopTimer(timer: SscopTimer): void {
    this.#host.stopTimer(timer);
  }

  deliver(bytes: Uint8Array, offset: number, length: number): void {
    this.#user.messageReceived(bytes, offset, length);
  }

  /** Unassured data has no use at the UNI (UNI 3.1 section 5.4.1: point-to-multipoint signalling channels only). */
  deliverUnitData(): void {
    this.protocolErrors++;
  }

  error(): void {
    this.protocolErrors++;
  }

  established(): void {
    const isReset = this.isUp;
    this.isUp = true;
    this.#wasRejected = false;
    this.#user.linkEstablished(isReset);
  }

  released(reason: number): void {
    // A fresh end counts its connections from 1, and a peer that has had number 1 takes the BGN for a retransmission and rejects
    // it (Q.2110 section 7.4, VR(SQ)): the next number is another. Once, so that a peer that always rejects is not asked for ever.
    if (reason === SSCOP_RELEASED_REJECTED && !this.#wasRejected) {
      this.#wasRejected = true;
      this.sscop.establish();
      return;
    }
    this.#wasRejected = false;
    const wasUp = this.isUp;
    this.isUp = false;
    this.#user.linkReleased(wasUp);
  }
}
