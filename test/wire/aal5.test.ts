import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AAL5_ABORTED,
  AAL5_CRC_ERROR,
  AAL5_INCOMPLETE,
  AAL5_LENGTH_ERROR,
  AAL5_OK,
  AAL5_TOO_LONG,
  Aal5Reassembler,
  aal5CellCount,
  aal5PduLength,
  aal5SduLength,
  CELL_OCTETS,
  CRC32_INITIAL,
  cellVci,
  checkAal5Pdu,
  copyWithCrc32,
  isCellHeaderValid,
  segmentAal5,
  updateCrc32,
  writeAal5Trailer,
} from "../../src/wire/index.ts";
import { erfAal5Frame, LINK_TYPE_ERF, tshark } from "./tshark.ts";

function pduOf(sdu: Uint8Array, uu = 0, cpi = 0): Uint8Array {
  const bytes = new Uint8Array(aal5PduLength(sdu.length)).fill(0xaa);
  bytes.set(sdu);
  expect(writeAal5Trailer(bytes, 0, sdu.length, uu, cpi)).toBe(bytes.length);
  return bytes;
}

function cellsOf(sdu: Uint8Array, uu = 0, cpi = 0): Uint8Array {
  const cells = new Uint8Array(aal5CellCount(sdu.length) * CELL_OCTETS).fill(0xaa);
  expect(segmentAal5(sdu, 0, sdu.length, cells, 0, 3, 77, 0, 0, uu, cpi) * CELL_OCTETS).toBe(cells.length);
  return cells;
}

function payloadsOf(cells: Uint8Array): Uint8Array {
  const payloads = [];
  for (let at = 0; at < cells.length; at += CELL_OCTETS) payloads.push(cells.subarray(at + 5, at + CELL_OCTETS));
  return new Uint8Array(Buffer.concat(payloads));
}

function feed(reassembler: Aal5Reassembler, cells: Uint8Array): number[] {
  const results: number[] = [];
  for (let at = 0; at < cells.length; at += CELL_OCTETS) results.push(reassembler.receiveCell(cells, at));
  return results;
}

const sdu = fc.uint8Array({ minLength: 1, maxLength: 400, size: "max" });

describe("CRC-32 of AAL5", () => {
  it("is CRC-32/BZIP2 of the catalogue: check value fc891918", () => {
    const text = new TextEncoder().encode("123456789");
    expect(~updateCrc32(CRC32_INITIAL, text, 0, 9) >>> 0).toBe(0xfc891918);
  });

  it("does not depend on how the octets are cut, and copying computes the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: "max" }), fc.nat(200), (bytes, cut) => {
        const middle = Math.min(cut, bytes.length);
        let bitwise = 0xffffffff;
        for (const octet of bytes) {
          bitwise ^= octet << 24;
          for (let bit = 0; bit < 8; bit++) bitwise = bitwise < 0 ? (bitwise << 1) ^ 0x04c11db7 : bitwise << 1;
          bitwise |= 0;
        }
        const first = updateCrc32(CRC32_INITIAL, bytes, 0, middle);
        expect(updateCrc32(first, bytes, middle, bytes.length - middle)).toBe(bitwise | 0);
        const target = new Uint8Array(bytes.length + 3);
        expect(copyWithCrc32(CRC32_INITIAL, bytes, 0, bytes.length, target, 3)).toBe(bitwise | 0);
        expect(target.subarray(3)).toEqual(bytes);
      }),
    );
  });
});

