// Faults on a link: middleware that loses, repeats, delays or damages frames on their way into a direction.

import type { Chooser, Clock, ClockTarget, Probe, SeededRandom } from "../../machine/index.ts";
import { CELL_HEADER_OCTETS, CELL_OCTETS, CELL_PAYLOAD_OCTETS } from "../../wire/cell.ts";
import type { Fibre, FibreDirection, Train } from "../../wire/fibre.ts";
import { FRAME_FLAG_DAMAGED, FRAME_FORMAT_CPCS_SDU, TRAIN_CAPACITY } from "../../wire/fibre.ts";

export type FaultKind = "drop" | "duplicate" | "delay" | "bit-flip";

/** What a fault does, and to which frames: exactly one of `frame`, `fromNs`, `probability` and `choicePoint` says which. */
export interface FaultRule {
  readonly kind: FaultKind;
  /** The n-th frame that enters this direction, counted from 1. */
  readonly frame?: number;
  /** The first frame that enters at or after this virtual time, counted from {@link FaultDirection.originNs}. */
  readonly fromNs?: number;
  /** With `frame` and `fromNs`: how many frames from there on; default 1. */
  readonly count?: number;
  /** Each frame with this probability, 0 to 1, drawn from the seeded random numbers. */
  readonly probability?: number;
  /** Each frame for which the chooser takes alternative 1 at this point. */
  readonly choicePoint?: string;
  /** With "delay": how long the frame is held, virtual nanoseconds. Frames behind it overtake it. */
  readonly delayNs?: number;
  /**
   * With "bit-flip": which bit of the frame's octets, from the first octet's most significant; default a random one, in cell
   * format a random one of a cell's payload.
   */
  readonly bit?: number;
}

export interface FaultOptions {
  /** Names the direction in traces. */
  readonly name?: string;
  readonly rules: readonly FaultRule[];
  /** Needed by rules with `probability`, and by bit flips without `bit`. */
  readonly random?: SeededRandom | null;
  /** Needed by rules with `choicePoint`. */
  readonly chooser?: Chooser | null;
  readonly probe?: Probe | null;
}

export class FaultCounters {
  framesSeen = 0;
  dropped = 0;
  duplicated = 0;
  delayed = 0;
  damaged = 0;
  /** Copies that the frame store had no room for. */
  notDuplicated = 0;
}

/** Throws a RangeError that says what is wrong with a rule. */
function checkRule(rule: FaultRule, options: FaultOptions): void {
  const selectors = [rule.frame, rule.fromNs, rule.probability, rule.choicePoint].filter(
    (value) => value !== undefined,
  ).length;
  if (selectors !== 1)
    throw new RangeError(`fault ${rule.kind}: give one of frame, fromNs, probability and choicePoint`);
  if (rule.count !== undefined && !(Number.isSafeInteger(rule.count) && rule.count >= 1)) {
    throw new RangeError(`fault ${rule.kind}: count is a whole number from 1, not ${rule.count}`);
  }
  if (rule.frame !== undefined && !(Number.isSafeInteger(rule.frame) && rule.frame >= 1)) {
    throw new RangeError(`fault ${rule.kind}: frames are counted from 1, not ${rule.frame}`);
  }
  if (rule.probability !== undefined && !(rule.probability >= 0 && rule.probability <= 1)) {
    throw new RangeError(`fault ${rule.kind}: a probability is from 0 to 1, not ${rule.probability}`);
  }
  if (rule.kind === "delay" && !(Number.isSafeInteger(rule.delayNs) && (rule.delayNs ?? 0) > 0)) {
    throw new RangeError(`fault delay: delayNs is a whole number above 0, not ${rule.delayNs}`);
  }
  if (rule.bit !== undefined && !(Number.isSafeInteger(rule.bit) && rule.bit >= 0)) {
    throw new RangeError(`fault bit-flip: bits are counted from 0, not ${rule.bit}`);
  }
  const needsRandom = rule.probability !== undefined || (rule.kind === "bit-flip" && rule.bit === undefined);
  if (needsRandom && !options.random) throw new RangeError(`fault ${rule.kind}: this rule needs random numbers`);
  if (rule.choicePoint !== undefined && !options.chooser) {
    throw new RangeError(`fault ${rule.kind}: this rule needs a chooser`);
  }
}

export class FaultDirection implements FibreDirection, ClockTarget {
  readonly counters = new FaultCounters();
  /** Moment that `fromNs` of the rules counts from, virtual nanoseconds; no such rule hits while it is infinite. */
  originNs = 0;

  readonly #next: FibreDirection;
  readonly #clock: Clock;
  readonly #fibre: Fibre;
  readonly #options: FaultOptions;
  readonly #name: string;
  /** How often each rule with `fromNs` was asked from its time on. */
  readonly #timedHits: number[];
  #heldCount = 0;

