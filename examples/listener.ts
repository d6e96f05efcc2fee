// A client driver of one's own, from DriverEntry on: it registers, binds, opens the address family, asks for the adapter's address,
// registers a SAP for it, accepts every call and tells what arrives. It needs virtual-mcm/ndis only.
// Put it through the conformance suite: npx vmcm verify examples/listener.ts. Call it: npx tsx examples/own-driver.ts
import type {
  ATM_ADDRESS,
  Blocking,
  ClientLibrary,
  CO_ADDRESS_LIST,
  DRIVER_OBJECT,
  NDIS_STATUS,
  NdisAfHandle,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisDriverHandle,
  NdisProtocolDriverHandle,
  NdisSapHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
} from "virtual-mcm/ndis";
import {
  ATM_BHLI_IE,
  ATM_BLLI_IE,
  ATM_SAP,
  CO_ADDRESS_FAMILY_Q2931,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_EVENT,
  NDIS_MEDIUM,
  NDIS_OID_REQUEST,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_SUCCESS,
  OID_CO_ADDRESS_CHANGE,
  OID_CO_GET_ADDRESSES,
  OutParameter,
  SAP_FIELD_ANY,
  SAP_TYPE_NSAP,
} from "virtual-mcm/ndis";

/** What `vmcm verify` tests the driver as. */
export const role = "client";

/** The driver's state: ProtocolDriverContext and ProtocolBindingContext. A VC's context is its handle. */
class Listener {
  /** Set whenever something has ended that the unbind may wait for. */
  readonly changed = NDIS_EVENT();
  /** Calls that are up, or on their way. */
  readonly calls = new Set<NdisVcHandle>();
  protocol: NdisProtocolDriverHandle | null = null;
  binding: NdisBindingHandle | null = null;
  af: NdisAfHandle | null = null;
  sap: NdisSapHandle | null = null;
  bytesReceived = 0;
}

export function DriverEntry(DriverObject: DRIVER_OBJECT, _RegistryPath: string, Ndis: ClientLibrary): NDIS_STATUS {
  const listener = new Listener();
  Ndis.NdisInitializeEvent(listener.changed);
  DriverObject.DriverUnload = () => {
    if (listener.protocol !== null) return Ndis.NdisDeregisterProtocolDriver(listener.protocol);
  };
  const handle = new OutParameter<NdisProtocolDriverHandle>();
  const characteristics = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS({
    MajorNdisVersion: 6,
    MinorNdisVersion: 50,
    Name: "listener",
    SetOptionsHandler: (driver) => setOptions(Ndis, listener, driver),
    BindAdapterHandlerEx: (_context, bindContext) => bind(Ndis, listener, bindContext),
    UnbindAdapterHandlerEx: () => unbind(Ndis, listener),
    OpenAdapterCompleteHandlerEx: () => {},
    CloseAdapterCompleteHandlerEx: () => {},
    NetPnPEventHandler: () => NDIS_STATUS_SUCCESS,
    OidRequestCompleteHandler: () => {},
    StatusHandlerEx: () => {},
    ReceiveNetBufferListsHandler: () => {},
    SendNetBufferListsCompleteHandler: () => {},
  });
  const status = Ndis.NdisRegisterProtocolDriver(listener, characteristics, handle);
  listener.protocol = handle.Value;
  return status;
}

/** ProtocolSetOptions: what makes the driver connection-oriented, and a client. */
function setOptions(Ndis: ClientLibrary, listener: Listener, driver: NdisDriverHandle) {
  const status = Ndis.NdisSetOptionalHandlers(
    driver,
    NDIS_PROTOCOL_CO_CHARACTERISTICS({
      CoStatusHandlerEx: () => {},
      CoAfRegisterNotifyHandler: (_context, family) => {
        if (family.AddressFamily !== CO_ADDRESS_FAMILY_Q2931 || listener.binding === null) return;
        const af = new OutParameter<NdisAfHandle>();
        const opened = Ndis.NdisClOpenAddressFamilyEx(listener.binding, family, listener, af);
        if (opened === NDIS_STATUS_SUCCESS) listener.af = af.Value;
      },
      CoReceiveNetBufferListsHandler: (_binding, _call, lists, _count, flags) => receive(Ndis, listener, lists, flags),
      CoSendNetBufferListsCompleteHandler: () => {},
    }),
  );
  return status === NDIS_STATUS_SUCCESS ? Ndis.NdisSetOptionalHandlers(driver, clientHandlers(Ndis, listener)) : status;
}

