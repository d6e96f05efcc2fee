import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_PORT, RoutingTable, VcLabelAllocator } from "../../src/network/index.ts";
import { AdmissionControl } from "../../src/network/switch/admission-control.ts";
import { ConnectionTable } from "../../src/network/switch/connection-table.ts";
import type { AtmAddress, AtmAddressPrefix } from "../../src/wire/index.ts";
import { atmAddressHasPrefix, parseAtmAddress, parseAtmAddressPrefix } from "../../src/wire/index.ts";
import { NO_VC_LABEL, vcLabel } from "../../src/wire/vc-label.ts";

function address(text: string): AtmAddress {
  const result = parseAtmAddress(text);
  if (result.kind === "error") throw new Error(result.message);
  return result;
}

function prefix(text: string): AtmAddressPrefix {
  const result = parseAtmAddressPrefix(text);
  if (result.kind === "error") throw new Error(result.message);
  return result;
}

describe("VPI/VCI allocation", () => {
  it("I.361: the first label is VPI 0 VCI 32, and VCI 0 to 31 are never given out", () => {
    const labels = new VcLabelAllocator({ maxVpi: 2, maxVci: 40 });
    const given = Array.from({ length: 27 }, () => labels.allocate());
    expect(given.slice(0, 2)).toEqual([vcLabel(0, 32), vcLabel(0, 33)]);
    expect(new Set(given).size).toBe(27);
    expect(given.every((label) => (label & 0xffff) >= 32)).toBe(true);
    expect(labels.allocate()).toBe(NO_VC_LABEL);
    expect(labels.release(vcLabel(1, 35))).toBe(true);
    expect(labels.allocate()).toBe(vcLabel(1, 35));
  });

  it("more than 65,536 VCs have room on one port", () => {
    const labels = new VcLabelAllocator();
    const given = new Set<number>();
    for (let index = 0; index < 70_000; index++) given.add(labels.allocate());
    expect(given.size).toBe(70_000);
    expect(given.has(vcLabel(1, 32))).toBe(true);
    for (const label of given) expect(labels.release(label)).toBe(true);
    expect(labels.takenCount).toBe(0);
  });

  it("a returned label rests: the next 255 allocations do not give it again, yet labels do not run away", () => {
    const labels = new VcLabelAllocator();
    let highest = 0;
    const lastReturned = new Map<number, number>();
    for (let index = 0; index < 100_000; index++) {
      const label = labels.allocate();
      expect(index - (lastReturned.get(label) ?? -1000)).toBeGreaterThan(255);
      lastReturned.set(label, index);
      highest = Math.max(highest, label);
      labels.release(label);
    }
    expect(highest).toBeLessThan(vcLabel(0, 32 + 300));
  });

  it("a label that someone asked for is taken if it is free, and not given to anyone else", () => {
    const labels = new VcLabelAllocator({ maxVpi: 0, maxVci: 40 });
    expect([labels.reserve(vcLabel(0, 33)), labels.reserve(vcLabel(0, 33))]).toEqual([true, false]);
    for (const label of [vcLabel(0, 31), vcLabel(0, 5), vcLabel(0, 41), vcLabel(1, 32), -1])
      expect(labels.reserve(label)).toBe(false);
    expect([labels.allocate(), labels.allocate()]).toEqual([vcLabel(0, 32), vcLabel(0, 34)]);
    expect([labels.release(vcLabel(0, 33)), labels.release(vcLabel(0, 33)), labels.release(vcLabel(0, 40))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("asking for a resting label again and again does not shorten the rest of the others", () => {
    const labels = new VcLabelAllocator();
    expect([labels.allocate(), labels.allocate()]).toEqual([32, 33]);
    labels.release(32);
    labels.release(33);
    for (let round = 0; round < 300; round++) {
      expect(labels.reserve(33)).toBe(true);
      expect(labels.release(33)).toBe(true);
    }
    expect(labels.allocate()).toBe(34);
  });

  it("whatever is taken, reserved and returned, no label is taken twice and none is lost", () => {
    const step = fc.oneof(
      fc.constant({ kind: "allocate" as const }),
      fc.record({
        kind: fc.constantFrom("reserve" as const, "release" as const),
        vci: fc.integer({ min: 30, max: 60 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
        const labels = new VcLabelAllocator({ maxVpi: 0, maxVci: 55 });
        const taken = new Set<number>();
        for (const what of steps) {
          if (what.kind === "allocate") {
            const label = labels.allocate();
            expect(label === NO_VC_LABEL).toBe(taken.size === 24);
            expect(taken.has(label)).toBe(false);
            if (label !== NO_VC_LABEL) taken.add(label);
          } else if (what.kind === "reserve") {
            const isFree = what.vci >= 32 && what.vci <= 55 && !taken.has(what.vci);
            expect(labels.reserve(what.vci)).toBe(isFree);
            if (isFree) taken.add(what.vci);
          } else {
            expect(labels.release(what.vci)).toBe(taken.delete(what.vci));
          }
          expect(labels.takenCount).toBe(taken.size);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("connection table", () => {
  it("agrees with a map whatever is entered and deleted", () => {
    const label = fc
      .tuple(fc.constantFrom(0, 1, 200, 255), fc.constantFrom(0, 5, 32, 63, 64, 1000, 65535))
      .map(([vpi, vci]) => vcLabel(vpi, vci));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(label, fc.integer({ min: -1, max: 7 }), label), { maxLength: 60, size: "max" }),
        (steps) => {
          const table = new ConnectionTable();
          const model = new Map<number, [number, number]>();
          for (const [from, port, to] of steps) {
            if (port < 0) expect(table.delete(from)).toBe(model.delete(from));
            else {
              table.set(from, port, to);
              model.set(from, [port, to]);
            }
          }
          expect(table.count).toBe(model.size);
          for (const [from] of steps) {
            const [port, to] = model.get(from) ?? [NO_PORT, NO_VC_LABEL];
            expect([table.portOf(from), table.labelOf(from)]).toEqual([port, to]);
          }
        },
      ),
    );
  });
});

describe("admission control", () => {
  it("takes both directions or none, up to the capacity, and takes again what was given back", () => {
    const admission = new AdmissionControl(1000);
    expect(admission.admit(600, 100)).toBe(true);
    expect(admission.admit(401, 0)).toBe(false);
    expect(admission.admit(0, 901)).toBe(false);
    expect([admission.fromUserCellsPerSecond, admission.toUserCellsPerSecond]).toEqual([600, 100]);
    expect(admission.admit(400, 900)).toBe(true);
    expect(admission.admit(0, 0)).toBe(true);
    expect(admission.admit(1, 0)).toBe(false);
    admission.release(600, 100);
    expect(admission.admit(600, 100)).toBe(true);
    expect(admission.refusedCount).toBe(3);
  });

  it("refuses rates that are none, and giving back more than was taken is an error", () => {
    const admission = new AdmissionControl(1000);
    expect([
      admission.admit(-1, 0),
      admission.admit(Number.NaN, 0),
      admission.admit(0, Number.POSITIVE_INFINITY),
    ]).toEqual([false, false, false]);
    expect(() => admission.release(1, 0)).toThrow(RangeError);
  });
});

describe("routing", () => {
  const A = "47.0005.80.ffe100.0000.f21a.26d8.0020ea000ee0.00";

  it("the longest matching prefix decides", () => {
    const routes = new RoutingTable();
    routes.add(prefix("47"), 1);
    routes.add(prefix("47.0005.80.ffe1"), 2);
    routes.add(prefix("47.0005.80.ffe100.0000.f21a.26d8.0020ea000ee0"), 3);
    expect(routes.lookup(address(A))).toBe(3);
    expect(routes.lookup(address(A.replace("0ee0", "0ee1")))).toBe(2);
    expect(routes.lookup(address(A.replace("ffe1", "ffe2")))).toBe(1);
    expect(routes.lookup(address(A.replace("47", "39")))).toBe(NO_PORT);
    expect(routes.lookup(address(A.replace(/00$/, "77")))).toBe(3);
  });

  it("E.164 numbers have routes of their own", () => {
    const routes = new RoutingTable();
    routes.add(prefix("+4989"), 4);
    routes.add(prefix("+49"), 5);
    expect(routes.lookup(address("+4989123"))).toBe(4);
    expect(routes.lookup(address("+4930123"))).toBe(5);
    expect(routes.lookup(address("+44"))).toBe(NO_PORT);
    expect(routes.lookup(address(A))).toBe(NO_PORT);
  });

  it("an empty prefix is the default of its kind; one prefix has one route; a removed route no longer counts", () => {
    const routes = new RoutingTable();
    expect([routes.add(prefix(""), 0), routes.add(prefix("47"), 1), routes.add(prefix("47"), 2)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(routes.lookup(address(A))).toBe(1);
    expect([routes.remove(prefix("47")), routes.remove(prefix("47")), routes.remove(prefix("4"))]).toEqual([
      true,
      false,
      false,
    ]);
    expect([routes.lookup(address(A)), routes.count]).toEqual([0, 1]);
    expect(routes.lookup(address("+49"))).toBe(NO_PORT);
  });

  it("agrees with a search through all prefixes", () => {
    const digits = fc.array(fc.constantFrom(0, 1, 9), { maxLength: 5 });
    const number = fc.array(fc.constantFrom(0x30, 0x31, 0x39), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(digits, fc.nat(9)), { maxLength: 20, size: "max" }), number, (entries, called) => {
        const routes = new RoutingTable();
        const added: [AtmAddressPrefix, number][] = [];
        for (const [list, port] of entries) {
          const entry: AtmAddressPrefix = { kind: "e164", digits: list };
          if (routes.add(entry, port)) added.push([entry, port]);
        }
        const to: AtmAddress = { kind: "e164", bytes: Uint8Array.from(called) };
        const best = added
          .filter(([entry]) => atmAddressHasPrefix(to, entry))
          .sort((a, b) => b[0].digits.length - a[0].digits.length)[0];
        expect(routes.lookup(to)).toBe(best?.[1] ?? NO_PORT);
      }),
    );
  });
});
