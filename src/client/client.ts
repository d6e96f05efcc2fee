import type {
  Blocking,
  ClientLibrary,
  CO_CALL_PARAMETERS,
  DRIVER_OBJECT,
  DriverImage,
  NDIS_OID_REQUEST,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisDriverHandle,
  NdisProtocolDriverHandle,
  NET_BUFFER_LIST,
  NET_PNP_EVENT_NOTIFICATION,
} from "../ndis/index.ts";
import {
  CO_ADDRESS_FAMILY_Q2931,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_MEDIUM,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NET_PNP_EVENT_CODE,
  OID_CO_ADDRESS_CHANGE,
  OID_CO_AF_CLOSE,
  OID_CO_GET_ADDRESSES,
  OID_CO_SIGNALING_DISABLED,
  OID_CO_SIGNALING_ENABLED,
  OutParameter,
} from "../ndis/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";
import type { CallRequest } from "./call-request.ts";
import { ClientBinding } from "./client-binding.ts";
import type { ClientCall } from "./client-call.ts";
import type { ClientParty } from "./client-parties.ts";

/** What the user of a client is told. Every callback may make calls, send and close; it runs at the IRQL of the handler behind it. */
export interface AtmClientEvents {
  /** Something about the binding has changed; see {@link ClientBinding.isReady}. */
  bindingChanged(binding: ClientBinding): void;
  /** An offer: SUCCESS accepts, another final status rejects. */
  incomingCall(call: ClientCall): NDIS_STATUS_FINAL;
  callConnected(call: ClientCall): void;
  /** The call is up with other parameters than those asked for (CALL_PARAMETERS_CHANGED): false closes it (OUT-19, OUT-21). */
  parametersChanged(call: ClientCall, parameters: CO_CALL_PARAMETERS): boolean;
  /** A call came to nothing; `call.status` says why. */
  callFailed(call: ClientCall): void;
  /** A connected call has ended. */
  callClosed(call: ClientCall): void;
  /** A party was added to a multipoint call; the first one comes with `callConnected`. */
  partyAdded(party: ClientParty): void;
  /** A party was refused; `party.status` says why. The call goes on. */
  partyFailed(party: ClientParty): void;
  /** A party is gone, dropped or of its own accord; what ends with its call is not told one by one. */
  partyDropped(party: ClientParty): void;
  /** Lists came back to the send pool. */
  sendComplete(call: ClientCall, count: number): void;
  /** A received frame, to be looked at until the callback returns ({@link ClientCall.bytesOf}); null when nobody looks. */
  readonly frameReceived: ((call: ClientCall, list: NET_BUFFER_LIST) => void) | null;
}

/** How a reference client behaves; everything has a default. */
export interface AtmClientOptions {
  /** Whose calls the client takes: those for the adapter's own address, for another one, or none. */
  readonly listen: "own-address" | "none" | AtmAddress;
  /** The CO_ADDRESS_FAMILY that is opened; Q.2931 by default. */
  readonly addressFamily: number;
  /** How many frames can be out at once, and the longest of them in bytes. */
  readonly sendBuffers: number;
  readonly sendBufferBytes: number;
  /** Accept incoming calls later instead of at once. */
  readonly pendsIncomingCalls: boolean;
  /** Runs a task soon, outside of the callback that asks for it. */
  readonly later: (task: () => void) => void;
  readonly events: AtmClientEvents;
}

const SILENT: AtmClientEvents = {
  bindingChanged: () => {},
  incomingCall: () => NDIS_STATUS_SUCCESS,
  callConnected: () => {},
  parametersChanged: () => true,
  callFailed: () => {},
  callClosed: () => {},
  partyAdded: () => {},
  partyFailed: () => {},
  partyDropped: () => {},
  sendComplete: () => {},
  frameReceived: null,
};

const NDIS_MAJOR_VERSION = 6;
const NDIS_MINOR_VERSION = 50;

