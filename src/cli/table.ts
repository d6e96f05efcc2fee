import type { Paint } from "./text.ts";
import { COLUMNS } from "./text.ts";

const GAP = "  ";
const CUT = "...";

/**
 * Rows under a bold head, columns two blanks apart. The last column takes what is left of `columns` and is cut there.
 * @param rows as many cells each as the head has.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  columns = COLUMNS,
): string[] {
  const last = head.length - 1;
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const left = columns - widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === last ? cutTo(cell, left) : cell.padEnd(widths[i]))).join(GAP);
  return [paint("bold", line(head)), ...rows.map(line)];
}

/** `text`, or as much of it as fits, with dots at the end. */
export function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - CUT.length))}${CUT}`;
}
