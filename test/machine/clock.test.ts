import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/machine/index.ts";

/** Notes what fires, with the time. */
class Recorder {
  readonly fired: string[] = [];
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  onClock(tag: number, argument: number): void {
    this.fired.push(`${this.clock.nowNs}:${tag}:${argument}`);
  }
}

/** The clock as one would write it without a thought for speed: a list that is sorted by time, ties in order of scheduling. */
class NaiveClock {
  nowNs = 0;
  readonly fired: string[] = [];
  #pending: { id: number; timeNs: number; tag: number }[] = [];

  schedule(id: number, delayNs: number, tag: number): void {
    const timeNs = this.nowNs + delayNs;
    const later = this.#pending.findIndex((event) => event.timeNs > timeNs);
    this.#pending.splice(later < 0 ? this.#pending.length : later, 0, { id, timeNs, tag });
  }

  cancel(id: number): boolean {
    const place = this.#pending.findIndex((event) => event.id === id);
    if (place >= 0) this.#pending.splice(place, 1);
    return place >= 0;
  }

  step(): boolean {
    const event = this.#pending.shift();
    if (event === undefined) return false;
    this.nowNs = event.timeNs;
    this.fired.push(`${this.nowNs}:${event.tag}:0`);
    return true;
  }

  get count(): number {
    return this.#pending.length;
  }
}

describe("background events", () => {
  it("fire when their time comes before that of other events, and do not keep the clock going alone", () => {
    const clock = new Clock();
    const recorder = new Recorder(clock);
    clock.scheduleBackground(10, recorder, 1, 0);
    clock.scheduleBackground(30, recorder, 2, 0);
    clock.schedule(20, recorder, 3, 0);
    while (clock.step());
    expect(recorder.fired).toEqual(["10:1:0", "20:3:0"]);
    expect(clock.pendingCount).toBe(1);
  });

  it("fire when the clock is run up to a time; a slot that one leaves is an ordinary one again", () => {
    const clock = new Clock();
    const recorder = new Recorder(clock);
    const taken = clock.scheduleBackground(10, recorder, 1, 0);
    clock.scheduleBackground(15, recorder, 2, 0);
    expect(clock.cancel(taken)).toBe(true);
    clock.schedule(5, recorder, 3, 0);
    clock.runUntil(20);
    clock.schedule(5, recorder, 4, 0);
    while (clock.step());
    expect(recorder.fired).toEqual(["5:3:0", "15:2:0", "25:4:0"]);
  });
});

describe("Clock", () => {
  it("fires in the order of time, and events of one time in the order in which they were scheduled", () => {
    const clock = new Clock();
    const recorder = new Recorder(clock);
    clock.schedule(20, recorder, 1, 0);
    clock.schedule(10, recorder, 2, 7);
    clock.schedule(20, recorder, 3, 0);
    clock.schedule(0, recorder, 4, 0);
    while (clock.step());
    expect(recorder.fired).toEqual(["0:4:0", "10:2:7", "20:1:0", "20:3:0"]);
  });

  it("does what a sorted list does, for any mixture of schedule, cancel and step", () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("schedule" as const), value: fc.nat(50) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), value: fc.nat(400) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("step" as const), value: fc.constant(0) }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
        const clock = new Clock();
        const recorder = new Recorder(clock);
        const naive = new NaiveClock();
        const ids: number[] = [];
        for (const { kind, value } of actions) {
          if (kind === "schedule") {
            naive.schedule(ids.length, value, ids.length);
            ids.push(clock.schedule(value, recorder, ids.length, 0));
          } else if (kind === "cancel" && ids.length > 0) {
            const which = value % ids.length;
            expect(clock.cancel(ids[which])).toBe(naive.cancel(which));
          } else if (kind === "step") {
            expect(clock.step()).toBe(naive.step());
          }
          expect(clock.pendingCount).toBe(naive.count);
          expect(clock.nowNs).toBe(naive.nowNs);
        }
        while (naive.step()) clock.step();
        expect(clock.step()).toBe(false);
        expect(recorder.fired).toEqual(naive.fired);
      }),
      { numRuns: 200 },
    );
  });

  it("grows beyond its first capacity with events pending and keeps their order", () => {
    const clock = new Clock();
    const recorder = new Recorder(clock);
    const ids = Array.from({ length: 3_000 }, (_, i) => clock.schedule((i * 7_919) % 3_001, recorder, i, 0));
    expect(new Set(ids).size).toBe(3_000);
    for (let i = 0; i < 3_000; i += 3) expect(clock.cancel(ids[i])).toBe(true);
    while (clock.step());
    const times = recorder.fired.map((text) => Number(text.split(":")[0]));
    expect(times).toHaveLength(2_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("an id that fired or was cancelled cancels nothing, even when its place is used again", () => {
    const clock = new Clock();
    const recorder = new Recorder(clock);
    const old = clock.schedule(1, recorder, 1, 0);
    clock.step();
    const next = clock.schedule(1, recorder, 2, 0);
    expect(clock.cancel(old)).toBe(false);
    expect(clock.cancel(0)).toBe(false);
    expect(clock.pendingCount).toBe(1);
    expect(clock.cancel(next)).toBe(true);
    expect(clock.cancel(next)).toBe(false);
  });

  it("runUntil fires what is due, what that schedules too, and leaves the clock at the time asked for", () => {
    const clock = new Clock();
    const fired: number[] = [];
    const chain = {
      onClock: (tag: number) => {
        fired.push(clock.nowNs);
        if (tag < 3) clock.schedule(10, chain, tag + 1, 0);
      },
    };
    clock.schedule(10, chain, 1, 0);
    clock.schedule(31, chain, 3, 0);
    clock.runUntil(30);
    expect(fired).toEqual([10, 20, 30]);
    expect(clock.nowNs).toBe(30);
    expect(clock.nextTimeNs).toBe(31);
    clock.runUntil(5);
    expect(clock.nowNs).toBe(30);
  });

  it("a delay that is negative, endless or not a number is refused", () => {
    const clock = new Clock();
    const recorder = new Recorder(clock);
    for (const delayNs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => clock.schedule(delayNs, recorder, 0, 0)).toThrow(RangeError);
    }
    expect(clock.pendingCount).toBe(0);
    expect(clock.nextTimeNs).toBe(Number.POSITIVE_INFINITY);
  });
});
