import { beforeAll, describe, expect, it } from "vitest";
import { freshFolder } from "../lab/support/folder.ts";
import type { TraceEvent } from "./support/experiment.ts";
import { expectOrderly, MODES, outcomes, recorded, run, TWO_HOSTS, traceOf } from "./support/experiment.ts";

const folder = freshFolder();

/** The moments of an undisturbed call, in microseconds after it is made. */
interface Moments {
  readonly setupUnderWay: number;
  readonly proceeding: number;
  readonly answered: number;
  readonly connected: number;
}

function momentsOf(trace: readonly TraceEvent[]): Moments {
  const at = (source: string, name: string, direction: string): number => {
    const event = trace.find(
      (other) => other.source === source && other.name === name && other.fields.direction === direction,
    );
    if (event === undefined) throw new Error(`${source} has no ${name} ${direction}`);
    return event.timeNs;
  };
  const made = trace.find(({ name }) => name === "NdisClMakeCall")?.timeNs ?? 0;
  const after = (timeNs: number): number => (timeNs - made) / 1_000;
  const between = (a: number, b: number): number => Math.round(after((a + b) / 2));
  return {
    setupUnderWay: between(at("alice/vmcm", "SETUP", "sent"), at("alice/vmcm", "CALL PROCEEDING", "received")),
    proceeding: between(at("alice/vmcm", "CALL PROCEEDING", "received"), at("bob/vmcm", "CONNECT", "sent")),
    answered: between(at("bob/vmcm", "CONNECT", "sent"), at("alice/vmcm", "CONNECT", "received")),
    connected: Math.round(after(at("alice/vmcm", "CONNECT ACKNOWLEDGE", "sent")) + 20),
  };
}

