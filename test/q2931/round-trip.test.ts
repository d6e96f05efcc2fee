import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InformationElementName } from "../../src/wire/q2931/index.ts";
import {
  DECODE_RESULT,
  DIRECTION,
  decodeMessage,
  encodeMessage,
  FAULT_CLAUSE,
  IE,
  INFORMATION_ELEMENTS,
  LAYER2_PROTOCOL,
  LAYER3_PROTOCOL,
  MESSAGE,
  MESSAGE_TYPES,
  Q2931Message,
} from "../../src/wire/q2931/index.ts";
import {
  AESA_ALICE,
  AESA_BOB,
  contents,
  decoded,
  ELEMENT_FILLS,
  encoded,
  hex,
  octets,
  setupMessage,
} from "./messages.ts";

const NAMES = (Object.keys(IE) as InformationElementName[]).filter((name) => name !== "repeatIndicator");

/** An arbitrary message of this type with its mandatory elements and any of its optional ones. */
function messageArbitrary(row: (typeof MESSAGE_TYPES)[number]): fc.Arbitrary<Q2931Message> {
  const mandatory = row.mandatoryUserToNetwork | row.mandatoryNetworkToUser;
  const fills = NAMES.filter((name) => ((mandatory | row.optional) & IE[name]) !== 0).map((name) => {
    const fill = ELEMENT_FILLS[name as keyof typeof ELEMENT_FILLS];
    return (mandatory & IE[name]) !== 0 ? fill : fc.option(fill, { nil: null });
  });
  const reference = fc.tuple(fc.integer({ min: 0, max: 0x7fffff }), fc.constantFrom(0, 1));
  return fc.tuple(reference, ...fills).map(([[callReference, flag], ...each]) => {
    const message = new Q2931Message();
    message.begin(row.type, callReference, flag);
    for (const fill of each) fill?.(message);
    return message;
  });
}

describe("Q.2931 message codec", () => {
  for (const row of MESSAGE_TYPES) {
    it(`decodes every ${row.name} that it encodes, element by element`, () => {
      fc.assert(
        fc.property(messageArbitrary(row), (message) => {
          const bytes = encoded(message);
          const copy = new Q2931Message();
          expect(decodeMessage(bytes, 0, bytes.length, copy, DIRECTION.networkToUser)).toBe(DECODE_RESULT.process);
          expect(contents(copy)).toEqual(contents(message));
          expect(encoded(copy)).toEqual(bytes);
        }),
        { numRuns: 60 },
      );
    });
  }

  it("a record used before gives the same message as a new one", () => {
    const reused = new Q2931Message();
    fc.assert(
      fc.property(fc.constantFrom(...MESSAGE_TYPES).chain(messageArbitrary), (message) => {
        const bytes = encoded(message);
        decodeMessage(bytes, 0, bytes.length, reused);
        expect(contents(reused)).toEqual(contents(decoded(bytes)));
      }),
      { numRuns: 200 },
    );
  });

  it("encodes at an offset and leaves the octets before it alone", () => {
    const bytes = new Uint8Array(300).fill(0xee);
    const length = encodeMessage(setupMessage(), bytes, 50);
    expect(bytes.slice(0, 50)).toEqual(new Uint8Array(50).fill(0xee));
    expect(bytes.slice(50, 50 + length)).toEqual(encoded(setupMessage()));
    expect(decodeMessage(bytes, 50, length, new Q2931Message())).toBe(DECODE_RESULT.process);
  });

  it("says -1 for a message that does not fit, at every size too small", () => {
    const size = encoded(setupMessage()).length;
    for (let room = 0; room < size; room++) {
      expect(encodeMessage(setupMessage(), new Uint8Array(room), 0)).toBe(-1);
    }
    expect(encodeMessage(setupMessage(), new Uint8Array(size), 0)).toBe(size);
  });

  it("no information element identifier and no message type is declared twice", () => {
    const identifiers = Object.values(INFORMATION_ELEMENTS).map((row) => row.identifier);
    expect(new Set(identifiers).size).toBe(identifiers.length);
    const types = MESSAGE_TYPES.map((row) => row.type);
    expect(new Set(types).size).toBe(Object.keys(MESSAGE).length);
  });
});

