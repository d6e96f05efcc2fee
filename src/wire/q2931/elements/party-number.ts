// Called and calling party number and subaddress, Q.2931 sections 4.5.11 to 4.5.14, UNI 3.1 sections 5.4.5.11 to
// 5.4.5.14; transit network selection, section 4.5.22.
import type { AtmAddress } from "../../atm-address.ts";

const EXTENSION = 0x80;
const AESA_OCTETS = 20;
const E164_MAXIMUM_DIGITS = 15;
const SUBADDRESS_MAXIMUM_OCTETS = 20;
const NETWORK_IDENTIFICATION_MAXIMUM = 7;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;

/** Octet 5, bits 7-5. */
export const TYPE_OF_NUMBER = { unknown: 0, international: 1, national: 2 } as const;
/** Octet 5, bits 4-1. */
export const NUMBERING_PLAN = { unknown: 0, isdn: 1, aesa: 2 } as const;
/** Octet 5a, bits 7-6. */
export const PRESENTATION = { allowed: 0, restricted: 1, notAvailable: 2 } as const;
/** Octet 5a, bits 2-1. */
export const SCREENING = { userNotScreened: 0, userPassed: 1, userFailed: 2, network: 3 } as const;

// UNI 3.1 section 5.4.5.11 allows two combinations: an international number of the ISDN plan, an ATM endsystem address.
const OCTET5_E164 = (TYPE_OF_NUMBER.international << 4) | NUMBERING_PLAN.isdn;
const OCTET5_AESA = (TYPE_OF_NUMBER.unknown << 4) | NUMBERING_PLAN.aesa;

/** A party number. Octet 5a (presentation and screening) belongs to calling party numbers only. */
export class PartyNumber {
  hasPresentation = false;
  presentation: number = PRESENTATION.allowed;
  screening: number = SCREENING.userNotScreened;
  /** View of the decoded address, reused by the next decode into the same number; `copyAddress` keeps it. */
  address: AtmAddress;
  readonly #aesa: AtmAddress = { kind: "aesa", bytes: new Uint8Array(AESA_OCTETS) };
  readonly #e164: readonly AtmAddress[];

  constructor() {
    const digits = new Uint8Array(E164_MAXIMUM_DIGITS);
    this.#e164 = Array.from({ length: E164_MAXIMUM_DIGITS + 1 }, (_, length) => ({
      kind: "e164" as const,
      bytes: digits.subarray(0, length),
    }));
    this.address = this.#aesa;
  }

  /** Copies an address into the number; false when it has a length that no number has. */
  setAddress(address: AtmAddress): boolean {
    this.hasPresentation = false;
    return this.read(address.kind === "aesa", address.bytes, 0, address.bytes.length);
  }

  copyAddress(): AtmAddress {
    return { kind: this.address.kind, bytes: this.address.bytes.slice() };
  }

  /** Takes the octets of an address between start and end; false when their count or a digit is wrong. */
  read(isAesa: boolean, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    const into = isAesa ? this.#aesa : this.#e164[length];
    if (into === undefined || length === 0 || into.bytes.length !== length) {
      return false;
    }
    const target = into.bytes;
    for (let index = 0; index < length; index++) {
      const octet = bytes[start + index];
      if (!isAesa && (octet < DIGIT_ZERO || octet > DIGIT_NINE)) {
        return false;
      }
      target[index] = octet;
    }
    this.address = into;
    return true;
  }
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodePartyNumber(bytes: Uint8Array, start: number, end: number, into: PartyNumber): boolean {
  if (start >= end) {
    return false;
  }
  const octet5 = bytes[start];
  const kind = octet5 & 0x7f;
  let at = start + 1;
  into.hasPresentation = (octet5 & EXTENSION) === 0;
  into.presentation = PRESENTATION.allowed;
  into.screening = SCREENING.userNotScreened;
  if (into.hasPresentation) {
    const octet5a = bytes[at];
    if (at >= end || (octet5a & EXTENSION) === 0) {
      return false;
    }
    into.presentation = (octet5a >> 5) & 0x03;
    into.screening = octet5a & 0x03;
    at += 1;
  }
  return (kind === OCTET5_AESA || kind === OCTET5_E164) && into.read(kind === OCTET5_AESA, bytes, at, end);
}

