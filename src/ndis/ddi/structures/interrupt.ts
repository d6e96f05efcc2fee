import { NDIS_INTERRUPT_TYPE } from "../constants/enumerations.ts";
import type { NDIS_TIMER_FUNCTION } from "../handlers/deferred.ts";
import type {
  MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE,
  MINIPORT_DISABLE_INTERRUPT,
  MINIPORT_DISABLE_MESSAGE_INTERRUPT,
  MINIPORT_ENABLE_INTERRUPT,
  MINIPORT_ENABLE_MESSAGE_INTERRUPT,
  MINIPORT_INTERRUPT_DPC,
  MINIPORT_ISR,
  MINIPORT_MESSAGE_INTERRUPT,
  MINIPORT_MESSAGE_INTERRUPT_DPC,
  MINIPORT_PROCESS_SG_LIST,
} from "../handlers/device.ts";
import type { NDIS_CONTEXT } from "../handles.ts";
import type { IO_INTERRUPT_MESSAGE_INFO } from "./hardware.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";
import type { DEVICE_OBJECT } from "./system.ts";

/*
 * What a driver registers for its interrupt, its DMA and its timers (ndis.h).
 */

export interface NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  InterruptHandler: MINIPORT_ISR | null;
  InterruptDpcHandler: MINIPORT_INTERRUPT_DPC | null;
  DisableInterruptHandler: MINIPORT_DISABLE_INTERRUPT | null;
  EnableInterruptHandler: MINIPORT_ENABLE_INTERRUPT | null;
  MsiSupported: boolean;
  MsiSyncWithAllMessages: boolean;
  MessageInterruptHandler: MINIPORT_MESSAGE_INTERRUPT | null;
  MessageInterruptDpcHandler: MINIPORT_MESSAGE_INTERRUPT_DPC | null;
  DisableMessageInterruptHandler: MINIPORT_DISABLE_MESSAGE_INTERRUPT | null;
  EnableMessageInterruptHandler: MINIPORT_ENABLE_MESSAGE_INTERRUPT | null;
  InterruptType: NDIS_INTERRUPT_TYPE;
  MessageInfoTable: IO_INTERRUPT_MESSAGE_INFO | null;
}

export function NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS(
  members: Partial<NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS> = {},
): NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS"),
    InterruptHandler: members.InterruptHandler ?? null,
    InterruptDpcHandler: members.InterruptDpcHandler ?? null,
    DisableInterruptHandler: members.DisableInterruptHandler ?? null,
    EnableInterruptHandler: members.EnableInterruptHandler ?? null,
    MsiSupported: members.MsiSupported ?? false,
    MsiSyncWithAllMessages: members.MsiSyncWithAllMessages ?? false,
    MessageInterruptHandler: members.MessageInterruptHandler ?? null,
    MessageInterruptDpcHandler: members.MessageInterruptDpcHandler ?? null,
    DisableMessageInterruptHandler: members.DisableMessageInterruptHandler ?? null,
    EnableMessageInterruptHandler: members.EnableMessageInterruptHandler ?? null,
    InterruptType: members.InterruptType ?? NDIS_INTERRUPT_TYPE.NDIS_CONNECT_LINE_BASED,
    MessageInfoTable: members.MessageInfoTable ?? null,
  };
}

export interface NDIS_SG_DMA_DESCRIPTION {
  Header: NDIS_OBJECT_HEADER;
  Flags: number;
  MaximumPhysicalMapping: number;
  ProcessSGListHandler: MINIPORT_PROCESS_SG_LIST | null;
  SharedMemAllocateCompleteHandler: MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE | null;
  ScatterGatherListSize: number;
  PdoOverride: DEVICE_OBJECT | null;
}

export function NDIS_SG_DMA_DESCRIPTION(members: Partial<NDIS_SG_DMA_DESCRIPTION> = {}): NDIS_SG_DMA_DESCRIPTION {
  return {
    Header: members.Header ?? objectHeader("NDIS_SG_DMA_DESCRIPTION"),
    Flags: members.Flags ?? 0,
    MaximumPhysicalMapping: members.MaximumPhysicalMapping ?? 0,
    ProcessSGListHandler: members.ProcessSGListHandler ?? null,
    SharedMemAllocateCompleteHandler: members.SharedMemAllocateCompleteHandler ?? null,
    ScatterGatherListSize: members.ScatterGatherListSize ?? 0,
    PdoOverride: members.PdoOverride ?? null,
  };
}

export interface NDIS_TIMER_CHARACTERISTICS {
  Header: NDIS_OBJECT_HEADER;
  AllocationTag: number;
  TimerFunction: NDIS_TIMER_FUNCTION | null;
  FunctionContext: NDIS_CONTEXT;
}

export function NDIS_TIMER_CHARACTERISTICS(
  members: Partial<NDIS_TIMER_CHARACTERISTICS> = {},
): NDIS_TIMER_CHARACTERISTICS {
  return {
    Header: members.Header ?? objectHeader("NDIS_TIMER_CHARACTERISTICS"),
    AllocationTag: members.AllocationTag ?? 0,
    TimerFunction: members.TimerFunction ?? null,
    FunctionContext: members.FunctionContext ?? null,
  };
}
