import fc from "fast-check";
import {
  AAL_TYPE,
  BEARER_CLASS,
  DIRECTION,
  decodeMessage,
  encodeMessage,
  IE,
  LAYER2_PROTOCOL,
  LAYER3_PROTOCOL,
  MESSAGE,
  Q2931Message,
} from "../../src/wire/q2931/index.ts";

export function octets(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/\s/g, ""), "hex"));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export const AESA_BOB = octets("47 0005 80ffe1000000f21a2d4c 00204811fc13 00".replace(/\s/g, ""));
export const AESA_ALICE = octets("39 250f 00000000000000000001 0020481a1b1c 00");

export function encoded(message: Q2931Message): Uint8Array {
  const bytes = new Uint8Array(2048);
  const length = encodeMessage(message, bytes, 0);
  return bytes.slice(0, length);
}

export function decoded(bytes: Uint8Array, direction: 0 | 1 | 2 = DIRECTION.either): Q2931Message {
  const message = new Q2931Message();
  decodeMessage(bytes, 0, bytes.length, message, direction);
  return message;
}

/** A SETUP as a caller sends it: AAL5, UBR, class X, LLC, both numbers. */
export function setupMessage(callReference = 5): Q2931Message {
  const message = new Q2931Message();
  message.begin(MESSAGE.setup, callReference, 0);
  message.include(IE.trafficDescriptor);
  message.trafficDescriptor.setPeak(1000, 2000, true);
  message.include(IE.aalParameters);
  message.aalParameters.setAal5(9180, 9188);
  message.include(IE.bearerCapability);
  message.bearerCapability.set(BEARER_CLASS.x, 0);
  const low = message.includeLowLayerInformation();
  if (low !== null) low.layer2Protocol = LAYER2_PROTOCOL.lanLogicalLinkControl;
  message.include(IE.calledNumber);
  message.calledNumber.setAddress({ kind: "aesa", bytes: AESA_BOB });
  message.include(IE.callingNumber);
  message.callingNumber.setAddress({ kind: "aesa", bytes: AESA_ALICE });
  message.include(IE.qualityOfService);
  message.qualityOfService.set(0, 0, 0);
  return message;
}

/** What a message says, as plain data: header and the elements that are present. */
export function contents(message: Q2931Message): Record<string, unknown> {
  const all: { [Name in keyof typeof IE]: () => unknown } = {
    cause: () => ({
      ...message.cause,
      diagnostics: hex(message.cause.diagnostics.slice(0, message.cause.diagnosticsLength)),
    }),
    callState: () => message.callState,
    trafficDescriptor: () => ({ ...message.trafficDescriptor, rates: [...message.trafficDescriptor.rates] }),
    aalParameters: () => {
      const { type, values, userDefined, userDefinedLength } = message.aalParameters;
      return { type, values: [...values], user: hex(userDefined.slice(0, userDefinedLength)) };
    },
    bearerCapability: () => ({ ...message.bearerCapability }),
    highLayerInformation: () => {
      const { type, octets: bytes, length } = message.highLayerInformation;
      return { type, bytes: hex(bytes.slice(0, length)) };
    },
    sendingComplete: () => true,
    repeatIndicator: () => message.repeatIndicator,
    lowLayerInformation: () => message.lowLayerInformation.slice(0, message.lowLayerCount).map((each) => ({ ...each })),
    calledNumber: () => ({ ...message.calledNumber, address: hex(message.calledNumber.address.bytes) }),
    calledSubaddress: () => subaddress(message.calledSubaddress),
    callingNumber: () => ({ ...message.callingNumber, address: hex(message.callingNumber.address.bytes) }),
    callingSubaddress: () => subaddress(message.callingSubaddress),
    transitNetworkSelection: () => {
      const { typeOfIdentification, identificationPlan, characters, length } = message.transitNetworkSelection;
      return { typeOfIdentification, identificationPlan, characters: hex(characters.slice(0, length)) };
    },
    qualityOfService: () => ({ ...message.qualityOfService }),
    connectionIdentifier: () => ({ ...message.connectionIdentifier }),
    endpointReference: () => ({ ...message.endpointReference }),
    endpointState: () => message.endpointState,
    restartIndicator: () => message.restartClass,
    notificationIndicator: () =>
      hex(message.notificationIndicator.octets.slice(0, message.notificationIndicator.length)),
  };
  const result: Record<string, unknown> = {
    type: message.type,
    callReference: message.callReference,
    flag: message.callReferenceFlag,
  };
  for (const [name, read] of Object.entries(all)) {
    if (message.has(IE[name as keyof typeof IE])) result[name] = read();
  }
  return result;
}

function subaddress(of: { type: number; odd: boolean; octets: Uint8Array; length: number }): unknown {
  return { type: of.type, odd: of.odd, octets: hex(of.octets.slice(0, of.length)) };
}

type Fill = (message: Q2931Message) => void;

const bits = (count: number) => fc.integer({ min: 0, max: 2 ** count - 1 });
const some = (length: number, min = 0) => fc.uint8Array({ minLength: min, maxLength: length });

