import { describe, expect, it } from "vitest";
import { OutParameter } from "../../src/ndis/ddi/handles.ts";
import { NDIS_STATUS_RESOURCES } from "../../src/ndis/ddi/status-codes.ts";
import { fixture, mdlChain, netBufferPool } from "./net-buffer-fixture.ts";

/* Members of an MDL are the driver's to write, wild pointers included: nothing outside the machine's memory is touched. */

const WILD = [4, 0x6fff_fff0, 0x7fff_ffff, 0xffff_fff0, -16];

describe.each(WILD)("an MDL whose MappedSystemVa is %i", (wild) => {
  /** Two pieces of 8 bytes, the second at the wild address, in a memory of which every byte is noted. */
  function buffers() {
    const world = fixture(65_536);
    const pool = netBufferPool(world);
    const broken = world.ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [8, 8], 100), 0, 16)!;
    const sound = world.ndis.NdisAllocateNetBuffer(pool, mdlChain(world, [16]), 0, 16)!;
    broken.MdlChain!.Next!.MappedSystemVa = wild;
    return { world, broken, sound };
  }

  it("is not read by NdisGetDataBuffer", () => {
    const { world, broken } = buffers();
    const storage = world.allocator.allocate(64);
    expect(world.ndis.NdisGetDataBuffer(broken, 16, storage, 1, 0)).toBe(0);
    expect(world.misuses).toMatchObject([{ rule: "NullCheck" }]);
  });

  it("is neither read nor written by NdisCopyFromNetBufferToNetBuffer, which says how far it came", () => {
    for (const direction of ["from", "to"] as const) {
      const { world, broken, sound } = buffers();
      const [source, destination] = direction === "from" ? [broken, sound] : [sound, broken];
      const { window } = world.allocator;
      const outside = (): Uint8Array[] => [world.bytes.slice(0, window.start), world.bytes.slice(window.end)];
      const before = outside();
      const copied = new OutParameter<number>();
      const status = world.ndis.NdisCopyFromNetBufferToNetBuffer(destination, 0, 16, source, 0, copied);
      expect([status, copied.Value]).toEqual([NDIS_STATUS_RESOURCES, 8]);
      expect(world.misuses).toMatchObject([{ rule: "NullCheck" }]);
      expect(outside()).toEqual(before);
    }
  });
});

it("Storage of NdisGetDataBuffer is memory of the machine", () => {
  const world = fixture(65_536);
  const netBuffer = world.ndis.NdisAllocateNetBuffer(netBufferPool(world), mdlChain(world, [8, 8]), 0, 16)!;
  for (const storage of WILD) {
    expect(world.ndis.NdisGetDataBuffer(netBuffer, 16, storage, 1, 0)).toBe(0);
    expect(world.misuses.pop()).toMatchObject({ rule: "NullCheck" });
  }
});
