import type {
  ATM_ADDRESS,
  ATM_MEDIA_PARAMETERS,
  ClientLibrary,
  CO_ADDRESS_FAMILY,
  CO_ADDRESS_LIST,
  CO_CALL_PARAMETERS,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisAfHandle,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisPartyHandle,
  NdisSapHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
} from "../ndis/index.ts";
import {
  atmMediaParameters,
  CALL_PARAMETERS_CHANGED,
  NDIS_EVENT,
  NDIS_OID_REQUEST,
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_ADDRESSES,
  OutParameter,
} from "../ndis/index.ts";
import type { CallRequest } from "./call-request.ts";
import { causeIn, toAtmAddress, toCallParameters, toSap } from "./call-request.ts";
import type { AtmClientOptions } from "./client.ts";
import { ClientCall } from "./client-call.ts";
import type { MakeFirstParty } from "./client-parties.ts";
import { ClientParties } from "./client-parties.ts";
import { SendPool } from "./send-pool.ts";

/** One binding of the client with its address family, SAP and calls: what ProtocolBindingContext and ClientAfContext point to. */
export class ClientBinding {
  readonly ndis: ClientLibrary;
  readonly options: AtmClientOptions;
  readonly calls = new Set<ClientCall>();
  readonly parties = new ClientParties(this);
  /** Set whenever something has ended that an unbind or a pause may wait for. */
  readonly changed = NDIS_EVENT();
  handle: NdisBindingHandle | null = null;
  /** A bind that waits for its open. */
  bindContext: NdisBindContextHandle | null = null;
  /** ProtocolCloseAdapterCompleteEx has run. */
  isClosed = false;
  afHandle: NdisAfHandle | null = null;
  sapHandle: NdisSapHandle | null = null;
  sapStatus: NDIS_STATUS = NDIS_STATUS_PENDING;
  sendPool: SendPool | null = null;
  /** The adapter's own address, once the call manager has told it. */
  address: ATM_ADDRESS | null = null;
  signallingEnabled = false;
  isRunning = false;
  isClosing = false;
  sendsOutstanding = 0;
  #afClosing = false;
  #sapClosing = false;

  constructor(ndis: ClientLibrary, options: AtmClientOptions) {
    this.ndis = ndis;
    this.options = options;
    ndis.NdisInitializeEvent(this.changed);
  }

  /** Calls can be made: the address family is open, the SAP registered, signalling up, the binding running. */
  get isReady(): boolean {
    const sapIsDone = this.options.listen === "none" || this.sapHandle !== null;
    return this.afHandle !== null && sapIsDone && this.signallingEnabled && this.isRunning && !this.isClosing;
  }

  opened(handle: NdisBindingHandle): boolean {
    this.handle = handle;
    const { sendBuffers, sendBufferBytes } = this.options;
    this.sendPool = SendPool.create(this.ndis, handle, sendBuffers, sendBufferBytes);
    return this.sendPool !== null;
  }

  /** ProtocolCloseAdapterCompleteEx. */
  adapterClosed(): void {
    this.isClosed = true;
    this.ndis.NdisSetEvent(this.changed);
  }

  // Address family and SAP.

  /** ProtocolCoAfRegisterNotify (AF-15). */
  addressFamilyNotified(family: CO_ADDRESS_FAMILY): void {
    if (this.handle === null || this.afHandle !== null || family.AddressFamily !== this.options.addressFamily) return;
    const handle = new OutParameter<NdisAfHandle>();
    const status = this.ndis.NdisClOpenAddressFamilyEx(this.handle, family, this, handle);
    if (status !== NDIS_STATUS_PENDING) this.addressFamilyOpened(status, handle.Value);
  }

  /** ProtocolClOpenAfCompleteEx. */
  addressFamilyOpened(status: NDIS_STATUS, handle: NdisAfHandle | null): void {
    if (status !== NDIS_STATUS_SUCCESS || handle === null) {
      // AF-24: without its address family the binding is of no use.
      if (this.handle !== null) this.ndis.NdisUnbindAdapter(this.handle);
      return;
    }
    this.afHandle = handle;
    const { listen } = this.options;
    if (typeof listen !== "string") this.#registerSap(handle, toAtmAddress(listen));
    this.#changed();
  }

