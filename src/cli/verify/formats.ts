import { XMLBuilder } from "fast-xml-parser";
import type { Log, ReportingDescriptor, Result } from "sarif";
import type { Finding, Scorecard } from "../../lab/conformance/index.ts";

/** Forms of a scorecard for other tools. */

export function toJson(card: Scorecard): string {
  return `${JSON.stringify(card, null, 2)}\n`;
}

/** JUnit's XML, as CI servers read it: a suite, a test case for each conformance case. */
export function toJunit(card: Scorecard): string {
  const { driver, cases, failed } = card;
  const testcase = cases.map(({ id, title, finding }) => ({
    "@_classname": `vmcm.verify.${driver}`,
    "@_name": `${id}: ${title}`,
    ...(finding === null
      ? {}
      : { failure: { "@_type": finding.rule, "@_message": clean(headline(finding)), "#text": clean(story(finding)) } }),
  }));
  const suite = { "@_name": driver, "@_tests": cases.length, "@_failures": failed, "@_errors": 0, testcase };
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  const body: unknown = builder.build({ testsuites: { testsuite: [suite] } });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(body)}`;
}

/** SARIF 2.1.0, as code-scanning services read it: a result for each finding, located at the driver's module. */
export function toSarif(card: Scorecard, file: string, version: string): string {
  const broken = card.rules.filter(({ verdict }) => verdict === "broken");
  const rules: ReportingDescriptor[] = broken.map(({ id, text }) => ({
    id,
    shortDescription: { text: text === "" ? id : text },
  }));
  const results: Result[] = broken.flatMap(({ id, findings }) =>
    findings.map((finding) => ({
      ruleId: id,
      ruleIndex: rules.findIndex((rule) => rule.id === id),
      level: "error" as const,
      message: { text: `${finding.case}: ${headline(finding)}\n${story(finding)}` },
      locations: [{ physicalLocation: { artifactLocation: { uri: file.replaceAll("\\", "/") } } }],
    })),
  );
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "vmcm verify", version, rules } }, results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** One line: rule, driver, message. */
export function headline({ rule, driver, message }: Finding): string {
  return `${rule} by ${driver}: ${message}`;
}

/** What is known beyond the headline: the bug check, and what happened to the object. */
export function story({ bugCheck, right, documents, object, history }: Finding): string {
  const lines = [
    ...(bugCheck === null ? [] : [`bug check ${bugCheck}`]),
    ...(right === null ? [] : [`the rule: ${right}`]),
    ...(documents.length === 0 ? [] : [`source: ${documents.join(", ")}`]),
    ...(history.length === 0 ? [] : [`calls about ${object ?? "the machine"}, the last one at the end:`]),
    ...history.map((line) => `  ${line}`),
  ];
  return lines.join("\n");
}

/** XML 1.0 has no place for most control characters. */
function clean(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "?");
}
