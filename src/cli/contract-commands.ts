import type { Command } from "commander";
import type { DdiCommandOptions } from "./ddi-command.ts";
import type { RuleinfoCommandOptions } from "./ruleinfo-command.ts";
import type { RulesCommandOptions } from "./rules-command.ts";

/** Adds the commands that show the contract: `rules`, `ruleinfo`, `ddi`. @param exit is told the exit code. */
export function addContractCommands(program: Command, exit: (code: number) => void): void {
  program
    .command("rules")
    .description("list the rules of CoNDIS, and how each is held")
    .argument("[ID-PREFIX]", "only rules whose ID begins so, such as OUT or OUT-1")
    .option("--status <S>", "only rules with this status: enforced, behaviour, not-checkable, open")
    .option("--level <L>", 'only rules of this level: MUST, "MUST NOT", SHOULD, MAY')
    .option("--json", "print an array of rules as JSON")
    .helpOption("--help", "show help")
    .addHelpText(
      "after",
      "\nenforced: a driver that breaks the rule is caught, one that keeps it passes.\nbehaviour: NDIS, a reference driver or the device keeps it, and a test shows so.\nvmcm ruleinfo ID tells more of one rule.",
    )
    .action(async (prefix: string | undefined, options: RulesCommandOptions) => {
      const { rulesCommand } = await import("./rules-command.ts");
      exit(rulesCommand(prefix, options));
    });

  program
    .command("ruleinfo")
    .description("tell all about one rule")
    .argument("<ID>", "a rule (OUT-09), a verifier rule (SpinLock) or a documentation conflict (X-09)")
    .option("--json", "print an object as JSON")
    .helpOption("--help", "show help")
    .action(async (name: string, options: RuleinfoCommandOptions) => {
      const { ruleinfoCommand } = await import("./ruleinfo-command.ts");
      exit(ruleinfoCommand(name, options));
    });

  program
    .command("ddi")
    .description("list the functions and callbacks of NDIS, and which of them there are here")
    .argument("[NAME]", "one of them, or how the names begin, such as NdisMCm")
    .option("--role <R>", 'only of this role: client, "call manager", mcm, miniport')
    .option("--kind <K>", "only functions, or only callbacks: function, callback")
    .option("--json", "print an array as JSON")
    .helpOption("--help", "show help")
    .action(async (name: string | undefined, options: DdiCommandOptions) => {
      const { ddiCommand } = await import("./ddi-command.ts");
      exit(ddiCommand(name, options));
    });
}
