import { describe, expect, it } from "vitest";
import type { Blocking, Chooser, Probe } from "../../src/machine/index.ts";
import {
  AssertionFailure,
  assert as assertOwn,
  BugCheck,
  DeferredProcedureCall,
  DISPATCH_LEVEL,
  InterruptObject,
  KernelEvent,
  LOWEST_DEVICE_LEVEL,
  PASSIVE_LEVEL,
  SeededRandom,
  SYSTEM_THREAD_EXCEPTION_NOT_HANDLED,
  World,
} from "../../src/machine/index.ts";

function machine(options: { chooser?: Chooser; probe?: Probe } = {}) {
  const world = new World({ memoryBytes: 1 << 20, ...options });
  const host = world.addMachine("host-a", 65_536);
  return { world, host, processor: host.processor, clock: world.clock };
}

/** Chooses as told, 0 afterwards, and keeps what it was asked. */
class Script implements Chooser {
  readonly asked: string[] = [];
  readonly #answers: number[];

  constructor(...answers: number[]) {
    this.#answers = answers;
  }

  choose(point: string, alternatives: number): number {
    this.asked.push(`${point}/${alternatives}`);
    return this.#answers.shift() ?? 0;
  }
}

describe("Processor", () => {
  it("runs interrupts by level, then DPCs in their order, then threads, each at its IRQL", () => {
    const { world, processor } = machine();
    const ran: string[] = [];
    const note = (name: string) => () => void ran.push(`${name}@${processor.irql}`);
    const low = new InterruptObject("low", LOWEST_DEVICE_LEVEL, note("low"));
    const high = new InterruptObject("high", LOWEST_DEVICE_LEVEL + 4, note("high"));
    processor.connectInterrupt(low);
    processor.connectInterrupt(high);
    processor.startThread("thread", thread(note("thread")));
    processor.queueDpc(new DeferredProcedureCall("first", note("dpc1")));
    processor.queueDpc(new DeferredProcedureCall("second", note("dpc2")));
    processor.requestInterrupt(low);
    processor.requestInterrupt(high);
    world.dispatch();
    expect(ran).toEqual(["high@7", "low@3", "dpc1@2", "dpc2@2", "thread@0"]);
    expect(processor.irql).toBe(PASSIVE_LEVEL);
    expect(processor.hasWork).toBe(false);
  });

  it("serves an interrupt that comes while a DPC runs before the next DPC", () => {
    const { world, processor } = machine();
    const ran: string[] = [];
    const interrupt = new InterruptObject("line", LOWEST_DEVICE_LEVEL, () => ran.push("isr"));
    processor.connectInterrupt(interrupt);
    processor.queueDpc(
      new DeferredProcedureCall("a", () => {
        ran.push("a");
        processor.requestInterrupt(interrupt);
      }),
    );
    processor.queueDpc(new DeferredProcedureCall("b", () => ran.push("b")));
    world.dispatch();
    expect(ran).toEqual(["a", "isr", "b"]);
  });

  it("a DPC is queued once at a time, and may queue itself again when it runs", () => {
    const { world, processor } = machine();
    let runs = 0;
    const dpc: DeferredProcedureCall = new DeferredProcedureCall("dpc", () => {
      if (++runs < 3) processor.queueDpc(dpc);
    });
    expect(processor.queueDpc(dpc)).toBe(true);
    expect(processor.queueDpc(dpc)).toBe(false);
    world.dispatch();
    expect(runs).toBe(3);
    expect(dpc.queued).toBe(false);
  });

  it("flushDpc runs the DPC at DISPATCH_LEVEL before it returns, and those before it", () => {
    const { world, processor } = machine();
    const ran: string[] = [];
    const first = new DeferredProcedureCall("first", () => ran.push(`first@${processor.irql}`));
    const second = new DeferredProcedureCall("second", () => ran.push(`second@${processor.irql}`));
    const third = new DeferredProcedureCall("third", () => ran.push("third"));
    processor.startThread(
      "flusher",
      thread(() => {
        for (const dpc of [first, second, third]) processor.queueDpc(dpc);
        processor.flushDpc(second);
        ran.push(`flushed@${processor.irql}`);
      }),
    );
    world.dispatch();
    expect(ran).toEqual(["first@2", "second@2", "flushed@0", "third"]);
  });

  it("a withdrawn or disconnected interrupt is not served", () => {
    const { world, processor } = machine();
    let served = 0;
    const interrupt = new InterruptObject("line", LOWEST_DEVICE_LEVEL, () => served++);
    processor.requestInterrupt(interrupt);
    processor.connectInterrupt(interrupt);
    world.dispatch();
    processor.requestInterrupt(interrupt);
    processor.withdrawInterrupt(interrupt);
    world.dispatch();
    processor.requestInterrupt(interrupt);
    processor.disconnectInterrupt(interrupt);
    expect(processor.hasWork).toBe(false);
    world.dispatch();
    expect(served).toBe(0);
  });

  it("an interrupt window lets a pending interrupt of a higher level in when the chooser says so, and restores the IRQL", () => {
    const chooser = new Script(0, 1);
    const { processor } = machine({ chooser });
    const ran: string[] = [];
    const interrupt = new InterruptObject("line", LOWEST_DEVICE_LEVEL, () => ran.push(`isr@${processor.irql}`));
    processor.connectInterrupt(interrupt);
    processor.interruptWindow("nothing pending");
    processor.requestInterrupt(interrupt);
    processor.irql = LOWEST_DEVICE_LEVEL;
    processor.interruptWindow("not above this level");
    processor.irql = DISPATCH_LEVEL;
    processor.interruptWindow("register-read");
    expect(ran).toEqual([]);
    processor.interruptWindow("register-read");
    expect(ran).toEqual(["isr@3"]);
    expect(processor.irql).toBe(DISPATCH_LEVEL);
    expect(chooser.asked).toEqual(["register-read/2", "register-read/2"]);
  });

  it("the chooser picks which of several DPCs runs next", () => {
    const chooser = new Script(2, 0);
    const { world, processor } = machine({ chooser });
    const ran: string[] = [];
    for (const name of ["a", "b", "c"]) processor.queueDpc(new DeferredProcedureCall(name, () => ran.push(name)));
    world.dispatch();
    expect(ran[0]).toBe("c");
    expect(ran.toSorted()).toEqual(["a", "b", "c"]);
    expect(chooser.asked).toEqual(["dpc-order/3", "dpc-order/2"]);
  });

  it("what driver code throws stops the machine and no other; an assertion of our own goes to the caller", () => {
    const emitted: string[] = [];
    const { world, processor } = machine({
      probe: { emit: (source, kind, name) => emitted.push(`${source} ${kind} ${name}`) },
    });
    const other = world.addMachine("host-b", 65_536);
    let ran = 0;
    other.processor.queueDpc(new DeferredProcedureCall("other", () => void ran++));
    processor.queueDpc(
      new DeferredProcedureCall("bad", () => {
        throw new TypeError("null is not an object");
      }),
    );
    processor.queueDpc(new DeferredProcedureCall("next", () => expect.fail("a stopped machine runs nothing")));
    world.dispatch();
    expect(processor.stopped?.code).toBe(SYSTEM_THREAD_EXCEPTION_NOT_HANDLED);
    expect(processor.hasWork).toBe(false);
    expect(ran).toBe(1);
    expect(emitted).toContain("host-a bugcheck 0x7E");

    const broken = machine();
    const bugCheck = new BugCheck(0xc4, [1, 2, 3, 4], "OUT-09", "driver", "text");
    broken.processor.queueDpc(
      new DeferredProcedureCall("rule", () => {
        throw bugCheck;
      }),
    );
    broken.world.dispatch();
    expect(broken.processor.stopped).toBe(bugCheck);

    const own = machine();
    own.processor.queueDpc(new DeferredProcedureCall("own", () => assertOwn(false, "ours")));
    expect(() => own.world.dispatch()).toThrow(AssertionFailure);
  });
});

