/**
 * What a port and a link exchange: frames (or the cells they are cut into), in bursts.
 *
 * Frames in flight lie in the world's one memory and are named by a small integer. A burst of them travels as a train, so that
 * the cost of an event is shared; every frame keeps its own arrival time.
 */

import { vcLabel, vcLabelVci, vcLabelVpi } from "./vc-label.ts";

/** The AAL5 CPCS-SDU alone: trailer and cells exist only by their numbers. */
export const FRAME_FORMAT_CPCS_SDU = 0;
/** Whole 53-byte cells with header and HEC, one after the other. */
export const FRAME_FORMAT_CELLS = 1;

/** Cell loss priority of the frame's cells is 1. */
export const FRAME_FLAG_CLP = 0x01;
/** A fault touched the frame: its CRC-32 is wrong. */
export const FRAME_FLAG_DAMAGED = 0x02;
/** Explicit forward congestion indication. */
export const FRAME_FLAG_CONGESTION = 0x04;

/** The largest frame: 65,535 bytes of SDU take 1,366 cells. */
export const FRAME_MAX_BYTES = 1_366 * 53;

/**
 * A frame's record: `words` 32-bit words in {@link FrameStore.records}, at `frame * words`, so that what belongs to one frame
 * lies in one cache line. Code that handles every frame reads and writes the words; all else uses the store's methods.
 */
export const FRAME_RECORD = {
  words: 8,
  /** Where the frame's bytes start in the world's memory. */
  address: 0,
  /** How many bytes it has. */
  length: 1,
  /** Its VPI and VCI, a VcLabel. */
  label: 2,
  /** FRAME_FORMAT_CPCS_SDU or FRAME_FORMAT_CELLS. */
  format: 3,
  /** How many cells it takes on the fibre. */
  cells: 4,
  /** FRAME_FLAG_*. */
  flags: 5,
  /** CPCS user-to-user indication << 8 | common part indicator, as they stand in an AAL5 trailer. */
  uuCpi: 6,
  /** The store's own: links free frames of a size class; while the frame is allocated, its class. */
  link: 7,
} as const;

/** Buffers come in these sizes, in bytes. */
export const FRAME_CLASS_BYTES = [128, 512, 2_048, 10_240, 73_728] as const;
const NO_FRAME = -1;

/** The words at the head of a store's tables: the first free frame of each size class, -1 for none, and how many are in use. */
export const FRAME_STORE_HEAD = { words: 16, firstFree: 0, inUse: FRAME_CLASS_BYTES.length } as const;

const WORD_BYTES = 4;
const TIME_BYTES = 8;
const LINE_BYTES = 64;

/**
 * Where frames in flight live. A frame id names a record and a buffer; a freed id keeps its buffer, and the last freed is reused first.
 * Tables and buffers lie in one window of the world's memory, so that kernels work on them, too.
 */
export class FrameStore {
  /** The world's memory. */
  readonly bytes: Uint8Array;
  readonly capacity: number;
  /** The records, {@link FRAME_RECORD.words} words each. */
  readonly records: Int32Array;
  /** By frame id: the virtual time at which its last bit is there; the link sets it. */
  readonly timeNs: Float64Array;
  /** Where the tables lie in the world's memory: {@link FRAME_STORE_HEAD}, the records, the times. */
  readonly headAddress: number;
  readonly recordsAddress: number;
  readonly timesAddress: number;

  readonly #head: Int32Array;
  readonly #end: number;
  #nextAddress: number;
  #nextId = 0;

