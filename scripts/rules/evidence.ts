import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RuleName, TestsByRule } from "../../src/ndis/rulebook/evidence.ts";
import { NOT_CHECKABLE } from "../../src/ndis/rulebook/not-checkable.ts";
import { RULES } from "../../src/ndis/rulebook/rules.ts";
import { VERIFIER_RULES } from "../../src/ndis/rulebook/verifier-rules.ts";
import type { ReadCases, RuleCase } from "./cases.ts";
import { readCases } from "./cases.ts";

const FOLDER = "test/rules";

export interface Evidence {
  readonly testsByRule: TestsByRule;
  readonly complaints: readonly string[];
}

/** Reads all rule cases of the repository. */
export function collectEvidence(): Evidence {
  const folder = fileURLToPath(new URL(`../../${FOLDER}/`, import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".test.ts"))
    .sort();
  return evidenceFrom(files.map((name) => readCases(`${FOLDER}/${name}`, readFileSync(`${folder}${name}`, "utf8"))));
}

/** Puts cases in the order of the rulebook, and complains of those that cannot stand. */
export function evidenceFrom(files: readonly ReadCases[]): Evidence {
  const known: readonly RuleName[] = [...RULES.map(({ id }) => id), ...VERIFIER_RULES.map(({ name }) => name)];
  const cases = files.flatMap((file) => file.cases);
  const complaints = files.flatMap((file) => file.complaints);
  const seen = new Set<string>();
  for (const { rule, citing, tests, place } of cases) {
    for (const name of citing === null ? [rule] : [rule, citing])
      if (!known.some((other) => other === name)) complaints.push(`${place}: ${name} is no rule`);
    if (Object.hasOwn(NOT_CHECKABLE, rule))
      complaints.push(`${place}: ${rule} is in NOT_CHECKABLE, and here it is checked`);
    if (tests.some((test) => seen.has(test))) complaints.push(`${place}: ${rule} has another case with this title`);
    for (const test of tests) seen.add(test);
  }
  const rows = known.flatMap((name) => {
    const own = cases.filter(({ rule }) => rule === name);
    return own.length === 0
      ? []
      : [[name, { ...testsOf(own, "enforced"), ...testsOf(own, "behaviour"), ...citedFor(own) }]];
  });
  return { testsByRule: Object.fromEntries(rows), complaints };
}

function testsOf(cases: readonly RuleCase[], kind: RuleCase["kind"]): Partial<Record<RuleCase["kind"], string[]>> {
  const tests = cases.filter((one) => one.kind === kind).flatMap((one) => one.tests);
  return tests.length === 0 ? {} : { [kind]: tests };
}

/** The rules that are cited in its place, where none of its cases is cited by its own name. */
function citedFor(cases: readonly RuleCase[]): { readonly citing?: readonly string[] } {
  const cited = cases.flatMap(({ kind, citing }) => (kind === "enforced" ? [citing] : []));
  const others = new Set(cited.filter((name) => name !== null));
  return cited.length === 0 || cited.includes(null) ? {} : { citing: [...others] };
}