function with1<A>(bit: number, a: fc.Arbitrary<A>, fill: (message: Q2931Message, a: A) => void): fc.Arbitrary<Fill> {
  return a.map((value) => (message) => {
    message.include(bit);
    fill(message, value);
  });
}

const AAL_VALUES: Record<number, { index: number; octets: 1 | 2; maximum?: number }[]> = {
  [AAL_TYPE.aal1]: [
    { index: 0, octets: 1 },
    { index: 1, octets: 1 },
    { index: 2, octets: 2 },
    { index: 3, octets: 1 },
    { index: 4, octets: 1 },
    { index: 5, octets: 2 },
    { index: 6, octets: 1 },
  ],
  [AAL_TYPE.aal34]: [
    { index: 7, octets: 2 },
    { index: 8, octets: 2 },
    { index: 9, octets: 2 },
    { index: 12, octets: 1 },
  ],
  [AAL_TYPE.aal5]: [
    { index: 7, octets: 2 },
    { index: 8, octets: 2 },
    { index: 11, octets: 1 },
    { index: 12, octets: 1 },
  ],
};

const aal = fc.oneof(
  fc.constantFrom(AAL_TYPE.aal1, AAL_TYPE.aal34, AAL_TYPE.aal5).chain((type) =>
    fc.tuple(...(AAL_VALUES[type] ?? []).map((each) => fc.option(bits(8 * each.octets), { nil: -1 }))).map(
      (values): Fill =>
        (message) => {
          message.include(IE.aalParameters);
          message.aalParameters.clear(type);
          AAL_VALUES[type]?.forEach((each, position) => {
            message.aalParameters.values[each.index] = values[position] ?? -1;
            // The MID range is one subfield of two values.
            if (each.index === 9) message.aalParameters.values[10] = values[position] === -1 ? -1 : 77;
          });
        },
    ),
  ),
  some(4).map(
    (user): Fill =>
      (message) => {
        message.include(IE.aalParameters);
        message.aalParameters.clear(AAL_TYPE.userDefined);
        message.aalParameters.userDefined.set(user);
        message.aalParameters.userDefinedLength = user.length;
      },
  ),
);

const layer2 = fc.oneof(
  fc.constant({}),
  fc.constantFrom(0x01, 0x0c).map((layer2Protocol) => ({ layer2Protocol })),
  bits(7).map((layer2UserSpecified) => ({ layer2Protocol: LAYER2_PROTOCOL.userSpecified, layer2UserSpecified })),
  fc
    .tuple(fc.constantFrom(0x02, 0x06, 0x0e), bits(2), bits(2), fc.option(bits(7), { nil: -1 }))
    .map(([layer2Protocol, layer2Mode, layer2Q933Use, layer2WindowSize]) => ({
      layer2Protocol,
      layer2Mode,
      layer2Q933Use,
      layer2WindowSize,
    })),
);
const layer3 = fc.oneof(
  fc.constantFrom(0x06, 0x0a, 0x0b).map((layer3Protocol) => ({ layer3Protocol })),
  bits(7).map((layer3UserSpecified) => ({ layer3Protocol: LAYER3_PROTOCOL.userSpecified, layer3UserSpecified })),
  bits(8).map((layer3Ipi) => ({ layer3Protocol: LAYER3_PROTOCOL.tr9577, layer3Ipi })),
  fc.tuple(bits(24), bits(16)).map(([snapOui, snapPid]) => ({
    layer3Protocol: LAYER3_PROTOCOL.tr9577,
    layer3Ipi: 0x80,
    snapOui,
    snapPid,
  })),
  fc
    .tuple(fc.constantFrom(0x06, 0x07, 0x08), bits(2), bits(4), fc.option(bits(7), { nil: -1 }))
    .map(([layer3Protocol, layer3Mode, layer3DefaultPacketSize, layer3WindowSize]) => ({
      layer3Protocol,
      layer3Mode,
      layer3DefaultPacketSize,
      layer3WindowSize,
    })),
);
const lowLayers = fc
  .array(
    fc.tuple(fc.option(bits(5), { nil: -1 }), layer2, layer3).map(([layer1Protocol, two, three]) => ({
      layer1Protocol,
      ...two,
      ...three,
    })),
    { minLength: 1, maxLength: 3 },
  )
  .map(
    (alternatives): Fill =>
      (message) => {
        for (const each of alternatives) Object.assign(message.includeLowLayerInformation() ?? {}, each);
        if (alternatives.length > 1) message.include(IE.repeatIndicator);
      },
  );

const address = fc.oneof(
  fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => ({ kind: "aesa" as const, bytes })),
  fc
    .array(fc.integer({ min: 0x30, max: 0x39 }), { minLength: 1, maxLength: 15 })
    .map((digits) => ({ kind: "e164" as const, bytes: Uint8Array.from(digits) })),
);
const subaddressFields = fc.record({ type: fc.constantFrom(0, 1, 2), odd: fc.boolean(), bytes: some(20, 1) });

