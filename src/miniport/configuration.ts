import { VC_TABLE_ENTRIES } from "../device/datasheet/index.ts";
import type {
  MiniportAdapterHandle,
  MiniportCallManagerLibrary,
  NDIS_CONFIGURATION_PARAMETER,
  NDIS_STATUS_FINAL,
  NdisConfigurationHandle,
} from "../ndis/index.ts";
import { NDIS_CONFIGURATION_OBJECT, NDIS_PARAMETER_TYPE, NDIS_STATUS_SUCCESS, OutParameter } from "../ndis/index.ts";

/** What the adapter's configuration store may say; every keyword has a default. */
export interface McmConfiguration {
  /** AtmAddress: the NIC's own address, as text; empty for an AESA made from a fixed prefix and the ESI. */
  readonly atmAddress: string;
  /** *TransmitBuffers: entries of the transmit ring, a power of two. */
  readonly transmitEntries: number;
  /** *ReceiveBuffers: small receive buffers of 2,048 bytes. */
  readonly smallBuffers: number;
  /** LargeReceiveBuffers: receive buffers of 16,384 bytes, for VCs whose SDUs do not fit small ones. */
  readonly largeBuffers: number;
  /** *InterruptModeration: least time between two interrupts, in microseconds; 0 is none. */
  readonly interruptThrottleNs: number;
  /** CellMode: 1 sends real cells. */
  readonly cellMode: boolean;
  /** MaximumVcs: VCs that calls may have at a time, signalling apart. */
  readonly maximumVcs: number;
  /** PendRequests: 1 completes address family and SAP requests later, from a work item. */
  readonly pendsRequests: boolean;
}

const DEFAULTS = {
  AtmAddress: "",
  "*TransmitBuffers": 1_024,
  "*ReceiveBuffers": 512,
  LargeReceiveBuffers: 128,
  "*InterruptModeration": 4,
  CellMode: 0,
  MaximumVcs: VC_TABLE_ENTRIES - 1,
  PendRequests: 0,
} as const;

const NS_PER_MICROSECOND = 1_000;

/** Reads the configuration store; a keyword that is missing or of another type has its default. */
export function readConfiguration(ndis: MiniportCallManagerLibrary, adapter: MiniportAdapterHandle): McmConfiguration {
  const opened = new OutParameter<NdisConfigurationHandle>();
  const status = ndis.NdisOpenConfigurationEx(NDIS_CONFIGURATION_OBJECT({ NdisHandle: adapter }), opened);
  const store = status === NDIS_STATUS_SUCCESS ? opened.Value : null;
  const text = (keyword: "AtmAddress"): string => {
    const parameter = read(ndis, store, keyword, NDIS_PARAMETER_TYPE.NdisParameterString);
    return parameter !== null && "StringData" in parameter.ParameterData
      ? parameter.ParameterData.StringData
      : DEFAULTS[keyword];
  };
  const integer = (keyword: Exclude<keyof typeof DEFAULTS, "AtmAddress">): number => {
    const parameter = read(ndis, store, keyword, NDIS_PARAMETER_TYPE.NdisParameterInteger);
    return parameter !== null && "IntegerData" in parameter.ParameterData
      ? parameter.ParameterData.IntegerData
      : DEFAULTS[keyword];
  };
  const configuration = {
    atmAddress: text("AtmAddress"),
    transmitEntries: integer("*TransmitBuffers"),
    smallBuffers: integer("*ReceiveBuffers"),
    largeBuffers: integer("LargeReceiveBuffers"),
    interruptThrottleNs: integer("*InterruptModeration") * NS_PER_MICROSECOND,
    cellMode: integer("CellMode") !== 0,
    maximumVcs: Math.min(integer("MaximumVcs"), DEFAULTS.MaximumVcs),
    pendsRequests: integer("PendRequests") !== 0,
  };
  if (store !== null) ndis.NdisCloseConfiguration(store);
  return configuration;
}

function read(
  ndis: MiniportCallManagerLibrary,
  store: NdisConfigurationHandle | null,
  keyword: string,
  type: (typeof NDIS_PARAMETER_TYPE)["NdisParameterString" | "NdisParameterInteger"],
): NDIS_CONFIGURATION_PARAMETER | null {
  if (store === null) return null;
  const status = new OutParameter<NDIS_STATUS_FINAL>();
  const value = new OutParameter<NDIS_CONFIGURATION_PARAMETER>();
  ndis.NdisReadConfiguration(status, value, store, keyword, type);
  return status.Value === NDIS_STATUS_SUCCESS ? value.Value : null;
}
