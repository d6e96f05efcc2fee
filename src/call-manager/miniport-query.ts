import type { Blocking, CallManagerLibrary, NDIS_STATUS, NdisBindingHandle } from "../ndis/index.ts";
import { NDIS_OID_REQUEST, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ndis/index.ts";
import { Quiet } from "./quiet.ts";

/** A query of the miniport below that is out. */
class MiniportQuery {
  status: NDIS_STATUS = NDIS_STATUS_PENDING;
  readonly quiet: Quiet;

  constructor(ndis: CallManagerLibrary) {
    this.quiet = new Quiet(ndis);
  }
}

/** Asks the miniport for `byteLength` bytes (OID-01); null when it has no answer. */
export function* queryMiniport(
  ndis: CallManagerLibrary,
  binding: NdisBindingHandle,
  Oid: number,
  byteLength: number,
): Blocking<Uint8Array | null> {
  const InformationBuffer = new Uint8Array(byteLength);
  const request = NDIS_OID_REQUEST({ DATA: { Oid, InformationBuffer, InformationBufferLength: byteLength } });
  const query = new MiniportQuery(ndis);
  request.SourceReserved[0] = query;
  const status = ndis.NdisCoOidRequest(binding, null, null, null, request);
  if (status !== NDIS_STATUS_PENDING) query.status = status;
  // The completion may have come before the call returned (OID-06).
  while (query.status === NDIS_STATUS_PENDING) yield* query.quiet.until(() => query.status !== NDIS_STATUS_PENDING);
  return query.status === NDIS_STATUS_SUCCESS ? InformationBuffer : null;
}

/** ProtocolCoOidRequestComplete. */
export function queryComplete(request: NDIS_OID_REQUEST, Status: NDIS_STATUS): void {
  const query = request.SourceReserved[0];
  if (!(query instanceof MiniportQuery)) return;
  query.status = Status;
  query.quiet.changed();
}
