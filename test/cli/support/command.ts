import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const VMCM = fileURLToPath(new URL("../../../bin/vmcm.js", import.meta.url));
const FAKE = fileURLToPath(new URL("./vmcm-with-fake-engine.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command as a user runs it. */
export function vmcm(cwd: string, ...parameters: string[]): Ending {
  const run = spawnSync(process.execPath, [VMCM, ...parameters], { cwd, encoding: "utf8" });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** The same with the fake engine behind it. */
export function vmcmWithFakeEngine(cwd: string, ...parameters: string[]): Ending {
  const run = spawnSync(process.execPath, ["--import", TSX, FAKE, ...parameters], { cwd, encoding: "utf8" });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** The command line of the same, for a shell. */
export function fakeEngineCommandLine(...parameters: string[]): string {
  return [process.execPath, "--import", TSX, FAKE, ...parameters].map((part) => `'${part}'`).join(" ");
}

export interface StartedCommand {
  process: ChildProcess;
  ended: Promise<Ending>;
}

/** The command, left running. */
export function startCommand(cwd: string, ...parameters: string[]): StartedCommand {
  return start(cwd, [VMCM, ...parameters]);
}

export function startWithFakeEngine(cwd: string, ...parameters: string[]): StartedCommand {
  return start(cwd, ["--import", TSX, FAKE, ...parameters]);
}

function start(cwd: string, parameters: string[]): StartedCommand {
  const child = spawn(process.execPath, parameters, { cwd });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const ended = new Promise<Ending>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  return { process: child, ended };
}

/** A scenario that loads; the fake engine acts by its name. */
export function writeScenario(path: string, name: string): void {
  writeFileSync(
    path,
    `name: ${name}\nhosts:\n  - {name: alice, nics: [{address: +1}]}\n  - {name: bob, nics: [{address: +2}]}\n`,
  );
}

/** Waits until the engine has begun to write into the folder beside `name`. */
export async function untilEngineRuns(folder: string, name: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const partial = existsSync(folder)
      ? readdirSync(folder).find((entry) => entry.startsWith(`.${name}.partial-`))
      : undefined;
    if (partial !== undefined && readdirSync(`${folder}/${partial}`).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the engine did not start within ten seconds");
}
