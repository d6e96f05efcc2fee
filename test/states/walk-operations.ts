import type { NdisAfHandle, NdisPartyHandle, NdisSapHandle, NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { PARAMETERS } from "../ndis/core-harness.ts";
import { create, createIncoming, offer, open, register } from "../rules/routes.ts";
import type { Model, ModelAf, ModelParty, ModelSap, ModelVc, Real } from "./walk-model.ts";
import { newVc, settleParties } from "./walk-model.ts";

/** How an operation is answered: at once and well, at once and not, or later. */
export type Answer = "now" | "refused" | "later";

/** One kind of step: on what it is legal, and what it does to the core and to the model. */
export interface Operation {
  readonly name: string;
  /** What it can be done to now; each may be chosen. */
  readonly targets: (model: Model) => readonly unknown[];
  readonly run: (model: Model, real: Real, target: never, answer: Answer) => void;
  /** Whether it leads to the end of things, for the tidying up after the walk. */
  readonly ends?: boolean;
}

function operation<T>(
  name: string,
  targets: (model: Model) => readonly T[],
  run: (model: Model, real: Real, target: T, answer: Answer) => void,
  ends = false,
): Operation {
  return { name, targets, run, ends };
}

function drop<T>(array: T[], item: T): void {
  array.splice(array.indexOf(item), 1);
}

const settled = (vc: ModelVc): boolean => vc.changing === null;
const inState = (model: Model, byClient: boolean, ...states: string[]): ModelVc[] =>
  model.vcs.filter((vc) => settled(vc) && vc.byClient === byClient && states.includes(vc.state));
const partyOf = (handle: unknown): NdisPartyHandle => handle as NdisPartyHandle;
const isPlain = (model: Model, af: ModelAf): boolean =>
  !model.saps.some((sap) => sap.af === af) && !model.vcs.some((vc) => vc.af === af);

const ADDRESS_FAMILIES: Operation[] = [
  operation(
    "open an address family",
    ({ afs }) => (afs.length < 3 ? [null] : []),
    (model, { core }, _target, answer) => {
      core.manager.on.cm.CmOpenAfHandler = (_context, _family, af, slot) => {
        slot.Value = { af };
        return answer === "now"
          ? NDIS_STATUS_SUCCESS
          : answer === "later"
            ? NDIS_STATUS_PENDING
            : NDIS_STATUS_RESOURCES;
      };
      open(core);
      const handle = core.manager.last("ProtocolCmOpenAf")[2] as NdisAfHandle;
      if (answer !== "refused") model.afs.push({ handle, state: answer === "now" ? "OPEN" : "OPENING" });
    },
  ),
  operation(
    "complete an open",
    ({ afs }) => afs.filter(({ state }) => state === "OPENING"),
    (model, { core }, af, answer) => {
      const status = answer === "refused" ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
      core.manager.ndis.NdisMCmOpenAddressFamilyComplete(status, af.handle, { af });
      if (answer === "refused") drop(model.afs, af);
      else af.state = "OPEN";
    },
    true,
  ),
  operation(
    "close an address family",
    (model) => model.afs.filter((af) => af.state === "OPEN" && isPlain(model, af)),
    (model, { core }, af, answer) => {
      core.manager.on.cm.CmCloseAfHandler = () => (answer === "later" ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS);
      core.client.ndis.NdisClCloseAddressFamily(af.handle);
      if (answer === "later") af.state = "CLOSING";
      else drop(model.afs, af);
    },
    true,
  ),
  operation(
    "complete a close of an address family",
    ({ afs }) => afs.filter(({ state }) => state === "CLOSING"),
    (model, { core }, af) => {
      core.manager.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af.handle);
      drop(model.afs, af);
    },
    true,
  ),
];

