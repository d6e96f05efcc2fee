// Which VPI/VCI are taken on a port. Labels go out in order from the lowest; a returned one rests until as many others have been
// returned behind it, so that late cells of an old connection do not reach a new one. Every operation takes constant time.

import type { VcLabel } from "../../wire/vc-label.ts";
import { NO_VC_LABEL, vcLabel } from "../../wire/vc-label.ts";

/** I.361 table 1, UNI 3.1 section 5.5.6.5: VCI 0 to 31 are reserved. */
export const FIRST_ASSIGNABLE_VCI = 32;

const FREE = 0;
const TAKEN = 1;
const RESTING = 2;
/** Taken by `reserve` while it was in the queue of returned labels, where its entry is still. */
const TAKEN_WHILE_RESTING = 3;

const RESTING_LABELS = 256;
const INITIAL_QUEUE = 512;
const INITIAL_VCIS = 64;

export interface VcLabelRange {
  readonly maxVpi: number;
  readonly maxVci: number;
}

export class VcLabelAllocator {
  readonly #range: VcLabelRange;
  // State of each label by VPI, then VCI; grown when a label is first used.
  readonly #states: Uint8Array[] = [];
  #nextVpi = 0;
  #nextVci = FIRST_ASSIGNABLE_VCI;
  #queue = new Int32Array(INITIAL_QUEUE);
  #head = 0;
  #queued = 0;
  #takenCount = 0;

  constructor(range: VcLabelRange = { maxVpi: 255, maxVci: 65535 }) {
    this.#range = range;
  }

  /** Labels taken and not returned. */
  get takenCount(): number {
    return this.#takenCount;
  }

  /** A label that was free, or NO_VC_LABEL. */
  allocate(): VcLabel {
    if (this.#queued < RESTING_LABELS) {
      const label = this.#takeFresh();
      if (label !== NO_VC_LABEL) return label;
    }
    const label = this.#takeRested();
    return label === NO_VC_LABEL ? this.#takeFresh() : label;
  }

  /** Takes this label; false when it is taken or not assignable. */
  reserve(label: VcLabel): boolean {
    const vpi = label >> 16;
    const vci = label & 0xffff;
    if (label < 0 || vpi > this.#range.maxVpi || vci < FIRST_ASSIGNABLE_VCI || vci > this.#range.maxVci) return false;
    const state = this.#stateOf(label);
    if (state === TAKEN || state === TAKEN_WHILE_RESTING) return false;
    this.#setState(label, state === RESTING ? TAKEN_WHILE_RESTING : TAKEN);
    this.#takenCount++;
    return true;
  }

  /** Returns a label; false when it was not taken. */
  release(label: VcLabel): boolean {
    const state = this.#stateOf(label);
    if (state !== TAKEN && state !== TAKEN_WHILE_RESTING) return false;
    if (state === TAKEN) this.#enqueue(label);
    this.#setState(label, RESTING);
    this.#takenCount--;
    return true;
  }

  #takeFresh(): VcLabel {
    while (this.#nextVpi <= this.#range.maxVpi) {
      const label = vcLabel(this.#nextVpi, this.#nextVci);
      if (this.#nextVci === this.#range.maxVci) {
        this.#nextVpi++;
        this.#nextVci = FIRST_ASSIGNABLE_VCI;
      } else {
        this.#nextVci++;
      }
      if (this.#stateOf(label) !== FREE) continue;
      this.#setState(label, TAKEN);
      this.#takenCount++;
      return label;
    }
    return NO_VC_LABEL;
  }

  #takeRested(): VcLabel {
    while (this.#queued > 0) {
      const label = this.#queue[this.#head];
      this.#head = (this.#head + 1) & (this.#queue.length - 1);
      this.#queued--;
      const wasResting = this.#stateOf(label) === RESTING;
      this.#setState(label, TAKEN);
      if (!wasResting) continue;
      this.#takenCount++;
      return label;
    }
    return NO_VC_LABEL;
  }

  #stateOf(label: VcLabel): number {
    const states = this.#states[label >> 16];
    const vci = label & 0xffff;
    return states === undefined || vci >= states.length ? FREE : states[vci];
  }

  #setState(label: VcLabel, state: number): void {
    const vpi = label >> 16;
    const vci = label & 0xffff;
    let states = this.#states[vpi];
    if (states === undefined || vci >= states.length) {
      let size = states === undefined ? INITIAL_VCIS : states.length;
      while (size <= vci) size *= 2;
      const grown = new Uint8Array(size);
      if (states !== undefined) grown.set(states);
      this.#states[vpi] = grown;
      states = grown;
    }
    states[vci] = state;
  }

  #enqueue(label: VcLabel): void {
    if (this.#queued === this.#queue.length) {
      const grown = new Int32Array(this.#queue.length * 2);
      for (let index = 0; index < this.#queued; index++) {
        grown[index] = this.#queue[(this.#head + index) & (this.#queue.length - 1)];
      }
      this.#queue = grown;
      this.#head = 0;
    }
    this.#queue[(this.#head + this.#queued++) & (this.#queue.length - 1)] = label;
  }
}
