import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunOptions, RunSummary } from "../../../src/lab/run.ts";
import { InputError } from "../../../src/lab/scenario/input-error.ts";
import type { Scenario } from "../../../src/lab/scenario/scenario.ts";

/** An engine for tests of the command: what it does follows from the scenario's name. */
export function runScenario(scenario: Scenario, options: RunOptions): RunSummary {
  const { outDir = "", seed = scenario.seed } = options;
  writeFileSync(join(outDir, "capture.pcapng"), `seed ${seed}`);
  if (scenario.name === "faulty") throw new TypeError("the engine broke");
  if (scenario.name === "changed") throw new InputError("does not exist", { file: "a.pcap" });
  if (scenario.name === "vanishing") process.exit(7);
  if (scenario.name === "deaf") for (;;);
  let virtualTimeNs = 0;
  let stopped: RunSummary["stopped"] = scenario.name === "limited" ? "limit" : "finished";
  while (scenario.name === "endless") {
    virtualTimeNs += 1_000;
    options.onProgress?.({ virtualTimeNs, calls: 1, callsTotal: 2, frames: 3 });
    if (options.shouldStop?.() !== true) continue;
    stopped = "interrupted";
    break;
  }
  return {
    scenario: scenario.name,
    seed,
    mode: scenario.mode,
    virtualTimeNs: 12_345_678,
    stopped,
    calls: {
      attempted: 12,
      connected: 10,
      refused: 1,
      failed: 1,
      closed: 10,
      outcomes: [
        { status: "NDIS_STATUS_SUCCESS", cause: null, causeName: null, count: 10 },
        { status: "NDIS_STATUS_FAILURE", cause: 1, causeName: "unallocated (unassigned) number", count: 1 },
      ],
    },
    frames: {
      sent: 20_000,
      delivered: 19_999,
      bytesSent: 30_000_000,
      bytesDelivered: 29_998_500,
      outOfOrder: 0,
      repeated: 0,
      dropped: { "link fault": 1 },
    },
    hosts: scenario.hosts.map(({ name }) => ({
      name,
      leftovers: { vcs: scenario.name === "leaky" ? 3 : 0, timers: 0 },
    })),
    network: { name: scenario.switchName, leftovers: { calls: 0 } },
    findings: scenario.name === "wrong" ? [{ rule: "OUT-09", message: "SUCCESS before NdisMCmActivateVc" }] : [],
    files: { capture: join(outDir, "capture.pcapng") },
  };
}
