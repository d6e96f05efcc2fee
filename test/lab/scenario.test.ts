import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatInputError, InputError } from "../../src/lab/scenario/input-error.ts";
import { loadScenario, parseScenario } from "../../src/lab/scenario/load-scenario.ts";
import type { Scenario } from "../../src/lab/scenario/scenario.ts";
import { scenarioJsonSchema } from "../../src/lab/scenario/schema.ts";
import { formatAtmAddress } from "../../src/wire/atm-address.ts";
import { ethernetFrame, pcapFile } from "./support/capture-bytes.ts";
import { freshFolder } from "./support/folder.ts";

const folder = freshFolder();

const ALICE = "47.0005.80.ffe100.0000.f21a.26d8.0020ea000001.00";
const HOSTS = `hosts:
  - name: alice
    nics:
      - address: ${ALICE}
  - name: bob
    nics:
      - address: +4989123456
`;

function scenario(text: string): Scenario {
  const result = parseScenario(text, "test/quick start.yaml");
  if (result instanceof InputError) throw result;
  return result;
}

/** The one line that a user sees. */
function complaint(text: string): string {
  const result = parseScenario(text, "s.yaml");
  return result instanceof InputError ? formatInputError(result) : "no complaint";
}

describe("a scenario", () => {
  it("with hosts alone gets every default", () => {
    expect(scenario(HOSTS)).toMatchObject({
      name: "quick-start",
      seed: 1,
      mode: "frame",
      switchName: "switch",
      links: [
        { name: "alice/nic0", nic: "alice/nic0", rateCellsPerSecond: 353_207, delayNs: 5_000 },
        { name: "bob/nic0", nic: "bob/nic0", rateCellsPerSecond: 353_207, delayNs: 5_000 },
      ],
      calls: [],
      traffic: [],
      faults: [],
      capture: { file: "capture.pcapng", includesData: true, maxBytes: 268_435_456 },
      durationNs: null,
    });
    const { hosts } = scenario(HOSTS);
    expect(hosts.map(({ memoryBytes }) => memoryBytes)).toEqual([16_777_216, 16_777_216]);
    expect(hosts[0]!.nics[0]).toMatchObject({ name: "nic0", fullName: "alice/nic0", vcs: 1024 });
  });

  it("keeps addresses that YAML would read as numbers", () => {
    const decimal = "4700918100000000613e5bfe010020ea00000100".replace(/[a-f]/g, "1");
    const text = `${HOSTS}  - {name: carol, nics: [{address: ${decimal}}]}\ncalls: [{from: bob, to: ${decimal}}, {from: carol, to: +4989123456}]\n`;
    const { hosts, calls } = scenario(text);
    expect(hosts.map(({ nics }) => formatAtmAddress(nics[0]!.address).replaceAll(".", ""))).toEqual([
      ALICE.replaceAll(".", ""),
      "+4989123456",
      decimal,
    ]);
    expect(calls.map(({ to }) => to)).toEqual(["carol/nic0", "bob/nic0"]);
  });

  it("counts quantities in the units that the names say", () => {
    const text = `${HOSTS}links:
  - {nic: alice, name: wan, rate: 42.4Mbit/s, delay: 1.5ms}
  - {nic: bob/nic0, rate: ds3, delay: 0}
traffic:
  - {name: bulk, generator: fixed, size: 64, count: 5, rate: 20k/s, batch: 32}
  - {name: mix, generator: imix}
calls:
  - {from: alice, to: bob, service: cbr, peakCellRate: 1Mbit/s, at: 10us, interval: 7ns, count: 3, hold: 2s, traffic: bulk}
  - {from: bob, to: alice, traffic: mix, backwardTraffic: bulk, sduSize: 1518}
faults:
  - {kind: bit-flip, link: wan, frame: 3, bit: 100}
  - {kind: delay, link: bob, direction: to-nic, at: 1s, delay: 1us, count: 2}
  - {kind: link-down, link: alice/nic0, at: 1ms}
capture: {file: x.pcapng, data: false, maxSize: 1MiB}
duration: 3s
`;
    const { links, traffic, calls, faults, capture, durationNs } = scenario(text);
    expect(links.map(({ name, rateCellsPerSecond, delayNs }) => [name, rateCellsPerSecond, delayNs])).toEqual([
      ["wan", 100_000, 1_500_000],
      ["bob/nic0", 104_268, 0],
    ]);
    expect(traffic).toEqual([
      { name: "bulk", generator: "fixed", sduBytes: 64, count: 5, packetsPerSecond: 20_000, batch: 32 },
      { name: "mix", generator: "imix", sduBytes: null, count: 1000, packetsPerSecond: null, batch: 1 },
    ]);
    // 1 Mbit/s is 2358.49 cells of 424 bits, rounded up.
    expect(calls[0]).toMatchObject({
      forwardPeakCellsPerSecond: 2359,
      backwardPeakCellsPerSecond: 2359,
      atNs: 10_000,
      intervalNs: 7,
      holdNs: 2e9,
    });
    expect(calls[1]).toMatchObject({
      service: "ubr",
      forwardPeakCellsPerSecond: 104_268,
      forwardTraffic: "mix",
      backwardTraffic: "bulk",
      holdNs: null,
    });
    expect(faults).toEqual([
      { kind: "bit-flip", link: "wan", direction: "to-switch", frame: 3, atNs: null, count: 1, bit: 100, delayNs: 0 },
      {
        kind: "delay",
        link: "bob/nic0",
        direction: "to-nic",
        frame: null,
        atNs: 1e9,
        count: 2,
        bit: null,
        delayNs: 1_000,
      },
      { kind: "link-down", link: "wan", atNs: 1_000_000 },
    ]);
    expect([capture, durationNs]).toEqual([{ file: "x.pcapng", includesData: false, maxBytes: 1_048_576 }, 3e9]);
    expect(scenario(`${HOSTS}capture: false\n`).capture).toBeNull();
  });

  it("may call an address that nobody has", () => {
    const unknown = ALICE.replace("01.00", "99.00");
    const [call] = scenario(`${HOSTS}calls: [{from: alice, to: "${unknown}"}]\n`).calls;
    expect([call!.to, formatAtmAddress(call!.calledAddress)]).toEqual([null, unknown]);
  });
});

