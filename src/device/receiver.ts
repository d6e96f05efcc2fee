import type { WorldMemory } from "../machine/memory.ts";
import {
  AAL5_CRC_ERROR,
  AAL5_OK,
  AAL5_TRAILER_OCTETS,
  aal5CellCount,
  aal5SduLength,
  checkAal5Pdu,
} from "../wire/aal5.ts";
import {
  CELL_HEADER_CORRECTED,
  CELL_HEADER_INVALID,
  CELL_HEADER_OCTETS,
  CELL_OCTETS,
  CELL_PAYLOAD_OCTETS,
  cellLossPriority,
  cellPayloadType,
  cellVci,
  cellVpi,
  correctCellHeader,
  PTI_CONGESTION,
  PTI_END_OF_PDU,
  PTI_NOT_USER_DATA,
} from "../wire/cell.ts";
import type { Fibre, FrameStore, Train } from "../wire/fibre.ts";
import {
  FRAME_FLAG_CLP,
  FRAME_FLAG_CONGESTION,
  FRAME_FLAG_DAMAGED,
  FRAME_FORMAT_CELLS,
  FRAME_FORMAT_CPCS_SDU,
} from "../wire/fibre.ts";
import type { BusMaster } from "./bus-master.ts";
import type { Counters } from "./counters.ts";
import { FREE_BUFFER, RECEIVE_COMPLETION, REGISTERS } from "./datasheet/index.ts";
import { DescriptorRing } from "./descriptor-ring.ts";
import type { FrameRuns } from "./frame-runs.ts";
import type { InterruptBlock } from "./interrupt-block.ts";
import { CAUSE_RXC, CAUSE_RXO } from "./interrupt-block.ts";
import type { VcTable } from "./vc-table.ts";
import { NO_FRAME, NO_VC, VC_ENTRY, VC_LARGE_BUFFERS, VC_RECEIVES } from "./vc-table.ts";

const FRB = FREE_BUFFER.fields;
const RXC = RECEIVE_COMPLETION.fields;
// Constants of this file's own are constants to the engine's compiler; imported ones are loads.
const VC = VC_ENTRY;
const CLP = FRAME_FLAG_CLP;
const CONGESTION = FRAME_FLAG_CONGESTION;
const BUFFER_WORDS = FREE_BUFFER.bytes >> 2;
const COMPLETION_WORDS = RECEIVE_COMPLETION.bytes >> 2;
const BUFFER_SHIFT = 31 - Math.clz32(BUFFER_WORDS);
const COMPLETION_SHIFT = 31 - Math.clz32(COMPLETION_WORDS);
/** How the bits of a frame's flags stand in a receive completion. */
const CLP_SHIFT = RXC.clp.lsb - Math.log2(FRAME_FLAG_CLP);
const CONGESTION_SHIFT = RXC.congestion.lsb - Math.log2(FRAME_FLAG_CONGESTION);
const LAST = 1 << RXC.last.lsb;

/** Takes frames or cells from the fibre, checks and reassembles them, and puts them into free buffers (datasheet: receive completion ring). */
export class Receiver {
  readonly smallBuffers = new DescriptorRing(FREE_BUFFER.bytes);
  readonly largeBuffers = new DescriptorRing(FREE_BUFFER.bytes);
  readonly completions = new DescriptorRing(RECEIVE_COMPLETION.bytes);
  smallBytes: number = REGISTERS.FSLEN.reset;
  largeBytes: number = REGISTERS.FLLEN.reset;
  enabled = false;

  readonly #bus: BusMaster;
  readonly #memory: WorldMemory;
  readonly #words: Int32Array;
  readonly #fibre: Fibre;
  readonly #frames: FrameStore;
  readonly #vcs: VcTable;
  readonly #counters: Counters;
  readonly #interrupts: InterruptBlock;
  readonly #runs: FrameRuns;
  #phase = 1;
  #causes = 0;