const SAPS: Operation[] = [
  operation(
    "register a SAP",
    ({ afs, saps }) => (saps.length < 4 ? afs.filter(({ state }) => state === "OPEN") : []),
    (model, { core }, af, answer) => {
      core.manager.on.cm.CmRegisterSapHandler = (_af, _sap, sap, slot) => {
        slot.Value = { sap };
        return answer === "now"
          ? NDIS_STATUS_SUCCESS
          : answer === "later"
            ? NDIS_STATUS_PENDING
            : NDIS_STATUS_RESOURCES;
      };
      register(core, af.handle);
      const handle = core.manager.last("ProtocolCmRegisterSap")[2] as NdisSapHandle;
      if (answer !== "refused") model.saps.push({ af, handle, state: answer === "now" ? "REGISTERED" : "REGISTERING" });
    },
  ),
  operation(
    "complete a registration",
    ({ saps }) => saps.filter(({ state }) => state === "REGISTERING"),
    (model, { core }, sap, answer) => {
      const status = answer === "refused" ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
      core.manager.ndis.NdisMCmRegisterSapComplete(status, sap.handle, { sap });
      if (answer === "refused") drop(model.saps, sap);
      else sap.state = "REGISTERED";
    },
    true,
  ),
  operation(
    "deregister a SAP",
    ({ saps }) => saps.filter(({ state }) => state === "REGISTERED"),
    (model, { core }, sap, answer) => {
      core.manager.on.cm.CmDeregisterSapHandler = () =>
        answer === "later" ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
      core.client.ndis.NdisClDeregisterSap(sap.handle);
      if (answer === "later") sap.state = "DEREGISTERING";
      else drop(model.saps, sap);
    },
    true,
  ),
  operation(
    "complete a deregistration",
    ({ saps }) => saps.filter(({ state }) => state === "DEREGISTERING"),
    (model, { core }, sap) => {
      core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, sap.handle);
      drop(model.saps, sap);
    },
    true,
  ),
];

const VCS: Operation[] = [
  operation(
    "create a VC for an outgoing call",
    ({ afs, vcs }) => (vcs.length < 6 ? afs.filter(({ state }) => state === "OPEN") : []),
    (model, { core }, af, answer) => {
      core.manager.on.cm.CmCreateVcHandler = (_af, vc, slot) => {
        slot.Value = { vc };
        return answer === "refused" ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS;
      };
      const { handle } = create(core, af.handle);
      if (handle !== null) model.vcs.push(newVc(af, handle, true));
    },
  ),
  operation(
    "create a VC for an incoming call",
    ({ afs, vcs }) => (vcs.length < 6 ? afs.filter(({ state }) => state === "OPEN") : []),
    (model, { core }, af, answer) => {
      core.client.on.cl.ClCreateVcHandler = (_af, vc, slot) => {
        slot.Value = { vc };
        return answer === "refused" ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS;
      };
      const { handle } = createIncoming(core, af.handle);
      if (handle !== null) model.vcs.push(newVc(af, handle, false));
    },
  ),
  operation(
    "delete a VC",
    (model) => [...inState(model, true, "IDLE"), ...inState(model, false, "MADE")].filter(({ offered }) => !offered),
    (model, { core }, vc) => {
      if (vc.byClient) core.client.ndis.NdisCoDeleteVc(vc.handle);
      else core.manager.ndis.NdisMCmDeleteVc(vc.handle);
      drop(model.vcs, vc);
    },
    true,
  ),
  operation(
    "activate a VC",
    (model) => [
      ...inState(model, true, "DIAL", "DIALA", "CONN", "RCLOSE"),
      ...inState(model, false, "MADE", "ACT", "OFFER", "ACC", "CONN"),
    ],
    (_model, { core }, vc, answer) => {
      const standAlone = core.route === "cm";
      core.manager.on.co.CoActivateVcHandler = () =>
        answer === "now" ? NDIS_STATUS_SUCCESS : answer === "later" ? NDIS_STATUS_PENDING : NDIS_STATUS_RESOURCES;
      core.activate(vc.handle);
      if (standAlone && answer === "later") vc.changing = "activation";
      else if (!standAlone || answer === "now") activated(vc);
    },
  ),
  operation(
    "complete an activation",
    ({ vcs }) => vcs.filter(({ changing }) => changing === "activation"),
    (_model, { core }, vc, answer) => {
      const status = answer === "refused" ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS;
      core.miniport.ndis.NdisMCoActivateVcComplete(status, vc.handle, PARAMETERS);
      vc.changing = null;
      if (answer !== "refused") activated(vc);
    },
    true,
  ),
  operation(
    "deactivate a VC",
    (model) =>
      [...inState(model, true, "DIALA", "CLOSE", "POST"), ...inState(model, false, "ACT", "CLOSE", "DONE")].filter(
        ({ active, sent, indicated }) => active && sent.length === 0 && indicated.length === 0,
      ),
    (_model, { core }, vc, answer) => {
      const later = answer === "later" && core.route === "cm";
      core.manager.on.co.CoDeactivateVcHandler = () => (later ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS);
      core.deactivate(vc.handle);
      if (later) vc.changing = "deactivation";
      else deactivated(vc);
    },
    true,
  ),
  operation(
    "complete a deactivation",
    ({ vcs }) => vcs.filter(({ changing }) => changing === "deactivation"),
    (_model, { core }, vc) => {
      core.miniport.ndis.NdisMCoDeactivateVcComplete(NDIS_STATUS_SUCCESS, vc.handle);
      vc.changing = null;
      deactivated(vc);
    },
    true,
  ),
];

