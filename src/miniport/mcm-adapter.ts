import type { CallManagerSettings } from "../call-manager/call-manager.ts";
import { CallManager } from "../call-manager/call-manager.ts";
import { transmitsBestEffort } from "../call-manager/call-parameters.ts";
import { CallVc } from "../call-manager/call-vc.ts";
import type { CallManagementFunctions } from "../call-manager/library.ts";
import type { Route } from "../call-manager/route.ts";
import { LONGEST_PDU_BYTES, NdisSignallingHost } from "../call-manager/signalling-host.ts";
import type {
  Blocking,
  MiniportAdapterHandle,
  MiniportCallManagerLibrary,
  NDIS_OID_REQUEST,
  NDIS_STATUS,
  NdisAfHandle,
  NdisMiniportDmaHandle,
  NdisVcHandle,
} from "../ndis/index.ts";
import { NDIS_STATUS_SUCCESS, OutParameter } from "../ndis/index.ts";
import type { DriverAdapter } from "./bring-up.ts";
import type { Connection } from "./connection.ts";
import { connectionTraffic } from "./connection-traffic.ts";
import type { NicAdapter, NicUser } from "./nic-adapter.ts";
import { bestEffort } from "./vc-commands.ts";

/** VPI 0 and this VCI are the signalling channel (UNI 3.1 section 5.4.2). */
const SIGNALLING_VCI = 5;

/** The MCM's state for one NIC: its hardware half and its call management, and what is between them and of no concern to NDIS (MCM-03). */
export class McmAdapter implements DriverAdapter, NicUser, Route {
  readonly nic: NicAdapter;
  readonly manager: CallManager;
  readonly functions: CallManagementFunctions;
  readonly #ndis: MiniportCallManagerLibrary;
  readonly #handle: MiniportAdapterHandle;
  readonly #signalling: Connection;
  readonly #host: NdisSignallingHost;

  private constructor(ndis: MiniportCallManagerLibrary, nic: NicAdapter, settings: CallManagerSettings) {
    this.#ndis = ndis;
    this.#handle = nic.handle;
    this.nic = nic;
    this.functions = callManagementFunctions(ndis);
    const signalling = nic.newConnection();
    signalling.vci = SIGNALLING_VCI;
    nic.assignVcIndex(signalling);
    this.#signalling = signalling;
    const { transmitter, receiver } = nic;
    this.#host = new NdisSignallingHost(
      ndis,
      (bytes, offset, length) =>
        signalling.path === "open" && transmitter.sendSignalling(signalling, bytes, offset, length),
    );
    this.manager = new CallManager(this, this.#host, nic.deferred, settings);
    receiver.divert(signalling, (bytes, offset, length) => this.manager.signalling.receivePdu(bytes, offset, length));
    nic.user = this;
  }

