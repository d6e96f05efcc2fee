import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import packageDescription from "../../package.json" with { type: "json" };
import { main } from "../../src/cli/main.ts";
import { freshFolder } from "../lab/support/folder.ts";
import {
  fakeEngineCommandLine,
  startWithFakeEngine,
  untilEngineRuns,
  vmcm,
  vmcmWithFakeEngine,
  writeScenario,
} from "./support/command.ts";

const folder = freshFolder();
const here = () => folder.path(".");

describe("vmcm", () => {
  it("--help and --version go to stdout and exit with 0", () => {
    const help = vmcm(here(), "--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("run [options] <SCENARIO.yaml>");
    expect(vmcm(here(), "--version")).toEqual({ code: 0, stdout: `${packageDescription.version}\n`, stderr: "" });
    expect(vmcm(here(), "run", "--help").stdout).toContain("--seed <N>");
  });

  it("lists only commands that exist", () => {
    const { stdout } = vmcm(here(), "--help");
    const listed = stdout.slice(stdout.indexOf("Commands:")).match(/^ {2}[a-z]+/gm) ?? [];
    const bench = existsSync(new URL("../../bench/main.ts", import.meta.url));
    expect(listed.map((line) => line.trim())).toEqual([
      "run",
      "rules",
      "ruleinfo",
      "ddi",
      "verify",
      ...(bench ? ["bench"] : []),
    ]);
  });

  it("an unknown command: one line on stderr, exit code 2, nothing written", () => {
    expect(vmcm(here(), "runn")).toEqual({
      code: 2,
      stdout: "",
      stderr: "vmcm: unknown command 'runn' (Did you mean run?)\n",
    });
    expect(readdirSync(here())).toEqual([]);
  });

  it.each([
    ["no command", [], "which command? vmcm --help shows them"],
    ["an unknown option", ["run", "--sed", "1"], "unknown option '--sed' (Did you mean --seed?)"],
    ["a missing scenario", ["run"], "missing required argument 'SCENARIO.yaml'"],
    ["too many scenarios", ["run", "a", "b"], "too many arguments for 'run'. Expected 1 argument but got 2."],
    ["a file that is not there", ["run", "none.yaml"], "none.yaml: the scenario does not exist"],
    ...["-1", "1.5", "x", "4294967296", "1e3"].map((seed): [string, string[], string] => [
      `the seed ${seed}`,
      ["run", "none.yaml", `--seed=${seed}`],
      `--seed ${seed}: a seed is a whole number from 0 to 4294967295`,
    ]),
  ])("%s: one line, exit code 2", async (_name, parameters, message) => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const code = await main(parameters);
    const written = stderr.mock.calls.map(([text]) => text);
    stderr.mockRestore();
    expect([code, ...written]).toEqual([2, `vmcm: ${message}\n`]);
  });

  it("a wrong scenario: one line with file, line, key and what would be right, exit code 2, nothing written", () => {
    writeFileSync(folder.path("s.yaml"), "hosts:\n  - name: alice\n    nics: [{adress: +1}]\n");
    expect(vmcm(here(), "run", "s.yaml")).toEqual({
      code: 2,
      stdout: "",
      stderr: "vmcm: s.yaml:3:13: hosts[0].nics[0].adress: unknown key (did you mean 'address'?)\n",
    });
    expect(readdirSync(here())).toEqual(["s.yaml"]);
  });
});

