import type { BusMaster } from "./bus-master.ts";
import { TRANSMIT_COMPLETION } from "./datasheet/index.ts";
import { DescriptorRing } from "./descriptor-ring.ts";

const TXC = TRANSMIT_COMPLETION.fields;
const COMPLETION_WORDS = TRANSMIT_COMPLETION.bytes >> 2;

/** Tells the driver what became of transmit descriptors (datasheet: transmit completion ring). */
export class TransmitCompletions {
  readonly ring = new DescriptorRing(TRANSMIT_COMPLETION.bytes);
  readonly #bus: BusMaster;
  readonly #words: Int32Array;
  /** Entries of the transmit ring, whose indices the runs are made of. */
  #entries = 0;
  #phase = 1;
  #runFirst = 0;
  #runCount = 0;
  #runStatus = 0;
  #hasWritten = false;

  constructor(bus: BusMaster) {
    this.#bus = bus;
    this.#words = bus.memory.signedWords;
  }

  setTransmitRingSize(entries: number): void {
    this.#entries = entries;
  }

  reset(): void {
    this.ring.clear();
    this.#phase = 1;
  }

  /** Notes the end of a frame's descriptors: consecutive ones with one TRANSMIT_STATUS make one completion. */
  add(entry: number, pieces: number, status: number): void {
    const follows =
      this.#runCount > 0 &&
      this.#runStatus === status &&
      ((this.#runFirst + this.#runCount) & (this.#entries - 1)) === entry;
    if (follows) {
      this.#runCount += pieces;
      return;
    }
    if (this.#runCount > 0) this.#write();
    this.#runFirst = entry;
    this.#runCount = pieces;
    this.#runStatus = status;
  }

  /** Writes what is noted. @returns whether anything has been written since the last time. */
  flush(): boolean {
    if (this.#runCount > 0) this.#write();
    const hasWritten = this.#hasWritten;
    this.#hasWritten = false;
    return hasWritten;
  }

  #write(): void {
    const { ring } = this;
    if (ring.size > 0 && this.#bus.allows(ring.base, ring.byteLength, true)) {
      const at = (ring.base >>> 2) + ring.tail * COMPLETION_WORDS;
      const words = this.#words;
      words[at + TXC.first.word] = this.#runFirst | (this.#runCount << TXC.count.lsb);
      words[at + TXC.status.word] = this.#runStatus | (this.#phase << TXC.phase.lsb);
      ring.tail = (ring.tail + 1) & (ring.size - 1);
      if (ring.tail === 0) this.#phase ^= 1;
      this.#hasWritten = true;
    }
    this.#runCount = 0;
  }
}
