import type { NDIS_CONTEXT, NdisAfHandle, NdisPartyHandle, NdisSapHandle, OutParameter } from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_ADDRESS_FAMILY, CO_CALL_PARAMETERS, CO_SAP } from "../structures/calls.ts";

/*
 * Entry points of a call manager or MCM (NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS). What the documentation says never
 * to return is not in the type: a handler that must not pend returns NDIS_STATUS_FINAL.
 */

/** ProtocolCmActivateVcComplete. */
export type PROTOCOL_CM_ACTIVATE_VC_COMPLETE = (
  Status: NDIS_STATUS_FINAL,
  CallMgrVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
) => void;

/** ProtocolCmAddParty. Completes through NdisCmAddPartyComplete / NdisMCmAddPartyComplete. */
export type PROTOCOL_CM_ADD_PARTY = (
  CallMgrVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
  NdisPartyHandle: NdisPartyHandle,
  CallMgrPartyContext: OutParameter<NDIS_CONTEXT>,
) => NDIS_STATUS;

/** ProtocolCmCloseAf. Completes through NdisCmCloseAddressFamilyComplete / NdisMCmCloseAddressFamilyComplete. */
export type PROTOCOL_CM_CLOSE_AF = (CallMgrAfContext: NDIS_CONTEXT) => NDIS_STATUS;

/** ProtocolCmCloseCall. Completes through NdisCmCloseCallComplete / NdisMCmCloseCallComplete. */
export type PROTOCOL_CM_CLOSE_CALL = (
  CallMgrVcContext: NDIS_CONTEXT,
  CallMgrPartyContext: NDIS_CONTEXT,
  CloseData: Uint8Array | null,
  Size: number,
) => NDIS_STATUS;

/** ProtocolCmDeactivateVcComplete. */
export type PROTOCOL_CM_DEACTIVATE_VC_COMPLETE = (Status: NDIS_STATUS_FINAL, CallMgrVcContext: NDIS_CONTEXT) => void;

/** ProtocolCmDeregisterSap. Completes through NdisCmDeregisterSapComplete / NdisMCmDeregisterSapComplete. */
export type PROTOCOL_CM_DEREGISTER_SAP = (CallMgrSapContext: NDIS_CONTEXT) => NDIS_STATUS;

/** ProtocolCmDropParty. Completes through NdisCmDropPartyComplete / NdisMCmDropPartyComplete. */
export type PROTOCOL_CM_DROP_PARTY = (
  CallMgrPartyContext: NDIS_CONTEXT,
  CloseData: Uint8Array | null,
  Size: number,
) => NDIS_STATUS;

/** ProtocolCmIncomingCallComplete. */
export type PROTOCOL_CM_INCOMING_CALL_COMPLETE = (
  Status: NDIS_STATUS_FINAL,
  CallMgrVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
) => void;

/** ProtocolCmMakeCall. Completes through NdisCmMakeCallComplete / NdisMCmMakeCallComplete. */
export type PROTOCOL_CM_MAKE_CALL = (
  CallMgrVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
  NdisPartyHandle: NdisPartyHandle | null,
  CallMgrPartyContext: OutParameter<NDIS_CONTEXT> | null,
) => NDIS_STATUS;

/** ProtocolCmModifyCallQoS. Completes through NdisCmModifyCallQoSComplete / NdisMCmModifyCallQoSComplete. */
export type PROTOCOL_CM_MODIFY_QOS_CALL = (
  CallMgrVcContext: NDIS_CONTEXT,
  CallParameters: CO_CALL_PARAMETERS,
) => NDIS_STATUS;

/** ProtocolCmNotifyCloseAfComplete. */
export type PROTOCOL_CM_NOTIFY_CLOSE_AF_COMPLETE = (CallMgrAfContext: NDIS_CONTEXT, Status: NDIS_STATUS_FINAL) => void;

/** ProtocolCmOpenAf. Completes through NdisCmOpenAddressFamilyComplete / NdisMCmOpenAddressFamilyComplete. */
export type PROTOCOL_CM_OPEN_AF = (
  CallMgrBindingContext: NDIS_CONTEXT,
  AddressFamily: CO_ADDRESS_FAMILY,
  NdisAfHandle: NdisAfHandle,
  CallMgrAfContext: OutParameter<NDIS_CONTEXT>,
) => NDIS_STATUS;

/** ProtocolCmRegisterSap. Completes through NdisCmRegisterSapComplete / NdisMCmRegisterSapComplete. */
export type PROTOCOL_CM_REG_SAP = (
  CallMgrAfContext: NDIS_CONTEXT,
  Sap: CO_SAP,
  NdisSapHandle: NdisSapHandle,
  CallMgrSapContext: OutParameter<NDIS_CONTEXT>,
) => NDIS_STATUS;
