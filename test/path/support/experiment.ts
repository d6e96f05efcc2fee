import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { exitCodeOf } from "../../../src/cli/summary.ts";
import type { RunOptions, RunSummary } from "../../../src/lab/run.ts";
import { runScenario } from "../../../src/lab/run.ts";
import { formatInputError, InputError } from "../../../src/lab/scenario/input-error.ts";
import { parseScenario } from "../../../src/lab/scenario/load-scenario.ts";

const PREFIX = "47.0005.80.ffe100.0000.f21a.26d8";

/** AESAs below one prefix; the network knows alice, bob and carol only. */
export const ADDRESS = {
  alice: `${PREFIX}.0020ea000001.00`,
  bob: `${PREFIX}.0020ea000002.00`,
  carol: `${PREFIX}.0020ea000003.00`,
  /** Below the prefix that the switch serves, and nobody's. */
  nobody: `${PREFIX}.0020ea0000ff.00`,
  /** Below another prefix. */
  elsewhere: "39.840f.80.ffe100.0000.f21a.26d8.0020ea000001.00",
} as const;

/** Two hosts with a NIC each. */
export const TWO_HOSTS = `hosts:
  - {name: alice, nics: [{address: ${ADDRESS.alice}}]}
  - {name: bob, nics: [{address: ${ADDRESS.bob}}]}
`;

export const MODES = ["frame", "cell"] as const;

/** Runs a scenario from its text. Without `outDir` nothing is written. @param file where it is said to lie. */
export function run(text: string, options: RunOptions = {}, file = "/nowhere/s.yaml"): RunSummary {
  const scenario = parseScenario(text, file);
  if (scenario instanceof InputError) throw new Error(formatInputError(scenario));
  if (options.outDir !== undefined) mkdirSync(options.outDir, { recursive: true });
  return runScenario(scenario, options);
}

/** A run whose files can be read. */
export function recorded(folder: string, text: string, options: RunOptions = {}): RecordedRun {
  return new RecordedRun(folder, run(text, { ...options, outDir: folder }));
}

/** The trace of a run that nobody needs the other files of. */
export function traceOf(text: string): TraceEvent[] {
  const folder = mkdtempSync(join(tmpdir(), "vmcm-"));
  try {
    return recorded(folder, text).trace();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface TraceEvent {
  timeNs: number;
  source: string;
  kind: string;
  name: string;
  fields: Record<string, string | number | boolean | null>;
}

export class RecordedRun {
  readonly folder: string;
  readonly summary: RunSummary;

  constructor(folder: string, summary: RunSummary) {
    this.folder = folder;
    this.summary = summary;
  }

  path(what: string): string {
    return join(this.folder, this.summary.files[what] ?? what);
  }

  text(what: string): string {
    return readFileSync(this.path(what), "utf8");
  }

  trace(): TraceEvent[] {
    return this.text("trace")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
}

/** Nothing is alive any more, neither on a host nor in the network, and nobody broke a rule. */
export function expectClean(summary: RunSummary): void {
  expect(summary.findings).toEqual([]);
  expect(leftovers(summary)).toEqual({});
}

/** Whatever became of its calls, the run ended by itself, nothing is alive, nobody broke a rule, and the exit code is 0. */
export function expectOrderly(summary: RunSummary): void {
  expectClean(summary);
  expect([summary.stopped, exitCodeOf(summary)]).toEqual(["finished", 0]);
}

/** What is left, by place and kind. */
export function leftovers({ hosts, network }: RunSummary): Record<string, number> {
  const left = [...hosts, network].flatMap((place) =>
    Object.entries(place.leftovers).map(([kind, count]): [string, number] => [`${place.name} ${kind}`, count]),
  );
  return Object.fromEntries(left.filter(([, count]) => count !== 0));
}

/** How calls ended, as "count x status/cause". */
export function outcomes({ calls }: RunSummary): string[] {
  return calls.outcomes.map(({ count, status, cause }) => `${count} x ${status}/${cause ?? "-"}`);
}
