import type { Probe, ProbeFields } from "../../machine/probe.ts";
import type { FrameObserver } from "../../network/link-middleware/tap.ts";
import { TAP_TRANSMIT } from "../../network/link-middleware/tap.ts";
import type { FrameStore } from "../../wire/fibre.ts";
import { causeName, DECODE_RESULT, decodeMessage, IE, messageName, Q2931Message } from "../../wire/q2931/index.ts";
import { decodeSscopPdu, SSCOP_PDU_OK, SSCOP_PDU_TYPES, SscopPdu } from "../../wire/sscop/index.ts";
import { FrameReader } from "../capture/frame-reader.ts";

const SIGNALLING_VPI = 0;
const SIGNALLING_VCI = 5;
/** Names of SSCOP PDUs that keep a link going and say nothing of calls. */
const HOUSEKEEPING: ReadonlySet<string> = new Set(["POLL", "STAT", "USTAT"]);

/** Tells the probe which signalling messages pass at a NIC's port: kind "signalling", source "host/nic". */
export class SignallingTap implements FrameObserver {
  readonly #probe: Probe;
  readonly #source: string;
  readonly #reader = new FrameReader();
  readonly #pdu = new SscopPdu();
  readonly #message = new Q2931Message();

  /** @param source the driver at this port, as "host/driver". */
  constructor(probe: Probe, source: string) {
    this.#probe = probe;
    this.#source = source;
  }

  observeFrame(direction: number, _timeNs: number, frames: FrameStore, frame: number): void {
    const reader = this.#reader;
    if (!reader.read(frames, frame) || reader.vpi !== SIGNALLING_VPI || reader.vci !== SIGNALLING_VCI) return;
    const pdu = this.#pdu;
    if (decodeSscopPdu(reader.bytes, reader.offset, reader.length, pdu) !== SSCOP_PDU_OK) return;
    const name = SSCOP_PDU_TYPES[pdu.type]?.name ?? "";
    const way = { direction: direction === TAP_TRANSMIT ? "sent" : "received" };
    if (name === "SD") this.#tellMessage(way);
    else if (!HOUSEKEEPING.has(name)) this.#probe.emit(this.#source, "signalling", name, way);
  }

  #tellMessage(way: { readonly direction: string }): void {
    const { bytes } = this.#reader;
    const message = this.#message;
    if (decodeMessage(bytes, this.#pdu.dataOffset, this.#pdu.dataLength, message) === DECODE_RESULT.unreadable) return;
    const fields: ProbeFields = { ...way, callReference: message.callReference, flag: message.callReferenceFlag };
    if (message.has(IE.connectionIdentifier)) {
      fields.vpci = message.connectionIdentifier.vpci;
      fields.vci = message.connectionIdentifier.vci;
    }
    if (message.has(IE.cause)) {
      fields.cause = message.cause.value;
      fields.causeName = causeName(message.cause.value);
    }
    this.#probe.emit(this.#source, "signalling", messageName(message.type), fields);
  }
}
