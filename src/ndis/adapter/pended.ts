import type { Blocking } from "../../machine/thread.ts";
import { KernelEvent } from "../../machine/thread.ts";
import type { DdiName } from "../ddi/catalog.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Named } from "../verifier/call-history.ts";

/** An adapter or a binding that asks its driver for something that may pend. One at a time. */
interface Pending {
  pendingOperation: KernelEvent | null;
  pendingStatus: NDIS_STATUS_FINAL | null;
}

/** What is asked, of whom, and the rule on its completion. */
interface Question {
  readonly environment: NdisEnvironment;
  readonly callback: DdiName;
  readonly owner: string;
  readonly rule: string;
}

/**
 * The final status of an operation: what `ask` answers, or after PENDING what the completion function said, which may have been
 * called before (CNC-02). Who calls it answers PENDING.
 */
export function* outcomeOf(
  object: Pending & Named,
  { environment, callback, owner, rule }: Question,
  ask: () => Blocking<NDIS_STATUS>,
): Blocking<NDIS_STATUS> {
  const completed = new KernelEvent();
  object.pendingOperation = completed;
  object.pendingStatus = null;
  let status = yield* ask();
  if (status === NDIS_STATUS_PENDING) {
    yield { event: completed, timeoutNs: Number.POSITIVE_INFINITY };
    status = object.pendingStatus ?? NDIS_STATUS_FAILURE;
  } else if (completed.signalled) {
    environment.misuse(rule, owner, `${callback} is completed, and returned a final status as well`, object);
    status = object.pendingStatus ?? status;
  }
  object.pendingOperation = null;
  object.pendingStatus = null;
  return status;
}

/** Ends what {@link outcomeOf} waits for. @returns false when nothing is waited for, or it has been ended already. */
export function finishPended(object: Pending, status: NDIS_STATUS_FINAL): boolean {
  if (object.pendingOperation === null || object.pendingStatus !== null) return false;
  object.pendingStatus = status;
  object.pendingOperation.set();
  return true;
}
