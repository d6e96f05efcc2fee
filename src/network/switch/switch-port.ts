// One port of a switch: what belongs to its link, and its output, where frames for one burst gather in a train.

import type { Clock } from "../../machine/index.ts";
import type { Fibre, FibreDirection, FibrePort, Train } from "../../wire/fibre.ts";
import { cellTimeNs } from "../link-rate.ts";
import { AdmissionControl } from "./admission-control.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { VcLabelRange } from "./vc-label-allocator.ts";
import { VcLabelAllocator } from "./vc-label-allocator.ts";

/** What a port has seen. Frames that came in are either sent by some port, taken by signalling, or counted as one of the losses; so are copies. */
export class SwitchPortCounters {
  framesReceived = 0;
  cellsReceived = 0;
  framesSent = 0;
  cellsSent = 0;
  /** SDUs of VPI 0 / VCI 5 handed to call control, and taken from it. */
  signallingReceived = 0;
  signallingSent = 0;
  /** SDUs of VPI 0 / VCI 5 with a wrong CRC or length, and such that no buffer or link took. */
  signallingDamaged = 0;
  signallingNotSent = 0;
  /** Frames on a VC that leads nowhere. */
  unknownVcFrames = 0;
  /** Cells with a wrong HEC. */
  headerErrorCells = 0;
  /** Cells whose header, though valid, names another VC than their frame. */
  misdirectedCells = 0;
  /** Copies of frames for the second and every further leaf of a point-to-multipoint connection, and such that no buffer was left for. */
  copiedFrames = 0;
  uncopiedFrames = 0;
  /** Frames of which no cell was left. */
  emptiedFrames = 0;
  /** Frames that the output buffer of this port had no room for, and such that met a link that is down. */
  bufferOverflowFrames = 0;
  linkDownFrames = 0;
}

/** What a port hands on to the switch it belongs to. */
export interface SwitchCore {
  forwardTrain(port: SwitchPort, train: Train): void;
  portStateChanged(port: SwitchPort): void;
}

export class SwitchPort implements FibrePort {
  readonly index: number;
  readonly counters = new SwitchPortCounters();
  readonly connections = new ConnectionTable();
  readonly labels: VcLabelAllocator;
  admission = new AdmissionControl(0);

  readonly #core: SwitchCore;
  readonly #clock: Clock;
  readonly #fibre: Fibre;
  readonly #bufferCells: number;
  #outgoing: FibreDirection | null = null;
  #up = false;
  #cellTimeNs = 1;
  #pending: Train | null = null;
  #roomCells = 0;

  constructor(core: SwitchCore, index: number, clock: Clock, fibre: Fibre, bufferCells: number, range: VcLabelRange) {
    this.#core = core;
    this.index = index;
    this.#clock = clock;
    this.#fibre = fibre;
    this.#bufferCells = bufferCells;
    this.labels = new VcLabelAllocator(range);
  }

  get up(): boolean {
    return this.#up;
  }

  /** Plugs a fibre in: what this port sends goes into `outgoing`, whose rate is the port's capacity either way. */
  plug(outgoing: FibreDirection): void {
    this.#outgoing = outgoing;
    this.#up = outgoing.up;
    this.#cellTimeNs = cellTimeNs(outgoing.rateCellsPerSecond);
    this.admission = new AdmissionControl(outgoing.rateCellsPerSecond);
  }

  receiveTrain(train: Train): void {
    this.#core.forwardTrain(this, train);
  }

  linkStateChanged(up: boolean): void {
    if (this.#up === up) return;
    this.#up = up;
    this.#core.portStateChanged(this);
  }

  /** Puts a frame at the end of the output; a port that cannot take it releases and counts it, and answers false. */
  enqueue(frame: number): boolean {
    const outgoing = this.#outgoing;
    if (outgoing === null || !this.#up) {
      this.counters.linkDownFrames++;
      this.#fibre.frames.release(frame);
      return false;
    }
    if (this.#pending === null) this.#roomCells = this.#freeCells(outgoing);
    const cells = this.#fibre.frames.cellsOf(frame);
    if (cells > this.#roomCells) {
      this.counters.bufferOverflowFrames++;
      this.#fibre.frames.release(frame);
      return false;
    }
    this.#roomCells -= cells;
    const pending = this.#pending ?? this.#fibre.trains.take();
    this.#pending = pending;
    pending.frames[pending.count++] = frame;
    this.counters.framesSent++;
    this.counters.cellsSent += cells;
    if (pending.count === pending.frames.length) this.flush();
    return true;
  }

  /** Takes a train as it is, frames of `cells` cells in all: when nothing is gathered here, and there is room for every one. */
  takeTrain(train: Train, cells: number): boolean {
    const outgoing = this.#outgoing;
    if (outgoing === null || !this.#up || this.#pending !== null) return false;
    const room = this.#freeCells(outgoing);
    if (cells > room) return false;
    this.#roomCells = room - cells;
    this.#pending = train;
    this.counters.framesSent += train.count;
    this.counters.cellsSent += cells;
    if (train.count === train.frames.length) this.flush();
    return true;
  }

  #freeCells(outgoing: FibreDirection): number {
    const waitingNs = Math.max(0, outgoing.freeAtNs - this.#clock.nowNs);
    return this.#bufferCells - Math.floor(waitingNs / this.#cellTimeNs);
  }

  /** Sends what has gathered. */
  flush(): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    if (this.#outgoing === null) this.#fibre.discard(pending);
    else this.#outgoing.transmitTrain(pending);
  }
}
