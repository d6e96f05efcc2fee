import { resolveAdapter } from "../adapter/adapter.ts";
import { resolveAddressFamily } from "../address-family/address-family.ts";
import { notifyCloseAddressFamily } from "../address-family/notify-close.ts";
import { closeAddressFamilyComplete, openAddressFamilyComplete } from "../address-family/open-close.ts";
import { registerCmAddressFamily, registerMcmAddressFamily } from "../address-family/registration.ts";
import { resolveBinding } from "../binding/binding.ts";
import { closeCallComplete, dispatchIncomingCloseCall } from "../call/close-call.ts";
import { dispatchCallConnected, dispatchIncomingCall } from "../call/incoming-call.ts";
import { dispatchIncomingCallQoSChange, modifyCallQoSComplete } from "../call/modify-qos.ts";
import { makeCallComplete } from "../call/outgoing-call.ts";
import type { NdisCmFunctions } from "../ddi/functions/call-manager.ts";
import type { NdisMCmFunctions } from "../ddi/functions/mcm.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { addPartyComplete, dispatchIncomingDropParty, dropPartyComplete } from "../party/add-drop.ts";
import { resolveParty } from "../party/party.ts";
import { deregisterSapComplete, registerSapComplete, resolveSap } from "../sap/sap.ts";
import {
  checkCloseComplete,
  checkFamilyRegistered,
  checkIncomingCall,
  checkOfferAnswer,
  checkOutgoingCallComplete,
  checkProxyRegistered,
} from "../tapi/call-checks.ts";
import { activateCmVc, activateMcmVc, deactivateCmVc, deactivateMcmVc } from "../vc/activate-deactivate.ts";
import { createCallManagerVc, deleteVc } from "../vc/create-delete.ts";
import { resolveVc } from "../vc/vc.ts";

/** What both kinds of call managers tell NDIS, by the part of the name that NdisCm and NdisMCm functions share (MCM-08). */
function sharedFunctions(environment: NdisEnvironment, owner: string) {
  return {
    OpenAddressFamilyComplete: (Status, af, context) =>
      openAddressFamilyComplete(environment, owner, Status, af, context),
    CloseAddressFamilyComplete: (Status, af) => closeAddressFamilyComplete(environment, owner, Status, af),
    NotifyCloseAddressFamily: (af) => notifyCloseAddressFamily(environment, owner, af),
    RegisterSapComplete: (Status, sap, context) => registerSapComplete(environment, owner, Status, sap, context),
    DeregisterSapComplete: (Status, sap) => deregisterSapComplete(environment, owner, Status, sap),
    MakeCallComplete: (Status, vc, party, partyContext, parameters) => {
      if (environment.verifying) checkOutgoingCallComplete(vc, Status, parameters, owner);
      makeCallComplete(environment, owner, Status, vc, party, partyContext, parameters);
    },
    DispatchIncomingCall: (sapHandle, vcHandle, parameters) => {
      const sap = resolveSap(environment, sapHandle, owner);
      const vc = resolveVc(environment, vcHandle, owner, "VC-04");
      if (sap === null || vc === null) return NDIS_STATUS_FAILURE;
      if (!environment.verifying) return dispatchIncomingCall(owner, sap, vc, parameters);
      checkIncomingCall(sap.addressFamily, parameters, owner);
      const status = dispatchIncomingCall(owner, sap, vc, parameters);
      checkOfferAnswer(sap.addressFamily, status);
      return status;
    },
    DispatchCallConnected: (vc) => dispatchCallConnected(environment, owner, vc),
    DispatchIncomingCallQoSChange: (vc, parameters) =>
      dispatchIncomingCallQoSChange(environment, owner, vc, parameters),
    DispatchIncomingCloseCall: (Status, vc, data, size) =>
      dispatchIncomingCloseCall(environment, owner, Status, vc, data, size),
    DispatchIncomingDropParty: (Status, party, data, size) =>
      dispatchIncomingDropParty(environment, owner, Status, party, data, size),
    CloseCallComplete: (Status, vc, party) => {
      if (environment.verifying) checkCloseComplete(vc, owner);
      closeCallComplete(environment, owner, Status, vc, party);
    },
    AddPartyComplete: (Status, party, context, parameters) =>
      addPartyComplete(environment, owner, Status, party, context, parameters),
    DropPartyComplete: (Status, party) => dropPartyComplete(environment, owner, Status, party),
    ModifyCallQoSComplete: (Status, vc, parameters) =>
      modifyCallQoSComplete(environment, owner, Status, vc, parameters),
  } satisfies SharedFunctions;
}

type SharedName =
  | "OpenAddressFamilyComplete"
  | "CloseAddressFamilyComplete"
  | "NotifyCloseAddressFamily"
  | "RegisterSapComplete"
  | "DeregisterSapComplete"
  | "MakeCallComplete"
  | "DispatchIncomingCall"
  | "DispatchCallConnected"
  | "DispatchIncomingCallQoSChange"
  | "DispatchIncomingCloseCall"
  | "DispatchIncomingDropParty"
  | "CloseCallComplete"
  | "AddPartyComplete"
  | "DropPartyComplete"
  | "ModifyCallQoSComplete";
type SharedFunctions = { [Name in SharedName]: NdisCmFunctions[`NdisCm${Name}`] };

