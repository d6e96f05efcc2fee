import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Blocking } from "../../src/machine/index.ts";
import type { NDIS_TIMER_FUNCTION } from "../../src/ndis/ddi/handlers/deferred.ts";
import type { NdisTimerHandle } from "../../src/ndis/ddi/handles.ts";
import { OutParameter } from "../../src/ndis/ddi/handles.ts";
import {
  NDIS_STATUS_BAD_CHARACTERISTICS,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/ddi/status.ts";
import { NDIS_TIMER_CHARACTERISTICS } from "../../src/ndis/ddi/structures/interrupt.ts";
import { deferredFunctions } from "../../src/ndis/executive/deferred.ts";
import { systemTime } from "../../src/ndis/executive/system-time.ts";
import type { HostOptions } from "./executive-harness.ts";
import { always, brokenRule, Host, OWNER, out } from "./executive-harness.ts";

const MS = 10_000;

function timerHost(options: HostOptions = {}) {
  const host = new Host(options);
  const ndis = deferredFunctions(host.environment, OWNER, host.holdings);
  const timer = (TimerFunction: NDIS_TIMER_FUNCTION, FunctionContext: unknown = null): NdisTimerHandle =>
    out<NdisTimerHandle>((handle) =>
      ndis.NdisAllocateTimerObject(host.handle, NDIS_TIMER_CHARACTERISTICS({ TimerFunction, FunctionContext }), handle),
    );
  return { host, ndis, timer };
}

describe("timer objects", () => {
  it("IRQ-09: the callback runs at DISPATCH_LEVEL when the relative time in 100 ns is over, once", () => {
    const { host, ndis, timer } = timerHost();
    const calls: string[] = [];
    const handle = timer(
      (_1, context) => void calls.push(`${context} ${host.clock.nowNs} @${host.processor.irql}`),
      "default",
    );
    expect(ndis.NdisSetTimerObject(handle, -5 * MS, 0, null)).toBe(false);
    host.world.runUntilTime(20_000_000);
    ndis.NdisSetTimerObject(handle, -1, 0, "given");
    host.world.runUntilTime(30_000_000);
    expect(calls).toEqual(["default 5000000 @2", "given 20000100 @2"]);
    expect(host.names("callback")).toEqual(["NetTimerCallback", "NetTimerCallback"]);
  });

  it("an absolute time fires then, one that is past at once", () => {
    const { host, ndis, timer } = timerHost();
    const calls: number[] = [];
    const handle = timer(() => void calls.push(host.clock.nowNs));
    ndis.NdisSetTimerObject(handle, systemTime(host.clock) + 16_000, 0, null);
    host.world.runUntilTime(5_000_000);
    ndis.NdisSetTimerObject(handle, 1, 0, null);
    host.world.runUntilTime(5_000_000);
    expect(calls).toEqual([1_600_000, 5_000_000]);
  });

  it("setting an armed timer re-arms it and returns TRUE; cancel says whether it was armed", () => {
    const { host, ndis, timer } = timerHost();
    const calls: number[] = [];
    const handle = timer(() => void calls.push(host.clock.nowNs));
    expect(ndis.NdisCancelTimerObject(handle)).toBe(false);
    expect(ndis.NdisSetTimerObject(handle, -1 * MS, 0, null)).toBe(false);
    expect(ndis.NdisSetTimerObject(handle, -3 * MS, 0, null)).toBe(true);
    host.world.runUntilTime(10_000_000);
    expect(calls).toEqual([3_000_000]);
    expect(ndis.NdisCancelTimerObject(handle)).toBe(false);
    ndis.NdisSetCoalescableTimerObject(handle, -1 * MS, 0, null, 50);
    expect(ndis.NdisCancelTimerObject(handle)).toBe(true);
    expect(ndis.NdisCancelTimerObject(handle)).toBe(false);
    host.world.runUntilTime(20_000_000);
    expect(calls).toHaveLength(1);
  });

  it.each([
    ["a bug check", (host: Host) => host.processor.stop(new Error("test"))],
    ["the power switch", (host: Host) => host.processor.powerOff()],
  ])("a periodic timer keeps no machine going that %s has stopped", (_what, stop) => {
    const { host, ndis, timer } = timerHost();
    let calls = 0;
    ndis.NdisSetTimerObject(
      timer(() => void calls++),
      -1 * MS,
      1,
      null,
    );
    host.world.runUntilTime(3_500_000);
    stop(host);
    for (let steps = 0; steps < 10 && host.world.step(); steps++);
    expect([calls, host.clock.nowNs, host.clock.pendingCount]).toEqual([3, 4_000_000, 0]);
  });

  it("does what a list of due times does, for any mixture of set, cancel and passing time", () => {
    const action = fc.record({
      kind: fc.constantFrom("set", "cancel", "pass"),
      which: fc.nat(2),
      units: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { host, ndis, timer } = timerHost();
        const fired: string[] = [];
        const handles = [0, 1, 2].map((which) => timer(() => void fired.push(`${which} at ${host.clock.nowNs}`)));
        const dueNs: (number | null)[] = [null, null, null];
        const expected: string[] = [];
        let nowNs = 0;
        for (const { kind, which, units } of actions) {
          if (kind === "set") {
            expect(ndis.NdisSetTimerObject(handles[which], -units, 0, null)).toBe(dueNs[which] !== null);
            dueNs[which] = nowNs + units * 100;
          } else if (kind === "cancel") {
            expect(ndis.NdisCancelTimerObject(handles[which])).toBe(dueNs[which] !== null);
            dueNs[which] = null;
          } else {
            nowNs += units * 100;
            for (let due = 0; due <= nowNs; due += 100) {
              for (const [timerIndex, time] of dueNs.entries())
                if (time === due) expected.push(`${timerIndex} at ${due}`);
            }
            for (const [timerIndex, time] of dueNs.entries())
              if (time !== null && time <= nowNs) dueNs[timerIndex] = null;
            host.world.runUntilTime(nowNs);
          }
        }
        expect(fired.toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 60 },
    );
  });

  it("CNC-08: a one-shot timer that has expired is not cancelled; its callback still runs", () => {
    const { host, ndis, timer } = timerHost();
    let calls = 0;
    const handle = timer(() => void calls++);
    ndis.NdisSetTimerObject(handle, -1, 0, null);
    host.clock.step();
    expect(ndis.NdisCancelTimerObject(handle)).toBe(false);
    expect(brokenRule(() => ndis.NdisFreeTimerObject(handle))).toBe("CNC-08");
    host.world.dispatch();
    expect(calls).toBe(1);
  });

  it("a periodic timer fires every period until it is cancelled, and its cancel runs a callback that waits", () => {
    const { host, ndis, timer } = timerHost();
    const calls: number[] = [];
    const handle = timer(() => void calls.push(host.clock.nowNs / 1e6));
    ndis.NdisSetTimerObject(handle, -1 * MS, 10, null);
    host.world.runUntilTime(35_000_000);
    expect(calls).toEqual([1, 11, 21, 31]);
    host.clock.runUntil(41_000_000);
    expect(calls).toHaveLength(4);
    expect(ndis.NdisCancelTimerObject(handle)).toBe(true);
    expect(calls).toEqual([1, 11, 21, 31, 41]);
    host.world.runUntilTime(100_000_000);
    expect(calls).toHaveLength(5);
    ndis.NdisFreeTimerObject(handle);
    expect(host.clock.pendingCount).toBe(0);
  });

  it("IRQ-10: a periodic timer is cancelled at PASSIVE_LEVEL", () => {
    const { host, ndis, timer } = timerHost();
    const handle = timer(() => {});
    ndis.NdisSetTimerObject(handle, -1 * MS, 10, null);
    expect(brokenRule(() => host.atDispatch(() => void ndis.NdisCancelTimerObject(handle)))).toBe("IRQ-10");
  });

  it("CancelTimerObject: a timer is not armed when it is freed, nor left behind; a freed one is not used (AF-38)", () => {
    const { host, ndis, timer } = timerHost();
    const handle = timer(() => {});
    expect(host.live.timers).toBe(1);
    ndis.NdisSetTimerObject(handle, -1 * MS, 0, null);
    expect(
      brokenRule(() => void host.holdings.reportLeft(host.environment, OWNER, host.adapter, "MiniportHaltEx")),
    ).toBe("CancelTimerObject");
    expect(brokenRule(() => ndis.NdisFreeTimerObject(handle))).toBe("CancelTimerObject");
    ndis.NdisFreeTimerObject(handle);
    expect(host.live.timers).toBe(0);
    expect(brokenRule(() => void ndis.NdisSetTimerObject(handle, -1, 0, null))).toBe("AF-38");
  });

  it("statuses: BAD_CHARACTERISTICS for a wrong header or no function, RESOURCES when the choice is that it fails", () => {
    const { host, ndis } = timerHost();
    const handle = new OutParameter<NdisTimerHandle>();
    const good = NDIS_TIMER_CHARACTERISTICS({ TimerFunction: () => {} });
    const bad = NDIS_TIMER_CHARACTERISTICS({ TimerFunction: () => {}, Header: { Type: 0, Revision: 1, Size: 24 } });
    expect(ndis.NdisAllocateTimerObject(host.handle, bad, handle)).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    expect(ndis.NdisAllocateTimerObject(host.handle, NDIS_TIMER_CHARACTERISTICS(), handle)).toBe(
      NDIS_STATUS_BAD_CHARACTERISTICS,
    );
    expect(handle.Value).toBeNull();
    expect(ndis.NdisAllocateTimerObject(host.handle, good, handle)).toBe(NDIS_STATUS_SUCCESS);
    const failing = timerHost({ chooser: always("memory-allocation") });
    expect(failing.ndis.NdisAllocateTimerObject(failing.host.handle, good, handle)).toBe(NDIS_STATUS_RESOURCES);
    expect(failing.host.live.timers).toBe(0);
  });
});

describe("work items", () => {
  it("IRQ-09: a routine that is queued at DISPATCH_LEVEL runs at PASSIVE_LEVEL and may block", () => {
    const { host, ndis } = timerHost();
    const item = ndis.NdisAllocateIoWorkItem(host.handle);
    if (item === null) throw new Error("no work item");
    const notes: string[] = [];
    const routine = function* (context: unknown): Blocking<void> {
      notes.push(`${context} @${host.processor.irql}`);
      yield { event: null, timeoutNs: 700 };
      notes.push(`after ${host.clock.nowNs}`);
    };
    host.atDispatch(() => {
      ndis.NdisQueueIoWorkItem(item, routine, "context");
      expect(notes).toEqual([]);
    });
    while (host.world.step());
    expect(notes).toEqual(["context @0", "after 700"]);
    expect(host.names("callback")).toEqual(["NdisIoWorkItemRoutine"]);
  });

  it("the routine may queue its item again, and free it", () => {
    const { host, ndis } = timerHost();
    const item = ndis.NdisAllocateIoWorkItem(host.handle);
    if (item === null) throw new Error("no work item");
    let runs = 0;
    ndis.NdisQueueIoWorkItem(
      item,
      function again(_context, handle) {
        expect(handle).toBe(item);
        if (++runs < 3) ndis.NdisQueueIoWorkItem(handle, again, null);
        else ndis.NdisFreeIoWorkItem(handle);
      },
      null,
    );
    host.world.dispatch();
    expect(runs).toBe(3);
    expect([host.live.workItems, host.holdings.count]).toEqual([0, 0]);
    expect(brokenRule(() => ndis.NdisFreeIoWorkItem(item))).toBe("AF-38");
  });

  it("Init_NdisAllocateIoWorkItem: an item is not queued twice, not freed while it is queued, not left behind", () => {
    const { host, ndis } = timerHost();
    const item = ndis.NdisAllocateIoWorkItem(host.handle);
    if (item === null) throw new Error("no work item");
    ndis.NdisQueueIoWorkItem(item, () => {}, null);
    expect(brokenRule(() => ndis.NdisQueueIoWorkItem(item, () => {}, null))).toBe("Init_NdisAllocateIoWorkItem");
    expect(brokenRule(() => ndis.NdisFreeIoWorkItem(item))).toBe("Init_NdisAllocateIoWorkItem");
    expect(brokenRule(() => void host.holdings.reportLeft(host.environment, OWNER, null, "unload"))).toBe(
      "Init_NdisAllocateIoWorkItem",
    );
  });

  it("NULL when the choice is that the allocation fails", () => {
    const { host, ndis } = timerHost({ chooser: always("memory-allocation") });
    expect(ndis.NdisAllocateIoWorkItem(host.handle)).toBeNull();
    expect(host.live.workItems).toBe(0);
  });
});
