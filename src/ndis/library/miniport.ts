import type { Blocking } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import { resolveAdapter } from "../adapter/adapter.ts";
import { setMiniportAttributes } from "../adapter/attributes.ts";
import type { Devices } from "../adapter/devices.ts";
import { queryInstanceName } from "../adapter/instance-name.ts";
import { netPnPEventOfMiniport } from "../adapter/miniport-events.ts";
import { finishPended } from "../adapter/pended.ts";
import { completeReset, resetAdapter } from "../adapter/reset.ts";
import { NDIS_HALT_ACTION } from "../ddi/constants/enumerations.ts";
import { NDIS_RECEIVE_FLAGS_RESOURCES } from "../ddi/constants/transfer-flags.ts";
import type { NdisMCoFunctions, NdisMCoVcFunctions } from "../ddi/functions/co-miniport.ts";
import type { NdisMFunctions, NdisMOidFunctions } from "../ddi/functions/miniport.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import { deregisterMiniportDriver } from "../driver/deregistration.ts";
import type { LoadedImage } from "../driver/drivers.ts";
import { registerMiniportDriver } from "../driver/registration.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { WHOLE_ADAPTER } from "../oid/passage.ts";
import { checkStatus } from "../status/checks.ts";
import { indicateStatus, indicateStatusConnectionless, indicatingAdapter } from "../status/indicate-status.ts";
import { chainLength, isCount } from "../transfer/chain.ts";
import { indicateReceive } from "../transfer/receive.ts";
import { sendNetBufferListsComplete } from "../transfer/send.ts";
import { activateVcComplete, deactivateVcComplete } from "../vc/activate-deactivate.ts";
import { resolveVc } from "../vc/vc.ts";
import type { LibraryParts } from "./roles.ts";

/** The NdisM functions for one miniport driver: registration and adapter life. */
export function miniportFunctions(parts: LibraryParts, image: LoadedImage) {
  const { environment, oids } = parts;
  const owner = image.name;
  return {
    NdisMRegisterMiniportDriver: (_driverObject, _path, context, characteristics, out) =>
      registerMiniportDriver(environment, image, context, characteristics, out),
    NdisMDeregisterMiniportDriver: (handle) => deregisterMiniportDriver(environment, image, handle),
    NdisMSetMiniportAttributes: (handle, attributes) => {
      const adapter = resolveAdapter(environment, handle, owner);
      return adapter === null ? NDIS_STATUS_FAILURE : setMiniportAttributes(adapter, attributes);
    },
    NdisMOidRequestComplete: (handle, request, Status) => {
      if (resolveAdapter(environment, handle, owner) === null) return;
      oids.complete("NdisMOidRequestComplete", owner, WHOLE_ADAPTER, request, Status);
    },
    NdisMDirectOidRequestComplete: (handle, request, Status) => {
      if (resolveAdapter(environment, handle, owner) === null) return;
      oids.complete("NdisMDirectOidRequestComplete", owner, WHOLE_ADAPTER, request, Status);
    },
    ...stateFunctions(environment, owner),
    ...resetFunctions(environment, owner),
    ...plugAndPlayFunctions(parts, owner),
    ...connectionlessFunctions(environment, owner),
  } satisfies Partial<NdisMFunctions & NdisMOidFunctions>;
}

function stateFunctions(environment: NdisEnvironment, owner: string) {
  return {
    NdisMPauseComplete: (handle) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter === null) return;
      if (adapter.state !== "Pausing" || !finishPended(adapter, NDIS_STATUS_SUCCESS))
        environment.misuse("LIF-06", owner, "NdisMPauseComplete while no pause is pending");
    },
    NdisMRestartComplete: (handle, Status) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter === null || !environment.completes(Status, "LIF-09", owner)) return;
      if (adapter.state !== "Restarting" || !finishPended(adapter, Status))
        environment.misuse("LIF-09", owner, "NdisMRestartComplete while no restart is pending");
    },
  } satisfies Partial<NdisMFunctions>;
}

function resetFunctions(environment: NdisEnvironment, owner: string) {
  return {
    NdisMResetComplete: (handle, Status) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter !== null) completeReset(adapter, Status);
    },
    NdisMResetMiniport: (handle) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter !== null) environment.processor.startThread("NdisMResetMiniport", resetAdapter(adapter));
    },
  } satisfies Partial<NdisMFunctions>;
}

/** A protocol may refuse the removal: then the adapter stays, and may be asked to go again. */
function* removal(devices: Devices, adapter: MiniportAdapter, action: NDIS_HALT_ACTION): Blocking<void> {
  yield* devices.remove(adapter, { action });
  adapter.isGoing = false;
}

