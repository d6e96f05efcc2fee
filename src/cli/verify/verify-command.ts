import { Console } from "node:console";
import { writeFileSync } from "node:fs";
import type { CaseResult, RuleLevel, RuleScore, Scorecard } from "../../lab/conformance/index.ts";
import { CONFORMANCE_CASES, runSuite, scorecardOf } from "../../lab/conformance/index.ts";
import { entryNames, findEntry } from "../../lab/contract/index.ts";
import { EXIT_FINDING, EXIT_OK, UsageError } from "../exit-code.ts";
import type { Paint } from "../text.ts";
import { columnsOf, paintFor } from "../text.ts";
import { headline, story, toJson, toJunit, toSarif } from "./formats.ts";
import { loadSubject } from "./load-subject.ts";

export interface VerifyCommandOptions {
  readonly role?: string;
  readonly only?: string;
  readonly rule?: readonly string[];
  readonly json?: boolean;
  readonly junit?: string;
  readonly sarif?: string;
}

const LEVELS: readonly RuleLevel[] = ["on", "warn", "off"];

/** `vmcm verify`. @returns the exit code. @throws UsageError for bad input. */
export async function verifyCommand(file: string, options: VerifyCommandOptions, version: string): Promise<number> {
  const verifier = { rules: ruleLevels(options.rule ?? []) };
  const filter = options.only ?? "";
  const quiet = options.json === true;
  // What the driver prints, from its module's loading on, is not part of the scorecard.
  if (quiet) globalThis.console = new Console(process.stderr);
  const subject = await loadSubject(file, options.role, CONFORMANCE_CASES.length);
  const chosen = CONFORMANCE_CASES.filter(({ id, roles }) => roles.includes(subject.role) && id.includes(filter));
  if (chosen.length === 0) {
    const ids = CONFORMANCE_CASES.filter(({ roles }) => roles.includes(subject.role)).map(({ id }) => id);
    throw new UsageError(`--only ${filter}: no case for ${subject.role} is called so; there are ${ids.join(", ")}`);
  }
  const paint = paintFor(process.stdout);
  if (!quiet) process.stdout.write(`${paint("bold", `${subject.name} as ${subject.role}`)}\n`);
  const onCase = (result: CaseResult): void => {
    if (!quiet) process.stdout.write(caseLines(result, paint));
  };
  const card = scorecardOf(subject, runSuite(subject, { verifier, filter, onCase }));
  process.stdout.write(quiet ? toJson(card) : summaryOf(card, paint, columnsOf(process.stdout)));
  if (options.junit !== undefined) writeReport("--junit", options.junit, toJunit(card));
  if (options.sarif !== undefined) writeReport("--sarif", options.sarif, toSarif(card, file, version));
  return card.failed > 0 ? EXIT_FINDING : EXIT_OK;
}

/** @throws UsageError when the file cannot be written. */
function writeReport(option: string, path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${option} ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** "RCV-03=warn" or "RCV=off", each. */
function ruleLevels(given: readonly string[]): Record<string, RuleLevel> {
  const levels: Record<string, RuleLevel> = {};
  for (const text of given) {
    const [rule = "", level = ""] = text.split("=");
    const known = LEVELS.find((one) => one === level);
    if (rule === "" || known === undefined)
      throw new UsageError(`--rule ${text}: a rule or an area, "=", and ${LEVELS.join(", ")}; for example RCV-03=warn`);
    const id = ruleOrArea(rule);
    if (id === null) throw new UsageError(`--rule ${text}: there is no such rule; vmcm rules lists them`);
    const entry = findEntry(id);
    if (entry?.kind === "rule" && entry.rule.citing !== undefined)
      throw new UsageError(
        `--rule ${text}: bug checks cite ${entry.rule.citing.join(", ")} for ${id}; name that instead`,
      );
    levels[id] = known;
  }
  return levels;
}

/** The ID as the rulebook spells it: a rule, a verifier rule, or an area such as RCV. */
function ruleOrArea(given: string): string | null {
  const wanted = given.toUpperCase();
  for (const id of entryNames()) {
    if (id.toUpperCase() === wanted) return id;
    if (/^[A-Z]+-\d+$/.test(id) && id.split("-", 1)[0] === wanted) return wanted;
  }
  return null;
}

function caseLines({ case: { id, title }, finding, warnings, warningCount }: CaseResult, paint: Paint): string {
  const mark = finding === null ? paint("green", "ok  ") : paint("red", "FAIL");
  const lines = [`${mark} ${id}: ${title}`];
  for (const { rule, owner, message } of warnings)
    lines.push(`     ${paint("yellow", "warning")} ${rule} by ${owner}: ${message}`);
  if (warningCount > warnings.length) lines.push(`     and ${warningCount - warnings.length} warnings more`);
  if (finding !== null) {
    lines.push(`     ${headline(finding)}`);
    const rest = story(finding);
    if (rest !== "") lines.push(...rest.split("\n").map((line) => `     ${paint("dim", line)}`));
  }
  return `${lines.join("\n")}\n`;
}

function summaryOf({ passed, failed, rules }: Scorecard, paint: Paint, columns: number): string {
  const ids = (verdict: RuleScore["verdict"]): string[] =>
    rules.filter((rule) => rule.verdict === verdict).map(({ id }) => id);
  const broken = ids("broken");
  const lines = [
    "",
    `${paint("bold", "cases")}  ${passed} passed, ${failed} failed`,
    `${paint("bold", "rules")}  ${ids("kept").length} kept, ${broken.length} broken, ${ids("not-exercised").length} not put to the test`,
  ];
  for (const id of broken) {
    const text = rules.find((rule) => rule.id === id)?.text ?? "";
    lines.push(...folded(`${id}: ${text}`, columns - 2).map((line) => `  ${line}`));
  }
  if (broken.length > 0) lines.push(`vmcm ruleinfo ${broken[0]} says where that rule comes from.`);
  return `${lines.join("\n")}\n`;
}

function folded(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
