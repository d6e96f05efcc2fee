import { TRAIN_CAPACITY } from "../../wire/fibre.ts";

/** A ring of free buffers as the receive kernel sees it. */
export const FREE_RING = {
  words: 5,
  /** Address of the ring. */
  base: 0,
  head: 1,
  tail: 2,
  mask: 3,
  /** Bytes of each buffer. */
  bufferBytes: 4,
} as const;

const FREE_RINGS = 18;
const FRAMES = FREE_RINGS + 2 * FREE_RING.words;

/** What `FrameRuns` and its kernels tell each other: 32-bit words in the NIC's own memory. */
export const FRAME_RUNS = {
  words: FRAMES + TRAIN_CAPACITY,
  /** The transmit ring, or the receive completion ring. */
  ringBase: 0,
  ringHead: 1,
  ringTail: 2,
  ringMask: 3,
  /** Phase of the next receive completion, and how many there is room for. */
  phase: 4,
  room: 5,
  /** How many frames at most; how many are done, of a receive also where to begin. */
  limit: 6,
  done: 7,
  /** Cells and bytes of those frames. */
  cells: 8,
  bytes: 9,
  /** Where things lie in the world's memory: the frame store's tables, the VC table, the IOMMU's counts, the machine's memory. */
  frameHead: 10,
  frameRecords: 11,
  frameTimes: 12,
  vcEntries: 13,
  vcLookup: 14,
  iommuTable: 15,
  memoryStart: 16,
  memoryBytes: 17,
  /** FREE_RING of the small and of the large free buffers. */
  small: FREE_RINGS,
  large: FREE_RINGS + FREE_RING.words,
  /** The train: a frame id in each word. */
  frames: FRAMES,
} as const;
