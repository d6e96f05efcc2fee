// The state "data transfer ready" of SSCOP: sequence numbers, retransmission, credit and the three phases of a connection
// (Q.2110 section 7.4 variables, section 7.7 timers, annex A figure A.1 state 10).
//
//   active     Timer_POLL and Timer_NO-RESPONSE run: SDs are under way
//   transient  Timer_KEEP-ALIVE and Timer_NO-RESPONSE run: all sent, the last POLL not yet answered
//   idle       Timer_IDLE runs: nothing to say

import type { SscopParameters } from "./constants.ts";
import {
  SSCOP_ERROR_CREDIT_OBTAINED,
  SSCOP_ERROR_LACK_OF_CREDIT,
  SSCOP_ERROR_SD_LOSS,
  SSCOP_ERROR_SEQUENCE,
  SSCOP_ERROR_STAT,
  SSCOP_ERROR_STAT_POLL_SEQUENCE,
  SSCOP_ERROR_USTAT,
  SSCOP_SEQUENCE_HALF,
  SSCOP_SEQUENCE_MASK,
  SSCOP_TIMER_IDLE,
  SSCOP_TIMER_KEEP_ALIVE,
  SSCOP_TIMER_NO_RESPONSE,
  SSCOP_TIMER_POLL,
} from "./constants.ts";
import type { SscopHost } from "./host.ts";
import type { SscopPdu } from "./pdu.ts";
import {
  sscopDistance,
  sscopSequenceAt,
  writeSscopListElement,
  writeSscopPoll,
  writeSscopStatTrailer,
  writeSscopUstat,
} from "./pdu.ts";
import { SscopReceiveBuffer } from "./receive-buffer.ts";
import type { SscopTimers } from "./timers.ts";
import { SscopTransmitBuffer } from "./transmit-buffer.ts";

function next(sequence: number): number {
  return (sequence + 1) & SSCOP_SEQUENCE_MASK;
}

export class SscopDataTransfer {
  /** VR(MR): the first N(S) that the peer may not send; what N(MR) says in every PDU. */
  maxReceiveSequence = 0;

  readonly #host: SscopHost;
  readonly #timers: SscopTimers;
  readonly #parameters: SscopParameters;
  readonly #transmit: SscopTransmitBuffer;
  readonly #received: SscopReceiveBuffer;
  readonly #scratch: Uint8Array;
  #vtS = 0;
  #vtMs = 0;
  #vtPs = 0;
  #vtPa = 1;
  #vtPd = 0;
  #vrR = 0;
  #vrH = 0;
  #lacksCredit = false;

  constructor(host: SscopHost, timers: SscopTimers, parameters: SscopParameters, scratch: Uint8Array) {
    this.#host = host;
    this.#timers = timers;
    this.#parameters = parameters;
    this.#scratch = scratch;
    this.#transmit = new SscopTransmitBuffer(parameters.transmitQueueLimit);
    this.#received = new SscopReceiveBuffer(parameters.creditWindow);
    this.clear();
  }

  /** SDs that wait or are not acknowledged yet. */
  get pendingCount(): number {
    return this.#transmit.count;
  }

  /** Empties buffers and queue and puts the state variables to their first values (Q.2110 section 7.4; Clear-buffers = yes). */
  clear(): void {
    this.#transmit.clear();
    this.#received.clear();
    this.#vtS = 0;
    this.#vtPs = 0;
    this.#vtPa = 1;
    this.#vtPd = 0;
    this.#vrR = 0;
    this.#vrH = 0;
    this.#lacksCredit = false;
    this.maxReceiveSequence = this.#parameters.creditWindow;
  }

  /** Enters the active phase with the peer's first N(MR). */
  begin(maxSendSequence: number): void {
    this.#vtMs = maxSendSequence;
    this.#timers.start(SSCOP_TIMER_POLL);
    this.#timers.start(SSCOP_TIMER_NO_RESPONSE);
  }

