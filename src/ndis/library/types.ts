import type { NdisCmFunctions } from "../ddi/functions/call-manager.ts";
import type { NdisClFunctions } from "../ddi/functions/client.ts";
import type { NdisMCoFunctions, NdisMCoVcFunctions } from "../ddi/functions/co-miniport.ts";
import type { NdisMHardwareFunctions, NdisMInterruptFunctions } from "../ddi/functions/device.ts";
import type { NdisCommonLibrary, NdisCoProtocolLibrary, NdisMiniportLibrary } from "../ddi/functions/libraries.ts";
import type { NdisMCmFunctions } from "../ddi/functions/mcm.ts";
import type { NdisRegisterAccessFunctions } from "../hardware/register-space.ts";
import type { clientFunctions, connectionFunctions } from "./client.ts";
import type { miniportFunctions } from "./miniport.ts";
import type { protocolFunctions } from "./protocol.ts";
import type { MemoryAccess } from "./roles.ts";

type Implemented<Interface, Factory extends (...parameters: never[]) => object> = Pick<
  Interface,
  keyof ReturnType<Factory> & keyof Interface
>;

/** What every connection-oriented miniport may call. */
type AnyMiniportLibrary = NdisCommonLibrary &
  NdisMCoFunctions &
  NdisMInterruptFunctions &
  NdisMHardwareFunctions &
  NdisRegisterAccessFunctions &
  Pick<NdisMiniportLibrary, "NdisMSleep" | "NdisMGetBusData" | "NdisMSetBusData"> &
  Implemented<NdisMiniportLibrary, typeof miniportFunctions> &
  MemoryAccess;

/** What every connection-oriented protocol driver may call. */
type AnyProtocolLibrary = NdisCommonLibrary &
  Implemented<NdisCoProtocolLibrary, typeof protocolFunctions> &
  Implemented<NdisCoProtocolLibrary, typeof connectionFunctions> &
  MemoryAccess;

/** What a miniport call manager may call. It has no NdisCo functions of protocols (rule VC-24). */
export type MiniportCallManagerLibrary = AnyMiniportLibrary & NdisMCmFunctions;

/** What a connection-oriented miniport without call management may call. */
export type CoMiniportLibrary = AnyMiniportLibrary & NdisMCoVcFunctions;

/** What a connection-oriented client may call. */
export type ClientLibrary = AnyProtocolLibrary & Implemented<NdisClFunctions, typeof clientFunctions>;

/** What a stand-alone call manager may call. */
export type CallManagerLibrary = AnyProtocolLibrary & NdisCmFunctions;

/** What a protocol driver may call that is a client of one address family and the call manager of another. */
export type ProxyLibrary = ClientLibrary & NdisCmFunctions;
