import type {
  CO_CALL_PARAMETERS,
  MDL,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisVcHandle,
  NET_BUFFER_LIST,
} from "../ndis/index.ts";
import { NDIS_STATUS_SUCCESS } from "../ndis/index.ts";
import type { CallRequest } from "./call-request.ts";
import type { ClientBinding } from "./client-binding.ts";
import type { ClientParty } from "./client-parties.ts";

/** "offered" and "accepted" are states of incoming calls, "calling" is one of outgoing calls. */
/** "ending": nothing is sent any more, and the call is closed when the last send is back. */
export type ClientCallState =
  | "idle"
  | "calling"
  | "offered"
  | "accepted"
  | "connected"
  | "ending"
  | "closing"
  | "closed";

/** One call of a client with its VC: what the client's VC context points to. */
export class ClientCall {
  readonly binding: ClientBinding;
  readonly isOutgoing: boolean;
  /** Null before NdisCoCreateVc and after NdisCoDeleteVc. */
  vcHandle: NdisVcHandle | null = null;
  state: ClientCallState = "idle";
  /** How the call ended, or why it never came to be. */
  status: NDIS_STATUS = NDIS_STATUS_SUCCESS;
  /** Q.2931 cause of a refusal; 0 when none was told. */
  cause = 0;
  /** Assigned by the network; 0 until the call is connected. */
  vpi = 0;
  vci = 0;
  framesSent = 0;
  bytesSent = 0;
  framesReceived = 0;
  bytesReceived = 0;
  sendFailures = 0;
  sendsOutstanding = 0;
  /** An offer that waits for its answer (ProtocolClIncomingCall has pended). */
  pendingOffer: CO_CALL_PARAMETERS | null = null;
  /** Close as soon as every send is back (CLS-01). */
  wantsClose = false;
  /** Parties of a multipoint call that are not gone, which the client counts itself (PTY-15); none for any other call. */
  parties: ClientParty[] = [];
  /** For whoever uses the client. */
  context: unknown = null;

  constructor(binding: ClientBinding, isOutgoing: boolean) {
    this.binding = binding;
    this.isOutgoing = isOutgoing;
  }

  /** Answers an offer that pends, unless it has been answered or withdrawn (INC-05). */
  answer(status: NDIS_STATUS_FINAL): void {
    const { pendingOffer, vcHandle } = this;
    this.pendingOffer = null;
    if (pendingOffer === null || vcHandle === null) return;
    if (status === NDIS_STATUS_SUCCESS) this.state = "accepted";
    else this.status = status;
    this.binding.ndis.NdisClIncomingCallComplete(status, vcHandle, pendingOffer);
  }

  /** Sends a chain of lists with one buffer each; they come back to the client's send pool. Only while connected. */
  send(lists: NET_BUFFER_LIST): void {
    this.binding.send(this, lists);
  }

  /**
   * Copies a frame into a buffer of the client's send pool and sends it: for experiments. Where speed counts, fill lists in place
   * and send them in chains.
   * @returns false when the call is not connected, no buffer is free, or `bytes` does not fit one.
   */
  sendBytes(bytes: Uint8Array): boolean {
    const { sendPool, ndis } = this.binding;
    if (this.state !== "connected" || sendPool === null || bytes.length > sendPool.bufferBytes) return false;
    const list = sendPool.take();
    if (list === null) return false;
    ndis.Memory.bytes.set(bytes, sendPool.addressOf(list));
    if (list.FirstNetBuffer !== null) list.FirstNetBuffer.DataLength = bytes.length;
    this.send(list);
    return true;
  }

  /** A copy of the frame in a received list, put together from its MDLs. */
  bytesOf(list: NET_BUFFER_LIST): Uint8Array {
    const buffer = list.FirstNetBuffer;
    const frame = new Uint8Array(buffer?.DataLength ?? 0);
    const memory = this.binding.ndis.Memory.bytes;
    let filled = 0;
    let offset = buffer?.CurrentMdlOffset ?? 0;
    for (let mdl: MDL | null = buffer?.CurrentMdl ?? null; mdl !== null && filled < frame.length; mdl = mdl.Next) {
      const piece = Math.min(mdl.ByteCount - offset, frame.length - filled);
      const start = mdl.MappedSystemVa + offset;
      frame.set(memory.subarray(start, start + piece), filled);
      filled += piece;
      offset = 0;
    }
    return frame;
  }

  /** Adds a party to a multipoint call, at once or as soon as it is connected; the outcome comes to `options.events`. */
  addParty(request: CallRequest): ClientParty {
    return this.binding.parties.add(this, request);
  }

  /** Ends the call; sends that are out are waited for. */
  close(): void {
    this.binding.closeCall(this);
  }
}
