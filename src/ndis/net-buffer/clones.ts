import type { MDL, NET_BUFFER, NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import { NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS } from "../ddi/structures/net-buffer.ts";
import { setDataStart } from "./data.ts";
import type { MdlStore } from "./mdls.ts";
import { MDL_OF_CLONE } from "./mdls.ts";
import type { NetBufferListPool, NetBufferPool } from "./pools.ts";

/** Where the parts of clones come from and go back to. */
export interface CloneParts {
  readonly mdls: MdlStore;
  takeNetBuffer(pool: NetBufferPool): NET_BUFFER | null;
  giveNetBuffer(netBuffer: NET_BUFFER): void;
  takeList(pool: NetBufferListPool): NET_BUFFER_LIST | null;
  giveList(list: NET_BUFFER_LIST): void;
}

/**
 * NdisAllocateCloneNetBufferList: a list that describes the same data from the start of the used data space on,
 * without context space. Parent pointer and child count are the caller's business, as the documentation on derived
 * lists says.
 */
export function cloneNetBufferList(
  parts: CloneParts,
  original: NET_BUFFER_LIST,
  listPool: NetBufferListPool,
  netBufferPool: NetBufferPool,
  flags: number,
): NET_BUFFER_LIST | null {
  const clone = parts.takeList(listPool);
  if (clone === null) return null;
  clone.ndisCloneFlags = flags;
  clone.FirstNetBuffer = null;
  clone.Context = null;
  let last: NET_BUFFER | null = null;
  for (let source = original.FirstNetBuffer; source !== null; source = source.Next) {
    const copy = parts.takeNetBuffer(netBufferPool);
    if (copy === null) {
      freeClone(parts, clone);
      return null;
    }
    if (last === null) clone.FirstNetBuffer = copy;
    else last.Next = copy;
    last = copy;
    describeSameData(parts.mdls, source, copy, (flags & NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS) !== 0);
  }
  return clone;
}

function describeSameData(mdls: MdlStore, source: NET_BUFFER, copy: NET_BUFFER, useOriginalMdls: boolean): void {
  copy.DataLength = source.DataLength;
  copy.ChecksumBias = source.ChecksumBias;
  copy.MdlChain = useOriginalMdls ? source.CurrentMdl : describeUsedData(mdls, source);
  setDataStart(copy, useOriginalMdls ? source.CurrentMdlOffset : 0);
}

/** New MDLs over the used data of a NET_BUFFER and nothing else. */
function describeUsedData(mdls: MdlStore, source: NET_BUFFER): MDL | null {
  let first: MDL | null = null;
  let last: MDL | null = null;
  let offset = source.CurrentMdlOffset;
  let rest = source.DataLength;
  for (let mdl = source.CurrentMdl; mdl !== null && rest > 0; mdl = mdl.Next) {
    const length = Math.min(rest, mdl.ByteCount - offset);
    if (length > 0) {
      const piece = mdls.describe(MDL_OF_CLONE, mdl.MappedSystemVa + offset, length);
      if (last === null) first = piece;
      else last.Next = piece;
      last = piece;
      rest -= length;
    }
    offset = Math.max(offset - mdl.ByteCount, 0);
  }
  return first;
}

/** NdisFreeCloneNetBufferList: the list, its NET_BUFFERs, and its MDLs unless they are the original's. */
export function freeClone(parts: CloneParts, clone: NET_BUFFER_LIST): void {
  const ownsMdls = (clone.ndisCloneFlags & NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS) === 0;
  let netBuffer = clone.FirstNetBuffer;
  while (netBuffer !== null) {
    const next: NET_BUFFER | null = netBuffer.Next;
    if (ownsMdls) releaseClonedMdls(parts.mdls, netBuffer.MdlChain);
    parts.giveNetBuffer(netBuffer);
    netBuffer = next;
  }
  parts.giveList(clone);
}

/** MDLs that a driver or a retreat put into the chain of a clone are not the clone's to free. */
function releaseClonedMdls(mdls: MdlStore, chain: MDL | null): void {
  let mdl = chain;
  while (mdl !== null) {
    const next: MDL | null = mdl.Next;
    if (mdl.ndisOwner === MDL_OF_CLONE) mdls.release(mdl);
    mdl = next;
  }
}
