import type { VcLabel } from "../wire/vc-label.ts";

/** Slots of the look-up: twice as many as the VC table has entries, a power of two. */
export const VC_LOOKUP_BITS = 17;
export const VC_LOOKUP_SLOTS = 1 << VC_LOOKUP_BITS;
/** 2^32 over the golden ratio: spreads labels that lie side by side (Knuth, The Art of Computer Programming 3, 6.4). */
export const VC_LOOKUP_MULTIPLIER = 0x9e37_79b1 | 0;
const LAST_SLOT = VC_LOOKUP_SLOTS - 1;
const EMPTY = 0;

/**
 * From VPI/VCI to VC index, as a content-addressable memory would do it: open addressing with linear probing. A slot holds a VC
 * index plus 1, and 0 when it is empty; the label is in the entry. The receive kernel reads the same slots.
 */
export class VcLookup {
  readonly #slots: Int32Array;
  readonly #labelOf: (index: number) => VcLabel;

  /**
   * @param slots {@link VC_LOOKUP_SLOTS} words, all 0.
   * @param labelOf the label of a VC index that was inserted.
   */
  constructor(slots: Int32Array, labelOf: (index: number) => VcLabel) {
    this.#slots = slots;
    this.#labelOf = labelOf;
  }

  /** @returns the VC index of that label, or -1. */
  find(label: VcLabel): number {
    return this.#slots[this.#slotOf(label)] - 1;
  }

  /** Enters a label that is not there yet. */
  insert(label: VcLabel, index: number): void {
    this.#slots[this.#slotOf(label)] = index + 1;
  }

  /** Takes a label out, if it is there, and moves those up that it had pushed on. */
  remove(label: VcLabel): void {
    const slots = this.#slots;
    let hole = this.#slotOf(label);
    for (let slot = (hole + 1) & LAST_SLOT; slots[slot] !== EMPTY; slot = (slot + 1) & LAST_SLOT) {
      const home = vcLookupHome(this.#labelOf(slots[slot] - 1));
      // Only what was pushed past the hole may move there: a search for it begins at its home.
      if (((slot - home) & LAST_SLOT) < ((slot - hole) & LAST_SLOT)) continue;
      slots[hole] = slots[slot];
      hole = slot;
    }
    slots[hole] = EMPTY;
  }

  /** The slot that the label is in, or the empty one where it would go. */
  #slotOf(label: VcLabel): number {
    const slots = this.#slots;
    let slot = vcLookupHome(label);
    while (slots[slot] !== EMPTY && this.#labelOf(slots[slot] - 1) !== label) slot = (slot + 1) & LAST_SLOT;
    return slot;
  }
}

/** The slot in which the search for a label begins. */
export function vcLookupHome(label: VcLabel): number {
  return Math.imul(label, VC_LOOKUP_MULTIPLIER) >>> (32 - VC_LOOKUP_BITS);
}
