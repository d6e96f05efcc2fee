import { irqlRuleOf } from "../../rulebook/irql-rules.ts";
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

const NUMBERED_RULE_OF_GROUP: Readonly<Partial<Record<DdiGroup, string>>> = {
  mcm: "IRQ-01",
  "call-manager": "IRQ-02",
  client: "IRQ-03",
  "co-common": "IRQ-04",
  "co-miniport": "IRQ-04",
  registration: "IRQ-07",
  config: "IRQ-07",
};

/** For functions that no page of the verifier's names: the rule that covers their neighbours. */
const VERIFIER_RULE_OF_GROUP: Readonly<Partial<Record<DdiGroup, string>>> = {
  "base-miniport": "Irql_Miniport_Driver_Function",
  "base-protocol": "Irql_Protocol_Driver_Function",
  oid: "Irql_OID_Function",
  buffers: "Irql_NetBuffer_Function",
  interrupt: "Irql_Interrupt_Function",
  "dma-hardware": "Irql_Miniport_Driver_Function",
  sync: "Irql_Synch_Function",
  "timer-workitem": "Irql_Timer_Function",
};

/** Functions that another numbered rule names than the one of their group. */
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
};

/** The rule that a call of this function at a wrong level breaks. */
export function irqlRule(ddi: Ddi): string {
  const numbered = RULE_OF_FUNCTION[ddi.name as DdiName] ?? NUMBERED_RULE_OF_GROUP[ddi.group as DdiGroup];
  return numbered ?? irqlRuleOf(ddi) ?? VERIFIER_RULE_OF_GROUP[ddi.group as DdiGroup] ?? "Irql_Miscellaneous_Function";
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
