import { Clock } from "../../src/machine/index.ts";
import type { FibreDirection, FibrePort, Train } from "../../src/wire/index.ts";
import {
  aal5CellCount,
  CELL_OCTETS,
  Fibre,
  FRAME_FORMAT_CELLS,
  FRAME_FORMAT_CPCS_SDU,
  FrameStore,
  segmentAal5,
  TrainPool,
} from "../../src/wire/index.ts";

/** A clock and a fibre in one small memory. */
export class Bench {
  readonly clock = new Clock();
  readonly fibre: Fibre;

  constructor(capacity = 512, memoryBytes = 4 << 20) {
    this.fibre = new Fibre(new FrameStore(new Uint8Array(memoryBytes), 0, memoryBytes, capacity), new TrainPool());
  }

  /** Runs everything that is due, ever. */
  settle(): void {
    while (this.clock.step());
  }

  frame(vpi: number, vci: number, sdu: Uint8Array, format = FRAME_FORMAT_CPCS_SDU): number {
    const { frames } = this.fibre;
    const cells = aal5CellCount(sdu.length);
    const frame = frames.allocate(format === FRAME_FORMAT_CELLS ? cells * CELL_OCTETS : sdu.length);
    if (frame < 0) throw new Error("the frame store is full");
    if (format === FRAME_FORMAT_CELLS) {
      segmentAal5(sdu, 0, sdu.length, frames.bytes, frames.addressOf(frame), vpi, vci, 0, 0, 0, 0);
    } else {
      frames.bytes.set(sdu, frames.addressOf(frame));
    }
    frames.describe(frame, vpi, vci, format, cells);
    return frame;
  }

  train(...frames: number[]): Train {
    const train = this.fibre.trains.take();
    for (const frame of frames) train.frames[train.count++] = frame;
    return train;
  }

  /** Sends each SDU as a train of its own. */
  send(direction: FibreDirection, vpi: number, vci: number, sdus: readonly Uint8Array[], format?: number): void {
    for (const sdu of sdus) direction.transmitTrain(this.train(this.frame(vpi, vci, sdu, format)));
  }

  /** What is not back where it belongs: frames and trains. */
  get leaks(): number[] {
    return [this.fibre.frames.inUse, this.fibre.trains.inUse];
  }
}

export interface ReceivedFrame {
  vpi: number;
  vci: number;
  bytes: Uint8Array;
  timeNs: number;
  atNs: number;
  flags: number;
}

/** A port that notes what it gets and lets it go. */
export class Sink implements FibrePort {
  readonly received: ReceivedFrame[] = [];
  readonly trainSizes: number[] = [];
  readonly states: boolean[] = [];
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  receiveTrain(train: Train): void {
    const { frames } = this.#bench.fibre;
    this.trainSizes.push(train.count);
    for (let index = 0; index < train.count; index++) {
      const frame = train.frames[index];
      const address = frames.addressOf(frame);
      this.received.push({
        vpi: frames.vpiOf(frame),
        vci: frames.vciOf(frame),
        bytes: frames.bytes.slice(address, address + frames.lengthOf(frame)),
        timeNs: frames.timeNs[frame],
        atNs: this.#bench.clock.nowNs,
        flags: frames.flagsOf(frame),
      });
    }
    this.#bench.fibre.discard(train);
  }

  linkStateChanged(up: boolean): void {
    this.states.push(up);
  }
}

export function octets(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17) & 255);
}
