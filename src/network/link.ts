// A fibre pair between two ports: each direction serialises frames at its rate and delivers them after its delay.

import type { Clock, ClockEventId, ClockTarget, Probe } from "../machine/index.ts";
import type { Fibre, FibreDirection, FibrePort, Train } from "../wire/fibre.ts";
import { FRAME_RECORD } from "../wire/fibre.ts";
import { cellsPerSecond, cellTimeNs, LINK_RATES } from "./link-rate.ts";

export interface LinkOptions {
  /** Names the link in traces. */
  readonly name?: string;
  readonly rateCellsPerSecond?: number;
  /** Propagation delay, virtual nanoseconds, either direction. */
  readonly delayNs?: number;
  readonly probe?: Probe | null;
}

/** What a direction has carried. Frames that a link going down caught on the way count as lost, not as delivered. */
export class LinkCounters {
  framesSent = 0;
  cellsSent = 0;
  framesDelivered = 0;
  framesLostInFlight = 0;
  /** Handed over while the link was down. */
  framesRefused = 0;
}

const FRAME = FRAME_RECORD;
const NO_EVENT: ClockEventId = 0;
const INITIAL_IN_FLIGHT = 16;

/** One direction of a link. Trains arrive in the order in which they were sent, each when its last frame is there. */
class LinkDirection implements FibreDirection, ClockTarget {
  readonly rateCellsPerSecond: number;
  readonly counters = new LinkCounters();
  receiver: FibrePort | null = null;

  readonly #clock: Clock;
  readonly #fibre: Fibre;
  readonly #delayNs: number;
  readonly #cellTimeNs: number;
  #up = true;
  // A fraction: rounding each frame would drift from the rate.
  #freeAtNs = 0;
  #inFlight: (Train | null)[] = new Array<Train | null>(INITIAL_IN_FLIGHT).fill(null);
  #head = 0;
  #count = 0;
  #event: ClockEventId = NO_EVENT;

  constructor(clock: Clock, fibre: Fibre, rateCellsPerSecond: number, delayNs: number) {
    this.#clock = clock;
    this.#fibre = fibre;
    this.rateCellsPerSecond = rateCellsPerSecond;
    this.#delayNs = delayNs;
    this.#cellTimeNs = cellTimeNs(rateCellsPerSecond);
  }

