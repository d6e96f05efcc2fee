import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutParameter } from "../../src/ndis/ddi/handles.ts";
import { NDIS_STATUS_SUCCESS } from "../../src/ndis/ddi/status-codes.ts";
import type { NET_BUFFER, NET_BUFFER_LIST } from "../../src/ndis/ddi/structures/net-buffer.ts";
import type { Fixture } from "./net-buffer-fixture.ts";
import { currentOffset, dataBytes, fixture, listPool, mdlChain, netBufferPool } from "./net-buffer-fixture.ts";

const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 });

/** Lengths of MDLs with an offset and a length of data that fit into them. */
const frames = lengths.chain((mdls) => {
  const total = mdls.reduce((sum, length) => sum + length, 0);
  return fc
    .integer({ min: 0, max: total })
    .chain((offset) => fc.integer({ min: 0, max: total - offset }).map((length) => ({ mdls, offset, length })));
});

function makeFrame(world: Fixture, frame: { mdls: number[]; offset: number; length: number }, first = 0): NET_BUFFER {
  return world.ndis.NdisAllocateNetBuffer(
    netBufferPool(world),
    mdlChain(world, frame.mdls, first),
    frame.offset,
    frame.length,
  )!;
}

interface Move {
  retreat: boolean;
  delta: number;
  backFill: number;
  freeMdl: boolean;
}

const moves = fc.array(
  fc.record({
    retreat: fc.boolean(),
    delta: fc.integer({ min: 0, max: 60 }),
    backFill: fc.integer({ min: 0, max: 20 }),
    freeMdl: fc.boolean(),
  }),
  { maxLength: 25 },
);

/** The naive model: the data as an array. A retreat puts unknown bytes in front, an advance takes bytes away. */
function apply(world: Fixture, netBuffer: NET_BUFFER, model: (number | null)[], move: Move): (number | null)[] {
  if (move.retreat) {
    const status = world.ndis.NdisRetreatNetBufferDataStart(netBuffer, move.delta, move.backFill, null);
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    return [...new Array<null>(move.delta).fill(null), ...model];
  }
  const delta = Math.min(move.delta, model.length);
  world.ndis.NdisAdvanceNetBufferDataStart(netBuffer, delta, move.freeMdl, null);
  return model.slice(delta);
}

function expectSame(world: Fixture, netBuffer: NET_BUFFER, model: (number | null)[]): void {
  expect(currentOffset(netBuffer)).toBe(netBuffer.DataOffset);
  expect(netBuffer.CurrentMdlOffset).toBeGreaterThanOrEqual(0);
  expect(netBuffer.CurrentMdlOffset).toBeLessThanOrEqual(netBuffer.CurrentMdl?.ByteCount ?? 0);
  const data = dataBytes(world, netBuffer);
  expect(data).toHaveLength(model.length);
  expect(netBuffer.DataLength).toBe(model.length);
  for (const [i, value] of model.entries()) if (value !== null) expect(data[i]).toBe(value);
}

