// Taps for capture: they see every frame that passes and change nothing.

import type { Clock } from "../../machine/index.ts";
import type { Fibre, FibreDirection, FibrePort, FrameStore, Train } from "../../wire/fibre.ts";
import { cellTimeNs } from "../link-rate.ts";

/** Which way a frame goes, seen from the port at which the tap sits. */
export const TAP_TRANSMIT = 0;
export const TAP_RECEIVE = 1;

export interface FrameObserver {
  /**
   * A frame passes. `timeNs` is when its last bit leaves (TAP_TRANSMIT) or arrived (TAP_RECEIVE), in virtual nanoseconds.
   * The frame is the observer's to read during the call, not to change, keep or release.
   */
  observeFrame(direction: number, timeNs: number, frames: FrameStore, frame: number): void;
}

/** Observes what a port transmits, on its way into `next`. */
export class TransmitTap implements FibreDirection {
  readonly #next: FibreDirection;
  readonly #clock: Clock;
  readonly #fibre: Fibre;
  readonly #observer: FrameObserver;
  readonly #cellTimeNs: number;

  constructor(next: FibreDirection, clock: Clock, fibre: Fibre, observer: FrameObserver) {
    this.#next = next;
    this.#clock = clock;
    this.#fibre = fibre;
    this.#observer = observer;
    this.#cellTimeNs = cellTimeNs(next.rateCellsPerSecond);
  }

  get freeAtNs(): number {
    return this.#next.freeAtNs;
  }

  get up(): boolean {
    return this.#next.up;
  }

  get rateCellsPerSecond(): number {
    return this.#next.rateCellsPerSecond;
  }

  transmitTrain(train: Train): void {
    // On a fibre that is down nothing passes.
    if (this.#next.up) {
      const frames = this.#fibre.frames;
      let timeNs = Math.max(this.#clock.nowNs, this.#next.freeAtNs);
      for (let index = 0; index < train.count; index++) {
        const frame = train.frames[index];
        timeNs += frames.cellsOf(frame) * this.#cellTimeNs;
        this.#observer.observeFrame(TAP_TRANSMIT, Math.ceil(timeNs), frames, frame);
      }
    }
    this.#next.transmitTrain(train);
  }
}

/** Observes what a port receives, before `port` does. */
export class ReceiveTap implements FibrePort {
  readonly #port: FibrePort;
  readonly #fibre: Fibre;
  readonly #observer: FrameObserver;

  constructor(port: FibrePort, fibre: Fibre, observer: FrameObserver) {
    this.#port = port;
    this.#fibre = fibre;
    this.#observer = observer;
  }

  receiveTrain(train: Train): void {
    const frames = this.#fibre.frames;
    for (let index = 0; index < train.count; index++) {
      const frame = train.frames[index];
      this.#observer.observeFrame(TAP_RECEIVE, frames.timeNs[frame], frames, frame);
    }
    this.#port.receiveTrain(train);
  }

  linkStateChanged(up: boolean): void {
    this.#port.linkStateChanged(up);
  }
}
