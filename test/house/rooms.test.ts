import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the room check in `directory`; returns the names of the broken rules with the file that broke each. */
function brokenRules(directory: string, ...folders: string[]): string[] {
  const depcruise = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const run = spawnSync(
    process.execPath,
    [depcruise, "--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders],
    { cwd: directory, encoding: "utf8", maxBuffer: 64 << 20 },
  );
  const report = JSON.parse(run.stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return report.summary.violations.map((violation) => `${violation.rule.name}: ${violation.from}`).sort();
}

describe("the rooms of ARCHITECTURE.md", () => {
  let copy = "";

  function plant(path: string, text: string): void {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "rooms-"));
    for (const name of [".dependency-cruiser.cjs", "package.json", "tsconfig.json"])
      cpSync(join(ROOT, name), join(copy, name));
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    plant("src/wire/cell.ts", "export interface Cell { vci: number }\nexport const size = 53;\n");
    plant("src/wire/index.ts", 'export { size } from "./cell.ts";\n');
    plant("src/machine/clock.ts", "export interface Clock { nowNs: number }\nexport const start = 0;\n");
    plant("src/device/datasheet/registers.ts", "export const control = 0;\n");
    plant(
      "src/device/silicon.ts",
      'import { control } from "./datasheet/registers.ts";\nexport const reset = control;\n',
    );
  });

  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it("hold in this tree, circles included", () => {
    expect(brokenRules(ROOT, "src", "bench", "examples")).toEqual([]);
  });

  it("allow what the table allows", () => {
    plant(
      "src/miniport/driver.ts",
      'import type { Clock } from "../machine/clock.ts";\nimport { control } from "../device/datasheet/registers.ts";\n' +
        'import { size } from "../wire/cell.ts";\nexport type C = Clock;\nexport const a = control + size;\n',
    );
    plant("bench/main.ts", 'import { size } from "virtual-mcm/wire";\nexport const cell = size;\n');
    expect(brokenRules(copy, "src", "bench")).toEqual([]);
  });

  it("allow a type to refer back within its room, and still see a circle of run-time imports beside it", () => {
    const other = '"./other.ts";\n';
    plant(
      "src/wire/one.ts",
      `import { b } from ${other}import type { B } from ${other}export const a = b;\nexport type A = B;\n`,
    );
    plant(
      "src/wire/other.ts",
      'import type { A } from "./one.ts";\nexport const b = 1;\nexport interface B { a: A }\n',
    );
    expect(brokenRules(copy, "src")).toEqual([]);
    plant("src/wire/third.ts", 'import { a } from "./one.ts";\nexport const c = a;\n');
    plant(
      "src/wire/other.ts",
      'import type { A } from "./one.ts";\nimport { c } from "./third.ts";\nexport const b = c;\nexport interface B { a: A }\n',
    );
    expect(brokenRules(copy, "src")).toEqual(["no-circle: src/wire/other.ts"]);
  });

  it("catch every kind of violation, each where it was planted", () => {
    plant("src/ndis/vc.ts", 'import type { Cell } from "../wire/cell.ts";\nexport type C = Cell;\n');
    plant("src/wire/sscop.ts", 'import { start } from "../machine/clock.ts";\nexport const s = start;\n');
    plant("src/wire/file.ts", 'import { readFileSync } from "node:fs";\nexport const r = readFileSync;\n');
    plant("src/wire/aal5.ts", 'export { gone } from "./gone.ts";\n');
    plant("src/wire/a.ts", 'import { b } from "./b.ts";\nexport const a = 1;\nexport const c = b;\n');
    plant("src/wire/b.ts", 'import { a } from "./a.ts";\nexport const b = 1;\nexport const d = a;\n');
    plant("src/miniport/driver.ts", 'import { reset } from "../device/silicon.ts";\nexport const r = reset;\n');
    plant("src/miniport/timer.ts", 'import { start } from "../machine/clock.ts";\nexport const s = start;\n');
    plant("src/network/card.ts", 'import { reset } from "../device/silicon.ts";\nexport const r = reset;\n');
    plant("src/cli/main.ts", 'import { size } from "../wire/cell.ts";\nexport const s = size;\n');
    plant("src/attic/box.ts", 'import { size } from "../wire/cell.ts";\nexport const s = size;\n');
    plant("bench/main.ts", 'import { size } from "../src/wire/cell.ts";\nexport const s = size;\n');
    expect(brokenRules(copy, "src", "bench")).toEqual([
      "known-room: src/attic/box.ts",
      "no-circle: src/wire/a.ts",
      "nothing-outside-below-lab: src/wire/file.ts",
      "public-entry-points: bench/main.ts",
      "resolvable: src/wire/aal5.ts",
      "room-cli: src/cli/main.ts",
      "room-miniport-types-only: src/miniport/timer.ts",
      "room-miniport: src/miniport/driver.ts",
      "room-ndis: src/ndis/vc.ts",
      "room-network: src/network/card.ts",
      "room-wire: src/wire/sscop.ts",
    ]);
  });
});
