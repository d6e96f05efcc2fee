import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CELL_HEADER_CORRECTED,
  CELL_HEADER_INVALID,
  CELL_HEADER_VALID,
  cellGenericFlowControl,
  cellLossPriority,
  cellPayloadType,
  cellVci,
  cellVpi,
  correctCellHeader,
  headerErrorControl,
  isCellHeaderValid,
  relabelCell,
  writeCellHeader,
} from "../../src/wire/index.ts";

const header = fc.record({
  gfc: fc.nat(15),
  vpi: fc.nat(255),
  vci: fc.nat(65535),
  pti: fc.nat(7),
  clp: fc.nat(1),
});

function written(h: { gfc: number; vpi: number; vci: number; pti: number; clp: number }): Uint8Array {
  const bytes = new Uint8Array(8).fill(0xee);
  writeCellHeader(bytes, 2, h.gfc, h.vpi, h.vci, h.pti, h.clp);
  return bytes;
}

describe("header error control", () => {
  it("I.432.1 table 1: the idle cell 00 00 00 01 has HEC 52, and the unassigned cell 00 00 00 00 has 55", () => {
    expect(headerErrorControl(Uint8Array.of(0, 0, 0, 1), 0)).toBe(0x52);
    expect(headerErrorControl(Uint8Array.of(0, 0, 0, 0), 0)).toBe(0x55);
  });

  it("agrees with long division by x^8 + x^2 + x + 1 and the coset 01010101", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4, size: "max" }), (octets) => {
        let dividend = BigInt(`0x${Buffer.from(octets).toString("hex")}`) << 8n;
        for (let bit = 39n; bit >= 8n; bit--) if ((dividend >> bit) & 1n) dividend ^= 0x107n << (bit - 8n);
        expect(headerErrorControl(octets, 0)).toBe(Number(dividend) ^ 0x55);
      }),
    );
  });

  it("I.432.1 4.3.2.1: any one wrong bit is found and repaired", () => {
    fc.assert(
      fc.property(header, fc.nat(39), (h, bit) => {
        const bytes = written(h);
        const right = bytes.slice();
        bytes[2 + (bit >> 3)] ^= 0x80 >> (bit & 7);
        expect(isCellHeaderValid(bytes, 2)).toBe(false);
        expect(correctCellHeader(bytes, 2)).toBe(CELL_HEADER_CORRECTED);
        expect(bytes).toEqual(right);
        expect(correctCellHeader(bytes, 2)).toBe(CELL_HEADER_VALID);
      }),
    );
  });

  it("two wrong bits are never taken for a right header, and most are left alone as invalid", () => {
    const results = new Map<number, number>();
    for (let a = 0; a < 40; a++) {
      for (let b = 0; b < a; b++) {
        const bytes = written({ gfc: 0, vpi: 1, vci: 42, pti: 0, clp: 0 });
        for (const bit of [a, b]) bytes[2 + (bit >> 3)] ^= 0x80 >> (bit & 7);
        const result = correctCellHeader(bytes, 2);
        results.set(result, (results.get(result) ?? 0) + 1);
      }
    }
    expect(results.has(CELL_HEADER_VALID)).toBe(false);
    expect(results.get(CELL_HEADER_INVALID)).toBeGreaterThan(390);
  });
});

describe("cell header", () => {
  it("I.361 2.2: VPI 0 VCI 5 with the end-of-PDU mark is 00 00 00 52", () => {
    expect([...written({ gfc: 0, vpi: 0, vci: 5, pti: 1, clp: 0 }).subarray(2, 6)]).toEqual([0, 0, 0, 0x52]);
    expect([...written({ gfc: 1, vpi: 0x23, vci: 0x4567, pti: 6, clp: 1 }).subarray(2, 6)]).toEqual([
      0x12, 0x34, 0x56, 0x7d,
    ]);
  });

  it("what is written is read back, with a right HEC and nothing around it touched", () => {
    fc.assert(
      fc.property(header, (h) => {
        const bytes = written(h);
        expect({
          gfc: cellGenericFlowControl(bytes, 2),
          vpi: cellVpi(bytes, 2),
          vci: cellVci(bytes, 2),
          pti: cellPayloadType(bytes, 2),
          clp: cellLossPriority(bytes, 2),
        }).toEqual(h);
        expect(isCellHeaderValid(bytes, 2)).toBe(true);
        expect([bytes[0], bytes[1], bytes[7]]).toEqual([0xee, 0xee, 0xee]);
      }),
    );
  });

  it("a new label keeps payload type and loss priority", () => {
    fc.assert(
      fc.property(header, fc.nat(255), fc.nat(65535), (h, vpi, vci) => {
        const bytes = written(h);
        relabelCell(bytes, 2, vpi, vci);
        expect(bytes).toEqual(written({ ...h, gfc: 0, vpi, vci }));
      }),
    );
  });
});
