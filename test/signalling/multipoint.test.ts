import { describe, expect, it } from "vitest";
import type { AtmAddress } from "../../src/wire/atm-address.ts";
import type { PartyUser, Q2931Call, Q2931Party } from "../../src/wire/q2931/index.ts";
import { BEARER_CLASS, CALL_STATE, CAUSE, IE, Q2931Message, USER_PLANE } from "../../src/wire/q2931/index.ts";
import { ALICE, addressOf, BOB, CAROL, Network, NOTHING_LEFT, setup } from "./harness.ts";

const DAVE = addressOf("47.0005.80.ffe100.0000.f21a.2d4c.00204811fc16.00");
const NOBODY = addressOf("47.0005.80.ffe100.0000.f21a.2d4c.00204811fcff.00");
const CBR_CELLS = 1_000;

/** The root at port 0 of a switch with three more users. */
class Tree extends Network implements PartyUser {
  readonly told: string[] = [];
  readonly root: Q2931Call;
  readonly parties: Q2931Party[] = [];

  constructor(first: AtmAddress = BOB, cells = CBR_CELLS) {
    super([ALICE, BOB, CAROL, DAVE]);
    this.establish();
    this.users[0].parties.user = this;
    const message = setup(first, cells, false);
    message.trafficDescriptor.setPeak(cells, 0, false);
    message.bearerCapability.set(BEARER_CLASS.a, USER_PLANE.pointToMultipoint);
    this.root = this.call(0, message);
    this.parties.push(...(this.root.parties ?? []));
    this.run();
    for (const notes of this.notes) notes.messages.length = 0;
  }

  partyAsked(): void {}
  partyAdded(party: Q2931Party): void {
    this.told.push(`added ${party.endpoint}`);
  }
  partyLeaves(party: Q2931Party): void {
    this.told.push(`leaves ${party.endpoint} ${party.cause}`);
    this.users[0].parties.answerDrop(party);
  }
  partyOver(party: Q2931Party): void {
    this.told.push(`over ${party.endpoint}`);
  }

  add(called: AtmAddress): Q2931Party {
    const message = new Q2931Message();
    message.begin(0, 0, 0);
    message.include(IE.calledNumber);
    message.calledNumber.setAddress(called);
    message.include(IE.aalParameters);
    message.aalParameters.setAal5(1000, 0);
    const party = this.users[0].parties.add(this.root, message, null);
    if (party === null) throw new Error("no party");
    this.parties.push(party);
    this.run();
    return party;
  }

  messages(port: number): string[] {
    return this.notes[port].messages.splice(0);
  }
}

