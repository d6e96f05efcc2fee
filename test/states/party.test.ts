import { describe, expect, it } from "vitest";
import type { NDIS_STATUS, NdisPartyHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { Party } from "../../src/ndis/party/party.ts";
import type { Route } from "../ndis/core-harness.ts";
import { Core, PARAMETERS, ROUTES } from "../ndis/core-harness.ts";
import type { Act, Difference } from "./tables.ts";
import { check } from "./tables.ts";

const handleOf = (party: Party): NdisPartyHandle => party as unknown as NdisPartyHandle;

/** A party of a multipoint call in some state; where there is another party, that one is up. */
class Member {
  readonly core: Core;
  readonly vc: NdisVcHandle;
  readonly other: Party | null;
  party: Party;

  constructor(route: Route, state: string, verifier = true) {
    const core = new Core({ route, verifier }).start();
    this.core = core;
    const { cm } = core.manager.on;
    cm.CmAddPartyHandler = () => NDIS_STATUS_PENDING;
    cm.CmDropPartyHandler = () => NDIS_STATUS_PENDING;
    this.vc = core.createVc(core.openAf());
    const first = this.makeCall(this.vc);
    core.activate(this.vc);
    core.manager.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, this.vc, handleOf(first), { first: 1 }, PARAMETERS);
    this.other = state === "LAST" ? null : first;
    this.party = state === "LAST" ? first : this.add();
    const steps: Record<string, () => void> = {
      NONE: () => this.added(this.party, NDIS_STATUS_FAILURE),
      ADDING: () => {},
      UP: () => this.added(this.party),
      DROPPING: () => {
        this.added(this.party);
        this.drop(this.party);
      },
      RDROP: () => {
        this.added(this.party);
        core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, handleOf(this.party), null, 0);
      },
      LAST: () => {},
    };
    steps[state]?.();
    if (this.state !== state) throw new Error(`state ${this.state} instead of ${state}`);
  }

  get state(): string {
    return this.party.state;
  }

  /** NdisClMakeCall with a party; what ProtocolCmMakeCall got, or null. */
  makeCall(vc: NdisVcHandle): Party {
    this.core.client.ndis.NdisClMakeCall(vc, PARAMETERS, { party: 1 }, new OutParameter<NdisPartyHandle>());
    return partyOf(this.core.manager.last("ProtocolCmMakeCall")[2]);
  }

  add(): Party {
    const out = new OutParameter<NdisPartyHandle>();
    this.core.client.ndis.NdisClAddParty(this.vc, { party: 2 }, PARAMETERS, out);
    return partyOf(this.core.manager.last("ProtocolCmAddParty")[2]);
  }

  added(party: Party, status: typeof NDIS_STATUS_SUCCESS | typeof NDIS_STATUS_FAILURE = NDIS_STATUS_SUCCESS): void {
    this.core.manager.ndis.NdisMCmAddPartyComplete(status, handleOf(party), { cm: 2 }, PARAMETERS);
  }

  drop(party: Party): NDIS_STATUS {
    return this.core.client.ndis.NdisClDropParty(handleOf(party), null, 0);
  }

  dropped(party: Party): void {
    this.core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, handleOf(party));
  }
}

function partyOf(handle: unknown): Party {
  if (!(handle instanceof Party)) throw new Error("not a party");
  return handle;
}

const EVENTS: Record<string, Act<Member>> = {
  "NdisClMakeCall with party context (first party)": (at) => {
    const { core } = at;
    // What is gone makes no call: another party does, on another VC.
    if (at.state === "NONE") at.party = at.makeCall(core.createVc(core.openAf()));
    else core.client.ndis.NdisClMakeCall(at.vc, PARAMETERS, { party: 1 }, new OutParameter<NdisPartyHandle>());
  },
  "complete SUCCESS": (at) => at.added(at.party),
  "complete error": (at) => at.added(at.party, NDIS_STATUS_FAILURE),
  "another party goes away so that one is left": (at) => {
    const { other } = at;
    if (other === null) return NDIS_STATUS_SUCCESS;
    const status = at.drop(other);
    if (status === NDIS_STATUS_PENDING) at.dropped(other);
    return status;
  },
  "another party added": (at) => at.added(at.add()),
  NdisClDropParty: (at) => at.drop(at.party),
  "DropPartyComplete SUCCESS": (at) => at.dropped(at.party),
  DispatchIncomingDropParty: ({ core, party }) =>
    core.manager.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, handleOf(party), null, 0),
  "NdisClCloseCall naming it": ({ core, vc, party }) => {
    const status = core.client.ndis.NdisClCloseCall(vc, handleOf(party), null, 0);
    if (status === NDIS_STATUS_PENDING)
      core.manager.ndis.NdisMCmCloseCallComplete(NDIS_STATUS_SUCCESS, vc, handleOf(party));
  },
};

const LAST_STAYS = "the only other party is the last one, which is not dropped (PTY-09): the event cannot come about";

const DIFFERENCES: Record<string, Difference> = {
  "another party goes away so that one is left in NONE": { does: "fails with FAILURE", because: LAST_STAYS },
  "another party goes away so that one is left in ADDING": { does: "fails with FAILURE", because: LAST_STAYS },
  "another party goes away so that one is left in DROPPING": { does: "fails with FAILURE", because: LAST_STAYS },
  "another party goes away so that one is left in RDROP": {
    does: "RDROP",
    because:
      "the other party's leaving is legal for itself; the client then ends the call with NdisClCloseCall (PTY-14)",
  },
  "another party goes away so that one is left in LAST": { does: "LAST", because: "there is no other party" },
  "another party added in NONE": { does: "NONE", because: "what is gone is no part of the call" },
  "another party added in ADDING": {
    does: "ADDING",
    because: "several additions may be pending, and end in any order",
  },
};

describe.each(ROUTES)("23.3 party, %s", (route) => {
  check({
    section: "23.3",
    states: 6,
    events: EVENTS,
    place: (state, verifier) => new Member(route, state, verifier),
    differences: DIFFERENCES,
    others: ["NdisClAddParty on a connected multipoint VC"],
  });

  it("NdisClAddParty in NONE: ADDING; it makes a party of its own, so that no other cell can come about", () => {
    expect(new Member(route, "ADDING").state).toBe("ADDING");
  });

  it("complete SUCCESS in ADDING: LAST if it is the only one", () => {
    expect(new Member(route, "LAST").state).toBe("LAST");
  });

  it("PTY-09: a party whose only other is being added still is not dropped: the addition may fail", () => {
    const at = new Member(route, "UP");
    const adding = at.add();
    if (at.other === null) throw new Error("no other party");
    at.drop(at.other);
    at.dropped(at.other);
    expect(at.drop(at.party)).toBe(NDIS_STATUS_FAILURE);
    at.added(adding, NDIS_STATUS_FAILURE);
    expect(at.state).toBe("LAST");
  });

  it("a drop that the call manager refuses leaves the party up", () => {
    const at = new Member(route, "DROPPING");
    at.core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_NOT_ACCEPTED, handleOf(at.party));
    expect(at.state).toBe("UP");
  });
});

describe("23.3 party, beside the table", () => {
  for (const route of ROUTES)
    it(`PTY-12: a drop that the call manager refuses leaves the party as it was, ${route}`, () => {
      for (const state of ["UP", "RDROP"]) {
        const at = new Member(route, state);
        expect(at.drop(at.party)).toBe(NDIS_STATUS_PENDING);
        expect(at.state).toBe("DROPPING");
        at.core.manager.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_FAILURE, handleOf(at.party));
        expect(at.state).toBe(state);
      }
    });
});
