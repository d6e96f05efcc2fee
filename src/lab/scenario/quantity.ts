import { z } from "zod";
import { CELL_BITS, cellsPerSecond, LINK_RATES } from "../../network/link-rate.ts";

/** A quantity as people write it ("5us", "155.52Mbit/s"), turned into a number of the unit that the program counts in. */

/** Link rates by name, in cells per second. */
export const NAMED_LINK_RATES: ReadonlyMap<string, number> = new Map(
  Object.entries(LINK_RATES).map(([name, { cellBitsPerSecond }]) => [name, cellsPerSecond(cellBitsPerSecond)]),
);

const DURATION_NS: ReadonlyMap<string, number> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
]);
const BITS_PER_SECOND: ReadonlyMap<string, number> = new Map([
  ["bit/s", 1],
  ["kbit/s", 1e3],
  ["Mbit/s", 1e6],
  ["Gbit/s", 1e9],
]);
const SIZE_BYTES: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
]);
const PER_SECOND: ReadonlyMap<string, number> = new Map([
  ["/s", 1],
  ["k/s", 1e3],
  ["M/s", 1e6],
]);
/** Cells per second: as such, or from the bits that whole 53-byte cells take. */
const CELLS_PER_SECOND: ReadonlyMap<string, number> = new Map([
  ["cells/s", 1],
  ...[...BITS_PER_SECOND].map(([unit, bits]): [string, number] => [unit, bits / CELL_BITS]),
]);

interface Kind {
  readonly what: string;
  readonly units: ReadonlyMap<string, number>;
  readonly example: string;
  readonly names?: ReadonlyMap<string, number>;
  /** What a bare number counts; null when a unit must be given (0 needs none). */
  readonly bare: number | null;
  readonly round: (value: number) => number;
  readonly least: number;
  readonly most: number;
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

const NUMBER_AND_UNIT = /^([+-]?\d{1,15}(?:\.\d{1,15})?)\s*(\D*)$/;

function quantityValue(kind: Kind, input: string | number): number | Problem {
  const hint = kind.names === undefined ? kind.example : `${kind.example}, ${[...kind.names.keys()].join(", ")}`;
  const wrong = (message: string): Problem => ({ message, hint: `for example ${hint}` });
  if (typeof input === "string" && kind.names?.has(input)) return kind.names.get(input) ?? 0;
  const match = NUMBER_AND_UNIT.exec(String(input));
  if (match === null) return wrong(`'${input}' is no ${kind.what}`);
  const number = Number(match[1]);
  const unit = match[2].trim();
  if (number < 0) return wrong(`${input} is negative`);
  const worth = unit === "" ? (kind.bare ?? (number === 0 ? 0 : null)) : (kind.units.get(unit) ?? null);
  if (unit === "" && worth === null) return wrong(`${number} has no unit`);
  if (worth === null) return wrong(`'${unit}' is no unit of a ${kind.what}: ${[...kind.units.keys()].join(", ")}`);
  const value = kind.round(number * worth);
  if (value < kind.least) return wrong(`${input} is too small`);
  if (value > kind.most) return wrong(`${input} is too large`);
  return value;
}

function quantity(kind: Kind) {
  return z
    .union([z.string(), z.number()], { error: `a ${kind.what} is a text such as ${kind.example}` })
    .transform((input, context): number => {
      const value = quantityValue(kind, input);
      if (typeof value === "number") return value;
      context.issues.push({ code: "custom", message: value.message, params: { hint: value.hint }, input });
      return z.NEVER;
    });
}

const LONGEST_DURATION_NS = 86_400e9;
/** Q.2931 section 4.5.6 carries cell rates in 24 bits. */
const LARGEST_PEAK_CELL_RATE = 0xff_ffff;

const durationKind: Kind = {
  what: "duration",
  units: DURATION_NS,
  example: "5us, 10ms, 2s",
  bare: null,
  round: Math.round,
  least: 0,
  most: LONGEST_DURATION_NS,
};
const linkRateKind: Kind = {
  what: "link rate",
  units: CELLS_PER_SECOND,
  example: "155.52Mbit/s, 353207cells/s",
  names: NAMED_LINK_RATES,
  bare: null,
  round: Math.floor,
  least: 1,
  most: 1e9,
};

/** Virtual nanoseconds, up to a day. */
export const durationNs = () => quantity(durationKind);
/** Virtual nanoseconds, at least one. */
export const positiveDurationNs = () => quantity({ ...durationKind, least: 1 });
/** Cells per second of a link. */
export const linkRateCellsPerSecond = () => quantity(linkRateKind);
/** Cells per second of a traffic descriptor; a bit rate is rounded up to whole cells. */
export const peakCellRate = () =>
  quantity({
    ...linkRateKind,
    what: "cell rate",
    example: "10000cells/s, 2Mbit/s",
    names: undefined,
    round: (value) => Math.ceil(value - 1e-9),
    most: LARGEST_PEAK_CELL_RATE,
  });
/** Packets per second. */
export const packetsPerSecond = () =>
  quantity({
    what: "packet rate",
    units: PER_SECOND,
    example: "5000/s, 20k/s",
    bare: null,
    round: (value) => value,
    least: 1e-3,
    most: 1e9,
  });
/** Bytes. */
export const sizeBytes = (least: number, most: number) =>
  quantity({
    what: "size",
    units: SIZE_BYTES,
    example: "65536, 64KiB, 16MiB",
    bare: 1,
    round: Math.round,
    least,
    most,
  });
