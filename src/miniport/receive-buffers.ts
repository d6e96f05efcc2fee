import { FREE_BUFFER, REGISTERS } from "../device/datasheet/index.ts";
import type { MDL, MiniportAdapterHandle, NET_BUFFER_LIST, NetBufferListPoolHandle } from "../ndis/index.ts";
import { NET_BUFFER_LIST_POOL_PARAMETERS } from "../ndis/index.ts";
import type { Hardware } from "./hardware.ts";
import type { MiniportLibrary } from "./library.ts";
import type { SharedRing } from "./shared-ring.ts";
import { allocateRing, allocateShared } from "./shared-ring.ts";

const FRB = FREE_BUFFER.fields;
const FREE_BUFFER_WORDS = FREE_BUFFER.bytes >> 2;
const POOL_TAG = 0x314d_4356;
/** No buffer continues the frame. */
export const NO_PIECE = -1;

/** Sizes of the receive side: how many buffers, and how many bytes in each. */
export interface ReceiverSizes {
  readonly smallBuffers: number;
  readonly smallBytes: number;
  readonly largeBuffers: number;
  readonly largeBytes: number;
}

/** Buffers at powers of two would all begin in the same few sets of a processor cache. */
const STRIDE_SKEW_BYTES = 64;

/** Buffers of one size, and their ring. */
class BufferPool {
  readonly ring: SharedRing;
  readonly bufferBytes: number;
  /** From one buffer to the next. */
  readonly stride: number;
  readonly firstCookie: number;
  readonly address: number;
  readonly count: number;
  rung = 0;
  /** Buffers that the device has; the others are being looked at, or clients hold them. */
  withDevice = 0;

  constructor(ring: SharedRing, bufferBytes: number, firstCookie: number, address: number, count: number) {
    this.ring = ring;
    this.bufferBytes = bufferBytes;
    this.stride = bufferBytes + STRIDE_SKEW_BYTES;
    this.firstCookie = firstCookie;
    this.address = address;
    this.count = count;
  }
}

/** The receive buffers of an adapter, small and large, by cookie; for each buffer the MDL and the list that show it to NDIS. */
export class ReceiveBuffers {
  readonly small: BufferPool;
  readonly large: BufferPool;
  /** By cookie. */
  readonly lists: NET_BUFFER_LIST[] = [];
  readonly mdls: MDL[] = [];
  /** By cookie: the buffer that continues the frame of this one, or NO_PIECE. */
  readonly nextPiece: Int32Array;
  readonly #ndis: MiniportLibrary;
  readonly #adapter: MiniportAdapterHandle;
  readonly #hardware: Hardware;
  readonly #listPool: NetBufferListPoolHandle;
  readonly #words: Int32Array;

  private constructor(
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    small: BufferPool,
    large: BufferPool,
    listPool: NetBufferListPoolHandle,
  ) {
    this.#ndis = ndis;
    this.#adapter = adapter;
    this.#hardware = hardware;
    this.small = small;
    this.large = large;
    this.#listPool = listPool;
    this.#words = ndis.Memory.signedWords;
    this.nextPiece = new Int32Array(small.count + large.count).fill(NO_PIECE);
  }

