import { rule } from "../rule.ts";

/** Section 9: QoS change. */
export const qosRules = {
  "QOS-01": rule(
    "MAY",
    ["client"],
    "call NdisClModifyCallQoS on an active VC; the signalling protocol decides when it is legal.",
    "client-initiated-request-to-change-call-parameters.md",
  ),
  "QOS-02": rule(
    "MUST",
    ["cm", "mcm"],
    "ProtocolCmModifyCallQoS answers SUCCESS, PENDING, RESOURCES, INVALID_DATA, FAILURE, or NOT_SUPPORTED where the medium has no QoS.",
    "nc-ndis-protocol_cm_modify_qos_call.md",
  ),
  "QOS-03": rule(
    "MUST",
    ["cm", "mcm"],
    "once the network agrees, re-activate the VC with the new parameters before reporting success.",
    "client-initiated-request-to-change-call-parameters.md",
  ),
  "QOS-04": rule(
    "MUST",
    ["cm", "mcm"],
    "if network or miniport refuses, restore the earlier VC state and report FAILURE.",
    "nc-ndis-protocol_cm_modify_qos_call.md",
  ),
  "QOS-05": rule(
    "MUST",
    ["cm", "mcm"],
    "finish a pended request with Ndis(M)CmModifyCallQoSComplete, not PENDING.",
    "nf-ndis-ndismcmmodifycallqoscomplete.md",
  ),
  "QOS-06": rule(
    "MUST",
    ["ndis"],
    "deliver status, the client's VC context and the CM's parameters to ProtocolClModifyCallQoSComplete.",
    "client-initiated-request-to-change-call-parameters.md",
  ),
  "QOS-07": rule(
    "MUST",
    ["client"],
    "inspect parameters when CALL_PARAMETERS_CHANGED is set; accept by returning, renegotiate within a bounded count, or close the call.",
    "client-initiated-request-to-change-call-parameters.md",
  ),
  "QOS-08": rule("MAY", ["client"], "keep the old QoS after a refused change.", "nf-ndis-ndisclmodifycallqos.md"),
  "QOS-09": rule(
    "MUST",
    ["cm", "mcm"],
    "for a remote change: re-activate first, and only if that succeeds dispatch Ndis(M)CmDispatchIncomingCallQoSChange.",
    "incoming-request-to-change-call-parameters.md",
  ),
  "QOS-10": rule(
    "MUST",
    ["client"],
    "accept an incoming change by returning; reject by NdisClCloseCall; or propose other values with NdisClModifyCallQoS if allowed.",
    "incoming-request-to-change-call-parameters.md",
  ),
  "QOS-11": rule(
    "MUST",
    ["cm", "mcm"],
    "report acceptance or refusal to the remote after the client's handler returns.",
    "incoming-request-to-change-call-parameters.md",
  ),
  "QOS-12": rule(
    "MUST",
    ["creator"],
    "if no QoS can be agreed, the VC's creator starts the VC teardown.",
    "nf-ndis-ndisclmodifycallqos.md",
  ),
};

