import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMAND_OPCODES } from "../../src/device/index.ts";
import {
  AAL5_OK,
  Aal5Reassembler,
  CELL_OCTETS,
  isCellHeaderValid,
  PTI_CONGESTION,
  writeCellHeader,
} from "../../src/wire/index.ts";
import type { BareDriver } from "./bare-driver.ts";
import { Bench, openCommand, pattern } from "./bare-driver.ts";
import { cellsOf, NotingFibre } from "./fibre-side.ts";

const VPI = 2;

function each(cells: Uint8Array): Uint8Array[] {
  return Array.from({ length: cells.length / CELL_OCTETS }, (_, i) =>
    cells.slice(i * CELL_OCTETS, (i + 1) * CELL_OCTETS),
  );
}

function flip(cells: Uint8Array, bit: number): Uint8Array {
  const hit = cells.slice();
  hit[bit >> 3] = (hit[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  return hit;
}

function receiving(): BareDriver {
  const nic = new Bench().addDriver().start();
  nic.control("RXEN", "CELL");
  for (const [vc, vci] of [
    [1, 100],
    [2, 200],
  ] as const) {
    nic.open(vc, vci, { vpi: VPI, maximumSduBytes: 2_000 });
  }
  nic.offer("small", 60, 0);
  return nic;
}

describe("cell mode transmit, judged by the AAL5 and cell codec", () => {
  const frame = fc.record({
    sdu: fc.uint8Array({ minLength: 1, maxLength: 1_500, size: "max" }),
    uu: fc.nat(255),
    cpi: fc.nat(255),
    clp: fc.nat(1),
  });

  it("every cell has a valid header of its VC, and the cells reassemble to the SDU with UU, CPI and CLP", () => {
    fc.assert(
      fc.property(frame, ({ sdu, uu, cpi, clp }) => {
        const nic = new Bench().addDriver().start();
        const fibre = new NotingFibre(nic.bench);
        nic.nic.phy.fibre = fibre;
        nic.control("TXEN", "CELL");
        nic.open(1, 4_321, { vpi: 17 });
        nic.put(1, [nic.piece(sdu)], { uu, cpi, clp });
        nic.doorbell();
        nic.bench.settle();
        const bytes = fibre.sent[0]?.bytes ?? new Uint8Array();
        expect(bytes.length).toBe(Math.ceil((sdu.length + 8) / 48) * 53);
        const target = new Uint8Array(2_048);
        const reassembler = new Aal5Reassembler(target, 0, 1_500);
        let result = -1;
        for (let at = 0; at < bytes.length; at += CELL_OCTETS) {
          expect(isCellHeaderValid(bytes, at)).toBe(true);
          // I.361: GFC 4 bits, VPI 8, VCI 16, PTI 3, CLP 1.
          const header = Buffer.from(bytes).readUInt32BE(at);
          const isLast = at + CELL_OCTETS === bytes.length;
          expect(header >>> 0).toBe(((17 << 20) | (4_321 << 4) | (isLast ? 2 : 0) | clp) >>> 0);
          result = reassembler.receiveCell(bytes, at);
        }
        expect(result).toBe(AAL5_OK);
        expect(target.slice(0, reassembler.sduLength)).toEqual(sdu);
        expect([reassembler.userToUser, reassembler.commonPartIndicator]).toEqual([uu, cpi]);
        expect(reassembler.cellLossPriority).toBe(clp === 1);
      }),
      { numRuns: 40 },
    );
  });

  it("a known frame: 40 octets of 'A' with UU 1 and CPI 2 make one cell with this trailer", () => {
    const nic = new Bench().addDriver().start();
    const fibre = new NotingFibre(nic.bench);
    nic.nic.phy.fibre = fibre;
    nic.control("TXEN", "CELL");
    nic.open(1, 5);
    nic.put(1, [nic.piece(new Uint8Array(40).fill(0x41))], { uu: 1, cpi: 2 });
    nic.doorbell();
    nic.bench.settle();
    const cell = fibre.sent[0]?.bytes ?? new Uint8Array();
    // Header of VPI 0 / VCI 5, end of PDU: 00 00 00 52, HEC by x^8 + x^2 + x + 1 with coset 0x55 (I.432.1 4.3.2).
    expect([...cell.slice(0, 4)]).toEqual([0, 0, 0, 0x52]);
    expect(cell[4]).toBe(hec([0, 0, 0, 0x52]));
    expect([...cell.slice(45, 49)]).toEqual([1, 2, 0, 40]);
    expect([...cell.slice(49)]).toEqual(crc32Bytes(cell.slice(5, 49)));
  });
});

/** HEC bit by bit from the definition, as a second opinion. */
function hec(header: number[]): number {
  let register = 0;
  for (const octet of header) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = (register >> 7) ^ ((octet >> bit) & 1);
      register = ((register << 1) & 0xff) ^ (carry === 1 ? 0x07 : 0);
    }
  }
  return register ^ 0x55;
}

