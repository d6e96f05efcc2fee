import type { Iommu } from "../../machine/iommu.ts";
import { PAGE_BYTES } from "../../machine/memory.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE, MINIPORT_PROCESS_SG_LIST } from "../ddi/handlers/device.ts";
import type { SCATTER_GATHER_ELEMENT, SCATTER_GATHER_LIST } from "../ddi/structures/hardware.ts";
import type { NDIS_SG_DMA_DESCRIPTION } from "../ddi/structures/interrupt.ts";
import type { MDL, NET_BUFFER } from "../ddi/structures/net-buffer.ts";
import type { DEVICE_OBJECT } from "../ddi/structures/system.ts";
import type { NdisEnvironment } from "../environment.ts";
import { conducted } from "../executive/conduct.ts";
import type { Holding } from "../executive/holdings.ts";

/** SCATTER_GATHER_LIST of C on x64: bytes before the elements, and of an element (wdm.h). */
const LIST_HEADER_BYTES = 16;
const LIST_ELEMENT_BYTES = 24;

/** A scatter/gather list of NDIS. Its elements stay when it is given back, for its next use. */
export class ScatterGather implements SCATTER_GATHER_LIST {
  NumberOfElements = 0;
  readonly Elements: SCATTER_GATHER_ELEMENT[] = [{ Address: 0, Length: 0 }];
  /** The frame that it maps; null while it lies in the pool. */
  netBuffer: NET_BUFFER | null = null;
  /** The driver's own storage, when that is what the driver was shown. */
  shownAs: SCATTER_GATHER_LIST | null = null;
}

/** What NdisMRegisterScatterGatherDma made: an adapter's way to have memory mapped for its device. */
export class DmaChannel implements Holding {
  readonly leftRule = "Init_RegisterSG";
  readonly traceName: string;
  readonly adapter: MiniportAdapter;
  readonly environment: NdisEnvironment;
  readonly maximumBytes: number;
  readonly processList: MINIPORT_PROCESS_SG_LIST;
  readonly sharedMemoryComplete: MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE | null;
  readonly deviceObject: DEVICE_OBJECT;
  /** What a driver's own buffer for a list must hold, in bytes as C counts them. */
  readonly listBytes: number;
  registered = true;
  /** Lists that the driver has not freed. */
  listsInUse = 0;

  readonly #iommu: Iommu;
  readonly #free: ScatterGather[] = [];
  readonly #shown = new Map<SCATTER_GATHER_LIST, ScatterGather>();

  constructor(adapter: MiniportAdapter, description: NDIS_SG_DMA_DESCRIPTION, processList: MINIPORT_PROCESS_SG_LIST) {
    this.environment = adapter.environment;
    this.traceName = adapter.environment.nameObject("dma");
    this.adapter = adapter;
    this.maximumBytes = description.MaximumPhysicalMapping;
    const owner = adapter.driver.name;
    this.processList = conducted(this.environment, owner, "MiniportProcessSGList", processList);
    const complete = description.SharedMemAllocateCompleteHandler;
    this.sharedMemoryComplete =
      typeof complete !== "function"
        ? null
        : conducted(this.environment, owner, "MiniportSharedMemoryAllocateComplete", complete);
    this.deviceObject = description.PdoOverride ?? {
      DriverObject: adapter.driver.driverObject,
      DeviceName: adapter.slot.name,
    };
    this.listBytes = LIST_HEADER_BYTES + LIST_ELEMENT_BYTES * (Math.ceil(this.maximumBytes / PAGE_BYTES) + 1);
    this.#iommu = adapter.slot.iommu;
  }

  /** Maps the data of a frame for the device. @returns null when it does not lie in the machine's memory or its chain ends early. */
  map(netBuffer: NET_BUFFER): ScatterGather | null {
    const list = this.#free.pop() ?? new ScatterGather();
    const mdl = netBuffer.CurrentMdl;
    const offset = netBuffer.CurrentMdlOffset;
    const length = netBuffer.DataLength;
    const isMapped =
      mdl !== null && length > 0 && offset + length <= mdl.ByteCount
        ? this.#mapPiece(list, mdl.MappedSystemVa + offset, length)
        : this.#mapChain(list, mdl, offset, length);
    if (!isMapped) {
      this.#unmapPieces(list);
      this.#free.push(list);
      return null;
    }
    list.netBuffer = netBuffer;
    this.listsInUse++;
    return list;
  }

  /** The driver gets `list` to see in its own storage. */
  showAs(list: ScatterGather, storage: SCATTER_GATHER_LIST): void {
    storage.NumberOfElements = list.NumberOfElements;
    for (let i = 0; i < list.NumberOfElements; i++) storage.Elements[i] = { ...list.Elements[i] };
    list.shownAs = storage;
    this.#shown.set(storage, list);
  }

  /** Undoes {@link map}. @returns false when `list` does not map `netBuffer`. */
  unmap(list: SCATTER_GATHER_LIST, netBuffer: NET_BUFFER): boolean {
    const mapped = list instanceof ScatterGather ? list : this.#shown.get(list);
    if (mapped === undefined || mapped.netBuffer === null || mapped.netBuffer !== netBuffer) return false;
    if (mapped.shownAs !== null) {
      this.#shown.delete(mapped.shownAs);
      mapped.shownAs = null;
    }
    this.#unmapPieces(mapped);
    mapped.netBuffer = null;
    this.#free.push(mapped);
    this.listsInUse--;
    return true;
  }

  #mapChain(list: ScatterGather, first: MDL | null, firstOffset: number, dataLength: number): boolean {
    let mdl = first;
    let offset = firstOffset;
    let left = dataLength;
    while (left > 0) {
      if (mdl === null) return false;
      const length = Math.min(left, mdl.ByteCount - offset);
      if (length > 0 && !this.#mapPiece(list, mdl.MappedSystemVa + offset, length)) return false;
      if (length > 0) left -= length;
      offset = Math.max(0, offset - mdl.ByteCount);
      mdl = mdl.Next;
    }
    return true;
  }

  #mapPiece(list: ScatterGather, address: number, length: number): boolean {
    if (!this.#iommu.map(address, length)) return false;
    const index = list.NumberOfElements++;
    if (index === list.Elements.length) list.Elements.push({ Address: address, Length: length });
    else {
      const element = list.Elements[index];
      element.Address = address;
      element.Length = length;
    }
    return true;
  }

  #unmapPieces(list: ScatterGather): void {
    for (let i = 0; i < list.NumberOfElements; i++)
      this.#iommu.unmap(list.Elements[i].Address, list.Elements[i].Length);
    list.NumberOfElements = 0;
  }
}

/** The DMA channels of one driver, by adapter. */
export class DmaChannels {
  readonly #byAdapter = new Map<MiniportAdapter, DmaChannel>();

  add(channel: DmaChannel): void {
    this.#byAdapter.set(channel.adapter, channel);
  }

  remove(channel: DmaChannel): void {
    if (this.#byAdapter.get(channel.adapter) === channel) this.#byAdapter.delete(channel.adapter);
  }

  has(adapter: MiniportAdapter): boolean {
    return this.#byAdapter.has(adapter);
  }
}
