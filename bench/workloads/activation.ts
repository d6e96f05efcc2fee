import type { ClientCall } from "virtual-mcm/client";
import type { Session } from "../harness/workload.ts";
import { LossError } from "../harness/workload.ts";
import type { TransferMode } from "./two-hosts.ts";
import { BEST_EFFORT_CALL, PATIENCE_NS, TwoHosts } from "./two-hosts.ts";

export interface ActivationOptions {
  readonly mode: TransferMode;
  /** Calls between NdisCoCreateVc and NdisCoDeleteVc at the same time. */
  readonly callsInFlight: number;
}

const PATIENCE_NS_PER_CALL = 1_000_000;
const SEND_BUFFER_BYTES = 2_048;

/**
 * Calls one after the other, a fixed number at once: create VC, make call, connected on both hosts, close, VC deleted on both
 * hosts; every message crosses the fibre as Q.2931 over SSCOP on VPI 0 / VCI 5. A call counts when both VCs are gone.
 */
export class ActivationSession implements Session {
  readonly #hosts: TwoHosts;
  readonly #callsInFlight: number;
  /** Calls that the caller has connected, in order; those before #closing are being closed. */
  readonly #connected: ClientCall[] = [];
  #closing = 0;
  #toMake = 0;
  #made = 0;
  #connectedAtCalled = 0;
  #closed = 0;
  #closedAtCalled = 0;
  #failure: string | null = null;

  constructor(options: ActivationOptions) {
    this.#callsInFlight = options.callsInFlight;
    const callFailed = (call: ClientCall): void => {
      this.#failure = `a call failed with status 0x${(call.status >>> 0).toString(16)}, cause ${call.cause}`;
    };
    this.#hosts = new TwoHosts({
      mode: options.mode,
      sendBuffers: 1,
      sendBufferBytes: SEND_BUFFER_BYTES,
      callerEvents: {
        callConnected: (call) => this.#connected.push(call),
        callClosed: () => this.#closed++,
        callFailed,
      },
      calledEvents: {
        callConnected: () => this.#connectedAtCalled++,
        callClosed: () => this.#closedAtCalled++,
        callFailed,
      },
    });
  }

  run(count: number): number {
    this.#toMake += count;
    this.#work();
    const patienceNs = PATIENCE_NS + count * PATIENCE_NS_PER_CALL;
    this.#hosts.runUntil("calls did not come to their end", () => this.#work(), patienceNs);
    if (this.#failure !== null) throw new LossError(this.#failure);
    return count;
  }

  close(): void {
    this.#hosts.close();
  }

  /** Between two events: closes what is connected on both hosts, makes what there is room for. @returns whether all is done. */
  #work(): boolean {
    if (this.#failure !== null) return true;
    const onBoth = Math.min(this.#connected.length, this.#connectedAtCalled);
    while (this.#closing < onBoth) this.#connected[this.#closing++].close();
    if (this.#closing > 0 && this.#closing === this.#connected.length) this.#forget();
    const ended = Math.min(this.#closed, this.#closedAtCalled);
    while (this.#made < this.#toMake && this.#made - ended < this.#callsInFlight) {
      this.#made++;
      this.#hosts.caller.makeCall(BEST_EFFORT_CALL);
    }
    return ended === this.#toMake;
  }

  /** Everything connected so far is being closed: counting starts again from zero. */
  #forget(): void {
    this.#connectedAtCalled -= this.#closing;
    this.#connected.length = 0;
    this.#closing = 0;
  }
}
