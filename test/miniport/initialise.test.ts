import { describe, expect, it } from "vitest";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { Chooser } from "../../src/machine/index.ts";
import { NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { ALICE, MS, Pair } from "./two-hosts.ts";

/** Lets the n-th memory allocation fail, counted from 0, and counts them all. */
class FailingAllocation implements Chooser {
  readonly #nth: number;
  asked = 0;

  constructor(nth: number) {
    this.#nth = nth;
  }

  choose(point: string): number {
    return point === "memory-allocation" && this.asked++ === this.#nth ? 1 : 0;
  }
}

const SMALL = { "*TransmitBuffers": 8, "*ReceiveBuffers": 8, LargeReceiveBuffers: 4 };

/** One host, brought up with the n-th allocation failing. */
function bringUp(nth: number) {
  const chooser = new FailingAllocation(nth);
  const client = new AtmClient("client", { sendBuffers: 3, sendBufferBytes: 256 });
  const lab = new Laboratory({
    chooser,
    frameCapacity: 64,
    frameMemoryBytes: 1 << 20,
    hosts: [
      {
        name: "alice",
        memoryBytes: 2 << 20,
        nics: [{ name: "nic0", address: ALICE, configuration: SMALL }],
        clients: [client.image],
      },
    ],
  });
  let failure = "";
  try {
    lab.start();
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const host = lab.host("alice");
  const left = () => Object.fromEntries(Object.entries(host.leftovers()).filter(([, count]) => count !== 0));
  return { lab, host, client, chooser, failure, left };
}

describe("every allocation of the start-up, failing in turn", () => {
  const complete = bringUp(-1);
  /** Only the allocations of drivers count; what comes after the start belongs to calls. */
  const total = complete.chooser.asked;
  complete.lab.stop();

  it("there are allocations to fail, and without a failure everything starts and ends clean", () => {
    expect(total).toBeGreaterThan(50);
    expect(complete.failure).toBe("");
    expect(complete.left()).toEqual({});
  });

  it("LIF-03: MiniportInitializeEx fails cleanly and leaves nothing; a client that cannot bind leaves the adapter alone", () => {
    const outcomes = new Map<string, number>();
    for (let nth = 0; nth < total; nth++) {
      const { lab, host, client, failure, left } = bringUp(nth);
      expect(lab.bugCheck, `allocation ${nth}`).toBeNull();
      const withoutAdapter = failure !== "" && !failure.includes("DriverEntry of client");
      if (withoutAdapter) {
        expect(failure, `allocation ${nth}`).toMatch(
          /(MiniportInitializeEx for alice\/nic0|DriverEntry of vmcm) returned/,
        );
        expect(left(), `allocation ${nth}`).toEqual({});
        expect(host.ndis.adapters, `allocation ${nth}`).toEqual([]);
      } else {
        expect(host.ndis.adapters[0]?.state, `allocation ${nth}`).toBe("Running");
      }
      lab.stop();
      expect(left(), `allocation ${nth}, after the stop`).toEqual({});
      const outcome = withoutAdapter ? "no adapter" : client.bindings.length === 0 ? "no client" : "both";
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    // Some allocations are the miniport's, some the client's.
    expect(outcomes.get("no adapter")).toBeGreaterThan(20);
    expect(outcomes.get("no client")).toBeGreaterThan(3);
  }, 60_000);

  it("after a failed initialise the device can be started", () => {
    const { lab, host, failure, left } = bringUp(10);
    expect(failure).toContain("NDIS_STATUS_RESOURCES");
    const results: unknown[] = [];
    const { slots, processor } = host.machine;
    const [slot] = slots;
    const [nic] = host.nics;
    if (slot === undefined || nic === undefined) throw new Error("no slot");
    function* start(): ReturnType<typeof host.ndis.startDevice> {
      const status = yield* host.ndis.startDevice(slot as NonNullable<typeof slot>, "vmcm", nic.configuration);
      results.push(status);
      return status;
    }
    processor.startThread("again", start());
    lab.runUntil(() => processor.liveThreads === 0);
    expect(results).toEqual([NDIS_STATUS_SUCCESS]);
    lab.stop();
    expect(left()).toEqual({});
  });

  it("too little physical memory is RESOURCES, too", () => {
    const lab = new Laboratory({
      hosts: [{ name: "alice", memoryBytes: 256 << 10, nics: [{ name: "nic0", address: ALICE }], clients: [] }],
      frameMemoryBytes: 1 << 20,
      frameCapacity: 64,
    });
    expect(() => lab.start()).toThrow("NDIS_STATUS_RESOURCES");
    expect(NDIS_STATUS_RESOURCES).not.toBe(NDIS_STATUS_SUCCESS);
    lab.stop();
    expect(Object.values(lab.host("alice").leftovers()).every((count) => count === 0)).toBe(true);
  });
});

describe("allocations that fail while calls are made", () => {
  /** A pair whose chooser lets one allocation fail from a moment on. */
  class LateFailure implements Chooser {
    failAt = -1;
    asked = 0;

    choose(point: string): number {
      if (point !== "memory-allocation") return 0;
      return this.asked++ === this.failAt ? 1 : 0;
    }
  }

  it("a call that meets a failure fails or comes up; nothing breaks, nothing is left", () => {
    for (let nth = 0; nth < 12; nth++) {
      const chooser = new LateFailure();
      const pair = new Pair({ lab: { chooser } }).start();
      chooser.failAt = chooser.asked + nth;
      const call = pair.alice.client.makeCall({
        called: pair.bob.nic.address,
        service: "ubr",
        forwardPeakCellRate: 0,
        backwardPeakCellRate: 0,
        maximumSduBytes: 1_500,
      });
      pair.runUntil(() => call.state === "connected" || call.state === "closed");
      if (call.state === "connected") {
        pair.alice.send(call, new Uint8Array(10), new Uint8Array(20));
        pair.run(10 * MS);
        call.close();
      }
      pair.runUntil(() => call.state === "closed");
      expect(call.state).toBe("closed");
      expect(pair.stop(), `allocation ${nth} of the call`).toEqual({});
    }
  });
});
