import type { BugCheckArguments } from "../../machine/bug-check.ts";
import { BUGCODE_NDIS_DRIVER, BugCheck, DRIVER_VERIFIER_DETECTED_VIOLATION } from "../../machine/bug-check.ts";
import type { Clock } from "../../machine/clock.ts";
import type { Processor } from "../../machine/processor.ts";
import { findRule, findVerifierRule } from "../rulebook/index.ts";
import type { Vc } from "../vc/vc.ts";
import type { Named } from "./call-history.ts";
import { CallHistory } from "./call-history.ts";

/** What becomes of a broken rule: the machine stops, it is told and the call fails, or nobody looks. */
export type RuleLevel = "on" | "warn" | "off";

export interface VerifierSettings {
  /** For rules that are not listed; "on" when it is absent. */
  readonly everyRule?: RuleLevel;
  /** By rule ID, or by a whole area of the rulebook such as "RCV". */
  readonly rules?: Readonly<Record<string, RuleLevel>>;
}

/** A rule that a driver broke. */
export interface Violation {
  readonly rule: string;
  /** The driver that broke it. */
  readonly owner: string;
  readonly message: string;
  /** The object that it is about, by its name in traces; null when it is about none. */
  readonly object: string | null;
  readonly level: RuleLevel;
  readonly timeNs: number;
  readonly irql: number;
  /** Calls and transitions of the object, oldest first. */
  readonly history: readonly string[];
}

/** A driver that does the same wrong for every frame is warned of without end. */
const MOST_WARNINGS = 1_000;

/** The verifier of one machine: which rules are looked at, and what is known of what went before. */
export class Verifier {
  readonly history: CallHistory;
  /** Violations that did not stop the machine, oldest first: the first thousand of {@link warningCount}. */
  readonly warnings: Violation[] = [];
  warningCount = 0;
  /** VCs that exist, oldest first: what drivers owe each other is asked of them. */
  readonly vcs = new Set<Vc>();
  readonly #settings: VerifierSettings;
  readonly #clock: Clock;
  readonly #processor: Processor;

  constructor(clock: Clock, processor: Processor, settings: VerifierSettings) {
    this.#clock = clock;
    this.#processor = processor;
    this.#settings = settings;
    this.history = new CallHistory(clock, processor);
  }

  levelOf(rule: string): RuleLevel {
    const { rules = {}, everyRule = "on" } = this.#settings;
    return rules[rule] ?? rules[areaOf(rule)] ?? everyRule;
  }

  /** @throws BugCheck for a rule that is on. @returns the violation when it is a warning, null when nobody looks. */
  report(rule: string, owner: string, message: string, object: Named | null, highest: RuleLevel): Violation | null {
    const level = this.levelOf(rule) === "on" ? highest : this.levelOf(rule);
    if (level === "off") return null;
    const violation: Violation = {
      rule,
      owner,
      message,
      object: object?.traceName ?? null,
      level,
      timeNs: this.#clock.nowNs,
      irql: this.#processor.irql,
      history: this.history.of(object),
    };
    if (level === "on") throw bugCheckOf(DRIVER_VERIFIER_DETECTED_VIOLATION, violation);
    if (this.warningCount++ < MOST_WARNINGS) this.warnings.push(violation);
    return violation;
  }
}

/** What is fatal to a system without a verifier, too. */
export function fatal(rule: string, owner: string, message: string, object: Named | null, verifier: Verifier | null) {
  const history = verifier?.history.of(object) ?? [];
  const violation = { rule, owner, message, object: object?.traceName ?? null, history };
  return bugCheckOf(BUGCODE_NDIS_DRIVER, { ...violation, level: "on", timeNs: 0, irql: 0 });
}

function bugCheckOf(code: number, violation: Violation): BugCheck {
  const { rule, owner, message, object, history } = violation;
  const numbered = findRule(rule);
  const named = findVerifierRule(rule);
  const right = numbered === null ? (named?.checks ?? null) : `${numbered.level} ${numbered.text}`;
  const documents = numbered?.sources ?? (named === null || named.page === null ? [] : [named.page]);
  return new BugCheck(code, argumentsOf(violation), rule, owner, message, { object, history, right, documents });
}

/** Sub-codes of our own lie above those that are documented. */
const OWN_SUB_CODES = 0xa_0000;

/**
 * Arg1: the documented sub-code, or 0xA0000 + section of the rulebook * 256 + number of the rule. Arg2: serial of the object (7 of vc#7).
 * Arg3: IRQL. Arg4: virtual time in microseconds, its low 32 bits.
 */
function argumentsOf({ rule, object, irql, timeNs }: Violation): BugCheckArguments {
  const [documented] = findVerifierRule(rule)?.subCodes ?? [];
  const own = OWN_SUB_CODES + (findRule(rule)?.section.number ?? 0) * 256 + numberAtEnd(rule);
  return [documented ?? own, object === null ? 0 : numberAtEnd(object), irql, Math.floor(timeNs / 1000) >>> 0];
}

function areaOf(rule: string): string {
  return rule.split("-", 1)[0] ?? rule;
}

function numberAtEnd(text: string): number {
  return Number(/(\d+)$/.exec(text)?.[1] ?? 0);
}
