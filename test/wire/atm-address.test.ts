import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AtmAddress } from "../../src/wire/index.ts";
import {
  AtmAddressMap,
  aesaFromBytes,
  atmAddressDigitCount,
  atmAddressesEqual,
  atmAddressHasPrefix,
  atmAddressPrefixOf,
  e164FromBytes,
  formatAtmAddress,
  parseAtmAddress,
  parseAtmAddressPrefix,
} from "../../src/wire/index.ts";

const ICD = "47.0005.80.ffe100.0000.f21a.26d8.0020ea000ee0.00";

function address(text: string): AtmAddress {
  const result = parseAtmAddress(text);
  if (result.kind === "error") throw new Error(result.message);
  return result;
}

const anyAddress = fc.oneof(
  fc
    .tuple(fc.constantFrom(0x39, 0x47), fc.uint8Array({ minLength: 19, maxLength: 19, size: "max" }))
    .map(([afi, rest]): AtmAddress => ({ kind: "aesa", bytes: Uint8Array.of(afi, ...rest) })),
  fc
    .array(fc.integer({ min: 0x30, max: 0x39 }), { minLength: 1, maxLength: 15, size: "max" })
    .map((digits): AtmAddress => ({ kind: "e164", bytes: Uint8Array.from(digits) })),
);

describe("ATM address as text", () => {
  it("UNI 3.1 5.1.3.1: an ICD address with dots, spaces or neither is the same 20 octets", () => {
    const plain = address(ICD.replaceAll(".", ""));
    expect(plain.kind).toBe("aesa");
    expect(Buffer.from(plain.bytes).toString("hex")).toBe("47000580ffe1000000f21a26d80020ea000ee000");
    expect(atmAddressesEqual(address(ICD), plain)).toBe(true);
    expect(atmAddressesEqual(address(ICD.replaceAll(".", " ").toUpperCase()), plain)).toBe(true);
  });

  it("a native E.164 number is kept as ASCII digits", () => {
    expect(address("+49 89 1234567").bytes).toEqual(new TextEncoder().encode("49891234567"));
  });

  it("an E.164 AESA has 15 decimal digits and f behind its 45", () => {
    const text = "45.000049891234567f.00000000.0020ea000ee0.00";
    expect(formatAtmAddress(address(text))).toBe(text);
    expect(parseAtmAddress(text.replace("567f", "56ff"))).toMatchObject({ kind: "error" });
    expect(parseAtmAddress(text.replace("567f", "5670"))).toMatchObject({ kind: "error" });
  });

  it("what is written is read back", () => {
    fc.assert(
      fc.property(anyAddress, (value) => {
        expect(atmAddressesEqual(address(formatAtmAddress(value)), value)).toBe(true);
      }),
    );
  });

  it.each([
    ["", "0 hexadecimal digits"],
    ["47.0005", "6 hexadecimal digits"],
    [ICD.replace("47", "48"), "unknown AESA format 0x48"],
    [ICD.replace("ff", "fg"), "'g' is not a hexadecimal digit"],
    ["+", "0 decimal digits"],
    ["+1234567890123456", "16 decimal digits"],
    ["+12a", "'a' is not a decimal digit"],
  ])("%j is refused and the error says what would be right", (text, message) => {
    const result = parseAtmAddress(text);
    expect(result).toMatchObject({ kind: "error", message: expect.stringContaining(message) });
    expect(result.kind === "error" && result.hint).toMatch(/an AESA has 40|native E\.164/);
  });

  it("any text gives an address or an error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(["aesa", "e164", "error"]).toContain(parseAtmAddress(text).kind);
      }),
    );
  });
});

describe("ATM address from octets", () => {
  it("copies, and refuses other lengths and formats", () => {
    const bytes = Uint8Array.of(0, ...address(ICD).bytes, 0);
    const copy = aesaFromBytes(bytes, 1, 20);
    bytes.fill(0);
    expect(copy.kind === "aesa" && formatAtmAddress(copy)).toBe(ICD);
    expect(aesaFromBytes(new Uint8Array(20), 0, 20).kind).toBe("error");
    expect(aesaFromBytes(new Uint8Array(19), 0, 20).kind).toBe("error");
    expect(e164FromBytes(Uint8Array.of(0x31, 0x3a)).kind).toBe("error");
    expect(e164FromBytes(new Uint8Array(0)).kind).toBe("error");
  });
});

describe("ATM address maps and prefixes", () => {
  it("a map finds what was put in under an equal address, whatever else is in it, until it is taken out", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyAddress, { comparator: atmAddressesEqual, maxLength: 40 }),
        fc.nat(),
        (all, drawn) => {
          const map = new AtmAddressMap<number>();
          for (const [i, address] of all.entries()) map.add(address, i);
          const copies = all.map(({ kind, bytes }) => ({ kind, bytes: bytes.slice() }));
          expect(copies.map((address) => map.get(address))).toEqual(all.map((_, i) => i));
          const gone = all.length === 0 ? -1 : drawn % all.length;
          if (gone >= 0) map.delete(copies[gone]!);
          expect(copies.map((address) => map.get(address))).toEqual(all.map((_, i) => (i === gone ? null : i)));
        },
      ),
    );
  });

  it("a map tells addresses of two kinds with the same octets, and so with the same hash, apart", () => {
    const octets = { bytes: Uint8Array.of(0x34) };
    const map = new AtmAddressMap<string>();
    map.add({ kind: "e164", ...octets }, "number");
    expect(map.get({ kind: "aesa", ...octets })).toBe(null);
    map.add({ kind: "aesa", ...octets }, "end system");
    map.delete({ kind: "e164", ...octets });
    expect([map.get({ kind: "e164", ...octets }), map.get({ kind: "aesa", ...octets })]).toEqual([null, "end system"]);
  });

  it("every cut of an address is a prefix of it, and a longer or other one is not", () => {
    fc.assert(
      fc.property(anyAddress, fc.nat(40), (value, cut) => {
        const whole = atmAddressPrefixOf(value);
        const prefix = { kind: whole.kind, digits: whole.digits.slice(0, cut) };
        expect(atmAddressHasPrefix(value, prefix)).toBe(true);
        expect(atmAddressHasPrefix(value, { kind: whole.kind, digits: [...whole.digits, 1] })).toBe(false);
        if (prefix.digits.length > 0) {
          const last = prefix.digits.length - 1;
          const digits = prefix.digits.with(last, ((prefix.digits[last] ?? 0) + 1) % 10);
          expect(atmAddressHasPrefix(value, { kind: whole.kind, digits })).toBe(false);
        }
      }),
    );
  });

  it("UNI 3.1 5.1.3.1.5: the selector does not take part in routing", () => {
    expect(atmAddressDigitCount(address(ICD))).toBe(38);
    const other = address(ICD.replace(/00$/, "ff"));
    expect(atmAddressHasPrefix(other, atmAddressPrefixOf(address(ICD)))).toBe(true);
  });

  it("a prefix is read from text, half octets included", () => {
    expect(parseAtmAddressPrefix("47.000")).toEqual({ kind: "aesa", digits: [4, 7, 0, 0, 0] });
    expect(parseAtmAddressPrefix("+49")).toEqual({ kind: "e164", digits: [4, 9] });
    expect(parseAtmAddressPrefix("")).toEqual({ kind: "aesa", digits: [] });
    expect(parseAtmAddressPrefix("+4f").kind).toBe("error");
    expect(parseAtmAddressPrefix(ICD).kind).toBe("error");
  });
});
