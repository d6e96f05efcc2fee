import type { NdisObjectHandle, NetBufferListPoolHandle, NetBufferPoolHandle } from "../ddi/handles.ts";
import {
  MDL,
  NET_BUFFER,
  NET_BUFFER_LIST,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  NET_BUFFER_POOL_PARAMETERS,
} from "../ddi/structures/net-buffer.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import { shown } from "../executive/pool.ts";
import { ruleAgainstFreeing } from "../verifier/list-custody.ts";
import type { CloneParts } from "./clones.ts";
import { cloneNetBufferList, freeClone } from "./clones.ts";
import { ContextSpace, isContextSize, MEMORY_ALLOCATION_ALIGNMENT } from "./contexts.ts";
import { FrameData } from "./data.ts";
import type { NetBufferEnvironment } from "./environment.ts";
import { RULE_ALLOCATION, RULE_POINTER, RULE_PREALLOCATED_NET_BUFFER } from "./environment.ts";
import { MdlStore } from "./mdls.ts";
import { initialiseNetBuffer, NetBufferListPool, NetBufferPool } from "./pools.ts";
import { describesData, isMdlChain, isNetBufferChain } from "./sound-chains.ts";

/** All network data of one driver: its pools, what is out of them, and the checks on what drivers hand in. */
export class NetBuffers implements CloneParts {
  readonly mdls: MdlStore;
  readonly contexts: ContextSpace;
  readonly data: FrameData;
  readonly #environment: NetBufferEnvironment;
  /** For clones whose caller names no pool; made when first needed. */
  #clonePool: NetBufferListPool | null = null;
  #cloneNetBufferPool: NetBufferPool | null = null;

  constructor(environment: NetBufferEnvironment) {
    this.#environment = environment;
    this.mdls = new MdlStore(environment);
    this.contexts = new ContextSpace(environment);
    this.data = new FrameData(environment, this.mdls);
  }

  // Pools

  createListPool(
    holder: NdisObjectHandle | null,
    parameters: Readonly<NET_BUFFER_LIST_POOL_PARAMETERS>,
  ): NetBufferListPoolHandle | null {
    const { ContextSize, DataSize, fAllocateNetBuffer } = parameters;
    if (objectHeaderFault(parameters.Header, "NET_BUFFER_LIST_POOL_PARAMETERS") !== null) return null;
    if (typeof parameters.PoolTag !== "number") return null;
    if (!isContextSize(ContextSize, MEMORY_ALLOCATION_ALIGNMENT) || !isContextSize(DataSize, 1)) return null;
    if (DataSize > 0 && !fAllocateNetBuffer) return null;
    const pool = new NetBufferListPool(parameters, this.mdls, this.contexts, holder);
    this.#environment.counts.pools++;
    this.#environment.holdings.take(pool);
    return pool.handle;
  }

  createNetBufferPool(
    holder: NdisObjectHandle | null,
    parameters: Readonly<NET_BUFFER_POOL_PARAMETERS>,
  ): NetBufferPoolHandle | null {
    if (objectHeaderFault(parameters.Header, "NET_BUFFER_POOL_PARAMETERS") !== null) return null;
    if (!isContextSize(parameters.DataSize, 1) || typeof parameters.PoolTag !== "number") return null;
    const pool = new NetBufferPool(parameters, this.mdls, holder);
    this.#environment.counts.pools++;
    this.#environment.holdings.take(pool);
    return pool.handle;
  }

  closePool(pool: NetBufferListPool | NetBufferPool | null): void {
    if (pool === null) return;
    if (pool.outstanding > 0) {
      this.#environment.misuse(RULE_ALLOCATION, `pool freed while ${pool.outstanding} of its structures are out`);
    }
    this.#environment.counts.pools--;
    this.#environment.holdings.giveBack(pool);
    pool.close();
  }

