import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DISPATCH_LEVEL, PASSIVE_LEVEL } from "../../src/machine/index.ts";
import { EX_POOL_PRIORITY } from "../../src/ndis/ddi/constants/enumerations.ts";
import { InOutParameter, OutParameter } from "../../src/ndis/ddi/handles.ts";
import type { LIST_ENTRY } from "../../src/ndis/ddi/structures/system.ts";
import {
  LOCK_STATE_EX,
  NDIS_EVENT,
  NDIS_RWL_AT_DISPATCH_LEVEL,
  NDIS_SPIN_LOCK,
  NPAGED_LOOKASIDE_LIST,
} from "../../src/ndis/ddi/structures/system.ts";
import { memoryFunctions } from "../../src/ndis/executive/memory.ts";
import { synchronizationFunctions } from "../../src/ndis/executive/synchronization.ts";
import { sleepFunctions, timeFunctions } from "../../src/ndis/executive/time.ts";
import type { HostOptions } from "./executive-harness.ts";
import { always, brokenRule, Host, OWNER, out } from "./executive-harness.ts";

const TAG = 0x31676174;
const { NormalPoolPriority } = EX_POOL_PRIORITY;

function memoryHost(options: HostOptions = {}) {
  const host = new Host(options);
  const ndis = memoryFunctions(host.environment, OWNER, host.holdings);
  const allocate = (length: number): number =>
    ndis.NdisAllocateMemoryWithTagPriority(host.handle, length, TAG, NormalPoolPriority);
  return { host, ndis, allocate, bytes: host.world.memory.bytes };
}

describe("NdisAllocateMemoryWithTagPriority and NdisFreeMemory", () => {
  it("MEM-02: what is allocated is counted until it is freed", () => {
    const { host, ndis, allocate } = memoryHost();
    const addresses = [100, 1, 5_000].map(allocate);
    expect(new Set(addresses).size).toBe(3);
    expect(addresses).not.toContain(0);
    expect(host.live.memoryBlocks).toBe(3);
    for (const address of addresses) ndis.NdisFreeMemory(address, 0, 0);
    expect(host.live.memoryBlocks).toBe(0);
    expect(host.environment.machine.memory.blocksInUse).toBe(0);
    expect(host.holdings.count).toBe(0);
  });

  it("MEM-04: every allocation carries a tag", () => {
    const { host, ndis } = memoryHost();
    const allocate = () => ndis.NdisAllocateMemoryWithTagPriority(host.handle, 8, 0, NormalPoolPriority);
    expect(brokenRule(() => void allocate())).toBe("MEM-04");
  });

  it("MEM-04: a second free, a foreign address, a wrong length and MemoryFlags are violations; the right length and 0 are not", () => {
    const { ndis, allocate } = memoryHost();
    const freed = allocate(64);
    ndis.NdisFreeMemory(freed, 64, 0);
    expect(brokenRule(() => ndis.NdisFreeMemory(freed, 64, 0))).toBe("MEM-04");
    const other = memoryFunctions(memoryHost().host.environment, OWNER);
    const address = allocate(64);
    expect(brokenRule(() => other.NdisFreeMemory(address, 64, 0))).toBe("MEM-04");
    expect(brokenRule(() => ndis.NdisFreeMemory(address, 63, 0))).toBe("MEM-04");
    expect(brokenRule(() => ndis.NdisFreeMemory(address, 64, 1))).toBe("MEM-04");
    ndis.NdisFreeMemory(address, 0, 0);
  });

  it("with the verifier off a second free is reported and changes nothing", () => {
    const { host, ndis, allocate } = memoryHost({ verifying: false });
    const address = allocate(64);
    ndis.NdisFreeMemory(address, 0, 0);
    ndis.NdisFreeMemory(address, 0, 0);
    expect(host.violations).toEqual(["MEM-04"]);
    expect(host.live.memoryBlocks).toBe(0);
  });

  it("answers NULL when the choice is that it fails, or when memory is used up", () => {
    expect(memoryHost({ chooser: always("memory-allocation") }).allocate(8)).toBe(0);
    const { allocate, host } = memoryHost();
    expect(allocate(2 << 20)).toBe(0);
    expect(allocate(0)).toBe(0);
    expect(host.live.memoryBlocks).toBe(0);
  });

  it("what is left behind is reported with its rule: for one adapter after its halt, for the driver at unload", () => {
    const { host, allocate } = memoryHost();
    allocate(16);
    expect(
      brokenRule(() => void host.holdings.reportLeft(host.environment, OWNER, host.adapter, "MiniportHaltEx")),
    ).toBe("MEM-04");
    const { host: quiet, ndis: other } = memoryHost({ verifying: false });
    other.NdisAllocateGenericObject(null, TAG, 0);
    expect(quiet.holdings.reportLeft(quiet.environment, OWNER, quiet.adapter, "MiniportHaltEx")).toBe(0);
    expect(quiet.holdings.reportLeft(quiet.environment, OWNER, null, "unload")).toBe(1);
    expect(quiet.violations).toEqual(["NdisAllocateGenericObject"]);
  });
});

