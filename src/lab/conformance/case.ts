import type { Stage, StageOptions } from "./stage.ts";
import type { SubjectRole } from "./subject.ts";

/** One situation that the driver under test is put in. */
export interface ConformanceCase {
  /** Short and stable: a filter on the command line, a test name in reports. */
  readonly id: string;
  readonly title: string;
  readonly roles: readonly SubjectRole[];
  /** The rules that the situation puts to the test: kept when the case passes. */
  readonly rules: readonly string[];
  readonly options?: StageOptions;
  /** @throws BugCheck or ConformanceFailure when a rule is broken. The stage is started before and taken down after it. */
  readonly run: (stage: Stage) => void;
}

export const CALL_MANAGEMENT: readonly SubjectRole[] = ["mcm", "call-manager"];
export const CLIENT: readonly SubjectRole[] = ["client"];
