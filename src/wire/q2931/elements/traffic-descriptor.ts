// ATM traffic descriptor, Q.2931 section 4.5.6 with Q.2961, UNI 3.1 section 5.4.5.6.

/** Position of a rate in `TrafficDescriptor.rates`; clp0 counts cells of high priority only, clp01 all cells. */
export const TRAFFIC_RATE = {
  forwardPeakClp0: 0,
  backwardPeakClp0: 1,
  forwardPeakClp01: 2,
  backwardPeakClp01: 3,
  forwardSustainableClp0: 4,
  backwardSustainableClp0: 5,
  forwardSustainableClp01: 6,
  backwardSustainableClp01: 7,
  forwardBurstClp0: 8,
  backwardBurstClp0: 9,
  forwardBurstClp01: 10,
  backwardBurstClp01: 11,
} as const;

/** Subfield identifiers, by TRAFFIC_RATE. */
const RATE_IDENTIFIERS = Uint8Array.of(0x82, 0x83, 0x84, 0x85, 0x88, 0x89, 0x90, 0x91, 0xa0, 0xa1, 0xb0, 0xb1);
const BEST_EFFORT_IDENTIFIER = 0xbe;
const MANAGEMENT_OPTIONS_IDENTIFIER = 0xbf;
const TAGGING_FORWARD = 0x01;
const TAGGING_BACKWARD = 0x02;
const ABSENT = -1;
const UNKNOWN_IDENTIFIER = 0xff;

/** By subfield identifier: the position in `rates`. */
const RATE_BY_IDENTIFIER: Readonly<Uint8Array> = (() => {
  const positions = new Uint8Array(256).fill(UNKNOWN_IDENTIFIER);
  RATE_IDENTIFIERS.forEach((identifier, position) => {
    positions[identifier] = position;
  });
  return positions;
})();

/** Contents of the element; rates in cells per second, bursts in cells (24 bits), -1 when absent. */
export class TrafficDescriptor {
  /** Indexed by TRAFFIC_RATE. */
  readonly rates = new Int32Array(RATE_IDENTIFIERS.length).fill(ABSENT);
  bestEffort = false;
  taggingForward = false;
  taggingBackward = false;

  clear(): void {
    this.rates.fill(ABSENT);
    this.bestEffort = false;
    this.taggingForward = false;
    this.taggingBackward = false;
  }

  /** Peak rates for CLP=0+1, which every descriptor of UNI 3.1 carries; best effort makes it UBR. */
  setPeak(forwardCellsPerSecond: number, backwardCellsPerSecond: number, bestEffort: boolean): void {
    this.clear();
    this.rates[TRAFFIC_RATE.forwardPeakClp01] = forwardCellsPerSecond;
    this.rates[TRAFFIC_RATE.backwardPeakClp01] = backwardCellsPerSecond;
    this.bestEffort = bestEffort;
  }

  copyFrom(other: TrafficDescriptor): void {
    this.rates.set(other.rates);
    this.bestEffort = other.bestEffort;
    this.taggingForward = other.taggingForward;
    this.taggingBackward = other.taggingBackward;
  }

  /** Cells per second, -1 when absent. */
  rate(which: number): number {
    return this.rates[which];
  }
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeTrafficDescriptor(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: TrafficDescriptor,
): boolean {
  into.clear();
  let at = start;
  while (at < end) {
    const identifier = bytes[at];
    const position = RATE_BY_IDENTIFIER[identifier];
    if (position !== UNKNOWN_IDENTIFIER) {
      if (at + 4 > end) {
        return false;
      }
      into.rates[position] = (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      at += 4;
    } else if (identifier === BEST_EFFORT_IDENTIFIER) {
      into.bestEffort = true;
      at += 1;
    } else if (identifier === MANAGEMENT_OPTIONS_IDENTIFIER && at + 2 <= end) {
      const options = bytes[at + 1];
      into.taggingForward = (options & TAGGING_FORWARD) !== 0;
      into.taggingBackward = (options & TAGGING_BACKWARD) !== 0;
      at += 2;
    } else {
      return false;
    }
  }
  return start < end;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeTrafficDescriptor(descriptor: TrafficDescriptor, bytes: Uint8Array, at: number): number {
  let next = at;
  for (let position = 0; position < RATE_IDENTIFIERS.length; position++) {
    const rate = descriptor.rates[position];
    if (rate >= 0) {
      bytes[next] = RATE_IDENTIFIERS[position];
      bytes[next + 1] = rate >>> 16;
      bytes[next + 2] = rate >>> 8;
      bytes[next + 3] = rate;
      next += 4;
    }
  }
  if (descriptor.bestEffort) {
    bytes[next++] = BEST_EFFORT_IDENTIFIER;
  }
  if (descriptor.taggingForward || descriptor.taggingBackward) {
    bytes[next++] = MANAGEMENT_OPTIONS_IDENTIFIER;
    bytes[next++] =
      (descriptor.taggingForward ? TAGGING_FORWARD : 0) | (descriptor.taggingBackward ? TAGGING_BACKWARD : 0);
  }
  return next;
}
