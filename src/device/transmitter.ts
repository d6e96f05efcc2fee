import type { Clock, ClockEventId, ClockTarget } from "../machine/clock.ts";
import type { WorldMemory } from "../machine/memory.ts";
import { AAL5_MAX_SDU_OCTETS, aal5CellCount, segmentAal5 } from "../wire/aal5.ts";
import { CELL_OCTETS } from "../wire/cell.ts";
import type { Fibre, FibreDirection, FrameStore, Train } from "../wire/fibre.ts";
import { FRAME_FLAG_CLP, FRAME_FORMAT_CELLS, FRAME_FORMAT_CPCS_SDU, TRAIN_CAPACITY } from "../wire/fibre.ts";
import { vcLabelVci, vcLabelVpi } from "../wire/vc-label.ts";
import type { BusMaster } from "./bus-master.ts";
import type { Counters } from "./counters.ts";
import { TRANSMIT_DESCRIPTOR, TRANSMIT_STATUS } from "./datasheet/index.ts";
import { DescriptorRing } from "./descriptor-ring.ts";
import type { FrameRuns } from "./frame-runs.ts";
import type { InterruptBlock } from "./interrupt-block.ts";
import { CAUSE_TXC } from "./interrupt-block.ts";
import { Shaper } from "./shaper.ts";
import { TransmitCompletions } from "./transmit-completions.ts";
import type { VcTable } from "./vc-table.ts";
import { VC_ENTRY, VC_OPEN, VC_TRANSMITS } from "./vc-table.ts";

const TXD = TRANSMIT_DESCRIPTOR.fields;
// Constants of this file's own are constants to the engine's compiler; imported ones are loads.
const VC = VC_ENTRY;
const DESCRIPTOR_WORDS = TRANSMIT_DESCRIPTOR.bytes >> 2;
const DESCRIPTOR_SHIFT = 31 - Math.clz32(DESCRIPTOR_WORDS);
const LENGTH_MASK = 0x1_ffff;
const VC_MASK = 0xffff;
const SENDING = VC_OPEN | VC_TRANSMITS;

/** From the doorbell to the first descriptor fetch: a PCI round trip, in nanoseconds. */
const FETCH_DELAY_NS = 400;

/** The way in which the transmitter hands frames on: the fibre, or the receiver when looped back. */
export interface TransmitPath {
  fibre: FibreDirection | null;
  loopback: boolean;
  receiveLooped(train: Train): void;
}

/** Takes descriptors, shapes, makes frames or cells, and completes (datasheet: transmit ring, transmit completion ring). */
export class Transmitter implements ClockTarget {
  readonly ring = new DescriptorRing(TRANSMIT_DESCRIPTOR.bytes);
  readonly completions: TransmitCompletions;
  enabled = false;
  cellMode = false;

  readonly #bus: BusMaster;
  readonly #clock: Clock;
  readonly #memory: WorldMemory;
  readonly #words: Int32Array;
  readonly #fibre: Fibre;
  readonly #frames: FrameStore;
  readonly #vcs: VcTable;
  readonly #counters: Counters;
  readonly #interrupts: InterruptBlock;
  readonly #path: TransmitPath;
  readonly #shaper: Shaper;
  readonly #runs: FrameRuns;
  /** On-board memory in which a frame of several pieces is gathered before it is cut into cells. */
  readonly #gatherAddress: number;

  #fetchEvent: ClockEventId = 0;
  #train: Train | null = null;

  constructor(
    bus: BusMaster,
    fibre: Fibre,
    vcs: VcTable,
    counters: Counters,
    interrupts: InterruptBlock,
    path: TransmitPath,
    runs: FrameRuns,
    gatherAddress: number,
  ) {
    this.#bus = bus;
    this.#clock = bus.clock;
    this.#memory = bus.memory;
    this.#words = bus.memory.signedWords;
    this.#fibre = fibre;
    this.#frames = fibre.frames;
    this.#vcs = vcs;
    this.#counters = counters;
    this.#interrupts = interrupts;
    this.#path = path;
    this.#runs = runs;
    this.#gatherAddress = gatherAddress;
    this.completions = new TransmitCompletions(bus);
    this.#shaper = new Shaper(bus.clock, vcs, (vc, entry) => this.#release(vc, entry));
  }

  setRingSize(size: number): void {
    this.ring.setSize(size);
    this.completions.setTransmitRingSize(this.ring.size);
    this.#shaper.setRingSize(this.ring.size);
  }

  /** Doorbell: the driver filled entries up to `tail`. */
  doorbell(tail: number): void {
    this.ring.tail = this.ring.wrap(tail);
    this.kick();
  }

