import type { Blocking } from "../../machine/thread.ts";
import { KernelEvent } from "../../machine/thread.ts";
import type { NdisSynchronizationFunctions } from "../ddi/functions/synchronization.ts";
import type { NDIS_EVENT } from "../ddi/structures/system.ts";
import type { NdisEnvironment } from "../environment.ts";
import { isDuration } from "./duration.ts";
import { DriverHoldings } from "./holdings.ts";
import { interlockedFunctions } from "./interlocked.ts";
import { readWriteLockFunctions } from "./read-write-locks.ts";
import { spinLockFunctions } from "./spin-locks.ts";

const NS_PER_MS = 1_000_000;

/**
 * Locks, events and interlocked operations of one driver (rule CNC-10 and the verifier's locking rules).
 * @param owner the driver.
 * @param holdings what the driver holds; its other functions share it.
 */
export function synchronizationFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): NdisSynchronizationFunctions {
  return {
    ...spinLockFunctions(environment, owner),
    ...readWriteLockFunctions(environment, owner, holdings),
    ...eventFunctions(environment, owner),
    ...interlockedFunctions(environment, owner),
  } satisfies NdisSynchronizationFunctions;
}

type EventFunctions = Pick<
  NdisSynchronizationFunctions,
  "NdisInitializeEvent" | "NdisSetEvent" | "NdisResetEvent" | "NdisWaitEvent"
>;

/** Notification events: set until they are reset. */
function eventFunctions(environment: NdisEnvironment, owner: string): EventFunctions {
  const eventOf = (storage: NDIS_EVENT): KernelEvent | null => {
    if (storage?.Event instanceof KernelEvent) return storage.Event;
    environment.misuse("NullCheck", owner, "the event is not initialised");
    return null;
  };
  function* wait(storage: NDIS_EVENT, milliseconds: number): Blocking<boolean> {
    const event = eventOf(storage);
    if (event === null) return false;
    if (!isDuration(environment, owner, milliseconds, "MsToWait")) return false;
    const timeoutNs = milliseconds === 0 ? Number.POSITIVE_INFINITY : milliseconds * NS_PER_MS;
    return yield { event, timeoutNs };
  }
  return {
    NdisInitializeEvent(Event) {
      if (Event.Event instanceof KernelEvent && Event.Event.waiters.length > 0) {
        environment.misuse("NullCheck", owner, "the event is initialised while a thread waits for it");
      }
      Event.Event = new KernelEvent();
    },
    NdisSetEvent(Event) {
      eventOf(Event)?.set();
    },
    NdisResetEvent(Event) {
      eventOf(Event)?.reset();
    },
    NdisWaitEvent: wait,
  };
}