/** CRC-32 bit by bit from I.363.5 section 9.2.1.2. */
function crc32Bytes(octets: Uint8Array): number[] {
  let register = 0xffff_ffff;
  for (const octet of octets) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = (register >>> 31) ^ ((octet >> bit) & 1);
      register = ((register << 1) ^ (carry === 1 ? 0x04c1_1db7 : 0)) >>> 0;
    }
  }
  const value = ~register >>> 0;
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

describe("cell mode receive", () => {
  it("cells that arrive one by one become one frame, at the time of the last", () => {
    const nic = receiving();
    const cells = each(cellsOf(VPI, 100, pattern(1_000), { uu: 3, cpi: 4 }));
    for (const [i, cell] of cells.entries()) nic.bench.deliverCells(nic.nic.phy, cell, 1_000 * i);
    const [piece, ...others] = nic.received();
    expect(others).toEqual([]);
    expect(piece).toMatchObject({ length: 1_000, vcIndex: 1, uu: 3, cpi: 4, timestamp: 1_000 * (cells.length - 1) });
    expect(piece?.bytes).toEqual(pattern(1_000));
    expect(nic.counters()).toEqual({ RXFRM: 1, RXCELL: 21, RXBYTL: 1_000 });
  });

  it("CLP or congestion on any cell shows on the frame", () => {
    const nic = receiving();
    for (const touch of [{ clp: 1 }, { payloadType: PTI_CONGESTION }]) {
      const plain = each(cellsOf(VPI, 100, pattern(100)));
      const marked = each(cellsOf(VPI, 100, pattern(100), touch));
      for (const cell of [plain[0], marked[1], plain[2]]) nic.bench.deliverCells(nic.nic.phy, cell ?? new Uint8Array());
    }
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(100)));
    expect(nic.received().map(({ clp, congestion }) => [clp, congestion])).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  it("cells of two VCs may be interleaved in every way", () => {
    const sdu = fc.uint8Array({ minLength: 1, maxLength: 500, size: "max" });
    const sdus = fc.tuple(fc.array(sdu, { maxLength: 4 }), fc.array(sdu, { maxLength: 4 }));
    fc.assert(
      fc.property(sdus, fc.infiniteStream(fc.boolean()), ([first, second], chance) => {
        const nic = receiving();
        const queues = [
          first.flatMap((bytes) => each(cellsOf(VPI, 100, bytes))),
          second.flatMap((bytes) => each(cellsOf(VPI, 200, bytes))),
        ];
        while (queues.some((queue) => queue.length > 0)) {
          const cell = queues[chance.next().value ? 1 : 0]?.shift();
          if (cell !== undefined) nic.bench.deliverCells(nic.nic.phy, cell);
        }
        const received = nic.receivedFrames();
        const on = (vc: number) => received.filter(({ vcIndex }) => vcIndex === vc).map(({ bytes }) => bytes);
        expect(on(1)).toEqual(first);
        expect(on(2)).toEqual(second);
        expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
      }),
      { numRuns: 40 },
    );
  });

  it("a flipped bit in the payload drops exactly the frame that it hit", () => {
    const cells = cellsOf(VPI, 100, pattern(200));
    fc.assert(
      fc.property(fc.nat(4), fc.nat(48 * 8 - 1), (cell, bit) => {
        const nic = receiving();
        nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(50)));
        nic.bench.deliverCells(nic.nic.phy, flip(cells, cell * CELL_OCTETS * 8 + 40 + bit));
        nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(60)));
        expect(nic.received().map(({ length }) => length)).toEqual([50, 60]);
        // The last octets of the last cell hold the length: a hit there may be found as a length error first.
        expect((nic.counters().CRCERR ?? 0) + (nic.counters().LENERR ?? 0)).toBe(1);
        expect(nic.counters()).toMatchObject({ RXFRM: 2 });
        expect(nic.vcCounters(1).VCERR).toBe(1);
        expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
      }),
      { numRuns: 80 },
    );
  });

  it("every single bit of a header that is flipped is corrected and counted, and the frame is whole", () => {
    const cells = cellsOf(VPI, 100, pattern(200));
    for (let bit = 0; bit < 40; bit++) {
      for (const cell of [0, 4]) {
        const nic = receiving();
        nic.bench.deliverCells(nic.nic.phy, flip(cells, cell * CELL_OCTETS * 8 + bit));
        expect(nic.received().map(({ bytes }) => bytes)).toEqual([pattern(200)]);
        expect(nic.counters()).toEqual({ RXFRM: 1, RXCELL: 5, RXBYTL: 200, HECCOR: 1 });
      }
    }
  });

  it("a header with two wrong bits drops the cell (HECERR), and with it the frame", () => {
    const nic = receiving();
    const cells = cellsOf(VPI, 100, pattern(200));
    nic.bench.deliverCells(nic.nic.phy, flip(flip(cells, 53 * 8 + 12), 53 * 8 + 21));
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(60)));
    expect(nic.received().map(({ length }) => length)).toEqual([60]);
    const { HECERR = 0, CRCERR = 0, LENERR = 0 } = nic.counters();
    expect([HECERR, CRCERR + LENERR]).toEqual([1, 1]);
  });

  it("a lost last cell joins two frames into one that is dropped; the third is whole", () => {
    const nic = receiving();
    const first = cellsOf(VPI, 100, pattern(200));
    nic.bench.deliverCells(nic.nic.phy, first.slice(0, -CELL_OCTETS));
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(150)));
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(70)));
    expect(nic.received().map(({ bytes }) => bytes)).toEqual([pattern(70)]);
    expect((nic.counters().CRCERR ?? 0) + (nic.counters().LENERR ?? 0)).toBe(1);
  });

  it("cells on a VPI/VCI that is not open count in UNKVC one by one and disturb nobody", () => {
    const nic = receiving();
    const mine = each(cellsOf(VPI, 100, pattern(100)));
    const foreign = each(cellsOf(VPI, 999, pattern(100)));
    for (const [i, cell] of mine.entries()) {
      nic.bench.deliverCells(nic.nic.phy, foreign[i] ?? new Uint8Array());
      nic.bench.deliverCells(nic.nic.phy, cell);
    }
    expect(nic.received().map(({ bytes }) => bytes)).toEqual([pattern(100)]);
    expect(nic.counters()).toMatchObject({ UNKVC: 3, RXFRM: 1 });
  });

  it("OAM cells between the cells of a frame are passed over", () => {
    const nic = receiving();
    const oam = new Uint8Array(CELL_OCTETS).fill(0x6a);
    writeCellHeader(oam, 0, 0, VPI, 100, 5, 0);
    for (const cell of each(cellsOf(VPI, 100, pattern(100)))) {
      nic.bench.deliverCells(nic.nic.phy, cell);
      nic.bench.deliverCells(nic.nic.phy, oam);
    }
    expect(nic.received().map(({ bytes }) => bytes)).toEqual([pattern(100)]);
  });

  it("a PDU without end takes no more memory than the VC's longest SDU, and the next one is whole", () => {
    const nic = receiving();
    const endless = each(cellsOf(VPI, 100, pattern(200)))[0] ?? new Uint8Array();
    for (let i = 0; i < 100; i++) nic.bench.deliverCells(nic.nic.phy, endless);
    expect(nic.bench.fibre.frames.inUse).toBe(1);
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(10)));
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(20)));
    expect(nic.received().map(({ length }) => length)).toEqual([20]);
    expect(nic.counters().LENERR).toBe(1);
  });

  it("MODIFY to a longer SDU in the middle of a PDU does not let it grow beyond what was set aside for it", () => {
    const nic = receiving();
    const endless = each(cellsOf(VPI, 100, pattern(200)))[0] ?? new Uint8Array();
    nic.command(openCommand(1, 100, { opcode: COMMAND_OPCODES.MODIFY, vpi: VPI, maximumSduBytes: 40 }));
    nic.bench.deliverCells(nic.nic.phy, endless);
    const guard = nic.bench.frame(9, 9, new Uint8Array(100).fill(0x77));
    const address = nic.bench.fibre.frames.addressOf(guard);
    nic.command(openCommand(1, 100, { opcode: COMMAND_OPCODES.MODIFY, vpi: VPI, maximumSduBytes: 2_000 }));
    for (let i = 0; i < 30; i++) nic.bench.deliverCells(nic.nic.phy, endless);
    expect(nic.bytes.slice(address, address + 100).every((byte) => byte === 0x77)).toBe(true);
    nic.bench.fibre.frames.release(guard);
  });

  it("CLOSE gives what was collected of a PDU back, and the VC's next life begins clean", () => {
    const nic = receiving();
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(200), { clp: 1 }).slice(0, 2 * CELL_OCTETS));
    expect(nic.bench.fibre.frames.inUse).toBe(1);
    nic.close(1);
    expect(nic.bench.fibre.frames.inUse).toBe(0);
    nic.open(1, 100, { vpi: VPI });
    nic.bench.deliverCells(nic.nic.phy, cellsOf(VPI, 100, pattern(30)));
    expect(nic.received().map(({ length, clp }) => [length, clp])).toEqual([[30, 0]]);
  });

  it("a train of cells whose length is no multiple of 53 is read to the last whole cell", () => {
    const nic = receiving();
    const bytes = new Uint8Array([...cellsOf(VPI, 100, pattern(30)), 1, 2, 3]);
    nic.bench.deliverCells(nic.nic.phy, bytes);
    expect(nic.received().map(({ length }) => length)).toEqual([30]);
  });

  it("whatever octets arrive, nothing leaks and every frame that comes out is one that was sent", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 53, maxLength: 53 }), { maxLength: 20 }), (junk) => {
        const nic = receiving();
        for (const cell of junk) nic.bench.deliverCells(nic.nic.phy, cell);
        nic.control("RST");
        expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
      }),
      { numRuns: 50 },
    );
  });
});
