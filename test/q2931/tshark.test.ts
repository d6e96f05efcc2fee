// What an analyser that we did not write reads from our messages. SUNATM capture, SSCOP SD around each message.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IE, MESSAGE, MESSAGE_TYPES, Q2931Message } from "../../src/wire/q2931/index.ts";
import { AESA_ALICE, AESA_BOB, encoded, octets, setupMessage } from "./messages.ts";

const LINK_TYPE_SUNATM = 123;
const FIELDS = [
  "q2931.message_type",
  "q2931.call_ref",
  "q2931.call_ref_flag",
  "q2931.message_len",
  "q2931.cause.location",
  "q2931.cause.value",
  "q2931.conn_id.vpci",
  "q2931.conn_id.vci",
  "q2931.call_state",
  "q2931.aal_type",
  "q2931.bearer_class",
  "q2931.number.plan",
  "q2931.number.string",
  "q2931.nsap_address.number_short",
  "q2931.restart_indicator",
  "q2931.endpoint_reference.identifier_value",
  "q2931.atm_identifier_value",
  "q2931.qos_class_forward",
] as const;

/** SSCOP SD (Q.2110 figure 4): the message, padding to four octets, PAD and type, N(S). */
function sequencedData(message: Uint8Array, sequence: number): Uint8Array {
  const padding = (4 - (message.length % 4)) % 4;
  return Uint8Array.from([...message, ...new Uint8Array(padding), (padding << 6) | 0x08, 0, 0, sequence]);
}

function sunAtmCapture(frames: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(LINK_TYPE_SUNATM, 20);
  const records = frames.map((frame) => {
    const record = Buffer.alloc(16 + 4);
    record.writeUInt32LE(frame.length + 4, 8);
    record.writeUInt32LE(frame.length + 4, 12);
    record.set([0x06, 0, 0, 5], 16);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([header, ...records]);
}

function connect(): Q2931Message {
  const message = new Q2931Message();
  message.begin(MESSAGE.connect, 0x123456, 1);
  message.includeConnectionIdentifier(7, 4711);
  return message;
}

function release(): Q2931Message {
  const message = new Q2931Message();
  message.begin(MESSAGE.release, 9, 0);
  message.includeCause(1, 37);
  return message;
}

function status(): Q2931Message {
  const message = new Q2931Message();
  message.begin(MESSAGE.status, 9, 1);
  message.includeCause(1, 101);
  message.include(IE.callState);
  message.callState = 10;
  return message;
}

function restart(): Q2931Message {
  const message = new Q2931Message();
  message.begin(MESSAGE.restart, 0, 0);
  message.include(IE.restartIndicator);
  message.restartClass = 2;
  return message;
}

function e164Setup(): Q2931Message {
  const message = setupMessage(77);
  message.exclude(IE.callingNumber);
  message.calledNumber.setAddress({ kind: "e164", bytes: octets("343938393132") });
  message.qualityOfService.set(3, 2, 1);
  return message;
}

function addParty(): Q2931Message {
  const message = new Q2931Message();
  message.begin(MESSAGE.addParty, 3, 0);
  message.include(IE.calledNumber);
  message.calledNumber.setAddress({ kind: "aesa", bytes: AESA_ALICE });
  message.include(IE.endpointReference);
  message.endpointReference.value = 300;
  return message;
}

const MESSAGES = [setupMessage(), connect(), release(), status(), restart(), e164Setup(), addParty()];
const EMPTY_MESSAGES = MESSAGE_TYPES.map((row) => {
  const message = new Q2931Message();
  message.begin(row.type, 1, 0);
  return message;
});

describe("tshark reads the messages that we encode", () => {
  let folder = "";
  let rows: Record<string, string>[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "q2931-"));
    const file = join(folder, "messages.pcap");
    const frames = [...MESSAGES, ...EMPTY_MESSAGES].map((message, index) => sequencedData(encoded(message), index));
    writeFileSync(file, sunAtmCapture(frames));
    const fields = [...FIELDS, "_ws.expert.message", "_ws.malformed"].flatMap((field) => ["-e", field]);
    const run = spawnSync("tshark", ["-r", file, "-T", "fields", "-E", "separator=|", ...fields], { encoding: "utf8" });
    if (run.error !== undefined) throw new Error("tshark is needed for this test: apt-get install tshark");
    rows = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => {
        const values = line.split("|");
        const names = [...FIELDS, "expert", "malformed"];
        const plain = values.map((value) => value.replace(/0x[0-9a-f]+/g, (digits) => String(Number(digits))));
        return Object.fromEntries(names.map((name, index) => [name.replace("q2931.", ""), plain[index] ?? ""]));
      });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("one row for each message, none malformed, no warning but the two known ones", () => {
    expect(rows).toHaveLength(MESSAGES.length + EMPTY_MESSAGES.length);
    const known = /Unknown ATM traffic descriptor element|Unknown AAL parameter/g;
    for (const row of rows.slice(0, MESSAGES.length)) {
      expect(row.malformed).toBe("");
      expect(row.expert?.replace(known, "").replace(/,/g, "")).toBe("");
    }
  });

  it("every message type is one that it knows by number", () => {
    const types = rows.slice(MESSAGES.length).map((row) => Number(row.message_type));
    expect(types).toEqual(MESSAGE_TYPES.map((row) => row.type));
  });

  it("SETUP", () => {
    expect(rows[0]).toMatchObject({
      message_type: "5",
      call_ref: "000005",
      call_ref_flag: "0",
      aal_type: "5",
      bearer_class: "16",
      "number.plan": "2,2",
      qos_class_forward: "0",
    });
    expect(rows[0]?.message_len).toBe("94");
    expect(Number(rows[0]?.message_len)).toBe(encoded(setupMessage()).length - 9);
  });

  it("CONNECT: call reference, flag, VPCI and VCI", () => {
    expect(rows[1]).toMatchObject({
      message_type: "7",
      call_ref: "123456",
      call_ref_flag: "1",
      "conn_id.vpci": "7",
      "conn_id.vci": "4711",
    });
  });

  it("RELEASE and STATUS: cause location, cause value, call state", () => {
    expect(rows[2]).toMatchObject({ message_type: "77", "cause.location": "1", "cause.value": "37" });
    expect(rows[3]).toMatchObject({ message_type: "125", "cause.value": "101", call_state: "10" });
  });

  it("RESTART, E.164 numbers, endpoint references", () => {
    expect(rows[4]).toMatchObject({ message_type: "70", call_ref: "000000", restart_indicator: "2" });
    expect(rows[5]).toMatchObject({ message_type: "5", "number.plan": "1", "number.string": "498912" });
    expect(rows[6]).toMatchObject({ message_type: "128", "endpoint_reference.identifier_value": "300" });
  });

  it("AESA numbers are shown octet by octet", () => {
    const file = join(folder, "messages.pcap");
    const text = spawnSync("tshark", ["-r", file, "-V", "-Y", "frame.number==1"], { encoding: "utf8" }).stdout;
    const shown = text
      .replace(/0x/g, "")
      .replace(/[:.\s]/g, "")
      .toLowerCase();
    for (const address of [AESA_BOB, AESA_ALICE]) {
      const hex = Buffer.from(address).toString("hex");
      expect(shown).toContain(`highorderdsp${hex.slice(6, 26)}endsystemidentifier${hex.slice(26, 38)}selector00`);
    }
  });
});
