/** Median and range of repeated samples. */
export interface Figures {
  readonly median: number;
  /** Least and greatest sample. */
  readonly low: number;
  readonly high: number;
  /** How many samples there are. */
  readonly samples: number;
}

/** @throws RangeError without samples. */
export function figuresOf(samples: readonly number[]): Figures {
  if (samples.length === 0) throw new RangeError("no samples, no figures");
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted[sorted.length - 1], samples: sorted.length };
}
