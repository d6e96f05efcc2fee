import type { Document, Node } from "yaml";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { InputError } from "./input-error.ts";

export type KeyPath = readonly PropertyKey[];

/** Aliases may not make the text grow beyond this many times (a "YAML bomb"). */
const MAX_ALIAS_EXPANSIONS = 100;
/** A parser is recursive: deep nesting is refused before it costs the stack. */
const MAX_NESTING = 64;

/** YAML reads these as numbers although they are texts: `+4989123`, and an AESA of decimal digits alone. */
const TEXT_KEYS: ReadonlySet<string> = new Set(["address", "to"]);

/** A YAML text that has been read, which can still say where a key stands. */
export class YamlText {
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(value: unknown, document: Document.Parsed, lines: LineCounter) {
    this.value = value;
    this.#document = document;
    this.#lines = lines;
  }

  /**
   * Line and column (from 1) of the key at `path`; of the nearest enclosing key when there is no such key. `onKey` points at a map's
   * key itself instead of its value.
   */
  position(path: KeyPath, onKey = false): { line: number; column: number } {
    let node: Node | null = this.#document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, key] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.#document) ?? null;
      let next: unknown = null;
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
        next = onKey && depth === path.length - 1 ? pair?.key : (pair?.value ?? pair?.key);
      } else if (isSeq(node) && typeof key === "number") next = node.items[key];
      if (!isScalar(next) && !isMap(next) && !isSeq(next) && !isAlias(next)) break;
      node = next;
      offset = node.range?.[0] ?? offset;
    }
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** Reads one YAML 1.2 document. Total: any text gives a value or an {@link InputError}; nothing in it can run. */
export function readYaml(text: string, file: string): YamlText | InputError {
  const deep = deepNesting(text);
  if (deep !== null) return new InputError(`nested deeper than ${MAX_NESTING} levels`, { file, line: deep });
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: "1.2" });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) {
      const { line, col } = lines.linePos(problem.pos[0]);
      return new InputError(`not valid YAML: ${firstLine(problem.message)}`, { file, line, column: col });
    }
    visit(document, {
      Pair(_, { key, value }) {
        if (!isScalar(key) || !TEXT_KEYS.has(String(key.value)) || !isScalar(value)) return;
        if (typeof value.value === "number" && value.source !== undefined) value.value = value.source;
      },
    });
    return new YamlText(document.toJS({ maxAliasCount: MAX_ALIAS_EXPANSIONS }), document, lines);
  } catch (error) {
    // toJS throws on excessive aliases and on an alias inside its own anchor; a parser that runs out of stack throws RangeError.
    const message = error instanceof Error ? firstLine(error.message) : String(error);
    const bomb = /alias/i.test(message);
    return new InputError(bomb ? `too many YAML aliases: ${message}` : `not readable as YAML: ${message}`, {
      file,
      line: 1,
      column: 1,
    });
  }
}

/** The first line at which flow brackets or block indentation nest too deep, or null. A bound, not a parser: it may count too much. */
function deepNesting(text: string): number | null {
  let line = 1;
  let brackets = 0;
  let starts = 0;
  let atStart = true;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "\n") {
      line++;
      starts = 0;
      atStart = true;
    } else if (character === "[" || character === "{") brackets++;
    else if (character === "]" || character === "}") brackets = Math.max(0, brackets - 1);
    else if (atStart && (character === "-" || character === "?" || character === ":")) starts++;
    else if (character !== " " && character !== "\t") atStart = false;
    if (brackets > MAX_NESTING || starts > MAX_NESTING) return line;
  }
  return null;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0];
}