/** Section 10: Closing a call. */
export const closeCallRules = {
  "CLS-01": rule(
    "MUST",
    ["client"],
    "before NdisClCloseCall have every send on the VC back through ProtocolCoSendNetBufferListsComplete.",
    "nf-ndis-ndisclclosecall.md",
  ),
  "CLS-02": rule("MUST NOT", ["client"], "send on the VC after NdisClCloseCall.", "nf-ndis-ndisclclosecall.md"),
  "CLS-03": rule(
    "MUST",
    ["ndis"],
    "mark the VC handle closing and call ProtocolCmCloseCall with VC context, last-party context or NULL, close data and size.",
    "nf-ndis-ndisclclosecall.md",
  ),
  "CLS-04": rule(
    "MUST",
    ["client"],
    "on a multipoint call drop all but one party first, then pass that party's handle; the CM fails the close if several remain.",
    "nf-ndis-ndisclclosecall.md",
  ),
  "CLS-05": rule(
    "MAY",
    ["client"],
    "name any remaining party, not necessarily the one from NdisClMakeCall.",
    "nf-ndis-ndiscldropparty.md",
  ),
  "CLS-06": rule(
    "MUST",
    ["cm", "mcm"],
    "transmit close data before ending the call, or answer INVALID_DATA if the medium cannot.",
    "nc-ndis-protocol_cm_close_call.md",
  ),
  "CLS-07": rule(
    "MUST",
    ["cm", "mcm"],
    "ProtocolCmCloseCall: SUCCESS, PENDING, INVALID_DATA or error; free party state when a party context was passed.",
    "nc-ndis-protocol_cm_close_call.md",
  ),
  "CLS-08": rule(
    "MUST",
    ["cm", "mcm"],
    "deactivate the VC as part of closing (Ndis(M)CmDeactivateVc). (order: see X-06)",
    "client-initiated-request-to-close-a-call.md",
  ),
  "CLS-09": rule(
    "MUST",
    ["cm", "mcm"],
    "finish a pended close with Ndis(M)CmCloseCallComplete (never PENDING), NULL party for point-to-point; on success VC and party handles are unusable for transfers.",
    "nf-ndis-ndismcmclosecallcomplete.md",
  ),
  "CLS-10": rule(
    "MUST",
    ["ndis"],
    "run ProtocolClCloseCallComplete with VC context, and party context for the last party of a multipoint call.",
    "nc-ndis-protocol_cl_close_call_complete.md",
  ),
  "CLS-11": rule(
    "MUST",
    ["client"],
    "for a client-created VC then delete it or reuse it for another call; VC resources may be freed only after the VC is deleted.",
    "nc-ndis-protocol_cl_close_call_complete.md; nf-ndis-ndisclclosecall.md",
  ),
  "CLS-12": rule(
    "MUST NOT",
    ["client"],
    "use the VC handle after close completion when the CM created the VC.",
    "nc-ndis-protocol_cl_close_call_complete.md",
  ),
  "CLS-13": rule(
    "MAY",
    ["cm", "mcm"],
    "after the client's completion returns, delete its own VC or dispatch another incoming call on it.",
    "nc-ndis-protocol_cl_close_call_complete.md",
  ),
  "CLS-14": rule(
    "MUST",
    ["cm", "mcm"],
    "tell the client of a remote hang-up with Ndis(M)CmDispatchIncomingCloseCall, CloseStatus SUCCESS; use another status for network trouble.",
    "incoming-request-to-close-a-call.md",
  ),
  "CLS-15": rule(
    "MAY",
    ["cm", "mcm"],
    "use the same dispatch to refuse unsupportable client changes made while accepting an offer.",
    "nf-ndis-ndismcmdispatchincomingclosecall.md",
  ),
  "CLS-16": rule(
    "MUST",
    ["client"],
    "respond in ProtocolClIncomingCloseCall by dropping surplus parties and calling NdisClCloseCall; it is mandatory for every client to implement it fully.",
    "nc-ndis-protocol_cl_incoming_close_call.md",
  ),
  "CLS-17": rule(
    "MUST NOT",
    ["client"],
    "send or expect data on the VC from ProtocolClIncomingCloseCall on, whatever CloseStatus says.",
    "nc-ndis-protocol_cl_incoming_close_call.md",
  ),
  "CLS-18": rule(
    "MUST",
    ["client"],
    "CloseStatus not SUCCESS on a client-created VC means it must delete the VC; with SUCCESS it may keep it.",
    "incoming-request-to-close-a-call.md",
  ),
  "CLS-19": rule(
    "MUST",
    ["ndis"],
    "the incoming-close dispatch alone closes nothing: the call stays up until the client's NdisClCloseCall.",
    "incoming-request-to-close-a-call.md",
  ),
  "CLS-20": rule(
    "MUST",
    ["mcm"],
    "VC it created: after the close exchange NdisMCmDeactivateVc, then NdisMCmDeleteVc; VC the client created: expect ProtocolCoDeleteVc.",
    "nf-ndis-ndismcmclosecallcomplete.md",
  ),
};

