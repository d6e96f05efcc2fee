import type { MiniportAdapter } from "../adapter/adapter.ts";
import { Binding } from "../binding/binding.ts";
import type { NDIS_STATUS_INDICATION } from "../ddi/structures/indications.ts";
import type { Vc } from "../vc/vc.ts";

/**
 * NdisMCoIndicateStatusEx: with a VC to the client and the call manager that share it, else to every bound protocol (STA-01, STA-02), or
 * to the one whose request the indication answers (STA-05).
 */
export function indicateStatus(adapter: MiniportAdapter, vc: Vc | null, indication: NDIS_STATUS_INDICATION): void {
  if (vc !== null) {
    vc.binding.co?.CoStatusHandlerEx(vc.binding.context, vc.clientContext, indication);
    const callManager = vc.addressFamily?.registration.binding ?? null;
    callManager?.co?.CoStatusHandlerEx(callManager.context, vc.callManagerContext, indication);
    return;
  }
  const { DestinationHandle } = indication;
  for (const binding of adapter.bindings.slice()) {
    if (DestinationHandle instanceof Binding && DestinationHandle !== binding) continue;
    if (binding.isOpen) binding.co?.CoStatusHandlerEx(binding.context, null, indication);
  }
}
