import type { NdisIoWorkItemHandle, NdisObjectHandle } from "../ndis/index.ts";
import type { CommonLibrary } from "./library.ts";
import type { Quiet } from "./quiet.ts";

/** Work that waits for PASSIVE_LEVEL: one work item that empties a queue. */
export class Deferred {
  readonly #ndis: CommonLibrary;
  readonly #item: NdisIoWorkItemHandle;
  readonly #quiet: Quiet;
  readonly #tasks: (() => void)[] = [];
  #queued = false;

  private constructor(ndis: CommonLibrary, item: NdisIoWorkItemHandle, quiet: Quiet) {
    this.#ndis = ndis;
    this.#item = item;
    this.#quiet = quiet;
  }

  /** @param quiet is told when the queue is empty. */
  static create(ndis: CommonLibrary, owner: NdisObjectHandle, quiet: Quiet): Deferred | null {
    const item = ndis.NdisAllocateIoWorkItem(owner);
    return item === null ? null : new Deferred(ndis, item, quiet);
  }

  get isIdle(): boolean {
    return !this.#queued;
  }

  queue(task: () => void): void {
    this.#tasks.push(task);
    if (this.#queued) return;
    this.#queued = true;
    this.#ndis.NdisQueueIoWorkItem(this.#item, () => this.#run(), null);
  }

  free(): void {
    this.#ndis.NdisFreeIoWorkItem(this.#item);
  }

  #run(): void {
    this.#queued = false;
    for (const task of this.#tasks.splice(0)) task();
    this.#quiet.changed();
  }
}
