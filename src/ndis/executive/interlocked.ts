import type { NdisSynchronizationFunctions } from "../ddi/functions/synchronization.ts";
import type { InOutParameter } from "../ddi/handles.ts";
import type { LIST_ENTRY, NDIS_SPIN_LOCK } from "../ddi/structures/system.ts";
import type { NdisEnvironment } from "../environment.ts";
import { isFreeSpinLock } from "./spin-locks.ts";

type InterlockedFunctions = Pick<
  NdisSynchronizationFunctions,
  | "NdisInterlockedIncrement"
  | "NdisInterlockedDecrement"
  | "NdisInterlockedAddUlong"
  | "NdisInterlockedInsertHeadList"
  | "NdisInterlockedInsertTailList"
  | "NdisInterlockedRemoveHeadList"
>;

/** Interlocked arithmetic (LONG: signed, ULONG: unsigned, both wrap at 32 bits) and doubly linked lists. */
export function interlockedFunctions(environment: NdisEnvironment, owner: string): InterlockedFunctions {
  const isUsable = (head: LIST_ENTRY, spinLock: NDIS_SPIN_LOCK): boolean => {
    if (!isFreeSpinLock(environment, owner, spinLock)) return false;
    if (isEntry(head.Flink) && isEntry(head.Blink)) return true;
    environment.misuse("NullCheck", owner, "the list head is not initialised: an empty list points to itself");
    return false;
  };
  const isNumber = (addend: InOutParameter<number>): boolean => {
    if (typeof addend.Value === "number") return true;
    environment.misuse("NullCheck", owner, "Addend is no LONG");
    return false;
  };
  return {
    NdisInterlockedIncrement(Addend) {
      if (!isNumber(Addend)) return 0;
      Addend.Value = (Addend.Value + 1) | 0;
      return Addend.Value;
    },
    NdisInterlockedDecrement(Addend) {
      if (!isNumber(Addend)) return 0;
      Addend.Value = (Addend.Value - 1) | 0;
      return Addend.Value;
    },
    NdisInterlockedAddUlong(Addend, Increment, SpinLock) {
      if (!isNumber(Addend)) return 0;
      isFreeSpinLock(environment, owner, SpinLock);
      const before = Addend.Value;
      Addend.Value = (before + Increment) >>> 0;
      return before;
    },
    NdisInterlockedInsertHeadList(ListHead, ListEntry, SpinLock) {
      if (!isUsable(ListHead, SpinLock)) return null;
      const first = ListHead.Flink ?? ListHead;
      insertBetween(ListHead, ListEntry, first);
      return first === ListHead ? null : first;
    },
    NdisInterlockedInsertTailList(ListHead, ListEntry, SpinLock) {
      if (!isUsable(ListHead, SpinLock)) return null;
      const last = ListHead.Blink ?? ListHead;
      insertBetween(last, ListEntry, ListHead);
      return last === ListHead ? null : last;
    },
    NdisInterlockedRemoveHeadList(ListHead, SpinLock) {
      if (!isUsable(ListHead, SpinLock)) return null;
      const first = ListHead.Flink;
      if (first === null || first === ListHead) return null;
      const second = isEntry(first.Flink) ? (first.Flink ?? ListHead) : ListHead;
      ListHead.Flink = second;
      second.Blink = ListHead;
      return first;
    },
  };
}

function isEntry(link: unknown): boolean {
  return typeof link === "object" && link !== null;
}

function insertBetween(before: LIST_ENTRY, entry: LIST_ENTRY, after: LIST_ENTRY): void {
  entry.Flink = after;
  entry.Blink = before;
  before.Flink = entry;
  after.Blink = entry;
}
