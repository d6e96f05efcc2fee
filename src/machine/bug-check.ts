/**
 * A bug check: a driver broke a rule of its operating system, and the machine stops.
 * The shape is that of Windows (`KeBugCheckEx`): a code and four arguments, plus what a driver writer needs to mend it.
 */
export const BUGCODE_NDIS_DRIVER = 0x7c;
export const DRIVER_VERIFIER_DETECTED_VIOLATION = 0xc4;
export const SYSTEM_THREAD_EXCEPTION_NOT_HANDLED = 0x7e;

/** Arg1 to Arg4. */
export type BugCheckArguments = readonly [number, number, number, number];

/** What a driver writer needs to mend the driver. */
export interface BugCheckStory {
  /** What would have been right: the rule's level and words; null for what is no rule. */
  readonly right: string | null;
  /** Pages of the public documentation that say so, by file name. */
  readonly documents: readonly string[];
  /** Name in traces of the object that it is about; null when it is about none. */
  readonly object: string | null;
  /** What happened to it, oldest first, a line each. */
  readonly history: readonly string[];
}

export class BugCheck extends Error {
  readonly code: number;
  readonly args: BugCheckArguments;
  /** The rule that was broken, for example "OUT-09". */
  readonly rule: string;
  /** The driver that broke it. */
  readonly owner: string;
  readonly story: BugCheckStory;

  constructor(
    code: number,
    args: BugCheckArguments,
    rule: string,
    owner: string,
    message: string,
    story: BugCheckStory = { right: null, documents: [], object: null, history: [] },
  ) {
    super(message);
    this.name = "BugCheck";
    this.code = code;
    this.args = args;
    this.rule = rule;
    this.owner = owner;
    this.story = story;
  }
}

/** A fault of the emulator itself, never of a driver: it leaves the simulation instead of becoming a bug check. */
export class AssertionFailure extends Error {
  constructor(message: string) {
    super(`assertion failed: ${message}`);
    this.name = "AssertionFailure";
  }
}

/** @throws AssertionFailure when `condition` is false. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}
