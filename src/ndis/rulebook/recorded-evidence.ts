import recorded from "./evidence.json" with { type: "json" };
import type { TestsByRule } from "./evidence.ts";

/** The rule cases of test/rules/, as `npm run rules` last read them. */
export const RECORDED_EVIDENCE: TestsByRule = recorded;
