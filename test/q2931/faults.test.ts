import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CAUSE,
  DECODE_RESULT,
  DIRECTION,
  decodeMessage,
  FAULT_CLAUSE,
  FAULT_CLAUSES,
  IE,
  MESSAGE,
  MESSAGE_TYPES,
  Q2931Message,
} from "../../src/wire/q2931/index.ts";
import { decoded, encoded, hex, octets, setupMessage } from "./messages.ts";

function fault(text: string, direction: 0 | 1 | 2 = DIRECTION.either): Record<string, unknown> {
  const { fault: found } = decoded(octets(text), direction);
  const diagnostics = hex(found.diagnostics.slice(0, found.diagnosticsLength));
  return { result: found.result, section: FAULT_CLAUSES[found.clause]?.section, cause: found.cause, diagnostics };
}

const R = DECODE_RESULT;

describe("Q.2931 error conditions of a received message", () => {
  it("5.6.1: another protocol discriminator is ignored", () => {
    expect(fault("08 03 000001 4d 80 0000")).toMatchObject({ result: R.unreadable, section: "5.6.1" });
  });

  it("5.6.2: a message too short for its header is ignored", () => {
    for (let length = 1; length < 9; length++) {
      const bytes = octets("09 03 000001 4d 80 0000").slice(0, length);
      const message = new Q2931Message();
      expect(decodeMessage(bytes, 0, length, message)).toBe(R.unreadable);
      expect(message.fault.clause).toBe(FAULT_CLAUSE.messageTooShort);
    }
  });

  it("5.6.3.1: a call reference that has not three octets is ignored", () => {
    expect(fault("09 02 0001 4d 80 0006 08 80 0002 80 90")).toMatchObject({ result: R.unreadable, section: "5.6.3.1" });
  });

  it("5.6.4: an unknown message type is reported with cause 97 and the type", () => {
    const expected = { result: R.discardAndReport, section: "5.6.4", cause: 97, diagnostics: "3f" };
    expect(fault("09 03 000001 3f 80 0000")).toEqual(expected);
    expect(decoded(octets("09 03 800001 3f 80 0000"))).toMatchObject({ callReference: 1, callReferenceFlag: 1 });
  });

  it("5.7.1: an unknown message type says itself what is to be done with it", () => {
    expect(fault("09 03 000001 3f 90 0000").result).toBe(R.clearCall);
    expect(fault("09 03 000001 3f 91 0000").result).toBe(R.discard);
    expect(fault("09 03 000001 3f 92 0000").result).toBe(R.discardAndReport);
  });

  it("5.6.5: a length beyond the end of the message is reported with cause 104, and the elements that are there count", () => {
    const text = "09 03 000001 4d 80 0010 08 80 0002 80 90";
    expect(fault(text)).toMatchObject({ result: R.processAndReport, section: "5.6.5", cause: 104 });
    expect(decoded(octets(text)).cause.value).toBe(16);
  });

  it("octets behind the end of the message are ignored", () => {
    expect(fault("09 03 000001 4d 80 0006 08 80 0002 80 90 ffff")).toMatchObject({ result: R.process });
  });

  it("5.6.6.2: only the first of two equal elements counts", () => {
    const message = decoded(octets("09 03 000001 4d 80 000c 08 80 0002 80 90 08 80 0002 80 91"));
    expect(message.fault.result).toBe(R.process);
    expect(message.cause.value).toBe(16);
  });

  it("5.6.6.2: low layer information without a repeat indicator counts once", () => {
    const message = decoded(octets("09 03 000001 07 80 000a 5f 80 0001 cc 5f 80 0001 e6"));
    expect(message.lowLayerCount).toBe(1);
  });

  it("5.6.7.1: missing mandatory elements are listed in the diagnostics of cause 96", () => {
    expect(fault("09 03 000001 4d 80 0000")).toEqual({
      result: R.mandatoryFault,
      section: "5.6.7.1",
      cause: CAUSE.mandatoryElementMissing,
      diagnostics: "08",
    });
    expect(fault("09 03 000001 05 80 0000", DIRECTION.networkToUser).diagnostics).toBe("595e705c5a");
    expect(fault("09 03 000001 05 80 0000", DIRECTION.userToNetwork).diagnostics).toBe("595e705c");
  });

  it("5.6.7.2: wrong contents of a mandatory element are cause 100", () => {
    const expected = { result: R.mandatoryFault, section: "5.6.7.2", cause: 100, diagnostics: "08" };
    expect(fault("09 03 000001 4d 80 0005 08 80 0001 80")).toEqual(expected);
  });

  it("5.6.8.1: an unrecognised element is kept, discarded and reported with cause 99", () => {
    const text = "09 03 000001 5a 80 000d 42 80 0003 010203 08 80 0002 80 90";
    expect(fault(text)).toEqual({ result: R.processAndReport, section: "5.6.8.1", cause: 99, diagnostics: "42" });
    const message = decoded(octets(text));
    expect(message.cause.value).toBe(16);
    expect(message.unrecognisedElements()).toEqual([
      { identifier: 0x42, instruction: 0x80, contents: Uint8Array.of(1, 2, 3) },
    ]);
    expect(hex(encoded(message))).toBe(hex(octets("09 03 000001 5a 80 000d 08 80 0002 80 90 42 80 0003 010203")));
  });

  it("5.6.8.2: wrong contents of an optional element are cause 100, and the message counts without it", () => {
    const text = "09 03 000001 02 80 0008 5a 80 0004 88 000000";
    expect(fault(text)).toEqual({ result: R.processAndReport, section: "5.6.8.2", cause: 100, diagnostics: "5a" });
    expect(decoded(octets(text)).has(IE.connectionIdentifier)).toBe(false);
  });

  it("5.6.8.3: an element that the message does not have is treated as unrecognised", () => {
    expect(fault("09 03 000001 0f 80 0006 08 80 0002 80 90")).toMatchObject({ cause: 99, diagnostics: "08" });
  });

  it("5.7.2: the element says itself what is to be done about it", () => {
    const withInstruction = (instruction: string) =>
      fault(`09 03 000001 5a 80 000b 08 80 0002 80 90 42 ${instruction} 0001 07`).result;
    expect(withInstruction("90")).toBe(R.clearCall);
    expect(withInstruction("91")).toBe(R.processQuietly);
    expect(withInstruction("92")).toBe(R.processAndReport);
    expect(withInstruction("95")).toBe(R.discard);
    expect(withInstruction("96")).toBe(R.discardAndReport);
    // Without the flag the action indicator has no meaning.
    expect(withInstruction("85")).toBe(R.processAndReport);
  });

  it("4.5.3: after a locking shift no element is of codeset 0, after a non-locking one the next is not", () => {
    const locking = decoded(octets("09 03 000001 5a 80 000b 60 80 0001 85 08 80 0002 80 90"));
    expect(locking.has(IE.cause)).toBe(false);
    const single = decoded(octets("09 03 000001 5a 80 0011 61 80 0001 85 08 80 0002 80 91 08 80 0002 80 90"));
    expect(single.cause.value).toBe(16);
  });

  it("a coding standard that an element does not have is wrong contents", () => {
    expect(fault("09 03 000001 07 80 0009 5a e0 0005 88 0000 0021")).toMatchObject({ cause: 100, diagnostics: "5a" });
  });
});

