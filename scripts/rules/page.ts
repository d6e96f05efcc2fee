import type { RuleView, TestsByRule } from "../../src/lab/contract/rules.ts";
import { RULE_STATUSES, ruleViews, totalsOf } from "../../src/lab/contract/rules.ts";

/** docs/rules.md: every rule of the rulebook with its status and where its tests are. */
export function rulesMarkdown(testsByRule: TestsByRule): string {
  const rules = ruleViews(testsByRule);
  const sections = [...new Set(rules.map(({ section }) => section))];
  return `# Rules

Made from \`src/ndis/rulebook/\` and the cases in \`test/rules/\` by \`npm run rules\`; do not edit.

The rules of connection-oriented NDIS, restated from the public driver documentation. \`enforced\`: a driver that breaks the rule is caught,
one that keeps it passes. \`behaviour\`: NDIS, a reference driver or the device keeps it. \`open\`: no test yet.
\`vmcm ruleinfo ID\` names the tests of a rule and its documents.

${totals(rules)}
${sections.map((section) => sectionOf(section, rules)).join("\n")}`;
}

function totals(rules: readonly RuleView[]): string {
  const { byLevel, obligations, obligationsHeld } = totalsOf(rules);
  const rows = byLevel.map(
    ({ level, counts }) => `| ${level} | ${RULE_STATUSES.map((status) => counts[status]).join(" | ")} |\n`,
  );
  return `| level | ${RULE_STATUSES.join(" | ")} |
| --- |${" --- |".repeat(RULE_STATUSES.length)}
${rows.join("")}
${obligationsHeld} of the ${obligations} MUST and MUST NOT rules are enforced, or kept by a behaviour with a test.
`;
}

function sectionOf(section: string, rules: readonly RuleView[]): string {
  const rows = rules.filter((rule) => rule.section === section).map(row);
  return `## ${section}

| rule | level | who | text | status |
| --- | --- | --- | --- | --- |
${rows.join("")}`;
}

function row({ id, level, parties, text, status, tests, reason }: RuleView): string {
  const files = [...new Set(tests.map((test) => test.split(" > ")[0]))];
  const links = files.map((file) => `[${file.split("/").at(-1)?.replace(".test.ts", "")}](../${file})`);
  const how = reason === undefined ? [status, ...links].join(" ") : `${status}: ${reason}`;
  return `| ${[id, level, parties.join(", ") || "every caller", text, how].map(cell).join(" | ")} |\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*");
}
