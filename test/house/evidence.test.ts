import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCases } from "../../scripts/rules/cases.ts";
import { collectEvidence, evidenceFrom } from "../../scripts/rules/evidence.ts";
import { rulesMarkdown } from "../../scripts/rules/page.ts";
import { evidenceOf } from "../../src/ndis/rulebook/evidence.ts";
import { RECORDED_EVIDENCE } from "../../src/ndis/rulebook/recorded-evidence.ts";

function complaintsOf(...cases: string[]): readonly string[] {
  return evidenceFrom([readCases("a.test.ts", cases.join("\n"))]).complaints;
}

describe("the evidence for the rules", () => {
  const { testsByRule, complaints } = collectEvidence();

  it("can be read", () => {
    expect(complaints).toEqual([]);
  });

  it("is what the cases in test/rules/ say; otherwise: npm run rules", () => {
    expect(RECORDED_EVIDENCE).toEqual(testsByRule);
    expect(Object.keys(RECORDED_EVIDENCE)).toEqual(Object.keys(testsByRule));
    const page = fileURLToPath(new URL("../../docs/rules.md", import.meta.url));
    expect(readFileSync(page, "utf8")).toBe(rulesMarkdown(testsByRule));
  });
});

describe("the reader of rule cases", () => {
  it("names the tests that a case makes, with their groups", () => {
    const text = `describe("6. Outgoing call", () => {
      describe(\`failure\`, () => {
        enforced("OUT-08", "PENDING", { by: "mcm", caught: () => 1, passes: () => 2 });
      });
      behaviour("OUT-11", "a 'quoted' title", () => {});
    });
    behaviour("NullCheck", "outside of any group", () => {});`;
    const { testsByRule, complaints } = evidenceFrom([readCases("a.test.ts", text)]);
    expect(complaints).toEqual([]);
    expect(testsByRule).toEqual({
      "OUT-08": {
        enforced: [
          "a.test.ts > 6. Outgoing call > failure > OUT-08 caught: PENDING",
          "a.test.ts > 6. Outgoing call > failure > OUT-08 kept: PENDING",
        ],
      },
      "OUT-11": { behaviour: ["a.test.ts > 6. Outgoing call > OUT-11: a 'quoted' title"] },
      NullCheck: { behaviour: ["a.test.ts > NullCheck: outside of any group"] },
    });
  });

  it("tells which rule a bug check cites, where it is another one in every case", () => {
    const enforced = (rule: string, title: string, citing = "") =>
      `enforced("${rule}", "${title}", { by, ${citing === "" ? "" : `citing: "${citing}", `}caught: f, passes: g });`;
    const text = [
      enforced("ACT-04", "one", "OUT-09"),
      enforced("ACT-07", "one", "QOS-03"),
      enforced("ACT-07", "two", "QOS-09"),
      enforced("OUT-09", "one", "ACT-04"),
      enforced("OUT-09", "two"),
    ].join("\n");
    const { testsByRule } = evidenceFrom([readCases("a.test.ts", text)]);
    expect(testsByRule["ACT-04"]?.citing).toEqual(["OUT-09"]);
    expect(testsByRule["ACT-07"]?.citing).toEqual(["QOS-03", "QOS-09"]);
    expect(testsByRule["OUT-09"]?.citing).toBeUndefined();
    expect(complaintsOf(enforced("ACT-04", "one", "OUT-99"))).toEqual(["a.test.ts:1: OUT-99 is no rule"]);
  });

  it("keeps the order of the rulebook, whatever the order of the files", () => {
    const later = readCases("a.test.ts", 'behaviour("SND-04", "one", f);\nbehaviour("NullCheck", "two", f);');
    const earlier = readCases("b.test.ts", 'behaviour("REG-20", "three", f);');
    expect(Object.keys(evidenceFrom([later, earlier]).testsByRule)).toEqual(["REG-20", "SND-04", "NullCheck"]);
  });

  it.each([
    ["an unknown rule", 'behaviour("OUT-99", "t", f);', "a.test.ts:1: OUT-99 is no rule"],
    ["a conflict", 'behaviour("X-01", "t", f);', "a.test.ts:1: X-01 is no rule"],
    [
      "a rule that is said not to be checkable",
      'behaviour("MEM-01", "t", f);',
      "a.test.ts:1: MEM-01 is in NOT_CHECKABLE, and here it is checked",
    ],
    [
      "an ID that is computed",
      'behaviour(rule, "t", f);',
      "a.test.ts:1: the rule's ID and the title are to be string literals",
    ],
    [
      "a title that is computed",
      'behaviour("OUT-11", "t" + n, f);',
      "a.test.ts:1: the rule's ID and the title are to be string literals",
    ],
    [
      "a case that is skipped",
      'describe.skip("g", () => { behaviour("OUT-11", "t", f); });',
      "a.test.ts:1: OUT-11 stands in describe.skip: use a plain describe",
    ],
    [
      "a case in a table",
      'describe.each([1])("%s", () => { behaviour("OUT-11", "t", f); });',
      "a.test.ts:1: OUT-11 stands in describe.each: use a plain describe",
    ],
  ])("complains of %s", (_what, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });

  it("complains of two cases with one name", () => {
    const one = 'behaviour("OUT-11", "t", f);';
    expect(complaintsOf(one, one)).toEqual(["a.test.ts:2: OUT-11 has another case with this title"]);
  });
});

describe("the status of a rule", () => {
  const tests = { "OUT-08": { enforced: ["a", "b"], behaviour: ["c"] }, "OUT-11": { behaviour: ["d"] } };

  it("is enforced, behaviour, not checkable or open, in this order", () => {
    expect(evidenceOf("OUT-08", tests)).toMatchObject({ status: "enforced", tests: ["a", "b", "c"], reason: null });
    expect(evidenceOf("OUT-11", tests)).toMatchObject({ status: "behaviour", tests: ["d"], reason: null });
    expect(evidenceOf("MEM-01", tests)).toMatchObject({ status: "not-checkable", tests: [] });
    expect(evidenceOf("MEM-01", tests).reason).toContain("paging");
    expect(evidenceOf("OUT-12", tests)).toMatchObject({ status: "open", tests: [], reason: null });
  });
});
