import type { NdisBufferFunctions } from "./buffers.ts";
import type { NdisCmFunctions } from "./call-manager.ts";
import type { NdisClFunctions } from "./client.ts";
import type { NdisMCoFunctions, NdisMCoVcFunctions } from "./co-miniport.ts";
import type { NdisConfigurationFunctions } from "./configuration.ts";
import type { NdisCoFunctions } from "./connection.ts";
import type { NdisDeferredFunctions } from "./deferred.ts";
import type { NdisMHardwareFunctions, NdisMInterruptFunctions } from "./device.ts";
import type { NdisMCmFunctions } from "./mcm.ts";
import type { NdisMemoryFunctions } from "./memory.ts";
import type { NdisMFunctions, NdisMOidFunctions } from "./miniport.ts";
import type { NdisMiscellaneousFunctions } from "./miscellaneous.ts";
import type { NdisOidFunctions, NdisProtocolFunctions } from "./protocol.ts";
import type { NdisRegistrationFunctions } from "./registration.ts";
import type { NdisSynchronizationFunctions } from "./synchronization.ts";

/*
 * What each kind of driver may call. The public documentation names the callers of every function; a library has
 * those that name its role and no others, so that a call of another role's function does not compile.
 */

/** Functions for drivers of every kind. */
export interface NdisCommonLibrary
  extends NdisRegistrationFunctions,
    NdisBufferFunctions,
    NdisMemoryFunctions,
    NdisSynchronizationFunctions,
    NdisDeferredFunctions,
    NdisConfigurationFunctions,
    NdisMiscellaneousFunctions {}

/** Functions for miniports of every kind. */
export interface NdisMiniportLibrary
  extends NdisCommonLibrary,
    NdisMFunctions,
    NdisMOidFunctions,
    NdisMInterruptFunctions,
    NdisMHardwareFunctions,
    NdisMCoFunctions {}

/** A miniport call manager. It has no NdisCoSendNetBufferLists: it sends signalling itself (rules VC-24 and SND-17). */
export interface NdisMiniportCallManagerLibrary extends NdisMiniportLibrary, NdisMCmFunctions {}

/** A connection-oriented miniport whose calls are managed by a protocol driver. */
export interface NdisCoMiniportLibrary extends NdisMiniportLibrary, NdisMCoVcFunctions {}

/** Functions for connection-oriented protocol drivers of both kinds. */
export interface NdisCoProtocolLibrary
  extends NdisCommonLibrary,
    NdisProtocolFunctions,
    NdisOidFunctions,
    NdisCoFunctions {}

/** A stand-alone call manager. */
export interface NdisCallManagerLibrary extends NdisCoProtocolLibrary, NdisCmFunctions {}

/** A connection-oriented client. */
export interface NdisClientLibrary extends NdisCoProtocolLibrary, NdisClFunctions {}
