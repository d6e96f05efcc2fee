import type { ClockEventId, ClockTarget } from "../../machine/clock.ts";
import type { Blocking } from "../../machine/thread.ts";
import type { MiniportAdapter } from "./adapter.ts";
import { resetAdapter } from "./reset.ts";

const DEFAULT_SECONDS = 2;
const NS_PER_SECOND = 1e9;
/** At how many checks in a row the same OID request must be found unfinished. */
const PATIENCE_CHECKS = 2;

/**
 * Asks a miniport from time to time whether its hardware hangs (MiniportCheckForHangEx) and watches for OID requests that do not end (LIF-20).
 * It looks on in virtual time, and does not keep a world going that has nothing else to do.
 */
export class HangWatch implements ClockTarget {
  readonly #adapter: MiniportAdapter;
  readonly #periodNs: number;
  #event: ClockEventId;
  #checking = false;
  #oldestRequest: object | null = null;
  #found = 0;

  private constructor(adapter: MiniportAdapter, seconds: number) {
    this.#adapter = adapter;
    this.#periodNs = seconds * NS_PER_SECOND;
    this.#event = adapter.environment.clock.scheduleBackground(this.#periodNs, this, 0, 0);
  }

  /** @returns null for a driver that has no use for a watch: it cannot be asked, and not reset. */
  static begin(adapter: MiniportAdapter): HangWatch | null {
    const { CheckForHangHandlerEx, ResetHandlerEx } = adapter.driver.characteristics;
    if (CheckForHangHandlerEx === null && ResetHandlerEx === null) return null;
    const seconds = adapter.registrationAttributes?.CheckForHangTimeInSeconds ?? 0;
    return new HangWatch(adapter, seconds > 0 ? seconds : DEFAULT_SECONDS);
  }

  end(): void {
    this.#adapter.environment.clock.cancel(this.#event);
    this.#event = 0;
  }

  onClock(): void {
    const { clock, processor } = this.#adapter.environment;
    this.#event = 0;
    if (!processor.isRunning) return;
    this.#event = clock.scheduleBackground(this.#periodNs, this, 0, 0);
    if (this.#checking) return;
    this.#checking = true;
    processor.startThread("check for hang", this.#check());
  }

  *#check(): Blocking<void> {
    const adapter = this.#adapter;
    // The adapter may have been halted since the thread was made ready.
    if (this.#event !== 0 && adapter.isUp && adapter.reset === null) {
      const hangs = adapter.driver.characteristics.CheckForHangHandlerEx?.(adapter.context) === true;
      if (this.#requestIsStuck() || hangs) yield* resetAdapter(adapter);
    }
    this.#checking = false;
  }

  #requestIsStuck(): boolean {
    const [oldest = null] = this.#adapter.oidRequests;
    this.#found = oldest !== null && oldest === this.#oldestRequest ? this.#found + 1 : 1;
    this.#oldestRequest = oldest;
    if (oldest === null || this.#found < PATIENCE_CHECKS) return false;
    this.#found = 0;
    return true;
  }
}
