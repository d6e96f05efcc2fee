import type { NdisVcHandle, NET_BUFFER_LIST } from "../ndis/index.ts";

/** What the NIC's VC table has of a connection. */
export type HardwareVcState = "closed" | "opening" | "open" | "closing";

/** One connection on the NIC, as the data path knows it: a VC of a client, or the signalling VC. */
export class Connection {
  /** Entry of the NIC's VC table, or -1 while it has none. */
  vcIndex = -1;
  vpi = 0;
  vci = 0;
  hardware: HardwareVcState = "closed";
  /** NDIS's handle; null for the signalling VC, which NDIS does not see (VC-13). */
  ndisVcHandle: NdisVcHandle | null = null;
  /** Whose connection it is; null for the signalling VC. */
  owner: object | null = null;
  /** Receives are indicated only while this holds (RCV-10, ACT-18). */
  receiving = false;
  sendsOutstanding = 0;
  receivesOutstanding = 0;
  framesDropped = 0;
  /** Lists of one DPC that belong to this connection, gathered before they go up or back. */
  gatherFirst: NET_BUFFER_LIST | null = null;
  gatherLast: NET_BUFFER_LIST | null = null;
  gatherCount = 0;
}
