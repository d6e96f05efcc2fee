import { extname } from "node:path";
import type { RunOptions, RunSummary } from "../lab/run.ts";
import type { Scenario } from "../lab/scenario/scenario.ts";

/** The engine that the command runs: src/lab/run.ts, loaded where it is needed. */

export interface Engine {
  runScenario(scenario: Scenario, options: RunOptions): RunSummary;
}

/** The engine beside us: src/lab/run.ts in the repository, dist/lab/run.js in the package. */
export function engineUrl(): string {
  return new URL(`../lab/run${extname(import.meta.url)}`, import.meta.url).href;
}

export async function loadEngine(url: string): Promise<Engine> {
  const module: unknown = await import(url);
  if (isEngine(module)) return module;
  throw new Error(`${url} exports no runScenario`);
}

function isEngine(module: unknown): module is Engine {
  return (
    typeof module === "object" && module !== null && "runScenario" in module && typeof module.runScenario === "function"
  );
}