  /**
   * @param bytes the world's memory.
   * @param start first byte of the store's own window, 64-byte aligned.
   * @param byteLength size of that window; {@link frameTableBytes} of it are for the tables.
   * @param capacity how many frames at most.
   * @throws RangeError when the window has no room for the tables.
   */
  constructor(bytes: Uint8Array, start: number, byteLength: number, capacity: number) {
    if (byteLength < frameTableBytes(capacity))
      throw new RangeError(`the tables of ${capacity} frames do not fit in a window of ${byteLength} bytes`);
    this.bytes = bytes;
    this.capacity = capacity;
    this.headAddress = start;
    this.recordsAddress = start + FRAME_STORE_HEAD.words * WORD_BYTES;
    this.timesAddress = this.recordsAddress + capacity * FRAME_RECORD.words * WORD_BYTES;
    this.#nextAddress = start + frameTableBytes(capacity);
    this.#end = start + byteLength;
    const { buffer, byteOffset } = bytes;
    this.#head = new Int32Array(buffer, byteOffset + this.headAddress, FRAME_STORE_HEAD.words);
    this.records = new Int32Array(buffer, byteOffset + this.recordsAddress, capacity * FRAME_RECORD.words);
    this.timeNs = new Float64Array(buffer, byteOffset + this.timesAddress, capacity);
    this.#head.fill(NO_FRAME, FRAME_STORE_HEAD.firstFree, FRAME_CLASS_BYTES.length);
    this.#head[FRAME_STORE_HEAD.inUse] = 0;
  }

  /** Frames allocated and not released. */
  get inUse(): number {
    return this.#head[FRAME_STORE_HEAD.inUse];
  }

  /** @returns a frame id for `byteLength` bytes (0 to 73,728), or -1 when the store is full. Its record is stale: {@link describe} it. */
  allocate(byteLength: number): number {
    let sizeClass = 0;
    while (sizeClass < FRAME_CLASS_BYTES.length && FRAME_CLASS_BYTES[sizeClass] < byteLength) sizeClass++;
    if (sizeClass === FRAME_CLASS_BYTES.length) return NO_FRAME;
    let frame = this.#head[FRAME_STORE_HEAD.firstFree + sizeClass];
    if (frame === NO_FRAME) {
      frame = this.#carve(FRAME_CLASS_BYTES[sizeClass]);
      if (frame === NO_FRAME) return NO_FRAME;
    }
    const { records } = this;
    const at = frame * FRAME_RECORD.words;
    this.#head[FRAME_STORE_HEAD.firstFree + sizeClass] = records[at + FRAME_RECORD.link];
    records[at + FRAME_RECORD.link] = sizeClass;
    records[at + FRAME_RECORD.length] = byteLength;
    this.#head[FRAME_STORE_HEAD.inUse]++;
    return frame;
  }

  release(frame: number): void {
    const { records } = this;
    const link = frame * FRAME_RECORD.words + FRAME_RECORD.link;
    const sizeClass = records[link];
    records[link] = this.#head[FRAME_STORE_HEAD.firstFree + sizeClass];
    this.#head[FRAME_STORE_HEAD.firstFree + sizeClass] = frame;
    this.#head[FRAME_STORE_HEAD.inUse]--;
  }

  /** Says what a frame is besides its bytes. */
  describe(frame: number, vpi: number, vci: number, format: number, cells: number, flags = 0, uu = 0, cpi = 0): void {
    const { records } = this;
    const at = frame * FRAME_RECORD.words;
    records[at + FRAME_RECORD.label] = vcLabel(vpi, vci);
    records[at + FRAME_RECORD.format] = format;
    records[at + FRAME_RECORD.cells] = cells;
    records[at + FRAME_RECORD.flags] = flags;
    records[at + FRAME_RECORD.uuCpi] = (uu << 8) | cpi;
  }

  /** Another frame with the same bytes and the same record; -1 when the store is full. */
  duplicate(frame: number): number {
    const { records } = this;
    const length = this.lengthOf(frame);
    const copy = this.allocate(length);
    if (copy === NO_FRAME) return NO_FRAME;
    const from = frame * FRAME_RECORD.words;
    records.copyWithin(
      copy * FRAME_RECORD.words + FRAME_RECORD.length,
      from + FRAME_RECORD.length,
      from + FRAME_RECORD.link,
    );
    const address = this.addressOf(frame);
    this.bytes.copyWithin(this.addressOf(copy), address, address + length);
    return copy;
  }

  addressOf(frame: number): number {
    return this.records[frame * FRAME_RECORD.words + FRAME_RECORD.address];
  }

  lengthOf(frame: number): number {
    return this.records[frame * FRAME_RECORD.words + FRAME_RECORD.length];
  }

