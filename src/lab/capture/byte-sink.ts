import { closeSync, openSync, writeSync } from "node:fs";

/** Where a writer puts its bytes. The bytes are only lent: a sink has used or copied them when `write` returns. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

/** Keeps everything in memory. */
export class MemorySink implements ByteSink {
  readonly #chunks: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes.slice());
  }

  bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#chunks));
  }
}

/** Writes a new file; an existing file of that name is an error of the operating system. */
export class FileSink implements ByteSink {
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, "wx");
  }

  write(bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
