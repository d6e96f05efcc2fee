import { inferredRule, rule } from "../rule.ts";

/** Section 18: MCM versus call manager. */
export const mcmRules = {
  "MCM-01": rule(
    "MUST",
    ["mcm"],
    "initialise as a miniport plus AF registration; register handlers once per driver but the AF once per NIC.",
    "differences-in-initialization.md",
  ),
  "MCM-02": rule(
    "MUST",
    ["mcm"],
    "call only NdisMCm functions for call management, NdisMCo for the miniport half.",
    "differences-in-calls-to-ndisxxx-functions.md",
  ),
  "MCM-03": rule(
    "MUST",
    ["ndis"],
    "keep the CM-to-miniport interface inside an MCM invisible, except activation and deactivation of client VCs.",
    "mcm-drivers-vs--call-managers.md",
  ),
  "MCM-04": rule(
    "MUST",
    ["mcm"],
    "have no MiniportCoCreateVc / MiniportCoDeleteVc in NDIS's eyes.",
    "differences-in-virtual-connections.md",
  ),
  "MCM-05": rule(
    "MUST",
    ["mcm"],
    "supply MiniportCoOidRequest and MiniportCoSendNetBufferLists.",
    "differences-in-virtual-connections.md",
  ),
  "MCM-06": rule(
    "MAY",
    ["mcm"],
    "have internal create, activate, deactivate and delete routines; their existence is its own business.",
    "nf-ndis-ndismcmcreatevc.md",
  ),
  "MCM-07": inferredRule(
    "MUST",
    ["ndis"],
    "refuse NdisMCm calls from drivers that are not MCMs and NdisCm/NdisCo calls from MCMs (the docs state the restriction; the failing status is not given).",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "MCM-08": rule(
    "MUST",
    ["ndis"],
    "most NdisMCm completions and dispatches are plain aliases of the NdisCm ones; NdisMCmOidRequestComplete aliases NdisCoOidRequestComplete. Real separate functions: ActivateVc, DeactivateVc, CreateVc, DeleteVc, OidRequest, RegisterAddressFamilyEx.",
    "nf-ndis-ndismcmmakecallcomplete.md",
  ),
  "MCM-09": inferredRule(
    "MUST",
    ["ndis"],
    "the adapter context serves as CallMgrBindingContext for an MCM.",
    "nc-ndis-protocol_cm_open_af.md",
  ),
  "MCM-10": rule(
    "MUST",
    ["mcm"],
    "register names for VCs by custom GUID-to-OID mapping, not by instance name.",
    "support-for-named-vcs.md",
  ),
  "MCM-11": rule(
    "SHOULD",
    ["mcm"],
    "register as MCM whenever the NIC signals on board, for performance.",
    "nf-ndis-ndismcmregisteraddressfamilyex.md",
  ),
};
