import { describe, expect, it } from "vitest";
import { OutParameter } from "../../src/ndis/ddi/handles.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../../src/ndis/ddi/status-codes.ts";
import type { MDL } from "../../src/ndis/ddi/structures/net-buffer.ts";
import {
  NDIS_NET_BUFFER_LIST_INFO as INFO,
  NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS,
  NET_BUFFER_LIST_CONTEXT_DATA_START,
  NET_BUFFER_LIST_INFO,
  NET_BUFFER_LIST_POOL_PARAMETERS,
} from "../../src/ndis/ddi/structures/net-buffer.ts";
import { outstandingOfPool } from "../../src/ndis/net-buffer/index.ts";
import { chainOf, currentOffset, dataBytes, fixture, listPool, mdlChain, netBufferPool } from "./net-buffer-fixture.ts";

describe("NET_BUFFER_LIST pools", () => {
  it("MEM-08: a list comes from its pool and goes back to it, and the pool counts what is out", () => {
    const world = fixture();
    const { ndis, counts } = world;
    const pool = listPool(world);
    const list = ndis.NdisAllocateNetBufferList(pool, 0, 0)!;
    expect(ndis.NdisGetPoolFromNetBufferList(list)).toBe(pool);
    expect(list.FirstNetBuffer).toBeNull();
    expect(list.Context).toBeNull();
    expect(outstandingOfPool(pool)).toBe(1);
    expect(counts.netBufferLists).toBe(1);
    ndis.NdisFreeNetBufferList(list);
    expect(outstandingOfPool(pool)).toBe(0);
    ndis.NdisFreeNetBufferListPool(pool);
    expect({ ...counts }).toEqual({ pools: 0, netBufferLists: 0, netBuffers: 0, mdls: 0, contexts: 0 });
    expect(world.misuses).toEqual([]);
  });

  it("a freed list serves the next request as if it were new", () => {
    const world = fixture();
    const { ndis } = world;
    const pool = listPool(world, { fAllocateNetBuffer: true });
    const first = ndis.NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, mdlChain(world, [40]), 8, 30)!;
    first.Flags = 7;
    first.Status = NDIS_STATUS_RESOURCES;
    first.NetBufferListInfo[INFO.MediaSpecificInformation] = "out of band";
    first.Next = first;
    ndis.NdisFreeNetBufferList(first);
    const second = ndis.NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, null, 0, 0)!;
    expect(second).toBe(first);
    expect([second.Flags, second.Status, second.Next]).toEqual([0, NDIS_STATUS_SUCCESS, null]);
    expect(NET_BUFFER_LIST_INFO(second, INFO.MediaSpecificInformation)).toBeNull();
    expect(second.FirstNetBuffer).toMatchObject({ DataLength: 0, DataOffset: 0, MdlChain: null, CurrentMdl: null });
  });

  it("MEM-08: what was preallocated is freed with the list, a NET_BUFFER added separately is not", () => {
    const world = fixture();
    const { ndis, counts } = world;
    const pool = listPool(world, { fAllocateNetBuffer: true });
    const separate = ndis.NdisAllocateNetBuffer(netBufferPool(world), null, 0, 0)!;
    const list = ndis.NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, null, 0, 0)!;
    const preallocated = list.FirstNetBuffer!;
    preallocated.Next = separate;
    ndis.NdisFreeNetBufferList(list);
    expect(preallocated.ndisAllocated).toBe(false);
    expect(separate.ndisAllocated).toBe(true);
    expect(counts.netBuffers).toBe(1);
    ndis.NdisFreeNetBuffer(separate);
    expect(counts.netBuffers).toBe(0);
    expect(world.misuses).toEqual([]);
  });

  it("MEM-08: freeing a list twice, or a preallocated NET_BUFFER on its own, is misuse and changes nothing", () => {
    const world = fixture();
    const { ndis, counts, misuses } = world;
    const pool = listPool(world, { fAllocateNetBuffer: true });
    const list = ndis.NdisAllocateNetBufferList(pool, 0, 0)!;
    const other = ndis.NdisAllocateNetBufferList(pool, 0, 0)!;
    ndis.NdisFreeNetBuffer(list.FirstNetBuffer!);
    ndis.NdisFreeNetBufferList(list);
    ndis.NdisFreeNetBufferList(list);
    expect(misuses.map((misuse) => misuse.rule)).toEqual(["MEM-08", "MEM-08"]);
    expect(counts.netBufferLists).toBe(1);
    const again = ndis.NdisAllocateNetBufferList(pool, 0, 0)!;
    const more = ndis.NdisAllocateNetBufferList(pool, 0, 0)!;
    expect(new Set([again, more, other]).size).toBe(3);
  });

  it("MEM-08: a parent may not be freed before its children", () => {
    const world = fixture();
    const list = world.ndis.NdisAllocateNetBufferList(listPool(world), 0, 0)!;
    list.ChildRefCount = 1;
    world.ndis.NdisFreeNetBufferList(list);
    expect(world.misuses).toHaveLength(1);
    list.ChildRefCount = 0;
    world.ndis.NdisFreeNetBufferList(list);
    expect(world.misuses).toHaveLength(1);
    expect(world.counts.netBufferLists).toBe(0);
  });

  it("MEM-09: NdisAllocateNetBufferAndNetBufferList needs fAllocateNetBuffer TRUE and DataSize 0", () => {
    const world = fixture();
    const { ndis, misuses } = world;
    const bare = listPool(world);
    const withData = listPool(world, { fAllocateNetBuffer: true, DataSize: 64 });
    expect(ndis.NdisAllocateNetBufferAndNetBufferList(bare, 0, 0, null, 0, 0)).toBeNull();
    expect(ndis.NdisAllocateNetBufferAndNetBufferList(withData, 0, 0, null, 0, 0)).toBeNull();
    expect(misuses.map((misuse) => misuse.rule)).toEqual(["MEM-09", "MEM-09"]);
  });

  it("a pool with DataSize gives every list a NET_BUFFER, an MDL and that much memory", () => {
    const world = fixture();
    const { ndis, allocator } = world;
    const pool = listPool(world, { fAllocateNetBuffer: true, DataSize: 100 });
    const list = ndis.NdisAllocateNetBufferList(pool, 0, 0)!;
    const mdl = list.FirstNetBuffer!.MdlChain!;
    expect(mdl.ByteCount).toBe(100);
    expect(allocator.lengthOf(mdl.MappedSystemVa)).toBe(100);
    mdl.ByteCount = 3;
    ndis.NdisFreeNetBufferList(list);
    expect(ndis.NdisAllocateNetBufferList(pool, 0, 0)!.FirstNetBuffer!.MdlChain!.ByteCount).toBe(100);
    ndis.NdisFreeNetBufferList(list);
    ndis.NdisFreeNetBufferListPool(pool);
    expect(allocator.blocksInUse).toBe(0);
  });

  it("a pool freed while lists are out is misuse; their memory follows when they are freed", () => {
    const world = fixture();
    const { ndis, allocator, misuses } = world;
    const pool = listPool(world, { fAllocateNetBuffer: true, DataSize: 64, ContextSize: 32 });
    const list = ndis.NdisAllocateNetBufferList(pool, 16, 0)!;
    ndis.NdisFreeNetBufferListPool(pool);
    expect(misuses).toHaveLength(1);
    expect(ndis.NdisAllocateNetBufferList(pool, 0, 0)).toBeNull();
    expect(misuses).toHaveLength(2);
    ndis.NdisFreeNetBufferList(list);
    expect(allocator.blocksInUse).toBe(0);
  });

  it("refuses parameters that the documentation forbids", () => {
    const { ndis } = fixture();
    const refused = [
      { DataSize: 64 },
      { ContextSize: 8 },
      { ContextSize: -16 },
      { fAllocateNetBuffer: true, DataSize: 1.5 },
      { Header: { Type: 0x80, Revision: 1, Size: 15 } },
      { Header: { Type: 0x81, Revision: 1, Size: 16 } },
    ];
    for (const members of refused) {
      const parameters = NET_BUFFER_LIST_POOL_PARAMETERS(members);
      expect(ndis.NdisAllocateNetBufferListPool(null, parameters), JSON.stringify(members)).toBeNull();
    }
  });

  it("without memory an allocation is NULL and nothing is out", () => {
    const world = fixture();
    const pool = listPool(world, { fAllocateNetBuffer: true, DataSize: 64 });
    const contextPool = listPool(world);
    world.exhaust();
    expect(world.ndis.NdisAllocateNetBufferList(pool, 0, 0)).toBeNull();
    expect(world.ndis.NdisAllocateNetBufferList(contextPool, 16, 0)).toBeNull();
    expect(world.counts.netBufferLists).toBe(0);
    expect(world.ndis.NdisAllocateNetBufferList(contextPool, 0, 0)).not.toBeNull();
  });
});