describe.each(MODES)("a link that goes down, in %s mode", (mode) => {
  /** The call is made a millisecond after everybody is up, so that a link can be down before. */
  const CALL_AT_US = 1_000;
  const scenario = (faults: string, call = "hold: 30s") => `${TWO_HOSTS}mode: ${mode}
traffic: [{name: t, generator: fixed, size: 1500, count: 400}]
calls: [{from: alice, to: bob, at: ${CALL_AT_US}us, ${call}}]
faults: [${faults}]
`;
  const down = (link: string, afterCallUs: number) =>
    `{kind: link-down, link: ${link}, at: ${CALL_AT_US + afterCallUs}us}`;
  let moments: Moments;

  beforeAll(() => {
    moments = momentsOf(traceOf(scenario("", "hold: 1ms")));
  });

  // While a call is set up, losing the own link is cause 38 (network out of order), losing the other one cause 27 (destination
  // out of order). An active call lives on for T309 where the signalling is gone; the other side is told at once.
  it.each<[string, string, (moments: Moments) => number, string]>([
    ["the caller's, before SETUP", "alice", () => -500, "NDIS_STATUS_MEDIA_DISCONNECTED/-"],
    ["the called party's, before SETUP", "bob", () => -500, "NDIS_STATUS_DEST_OUT_OF_ORDER/27"],
    ["the caller's, between SETUP and CALL PROCEEDING", "alice", (at) => at.setupUnderWay, "NDIS_STATUS_FAILURE/38"],
    [
      "the called party's, between SETUP and CALL PROCEEDING",
      "bob",
      (at) => at.setupUnderWay,
      "NDIS_STATUS_DEST_OUT_OF_ORDER/27",
    ],
    ["the caller's, after CALL PROCEEDING", "alice", (at) => at.proceeding, "NDIS_STATUS_FAILURE/38"],
    ["the called party's, after CALL PROCEEDING", "bob", (at) => at.proceeding, "NDIS_STATUS_DEST_OUT_OF_ORDER/27"],
    ["the caller's, with CONNECT under way", "alice", (at) => at.answered, "NDIS_STATUS_FAILURE/38"],
    ["the caller's, when the call is up", "alice", (at) => at.connected, "NDIS_STATUS_DEST_OUT_OF_ORDER/-"],
    ["the called party's, when the call is up", "bob", (at) => at.connected, "NDIS_STATUS_DEST_OUT_OF_ORDER/-"],
  ])("%s: a clear status and cause, nothing left", (_when, link, moment, outcome) => {
    const summary = run(scenario(down(link, moment(moments))));
    expect(outcomes(summary)).toEqual([`1 x ${outcome}`]);
    expectOrderly(summary);
  });

  it("the caller's, when the call is up: it is given up there after T309 (10 s, Q.2931 table 7-2)", () => {
    const ending = recorded(folder.path("t309"), scenario(down("alice", moments.connected)));
    const closings = ending
      .trace()
      .filter(({ kind, name }) => kind === "callback" && name === "ProtocolClIncomingCloseCall");
    const downAt = ending.trace().find(({ name }) => name === "link-down")?.timeNs ?? 0;
    expect(closings.map(({ source }) => source)).toEqual(["bob/client", "alice/client"]);
    const [told, gaveUp] = closings.map(({ timeNs }) => timeNs - downAt);
    expect(told).toBeLessThan(1e6);
    expect(Math.abs((gaveUp ?? 0) - 10e9)).toBeLessThan(1e6);
  });

  it.each([
    ["alice", 200],
    ["alice", 5_000],
    ["bob", 200],
    ["bob", 5_000],
  ])(
    "%s's with data in flight, %i us after the call was made: what is lost is counted, nothing is left",
    (link, afterCallUs) => {
      const summary = run(scenario(down(link, afterCallUs), "traffic: t, backwardTraffic: t"));
      const { sent, delivered, dropped } = summary.frames;
      const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      expect(delivered).toBeLessThan(sent);
      // Signalling may be lost, too.
      expect(lost).toBeGreaterThanOrEqual(sent - delivered);
      expect(lost).toBeLessThanOrEqual(sent - delivered + 3);
      expect(outcomes(summary)).toEqual(["1 x NDIS_STATUS_DEST_OUT_OF_ORDER/-"]);
      expectOrderly(summary);
    },
  );

  it("a frame whose last bit had arrived when the fibre was cut is delivered", () => {
    // At 353,207 cells/s a frame of 1,500 bytes takes 90.6 us: in 4.2 ms, set-up included, 40 to 46 have come.
    const summary = run(scenario(down("alice", 4_200), "traffic: t"));
    expect(summary.frames.delivered).toBeGreaterThanOrEqual(40);
    expect(summary.frames.delivered).toBeLessThanOrEqual(46);
    expectOrderly(summary);
  });

  it.each(["alice", "bob"])(
    "%s's, and up again: the old call is over, and the next one comes up and carries data",
    (link) => {
      const summary = run(`${TWO_HOSTS}mode: ${mode}
traffic: [{name: t, generator: fixed, size: 1500, count: 100}]
calls:
  - {from: alice, to: bob, hold: 30s}
  - {from: alice, to: bob, at: 2ms}
  - {from: alice, to: bob, at: 3s, traffic: t, backwardTraffic: t}
faults: [{kind: link-down, link: ${link}, at: 1ms}, {kind: link-up, link: ${link}, at: 2s}]
`);
      expect(summary.calls).toMatchObject({ attempted: 3, connected: 2, closed: 2 });
      expect(outcomes(summary)).toContain("1 x NDIS_STATUS_SUCCESS/-");
      expect(summary.frames).toMatchObject({ sent: 200, delivered: 200 });
      expectOrderly(summary);
    },
  );

  it("flaps ten times under calls and data, and leaves nothing", () => {
    const flaps = Array.from({ length: 10 }, (_, i) => {
      const link = i % 3 === 0 ? "bob" : "alice";
      return `{kind: link-down, link: ${link}, at: ${1 + i * 3}ms}, {kind: link-up, link: ${link}, at: ${2 + i * 3}ms}`;
    });
    const summary = run(`${TWO_HOSTS}mode: ${mode}
traffic: [{name: t, generator: imix, count: 100}]
calls:
  - {from: alice, to: bob, count: 60, interval: 700us, traffic: t}
  - {from: bob, to: alice, count: 60, interval: 900us, traffic: t}
faults: [${flaps.join(", ")}]
`);
    expect(summary.calls.attempted).toBe(120);
    expect(summary.calls.connected).toBeGreaterThan(20);
    expect(summary.calls.connected).toBe(summary.calls.closed);
    expectOrderly(summary);
  });
});