/** The reference client: makes calls, takes calls for one address, sends and receives. */
export class AtmClient {
  /** What is given to the loader. */
  readonly image: DriverImage<ClientLibrary>;
  readonly options: AtmClientOptions;
  readonly bindings: ClientBinding[] = [];
  #ndis: ClientLibrary | null = null;
  /** Filled before NdisRegisterProtocolDriver returns: callbacks may come from its beginning on (REG-32). */
  readonly #handle = new OutParameter<NdisProtocolDriverHandle>();

  constructor(
    name: string,
    options: Partial<Omit<AtmClientOptions, "events">> & { readonly events?: Partial<AtmClientEvents> } = {},
  ) {
    this.options = {
      listen: "own-address",
      addressFamily: CO_ADDRESS_FAMILY_Q2931,
      sendBuffers: 256,
      sendBufferBytes: 9_216,
      pendsIncomingCalls: false,
      later: (task) => task(),
      ...options,
      events: { ...SILENT, ...options.events },
    };
    this.image = { name, DriverEntry: (DriverObject, _RegistryPath, Ndis) => this.#driverEntry(DriverObject, Ndis) };
  }

  /** The first binding, or null. */
  get binding(): ClientBinding | null {
    return this.bindings[0] ?? null;
  }

  /** Calls can be made on every binding, and there is one; see {@link ClientBinding.isReady}. */
  get isReady(): boolean {
    return this.bindings.length > 0 && this.bindings.every((binding) => binding.isReady);
  }

  /** Makes a call on the first binding; the outcome comes to `options.events`. @throws Error when the client is not bound. */
  makeCall(request: CallRequest, context: unknown = null): ClientCall {
    const { binding } = this;
    if (binding === null) throw new Error("the client is not bound to an adapter");
    return binding.makeCall(request, context);
  }

  /**
   * Makes a multipoint call on the first binding: to the first of `requests`, whose refusal is that of the call; the others are added
   * when it is connected. Their traffic is that of the first. @throws Error when the client is not bound, RangeError without a request.
   */
  makeMultipointCall(requests: readonly CallRequest[], context: unknown = null): ClientCall {
    const { binding } = this;
    if (binding === null) throw new Error("the client is not bound to an adapter");
    return binding.parties.makeCall(requests, context);
  }

  #driverEntry(DriverObject: DRIVER_OBJECT, Ndis: ClientLibrary): NDIS_STATUS {
    this.#ndis = Ndis;
    DriverObject.DriverUnload = () => this.#unload(Ndis);
    const characteristics = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS({
      MajorNdisVersion: NDIS_MAJOR_VERSION,
      MinorNdisVersion: NDIS_MINOR_VERSION,
      MajorDriverVersion: 1,
      Name: this.image.name,
      SetOptionsHandler: (handle) => this.#setOptions(Ndis, handle),
      BindAdapterHandlerEx: (_context, bindContext) => this.#bind(Ndis, bindContext),
      UnbindAdapterHandlerEx: (_unbindContext, context) => this.#unbind(Ndis, context as ClientBinding),
      OpenAdapterCompleteHandlerEx: (context, Status) => this.#opened(Ndis, context as ClientBinding, Status),
      CloseAdapterCompleteHandlerEx: (context) => (context as ClientBinding).adapterClosed(),
      NetPnPEventHandler: (context, notification) => this.#pnpEvent(Ndis, context as ClientBinding, notification),
      OidRequestCompleteHandler: () => {},
      StatusHandlerEx: () => {},
      ReceiveNetBufferListsHandler: () => {},
      SendNetBufferListsCompleteHandler: () => {},
    });
    return Ndis.NdisRegisterProtocolDriver(this, characteristics, this.#handle);
  }

  /** ProtocolSetOptions (REG-06). */
  #setOptions(ndis: ClientLibrary, handle: NdisDriverHandle): NDIS_STATUS_FINAL {
    const co = NDIS_PROTOCOL_CO_CHARACTERISTICS({
      CoStatusHandlerEx: () => {},
      CoAfRegisterNotifyHandler: (context, family) => (context as ClientBinding).addressFamilyNotified(family),
      CoReceiveNetBufferListsHandler: (binding, call, lists, _count, flags) =>
        (binding as ClientBinding).received(call as ClientCall, lists, flags),
      CoSendNetBufferListsCompleteHandler: (context, lists) => {
        const call = context as ClientCall;
        call.binding.sendComplete(call, lists);
      },
    });
    const status = ndis.NdisSetOptionalHandlers(handle, co);
    return status === NDIS_STATUS_SUCCESS ? ndis.NdisSetOptionalHandlers(handle, clientHandlers()) : status;
  }

