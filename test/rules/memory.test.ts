import { describe, expect } from "vitest";
import { NDIS_HALT_ACTION } from "../../src/ndis/ddi/constants/enumerations.ts";
import type { MiniportAdapterHandle, NdisMiniportDmaHandle, SCATTER_GATHER_LIST } from "../../src/ndis/index.ts";
import {
  EX_POOL_PRIORITY,
  NDIS_SG_DMA_DESCRIPTION,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { Core, filled } from "../ndis/core-harness.ts";
import { leave } from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const TAG = 0x6c6c7566;
const PAGE = 4096;

function allocate(core: Core, tag = TAG, handle = core.mcm.handle): number {
  return core.mcm.ndis.NdisAllocateMemoryWithTagPriority(handle, 64, tag, EX_POOL_PRIORITY.NormalPoolPriority);
}

/** What the MCM does in MiniportInitializeEx after its attributes. */
function initialising(body: (core: Core, adapter: MiniportAdapterHandle) => void): Core {
  const core = new Core();
  core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
    const status = core.mcm.initialize(handle);
    body(core, handle);
    return status;
  };
  return core.start();
}

const shown: { list: SCATTER_GATHER_LIST | null } = { list: null };

function registerDma(core: Core, adapter: MiniportAdapterHandle): NdisMiniportDmaHandle {
  const out = new OutParameter<NdisMiniportDmaHandle>();
  const description = NDIS_SG_DMA_DESCRIPTION({
    MaximumPhysicalMapping: PAGE,
    ProcessSGListHandler: (_device, _reserved, list) => {
      shown.list = list;
    },
  });
  core.mcm.ndis.NdisMRegisterScatterGatherDma(adapter, description, out);
  return filled(out);
}

function allocateShared(core: Core, adapter: MiniportAdapterHandle): number {
  const [address, physical] = [new OutParameter<number>(), new OutParameter<number>()];
  core.mcm.ndis.NdisMAllocateSharedMemory(adapter, PAGE, true, address, physical);
  return filled(address);
}

/** The adapter has shared memory; `free` is what its driver does with it afterwards. */
function withSharedMemory(free: (core: Core, address: number, dma: NdisMiniportDmaHandle) => void): Core {
  let free1 = (): void => {};
  const core = initialising((made, adapter) => {
    const dma = registerDma(made, adapter);
    const address = allocateShared(made, adapter);
    free1 = () => free(made, address, dma);
  });
  free1();
  return core;
}

const freeShared = (core: Core, address: number, length = PAGE) =>
  core.mcm.ndis.NdisMFreeSharedMemory(core.mcm.handle, length, true, address, address);

function adapterOf(core: Core) {
  const [adapter] = core.ndis.adapters;
  if (adapter === undefined) throw new Error("no adapter");
  return adapter;
}

/** A frame is mapped for DMA; `then` is what the MCM does at DISPATCH_LEVEL with the list. */
function mapped(then: (core: Core, dma: NdisMiniportDmaHandle, unmap: () => void) => void): void {
  let dma: NdisMiniportDmaHandle | null = null;
  const core = initialising((made, adapter) => {
    dma = registerDma(made, adapter);
  });
  const frame = core.client.lists(1, null).FirstNetBuffer;
  if (dma === null || frame === null) throw new Error("no DMA");
  const channel: NdisMiniportDmaHandle = dma;
  const { ndis } = core.mcm;
  core.atDispatch(() => void ndis.NdisMAllocateNetBufferSGList(channel, frame, null, 0, null, 0));
  const { list } = shown;
  if (list === null) throw new Error("MiniportProcessSGList was not called");
  then(core, channel, () => core.atDispatch(() => ndis.NdisMFreeNetBufferSGList(channel, list, frame)));
}

function clientPool(core: Core, members: Parameters<typeof NET_BUFFER_LIST_POOL_PARAMETERS>[0]) {
  const { ndis, binding } = core.client;
  const pool = ndis.NdisAllocateNetBufferListPool(
    binding,
    NET_BUFFER_LIST_POOL_PARAMETERS({ PoolTag: TAG, ...members }),
  );
  if (pool === null) throw new Error("no pool");
  return pool;
}

function mapRegisters(core: Core, adapter: MiniportAdapterHandle): number {
  const out = new OutParameter<number>();
  core.mcm.ndis.NdisMMapIoSpace(out, adapter, core.slot.registerBase, 256);
  return filled(out);
}

