import { ConfigurationStore } from "../call-manager/configuration.ts";
import type {
  Blocking,
  CO_CALL_PARAMETERS,
  CoMiniportLibrary,
  MiniportAdapterHandle,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisMiniportDmaHandle,
  NdisVcHandle,
} from "../ndis/index.ts";
import {
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../ndis/index.ts";
import type { DriverAdapter } from "./bring-up.ts";
import { readNicConfiguration } from "./configuration.ts";
import type { Connection } from "./connection.ts";
import { readActivation } from "./connection-traffic.ts";
import type { Hardware } from "./hardware.ts";
import type { NicUser } from "./nic-adapter.ts";
import { NicAdapter } from "./nic-adapter.ts";

/** A VC as the CO miniport keeps it: what MiniportVcContext points to. */
export class MiniportVc {
  readonly adapter: CoMiniportAdapter;
  readonly connection: Connection;
  /** The parameters of an activation that is pending. */
  pending: CO_CALL_PARAMETERS | null = null;
  isDeactivating = false;

  constructor(adapter: CoMiniportAdapter, connection: Connection) {
    this.adapter = adapter;
    this.connection = connection;
    connection.owner = this;
  }
}

/** The CO miniport's state for one NIC: VCs are what NDIS says, calls are somebody else's. */
export class CoMiniportAdapter implements DriverAdapter, NicUser {
  readonly nic: NicAdapter;
  readonly #ndis: CoMiniportLibrary;

  private constructor(ndis: CoMiniportLibrary, nic: NicAdapter) {
    this.#ndis = ndis;
    this.nic = nic;
    nic.user = this;
  }

  /** Null when there is not enough memory. */
  static create(ndis: CoMiniportLibrary, hardware: Hardware, handle: MiniportAdapterHandle): CoMiniportAdapter | null {
    const store = new ConfigurationStore(ndis, handle);
    const configuration = readNicConfiguration(store);
    store.close();
    const nic = NicAdapter.create(ndis, handle, hardware, configuration);
    return nic === null ? null : new CoMiniportAdapter(ndis, nic);
  }

  start(dma: NdisMiniportDmaHandle): void {
    this.nic.start(dma);
  }

  free(): void {
    this.nic.free();
  }

  /** MiniportHaltEx: the NIC is done with what it was told. Every VC is gone by then. */
  *shutDown(): Blocking<void> {
    const { nic } = this;
    yield* nic.quiet.until(() => nic.transmitter.pending === 0 && nic.commands.pending === 0);
  }

  /** MiniportCoCreateVc: takes an entry of the NIC's VC table; null when all are taken. */
  createVc(handle: NdisVcHandle): MiniportVc | null {
    const connection = this.nic.newConnection();
    if (!this.nic.assignVcIndex(connection)) return null;
    connection.ndisVcHandle = handle;
    return new MiniportVc(this, connection);
  }

  /** MiniportCoDeleteVc (MEM-12). */
  deleteVc({ connection }: MiniportVc): NDIS_STATUS_FINAL {
    if (connection.path !== "closed") return NDIS_STATUS_NOT_ACCEPTED;
    this.nic.releaseVcIndex(connection);
    connection.ndisVcHandle = null;
    return NDIS_STATUS_SUCCESS;
  }

  /** MiniportCoActivateVc: opens the VC on the NIC, or gives an open one new traffic (ACT-06, ACT-09). */
  activateVc(vc: MiniportVc, parameters: CO_CALL_PARAMETERS): NDIS_STATUS {
    const { connection } = vc;
    if (vc.pending !== null || vc.isDeactivating) return NDIS_STATUS_NOT_ACCEPTED;
    const wanted = readActivation(parameters, this.nic.lineCellRate);
    if (typeof wanted === "number") return wanted;
    const { vpi, vci, traffic } = wanted;
    if (connection.path === "open") {
      // The NIC can change what a VC may send, not where it leads.
      if (connection.vpi !== vpi || connection.vci !== vci) return NDIS_STATUS_INVALID_DATA;
      vc.pending = parameters;
      this.nic.modify(connection, traffic);
      return NDIS_STATUS_PENDING;
    }
    vc.pending = parameters;
    connection.vpi = vpi;
    connection.vci = vci;
    this.nic.open(connection, traffic);
    return NDIS_STATUS_PENDING;
  }

  /** MiniportCoDeactivateVc: no more receives; ends when the last send and the last receive have come back (ACT-17, ACT-18). */
  deactivateVc(vc: MiniportVc): NDIS_STATUS {
    vc.isDeactivating = true;
    vc.connection.receiving = false;
    this.#progress(vc);
    return NDIS_STATUS_PENDING;
  }

  // What the NIC tells.

  opened(connection: Connection, succeeded: boolean): void {
    connection.receiving = succeeded;
    this.#activated(connection, succeeded);
  }

  /** A refused change leaves the VC as it was (ACT-10). */
  modified(connection: Connection, succeeded: boolean): void {
    this.#activated(connection, succeeded);
  }

  quieter(connection: Connection): void {
    if (connection.owner instanceof MiniportVc) this.#progress(connection.owner);
  }

  /** NDIS tells the protocols. */
  linkChanged(): void {}

  #activated({ owner, ndisVcHandle }: Connection, succeeded: boolean): void {
    if (!(owner instanceof MiniportVc) || owner.pending === null || ndisVcHandle === null) return;
    const parameters = owner.pending;
    owner.pending = null;
    const status = succeeded ? NDIS_STATUS_SUCCESS : NDIS_STATUS_INVALID_DATA;
    this.#ndis.NdisMCoActivateVcComplete(status, ndisVcHandle, parameters);
  }

  #progress(vc: MiniportVc): void {
    const { connection } = vc;
    if (!vc.isDeactivating || connection.path === "opening" || connection.path === "closing") return;
    if (connection.path === "open") {
      if (connection.sendsOutstanding === 0) this.nic.close(connection);
      return;
    }
    if (connection.sendsOutstanding > 0 || connection.receivesOutstanding > 0 || connection.ndisVcHandle === null)
      return;
    vc.isDeactivating = false;
    this.#ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_SUCCESS, connection.ndisVcHandle);
  }
}
