// ATM addresses as they stand in signalling messages and in routing tables: 20-octet ATM end system addresses
// (ATM Forum UNI 3.1 section 5.1.3.1, ISO 8348 NSAP) and native E.164 numbers.

export type AtmAddressKind = "aesa" | "e164";

/** An ATM address. `bytes` has 20 octets for an AESA, and 1 to 15 ASCII digits for a native E.164 number. */
export interface AtmAddress {
  readonly kind: AtmAddressKind;
  readonly bytes: Uint8Array;
}

/** Why a text or an octet string is no ATM address: `message` says what is wrong, `hint` what would be right. */
export interface AtmAddressError {
  readonly kind: "error";
  readonly message: string;
  readonly hint: string;
}

export interface AesaFormat {
  readonly authorityAndFormatIdentifier: number;
  readonly name: string;
  /** Octets of each group when the address is written with dots. */
  readonly groupOctets: readonly number[];
}

export const AESA_OCTETS = 20;
/** Octets that name the end system: all but the selector, which does not take part in routing (UNI 3.1 5.1.3.1.5). */
export const AESA_END_SYSTEM_OCTETS = 19;
export const E164_MAX_DIGITS = 15;

const NETWORK_PREFIX_GROUPS = [1, 2, 1, 3, 2, 2, 2, 6, 1] as const;

/** UNI 3.1 section 5.1.3.1: the three formats that an end system address may have. */
export const AESA_FORMATS: readonly AesaFormat[] = [
  { authorityAndFormatIdentifier: 0x39, name: "DCC", groupOctets: NETWORK_PREFIX_GROUPS },
  { authorityAndFormatIdentifier: 0x47, name: "ICD", groupOctets: NETWORK_PREFIX_GROUPS },
  { authorityAndFormatIdentifier: 0x45, name: "E.164", groupOctets: [1, 8, 4, 6, 1] },
];

const AESA_HINT = "an AESA has 40 hexadecimal digits and starts with 39 (DCC), 45 (E.164) or 47 (ICD)";
const E164_HINT = "a native E.164 number is '+' and 1 to 15 decimal digits";
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;

function addressError(message: string, hint: string): AtmAddressError {
  return { kind: "error", message, hint };
}

function aesaFormat(identifier: number | undefined): AesaFormat | undefined {
  for (const format of AESA_FORMATS) if (format.authorityAndFormatIdentifier === identifier) return format;
  return undefined;
}

function hexDigits(text: string): string {
  return text.replace(/[.\s]/g, "").toLowerCase();
}

// ISO 8348 A.5.2.1.2.6: the number takes 15 decimal semi-octets, padded with leading zeros, and a final semi-octet F.
function hasE164Initial(bytes: Uint8Array): boolean {
  for (let index = 2; index < 17; index++) {
    if (semiOctet(bytes, index) > 9) return false;
  }
  return semiOctet(bytes, 17) === 0xf;
}

function semiOctet(bytes: Uint8Array, index: number): number {
  const octet = bytes[index >> 1] ?? 0;
  return (index & 1) === 0 ? octet >> 4 : octet & 15;
}

/**
 * An AESA from its 20 octets at `offset` (copied), or an error when the octets end too early or the authority and format
 * identifier is none of UNI 3.1.
 */
export function aesaFromBytes(
  bytes: Uint8Array,
  offset = 0,
  length = bytes.length - offset,
): AtmAddress | AtmAddressError {
  if (length !== AESA_OCTETS || offset < 0 || offset + length > bytes.length) {
    return addressError(`an AESA of ${length} octets`, AESA_HINT);
  }
  const identifier = bytes[offset] ?? 0;
  if (aesaFormat(identifier) === undefined) {
    return addressError(`unknown AESA format 0x${identifier.toString(16).padStart(2, "0")}`, AESA_HINT);
  }
  return { kind: "aesa", bytes: bytes.slice(offset, offset + AESA_OCTETS) };
}

