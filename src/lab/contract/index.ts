import { RECORDED_EVIDENCE } from "../../ndis/rulebook/recorded-evidence.ts";
import type { RulebookEntry, RuleView } from "./rules.ts";
import * as rules from "./rules.ts";

/*
 * The contract as plain data: the rulebook with its evidence, and the DDI catalog with what of it there is.
 */

export { DDI_KINDS, DDI_ROLES, type DdiView, ddiViews } from "./ddis.ts";
export type { ConflictView, RulebookEntry, RuleTotals, RuleView, VerifierRuleView } from "./rules.ts";
export { entryNames, RULE_LEVELS, RULE_STATUSES, rulePrefixes, totalsOf } from "./rules.ts";

/** Every rule with the recorded evidence, in the order of the rulebook. */
export function ruleViews(): RuleView[] {
  return rules.ruleViews(RECORDED_EVIDENCE);
}

/** The rule, verifier rule or documentation conflict of this name, in whatever case; null when there is none. */
export function findEntry(name: string): RulebookEntry | null {
  return rules.findEntry(name, RECORDED_EVIDENCE);
}
