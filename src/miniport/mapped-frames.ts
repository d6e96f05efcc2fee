import type { NdisMiniportDmaHandle, NET_BUFFER, SCATTER_GATHER_LIST } from "../ndis/index.ts";
import { NDIS_STATUS_SUCCESS } from "../ndis/index.ts";
import type { MiniportLibrary } from "./library.ts";

/** Frames that the NIC reads where they lie: their scatter/gather lists by the ring entry that ends them. */
export class MappedFrames {
  readonly #ndis: MiniportLibrary;
  /** References stay behind until the entry is used again. */
  readonly #netBuffers: (NET_BUFFER | null)[];
  readonly #scatterGathers: (SCATTER_GATHER_LIST | null)[];
  #dma: NdisMiniportDmaHandle | null = null;
  #ready: SCATTER_GATHER_LIST | null = null;

  constructor(ndis: MiniportLibrary, entries: number) {
    this.#ndis = ndis;
    this.#netBuffers = new Array<NET_BUFFER | null>(entries).fill(null);
    this.#scatterGathers = new Array<SCATTER_GATHER_LIST | null>(entries).fill(null);
  }

  start(dma: NdisMiniportDmaHandle): void {
    this.#dma = dma;
  }

  /** Has a frame mapped; null when NDIS cannot. */
  map(buffer: NET_BUFFER): SCATTER_GATHER_LIST | null {
    if (this.#dma === null) return null;
    this.#ready = null;
    const status = this.#ndis.NdisMAllocateNetBufferSGList(this.#dma, buffer, this, 0, null, 0);
    return status === NDIS_STATUS_SUCCESS ? this.#ready : null;
  }

  /** MiniportProcessSGList, which runs before NdisMAllocateNetBufferSGList returns. */
  scatterGatherReady(list: SCATTER_GATHER_LIST): void {
    this.#ready = list;
  }

  keep(entry: number, buffer: NET_BUFFER, list: SCATTER_GATHER_LIST): void {
    this.#netBuffers[entry] = buffer;
    this.#scatterGathers[entry] = list;
  }

  unmap(entry: number): void {
    const list = this.#scatterGathers[entry];
    const buffer = this.#netBuffers[entry];
    if (list !== null && buffer !== null && this.#dma !== null)
      this.#ndis.NdisMFreeNetBufferSGList(this.#dma, list, buffer);
  }
}