function clientHandlers(Ndis: ClientLibrary, listener: Listener) {
  return NDIS_CO_CLIENT_OPTIONAL_HANDLERS({
    ClCreateVcHandler: (_context, vc, out) => {
      out.Value = vc;
      return NDIS_STATUS_SUCCESS;
    },
    ClDeleteVcHandler: (context) => {
      listener.calls.delete(context as NdisVcHandle);
      Ndis.NdisSetEvent(listener.changed);
      return NDIS_STATUS_SUCCESS;
    },
    ClOidRequestHandler: (_context, _vc, _party, request) => {
      if (request.DATA.Oid !== OID_CO_ADDRESS_CHANGE) return NDIS_STATUS_NOT_SUPPORTED;
      askForAddresses(Ndis, listener);
      return NDIS_STATUS_SUCCESS;
    },
    ClOidRequestCompleteHandler: (_context, _vc, _party, request, status) => {
      if (status === NDIS_STATUS_SUCCESS) addressesKnown(Ndis, listener, request);
    },
    ClOpenAfCompleteHandlerEx: (_context, af, status) => {
      if (status === NDIS_STATUS_SUCCESS) listener.af = af;
    },
    ClCloseAfCompleteHandler: () => addressFamilyClosed(Ndis, listener),
    ClRegisterSapCompleteHandler: (_status, _context, _sap, handle) => {
      listener.sap = handle;
    },
    ClDeregisterSapCompleteHandler: () => Ndis.NdisSetEvent(listener.changed),
    ClMakeCallCompleteHandler: () => {},
    ClModifyCallQoSCompleteHandler: () => {},
    ClCloseCallCompleteHandler: () => {},
    ClAddPartyCompleteHandler: () => {},
    ClDropPartyCompleteHandler: () => {},
    ClIncomingCallHandler: (_sap, context) => {
      console.log("listener: a call comes in, and is accepted");
      listener.calls.add(context as NdisVcHandle);
      return NDIS_STATUS_SUCCESS;
    },
    ClIncomingCallQoSChangeHandler: () => {},
    ClIncomingCloseCallHandler: (_status, context) => {
      console.log(`listener: the caller hangs up after ${listener.bytesReceived} bytes`);
      closeCall(Ndis, listener, context as NdisVcHandle);
    },
    ClIncomingDropPartyHandler: () => {},
    ClCallConnectedHandler: () => console.log("listener: the call is up"),
    ClNotifyCloseAfHandler: () => {
      Ndis.NdisSetEvent(listener.changed);
      return NDIS_STATUS_SUCCESS;
    },
  });
}

/** ProtocolBindAdapterEx. */
function bind(Ndis: ClientLibrary, listener: Listener, bindContext: NdisBindContextHandle): NDIS_STATUS {
  const binding = new OutParameter<NdisBindingHandle>();
  const parameters = NDIS_OPEN_PARAMETERS({
    MediumArray: [NDIS_MEDIUM.NdisMediumAtm],
    MediumArraySize: 1,
    SelectedMediumIndex: new OutParameter<number>(),
  });
  if (listener.protocol === null) return NDIS_STATUS_NOT_SUPPORTED;
  const status = Ndis.NdisOpenAdapterEx(listener.protocol, listener, parameters, bindContext, binding);
  listener.binding = binding.Value;
  return status;
}

/** OID_CO_ADDRESS_CHANGE: the call manager has addresses for us. */
function askForAddresses(Ndis: ClientLibrary, listener: Listener): void {
  const request = NDIS_OID_REQUEST({ DATA: { Oid: OID_CO_GET_ADDRESSES } });
  if (listener.binding === null || listener.af === null) return;
  const status = Ndis.NdisCoOidRequest(listener.binding, listener.af, null, null, request);
  if (status === NDIS_STATUS_SUCCESS) addressesKnown(Ndis, listener, request);
}

/** Calls for the adapter's own address come here, whatever they carry. */
function addressesKnown(Ndis: ClientLibrary, listener: Listener, request: NDIS_OID_REQUEST): void {
  const list = request.DATA.QUERY_INFORMATION.InformationBuffer as CO_ADDRESS_LIST | null;
  const own = list?.AddressList[0]?.Address as ATM_ADDRESS | undefined;
  if (own === undefined || listener.af === null || listener.sap !== null) return;
  const Sap = ATM_SAP({
    Blli: ATM_BLLI_IE({ Layer2Protocol: SAP_FIELD_ANY, Layer3Protocol: SAP_FIELD_ANY }),
    Bhli: ATM_BHLI_IE({ HighLayerInfoType: SAP_FIELD_ANY }),
    NumberOfAddresses: 1,
    Addresses: [own],
  });
  const handle = new OutParameter<NdisSapHandle>();
  const status = Ndis.NdisClRegisterSap(listener.af, listener, { SapType: SAP_TYPE_NSAP, SapLength: 0, Sap }, handle);
  if (status === NDIS_STATUS_SUCCESS) listener.sap = handle.Value;
}

/** ProtocolCoReceiveNetBufferLists: counts, and gives the lists back at once, unless they were only lent for this call. */
function receive(Ndis: ClientLibrary, listener: Listener, lists: NET_BUFFER_LIST, flags: number): void {
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next)
    listener.bytesReceived += list.FirstNetBuffer?.DataLength ?? 0;
  const isLent = (flags & NDIS_RECEIVE_FLAGS_RESOURCES) !== 0;
  if (!isLent && listener.binding !== null) Ndis.NdisReturnNetBufferLists(listener.binding, lists, 0);
}

function closeCall(Ndis: ClientLibrary, listener: Listener, vc: NdisVcHandle): void {
  // It may be on its way down already: the peer and the unbind can both end it.
  if (listener.calls.delete(vc)) Ndis.NdisClCloseCall(vc, null, null, 0);
}

function addressFamilyClosed(Ndis: ClientLibrary, listener: Listener): void {
  listener.af = null;
  Ndis.NdisSetEvent(listener.changed);
}

/** ProtocolUnbindAdapterEx: calls, SAP, address family, adapter, in this order. It may block, so it is a generator. */
function* unbind(Ndis: ClientLibrary, listener: Listener): Blocking<NDIS_STATUS> {
  for (const vc of [...listener.calls]) closeCall(Ndis, listener, vc);
  if (listener.sap !== null) Ndis.NdisClDeregisterSap(listener.sap);
  // The call manager completes the close when the last VC and SAP are gone.
  if (listener.af !== null && Ndis.NdisClCloseAddressFamily(listener.af) === NDIS_STATUS_SUCCESS)
    addressFamilyClosed(Ndis, listener);
  while (listener.af !== null) {
    Ndis.NdisResetEvent(listener.changed);
    yield* Ndis.NdisWaitEvent(listener.changed, 0);
  }
  if (listener.binding !== null) Ndis.NdisCloseAdapterEx(listener.binding);
  return NDIS_STATUS_SUCCESS;
}
