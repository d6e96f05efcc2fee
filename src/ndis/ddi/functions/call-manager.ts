import type {
  NDIS_CONTEXT,
  NdisAfHandle,
  NdisBindingHandle,
  NdisPartyHandle,
  NdisSapHandle,
  NdisVcHandle,
} from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_ADDRESS_FAMILY, CO_CALL_PARAMETERS } from "../structures/calls.ts";

/** What a stand-alone call manager tells NDIS. */
export interface NdisCmFunctions {
  NdisCmActivateVc(NdisVcHandle: NdisVcHandle, CallParameters: CO_CALL_PARAMETERS): NDIS_STATUS;
  NdisCmAddPartyComplete(
    Status: NDIS_STATUS_FINAL,
    NdisPartyHandle: NdisPartyHandle,
    CallMgrPartyContext: NDIS_CONTEXT,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisCmCloseAddressFamilyComplete(Status: NDIS_STATUS_FINAL, NdisAfHandle: NdisAfHandle): void;
  NdisCmCloseCallComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    NdisPartyHandle: NdisPartyHandle | null,
  ): void;
  NdisCmDeactivateVc(NdisVcHandle: NdisVcHandle): NDIS_STATUS;
  NdisCmDeregisterSapComplete(Status: NDIS_STATUS_FINAL, NdisSapHandle: NdisSapHandle): void;
  NdisCmDispatchCallConnected(NdisVcHandle: NdisVcHandle): void;
  NdisCmDispatchIncomingCall(
    NdisSapHandle: NdisSapHandle,
    NdisVcHandle: NdisVcHandle,
    CallParameters: CO_CALL_PARAMETERS,
  ): NDIS_STATUS;
  NdisCmDispatchIncomingCallQoSChange(NdisVcHandle: NdisVcHandle, CallParameters: CO_CALL_PARAMETERS): void;
  NdisCmDispatchIncomingCloseCall(
    CloseStatus: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    Buffer: Uint8Array | null,
    Size: number,
  ): void;
  NdisCmDispatchIncomingDropParty(
    DropStatus: NDIS_STATUS_FINAL,
    NdisPartyHandle: NdisPartyHandle,
    Buffer: Uint8Array | null,
    Size: number,
  ): void;
  NdisCmDropPartyComplete(Status: NDIS_STATUS_FINAL, NdisPartyHandle: NdisPartyHandle): void;
  NdisCmMakeCallComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    NdisPartyHandle: NdisPartyHandle | null,
    CallMgrPartyContext: NDIS_CONTEXT,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisCmModifyCallQoSComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisCmNotifyCloseAddressFamily(NdisAfHandle: NdisAfHandle): NDIS_STATUS;
  NdisCmOpenAddressFamilyComplete(
    Status: NDIS_STATUS_FINAL,
    NdisAfHandle: NdisAfHandle,
    CallMgrAfContext: NDIS_CONTEXT,
  ): void;
  NdisCmRegisterAddressFamilyEx(
    NdisBindingHandle: NdisBindingHandle,
    AddressFamily: CO_ADDRESS_FAMILY,
  ): NDIS_STATUS_FINAL;
  NdisCmRegisterSapComplete(
    Status: NDIS_STATUS_FINAL,
    NdisSapHandle: NdisSapHandle,
    CallMgrSapContext: NDIS_CONTEXT,
  ): void;
}
