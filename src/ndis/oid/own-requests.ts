import type { Blocking } from "../../machine/thread.ts";
import { KernelEvent } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import * as oids from "../ddi/constants/general-oids.ts";
import { NDIS_STATUS_PENDING } from "../ddi/status.ts";
import { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";
import type { OidRequests } from "./oid-request.ts";

/** What NDIS asks a connection-oriented miniport that has initialised, and how many bytes the answer may have. */
const QUESTIONS: readonly (readonly [oid: number, byteLength: number])[] = [
  [oids.OID_GEN_CO_SUPPORTED_LIST, 1_024],
  [oids.OID_GEN_CO_VENDOR_DESCRIPTION, 256],
  [oids.OID_GEN_CO_LINK_SPEED, 4],
  [oids.OID_GEN_CO_MAC_OPTIONS, 4],
  [oids.OID_GEN_CO_MEDIA_CONNECT_STATUS, 4],
];

/** Requests on NDIS's own account after MiniportInitializeEx (OID-21). */
export function* askMiniport(requests: OidRequests, adapter: MiniportAdapter): Blocking<void> {
  if (!adapter.isConnectionOriented) return;
  for (const [Oid, byteLength] of QUESTIONS) {
    const InformationBuffer = new Uint8Array(byteLength);
    const request = NDIS_OID_REQUEST({ DATA: { Oid, InformationBuffer, InformationBufferLength: byteLength } });
    const answered = new KernelEvent();
    const status = requests.toMiniportCo("ndis", adapter, null, null, request, () => answered.set());
    if (status === NDIS_STATUS_PENDING && !answered.signalled)
      yield { event: answered, timeoutNs: Number.POSITIVE_INFINITY };
  }
}
