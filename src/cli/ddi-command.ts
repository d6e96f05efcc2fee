import type { DdiView } from "../lab/contract/index.ts";
import { DDI_KINDS, DDI_ROLES, ddiViews } from "../lab/contract/index.ts";
import { choose, nearestNames } from "./choose.ts";
import { EXIT_OK, UsageError } from "./exit-code.ts";
import { formatTable } from "./table.ts";
import type { Paint } from "./text.ts";
import { COLUMNS, columnsOf, labelled, paintFor } from "./text.ts";

export interface DdiCommandOptions {
  readonly json?: boolean;
  readonly role?: string;
  readonly kind?: string;
}

/** `vmcm ddi`. @returns the exit code. @throws UsageError for a name, role or kind that is none. */
export function ddiCommand(name: string | undefined, options: DdiCommandOptions): number {
  const role = options.role === undefined ? null : choose("--role", options.role, DDI_ROLES);
  const kind = options.kind === undefined ? null : choose("--kind", options.kind, DDI_KINDS);
  const ddis = ddisNamed(name ?? "").filter(
    (ddi) => (role === null || ddi.role.includes(role)) && (kind === null || ddi.kind === kind),
  );
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(ddis, null, 2)}\n`
      : formatDdis(ddis, paintFor(process.stdout), columnsOf(process.stdout)),
  );
  return EXIT_OK;
}

/** The one of this name, or all whose names begin so; the case decides where it can: NdisClO is not NdisClose. */
function ddisNamed(name: string): DdiView[] {
  const lower = name.toLowerCase();
  const all = ddiViews();
  const readings: ((known: string) => boolean)[] = [
    (known) => known.toLowerCase() === lower,
    (known) => known.startsWith(name),
    (known) => known.toLowerCase().startsWith(lower),
  ];
  for (const fits of readings) {
    const named = all.filter((ddi) => fits(ddi.name));
    if (named.length > 0) return named;
  }
  const names = all.map((ddi) => ddi.name);
  throw new UsageError(`${name}: no such function or callback${nearestNames(name, names)}`);
}

/** One in full, several as a table. */
export function formatDdis(ddis: readonly DdiView[], paint: Paint, columns = COLUMNS): string {
  const lines = ddis.length === 1 ? details(ddis[0], paint, columns) : list(ddis, paint, columns);
  return `${lines.join("\n")}\n`;
}

function list(ddis: readonly DdiView[], paint: Paint, columns: number): string[] {
  const rows = ddis.map(({ name, irql, implemented, rule }) => [
    implemented ? "yes" : "no",
    name,
    irql.replace("_LEVEL", ""),
    rule ?? "",
  ]);
  return [
    ...formatTable(["here", "name", "IRQL", "rule"], rows, paint, columns),
    "",
    ...DDI_KINDS.flatMap((kind) => {
      const ofKind = ddis.filter((ddi) => ddi.kind === kind);
      const there = ofKind.filter((ddi) => ddi.implemented).length;
      return ofKind.length === 0 ? [] : [`${there} of ${ofKind.length} ${kind}s implemented`];
    }),
  ];
}

function details(ddi: DdiView, paint: Paint, columns: number): string[] {
  const bound = ddi.kind === "function" ? "called by" : "in";
  const sections: [string, string][] = [
    ["name", `${ddi.name}, a ${ddi.kind} ${bound} ${ddi.role.join(", ")}`],
    ["group", ddi.group],
    ["IRQL", ddi.rule === null ? ddi.irql : `${ddi.irql}, rule ${ddi.rule}`],
    ["takes", ddi.parameters.join(", ")],
    ["returns", ddi.statuses.join(", ")],
    ["pends", ddi.completesVia.length === 0 ? "" : `until ${ddi.completesVia.join(" or ")}`],
    ["here", ddi.implemented ? "implemented" : "not implemented"],
    ["source", ddi.document ?? ""],
  ];
  return sections.flatMap(([label, text]) => (text === "" ? [] : labelled(label, [text], paint, columns)));
}