  get freeAtNs(): number {
    return Math.ceil(this.#freeAtNs);
  }

  get up(): boolean {
    return this.#up;
  }

  transmitTrain(train: Train): void {
    const count = train.count;
    if (!this.#up) {
      this.counters.framesRefused += count;
      this.#fibre.discard(train);
      return;
    }
    if (count === 0) {
      this.#fibre.trains.give(train);
      return;
    }
    const { records, timeNs } = this.#fibre.frames;
    const cellNs = this.#cellTimeNs;
    const delayNs = this.#delayNs;
    let leavesAtNs = Math.max(this.#clock.nowNs, this.#freeAtNs);
    let cellCount = 0;
    for (let index = 0; index < count; index++) {
      const frame = train.frames[index];
      const cells = records[frame * FRAME.words + FRAME.cells];
      cellCount += cells;
      leavesAtNs += cells * cellNs;
      timeNs[frame] = Math.ceil(leavesAtNs) + delayNs;
    }
    this.#freeAtNs = leavesAtNs;
    this.counters.framesSent += count;
    this.counters.cellsSent += cellCount;
    this.#push(train);
  }

  onClock(): void {
    this.#event = NO_EVENT;
    const train = this.#shift();
    if (this.#count > 0) this.#scheduleHead();
    this.counters.framesDelivered += train.count;
    if (this.receiver === null) this.#fibre.discard(train);
    else this.receiver.receiveTrain(train);
  }

  setUp(up: boolean): void {
    this.#up = up;
    this.#freeAtNs = 0;
    this.#clock.cancel(this.#event);
    this.#event = NO_EVENT;
    this.#deliverArrived();
    while (this.#count > 0) {
      const train = this.#shift();
      this.counters.framesLostInFlight += train.count;
      this.#fibre.discard(train);
    }
  }

  /** Of the train that is just arriving, what has arrived whole: a train is handed over with its last frame only. */
  #deliverArrived(): void {
    const train = this.#inFlight[this.#head];
    if (train === null) return;
    const { timeNs } = this.#fibre.frames;
    let arrived = 0;
    while (arrived < train.count && timeNs[train.frames[arrived]] <= this.#clock.nowNs) arrived++;
    if (arrived === 0 || this.receiver === null) return;
    const head = this.#fibre.trains.take();
    head.frames.set(train.frames.subarray(0, arrived));
    head.count = arrived;
    train.frames.copyWithin(0, arrived, train.count);
    train.count -= arrived;
    this.counters.framesDelivered += arrived;
    this.receiver.receiveTrain(head);
  }

  #push(train: Train): void {
    if (this.#count === this.#inFlight.length) this.#grow();
    this.#inFlight[(this.#head + this.#count) & (this.#inFlight.length - 1)] = train;
    this.#count++;
    if (this.#count === 1) this.#scheduleHead();
  }

  #shift(): Train {
    const train = this.#inFlight[this.#head];
    if (train === null) throw new Error("link: nothing is in flight");
    this.#inFlight[this.#head] = null;
    this.#head = (this.#head + 1) & (this.#inFlight.length - 1);
    this.#count--;
    return train;
  }

  #scheduleHead(): void {
    const train = this.#inFlight[this.#head];
    if (train === null) return;
    const arrivesAtNs = this.#fibre.frames.timeNs[train.frames[train.count - 1]];
    this.#event = this.#clock.schedule(arrivesAtNs - this.#clock.nowNs, this, 0, 0);
  }

  #grow(): void {
    const before = this.#inFlight;
    const after = new Array<Train | null>(before.length * 2).fill(null);
    for (let index = 0; index < this.#count; index++) after[index] = before[(this.#head + index) & (before.length - 1)];
    this.#inFlight = after;
    this.#head = 0;
  }
}

/** An end of a link: the side that a port is at. */
export type LinkEnd = 0 | 1;

export class Link {
  readonly name: string;
  readonly rateCellsPerSecond: number;
  readonly delayNs: number;

  readonly #probe: Probe | null;
  readonly #from: readonly [LinkDirection, LinkDirection];
  #up = true;

  constructor(clock: Clock, fibre: Fibre, options: LinkOptions = {}) {
    this.name = options.name ?? "link";
    this.rateCellsPerSecond = options.rateCellsPerSecond ?? cellsPerSecond(LINK_RATES.oc3.cellBitsPerSecond);
    this.delayNs = options.delayNs ?? 0;
    if (!(this.rateCellsPerSecond > 0))
      throw new RangeError(`a link's rate is above 0, not ${this.rateCellsPerSecond}`);
    if (!Number.isSafeInteger(this.delayNs) || this.delayNs < 0) {
      throw new RangeError(`a link's delay is a whole number of nanoseconds from 0, not ${this.delayNs}`);
    }
    this.#probe = options.probe ?? null;
    this.#from = [
      new LinkDirection(clock, fibre, this.rateCellsPerSecond, this.delayNs),
      new LinkDirection(clock, fibre, this.rateCellsPerSecond, this.delayNs),
    ];
  }

  /** Puts a port (or middleware in front of it) at an end: it receives what the other end sends, and link state changes. */
  attach(end: LinkEnd, port: FibrePort): void {
    this.#from[end === 0 ? 1 : 0].receiver = port;
  }

  /** What the port at `end` transmits into. */
  directionFrom(end: LinkEnd): FibreDirection {
    return this.#from[end];
  }

  /** What the direction from `end` has carried. */
  countersFrom(end: LinkEnd): Readonly<LinkCounters> {
    return this.#from[end].counters;
  }

  get up(): boolean {
    return this.#up;
  }

  /** Cuts or mends the fibre. Frames in flight are lost and counted; both ports are told. Nothing happens without a change. */
  setUp(up: boolean): void {
    if (up === this.#up) return;
    this.#up = up;
    for (const direction of this.#from) direction.setUp(up);
    if (this.#probe !== null) this.#probe.emit(this.name, "state", up ? "link-up" : "link-down", {});
    this.#from[1].receiver?.linkStateChanged(up);
    this.#from[0].receiver?.linkStateChanged(up);
  }
}
