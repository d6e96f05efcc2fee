import type { RuleTotals, RuleView } from "../lab/contract/index.ts";
import { RULE_LEVELS, RULE_STATUSES, rulePrefixes, ruleViews, totalsOf } from "../lab/contract/index.ts";
import { choose } from "./choose.ts";
import { EXIT_OK, UsageError } from "./exit-code.ts";
import { formatTable } from "./table.ts";
import type { Paint } from "./text.ts";
import { COLUMNS, columnsOf, labelled, paintFor } from "./text.ts";

export interface RulesCommandOptions {
  readonly json?: boolean;
  readonly status?: string;
  readonly level?: string;
}

/** `vmcm rules`. @returns the exit code. @throws UsageError for a status, level or prefix that is none. */
export function rulesCommand(prefix: string | undefined, options: RulesCommandOptions): number {
  const status = options.status === undefined ? null : choose("--status", options.status, RULE_STATUSES);
  const level = options.level === undefined ? null : choose("--level", options.level, RULE_LEVELS);
  const named = rulesNamed(prefix ?? "");
  const rules = named.filter(
    (rule) => (status === null || rule.status === status) && (level === null || rule.level === level),
  );
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(rules, null, 2)}\n`
      : formatRules(rules, paintFor(process.stdout), columnsOf(process.stdout)),
  );
  return EXIT_OK;
}

function rulesNamed(prefix: string): RuleView[] {
  const wanted = prefix.toUpperCase();
  const named = ruleViews().filter(({ id }) => id.startsWith(wanted));
  if (named.length === 0) {
    throw new UsageError(`${prefix}: no rule begins so; rules begin with ${rulePrefixes().join(", ")}`);
  }
  return named;
}

/** A line for each rule, and how many of each level have which status. */
export function formatRules(rules: readonly RuleView[], paint: Paint, columns = COLUMNS): string {
  const rows = rules.map(({ id, level, status, tests, text }) => [id, level, status, String(tests.length), text]);
  const list = formatTable(["rule", "level", "status", "tests", "text"], rows, paint, columns);
  return `${[...list, "", ...formatTotals(totalsOf(rules), paint, columns)].join("\n")}\n`;
}

function formatTotals({ byLevel, obligations, obligationsHeld }: RuleTotals, paint: Paint, columns: number): string[] {
  const rows = byLevel.map(({ level, counts }) => {
    const cells = RULE_STATUSES.map((status) => counts[status]);
    return [level, ...cells.map(String), String(cells.reduce((sum, count) => sum + count, 0))];
  });
  const table = formatTable(["level", ...RULE_STATUSES, "all"], rows, paint, columns);
  if (obligations === 0) return table;
  const percent = ((100 * obligationsHeld) / obligations).toFixed(1);
  const held = `${obligationsHeld} of ${obligations} MUST and MUST NOT rules are enforced or behaviour: ${percent} %`;
  return [...table, "", ...labelled("held", [held], paint, columns)];
}
