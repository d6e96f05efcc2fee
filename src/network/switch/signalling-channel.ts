// VPI 0 / VCI 5 of one port: AAL5 SDUs to and from call control, in whichever format frames have on the fibre.

import type { FrameStore } from "../../wire/index.ts";
import {
  AAL5_INCOMPLETE,
  AAL5_OK,
  Aal5Reassembler,
  aal5CellCount,
  aal5PduLength,
  CELL_OCTETS,
  FRAME_FLAG_DAMAGED,
  FRAME_FORMAT_CELLS,
  isCellHeaderValid,
  OctetCopier,
  segmentAal5,
} from "../../wire/index.ts";
import type { SignallingHandler } from "./call-control-port.ts";
import type { SwitchPort } from "./switch-port.ts";

export const SIGNALLING_VPI = 0;
/** UNI 3.1 section 5.5.6.5. */
export const SIGNALLING_VCI = 5;
/** An SD of the longest message (Q.2130: k = 4096) with its trailer. */
export const SIGNALLING_MAX_SDU_OCTETS = 4100;

export class SignallingChannel {
  readonly #port: SwitchPort;
  readonly #frames: FrameStore;
  readonly #format: number;
  readonly #copier = new OctetCopier();
  // Cells gather here; made when the first one comes.
  #assembly: Uint8Array | null = null;
  #reassembler: Aal5Reassembler | null = null;

  constructor(port: SwitchPort, frames: FrameStore, format: number) {
    this.#port = port;
    this.#frames = frames;
    this.#format = format;
  }

  /** Drops a PDU of which only a part has come. */
  reset(): void {
    if (this.#reassembler !== null) this.#reassembler.reset();
  }

  /** Takes the SDUs of a frame to the handler; the frame stays the caller's. */
  receiveFrame(frame: number, handler: SignallingHandler): void {
    const frames = this.#frames;
    if (frames.formatOf(frame) === FRAME_FORMAT_CELLS) {
      this.#receiveCells(frame, handler);
      return;
    }
    const length = frames.lengthOf(frame);
    const isDamaged = (frames.flagsOf(frame) & FRAME_FLAG_DAMAGED) !== 0;
    if (isDamaged || length === 0 || length > SIGNALLING_MAX_SDU_OCTETS) {
      this.#port.counters.signallingDamaged++;
      return;
    }
    this.#port.counters.signallingReceived++;
    handler.receiveSignalling(this.#port.index, frames.bytes, frames.addressOf(frame), length);
  }

  #receiveCells(frame: number, handler: SignallingHandler): void {
    const { counters } = this.#port;
    const { bytes } = this.#frames;
    if (this.#assembly === null || this.#reassembler === null) {
      this.#assembly = new Uint8Array(aal5PduLength(SIGNALLING_MAX_SDU_OCTETS));
      this.#reassembler = new Aal5Reassembler(this.#assembly, 0, SIGNALLING_MAX_SDU_OCTETS);
    }
    const start = this.#frames.addressOf(frame);
    const end = start + this.#frames.lengthOf(frame);
    for (let cell = start; cell + CELL_OCTETS <= end; cell += CELL_OCTETS) {
      if (!isCellHeaderValid(bytes, cell)) {
        counters.headerErrorCells++;
        continue;
      }
      const result = this.#reassembler.receiveCell(bytes, cell);
      if (result === AAL5_INCOMPLETE) continue;
      if (result === AAL5_OK) {
        counters.signallingReceived++;
        handler.receiveSignalling(this.#port.index, this.#assembly, 0, this.#reassembler.sduLength);
      } else {
        counters.signallingDamaged++;
      }
    }
  }

  /** Puts an SDU into the port's output; false when the link is down or no buffer is left. */
  send(source: Uint8Array, offset: number, length: number): boolean {
    const frames = this.#frames;
    const cellCount = aal5CellCount(length);
    const inCells = this.#format === FRAME_FORMAT_CELLS;
    const frame = this.#port.up ? frames.allocate(inCells ? cellCount * CELL_OCTETS : length) : -1;
    if (frame < 0) {
      this.#port.counters.signallingNotSent++;
      return false;
    }
    const address = frames.addressOf(frame);
    if (inCells) {
      segmentAal5(source, offset, length, frames.bytes, address, SIGNALLING_VPI, SIGNALLING_VCI, 0, 0, 0, 0);
    } else {
      this.#copier.copy(source, offset, length, frames.bytes, address);
    }
    frames.describe(frame, SIGNALLING_VPI, SIGNALLING_VCI, this.#format, cellCount);
    if (!this.#port.enqueue(frame)) {
      this.#port.counters.signallingNotSent++;
      return false;
    }
    this.#port.counters.signallingSent++;
    return true;
  }
}
