import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeSscopPdu,
  SSCOP_BGAK,
  SSCOP_BGN,
  SSCOP_BGREJ,
  SSCOP_END,
  SSCOP_ENDAK,
  SSCOP_ER,
  SSCOP_ERAK,
  SSCOP_MD,
  SSCOP_PDU_BAD_LENGTH,
  SSCOP_PDU_BAD_PADDING,
  SSCOP_PDU_OK,
  SSCOP_PDU_TYPES,
  SSCOP_PDU_UNKNOWN_TYPE,
  SSCOP_POLL,
  SSCOP_RS,
  SSCOP_RSAK,
  SSCOP_SD,
  SSCOP_STAT,
  SSCOP_UD,
  SSCOP_USTAT,
  SscopPdu,
  sscopDataPduLength,
  sscopSequenceAt,
  writeSscopControl,
  writeSscopDataTrailer,
  writeSscopListElement,
  writeSscopPoll,
  writeSscopStatTrailer,
  writeSscopUstat,
} from "../../src/wire/index.ts";
import { LINK_TYPE_SUNATM, sunatmFrame, tshark } from "./tshark.ts";

function written(write: (bytes: Uint8Array) => number): Uint8Array {
  const bytes = new Uint8Array(400).fill(0xee);
  return bytes.subarray(0, write(bytes));
}

function control(type: number, sq: number, mr: number, bySscop = false): Uint8Array {
  return written((bytes) => writeSscopControl(bytes, 0, type, sq, mr, bySscop));
}

function data(type: number, text: string, ns: number): Uint8Array {
  const payload = Buffer.from(text);
  return written((bytes) => {
    bytes.set(payload);
    return writeSscopDataTrailer(bytes, 0, payload.length, type, ns);
  });
}

function stat(list: readonly number[], ps: number, mr: number, r: number): Uint8Array {
  return written((bytes) => {
    list.forEach((element, index) => {
      writeSscopListElement(bytes, 0, index, element);
    });
    return writeSscopStatTrailer(bytes, 0, list.length, ps, mr, r);
  });
}

