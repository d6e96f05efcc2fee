import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { NDIS_STATUS_INDICATION } from "../ddi/structures/indications.ts";
import type { Vc } from "../vc/vc.ts";

/** NdisMCoIndicateStatusEx: to every bound protocol, or with a VC to the client and the call manager that share it (STA-01, STA-02). */
export function indicateStatus(adapter: MiniportAdapter, vc: Vc | null, indication: NDIS_STATUS_INDICATION): void {
  if (vc !== null) {
    vc.binding.co?.CoStatusHandlerEx(vc.binding.context, vc.clientContext, indication);
    const callManager = vc.addressFamily?.registration.binding ?? null;
    callManager?.co?.CoStatusHandlerEx(callManager.context, vc.callManagerContext, indication);
    return;
  }
  for (const binding of adapter.bindings.slice()) {
    if (binding.isOpen) binding.co?.CoStatusHandlerEx(binding.context, null, indication);
  }
}
