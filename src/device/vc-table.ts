import { VC_TABLE_ENTRIES } from "./datasheet/index.ts";

const PAGE_BITS = 8;
const PAGE_ENTRIES = 1 << PAGE_BITS;
/** VPI 8 bits and VCI 16 bits in one key. */
const KEY_PAGES = 1 << (24 - PAGE_BITS);
const FIRST_CAPACITY = 64;

export const NO_VC = -1;
export const NO_FRAME = -1;

/**
 * The VC table: 65,536 entries, in arrays by VC index, and the look-up from VPI/VCI to an entry.
 * The arrays grow with the highest index in use, so that a NIC with few VCs is small.
 */
export class VcTable {
  open = new Uint8Array(FIRST_CAPACITY);
  aal = new Uint8Array(FIRST_CAPACITY);
  receives = new Uint8Array(FIRST_CAPACITY);
  transmits = new Uint8Array(FIRST_CAPACITY);
  largeBuffers = new Uint8Array(FIRST_CAPACITY);
  vpi = new Uint16Array(FIRST_CAPACITY);
  vci = new Uint16Array(FIRST_CAPACITY);
  maximumSduBytes = new Int32Array(FIRST_CAPACITY);

  /** Shaper (GCRA, TM 4.0 appendix II): intervals per cell and theoretical arrival times, in nanoseconds; interval 0 is unshaped. */
  peakIntervalNs = new Float64Array(FIRST_CAPACITY);
  peakNextNs = new Float64Array(FIRST_CAPACITY);
  sustainIntervalNs = new Float64Array(FIRST_CAPACITY);
  sustainNextNs = new Float64Array(FIRST_CAPACITY);
  burstToleranceNs = new Float64Array(FIRST_CAPACITY);
  /** Frames held back by the shaper: first and last transmit ring entry, -1 when none. */
  heldFirst = new Int32Array(FIRST_CAPACITY).fill(NO_VC);
  heldLast = new Int32Array(FIRST_CAPACITY).fill(NO_VC);
  /** The clock event that releases the first of them. */
  heldEvent = new Float64Array(FIRST_CAPACITY);

  /** Reassembly: the frame that collects the cells, and how many payload bytes it has; flags seen on its cells. */
  partialFrame = new Int32Array(FIRST_CAPACITY).fill(NO_FRAME);
  partialBytes = new Int32Array(FIRST_CAPACITY);
  partialFlags = new Uint8Array(FIRST_CAPACITY);

  framesTransmitted = new Uint32Array(FIRST_CAPACITY);
  framesReceived = new Uint32Array(FIRST_CAPACITY);
  framesErred = new Uint32Array(FIRST_CAPACITY);
  framesDropped = new Uint32Array(FIRST_CAPACITY);

  #capacity = FIRST_CAPACITY;
  #openCount = 0;
  readonly #pages: (Int32Array | undefined)[] = [];

  get capacity(): number {
    return this.#capacity;
  }

  get openCount(): number {
    return this.#openCount;
  }

  /** @returns the VC index that VPI/VCI is open on, or {@link NO_VC}. */
  lookup(vpi: number, vci: number): number {
    const key = (vpi << 16) | vci;
    const page = this.#pages[key >>> PAGE_BITS];
    return page === undefined ? NO_VC : page[key & (PAGE_ENTRIES - 1)];
  }

  isOpen(index: number): boolean {
    return index < this.#capacity && this.open[index] === 1;
  }

  /** Marks an entry open and enters its VPI/VCI for look-up. The caller has checked both. */
  enter(index: number, vpi: number, vci: number): void {
    this.#ensure(index);
    this.open[index] = 1;
    this.vpi[index] = vpi;
    this.vci[index] = vci;
    this.#openCount++;
    const key = (vpi << 16) | vci;
    const number = key >>> PAGE_BITS;
    let page = this.#pages[number];
    if (page === undefined) {
      while (this.#pages.length <= number && this.#pages.length < KEY_PAGES) this.#pages.push(undefined);
      page = new Int32Array(PAGE_ENTRIES).fill(NO_VC);
      this.#pages[number] = page;
    }
    page[key & (PAGE_ENTRIES - 1)] = index;
  }

  leave(index: number): void {
    const key = (this.vpi[index] << 16) | this.vci[index];
    const page = this.#pages[key >>> PAGE_BITS];
    if (page !== undefined) page[key & (PAGE_ENTRIES - 1)] = NO_VC;
    this.open[index] = 0;
    this.#openCount--;
    this.framesTransmitted[index] = 0;
    this.framesReceived[index] = 0;
    this.framesErred[index] = 0;
    this.framesDropped[index] = 0;
    this.peakNextNs[index] = 0;
    this.sustainNextNs[index] = 0;
  }

  #ensure(index: number): void {
    let capacity = this.#capacity;
    while (capacity <= index && capacity < VC_TABLE_ENTRIES) capacity *= 2;
    if (capacity === this.#capacity) return;
    const before = this.#capacity;
    this.#capacity = capacity;
    const bytes = (old: Uint8Array): Uint8Array<ArrayBuffer> => grown(old, new Uint8Array(capacity));
    const halves = (old: Uint16Array): Uint16Array<ArrayBuffer> => grown(old, new Uint16Array(capacity));
    const signed = (old: Int32Array): Int32Array<ArrayBuffer> => grown(old, new Int32Array(capacity));
    const counts = (old: Uint32Array): Uint32Array<ArrayBuffer> => grown(old, new Uint32Array(capacity));
    const doubles = (old: Float64Array): Float64Array<ArrayBuffer> => grown(old, new Float64Array(capacity));
    this.open = bytes(this.open);
    this.aal = bytes(this.aal);
    this.receives = bytes(this.receives);
    this.transmits = bytes(this.transmits);
    this.largeBuffers = bytes(this.largeBuffers);
    this.vpi = halves(this.vpi);
    this.vci = halves(this.vci);
    this.maximumSduBytes = signed(this.maximumSduBytes);
    this.peakIntervalNs = doubles(this.peakIntervalNs);
    this.peakNextNs = doubles(this.peakNextNs);
    this.sustainIntervalNs = doubles(this.sustainIntervalNs);
    this.sustainNextNs = doubles(this.sustainNextNs);
    this.burstToleranceNs = doubles(this.burstToleranceNs);
    this.heldFirst = signed(this.heldFirst).fill(NO_VC, before);
    this.heldLast = signed(this.heldLast).fill(NO_VC, before);
    this.heldEvent = doubles(this.heldEvent);
    this.partialFrame = signed(this.partialFrame).fill(NO_FRAME, before);
    this.partialBytes = signed(this.partialBytes);
    this.partialFlags = bytes(this.partialFlags);
    this.framesTransmitted = counts(this.framesTransmitted);
    this.framesReceived = counts(this.framesReceived);
    this.framesErred = counts(this.framesErred);
    this.framesDropped = counts(this.framesDropped);
  }
}

function grown<
  T extends
    | Uint8Array<ArrayBuffer>
    | Uint16Array<ArrayBuffer>
    | Int32Array<ArrayBuffer>
    | Uint32Array<ArrayBuffer>
    | Float64Array<ArrayBuffer>,
>(from: ArrayLike<number>, to: T): T {
  to.set(from);
  return to;
}
