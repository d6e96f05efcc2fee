import type { NDIS_CONTEXT, NdisDriverHandle } from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";

/*
 * The entry point in which a driver registers its optional handlers. What the documentation says never to return is
 * not in the type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** MiniportSetOptions and ProtocolSetOptions. */
export type SET_OPTIONS = (NdisDriverHandle: NdisDriverHandle, DriverContext: NDIS_CONTEXT) => NDIS_STATUS_FINAL;
