// The seam between a switch's transport half (ports, connection table, admission, routes) and its call control (network side signalling).

import type { AtmAddress } from "../../wire/atm-address.ts";
import type { VcLabel } from "../../wire/vc-label.ts";

export const NO_PORT = -1;
/** In place of a port: the frames of the VC are copied to its leaves. */
export const MANY_PORTS = -2;

/** Call control as the switch sees it. Nothing here may throw on what a user sends. */
export interface SignallingHandler {
  /**
   * An intact AAL5 SDU came in on VPI 0 / VCI 5 of a port: an SSCOP PDU. The octets are valid during the call only.
   */
  receiveSignalling(port: number, bytes: Uint8Array, offset: number, length: number): void;
  /** The link of a port came up or went down; frames in flight are lost already. Connections stay until they are removed. */
  portStateChanged(port: number, up: boolean): void;
}

/** The switch as call control sees it. Ports count from 0. Rates are cells per second. */
export interface SwitchFabric {
  readonly portCount: number;
  isPortUp(port: number): boolean;

  /** Sends one AAL5 SDU (1..65,535 octets, copied) on VPI 0 / VCI 5 of a port. False when the link is down or no buffer is left. */
  sendSignalling(port: number, bytes: Uint8Array, offset: number, length: number): boolean;

  /** Takes a free label of a port (VCI from 32 up); NO_VC_LABEL when all are taken (cause 45). */
  allocateVcLabel(port: number): VcLabel;
  /** Takes this label if it is free and assignable (a user asked for it, or a permanent connection); false otherwise (cause 35). */
  reserveVcLabel(port: number, label: VcLabel): boolean;
  /** Gives a taken label back. It is not given out again at once. */
  releaseVcLabel(port: number, label: VcLabel): void;

  /**
   * Admission control on the link of a port. `fromUser` loads the direction into the switch, `toUser` the one out of it; 0 for
   * traffic without a guarantee (UBR). Takes both or none; false when either direction has not that much left (cause 37).
   */
  admit(port: number, fromUserCellsPerSecond: number, toUserCellsPerSecond: number): boolean;
  /** Gives back what `admit` took, with the same numbers. */
  releaseAdmission(port: number, fromUserCellsPerSecond: number, toUserCellsPerSecond: number): void;

  /** Joins two labels both ways; frames flow from now on. False when either is joined already. The labels stay taken until released. */
  connectVcs(portA: number, labelA: VcLabel, portB: number, labelB: VcLabel): boolean;
  /** Takes the connection that a label has apart, both ways; false when it has none. */
  disconnectVcs(port: number, label: VcLabel): boolean;

  /**
   * Lets the frames of a label, which leads nowhere or to leaves alone, go to this leaf as well; nothing flows back. False when the
   * label has a connection of two ends, or this leaf already.
   */
  addLeaf(port: number, label: VcLabel, leafPort: number, leafLabel: VcLabel): boolean;
  /** Stops the copies for a leaf; false when it has none. */
  removeLeaf(port: number, label: VcLabel, leafPort: number, leafLabel: VcLabel): boolean;

  /** The port towards an address by longest matching prefix, or NO_PORT (cause 3, or 1). */
  route(address: AtmAddress): number;
}
