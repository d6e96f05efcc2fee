import type { NdisBufferFunctions } from "../ddi/functions/buffers.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status-codes.ts";
import type { NDIS_NET_BUFFER_LIST_INFO } from "../ddi/structures/net-buffer.ts";
import {
  NDIS_NET_BUFFER_LIST_INFO as INFO,
  NET_BUFFER,
  NET_BUFFER_LIST,
  NET_BUFFER_LIST_INFO,
} from "../ddi/structures/net-buffer.ts";
import { NULL } from "../ddi/types.ts";
import type { NetBufferEnvironment } from "./environment.ts";
import { RULE_POINTER } from "./environment.ts";
import { NetBuffers } from "./net-buffers.ts";
import { NetBufferListPool, NetBufferPool } from "./pools.ts";
import { isNetBufferChain } from "./sound-chains.ts";

/** What NdisCopySendNetBufferListInfo copies, by its documentation. */
const SEND_INFORMATION: readonly NDIS_NET_BUFFER_LIST_INFO[] = [
  INFO.TcpIpChecksumNetBufferListInfo,
  INFO.IPsecOffloadV1NetBufferListInfo,
  INFO.TcpLargeSendNetBufferListInfo,
  INFO.Ieee8021QNetBufferListInfo,
  INFO.MediaSpecificInformation,
  INFO.NetBufferListCancelId,
  INFO.NetBufferListFrameType,
];

/** What NdisCopyReceiveNetBufferListInfo copies; TcpReceiveNoPush shares the entry of TcpLargeSendNetBufferListInfo. */
const RECEIVE_INFORMATION: readonly NDIS_NET_BUFFER_LIST_INFO[] = [
  INFO.TcpIpChecksumNetBufferListInfo,
  INFO.IPsecOffloadV1NetBufferListInfo,
  INFO.TcpLargeSendNetBufferListInfo,
  INFO.Ieee8021QNetBufferListInfo,
  INFO.MediaSpecificInformation,
  INFO.NetBufferListFrameType,
  INFO.NetBufferListHashValue,
  INFO.NetBufferListHashInfo,
];

function copyInformation(
  destination: NET_BUFFER_LIST,
  source: NET_BUFFER_LIST,
  ids: readonly NDIS_NET_BUFFER_LIST_INFO[],
): void {
  if (!source.hasInformation && !destination.hasInformation) return;
  for (const id of ids) destination.NetBufferListInfo[id] = NET_BUFFER_LIST_INFO(source, id);
}

type ListCheck = (list: NET_BUFFER_LIST) => boolean;

function listCheck(environment: NetBufferEnvironment): ListCheck {
  return (list) => {
    if (list instanceof NET_BUFFER_LIST) return true;
    environment.misuse(RULE_POINTER, "what is no NET_BUFFER_LIST is given as one");
    return false;
  };
}

/** A list whose NET_BUFFERs can be walked. */
function walkCheck(environment: NetBufferEnvironment): ListCheck {
  const isList = listCheck(environment);
  return (list) => {
    if (!isList(list)) return false;
    if (isNetBufferChain(list.FirstNetBuffer)) return true;
    environment.misuse(RULE_POINTER, "the NET_BUFFERs of a NET_BUFFER_LIST are no chain");
    return false;
  };
}

/** Every buffer of the list gets room in front, or none does. */
function retreatList(
  data: NetBuffers["data"],
  isWalkable: ListCheck,
): NdisBufferFunctions["NdisRetreatNetBufferListDataStart"] {
  return (list, delta, backFill, allocateHandler, freeHandler) => {
    if (!isWalkable(list)) return NDIS_STATUS_FAILURE;
    for (let nb = list.FirstNetBuffer; nb !== null; nb = nb.Next) {
      const status = data.retreat(nb, delta, backFill, allocateHandler);
      if (status === NDIS_STATUS_SUCCESS) continue;
      for (let done = list.FirstNetBuffer; done !== null && done !== nb; done = done.Next) {
        data.advance(done, delta, true, freeHandler);
      }
      return status;
    }
    return list.ndisAllocated ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
  };
}

/**
 * The buffer functions of the DDI for one driver, by their documented names (nblapi.h). Behaviour that the
 * documentation leaves open: a NET_BUFFER that comes with data starts with DataOffset 0 and DataLength 0.
 */