function activated(vc: ModelVc): void {
  vc.active = true;
  if (vc.state === "DIAL") vc.state = "DIALA";
  if (vc.state === "MADE") vc.state = "ACT";
}

function deactivated(vc: ModelVc): void {
  vc.active = false;
  if (!vc.byClient) {
    if (vc.state !== "CLOSE") vc.state = "MADE";
  } else if (vc.state === "DIALA") vc.state = "DIAL";
  else vc.state = vc.state === "CLOSE" ? "CLOSEI" : "IDLE";
}

const OUTGOING: Operation[] = [
  operation(
    "make a call",
    (model) =>
      inState(model, true, "IDLE").flatMap((vc) => [
        { vc, many: false },
        { vc, many: true },
      ]),
    (_model, { core }, { vc, many }, answer) => {
      core.manager.on.co.CoActivateVcHandler = () => NDIS_STATUS_SUCCESS;
      core.manager.on.cm.CmMakeCallHandler = (_vc, _parameters, party, slot) => {
        if (answer === "later") return NDIS_STATUS_PENDING;
        if (answer === "refused") return NDIS_STATUS_FAILURE;
        if (slot !== null) slot.Value = { party };
        core.activate(vc.handle);
        return NDIS_STATUS_SUCCESS;
      };
      const out = new OutParameter<NdisPartyHandle>();
      core.client.ndis.NdisClMakeCall(vc.handle, PARAMETERS, many ? { party: 1 } : null, many ? out : null);
      if (answer === "refused") return;
      const first = partyOf(core.manager.last("ProtocolCmMakeCall")[2]);
      vc.state = answer === "now" ? "CONN" : "DIAL";
      vc.active = answer === "now";
      if (many) vc.parties = [{ handle: first, state: answer === "now" ? "LAST" : "ADDING" }];
    },
  ),
  operation(
    "complete a call",
    (model) => inState(model, true, "DIAL", "DIALA").filter(({ indicated }) => indicated.length === 0),
    (_model, { core }, vc, answer) => {
      const connected = vc.state === "DIALA" && answer !== "refused";
      const first = vc.parties?.[0] ?? null;
      const status = connected ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
      const context = first === null ? null : { first };
      core.manager.ndis.NdisMCmMakeCallComplete(status, vc.handle, first?.handle ?? null, context, PARAMETERS);
      if (connected) {
        vc.state = "CONN";
        if (first !== null) first.state = "LAST";
      } else {
        vc.state = vc.active ? "POST" : "IDLE";
        vc.parties = null;
      }
    },
    true,
  ),
];

type Membership = { readonly vc: ModelVc; readonly party: ModelParty };

/** Parties in these states of calls that are up. */
const members = (model: Model, ...states: string[]): Membership[] =>
  model.vcs
    .filter(settled)
    .flatMap((vc) => (vc.parties ?? []).map((party) => ({ vc, party })))
    .filter(({ vc, party }) => states.includes(party.state) && !/^(DIAL|CLOSE)/.test(vc.state));

/** Whether the call has a party beside this one that is neither on its way in nor out. */
const hasOthers = ({ vc, party }: Membership): boolean =>
  (vc.parties ?? []).some((other) => other !== party && other.state !== "DROPPING" && other.state !== "ADDING");

function gone({ vc, party }: Membership): void {
  drop(vc.parties ?? [], party);
  settleParties(vc);
}

function added({ vc, party }: Membership): void {
  party.state = "UP";
  for (const other of vc.parties ?? []) if (other.state === "LAST") other.state = "UP";
  settleParties(vc);
}

