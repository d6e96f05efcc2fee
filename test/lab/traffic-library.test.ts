import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/lab/scenario/input-error.ts";
import { parseScenario } from "../../src/lab/scenario/load-scenario.ts";
import type { Scenario } from "../../src/lab/scenario/scenario.ts";
import { TrafficLibrary } from "../../src/lab/traffic/traffic-library.ts";
import { generatedFlow } from "../../src/lab/traffic/udp-packet.ts";
import { ethernetFrame, pcapFile } from "./support/capture-bytes.ts";
import { freshFolder } from "./support/folder.ts";

const folder = freshFolder();

function scenario(seed: number): Scenario {
  const packets = [0, 3].map((seconds) => ({ seconds, fraction: 0, bytes: ethernetFrame(60, seconds) }));
  writeFileSync(folder.path("a.pcap"), pcapFile(true, 0xa1b2c3d4, 1, packets));
  const text = `seed: ${seed}
hosts: [{name: alice, nics: [{address: +1}]}, {name: bob, nics: [{address: +2}]}]
traffic:
  - {name: even, generator: fixed, size: 100, count: 4, rate: 1k/s, batch: 2}
  - {name: mix, generator: imix, count: 12}
  - {name: random, generator: poisson, rate: 1k/s, count: 50}
  - {name: live, generator: capture, file: a.pcap, timing: recorded}
  - {name: fast, generator: capture, file: a.pcap}
calls: [{from: alice, to: bob, traffic: live}]
`;
  const result = parseScenario(text, folder.path("s.yaml"));
  if (result instanceof InputError) throw result;
  return result;
}

/** Length and gap of every packet. */
function shape(library: TrafficLibrary, name: string, flow = 0): [number, number][] {
  const source = library.open(name, flow);
  const packets: [number, number][] = [];
  for (; source.sduLength >= 0; source.advance()) packets.push([source.sduLength, source.gapNs]);
  expect(packets.length).toBe(source.count);
  expect(Math.max(...packets.map(([length]) => length))).toBe(source.longestSdu);
  return packets;
}

describe("TrafficLibrary", () => {
  it("opens what the scenario describes", () => {
    const library = new TrafficLibrary(scenario(1));
    expect(shape(library, "even")).toEqual([
      [100, 0],
      [100, 0],
      [100, 2e6],
      [100, 0],
    ]);
    expect(
      shape(library, "mix")
        .map(([length]) => length)
        .sort((a, b) => b - a)
        .slice(0, 6),
    ).toEqual([1518, 594, 594, 594, 594, 64]);
    expect(shape(library, "live")).toEqual([
      [70, 0],
      [70, 3e9],
    ]);
    expect(shape(library, "fast")).toEqual([
      [70, 0],
      [70, 0],
    ]);
  });

  it("random times follow from seed and flow alone", () => {
    const first = shape(new TrafficLibrary(scenario(1)), "random", 7);
    expect(shape(new TrafficLibrary(scenario(1)), "random", 7)).toEqual(first);
    expect(shape(new TrafficLibrary(scenario(1)), "random", 8)).not.toEqual(first);
    expect(shape(new TrafficLibrary(scenario(2)), "random", 7)).not.toEqual(first);
  });

  it("every source stands for itself and marks its packets with its flow", () => {
    const library = new TrafficLibrary(scenario(1));
    const [one, two] = [library.open("even", 1), library.open("even", 2)];
    one.advance();
    one.advance();
    expect([one.gapNs, two.gapNs]).toEqual([2e6, 0]);
    const bytes = new Uint8Array(100);
    two.write(bytes, 0);
    expect(generatedFlow(bytes, 0)).toBe(2);
  });

  it("a capture that went away since the scenario was checked is told as a problem of the scenario", () => {
    const checked = scenario(1);
    rmSync(folder.path("a.pcap"));
    expect(() => new TrafficLibrary(checked)).toThrow(`${folder.path("a.pcap")} does not exist`);
  });
});
