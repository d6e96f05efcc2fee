import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { benchCommand, benchIsThere } from "./bench-command.ts";
import { addContractCommands } from "./contract-commands.ts";
import { engineUrl } from "./engine.ts";
import { EXIT_BAD_INPUT, EXIT_OK, EXIT_OWN_FAULT, UsageError } from "./exit-code.ts";
import type { RunCommandOptions } from "./run-command.ts";
import { addVerifyCommand } from "./verify/add-verify-command.ts";

export interface MainOptions {
  /** Another engine than src/lab/run.ts; tests use it. */
  readonly engineUrl?: string;
}

/** The command `vmcm`. @param parameters what follows the command's name. @returns the exit code. */
export async function main(parameters: readonly string[], options: MainOptions = {}): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off("error", quietWhenNobodyReads).on("error", quietWhenNobodyReads);
  }
  let exitCode = EXIT_OK;
  const program = new Command("vmcm")
    .description("A laboratory for connection-oriented NDIS drivers: simulated ATM NICs, an MCM driver, an ATM switch.")
    .version(packageVersion(), "--version")
    .helpOption("--help", "show help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });

  program
    .command("run")
    .description("run an experiment and write its capture, trace and ladder")
    .argument("<SCENARIO.yaml>", "the scenario file")
    .option("--seed <N>", "seed of everything random, instead of the scenario's")
    .option("--out <DIR>", "the run's folder (default: runs/<name>-<seed>)")
    .option("--json", "print the summary as JSON")
    .helpOption("--help", "show help")
    .addHelpText(
      "after",
      "\nExit code: 0 fine, 1 a finding, 2 bad input, 3 our own fault, 130 interrupted.\nExamples are in examples/, every key of a scenario is in docs/scenario.schema.json.",
    )
    .action(async (file: string, runOptions: RunCommandOptions) => {
      // Loaded when needed: help and complaints about usage come at once.
      const { runCommand } = await import("./run-command.ts");
      exitCode = await runCommand(file, runOptions, options.engineUrl ?? engineUrl());
    });

  addContractCommands(program, (code) => {
    exitCode = code;
  });

  addVerifyCommand(program, packageVersion(), (code) => {
    exitCode = code;
  });

  if (benchIsThere()) {
    program
      .command("bench")
      .description("the performance runs; the same as npm run bench")
      .argument("[PARAMETERS...]", "handed to the bench")
      .allowUnknownOption()
      .helpOption(false)
      .action(async (benchParameters: string[]) => {
        exitCode = await benchCommand(benchParameters);
      });
  }

  try {
    if (parameters.length === 0) throw new UsageError("which command? vmcm --help shows them");
    await program.parseAsync([...parameters], { from: "user" });
    return exitCode;
  } catch (error) {
    return complain(error);
  }
}

/** Says what went wrong: one line for what the user can mend, all that we know for a fault of our own. */
function complain(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_OK;
    process.stderr.write(`vmcm: ${oneLine(error.message.replace(/^error: /, ""))}\n`);
    return EXIT_BAD_INPUT;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`vmcm: ${oneLine(error.message)}\n`);
    return EXIT_BAD_INPUT;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`vmcm: this is a fault of vmcm, not of yours:\n${text}\n`);
  return EXIT_OWN_FAULT;
}

function oneLine(text: string): string {
  // Names and texts from files may hold anything, escape sequences included.
  return text.trim().replace(/[\s\p{Cc}]+/gu, " ");
}

function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const known = typeof description === "object" && description !== null && "version" in description;
  return known ? String(description.version) : "unknown";
}

/** `vmcm run ... | head -1`: the reader is gone, and that is no fault. */
function quietWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
