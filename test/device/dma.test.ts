import { describe, expect, it } from "vitest";
import { COMMAND, COMMAND_STATUS, FREE_BUFFER, TRANSMIT_STATUS } from "../../src/device/index.ts";
import { Bench, openCommand, pattern } from "./bare-driver.ts";
import { NotingFibre } from "./fibre-side.ts";

const DMAF = 1 << 5;
const FATAL = 1 << 1;

function running() {
  const nic = new Bench().addDriver().start();
  const fibre = new NotingFibre(nic.bench);
  nic.nic.phy.fibre = fibre;
  nic.control("TXEN", "RXEN");
  nic.open(1, 100);
  nic.write("ICR", 0x3f);
  const arrive = (bytes: Uint8Array) => nic.bench.deliver(nic.nic.phy, nic.bench.frame(0, 100, bytes));
  const isFatal = () => (nic.read("STATUS") & FATAL) !== 0 && (nic.read("ICR") & DMAF) !== 0;
  return { nic, fibre, arrive, isFatal };
}

describe("DMA outside of what is mapped", () => {
  it("transmit: a piece on an unmapped page is not read; STATUS.FATAL, DMAF, and nothing more is sent", () => {
    const { nic, fibre, isFatal } = running();
    const secret = nic.allocate(4_096, false);
    nic.put(1, [{ address: secret, length: 100 }]);
    nic.put(1, [nic.piece(pattern(10))]);
    nic.doorbell();
    nic.bench.settle();
    expect(isFatal()).toBe(true);
    expect(fibre.sent).toEqual([]);
    expect(nic.slot.refusedDma).toBe(1);
    expect(nic.completions()).toEqual([{ first: 0, count: 1, status: TRANSMIT_STATUS.DMA_REFUSED }]);
  });

  it("transmit: the last byte of a piece counts, and one of several pieces is enough", () => {
    for (const pieces of [1, 2]) {
      const { nic, fibre, isFatal } = running();
      const page = nic.allocate(4_096);
      nic.allocate(4_096, false);
      const over = { address: page + 4_096 - 100, length: 101 };
      nic.put(1, pieces === 1 ? [over] : [nic.piece(pattern(10)), over]);
      nic.doorbell();
      nic.bench.settle();
      expect(isFatal()).toBe(true);
      expect(fibre.sent).toEqual([]);
    }
    const { nic, fibre } = running();
    nic.put(1, [{ address: nic.allocate(4_096) + 4_096 - 100, length: 100 }]);
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent).toHaveLength(1);
  });

  it("receive: a buffer on an unmapped page is not written; nothing is completed", () => {
    const { nic, arrive, isFatal } = running();
    nic.offer("small", 2, 0, false);
    const address = nic.buffers.get(0) ?? 0;
    arrive(pattern(100));
    arrive(pattern(100));
    expect(isFatal()).toBe(true);
    expect(nic.bytes.slice(address, address + 2_048).every((byte) => byte === 0)).toBe(true);
    expect(nic.received()).toEqual([]);
    expect(nic.read("FSHEAD")).toBe(0);
    expect(nic.slot.refusedDma).toBe(1);
    expect(nic.counters()).toMatchObject({ RXDIS: 1 });
  });

  it("receive: a buffer whose frame would reach into an unmapped page is not written", () => {
    for (const length of [100, 101]) {
      const { nic, arrive, isFatal } = running();
      const page = nic.allocate(4_096);
      nic.allocate(4_096, false);
      const address = page + 4_096 - 100;
      nic.pack(FREE_BUFFER, nic.rings.small.base + nic.rings.small.step() * FREE_BUFFER.bytes, { address, cookie: 7 });
      nic.buffers.set(7, address);
      nic.write("FSTAIL", nic.rings.small.next);
      arrive(pattern(length));
      expect(isFatal()).toBe(length > 100);
      expect(nic.received().map(({ bytes }) => bytes)).toEqual(length > 100 ? [] : [pattern(length)]);
    }
  });

  it("receive: after the refusal the other frames of the same train are not tried", () => {
    const { nic, isFatal } = running();
    nic.offer("small", 2, 0, false);
    nic.bench.deliver(nic.nic.phy, ...[1, 2, 3].map((seed) => nic.bench.frame(0, 100, pattern(10, seed))));
    expect(isFatal()).toBe(true);
    expect(nic.slot.refusedDma).toBe(1);
    expect(nic.counters()).toMatchObject({ RXDIS: 2 });
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
  });

  it("another machine's memory is out of reach whatever this machine maps", () => {
    const bench = new Bench({ nics: 2 });
    const nic = bench.addDriver().start();
    const other = bench.addDriver();
    const foreign = other.allocate(4_096);
    expect(nic.slot.iommu.map(foreign, 4_096)).toBe(false);
    nic.nic.phy.fibre = new NotingFibre(bench);
    nic.control("TXEN");
    nic.open(1, 100);
    nic.put(1, [{ address: foreign, length: 10 }]);
    nic.doorbell();
    bench.settle();
    expect(nic.read("STATUS") & FATAL).toBe(FATAL);
  });

  it.each([
    ["transmit ring", "TXBASE"],
    ["transmit completion ring", "TCBASE"],
    ["receive completion ring", "RCBASE"],
    ["small free-buffer ring", "FSBASE"],
    ["large free-buffer ring", "FLBASE"],
  ] as const)("a %s on unmapped pages is fatal, and nothing is written there", (_what, register) => {
    const { nic, arrive, isFatal } = running();
    nic.offer("small", 2, 0);
    const page = nic.allocate(8_192, false);
    nic.write(register, page);
    nic.send(1, pattern(10));
    nic.bench.settle();
    arrive(pattern(10));
    expect(isFatal()).toBe(true);
    expect(nic.bytes.slice(page, page + 8_192).every((byte) => byte === 0)).toBe(true);
  });

  it("a command ring on unmapped pages is fatal, and no command is executed", () => {
    const { nic, isFatal } = running();
    const at = nic.putCommand(openCommand(2, 200));
    const page = nic.allocate(4_096, false);
    nic.bytes.copyWithin(page, nic.rings.command.base, nic.rings.command.base + 2_048);
    nic.write("CMDBASE", page);
    nic.write("CMDTAIL", nic.rings.command.next);
    nic.bench.settle();
    expect(isFatal()).toBe(true);
    expect(nic.nic.vcs.openCount).toBe(1);
    expect(nic.unpack(COMMAND, at).status).toBe(COMMAND_STATUS.PENDING);
  });

  it("pages that are unmapped again are out of reach again", () => {
    const { nic, fibre } = running();
    const piece = nic.piece(pattern(10));
    nic.put(1, [piece]);
    nic.doorbell();
    nic.bench.settle();
    nic.slot.iommu.unmap(piece.address, 10);
    nic.put(1, [piece]);
    nic.doorbell();
    nic.bench.settle();
    expect(fibre.sent).toHaveLength(1);
    expect(nic.read("STATUS") & FATAL).toBe(FATAL);
  });

  it("fatal stops both directions, also what the shaper holds, until reset", () => {
    const { nic, fibre, arrive } = running();
    nic.offer("small", 4, 0);
    nic.open(2, 200, { peakCellRate: 1_000 });
    nic.send(2, pattern(10), pattern(10));
    nic.bench.world.runUntilTime(nic.bench.world.clock.nowNs + 1_000);
    expect(fibre.sent).toHaveLength(1);
    nic.put(1, [{ address: nic.allocate(4_096, false), length: 1 }]);
    nic.doorbell();
    nic.bench.settle();
    arrive(pattern(10));
    expect(fibre.sent).toHaveLength(1);
    expect(nic.received()).toEqual([]);
    nic.control("RST");
    expect(nic.read("STATUS") & FATAL).toBe(0);
    nic.start();
    nic.control("TXEN", "RXEN");
    nic.open(1, 100);
    nic.offer("small", 1, 0);
    nic.send(1, pattern(10));
    nic.bench.settle();
    arrive(pattern(10));
    expect(fibre.sent).toHaveLength(2);
    expect(nic.received()).toHaveLength(1);
  });
});

