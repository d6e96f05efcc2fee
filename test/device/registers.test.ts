import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RegisterName } from "../../src/device/index.ts";
import { REGISTER_WINDOW_BYTES, REGISTERS } from "../../src/device/index.ts";
import type { BareDriver } from "./bare-driver.ts";
import { Bench, ESI } from "./bare-driver.ts";
import { NotingFibre } from "./fibre-side.ts";

const NAMES = Object.keys(REGISTERS) as RegisterName[];
const ALL_ONES = 0xffff_ffff;

function driver(): BareDriver {
  return new Bench().addDriver();
}

/**
 * What an "rw" register keeps of all ones, where that is not all ones. From the meanings in docs/registers.md: rings are
 * 64-byte aligned, a ring size that is no power of two disables the ring, an index of a ring without entries is 0, buffer
 * lengths are multiples of 64, VCSEL and ROMADR have 16 and 8 bits, CTRL.RST reads 0, IMS has six causes.
 */
const KEPT_OF_ALL_ONES: Partial<Record<RegisterName, number>> = {
  CTRL: 0,
  IMS: 0x3f,
  VCSEL: 0xffff,
  ROMADR: 0xff,
  FSLEN: 0xffff_ffc0,
  FLLEN: 0xffff_ffc0,
  ...Object.fromEntries(NAMES.filter((name) => name.endsWith("BASE")).map((name) => [name, 0xffff_ffc0])),
  ...Object.fromEntries(NAMES.filter((name) => name.endsWith("SIZE")).map((name) => [name, 0])),
  ...Object.fromEntries(
    NAMES.filter((name) => /^(CMD|TX|FS|FL)TAIL$|^(TC|RC)HEAD$/.test(name)).map((name) => [name, 0]),
  ),
};

describe("the register map", () => {
  it("has every register on a word of its own inside the window", () => {
    const offsets = NAMES.map((name) => REGISTERS[name].offset);
    expect(new Set(offsets).size).toBe(NAMES.length);
    for (const offset of offsets) {
      expect(offset % 4).toBe(0);
      expect(offset).toBeLessThan(REGISTER_WINDOW_BYTES);
    }
  });

  it("is the one of docs/registers.md", () => {
    const manual = readFileSync(new URL("../../docs/registers.md", import.meta.url), "utf8");
    const rows = [...manual.matchAll(/^\| 0x([0-9A-F]{3}) \| `(\w+)` \| (\w+) \| 0x([0-9A-F]{8}) \|/gm)].map(
      ([, offset, name, access, reset]) => ({
        name,
        offset: Number.parseInt(offset ?? "", 16),
        access,
        reset: Number.parseInt(reset ?? "", 16),
      }),
    );
    const declared = NAMES.map((name) => {
      const { offset, access, reset } = REGISTERS[name];
      return { name, offset, access, reset };
    });
    expect(rows).toEqual(declared.sort((a, b) => a.offset - b.offset));
  });

  it("reads all ones where no register is, and a write there changes nothing", () => {
    const nic = driver();
    const offsets = new Set<number>(NAMES.map((name) => REGISTERS[name].offset));
    for (let offset = 0; offset < REGISTER_WINDOW_BYTES + 16; offset++) {
      if (offsets.has(offset)) continue;
      nic.slot.write32(offset, 0x1234_5678);
      expect(nic.slot.read32(offset)).toBe(ALL_ONES);
    }
    for (const name of NAMES) expect([name, nic.read(name)]).toEqual([name, resetOf(name)]);
  });
});

/** What a register reads after reset with no fibre plugged in: its reset value, and for ROMDAT the ROM's first byte. */
function resetOf(name: RegisterName): number {
  return name === "ROMDAT" ? 0x56 : REGISTERS[name].reset;
}

describe.each(NAMES)("register %s", (name) => {
  const { access } = REGISTERS[name];

  it("has its reset value", () => {
    expect(driver().read(name)).toBe(resetOf(name));
  });

  it(`behaves as ${access}`, () => {
    const nic = driver();
    for (const value of [0, 0x5555_5540, ALL_ONES]) {
      nic.write(name, value);
      const read = nic.read(name);
      expect(read).toBeGreaterThanOrEqual(0);
      expect(read).toBeLessThanOrEqual(ALL_ONES);
      if (access === "ro") expect(read).toBe(name === "ROMDAT" ? (value === 0 ? 0x56 : romByte(value)) : resetOf(name));
      if (access === "wo") expect(read).toBe(0);
      if (access === "rw" && value === ALL_ONES) expect(read).toBe(KEPT_OF_ALL_ONES[name] ?? ALL_ONES);
    }
  });

  it("has its reset value again after CTRL.RST", () => {
    const nic = driver();
    if (name !== "CTRL" && name !== "ICS") nic.write(name, 0x40);
    nic.control("RST");
    expect(nic.read(name)).toBe(resetOf(name));
  });
});

/** ROMDAT moves on with every read: the second read of a test sees byte 1, the third byte 2. */
function romByte(value: number): number {
  return value === ALL_ONES ? ESI[0] : 0x4d;
}

describe("interrupt cause registers", () => {
  it("ICR is write one to clear: only the bits written go", () => {
    const nic = driver();
    nic.write("ICS", 0b10_1101);
    nic.write("ICR", 0b00_0101);
    expect(nic.read("ICR")).toBe(0b10_1000);
    nic.write("ICR", 0);
    expect(nic.read("ICR")).toBe(0b10_1000);
  });

  it("ICS raises the six causes and no other bits", () => {
    const nic = driver();
    nic.write("ICS", ALL_ONES);
    expect(nic.read("ICR")).toBe(0x3f);
  });

  it("IMS sets and IMC clears single bits of one mask", () => {
    const nic = driver();
    nic.write("IMS", 0b00_0110);
    nic.write("IMS", 0b01_0000);
    expect(nic.read("IMS")).toBe(0b01_0110);
    nic.write("IMC", 0b00_0010);
    expect(nic.read("IMS")).toBe(0b01_0100);
  });
});

