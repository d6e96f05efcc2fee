import { World } from "../../machine/index.ts";
import { UNCALLED_CALLBACKS } from "../../ndis/driver/uncalled-callbacks.ts";
import type { IrqlRange } from "../../ndis/index.ts";
import { APC_LEVEL, DDI_CATALOG, DISPATCH_LEVEL, HIGH_LEVEL, Ndis, PASSIVE_LEVEL } from "../../ndis/index.ts";
import { irqlRuleOf } from "../../ndis/rulebook/irql-rules.ts";

/** A function or callback as plain data. */
export interface DdiView {
  readonly name: string;
  readonly kind: "function" | "callback";
  /** Who may call a function, or who supplies a callback. */
  readonly role: readonly string[];
  /** The levels at which it may be called, in the documentation's words. */
  readonly irql: string;
  /** The rule on that level: the verifier's for a function, the rulebook's for a callback; null where there is none. */
  readonly rule: string | null;
  /** Of a function, whether the library of some role has it; of a callback, whether NDIS calls it. */
  readonly implemented: boolean;
  readonly group: string;
  readonly parameters: readonly string[];
  readonly statuses: readonly string[];
  /** What completes it after NDIS_STATUS_PENDING. */
  readonly completesVia: readonly string[];
  readonly document: string | null;
}

export const DDI_KINDS: readonly DdiView["kind"][] = ["function", "callback"];
export const DDI_ROLES: readonly string[] = ["client", "call manager", "mcm", "miniport"];

/** The least that an NDIS can be made with: no driver runs in it. */
const MEMORY_BYTES = 1 << 20;

/** Every function and callback of the catalog, group by group. */
export function ddiViews(): DdiView[] {
  const world = new World({ memoryBytes: 2 * MEMORY_BYTES });
  const functions = new Ndis(world.addMachine("nobody", MEMORY_BYTES)).functionNames();
  const uncalled: ReadonlySet<string> = UNCALLED_CALLBACKS;
  return DDI_CATALOG.map((row) => ({
    name: row.name,
    kind: row.kind,
    role: row.roles,
    irql: irqlText(row.irql),
    rule: irqlRuleOf(row),
    implemented: row.kind === "function" ? functions.has(row.name) : !uncalled.has(row.name),
    group: row.group,
    parameters: row.parameters.map(({ name }) => name),
    statuses: row.statuses,
    completesVia: row.completesVia,
    document: row.document,
  }));
}

function irqlText({ min, max }: IrqlRange): string {
  if (min > DISPATCH_LEVEL) return "DIRQL";
  if (min === DISPATCH_LEVEL) return "DISPATCH_LEVEL";
  if (max === PASSIVE_LEVEL) return "PASSIVE_LEVEL";
  if (max === APC_LEVEL) return "< DISPATCH_LEVEL";
  if (max === DISPATCH_LEVEL) return "<= DISPATCH_LEVEL";
  return max === HIGH_LEVEL ? "Any level" : "<= DIRQL";
}