describe("CTRL.RST", () => {
  it("closes every VC, forgets rings, causes and counters, and gives frames and timers back", () => {
    const { nic, arrive } = running();
    nic.offer("small", 4, 0);
    nic.control("TXEN", "RXEN", "CELL");
    nic.open(2, 200, { peakCellRate: 100 });
    nic.send(2, pattern(100), pattern(100), pattern(100));
    nic.write("ITR", 1_000);
    nic.bench.world.runUntilTime(nic.bench.world.clock.nowNs + 1_000);
    nic.bench.deliverCells(nic.nic.phy, partialCells());
    arrive(pattern(10));
    expect(nic.bench.leaks.frames).toBe(1);
    nic.write("CMDTAIL", nic.rings.command.next);
    nic.send(1, pattern(10));
    nic.control("RST");
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
    expect(nic.bench.world.clock.pendingCount).toBe(0);
    expect(nic.nic.vcs.openCount).toBe(0);
    expect(nic.counters()).toEqual({});
    expect(nic.read("ICR")).toBe(0);
    expect(nic.read("CTRL")).toBe(0);
    arrive(pattern(10));
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
  });

  it("writes nothing to memory and raises nothing, though frames were held and a message could be sent", () => {
    const { nic } = running();
    const seen: number[] = [];
    for (let message = 0; message < 4; message++) nic.slot.connect(message, () => void seen.push(message));
    nic.control("TXEN", "MSIX");
    nic.open(2, 200, { peakCellRate: 100 });
    nic.send(2, pattern(100), pattern(100), pattern(100));
    nic.bench.world.runUntilTime(nic.bench.world.clock.nowNs + 1_000);
    nic.write("ICR", 0x3f);
    nic.write("IMS", 0x3f);
    const before = nic.bytes.slice(nic.machine.memory.window.start, nic.machine.memory.window.end);
    nic.control("RST");
    nic.bench.settle();
    expect(seen).toEqual([]);
    const after = nic.bytes.slice(nic.machine.memory.window.start, nic.machine.memory.window.end);
    expect(Buffer.compare(before, after)).toBe(0);
  });
});

