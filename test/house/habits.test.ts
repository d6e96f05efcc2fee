import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LONGEST_FILE = 400;
const LONGEST_FUNCTION = 70;

/** Files that are tables and not code may be longer: one table, one file. */
const TABLES = /^src\/ndis\/ddi\/|^src\/device\/datasheet\//;

interface Source {
  path: string;
  lines: string[];
}

function sources(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => {
      const path = relative(ROOT, join(ROOT, folder, name)).replaceAll("\\", "/");
      return { path, lines: withoutComments(readFileSync(join(ROOT, path), "utf8").trimEnd()).split("\n") };
    });
}

/** Blanks comments and string contents, keeps the line structure. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (match) =>
    match.startsWith("/") ? match.replace(/[^\n]/g, " ") : '""',
  );
}

function linesThatMatch(files: Source[], pattern: RegExp): string[] {
  const found: string[] = [];
  for (const { path, lines } of files) {
    lines.forEach((line, index) => {
      if (pattern.test(line)) found.push(`${path}:${index + 1}: ${line.trim()}`);
    });
  }
  return found;
}

/** Functions with more than {@link LONGEST_FUNCTION} lines, from the first line of the signature to the closing brace. */
function longFunctions({ path, lines }: Source): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(path, lines.join("\n"), ts.ScriptTarget.Latest, true);
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const first = lineOf(node.getStart(source));
      const length = lineOf(node.end) - first + 1;
      if (length > LONGEST_FUNCTION) found.push(`${path}:${first}: ${length}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const all = sources("src");
const everything = [...all, ...["bench", "examples", "scripts"].flatMap((folder) => sources(folder))];
const belowLab = all.filter(({ path }) => !/^src\/(lab|cli)\//.test(path));

/** What the host decides must not reach behaviour: the same seed gives the same bytes. */
const HOST_DECIDES =
  /\bDate\b|Math\.random|\bperformance\b|\bset(Timeout|Interval|Immediate)\b|queueMicrotask|\bPromise\b|\basync\b|\bawait\b|process\./;
const MODULE_STATE = /^(export )?(let|var)\b/;

describe("habits of the house", () => {
  it(`a file has at most ${LONGEST_FILE} lines, unless it is a table`, () => {
    const long = everything.filter(({ path, lines }) => lines.length > LONGEST_FILE && !TABLES.test(path));
    expect(long.map(({ path, lines }) => `${path}: ${lines.length}`)).toEqual([]);
  });

  it(`a function has at most ${LONGEST_FUNCTION} lines`, () => {
    expect(everything.flatMap(longFunctions)).toEqual([]);
  });

  it("nothing below the lab asks the host for time, chance or a turn", () => {
    expect(linesThatMatch(belowLab, HOST_DECIDES)).toEqual([]);
  });

  it("no module holds mutable state", () => {
    expect(linesThatMatch(everything, MODULE_STATE)).toEqual([]);
  });

  it("these checks see what they look for", () => {
    const bad = {
      path: "bad.ts",
      lines: withoutComments('let a = 1; // Date\nconst b = "Date";\nDate.now();').split("\n"),
    };
    expect(linesThatMatch([bad], HOST_DECIDES)).toEqual(["bad.ts:3: Date.now();"]);
    expect(linesThatMatch([bad], MODULE_STATE)).toEqual(["bad.ts:1: let a = 1;"]);
    const lines = ["const short = () => 1;", "const f = () => {", ...Array.from({ length: 69 }, () => "  f();"), "};"];
    expect(longFunctions({ path: "long.ts", lines })).toEqual(["long.ts:2: 71"]);
  });
});
