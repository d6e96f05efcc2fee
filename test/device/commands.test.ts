import { describe, expect, it } from "vitest";
import { COMMAND, COMMAND_OPCODES, COMMAND_STATUS, VC_AAL, VC_SERVICE } from "../../src/device/index.ts";
import { VC_ENTRY } from "../../src/device/vc-table.ts";
import type { BareDriver } from "./bare-driver.ts";
import { Bench, openCommand, pattern } from "./bare-driver.ts";
import { NotingFibre } from "./fibre-side.ts";

const { OPEN, MODIFY, CLOSE } = COMMAND_OPCODES;
const S = COMMAND_STATUS;

function driver(): BareDriver {
  return new Bench().addDriver().start();
}

describe("VC command layout", () => {
  it("is the one of docs/registers.md: an OPEN written word by word", () => {
    const nic = driver();
    const words = nic.bench.world.memory.words;
    // OPEN, AAL5, CBR, receive, transmit, large buffers; VC 0x1234; VPI 0x21, VCI 0x8765; PCR, SCR, MBS, longest SDU.
    const entry = [0x0007_1501, 0x0000_1234, 0x0021_8765, 1_000, 500, 32, 9_180, 0];
    words.set(entry, nic.rings.command.base >>> 2);
    nic.write("CMDTAIL", 1);
    nic.bench.settle();
    expect([...words.slice(nic.rings.command.base >>> 2, (nic.rings.command.base >>> 2) + 8)]).toEqual([
      ...entry.slice(0, 7),
      S.OK,
    ]);
    expect(nic.nic.vcs.lookup(0x21, 0x8765)).toBe(0x1234);
    expect(nic.nic.vcs.word(0x1234, VC_ENTRY.maximumSdu)).toBe(9_180);
  });
});

describe("VC commands", () => {
  it("OK: OPEN, MODIFY and CLOSE of one entry", () => {
    const nic = driver();
    expect(nic.command(openCommand(7, 100))).toBe(S.OK);
    expect(nic.command(openCommand(7, 100, { opcode: MODIFY }))).toBe(S.OK);
    expect(nic.command({ opcode: CLOSE, vcIndex: 7 })).toBe(S.OK);
  });

  it("ALREADY_OPEN: OPEN of an entry that is open", () => {
    const nic = driver();
    nic.open(7, 100);
    expect(nic.command(openCommand(7, 101))).toBe(S.ALREADY_OPEN);
    expect(nic.nic.vcs.lookup(0, 101)).toBe(-1);
  });

  it("NOT_OPEN: MODIFY and CLOSE of an entry that is not open, never was, or is closed", () => {
    const nic = driver();
    nic.open(7, 100);
    nic.close(7);
    for (const vcIndex of [6, 7, 65_535]) {
      expect(nic.command({ opcode: CLOSE, vcIndex })).toBe(S.NOT_OPEN);
      expect(nic.command(openCommand(vcIndex, 100, { opcode: MODIFY }))).toBe(S.NOT_OPEN);
    }
  });

  it("BAD_CONNECTION: VCI 0 is no connection on any VPI", () => {
    const nic = driver();
    expect(nic.command(openCommand(1, 0))).toBe(S.BAD_CONNECTION);
    expect(nic.command(openCommand(1, 0, { vpi: 3 }))).toBe(S.BAD_CONNECTION);
    expect(nic.command(openCommand(1, 1))).toBe(S.OK);
  });

  it("CONNECTION_IN_USE: a VPI/VCI is open once; another VPI with the same VCI is another connection", () => {
    const nic = driver();
    nic.open(1, 100);
    expect(nic.command(openCommand(2, 100))).toBe(S.CONNECTION_IN_USE);
    expect(nic.command(openCommand(2, 100, { vpi: 1 }))).toBe(S.OK);
    nic.close(1);
    expect(nic.command(openCommand(3, 100))).toBe(S.OK);
  });

  it("BAD_AAL: AAL0 and undefined AALs", () => {
    const nic = driver();
    for (const aal of [VC_AAL.AAL0, 1, 4, 15]) expect(nic.command(openCommand(1, 100, { aal }))).toBe(S.BAD_AAL);
  });

  it("BAD_RATE: CBR without a peak, VBR without rates or with a sustainable rate above the peak", () => {
    const nic = driver();
    const { CBR, VBR } = VC_SERVICE;
    const rates = [
      { service: CBR },
      { service: VBR },
      { service: VBR, peakCellRate: 10 },
      { service: VBR, sustainableCellRate: 10 },
      { service: VBR, peakCellRate: 10, sustainableCellRate: 11 },
    ];
    for (const values of rates) expect(nic.command(openCommand(1, 100, values))).toBe(S.BAD_RATE);
    const even = { service: VBR, peakCellRate: 10, sustainableCellRate: 10 };
    expect(nic.command(openCommand(1, 100, even))).toBe(S.OK);
  });

  it("BAD_OPCODE: anything but OPEN, MODIFY and CLOSE", () => {
    const nic = driver();
    for (const opcode of [0, 4, 255]) expect(nic.command({ opcode, vcIndex: 1 })).toBe(S.BAD_OPCODE);
  });

  it("a refused OPEN leaves the entry and the connection free; a refused MODIFY leaves the VC as it was", () => {
    const nic = driver();
    expect(nic.command(openCommand(1, 100, { aal: VC_AAL.AAL0 }))).toBe(S.BAD_AAL);
    expect(nic.nic.vcs.openCount).toBe(0);
    nic.open(1, 100, { maximumSduBytes: 1_000 });
    const worse = openCommand(1, 100, { opcode: MODIFY, service: VC_SERVICE.CBR, maximumSduBytes: 2_000 });
    expect(nic.command(worse)).toBe(S.BAD_RATE);
    expect(nic.nic.vcs.word(1, VC_ENTRY.maximumSdu)).toBe(1_000);
  });

  it("the first and the last index of the table can be opened", () => {
    const nic = driver();
    nic.open(0, 5);
    nic.open(65_535, 65_535, { vpi: 255 });
    expect(nic.nic.vcs.lookup(255, 65_535)).toBe(65_535);
  });

  it("a longest SDU beyond that of AAL5 counts as 65,535", () => {
    const nic = driver();
    nic.control("RXEN");
    nic.offer("large", 4, 0);
    nic.open(1, 100, { maximumSduBytes: 0xffff_ffff, largeBuffers: 1 });
    nic.bench.deliver(nic.nic.phy, nic.bench.frame(0, 100, pattern(65_535)));
    expect(nic.receivedFrames().map(({ bytes }) => bytes.length)).toEqual([65_535]);
  });
});