  /** The pool of a handle. A closed pool or another object is misuse. */
  listPool(handle: NetBufferListPoolHandle | null): NetBufferListPool | null {
    if (handle instanceof NetBufferListPool && !handle.closed && handle.isOf(this.mdls)) return handle;
    this.#environment.misuse(
      RULE_ALLOCATION,
      "the handle names no NET_BUFFER_LIST pool of this driver, or one that was freed",
    );
    return null;
  }

  netBufferPool(handle: NetBufferPoolHandle | null): NetBufferPool | null {
    if (handle instanceof NetBufferPool && !handle.closed && handle.isOf(this.mdls)) return handle;
    this.#environment.misuse(
      RULE_ALLOCATION,
      "the handle names no NET_BUFFER pool of this driver, or one that was freed",
    );
    return null;
  }

  // NET_BUFFER_LISTs

  /** A list from a pool of any kind. */
  allocateList(handle: NetBufferListPoolHandle, contextSize: number, backFill: number): NET_BUFFER_LIST | null {
    const pool = this.listPool(handle);
    if (pool === null || !areContextSizes(contextSize, backFill)) return null;
    return this.#countList(pool.take(contextSize, backFill));
  }

  /** A list whose NET_BUFFER describes `mdlChain`. */
  allocateListWithNetBuffer(
    handle: NetBufferListPoolHandle,
    contextSize: number,
    backFill: number,
    mdlChain: MDL | null,
    dataOffset: number,
    dataLength: number,
  ): NET_BUFFER_LIST | null {
    const pool = this.listPool(handle);
    if (pool === null || !areContextSizes(contextSize, backFill)) return null;
    if (!pool.allocatesNetBuffer || pool.dataSize > 0) {
      this.#environment.misuse(RULE_PREALLOCATED_NET_BUFFER, "the pool needs fAllocateNetBuffer TRUE and DataSize 0");
      return null;
    }
    if (!this.#isDescription(mdlChain, dataOffset, dataLength)) return null;
    const list = this.#countList(pool.take(contextSize, backFill));
    if (list?.ndisNetBuffer) initialiseNetBuffer(list.ndisNetBuffer, mdlChain, dataOffset, dataLength);
    return list;
  }

  freeList(list: NET_BUFFER_LIST): void {
    if (!this.#mayFree(list, "NdisFreeNetBufferList")) return;
    if (list.ndisCloneFlags !== -1) {
      this.#environment.misuse(
        RULE_ALLOCATION,
        "NdisFreeNetBufferList of a clone: NdisFreeCloneNetBufferList frees it",
      );
      return;
    }
    if (list.Context !== list.ndisContext) {
      this.#environment.misuse(RULE_ALLOCATION, "added context space must be freed before its NET_BUFFER_LIST");
    }
    this.giveList(list);
  }

  // NET_BUFFERs

  allocateNetBuffer(
    handle: NetBufferPoolHandle,
    mdlChain: MDL | null,
    dataOffset: number,
    dataLength: number,
  ): NET_BUFFER | null {
    const pool = this.netBufferPool(handle);
    if (pool === null) return null;
    if (pool.dataSize > 0) {
      this.#environment.misuse(RULE_ALLOCATION, "a pool with data serves NdisAllocateNetBufferMdlAndData only");
      return null;
    }
    if (!this.#isDescription(mdlChain, dataOffset, dataLength)) return null;
    return this.#countNetBuffer(pool.take(mdlChain, dataOffset, dataLength));
  }

  allocateNetBufferWithData(handle: NetBufferPoolHandle): NET_BUFFER | null {
    const pool = this.netBufferPool(handle);
    if (pool === null) return null;
    if (pool.dataSize === 0) {
      this.#environment.misuse(RULE_ALLOCATION, "NdisAllocateNetBufferMdlAndData needs a pool with DataSize not 0");
      return null;
    }
    return this.#countNetBuffer(pool.take(null, 0, 0));
  }

  freeNetBuffer(netBuffer: NET_BUFFER): void {
    if (!(netBuffer instanceof NET_BUFFER)) {
      this.#environment.misuse(RULE_ALLOCATION, "NdisFreeNetBuffer of what is no NET_BUFFER");
    } else if (netBuffer.ndisOfList) {
      this.#environment.misuse(RULE_ALLOCATION, "NdisFreeNetBuffer of one that came with a NET_BUFFER_LIST");
    } else if (!netBuffer.ndisAllocated) {
      this.#environment.misuse(RULE_ALLOCATION, "NdisFreeNetBuffer of a NET_BUFFER that is not allocated");
    } else {
      this.giveNetBuffer(netBuffer);
    }
  }

  // Clones

  clone(
    original: NET_BUFFER_LIST,
    listPoolHandle: NetBufferListPoolHandle | null,
    netBufferPoolHandle: NetBufferPoolHandle | null,
    flags: number,
  ): NET_BUFFER_LIST | null {
    const isAlive = original instanceof NET_BUFFER_LIST && original.ndisAllocated;
    if (!isAlive || typeof flags !== "number" || !hasSoundNetBuffers(original)) {
      this.#environment.misuse(
        RULE_ALLOCATION,
        "clone of a NET_BUFFER_LIST that is not allocated, or has no sound NET_BUFFERs",
      );
      return null;
    }
    const listPool = listPoolHandle === null ? this.#defaultListPool() : this.listPool(listPoolHandle);
    const netBufferPool =
      netBufferPoolHandle === null ? this.#defaultNetBufferPool() : this.netBufferPool(netBufferPoolHandle);
    if (listPool === null || netBufferPool === null) return null;
    return cloneNetBufferList(this, original, listPool, netBufferPool, flags);
  }

  freeClone(clone: NET_BUFFER_LIST, flags: number): void {
    if (!this.#mayFree(clone, "NdisFreeCloneNetBufferList")) return;
    if (clone.ndisCloneFlags !== flags) {
      const made = clone.ndisCloneFlags === -1 ? "not cloned" : `cloned with flags ${clone.ndisCloneFlags}`;
      this.#environment.misuse(
        RULE_ALLOCATION,
        `NdisFreeCloneNetBufferList with flags ${shown(flags)} of a list ${made}`,
      );
      return;
    }
    if (!hasSoundNetBuffers(clone)) {
      this.#environment.misuse(RULE_POINTER, "the NET_BUFFERs or MDLs of a clone are no chains");
      return;
    }
    if (clone.Context !== null) {
      this.#environment.misuse(RULE_ALLOCATION, "added context space must be freed before its clone");
    }
    freeClone(this, clone);
  }

  takeList(pool: NetBufferListPool): NET_BUFFER_LIST | null {
    return this.#countList(pool.take(0, 0));
  }

  giveList(list: NET_BUFFER_LIST): void {
    const pool = list.NdisPoolHandle;
    if (!(pool instanceof NetBufferListPool)) return;
    this.#environment.counts.netBufferLists--;
    pool.give(list);
  }

  takeNetBuffer(pool: NetBufferPool): NET_BUFFER | null {
    return this.#countNetBuffer(pool.take(null, 0, 0));
  }

  giveNetBuffer(netBuffer: NET_BUFFER): void {
    const pool = netBuffer.NdisPoolHandle;
    if (!(pool instanceof NetBufferPool)) return;
    this.#environment.counts.netBuffers--;
    pool.give(netBuffer);
  }

  #defaultListPool(): NetBufferListPool {
    this.#clonePool ??= new NetBufferListPool(NET_BUFFER_LIST_POOL_PARAMETERS(), this.mdls, this.contexts);
    return this.#clonePool;
  }

  #defaultNetBufferPool(): NetBufferPool {
    this.#cloneNetBufferPool ??= new NetBufferPool(NET_BUFFER_POOL_PARAMETERS(), this.mdls);
    return this.#cloneNetBufferPool;
  }

  // Checks and counts

  #countList(list: NET_BUFFER_LIST | null): NET_BUFFER_LIST | null {
    if (list !== null) this.#environment.counts.netBufferLists++;
    return list;
  }

  #countNetBuffer(netBuffer: NET_BUFFER | null): NET_BUFFER | null {
    if (netBuffer !== null) this.#environment.counts.netBuffers++;
    return netBuffer;
  }

  #mayFree(list: NET_BUFFER_LIST, call: string): boolean {
    if (!(list instanceof NET_BUFFER_LIST) || !list.ndisAllocated) {
      this.#environment.misuse(RULE_ALLOCATION, `${call} of a NET_BUFFER_LIST that is not allocated`);
      return false;
    }
    const heldBy = ruleAgainstFreeing(list);
    if (heldBy !== null) {
      this.#environment.misuse(heldBy, `${call} of a NET_BUFFER_LIST that another driver holds`);
      return false;
    }
    if (list.ChildRefCount > 0) {
      this.#environment.misuse(RULE_ALLOCATION, `${call} of a parent with ${list.ChildRefCount} derived lists out`);
      return false;
    }
    return true;
  }

  /** NdisAllocateNetBuffer: without an MDL chain, offset and length are 0. */
  #isDescription(mdlChain: MDL | null, dataOffset: number, dataLength: number): boolean {
    if (isContextSize(dataOffset, 1) && isContextSize(dataLength, 1)) {
      if (mdlChain === null ? dataOffset === 0 && dataLength === 0 : mdlChain instanceof MDL && isMdlChain(mdlChain))
        return true;
    }
    this.#environment.misuse(
      RULE_ALLOCATION,
      `no MDL chain holds ${shown(dataLength)} bytes at offset ${shown(dataOffset)}`,
    );
    return false;
  }
}

function areContextSizes(contextSize: number, backFill: number): boolean {
  return (
    isContextSize(contextSize, MEMORY_ALLOCATION_ALIGNMENT) && isContextSize(backFill, MEMORY_ALLOCATION_ALIGNMENT)
  );
}

/** Whether the NET_BUFFERs of a list and their MDLs can be walked. */
function hasSoundNetBuffers({ FirstNetBuffer }: NET_BUFFER_LIST): boolean {
  if (!isNetBufferChain(FirstNetBuffer)) return false;
  for (let netBuffer = FirstNetBuffer; netBuffer !== null; netBuffer = netBuffer.Next) {
    if (!describesData(netBuffer)) return false;
  }
  return true;
}
