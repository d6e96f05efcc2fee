import type { Clock } from "../../machine/clock.ts";
import type { LARGE_INTEGER } from "../ddi/types.ts";

/** System time counts in units of 100 ns. */
export const NS_PER_TIME_UNIT = 100;

/** The system time at virtual time 0, 2000-01-01 00:00 UTC: 145,731 days after 1601-01-01, in units of 100 ns. */
const EPOCH: LARGE_INTEGER = 145_731 * 86_400 * 10_000_000;

/**
 * The system time in units of 100 ns since 1601-01-01. Such a number has 57 bits, so the last 4 are rounded:
 * it advances in steps of 16 units, 1.6 µs.
 */
export function systemTime(clock: Clock): LARGE_INTEGER {
  return EPOCH + Math.floor(clock.nowNs / NS_PER_TIME_UNIT);
}

/** Nanoseconds from now until an absolute system time; 0 when it is past. */
export function nsUntilSystemTime(clock: Clock, time: LARGE_INTEGER): number {
  return Math.max(0, (time - EPOCH) * NS_PER_TIME_UNIT - clock.nowNs);
}
