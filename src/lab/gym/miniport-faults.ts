import { DriverEntry } from "../../miniport/index.ts";
import type { DriverImage, MiniportCallManagerLibrary } from "../../ndis/index.ts";
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
  miscallingMcm("mcm-indicates-twice", "RCV-06", "lists are indicated again that the client still has", (ndis) => ({
    NdisMCoIndicateReceiveNetBufferLists: (vc, lists, count, flags) => {
      ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, count, flags);
      ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, count, flags);
    },
  })),
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
  miscallingMcm("mcm-loses-send", "SND-06", "one send is never completed", (ndis) => {
    let lost = false;
    return {
      NdisMCoSendNetBufferListsComplete: (vc, lists, flags) => {
        if (lost || lists.Next !== null) ndis.NdisMCoSendNetBufferListsComplete(vc, lists, flags);
        lost ||= lists.Next === null;
      },
    };
  }),
  miscallingMcm(
    "mcm-deactivates-with-receives-out",
    "ACT-17",
    "the VC is deactivated when the peer hangs up, whatever is still out",
    (ndis) => ({
      NdisMCoIndicateReceiveNetBufferLists: (vc, lists, count, flags) => {
        ndis.NdisMCmDeactivateVc(vc);
        ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, count, flags);
      },
    }),
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
  miscallingMcm("mcm-forgets-tag", "MEM-04", "memory is allocated without a tag", (ndis) => ({
    NdisAllocateMemoryWithTagPriority: (handle, length, _tag, priority) =>
      ndis.NdisAllocateMemoryWithTagPriority(handle, length, 0, priority),
  })),
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
