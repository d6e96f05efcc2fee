import { inferredRule, rule } from "../rule.ts";

/** Section 6: Outgoing call. */
export const outgoingCallRules = {
  "OUT-01": rule(
    "MUST",
    ["client"],
    "order is NdisCoCreateVc, fill CO_CALL_PARAMETERS, NdisClMakeCall on that VC.",
    "making-a-call.md",
  ),
  "OUT-02": rule(
    "MUST",
    ["client"],
    "keep the call-parameter buffer valid until ProtocolClMakeCallComplete when the call pended.",
    "nf-ndis-ndisclmakecall.md",
  ),
  "OUT-03": rule(
    "MUST",
    ["client"],
    "pass ProtocolPartyContext to make the call multipoint, NULL otherwise; that choice fixes the VC kind for the call.",
    "nf-ndis-ndisclmakecall.md",
  ),
  "OUT-04": rule(
    "MUST",
    ["ndis"],
    "forward to ProtocolCmMakeCall with the CM's VC context, the parameters, an NdisPartyHandle only for multipoint, and an output slot for the party context.",
    "nc-ndis-protocol_cm_make_call.md",
  ),
  "OUT-05": rule(
    "MUST",
    ["cm", "mcm"],
    "validate the parameters; return SUCCESS (VC already activated), PENDING, RESOURCES, NOT_SUPPORTED (invalid or unavailable features) or another error.",
    "nc-ndis-protocol_cm_make_call.md",
  ),
  "OUT-06": rule(
    "MUST",
    ["cm", "mcm"],
    "set the party-context slot for multipoint, NULL when there is no party handle.",
    "nc-ndis-protocol_cm_make_call.md",
  ),
  "OUT-07": inferredRule(
    "MUST",
    ["mcm"],
    "having returned PENDING, call NdisMCmMakeCallComplete exactly once, for success and for failure alike.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-08": rule("MUST NOT", ["mcm"], "pass PENDING to NdisMCmMakeCallComplete.", "nf-ndis-ndismcmmakecallcomplete.md"),
  "OUT-09": rule(
    "MUST",
    ["mcm"],
    "pass SUCCESS only when the network negotiation is done, the NIC is set up and NdisMCmActivateVc has been called for the VC.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-10": rule(
    "MUST",
    ["ndis"],
    "the client may not transfer on the VC until that success completion is delivered.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-11": rule(
    "MUST",
    ["ndis"],
    "NdisMCmMakeCallComplete runs the client's ProtocolClMakeCallComplete with the client's VC context.",
    "making-a-call.md",
  ),
  "OUT-12": rule(
    "MUST",
    ["ndis"],
    "ignore CallMgrPartyContext unless Status is SUCCESS; on success pass it to all later party-related ProtocolCm calls.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-13": rule(
    "MUST",
    ["mcm"],
    "pass NdisPartyHandle as given to ProtocolCmMakeCall, NULL for point-to-point, and NULL party context in that case.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-14": rule(
    "MUST",
    ["mcm"],
    "after an error completion treat the party handle as invalid and release per-party state; per-VC state waits for ProtocolCoDeleteVc.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-15": rule(
    "MUST",
    ["ndis", "client"],
    "hold VC and call state until that completion arrives; a missing failure completion leaks NDIS, client and MCM state because the client cannot delete the VC.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-16": rule(
    "MUST",
    ["ndis"],
    "after an error completion the client deletes the VC, so the MCM's ProtocolCoDeleteVc follows.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-17": rule(
    "MAY",
    ["cm", "mcm"],
    "change the parameters during negotiation; the changes go back in the CallParameters of the completion, flagged CALL_PARAMETERS_CHANGED.",
    "making-a-call.md; nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-18": rule(
    "MUST",
    ["client"],
    "on failure in ProtocolClMakeCallComplete release party context and parameter buffer, call NdisCoDeleteVc, release VC context.",
    "nc-ndis-protocol_cl_make_call_complete.md",
  ),
  "OUT-19": rule(
    "MUST",
    ["client"],
    "on success test CALL_PARAMETERS_CHANGED; if set judge the new values.",
    "nc-ndis-protocol_cl_make_call_complete.md",
  ),
  "OUT-20": rule(
    "MAY",
    ["client"],
    "renegotiate unacceptable values with NdisClModifyCallQoS if the signalling protocol permits.",
    "nc-ndis-protocol_cl_make_call_complete.md",
  ),
  "OUT-21": rule(
    "MUST",
    ["client"],
    "otherwise tear down with NdisClCloseCall and release nothing until ProtocolClCloseCallComplete.",
    "nc-ndis-protocol_cl_make_call_complete.md",
  ),
  "OUT-22": rule(
    "MUST",
    ["ndis"],
    "the party handle given to ProtocolClMakeCallComplete is valid only for SUCCESS on a multipoint VC, otherwise NULL; the client keeps it for drop-party or close.",
    "nc-ndis-protocol_cl_make_call_complete.md",
  ),
  "OUT-23": rule(
    "MUST",
    ["ndis"],
    "documented finals are SUCCESS, RESOURCES and propagated driver errors.",
    "nc-ndis-protocol_cl_make_call_complete.md",
  ),
  "OUT-24": rule(
    "MUST NOT",
    ["cm using protocols", "miniports without CM"],
    "call NdisMCmMakeCallComplete; it is for MCMs only, stand-alone managers use NdisCmMakeCallComplete.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "OUT-25": rule(
    "MAY",
    ["client without outgoing calls"],
    "let ProtocolClMakeCallComplete be an empty routine.",
    "nc-ndis-protocol_cl_make_call_complete.md",
  ),
  "OUT-26": rule(
    "MUST",
    ["ndis"],
    "when NdisClMakeCall returns non-PENDING, no ProtocolClMakeCallComplete from NDIS.",
    "nf-ndis-ndisclmakecall.md",
  ),
};

/** Section 7: Incoming call. */
export const incomingCallRules = {
  "INC-01": rule(
    "MUST",
    ["cm", "mcm"],
    "match the offer to a registered SAP before anything else; no SAP, no dispatch.",
    "indicating-an-incoming-call.md",
  ),
  "INC-02": rule(
    "MUST",
    ["cm", "mcm"],
    "create the VC (and normally activate it) before Ndis(M)CmDispatchIncomingCall.",
    "nf-ndis-ndismcmdispatchincomingcall.md",
  ),
  "INC-03": rule(
    "MUST",
    ["ndis"],
    "call the ProtocolClIncomingCall of the client that owns the SAP, with its SAP context, its VC context and the parameters.",
    "indicating-an-incoming-call.md",
  ),
  "INC-04": rule(
    "MUST",
    ["client"],
    "answer SUCCESS (accept), PENDING, or another status (reject).",
    "nc-ndis-protocol_cl_incoming_call.md",
  ),
  "INC-05": inferredRule(
    "MUST",
    ["client"],
    "after PENDING call NdisClIncomingCallComplete exactly once, SUCCESS to accept, any other non-PENDING to reject.",
    "nf-ndis-ndisclincomingcallcomplete.md",
  ),
  "INC-06": rule(
    "MUST",
    ["ndis"],
    "NdisClIncomingCallComplete runs ProtocolCmIncomingCallComplete with the client's status and parameters.",
    "nf-ndis-ndisclincomingcallcomplete.md",
  ),
  "INC-07": rule(
    "MUST",
    ["ndis"],
    "run ProtocolCmIncomingCallComplete only when the dispatch returned PENDING; otherwise the CM calls its own.",
    "nf-ndis-ndiscmdispatchincomingcall.md; nc-ndis-protocol_cm_incoming_call_complete.md",
  ),
  "INC-08": rule(
    "MUST",
    ["client"],
    "flag changed parameters with CALL_PARAMETERS_CHANGED when completing.",
    "nf-ndis-ndisclincomingcallcomplete.md",
  ),
  "INC-09": rule(
    "MUST",
    ["ndis", "cm"],
    "if the CM takes the changes the client gets ProtocolClCallConnected, if not ProtocolClIncomingCloseCall.",
    "nf-ndis-ndisclincomingcallcomplete.md",
  ),
  "INC-10": rule(
    "MUST NOT",
    ["client"],
    "touch CallParameters after rejecting.",
    "nf-ndis-ndisclincomingcallcomplete.md",
  ),
  "INC-11": rule(
    "MAY",
    ["client"],
    "call NdisClModifyCallQoS before accepting a pended offer.",
    "nf-ndis-ndisclincomingcallcomplete.md",
  ),
  "INC-12": rule(
    "SHOULD",
    ["client"],
    "copy what it needs from CallParameters; the structure belongs to the CM.",
    "nc-ndis-protocol_cl_incoming_call.md",
  ),
  "INC-13": rule(
    "MUST",
    ["cm", "mcm"],
    "tell the remote party of acceptance, rejection or the requested change through signalling.",
    "indicating-an-incoming-call.md",
  ),
  "INC-14": rule(
    "MUST",
    ["cm", "mcm"],
    "on rejection deactivate the VC if active, then delete or reuse it; no close-call exchange with the client.",
    "indicating-an-incoming-call.md",
  ),
  "INC-15": rule(
    "MUST",
    ["cm", "mcm"],
    "accepted but not established end to end: dispatch an incoming close instead of call-connected; the client answers with NdisClCloseCall; then deactivate and delete.",
    "indicating-an-incoming-call.md",
  ),
  "INC-16": rule(
    "MAY",
    ["client without incoming support"],
    "return NOT_SUPPORTED from ProtocolClIncomingCall.",
    "nc-ndis-protocol_cl_incoming_call.md",
  ),
  "INC-17": rule(
    "MAY",
    ["cm", "mcm"],
    "refuse an offer before any dispatch if parameters cannot be agreed.",
    "indicating-an-incoming-call.md",
  ),
};

/** Section 8: Call connected. */
export const callConnectedRules = {
  "CON-01": rule(
    "MUST",
    ["cm", "mcm"],
    "call Ndis(M)CmDispatchCallConnected only after the client accepted, only for VCs it created.",
    "nf-ndis-ndismcmdispatchcallconnected.md",
  ),
  "CON-02": rule(
    "MUST",
    ["ndis"],
    "that runs ProtocolClCallConnected with the client's VC context; data may flow either way from then.",
    "nc-ndis-protocol_cl_call_connected.md",
  ),
  "CON-03": rule(
    "MUST",
    ["client"],
    "be ready to send and receive before returning from ProtocolClCallConnected.",
    "nc-ndis-protocol_cl_call_connected.md",
  ),
  "CON-04": inferredRule(
    "MUST",
    ["ndis"],
    "deliver exactly one of call-connected and incoming-close-call for an accepted offer that is not otherwise torn down.",
    "indicating-an-incoming-call.md",
  ),
  "CON-05": rule(
    "SHOULD",
    ["mcm"],
    "normally issue it from ProtocolCmIncomingCallComplete as the last handshake step.",
    "nf-ndis-ndismcmdispatchcallconnected.md",
  ),
};
