import type { Binding } from "../binding/binding.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import type { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";

/**
 * A request of NdisOidRequest ended: ProtocolOidRequestComplete, or for a call manager that has registered an address family on this
 * binding ProtocolCoOidRequestComplete, without address family, VC and party (REG-18).
 */
export function completeBaseRequest(binding: Binding, request: NDIS_OID_REQUEST, status: NDIS_STATUS_FINAL): void {
  const { adapter, callManager, protocol } = binding;
  const managesCalls = adapter.addressFamilies.some((registration) => registration.binding === binding);
  if (callManager !== null && managesCalls) callManager.CmOidRequestCompleteHandler(null, null, null, request, status);
  else protocol.characteristics.OidRequestCompleteHandler?.(binding.context, request, status);
}
