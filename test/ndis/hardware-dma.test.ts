import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Chooser } from "../../src/machine/index.ts";
import { PAGE_BYTES } from "../../src/machine/index.ts";
import type { NdisMiniportDmaHandle } from "../../src/ndis/ddi/handles.ts";
import { OutParameter } from "../../src/ndis/ddi/handles.ts";
import {
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/ddi/status.ts";
import type { SCATTER_GATHER_LIST } from "../../src/ndis/ddi/structures/hardware.ts";
import { NDIS_SG_DMA_DESCRIPTION } from "../../src/ndis/ddi/structures/interrupt.ts";
import { MDL, NET_BUFFER } from "../../src/ndis/ddi/structures/net-buffer.ts";
import type { HostOptions } from "./executive-harness.ts";
import { brokenRule, OWNER, out } from "./executive-harness.ts";
import { NicHost } from "./hardware-harness.ts";

const LONGEST = 65_535;

class DmaHost extends NicHost {
  readonly dma: NdisMiniportDmaHandle;
  readonly description;
  /** What MiniportProcessSGList was given last. */
  list: SCATTER_GATHER_LIST | null = null;
  context: unknown = null;
  readonly completed: { address: number; length: number; context: unknown; irql: number }[] = [];

  constructor(options: HostOptions = {}) {
    super(options);
    this.description = NDIS_SG_DMA_DESCRIPTION({
      MaximumPhysicalMapping: LONGEST,
      ProcessSGListHandler: (_device, _reserved, list, context) => {
        this.list = list;
        this.context = context;
      },
      SharedMemAllocateCompleteHandler: (_adapter, address, _physical, length, context) =>
        void this.completed.push({ address, length, context, irql: this.processor.irql }),
    });
    this.dma = out<NdisMiniportDmaHandle>((handle) =>
      this.ndis.NdisMRegisterScatterGatherDma(this.handle, this.description, handle),
    );
  }

  allocate(frame: NET_BUFFER, context: unknown = null): SCATTER_GATHER_LIST {
    this.list = null;
    const status = this.ndis.NdisMAllocateNetBufferSGList(this.dma, frame, context, 1, null, 0);
    if (status !== NDIS_STATUS_SUCCESS || this.list === null) throw new Error(`no list: ${status}`);
    return this.list;
  }

  /** A frame of `dataLength` bytes, `offset` bytes into a chain of MDLs of these sizes. */
  frame(sizes: readonly number[], offset: number, dataLength: number): NET_BUFFER {
    const frame = new NET_BUFFER();
    frame.ndisAllocated = true;
    let last: MDL | null = null;
    for (const size of sizes) {
      const mdl = new MDL();
      mdl.ByteCount = size;
      mdl.MappedSystemVa = size === 0 ? 0 : this.environment.machine.memory.allocate(size);
      if (last === null) frame.MdlChain = mdl;
      else last.Next = mdl;
      last = mdl;
    }
    let skipped = offset;
    let current = frame.MdlChain;
    while (current !== null && current.Next !== null && skipped >= current.ByteCount) {
      skipped -= current.ByteCount;
      current = current.Next;
    }
    frame.CurrentMdl = current;
    frame.CurrentMdlOffset = skipped;
    frame.DataOffset = offset;
    frame.DataLength = dataLength;
    return frame;
  }
}

function addresses(list: SCATTER_GATHER_LIST): number[] {
  return list.Elements.slice(0, list.NumberOfElements).flatMap(({ Address, Length }) =>
    Array.from({ length: Length }, (_, i) => Address + i),
  );
}

describe("scatter/gather lists", () => {
  it("MEM-07: the list comes through MiniportProcessSGList with the context, and the device reaches the data while it is out", () => {
    const host = new DmaHost();
    const frame = host.frame([1_000], 100, 600);
    const start = (frame.MdlChain?.MappedSystemVa ?? 0) + 100;
    expect(host.slot.allowsDma(start, 600, false)).toBe(false);
    const list = host.allocate(frame, "context");
    expect(host.context).toBe("context");
    expect(list.NumberOfElements).toBe(1);
    expect(list.Elements[0]).toEqual({ Address: start, Length: 600 });
    expect(host.slot.allowsDma(start, 600, false)).toBe(true);
    expect(host.live.scatterGatherLists).toBe(1);
    host.ndis.NdisMFreeNetBufferSGList(host.dma, list, frame);
    expect(host.slot.allowsDma(start, 1, false)).toBe(false);
    expect([host.live.scatterGatherLists, host.slot.iommu.mappedRanges]).toEqual([0, 0]);
  });

  it("for any chain of MDLs the elements are exactly the bytes of the frame, in order", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.nat(1_000), fc.nat(1_000), (chain, first, second) => {
        const total = chain.reduce((sum, size) => sum + size, 0);
        const offset = first % (total + 1);
        const dataLength = second % (total - offset + 1);
        const host = new DmaHost();
        const frame = host.frame(chain, offset, dataLength);
        const expected: number[] = [];
        for (let mdl = frame.MdlChain; mdl !== null; mdl = mdl.Next) {
          for (let i = 0; i < mdl.ByteCount; i++) expected.push(mdl.MappedSystemVa + i);
        }
        const list = host.allocate(frame);
        expect(addresses(list)).toEqual(expected.slice(offset, offset + dataLength));
        expect(list.Elements.slice(0, list.NumberOfElements).every(({ Length }) => Length > 0)).toBe(true);
        host.ndis.NdisMFreeNetBufferSGList(host.dma, list, frame);
        expect(host.slot.iommu.mappedRanges).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("one byte more than the first MDL holds comes from the second", () => {
    const host = new DmaHost();
    const frame = host.frame([100, 50], 0, 101);
    const list = host.allocate(frame);
    expect(list.Elements.slice(0, list.NumberOfElements).map(({ Length }) => Length)).toEqual([100, 1]);
    expect(list.Elements[1].Address).toBe(frame.MdlChain?.Next?.MappedSystemVa);
  });

  it("a CurrentMdlOffset beyond CurrentMdl skips whole MDLs", () => {
    const host = new DmaHost();
    const frame = host.frame([100, 50, 200], 0, 20);
    frame.CurrentMdlOffset = 155;
    const list = host.allocate(frame);
    const last = frame.MdlChain?.Next?.Next?.MappedSystemVa ?? 0;
    expect(addresses(list)).toEqual(Array.from({ length: 20 }, (_, i) => last + 5 + i));
  });

  it("in the steady state the lists of earlier frames are used again, with no elements left over", () => {
    const host = new DmaHost();
    const long = host.frame([10, 10, 10], 0, 30);
    const short = host.frame([10], 2, 5);
    const first = host.allocate(long);
    host.ndis.NdisMFreeNetBufferSGList(host.dma, first, long);
    const second = host.allocate(short);
    expect(second).toBe(first);
    expect(second.NumberOfElements).toBe(1);
    const third = host.allocate(long);
    expect(third).not.toBe(second);
    host.ndis.NdisMFreeNetBufferSGList(host.dma, second, short);
    host.ndis.NdisMFreeNetBufferSGList(host.dma, third, long);
    expect(host.slot.iommu.mappedRanges).toBe(0);
  });

  it("MEM-07: a list is freed once, with its own NET_BUFFER, and before its channel", () => {
    const host = new DmaHost();
    const [frame, other] = [host.frame([64], 0, 64), host.frame([64], 0, 64)];
    const list = host.allocate(frame);
    expect(brokenRule(() => host.ndis.NdisMFreeNetBufferSGList(host.dma, list, other))).toBe("MEM-07");
    expect(brokenRule(() => host.ndis.NdisMDeregisterScatterGatherDma(host.dma))).toBe("MEM-07");
    host.ndis.NdisMFreeNetBufferSGList(host.dma, list, frame);
    expect(brokenRule(() => host.ndis.NdisMFreeNetBufferSGList(host.dma, list, frame))).toBe("MEM-07");
    const foreign = { NumberOfElements: 0, Elements: [] };
    expect(brokenRule(() => host.ndis.NdisMFreeNetBufferSGList(host.dma, foreign, frame))).toBe("MEM-07");
    host.ndis.NdisMDeregisterScatterGatherDma(host.dma);
    expect([host.live.dmaHandles, host.holdings.count]).toEqual([0, 0]);
    expect(brokenRule(() => void host.allocate(frame))).toBe("Init_RegisterSG");
  });

  it("a frame whose MDLs end before its data, or lie outside memory, is refused and leaves nothing mapped", () => {
    const host = new DmaHost({ verifying: false });
    const status = (frame: NET_BUFFER) => host.ndis.NdisMAllocateNetBufferSGList(host.dma, frame, null, 1, null, 0);
    expect(status(host.frame([100, 50], 0, 151))).toBe(NDIS_STATUS_RESOURCES);
    const stray = host.frame([100, 50], 0, 150);
    if (stray.MdlChain?.Next) stray.MdlChain.Next.MappedSystemVa = host.environment.machine.memory.window.end - 10;
    expect(status(stray)).toBe(NDIS_STATUS_RESOURCES);
    expect(host.violations).toEqual(["MEM-08", "MEM-08"]);
    expect(host.list).toBeNull();
    expect([host.live.scatterGatherLists, host.slot.iommu.mappedRanges]).toEqual([0, 0]);
  });

  it("MEM-08: what is no NET_BUFFER of a pool is mapped for nobody, nor is a frame into what is no list", () => {
    for (const wrong of ["frame", "list"]) {
      const host = new DmaHost();
      const frame = host.frame([100], 0, 100);
      const given = wrong === "frame" ? ({ ...frame } as NET_BUFFER) : frame;
      const list = wrong === "list" ? ({} as SCATTER_GATHER_LIST) : null;
      expect(brokenRule(() => void host.ndis.NdisMAllocateNetBufferSGList(host.dma, given, null, 1, list, 64))).toBe(
        "MEM-08",
      );
      expect(host.slot.iommu.mappedRanges).toBe(0);
    }
  });

  it("RESOURCES beyond MaximumPhysicalMapping, and when the choice is that it fails", () => {
    const failing = { on: false };
    const chooser: Chooser = { choose: (point) => (failing.on && point === "memory-allocation" ? 1 : 0) };
    const host = new DmaHost({ chooser });
    const tooLong = host.frame([LONGEST + 1], 0, LONGEST + 1);
    expect(host.ndis.NdisMAllocateNetBufferSGList(host.dma, tooLong, null, 1, null, 0)).toBe(NDIS_STATUS_RESOURCES);
    const frame = host.frame([64], 0, 64);
    failing.on = true;
    expect(host.ndis.NdisMAllocateNetBufferSGList(host.dma, frame, null, 1, null, 0)).toBe(NDIS_STATUS_RESOURCES);
    expect(host.violations).toEqual([]);
    expect(host.list).toBeNull();
  });

  it("the driver's own buffer is used when it is large enough for MaximumPhysicalMapping, else one of NDIS", () => {
    const host = new DmaHost();
    // 16 bytes and 24 for each of the 17 pages that 65,535 bytes can touch, as C lays it out on x64.
    expect(host.description.ScatterGatherListSize).toBe(16 + 24 * 17);
    const frame = host.frame([40, 40], 0, 80);
    const own: SCATTER_GATHER_LIST = { NumberOfElements: 0, Elements: [] };
    host.ndis.NdisMAllocateNetBufferSGList(host.dma, frame, null, 1, own, host.description.ScatterGatherListSize);
    expect(host.list).toBe(own);
    expect(addresses(own)).toHaveLength(80);
    host.ndis.NdisMFreeNetBufferSGList(host.dma, own, frame);
    expect([host.live.scatterGatherLists, host.slot.iommu.mappedRanges]).toEqual([0, 0]);
    host.ndis.NdisMAllocateNetBufferSGList(host.dma, frame, null, 1, own, host.description.ScatterGatherListSize - 1);
    expect(host.list).not.toBe(own);
  });

  it("statuses of the registration, and LIF-02", () => {
    const host = new NicHost();
    const handle = new OutParameter<NdisMiniportDmaHandle>();
    const status = (description: NDIS_SG_DMA_DESCRIPTION) =>
      host.ndis.NdisMRegisterScatterGatherDma(host.handle, description, handle);
    expect(status(NDIS_SG_DMA_DESCRIPTION())).toBe(NDIS_STATUS_NOT_SUPPORTED);
    const ProcessSGListHandler = () => {};
    const header = { Type: 0x83, Revision: 9, Size: 36 };
    expect(status(NDIS_SG_DMA_DESCRIPTION({ ProcessSGListHandler, Header: header }))).toBe(NDIS_STATUS_BAD_VERSION);
    host.adapter.registrationAttributes = null;
    expect(brokenRule(() => void status(NDIS_SG_DMA_DESCRIPTION({ ProcessSGListHandler })))).toBe("LIF-02");
  });
});

describe("shared memory", () => {
  function allocate(host: DmaHost, length: number): number {
    const [virtual, physical] = [new OutParameter<number>(), new OutParameter<number>()];
    host.ndis.NdisMAllocateSharedMemory(host.handle, length, false, virtual, physical);
    expect(physical.Value).toBe(virtual.Value);
    return virtual.Value ?? -1;
  }

  it("is zeroed, reachable for the device, and gone from it when it is freed", () => {
    const host = new DmaHost();
    const used = host.environment.machine.memory.allocate(5_000);
    host.world.memory.bytes.fill(0xee, used, used + 5_000);
    host.environment.machine.memory.free(used);
    const address = allocate(host, 5_000);
    expect(host.world.memory.bytes.subarray(address, address + 5_000).every((byte) => byte === 0)).toBe(true);
    expect(host.slot.allowsDma(address, 5_000, true)).toBe(true);
    expect(host.live.sharedMemoryBlocks).toBe(1);
    host.ndis.NdisMFreeSharedMemory(host.handle, 5_000, false, address, address);
    expect(host.slot.allowsDma(address, 1, true)).toBe(false);
    expect([host.live.sharedMemoryBlocks, host.environment.machine.memory.blocksInUse]).toEqual([0, 0]);
  });

  it("the device reaches no other allocation through the pages of a small one", () => {
    const host = new DmaHost();
    const address = allocate(host, 64);
    const neighbours = Array.from({ length: 100 }, () => host.environment.machine.memory.allocate(64));
    expect(neighbours.filter((neighbour) => host.slot.iommu.allows(neighbour, 64))).toEqual([]);
    expect(address % PAGE_BYTES).toBe(0);
  });

  it("MEM-05: it is freed once, with exactly the parameters of its allocation", () => {
    const host = new DmaHost();
    const address = allocate(host, 256);
    const free = (length: number, cached: boolean, virtual: number, physical: number) =>
      brokenRule(() => host.ndis.NdisMFreeSharedMemory(host.handle, length, cached, virtual, physical));
    expect(free(255, false, address, address)).toBe("MEM-05");
    expect(free(256, true, address, address)).toBe("MEM-05");
    expect(free(256, false, address + 64, address + 64)).toBe("MEM-05");
    expect(free(256, false, address, address + 64)).toBe("MEM-05");
    expect(
      brokenRule(() => void host.holdings.reportLeft(host.environment, OWNER, host.adapter, "MiniportHaltEx")),
    ).not.toBe("no rule was broken");
    expect(free(256, false, address, address)).toBe("no rule was broken");
    expect(free(256, false, address, address)).toBe("MEM-05");
  });

  it("MEM-06: only after NdisMRegisterScatterGatherDma, and only in MiniportInitializeEx", () => {
    const without = new NicHost();
    const parameter = new OutParameter<number>();
    const early = () => without.ndis.NdisMAllocateSharedMemory(without.handle, 64, false, parameter, parameter);
    expect(brokenRule(early)).toBe("MEM-06");
    const host = new DmaHost();
    host.adapter.state = "Running";
    expect(brokenRule(() => void allocate(host, 64))).toBe("MEM-06");
  });

  it("NULL when there is no memory or the choice is that there is none", () => {
    const host = new DmaHost();
    expect(allocate(host, 2 << 20)).toBe(0);
    expect(allocate(host, 0)).toBe(0);
    expect(host.live.sharedMemoryBlocks).toBe(0);
  });

  it("the asynchronous form answers PENDING and completes at PASSIVE_LEVEL, with NULL when there is no memory", () => {
    const host = new DmaHost();
    host.adapter.state = "Running";
    host.atDispatch(() => {
      const allocateLater = (length: number, context: string) =>
        host.ndis.NdisMAllocateSharedMemoryAsyncEx(host.dma, length, false, context);
      expect(allocateLater(300, "small")).toBe(NDIS_STATUS_PENDING);
      expect(allocateLater(2 << 20, "large")).toBe(NDIS_STATUS_PENDING);
      expect(host.completed).toEqual([]);
    });
    expect(host.completed.map(({ length, context, irql }) => [length, context, irql])).toEqual([
      [300, "small", 0],
      [2 << 20, "large", 0],
    ]);
    expect(host.slot.allowsDma(host.completed[0].address, 300, true)).toBe(true);
    expect(host.completed[1].address).toBe(0);
  });

  it("FAILURE without a completion handler; LIF-14: no completion after the halt", () => {
    const host = new DmaHost();
    expect(host.ndis.NdisMAllocateSharedMemoryAsyncEx(host.dma, 64, false, null)).toBe(NDIS_STATUS_PENDING);
    host.adapter.state = "Halted";
    host.world.dispatch();
    expect(host.completed).toEqual([]);
    expect(host.live.sharedMemoryBlocks).toBe(0);
    const silent = new NicHost();
    const description = NDIS_SG_DMA_DESCRIPTION({ ProcessSGListHandler: () => {} });
    const dma = out<NdisMiniportDmaHandle>((handle) =>
      silent.ndis.NdisMRegisterScatterGatherDma(silent.handle, description, handle),
    );
    expect(silent.ndis.NdisMAllocateSharedMemoryAsyncEx(dma, 64, false, null)).toBe(NDIS_STATUS_FAILURE);
  });
});
