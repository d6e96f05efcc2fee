import type { MemoryWindow } from "./memory.ts";
import { PAGE_BYTES } from "./memory.ts";

const PAGE_BITS = 12;

/** Which pages of its machine's memory a device may reach: a count of mappings per page, as an IOMMU's page table would hold. */
export class Iommu {
  readonly #start: number;
  readonly #end: number;
  readonly #mappings: Uint16Array;
  #mapped = 0;

  constructor(window: MemoryWindow) {
    this.#start = window.start;
    this.#end = window.end;
    this.#mappings = new Uint16Array(Math.ceil(window.byteLength / PAGE_BYTES) + 1);
  }

  /** Mappings that have not been undone, for leak checks. */
  get mappedRanges(): number {
    return this.#mapped;
  }

  /** Lets the device reach `length` bytes at `address`. False when they are not in the machine's memory. */
  map(address: number, length: number): boolean {
    if (!this.#contains(address, length)) return false;
    const mappings = this.#mappings;
    const last = (address + length - 1 - this.#start) >>> PAGE_BITS;
    let page = (address - this.#start) >>> PAGE_BITS;
    do mappings[page]++;
    while (++page <= last);
    this.#mapped++;
    return true;
  }

  unmap(address: number, length: number): void {
    if (!this.#contains(address, length)) return;
    const mappings = this.#mappings;
    const last = (address + length - 1 - this.#start) >>> PAGE_BITS;
    let page = (address - this.#start) >>> PAGE_BITS;
    do mappings[page]--;
    while (++page <= last);
    this.#mapped--;
  }

  /** Whether the device may reach all of `length` bytes at `address`. */
  allows(address: number, length: number): boolean {
    if (!this.#contains(address, length)) return false;
    const mappings = this.#mappings;
    const last = (address + length - 1 - this.#start) >>> PAGE_BITS;
    let page = (address - this.#start) >>> PAGE_BITS;
    do if (mappings[page] === 0) return false;
    while (++page <= last);
    return true;
  }

  #contains(address: number, length: number): boolean {
    return length > 0 && address >= this.#start && address + length <= this.#end;
  }
}
