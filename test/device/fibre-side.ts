import type { FibreDirection, Train } from "../../src/wire/index.ts";
import { CELL_OCTETS, segmentAal5 } from "../../src/wire/index.ts";
import type { Bench } from "./bare-driver.ts";

export interface SentFrame {
  readonly atNs: number;
  readonly vpi: number;
  readonly vci: number;
  readonly format: number;
  readonly cells: number;
  readonly flags: number;
  readonly uu: number;
  readonly cpi: number;
  readonly bytes: Uint8Array;
}

/** A fibre without end that notes what is sent into it, and when. */
export class NotingFibre implements FibreDirection {
  readonly sent: SentFrame[] = [];
  readonly trains: number[] = [];
  up = true;
  rateCellsPerSecond = 353_207;
  freeAtNs = 0;
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  transmitTrain(train: Train): void {
    const { frames } = this.#bench.fibre;
    this.trains.push(train.count);
    for (let i = 0; i < train.count; i++) {
      const frame = train.frames[i];
      const start = frames.addressOf(frame);
      this.sent.push({
        atNs: this.#bench.world.clock.nowNs,
        vpi: frames.vpiOf(frame),
        vci: frames.vciOf(frame),
        format: frames.formatOf(frame),
        cells: frames.cellsOf(frame),
        flags: frames.flagsOf(frame),
        uu: frames.uuOf(frame),
        cpi: frames.cpiOf(frame),
        bytes: frames.bytes.slice(start, start + frames.lengthOf(frame)),
      });
    }
    this.#bench.fibre.discard(train);
  }
}

interface CellOptions {
  readonly uu?: number;
  readonly cpi?: number;
  readonly clp?: number;
  readonly payloadType?: number;
}

/** The 53-octet cells of an SDU, one after the other. */
export function cellsOf(
  vpi: number,
  vci: number,
  sdu: Uint8Array,
  { uu = 0, cpi = 0, clp = 0, payloadType = 0 }: CellOptions = {},
): Uint8Array {
  const cells = new Uint8Array(Math.ceil((sdu.length + 8) / 48) * CELL_OCTETS);
  segmentAal5(sdu, 0, sdu.length, cells, 0, vpi, vci, payloadType, clp, uu, cpi);
  return cells;
}