  /** ProtocolBindAdapterEx. */
  #bind(ndis: ClientLibrary, bindContext: NdisBindContextHandle): NDIS_STATUS {
    if (this.#handle.Value === null) return NDIS_STATUS_FAILURE;
    const binding = new ClientBinding(ndis, this.options);
    const handle = new OutParameter<NdisBindingHandle>();
    const parameters = NDIS_OPEN_PARAMETERS({
      MediumArray: [NDIS_MEDIUM.NdisMediumAtm],
      MediumArraySize: 1,
      SelectedMediumIndex: new OutParameter<number>(),
    });
    const status = ndis.NdisOpenAdapterEx(this.#handle.Value, binding, parameters, bindContext, handle);
    if (handle.Value !== null) binding.handle = handle.Value;
    if (status === NDIS_STATUS_PENDING) binding.bindContext = bindContext;
    return status === NDIS_STATUS_SUCCESS ? this.#take(ndis, binding) : status;
  }

  /** ProtocolOpenAdapterCompleteEx: the bind, which pended with its open, is complete with it (BND-04). */
  #opened(ndis: ClientLibrary, binding: ClientBinding, status: NDIS_STATUS_FINAL): void {
    const { bindContext } = binding;
    if (bindContext === null) return;
    binding.bindContext = null;
    ndis.NdisCompleteBindAdapterEx(bindContext, status === NDIS_STATUS_SUCCESS ? this.#take(ndis, binding) : status);
  }

  #take(ndis: ClientLibrary, binding: ClientBinding): NDIS_STATUS_FINAL {
    const { handle } = binding;
    if (handle === null) return NDIS_STATUS_FAILURE;
    if (!binding.opened(handle)) {
      ndis.NdisCloseAdapterEx(handle);
      return NDIS_STATUS_RESOURCES;
    }
    this.bindings.push(binding);
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolUnbindAdapterEx: calls, SAP, address family, adapter, in this order (BND-08). */
  *#unbind(ndis: ClientLibrary, binding: ClientBinding): Blocking<NDIS_STATUS> {
    binding.closeAll();
    while (!binding.isEmpty) {
      ndis.NdisResetEvent(binding.changed);
      yield* ndis.NdisWaitEvent(binding.changed, 0);
    }
    binding.sendPool?.release();
    binding.sendPool = null;
    const { handle } = binding;
    binding.handle = null;
    if (handle !== null && ndis.NdisCloseAdapterEx(handle) === NDIS_STATUS_PENDING) {
      // BND-10: the binding stays until ProtocolCloseAdapterCompleteEx has run.
      while (!binding.isClosed) {
        ndis.NdisResetEvent(binding.changed);
        yield* ndis.NdisWaitEvent(binding.changed, 0);
      }
    }
    this.bindings.splice(this.bindings.indexOf(binding), 1);
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolNetPnPEvent: a pause waits until every send is back (BND-13). */
  *#pnpEvent(
    ndis: ClientLibrary,
    binding: ClientBinding,
    notification: NET_PNP_EVENT_NOTIFICATION,
  ): Blocking<NDIS_STATUS> {
    const event = notification.NetPnPEvent.NetEvent;
    if (event === NET_PNP_EVENT_CODE.NetEventRestart) {
      binding.isRunning = true;
      this.options.events.bindingChanged(binding);
    } else if (event === NET_PNP_EVENT_CODE.NetEventPause) {
      binding.isRunning = false;
      while (binding.sendsOutstanding > 0) {
        ndis.NdisResetEvent(binding.changed);
        yield* ndis.NdisWaitEvent(binding.changed, 0);
      }
    }
    return NDIS_STATUS_SUCCESS;
  }

