import { SSCOP_TIMER_COUNT } from "../../sscop/index.ts";

const SECOND_NS = 1e9;

/**
 * Timers of a signalling entity, numbered behind those of its SSCOP connection, so that one small integer names any timer that
 * a host keeps for the entity.
 */
export const CALL_TIMER = {
  t301: SSCOP_TIMER_COUNT,
  t303: SSCOP_TIMER_COUNT + 1,
  t308: SSCOP_TIMER_COUNT + 2,
  t309: SSCOP_TIMER_COUNT + 3,
  t310: SSCOP_TIMER_COUNT + 4,
  t313: SSCOP_TIMER_COUNT + 5,
  t316: SSCOP_TIMER_COUNT + 6,
  t322: SSCOP_TIMER_COUNT + 7,
  t398: SSCOP_TIMER_COUNT + 8,
  t399: SSCOP_TIMER_COUNT + 9,
} as const;

/** Timers of parties: a host needs them as soon as the entity has a point-to-multipoint call. */
export const PARTY_TIMERS: readonly number[] = [CALL_TIMER.t398, CALL_TIMER.t399];

/** How many timers, numbered from 0, a host keeps for one signalling entity. */
export const SIGNALLING_TIMER_COUNT = SSCOP_TIMER_COUNT + Object.keys(CALL_TIMER).length;

export interface CallTimerRow {
  readonly timer: number;
  readonly name: string;
  /** Virtual nanoseconds on either side of the interface; null where the side has no such timer. */
  readonly userDelayNs: number | null;
  readonly networkDelayNs: number | null;
}

/** UNI 3.1 section 5.7 tables 5-22 and 5-23; T301 is of Q.2931 section 7, tables 7-1 and 7-2. */
export const CALL_TIMERS: readonly CallTimerRow[] = [
  { timer: CALL_TIMER.t301, name: "T301", userDelayNs: 180 * SECOND_NS, networkDelayNs: 180 * SECOND_NS },
  { timer: CALL_TIMER.t303, name: "T303", userDelayNs: 4 * SECOND_NS, networkDelayNs: 4 * SECOND_NS },
  { timer: CALL_TIMER.t308, name: "T308", userDelayNs: 30 * SECOND_NS, networkDelayNs: 30 * SECOND_NS },
  { timer: CALL_TIMER.t309, name: "T309", userDelayNs: 10 * SECOND_NS, networkDelayNs: 10 * SECOND_NS },
  { timer: CALL_TIMER.t310, name: "T310", userDelayNs: 10 * SECOND_NS, networkDelayNs: 10 * SECOND_NS },
  { timer: CALL_TIMER.t313, name: "T313", userDelayNs: 4 * SECOND_NS, networkDelayNs: null },
  { timer: CALL_TIMER.t316, name: "T316", userDelayNs: 120 * SECOND_NS, networkDelayNs: 120 * SECOND_NS },
  { timer: CALL_TIMER.t322, name: "T322", userDelayNs: 4 * SECOND_NS, networkDelayNs: 4 * SECOND_NS },
  { timer: CALL_TIMER.t398, name: "T398", userDelayNs: 4 * SECOND_NS, networkDelayNs: 4 * SECOND_NS },
  { timer: CALL_TIMER.t399, name: "T399", userDelayNs: 14 * SECOND_NS, networkDelayNs: 14 * SECOND_NS },
];

/** Name of a call control timer ("T303"); the empty string for a timer of SSCOP. */
export function callTimerName(timer: number): string {
  return CALL_TIMERS.find((row) => row.timer === timer)?.name ?? "";
}

/** Virtual nanoseconds by timer number, for one side of an interface; 0 for timers that it does not have. */
export function timerDelaysNs(side: "user" | "network"): readonly number[] {
  const delaysNs = new Array<number>(SIGNALLING_TIMER_COUNT).fill(0);
  for (const row of CALL_TIMERS) {
    delaysNs[row.timer] = (side === "user" ? row.userDelayNs : row.networkDelayNs) ?? 0;
  }
  return delaysNs;
}