  /** Queues user data (1 to k octets, copied) and sends what credit allows; false when the queue is full. */
  send(bytes: Uint8Array, offset: number, length: number): boolean {
    if (!this.#transmit.append(bytes, offset, length)) return false;
    this.#sendWaiting();
    return true;
  }

  #sendWaiting(): void {
    while (this.#vtS !== this.#transmit.end) {
      const credit = sscopDistance(this.#vtS, this.#vtMs);
      if (credit === 0 || credit >= SSCOP_SEQUENCE_HALF) {
        this.#noteCredit(true);
        return;
      }
      const sequence = this.#vtS;
      this.#vtS = next(sequence);
      this.#sendSd(sequence);
    }
    this.#noteCredit(false);
  }

  #noteCredit(lacks: boolean): void {
    if (lacks === this.#lacksCredit) return;
    this.#lacksCredit = lacks;
    this.#host.error(lacks ? SSCOP_ERROR_LACK_OF_CREDIT : SSCOP_ERROR_CREDIT_OBTAINED);
  }

  #sendSd(sequence: number): void {
    const transmit = this.#transmit;
    transmit.setPollSequence(sequence, this.#vtPs);
    this.#host.transmitPdu(transmit.bytes, transmit.offsetOf(sequence), transmit.lengthOf(sequence));
    this.#vtPd++;
    const timers = this.#timers;
    if (!timers.isRunning(SSCOP_TIMER_POLL)) {
      if (timers.isRunning(SSCOP_TIMER_IDLE)) {
        timers.stop(SSCOP_TIMER_IDLE);
        timers.start(SSCOP_TIMER_NO_RESPONSE);
      } else {
        timers.stop(SSCOP_TIMER_KEEP_ALIVE);
      }
      timers.start(SSCOP_TIMER_POLL);
    }
    if (this.#vtPd >= this.#parameters.maxPd) {
      this.#sendPoll();
      timers.start(SSCOP_TIMER_POLL);
    }
  }

  #sendPoll(): void {
    this.#vtPs = next(this.#vtPs);
    this.#vtPd = 0;
    this.#host.transmitPdu(this.#scratch, 0, writeSscopPoll(this.#scratch, 0, this.#vtPs, this.#vtS));
  }

  pollTimerExpired(): void {
    this.#sendPoll();
    this.#timers.start(this.#transmit.count > 0 ? SSCOP_TIMER_POLL : SSCOP_TIMER_KEEP_ALIVE);
  }

  keepAliveTimerExpired(): void {
    this.#sendPoll();
    this.#timers.start(SSCOP_TIMER_KEEP_ALIVE);
  }

  idleTimerExpired(): void {
    this.#sendPoll();
    this.#timers.start(SSCOP_TIMER_NO_RESPONSE);
    this.#timers.start(SSCOP_TIMER_KEEP_ALIVE);
  }

