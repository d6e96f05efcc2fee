import type { KAFFINITY, NDIS_PHYSICAL_ADDRESS } from "../types.ts";

/*
 * What NDIS shows a miniport of its interrupts and its DMA (wdm.h, ndis.h).
 */

/** One message-signalled interrupt. */
export interface IO_INTERRUPT_MESSAGE_INFO_ENTRY {
  MessageAddress: NDIS_PHYSICAL_ADDRESS;
  TargetProcessorSet: KAFFINITY;
  MessageData: number;
  Vector: number;
  Irql: number;
}

/** The messages that a miniport was granted: NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS.MessageInfoTable. */
export interface IO_INTERRUPT_MESSAGE_INFO {
  UnifiedIrql: number;
  MessageCount: number;
  MessageInfo: IO_INTERRUPT_MESSAGE_INFO_ENTRY[];
}

/** How much a DPC may indicate, and whether it has more (ndis.h, NDIS 6.20). */
export interface NDIS_RECEIVE_THROTTLE_PARAMETERS {
  MaxNblsToIndicate: number;
  MoreNblsPending: boolean;
}

/** A physically contiguous piece of a buffer. */
export interface SCATTER_GATHER_ELEMENT {
  Address: NDIS_PHYSICAL_ADDRESS;
  /** In bytes. */
  Length: number;
}

/**
 * The pieces of a NET_BUFFER as a device sees them. Elements may be longer than NumberOfElements says: the list is
 * reused.
 */
export interface SCATTER_GATHER_LIST {
  NumberOfElements: number;
  Elements: SCATTER_GATHER_ELEMENT[];
}