  kick(): void {
    if (this.#fetchEvent !== 0 || !this.enabled || this.#bus.fatal || this.ring.filled === 0) return;
    this.#fetchEvent = this.#clock.schedule(Math.max(FETCH_DELAY_NS, this.#busyNs()), this, 0, 0);
  }

  /** How long the on-board FIFO is busy: descriptors are fetched as the fibre takes what was fetched before. */
  #busyNs(): number {
    const { fibre, loopback } = this.#path;
    return fibre === null || loopback ? 0 : Math.max(0, fibre.freeAtNs - FETCH_DELAY_NS - this.#clock.nowNs);
  }

  reset(): void {
    this.#clock.cancel(this.#fetchEvent);
    this.#fetchEvent = 0;
    this.ring.clear();
    this.completions.reset();
  }

  /** The doorbell has been heard. */
  onClock(): void {
    this.#fetchEvent = 0;
    this.#fetch();
  }

  /** The VC is being closed: frames that its shaper holds back are given up. */
  abortHeld(vc: number): void {
    this.#shaper.drop(vc, (entry) => this.completions.add(entry, this.#piecesOf(entry), TRANSMIT_STATUS.ABORTED));
    this.#finish();
  }

  /** Takes up to a train of frames: runs of ordinary ones at once, and every other one by itself. */
  #fetch(): void {
    if (!this.enabled || this.#bus.fatal) return;
    const { ring } = this;
    if (!this.#bus.allows(ring.base, ring.byteLength, false)) return;
    let frames = 0;
    while (frames < TRAIN_CAPACITY && ring.head !== ring.tail && !this.#bus.fatal) {
      frames += this.#sendOrdinary(TRAIN_CAPACITY - frames);
      if (frames === TRAIN_CAPACITY || ring.head === ring.tail) break;
      const entry = ring.head;
      const pieces = this.#piecesOf(entry);
      if (pieces === 0) break;
      ring.head = (entry + pieces) & (ring.size - 1);
      this.#take(entry, pieces);
      frames++;
    }
    this.#finish();
    if (ring.head !== ring.tail && this.#fetchEvent === 0 && !this.#bus.fatal && this.#piecesOf(ring.head) > 0) {
      this.#fetchEvent = this.#clock.schedule(this.#busyNs(), this, 0, 0);
    }
  }

  /**
   * The hot path, see {@link FrameRuns}: as many ordinary frames as there are, `limit` at most. What it leaves to {@link #take} comes
   * out the same, only slower.
   * @returns how many frames it sent.
   */
  #sendOrdinary(limit: number): number {
    const { fibre, loopback } = this.#path;
    if (this.cellMode || loopback || fibre === null || !fibre.up) return 0;
    const train = this.#train ?? this.#fibre.trains.take();
    this.#train = train;
    const first = this.ring.head;
    const sent = this.#runs.send(this.ring, train, Math.min(limit, TRAIN_CAPACITY - train.count));
    if (sent === 0) return 0;
    this.completions.add(first, sent, TRANSMIT_STATUS.OK);
    this.#count(sent, this.#runs.cells, this.#runs.bytes);
    if (train.count === TRAIN_CAPACITY) this.#depart();
    return sent;
  }

  /** How many descriptors the frame at `entry` has; 0 while its last one is not there yet. */
  #piecesOf(entry: number): number {
    const { ring } = this;
    const mask = ring.size - 1;
    let at = entry;
    for (let pieces = 1; pieces <= ring.size; pieces++) {
      if (this.#words[this.#wordOf(at) + TXD.length.word] < 0) return pieces;
      at = (at + 1) & mask;
      if (at === ring.tail) return 0;
    }
    return 0;
  }

  /** Index of the first word of a descriptor; an index that runs over the end begins again. */
  #wordOf(entry: number): number {
    return (this.ring.base >>> 2) + ((entry & (this.ring.size - 1)) << DESCRIPTOR_SHIFT);
  }

  #take(entry: number, pieces: number): void {
    const vc = this.#words[this.#wordOf(entry) + TXD.vcIndex.word] & VC_MASK;
    if ((this.#vcs.word(vc, VC.state) & SENDING) !== SENDING) {
      this.#counters.transmitDiscarded++;
      this.completions.add(entry, pieces, TRANSMIT_STATUS.VC_NOT_OPEN);
      return;
    }
    if (this.#shaper.mustHold(vc)) this.#shaper.hold(vc, entry);
    else this.#send(vc, entry, pieces);
  }

  /** A frame that was held back may go. */
  #release(vc: number, entry: number): void {
    if (this.#bus.fatal) return;
    this.#send(vc, entry, this.#piecesOf(entry));
    this.#finish();
  }

  #send(vc: number, entry: number, pieces: number): void {
    const length = this.#totalLength(entry, pieces);
    const path = this.#path;
    let status: number = TRANSMIT_STATUS.OK;
    if (length === 0 || length > AAL5_MAX_SDU_OCTETS) status = TRANSMIT_STATUS.BAD_LENGTH;
    else if (!path.loopback && (path.fibre === null || !path.fibre.up)) status = TRANSMIT_STATUS.LINK_DOWN;
    else if (!this.#mayRead(entry, pieces)) status = TRANSMIT_STATUS.DMA_REFUSED;
    if (status === TRANSMIT_STATUS.OK) status = this.#makeFrame(vc, entry, pieces, length);
    if (status !== TRANSMIT_STATUS.OK) this.#counters.transmitDiscarded++;
    this.completions.add(entry, pieces, status);
  }

  #totalLength(entry: number, pieces: number): number {
    let total = 0;
    for (let i = 0; i < pieces; i++) total += this.#words[this.#wordOf(entry + i) + TXD.length.word] & LENGTH_MASK;
    return total;
  }

