import type {
  CallManagerLibrary,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisBindingHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
  NetBufferListPoolHandle,
} from "../ndis/index.ts";
import {
  AAL_TYPE_AAL5,
  ATM_FLOW_PARAMETERS,
  ATM_MEDIA_PARAMETERS,
  ATM_MEDIA_SPECIFIC,
  ATM_SERVICE_CATEGORY_UBR,
  ATM_VPIVCI,
  CO_CALL_PARAMETERS,
  CO_MEDIA_PARAMETERS,
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  OutParameter,
  RECEIVE_VC,
  TRANSMIT_VC,
} from "../ndis/index.ts";
import { OctetCopier } from "../wire/octets.ts";
import type { PathState } from "./call-connection.ts";
import { LONGEST_PDU_BYTES } from "./signalling-host.ts";

const POOL_TAG = 0x5343_4d56;
/** UNI 3.1 section 5.4.2. */
const SIGNALLING_VPI = 0;
const SIGNALLING_VCI = 5;

/** What PDUs from the network are handed to. */
export type PduSink = (bytes: Uint8Array, offset: number, length: number) => void;

/** The signalling VC of a stand-alone call manager: made, activated, used and deleted through NDIS like any other (VC-14). */
export class SignallingChannel {
  path: PathState = "closed";
  sendsOutstanding = 0;
  readonly #ndis: CallManagerLibrary;
  readonly #binding: NdisBindingHandle;
  readonly #pool: NetBufferListPoolHandle;
  readonly #sink: PduSink;
  readonly #changed: () => void;
  readonly #copier = new OctetCopier();
  #vc: NdisVcHandle | null = null;

  private constructor(
    ndis: CallManagerLibrary,
    binding: NdisBindingHandle,
    pool: NetBufferListPoolHandle,
    sink: PduSink,
    changed: () => void,
  ) {
    this.#ndis = ndis;
    this.#binding = binding;
    this.#pool = pool;
    this.#sink = sink;
    this.#changed = changed;
  }

  /**
   * @param sink takes what the network sends.
   * @param changed called when the channel is open or closed, and when a send has come back.
   * @returns null when there is no memory.
   */
  static create(
    ndis: CallManagerLibrary,
    binding: NdisBindingHandle,
    sink: PduSink,
    changed: () => void,
  ): SignallingChannel | null {
    const parameters = { fAllocateNetBuffer: true, PoolTag: POOL_TAG, DataSize: LONGEST_PDU_BYTES };
    const pool = ndis.NdisAllocateNetBufferListPool(binding, NET_BUFFER_LIST_POOL_PARAMETERS(parameters));
    return pool === null ? null : new SignallingChannel(ndis, binding, pool, sink, changed);
  }

  /** Creates the VC, without an address family, and begins to activate it. */
  open(): NDIS_STATUS {
    const created = new OutParameter<NdisVcHandle>();
    const status = this.#ndis.NdisCoCreateVc(this.#binding, null, this, created);
    if (status !== NDIS_STATUS_SUCCESS || created.Value === null) return status;
    this.#vc = created.Value;
    this.path = "opening";
    const activated = this.#ndis.NdisCmActivateVc(created.Value, signallingParameters());
    if (activated !== NDIS_STATUS_PENDING) this.activated(activated);
    return activated;
  }

  /** ProtocolCmActivateVcComplete. */
  activated(Status: NDIS_STATUS_FINAL): void {
    this.path = Status === NDIS_STATUS_SUCCESS ? "open" : "closed";
    this.#changed();
  }

  /** Begins to deactivate the VC; every send must be back. */
  close(): void {
    if (this.#vc === null || this.path !== "open") return;
    this.path = "closing";
    const status = this.#ndis.NdisCmDeactivateVc(this.#vc);
    if (status !== NDIS_STATUS_PENDING) this.deactivated();
  }

  /** ProtocolCmDeactivateVcComplete. */
  deactivated(): void {
    this.path = "closed";
    this.#changed();
  }

  /** Deletes the VC, which is inactive, and frees the lists. */
  free(): void {
    if (this.#vc !== null) this.#ndis.NdisCoDeleteVc(this.#vc);
    this.#vc = null;
    this.#ndis.NdisFreeNetBufferListPool(this.#pool);
  }

  /** Sends a PDU, which is copied; false when the channel is closed or has no memory (SSCOP sends again). */
  transmit(bytes: Uint8Array, offset: number, length: number): boolean {
    const vc = this.#vc;
    if (vc === null || this.path !== "open" || length > LONGEST_PDU_BYTES) return false;
    const list = this.#ndis.NdisAllocateNetBufferList(this.#pool, 0, 0);
    const buffer = list?.FirstNetBuffer ?? null;
    const address = buffer?.CurrentMdl?.MappedSystemVa ?? 0;
    if (list === null) return false;
    if (buffer === null || address === 0) {
      this.#ndis.NdisFreeNetBufferList(list);
      return false;
    }
    this.#copier.copy(bytes, offset, length, this.#ndis.Memory.bytes, address);
    buffer.DataLength = length;
    list.SourceHandle = vc;
    this.sendsOutstanding++;
    this.#ndis.NdisCoSendNetBufferLists(vc, list, 0);
    return true;
  }

  /** ProtocolCoSendNetBufferListsComplete. */
  sendComplete(lists: NET_BUFFER_LIST): void {
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; ) {
      const next: NET_BUFFER_LIST | null = list.Next;
      this.#ndis.NdisFreeNetBufferList(list);
      this.sendsOutstanding--;
      list = next;
    }
    if (this.sendsOutstanding === 0) this.#changed();
  }

  /** ProtocolCoReceiveNetBufferLists: looked at during the call, and given back at once (RCV-04, RCV-05). */
  received(lists: NET_BUFFER_LIST, flags: number): void {
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
      const buffer = list.FirstNetBuffer;
      const mdl = buffer?.CurrentMdl ?? null;
      if (buffer === null || mdl === null) continue;
      const { DataLength, CurrentMdlOffset } = buffer;
      // No PDU is longer than a buffer of the miniport: one in pieces is none.
      if (CurrentMdlOffset + DataLength <= mdl.ByteCount)
        this.#sink(this.#ndis.Memory.bytes, mdl.MappedSystemVa + CurrentMdlOffset, DataLength);
    }
    if ((flags & NDIS_RECEIVE_FLAGS_RESOURCES) === 0) this.#ndis.NdisReturnNetBufferLists(this.#binding, lists, 0);
  }
}

/** Best effort both ways, and SDUs of the longest PDU. */
function signallingParameters(): CO_CALL_PARAMETERS {
  const flow = () => ATM_FLOW_PARAMETERS({ ServiceCategory: ATM_SERVICE_CATEGORY_UBR, MaxSduSize: LONGEST_PDU_BYTES });
  const Parameters = ATM_MEDIA_PARAMETERS({
    ConnectionId: ATM_VPIVCI({ Vpi: SIGNALLING_VPI, Vci: SIGNALLING_VCI }),
    AALType: AAL_TYPE_AAL5,
    Transmit: flow(),
    Receive: flow(),
  });
  return CO_CALL_PARAMETERS({
    MediaParameters: CO_MEDIA_PARAMETERS({
      Flags: TRANSMIT_VC | RECEIVE_VC,
      MediaSpecific: { ParamType: ATM_MEDIA_SPECIFIC, Length: 0, Parameters },
    }),
  });
}
