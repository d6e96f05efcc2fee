import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Subject, SubjectRole } from "../../lab/conformance/index.ts";
import { UsageError } from "../exit-code.ts";

export const ROLES: readonly SubjectRole[] = ["mcm", "call-manager", "client"];

const MODULE_ENDING = /\.[cm]?[jt]s$/;

interface DriverModule {
  readonly DriverEntry: (...parameters: never[]) => unknown;
  readonly role?: unknown;
  /** A call manager may bring its miniport along. */
  readonly MiniportDriverEntry?: unknown;
}

/**
 * Loads a driver module: it exports DriverEntry, and says in `role` what it is unless the command line does. Every case imports the
 * module anew, since a driver that is loaded again starts with fresh memory.
 * @throws UsageError when the file is not there, cannot be imported, or is no driver.
 */
export async function loadSubject(file: string, role: string | undefined, cases: number): Promise<Subject> {
  if (!existsSync(file)) throw new UsageError(`${file}: no such file; a driver module exports DriverEntry`);
  if (!MODULE_ENDING.test(file)) throw new UsageError(`${file}: a driver module is a .ts, .mts, .js or .mjs file`);
  if (!isEsModule(resolve(file)))
    throw new UsageError(`${file} is no ES module: call it .mts, or put "type": "module" into its package.json`);
  // In the repository TypeScript is understood already.
  if (extname(import.meta.url) !== ".ts") (await import("tsx/esm/api")).register();
  const modules: DriverModule[] = [];
  for (let copy = 0; copy < Math.max(1, cases); copy++) modules.push(await importDriver(file, copy));
  const said = role ?? modules[0]?.role;
  const known = ROLES.find((one) => one === said);
  if (known === undefined) {
    const what = said === undefined ? "does not say which role it has" : `has the role ${String(said)}`;
    throw new UsageError(`${file} ${what}; --role, or an exported role, is one of ${ROLES.join(", ")}`);
  }
  const name = basename(file, extname(file));
  let next = 0;
  const load = () => {
    const module = modules[next++ % modules.length];
    return { name, DriverEntry: module.DriverEntry };
  };
  const loadMiniport = () => ({
    name: `${name}-miniport`,
    DriverEntry: modules[next % modules.length].MiniportDriverEntry,
  });
  const hasMiniport = known === "call-manager" && typeof modules[0].MiniportDriverEntry === "function";
  return { role: known, name, load, ...(hasMiniport ? { loadMiniport } : {}) } as Subject;
}

/** As Node decides it: by the ending, or by the nearest package.json. */
function isEsModule(path: string): boolean {
  const ending = extname(path);
  if (ending === ".mts" || ending === ".mjs") return true;
  if (ending === ".cts" || ending === ".cjs") return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const description = join(folder, "package.json");
    if (existsSync(description)) return /"type"\s*:\s*"module"/.test(readFileSync(description, "utf8"));
    if (folder === dirname(folder)) return false;
  }
}

async function importDriver(file: string, copy: number): Promise<DriverModule> {
  const url = pathToFileURL(resolve(file));
  url.search = `copy=${copy}`;
  let module: unknown;
  try {
    module = await import(url.href);
  } catch (error) {
    throw new UsageError(`${file} cannot be imported: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (isDriver(module)) return module;
  throw new UsageError(`${file} exports no function DriverEntry(DriverObject, RegistryPath, Ndis)`);
}

function isDriver(module: unknown): module is DriverModule {
  return (
    typeof module === "object" && module !== null && "DriverEntry" in module && typeof module.DriverEntry === "function"
  );
}
