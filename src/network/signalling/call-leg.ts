import type { Q2931Call } from "../../wire/q2931/index.ts";
import type { VcLabel } from "../../wire/vc-label.ts";
import { NO_VC_LABEL } from "../../wire/vc-label.ts";
import type { SwitchFabric } from "../switch/call-control-port.ts";

/** One of the two halves of a switched call: the call at one port and what it holds of that port. */
export class CallLeg {
  readonly port: number;
  call: Q2931Call | null = null;
  label: VcLabel = NO_VC_LABEL;
  /** The other half while both are there. */
  peer: CallLeg | null = null;
  #isAdmitted = false;
  #fromUser = 0;
  #toUser = 0;
  #isConnected = false;

  constructor(port: number) {
    this.port = port;
  }

  /** Takes capacity of the port, in cells per second; false when there is not that much left. */
  admit(fabric: SwitchFabric, fromUser: number, toUser: number): boolean {
    this.#isAdmitted = fabric.admit(this.port, fromUser, toUser);
    this.#fromUser = fromUser;
    this.#toUser = toUser;
    return this.#isAdmitted;
  }

  /** Lets frames flow between this leg and its peer. */
  connect(fabric: SwitchFabric): boolean {
    const peer = this.peer;
    if (peer === null) return false;
    const isConnected = fabric.connectVcs(this.port, this.label, peer.port, peer.label);
    this.#isConnected = isConnected;
    peer.#isConnected = isConnected;
    return isConnected;
  }

  /** Stops the frames; both legs keep what they hold. Parts the legs. */
  part(fabric: SwitchFabric): void {
    const peer = this.peer;
    if (this.#isConnected) fabric.disconnectVcs(this.port, this.label);
    this.#isConnected = false;
    this.peer = null;
    if (peer === null) return;
    peer.#isConnected = false;
    peer.peer = null;
  }

  /** Gives everything back: label and capacity, when the user of the port has no more to do with them. */
  release(fabric: SwitchFabric): void {
    this.part(fabric);
    if (this.#isAdmitted) fabric.releaseAdmission(this.port, this.#fromUser, this.#toUser);
    if (this.label !== NO_VC_LABEL) fabric.releaseVcLabel(this.port, this.label);
    this.#isAdmitted = false;
    this.label = NO_VC_LABEL;
    this.call = null;
  }
}
