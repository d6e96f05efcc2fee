import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { freshFolder } from "../lab/support/folder.ts";
import { tsharkFields, wireshark } from "../lab/support/wireshark.ts";
import { ADDRESS, MODES, recorded, TWO_HOSTS } from "./support/experiment.ts";

/** Q.2931 table 4-2 and Q.2110 table 3; numbers, for tshark's labels are not the standards'. */
const SETUP = "0x05";
const CALL_PROCEEDING = "0x02";
const CONNECT = "0x07";
const CONNECT_ACKNOWLEDGE = "0x0f";
const RELEASE = "0x4d";
const RELEASE_COMPLETE = "0x5a";
/** Q.2971 table 8-1. */
const ADD_PARTY = "0x80";
const ADD_PARTY_ACKNOWLEDGE = "0x81";
const ADD_PARTY_REJECT = "0x82";
const DROP_PARTY = "0x83";
const DROP_PARTY_ACKNOWLEDGE = "0x84";
const BGN = "0x01";
const BGAK = "0x02";
const END = "0x03";
const ENDAK = "0x04";
const SEQUENCED_DATA = "0x08";
/** tshark's number for DTE to DCE. */
const TO_NETWORK = "0";
/** Organisation 00-00-00: an EtherType follows (RFC 2684 section 5.1). */
const RFC_2684_ROUTED = "0";
/** PI_ERROR of Wireshark's expert severities. */
const ERROR_FILTER = "_ws.malformed || _ws.expert.severity >= 0x00800000";

const FIELDS = {
  port: "frame.interface_name",
  sscop: "sscop.type",
  message: "q2931.message_type",
  reference: "q2931.call_ref",
  flag: "q2931.call_ref_flag",
  cause: "q2931.cause.value",
  connectionVpi: "q2931.conn_id.vpci",
  connectionVci: "q2931.conn_id.vci",
  vpi: "atm.vpi",
  vci: "atm.vci",
  ipVersion: "ip.version",
  udpPort: "udp.dstport",
  toNetwork: "atm.channel",
  organisation: "llc.oui",
  protocol: "llc.type",
  warnings: "_ws.expert.message",
} as const;
type Seen = Record<keyof typeof FIELDS, string>;

function seenByTshark(file: string): Seen[] {
  const names = Object.keys(FIELDS);
  return tsharkFields(file, ...Object.values(FIELDS)).map(
    (row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ""])) as Seen,
  );
}

const folder = freshFolder();

