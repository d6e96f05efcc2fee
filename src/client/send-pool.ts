import type { ClientLibrary, MDL, NdisBindingHandle, NET_BUFFER_LIST, NetBufferListPoolHandle } from "../ndis/index.ts";
import { EX_POOL_PRIORITY, NET_BUFFER_LIST_POOL_PARAMETERS } from "../ndis/index.ts";

const POOL_TAG = 0x534c_4356;
/** Buffers at powers of two would all begin in the same few sets of a processor cache. */
const STRIDE_SKEW_BYTES = 64;

/** A fixed number of NET_BUFFER_LISTs with one buffer each, ready to be filled and sent again and again. */
export class SendPool {
  readonly bufferBytes: number;
  readonly count: number;
  readonly #stride: number;
  readonly #ndis: ClientLibrary;
  readonly #pool: NetBufferListPoolHandle;
  readonly #address: number;
  readonly #lists: NET_BUFFER_LIST[] = [];
  readonly #mdls: MDL[] = [];
  /** Lists that are not out: a chain by Next, so that what comes back in a chain goes in as it is. */
  #free: NET_BUFFER_LIST | null = null;
  #available = 0;

  private constructor(
    ndis: ClientLibrary,
    pool: NetBufferListPoolHandle,
    address: number,
    bufferBytes: number,
    count: number,
  ) {
    this.#ndis = ndis;
    this.#pool = pool;
    this.#address = address;
    this.bufferBytes = bufferBytes;
    this.#stride = bufferBytes + STRIDE_SKEW_BYTES;
    this.count = count;
  }

  /** @returns null when there is no memory. */
  static create(ndis: ClientLibrary, binding: NdisBindingHandle, count: number, bufferBytes: number): SendPool | null {
    const pool = ndis.NdisAllocateNetBufferListPool(
      binding,
      NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: POOL_TAG }),
    );
    if (pool === null) return null;
    const address = ndis.NdisAllocateMemoryWithTagPriority(
      binding,
      count * (bufferBytes + STRIDE_SKEW_BYTES),
      POOL_TAG,
      EX_POOL_PRIORITY.NormalPoolPriority,
    );
    if (address === 0) {
      ndis.NdisFreeNetBufferListPool(pool);
      return null;
    }
    const sendPool = new SendPool(ndis, pool, address, bufferBytes, count);
    if (sendPool.#fill(binding)) return sendPool;
    sendPool.release();
    return null;
  }

  /** Lists that are not out. */
  get available(): number {
    return this.#available;
  }

  take(): NET_BUFFER_LIST | null {
    const list = this.#free;
    if (list === null) return null;
    this.#free = list.Next;
    this.#available--;
    list.Next = null;
    return list;
  }

  give(list: NET_BUFFER_LIST): void {
    this.giveChain(list, list, 1);
  }

  /** Takes `count` lists back that are a chain by Next from `first` to `last`. */
  giveChain(first: NET_BUFFER_LIST, last: NET_BUFFER_LIST, count: number): void {
    last.Next = this.#free;
    this.#free = first;
    this.#available += count;
  }

  /** Where the list's bytes go. */
  addressOf(list: NET_BUFFER_LIST): number {
    return list.FirstNetBuffer?.CurrentMdl?.MappedSystemVa ?? 0;
  }

  /** Frees everything; every list must be back. */
  release(): void {
    for (const list of this.#lists) {
      const buffer = list.FirstNetBuffer;
      if (buffer !== null) {
        buffer.MdlChain = null;
        buffer.CurrentMdl = null;
      }
      this.#ndis.NdisFreeNetBufferList(list);
    }
    for (const mdl of this.#mdls) this.#ndis.NdisFreeMdl(mdl);
    this.#ndis.NdisFreeMemory(this.#address, this.count * this.#stride, 0);
    this.#ndis.NdisFreeNetBufferListPool(this.#pool);
  }

  #fill(binding: NdisBindingHandle): boolean {
    for (let i = 0; i < this.count; i++) {
      const mdl = this.#ndis.NdisAllocateMdl(binding, this.#address + i * this.#stride, this.bufferBytes);
      if (mdl === null) return false;
      this.#mdls.push(mdl);
      const list = this.#ndis.NdisAllocateNetBufferAndNetBufferList(this.#pool, 0, 0, mdl, 0, 0);
      if (list === null) return false;
      this.#lists.push(list);
      this.give(list);
    }
    return true;
  }
}
