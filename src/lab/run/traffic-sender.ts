import type { ClientCall } from "../../client/index.ts";
import type { Clock, ClockEventId, ClockTarget } from "../../machine/clock.ts";
import type { NET_BUFFER_LIST } from "../../ndis/index.ts";
import type { PacketSource } from "../traffic/packet-source.ts";

/** At most this many lists of one call are out at once, so that calls share a client's buffers. */
const WINDOW = 64;

/** Sends a source's packets on a call, in batches, as fast as their times and the buffers allow. */
export class TrafficSender implements ClockTarget {
  readonly call: ClientCall;
  sent = 0;
  bytesSent = 0;
  readonly #clock: Clock;
  readonly #memory: Uint8Array;
  readonly #source: PacketSource;
  readonly #batch: number;
  readonly #starving: (sender: TrafficSender) => void;
  #dueNs: number;
  #timer: ClockEventId = 0;
  #isStopped = false;
  #isPumping = false;

  /** @param starving is told when no send buffer is free: {@link pump} is to be called when one is. */
  constructor(
    call: ClientCall,
    clock: Clock,
    memory: Uint8Array,
    source: PacketSource,
    batch: number,
    starving: (sender: TrafficSender) => void,
  ) {
    this.call = call;
    this.#clock = clock;
    this.#memory = memory;
    this.#source = source;
    this.#batch = batch;
    this.#starving = starving;
    this.#dueNs = clock.nowNs + Math.max(0, source.gapNs);
  }

  /** Everything was handed over. */
  get isDone(): boolean {
    return this.#source.sduLength < 0;
  }

  onClock(): void {
    this.#timer = 0;
    this.pump();
  }

  /** Sends what is due. Of sends that are refused at once it hears while it sends: then it goes on, and does not begin again. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const isFed = this.#sendAllDue();
    this.#isPumping = false;
    if (!isFed) this.#starving(this);
  }

  /** @returns false when no send buffer is free. */
  #sendAllDue(): boolean {
    while (!this.#isStopped && !this.isDone && this.call.state === "connected" && this.#timer === 0) {
      const waitNs = this.#dueNs - this.#clock.nowNs;
      if (waitNs > 0) {
        this.#timer = this.#clock.schedule(waitNs, this, 0, 0);
        return true;
      }
      if (this.call.sendsOutstanding >= WINDOW) return true;
      if (!this.#sendBatch()) return false;
    }
    return true;
  }

  /** Nothing more is sent, whatever comes back. */
  stop(): void {
    this.#isStopped = true;
    this.#clock.cancel(this.#timer);
    this.#timer = 0;
  }

  #sendBatch(): boolean {
    const pool = this.call.binding.sendPool;
    if (pool === null) return false;
    let first: NET_BUFFER_LIST | null = null;
    let last: NET_BUFFER_LIST | null = null;
    for (let count = 0; count < this.#batch && !this.isDone && this.#dueNs <= this.#clock.nowNs; count++) {
      const list = pool.take();
      if (list === null) break;
      const length = this.#source.sduLength;
      this.#source.write(this.#memory, pool.addressOf(list));
      if (list.FirstNetBuffer !== null) list.FirstNetBuffer.DataLength = length;
      list.Next = null;
      if (last === null) first = list;
      else last.Next = list;
      last = list;
      this.sent++;
      this.bytesSent += length;
      this.#source.advance();
      if (!this.isDone) this.#dueNs += Math.max(0, this.#source.gapNs);
    }
    if (first === null) return false;
    this.call.send(first);
    return true;
  }
}
