import type {
  CO_CALL_PARAMETERS as CallParameters,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisAfHandle,
  NdisPartyHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
} from "../../src/ndis/index.ts";
import {
  CO_CALL_MANAGER_PARAMETERS,
  CO_CALL_PARAMETERS,
  FLOWSPEC,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  OutParameter,
} from "../../src/ndis/index.ts";
import type { CoreOptions, Route } from "../ndis/core-harness.ts";
import { Core, chain, PARAMETERS } from "../ndis/core-harness.ts";

/** Calls in the states from which the rules of calls and of data are looked at, over either route. */

/** Whom a bug check names for call management, and for the miniport's part. */
export function managerOf(route: Route): string {
  return route;
}

export function miniportOf(route: Route): string {
  return route === "mcm" ? "mcm" : "miniport";
}

export interface Call {
  readonly core: Core;
  readonly af: NdisAfHandle;
  readonly vc: NdisVcHandle;
}

/** A VC of the client's, without a call. */
export function idle(route: Route, options: CoreOptions = {}): Call {
  const core = new Core({ route, ...options }).start();
  const af = core.openAf();
  return { core, af, vc: core.createVc(af) };
}

/** A make-call that is pending. */
export function dialling(route: Route, options: CoreOptions = {}): Call {
  const call = idle(route, options);
  call.core.makeCall(call.vc);
  return call;
}

/** An outgoing call that is up. */
export function connected(route: Route, options: CoreOptions = {}): Call {
  const call = dialling(route, options);
  call.core.activate(call.vc);
  call.core.completeCall(call.vc);
  return call;
}

export interface Offer extends Call {
  /** Dispatches the incoming call with these parameters. */
  offer(parameters?: CallParameters): NDIS_STATUS;
  /** The client answers a pended offer. */
  answer(status: NDIS_STATUS_FINAL, parameters?: CallParameters): void;
}

/** A client that listens, and an active VC of the call manager's for it. */
export function listening(route: Route, options: CoreOptions = {}): Offer {
  const core = new Core({ route, ...options }).start();
  const af = core.openAf();
  const sap = core.registerSap(af);
  const vc = core.createIncomingVc(af);
  core.activate(vc);
  return {
    core,
    af,
    vc,
    offer: (parameters = PARAMETERS) => core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, parameters),
    answer: (status, parameters = PARAMETERS) => core.client.ndis.NdisClIncomingCallComplete(status, vc, parameters),
  };
}

/** An offer that the client has accepted. */
export function accepted(route: Route, options: CoreOptions = {}): Offer {
  const call = listening(route, options);
  call.core.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
  call.offer();
  return call;
}

/** An incoming call that is up. */
export function answered(route: Route, options: CoreOptions = {}): Offer {
  const call = accepted(route, options);
  call.core.manager.ndis.NdisMCmDispatchCallConnected(call.vc);
  return call;
}

/** Takes an incoming call down, and deletes its VC. */
export function endIncoming({ core, vc }: Call): void {
  core.closeCall(vc);
  core.completeClose(vc);
  core.deactivate(vc);
  core.manager.ndis.NdisMCmDeleteVc(vc);
}

export interface MultipointCall extends Call {
  /** The party that the call was made with. */
  readonly first: NdisPartyHandle;
  /** Adds another party: NdisClAddParty and its completion. */
  add(name: string): NdisPartyHandle;
  /** NdisClDropParty and its completion. */
  drop(party: NdisPartyHandle): void;
}

/** A multipoint make-call that is pending, with a call manager that pends everything about parties. */
export function diallingMultipoint(route: Route, options: CoreOptions = {}) {
  const call = idle(route, options);
  const { core, vc } = call;
  core.manager.on.cm.CmAddPartyHandler = () => NDIS_STATUS_PENDING;
  core.manager.on.cm.CmDropPartyHandler = () => NDIS_STATUS_PENDING;
  const out = new OutParameter<NdisPartyHandle>();
  const status = core.client.ndis.NdisClMakeCall(vc, PARAMETERS, { party: "first" }, out);
  const party = core.manager.last("ProtocolCmMakeCall")[2] as NdisPartyHandle;
  return { ...call, out, status, party };
}

/** A multipoint call that is up, with one party. */
export function multipoint(route: Route, options: CoreOptions = {}): MultipointCall {
  const { core, af, vc, party } = diallingMultipoint(route, options);
  core.activate(vc);
  const { ndis } = core.manager;
  ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, party, { cmParty: "first" }, PARAMETERS);
  return {
    core,
    af,
    vc,
    first: party,
    add: (name) => {
      core.client.ndis.NdisClAddParty(vc, { party: name }, PARAMETERS, new OutParameter<NdisPartyHandle>());
      const added = core.manager.last("ProtocolCmAddParty")[2] as NdisPartyHandle;
      ndis.NdisMCmAddPartyComplete(NDIS_STATUS_SUCCESS, added, { cmParty: name }, PARAMETERS);
      return added;
    },
    drop: (dropped) => {
      core.client.ndis.NdisClDropParty(dropped, null, 0);
      ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, dropped);
    },
  };
}

/** Closes a multipoint call with its last party, and deletes its VC. */
export function endMultipoint({ core, vc }: Call, last: NdisPartyHandle): void {
  core.client.ndis.NdisClCloseCall(vc, last, null, 0);
  core.manager.ndis.NdisMCmCloseCallComplete(NDIS_STATUS_SUCCESS, vc, last);
  core.deactivate(vc);
  core.client.ndis.NdisCoDeleteVc(vc);
}

/** The client goes as it should: what it has left is closed before its drivers are unloaded. */
export function leave({ core, af }: Call): void {
  const sap = core.manager.calls("ProtocolCmRegisterSap")[0]?.[2];
  if (sap !== undefined)
    core.client.ndis.NdisClDeregisterSap(sap as Parameters<typeof core.client.ndis.NdisClDeregisterSap>[0]);
  core.client.ndis.NdisClCloseAddressFamily(af);
  core.stop();
}

/** Parameters with a traffic of their own. */
export function traffic(peakBandwidth: number, Flags = 0): CallParameters {
  const Transmit = FLOWSPEC({ PeakBandwidth: peakBandwidth });
  return CO_CALL_PARAMETERS({ Flags, CallMgrParameters: CO_CALL_MANAGER_PARAMETERS({ Transmit }) });
}

/** Sends `count` lists of the client's. */
export function send({ core, vc }: Pick<Call, "core" | "vc">, count = 1, flags = 0): NET_BUFFER_LIST {
  const lists = core.client.lists(count, vc);
  core.client.ndis.NdisCoSendNetBufferLists(vc, lists, flags);
  return lists;
}

/** The miniport completes lists. */
export function completeSend({ core, vc }: Pick<Call, "core" | "vc">, lists: NET_BUFFER_LIST): void {
  core.manager.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
}

/** Lists of the miniport's own pool, to be indicated. */
export function receivedLists({ core, vc }: Pick<Call, "core" | "vc">, count = 1): NET_BUFFER_LIST {
  const ndis = core.route === "mcm" ? core.mcm.ndis : core.miniport.ndis;
  const parameters = NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: 1 });
  return chain(ndis, ndis.NdisAllocateNetBufferListPool(core.manager.handle, parameters), count, vc);
}

/** The miniport indicates lists. */
export function indicate({ core, vc }: Pick<Call, "core" | "vc">, lists: NET_BUFFER_LIST, count = 1, flags = 0): void {
  core.manager.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, count, flags);
}

/** The client returns lists. */
export function giveBack({ core }: Pick<Call, "core">, lists: NET_BUFFER_LIST): void {
  core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists, 0);
}
