import { basename, dirname, extname } from "node:path";
import type { z } from "zod";
import { TrafficLibrary } from "../traffic/traffic-library.ts";
import { suggest } from "./did-you-mean.ts";
import { InputError } from "./input-error.ts";
import { readInputFile } from "./input-file.ts";
import { resolveScenario, ScenarioProblem } from "./resolve.ts";
import type { Scenario } from "./scenario.ts";
import { knownKeys, scenarioSchema } from "./schema.ts";
import type { KeyPath, YamlText } from "./yaml-text.ts";
import { readYaml } from "./yaml-text.ts";

const MAX_SCENARIO_BYTES = 1024 * 1024;

/**
 * Reads and checks a scenario file, and the capture files that it names: what it returns can be run. The first thing that is wrong
 * comes back as an {@link InputError} with its place; nothing is thrown, written or executed.
 */
export function loadScenario(file: string): Scenario | InputError {
  const bytes = readInputFile(file, MAX_SCENARIO_BYTES);
  if (!(bytes instanceof Uint8Array)) return new InputError(`the scenario ${bytes.problem}`, { file });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new InputError("the scenario is not UTF-8 text", { file });
  }
  return parseScenario(text, file);
}

/** As {@link loadScenario}, from the file's text. `file` gives the default name, and the folder that relative paths start at. */
export function parseScenario(text: string, file: string): Scenario | InputError {
  const yaml = readYaml(text, file);
  if (yaml instanceof InputError) return yaml;
  const parsed = scenarioSchema.safeParse(yaml.value);
  if (!parsed.success) return firstProblem(parsed.error.issues, yaml, file);
  try {
    const scenario = resolveScenario(parsed.data, defaultName(file), dirname(file));
    // Captures are read here to be checked, and again by the engine that sends them.
    new TrafficLibrary(scenario);
    return scenario;
  } catch (error) {
    if (!(error instanceof ScenarioProblem)) throw error;
    return problemAt(yaml, file, error.path, error.message, error.hint);
  }
}

/** The file's name without extension, made a name that a scenario may have. */
function defaultName(file: string): string {
  const name = basename(file, extname(file)).replace(/[^A-Za-z0-9_-]/g, "-");
  return (/^[A-Za-z]/.test(name) ? name : `scenario-${name}`).slice(0, 63);
}

function problemAt(
  yaml: YamlText,
  file: string,
  path: KeyPath,
  message: string,
  hint: string | null,
  onKey = false,
): InputError {
  const key = path.length === 0 ? null : formatPath(path);
  return new InputError(message, { file, ...yaml.position(path, onKey), key, hint });
}

/** Of all that is wrong, what stands first in the file. A key that is missing beside an unknown one was probably misspelt. */
function firstProblem(issues: readonly z.core.$ZodIssue[], yaml: YamlText, file: string): InputError {
  const unknown = new Set(
    issues.filter(({ code }) => code === "unrecognized_keys").map(({ path }) => formatPath(path)),
  );
  const telling = issues.filter(
    (issue) => !isMissing(issue, yaml) || !unknown.has(formatPath(issue.path.slice(0, -1))),
  );
  const problems = telling.map((issue) => problemOf(issue, yaml, file));
  return problems.reduce((first, problem) => {
    const lines = (problem.line ?? 0) - (first.line ?? 0);
    return lines < 0 || (lines === 0 && (problem.column ?? 0) < (first.column ?? 0)) ? problem : first;
  });
}

function isMissing(issue: z.core.$ZodIssue, yaml: YamlText): boolean {
  return issue.code !== "unrecognized_keys" && valueAt(yaml.value, issue.path) === undefined;
}

function problemOf(issue: z.core.$ZodIssue, yaml: YamlText, file: string): InputError {
  const at = (message: string, hint: string | null = null): InputError =>
    problemAt(yaml, file, issue.path, message, hint);
  const value = valueAt(yaml.value, issue.path);
  if (value === null && issue.path.length === 0) {
    return new InputError("the scenario is empty", { file, line: 1, column: 1, hint: "it needs hosts" });
  }
  if (isMissing(issue, yaml)) return missingKey(issue, yaml, file);
  switch (issue.code) {
    case "unrecognized_keys": {
      const key = issue.keys[0];
      const hint = suggest(key, knownKeys(issue.path, yaml.value), "known keys");
      return problemAt(yaml, file, [...issue.path, key], "unknown key", hint, true);
    }
    case "invalid_union": {
      const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : null;
      if (options === null) return at(issue.message);
      return at(`${quote(value)} is not known`, suggest(String(value), options, "one of"));
    }
    case "invalid_value":
      return at(`${quote(value)} is not known`, suggest(String(value), issue.values.map(String), "one of"));
    case "invalid_type":
      return at(`${kindOf(value)} where ${withArticle(expectedKind(issue.expected))} belongs`);
    case "too_small":
      return at(`${measure(issue.origin, value)} is too small`, `at least ${issue.minimum}`);
    case "too_big":
      return at(`${measure(issue.origin, value)} is too large`, `at most ${issue.maximum}`);
    case "custom": {
      const hint: unknown = issue.params?.hint;
      return at(issue.message, typeof hint === "string" ? hint : null);
    }
    case "invalid_format":
      return at(`${quote(value)} does not fit`, issue.message);
    default:
      return at(issue.message);
  }
}

function missingKey(issue: z.core.$ZodIssue, yaml: YamlText, file: string): InputError {
  const key = issue.path.at(-1);
  if (key === undefined)
    return new InputError("the scenario is empty", { file, line: 1, column: 1, hint: "it needs hosts" });
  const hint = "options" in issue && Array.isArray(issue.options) ? `one of: ${issue.options.join(", ")}` : null;
  const path = issue.path.slice(0, -1);
  return problemAt(yaml, file, path, `the key '${String(issue.path.at(-1))}' is missing`, hint);
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function formatPath(path: KeyPath): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${String(key)}`)).join("");
}

function quote(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return `'${text.length > 60 ? `${text.slice(0, 57)}...` : text}'`;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "keys";
  return `the ${typeof value === "string" ? "text" : typeof value} ${quote(value)}`;
}

function expectedKind(expected: string): string {
  const words: Record<string, string> = { object: "group of keys", array: "list", string: "text", int: "whole number" };
  return words[expected] ?? expected;
}

function withArticle(noun: string): string {
  return `a ${noun}`;
}

function measure(origin: string, value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return origin === "string" ? `a text of ${String(value).length} characters` : String(value);
}
