import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { CatalogEntry, Group } from "./catalog.ts";
import { CATALOG, GROUPS } from "./catalog.ts";
import type { SamplePlan } from "./harness/measure.ts";
import { FULL_SAMPLE, QUICK_SAMPLE } from "./harness/measure.ts";

export interface BenchOptions {
  readonly entries: readonly CatalogEntry[];
  readonly rounds: number;
  readonly plan: SamplePlan;
  readonly json: boolean;
  readonly list: boolean;
}

/** Wrong usage: one line for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const SAMPLES = 5;
const QUICK_SAMPLES = 2;
const MOST_SAMPLES = 1_000;

/** @returns null when help was asked for and written. @throws UsageError */
export function parseOptions(parameters: readonly string[], write: (text: string) => void): BenchOptions | null {
  const command = new Command("bench")
    .description("Measures send and receive and VC activation, and beside them what Node offers otherwise.")
    .argument("[GROUP...]", `what to measure: ${GROUPS.join(", ")} (default: all)`)
    .option("--only <ID>", "measure only this workload; may be given again", (id, ids) => [...ids, id], [] as string[])
    .option("--samples <N>", `samples of each workload (default: ${SAMPLES})`, parseSamples)
    .option("--quick", `${QUICK_SAMPLES} short samples of each: to see that it works, not to quote`)
    .option("--json", "print results as JSON")
    .option("--list", "print what can be measured")
    .helpOption("--help", "show help")
    .addHelpText(
      "after",
      "\nExit code: 0 fine, 2 bad usage, 3 a sample failed (its loss, or our own fault), 130 interrupted.",
    )
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} });
  try {
    command.parse([...parameters], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw new UsageError(
      error.message
        .replace(/^error: /, "")
        .replace(/\s+/g, " ")
        .trim(),
    );
  }
  const given = command.opts<{ only: string[]; samples?: number; quick?: true; json?: true; list?: true }>();
  const quick = given.quick === true;
  return {
    entries: select(command.args, given.only),
    rounds: given.samples ?? (quick ? QUICK_SAMPLES : SAMPLES),
    plan: quick ? QUICK_SAMPLE : FULL_SAMPLE,
    json: given.json === true,
    list: given.list === true,
  };
}

function select(groups: readonly string[], ids: readonly string[]): CatalogEntry[] {
  const unknownGroup = groups.find((group) => !GROUPS.includes(group as Group));
  if (unknownGroup !== undefined)
    throw new UsageError(`nothing is called '${unknownGroup}'; there are ${GROUPS.join(" and ")}`);
  const unknownId = ids.find((id) => !CATALOG.some(({ workload }) => workload.id === id));
  if (unknownId !== undefined) throw new UsageError(`--only ${unknownId}: no such workload; --list shows them`);
  const chosen = CATALOG.filter(
    ({ group, workload }) =>
      (groups.length === 0 || groups.includes(group)) && (ids.length === 0 || ids.includes(workload.id)),
  );
  if (chosen.length === 0) throw new UsageError(`--only ${ids.join(" ")}: not in ${groups.join(" ")}`);
  return chosen;
}

function parseSamples(text: string): number {
  const samples = Number(text);
  if (!/^\d+$/.test(text) || samples < 1 || samples > MOST_SAMPLES)
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST_SAMPLES} is right.`);
  return samples;
}
