import type { BusSlot } from "../machine/bus.ts";
import type { Clock, ClockEventId, ClockTarget } from "../machine/clock.ts";
import { fieldMask, INTERRUPT_CAUSES, REGISTERS } from "./datasheet/index.ts";

export const CAUSE_TXC = fieldMask(INTERRUPT_CAUSES.TXC);
export const CAUSE_RXC = fieldMask(INTERRUPT_CAUSES.RXC);
export const CAUSE_CMD = fieldMask(INTERRUPT_CAUSES.CMD);
export const CAUSE_RXO = fieldMask(INTERRUPT_CAUSES.RXO);
export const CAUSE_LSC = fieldMask(INTERRUPT_CAUSES.LSC);
export const CAUSE_DMAF = fieldMask(INTERRUPT_CAUSES.DMAF);
const ALL_CAUSES = CAUSE_TXC | CAUSE_RXC | CAUSE_CMD | CAUSE_RXO | CAUSE_LSC | CAUSE_DMAF;

const VECTORS = REGISTERS.IVAR.fields;
const CAUSE_GROUPS = [
  { causes: CAUSE_TXC, lsb: VECTORS.TX.lsb },
  { causes: CAUSE_RXC | CAUSE_RXO, lsb: VECTORS.RX.lsb },
  { causes: CAUSE_CMD, lsb: VECTORS.CMD.lsb },
  { causes: CAUSE_LSC | CAUSE_DMAF, lsb: VECTORS.OTHER.lsb },
] as const;

/** Interrupt cause, mask and throttle (datasheet: ICR, ICS, IMS, IMC, ITR, IVAR). */
export class InterruptBlock implements ClockTarget {
  cause = 0;
  mask = 0;
  throttleNs = 0;
  vectors: number = REGISTERS.IVAR.reset;
  messageSignalled = false;
  /** Interrupts that left the device. */
  raised = 0;

  readonly #slot: BusSlot;
  readonly #clock: Clock;
  #allowedAtNs = 0;
  #timer: ClockEventId = 0;
  #lineAsserted = false;
  /** Active causes whose message has been sent: a message tells of a rise, and clearing one cause is no news of another. */
  #told = 0;

  constructor(slot: BusSlot, clock: Clock) {
    this.#slot = slot;
    this.#clock = clock;
  }

  raise(causes: number): void {
    this.cause |= causes & ALL_CAUSES;
    this.#update();
  }

  /** Write 1 to clear. */
  clearCause(bits: number): void {
    this.cause &= ~bits;
    this.#update();
  }

  setMask(bits: number): void {
    this.mask |= bits & ALL_CAUSES;
    this.#update();
  }

  clearMask(bits: number): void {
    this.mask &= ~bits;
    this.#update();
  }

  reset(): void {
    this.cause = 0;
    this.mask = 0;
    this.throttleNs = 0;
    this.vectors = REGISTERS.IVAR.reset;
    this.messageSignalled = false;
    this.#allowedAtNs = 0;
    this.#clock.cancel(this.#timer);
    this.#timer = 0;
    this.#update();
  }

  /** The throttle's time is over. */
  onClock(): void {
    this.#timer = 0;
    this.#update();
  }

  #update(): void {
    const active = this.cause & this.mask;
    this.#told &= active;
    if (active === 0) {
      if (this.#lineAsserted) {
        this.#lineAsserted = false;
        this.#slot.setLine(false);
      }
      return;
    }
    if (this.#lineAsserted || this.#timer !== 0) return;
    if (this.messageSignalled && this.#told === active) return;
    const waitNs = this.#allowedAtNs - this.#clock.nowNs;
    if (waitNs > 0) {
      this.#timer = this.#clock.schedule(waitNs, this, 0, 0);
      return;
    }
    this.#allowedAtNs = this.#clock.nowNs + this.throttleNs;
    this.#signal(active);
  }

  #signal(active: number): void {
    this.raised++;
    if (!this.messageSignalled) {
      this.#lineAsserted = true;
      this.#slot.setLine(true);
      return;
    }
    const news = active & ~this.#told;
    this.#told = active;
    for (const group of CAUSE_GROUPS) {
      if ((news & group.causes) !== 0) this.#slot.raiseMessage((this.vectors >>> group.lsb) & 0xf);
    }
  }
}
