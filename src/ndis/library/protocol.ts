import { resolveBinding } from "../binding/binding.ts";
import { closeAdapter, completeBind, completeUnbind, finishPended, openAdapter } from "../binding/open-close.ts";
import type { NdisOidFunctions, NdisProtocolFunctions } from "../ddi/functions/protocol.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import { deregisterProtocolDriver } from "../driver/deregistration.ts";
import type { LoadedImage } from "../driver/drivers.ts";
import { ProtocolDriver } from "../driver/drivers.ts";
import { registerProtocolDriver, resolveDriver } from "../driver/registration.ts";
import { oidFunctions } from "../oid/protocol-functions.ts";
import { returnNetBufferLists } from "../transfer/receive.ts";
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
      const protocol = resolveDriver(environment, handle, owner);
      return protocol instanceof ProtocolDriver
        ? openAdapter(environment, protocol, context, parameters, bindContext, out)
        : NDIS_STATUS_FAILURE;
    },
    NdisCloseAdapterEx: (binding) => closeAdapter(environment, owner, binding),
    NdisCompleteBindAdapterEx: (context, Status) => completeBind(environment, owner, context, Status),
    NdisCompleteUnbindAdapterEx: (context) => completeUnbind(environment, owner, context),
    NdisCompleteNetPnPEvent: (handle, _notification, Status) => {
      const binding = resolveBinding(environment, handle, owner);
      if (binding === null) return;
      if (binding.pendingOperation === null)
        environment.misuse("BND-14", owner, "NdisCompleteNetPnPEvent while no event is pending");
      finishPended(binding, Status);
    },
    NdisReturnNetBufferLists: (handle, lists, flags) => {
      const binding = resolveBinding(environment, handle, owner);
      if (binding !== null) returnNetBufferLists(environment, owner, binding, lists, flags);
    },
    ...oidFunctions(environment, image, oids),
  } satisfies Partial<NdisProtocolFunctions & NdisOidFunctions>;
}
