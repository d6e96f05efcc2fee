import type { Clock, ClockEventId, ClockTarget } from "../../machine/clock.ts";
import type { Processor } from "../../machine/processor.ts";
import { DeferredProcedureCall } from "../../machine/processor.ts";

/** Time limits of many things with one event of the clock: that of the earliest. What runs out is told in a DPC. */
export class TimeLimits<Limited> implements ClockTarget {
  readonly #clock: Clock;
  readonly #processor: Processor;
  readonly #isWatch: boolean;
  readonly #endNs = new Map<Limited, number>();
  readonly #dpc: DeferredProcedureCall;
  #event: ClockEventId = 0;
  #eventNs = Number.POSITIVE_INFINITY;

  /** @param isWatch whether the limits only watch: the world does not go on for their sake. */
  constructor(clock: Clock, processor: Processor, name: string, isWatch: boolean, expired: (limited: Limited) => void) {
    this.#clock = clock;
    this.#processor = processor;
    this.#isWatch = isWatch;
    this.#dpc = new DeferredProcedureCall(name, () => this.#expire(expired));
  }

  has(limited: Limited): boolean {
    return this.#endNs.has(limited);
  }

  start(limited: Limited, forNs: number): void {
    const endNs = this.#clock.nowNs + Math.ceil(forNs);
    this.#endNs.set(limited, endNs);
    if (endNs < this.#eventNs) this.#schedule(endNs);
  }

  stop(limited: Limited): void {
    if (this.#endNs.delete(limited) && this.#endNs.size === 0) this.#schedule(Number.POSITIVE_INFINITY);
  }

  onClock(): void {
    this.#event = 0;
    this.#processor.queueDpc(this.#dpc);
  }

  #expire(expired: (limited: Limited) => void): void {
    this.#eventNs = Number.POSITIVE_INFINITY;
    const over: Limited[] = [];
    for (const [limited, endNs] of this.#endNs) if (endNs <= this.#clock.nowNs) over.push(limited);
    for (const limited of over) if (this.#endNs.delete(limited)) expired(limited);
    let earliestNs = Number.POSITIVE_INFINITY;
    for (const endNs of this.#endNs.values()) earliestNs = Math.min(earliestNs, endNs);
    if (earliestNs < this.#eventNs) this.#schedule(earliestNs);
  }

  #schedule(endNs: number): void {
    this.#clock.cancel(this.#event);
    this.#event = 0;
    this.#eventNs = endNs;
    if (endNs === Number.POSITIVE_INFINITY) return;
    const delayNs = Math.max(0, endNs - this.#clock.nowNs);
    this.#event = this.#isWatch
      ? this.#clock.scheduleBackground(delayNs, this, 0, 0)
      : this.#clock.schedule(delayNs, this, 0, 0);
  }
}