  vpiOf(frame: number): number {
    return vcLabelVpi(this.records[frame * FRAME_RECORD.words + FRAME_RECORD.label]);
  }

  vciOf(frame: number): number {
    return vcLabelVci(this.records[frame * FRAME_RECORD.words + FRAME_RECORD.label]);
  }

  formatOf(frame: number): number {
    return this.records[frame * FRAME_RECORD.words + FRAME_RECORD.format];
  }

  cellsOf(frame: number): number {
    return this.records[frame * FRAME_RECORD.words + FRAME_RECORD.cells];
  }

  flagsOf(frame: number): number {
    return this.records[frame * FRAME_RECORD.words + FRAME_RECORD.flags];
  }

  uuOf(frame: number): number {
    return this.records[frame * FRAME_RECORD.words + FRAME_RECORD.uuCpi] >> 8;
  }

  cpiOf(frame: number): number {
    return this.records[frame * FRAME_RECORD.words + FRAME_RECORD.uuCpi] & 0xff;
  }

  addFlags(frame: number, flags: number): void {
    this.records[frame * FRAME_RECORD.words + FRAME_RECORD.flags] |= flags;
  }

  /** A frame of cells that has lost some. */
  shorten(frame: number, byteLength: number, cells: number): void {
    this.records[frame * FRAME_RECORD.words + FRAME_RECORD.length] = byteLength;
    this.records[frame * FRAME_RECORD.words + FRAME_RECORD.cells] = cells;
  }

  #carve(size: number): number {
    if (this.#nextId === this.capacity || this.#nextAddress + size > this.#end) return NO_FRAME;
    const frame = this.#nextId++;
    this.records[frame * FRAME_RECORD.words + FRAME_RECORD.address] = this.#nextAddress;
    this.records[frame * FRAME_RECORD.words + FRAME_RECORD.link] = NO_FRAME;
    this.#nextAddress += size;
    return frame;
  }
}

/** How many bytes of a store's window its tables take, a multiple of 64. */
export function frameTableBytes(capacity: number): number {
  const bytes = FRAME_STORE_HEAD.words * WORD_BYTES + capacity * (FRAME_RECORD.words * WORD_BYTES + TIME_BYTES);
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;
}

/** How many frames a train holds at most. */
export const TRAIN_CAPACITY = 64;

/** A burst of frames in the order in which they are sent. */
export class Train {
  readonly frames = new Int32Array(TRAIN_CAPACITY);
  count = 0;
}

/** Trains to be had and given back; makes new ones when it runs out. */
export class TrainPool {
  readonly #free: Train[] = [];
  #made = 0;

  take(): Train {
    const train = this.#free.pop();
    if (train !== undefined) return train;
    this.#made++;
    return new Train();
  }

  give(train: Train): void {
    train.count = 0;
    this.#free.push(train);
  }

  /** Trains taken and not given back. */
  get inUse(): number {
    return this.#made - this.#free.length;
  }
}

/** What every fibre of a world shares. */
export class Fibre {
  readonly frames: FrameStore;
  readonly trains: TrainPool;

  constructor(frames: FrameStore, trains: TrainPool) {
    this.frames = frames;
    this.trains = trains;
  }

  /** Releases the frames of a train and the train itself. */
  discard(train: Train): void {
    for (let i = 0; i < train.count; i++) this.frames.release(train.frames[i]);
    this.trains.give(train);
  }
}

/** Whoever is at the end of a fibre: a NIC's PHY or a switch port. */
export interface FibrePort {
  /** Takes ownership of the train and its frames. */
  receiveTrain(train: Train): void;
  linkStateChanged(up: boolean): void;
}

/** One direction of a link as its sender sees it. Faults, taps and delay are middleware with this same interface. */
export interface FibreDirection {
  /** Takes ownership of the train; its frames are serialised at the link's rate from max(now, {@link freeAtNs}). */
  transmitTrain(train: Train): void;
  /** When the last bit handed over so far has left, in virtual nanoseconds. */
  readonly freeAtNs: number;
  readonly up: boolean;
  readonly rateCellsPerSecond: number;
}