describe("byte operations", () => {
  it("zero, fill, move (overlapping too) and compare", () => {
    const { ndis, allocate, bytes } = memoryHost();
    const a = allocate(64);
    ndis.NdisFillMemory(a, 64, 0x1ab);
    expect([bytes[a], bytes[a + 63]]).toEqual([0xab, 0xab]);
    ndis.NdisZeroMemory(a, 32);
    for (let i = 0; i < 8; i++) bytes[a + i] = i + 1;
    ndis.NdisMoveMemory(a + 2, a, 8);
    expect([...bytes.subarray(a, a + 10)]).toEqual([1, 2, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ndis.NdisEqualMemory(a, a + 2, 2)).toBe(1);
    expect(ndis.NdisEqualMemory(a, a + 2, 3)).toBe(0);
    expect(ndis.NdisEqualMemory(a, a + 2, 0)).toBe(1);
  });

  it("NullCheck: a null pointer or an address outside the machine's memory is a violation", () => {
    const { host, ndis, allocate } = memoryHost();
    const address = allocate(64);
    expect(brokenRule(() => ndis.NdisZeroMemory(0, 4))).toBe("NullCheck");
    expect(brokenRule(() => ndis.NdisMoveMemory(address, 0, 4))).toBe("NullCheck");
    const { end } = host.environment.machine.memory.window;
    expect(brokenRule(() => ndis.NdisFillMemory(end - 2, 4, 0))).toBe("NullCheck");
    expect(brokenRule(() => void ndis.NdisEqualMemory(end, address, 4))).toBe("NullCheck");
  });
});

describe("lookaside lists and generic objects", () => {
  it("a freed entry serves the next allocation, and deleting the list gives everything back", () => {
    const { host, ndis } = memoryHost();
    const list = NPAGED_LOOKASIDE_LIST();
    ndis.NdisInitializeNPagedLookasideList(list, null, null, 0, 128, TAG, 0);
    const first = ndis.NdisAllocateFromNPagedLookasideList(list);
    const second = ndis.NdisAllocateFromNPagedLookasideList(list);
    expect(second).not.toBe(first);
    ndis.NdisFreeToNPagedLookasideList(list, first);
    expect(ndis.NdisAllocateFromNPagedLookasideList(list)).toBe(first);
    ndis.NdisFreeToNPagedLookasideList(list, first);
    ndis.NdisFreeToNPagedLookasideList(list, second);
    ndis.NdisDeleteNPagedLookasideList(list);
    expect([host.live.memoryBlocks, host.holdings.count]).toEqual([0, 0]);
    expect(brokenRule(() => void ndis.NdisAllocateFromNPagedLookasideList(list))).toBe("NullCheck");
  });

  it("MEM-04: an entry is freed once, and none is in use when the list is deleted", () => {
    const { host, ndis } = memoryHost({ verifying: false });
    const list = NPAGED_LOOKASIDE_LIST();
    ndis.NdisInitializeNPagedLookasideList(list, null, null, 0, 128, TAG, 0);
    const entry = ndis.NdisAllocateFromNPagedLookasideList(list);
    ndis.NdisFreeToNPagedLookasideList(list, entry);
    ndis.NdisFreeToNPagedLookasideList(list, entry);
    expect(host.violations).toEqual(["MEM-04"]);
    ndis.NdisAllocateFromNPagedLookasideList(list);
    ndis.NdisDeleteNPagedLookasideList(list);
    expect(host.violations).toEqual(["MEM-04", "MEM-04"]);
    expect(host.live.memoryBlocks).toBe(0);
  });

  it("a driver's own allocator is called with size and tag, and every entry goes back to it", () => {
    const { ndis } = memoryHost();
    const given: number[] = [];
    const list = NPAGED_LOOKASIDE_LIST();
    const allocate = (_type: number, size: number, tag: number) => (size === 48 && tag === TAG ? 0x5000 : 0);
    ndis.NdisInitializeNPagedLookasideList(list, allocate, (entry) => void given.push(entry), 0, 48, TAG, 0);
    expect(ndis.NdisAllocateFromNPagedLookasideList(list)).toBe(0x5000);
    ndis.NdisFreeToNPagedLookasideList(list, 0x5000);
    ndis.NdisDeleteNPagedLookasideList(list);
    expect(given).toEqual([0x5000]);
  });

  it("a generic object is freed once", () => {
    const { host, ndis } = memoryHost();
    const object = ndis.NdisAllocateGenericObject(null, TAG, 32);
    if (object === null) throw new Error("no object");
    expect(host.live.memoryBlocks).toBe(1);
    ndis.NdisFreeGenericObject(object);
    expect(host.live.memoryBlocks).toBe(0);
    expect(brokenRule(() => ndis.NdisFreeGenericObject(object))).toBe("NdisAllocateGenericObject");
  });
});

function lockHost(options: HostOptions = {}) {
  const host = new Host(options);
  const ndis = synchronizationFunctions(host.environment, OWNER, host.holdings);
  const lock = NDIS_SPIN_LOCK();
  ndis.NdisAllocateSpinLock(lock);
  return { host, ndis, lock, processor: host.processor };
}

describe("spin locks", () => {
  it("acquiring raises to DISPATCH_LEVEL, releasing restores; nested locks come down in steps", () => {
    const { host, ndis, lock, processor } = lockHost();
    const inner = NDIS_SPIN_LOCK();
    ndis.NdisAllocateSpinLock(inner);
    ndis.NdisAcquireSpinLock(lock);
    expect(processor.irql).toBe(DISPATCH_LEVEL);
    ndis.NdisAcquireSpinLock(inner);
    expect(host.environment.conductOf(OWNER).locksHeld).toBe(2);
    ndis.NdisReleaseSpinLock(inner);
    expect(processor.irql).toBe(DISPATCH_LEVEL);
    ndis.NdisReleaseSpinLock(lock);
    expect(processor.irql).toBe(PASSIVE_LEVEL);
    expect(host.environment.conductOf(OWNER).locksHeld).toBe(0);
    ndis.NdisFreeSpinLock(lock);
  });

  it("the Dpr form leaves the IRQL alone", () => {
    const { host, ndis, lock, processor } = lockHost();
    host.atDispatch(() => {
      ndis.NdisDprAcquireSpinLock(lock);
      expect(processor.irql).toBe(DISPATCH_LEVEL);
      ndis.NdisDprReleaseSpinLock(lock);
      expect(processor.irql).toBe(DISPATCH_LEVEL);
    });
  });

  it("CNC-10: a second acquire, a release without acquire or in the other form, and use before or after its life are violations", () => {
    const { ndis, lock } = lockHost();
    expect(brokenRule(() => ndis.NdisReleaseSpinLock(lock))).toBe("CNC-10");
    ndis.NdisAcquireSpinLock(lock);
    expect(brokenRule(() => ndis.NdisAcquireSpinLock(lock))).toBe("CNC-10");
    expect(brokenRule(() => ndis.NdisDprAcquireSpinLock(lock))).toBe("CNC-10");
    expect(brokenRule(() => ndis.NdisDprReleaseSpinLock(lock))).toBe("CNC-10");
    expect(brokenRule(() => ndis.NdisFreeSpinLock(lock))).toBe("CNC-10");
    ndis.NdisReleaseSpinLock(lock);
    ndis.NdisFreeSpinLock(lock);
    expect(brokenRule(() => ndis.NdisAcquireSpinLock(lock))).toBe("CNC-10");
    expect(brokenRule(() => ndis.NdisAcquireSpinLock(NDIS_SPIN_LOCK()))).toBe("CNC-10");
  });
});

describe("read-write locks", () => {
  it("many readers or one writer; the IRQL is restored by the state of each holder", () => {
    const { host, ndis, processor } = lockHost();
    const lock = ndis.NdisAllocateRWLock(host.handle);
    if (lock === null) throw new Error("no lock");
    const [first, second] = [LOCK_STATE_EX(), LOCK_STATE_EX()];
    ndis.NdisAcquireRWLockRead(lock, first, 0);
    ndis.NdisAcquireRWLockRead(lock, second, NDIS_RWL_AT_DISPATCH_LEVEL);
    expect(processor.irql).toBe(DISPATCH_LEVEL);
    expect(brokenRule(() => ndis.NdisAcquireRWLockWrite(lock, LOCK_STATE_EX(), 0))).toBe("CNC-10");
    ndis.NdisReleaseRWLock(lock, second);
    expect(processor.irql).toBe(DISPATCH_LEVEL);
    ndis.NdisReleaseRWLock(lock, first);
    expect(processor.irql).toBe(PASSIVE_LEVEL);
    ndis.NdisAcquireRWLockWrite(lock, first, 0);
    expect(brokenRule(() => ndis.NdisAcquireRWLockRead(lock, second, 0))).toBe("CNC-10");
    expect(brokenRule(() => ndis.NdisFreeRWLock(lock))).toBe("CNC-10");
  });

  it("CNC-10: a state that holds nothing releases nothing, and a freed lock is gone", () => {
    const { host, ndis } = lockHost();
    const lock = ndis.NdisAllocateRWLock(host.handle);
    if (lock === null) throw new Error("no lock");
    const state = LOCK_STATE_EX();
    expect(brokenRule(() => ndis.NdisReleaseRWLock(lock, state))).toBe("CNC-10");
    ndis.NdisAcquireRWLockWrite(lock, state, 0);
    ndis.NdisReleaseRWLock(lock, state);
    expect(brokenRule(() => ndis.NdisReleaseRWLock(lock, state))).toBe("CNC-10");
    ndis.NdisFreeRWLock(lock);
    expect(brokenRule(() => ndis.NdisFreeRWLock(lock))).toBe("CNC-10");
    expect(host.holdings.count).toBe(0);
  });
});

describe("events", () => {
  it("NdisWaitEvent: TRUE when the event is set, FALSE when the milliseconds are over, 0 waits for ever", () => {
    const { host, ndis } = lockHost();
    const event = NDIS_EVENT();
    ndis.NdisInitializeEvent(event);
    const results: string[] = [];
    const note = (signalled: boolean) => results.push(`${signalled} at ${host.clock.nowNs / 1e6} ms`);
    host.clock.schedule(60_000_000_000, { onClock: () => ndis.NdisSetEvent(event) }, 0, 0);
    host.run(
      (function* () {
        note(yield* ndis.NdisWaitEvent(event, 5));
        note(yield* ndis.NdisWaitEvent(event, 0));
        note(yield* ndis.NdisWaitEvent(event, 5));
        ndis.NdisResetEvent(event);
        note(yield* ndis.NdisWaitEvent(event, 7));
      })(),
    );
    expect(results).toEqual(["false at 5 ms", "true at 60000 ms", "true at 60000 ms", "false at 60007 ms"]);
  });

  it("NullCheck: an event is initialised before it is used, and not while a thread waits", () => {
    const { host, ndis } = lockHost();
    const event = NDIS_EVENT();
    expect(brokenRule(() => ndis.NdisSetEvent(event))).toBe("NullCheck");
    expect(brokenRule(() => void ndis.NdisWaitEvent(event, 1).next())).toBe("NullCheck");
    ndis.NdisInitializeEvent(event);
    host.processor.startThread("waiter", ndis.NdisWaitEvent(event, 0));
    host.world.dispatch();
    expect(brokenRule(() => ndis.NdisInitializeEvent(event))).toBe("NullCheck");
  });
});

describe("interlocked operations", () => {
  it("LONG wraps signed and gives the new value, ULONG wraps unsigned and gives the old one", () => {
    const { ndis, lock } = lockHost();
    const long = new InOutParameter(0x7fff_ffff);
    expect(ndis.NdisInterlockedIncrement(long)).toBe(-0x8000_0000);
    expect(ndis.NdisInterlockedDecrement(long)).toBe(0x7fff_ffff);
    const ulong = new InOutParameter(0xffff_fffe);
    expect(ndis.NdisInterlockedAddUlong(ulong, 5, lock)).toBe(0xffff_fffe);
    expect(ulong.Value).toBe(3);
  });

  it("lists behave as an array does, and every link points both ways", () => {
    interface Named extends LIST_ENTRY {
      name: number;
    }
    const step = fc.constantFrom("head" as const, "tail" as const, "remove" as const);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { ndis, lock } = lockHost();
        const head: LIST_ENTRY = { Flink: null, Blink: null };
        head.Flink = head;
        head.Blink = head;
        const model: Named[] = [];
        for (const [name, kind] of steps.entries()) {
          const entry: Named = { Flink: null, Blink: null, name };
          if (kind === "head") {
            expect(ndis.NdisInterlockedInsertHeadList(head, entry, lock)).toBe(model[0] ?? null);
            model.unshift(entry);
          } else if (kind === "tail") {
            expect(ndis.NdisInterlockedInsertTailList(head, entry, lock)).toBe(model.at(-1) ?? null);
            model.push(entry);
          } else expect(ndis.NdisInterlockedRemoveHeadList(head, lock)).toBe(model.shift() ?? null);
        }
        const circle: LIST_ENTRY[] = [head, ...model, head];
        for (let i = 1; i < circle.length; i++) {
          expect(circle[i - 1].Flink).toBe(circle[i]);
          expect(circle[i].Blink).toBe(circle[i - 1]);
        }
      }),
    );
  });

  it("the lock is initialised and not held by the caller, the head is initialised", () => {
    const { ndis, lock } = lockHost();
    const head: LIST_ENTRY = { Flink: null, Blink: null };
    expect(brokenRule(() => void ndis.NdisInterlockedRemoveHeadList(head, lock))).toBe("NullCheck");
    ndis.NdisAcquireSpinLock(lock);
    expect(brokenRule(() => void ndis.NdisInterlockedRemoveHeadList(head, lock))).toBe("CNC-10");
    expect(brokenRule(() => void ndis.NdisInterlockedAddUlong(new InOutParameter(0), 1, lock))).toBe("CNC-10");
  });
});

