import { inferredRule, rule } from "../rule.ts";

/** Section 20: IRQL. */
export const irqlRules = {
  "IRQ-01": rule(
    "MUST",
    [],
    "all NdisMCm functions at <= DISPATCH_LEVEL except RegisterAddressFamilyEx and NotifyCloseAddressFamily, which need PASSIVE_LEVEL.",
    "nf-ndis-ndismcmregisteraddressfamilyex.md; nf-ndis-ndismcmnotifycloseaddressfamily.md",
  ),
  "IRQ-02": rule("MUST", [], "same split for NdisCm functions.", "nf-ndis-ndiscmregisteraddressfamilyex.md"),
  "IRQ-03": rule(
    "MUST",
    [],
    "NdisCl functions at <= DISPATCH_LEVEL except NdisClOpenAddressFamilyEx (PASSIVE_LEVEL).",
    "nf-ndis-ndisclopenaddressfamilyex.md",
  ),
  "IRQ-04": rule(
    "MUST",
    [],
    "NdisCo and NdisMCo functions at <= DISPATCH_LEVEL, except NdisCoGetTapiCallId and NdisCoAssignInstanceName, which (with NdisClGetProtocolVcContextFromTapiCallId) are marked exactly DISPATCH_LEVEL (see X-21).",
    "nf-ndis-ndiscogettapicallid.md",
  ),
  "IRQ-05": rule(
    "MUST",
    ["ndis"],
    "PASSIVE_LEVEL callbacks: ProtocolCoAfRegisterNotify, ProtocolClOpenAfCompleteEx, SetOptions, bind/unbind, NetPnPEvent, MiniportInitializeEx, Halt, Pause, Restart, OidRequest, CheckForHangEx, DevicePnPEventNotify.",
    "nc-ndis-protocol_cl_open_af_complete_ex.md",
  ),
  "IRQ-06": rule(
    "MUST",
    ["ndis"],
    "every other CO callback may run at up to DISPATCH_LEVEL; drivers must not assume lower.",
    "nc-ndis-protocol_cm_make_call.md",
  ),
  "IRQ-07": rule(
    "MUST",
    [],
    "NdisSetOptionalHandlers, driver registration, NdisOpenAdapterEx, NdisCloseAdapterEx, NdisMSetMiniportAttributes, configuration functions at PASSIVE_LEVEL.",
    "nf-ndis-ndissetoptionalhandlers.md",
  ),
  "IRQ-08": rule(
    "MUST",
    [],
    "set a *_FLAGS_DISPATCH_LEVEL flag only when the caller knows it is at DISPATCH_LEVEL; never probe the IRQL to decide.",
    "dispatch-irql-tracking.md",
  ),
  "IRQ-09": rule(
    "MUST",
    [],
    "NdisMAllocateNetBufferSGList at DISPATCH_LEVEL; NdisMSynchronizeWithInterruptEx at <= DIRQL; timer callbacks at DISPATCH_LEVEL; work items at PASSIVE_LEVEL.",
    "nf-ndis-ndismallocatenetbuffersglist.md; nf-ndis-ndissettimerobject.md; nf-ndis-ndisqueueioworkitem.md",
  ),
  "IRQ-10": rule(
    "MUST",
    [],
    "NdisCancelTimerObject at PASSIVE_LEVEL for a periodic timer, else <= DISPATCH_LEVEL.",
    "nf-ndis-ndiscanceltimerobject.md",
  ),
  "IRQ-11": rule(
    "MUST",
    [],
    "NdisMPauseComplete, NdisMRestartComplete, NdisCompleteBindAdapterEx, NdisCompleteUnbindAdapterEx <= DISPATCH_LEVEL; NdisCompleteNetPnPEvent PASSIVE_LEVEL.",
    "nf-ndis-ndiscompletenetpnpevent.md",
  ),
  "IRQ-12": rule(
    "MUST",
    [],
    "a miniport holds no spin lock when calling NdisMResetComplete.",
    "nf-ndis-ndismresetcomplete.md",
  ),
  "IRQ-13": rule("MUST", [], "NdisWaitEvent at PASSIVE_LEVEL (it blocks).", "nf-ndis-ndiswaitevent.md"),
};

