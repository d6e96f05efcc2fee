import { MessageChannel, Worker } from "node:worker_threads";
import type { Session } from "../harness/workload.ts";
import { Waiting } from "./waiting.ts";

const WORKER = new URL("./signalling-worker.js", import.meta.url);

/** One message of a call: as much as a small SETUP says. */
export interface CallMessage {
  readonly type: "setup" | "connect" | "release" | "release complete";
  readonly callReference: number;
  readonly called: Uint8Array;
  readonly forwardPeakCellRate: number;
  readonly backwardPeakCellRate: number;
  readonly vci: number;
}

/**
 * The same parties as plain actors: caller (this thread), switch and called party (a worker each) with a Map of calls, and four
 * messages per call, each posted twice because it crosses the switch. No driver, no device, no codec, no retransmission.
 */
export class WorkerSignallingSession implements Session {
  readonly #switch: Worker;
  readonly #calledParty: Worker;
  readonly #waiting = new Waiting();
  readonly #calls = new Map<number, CallMessage>();
  readonly #called = new Uint8Array(20);
  readonly #callsInFlight: number;
  #toMake = 0;
  #made = 0;
  #ended = 0;

  constructor(options: { readonly callsInFlight: number }) {
    this.#callsInFlight = options.callsInFlight;
    const { port1, port2 } = new MessageChannel();
    this.#switch = new Worker(WORKER, {
      workerData: { role: "switch", port: port1 },
      transferList: [port1],
      execArgv: [],
    });
    this.#calledParty = new Worker(WORKER, {
      workerData: { role: "called", port: port2 },
      transferList: [port2],
      execArgv: [],
    });
    for (const worker of [this.#switch, this.#calledParty]) worker.on("error", (error) => this.#waiting.fail(error));
    this.#switch.on("message", (message: CallMessage) => this.#answered(message));
  }

  async run(count: number): Promise<number> {
    this.#toMake += count;
    this.#make();
    await this.#waiting.until(this.#toMake);
    return count;
  }

  async close(): Promise<void> {
    await Promise.all([this.#switch.terminate(), this.#calledParty.terminate()]);
  }

  #make(): void {
    while (this.#made < this.#toMake && this.#calls.size < this.#callsInFlight) {
      const message: CallMessage = {
        type: "setup",
        callReference: ++this.#made,
        called: this.#called,
        forwardPeakCellRate: 0,
        backwardPeakCellRate: 0,
        vci: 0,
      };
      this.#calls.set(message.callReference, message);
      this.#switch.postMessage(message);
    }
  }

  #answered(message: CallMessage): void {
    if (message.type === "connect") {
      this.#switch.postMessage({ ...message, type: "release" });
      return;
    }
    if (!this.#calls.delete(message.callReference)) this.#waiting.fail(new Error("an answer to no call"));
    this.#ended++;
    this.#make();
    this.#waiting.reached(this.#ended);
  }
}
