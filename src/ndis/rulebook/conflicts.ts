import type { Conflict } from "./rule.ts";
import { list } from "./rule.ts";

function conflict(text: string, sources: string): Omit<Conflict, "id"> {
  return { text, sources: list(sources) };
}

/** Section 24: where pages disagree, and how this implementation reads them. */
const rows = {
  "X-01": conflict(
    "MCM activate/deactivate completion: the handlers page says NDIS never calls them for an MCM; activating-a-vc.md and deactivating-a-vc.md say NDIS does; the function page says NDIS does only after PENDING, else the MCM calls itself. Suggested: NdisMCmActivateVc/DeactivateVc finish synchronously, never pend, NDIS never calls; a configuration switch may enable the callback.",
    "ns-ndis-_ndis_co_call_manager_optional_handlers.md; activating-a-vc.md; nf-ndis-ndismcmactivatevc.md",
  ),
  "X-02": conflict(
    "Reuse of a closed VC: nf-ndis-ndisclclosecall.md says the closing handle cannot carry another call; several other pages allow reuse once closed and deactivated. Suggested: allow after close completion plus deactivation.",
    "",
  ),
  "X-03": conflict(
    "OID completion by an MCM/miniport: WAN and querying pages name NdisCoOidRequestComplete; the reference pages say NdisMCo/NdisMCm. Suggested: only the latter are legal.",
    "",
  ),
  "X-04": conflict(
    "WAN query/set pages claim one request at a time; the CO reference says no serialisation. Suggested: no serialisation.",
    "",
  ),
  "X-05": conflict(
    "WAN send page names NdisMSendNetBufferListsComplete; CO requires NdisMCoSendNetBufferListsComplete.",
    "",
  ),
  "X-06": conflict(
    "Close order: protocol_cl_close_call_complete says SUCCESS implies the VC is deactivated; client-initiated-request-to-close-a-call.md completes first and deactivates after; deactivate-complete page suggests deactivate then complete. Suggested: accept both orders; deletion needs both.",
    "",
  ),
  "X-07": conflict(
    "TAPI pages say NdisClOpenAddressFamilyEx registers client entry points; the AF page and reference say it does not (NDIS 6). Suggested: it does not.",
    "",
  ),
  "X-08": conflict(
    "registering-the-wan-address-family.md tells an MCM to call NdisCmRegisterAddressFamilyEx; condis-tapi-registration.md and the reference require NdisMCmRegisterAddressFamilyEx.",
    "",
  ),
  "X-09": conflict(
    "Incoming activation time: general pages activate before dispatch; accepting-incoming-calls.md (WAN) activates after the client's acceptance. Suggested: require active only by call-connected, warn otherwise.",
    "",
  ),
  "X-10": conflict(
    "The header's revision-1 size for the CM handlers stops before CmNotifyCloseAfCompleteHandler although the docs require that handler. Suggested: accept size through either member.",
    "",
  ),
  "X-11": conflict(
    "differences-in-virtual-connections.md names NdisCmDeactivateVc for an MCM; must be NdisMCmDeactivateVc. condis-tapi-shutdown.md and others name NdisCm dispatch functions for an MCM (harmless, aliases).",
    "",
  ),
  "X-12": conflict(
    "accepting/making-call WAN pages have NDPROXY (a protocol) call NdisMCmCreateVc; must be NdisCoCreateVc.",
    "",
  ),
  "X-13": conflict(
    "NDIS_RECEIVE_FLAGS_STATUS_RESOURCES in the receiving page is not a header name; it is NDIS_RECEIVE_FLAGS_RESOURCES (2).",
    "",
  ),
  "X-14": conflict(
    '"Return NOT_SUPPORTED" cannot apply to handlers declared VOID (all ...Complete callbacks, call-connected, incoming-close, drop-party, QoS change, AF notify); those placeholders just return.',
    "",
  ),
  "X-15": conflict(
    "Provider chimney structures: the function page lists client chimney for miniports; set_options and the configuring page list provider chimney for miniports. Suggested: accept all four from miniports.",
    "",
  ),
  "X-16": conflict(
    "nf-ndis-ndisclderegistersap.md mentions the register completion in a FAILURE remark; read it as deregister.",
    "",
  ),
  "X-17": conflict(
    "Duplicate SAP: reference says INVALID_DATA while SAP_IN_USE (0xC0010021) and INVALID_SAP (0xC0010020) exist. Suggested: INVALID_DATA default, accept the others from a CM.",
    "",
  ),
  "X-18": conflict(
    'nc-ndis-protocol_cl_incoming_drop_party.md covers "last party" though the CM may not dispatch it; defensive only.',
    "",
  ),
  "X-19": conflict(
    "OID name: OID_CO_TAPI_TRANSLATE_SAP in prose is OID_CO_TAPI_TRANSLATE_TAPI_SAP (0xFE001006); the struct page closes it under the name CO_AF_TAPI_SAP; CO_TAPI_USE_DEFAULT_CALLPARAMS is CO_TAPI_FLAG_USE_DEFAULT_CALLPARAMS (4).",
    "",
  ),
  "X-20": conflict(
    "nf-ndis-ndiscooidrequest.md mentions an MCM as caller in one parameter and forbids it in the remarks; forbid it.",
    "",
  ),
  "X-21": conflict(
    "NdisCoGetTapiCallId, NdisClGetProtocolVcContextFromTapiCallId and NdisCoAssignInstanceName: page metadata and header (both min and max) say exactly DISPATCH_LEVEL, unlike the rest. Surprising for a WMI-registering call; suggested: warn, not fail, below DISPATCH_LEVEL.",
    "",
  ),
  "X-22": conflict(
    "ndis-status-wan-co-linkparams.md opens with the FRAGMENT name; the code is WAN_CO_LINKPARAMS (0x40010016).",
    "",
  ),
  "X-23": conflict(
    "ProtocolCmNotifyCloseAf timing: a client may complete the notify after its AF close has completed, so the AF handle must stay resolvable for that one call (AF-36 against AF-27).",
    "",
  ),
  "X-24": conflict(
    "nf-ndis-ndiscmmakecallcomplete.md names NdisMCmMakeCallComplete once for a stand-alone cm; read NdisCmMakeCallComplete.",
    "",
  ),
  "X-25": conflict(
    "protocol_cm_incoming_call_complete, activate and deactivate completion pages announce a status list that is missing from the source; same for the send-complete status list of NdisMCoSendNetBufferListsComplete.",
    "",
  ),
  "X-26": conflict(
    "Name drift: ProtocolClIncomingQoSChange = ProtocolClIncomingCallQoSChange; ProtocolClDropParty (in close-call page) = ProtocolClIncomingDropParty; NdisCoActivateVc = NdisCmActivateVc; ProtocolCmModifyQoS = ProtocolCmModifyCallQoS; ProtocolAfRegisterNotify = ProtocolCoAfRegisterNotify; ProtocolClIncomingCallConnected = ProtocolClCallConnected; ProtocolClOpenAfComplete is the NDIS 5 form of ...Ex.",
    "",
  ),
};

export type ConflictId = keyof typeof rows;

/** Section 24 of the rulebook, in its order. */
export const CONFLICTS: readonly Conflict[] = Object.entries(rows).map(([id, facts]) => ({ id, ...facts }));
