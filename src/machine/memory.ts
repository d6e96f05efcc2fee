import { MEMORY_KERNEL } from "./kernels/memory-kernel.ts";

/**
 * The memory of a world: one WebAssembly.Memory, cut into windows. Each machine's physical memory is a window, and so are the
 * frames in flight, so that copying, segmenting and checking work in place and a window check is an IOMMU.
 *
 * An address is a byte offset into the world's memory, for drivers and devices alike; 0 is the null pointer.
 */

/** Compiled kernels: a WebAssembly.Module, a name that the types of Node do not have. */
export type Kernels = object;

/** Compiled once for all worlds; each makes an instance over its own memory. @param assembled base64, from scripts/build-kernels.ts. */
export function compileKernels(assembled: string): Kernels {
  return new WebAssembly.Module(Buffer.from(assembled, "base64"));
}

const KERNELS = compileKernels(MEMORY_KERNEL);

type CopyKernel = (to: number, from: number, length: number) => void;

const WASM_PAGE_BYTES = 65_536;
/**
 * Where physical address space ends for memory, and that of registers begins. Both lie below 2^31: the engine has such integers in
 * registers, and puts larger ones into boxes.
 */
export const MEMORY_LIMIT = 0x7000_0000;
/** Below this nothing is ever placed, so that a null pointer plus a small offset is caught. */
const NULL_GUARD_BYTES = 4_096;

export class WorldMemory {
  readonly #memory: WebAssembly.Memory;
  /** The whole memory as bytes and as little-endian 32-bit words (index = address >> 2). */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** The same words signed: what the engine computes with in a register, where an unsigned one may take a box. */
  readonly signedWords: Int32Array;
  /** Copies `length` bytes from one place to another; the ranges do not overlap. */
  readonly copy: CopyKernel;
  readonly #instances = new Map<Kernels, WebAssembly.Instance>();
  /** What lies between is not in any window yet. */
  #next = NULL_GUARD_BYTES;
  #end: number;

  /**
   * @param byteLength total size; rounded up to 64 KiB. It never grows: growing would detach every view.
   * @throws RangeError when it is more than MEMORY_LIMIT.
   */
  constructor(byteLength: number) {
    if (byteLength > MEMORY_LIMIT)
      throw new RangeError(`a world of ${byteLength} bytes: ${MEMORY_LIMIT} are the limit`);
    const pages = Math.ceil(byteLength / WASM_PAGE_BYTES);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.bytes = new Uint8Array(this.#memory.buffer);
    this.#end = this.bytes.length;
    this.words = new Uint32Array(this.#memory.buffer);
    this.signedWords = new Int32Array(this.#memory.buffer);
    this.copy = this.instantiate(KERNELS).copy as CopyKernel;
  }

  /** Kernels over this memory, one instance for all who ask. @returns what they export, by name. */
  instantiate(kernels: Kernels): Record<string, unknown> {
    let instance = this.#instances.get(kernels);
    if (instance === undefined) {
      instance = new WebAssembly.Instance(kernels as WebAssembly.Module, { world: { memory: this.#memory } });
      this.#instances.set(kernels, instance);
    }
    return instance.exports;
  }

  /** Cuts the next window for a machine off. @throws RangeError when the world's memory is too small. */
  reserve(byteLength: number): MemoryWindow {
    const size = this.#wholePages(byteLength);
    const start = this.#next;
    this.#next = start + size;
    return new MemoryWindow(this, start, size);
  }

  /**
   * A window for what devices and fibres keep. These come from the far end, above every machine's memory, where a driver's view of
   * memory does not reach: a wild store is the driver's harm alone.
   * @throws RangeError when the world's memory is too small.
   */
  reserveForDevices(byteLength: number): MemoryWindow {
    const size = this.#wholePages(byteLength);
    this.#end -= size;
    return new MemoryWindow(this, this.#end, size);
  }

  #wholePages(byteLength: number): number {
    const size = Math.ceil(byteLength / PAGE_BYTES) * PAGE_BYTES;
    const left = this.#end - this.#next;
    if (size <= left) return size;
    throw new RangeError(
      `a window of ${byteLength} bytes does not fit: ${left} of ${this.bytes.length} bytes are left`,
    );
  }
}

/** The granularity of physical memory and of the IOMMU, in bytes. */
export const PAGE_BYTES = 4_096;

export class MemoryWindow {
  readonly world: WorldMemory;
  readonly start: number;
  readonly byteLength: number;

  constructor(world: WorldMemory, start: number, byteLength: number) {
    this.world = world;
    this.start = start;
    this.byteLength = byteLength;
  }

  get end(): number {
    return this.start + this.byteLength;
  }

  contains(address: number, length: number): boolean {
    return address >= this.start && length >= 0 && address + length <= this.end;
  }
}

const SMALLEST_CLASS_BITS = 6;
const CLASS_COUNT = 26;

/**
 * Allocates from a window in power-of-two classes (64 bytes and up, each block aligned to its class up to a page).
 * Constant time, no coalescing; what is freed serves the next request of its class.
 */
export class MemoryAllocator {
  readonly window: MemoryWindow;
  #next: number;
  readonly #free: number[][] = Array.from({ length: CLASS_COUNT }, () => []);
  readonly #blocks = new Map<number, number>();
  #bytesInUse = 0;

  constructor(window: MemoryWindow) {
    this.window = window;
    this.#next = window.start;
  }

  /** Bytes that were asked for and not freed yet. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  get blocksInUse(): number {
    return this.#blocks.size;
  }

  /** @returns the address of `byteLength` bytes, or 0 when the window has no room left. Contents are undefined. */
  allocate(byteLength: number): number {
    if (!(byteLength > 0 && byteLength <= this.window.byteLength)) return 0;
    const bits = Math.max(SMALLEST_CLASS_BITS, 32 - Math.clz32(byteLength - 1));
    const reused = this.#free[bits - SMALLEST_CLASS_BITS].pop();
    const address = reused ?? this.#carve(2 ** bits);
    if (address === 0) return 0;
    this.#blocks.set(address, byteLength);
    this.#bytesInUse += byteLength;
    return address;
  }

  /** The length that was asked for at `address`, or 0 when no block starts there. */
  lengthOf(address: number): number {
    return this.#blocks.get(address) ?? 0;
  }

  /** Whether the range lies within one block that is in use. */
  holds(address: number, length: number): boolean {
    for (const [start, byteLength] of this.#blocks)
      if (address >= start && address + length <= start + byteLength) return true;
    return false;
  }

  /** @returns false when no block starts at `address` (never allocated, or freed already). */
  free(address: number): boolean {
    const byteLength = this.#blocks.get(address);
    if (byteLength === undefined) return false;
    this.#blocks.delete(address);
    this.#bytesInUse -= byteLength;
    const bits = Math.max(SMALLEST_CLASS_BITS, 32 - Math.clz32(byteLength - 1));
    this.#free[bits - SMALLEST_CLASS_BITS].push(address);
    return true;
  }

  #carve(blockBytes: number): number {
    const alignment = Math.min(blockBytes, PAGE_BYTES);
    const address = Math.ceil(this.#next / alignment) * alignment;
    if (address + blockBytes > this.window.end) return 0;
    this.#next = address + blockBytes;
    return address;
  }
}