describe("NET_BUFFER pools", () => {
  it("MEM-08: a NET_BUFFER starts where its offset into the MDL chain says", () => {
    const world = fixture();
    const { ndis } = world;
    const pool = netBufferPool(world);
    const netBuffer = ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [10, 20, 30]), 15, 40)!;
    expect(netBuffer.CurrentMdl).toBe(chainOf(netBuffer)[1]);
    expect(netBuffer).toMatchObject({ CurrentMdlOffset: 5, DataOffset: 15, DataLength: 40 });
    expect(ndis.NdisGetPoolFromNetBuffer(netBuffer)).toBe(pool);
    ndis.NdisFreeNetBuffer(netBuffer);
    ndis.NdisFreeNetBuffer(netBuffer);
    expect(world.misuses.map((misuse) => misuse.rule)).toEqual(["MEM-08"]);
  });

  it("without an MDL chain offset and length must be 0", () => {
    const world = fixture();
    const pool = netBufferPool(world);
    expect(world.ndis.NdisAllocateNetBuffer(pool, null, 4, 0)).toBeNull();
    expect(world.ndis.NdisAllocateNetBuffer(pool, null, 0, 4)).toBeNull();
    expect(world.misuses).toHaveLength(2);
    expect(world.ndis.NdisAllocateNetBuffer(pool, null, 0, 0)).not.toBeNull();
  });

  it("pools with and without data serve one allocation function each", () => {
    const world = fixture();
    const { ndis, misuses } = world;
    const withData = netBufferPool(world, { DataSize: 50 });
    const without = netBufferPool(world);
    expect(ndis.NdisAllocateNetBufferMdlAndData(withData)!.MdlChain!.ByteCount).toBe(50);
    expect(ndis.NdisAllocateNetBufferMdlAndData(without)).toBeNull();
    expect(ndis.NdisAllocateNetBuffer(withData, null, 0, 0)).toBeNull();
    expect(misuses).toHaveLength(2);
  });
});

