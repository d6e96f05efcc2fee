// SDs that came before one that is missing. Used only after a loss, so it takes no memory until then.

const ABSENT = -1;

export class SscopReceiveBuffer {
  readonly #slots: number;
  #lengths: Int32Array | null = null;
  #data: Uint8Array[] = [];

  /** @param window how far ahead the peer may send; a power of two. */
  constructor(window: number) {
    this.#slots = window;
  }

  has(sequence: number): boolean {
    return this.#lengths !== null && this.#lengths[sequence & (this.#slots - 1)] !== ABSENT;
  }

  /** Copies user data; a slot keeps its memory for the next SD that lands there. */
  store(sequence: number, source: Uint8Array, offset: number, length: number): void {
    if (this.#lengths === null) {
      this.#lengths = new Int32Array(this.#slots).fill(ABSENT);
      this.#data = new Array<Uint8Array>(this.#slots).fill(new Uint8Array(0));
    }
    const slot = sequence & (this.#slots - 1);
    if (this.#data[slot].length < length) this.#data[slot] = new Uint8Array((length + 63) & ~63);
    const data = this.#data[slot];
    for (let index = 0; index < length; index++) data[index] = source[offset + index];
    this.#lengths[slot] = length;
  }

  /** The octets of a stored SD, from the start; valid until its slot is stored again. */
  dataOf(sequence: number): Uint8Array {
    return this.#data[sequence & (this.#slots - 1)];
  }

  /** Takes an SD out; returns the length of its user data. */
  take(sequence: number): number {
    const slot = sequence & (this.#slots - 1);
    if (this.#lengths === null) return 0;
    const length = this.#lengths[slot];
    this.#lengths[slot] = ABSENT;
    return length;
  }

  clear(): void {
    if (this.#lengths !== null) this.#lengths.fill(ABSENT);
  }
}
