import { PAGE_BYTES } from "../../machine/memory.ts";
import type { Blocking } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import { resolveAdapter } from "../adapter/adapter.ts";
import type { NdisMHardwareFunctions } from "../ddi/functions/device.ts";
import type { NDIS_CONTEXT } from "../ddi/handles.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING } from "../ddi/status.ts";
import type { PVOID } from "../ddi/types.ts";
import { NULL } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { DriverHoldings, Holding } from "../executive/holdings.ts";
import { allocationFails } from "../executive/holdings.ts";
import { hex } from "../executive/pool.ts";
import { isInitializing } from "./claim.ts";
import { resolveChannel } from "./dma.ts";
import type { DmaChannel, DmaChannels } from "./dma-channel.ts";

/** Memory that a driver and its device share. It has whole pages of its own, since the IOMMU maps whole pages. */
class SharedMemory implements Holding {
  readonly leftRule = "MEM-05";
  readonly adapter: MiniportAdapter;
  readonly address: PVOID;
  readonly length: number;
  readonly cached: boolean;

  constructor(adapter: MiniportAdapter, address: PVOID, length: number, cached: boolean) {
    this.adapter = adapter;
    this.address = address;
    this.length = length;
    this.cached = cached;
  }

  /** Whether it was allocated with these parameters. */
  isAs(adapter: MiniportAdapter, length: number, cached: boolean, physicalAddress: number): boolean {
    return (
      this.adapter === adapter && this.length === length && this.cached === cached && this.address === physicalAddress
    );
  }

  get traceName(): string {
    return `shared memory ${hex(this.address)} (${this.length} bytes)`;
  }
}

/** The shared memory of one driver. */
class SharedMemoryBlocks {
  readonly #environment: NdisEnvironment;
  readonly #holdings: DriverHoldings;
  readonly #blocks = new Map<PVOID, SharedMemory>();

  constructor(environment: NdisEnvironment, holdings: DriverHoldings) {
    this.#environment = environment;
    this.#holdings = holdings;
  }

  at(address: PVOID): SharedMemory | undefined {
    return this.#blocks.get(address);
  }

  /** @returns the address, virtual and physical, of zeroed memory that the adapter's device reaches; NULL when there is none. */
  allocate(adapter: MiniportAdapter, length: number, cached: boolean): PVOID {
    const { machine, live } = this.#environment;
    if (length <= 0 || allocationFails(this.#environment)) return NULL;
    const address = machine.memory.allocate(wholePages(length));
    if (address === NULL) return NULL;
    machine.worldMemory.bytes.fill(0, address, address + wholePages(length));
    adapter.slot.iommu.map(address, wholePages(length));
    const block = new SharedMemory(adapter, address, length, cached);
    this.#blocks.set(address, block);
    this.#holdings.take(block);
    live.sharedMemoryBlocks++;
    return address;
  }

  free(block: SharedMemory): void {
    const { machine, live } = this.#environment;
    block.adapter.slot.iommu.unmap(block.address, wholePages(block.length));
    machine.memory.free(block.address);
    this.#blocks.delete(block.address);
    this.#holdings.giveBack(block);
    live.sharedMemoryBlocks--;
  }
}

function wholePages(length: number): number {
  return Math.ceil(length / PAGE_BYTES) * PAGE_BYTES;
}

type SharedMemoryFunctions = Pick<
  NdisMHardwareFunctions,
  "NdisMAllocateSharedMemory" | "NdisMAllocateSharedMemoryAsyncEx" | "NdisMFreeSharedMemory"
>;

/** Shared memory of a miniport (rules MEM-05, MEM-06). */
export function sharedMemoryFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
  channels: DmaChannels,
): SharedMemoryFunctions {
  const { probe, processor } = environment;
  const source = `${environment.name}/${owner}`;
  const conduct = environment.conductOf(owner);
  const blocks = new SharedMemoryBlocks(environment, holdings);
  // biome-ignore lint/correctness/useYield: a thread body that never blocks
  function* allocateLater(channel: DmaChannel, length: number, cached: boolean, context: NDIS_CONTEXT): Blocking<void> {
    // After the halt, or without its channel, the driver is called no more (LIF-14).
    const { adapter, sharedMemoryComplete } = channel;
    if (!channel.registered || adapter.state === "Halted" || sharedMemoryComplete === null) return;
    const address = blocks.allocate(adapter, length, cached);
    if (probe !== null) {
      const fields = { VirtualAddress: address, PhysicalAddress: address, Length: length };
      probe.emit(source, "callback", "MiniportSharedMemoryAllocateComplete", fields);
    }
    sharedMemoryComplete(adapter.context, address, address, length, context);
  }
  return {
    NdisMAllocateSharedMemory(MiniportAdapterHandle, Length, Cached, VirtualAddress, PhysicalAddress) {
      VirtualAddress.Value = NULL;
      PhysicalAddress.Value = NULL;
      const adapter = resolveAdapter(environment, MiniportAdapterHandle, owner);
      if (adapter === null) return;
      if (!channels.has(adapter)) {
        environment.misuse("MEM-06", owner, "shared memory is allocated before NdisMRegisterScatterGatherDma");
        return;
      }
      if (!isInitializing(environment, owner, adapter, "MEM-06", "NdisMAllocateSharedMemory")) return;
      const address = blocks.allocate(adapter, Length, Cached);
      VirtualAddress.Value = address;
      PhysicalAddress.Value = address;
    },
    NdisMAllocateSharedMemoryAsyncEx(MiniportDmaHandle, Length, Cached, Context) {
      const channel = resolveChannel(environment, owner, MiniportDmaHandle, "NdisMAllocateSharedMemoryAsyncEx");
      if (channel === null || channel.sharedMemoryComplete === null) return NDIS_STATUS_FAILURE;
      processor.startThread("NdisMAllocateSharedMemoryAsyncEx", allocateLater(channel, Length, Cached, Context));
      return NDIS_STATUS_PENDING;
    },
    NdisMFreeSharedMemory(MiniportAdapterHandle, Length, Cached, VirtualAddress, PhysicalAddress) {
      const adapter = resolveAdapter(environment, MiniportAdapterHandle, owner);
      if (adapter === null) return;
      const block = blocks.at(VirtualAddress);
      if (conduct.handler === "MiniportShutdownEx") {
        environment.misuse("MEM-05", owner, "NdisMFreeSharedMemory is called from MiniportShutdownEx");
      } else if (block === undefined) {
        environment.misuse(
          "MEM-05",
          owner,
          `no shared memory at ${hex(VirtualAddress)}: never allocated, or freed already`,
        );
      } else if (!block.isAs(adapter, Length, Cached, PhysicalAddress)) {
        environment.misuse(
          "MEM-05",
          owner,
          `${block.traceName} is freed with other parameters than it was allocated with`,
        );
      } else {
        blocks.free(block);
      }
    },
  };
}
