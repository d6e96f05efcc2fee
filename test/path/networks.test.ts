import { describe, expect, it } from "vitest";
import { parseAtmAddress } from "../../src/wire/atm-address.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { wireshark } from "../lab/support/wireshark.ts";
import { ADDRESS, expectOrderly, MODES, outcomes, recorded, run } from "./support/experiment.ts";

const folder = freshFolder();

/** Four hosts: one with two NICs, two with E.164 numbers, and a slow link. */
const FOUR_HOSTS = `hosts:
  - name: alice
    nics: [{address: ${ADDRESS.alice}}, {address: ${ADDRESS.nobody}}]
  - {name: bob, nics: [{address: "+49301234567"}]}
  - {name: carol, nics: [{address: ${ADDRESS.carol}}]}
  - {name: dave, nics: [{name: slow, address: "+49301234568"}]}
links: [{name: backwater, nic: dave/slow, rate: 2Mbit/s, delay: 3ms}]
traffic:
  - {name: mix, generator: imix, count: 120, batch: 8}
  - {name: few, generator: fixed, size: 576, count: 20}
`;

describe.each(MODES)("a network of four hosts and five NICs in %s mode", (mode) => {
  const calls = `calls:
  - {from: alice/nic0, to: bob, traffic: mix, backwardTraffic: mix}
  - {from: bob, to: alice/nic0, traffic: mix, backwardTraffic: mix}
  - {from: alice/nic1, to: carol, traffic: mix, backwardTraffic: mix}
  - {from: carol, to: alice/nic0, traffic: mix}
  - {from: alice/nic0, to: alice/nic1, traffic: mix, backwardTraffic: mix}
  - {from: dave, to: bob, traffic: few, backwardTraffic: few}
  - {from: carol, to: "+49301234568", traffic: few}
`;

  it("calls in both directions at once, between NICs of one host, to AESAs and E.164 numbers: every frame arrives", () => {
    const summary = run(`${FOUR_HOSTS}mode: ${mode}\n${calls}`);
    expect(outcomes(summary)).toEqual(["7 x NDIS_STATUS_SUCCESS/-"]);
    expect(summary.calls).toMatchObject({ attempted: 7, connected: 7, closed: 7 });
    const frames = 9 * 120 + 3 * 20;
    expect(summary.frames).toMatchObject({ sent: frames, delivered: frames, dropped: {} });
    expect(summary.hosts.map(({ name }) => name)).toEqual(["alice", "bob", "carol", "dave"]);
    expectOrderly(summary);
  });

  it("a host may call itself: the VC goes out and comes back on one NIC", () => {
    const call = "{from: carol, to: carol, count: 3, traffic: mix, backwardTraffic: mix}";
    const summary = run(`${FOUR_HOSTS}mode: ${mode}\ncalls: [${call}]\n`);
    expect(outcomes(summary)).toEqual(["3 x NDIS_STATUS_SUCCESS/-"]);
    expect(summary.frames).toMatchObject({ sent: 720, delivered: 720, dropped: {} });
    expectOrderly(summary);
  });

  it("SETUP carries the called number as it was given: AESA octets or digits", () => {
    const file = recorded(folder.path("run"), `${FOUR_HOSTS}mode: ${mode}\n${calls}`).path("capture");
    const sent = 'frame.interface_name == "carol/nic0" && atm.channel == 0 && q2931.message_type == 5';
    // UNI 3.1 section 5.4.5.11: element 0x70, coding 0x80, length 21, then 0x82 (ATM endsystem address) or 0x91 (E.164, international).
    const octets = parseAtmAddress(ADDRESS.alice);
    const aesa = "bytes" in octets ? Buffer.from(octets.bytes).toString("hex") : "";
    const digits = Buffer.from("49301234568", "latin1").toString("hex");
    for (const element of [`7080001582${aesa}`, `7080000c91${digits}`]) {
      const bytes = element.replace(/..(?=.)/g, "$&:");
      const found = wireshark("tshark", "-r", file, "-Y", `${sent} && frame contains ${bytes}`);
      expect(found.trimEnd().split("\n").length).toBe(1);
      expect(found).toContain("SETUP");
    }
  });
});

describe("three hosts that all call each other", () => {
  it("120 calls over six directions, each with traffic both ways, leave nothing", () => {
    const names = ["alice", "bob", "carol"] as const;
    const hosts = names.map((name) => `  - {name: ${name}, nics: [{address: ${ADDRESS[name]}}]}\n`);
    const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to]));
    const calls = pairs.map(
      ([from, to], i) =>
        `  - {from: ${from}, to: ${to}, at: ${i * 7}us, count: 20, interval: 90us, traffic: t, backwardTraffic: t}\n`,
    );
    const traffic = "traffic: [{name: t, generator: imix, count: 36, batch: 4}]\n";
    const summary = run(`hosts:\n${hosts.join("")}${traffic}calls:\n${calls.join("")}`);
    expect(outcomes(summary)).toEqual(["120 x NDIS_STATUS_SUCCESS/-"]);
    expect(summary.frames).toMatchObject({ sent: 120 * 2 * 36, delivered: 120 * 2 * 36, dropped: {} });
    expectOrderly(summary);
  });
});
