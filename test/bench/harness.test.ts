import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CatalogEntry } from "../../bench/catalog.ts";
import { CATALOG, findWorkload } from "../../bench/catalog.ts";
import { measure } from "../../bench/harness/measure.ts";
import { ratiosOf, resultsOf, takeRounds } from "../../bench/harness/rounds.ts";
import { figuresOf } from "../../bench/harness/statistics.ts";
import type { Session } from "../../bench/harness/workload.ts";

const PLAN = { warmUpNs: 1, measureNs: 1 };

function entry(id: string, baselines: string[] = []): CatalogEntry {
  const open = (): Session => ({ run: (count) => count, close: () => {} });
  return { group: "throughput", workload: { id, unit: "frames/s", work: "nothing", open }, baselines };
}

describe("figures", () => {
  it("the median of an odd number of samples is the middle one, of an even number the mean of the middle two", () => {
    expect(figuresOf([9, 1, 5])).toEqual({ median: 5, low: 1, high: 9, samples: 3 });
    expect(figuresOf([40, 10, 20, 30])).toEqual({ median: 25, low: 10, high: 40, samples: 4 });
    expect(figuresOf([7])).toEqual({ median: 7, low: 7, high: 7, samples: 1 });
  });

  it("half of the samples lie at or above the median and half at or below, in whatever order they came", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1 }), { minLength: 1, maxLength: 40 }), (samples) => {
        const { median, low, high } = figuresOf(samples);
        expect(samples.filter((value) => value >= median).length * 2).toBeGreaterThanOrEqual(samples.length);
        expect(samples.filter((value) => value <= median).length * 2).toBeGreaterThanOrEqual(samples.length);
        expect(samples.every((value) => value >= low && value <= high)).toBe(true);
        expect(samples).toContain(low);
        expect(samples).toContain(high);
      }),
    );
  });

  it("no samples give no figures", () => {
    expect(() => figuresOf([])).toThrow(RangeError);
  });
});

describe("measure", () => {
  /** A session and a clock of its own: an operation takes `costNs(operations done, runs so far)`. */
  function fake(costNs: (done: number, runs: number) => number) {
    const state = { nowNs: 0, done: 0, runs: 0 };
    const session: Session = {
      run: (count) => {
        for (let i = 0; i < count; i++) state.nowNs += costNs(state.done++, state.runs);
        state.runs++;
        return 3 * count;
      },
      close: () => {},
    };
    const now = (): number => state.nowNs;
    return { session, state, clocks: { wallNs: now, processorNs: now } };
  }

  it("counts the units of the measured part alone: warming up costs nothing", async () => {
    const { session, clocks } = fake((done) => (done < 10_000 ? 50_000 : 1_000));
    // Three units per operation of 1,000 ns.
    expect(await measure(session, { warmUpNs: 500e6, measureNs: 500e6 }, clocks)).toBeCloseTo(3e6, 3);
  });

  it("goes on warming up while the session still becomes faster, but not for ever", async () => {
    const soon = fake((_done, runs) => Math.max(1_000, 50_000 - 4_000 * runs));
    expect(await measure(soon.session, { warmUpNs: 100e6, measureNs: 100e6 }, soon.clocks)).toBeCloseTo(3e6, 3);
    const always = fake((_done, runs) => 50_000 * 0.96 ** runs);
    await measure(always.session, { warmUpNs: 100e6, measureNs: 100e6 }, always.clocks);
    expect(always.state.nowNs).toBeGreaterThan(500e6);
    expect(always.state.nowNs).toBeLessThan(1_000e6);
  });
});

describe("rounds", () => {
  it("the workloads take turns, round by round", async () => {
    const asked: string[] = [];
    const entries = [entry("a"), entry("b"), entry("c")];
    const samples = await takeRounds(entries, {
      rounds: 2,
      plan: PLAN,
      takeSample: async ({ id }) => asked.push(id),
      onProgress: () => {},
      shouldStop: () => false,
    });
    expect(asked).toEqual(["a", "b", "c", "a", "b", "c"]);
    expect([...samples]).toEqual([
      ["a", [1, 4]],
      ["b", [2, 5]],
      ["c", [3, 6]],
    ]);
  });

  it("interrupted, they leave what there is", async () => {
    let taken = 0;
    const entries = [entry("a"), entry("b")];
    const samples = await takeRounds(entries, {
      rounds: 5,
      plan: PLAN,
      takeSample: async () => ++taken,
      onProgress: () => {},
      shouldStop: () => taken === 3,
    });
    expect(resultsOf(entries, samples).map(({ id, samples: count }) => [id, count])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });

  it("a sample that fails fails the run: no figure stands for a loss", async () => {
    const failing = takeRounds([entry("a")], {
      rounds: 1,
      plan: PLAN,
      takeSample: () => Promise.reject(new Error("a: frames were lost")),
      onProgress: () => {},
      shouldStop: () => false,
    });
    await expect(failing).rejects.toThrow("a: frames were lost");
  });

  it("a ratio is median over median, only where both were measured", () => {
    const entries = [entry("ours", ["theirs", "unmeasured"]), entry("theirs"), entry("unmeasured")];
    const results = resultsOf(
      entries,
      new Map([
        ["ours", [30, 10, 20]],
        ["theirs", [4, 5]],
      ]),
    );
    expect(results.map(({ id }) => id)).toEqual(["ours", "theirs"]);
    expect(ratiosOf(entries, results)).toEqual([{ id: "ours/theirs", value: 20 / 4.5 }]);
  });
});

describe("the catalog", () => {
  it("has no id twice, and every baseline is in it with the same unit and group", () => {
    const ids = CATALOG.map(({ workload }) => workload.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { group, workload, baselines } of CATALOG) {
      for (const id of baselines) {
        expect(findWorkload(id).unit).toBe(workload.unit);
        expect(CATALOG.find((other) => other.workload.id === id)?.group).toBe(group);
      }
    }
  });

  it("measures 64, 1500 and 9180 bytes at batch 1 and 32, cells, calls in both modes, each beside a baseline or itself", () => {
    const own = ["64", "1500", "9180"].flatMap((size) => [`frames-${size}-b1`, `frames-${size}-b32`]);
    for (const id of [...own, "calls", "calls-cell-mode"]) {
      expect(CATALOG.find(({ workload }) => workload.id === id)?.baselines.length).toBeGreaterThanOrEqual(2);
    }
    expect(findWorkload("cells-9180-b32").unit).toBe("cells/s");
    expect(() => findWorkload("frames-65-b1")).toThrow("frames-65-b1");
  });
});
