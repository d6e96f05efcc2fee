import type { NDIS_CONTEXT, NdisPartyHandle } from "../ddi/handles.ts";
import { NDIS_STATUS_FAILURE } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful, TransitionTable } from "../funnel.ts";
import { advance } from "../funnel.ts";
import type { Vc } from "../vc/vc.ts";

export type PartyState = "NONE" | "ADDING" | "UP" | "DROPPING" | "RDROP" | "LAST";
export type PartyEvent =
  | "Add"
  | "AddSuccess"
  | "AddFailure"
  | "OthersGone"
  | "OtherAdded"
  | "DropParty"
  | "DropSuccess"
  | "DropFailure"
  | "AnswerFailure"
  | "DispatchIncomingDropParty"
  | "CloseCall"
  | "CloseSuccess";

/** Party states, section 23.3 of the rulebook. */
export const PARTY_STATES: TransitionTable<PartyState, PartyEvent> = {
  noun: "party",
  events: {
    Add: { rule: "PTY-02", cells: { NONE: "ADDING" } },
    AddSuccess: { rule: "PTY-05", cells: { ADDING: "UP" } },
    AddFailure: { rule: "PTY-05", cells: { ADDING: "NONE" } },
    OthersGone: { rule: "PTY-08", cells: { UP: "LAST" } },
    OtherAdded: { rule: "PTY-08", cells: { UP: "UP", DROPPING: "DROPPING", RDROP: "RDROP", LAST: "UP" } },
    DropParty: {
      rule: "PTY-10",
      cells: { UP: "DROPPING", RDROP: "DROPPING", LAST: { fails: NDIS_STATUS_FAILURE } },
    },
    DropSuccess: { rule: "PTY-12", cells: { DROPPING: "NONE" } },
    // A drop that the call manager refused: the party is there as before.
    DropFailure: { rule: "PTY-12", cells: { DROPPING: "UP" } },
    // The same of a drop with which the client answered one of the peer's: it has to answer still.
    AnswerFailure: { rule: "PTY-12", cells: { DROPPING: "RDROP" } },
    DispatchIncomingDropParty: { rule: "PTY-13", cells: { UP: "RDROP" } },
    CloseCall: { rule: "CLS-04", cells: { LAST: "LAST", RDROP: "RDROP" } },
    CloseSuccess: { rule: "CLS-09", cells: { LAST: "NONE", RDROP: "NONE" } },
  },
};

/** One party of a multipoint call: what NdisPartyHandle names. */
export class Party implements Stateful<PartyState> {
  readonly environment: NdisEnvironment;
  readonly traceName: string;
  readonly vc: Vc;
  readonly clientContext: NDIS_CONTEXT;
  callManagerContext: NDIS_CONTEXT = null;
  state: PartyState = "NONE";
  moves = 0;
  addPended = false;
  dropPended = false;
  /** Its drop answers ProtocolClIncomingDropParty. */
  dropAnswers = false;
  /** The rule that a call manager breaks which uses the handle once the party is gone; for the client it is PTY-10. */
  goneRule = "PTY-10";

  constructor(environment: NdisEnvironment, vc: Vc, clientContext: NDIS_CONTEXT) {
    this.environment = environment;
    this.traceName = environment.nameObject("party");
    this.vc = vc;
    this.clientContext = clientContext;
  }

  get contexts(): readonly unknown[] {
    return [this.clientContext, this.callManagerContext];
  }
}

/** The party that a handle names; null (and a violation) when it is stale or foreign. */
export function resolveParty(
  environment: NdisEnvironment,
  handle: NdisPartyHandle | null,
  caller: string,
): Party | null {
  const object: unknown = handle;
  const known = object instanceof Party && object.environment === environment ? object : null;
  if (known === null || known.state === "NONE") {
    const message = "NdisPartyHandle is not the handle of a party that exists on this machine";
    const isClient = known === null || caller === known.vc.binding.protocol.name;
    environment.misuse(isClient ? "PTY-10" : known.goneRule, caller, message, known);
    return null;
  }
  if (environment.verifying && !known.vc.isSharedBy(caller)) {
    environment.misuse("AF-38", caller, `${known.traceName} belongs to other drivers`, known);
    return null;
  }
  return known;
}

/** Moves a party through its funnel. */
export function advanceParty(party: Party, event: PartyEvent, owner: string) {
  return advance(party.environment, PARTY_STATES, party, event, owner);
}

/** A new party of a call, on its way. */
export function addParty(vc: Vc, clientContext: NDIS_CONTEXT, owner: string): Party {
  const party = new Party(vc.environment, vc, clientContext);
  vc.parties ??= [];
  vc.parties.push(party);
  vc.environment.live.parties++;
  advanceParty(party, "Add", owner);
  return party;
}

/** The party is part of the call: the others are not the last ones any more, and it may be the only one itself. */
export function settleAdded(party: Party, owner: string): void {
  advanceParty(party, "AddSuccess", owner);
  for (const other of party.vc.parties ?? []) {
    if (other !== party && other.state !== "ADDING") advanceParty(other, "OtherAdded", owner);
  }
  noteLast(party.vc, owner);
}

/** The party is gone: after a refused addition, a drop, or the close of its call. `goneRule` says that its handle is no good any more. */
export function forgetParty(party: Party, owner: string, goneRule: string): void {
  const { vc } = party;
  party.goneRule = goneRule;
  vc.parties = (vc.parties ?? []).filter((other) => other !== party);
  vc.environment.live.parties--;
  noteLast(vc, owner);
}

/** The only party left is to be closed, not dropped (PTY-08). */
function noteLast(vc: Vc, owner: string): void {
  const [only, ...others] = vc.parties ?? [];
  if (only !== undefined && others.length === 0 && only.state === "UP") advanceParty(only, "OthersGone", owner);
}
