import type { SunatmWriter } from "./sunatm-writer.ts";

/** Frames may wait until so many bytes of them do: many times what all ports have under way at a moment. */
const WAITING_BYTES = 8 * 2 ** 20;

/** What a {@link PortCapture} writes to. */
export type FrameWriter = Pick<SunatmWriter, "addInterface" | "writeFrame">;

interface WaitingFrame {
  readonly timeNs: number;
  /** Frames of one time keep the order in which they came. */
  readonly sequence: number;
  readonly interfaceIndex: number;
  readonly fromHost: boolean;
  readonly vpi: number;
  readonly vci: number;
  readonly bytes: Uint8Array;
}

/**
 * Puts frames in the order of their times before they are written. A tap sees the frames of a burst together, with the times at which
 * each of them leaves or has arrived, so that the times of several ports overlap.
 */
export class FrameSorter implements FrameWriter {
  readonly #writer: FrameWriter;
  /** A binary heap, the earliest frame first. */
  readonly #waiting: WaitingFrame[] = [];
  #waitingBytes = 0;
  #sequence = 0;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  addInterface(name: string): number {
    return this.#writer.addInterface(name);
  }

  writeFrame(
    interfaceIndex: number,
    timeNs: number,
    fromHost: boolean,
    vpi: number,
    vci: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    const copy = bytes.slice(offset, offset + length);
    this.#push({ timeNs, sequence: this.#sequence++, interfaceIndex, fromHost, vpi, vci, bytes: copy });
    this.#waitingBytes += length;
    while (this.#waitingBytes > WAITING_BYTES) this.#writeFirst();
  }

  /** Writes what still waits. */
  flush(): void {
    while (this.#waiting.length > 0) this.#writeFirst();
  }

  #writeFirst(): void {
    const { timeNs, interfaceIndex, fromHost, vpi, vci, bytes } = this.#pop();
    this.#waitingBytes -= bytes.length;
    this.#writer.writeFrame(interfaceIndex, timeNs, fromHost, vpi, vci, bytes, 0, bytes.length);
  }

  #push(frame: WaitingFrame): void {
    const heap = this.#waiting;
    let place = heap.length;
    heap.push(frame);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(frame, heap[parent])) break;
      heap[place] = heap[parent];
      place = parent;
    }
    heap[place] = frame;
  }

  #pop(): WaitingFrame {
    const heap = this.#waiting;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined) throw new RangeError("no frame waits");
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(a: WaitingFrame, b: WaitingFrame): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.sequence < b.sequence);
}
