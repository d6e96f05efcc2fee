import type {
  MiniportAdapterHandle,
  NDIS_CONTEXT,
  NdisAfHandle,
  NdisPartyHandle,
  NdisSapHandle,
  NdisVcHandle,
  OutParameter,
} from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_ADDRESS_FAMILY, CO_CALL_PARAMETERS } from "../structures/calls.ts";
import type { NDIS_OID_REQUEST } from "../structures/oid-request.ts";

/** What a miniport call manager tells NDIS; 18 of the 22 are the NdisCm operations under another name. */
export interface NdisMCmFunctions {
  NdisMCmActivateVc(NdisVcHandle: NdisVcHandle, CallParameters: CO_CALL_PARAMETERS): NDIS_STATUS;
  NdisMCmAddPartyComplete(
    Status: NDIS_STATUS_FINAL,
    NdisPartyHandle: NdisPartyHandle,
    CallMgrPartyContext: NDIS_CONTEXT,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisMCmCloseAddressFamilyComplete(Status: NDIS_STATUS_FINAL, NdisAfHandle: NdisAfHandle): void;
  NdisMCmCloseCallComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    NdisPartyHandle: NdisPartyHandle | null,
  ): void;
  NdisMCmCreateVc(
    MiniportAdapterHandle: MiniportAdapterHandle,
    NdisAfHandle: NdisAfHandle,
    MiniportVcContext: NDIS_CONTEXT,
    NdisVcHandle: OutParameter<NdisVcHandle>,
  ): NDIS_STATUS_FINAL;
  NdisMCmDeactivateVc(NdisVcHandle: NdisVcHandle): NDIS_STATUS_FINAL;
  NdisMCmDeleteVc(NdisVcHandle: NdisVcHandle): NDIS_STATUS_FINAL;
  NdisMCmDeregisterSapComplete(Status: NDIS_STATUS_FINAL, NdisSapHandle: NdisSapHandle): void;
  NdisMCmDispatchCallConnected(NdisVcHandle: NdisVcHandle): void;
  NdisMCmDispatchIncomingCall(
    NdisSapHandle: NdisSapHandle,
    NdisVcHandle: NdisVcHandle,
    CallParameters: CO_CALL_PARAMETERS,
  ): NDIS_STATUS;
  NdisMCmDispatchIncomingCallQoSChange(NdisVcHandle: NdisVcHandle, CallParameters: CO_CALL_PARAMETERS): void;
  NdisMCmDispatchIncomingCloseCall(
    CloseStatus: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    Buffer: Uint8Array | null,
    Size: number,
  ): void;
  NdisMCmDispatchIncomingDropParty(
    DropStatus: NDIS_STATUS_FINAL,
    NdisPartyHandle: NdisPartyHandle,
    Buffer: Uint8Array | null,
    Size: number,
  ): void;
  NdisMCmDropPartyComplete(Status: NDIS_STATUS_FINAL, NdisPartyHandle: NdisPartyHandle): void;
  NdisMCmMakeCallComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    NdisPartyHandle: NdisPartyHandle | null,
    CallMgrPartyContext: NDIS_CONTEXT,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisMCmModifyCallQoSComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisMCmNotifyCloseAddressFamily(NdisAfHandle: NdisAfHandle): NDIS_STATUS;
  NdisMCmOidRequest(
    NdisAfHandle: NdisAfHandle,
    NdisVcHandle: NdisVcHandle | null,
    NdisPartyHandle: NdisPartyHandle | null,
    NdisOidRequest: NDIS_OID_REQUEST,
  ): NDIS_STATUS;
  NdisMCmOidRequestComplete(
    NdisAfHandle: NdisAfHandle,
    NdisVcHandle: NdisVcHandle | null,
    NdisPartyHandle: NdisPartyHandle | null,
    OidRequest: NDIS_OID_REQUEST,
    Status: NDIS_STATUS_FINAL,
  ): void;
  NdisMCmOpenAddressFamilyComplete(
    Status: NDIS_STATUS_FINAL,
    NdisAfHandle: NdisAfHandle,
    CallMgrAfContext: NDIS_CONTEXT,
  ): void;
  NdisMCmRegisterAddressFamilyEx(
    MiniportAdapterHandle: MiniportAdapterHandle,
    AddressFamily: CO_ADDRESS_FAMILY,
  ): NDIS_STATUS_FINAL;
  NdisMCmRegisterSapComplete(
    Status: NDIS_STATUS_FINAL,
    NdisSapHandle: NdisSapHandle,
    CallMgrSapContext: NDIS_CONTEXT,
  ): void;
}
