import { BugCheck } from "../../machine/index.ts";
import type { VerifierSettings, Violation } from "../../ndis/index.ts";
import { findRule } from "../../ndis/index.ts";
import { StartFailure } from "../laboratory.ts";
import type { ConformanceCase } from "./case.ts";
import { CALL_CASES } from "./cases/calls.ts";
import { CLIENT_CASES } from "./cases/client.ts";
import { LIFE_CASES } from "./cases/life.ts";
import { ConformanceFailure, Stage } from "./stage.ts";
import type { Subject } from "./subject.ts";

/** Every case, in the order in which they run. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [...LIFE_CASES, ...CALL_CASES, ...CLIENT_CASES];

/** What a case found. */
export interface Finding {
  readonly rule: string;
  /** The driver that broke it. */
  readonly driver: string;
  readonly message: string;
  /** What would have been right: the rule's level and words; null where no rule of the rulebook speaks. */
  readonly right: string | null;
  readonly documents: readonly string[];
  readonly object: string | null;
  readonly history: readonly string[];
  /** "0xC4 (...)" for a bug check, null for an expectation that did not hold. */
  readonly bugCheck: string | null;
}

export interface CaseResult {
  readonly case: ConformanceCase;
  readonly finding: Finding | null;
  /** Rules whose level is "warn", as they were broken: of each host the first thousand. */
  readonly warnings: readonly Violation[];
  /** How often they were broken in all. */
  readonly warningCount: number;
}

export interface SuiteOptions {
  readonly verifier?: VerifierSettings;
  /** Only cases whose ID contains this. */
  readonly filter?: string;
  readonly onCase?: (result: CaseResult) => void;
}

/** Puts a driver through every case for its role; each in a world of its own. */
export function runSuite(subject: Subject, options: SuiteOptions = {}): readonly CaseResult[] {
  const { filter = "", verifier = {}, onCase } = options;
  const chosen = CONFORMANCE_CASES.filter(({ id, roles }) => roles.includes(subject.role) && id.includes(filter));
  return chosen.map((conformanceCase) => {
    const result = runCase(subject, conformanceCase, verifier);
    onCase?.(result);
    return result;
  });
}

/** Puts a driver through one case. */
export function runCase(
  subject: Subject,
  conformanceCase: ConformanceCase,
  verifier: VerifierSettings = {},
): CaseResult {
  const stage = new Stage(subject, { ...conformanceCase.options, verifier });
  const finding = findingOf(subject, () => {
    stage.start();
    conformanceCase.run(stage);
    stage.finish();
  });
  const verifiers = stage.lab.hosts.flatMap(({ ndis }) => ndis.environment.verifier ?? []);
  const warnings = verifiers.flatMap((of) => of.warnings);
  const warningCount = verifiers.reduce((sum, of) => sum + of.warningCount, 0);
  return { case: conformanceCase, finding, warnings, warningCount };
}

function findingOf(subject: Subject, body: () => void): Finding | null {
  try {
    body();
    return null;
  } catch (error) {
    if (error instanceof BugCheck) {
      const { rule, owner, message, story, code, args } = error;
      const bugCheck = `0x${hex(code)} (${args.map((value) => `0x${hex(value)}`).join(", ")})`;
      return { rule, driver: owner, message, ...story, bugCheck };
    }
    const driver = subject.name;
    if (error instanceof ConformanceFailure) return unmet(error.rule, driver, error.message);
    if (error instanceof StartFailure) return unmet("LIF-01", driver, error.message);
    throw error;
  }
}

function unmet(rule: string, driver: string, message: string): Finding {
  const known = findRule(rule);
  const right = known === null ? null : `${known.level} ${known.text}`;
  const documents = known?.sources ?? [];
  return { rule, driver, message, right, documents, object: null, history: [], bugCheck: null };
}

function hex(value: number): string {
  return value.toString(16).toUpperCase();
}
