import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PACKAGE_FOLDER } from "./built-package.ts";
import type { SamplePlan } from "./measure.ts";

const SAMPLE = fileURLToPath(new URL("../sample.ts", import.meta.url));
/** A child that takes longer hangs. */
const PATIENCE_MS = 120_000;

/** What goes to bench/sample.ts as its one parameter. */
export interface SampleRequest extends SamplePlan {
  readonly id: string;
}

/** Takes one sample. @returns units per second. */
export type TakeSample = (request: SampleRequest) => Promise<number>;

/**
 * Takes a sample in a process of its own: what the compiler learned from another workload does not count.
 * @param environment what the process has in its environment beyond ours.
 */
export function takeSampleInProcess(
  request: SampleRequest,
  signal: AbortSignal,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const parameters = ["--import", loader, SAMPLE, JSON.stringify(request)];
  const env = { ...process.env, ...environment };
  const options = { cwd: PACKAGE_FOLDER, env, signal, timeout: PATIENCE_MS, encoding: "utf8" } as const;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, parameters, options, (error, stdout, stderr) => {
      const rate = Number(stdout.trim());
      if (error === null && stdout.trim() !== "" && rate > 0) resolve(rate);
      else reject(new Error(`${request.id}: ${stderr.trim() || (error?.message ?? "the sample printed no figure")}`));
    });
  });
}