describe("time, version, strings", () => {
  function timeHost(library: object = {}) {
    const host = new Host();
    return { host, ndis: timeFunctions(host.environment, OWNER, () => library) };
  }

  it("NdisGetCurrentSystemTime counts 100 ns from 1601; virtual time begins on 2000-01-01", () => {
    const { host, ndis } = timeHost();
    const start = out<number>((time) => ndis.NdisGetCurrentSystemTime(time));
    const expected = (BigInt(Date.UTC(2000, 0, 1)) - BigInt(Date.UTC(1601, 0, 1))) * 10_000n;
    expect(BigInt(start)).toBe(expected);
    host.clock.runUntil(3_000_000_000);
    expect(out<number>((time) => ndis.NdisGetCurrentSystemTime(time)) - start).toBe(30_000_000);
    expect(out<number>((time) => ndis.NdisGetSystemUpTimeEx(time))).toBe(3_000);
  });

  it("NDIS 6.50 on one processor", () => {
    const { ndis } = timeHost();
    expect([ndis.NdisGetVersion() >>> 16, ndis.NdisGetVersion() & 0xffff]).toEqual([6, 50]);
    expect([ndis.NdisSystemProcessorCount(), ndis.NdisCurrentProcessorIndex()]).toEqual([1, 0]);
  });

  it("NdisStallExecution_Delay: more than 50 µs is warned of, and no time passes", () => {
    const { host, ndis } = timeHost();
    ndis.NdisStallExecution(50);
    expect(host.violations).toEqual([]);
    ndis.NdisStallExecution(51);
    expect(host.violations).toEqual(["NdisStallExecution_Delay"]);
    expect(host.clock.nowNs).toBe(0);
  });

  it("NdisMSleep takes virtual microseconds", () => {
    const { host } = timeHost();
    host.run(sleepFunctions(host.environment, OWNER).NdisMSleep(250));
    expect(host.clock.nowNs).toBe(250_000);
  });

  it("NdisGetRoutineAddress finds the functions of the driver's library and nothing else", () => {
    const library = { NdisGetVersion: () => 1, notAFunction: 3 };
    const { ndis } = timeHost(library);
    expect(ndis.NdisGetRoutineAddress("NdisGetVersion")).toBe(library.NdisGetVersion);
    for (const name of ["NdisUnknown", "notAFunction", "toString", "constructor", "__proto__"]) {
      expect(ndis.NdisGetRoutineAddress(name)).toBeNull();
    }
    const text = new OutParameter<string>();
    ndis.NdisInitUnicodeString(text, null);
    expect(text.Value).toBe("");
    ndis.NdisInitUnicodeString(text, "é");
    expect(text.Value).toBe("é");
  });
});