function plugAndPlayFunctions({ environment, devices }: LibraryParts, owner: string) {
  return {
    NdisMRemoveMiniport: (handle) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter === null || !adapter.isUp || adapter.isGoing) return NDIS_STATUS_FAILURE;
      adapter.isGoing = true;
      const action = NDIS_HALT_ACTION.NdisHaltDeviceFailed;
      environment.processor.startThread("NdisMRemoveMiniport", removal(devices, adapter, action));
      return NDIS_STATUS_SUCCESS;
    },
    NdisMNetPnPEvent: (handle, notification) => {
      const adapter = resolveAdapter(environment, handle, owner);
      return adapter === null ? NDIS_STATUS_FAILURE : netPnPEventOfMiniport(devices, adapter, owner, notification);
    },
    NdisMGetDeviceProperty: (handle, physical, functional, next, resources, translated) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter === null) return;
      const bus = { DriverObject: null, DeviceName: adapter.slot.name };
      const own = { DriverObject: adapter.driver.driverObject, DeviceName: adapter.instanceName };
      if (physical !== null) physical.Value = bus;
      if (functional !== null) functional.Value = own;
      // There is no filter between function driver and bus: the next lower device is the bus's own.
      if (next !== null) next.Value = bus;
      // Bus addresses and processor addresses are the same, so that nothing is translated.
      if (resources !== null) resources.Value = adapter.resources;
      if (translated !== null) translated.Value = adapter.resources;
    },
    NdisMQueryAdapterInstanceName: (out, handle) => {
      const adapter = resolveAdapter(environment, handle, owner);
      return queryInstanceName(environment, adapter, out);
    },
    NdisMIndicateStatusEx: (handle, indication) => {
      const adapter = indicatingAdapter(environment, owner, handle);
      if (adapter !== null) indicateStatusConnectionless(adapter, owner, indication);
    },
  } satisfies Partial<NdisMFunctions>;
}

/** There is no connectionless data path, and a connection-oriented adapter has no use for one: its data goes through NdisMCo functions. */
function connectionlessFunctions(environment: NdisEnvironment, owner: string) {
  const refuse = (adapter: MiniportAdapter, message: string): void => {
    if (adapter.isConnectionOriented) environment.misuse("X-05", owner, message);
  };
  return {
    NdisMSendNetBufferListsComplete: (handle) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter !== null) refuse(adapter, "sends of a VC are completed with NdisMCoSendNetBufferListsComplete");
    },
    NdisMIndicateReceiveNetBufferLists: (handle, lists, _port, _count, flags) => {
      if (chainLength(environment, owner, "NdisMIndicateReceiveNetBufferLists", lists, flags) === 0) return;
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter === null) return;
      refuse(adapter, "receives of a VC are indicated with NdisMCoIndicateReceiveNetBufferLists");
      if ((flags & NDIS_RECEIVE_FLAGS_RESOURCES) !== 0) return;
      adapter.driver.characteristics.ReturnNetBufferListsHandler?.(adapter.context, lists, 0);
    },
  } satisfies Partial<NdisMFunctions>;
}

/** The NdisMCo functions for one connection-oriented miniport. */
export function coMiniportFunctions(environment: NdisEnvironment, owner: string, oids: OidRequests): NdisMCoFunctions {
  return {
    NdisMCoIndicateReceiveNetBufferLists: (vc, lists, count, flags) => {
      // With the verifier off NDIS does not walk what it delivers.
      const isPlain = !environment.verifying && lists instanceof NET_BUFFER_LIST && typeof flags === "number";
      const listCount = isPlain
        ? count
        : chainLength(environment, owner, "NdisMCoIndicateReceiveNetBufferLists", lists, flags);
      if ((isPlain || listCount > 0) && isCount(environment, owner, count))
        indicateReceive(environment, owner, vc, lists, listCount, count, flags);
    },
    NdisMCoSendNetBufferListsComplete: (vc, lists, flags) => {
      const count = chainLength(environment, owner, "NdisMCoSendNetBufferListsComplete", lists, flags);
      if (count > 0) sendNetBufferListsComplete(environment, owner, vc, lists, count, flags);
    },
    NdisMCoOidRequestComplete: (handle, vc, request, Status) => {
      if (resolveAdapter(environment, handle, owner) === null) return;
      oids.complete("NdisMCoOidRequestComplete", owner, { ...WHOLE_ADAPTER, vc }, request, Status);
    },
    NdisMCoIndicateStatusEx: (handle, vcHandle, indication) => {
      const adapter = indicatingAdapter(environment, owner, handle);
      const vc = adapter === null || vcHandle === null ? null : resolveVc(environment, vcHandle, owner);
      if (adapter === null || (vcHandle !== null && vc === null)) return;
      if (environment.verifying) checkStatus(adapter, vc, indication);
      indicateStatus(adapter, owner, vc, indication);
    },
  };
}

/** Completions of the VC handlers that only a miniport without call management has. */
export function coMiniportVcFunctions(environment: NdisEnvironment, owner: string): NdisMCoVcFunctions {
  return {
    NdisMCoActivateVcComplete: (Status, vc, parameters) =>
      activateVcComplete(environment, owner, Status, vc, parameters),
    NdisMCoDeactivateVcComplete: (Status, vc) => deactivateVcComplete(environment, owner, Status, vc),
  };
}
