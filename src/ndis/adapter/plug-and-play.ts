import type { BusSlot } from "../../machine/bus.ts";
import type { Blocking } from "../../machine/thread.ts";
import { KernelEvent, settle } from "../../machine/thread.ts";
import { notifyAddressFamilies } from "../address-family/operations.ts";
import type { BindingEvent } from "../binding/binding.ts";
import { BINDING_STATES, BindContext, Binding, UnbindContext } from "../binding/binding.ts";
import { CM_RESOURCE_TYPE, NDIS_HALT_ACTION, NDIS_MEDIUM, NET_PNP_EVENT_CODE } from "../ddi/constants/enumerations.ts";
import type { MiniportAdapterHandle, NdisBindContextHandle, NdisUnbindContextHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import {
  NDIS_MINIPORT_INIT_PARAMETERS,
  NDIS_MINIPORT_PAUSE_PARAMETERS,
  NDIS_MINIPORT_RESTART_PARAMETERS,
} from "../ddi/structures/adapter.ts";
import { NDIS_BIND_PARAMETERS, NET_PNP_EVENT_NOTIFICATION } from "../ddi/structures/binding.ts";
import type { NDIS_RESOURCE_LIST } from "../ddi/structures/system.ts";
import { CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE, CM_RESOURCE_INTERRUPT_MESSAGE } from "../ddi/structures/system.ts";
import type { MiniportDriver, ProtocolDriver } from "../driver/drivers.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advance } from "../funnel.ts";
import type { AdapterConfiguration, AdapterEvent } from "./adapter.ts";
import { ADAPTER_STATES, MiniportAdapter } from "./adapter.ts";

/**
 * The plug and play manager's part of NDIS: initialise, bind, restart, pause, unbind, halt, in the order of section 23.6 of the rulebook.
 * Every step may block, so each is a body for a system thread.
 */

/** Initialises an adapter of `driver` in `slot`: on success it is Paused (LIF-01). @returns the adapter, or the status that says why not. */
export function* initializeAdapter(
  environment: NdisEnvironment,
  driver: MiniportDriver,
  slot: BusSlot,
  configuration: AdapterConfiguration,
): Blocking<MiniportAdapter | NDIS_STATUS_FINAL> {
  const adapter = new MiniportAdapter(environment, driver, slot, configuration);
  move(adapter, "Initialize");
  environment.live.adapters++;
  driver.adapters.push(adapter);
  const parameters = NDIS_MINIPORT_INIT_PARAMETERS({ AllocatedResources: resourcesOf(slot) });
  const initialize = driver.characteristics.InitializeHandlerEx;
  const status =
    initialize === null
      ? NDIS_STATUS_FAILURE
      : yield* settle(initialize(toHandle<MiniportAdapterHandle>(adapter), driver.context, parameters));
  if (status === NDIS_STATUS_SUCCESS) {
    if (adapter.registrationAttributes === null || adapter.generalAttributes === null) {
      environment.misuse(
        "LIF-02",
        driver.name,
        "MiniportInitializeEx succeeded without registration and general attributes",
      );
    }
    move(adapter, "InitializeOk");
    return adapter;
  }
  move(adapter, "InitializeFailed");
  forget(adapter);
  return status;
}

function resourcesOf(slot: BusSlot): NDIS_RESOURCE_LIST {
  const { device } = slot;
  const interrupt = (message: boolean, count: number): NDIS_RESOURCE_LIST["PartialDescriptors"][number] => ({
    Type: CM_RESOURCE_TYPE.CmResourceTypeInterrupt,
    ShareDisposition: 0,
    Flags: message ? CM_RESOURCE_INTERRUPT_MESSAGE : CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE,
    u: { Level: slot.number, Vector: slot.number, Affinity: 1, MessageCount: count },
  });
  const descriptors: NDIS_RESOURCE_LIST["PartialDescriptors"] = [
    {
      Type: CM_RESOURCE_TYPE.CmResourceTypeMemory,
      ShareDisposition: 0,
      Flags: 0,
      u: { Start: slot.registerBase, Length: device?.identity.registerBytes ?? 0 },
    },
    interrupt(false, 1),
  ];
  const messages = device?.identity.messageCount ?? 0;
  if (messages > 0) descriptors.push(interrupt(true, messages));
  return { Version: 1, Revision: 1, Count: descriptors.length, PartialDescriptors: descriptors };
}

/** Binds a protocol to an adapter, then notifies it of the address families there (AF-09). @returns whether it bound. */
export function* bindProtocol(
  environment: NdisEnvironment,
  protocol: ProtocolDriver,
  adapter: MiniportAdapter,
): Blocking<NDIS_STATUS> {
  const binding = new Binding(environment, protocol, adapter);
  moveBinding(binding, "Bind");
  adapter.bindings.push(binding);
  const context = new BindContext(binding);
  const parameters = NDIS_BIND_PARAMETERS({
    AdapterName: adapter.traceName,
    MediaType: adapter.generalAttributes?.MediaType ?? NDIS_MEDIUM.NdisMedium802_3,
    MtuSize: adapter.generalAttributes?.MtuSize ?? 0,
    MaxXmitLinkSpeed: adapter.generalAttributes?.MaxXmitLinkSpeed ?? 0,
    XmitLinkSpeed: adapter.generalAttributes?.XmitLinkSpeed ?? 0,
    MaxRcvLinkSpeed: adapter.generalAttributes?.MaxRcvLinkSpeed ?? 0,
    RcvLinkSpeed: adapter.generalAttributes?.RcvLinkSpeed ?? 0,
  });
  binding.pendingOperation = new KernelEvent();
  const bind = protocol.characteristics.BindAdapterHandlerEx;
  const answered =
    bind === null
      ? NDIS_STATUS_FAILURE
      : yield* settle(bind(protocol.context, toHandle<NdisBindContextHandle>(context), parameters));
  const status = yield* outcome(binding, answered);
  context.active = false;
  if (status !== NDIS_STATUS_SUCCESS || !binding.isOpen) {
    if (binding.isOpen) abandonOpen(binding, "bind failed");
    moveBinding(binding, "BindFailed");
    adapter.bindings.splice(adapter.bindings.indexOf(binding), 1);
    return status === NDIS_STATUS_SUCCESS ? NDIS_STATUS_FAILURE : status;
  }
  moveBinding(binding, "BindOk");
  notifyAddressFamilies(binding);
  return NDIS_STATUS_SUCCESS;
}

/** Restarts an adapter and then its bindings: Paused to Running. */
export function* restartAdapter(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
  move(adapter, "Restart");
  adapter.pendingOperation = new KernelEvent();
  const restart = adapter.driver.characteristics.RestartHandler;
  const answered =
    restart === null
      ? NDIS_STATUS_FAILURE
      : yield* settle(restart(adapter.context, NDIS_MINIPORT_RESTART_PARAMETERS()));
  const status = yield* outcome(adapter, answered);
  move(adapter, status === NDIS_STATUS_SUCCESS ? "RestartOk" : "RestartFailed");
  if (status !== NDIS_STATUS_SUCCESS) return status;
  for (const binding of adapter.bindings.slice()) yield* restartBinding(binding);
  return NDIS_STATUS_SUCCESS;
}

/** NetEventRestart: a protocol always succeeds it (BND-13). */
export function* restartBinding(binding: Binding): Blocking<void> {
  moveBinding(binding, "Restart");
  yield* notifyProtocol(binding, NET_PNP_EVENT_CODE.NetEventRestart);
  moveBinding(binding, "RestartOk");
}

/** NetEventPause: before a binding is unbound, and before its adapter is paused (BND-06). */
export function* pauseBinding(binding: Binding): Blocking<void> {
  moveBinding(binding, "Pause");
  yield* notifyProtocol(binding, NET_PNP_EVENT_CODE.NetEventPause);
  moveBinding(binding, "PauseOk");
}

function* notifyProtocol(
  binding: Binding,
  code: (typeof NET_PNP_EVENT_CODE)["NetEventPause" | "NetEventRestart" | "NetEventCancelRemoveDevice"],
): Blocking<void> {
  const status = yield* askProtocol(binding, code);
  if (status !== NDIS_STATUS_SUCCESS)
    binding.environment.misuse("BND-13", binding.protocol.name, "pause, restart and cancelled removals always succeed");
}

function* askProtocol(binding: Binding, code: NET_PNP_EVENT_CODE): Blocking<NDIS_STATUS> {
  const notification = NET_PNP_EVENT_NOTIFICATION();
  notification.NetPnPEvent.NetEvent = code;
  binding.pendingOperation = new KernelEvent();
  const notify = binding.protocol.characteristics.NetPnPEventHandler;
  const answered = notify === null ? NDIS_STATUS_SUCCESS : yield* settle(notify(binding.context, notification));
  return yield* outcome(binding, answered);
}

/** NetEventQueryRemoveDevice: a protocol prepares for the removal, or fails the event; then nothing is removed (BND-13). */
function* queryRemoval(adapter: MiniportAdapter): Blocking<boolean> {
  const asked: Binding[] = [];
  for (const binding of adapter.bindings.slice()) {
    asked.push(binding);
    if ((yield* askProtocol(binding, NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice)) === NDIS_STATUS_SUCCESS) continue;
    for (const other of asked) yield* notifyProtocol(other, NET_PNP_EVENT_CODE.NetEventCancelRemoveDevice);
    return false;
  }
  return true;
}

/** Pauses the bindings and then the adapter: Running to Paused (BND-06, LIF-05, LIF-06). */
export function* pauseAdapter(adapter: MiniportAdapter): Blocking<void> {
  for (const binding of adapter.bindings.slice()) {
    if (binding.state === "Running") yield* pauseBinding(binding);
  }
  move(adapter, "Pause");
  adapter.pendingOperation = new KernelEvent();
  const pause = adapter.driver.characteristics.PauseHandler;
  const answered =
    pause === null ? NDIS_STATUS_SUCCESS : yield* settle(pause(adapter.context, NDIS_MINIPORT_PAUSE_PARAMETERS()));
  const status = yield* outcome(adapter, answered);
  if (status !== NDIS_STATUS_SUCCESS)
    adapter.environment.misuse("LIF-05", adapter.driver.name, "MiniportPause returns SUCCESS or PENDING only");
  if (adapter.sendsOutstanding > 0 || adapter.indicatedOutstanding > 0) {
    adapter.environment.misuse(
      "LIF-06",
      adapter.driver.name,
      `paused with ${adapter.sendsOutstanding} sends and ${adapter.indicatedOutstanding} receives out`,
    );
  }
  move(adapter, "PauseOk");
}

/** Unbinds a paused binding (BND-07, BND-11). */
export function* unbindProtocol(binding: Binding): Blocking<void> {
  moveBinding(binding, "Unbind");
  const context = new UnbindContext(binding);
  binding.pendingOperation = new KernelEvent();
  const unbind = binding.protocol.characteristics.UnbindAdapterHandlerEx;
  const answered =
    unbind === null
      ? NDIS_STATUS_SUCCESS
      : yield* settle(unbind(toHandle<NdisUnbindContextHandle>(context), binding.context));
  yield* outcome(binding, answered);
  context.active = false;
  if (binding.isOpen) abandonOpen(binding, "unbound");
  if (binding.closePending) {
    const { environment, protocol, traceName } = binding;
    environment.misuse("BND-10", protocol.name, `the unbind of ${traceName} ends before its pending close is complete`);
  }
  moveBinding(binding, "UnbindOk");
  binding.adapter.bindings.splice(binding.adapter.bindings.indexOf(binding), 1);
}

/** A protocol let go of an adapter that it has open: NDIS closes it. */
function abandonOpen(binding: Binding, how: string): void {
  const { environment, protocol, adapter } = binding;
  binding.isOpen = false;
  environment.live.bindings--;
  environment.misuse("BND-07", protocol.name, `${how} from ${adapter.traceName} without NdisCloseAdapterEx`);
}

/** Halts a paused adapter (LIF-11 to LIF-14). */
export function* haltAdapter(adapter: MiniportAdapter): Blocking<void> {
  const halt = adapter.driver.characteristics.HaltHandlerEx;
  if (halt !== null) yield* settle(halt(adapter.context, NDIS_HALT_ACTION.NdisHaltDeviceDisabled));
  move(adapter, "Halt");
  forget(adapter);
}

/** Takes a running adapter down: ask, pause, unbind every protocol, halt. @returns false when a protocol is against it. */
export function* removeAdapter(adapter: MiniportAdapter): Blocking<boolean> {
  if (adapter.state === "Running") {
    if (!(yield* queryRemoval(adapter))) return false;
    yield* pauseAdapter(adapter);
  }
  for (const binding of adapter.bindings.slice()) yield* unbindProtocol(binding);
  yield* haltAdapter(adapter);
  return true;
}

function forget(adapter: MiniportAdapter): void {
  adapter.environment.live.adapters--;
  adapter.addressFamilies.length = 0;
  adapter.driver.adapters.splice(adapter.driver.adapters.indexOf(adapter), 1);
}

interface Pending {
  pendingOperation: KernelEvent | null;
  pendingStatus: NDIS_STATUS_FINAL | null;
}

/** The final status of an operation: what the handler answered, or after PENDING what its completion said. */
function* outcome(object: Pending, answered: NDIS_STATUS): Blocking<NDIS_STATUS> {
  let status = answered;
  if (status === NDIS_STATUS_PENDING) {
    yield { event: object.pendingOperation, timeoutNs: Number.POSITIVE_INFINITY };
    status = object.pendingStatus ?? NDIS_STATUS_FAILURE;
  }
  object.pendingOperation = null;
  object.pendingStatus = null;
  return status;
}

function move(adapter: MiniportAdapter, event: AdapterEvent): void {
  advance(adapter.environment, ADAPTER_STATES, adapter, event, adapter.driver.name);
}

function moveBinding(binding: Binding, event: BindingEvent): void {
  advance(binding.environment, BINDING_STATES, binding, event, binding.protocol.name);
}
