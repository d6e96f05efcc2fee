import type { NdisVcHandle } from "../ndis/index.ts";

/** Whether frames can go over a connection. */
export type PathState = "closed" | "opening" | "open" | "closing";

/** The data path of a VC, as call management sees it; the route has more in it. */
export interface CallConnection {
  /** The VC, for the route. */
  owner: object | null;
  vpi: number;
  vci: number;
  path: PathState;
  ndisVcHandle: NdisVcHandle | null;
  /** Receives are indicated only while this holds (RCV-10, ACT-18). */
  receiving: boolean;
  /** Frames that are out, where it is for call management to wait for them; the miniport below a stand-alone one waits by itself. */
  readonly sendsOutstanding: number;
  readonly receivesOutstanding: number;
}
