import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Iommu, MemoryAllocator, PAGE_BYTES, WorldMemory } from "../../src/machine/index.ts";

const WINDOW_BYTES = 64 * PAGE_BYTES;

function window() {
  return new WorldMemory(1 << 20).reserve(WINDOW_BYTES);
}

describe("WorldMemory", () => {
  it("gives windows that start on a page, do not overlap, and stay clear of the null pointer", () => {
    const world = new WorldMemory(1 << 20);
    const first = world.reserve(100);
    const second = world.reserve(PAGE_BYTES);
    expect(first.start).toBeGreaterThanOrEqual(PAGE_BYTES);
    expect(first.start % PAGE_BYTES).toBe(0);
    expect(first.byteLength).toBe(PAGE_BYTES);
    expect(second.start).toBe(first.end);
    expect(() => world.reserve(1 << 20)).toThrow(RangeError);
  });

  it("gives machines windows from the near end and devices from the far one, until they meet", () => {
    const world = new WorldMemory(1 << 20);
    const machine = world.reserve(10 * PAGE_BYTES);
    const device = world.reserveForDevices(PAGE_BYTES + 1);
    const next = world.reserveForDevices(PAGE_BYTES);
    expect([device.end, device.byteLength, next.end]).toEqual([1 << 20, 2 * PAGE_BYTES, device.start]);
    const between = next.start - machine.end;
    expect(() => world.reserve(between + 1)).toThrow(RangeError);
    expect(() => world.reserveForDevices(between + 1)).toThrow(RangeError);
    expect(world.reserve(between).end).toBe(next.start);
    expect(() => world.reserveForDevices(1)).toThrow(RangeError);
  });

  it("copies any length between any two places as Uint8Array.set does", () => {
    const place = fc.nat(2_000);
    fc.assert(
      fc.property(place, place, fc.nat(300), (to, from, length) => {
        fc.pre(to + length <= from || from + length <= to);
        const world = new WorldMemory(65_536);
        for (let i = 0; i < 4_096; i++) world.bytes[i] = (i * 31) & 0xff;
        const expected = world.bytes.slice(0, 4_096);
        expected.set(expected.slice(from, from + length), to);
        world.copy(to, from, length);
        expect(Buffer.compare(world.bytes.subarray(0, 4_096), expected)).toBe(0);
      }),
    );
  });
});

describe("MemoryAllocator", () => {
  it("blocks lie in the window, never overlap, are aligned, and all counts return to zero", () => {
    const step = fc.record({ free: fc.boolean(), value: fc.integer({ min: 1, max: 3 * PAGE_BYTES }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { start, end } = window();
        const allocator = new MemoryAllocator(window());
        const live = new Map<number, number>();
        for (const { free, value } of steps) {
          const addresses = [...live.keys()];
          if (free && addresses.length > 0) {
            const address = addresses[value % addresses.length];
            expect(allocator.lengthOf(address)).toBe(live.get(address));
            expect(allocator.free(address)).toBe(true);
            live.delete(address);
            continue;
          }
          const address = allocator.allocate(value);
          if (address === 0) continue;
          expect(address).toBeGreaterThanOrEqual(start);
          expect(address + value).toBeLessThanOrEqual(end);
          expect(address % Math.min(PAGE_BYTES, 64)).toBe(0);
          if (value > PAGE_BYTES / 2) expect(address % PAGE_BYTES).toBe(0);
          for (const [other, length] of live) expect(address + value <= other || other + length <= address).toBe(true);
          live.set(address, value);
        }
        let bytes = 0;
        for (const length of live.values()) bytes += length;
        expect(allocator.bytesInUse).toBe(bytes);
        expect(allocator.blocksInUse).toBe(live.size);
        for (const address of live.keys()) expect(allocator.free(address)).toBe(true);
        expect([allocator.bytesInUse, allocator.blocksInUse]).toEqual([0, 0]);
      }),
    );
  });

  it("answers 0 for lengths that are not positive or do not fit, and false for a second free", () => {
    const allocator = new MemoryAllocator(window());
    expect([0, -5, Number.NaN, WINDOW_BYTES + 1].map((length) => allocator.allocate(length))).toEqual([0, 0, 0, 0]);
    const address = allocator.allocate(10);
    expect(allocator.free(address + 1)).toBe(false);
    expect(allocator.free(address)).toBe(true);
    expect(allocator.free(address)).toBe(false);
  });

  it("runs out, and what is freed can be had again", () => {
    const allocator = new MemoryAllocator(window());
    const addresses: number[] = [];
    for (let address = allocator.allocate(PAGE_BYTES); address !== 0; address = allocator.allocate(PAGE_BYTES)) {
      addresses.push(address);
    }
    expect(addresses).toHaveLength(WINDOW_BYTES / PAGE_BYTES);
    allocator.free(addresses[7]);
    expect(allocator.allocate(PAGE_BYTES)).toBe(addresses[7]);
    expect(allocator.allocate(1)).toBe(0);
  });
});

describe("Iommu", () => {
  it("allows exactly the pages that are mapped, as often as they are mapped", () => {
    const range = fc.record({ offset: fc.nat(20 * PAGE_BYTES), length: fc.integer({ min: 1, max: 4 * PAGE_BYTES }) });
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 12 }),
        fc.array(range, { maxLength: 20 }),
        fc.nat(11),
        (mapped, asked, undone) => {
          const memory = window();
          const iommu = new Iommu(memory);
          const pages: number[] = new Array(WINDOW_BYTES / PAGE_BYTES).fill(0);
          const count = ({ offset, length }: { offset: number; length: number }, by: number): void => {
            for (let page = Math.floor(offset / PAGE_BYTES); page * PAGE_BYTES < offset + length; page++)
              pages[page] += by;
          };
          for (const one of mapped) {
            expect(iommu.map(memory.start + one.offset, one.length)).toBe(true);
            count(one, 1);
          }
          for (const one of mapped.slice(0, undone)) {
            iommu.unmap(memory.start + one.offset, one.length);
            count(one, -1);
          }
          expect(iommu.mappedRanges).toBe(Math.max(0, mapped.length - undone));
          for (const { offset, length } of asked) {
            const first = Math.floor(offset / PAGE_BYTES);
            const last = Math.floor((offset + length - 1) / PAGE_BYTES);
            const expected = pages.slice(first, last + 1).every((mappings) => mappings > 0);
            expect(iommu.allows(memory.start + offset, length)).toBe(expected);
          }
        },
      ),
    );
  });

  it("maps nothing outside the machine's own window, nor an empty range", () => {
    const memory = window();
    const iommu = new Iommu(memory);
    expect(iommu.map(memory.start - 1, 2)).toBe(false);
    expect(iommu.map(memory.end - 1, 2)).toBe(false);
    expect(iommu.map(memory.start, 0)).toBe(false);
    expect(iommu.mappedRanges).toBe(0);
    expect(iommu.map(memory.start, WINDOW_BYTES)).toBe(true);
    expect(iommu.allows(memory.start - 1, 2)).toBe(false);
    expect(iommu.allows(memory.end, 1)).toBe(false);
  });
});
