import type { Blocking } from "../../../machine/thread.ts";
import type { InOutParameter, NDIS_RW_LOCK_EX, NdisObjectHandle } from "../handles.ts";
import type { LIST_ENTRY, LOCK_STATE_EX, NDIS_EVENT, NDIS_SPIN_LOCK } from "../structures/system.ts";

/** Locks, events, interlocked operations. */
export interface NdisSynchronizationFunctions {
  NdisAllocateSpinLock(SpinLock: NDIS_SPIN_LOCK): void;
  NdisFreeSpinLock(SpinLock: NDIS_SPIN_LOCK): void;
  NdisAcquireSpinLock(SpinLock: NDIS_SPIN_LOCK): void;
  NdisReleaseSpinLock(SpinLock: NDIS_SPIN_LOCK): void;
  NdisDprAcquireSpinLock(SpinLock: NDIS_SPIN_LOCK): void;
  NdisDprReleaseSpinLock(SpinLock: NDIS_SPIN_LOCK): void;
  NdisAllocateRWLock(NdisHandle: NdisObjectHandle): NDIS_RW_LOCK_EX | null;
  NdisFreeRWLock(Lock: NDIS_RW_LOCK_EX): void;
  NdisAcquireRWLockRead(Lock: NDIS_RW_LOCK_EX, LockState: LOCK_STATE_EX, Flags: number): void;
  NdisAcquireRWLockWrite(Lock: NDIS_RW_LOCK_EX, LockState: LOCK_STATE_EX, Flags: number): void;
  NdisReleaseRWLock(Lock: NDIS_RW_LOCK_EX, LockState: LOCK_STATE_EX): void;
  NdisInitializeEvent(Event: NDIS_EVENT): void;
  NdisSetEvent(Event: NDIS_EVENT): void;
  NdisResetEvent(Event: NDIS_EVENT): void;
  NdisWaitEvent(Event: NDIS_EVENT, MsToWait: number): Blocking<boolean>;
  NdisInterlockedIncrement(Addend: InOutParameter<number>): number;
  NdisInterlockedDecrement(Addend: InOutParameter<number>): number;
  NdisInterlockedAddUlong(Addend: InOutParameter<number>, Increment: number, SpinLock: NDIS_SPIN_LOCK): number;
  NdisInterlockedInsertHeadList(
    ListHead: LIST_ENTRY,
    ListEntry: LIST_ENTRY,
    SpinLock: NDIS_SPIN_LOCK,
  ): LIST_ENTRY | null;
  NdisInterlockedInsertTailList(
    ListHead: LIST_ENTRY,
    ListEntry: LIST_ENTRY,
    SpinLock: NDIS_SPIN_LOCK,
  ): LIST_ENTRY | null;
  NdisInterlockedRemoveHeadList(ListHead: LIST_ENTRY, SpinLock: NDIS_SPIN_LOCK): LIST_ENTRY | null;
}
