import type {
  Blocking,
  CallManagerLibrary,
  CO_CALL_PARAMETERS,
  NDIS_OID_REQUEST,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisAfHandle,
  NdisBindingHandle,
  NdisVcHandle,
} from "../ndis/index.ts";
import { NDIS_STATUS_PENDING, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS, OutParameter } from "../ndis/index.ts";
import type { CallConnection } from "./call-connection.ts";
import type { CallManagerSettings } from "./call-manager.ts";
import { CallManager } from "./call-manager.ts";
import { serves, withMedia } from "./call-parameters.ts";
import type { CallVc } from "./call-vc.ts";
import { Deferred } from "./deferred.ts";
import type { CallManagementFunctions } from "./library.ts";
import { Quiet } from "./quiet.ts";
import type { Route } from "./route.ts";
import { SignallingChannel } from "./signalling-channel.ts";
import { NdisSignallingHost } from "./signalling-host.ts";

/** The stand-alone call manager's state for one binding: what ProtocolBindingContext and CallMgrBindingContext point to. */
export class CmBinding implements Route {
  readonly functions: CallManagementFunctions;
  readonly handle: NdisBindingHandle;
  readonly manager: CallManager;
  readonly channel: SignallingChannel;
  readonly #ndis: CallManagerLibrary;
  readonly #deferred: Deferred;
  readonly #host: NdisSignallingHost;
  readonly #quiet: Quiet;
  /** The binding runs, and nothing is about to take it away: signalling may come up. */
  #mayEstablish = false;

