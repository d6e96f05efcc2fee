import type { NdisOidFunctions } from "../ddi/functions/protocol.ts";
import { NDIS_STATUS_INVALID_PARAMETER, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";
import type { NdisEnvironment } from "../environment.ts";
import { adapterOf } from "../executive/adapter-of.ts";
import type { DriverHoldings, Holding } from "../executive/holdings.ts";
import { allocationFails } from "../executive/holdings.ts";
import { hasInformation } from "./information-buffer.ts";

class OidClone implements Holding {
  readonly leftRule = "MEM-02";
  readonly traceName: string;
  readonly adapter: object | null;

  constructor(traceName: string, adapter: object | null) {
    this.traceName = traceName;
    this.adapter = adapter;
  }
}

/** Copies of OID requests that a driver passes on: they share the information buffer of the original. */
export function cloneFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
): Pick<NdisOidFunctions, "NdisAllocateCloneOidRequest" | "NdisFreeCloneOidRequest"> {
  const clones = new Map<NDIS_OID_REQUEST, OidClone>();
  return {
    NdisAllocateCloneOidRequest(SourceHandle, OidRequest, _PoolTag, ClonedOidRequest) {
      if (!hasInformation(OidRequest)) return NDIS_STATUS_INVALID_PARAMETER;
      if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
      const request = NDIS_OID_REQUEST({
        ...OidRequest,
        Header: { ...OidRequest.Header },
        NdisReserved: [],
        MiniportReserved: [],
        SourceReserved: [],
        DATA: { ...OidRequest.DATA.QUERY_INFORMATION, ...OidRequest.DATA.METHOD_INFORMATION },
      });
      const clone = new OidClone(environment.nameObject("oid-clone"), adapterOf(SourceHandle));
      clones.set(request, clone);
      holdings.take(clone);
      environment.live.clonedOidRequests++;
      ClonedOidRequest.Value = request;
      return NDIS_STATUS_SUCCESS;
    },
    NdisFreeCloneOidRequest(_SourceHandle, Request) {
      const clone = clones.get(Request);
      if (clone === undefined) {
        environment.misuse("AF-38", owner, "NdisFreeCloneOidRequest: no clone of this driver, or freed already");
        return;
      }
      clones.delete(Request);
      holdings.giveBack(clone);
      environment.live.clonedOidRequests--;
    },
  };
}
