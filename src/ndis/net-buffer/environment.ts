import type { PVOID } from "../ddi/types.ts";
import type { DriverHoldings } from "../executive/holdings.ts";

/** How many of each are out: allocated by a driver and not freed yet. At quiescence all are zero (rule MEM-02). */
export class NetBufferCounts {
  pools = 0;
  netBufferLists = 0;
  /** Those that did not come with a NET_BUFFER_LIST. */
  netBuffers = 0;
  mdls = 0;
  /** Context structures that NdisAllocateNetBufferListContext had to allocate. */
  contexts = 0;
}

/** What the room needs of the machine, and of the driver whose functions these are. */
export interface NetBufferEnvironment {
  readonly memory: {
    /** Copies bytes of the machine's memory; the ranges do not overlap. */
    copy(to: PVOID, from: PVOID, byteLength: number): void;
    /** Whether all of `byteLength` bytes are memory of the machine: what an MDL says may be anything. */
    contains(address: PVOID, byteLength: number): boolean;
  };
  /** Memory for data and context space; allocate returns 0 when there is none. */
  readonly allocator: { allocate(byteLength: number): PVOID; free(address: PVOID): unknown };
  readonly counts: NetBufferCounts;
  /** What the driver holds: pools and MDLs are told here. */
  readonly holdings: DriverHoldings;
  /** A driver broke a rule of the rulebook. It may throw; when it returns, the call fails or changes nothing. */
  misuse(rule: string, message: string): void;
}

/** The rules of the rulebook that this room holds drivers to. */
export const RULE_POINTER = "NullCheck";
export const RULE_LEFT_POOL = "MEM-02";
export const RULE_LEFT_MDL = "NdisAllocateMdl";
export const RULE_ALLOCATION = "MEM-08";
export const RULE_PREALLOCATED_NET_BUFFER = "MEM-09";
export const RULE_DATA_START = "MEM-10";
