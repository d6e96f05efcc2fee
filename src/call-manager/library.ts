import type { MemoryAccess, NdisCmFunctions, NdisCommonLibrary } from "../ndis/index.ts";

/** What call management calls in NDIS for its own needs: memory, timers, events, work items. */
export type CommonLibrary = NdisCommonLibrary & MemoryAccess;

type Operation =
  | "AddPartyComplete"
  | "CloseAddressFamilyComplete"
  | "CloseCallComplete"
  | "DeregisterSapComplete"
  | "DispatchCallConnected"
  | "DispatchIncomingCall"
  | "DispatchIncomingCloseCall"
  | "DispatchIncomingDropParty"
  | "DropPartyComplete"
  | "MakeCallComplete"
  | "NotifyCloseAddressFamily"
  | "OpenAddressFamilyComplete"
  | "RegisterSapComplete";

/** The operations that NDIS has for call managers of both kinds, without NdisCm or NdisMCm before the name (MCM-08). */
export type CallManagementFunctions = {
  readonly [Name in Operation]: NdisCmFunctions[`NdisCm${Name}`];
};
