/** What is measured: something that does a number of units (frames, cells, calls) and can tell that it did them all. */

export type Unit = "frames/s" | "cells/s" | "calls/s";

/** A workload that is set up. */
export interface Session {
  /** Does at least `count` operations and returns when the last one is complete. @returns units done. @throws LossError */
  run(count: number): number | Promise<number>;
  /** Takes everything down and looks for what is left. @throws LossError */
  close(): void | Promise<void>;
}

export interface Workload {
  readonly id: string;
  readonly unit: Unit;
  /** One line: what one unit takes. */
  readonly work: string;
  open(): Session | Promise<Session>;
}

/** Something was lost, came out of order, or was left behind: the sample is no figure. */
export class LossError extends Error {
  override readonly name = "LossError";
}
