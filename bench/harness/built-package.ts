import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What is measured is the package as it is installed: dist/. The loader that runs TypeScript in the repository gives every
 * function a name at run time, which costs the paths measured here a sixth.
 */

export const PACKAGE_FOLDER = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLING = join(PACKAGE_FOLDER, "rolldown.config.ts");
/** Points `virtual-mcm/...` at dist/. */
const BUILD = join(PACKAGE_FOLDER, "tsconfig.build.json");

/** In the repository: makes the JavaScript of dist/ from src/. Installed, dist/ is there. @throws Error */
export function buildPackage(): void {
  if (!existsSync(BUNDLING)) return;
  const rolldown = dirname(createRequire(import.meta.url).resolve("rolldown/package.json"));
  const parameters = [join(rolldown, "bin/cli.mjs"), "-c", BUNDLING];
  const run = spawnSync(process.execPath, parameters, { cwd: PACKAGE_FOLDER, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`dist/ could not be built: ${run.stdout.trim()}${run.stderr.trim()}`);
}

/** What a sample's process adds to its environment: in the repository, `virtual-mcm/...` is dist/ and not src/. */
export function sampleEnvironment(): Record<string, string> {
  return existsSync(BUILD) ? { TSX_TSCONFIG_PATH: BUILD } : {};
}
