import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import packageDescription from "../../package.json" with { type: "json" };
import { InputError, parseScenario, runScenario } from "../../src/lab/index.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
/** What a run makes; it is not there before. */
const MADE = /^(runs|dist|node_modules)\//;

function read(name: string): string {
  return readFileSync(join(ROOT, name), "utf8");
}

/** The fenced block that follows a comment of this beginning. */
function block(document: string, comment: string): string {
  const found = new RegExp(`<!-- ${comment}[^\\n]*-->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(document);
  if (found === null) throw new Error(`no block ${comment}`);
  return found[1];
}

interface Arrow {
  readonly line: string;
}

/** The arrows of a sequence diagram as "host/lane -> host/lane: name", whatever its participants are called. */
function arrows(diagram: string): Arrow[] {
  const lanes = new Map<string, string>();
  let host = "";
  const found: Arrow[] = [];
  for (const text of diagram.split("\n").map((line) => line.trim())) {
    const box = /^box transparent (\w+)$/.exec(text);
    const participant = /^participant (\w+)(?: as (.+))?$/.exec(text);
    const arrow = /^(\w+?)(-?->>)(\w+): (.+)$/.exec(text);
    if (box !== null) host = box[1];
    else if (text === "end") host = "";
    else if (participant !== null) {
      const title = participant[2] ?? participant[1];
      lanes.set(participant[1], `${host}/${title === "vmcm" ? "MCM" : title}`);
    } else if (arrow !== null) {
      const [, from, way, to, label] = arrow;
      const name = /^(\w+ returns \w+|[A-Z]{2}[A-Z ]+|\w+)/.exec(label)?.[1] ?? label;
      found.push({ line: `${lanes.get(from)} ${way} ${lanes.get(to)}: ${name}` });
    }
  }
  return found;
}

/** The first of `wanted` that does not follow in `all`, in order; null when all do. */
function firstMissing(wanted: readonly Arrow[], all: readonly Arrow[]): string | null {
  let at = 0;
  for (const { line } of wanted) {
    while (at < all.length && all[at].line !== line) at++;
    if (at++ >= all.length) return line;
  }
  return null;
}

/** Room -> what it may import, from the dependency rules themselves. */
function roomsOfTheCheck(): Record<string, string> {
  const { forbidden } = createRequire(import.meta.url)(join(ROOT, ".dependency-cruiser.cjs")) as {
    forbidden: { name: string; comment: string }[];
  };
  const rooms = forbidden.flatMap(({ comment }) => {
    const found = /^(src\/[\w-]+) may import only: (.+)$/.exec(comment);
    return found === null ? [] : [[`${found[1]}/`, found[2].replace("nothing of ours", "nothing")]];
  });
  return Object.fromEntries(rooms);
}

/** Quoted paths and link targets that do not exist; a path may start at the root, at src/ or at src/ndis/. */
function missingPaths(text: string): string[] {
  const quoted = [
    ...text.matchAll(/`((?:src|test|docs|examples|scripts|bench|bin|device|ndis|ddi|library)\/[^`\s<]*)`/g),
  ];
  const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)];
  const places = ["", "src/", "src/ndis/"];
  return [...quoted, ...linked]
    .map(([, path]) => path)
    .filter((path) => !MADE.test(path) && !places.some((place) => existsSync(join(ROOT, place, path))));
}

function missingScripts(text: string): string[] {
  const named = [...text.matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, script, known]) => script ?? known);
  return named.filter((script) => !Object.hasOwn(packageDescription.scripts, script));
}

describe("README.md", () => {
  const readme = read("README.md");

  it("shows examples/experiment.ts as it is", () => {
    expect(block(readme, "experiment")).toBe(read("examples/experiment.ts"));
  });

  it("shows a scenario that is right, and runs as it should", () => {
    const scenario = parseScenario(block(readme, "scenario"), "README.yaml");
    if (scenario instanceof InputError) throw scenario;
    const { calls, findings, hosts } = runScenario(scenario, {});
    expect({ calls, findings }).toMatchObject({ calls: { attempted: 4, connected: 4, closed: 4 }, findings: [] });
    expect(hosts.flatMap(({ leftovers }) => Object.values(leftovers)).filter((count) => count !== 0)).toEqual([]);
  });

  it("shows a ladder whose every arrow a real call has, in this order", () => {
    const scenario = parseScenario(
      `hosts:
  - { name: alice, nics: [{ address: 47.0005.80.ffe100.0000.f21a.26d8.0020ea000001.00 }] }
  - { name: bob, nics: [{ address: 47.0005.80.ffe100.0000.f21a.26d8.0020ea000002.00 }] }
traffic: [{ name: one, generator: fixed, size: 100, count: 1 }]
calls: [{ from: alice, to: bob, traffic: one }]
`,
      "ladder.yaml",
    );
    if (scenario instanceof InputError) throw scenario;
    const outDir = mkdtempSync(join(tmpdir(), "vmcm-ladder-"));
    try {
      const { files } = runScenario(scenario, { outDir });
      const real = arrows(readFileSync(join(outDir, files.ladder), "utf8"));
      const shown = arrows(block(readme, "ladder"));
      expect(shown.length).toBeGreaterThan(30);
      expect(firstMissing(shown, real)).toBeNull();
      expect(firstMissing([...shown].reverse(), real)).not.toBeNull();
    } finally {
      rmSync(outDir, { recursive: true, force: true });
    }
  });

  it("names every import that the package has", () => {
    const named = [...readme.matchAll(/^\| `virtual-mcm\/([\w-]+)` \|/gm)].map(([, name]) => `./${name}`);
    const exported = Object.keys(packageDescription.exports).filter((name) => name !== "./package.json");
    expect(named.sort()).toEqual(exported.sort());
  });
});

describe("ARCHITECTURE.md", () => {
  it("has the table that check:rooms holds the code to, and every folder of src/ is in it", () => {
    const rows = [...read("ARCHITECTURE.md").matchAll(/^\| `(src\/[\w-]+\/)` \|.*\| ([^|]+) \|$/gm)];
    const table = Object.fromEntries(rows.map(([, room, mayImport]) => [room, mayImport]));
    expect(table).toEqual(roomsOfTheCheck());
    expect(Object.keys(table).sort()).toEqual(
      readdirSync(join(ROOT, "src"))
        .map((name) => `src/${name}/`)
        .sort(),
    );
  });
});

describe.each(DOCUMENTS)("%s", (name) => {
  const text = read(name);

  it("names paths that exist, and links to them", () => {
    expect(missingPaths(text)).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    expect(missingScripts(text)).toEqual([]);
  });

  it("has lines of at most 180 characters, tables and links apart", () => {
    const long = text.split("\n").filter((line) => line.length > 180 && !line.startsWith("|"));
    expect(long).toEqual([]);
  });
});

describe("these checks", () => {
  it("see what they look for", () => {
    expect(missingPaths("`src/attic/box.ts`, `src/wire/`, [a](GONE.md) and [b](README.md)")).toEqual([
      "src/attic/box.ts",
      "GONE.md",
    ]);
    expect(missingScripts("npm run nothing, npm test, npm run check:docs")).toEqual(["nothing"]);
  });
});
