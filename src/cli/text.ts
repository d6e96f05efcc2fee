import { styleText } from "node:util";

export const COLUMNS = 80;
const NARROWEST = 30;
const LABEL_WIDTH = 9;

export type Emphasis = "bold" | "green" | "red" | "yellow" | "dim";
export type Paint = (emphasis: Emphasis, text: string) => string;

/** Colours for a terminal; plain text for everything else and under NO_COLOR (no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const plain = stream.isTTY !== true || (process.env.NO_COLOR ?? "") !== "";
  return plain ? (_, text) => text : (emphasis, text) => styleText(emphasis, text, { validateStream: false });
}

/** 1234567 as "1,234,567". */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Virtual time in the unit in which it reads best, to three places. */
export function formatDuration(timeNs: number): string {
  const units: [string, number][] = [
    ["s", 1e9],
    ["ms", 1e6],
    ["us", 1e3],
  ];
  for (const [unit, worth] of units) if (timeNs >= worth) return `${Number((timeNs / worth).toFixed(3))} ${unit}`;
  return `${timeNs} ns`;
}

/** Columns to fill on `stream`: {@link COLUMNS}, fewer on a narrower terminal. */
export function columnsOf(stream: { readonly columns?: number }): number {
  return Math.max(NARROWEST, Math.min(COLUMNS, stream.columns ?? COLUMNS));
}

/** Puts parts side by side under a label, two blanks apart, in as many lines of `columns` as it takes. */
export function labelled(label: string, parts: readonly string[], paint: Paint, columns = COLUMNS): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts.flatMap((text) => foldPart(text, columns - LABEL_WIDTH))) {
    if (line !== "" && LABEL_WIDTH + line.length + 2 + part.length > columns) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? part : `${line}  ${part}`;
  }
  if (line !== "") lines.push(line);
  return lines.map((text, i) => (i === 0 ? paint("bold", label.padEnd(LABEL_WIDTH)) : " ".repeat(LABEL_WIDTH)) + text);
}

/** Breaks a text that is wider than a line at its blanks; one without blanks stays whole. */
function foldPart(text: string, width: number): string[] {
  const folded: string[] = [];
  let line = "";
  if (text.length <= width) return [text];
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      folded.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...folded, line];
}
