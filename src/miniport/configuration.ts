import type { CallManagerConfiguration, ConfigurationStore } from "../call-manager/configuration.ts";
import { readCallManagerConfiguration } from "../call-manager/configuration.ts";
import { VC_TABLE_ENTRIES } from "../device/datasheet/index.ts";

/** What the adapter's configuration store may say of the NIC; every keyword has a default. */
export interface NicConfiguration {
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
}

/** The same for an MCM, which manages calls, too. */
export interface McmConfiguration extends NicConfiguration, CallManagerConfiguration {}

const DEFAULTS = {
  "*TransmitBuffers": 1_024,
  "*ReceiveBuffers": 512,
  LargeReceiveBuffers: 128,
  "*InterruptModeration": 4,
  CellMode: 0,
  MaximumVcs: VC_TABLE_ENTRIES - 1,
} as const;

const NS_PER_MICROSECOND = 1_000;

/** Reads what the NIC is configured with; a keyword that is missing or of another type has its default. */
export function readNicConfiguration(store: ConfigurationStore): NicConfiguration {
  const integer = (keyword: keyof typeof DEFAULTS): number => store.integer(keyword, DEFAULTS[keyword]);
  return {
    transmitEntries: integer("*TransmitBuffers"),
    smallBuffers: integer("*ReceiveBuffers"),
    largeBuffers: integer("LargeReceiveBuffers"),
    interruptThrottleNs: integer("*InterruptModeration") * NS_PER_MICROSECOND,
    cellMode: integer("CellMode") !== 0,
    maximumVcs: Math.min(integer("MaximumVcs"), DEFAULTS.MaximumVcs),
  };
}

export function readMcmConfiguration(store: ConfigurationStore): McmConfiguration {
  return { ...readCallManagerConfiguration(store), ...readNicConfiguration(store) };
}
