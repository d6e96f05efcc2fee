import { REGISTERS } from "../device/datasheet/index.ts";
import type {
  Blocking,
  DRIVER_OBJECT,
  MiniportAdapterHandle,
  MiniportCallManagerLibrary,
  NDIS_CONTEXT,
  NDIS_MINIPORT_INIT_PARAMETERS,
  NDIS_OID_REQUEST,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisDriverHandle,
  NdisMiniportDmaHandle,
  NdisMiniportDriverHandle,
} from "../ndis/index.ts";
import {
  CM_RESOURCE_TYPE,
  CO_ADDRESS,
  CO_ADDRESS_FAMILY,
  CO_ADDRESS_FAMILY_Q2931,
  CO_ADDRESS_LIST,
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_DEVICE_PNP_EVENT,
  NDIS_MAC_OPTION_NO_LOOPBACK,
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_MEDIUM,
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER,
  NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_SG_DMA_DESCRIPTION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_ADDRESSES,
  OutParameter,
} from "../ndis/index.ts";
import { McmAdapter } from "./adapter.ts";
import type { McmAddressFamily } from "./call-manager/address-families.ts";
import { atmAddress } from "./call-manager/call-parameters.ts";
import type { McmVc } from "./call-manager/mcm-vc.ts";
import type { McmSap } from "./call-manager/saps.ts";
import { readConfiguration } from "./configuration.ts";
import { Deferred } from "./deferred.ts";
import { Hardware } from "./hardware.ts";
import type { MappedFrames } from "./mapped-frames.ts";
import { answerOid } from "./oids.ts";
import { Undo } from "./undo.ts";

/** Q.2931 as offered by UNI 3.1. */
const Q2931_MAJOR_VERSION = 3;
const Q2931_MINOR_VERSION = 1;
const NDIS_MAJOR_VERSION = 6;
const NDIS_MINOR_VERSION = 50;
const LONGEST_SDU_BYTES = 65_535;
/** How long a halt waits for the network to release signalling, and for the NIC, in milliseconds. */
const HALT_WAIT_MS = 5_000;

/** What MiniportAdapterContext points to: NDIS learns it before there is an adapter (LIF-02). */
interface AdapterContext {
  adapter: McmAdapter | null;
}

function adapterOf(context: NDIS_CONTEXT): McmAdapter {
  const { adapter } = context as AdapterContext;
  if (adapter === null) throw new Error("a handler was called before MiniportInitializeEx made the adapter");
  return adapter;
}

/** The entry point of the MCM driver. */
export function DriverEntry(
  DriverObject: DRIVER_OBJECT,
  RegistryPath: string,
  Ndis: MiniportCallManagerLibrary,
): NDIS_STATUS {
  const driver = new McmDriver(Ndis);
  return driver.register(DriverObject, RegistryPath);
}

/** The driver: its entry points, each for one adapter, address family, SAP or VC by context. */
class McmDriver {
  readonly #ndis: MiniportCallManagerLibrary;
  #handle: NdisMiniportDriverHandle | null = null;

  constructor(ndis: MiniportCallManagerLibrary) {
    this.#ndis = ndis;
  }