describe("vmcm run", () => {
  it("prints a summary, leaves the run in runs/<name>-<seed>, and nothing else", () => {
    writeScenario(folder.path("s.yaml"), "fine");
    const { code, stdout, stderr } = vmcmWithFakeEngine(here(), "run", "s.yaml");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `run      fine, seed 1, frame mode: finished, 12.346 ms of virtual time
calls    12 attempted  10 connected  1 refused  1 failed  10 closed
         10 x NDIS_STATUS_SUCCESS
         1 x NDIS_STATUS_FAILURE, cause 1 unallocated (unassigned) number
frames   20,000 sent  19,999 delivered  1 dropped
         1 link fault
bytes    30,000,000 sent  29,998,500 delivered
clean    alice, bob, switch: every count is back to zero
files    runs/fine-1:  capture.pcapng  summary.json
verdict  ok
`,
    );
    expect(readdirSync(here()).sort()).toEqual(["runs", "s.yaml"]);
    expect(readdirSync(folder.path("runs"))).toEqual(["fine-1"]);
    expect(readdirSync(folder.path("runs/fine-1")).sort()).toEqual(["capture.pcapng", "summary.json"]);
  });

  it("--json: stdout is one JSON document with what the engine returned; --seed and --out are used", () => {
    writeScenario(folder.path("s.yaml"), "fine");
    const { code, stdout } = vmcmWithFakeEngine(
      here(),
      "run",
      "s.yaml",
      "--json",
      "--seed",
      "77",
      "--out",
      "deep/er/x",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      scenario: "fine",
      seed: 77,
      outDir: "deep/er/x",
      frames: { sent: 20_000 },
      files: { capture: "capture.pcapng", summary: "summary.json" },
    });
    expect(readFileSync(folder.path("deep/er/x/capture.pcapng"), "utf8")).toBe("seed 77");
    const { outDir: _, ...summary } = JSON.parse(stdout);
    expect(JSON.parse(readFileSync(folder.path("deep/er/x/summary.json"), "utf8"))).toEqual(summary);
  });

  it("a former run in the folder is replaced as a whole; any other folder is left alone", () => {
    writeScenario(folder.path("s.yaml"), "fine");
    mkdirSync(folder.path("out"));
    writeFileSync(folder.path("out/summary.json"), "{}");
    writeFileSync(folder.path("out/old"), "");
    expect(vmcmWithFakeEngine(here(), "run", "s.yaml", "--out", "out").code).toBe(0);
    expect(readdirSync(folder.path("out")).sort()).toEqual(["capture.pcapng", "summary.json"]);
    mkdirSync(folder.path("mine"));
    writeFileSync(folder.path("mine/thesis"), "");
    expect(vmcmWithFakeEngine(here(), "run", "s.yaml", "--out", "mine")).toEqual({
      code: 2,
      stdout: "",
      stderr: "vmcm: --out mine: is a folder with other things in it, not one of a former run\n",
    });
    expect(readdirSync(folder.path("mine"))).toEqual(["thesis"]);
    expect(readdirSync(here()).sort()).toEqual(["mine", "out", "s.yaml"]);
  });

  it("what was found is said, exit code 1", () => {
    writeScenario(folder.path("s.yaml"), "wrong");
    const { code, stdout } = vmcmWithFakeEngine(here(), "run", "s.yaml");
    expect(code).toBe(1);
    expect(stdout).toContain("finding  OUT-09: SUCCESS before NdisMCmActivateVc\n");
    expect(stdout).toContain("verdict  not ok: 1 found\n");
  });

  it.each([
    ["faulty", 3, /^vmcm: this is a fault of vmcm, not of yours:\nTypeError: the engine broke/],
    ["vanishing", 3, /^vmcm: this is a fault of vmcm.*\n.*the run's thread ended by itself with code 7/],
    ["changed", 2, /^vmcm: a\.pcap: does not exist\n$/],
  ])("%s: exit code %i, and nothing half-written stays", (name, exitCode, stderr) => {
    writeScenario(folder.path("s.yaml"), name);
    const ending = vmcmWithFakeEngine(here(), "run", "s.yaml", "--out", "out");
    expect(ending).toMatchObject({ code: exitCode, stdout: "" });
    expect(ending.stderr).toMatch(stderr);
    expect(readdirSync(here())).toEqual(["s.yaml"]);
  });

  it("Ctrl-C ends the run with what there is so far, exit code 130", async () => {
    writeScenario(folder.path("s.yaml"), "endless");
    const started = startWithFakeEngine(here(), "run", "s.yaml", "--out", "out");
    await untilEngineRuns(here(), "out");
    started.process.kill("SIGINT");
    const { code, stdout, stderr } = await started.ended;
    expect([code, stderr]).toEqual([130, "vmcm: ending the run; Ctrl-C again to drop it\n"]);
    expect(stdout).toContain("verdict  interrupted: these are the results up to there");
    expect(readdirSync(folder.path("out")).sort()).toEqual(["capture.pcapng", "summary.json"]);
  });

  it("a second Ctrl-C drops a run that does not listen, exit code 130, nothing left", async () => {
    writeScenario(folder.path("s.yaml"), "deaf");
    const started = startWithFakeEngine(here(), "run", "s.yaml", "--out", "out");
    await untilEngineRuns(here(), "out");
    const heard = new Promise((resolve) => started.process.stderr?.once("data", resolve));
    started.process.kill("SIGINT");
    await heard;
    started.process.kill("SIGINT");
    expect(await started.ended).toMatchObject({ code: 130, stdout: "" });
    expect(readdirSync(here())).toEqual(["s.yaml"]);
  });

  it("is quiet when nobody reads its output any more", () => {
    writeScenario(folder.path("s.yaml"), "fine");
    const line = `${fakeEngineCommandLine("run", "s.yaml")} | true; echo "exit \${PIPESTATUS[0]}"`;
    const run = spawnSync("bash", ["-c", line], { cwd: here(), encoding: "utf8" });
    expect([run.stdout, run.stderr]).toEqual(["exit 0\n", ""]);
  });
});
