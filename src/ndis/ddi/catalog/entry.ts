import {
  APC_LEVEL,
  DISPATCH_LEVEL,
  HIGH_LEVEL,
  LOWEST_DEVICE_LEVEL,
  PASSIVE_LEVEL,
} from "../../../machine/processor.ts";

/** What a driver can be: a client, a stand-alone call manager, a miniport call manager, a miniport without one. */
export type DdiRole = "client" | "call manager" | "mcm" | "miniport";

/** The levels at which a function may be called, or at which NDIS calls a callback; both inclusive. */
export interface IrqlRange {
  readonly min: number;
  readonly max: number;
}

export interface DdiParameter {
  readonly name: string;
  readonly direction: "in" | "out" | "inout";
  readonly optional: boolean;
}

/** One row of the catalog, without its name and group. */
export interface DdiFacts {
  readonly kind: "function" | "callback";
  /** Who may call a function, or who implements a callback. */
  readonly roles: readonly DdiRole[];
  readonly irql: IrqlRange;
  readonly parameters: readonly DdiParameter[];
  /** Documented return values. "NDIS_STATUS_XXX" stands for any other status. */
  readonly statuses: readonly string[];
  /** What completes the operation after NDIS_STATUS_PENDING: one name, or one for each role. */
  readonly completesVia: readonly string[];
  /** The page of the public driver documentation; null where it has none. */
  readonly document: string | null;
}

/** The highest level that x64 gives to devices. */
const HIGHEST_DEVICE_LEVEL = 11;

export const PASSIVE: IrqlRange = { min: PASSIVE_LEVEL, max: PASSIVE_LEVEL };
export const BELOW_DISPATCH: IrqlRange = { min: PASSIVE_LEVEL, max: APC_LEVEL };
export const UP_TO_DISPATCH: IrqlRange = { min: PASSIVE_LEVEL, max: DISPATCH_LEVEL };
export const DISPATCH: IrqlRange = { min: DISPATCH_LEVEL, max: DISPATCH_LEVEL };
export const DEVICE: IrqlRange = { min: LOWEST_DEVICE_LEVEL, max: HIGHEST_DEVICE_LEVEL };
export const UP_TO_DEVICE: IrqlRange = { min: PASSIVE_LEVEL, max: HIGHEST_DEVICE_LEVEL };
export const ANY_LEVEL: IrqlRange = { min: PASSIVE_LEVEL, max: HIGH_LEVEL };

export const CLIENT: readonly DdiRole[] = ["client"];
export const CALL_MANAGER: readonly DdiRole[] = ["call manager"];
export const MCM: readonly DdiRole[] = ["mcm"];
export const MINIPORT: readonly DdiRole[] = ["miniport"];
export const CALL_MANAGERS: readonly DdiRole[] = ["call manager", "mcm"];
export const CONNECTION_DRIVERS: readonly DdiRole[] = ["client", "call manager", "mcm"];
export const EVERY_PROTOCOL: readonly DdiRole[] = ["client", "call manager"];
export const EVERY_MINIPORT: readonly DdiRole[] = ["miniport", "mcm"];
export const EVERY_DRIVER: readonly DdiRole[] = ["client", "call manager", "mcm", "miniport"];

/**
 * Makes a row from its compact spelling.
 *
 * @param parameters as in a prototype: `out`/`inout` before a name, `?` after one that may be NULL
 * @param statuses without the prefix NDIS_STATUS_, blank-separated
 * @param completesVia blank-separated
 */
export function entry(
  kind: DdiFacts["kind"],
  roles: readonly DdiRole[],
  irql: IrqlRange,
  parameters: string,
  statuses: string,
  completesVia: string,
  document: string | null,
): DdiFacts {
  return {
    kind,
    roles,
    irql,
    parameters: list(parameters, ", ").map(parameter),
    statuses: list(statuses, " ").map(fullStatus),
    completesVia: list(completesVia, " "),
    document,
  };
}

function list(text: string, separator: string): string[] {
  return text === "" ? [] : text.split(separator);
}

function parameter(spelling: string): DdiParameter {
  const words = spelling.split(" ");
  const direction = words[0] === "out" || words[0] === "inout" ? words[0] : "in";
  const last = words[words.length - 1];
  const optional = last.endsWith("?");
  return { name: optional ? last.slice(0, -1) : last, direction, optional };
}

/** What pages list beside NDIS statuses: "any NT status", in two spellings, and the values of BOOLEAN. */
const OTHER_VALUES: ReadonlySet<string> = new Set(["NTSTATUS_XXX", "NT_STATUS_XXX", "TRUE", "FALSE"]);

function fullStatus(name: string): string {
  return OTHER_VALUES.has(name) ? name : `NDIS_STATUS_${name}`;
}