describe("MDLs", () => {
  it("NdisFreeMdl frees what NdisAllocateMdl gave, once", () => {
    const world = fixture();
    const mdl = mdlChain(world, [8]);
    expect(world.counts.mdls).toBe(1);
    world.ndis.NdisFreeMdl(mdl);
    expect(world.counts.mdls).toBe(0);
    world.ndis.NdisFreeMdl(mdl);
    expect(world.misuses).toHaveLength(1);
    expect(world.counts.mdls).toBe(0);
  });

  it("NdisFreeMdl of an MDL that came with a NET_BUFFER is misuse", () => {
    const world = fixture();
    const netBuffer = world.ndis.NdisAllocateNetBufferMdlAndData(netBufferPool(world, { DataSize: 8 }))!;
    world.ndis.NdisFreeMdl(netBuffer.MdlChain!);
    expect(world.misuses).toHaveLength(1);
    expect(netBuffer.MdlChain!.ByteCount).toBe(8);
  });

  it("describe memory: a null address or no length is misuse", () => {
    const world = fixture();
    expect(world.ndis.NdisAllocateMdl({} as never, 0, 8)).toBeNull();
    expect(world.ndis.NdisAllocateMdl({} as never, 8192, 0)).toBeNull();
    expect(world.misuses).toHaveLength(2);
  });
});

