import { NOT_CHECKABLE } from "./not-checkable.ts";
import type { RuleId } from "./rules.ts";
import type { VerifierRuleName } from "./verifier-rules.ts";

/** What a bug check or a test may name as the rule. */
export type RuleName = RuleId | VerifierRuleName;

/** The tests of one rule, by kind of case, as "file > group > title". */
export interface RuleTests {
  readonly enforced?: readonly string[];
  readonly behaviour?: readonly string[];
  /** The rules that bug checks cite for it: others, which say the same of the same call. Absent where it is cited itself. */
  readonly citing?: readonly string[];
}

export type TestsByRule = Readonly<Partial<Record<RuleName, RuleTests>>>;

/**
 * How a rule is held: `enforced` upon drivers, with one caught and one passed; `behaviour` of NDIS, of the reference drivers or of
 * the device, with a test that shows it; not checkable, for a reason; or open: nothing of these yet.
 */
export type RuleStatus = "enforced" | "behaviour" | "not-checkable" | "open";

export interface RuleEvidence {
  readonly status: RuleStatus;
  readonly tests: readonly string[];
  /** Why the rule is not checkable; null for every other status. */
  readonly reason: string | null;
  /** The rules that bug checks cite in its place; empty where it is cited itself. */
  readonly citing: readonly string[];
}

export function evidenceOf(name: RuleName, testsByRule: TestsByRule): RuleEvidence {
  const { enforced = [], behaviour = [], citing = [] } = testsByRule[name] ?? {};
  const tests = [...enforced, ...behaviour];
  if (tests.length > 0) return { status: enforced.length > 0 ? "enforced" : "behaviour", tests, reason: null, citing };
  const reason = (NOT_CHECKABLE as Readonly<Partial<Record<RuleName, string>>>)[name] ?? null;
  return { status: reason === null ? "open" : "not-checkable", tests, reason, citing };
}
