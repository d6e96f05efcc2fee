import { beforeEach, describe, expect, it } from "vitest";
import { USER_ROLE } from "../../src/call-manager/user-signalling.ts";
import { NETWORK_ROLE } from "../../src/network/signalling/index.ts";
import type { PartyUser, Q2931Call, Q2931Party } from "../../src/wire/q2931/index.ts";
import {
  BEARER_CLASS,
  CAUSE,
  ENDPOINT_STATE,
  IE,
  livePartyCount,
  MESSAGE,
  messageName,
  Q2931Message,
  USER_PLANE,
} from "../../src/wire/q2931/index.ts";
import { Bench, BOB, CAROL, setup } from "./harness.ts";

const PEER = 1;

function multipointSetup(): Q2931Message {
  const message = setup(BOB);
  message.trafficDescriptor.setPeak(1000, 0, true);
  message.bearerCapability.set(BEARER_CLASS.x, USER_PLANE.pointToMultipoint);
  return message;
}

function partyContent(): Q2931Message {
  const message = new Q2931Message();
  message.begin(0, 0, 0);
  message.include(IE.calledNumber);
  message.calledNumber.setAddress(CAROL);
  return message;
}

/** An entity whose point-to-multipoint call, made by it, is active with one party; the test plays its peer. */
class PartyBench extends Bench implements PartyUser {
  readonly call: Q2931Call;
  readonly partyNotes: string[] = [];
  asked: Q2931Party | null = null;

  constructor(role: typeof USER_ROLE) {
    super(role);
    this.control.parties.user = this;
    const isUser = role === USER_ROLE;
    const call = this.control.setupRequest(multipointSetup(), null, isUser ? -1 : 0, isUser ? -1 : 40);
    if (call === null) throw new Error("no call");
    this.call = call;
    this.run();
    this.message(MESSAGE.connect, call.callReference, PEER, (message) => {
      message.includeConnectionIdentifier(0, 40);
      message.include(IE.endpointReference);
      Object.assign(message.endpointReference, { value: 0, flag: 1 });
    });
    if (!isUser) this.control.setupCompleteRequest(call);
    this.run();
    this.received.length = 0;
  }

  partyAsked(party: Q2931Party): void {
    this.asked = party;
    this.partyNotes.push(`asked ${party.endpoint}`);
  }
  partyAdded(party: Q2931Party): void {
    this.partyNotes.push(`added ${party.endpoint}`);
  }
  partyLeaves(party: Q2931Party): void {
    this.partyNotes.push(`leaves ${party.endpoint} ${party.cause}`);
  }
  partyOver(party: Q2931Party): void {
    this.partyNotes.push(`over ${party.endpoint}`);
  }

  add(): Q2931Party {
    const party = this.control.parties.add(this.call, partyContent(), null);
    if (party === null) throw new Error("no party");
    return party;
  }

  /** A message of the peer about a party; `flag` 1 is about one that the entity added. */
  about(type: number, endpoint: number, flag = 1, cause = 0): void {
    this.message(type, this.call.callReference, PEER, (message) => {
      message.include(IE.endpointReference);
      Object.assign(message.endpointReference, { value: endpoint, flag });
      if (cause > 0) message.includeCause(0, cause);
      if (type === MESSAGE.addParty) {
        message.include(IE.calledNumber);
        message.calledNumber.setAddress(BOB);
      }
    });
  }

  /** What the entity said about parties: name, endpoint reference with flag, cause. */
  saidAboutParties(): string[] {
    this.run();
    return this.received.splice(0).map((message) => {
      const { value, flag } = message.endpointReference;
      const cause = message.has(IE.cause) ? ` ${message.cause.value}` : "";
      const endpoint = message.has(IE.endpointReference) ? ` ${value}/${flag}` : "";
      return `${messageName(message.type)}${endpoint}${cause}`;
    });
  }
}

