import type { Blocking } from "../../machine/thread.ts";
import { settle } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import { outcomeOf } from "../adapter/pended.ts";
import { notifyAddressFamilies, withdrawAddressFamilies } from "../address-family/registration.ts";
import { NDIS_MEDIUM, NET_PNP_EVENT_CODE } from "../ddi/constants/enumerations.ts";
import type { NdisBindContextHandle, NdisUnbindContextHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { NDIS_BIND_PARAMETERS, NET_PNP_EVENT } from "../ddi/structures/binding.ts";
import type { ProtocolDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import type { BindingEvent } from "./binding.ts";
import { BINDING_STATES, BindContext, Binding, UnbindContext } from "./binding.ts";
import { notifyBinding } from "./net-pnp-events.ts";

/** Binds a protocol to an adapter, then notifies it of the address families there (AF-09). @returns whether it bound. */
export function* bindProtocol(
  environment: NdisEnvironment,
  protocol: ProtocolDriver,
  adapter: MiniportAdapter,
): Blocking<NDIS_STATUS> {
  const binding = new Binding(environment, protocol, adapter);
  move(binding, "Bind");
  adapter.bindings.push(binding);
  const context = new BindContext(binding);
  const bind = protocol.characteristics.BindAdapterHandlerEx;
  const question = { environment, owner: protocol.name } as const;
  const status = yield* outcomeOf(binding, { ...question, callback: "ProtocolBindAdapterEx", rule: "BND-04" }, () =>
    settle(
      bind === null
        ? NDIS_STATUS_FAILURE
        : bind(protocol.context, toHandle<NdisBindContextHandle>(context), bindParameters(adapter)),
    ),
  );
  // A protocol that returns before its open is complete has a binding all the same; it is good from the completion on.
  if (binding.openPending !== null) yield { event: binding.openPending, timeoutNs: Number.POSITIVE_INFINITY };
  context.active = false;
  if (status !== NDIS_STATUS_SUCCESS || !binding.isOpen) {
    if (binding.isOpen) abandonOpen(binding, "bind failed");
    move(binding, "BindFailed");
    forget(binding);
    return status === NDIS_STATUS_SUCCESS ? NDIS_STATUS_FAILURE : status;
  }
  move(binding, "BindOk");
  notifyAddressFamilies(binding);
  return NDIS_STATUS_SUCCESS;
}

function bindParameters({ traceName, generalAttributes }: MiniportAdapter): NDIS_BIND_PARAMETERS {
  return NDIS_BIND_PARAMETERS({
    AdapterName: traceName,
    MediaType: generalAttributes?.MediaType ?? NDIS_MEDIUM.NdisMedium802_3,
    MtuSize: generalAttributes?.MtuSize ?? 0,
    MaxXmitLinkSpeed: generalAttributes?.MaxXmitLinkSpeed ?? 0,
    XmitLinkSpeed: generalAttributes?.XmitLinkSpeed ?? 0,
    MaxRcvLinkSpeed: generalAttributes?.MaxRcvLinkSpeed ?? 0,
    RcvLinkSpeed: generalAttributes?.RcvLinkSpeed ?? 0,
  });
}

/** NetEventRestart: a protocol always succeeds it (BND-13); one that does not stays Paused. */
export function* restartBinding(binding: Binding): Blocking<void> {
  move(binding, "Restart");
  const restart = NET_PNP_EVENT({ NetEvent: NET_PNP_EVENT_CODE.NetEventRestart });
  const status = yield* notifyBinding(binding, restart);
  move(binding, status === NDIS_STATUS_SUCCESS ? "RestartOk" : "RestartFailed");
}

/** NetEventPause (BND-06). */
export function* pauseBinding(binding: Binding): Blocking<void> {
  move(binding, "Pause");
  yield* notifyBinding(binding, NET_PNP_EVENT({ NetEvent: NET_PNP_EVENT_CODE.NetEventPause }));
  move(binding, "PauseOk");
}

/** Unbinds a paused binding (BND-07, BND-11). */
export function* unbindProtocol(binding: Binding): Blocking<void> {
  move(binding, "Unbind");
  const context = new UnbindContext(binding);
  const unbind = binding.protocol.characteristics.UnbindAdapterHandlerEx;
  const { environment, protocol } = binding;
  const question = { environment, callback: "ProtocolUnbindAdapterEx", owner: protocol.name, rule: "BND-11" } as const;
  yield* outcomeOf(binding, question, () =>
    settle(unbind === null ? NDIS_STATUS_SUCCESS : unbind(toHandle<NdisUnbindContextHandle>(context), binding.context)),
  );
  context.active = false;
  if (binding.isOpen) abandonOpen(binding, "unbound");
  if (binding.closePending) {
    environment.misuse(
      "BND-10",
      protocol.name,
      `the unbind of ${binding.traceName} ends before its pending close is complete`,
    );
  }
  move(binding, "UnbindOk");
  forget(binding);
}

/** Two unbinds at a time, which a protocol that deregisters can bring about, forget a binding once. */
function forget(binding: Binding): void {
  const { bindings } = binding.adapter;
  const place = bindings.indexOf(binding);
  if (place >= 0) bindings.splice(place, 1);
}

/** A protocol let go of an adapter that it has open: NDIS closes it. */
function abandonOpen(binding: Binding, how: string): void {
  const { environment, protocol, adapter } = binding;
  binding.isOpen = false;
  environment.live.bindings--;
  environment.misuse("BND-07", protocol.name, `${how} from ${adapter.traceName} without NdisCloseAdapterEx`);
  withdrawAddressFamilies(binding);
}

function move(binding: Binding, event: BindingEvent): void {
  advance(binding.environment, BINDING_STATES, binding, event, binding.protocol.name);
}
