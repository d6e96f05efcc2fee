import { LossError } from "../harness/workload.ts";

/** A ring of source buffers with the same bytes as the frames of the throughput workloads: number in front, then a pattern. */
export class FrameSource {
  readonly #buffers: Uint8Array[] = [];
  #next = 0;
  #made = 0;

  /** @param count buffers: a buffer is filled again after as many frames. */
  constructor(frameBytes: number, count: number) {
    for (let i = 0; i < count; i++) {
      this.#buffers.push(new Uint8Array(new ArrayBuffer(frameBytes)).map((_, offset) => offset & 0xff));
    }
  }

  /** Frames made so far; the number of the last one. */
  get made(): number {
    return this.#made;
  }

  next(): Uint8Array {
    const frame = this.#buffers[this.#next];
    this.#next = this.#next + 1 === this.#buffers.length ? 0 : this.#next + 1;
    const number = ++this.#made;
    frame[0] = number;
    frame[1] = number >> 8;
    frame[2] = number >> 16;
    frame[3] = number >> 24;
    return frame;
  }
}

/** Counts frames and sees to it that each has its length and is the next one. */
export class FrameSink {
  readonly #frameBytes: number;
  #received = 0;

  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  get received(): number {
    return this.#received;
  }

  /** @throws LossError */
  take(frame: Uint8Array): void {
    const number = frame[0] | (frame[1] << 8) | (frame[2] << 16) | (frame[3] << 24);
    this.#received++;
    if (frame.length !== this.#frameBytes || number !== (this.#received | 0))
      throw new LossError(`frame ${this.#received} is lost, late or damaged`);
  }
}
