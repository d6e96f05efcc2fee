// Whatever is said in whatever order: nothing throws, and in the end nothing is held.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { USER_ROLE } from "../../src/call-manager/user-signalling.ts";
import { NETWORK_ROLE } from "../../src/network/signalling/index.ts";
import { CallTimer, CallTimerQueues } from "../../src/wire/q2931/call-control/timers.ts";
import {
  CALL_STATE,
  CALL_TIMER,
  CAUSE,
  CallTable,
  MESSAGE_TYPES,
  Q2931Call,
  SIGNALLING_TIMER_COUNT,
} from "../../src/wire/q2931/index.ts";
import { ALICE, Bench, BOB, CAROL, Network, NOTHING_LEFT, setup } from "./harness.ts";

const TYPES = MESSAGE_TYPES.map((row) => row.type);

interface Step {
  readonly what: number;
  readonly type: number;
  readonly reference: number;
  readonly flag: number;
  readonly elements: number;
  readonly state: number;
  readonly octets: Uint8Array;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.nat(9),
  type: fc.constantFrom(...TYPES),
  reference: fc.nat(4),
  flag: fc.nat(1),
  elements: fc.nat(0xfffff),
  state: fc.nat(13),
  octets: fc.uint8Array({ maxLength: 60 }),
});

function take(bench: Bench, { what, type, reference, flag, elements, state, octets }: Step): void {
  const calls = bench.control.callsInOrder();
  const call = calls[reference % Math.max(calls.length, 1)];
  if (what === 0) bench.control.setupRequest(setup(), null, 0, elements & 0xffff);
  else if (what === 1) bench.after(reference * 3);
  else if (what === 2)
    bench.sayOctets(Uint8Array.from([9, 3, flag << 7, 0, reference, type, 0x80, 0, octets.length, ...octets]));
  else if (what === 3 && call !== undefined) {
    bench.control.proceedingRequest(call);
    bench.control.setupResponse(call, null);
    bench.control.setupCompleteRequest(call);
  } else if (what === 4 && call !== undefined) bench.control.releaseRequest(call, 1 + state);
  else if (what === 5 && call !== undefined) bench.control.releaseResponse(call);
  else if (what === 6 && state === 0) {
    bench.control.linkDown();
    bench.control.establish();
  } else if (what === 7 && call !== undefined) bench.control.statusEnquiry(call);
  else {
    const message = setup();
    message.type = type;
    message.callReference = reference;
    message.callReferenceFlag = flag;
    message.includeCause(0, 1 + (elements & 0x3f));
    message.includeConnectionIdentifier(0, elements & 0xff);
    message.present |= elements & 0xfffff & ~(1 << 8);
    message.callState = state;
    bench.say(message);
  }
}

describe("any sequence of messages, requests and delays", () => {
  for (const role of [USER_ROLE, NETWORK_ROLE]) {
    it(`${role.name} side: never throws, ends every call exactly once and keeps no timer`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const bench = new Bench(role);
          bench.notes.onReleased = (call) => bench.control.releaseResponse(call);
          const made: Q2931Call[] = [];
          bench.notes.callTransition = (call, from) => {
            if (from === CALL_STATE.null) made.push(call);
          };
          for (const each of steps) take(bench, each);
          bench.control.shutDown(CAUSE.temporaryFailure);
          expect(bench.control.callCount).toBe(0);
          expect(bench.host.timers.running).toBe(0);
          expect(made.map((call) => [call.state, bench.notes.ended.get(call)])).toEqual(made.map(() => [0, 1]));
        }),
        { numRuns: 150 },
      );
    });

    it(`${role.name} side: left alone, every call that is not active ends by its timers`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
          const bench = new Bench(role);
          bench.notes.onReleased = (call) => bench.control.releaseResponse(call);
          bench.notes.onSetup = (call) => bench.control.releaseRequest(call, CAUSE.callRejected);
          for (const each of steps) take(bench, each);
          bench.after(400);
          // A CONNECT that the user of the network side does not answer waits for it: no timer of Q.2931 runs in N8.
          const stays: number[] = [CALL_STATE.active, CALL_STATE.connectRequest];
          const strays = bench.control.callsInOrder().filter(({ state }) => !stays.includes(state));
          expect(strays).toEqual([]);
        }),
        { numRuns: 100 },
      );
    });
  }
});