  constructor(
    bus: BusMaster,
    fibre: Fibre,
    vcs: VcTable,
    counters: Counters,
    interrupts: InterruptBlock,
    runs: FrameRuns,
  ) {
    this.#bus = bus;
    this.#memory = bus.memory;
    this.#words = bus.memory.signedWords;
    this.#fibre = fibre;
    this.#frames = fibre.frames;
    this.#vcs = vcs;
    this.#counters = counters;
    this.#interrupts = interrupts;
    this.#runs = runs;
  }

  reset(): void {
    this.smallBuffers.clear();
    this.largeBuffers.clear();
    this.completions.clear();
    this.#phase = 1;
    this.smallBytes = REGISTERS.FSLEN.reset;
    this.largeBytes = REGISTERS.FLLEN.reset;
  }

  /** Gives up what was collected of a PDU on this VC. */
  dropPartial(vc: number): void {
    const { entries } = this.#vcs;
    const at = vc * VC.words;
    const frame = entries[at + VC.partialFrame];
    if (frame === NO_FRAME) return;
    this.#frames.release(frame);
    entries[at + VC.partialFrame] = NO_FRAME;
    entries[at + VC.partialBytes] = 0;
    entries[at + VC.partialFlags] = 0;
  }

  /** Takes a train from the fibre: every frame of it ends here. Runs of ordinary ones are taken at once, every other one by itself. */
  receiveTrain(train: Train): void {
    const frames = this.#frames;
    const { count } = train;
    this.#causes = 0;
    const usable = this.enabled && !this.#bus.fatal && this.#ringsReachable();
    if (usable) this.#runs.stage(train);
    let next = 0;
    while (next < count) {
      const isWhole = frames.formatOf(train.frames[next]) === FRAME_FORMAT_CPCS_SDU;
      if (isWhole && usable && !this.#bus.fatal) next = this.#receiveOrdinary(next);
      if (next === count) break;
      const frame = train.frames[next++];
      if (!usable || this.#bus.fatal) this.#counters.receiverDisabled++;
      else if (frames.formatOf(frame) === FRAME_FORMAT_CELLS) this.#receiveCells(frame);
      else this.#receiveFrame(frame);
      frames.release(frame);
    }
    this.#fibre.trains.give(train);
    if (this.#causes !== 0) this.#interrupts.raise(this.#causes);
  }

  /** Gives a train up unseen. */
  discardTrain(train: Train): void {
    this.#fibre.discard(train);
  }

  #ringsReachable(): boolean {
    const { completions, smallBuffers, largeBuffers } = this;
    if (completions.size === 0) return false;
    return (
      this.#bus.allows(completions.base, completions.byteLength, true) &&
      (smallBuffers.size === 0 || this.#bus.allows(smallBuffers.base, smallBuffers.byteLength, false)) &&
      (largeBuffers.size === 0 || this.#bus.allows(largeBuffers.base, largeBuffers.byteLength, false))
    );
  }

  /**
   * The hot path, see {@link FrameRuns}: ordinary frames of the staged train. What it leaves to {@link #receiveFrame} comes out the
   * same, only slower.
   * @returns the index of the first frame in the train that it did not take.
   */
  #receiveOrdinary(from: number): number {
    const runs = this.#runs;
    const { completions, smallBuffers, smallBytes, largeBuffers, largeBytes } = this;
    const next = runs.receive(completions, this.#phase, smallBuffers, smallBytes, largeBuffers, largeBytes, from);
    if (next === from) return next;
    this.#phase = runs.phase;
    this.#count(next - from, runs.cells, runs.bytes);
    return next;
  }

  /** @param lengthAndLast bytes in the buffer, and LAST when the frame ends with it. */
  #writeCompletion(
    entry: number,
    vcIndex: number,
    lengthAndLast: number,
    flags: number,
    uuAndCpi: number,
    timeNs: number,
  ): void {
    const words = this.#words;
    const { completions } = this;
    const { tail } = completions;
    const at = (completions.base >>> 2) + (tail << COMPLETION_SHIFT);
    words[at + RXC.cookie.word] = words[entry + FRB.cookie.word];
    words[at + RXC.vcIndex.word] = vcIndex | uuAndCpiBits(uuAndCpi);
    // The low 32 bits of a whole number; a remainder would cost ten times as much.
    words[at + RXC.timestamp.word] = timeNs | 0;
    words[at + RXC.length.word] = lengthAndLast | (this.#phase << RXC.phase.lsb) | flagBits(flags);
    const next = (tail + 1) & (completions.size - 1);
    completions.tail = next;
    if (next === 0) this.#phase ^= 1;
  }

  #count(frames: number, cells: number, bytes: number): void {
    const counters = this.#counters;
    counters.framesReceived += frames;
    counters.cellsReceived += cells;
    counters.bytesReceived += bytes;
    this.#causes |= CAUSE_RXC;
  }

  #receiveFrame(frame: number): void {
    const frames = this.#frames;
    const vcs = this.#vcs;
    const vc = vcs.lookup(frames.vpiOf(frame), frames.vciOf(frame));
    if (vc === NO_VC || (vcs.word(vc, VC.state) & VC_RECEIVES) === 0) {
      this.#counters.unknownVc++;
      return;
    }
    this.#counters.cellsReceived += frames.cellsOf(frame);
    const length = frames.lengthOf(frame);
    const flags = frames.flagsOf(frame);
    if ((flags & FRAME_FLAG_DAMAGED) !== 0) {
      this.#counters.crcErrors++;
      vcs.entries[vc * VC.words + VC.framesErred]++;
    } else if (length > vcs.word(vc, VC.maximumSdu)) {
      this.#counters.lengthErrors++;
      vcs.entries[vc * VC.words + VC.framesErred]++;
    } else {
      const uuAndCpi = (frames.uuOf(frame) << 8) | frames.cpiOf(frame);
      this.#deliver(vc, frames.addressOf(frame), length, flags, uuAndCpi, frames.timeNs[frame]);
    }
  }

  #receiveCells(frame: number): void {
    const frames = this.#frames;
    const bytes = frames.bytes;
    const start = frames.addressOf(frame);
    const end = start + frames.lengthOf(frame);
    for (let cell = start; cell + CELL_OCTETS <= end; cell += CELL_OCTETS) {
      const header = correctCellHeader(bytes, cell);
      if (header === CELL_HEADER_INVALID) {
        this.#counters.headerErrors++;
        continue;
      }
      if (header === CELL_HEADER_CORRECTED) this.#counters.headersCorrected++;
      const vc = this.#vcs.lookup(cellVpi(bytes, cell), cellVci(bytes, cell));
      const payloadType = cellPayloadType(bytes, cell);
      if (vc === NO_VC || (this.#vcs.word(vc, VC.state) & VC_RECEIVES) === 0) {
        this.#counters.unknownVc++;
        continue;
      }
      if ((payloadType & PTI_NOT_USER_DATA) !== 0) continue;
      this.#counters.cellsReceived++;
      this.#collect(vc, cell, payloadType, frames.timeNs[frame]);
    }
  }

  /** Appends one cell's payload to the VC's PDU (I.363.5 section 9). */
  #collect(vc: number, cell: number, payloadType: number, timeNs: number): void {
    const { entries } = this.#vcs;
    const at = vc * VC.words;
    const frames = this.#frames;
    let partial = entries[at + VC.partialFrame];
    if (partial === NO_FRAME) {
      partial = frames.allocate(aal5CellCount(entries[at + VC.maximumSdu]) * CELL_PAYLOAD_OCTETS);
      if (partial < 0) {
        this.#counters.noBuffer++;
        entries[at + VC.framesDropped]++;
        return;
      }
      entries[at + VC.partialFrame] = partial;
    }
    // What was allocated counts: MODIFY may have changed the longest SDU since.
    const room = frames.lengthOf(partial);
    const collected = entries[at + VC.partialBytes];
    if (collected + CELL_PAYLOAD_OCTETS <= room) {
      this.#memory.copy(frames.addressOf(partial) + collected, cell + CELL_HEADER_OCTETS, CELL_PAYLOAD_OCTETS);
    }
    entries[at + VC.partialBytes] = collected + CELL_PAYLOAD_OCTETS;
    if (cellLossPriority(frames.bytes, cell) === 1) entries[at + VC.partialFlags] |= FRAME_FLAG_CLP;
    if ((payloadType & PTI_CONGESTION) !== 0) entries[at + VC.partialFlags] |= FRAME_FLAG_CONGESTION;
    if ((payloadType & PTI_END_OF_PDU) !== 0) this.#closePdu(vc, partial, room, timeNs);
  }

  #closePdu(vc: number, partial: number, room: number, timeNs: number): void {
    const { entries } = this.#vcs;
    const at = vc * VC.words;
    const { bytes } = this.#frames;
    const pduBytes = entries[at + VC.partialBytes];
    const address = this.#frames.addressOf(partial);
    if (pduBytes > room) {
      this.#counters.lengthErrors++;
      entries[at + VC.framesErred]++;
    } else {
      const result = checkAal5Pdu(bytes, address, pduBytes, entries[at + VC.maximumSdu]);
      if (result === AAL5_OK) {
        const trailer = address + pduBytes - AAL5_TRAILER_OCTETS;
        const length = aal5SduLength(bytes, address, pduBytes);
        const uuAndCpi = (bytes[trailer] << 8) | bytes[trailer + 1];
        this.#deliver(vc, address, length, entries[at + VC.partialFlags], uuAndCpi, timeNs);
      } else {
        if (result === AAL5_CRC_ERROR) this.#counters.crcErrors++;
        else this.#counters.lengthErrors++;
        entries[at + VC.framesErred]++;
      }
    }
    this.dropPartial(vc);
  }