/** One arbitrary way to fill each element. */
export const ELEMENT_FILLS: { readonly [Name in Exclude<keyof typeof IE, "repeatIndicator">]: fc.Arbitrary<Fill> } = {
  cause: with1(
    IE.cause,
    fc.tuple(bits(4), bits(7), some(28), fc.constantFrom(0, 3)),
    (message, [location, value, diagnostics, coding]) => {
      message.cause.set(location, value);
      message.cause.codingStandard = coding;
      for (const octet of diagnostics) message.cause.addDiagnostic(octet);
    },
  ),
  callState: with1(IE.callState, bits(6), (message, state) => {
    message.callState = state;
  }),
  trafficDescriptor: with1(
    IE.trafficDescriptor,
    fc.tuple(fc.array(fc.option(bits(24), { nil: -1 }), { minLength: 12, maxLength: 12 }), fc.boolean(), fc.boolean()),
    (message, [rates, tagging, backward]) => {
      message.trafficDescriptor.clear();
      message.trafficDescriptor.rates.set(rates);
      message.trafficDescriptor.bestEffort = true;
      message.trafficDescriptor.taggingForward = tagging;
      message.trafficDescriptor.taggingBackward = backward;
    },
  ),
  aalParameters: aal,
  bearerCapability: with1(
    IE.bearerCapability,
    fc.tuple(fc.constantFrom(1, 3, 16, 24), fc.boolean(), bits(3), bits(2), fc.boolean(), bits(1)),
    (message, [bearerClass, hasTrafficType, trafficType, timing, clipping, userPlane]) => {
      message.bearerCapability.set(bearerClass, userPlane);
      message.bearerCapability.hasTrafficType = hasTrafficType;
      message.bearerCapability.trafficType = hasTrafficType ? trafficType : 0;
      message.bearerCapability.timing = hasTrafficType ? timing : 0;
      message.bearerCapability.susceptibleToClipping = clipping;
    },
  ),
  highLayerInformation: with1(IE.highLayerInformation, fc.tuple(bits(7), some(8)), (message, [type, bytes]) => {
    message.highLayerInformation.type = type;
    message.highLayerInformation.octets.set(bytes);
    message.highLayerInformation.length = bytes.length;
  }),
  sendingComplete: with1(IE.sendingComplete, fc.constant(0), () => undefined),
  lowLayerInformation: lowLayers,
  calledNumber: with1(IE.calledNumber, address, (message, value) => {
    message.calledNumber.setAddress(value);
  }),
  calledSubaddress: with1(IE.calledSubaddress, subaddressFields, (message, { type, odd, bytes }) => {
    Object.assign(message.calledSubaddress, { type, odd, length: bytes.length });
    message.calledSubaddress.octets.set(bytes);
  }),
  callingNumber: with1(
    IE.callingNumber,
    fc.tuple(address, fc.option(fc.tuple(fc.constantFrom(0, 1, 2), bits(2)), { nil: null })),
    (message, [value, shown]) => {
      message.callingNumber.setAddress(value);
      if (shown !== null) {
        Object.assign(message.callingNumber, { hasPresentation: true, presentation: shown[0], screening: shown[1] });
      }
    },
  ),
  callingSubaddress: with1(IE.callingSubaddress, subaddressFields, (message, { type, odd, bytes }) => {
    Object.assign(message.callingSubaddress, { type, odd, length: bytes.length });
    message.callingSubaddress.octets.set(bytes);
  }),
  transitNetworkSelection: with1(
    IE.transitNetworkSelection,
    fc.tuple(bits(3), bits(4), some(7, 1)),
    (message, [typeOfIdentification, identificationPlan, characters]) => {
      Object.assign(message.transitNetworkSelection, {
        typeOfIdentification,
        identificationPlan,
        length: characters.length,
      });
      message.transitNetworkSelection.characters.set(characters);
    },
  ),
  qualityOfService: with1(
    IE.qualityOfService,
    fc.tuple(fc.constantFrom(0, 3), bits(8), bits(8)),
    (message, [coding, forward, backward]) => message.qualityOfService.set(coding, forward, backward),
  ),
  connectionIdentifier: with1(
    IE.connectionIdentifier,
    fc.tuple(bits(16), bits(16), bits(2), bits(3)),
    (message, [vpci, vci, association, preference]) => {
      Object.assign(message.connectionIdentifier, { vpci, vci, association, preference });
    },
  ),
  endpointReference: with1(IE.endpointReference, fc.tuple(bits(1), bits(15)), (message, [flag, value]) => {
    Object.assign(message.endpointReference, { flag, value });
  }),
  endpointState: with1(IE.endpointState, bits(6), (message, state) => {
    message.endpointState = state;
  }),
  restartIndicator: with1(IE.restartIndicator, fc.constantFrom(0, 1, 2), (message, restartClass) => {
    message.restartClass = restartClass;
  }),
  notificationIndicator: with1(IE.notificationIndicator, some(16, 1), (message, bytes) => {
    message.notificationIndicator.octets.set(bytes);
    message.notificationIndicator.length = bytes.length;
  }),
};
