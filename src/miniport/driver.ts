import { CallManager } from "../call-manager/call-manager.ts";
import { ConfigurationStore, ownAddress } from "../call-manager/configuration.ts";
import { callManagerHandlers } from "../call-manager/handlers.ts";
import type { DRIVER_OBJECT, MiniportAdapterHandle, MiniportCallManagerLibrary, NDIS_STATUS } from "../ndis/index.ts";
import { adapterOf } from "./bring-up.ts";
import { readMcmConfiguration } from "./configuration.ts";
import type { Hardware } from "./hardware.ts";
import { McmAdapter } from "./mcm-adapter.ts";
import { MiniportDriver } from "./miniport-driver.ts";
import { NicAdapter } from "./nic-adapter.ts";

/** The entry point of the MCM driver: the hardware half and call management in one (REG-05, MCM-01). */
export function DriverEntry(
  DriverObject: DRIVER_OBJECT,
  RegistryPath: string,
  Ndis: MiniportCallManagerLibrary,
): NDIS_STATUS {
  const handlers = callManagerHandlers({
    managerOf: (context) => adapterOf<McmAdapter>(context).manager,
    // Never called: an MCM activates its NIC itself (REG-11).
    activateVcComplete: () => {},
    deactivateVcComplete: () => {},
    oidRequestComplete: () => {},
  });
  const driver = new MiniportDriver<McmAdapter>(Ndis, {
    coHandlers: {},
    setOptions: (handle) => Ndis.NdisSetOptionalHandlers(handle, handlers),
    make: (hardware, handle) => makeAdapter(Ndis, hardware, handle),
    // AF-02.
    started: (_adapter, handle) => Ndis.NdisMCmRegisterAddressFamilyEx(handle, CallManager.offeredFamily),
    shutDown: (adapter) => adapter.shutDown(),
  });
  return driver.register(DriverObject, RegistryPath);
}

function makeAdapter(
  ndis: MiniportCallManagerLibrary,
  hardware: Hardware,
  handle: MiniportAdapterHandle,
): McmAdapter | null {
  const store = new ConfigurationStore(ndis, handle);
  const configuration = readMcmConfiguration(store);
  store.close();
  const nic = NicAdapter.create(ndis, handle, hardware, configuration);
  if (nic === null) return null;
  const { atmAddress, pendsRequests } = configuration;
  const settings = { address: ownAddress(atmAddress, nic.esi), lineCellRate: nic.lineCellRate, pendsRequests };
  const adapter = McmAdapter.create(ndis, nic, settings);
  if (adapter === null) nic.free();
  return adapter;
}
