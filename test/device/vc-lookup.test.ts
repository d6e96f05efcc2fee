import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VC_LOOKUP_SLOTS, VcLookup, vcLookupHome } from "../../src/device/vc-lookup.ts";
import { vcLabel } from "../../src/wire/vc-label.ts";

/** A look-up beside a map that says what it must answer. */
class Both {
  readonly slots = new Int32Array(VC_LOOKUP_SLOTS);
  readonly labels: number[] = [];
  readonly model = new Map<number, number>();
  readonly lookup = new VcLookup(this.slots, (index) => this.labels[index]);

  insert(label: number, index: number): void {
    this.labels[index] = label;
    this.lookup.insert(label, index);
    this.model.set(label, index);
  }

  remove(label: number): void {
    this.lookup.remove(label);
    this.model.delete(label);
  }

  check(asked: Iterable<number>): void {
    for (const label of asked) expect(this.lookup.find(label), `label ${label}`).toBe(this.model.get(label) ?? -1);
    expect(this.slots.reduce((used, slot) => used + (slot === 0 ? 0 : 1), 0)).toBe(this.model.size);
  }
}

/** Labels whose search begins at one of three slots side by side, the last ones of the table, so that it goes round its end. */
function crowdedLabels(count: number): number[] {
  const labels: number[] = [];
  for (let label = 0; labels.length < count && label < 1 << 24; label++)
    if (vcLookupHome(label) >= VC_LOOKUP_SLOTS - 3) labels.push(label);
  return labels;
}

describe("VcLookup", () => {
  it("finds what is there and nothing else, in any order of insertions and removals of labels that collide", () => {
    const labels = [vcLabel(0, 5), vcLabel(0, 32), vcLabel(255, 65_535), ...crowdedLabels(12)];
    expect(labels).toHaveLength(15);
    fc.assert(
      fc.property(fc.array(fc.nat(labels.length - 1), { maxLength: 80 }), (touched) => {
        const both = new Both();
        for (const which of touched) {
          if (both.model.has(labels[which])) both.remove(labels[which]);
          else both.insert(labels[which], which);
          for (const label of labels) expect(both.lookup.find(label)).toBe(both.model.get(label) ?? -1);
        }
        both.check(labels);
      }),
      { numRuns: 40 },
    );
  });

  it("holds as many labels as the VC table has entries, and is empty when all are out", () => {
    const both = new Both();
    const label = (index: number): number => vcLabel(index % 251, 32 + ((index * 7) & 0x7fff));
    for (let index = 0; index < 65_536; index++) if (!both.model.has(label(index))) both.insert(label(index), index);
    expect(both.model.size).toBe(65_536);
    both.check(both.model.keys());
    for (const present of [...both.model.keys()].filter((_, i) => i % 2 === 0)) both.remove(present);
    both.check(both.model.keys());
    for (const present of [...both.model.keys()]) both.remove(present);
    expect(both.slots.every((slot) => slot === 0)).toBe(true);
  });

  it("leaves everything as it is when a label is not there", () => {
    const both = new Both();
    both.insert(vcLabel(0, 100), 1);
    both.lookup.remove(vcLabel(0, 101));
    both.check([vcLabel(0, 100), vcLabel(0, 101)]);
  });
});
