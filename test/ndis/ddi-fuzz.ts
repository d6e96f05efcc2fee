import fc from "fast-check";
import { BugCheck } from "../../src/machine/index.ts";
import type { Processor } from "../../src/machine/processor.ts";
import { isBlocking } from "../../src/machine/thread.ts";
import type { Ddi } from "../../src/ndis/ddi/catalog.ts";
import { WILD, WILD_OBJECTS } from "./wild-values.ts";

/*
 * Calls of DDIs with arguments that no documentation allows. What comes of them is a status, a default result or a bug check, and never
 * an exception of the core.
 */

export type Library = Readonly<Record<string, unknown>>;

/** Handles and structures for one kind of argument: alive, stale, foreign, half filled in. */
export type Pool = readonly unknown[];

/** An argument: garbage, or something from the pool. Each draws a maker, so that what NDIS wrote into stays out of the next call. */
export function wildArgument(pool: Pool): fc.Arbitrary<() => unknown> {
  const makers = [...WILD.map((value) => () => value), ...pool.map((value) => () => value), ...WILD_OBJECTS];
  return fc.oneof(
    fc.constantFrom(...makers),
    fc.integer().map((value) => () => value),
    fc.constantFrom(...(pool.length > 0 ? pool : [null])).map((value) => () => value),
  );
}

/** One call with as many arguments as the row has parameters, or one more or less. */
export function wildCall(row: Ddi, pool: Pool): fc.Arbitrary<readonly (() => unknown)[]> {
  const count = row.parameters.length;
  return fc.array(wildArgument(pool), { minLength: Math.max(0, count - 1), maxLength: count + 1 });
}

/**
 * Calls `name` with garbage. A body that blocks is run for its first steps.
 * @returns the bug check that came of it, or null.
 * @throws whatever else the core threw: that is what the test is for.
 */
export function callWildly(library: Library, name: string, makers: readonly (() => unknown)[]): BugCheck | null {
  const routine = library[name];
  if (typeof routine !== "function") throw new Error(`${name} is not in the library`);
  try {
    const result: unknown = routine(...makers.map((make) => make()));
    if (isBlocking(result)) result.next(false);
  } catch (error) {
    if (error instanceof BugCheck) return error;
    throw error;
  }
  return null;
}

/** The processor as it was before a call: garbage may have left it at another level, which is the driver's affair. */
export function restoringLevel<T>(processor: Processor, body: () => T): T {
  const { irql } = processor;
  try {
    return body();
  } finally {
    processor.irql = irql;
  }
}
