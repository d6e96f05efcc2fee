import type { NdisMCoFunctions } from "../ddi/functions/co-miniport.ts";
import type { NdisMHardwareFunctions, NdisMInterruptFunctions } from "../ddi/functions/device.ts";
import type {
  NdisClientLibrary,
  NdisCommonLibrary,
  NdisMiniportCallManagerLibrary,
} from "../ddi/functions/libraries.ts";
import type { NdisRegisterAccessFunctions } from "../hardware/register-space.ts";
import type { miniportCallManagerFunctions } from "./call-management.ts";
import type { clientFunctions, connectionFunctions } from "./client.ts";
import type { miniportFunctions } from "./miniport.ts";
import type { protocolFunctions } from "./protocol.ts";
import type { MemoryAccess } from "./roles.ts";

type Implemented<Interface, Factory extends (...parameters: never[]) => object> = Pick<
  Interface,
  keyof ReturnType<Factory> & keyof Interface
>;

/** What a miniport call manager may call. It has no NdisCo functions of protocols (rule VC-24). */
export type MiniportCallManagerLibrary = NdisCommonLibrary &
  NdisMCoFunctions &
  NdisMInterruptFunctions &
  NdisMHardwareFunctions &
  NdisRegisterAccessFunctions &
  Pick<NdisMiniportCallManagerLibrary, "NdisMSleep" | "NdisMGetBusData" | "NdisMSetBusData"> &
  Implemented<NdisMiniportCallManagerLibrary, typeof miniportFunctions> &
  Implemented<NdisMiniportCallManagerLibrary, typeof miniportCallManagerFunctions> &
  MemoryAccess;

/** What a connection-oriented client may call. */
export type ClientLibrary = NdisCommonLibrary &
  Implemented<NdisClientLibrary, typeof protocolFunctions> &
  Implemented<NdisClientLibrary, typeof clientFunctions> &
  Implemented<NdisClientLibrary, typeof connectionFunctions> &
  MemoryAccess;
