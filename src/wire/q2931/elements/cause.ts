// Cause, Q.2931 section 4.5.15 with Q.2610, UNI 3.1 section 5.4.5.15.

const EXTENSION = 0x80;
const DIAGNOSTICS_MAXIMUM = 28;

export class Cause {
  codingStandard = 0;
  /** CAUSE_LOCATION, four bits. */
  location = 0;
  /** CAUSE, seven bits. */
  value = 0;
  readonly diagnostics = new Uint8Array(DIAGNOSTICS_MAXIMUM);
  diagnosticsLength = 0;

  set(location: number, value: number): void {
    this.codingStandard = 0;
    this.location = location;
    this.value = value;
    this.diagnosticsLength = 0;
  }

  /** Adds one diagnostics octet; more than fit are left out, as the element's length limit demands. */
  addDiagnostic(octet: number): void {
    if (this.diagnosticsLength < DIAGNOSTICS_MAXIMUM) {
      this.diagnostics[this.diagnosticsLength++] = octet;
    }
  }

  copyFrom(other: Cause): void {
    this.set(other.location, other.value);
    this.codingStandard = other.codingStandard;
    this.diagnosticsLength = other.diagnosticsLength;
    for (let index = 0; index < other.diagnosticsLength; index++) {
      this.diagnostics[index] = other.diagnostics[index];
    }
  }
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeCause(bytes: Uint8Array, start: number, end: number, into: Cause): boolean {
  const octet5 = bytes[start];
  const octet6 = bytes[start + 1];
  const length = end - start - 2;
  if (length < 0 || length > DIAGNOSTICS_MAXIMUM || (octet5 & octet6 & EXTENSION) === 0) {
    return false;
  }
  into.location = octet5 & 0x0f;
  into.value = octet6 & 0x7f;
  into.diagnosticsLength = length;
  for (let index = 0; index < length; index++) {
    into.diagnostics[index] = bytes[start + 2 + index];
  }
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeCause(cause: Cause, bytes: Uint8Array, at: number): number {
  bytes[at] = EXTENSION | cause.location;
  bytes[at + 1] = EXTENSION | cause.value;
  for (let index = 0; index < cause.diagnosticsLength; index++) {
    bytes[at + 2 + index] = cause.diagnostics[index];
  }
  return at + 2 + cause.diagnosticsLength;
}
