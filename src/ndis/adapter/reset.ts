import type { Blocking } from "../../machine/thread.ts";
import { KernelEvent } from "../../machine/thread.ts";
import { OutParameter } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_HARD_ERRORS,
  NDIS_STATUS_NOT_RESETTABLE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESET_END,
  NDIS_STATUS_RESET_IN_PROGRESS,
  NDIS_STATUS_RESET_START,
  NDIS_STATUS_SOFT_ERRORS,
  NDIS_STATUS_SUCCESS,
  statusName,
} from "../ddi/status.ts";
import { indicateReset } from "../status/indicate-status.ts";
import type { AdapterReset, MiniportAdapter } from "./adapter.ts";

const LONGEST_STALL_US = 50;

const FINAL_STATUSES: readonly NDIS_STATUS[] = [
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_RESET_IN_PROGRESS,
  NDIS_STATUS_SOFT_ERRORS,
  NDIS_STATUS_HARD_ERRORS,
];

/**
 * Resets an adapter's hardware, in whatever state it is (LIF-19): MiniportResetEx, between two status indications to the protocols (STA-08).
 * What AddressingReset asks for, filters and multicast addresses, no connection-oriented adapter has.
 * @returns how it ended; NOT_RESETTABLE without a MiniportResetEx, RESET_IN_PROGRESS while there is another one.
 */
export function* resetAdapter(adapter: MiniportAdapter): Blocking<NDIS_STATUS_FINAL> {
  const { environment, driver } = adapter;
  const handler = driver.characteristics.ResetHandlerEx;
  if (handler === null || !adapter.isUp) return NDIS_STATUS_NOT_RESETTABLE;
  if (adapter.reset !== null) return NDIS_STATUS_RESET_IN_PROGRESS;
  const reset: AdapterReset = { over: new KernelEvent(), status: null, aborts: new Set(adapter.oidRequests) };
  adapter.reset = reset;
  indicateReset(adapter, NDIS_STATUS_RESET_START);
  const stalledBefore = environment.stalledMicroseconds;
  const answered = handler(adapter.context, new OutParameter<boolean>());
  const stalled = environment.stalledMicroseconds - stalledBefore;
  if (stalled > LONGEST_STALL_US) {
    const message = `MiniportResetEx stalls for ${stalled} µs; ${LONGEST_STALL_US} at most, a timer for more`;
    environment.misuse("LIF-18", driver.name, message);
  }
  if (answered !== NDIS_STATUS_PENDING) endReset(adapter, answered);
  else if (reset.status === null) yield { event: reset.over, timeoutNs: Number.POSITIVE_INFINITY };
  return reset.status ?? NDIS_STATUS_RESET_IN_PROGRESS;
}

/** NdisMResetComplete: ends a reset that pended. */
export function completeReset(adapter: MiniportAdapter, status: NDIS_STATUS_FINAL): void {
  const { environment, driver } = adapter;
  if (!environment.completes(status, "LIF-16", driver.name)) return;
  if (adapter.reset === null) {
    environment.misuse("LIF-16", driver.name, "NdisMResetComplete while no reset is pending");
    return;
  }
  endReset(adapter, status);
}

function endReset(adapter: MiniportAdapter, status: NDIS_STATUS_FINAL): void {
  const { environment, driver, reset } = adapter;
  if (reset === null) {
    environment.misuse("LIF-16", driver.name, "MiniportResetEx returned a final status after NdisMResetComplete");
    return;
  }
  if (!FINAL_STATUSES.includes(status))
    environment.misuse("LIF-16", driver.name, `a reset does not end with ${statusName(status)}`);
  const { size: requests } = adapter.oidRequests;
  if (adapter.isNdis630 && (requests > 0 || adapter.sendsOutstanding > 0)) {
    const held = `${requests} OID requests and ${adapter.sendsOutstanding} sends`;
    environment.misuse("LIF-17", driver.name, `the reset of ${adapter.traceName} is over with ${held} pending`);
  }
  adapter.reset = null;
  reset.status = status;
  reset.over.set();
  // After a shutdown nobody hears of it any more.
  if (adapter.isUp) indicateReset(adapter, NDIS_STATUS_RESET_END);
}
