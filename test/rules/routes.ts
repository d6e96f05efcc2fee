import type { NDIS_STATUS, NdisAfHandle, NdisSapHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import { NDIS_STATUS_SUCCESS, OutParameter } from "../../src/ndis/index.ts";
import type { CoreOptions, Route } from "../ndis/core-harness.ts";
import { Core, PARAMETERS, q2931Family, ROUTES, someSap } from "../ndis/core-harness.ts";

/** The cases of a group for either route: each runs twice, and both have to pass. */
export function onBoth(cases: (route: Route) => void): void {
  for (const route of ROUTES) cases(route);
}

/** A core of that route, running. */
export function started(route: Route, options: CoreOptions = {}): Core {
  return new Core({ route, ...options }).start();
}

/** A core of that route with an address family open. */
export function opened(route: Route, options: CoreOptions = {}) {
  const core = started(route, options);
  return { core, af: core.openAf() };
}

/** NdisClOpenAddressFamilyEx with all that comes of it. */
export function open(core: Core, client = core.client) {
  const out = new OutParameter<NdisAfHandle>();
  const status = client.ndis.NdisClOpenAddressFamilyEx(client.binding, q2931Family(), { af: client.name }, out);
  return { status, handle: out.Value };
}

/** NdisClRegisterSap with all that comes of it. */
export function register(core: Core, af: NdisAfHandle, sap = someSap()) {
  const out = new OutParameter<NdisSapHandle>();
  const status = core.client.ndis.NdisClRegisterSap(af, { sap: "client" }, sap, out);
  return { status, handle: out.Value, sap };
}

/** NdisCoCreateVc of the client with all that comes of it. */
export function create(core: Core, af: NdisAfHandle | null) {
  const out = new OutParameter<NdisVcHandle>();
  const status = core.client.ndis.NdisCoCreateVc(core.client.binding, af, { vc: "client" }, out);
  return { status, handle: out.Value };
}

/** Ndis(M)CmCreateVc with all that comes of it. */
export function createIncoming(core: Core, af: NdisAfHandle) {
  const out = new OutParameter<NdisVcHandle>();
  const status = core.manager.ndis.NdisMCmCreateVc(core.manager.handle, af, { vc: "manager" }, out);
  return { status, handle: out.Value };
}

export function offer(core: Core, sap: NdisSapHandle, vc: NdisVcHandle): NDIS_STATUS {
  return core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
}

/** An incoming call that is up. */
export function incomingCall(core: Core, af: NdisAfHandle, sap = core.registerSap(af)): NdisVcHandle {
  const vc = core.createIncomingVc(af);
  core.activate(vc);
  offer(core, sap, vc);
  core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
  core.manager.ndis.NdisMCmDispatchCallConnected(vc);
  return vc;
}

/** Indicates so many lists on a VC. */
export function indicate(core: Core, vc: NdisVcHandle, count = 1): void {
  core.manager.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, core.client.lists(count, vc), count, 0);
}

export function send(core: Core, vc: NdisVcHandle, count = 1): void {
  core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(count, vc), 0);
}
