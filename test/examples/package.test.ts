import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageDescription from "../../package.json" with { type: "json" };
import type { Outcome } from "./support/installed-package.ts";
import { InstalledPackage, ROOT, runIn } from "./support/installed-package.ts";

const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
/** Examples name each other as Node does, with their ending. */
const STRICT = ["--strict", "--noEmit", "--allowImportingTsExtensions", "--module", "nodenext", "--target", "es2023"];

const TEN = Array.from({ length: 10 }, (_, index) => `frame ${index + 1}`);

/** What each program of examples/ prints. The first VCI that a network gives out is 32: those below are reserved (UNI 3.1 section 5.4.2). */
const PRINTS: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  "experiment.ts": [
    "bob: a call came up on VPI 0, VCI 32",
    `bob: ${TEN.join(", ")}`,
    /^after \d+\.?\d* ms of virtual time$/,
  ],
  // A driver module: it does nothing until somebody loads it.
  "listener.ts": [],
  "own-driver.ts": [
    "listener: a call comes in, and is accepted",
    "listener: the call is up",
    "listener: the caller hangs up after 1000 bytes",
    "left behind on alice and bob: 0 and 0",
  ],
};

function expectPrinted({ code, stdout, stderr }: Outcome, lines: readonly (string | RegExp)[]): void {
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n").filter((line) => line !== "")).toEqual(
    lines.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))),
  );
}

describe("the programs of examples/", () => {
  it("are all known here", () => {
    expect(readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".ts"))).toEqual(Object.keys(PRINTS));
  });

  it.each(Object.entries(PRINTS))("%s runs in the repository", (name, prints) => {
    expectPrinted(runIn(ROOT, process.execPath, "--import", "tsx", `examples/${name}`), prints);
  });

  it("experiment.ts has at most 30 lines", () => {
    const text = readFileSync(join(ROOT, "examples/experiment.ts"), "utf8");
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(30);
  });
});

describe("the package, packed and installed by npm into an empty folder", { timeout: 120_000 }, () => {
  let installed: InstalledPackage;

  beforeAll(() => {
    installed = new InstalledPackage();
  }, 180_000);
  afterAll(() => installed?.remove());

  it("has every entry point that package.json promises, and no sources", () => {
    const home = installed.path("node_modules/virtual-mcm");
    const targets = Object.values(packageDescription.exports).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    expect(targets.filter((target) => !existsSync(join(home, target)))).toEqual([]);
    expect(["src", "test", "README.md", "LICENSE"].filter((name) => existsSync(join(home, name)))).toEqual([
      "README.md",
      "LICENSE",
    ]);
  });

  it("gives the command vmcm", () => {
    const { folder } = installed;
    expect(runIn(folder, "npx", "vmcm", "--version")).toMatchObject({
      code: 0,
      stdout: `${packageDescription.version}\n`,
    });
    const help = runIn(folder, "npx", "vmcm", "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("run [options] <SCENARIO.yaml>");
    const missing = runIn(folder, process.execPath, "node_modules/.bin/vmcm", "run", "none.yaml");
    expect(missing).toEqual({ code: 2, stdout: "", stderr: "vmcm: none.yaml: the scenario does not exist\n" });
  });

  it("runs a scenario of its examples", () => {
    const run = runIn(
      installed.folder,
      ...([
        "npx",
        "vmcm",
        "run",
        "node_modules/virtual-mcm/examples/quickstart.yaml",
        "--out",
        "run",
        "--json",
      ] as const),
    );
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ calls: { attempted: 10, closed: 10 }, findings: [] });
    expect(existsSync(installed.path("run/capture.pcapng"))).toBe(true);
  });

  it("has types under which the examples are right and a mistake is not, strictly and with all of its declarations", () => {
    for (const name of Object.keys(PRINTS)) cpSync(join(ROOT, "examples", name), installed.path(name));
    const mistake = 'import { Clock } from "virtual-mcm/machine";\nexport const time: string = new Clock().nowNs;\n';
    writeFileSync(installed.path("mistake.ts"), mistake);
    const names = [...Object.keys(PRINTS), "mistake.ts"];
    expect(runIn(installed.folder, process.execPath, TSC, ...STRICT, ...names)).toMatchObject({
      code: 2,
      stdout: "mistake.ts(2,14): error TS2322: Type 'number' is not assignable to type 'string'.\n",
    });
  });

  it.each(Object.entries(PRINTS))("runs examples/%s", (name, prints) => {
    cpSync(join(ROOT, "examples", name), installed.path(name));
    expectPrinted(runIn(installed.folder, "npx", "tsx", name), prints);
  });

  it("shows the licence that package.json names", () => {
    expect(packageDescription.license).toBe("MIT");
    expect(readFileSync(installed.path("node_modules/virtual-mcm/LICENSE"), "utf8")).toMatch(/^MIT License\n/);
  });
});
