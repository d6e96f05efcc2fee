import type {
  Blocking,
  CallManagerLibrary,
  DRIVER_OBJECT,
  NDIS_BIND_PARAMETERS,
  NDIS_CONTEXT,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NDIS_STATUS_INDICATION,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisDriverHandle,
  NdisProtocolDriverHandle,
  NET_PNP_EVENT_NOTIFICATION,
} from "../ndis/index.ts";
import {
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_MEDIA_STATE,
  NDIS_MEDIUM,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_LINK_STATE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NET_PNP_EVENT_CODE,
  OID_ATM_HW_CURRENT_ADDRESS,
  OID_GEN_CO_MEDIA_CONNECT_STATUS,
  OutParameter,
} from "../ndis/index.ts";
import { CallManager } from "./call-manager.ts";
import type { CallVc } from "./call-vc.ts";
import { CmBinding } from "./cm-binding.ts";
import { ConfigurationStore, ownAddress, readCallManagerConfiguration } from "./configuration.ts";
import { callManagerHandlers } from "./handlers.ts";
import { queryComplete, queryMiniport } from "./miniport-query.ts";
import { Quiet } from "./quiet.ts";
import { SignallingChannel } from "./signalling-channel.ts";

const DRIVER_NAME = "Q.2931 call manager";
const NDIS_MAJOR_VERSION = 6;
const NDIS_MINOR_VERSION = 50;
const BITS_PER_CELL = 424;
const ESI_BYTES = 6;
const CONNECT_STATUS_BYTES = 4;

/** The entry point of the stand-alone call manager: a protocol driver over a connection-oriented miniport. */
export function DriverEntry(DriverObject: DRIVER_OBJECT, _RegistryPath: string, Ndis: CallManagerLibrary): NDIS_STATUS {
  return new StandAloneCallManager(Ndis).register(DriverObject);
}

/** What ProtocolBindingContext points to: NDIS gets it before there is anything behind it. */
interface BindingContext {
  binding: CmBinding | null;
  /** Told when NdisOpenAdapterEx or NdisCloseAdapterEx is complete that pended. */
  readonly quiet: Quiet;
  pended: NDIS_STATUS;
}

class StandAloneCallManager {
  readonly #ndis: CallManagerLibrary;
  /** Filled before NdisRegisterProtocolDriver returns: callbacks may come from its beginning on (REG-32). */
  readonly #handle = new OutParameter<NdisProtocolDriverHandle>();

  constructor(ndis: CallManagerLibrary) {
    this.#ndis = ndis;
  }

  register(DriverObject: DRIVER_OBJECT): NDIS_STATUS {
    DriverObject.DriverUnload = () => this.#unload();
    const completed = (context: NDIS_CONTEXT, Status: NDIS_STATUS_FINAL): void => {
      const { quiet } = context as BindingContext;
      (context as BindingContext).pended = Status;
      quiet.changed();
    };
    const characteristics = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS({
      MajorNdisVersion: NDIS_MAJOR_VERSION,
      MinorNdisVersion: NDIS_MINOR_VERSION,
      MajorDriverVersion: 1,
      Name: DRIVER_NAME,
      SetOptionsHandler: (handle) => this.#setOptions(handle),
      BindAdapterHandlerEx: (_context, bindContext, parameters) => this.#bind(bindContext, parameters),
      UnbindAdapterHandlerEx: (_unbindContext, context) => this.#unbind(context as BindingContext),
      OpenAdapterCompleteHandlerEx: completed,
      CloseAdapterCompleteHandlerEx: (context) => completed(context, NDIS_STATUS_SUCCESS),
      NetPnPEventHandler: (context, notification) => this.#pnpEvent(context as BindingContext, notification),
      OidRequestCompleteHandler: () => {},
      StatusHandlerEx: () => {},
      ReceiveNetBufferListsHandler: () => {},
      SendNetBufferListsCompleteHandler: () => {},
    });
    return this.#ndis.NdisRegisterProtocolDriver(this, characteristics, this.#handle);
  }