describe("NdisRetreatNetBufferDataStart and NdisAdvanceNetBufferDataStart", () => {
  function frame(world = fixture(), lengths = [10, 20], dataOffset = 6, dataLength = 24) {
    const netBuffer = world.ndis.NdisAllocateNetBuffer(
      netBufferPool(world),
      mdlChain(world, lengths),
      dataOffset,
      dataLength,
    )!;
    return { world, ndis: world.ndis, netBuffer };
  }

  it("MEM-10: a retreat within the unused data space lowers DataOffset and allocates nothing", () => {
    const { world, ndis, netBuffer } = frame();
    expect(ndis.NdisRetreatNetBufferDataStart(netBuffer, 6, 100, null)).toBe(NDIS_STATUS_SUCCESS);
    expect(netBuffer).toMatchObject({ DataOffset: 0, DataLength: 30, CurrentMdlOffset: 0 });
    expect(world.counts.mdls).toBe(2);
  });

  it("MEM-10: a retreat beyond it prepends an MDL with room for delta and backfill, and the data stays contiguous", () => {
    const { world, ndis, netBuffer } = frame();
    const before = dataBytes(world, netBuffer);
    expect(ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 4, null)).toBe(NDIS_STATUS_SUCCESS);
    expect(chainOf(netBuffer).map((mdl) => mdl.ByteCount)).toEqual([12, 10, 20]);
    expect(netBuffer.DataLength).toBe(32);
    expect(currentOffset(netBuffer)).toBe(netBuffer.DataOffset);
    expect(dataBytes(world, netBuffer).slice(8)).toEqual(before);
    expect(world.allocator.lengthOf(netBuffer.MdlChain!.MappedSystemVa)).toBe(12);
  });

  it("MEM-10: the advance undoes the retreat and frees its MDL and memory", () => {
    const { world, ndis, netBuffer } = frame();
    const chain = chainOf(netBuffer);
    const before = { ...netBuffer };
    const blocks = world.allocator.blocksInUse;
    ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 0, null);
    expect(world.allocator.blocksInUse).toBe(blocks + 1);
    ndis.NdisAdvanceNetBufferDataStart(netBuffer, 8, true, null);
    expect({ ...netBuffer }).toEqual(before);
    expect(chainOf(netBuffer)).toEqual(chain);
    expect(world.allocator.blocksInUse).toBe(blocks);
    expect(world.counts.mdls).toBe(2);
  });

  it("with FreeMdl FALSE the MDL stays for the next retreat", () => {
    const { world, ndis, netBuffer } = frame();
    ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 0, null);
    ndis.NdisAdvanceNetBufferDataStart(netBuffer, 8, false, null);
    expect(chainOf(netBuffer)).toHaveLength(3);
    const blocks = world.allocator.blocksInUse;
    ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 0, null);
    expect(world.allocator.blocksInUse).toBe(blocks);
  });

  it("an advance never frees MDLs of the original chain", () => {
    const { world, ndis, netBuffer } = frame();
    ndis.NdisAdvanceNetBufferDataStart(netBuffer, 20, true, null);
    expect(chainOf(netBuffer)).toHaveLength(2);
    expect(netBuffer.CurrentMdl).toBe(chainOf(netBuffer)[1]);
    expect(currentOffset(netBuffer)).toBe(26);
    expect(world.counts.mdls).toBe(2);
  });

  it("a retreat on a frame without an MDL chain makes one, and the advance takes it away again", () => {
    const world = fixture();
    const { ndis } = world;
    const netBuffer = ndis.NdisAllocateNetBuffer(netBufferPool(world), null, 0, 0)!;
    expect(ndis.NdisRetreatNetBufferDataStart(netBuffer, 16, 8, null)).toBe(NDIS_STATUS_SUCCESS);
    expect(netBuffer).toMatchObject({ DataLength: 16, DataOffset: 8 });
    ndis.NdisAdvanceNetBufferDataStart(netBuffer, 16, true, null);
    expect(netBuffer).toMatchObject({ DataLength: 0, DataOffset: 0, MdlChain: null, CurrentMdl: null });
    expect(world.allocator.blocksInUse).toBe(0);
  });

  it("NetAllocateMdl gives the MDL, told the size, and NetFreeMdl gets it back", () => {
    const { world, ndis, netBuffer } = frame();
    const requested: number[] = [];
    const freed: MDL[] = [];
    const status = ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 4, (size) => {
      requested.push(size.Value);
      return mdlChain(world, [size.Value + 5], 200);
    });
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    expect(requested).toEqual([12]);
    const mdl = netBuffer.MdlChain!;
    expect(mdl.ByteCount).toBe(17);
    ndis.NdisFreeMdl(mdl);
    expect(world.misuses.map((misuse) => misuse.rule)).toEqual(["MEM-08"]);
    ndis.NdisAdvanceNetBufferDataStart(netBuffer, 8, true, null);
    expect(world.misuses.map((misuse) => misuse.rule)).toEqual(["MEM-08", "MEM-10"]);
    ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 0, null);
    ndis.NdisAdvanceNetBufferDataStart(netBuffer, 8, true, (returned) => {
      freed.push(returned);
      ndis.NdisFreeMdl(returned);
    });
    expect(freed).toEqual([mdl]);
    expect(world.counts.mdls).toBe(2);
    expect(netBuffer).toMatchObject({ DataOffset: 6, DataLength: 24 });
  });

  it("NetAllocateMdl that gives an MDL too short for what was asked breaks MEM-10, and the frame is as before", () => {
    const { world, ndis, netBuffer } = frame();
    const before = netBuffer.MdlChain;
    const status = ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 4, () => mdlChain(world, [3], 200));
    expect(status).toBe(NDIS_STATUS_FAILURE);
    expect(world.misuses.map((misuse) => misuse.rule)).toEqual(["MEM-10"]);
    expect(netBuffer.MdlChain).toBe(before);
  });

  it("NetFreeMdl does not get an MDL that NDIS allocated", () => {
    const { world, ndis, netBuffer } = frame();
    ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 0, null);
    ndis.NdisAdvanceNetBufferDataStart(netBuffer, 8, true, () => {
      throw new Error("not its MDL");
    });
    expect(world.counts.mdls).toBe(2);
  });

  it("without memory a retreat is RESOURCES and the frame is as before", () => {
    const { world, ndis, netBuffer } = frame();
    const before = { ...netBuffer };
    world.exhaust();
    expect(ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 0, null)).toBe(NDIS_STATUS_RESOURCES);
    expect(ndis.NdisRetreatNetBufferDataStart(netBuffer, 8, 0, () => null)).toBe(NDIS_STATUS_RESOURCES);
    expect({ ...netBuffer }).toEqual(before);
  });

  it("MEM-10: an advance beyond the data is misuse and moves nothing", () => {
    const { world, ndis, netBuffer } = frame();
    const before = { ...netBuffer };
    for (const delta of [25, -1, 0.5, Number.NaN]) ndis.NdisAdvanceNetBufferDataStart(netBuffer, delta, true, null);
    expect(world.misuses.map((misuse) => misuse.rule)).toEqual(["MEM-10", "MEM-10", "MEM-10", "MEM-10"]);
    expect({ ...netBuffer }).toEqual(before);
  });

  it("a retreat of a whole list that runs out of memory half way leaves every frame as before", () => {
    const world = fixture();
    const { ndis } = world;
    const list = ndis.NdisAllocateNetBufferList(listPool(world), 0, 0)!;
    const pool = netBufferPool(world);
    const first = ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [32]), 0, 32)!;
    const second = ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [32]), 0, 32)!;
    list.FirstNetBuffer = first;
    first.Next = second;
    const blocks = world.allocator.blocksInUse;
    world.exhaust(1);
    expect(ndis.NdisRetreatNetBufferListDataStart(list, 8, 0, null, null)).toBe(NDIS_STATUS_RESOURCES);
    expect(world.allocator.blocksInUse).toBe(blocks);
    expect([first.DataLength, second.DataLength]).toEqual([32, 32]);
    world.exhaust(2);
    expect(ndis.NdisRetreatNetBufferListDataStart(list, 8, 0, null, null)).toBe(NDIS_STATUS_SUCCESS);
    expect([first.DataLength, second.DataLength]).toEqual([40, 40]);
    ndis.NdisAdvanceNetBufferListDataStart(list, 8, true, null);
    expect([first.DataLength, second.DataLength]).toEqual([32, 32]);
    expect(world.allocator.blocksInUse).toBe(blocks);
  });
});

