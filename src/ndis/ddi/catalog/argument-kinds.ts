import type { Ddi, DdiGroup, DdiName, DdiParameter } from "../catalog.ts";

/*
 * What a driver may hand in for each parameter, where C's compiler would have seen to it. Handles are not here: the room that owns the
 * object behind a handle resolves it.
 */

export type ArgumentKind =
  /** Contexts, handles, and what NDIS does not look at. */
  | "any"
  | "ULONG"
  /** A LARGE_INTEGER. */
  | "integer"
  | "BOOLEAN"
  | "address"
  | "string"
  | "octets"
  | "routine"
  /** Storage of the driver that NDIS reads or fills. */
  | "storage"
  /** Storage with an NDIS_OBJECT_HEADER. */
  | "structure";

/** By the name of a parameter, or by "Function.Parameter" where one name means several things. Out-parameters are storage. */
const KINDS: Readonly<Record<string, ArgumentKind>> = {
  Cached: "BOOLEAN",
  ConfigObject: "structure",
  ConfigurationHandle: "any",
  Context: "any",
  Depth: "any",
  DriverObject: "any",
  DueTime: "integer",
  Entry: "address",
  ErrorCode: "ULONG",
  ErrorValues: "any",
  Event: "storage",
  Flags: "any",
  FunctionContext: "any",
  Increment: "ULONG",
  Index: "ULONG",
  InitialPort: "ULONG",
  Keyword: "string",
  Length: "ULONG",
  Lock: "any",
  MemoryFlags: "ULONG",
  MessageId: "ULONG",
  MicrosecondsToStall: "ULONG",
  MillisecondsPeriod: "ULONG",
  MiniportAdapterHandle: "any",
  MiniportDmaHandle: "any",
  MiniportDpcContext: "any",
  MiniportInterruptCharacteristics: "structure",
  MiniportInterruptContext: "any",
  NdisAdapterHandle: "any",
  NdisHandle: "any",
  NdisInterruptHandle: "any",
  NdisIoWorkItemHandle: "any",
  NdisMiniportDmaHandle: "any",
  NdisObject: "any",
  NdisObjectHandle: "any",
  NdisRoutineName: "string",
  NumberOfErrorValues: "ULONG",
  NumberOfPorts: "ULONG",
  ParameterType: "any",
  ParameterValue: "storage",
  Parameters: "structure",
  PhysicalAddress: "address",
  PoolHandle: "any",
  PortOffset: "any",
  Priority: "any",
  Size: "ULONG",
  SourceString: "string",
  SpinLock: "storage",
  String: "any",
  SubKeyName: "any",
  SynchronizeContext: "any",
  SynchronizeFunction: "routine",
  Tag: "ULONG",
  TargetProcessors: "ULONG",
  TimerCharacteristics: "structure",
  TimerObject: "any",
  Tolerance: "any",
  VirtualAddress: "address",
  WorkItemContext: "any",
  Allocate: "routine",
  Free: "routine",
  Routine: "routine",
  "NdisMQueueDpcEx.TargetProcessors": "storage",
  "NdisMRegisterScatterGatherDma.DmaDescription": "structure",
};

/** The kind of a parameter; null when it is not declared. */
export function argumentKind(ddi: Ddi, parameter: DdiParameter): ArgumentKind | null {
  const own = KINDS[`${ddi.name}.${parameter.name}`];
  if (own !== undefined) return own;
  return parameter.direction === "in" ? (KINDS[parameter.name] ?? null) : "storage";
}

const GUARDED_GROUPS: ReadonlySet<string> = new Set<DdiGroup>([
  "buffers",
  "memory",
  "sync",
  "timer-workitem",
  "config",
  "misc",
  "dma-hardware",
  "interrupt",
]);

/** They are called for every frame or several times for every call, or their result is a body that blocks: they check by themselves. */
const CHECKS_BY_ITSELF: ReadonlySet<string> = new Set<DdiName>([
  "NdisAllocateNetBufferAndNetBufferList",
  "NdisAllocateNetBufferList",
  "NdisFreeNetBufferList",
  "NdisAllocateNetBuffer",
  "NdisFreeNetBuffer",
  "NdisAllocateNetBufferMdlAndData",
  "NdisAllocateNetBufferListContext",
  "NdisFreeNetBufferListContext",
  "NdisAllocateCloneNetBufferList",
  "NdisFreeCloneNetBufferList",
  "NdisAdvanceNetBufferDataStart",
  "NdisRetreatNetBufferDataStart",
  "NdisAdvanceNetBufferListDataStart",
  "NdisRetreatNetBufferListDataStart",
  "NdisGetDataBuffer",
  "NdisCopyFromNetBufferToNetBuffer",
  "NdisCopySendNetBufferListInfo",
  "NdisCopyReceiveNetBufferListInfo",
  "NdisGetPoolFromNetBufferList",
  "NdisGetPoolFromNetBuffer",
  "NdisAllocateMdl",
  "NdisFreeMdl",
  "NdisGeneratePartialCancelId",
  "NDIS_SET_NET_BUFFER_LIST_CANCEL_ID",
  "NDIS_GET_NET_BUFFER_LIST_CANCEL_ID",
  "NdisZeroMemory",
  "NdisMoveMemory",
  "NdisEqualMemory",
  "NdisFillMemory",
  "NdisFreeSpinLock",
  "NdisAcquireSpinLock",
  "NdisReleaseSpinLock",
  "NdisDprAcquireSpinLock",
  "NdisDprReleaseSpinLock",
  "NdisAcquireRWLockRead",
  "NdisAcquireRWLockWrite",
  "NdisReleaseRWLock",
  "NdisWaitEvent",
  "NdisSetTimerObject",
  "NdisSetCoalescableTimerObject",
  "NdisCancelTimerObject",
  "NdisMAllocateNetBufferSGList",
  "NdisMFreeNetBufferSGList",
]);

/** Whether the boundary checks the arguments of this function. */
export function isGuarded(ddi: Ddi): boolean {
  return ddi.kind === "function" && GUARDED_GROUPS.has(ddi.group) && !CHECKS_BY_ITSELF.has(ddi.name);
}

/** What guarded functions that return no status return when they fail: NULL as an address, as a handle, FALSE, or a count. */
const FAILED_RESULT: Readonly<Partial<Record<DdiName, number | boolean | null>>> = {
  NdisAllocateMemoryWithTagPriority: 0,
  NdisAllocateFromNPagedLookasideList: 0,
  NdisAllocateGenericObject: null,
  NdisAllocateIoWorkItem: null,
  NdisAllocateRWLock: null,
  NdisAllocateNetBufferListPool: null,
  NdisAllocateNetBufferPool: null,
  NdisGetRoutineAddress: null,
  NdisInterlockedIncrement: 0,
  NdisInterlockedDecrement: 0,
  NdisInterlockedAddUlong: 0,
  NdisInterlockedInsertHeadList: null,
  NdisInterlockedInsertTailList: null,
  NdisInterlockedRemoveHeadList: null,
  NdisMSynchronizeWithInterruptEx: false,
  NdisMQueueDpc: 0,
  NdisMQueueDpcEx: 0,
};

export function failedResult(ddi: Ddi): number | boolean | null | undefined {
  return FAILED_RESULT[ddi.name as DdiName];
}
