import type { NDIS_CONTEXT, NdisIoWorkItemHandle } from "../handles.ts";
import type { Passive } from "../types.ts";

/*
 * Timers and work items. What the documentation says never to return is not in the
 * type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** NetTimerCallback. */
export type NDIS_TIMER_FUNCTION = (
  SystemSpecific1: NDIS_CONTEXT,
  FunctionContext: NDIS_CONTEXT,
  SystemSpecific2: NDIS_CONTEXT,
  SystemSpecific3: NDIS_CONTEXT,
) => void;

/** NdisIoWorkItemRoutine. */
export type NDIS_IO_WORKITEM_FUNCTION = (
  WorkItemContext: NDIS_CONTEXT,
  NdisIoWorkItemHandle: NdisIoWorkItemHandle,
) => Passive<void>;