function decoded(bytes: Uint8Array): { result: number; pdu: SscopPdu } {
  const pdu = new SscopPdu();
  return { result: decodeSscopPdu(bytes, 0, bytes.length, pdu), pdu };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("SSCOP PDU layouts, Q.2110 section 7.2", () => {
  it.each([
    ["BGN", control(SSCOP_BGN, 1, 8), "0000000101000008"],
    ["BGAK", control(SSCOP_BGAK, 0, 0x400), "0000000002000400"],
    ["END of the user", control(SSCOP_END, 0, 0), "0000000003000000"],
    ["END of SSCOP, bit S", control(SSCOP_END, 0, 0, true), "0000000013000000"],
    ["ENDAK", control(SSCOP_ENDAK, 0, 0), "0000000004000000"],
    ["POLL", written((b) => writeSscopPoll(b, 0, 0x010203, 0x040506)), "000102030a040506"],
    ["STAT", stat([3, 5], 7, 9, 3), "000000030000000500000007000000090b000003"],
    ["USTAT", written((b) => writeSscopUstat(b, 0, 1, 2, 3, 4)), "0000000100000002000000030c000004"],
    ["SD of 5 octets, 3 of padding", data(SSCOP_SD, "hello", 0xabcdef), "68656c6c6f000000c8abcdef"],
    ["SD of 4 octets", data(SSCOP_SD, "four", 1), "666f757208000001"],
    ["UD", data(SSCOP_UD, "ab", 0), "616200008d000000"],
  ])("%s", (_name, bytes, expected) => {
    expect(hex(bytes)).toBe(expected);
  });

  it("tshark reads every field of every PDU", () => {
    const pdus = [
      control(SSCOP_BGN, 7, 1000),
      control(SSCOP_BGAK, 0, 1001),
      control(SSCOP_BGREJ, 0, 0),
      control(SSCOP_END, 0, 0, true),
      control(SSCOP_ENDAK, 0, 0),
      control(SSCOP_RS, 8, 1002),
      control(SSCOP_RSAK, 0, 1003),
      control(SSCOP_ER, 9, 1004),
      control(SSCOP_ERAK, 0, 1005),
      data(SSCOP_SD, "abc", 70000),
      written((bytes) => writeSscopPoll(bytes, 0, 11, 12)),
      stat([3, 5, 8, 10], 13, 14, 3),
      written((bytes) => writeSscopUstat(bytes, 0, 4, 6, 15, 2)),
      data(SSCOP_UD, "abcd", 0),
      data(SSCOP_MD, "abcde", 0),
    ];
    const fields = ["type", "sq", "mr", "s", "ps", "r", "stat.s"].map((field) => `sscop.${field}`);
    const args = ["-T", "fields", "-E", "separator=/s", "-E", "occurrence=a"];
    const frames = pdus.map((pdu) => sunatmFrame(6, 0, 5, pdu));
    const lines = tshark(LINK_TYPE_SUNATM, frames, [...args, ...fields.flatMap((field) => ["-e", field])]);
    const read = lines
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().split(/ +/).join(" "));
    expect(read).toEqual([
      "0x01 7 1000",
      "0x02 1001",
      "0x07",
      "0x03",
      "0x04",
      "0x05 8 1002",
      "0x06 1003",
      "0x09 9 1004",
      "0x0f 1005",
      "0x08 70000",
      "0x0a 12 11",
      "0x0b 14 13 3 3,5,8,10",
      "0x0c 15 2 4,6",
      "0x0d",
      "0x0e",
    ]);
    const expert = "_ws.malformed || _ws.expert.severity >= 0x00800000";
    expect(tshark(LINK_TYPE_SUNATM, frames, ["-Y", `sscop && (${expert}) && !q2931`])).toBe("");
  });

  it("what is written is read back", () => {
    const number = fc.nat(0xffffff);
    fc.assert(
      fc.property(
        number,
        number,
        number,
        fc.array(number, { maxLength: 67, size: "max" }),
        fc.nat(255),
        (a, b, c, list, sq) => {
          expect(decoded(control(SSCOP_BGN, sq, a)).pdu).toMatchObject({
            type: SSCOP_BGN,
            connectionSequence: sq,
            maxReceiveSequence: a,
          });
          expect(decoded(written((bytes) => writeSscopPoll(bytes, 0, a, b))).pdu).toMatchObject({
            type: SSCOP_POLL,
            pollSequence: a,
            sendSequence: b,
          });
          const bytes = stat(list, a, b, c);
          const { pdu, result } = decoded(bytes);
          expect(result).toBe(SSCOP_PDU_OK);
          expect(pdu).toMatchObject({ type: SSCOP_STAT, pollSequence: a, maxReceiveSequence: b, receiveSequence: c });
          const read = Array.from({ length: pdu.listCount }, (_, i) => sscopSequenceAt(bytes, pdu.listOffset + 4 * i));
          expect(read).toEqual(list);
        },
      ),
    );
  });

  it("user data of any length comes out as it went in", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 90, size: "max" }), fc.nat(0xffffff), (text, ns) => {
        const payload = Buffer.from(text);
        const bytes = data(SSCOP_SD, text, ns);
        expect(bytes.length).toBe(sscopDataPduLength(payload.length));
        const { pdu } = decoded(bytes);
        expect(pdu.sendSequence).toBe(ns);
        expect(bytes.subarray(pdu.dataOffset, pdu.dataOffset + pdu.dataLength)).toEqual(new Uint8Array(payload));
      }),
    );
  });
});

describe("SSCOP decode of anything", () => {
  it.each([
    ["", SSCOP_PDU_BAD_LENGTH],
    ["0a0000", SSCOP_PDU_BAD_LENGTH],
    ["08000000ff", SSCOP_PDU_BAD_LENGTH],
    ["0a000000", SSCOP_PDU_BAD_LENGTH],
    ["0000000000000000 0a000000".replace(" ", ""), SSCOP_PDU_BAD_LENGTH],
    ["00000000", SSCOP_PDU_UNKNOWN_TYPE],
    ["48000000", SSCOP_PDU_BAD_PADDING],
    ["000000000c000000", SSCOP_PDU_BAD_LENGTH],
  ])("%j gives result %i", (text, result) => {
    expect(decoded(Buffer.from(text, "hex")).result).toBe(result);
  });

  it("never throws, and data and list lie within the PDU", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64, size: "max" }), fc.nat(15), (bytes, type) => {
        if (bytes.length >= 4) bytes[bytes.length - 4] = ((bytes.at(-4) ?? 0) & 0xf0) | type;
        const { result, pdu } = decoded(bytes);
        if (result !== SSCOP_PDU_OK) return;
        expect(SSCOP_PDU_TYPES[pdu.type]).not.toBeNull();
        expect(pdu.dataOffset + pdu.dataLength).toBeLessThanOrEqual(bytes.length);
        expect(pdu.dataLength).toBeGreaterThanOrEqual(0);
        expect(pdu.listOffset + 4 * pdu.listCount).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 1000 },
    );
  });

  it("the list of a USTAT is its first two words", () => {
    const { pdu } = decoded(written((bytes) => writeSscopUstat(bytes, 0, 5, 9, 30, 4)));
    expect(pdu).toMatchObject({ type: SSCOP_USTAT, listOffset: 0, listCount: 2, receiveSequence: 4 });
  });
});