  private constructor(
    ndis: CallManagerLibrary,
    handle: NdisBindingHandle,
    parts: { readonly deferred: Deferred; readonly channel: SignallingChannel; readonly quiet: Quiet },
    settings: CallManagerSettings,
  ) {
    this.#ndis = ndis;
    this.handle = handle;
    this.functions = callManagementFunctions(ndis);
    this.channel = parts.channel;
    this.#deferred = parts.deferred;
    this.#quiet = parts.quiet;
    this.#host = new NdisSignallingHost(ndis, (bytes, offset, length) => this.channel.transmit(bytes, offset, length));
    this.manager = new CallManager(this, this.#host, parts.deferred, settings);
  }

  /** Null when there is not enough memory (everything taken is given back). */
  static create(ndis: CallManagerLibrary, handle: NdisBindingHandle, settings: CallManagerSettings): CmBinding | null {
    const quiet = new Quiet(ndis);
    const deferred = Deferred.create(ndis, handle, quiet);
    if (deferred === null) return null;
    const late: { binding: CmBinding | null } = { binding: null };
    const channel = SignallingChannel.create(
      ndis,
      handle,
      (bytes, offset, length) => late.binding?.manager.signalling.receivePdu(bytes, offset, length),
      () => quiet.changed(),
    );
    if (channel === null) {
      deferred.free();
      return null;
    }
    const binding = new CmBinding(ndis, handle, { deferred, channel, quiet }, settings);
    late.binding = binding;
    if (binding.#host.allocateTimers(handle, (timer) => binding.manager.signalling.timerExpired(timer))) return binding;
    binding.free();
    return null;
  }

  /** Opens the signalling VC. */
  *openChannel(): Blocking<NDIS_STATUS> {
    const status = this.channel.open();
    if (status !== NDIS_STATUS_PENDING) return status;
    yield* this.#quiet.until(() => this.channel.path !== "opening");
    return this.channel.path === "open" ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
  }

  /** NetEventRestart, and a removal that was called off: signalling comes up as soon as PDUs can be sent. */
  resume(linkIsUp: boolean): void {
    this.#mayEstablish = true;
    if (linkIsUp) this.#deferred.queue(() => this.#establish());
  }

  /** NetEventPause: no PDU is out when this returns. */
  *pause(): Blocking<void> {
    this.#mayEstablish = false;
    while (this.channel.sendsOutstanding > 0) yield* this.#quiet.until(() => this.channel.sendsOutstanding === 0);
  }

  /**
   * NetEventQueryRemoveDevice: the last moment at which the network can be told, because an unbind finds the binding paused (BND-06).
   * Calls end and signalling is released; if the removal is called off, new calls can be made.
   */
  *prepareRemoval(): Blocking<void> {
    this.#mayEstablish = false;
    const { signalling, calls } = this.manager;
    const { link } = signalling;
    calls.endAll();
    yield* this.#quiet.until(() => signalling.callCount === 0);
    if (link.isIdle) return;
    link.release();
    yield* this.#quiet.until(() => link.isIdle);
  }

  linkChanged(isUp: boolean): void {
    if (!isUp) this.manager.signalling.linkDown();
    else this.#establish();
  }

  /** ProtocolUnbindAdapterEx, up to NdisCloseAdapterEx (AF-33): what is left of signalling ends without a word. */
  *shutDown(): Blocking<void> {
    this.manager.signalling.shutDown(0);
    yield* this.manager.shutDown(this.#quiet);
    this.channel.close();
    yield* this.#quiet.until(() => this.channel.path === "closed");
    this.free();
  }

  free(): void {
    this.#host.freeTimers();
    this.channel.free();
    this.#deferred.free();
  }

  #establish(): void {
    if (this.#mayEstablish && this.channel.path === "open") this.manager.signalling.link.establish();
  }

  // What call management asks for.

  newConnection(): CallConnection {
    return {
      owner: null,
      vpi: 0,
      vci: 0,
      path: "closed",
      ndisVcHandle: null,
      receiving: false,
      sendsOutstanding: 0,
      receivesOutstanding: 0,
    };
  }

  /** The miniport took what it needs when the VC was created, or takes it when the VC is activated. */
  reserve(): boolean {
    return true;
  }

  /** Deactivated it is by now; a removal may wait for the last call to be over. */
  release(): void {
    this.quietChanged();
  }

  /** NdisCmActivateVc runs MiniportCoActivateVc (ACT-02); a VC for an incoming call is created first (INC-02). */
  open(vc: CallVc): boolean {
    const { connection, parameters, traffic } = vc;
    if (parameters === null || traffic === null) return false;
    if (connection.ndisVcHandle === null) {
      const created = new OutParameter<NdisVcHandle>();
      const status = this.#ndis.NdisCoCreateVc(this.handle, vc.addressFamily.handle, vc, created);
      if (status !== NDIS_STATUS_SUCCESS || created.Value === null) return false;
      connection.ndisVcHandle = created.Value;
    }
    connection.path = "opening";
    const wanted = withMedia(parameters, traffic, connection.vpi, connection.vci);
    const status = this.#ndis.NdisCmActivateVc(connection.ndisVcHandle, wanted);
    if (status !== NDIS_STATUS_PENDING) this.activated(vc, status, wanted);
    return true;
  }

  /** ProtocolCmActivateVcComplete (ACT-08). A VC that came out as another than the call needs is deactivated again (ACT-12). */
  activated(vc: CallVc, Status: NDIS_STATUS_FINAL, used: CO_CALL_PARAMETERS): void {
    vc.isActive = Status === NDIS_STATUS_SUCCESS;
    vc.connection.path = vc.isActive ? "open" : "closed";
    this.manager.calls.opened(vc, vc.isActive && vc.traffic !== null && serves(used, vc.traffic));
    this.quietChanged();
  }

  activate(vc: CallVc): boolean {
    return vc.isActive;
  }

  close(vc: CallVc): void {
    const { connection } = vc;
    if (connection.ndisVcHandle === null) return;
    connection.path = "closing";
    const status = this.#ndis.NdisCmDeactivateVc(connection.ndisVcHandle);
    if (status !== NDIS_STATUS_PENDING) this.deactivated(vc);
  }

  /** ProtocolCmDeactivateVcComplete: a close that waited for it goes on (ACT-22). */
  deactivated(vc: CallVc): void {
    vc.isActive = false;
    vc.connection.path = "closed";
    this.manager.calls.progress(vc);
    this.quietChanged();
  }

  deleteVc(handle: NdisVcHandle): void {
    this.#ndis.NdisCoDeleteVc(handle);
  }

  requestOid(af: NdisAfHandle, request: NDIS_OID_REQUEST): NDIS_STATUS {
    return this.#ndis.NdisCoOidRequest(this.handle, af, null, null, request);
  }

  quietChanged(): void {
    this.#quiet.changed();
  }
}

function callManagementFunctions(ndis: CallManagerLibrary): CallManagementFunctions {
  return {
    AddPartyComplete: ndis.NdisCmAddPartyComplete,
    CloseAddressFamilyComplete: ndis.NdisCmCloseAddressFamilyComplete,
    CloseCallComplete: ndis.NdisCmCloseCallComplete,
    DeregisterSapComplete: ndis.NdisCmDeregisterSapComplete,
    DispatchCallConnected: ndis.NdisCmDispatchCallConnected,
    DispatchIncomingCall: ndis.NdisCmDispatchIncomingCall,
    DispatchIncomingCloseCall: ndis.NdisCmDispatchIncomingCloseCall,
    DispatchIncomingDropParty: ndis.NdisCmDispatchIncomingDropParty,
    DropPartyComplete: ndis.NdisCmDropPartyComplete,
    MakeCallComplete: ndis.NdisCmMakeCallComplete,
    NotifyCloseAddressFamily: ndis.NdisCmNotifyCloseAddressFamily,
    OpenAddressFamilyComplete: ndis.NdisCmOpenAddressFamilyComplete,
    RegisterSapComplete: ndis.NdisCmRegisterSapComplete,
  };
}
