import type {
  NDIS_CONFIGURATION_PARAMETER,
  NDIS_STATUS_FINAL,
  NdisConfigurationHandle,
  NdisObjectHandle,
} from "../ndis/index.ts";
import { NDIS_CONFIGURATION_OBJECT, NDIS_PARAMETER_TYPE, NDIS_STATUS_SUCCESS, OutParameter } from "../ndis/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";
import { aesaFromBytes, parseAtmAddress } from "../wire/atm-address.ts";
import type { CommonLibrary } from "./library.ts";

/** What the configuration store may say of call management; every keyword has a default. */
export interface CallManagerConfiguration {
  /** AtmAddress: the NIC's own address, as text; empty for an AESA made from a fixed prefix and the ESI. */
  readonly atmAddress: string;
  /** PendRequests: 1 completes address family and SAP requests later, from a work item. */
  readonly pendsRequests: boolean;
}

/** Network prefix of an address that was not configured: a locally administered ICD AESA. */
const DEFAULT_PREFIX = [0x47, 0x00, 0x05, 0x80, 0xff, 0xe1, 0x00, 0x00, 0x00, 0xf2, 0x0f, 0x22, 0x00];
const AESA_BYTES = 20;

/** The open configuration store of an adapter or a binding; a keyword that is missing or of another type has its default. */
export class ConfigurationStore {
  readonly #ndis: CommonLibrary;
  readonly #store: NdisConfigurationHandle | null;

  constructor(ndis: CommonLibrary, handle: NdisObjectHandle) {
    this.#ndis = ndis;
    const opened = new OutParameter<NdisConfigurationHandle>();
    const status = ndis.NdisOpenConfigurationEx(NDIS_CONFIGURATION_OBJECT({ NdisHandle: handle }), opened);
    this.#store = status === NDIS_STATUS_SUCCESS ? opened.Value : null;
  }

  text(keyword: string, otherwise: string): string {
    const parameter = this.#read(keyword, NDIS_PARAMETER_TYPE.NdisParameterString);
    return parameter !== null && "StringData" in parameter.ParameterData
      ? parameter.ParameterData.StringData
      : otherwise;
  }

  integer(keyword: string, otherwise: number): number {
    const parameter = this.#read(keyword, NDIS_PARAMETER_TYPE.NdisParameterInteger);
    return parameter !== null && "IntegerData" in parameter.ParameterData
      ? parameter.ParameterData.IntegerData
      : otherwise;
  }

  close(): void {
    if (this.#store !== null) this.#ndis.NdisCloseConfiguration(this.#store);
  }

  #read(
    keyword: string,
    type: (typeof NDIS_PARAMETER_TYPE)["NdisParameterString" | "NdisParameterInteger"],
  ): NDIS_CONFIGURATION_PARAMETER | null {
    if (this.#store === null) return null;
    const status = new OutParameter<NDIS_STATUS_FINAL>();
    const value = new OutParameter<NDIS_CONFIGURATION_PARAMETER>();
    this.#ndis.NdisReadConfiguration(status, value, this.#store, keyword, type);
    return status.Value === NDIS_STATUS_SUCCESS ? value.Value : null;
  }
}

/** Reads what call management is configured with. */
export function readCallManagerConfiguration(store: ConfigurationStore): CallManagerConfiguration {
  return { atmAddress: store.text("AtmAddress", ""), pendsRequests: store.integer("PendRequests", 0) !== 0 };
}

/** The NIC's own address: the configured one, or one made from its ESI. */
export function ownAddress(configured: string, esi: Uint8Array): AtmAddress {
  const parsed = parseAtmAddress(configured);
  if ("bytes" in parsed) return parsed;
  const octets = new Uint8Array(AESA_BYTES);
  octets.set(DEFAULT_PREFIX);
  octets.set(esi, DEFAULT_PREFIX.length);
  const address = aesaFromBytes(octets);
  return "bytes" in address ? address : { kind: "aesa", bytes: octets };
}
