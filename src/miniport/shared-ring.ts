import type { MiniportAdapterHandle } from "../ndis/index.ts";
import { OutParameter } from "../ndis/index.ts";
import type { MiniportLibrary } from "./library.ts";

/** A ring of entries in shared memory, as the driver sees it. */
export class SharedRing {
  readonly address: number;
  readonly size: number;
  readonly mask: number;
  /** Index of the ring's first 32-bit word in `Ndis.Memory.words`, and words per entry. */
  readonly firstWord: number;
  readonly entryWords: number;
  /** Where the driver puts the next entry, or takes it. */
  next = 0;
  /** Phase that a valid entry shows, in rings that the device writes. */
  phase = 1;
  readonly #byteLength: number;

  constructor(address: number, size: number, entryBytes: number) {
    this.address = address;
    this.size = size;
    this.mask = size - 1;
    this.firstWord = address >>> 2;
    this.entryWords = entryBytes >> 2;
    this.#byteLength = size * entryBytes;
  }

  /** Moves on to the next entry of a ring that the device writes. */
  advance(): void {
    this.next = (this.next + 1) & this.mask;
    if (this.next === 0) this.phase ^= 1;
  }

  free(ndis: MiniportLibrary, adapter: MiniportAdapterHandle): void {
    ndis.NdisMFreeSharedMemory(adapter, this.#byteLength, true, this.address, this.address);
  }
}

/** Allocates shared memory; 0 when there is none. The virtual and the physical address are the same here. */
export function allocateShared(ndis: MiniportLibrary, adapter: MiniportAdapterHandle, byteLength: number): number {
  const virtualAddress = new OutParameter<number>();
  const physicalAddress = new OutParameter<number>();
  ndis.NdisMAllocateSharedMemory(adapter, byteLength, true, virtualAddress, physicalAddress);
  return virtualAddress.Value ?? 0;
}

/** Allocates a ring, or null when there is no memory. */
export function allocateRing(
  ndis: MiniportLibrary,
  adapter: MiniportAdapterHandle,
  size: number,
  entryBytes: number,
): SharedRing | null {
  const address = allocateShared(ndis, adapter, size * entryBytes);
  return address === 0 ? null : new SharedRing(address, size, entryBytes);
}
