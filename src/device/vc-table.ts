import type { WorldMemory } from "../machine/memory.ts";
import type { VcLabel } from "../wire/vc-label.ts";
import { vcLabel } from "../wire/vc-label.ts";
import { VC_TABLE_ENTRIES } from "./datasheet/index.ts";
import { VC_LOOKUP_SLOTS, VcLookup } from "./vc-lookup.ts";

const FIRST_CAPACITY = 64;
const WORD_BYTES = 4;

export const NO_VC = -1;
export const NO_FRAME = -1;

/** An entry of the VC table is one cache line: `words` 32-bit words in {@link VcTable.entries}, at `vc * words`. */
export const VC_ENTRY = {
  words: 16,
  /** VC_OPEN and the bits below. */
  state: 0,
  /** Its VPI and VCI, a VcLabel. */
  label: 1,
  /** Longest SDU accepted from the fibre, bytes. */
  maximumSdu: 2,
  /** Frames held back by the shaper: first and last transmit ring entry, -1 when none. */
  heldFirst: 3,
  heldLast: 4,
  /** Reassembly: the frame that collects the cells, how many payload bytes it has, and the flags seen on its cells. */
  partialFrame: 5,
  partialBytes: 6,
  partialFlags: 7,
  framesTransmitted: 8,
  framesReceived: 9,
  framesErred: 10,
  framesDropped: 11,
} as const;

const ENTRIES_BYTES = VC_TABLE_ENTRIES * VC_ENTRY.words * WORD_BYTES;
/** What the table takes of the NIC's own memory. */
export const VC_TABLE_BYTES = ENTRIES_BYTES + VC_LOOKUP_SLOTS * WORD_BYTES;

/** Bits of VC_ENTRY.state: the entry is open; descriptors of it are sent; cells of it are received, into large buffers; it is shaped. */
export const VC_OPEN = 0x01;
export const VC_TRANSMITS = 0x02;
export const VC_RECEIVES = 0x04;
export const VC_LARGE_BUFFERS = 0x08;
export const VC_SHAPED = 0x10;

/** How a VC is shaped (GCRA, TM 4.0 appendix II): intervals per cell in nanoseconds; a peak interval of 0 is unshaped. */
export interface VcShape {
  readonly peakIntervalNs: number;
  readonly sustainIntervalNs: number;
  readonly burstToleranceNs: number;
}

/**
 * The VC table: 65,536 entries by VC index, and the look-up from VPI/VCI to an entry, in the NIC's own memory.
 * What is touched of it grows with the highest index in use, so that a NIC with few VCs is small.
 */
export class VcTable {
  /** All 65,536 entries; those from {@link capacity} on have never been used and hold zeros. */
  readonly entries: Int32Array;
  /** Where entries and look-up slots lie in the world's memory. */
  readonly entriesAddress: number;
  readonly lookupAddress: number;

  /** Shaper by VC index: intervals per cell and theoretical arrival times, in nanoseconds. */
  peakIntervalNs = new Float64Array(FIRST_CAPACITY);
  peakNextNs = new Float64Array(FIRST_CAPACITY);
  sustainIntervalNs = new Float64Array(FIRST_CAPACITY);
  sustainNextNs = new Float64Array(FIRST_CAPACITY);
  burstToleranceNs = new Float64Array(FIRST_CAPACITY);
  /** The clock event that releases the first frame held back. */
  heldEvent = new Float64Array(FIRST_CAPACITY);

  #capacity = FIRST_CAPACITY;
  #openCount = 0;
  readonly #lookup: VcLookup;

