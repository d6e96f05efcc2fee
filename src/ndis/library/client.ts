import { resolveAddressFamily } from "../address-family/address-family.ts";
import { notifyCloseAddressFamilyComplete } from "../address-family/notify-close.ts";
import { closeAddressFamily, openAddressFamily } from "../address-family/open-close.ts";
import { resolveBinding } from "../binding/binding.ts";
import { closeCall } from "../call/close-call.ts";
import { incomingCallComplete } from "../call/incoming-call.ts";
import { modifyCallQoS } from "../call/modify-qos.ts";
import { makeCall } from "../call/outgoing-call.ts";
import type { NdisClFunctions } from "../ddi/functions/client.ts";
import type { NdisCoFunctions } from "../ddi/functions/connection.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import { coOidRequest } from "../oid/co-request.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { clAddParty, clDropParty } from "../party/add-drop.ts";
import { resolveParty } from "../party/party.ts";
import { deregisterSap, registerSap } from "../sap/sap.ts";
import { checkCloseAnswer, checkOutgoingCall, checkSap } from "../tapi/call-checks.ts";
import { getTapiCallId, vcContextOfTapiCallId } from "../tapi/call-id.ts";
import { chainLength } from "../transfer/chain.ts";
import { sendNetBufferLists } from "../transfer/send.ts";
import { createCallManagerVc, createClientVc, createOwnVc, deleteVc } from "../vc/create-delete.ts";
import { assignInstanceName } from "../vc/instance-name.ts";
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
      if (af === null) return NDIS_STATUS_FAILURE;
      if (environment.verifying) checkSap(af, sap, owner);
      return registerSap(environment, owner, af, context, sap, out);
    },
    NdisClDeregisterSap: (sap) => deregisterSap(environment, owner, sap),
    NdisClMakeCall: (handle, parameters, partyContext, partyHandle) => {
      const vc = resolveVc(environment, handle, owner, "VC-01");
      if (vc === null) return NDIS_STATUS_FAILURE;
      if (environment.verifying) checkOutgoingCall(vc, parameters, owner);
      return makeCall(owner, vc, parameters, partyContext, partyHandle);
    },
    NdisClCloseCall: (handle, party, data, size) => {
      const vc = resolveVc(environment, handle, owner);
      if (vc === null) return NDIS_STATUS_FAILURE;
      const status = closeCall(environment, owner, vc, party, data, size);
      if (environment.verifying) checkCloseAnswer(vc, status);
      return status;
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
    NdisClGetProtocolVcContextFromTapiCallId: (id, context) => vcContextOfTapiCallId(environment, owner, id, context),
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
    NdisCoAssignInstanceName: (vc, base, name) => assignInstanceName(environment, owner, vc, base, name),
    NdisCoGetTapiCallId: (vc, id) => getTapiCallId(environment, vc, id),
    NdisCoSendNetBufferLists: (vc, lists, flags) => {
      const count = chainLength(environment, owner, "NdisCoSendNetBufferLists", lists, flags);
      if (count === 0) return;
      if (environment.verifying) environment.sendWindows.check(vc, lists, owner);
      sendNetBufferLists(environment, owner, vc, lists, count, flags);
    },
    NdisCoOidRequest: (binding, af, vc, party, request) =>
      coOidRequest(environment, owner, oids, binding, af, vc, party, request),
    NdisCoOidRequestComplete: (addressFamily, vc, party, request, Status) =>
      oids.complete("NdisCoOidRequestComplete", owner, { addressFamily, vc, party }, request, Status),
  } satisfies Partial<NdisCoFunctions>;
}
