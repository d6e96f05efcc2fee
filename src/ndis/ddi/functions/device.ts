import type { MINIPORT_SYNCHRONIZE_INTERRUPT } from "../handlers/device.ts";
import type {
  MiniportAdapterHandle,
  NDIS_CONTEXT,
  NdisInterruptHandle,
  NdisMiniportDmaHandle,
  OutParameter,
} from "../handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../status-codes.ts";
import type { SCATTER_GATHER_LIST } from "../structures/hardware.ts";
import type { NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS, NDIS_SG_DMA_DESCRIPTION } from "../structures/interrupt.ts";
import type { NET_BUFFER } from "../structures/net-buffer.ts";
import type { GROUP_AFFINITY } from "../structures/system.ts";
import type { KAFFINITY, NDIS_PHYSICAL_ADDRESS, PVOID } from "../types.ts";

/** Interrupts of a miniport. */
export interface NdisMInterruptFunctions {
  NdisMRegisterInterruptEx(
    MiniportAdapterHandle: MiniportAdapterHandle,
    MiniportInterruptContext: NDIS_CONTEXT,
    MiniportInterruptCharacteristics: NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS,
    NdisInterruptHandle: OutParameter<NdisInterruptHandle>,
  ): NDIS_STATUS_FINAL;
  NdisMDeregisterInterruptEx(NdisInterruptHandle: NdisInterruptHandle): void;
  NdisMSynchronizeWithInterruptEx(
    NdisInterruptHandle: NdisInterruptHandle,
    MessageId: number,
    SynchronizeFunction: MINIPORT_SYNCHRONIZE_INTERRUPT,
    SynchronizeContext: NDIS_CONTEXT,
  ): boolean;
  NdisMQueueDpc(
    NdisInterruptHandle: NdisInterruptHandle,
    MessageId: number,
    TargetProcessors: number,
    MiniportDpcContext: NDIS_CONTEXT,
  ): number;
  NdisMQueueDpcEx(
    NdisInterruptHandle: NdisInterruptHandle,
    MessageId: number,
    TargetProcessors: GROUP_AFFINITY,
    MiniportDpcContext: NDIS_CONTEXT,
  ): KAFFINITY;
}

/** DMA, shared memory and register space of a miniport. */
export interface NdisMHardwareFunctions {
  NdisMRegisterScatterGatherDma(
    MiniportAdapterHandle: MiniportAdapterHandle,
    DmaDescription: NDIS_SG_DMA_DESCRIPTION,
    NdisMiniportDmaHandle: OutParameter<NdisMiniportDmaHandle>,
  ): NDIS_STATUS_FINAL;
  NdisMDeregisterScatterGatherDma(NdisMiniportDmaHandle: NdisMiniportDmaHandle): void;
  NdisMAllocateNetBufferSGList(
    NdisMiniportDmaHandle: NdisMiniportDmaHandle,
    NetBuffer: NET_BUFFER,
    Context: NDIS_CONTEXT,
    Flags: number,
    ScatterGatherListBuffer: SCATTER_GATHER_LIST | null,
    ScatterGatherListBufferSize: number,
  ): NDIS_STATUS_FINAL;
  NdisMFreeNetBufferSGList(
    NdisMiniportDmaHandle: NdisMiniportDmaHandle,
    pSGL: SCATTER_GATHER_LIST,
    NetBuffer: NET_BUFFER,
  ): void;
  NdisMAllocateSharedMemory(
    MiniportAdapterHandle: MiniportAdapterHandle,
    Length: number,
    Cached: boolean,
    VirtualAddress: OutParameter<PVOID>,
    PhysicalAddress: OutParameter<NDIS_PHYSICAL_ADDRESS>,
  ): void;
  NdisMAllocateSharedMemoryAsyncEx(
    MiniportDmaHandle: NdisMiniportDmaHandle,
    Length: number,
    Cached: boolean,
    Context: NDIS_CONTEXT,
  ): NDIS_STATUS;
  NdisMFreeSharedMemory(
    MiniportAdapterHandle: MiniportAdapterHandle,
    Length: number,
    Cached: boolean,
    VirtualAddress: PVOID,
    PhysicalAddress: NDIS_PHYSICAL_ADDRESS,
  ): void;
  NdisMMapIoSpace(
    VirtualAddress: OutParameter<PVOID>,
    MiniportAdapterHandle: MiniportAdapterHandle,
    PhysicalAddress: NDIS_PHYSICAL_ADDRESS,
    Length: number,
  ): NDIS_STATUS_FINAL;
  NdisMUnmapIoSpace(MiniportAdapterHandle: MiniportAdapterHandle, VirtualAddress: PVOID, Length: number): void;
  NdisMRegisterIoPortRange(
    PortOffset: OutParameter<PVOID>,
    MiniportAdapterHandle: MiniportAdapterHandle,
    InitialPort: number,
    NumberOfPorts: number,
  ): NDIS_STATUS_FINAL;
  NdisMDeregisterIoPortRange(
    MiniportAdapterHandle: MiniportAdapterHandle,
    InitialPort: number,
    NumberOfPorts: number,
    PortOffset: PVOID,
  ): void;
}
