import type { NDIS_STATUS } from "../ddi/status.ts";
import type { DRIVER_OBJECT } from "../ddi/structures/system.ts";
import type { Passive } from "../ddi/types.ts";

/**
 * A driver as a module: what the linker would have bound comes as the third argument of `DriverEntry`.
 * `Library` is the library of the driver's role.
 */
export interface DriverImage<Library> {
  /** The driver's name, as a service would be called. */
  readonly name: string;
  readonly DriverEntry: (DriverObject: DRIVER_OBJECT, RegistryPath: string, Ndis: Library) => Passive<NDIS_STATUS>;
}
