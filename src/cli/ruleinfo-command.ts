import type { ConflictView, RulebookEntry, RuleView, VerifierRuleView } from "../lab/contract/index.ts";
import { entryNames, findEntry, rulePrefixes } from "../lab/contract/index.ts";
import { nearestNames } from "./choose.ts";
import { EXIT_OK, UsageError } from "./exit-code.ts";
import type { Paint } from "./text.ts";
import { COLUMNS, columnsOf, labelled, paintFor } from "./text.ts";

export interface RuleinfoCommandOptions {
  readonly json?: boolean;
}

/** `vmcm ruleinfo`. @returns the exit code. @throws UsageError for a name that no rule has. */
export function ruleinfoCommand(name: string, options: RuleinfoCommandOptions): number {
  const entry = findEntry(name);
  if (entry === null) {
    const nearest = nearestNames(name, entryNames()) || `; rules begin with ${rulePrefixes().join(", ")}`;
    throw new UsageError(`${name}: no such rule${nearest}`);
  }
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(plain(entry), null, 2)}\n`
      : formatEntry(entry, paintFor(process.stdout), columnsOf(process.stdout)),
  );
  return EXIT_OK;
}

/** One object per entry; the conflicts of a rule with their texts. */
function plain(entry: RulebookEntry): object {
  if (entry.kind === "conflict") return { kind: entry.kind, ...entry.conflict };
  if (entry.kind === "verifier rule") return { kind: entry.kind, ...entry.rule };
  return { kind: entry.kind, ...entry.rule, conflicts: entry.conflicts };
}

/** All that is known of it, in lines of 80 columns, or fewer. */
export function formatEntry(entry: RulebookEntry, paint: Paint, columns = COLUMNS): string {
  const sections =
    entry.kind === "rule"
      ? ruleSections(entry.rule, entry.conflicts)
      : entry.kind === "verifier rule"
        ? verifierRuleSections(entry.rule)
        : conflictSections(entry.conflict);
  const lines = sections.flatMap(([label, ...parts]) =>
    parts.flatMap((part, i) => labelled(i === 0 ? label : "", [part], paint, columns)),
  );
  return `${lines.join("\n")}\n`;
}

/** A label, and lines beside it. */
type Section = readonly [label: string, ...parts: string[]];

function ruleSections(rule: RuleView, conflicts: readonly { readonly id: string; readonly text: string }[]): Section[] {
  return [
    ["rule", `${rule.id}, section ${rule.section}`],
    ["level", rule.inferred ? `${rule.level}, inferred from the pages' logic` : rule.level],
    ["binds", rule.parties.join(", ") || "every caller"],
    ["says", rule.text],
    ["sources", ...rule.sources],
    ...heldSections(rule),
    ["conflict", ...conflicts.map(({ id, text }) => `${id}: ${text}`)],
  ];
}

function verifierRuleSections(rule: VerifierRuleView): Section[] {
  const codes = rule.subCodes.map((code) => `0x${code.toString(16).toUpperCase()}`);
  const when = rule.when === "sdv" ? "Static Driver Verifier, at compile time" : "Driver Verifier, at run time";
  return [
    ["rule", `${rule.name}, a verifier rule`],
    ["when", codes.length === 0 ? when : `${when}: bug check 0xC4 with ${codes.join(", ")}`],
    ["checks", rule.checks],
    ["sources", ...(rule.page === null ? [] : [rule.page])],
    ...heldSections(rule),
    ["covers", ...rule.covers],
  ];
}

function conflictSections({ id, text, sources, rules }: ConflictView): Section[] {
  return [
    ["conflict", id],
    ["says", text],
    ["sources", ...sources],
    ["rules", ...rules],
  ];
}

function heldSections({ status, tests, reason, citing }: RuleView | VerifierRuleView): Section[] {
  return [
    ["status", reason === undefined ? status : `${status}: ${reason}`],
    ...(citing === undefined ? [] : [["cited as", citing.join(", ")] as const]),
    ["tests", ...tests],
  ];
}
