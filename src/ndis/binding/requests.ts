import type { Devices } from "../adapter/devices.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { ProtocolDriver } from "../driver/drivers.ts";
import type { Binding } from "./binding.ts";

/** NdisUnbindAdapter: outside of bind and unbind a protocol asks for an unbind, and its handle is dead (BND-12). */
export function requestUnbind(devices: Devices, binding: Binding, owner: string): NDIS_STATUS_FINAL {
  const { environment } = devices;
  if (binding.state === "Opening" || binding.state === "Closing") {
    environment.misuse("BND-12", owner, `NdisUnbindAdapter while ${binding.traceName} is ${binding.state}`);
    return NDIS_STATUS_SUCCESS;
  }
  if (binding.unbindRequested) return NDIS_STATUS_SUCCESS;
  binding.unbindRequested = true;
  environment.processor.startThread("NdisUnbindAdapter", devices.unbind(binding));
  return NDIS_STATUS_SUCCESS;
}

/** NdisReEnumerateProtocolBindings: NDIS asks the protocol again to bind where it is not bound; not from inside a bind, an unbind or an event. */
export function reEnumerateBindings(devices: Devices, protocol: ProtocolDriver): void {
  const { environment } = devices;
  const bindings = devices.adapters.flatMap((adapter) =>
    adapter.bindings.filter((other) => other.protocol === protocol),
  );
  const isAsked = (binding: Binding): boolean => binding.pendingOperation !== null;
  if (bindings.some(isAsked)) {
    const message = "called from ProtocolBindAdapterEx, ProtocolUnbindAdapterEx or an event of a binding";
    environment.misuse("NdisReEnumerateProtocolBindings", protocol.name, message);
    return;
  }
  environment.processor.startThread("NdisReEnumerateProtocolBindings", devices.bind(protocol));
}

/** NdisSendNetBufferLists: there is no connectionless data path, and on a connection-oriented binding data goes over VCs. The lists come back. */
export function refuseConnectionlessSend(binding: Binding, owner: string, lists: NET_BUFFER_LIST): void {
  if (binding.adapter.isConnectionOriented) {
    const message = "data on a connection-oriented binding is sent with NdisCoSendNetBufferLists";
    binding.environment.misuse("X-05", owner, message);
  }
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next)
    list.Status = NDIS_STATUS_NOT_SUPPORTED;
  binding.protocol.characteristics.SendNetBufferListsCompleteHandler?.(binding.context, lists, 0);
}
