import type { ListCustody } from "../../verifier/list-custody.ts";
import type {
  NDIS_CONTEXT,
  NdisVcHandle,
  NetBufferListPoolHandle,
  NetBufferPoolHandle,
  OpaqueHandle,
} from "../handles.ts";
import type { NDIS_STATUS_FINAL } from "../status-codes.ts";
import { NDIS_STATUS_SUCCESS } from "../status-codes.ts";
import type { PVOID } from "../types.ts";
import { NULL } from "../types.ts";
import type { SCATTER_GATHER_LIST } from "./hardware.ts";
import type { NDIS_OBJECT_HEADER } from "./object-header.ts";
import { objectHeader } from "./object-header.ts";

/*
 * Network data (nbl.h, wdm.h). These are classes because they live on the hot path: every field has its final type
 * from the constructor on, and pools use them again and again. Nobody derives from them, and only NDIS makes them.
 */

/** Indices of NET_BUFFER_LIST.NetBufferListInfo (nblinfo.h). */
export const NDIS_NET_BUFFER_LIST_INFO = {
  TcpIpChecksumNetBufferListInfo: 0,
  IPsecOffloadV1NetBufferListInfo: 1,
  TcpLargeSendNetBufferListInfo: 2,
  ClassificationHandleNetBufferListInfo: 3,
  Ieee8021QNetBufferListInfo: 4,
  NetBufferListCancelId: 5,
  /** On ATM, an ATM_AAL_OOB_INFO. */
  MediaSpecificInformation: 6,
  NetBufferListFrameType: 7,
  NetBufferListHashValue: 8,
  NetBufferListHashInfo: 9,
} as const;
export type NDIS_NET_BUFFER_LIST_INFO = (typeof NDIS_NET_BUFFER_LIST_INFO)[keyof typeof NDIS_NET_BUFFER_LIST_INFO];

/** How many entries NetBufferListInfo has here. */
export const MaxNetBufferListInfo = 10;

/** A piece of virtually contiguous memory; a chain of them holds a frame. */
export class MDL {
  Next: MDL | null = null;
  MdlFlags = 0;
  MappedSystemVa: PVOID = NULL;
  ByteCount = 0;
  /** NDIS: who allocated it; 0 after it was freed, so that a use after free is recognised. */
  ndisOwner = 0;
}

/** One frame: DataLength bytes that start DataOffset bytes into the MDL chain. */
export class NET_BUFFER {
  Next: NET_BUFFER | null = null;
  /** The MDL in which the data starts, and how many bytes into it. */
  CurrentMdl: MDL | null = null;
  CurrentMdlOffset = 0;
  DataLength = 0;
  MdlChain: MDL | null = null;
  DataOffset = 0;
  ChecksumBias = 0;
  Reserved = 0;
  NdisPoolHandle: NetBufferPoolHandle | NetBufferListPoolHandle | null = null;
  readonly NdisReserved: NDIS_CONTEXT[] = [null, null];
  readonly ProtocolReserved: NDIS_CONTEXT[] = [null, null, null, null, null, null];
  readonly MiniportReserved: NDIS_CONTEXT[] = [null, null, null, null];
  DataPhysicalAddress = 0;
  ScatterGatherList: SCATTER_GATHER_LIST | null = null;
  /** NDIS: false after it was freed, so that a use after free is recognised. */
  ndisAllocated = false;
  /** NDIS: it came with a NET_BUFFER_LIST and goes with it. */
  ndisOfList = false;
  /** NDIS: the MDL and data that came with it. */
  ndisMdl: MDL | null = null;
}

/** Space for a driver's bookkeeping that travels with a NET_BUFFER_LIST. */
export class NET_BUFFER_LIST_CONTEXT {
  Next: NET_BUFFER_LIST_CONTEXT | null = null;
  /** Bytes at ContextData, and how many of them at its start are not in use. */
  Size = 0;
  Offset = 0;
  ContextData: PVOID = NULL;
}

