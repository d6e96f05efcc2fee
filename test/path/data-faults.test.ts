import { describe, expect, it } from "vitest";
import { expectOrderly, MODES, outcomes, run, TWO_HOSTS } from "./support/experiment.ts";

const FRAMES = 60;

/** One call with numbered packets from alice to bob; signalling comes first, so that frames 20 and later are data. */
function runWith(mode: string, fault: string) {
  const summary = run(`${TWO_HOSTS}mode: ${mode}
traffic: [{name: t, generator: fixed, size: 600, count: ${FRAMES}}]
calls: [{from: alice, to: bob, traffic: t}]
faults: [{${fault}, link: alice, direction: to-switch, frame: 20}]
`);
  expect(outcomes(summary)).toEqual(["1 x NDIS_STATUS_SUCCESS/-"]);
  expectOrderly(summary);
  return summary.frames;
}

describe.each(MODES)("a fault on data in %s mode is counted for what it is", (mode) => {
  const whole = { sent: FRAMES, bytesSent: FRAMES * 600, outOfOrder: 0, repeated: 0, dropped: {} };

  it("three frames lost", () => {
    const delivered = FRAMES - 3;
    const frames = runWith(mode, "kind: drop, count: 3");
    expect(frames).toEqual({ ...whole, delivered, bytesDelivered: delivered * 600, dropped: { "fault-drop": 3 } });
  });

  it("three frames doubled: each is delivered once and repeated once", () => {
    const frames = runWith(mode, "kind: duplicate, count: 3");
    expect(frames).toEqual({ ...whole, delivered: FRAMES, bytesDelivered: FRAMES * 600, repeated: 3 });
  });

  it("three frames held up until all others are through: all are delivered, three out of order", () => {
    const frames = runWith(mode, "kind: delay, delay: 80ms, count: 3");
    expect(frames).toEqual({ ...whole, delivered: FRAMES, bytesDelivered: FRAMES * 600, outOfOrder: 3 });
  });
});
