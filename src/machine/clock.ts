/**
 * The virtual clock: one per world. Time is counted in whole virtual nanoseconds from 0.
 *
 * Events live in typed arrays and are ordered by (time, order of scheduling), so that a run is the same on every machine.
 * An indexed 4-ary heap makes cancelling as cheap as firing: call control arms and cancels several timers per call.
 */

/** Whoever wants to be called at a time. `tag` and `argument` are what was given to {@link Clock.schedule}. */
export interface ClockTarget {
  onClock(tag: number, argument: number): void;
}

/** Names a pending event; 0 is none. An id is not given out again while its event is pending. */
export type ClockEventId = number;

const HEAP_ARITY = 4;
const GENERATIONS = 0x20_0000;
const NOT_QUEUED = -1;

class IdleTarget implements ClockTarget {
  onClock(): void {}
}

export class Clock {
  /** The present, in virtual nanoseconds. */
  nowNs = 0;

  readonly #idle = new IdleTarget();
  #capacity = 256;
  #timeNs = new Float64Array(this.#capacity);
  #order = new Float64Array(this.#capacity);
  #tag = new Int32Array(this.#capacity);
  #argument = new Float64Array(this.#capacity);
  #generation = new Int32Array(this.#capacity);
  #place = new Int32Array(this.#capacity).fill(NOT_QUEUED);
  #heap = new Int32Array(this.#capacity);
  #targets: ClockTarget[] = new Array<ClockTarget>(this.#capacity).fill(this.#idle);
  #isBackground = new Uint8Array(this.#capacity);
  #free = new Int32Array(this.#capacity);
  #freeCount = 0;
  #count = 0;
  #backgroundCount = 0;
  #scheduled = 0;

  constructor() {
    for (let slot = this.#capacity - 1; slot >= 0; slot--) this.#free[this.#freeCount++] = slot;
  }

  /** Events that have not fired yet. */
  get pendingCount(): number {
    return this.#count;
  }

  /** The time of the next event in virtual nanoseconds, or Infinity when none is left. */
  get nextTimeNs(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : this.#timeNs[this.#heap[0]];
  }

  /** Calls `target.onClock(tag, argument)` after `delayNs` virtual nanoseconds (0 = after what is already due now). */
  schedule(delayNs: number, target: ClockTarget, tag: number, argument: number): ClockEventId {
    if (!(delayNs >= 0 && delayNs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`a delay is a finite number of nanoseconds, 0 or more, not ${delayNs}`);
    }
    if (this.#freeCount === 0) this.#grow();
    const slot = this.#free[--this.#freeCount];
    this.#timeNs[slot] = this.nowNs + Math.round(delayNs);
    this.#order[slot] = this.#scheduled++;
    this.#tag[slot] = tag;
    this.#argument[slot] = argument;
    this.#targets[slot] = target;
    this.#siftUp(this.#count++, slot);
    return this.#generation[slot] * 0x1_0000_0000 + slot + 1;
  }

  /** As {@link schedule}, for a watch that looks on: it fires when its time comes, but {@link step} does not wait for it alone. */
  scheduleBackground(delayNs: number, target: ClockTarget, tag: number, argument: number): ClockEventId {
    const id = this.schedule(delayNs, target, tag, argument);
    this.#isBackground[(id % 0x1_0000_0000) - 1] = 1;
    this.#backgroundCount++;
    return id;
  }

  /** Takes an event back; false when it has fired, was cancelled, or `id` is 0. */
  cancel(id: ClockEventId): boolean {
    if (id === 0) return false;
    const slot = (id % 0x1_0000_0000) - 1;
    const generation = Math.floor(id / 0x1_0000_0000);
    if (slot >= this.#capacity || this.#generation[slot] !== generation || this.#place[slot] === NOT_QUEUED)
      return false;
    this.#remove(slot);
    return true;
  }

  /** Moves to the next event and fires it; false when none is left, or none but background events. */
  step(): boolean {
    return this.#count > this.#backgroundCount && this.fireNext();
  }

  /** Moves to the next event, a background event or not, and fires it; false when none is left. */
  fireNext(): boolean {
    if (this.#count === 0) return false;
    const slot = this.#heap[0];
    const target = this.#targets[slot];
    const tag = this.#tag[slot];
    const argument = this.#argument[slot];
    this.nowNs = this.#timeNs[slot];
    this.#remove(slot);
    target.onClock(tag, argument);
    return true;
  }

  /** Fires every event that is due up to `timeNs`, and leaves the clock there. */
  runUntil(timeNs: number): void {
    while (this.#count > 0 && this.#timeNs[this.#heap[0]] <= timeNs) this.fireNext();
    if (timeNs > this.nowNs) this.nowNs = timeNs;
  }

  #earlier(a: number, b: number): boolean {
    const difference = this.#timeNs[a] - this.#timeNs[b];
    return difference < 0 || (difference === 0 && this.#order[a] < this.#order[b]);
  }

  #siftUp(start: number, slot: number): void {
    let place = start;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const other = this.#heap[above];
      if (!this.#earlier(slot, other)) break;
      this.#heap[place] = other;
      this.#place[other] = place;
      place = above;
    }
    this.#heap[place] = slot;
    this.#place[slot] = place;
  }

  #siftDown(start: number, slot: number): void {
    let place = start;
    for (;;) {
      const first = place * HEAP_ARITY + 1;
      if (first >= this.#count) break;
      let least = first;
      const end = Math.min(first + HEAP_ARITY, this.#count);
      for (let child = first + 1; child < end; child++) {
        if (this.#earlier(this.#heap[child], this.#heap[least])) least = child;
      }
      const other = this.#heap[least];
      if (!this.#earlier(other, slot)) break;
      this.#heap[place] = other;
      this.#place[other] = place;
      place = least;
    }
    this.#heap[place] = slot;
    this.#place[slot] = place;
  }

  #remove(slot: number): void {
    const place = this.#place[slot];
    const last = this.#heap[--this.#count];
    this.#place[slot] = NOT_QUEUED;
    this.#generation[slot] = (this.#generation[slot] + 1) % GENERATIONS;
    this.#targets[slot] = this.#idle;
    this.#backgroundCount -= this.#isBackground[slot];
    this.#isBackground[slot] = 0;
    this.#free[this.#freeCount++] = slot;
    if (last === slot) return;
    const parent = (place - 1) >> 2;
    if (place > 0 && this.#earlier(last, this.#heap[parent])) this.#siftUp(place, last);
    else this.#siftDown(place, last);
  }

  #grow(): void {
    const before = this.#capacity;
    this.#capacity = before * 2;
    this.#timeNs = enlarge(this.#timeNs, new Float64Array(this.#capacity));
    this.#order = enlarge(this.#order, new Float64Array(this.#capacity));
    this.#tag = enlarge(this.#tag, new Int32Array(this.#capacity));
    this.#argument = enlarge(this.#argument, new Float64Array(this.#capacity));
    this.#generation = enlarge(this.#generation, new Int32Array(this.#capacity));
    this.#place = enlarge(this.#place, new Int32Array(this.#capacity).fill(NOT_QUEUED));
    this.#heap = enlarge(this.#heap, new Int32Array(this.#capacity));
    this.#isBackground = enlarge(this.#isBackground, new Uint8Array(this.#capacity));
    this.#free = enlarge(this.#free, new Int32Array(this.#capacity));
    for (let slot = this.#capacity - 1; slot >= before; slot--) {
      this.#targets[slot] = this.#idle;
      this.#free[this.#freeCount++] = slot;
    }
  }
}

function enlarge<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