/** Whoever keeps the time for a signalling entity: one pending expiry per timer number. */
export interface TimerHost {
  /** The present in virtual nanoseconds. */
  nowNs(): number;
  /** Asks for one `timerExpired(timer)` after the delay. The entity never starts a timer that runs. */
  startTimer(timer: number, delayNs: number): void;
  stopTimer(timer: number): void;
}

const NOT_RUNNING = -1;

/** A timer of one call: not running, or in the queue of the timer that it runs as. */
export class CallTimer<Owner> {
  readonly owner: Owner;
  timer = NOT_RUNNING;
  deadlineNs = 0;
  next: CallTimer<Owner> | null = null;
  previous: CallTimer<Owner> | null = null;

  constructor(owner: Owner) {
    this.owner = owner;
  }

  get isRunning(): boolean {
    return this.timer !== NOT_RUNNING;
  }
}

/**
 * The timers of all calls of an entity. A timer has one duration for every call, so the calls that run it expire in the order
 * in which they started it: a queue per timer, starting and stopping at constant cost, and one timer of the host for the head.
 */
export class CallTimerQueues<Owner> {
  readonly #host: TimerHost;
  readonly #delaysNs: readonly number[];
  readonly #expire: (entry: CallTimer<Owner>, timer: number) => void;
  readonly #heads: (CallTimer<Owner> | null)[];
  readonly #tails: (CallTimer<Owner> | null)[];
  readonly #armed = new Uint8Array(SIGNALLING_TIMER_COUNT);
  #expiring = NOT_RUNNING;

  /** `delaysNs` by timer number; `expire` is called with an entry that no longer runs and the timer that it ran. */
  constructor(host: TimerHost, delaysNs: readonly number[], expire: (entry: CallTimer<Owner>, timer: number) => void) {
    this.#host = host;
    this.#delaysNs = delaysNs;
    this.#expire = expire;
    this.#heads = new Array<CallTimer<Owner> | null>(SIGNALLING_TIMER_COUNT).fill(null);
    this.#tails = new Array<CallTimer<Owner> | null>(SIGNALLING_TIMER_COUNT).fill(null);
  }

  start(entry: CallTimer<Owner>, timer: number): void {
    this.stop(entry);
    const tail = this.#tails[timer];
    entry.timer = timer;
    entry.deadlineNs = this.#host.nowNs() + this.#delaysNs[timer];
    entry.previous = tail;
    entry.next = null;
    if (tail === null) this.#heads[timer] = entry;
    else tail.next = entry;
    this.#tails[timer] = entry;
    if (this.#armed[timer] === 0 && this.#expiring !== timer) {
      this.#armed[timer] = 1;
      this.#host.startTimer(timer, this.#delaysNs[timer]);
    }
  }

  stop(entry: CallTimer<Owner>): void {
    const timer = entry.timer;
    if (timer === NOT_RUNNING) return;
    const { next, previous } = entry;
    if (previous === null) this.#heads[timer] = next;
    else previous.next = next;
    if (next === null) this.#tails[timer] = previous;
    else next.previous = previous;
    entry.timer = NOT_RUNNING;
    entry.next = null;
    entry.previous = null;
    if (this.#heads[timer] === null && this.#armed[timer] !== 0) {
      this.#armed[timer] = 0;
      this.#host.stopTimer(timer);
    }
  }

  /** The host's timer has run out: every call whose time has come expires. */
  hostTimerExpired(timer: number): void {
    this.#armed[timer] = 0;
    this.#expiring = timer;
    const nowNs = this.#host.nowNs();
    let head = this.#heads[timer];
    while (head !== null && head.deadlineNs <= nowNs) {
      this.stop(head);
      this.#expire(head, timer);
      head = this.#heads[timer];
    }
    this.#expiring = NOT_RUNNING;
    if (head !== null) {
      this.#armed[timer] = 1;
      this.#host.startTimer(timer, head.deadlineNs - nowNs);
    }
  }
}