describe("a device that is taken off the bus", () => {
  it("does nothing more: no DMA, no interrupt, no timer, frames that arrive are given back", () => {
    const { nic, fibre, arrive } = running();
    nic.offer("small", 4, 0);
    nic.open(2, 200, { peakCellRate: 100 });
    nic.send(2, pattern(100), pattern(100));
    nic.bench.world.runUntilTime(nic.bench.world.clock.nowNs + 1_000);
    nic.nic.removed();
    arrive(pattern(10));
    nic.bench.settle();
    expect(fibre.sent).toHaveLength(1);
    expect(nic.received()).toEqual([]);
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
    expect(nic.bench.world.clock.pendingCount).toBe(0);
  });
});

/** The first cell of a frame on VPI 0 / VCI 100, without its end. */
function partialCells(): Uint8Array {
  const cell = new Uint8Array(53);
  // Header 00 00 06 40 with its HEC, computed by hand from x^8 + x^2 + x + 1 and coset 0x55.
  cell.set([0, 0, 0x06, 0x40, hec([0, 0, 0x06, 0x40])]);
  return cell;
}

function hec(header: number[]): number {
  let register = 0;
  for (const octet of header) {
    register ^= octet;
    for (let bit = 0; bit < 8; bit++) register = register & 0x80 ? ((register << 1) ^ 0x07) & 0xff : register << 1;
  }
  return register ^ 0x55;
}
