import type { DdiName } from "../ddi/catalog.ts";

/** Callbacks that drivers may register and that this core never calls. A test compares with what the core's files use. */
export const UNCALLED_CALLBACKS: ReadonlySet<DdiName> = new Set([
  // The connectionless pair.
  "MiniportSendNetBufferLists",
  "MiniportCancelSend",
  "ProtocolReceiveNetBufferLists",
  "ProtocolSendNetBufferListsComplete",
  "ProtocolStatusEx",
  // An open never pends here.
  "ProtocolOpenAdapterCompleteEx",
  // Reset, shutdown, removal.
  "MiniportCheckForHangEx",
  "MiniportResetEx",
  "MiniportShutdownEx",
  "MiniportDevicePnPEventNotify",
  "MiniportAddDevice",
  "MiniportRemoveDevice",
  // The interrupt block masks by itself.
  "MiniportEnableInterruptEx",
  "MiniportDisableInterruptEx",
  "MiniportEnableMessageInterrupt",
  "MiniportDisableMessageInterrupt",
]);