describe("the command ring", () => {
  it("executes what lies between head and doorbell, in order, moves CMDHEAD and raises CMD once", () => {
    const nic = driver();
    const addresses = [
      nic.putCommand(openCommand(1, 100)),
      nic.putCommand({ opcode: CLOSE, vcIndex: 1 }),
      nic.putCommand(openCommand(2, 100)),
      nic.putCommand({ opcode: OPEN + 99, vcIndex: 3 }),
    ];
    nic.write("CMDTAIL", 3);
    expect(nic.read("CMDHEAD")).toBe(0);
    nic.bench.settle();
    expect(addresses.map((at) => nic.unpack(COMMAND, at).status)).toEqual([S.OK, S.OK, S.OK, S.PENDING]);
    expect(nic.read("CMDHEAD")).toBe(3);
    expect(nic.read("ICR")).toBe(1 << 2);
  });

  it("goes on after the end of the ring", () => {
    const nic = new Bench().addDriver().start({ command: 8 });
    for (let vc = 0; vc < 20; vc++) expect(nic.command(openCommand(vc, 100 + vc))).toBe(S.OK);
    expect(nic.nic.vcs.openCount).toBe(20);
    expect(nic.read("CMDHEAD")).toBe(20 % 8);
  });

  it("writes nothing but the status word of an entry", () => {
    const nic = driver();
    const at = nic.putCommand(openCommand(1, 100));
    const before = nic.bytes.slice(at, at + 28);
    nic.write("CMDTAIL", 1);
    nic.bench.settle();
    expect(nic.bytes.slice(at, at + 28)).toEqual(before);
  });
});

describe("65,535 VCs", () => {
  it("can be open at once, each with its own connection, and all carry frames", () => {
    const nic = new Bench().addDriver().start({ command: 32_768, receiveCompletion: 128 });
    const count = 65_535;
    const label = (vc: number) => ({ vpi: vc >> 12, vci: 32 + (vc & 0xfff) });
    const batch = 32_767;
    for (let first = 0; first < count; first += batch) {
      const addresses: number[] = [];
      for (let vc = first; vc < Math.min(first + batch, count); vc++) {
        addresses.push(nic.putCommand(openCommand(vc, label(vc).vci, { vpi: label(vc).vpi })));
      }
      nic.write("CMDTAIL", nic.rings.command.next);
      nic.bench.settle();
      expect(addresses.filter((at) => nic.unpack(COMMAND, at).status !== S.OK)).toEqual([]);
    }
    expect(nic.nic.vcs.openCount).toBe(count);
    const fibre = new NotingFibre(nic.bench);
    nic.nic.phy.fibre = fibre;
    nic.control("TXEN", "RXEN");
    const chosen = [0, 1, 4_095, 4_096, 32_768, 65_534];
    nic.offer("small", chosen.length, 0);
    for (const vc of chosen) {
      const { vpi, vci } = label(vc);
      nic.bench.deliver(nic.nic.phy, nic.bench.frame(vpi, vci, pattern(40, vc)));
      nic.send(vc, pattern(20, vc));
    }
    nic.bench.settle();
    expect(nic.received().map(({ vcIndex }) => vcIndex)).toEqual(chosen);
    expect(fibre.sent.map(({ vpi, vci }) => ({ vpi, vci }))).toEqual(chosen.map(label));
    nic.control("RST");
    expect(nic.nic.vcs.openCount).toBe(0);
    expect(chosen.map((vc) => nic.nic.vcs.lookup(label(vc).vpi, label(vc).vci))).toEqual(chosen.map(() => -1));
  });
});
