import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vmcm } from "../cli/support/command.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { MODES, recorded, TWO_HOSTS } from "./support/experiment.ts";

const folder = freshFolder();

/** Everything random that a scenario has: Poisson times and bit flips without a place. */
const scenario = (mode: string) => `${TWO_HOSTS}mode: ${mode}
traffic:
  - {name: calls, generator: poisson, size: 200, rate: 20k/s, count: 100, batch: 2}
  - {name: mix, generator: imix, count: 50}
calls:
  - {from: alice, to: bob, count: 3, interval: 40us, traffic: calls, backwardTraffic: mix}
  - {from: bob, to: alice, traffic: calls}
faults:
  - {kind: bit-flip, link: bob, direction: to-nic, frame: 30}
  - {kind: delay, link: alice, direction: to-switch, frame: 12, delay: 3ms}
`;

function files(path: string): Map<string, Buffer> {
  return new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name))]));
}

describe.each(MODES)("a run in %s mode", (mode) => {
  it("gives the same bytes again: trace, capture, ladder and summary", () => {
    const first = recorded(folder.path("first"), scenario(mode));
    const second = recorded(folder.path("second"), scenario(mode));
    expect(second.summary).toEqual(first.summary);
    const written = files(first.folder);
    expect([...written.keys()].sort()).toEqual(["capture.pcapng", "ladder.mmd", "trace.jsonl"]);
    for (const [name, bytes] of files(second.folder))
      expect([name, bytes.equals(written.get(name) ?? bytes.subarray(1))]).toEqual([name, true]);
    expect(first.summary.frames.dropped).toEqual({ "crc-error": 1 });
  });

  it("with another seed sends its packets at other times", () => {
    const first = recorded(folder.path("first"), scenario(mode));
    const other = recorded(folder.path("other"), scenario(mode), { seed: 2 });
    expect(other.summary).toMatchObject({
      seed: 2,
      calls: first.summary.calls,
      frames: { sent: first.summary.frames.sent },
    });
    expect(readFileSync(other.path("capture")).equals(readFileSync(first.path("capture")))).toBe(false);
    expect(other.summary.virtualTimeNs).not.toBe(first.summary.virtualTimeNs);
  });
});

describe("vmcm run", () => {
  it("twice, in two processes and two folders: the run folders have the same bytes, the summary included", () => {
    writeFileSync(folder.path("s.yaml"), scenario("cell"));
    for (const out of ["a", "b"])
      expect(vmcm(folder.path("."), "run", "s.yaml", "--out", out)).toMatchObject({ code: 0, stderr: "" });
    const [a, b] = [files(folder.path("a")), files(folder.path("b"))];
    expect([...a.keys()].sort()).toEqual(["capture.pcapng", "ladder.mmd", "summary.json", "trace.jsonl"]);
    for (const [name, bytes] of b) expect([name, bytes.equals(a.get(name) ?? bytes.subarray(1))]).toEqual([name, true]);
  });
});
