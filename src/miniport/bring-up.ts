import { REGISTERS } from "../device/datasheet/index.ts";
import type {
  MiniportAdapterHandle,
  NDIS_CONTEXT,
  NDIS_MINIPORT_INIT_PARAMETERS,
  NDIS_STATUS_FINAL,
  NdisMiniportDmaHandle,
} from "../ndis/index.ts";
import {
  CM_RESOURCE_TYPE,
  NDIS_MAC_OPTION_NO_LOOPBACK,
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_MEDIUM,
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER,
  NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE,
  NDIS_SG_DMA_DESCRIPTION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../ndis/index.ts";
import { Hardware } from "./hardware.ts";
import type { MiniportLibrary } from "./library.ts";
import type { MappedFrames } from "./mapped-frames.ts";
import type { NicAdapter } from "./nic-adapter.ts";
import type { Undo } from "./undo.ts";

const LONGEST_SDU_BYTES = 65_535;

/** What a driver of the NIC keeps per adapter. */
export interface DriverAdapter {
  readonly nic: NicAdapter;
  start(dma: NdisMiniportDmaHandle): void;
  free(): void;
}

/** What MiniportAdapterContext points to: NDIS learns it before there is an adapter (LIF-02). */
export interface AdapterContext<Adapter extends DriverAdapter> {
  adapter: Adapter | null;
}

export function adapterOf<Adapter extends DriverAdapter>(context: NDIS_CONTEXT): Adapter {
  const { adapter } = context as AdapterContext<Adapter>;
  if (adapter === null) throw new Error("a handler was called before MiniportInitializeEx made the adapter");
  return adapter;
}

/**
 * The part of MiniportInitializeEx that every driver of the NIC has (LIF-02): registers, DMA, memory, attributes, interrupt, start.
 * @param taken gets how to give back what was taken; the caller runs it when this fails (LIF-03).
 * @param make makes the adapter; null when there is not enough memory.
 */
export function bringUp<Adapter extends DriverAdapter>(
  ndis: MiniportLibrary,
  handle: MiniportAdapterHandle,
  parameters: NDIS_MINIPORT_INIT_PARAMETERS,
  taken: Undo,
  make: (hardware: Hardware) => Adapter | null,
): Adapter | NDIS_STATUS_FINAL {
  const context: AdapterContext<Adapter> = { adapter: null };
  const attributes = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES({
    MiniportAdapterContext: context,
    AttributeFlags: NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE | NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER,
  });
  const early = ndis.NdisMSetMiniportAttributes(handle, attributes);
  if (early !== NDIS_STATUS_SUCCESS) return early;
  const registers = mapRegisters(ndis, handle, parameters, taken);
  if (registers === null) return NDIS_STATUS_RESOURCES;
  const hardware = new Hardware(ndis, registers);
  if (hardware.read(REGISTERS.ID) !== REGISTERS.ID.reset) return NDIS_STATUS_FAILURE;
  hardware.reset();
  const dma = new OutParameter<NdisMiniportDmaHandle>();
  const description = NDIS_SG_DMA_DESCRIPTION({
    MaximumPhysicalMapping: LONGEST_SDU_BYTES,
    ProcessSGListHandler: (_device, _reserved, list, context) => (context as MappedFrames).scatterGatherReady(list),
  });
  const dmaStatus = ndis.NdisMRegisterScatterGatherDma(handle, description, dma);
  if (dmaStatus !== NDIS_STATUS_SUCCESS || dma.Value === null) return dmaStatus;
  const dmaHandle = dma.Value;
  taken.push(() => ndis.NdisMDeregisterScatterGatherDma(dmaHandle));
  const adapter = make(hardware);
  if (adapter === null) return NDIS_STATUS_RESOURCES;
  taken.push(() => adapter.free());
  context.adapter = adapter;
  const { nic } = adapter;
  const late = describe(ndis, handle, nic);
  if (late !== NDIS_STATUS_SUCCESS) return late;
  const interrupt = nic.interrupts.register(handle, nic.configuration.interruptThrottleNs);
  if (interrupt !== NDIS_STATUS_SUCCESS) return interrupt;
  taken.push(() => nic.interrupts.deregister());
  adapter.start(dmaHandle);
  taken.push(() => hardware.reset());
  nic.undo = taken;
  return adapter;
}

function mapRegisters(
  ndis: MiniportLibrary,
  handle: MiniportAdapterHandle,
  parameters: NDIS_MINIPORT_INIT_PARAMETERS,
  taken: Undo,
): number | null {
  const memory = parameters.AllocatedResources?.PartialDescriptors.find(
    (descriptor) => descriptor.Type === CM_RESOURCE_TYPE.CmResourceTypeMemory,
  );
  if (memory === undefined || !("Start" in memory.u)) return null;
  const { Start, Length } = memory.u;
  const address = new OutParameter<number>();
  if (ndis.NdisMMapIoSpace(address, handle, Start, Length) !== NDIS_STATUS_SUCCESS || address.Value === null)
    return null;
  const base = address.Value;
  taken.push(() => ndis.NdisMUnmapIoSpace(handle, base, Length));
  return base;
}

/** The general attributes. */
function describe(ndis: MiniportLibrary, handle: MiniportAdapterHandle, nic: NicAdapter): NDIS_STATUS_FINAL {
  const speed = nic.linkSpeedBitsPerSecond;
  return ndis.NdisMSetMiniportAttributes(
    handle,
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES({
      MediaType: NDIS_MEDIUM.NdisMediumAtm,
      MtuSize: LONGEST_SDU_BYTES,
      MaxXmitLinkSpeed: speed,
      XmitLinkSpeed: speed,
      MaxRcvLinkSpeed: speed,
      RcvLinkSpeed: speed,
      MediaConnectState: nic.hardware.linkIsUp
        ? NDIS_MEDIA_CONNECT_STATE.MediaConnectStateConnected
        : NDIS_MEDIA_CONNECT_STATE.MediaConnectStateDisconnected,
      MacOptions: NDIS_MAC_OPTION_NO_LOOPBACK,
      MacAddressLength: nic.esi.length,
      PermanentMacAddress: nic.esi,
      CurrentMacAddress: nic.esi,
    }),
  );
}