  /** Null when there is not enough memory; the NIC's half is the caller's to free then. */
  static create(ndis: MiniportCallManagerLibrary, nic: NicAdapter, settings: CallManagerSettings): McmAdapter | null {
    const adapter = new McmAdapter(ndis, nic, settings);
    if (adapter.#host.allocateTimers(nic.handle, (timer) => adapter.#timerExpired(timer))) return adapter;
    adapter.#host.freeTimers();
    return null;
  }

  /** Starts the NIC and opens the signalling channel; signalling comes up when the channel is open. */
  start(dma: NdisMiniportDmaHandle): void {
    this.nic.start(dma);
    this.nic.open(this.#signalling, bestEffort(LONGEST_PDU_BYTES));
  }

  /** MiniportHaltEx: close what clients have open (AF-32), release signalling, close the channel. */
  *shutDown(): Blocking<void> {
    const { nic } = this;
    yield* this.manager.shutDown(nic.quiet);
    nic.close(this.#signalling);
    yield* nic.quiet.until(() => this.#signalling.path === "closed" && nic.transmitter.pending === 0);
  }

  free(): void {
    this.#host.freeTimers();
    this.nic.free();
  }

  // What the NIC tells.

  opened(connection: Connection, succeeded: boolean): void {
    if (connection.owner instanceof CallVc) this.manager.calls.opened(connection.owner, succeeded);
    else if (succeeded && this.nic.hardware.linkIsUp) this.manager.signalling.link.establish();
  }

  /** Calls keep the traffic that they began with. */
  modified(): void {}

  quieter(connection: Connection): void {
    if (connection.owner instanceof CallVc) this.manager.calls.progress(connection.owner);
  }

  linkChanged(isUp: boolean): void {
    const { signalling } = this.manager;
    if (!isUp) signalling.linkDown();
    else if (this.#signalling.path === "open") signalling.link.establish();
  }

  // What call management asks for.

  newConnection(): Connection {
    return this.nic.newConnection();
  }

  reserve(vc: CallVc): boolean {
    return this.nic.assignVcIndex(vc.connection as Connection);
  }

  release(vc: CallVc): void {
    const connection = vc.connection as Connection;
    this.nic.releaseVcIndex(connection);
    if (connection.ndisVcHandle !== null && vc.isActive) this.#ndis.NdisMCmDeactivateVc(connection.ndisVcHandle);
    vc.isActive = false;
  }

  open(vc: CallVc): boolean {
    const { traffic } = vc;
    if (traffic === null) return false;
    const { transmitPeakCellRate, receiveSduBytes } = traffic;
    const { nic } = this;
    nic.open(
      vc.connection as Connection,
      connectionTraffic(transmitsBestEffort(traffic), transmitPeakCellRate, receiveSduBytes, nic.lineCellRate),
    );
    return true;
  }

  /** NDIS gets to know of a VC for an incoming call only now, and of the NIC's state at all (ACT-03). */
  activate(vc: CallVc): boolean {
    const { connection, parameters } = vc;
    if (connection.ndisVcHandle === null) {
      const created = new OutParameter<NdisVcHandle>();
      const status = this.#ndis.NdisMCmCreateVc(this.#handle, vc.addressFamily.handle, vc, created);
      if (status !== NDIS_STATUS_SUCCESS || created.Value === null) return false;
      connection.ndisVcHandle = created.Value;
    }
    if (parameters === null) return false;
    vc.isActive = this.#ndis.NdisMCmActivateVc(connection.ndisVcHandle, parameters) === NDIS_STATUS_SUCCESS;
    return vc.isActive;
  }

  close(vc: CallVc): void {
    this.nic.close(vc.connection as Connection);
  }

  deleteVc(handle: NdisVcHandle): void {
    this.#ndis.NdisMCmDeleteVc(handle);
  }

  requestOid(af: NdisAfHandle, request: NDIS_OID_REQUEST): NDIS_STATUS {
    return this.#ndis.NdisMCmOidRequest(af, null, null, request);
  }

  quietChanged(): void {
    this.nic.quietChanged();
  }

  #timerExpired(timer: number): void {
    this.nic.beginBatch();
    this.manager.signalling.timerExpired(timer);
    this.nic.endBatch();
  }
}

function callManagementFunctions(ndis: MiniportCallManagerLibrary): CallManagementFunctions {
  return {
    AddPartyComplete: ndis.NdisMCmAddPartyComplete,
    CloseAddressFamilyComplete: ndis.NdisMCmCloseAddressFamilyComplete,
    CloseCallComplete: ndis.NdisMCmCloseCallComplete,
    DeregisterSapComplete: ndis.NdisMCmDeregisterSapComplete,
    DispatchCallConnected: ndis.NdisMCmDispatchCallConnected,
    DispatchIncomingCall: ndis.NdisMCmDispatchIncomingCall,
    DispatchIncomingCloseCall: ndis.NdisMCmDispatchIncomingCloseCall,
    DispatchIncomingDropParty: ndis.NdisMCmDispatchIncomingDropParty,
    DropPartyComplete: ndis.NdisMCmDropPartyComplete,
    MakeCallComplete: ndis.NdisMCmMakeCallComplete,
    NotifyCloseAddressFamily: ndis.NdisMCmNotifyCloseAddressFamily,
    OpenAddressFamilyComplete: ndis.NdisMCmOpenAddressFamilyComplete,
    RegisterSapComplete: ndis.NdisMCmRegisterSapComplete,
  };
}
