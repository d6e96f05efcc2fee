import { resolveAddressFamily } from "../address-family/address-family.ts";
import {
  closeAddressFamily,
  notifyCloseAddressFamilyComplete,
  openAddressFamily,
} from "../address-family/operations.ts";
import { resolveBinding } from "../binding/binding.ts";
import { closeCall } from "../call/close-call.ts";
import { incomingCallComplete } from "../call/incoming-call.ts";
import { modifyCallQoS } from "../call/modify-qos.ts";
import { makeCall } from "../call/outgoing-call.ts";
import type { NdisClFunctions } from "../ddi/functions/client.ts";
import type { NdisCoFunctions } from "../ddi/functions/connection.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { clAddParty, clDropParty } from "../party/add-drop.ts";
import { resolveParty } from "../party/party.ts";
import { deregisterSap, registerSap } from "../sap/sap.ts";
import { sendNetBufferLists } from "../transfer/send.ts";
import { createCallManagerVc, createClientVc, createOwnVc, deleteVc } from "../vc/create-delete.ts";
import { resolveVc } from "../vc/vc.ts";

/** The NdisCl functions for one client. */
export function clientFunctions(environment: NdisEnvironment, owner: string) {
  return {
    NdisClOpenAddressFamilyEx: (bindingHandle, addressFamily, context, out) => {
      const binding = resolveBinding(environment, bindingHandle, owner);
      return binding === null
        ? NDIS_STATUS_FAILURE
        : openAddressFamily(environment, binding, addressFamily, context, out);
    },
    NdisClCloseAddressFamily: (af) => closeAddressFamily(environment, owner, af),
    NdisClNotifyCloseAddressFamilyComplete: (af, Status) =>
      notifyCloseAddressFamilyComplete(environment, owner, af, Status),
    NdisClRegisterSap: (afHandle, context, sap, out) => {
      const af = resolveAddressFamily(environment, afHandle, owner);
      return af === null ? NDIS_STATUS_FAILURE : registerSap(environment, owner, af, context, sap, out);
    },
    NdisClDeregisterSap: (sap) => deregisterSap(environment, owner, sap),
    NdisClMakeCall: (handle, parameters, partyContext, partyHandle) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : makeCall(owner, vc, parameters, partyContext, partyHandle);
    },
    NdisClCloseCall: (handle, party, data, size) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : closeCall(environment, owner, vc, party, data, size);
    },
    NdisClAddParty: (handle, context, parameters, out) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : clAddParty(environment, owner, vc, context, parameters, out);
    },
    NdisClDropParty: (handle, data, size) => {
      const party = resolveParty(environment, handle, owner);
      return party === null ? NDIS_STATUS_FAILURE : clDropParty(environment, owner, party, data, size);
    },
    NdisClIncomingCallComplete: (Status, vc, parameters) =>
      incomingCallComplete(environment, owner, Status, vc, parameters),
    NdisClModifyCallQoS: (handle, parameters) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : modifyCallQoS(environment, owner, vc, parameters);
    },
  } satisfies Partial<NdisClFunctions>;
}

/** The NdisCo functions for one protocol driver: a client, or a stand-alone call manager (whose peer is then the client). */
export function connectionFunctions(environment: NdisEnvironment, owner: string, oids: OidRequests) {
  return {
    NdisCoCreateVc: (bindingHandle, afHandle, context, out) => {
      const binding = resolveBinding(environment, bindingHandle, owner);
      if (binding === null) return NDIS_STATUS_FAILURE;
      if (afHandle === null) return createOwnVc(environment, owner, binding, context, out);
      const af = resolveAddressFamily(environment, afHandle, owner);
      if (af === null) return NDIS_STATUS_FAILURE;
      if (af.binding === binding) return createClientVc(environment, owner, af, context, out);
      return af.registration.binding === binding
        ? createCallManagerVc(environment, owner, af, context, out)
        : NDIS_STATUS_FAILURE;
    },
    NdisCoDeleteVc: (handle) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : deleteVc(environment, owner, vc);
    },
    NdisCoSendNetBufferLists: (vc, lists, flags) => sendNetBufferLists(environment, owner, vc, lists, flags),
    NdisCoOidRequest: (bindingHandle, afHandle, vcHandle, party, request) => {
      const binding = resolveBinding(environment, bindingHandle, owner);
      const vc = vcHandle === null ? null : resolveVc(environment, vcHandle, owner);
      if (binding === null || (vcHandle !== null && vc === null)) return NDIS_STATUS_FAILURE;
      if (afHandle === null) {
        if (party !== null) environment.misuse("OID-01", owner, "without an address family there is no party handle");
        return oids.toMiniportCo(binding, vc, request);
      }
      const af = resolveAddressFamily(environment, afHandle, owner);
      if (af === null) return NDIS_STATUS_FAILURE;
      return af.binding === binding ? oids.toCallManager(af, vc, request) : oids.toClient(af, vc, request);
    },
    NdisCoOidRequestComplete: (_af, _vc, _party, request, Status) => oids.complete("protocol", owner, request, Status),
  } satisfies Partial<NdisCoFunctions>;
}