describe("NdisGetDataBuffer", () => {
  it("returns the address in the MDL when the data is contiguous and aligned", () => {
    const world = fixture();
    const netBuffer = world.ndis.NdisAllocateNetBuffer(netBufferPool(world), mdlChain(world, [16, 16]), 4, 28)!;
    const start = netBuffer.MdlChain!.MappedSystemVa;
    expect(world.ndis.NdisGetDataBuffer(netBuffer, 12, 0, 1, 0)).toBe(start + 4);
    expect(world.ndis.NdisGetDataBuffer(netBuffer, 12, 0, 8, 4)).toBe(start + 4);
    expect(world.ndis.NdisGetDataBuffer(netBuffer, 12, 0, 8, 0)).toBe(0);
  });

  it("copies into Storage what is not contiguous, and is NULL without Storage or beyond DataLength", () => {
    const world = fixture();
    const { ndis, bytes, allocator } = world;
    const netBuffer = ndis.NdisAllocateNetBuffer(netBufferPool(world), mdlChain(world, [16, 0, 16]), 4, 28)!;
    const storage = allocator.allocate(64);
    expect(ndis.NdisGetDataBuffer(netBuffer, 13, 0, 1, 0)).toBe(0);
    expect(ndis.NdisGetDataBuffer(netBuffer, 13, storage, 1, 0)).toBe(storage);
    expect([...bytes.subarray(storage, storage + 13)]).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect(ndis.NdisGetDataBuffer(netBuffer, 29, storage, 1, 0)).toBe(0);
  });
});

