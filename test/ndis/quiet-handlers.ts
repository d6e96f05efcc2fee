import type {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS as CallManagerHandlers,
  NDIS_PROTOCOL_CO_CHARACTERISTICS as CoProtocolHandlers,
  MiniportAdapterHandle,
  MiniportCallManagerLibrary,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS as MiniportHandlers,
  NDIS_DRIVER_OPTIONAL_HANDLERS,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisDriverHandle,
  OutParameter,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS as ProtocolHandlers,
} from "../../src/ndis/index.ts";
import {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_MEDIUM,
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";

/** What fake drivers do without being told: they accept, pend what takes time, and do nothing else. */

export const pending = (): NDIS_STATUS => NDIS_STATUS_PENDING;
export const success = (): NDIS_STATUS_FINAL => NDIS_STATUS_SUCCESS;
export const nothing = (): void => {};

/** Answers SUCCESS with a context. */
export function fill(out: OutParameter<unknown>, context: unknown): NDIS_STATUS_FINAL {
  out.Value = context;
  return NDIS_STATUS_SUCCESS;
}

/** Of a miniport, beside registration, initialisation and unload. */
export const QUIET_MINIPORT = {
  HaltHandlerEx: nothing,
  PauseHandler: success,
  RestartHandler: success,
  OidRequestHandler: success,
  ReturnNetBufferListsHandler: nothing,
  DevicePnPEventNotifyHandler: nothing,
  ShutdownHandlerEx: nothing,
  CancelOidRequestHandler: nothing,
  CancelSendHandler: nothing,
} satisfies Partial<MiniportHandlers>;

/** Of a protocol, beside registration, bind and unbind. */
export const QUIET_PROTOCOL = {
  OpenAdapterCompleteHandlerEx: nothing,
  CloseAdapterCompleteHandlerEx: nothing,
  NetPnPEventHandler: success,
  UninstallHandler: nothing,
  OidRequestCompleteHandler: nothing,
  StatusHandlerEx: nothing,
} satisfies Partial<ProtocolHandlers>;

export function quietCoProtocol(): CoProtocolHandlers {
  return NDIS_PROTOCOL_CO_CHARACTERISTICS({
    CoStatusHandlerEx: nothing,
    CoAfRegisterNotifyHandler: nothing,
    CoReceiveNetBufferListsHandler: nothing,
    CoSendNetBufferListsCompleteHandler: nothing,
  });
}

export function quietCallManager(): CallManagerHandlers {
  return NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS({
    CmCreateVcHandler: (_af, vc, out) => fill(out, { mcmVc: vc }),
    CmDeleteVcHandler: success,
    CmOpenAfHandler: (_binding, _family, af, out) => fill(out, { mcmAf: af }),
    CmCloseAfHandler: success,
    CmRegisterSapHandler: (_af, _sap, handle, out) => fill(out, { mcmSap: handle }),
    CmDeregisterSapHandler: success,
    CmMakeCallHandler: pending,
    CmCloseCallHandler: pending,
    CmIncomingCallCompleteHandler: nothing,
    CmAddPartyHandler: () => NDIS_STATUS_NOT_SUPPORTED,
    CmDropPartyHandler: () => NDIS_STATUS_NOT_SUPPORTED,
    CmActivateVcCompleteHandler: nothing,
    CmDeactivateVcCompleteHandler: nothing,
    CmModifyCallQoSHandler: pending,
    CmOidRequestHandler: success,
    CmOidRequestCompleteHandler: nothing,
    CmNotifyCloseAfCompleteHandler: nothing,
  });
}

type Registering = Pick<MiniportCallManagerLibrary, "NdisSetOptionalHandlers" | "NdisMSetMiniportAttributes">;

/** SetOptions of a driver with two structures: the second one only after the first one was taken. */
export function setBoth(
  { NdisSetOptionalHandlers }: Pick<Registering, "NdisSetOptionalHandlers">,
  handle: NdisDriverHandle,
  first: NDIS_DRIVER_OPTIONAL_HANDLERS,
  second: NDIS_DRIVER_OPTIONAL_HANDLERS,
): NDIS_STATUS_FINAL {
  const status = NdisSetOptionalHandlers(handle, first);
  return status === NDIS_STATUS_SUCCESS ? NdisSetOptionalHandlers(handle, second) : status;
}

/** Attributes of an ATM miniport. */
export function setAtmAttributes(
  { NdisMSetMiniportAttributes }: Pick<Registering, "NdisMSetMiniportAttributes">,
  handle: MiniportAdapterHandle,
  MiniportAdapterContext: object,
): NDIS_STATUS_FINAL {
  NdisMSetMiniportAttributes(handle, NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES({ MiniportAdapterContext }));
  const general = NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES({ MediaType: NDIS_MEDIUM.NdisMediumAtm });
  return NdisMSetMiniportAttributes(handle, general);
}
