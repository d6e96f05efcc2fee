import { Readable, Transform, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Session } from "../harness/workload.ts";
import { FrameSink, FrameSource } from "./numbered-frames.ts";
import { Waiting } from "./waiting.ts";

/** Batches that each of the four buffers on the way holds; the source ring holds more than all together. */
const BUFFERED = 16;
const SOURCE_BATCHES = BUFFERED * 8;

/**
 * readable.pipe(transform that copies).pipe(writable). Batch 1: a chunk is a frame; else streams in object mode, where a chunk
 * is an array of frames and each frame is copied into a buffer of its own.
 */
export class StreamSession implements Session {
  readonly #batch: number;
  readonly #source: FrameSource;
  readonly #sink: FrameSink;
  readonly #waiting = new Waiting();
  readonly #readable: Readable;
  readonly #writable: Writable;
  #toSend = 0;

  constructor(options: { readonly frameBytes: number; readonly batch: number }) {
    const { frameBytes, batch } = options;
    this.#batch = batch;
    this.#source = new FrameSource(frameBytes, SOURCE_BATCHES * batch);
    this.#sink = new FrameSink(frameBytes);
    const objectMode = batch > 1;
    const buffering = { objectMode, highWaterMark: objectMode ? BUFFERED : BUFFERED * frameBytes };
    this.#readable = new Readable({ ...buffering, read: () => this.#pump() });
    const transform = new Transform({
      ...buffering,
      transform: (chunk: Uint8Array | Uint8Array[], _encoding, done) =>
        done(null, chunk instanceof Uint8Array ? Buffer.from(chunk) : chunk.map((frame) => Buffer.from(frame))),
    });
    this.#writable = new Writable({
      ...buffering,
      write: (chunk: Uint8Array | Uint8Array[], _encoding, done) => {
        this.#take(chunk);
        done();
      },
    });
    this.#readable.pipe(transform).pipe(this.#writable);
  }

  async run(count: number): Promise<number> {
    const frames = Math.ceil(count / this.#batch) * this.#batch;
    this.#toSend += frames;
    this.#pump();
    await this.#waiting.until(this.#toSend);
    return frames;
  }

  async close(): Promise<void> {
    this.#readable.push(null);
    await finished(this.#writable);
  }

  #pump(): void {
    while (this.#source.made < this.#toSend && this.#readable.push(this.#chunk()));
  }

  #chunk(): Uint8Array | Uint8Array[] {
    if (this.#batch === 1) return this.#source.next();
    const chunk: Uint8Array[] = [];
    for (let i = 0; i < this.#batch; i++) chunk.push(this.#source.next());
    return chunk;
  }

  #take(chunk: Uint8Array | Uint8Array[]): void {
    try {
      if (chunk instanceof Uint8Array) this.#sink.take(chunk);
      else for (const frame of chunk) this.#sink.take(frame);
      this.#waiting.reached(this.#sink.received);
    } catch (error) {
      this.#waiting.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
