import { queryInstanceName } from "../adapter/instance-name.ts";
import { BindContext, resolveBinding } from "../binding/binding.ts";
import { completeNetPnPEvent } from "../binding/net-pnp-events.ts";
import { closeAdapter, completeBind, completeUnbind, openAdapter } from "../binding/open-close.ts";
import { reEnumerateBindings, refuseConnectionlessSend, requestUnbind } from "../binding/requests.ts";
import type { NdisOidFunctions, NdisProtocolFunctions } from "../ddi/functions/protocol.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { deregisterProtocolDriver } from "../driver/deregistration.ts";
import type { LoadedImage } from "../driver/drivers.ts";
import { ProtocolDriver } from "../driver/drivers.ts";
import { registerProtocolDriver, resolveDriver } from "../driver/registration.ts";
import { oidFunctions } from "../oid/protocol-functions.ts";
import { chainLength } from "../transfer/chain.ts";
import { returnNetBufferLists } from "../transfer/receive.ts";
import { cancelSendNetBufferLists } from "../transfer/send.ts";
import type { LibraryParts } from "./roles.ts";

/** The base protocol functions for one protocol driver. */
export function protocolFunctions(parts: LibraryParts, image: LoadedImage) {
  const { environment, oids, adapters } = parts;
  const owner = image.name;
  return {
    NdisRegisterProtocolDriver: (context, characteristics, out) =>
      registerProtocolDriver(environment, image, context, characteristics, out),
    NdisDeregisterProtocolDriver: (handle) => deregisterProtocolDriver(environment, image, adapters, handle),
    NdisOpenAdapterEx: (handle, context, parameters, bindContext, out) => {
      const protocol = resolveDriver(environment, handle, image);
      return protocol instanceof ProtocolDriver
        ? openAdapter(environment, protocol, context, parameters, bindContext, out)
        : NDIS_STATUS_FAILURE;
    },
    NdisCloseAdapterEx: (binding) => closeAdapter(environment, owner, binding),
    NdisCompleteBindAdapterEx: (context, Status) => completeBind(environment, owner, context, Status),
    NdisCompleteUnbindAdapterEx: (context) => completeUnbind(environment, owner, context),
    NdisCompleteNetPnPEvent: (handle, notification, Status) => {
      const binding = resolveBinding(environment, handle, owner);
      if (binding !== null) completeNetPnPEvent(binding, notification, Status);
    },
    NdisCompletePnPEvent: (Status, handle, event) => {
      const binding = resolveBinding(environment, handle, owner);
      if (binding !== null) completeNetPnPEvent(binding, event, Status);
    },
    ...bindingFunctions(parts, image),
    NdisReturnNetBufferLists: (handle, lists, flags) => {
      const binding = resolveBinding(environment, handle, owner);
      if (binding !== null) returnNetBufferLists(environment, owner, binding, lists, flags);
    },
    ...oidFunctions(environment, image, oids),
    NdisCancelSendNetBufferLists: (handle, CancelId) => {
      const binding = resolveBinding(environment, handle, owner);
      if (binding !== null) cancelSendNetBufferLists(binding, CancelId);
    },
  } satisfies Partial<NdisProtocolFunctions & NdisOidFunctions>;
}

function bindingFunctions({ environment, devices }: LibraryParts, image: LoadedImage) {
  const owner = image.name;
  return {
    NdisUnbindAdapter: (handle) => {
      const binding = resolveBinding(environment, handle, owner);
      return binding === null ? NDIS_STATUS_SUCCESS : requestUnbind(devices, binding, owner);
    },
    NdisReEnumerateProtocolBindings: (handle) => {
      const protocol = resolveDriver(environment, handle, image);
      if (protocol instanceof ProtocolDriver) reEnumerateBindings(devices, protocol);
    },
    NdisQueryAdapterInstanceName: (out, handle) => {
      const binding = resolveBinding(environment, handle, owner);
      return queryInstanceName(environment, binding?.adapter ?? null, out);
    },
    NdisQueryBindInstanceName: (out, handle) => {
      const bind: unknown = handle;
      if (bind instanceof BindContext && bind.active) return queryInstanceName(environment, bind.binding.adapter, out);
      environment.misuse("BND-04", owner, "BindingContext is not that of a bind in progress");
      return NDIS_STATUS_FAILURE;
    },
    NdisSendNetBufferLists: (handle, lists, _port, flags) => {
      if (chainLength(environment, owner, "NdisCoSendNetBufferLists", lists, flags) === 0) return;
      const binding = resolveBinding(environment, handle, owner);
      if (binding !== null) refuseConnectionlessSend(binding, owner, lists);
    },
  } satisfies Partial<NdisProtocolFunctions>;
}
