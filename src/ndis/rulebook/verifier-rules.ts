import { VERIFIER_COVERAGE } from "./verifier-coverage.ts";

/** A rule of Static Driver Verifier (compile time) or of Driver Verifier's NDIS/WIFI option (run time). */
export interface VerifierRule {
  readonly name: VerifierRuleName;
  readonly checks: string;
  /** The page of the public driver documentation, by file name; null where the rulebook names none. */
  readonly page: string | null;
  readonly when: "sdv" | "runtime";
  /** Arg1 of bug check 0xC4 for a rule that is checked at run time. */
  readonly subCodes: readonly number[];
  /** The functions and callbacks that the rule is about. */
  readonly covers: readonly string[];
}

type VerifierRuleFacts = Omit<VerifierRule, "name" | "covers">;

function sdv(checks: string, page: string | null): VerifierRuleFacts {
  return { checks, page, when: "sdv", subCodes: [] };
}

function runtime(checks: string, page: string | null, subCodes: readonly number[] = []): VerifierRuleFacts {
  return { checks, page, when: "runtime", subCodes };
}

const rows = {
  // Section 1: IRQL rules covering connection-oriented functions.
  Irql_MCM_Function: sdv("each NdisMCm function is called at its documented level", "ndis-irql-mcm-function.md"),
  Irql_CallManager_Function: sdv(
    "each NdisCm function is called at its documented level",
    "ndis-irql-callmanager-function.md",
  ),
  Irql_Protocol_Driver_Function: sdv(
    "functions of CoNDIS clients and the base protocol binding functions are called at their documented levels",
    "ndis-irql-protocol-driver-function.md",
  ),
  Irql_Connection_Function: sdv(
    "the NdisCo functions that clients and stand-alone call managers share are called at their documented levels",
    "ndis-irql-connection-function.md",
  ),
  Irql_MCO_Function: sdv(
    "the NdisMCo functions of connection-oriented miniports are called at their documented levels",
    "ndis-irql-mco-function.md",
  ),
  // Section 2: other IRQL rules an MCM or its peers touch.
  Irql_Miniport_Driver_Function: sdv(
    "functions of miniport registration, attributes, I/O space, shared memory, DMA channels, pause, restart and reset are called at their documented levels",
    "ndis-irql-miniport-driver-function.md",
  ),
  Irql_Miscellaneous_Function: sdv(
    "NdisSetOptionalHandlers, memory, lookaside, configuration and string functions, NdisWaitEvent and work items are called at their documented levels",
    "ndis-irql-miscellaneous-function.md",
  ),
  Irql_Gather_DMA_Function: sdv(
    "functions of scatter/gather DMA are called at their documented levels",
    "ndis-irql-gather-dma-function.md",
  ),
  Irql_Interrupt_Function: sdv(
    "interrupts are registered and deregistered at the documented level",
    "ndis-irql-interrupt-function.md",
  ),
  Irql_NetBuffer_Function: sdv(
    "functions of net buffers, their lists, pools and MDLs are called at their documented levels",
    "ndis-irql-netbuffer-function.md",
  ),
  Irql_SendRcv_Function: sdv(
    "connectionless send and receive functions are called at their documented levels",
    "ndis-irql-sendrcv-function.md",
  ),
  Irql_OID_Function: sdv(
    "functions of OID requests are called at their documented levels",
    "ndis-irql-oid-function.md",
  ),
  Irql_StatusIndication_Function: sdv(
    "NdisMIndicateStatusEx and NdisFIndicateStatus are called at their documented levels",
    "ndis-irql-statusindication-function.md",
  ),
  Irql_Synch_Function: sdv(
    "spin locks, read-write locks, events and mutexes are used at their documented levels",
    "ndis-irql-synch-function.md",
  ),
  Irql_Timer_Function: sdv(
    "functions of timer objects are called at their documented levels",
    "ndis-irql-timer-function.md",
  ),
  Irql_IrqlSetting_Function: sdv(
    "NDIS_RAISE_IRQL_TO_DISPATCH and NDIS_LOWER_IRQL are used at their documented levels",
    "ndis-irql-irqlsetting-function.md",
  ),
  Irql_Interfaces_Function: sdv(
    "network interface functions are called at their documented levels; an MCM uses none",
    "ndis-irql-interfaces-function.md",
  ),
  Irql_IM_Function: sdv(
    "functions of intermediate drivers are called at their documented levels; an MCM uses none",
    "ndis-irql-im-function.md",
  ),
  Irql_Filter_Driver_Function: sdv(
    "functions of filter drivers are called at their documented levels; an MCM uses none",
    "ndis-irql-filter-driver-function.md",
  ),
  Flags_Irql: sdv(
    "a callback that receives a dispatch-level flag does not query the current IRQL",
    "ndis-flags-irql.md",
  ),
  // Section 3: DDI usage.
  Init_RegisterInterrupt: sdv(
    "a registration made in MiniportInitializeEx is undone in halt, or in initialise on failure",
    null,
  ),
  Init_DeRegisterInterrupt: sdv(
    "a registration made in MiniportInitializeEx is undone in halt, or in initialise on failure",
    null,
  ),
  Init_RegisterSG: sdv(
    "a scatter/gather DMA registration made in MiniportInitializeEx is undone in halt, or in initialise on failure",
    null,
  ),
  Init_NdisAllocateIoWorkItem: sdv(
    "a work item allocated in MiniportInitializeEx is freed in halt, or in initialise on failure",
    null,
  ),
  NdisMDeregisterInterruptEx: sdv("no NdisMSynchronizeWithInterruptEx after the interrupt is deregistered", null),
  NullCheck: sdv("a NULL value is not dereferenced later", null),
  NdisFDeregisterFilterDriver: sdv("a filter driver is deregistered from unload", null),
  // Section 4: locking.
  SpinLock: sdv("acquire only when free; released before the handler returns", "ndis-spinlock.md"),
  SpinLockDpr: sdv("acquire of the Dpr form only when free; released before the handler returns", null),
  SpinLockRelease: sdv("no release without acquire", "ndis-spinlockrelease.md"),
  SpinLockDprRelease: sdv("acquire (either form) only when unlocked, and unlocked at handler exit", null),
  SpinLockBalanced: sdv("acquire count equals release count", null),
  // Section 5: memory.
  NdisAllocateGenericObject: sdv("allocate and free alternate; nothing left when MiniportHaltEx ends", null),
  NdisAllocateMdl: sdv("allocate and free alternate; nothing left when MiniportHaltEx ends", null),
  NdisAllocateNetBuffer: sdv("allocate and free alternate; nothing left when MiniportHaltEx ends", null),
  NdisAllocateMemoryWithTagPriority: sdv("a tag is given", "ndis-ndisallocatememorywithtagpriority.md"),
  NdisMFreeSharedMemory: sdv("not from MiniportShutdownEx", null),
  NdisMMapIoSpace: sdv("only from MiniportInitializeEx", null),
  NdisMRegisterIoPortRange: sdv("only from initialise or add-device, after NdisMSetMiniportAttributes", null),
  NdisMIndicateStatusEx: sdv("not after MiniportHaltEx returned", null),
  WriteErrorLog: sdv("an entry is logged if shared-memory allocation fails in initialise", null),
  // Section 6: miscellaneous and OID rules.
  CancelTimerObject: sdv("set and cancel alternate; none armed after halt", null),
  PeriodicTimer: sdv("periodic timer cancelled only at PASSIVE_LEVEL", null),
  MiniportPause_Return: sdv("MiniportPause returns SUCCESS or PENDING only", null),
  NdisOpenConfigurationEx: sdv("open and close alternate; none open after halt", null),
  NdisQueryBindInstanceName: sdv("returned string freed with NdisFreeMemory", null),
  NdisReEnumerateProtocolBindings: sdv("not from bind, unbind, or a per-binding PnP event", null),
  NdisStallExecution_Delay: sdv("at most 50 microseconds", null),
  DoubleComplete: sdv(
    "MiniportOidRequest result completed once; not at all if it returned SUCCESS",
    "ndis-doublecomplete.md",
  ),
  DoubleCompleteWorkItem: sdv(
    "MiniportOidRequest result completed once when a work item completes it; not at all if it returned SUCCESS",
    null,
  ),
  NdisMNetPnPEventInOIDRequest: sdv("NdisMNetPnPEvent not called while handling an OID", null),
  NdisOidDoubleComplete: runtime("NdisMOidRequestComplete not twice for one request", null, [0x91002]),
  NdisOidDoubleRequest: runtime("the pending request is completed before a new one is handled", null, [0x9100e]),
  NdisOidComplete: runtime(
    "certain OIDs (power, deletes, frees) end only with permitted statuses; OID_PNP_SET_POWER: SUCCESS, PENDING, NOT_ACCEPTED",
    null,
  ),
  NdisTimedOidComplete: runtime("OID done within 12 s", null, [0x92003]),
  NdisTimedDataSend: runtime("each send done within 30 s", null, [0x9200d]),
  NdisTimedDataHang: runtime("with sends pending, at least one completes every 22 s", null),
  NdisFilterTimed: runtime(
    "filter pause within 10 s; filter sends and receives bounded",
    null,
    [0x92010, 0x92011, 0x92012],
  ),
};

export type VerifierRuleName = keyof typeof rows;

/** Sections 1 to 6 of the verifier rules, in their order. */
export const VERIFIER_RULES: readonly VerifierRule[] = (Object.keys(rows) as VerifierRuleName[]).map((name) => ({
  name,
  ...rows[name],
  covers: VERIFIER_COVERAGE[name] ?? [],
}));

const byName: ReadonlyMap<string, VerifierRule> = new Map(VERIFIER_RULES.map((rule) => [rule.name, rule]));

/** The verifier rule of this name, or null. */
export function findVerifierRule(name: string): VerifierRule | null {
  return byName.get(name) ?? null;
}
