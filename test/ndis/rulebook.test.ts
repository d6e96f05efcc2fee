import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  CONFLICTS,
  DDI_CATALOG,
  findRule,
  findVerifierRule,
  NOT_CHECKABLE,
  RULES,
  VERIFIER_RULES,
} from "../../src/ndis/index.ts";

/*
 * The tables against the rulebook's text. A rule is one line of it:
 * ID LEVEL (who is bound): what the rule says [source: pages]
 */

const text = readFileSync(new URL("spec/condis-rules.md", import.meta.url), "utf8");
const lines = text.split("\n");

interface Line {
  id: string;
  level: string;
  parties: string;
  text: string;
  sources: string[];
  section: string;
}

/** From `line`, what stands before the first `mark`, and what stands after it. */
function cut(line: string, mark: string): [string, string] {
  const at = line.indexOf(mark);
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + mark.length)];
}

function pages(source: string): string[] {
  return source.split("; ").map((page) => page.split(/[ \]]/)[0]);
}

function rulesOfText(): Line[] {
  const found: Line[] = [];
  let section = "";
  for (const line of lines) {
    if (line.startsWith("## ")) section = line.slice(3);
    const [id, rest] = cut(line, " ");
    if (!/^[A-Z]+-\d\d$/.test(id) || id.startsWith("X-")) continue;
    const [head, body] = cut(rest, ": ");
    const [level, bound] = cut(head, " (");
    const [rule, source] = cut(body, " [source: ");
    found.push({ id, level, parties: bound.replace(/\)$/, ""), text: rule, sources: pages(source), section });
  }
  return found;
}

const documented = rulesOfText();

describe("the rulebook", () => {
  it("has the 415 rules of the text, in its order", () => {
    expect(documented).toHaveLength(415);
    expect(RULES.map(({ id }) => id)).toEqual(documented.map(({ id }) => id));
  });

  it.each(documented)("$id says what the text says", (line) => {
    const rule = findRule(line.id);
    expect(rule).toMatchObject({ id: line.id, level: line.level, text: line.text, sources: line.sources });
    expect(rule?.parties.join(", ")).toBe(line.parties);
    expect(`${rule?.section.number}. ${rule?.section.title} (${rule?.section.prefix})`).toBe(line.section);
  });

  it("names each party by itself, and each page by its file name", () => {
    const [joined, ...others] = RULES.filter(({ parties }) => parties.some((party) => party.includes(",")));
    expect([joined.id, joined.parties, others]).toEqual(["LIF-17", ["miniport, NDIS 6.30+"], []]);
    for (const { id, sources } of RULES) {
      expect(sources.length, id).toBeGreaterThan(0);
      for (const page of sources) expect(page, id).toMatch(/^[\w-]+\.md$/);
    }
  });

  it("marks what is inferred", () => {
    const stated = lines.find((line) => line.startsWith("Inferred (")) ?? "";
    const ids: string[] = stated.match(/[A-Z]+-\d\d/g) ?? [];
    expect(ids.length).toBeGreaterThan(10);
    expect(RULES.filter(({ inferred }) => inferred).map(({ id }) => id)).toEqual(
      documented.map(({ id }) => id).filter((id) => ids.includes(id)),
    );
  });

  it("finds no rule by another name", () => {
    expect([findRule("OUT-9"), findRule("X-01"), findRule("toString")]).toEqual([null, null, null]);
  });

  it("gives a reason for each rule that is not checkable", () => {
    for (const [id, reason] of Object.entries(NOT_CHECKABLE)) {
      expect(findRule(id), id).not.toBeNull();
      expect(reason.length, id).toBeGreaterThan(40);
    }
  });
});

describe("the documentation conflicts", () => {
  const stated = lines.filter((line) => line.startsWith("X-"));

  it("are the 26 of section 24, in its words", () => {
    expect(CONFLICTS).toHaveLength(26);
    expect(CONFLICTS.map(({ id, text, sources }) => ({ id, text, sources }))).toEqual(
      stated.map((line) => {
        const [id, rest] = cut(line, " ");
        const [said, source] = cut(rest, " [source: ");
        return { id, text: said, sources: source === "" ? [] : pages(source) };
      }),
    );
  });
});

describe("the verifier rules", () => {
  const verifier = readFileSync(new URL("spec/condis-verifier-rules.md", import.meta.url), "utf8");
  const body = verifier.split("\n## 7.")[0];
  const ddis = JSON.parse(readFileSync(new URL("spec/condis-ddi.json", import.meta.url), "utf8")) as {
    name: string;
    ddiCompliance: string[];
  }[];

  it("are those of sections 1 to 6, in their order", () => {
    const headings = [...body.matchAll(/^### (\w+) \((.+)\)$/gm)];
    const tables = body.split("\n## ").slice(2);
    const names = tables.flatMap((section) =>
      section
        .split("\n")
        .filter((line) => line.startsWith("| ") && !line.startsWith("| Rule "))
        .flatMap((line) => line.split(" | ")[0].slice(2).replace("...", "").split(", ")),
    );
    expect(VERIFIER_RULES.map(({ name }) => name)).toEqual([...headings.map(([, name]) => name), ...names]);
    for (const [, name, page] of headings) expect(findVerifierRule(name)?.page).toBe(page);
  });

  it("have the pages and the sub-codes that the text has", () => {
    for (const { page, subCodes, when, name } of VERIFIER_RULES) {
      const row = body.split("\n").find((line) => line.startsWith(`| ${name}`)) ?? "";
      const codes = row.includes("runtime") ? (row.match(/0x[0-9a-f]+/gi) ?? []).map(Number) : [];
      expect([name, when, subCodes]).toEqual([name, row.includes("| runtime") ? "runtime" : "sdv", codes]);
      if (page !== null) expect(page).toBe(`ndis-${name.toLowerCase().replaceAll("_", "-")}.md`);
    }
  });

  /** Section 2 has two rules whose own page covers more than the pages of the functions say. */
  function namedByTheRule(name: string): string[] {
    if (name === "NdisFreeSpinLock") return ["Irql_Miscellaneous_Function"];
    return name.includes("RWLock") ? ["Irql_Synch_Function"] : [];
  }

  it("cover the functions and callbacks whose pages name them", () => {
    const covering = (name: string) =>
      VERIFIER_RULES.filter(({ covers }) => covers.includes(name)).map((rule) => rule.name.toLowerCase());
    for (const { name, ddiCompliance } of ddis) {
      const own = namedByTheRule(name);
      const stated = [...ddiCompliance, ...own]
        .filter((rule) => !rule.startsWith("Wlan"))
        .map((rule) => rule.toLowerCase());
      expect([name, ...covering(name).sort()]).toEqual([name, ...stated.sort()]);
    }
    const known = DDI_CATALOG.map(({ name }) => name);
    for (const { covers } of VERIFIER_RULES)
      expect(covers.filter((name) => !known.includes(name as never))).toEqual([]);
  });
});
