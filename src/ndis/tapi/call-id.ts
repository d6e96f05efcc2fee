import type { NDIS_CONTEXT, NdisVcHandle, OutParameter } from "../ddi/handles.ts";
import { isAtLeast } from "../ddi/numbers.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_BUFFER_TOO_SHORT,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import type { VAR_STRING } from "../ddi/structures/tapi.ts";
import type { NDIS_STRING } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { Vc } from "../vc/vc.ts";

/** sizeof(VAR_STRING) before the string: six ULONGs (ndistapi.h). */
const HEADER_BYTES = 24;
const STRINGFORMAT_UNICODE = 3;
const WIDE_CHARACTER_BYTES = 2;

/** NdisCoGetTapiCallId: a string, unique on this machine, by which TAPI knows the VC (WAN-25). */
export function getTapiCallId(
  environment: NdisEnvironment,
  handle: NdisVcHandle | null,
  TapiCallId: VAR_STRING,
): NDIS_STATUS_FINAL {
  const vc: unknown = handle;
  if (TapiCallId === null || typeof TapiCallId !== "object") return NDIS_STATUS_INVALID_DATA;
  if (!(vc instanceof Vc) || vc.environment !== environment || vc.state === "NONE") return NDIS_STATUS_INVALID_DATA;
  const id = callIdOf(vc);
  const size = (id.length + 1) * WIDE_CHARACTER_BYTES;
  TapiCallId.ulNeededSize = HEADER_BYTES + size;
  if (!isAtLeast(TapiCallId.ulTotalSize, TapiCallId.ulNeededSize)) return NDIS_STATUS_BUFFER_TOO_SHORT;
  TapiCallId.ulUsedSize = TapiCallId.ulNeededSize;
  TapiCallId.ulStringFormat = STRINGFORMAT_UNICODE;
  TapiCallId.ulStringSize = size;
  TapiCallId.ulStringOffset = HEADER_BYTES;
  TapiCallId.Data = new Uint8Array(size);
  const view = new DataView(TapiCallId.Data.buffer);
  for (let i = 0; i < id.length; i++) view.setUint16(i * WIDE_CHARACTER_BYTES, id.charCodeAt(i), true);
  environment.tapiCalls.set(id, vc);
  return NDIS_STATUS_SUCCESS;
}

/** NdisClGetProtocolVcContextFromTapiCallId: the client's own VC context for a string that NdisCoGetTapiCallId gave. */
export function vcContextOfTapiCallId(
  environment: NdisEnvironment,
  owner: string,
  TapiCallId: NDIS_STRING,
  ProtocolVcContext: OutParameter<NDIS_CONTEXT>,
): NDIS_STATUS_FINAL {
  const vc = environment.tapiCalls.get(TapiCallId);
  if (vc === undefined || vc.binding.protocol.name !== owner) return NDIS_STATUS_FAILURE;
  ProtocolVcContext.Value = vc.clientContext;
  return NDIS_STATUS_SUCCESS;
}

/** Called when a VC is deleted. */
export function forgetTapiCall(environment: NdisEnvironment, vc: Vc): void {
  if (environment.tapiCalls.size > 0) environment.tapiCalls.delete(callIdOf(vc));
}

function callIdOf(vc: Vc): string {
  return `${vc.environment.name}-${vc.serial}`;
}