  #mayRead(entry: number, pieces: number): boolean {
    const words = this.#words;
    for (let i = 0; i < pieces; i++) {
      const at = this.#wordOf(entry + i);
      const length = words[at + TXD.length.word] & LENGTH_MASK;
      if (length > 0 && !this.#bus.allows(words[at + TXD.address.word] >>> 0, length, false)) return false;
    }
    return true;
  }

  #makeFrame(vc: number, entry: number, pieces: number, length: number): number {
    const frames = this.#frames;
    const cells = aal5CellCount(length);
    const frame = frames.allocate(this.cellMode ? cells * CELL_OCTETS : length);
    if (frame < 0) return TRANSMIT_STATUS.ABORTED;
    const words = this.#words;
    const at = this.#wordOf(entry);
    const options = words[at + TXD.vcIndex.word];
    const clp = (words[at + TXD.clp.word] >>> TXD.clp.lsb) & FRAME_FLAG_CLP;
    const uu = (options >>> TXD.uu.lsb) & 0xff;
    const cpi = (options >>> TXD.cpi.lsb) & 0xff;
    const label = this.#vcs.entries[vc * VC.words + VC.label];
    const vpi = vcLabelVpi(label);
    const vci = vcLabelVci(label);
    const to = frames.addressOf(frame);
    if (this.cellMode) {
      frames.describe(frame, vpi, vci, FRAME_FORMAT_CELLS, cells, clp, uu, cpi);
      const source = pieces === 1 ? words[at + TXD.address.word] : this.#gatherAddress;
      if (pieces > 1) this.#gather(entry, pieces, this.#gatherAddress);
      segmentAal5(frames.bytes, source, length, frames.bytes, to, vpi, vci, 0, clp, uu, cpi);
    } else {
      frames.describe(frame, vpi, vci, FRAME_FORMAT_CPCS_SDU, cells, clp, uu, cpi);
      this.#gather(entry, pieces, to);
    }
    this.#enqueue(frame);
    this.#account(vc, cells, length);
    return TRANSMIT_STATUS.OK;
  }

  #gather(entry: number, pieces: number, target: number): void {
    const words = this.#words;
    let to = target;
    for (let i = 0; i < pieces; i++) {
      const at = this.#wordOf(entry + i);
      const length = words[at + TXD.length.word] & LENGTH_MASK;
      this.#memory.copy(to, words[at + TXD.address.word], length);
      to += length;
    }
  }

  #enqueue(frame: number): void {
    let train = this.#train;
    if (train === null) {
      train = this.#fibre.trains.take();
      this.#train = train;
    }
    train.frames[train.count++] = frame;
    if (train.count === TRAIN_CAPACITY) this.#depart();
  }

  #account(vc: number, cells: number, length: number): void {
    this.#count(1, cells, length);
    this.#vcs.entries[vc * VC.words + VC.framesTransmitted]++;
    this.#shaper.charge(vc, cells);
  }

  #count(frames: number, cells: number, bytes: number): void {
    const counters = this.#counters;
    counters.framesTransmitted += frames;
    counters.cellsTransmitted += cells;
    counters.bytesTransmitted += bytes;
  }

  #depart(): void {
    const train = this.#train;
    if (train === null) return;
    this.#train = null;
    if (train.count === 0) {
      this.#fibre.trains.give(train);
      return;
    }
    const path = this.#path;
    if (path.loopback) this.#loop(train);
    else if (path.fibre !== null) path.fibre.transmitTrain(train);
    else this.#fibre.discard(train);
  }

  /** Loopback takes no time: the last bit is there at once. */
  #loop(train: Train): void {
    const { timeNs } = this.#fibre.frames;
    for (let i = 0; i < train.count; i++) timeNs[train.frames[i]] = this.#clock.nowNs;
    this.#path.receiveLooped(train);
  }

  #finish(): void {
    const hasCompleted = this.completions.flush();
    this.#depart();
    if (hasCompleted) this.#interrupts.raise(CAUSE_TXC);
  }
}
