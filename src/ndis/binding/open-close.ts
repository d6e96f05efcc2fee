import { KernelEvent } from "../../machine/thread.ts";
import { finishPended } from "../adapter/pended.ts";
import { withdrawAddressFamilies } from "../address-family/registration.ts";
import { reportUnfinished } from "../call/unfinished.ts";
import { NDIS_MEDIUM } from "../ddi/constants/enumerations.ts";
import type {
  NDIS_CONTEXT,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisUnbindContextHandle,
} from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import { ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_ADAPTER_NOT_FOUND,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_UNSUPPORTED_MEDIA,
} from "../ddi/status.ts";
import type { NDIS_OPEN_PARAMETERS } from "../ddi/structures/binding.ts";
import type { ProtocolDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { allocationFails } from "../executive/holdings.ts";
import { atPassiveLevelLater } from "../executive/passive.ts";
import type { Binding } from "./binding.ts";
import { BindContext, resolveBinding, UnbindContext } from "./binding.ts";

/**
 * NdisOpenAdapterEx: only inside ProtocolBindAdapterEx (BND-01). The binding handle is good as soon as it returns SUCCESS; after PENDING,
 * which is a choice point, when ProtocolOpenAdapterCompleteEx runs (BND-02, BND-03).
 */
export function openAdapter(
  environment: NdisEnvironment,
  protocol: ProtocolDriver,
  ProtocolBindingContext: NDIS_CONTEXT,
  OpenParameters: NDIS_OPEN_PARAMETERS,
  BindContextHandle: NdisBindContextHandle,
  NdisBindingHandle: OutParameter<NdisBindingHandle>,
): NDIS_STATUS {
  const bind: unknown = BindContextHandle;
  if (
    !(bind instanceof BindContext) ||
    !bind.active ||
    bind.binding.protocol !== protocol ||
    bind.binding.isOpen ||
    bind.binding.openPending !== null
  ) {
    environment.misuse("BND-01", protocol.name, "NdisOpenAdapterEx outside ProtocolBindAdapterEx");
    return NDIS_STATUS_FAILURE;
  }
  const { binding } = bind;
  const { AdapterName, MediumArray, MediumArraySize, SelectedMediumIndex } = OpenParameters;
  if (AdapterName !== null && AdapterName !== binding.adapter.traceName) return NDIS_STATUS_ADAPTER_NOT_FOUND;
  const medium = binding.adapter.generalAttributes?.MediaType ?? NDIS_MEDIUM.NdisMedium802_3;
  const index = Array.isArray(MediumArray) ? MediumArray.slice(0, ulong(MediumArraySize)).indexOf(medium) : -1;
  if (index < 0) return NDIS_STATUS_UNSUPPORTED_MEDIA;
  if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
  if (SelectedMediumIndex instanceof OutParameter) SelectedMediumIndex.Value = index;
  binding.context = ProtocolBindingContext;
  NdisBindingHandle.Value = toHandle<NdisBindingHandle>(binding);
  if (environment.machine.chooser?.choose("open-adapter", 2) === 1) {
    const opened = new KernelEvent();
    binding.openPending = opened;
    atPassiveLevelLater(environment, "ProtocolOpenAdapterCompleteEx", () => {
      binding.openPending = null;
      binding.isOpen = true;
      environment.live.bindings++;
      protocol.characteristics.OpenAdapterCompleteHandlerEx?.(binding.context, NDIS_STATUS_SUCCESS);
      opened.set();
    });
    return NDIS_STATUS_PENDING;
  }
  binding.isOpen = true;
  environment.live.bindings++;
  return NDIS_STATUS_SUCCESS;
}

/**
 * NdisCloseAdapterEx: the handle is dead from the call on (BND-07). PENDING, which ProtocolCloseAdapterCompleteEx follows, as a choice point
 * says, and while receives are out; or sends or OID requests, for which the protocol should have waited (BND-09).
 */
export function closeAdapter(environment: NdisEnvironment, owner: string, handle: NdisBindingHandle): NDIS_STATUS {
  const binding = resolveBinding(environment, handle, owner);
  if (binding === null) return NDIS_STATUS_SUCCESS;
  if (binding.state !== "Opening" && binding.state !== "Closing") {
    const message =
      "NdisCloseAdapterEx outside ProtocolBindAdapterEx and ProtocolUnbindAdapterEx: NdisUnbindAdapter asks for it";
    environment.misuse("BND-12", owner, message);
  }
  reportUnfinished(environment, (vc) => vc.binding === binding || vc.addressFamily?.registration.binding === binding);
  if (binding.addressFamilies > 0) {
    environment.misuse(
      "BND-08",
      owner,
      `NdisCloseAdapterEx on ${binding.traceName} with ${binding.addressFamilies} address families open`,
    );
  }
  if (binding.sendsOutstanding > 0 || binding.outstandingOidRequests > 0) {
    const held = `${binding.sendsOutstanding} sends and ${binding.outstandingOidRequests} OID requests`;
    environment.misuse("BND-09", owner, `NdisCloseAdapterEx on ${binding.traceName} with ${held} out`);
  }
  if (binding.ownVcs > 0)
    environment.misuse(
      "BND-09",
      owner,
      `NdisCloseAdapterEx on ${binding.traceName} with ${binding.ownVcs} VCs of its own`,
    );
  withdrawAddressFamilies(binding);
  binding.isOpen = false;
  environment.live.bindings--;
  if (environment.machine.chooser?.choose("close-adapter", 2) === 1) {
    binding.closeDelayed = true;
    atPassiveLevelLater(environment, "ProtocolCloseAdapterCompleteEx", () => {
      binding.closeDelayed = false;
      finishCloseWhenQuiet(binding);
    });
  }
  if (isQuiet(binding)) return NDIS_STATUS_SUCCESS;
  binding.closePending = true;
  return NDIS_STATUS_PENDING;
}

/** Called whenever something of a binding came back: completes a close that waited for it. */
export function finishCloseWhenQuiet(binding: Binding): void {
  if (!binding.closePending || !isQuiet(binding)) return;
  binding.closePending = false;
  binding.protocol.characteristics.CloseAdapterCompleteHandlerEx?.(binding.context);
}

function isQuiet(binding: Binding): boolean {
  if (binding.closeDelayed) return false;
  return binding.sendsOutstanding === 0 && binding.indicatedOutstanding === 0 && binding.outstandingOidRequests === 0;
}

/** NdisCompleteBindAdapterEx: ends a bind that ProtocolBindAdapterEx pended (BND-04). */
export function completeBind(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisBindContextHandle,
  Status: NDIS_STATUS_FINAL,
): void {
  const bind: unknown = handle;
  if (!(bind instanceof BindContext) || !bind.active) {
    environment.misuse("BND-04", owner, "NdisCompleteBindAdapterEx for a bind that is not pending");
    return;
  }
  if (environment.completes(Status, "BND-04", owner) && !finishPended(bind.binding, Status))
    environment.misuse("BND-04", owner, "NdisCompleteBindAdapterEx for a bind that is complete already");
}

/** NdisCompleteUnbindAdapterEx: ends an unbind that ProtocolUnbindAdapterEx pended (BND-11). */
export function completeUnbind(environment: NdisEnvironment, owner: string, handle: NdisUnbindContextHandle): void {
  const unbind: unknown = handle;
  if (!(unbind instanceof UnbindContext) || !unbind.active) {
    environment.misuse("BND-11", owner, "NdisCompleteUnbindAdapterEx for an unbind that is not pending");
    return;
  }
  if (!finishPended(unbind.binding, NDIS_STATUS_SUCCESS))
    environment.misuse("BND-11", owner, "NdisCompleteUnbindAdapterEx for an unbind that is complete already");
}