  register(DriverObject: DRIVER_OBJECT, RegistryPath: string): NDIS_STATUS {
    const characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS({
      MajorNdisVersion: NDIS_MAJOR_VERSION,
      MinorNdisVersion: NDIS_MINOR_VERSION,
      MajorDriverVersion: 1,
      SetOptionsHandler: (handle) => this.#setOptions(handle),
      InitializeHandlerEx: (handle, _context, parameters) => this.#initialize(handle, parameters),
      HaltHandlerEx: (context) => this.#halt(adapterOf(context)),
      UnloadHandler: () => this.#unload(),
      PauseHandler: (context) => (adapterOf(context).pause() ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PENDING),
      RestartHandler: (context) => {
        adapterOf(context).resume();
        return NDIS_STATUS_SUCCESS;
      },
      OidRequestHandler: (context, request) => answerOid(adapterOf(context), request),
      ReturnNetBufferListsHandler: (context, lists) => adapterOf(context).receiver.giveBack(lists),
      DevicePnPEventNotifyHandler: (context, { DevicePnPEvent }) => {
        if (DevicePnPEvent === NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventSurpriseRemoved)
          adapterOf(context).surpriseRemoved();
      },
      ShutdownHandlerEx: (context) => adapterOf(context).interrupts.disable(),
      CancelOidRequestHandler: () => {},
      CancelSendHandler: () => {},
    });
    const handle = new OutParameter<NdisMiniportDriverHandle>();
    const status = this.#ndis.NdisMRegisterMiniportDriver(DriverObject, RegistryPath, this, characteristics, handle);
    this.#handle = handle.Value;
    return status;
  }

