import type { NdisBindingHandle, NdisDriverHandle } from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { NDIS_DRIVER_OPTIONAL_HANDLERS } from "../structures/optional-handlers.ts";

/** Registration of optional handlers. */
export interface NdisRegistrationFunctions {
  NdisSetOptionalHandlers(
    NdisHandle: NdisDriverHandle | NdisBindingHandle,
    OptionalHandlers: NDIS_DRIVER_OPTIONAL_HANDLERS,
  ): NDIS_STATUS_FINAL;
}
