import type { Ddi, DdiName, DdiParameter } from "../catalog.ts";

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
  | "NDIS_STATUS"
  | "BOOLEAN"
  | "address"
  | "string"
  | "octets"
  | "routine"
  /** A structure that NDIS reads or passes on. */
  | "object"
  /** The same where the other driver gets to see NULL as well: a completion that failed has no parameters. */
  | "pointer"
  /** Storage of the driver that NDIS reads or fills. */
  | "storage"
  /** Storage with an NDIS_OBJECT_HEADER. */
  | "structure";

/** By the name of a parameter, or by "Function.Parameter" where one name means several things. Out-parameters are storage. */
const KINDS: Readonly<Record<string, ArgumentKind>> = {
  AddressFamily: "object",
  AddressingReset: "any",
  Allocate: "routine",
  BaseInstanceName: "string",
  BindAdapterContext: "any",
  BindContext: "any",
  BindingContext: "any",
  Buffer: "octets",
  Cached: "BOOLEAN",
  CallMgrAfContext: "any",
  CallMgrPartyContext: "any",
  CallMgrSapContext: "any",
  CallParameters: "object",
  CancelId: "any",
  ClientAfContext: "any",
  CloseStatus: "NDIS_STATUS",
  ConfigObject: "structure",
  ConfigurationHandle: "any",
  Context: "any",
  Depth: "any",
  DriverObject: "any",
  DropStatus: "NDIS_STATUS",
  DueTime: "integer",
  Entry: "address",
  ErrorCode: "ULONG",
  ErrorValues: "any",
  Event: "storage",
  Flags: "any",
  Free: "routine",
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
  MiniportAttributes: "structure",
  MiniportDmaHandle: "any",
  MiniportDpcContext: "any",
  MiniportHandle: "any",
  MiniportInterruptCharacteristics: "structure",
  MiniportInterruptContext: "any",
  MiniportVcContext: "any",
  NdisAdapterHandle: "any",
  NdisAfHandle: "any",
  NdisBindingHandle: "any",
  NdisHandle: "any",
  NdisInterruptHandle: "any",
  NdisIoWorkItemHandle: "any",
  NdisMiniportDmaHandle: "any",
  NdisMiniportDriverHandle: "any",
  NdisMiniportHandle: "any",
  NdisMiniportVcHandle: "any",
  NdisObject: "any",
  NdisObjectHandle: "any",
  NdisPartyHandle: "any",
  NdisProtocolHandle: "any",
  NdisRoutineName: "string",
  NdisSapHandle: "any",
  NdisVcHandle: "any",
  NetPnPEvent: "object",
  NetPnPEventNotification: "structure",
  NumberOfErrorValues: "ULONG",
  NumberOfPorts: "ULONG",
  OidRequest: "storage",
  OpenParameters: "structure",
  ParameterType: "any",
  ParameterValue: "storage",
  Parameters: "structure",
  PhysicalAddress: "address",
  PoolHandle: "any",
  PoolTag: "any",
  PortOffset: "any",
  Priority: "any",
  ProtocolBindingContext: "any",
  ProtocolPartyContext: "any",
  ProtocolSapContext: "any",
  ProtocolVcContext: "any",
  Request: "storage",
  RequestId: "any",
  Routine: "routine",
  Sap: "object",
  Size: "ULONG",
  SourceHandle: "any",
  SourceString: "string",
  SpinLock: "storage",
  Status: "NDIS_STATUS",
  StatusIndication: "structure",
  String: "any",
  SubKeyName: "any",
  SynchronizeContext: "any",
  SynchronizeFunction: "routine",
  Tag: "ULONG",
  TapiCallId: "string",
  TargetProcessors: "ULONG",
  TimerCharacteristics: "structure",
  TimerObject: "any",
  Tolerance: "any",
  UnbindContext: "any",
  VirtualAddress: "address",
  WorkItemContext: "any",
  "NdisClIncomingCallComplete.CallParameters": "pointer",
  "NdisCmAddPartyComplete.CallParameters": "pointer",
  "NdisCmMakeCallComplete.CallParameters": "pointer",
  "NdisCmModifyCallQoSComplete.CallParameters": "pointer",
  "NdisMCmAddPartyComplete.CallParameters": "pointer",
  "NdisMCmMakeCallComplete.CallParameters": "pointer",
  "NdisMCmModifyCallQoSComplete.CallParameters": "pointer",
  "NdisMCoActivateVcComplete.CallParameters": "pointer",
  // Only compared with what the event came with.
  "NdisCompleteNetPnPEvent.NetPnPEventNotification": "any",
  "NdisCompletePnPEvent.NetPnPEvent": "any",
  "NdisMQueueDpcEx.TargetProcessors": "storage",
  "NdisMRegisterScatterGatherDma.DmaDescription": "structure",
};

/** The kind of a parameter; null when it is not declared. */
export function argumentKind(ddi: Ddi, parameter: DdiParameter): ArgumentKind | null {
  const own = KINDS[`${ddi.name}.${parameter.name}`];
  if (own !== undefined) return own;
  return parameter.direction === "in" ? (KINDS[parameter.name] ?? null) : "storage";
}

/**
 * They are called for every frame or several times for every call, or their result is a body that blocks, or they have a status of their
 * own for what is no structure: they check by themselves.
 */
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
  "NdisCoSendNetBufferLists",
  "NdisMCoSendNetBufferListsComplete",
  "NdisMCoIndicateReceiveNetBufferLists",
  "NdisReturnNetBufferLists",
  "NdisSendNetBufferLists",
  "NdisMSendNetBufferListsComplete",
  "NdisMIndicateReceiveNetBufferLists",
  "NdisMGetBusData",
  "NdisMSetBusData",
  "NdisMSleep",
  "NdisMRegisterMiniportDriver",
  "NdisRegisterProtocolDriver",
  "NdisSetOptionalHandlers",
]);

/** Whether the boundary checks the arguments of this function. */
export function isGuarded(ddi: Ddi): boolean {
  return ddi.kind === "function" && !CHECKS_BY_ITSELF.has(ddi.name);
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