  /** Allocates buffers, rings and lists; null when there is no memory (everything taken is given back). */
  static create(
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    sizes: ReceiverSizes,
  ): ReceiveBuffers | null {
    const listPool = ndis.NdisAllocateNetBufferListPool(
      adapter,
      NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: POOL_TAG }),
    );
    if (listPool === null) return null;
    const small = allocatePool(ndis, adapter, sizes.smallBuffers, sizes.smallBytes, 0);
    const large =
      small === null ? null : allocatePool(ndis, adapter, sizes.largeBuffers, sizes.largeBytes, sizes.smallBuffers);
    if (small === null || large === null) {
      if (small !== null) freePool(ndis, adapter, small);
      ndis.NdisFreeNetBufferListPool(listPool);
      return null;
    }
    const buffers = new ReceiveBuffers(ndis, adapter, hardware, small, large, listPool);
    if (buffers.#describe(small) && buffers.#describe(large)) return buffers;
    buffers.free();
    return null;
  }

  /** Programs the rings and hands every buffer to the device. */
  start(): void {
    const { FSBASE, FSSIZE, FSLEN, FLBASE, FLSIZE, FLLEN } = REGISTERS;
    const { small, large } = this;
    this.#hardware.write(FSBASE, small.ring.address);
    this.#hardware.write(FSSIZE, small.ring.size);
    this.#hardware.write(FSLEN, small.bufferBytes);
    this.#hardware.write(FLBASE, large.ring.address);
    this.#hardware.write(FLSIZE, large.ring.size);
    this.#hardware.write(FLLEN, large.bufferBytes);
    for (let cookie = 0; cookie < small.count + large.count; cookie++) this.#offer(cookie);
    this.ringDoorbells();
  }

  free(): void {
    for (const list of this.lists) {
      const buffer = list.FirstNetBuffer;
      if (buffer !== null) {
        buffer.MdlChain = null;
        buffer.CurrentMdl = null;
      }
      this.#ndis.NdisFreeNetBufferList(list);
    }
    for (const mdl of this.mdls) this.#ndis.NdisFreeMdl(mdl);
    freePool(this.#ndis, this.#adapter, this.small);
    freePool(this.#ndis, this.#adapter, this.large);
    this.#ndis.NdisFreeNetBufferListPool(this.#listPool);
  }

  poolOf(cookie: number): BufferPool {
    return cookie < this.large.firstCookie ? this.small : this.large;
  }

  /** With less than a quarter of its pool left to the device, a buffer is lent for the call only (RCV-12). */
  isScarce(cookie: number): boolean {
    const pool = this.poolOf(cookie);
    return pool.withDevice * 4 < pool.count;
  }

  /** Gives a frame's buffers to the device again, beginning with the first. */
  recycle(first: number): void {
    for (let cookie = first; cookie !== NO_PIECE; ) {
      const next = this.nextPiece[cookie];
      if (next !== NO_PIECE) {
        this.nextPiece[cookie] = NO_PIECE;
        this.mdls[cookie].Next = null;
      }
      this.#offer(cookie);
      cookie = next;
    }
  }

  /** Tells the device of buffers that it has again. */
  ringDoorbells(): void {
    const { small, large } = this;
    if (small.rung !== small.ring.next) {
      small.rung = small.ring.next;
      this.#hardware.write(REGISTERS.FSTAIL, small.rung);
    }
    if (large.rung !== large.ring.next) {
      large.rung = large.ring.next;
      this.#hardware.write(REGISTERS.FLTAIL, large.rung);
    }
  }

  #describe(pool: BufferPool): boolean {
    for (let i = 0; i < pool.count; i++) {
      const address = pool.address + i * pool.stride;
      const mdl = this.#ndis.NdisAllocateMdl(this.#adapter, address, pool.bufferBytes);
      if (mdl === null) return false;
      this.mdls.push(mdl);
      const list = this.#ndis.NdisAllocateNetBufferAndNetBufferList(this.#listPool, 0, 0, mdl, 0, 0);
      if (list === null) return false;
      list.MiniportReserved[0] = pool.firstCookie + i;
      this.lists.push(list);
    }
    return true;
  }

  #offer(cookie: number): void {
    const pool = this.poolOf(cookie);
    const { ring } = pool;
    pool.withDevice++;
    const at = ring.firstWord + ring.next * FREE_BUFFER_WORDS;
    this.#words[at + FRB.address.word] = pool.address + (cookie - pool.firstCookie) * pool.stride;
    this.#words[at + FRB.cookie.word] = cookie;
    ring.next = (ring.next + 1) & ring.mask;
  }
}

/** Allocates a pool and its ring; null when there is no memory. */
function allocatePool(
  ndis: MiniportLibrary,
  adapter: MiniportAdapterHandle,
  count: number,
  bytes: number,
  firstCookie: number,
): BufferPool | null {
  const ring = allocateRing(ndis, adapter, nextPowerOfTwo(count + 1), FREE_BUFFER.bytes);
  if (ring === null) return null;
  const address = allocateShared(ndis, adapter, count * (bytes + STRIDE_SKEW_BYTES));
  if (address === 0) {
    ring.free(ndis, adapter);
    return null;
  }
  return new BufferPool(ring, bytes, firstCookie, address, count);
}

function freePool(ndis: MiniportLibrary, adapter: MiniportAdapterHandle, pool: BufferPool): void {
  pool.ring.free(ndis, adapter);
  ndis.NdisMFreeSharedMemory(adapter, pool.count * pool.stride, true, pool.address, pool.address);
}

/** The smallest ring size that has room for `value` entries. */
export function nextPowerOfTwo(value: number): number {
  let power = 8;
  while (power < value) power *= 2;
  return power;
}
