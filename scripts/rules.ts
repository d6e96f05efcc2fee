/**
 * Reads the rule cases of test/rules/ and writes down which rule has which tests: evidence.json for `vmcm rules`, docs/rules.md for
 * readers. With --check it changes nothing and fails when one has drifted.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { collectEvidence } from "./rules/evidence.ts";
import { rulesMarkdown } from "./rules/page.ts";

const checking = process.argv.includes("--check");
const { testsByRule, complaints } = collectEvidence();
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
else {
  const made = {
    "src/ndis/rulebook/evidence.json": `${JSON.stringify(testsByRule, null, 2)}\n`,
    "docs/rules.md": rulesMarkdown(testsByRule),
  };
  for (const [path, text] of Object.entries(made)) {
    const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
    if (current(file) === text) continue;
    if (checking) {
      console.error(`${path} no longer what the rule cases say: run npm run rules`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, text);
      console.log(`wrote ${path}`);
    }
  }
}

function current(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
