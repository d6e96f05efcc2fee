import type { Command } from "commander";
import type { VerifyCommandOptions } from "./verify-command.ts";

/** Adds the command `verify`. @param exit is told the exit code. */
export function addVerifyCommand(program: Command, version: string, exit: (code: number) => void): void {
  program
    .command("verify")
    .description("put a driver of your own through the conformance suite: a scorecard by rule")
    .argument("<DRIVER.ts>", "a module that exports DriverEntry, and perhaps its role")
    .option("--role <R>", "what the driver is: mcm, call-manager, client")
    .option("--only <TEXT>", "only cases whose name contains this")
    .option(
      "--rule <ID=LEVEL>",
      "on, warn or off for a rule or a whole area: RCV-03=warn, QOS=off; may be repeated",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option("--json", "print the scorecard as JSON")
    .option("--junit <FILE>", "write it as JUnit XML, too")
    .option("--sarif <FILE>", "write it as SARIF 2.1.0, too")
    .helpOption("--help", "show help")
    .addHelpText(
      "after",
      "\nThe laboratory supplies the other roles: reference drivers, a NIC, a switch and a second host.\nExit code: 0 every case passed, 1 a rule was broken, 2 bad input.",
    )
    .action(async (file: string, options: VerifyCommandOptions) => {
      const { verifyCommand } = await import("./verify-command.ts");
      exit(await verifyCommand(file, options, version));
    });
}
