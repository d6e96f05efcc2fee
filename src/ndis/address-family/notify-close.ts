import type { Blocking } from "../../machine/thread.ts";
import { isBlocking } from "../../machine/thread.ts";
import type { NdisAfHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import type { AddressFamily } from "./address-family.ts";
import { ADDRESS_FAMILY_STATES, resolveAddressFamily } from "./address-family.ts";
import { withoutAwaitingClose } from "./waits.ts";

/** Ndis(M)CmNotifyCloseAddressFamily: runs ProtocolClNotifyCloseAf of the client that owns the AF (AF-34). */
export function notifyCloseAddressFamily(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisAfHandle,
): NDIS_STATUS {
  const af = resolveAddressFamily(environment, handle, owner);
  if (af === null) return NDIS_STATUS_FAILURE;
  const moved = advance(environment, ADDRESS_FAMILY_STATES, af, "NotifyClose", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  af.notified = true;
  af.notifyPended = true;
  af.binding.pendingNotifications++;
  const answer = af.client.ClNotifyCloseAfHandler(af.clientContext);
  if (isBlocking(answer)) {
    environment.processor.startThread("ProtocolClNotifyCloseAf", finishNotification(af, answer));
    return NDIS_STATUS_PENDING;
  }
  if (answer === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!af.notifyPended) {
    const message = "ProtocolClNotifyCloseAf completed the notification and returned a final status as well";
    environment.misuse("AF-36", af.binding.protocol.name, message, af);
    return NDIS_STATUS_PENDING;
  }
  endNotification(af);
  return answer;
}

/** A notification that blocks runs on a thread of its own, as if it had pended; what it returns completes it. */
function* finishNotification(af: AddressFamily, body: Blocking<NDIS_STATUS>): Blocking<void> {
  const closing = (): AddressFamily | null => (af.closePended ? af : null);
  const status = yield* withoutAwaitingClose("AF-28", af.binding.protocol.name, closing, body);
  if (status === NDIS_STATUS_PENDING || !af.notifyPended) return;
  endNotification(af);
  af.registration.callManager.CmNotifyCloseAfCompleteHandler(af.callManagerContext, status);
}

/** The client has answered, or nobody asks any more. */
export function endNotification(af: AddressFamily): void {
  af.notifyPended = false;
  af.binding.pendingNotifications--;
}

/** NdisClNotifyCloseAddressFamilyComplete: runs ProtocolCmNotifyCloseAfComplete; legal even after the AF is closed (AF-36, X-23). */
export function notifyCloseAddressFamilyComplete(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisAfHandle,
  Status: NDIS_STATUS_FINAL,
): void {
  const af = resolveAddressFamily(environment, handle, owner);
  if (af === null) return;
  if (!af.notifyPended) {
    environment.misuse("AF-36", owner, `notify-close complete for ${af.traceName}, whose notification is not pending`);
    return;
  }
  advance(environment, ADDRESS_FAMILY_STATES, af, "NotifyCloseComplete", owner);
  endNotification(af);
  af.registration.callManager.CmNotifyCloseAfCompleteHandler(af.callManagerContext, Status);
}
