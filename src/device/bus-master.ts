import type { BusSlot } from "../machine/bus.ts";
import type { Clock } from "../machine/clock.ts";
import type { Iommu } from "../machine/iommu.ts";
import type { WorldMemory } from "../machine/memory.ts";
import type { InterruptBlock } from "./interrupt-block.ts";
import { CAUSE_DMAF } from "./interrupt-block.ts";

/** The device's way to memory. What the bus refuses stops transmit and receive until reset (datasheet: STATUS.FATAL, ICR.DMAF). */
export class BusMaster {
  readonly clock: Clock;
  readonly memory: WorldMemory;
  /** Asked before {@link allows} where a refusal is to be met later. */
  readonly iommu: Iommu;
  fatal = false;
  readonly #slot: BusSlot;
  readonly #interrupts: InterruptBlock;

  constructor(slot: BusSlot, interrupts: InterruptBlock) {
    this.#slot = slot;
    this.clock = slot.machine.clock;
    this.memory = slot.machine.worldMemory;
    this.iommu = slot.iommu;
    this.#interrupts = interrupts;
  }

  /** Whether `length` bytes at `address` may be reached; a refusal is fatal. */
  allows(address: number, length: number, write: boolean): boolean {
    if (this.#slot.allowsDma(address, length, write)) return true;
    this.fatal = true;
    this.#interrupts.raise(CAUSE_DMAF);
    return false;
  }

  reset(): void {
    this.fatal = false;
  }
}
