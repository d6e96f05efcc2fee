import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { AddressFamily } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import {
  CALL_PARAMETERS_CHANGED,
  CO_ADDRESS_FAMILY_TAPI,
  CO_ADDRESS_FAMILY_TAPI_PROXY,
} from "../ddi/constants/connection-flags.ts";
import { NDIS_MEDIUM } from "../ddi/constants/enumerations.ts";
import { AF_TAPI_SAP_TYPE, CO_TAPI_FLAG_INCOMING_CALL } from "../ddi/constants/tapi-wan.ts";
import type { NdisVcHandle } from "../ddi/handles.ts";
import { isAtLeast, ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_CALL_PARAMETERS, CO_SAP } from "../ddi/structures/calls.ts";
import type { CO_AF_TAPI_MAKE_CALL_PARAMETERS } from "../ddi/structures/tapi.ts";
import { Vc } from "../vc/vc.ts";

/*
 * What the verifier sees of calls and SAPs of the TAPI address families. Each function reports through the environment
 * of its object; callers ask only while verifying.
 */

/** sizeof on x64, where NDIS_VAR_DATA_DESC has 16 bytes (ndistapi.h). */
const SIZEOF_MAKE_CALL_PARAMETERS = 48;
const SIZEOF_INCOMING_CALL_PARAMETERS = 32;
const SIZEOF_SAP = 12;

const isProxy = (af: AddressFamily): boolean =>
  af.registration.addressFamily.AddressFamily === CO_ADDRESS_FAMILY_TAPI_PROXY;

/** WAN-01: a WAN MCM registers the proxy address family while its adapter initialises. */
export function checkFamilyRegistered(adapter: MiniportAdapter, family: number, owner: string): void {
  const isWan = adapter.generalAttributes?.MediaType === NDIS_MEDIUM.NdisMediumCoWan;
  if (isWan && family === CO_ADDRESS_FAMILY_TAPI_PROXY && adapter.state !== "Initializing")
    adapter.environment.misuse("WAN-01", owner, "CO_ADDRESS_FAMILY_TAPI_PROXY is registered in MiniportInitializeEx");
}

/** WAN-02: who offers CO_ADDRESS_FAMILY_TAPI has the proxy address family of the adapter open, if there is one. */
export function checkProxyRegistered(binding: Binding, family: number, owner: string): void {
  const { addressFamilies } = binding.adapter;
  const hasProxy = addressFamilies.some((one) => one.addressFamily.AddressFamily === CO_ADDRESS_FAMILY_TAPI_PROXY);
  if (family === CO_ADDRESS_FAMILY_TAPI && hasProxy && binding.addressFamilies === 0)
    binding.environment.misuse("WAN-02", owner, "CO_ADDRESS_FAMILY_TAPI_PROXY is opened first");
}

/** WAN-15: NdisClMakeCall. */
export function checkOutgoingCall(vc: Vc, parameters: CO_CALL_PARAMETERS | null, owner: string): void {
  const { addressFamily: af, environment } = vc;
  if (af === null || !isProxy(af)) return;
  const specific = parameters?.MediaParameters?.MediaSpecific ?? null;
  if (specific === null || !isAtLeast(specific.Length, SIZEOF_MAKE_CALL_PARAMETERS)) {
    const message = `MediaSpecific.Length is ${ulong(specific?.Length)}; CO_AF_TAPI_MAKE_CALL_PARAMETERS has ${SIZEOF_MAKE_CALL_PARAMETERS} bytes`;
    environment.misuse("WAN-15", owner, message);
  }
  environment.tapiParameters.set(vc, tapiValues(parameters));
}

/** WAN-16: Ndis(M)CmMakeCallComplete. */
export function checkOutgoingCallComplete(
  handle: NdisVcHandle,
  status: NDIS_STATUS_FINAL,
  parameters: CO_CALL_PARAMETERS | null,
  owner: string,
): void {
  const vc: unknown = handle;
  if (!(vc instanceof Vc) || vc.addressFamily === null || !isProxy(vc.addressFamily) || status !== NDIS_STATUS_SUCCESS)
    return;
  if (!hasBandwidths(parameters))
    vc.environment.misuse("WAN-16", owner, "CallMgrParameters without PeakBandwidth of Transmit and Receive");
  const isChanged = tapiValues(parameters) !== vc.environment.tapiParameters.get(vc);
  if (isChanged && (ulong(parameters?.Flags) & CALL_PARAMETERS_CHANGED) === 0)
    vc.environment.misuse("WAN-16", owner, "TAPI parameters are changed without CALL_PARAMETERS_CHANGED");
}

