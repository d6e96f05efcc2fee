import type { CatalogEntry } from "../catalog.ts";
import { GROUPS, NOISE } from "../catalog.ts";
import type { MachineDescription } from "./machine.ts";
import type { Ratio, Result } from "./rounds.ts";

/** What `--json` prints. */
export interface BenchReport {
  readonly results: readonly Result[];
  readonly ratios: readonly Ratio[];
  readonly machine: MachineDescription;
}

const NAME_WIDTH = 24;
const FIGURE_WIDTH = 13;
const COUNT_WIDTH = 4;
const RATIO_WIDTH = 9;
const MEBIBYTE = 2 ** 20;

const HEADING = row("", ["median", "low", "high"], "n", "ratio");

/** The report as lines of at most 80 columns. */
export function formatReport(report: BenchReport, entries: readonly CatalogEntry[]): string {
  const lines = [...machineLines(report.machine), ""];
  for (const group of GROUPS) {
    const own = entries.filter((entry) => entry.group === group);
    const sections = own.flatMap((entry) => section(entry, own, report));
    if (sections.length > 0) lines.push(`${group}, per second of host time`, HEADING, ...sections, "");
  }
  return `${[...lines, ...noiseLines(report), ...LEGEND].join("\n")}\n`;
}

const LEGEND = [
  "Median, least and greatest of n samples, each in a process of its own, taken in",
  "turn. Ratio: our median over the baseline's below it. -bN: N frames per call.",
];

/** A workload with its baselines below it; a baseline that nobody here is compared with stands alone. */
function section(entry: CatalogEntry, all: readonly CatalogEntry[], report: BenchReport): string[] {
  const { id, work } = entry.workload;
  const result = report.results.find((other) => other.id === id);
  if (result === undefined || id === NOISE.id) return [];
  const shown = (name: string): boolean => report.results.some((other) => other.id === name);
  const isShownElsewhere = all.some(({ workload, baselines }) => baselines.includes(id) && shown(workload.id));
  if (isShownElsewhere && entry.baselines.length === 0) return [];
  const lines = [row(`${id}, ${result.unit}`, figures(result), String(result.samples), ""), `    ${work}`];
  for (const other of entry.baselines) {
    const theirs = report.results.find((candidate) => candidate.id === other);
    const ratio = report.ratios.find((candidate) => candidate.id === `${id}/${other}`);
    const what = all.find(({ workload }) => workload.id === other);
    if (theirs === undefined || ratio === undefined || what === undefined) continue;
    lines.push(row(`  ${other}`, figures(theirs), String(theirs.samples), `${formatRatio(ratio.value)}x`));
    lines.push(`      ${what.workload.work}`);
  }
  return lines;
}

function noiseLines({ results, ratios }: BenchReport): string[] {
  const ratio = ratios.find(({ id }) => id === `${NOISE.id}/${NOISE.of}`);
  if (ratio === undefined || results.length === 0) return [];
  return [`Noise: ${NOISE.of} over itself, measured beside it: ${ratio.value.toFixed(3)}x`];
}

function machineLines(machine: MachineDescription): string[] {
  const { cpu, cores, memoryBytes, node, v8, platform, loadBefore, loadAfter } = machine;
  return [
    `${cpu}, ${cores} cores, ${formatCount(memoryBytes / MEBIBYTE)} MiB, ${platform}`.slice(0, 80),
    `Node ${node}, V8 ${v8}, load average ${loadBefore} before, ${loadAfter} after`,
  ];
}

function figures({ median, low, high }: Result): string[] {
  return [median, low, high].map(formatCount);
}

function row(name: string, values: readonly string[], count: string, ratio: string): string {
  const columns = values.map((value) => value.padStart(FIGURE_WIDTH)).join("");
  return `${name.padEnd(NAME_WIDTH)}${columns}${count.padStart(COUNT_WIDTH)}${ratio.padStart(RATIO_WIDTH)}`.trimEnd();
}

/** 1234567.8 as "1,234,568". */
function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** To two places, or as a whole number from 100. */
function formatRatio(value: number): string {
  return value < 100 ? value.toFixed(2) : formatCount(value);
}
