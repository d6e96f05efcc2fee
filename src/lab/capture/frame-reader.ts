import { AAL5_MAX_SDU_OCTETS, AAL5_TRAILER_OCTETS, aal5PduLength, aal5SduLength } from "../../wire/aal5.ts";
import { CELL_HEADER_OCTETS, CELL_OCTETS, cellVci, cellVpi } from "../../wire/cell.ts";
import type { FrameStore } from "../../wire/fibre.ts";
import { FRAME_FORMAT_CELLS, FRAME_MAX_BYTES } from "../../wire/fibre.ts";

/** Reads the SDU of a frame in flight, whichever format it has. One reader serves one observer: the bytes are valid until the next read. */
export class FrameReader {
  bytes: Uint8Array = new Uint8Array(0);
  offset = 0;
  length = 0;
  vpi = 0;
  vci = 0;
  readonly #pdu = new Uint8Array(FRAME_MAX_BYTES);

  /** @returns false when the frame is too short for a cell. */
  read(frames: FrameStore, frame: number): boolean {
    const address = frames.addressOf(frame);
    const length = frames.lengthOf(frame);
    if (frames.formatOf(frame) !== FRAME_FORMAT_CELLS) {
      this.bytes = frames.bytes;
      this.offset = address;
      this.length = length;
      this.vpi = frames.vpiOf(frame);
      this.vci = frames.vciOf(frame);
      return true;
    }
    if (length < CELL_OCTETS) return false;
    this.vpi = cellVpi(frames.bytes, address);
    this.vci = cellVci(frames.bytes, address);
    this.bytes = this.#pdu;
    this.offset = 0;
    this.length = this.#unpack(frames.bytes, address, length);
    return true;
  }

  /** Puts the payloads of whole cells together. @returns the length of the SDU; of the PDU without trailer when its length field is wrong. */
  #unpack(bytes: Uint8Array, address: number, length: number): number {
    const pdu = this.#pdu;
    let pduLength = 0;
    for (let cell = address; cell + CELL_OCTETS <= address + length; cell += CELL_OCTETS) {
      for (let i = CELL_HEADER_OCTETS; i < CELL_OCTETS; i++) pdu[pduLength++] = bytes[cell + i];
    }
    const sduLength = aal5SduLength(pdu, 0, pduLength);
    return aal5PduLength(sduLength) === pduLength
      ? sduLength
      : Math.min(pduLength - AAL5_TRAILER_OCTETS, AAL5_MAX_SDU_OCTETS);
  }
}
