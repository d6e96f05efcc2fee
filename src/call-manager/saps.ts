import type { CO_SAP, NDIS_CONTEXT, NDIS_STATUS, NdisSapHandle, OutParameter } from "../ndis/index.ts";
import {
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  SAP_TYPE_E164,
  SAP_TYPE_NSAP,
} from "../ndis/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";
import { AtmAddressMap, atmAddressesEqual } from "../wire/atm-address.ts";
import type { OpenAddressFamily } from "./address-families.ts";
import { addressOf } from "./call-parameters.ts";

/** A client's SAP, as call management keeps it: what CallMgrSapContext points to. */
export class RegisteredSap {
  readonly addressFamily: OpenAddressFamily;
  readonly handle: NdisSapHandle;
  readonly addresses: readonly AtmAddress[];
  /** Until ProtocolCmDeregisterSap: then the handle is not to be used for offers any more (SAP-13). */
  isRegistered = true;

  constructor(addressFamily: OpenAddressFamily, handle: NdisSapHandle, addresses: readonly AtmAddress[]) {
    this.addressFamily = addressFamily;
    this.handle = handle;
    this.addresses = addresses;
  }
}

/**
 * The SAPs of one NIC or binding by called address (rules SAP-02 to SAP-17). A SAP is the addresses of its ATM_SAP; low and high layer
 * information in it is not compared.
 */
export class Saps {
  readonly #byAddress = new AtmAddressMap<RegisteredSap>();

  /** ProtocolCmRegisterSap: INVALID_DATA for a SAP that is not understood, or that another client holds (SAP-03). */
  register(
    addressFamily: OpenAddressFamily,
    sap: CO_SAP,
    handle: NdisSapHandle,
    CallMgrSapContext: OutParameter<NDIS_CONTEXT>,
  ): NDIS_STATUS {
    const addresses = addressesOf(sap);
    if (addresses === null || addresses.some((address) => this.find(address) !== null)) return NDIS_STATUS_INVALID_DATA;
    const registered = new RegisteredSap(addressFamily, handle, addresses);
    for (const address of addresses) this.#byAddress.add(address, registered);
    addressFamily.saps++;
    const { route, deferred, pendsRequests } = addressFamily.manager;
    if (pendsRequests) {
      deferred.queue(() => route.functions.RegisterSapComplete(NDIS_STATUS_SUCCESS, handle, registered));
      return NDIS_STATUS_PENDING;
    }
    CallMgrSapContext.Value = registered;
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolCmDeregisterSap: calls that came in on it stay as they are (SAP-14). */
  deregister(sap: RegisteredSap): NDIS_STATUS {
    sap.isRegistered = false;
    for (const address of sap.addresses) this.#byAddress.delete(address);
    const { addressFamily, handle } = sap;
    const { manager } = addressFamily;
    addressFamily.saps--;
    if (manager.pendsRequests || addressFamily.closePending) {
      manager.deferred.queue(() => {
        manager.route.functions.DeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
        manager.addressFamilies.finishClose(addressFamily);
      });
      return NDIS_STATUS_PENDING;
    }
    return NDIS_STATUS_SUCCESS;
  }

  /** The SAP that takes calls for `called`, or null. */
  find(called: AtmAddress): RegisteredSap | null {
    return this.#byAddress.get(called);
  }
}

/** The addresses of a SAP, each once; null when it has none that is understood. */
function addressesOf(sap: CO_SAP): AtmAddress[] | null {
  if (sap.SapType !== SAP_TYPE_NSAP && sap.SapType !== SAP_TYPE_E164) return null;
  if (!("Addresses" in sap.Sap)) return null;
  const addresses: AtmAddress[] = [];
  for (const address of sap.Sap.Addresses.slice(0, sap.Sap.NumberOfAddresses)) {
    const called = addressOf(address);
    if (called === null) return null;
    if (!addresses.some((address) => atmAddressesEqual(address, called))) addresses.push(called);
  }
  return addresses.length > 0 ? addresses : null;
}
