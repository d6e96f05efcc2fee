import { DISPATCH_LEVEL } from "../../machine/processor.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { NdisSynchronizationFunctions } from "../ddi/functions/synchronization.ts";
import type { NDIS_RW_LOCK_EX } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { LOCK_STATE_EX } from "../ddi/structures/system.ts";
import { NDIS_RWL_AT_DISPATCH_LEVEL } from "../ddi/structures/system.ts";
import type { NdisEnvironment } from "../environment.ts";
import { adapterOf } from "./adapter-of.ts";
import type { DriverHoldings, Holding } from "./holdings.ts";
import { allocationFails } from "./holdings.ts";

/** Values of LOCK_STATE_EX.LockState. */
const NOT_HELD = 0;
const HELD_FOR_READING = 1;
const HELD_FOR_WRITING = 2;

class ReadWriteLock implements Holding {
  readonly leftRule = "MEM-02";
  readonly traceName: string;
  readonly adapter: MiniportAdapter | null;
  readonly environment: NdisEnvironment;
  readers = 0;
  writing = false;
  allocated = true;

  constructor(environment: NdisEnvironment, adapter: MiniportAdapter | null) {
    this.environment = environment;
    this.traceName = environment.nameObject("read-write lock");
    this.adapter = adapter;
  }
}

type ReadWriteLockFunctions = Pick<
  NdisSynchronizationFunctions,
  "NdisAllocateRWLock" | "NdisFreeRWLock" | "NdisAcquireRWLockRead" | "NdisAcquireRWLockWrite" | "NdisReleaseRWLock"
>;

function resolveLock(environment: NdisEnvironment, owner: string, handle: NDIS_RW_LOCK_EX): ReadWriteLock | null {
  const object: unknown = handle;
  if (object instanceof ReadWriteLock && object.environment === environment && object.allocated) return object;
  environment.misuse("CNC-10", owner, "the read-write lock was never allocated, or is freed already");
  return null;
}

function isLockState(environment: NdisEnvironment, owner: string, state: unknown, flags: unknown): boolean {
  if (typeof state === "object" && state !== null && typeof flags === "number") return true;
  environment.misuse("NullCheck", owner, "LockState is no LOCK_STATE_EX, or Flags no ULONG");
  return false;
}

/** Read-write locks: many readers, or one writer. */
export function readWriteLockFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
): ReadWriteLockFunctions {
  const { processor } = environment;
  const conduct = environment.conductOf(owner);
  const wrong = (message: string): void => environment.misuse("CNC-10", owner, message);
  const lockOf = (handle: NDIS_RW_LOCK_EX): ReadWriteLock | null => resolveLock(environment, owner, handle);
  const isState = (state: LOCK_STATE_EX, flags: number): boolean => isLockState(environment, owner, state, flags);
  const raise = (state: LOCK_STATE_EX, flags: number, how: number): void => {
    state.LockState = how;
    state.Flags = flags;
    state.OldIrql = processor.irql;
    conduct.locksHeld++;
    if ((flags & NDIS_RWL_AT_DISPATCH_LEVEL) === 0 && processor.irql < DISPATCH_LEVEL) processor.irql = DISPATCH_LEVEL;
  };
  return {
    NdisAllocateRWLock(NdisHandle) {
      if (allocationFails(environment)) return null;
      const lock = new ReadWriteLock(environment, adapterOf(NdisHandle));
      holdings.take(lock);
      return toHandle<NDIS_RW_LOCK_EX>(lock);
    },
    NdisFreeRWLock(Lock) {
      const lock = lockOf(Lock);
      if (lock === null) return;
      if (lock.readers > 0 || lock.writing) wrong(`${lock.traceName} is freed while it is held`);
      lock.allocated = false;
      holdings.giveBack(lock);
    },
    NdisAcquireRWLockRead(Lock, LockState, Flags) {
      const lock = lockOf(Lock);
      if (lock === null || !isState(LockState, Flags)) return;
      if (lock.writing) {
        wrong(
          `${lock.traceName} is acquired for reading while it is held for writing: the processor would wait for ever`,
        );
        return;
      }
      lock.readers++;
      raise(LockState, Flags, HELD_FOR_READING);
    },
    NdisAcquireRWLockWrite(Lock, LockState, Flags) {
      const lock = lockOf(Lock);
      if (lock === null || !isState(LockState, Flags)) return;
      if (lock.writing || lock.readers > 0) {
        wrong(`${lock.traceName} is acquired for writing while it is held: the processor would wait for ever`);
        return;
      }
      lock.writing = true;
      raise(LockState, Flags, HELD_FOR_WRITING);
    },
    NdisReleaseRWLock(Lock, LockState) {
      const lock = lockOf(Lock);
      if (lock === null || !isState(LockState, 0)) return;
      if (LockState.LockState === HELD_FOR_WRITING && lock.writing) lock.writing = false;
      else if (LockState.LockState === HELD_FOR_READING && lock.readers > 0) lock.readers--;
      else {
        wrong(`${lock.traceName} is released with a lock state that holds nothing`);
        return;
      }
      LockState.LockState = NOT_HELD;
      conduct.locksHeld--;
      if ((LockState.Flags & NDIS_RWL_AT_DISPATCH_LEVEL) === 0) processor.irql = LockState.OldIrql;
    },
  };
}
