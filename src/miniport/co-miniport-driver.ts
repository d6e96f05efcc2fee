import type { CoMiniportLibrary, DRIVER_OBJECT, NDIS_STATUS } from "../ndis/index.ts";
import { NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ndis/index.ts";
import { adapterOf } from "./bring-up.ts";
import type { MiniportVc } from "./co-miniport-adapter.ts";
import { CoMiniportAdapter } from "./co-miniport-adapter.ts";
import { MiniportDriver } from "./miniport-driver.ts";

/** The entry point of the CO miniport: the hardware half alone, for a call manager above it. */
export function CoMiniportDriverEntry(
  DriverObject: DRIVER_OBJECT,
  RegistryPath: string,
  Ndis: CoMiniportLibrary,
): NDIS_STATUS {
  const driver = new MiniportDriver<CoMiniportAdapter>(Ndis, {
    coHandlers: {
      CoCreateVcHandler: (context, handle, out) => {
        out.Value = adapterOf<CoMiniportAdapter>(context).createVc(handle);
        return out.Value === null ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS;
      },
      CoDeleteVcHandler: (context) => (context as MiniportVc).adapter.deleteVc(context as MiniportVc),
      CoActivateVcHandler: (context, parameters) =>
        (context as MiniportVc).adapter.activateVc(context as MiniportVc, parameters),
      CoDeactivateVcHandler: (context) => (context as MiniportVc).adapter.deactivateVc(context as MiniportVc),
    },
    setOptions: () => NDIS_STATUS_SUCCESS,
    make: (hardware, handle) => CoMiniportAdapter.create(Ndis, hardware, handle),
    started: () => NDIS_STATUS_SUCCESS,
    shutDown: (adapter) => adapter.shutDown(),
  });
  return driver.register(DriverObject, RegistryPath);
}
