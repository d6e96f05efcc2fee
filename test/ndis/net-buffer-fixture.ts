import { MemoryAllocator, WorldMemory } from "../../src/machine/memory.ts";
import type { NdisBufferFunctions } from "../../src/ndis/ddi/functions/buffers.ts";
import type { MDL, NET_BUFFER } from "../../src/ndis/ddi/structures/net-buffer.ts";
import {
  NET_BUFFER_LIST_POOL_PARAMETERS,
  NET_BUFFER_POOL_PARAMETERS,
} from "../../src/ndis/ddi/structures/net-buffer.ts";
import { DriverHoldings } from "../../src/ndis/executive/holdings.ts";
import { NetBufferCounts, netBufferFunctions } from "../../src/ndis/net-buffer/index.ts";

/** The buffer functions over a small memory, with what a verifier would see. */
export interface Fixture {
  ndis: NdisBufferFunctions;
  bytes: Uint8Array;
  allocator: MemoryAllocator;
  counts: NetBufferCounts;
  misuses: { rule: string; message: string }[];
  /** Makes allocations fail after `more` successes. */
  exhaust(more?: number): void;
}

export function fixture(byteLength = 1 << 20): Fixture {
  const memory = new WorldMemory(byteLength + 8192);
  const allocator = new MemoryAllocator(memory.reserve(byteLength));
  const counts = new NetBufferCounts();
  const misuses: Fixture["misuses"] = [];
  let left = Number.POSITIVE_INFINITY;
  const ndis = netBufferFunctions({
    memory: {
      copy: memory.copy,
      contains: (address, length) => allocator.window.contains(address, length),
    },
    allocator: {
      allocate: (length) => (left-- > 0 ? allocator.allocate(length) : 0),
      free: (address) => allocator.free(address),
    },
    counts,
    holdings: new DriverHoldings(),
    misuse: (rule, message) => misuses.push({ rule, message }),
  });
  const exhaust = (more = 0): void => {
    left = more;
  };
  return { ndis, bytes: memory.bytes, allocator, counts, misuses, exhaust };
}

export function listPool(
  { ndis }: Fixture,
  members: Partial<NET_BUFFER_LIST_POOL_PARAMETERS> = {},
): NonNullable<ReturnType<NdisBufferFunctions["NdisAllocateNetBufferListPool"]>> {
  const pool = ndis.NdisAllocateNetBufferListPool(null, NET_BUFFER_LIST_POOL_PARAMETERS(members));
  if (pool === null) throw new Error("no pool");
  return pool;
}

export function netBufferPool(
  { ndis }: Fixture,
  members: Partial<NET_BUFFER_POOL_PARAMETERS> = {},
): NonNullable<ReturnType<NdisBufferFunctions["NdisAllocateNetBufferPool"]>> {
  const pool = ndis.NdisAllocateNetBufferPool(null, NET_BUFFER_POOL_PARAMETERS(members));
  if (pool === null) throw new Error("no pool");
  return pool;
}

/** A chain of MDLs of these lengths over fresh memory, filled with `first`, `first + 1`, …. Lengths may be 0. */
export function mdlChain({ ndis, bytes, allocator }: Fixture, lengths: readonly number[], first = 0): MDL {
  const owner = { test: true } as never;
  let head: MDL | null = null;
  let last: MDL | null = null;
  let value = first;
  for (const length of lengths) {
    const address = allocator.allocate(Math.max(length, 1));
    const mdl = ndis.NdisAllocateMdl(owner, address, Math.max(length, 1));
    if (address === 0 || mdl === null) throw new Error("no memory for the test");
    mdl.ByteCount = length;
    for (let i = 0; i < length; i++) bytes[address + i] = value++ & 0xff;
    if (last === null) head = mdl;
    else last.Next = mdl;
    last = mdl;
  }
  if (head === null) throw new Error("a chain has one MDL at least");
  return head;
}

export function chainOf(netBuffer: NET_BUFFER): MDL[] {
  const chain: MDL[] = [];
  for (let mdl = netBuffer.MdlChain; mdl !== null; mdl = mdl.Next) chain.push(mdl);
  return chain;
}

/** Every byte that the chain of a NET_BUFFER describes, used or not: the naive model's view. */
export function chainBytes({ bytes }: Fixture, netBuffer: NET_BUFFER): number[] {
  return chainOf(netBuffer).flatMap((mdl) => [
    ...bytes.subarray(mdl.MappedSystemVa, mdl.MappedSystemVa + mdl.ByteCount),
  ]);
}

/** The used data of a NET_BUFFER, found from the start of the chain through DataOffset. */
export function dataBytes(world: Fixture, netBuffer: NET_BUFFER): number[] {
  return chainBytes(world, netBuffer).slice(netBuffer.DataOffset, netBuffer.DataOffset + netBuffer.DataLength);
}

/** Where CurrentMdl and CurrentMdlOffset point, as an offset from the start of the chain. */
export function currentOffset(netBuffer: NET_BUFFER): number {
  let before = 0;
  for (const mdl of chainOf(netBuffer)) {
    if (mdl === netBuffer.CurrentMdl) return before + netBuffer.CurrentMdlOffset;
    before += mdl.ByteCount;
  }
  return netBuffer.CurrentMdl === null ? 0 : Number.NaN;
}