  constructor(next: FibreDirection, clock: Clock, fibre: Fibre, options: FaultOptions) {
    for (const rule of options.rules) checkRule(rule, options);
    this.#next = next;
    this.#clock = clock;
    this.#fibre = fibre;
    this.#options = options;
    this.#name = options.name ?? "link";
    this.#timedHits = options.rules.map(() => 0);
  }

  get freeAtNs(): number {
    return this.#next.freeAtNs;
  }

  get up(): boolean {
    return this.#next.up;
  }

  get rateCellsPerSecond(): number {
    return this.#next.rateCellsPerSecond;
  }

  /** Frames held back by a delay. */
  get heldCount(): number {
    return this.#heldCount;
  }

  transmitTrain(train: Train): void {
    let out = this.#fibre.trains.take();
    for (let index = 0; index < train.count; index++) {
      // A frame leaves two at most: itself and its copy.
      if (out.count + 2 > TRAIN_CAPACITY) {
        this.#next.transmitTrain(out);
        out = this.#fibre.trains.take();
      }
      this.counters.framesSeen++;
      this.#passFrame(train.frames[index], out);
    }
    this.#fibre.trains.give(train);
    if (out.count > 0) this.#next.transmitTrain(out);
    else this.#fibre.trains.give(out);
  }

  #passFrame(frame: number, out: Train): void {
    let copies = 1;
    const rules = this.#options.rules;
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index];
      if (!this.#hits(rule, index)) continue;
      if (rule.kind === "drop") {
        this.#drop(frame);
        return;
      }
      if (rule.kind === "delay") {
        this.#hold(frame, rule.delayNs ?? 0);
        return;
      }
      if (rule.kind === "bit-flip") this.#damage(frame, rule);
      else copies = 2;
    }
    out.frames[out.count++] = frame;
    if (copies === 2) this.#duplicate(frame, out);
  }

  #hits(rule: FaultRule, index: number): boolean {
    const count = rule.count ?? 1;
    if (rule.frame !== undefined) {
      const place = this.counters.framesSeen - rule.frame;
      return place >= 0 && place < count;
    }
    if (rule.fromNs !== undefined)
      return this.#clock.nowNs - this.originNs >= rule.fromNs && this.#timedHits[index]++ < count;
    if (rule.probability !== undefined) return (this.#options.random?.nextDouble() ?? 1) < rule.probability;
    return (this.#options.chooser?.choose(rule.choicePoint ?? "", 2) ?? 0) === 1;
  }

  #tell(name: string, fields: Record<string, number>): void {
    const probe = this.#options.probe ?? null;
    if (probe !== null) probe.emit(this.#name, "fault", name, { frame: this.counters.framesSeen, ...fields });
  }

  #drop(frame: number): void {
    this.#fibre.frames.release(frame);
    this.counters.dropped++;
    this.#tell("drop", {});
  }

  #hold(frame: number, delayNs: number): void {
    this.#heldCount++;
    this.counters.delayed++;
    this.#tell("delay", { delayNs });
    this.#clock.schedule(delayNs, this, 0, frame);
  }

  onClock(_tag: number, frame: number): void {
    const train = this.#fibre.trains.take();
    train.frames[0] = frame;
    train.count = 1;
    this.#heldCount--;
    this.#next.transmitTrain(train);
  }

  #damage(frame: number, rule: FaultRule): void {
    const { frames } = this.#fibre;
    const bits = 8 * frames.lengthOf(frame);
    if (frames.formatOf(frame) === FRAME_FORMAT_CPCS_SDU) frames.addFlags(frame, FRAME_FLAG_DAMAGED);
    this.counters.damaged++;
    if (bits === 0) return;
    const bit = rule.bit === undefined ? this.#randomBit(frame, bits) : rule.bit % bits;
    frames.bytes[frames.addressOf(frame) + (bit >> 3)] ^= 0x80 >> (bit & 7);
    this.#tell("bit-flip", { bit });
  }

  /** In cell format a payload bit: a wrong header bit would be corrected by its HEC. */
  #randomBit(frame: number, bits: number): number {
    const random = this.#options.random ?? null;
    if (random === null) return 0;
    if (this.#fibre.frames.formatOf(frame) === FRAME_FORMAT_CPCS_SDU) return random.nextBelow(bits);
    const payloadBits = 8 * CELL_PAYLOAD_OCTETS;
    const drawn = random.nextBelow(Math.floor(bits / (8 * CELL_OCTETS)) * payloadBits);
    return Math.floor(drawn / payloadBits) * 8 * CELL_OCTETS + 8 * CELL_HEADER_OCTETS + (drawn % payloadBits);
  }

  #duplicate(frame: number, out: Train): void {
    const copy = this.#fibre.frames.duplicate(frame);
    if (copy < 0) {
      this.counters.notDuplicated++;
      return;
    }
    out.frames[out.count++] = copy;
    this.counters.duplicated++;
    this.#tell("duplicate", {});
  }
}
