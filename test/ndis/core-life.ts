import type { Blocking } from "../../src/machine/index.ts";
import type { MiniportAdapter, NDIS_STATUS, NDIS_STATUS_INDICATION, NET_PNP_EVENT_CODE } from "../../src/ndis/index.ts";
import {
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  NET_PNP_EVENT,
} from "../../src/ndis/index.ts";
import type { CoreOptions } from "./core-harness.ts";
import { Core, chain } from "./core-harness.ts";

/* What tests of the adapter's and the binding's life need beyond the core's harness. */

export function adapterOf(core: Core): MiniportAdapter {
  const [adapter] = core.ndis.adapters;
  if (adapter === undefined) throw new Error("no adapter");
  return adapter;
}

export function bindingOf(core: Core) {
  const [binding] = adapterOf(core).bindings;
  if (binding === undefined) throw new Error("no binding");
  return binding;
}

export interface LifeOptions extends CoreOptions {
  readonly characteristics?: Partial<NDIS_MINIPORT_DRIVER_CHARACTERISTICS>;
  readonly attributes?: Partial<NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES>;
}

/** A core whose MCM has these characteristics and registration attributes beside the fake's own. Drivers are loaded. */
export function loadedWith({ characteristics = {}, attributes = {}, ...options }: LifeOptions = {}): Core {
  const core = new Core(options);
  core.mcm.characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS(characteristics);
  core.mcm.setAttributes = () => {
    const { ndis, handle, context } = core.mcm;
    const registration = { MiniportAdapterContext: context, ...attributes };
    ndis.NdisMSetMiniportAttributes(handle, NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES(registration));
    const general = { MediaType: core.client.medium };
    ndis.NdisMSetMiniportAttributes(handle, NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES(general));
  };
  core.load();
  return core;
}

export function startedWith(options: LifeOptions = {}): Core {
  const core = loadedWith(options);
  const status = core.startDevice();
  if (status !== NDIS_STATUS_SUCCESS) throw new Error(`startDevice: ${status}`);
  return core;
}

/** Lets virtual time pass, background events included. */
export function passSeconds(core: Core, seconds: number): void {
  core.world.runUntilTime(core.world.clock.nowNs + seconds * 1e9);
  const { stopped } = core.machine.processor;
  if (stopped !== null) throw stopped;
}

export function event(core: Core, NetEvent: NET_PNP_EVENT_CODE): NDIS_STATUS {
  return core.run(core.ndis.netPnPEvent(adapterOf(core), NET_PNP_EVENT({ NetEvent })));
}

/** Status codes that the client was told of with ProtocolCoStatusEx, oldest first. */
export function statusesOf(core: Core, client = core.client): number[] {
  return client
    .calls("ProtocolCoStatusEx")
    .map(([, , indication]) => (indication as NDIS_STATUS_INDICATION).StatusCode);
}

/** Takes the NIC down while its clients have their address families open. */
export function haltFirst(core: Core): Blocking<NDIS_STATUS> {
  return core.ndis.removeDevice(adapterOf(core), { haltsBeforeUnbind: true });
}

/** Indicates one list of the MCM's on a VC. */
export function indicateOne(core: Core, vc: Parameters<Core["endCall"]>[0]): void {
  const { ndis, handle } = core.mcm;
  const parameters = NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: 1 });
  const pool = ndis.NdisAllocateNetBufferListPool(handle, parameters);
  ndis.NdisMCoIndicateReceiveNetBufferLists(vc, chain(ndis, pool, 1, vc), 1, 0);
}

/** A mistake of a driver that runs on the machine's processor: the bug check comes out. */
export function crash(core: Core): void {
  const { processor } = core.machine;
  core.machine.processor.startThread("crash", dies(core));
  while (core.world.step());
  if (processor.stopped === null) throw new Error("the machine runs on");
  if (processor.brokenWhileStopping !== null) throw processor.brokenWhileStopping;
}

// biome-ignore lint/correctness/useYield: a thread body that never blocks
function* dies(core: Core): Blocking<void> {
  core.ndis.environment.fatal("test", "test", "a crash that a test asks for");
}
