// The SSCOP entity of one signalling link, Q.2110 annex A, seen through the service specific coordination function of the UNI
// (Q.2130): a peer that wants a connection gets it, a resynchronization or recovery is answered at once and told as a new
// establishment. So the states that wait for the user's response (3, 6, 8, 9) are passed through, not stayed in.
//
// It knows no clock and no fibre: a host sends its PDUs and keeps its timers.

import type { SscopParameters, SscopTimer } from "./constants.ts";
import {
  SSCOP_BGAK,
  SSCOP_BGN,
  SSCOP_BGREJ,
  SSCOP_DATA_TRANSFER_READY,
  SSCOP_END,
  SSCOP_ENDAK,
  SSCOP_ER,
  SSCOP_ERAK,
  SSCOP_ERROR_MAX_CC,
  SSCOP_ERROR_NO_RESPONSE,
  SSCOP_ERROR_PDU_LENGTH,
  SSCOP_ESTABLISHED_BY_PEER,
  SSCOP_ESTABLISHED_BY_RECOVERY,
  SSCOP_ESTABLISHED_BY_REQUEST,
  SSCOP_ESTABLISHED_BY_RESYNCHRONIZATION,
  SSCOP_IDLE,
  SSCOP_INCOMING_CONNECTION_PENDING,
  SSCOP_INCOMING_RECOVERY_PENDING,
  SSCOP_INCOMING_RESYNCHRONIZATION_PENDING,
  SSCOP_MD,
  SSCOP_OUTGOING_CONNECTION_PENDING,
  SSCOP_OUTGOING_DISCONNECTION_PENDING,
  SSCOP_OUTGOING_RECOVERY_PENDING,
  SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING,
  SSCOP_PDU_TYPES,
  SSCOP_POLL,
  SSCOP_RECOVERY_RESPONSE_PENDING,
  SSCOP_RELEASED_BY_PEER,
  SSCOP_RELEASED_BY_PROTOCOL,
  SSCOP_RELEASED_BY_REQUEST,
  SSCOP_RELEASED_NO_RESPONSE,
  SSCOP_RELEASED_REJECTED,
  SSCOP_RELEASED_REPLACED,
  SSCOP_REQUEST_PDUS,
  SSCOP_RS,
  SSCOP_RSAK,
  SSCOP_SD,
  SSCOP_STAT,
  SSCOP_STATE_NAMES,
  SSCOP_TIMER_CC,
  SSCOP_TIMER_IDLE,
  SSCOP_TIMER_KEEP_ALIVE,
  SSCOP_TIMER_NAMES,
  SSCOP_TIMER_NO_RESPONSE,
  SSCOP_TIMER_POLL,
  SSCOP_TRANSITIONS,
  SSCOP_UD,
  SSCOP_UNI_PARAMETERS,
  SSCOP_USTAT,
} from "./constants.ts";
import { SscopDataTransfer } from "./data-transfer.ts";
import type { SscopHost, SscopTransitionObserver } from "./host.ts";
import {
  decodeSscopPdu,
  SSCOP_PDU_OK,
  SscopPdu,
  sscopDataPduLength,
  writeSscopControl,
  writeSscopDataTrailer,
} from "./pdu.ts";
import { SscopTimers } from "./timers.ts";

export class SscopConnection {
  onTransition: SscopTransitionObserver | null = null;

  readonly #host: SscopHost;
  readonly #parameters: SscopParameters;
  readonly #timers: SscopTimers;
  readonly #data: SscopDataTransfer;
  readonly #pdu = new SscopPdu();
  // Long enough for a STAT with a full list, and for UD PDUs.
  readonly #scratch: Uint8Array;
  #state = SSCOP_IDLE;
  #vtCc = 0;
  #vtSq = 0;
  #vrSq = 0;

  constructor(host: SscopHost, parameters: SscopParameters = SSCOP_UNI_PARAMETERS) {
    this.#host = host;
    this.#parameters = parameters;
    this.#scratch = new Uint8Array(4 * parameters.maxStat + 16);
    this.#timers = new SscopTimers(host, parameters);
    this.#data = new SscopDataTransfer(host, this.#timers, parameters, this.#scratch);
  }

