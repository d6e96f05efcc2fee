import type { ClientCall, SendPool } from "virtual-mcm/client";
import type { NET_BUFFER_LIST } from "virtual-mcm/ndis";
import type { Session } from "../harness/workload.ts";
import { LossError } from "../harness/workload.ts";
import type { TransferMode } from "./two-hosts.ts";
import { BEST_EFFORT_CALL, PATIENCE_NS, TwoHosts } from "./two-hosts.ts";

export interface ThroughputOptions {
  readonly mode: TransferMode;
  readonly frameBytes: number;
  /** NET_BUFFER_LISTs per NdisCoSendNetBufferLists. */
  readonly batch: number;
  /** Units per frame; 1 counts frames. */
  readonly unitsPerFrame?: number;
}

/** Frames that the caller has out at most: enough to keep rings, fibre and switch busy. */
const WINDOW_FRAMES = 256;
/** Twice what the longest frame takes on an OC-3 link. */
const PATIENCE_NS_PER_FRAME = 1_100_000;

/**
 * One VC between two hosts: the caller sends chains of lists whenever its send pool has enough, so that the pipeline is always
 * full; a frame counts when the called client's ProtocolCoReceiveNetBufferLists has it. Every frame carries its number.
 */
export class ThroughputSession implements Session {
  readonly #hosts: TwoHosts;
  readonly #call: ClientCall;
  readonly #pool: SendPool;
  readonly #words: Int32Array;
  readonly #options: ThroughputOptions;
  #toSend = 0;
  #sent = 0;
  #received = 0;
  #misplaced = 0;

  constructor(options: ThroughputOptions) {
    this.#options = options;
    this.#hosts = new TwoHosts({
      mode: options.mode,
      sendBuffers: WINDOW_FRAMES,
      sendBufferBytes: options.frameBytes,
      callerEvents: { sendComplete: () => this.#send() },
      calledEvents: { frameReceived: (_call, list) => this.#receive(list) },
    });
    const { caller, laboratory } = this.#hosts;
    const pool = caller.binding?.sendPool ?? null;
    if (pool === null) throw new LossError("the caller has no send pool");
    this.#pool = pool;
    const { bytes } = laboratory.world.memory;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    this.#prepareLists();
    this.#call = caller.makeCall(BEST_EFFORT_CALL);
    this.#hosts.runUntil("the call was not connected", () => this.#call.state === "connected");
  }

  run(count: number): number {
    const { batch, unitsPerFrame = 1 } = this.#options;
    const frames = Math.ceil(count / batch) * batch;
    this.#toSend += frames;
    this.#send();
    const patienceNs = PATIENCE_NS + frames * PATIENCE_NS_PER_FRAME;
    this.#hosts.runUntil("frames were lost", () => this.#received === this.#toSend, patienceNs);
    if (this.#misplaced > 0) throw new LossError(`${this.#misplaced} frames came out of order or damaged`);
    return frames * unitsPerFrame;
  }

  close(): void {
    this.#call.close();
    this.#hosts.runUntil("the call was not closed", () => this.#call.state === "closed");
    this.#hosts.close();
  }

  #prepareLists(): void {
    const { memory } = this.#hosts.laboratory.world;
    const { frameBytes } = this.#options;
    const lists: NET_BUFFER_LIST[] = [];
    for (let list = this.#pool.take(); list !== null; list = this.#pool.take()) {
      const start = this.#pool.addressOf(list);
      for (let i = 0; i < frameBytes; i++) memory.bytes[start + i] = i & 0xff;
      if (list.FirstNetBuffer !== null) list.FirstNetBuffer.DataLength = frameBytes;
      lists.push(list);
    }
    for (const list of lists) this.#pool.give(list);
  }

  #send(): void {
    const { batch } = this.#options;
    const pool = this.#pool;
    while (this.#sent < this.#toSend && pool.available >= batch) {
      let chain: NET_BUFFER_LIST | null = null;
      this.#sent += batch;
      for (let number = this.#sent; number > this.#sent - batch; number--) {
        const list = pool.take();
        if (list === null) throw new LossError("the send pool counts wrongly");
        this.#words[pool.addressOf(list) >> 2] = number;
        list.Next = chain;
        chain = list;
      }
      if (chain !== null) this.#call.send(chain);
    }
  }

  #receive(list: NET_BUFFER_LIST): void {
    const buffer = list.FirstNetBuffer;
    const mdl = buffer === null ? null : buffer.CurrentMdl;
    this.#received++;
    if (buffer === null || mdl === null || buffer.DataLength !== this.#options.frameBytes) this.#misplaced++;
    else if (this.#words[(mdl.MappedSystemVa + buffer.CurrentMdlOffset) >> 2] !== this.#received) this.#misplaced++;
  }
}