describe("a point-to-multipoint call through a switch", () => {
  it("a party is a SETUP at its port and an ADD PARTY at the root's; frames go to every leaf, none come back", () => {
    const tree = new Tree();
    const asked: unknown[] = [];
    const accept = tree.notes[2].onSetup;
    tree.notes[2].onSetup = (call, message) => {
      asked.push([
        call.vci,
        message.bearerCapability.userPlane,
        message.trafficDescriptor.rate(2),
        message.trafficDescriptor.rate(3),
      ]);
      asked.push([message.aalParameters.forwardMaximumSduSize, message.calledNumber.copyAddress()]);
      accept(call, message);
    };
    tree.add(CAROL);
    tree.add(DAVE);
    expect(tree.told).toEqual(["added 1", "added 2"]);
    expect(tree.messages(0)).toEqual([
      "sent ADD PARTY",
      "received ADD PARTY ACKNOWLEDGE",
      "sent ADD PARTY",
      "received ADD PARTY ACKNOWLEDGE",
    ]);
    expect(tree.messages(2)).toEqual([
      "received SETUP",
      "sent CALL PROCEEDING",
      "sent CONNECT",
      "received CONNECT ACKNOWLEDGE",
    ]);
    expect(asked).toEqual([
      [32, USER_PLANE.pointToMultipoint, CBR_CELLS, 0],
      [1000, CAROL],
    ]);
    expect([...tree.fabric.leaves]).toEqual(["0:32 > 1:32", "0:32 > 2:32", "0:32 > 3:32"]);
    expect(tree.fabric.joined.size).toBe(0);
    const rates = tree.fabric.admission.map((port) => [port.fromUserCellsPerSecond, port.toUserCellsPerSecond]);
    expect(rates).toEqual([
      [CBR_CELLS, 0],
      [0, CBR_CELLS],
      [0, CBR_CELLS],
      [0, CBR_CELLS],
    ]);
    tree.users[0].releaseRequest(tree.root, CAUSE.normalCallClearing);
    tree.run();
    expect([1, 2, 3].map((port) => tree.messages(port).slice(-2))).toEqual(
      new Array(3).fill(["received RELEASE", "sent RELEASE COMPLETE"]),
    );
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a leaf that hangs up is dropped at the root; the last one ends the call", () => {
    const tree = new Tree();
    tree.add(CAROL);
    tree.messages(0);
    tree.users[1].releaseRequest(tree.notes[1].calls[0], CAUSE.normalCallClearing);
    tree.run();
    expect(tree.messages(0)).toEqual(["received DROP PARTY", "sent DROP PARTY ACKNOWLEDGE"]);
    expect(tree.told.slice(1)).toEqual(["leaves 0 16", "over 0"]);
    expect([...tree.fabric.leaves]).toEqual(["0:32 > 2:32"]);
    tree.users[2].releaseRequest(tree.notes[2].calls[0], CAUSE.normalCallClearing);
    tree.run();
    expect(tree.messages(0)).toEqual(["received RELEASE", "sent RELEASE COMPLETE"]);
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a leaf that drops itself with DROP PARTY is dropped at the root, too; the last one ends the call", () => {
    const tree = new Tree();
    tree.add(CAROL);
    tree.messages(0);
    const leave = (leaf: 1 | 2): void => {
      const [party] = tree.notes[leaf].calls[0]?.parties ?? [];
      if (party === undefined) throw new Error("no party");
      tree.users[leaf].parties.drop(party, CAUSE.normalCallClearing);
      tree.run();
    };
    leave(1);
    expect(tree.messages(0)).toEqual(["received DROP PARTY", "sent DROP PARTY ACKNOWLEDGE"]);
    expect(tree.told.slice(1)).toEqual(["leaves 0 16", "over 0"]);
    leave(2);
    expect(tree.messages(0)).toEqual(["received RELEASE", "sent RELEASE COMPLETE"]);
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a party that the root drops is released; a later one takes its place", () => {
    const tree = new Tree();
    const party = tree.add(CAROL);
    tree.messages(0);
    tree.messages(2);
    tree.users[0].parties.drop(party, CAUSE.normalCallClearing);
    tree.run();
    expect(tree.messages(0)).toEqual(["sent DROP PARTY", "received DROP PARTY ACKNOWLEDGE"]);
    expect(tree.messages(2)).toEqual(["received RELEASE", "sent RELEASE COMPLETE"]);
    tree.add(CAROL);
    expect(tree.told).toEqual(["added 1", "over 1", "added 2"]);
    tree.users[0].releaseRequest(tree.root, CAUSE.normalCallClearing);
    tree.run();
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("two leaves at one port have a channel each", () => {
    const tree = new Tree();
    tree.add(BOB);
    expect([...tree.fabric.leaves]).toEqual(["0:32 > 1:32", "0:32 > 1:33"]);
    tree.users[0].releaseRequest(tree.root, CAUSE.normalCallClearing);
    tree.run();
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a refused party fails alone: busy, without a route, or without capacity", () => {
    const tree = new Tree();
    tree.notes[2].onSetup = (call) => tree.users[2].releaseRequest(call, CAUSE.userBusy);
    tree.add(CAROL);
    tree.add(NOBODY);
    tree.fabric.admission[3].admit(0, tree.fabric.admission[3].capacityCellsPerSecond);
    tree.add(DAVE);
    tree.fabric.admission[3].release(0, tree.fabric.admission[3].capacityCellsPerSecond);
    expect(tree.told).toEqual([
      `leaves 1 ${CAUSE.userBusy}`,
      "over 1",
      `leaves 2 ${CAUSE.noRouteToDestination}`,
      "over 2",
      `leaves 3 ${CAUSE.userCellRateUnavailable}`,
      "over 3",
    ]);
    expect(tree.root.state).toBe(CALL_STATE.active);
    tree.users[0].releaseRequest(tree.root, CAUSE.normalCallClearing);
    tree.run();
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a call whose first party is refused fails, for the cause of the leaf or of the network", () => {
    const tree = new Tree(NOBODY);
    expect([tree.root.state, tree.root.cause]).toEqual([CALL_STATE.null, CAUSE.noRouteToDestination]);
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a backward rate is refused with cause 73: nothing flows from the leaves to the root", () => {
    const net = new Network([ALICE, BOB]);
    net.establish();
    const message = setup(BOB, 1000);
    message.bearerCapability.set(BEARER_CLASS.x, USER_PLANE.pointToMultipoint);
    const call = net.call(0, message);
    net.run();
    expect(call.cause).toBe(CAUSE.unsupportedTrafficParameters);
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("when a leaf and the root give up at once, everything is over: drops cross, the last ones end the call", () => {
    const tree = new Tree();
    const party = tree.add(CAROL);
    tree.users[1].releaseRequest(tree.notes[1].calls[0], CAUSE.normalCallClearing);
    tree.users[0].parties.drop(party, CAUSE.normalCallClearing);
    tree.run();
    tree.after(40);
    expect(tree.leftovers()).toEqual({ ...NOTHING_LEFT });
  });

  it("a leaf whose port goes down is dropped with cause 27", () => {
    const tree = new Tree();
    tree.add(CAROL);
    tree.callControl.portStateChanged(2, false);
    tree.run();
    expect(tree.told.slice(1)).toEqual([`leaves 1 ${CAUSE.destinationOutOfOrder}`, "over 1"]);
    tree.users[2].shutDown(0);
    tree.users[0].releaseRequest(tree.root, CAUSE.normalCallClearing);
    tree.run();
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a root whose port goes down takes every leaf with it", () => {
    const tree = new Tree();
    tree.add(CAROL);
    tree.callControl.portStateChanged(0, false);
    tree.users[0].shutDown(0);
    tree.run();
    expect(tree.leftovers()).toEqual(NOTHING_LEFT);
  });
});