  *#unload(ndis: ClientLibrary): Blocking<void> {
    const { Value: handle } = this.#handle;
    const unbinding = handle === null ? undefined : ndis.NdisDeregisterProtocolDriver(handle);
    if (unbinding !== undefined) yield* unbinding;
    this.#handle.Value = null;
    this.#ndis = null;
  }

  /** Whether the driver is registered. */
  get isLoaded(): boolean {
    return this.#ndis !== null && this.#handle.Value !== null;
  }
}

function clientHandlers(): NDIS_CO_CLIENT_OPTIONAL_HANDLERS {
  return NDIS_CO_CLIENT_OPTIONAL_HANDLERS({
    ClCreateVcHandler: (context, handle, out) => {
      out.Value = (context as ClientBinding).incomingVc(handle);
      return NDIS_STATUS_SUCCESS;
    },
    ClDeleteVcHandler: (context) => {
      const call = context as ClientCall;
      return call.binding.vcDeleted(call);
    },
    ClOidRequestHandler: (context, _vc, _party, request) => answerOid(context as ClientBinding, request),
    ClOidRequestCompleteHandler: (context, _vc, _party, request, Status) => {
      if (Status === NDIS_STATUS_SUCCESS && request.DATA.Oid === OID_CO_GET_ADDRESSES)
        (context as ClientBinding).addressesKnown(request);
    },
    ClOpenAfCompleteHandlerEx: (context, handle, Status) =>
      (context as ClientBinding).addressFamilyOpened(Status, handle),
    ClCloseAfCompleteHandler: (_Status, context) => (context as ClientBinding).addressFamilyClosed(),
    ClRegisterSapCompleteHandler: (Status, context, _sap, handle) =>
      (context as ClientBinding).sapRegistered(Status, handle),
    ClDeregisterSapCompleteHandler: (_Status, context) => (context as ClientBinding).sapDeregistered(),
    ClMakeCallCompleteHandler: (Status, context, party, parameters) => {
      const call = context as ClientCall;
      call.binding.parties.firstAdded(call, party);
      call.binding.makeCallComplete(call, Status, parameters);
    },
    ClModifyCallQoSCompleteHandler: () => {},
    ClCloseCallCompleteHandler: (_Status, context) => {
      const call = context as ClientCall;
      call.binding.closeCallComplete(call);
    },
    ClAddPartyCompleteHandler: (Status, context, handle, parameters) => {
      const party = context as ClientParty;
      party.call.binding.parties.addComplete(party, Status, handle, parameters);
    },
    ClDropPartyCompleteHandler: (_Status, context) => {
      const party = context as ClientParty;
      party.call.binding.parties.dropComplete(party);
    },
    ClIncomingCallHandler: (_sap, context, parameters) => {
      const call = context as ClientCall;
      return call.binding.incomingCall(call, parameters);
    },
    ClIncomingCallQoSChangeHandler: () => {},
    ClIncomingCloseCallHandler: (Status, context) => {
      const call = context as ClientCall;
      call.binding.incomingClose(call, Status);
    },
    ClIncomingDropPartyHandler: (Status, context) => {
      const party = context as ClientParty;
      party.call.binding.parties.incomingDrop(party, Status);
    },
    ClCallConnectedHandler: (context) => {
      const call = context as ClientCall;
      call.binding.callConnected(call);
    },
    ClNotifyCloseAfHandler: (context) => {
      (context as ClientBinding).closeAll();
      return NDIS_STATUS_SUCCESS;
    },
  });
}

/** ProtocolCoOidRequest: what the call manager tells (OID-26 to OID-28). */
function answerOid(binding: ClientBinding, request: NDIS_OID_REQUEST): NDIS_STATUS {
  switch (request.DATA.Oid) {
    case OID_CO_ADDRESS_CHANGE:
      binding.addressesChanged();
      return NDIS_STATUS_SUCCESS;
    case OID_CO_SIGNALING_ENABLED:
    case OID_CO_SIGNALING_DISABLED:
      binding.signallingChanged(request.DATA.Oid === OID_CO_SIGNALING_ENABLED);
      return NDIS_STATUS_SUCCESS;
    case OID_CO_AF_CLOSE:
      binding.closeAll();
      return NDIS_STATUS_SUCCESS;
    default:
      return NDIS_STATUS_NOT_SUPPORTED;
  }
}
