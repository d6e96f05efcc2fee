import { parentPort, workerData } from "node:worker_threads";
import type { RunProgress, RunSummary } from "../lab/run.ts";
import { formatInputError, InputError } from "../lab/scenario/input-error.ts";
import { ScenarioProblem } from "../lab/scenario/resolve.ts";
import type { Scenario } from "../lab/scenario/scenario.ts";
import { loadEngine } from "./engine.ts";

/** What the command gives the thread that the run computes in. */
export interface WorkOrder {
  readonly engineUrl: string;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly outDir: string;
  /** One Int32 that becomes 1 when the user wants the run to end. */
  readonly stop: SharedArrayBuffer;
}

/** What the thread tells the command. */
export type WorkReport =
  | { readonly kind: "progress"; readonly progress: RunProgress }
  | { readonly kind: "done"; readonly summary: RunSummary }
  | { readonly kind: "bad-input"; readonly message: string }
  | { readonly kind: "fault"; readonly message: string };

const PROGRESS_INTERVAL_MS = 100;

/** The body of the thread: runs the engine once. */
export async function work(): Promise<void> {
  const order = workerData as WorkOrder;
  const report = (message: WorkReport): void => parentPort?.postMessage(message);
  const stop = new Int32Array(order.stop);
  let nextReportMs = 0;
  try {
    const engine = await loadEngine(order.engineUrl);
    const summary = engine.runScenario(order.scenario, {
      seed: order.seed,
      outDir: order.outDir,
      shouldStop: () => Atomics.load(stop, 0) !== 0,
      onProgress: (progress) => {
        const nowMs = performance.now();
        if (nowMs < nextReportMs) return;
        nextReportMs = nowMs + PROGRESS_INTERVAL_MS;
        report({ kind: "progress", progress });
      },
    });
    report({ kind: "done", summary });
  } catch (error) {
    if (error instanceof InputError) report({ kind: "bad-input", message: formatInputError(error) });
    else if (error instanceof ScenarioProblem) report({ kind: "bad-input", message: error.message });
    else report({ kind: "fault", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
