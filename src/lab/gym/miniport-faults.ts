import { DriverEntry } from "../../miniport/index.ts";
import type { DriverImage, MiniportCallManagerLibrary, NET_BUFFER_LIST } from "../../ndis/index.ts";
import { EX_POOL_PRIORITY, NDIS_SPIN_LOCK, NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../../ndis/index.ts";
import type { FaultyDriver, Miscalls, Mishandlers } from "./faulty-driver.ts";
import { miscalling, mishandling } from "./faulty-driver.ts";

/** Mistakes of MCMs in their miniport half: data, buffers, hardware, life. Made in the reference MCM. */

const NAME = "faulty-mcm";
const reference: DriverImage<MiniportCallManagerLibrary> = { name: NAME, DriverEntry };
const TAG = 0x746c_7566;

function miscallingMcm(
  id: string,
  rule: string,
  mistake: string,
  miscalls: Miscalls<MiniportCallManagerLibrary>,
): FaultyDriver {
  return { id, rule, mistake, subject: { role: "mcm", name: NAME, load: () => miscalling(reference, miscalls) } };
}

function mishandlingMcm(
  id: string,
  rule: string,
  mistake: string,
  handlers: Mishandlers<MiniportCallManagerLibrary>,
): FaultyDriver {
  return { id, rule, mistake, subject: { role: "mcm", name: NAME, load: () => mishandling(reference, handlers) } };
}

export const MINIPORT_FAULTS: readonly FaultyDriver[] = [
  miscallingMcm(
    "mcm-forgets-source-handle",
    "RCV-01",
    "received lists keep the SourceHandle that they had",
    (ndis) => ({
      NdisMCoIndicateReceiveNetBufferLists: (vc, lists, count, flags) => {
        lists.SourceHandle = null;
        ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, count, flags);
      },
    }),
  ),
  miscallingMcm("mcm-miscounts-receives", "RCV-03", "the count of an indication is one too high", (ndis) => ({
    NdisMCoIndicateReceiveNetBufferLists: (vc, lists, count, flags) =>
      ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, count + 1, flags),
  })),
  miscallingMcm(
    "mcm-indicates-late",
    "ACT-18",
    "a late interrupt indicates a frame on a VC that was deactivated",
    (ndis) => {
      let last: NET_BUFFER_LIST | null = null;
      return {
        NdisMCoIndicateReceiveNetBufferLists: (vc, lists, count, flags) => {
          last = lists;
          ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, count, flags);
        },
        NdisMCmDeactivateVc: (vc) => {
          const status = ndis.NdisMCmDeactivateVc(vc);
          if (last !== null) ndis.NdisMCoIndicateReceiveNetBufferLists(vc, last, 1, 0);
          return status;
        },
      };
    },
  ),
  miscallingMcm(
    "mcm-completes-sends-twice",
    "SND-09",
    "sends are completed by the interrupt and by the reset path",
    (ndis) => ({
      NdisMCoSendNetBufferListsComplete: (vc, lists, flags) => {
        ndis.NdisMCoSendNetBufferListsComplete(vc, lists, flags);
        ndis.NdisMCoSendNetBufferListsComplete(vc, lists, flags);
      },
    }),
  ),
  miscallingMcm(
    "mcm-loses-sends",
    "NdisTimedDataHang",
    "the first completion interrupt of a VC is lost, and its sends with it",
    (ndis) => {
      let lost = false;
      return {
        NdisMCoSendNetBufferListsComplete: (vc, lists, flags) => {
          if (lost) ndis.NdisMCoSendNetBufferListsComplete(vc, lists, flags);
          lost = true;
        },
      };
    },
  ),
  miscallingMcm(
    "mcm-registers-af-at-dispatch",
    "IRQ-01",
    "the address family is registered from raised IRQL",
    (ndis) => ({
      NdisMCmRegisterAddressFamilyEx: (adapter, family) => {
        const lock = NDIS_SPIN_LOCK();
        ndis.NdisAllocateSpinLock(lock);
        ndis.NdisAcquireSpinLock(lock);
        const status = ndis.NdisMCmRegisterAddressFamilyEx(adapter, family);
        ndis.NdisReleaseSpinLock(lock);
        ndis.NdisFreeSpinLock(lock);
        return status;
      },
    }),
  ),
  mishandlingMcm("mcm-keeps-lock", "CNC-10", "an early return of MiniportRestart leaves a spin lock held", {
    miniport: ({ RestartHandler }, ndis) => ({
      RestartHandler: (context, parameters) => {
        const lock = NDIS_SPIN_LOCK();
        ndis.NdisAllocateSpinLock(lock);
        ndis.NdisAcquireSpinLock(lock);
        return RestartHandler?.(context, parameters) ?? NDIS_STATUS_FAILURE;
      },
    }),
  }),
  mishandlingMcm("mcm-fails-pause", "LIF-05", "MiniportPause fails while the NIC is busy", {
    miniport: () => ({ PauseHandler: () => NDIS_STATUS_FAILURE }),
  }),
  mishandlingMcm("mcm-leaks-memory", "MEM-04", "a buffer that MiniportInitializeEx allocates is never freed", {
    miniport: ({ InitializeHandlerEx }, ndis) => ({
      InitializeHandlerEx: (handle, context, parameters) => {
        ndis.NdisAllocateMemoryWithTagPriority(handle, 256, TAG, EX_POOL_PRIORITY.NormalPoolPriority);
        return InitializeHandlerEx?.(handle, context, parameters) ?? NDIS_STATUS_FAILURE;
      },
    }),
  }),
  mishandlingMcm("mcm-forgets-tag", "MEM-04", "memory is allocated without a tag", {
    miniport: ({ InitializeHandlerEx }, ndis) => ({
      InitializeHandlerEx: (handle, context, parameters) => {
        const address = ndis.NdisAllocateMemoryWithTagPriority(handle, 256, 0, EX_POOL_PRIORITY.NormalPoolPriority);
        ndis.NdisFreeMemory(address, 0, 0);
        return InitializeHandlerEx?.(handle, context, parameters) ?? NDIS_STATUS_FAILURE;
      },
    }),
  }),
  miscallingMcm("mcm-frees-shared-memory-short", "MEM-05", "shared memory is freed with another length", (ndis) => ({
    NdisMFreeSharedMemory: (handle, length, ...rest) => ndis.NdisMFreeSharedMemory(handle, length / 2, ...rest),
  })),
  miscallingMcm("mcm-keeps-interrupt", "Init_RegisterInterrupt", "the interrupt is not given back at halt", () => ({
    NdisMDeregisterInterruptEx: () => {},
  })),
  miscallingMcm("mcm-keeps-mapping", "MEM-11", "the registers stay mapped after halt", () => ({
    NdisMUnmapIoSpace: () => {},
  })),
  miscallingMcm("mcm-keeps-sg-lists", "MEM-07", "scatter/gather lists are not freed", () => ({
    NdisMFreeNetBufferSGList: () => {},
  })),
  miscallingMcm("mcm-sets-general-attributes-only", "LIF-02", "registration attributes come too late", (ndis) => {
    const late: Parameters<typeof ndis.NdisMSetMiniportAttributes>[1][] = [];
    return {
      NdisMSetMiniportAttributes: (handle, attributes) => {
        if ("MiniportAdapterContext" in attributes) {
          late.push(attributes);
          return NDIS_STATUS_SUCCESS;
        }
        const status = ndis.NdisMSetMiniportAttributes(handle, attributes);
        for (const one of late.splice(0)) ndis.NdisMSetMiniportAttributes(handle, one);
        return status;
      },
    };
  }),
  miscallingMcm(
    "mcm-keeps-configuration-open",
    "NdisOpenConfigurationEx",
    "the configuration handle is not closed",
    () => ({
      NdisCloseConfiguration: () => {},
    }),
  ),
];