const PARTIES: Operation[] = [
  operation(
    "add a party",
    (model) => inState(model, true, "CONN").filter(({ parties }) => parties !== null && parties.length < 4),
    (_model, { core }, vc, answer) => {
      core.manager.on.cm.CmAddPartyHandler = (_vc, _parameters, party, slot) => {
        slot.Value = { party };
        if (answer === "refused") return NDIS_STATUS_RESOURCES;
        return answer === "now" ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PENDING;
      };
      const out = new OutParameter<NdisPartyHandle>();
      core.client.ndis.NdisClAddParty(vc.handle, { party: 2 }, PARAMETERS, out);
      if (answer === "refused") return;
      const party: ModelParty = { handle: partyOf(core.manager.last("ProtocolCmAddParty")[2]), state: "ADDING" };
      vc.parties?.push(party);
      if (answer === "now") added({ vc, party });
    },
  ),
  operation(
    "complete the addition of a party",
    (model) => members(model, "ADDING"),
    (_model, { core }, member, answer) => {
      const status = answer === "refused" ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
      core.manager.ndis.NdisMCmAddPartyComplete(status, member.party.handle, { cm: 1 }, PARAMETERS);
      if (answer === "refused") gone(member);
      else added(member);
    },
    true,
  ),
  operation(
    "drop a party",
    (model) => members(model, "UP", "RDROP").filter(hasOthers),
    (_model, { core }, member, answer) => {
      core.manager.on.cm.CmDropPartyHandler = () => (answer === "later" ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS);
      core.client.ndis.NdisClDropParty(member.party.handle, null, 0);
      if (answer === "later") member.party.state = "DROPPING";
      else gone(member);
    },
    true,
  ),
  operation(
    "complete the drop of a party",
    (model) => members(model, "DROPPING"),
    (_model, { core }, member) => {
      core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, member.party.handle);
      gone(member);
    },
    true,
  ),
  operation(
    "a party leaves",
    (model) => members(model, "UP"),
    (_model, { core }, { party }) => {
      core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, party.handle, null, 0);
      party.state = "RDROP";
    },
  ),
];

type Offer = { readonly vc: ModelVc; readonly sap: ModelSap };

const INCOMING: Operation[] = [
  operation(
    "offer a call",
    (model) =>
      inState(model, false, "ACT", "MADE")
        .filter(({ offered }) => !offered)
        .flatMap((vc): Offer[] =>
          model.saps.filter(({ af, state }) => af === vc.af && state !== "DEREGISTERING").map((sap) => ({ vc, sap })),
        ),
    (_model, { core }, { vc, sap }, answer) => {
      core.client.on.cl.ClIncomingCallHandler = () =>
        answer === "now" ? NDIS_STATUS_SUCCESS : answer === "later" ? NDIS_STATUS_PENDING : NDIS_STATUS_FAILURE;
      offer(core, sap.handle, vc.handle);
      vc.offered = answer === "later";
      if (answer === "later") vc.state = "OFFER";
      else answered(vc, answer === "now");
    },
  ),
  operation(
    "answer an offer",
    ({ vcs }) => vcs.filter((vc) => settled(vc) && vc.offered && !(vc.state === "OFFER" && vc.indicated.length > 0)),
    (_model, { core }, vc, answer) => {
      const status = answer === "refused" ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
      core.client.ndis.NdisClIncomingCallComplete(status, vc.handle, PARAMETERS);
      vc.offered = false;
      if (vc.state === "OFFER") answered(vc, answer !== "refused");
    },
    true,
  ),
  operation(
    "report a call connected",
    (model) => inState(model, false, "ACC").filter(({ active }) => active),
    (_model, { core }, vc) => {
      core.manager.ndis.NdisMCmDispatchCallConnected(vc.handle);
      vc.state = "CONN";
    },
  ),
];

function answered(vc: ModelVc, accepted: boolean): void {
  vc.state = accepted ? "ACC" : ended(vc);
}

/** A call manager's VC after its call: an active one has to be deactivated still. */
const ended = ({ active }: ModelVc): string => (active ? "DONE" : "MADE");