describe.each(MODES)("the capture of a run in %s mode, read by tshark", (mode) => {
  const threeCalls = () =>
    recorded(
      folder.path("run"),
      `${TWO_HOSTS}mode: ${mode}
traffic: [{name: mix, generator: imix, count: 24, batch: 4}]
calls:
  - {from: alice, to: bob, count: 2, interval: 70us, traffic: mix, backwardTraffic: mix}
  - {from: bob, to: alice, at: 30us, traffic: mix}
`,
    );

  it("has nothing malformed, and no expert item but those that tshark has for every AAL and traffic descriptor element", () => {
    const file = threeCalls().path("capture");
    expect(wireshark("tshark", "-r", file, "-Y", ERROR_FILTER)).toBe("");
    const warnings = new Set(seenByTshark(file).flatMap((frame) => frame.warnings.split(",")));
    warnings.delete("");
    expect([...warnings].sort()).toEqual(["Unknown AAL parameter", "Unknown ATM traffic descriptor element"]);
  });

  it("begins and ends the signalling link of each port: BGN, BGAK ... END, ENDAK on VPI 0 / VCI 5", () => {
    const frames = seenByTshark(threeCalls().path("capture"));
    for (const port of ["alice/nic0", "bob/nic0"]) {
      const pdus = frames.filter((frame) => frame.port === port && frame.sscop !== "");
      expect(pdus.every((frame) => frame.vpi === "0" && frame.vci === "5")).toBe(true);
      const control = pdus.map((frame) => frame.sscop).filter((type) => type !== SEQUENCED_DATA);
      expect(control).toEqual([BGN, BGAK, END, ENDAK]);
      expect([pdus.at(0)?.sscop, pdus.at(-1)?.sscop]).toEqual([BGN, ENDAK]);
    }
  });

  it("has the whole ladder of each call at each port, flag 0 from the side that chose the call reference", () => {
    const signalling = seenByTshark(threeCalls().path("capture")).filter((frame) => frame.message !== "");
    const ladders = new Map<string, string[]>();
    for (const { port, reference, flag, toNetwork, message, cause } of signalling) {
      const isOwn = (flag === "0") === (toNetwork === TO_NETWORK);
      const call = `${port} ${isOwn ? "makes" : "is offered"} ${reference}`;
      const way = toNetwork === TO_NETWORK ? "sent" : "received";
      ladders.set(call, [...(ladders.get(call) ?? []), `${message} ${way}${cause === "" ? "" : ` cause ${cause}`}`]);
    }
    const made = [
      `${SETUP} sent`,
      `${CALL_PROCEEDING} received`,
      `${CONNECT} received`,
      `${CONNECT_ACKNOWLEDGE} sent`,
      `${RELEASE} sent cause 0x10`,
      `${RELEASE_COMPLETE} received`,
    ];
    // The caller hangs up, so the called side is told.
    const offered = [
      `${SETUP} received`,
      `${CALL_PROCEEDING} sent`,
      `${CONNECT} sent`,
      `${CONNECT_ACKNOWLEDGE} received`,
      `${RELEASE} received cause 0x10`,
      `${RELEASE_COMPLETE} sent`,
    ];
    expect(Object.fromEntries(ladders)).toEqual({
      "alice/nic0 makes 000001": made,
      "alice/nic0 makes 000002": made,
      "alice/nic0 is offered 000001": offered,
      "bob/nic0 makes 000001": made,
      "bob/nic0 is offered 000001": offered,
      "bob/nic0 is offered 000002": offered,
    });
  });

  it("carries data as IP over LLC/SNAP on the VPI/VCI that the connection identifiers of its port name, and nowhere else", () => {
    const frames = seenByTshark(threeCalls().path("capture"));
    for (const port of ["alice/nic0", "bob/nic0"]) {
      const ofPort = frames.filter((frame) => frame.port === port);
      const assigned = ofPort.filter((frame) => frame.connectionVci !== "");
      const connections = new Set(assigned.map((frame) => `${frame.connectionVpi}/${frame.connectionVci}`));
      const data = ofPort.filter((frame) => frame.sscop === "");
      for (const { organisation, protocol, ipVersion, udpPort } of data) {
        expect([organisation, protocol, ipVersion, udpPort]).toEqual([RFC_2684_ROUTED, "0x0800", "4", "9"]);
      }
      const counts = [...connections].map((vc) => data.filter(({ vpi, vci }) => `${vpi}/${vci}` === vc).length);
      // Two calls with 24 packets each way and one with 24 one way.
      expect(counts.sort()).toEqual([24, 48, 48]);
      expect(data.length).toBe(24 + 48 + 48);
    }
  });

  it("is in the order of time over all ports, though a burst is captured at once", () => {
    const times = tsharkFields(threeCalls().path("capture"), "frame.time_epoch").map(([time]) => Number(time));
    expect(times.length).toBeGreaterThan(200);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("is read by tcpdump, too", () => {
    const file = threeCalls().path("capture");
    const { stdout, status, error } = spawnSync("tcpdump", ["-nn", "-r", file], { encoding: "utf8" });
    if (error !== undefined)
      throw new Error("tcpdump is not installed, and this test needs it: apt-get install tcpdump");
    expect(status).toBe(0);
    const names = [...stdout.matchAll(/Q\.2931:(\S+)/g)].map((match) => match[1]);
    for (const name of ["Setup", "Call_proceeding", "Connect", "Connect_ack", "Release", "Release_complete"]) {
      expect(names.filter((other) => other === name).length).toBe(6);
    }
    expect(stdout.match(/ IP 198\.18\.0\.1\.49152 > 198\.19\.0\.1\.9:/g)?.length).toBe(2 * 120);
  });
});

describe.each(MODES)("the capture of a point-to-multipoint call in %s mode, read by tshark", (mode) => {
  it("has ADD PARTY with both answers at the root, DROP PARTY of a leaf that leaves, SETUP at every leaf, and nothing malformed", () => {
    const file = recorded(
      folder.path("multipoint"),
      `${TWO_HOSTS}  - {name: carol, nics: [{address: ${ADDRESS.carol}}]}
mode: ${mode}
traffic: [{name: few, generator: fixed, size: 100, count: 5}]
calls:
  - {from: alice, to: bob, parties: [carol, ${ADDRESS.nobody}], traffic: few, hold: 20ms}
faults:
  - {kind: link-down, link: carol, at: 10ms}
`,
    ).path("capture");
    expect(wireshark("tshark", "-r", file, "-Y", ERROR_FILTER)).toBe("");
    const messages = (port: string): string[] =>
      tsharkFields(file, FIELDS.port, FIELDS.message, "q2931.endpoint_reference.identifier_value")
        .filter(([at, type]) => at === port && type !== "")
        .map(([, type = "", endpoint = ""]) => `${type} ${endpoint}`.trim());
    expect(messages("alice/nic0")).toEqual([
      `${SETUP} 0`,
      `${CALL_PROCEEDING} 0`,
      `${CONNECT} 0`,
      CONNECT_ACKNOWLEDGE,
      `${ADD_PARTY} 1`,
      `${ADD_PARTY} 2`,
      `${ADD_PARTY_REJECT} 2`,
      `${ADD_PARTY_ACKNOWLEDGE} 1`,
      `${DROP_PARTY} 1`,
      `${DROP_PARTY_ACKNOWLEDGE} 1`,
      RELEASE,
      RELEASE_COMPLETE,
    ]);
    expect(messages("carol/nic0")).toEqual([`${SETUP} 0`, `${CALL_PROCEEDING} 0`, `${CONNECT} 0`, CONNECT_ACKNOWLEDGE]);
  });
});
