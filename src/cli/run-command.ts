import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { RunSummary } from "../lab/run.ts";
import { formatInputError, InputError } from "../lab/scenario/input-error.ts";
import { loadScenario } from "../lab/scenario/load-scenario.ts";
import type { Scenario } from "../lab/scenario/scenario.ts";
import { EXIT_INTERRUPTED, UsageError } from "./exit-code.ts";
import { ProgressLine } from "./progress.ts";
import { RunFolder, SUMMARY_FILE } from "./run-folder.ts";
import { exitCodeOf, formatSummary } from "./summary.ts";
import { columnsOf, paintFor } from "./text.ts";
import type { WorkOrder, WorkReport } from "./worker.ts";

const LARGEST_SEED = 0xffff_ffff;

export interface RunCommandOptions {
  readonly seed?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** A fault in the run's thread; the stack is that thread's. */
class ThreadFault extends Error {
  constructor(stack: string) {
    super(stack.split("\n", 1)[0]);
    this.stack = stack;
  }
}

/** `vmcm run`. @returns the exit code. @throws UsageError for bad input, before anything is written. */
export async function runCommand(file: string, options: RunCommandOptions, engineUrl: string): Promise<number> {
  const seed = options.seed === undefined ? null : parseSeed(options.seed);
  const scenario = loadScenario(file);
  if (scenario instanceof InputError) throw new UsageError(formatInputError(scenario));
  const usedSeed = seed ?? scenario.seed;
  const folder = new RunFolder(options.out ?? join("runs", `${scenario.name}-${usedSeed}`));
  let summary: RunSummary | null;
  try {
    summary = await runInThread(scenario, usedSeed, folder.partialPath, engineUrl);
    if (summary === null) {
      folder.discard();
      return EXIT_INTERRUPTED;
    }
    summary = { ...summary, files: namedFiles(summary, folder) };
    writeFileSync(join(folder.partialPath, SUMMARY_FILE), `${JSON.stringify(summary, null, 2)}\n`);
    folder.keep();
  } catch (error) {
    folder.discard();
    throw error;
  }
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...summary, outDir: folder.path }, null, 2)}\n`
      : formatSummary(summary, folder.path, paintFor(process.stdout), columnsOf(process.stdout)),
  );
  return exitCodeOf(summary);
}

function parseSeed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= LARGEST_SEED) return Number(text);
  throw new UsageError(`--seed ${text}: a seed is a whole number from 0 to ${LARGEST_SEED}`);
}

function namedFiles(summary: RunSummary, folder: RunFolder): Record<string, string> {
  const named = Object.entries(summary.files).map(([what, path]): [string, string] => [what, folder.nameOf(path)]);
  return { ...Object.fromEntries(named), summary: SUMMARY_FILE };
}

/**
 * Runs the engine in a thread of its own, so that this one hears Ctrl-C. The first asks the run to end, the second ends the thread.
 * @returns null when the thread was ended.
 */
async function runInThread(
  scenario: Scenario,
  seed: number,
  outDir: string,
  engineUrl: string,
): Promise<RunSummary | null> {
  const stop = new SharedArrayBuffer(4);
  const order: WorkOrder = { engineUrl, scenario, seed, outDir, stop };
  const worker = new Worker(new URL("../../bin/worker.js", import.meta.url), { workerData: order });
  const progress = new ProgressLine(process.stderr, () => performance.now());
  let interrupts = 0;
  const onInterrupt = (): void => {
    interrupts++;
    Atomics.store(new Int32Array(stop), 0, 1);
    progress.clear();
    if (interrupts === 1) process.stderr.write("vmcm: ending the run; Ctrl-C again to drop it\n");
    else void worker.terminate();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  try {
    return await new Promise((resolve, reject) => {
      worker.on("message", (report: WorkReport) => {
        if (report.kind === "progress") progress.show(report.progress);
        else if (report.kind === "done") resolve(report.summary);
        else if (report.kind === "bad-input") reject(new UsageError(report.message));
        else reject(new ThreadFault(report.message));
      });
      worker.on("error", reject);
      worker.on("exit", (code) => {
        if (interrupts > 1) resolve(null);
        else reject(new Error(`the run's thread ended by itself with code ${code}`));
      });
    });
  } finally {
    progress.clear();
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}
