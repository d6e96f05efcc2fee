import type { WorldMemory } from "../machine/memory.ts";
import { AAL5_CRC_ERROR, AAL5_OK, aal5CellCount, aal5SduLength, checkAal5Pdu } from "../wire/aal5.ts";
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
import { FRAME_FLAG_CLP, FRAME_FLAG_CONGESTION, FRAME_FLAG_DAMAGED, FRAME_FORMAT_CELLS } from "../wire/fibre.ts";
import type { BusMaster } from "./bus-master.ts";
import type { Counters } from "./counters.ts";
import { FREE_BUFFER, RECEIVE_COMPLETION, REGISTERS } from "./datasheet/index.ts";
import { DescriptorRing } from "./descriptor-ring.ts";
import type { InterruptBlock } from "./interrupt-block.ts";
import { CAUSE_RXC, CAUSE_RXO } from "./interrupt-block.ts";
import type { VcTable } from "./vc-table.ts";
import { NO_FRAME, NO_VC } from "./vc-table.ts";

const FRB = FREE_BUFFER.fields;
const RXC = RECEIVE_COMPLETION.fields;
const BUFFER_WORDS = FREE_BUFFER.bytes >> 2;
const COMPLETION_WORDS = RECEIVE_COMPLETION.bytes >> 2;
const TRAILER_OCTETS = 8;

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
  readonly #fibre: Fibre;
  readonly #frames: FrameStore;
  readonly #vcs: VcTable;
  readonly #counters: Counters;
  readonly #interrupts: InterruptBlock;
  #phase = 1;
  #causes = 0;

  constructor(bus: BusMaster, fibre: Fibre, vcs: VcTable, counters: Counters, interrupts: InterruptBlock) {
    this.#bus = bus;
    this.#memory = bus.memory;
    this.#fibre = fibre;
    this.#frames = fibre.frames;
    this.#vcs = vcs;
    this.#counters = counters;
    this.#interrupts = interrupts;
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
    const frame = this.#vcs.partialFrame[vc];
    if (frame === NO_FRAME) return;
    this.#frames.release(frame);
    this.#vcs.partialFrame[vc] = NO_FRAME;
    this.#vcs.partialBytes[vc] = 0;
    this.#vcs.partialFlags[vc] = 0;
  }

  /** Takes a train from the fibre: every frame of it ends here. */
  receiveTrain(train: Train): void {
    const frames = this.#frames;
    this.#causes = 0;
    const usable = this.enabled && !this.#bus.fatal && this.#ringsReachable();
    for (let i = 0; i < train.count; i++) {
      const frame = train.frames[i];
      if (!usable || this.#bus.fatal) this.#counters.receiverDisabled++;
      else if (frames.format[frame] === FRAME_FORMAT_CELLS) this.#receiveCells(frame);
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

  #receiveFrame(frame: number): void {
    const frames = this.#frames;
    const vc = this.#vcs.lookup(frames.vpi[frame], frames.vci[frame]);
    if (vc === NO_VC || this.#vcs.receives[vc] === 0) {
      this.#counters.unknownVc++;
      return;
    }
    this.#counters.cellsReceived += frames.cells[frame];
    const length = frames.length[frame];
    const flags = frames.flags[frame];
    if ((flags & FRAME_FLAG_DAMAGED) !== 0) {
      this.#counters.crcErrors++;
      this.#vcs.framesErred[vc]++;
    } else if (length > this.#vcs.maximumSduBytes[vc]) {
      this.#counters.lengthErrors++;
      this.#vcs.framesErred[vc]++;
    } else {
      this.#deliver(
        vc,
        frames.address[frame],
        length,
        flags,
        frames.uu[frame],
        frames.cpi[frame],
        frames.timeNs[frame],
      );
    }
  }

  #receiveCells(frame: number): void {
    const frames = this.#frames;
    const bytes = frames.bytes;
    const start = frames.address[frame];
    const end = start + frames.length[frame];
    for (let cell = start; cell + CELL_OCTETS <= end; cell += CELL_OCTETS) {
      const header = correctCellHeader(bytes, cell);
      if (header === CELL_HEADER_INVALID) {
        this.#counters.headerErrors++;
        continue;
      }
      if (header === CELL_HEADER_CORRECTED) this.#counters.headersCorrected++;
      const vc = this.#vcs.lookup(cellVpi(bytes, cell), cellVci(bytes, cell));
      const payloadType = cellPayloadType(bytes, cell);
      if (vc === NO_VC || this.#vcs.receives[vc] === 0) {
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
    const vcs = this.#vcs;
    const frames = this.#frames;
    let partial = vcs.partialFrame[vc];
    if (partial === NO_FRAME) {
      partial = frames.allocate(aal5CellCount(vcs.maximumSduBytes[vc]) * CELL_PAYLOAD_OCTETS);
      if (partial < 0) {
        this.#counters.noBuffer++;
        vcs.framesDropped[vc]++;
        return;
      }
      vcs.partialFrame[vc] = partial;
    }
    // What was allocated counts: MODIFY may have changed the longest SDU since.
    const room = frames.length[partial];
    const collected = vcs.partialBytes[vc];
    if (collected + CELL_PAYLOAD_OCTETS <= room) {
      this.#memory.bytes.copyWithin(frames.address[partial] + collected, cell + CELL_HEADER_OCTETS, cell + CELL_OCTETS);
    }
    vcs.partialBytes[vc] = collected + CELL_PAYLOAD_OCTETS;
    if (cellLossPriority(frames.bytes, cell) === 1) vcs.partialFlags[vc] |= FRAME_FLAG_CLP;
    if ((payloadType & PTI_CONGESTION) !== 0) vcs.partialFlags[vc] |= FRAME_FLAG_CONGESTION;
    if ((payloadType & PTI_END_OF_PDU) !== 0) this.#closePdu(vc, partial, room, timeNs);
  }

  #closePdu(vc: number, partial: number, room: number, timeNs: number): void {
    const vcs = this.#vcs;
    const frames = this.#frames;
    const pduBytes = vcs.partialBytes[vc];
    const address = frames.address[partial];
    if (pduBytes > room) {
      this.#counters.lengthErrors++;
      vcs.framesErred[vc]++;
    } else {
      const result = checkAal5Pdu(frames.bytes, address, pduBytes, vcs.maximumSduBytes[vc]);
      if (result === AAL5_OK) {
        const trailer = address + pduBytes - TRAILER_OCTETS;
        const length = aal5SduLength(frames.bytes, address, pduBytes);
        this.#deliver(
          vc,
          address,
          length,
          vcs.partialFlags[vc],
          frames.bytes[trailer],
          frames.bytes[trailer + 1],
          timeNs,
        );
      } else {
        if (result === AAL5_CRC_ERROR) this.#counters.crcErrors++;
        else this.#counters.lengthErrors++;
        vcs.framesErred[vc]++;
      }
    }
    this.dropPartial(vc);
  }

  #deliver(vc: number, source: number, length: number, flags: number, uu: number, cpi: number, timeNs: number): void {
    const large = this.#vcs.largeBuffers[vc] === 1;
    const buffers = large ? this.largeBuffers : this.smallBuffers;
    const bufferBytes = large ? this.largeBytes : this.smallBytes;
    const needed = length <= bufferBytes ? 1 : Math.ceil(length / bufferBytes);
    if (buffers.size === 0 || buffers.filled < needed || this.completions.room < needed) {
      this.#counters.noBuffer++;
      this.#vcs.framesDropped[vc]++;
      this.#causes |= CAUSE_RXO;
      return;
    }
    let copied = 0;
    for (let i = 0; i < needed; i++) {
      const last = i === needed - 1;
      const piece = last ? length - copied : bufferBytes;
      if (!this.#fill(buffers, source + copied, piece, vc, last, flags, uu, cpi, timeNs)) return;
      copied += piece;
    }
    this.#counters.framesReceived++;
    this.#counters.bytesReceived += length;
    this.#vcs.framesReceived[vc]++;
    this.#causes |= CAUSE_RXC;
  }

  #fill(
    buffers: DescriptorRing,
    source: number,
    length: number,
    vc: number,
    last: boolean,
    flags: number,
    uu: number,
    cpi: number,
    timeNs: number,
  ): boolean {
    const words = this.#memory.words;
    const entry = (buffers.base >>> 2) + buffers.head * BUFFER_WORDS;
    const address = words[entry + FRB.address.word];
    if (length > 0 && !this.#bus.allows(address, length, true)) return false;
    buffers.head = (buffers.head + 1) & (buffers.size - 1);
    this.#memory.copy(address, source, length);
    const { completions } = this;
    const at = (completions.base >>> 2) + completions.tail * COMPLETION_WORDS;
    words[at + RXC.cookie.word] = words[entry + FRB.cookie.word];
    words[at + RXC.vcIndex.word] = vc | (uu << RXC.uu.lsb) | (cpi << RXC.cpi.lsb);
    // The low 32 bits of a whole number; a remainder would cost ten times as much.
    words[at + RXC.timestamp.word] = timeNs >>> 0;
    words[at + RXC.length.word] =
      length |
      (this.#phase << RXC.phase.lsb) |
      ((flags & FRAME_FLAG_CLP) !== 0 ? 1 << RXC.clp.lsb : 0) |
      ((flags & FRAME_FLAG_CONGESTION) !== 0 ? 1 << RXC.congestion.lsb : 0) |
      (last ? 1 << RXC.last.lsb : 0);
    completions.tail = (completions.tail + 1) & (completions.size - 1);
    if (completions.tail === 0) this.#phase ^= 1;
    return true;
  }
}
