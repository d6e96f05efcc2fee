import type { AdapterConfiguration, MiniportAdapter } from "../adapter/adapter.ts";
import { resolveAdapter } from "../adapter/adapter.ts";
import { Binding } from "../binding/binding.ts";
import { NDIS_PARAMETER_TYPE } from "../ddi/constants/enumerations.ts";
import type { NdisConfigurationFunctions } from "../ddi/functions/configuration.ts";
import type { NdisConfigurationHandle, NdisObjectHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NDIS_CONFIGURATION_PARAMETER } from "../ddi/structures/configuration.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { NDIS_STRING } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { adapterOf } from "../executive/adapter-of.ts";
import type { Holding } from "../executive/holdings.ts";
import { allocationFails, DriverHoldings } from "../executive/holdings.ts";
import { hex } from "../executive/pool.ts";
import { NDIS_RUNTIME_VERSION } from "../executive/time.ts";

/** NDIS_PROCESSOR_TYPE.NdisProcessorAmd64 (ntddndis.h). */
const NDIS_PROCESSOR_AMD64 = 4;

const integer = (IntegerData: number): NDIS_CONFIGURATION_PARAMETER => ({
  ParameterType: NDIS_PARAMETER_TYPE.NdisParameterInteger,
  ParameterData: { IntegerData },
});

/** Entries that every key has (reference page of NdisReadConfiguration). */
const PREDEFINED: ReadonlyMap<string, NDIS_CONFIGURATION_PARAMETER> = new Map([
  ["ndisversion", integer(NDIS_RUNTIME_VERSION)],
  ["processortype", integer(NDIS_PROCESSOR_AMD64)],
]);

/** The values of a registry key, by keyword in lower case: keywords are the same in upper and lower case. */
class ConfigurationKey {
  readonly values = new Map<string, NDIS_CONFIGURATION_PARAMETER>();

  constructor(configuration: AdapterConfiguration | null) {
    if (configuration === null) return;
    for (const [keyword, value] of configuration) this.values.set(keyword.toLowerCase(), value);
  }

  get(keyword: NDIS_STRING): NDIS_CONFIGURATION_PARAMETER | null {
    const name = keyword.toLowerCase();
    return this.values.get(name) ?? PREDEFINED.get(name) ?? null;
  }
}

class OpenConfiguration implements Holding {
  readonly leftRule = "NdisOpenConfigurationEx";
  readonly traceName: string;
  readonly environment: NdisEnvironment;
  readonly adapter: MiniportAdapter | null;
  readonly key: ConfigurationKey;
  open = true;

  constructor(environment: NdisEnvironment, adapter: MiniportAdapter | null, key: ConfigurationKey) {
    this.environment = environment;
    this.traceName = environment.nameObject("configuration");
    this.adapter = adapter;
    this.key = key;
  }
}

/**
 * The configuration store and the error log (verifier rule NdisOpenConfigurationEx).
 * The keys of an adapter and of its bindings have what the scenario configured for it; those of drivers are empty at first. What is
 * written stays, in the key that it was written into.
 * @param owner the driver.
 * @param holdings what the driver holds; its other functions share it.
 */
export function configurationFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): NdisConfigurationFunctions {
  return {
    ...keyFunctions(environment, owner, holdings),
    NdisWriteErrorLogEntry(NdisAdapterHandle, ErrorCode, _NumberOfErrorValues, ...ErrorValues) {
      const adapter = resolveAdapter(environment, NdisAdapterHandle, owner);
      if (adapter === null || environment.probe === null) return;
      const fields = { owner, adapter: adapter.traceName, values: ErrorValues.map(hex).join(" ") };
      environment.probe.emit(environment.name, "log", hex(ErrorCode), fields);
    },
  } satisfies NdisConfigurationFunctions;
}

type KeyFunctions = Omit<NdisConfigurationFunctions, "NdisWriteErrorLogEntry">;

