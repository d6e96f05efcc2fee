import type { ClockEventId, ClockTarget } from "../../machine/clock.ts";
import { DeferredProcedureCall } from "../../machine/processor.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Named } from "./call-history.ts";

/** What a driver has to do still, and the rule that says so. */
export interface Unfinished<About extends Named = Named> {
  readonly rule: string;
  /** The driver that owes it. */
  readonly owner: string;
  readonly message: string;
  readonly object: About;
  /** Which of several of its kind on the object this is: what is owed anew takes its time anew. */
  readonly turn: unknown;
  /** Somebody waits for it: it may not take for ever. */
  readonly isAwaited: boolean;
}

const NS_PER_SECOND = 1e9;
/** How often the watch looks, and for how long somebody may wait: longer than the longest timer of call control, T301 with 180 s. */
const INTERVAL_NS = 60 * NS_PER_SECOND;
const REQUEST_LIMIT_NS = 300 * NS_PER_SECOND;

/**
 * Looks in virtual time for requests that are never completed. It has one event of the clock, in the background, while there are
 * adapters; what runs out is reported in a DPC, so that it stops the machine.
 */
export class RequestWatch implements ClockTarget {
  readonly #environment: NdisEnvironment;
  readonly #isNeeded: () => boolean;
  readonly #owed: () => readonly Unfinished[];
  readonly #dpc = new DeferredProcedureCall("NDIS request watch", () => this.#look());
  /** Since when what is owed is known to be, by object and rule. */
  #since = new Map<string, { readonly turn: unknown; readonly sinceNs: number }>();
  #event: ClockEventId = 0;

  /**
   * @param isNeeded whether there is anything that something can be owed on.
   * @param owed everything that is owed now.
   */
  constructor(environment: NdisEnvironment, isNeeded: () => boolean, owed: () => readonly Unfinished[]) {
    this.#environment = environment;
    this.#isNeeded = isNeeded;
    this.#owed = owed;
  }

  /** Starts to look, until there is nothing left to look at. */
  start(): void {
    if (this.#event !== 0 || !this.#environment.verifying) return;
    this.#event = this.#environment.clock.scheduleBackground(INTERVAL_NS, this, 0, 0);
  }

  /** Something is gone: there may be nothing left to look at. */
  rest(): void {
    if (this.#isNeeded()) return;
    this.#environment.clock.cancel(this.#event);
    this.#event = 0;
    this.#since.clear();
  }

  onClock(): void {
    this.#event = 0;
    this.#environment.processor.queueDpc(this.#dpc);
  }

  #look(): void {
    if (this.#isNeeded()) this.start();
    const { clock } = this.#environment;
    const before = this.#since;
    this.#since = new Map();
    const late: Unfinished[] = [];
    for (const owed of this.#owed()) {
      if (!owed.isAwaited) continue;
      const key = `${owed.object.traceName} ${owed.rule}`;
      const known = before.get(key);
      const sinceNs = known !== undefined && known.turn === owed.turn ? known.sinceNs : clock.nowNs;
      // What is only warned of is told once for each time that it is true.
      if (clock.nowNs - sinceNs >= REQUEST_LIMIT_NS) late.push(owed);
      else this.#since.set(key, { turn: owed.turn, sinceNs });
    }
    const waited = `for ${REQUEST_LIMIT_NS / NS_PER_SECOND} s and longer`;
    for (const { rule, owner, message, object } of late)
      this.#environment.misuse(rule, owner, `${message}, ${waited}`, object);
  }
}
