import { MDL } from "../ddi/structures/net-buffer.ts";
import type { PVOID } from "../ddi/types.ts";
import { NULL } from "../ddi/types.ts";
import type { DriverHoldings, Holding } from "../executive/holdings.ts";
import { hex, shown } from "../executive/pool.ts";
import type { NetBufferEnvironment } from "./environment.ts";
import { RULE_ALLOCATION, RULE_LEFT_MDL, RULE_POINTER } from "./environment.ts";

/** MDL.ndisOwner: who allocated an MDL, and so who frees it. */
export const MDL_FREE = 0;
export const MDL_OF_DRIVER = 1;
/** Came with a NET_BUFFER of a pool with data. */
export const MDL_OF_POOL = 2;
/** Prepended by a retreat, with memory from NDIS. */
export const MDL_OF_RETREAT = 3;
/** Prepended by a retreat, from the driver's NetAllocateMdl. */
export const MDL_OF_HANDLER = 4;
/** Describes a piece of another MDL's memory for a clone. */
export const MDL_OF_CLONE = 5;

function isAddress(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The MDLs that a driver allocated and has not freed: one holding, as long as there is any. */
class DriverMdls implements Holding {
  readonly leftRule = RULE_LEFT_MDL;
  readonly adapter = null;
  readonly #holdings: DriverHoldings;
  #count = 0;

  constructor(holdings: DriverHoldings) {
    this.#holdings = holdings;
  }

  get traceName(): string {
    return `${this.#count} MDLs`;
  }

  add(): void {
    if (++this.#count === 1) this.#holdings.take(this);
  }

  remove(): void {
    if (--this.#count === 0) this.#holdings.giveBack(this);
  }
}

/** Makes MDLs and takes them back; a freed one serves the next request. */
export class MdlStore {
  readonly #environment: NetBufferEnvironment;
  readonly #free: MDL[] = [];
  readonly #ofDriver: DriverMdls;

  constructor(environment: NetBufferEnvironment) {
    this.#environment = environment;
    this.#ofDriver = new DriverMdls(environment.holdings);
  }

  /** NdisAllocateMdl. */
  describeForDriver(address: PVOID, byteLength: number): MDL | null {
    if (!isAddress(address) || address === NULL || !isAddress(byteLength) || byteLength === 0) {
      this.#environment.misuse(RULE_ALLOCATION, `NdisAllocateMdl for ${shown(byteLength)} bytes at ${hex(address)}`);
      return null;
    }
    this.#ofDriver.add();
    return this.describe(MDL_OF_DRIVER, address, byteLength);
  }

  /** An MDL for memory that somebody else provides. */
  describe(owner: number, address: PVOID, byteLength: number): MDL {
    const mdl = this.#free.pop() ?? new MDL();
    mdl.Next = null;
    mdl.MdlFlags = 0;
    mdl.MappedSystemVa = address;
    mdl.ByteCount = byteLength;
    mdl.ndisOwner = owner;
    if (owner !== MDL_OF_POOL) this.#environment.counts.mdls++;
    return mdl;
  }

  /** An MDL with fresh memory of NDIS, or null when there is none. */
  allocateWithMemory(owner: number, byteLength: number): MDL | null {
    const address = this.#environment.allocator.allocate(byteLength);
    return address === NULL ? null : this.describe(owner, address, byteLength);
  }

  release(mdl: MDL): void {
    if (mdl.ndisOwner !== MDL_OF_POOL) this.#environment.counts.mdls--;
    mdl.ndisOwner = MDL_FREE;
    mdl.Next = null;
    this.#free.push(mdl);
  }

  /** Releases an MDL together with the memory that {@link allocateWithMemory} gave it. */
  releaseWithMemory(mdl: MDL): void {
    this.#environment.allocator.free(mdl.MappedSystemVa);
    this.release(mdl);
  }

  /** NdisFreeMdl. */
  freeForDriver(mdl: MDL): void {
    if (!(mdl instanceof MDL)) {
      this.#environment.misuse(RULE_POINTER, "NdisFreeMdl of what is no MDL");
      return;
    }
    if (mdl.ndisOwner === MDL_OF_DRIVER) {
      this.#ofDriver.remove();
      this.release(mdl);
      return;
    }
    this.#environment.misuse(RULE_ALLOCATION, `NdisFreeMdl of ${WHY_NOT_FREED[mdl.ndisOwner]}`);
  }
}

const WHY_NOT_FREED: readonly string[] = [
  "an MDL that is free already",
  "",
  "an MDL that came with its NET_BUFFER: NdisFreeNetBuffer or NdisFreeNetBufferList frees it",
  "an MDL that a retreat allocated: NdisAdvanceNetBufferDataStart frees it",
  "an MDL that a retreat still has in its chain: NdisAdvanceNetBufferDataStart gives it to NetFreeMdl first",
  "an MDL of a clone: NdisFreeCloneNetBufferList frees it",
];
