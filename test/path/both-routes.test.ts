import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Route } from "../../src/lab/laboratory.ts";
import type { RunSummary } from "../../src/lab/run.ts";
import { runScenario } from "../../src/lab/run.ts";
import { InputError } from "../../src/lab/scenario/input-error.ts";
import { parseScenario } from "../../src/lab/scenario/load-scenario.ts";
import { freshFolder } from "../lab/support/folder.ts";
import type { RecordedRun } from "./support/experiment.ts";
import { ADDRESS, expectClean, leftovers, recorded, TWO_HOSTS } from "./support/experiment.ts";

const EXAMPLES = join(import.meta.dirname, "../../examples");
const folder = freshFolder();

/** Runs a scenario with every host on the route that is its turn. */
function over(routes: readonly Route[], text: string, outDir?: string): RunSummary {
  const scenario = parseScenario(text, join(EXAMPLES, "scenario.yaml"));
  if (scenario instanceof InputError) throw scenario;
  const hosts = scenario.hosts.map((host, i) => ({ ...host, route: routes[i % routes.length] }));
  return runScenario({ ...scenario, hosts }, outDir === undefined ? {} : { outDir });
}

/** What does not depend on who manages the calls. */
function substance({ calls, frames, stopped, findings }: RunSummary): unknown {
  const { sent, delivered, bytesSent, bytesDelivered, outOfOrder, repeated, dropped } = frames;
  return { calls, sent, delivered, bytesSent, bytesDelivered, outOfOrder, repeated, dropped, stopped, findings };
}

const EXAMPLE_NAMES = [
  "quickstart",
  "refused-call",
  "bit-flip",
  "admission",
  "three-hosts",
  "link-flap",
  "multipoint",
] as const;

describe.each(EXAMPLE_NAMES)("examples/%s.yaml", (name) => {
  const text = readFileSync(join(EXAMPLES, `${name}.yaml`), "utf8");

  it("gives the same calls, statuses, frames and bytes over both routes, and leaves nothing behind on either", () => {
    const mcm = over(["mcm"], text);
    const standAlone = over(["call-manager"], text);
    expect(mcm.calls.attempted).toBeGreaterThan(0);
    expect(substance(standAlone)).toEqual(substance(mcm));
    expect([leftovers(mcm), leftovers(standAlone)]).toEqual([{}, {}]);
  });
});

describe("an MCM and a stand-alone call manager at the two ends of a call", () => {
  const text = `${TWO_HOSTS}
traffic:
  - {name: mix, generator: imix, count: 200, batch: 8}
calls:
  - {from: alice, to: bob, count: 3, interval: 50us, traffic: mix, backwardTraffic: mix}
  - {from: bob, to: alice, service: cbr, peakCellRate: 50000 cells/s, traffic: mix}
  - {from: alice, to: ${ADDRESS.nobody}}
`;

  it.each([
    ["mcm", "call-manager"],
    ["call-manager", "mcm"],
  ] as const)("%s calls, %s is called: as if both were of one kind", (...routes) => {
    const mixed = over(routes, text);
    expectClean(mixed);
    expect(mixed.calls).toMatchObject({ attempted: 5, connected: 4, refused: 1 });
    expect(substance(mixed)).toEqual(substance(over(["mcm"], text)));
  });
});

describe("the signalling channel", () => {
  const text = `${TWO_HOSTS}calls:\n  - {from: alice, to: bob}\n`;

  /** VC handlers of a miniport that concern its first VC, as "handler vc". */
  const ofFirstVc = (run: RecordedRun): string[] =>
    run
      .trace()
      .filter(({ source, fields }) => source.startsWith("alice/") && fields.NdisVcHandle === "vc#1")
      .map(({ name }) => name);

  it("of a stand-alone call manager is a VC that NDIS sees: created, activated, used, deactivated, deleted (VC-14)", () => {
    const path = folder.path("call-manager");
    const routed = text.replaceAll(", nics:", ", route: call-manager, nics:");
    const run = recorded(path, routed);
    expectClean(run.summary);
    const names = ofFirstVc(run);
    const order = ["NdisCmActivateVc", "NdisCoSendNetBufferLists", "NdisCmDeactivateVc", "NdisCoDeleteVc"];
    expect(
      order.map((name) => names.indexOf(name)).every((at, i, all) => at >= 0 && (i === 0 || at > all[i - 1])),
    ).toBe(true);
    // Nobody but the call manager and the miniport has it.
    expect(names.filter((name) => name.startsWith("ProtocolCl") || name === "ProtocolCoCreateVc")).toEqual([]);
  });

  it("of an MCM is none of NDIS's business: the first VC that NDIS sees is the client's (VC-13)", () => {
    const run = recorded(folder.path("mcm"), text);
    expectClean(run.summary);
    expect(ofFirstVc(run)).toContain("NdisClMakeCall");
  });
});
