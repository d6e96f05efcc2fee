import type { NdisObjectHandle, NdisPoolHandle, NetBufferListPoolHandle, NetBufferPoolHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import { NDIS_STATUS_SUCCESS } from "../ddi/status-codes.ts";
import type { MDL, NET_BUFFER_LIST_POOL_PARAMETERS, NET_BUFFER_POOL_PARAMETERS } from "../ddi/structures/net-buffer.ts";
import { NET_BUFFER, NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import { adapterOf } from "../executive/adapter-of.ts";
import type { Holding } from "../executive/holdings.ts";
import { tagText } from "../executive/pool.ts";
import type { ContextSpace } from "./contexts.ts";
import { setDataStart } from "./data.ts";
import { RULE_LEFT_POOL } from "./environment.ts";
import type { MdlStore } from "./mdls.ts";
import { MDL_OF_POOL } from "./mdls.ts";

/** Makes a NET_BUFFER as good as new. ProtocolReserved and MiniportReserved keep what the last user left, as in C. */
export function initialiseNetBuffer(
  netBuffer: NET_BUFFER,
  mdlChain: MDL | null,
  dataOffset: number,
  dataLength: number,
): void {
  netBuffer.Next = null;
  netBuffer.MdlChain = mdlChain;
  netBuffer.DataLength = dataLength;
  netBuffer.ChecksumBias = 0;
  netBuffer.DataPhysicalAddress = 0;
  netBuffer.ScatterGatherList = null;
  netBuffer.ndisAllocated = true;
  setDataStart(netBuffer, dataOffset);
}

/** A NET_BUFFER with an MDL and `dataSize` bytes of its own, or without when that is 0. Null when memory is short. */
function makeNetBuffer(mdls: MdlStore, dataSize: number, ofList: boolean, pool: NdisPoolHandle): NET_BUFFER | null {
  const mdl = dataSize > 0 ? mdls.allocateWithMemory(MDL_OF_POOL, dataSize) : null;
  if (dataSize > 0 && mdl === null) return null;
  const netBuffer = new NET_BUFFER();
  netBuffer.NdisPoolHandle = pool;
  netBuffer.ndisOfList = ofList;
  netBuffer.ndisMdl = mdl;
  return netBuffer;
}

/** Puts back what a driver may have changed on the MDL that came with a NET_BUFFER. */
function restoreMdl(netBuffer: NET_BUFFER, dataSize: number): void {
  if (netBuffer.ndisMdl === null) return;
  netBuffer.ndisMdl.Next = null;
  netBuffer.ndisMdl.ByteCount = dataSize;
}

/** NdisAllocateNetBufferPool: NET_BUFFERs, each with data when DataSize is not 0. */
export class NetBufferPool implements Holding {
  readonly leftRule = RULE_LEFT_POOL;
  readonly adapter: object | null;
  readonly handle: NetBufferPoolHandle = toHandle(this);
  readonly poolTag: number;
  readonly dataSize: number;
  readonly #mdls: MdlStore;
  readonly #free: NET_BUFFER[] = [];
  outstanding = 0;
  closed = false;

  constructor(
    parameters: Readonly<NET_BUFFER_POOL_PARAMETERS>,
    mdls: MdlStore,
    holder: NdisObjectHandle | null = null,
  ) {
    this.adapter = adapterOf(holder);
    this.poolTag = parameters.PoolTag;
    this.dataSize = parameters.DataSize;
    this.#mdls = mdls;
  }

  get traceName(): string {
    return `NET_BUFFER pool (tag ${tagText(this.poolTag)}, ${this.outstanding} NET_BUFFERs out)`;
  }

  /** Whether these are the MDLs, and so the driver, that it was made for. */
  isOf(mdls: MdlStore): boolean {
    return this.#mdls === mdls;
  }

  take(mdlChain: MDL | null, dataOffset: number, dataLength: number): NET_BUFFER | null {
    const netBuffer = this.#free.pop() ?? makeNetBuffer(this.#mdls, this.dataSize, false, this.handle);
    if (netBuffer === null) return null;
    restoreMdl(netBuffer, this.dataSize);
    initialiseNetBuffer(netBuffer, netBuffer.ndisMdl ?? mdlChain, dataOffset, dataLength);
    this.outstanding++;
    return netBuffer;
  }

  give(netBuffer: NET_BUFFER): void {
    netBuffer.ndisAllocated = false;
    this.outstanding--;
    if (this.closed) this.#dismantle(netBuffer);
    else this.#free.push(netBuffer);
  }

  /** Returns all memory; what is still out follows when it is freed. */
  close(): void {
    this.closed = true;
    for (const netBuffer of this.#free) this.#dismantle(netBuffer);
    this.#free.length = 0;
  }

  #dismantle(netBuffer: NET_BUFFER): void {
    if (netBuffer.ndisMdl !== null) this.#mdls.releaseWithMemory(netBuffer.ndisMdl);
    netBuffer.ndisMdl = null;
  }
}

/** NdisAllocateNetBufferListPool: NET_BUFFER_LISTs, each with a NET_BUFFER, data and context space if asked for. */
export class NetBufferListPool implements Holding {
  readonly leftRule = RULE_LEFT_POOL;
  readonly adapter: object | null;
  readonly handle: NetBufferListPoolHandle = toHandle(this);
  readonly poolTag: number;
  readonly protocolId: number;
  readonly allocatesNetBuffer: boolean;
  readonly contextSize: number;
  readonly dataSize: number;
  readonly #mdls: MdlStore;
  readonly #contexts: ContextSpace;
  readonly #free: NET_BUFFER_LIST[] = [];
  outstanding = 0;
  closed = false;

  constructor(
    parameters: Readonly<NET_BUFFER_LIST_POOL_PARAMETERS>,
    mdls: MdlStore,
    contexts: ContextSpace,
    holder: NdisObjectHandle | null = null,
  ) {
    this.adapter = adapterOf(holder);
    this.poolTag = parameters.PoolTag;
    this.protocolId = parameters.ProtocolId;
    this.allocatesNetBuffer = parameters.fAllocateNetBuffer;
    this.contextSize = parameters.ContextSize;
    this.dataSize = parameters.DataSize;
    this.#mdls = mdls;
    this.#contexts = contexts;
  }

  get traceName(): string {
    return `NET_BUFFER_LIST pool (tag ${tagText(this.poolTag)}, ${this.outstanding} NET_BUFFER_LISTs out)`;
  }

  /** Whether these are the MDLs, and so the driver, that it was made for. */
  isOf(mdls: MdlStore): boolean {
    return this.#mdls === mdls;
  }

  /** A list with `contextSize` bytes of context in use and at least `backFill` more. */
  take(contextSize: number, backFill: number): NET_BUFFER_LIST | null {
    const list = this.#free.pop() ?? this.#make();
    if (list === null) return null;
    if (!this.#contexts.provide(list, Math.max(this.contextSize, contextSize + backFill), contextSize)) {
      this.#free.push(list);
      return null;
    }
    list.Next = null;
    list.ParentNetBufferList = null;
    list.Scratch = null;
    list.SourceHandle = null;
    list.NblFlags = 0;
    list.ChildRefCount = 0;
    list.Flags = 0;
    list.Status = NDIS_STATUS_SUCCESS;
    list.ndisAllocated = true;
    list.ndisCloneFlags = -1;
    list.ndisClearInformation();
    list.FirstNetBuffer = list.ndisNetBuffer;
    if (list.ndisNetBuffer !== null) {
      restoreMdl(list.ndisNetBuffer, this.dataSize);
      initialiseNetBuffer(list.ndisNetBuffer, list.ndisNetBuffer.ndisMdl, 0, 0);
    }
    this.outstanding++;
    return list;
  }

  give(list: NET_BUFFER_LIST): void {
    list.ndisAllocated = false;
    list.FirstNetBuffer = null;
    if (list.ndisNetBuffer !== null) list.ndisNetBuffer.ndisAllocated = false;
    this.outstanding--;
    if (this.closed) this.#dismantle(list);
    else this.#free.push(list);
  }

  /** Returns all memory; what is still out follows when it is freed. */
  close(): void {
    this.closed = true;
    for (const list of this.#free) this.#dismantle(list);
    this.#free.length = 0;
  }

  #make(): NET_BUFFER_LIST | null {
    const list = new NET_BUFFER_LIST();
    list.NdisPoolHandle = this.handle;
    if (!this.allocatesNetBuffer) return list;
    list.ndisNetBuffer = makeNetBuffer(this.#mdls, this.dataSize, true, this.handle);
    return list.ndisNetBuffer === null ? null : list;
  }

  #dismantle(list: NET_BUFFER_LIST): void {
    const mdl = list.ndisNetBuffer?.ndisMdl ?? null;
    if (mdl !== null) this.#mdls.releaseWithMemory(mdl);
    if (list.ndisNetBuffer !== null) list.ndisNetBuffer.ndisMdl = null;
    this.#contexts.withdraw(list);
  }
}
