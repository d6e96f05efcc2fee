import { describe, expect, it } from "vitest";
import type { AtmClientOptions, ClientCall } from "../../src/client/index.ts";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { ClockTarget } from "../../src/machine/clock.ts";
import { NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { ADDRESS, MODES } from "./support/experiment.ts";

const CALLS = 1_000;
const BUSY_CALLS = 50;
const FRAMES = 4;

/** A host's client that keeps its calls and what came in on each of them. */
class Side {
  readonly client: AtmClient;
  readonly connected: ClientCall[] = [];
  readonly closed: ClientCall[] = [];
  readonly failed: ClientCall[] = [];
  readonly received = new Map<ClientCall, Uint8Array[]>();

  constructor(options: Partial<AtmClientOptions>) {
    this.client = new AtmClient("client", {
      sendBufferBytes: 2_048,
      ...options,
      events: {
        callConnected: (call) => this.connected.push(call),
        callClosed: (call) => this.closed.push(call),
        callFailed: (call) => this.failed.push(call),
        frameReceived: (call, list) =>
          this.received.set(call, [...(this.received.get(call) ?? []), call.bytesOf(list)]),
      },
    });
  }

  get framesIn(): number {
    return [...this.received.values()].reduce((sum, frames) => sum + frames.length, 0);
  }
}

/** Frame `i` of the call that has this VCI on the sender's side: 40 to 1,600 bytes. */
function frame(vci: number, i: number): Uint8Array {
  return Uint8Array.from({ length: 40 + ((vci * 7 + i * 521) % 1_561) }, (_, at) => vci + i * 3 + at);
}

type Counts = Record<string, Record<string, number>>;

function hostCounts(lab: Laboratory): Counts {
  return Object.fromEntries(lab.hosts.map((host) => [host.name, host.leftovers()]));
}

/** Of all that is counted, what is not zero. */
function notZero(counts: Counts): string[] {
  return Object.entries(counts).flatMap(([name, kinds]) =>
    Object.entries(kinds).flatMap(([kind, count]) => (count === 0 ? [] : [`${name} ${kind} ${count}`])),
  );
}

/** Every busy call of `from`, on the host of that name, has brought its frames to the call that the switch joins it with. */
function expectExchanged(lab: Laboratory, fromHost: string, from: Side, to: Side): void {
  expect(to.received.size).toBe(BUSY_CALLS);
  for (const call of from.connected.slice(0, BUSY_CALLS)) {
    const [, vpi, vci] = lab.atmSwitch.peerOf(lab.nic(fromHost).switchPort, call.vpi, call.vci) ?? [];
    const peer = to.connected.find((candidate) => candidate.vpi === vpi && candidate.vci === vci);
    expect(peer && to.received.get(peer)).toEqual(Array.from({ length: FRAMES }, (_, i) => frame(call.vci, i)));
  }
}

const VARIANTS = [
  { name: "answered at once", isPended: false },
  { name: "answered later, by an MCM that pends every request", isPended: true },
] as const;

describe.each(MODES)("1,000 calls at a time in %s mode", (mode) => {
  it.each(VARIANTS)("$name: all up together, some with traffic, all closed, and nothing is left", ({ isPended }) => {
    const tasks: (() => void)[] = [];
    const runTask: ClockTarget = { onClock: () => tasks.shift()?.() };
    const later = (task: () => void): void => {
      tasks.push(task);
      lab.world.clock.schedule(20_000, runTask, 0, 0);
    };
    const configuration = { PendRequests: isPended ? 1 : 0 };
    const [alice, bob] = [new Side({}), new Side({ pendsIncomingCalls: isPended, later })];
    const lab = new Laboratory({
      mode,
      hosts: [
        { name: "alice", client: alice.client, nics: [{ address: ADDRESS.alice, configuration }] },
        { name: "bob", client: bob.client, nics: [{ address: ADDRESS.bob, configuration }] },
      ],
    });
    lab.start();
    expect(lab.runUntil(() => alice.client.isReady && bob.client.isReady)).toBe(true);
    lab.runUntil(() => lab.fibre.frames.inUse === 0);
    const atRest = hostCounts(lab);

    const called = lab.nic("bob").address;
    for (let i = 0; i < CALLS; i++) alice.client.makeCall({ called, maximumSduBytes: 1_700 });
    expect(lab.runUntil(() => alice.connected.length + bob.connected.length === 2 * CALLS)).toBe(true);
    for (const side of [alice, bob]) {
      expect([side.closed.length, side.failed.length, side.client.binding?.calls.size]).toEqual([0, 0, CALLS]);
      expect(new Set(side.connected.map((call) => call.state))).toEqual(new Set(["connected"]));
      expect(new Set(side.connected.map(({ vpi, vci }) => `${vpi}/${vci}`)).size).toBe(CALLS);
    }
    expect(lab.callControl.callCount).toBe(2 * CALLS);
    expect(lab.callControl.counters).toMatchObject({ callsConnected: CALLS, callsRefused: 0, legsHeld: 2 * CALLS });

    for (const side of [alice, bob]) {
      for (const call of side.connected.slice(0, BUSY_CALLS)) {
        for (let i = 0; i < FRAMES; i++) expect(call.sendBytes(frame(call.vci, i))).toBe(true);
      }
    }
    lab.runUntil(() => alice.framesIn + bob.framesIn === 2 * BUSY_CALLS * FRAMES);
    expectExchanged(lab, "alice", alice, bob);
    expectExchanged(lab, "bob", bob, alice);

    for (const call of alice.connected) call.close();
    expect(lab.runUntil(() => alice.closed.length + bob.closed.length === 2 * CALLS)).toBe(true);
    lab.runUntil(() => lab.fibre.frames.inUse === 0 && lab.callControl.callCount === 0);
    expect(new Set([...alice.closed, ...bob.closed].map((call) => call.status))).toEqual(
      new Set([NDIS_STATUS_SUCCESS]),
    );
    expect([alice.failed.length, bob.failed.length]).toEqual([0, 0]);
    // What the hosts had before the calls they have again, and no more; of the network only signalling itself is alive.
    expect(hostCounts(lab)).toEqual(atRest);
    expect(lab.leftovers()).toMatchObject({ calls: 0, callLegs: 0, framesInFlight: 0, trains: 0 });

    lab.stop();
    expect(lab.bugCheck).toBeNull();
    expect(notZero({ ...hostCounts(lab), network: lab.leftovers() })).toEqual([]);
    expect(lab.world.clock.pendingCount).toBe(0);
  });
});
