import { resolveBinding } from "../binding/binding.ts";
import type { NdisOidFunctions } from "../ddi/functions/protocol.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { LoadedImage } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { completeBaseRequest } from "./base-completion.ts";
import { cloneFunctions } from "./clones.ts";
import type { OidRequests } from "./oid-request.ts";

/** The OID functions of one protocol driver that are not connection-oriented. */
export function oidFunctions(environment: NdisEnvironment, image: LoadedImage, oids: OidRequests): NdisOidFunctions {
  const { name: owner, holdings } = image;
  const cancel = (handle: Parameters<NdisOidFunctions["NdisCancelOidRequest"]>[0], isDirect: boolean, id: unknown) => {
    const binding = resolveBinding(environment, handle, owner);
    if (binding !== null) oids.cancel(binding, isDirect, id);
  };
  return {
    NdisOidRequest: (handle, request) => {
      const binding = resolveBinding(environment, handle, owner);
      if (binding === null) return NDIS_STATUS_FAILURE;
      return oids.toMiniport(binding, request, (status) => completeBaseRequest(binding, request, status));
    },
    NdisDirectOidRequest: (handle, request) => {
      const binding = resolveBinding(environment, handle, owner);
      return binding === null ? NDIS_STATUS_FAILURE : oids.toMiniportDirect(binding, request);
    },
    NdisCancelOidRequest: (handle, id) => cancel(handle, false, id),
    NdisCancelDirectOidRequest: (handle, id) => cancel(handle, true, id),
    ...cloneFunctions(environment, owner, holdings),
  };
}
