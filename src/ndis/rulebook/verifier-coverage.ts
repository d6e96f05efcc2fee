function names(blankSeparated: string): readonly string[] {
  return blankSeparated.trim().split(/\s+/);
}

/** Which functions and callbacks a verifier rule is about, as their pages say ("DDI compliance rules"), or as the rule's own does. */
export const VERIFIER_COVERAGE: Readonly<Record<string, readonly string[]>> = {
  Irql_MCM_Function: names(`
    NdisMCmActivateVc NdisMCmAddPartyComplete NdisMCmCloseAddressFamilyComplete NdisMCmCloseCallComplete
    NdisMCmCreateVc NdisMCmDeactivateVc NdisMCmDeleteVc NdisMCmDeregisterSapComplete
    NdisMCmDispatchCallConnected NdisMCmDispatchIncomingCall NdisMCmDispatchIncomingCallQoSChange
    NdisMCmDispatchIncomingCloseCall NdisMCmDispatchIncomingDropParty NdisMCmDropPartyComplete
    NdisMCmMakeCallComplete NdisMCmModifyCallQoSComplete NdisMCmNotifyCloseAddressFamily NdisMCmOidRequest
    NdisMCmOidRequestComplete NdisMCmOpenAddressFamilyComplete NdisMCmRegisterAddressFamilyEx
    NdisMCmRegisterSapComplete
  `),
  Irql_CallManager_Function: names(`
    NdisCmActivateVc NdisCmAddPartyComplete NdisCmCloseAddressFamilyComplete NdisCmCloseCallComplete
    NdisCmDeactivateVc NdisCmDeregisterSapComplete NdisCmDispatchCallConnected NdisCmDispatchIncomingCall
    NdisCmDispatchIncomingCallQoSChange NdisCmDispatchIncomingCloseCall NdisCmDispatchIncomingDropParty
    NdisCmDropPartyComplete NdisCmMakeCallComplete NdisCmModifyCallQoSComplete NdisCmNotifyCloseAddressFamily
    NdisCmOpenAddressFamilyComplete NdisCmRegisterAddressFamilyEx NdisCmRegisterSapComplete
  `),
  Irql_Protocol_Driver_Function: names(`
    NdisClAddParty NdisClCloseAddressFamily NdisClCloseCall NdisClDeregisterSap NdisClDropParty
    NdisClGetProtocolVcContextFromTapiCallId NdisClIncomingCallComplete NdisClMakeCall NdisClModifyCallQoS
    NdisClNotifyCloseAddressFamilyComplete NdisClOpenAddressFamilyEx NdisClRegisterSap NdisMNetPnPEvent
    NdisRegisterProtocolDriver NdisDeregisterProtocolDriver NdisOpenAdapterEx NdisCloseAdapterEx
    NdisUnbindAdapter NdisCompleteBindAdapterEx NdisCompleteUnbindAdapterEx NdisCompleteNetPnPEvent
  `),
  Irql_Connection_Function: names(`
    NdisCoAssignInstanceName NdisCoCreateVc NdisCoDeleteVc NdisCoGetTapiCallId NdisCoOidRequest
    NdisCoOidRequestComplete NdisCoSendNetBufferLists
  `),
  Irql_MCO_Function: names(`
    NdisMCoActivateVcComplete NdisMCoDeactivateVcComplete NdisMCoIndicateReceiveNetBufferLists
    NdisMCoIndicateStatusEx NdisMCoOidRequestComplete NdisMCoSendNetBufferListsComplete
  `),
  Irql_Miniport_Driver_Function: names(`
    NdisMRegisterMiniportDriver NdisMDeregisterMiniportDriver NdisMSetMiniportAttributes NdisMPauseComplete
    NdisMRestartComplete NdisMResetComplete NdisMRemoveMiniport NdisMSleep NdisMGetDeviceProperty
    NdisMQueryAdapterInstanceName NdisMFreeSharedMemory NdisMMapIoSpace NdisMUnmapIoSpace
    NdisMRegisterIoPortRange NdisMDeregisterIoPortRange
  `),
  Irql_Miscellaneous_Function: names(`
    NdisSetOptionalHandlers NdisReEnumerateProtocolBindings NdisQueryAdapterInstanceName
    NdisGeneratePartialCancelId NdisAllocateMemoryWithTagPriority NdisFreeMemory
    NdisInitializeNPagedLookasideList NdisAllocateFromNPagedLookasideList NdisFreeToNPagedLookasideList
    NdisDeleteNPagedLookasideList NdisEqualMemory NdisAllocateGenericObject NdisFreeGenericObject
    NdisWaitEvent NdisAllocateIoWorkItem NdisQueueIoWorkItem NdisFreeIoWorkItem NdisOpenConfigurationEx
    NdisReadConfiguration NdisWriteConfiguration NdisCloseConfiguration NdisOpenConfigurationKeyByName
    NdisOpenConfigurationKeyByIndex NdisReadNetworkAddress NdisWriteErrorLogEntry NdisGetVersion
    NdisInitUnicodeString NdisFreeString NdisSystemProcessorCount NdisGetRoutineAddress
    NdisFreeSpinLock
  `),
  Irql_Gather_DMA_Function: names(`
    NdisMRegisterScatterGatherDma NdisMDeregisterScatterGatherDma NdisMAllocateNetBufferSGList
    NdisMFreeNetBufferSGList NdisMAllocateSharedMemoryAsyncEx
  `),
  Irql_Interrupt_Function: names("NdisMRegisterInterruptEx NdisMDeregisterInterruptEx"),
  Irql_NetBuffer_Function: names(`
    NdisAllocateNetBufferListPool NdisFreeNetBufferListPool NdisAllocateNetBufferPool NdisFreeNetBufferPool
    NdisAllocateNetBufferAndNetBufferList NdisAllocateNetBufferList NdisFreeNetBufferList
    NdisAllocateNetBuffer NdisFreeNetBuffer NdisAllocateNetBufferMdlAndData NdisAllocateNetBufferListContext
    NdisFreeNetBufferListContext NdisAllocateCloneNetBufferList NdisFreeCloneNetBufferList
    NdisAdvanceNetBufferDataStart NdisRetreatNetBufferDataStart NdisAdvanceNetBufferListDataStart
    NdisRetreatNetBufferListDataStart NdisGetDataBuffer NdisCopyFromNetBufferToNetBuffer
    NdisCopySendNetBufferListInfo NdisCopyReceiveNetBufferListInfo NdisGetPoolFromNetBufferList
    NdisGetPoolFromNetBuffer
  `),
  Irql_SendRcv_Function: names(`
    NdisMSendNetBufferListsComplete NdisMIndicateReceiveNetBufferLists NdisSendNetBufferLists
    NdisReturnNetBufferLists NdisCancelSendNetBufferLists
  `),
  Irql_OID_Function: names(`
    NdisOidRequest NdisCancelOidRequest NdisMOidRequestComplete NdisAllocateCloneOidRequest
    NdisFreeCloneOidRequest
  `),
  Irql_StatusIndication_Function: names("NdisMIndicateStatusEx"),
  Irql_Synch_Function: names(`
    NdisAcquireSpinLock NdisReleaseSpinLock NdisDprAcquireSpinLock NdisDprReleaseSpinLock NdisSetEvent
    NdisResetEvent NdisAllocateRWLock NdisFreeRWLock NdisAcquireRWLockRead NdisAcquireRWLockWrite
    NdisReleaseRWLock
  `),
  Irql_Timer_Function: names(`
    NdisAllocateTimerObject NdisSetTimerObject NdisCancelTimerObject NdisFreeTimerObject
  `),
  Init_RegisterInterrupt: names("NdisMRegisterInterruptEx NdisMDeregisterInterruptEx"),
  Init_DeRegisterInterrupt: names("NdisMRegisterInterruptEx NdisMDeregisterInterruptEx"),
  Init_RegisterSG: names("NdisMRegisterScatterGatherDma NdisMDeregisterScatterGatherDma"),
  Init_NdisAllocateIoWorkItem: names("NdisAllocateIoWorkItem NdisFreeIoWorkItem"),
  NdisMDeregisterInterruptEx: names(`
    NdisMRegisterInterruptEx NdisMDeregisterInterruptEx NdisMSynchronizeWithInterruptEx
  `),
  SpinLock: names(`
    NdisAcquireSpinLock NdisReleaseSpinLock NdisDprAcquireSpinLock NdisDprReleaseSpinLock
  `),
  SpinLockDpr: names(`
    NdisAllocateSpinLock NdisAcquireSpinLock NdisReleaseSpinLock NdisDprAcquireSpinLock NdisDprReleaseSpinLock
  `),
  SpinLockRelease: names(`
    NdisAllocateSpinLock NdisAcquireSpinLock NdisReleaseSpinLock NdisDprAcquireSpinLock NdisDprReleaseSpinLock
  `),
  SpinLockDprRelease: names(`
    NdisAllocateSpinLock NdisAcquireSpinLock NdisReleaseSpinLock NdisDprAcquireSpinLock NdisDprReleaseSpinLock
  `),
  SpinLockBalanced: names(`
    NdisAcquireSpinLock NdisReleaseSpinLock NdisDprAcquireSpinLock NdisDprReleaseSpinLock
  `),
  NdisAllocateGenericObject: names("NdisAllocateGenericObject NdisFreeGenericObject"),
  NdisAllocateNetBuffer: names("NdisAllocateNetBuffer NdisFreeNetBuffer"),
  NdisAllocateMemoryWithTagPriority: names("NdisAllocateMemoryWithTagPriority"),
  NdisMFreeSharedMemory: names("NdisMFreeSharedMemory"),
  NdisMMapIoSpace: names("NdisMMapIoSpace"),
  NdisMRegisterIoPortRange: names("NdisMSetMiniportAttributes NdisMRegisterIoPortRange"),
  NdisMIndicateStatusEx: names("NdisMIndicateStatusEx"),
  PeriodicTimer: names("NdisSetTimerObject NdisCancelTimerObject"),
  NdisOpenConfigurationEx: names("NdisOpenConfigurationEx NdisCloseConfiguration"),
  NdisQueryBindInstanceName: names("NdisQueryBindInstanceName NdisFreeMemory"),
  NdisReEnumerateProtocolBindings: names("NdisReEnumerateProtocolBindings"),
  NdisStallExecution_Delay: names("NdisStallExecution"),
  DoubleComplete: names("NdisMOidRequestComplete"),
  DoubleCompleteWorkItem: names("NdisMOidRequestComplete"),
  NdisMNetPnPEventInOIDRequest: names("NdisMNetPnPEvent NdisMOidRequestComplete"),
  NdisOidDoubleComplete: names("NdisMOidRequestComplete MiniportOidRequest"),
  NdisOidDoubleRequest: names("NdisMOidRequestComplete MiniportOidRequest"),
  NdisOidComplete: names("NdisMOidRequestComplete MiniportOidRequest MiniportDevicePnPEventNotify"),
  NdisTimedOidComplete: names("NdisMOidRequestComplete MiniportOidRequest"),
  NdisTimedDataSend: names("NdisMSendNetBufferListsComplete MiniportSendNetBufferLists"),
  NdisTimedDataHang: names("NdisMSendNetBufferListsComplete MiniportSendNetBufferLists"),
};
