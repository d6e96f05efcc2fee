import { resolveAdapter } from "../adapter/adapter.ts";
import { setMiniportAttributes } from "../adapter/attributes.ts";
import type { NdisMCoFunctions, NdisMCoVcFunctions } from "../ddi/functions/co-miniport.ts";
import type { NdisMFunctions, NdisMOidFunctions } from "../ddi/functions/miniport.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { deregisterMiniportDriver } from "../driver/deregistration.ts";
import type { LoadedImage } from "../driver/drivers.ts";
import { registerMiniportDriver } from "../driver/registration.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { OidRequests } from "../oid/oid-request.ts";
import { WHOLE_ADAPTER } from "../oid/passage.ts";
import { checkStatus } from "../status/checks.ts";
import { indicateStatus } from "../status/indicate-status.ts";
import { indicateReceive } from "../transfer/receive.ts";
import { sendNetBufferListsComplete } from "../transfer/send.ts";
import { activateVcComplete, deactivateVcComplete } from "../vc/activate-deactivate.ts";
import { resolveVc } from "../vc/vc.ts";

/** The NdisM functions for one miniport driver: registration and adapter life. */
export function miniportFunctions(environment: NdisEnvironment, image: LoadedImage, oids: OidRequests) {
  const owner = image.name;
  return {
    NdisMRegisterMiniportDriver: (_driverObject, _path, context, characteristics, out) =>
      registerMiniportDriver(environment, image, context, characteristics, out),
    NdisMDeregisterMiniportDriver: (handle) => deregisterMiniportDriver(environment, image, handle),
    NdisMSetMiniportAttributes: (handle, attributes) => {
      const adapter = resolveAdapter(environment, handle, owner);
      return adapter === null ? NDIS_STATUS_FAILURE : setMiniportAttributes(adapter, attributes);
    },
    NdisMPauseComplete: (handle) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter === null) return;
      if (adapter.state !== "Pausing")
        environment.misuse("LIF-06", owner, "NdisMPauseComplete while no pause is pending");
      adapter.pendingStatus = NDIS_STATUS_SUCCESS;
      adapter.pendingOperation?.set();
    },
    NdisMRestartComplete: (handle, Status) => {
      const adapter = resolveAdapter(environment, handle, owner);
      if (adapter === null) return;
      if (adapter.state !== "Restarting")
        environment.misuse("LIF-09", owner, "NdisMRestartComplete while no restart is pending");
      adapter.pendingStatus = Status;
      adapter.pendingOperation?.set();
    },
    NdisMOidRequestComplete: (handle, request, Status) => {
      if (resolveAdapter(environment, handle, owner) === null) return;
      oids.complete("NdisMOidRequestComplete", owner, WHOLE_ADAPTER, request, Status);
    },
    NdisMDirectOidRequestComplete: (handle, request, Status) => {
      if (resolveAdapter(environment, handle, owner) === null) return;
      oids.complete("NdisMDirectOidRequestComplete", owner, WHOLE_ADAPTER, request, Status);
    },
  } satisfies Partial<NdisMFunctions & NdisMOidFunctions>;
}

/** The NdisMCo functions for one connection-oriented miniport. */
export function coMiniportFunctions(environment: NdisEnvironment, owner: string, oids: OidRequests): NdisMCoFunctions {
  return {
    NdisMCoIndicateReceiveNetBufferLists: (vc, lists, count, flags) =>
      indicateReceive(environment, owner, vc, lists, count, flags),
    NdisMCoSendNetBufferListsComplete: (vc, lists, flags) =>
      sendNetBufferListsComplete(environment, owner, vc, lists, flags),
    NdisMCoOidRequestComplete: (handle, vc, request, Status) => {
      if (resolveAdapter(environment, handle, owner) === null) return;
      oids.complete("NdisMCoOidRequestComplete", owner, { ...WHOLE_ADAPTER, vc }, request, Status);
    },
    NdisMCoIndicateStatusEx: (handle, vcHandle, indication) => {
      const adapter = resolveAdapter(environment, handle, owner);
      const vc = vcHandle === null ? null : resolveVc(environment, vcHandle, owner);
      if (adapter === null || (vcHandle !== null && vc === null)) return;
      if (environment.verifying) checkStatus(adapter, vc, indication);
      indicateStatus(adapter, vc, indication);
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
