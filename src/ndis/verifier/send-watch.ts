import type { ClockEventId, ClockTarget } from "../../machine/clock.ts";
import { DeferredProcedureCall } from "../../machine/processor.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { ListCustody } from "./list-custody.ts";

const NS_PER_SECOND = 1e9;
/** NdisTimedDataSend: each send is complete within this time. NdisTimedDataHang: with sends out, one is complete at least this often. */
const SEND_LIMIT_NS = 30 * NS_PER_SECOND;
const HANG_LIMIT_NS = 22 * NS_PER_SECOND;

/**
 * Watches the sends of one adapter in virtual time. It has one event of the clock, in the background, while sends are out; what runs out
 * is reported in a DPC, so that it stops the machine.
 */
export class SendWatch implements ClockTarget {
  readonly #adapter: MiniportAdapter;
  readonly #dpc: DeferredProcedureCall;
  #event: ClockEventId = 0;
  #oldest: ListCustody | null = null;
  #newest: ListCustody | null = null;
  /** When a send last was complete, or the first one came while none was out. */
  #progressNs = 0;

  constructor(adapter: MiniportAdapter) {
    this.#adapter = adapter;
    this.#dpc = new DeferredProcedureCall("NDIS send watch", () => this.#look());
  }

  /** A list was given to the miniport. */
  add(custody: ListCustody): void {
    custody.older = this.#newest;
    custody.newer = null;
    if (this.#newest !== null) this.#newest.newer = custody;
    this.#newest = custody;
    if (this.#oldest !== null) return;
    this.#oldest = custody;
    this.#progressNs = this.#adapter.environment.clock.nowNs;
    this.#arm();
  }

  /** The miniport gave a list back. */
  remove(custody: ListCustody): void {
    // Told as late, and taken out then.
    if (custody.older === null && custody !== this.#oldest) return;
    const { older, newer } = custody;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    custody.older = null;
    custody.newer = null;
    const { clock } = this.#adapter.environment;
    this.#progressNs = clock.nowNs;
    if (this.#oldest !== null) return;
    clock.cancel(this.#event);
    this.#event = 0;
  }

  onClock(): void {
    this.#event = 0;
    this.#adapter.environment.processor.queueDpc(this.#dpc);
  }

  /** Only now is it seen how far the limits have moved: a completion costs nothing. */
  #look(): void {
    const oldest = this.#oldest;
    if (oldest === null) return;
    const { environment, driver, traceName } = this.#adapter;
    const { nowNs } = environment.clock;
    const isLate = nowNs - oldest.sinceNs >= SEND_LIMIT_NS;
    const hangs = nowNs - this.#progressNs >= HANG_LIMIT_NS;
    // A warning is told once for each time that it is true.
    if (isLate) this.remove(oldest);
    if (isLate || hangs) this.#progressNs = nowNs;
    this.#arm();
    if (isLate)
      environment.misuse("NdisTimedDataSend", driver.name, `a send on ${traceName} takes 30 s and longer`, oldest.vc);
    else if (hangs)
      environment.misuse("NdisTimedDataHang", driver.name, `no send on ${traceName} completed for 22 s`, oldest.vc);
  }

  #arm(): void {
    const oldest = this.#oldest;
    if (oldest === null || this.#event !== 0) return;
    const { clock } = this.#adapter.environment;
    const dueNs = Math.min(oldest.sinceNs + SEND_LIMIT_NS, this.#progressNs + HANG_LIMIT_NS);
    this.#event = clock.scheduleBackground(Math.max(0, dueNs - clock.nowNs), this, 0, 0);
  }
}