  /** ProtocolSetOptions (REG-07). */
  #setOptions(handle: NdisDriverHandle): NDIS_STATUS_FINAL {
    const co = NDIS_PROTOCOL_CO_CHARACTERISTICS({
      CoStatusHandlerEx: (context, _vc, indication) => statusIndicated(context as BindingContext, indication),
      // A call manager opens no address family (AF-14).
      CoAfRegisterNotifyHandler: () => {},
      // Only the signalling VC is the call manager's to send and receive on.
      CoReceiveNetBufferListsHandler: (_binding, channel, lists, _count, flags) =>
        (channel as SignallingChannel).received(lists, flags),
      CoSendNetBufferListsCompleteHandler: (channel, lists) => (channel as SignallingChannel).sendComplete(lists),
    });
    const status = this.#ndis.NdisSetOptionalHandlers(handle, co);
    if (status !== NDIS_STATUS_SUCCESS) return status;
    const handlers = callManagerHandlers({
      managerOf: (context) => bindingOf(context).manager,
      activateVcComplete: (Status, context, parameters) => {
        if (context instanceof SignallingChannel) context.activated(Status);
        else routeOf(context).activated(context as CallVc, Status, parameters);
      },
      deactivateVcComplete: (_Status, context) => {
        if (context instanceof SignallingChannel) context.deactivated();
        else routeOf(context).deactivated(context as CallVc);
      },
      oidRequestComplete: (_af, _vc, _party, request, Status) => queryComplete(request, Status),
    });
    return this.#ndis.NdisSetOptionalHandlers(handle, handlers);
  }

  /** ProtocolBindAdapterEx: open the adapter, the signalling VC, and offer the address family (AF-01). */
  *#bind(bindContext: NdisBindContextHandle, parameters: NDIS_BIND_PARAMETERS): Blocking<NDIS_STATUS> {
    if (this.#handle.Value === null) return NDIS_STATUS_FAILURE;
    const ndis = this.#ndis;
    const context: BindingContext = { binding: null, quiet: new Quiet(ndis), pended: NDIS_STATUS_PENDING };
    const handle = new OutParameter<NdisBindingHandle>();
    const open = NDIS_OPEN_PARAMETERS({
      MediumArray: [NDIS_MEDIUM.NdisMediumAtm],
      MediumArraySize: 1,
      SelectedMediumIndex: new OutParameter<number>(),
    });
    const opened = ndis.NdisOpenAdapterEx(this.#handle.Value, context, open, bindContext, handle);
    const status = opened === NDIS_STATUS_PENDING ? yield* completionOf(context) : opened;
    if (status !== NDIS_STATUS_SUCCESS || handle.Value === null) return status;
    const offered = yield* this.#offer(context, handle.Value, parameters);
    if (offered === NDIS_STATUS_SUCCESS) return offered;
    if (context.binding !== null) yield* context.binding.shutDown();
    yield* this.#close(context, handle.Value);
    return offered;
  }

  *#offer(context: BindingContext, handle: NdisBindingHandle, parameters: NDIS_BIND_PARAMETERS): Blocking<NDIS_STATUS> {
    const ndis = this.#ndis;
    const store = new ConfigurationStore(ndis, handle);
    const { atmAddress, pendsRequests } = readCallManagerConfiguration(store);
    store.close();
    const esi =
      (yield* queryMiniport(ndis, handle, OID_ATM_HW_CURRENT_ADDRESS, ESI_BYTES)) ?? new Uint8Array(ESI_BYTES);
    const lineCellRate = Math.floor(parameters.MaxXmitLinkSpeed / BITS_PER_CELL);
    const settings = { address: ownAddress(atmAddress, esi), lineCellRate, pendsRequests };
    context.binding = CmBinding.create(ndis, handle, settings);
    if (context.binding === null) return NDIS_STATUS_RESOURCES;
    const status = yield* context.binding.openChannel();
    return status === NDIS_STATUS_SUCCESS
      ? ndis.NdisCmRegisterAddressFamilyEx(handle, CallManager.offeredFamily)
      : status;
  }

  /** ProtocolUnbindAdapterEx (AF-33, BND-07). */
  *#unbind(context: BindingContext): Blocking<NDIS_STATUS> {
    const { binding } = context;
    if (binding === null) return NDIS_STATUS_SUCCESS;
    yield* binding.shutDown();
    yield* this.#close(context, binding.handle);
    context.binding = null;
    return NDIS_STATUS_SUCCESS;
  }

  *#close(context: BindingContext, handle: NdisBindingHandle): Blocking<void> {
    context.pended = NDIS_STATUS_PENDING;
    if (this.#ndis.NdisCloseAdapterEx(handle) === NDIS_STATUS_PENDING) yield* completionOf(context);
  }

  /** ProtocolNetPnPEvent: always succeeds (BND-13). */
  *#pnpEvent({ binding }: BindingContext, { NetPnPEvent }: NET_PNP_EVENT_NOTIFICATION): Blocking<NDIS_STATUS> {
    if (binding === null) return NDIS_STATUS_SUCCESS;
    switch (NetPnPEvent.NetEvent) {
      case NET_PNP_EVENT_CODE.NetEventRestart:
      case NET_PNP_EVENT_CODE.NetEventCancelRemoveDevice:
        binding.resume(yield* this.#linkIsUp(binding.handle));
        break;
      case NET_PNP_EVENT_CODE.NetEventPause:
        yield* binding.pause();
        break;
      case NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice:
        yield* binding.prepareRemoval();
        break;
      default:
        break;
    }
    return NDIS_STATUS_SUCCESS;
  }

  *#linkIsUp(handle: NdisBindingHandle): Blocking<boolean> {
    const answer = yield* queryMiniport(this.#ndis, handle, OID_GEN_CO_MEDIA_CONNECT_STATUS, CONNECT_STATUS_BYTES);
    return answer !== null && answer[0] === NDIS_MEDIA_STATE.NdisMediaStateConnected;
  }

  *#unload(): Blocking<void> {
    const { Value: handle } = this.#handle;
    const unbinding = handle === null ? undefined : this.#ndis.NdisDeregisterProtocolDriver(handle);
    if (unbinding !== undefined) yield* unbinding;
    this.#handle.Value = null;
  }
}