describe("NdisCopyFromNetBufferToNetBuffer", () => {
  it("ends with the source's data and with the destination's MDL chain, and changes no member", () => {
    const world = fixture();
    const { ndis } = world;
    const pool = netBufferPool(world);
    const source = ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [10, 10], 100), 5, 12)!;
    const destination = ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [4, 9]), 2, 0)!;
    const copied = new OutParameter<number>();
    const before = { ...destination };
    expect(ndis.NdisCopyFromNetBufferToNetBuffer(destination, 1, 100, source, 2, copied)).toBe(NDIS_STATUS_SUCCESS);
    expect(copied.Value).toBe(10);
    expect({ ...destination }).toEqual(before);
    destination.DataLength = 11;
    expect(dataBytes(world, destination).slice(1)).toEqual([107, 108, 109, 110, 111, 112, 113, 114, 115, 116]);
    ndis.NdisCopyFromNetBufferToNetBuffer(destination, 6, 100, source, 0, copied);
    expect(copied.Value).toBe(5);
    ndis.NdisCopyFromNetBufferToNetBuffer(destination, 0, 100, source, 12, copied);
    expect(copied.Value).toBe(0);
  });
});

describe("context space", () => {
  it("comes with a list as its allocation asks, with backfill that later requests use", () => {
    const world = fixture();
    const { ndis, counts } = world;
    const list = ndis.NdisAllocateNetBufferList(listPool(world), 32, 16)!;
    expect(list.Context).toMatchObject({ Size: 48, Offset: 16, Next: null });
    const start = NET_BUFFER_LIST_CONTEXT_DATA_START(list);
    expect(ndis.NdisAllocateNetBufferListContext(list, 16, 0, 0)).toBe(NDIS_STATUS_SUCCESS);
    expect(NET_BUFFER_LIST_CONTEXT_DATA_START(list)).toBe(start - 16);
    expect(counts.contexts).toBe(0);
    expect(ndis.NdisAllocateNetBufferListContext(list, 24, 8, 0)).toBe(NDIS_STATUS_SUCCESS);
    expect(list.Context).toMatchObject({ Size: 32, Offset: 8 });
    expect(counts.contexts).toBe(1);
    ndis.NdisFreeNetBufferListContext(list, 24);
    expect(counts.contexts).toBe(0);
    ndis.NdisFreeNetBufferListContext(list, 16);
    expect(NET_BUFFER_LIST_CONTEXT_DATA_START(list)).toBe(start);
    ndis.NdisFreeNetBufferList(list);
    expect(world.misuses).toEqual([]);
  });

  it("that was added must be freed before the list", () => {
    const world = fixture();
    const list = world.ndis.NdisAllocateNetBufferList(listPool(world), 0, 0)!;
    world.ndis.NdisAllocateNetBufferListContext(list, 16, 0, 0);
    world.ndis.NdisFreeNetBufferList(list);
    expect(world.misuses.map((misuse) => misuse.rule)).toEqual(["MEM-08"]);
    expect(world.counts.contexts).toBe(1);
  });

  it("refuses sizes that are no multiples, and more freed than is in use", () => {
    const world = fixture();
    const { ndis, misuses } = world;
    const pool = listPool(world);
    expect(ndis.NdisAllocateNetBufferList(pool, 8, 0)).toBeNull();
    const list = ndis.NdisAllocateNetBufferList(pool, 0, 0)!;
    expect(ndis.NdisAllocateNetBufferListContext(list, 4, 0, 0)).toBe(NDIS_STATUS_FAILURE);
    ndis.NdisFreeNetBufferListContext(list, 8);
    expect(misuses).toHaveLength(1);
    world.exhaust();
    expect(ndis.NdisAllocateNetBufferListContext(list, 8, 0, 0)).toBe(NDIS_STATUS_RESOURCES);
  });
});

