import type { Blocking } from "../ndis/index.ts";
import { NDIS_EVENT } from "../ndis/index.ts";
import type { CommonLibrary } from "./library.ts";

/** How long a wait goes on without any change, in milliseconds. */
const PATIENCE_MS = 5_000;

/** Waits for something to end: whoever ends something says so, and the waiter looks again. */
export class Quiet {
  readonly #ndis: CommonLibrary;
  readonly #event = NDIS_EVENT();

  constructor(ndis: CommonLibrary) {
    this.#ndis = ndis;
    ndis.NdisInitializeEvent(this.#event);
  }

  changed(): void {
    this.#ndis.NdisSetEvent(this.#event);
  }

  /** Until `done()` holds, or nothing has changed for a while. */
  *until(done: () => boolean): Blocking<void> {
    while (!done()) {
      this.#ndis.NdisResetEvent(this.#event);
      const signalled = yield* this.#ndis.NdisWaitEvent(this.#event, PATIENCE_MS);
      if (!signalled) return;
    }
  }
}