  /** MiniportSetOptions: an MCM registers its miniport half and its call-manager half (REG-04, REG-05). */
  #setOptions(handle: NdisDriverHandle): NDIS_STATUS_FINAL {
    const miniport = NDIS_MINIPORT_CO_CHARACTERISTICS({
      CoSendNetBufferListsHandler: (context, lists) => {
        const vc = context as McmVc;
        vc.addressFamily.adapter.transmitter.send(vc.connection, lists);
      },
      CoOidRequestHandler: (context, vc, request) =>
        answerOid(adapterOf(context), request, (vc as McmVc | null)?.connection ?? null),
    });
    const status = this.#ndis.NdisSetOptionalHandlers(handle, miniport);
    return status === NDIS_STATUS_SUCCESS ? this.#ndis.NdisSetOptionalHandlers(handle, callManagerHandlers()) : status;
  }

  /** MiniportInitializeEx (LIF-02, LIF-03, AF-02). */
  #initialize(handle: MiniportAdapterHandle, parameters: NDIS_MINIPORT_INIT_PARAMETERS): NDIS_STATUS_FINAL {
    const taken = new Undo();
    const status = this.#bringUp(handle, parameters, taken);
    if (status !== NDIS_STATUS_SUCCESS) taken.run();
    return status;
  }

  #bringUp(handle: MiniportAdapterHandle, parameters: NDIS_MINIPORT_INIT_PARAMETERS, taken: Undo): NDIS_STATUS_FINAL {
    const ndis = this.#ndis;
    const context: AdapterContext = { adapter: null };
    const attributes = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES({
      MiniportAdapterContext: context,
      AttributeFlags: NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE | NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER,
    });
    const early = ndis.NdisMSetMiniportAttributes(handle, attributes);
    if (early !== NDIS_STATUS_SUCCESS) return early;
    const registers = this.#mapRegisters(handle, parameters, taken);
    if (registers === null) return NDIS_STATUS_RESOURCES;
    const hardware = new Hardware(ndis, registers);
    if (hardware.read(REGISTERS.ID) !== REGISTERS.ID.reset) return NDIS_STATUS_FAILURE;
    hardware.reset();
    const dma = new OutParameter<NdisMiniportDmaHandle>();
    const description = NDIS_SG_DMA_DESCRIPTION({
      MaximumPhysicalMapping: LONGEST_SDU_BYTES,
      ProcessSGListHandler: (_device, _reserved, list, context) => (context as MappedFrames).scatterGatherReady(list),
    });
    const dmaStatus = ndis.NdisMRegisterScatterGatherDma(handle, description, dma);
    if (dmaStatus !== NDIS_STATUS_SUCCESS || dma.Value === null) return dmaStatus;
    const dmaHandle = dma.Value;
    taken.push(() => ndis.NdisMDeregisterScatterGatherDma(dmaHandle));
    const deferred = Deferred.create(ndis, handle);
    if (deferred === null) return NDIS_STATUS_RESOURCES;
    taken.push(() => deferred.free());
    const adapter = McmAdapter.create(ndis, handle, hardware, deferred, readConfiguration(ndis, handle));
    if (adapter === null) return NDIS_STATUS_RESOURCES;
    taken.push(() => adapter.free());
    context.adapter = adapter;
    const late = this.#describe(handle, adapter);
    if (late !== NDIS_STATUS_SUCCESS) return late;
    const interrupt = adapter.interrupts.register(handle, adapter.configuration.interruptThrottleNs);
    if (interrupt !== NDIS_STATUS_SUCCESS) return interrupt;
    taken.push(() => adapter.interrupts.deregister());
    adapter.start(dmaHandle);
    taken.push(() => hardware.reset());
    adapter.undo = taken;
    const family = CO_ADDRESS_FAMILY({
      AddressFamily: CO_ADDRESS_FAMILY_Q2931,
      MajorVersion: Q2931_MAJOR_VERSION,
      MinorVersion: Q2931_MINOR_VERSION,
    });
    return ndis.NdisMCmRegisterAddressFamilyEx(handle, family);
  }

  #mapRegisters(handle: MiniportAdapterHandle, parameters: NDIS_MINIPORT_INIT_PARAMETERS, taken: Undo): number | null {
    const memory = parameters.AllocatedResources?.PartialDescriptors.find(
      (descriptor) => descriptor.Type === CM_RESOURCE_TYPE.CmResourceTypeMemory,
    );
    if (memory === undefined || !("Start" in memory.u)) return null;
    const { Start, Length } = memory.u;
    const address = new OutParameter<number>();
    if (this.#ndis.NdisMMapIoSpace(address, handle, Start, Length) !== NDIS_STATUS_SUCCESS || address.Value === null)
      return null;
    const base = address.Value;
    taken.push(() => this.#ndis.NdisMUnmapIoSpace(handle, base, Length));
    return base;
  }

  /** The general attributes. */
  #describe(handle: MiniportAdapterHandle, adapter: McmAdapter): NDIS_STATUS_FINAL {
    const speed = adapter.linkSpeedBitsPerSecond;
    const { hardware } = adapter;
    return this.#ndis.NdisMSetMiniportAttributes(
      handle,
      NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES({
        MediaType: NDIS_MEDIUM.NdisMediumAtm,
        MtuSize: LONGEST_SDU_BYTES,
        MaxXmitLinkSpeed: speed,
        XmitLinkSpeed: speed,
        MaxRcvLinkSpeed: speed,
        RcvLinkSpeed: speed,
        MediaConnectState: hardware.linkIsUp
          ? NDIS_MEDIA_CONNECT_STATE.MediaConnectStateConnected
          : NDIS_MEDIA_CONNECT_STATE.MediaConnectStateDisconnected,
        MacOptions: NDIS_MAC_OPTION_NO_LOOPBACK,
        MacAddressLength: adapter.esi.length,
        PermanentMacAddress: adapter.esi,
        CurrentMacAddress: adapter.esi,
      }),
    );
  }

  /** MiniportHaltEx: close what clients have open (AF-32), release signalling, close the channel, give everything back (LIF-12). */
  *#halt(adapter: McmAdapter): Blocking<void> {
    const ndis = this.#ndis;
    for (const af of adapter.addressFamilies.all.slice()) ndis.NdisMCmNotifyCloseAddressFamily(af.handle);
    yield* this.#waitFor(adapter, () => adapter.addressFamilies.count === 0 && adapter.deferred.isIdle);
    const { link } = adapter.signalling;
    if (!link.isIdle) {
      // Also one that is only being set up: the peer would keep its half until it misses the keep-alive.
      adapter.releaseSignalling();
      yield* this.#waitFor(adapter, () => link.isIdle);
    }
    adapter.signalling.shutDown(0);
    adapter.closeSignallingChannel();
    yield* this.#waitFor(adapter, () => adapter.signallingIsClosed && adapter.transmitter.pending === 0);
    adapter.interrupts.disable();
    adapter.undo?.run();
  }

  *#waitFor(adapter: McmAdapter, done: () => boolean): Blocking<void> {
    const ndis = this.#ndis;
    while (!done()) {
      ndis.NdisResetEvent(adapter.quiet);
      const signalled = yield* ndis.NdisWaitEvent(adapter.quiet, HALT_WAIT_MS);
      if (!signalled) return;
    }
  }

  #unload(): void {
    if (this.#handle !== null) this.#ndis.NdisMDeregisterMiniportDriver(this.#handle);
    this.#handle = null;
  }
}