/** WAN-19: what ProtocolCmCloseCall returned. A page has it otherwise. */
export function checkCloseAnswer({ addressFamily: af, environment, traceName }: Vc, status: NDIS_STATUS): void {
  if (af === null || !isProxy(af) || status !== NDIS_STATUS_SUCCESS) return;
  environment.suspect("WAN-19", af.registration.owner, `the close of ${traceName} is answered at once, not pended`);
}

/** WAN-19: Ndis(M)CmCloseCallComplete. */
export function checkCloseComplete(handle: NdisVcHandle, owner: string): void {
  const vc: unknown = handle;
  if (!(vc instanceof Vc) || vc.addressFamily === null || !isProxy(vc.addressFamily) || !vc.active) return;
  vc.environment.suspect("WAN-19", owner, `the close of ${vc.traceName} is completed before it is deactivated`, vc);
}

/** WAN-17: Ndis(M)CmDispatchIncomingCall. */
export function checkIncomingCall(af: AddressFamily, parameters: CO_CALL_PARAMETERS | null, owner: string): void {
  if (!isProxy(af)) return;
  const specific = parameters?.MediaParameters?.MediaSpecific ?? null;
  if (specific === null || !isAtLeast(specific.Length, SIZEOF_INCOMING_CALL_PARAMETERS))
    af.environment.misuse("WAN-17", owner, "MediaSpecific holds no CO_AF_TAPI_INCOMING_CALL_PARAMETERS");
  else if (flagsOf(specific.Parameters) !== CO_TAPI_FLAG_INCOMING_CALL)
    af.environment.misuse("WAN-17", owner, "ulFlags is CO_TAPI_FLAG_INCOMING_CALL and nothing else");
  if (!hasBandwidths(parameters))
    af.environment.misuse("WAN-17", owner, "CallMgrParameters without PeakBandwidth of Transmit and Receive");
}

/** WAN-18: what ProtocolClIncomingCall returned. The user has yet to answer the line. */
export function checkOfferAnswer(af: AddressFamily, status: NDIS_STATUS): void {
  if (isProxy(af) && status === NDIS_STATUS_SUCCESS)
    af.environment.misuse("WAN-18", af.binding.protocol.name, "an offered TAPI call is pended until lineAnswer");
}

/** WAN-03, WAN-18: NdisClRegisterSap. */
export function checkSap(af: AddressFamily, sap: CO_SAP | null, owner: string): void {
  const { AddressFamily: family } = af.registration.addressFamily;
  if (family === CO_ADDRESS_FAMILY_TAPI) {
    if (sap?.SapType !== AF_TAPI_SAP_TYPE || !isAtLeast(sap.SapLength, 1))
      af.environment.misuse("WAN-03", owner, "the SAP is an AF_TAPI_SAP_TYPE with a device class string");
  } else if (family === CO_ADDRESS_FAMILY_TAPI_PROXY) {
    if (sap?.SapLength !== SIZEOF_SAP)
      af.environment.misuse("WAN-18", owner, `SapLength is ${SIZEOF_SAP}, the size of CO_AF_TAPI_SAP`);
  }
}

function hasBandwidths(parameters: CO_CALL_PARAMETERS | null): boolean {
  const manager = parameters?.CallMgrParameters ?? null;
  return isAtLeast(manager?.Transmit?.PeakBandwidth, 1) && isAtLeast(manager?.Receive?.PeakBandwidth, 1);
}

/** The values in CO_AF_TAPI_MAKE_CALL_PARAMETERS, to see whether somebody changes them. */
function tapiValues(parameters: CO_CALL_PARAMETERS | null): string {
  const values: unknown = parameters?.MediaParameters?.MediaSpecific?.Parameters;
  if (typeof values !== "object" || values === null) return "";
  if (values instanceof Uint8Array) return values.join();
  const { ulLineID, ulAddressID, ulFlags, DestAddress, LineCallParams } =
    values as Partial<CO_AF_TAPI_MAKE_CALL_PARAMETERS>;
  const descriptors = [DestAddress, LineCallParams].map((one) => [ulong(one?.Length), ulong(one?.Offset)]);
  return [ulLineID, ulAddressID, ulFlags]
    .map(ulong)
    .concat(...descriptors)
    .join();
}

/** ulFlags of the TAPI parameters, the third ULONG. */
function flagsOf(parameters: unknown): number | null {
  if (typeof parameters !== "object" || parameters === null) return null;
  if (parameters instanceof Uint8Array) {
    if (parameters.length < 12) return null;
    return new DataView(parameters.buffer, parameters.byteOffset).getUint32(8, true);
  }
  const flags: unknown = Reflect.get(parameters, "ulFlags");
  return typeof flags === "number" ? flags : null;
}
