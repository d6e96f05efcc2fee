// The transmission buffer and queue of SSCOP in one: SD PDUs in order of N(S), complete with trailer, from the first that is not
// acknowledged to the last that waits. N(S) is fixed when an SD is put in, because nothing overtakes inside the queue.
// The octets lie in one ring, so that neither sending nor sending again copies or allocates.

import { OctetCopier } from "../octets.ts";
import { SSCOP_SD, SSCOP_SEQUENCE_MASK } from "./constants.ts";
import { sscopDataPduLength, sscopDistance, writeSscopDataTrailer } from "./pdu.ts";

const INITIAL_OCTETS = 2048;
const INITIAL_SLOTS = 32;

export class SscopTransmitBuffer {
  /** Holds the PDUs; replaced when it grows, so never keep it. */
  bytes = new Uint8Array(INITIAL_OCTETS);
  /** N(S) of the first SD held, VT(A). */
  first = 0;
  /** N(S) that the next SD put in will get. */
  end = 0;

  readonly #limit: number;
  readonly #copier = new OctetCopier();
  #slots = INITIAL_SLOTS;
  #offsets = new Int32Array(INITIAL_SLOTS);
  #lengths = new Int32Array(INITIAL_SLOTS);
  // VT(PS) when the SD was sent last: a STAT for an older POLL says nothing about it.
  #pollSequences = new Int32Array(INITIAL_SLOTS);
  #head = 0;
  #tail = 0;

  /** @param limit how many SDs are held at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return sscopDistance(this.first, this.end);
  }

  offsetOf(sequence: number): number {
    return this.#offsets[sequence & (this.#slots - 1)];
  }

  lengthOf(sequence: number): number {
    return this.#lengths[sequence & (this.#slots - 1)];
  }

  pollSequenceOf(sequence: number): number {
    return this.#pollSequences[sequence & (this.#slots - 1)];
  }

  setPollSequence(sequence: number, pollSequence: number): void {
    this.#pollSequences[sequence & (this.#slots - 1)] = pollSequence;
  }

  /** Copies user data into a new SD at the end; false when the buffer holds its limit. */
  append(source: Uint8Array, offset: number, length: number): boolean {
    const count = this.count;
    if (count >= this.#limit) return false;
    if (count === this.#slots) this.#growSlots();
    const pduLength = sscopDataPduLength(length);
    const at = this.#reserve(pduLength, count);
    this.#copier.copy(source, offset, length, this.bytes, at);
    writeSscopDataTrailer(this.bytes, at, length, SSCOP_SD, this.end);
    const slot = this.end & (this.#slots - 1);
    this.#offsets[slot] = at;
    this.#lengths[slot] = pduLength;
    this.#pollSequences[slot] = 0;
    this.#tail = at + pduLength;
    this.end = (this.end + 1) & SSCOP_SEQUENCE_MASK;
    return true;
  }

  /** Forgets every SD before `sequence`, which lies between `first` and `end`. */
  releaseTo(sequence: number): void {
    this.first = sequence;
    if (sequence === this.end) {
      this.#head = 0;
      this.#tail = 0;
    } else {
      this.#head = this.offsetOf(sequence);
    }
  }

  /** Forgets everything and starts again with N(S) = 0. */
  clear(): void {
    this.first = 0;
    this.end = 0;
    this.#head = 0;
    this.#tail = 0;
  }

  #reserve(octets: number, count: number): number {
    if (count === 0) {
      this.#head = 0;
      this.#tail = 0;
    }
    for (;;) {
      const capacity = this.bytes.length;
      const wrapped = this.#tail < this.#head || (this.#tail === this.#head && count > 0);
      if (wrapped) {
        if (this.#tail + octets <= this.#head) return this.#tail;
      } else {
        if (this.#tail + octets <= capacity) return this.#tail;
        if (octets <= this.#head) return 0;
      }
      this.#growOctets();
    }
  }

  #growOctets(): void {
    const bytes = new Uint8Array(this.bytes.length * 2);
    let at = 0;
    for (let sequence = this.first; sequence !== this.end; sequence = (sequence + 1) & SSCOP_SEQUENCE_MASK) {
      const slot = sequence & (this.#slots - 1);
      const offset = this.#offsets[slot];
      bytes.set(this.bytes.subarray(offset, offset + this.#lengths[slot]), at);
      this.#offsets[slot] = at;
      at += this.#lengths[slot];
    }
    this.bytes = bytes;
    this.#head = 0;
    this.#tail = at;
  }

  #growSlots(): void {
    const before = this.#slots;
    const offsets = new Int32Array(before * 2);
    const lengths = new Int32Array(before * 2);
    const pollSequences = new Int32Array(before * 2);
    for (let index = 0; index < before; index++) {
      const sequence = this.first + index;
      const from = sequence & (before - 1);
      const to = sequence & (before * 2 - 1);
      offsets[to] = this.#offsets[from];
      lengths[to] = this.#lengths[from];
      pollSequences[to] = this.#pollSequences[from];
    }
    this.#slots = before * 2;
    this.#offsets = offsets;
    this.#lengths = lengths;
    this.#pollSequences = pollSequences;
  }
}
