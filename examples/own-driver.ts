// A client driver of one's own, from DriverEntry on: it registers, binds, opens the address family, takes one SAP, accepts every call
// and tells what arrives. The caller is the reference client. Run it: npx tsx examples/own-driver.ts
import { AtmClient, toAtmAddress, toSap } from "virtual-mcm/client";
import { Laboratory } from "virtual-mcm/lab";
import type {
  Blocking,
  ClientLibrary,
  DRIVER_OBJECT,
  NDIS_STATUS,
  NdisAfHandle,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisDriverHandle,
  NdisProtocolDriverHandle,
  NdisSapHandle,
  NET_BUFFER_LIST,
} from "virtual-mcm/ndis";
import {
  CO_ADDRESS_FAMILY_Q2931,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_EVENT,
  NDIS_MEDIUM,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "virtual-mcm/ndis";

/** The driver's state: ProtocolDriverContext, ProtocolBindingContext and the VC contexts are all this object. */
class Listener {
  readonly closed = NDIS_EVENT();
  protocol: NdisProtocolDriverHandle | null = null;
  binding: NdisBindingHandle | null = null;
  af: NdisAfHandle | null = null;
  sap: NdisSapHandle | null = null;
  bytesReceived = 0;
}

function DriverEntry(DriverObject: DRIVER_OBJECT, _RegistryPath: string, Ndis: ClientLibrary): NDIS_STATUS {
  const listener = new Listener();
  Ndis.NdisInitializeEvent(listener.closed);
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
        if (opened === NDIS_STATUS_SUCCESS) addressFamilyOpen(Ndis, listener, af.Value);
      },
      CoReceiveNetBufferListsHandler: (_binding, _call, lists) => receive(Ndis, listener, lists),
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
    ClDeleteVcHandler: () => NDIS_STATUS_SUCCESS,
    ClOidRequestHandler: () => NDIS_STATUS_NOT_SUPPORTED,
    ClOidRequestCompleteHandler: () => {},
    ClOpenAfCompleteHandlerEx: (_context, af, status) => {
      if (status === NDIS_STATUS_SUCCESS) addressFamilyOpen(Ndis, listener, af);
    },
    ClCloseAfCompleteHandler: () => Ndis.NdisSetEvent(listener.closed),
    ClRegisterSapCompleteHandler: (_status, _context, _sap, handle) => {
      listener.sap = handle;
    },
    ClDeregisterSapCompleteHandler: () => closeAddressFamily(Ndis, listener),
    ClMakeCallCompleteHandler: () => {},
    ClModifyCallQoSCompleteHandler: () => {},
    ClCloseCallCompleteHandler: () => {},
    ClAddPartyCompleteHandler: () => {},
    ClDropPartyCompleteHandler: () => {},
    ClIncomingCallHandler: () => {
      console.log("listener: a call comes in, and is accepted");
      return NDIS_STATUS_SUCCESS;
    },
    ClIncomingCallQoSChangeHandler: () => {},
    ClIncomingCloseCallHandler: (_status, context) => {
      console.log(`listener: the caller hangs up after ${listener.bytesReceived} bytes`);
      // The VC context is the VC's handle: see ClCreateVcHandler.
      Ndis.NdisClCloseCall(context as Parameters<typeof Ndis.NdisClCloseCall>[0], null, null, 0);
    },
    ClIncomingDropPartyHandler: () => {},
    ClCallConnectedHandler: () => console.log("listener: the call is up"),
    ClNotifyCloseAfHandler: () => NDIS_STATUS_SUCCESS,
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

/** Calls for bob's address come here, whatever they carry. */
function addressFamilyOpen(Ndis: ClientLibrary, listener: Listener, af: NdisAfHandle | null): void {
  if (af === null) return;
  listener.af = af;
  const sap = new OutParameter<NdisSapHandle>();
  const status = Ndis.NdisClRegisterSap(af, listener, toSap(toAtmAddress(lab.nic("bob").address)), sap);
  if (status !== NDIS_STATUS_PENDING) listener.sap = sap.Value;
}

/** ProtocolCoReceiveNetBufferLists: counts, and gives the lists back at once. */
function receive(Ndis: ClientLibrary, listener: Listener, lists: NET_BUFFER_LIST): void {
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next)
    listener.bytesReceived += list.FirstNetBuffer?.DataLength ?? 0;
  if (listener.binding !== null) Ndis.NdisReturnNetBufferLists(listener.binding, lists, 0);
}

function closeAddressFamily(Ndis: ClientLibrary, listener: Listener): void {
  if (listener.af === null) return;
  if (Ndis.NdisClCloseAddressFamily(listener.af) !== NDIS_STATUS_PENDING) Ndis.NdisSetEvent(listener.closed);
}

/** ProtocolUnbindAdapterEx: SAP, address family, adapter, in this order. It may block, so it is a generator. */
function* unbind(Ndis: ClientLibrary, listener: Listener): Blocking<NDIS_STATUS> {
  if (listener.sap === null) closeAddressFamily(Ndis, listener);
  else if (Ndis.NdisClDeregisterSap(listener.sap) !== NDIS_STATUS_PENDING) closeAddressFamily(Ndis, listener);
  yield* Ndis.NdisWaitEvent(listener.closed, 0);
  if (listener.binding !== null) Ndis.NdisCloseAdapterEx(listener.binding);
  return NDIS_STATUS_SUCCESS;
}

const alice = new AtmClient("caller", { listen: "none" });
const lab = new Laboratory({
  hosts: [
    { name: "alice", client: alice, nics: [{ address: "47.0005.80.ffe100.0000.f21a.26d8.0020ea000001.00" }] },
    {
      name: "bob",
      clients: [{ name: "listener", DriverEntry }],
      nics: [{ address: "47.0005.80.ffe100.0000.f21a.26d8.0020ea000002.00" }],
    },
  ],
});
lab.start();
lab.runUntil(() => alice.isReady);
const call = alice.makeCall({ called: lab.nic("bob").address });
lab.runUntil(() => call.state === "connected");
for (let i = 0; i < 10; i++) call.sendBytes(new Uint8Array(100));
call.close();
// The RELEASE travels behind the frames: bob's VC goes when everything has arrived.
lab.runUntil(() => lab.host("bob").ndis.live.vcs === 0);
lab.stop();
const left = lab.hosts.map((host) => Object.values(host.leftovers()).reduce((sum, count) => sum + count, 0));
console.log(`left behind on alice and bob: ${left.join(" and ")}`);
