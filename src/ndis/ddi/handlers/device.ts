import type { NDIS_CONTEXT, OutParameter } from "../handles.ts";
import type { NDIS_RECEIVE_THROTTLE_PARAMETERS, SCATTER_GATHER_LIST } from "../structures/hardware.ts";
import type { DEVICE_OBJECT } from "../structures/system.ts";
import type { NDIS_PHYSICAL_ADDRESS, PVOID } from "../types.ts";

/*
 * Entry points for interrupts and DMA. What the documentation says never to return is not in the
 * type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** MiniportInterrupt. */
export type MINIPORT_ISR = (
  MiniportInterruptContext: NDIS_CONTEXT,
  QueueDefaultInterruptDpc: OutParameter<boolean>,
  TargetProcessors: OutParameter<number>,
) => boolean;

/** MiniportInterruptDPC. */
export type MINIPORT_INTERRUPT_DPC = (
  MiniportInterruptContext: NDIS_CONTEXT,
  MiniportDpcContext: NDIS_CONTEXT,
  ReceiveThrottleParameters: NDIS_RECEIVE_THROTTLE_PARAMETERS | null,
  NdisReserved2: NDIS_CONTEXT,
) => void;

/** MiniportMessageInterrupt. */
export type MINIPORT_MESSAGE_INTERRUPT = (
  MiniportInterruptContext: NDIS_CONTEXT,
  MessageId: number,
  QueueDefaultInterruptDpc: OutParameter<boolean>,
  TargetProcessors: OutParameter<number>,
) => boolean;

/** MiniportMessageInterruptDPC. */
export type MINIPORT_MESSAGE_INTERRUPT_DPC = (
  MiniportInterruptContext: NDIS_CONTEXT,
  MessageId: number,
  MiniportDpcContext: NDIS_CONTEXT,
  ReceiveThrottleParameters: NDIS_RECEIVE_THROTTLE_PARAMETERS | null,
  NdisReserved1: NDIS_CONTEXT,
  NdisReserved2: NDIS_CONTEXT,
) => void;

/** MiniportEnableInterruptEx. */
export type MINIPORT_ENABLE_INTERRUPT = (MiniportInterruptContext: NDIS_CONTEXT) => void;

/** MiniportDisableInterruptEx. */
export type MINIPORT_DISABLE_INTERRUPT = (MiniportInterruptContext: NDIS_CONTEXT) => void;

/** MiniportEnableMessageInterrupt. */
export type MINIPORT_ENABLE_MESSAGE_INTERRUPT = (MiniportInterruptContext: NDIS_CONTEXT, MessageId: number) => void;

/** MiniportDisableMessageInterrupt. */
export type MINIPORT_DISABLE_MESSAGE_INTERRUPT = (MiniportInterruptContext: NDIS_CONTEXT, MessageId: number) => void;

/** MiniportSynchronizeInterrupt. */
export type MINIPORT_SYNCHRONIZE_INTERRUPT = (SynchronizeContext: NDIS_CONTEXT) => boolean;

/** MiniportProcessSGList. */
export type MINIPORT_PROCESS_SG_LIST = (
  pDO: DEVICE_OBJECT,
  Reserved: NDIS_CONTEXT,
  pSGL: SCATTER_GATHER_LIST,
  Context: NDIS_CONTEXT,
) => void;

/** MiniportSharedMemoryAllocateComplete. */
export type MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE = (
  MiniportAdapterContext: NDIS_CONTEXT,
  VirtualAddress: PVOID,
  PhysicalAddress: NDIS_PHYSICAL_ADDRESS,
  Length: number,
  Context: NDIS_CONTEXT,
) => void;
