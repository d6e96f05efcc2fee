import { describe, expect, it } from "vitest";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import { NDIS_STATUS_FAILURE } from "../../src/ndis/index.ts";
import { ADDRESS, expectOrderly, MODES, outcomes, run, TWO_HOSTS } from "./support/experiment.ts";

describe.each(MODES)("a called party that cannot be reached, in %s mode", (mode) => {
  it.each([
    [
      "below the prefix that the switch serves: cause 1, unallocated number",
      ADDRESS.nobody,
      "NDIS_STATUS_INVALID_ADDRESS",
      1,
    ],
    [
      "below another prefix: cause 3, no route to destination",
      ADDRESS.elsewhere,
      "NDIS_STATUS_NO_ROUTE_TO_DESTINATION",
      3,
    ],
    ["an E.164 number of nobody: cause 3", '"+4930123456"', "NDIS_STATUS_NO_ROUTE_TO_DESTINATION", 3],
  ])("%s", (_what, to, status, cause) => {
    const summary = run(`${TWO_HOSTS}mode: ${mode}\ncalls: [{from: alice, to: ${to}, count: 3}]\n`);
    expect(outcomes(summary)).toEqual([`3 x ${status}/${cause}`]);
    expect(summary.calls).toMatchObject({ attempted: 3, connected: 0, refused: 3, failed: 0, closed: 0 });
    expectOrderly(summary);
  });

  it("nobody listens there: cause 88, incompatible destination", () => {
    const failed: [number, number][] = [];
    const alice = new AtmClient("client", { events: { callFailed: (call) => failed.push([call.status, call.cause]) } });
    const bob = new AtmClient("client", { listen: "none" });
    const lab = new Laboratory({
      mode,
      hosts: [
        { name: "alice", client: alice, nics: [{ address: ADDRESS.alice }] },
        { name: "bob", client: bob, nics: [{ address: ADDRESS.bob }] },
      ],
    });
    lab.start();
    lab.runUntil(() => alice.isReady && bob.isReady);
    alice.makeCall({ called: lab.nic("bob").address });
    lab.runUntil(() => failed.length > 0);
    expect(failed).toEqual([[NDIS_STATUS_FAILURE, 88]]);
    lab.stop();
    const left = [...lab.hosts.map((host) => host.leftovers()), lab.leftovers()].flatMap((kinds) =>
      Object.values(kinds),
    );
    expect(left.filter((count) => count !== 0)).toEqual([]);
  });
});

describe.each(MODES)("admission in %s mode", (mode) => {
  const cbr = (rate: number, more = "") => `service: cbr, peakCellRate: ${rate}cells/s, hold: 1ms${more}`;

  it("a CBR call beyond what is left of the link: cause 37, NDIS_STATUS_CELLRATE_NOT_AVAILABLE; a release brings the capacity back", () => {
    // SONET STS-3c carries 149.76 Mbit/s of cells: 353,207 a second.
    const summary = run(`${TWO_HOSTS}mode: ${mode}
calls:
  - {from: alice, to: bob, ${cbr(200_000)}}
  - {from: alice, to: bob, at: 100us, ${cbr(153_207)}}
  - {from: alice, to: bob, at: 500us, ${cbr(1)}}
  - {from: alice, to: bob, at: 10ms, ${cbr(353_207)}}
`);
    expect(outcomes(summary).sort()).toEqual([
      "1 x NDIS_STATUS_CELLRATE_NOT_AVAILABLE/37",
      "3 x NDIS_STATUS_SUCCESS/-",
    ]);
    expect(summary.calls).toMatchObject({ attempted: 4, connected: 3, refused: 1, failed: 0, closed: 3 });
    expectOrderly(summary);
  });

  it("counts each direction, and the called party's link too", () => {
    const summary = run(`${TWO_HOSTS}mode: ${mode}
links: [{nic: bob, rate: 100000cells/s}]
calls:
  - {from: alice, to: bob, ${cbr(90_000, ", backwardPeakCellRate: 20000cells/s")}}
  - {from: alice, to: bob, at: 100us, ${cbr(20_000, ", backwardPeakCellRate: 1cells/s")}}
  - {from: bob, to: alice, at: 200us, ${cbr(80_000, ", backwardPeakCellRate: 10000cells/s")}}
  - {from: bob, to: alice, at: 300us, ${cbr(1, ", backwardPeakCellRate: 1cells/s")}}
`);
    expect(outcomes(summary).sort()).toEqual([
      "2 x NDIS_STATUS_CELLRATE_NOT_AVAILABLE/37",
      "2 x NDIS_STATUS_SUCCESS/-",
    ]);
    expectOrderly(summary);
  });

  it("best effort is admitted to a full link", () => {
    const calls = `[{from: alice, to: bob, ${cbr(353_207)}}, {from: alice, to: bob, at: 100us, count: 5, hold: 1ms}]`;
    const summary = run(`${TWO_HOSTS}mode: ${mode}\ncalls: ${calls}\n`);
    expect(outcomes(summary)).toEqual(["6 x NDIS_STATUS_SUCCESS/-"]);
    expectOrderly(summary);
  });

  it("a NIC without a free VC: NDIS_STATUS_RESOURCES where the caller has none, cause 47 where the called party has none", () => {
    const summary = run(`hosts:
  - {name: alice, nics: [{address: ${ADDRESS.alice}, vcs: 3}]}
  - {name: bob, nics: [{address: ${ADDRESS.bob}, vcs: 2}]}
mode: ${mode}
calls: [{from: alice, to: bob, count: 4, hold: 1ms}, {from: alice, to: bob, at: 5ms}]
`);
    expect(outcomes(summary).sort()).toEqual([
      "1 x NDIS_STATUS_RESOURCES/-",
      "1 x NDIS_STATUS_RESOURCES/47",
      "3 x NDIS_STATUS_SUCCESS/-",
    ]);
    expectOrderly(summary);
  });

  it("a host whose memory does not suffice for its drivers: the run ends with a finding, and nothing is left", () => {
    const summary = run(`hosts: [{name: alice, memory: 2MiB, nics: [{address: ${ADDRESS.alice}}]}]\nmode: ${mode}\n`);
    expect(summary.findings).toEqual([
      { rule: "start-up", message: "alice: MiniportInitializeEx for alice/nic0 returned NDIS_STATUS_RESOURCES" },
    ]);
    expectOrderly({ ...summary, findings: [] });
  });
});
