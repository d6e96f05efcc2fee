// ATM adaptation layer parameters, Q.2931 section 4.5.5, UNI 3.1 section 5.4.5.5.

/** Octet 5. */
export const AAL_TYPE = { voice: 0, aal1: 1, aal2: 2, aal34: 3, aal5: 5, userDefined: 0x10 } as const;

/** Position of a parameter in `AalParameters.values`. */
export const AAL_PARAMETER = {
  subtype: 0,
  cbrRate: 1,
  multiplier: 2,
  sourceClockRecovery: 3,
  errorCorrection: 4,
  structuredDataTransferBlockSize: 5,
  partiallyFilledCells: 6,
  forwardMaximumSduSize: 7,
  backwardMaximumSduSize: 8,
  midLow: 9,
  midHigh: 10,
  mode: 11,
  sscsType: 12,
} as const;

const PARAMETER_COUNT = 13;
const ABSENT = -1;

interface ParameterRow {
  readonly identifier: number;
  /** Positions in `values`, one after the other on the wire, and octets of each. */
  readonly first: number;
  readonly count: number;
  readonly octets: number;
}

const AAL1_ROWS: readonly ParameterRow[] = [
  { identifier: 0x85, first: AAL_PARAMETER.subtype, count: 1, octets: 1 },
  { identifier: 0x86, first: AAL_PARAMETER.cbrRate, count: 1, octets: 1 },
  { identifier: 0x87, first: AAL_PARAMETER.multiplier, count: 1, octets: 2 },
  { identifier: 0x88, first: AAL_PARAMETER.sourceClockRecovery, count: 1, octets: 1 },
  { identifier: 0x89, first: AAL_PARAMETER.errorCorrection, count: 1, octets: 1 },
  { identifier: 0x8a, first: AAL_PARAMETER.structuredDataTransferBlockSize, count: 1, octets: 2 },
  { identifier: 0x8b, first: AAL_PARAMETER.partiallyFilledCells, count: 1, octets: 1 },
];

const SDU_SIZE_ROWS: readonly ParameterRow[] = [
  { identifier: 0x8c, first: AAL_PARAMETER.forwardMaximumSduSize, count: 1, octets: 2 },
  { identifier: 0x81, first: AAL_PARAMETER.backwardMaximumSduSize, count: 1, octets: 2 },
];
const MID_ROW: ParameterRow = { identifier: 0x82, first: AAL_PARAMETER.midLow, count: 2, octets: 2 };
// The mode subfield is of UNI 3.0 only; UNI 3.1 still accepts it from older equipment.
const MODE_ROW: ParameterRow = { identifier: 0x83, first: AAL_PARAMETER.mode, count: 1, octets: 1 };
const SSCS_ROW: ParameterRow = { identifier: 0x84, first: AAL_PARAMETER.sscsType, count: 1, octets: 1 };

const NO_ROWS: readonly ParameterRow[] = [];
const AAL34_ROWS: readonly ParameterRow[] = [...SDU_SIZE_ROWS, MID_ROW, MODE_ROW, SSCS_ROW];
const AAL5_ROWS: readonly ParameterRow[] = [...SDU_SIZE_ROWS, MODE_ROW, SSCS_ROW];

function rowsOf(aalType: number): readonly ParameterRow[] {
  switch (aalType) {
    case AAL_TYPE.aal5:
      return AAL5_ROWS;
    case AAL_TYPE.aal1:
      return AAL1_ROWS;
    case AAL_TYPE.aal34:
      return AAL34_ROWS;
    default:
      return NO_ROWS;
  }
}

/** Contents of the element. A value of -1 is a parameter that is absent; sizes are octets of the CPCS-SDU. */
export class AalParameters {
  type: number = AAL_TYPE.aal5;
  /** Indexed by AAL_PARAMETER. */
  readonly values = new Int32Array(PARAMETER_COUNT).fill(ABSENT);
  /** Up to four octets of a user-defined AAL. */
  readonly userDefined = new Uint8Array(4);
  userDefinedLength = 0;

  clear(type: number): void {
    this.type = type;
    this.userDefinedLength = 0;
    this.values.fill(ABSENT);
  }

  /** AAL5 without a service-specific sublayer; sizes in octets, at most 65,535. */
  setAal5(forwardMaximumSduSize: number, backwardMaximumSduSize: number): void {
    this.clear(AAL_TYPE.aal5);
    this.values[AAL_PARAMETER.forwardMaximumSduSize] = forwardMaximumSduSize;
    this.values[AAL_PARAMETER.backwardMaximumSduSize] = backwardMaximumSduSize;
    this.values[AAL_PARAMETER.sscsType] = 0;
  }

  get forwardMaximumSduSize(): number {
    return this.values[AAL_PARAMETER.forwardMaximumSduSize];
  }

  get backwardMaximumSduSize(): number {
    return this.values[AAL_PARAMETER.backwardMaximumSduSize];
  }
}

function rowByIdentifier(rows: readonly ParameterRow[], identifier: number): ParameterRow | null {
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    if (row.identifier === identifier) {
      return row;
    }
  }
  return null;
}

function decodeUserDefined(bytes: Uint8Array, start: number, end: number, into: AalParameters): boolean {
  const length = end - start;
  if (length > into.userDefined.length) {
    return false;
  }
  for (let index = 0; index < length; index++) {
    into.userDefined[index] = bytes[start + index];
  }
  into.userDefinedLength = length;
  return true;
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeAalParameters(bytes: Uint8Array, start: number, end: number, into: AalParameters): boolean {
  if (start >= end) {
    return false;
  }
  into.clear(bytes[start]);
  let at = start + 1;
  if (into.type === AAL_TYPE.userDefined) {
    return decodeUserDefined(bytes, at, end, into);
  }
  if (into.type > AAL_TYPE.aal5 || into.type === 4) {
    return false;
  }
  const rows = rowsOf(into.type);
  while (at < end) {
    const row = rowByIdentifier(rows, bytes[at]);
    if (row === null || at + 1 + row.count * row.octets > end) {
      return false;
    }
    at += 1;
    for (let each = row.first; each < row.first + row.count; each++) {
      const high = row.octets === 2 ? bytes[at++] << 8 : 0;
      into.values[each] = high | bytes[at++];
    }
  }
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeAalParameters(parameters: AalParameters, bytes: Uint8Array, at: number): number {
  let next = at;
  bytes[next++] = parameters.type;
  if (parameters.type === AAL_TYPE.userDefined) {
    for (let index = 0; index < parameters.userDefinedLength; index++) {
      bytes[next++] = parameters.userDefined[index];
    }
    return next;
  }
  const rows = rowsOf(parameters.type);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    if (parameters.values[row.first] < 0) {
      continue;
    }
    bytes[next++] = row.identifier;
    for (let each = row.first; each < row.first + row.count; each++) {
      const value = parameters.values[each];
      if (row.octets === 2) {
        bytes[next++] = value >>> 8;
      }
      bytes[next++] = value;
    }
  }
  return next;
}
