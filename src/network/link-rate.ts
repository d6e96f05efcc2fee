// Cell rates of the physical layers that ATM runs on, as cells per second of payload capacity.

export const CELL_BITS = 424;
const NANOSECONDS_PER_SECOND = 1_000_000_000;

export interface LinkRate {
  readonly name: string;
  /** Bit rate that is left for cells. */
  readonly cellBitsPerSecond: number;
}

/** I.432.2 (SDH and SONET, without section, line and path overhead) and G.804 (DS3 with direct mapping of cells). */
export const LINK_RATES = {
  ds3: { name: "DS3", cellBitsPerSecond: 44_209_632 },
  oc3: { name: "OC-3", cellBitsPerSecond: 149_760_000 },
  oc12: { name: "OC-12", cellBitsPerSecond: 599_040_000 },
} as const satisfies Record<string, LinkRate>;

/** Whole cells per second in a bit rate that carries nothing but cells. OC-3: 353,207. */
export function cellsPerSecond(cellBitsPerSecond: number): number {
  return Math.floor(cellBitsPerSecond / CELL_BITS);
}

/** How long a cell takes on the fibre, in nanoseconds (a fraction). */
export function cellTimeNs(rateCellsPerSecond: number): number {
  return NANOSECONDS_PER_SECOND / rateCellsPerSecond;
}
