import type { Blocking } from "../../machine/thread.ts";
import { settle } from "../../machine/thread.ts";
import { finishPended, outcomeOf } from "../adapter/pended.ts";
import { NET_PNP_EVENT_CODE } from "../ddi/constants/enumerations.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_SUCCESS, statusName } from "../ddi/status.ts";
import type { NET_PNP_EVENT } from "../ddi/structures/binding.ts";
import { NET_PNP_EVENT_NOTIFICATION } from "../ddi/structures/binding.ts";
import type { ProtocolDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Binding } from "./binding.ts";

/** Events that a protocol always succeeds (BND-13). */
const ALWAYS_SUCCEED: ReadonlySet<number> = new Set([
  NET_PNP_EVENT_CODE.NetEventPause,
  NET_PNP_EVENT_CODE.NetEventRestart,
  NET_PNP_EVENT_CODE.NetEventReconfigure,
  NET_PNP_EVENT_CODE.NetEventBindList,
  NET_PNP_EVENT_CODE.NetEventBindsComplete,
  NET_PNP_EVENT_CODE.NetEventCancelRemoveDevice,
  NET_PNP_EVENT_CODE.NetEventPnPCapabilities,
  NET_PNP_EVENT_CODE.NetEventPortDeactivation,
]);

/** ProtocolNetPnPEvent for one binding. @returns what the protocol made of it, in the end. */
export function* notifyBinding(binding: Binding, event: NET_PNP_EVENT): Blocking<NDIS_STATUS> {
  const { environment, protocol } = binding;
  const notification = NET_PNP_EVENT_NOTIFICATION({ NetPnPEvent: event });
  const notify = protocol.characteristics.NetPnPEventHandler;
  binding.pnpEvent = notification;
  const status = yield* outcomeOf(
    binding,
    { environment, callback: "ProtocolNetPnPEvent", owner: protocol.name, rule: "BND-14" },
    () => settle(notify === null ? NDIS_STATUS_SUCCESS : notify(binding.context, notification)),
  );
  binding.pnpEvent = null;
  checkStatus(environment, protocol, event, status);
  return status;
}

/** ProtocolNetPnPEvent for a protocol as a whole (NetEventBindList, NetEventBindsComplete): without a binding, and so without PENDING. */
export function* notifyProtocol(
  environment: NdisEnvironment,
  protocol: ProtocolDriver,
  event: NET_PNP_EVENT,
): Blocking<NDIS_STATUS> {
  const notify = protocol.characteristics.NetPnPEventHandler;
  const notification = NET_PNP_EVENT_NOTIFICATION({ NetPnPEvent: event });
  const status = notify === null ? NDIS_STATUS_SUCCESS : yield* settle(notify(null, notification));
  checkStatus(environment, protocol, event, status);
  return status;
}

function checkStatus(
  environment: NdisEnvironment,
  protocol: ProtocolDriver,
  { NetEvent }: NET_PNP_EVENT,
  status: NDIS_STATUS,
): void {
  if (status === NDIS_STATUS_SUCCESS) return;
  if (status !== NDIS_STATUS_NOT_SUPPORTED && !ALWAYS_SUCCEED.has(NetEvent)) return;
  const [name] = Object.entries(NET_PNP_EVENT_CODE).find(([, code]) => code === NetEvent) ?? [String(NetEvent)];
  environment.misuse("BND-13", protocol.name, `ProtocolNetPnPEvent answers ${name} with ${statusName(status)}`);
}

/** NdisCompleteNetPnPEvent: with the notification that the handler was given (BND-14). NdisCompletePnPEvent has its NetPnPEvent. */
export function completeNetPnPEvent(
  binding: Binding,
  given: NET_PNP_EVENT_NOTIFICATION | NET_PNP_EVENT,
  status: NDIS_STATUS_FINAL,
): void {
  const { environment, protocol, pnpEvent } = binding;
  if (!environment.completes(status, "BND-14", protocol.name)) return;
  if (pnpEvent === null) {
    environment.misuse("BND-14", protocol.name, "a PnP event is completed while none is pending");
    return;
  }
  if (given !== pnpEvent && given !== pnpEvent.NetPnPEvent) {
    environment.misuse(
      "BND-14",
      protocol.name,
      "a PnP event is completed with another notification than the pending one",
    );
    return;
  }
  if (!finishPended(binding, status))
    environment.misuse("BND-14", protocol.name, "a PnP event is completed that is complete already");
}
