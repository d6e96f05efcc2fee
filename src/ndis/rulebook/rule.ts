/** How binding a rule is. */
export type RequirementLevel = "MUST" | "MUST NOT" | "MAY" | "SHOULD";

export interface RuleFacts {
  readonly level: RequirementLevel;
  /** Who is bound, in the rulebook's words; empty where every caller is. */
  readonly parties: readonly string[];
  readonly text: string;
  /** Pages of the public driver documentation, by file name. */
  readonly sources: readonly string[];
  /** Read out of the pages' logic, not stated outright. */
  readonly inferred: boolean;
}

/** A section of the rulebook. */
export interface RuleSection {
  readonly number: number;
  readonly title: string;
  /** What the IDs of its rules begin with. */
  readonly prefix: string;
}

/** A disagreement between pages, and how it is read. */
export interface Conflict {
  readonly id: string;
  readonly text: string;
  readonly sources: readonly string[];
}

/** @param sources file names, with "; " between them. */
export function rule(level: RequirementLevel, parties: readonly string[], text: string, sources: string): RuleFacts {
  return { level, parties, text, sources: list(sources), inferred: false };
}

/** A rule that no page states outright. */
export function inferredRule(
  level: RequirementLevel,
  parties: readonly string[],
  text: string,
  sources: string,
): RuleFacts {
  return { ...rule(level, parties, text, sources), inferred: true };
}

export function list(sources: string): readonly string[] {
  return sources === "" ? [] : sources.split("; ");
}
