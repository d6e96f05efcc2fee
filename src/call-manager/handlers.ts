import type {
  NDIS_CONTEXT,
  PROTOCOL_CM_ACTIVATE_VC_COMPLETE,
  PROTOCOL_CM_DEACTIVATE_VC_COMPLETE,
  PROTOCOL_CO_OID_REQUEST_COMPLETE,
} from "../ndis/index.ts";
import {
  CO_ADDRESS_FAMILY_Q2931,
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../ndis/index.ts";
import type { OpenAddressFamily } from "./address-families.ts";
import type { CallManager } from "./call-manager.ts";
import type { CallVc } from "./call-vc.ts";
import { CallParty } from "./parties.ts";
import type { RegisteredSap } from "./saps.ts";

/** What of the entry points differs between an MCM and a stand-alone call manager. */
export interface OwnHandlers {
  /** Whose address family is opened: an MCM gets its adapter context, a stand-alone call manager its binding context. */
  managerOf(context: NDIS_CONTEXT): CallManager;
  readonly activateVcComplete: PROTOCOL_CM_ACTIVATE_VC_COMPLETE;
  readonly deactivateVcComplete: PROTOCOL_CM_DEACTIVATE_VC_COMPLETE;
  readonly oidRequestComplete: PROTOCOL_CO_OID_REQUEST_COMPLETE;
}

/** The entry points of call management; each finds its NIC by address family, SAP or VC (REG-09, REG-11). */
export function callManagerHandlers(own: OwnHandlers): NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS {
  return NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS({
    CmCreateVcHandler: (context, handle, out) => {
      const af = context as OpenAddressFamily;
      out.Value = af.manager.calls.createVc(af, handle);
      return NDIS_STATUS_SUCCESS;
    },
    CmDeleteVcHandler: (context) => {
      const vc = context as CallVc;
      return vc.addressFamily.manager.calls.deleteVc(vc);
    },
    CmOpenAfHandler: (context, family, handle, out) => {
      if (family.AddressFamily !== CO_ADDRESS_FAMILY_Q2931) return NDIS_STATUS_NOT_SUPPORTED;
      return own.managerOf(context).addressFamilies.open(handle, out);
    },
    CmCloseAfHandler: (context) => {
      const af = context as OpenAddressFamily;
      const status = af.manager.addressFamilies.close(af);
      if (status === NDIS_STATUS_SUCCESS) af.manager.route.quietChanged();
      return status;
    },
    CmRegisterSapHandler: (context, sap, handle, out) => {
      const af = context as OpenAddressFamily;
      return af.manager.saps.register(af, sap, handle, out);
    },
    CmDeregisterSapHandler: (context) => {
      const sap = context as RegisteredSap;
      return sap.addressFamily.manager.saps.deregister(sap);
    },
    CmMakeCallHandler: (context, parameters, partyHandle, out) => {
      const vc = context as CallVc;
      const party = partyHandle === null ? null : new CallParty(vc, partyHandle);
      // OUT-06.
      if (out !== null) out.Value = party;
      return vc.addressFamily.manager.calls.makeCall(vc, parameters, party);
    },
    CmCloseCallHandler: (context, _party, _data, size) => {
      const vc = context as CallVc;
      return vc.addressFamily.manager.calls.closeCall(vc, size);
    },
    CmIncomingCallCompleteHandler: (Status, context) => {
      const vc = context as CallVc;
      vc.addressFamily.manager.calls.incomingCallComplete(vc, Status);
    },
    CmAddPartyHandler: (context, parameters, partyHandle, out) => {
      const vc = context as CallVc;
      const added = vc.addressFamily.manager.parties.addParty(vc, parameters, partyHandle);
      if (!(added instanceof CallParty)) return added;
      out.Value = added;
      return NDIS_STATUS_PENDING;
    },
    CmDropPartyHandler: (context, _data, size) => {
      const party = context as CallParty;
      return party.vc.addressFamily.manager.parties.dropParty(party, size);
    },
    CmActivateVcCompleteHandler: own.activateVcComplete,
    CmDeactivateVcCompleteHandler: own.deactivateVcComplete,
    CmModifyCallQoSHandler: (context) => (context as CallVc).addressFamily.manager.calls.modifyCallQoS(),
    CmOidRequestHandler: (context, _vc, _party, request) => (context as OpenAddressFamily).manager.answerOid(request),
    CmOidRequestCompleteHandler: own.oidRequestComplete,
    CmNotifyCloseAfCompleteHandler: (context) => (context as OpenAddressFamily).manager.route.quietChanged(),
  });
}
