import type { Clock, ClockEventId, ClockTarget } from "./clock.ts";

/**
 * Code at PASSIVE_LEVEL that must block is a generator: it yields what it waits for, and the processor resumes it in virtual
 * time with `true` (signalled) or `false` (timed out). There is no promise and nothing that the host could reorder.
 */
export interface WaitRequest {
  /** What to wait for; null waits for the time alone. */
  readonly event: KernelEvent | null;
  /** How long at most, in virtual nanoseconds; Infinity waits for ever. */
  readonly timeoutNs: number;
}

export type Blocking<T> = Generator<WaitRequest, T, boolean>;

/** A notification event (KEVENT): stays signalled until it is reset, and wakes everybody who waits. */
export class KernelEvent {
  signalled = false;
  readonly waiters: Thread[] = [];

  set(): void {
    this.signalled = true;
    for (const thread of this.waiters.splice(0)) thread.wake(true);
  }

  reset(): void {
    this.signalled = false;
  }
}

/** Where a thread that can run goes. */
export interface ThreadScheduler {
  readonly clock: Clock;
  threadReady(thread: Thread): void;
}

export class Thread implements ClockTarget {
  readonly name: string;
  readonly #body: Blocking<unknown>;
  readonly #scheduler: ThreadScheduler;
  #timer: ClockEventId = 0;
  #awaited: KernelEvent | null = null;
  #resumeWith = false;
  finished = false;

  constructor(name: string, body: Blocking<unknown>, scheduler: ThreadScheduler) {
    this.name = name;
    this.#body = body;
    this.#scheduler = scheduler;
  }

  /** Runs until the body blocks or ends. The processor calls it at PASSIVE_LEVEL. */
  resume(): void {
    const result = this.#body.next(this.#resumeWith);
    if (result.done === true) {
      this.finished = true;
      return;
    }
    this.#block(result.value);
  }

  wake(signalled: boolean): void {
    if (this.#timer !== 0) this.#scheduler.clock.cancel(this.#timer);
    this.#timer = 0;
    this.#awaited = null;
    this.#resumeWith = signalled;
    this.#scheduler.threadReady(this);
  }

  onClock(): void {
    this.#timer = 0;
    if (this.#awaited !== null) {
      const place = this.#awaited.waiters.indexOf(this);
      if (place >= 0) this.#awaited.waiters.splice(place, 1);
    }
    this.wake(false);
  }

  #block(request: WaitRequest): void {
    if (request.event?.signalled) {
      this.wake(true);
      return;
    }
    this.#awaited = request.event;
    if (request.event !== null) request.event.waiters.push(this);
    if (request.timeoutNs !== Number.POSITIVE_INFINITY) {
      this.#timer = this.#scheduler.clock.schedule(request.timeoutNs, this, 0, 0);
    }
  }
}

/**
 * Runs a body up to where it first waits.
 * @returns its result, or the rest of it, which somebody must run on.
 */
export function begin<T>(body: Blocking<T>): T | Blocking<T> {
  const first = body.next(false);
  return first.done === true ? first.value : continued(body, first.value);
}

function* continued<T>(body: Blocking<T>, awaited: WaitRequest): Blocking<T> {
  let result: IteratorResult<WaitRequest, T> = { done: false, value: awaited };
  while (result.done !== true) result = body.next(yield result.value);
  return result.value;
}

/** Whether a handler's result is a blocking body rather than a value. */
export function isBlocking<T>(result: T | Blocking<T>): result is Blocking<T> {
  return typeof result === "object" && result !== null && "next" in result && typeof result.next === "function";
}

/** Waits for a blocking body, or takes a plain result as it is. */
export function* settle<T>(result: T | Blocking<T>): Blocking<T> {
  return isBlocking(result) ? yield* result : result;
}
