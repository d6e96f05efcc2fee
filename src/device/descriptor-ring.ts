/** A ring of entries in shared memory as the device sees it: base, size, and the two indices. */
export class DescriptorRing {
  readonly entryBytes: number;
  base = 0;
  size = 0;
  /** Consumer index. */
  head = 0;
  /** Producer index. */
  tail = 0;

  constructor(entryBytes: number) {
    this.entryBytes = entryBytes;
  }

  /** Entries that the producer filled and the consumer has not taken. */
  get filled(): number {
    return this.size === 0 ? 0 : (this.tail - this.head) & (this.size - 1);
  }

  /** Entries that the producer may still fill; one stays empty, so that full and empty differ. */
  get room(): number {
    return this.size === 0 ? 0 : this.size - 1 - this.filled;
  }

  /** An index as the ring takes it; a disabled ring has none but 0. */
  wrap(index: number): number {
    return this.size === 0 ? 0 : index & (this.size - 1);
  }

  get byteLength(): number {
    return this.size * this.entryBytes;
  }

  /** A size that is no power of two from 8 to 32,768 disables the ring. */
  setSize(size: number): void {
    const usable = size >= 8 && size <= 32_768 && (size & (size - 1)) === 0;
    this.size = usable ? size : 0;
    this.head = 0;
    this.tail = 0;
  }

  clear(): void {
    this.base = 0;
    this.setSize(0);
  }
}