describe("a wrong scenario gets one line that says what, where, and what would be right", () => {
  it.each<[string, string, string]>([
    ["an unknown key", `${HOSTS}seeed: 3\n`, "s.yaml:8:1: seeed: unknown key (did you mean 'seed'?)"],
    [
      "an unknown key inside",
      `${HOSTS}calls:\n  - {from: alice, too: bob}\n`,
      "s.yaml:9:19: calls[0].too: unknown key (did you mean 'to'?)",
    ],
    [
      "an unknown key of a kind of traffic",
      `${HOSTS}traffic:\n  - name: t\n    generator: fixed\n    sise: 64\n`,
      "s.yaml:11:5: traffic[0].sise: unknown key (did you mean 'size'?)",
    ],
    ["a missing key", `${HOSTS}calls:\n  - to: bob\n`, "s.yaml:9:5: calls[0]: the key 'from' is missing"],
    [
      "an unknown kind",
      `${HOSTS}faults:\n  - kind: bitflip\n`,
      "s.yaml:9:11: faults[0].kind: 'bitflip' is not known (did you mean 'bit-flip'?)",
    ],
    ["an unknown word", `${HOSTS}mode: cells\n`, "s.yaml:8:7: mode: 'cells' is not known (did you mean 'cell'?)"],
    [
      "a bad address",
      HOSTS.replace("+4989123456", "47.0005.zz"),
      "s.yaml:7:18: hosts[1].nics[0].address: no ATM address: 'z' is not a hexadecimal digit (an AESA has 40 hexadecimal digits and starts " +
        "with 39 (DCC), 45 (E.164) or 47 (ICD); a native E.164 number is '+' and 1 to 15 decimal digits)",
    ],
    [
      "more memory than there is",
      `hosts:\n  - {name: alice, memory: 1GiB, nics: [{address: "+1"}]}\n  - {name: bob, memory: 513MiB, nics: [{address: "+2"}]}\n`,
      "s.yaml:2:3: hosts: the hosts have 1537 MiB of memory together (at most 1536 MiB for all hosts of a scenario)",
    ],
    [
      "a negative rate",
      `${HOSTS}calls:\n  - from: alice\n    to: bob\n    peakCellRate: -5cells/s\n`,
      "s.yaml:11:19: calls[0].peakCellRate: -5cells/s is negative (for example 10000cells/s, 2Mbit/s)",
    ],
    [
      "a rate without unit",
      `${HOSTS}links: [{nic: bob, rate: 155}]\n`,
      "s.yaml:8:26: links[0].rate: 155 has no unit (for example 155.52Mbit/s, 353207cells/s, ds3, oc3, oc12)",
    ],
    [
      "an unknown unit",
      `${HOSTS}duration: 5min\n`,
      "s.yaml:8:11: duration: 'min' is no unit of a duration: ns, us, µs, ms, s (for example 5us, 10ms, 2s)",
    ],
    [
      "an unknown host",
      `${HOSTS}calls: [{from: alise, to: bob}]\n`,
      "s.yaml:8:16: calls[0].from: there is no host or NIC 'alise' (did you mean 'alice'?)",
    ],
    [
      "unknown traffic",
      `${HOSTS}calls: [{from: alice, to: bob, traffic: x}]\n`,
      "s.yaml:8:41: calls[0].traffic: there is no traffic 'x' (there is no traffic)",
    ],
    [
      "cbr without rate",
      `${HOSTS}calls: [{from: alice, to: bob, service: cbr}]\n`,
      "s.yaml:8:9: calls[0]: service: cbr needs a peakCellRate (for example peakCellRate: 10000cells/s)",
    ],
    [
      "two hosts of one name",
      HOSTS.replace("bob", "alice"),
      "s.yaml:5:11: hosts[1].name: the name 'alice' is taken already",
    ],
    [
      "one address twice",
      HOSTS.replace("+4989123456", ALICE),
      "s.yaml:7:18: hosts[1].nics[0].address: alice/nic0 has this address already",
    ],
    [
      "SDUs longer than the call takes",
      `${HOSTS}traffic: [{name: t, generator: imix}]\ncalls: [{from: alice, to: bob, traffic: t, sduSize: 1500}]\n`,
      "s.yaml:9:41: calls[0].traffic: traffic 't' has SDUs of 1518 bytes, the call takes 1500 (sduSize: 1518 or more)",
    ],
    [
      "a fault without place",
      `${HOSTS}faults: [{kind: drop, link: bob}]\n`,
      "s.yaml:8:10: faults[0]: a fault is placed by frame or by at, and by one of them only",
    ],
    [
      "a path as capture file",
      `${HOSTS}capture: {file: ../x}\n`,
      "s.yaml:8:17: capture.file: '../x' does not fit (a file name without folders: it is written into the run's folder)",
    ],
    [
      "a number for a text",
      "hosts:\n  - name: 5\n    nics: []\n",
      "s.yaml:2:11: hosts[0].name: the number '5' where a text belongs",
    ],
    [
      "no NIC",
      "hosts:\n  - name: a\n    nics: []\n",
      "s.yaml:3:11: hosts[0].nics: a list of 0 is too small (at least 1)",
    ],
    [
      "a seed that is no whole number",
      `${HOSTS}seed: 1.5\n`,
      "s.yaml:8:7: seed: the number '1.5' where a whole number belongs",
    ],
    ["an empty file", "", "s.yaml:1:1: the scenario is empty (it needs hosts)"],
    ["a list", "- 1\n", "s.yaml:1:1: a list where a group of keys belongs"],
    ["a key given twice", `${HOSTS}seed: 1\nseed: 2\n`, "s.yaml:9:1: not valid YAML: Map keys must be unique"],
    ["broken YAML", 'hosts: [{name: "a\n', 's.yaml:2:1: not valid YAML: Missing closing "quote'],
    [
      "a tag that would make an object",
      `${HOSTS}seed: !!js/function "x"\n`,
      "s.yaml:8:7: not valid YAML: Unresolved tag: tag:yaml.org,2002:js/function",
    ],
  ])("%s", (_name, text, expected) => {
    expect(complaint(text)).toBe(expected);
  });

  it("a YAML bomb is refused at once", () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${Array(9)
          .fill(i === 0 ? "x" : `*a${i - 1}`)
          .join(", ")}]`,
    );
    expect(complaint(`${levels.join("\n")}\n${HOSTS}`)).toMatch(/^s\.yaml:1:1: too many YAML aliases: /);
  });

  it.each([
    ["brackets", "[".repeat(100_000)],
    ["braces", '{"a":'.repeat(100_000)],
    ["list items", "- ".repeat(100_000)],
  ])("nesting without end is refused: %s", (_name, text) => {
    expect(complaint(`a: 1\n${text}`)).toBe("s.yaml:2: nested deeper than 64 levels");
  });

  it("indentation without end is refused, and does not take the stack", () => {
    const text = Array.from({ length: 900 }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
    expect(complaint(text)).toMatch(/^s\.yaml:\d+(:\d+)?: /);
  });

  it("files that are no scenario: missing, a folder, too large, not UTF-8", () => {
    const formatted = (path: string) => formatInputError(loadScenario(path) as InputError);
    expect(formatted(folder.path("none.yaml"))).toBe(`${folder.path("none.yaml")}: the scenario does not exist`);
    expect(formatted(folder.path("."))).toBe(`${folder.path(".")}: the scenario is a directory`);
    expect(formatted("/dev/zero")).toBe("/dev/zero: the scenario is not a regular file");
    writeFileSync(folder.path("big.yaml"), "#".repeat(1024 * 1024 + 1));
    expect(formatted(folder.path("big.yaml"))).toBe(
      `${folder.path("big.yaml")}: the scenario has 1048577 bytes, the most is 1048576`,
    );
    writeFileSync(folder.path("latin.yaml"), Uint8Array.from([0x61, 0xe4]));
    expect(formatted(folder.path("latin.yaml"))).toBe(`${folder.path("latin.yaml")}: the scenario is not UTF-8 text`);
  });

  it("captures are checked with the scenario that names them", () => {
    const frames = [60, 1514].map((length) => ({ seconds: 0, fraction: 0, bytes: ethernetFrame(length, 1) }));
    const bytes = pcapFile(true, 0xa1b2c3d4, 1, frames);
    const text = (more: string) =>
      `${HOSTS}traffic: [{name: t, generator: capture, file: a.pcap}]\ncalls: [{from: alice, to: bob, traffic: t${more}}]\n`;
    const check = (more = "") => parseScenario(text(more), folder.path("s.yaml"));
    const said = (result: Scenario | InputError) => (result as InputError).message;
    expect(said(check())).toBe(`${folder.path("a.pcap")} does not exist`);
    expect(check()).toMatchObject({ line: 8, column: 47, key: "traffic[0].file" });
    writeFileSync(folder.path("a.pcap"), bytes.subarray(0, bytes.length - 4));
    expect(check()).toMatchObject({
      message: `${folder.path("a.pcap")}, byte 100: truncated: packet 2 has 1510 of its 1514 bytes`,
      hint: "allowTruncated: true takes the 1 packets before it",
    });
    writeFileSync(folder.path("a.pcap"), bytes);
    expect(check()).toMatchObject({ traffic: [{ file: folder.path("a.pcap") }] });
    expect(said(check(", sduSize: 1500"))).toBe(
      "packet 2 of traffic 't' makes an SDU of 1524 bytes, the call takes 1500",
    );
  });

  it("is total: any text gives a scenario or an error on one line", () => {
    const words = fc.constantFrom(
      ..."hosts: calls: - name: a nics: [ ] { } & * ! | > \" ' # , : ? --- ... \n   \n  <<: *a &a 5 -1 null ~ \t alice".split(
        " ",
      ),
      " ",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 5 })), { maxLength: 60 }), (parts) => {
        expect(complaint(parts.join(" "))).not.toContain("\n");
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat(HOSTS.length), fc.nat(20), fc.string({ maxLength: 6 }), (start, length, text) => {
        expect(complaint(HOSTS.slice(0, start) + text + HOSTS.slice(start + length))).not.toContain("\n");
      }),
      { numRuns: 500 },
    );
  });
});

describe("the schema", () => {
  it("every default is told in its description, as it is", () => {
    const told: string[] = [];
    const walk = (node: unknown, name: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { default: value, description } = node as { default?: unknown; description?: string };
      if (value !== undefined && typeof value !== "object") {
        const found = /Default: ([\w.-]*\w)/.exec(description ?? "")?.[1];
        const plain = value === false ? "false" : value === true ? "true" : String(value);
        if (found !== plain) told.push(`${name}: default ${plain}, told ${found}`);
      }
      for (const [key, child] of Object.entries(node)) walk(child, key);
    };
    walk(scenarioJsonSchema(), "scenario");
    expect(told).toEqual([]);
  });

  it("every key has a description", () => {
    const silent: string[] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties } = node as { properties?: Record<string, { description?: string; const?: unknown }> };
      for (const [key, property] of Object.entries(properties ?? {})) {
        if (property.description === undefined && property.const === undefined) silent.push(key);
      }
      for (const child of Object.values(node)) walk(child);
    };
    walk(scenarioJsonSchema());
    expect(silent).toEqual([]);
  });
});
