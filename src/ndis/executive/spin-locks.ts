import { DISPATCH_LEVEL } from "../../machine/processor.ts";
import type { NdisSynchronizationFunctions } from "../ddi/functions/synchronization.ts";
import type { NDIS_SPIN_LOCK } from "../ddi/structures/system.ts";
import type { NdisEnvironment } from "../environment.ts";

/** How a spin lock was acquired; it is released in the same form (CNC-10). */
const FREE = 0;
const PLAIN = 1;
const DPR = 2;
type LockForm = typeof FREE | typeof PLAIN | typeof DPR;

class KernelSpinLock {
  form: LockForm = FREE;
}

type SpinLockFunctions = Pick<
  NdisSynchronizationFunctions,
  | "NdisAllocateSpinLock"
  | "NdisFreeSpinLock"
  | "NdisAcquireSpinLock"
  | "NdisReleaseSpinLock"
  | "NdisDprAcquireSpinLock"
  | "NdisDprReleaseSpinLock"
>;

/** Spin locks. There is one processor, so that waiting for a lock that is held would never end: that is a violation. */
export function spinLockFunctions(environment: NdisEnvironment, owner: string): SpinLockFunctions {
  const { processor } = environment;
  const conduct = environment.conductOf(owner);
  const wrong = (message: string): void => environment.misuse("CNC-10", owner, message);
  const lockOf = (storage: NDIS_SPIN_LOCK): KernelSpinLock | null => {
    if (storage?.SpinLock instanceof KernelSpinLock) return storage.SpinLock;
    wrong("the spin lock is not initialised, or is freed already");
    return null;
  };
  const acquire = (storage: NDIS_SPIN_LOCK, form: LockForm): void => {
    const lock = lockOf(storage);
    if (lock === null) return;
    if (lock.form !== FREE) {
      wrong("a spin lock is acquired while it is held: the processor would wait for ever");
      return;
    }
    lock.form = form;
    conduct.locksHeld++;
    if (form === DPR) return;
    storage.OldIrql = processor.irql;
    if (processor.irql < DISPATCH_LEVEL) processor.irql = DISPATCH_LEVEL;
  };
  const release = (storage: NDIS_SPIN_LOCK, form: LockForm): void => {
    const lock = lockOf(storage);
    if (lock === null) return;
    if (lock.form !== form) {
      wrong(
        lock.form === FREE ? "a spin lock is released that is not held" : "a spin lock is released in the other form",
      );
      return;
    }
    lock.form = FREE;
    conduct.locksHeld--;
    if (form === PLAIN) processor.irql = storage.OldIrql;
  };
  return {
    NdisAllocateSpinLock(SpinLock) {
      if (SpinLock.SpinLock instanceof KernelSpinLock && SpinLock.SpinLock.form !== FREE) {
        wrong("a spin lock is initialised while it is held");
      }
      SpinLock.SpinLock = new KernelSpinLock();
    },
    NdisFreeSpinLock(SpinLock) {
      const lock = lockOf(SpinLock);
      if (lock === null) return;
      if (lock.form !== FREE) {
        wrong("a spin lock is freed while it is held");
        conduct.locksHeld--;
      }
      SpinLock.SpinLock = null;
    },
    NdisAcquireSpinLock: (SpinLock) => acquire(SpinLock, PLAIN),
    NdisReleaseSpinLock: (SpinLock) => release(SpinLock, PLAIN),
    NdisDprAcquireSpinLock: (SpinLock) => acquire(SpinLock, DPR),
    NdisDprReleaseSpinLock: (SpinLock) => release(SpinLock, DPR),
  };
}

/** An interlocked operation takes the lock itself: it is initialised, and the caller does not hold it. */
export function isFreeSpinLock(environment: NdisEnvironment, owner: string, storage: NDIS_SPIN_LOCK): boolean {
  if (storage?.SpinLock instanceof KernelSpinLock && storage.SpinLock.form === FREE) return true;
  environment.misuse("CNC-10", owner, "the spin lock of an interlocked operation is not initialised, or is held");
  return false;
}
