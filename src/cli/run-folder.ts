import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UsageError } from "./exit-code.ts";

/** By this file a folder is known as the folder of a run, which a new run may replace. */
export const SUMMARY_FILE = "summary.json";

/**
 * The folder of a run. It is filled under another name beside its place and moved there when it is whole, so that what stands under the
 * name is always a complete run.
 */
export class RunFolder {
  readonly path: string;
  /** Where to write until {@link keep}. */
  readonly partialPath: string;

  /** @throws UsageError when there is something at `path` that is no run, or the folder cannot be made. */
  constructor(path: string) {
    this.path = path;
    const problem = occupant(path);
    if (problem !== null) throw new UsageError(`--out ${path}: ${problem}`);
    const whole = resolve(path);
    try {
      mkdirSync(dirname(whole), { recursive: true });
      this.partialPath = mkdtempSync(join(dirname(whole), `.${basename(whole)}.partial-`));
      // mkdtemp makes it for the owner alone; results are as readable as whatever else this user writes.
      chmodSync(this.partialPath, 0o777 & ~process.umask());
    } catch (error) {
      throw new UsageError(`--out ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Moves the folder to its place; a former run there is replaced. */
  keep(): void {
    const former = `${this.partialPath}.former`;
    const replaces = existsSync(this.path);
    if (replaces) renameSync(this.path, former);
    renameSync(this.partialPath, this.path);
    if (replaces) rmSync(former, { recursive: true, force: true });
  }

  /** Leaves nothing behind. */
  discard(): void {
    rmSync(this.partialPath, { recursive: true, force: true });
  }

  /** The name, within the folder, of a file that the run wrote. */
  nameOf(file: string): string {
    return isAbsolute(file) ? relative(this.partialPath, file) : file;
  }
}

/** Why a run may not take the place at `path`, or null when it may. */
function occupant(path: string): string | null {
  if (!existsSync(path)) return null;
  if (!statSync(path).isDirectory()) return "is a file, not a folder";
  const names = readdirSync(path);
  if (names.length === 0 || names.includes(SUMMARY_FILE)) return null;
  return "is a folder with other things in it, not one of a former run";
}