  #deliver(vc: number, source: number, length: number, flags: number, uuAndCpi: number, timeNs: number): void {
    const { entries } = this.#vcs;
    const large = (entries[vc * VC.words + VC.state] & VC_LARGE_BUFFERS) !== 0;
    const buffers = large ? this.largeBuffers : this.smallBuffers;
    const bufferBytes = large ? this.largeBytes : this.smallBytes;
    const needed = length <= bufferBytes ? 1 : Math.ceil(length / bufferBytes);
    if (buffers.size === 0 || buffers.filled < needed || this.completions.room < needed) {
      this.#counters.noBuffer++;
      entries[vc * VC.words + VC.framesDropped]++;
      this.#causes |= CAUSE_RXO;
      return;
    }
    let copied = 0;
    for (let i = 0; i < needed; i++) {
      const isLast = i === needed - 1;
      const piece = isLast ? length - copied : bufferBytes;
      const entry = (buffers.base >>> 2) + (buffers.head << BUFFER_SHIFT);
      const target = this.#words[entry + FRB.address.word] >>> 0;
      if (piece > 0 && !this.#bus.allows(target, piece, true)) return;
      buffers.head = (buffers.head + 1) & (buffers.size - 1);
      this.#memory.copy(target, source + copied, piece);
      this.#writeCompletion(entry, vc, isLast ? piece | LAST : piece, flags, uuAndCpi, timeNs);
      copied += piece;
    }
    this.#count(1, 0, length);
    entries[vc * VC.words + VC.framesReceived]++;
  }
}

/** CPCS-UU and CPI of a frame's record as a receive completion has them. */
function uuAndCpiBits(uuAndCpi: number): number {
  return ((uuAndCpi >> 8) << RXC.uu.lsb) | (uuAndCpi << RXC.cpi.lsb);
}

/** The flags of a frame as a receive completion has them. */
function flagBits(flags: number): number {
  return ((flags & CLP) << CLP_SHIFT) | ((flags & CONGESTION) << CONGESTION_SHIFT);
}