/** The NdisCm functions for one stand-alone call manager. */
export function callManagerFunctions(environment: NdisEnvironment, owner: string): NdisCmFunctions {
  const shared = sharedFunctions(environment, owner);
  return {
    NdisCmRegisterAddressFamilyEx: (bindingHandle, addressFamily) => {
      const binding = resolveBinding(environment, bindingHandle, owner);
      if (binding === null) return NDIS_STATUS_FAILURE;
      if (environment.verifying) checkProxyRegistered(binding, addressFamily.AddressFamily, owner);
      return registerCmAddressFamily(binding, addressFamily);
    },
    NdisCmActivateVc: (handle, parameters) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : activateCmVc(environment, owner, vc, parameters);
    },
    NdisCmDeactivateVc: (handle) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : deactivateCmVc(environment, owner, vc);
    },
    NdisCmOpenAddressFamilyComplete: shared.OpenAddressFamilyComplete,
    NdisCmCloseAddressFamilyComplete: shared.CloseAddressFamilyComplete,
    NdisCmNotifyCloseAddressFamily: shared.NotifyCloseAddressFamily,
    NdisCmRegisterSapComplete: shared.RegisterSapComplete,
    NdisCmDeregisterSapComplete: shared.DeregisterSapComplete,
    NdisCmMakeCallComplete: shared.MakeCallComplete,
    NdisCmDispatchIncomingCall: shared.DispatchIncomingCall,
    NdisCmDispatchCallConnected: shared.DispatchCallConnected,
    NdisCmDispatchIncomingCallQoSChange: shared.DispatchIncomingCallQoSChange,
    NdisCmDispatchIncomingCloseCall: shared.DispatchIncomingCloseCall,
    NdisCmDispatchIncomingDropParty: shared.DispatchIncomingDropParty,
    NdisCmCloseCallComplete: shared.CloseCallComplete,
    NdisCmAddPartyComplete: shared.AddPartyComplete,
    NdisCmDropPartyComplete: shared.DropPartyComplete,
    NdisCmModifyCallQoSComplete: shared.ModifyCallQoSComplete,
  };
}

/** The NdisMCm functions for one MCM. */
export function miniportCallManagerFunctions(environment: NdisEnvironment, owner: string, oids: OidRequests) {
  const shared = sharedFunctions(environment, owner);
  return {
    NdisMCmRegisterAddressFamilyEx: (adapterHandle, addressFamily) => {
      const adapter = resolveAdapter(environment, adapterHandle, owner);
      if (adapter === null) return NDIS_STATUS_FAILURE;
      if (environment.verifying) checkFamilyRegistered(adapter, addressFamily.AddressFamily, owner);
      return registerMcmAddressFamily(adapter, addressFamily);
    },
    NdisMCmCreateVc: (adapterHandle, afHandle, context, out) => {
      const adapter = resolveAdapter(environment, adapterHandle, owner);
      if (afHandle === null) {
        environment.misuse("VC-13", owner, "an MCM makes VCs for itself, as for signalling, without NDIS");
        return NDIS_STATUS_FAILURE;
      }
      const af = resolveAddressFamily(environment, afHandle, owner);
      if (adapter === null || af === null || af.binding.adapter !== adapter) return NDIS_STATUS_FAILURE;
      return createCallManagerVc(environment, owner, af, context, out);
    },
    NdisMCmDeleteVc: (handle) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : deleteVc(environment, owner, vc);
    },
    NdisMCmActivateVc: (handle, parameters) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : activateMcmVc(environment, owner, vc, parameters);
    },
    NdisMCmDeactivateVc: (handle) => {
      const vc = resolveVc(environment, handle, owner);
      return vc === null ? NDIS_STATUS_FAILURE : deactivateMcmVc(environment, owner, vc);
    },
    NdisMCmOpenAddressFamilyComplete: shared.OpenAddressFamilyComplete,
    NdisMCmCloseAddressFamilyComplete: shared.CloseAddressFamilyComplete,
    NdisMCmNotifyCloseAddressFamily: shared.NotifyCloseAddressFamily,
    NdisMCmRegisterSapComplete: shared.RegisterSapComplete,
    NdisMCmDeregisterSapComplete: shared.DeregisterSapComplete,
    NdisMCmMakeCallComplete: shared.MakeCallComplete,
    NdisMCmDispatchIncomingCall: shared.DispatchIncomingCall,
    NdisMCmDispatchCallConnected: shared.DispatchCallConnected,
    NdisMCmDispatchIncomingCallQoSChange: shared.DispatchIncomingCallQoSChange,
    NdisMCmDispatchIncomingCloseCall: shared.DispatchIncomingCloseCall,
    NdisMCmDispatchIncomingDropParty: shared.DispatchIncomingDropParty,
    NdisMCmCloseCallComplete: shared.CloseCallComplete,
    NdisMCmAddPartyComplete: shared.AddPartyComplete,
    NdisMCmDropPartyComplete: shared.DropPartyComplete,
    NdisMCmModifyCallQoSComplete: shared.ModifyCallQoSComplete,
    NdisMCmOidRequest: (afHandle, vcHandle, partyHandle, request) => {
      const addressFamily = resolveAddressFamily(environment, afHandle, owner);
      const vc = vcHandle === null ? null : resolveVc(environment, vcHandle, owner);
      const party = partyHandle === null ? null : resolveParty(environment, partyHandle, owner);
      if (addressFamily === null || (vcHandle !== null && vc === null) || (partyHandle !== null && party === null))
        return NDIS_STATUS_FAILURE;
      return oids.toPeer("call manager", addressFamily, { addressFamily, vc, party }, request);
    },
    NdisMCmOidRequestComplete: (addressFamily, vc, party, request, Status) =>
      oids.complete("NdisMCmOidRequestComplete", owner, { addressFamily, vc, party }, request, Status),
  } satisfies NdisMCmFunctions;
}