describe("any use of a network", () => {
  const act = fc.record({
    what: fc.nat(11),
    from: fc.nat(2),
    to: fc.nat(2),
    rate: fc.integer({ min: 0, max: 200_000 }),
    milliseconds: fc.nat(3000),
  });

  it("leaves no call, label, capacity or connection behind, with losses and broken links", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), fc.constantFrom(0, 0.1, 0.3), (acts, loss) => {
        const net = new Network([ALICE, BOB, CAROL]);
        net.establish();
        for (const channel of [...net.toSwitch, ...net.toUser]) channel.lossBelow = loss;
        const addresses = [ALICE, BOB, CAROL];
        for (const { what, from, to, rate, milliseconds } of acts) {
          const user = net.users[from];
          const calls = user.callsInOrder();
          if (what <= 4) user.setupRequest(setup(addresses[to], rate, rate < 50_000), null);
          else if (what <= 6 && calls.length > 0) user.releaseRequest(calls[rate % calls.length], 16);
          else if (what === 7) {
            net.cut(from);
            user.linkDown();
            net.callControl.portStateChanged(from, false);
            net.fabric.up[from] = false;
          } else if (what === 8) {
            net.mend(from);
            net.fabric.up[from] = true;
            user.establish();
          } else if (what === 9) user.restartRequest(2);
          else net.run(milliseconds);
        }
        for (const user of net.users) for (const call of user.callsInOrder()) user.releaseRequest(call, 16);
        net.after(500);
        expect(net.leftovers()).toEqual(NOTHING_LEFT);
        for (const notes of net.notes) expect([...notes.ended.values()].every((count) => count === 1)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("tables of call control", () => {
  it("CallTable holds what a Map holds, in any order of adding and removing", () => {
    const operation = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 60 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const table = new CallTable();
        const model = new Map<number, Q2931Call>();
        for (const [isAdding, reference, isIncoming] of operations) {
          const call = new Q2931Call(reference * 0x1_0001, isIncoming, null);
          const known = model.get(call.key);
          if (isAdding && known === undefined) {
            table.add(call);
            model.set(call.key, call);
          } else if (!isAdding && known !== undefined) {
            table.remove(known);
            model.delete(call.key);
          }
          expect(table.count).toBe(model.size);
        }
        expect(table.inOrder()).toEqual([...model.values()].sort((a, b) => a.key - b.key));
        for (const call of model.values()) expect(table.get(call.key)).toBe(call);
      }),
    );
  });

  it("CallTable finds each of 20,000 calls and is empty after their removal", () => {
    const table = new CallTable();
    const calls = Array.from({ length: 20_000 }, (_, index) => new Q2931Call(index + 1, (index & 1) === 0, null));
    for (const call of calls) table.add(call);
    expect(calls.every((call) => table.get(call.key) === call)).toBe(true);
    for (const call of calls) table.remove(call);
    expect(calls.every((call) => table.get(call.key) === null)).toBe(true);
    expect(table.inOrder()).toEqual([]);
  });

  it("timer queues expire each call at its own time, as a timer of its own would", () => {
    const command = fc.tuple(fc.nat(9), fc.nat(1), fc.nat(2), fc.nat(500));
    const timers = [CALL_TIMER.t303, CALL_TIMER.t310];
    const delaysNs = new Array<number>(SIGNALLING_TIMER_COUNT).fill(0);
    delaysNs[timers[0]] = 400;
    delaysNs[timers[1]] = 1000;
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        let nowNs = 0;
        const armed = new Map<number, number>();
        const fired: string[] = [];
        const expected: string[] = [];
        const model = new Map<number, { timer: number; at: number }>();
        const host = {
          nowNs: () => nowNs,
          startTimer: (timer: number, delayNs: number) => {
            if (armed.has(timer)) throw new Error("started twice");
            armed.set(timer, nowNs + delayNs);
          },
          stopTimer: (timer: number) => {
            if (!armed.delete(timer)) throw new Error("stopped twice");
          },
        };
        const queues = new CallTimerQueues<number>(host, delaysNs, (entry, timer) => {
          fired.push(`${entry.owner} ${timer} ${nowNs}`);
        });
        const entries = Array.from({ length: 10 }, (_, owner) => new CallTimer(owner));
        for (const [owner, which, what, wait] of commands) {
          if (what === 0) {
            queues.start(entries[owner], timers[which]);
            model.set(owner, { timer: timers[which], at: nowNs + delaysNs[timers[which]] });
          } else if (what === 1) {
            queues.stop(entries[owner]);
            model.delete(owner);
          } else {
            for (const end = nowNs + wait; nowNs < end; ) {
              nowNs++;
              for (const timer of timers) {
                if (armed.get(timer) === nowNs) {
                  armed.delete(timer);
                  queues.hostTimerExpired(timer);
                }
              }
              for (const [each, { timer, at }] of model) {
                if (at === nowNs) {
                  expected.push(`${each} ${timer} ${at}`);
                  model.delete(each);
                }
              }
            }
          }
        }
        expect([...fired].sort()).toEqual([...expected].sort());
        for (const entry of entries) queues.stop(entry);
        expect(armed.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
