import { Worker } from "node:worker_threads";
import type { Session } from "../harness/workload.ts";
import { LossError } from "../harness/workload.ts";
import { FrameSource } from "./numbered-frames.ts";
import { Waiting } from "./waiting.ts";

export interface WorkerMessageOptions {
  readonly frameBytes: number;
  readonly batch: number;
  /** Whether frames are copied by structured clone, or into a buffer of their own that is transferred. */
  readonly by: "clone" | "transfer";
}

const WORKER = new URL("./frame-counting-worker.js", import.meta.url);
/** Frames that the worker has not acknowledged, at most; the worker acknowledges four times as often. */
const WINDOW_FRAMES = 1_024;
const WINDOW_BYTES = 2 ** 20;

/** worker.postMessage(frame or array of frames); the worker counts, checks and acknowledges. */
export class WorkerMessageSession implements Session {
  readonly #options: WorkerMessageOptions;
  readonly #worker: Worker;
  readonly #source: FrameSource;
  readonly #windowFrames: number;
  readonly #waiting = new Waiting();
  #acknowledged = 0;
  #toSend = 0;

  constructor(options: WorkerMessageOptions) {
    const { frameBytes, batch } = options;
    this.#options = options;
    this.#windowFrames = Math.max(batch * 4, Math.min(WINDOW_FRAMES, Math.floor(WINDOW_BYTES / frameBytes)));
    this.#source = new FrameSource(frameBytes, batch);
    this.#worker = new Worker(WORKER, {
      workerData: { frameBytes, acknowledgeEvery: this.#windowFrames >> 2 },
      execArgv: [],
    });
    this.#worker.on("error", (error) => this.#waiting.fail(error));
    this.#worker.on("message", (received: number) => this.#acknowledge(received));
  }

  async run(count: number): Promise<number> {
    const { batch } = this.#options;
    const frames = Math.ceil(count / batch) * batch;
    this.#toSend += frames;
    this.#send();
    await this.#waiting.until(this.#toSend);
    return frames;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #acknowledge(received: number): void {
    if (received < 0) {
      this.#waiting.fail(new LossError(`frame ${-received} is lost, late or damaged`));
      return;
    }
    this.#acknowledged = received;
    this.#send();
    this.#waiting.reached(received);
  }

  #send(): void {
    const { batch, by } = this.#options;
    const source = this.#source;
    while (source.made < this.#toSend && source.made - this.#acknowledged + batch <= this.#windowFrames) {
      const frames: Uint8Array[] = [];
      for (let i = 0; i < batch; i++) frames.push(by === "clone" ? source.next() : source.next().slice());
      const moved = by === "clone" ? [] : frames.map((frame) => frame.buffer as ArrayBuffer);
      this.#worker.postMessage(batch === 1 ? frames[0] : frames, moved);
    }
    // What is left after the last whole quarter of the window is asked for.
    if (source.made === this.#toSend && this.#acknowledged < this.#toSend) this.#worker.postMessage(null);
  }
}
