import type {
  NDIS_CONTEXT,
  NdisAfHandle,
  NdisBindingHandle,
  NdisPartyHandle,
  NdisSapHandle,
  NdisVcHandle,
  OutParameter,
} from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { CO_ADDRESS_FAMILY, CO_CALL_PARAMETERS, CO_SAP } from "../structures/calls.ts";
import type { NDIS_STRING } from "../types.ts";

/** What a client asks of its call manager. */
export interface NdisClFunctions {
  NdisClAddParty(
    NdisVcHandle: NdisVcHandle,
    ProtocolPartyContext: NDIS_CONTEXT,
    CallParameters: CO_CALL_PARAMETERS,
    NdisPartyHandle: OutParameter<NdisPartyHandle>,
  ): NDIS_STATUS;
  NdisClCloseAddressFamily(NdisAfHandle: NdisAfHandle): NDIS_STATUS;
  NdisClCloseCall(
    NdisVcHandle: NdisVcHandle,
    NdisPartyHandle: NdisPartyHandle | null,
    Buffer: Uint8Array | null,
    Size: number,
  ): NDIS_STATUS;
  NdisClDeregisterSap(NdisSapHandle: NdisSapHandle): NDIS_STATUS;
  NdisClDropParty(NdisPartyHandle: NdisPartyHandle, Buffer: Uint8Array | null, Size: number): NDIS_STATUS;
  NdisClGetProtocolVcContextFromTapiCallId(
    TapiCallId: NDIS_STRING,
    ProtocolVcContext: OutParameter<NDIS_CONTEXT>,
  ): NDIS_STATUS_FINAL;
  NdisClIncomingCallComplete(
    Status: NDIS_STATUS_FINAL,
    NdisVcHandle: NdisVcHandle,
    CallParameters: CO_CALL_PARAMETERS,
  ): void;
  NdisClMakeCall(
    NdisVcHandle: NdisVcHandle,
    CallParameters: CO_CALL_PARAMETERS,
    ProtocolPartyContext: NDIS_CONTEXT,
    NdisPartyHandle: OutParameter<NdisPartyHandle> | null,
  ): NDIS_STATUS;
  NdisClModifyCallQoS(NdisVcHandle: NdisVcHandle, CallParameters: CO_CALL_PARAMETERS): NDIS_STATUS;
  NdisClNotifyCloseAddressFamilyComplete(NdisAfHandle: NdisAfHandle, Status: NDIS_STATUS_FINAL): void;
  NdisClOpenAddressFamilyEx(
    NdisBindingHandle: NdisBindingHandle,
    AddressFamily: CO_ADDRESS_FAMILY,
    ClientAfContext: NDIS_CONTEXT,
    NdisAfHandle: OutParameter<NdisAfHandle>,
  ): NDIS_STATUS;
  NdisClRegisterSap(
    NdisAfHandle: NdisAfHandle,
    ProtocolSapContext: NDIS_CONTEXT,
    Sap: CO_SAP,
    NdisSapHandle: OutParameter<NdisSapHandle>,
  ): NDIS_STATUS;
}
