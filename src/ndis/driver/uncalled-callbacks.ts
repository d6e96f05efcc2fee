import type { DdiName } from "../ddi/catalog.ts";

/** Callbacks that drivers may register and that this core never calls. A test compares with what the core's files use. */
export const UNCALLED_CALLBACKS: ReadonlySet<DdiName> = new Set([
  // The connectionless pair.
  "MiniportSendNetBufferLists",
  "ProtocolReceiveNetBufferLists",
  // The interrupt block masks by itself.
  "MiniportEnableInterruptEx",
  "MiniportDisableInterruptEx",
  "MiniportEnableMessageInterrupt",
  "MiniportDisableMessageInterrupt",
]);
