import type { NdisMHardwareFunctions } from "../ddi/functions/device.ts";
import type { NdisMiniportDmaHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import {
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import { NET_BUFFER } from "../ddi/structures/net-buffer.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { DriverHoldings } from "../executive/holdings.ts";
import { allocationFails } from "../executive/holdings.ts";
import { describesData } from "../net-buffer/sound-chains.ts";
import { checkRelease, claimingAdapter } from "./claim.ts";
import type { DmaChannels } from "./dma-channel.ts";
import { DmaChannel } from "./dma-channel.ts";

type ChannelFunctions = Pick<
  NdisMHardwareFunctions,
  "NdisMRegisterScatterGatherDma" | "NdisMDeregisterScatterGatherDma"
>;
type ListFunctions = Pick<NdisMHardwareFunctions, "NdisMAllocateNetBufferSGList" | "NdisMFreeNetBufferSGList">;

/** The channel that a handle names; null (and a violation) when it is stale or foreign. */
export function resolveChannel(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisMiniportDmaHandle,
  caller: string,
): DmaChannel | null {
  const object: unknown = handle;
  if (object instanceof DmaChannel && object.environment === environment && object.registered) return object;
  environment.misuse("Init_RegisterSG", owner, `${caller}: the DMA channel was never registered, or is deregistered`);
  return null;
}

/** Scatter/gather DMA of a miniport (rules MEM-06, MEM-07). MiniportProcessSGList runs before the allocation returns. */
export function dmaFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
  channels: DmaChannels,
): ChannelFunctions & ListFunctions {
  return { ...channelFunctions(environment, owner, holdings, channels), ...listFunctions(environment, owner) };
}

function channelFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
  channels: DmaChannels,
): ChannelFunctions {
  const { live } = environment;
  return {
    NdisMRegisterScatterGatherDma(MiniportAdapterHandle, DmaDescription, NdisMiniportDmaHandle) {
      const adapter = claimingAdapter(environment, owner, MiniportAdapterHandle, "NdisMRegisterScatterGatherDma");
      if (adapter === null || typeof DmaDescription.ProcessSGListHandler !== "function")
        return NDIS_STATUS_NOT_SUPPORTED;
      if (objectHeaderFault(DmaDescription.Header, "NDIS_SG_DMA_DESCRIPTION") !== null) return NDIS_STATUS_BAD_VERSION;
      if (!isMappingSize(DmaDescription.MaximumPhysicalMapping)) return NDIS_STATUS_NOT_SUPPORTED;
      if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
      const channel = new DmaChannel(adapter, DmaDescription, DmaDescription.ProcessSGListHandler);
      channels.add(channel);
      holdings.take(channel);
      live.dmaHandles++;
      DmaDescription.ScatterGatherListSize = channel.listBytes;
      NdisMiniportDmaHandle.Value = toHandle<NdisMiniportDmaHandle>(channel);
      return NDIS_STATUS_SUCCESS;
    },
    NdisMDeregisterScatterGatherDma(NdisMiniportDmaHandle) {
      const channel = resolveChannel(environment, owner, NdisMiniportDmaHandle, "NdisMDeregisterScatterGatherDma");
      if (channel === null) return;
      checkRelease(environment, owner, channel.adapter, "NdisMDeregisterScatterGatherDma");
      if (channel.listsInUse > 0) {
        const lists = `${channel.listsInUse} scatter/gather lists in use`;
        environment.misuse("MEM-07", owner, `${channel.traceName} is deregistered with ${lists}`);
      }
      channel.registered = false;
      channels.remove(channel);
      holdings.giveBack(channel);
      live.dmaHandles--;
    },
  };
}

function isMappingSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The storage that a driver offers for a list: none, or a SCATTER_GATHER_LIST. */
function isListStorage(storage: unknown, bytes: unknown): boolean {
  if (storage === null || storage === undefined) return true;
  return (
    typeof bytes === "number" && typeof storage === "object" && "Elements" in storage && Array.isArray(storage.Elements)
  );
}

function listFunctions(environment: NdisEnvironment, owner: string): ListFunctions {
  const { live } = environment;
  return {
    NdisMAllocateNetBufferSGList(handle, NetBuffer, Context, _Flags, Buffer, BufferSize) {
      const channel = resolveChannel(environment, owner, handle, "NdisMAllocateNetBufferSGList");
      if (
        !(NetBuffer instanceof NET_BUFFER) ||
        !NetBuffer.ndisAllocated ||
        !describesData(NetBuffer) ||
        !isListStorage(Buffer, BufferSize)
      ) {
        environment.misuse(
          "MEM-08",
          owner,
          "NdisMAllocateNetBufferSGList for no NET_BUFFER of a pool, or into no list",
        );
        return NDIS_STATUS_RESOURCES;
      }
      if (channel === null || NetBuffer.DataLength > channel.maximumBytes) return NDIS_STATUS_RESOURCES;
      if (environment.machine.chooser !== null && allocationFails(environment)) return NDIS_STATUS_RESOURCES;
      const list = channel.map(NetBuffer);
      if (list === null) {
        environment.misuse("MEM-08", owner, "the DataLength of a NET_BUFFER reaches beyond its MDLs or beyond memory");
        return NDIS_STATUS_RESOURCES;
      }
      live.scatterGatherLists++;
      // NDIS uses its own storage when the driver's is missing or too small.
      if (Buffer === null || Buffer === undefined || BufferSize < channel.listBytes) {
        channel.processList(channel.deviceObject, null, list, Context);
      } else {
        channel.showAs(list, Buffer);
        channel.processList(channel.deviceObject, null, Buffer, Context);
      }
      return NDIS_STATUS_SUCCESS;
    },
    NdisMFreeNetBufferSGList(handle, pSGL, NetBuffer) {
      const channel = resolveChannel(environment, owner, handle, "NdisMFreeNetBufferSGList");
      if (channel === null) return;
      if (!channel.unmap(pSGL, NetBuffer)) {
        environment.misuse(
          "MEM-07",
          owner,
          "the scatter/gather list is not one of this NET_BUFFER, or is freed already",
        );
        return;
      }
      live.scatterGatherLists--;
    },
  };
}