describe("CPCS-PDU", () => {
  it("I.363.5 10: 40 octets fill one cell, 41 take two, 65,535 take 1,366", () => {
    expect([1, 40, 41, 88, 89, 65535].map(aal5CellCount)).toEqual([1, 1, 2, 2, 3, 1366]);
  });

  it("I.363.5 appendix: the trailers of 40 octets of zeros, of ones, and counting 1 to 40", () => {
    const trailer = (octets: Uint8Array): string => Buffer.from(pduOf(octets)).subarray(40).toString("hex");
    expect(trailer(new Uint8Array(40))).toBe("00000028864d7f99");
    expect(trailer(new Uint8Array(40).fill(255))).toBe("00000028c55e457a");
    expect(trailer(Uint8Array.from({ length: 40 }, (_, index) => index + 1))).toBe("00000028bf671ed0");
  });

  it("tshark finds the CRC correct for every length of padding", () => {
    const frames = Array.from({ length: 97 }, (_, n) =>
      erfAal5Frame(1, 42, pduOf(Uint8Array.from({ length: n + 1 }, (_, i) => (i * 37 + n) & 255))),
    );
    const text = tshark(LINK_TYPE_ERF, frames, ["-V"]);
    expect(text.match(/AAL5 CRC: .*\(correct\)/g)).toHaveLength(frames.length);
  });

  it("the check accepts what the sender wrote, with UU and CPI of any value", () => {
    fc.assert(
      fc.property(sdu, fc.nat(255), fc.nat(255), (octets, uu, cpi) => {
        const pdu = pduOf(octets, uu, cpi);
        expect(checkAal5Pdu(pdu, 0, pdu.length, 65535)).toBe(AAL5_OK);
        expect(aal5SduLength(pdu, 0, pdu.length)).toBe(octets.length);
        expect([pdu.at(-8), pdu.at(-7)]).toEqual([uu, cpi]);
      }),
    );
  });

  it("any wrong bit is an error", () => {
    fc.assert(
      fc.property(sdu, fc.nat(), (octets, where) => {
        const pdu = pduOf(octets);
        const bit = where % (8 * pdu.length);
        pdu[bit >> 3] ^= 0x80 >> (bit & 7);
        expect(checkAal5Pdu(pdu, 0, pdu.length, 65535)).toBe(AAL5_CRC_ERROR);
      }),
    );
  });

  it("a length that does not fit the cells, an abort, and a PDU beyond the limit are told apart", () => {
    const withLength = (cells: number, length: number): Uint8Array => {
      const pdu = new Uint8Array(48 * cells);
      pdu[pdu.length - 6] = length >> 8;
      pdu[pdu.length - 5] = length;
      const crc = ~updateCrc32(CRC32_INITIAL, pdu, 0, pdu.length - 4);
      new DataView(pdu.buffer).setInt32(pdu.length - 4, crc);
      return pdu;
    };
    const check = (cells: number, length: number): number =>
      checkAal5Pdu(withLength(cells, length), 0, 48 * cells, 100);
    expect([check(2, 41), check(2, 88)]).toEqual([AAL5_OK, AAL5_OK]);
    expect([check(2, 40), check(2, 89), check(1, 65535)]).toEqual(new Array(3).fill(AAL5_LENGTH_ERROR));
    expect(check(2, 0)).toBe(AAL5_ABORTED);
    expect([check(3, 100), check(3, 101)]).toEqual([AAL5_OK, AAL5_TOO_LONG]);
  });

  it("any octets are checked without a throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: "max" }), (bytes) => {
        expect(checkAal5Pdu(bytes, 0, bytes.length, 65535)).toBeGreaterThan(AAL5_INCOMPLETE);
      }),
    );
  });
});

describe("segmentation and reassembly", () => {
  it("the cells carry the CPCS-PDU; only the last has the end-of-PDU mark", () => {
    fc.assert(
      fc.property(sdu, (octets) => {
        const cells = cellsOf(octets, 1, 2);
        expect(payloadsOf(cells)).toEqual(pduOf(octets, 1, 2));
        for (let at = 0; at < cells.length; at += CELL_OCTETS) {
          expect([isCellHeaderValid(cells, at), cellVci(cells, at)]).toEqual([true, 77]);
          expect((cells[at + 3] ?? 0) & 0x0e).toBe(at + CELL_OCTETS === cells.length ? 2 : 0);
        }
      }),
    );
  });

  it("what was cut up comes together again, one PDU after the other", () => {
    fc.assert(
      fc.property(fc.array(sdu, { minLength: 1, maxLength: 5, size: "max" }), (sdus) => {
        const target = new Uint8Array(16 + aal5PduLength(400));
        const reassembler = new Aal5Reassembler(target, 16, 400);
        for (const octets of sdus) {
          const results = feed(reassembler, cellsOf(octets, 5, 6));
          expect(results.pop()).toBe(AAL5_OK);
          expect(results.every((result) => result === AAL5_INCOMPLETE)).toBe(true);
          expect(target.subarray(16, 16 + reassembler.sduLength)).toEqual(octets);
          expect([reassembler.userToUser, reassembler.commonPartIndicator]).toEqual([5, 6]);
        }
        expect(reassembler.pendingOctets).toBe(0);
      }),
    );
  });

  it("after a lost cell exactly that PDU is refused, or joined with the next when its last cell is lost", () => {
    const first = new Uint8Array(200).fill(1);
    const second = new Uint8Array(120).fill(2);
    for (let lost = 0; lost < 5; lost++) {
      const cells = cellsOf(first);
      const kept = Buffer.concat([cells.subarray(0, lost * 53), cells.subarray(lost * 53 + 53), cellsOf(second)]);
      const results = feed(new Aal5Reassembler(new Uint8Array(2000), 0, 1900), kept);
      const ends = results.filter((result) => result !== AAL5_INCOMPLETE);
      expect(ends).toEqual(lost === 4 ? [AAL5_CRC_ERROR] : [AAL5_CRC_ERROR, AAL5_OK]);
    }
  });

  it("a PDU beyond the limit is refused at its end, writes nothing beyond the buffer, and the next is taken", () => {
    const target = new Uint8Array(aal5PduLength(100) + 8).fill(0x55);
    const reassembler = new Aal5Reassembler(target, 0, 100);
    expect(feed(reassembler, cellsOf(new Uint8Array(5000))).pop()).toBe(AAL5_TOO_LONG);
    expect(feed(reassembler, cellsOf(new Uint8Array(101))).pop()).toBe(AAL5_TOO_LONG);
    expect([...target.subarray(-8)]).toEqual(new Array(8).fill(0x55));
    expect(feed(reassembler, cellsOf(new Uint8Array(100))).pop()).toBe(AAL5_OK);
  });
});
