/** Writes what is made from code: documents in docs/, and blocks of README.md; with --check it changes nothing and fails when one has drifted. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { scenarioJsonSchema } from "../src/lab/scenario/schema.ts";
import { readme } from "./docs/readme.ts";
import { registersMarkdown } from "./docs/registers.ts";

const DOCUMENTS: readonly { readonly path: string; readonly generate: () => string }[] = [
  { path: "docs/scenario.schema.json", generate: () => `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n` },
  { path: "docs/registers.md", generate: registersMarkdown },
  { path: "README.md", generate: readme },
];

function current(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

const checking = process.argv.includes("--check");
const drifted: string[] = [];
for (const { path, generate } of DOCUMENTS) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const text = generate();
  if (current(file) === text) continue;
  if (checking) drifted.push(path);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}
if (drifted.length > 0) {
  console.error(`${drifted.join(", ")} no longer what the code says: run npm run docs`);
  process.exitCode = 1;
}