/** Section 21: Memory and leaks. */
export const memoryRules = {
  "MEM-01": rule(
    "MUST",
    ["all"],
    "contexts handed to NDIS are resident (nonpaged) memory.",
    "nf-ndis-ndiscocreatevc.md",
  ),
  "MEM-02": inferredRule(
    "MUST",
    ["emulator check"],
    "at quiescence every AF, SAP, VC, party, NBL, OID, timer, work item and allocation is released. Leak sources named by the docs: missing make-call completion after failure; party context not freed in close-call or drop-party.",
    "nf-ndis-ndismcmmakecallcomplete.md; nc-ndis-protocol_cm_close_call.md; nc-ndis-protocol_cm_drop_party.md",
  ),
  "MEM-03": rule(
    "MUST",
    ["client"],
    "not free VC resources at close completion, only after the delete.",
    "nf-ndis-ndisclclosecall.md",
  ),
  "MEM-04": rule(
    "MUST",
    ["driver"],
    "pair NdisAllocateMemoryWithTagPriority with NdisFreeMemory; every allocation carries a tag.",
    "ndis-ndisallocatememorywithtagpriority.md",
  ),
  "MEM-05": rule(
    "MUST",
    ["miniport"],
    "NdisMFreeSharedMemory with exactly the original parameters, whole ranges only, never from MiniportShutdownEx.",
    "nf-ndis-ndismfreesharedmemory.md",
  ),
  "MEM-06": rule(
    "MUST",
    ["miniport"],
    "NdisMRegisterScatterGatherDma before any shared-memory allocation; NdisMAllocateSharedMemory only in MiniportInitializeEx; the async form later.",
    "nf-ndis-ndismallocatesharedmemory.md",
  ),
  "MEM-07": rule(
    "MUST",
    ["miniport"],
    "free each SG list once hardware is done; the list arrives only through MiniportProcessSGList, which may run before the allocate call returns.",
    "nf-ndis-ndismallocatenetbuffersglist.md",
  ),
  "MEM-08": rule(
    "MUST",
    [],
    "NBLs and NBs come from NDIS pools; structures preallocated with an NBL are freed with it, separately added ones are not.",
    "nf-nblapi-ndisfreenetbufferlist.md",
  ),
  "MEM-09": rule(
    "MUST",
    [],
    "NdisAllocateNetBufferAndNetBufferList needs a pool with fAllocateNetBuffer TRUE and DataSize 0.",
    "nf-nblapi-ndisallocatenetbufferandnetbufferlist.md",
  ),
  "MEM-10": rule(
    "MUST",
    [],
    "advance after retreat: NdisRetreatNetBufferDataStart lowers DataOffset or prepends an MDL; NdisAdvanceNetBufferDataStart undoes it and frees that MDL.",
    "nf-nblapi-ndisretreatnetbufferdatastart.md; nf-nblapi-ndisadvancenetbufferdatastart.md",
  ),
  "MEM-11": rule(
    "MUST",
    ["miniport"],
    "NdisMMapIoSpace only in MiniportInitializeEx; unmap on failure, removal or unload.",
    "nf-ndis-ndismmapiospace.md",
  ),
  "MEM-12": rule(
    "MUST",
    ["miniport"],
    "free contexts from MiniportCoCreateVc in MiniportCoDeleteVc.",
    "nc-ndis-miniport_co_delete_vc.md",
  ),
};

/** Section 22: Concurrency. */
export const concurrencyRules = {
  "CNC-01": rule(
    "MUST",
    ["all"],
    "expect callbacks on several processors at once, for the same and different VCs.",
    "nc-ndis-protocol_co_receive_net_buffer_lists.md",
  ),
  "CNC-02": inferredRule(
    "MUST",
    ["originator of any pended request"],
    "tolerate the completion before the call returns.",
    "nc-ndis-protocol_co_oid_request_complete.md",
  ),
  "CNC-03": rule(
    "MUST",
    ["miniport"],
    "synchronise send queues between MiniportCoSendNetBufferLists, DPC and other handlers.",
    "nc-ndis-miniport_co_send_net_buffer_lists.md",
  ),
  "CNC-04": rule(
    "MUST",
    ["miniport"],
    "share ISR data only through NdisMSynchronizeWithInterruptEx; not after NdisMDeregisterInterruptEx returned.",
    "nf-ndis-ndismsynchronizewithinterruptex.md",
  ),
  "CNC-05": rule(
    "MUST",
    ["miniport"],
    "be ready for interrupts as soon as NdisMRegisterInterruptEx is called and until NdisMDeregisterInterruptEx returns, which waits for queued DPCs.",
    "nc-ndis-miniport_initialize.md; nc-ndis-miniport_halt.md",
  ),
  "CNC-06": rule(
    "MUST",
    ["miniport"],
    "MiniportInterrupt returns FALSE at once if the NIC did not interrupt; otherwise acknowledge, mask, queue the DPC, which unmasks.",
    "nc-ndis-miniport_isr.md",
  ),
  "CNC-07": rule(
    "MUST",
    ["ndis"],
    "synchronous pairs (create VC, delete VC) finish the peer callback before the originating call returns.",
    "nf-ndis-ndismcmcreatevc.md",
  ),
  "CNC-08": rule(
    "MUST",
    ["one-shot timer user"],
    "a cancel that returns FALSE means the callback may be running; wait for it before freeing. A periodic cancel flushes DPCs itself.",
    "nf-ndis-ndiscanceltimerobject.md; nc-ndis-miniport_halt.md",
  ),
  "CNC-09": rule(
    "MUST NOT",
    ["client"],
    "wait synchronously for an AF close inside a callback (AF-28).",
    "nf-ndis-ndisclcloseaddressfamily.md",
  ),
  "CNC-10": rule(
    "MUST",
    ["driver"],
    "spin locks acquired exactly once and released before a handler returns; release needs a prior acquire by the matching (Dpr or plain) form.",
    "ndis-spinlock.md; ndis-spinlockrelease.md",
  ),
};
