import type { CatalogEntry } from "../catalog.ts";
import type { SamplePlan } from "./measure.ts";
import type { TakeSample } from "./sample-process.ts";
import type { Figures } from "./statistics.ts";
import { figuresOf } from "./statistics.ts";
import type { Unit } from "./workload.ts";

export interface Result extends Figures {
  readonly id: string;
  readonly unit: Unit;
}

/** Median over median. */
export interface Ratio {
  readonly id: string;
  readonly value: number;
}

export interface Progress {
  readonly round: number;
  readonly rounds: number;
  readonly id: string;
  /** Samples taken so far, of how many. */
  readonly taken: number;
  readonly total: number;
}

export interface RoundsOptions {
  readonly rounds: number;
  readonly plan: SamplePlan;
  readonly takeSample: TakeSample;
  readonly onProgress: (progress: Progress) => void;
  /** Asked before every sample; true ends the rounds with what there is. */
  readonly shouldStop: () => boolean;
}

/**
 * A sample of every workload, and again: what disturbs the machine for a while disturbs all alike.
 * @returns samples in units per second by workload id, in the catalog's order.
 */
export async function takeRounds(
  entries: readonly CatalogEntry[],
  options: RoundsOptions,
): Promise<Map<string, number[]>> {
  const { rounds, plan, takeSample, onProgress, shouldStop } = options;
  const samples = new Map<string, number[]>(entries.map(({ workload }) => [workload.id, []]));
  const total = rounds * entries.length;
  let taken = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const { workload } of entries) {
      const { id } = workload;
      if (shouldStop()) return samples;
      onProgress({ round, rounds, id, taken, total });
      try {
        samples.get(id)?.push(await takeSample({ id, ...plan }));
      } catch (error) {
        if (shouldStop()) return samples;
        throw error;
      }
      taken++;
    }
  }
  return samples;
}

/** Figures of every workload that has samples. */
export function resultsOf(entries: readonly CatalogEntry[], samples: ReadonlyMap<string, readonly number[]>): Result[] {
  return entries.flatMap(({ workload: { id, unit } }) => {
    const rates = samples.get(id) ?? [];
    return rates.length === 0 ? [] : [{ id, unit, ...figuresOf(rates) }];
  });
}

/** Each workload over each of its baselines, where both have figures; the id is `workload/baseline`. */
export function ratiosOf(entries: readonly CatalogEntry[], results: readonly Result[]): Ratio[] {
  const median = new Map(results.map((result) => [result.id, result.median]));
  return entries.flatMap(({ workload, baselines }) =>
    baselines.flatMap((other) => {
      const ours = median.get(workload.id);
      const theirs = median.get(other);
      return ours === undefined || theirs === undefined
        ? []
        : [{ id: `${workload.id}/${other}`, value: ours / theirs }];
    }),
  );
}
