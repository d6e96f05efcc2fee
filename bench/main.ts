// `npm run bench`, and `vmcm bench`: figures on stdout, progress on stderr.
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CatalogEntry } from "./catalog.ts";
import { CATALOG } from "./catalog.ts";
import { buildPackage, sampleEnvironment } from "./harness/built-package.ts";
import { describeMachine, loadNow } from "./harness/machine.ts";
import { formatReport } from "./harness/report.ts";
import type { Progress } from "./harness/rounds.ts";
import { ratiosOf, resultsOf, takeRounds } from "./harness/rounds.ts";
import type { TakeSample } from "./harness/sample-process.ts";
import { takeSampleInProcess } from "./harness/sample-process.ts";
import { parseOptions, UsageError } from "./options.ts";

const EXIT_OK = 0;
const EXIT_BAD_INPUT = 2;
const EXIT_OWN_FAULT = 3;
const EXIT_INTERRUPTED = 130;
const CLEAR_LINE = "\r\u001b[2K";

export interface Surroundings {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Takes samples otherwise than in child processes; tests use it. */
  readonly takeSample?: TakeSample;
}

/** The bench. @param parameters what follows the command's name. @returns the exit code. */
export async function main(parameters: string[], surroundings: Surroundings = process): Promise<number> {
  const { stdout, stderr } = surroundings;
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once("SIGINT", interrupt);
  try {
    const options = parseOptions(parameters, (text) => stdout.write(text));
    if (options === null) return EXIT_OK;
    if (options.list) {
      stdout.write(formatList(options.entries));
      return EXIT_OK;
    }
    const { entries, rounds, plan, json } = options;
    const loadBefore = loadNow();
    const environment = sampleEnvironment();
    if (surroundings.takeSample === undefined) buildPackage();
    const samples = await takeRounds(entries, {
      rounds,
      plan,
      takeSample:
        surroundings.takeSample ?? ((request) => takeSampleInProcess(request, interruption.signal, environment)),
      onProgress: (progress) => showProgress(stderr, progress),
      shouldStop: () => interruption.signal.aborted,
    });
    if (stderr.isTTY === true) stderr.write(CLEAR_LINE);
    const results = resultsOf(entries, samples);
    const report = { results, ratios: ratiosOf(entries, results), machine: describeMachine(loadBefore) };
    stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report, CATALOG));
    return interruption.signal.aborted ? EXIT_INTERRUPTED : EXIT_OK;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    stderr.write(`${stderr.isTTY === true ? CLEAR_LINE : ""}bench: ${text}\n`);
    return error instanceof UsageError ? EXIT_BAD_INPUT : EXIT_OWN_FAULT;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

function formatList(entries: readonly CatalogEntry[]): string {
  return entries
    .map(({ workload: { id, unit, work } }) => `${id.padEnd(20)}  ${unit.padEnd(8)}\n    ${work}\n`)
    .join("");
}

/** On a terminal one line that changes; elsewhere a line per round. */
function showProgress(stderr: Surroundings["stderr"], { round, rounds, id, taken, total }: Progress): void {
  if (stderr.isTTY === true) stderr.write(`${CLEAR_LINE}round ${round} of ${rounds}, ${taken + 1} of ${total}: ${id}`);
  else if (taken % (total / rounds) === 0) stderr.write(`round ${round} of ${rounds}, ${total} samples in all\n`);
}

const [, script] = process.argv;
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
