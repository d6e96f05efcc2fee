import { describe, expect, it } from "vitest";
import { CATALOG } from "../../bench/catalog.ts";
import type { SampleRequest } from "../../bench/harness/sample-process.ts";
import { takeSampleInProcess } from "../../bench/harness/sample-process.ts";
import { main } from "../../bench/main.ts";

/** Runs the bench with samples that come from `rateOf` and not from child processes. */
async function bench(parameters: string[], rateOf: (request: SampleRequest) => number = () => 1_000) {
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const takeSample = async (request: SampleRequest) => rateOf(request);
  const code = await main(parameters, { stdout: sink("stdout"), stderr: sink("stderr"), takeSample });
  return { code, ...written };
}

/** A rate that depends on the workload only. */
const rateOf = ({ id }: SampleRequest): number => 1_000_000 + 1_000 * CATALOG.findIndex((e) => e.workload.id === id);

describe("bench", () => {
  it("--json: results, ratios and machine on stdout, nothing else there", async () => {
    const { code, stdout } = await bench(["--json", "--samples", "3"], rateOf);
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(Object.keys(report)).toEqual(["results", "ratios", "machine"]);
    expect(report.results.map(({ id }: { id: string }) => id)).toEqual(CATALOG.map(({ workload }) => workload.id));
    expect(report.results[0]).toEqual({
      id: "frames-64-b1",
      unit: "frames/s",
      median: 1_000_000,
      low: 1_000_000,
      high: 1_000_000,
      samples: 3,
    });
    expect(report.ratios).toContainEqual({ id: "frames-64-b32-again/frames-64-b32", value: 1_007_000 / 1_001_000 });
    for (const { id, value } of report.ratios) {
      const [ours, theirs] = id.split("/").map((name: string) => rateOf({ id: name, warmUpNs: 0, measureNs: 0 }));
      expect(value).toBe(ours / theirs);
    }
    const { node, cores, loadBefore, loadAfter } = report.machine;
    expect(node).toBe(process.versions.node);
    expect(cores).toBeGreaterThan(0);
    expect([typeof loadBefore, typeof loadAfter]).toEqual(["number", "number"]);
  });

  it("the table has 80 columns, says of every line what it measures, and shows every figure and ratio", async () => {
    const { code, stdout, stderr } = await bench([], (request) => 5.5 * rateOf(request));
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (const { workload } of CATALOG) {
      if (workload.id.endsWith("-again")) continue;
      const at = lines.findIndex((line) => line.trim().startsWith(workload.id));
      expect(lines[at]).toMatch(/\d,\d{3},\d{3} +5( +\d+\.\d\dx)?$/);
      expect(lines[at + 1].trim()).toBe(workload.work);
    }
    expect(stdout).toContain("Noise: frames-64-b32 over itself, measured beside it: 1.006x");
    expect(stderr.split("\n")).toHaveLength(6);
  });

  it("--only measures what it names, and a group what belongs to it", async () => {
    const asked: string[] = [];
    const note = ({ id }: SampleRequest): number => asked.push(id);
    await bench(["--only", "calls", "--only", "udp-64", "--samples", "1"], note);
    expect(asked).toEqual(["udp-64", "calls"]);
    asked.length = 0;
    const { stdout } = await bench(["activation", "--samples=1"], note);
    expect(asked).toEqual(["calls", "calls-cell-mode", "worker-signalling", "local-socket"]);
    expect(stdout).not.toContain("throughput");
  });

  it("--quick takes fewer and shorter samples, --samples says how many", async () => {
    const plans: SampleRequest[] = [];
    const note = (request: SampleRequest): number => plans.push(request);
    await bench(["--only", "calls"], note);
    await bench(["--only", "calls", "--quick"], note);
    const [full] = plans;
    const quick = plans.slice(5);
    expect(full.measureNs).toBeGreaterThanOrEqual(500e6);
    expect(quick).toHaveLength(2);
    expect(quick[0].measureNs).toBeLessThan(full.measureNs);
  });

  it("--help and --list go to stdout and measure nothing", async () => {
    const fail = (): number => {
      throw new Error("measured");
    };
    expect((await bench(["--help"], fail)).stdout).toContain("--samples <N>");
    const { code, stdout, stderr } = await bench(["--list"], fail);
    expect([code, stderr]).toEqual([0, ""]);
    for (const { workload } of CATALOG) expect(stdout).toContain(`${workload.id} `);
  });

  it.each([
    [["--sampels", "3"], "unknown option '--sampels' (Did you mean --samples?)"],
    [["--samples", "0"], "option '--samples <N>' argument '0' is invalid. a whole number from 1 to 1000 is right."],
    [["--samples", "1e2"], "option '--samples <N>' argument '1e2' is invalid. a whole number from 1 to 1000 is right."],
    [["--samples"], "option '--samples <N>' argument missing"],
    [["--only", "frames-65-b1"], "--only frames-65-b1: no such workload; --list shows them"],
    [["--only", "calls", "throughput"], "--only calls: not in throughput"],
    [["latenzy"], "nothing is called 'latenzy'; there are throughput and activation"],
  ])("%j: one line on stderr, exit code 2", async (parameters, message) => {
    expect(await bench(parameters)).toEqual({ code: 2, stdout: "", stderr: `bench: ${message}\n` });
  });

  it("a sample that fails: no figures, one line that says which and why, exit code 3", async () => {
    const { code, stdout, stderr } = await bench(["--only", "calls"], () => {
      throw new Error("calls: left behind: alice: VCs 1");
    });
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr.split("\n").slice(1)).toEqual(["bench: calls: left behind: alice: VCs 1", ""]);
  });
});

describe("a sample's process", () => {
  it("says on stderr why there is no figure", async () => {
    const request = { id: "none", warmUpNs: 1, measureNs: 1 };
    await expect(takeSampleInProcess(request, new AbortController().signal, {})).rejects.toThrow(
      "no workload is called none",
    );
  });
});