  /**
   * Takes in an SD. One that came before is passed over: SSCOP builds on a service that never duplicates (Q.2110 section 5) and would go
   * into recovery, which loses messages; a network that duplicates on demand should not.
   */
  receiveSd(pdu: SscopPdu, bytes: Uint8Array): void {
    const sequence = pdu.sendSequence;
    const ahead = sscopDistance(this.#vrR, sequence);
    if (ahead === 0 && this.#vrR === this.#vrH && sequence !== this.maxReceiveSequence) {
      this.#vrR = next(sequence);
      this.#vrH = this.#vrR;
      this.#host.deliver(bytes, pdu.dataOffset, pdu.dataLength);
      return;
    }
    if (ahead >= SSCOP_SEQUENCE_HALF) return;
    if (ahead >= sscopDistance(this.#vrR, this.maxReceiveSequence)) {
      const limit = this.maxReceiveSequence;
      if (this.#vrH !== limit) this.#reportLoss(limit);
      this.#vrH = limit;
      return;
    }
    const highest = sscopDistance(this.#vrR, this.#vrH);
    if (ahead < highest) {
      if (this.#received.has(sequence)) return;
      this.#received.store(sequence, bytes, pdu.dataOffset, pdu.dataLength);
      if (ahead === 0) this.#deliverStored();
      return;
    }
    this.#received.store(sequence, bytes, pdu.dataOffset, pdu.dataLength);
    if (ahead > highest) this.#reportLoss(sequence);
    this.#vrH = next(sequence);
  }

  #deliverStored(): void {
    // A delivery that ends the connection empties both ends of this range.
    while (this.#vrR !== this.#vrH && this.#received.has(this.#vrR)) {
      const sequence = this.#vrR;
      this.#vrR = next(sequence);
      const data = this.#received.dataOf(sequence);
      this.#host.deliver(data, 0, this.#received.take(sequence));
    }
  }

  #reportLoss(firstReceived: number): void {
    this.#grantCredit();
    const length = writeSscopUstat(this.#scratch, 0, this.#vrH, firstReceived, this.maxReceiveSequence, this.#vrR);
    this.#host.transmitPdu(this.#scratch, 0, length);
  }

  #grantCredit(): void {
    this.maxReceiveSequence = (this.#vrR + this.#parameters.creditWindow) & SSCOP_SEQUENCE_MASK;
  }

  /** Answers a POLL with a STAT; returns an MAA-ERROR code when the POLL breaks the protocol, else "". */
  receivePoll(pdu: SscopPdu): string {
    if (sscopDistance(this.#vrH, pdu.sendSequence) >= SSCOP_SEQUENCE_HALF) return SSCOP_ERROR_SEQUENCE;
    const announced = sscopDistance(this.#vrR, pdu.sendSequence);
    const granted = sscopDistance(this.#vrR, this.maxReceiveSequence);
    this.#vrH = announced < granted ? pdu.sendSequence : this.maxReceiveSequence;
    this.#grantCredit();
    this.#sendStat(pdu.pollSequence);
    return "";
  }

  // The list alternates: first missing, first received, first missing, ... A full STAT ends at the start of a gap and the next
  // STAT begins with it, so that the sender can tell what lies between two STATs from what is not said (Q.2110 section 7.2.9).
  #sendStat(pollSequence: number): void {
    let count = 0;
    let sequence = this.#vrR;
    while (sequence !== this.#vrH) {
      writeSscopListElement(this.#scratch, 0, count++, sequence);
      if (count === this.#parameters.maxStat) {
        this.#transmitStat(count, pollSequence);
        writeSscopListElement(this.#scratch, 0, 0, sequence);
        count = 1;
      }
      do sequence = next(sequence);
      while (sequence !== this.#vrH && !this.#received.has(sequence));
      writeSscopListElement(this.#scratch, 0, count++, sequence);
      while (sequence !== this.#vrH && this.#received.has(sequence)) sequence = next(sequence);
    }
    this.#transmitStat(count, pollSequence);
  }

  #transmitStat(count: number, pollSequence: number): void {
    const length = writeSscopStatTrailer(this.#scratch, 0, count, pollSequence, this.maxReceiveSequence, this.#vrR);
    this.#host.transmitPdu(this.#scratch, 0, length);
  }

  /** Takes in a STAT: acknowledgement, credit, and what to send again. Returns an MAA-ERROR code or "". */
  receiveStat(pdu: SscopPdu, bytes: Uint8Array): string {
    // VT(PA) is one ahead of VT(PS) until the first POLL: then no N(PS) is right.
    const unanswered = (this.#vtPs - this.#vtPa + 1) & SSCOP_SEQUENCE_MASK;
    if (sscopDistance(this.#vtPa, pdu.pollSequence) >= unanswered) return SSCOP_ERROR_STAT_POLL_SEQUENCE;
    if (!this.#isAcknowledgement(pdu.receiveSequence) || !this.#isLossList(pdu, bytes)) return SSCOP_ERROR_STAT;
    this.#acknowledge(pdu);
    this.#vtPa = pdu.pollSequence;
    let sentAgain = 0;
    for (let index = 0; index + 1 < pdu.listCount; index += 2) {
      const end = sscopSequenceAt(bytes, pdu.listOffset + 4 * index + 4);
      for (let at = sscopSequenceAt(bytes, pdu.listOffset + 4 * index); at !== end; at = next(at)) {
        // Sent again since that POLL: its fate is not known yet.
        const age = sscopDistance(this.#transmit.pollSequenceOf(at), pdu.pollSequence);
        if (age === 0 || age >= SSCOP_SEQUENCE_HALF) continue;
        this.#sendSd(at);
        sentAgain++;
      }
    }
    if (sentAgain > 0) this.#host.error(SSCOP_ERROR_SD_LOSS);
    this.#sendWaiting();
    this.#peerResponded();
    return "";
  }

  #peerResponded(): void {
    const timers = this.#timers;
    if (timers.isRunning(SSCOP_TIMER_POLL)) {
      timers.start(SSCOP_TIMER_NO_RESPONSE);
    } else if (!timers.isRunning(SSCOP_TIMER_IDLE)) {
      timers.stop(SSCOP_TIMER_KEEP_ALIVE);
      timers.stop(SSCOP_TIMER_NO_RESPONSE);
      timers.start(SSCOP_TIMER_IDLE);
    }
  }

  /** Takes in a USTAT: sends the SDs of one gap again. Returns an MAA-ERROR code or "". */
  receiveUstat(pdu: SscopPdu, bytes: Uint8Array): string {
    if (!this.#isAcknowledgement(pdu.receiveSequence) || !this.#isLossList(pdu, bytes)) return SSCOP_ERROR_USTAT;
    this.#acknowledge(pdu);
    const end = sscopSequenceAt(bytes, pdu.listOffset + 4);
    for (let at = sscopSequenceAt(bytes, pdu.listOffset); at !== end; at = next(at)) this.#sendSd(at);
    this.#host.error(SSCOP_ERROR_SD_LOSS);
    this.#sendWaiting();
    return "";
  }

  #isAcknowledgement(receiveSequence: number): boolean {
    return sscopDistance(this.#transmit.first, receiveSequence) <= sscopDistance(this.#transmit.first, this.#vtS);
  }

  #isLossList(pdu: SscopPdu, bytes: Uint8Array): boolean {
    const sent = sscopDistance(pdu.receiveSequence, this.#vtS);
    let before = -1;
    for (let index = 0; index < pdu.listCount; index++) {
      const distance = sscopDistance(pdu.receiveSequence, sscopSequenceAt(bytes, pdu.listOffset + 4 * index));
      if (distance <= before || distance > sent) return false;
      before = distance;
    }
    return true;
  }

  #acknowledge(pdu: SscopPdu): void {
    this.#transmit.releaseTo(pdu.receiveSequence);
    this.#vtMs = pdu.maxReceiveSequence;
  }
}