describe("clones", () => {
  function original(world = fixture()) {
    const { ndis } = world;
    const list = ndis.NdisAllocateNetBufferList(listPool(world), 16, 0)!;
    const pool = netBufferPool(world);
    list.FirstNetBuffer = ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [10, 20]), 12, 15)!;
    list.FirstNetBuffer.Next = ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [30], 60), 3, 20)!;
    return { world, ndis, list };
  }

  it("describe the same data from its start on with new MDLs, share the memory and have no context", () => {
    const { world, ndis, list } = original();
    const blocks = world.allocator.blocksInUse;
    const clone = ndis.NdisAllocateCloneNetBufferList(list, null, null, 0)!;
    expect(world.allocator.blocksInUse).toBe(blocks);
    expect(clone.Context).toBeNull();
    expect([clone.ParentNetBufferList, list.ChildRefCount]).toEqual([null, 0]);
    const [first, second] = [clone.FirstNetBuffer!, clone.FirstNetBuffer!.Next!];
    expect([first.DataOffset, second.DataOffset, second.Next]).toEqual([0, 0, null]);
    expect(chainOf(first).map((mdl) => mdl.ByteCount)).toEqual([15]);
    expect(dataBytes(world, first)).toEqual(dataBytes(world, list.FirstNetBuffer!));
    expect(dataBytes(world, second)).toEqual(dataBytes(world, list.FirstNetBuffer!.Next!));
    const mdls = world.counts.mdls;
    ndis.NdisFreeCloneNetBufferList(clone, 0);
    expect(world.counts.mdls).toBe(mdls - 2);
    expect(world.counts).toMatchObject({ netBufferLists: 1, netBuffers: 2 });
    expect(world.misuses).toEqual([]);
  });

  it("with NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS use the original's chain", () => {
    const { world, ndis, list } = original();
    const mdls = world.counts.mdls;
    const clone = ndis.NdisAllocateCloneNetBufferList(list, null, null, NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS)!;
    expect(world.counts.mdls).toBe(mdls);
    expect(clone.FirstNetBuffer!.MdlChain).toBe(list.FirstNetBuffer!.CurrentMdl);
    expect(dataBytes(world, clone.FirstNetBuffer!)).toEqual(dataBytes(world, list.FirstNetBuffer!));
    ndis.NdisFreeCloneNetBufferList(clone, NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS);
    expect(world.counts.mdls).toBe(mdls);
    expect(dataBytes(world, list.FirstNetBuffer!)).toHaveLength(15);
  });

  it("come from the caller's pools when it names them", () => {
    const { world, ndis, list } = original();
    const pools = [listPool(world, { fAllocateNetBuffer: true }), netBufferPool(world)] as const;
    const clone = ndis.NdisAllocateCloneNetBufferList(list, ...pools, 0)!;
    expect(pools.map(outstandingOfPool)).toEqual([1, 2]);
    expect(dataBytes(world, clone.FirstNetBuffer!)).toEqual(dataBytes(world, list.FirstNetBuffer!));
    ndis.NdisFreeCloneNetBufferList(clone, 0);
    expect(pools.map(outstandingOfPool)).toEqual([0, 0]);
  });

  it("are freed with their own function and the flags of their making", () => {
    const { world, ndis, list } = original();
    const clone = ndis.NdisAllocateCloneNetBufferList(list, null, null, 0)!;
    ndis.NdisFreeNetBufferList(clone);
    ndis.NdisFreeCloneNetBufferList(clone, NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS);
    ndis.NdisFreeCloneNetBufferList(list, 0);
    expect(world.misuses.map((misuse) => misuse.rule)).toEqual(["MEM-08", "MEM-08", "MEM-08"]);
    ndis.NdisFreeCloneNetBufferList(clone, 0);
    ndis.NdisFreeCloneNetBufferList(clone, 0);
    expect(world.misuses).toHaveLength(4);
    expect(world.counts.netBufferLists).toBe(1);
  });

  it("do not free an MDL that a retreat put in front: it still counts as out", () => {
    const { world, ndis, list } = original();
    const clone = ndis.NdisAllocateCloneNetBufferList(list, null, null, 0)!;
    const { mdls } = world.counts;
    ndis.NdisRetreatNetBufferDataStart(clone.FirstNetBuffer!, 8, 0, null);
    ndis.NdisFreeCloneNetBufferList(clone, 0);
    expect(world.counts.mdls).toBe(mdls - 2 + 1);
  });

  it("take nothing when a pool with data has no memory left for their NET_BUFFERs", () => {
    const { world, ndis, list } = original();
    const pool = netBufferPool(world, { DataSize: 32 });
    const before = { ...world.counts };
    world.exhaust();
    expect(ndis.NdisAllocateCloneNetBufferList(list, null, pool, 0)).toBeNull();
    expect({ ...world.counts }).toEqual(before);
  });
});

