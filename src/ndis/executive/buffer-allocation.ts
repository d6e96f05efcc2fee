import type { NdisBufferFunctions } from "../ddi/functions/buffers.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { NetBufferCounts } from "../net-buffer/index.ts";
import { netBufferFunctions } from "../net-buffer/index.ts";
import type { DriverHoldings } from "./holdings.ts";
import { allocationFails } from "./holdings.ts";

/** The buffer functions of one driver. The counts are those of the whole machine. */
export function bufferFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
  counts: NetBufferCounts,
): NdisBufferFunctions {
  const { worldMemory, memory } = environment.machine;
  const buffers = netBufferFunctions({
    memory: {
      copy: worldMemory.copy,
      contains: (address, byteLength) => memory.window.contains(address, byteLength),
    },
    allocator: memory,
    counts,
    holdings,
    misuse: (rule, message) => environment.misuse(rule, owner, message),
  });
  return withAllocationChoices(environment, buffers);
}

/**
 * The buffer functions with every allocation a choice point, as other allocations are. Without a chooser they stay as they are
 * and cost nothing.
 */
function withAllocationChoices(environment: NdisEnvironment, buffers: NdisBufferFunctions): NdisBufferFunctions {
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
