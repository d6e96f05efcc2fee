import { resolveAdapter } from "../adapter/adapter.ts";
import { resolveAddressFamily } from "../address-family/address-family.ts";
import {
  closeAddressFamilyComplete,
  notifyCloseAddressFamily,
  openAddressFamilyComplete,
  registerMcmAddressFamily,
} from "../address-family/operations.ts";
import { closeCallComplete, dispatchIncomingCloseCall } from "../call/close-call.ts";
import { dispatchCallConnected, dispatchIncomingCall } from "../call/incoming-call.ts";
import { dispatchIncomingCallQoSChange, modifyCallQoSComplete } from "../call/modify-qos.ts";
import { makeCallComplete } from "../call/outgoing-call.ts";
import type { NdisMCmFunctions } from "../ddi/functions/mcm.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { deregisterSapComplete, registerSapComplete, resolveSap } from "../sap/sap.ts";
import { activateMcmVc, deactivateMcmVc } from "../vc/activate-deactivate.ts";
import { createCallManagerVc, deleteVc } from "../vc/create-delete.ts";
import { resolveVc } from "../vc/vc.ts";

/** The NdisMCm functions for one MCM. */
export function miniportCallManagerFunctions(environment: NdisEnvironment, owner: string, oids: OidRequests) {
  return {
    NdisMCmRegisterAddressFamilyEx: (adapterHandle, addressFamily) => {
      const adapter = resolveAdapter(environment, adapterHandle, owner);
      return adapter === null ? NDIS_STATUS_FAILURE : registerMcmAddressFamily(adapter, addressFamily);
    },
    NdisMCmOpenAddressFamilyComplete: (Status, af, context) =>
      openAddressFamilyComplete(environment, owner, Status, af, context),
    NdisMCmCloseAddressFamilyComplete: (Status, af) => closeAddressFamilyComplete(environment, owner, Status, af),
    NdisMCmNotifyCloseAddressFamily: (af) => notifyCloseAddressFamily(environment, owner, af),
    NdisMCmRegisterSapComplete: (Status, sap, context) => registerSapComplete(environment, owner, Status, sap, context),
    NdisMCmDeregisterSapComplete: (Status, sap) => deregisterSapComplete(environment, owner, Status, sap),
    NdisMCmCreateVc: (adapterHandle, afHandle, context, out) => {
      const adapter = resolveAdapter(environment, adapterHandle, owner);
      const af = resolveAddressFamily(environment, afHandle, owner);
      if (adapter === null || af === null || af.binding.adapter !== adapter) return NDIS_STATUS_FAILURE;
      return createCallManagerVc(environment, owner, af, context, out);
    },
    NdisMCmDeleteVc: (handle) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : deleteVc(environment, owner, vc, false);
    },
    NdisMCmActivateVc: (handle, _parameters) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : activateMcmVc(environment, owner, vc);
    },
    NdisMCmDeactivateVc: (handle) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : deactivateMcmVc(environment, owner, vc);
    },
    NdisMCmMakeCallComplete: (Status, vc, party, partyContext, parameters) =>
      makeCallComplete(environment, owner, Status, vc, party, partyContext, parameters),
    NdisMCmDispatchIncomingCall: (sapHandle, vcHandle, parameters) => {
      const sap = resolveSap(environment, sapHandle, owner);
      const vc = resolveVc(environment, vcHandle, owner);
      if (sap === null || vc === null) return NDIS_STATUS_FAILURE;
      return dispatchIncomingCall(owner, sap, vc, parameters);
    },
    NdisMCmDispatchCallConnected: (vc) => dispatchCallConnected(environment, owner, vc),
    NdisMCmDispatchIncomingCallQoSChange: (vc, parameters) =>
      dispatchIncomingCallQoSChange(environment, owner, vc, parameters),
    NdisMCmDispatchIncomingCloseCall: (Status, vc, data, size) =>
      dispatchIncomingCloseCall(environment, owner, Status, vc, data, size),
    NdisMCmCloseCallComplete: (Status, vc, party) => closeCallComplete(environment, owner, Status, vc, party),
    NdisMCmModifyCallQoSComplete: (Status, vc, parameters) =>
      modifyCallQoSComplete(environment, owner, Status, vc, parameters),
    NdisMCmOidRequest: (afHandle, vcHandle, _party, request) => {
      const af = resolveAddressFamily(environment, afHandle, owner);
      const vc = vcHandle === null ? null : resolveVc(environment, vcHandle, owner);
      if (af === null || (vcHandle !== null && vc === null)) return NDIS_STATUS_FAILURE;
      return oids.toClient(af, vc, request);
    },
    NdisMCmOidRequestComplete: (_af, _vc, _party, request, Status) => oids.complete("protocol", owner, request, Status),
  } satisfies Partial<NdisMCmFunctions>;
}
