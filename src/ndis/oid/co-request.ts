import { ADDRESS_FAMILY_STATES, resolveAddressFamily } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import { resolveBinding } from "../binding/binding.ts";
import type { NdisAfHandle, NdisBindingHandle, NdisPartyHandle, NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import { resolveParty } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";
import { resolveVc } from "../vc/vc.ts";
import type { OidRequests } from "./oid-request.ts";

/** NdisCoOidRequest: without an address family to the miniport, with one to the driver on its other side (OID-01, OID-02, OID-03). */
export function coOidRequest(
  environment: NdisEnvironment,
  owner: string,
  oids: OidRequests,
  bindingHandle: NdisBindingHandle,
  afHandle: NdisAfHandle | null,
  vcHandle: NdisVcHandle | null,
  partyHandle: NdisPartyHandle | null,
  request: NDIS_OID_REQUEST,
): NDIS_STATUS {
  const binding = resolveBinding(environment, bindingHandle, owner);
  const vc = vcHandle === null ? null : resolveVc(environment, vcHandle, owner);
  if (binding === null || (vcHandle !== null && vc === null)) return NDIS_STATUS_FAILURE;
  if (afHandle === null) {
    if (partyHandle !== null) {
      environment.misuse("OID-01", owner, "without an address family there is no party handle");
      return NDIS_STATUS_FAILURE;
    }
    return oids.toMiniportCo(owner, binding.adapter, binding, vc, request, completionTo(binding, vc, request));
  }
  const addressFamily = resolveAddressFamily(environment, afHandle, owner);
  const party = partyHandle === null ? null : resolveParty(environment, partyHandle, owner);
  if (addressFamily === null || (partyHandle !== null && party === null)) return NDIS_STATUS_FAILURE;
  const side = addressFamily.binding === binding ? "client" : "call manager";
  if (side === "call manager" && addressFamily.registration.binding !== binding) return NDIS_STATUS_FAILURE;
  if (side === "client") {
    const usable = advance(environment, ADDRESS_FAMILY_STATES, addressFamily, "Request", owner);
    if (usable !== NDIS_STATUS_SUCCESS) return usable;
  }
  return oids.toPeer(side, addressFamily, { addressFamily, vc, party }, request);
}

/**
 * Where the completion of a request to the miniport goes: to ProtocolCoOidRequestComplete of the client or of the call manager, as the
 * VC is to it, and without a VC to the client's if the driver is both.
 */
function completionTo(binding: Binding, vc: Vc | null, request: NDIS_OID_REQUEST): (status: NDIS_STATUS_FINAL) => void {
  const isManaged = vc !== null && (vc.kind === "own" || vc.addressFamily?.registration.binding === binding);
  const context = vc === null ? null : isManaged && vc.kind !== "own" ? vc.callManagerContext : vc.clientContext;
  return (status) => {
    const { client, callManager } = binding;
    if (callManager !== null && (isManaged || client === null))
      callManager.CmOidRequestCompleteHandler(null, context, null, request, status);
    else client?.ClOidRequestCompleteHandler(null, context, null, request, status);
  };
}
