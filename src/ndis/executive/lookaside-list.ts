import type { ALLOCATE_FUNCTION, FREE_FUNCTION } from "../ddi/structures/system.ts";
import type { PVOID } from "../ddi/types.ts";
import { NULL } from "../ddi/types.ts";
import type { Holding } from "./holdings.ts";
import type { DriverPool } from "./pool.ts";

/** Entries that a list keeps when they are freed; what comes above goes back to the pool. */
const GREATEST_DEPTH = 256;
const NON_PAGED_POOL = 0;

/** A lookaside list: entries of one size, kept for the next allocation. The Depth of the driver is reserved and not used. */
export class LookasideList implements Holding {
  readonly leftRule = "MEM-04";
  readonly adapter = null;
  readonly traceName: string;
  readonly #pool: DriverPool;
  readonly #allocate: ALLOCATE_FUNCTION | null;
  readonly #free: FREE_FUNCTION | null;
  readonly #size: number;
  readonly #tag: number;
  readonly #kept: PVOID[] = [];
  readonly #inUse = new Set<PVOID>();

  constructor(
    traceName: string,
    pool: DriverPool,
    allocate: ALLOCATE_FUNCTION | null,
    free: FREE_FUNCTION | null,
    size: number,
    tag: number,
  ) {
    this.traceName = traceName;
    this.#pool = pool;
    this.#allocate = allocate;
    this.#free = free;
    this.#size = size;
    this.#tag = tag;
  }

  get inUse(): number {
    return this.#inUse.size;
  }

  /** @returns an entry, or NULL. */
  allocate(): PVOID {
    const entry = this.#kept.pop() ?? this.#make();
    if (entry !== NULL) this.#inUse.add(entry);
    return entry;
  }

  /** @returns false when `entry` is not in use. */
  free(entry: PVOID): boolean {
    if (!this.#inUse.delete(entry)) return false;
    if (this.#kept.length < GREATEST_DEPTH) this.#kept.push(entry);
    else this.#dispose(entry);
    return true;
  }

  /** Gives back every entry, those in use too: afterwards nobody could. */
  delete(): void {
    for (const entry of this.#kept) this.#dispose(entry);
    for (const entry of this.#inUse) this.#dispose(entry);
    this.#kept.length = 0;
    this.#inUse.clear();
  }

  #make(): PVOID {
    if (this.#allocate !== null) return this.#allocate(NON_PAGED_POOL, this.#size, this.#tag);
    return this.#pool.allocate(null, this.#size, this.#tag);
  }

  #dispose(entry: PVOID): void {
    if (this.#free !== null) {
      this.#free(entry);
      return;
    }
    const block = this.#pool.blockAt(entry);
    if (block !== undefined) this.#pool.free(block);
  }
}
