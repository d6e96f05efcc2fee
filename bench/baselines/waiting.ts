import { LossError } from "../harness/workload.ts";

const SILENCE_MS = 5_000;

/** Waits until a count has been reached; whoever counts says so. */
export class Waiting {
  #target = 0;
  #reached = 0;
  #done: (() => void) | null = null;
  #failed: ((error: Error) => void) | null = null;

  /** Waits for `target`. @throws LossError when nothing comes for a while. */
  async until(target: number): Promise<void> {
    this.#target = target;
    if (this.#reached >= target) return;
    let seen = -1;
    const watch = setInterval(() => {
      if (seen === this.#reached) this.fail(new LossError(`nothing came after ${seen} of ${target}`));
      seen = this.#reached;
    }, SILENCE_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#done = resolve;
        this.#failed = reject;
      });
    } finally {
      clearInterval(watch);
      this.#done = null;
      this.#failed = null;
    }
  }

  reached(count: number): void {
    this.#reached = count;
    if (count >= this.#target && this.#done !== null) this.#done();
  }

  fail(error: Error): void {
    this.#failed?.(error);
  }
}
