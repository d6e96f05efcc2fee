import type { MemoryWindow } from "./memory.ts";
import { PAGE_BYTES } from "./memory.ts";

const PAGE_BITS = Math.log2(PAGE_BYTES);
/** Bytes of a page's count. */
export const IOMMU_COUNT_BYTES = 2;

/** How many bytes of the world's memory the counts for a memory of `byteLength` bytes take, in whole pages. */
export function iommuTableBytes(byteLength: number): number {
  return Math.ceil((pagesOf(byteLength) * IOMMU_COUNT_BYTES) / PAGE_BYTES) * PAGE_BYTES;
}

function pagesOf(byteLength: number): number {
  return Math.ceil(byteLength / PAGE_BYTES) + 1;
}

/**
 * Which pages of its machine's memory a device may reach: a count of mappings per page, as an IOMMU's page table would hold.
 * The counts lie in the world's memory, outside of every machine's.
 */
export class Iommu {
  /** The memory that it guards. */
  readonly window: MemoryWindow;
  /** Where the counts lie: 16 bits for each page of {@link window}. */
  readonly tableAddress: number;
  readonly #start: number;
  readonly #end: number;
  readonly #mappings: Uint16Array;
  #mapped = 0;

  /** @throws RangeError when the world's memory has no room for the counts. */
  constructor(window: MemoryWindow) {
    this.window = window;
    this.#start = window.start;
    this.#end = window.end;
    const { world, byteLength } = window;
    this.tableAddress = world.reserveForDevices(iommuTableBytes(byteLength)).start;
    this.#mappings = new Uint16Array(world.bytes.buffer, this.tableAddress, pagesOf(byteLength));
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
