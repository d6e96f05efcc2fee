import { describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/lab/run.ts";
import { expectOrderly, MODES, outcomes, run, TWO_HOSTS, traceOf } from "./support/experiment.ts";

/** Frames of a port and direction while the first call lasts. */
const SIGNALLING_FRAMES = 8;
const PLACES = ["alice", "bob"].flatMap((link) =>
  ["to-switch", "to-nic"].map((direction) => [link, direction] as const),
);

/** Two calls, so that something comes behind what was lost; they last longer than SSCOP takes to notice. */
function runWith(mode: string, faults: readonly string[]): RunSummary {
  return run(`${TWO_HOSTS}mode: ${mode}
calls: [{from: alice, to: bob, hold: 3s}, {from: bob, to: alice, at: 4s, hold: 3s}]
faults: [${faults.join(", ")}]
`);
}

function expectBothCalls(summary: RunSummary): void {
  expect(outcomes(summary)).toEqual(["2 x NDIS_STATUS_SUCCESS/-"]);
  expect(summary.calls).toMatchObject({ connected: 2, closed: 2 });
  expectOrderly(summary);
}

/** The frames of one direction, one after the other. */
const FRAMES = Array.from({ length: SIGNALLING_FRAMES }, (_, i) => i + 1);

describe("a fault on the signalling channel: SSCOP repeats, and the calls go through", () => {
  const each = MODES.flatMap((mode) => PLACES.map(([link, direction]) => ({ mode, link, direction })));

  it.each(each)("each frame of $link, $direction, damaged in turn, in $mode mode", ({ mode, link, direction }) => {
    const counted = direction === "to-nic" ? "crc-error" : "switch-signalling-damaged";
    for (const frame of FRAMES) {
      const summary = runWith(mode, [`{kind: bit-flip, link: ${link}, direction: ${direction}, frame: ${frame}}`]);
      expectBothCalls(summary);
      expect(summary.frames.dropped).toEqual({ [counted]: 1 });
    }
  });

  it.each(PLACES)("each frame of %s, %s, lost, doubled or held up in turn", (link, direction) => {
    for (const frame of FRAMES) {
      const place = `link: ${link}, direction: ${direction}, frame: ${frame}`;
      const summary = runWith("frame", [`{kind: drop, ${place}}`]);
      expectBothCalls(summary);
      expect(summary.frames.dropped).toEqual({ "fault-drop": 1 });
      expectBothCalls(runWith("frame", [`{kind: duplicate, ${place}}`]));
      expectBothCalls(runWith("frame", [`{kind: delay, ${place}, delay: 300ms}`]));
    }
  });

  it.each(MODES)("runs of frames lost, doubled and held up on every link and direction at once, in %s mode", (mode) => {
    const faults = PLACES.flatMap(([link, direction], i) => [
      `{kind: drop, link: ${link}, direction: ${direction}, frame: ${3 + i}, count: 2}`,
      `{kind: duplicate, link: ${link}, direction: ${direction}, frame: ${6 + i}, count: 5}`,
      `{kind: delay, link: ${link}, direction: ${direction}, frame: ${12 + i}, count: 3, delay: 40ms}`,
    ]);
    expectBothCalls(runWith(mode, faults));
  });
});

describe("the time of a fault", () => {
  it("counts from when all hosts are up, as the times of calls do: at 0 it hits the first SETUP, not the start of signalling", () => {
    const summary = run(`${TWO_HOSTS}calls: [{from: alice, to: bob, hold: 3s}]
faults: [{kind: drop, link: alice, direction: to-switch, at: 0s}]
`);
    expect(outcomes(summary)).toEqual(["1 x NDIS_STATUS_SUCCESS/-"]);
    expectOrderly(summary);
    // A lost message is repeated when the answer to a poll says so; Timer_POLL is 750 ms at the UNI (Q.2130 table 7).
    expect(summary.virtualTimeNs).toBeGreaterThan(3.7e9);
    expect(summary.virtualTimeNs).toBeLessThan(4e9);
  });

  it("so that 10 us spare the SETUP that leaves at 0.4 us, whatever time the hosts took to come up", () => {
    const trace = traceOf(`${TWO_HOSTS}calls: [{from: alice, to: bob, hold: 3s}]
faults: [{kind: drop, link: alice, direction: to-switch, at: 10us}]
`);
    const made = trace.find(({ name }) => name === "NdisClMakeCall")?.timeNs ?? 0;
    const hits = trace.filter(({ kind }) => kind === "fault").map(({ timeNs }) => timeNs - made);
    expect(made).toBeGreaterThan(10_000);
    expect(hits.length).toBe(1);
    expect(hits[0]).toBeGreaterThanOrEqual(10_000);
  });
});
