import type { CallConnection, PathState } from "../call-manager/call-connection.ts";
import type { NdisVcHandle } from "../ndis/index.ts";
import { ListChain } from "./list-chain.ts";
import type { Transmitter } from "./transmitter.ts";

/** One connection on the NIC, as the data path knows it: a VC of a client, or the signalling VC. */
export class Connection implements CallConnection {
  readonly transmitter: Transmitter;
  /** Entry of the NIC's VC table, or -1 while it has none. */
  vcIndex = -1;
  vpi = 0;
  vci = 0;
  /** What the NIC's VC table has of it. */
  path: PathState = "closed";
  /** NDIS's handle; null for the signalling VC of an MCM, which NDIS does not see (VC-13). */
  ndisVcHandle: NdisVcHandle | null = null;
  /** Whose connection it is; null for the signalling VC of an MCM. */
  owner: object | null = null;
  /** Receives are indicated only while this holds (RCV-10, ACT-18). */
  receiving = false;
  sendsOutstanding = 0;
  receivesOutstanding = 0;
  framesDropped = 0;
  /** Lists of one DPC: frames that have come, before they go up, and sends that are done, before they go back. */
  readonly arrivals = new ListChain();
  readonly doneSends = new ListChain();

  constructor(transmitter: Transmitter) {
    this.transmitter = transmitter;
  }
}
