import { rule } from "../rule.ts";

/** Section 3: SAP. */
export const sapRules = {
  "SAP-01": rule(
    "MUST",
    ["client"],
    "have an open AF and a resident SAP context before NdisClRegisterSap.",
    "nf-ndis-ndisclregistersap.md",
  ),
  "SAP-02": rule(
    "MUST",
    ["ndis"],
    "forward to ProtocolCmRegisterSap with the CM's AF context, the SAP, a fresh NdisSapHandle and an output slot.",
    "nc-ndis-protocol_cm_reg_sap.md",
  ),
  "SAP-03": rule(
    "MUST",
    ["cm", "mcm"],
    "reject a SAP some other client holds, with INVALID_DATA; unrecognised format likewise.",
    "nc-ndis-protocol_cm_reg_sap.md",
  ),
  "SAP-04": rule(
    "MUST",
    ["cm", "mcm"],
    "ProtocolCmRegisterSap returns SUCCESS (context slot set), PENDING, RESOURCES, INVALID_DATA or another error.",
    "nc-ndis-protocol_cm_reg_sap.md",
  ),
  "SAP-05": rule(
    "MUST",
    ["cm", "mcm"],
    "finish a pended registration with Ndis(M)CmRegisterSapComplete (never PENDING); on failure the handle is invalid afterwards and NDIS drops its SAP state.",
    "nf-ndis-ndismcmregistersapcomplete.md",
  ),
  "SAP-06": rule(
    "MUST",
    ["ndis"],
    "ProtocolClRegisterSapComplete gets the client's own Sap pointer back, and a valid SAP handle only for SUCCESS, else NULL.",
    "nc-ndis-protocol_cl_register_sap_complete.md",
  ),
  "SAP-07": rule(
    "MUST",
    ["client"],
    "be ready for ProtocolClIncomingCall on a SAP whose registration has not completed yet.",
    "registering-a-sap.md",
  ),
  "SAP-08": rule(
    "MUST",
    ["client"],
    "keep the SAP handle; it is needed by NdisClDeregisterSap.",
    "nf-ndis-ndisclregistersap.md",
  ),
  "SAP-09": rule(
    "MUST NOT",
    ["client"],
    "create a VC for incoming calls; the CM creates it.",
    "nf-ndis-ndisclregistersap.md",
  ),
  "SAP-10": rule(
    "MUST",
    ["ndis"],
    "NdisClDeregisterSap returns PENDING normally and FAILURE when the SAP is already closing.",
    "nf-ndis-ndisclderegistersap.md",
  ),
  "SAP-11": rule(
    "MUST NOT",
    ["client"],
    "use the SAP handle after calling NdisClDeregisterSap.",
    "nf-ndis-ndisclderegistersap.md",
  ),
  "SAP-12": rule(
    "MUST",
    ["cm", "mcm"],
    "ProtocolCmDeregisterSap frees its SAP resources and context; returns SUCCESS or PENDING.",
    "nc-ndis-protocol_cm_deregister_sap.md",
  ),
  "SAP-13": rule(
    "MUST",
    ["cm", "mcm"],
    "complete with Ndis(M)CmDeregisterSapComplete, Status SUCCESS, after which the SAP handle is invalid.",
    "nf-ndis-ndismcmderegistersapcomplete.md",
  ),
  "SAP-14": rule(
    "MUST",
    ["ndis"],
    "deregistering a SAP leaves an already received call and its VC untouched.",
    "deregistering-a-sap.md",
  ),
  "SAP-15": rule(
    "MUST",
    ["ndis"],
    "if the AF was already closing, the final status of a deregistration is FAILURE.",
    "nc-ndis-protocol_cl_deregister_sap_complete.md",
  ),
  "SAP-16": rule(
    "MAY",
    ["client"],
    "register several SAPs with one CM, or none if it takes no incoming calls.",
    "service-access-points.md",
  ),
  "SAP-17": rule(
    "MAY",
    ["cm", "mcm"],
    "register a SAP for an already established PVC without any network exchange.",
    "nf-ndis-ndisclregistersap.md",
  ),
};