/** Called party numbers have no octet 5a. */
export function decodeCalledNumber(bytes: Uint8Array, start: number, end: number, into: PartyNumber): boolean {
  return decodePartyNumber(bytes, start, end, into) && !into.hasPresentation;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodePartyNumber(number: PartyNumber, bytes: Uint8Array, at: number): number {
  let next = at;
  const address = number.address.bytes;
  const octet5 = number.address.kind === "aesa" ? OCTET5_AESA : OCTET5_E164;
  bytes[next++] = (number.hasPresentation ? 0 : EXTENSION) | octet5;
  if (number.hasPresentation) {
    bytes[next++] = EXTENSION | (number.presentation << 5) | number.screening;
  }
  for (let index = 0; index < address.length; index++) {
    bytes[next++] = address[index];
  }
  return next;
}

/** Octet 5, bits 7-5. */
export const TYPE_OF_SUBADDRESS = { nsap: 0, aesa: 1, userSpecified: 2 } as const;

export class PartySubaddress {
  type: number = TYPE_OF_SUBADDRESS.nsap;
  /** Bit 4: the number of address signals is odd (user-specified BCD only). */
  odd = false;
  readonly octets = new Uint8Array(SUBADDRESS_MAXIMUM_OCTETS);
  length = 0;
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodePartySubaddress(bytes: Uint8Array, start: number, end: number, into: PartySubaddress): boolean {
  const length = end - start - 1;
  const octet5 = bytes[start];
  if (length < 1 || length > SUBADDRESS_MAXIMUM_OCTETS || (octet5 & EXTENSION) === 0) {
    return false;
  }
  into.type = (octet5 >> 4) & 0x07;
  into.odd = (octet5 & 0x08) !== 0;
  into.length = length;
  for (let index = 0; index < length; index++) {
    into.octets[index] = bytes[start + 1 + index];
  }
  return into.type <= TYPE_OF_SUBADDRESS.userSpecified;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodePartySubaddress(subaddress: PartySubaddress, bytes: Uint8Array, at: number): number {
  bytes[at] = EXTENSION | (subaddress.type << 4) | (subaddress.odd ? 0x08 : 0);
  for (let index = 0; index < subaddress.length; index++) {
    bytes[at + 1 + index] = subaddress.octets[index];
  }
  return at + 1 + subaddress.length;
}

/** Type of network identification (2 = national) and plan (1 = carrier identification code), IA5 characters. */
export class TransitNetworkSelection {
  typeOfIdentification = 2;
  identificationPlan = 1;
  readonly characters = new Uint8Array(NETWORK_IDENTIFICATION_MAXIMUM);
  length = 0;
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeTransitNetworkSelection(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: TransitNetworkSelection,
): boolean {
  const length = end - start - 1;
  const octet5 = bytes[start];
  if (length < 1 || length > NETWORK_IDENTIFICATION_MAXIMUM || (octet5 & EXTENSION) === 0) {
    return false;
  }
  into.typeOfIdentification = (octet5 >> 4) & 0x07;
  into.identificationPlan = octet5 & 0x0f;
  into.length = length;
  for (let index = 0; index < length; index++) {
    into.characters[index] = bytes[start + 1 + index];
  }
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeTransitNetworkSelection(
  selection: TransitNetworkSelection,
  bytes: Uint8Array,
  at: number,
): number {
  bytes[at] = EXTENSION | (selection.typeOfIdentification << 4) | selection.identificationPlan;
  for (let index = 0; index < selection.length; index++) {
    bytes[at + 1 + index] = selection.characters[index];
  }
  return at + 1 + selection.length;
}
