/*
 * Members of structures that drivers fill in C are numbers, whatever is in them. Here they may be anything, and what is no number compares
 * as one that does not fit.
 */

/** Whether a member is a number from `least` on. */
export function isAtLeast(value: unknown, least: number): boolean {
  return typeof value === "number" && value >= least;
}

/** A ULONG with which bits can be masked; 0 for what is none. */
export function ulong(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
