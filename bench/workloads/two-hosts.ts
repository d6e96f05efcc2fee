import type { AtmClientEvents, CallRequest } from "virtual-mcm/client";
import { AtmClient } from "virtual-mcm/client";
import { Laboratory } from "virtual-mcm/lab";
import type { AtmAddress } from "virtual-mcm/wire";
import { parseAtmAddress } from "virtual-mcm/wire";
import { LossError } from "../harness/workload.ts";

export type TransferMode = "frame" | "cell";

export interface TwoHostsOptions {
  readonly mode: TransferMode;
  /** Lists of the caller's send pool, and the longest frame in bytes. */
  readonly sendBuffers: number;
  readonly sendBufferBytes: number;
  readonly callerEvents?: Partial<AtmClientEvents>;
  readonly calledEvents?: Partial<AtmClientEvents>;
}

const CALLER = address("47000580ffe1000000f20f220002000000000100");
const CALLED = address("47000580ffe1000000f20f220002000000000200");
const LONGEST_SDU_BYTES = 9_180;
/** Virtual time that signalling may take to come up, and a call to come to its end. */
export const PATIENCE_NS = 60e9;

/** Best effort both ways at line rate, to the other host. */
export const BEST_EFFORT_CALL: CallRequest = {
  called: CALLED,
  service: "ubr",
  forwardPeakCellRate: 0,
  backwardPeakCellRate: 0,
  maximumSduBytes: LONGEST_SDU_BYTES,
};

/** Two hosts with a NIC each on one switch, without verifier and probe: caller and called client are ready for calls. */
export class TwoHosts {
  readonly caller: AtmClient;
  readonly called: AtmClient;
  readonly laboratory: Laboratory;

  constructor(options: TwoHostsOptions) {
    const { mode, sendBuffers, sendBufferBytes, callerEvents = {}, calledEvents = {} } = options;
    this.caller = new AtmClient("caller", { sendBuffers, sendBufferBytes, events: callerEvents });
    this.called = new AtmClient("called", { sendBuffers: 1, events: calledEvents });
    this.laboratory = new Laboratory({
      mode,
      verifier: false,
      hosts: [
        { name: "alice", nics: [{ name: "nic0", address: CALLER }], clients: [this.caller.image] },
        { name: "bob", nics: [{ name: "nic0", address: CALLED }], clients: [this.called.image] },
      ],
    });
    this.laboratory.start();
    this.runUntil("signalling did not come up", () => this.#isReady());
  }

  /** Runs the world until `done()` holds. @throws LossError with `complaint` when it does not within `patienceNs` of virtual time. */
  runUntil(complaint: string, done: () => boolean, patienceNs = PATIENCE_NS): void {
    if (this.laboratory.runUntil(done, patienceNs)) return;
    const { bugCheck } = this.laboratory;
    throw new LossError(bugCheck === null ? complaint : `${bugCheck.host.name}: ${bugCheck.error.message}`);
  }

  /** Stops devices and unloads drivers. @throws LossError when a host or the fibre has something left. */
  close(): void {
    this.laboratory.stop();
    const { hosts, fibre } = this.laboratory;
    const counts = [
      ...hosts.flatMap((host) =>
        Object.entries(host.leftovers()).map(([kind, count]) => [`${host.name}: ${kind}`, count] as const),
      ),
      ["frames on the fibre", fibre.frames.inUse] as const,
      ["trains on the fibre", fibre.trains.inUse] as const,
    ];
    const left = counts.filter(([, count]) => count !== 0).map(([kind, count]) => `${kind} ${count}`);
    if (left.length > 0) throw new LossError(`left behind: ${left.join(", ")}`);
  }

  #isReady(): boolean {
    return this.caller.binding?.isReady === true && this.called.binding?.isReady === true;
  }
}

function address(digits: string): AtmAddress {
  const parsed = parseAtmAddress(digits);
  if (parsed.kind === "error") throw new Error(parsed.message);
  return parsed;
}
