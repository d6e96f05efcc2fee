import type { NET_BUFFER_ALLOCATE_MDL, NET_BUFFER_FREE_MDL } from "../ddi/functions/buffers.ts";
import type { OutParameter } from "../ddi/handles.ts";
import { InOutParameter } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status-codes.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status-codes.ts";
import { MDL, NET_BUFFER } from "../ddi/structures/net-buffer.ts";
import type { PVOID } from "../ddi/types.ts";
import { NULL } from "../ddi/types.ts";
import { hex, shown } from "../executive/pool.ts";
import type { NetBufferEnvironment } from "./environment.ts";
import { RULE_ALLOCATION, RULE_DATA_START, RULE_POINTER } from "./environment.ts";
import type { MdlStore } from "./mdls.ts";
import { MDL_OF_DRIVER, MDL_OF_HANDLER, MDL_OF_RETREAT } from "./mdls.ts";
import { describesData } from "./sound-chains.ts";

/** Puts the start of the data `dataOffset` bytes into the chain. The end of the chain is the end of its last MDL. */
export function setDataStart(netBuffer: NET_BUFFER, dataOffset: number): void {
  let mdl = netBuffer.MdlChain;
  let rest = dataOffset;
  while (mdl !== null && rest >= mdl.ByteCount && mdl.Next !== null) {
    rest -= mdl.ByteCount;
    mdl = mdl.Next;
  }
  netBuffer.DataOffset = dataOffset;
  netBuffer.CurrentMdl = mdl;
  netBuffer.CurrentMdlOffset = rest;
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

/** Where a frame's data starts and what is in it: advance, retreat, access and copying (nblapi.h). */
export class FrameData {
  readonly #environment: NetBufferEnvironment;
  readonly #mdls: MdlStore;
  /** BufferSize of NetAllocateMdl, used again for every call. */
  readonly #bufferSize = new InOutParameter(0);

  constructor(environment: NetBufferEnvironment, mdls: MdlStore) {
    this.#environment = environment;
    this.#mdls = mdls;
  }

  advance(netBuffer: NET_BUFFER, delta: number, freeMdl: boolean, freeHandler: NET_BUFFER_FREE_MDL | null): void {
    if (!this.#isSound(netBuffer)) return;
    if (!(isSize(delta) && delta <= netBuffer.DataLength)) {
      this.#environment.misuse(RULE_DATA_START, `advance by ${shown(delta)} of ${netBuffer.DataLength} bytes`);
      return;
    }
    netBuffer.DataLength -= delta;
    const current = netBuffer.CurrentMdl;
    if (current !== null && netBuffer.CurrentMdlOffset + delta < current.ByteCount) {
      netBuffer.DataOffset += delta;
      netBuffer.CurrentMdlOffset += delta;
    } else {
      setDataStart(netBuffer, netBuffer.DataOffset + delta);
    }
    if (freeMdl) this.#freeUnusedMdls(netBuffer, freeHandler);
  }

  /** Frees what retreats prepended and the data no longer reaches. MDLs of the original chain stay, used or not. */
  #freeUnusedMdls(netBuffer: NET_BUFFER, freeHandler: NET_BUFFER_FREE_MDL | null): void {
    let head = netBuffer.MdlChain;
    while (head !== null && netBuffer.DataOffset >= head.ByteCount) {
      const owner = head.ndisOwner;
      if (owner !== MDL_OF_RETREAT && owner !== MDL_OF_HANDLER) return;
      if (owner === MDL_OF_HANDLER && typeof freeHandler !== "function") {
        this.#environment.misuse(RULE_DATA_START, "the MDL came from NetAllocateMdl and no NetFreeMdl was given");
        return;
      }
      const next: MDL | null = head.Next;
      netBuffer.MdlChain = next;
      setDataStart(netBuffer, netBuffer.DataOffset - head.ByteCount);
      head.Next = null;
      if (owner === MDL_OF_RETREAT) {
        this.#mdls.releaseWithMemory(head);
      } else if (typeof freeHandler === "function") {
        head.ndisOwner = MDL_OF_DRIVER;
        freeHandler(head);
      }
      head = next;
    }
  }

  retreat(
    netBuffer: NET_BUFFER,
    delta: number,
    backFill: number,
    allocateHandler: NET_BUFFER_ALLOCATE_MDL | null,
  ): NDIS_STATUS_FINAL {
    if (!this.#isSound(netBuffer)) return NDIS_STATUS_FAILURE;
    if (!(isSize(delta) && isSize(backFill))) {
      this.#environment.misuse(
        RULE_DATA_START,
        `retreat by ${shown(delta)} bytes with ${shown(backFill)} bytes of backfill`,
      );
      return NDIS_STATUS_FAILURE;
    }
    if (delta > netBuffer.DataOffset) {
      const status = this.#prepend(netBuffer, delta + backFill, allocateHandler);
      if (status !== NDIS_STATUS_SUCCESS) return status;
    }
    if (delta <= netBuffer.CurrentMdlOffset) {
      netBuffer.DataOffset -= delta;
      netBuffer.CurrentMdlOffset -= delta;
    } else {
      setDataStart(netBuffer, netBuffer.DataOffset - delta);
    }
    netBuffer.DataLength += delta;
    return NDIS_STATUS_SUCCESS;
  }

  /** Chains an MDL in front. The data moves that much further into the chain, so that there is room for the retreat. */
  #prepend(
    netBuffer: NET_BUFFER,
    byteLength: number,
    allocateHandler: NET_BUFFER_ALLOCATE_MDL | null,
  ): NDIS_STATUS_FINAL {
    let mdl: MDL | null;
    if (allocateHandler !== null && allocateHandler !== undefined && typeof allocateHandler !== "function") {
      this.#environment.misuse(RULE_POINTER, "NetAllocateMdl is no routine");
      return NDIS_STATUS_FAILURE;
    }
    if (allocateHandler === null || allocateHandler === undefined) {
      mdl = this.#mdls.allocateWithMemory(MDL_OF_RETREAT, byteLength);
      if (mdl === null) return NDIS_STATUS_RESOURCES;
    } else {
      this.#bufferSize.Value = byteLength;
      mdl = allocateHandler(this.#bufferSize);
      if (mdl === null) return NDIS_STATUS_RESOURCES;
      if (!(mdl instanceof MDL) || mdl.ndisOwner !== MDL_OF_DRIVER || mdl.ByteCount < byteLength) {
        this.#environment.misuse(RULE_DATA_START, `NetAllocateMdl gave no MDL of its own with ${byteLength} bytes`);
        return NDIS_STATUS_FAILURE;
      }
      mdl.ndisOwner = MDL_OF_HANDLER;
    }
    mdl.Next = netBuffer.MdlChain;
    netBuffer.MdlChain = mdl;
    setDataStart(netBuffer, netBuffer.DataOffset + mdl.ByteCount);
    return NDIS_STATUS_SUCCESS;
  }

  /** NdisGetDataBuffer: the address of the first bytes, contiguous and aligned, if need be as a copy in `storage`. */
  getDataBuffer(
    netBuffer: NET_BUFFER,
    bytesNeeded: number,
    storage: PVOID,
    alignMultiple: number,
    alignOffset: number,
  ): PVOID {
    if (!this.#isSound(netBuffer)) return NULL;
    if (!(isSize(bytesNeeded) && bytesNeeded <= netBuffer.DataLength)) return NULL;
    if (!(isSize(storage) && isSize(alignMultiple) && isSize(alignOffset))) {
      this.#environment.misuse(RULE_POINTER, "Storage, AlignMultiple or AlignOffset of NdisGetDataBuffer is no number");
      return NULL;
    }
    let mdl = netBuffer.CurrentMdl;
    let offset = netBuffer.CurrentMdlOffset;
    while (mdl !== null && offset >= mdl.ByteCount && mdl.Next !== null) {
      offset -= mdl.ByteCount;
      mdl = mdl.Next;
    }
    if (mdl === null) return NULL;
    const address = mdl.MappedSystemVa + offset;
    const aligned = alignMultiple <= 1 || (address - alignOffset) % alignMultiple === 0;
    if (aligned && offset + bytesNeeded <= mdl.ByteCount) return address;
    if (storage === NULL) return NULL;
    return this.#copyOut(mdl, offset, bytesNeeded, storage) === bytesNeeded ? storage : NULL;
  }

  #copyOut(from: MDL, fromOffset: number, byteLength: number, to: PVOID): number {
    let mdl: MDL | null = from;
    let offset = fromOffset;
    let copied = 0;
    while (mdl !== null && copied < byteLength) {
      const piece = Math.min(byteLength - copied, mdl.ByteCount - offset);
      if (piece > 0 && !this.#move(to + copied, mdl.MappedSystemVa + offset, piece)) break;
      copied += Math.max(piece, 0);
      offset = Math.max(offset - mdl.ByteCount, 0);
      mdl = mdl.Next;
    }
    return copied;
  }

  /**
   * NdisCopyFromNetBufferToNetBuffer. Offsets count from the start of the data. The source ends with its data, the
   * destination with its MDL chain: the caller sets the destination's DataLength afterwards.
   */
  copy(
    destination: NET_BUFFER,
    destinationOffset: number,
    bytesToCopy: number,
    source: Readonly<NET_BUFFER>,
    sourceOffset: number,
    bytesCopied: OutParameter<number>,
  ): NDIS_STATUS_FINAL {
    if (typeof bytesCopied !== "object" || bytesCopied === null || !Object.isExtensible(bytesCopied)) {
      this.#environment.misuse(RULE_POINTER, "BytesCopied is NULL");
      return NDIS_STATUS_RESOURCES;
    }
    bytesCopied.Value = 0;
    if (!this.#isSound(destination) || !this.#isSound(source)) return NDIS_STATUS_RESOURCES;
    if (!(isSize(destinationOffset) && isSize(bytesToCopy) && isSize(sourceOffset))) return NDIS_STATUS_RESOURCES;
    let from = source.CurrentMdl;
    let fromOffset = source.CurrentMdlOffset + sourceOffset;
    let to = destination.CurrentMdl;
    let toOffset = destination.CurrentMdlOffset + destinationOffset;
    const limit = Math.min(bytesToCopy, Math.max(source.DataLength - sourceOffset, 0));
    let copied = 0;
    while (from !== null && to !== null && copied < limit) {
      if (fromOffset >= from.ByteCount) {
        fromOffset -= from.ByteCount;
        from = from.Next;
      } else if (toOffset >= to.ByteCount) {
        toOffset -= to.ByteCount;
        to = to.Next;
      } else {
        const piece = Math.min(limit - copied, from.ByteCount - fromOffset, to.ByteCount - toOffset);
        if (!this.#move(to.MappedSystemVa + toOffset, from.MappedSystemVa + fromOffset, piece)) {
          bytesCopied.Value = copied;
          return NDIS_STATUS_RESOURCES;
        }
        copied += piece;
        fromOffset += piece;
        toOffset += piece;
      }
    }
    bytesCopied.Value = copied;
    return NDIS_STATUS_SUCCESS;
  }

  /** Copies bytes between what MDLs and pointers of drivers name. @returns false, and tells, when that is not memory of the machine. */
  #move(to: PVOID, from: PVOID, byteLength: number): boolean {
    const { memory } = this.#environment;
    if (memory.contains(from, byteLength) && memory.contains(to, byteLength)) {
      memory.copy(to, from, byteLength);
      return true;
    }
    const wild = memory.contains(from, byteLength) ? to : from;
    this.#environment.misuse(RULE_POINTER, `${byteLength} bytes at ${hex(wild)} are not memory of this machine`);
    return false;
  }

  #isSound(netBuffer: Readonly<NET_BUFFER>): boolean {
    if (!(netBuffer instanceof NET_BUFFER) || !netBuffer.ndisAllocated) {
      this.#environment.misuse(RULE_ALLOCATION, "use of a NET_BUFFER that is not allocated");
      return false;
    }
    if (describesData(netBuffer)) return true;
    this.#environment.misuse(RULE_POINTER, "the lengths or the MDLs of a NET_BUFFER are none");
    return false;
  }
}
