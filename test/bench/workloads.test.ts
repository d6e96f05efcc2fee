import { describe, expect, it } from "vitest";
import { FrameSink, FrameSource } from "../../bench/baselines/numbered-frames.ts";
import { Waiting } from "../../bench/baselines/waiting.ts";
import { CATALOG } from "../../bench/catalog.ts";
import { LossError } from "../../bench/harness/workload.ts";
import { TwoHosts } from "../../bench/workloads/two-hosts.ts";

// Only that the work is done, and completely: how long it takes is for the bench alone.

const OPERATIONS = { throughput: 2_500, activation: 300 } as const;
/** A 9,180-byte SDU with its 8-byte trailer takes 192 cells (I.363.5: padded to a multiple of 48). */
const CELLS_PER_BIG_FRAME = 192;

describe("every workload does what it is asked, twice in a row, loses nothing and leaves nothing", () => {
  it.each(CATALOG.map(({ group, workload }) => [workload.id, workload, OPERATIONS[group]] as const))(
    "%s",
    async (_id, workload, operations) => {
      const session = await workload.open();
      const perOperation = workload.unit === "cells/s" ? CELLS_PER_BIG_FRAME : 1;
      for (let turn = 0; turn < 2; turn++) {
        const units = await session.run(operations);
        expect(units).toBeGreaterThanOrEqual(operations * perOperation);
        expect(units).toBeLessThan((operations + 32) * perOperation);
      }
      await session.close();
    },
  );
});

describe("a sample with a loss is no figure", () => {
  const OPTIONS = { mode: "frame", sendBuffers: 1, sendBufferBytes: 64 } as const;

  it("what never happens is a loss", () => {
    const hosts = new TwoHosts(OPTIONS);
    expect(() => hosts.runUntil("frames were lost", () => false, 1e9)).toThrow(new LossError("frames were lost"));
    hosts.close();
  });

  it("what is left behind on the fibre is a loss", () => {
    const hosts = new TwoHosts(OPTIONS);
    hosts.laboratory.fibre.trains.take();
    expect(() => hosts.close()).toThrow(new LossError("left behind: trains on the fibre 1"));
  });

  it("a baseline's frame that is missing, repeated or cut is a loss", () => {
    const source = new FrameSource(64, 8);
    const sink = new FrameSink(64);
    const [first, second, third] = [source.next(), source.next(), source.next()];
    sink.take(first);
    expect(() => sink.take(first)).toThrow(LossError);
    sink.take(third);
    expect(() => sink.take(second)).toThrow(LossError);
    expect(() => new FrameSink(64).take(first.subarray(0, 63))).toThrow(LossError);
  });

  it("frame numbers are those of 32 bits: 70,000 frames in a row are in order", () => {
    const source = new FrameSource(64, 3);
    const sink = new FrameSink(64);
    for (let i = 0; i < 70_000; i++) sink.take(source.next());
    expect([source.made, sink.received]).toEqual([70_000, 70_000]);
  });

  it("whoever waits is told of a failure at the far side", async () => {
    const waiting = new Waiting();
    const waits = waiting.until(10);
    waiting.reached(9);
    waiting.fail(new LossError("gone"));
    await expect(waits).rejects.toThrow("gone");
    waiting.reached(10);
    await waiting.until(10);
  });
});