describe("Q.2931 decoding is total", () => {
  it("any octets give a result of the table", () => {
    const message = new Q2931Message();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const result = decodeMessage(bytes, 0, bytes.length, message);
        expect(Object.values(DECODE_RESULT)).toContain(result);
      }),
      { numRuns: 2000 },
    );
  });

  it("any octets behind a good header give a result, and what was decoded can be encoded", () => {
    const message = new Q2931Message();
    const types = MESSAGE_TYPES.map((row) => row.type);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 300 }), (type, tail) => {
        const bytes = Uint8Array.from([9, 3, 0, 0, 1, type, 0x80, tail.length >> 8, tail.length, ...tail]);
        decodeMessage(bytes, 0, bytes.length, message);
        expect(encoded(message).length).toBeGreaterThanOrEqual(9);
      }),
      { numRuns: 2000 },
    );
  });

  it("changed, cut and spliced messages give a result; a decoded one encodes to octets that decode to the same", () => {
    const original = encoded(setupMessage());
    const edit = fc.tuple(fc.nat(original.length - 1), fc.nat(255), fc.constantFrom("set", "cut", "insert"));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        let bytes = [...original];
        for (const [at, value, how] of edits) {
          if (how === "set") bytes[at % bytes.length] = value;
          else if (how === "cut") bytes = bytes.slice(0, Math.max(at, 1));
          else bytes.splice(at, 0, value);
        }
        const first = decoded(Uint8Array.from(bytes), DIRECTION.userToNetwork);
        if (first.fault.result === DECODE_RESULT.process) {
          expect(encoded(decoded(encoded(first)))).toEqual(encoded(first));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("a length of zero, of less than the buffer and of more than the buffer are results too", () => {
    const message = new Q2931Message();
    const bytes = encoded(setupMessage());
    expect(decodeMessage(bytes, 0, 0, message)).toBe(DECODE_RESULT.unreadable);
    expect(decodeMessage(bytes, 0, bytes.length + 1, message)).toBe(DECODE_RESULT.unreadable);
    expect(decodeMessage(bytes, 5, bytes.length - 5, message)).toBe(DECODE_RESULT.unreadable);
    expect(message.type).not.toBe(MESSAGE.setup);
  });
});
