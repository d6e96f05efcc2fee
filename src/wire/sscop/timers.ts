import type { SscopParameters, SscopTimer } from "./constants.ts";
import { SSCOP_TIMER_COUNT } from "./constants.ts";
import type { SscopHost } from "./host.ts";

/** The timers of one connection (Q.2110 section 7.7): which run, and for how long they run. */
export class SscopTimers {
  readonly #host: SscopHost;
  readonly #delaysMs: readonly number[];
  readonly #running = new Uint8Array(SSCOP_TIMER_COUNT);

  constructor(host: SscopHost, parameters: SscopParameters) {
    this.#host = host;
    this.#delaysMs = [
      parameters.timerCcMs,
      parameters.timerPollMs,
      parameters.timerKeepAliveMs,
      parameters.timerNoResponseMs,
      parameters.timerIdleMs,
    ];
  }

  isRunning(timer: SscopTimer): boolean {
    return this.#running[timer] !== 0;
  }

  /** Starts the timer, or starts it again. */
  start(timer: SscopTimer): void {
    this.stop(timer);
    this.#running[timer] = 1;
    this.#host.startTimer(timer, this.#delaysMs[timer]);
  }

  stop(timer: SscopTimer): void {
    if (this.#running[timer] === 0) return;
    this.#running[timer] = 0;
    this.#host.stopTimer(timer);
  }

  /** Notes that the timer has run out; false when it was stopped before, and the expiry comes too late to count. */
  expire(timer: SscopTimer): boolean {
    if (this.#running[timer] === 0) return false;
    this.#running[timer] = 0;
    return true;
  }

  stopAll(): void {
    for (let timer = 0; timer < SSCOP_TIMER_COUNT; timer++) this.stop(timer as SscopTimer);
  }
}
