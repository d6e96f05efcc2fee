import type { EX_POOL_PRIORITY } from "../constants/enumerations.ts";
import type { NdisObjectHandle } from "../handles.ts";
import type {
  ALLOCATE_FUNCTION,
  DRIVER_OBJECT,
  FREE_FUNCTION,
  NDIS_GENERIC_OBJECT,
  NPAGED_LOOKASIDE_LIST,
} from "../structures/system.ts";
import type { PVOID } from "../types.ts";

/** Memory. Addresses are byte addresses in the world's memory, 0 is NULL. */
export interface NdisMemoryFunctions {
  NdisAllocateMemoryWithTagPriority(
    NdisHandle: NdisObjectHandle,
    Length: number,
    Tag: number,
    Priority: EX_POOL_PRIORITY,
  ): PVOID;
  NdisFreeMemory(VirtualAddress: PVOID, Length: number, MemoryFlags: number): void;
  NdisInitializeNPagedLookasideList(
    Lookaside: NPAGED_LOOKASIDE_LIST,
    Allocate: ALLOCATE_FUNCTION | null,
    Free: FREE_FUNCTION | null,
    Flags: number,
    Size: number,
    Tag: number,
    Depth: number,
  ): void;
  NdisAllocateFromNPagedLookasideList(Lookaside: NPAGED_LOOKASIDE_LIST): PVOID;
  NdisFreeToNPagedLookasideList(Lookaside: NPAGED_LOOKASIDE_LIST, Entry: PVOID): void;
  NdisDeleteNPagedLookasideList(Lookaside: NPAGED_LOOKASIDE_LIST): void;
  NdisZeroMemory(Destination: PVOID, Length: number): void;
  NdisMoveMemory(Destination: PVOID, Source: PVOID, Length: number): void;
  NdisEqualMemory(Source1: PVOID, Source2: PVOID, Length: number): number;
  NdisFillMemory(Destination: PVOID, Length: number, Fill: number): void;
  NdisAllocateGenericObject(DriverObject: DRIVER_OBJECT | null, Tag: number, Size: number): NDIS_GENERIC_OBJECT | null;
  NdisFreeGenericObject(NdisObject: NDIS_GENERIC_OBJECT): void;
}
