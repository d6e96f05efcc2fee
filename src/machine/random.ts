/** Seeded random numbers: xoshiro128** (Blackman and Vigna, 2018), seeded through SplitMix32. The same seed gives the same numbers everywhere. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any integer; its low 32 bits count. */
  constructor(seed: number) {
    let state = seed | 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return (z ^ (z >>> 16)) | 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** A whole number from 0 to 2^32 - 1. */
  nextUint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** A whole number from 0 to `limit` - 1; every one equally likely. */
  nextBelow(limit: number): number {
    if (!(limit >= 1 && limit <= 0x1_0000_0000)) throw new RangeError(`a limit is from 1 to 2^32, not ${limit}`);
    const even = 0x1_0000_0000 - (0x1_0000_0000 % limit);
    for (;;) {
      const value = this.nextUint32();
      if (value < even) return value % limit;
    }
  }

  /** A number from 0 up to, not including, 1. */
  nextDouble(): number {
    return this.nextUint32() / 0x1_0000_0000;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