function callManagerHandlers(): NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS {
  return NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS({
    CmCreateVcHandler: (context, handle, out) => {
      const af = context as McmAddressFamily;
      out.Value = af.adapter.calls.createVc(af, handle);
      return NDIS_STATUS_SUCCESS;
    },
    CmDeleteVcHandler: (context) => {
      const vc = context as McmVc;
      return vc.addressFamily.adapter.calls.deleteVc(vc);
    },
    CmOpenAfHandler: (context, family, handle, out) => {
      if (family.AddressFamily !== CO_ADDRESS_FAMILY_Q2931) return NDIS_STATUS_NOT_SUPPORTED;
      return adapterOf(context).addressFamilies.open(handle, out);
    },
    CmCloseAfHandler: (context) => {
      const af = context as McmAddressFamily;
      const status = af.adapter.addressFamilies.close(af);
      if (status === NDIS_STATUS_SUCCESS) af.adapter.quietChanged();
      return status;
    },
    CmRegisterSapHandler: (context, sap, handle, out) => {
      const af = context as McmAddressFamily;
      return af.adapter.saps.register(af, sap, handle, out);
    },
    CmDeregisterSapHandler: (context) => {
      const sap = context as McmSap;
      return sap.addressFamily.adapter.saps.deregister(sap);
    },
    CmMakeCallHandler: (context, parameters, partyHandle) => {
      if (partyHandle !== null) return NDIS_STATUS_NOT_SUPPORTED;
      const vc = context as McmVc;
      return vc.addressFamily.adapter.calls.makeCall(vc, parameters);
    },
    CmCloseCallHandler: (context, _party, _data, size) => {
      const vc = context as McmVc;
      return vc.addressFamily.adapter.calls.closeCall(vc, size);
    },
    CmIncomingCallCompleteHandler: (Status, context) => {
      const vc = context as McmVc;
      vc.addressFamily.adapter.calls.incomingCallComplete(vc, Status);
    },
    CmAddPartyHandler: () => NDIS_STATUS_NOT_SUPPORTED,
    CmDropPartyHandler: () => NDIS_STATUS_NOT_ACCEPTED,
    CmActivateVcCompleteHandler: () => {},
    CmDeactivateVcCompleteHandler: () => {},
    CmModifyCallQoSHandler: (context) => (context as McmVc).addressFamily.adapter.calls.modifyCallQoS(),
    CmOidRequestHandler: (context, _vc, _party, request) => answerCallManagerOid(context as McmAddressFamily, request),
    CmOidRequestCompleteHandler: () => {},
    CmNotifyCloseAfCompleteHandler: (context) => (context as McmAddressFamily).adapter.quietChanged(),
  });
}

/** ProtocolCoOidRequest of the call-manager half: clients ask for their addresses (OID-29). */
function answerCallManagerOid(af: McmAddressFamily, request: NDIS_OID_REQUEST): NDIS_STATUS_FINAL {
  const information = request.DATA.QUERY_INFORMATION;
  if (information.Oid !== OID_CO_GET_ADDRESSES) return NDIS_STATUS_NOT_SUPPORTED;
  const address = CO_ADDRESS({ AddressSize: af.adapter.address.bytes.length, Address: atmAddress(af.adapter.address) });
  information.InformationBuffer = CO_ADDRESS_LIST({
    NumberOfAddressesAvailable: 1,
    NumberOfAddresses: 1,
    AddressList: [address],
  });
  return NDIS_STATUS_SUCCESS;
}
