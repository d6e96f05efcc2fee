import { compileKernels } from "../machine/memory.ts";
import type { FrameStore, Train } from "../wire/fibre.ts";
import type { BusMaster } from "./bus-master.ts";
import type { DescriptorRing } from "./descriptor-ring.ts";
import { FREE_RING, FRAME_RUNS as RUNS } from "./kernels/frame-runs-block.ts";
import { FRAME_RUNS_KERNEL } from "./kernels/frame-runs-kernel.ts";
import type { VcTable } from "./vc-table.ts";

const KERNELS = compileKernels(FRAME_RUNS_KERNEL);
// Constants of this file's own are constants to the engine's compiler; imported ones are loads.
const BLOCK = RUNS;
const RING = FREE_RING;
const WORD_BYTES = 4;

type Kernel = (block: number) => void;

/**
 * Ordinary frames in frame mode, a run at a time, as kernels in WebAssembly over the world's memory. A run ends at whatever is not
 * ordinary; what it leaves to the code around it comes out the same there, only slower.
 *
 * Transmitter and receiver have one each. {@link cells}, {@link bytes} and {@link phase} tell what the last run came to.
 */
export class FrameRuns {
  readonly #words: Int32Array;
  /** Index of the block's first word. */
  readonly #block: number;
  readonly #address: number;
  readonly #send: Kernel;
  readonly #receive: Kernel;

  /**
   * @param onBoard where its block of {@link FRAME_RUNS_BYTES} bytes lies in the world's memory, 4-byte aligned.
   */
  constructor(bus: BusMaster, frames: FrameStore, vcs: VcTable, onBoard: number) {
    const words = bus.memory.signedWords;
    const block = onBoard >>> 2;
    this.#words = words;
    this.#block = block;
    this.#address = onBoard;
    const kernels = bus.memory.instantiate(KERNELS);
    this.#send = kernels.send as Kernel;
    this.#receive = kernels.receive as Kernel;
    words[block + BLOCK.frameHead] = frames.headAddress;
    words[block + BLOCK.frameRecords] = frames.recordsAddress;
    words[block + BLOCK.frameTimes] = frames.timesAddress;
    words[block + BLOCK.vcEntries] = vcs.entriesAddress;
    words[block + BLOCK.vcLookup] = vcs.lookupAddress;
    words[block + BLOCK.iommuTable] = bus.iommu.tableAddress;
    words[block + BLOCK.memoryStart] = bus.iommu.window.start;
    words[block + BLOCK.memoryBytes] = bus.iommu.window.byteLength;
  }

  get cells(): number {
    return this.#words[this.#block + BLOCK.cells];
  }

  get bytes(): number {
    return this.#words[this.#block + BLOCK.bytes];
  }

  /**
   * Makes frames of descriptors: whole ones of one piece each, on VCs that nothing holds back. The ring has been found reachable.
   * Moves the ring's head and appends the frames to the train.
   * @param limit how many at most; the train has room for them.
   * @returns how many.
   */
  send(ring: DescriptorRing, train: Train, limit: number): number {
    const words = this.#words;
    const block = this.#block;
    words[block + BLOCK.ringBase] = ring.base;
    words[block + BLOCK.ringHead] = ring.head;
    words[block + BLOCK.ringTail] = ring.tail;
    words[block + BLOCK.ringMask] = ring.size - 1;
    words[block + BLOCK.limit] = limit;
    this.#send(this.#address);
    const sent = words[block + BLOCK.done];
    ring.head = words[block + BLOCK.ringHead];
    const { frames } = train;
    const first = block + BLOCK.frames;
    for (let i = 0; i < sent; i++) frames[train.count + i] = words[first + i];
    train.count += sent;
    return sent;
  }

  /** Takes a train up, for {@link receive}. */
  stage(train: Train): void {
    const words = this.#words;
    const { frames } = train;
    const first = this.#block + BLOCK.frames;
    for (let i = 0; i < train.count; i++) words[first + i] = frames[i];
    words[this.#block + BLOCK.limit] = train.count;
  }

  /**
   * Puts frames of the train into free buffers: whole ones that nothing happened to, for VCs that receive, each into one buffer. The
   * rings have been found reachable. Writes completions, moves the rings' indices and releases the frames.
   * @param from index in the train of the first frame to take.
   * @returns the index of the first one that it did not take.
   */
  receive(
    completions: DescriptorRing,
    phase: number,
    small: DescriptorRing,
    smallBytes: number,
    large: DescriptorRing,
    largeBytes: number,
    from: number,
  ): number {
    const words = this.#words;
    const block = this.#block;
    words[block + BLOCK.ringBase] = completions.base;
    words[block + BLOCK.ringTail] = completions.tail;
    words[block + BLOCK.ringMask] = completions.size - 1;
    words[block + BLOCK.phase] = phase;
    words[block + BLOCK.room] = completions.room;
    words[block + BLOCK.done] = from;
    this.#writeFreeRing(block + BLOCK.small, small, smallBytes);
    this.#writeFreeRing(block + BLOCK.large, large, largeBytes);
    this.#receive(this.#address);
    completions.tail = words[block + BLOCK.ringTail];
    small.head = words[block + BLOCK.small + RING.head];
    large.head = words[block + BLOCK.large + RING.head];
    return words[block + BLOCK.done];
  }

  /** The phase of the next completion after {@link receive}. */
  get phase(): number {
    return this.#words[this.#block + BLOCK.phase];
  }

  #writeFreeRing(at: number, ring: DescriptorRing, bufferBytes: number): void {
    const words = this.#words;
    words[at + RING.base] = ring.base;
    words[at + RING.head] = ring.head;
    words[at + RING.tail] = ring.tail;
    words[at + RING.mask] = ring.size - 1;
    words[at + RING.bufferBytes] = bufferBytes;
  }
}

/** What each {@link FrameRuns} takes of the NIC's own memory. */
export const FRAME_RUNS_BYTES = RUNS.words * WORD_BYTES;
