export type { RuleLevel } from "../../ndis/index.ts";
export type { ConformanceCase } from "./case.ts";
export type { RuleScore, RuleVerdict, Scorecard } from "./scorecard.ts";
export { scorecardOf } from "./scorecard.ts";
export { PEER_ADDRESS, SUBJECT_ADDRESS } from "./stage.ts";
export type { Subject, SubjectRole } from "./subject.ts";
export type { CaseResult, Finding, SuiteOptions } from "./suite.ts";
export { CONFORMANCE_CASES, runCase, runSuite } from "./suite.ts";