/** A native E.164 number from `length` ASCII digits at `offset` (copied), or an error. */
export function e164FromBytes(
  bytes: Uint8Array,
  offset = 0,
  length = bytes.length - offset,
): AtmAddress | AtmAddressError {
  if (length < 1 || length > E164_MAX_DIGITS || offset < 0 || offset + length > bytes.length) {
    return addressError(`an E.164 number of ${length} digits`, E164_HINT);
  }
  for (let index = offset; index < offset + length; index++) {
    const digit = bytes[index] ?? 0;
    if (digit < DIGIT_ZERO || digit > DIGIT_NINE) {
      return addressError(`octet 0x${digit.toString(16).padStart(2, "0")} in an E.164 number`, E164_HINT);
    }
  }
  return { kind: "e164", bytes: bytes.slice(offset, offset + length) };
}

/**
 * Reads an address as people write it: hexadecimal digits with optional dots and spaces for an AESA, `+` and decimal
 * digits (spaces allowed) for a native E.164 number.
 */
export function parseAtmAddress(text: string): AtmAddress | AtmAddressError {
  const trimmed = text.trim();
  if (trimmed.startsWith("+")) return parseE164(trimmed.slice(1).replace(/[.\s]/g, ""));
  const digits = hexDigits(trimmed);
  const wrong = /[^0-9a-f]/.exec(digits);
  if (wrong !== null) return addressError(`'${wrong[0]}' is not a hexadecimal digit`, `${AESA_HINT}; ${E164_HINT}`);
  if (digits.length !== 2 * AESA_OCTETS) {
    return addressError(`${digits.length} hexadecimal digits instead of 40`, `${AESA_HINT}; ${E164_HINT}`);
  }
  const address = aesaFromBytes(octetsOf(digits));
  if (address.kind === "aesa" && address.bytes[0] === 0x45 && !hasE164Initial(address.bytes)) {
    return addressError(
      "the E.164 part of the AESA is not decimal",
      "after 45 come 15 decimal digits (leading zeros) and the digit f",
    );
  }
  return address;
}

function parseE164(digits: string): AtmAddress | AtmAddressError {
  const wrong = /[^0-9]/.exec(digits);
  if (wrong !== null) return addressError(`'${wrong[0]}' is not a decimal digit`, E164_HINT);
  if (digits.length < 1 || digits.length > E164_MAX_DIGITS) {
    return addressError(`${digits.length} decimal digits`, E164_HINT);
  }
  return { kind: "e164", bytes: Uint8Array.from(digits, (digit) => digit.charCodeAt(0)) };
}

function octetsOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length >> 1);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}

/** The address as text that `parseAtmAddress` reads back: dotted hexadecimal groups, or `+` and digits. */
export function formatAtmAddress(address: AtmAddress): string {
  if (address.kind === "e164") return `+${String.fromCharCode(...address.bytes)}`;
  const groups: string[] = [];
  let offset = 0;
  for (const octets of aesaFormat(address.bytes[0])?.groupOctets ?? NETWORK_PREFIX_GROUPS) {
    let group = "";
    for (let index = offset; index < offset + octets; index++)
      group += (address.bytes[index] ?? 0).toString(16).padStart(2, "0");
    groups.push(group);
    offset += octets;
  }
  return groups.join(".");
}

/** True when both are of one kind and have the same octets. */
export function atmAddressesEqual(a: AtmAddress, b: AtmAddress): boolean {
  if (a.kind !== b.kind || a.bytes.length !== b.bytes.length) return false;
  for (let index = 0; index < a.bytes.length; index++) {
    if (a.bytes[index] !== b.bytes[index]) return false;
  }
  return true;
}

/** Prime and offset basis of 32-bit FNV-1a. */
const HASH_PRIME = 0x0100_0193;
const HASH_BASIS = 0x811c_9dc5;

