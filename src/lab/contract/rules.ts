import type { RuleName, RuleStatus, TestsByRule } from "../../ndis/rulebook/evidence.ts";
import { evidenceOf } from "../../ndis/rulebook/evidence.ts";
import type { Conflict, RequirementLevel, Rule, VerifierRule } from "../../ndis/rulebook/index.ts";
import { CONFLICTS, RULES, VERIFIER_RULES } from "../../ndis/rulebook/index.ts";

export type { RequirementLevel, RuleStatus, TestsByRule };

/** From the best held to the least. */
export const RULE_STATUSES: readonly RuleStatus[] = ["enforced", "behaviour", "not-checkable", "open"];
export const RULE_LEVELS: readonly RequirementLevel[] = ["MUST", "MUST NOT", "SHOULD", "MAY"];

interface Held {
  readonly status: RuleStatus;
  readonly tests: readonly string[];
  /** Why it is not checkable; only with that status. */
  readonly reason?: string;
  /** The rules that bug checks cite in its place; only where there are such. */
  readonly citing?: readonly string[];
}

/** A rule of the rulebook as plain data, with how it is held. */
export interface RuleView extends Held {
  readonly id: string;
  readonly level: RequirementLevel;
  /** Who is bound; empty where every caller is. */
  readonly parties: readonly string[];
  readonly text: string;
  /** Pages of the public driver documentation. */
  readonly sources: readonly string[];
  readonly inferred: boolean;
  /** Number and title. */
  readonly section: string;
  /** IDs of the documentation conflicts that the rule names. */
  readonly conflicts: readonly string[];
}

/** A rule of Static Driver Verifier or Driver Verifier as plain data, with how it is held. */
export interface VerifierRuleView extends Held, VerifierRule {}

/** A disagreement between pages, and the rules that name it. */
export interface ConflictView extends Conflict {
  readonly rules: readonly string[];
}

export type RulebookEntry =
  | { readonly kind: "rule"; readonly rule: RuleView; readonly conflicts: readonly Conflict[] }
  | { readonly kind: "verifier rule"; readonly rule: VerifierRuleView }
  | { readonly kind: "conflict"; readonly conflict: ConflictView };

/** Every rule, in the order of the rulebook. */
export function ruleViews(testsByRule: TestsByRule): RuleView[] {
  return RULES.map((rule) => {
    const { id, level, parties, text, sources, inferred, section } = rule;
    return {
      id,
      level,
      ...held(id, testsByRule),
      parties,
      text,
      sources,
      inferred,
      section: `${section.number} ${section.title}`,
      conflicts: conflictsOf(rule),
    };
  });
}

/** Every verifier rule, in the order of their pages. */
export function verifierRuleViews(testsByRule: TestsByRule): VerifierRuleView[] {
  return VERIFIER_RULES.map((rule) => ({ ...rule, ...held(rule.name, testsByRule) }));
}

function held(name: RuleName, testsByRule: TestsByRule): Held {
  const { status, tests, reason, citing } = evidenceOf(name, testsByRule);
  return { status, tests, ...(reason === null ? {} : { reason }), ...(citing.length === 0 ? {} : { citing }) };
}

function conflictsOf({ text }: Rule): string[] {
  return text.match(/\bX-\d\d\b/g) ?? [];
}

/** The rule, verifier rule or conflict of this name, in whatever case; null when there is none. */
export function findEntry(name: string, testsByRule: TestsByRule): RulebookEntry | null {
  const wanted = name.toLowerCase();
  const rule = ruleViews(testsByRule).find(({ id }) => id.toLowerCase() === wanted);
  if (rule !== undefined)
    return { kind: "rule", rule, conflicts: CONFLICTS.filter(({ id }) => rule.conflicts.includes(id)) };
  const verifierRule = verifierRuleViews(testsByRule).find((other) => other.name.toLowerCase() === wanted);
  if (verifierRule !== undefined) return { kind: "verifier rule", rule: verifierRule };
  const conflict = CONFLICTS.find(({ id }) => id.toLowerCase() === wanted);
  if (conflict === undefined) return null;
  const rules = RULES.filter((other) => conflictsOf(other).includes(conflict.id)).map(({ id }) => id);
  return { kind: "conflict", conflict: { ...conflict, rules } };
}

/** All names that {@link findEntry} knows. */
export function entryNames(): string[] {
  return [...RULES.map(({ id }) => id), ...CONFLICTS.map(({ id }) => id), ...VERIFIER_RULES.map(({ name }) => name)];
}

/** What the IDs of the rulebook begin with, in its order. */
export function rulePrefixes(): string[] {
  return [...new Set(RULES.map(({ section }) => section.prefix))];
}

export interface RuleTotals {
  /** Rules by level, and of each level by status. */
  readonly byLevel: readonly {
    readonly level: RequirementLevel;
    readonly counts: Readonly<Record<RuleStatus, number>>;
  }[];
  /** MUST and MUST NOT rules: how many there are, and how many of them are enforced or shown by a behaviour test. */
  readonly obligations: number;
  readonly obligationsHeld: number;
}

export function totalsOf(rules: readonly RuleView[]): RuleTotals {
  const byLevel = RULE_LEVELS.map((level) => {
    const counts = { enforced: 0, behaviour: 0, "not-checkable": 0, open: 0 };
    for (const rule of rules) if (rule.level === level) counts[rule.status]++;
    return { level, counts };
  });
  const obligations = rules.filter(({ level }) => level === "MUST" || level === "MUST NOT");
  const isHeld = ({ status }: RuleView): boolean => status === "enforced" || status === "behaviour";
  return { byLevel, obligations: obligations.length, obligationsHeld: obligations.filter(isHeld).length };
}