/** One or more frames that are sent or indicated together. */
export class NET_BUFFER_LIST {
  Next: NET_BUFFER_LIST | null = null;
  FirstNetBuffer: NET_BUFFER | null = null;
  Context: NET_BUFFER_LIST_CONTEXT | null = null;
  ParentNetBufferList: NET_BUFFER_LIST | null = null;
  NdisPoolHandle: NetBufferListPoolHandle | null = null;
  readonly NdisReserved: NDIS_CONTEXT[] = [null, null];
  readonly ProtocolReserved: NDIS_CONTEXT[] = [null, null, null, null];
  readonly MiniportReserved: NDIS_CONTEXT[] = [null, null];
  Scratch: NDIS_CONTEXT = null;
  /** The VC handle on connection-oriented media (rules SND-01 and RCV-01), else a binding or adapter handle. */
  SourceHandle: NdisVcHandle | OpaqueHandle<string> | null = null;
  NblFlags = 0;
  /** Derived lists that are still out. */
  ChildRefCount = 0;
  Flags = 0;
  Status: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS;
  /** NDIS: false after it was freed, so that a use after free is recognised. */
  ndisAllocated = false;
  /** NDIS: the NET_BUFFER and the context space that came with it. */
  ndisNetBuffer: NET_BUFFER | null = null;
  ndisContext: NET_BUFFER_LIST_CONTEXT | null = null;
  /** NDIS: the flags with which it was cloned, -1 when it is no clone. */
  ndisCloneFlags = -1;
  /** NDIS: who holds it; kept when verifying only. */
  ndisCustody: ListCustody | null = null;
  #information: NDIS_CONTEXT[] | null = null;

  /**
   * Out-of-band information by {@link NDIS_NET_BUFFER_LIST_INFO}; made at the first touch, as most lists carry none.
   */
  get NetBufferListInfo(): NDIS_CONTEXT[] {
    this.#information ??= new Array<NDIS_CONTEXT>(MaxNetBufferListInfo).fill(null);
    return this.#information;
  }

  /** NDIS: forgets all information, for the next user. */
  ndisClearInformation(): void {
    if (this.#information !== null) this.#information.fill(null);
  }

  /** Whether out-of-band information was ever set; reading NetBufferListInfo of a list without any would make it. */
  get hasInformation(): boolean {
    return this.#information !== null;
  }
}

/** NDIS_CLONE_FLAGS of NdisAllocateCloneNetBufferList (nbl.h). */
export const NDIS_CLONE_FLAGS_RESERVED = 0x01;
export const NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS = 0x02;

/** The macro NET_BUFFER_LIST_INFO for reading: one entry of NetBufferListInfo, null when it was never set. */
export function NET_BUFFER_LIST_INFO(netBufferList: NET_BUFFER_LIST, id: NDIS_NET_BUFFER_LIST_INFO): NDIS_CONTEXT {
  return netBufferList.hasInformation ? netBufferList.NetBufferListInfo[id] : null;
}

/** The macro NET_BUFFER_LIST_CONTEXT_DATA_START: the address of the newest context in use, or NULL. */
export function NET_BUFFER_LIST_CONTEXT_DATA_START(netBufferList: NET_BUFFER_LIST): PVOID {
  const context = netBufferList.Context;
  return context === null ? NULL : context.ContextData + context.Offset;
}

export interface NET_BUFFER_LIST_POOL_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  ProtocolId: number;
  /** Each NET_BUFFER_LIST comes with a NET_BUFFER. */
  fAllocateNetBuffer: boolean;
  /** Bytes of context space that each list comes with; a multiple of MEMORY_ALLOCATION_ALIGNMENT (16). */
  ContextSize: number;
  PoolTag: number;
  /** Bytes of data that each NET_BUFFER comes with; needs fAllocateNetBuffer. */
  DataSize: number;
  Flags: number;
}

export function NET_BUFFER_LIST_POOL_PARAMETERS(
  members: Partial<NET_BUFFER_LIST_POOL_PARAMETERS> = {},
): NET_BUFFER_LIST_POOL_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NET_BUFFER_LIST_POOL_PARAMETERS"),
    ProtocolId: members.ProtocolId ?? 0,
    fAllocateNetBuffer: members.fAllocateNetBuffer ?? false,
    ContextSize: members.ContextSize ?? 0,
    PoolTag: members.PoolTag ?? 0,
    DataSize: members.DataSize ?? 0,
    Flags: members.Flags ?? 0,
  };
}

export interface NET_BUFFER_POOL_PARAMETERS {
  Header: NDIS_OBJECT_HEADER;
  PoolTag: number;
  /** Bytes of data that NdisAllocateNetBufferMdlAndData gives each NET_BUFFER. */
  DataSize: number;
  Flags: number;
}

export function NET_BUFFER_POOL_PARAMETERS(
  members: Partial<NET_BUFFER_POOL_PARAMETERS> = {},
): NET_BUFFER_POOL_PARAMETERS {
  return {
    Header: members.Header ?? objectHeader("NET_BUFFER_POOL_PARAMETERS"),
    PoolTag: members.PoolTag ?? 0,
    DataSize: members.DataSize ?? 0,
    Flags: members.Flags ?? 0,
  };
}
