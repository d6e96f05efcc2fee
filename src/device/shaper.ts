import type { Clock, ClockTarget } from "../machine/clock.ts";
import type { VcTable } from "./vc-table.ts";
import { VC_ENTRY, VC_SHAPED } from "./vc-table.ts";

const VC = VC_ENTRY;
const NONE = -1;

/** Holds frames of shaped VCs back until the generic cell rate algorithm lets them go (TM 4.0 appendix II). */
export class Shaper implements ClockTarget {
  readonly #clock: Clock;
  readonly #vcs: VcTable;
  readonly #release: (vc: number, entry: number) => void;
  /** By transmit ring entry: the next frame that the same VC holds back. */
  #nextHeld = new Int32Array(0);

  /** @param release sends the frame at a transmit ring entry, and {@link charge}s its VC. */
  constructor(clock: Clock, vcs: VcTable, release: (vc: number, entry: number) => void) {
    this.#clock = clock;
    this.#vcs = vcs;
    this.#release = release;
  }

  setRingSize(entries: number): void {
    this.#nextHeld = new Int32Array(entries).fill(NONE);
  }

  /** Whether a frame of the VC has to wait now. A VC that is shaped no longer (MODIFY) still sends what is held back first. */
  mustHold(vc: number): boolean {
    const { entries } = this.#vcs;
    if (entries[vc * VC.words + VC.heldFirst] !== NONE) return true;
    return (entries[vc * VC.words + VC.state] & VC_SHAPED) !== 0 && this.#eligibleAtNs(vc) > this.#clock.nowNs;
  }

  hold(vc: number, entry: number): void {
    const { entries } = this.#vcs;
    const at = vc * VC.words;
    this.#nextHeld[entry] = NONE;
    if (entries[at + VC.heldFirst] === NONE) {
      entries[at + VC.heldFirst] = entry;
      this.#schedule(vc);
    } else {
      this.#nextHeld[entries[at + VC.heldLast]] = entry;
    }
    entries[at + VC.heldLast] = entry;
  }

  /** Cells of the VC have left. */
  charge(vc: number, cells: number): void {
    const vcs = this.#vcs;
    if (vcs.peakIntervalNs[vc] === 0) return;
    const now = this.#clock.nowNs;
    vcs.peakNextNs[vc] = Math.max(now, vcs.peakNextNs[vc]) + cells * vcs.peakIntervalNs[vc];
    vcs.sustainNextNs[vc] = Math.max(now, vcs.sustainNextNs[vc]) + cells * vcs.sustainIntervalNs[vc];
  }

  /** Gives up what the VC holds back, in order. */
  drop(vc: number, giveUp: (entry: number) => void): void {
    const { entries, heldEvent } = this.#vcs;
    const at = vc * VC.words;
    for (let entry = entries[at + VC.heldFirst]; entry !== NONE; entry = this.#nextHeld[entry]) giveUp(entry);
    entries[at + VC.heldFirst] = NONE;
    entries[at + VC.heldLast] = NONE;
    this.#clock.cancel(heldEvent[vc]);
    heldEvent[vc] = 0;
  }

  /** The time of the first frame that a VC holds back has come. */
  onClock(_tag: number, vc: number): void {
    const { entries, heldEvent } = this.#vcs;
    const at = vc * VC.words;
    heldEvent[vc] = 0;
    const entry = entries[at + VC.heldFirst];
    if (entry === NONE) return;
    entries[at + VC.heldFirst] = this.#nextHeld[entry];
    this.#release(vc, entry);
    if (entries[at + VC.heldFirst] === NONE) entries[at + VC.heldLast] = NONE;
    else this.#schedule(vc);
  }

  #schedule(vc: number): void {
    const waitNs = Math.max(0, Math.ceil(this.#eligibleAtNs(vc) - this.#clock.nowNs));
    this.#vcs.heldEvent[vc] = this.#clock.schedule(waitNs, this, 0, vc);
  }

  #eligibleAtNs(vc: number): number {
    const vcs = this.#vcs;
    const sustained = vcs.sustainNextNs[vc] - vcs.burstToleranceNs[vc];
    return Math.max(vcs.peakNextNs[vc], sustained);
  }
}
