import { FREE_BUFFER } from "../device/datasheet/index.ts";
import type { MiniportAdapterHandle, MiniportCallManagerLibrary } from "../ndis/index.ts";
import type { SharedRing } from "./shared-ring.ts";
import { allocateRing, allocateShared } from "./shared-ring.ts";

/** Buffers at powers of two would all begin in the same few sets of a processor cache. */
const STRIDE_SKEW_BYTES = 64;

/** Buffers of one size: their ring, and for each buffer its address and the list that shows it to NDIS. */
export class BufferPool {
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

/** Allocates a pool and its ring; null when there is no memory. */
export function allocatePool(
  ndis: MiniportCallManagerLibrary,
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

export function freePool(ndis: MiniportCallManagerLibrary, adapter: MiniportAdapterHandle, pool: BufferPool): void {
  pool.ring.free(ndis, adapter);
  ndis.NdisMFreeSharedMemory(adapter, pool.count * pool.stride, true, pool.address, pool.address);
}

/** The smallest ring size that has room for `value` entries. */
export function nextPowerOfTwo(value: number): number {
  let power = 8;
  while (power < value) power *= 2;
  return power;
}
