import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/cli/summary.ts";
import { startCommand, untilEngineRuns } from "../cli/support/command.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { tsharkFields } from "../lab/support/wireshark.ts";
import { expectClean, leftovers, run, TWO_HOSTS } from "./support/experiment.ts";

const folder = freshFolder();

/** Some 200 seconds of virtual time, most of a minute of a computer's. */
const LONG = `${TWO_HOSTS}traffic: [{name: t, generator: fixed, size: 64, count: 40000000, batch: 32}]
calls: [{from: alice, to: bob, count: 4, traffic: t, backwardTraffic: t}]
capture: {data: false}
`;

describe("a limit of a scenario", () => {
  it("virtualTime: the run stops there, unfinished, its calls are closed, nothing is left; exit code 1", () => {
    const summary = run(`${LONG}limits: {virtualTime: 20ms}\n`);
    expect(summary.stopped).toBe("limit");
    expectClean(summary);
    expect(summary.calls).toMatchObject({ connected: 4, closed: 4 });
    expect(summary.virtualTimeNs).toBeGreaterThan(20e6);
    // Closing takes what is under way on the fibre, and two round trips.
    expect(summary.virtualTimeNs).toBeLessThan(30e6);
    expect(exitCodeOf(summary)).toBe(1);
  });

  it("frames: the same when so many were sent", () => {
    const summary = run(`${LONG}limits: {frames: 50000}\n`);
    expect(summary.stopped).toBe("limit");
    expectClean(summary);
    expect(summary.frames.sent).toBeGreaterThanOrEqual(50_000);
    expect(summary.frames.sent).toBeLessThan(56_000);
    expect(exitCodeOf(summary)).toBe(1);
  });

  it("duration is no limit: calls that are still up are released then, and the run has finished", () => {
    const summary = run(`${LONG}duration: 20ms\n`);
    expect(summary.stopped).toBe("finished");
    expectClean(summary);
    expect(summary.calls).toMatchObject({ connected: 4, closed: 4 });
    expect(summary.virtualTimeNs).toBeLessThan(30e6);
    expect(exitCodeOf(summary)).toBe(0);
  });

  it("capture.maxSize: the capture ends with a whole frame before it grows beyond", () => {
    const outDir = folder.path("run");
    const summary = run(
      `${TWO_HOSTS}traffic: [{name: t, generator: fixed, size: 1500, count: 100}]
calls: [{from: alice, to: bob, traffic: t}]
capture: {maxSize: 20KiB}
`,
      { outDir },
    );
    const file = `${outDir}/${summary.files.capture}`;
    const bytes = readFileSync(file).length;
    expect(bytes).toBeLessThanOrEqual(20 * 1024);
    expect(bytes).toBeGreaterThan(18 * 1024);
    expect(tsharkFields(file, "frame.len").length).toBeGreaterThan(10);
  });
});

describe("a run that is asked to stop", () => {
  it("ends in order: calls closed, drivers halted, nothing left; exit code 130", () => {
    let asked = 0;
    const progress: number[] = [];
    const summary = run(LONG, {
      shouldStop: () => ++asked === 20,
      onProgress: ({ frames, callsTotal }) => progress.push(frames, callsTotal),
    });
    expect(summary.stopped).toBe("interrupted");
    expect([leftovers(summary), summary.findings]).toEqual([{}, []]);
    expect(summary.calls).toMatchObject({ connected: 4, closed: 4 });
    expect(progress.length).toBe(40);
    expect(exitCodeOf(summary)).toBe(130);
  });

  it("Ctrl-C on the command: what there is so far, whole files, exit code 130", async () => {
    writeFileSync(folder.path("long.yaml"), LONG);
    const started = startCommand(folder.path("."), "run", "long.yaml", "--out", "out");
    await untilEngineRuns(folder.path("."), "out");
    started.process.kill("SIGINT");
    const { code, stdout, stderr } = await started.ended;
    expect([code, stderr]).toEqual([130, "vmcm: ending the run; Ctrl-C again to drop it\n"]);
    expect(stdout).toContain(": interrupted, ");
    expect(stdout).toContain("clean    alice, bob, switch: every count is back to zero\n");
    expect(stdout).toContain("verdict  interrupted: these are the results up to there\n");
    expect(readdirSync(folder.path(".")).sort()).toEqual(["long.yaml", "out"]);
    expect(readdirSync(folder.path("out")).sort()).toEqual([
      "capture.pcapng",
      "ladder.mmd",
      "summary.json",
      "trace.jsonl",
    ]);
    expect(JSON.parse(readFileSync(folder.path("out/summary.json"), "utf8"))).toMatchObject({ stopped: "interrupted" });
    for (const line of readFileSync(folder.path("out/trace.jsonl"), "utf8").trimEnd().split("\n")) JSON.parse(line);
    expect(tsharkFields(folder.path("out/capture.pcapng"), "sscop.type").flat()).toEqual(
      expect.arrayContaining(["0x01", "0x04"]),
    );
  });
});
