import type { Blocking, NDIS_OID_REQUEST, NDIS_STATUS_FINAL } from "../ndis/index.ts";
import {
  CO_ADDRESS,
  CO_ADDRESS_FAMILY,
  CO_ADDRESS_FAMILY_Q2931,
  CO_ADDRESS_LIST,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_ADDRESSES,
} from "../ndis/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";
import { AddressFamilies } from "./address-families.ts";
import { atmAddress } from "./call-parameters.ts";
import { Calls } from "./calls.ts";
import type { Deferred } from "./deferred.ts";
import { Parties } from "./parties.ts";
import type { Quiet } from "./quiet.ts";
import type { Route } from "./route.ts";
import { Saps } from "./saps.ts";
import type { NdisSignallingHost } from "./signalling-host.ts";
import type { UserSignalling } from "./user-signalling.ts";
import { createUserSignalling } from "./user-signalling.ts";

/** Q.2931 as offered by UNI 3.1. */
const Q2931_MAJOR_VERSION = 3;
const Q2931_MINOR_VERSION = 1;

/** What call management is told of its NIC. */
export interface CallManagerSettings {
  readonly address: AtmAddress;
  readonly lineCellRate: number;
  /** Completes address family and SAP requests later, from a work item. */
  readonly pendsRequests: boolean;
}

/** Q.2931 call management for one NIC: what CallMgrBindingContext leads to, in an MCM and in a stand-alone call manager. */
export class CallManager {
  readonly route: Route;
  readonly deferred: Deferred;
  readonly address: AtmAddress;
  readonly lineCellRate: number;
  readonly pendsRequests: boolean;
  readonly addressFamilies: AddressFamilies;
  readonly saps = new Saps();
  readonly calls: Calls;
  readonly parties: Parties;
  readonly host: NdisSignallingHost;
  readonly signalling: UserSignalling;
  /** OID requests that clients answered with an error. */
  refusedNotifications = 0;

  constructor(route: Route, host: NdisSignallingHost, deferred: Deferred, settings: CallManagerSettings) {
    this.route = route;
    this.deferred = deferred;
    this.address = settings.address;
    this.lineCellRate = settings.lineCellRate;
    this.pendsRequests = settings.pendsRequests;
    this.addressFamilies = new AddressFamilies(this);
    this.calls = new Calls(this);
    this.parties = new Parties(this);
    this.host = host;
    this.signalling = createUserSignalling(host, this.calls);
    this.signalling.parties.user = this.parties;
  }

  /** The address family that is offered. */
  static get offeredFamily(): CO_ADDRESS_FAMILY {
    return CO_ADDRESS_FAMILY({
      AddressFamily: CO_ADDRESS_FAMILY_Q2931,
      MajorVersion: Q2931_MAJOR_VERSION,
      MinorVersion: Q2931_MINOR_VERSION,
    });
  }

  signallingChanged(isUp: boolean): void {
    this.addressFamilies.signallingChanged(isUp);
    this.route.quietChanged();
  }

  /** ProtocolCoOidRequest: clients ask for their addresses (OID-29). */
  answerOid(request: NDIS_OID_REQUEST): NDIS_STATUS_FINAL {
    const information = request.DATA.QUERY_INFORMATION;
    if (information.Oid !== OID_CO_GET_ADDRESSES) return NDIS_STATUS_NOT_SUPPORTED;
    const address = CO_ADDRESS({ AddressSize: this.address.bytes.length, Address: atmAddress(this.address) });
    information.InformationBuffer = CO_ADDRESS_LIST({
      NumberOfAddressesAvailable: 1,
      NumberOfAddresses: 1,
      AddressList: [address],
    });
    return NDIS_STATUS_SUCCESS;
  }

  /** Closes what clients have open (AF-32, AF-33) and releases signalling; the channel is still open when this returns. */
  *shutDown(quiet: Quiet): Blocking<void> {
    const { addressFamilies, deferred, signalling, route } = this;
    for (const af of addressFamilies.all.slice()) route.functions.NotifyCloseAddressFamily(af.handle);
    yield* quiet.until(() => addressFamilies.count === 0 && deferred.isIdle);
    const { link } = signalling;
    if (!link.isIdle) {
      // Also one that is only being set up: the peer would keep its half until it misses the keep-alive.
      link.release();
      yield* quiet.until(() => link.isIdle);
    }
    signalling.shutDown(0);
  }
}
