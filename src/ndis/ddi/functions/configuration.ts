import type { NDIS_PARAMETER_TYPE } from "../constants/enumerations.ts";
import type { MiniportAdapterHandle, NdisConfigurationHandle, OutParameter } from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { NDIS_CONFIGURATION_OBJECT, NDIS_CONFIGURATION_PARAMETER } from "../structures/configuration.ts";
import type { NDIS_STRING } from "../types.ts";

/** The configuration store of an adapter, and the error log. */
export interface NdisConfigurationFunctions {
  NdisOpenConfigurationEx(
    ConfigObject: NDIS_CONFIGURATION_OBJECT,
    ConfigurationHandle: OutParameter<NdisConfigurationHandle>,
  ): NDIS_STATUS_FINAL;
  NdisReadConfiguration(
    Status: OutParameter<NDIS_STATUS_FINAL>,
    ParameterValue: OutParameter<NDIS_CONFIGURATION_PARAMETER>,
    ConfigurationHandle: NdisConfigurationHandle,
    Keyword: NDIS_STRING,
    ParameterType: NDIS_PARAMETER_TYPE,
  ): void;
  NdisWriteConfiguration(
    Status: OutParameter<NDIS_STATUS_FINAL>,
    ConfigurationHandle: NdisConfigurationHandle,
    Keyword: NDIS_STRING,
    ParameterValue: NDIS_CONFIGURATION_PARAMETER,
  ): void;
  NdisCloseConfiguration(ConfigurationHandle: NdisConfigurationHandle): void;
  NdisOpenConfigurationKeyByName(
    Status: OutParameter<NDIS_STATUS_FINAL>,
    ConfigurationHandle: NdisConfigurationHandle,
    SubKeyName: NDIS_STRING,
    SubKeyHandle: OutParameter<NdisConfigurationHandle>,
  ): void;
  NdisOpenConfigurationKeyByIndex(
    Status: OutParameter<NDIS_STATUS_FINAL>,
    ConfigurationHandle: NdisConfigurationHandle,
    Index: number,
    KeyName: OutParameter<NDIS_STRING>,
    KeyHandle: OutParameter<NdisConfigurationHandle>,
  ): void;
  NdisReadNetworkAddress(
    Status: OutParameter<NDIS_STATUS_FINAL>,
    NetworkAddress: OutParameter<Uint8Array>,
    NetworkAddressLength: OutParameter<number>,
    ConfigurationHandle: NdisConfigurationHandle,
  ): void;
  NdisWriteErrorLogEntry(
    NdisAdapterHandle: MiniportAdapterHandle,
    ErrorCode: number,
    NumberOfErrorValues: number,
    ...ErrorValues: number[]
  ): void;
}
