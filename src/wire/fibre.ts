/**
 * What a port and a link exchange: frames (or the cells they are cut into), in bursts.
 *
 * Frames in flight lie in the world's one memory and are named by a small integer. A burst of them travels as a train, so that
 * the cost of an event is shared; every frame keeps its own arrival time.
 */

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

const CLASS_BYTES = [128, 512, 2_048, 10_240, 73_728] as const;

/** Where frames in flight live. Frame ids index the metadata arrays; a freed id keeps its buffer, and the last freed is reused first. */
export class FrameStore {
  /** The world's memory. */
  readonly bytes: Uint8Array;
  readonly capacity: number;
  /** Where the frame's bytes start. */
  readonly address: Int32Array;
  /** How many bytes it has. */
  readonly length: Int32Array;
  readonly vpi: Uint16Array;
  readonly vci: Uint16Array;
  readonly format: Uint8Array;
  /** How many cells it takes on the fibre. */
  readonly cells: Int32Array;
  readonly flags: Uint8Array;
  /** CPCS user-to-user indication and common part indicator. */
  readonly uu: Uint8Array;
  readonly cpi: Uint8Array;
  /** Virtual time at which its last bit is there; the link sets it. */
  readonly timeNs: Float64Array;

  readonly #end: number;
  readonly #classOf: Uint8Array;
  readonly #freeIds: Int32Array[];
  readonly #freeCounts = new Int32Array(CLASS_BYTES.length);
  #nextAddress: number;
  #nextId = 0;
  #inUse = 0;

  /**
   * @param bytes the world's memory.
   * @param start first byte of the store's own window, 64-byte aligned.
   * @param byteLength size of that window.
   * @param capacity how many frames at most.
   */
  constructor(bytes: Uint8Array, start: number, byteLength: number, capacity: number) {
    this.bytes = bytes;
    this.capacity = capacity;
    this.#nextAddress = start;
    this.#end = start + byteLength;
    this.address = new Int32Array(capacity);
    this.length = new Int32Array(capacity);
    this.vpi = new Uint16Array(capacity);
    this.vci = new Uint16Array(capacity);
    this.format = new Uint8Array(capacity);
    this.cells = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.uu = new Uint8Array(capacity);
    this.cpi = new Uint8Array(capacity);
    this.timeNs = new Float64Array(capacity);
    this.#classOf = new Uint8Array(capacity);
    this.#freeIds = CLASS_BYTES.map(() => new Int32Array(capacity));
  }

  /** Frames allocated and not released. */
  get inUse(): number {
    return this.#inUse;
  }

  /** @returns a frame id for `byteLength` bytes (0 to 73,728), or -1 when the store is full. Its metadata is stale: set all of it. */
  allocate(byteLength: number): number {
    let sizeClass = 0;
    while (CLASS_BYTES[sizeClass] < byteLength) sizeClass++;
    if (sizeClass >= CLASS_BYTES.length) return -1;
    const free = this.#freeCounts[sizeClass];
    let frame: number;
    if (free > 0) {
      this.#freeCounts[sizeClass] = free - 1;
      frame = this.#freeIds[sizeClass][free - 1];
    } else {
      frame = this.#carve(sizeClass);
      if (frame < 0) return -1;
    }
    this.length[frame] = byteLength;
    this.#inUse++;
    return frame;
  }

  release(frame: number): void {
    const sizeClass = this.#classOf[frame];
    this.#freeIds[sizeClass][this.#freeCounts[sizeClass]++] = frame;
    this.#inUse--;
  }

  #carve(sizeClass: number): number {
    const size = CLASS_BYTES[sizeClass];
    if (this.#nextId === this.capacity || this.#nextAddress + size > this.#end) return -1;
    const frame = this.#nextId++;
    this.address[frame] = this.#nextAddress;
    this.#nextAddress += size;
    this.#classOf[frame] = sizeClass;
    return frame;
  }
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