/** A client's VC comes and goes over a stand-alone call manager; the miniport has memory for it, which it frees at the delete or not. */
function vcContext(frees: boolean): void {
  const core = new Core({ route: "cm" });
  const { miniport } = core;
  miniport.on.co.CoCreateVcHandler = (_adapter, _vc, out) => {
    const { NormalPoolPriority } = EX_POOL_PRIORITY;
    out.Value = {
      address: miniport.ndis.NdisAllocateMemoryWithTagPriority(miniport.handle, 64, TAG, NormalPoolPriority),
    };
    return NDIS_STATUS_SUCCESS;
  };
  miniport.on.co.CoDeleteVcHandler = (context) => {
    if (frees) miniport.ndis.NdisFreeMemory((context as { address: number }).address, 0, 0);
    return NDIS_STATUS_SUCCESS;
  };
  core.start();
  const af = core.openAf();
  const vc = core.createVc(af);
  expect(core.live.memoryBlocks).toBe(1);
  core.client.ndis.NdisCoDeleteVc(vc);
  leave({ core, af, vc });
  expect(core.alive).toEqual({});
}

describe("19. Memory", () => {
  enforced("MEM-02", "a pool of NET_BUFFER_LISTs is left behind at unload", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      clientPool(core, {});
      core.stop();
    },
    passes: () => {
      const core = new Core().start();
      core.client.ndis.NdisFreeNetBufferListPool(clientPool(core, {}));
      core.stop();
      expect(core.alive).toEqual({});
    },
  });

  behaviour("MEM-02", "a leak report names the object, its tag, its driver and when it was missed", () => {
    const core = new Core().start();
    allocate(core);
    const left = /memory 0x[0-9a-f]+ \(64 bytes, tag full\) of mcm is left behind after MiniportHaltEx/;
    expect(() => core.stop()).toThrow(left);
  });

  enforced("MEM-04", "an allocation without a tag", {
    by: "mcm",
    caught: () => allocate(new Core().start(), 0),
    passes: () => allocate(new Core().start()),
  });

  enforced("MEM-04", "memory is freed twice", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const address = allocate(core);
      core.mcm.ndis.NdisFreeMemory(address, 0, 0);
      core.mcm.ndis.NdisFreeMemory(address, 0, 0);
    },
    passes: () => {
      const core = new Core().start();
      core.mcm.ndis.NdisFreeMemory(allocate(core), 64, 0);
      core.stop();
    },
  });

  enforced("MEM-04", "a driver frees the memory of another", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      core.client.ndis.NdisFreeMemory(allocate(core), 0, 0);
    },
    passes: () => {
      const core = new Core().start();
      core.mcm.ndis.NdisFreeMemory(allocate(core), 0, 0);
    },
  });

  enforced("MEM-04", "memory is left behind at halt", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      allocate(core);
      core.stop();
    },
    passes: () => new Core().start().stop(),
  });

  enforced("MEM-05", "shared memory is freed with another length", {
    by: "mcm",
    caught: () => withSharedMemory((core, address) => freeShared(core, address, PAGE / 2)),
    passes: () => {
      const core = withSharedMemory((made, address) => freeShared(made, address));
      expect(core.live.sharedMemoryBlocks).toBe(0);
    },
  });

  enforced("MEM-05", "shared memory is freed from MiniportShutdownEx", {
    by: "mcm",
    caught: () =>
      withSharedMemory((core, address) => {
        core.mcm.on.miniport.ShutdownHandlerEx = () => freeShared(core, address);
        adapterOf(core).driver.characteristics.ShutdownHandlerEx?.(core.mcm.context, 0 as never);
      }),
    passes: () =>
      withSharedMemory((core, address, dma) => {
        core.mcm.on.miniport.HaltHandlerEx = (_context, action) => {
          expect(action).toBe(NDIS_HALT_ACTION.NdisHaltDeviceDisabled);
          freeShared(core, address);
          core.mcm.ndis.NdisMDeregisterScatterGatherDma(dma);
        };
        core.stop();
      }),
  });

  enforced("MEM-06", "shared memory before NdisMRegisterScatterGatherDma", {
    by: "mcm",
    caught: () => initialising((core, adapter) => void allocateShared(core, adapter)),
    passes: () => withSharedMemory(() => {}),
  });

  enforced("MEM-06", "NdisMAllocateSharedMemory after MiniportInitializeEx", {
    by: "mcm",
    caught: () => withSharedMemory((core) => allocateShared(core, core.mcm.handle)),
    passes: () => withSharedMemory(() => {}),
  });

  enforced("MEM-07", "a scatter/gather list is kept when the channel goes", {
    by: "mcm",
    caught: () => mapped((core, dma) => core.mcm.ndis.NdisMDeregisterScatterGatherDma(dma)),
    passes: () =>
      mapped((core, dma, unmap) => {
        unmap();
        core.mcm.ndis.NdisMDeregisterScatterGatherDma(dma);
      }),
  });

  enforced("MEM-07", "a scatter/gather list is freed twice", {
    by: "mcm",
    caught: () =>
      mapped((_core, _dma, unmap) => {
        unmap();
        unmap();
      }),
    passes: () => mapped((_core, _dma, unmap) => unmap()),
  });

  enforced("MEM-08", "a NET_BUFFER_LIST is freed twice", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      const list = core.client.lists(1, null);
      core.client.ndis.NdisFreeNetBufferList(list);
      core.client.ndis.NdisFreeNetBufferList(list);
    },
    passes: () => {
      const core = new Core().start();
      core.client.ndis.NdisFreeNetBufferList(core.client.lists(1, null));
    },
  });

  enforced("MEM-08", "the NET_BUFFER that came with a list is freed apart from it", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      const buffer = core.client.lists(1, null).FirstNetBuffer;
      if (buffer !== null) core.client.ndis.NdisFreeNetBuffer(buffer);
    },
    passes: () => {
      const core = new Core().start();
      core.client.ndis.NdisFreeNetBufferList(core.client.lists(1, null));
      expect(core.live.netBufferLists).toBe(0);
    },
  });

  enforced("MEM-09", "NdisAllocateNetBufferAndNetBufferList from a pool without fAllocateNetBuffer", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      core.client.ndis.NdisAllocateNetBufferAndNetBufferList(clientPool(core, {}), 0, 0, null, 0, 0);
    },
    passes: () => {
      const core = new Core().start();
      const pool = clientPool(core, { fAllocateNetBuffer: true });
      core.client.ndis.NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, null, 0, 0);
    },
  });

  enforced("MEM-10", "an advance that goes further than the retreat before it", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      const list = core.client.lists(1, null);
      core.client.ndis.NdisRetreatNetBufferListDataStart(list, 8, 0, null, null);
      core.client.ndis.NdisAdvanceNetBufferListDataStart(list, 16, true, null);
    },
    passes: () => {
      const core = new Core().start();
      const list = core.client.lists(1, null);
      core.client.ndis.NdisRetreatNetBufferListDataStart(list, 8, 0, null, null);
      expect(core.live.mdls).toBe(1);
      core.client.ndis.NdisAdvanceNetBufferListDataStart(list, 8, true, null);
      expect(core.live.mdls).toBe(0);
    },
  });

  enforced("MEM-11", "NdisMMapIoSpace after MiniportInitializeEx", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      mapRegisters(core, core.mcm.handle);
    },
    passes: () => void initialising((core, adapter) => void mapRegisters(core, adapter)),
  });

  enforced("MEM-11", "mapped registers are left behind at halt", {
    by: "mcm",
    caught: () => initialising((core, adapter) => void mapRegisters(core, adapter)).stop(),
    passes: () => {
      const core = initialising((made, adapter) => {
        const address = mapRegisters(made, adapter);
        made.mcm.on.miniport.HaltHandlerEx = () => made.mcm.ndis.NdisMUnmapIoSpace(adapter, address, 256);
      });
      core.stop();
    },
  });

  enforced("MEM-12", "the context of MiniportCoCreateVc outlives MiniportCoDeleteVc and the adapter", {
    by: "miniport",
    caught: () => vcContext(false),
    passes: () => vcContext(true),
  });

  enforced("SND-02", "a NET_BUFFER_LIST is sent that was given back to its pool", {
    by: "client",
    caught: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      const list = core.client.lists(1, vc);
      core.client.ndis.NdisFreeNetBufferList(list);
      core.client.ndis.NdisCoSendNetBufferLists(vc, list, 0);
    },
    passes: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    },
  });
});