/** A 32-bit integer that is equal for equal addresses, and hardly ever for others (FNV-1a). */
export function atmAddressHash(address: AtmAddress): number {
  const { bytes } = address;
  let hash = HASH_BASIS;
  for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash ^ bytes[index], HASH_PRIME);
  return hash;
}

/** Values by address. Looking one up allocates nothing. */
export class AtmAddressMap<Value> {
  readonly #buckets = new Map<number, { readonly address: AtmAddress; readonly value: Value }[]>();

  get(address: AtmAddress): Value | null {
    const bucket = this.#buckets.get(atmAddressHash(address));
    if (bucket === undefined) return null;
    for (let index = 0; index < bucket.length; index++) {
      if (atmAddressesEqual(bucket[index].address, address)) return bucket[index].value;
    }
    return null;
  }

  /** Enters an address that is not in the map. The address is kept: it must not change. */
  add(address: AtmAddress, value: Value): void {
    const hash = atmAddressHash(address);
    const bucket = this.#buckets.get(hash);
    if (bucket === undefined) this.#buckets.set(hash, [{ address, value }]);
    else bucket.push({ address, value });
  }

  delete(address: AtmAddress): void {
    const hash = atmAddressHash(address);
    const others = this.#buckets.get(hash)?.filter((entry) => !atmAddressesEqual(entry.address, address)) ?? [];
    if (others.length === 0) this.#buckets.delete(hash);
    else this.#buckets.set(hash, others);
  }
}

/** How many digits take part in routing: hexadecimal digits of the end system part of an AESA, decimal ones of E.164. */
export function atmAddressDigitCount(address: AtmAddress): number {
  return address.kind === "aesa" ? 2 * AESA_END_SYSTEM_OCTETS : address.bytes.length;
}

/** The digit (0..15) at `index` of the address, counted from the left. */
export function atmAddressDigit(address: AtmAddress, index: number): number {
  return address.kind === "aesa" ? semiOctet(address.bytes, index) : (address.bytes[index] ?? 0) & 15;
}

/** The leading digits that a route covers; an empty prefix is the default route of its kind. */
export interface AtmAddressPrefix {
  readonly kind: AtmAddressKind;
  readonly digits: readonly number[];
}

/** Reads a prefix as text: `47.0005.80` (hexadecimal digits of an AESA) or `+4989` (E.164 digits). */
export function parseAtmAddressPrefix(text: string): AtmAddressPrefix | AtmAddressError {
  const trimmed = text.trim();
  const kind: AtmAddressKind = trimmed.startsWith("+") ? "e164" : "aesa";
  const digits = hexDigits(kind === "e164" ? trimmed.slice(1) : trimmed);
  const wrong = (kind === "e164" ? /[^0-9]/ : /[^0-9a-f]/).exec(digits);
  const hint =
    "a prefix is the first 0 to 38 hexadecimal digits of an AESA, or '+' and the first digits of an E.164 number";
  if (wrong !== null) return addressError(`'${wrong[0]}' is not a digit of an address prefix`, hint);
  const longest = kind === "aesa" ? 2 * AESA_END_SYSTEM_OCTETS : E164_MAX_DIGITS;
  if (digits.length > longest) return addressError(`a prefix of ${digits.length} digits`, hint);
  return { kind, digits: Array.from(digits, (digit) => Number.parseInt(digit, 16)) };
}

/** The longest prefix that matches only this end system (an AESA without its selector, or the whole E.164 number). */
export function atmAddressPrefixOf(address: AtmAddress): AtmAddressPrefix {
  const count = atmAddressDigitCount(address);
  return { kind: address.kind, digits: Array.from({ length: count }, (_, index) => atmAddressDigit(address, index)) };
}

/** True when the address starts with the prefix. */
export function atmAddressHasPrefix(address: AtmAddress, prefix: AtmAddressPrefix): boolean {
  if (address.kind !== prefix.kind || prefix.digits.length > atmAddressDigitCount(address)) return false;
  return prefix.digits.every((digit, index) => digit === atmAddressDigit(address, index));
}