describe("out-of-band information", () => {
  it("SND-15: a cancel id marks a list, and partial ids differ between callers", () => {
    const world = fixture();
    const { ndis } = world;
    const list = ndis.NdisAllocateNetBufferList(listPool(world), 0, 0)!;
    expect(ndis.NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(list)).toBe(0);
    expect(list.hasInformation).toBe(false);
    const partial = [ndis.NdisGeneratePartialCancelId(), ndis.NdisGeneratePartialCancelId()];
    expect(partial[0]).not.toBe(partial[1]);
    ndis.NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(list, partial[0] * 2 ** 24 + 5);
    expect(ndis.NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(list)).toBe(partial[0] * 2 ** 24 + 5);
  });

  it("partial cancel ids fit an octet and are never 0", () => {
    const { ndis } = fixture();
    const ids = Array.from({ length: 600 }, () => ndis.NdisGeneratePartialCancelId());
    expect(Math.min(...ids)).toBe(1);
    expect(Math.max(...ids)).toBe(255);
  });

  it("is copied by its documented lists for sends and receives", () => {
    const world = fixture();
    const { ndis } = world;
    const pool = listPool(world);
    const [source, sent, received] = [0, 1, 2].map(() => ndis.NdisAllocateNetBufferList(pool, 0, 0)!);
    for (const id of Object.values(INFO)) source.NetBufferListInfo[id] = `item ${id}`;
    ndis.NdisCopySendNetBufferListInfo(sent, source);
    ndis.NdisCopyReceiveNetBufferListInfo(received, source);
    const copied = (list: typeof source) => Object.values(INFO).filter((id) => NET_BUFFER_LIST_INFO(list, id) !== null);
    const both = [INFO.TcpIpChecksumNetBufferListInfo, INFO.IPsecOffloadV1NetBufferListInfo];
    const more = [INFO.TcpLargeSendNetBufferListInfo, INFO.Ieee8021QNetBufferListInfo];
    expect(copied(sent)).toEqual([
      ...[...both, ...more, INFO.NetBufferListCancelId],
      ...[INFO.MediaSpecificInformation, INFO.NetBufferListFrameType],
    ]);
    expect(copied(received)).toEqual([
      ...[...both, ...more, INFO.MediaSpecificInformation, INFO.NetBufferListFrameType],
      ...[INFO.NetBufferListHashValue, INFO.NetBufferListHashInfo],
    ]);
    expect(NET_BUFFER_LIST_INFO(sent, INFO.MediaSpecificInformation)).toBe("item 6");
  });
});
