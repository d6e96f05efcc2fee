/**
 * The information elements of Q.2931 section 4.5 and ATM Forum UNI 3.1 section 5.4.5: one bit and one row each.
 * The bit names the element in a message's `present` mask. The order of the bits is the order in which elements are
 * encoded: Q.2931 section 4.5.1 leaves that order free but for the repeat indicator, which stands directly before the
 * element that it repeats. Traffic descriptor and AAL parameters stand early because common analysers misread
 * them as the last element of a message.
 */
export const IE = {
  cause: 1 << 0,
  callState: 1 << 1,
  trafficDescriptor: 1 << 2,
  aalParameters: 1 << 3,
  bearerCapability: 1 << 4,
  highLayerInformation: 1 << 5,
  sendingComplete: 1 << 6,
  repeatIndicator: 1 << 7,
  lowLayerInformation: 1 << 8,
  calledNumber: 1 << 9,
  calledSubaddress: 1 << 10,
  callingNumber: 1 << 11,
  callingSubaddress: 1 << 12,
  transitNetworkSelection: 1 << 13,
  qualityOfService: 1 << 14,
  connectionIdentifier: 1 << 15,
  endpointReference: 1 << 16,
  endpointState: 1 << 17,
  restartIndicator: 1 << 18,
  notificationIndicator: 1 << 19,
} as const;

export type InformationElementName = keyof typeof IE;

/** Coding standard, bits 7-6 of an element's instruction octet (Q.2931 section 4.5.1). */
export const CODING_STANDARD = { itu: 0, isoIec: 1, national: 2, network: 3 } as const;

/** Instruction octet of an element whose flag says "regular error handling" (Q.2931 section 5.6). */
export const REGULAR_INSTRUCTION = 0x80;

export interface InformationElementRow {
  readonly identifier: number;
  readonly name: string;
  /** Longest contents in octets, without the four octets of the element's header. */
  readonly maximumLength: number;
  /** Coding standards understood, as a mask of `1 << CODING_STANDARD.x`. */
  readonly codingStandards: number;
}

const ITU = 1 << CODING_STANDARD.itu;
const ITU_OR_NETWORK = ITU | (1 << CODING_STANDARD.network);

function row(identifier: number, name: string, maximumLength: number, codingStandards = ITU): InformationElementRow {
  return { identifier, name, maximumLength, codingStandards };
}

export const INFORMATION_ELEMENTS: { readonly [Name in InformationElementName]: InformationElementRow } = {
  cause: row(0x08, "Cause", 30, ITU_OR_NETWORK),
  callState: row(0x14, "Call state", 1),
  // The combinations of UNI 3.1 table 5-7 need 26 octets; each subfield once, which is what the decoder takes, is 51.
  trafficDescriptor: row(0x59, "ATM traffic descriptor", 51),
  aalParameters: row(0x58, "ATM adaptation layer parameters", 17),
  bearerCapability: row(0x5e, "Broadband bearer capability", 3),
  highLayerInformation: row(0x5d, "Broadband high layer information", 9),
  sendingComplete: row(0x62, "Broadband sending complete", 1),
  repeatIndicator: row(0x63, "Broadband repeat indicator", 1),
  lowLayerInformation: row(0x5f, "Broadband low layer information", 13),
  calledNumber: row(0x70, "Called party number", 21),
  calledSubaddress: row(0x71, "Called party subaddress", 21),
  callingNumber: row(0x6c, "Calling party number", 22),
  callingSubaddress: row(0x6d, "Calling party subaddress", 21),
  transitNetworkSelection: row(0x78, "Transit network selection", 8),
  qualityOfService: row(0x5c, "Quality of service parameter", 2, ITU_OR_NETWORK),
  connectionIdentifier: row(0x5a, "Connection identifier", 5),
  endpointReference: row(0x54, "Endpoint reference", 3),
  endpointState: row(0x55, "Endpoint state", 1),
  restartIndicator: row(0x79, "Restart indicator", 1),
  notificationIndicator: row(0x27, "Notification indicator", 16),
};

/** Elements of other codesets are reached through these two (Q.2931 section 4.5.3). */
export const BROADBAND_LOCKING_SHIFT = 0x60;
export const BROADBAND_NON_LOCKING_SHIFT = 0x61;

/** Position of an element's bit, which indexes the tables below. */
export function elementIndex(bit: number): number {
  return 31 - Math.clz32(bit);
}

const ROWS_IN_ORDER: readonly InformationElementRow[] = (Object.keys(IE) as InformationElementName[])
  .sort((a, b) => IE[a] - IE[b])
  .map((name) => INFORMATION_ELEMENTS[name]);

export const ELEMENT_COUNT = ROWS_IN_ORDER.length;

/** By element index: the identifier octet, the longest contents, the coding standards. */
export const ELEMENT_IDENTIFIER: Readonly<Uint8Array> = Uint8Array.from(ROWS_IN_ORDER, (each) => each.identifier);
export const ELEMENT_MAXIMUM_LENGTH: Readonly<Uint8Array> = Uint8Array.from(
  ROWS_IN_ORDER,
  (each) => each.maximumLength,
);
export const ELEMENT_CODING_STANDARDS: Readonly<Uint8Array> = Uint8Array.from(
  ROWS_IN_ORDER,
  (each) => each.codingStandards,
);

/** By identifier octet: the element's bit, 0 for an identifier that codeset 0 does not know. */
export const ELEMENT_BIT_BY_IDENTIFIER: Readonly<Int32Array> = (() => {
  const bits = new Int32Array(256);
  for (let index = 0; index < ELEMENT_COUNT; index++) {
    bits[ELEMENT_IDENTIFIER[index]] = 1 << index;
  }
  return bits;
})();

/** Name of an element by its identifier octet; unknown ones are named by number. */
export function elementName(identifier: number): string {
  const bit = ELEMENT_BIT_BY_IDENTIFIER[identifier];
  const known = bit === 0 ? undefined : ROWS_IN_ORDER[elementIndex(bit)];
  return known?.name ?? `element 0x${identifier.toString(16).padStart(2, "0")}`;
}
