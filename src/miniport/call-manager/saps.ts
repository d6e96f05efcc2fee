import type { CO_SAP, NDIS_CONTEXT, NDIS_STATUS, NdisSapHandle, OutParameter } from "../../ndis/index.ts";
import {
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  SAP_TYPE_E164,
  SAP_TYPE_NSAP,
} from "../../ndis/index.ts";
import type { AtmAddress } from "../../wire/atm-address.ts";
import { atmAddressKey } from "../../wire/atm-address.ts";
import type { McmAddressFamily } from "./address-families.ts";
import { addressOf } from "./call-parameters.ts";

/** A client's SAP, as the MCM keeps it: what CallMgrSapContext points to. */
export class McmSap {
  readonly addressFamily: McmAddressFamily;
  readonly handle: NdisSapHandle;
  readonly keys: readonly string[];

  constructor(addressFamily: McmAddressFamily, handle: NdisSapHandle, keys: readonly string[]) {
    this.addressFamily = addressFamily;
    this.handle = handle;
    this.keys = keys;
  }
}

/**
 * The SAPs of one adapter by called address (rules SAP-02 to SAP-17). A SAP is the addresses of its ATM_SAP; low and high layer
 * information in it is not compared.
 */
export class Saps {
  readonly #byKey = new Map<string, McmSap>();

  /** ProtocolCmRegisterSap: INVALID_DATA for a SAP that is not understood, or that another client holds (SAP-03). */
  register(
    addressFamily: McmAddressFamily,
    sap: CO_SAP,
    handle: NdisSapHandle,
    CallMgrSapContext: OutParameter<NDIS_CONTEXT>,
  ): NDIS_STATUS {
    const keys = keysOf(sap);
    if (keys === null || keys.some((key) => this.#byKey.has(key))) return NDIS_STATUS_INVALID_DATA;
    const registered = new McmSap(addressFamily, handle, keys);
    for (const key of keys) this.#byKey.set(key, registered);
    addressFamily.saps++;
    const { ndis, deferred, pendsRequests } = addressFamily.adapter;
    if (pendsRequests) {
      deferred.queue(() => ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_SUCCESS, handle, registered));
      return NDIS_STATUS_PENDING;
    }
    CallMgrSapContext.Value = registered;
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolCmDeregisterSap: calls that came in on it stay as they are (SAP-14). */
  deregister(sap: McmSap): NDIS_STATUS {
    for (const key of sap.keys) this.#byKey.delete(key);
    const { addressFamily, handle } = sap;
    const { adapter } = addressFamily;
    addressFamily.saps--;
    if (adapter.pendsRequests || addressFamily.closePending) {
      adapter.deferred.queue(() => {
        adapter.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
        adapter.addressFamilies.finishClose(addressFamily);
      });
      return NDIS_STATUS_PENDING;
    }
    return NDIS_STATUS_SUCCESS;
  }

  /** The SAP that takes calls for `called`, or null. */
  find(called: AtmAddress): McmSap | null {
    return this.#byKey.get(atmAddressKey(called)) ?? null;
  }
}

function keysOf(sap: CO_SAP): string[] | null {
  if (sap.SapType !== SAP_TYPE_NSAP && sap.SapType !== SAP_TYPE_E164) return null;
  if (!("Addresses" in sap.Sap)) return null;
  const keys: string[] = [];
  for (const address of sap.Sap.Addresses.slice(0, sap.Sap.NumberOfAddresses)) {
    const called = addressOf(address);
    if (called === null) return null;
    keys.push(atmAddressKey(called));
  }
  return keys.length > 0 ? keys : null;
}
