import type { MiniportAdapter } from "../adapter/adapter.ts";
import { MiniportAdapter as Adapter } from "../adapter/adapter.ts";
import { Binding } from "../binding/binding.ts";
import type { MiniportAdapterHandle, NDIS_CONTEXT } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_RESET_END, NDIS_STATUS_RESET_START, statusName } from "../ddi/status.ts";
import { NDIS_STATUS_INDICATION } from "../ddi/structures/indications.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";

/** The adapter that a miniport indicates a status for, or null after a violation: not before its attributes (STA-06), not after the halt (STA-07). */
export function indicatingAdapter(
  environment: NdisEnvironment,
  owner: string,
  handle: MiniportAdapterHandle,
): MiniportAdapter | null {
  const object: unknown = handle;
  if (!(object instanceof Adapter) || object.environment !== environment) {
    environment.misuse("AF-38", owner, "MiniportAdapterHandle is not the handle of an adapter of this machine");
    return null;
  }
  if (object.state === "Halted" || object.state === "Shutdown") {
    environment.misuse("STA-07", owner, `status indicated for ${object.traceName}, which is ${object.state}`);
    return null;
  }
  if (object.registrationAttributes === null) {
    environment.misuse("STA-06", owner, "status indicated before the registration attributes are set");
    return null;
  }
  return object;
}

/**
 * NdisMCoIndicateStatusEx: with a VC to the client and the call manager that share it, else to every bound protocol (STA-01), or to the
 * one whose request the indication answers (STA-05).
 */
export function indicateStatus(
  adapter: MiniportAdapter,
  owner: string,
  vc: Vc | null,
  indication: NDIS_STATUS_INDICATION,
): void {
  const { StatusCode } = indication;
  if (StatusCode === NDIS_STATUS_RESET_START || StatusCode === NDIS_STATUS_RESET_END) {
    const message = `${statusName(StatusCode)} indicated: NDIS itself tells the protocols of a reset`;
    adapter.environment.misuse("STA-08", owner, message);
    return;
  }
  if (vc === null) {
    broadcast(adapter, indication);
    return;
  }
  deliver(vc.binding, vc.clientContext, indication);
  const callManager = vc.addressFamily?.registration.binding ?? null;
  if (callManager !== null) deliver(callManager, vc.callManagerContext, indication);
}

/** NdisMIndicateStatusEx: for miniports that are not connection-oriented (STA-01). */
export function indicateStatusConnectionless(
  adapter: MiniportAdapter,
  owner: string,
  indication: NDIS_STATUS_INDICATION,
): void {
  if (adapter.isConnectionOriented) {
    adapter.environment.misuse("STA-01", owner, "a connection-oriented miniport calls NdisMCoIndicateStatusEx");
    return;
  }
  indicateStatus(adapter, owner, null, indication);
}

/** NDIS tells the protocols that a reset begins or is over (STA-08). */
export function indicateReset(adapter: MiniportAdapter, StatusCode: NDIS_STATUS_FINAL): void {
  const SourceHandle = toHandle<MiniportAdapterHandle>(adapter);
  broadcast(adapter, NDIS_STATUS_INDICATION({ SourceHandle, StatusCode }));
}

function broadcast(adapter: MiniportAdapter, indication: NDIS_STATUS_INDICATION): void {
  const { DestinationHandle } = indication;
  for (const binding of adapter.bindings.slice()) {
    if (DestinationHandle instanceof Binding && DestinationHandle !== binding) continue;
    if (binding.isOpen) deliver(binding, null, indication);
  }
}

/** One indication after the other for every binding: one that comes from inside a handler waits (STA-03). */
function deliver(binding: Binding, vcContext: NDIS_CONTEXT, indication: NDIS_STATUS_INDICATION): void {
  binding.statusQueue.push({ vcContext, indication });
  if (binding.indicatingStatus) return;
  binding.indicatingStatus = true;
  try {
    for (let next = binding.statusQueue.shift(); next !== undefined; next = binding.statusQueue.shift()) {
      const { co, protocol } = binding;
      if (co !== null) co.CoStatusHandlerEx(binding.context, next.vcContext, next.indication);
      else protocol.characteristics.StatusHandlerEx?.(binding.context, next.indication);
    }
  } finally {
    binding.indicatingStatus = false;
  }
}
