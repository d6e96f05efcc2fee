import type { SeededRandom } from "../../machine/random.ts";

/** When packets come: the gap before each, in whole virtual nanoseconds. */
export interface Arrivals {
  nextGapNs(): number;
}

/** As fast as they are taken. */
export class BackToBackArrivals implements Arrivals {
  nextGapNs(): number {
    return 0;
  }
}

/** Batches at an even rate; the packets of a batch come at once. */
export class EvenArrivals implements Arrivals {
  readonly #batch: number;
  readonly #nsPerBatch: number;
  #packet = 0;
  #lastNs = 0;

  constructor(packetsPerSecond: number, batch: number) {
    this.#batch = batch;
    this.#nsPerBatch = (batch * 1e9) / packetsPerSecond;
  }

  nextGapNs(): number {
    // Each batch is placed from the start, so that rounding to nanoseconds does not add up.
    const dueNs = Math.round(Math.floor(this.#packet++ / this.#batch) * this.#nsPerBatch);
    const gapNs = dueNs - this.#lastNs;
    this.#lastNs = dueNs;
    return gapNs;
  }
}

/** A Poisson process of batches: the gaps are exponentially distributed. */
export class PoissonArrivals implements Arrivals {
  readonly #batch: number;
  readonly #meanNs: number;
  readonly #random: SeededRandom;
  #packet = 0;

  constructor(packetsPerSecond: number, batch: number, random: SeededRandom) {
    this.#batch = batch;
    this.#meanNs = (batch * 1e9) / packetsPerSecond;
    this.#random = random;
  }

  nextGapNs(): number {
    const opensBatch = this.#packet++ % this.#batch === 0;
    return opensBatch ? Math.round(nextExponential(this.#random) * this.#meanNs) : 0;
  }
}

/**
 * An exponentially distributed number of mean 1 by von Neumann's comparison method (1951). It needs no logarithm, whose last bit may
 * differ between machines: the same seed gives the same traffic everywhere.
 */
export function nextExponential(random: SeededRandom): number {
  for (let whole = 0; ; whole++) {
    const first = random.nextDouble();
    let last = first;
    let runLength = 1;
    for (;;) {
      const next = random.nextDouble();
      if (next >= last) break;
      last = next;
      runLength++;
    }
    if (runLength % 2 === 1) return whole + first;
  }
}