describe("threads", () => {
  it("a wait ends with true when the event is set, with false when its time is over, at the right moment", () => {
    const { world, processor, clock } = machine();
    const event = new KernelEvent();
    const ended: string[] = [];
    const waiter = function* (name: string, timeoutNs: number): Blocking<void> {
      const signalled: boolean = yield { event, timeoutNs };
      ended.push(`${name} ${signalled} ${clock.nowNs}`);
    };
    processor.startThread("short", waiter("short", 100));
    processor.startThread("long", waiter("long", 1_000));
    processor.startThread("ever", waiter("ever", Number.POSITIVE_INFINITY));
    expect(processor.liveThreads).toBe(3);
    clock.schedule(500, { onClock: () => event.set() }, 0, 0);
    while (world.step());
    expect(ended).toEqual(["short false 100", "long true 500", "ever true 500"]);
    expect(processor.liveThreads).toBe(0);
    expect(event.waiters).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  it("an event that is set already does not block, and stays set until it is reset", () => {
    const { world, processor, clock } = machine();
    const event = new KernelEvent();
    const results: boolean[] = [];
    event.set();
    processor.startThread(
      "waiter",
      (function* (): Blocking<void> {
        results.push(yield { event, timeoutNs: 10 });
        results.push(yield { event, timeoutNs: 10 });
        event.reset();
        results.push(yield { event, timeoutNs: 10 });
      })(),
    );
    while (world.step());
    expect(results).toEqual([true, true, false]);
    expect(clock.nowNs).toBe(10);
  });
});

describe("World", () => {
  it("runUntil stops when the condition holds, at the limit, or when nothing is left to happen", () => {
    const { world, clock } = machine();
    let fired = 0;
    const target = { onClock: () => void fired++ };
    for (const delayNs of [10, 20, 30]) clock.schedule(delayNs, target, 0, 0);
    expect(world.runUntil(() => fired === 1)).toBe(true);
    expect(clock.nowNs).toBe(10);
    expect(world.runUntil(() => fired === 3, 25)).toBe(false);
    expect(clock.nowNs).toBe(20);
    expect(world.runUntil(() => fired === 9)).toBe(false);
    expect(fired).toBe(3);
  });

  it("runUntilTime leaves the clock at the time, and an interrupt that one machine causes on another is served at once", () => {
    const { world, processor, clock } = machine();
    const other = world.addMachine("host-b", 65_536);
    const served: number[] = [];
    const interrupt = new InterruptObject("line", LOWEST_DEVICE_LEVEL, () => served.push(clock.nowNs));
    processor.connectInterrupt(interrupt);
    const ping = new DeferredProcedureCall("ping", () => processor.requestInterrupt(interrupt));
    clock.schedule(40, { onClock: () => void other.processor.queueDpc(ping) }, 0, 0);
    world.runUntilTime(100);
    expect(served).toEqual([40]);
    expect(clock.nowNs).toBe(100);
  });
});

describe("SeededRandom", () => {
  // Computed apart from this program: xoshiro128** as published, seeded with four outputs of SplitMix32.
  it("gives the published sequence for a seed, on every machine", () => {
    const one = new SeededRandom(1);
    expect(Array.from({ length: 6 }, () => one.nextUint32())).toEqual([
      2442144158, 3238099751, 3819917871, 2104621829, 2021136066, 4223536128,
    ]);
    const other = new SeededRandom(0xdeadbeef);
    expect(Array.from({ length: 3 }, () => other.nextUint32())).toEqual([2306529437, 2576298207, 1250671110]);
  });

  it("nextBelow is uniform: chi-square over 10 values stays below the 99.9 % bound", () => {
    const random = new SeededRandom(42);
    const counts: number[] = new Array(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.nextBelow(10)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(27.88);
  });

  it("nextBelow refuses what is no limit, nextDouble lies in [0, 1)", () => {
    const random = new SeededRandom(7);
    for (const limit of [0, -1, Number.NaN, 2 ** 32 + 1]) expect(() => random.nextBelow(limit)).toThrow(RangeError);
    for (let i = 0; i < 10_000; i++) {
      const value = random.nextDouble();
      expect(value >= 0 && value < 1).toBe(true);
    }
  });
});

// biome-ignore lint/correctness/useYield: a thread body that never blocks
function* thread(body: () => void): Blocking<void> {
  body();
}
