import type {
  InOutParameter,
  NdisObjectHandle,
  NetBufferListPoolHandle,
  NetBufferPoolHandle,
  OutParameter,
} from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import type {
  MDL,
  NET_BUFFER,
  NET_BUFFER_LIST,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  NET_BUFFER_POOL_PARAMETERS,
} from "../structures/net-buffer.ts";
import type { PVOID } from "../types.ts";

/**
 * Allocates an MDL of at least BufferSize bytes for a retreat; sets the size that it has. Null when memory is short.
 */
export type NET_BUFFER_ALLOCATE_MDL = (BufferSize: InOutParameter<number>) => MDL | null;

/** Frees an MDL of a retreat, and the memory that it describes. */
export type NET_BUFFER_FREE_MDL = (Mdl: MDL) => void;

/**
 * NET_BUFFER_LISTs, NET_BUFFERs, MDLs and their pools. Addresses are byte addresses in the world's memory, 0 is NULL.
 */
export interface NdisBufferFunctions {
  NdisAllocateNetBufferListPool(
    NdisHandle: NdisObjectHandle | null,
    Parameters: NET_BUFFER_LIST_POOL_PARAMETERS,
  ): NetBufferListPoolHandle | null;
  NdisFreeNetBufferListPool(PoolHandle: NetBufferListPoolHandle): void;
  NdisAllocateNetBufferPool(
    NdisHandle: NdisObjectHandle | null,
    Parameters: NET_BUFFER_POOL_PARAMETERS,
  ): NetBufferPoolHandle | null;
  NdisFreeNetBufferPool(PoolHandle: NetBufferPoolHandle): void;
  NdisAllocateNetBufferAndNetBufferList(
    PoolHandle: NetBufferListPoolHandle,
    ContextSize: number,
    ContextBackFill: number,
    MdlChain: MDL | null,
    DataOffset: number,
    DataLength: number,
  ): NET_BUFFER_LIST | null;
  NdisAllocateNetBufferList(
    PoolHandle: NetBufferListPoolHandle,
    ContextSize: number,
    ContextBackFill: number,
  ): NET_BUFFER_LIST | null;
  NdisFreeNetBufferList(NetBufferList: NET_BUFFER_LIST): void;
  NdisAllocateNetBuffer(
    PoolHandle: NetBufferPoolHandle,
    MdlChain: MDL | null,
    DataOffset: number,
    DataLength: number,
  ): NET_BUFFER | null;
  NdisFreeNetBuffer(NetBuffer: NET_BUFFER): void;
  NdisAllocateNetBufferMdlAndData(PoolHandle: NetBufferPoolHandle): NET_BUFFER | null;
  NdisAllocateNetBufferListContext(
    NetBufferList: NET_BUFFER_LIST,
    ContextSize: number,
    ContextBackFill: number,
    PoolTag: number,
  ): NDIS_STATUS_FINAL;
  NdisFreeNetBufferListContext(NetBufferList: NET_BUFFER_LIST, ContextSize: number): void;
  NdisAllocateCloneNetBufferList(
    OriginalNetBufferList: NET_BUFFER_LIST,
    NetBufferListPoolHandle: NetBufferListPoolHandle | null,
    NetBufferPoolHandle: NetBufferPoolHandle | null,
    AllocateCloneFlags: number,
  ): NET_BUFFER_LIST | null;
  NdisFreeCloneNetBufferList(CloneNetBufferList: NET_BUFFER_LIST, FreeCloneFlags: number): void;
  NdisAdvanceNetBufferDataStart(
    NetBuffer: NET_BUFFER,
    DataOffsetDelta: number,
    FreeMdl: boolean,
    FreeMdlHandler: NET_BUFFER_FREE_MDL | null,
  ): void;
  NdisRetreatNetBufferDataStart(
    NetBuffer: NET_BUFFER,
    DataOffsetDelta: number,
    DataBackFill: number,
    AllocateMdlHandler: NET_BUFFER_ALLOCATE_MDL | null,
  ): NDIS_STATUS_FINAL;
  NdisAdvanceNetBufferListDataStart(
    NetBufferList: NET_BUFFER_LIST,
    DataOffsetDelta: number,
    FreeMdl: boolean,
    FreeMdlMdlHandler: NET_BUFFER_FREE_MDL | null,
  ): void;
  NdisRetreatNetBufferListDataStart(
    NetBufferList: NET_BUFFER_LIST,
    DataOffsetDelta: number,
    DataBackFill: number,
    AllocateMdlHandler: NET_BUFFER_ALLOCATE_MDL | null,
    FreeMdlHandler: NET_BUFFER_FREE_MDL | null,
  ): NDIS_STATUS_FINAL;
  NdisGetDataBuffer(
    NetBuffer: NET_BUFFER,
    BytesNeeded: number,
    Storage: PVOID,
    AlignMultiple: number,
    AlignOffset: number,
  ): PVOID;
  NdisCopyFromNetBufferToNetBuffer(
    Destination: NET_BUFFER,
    DestinationOffset: number,
    BytesToCopy: number,
    Source: NET_BUFFER,
    SourceOffset: number,
    BytesCopied: OutParameter<number>,
  ): NDIS_STATUS_FINAL;
  NdisCopySendNetBufferListInfo(DestNetBufferList: NET_BUFFER_LIST, SrcNetBufferList: NET_BUFFER_LIST): void;
  NdisCopyReceiveNetBufferListInfo(DestNetBufferList: NET_BUFFER_LIST, SrcNetBufferList: NET_BUFFER_LIST): void;
  NdisGetPoolFromNetBufferList(NetBufferList: NET_BUFFER_LIST): NetBufferListPoolHandle | null;
  NdisGetPoolFromNetBuffer(NetBuffer: NET_BUFFER): NetBufferPoolHandle | NetBufferListPoolHandle | null;
  NdisAllocateMdl(NdisHandle: NdisObjectHandle, VirtualAddress: PVOID, Length: number): MDL | null;
  NdisFreeMdl(Mdl: MDL): void;
  NdisGeneratePartialCancelId(): number;
  NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(_NBL: NET_BUFFER_LIST, _CancelId: PVOID): void;
  NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(_NBL: NET_BUFFER_LIST): PVOID;
}
