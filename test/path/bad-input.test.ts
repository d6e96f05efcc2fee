import { readdirSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import { vmcm } from "../cli/support/command.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { ADDRESS, TWO_HOSTS } from "./support/experiment.ts";
import { ethernetPcap, mixedPackets } from "./support/packets.ts";

const folder = freshFolder();

/** Nine levels of nine aliases each: 387 million texts. */
const YAML_BOMB = ["a: &a [x,x,x,x,x,x,x,x,x]"]
  .concat([..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[i]}`).join(",")}]`))
  .join("\n");

const FILES: Record<string, string | Uint8Array> = {
  "fine.yaml": TWO_HOSTS,
  "unknown-key.yaml": `${TWO_HOSTS}calls: [{from: alice, too: bob}]\n`,
  "bad-address.yaml": TWO_HOSTS.replace(ADDRESS.bob, "47.0005.80.ffe100.0000.f21a.26d8.0020ea00000g.00"),
  "negative-rate.yaml": `${TWO_HOSTS}links:\n  - {nic: bob, rate: -155Mbit/s}\n`,
  "no-such-capture.yaml": `${TWO_HOSTS}traffic: [{name: t, generator: capture, file: nowhere.pcap}]\n`,
  "bomb.yaml": YAML_BOMB,
  "cut.pcap": ethernetPcap(mixedPackets(3)).subarray(0, -20),
  "truncated-capture.yaml": `${TWO_HOSTS}traffic: [{name: t, generator: capture, file: cut.pcap}]\n`,
  "escapes.yaml": 'hosts: "\\e[31mred\\0\\a"\n',
  "binary.yaml": new Uint8Array(300),
};
beforeEach(() => {
  for (const [name, content] of Object.entries(FILES)) writeFileSync(folder.path(name), content);
});

async function complaint(...parameters: string[]): Promise<{ code: number; text: string }> {
  const written: string[] = [];
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(`stdout: ${text}`) > 0);
  try {
    return { code: await main(parameters), text: written.join("") };
  } finally {
    stderr.mockRestore();
    stdout.mockRestore();
  }
}

/** What is wrong, where, and what would be right. */
const WRONG_SCENARIOS: readonly [string, RegExp][] = [
  ["unknown-key.yaml", /unknown-key\.yaml:4:\d+: calls\[0\]\.too: unknown key \(did you mean 'to'\?\)/],
  [
    "bad-address.yaml",
    /bad-address\.yaml:3:\d+: hosts\[1\]\.nics\[0\]\.address: no ATM address: 'g' is not a hexadecimal digit \(an AESA has 40/,
  ],
  [
    "negative-rate.yaml",
    /negative-rate\.yaml:5:\d+: links\[0\]\.rate: -155Mbit\/s is negative \(for example 155\.52Mbit\/s/,
  ],
  ["no-such-capture.yaml", /no-such-capture\.yaml:4:\d+: traffic\[0\]\.file: .*nowhere\.pcap does not exist/],
  ["bomb.yaml", /bomb\.yaml:1:1: too many YAML aliases/],
  [
    "truncated-capture.yaml",
    /truncated-capture\.yaml:4:\d+: traffic\[0\]\.file: .*cut\.pcap, byte \d+: truncated: packet 3 has .*allowTruncated: true/,
  ],
  ["missing.yaml", /missing\.yaml: the scenario does not exist/],
  ["escapes.yaml", /escapes\.yaml:1:8: hosts: the text '.*' where a list belongs/],
  ["binary.yaml", /binary\.yaml:1:1: .*where a group of keys belongs/],
];

describe("bad input", () => {
  it.each(WRONG_SCENARIOS)("%s: one line, exit code 2, and nothing is left behind", async (file, message) => {
    const { code, text } = await complaint("run", folder.path(file), "--out", folder.path("out"));
    expect(code).toBe(2);
    expect(text).toMatch(/^vmcm: \P{Cc}+\n$/u);
    expect(text).toMatch(message);
    expect(readdirSync(folder.path(".")).sort()).toEqual(Object.keys(FILES).sort());
  });

  it.each([
    ["a wrong option", ["--sed", "1"], "unknown option '--sed' (Did you mean --seed?)"],
    ["an option with an escape sequence in it", ["--o\u001b[31mx"], "unknown option '--o [31mx'"],
    ["a seed that is no number", ["--seed", "one"], "--seed one: a seed is a whole number from 0 to 4294967295"],
    [
      "a seed that is too large",
      ["--seed", "4294967296"],
      "--seed 4294967296: a seed is a whole number from 0 to 4294967295",
    ],
    ["a negative seed", ["--seed=-1"], "--seed -1: a seed is a whole number from 0 to 4294967295"],
  ])("%s: one line, exit code 2, and nothing is left behind", async (_what, options, message) => {
    const ending = await complaint("run", folder.path("fine.yaml"), "--out", folder.path("out"), ...options);
    expect(ending).toEqual({ code: 2, text: `vmcm: ${message}\n` });
    expect(readdirSync(folder.path(".")).sort()).toEqual(Object.keys(FILES).sort());
  });

  it("the command itself does the same, in its own folder", () => {
    const ending = vmcm(folder.path("."), "run", "truncated-capture.yaml");
    expect(ending).toMatchObject({ code: 2, stdout: "" });
    expect(ending.stderr).toMatch(/^vmcm: truncated-capture\.yaml:4:\d+: [^\n]+\n$/);
    expect(readdirSync(folder.path(".")).sort()).toEqual(Object.keys(FILES).sort());
  });

  it("a capture that is cut off is taken as far as it goes where the scenario says so", async () => {
    writeFileSync(
      folder.path("as-far-as-it-goes.yaml"),
      `${TWO_HOSTS}traffic: [{name: t, generator: capture, file: cut.pcap, allowTruncated: true}]
calls: [{from: alice, to: bob, traffic: t}]
`,
    );
    const ending = vmcm(folder.path("."), "run", "as-far-as-it-goes.yaml", "--json");
    expect(ending).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(ending.stdout)).toMatchObject({ frames: { sent: 2, delivered: 2 } });
  });
});
