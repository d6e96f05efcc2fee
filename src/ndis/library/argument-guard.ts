import type { ArgumentKind } from "../ddi/catalog/argument-kinds.ts";
import { argumentKind, failedResult, isGuarded } from "../ddi/catalog/argument-kinds.ts";
import type { Ddi, DdiParameter } from "../ddi/catalog.ts";
import { findDdi } from "../ddi/catalog.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_RESOURCES } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";

/*
 * Arguments that no C compiler would have let pass, and NULL where there must be something: they break the rule NullCheck, and with
 * the verifier off the call fails. The guard is always there: a driver's garbage never reaches the rooms.
 */

type Routine = (...parameters: unknown[]) => unknown;

const HIGHEST_ULONG = 0xffff_ffff;
const LOWEST_LONG = -0x8000_0000;

function isStorage(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.isExtensible(value);
}

const ACCEPTS: Readonly<Record<Exclude<ArgumentKind, "any">, Accepts>> = {
  ULONG: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= HIGHEST_ULONG,
  integer: (value) => Number.isInteger(value),
  NDIS_STATUS: (value) =>
    Number.isInteger(value) && (value as number) >= LOWEST_LONG && (value as number) <= HIGHEST_ULONG,
  BOOLEAN: (value) => typeof value === "boolean",
  address: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  string: (value) => typeof value === "string",
  octets: (value) => value instanceof Uint8Array,
  routine: (value) => typeof value === "function",
  object: (value) => typeof value === "object" && value !== null,
  pointer: (value) => typeof value === "object",
  storage: isStorage,
  structure: (value) => isStorage(value) && isStorage(value.Header),
};

type Accepts = (value: unknown) => boolean;

interface ArgumentCheck {
  readonly index: number;
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly optional: boolean;
  readonly accepts: Accepts;
}

function checkOf(ddi: Ddi, parameter: DdiParameter, index: number): ArgumentCheck[] {
  const kind = argumentKind(ddi, parameter) ?? "any";
  const { name, optional } = parameter;
  return kind === "any" ? [] : [{ index, name, kind, optional, accepts: ACCEPTS[kind] }];
}

/** The status that says that a call failed: of the documented ones, FAILURE if it is there. */
function failedStatus(ddi: Ddi): number | undefined {
  const { statuses } = ddi;
  if (!statuses.some((status) => status.startsWith("NDIS_STATUS_"))) return undefined;
  if (statuses.includes("NDIS_STATUS_FAILURE")) return NDIS_STATUS_FAILURE;
  if (statuses.includes("NDIS_STATUS_NOT_SUPPORTED")) return NDIS_STATUS_NOT_SUPPORTED;
  if (statuses.includes("NDIS_STATUS_RESOURCES")) return NDIS_STATUS_RESOURCES;
  return NDIS_STATUS_FAILURE;
}

/** The library of a driver with its arguments checked, as `ddi/catalog/argument-kinds.ts` declares them. */
export function guardArguments<Library extends object>(
  environment: NdisEnvironment,
  owner: string,
  library: Library,
): Library {
  const guarded: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(library)) {
    guarded[name] = typeof member === "function" ? guard(environment, owner, name, member as Routine) : member;
  }
  return guarded as Library;
}

function guard(environment: NdisEnvironment, owner: string, name: string, routine: Routine): Routine {
  const row = findDdi(name);
  if (row === null || !isGuarded(row)) return routine;
  const checks = row.parameters.flatMap((parameter, index) => checkOf(row, parameter, index));
  if (checks.length === 0) return routine;
  const result = failedStatus(row) ?? failedResult(row);
  const statusAt = row.parameters.findIndex(({ name, direction }) => name === "Status" && direction === "out");
  const lookCloser: Routine = (...values) => {
    for (const { index, name: parameter, kind, optional, accepts } of checks) {
      const value = values[index];
      if (accepts(value)) continue;
      if (optional && (value === null || value === undefined)) {
        values[index] = null;
        continue;
      }
      environment.misuse("NullCheck", owner, `${parameter} of ${name} is no ${kind}: ${kindOf(value)}`);
      const status = values[statusAt];
      if (isStorage(status)) status.Value = NDIS_STATUS_FAILURE;
      return result;
    }
    return routine(...values);
  };
  return byArity(
    row.parameters.map((_, index) => {
      const check = checks.find((other) => other.index === index);
      if (check === undefined) return anything;
      return check.optional ? (value) => value === null || check.accepts(value) : check.accepts;
    }),
    routine,
    lookCloser,
  );
}

const anything: Accepts = () => true;

/** `routine` when everything is accepted, else `otherwise`. Spelt out by arity: gathering arguments costs an array for each call. */
function byArity(accepts: readonly Accepts[], routine: Routine, otherwise: Routine): Routine {
  const [isA, isB = anything, isC = anything, isD = anything, isE = anything] = accepts;
  switch (accepts.length) {
    case 1:
      return (a) => (isA(a) ? routine(a) : otherwise(a));
    case 2:
      return (a, b) => (isA(a) && isB(b) ? routine(a, b) : otherwise(a, b));
    case 3:
      return (a, b, c) => (isA(a) && isB(b) && isC(c) ? routine(a, b, c) : otherwise(a, b, c));
    case 4:
      return (a, b, c, d) => (isA(a) && isB(b) && isC(c) && isD(d) ? routine(a, b, c, d) : otherwise(a, b, c, d));
    case 5:
      return (a, b, c, d, e) =>
        isA(a) && isB(b) && isC(c) && isD(d) && isE(e) ? routine(a, b, c, d, e) : otherwise(a, b, c, d, e);
    default:
      return otherwise;
  }
}

function kindOf(value: unknown): string {
  return value === null ? "NULL" : typeof value === "number" ? String(value) : typeof value;
}
