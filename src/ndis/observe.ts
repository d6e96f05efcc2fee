import type { ProbeFields } from "../machine/probe.ts";
import { findDdi } from "./ddi/catalog.ts";
import { statusName } from "./ddi/status.ts";
import { answering, answersStatus } from "./driver/answers.ts";
import { CALLBACK_NAMES } from "./driver/handler-names.ts";
import type { NdisEnvironment } from "./environment.ts";
import { conducted } from "./executive/conduct.ts";
import { levelCheck } from "./levels.ts";

/**
 * The DDI boundary, watched: calls of drivers into NDIS and of NDIS into drivers, with their arguments, and IRQL by the catalog.
 * When nobody watches and the verifier is off, functions and the callbacks that move data stay as they are and cost nothing.
 */

type Routine = (...parameters: unknown[]) => unknown;

/**
 * Groups of the catalog whose calls are a driver's own housekeeping: they are checked but not told, as a kernel trace leaves them out,
 * too. The same goes for what is not in the catalog (register access).
 */
const HOUSEKEEPING: ReadonlySet<string> = new Set([
  "buffers",
  "memory",
  "sync",
  "timer-workitem",
  "config",
  "misc",
  "dma-hardware",
]);

/** What moves data: called so often that the call history keeps it apart. */
const DATA_PATH: ReadonlySet<string> = new Set([
  "NdisCoSendNetBufferLists",
  "NdisMCoSendNetBufferListsComplete",
  "NdisMCoIndicateReceiveNetBufferLists",
  "NdisReturnNetBufferLists",
  "MiniportCoSendNetBufferLists",
  "MiniportReturnNetBufferLists",
  "ProtocolCoSendNetBufferListsComplete",
  "ProtocolCoReceiveNetBufferLists",
]);

/** Watches the functions of a driver's library. */
export function observeLibrary<Library extends object>(
  environment: NdisEnvironment,
  owner: string,
  library: Library,
): Library {
  return observe(environment, owner, "ddi", library, (member) => member);
}

/** Watches the entry points of a handler structure that a driver registered. */
export function observeHandlers<Handlers extends object>(
  environment: NdisEnvironment,
  owner: string,
  handlers: Handlers,
  names: Readonly<Record<string, string>> = {},
): Handlers {
  return observe(
    environment,
    owner,
    "callback",
    handlers,
    (member) => names[member] ?? CALLBACK_NAMES[member] ?? member,
  );
}

function observe<T extends object>(
  environment: NdisEnvironment,
  owner: string,
  kind: "ddi" | "callback",
  members: T,
  nameOf: (member: string) => string,
): T {
  const isWatched = environment.probe !== null || environment.verifying;
  if (!isWatched && kind === "ddi") return members;
  const observed: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(members)) {
    const name = nameOf(member);
    if (typeof value !== "function") observed[member] = value;
    else if (isWatched) observed[member] = watch(environment, owner, kind, name, value as Routine);
    else observed[member] = DATA_PATH.has(name) ? value : driverCode(environment, owner, name, value as Routine);
  }
  return observed as T;
}

/** A callback as NDIS calls it: what it throws is its driver's, and what it answers is a status where it answers one. */
function driverCode(environment: NdisEnvironment, owner: string, name: string, routine: Routine): Routine {
  const row = findDdi(name);
  const called = conducted(environment, owner, name, routine, row?.parameters.length);
  return answersStatus(row) ? answering(environment, owner, row, called) : called;
}

function watch(
  environment: NdisEnvironment,
  owner: string,
  kind: "ddi" | "callback",
  name: string,
  routine: Routine,
): Routine {
  const row = findDdi(name);
  const parameters = row?.parameters.map((parameter) => parameter.name) ?? [];
  const statusParameter = parameters.findIndex((parameter) => parameter.endsWith("Status"));
  const returnsStatus = answersStatus(row);
  const isHousekeeping = kind === "ddi" && (row === null || HOUSEKEEPING.has(row.group));
  const probe = isHousekeeping ? null : environment.probe;
  const called = kind === "callback" ? driverCode(environment, owner, name, routine) : routine;
  if (probe === null && (!environment.verifying || row === null)) return called;
  const source = `${environment.name}/${owner}`;
  const history = isHousekeeping ? null : (environment.verifier?.history ?? null);
  const movesData = DATA_PATH.has(name);
  const check = kind === "ddi" && row !== null && environment.verifying ? levelCheck(environment, owner, row) : null;
  return (...values: unknown[]): unknown => {
    history?.note(kind, owner, name, values, movesData);
    if (check !== null) check(values);
    if (probe === null) return called(...values);
    const fields = describe(parameters, values, statusParameter);
    probe.emit(source, kind, name, fields);
    const result = called(...values);
    if (typeof result === "number" && returnsStatus) {
      probe.emit(source, `${kind}-return`, name, { ...fields, Status: statusName(result) });
    }
    return result;
  };
}

/** Handles by their names, statuses by theirs, sizes and flags as numbers; a driver's own contexts are left out. */
function describe(parameters: readonly string[], values: readonly unknown[], statusParameter: number): ProbeFields {
  const fields: ProbeFields = {};
  for (let i = 0; i < parameters.length && i < values.length; i++) {
    const value = values[i];
    if (typeof value === "number") fields[parameters[i]] = i === statusParameter ? statusName(value) : value;
    else if (typeof value === "boolean") fields[parameters[i]] = value;
    else if (value !== null && typeof value === "object" && "traceName" in value && typeof value.traceName === "string")
      fields[parameters[i]] = value.traceName;
  }
  return fields;
}