function keyFunctions(environment: NdisEnvironment, owner: string, holdings: DriverHoldings): KeyFunctions {
  const { live } = environment;
  const keys = new Map<object, ConfigurationKey>();
  const configurationOf = (handle: NdisConfigurationHandle, caller: string): OpenConfiguration | null => {
    const object: unknown = handle;
    if (object instanceof OpenConfiguration && object.environment === environment && object.open) return object;
    environment.misuse(
      "NdisOpenConfigurationEx",
      owner,
      `${caller}: the configuration was never opened, or is closed already`,
    );
    return null;
  };
  return {
    NdisOpenConfigurationEx(ConfigObject, ConfigurationHandle) {
      const handle = ConfigObject.NdisHandle;
      if (
        typeof handle !== "object" ||
        handle === null ||
        objectHeaderFault(ConfigObject.Header, "NDIS_CONFIGURATION_OBJECT") !== null
      )
        return NDIS_STATUS_FAILURE;
      if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
      const adapter = adapterOf(handle);
      const key = keys.get(handle) ?? new ConfigurationKey(configuredAdapter(handle)?.configuration ?? null);
      keys.set(handle, key);
      const configuration = new OpenConfiguration(environment, adapter, key);
      holdings.take(configuration);
      live.configurations++;
      ConfigurationHandle.Value = toHandle<NdisConfigurationHandle>(configuration);
      return NDIS_STATUS_SUCCESS;
    },
    // Windows ignores ParameterType: the value comes as it is stored.
    NdisReadConfiguration(Status, ParameterValue, ConfigurationHandle, Keyword) {
      const value = configurationOf(ConfigurationHandle, "NdisReadConfiguration")?.key.get(Keyword) ?? null;
      ParameterValue.Value = value;
      Status.Value = value === null ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
    },
    NdisWriteConfiguration(Status, ConfigurationHandle, Keyword, ParameterValue) {
      const configuration = configurationOf(ConfigurationHandle, "NdisWriteConfiguration");
      const value = copyOf(ParameterValue);
      if (value !== null) configuration?.key.values.set(Keyword.toLowerCase(), value);
      Status.Value = configuration === null || value === null ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
    },
    NdisCloseConfiguration(ConfigurationHandle) {
      const configuration = configurationOf(ConfigurationHandle, "NdisCloseConfiguration");
      if (configuration === null) return;
      configuration.open = false;
      holdings.giveBack(configuration);
      live.configurations--;
    },
    // A key has values only, no keys below it.
    NdisOpenConfigurationKeyByName(Status, ConfigurationHandle) {
      configurationOf(ConfigurationHandle, "NdisOpenConfigurationKeyByName");
      Status.Value = NDIS_STATUS_FAILURE;
    },
    NdisOpenConfigurationKeyByIndex(Status, ConfigurationHandle) {
      configurationOf(ConfigurationHandle, "NdisOpenConfigurationKeyByIndex");
      Status.Value = NDIS_STATUS_FAILURE;
    },
    NdisReadNetworkAddress(Status, NetworkAddress, NetworkAddressLength, ConfigurationHandle) {
      const value = configurationOf(ConfigurationHandle, "NdisReadNetworkAddress")?.key.get("NetworkAddress") ?? null;
      const octets =
        value !== null && "StringData" in value.ParameterData ? hexOctets(value.ParameterData.StringData) : null;
      NetworkAddress.Value = octets;
      NetworkAddressLength.Value = octets?.length ?? 0;
      Status.Value = octets === null ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
    },
  };
}

/** A copy of a value whose type and data fit together; null of any other. */
function copyOf({ ParameterType, ParameterData }: NDIS_CONFIGURATION_PARAMETER): NDIS_CONFIGURATION_PARAMETER | null {
  if (typeof ParameterData !== "object" || ParameterData === null) return null;
  const types = NDIS_PARAMETER_TYPE;
  if (ParameterType === types.NdisParameterInteger || ParameterType === types.NdisParameterHexInteger) {
    if (!("IntegerData" in ParameterData) || typeof ParameterData.IntegerData !== "number") return null;
    return { ParameterType, ParameterData: { IntegerData: ParameterData.IntegerData } };
  }
  if (ParameterType === types.NdisParameterString || ParameterType === types.NdisParameterMultiString) {
    if (!("StringData" in ParameterData) || typeof ParameterData.StringData !== "string") return null;
    return { ParameterType, ParameterData: { StringData: ParameterData.StringData } };
  }
  if (ParameterType !== types.NdisParameterBinary) return null;
  if (!("BinaryData" in ParameterData) || !(ParameterData.BinaryData instanceof Uint8Array)) return null;
  return { ParameterType, ParameterData: { BinaryData: ParameterData.BinaryData.slice() } };
}

/** The adapter whose configuration a key begins with; null for that of a driver. */
function configuredAdapter(handle: NdisObjectHandle): MiniportAdapter | null {
  const object: unknown = handle;
  return object instanceof Binding ? object.adapter : adapterOf(handle);
}

/** The octets of a string of hexadecimal digits, with or without "-" between octets; null when it is something else. */
function hexOctets(text: string): Uint8Array | null {
  const octets = text.match(/^[0-9a-f]{2}(?:-?[0-9a-f]{2})*$/i) === null ? null : text.replaceAll("-", "").match(/../g);
  return octets === null ? null : Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16));
}