export function netBufferFunctions(environment: NetBufferEnvironment): NdisBufferFunctions {
  const netBuffers = new NetBuffers(environment);
  const { mdls, contexts, data } = netBuffers;
  let lastPartialCancelId = 0;
  const [isList, isWalkable] = [listCheck(environment), walkCheck(environment)];
  return {
    NdisAllocateNetBufferListPool: (holder, parameters) => netBuffers.createListPool(holder, parameters),
    NdisFreeNetBufferListPool: (pool) => netBuffers.closePool(netBuffers.listPool(pool)),
    NdisAllocateNetBufferPool: (holder, parameters) => netBuffers.createNetBufferPool(holder, parameters),
    NdisFreeNetBufferPool: (pool) => netBuffers.closePool(netBuffers.netBufferPool(pool)),
    NdisAllocateNetBufferAndNetBufferList: (pool, contextSize, backFill, mdlChain, dataOffset, dataLength) =>
      netBuffers.allocateListWithNetBuffer(pool, contextSize, backFill, mdlChain, dataOffset, dataLength),
    NdisAllocateNetBufferList: (pool, contextSize, backFill) => netBuffers.allocateList(pool, contextSize, backFill),
    NdisFreeNetBufferList: (list) => netBuffers.freeList(list),
    NdisAllocateNetBuffer: (pool, mdlChain, dataOffset, dataLength) =>
      netBuffers.allocateNetBuffer(pool, mdlChain, dataOffset, dataLength),
    NdisFreeNetBuffer: (netBuffer) => netBuffers.freeNetBuffer(netBuffer),
    NdisAllocateNetBufferMdlAndData: (pool) => netBuffers.allocateNetBufferWithData(pool),

    NdisAllocateNetBufferListContext: (list, contextSize, backFill) => contexts.allocate(list, contextSize, backFill),
    NdisFreeNetBufferListContext: (list, contextSize) => contexts.free(list, contextSize),

    NdisAllocateCloneNetBufferList: (original, listPool, netBufferPool, flags) =>
      netBuffers.clone(original, listPool, netBufferPool, flags),
    NdisFreeCloneNetBufferList: (clone, flags) => netBuffers.freeClone(clone, flags),

    NdisAdvanceNetBufferDataStart: (netBuffer, delta, freeMdl, freeHandler) =>
      data.advance(netBuffer, delta, freeMdl, freeHandler),
    NdisRetreatNetBufferDataStart: (netBuffer, delta, backFill, allocateHandler) =>
      data.retreat(netBuffer, delta, backFill, allocateHandler),
    NdisAdvanceNetBufferListDataStart: (list, delta, freeMdl, freeHandler) => {
      if (!isWalkable(list)) return;
      for (let nb = list.FirstNetBuffer; nb !== null; nb = nb.Next) data.advance(nb, delta, freeMdl, freeHandler);
    },
    NdisRetreatNetBufferListDataStart: retreatList(data, isWalkable),
    NdisGetDataBuffer: (netBuffer, bytesNeeded, storage, alignMultiple, alignOffset) =>
      data.getDataBuffer(netBuffer, bytesNeeded, storage, alignMultiple, alignOffset),
    NdisCopyFromNetBufferToNetBuffer: (destination, destinationOffset, bytesToCopy, source, sourceOffset, copied) =>
      data.copy(destination, destinationOffset, bytesToCopy, source, sourceOffset, copied),

    NdisCopySendNetBufferListInfo: (destination, source) => {
      if (isList(destination) && isList(source)) copyInformation(destination, source, SEND_INFORMATION);
    },
    NdisCopyReceiveNetBufferListInfo: (destination, source) => {
      if (isList(destination) && isList(source)) copyInformation(destination, source, RECEIVE_INFORMATION);
    },
    NdisGetPoolFromNetBufferList: (list) => (isList(list) ? list.NdisPoolHandle : null),
    NdisGetPoolFromNetBuffer: (netBuffer) => {
      if (netBuffer instanceof NET_BUFFER) return netBuffer.NdisPoolHandle;
      environment.misuse(RULE_POINTER, "NdisGetPoolFromNetBuffer of what is no NET_BUFFER");
      return null;
    },

    NdisAllocateMdl: (_owner, address, byteLength) => mdls.describeForDriver(address, byteLength),
    NdisFreeMdl: (mdl) => mdls.freeForDriver(mdl),

    NdisGeneratePartialCancelId: () => {
      lastPartialCancelId = (lastPartialCancelId % 255) + 1;
      return lastPartialCancelId;
    },
    NDIS_SET_NET_BUFFER_LIST_CANCEL_ID: (list, cancelId) => {
      if (isList(list)) list.NetBufferListInfo[INFO.NetBufferListCancelId] = cancelId;
    },
    NDIS_GET_NET_BUFFER_LIST_CANCEL_ID: (list) => {
      if (!isList(list)) return NULL;
      const cancelId = NET_BUFFER_LIST_INFO(list, INFO.NetBufferListCancelId);
      return typeof cancelId === "number" ? cancelId : NULL;
    },
  };
}

/** How many structures of a pool are out, for views and leak reports; 0 for anything that is no pool. */
export function outstandingOfPool(handle: object): number {
  return handle instanceof NetBufferListPool || handle instanceof NetBufferPool ? handle.outstanding : 0;
}