describe("rings", () => {
  it.each(["CMD", "TX", "TC", "FS", "FL", "RC"])("%sSIZE takes powers of two from 8 to 32,768 only", (ring) => {
    const nic = driver();
    const name = `${ring}SIZE` as RegisterName;
    for (let size = 8; size <= 32_768; size *= 2) {
      nic.write(name, size);
      expect(nic.read(name)).toBe(size);
      nic.write(name, size + 1);
      expect(nic.read(name)).toBe(0);
    }
    for (const size of [0, 1, 2, 4, 65_536]) {
      nic.write(name, 16);
      nic.write(name, size);
      expect(nic.read(name)).toBe(0);
    }
  });

  it("an index wraps at the ring's size", () => {
    const nic = driver();
    for (const [size, index] of [
      ["FSSIZE", "FSTAIL"],
      ["FLSIZE", "FLTAIL"],
      ["TCSIZE", "TCHEAD"],
      ["RCSIZE", "RCHEAD"],
    ] as const) {
      nic.write(size, 16);
      nic.write(index, 21);
      expect(nic.read(index)).toBe(5);
    }
  });

  it("the doorbell of a disabled ring does nothing", () => {
    const nic = driver();
    nic.control("TXEN", "RXEN");
    const page = nic.allocate(4_096, false);
    for (const [base, tail] of [
      ["CMDBASE", "CMDTAIL"],
      ["TXBASE", "TXTAIL"],
    ] as const) {
      nic.write(base, page);
      nic.write(tail, 3);
    }
    nic.bench.settle();
    expect(nic.read("ICR")).toBe(0);
    expect(nic.read("STATUS")).toBe(0);
    expect(nic.slot.refusedDma).toBe(0);
    expect(nic.bytes.slice(page, page + 4_096).every((byte) => byte === 0)).toBe(true);
  });
});

describe("serial ROM", () => {
  function contents(nic: BareDriver): number[] {
    nic.write("ROMADR", 0);
    return Array.from({ length: 256 }, () => nic.read("ROMDAT"));
  }

  it("holds signature, ESI, part number, and a checksum that makes the sum 0 modulo 256", () => {
    const rom = contents(driver());
    expect(rom.slice(0, 2)).toEqual([0x56, 0x4d]);
    expect(rom.slice(2, 8)).toEqual([...ESI]);
    expect(String.fromCharCode(...rom.slice(8, 24))).toBe("VMC-155-A       ");
    expect(rom.reduce((sum, byte) => sum + byte, 0) % 256).toBe(0);
  });

  it("has another checksum for another ESI", () => {
    const other = contents(new Bench().addDriver(new Uint8Array([0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff])));
    expect(other.slice(2, 8)).toEqual([0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
    expect(other.reduce((sum, byte) => sum + byte, 0) % 256).toBe(0);
  });

  it("ROMADR moves on by one with each read of ROMDAT and wraps after byte 255", () => {
    const nic = driver();
    nic.write("ROMADR", 254);
    nic.read("ROMDAT");
    expect(nic.read("ROMADR")).toBe(255);
    nic.read("ROMDAT");
    expect(nic.read("ROMADR")).toBe(0);
  });

  it("keeps its contents over a reset", () => {
    const nic = driver();
    const before = contents(nic);
    nic.control("RST");
    expect(contents(nic)).toEqual(before);
  });
});

describe("hardware clock", () => {
  it("CLKL is virtual nanoseconds modulo 2^32, and reading it latches CLKH", () => {
    const nic = driver();
    const { clock } = nic.bench.world;
    clock.runUntil(5_000_000_000);
    expect(nic.read("CLKH")).toBe(0);
    expect(nic.read("CLKL")).toBe(705_032_704);
    clock.runUntil(9_000_000_000);
    expect(nic.read("CLKH")).toBe(1);
    expect(nic.read("CLKL")).toBe(410_065_408);
    expect(nic.read("CLKH")).toBe(2);
  });
});

describe("PHY", () => {
  it("without a fibre there is no signal", () => {
    const nic = driver();
    expect(nic.read("STATUS")).toBe(0);
    expect(nic.read("PHYSTAT")).toBe(0);
  });

  it("STATUS.LINK and PHYSTAT follow the fibre; a change raises LSC", () => {
    const nic = driver();
    const fibre = new NotingFibre(nic.bench);
    nic.nic.phy.fibre = fibre;
    expect(nic.read("STATUS")).toBe(1);
    expect(nic.read("PHYSTAT")).toBe(353_207 * 256 + 1);
    fibre.up = false;
    nic.nic.phy.linkStateChanged();
    expect(nic.read("STATUS")).toBe(0);
    expect(nic.read("PHYSTAT") & 1).toBe(0);
    expect(nic.read("ICR")).toBe(1 << 4);
  });

  it("PHYSTAT.RATE holds 24 bits, and no more is shown", () => {
    const nic = driver();
    const fibre = new NotingFibre(nic.bench);
    nic.nic.phy.fibre = fibre;
    fibre.rateCellsPerSecond = 9_000_000;
    expect(nic.read("PHYSTAT")).toBe(9_000_000 * 256 + 1);
    fibre.rateCellsPerSecond = 100_000_000;
    expect(nic.read("PHYSTAT")).toBe(0xffff_ff01);
  });

  it("loopback shows light", () => {
    const nic = driver();
    nic.control("LOOP");
    expect(nic.read("STATUS")).toBe(1);
  });
});