function bindingOf(context: NDIS_CONTEXT): CmBinding {
  const { binding } = context as BindingContext;
  if (binding === null) throw new Error("a handler was called before ProtocolBindAdapterEx made the binding");
  return binding;
}

function routeOf(vc: NDIS_CONTEXT): CmBinding {
  return (vc as CallVc).addressFamily.manager.route as CmBinding;
}

/** ProtocolCoStatusEx: of the miniport's indications, a change of the link counts. */
function statusIndicated({ binding }: BindingContext, indication: NDIS_STATUS_INDICATION): void {
  if (binding === null || indication.StatusCode !== NDIS_STATUS_LINK_STATE) return;
  const { StatusBuffer } = indication;
  if (StatusBuffer === null || !("MediaConnectState" in StatusBuffer)) return;
  binding.linkChanged(StatusBuffer.MediaConnectState === NDIS_MEDIA_CONNECT_STATE.MediaConnectStateConnected);
}

/** Waits for ProtocolOpenAdapterCompleteEx or ProtocolCloseAdapterCompleteEx, which may have come already. */
function* completionOf(context: BindingContext): Blocking<NDIS_STATUS> {
  while (context.pended === NDIS_STATUS_PENDING)
    yield* context.quiet.until(() => context.pended !== NDIS_STATUS_PENDING);
  return context.pended;
}