  /** One of the SSCOP_ states; SSCOP_STATE_NAMES names it. */
  get state(): number {
    return this.#state;
  }

  get isReady(): boolean {
    return this.#state === SSCOP_DATA_TRANSFER_READY;
  }

  /** SDs that wait or are not acknowledged yet. */
  get pendingCount(): number {
    return this.#data.pendingCount;
  }

  /** AAL-ESTABLISH.request: connects; on a ready connection resynchronizes (Q.2130). What was not acknowledged is dropped. */
  establish(): void {
    if (this.#state === SSCOP_IDLE || this.#state === SSCOP_OUTGOING_DISCONNECTION_PENDING) {
      this.#request(SSCOP_OUTGOING_CONNECTION_PENDING, "AAL-ESTABLISH.request", true);
    } else if (this.#state === SSCOP_DATA_TRANSFER_READY || this.#state === SSCOP_OUTGOING_RECOVERY_PENDING) {
      this.#request(SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING, "AAL-ESTABLISH.request", true);
    }
  }

  /** AAL-RELEASE.request: ends the connection; `released` follows, at once when there is none. */
  release(): void {
    if (this.#state === SSCOP_IDLE) this.#host.released(SSCOP_RELEASED_BY_REQUEST);
    else if (this.#state !== SSCOP_OUTGOING_DISCONNECTION_PENDING) {
      this.#request(SSCOP_OUTGOING_DISCONNECTION_PENDING, "AAL-RELEASE.request", false);
    }
  }

  /**
   * AAL-DATA.request: `length` octets (up to `maxSduOctets`, copied) are delivered at the other end once and in order while the
   * connection lasts. False when the connection is not ready, the message is too long or the queue is full.
   */
  send(bytes: Uint8Array, offset: number, length: number): boolean {
    if (this.#state !== SSCOP_DATA_TRANSFER_READY || length > this.#parameters.maxSduOctets) return false;
    return this.#data.send(bytes, offset, length);
  }

  /** AAL-UNITDATA.request: sends once, in any state, without assurance (allocates). False when too long. */
  sendUnitData(bytes: Uint8Array, offset: number, length: number): boolean {
    if (length > this.#parameters.maxSduOctets) return false;
    const pdu = new Uint8Array(sscopDataPduLength(length));
    pdu.set(bytes.subarray(offset, offset + length));
    this.#host.transmitPdu(pdu, 0, writeSscopDataTrailer(pdu, 0, length, SSCOP_UD, 0));
    return true;
  }

  /** Drops the connection without a word to either side, as when the physical layer is gone. Connection sequence numbers go on. */
  abort(): void {
    this.#timers.stopAll();
    this.#data.clear();
    if (this.#state !== SSCOP_IDLE) this.#enter(SSCOP_IDLE, "abort");
  }

  /** As `abort`, and forgets the connection sequence numbers too: power-up. */
  reset(): void {
    this.abort();
    this.#vtSq = 0;
    this.#vrSq = 0;
  }

  /** Takes in a PDU: any `length` octets at `offset`, which need to be valid during the call only. */
  receivePdu(bytes: Uint8Array, offset: number, length: number): void {
    const pdu = this.#pdu;
    if (decodeSscopPdu(bytes, offset, length, pdu) !== SSCOP_PDU_OK) {
      this.#host.error(SSCOP_ERROR_PDU_LENGTH);
      return;
    }
    const type = pdu.type;
    if (type === SSCOP_SD || type === SSCOP_UD) {
      if (pdu.dataLength > this.#parameters.maxSduOctets) this.#host.error(SSCOP_ERROR_PDU_LENGTH);
      else if (type === SSCOP_UD) this.#host.deliverUnitData(bytes, pdu.dataOffset, pdu.dataLength);
      else if (this.#state === SSCOP_DATA_TRANSFER_READY) this.#data.receiveSd(pdu, bytes);
      else if (this.#state === SSCOP_IDLE) this.#refuseInIdle(type);
    } else if (type === SSCOP_POLL || type === SSCOP_STAT || type === SSCOP_USTAT) {
      if (this.#state === SSCOP_DATA_TRANSFER_READY) this.#receiveReport(pdu, bytes);
      else if (this.#state === SSCOP_IDLE) this.#refuseInIdle(type);
    } else if (type !== SSCOP_MD) {
      this.#receiveControl(pdu);
    }
  }

  /** Tells that a timer has run out; an expiry that crossed with its stopping is passed over. */
  timerExpired(timer: SscopTimer): void {
    if (!this.#timers.expire(timer)) return;
    if (timer === SSCOP_TIMER_CC) this.#retryRequest();
    else if (timer === SSCOP_TIMER_POLL) this.#data.pollTimerExpired();
    else if (timer === SSCOP_TIMER_KEEP_ALIVE) this.#data.keepAliveTimerExpired();
    else if (timer === SSCOP_TIMER_IDLE) this.#data.idleTimerExpired();
    else {
      this.#host.error(SSCOP_ERROR_NO_RESPONSE);
      this.#sendControl(SSCOP_END, true);
      this.#disconnected(SSCOP_RELEASED_NO_RESPONSE, `Timer_${SSCOP_TIMER_NAMES[SSCOP_TIMER_NO_RESPONSE]}`);
    }
  }

  #receiveReport(pdu: SscopPdu, bytes: Uint8Array): void {
    let error = "";
    if (pdu.type === SSCOP_POLL) error = this.#data.receivePoll(pdu);
    else if (pdu.type === SSCOP_STAT) error = this.#data.receiveStat(pdu, bytes);
    else error = this.#data.receiveUstat(pdu, bytes);
    if (error === "") return;
    this.#host.error(error);
    this.#request(SSCOP_OUTGOING_RECOVERY_PENDING, `protocol error ${error}`, true);
  }

  // A peer that believes in a connection that is not there is told that it ended.
  #refuseInIdle(type: number): void {
    this.#host.error(SSCOP_PDU_TYPES[type]?.unexpectedError ?? "");
    if (type !== SSCOP_BGREJ) this.#sendControl(SSCOP_END, true);
  }

  #receiveControl(pdu: SscopPdu): void {
    const type = pdu.type;
    if (type === SSCOP_BGN) this.#receiveBegin(pdu);
    else if (type === SSCOP_END) this.#receiveEnd(pdu);
    else if (type === SSCOP_RS) this.#receiveResynchronize(pdu);
    else if (type === SSCOP_ER) this.#receiveRecover(pdu);
    else if (type === SSCOP_BGREJ || type === SSCOP_ENDAK) this.#receiveEndOfConnection(type);
    else if (type === SSCOP_BGAK) {
      this.#receiveAcknowledgement(pdu, SSCOP_OUTGOING_CONNECTION_PENDING, SSCOP_ESTABLISHED_BY_REQUEST);
    } else if (type === SSCOP_RSAK) {
      const state = SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING;
      this.#receiveAcknowledgement(pdu, state, SSCOP_ESTABLISHED_BY_RESYNCHRONIZATION);
    } else if (type === SSCOP_ERAK) {
      this.#receiveAcknowledgement(pdu, SSCOP_OUTGOING_RECOVERY_PENDING, SSCOP_ESTABLISHED_BY_RECOVERY);
    }
  }

  #receiveAcknowledgement(pdu: SscopPdu, expectedIn: number, how: number): void {
    if (this.#state === SSCOP_IDLE) this.#refuseInIdle(pdu.type);
    if (this.#state !== expectedIn) return;
    const event = SSCOP_PDU_TYPES[pdu.type]?.name ?? "";
    if (expectedIn === SSCOP_OUTGOING_RECOVERY_PENDING) this.#enter(SSCOP_RECOVERY_RESPONSE_PENDING, event);
    this.#ready(pdu.maxReceiveSequence, event);
    this.#host.established(how);
  }

  /** A PDU that repeats the connection sequence number is a retransmission: its answer was lost (Q.2110 section 7.4 VR(SQ)). */
  #isRetransmission(pdu: SscopPdu): boolean {
    if (pdu.connectionSequence === this.#vrSq) return true;
    this.#vrSq = pdu.connectionSequence;
    return false;
  }

  #receiveBegin(pdu: SscopPdu): void {
    const before = this.#state;
    if (this.#isRetransmission(pdu)) {
      if (before === SSCOP_IDLE) this.#sendControl(SSCOP_BGREJ, false);
      else if (before !== SSCOP_OUTGOING_CONNECTION_PENDING) {
        this.#sendControl(SSCOP_BGAK, false);
        if (before !== SSCOP_DATA_TRANSFER_READY) this.#sendRequestPdu();
      }
      return;
    }
    this.#timers.stopAll();
    this.#data.clear();
    if (before !== SSCOP_OUTGOING_CONNECTION_PENDING) this.#enter(SSCOP_INCOMING_CONNECTION_PENDING, "BGN");
    this.#sendControl(SSCOP_BGAK, false);
    this.#ready(pdu.maxReceiveSequence, "BGN");
    if (before === SSCOP_OUTGOING_CONNECTION_PENDING) {
      this.#host.established(SSCOP_ESTABLISHED_BY_REQUEST);
      return;
    }
    if (before !== SSCOP_IDLE) {
      const wasReleasing = before === SSCOP_OUTGOING_DISCONNECTION_PENDING;
      this.#host.released(wasReleasing ? SSCOP_RELEASED_BY_REQUEST : SSCOP_RELEASED_REPLACED);
      if (!this.isReady) return;
    }
    this.#host.established(SSCOP_ESTABLISHED_BY_PEER);
  }

  #receiveEnd(pdu: SscopPdu): void {
    if (this.#state === SSCOP_OUTGOING_CONNECTION_PENDING) return;
    this.#sendControl(SSCOP_ENDAK, false);
    if (this.#state === SSCOP_IDLE) return;
    const byPeer = pdu.sourceIsSscop ? SSCOP_RELEASED_BY_PROTOCOL : SSCOP_RELEASED_BY_PEER;
    const wasReleasing = this.#state === SSCOP_OUTGOING_DISCONNECTION_PENDING;
    this.#disconnected(wasReleasing ? SSCOP_RELEASED_BY_REQUEST : byPeer, "END");
  }

  /** BGREJ or ENDAK. */
  #receiveEndOfConnection(type: number): void {
    const event = SSCOP_PDU_TYPES[type]?.name ?? "";
    if (this.#state === SSCOP_OUTGOING_DISCONNECTION_PENDING) {
      this.#disconnected(SSCOP_RELEASED_BY_REQUEST, event);
    } else if (this.#state === SSCOP_OUTGOING_CONNECTION_PENDING) {
      if (type === SSCOP_BGREJ) this.#disconnected(SSCOP_RELEASED_REJECTED, event);
    } else if (this.#state !== SSCOP_IDLE) {
      this.#host.error(SSCOP_PDU_TYPES[type]?.unexpectedError ?? "");
      this.#disconnected(SSCOP_RELEASED_BY_PROTOCOL, event);
    } else if (type === SSCOP_BGREJ) {
      this.#refuseInIdle(type);
    }
  }

  #receiveResynchronize(pdu: SscopPdu): void {
    const before = this.#state;
    if (before === SSCOP_IDLE) this.#refuseInIdle(SSCOP_RS);
    const isReady = before === SSCOP_DATA_TRANSFER_READY;
    const isColliding = before === SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING;
    if (!isReady && !isColliding && before !== SSCOP_OUTGOING_RECOVERY_PENDING) return;
    if (this.#isRetransmission(pdu)) {
      if (isReady) this.#sendControl(SSCOP_RSAK, false);
      return;
    }
    this.#timers.stopAll();
    this.#data.clear();
    if (!isColliding) this.#enter(SSCOP_INCOMING_RESYNCHRONIZATION_PENDING, "RS");
    this.#sendControl(SSCOP_RSAK, false);
    this.#ready(pdu.maxReceiveSequence, "RS");
    this.#host.established(SSCOP_ESTABLISHED_BY_RESYNCHRONIZATION);
  }

  #receiveRecover(pdu: SscopPdu): void {
    const before = this.#state;
    if (before === SSCOP_IDLE) this.#refuseInIdle(SSCOP_ER);
    const isReady = before === SSCOP_DATA_TRANSFER_READY;
    if (!isReady && before !== SSCOP_OUTGOING_RECOVERY_PENDING) return;
    if (this.#isRetransmission(pdu)) {
      if (isReady) this.#sendControl(SSCOP_ERAK, false);
      return;
    }
    this.#timers.stopAll();
    this.#data.clear();
    this.#enter(isReady ? SSCOP_INCOMING_RECOVERY_PENDING : SSCOP_RECOVERY_RESPONSE_PENDING, "ER");
    this.#sendControl(SSCOP_ERAK, false);
    this.#ready(pdu.maxReceiveSequence, "ER");
    this.#host.established(SSCOP_ESTABLISHED_BY_RECOVERY);
  }

  /** Goes to a state that waits for the peer's answer to BGN, END, RS or ER, and sends that PDU. */
  #request(state: number, event: string, isNewConnection: boolean): void {
    this.#timers.stopAll();
    this.#data.clear();
    this.#vtCc = 1;
    if (isNewConnection) this.#vtSq = (this.#vtSq + 1) & 0xff;
    this.#enter(state, event);
    this.#sendRequestPdu();
    this.#timers.start(SSCOP_TIMER_CC);
  }

  #sendRequestPdu(): void {
    this.#sendControl(SSCOP_REQUEST_PDUS[this.#state], false);
  }

  #retryRequest(): void {
    if (this.#vtCc < this.#parameters.maxCc) {
      this.#vtCc++;
      this.#sendRequestPdu();
      this.#timers.start(SSCOP_TIMER_CC);
      return;
    }
    this.#host.error(SSCOP_ERROR_MAX_CC);
    const wasReleasing = this.#state === SSCOP_OUTGOING_DISCONNECTION_PENDING;
    if (!wasReleasing) this.#sendControl(SSCOP_END, true);
    this.#disconnected(wasReleasing ? SSCOP_RELEASED_BY_REQUEST : SSCOP_RELEASED_NO_RESPONSE, "Timer_CC");
  }

  #ready(maxSendSequence: number, event: string): void {
    this.#timers.stop(SSCOP_TIMER_CC);
    this.#enter(SSCOP_DATA_TRANSFER_READY, event);
    this.#data.begin(maxSendSequence);
  }

  #disconnected(reason: number, event: string): void {
    this.#timers.stopAll();
    this.#data.clear();
    this.#enter(SSCOP_IDLE, event);
    this.#host.released(reason);
  }

  /** The one way from state to state. */
  #enter(state: number, event: string): void {
    const from = this.#state;
    if (!SSCOP_TRANSITIONS[from].includes(state)) {
      throw new Error(`SSCOP: no way from "${SSCOP_STATE_NAMES[from]}" to "${SSCOP_STATE_NAMES[state]}" (${event})`);
    }
    this.#state = state;
    if (this.onTransition !== null) this.onTransition(from, state, event);
  }

  #sendControl(type: number, sourceIsSscop: boolean): void {
    const hasConnectionSequence = type === SSCOP_BGN || type === SSCOP_RS || type === SSCOP_ER;
    const isEnd = type === SSCOP_END || type === SSCOP_ENDAK || type === SSCOP_BGREJ;
    const length = writeSscopControl(
      this.#scratch,
      0,
      type,
      hasConnectionSequence ? this.#vtSq : 0,
      isEnd ? 0 : this.#data.maxReceiveSequence,
      sourceIsSscop,
    );
    this.#host.transmitPdu(this.#scratch, 0, length);
  }
}
