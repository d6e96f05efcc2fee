import type { NDIS_CONTEXT, NDIS_STATUS, NdisAfHandle, OutParameter } from "../ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OID_CO_ADDRESS_CHANGE,
  OID_CO_SIGNALING_DISABLED,
  OID_CO_SIGNALING_ENABLED,
} from "../ndis/index.ts";
import type { CallManager } from "./call-manager.ts";

/** A client's open address family, as call management keeps it: what CallMgrAfContext points to. */
export class OpenAddressFamily {
  readonly manager: CallManager;
  readonly handle: NdisAfHandle;
  vcs = 0;
  saps = 0;
  closePending = false;

  constructor(manager: CallManager, handle: NdisAfHandle) {
    this.manager = manager;
    this.handle = handle;
  }
}

/** Open address families of one NIC (rules AF-16 to AF-37). */
export class AddressFamilies {
  readonly #manager: CallManager;
  readonly #open: OpenAddressFamily[] = [];

  constructor(manager: CallManager) {
    this.#manager = manager;
  }

  /** Address families that clients have open. */
  get count(): number {
    return this.#open.length;
  }

  get all(): readonly OpenAddressFamily[] {
    return this.#open;
  }

  /** ProtocolCmOpenAf. */
  open(handle: NdisAfHandle, CallMgrAfContext: OutParameter<NDIS_CONTEXT>): NDIS_STATUS {
    const af = new OpenAddressFamily(this.#manager, handle);
    this.#open.push(af);
    const { route, deferred, pendsRequests } = this.#manager;
    if (pendsRequests) {
      deferred.queue(() => {
        route.functions.OpenAddressFamilyComplete(NDIS_STATUS_SUCCESS, handle, af);
        this.#announce(af);
      });
      return NDIS_STATUS_PENDING;
    }
    CallMgrAfContext.Value = af;
    deferred.queue(() => this.#announce(af));
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolCmCloseAf: pends until calls and SAPs are gone (AF-29). */
  close(af: OpenAddressFamily): NDIS_STATUS {
    af.closePending = true;
    if (af.vcs > 0 || af.saps > 0) return NDIS_STATUS_PENDING;
    if (this.#manager.pendsRequests) {
      this.#manager.deferred.queue(() => this.finishClose(af));
      return NDIS_STATUS_PENDING;
    }
    this.#forget(af);
    return NDIS_STATUS_SUCCESS;
  }

  /** Called whenever a VC or a SAP of `af` is gone. */
  finishClose(af: OpenAddressFamily): void {
    if (!af.closePending || af.vcs > 0 || af.saps > 0 || !this.#open.includes(af)) return;
    this.#forget(af);
    this.#manager.route.functions.CloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af.handle);
    this.#manager.route.quietChanged();
  }

  /** Tells every client that calls can be made now, or not any more (OID-27). */
  signallingChanged(isUp: boolean): void {
    for (const af of this.#open.slice()) this.#notify(af, isUp ? OID_CO_SIGNALING_ENABLED : OID_CO_SIGNALING_DISABLED);
  }

  /** OID-26: the client learns right after the open that it may ask for its addresses. */
  #announce(af: OpenAddressFamily): void {
    if (!this.#open.includes(af) || af.closePending) return;
    this.#notify(af, OID_CO_ADDRESS_CHANGE);
    if (this.#manager.signalling.link.isUp) this.#notify(af, OID_CO_SIGNALING_ENABLED);
  }

  #notify(af: OpenAddressFamily, Oid: number): void {
    if (af.closePending) return;
    const request = NDIS_OID_REQUEST({ RequestType: NDIS_REQUEST_TYPE.NdisRequestSetInformation, DATA: { Oid } });
    const status = this.#manager.route.requestOid(af.handle, request);
    if (status !== NDIS_STATUS_PENDING && status !== NDIS_STATUS_SUCCESS && status !== NDIS_STATUS_NOT_SUPPORTED)
      this.#manager.refusedNotifications++;
  }

  #forget(af: OpenAddressFamily): void {
    this.#open.splice(this.#open.indexOf(af), 1);
  }
}