describe.each([USER_ROLE, NETWORK_ROLE])("parties at the $name side", (role) => {
  let at: PartyBench;
  beforeEach(() => {
    at = new PartyBench(role);
  });

  const nothingRuns = () => expect(at.host.timers.events.slice(-2)).toEqual(Float64Array.of(0, 0));

  it("the first party is active with the call, and has endpoint reference 0", () => {
    expect(at.call.parties).toMatchObject([{ endpoint: 0, isIncoming: false, state: ENDPOINT_STATE.active }]);
  });

  it("ADD PARTY is acknowledged: the party is active, under the next endpoint reference (UNI 3.1 section 5.6.1)", () => {
    const party = at.add();
    expect(at.saidAboutParties()).toEqual(["ADD PARTY 1/0"]);
    expect(party.state).toBe(ENDPOINT_STATE.addPartyInitiated);
    at.about(MESSAGE.addPartyAcknowledge, 1);
    expect([party.state, livePartyCount(at.call), at.partyNotes]).toEqual([ENDPOINT_STATE.active, 2, ["added 1"]]);
    nothingRuns();
  });

  it("ADD PARTY is refused: only the party ends, for the cause that was told", () => {
    const party = at.add();
    at.about(MESSAGE.addPartyReject, 1, 1, CAUSE.userBusy);
    expect(at.partyNotes).toEqual([`leaves 1 ${CAUSE.userBusy}`, "over 1"]);
    expect([party.state, livePartyCount(at.call)]).toEqual([ENDPOINT_STATE.null, 1]);
    nothingRuns();
  });

  it("T399: an ADD PARTY without an answer for 14 s ends in DROP PARTY with cause 102, and that in T398, 4 s later", () => {
    at.add();
    at.after(13.9);
    expect(at.saidAboutParties()).toEqual(["ADD PARTY 1/0"]);
    at.after(0.2);
    expect(at.saidAboutParties()).toEqual([`DROP PARTY 1/0 ${CAUSE.recoveryOnTimerExpiry}`]);
    expect(at.partyNotes).toEqual([`leaves 1 ${CAUSE.recoveryOnTimerExpiry}`]);
    at.about(MESSAGE.addPartyAcknowledge, 1); // Too late, and of no consequence.
    at.after(4);
    expect(at.partyNotes.slice(1)).toEqual(["over 1"]);
    expect(at.saidAboutParties()).toEqual([]);
    nothingRuns();
  });

  it("DROP PARTY is acknowledged, or meets one of the peer's: the party is over", () => {
    for (const answer of [MESSAGE.dropPartyAcknowledge, MESSAGE.dropParty]) {
      const party = at.add();
      at.about(MESSAGE.addPartyAcknowledge, party.endpoint);
      at.saidAboutParties();
      at.partyNotes.length = 0;
      expect(at.control.parties.drop(party, CAUSE.normalCallClearing)).toBe(true);
      expect(at.control.parties.drop(party, CAUSE.normalCallClearing)).toBe(false);
      expect(at.saidAboutParties()).toEqual([`DROP PARTY ${party.endpoint}/0 16`]);
      at.about(answer, party.endpoint, 1, CAUSE.normalCallClearing);
      expect(at.partyNotes).toEqual([`over ${party.endpoint}`]);
      nothingRuns();
    }
  });

  it("a party that the peer drops is acknowledged when the user has answered", () => {
    const party = at.add();
    at.about(MESSAGE.addPartyAcknowledge, 1);
    at.saidAboutParties();
    at.about(MESSAGE.dropParty, 1, 1, CAUSE.normalCallClearing);
    expect([party.state, at.partyNotes.at(-1)]).toEqual([ENDPOINT_STATE.dropPartyReceived, "leaves 1 16"]);
    expect(at.saidAboutParties()).toEqual([]);
    expect(at.control.parties.answerDrop(party)).toBe(true);
    expect([at.saidAboutParties(), at.partyNotes.at(-1)]).toEqual([["DROP PARTY ACKNOWLEDGE 1/0"], "over 1"]);
  });

  it("an ADD PARTY of the peer is asked of the user, whose answer goes back with flag 1", () => {
    at.about(MESSAGE.addParty, 7, 0);
    if (at.asked === null) throw new Error("not asked");
    expect(at.asked.state).toBe(ENDPOINT_STATE.addPartyReceived);
    expect(at.control.parties.accept(at.asked, null)).toBe(true);
    at.about(MESSAGE.addParty, 8, 0);
    expect(at.control.parties.drop(at.asked, CAUSE.userBusy)).toBe(true);
    expect(at.saidAboutParties()).toEqual(["ADD PARTY ACKNOWLEDGE 7/1", `ADD PARTY REJECT 8/1 ${CAUSE.userBusy}`]);
    expect(at.partyNotes).toEqual(["asked 7", "asked 8", "over 8"]);
    expect(livePartyCount(at.call)).toBe(2);
  });

  it("messages for parties that do not exist: cause 89; an ADD PARTY without a called number: cause 96", () => {
    at.about(MESSAGE.dropParty, 5, 1, CAUSE.normalCallClearing);
    at.about(MESSAGE.addPartyAcknowledge, 5);
    at.about(MESSAGE.dropPartyAcknowledge, 5);
    at.message(MESSAGE.addParty, at.call.callReference, PEER, (message) => {
      message.include(IE.endpointReference);
      Object.assign(message.endpointReference, { value: 9, flag: 0 });
    });
    expect(at.saidAboutParties()).toEqual([
      `DROP PARTY ACKNOWLEDGE 5/0 ${CAUSE.invalidEndpointReference}`,
      `DROP PARTY ACKNOWLEDGE 5/0 ${CAUSE.invalidEndpointReference}`,
      `ADD PARTY REJECT 9/1 ${CAUSE.mandatoryElementMissing}`,
    ]);
    expect([at.partyNotes, livePartyCount(at.call)]).toEqual([[], 1]);
  });

  it("a STATUS ENQUIRY about a party is answered with its state; a STATUS that does not know it ends it", () => {
    const party = at.add();
    at.about(MESSAGE.addPartyAcknowledge, 1);
    at.saidAboutParties();
    at.about(MESSAGE.statusEnquiry, 1);
    at.run();
    expect(at.received.map((message) => [message.callState, message.endpointState, message.endpointReference])).toEqual(
      [[10, ENDPOINT_STATE.active, { value: 1, flag: 0 }]],
    );
    at.message(MESSAGE.status, at.call.callReference, PEER, (message) => {
      message.include(IE.callState);
      message.callState = 10;
      message.include(IE.endpointReference);
      Object.assign(message.endpointReference, { value: 1, flag: 1 });
      message.include(IE.endpointState);
      message.endpointState = ENDPOINT_STATE.null;
      message.includeCause(0, CAUSE.responseToStatusEnquiry);
    });
    expect([party.state, at.partyNotes.slice(-2)]).toEqual([0, ["leaves 1 101", "over 1"]]);
  });

  it("with the call every party ends, its timers too, and no word is said about it", () => {
    at.add();
    at.control.releaseRequest(at.call, CAUSE.normalCallClearing);
    at.message(MESSAGE.releaseComplete, at.call.callReference, PEER);
    expect([at.call.parties, at.partyNotes]).toEqual([[], []]);
    expect(at.control.parties.add(at.call, partyContent(), null)).toBeNull();
    at.after(20);
    expect(at.host.timers.running).toBe(at.host.timers.events.slice(0, -2).filter((event) => event !== 0).length);
    nothingRuns();
  });

  it("without a user for parties, an ADD PARTY is refused", () => {
    const plain = new Bench(role);
    const call = plain.control.setupRequest(multipointSetup(), null, 0, 40);
    plain.run();
    plain.message(MESSAGE.connect, call?.callReference ?? 0, PEER, (message) =>
      message.includeConnectionIdentifier(0, 40),
    );
    if (role === NETWORK_ROLE && call !== null) plain.control.setupCompleteRequest(call);
    plain.heard();
    plain.message(MESSAGE.addParty, call?.callReference ?? 0, PEER, (message) => {
      message.include(IE.endpointReference);
      Object.assign(message.endpointReference, { value: 3, flag: 0 });
      message.include(IE.calledNumber);
      message.calledNumber.setAddress(BOB);
    });
    expect(plain.heard()).toEqual([`ADD PARTY REJECT ${CAUSE.serviceOrOptionUnavailable}`]);
  });
});

describe("an incoming point-to-multipoint call", () => {
  it("is answered with the endpoint reference of its SETUP, flag 1", () => {
    const at = new Bench(USER_ROLE);
    const message = multipointSetup();
    message.begin(MESSAGE.setup, 77, 0);
    Object.assign(message, multipointFields());
    at.say(message);
    const [call] = at.notes.calls;
    at.control.proceedingRequest(call);
    at.control.setupResponse(call, null);
    at.run();
    expect(at.received.map(({ type, endpointReference }) => [messageName(type), endpointReference])).toEqual([
      ["CALL PROCEEDING", { value: 0, flag: 1 }],
      ["CONNECT", { value: 0, flag: 1 }],
    ]);
    expect(call.parties).toMatchObject([{ endpoint: 0, isIncoming: true }]);
  });
});

/** `begin` forgets which elements are there. */
function multipointFields(): Partial<Q2931Message> {
  const { present } = multipointSetup();
  return { present: present | IE.endpointReference | IE.connectionIdentifier };
}