describe("Q.2931 message layouts", () => {
  // Written by hand from Q.2931 section 4 and UNI 3.1 section 5.4.
  const setup = octets(`
    09 03 000005 05 80 005e
    59 80 0009 84 0003e8 85 0007d0 be
    58 80 0009 05 8c 23dc 81 23e4 84 00
    5e 80 0003 10 80 80
    5f 80 0001 cc
    70 80 0015 82 47000580ffe1000000f21a2d4c00204811fc1300
    6c 80 0015 82 ${hex(AESA_ALICE)}
    5c 80 0002 00 00`);

  it("SETUP: header, traffic descriptor, AAL5, class X, LLC, numbers, QoS class 0", () => {
    expect(hex(encoded(setupMessage()))).toBe(hex(setup));
  });

  it("SETUP: the fields read back from the octets", () => {
    const message = decoded(setup, DIRECTION.userToNetwork);
    expect(message.fault.clause).toBe(FAULT_CLAUSE.none);
    expect(message.trafficDescriptor.rates[2]).toBe(1000);
    expect(message.trafficDescriptor.rates[3]).toBe(2000);
    expect(message.trafficDescriptor.bestEffort).toBe(true);
    expect(message.aalParameters.forwardMaximumSduSize).toBe(9180);
    expect(message.aalParameters.backwardMaximumSduSize).toBe(9188);
    expect(message.bearerCapability.bearerClass).toBe(16);
    expect(message.lowLayerInformation[0]?.layer2Protocol).toBe(LAYER2_PROTOCOL.lanLogicalLinkControl);
    expect(message.calledNumber.copyAddress()).toEqual({ kind: "aesa", bytes: AESA_BOB });
  });

  const samples: [string, string, (message: Q2931Message) => void][] = [
    [
      "CONNECT with VPCI 0, VCI 33",
      "09 03 800005 07 80 0009 5a 80 0005 88 0000 0021",
      (message) => {
        message.begin(MESSAGE.connect, 5, 1);
        message.includeConnectionIdentifier(0, 33);
      },
    ],
    [
      "RELEASE with cause 16 from the user",
      "09 03 000005 4d 80 0006 08 80 0002 80 90",
      (message) => {
        message.begin(MESSAGE.release, 5, 0);
        message.includeCause(0, 16);
      },
    ],
    [
      "STATUS in state 10 with cause 101 and the message type",
      "09 03 923456 7d 80 000c 08 80 0003 81 e5 05 14 80 0001 0a",
      (message) => {
        message.begin(MESSAGE.status, 0x123456, 1);
        message.includeCause(1, 101);
        message.cause.addDiagnostic(5);
        message.include(IE.callState);
        message.callState = 10;
      },
    ],
    [
      "RESTART of all virtual channels",
      "09 03 000000 46 80 0005 79 80 0001 82",
      (message) => {
        message.begin(MESSAGE.restart, 0, 0);
        message.include(IE.restartIndicator);
        message.restartClass = 2;
      },
    ],
    [
      "ADD PARTY with an E.164 number",
      "09 03 000007 80 80 0016 70 80 000b 91 34393839313233343536 54 80 0003 00 8003",
      (message) => {
        message.begin(MESSAGE.addParty, 7, 0);
        message.include(IE.calledNumber);
        message.calledNumber.setAddress({ kind: "e164", bytes: octets("34393839313233343536") });
        message.include(IE.endpointReference);
        Object.assign(message.endpointReference, { flag: 1, value: 3 });
      },
    ],
    [
      "CONNECT with SNAP in ISO/IEC TR 9577",
      "09 03 800001 07 80 000d 5f 80 0009 6b 40 80 80 0080c2 0007",
      (message) => {
        message.begin(MESSAGE.connect, 1, 1);
        Object.assign(message.includeLowLayerInformation() ?? {}, {
          layer3Protocol: LAYER3_PROTOCOL.tr9577,
          layer3Ipi: 0x80,
          snapOui: 0x0080c2,
          snapPid: 7,
        });
      },
    ],
    [
      "INFORMATION with sending complete",
      "09 03 000001 7b 80 0005 62 80 0001 a1",
      (message) => {
        message.begin(MESSAGE.information, 1, 0);
        message.include(IE.sendingComplete);
      },
    ],
  ];
  for (const [name, text, fill] of samples) {
    it(name, () => {
      const message = new Q2931Message();
      fill(message);
      expect(hex(encoded(message))).toBe(hex(octets(text)));
      expect(contents(decoded(octets(text)))).toEqual(contents(message));
    });
  }

  it("UNI 3.1 table 5-7: each rate stands behind its own identifier, and tagging in the options", () => {
    const message = setupMessage();
    message.present = IE.trafficDescriptor;
    message.lowLayerCount = 0;
    message.trafficDescriptor.clear();
    message.trafficDescriptor.rates.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    message.trafficDescriptor.taggingBackward = true;
    expect(hex(encoded(message)).slice(26)).toBe(
      "82000001830000028400000385000004880000058900000690000007910000" + "08a0000009a100000ab000000bb100000cbf02",
    );
  });

  it("a repeat indicator stands directly before the first of several low layer elements", () => {
    const message = new Q2931Message();
    message.begin(MESSAGE.connect, 1, 1);
    Object.assign(message.includeLowLayerInformation() ?? {}, { layer2Protocol: 12 });
    Object.assign(message.includeLowLayerInformation() ?? {}, { layer3Protocol: 6 });
    expect(hex(encoded(message)).slice(18)).toBe("6380000182" + "5f800001cc" + "5f800001e6");
  });
});
