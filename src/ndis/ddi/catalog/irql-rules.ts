import type { Ddi, DdiGroup, DdiName } from "../catalog.ts";
import {
  NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL,
  NDIS_RETURN_FLAGS_DISPATCH_LEVEL,
  NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL,
  NDIS_SEND_FLAGS_DISPATCH_LEVEL,
} from "../constants/transfer-flags.ts";
import { NDIS_RWL_AT_DISPATCH_LEVEL } from "../structures/system.ts";

/*
 * Which rule a call at a wrong IRQL breaks. The levels themselves are in the rows of the catalog. Where the rulebook has no number
 * for a function, the rule has the name that the verifier gives it (Irql_...).
 */

const RULE_OF_GROUP: Readonly<Record<DdiGroup, string>> = {
  mcm: "IRQ-01",
  "call-manager": "IRQ-02",
  client: "IRQ-03",
  "co-common": "IRQ-04",
  "co-miniport": "IRQ-04",
  registration: "IRQ-07",
  config: "IRQ-07",
  "base-miniport": "Irql_Miniport_Driver_Function",
  "base-protocol": "Irql_Protocol_Driver_Function",
  oid: "Irql_OID_Function",
  buffers: "Irql_NetBuffer_Function",
  interrupt: "Irql_Interrupt_Function",
  "dma-hardware": "Irql_Miniport_Driver_Function",
  memory: "Irql_Miscellaneous_Function",
  sync: "Irql_Synch_Function",
  "timer-workitem": "Irql_Timer_Function",
  misc: "Irql_Miscellaneous_Function",
};

/** Functions that another rule names than the one of their group. */
const RULE_OF_FUNCTION: Readonly<Partial<Record<DdiName, string>>> = {
  NdisClGetProtocolVcContextFromTapiCallId: "IRQ-04",
  NdisMRegisterMiniportDriver: "IRQ-07",
  NdisMDeregisterMiniportDriver: "IRQ-07",
  NdisRegisterProtocolDriver: "IRQ-07",
  NdisDeregisterProtocolDriver: "IRQ-07",
  NdisOpenAdapterEx: "IRQ-07",
  NdisCloseAdapterEx: "IRQ-07",
  NdisMSetMiniportAttributes: "IRQ-07",
  NdisMAllocateNetBufferSGList: "IRQ-09",
  NdisMSynchronizeWithInterruptEx: "IRQ-09",
  NdisCancelTimerObject: "IRQ-10",
  NdisMPauseComplete: "IRQ-11",
  NdisMRestartComplete: "IRQ-11",
  NdisCompleteBindAdapterEx: "IRQ-11",
  NdisCompleteUnbindAdapterEx: "IRQ-11",
  NdisCompleteNetPnPEvent: "IRQ-11",
  NdisWaitEvent: "IRQ-13",
  NdisMRegisterScatterGatherDma: "Irql_Gather_DMA_Function",
  NdisMDeregisterScatterGatherDma: "Irql_Gather_DMA_Function",
  NdisMFreeNetBufferSGList: "Irql_Gather_DMA_Function",
  NdisMAllocateSharedMemoryAsyncEx: "Irql_Gather_DMA_Function",
  NdisMIndicateStatusEx: "Irql_StatusIndication_Function",
  NdisMSendNetBufferListsComplete: "Irql_SendRcv_Function",
  NdisMIndicateReceiveNetBufferLists: "Irql_SendRcv_Function",
  NdisSendNetBufferLists: "Irql_SendRcv_Function",
  NdisReturnNetBufferLists: "Irql_SendRcv_Function",
  NdisCancelSendNetBufferLists: "Irql_SendRcv_Function",
  NdisFreeSpinLock: "Irql_Miscellaneous_Function",
  NdisAllocateIoWorkItem: "Irql_Miscellaneous_Function",
  NdisQueueIoWorkItem: "Irql_Miscellaneous_Function",
  NdisFreeIoWorkItem: "Irql_Miscellaneous_Function",
  NdisWriteErrorLogEntry: "Irql_Miscellaneous_Function",
};

/** The rule that a call of this function at a wrong level breaks. */
export function irqlRule(ddi: Ddi): string {
  return RULE_OF_FUNCTION[ddi.name as DdiName] ?? RULE_OF_GROUP[ddi.group as DdiGroup];
}

/** Marked exactly DISPATCH_LEVEL, which surprises: a call below it is warned of and no more. */
const WARNED_BELOW_DISPATCH: ReadonlySet<string> = new Set<DdiName>([
  "NdisCoAssignInstanceName",
  "NdisCoGetTapiCallId",
  "NdisClGetProtocolVcContextFromTapiCallId",
]);

export function isWarnedBelowDispatch(ddi: Ddi): boolean {
  return WARNED_BELOW_DISPATCH.has(ddi.name);
}

export interface LevelFlag {
  readonly parameter: string;
  readonly mask: number;
  readonly rule: string;
}

const sendFlags: LevelFlag = { parameter: "SendFlags", mask: NDIS_SEND_FLAGS_DISPATCH_LEVEL, rule: "IRQ-08" };
const completeFlags: LevelFlag = {
  parameter: "SendCompleteFlags",
  mask: NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL,
  rule: "IRQ-08",
};
const returnFlags: LevelFlag = { parameter: "ReturnFlags", mask: NDIS_RETURN_FLAGS_DISPATCH_LEVEL, rule: "IRQ-08" };
const receiveFlags = (parameter: string): LevelFlag => ({
  parameter,
  mask: NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL,
  rule: "IRQ-08",
});
const lockFlags: LevelFlag = { parameter: "Flags", mask: NDIS_RWL_AT_DISPATCH_LEVEL, rule: "Irql_Synch_Function" };

/** Flags with which a caller says that it is at DISPATCH_LEVEL. */
export const LEVEL_FLAGS: Readonly<Partial<Record<DdiName, LevelFlag>>> = {
  NdisCoSendNetBufferLists: sendFlags,
  NdisSendNetBufferLists: sendFlags,
  NdisMCoSendNetBufferListsComplete: completeFlags,
  NdisMSendNetBufferListsComplete: completeFlags,
  NdisMCoIndicateReceiveNetBufferLists: receiveFlags("CoReceiveFlags"),
  NdisMIndicateReceiveNetBufferLists: receiveFlags("ReceiveFlags"),
  NdisReturnNetBufferLists: returnFlags,
  NdisAcquireRWLockRead: lockFlags,
  NdisAcquireRWLockWrite: lockFlags,
};

/** Functions whose caller holds no spin lock, with the rule that says so. */
export const CALLED_WITHOUT_LOCKS: Readonly<Partial<Record<DdiName, string>>> = { NdisMResetComplete: "IRQ-12" };
