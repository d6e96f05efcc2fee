import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import packageDescription from "../../../package.json" with { type: "json" };

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runIn(folder: string, command: string, ...parameters: string[]): Outcome {
  const run = spawnSync(command, parameters, { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** As {@link runIn}, for steps that must succeed. @throws Error with what it printed when it does not. */
function mustRun(folder: string, command: string, ...parameters: string[]): void {
  const { code, stdout, stderr } = runIn(folder, command, ...parameters);
  if (code !== 0) throw new Error(`${command} ${parameters[0]} ended with ${code}:\n${stdout}${stderr}`);
}

/**
 * An empty folder into which the package was installed as a user would: packed by npm, installed by npm. Nothing comes from a
 * registry: what the package depends on is packed out of node_modules.
 */
export class InstalledPackage {
  /** The user's folder. */
  readonly folder: string;
  readonly #workshop: string;

  constructor() {
    this.#workshop = mkdtempSync(join(tmpdir(), "vmcm-package-"));
    this.folder = join(this.#workshop, "user");
    try {
      this.#install();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  remove(): void {
    rmSync(this.#workshop, { recursive: true, force: true });
  }

  #install(): void {
    const tarballs = join(this.#workshop, "tarballs");
    mkdirSync(tarballs);
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, "package.json"), '{ "private": true, "type": "module" }\n');
    mustRun(this.#copyOfTheTree(), "npm", "pack", "--pack-destination", tarballs);
    const dependencies = installedDependencies().map((name) => `./node_modules/${name}`);
    mustRun(ROOT, "npm", "pack", "--ignore-scripts", "--pack-destination", tarballs, ...dependencies);
    const files = readdirSync(tarballs).map((name) => join(tarballs, name));
    const cache = join(this.#workshop, "cache");
    mustRun(this.folder, "npm", "install", "--offline", "--ignore-scripts", "--cache", cache, ...files);
  }

  /** npm pack builds into dist/ first: that is not to happen in the tree that others work in. */
  #copyOfTheTree(): string {
    const copy = join(this.#workshop, "tree");
    mkdirSync(copy);
    const built = new Set(["dist"]);
    const names = [
      "package.json",
      "tsconfig.json",
      "tsconfig.build.json",
      "rolldown.config.ts",
      "src",
      ...packageDescription.files,
    ];
    for (const name of names.filter((other) => !built.has(other)))
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    return copy;
  }
}

/** The packages that this one needs when it runs, with all that they need, as far as they are installed for this machine. */
function installedDependencies(): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const folder = join(ROOT, "node_modules", name);
    if (found.has(name) || !existsSync(folder)) return;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    ) as { dependencies?: object; optionalDependencies?: object };
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) visit(needed);
  };
  for (const name of Object.keys(packageDescription.dependencies)) visit(name);
  return [...found];
}
