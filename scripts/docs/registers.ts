import * as datasheet from "../../src/device/datasheet/index.ts";
import type { Layout, LayoutField } from "../../src/device/datasheet/layouts.ts";
import type { Register, RegisterField } from "../../src/device/datasheet/registers.ts";

/** docs/registers.md: the device's manual, made from its datasheet. */
export function registersMarkdown(): string {
  const registers: readonly (readonly [string, Register])[] = Object.entries(datasheet.REGISTERS);
  const rows = [...registers].sort(([, a], [, b]) => a.offset - b.offset);
  return [
    "# Registers and layouts",
    "",
    "Made from `src/device/datasheet/` by `npm run docs`; do not edit.",
    "",
    "All registers are 32 bits wide and little-endian. ro: read only, rw: read and write, wo: write only, w1c: write 1 to clear.",
    "",
    ...table(
      ["offset", "name", "access", "reset", "meaning"],
      rows.map(([name, { offset, access, reset, meaning }]) => [
        hex(offset, 3),
        `\`${name}\``,
        access,
        hex(reset, 8),
        meaning,
      ]),
    ),
    ...rows.flatMap(([name, { fields }]) => (fields === undefined ? [] : [`## ${name}`, "", ...fieldTable(fields)])),
    ...layouts().flatMap(([name, layout]) => [
      `## Layout ${name}`,
      "",
      `${layout.meaning}; ${layout.bytes} bytes.`,
      "",
      ...layoutTable(layout.fields),
    ]),
    ...codes().flatMap(([name, values]) => [
      `## Codes ${name}`,
      "",
      ...table(
        ["value", "name"],
        Object.entries(values).map(([code, value]) => [`${value}`, code]),
      ),
    ]),
  ].join("\n");
}

function layouts(): [string, Layout][] {
  return Object.entries(datasheet.LAYOUTS);
}

/** Tables of plain numbers, such as opcodes. */
function codes(): [string, Record<string, number>][] {
  return Object.entries(datasheet).filter((entry): entry is [string, Record<string, number> & (typeof entry)[1]] => {
    const value: unknown = entry[1];
    return (
      typeof value === "object" && value !== null && Object.values(value).every((code) => typeof code === "number")
    );
  });
}

function fieldTable(fields: Readonly<Record<string, RegisterField>>): string[] {
  const rows = Object.entries(fields).map(([name, field]) => [bits(field), `\`${name}\``, field.meaning]);
  return table(["bits", "field", "meaning"], rows);
}

function layoutTable(fields: Readonly<Record<string, LayoutField>>): string[] {
  const rows = Object.entries(fields).map(([name, field]) => [
    `${field.word}`,
    bits(field),
    `\`${name}\``,
    field.meaning,
  ]);
  return table(["word", "bits", "field", "meaning"], rows);
}

function bits({ lsb, width }: { lsb: number; width: number }): string {
  return width === 1 ? `${lsb}` : `${lsb + width - 1}:${lsb}`;
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(digits, "0")}`;
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
