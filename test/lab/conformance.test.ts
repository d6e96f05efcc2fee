import { describe, expect, it } from "vitest";
import { DriverEntry as CallManagerDriverEntry } from "../../src/call-manager/index.ts";
import type { CaseResult, Subject } from "../../src/lab/conformance/index.ts";
import { CONFORMANCE_CASES, runCase, scorecardOf } from "../../src/lab/conformance/index.ts";
import { callingClient, GYM } from "../../src/lab/gym/index.ts";
import { DriverEntry } from "../../src/miniport/index.ts";
import { findRule, findVerifierRule } from "../../src/ndis/index.ts";

const REFERENCES: readonly Subject[] = [
  { role: "mcm", name: "vmcm", load: () => ({ name: "vmcm", DriverEntry }) },
  { role: "call-manager", name: "vcm", load: () => ({ name: "vcm", DriverEntry: CallManagerDriverEntry }) },
  { role: "client", name: "caller", load: () => callingClient("caller") },
];

function found({ case: { id }, finding, warnings }: CaseResult): string {
  const warned = warnings.map(({ rule, owner }) => `warned of ${rule} by ${owner}`);
  const broken = finding === null ? [] : [`${finding.rule} by ${finding.driver}: ${finding.message}`];
  return [`${id}:`, ...warned, ...broken].join(" ");
}

describe("the conformance suite", () => {
  it("names cases once, and rules that there are", () => {
    const ids = CONFORMANCE_CASES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const unknown = CONFORMANCE_CASES.flatMap(({ rules }) => rules).filter(
      (id) => findRule(id) === null && findVerifierRule(id) === null,
    );
    expect(unknown).toEqual([]);
  });

  it("is the same over both routes: an MCM and a call manager go through the same cases", () => {
    const casesOf = (role: Subject["role"]) =>
      CONFORMANCE_CASES.filter(({ roles }) => roles.includes(role)).map(({ id }) => id);
    // AF-32 binds MCMs: a call manager has no part in a halt.
    const ofMcm = casesOf("mcm").filter((id) => id !== "halt-before-unbind");
    expect(casesOf("call-manager")).toEqual(ofMcm);
    expect(ofMcm.length).toBeGreaterThan(15);
  });

  for (const subject of REFERENCES) {
    for (const conformanceCase of CONFORMANCE_CASES.filter(({ roles }) => roles.includes(subject.role))) {
      it(`raises nothing on the reference ${subject.role}: ${conformanceCase.id}`, () => {
        expect(found(runCase(subject, conformanceCase))).toBe(`${conformanceCase.id}:`);
      });
    }
  }
});

/** The first finding of the suite, as `vmcm verify` would come to it. */
function firstFinding(subject: Subject): string {
  for (const conformanceCase of CONFORMANCE_CASES) {
    if (!conformanceCase.roles.includes(subject.role)) continue;
    const { finding } = runCase(subject, conformanceCase);
    if (finding !== null) return `${finding.rule} by ${finding.driver}`;
  }
  return "nothing";
}

describe("the gym", () => {
  it("has at least forty drivers, each with a name of its own, each breaking a rule that there is", () => {
    expect(GYM.length).toBeGreaterThanOrEqual(40);
    expect(new Set(GYM.map(({ id }) => id)).size).toBe(GYM.length);
    const unknown = GYM.filter(({ rule }) => findRule(rule) === null && findVerifierRule(rule) === null);
    expect(unknown.map(({ id }) => id)).toEqual([]);
  });

  for (const { id, rule, mistake, subject } of GYM) {
    it(`${id}: ${rule}, ${mistake}`, () => {
      expect(firstFinding(subject)).toBe(`${rule} by ${subject.name}`);
    });
  }
});

describe("scorecardOf", () => {
  const [outgoing] = CONFORMANCE_CASES.filter(({ id }) => id === "outgoing-call");
  const faulty = GYM.find(({ id }) => id === "mcm-completes-twice");
  const [reference] = REFERENCES;
  if (outgoing === undefined || faulty === undefined || reference === undefined) throw new Error("not found");

  it("a case that passes keeps its rules; what no case touches is not exercised", () => {
    const card = scorecardOf(reference, [runCase(reference, outgoing)]);
    expect([card.passed, card.failed]).toEqual([1, 0]);
    expect(card.rules.find(({ id }) => id === "OUT-07")).toMatchObject({ verdict: "kept", cases: ["outgoing-call"] });
    expect(card.rules.find(({ id }) => id === "REG-30")).toMatchObject({ verdict: "not-exercised", cases: [] });
  });

  it("a finding breaks its rule, and tells what would have been right", () => {
    const card = scorecardOf(faulty.subject, [runCase(faulty.subject, outgoing)]);
    const score = card.rules.find(({ id }) => id === "OUT-07");
    expect(score?.verdict).toBe("broken");
    const [finding] = score?.findings ?? [];
    expect(finding?.right).toBe(`MUST ${findRule("OUT-07")?.text}`);
    expect(finding?.bugCheck).toMatch(/^0xC4 \(0xA0607, 0x1, /);
    expect(finding?.history.some((line) => line.includes("faulty-mcm calls NdisMCmMakeCallComplete(vc#1"))).toBe(true);
    // The other rules of the case were not shown to be kept.
    expect(card.rules.find(({ id }) => id === "CLS-09")?.verdict).toBe("not-exercised");
  });
});