describe("a NET_BUFFER against an array of bytes", () => {
  it("MEM-10: any sequence of retreats and advances keeps the data, and what was retreated can be written", () => {
    fc.assert(
      fc.property(frames, moves, (frame, sequence) => {
        const world = fixture(1 << 17);
        const netBuffer = makeFrame(world, frame);
        let model: (number | null)[] = dataBytes(world, netBuffer);
        for (const move of sequence) {
          model = apply(world, netBuffer, model, move);
          expectSame(world, netBuffer, model);
        }
        expect(world.misuses).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("MEM-10: advancing by all that was retreated frees every MDL and byte of the retreats", () => {
    fc.assert(
      fc.property(frames, fc.array(fc.tuple(fc.nat(60), fc.nat(20)), { maxLength: 8 }), (frame, retreats) => {
        const world = fixture(1 << 17);
        const netBuffer = makeFrame(world, frame);
        const before = { data: dataBytes(world, netBuffer), offset: netBuffer.DataOffset, counts: { ...world.counts } };
        const blocks = world.allocator.blocksInUse;
        let total = 0;
        for (const [delta, backFill] of retreats) {
          world.ndis.NdisRetreatNetBufferDataStart(netBuffer, delta, backFill, null);
          total += delta;
        }
        world.ndis.NdisAdvanceNetBufferDataStart(netBuffer, total, true, null);
        expect(dataBytes(world, netBuffer)).toEqual(before.data);
        expect(netBuffer.DataOffset).toBe(before.offset);
        expect({ ...world.counts }).toEqual(before.counts);
        expect(world.allocator.blocksInUse).toBe(blocks);
      }),
      { numRuns: 300 },
    );
  });

  it("NdisGetDataBuffer shows the first bytes, wherever they lie", () => {
    fc.assert(
      fc.property(frames, fc.nat(120), (frame, needed) => {
        const world = fixture(1 << 17);
        const netBuffer = makeFrame(world, frame);
        const data = dataBytes(world, netBuffer);
        const storage = world.allocator.allocate(256);
        const address = world.ndis.NdisGetDataBuffer(netBuffer, needed, storage, 1, 0);
        if (needed > data.length) expect(address).toBe(0);
        else expect([...world.bytes.subarray(address, address + needed)]).toEqual(data.slice(0, needed));
        const inPlace = world.ndis.NdisGetDataBuffer(netBuffer, needed, 0, 1, 0);
        if (inPlace !== 0) expect(inPlace).toBe(address);
      }),
      { numRuns: 300 },
    );
  });

  it("NdisCopyFromNetBufferToNetBuffer copies what fits, byte for byte, and nothing around it", () => {
    const scenario = fc.record({
      from: frames,
      to: frames,
      fromOffset: fc.nat(60),
      toOffset: fc.nat(60),
      count: fc.nat(150),
    });
    fc.assert(
      fc.property(scenario, ({ from, to, fromOffset, toOffset, count }) => {
        const world = fixture(1 << 17);
        const source = makeFrame(world, from, 1);
        const destination = makeFrame(world, to, 128);
        const room = to.mdls.reduce((sum, length) => sum + length, 0) - destination.DataOffset;
        destination.DataLength = room;
        const data = dataBytes(world, source);
        const expected = dataBytes(world, destination);
        const fits = Math.max(0, Math.min(count, data.length - fromOffset, room - toOffset));
        for (let i = 0; i < fits; i++) expected[toOffset + i] = data[fromOffset + i];
        const copied = new OutParameter<number>();
        world.ndis.NdisCopyFromNetBufferToNetBuffer(destination, toOffset, count, source, fromOffset, copied);
        expect(copied.Value).toBe(fits);
        expect(dataBytes(world, destination)).toEqual(expected);
        expect(dataBytes(world, source)).toEqual(data);
      }),
      { numRuns: 300 },
    );
  });

  it("a clone has the data of its original, and freeing it leaves nothing behind", () => {
    fc.assert(
      fc.property(frames, fc.constantFrom(0, 2), (frame, flags) => {
        const world = fixture(1 << 17);
        const netBuffer = makeFrame(world, frame);
        const list = world.ndis.NdisAllocateCloneNetBufferList(listWith(world, netBuffer), null, null, flags)!;
        expect(dataBytes(world, list.FirstNetBuffer!)).toEqual(dataBytes(world, netBuffer));
        const again = world.ndis.NdisAllocateCloneNetBufferList(list, null, null, flags)!;
        expect(dataBytes(world, again.FirstNetBuffer!)).toEqual(dataBytes(world, netBuffer));
        world.ndis.NdisFreeCloneNetBufferList(again, flags);
        world.ndis.NdisFreeCloneNetBufferList(list, flags);
        expect(world.counts).toMatchObject({ netBufferLists: 1, netBuffers: 1, mdls: frame.mdls.length });
      }),
      { numRuns: 200 },
    );
  });
});

function listWith(world: Fixture, netBuffer: NET_BUFFER): NET_BUFFER_LIST {
  const list = world.ndis.NdisAllocateNetBufferList(listPool(world), 0, 0)!;
  list.FirstNetBuffer = netBuffer;
  return list;
}
