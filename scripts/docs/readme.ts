import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What stands in the blocks of README.md that are made from the code. */
const BLOCKS: Readonly<Record<string, () => string>> = {
  quickstart: quickstartOutput,
  experiment: () => readFileSync(join(ROOT, "examples/experiment.ts"), "utf8"),
};

/** README.md with its blocks as they should be; they stand between `<!-- name: made by npm run docs -->` and `<!-- end -->`. */
export function readme(): string {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  return text.replace(
    /(<!-- (\w+): made by npm run docs -->\n```\w+\n)[\s\S]*?(```\n<!-- end -->)/g,
    (_block, head: string, name: string, tail: string) => {
      const make = BLOCKS[name];
      if (make === undefined) throw new Error(`README.md has a block ${name}, which nobody makes`);
      return `${head}${make()}${tail}`;
    },
  );
}

/** What `npm start` prints, run in a folder of its own. */
function quickstartOutput(): string {
  const folder = mkdtempSync(join(tmpdir(), "vmcm-docs-"));
  const scenario = join(ROOT, "examples/quickstart.yaml");
  const run = spawnSync(process.execPath, [join(ROOT, "bin/vmcm.js"), "run", scenario], {
    cwd: folder,
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true, force: true });
  if (run.status !== 0) throw new Error(`the quickstart ended with ${run.status}: ${run.stdout}${run.stderr}`);
  return run.stdout;
}
