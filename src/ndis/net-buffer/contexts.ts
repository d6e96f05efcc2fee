import type { NDIS_STATUS_FINAL } from "../ddi/status-codes.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status-codes.ts";
import { NET_BUFFER_LIST, NET_BUFFER_LIST_CONTEXT } from "../ddi/structures/net-buffer.ts";
import { NULL } from "../ddi/types.ts";
import { shown } from "../executive/pool.ts";
import type { NetBufferEnvironment } from "./environment.ts";
import { RULE_ALLOCATION } from "./environment.ts";

/** Contexts that come with a list are multiples of this (NdisAllocateNetBufferList). */
export const MEMORY_ALLOCATION_ALIGNMENT = 16;
/** Contexts that are added later are multiples of this (NdisAllocateNetBufferListContext). */
const POINTER_BYTES = 8;

export function isContextSize(byteLength: number, multiple: number): boolean {
  return Number.isInteger(byteLength) && byteLength >= 0 && byteLength % multiple === 0;
}

/** Context space of NET_BUFFER_LISTs: the newest context is first, and what is in use lies at its end. */
export class ContextSpace {
  readonly #environment: NetBufferEnvironment;
  readonly #free: NET_BUFFER_LIST_CONTEXT[] = [];

  constructor(environment: NetBufferEnvironment) {
    this.#environment = environment;
  }

  /** Gives a list the context that it comes with. @returns false when memory is short. */
  provide(list: NET_BUFFER_LIST, capacity: number, contextSize: number): boolean {
    if (list.ndisContext !== null && list.ndisContext.Size < capacity) this.withdraw(list);
    if (list.ndisContext === null && capacity > 0) list.ndisContext = this.#allocate(capacity);
    list.Context = list.ndisContext;
    if (list.ndisContext === null) return capacity === 0;
    list.ndisContext.Next = null;
    list.ndisContext.Offset = list.ndisContext.Size - contextSize;
    return true;
  }

  /** Takes the context back that a list came with. */
  withdraw(list: NET_BUFFER_LIST): void {
    if (list.ndisContext !== null) this.#release(list.ndisContext);
    list.ndisContext = null;
  }

  /** NdisAllocateNetBufferListContext. */
  allocate(list: NET_BUFFER_LIST, contextSize: number, backFill: number): NDIS_STATUS_FINAL {
    if (!this.#isAlive(list)) return NDIS_STATUS_FAILURE;
    const sizesFit = isContextSize(contextSize, POINTER_BYTES) && isContextSize(backFill, POINTER_BYTES);
    if (!sizesFit || contextSize === 0) return NDIS_STATUS_FAILURE;
    if (list.Context !== null && list.Context.Offset >= contextSize) {
      list.Context.Offset -= contextSize;
      return NDIS_STATUS_SUCCESS;
    }
    const context = this.#allocate(contextSize + backFill);
    if (context === null) return NDIS_STATUS_RESOURCES;
    context.Next = list.Context;
    context.Offset = backFill;
    list.Context = context;
    this.#environment.counts.contexts++;
    return NDIS_STATUS_SUCCESS;
  }

  /** NdisFreeNetBufferListContext. What a list came with is not freed here (NdisFreeNetBufferList). */
  free(list: NET_BUFFER_LIST, contextSize: number): void {
    if (!this.#isAlive(list)) return;
    const context = list.Context;
    const inUse = context === null ? 0 : context.Size - context.Offset;
    if (context === null || !isContextSize(contextSize, POINTER_BYTES) || contextSize > inUse) {
      this.#environment.misuse(
        RULE_ALLOCATION,
        `${shown(contextSize)} bytes of context freed where ${inUse} are in use`,
      );
      return;
    }
    context.Offset += contextSize;
    if (context.Offset < context.Size || context === list.ndisContext) return;
    list.Context = context.Next;
    this.#release(context);
    this.#environment.counts.contexts--;
  }

  #allocate(byteLength: number): NET_BUFFER_LIST_CONTEXT | null {
    const address = this.#environment.allocator.allocate(byteLength);
    if (address === NULL) return null;
    const context = this.#free.pop() ?? new NET_BUFFER_LIST_CONTEXT();
    context.Next = null;
    context.Size = byteLength;
    context.Offset = byteLength;
    context.ContextData = address;
    return context;
  }

  #release(context: NET_BUFFER_LIST_CONTEXT): void {
    this.#environment.allocator.free(context.ContextData);
    context.ContextData = NULL;
    context.Next = null;
    this.#free.push(context);
  }

  #isAlive(list: NET_BUFFER_LIST): boolean {
    if (list instanceof NET_BUFFER_LIST && list.ndisAllocated && isContext(list.Context)) return true;
    this.#environment.misuse(RULE_ALLOCATION, "context space of a NET_BUFFER_LIST that is not allocated");
    return false;
  }
}

function isContext(context: unknown): boolean {
  return context === null || context instanceof NET_BUFFER_LIST_CONTEXT;
}