  /** @param address where its {@link VC_TABLE_BYTES} bytes lie in the world's memory: all 0, 64-byte aligned. */
  constructor(memory: WorldMemory, address: number) {
    this.entriesAddress = address;
    this.lookupAddress = address + ENTRIES_BYTES;
    const { buffer } = memory.bytes;
    const entries = new Int32Array(buffer, this.entriesAddress, ENTRIES_BYTES / WORD_BYTES);
    this.entries = entries;
    this.#lookup = new VcLookup(
      new Int32Array(buffer, this.lookupAddress, VC_LOOKUP_SLOTS),
      (index) => entries[index * VC_ENTRY.words + VC_ENTRY.label],
    );
    this.#empty(0, FIRST_CAPACITY);
  }

  get capacity(): number {
    return this.#capacity;
  }

  get openCount(): number {
    return this.#openCount;
  }

  /** @returns the VC index that VPI/VCI is open on, or {@link NO_VC}. */
  lookup(vpi: number, vci: number): number {
    return this.lookupLabel(vcLabel(vpi, vci));
  }

  /** The same by label. */
  lookupLabel(label: VcLabel): number {
    return this.#lookup.find(label);
  }

  isOpen(index: number): boolean {
    return index < this.#capacity && (this.entries[index * VC_ENTRY.words + VC_ENTRY.state] & VC_OPEN) !== 0;
  }

  /** One word of an entry that is open; 0 of one that is not. For whoever looks at few of them. */
  word(index: number, word: number): number {
    return this.isOpen(index) ? this.entries[index * VC_ENTRY.words + word] >>> 0 : 0;
  }

  /** Marks an entry open and enters its VPI/VCI for look-up. The caller has checked both. */
  enter(index: number, vpi: number, vci: number): void {
    this.#ensure(index);
    const at = index * VC_ENTRY.words;
    const label = vcLabel(vpi, vci);
    this.entries[at + VC_ENTRY.state] = VC_OPEN;
    this.entries[at + VC_ENTRY.label] = label;
    this.#openCount++;
    this.#lookup.insert(label, index);
  }

  /** Sets what OPEN and MODIFY say of an open entry. `state` is made of VC_TRANSMITS, VC_RECEIVES and VC_LARGE_BUFFERS. */
  configure(index: number, state: number, maximumSduBytes: number, shape: VcShape): void {
    const at = index * VC_ENTRY.words;
    this.entries[at + VC_ENTRY.state] = VC_OPEN | state | (shape.peakIntervalNs > 0 ? VC_SHAPED : 0);
    this.entries[at + VC_ENTRY.maximumSdu] = maximumSduBytes;
    this.peakIntervalNs[index] = shape.peakIntervalNs;
    this.sustainIntervalNs[index] = shape.sustainIntervalNs;
    this.burstToleranceNs[index] = shape.burstToleranceNs;
  }

  leave(index: number): void {
    const at = index * VC_ENTRY.words;
    const { entries } = this;
    this.#lookup.remove(entries[at + VC_ENTRY.label]);
    this.#openCount--;
    entries[at + VC_ENTRY.state] = 0;
    entries[at + VC_ENTRY.framesTransmitted] = 0;
    entries[at + VC_ENTRY.framesReceived] = 0;
    entries[at + VC_ENTRY.framesErred] = 0;
    entries[at + VC_ENTRY.framesDropped] = 0;
    this.peakNextNs[index] = 0;
    this.sustainNextNs[index] = 0;
  }

  #ensure(index: number): void {
    let capacity = this.#capacity;
    while (capacity <= index && capacity < VC_TABLE_ENTRIES) capacity *= 2;
    const before = this.#capacity;
    if (capacity === before) return;
    this.#capacity = capacity;
    this.#empty(before, capacity);
    this.peakIntervalNs = enlarged(this.peakIntervalNs, capacity);
    this.peakNextNs = enlarged(this.peakNextNs, capacity);
    this.sustainIntervalNs = enlarged(this.sustainIntervalNs, capacity);
    this.sustainNextNs = enlarged(this.sustainNextNs, capacity);
    this.burstToleranceNs = enlarged(this.burstToleranceNs, capacity);
    this.heldEvent = enlarged(this.heldEvent, capacity);
  }

  /** These entries hold nothing back and collect nothing. */
  #empty(first: number, end: number): void {
    for (let at = first * VC_ENTRY.words; at < end * VC_ENTRY.words; at += VC_ENTRY.words) {
      this.entries[at + VC_ENTRY.heldFirst] = -1;
      this.entries[at + VC_ENTRY.heldLast] = -1;
      this.entries[at + VC_ENTRY.partialFrame] = NO_FRAME;
    }
  }
}

function enlarged(from: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(capacity);
  to.set(from);
  return to;
}
