import type { NDIS_IO_WORKITEM_FUNCTION } from "../handlers/deferred.ts";
import type {
  NDIS_CONTEXT,
  NdisIoWorkItemHandle,
  NdisObjectHandle,
  NdisTimerHandle,
  OutParameter,
} from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { NDIS_TIMER_CHARACTERISTICS } from "../structures/interrupt.ts";
import type { LARGE_INTEGER } from "../types.ts";

/** Timers and work items. DueTime is in units of 100 ns, relative when negative. */
export interface NdisDeferredFunctions {
  NdisAllocateTimerObject(
    NdisHandle: NdisObjectHandle,
    TimerCharacteristics: NDIS_TIMER_CHARACTERISTICS,
    pTimerObject: OutParameter<NdisTimerHandle>,
  ): NDIS_STATUS_FINAL;
  NdisSetTimerObject(
    TimerObject: NdisTimerHandle,
    DueTime: LARGE_INTEGER,
    MillisecondsPeriod: number,
    FunctionContext: NDIS_CONTEXT,
  ): boolean;
  NdisSetCoalescableTimerObject(
    TimerObject: NdisTimerHandle,
    DueTime: LARGE_INTEGER,
    MillisecondsPeriod: number,
    FunctionContext: NDIS_CONTEXT,
    Tolerance: number,
  ): boolean;
  NdisCancelTimerObject(TimerObject: NdisTimerHandle): boolean;
  NdisFreeTimerObject(TimerObject: NdisTimerHandle): void;
  NdisAllocateIoWorkItem(NdisObjectHandle: NdisObjectHandle): NdisIoWorkItemHandle | null;
  NdisQueueIoWorkItem(
    NdisIoWorkItemHandle: NdisIoWorkItemHandle,
    Routine: NDIS_IO_WORKITEM_FUNCTION,
    WorkItemContext: NDIS_CONTEXT,
  ): void;
  NdisFreeIoWorkItem(NdisIoWorkItemHandle: NdisIoWorkItemHandle): void;
}
