import { readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { readCapture } from "../../src/lab/capture/read-capture.ts";
import { freshFolder } from "../lab/support/folder.ts";
import { tsharkFields, wireshark } from "../lab/support/wireshark.ts";
import type { RecordedRun } from "./support/experiment.ts";
import { expectClean, MODES, recorded, TWO_HOSTS } from "./support/experiment.ts";
import { ethernetPcap, ethernetPcapng, mixedPackets } from "./support/packets.ts";

/** SUNATM: direction and type, VPI, VCI; bit 0x80 is set on what a host sends. */
const PSEUDO_HEADER_BYTES = 4;
const FROM_HOST = 0x80;
const SIGNALLING_VCI = 5;
/** RFC 2684 section 5.2: LLC AA-AA-03, OUI 00-80-C2, PID 00-07 (Ethernet without FCS), two octets of padding. */
const BRIDGED_ETHERNET = [0xaa, 0xaa, 0x03, 0x00, 0x80, 0xc2, 0x00, 0x07, 0x00, 0x00];

/** Counted with the signalling before it; the bit lies in the first cell's payload, behind the encapsulation. */
const HIT_FRAME = 500;
const HIT_BIT = 8 * 30;

const packets = mixedPackets(1_200);
const folder = freshFolder();
beforeEach(() => {
  writeFileSync(folder.path("packets.pcap"), ethernetPcap(packets));
  writeFileSync(folder.path("packets.pcapng"), ethernetPcapng(packets));
});

/** Sends a capture from alice to bob. */
function send(file: string, mode: string, more = ""): RecordedRun {
  return recorded(
    folder.path("run"),
    `${TWO_HOSTS}mode: ${mode}
traffic: [{name: recording, generator: capture, file: ${folder.path(file)}, batch: 8}]
calls: [{from: alice, to: bob, sduSize: 9100, traffic: recording}]
${more}`,
  );
}

/** What the run's capture has of one port and direction, signalling included, as it lies in the file. */
function framesAt(run: RecordedRun, port: string, fromHost: boolean): Uint8Array[] {
  const capture = readCapture(readFileSync(run.path("capture")));
  expect(capture.error).toBeNull();
  const index = capture.interfaces.findIndex(({ name }) => name === port);
  return capture.packets
    .filter(({ interfaceIndex, bytes }) => interfaceIndex === index && ((bytes[0]! & FROM_HOST) !== 0) === fromHost)
    .map(({ bytes }) => bytes);
}

function isData(frame: Uint8Array): boolean {
  return vciOf(frame) !== SIGNALLING_VCI;
}

/** The Ethernet packets that came in at bob's port. */
function receivedByBob(run: RecordedRun): Uint8Array[] {
  return framesAt(run, "bob/nic0", false)
    .filter(isData)
    .map((frame) => {
      const header = frame.subarray(PSEUDO_HEADER_BYTES, PSEUDO_HEADER_BYTES + BRIDGED_ETHERNET.length);
      expect([...header]).toEqual(BRIDGED_ETHERNET);
      return frame.subarray(PSEUDO_HEADER_BYTES + BRIDGED_ETHERNET.length);
    });
}

function vciOf(bytes: Uint8Array): number {
  return (bytes[2]! << 8) | bytes[3]!;
}

/** Compares packet by packet and says which one differs, not all of their bytes. */
function differences(received: readonly Uint8Array[], sent: readonly Uint8Array[]): string[] {
  const found = received.length === sent.length ? [] : [`${received.length} packets of ${sent.length}`];
  for (const [i, bytes] of received.entries()) {
    if (Buffer.compare(bytes, sent[i] ?? new Uint8Array()) !== 0) found.push(`packet ${i + 1} differs`);
  }
  return found;
}

function flippedBits(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (const [i, byte] of a.entries()) for (let bits = byte ^ b[i]!; bits !== 0; bits &= bits - 1) count++;
  return count;
}

describe("the packets of the test", () => {
  it("are at least 1,000, of 60 to 9,000 bytes, of several protocols, some of them equal, in files that tshark reads", () => {
    expect(packets.length).toBeGreaterThanOrEqual(1_000);
    expect([
      Math.min(...packets.map(({ length }) => length)),
      Math.max(...packets.map(({ length }) => length)),
    ]).toEqual([60, 9_000]);
    expect(packets.filter((packet, i) => packet === packets[i - 1]).length).toBe(120);
    for (const file of ["packets.pcap", "packets.pcapng"]) {
      const seen = tsharkFields(folder.path(file), "frame.len", "frame.protocols");
      expect(seen.map(([length]) => Number(length))).toEqual(packets.map(({ length }) => length));
      expect(new Set(seen.map(([, protocols]) => protocols)).size).toBeGreaterThan(10);
    }
  });
});

describe.each(MODES)("a capture of 1,200 mixed packets sent through the network in %s mode", (mode) => {
  it.each(["packets.pcap", "packets.pcapng"])("%s comes out at the other client unchanged and in order", (file) => {
    const run = send(file, mode);
    expectClean(run.summary);
    expect(differences(receivedByBob(run), packets)).toEqual([]);
    const bytes = packets.reduce((sum, packet) => sum + packet.length + BRIDGED_ETHERNET.length, 0);
    expect(run.summary.frames).toEqual({
      sent: packets.length,
      delivered: packets.length,
      bytesSent: bytes,
      bytesDelivered: bytes,
      outOfOrder: 0,
      repeated: 0,
      dropped: {},
    });
  });

  it("tshark, too, finds the Ethernet packets in the run's capture", () => {
    const run = send("packets.pcap", mode);
    const filter = 'frame.interface_name == "bob/nic0" && llc.oui == 0x0080c2';
    const lengths = wireshark(
      "tshark",
      "-r",
      run.path("capture"),
      "-Y",
      filter,
      "-T",
      "fields",
      "-e",
      "frame.len",
      "-e",
      "eth.type",
    );
    const seen = lengths
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t")[0]);
    expect(seen).toEqual(packets.map(({ length }) => String(BRIDGED_ETHERNET.length + length)));
  });

  it.each([
    ["on its way to the switch", "alice", "to-switch"],
    ["on its way to bob", "bob", "to-nic"],
  ])("one bit flipped %s: exactly the frame that was hit is missing, and counted", (_where, link, direction) => {
    const fault = `{kind: bit-flip, link: ${link}, direction: ${direction}, frame: ${HIT_FRAME}, bit: ${HIT_BIT}}`;
    const run = send("packets.pcapng", mode, `faults: [${fault}]`);
    expectClean(run.summary);
    const { dropped, ...frames } = run.summary.frames;
    expect(frames).toMatchObject({ sent: packets.length, delivered: packets.length - 1 });
    expect(dropped).toEqual({ "crc-error": 1 });

    // The tap at bob's port sees the damaged frame before the NIC refuses it.
    const until = framesAt(run, `${link}/nic0`, direction === "to-switch").slice(0, HIT_FRAME);
    const hit = until.filter(isData).length - 1;
    const received = receivedByBob(run);
    expect(differences(received, packets)).toEqual([`packet ${hit + 1} differs`]);
    expect(flippedBits(received[hit]!, packets[hit]!)).toBe(1);
    expect(frames.bytesSent - frames.bytesDelivered).toBe(BRIDGED_ETHERNET.length + packets[hit]!.length);
  });
});
