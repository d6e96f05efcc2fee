import type { NDIS_CONTEXT, NDIS_STATUS, NdisAfHandle, OutParameter } from "../../ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OID_CO_ADDRESS_CHANGE,
  OID_CO_SIGNALING_DISABLED,
  OID_CO_SIGNALING_ENABLED,
} from "../../ndis/index.ts";
import type { McmAdapter } from "../adapter.ts";

/** A client's open address family, as the MCM keeps it: what CallMgrAfContext points to. */
export class McmAddressFamily {
  readonly adapter: McmAdapter;
  readonly handle: NdisAfHandle;
  vcs = 0;
  saps = 0;
  closePending = false;

  constructor(adapter: McmAdapter, handle: NdisAfHandle) {
    this.adapter = adapter;
    this.handle = handle;
  }
}

/** Open address families of one adapter (rules AF-16 to AF-37). */
export class AddressFamilies {
  readonly #adapter: McmAdapter;
  readonly #open: McmAddressFamily[] = [];

  constructor(adapter: McmAdapter) {
    this.#adapter = adapter;
  }

  /** Address families that clients have open. */
  get count(): number {
    return this.#open.length;
  }

  get all(): readonly McmAddressFamily[] {
    return this.#open;
  }

  /** ProtocolCmOpenAf. */
  open(handle: NdisAfHandle, CallMgrAfContext: OutParameter<NDIS_CONTEXT>): NDIS_STATUS {
    const af = new McmAddressFamily(this.#adapter, handle);
    this.#open.push(af);
    const { ndis, deferred, pendsRequests } = this.#adapter;
    if (pendsRequests) {
      deferred.queue(() => {
        ndis.NdisMCmOpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle, af);
        this.#announce(af);
      });
      return NDIS_STATUS_PENDING;
    }
    CallMgrAfContext.Value = af;
    deferred.queue(() => this.#announce(af));
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolCmCloseAf: pends until calls and SAPs are gone (AF-29). */
  close(af: McmAddressFamily): NDIS_STATUS {
    af.closePending = true;
    if (af.vcs > 0 || af.saps > 0) return NDIS_STATUS_PENDING;
    if (this.#adapter.pendsRequests) {
      this.#adapter.deferred.queue(() => this.finishClose(af));
      return NDIS_STATUS_PENDING;
    }
    this.#forget(af);
    return NDIS_STATUS_SUCCESS;
  }

  /** Called whenever a VC or a SAP of `af` is gone. */
  finishClose(af: McmAddressFamily): void {
    if (!af.closePending || af.vcs > 0 || af.saps > 0 || !this.#open.includes(af)) return;
    this.#forget(af);
    this.#adapter.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af.handle);
    this.#adapter.quietChanged();
  }

  /** Tells every client that calls can be made now, or not any more (OID-27). */
  signallingChanged(isUp: boolean): void {
    for (const af of this.#open.slice()) this.#notify(af, isUp ? OID_CO_SIGNALING_ENABLED : OID_CO_SIGNALING_DISABLED);
  }

  /** OID-26: the client learns right after the open that it may ask for its addresses. */
  #announce(af: McmAddressFamily): void {
    if (!this.#open.includes(af) || af.closePending) return;
    this.#notify(af, OID_CO_ADDRESS_CHANGE);
    if (this.#adapter.signalling.link.isUp) this.#notify(af, OID_CO_SIGNALING_ENABLED);
  }

  #notify(af: McmAddressFamily, Oid: number): void {
    if (af.closePending) return;
    const request = NDIS_OID_REQUEST({ RequestType: NDIS_REQUEST_TYPE.NdisRequestSetInformation, DATA: { Oid } });
    const status = this.#adapter.ndis.NdisMCmOidRequest(af.handle, null, null, request);
    if (status !== NDIS_STATUS_PENDING && status !== NDIS_STATUS_SUCCESS && status !== NDIS_STATUS_NOT_SUPPORTED)
      this.#adapter.refusedNotifications++;
  }

  #forget(af: McmAddressFamily): void {
    this.#open.splice(this.#open.indexOf(af), 1);
  }
}
