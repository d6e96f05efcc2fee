import type { RunSummary } from "../lab/run.ts";
import { EXIT_FINDING, EXIT_INTERRUPTED, EXIT_OK } from "./exit-code.ts";
import type { Paint } from "./text.ts";
import { COLUMNS, formatCount, formatDuration, labelled } from "./text.ts";

const MOST_LINES = 12;

/** 0 fine, 1 something was found, 130 interrupted. */
export function exitCodeOf(summary: RunSummary): number {
  if (summary.stopped === "interrupted") return EXIT_INTERRUPTED;
  const found = summary.findings.length > 0 || summary.stopped === "limit" || leftovers(summary).length > 0;
  return found ? EXIT_FINDING : EXIT_OK;
}

/** A label, and what stands beside it. */
type Section = readonly [label: string, parts: readonly string[]];

/** What happened, at a glance, in lines of 80 columns, or fewer. */
export function formatSummary(summary: RunSummary, folder: string, paint: Paint, columns = COLUMNS): string {
  const { calls, frames, findings, files } = summary;
  const dropped = Object.entries(frames.dropped).filter(([, count]) => count > 0);
  const droppedInAll = dropped.reduce((sum, [, count]) => sum + count, 0);
  const ending = { finished: "finished", interrupted: "interrupted", limit: "stopped at a limit" }[summary.stopped];
  const time = formatDuration(summary.virtualTimeNs);
  const outcomes = calls.outcomes.map(({ status, cause, causeName, count }) => {
    const reason = cause === null ? "" : `, cause ${cause}${causeName === null ? "" : ` ${causeName}`}`;
    return `${formatCount(count)} x ${status}${reason}`;
  });
  const oddities = [
    ...(frames.outOfOrder === 0 ? [] : [`${formatCount(frames.outOfOrder)} out of order`]),
    ...(frames.repeated === 0 ? [] : [`${formatCount(frames.repeated)} repeated`]),
  ];
  const sections: readonly Section[] = [
    ["run", [`${summary.scenario}, seed ${summary.seed}, ${summary.mode} mode: ${ending}, ${time} of virtual time`]],
    ["calls", counts(calls, ["attempted", "connected", "refused", "failed", "closed"])],
    ...shortened(outcomes).map((outcome): Section => ["", [outcome]]),
    ["frames", [...counts(frames, ["sent", "delivered"]), `${formatCount(droppedInAll)} dropped`, ...oddities]],
    ["", dropped.map(([reason, count]) => `${formatCount(count)} ${reason}`)],
    ["bytes", [`${formatCount(frames.bytesSent)} sent`, `${formatCount(frames.bytesDelivered)} delivered`]],
    ...cleanSections(summary),
    ...shortened(findings.map(({ rule, message }) => `${rule}: ${message}`)).map(
      (text): Section => ["finding", [text]],
    ),
    ["files", [`${folder}:`, ...Object.values(files)]],
    ["verdict", [verdict(summary, paint)]],
  ];
  const lines = sections.flatMap(([label, parts]) => labelled(label, parts, paint, columns));
  return `${lines.join("\n")}\n`;
}

function counts<Key extends string>(values: Readonly<Record<Key, number>>, keys: readonly Key[]): string[] {
  return keys.map((key) => `${formatCount(values[key])} ${key}`);
}

/** Hosts on which something is left, and the switch, each with what and how many. */
function leftovers({ hosts, network }: RunSummary): { name: string; left: string[] }[] {
  return [...hosts, network]
    .map(({ name, leftovers: counted }) => ({
      name,
      left: Object.entries(counted).flatMap(([what, count]) => (count === 0 ? [] : [`${what} ${formatCount(count)}`])),
    }))
    .filter(({ left }) => left.length > 0);
}

function cleanSections(summary: RunSummary): Section[] {
  const unclean = leftovers(summary);
  if (unclean.length > 0) return unclean.map(({ name, left }) => ["left", [`${name}:`, ...left]]);
  const { hosts, network } = summary;
  const who = hosts.length <= 4 ? hosts.map(({ name }) => name).join(", ") : `all ${hosts.length} hosts`;
  return [["clean", [`${who}, ${network.name}: every count is back to zero`]]];
}

function shortened(lines: readonly string[]): string[] {
  return lines.length <= MOST_LINES
    ? [...lines]
    : [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more in the summary file`];
}

function verdict(summary: RunSummary, paint: Paint): string {
  switch (exitCodeOf(summary)) {
    case EXIT_OK:
      return paint("green", "ok");
    case EXIT_INTERRUPTED:
      return paint("yellow", "interrupted: these are the results up to there");
  }
  const reasons: string[] = [];
  if (summary.findings.length > 0) reasons.push(`${summary.findings.length} found`);
  if (leftovers(summary).length > 0) reasons.push("something is left behind");
  if (summary.stopped === "limit") reasons.push("did not end within its limits");
  return paint("red", `not ok: ${reasons.join(", ")}`);
}