const CLOSING: Operation[] = [
  operation(
    "the other side closes",
    (model) => [...inState(model, true, "CONN"), ...inState(model, false, "OFFER", "ACC", "CONN")],
    (_model, { core }, vc) => {
      core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc.handle, null, 0);
      vc.state = "RCLOSE";
    },
  ),
  operation(
    "close a call",
    (model) =>
      [...inState(model, true, "CONN", "RCLOSE"), ...inState(model, false, "ACC", "CONN", "RCLOSE")].filter(
        ({ sent, offered, parties }) =>
          sent.length === 0 &&
          !offered &&
          (parties === null || (parties.length === 1 && /LAST|RDROP/.test(String(parties[0]?.state)))),
      ),
    (_model, { core }, vc, answer) => {
      core.manager.on.cm.CmCloseCallHandler = () => (answer === "later" ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS);
      core.client.ndis.NdisClCloseCall(vc.handle, vc.parties?.[0]?.handle ?? null, null, 0);
      if (answer === "later") vc.state = "CLOSE";
      else closed(vc);
    },
    true,
  ),
  operation(
    "complete a close",
    (model) => [...inState(model, true, "CLOSE", "CLOSEI"), ...inState(model, false, "CLOSE")],
    (_model, { core }, vc, answer) => {
      const refused = answer === "refused" && vc.byClient && vc.state === "CLOSE" && vc.parties === null;
      const status = refused ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
      core.manager.ndis.NdisMCmCloseCallComplete(status, vc.handle, vc.parties?.[0]?.handle ?? null);
      if (refused) vc.state = "CONN";
      else closed(vc);
    },
    true,
  ),
];

function closed(vc: ModelVc): void {
  vc.parties = null;
  if (!vc.byClient) vc.state = ended(vc);
  else vc.state = vc.active ? "POST" : "IDLE";
}

const RECEIVING = ["CONN", "DIALA", "ACT", "OFFER", "ACC"];

const DATA: Operation[] = [
  operation(
    "send",
    (model) => [...inState(model, true, "CONN"), ...inState(model, false, "CONN")],
    (_model, { core }, vc, answer) => {
      const count = answer === "now" ? 1 : 3;
      const lists = core.client.lists(count, vc.handle);
      core.client.ndis.NdisCoSendNetBufferLists(vc.handle, lists, 0);
      vc.sent.push({ lists, count });
    },
  ),
  operation(
    "complete sends",
    ({ vcs }) => vcs.filter(({ sent }) => sent.length > 0),
    (_model, { core }, vc) => {
      const chain = vc.sent.shift();
      if (chain === undefined) return;
      core.manager.ndis.NdisMCoSendNetBufferListsComplete(vc.handle, chain.lists, 0);
      free(chain.lists, (list) => core.client.ndis.NdisFreeNetBufferList(list));
    },
    true,
  ),
  operation(
    "indicate",
    ({ vcs }) => vcs.filter((vc) => settled(vc) && vc.active && RECEIVING.includes(vc.state)),
    (_model, { core }, vc, answer) => {
      const count = answer === "now" ? 1 : 2;
      const lists = core.client.lists(count, vc.handle);
      core.manager.ndis.NdisMCoIndicateReceiveNetBufferLists(vc.handle, lists, count, 0);
      vc.indicated.push({ lists, count });
    },
  ),
  operation(
    "return receives",
    ({ vcs }) => vcs.filter(({ indicated }) => indicated.length > 0),
    (_model, { core }, vc) => {
      const chain = vc.indicated.shift();
      if (chain === undefined) return;
      core.client.ndis.NdisReturnNetBufferLists(core.client.binding, chain.lists, 0);
      free(chain.lists, (list) => core.client.ndis.NdisFreeNetBufferList(list));
    },
    true,
  ),
];

function free(first: NET_BUFFER_LIST, release: (list: NET_BUFFER_LIST) => void): void {
  for (let list: NET_BUFFER_LIST | null = first; list !== null; ) {
    const next: NET_BUFFER_LIST | null = list.Next;
    list.Next = null;
    release(list);
    list = next;
  }
}

export const OPERATIONS: readonly Operation[] = [
  ...ADDRESS_FAMILIES,
  ...SAPS,
  ...VCS,
  ...OUTGOING,
  ...PARTIES,
  ...INCOMING,
  ...CLOSING,
  ...DATA,
];
