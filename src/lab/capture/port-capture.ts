import type { FrameObserver } from "../../network/link-middleware/tap.ts";
import { TAP_TRANSMIT } from "../../network/link-middleware/tap.ts";
import type { FrameStore } from "../../wire/fibre.ts";
import { FrameReader } from "./frame-reader.ts";
import type { FrameWriter } from "./frame-sorter.ts";

const SIGNALLING_VCI = 5;

/** Writes what passes at a NIC's port into a capture: put it behind a transmit and a receive tap on the NIC's side of the link. */
export class PortCapture implements FrameObserver {
  readonly #writer: FrameWriter;
  readonly #interfaceIndex: number;
  readonly #includesData: boolean;
  readonly #reader = new FrameReader();

  /** @param name of the port, for example "alice/nic0". @param includesData false: only signalling (VPI 0, VCI 5). */
  constructor(writer: FrameWriter, name: string, includesData: boolean) {
    this.#writer = writer;
    this.#interfaceIndex = writer.addInterface(name);
    this.#includesData = includesData;
  }

  observeFrame(direction: number, timeNs: number, frames: FrameStore, frame: number): void {
    const reader = this.#reader;
    if (!reader.read(frames, frame)) return;
    const { bytes, offset, length, vpi, vci } = reader;
    if (!this.#includesData && (vpi !== 0 || vci !== SIGNALLING_VCI)) return;
    this.#writer.writeFrame(this.#interfaceIndex, timeNs, direction === TAP_TRANSMIT, vpi, vci, bytes, offset, length);
  }
}
