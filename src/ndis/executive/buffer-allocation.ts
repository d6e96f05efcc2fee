import type { NdisBufferFunctions } from "../ddi/functions/buffers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { allocationFails } from "./holdings.ts";

/**
 * The buffer functions with every allocation a choice point, as other allocations are. Without a chooser they stay as they are
 * and cost nothing.
 */
export function withAllocationChoices(environment: NdisEnvironment, buffers: NdisBufferFunctions): NdisBufferFunctions {
  if (environment.machine.chooser === null) return buffers;
  const orNull =
    <Parameters extends unknown[], Result>(allocate: (...parameters: Parameters) => Result) =>
    (...parameters: Parameters): Result | null =>
      allocationFails(environment) ? null : allocate(...parameters);
  return {
    ...buffers,
    NdisAllocateNetBufferListPool: orNull(buffers.NdisAllocateNetBufferListPool),
    NdisAllocateNetBufferPool: orNull(buffers.NdisAllocateNetBufferPool),
    NdisAllocateNetBufferAndNetBufferList: orNull(buffers.NdisAllocateNetBufferAndNetBufferList),
    NdisAllocateNetBufferList: orNull(buffers.NdisAllocateNetBufferList),
    NdisAllocateNetBuffer: orNull(buffers.NdisAllocateNetBuffer),
    NdisAllocateNetBufferMdlAndData: orNull(buffers.NdisAllocateNetBufferMdlAndData),
    NdisAllocateCloneNetBufferList: orNull(buffers.NdisAllocateCloneNetBufferList),
    NdisAllocateMdl: orNull(buffers.NdisAllocateMdl),
  };
}
