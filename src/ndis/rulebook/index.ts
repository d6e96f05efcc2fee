export { CONFLICTS, type ConflictId } from "./conflicts.ts";
export { NOT_CHECKABLE } from "./not-checkable.ts";
export type { Conflict, RequirementLevel, RuleSection } from "./rule.ts";
export { findRule, RULES, type Rule, type RuleId } from "./rules.ts";
export { findVerifierRule, VERIFIER_RULES, type VerifierRule, type VerifierRuleName } from "./verifier-rules.ts";
