import type { KernelEvent } from "../../../machine/thread.ts";
import type { CM_RESOURCE_TYPE } from "../constants/enumerations.ts";
import type { KAFFINITY, NDIS_PHYSICAL_ADDRESS, Passive } from "../types.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";

/*
 * Structures of the operating system below NDIS that drivers hold or are shown (wdm.h, ndis.h). Where a member is
 * opaque in C, the slot is null until the initialising function has filled it, so that use before initialisation
 * shows.
 */

/** A driver image. DriverEntry is given one; NdisMRegisterMiniportDriver hooks DriverUnload. */
export interface DRIVER_OBJECT {
  readonly DriverName: string;
  DriverUnload: ((DriverObject: DRIVER_OBJECT) => Passive<void>) | null;
}

/** A device as the plug and play manager knows it. */
export interface DEVICE_OBJECT {
  readonly DriverObject: DRIVER_OBJECT | null;
  readonly DeviceName: string;
}

/** A spin lock (ndis.h). The driver owns the storage; NdisAllocateSpinLock initialises it. */
export interface NDIS_SPIN_LOCK {
  SpinLock: object | null;
  OldIrql: number;
}

export function NDIS_SPIN_LOCK(): NDIS_SPIN_LOCK {
  return { SpinLock: null, OldIrql: 0 };
}

/** Flags of NdisAcquireRWLockRead and NdisAcquireRWLockWrite: the caller knows that it is at DISPATCH_LEVEL (ndis.h). */
export const NDIS_RWL_AT_DISPATCH_LEVEL = 0x01;

/** What a read-write lock remembers for one holder between acquire and release. */
export interface LOCK_STATE_EX {
  OldIrql: number;
  LockState: number;
  Flags: number;
}

export function LOCK_STATE_EX(): LOCK_STATE_EX {
  return { OldIrql: 0, LockState: 0, Flags: 0 };
}

/** An event (ndis.h). The driver owns the storage; NdisInitializeEvent initialises it. */
export interface NDIS_EVENT {
  Event: KernelEvent | null;
}

export function NDIS_EVENT(): NDIS_EVENT {
  return { Event: null };
}

/** A doubly linked list of a driver (wdm.h): the head and every entry point both ways, in a circle. */
export interface LIST_ENTRY {
  Flink: LIST_ENTRY | null;
  Blink: LIST_ENTRY | null;
}

/** A lookaside list (wdm.h). The driver owns the storage; NdisInitializeNPagedLookasideList initialises it. */
export interface NPAGED_LOOKASIDE_LIST {
  Lookaside: object | null;
}

export function NPAGED_LOOKASIDE_LIST(): NPAGED_LOOKASIDE_LIST {
  return { Lookaside: null };
}

/** A driver's own allocator for a lookaside list: returns an address, or NULL. */
export type ALLOCATE_FUNCTION = (PoolType: number, NumberOfBytes: number, Tag: number) => number;
export type FREE_FUNCTION = (Buffer: number) => void;

/** An object that a component without a driver or adapter handle allocates on behalf of (ndis.h). */
export interface NDIS_GENERIC_OBJECT {
  Header: NDIS_OBJECT_HEADER;
  Caller: unknown;
  CallersCaller: unknown;
  DriverObject: DRIVER_OBJECT | null;
}

/** A set of processors of one group. */
export interface GROUP_AFFINITY {
  Mask: KAFFINITY;
  Group: number;
}

/** CM_PARTIAL_RESOURCE_DESCRIPTOR.Flags of an interrupt (wdm.h). */
export const CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE = 0x0000;
export const CM_RESOURCE_INTERRUPT_LATCHED = 0x0001;
export const CM_RESOURCE_INTERRUPT_MESSAGE = 0x0002;

/** One hardware resource (wdm.h); Type names the member of the union that counts. */
export type CM_PARTIAL_RESOURCE_DESCRIPTOR =
  | {
      Type: typeof CM_RESOURCE_TYPE.CmResourceTypePort | typeof CM_RESOURCE_TYPE.CmResourceTypeMemory;
      ShareDisposition: number;
      Flags: number;
      u: { Start: NDIS_PHYSICAL_ADDRESS; Length: number };
    }
  | {
      Type: typeof CM_RESOURCE_TYPE.CmResourceTypeInterrupt;
      ShareDisposition: number;
      Flags: number;
      /** MessageCount is 1 for a line-based interrupt. */
      u: { Level: number; Vector: number; Affinity: KAFFINITY; MessageCount: number };
    };

/** The resources of an adapter: NDIS_MINIPORT_INIT_PARAMETERS.AllocatedResources. */
export interface NDIS_RESOURCE_LIST {
  Version: number;
  Revision: number;
  Count: number;
  PartialDescriptors: CM_PARTIAL_RESOURCE_DESCRIPTOR[];
}

/** What NdisMGetDeviceProperty shows of the resources; one list per bus in C, one list here. */
export type CM_RESOURCE_LIST = NDIS_RESOURCE_LIST;
