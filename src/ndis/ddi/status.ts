import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "./status-codes.ts";
import * as codes from "./status-codes.ts";

export * from "./status-codes.ts";

/** Names that share a value with the name that {@link statusName} reports. */
const OLDER_NAMES: ReadonlySet<string> = new Set(["NDIS_STATUS_INCOMPATABLE_QOS", "NDIS_STATUS_WW_INDICATION"]);

const valueByName: ReadonlyMap<string, NDIS_STATUS> = new Map(Object.entries(codes));

const nameByValue: ReadonlyMap<number, string> = new Map(
  Object.entries(codes)
    .filter(([name]) => !OLDER_NAMES.has(name))
    .map(([name, value]) => [value, name]),
);

/** The C name of a status, or its value as 0xXXXXXXXX when NDIS gives it none. */
export function statusName(status: number): string {
  if (typeof status !== "number") return `(${typeof status})`;
  return nameByValue.get(status | 0) ?? `0x${(status >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

/** The status of a C name such as "NDIS_STATUS_RESOURCES", or null when there is none. */
export function statusByName(name: string): NDIS_STATUS | null {
  return valueByName.get(name) ?? null;
}

/**
 * Whether an operation succeeded. It compares with NDIS_STATUS_SUCCESS, where the sign test of NT_SUCCESS would also
 * accept NOT_ACCEPTED, NOT_RECOGNIZED, NOT_COPIED and CALL_ACTIVE (0x0001xxxx).
 */
export function isSuccess(status: NDIS_STATUS): boolean {
  return status === codes.NDIS_STATUS_SUCCESS;
}

/** Whether a completion is still to come. Takes what a driver returned even where its type rules PENDING out. */
export function isPending(status: NDIS_STATUS): boolean {
  return status === codes.NDIS_STATUS_PENDING;
}

/**
 * A status from outside (a recording, a scenario): null for NDIS_STATUS_PENDING and for anything but a 32-bit
 * integer.
 */
export function finalStatus(value: number): NDIS_STATUS_FINAL | null {
  const status = value | 0;
  if (value !== status && value !== status >>> 0) return null;
  return status === codes.NDIS_STATUS_PENDING ? null : (status as NDIS_STATUS_FINAL);
}