/** Section 11: Parties and multipoint. */
export const partyRules = {
  "PTY-01": rule(
    "MUST",
    ["client"],
    "NdisClAddParty only on a VC whose NdisClMakeCall carried a party context.",
    "adding-a-party-to-a-multipoint-call.md",
  ),
  "PTY-02": rule(
    "MUST",
    ["client"],
    "allocate the party context before the call and give an output variable for the party handle.",
    "nf-ndis-ndiscladdparty.md",
  ),
  "PTY-03": rule(
    "MUST",
    ["ndis"],
    "forward to ProtocolCmAddParty with VC context, parameters, party handle, output slot.",
    "nc-ndis-protocol_cm_add_party.md",
  ),
  "PTY-04": rule(
    "MUST",
    ["cm", "mcm"],
    "answer SUCCESS, PENDING, RESOURCES or NOT_SUPPORTED (also when the medium has no multipoint).",
    "nc-ndis-protocol_cm_add_party.md",
  ),
  "PTY-05": rule(
    "MUST",
    ["cm", "mcm"],
    "finish with Ndis(M)CmAddPartyComplete; on SUCCESS supply a non-NULL party context, on failure it is ignored.",
    "nf-ndis-ndismcmaddpartycomplete.md",
  ),
  "PTY-06": rule(
    "MAY",
    ["cm", "mcm"],
    "when per-party traffic differs from the VC: honour it, reset it to the VC's, change all parties, or refuse.",
    "adding-a-party-to-a-multipoint-call.md",
  ),
  "PTY-07": rule(
    "MUST",
    ["ndis"],
    "add-party finals: SUCCESS, RESOURCES (NDIS), FAILURE (bad VC handle), or the CM's code; the party handle is valid only on SUCCESS.",
    "nc-ndis-protocol_cl_add_party_complete.md",
  ),
  "PTY-08": rule(
    "MUST",
    ["client"],
    "eventually drop every party it added, in any order, the last one through NdisClCloseCall.",
    "nf-ndis-ndiscldropparty.md",
  ),
  "PTY-09": rule(
    "MUST",
    ["ndis"],
    "dropping the last party with NdisClDropParty ends in FAILURE.",
    "nc-ndis-protocol_cl_drop_party_complete.md",
  ),
  "PTY-10": rule(
    "MUST NOT",
    ["client"],
    "use the party handle after calling NdisClDropParty.",
    "nf-ndis-ndiscldropparty.md",
  ),
  "PTY-11": rule(
    "MUST",
    ["cm", "mcm"],
    "ProtocolCmDropParty: send close data first; SUCCESS, PENDING, or INVALID_DATA; free the party context or leak.",
    "nc-ndis-protocol_cm_drop_party.md",
  ),
  "PTY-12": rule(
    "MUST",
    ["cm", "mcm"],
    "complete with Ndis(M)CmDropPartyComplete; on SUCCESS the handle is invalid when it returns.",
    "nf-ndis-ndismcmdroppartycomplete.md",
  ),
  "PTY-13": rule(
    "MUST",
    ["cm", "mcm"],
    "remote party leaves: incoming-drop-party dispatch if others remain, incoming-close-call if it was the last.",
    "incoming-request-to-drop-a-party-from-a-multipoint-call.md",
  ),
  "PTY-14": rule(
    "MUST",
    ["client"],
    "answer ProtocolClIncomingDropParty with NdisClDropParty (or NdisClCloseCall if it turned out to be the last).",
    "nc-ndis-protocol_cl_incoming_drop_party.md",
  ),
  "PTY-15": rule(
    "MUST",
    ["client"],
    "keep its own count of parties, since remote drops change it.",
    "nf-ndis-ndiscldropparty.md",
  ),
  "PTY-16": rule(
    "MUST",
    ["client"],
    "use the VC handle, not the party handle, for transfers on media without per-party transfer.",
    "nf-ndis-ndiscladdparty.md",
  ),
  "PTY-17": rule(
    "MAY",
    ["client"],
    "chain the next NdisClDropParty from ProtocolClDropPartyComplete.",
    "dropping-a-party-from-a-multipoint-call.md",
  ),
};