  /** OID_CO_ADDRESS_CHANGE: the client asks which addresses it has now (OID-26). */
  addressesChanged(): void {
    if (this.handle === null || this.afHandle === null) return;
    const request = NDIS_OID_REQUEST({ DATA: { Oid: OID_CO_GET_ADDRESSES } });
    const status = this.ndis.NdisCoOidRequest(this.handle, this.afHandle, null, null, request);
    if (status === NDIS_STATUS_SUCCESS) this.addressesKnown(request);
  }

  /** The answer to OID_CO_GET_ADDRESSES: the first address is the one that calls for this client come to. */
  addressesKnown(request: NDIS_OID_REQUEST): void {
    const list = request.DATA.QUERY_INFORMATION.InformationBuffer as CO_ADDRESS_LIST | null;
    const first = list?.AddressList[0]?.Address;
    if (first === undefined || first instanceof Uint8Array) return;
    this.address = first;
    const registers =
      this.options.listen === "own-address" && this.sapHandle === null && this.sapStatus === NDIS_STATUS_PENDING;
    if (registers && this.afHandle !== null && !this.isClosing) this.#registerSap(this.afHandle, first);
  }

  #registerSap(afHandle: NdisAfHandle, address: ATM_ADDRESS): void {
    const sap = new OutParameter<NdisSapHandle>();
    const status = this.ndis.NdisClRegisterSap(afHandle, this, toSap(address), sap);
    if (status !== NDIS_STATUS_PENDING) this.sapRegistered(status, sap.Value);
  }

  /** ProtocolClRegisterSapComplete. */
  sapRegistered(status: NDIS_STATUS, handle: NdisSapHandle | null): void {
    this.sapStatus = status;
    if (status === NDIS_STATUS_SUCCESS) this.sapHandle = handle;
    this.#changed();
  }

  signallingChanged(isEnabled: boolean): void {
    this.signallingEnabled = isEnabled;
    this.#changed();
  }

  /** Closes what is open, in the order of AF-35: calls, SAP, address family. */
  closeAll(): void {
    this.isClosing = true;
    for (const call of [...this.calls]) call.close();
    this.#closeAddressFamilyWhenEmpty();
  }

  /** ProtocolClDeregisterSapComplete. */
  sapDeregistered(): void {
    this.#sapClosing = false;
    this.#closeAddressFamilyWhenEmpty();
  }

  /** ProtocolClCloseAfComplete. */
  addressFamilyClosed(): void {
    this.afHandle = null;
    this.#afClosing = false;
    this.#changed();
  }

  /** Nothing of this binding is left but the binding itself. */
  get isEmpty(): boolean {
    return this.calls.size === 0 && this.afHandle === null && this.sendsOutstanding === 0;
  }

  #closeAddressFamilyWhenEmpty(): void {
    if (!this.isClosing || this.calls.size > 0) return;
    if (this.sapHandle !== null) {
      const sap = this.sapHandle;
      this.sapHandle = null;
      this.#sapClosing = true;
      this.ndis.NdisClDeregisterSap(sap);
    }
    if (this.#sapClosing || this.#afClosing || this.afHandle === null) return;
    this.#afClosing = true;
    const status = this.ndis.NdisClCloseAddressFamily(this.afHandle);
    if (status !== NDIS_STATUS_PENDING) this.addressFamilyClosed();
  }

  // Calls.

  /** Creates a VC and makes a call on it (VC-01, OUT-01), a multipoint one with a first party (OUT-03). `options.events` hears of it. */
  makeCall(request: CallRequest, context: unknown, firstParty: MakeFirstParty | null = null): ClientCall {
    const call = new ClientCall(this, true);
    call.context = context;
    const party = firstParty?.(call) ?? null;
    this.calls.add(call);
    const vc = new OutParameter<NdisVcHandle>();
    const created =
      this.handle === null || this.afHandle === null
        ? NDIS_STATUS_FAILURE
        : this.ndis.NdisCoCreateVc(this.handle, this.afHandle, call, vc);
    if (created !== NDIS_STATUS_SUCCESS || vc.Value === null) {
      this.#ended(call, created);
      return call;
    }
    call.vcHandle = vc.Value;
    call.state = "calling";
    const parameters = toCallParameters(request, party !== null);
    const slot = party === null ? null : new OutParameter<NdisPartyHandle>();
    if (party !== null) party.state = "adding";
    const status = this.ndis.NdisClMakeCall(vc.Value, parameters, party, slot);
    this.parties.firstAdded(call, slot?.Value ?? null);
    if (status !== NDIS_STATUS_PENDING) this.makeCallComplete(call, status, parameters);
    return call;
  }

  /** ProtocolClMakeCallComplete (OUT-18 to OUT-21). */
  makeCallComplete(call: ClientCall, status: NDIS_STATUS, parameters: CO_CALL_PARAMETERS): void {
    if (status === NDIS_STATUS_SUCCESS) {
      // OUT-19, OUT-21: what the network made of the parameters may be unacceptable.
      const isChanged = (parameters.Flags & CALL_PARAMETERS_CHANGED) !== 0;
      call.wantsClose ||= isChanged && !this.options.events.parametersChanged(call, parameters);
      this.#connected(call, atmMediaParameters(parameters));
      return;
    }
    call.cause = causeIn(parameters);
    this.#deleteVc(call);
    this.#ended(call, status);
  }

  /** ProtocolCoCreateVc: the call manager has made a VC for an incoming call. */
  incomingVc(handle: NdisVcHandle): ClientCall {
    const call = new ClientCall(this, false);
    call.vcHandle = handle;
    this.calls.add(call);
    return call;
  }

  /** ProtocolClIncomingCall (INC-04). */
  incomingCall(call: ClientCall, parameters: CO_CALL_PARAMETERS): NDIS_STATUS {
    const media = atmMediaParameters(parameters);
    call.vpi = media?.ConnectionId.Vpi ?? 0;
    call.vci = media?.ConnectionId.Vci ?? 0;
    call.state = "offered";
    const answer = this.options.events.incomingCall(call);
    if (answer !== NDIS_STATUS_SUCCESS) {
      call.status = answer;
      return answer;
    }
    if (!this.options.pendsIncomingCalls || call.vcHandle === null) {
      call.state = "accepted";
      return NDIS_STATUS_SUCCESS;
    }
    call.pendingOffer = parameters;
    this.options.later(() => call.answer(NDIS_STATUS_SUCCESS));
    return NDIS_STATUS_PENDING;
  }

  /** ProtocolClCallConnected. */
  callConnected(call: ClientCall): void {
    this.#connected(call, null);
  }

  /** ProtocolClIncomingCloseCall: the peer or the network ends the call (CLS-16). */
  incomingClose(call: ClientCall, status: NDIS_STATUS): void {
    call.status = status;
    if (call.state === "closing" || call.state === "closed") return;
    if (call.state === "offered") {
      // The offer is withdrawn: it needs no answer any more, but the close.
      call.pendingOffer = null;
      call.state = "accepted";
    }
    this.closeCall(call);
  }

  closeCall(call: ClientCall): void {
    if (call.state === "offered" && call.pendingOffer !== null) {
      call.answer(NDIS_STATUS_NOT_ACCEPTED);
      return;
    }
    if (call.state !== "connected" && call.state !== "accepted" && call.state !== "ending") {
      call.wantsClose = call.state === "calling";
      return;
    }
    call.wantsClose = true;
    call.state = "ending";
    if (call.sendsOutstanding > 0 || call.vcHandle === null || !this.parties.isDownToOne(call)) return;
    call.state = "closing";
    const status = this.ndis.NdisClCloseCall(call.vcHandle, call.parties[0]?.handle ?? null, null, 0);
    if (status !== NDIS_STATUS_PENDING) this.closeCallComplete(call);
  }

  /** ProtocolClCloseCallComplete (CLS-11): a VC of our own is deleted now, one of the call manager's goes by ProtocolCoDeleteVc. */
  closeCallComplete(call: ClientCall): void {
    if (!call.isOutgoing) return;
    this.#deleteVc(call);
    this.#ended(call, call.status);
  }

  /** ProtocolCoDeleteVc. */
  vcDeleted(call: ClientCall): NDIS_STATUS_FINAL {
    call.vcHandle = null;
    this.#ended(call, call.status);
    return NDIS_STATUS_SUCCESS;
  }

  #connected(call: ClientCall, media: ATM_MEDIA_PARAMETERS | null): void {
    if (media !== null) {
      call.vpi = media.ConnectionId.Vpi;
      call.vci = media.ConnectionId.Vci;
    }
    call.state = "connected";
    this.options.events.callConnected(call);
    this.parties.addWaiting(call);
    if (call.wantsClose) this.closeCall(call);
  }

  #deleteVc(call: ClientCall): void {
    if (call.vcHandle === null) return;
    this.ndis.NdisCoDeleteVc(call.vcHandle);
    call.vcHandle = null;
  }

  #ended(call: ClientCall, status: NDIS_STATUS): void {
    const wasConnected = call.state === "closing";
    call.state = "closed";
    call.status = status;
    this.parties.ended(call, status);
    this.calls.delete(call);
    if (wasConnected) this.options.events.callClosed(call);
    else this.options.events.callFailed(call);
    this.#closeAddressFamilyWhenEmpty();
    this.#changed();
  }

  // Data.

  /** Sends a chain of lists (SND-01). */
  send(call: ClientCall, lists: NET_BUFFER_LIST): void {
    const { vcHandle } = call;
    if (vcHandle === null) return;
    let count = 0;
    let bytes = 0;
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
      if (list.SourceHandle !== vcHandle) list.SourceHandle = vcHandle;
      count++;
      bytes += list.FirstNetBuffer?.DataLength ?? 0;
    }
    call.framesSent += count;
    call.bytesSent += bytes;
    call.sendsOutstanding += count;
    this.sendsOutstanding += count;
    this.ndis.NdisCoSendNetBufferLists(vcHandle, lists, 0);
  }

  /** ProtocolCoSendNetBufferListsComplete. */
  sendComplete(call: ClientCall, lists: NET_BUFFER_LIST): void {
    let count = 0;
    let last = lists;
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
      if (list.Status !== NDIS_STATUS_SUCCESS) call.sendFailures++;
      count++;
      last = list;
    }
    if (this.sendPool !== null) this.sendPool.giveChain(lists, last, count);
    call.sendsOutstanding -= count;
    this.sendsOutstanding -= count;
    if (call.sendsOutstanding === 0) {
      if (call.wantsClose) this.closeCall(call);
      if (this.sendsOutstanding === 0 && !this.isRunning) this.#changed();
    }
    this.options.events.sendComplete(call, count);
  }

  /** ProtocolCoReceiveNetBufferLists (RCV-04, RCV-05): looked at during the call, and given back at once. */
  received(call: ClientCall, lists: NET_BUFFER_LIST, flags: number): void {
    const { events } = this.options;
    const isWatched = events.frameReceived !== null;
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
      const buffer = list.FirstNetBuffer;
      call.framesReceived++;
      if (buffer !== null) call.bytesReceived += buffer.DataLength;
      if (isWatched) events.frameReceived?.(call, list);
    }
    if ((flags & NDIS_RECEIVE_FLAGS_RESOURCES) === 0 && this.handle !== null)
      this.ndis.NdisReturnNetBufferLists(this.handle, lists, 0);
  }

  #changed(): void {
    this.ndis.NdisSetEvent(this.changed);
    this.options.events.bindingChanged(this);
  }
}
