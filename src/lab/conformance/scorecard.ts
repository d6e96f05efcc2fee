import type { RequirementLevel } from "../../ndis/index.ts";
import { findRule, RULES } from "../../ndis/index.ts";
import type { Subject, SubjectRole } from "./subject.ts";
import type { CaseResult, Finding } from "./suite.ts";

/** What the suite says of a rule: broken by some case, kept by every case that puts it to the test, or not put to the test. */
export type RuleVerdict = "broken" | "kept" | "not-exercised";

export interface RuleScore {
  readonly id: string;
  /** Null for rules of Windows' verifier, which have no level. */
  readonly level: RequirementLevel | null;
  readonly text: string;
  readonly verdict: RuleVerdict;
  /** IDs of the cases that put it to the test. */
  readonly cases: readonly string[];
  readonly findings: readonly (Finding & { readonly case: string })[];
}

export interface Scorecard {
  readonly driver: string;
  readonly role: SubjectRole;
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly {
    readonly id: string;
    readonly title: string;
    readonly passed: boolean;
    readonly finding: Finding | null;
    readonly warnings: readonly { readonly rule: string; readonly driver: string; readonly message: string }[];
    /** How many there were in all; of very many only the first are listed. */
    readonly warningCount: number;
  }[];
  /** Rules that bind the driver's role, and those that were broken, in the order of the rulebook. */
  readonly rules: readonly RuleScore[];
}

/** Whom the rulebook means when it binds a role. */
const PARTIES: Readonly<Record<SubjectRole, readonly string[]>> = {
  mcm: ["mcm", "miniport", "all", "driver"],
  "call-manager": ["cm", "protocol", "all", "driver"],
  client: ["client", "protocol", "all", "driver"],
};

/** Puts the results of a suite together, rule by rule. */
export function scorecardOf(subject: Subject, results: readonly CaseResult[]): Scorecard {
  const failed = results.filter(({ finding }) => finding !== null).length;
  return {
    driver: subject.name,
    role: subject.role,
    passed: results.length - failed,
    failed,
    cases: results.map(({ case: { id, title }, finding, warnings, warningCount }) => ({
      id,
      title,
      passed: finding === null,
      finding,
      warnings: warnings.map(({ rule, owner, message }) => ({ rule, driver: owner, message })),
      warningCount,
    })),
    rules: ruleIds(subject.role, results).map((id) => scoreOf(id, results)),
  };
}

function ruleIds(role: SubjectRole, results: readonly CaseResult[]): readonly string[] {
  const bound = RULES.filter(({ parties }) => parties.some((party) => PARTIES[role].includes(party))).map(
    ({ id }) => id,
  );
  const touched = results.flatMap(({ case: { rules }, finding }) => [
    ...rules,
    ...(finding === null ? [] : [finding.rule]),
  ]);
  const wanted = new Set<string>([...bound, ...touched]);
  const numbered = RULES.map(({ id }) => id as string).filter((id) => wanted.has(id));
  return [...numbered, ...[...wanted].filter((id) => findRule(id) === null).sort()];
}

function scoreOf(id: string, results: readonly CaseResult[]): RuleScore {
  const rule = findRule(id);
  const touching = results.filter(({ case: { rules } }) => rules.includes(id));
  const findings = results.flatMap(({ case: { id: caseId }, finding }) =>
    finding !== null && finding.rule === id ? [{ ...finding, case: caseId }] : [],
  );
  const kept = touching.some(({ finding }) => finding === null);
  return {
    id,
    level: rule?.level ?? null,
    text: rule?.text ?? "",
    verdict: findings.length > 0 ? "broken" : kept ? "kept" : "not-exercised",
    cases: touching.map(({ case: { id: caseId } }) => caseId),
    findings,
  };
}
