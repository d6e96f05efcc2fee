// One root, three leaves on a switch: point-to-multipoint calls of the reference client, over both routes.
import { describe, expect, it } from "vitest";
import type { CallRequest, ClientCall, ClientParty } from "../../src/client/index.ts";
import type { Route } from "../../src/lab/laboratory.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import { NDIS_STATUS_NOT_ACCEPTED, NDIS_STATUS_SUCCESS, statusName } from "../../src/ndis/index.ts";
import type { AtmAddress, Q2931Call } from "../../src/wire/index.ts";
import { CAUSE } from "../../src/wire/index.ts";
import { ALICE, address, BOB, MS, NOBODY, pattern, SECOND_NS, Side } from "../miniport/two-hosts.ts";

const MIB = 2 ** 20;
const CAROL = address("47000580ffe1000000f20f220002000000000300");
const DAVE = address("47000580ffe1000000f20f220002000000000400");

class Tree {
  readonly told: string[] = [];
  readonly root: Side;
  readonly leaves: readonly Side[];
  readonly lab: Laboratory;
  readonly parties: ClientParty[] = [];

  constructor(route: Route, busy: readonly string[] = []) {
    const host = { route };
    const note = (what: string) => (party: ClientParty) => {
      this.parties.push(party);
      const cause = party.cause === 0 ? "" : ` ${statusName(party.status)} cause ${party.cause}`;
      this.told.push(`${what} ${nameOf(party.request.called)}${cause}`);
    };
    this.root = new Side("alice", ALICE, {
      host,
      events: { partyAdded: note("added"), partyFailed: note("failed"), partyDropped: note("dropped") },
    });
    this.leaves = (
      [
        ["bob", BOB],
        ["carol", CAROL],
        ["dave", DAVE],
      ] as const
    ).map(
      ([name, own]) =>
        new Side(name, own, {
          host,
          events: { incomingCall: () => (busy.includes(name) ? NDIS_STATUS_NOT_ACCEPTED : NDIS_STATUS_SUCCESS) },
        }),
    );
    const sides = [this.root, ...this.leaves];
    this.lab = new Laboratory({
      hosts: sides.map((side) => side.plan),
      frameCapacity: 2_048,
      frameMemoryBytes: 8 * MIB,
    });
    for (const side of sides) side.attach(this.lab);
    this.lab.start();
    if (!this.runUntil(() => sides.every((side) => side.isReady))) throw new Error("not ready");
  }

  runUntil(done: () => boolean, patienceNs = 60 * SECOND_NS): boolean {
    const reached = this.lab.runUntil(() => done() || this.lab.bugCheck !== null, patienceNs);
    if (this.lab.bugCheck !== null) throw this.lab.bugCheck.error;
    return reached;
  }

  run(forNs = 50 * MS): void {
    this.runUntil(() => false, forNs);
  }

  call(...called: readonly AtmAddress[]): ClientCall {
    const call = this.root.client.makeMultipointCall(called.map((each) => request(each)));
    this.run();
    return call;
  }

  /** Frames that each leaf has got since the last look, by the seed of their pattern. */
  got(): number[][] {
    return this.leaves.map((leaf) => leaf.frames.splice(0).map(({ bytes }) => bytes[0]! / 31));
  }

  /** Sends frames with the patterns of these seeds. */
  send(call: ClientCall, ...seeds: readonly number[]): void {
    this.root.send(call, ...seeds.map((seed) => pattern(100 + seed, seed)));
    this.run();
  }

  stop(): Record<string, number> {
    this.lab.stop();
    const left: Record<string, number> = {};
    for (const side of [this.root, ...this.leaves]) {
      for (const [what, count] of Object.entries(side.alive)) left[`${side.name} ${what}`] = count;
    }
    for (const [what, count] of Object.entries(this.lab.leftovers())) if (count !== 0) left[what] = count;
    return left;
  }
}

function request(called: AtmAddress): CallRequest {
  return { called, service: "cbr", forwardPeakCellRate: 10_000, maximumSduBytes: 1_500 };
}

function nameOf(of: AtmAddress): string {
  return [
    ["bob", BOB],
    ["carol", CAROL],
    ["dave", DAVE],
    ["nobody", NOBODY],
  ].find(([, each]) => each === of)?.[0] as string;
}

const partyNames = (call: ClientCall): string[] => call.parties.map((party) => nameOf(party.request.called));

describe.each(["mcm", "call-manager"] as const)("a multipoint call over the route %s", (route) => {
  it("brings the same frames to all leaves in order, and ends them all when the root closes it", () => {
    const tree = new Tree(route);
    const call = tree.call(BOB, CAROL, DAVE);
    expect([call.state, partyNames(call), tree.told]).toEqual([
      "connected",
      ["bob", "carol", "dave"],
      ["added carol", "added dave"],
    ]);
    tree.send(call, 1, 2, 3);
    tree.send(call, 4);
    expect(tree.got()).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(tree.root.host.ndis.live.parties).toBe(3);
    call.close();
    tree.run();
    expect(tree.leaves.map((leaf) => leaf.told.at(-1))).toEqual(new Array(3).fill("closed NDIS_STATUS_SUCCESS"));
    expect([call.state, tree.root.told.at(-1), tree.root.host.ndis.live.parties]).toEqual([
      "closed",
      "closed NDIS_STATUS_SUCCESS",
      0,
    ]);
    expect(tree.stop()).toEqual({});
  });

  it("a leaf leaves and one is added later: each gets what is sent while it is a party", () => {
    const tree = new Tree(route);
    const call = tree.call(BOB, CAROL);
    tree.send(call, 1);
    tree.leaves[0]?.calls[0]?.close();
    tree.run();
    expect([partyNames(call), tree.told]).toEqual([["carol"], ["added carol", "dropped bob"]]);
    tree.send(call, 2);
    call.addParty(request(DAVE));
    tree.run();
    tree.send(call, 3);
    expect(tree.got()).toEqual([[1], [1, 2, 3], [3]]);
    expect(tree.stop()).toEqual({});
  });

  it("the root drops a party, whose leaf is released; the last leaf to leave ends the call", () => {
    const tree = new Tree(route);
    const call = tree.call(BOB, CAROL, DAVE);
    call.parties[1]?.drop();
    tree.run();
    expect(tree.leaves[1]?.told.at(-1)).toBe("closed NDIS_STATUS_SUCCESS");
    tree.send(call, 1);
    tree.leaves[2]?.calls[0]?.close();
    tree.run();
    expect([call.state, partyNames(call)]).toEqual(["connected", ["bob"]]);
    tree.leaves[0]?.calls[0]?.close();
    tree.run();
    expect([call.state, tree.told]).toEqual(["closed", ["added carol", "added dave", "dropped carol", "dropped dave"]]);
    expect(tree.got()).toEqual([[1], [], [1]]);
    expect(tree.stop()).toEqual({});
  });

  it("a network that sends DROP PARTY to a leaf, instead of a RELEASE, ends the leaf's call, and only that", () => {
    const tree = new Tree(route);
    const [bob] = tree.leaves;
    if (bob === undefined) throw new Error("no leaf");
    const { control } = tree.lab.callControl.ports[bob.nic.switchPort];
    const setUp: (Q2931Call | null)[] = [];
    const { setupRequest } = control;
    control.setupRequest = (...parameters) => {
      const made = setupRequest.apply(control, parameters);
      setUp.push(made);
      return made;
    };
    const call = tree.call(BOB, CAROL);
    const party = setUp[0]?.parties?.[0];
    if (party === undefined) throw new Error("no party");
    expect(control.parties.drop(party, CAUSE.normalCallClearing)).toBe(true);
    tree.run();
    expect([bob.told.at(-1), bob.host.ndis.live.vcs]).toEqual(["closed NDIS_STATUS_SUCCESS", route === "mcm" ? 0 : 1]);
    expect([call.state, partyNames(call)]).toEqual(["connected", ["carol"]]);
    tree.send(call, 1);
    expect(tree.got()).toEqual([[], [1], []]);
    expect(tree.stop()).toEqual({});
  });

  it("a refused leaf fails only its party: a busy one, and an address that nobody has", () => {
    const tree = new Tree(route, ["carol"]);
    const call = tree.call(BOB, CAROL, NOBODY, DAVE);
    expect([...tree.told].sort()).toEqual([
      "added dave",
      `failed carol NDIS_STATUS_FAILURE cause ${CAUSE.callRejected}`,
      `failed nobody NDIS_STATUS_INVALID_ADDRESS cause ${CAUSE.unallocatedNumber}`,
    ]);
    tree.send(call, 7);
    expect(tree.got()).toEqual([[7], [], [7]]);
    expect(tree.stop()).toEqual({});
  });

  it("a call whose first party is refused fails", () => {
    const tree = new Tree(route, ["bob"]);
    const call = tree.call(BOB, CAROL);
    expect([call.state, call.cause, tree.root.told]).toEqual([
      "closed",
      CAUSE.callRejected,
      [`failed NDIS_STATUS_FAILURE cause ${CAUSE.callRejected}`],
    ]);
    expect(tree.root.host.ndis.live.parties).toBe(0);
    expect(tree.stop()).toEqual({});
  });

  it("the last party is closed with its call, whichever is the last", () => {
    const tree = new Tree(route);
    const call = tree.call(BOB, CAROL);
    for (const party of call.parties) party.drop();
    tree.run();
    expect([call.state, tree.leaves.map((leaf) => leaf.told.at(-1))]).toEqual([
      "closed",
      ["closed NDIS_STATUS_SUCCESS", "closed NDIS_STATUS_SUCCESS", undefined],
    ]);
    expect(tree.stop()).toEqual({});
  });

  it("all leaves leave at once, or the root closes while parties are on their way: nothing is left", () => {
    const tree = new Tree(route);
    const call = tree.call(BOB, CAROL, DAVE);
    for (const leaf of tree.leaves) leaf.calls[0]?.close();
    tree.run();
    expect(call.state).toBe("closed");
    const second = tree.root.client.makeMultipointCall([request(BOB), request(CAROL), request(DAVE)]);
    tree.runUntil(() => second.state === "connected");
    expect(second.parties.map((party) => party.state)).toEqual(["added", "adding", "adding"]);
    second.close();
    tree.run();
    expect([second.state, second.parties]).toEqual(["closed", []]);
    expect(tree.root.host.ndis.live.parties).toBe(0);
    expect(tree.stop()).toEqual({});
  });

  it("a party that is to be dropped while another is on its way is dropped when that one is there", () => {
    const tree = new Tree(route);
    const call = tree.root.client.makeMultipointCall([request(BOB), request(CAROL)]);
    tree.runUntil(() => call.state === "connected");
    call.parties[0]?.drop();
    tree.run();
    expect([call.state, partyNames(call), tree.told]).toEqual(["connected", ["carol"], ["added carol", "dropped bob"]]);
    expect(tree.stop()).toEqual({});
  });

  it("the first leaf leaves while the second is on its way, and the second is refused: it was the last (PTY-13)", () => {
    const tree = new Tree(route);
    const call = tree.root.client.makeMultipointCall([request(BOB), request(NOBODY)]);
    tree.runUntil(() => tree.leaves[0]?.calls[0]?.state === "connected");
    tree.leaves[0]?.calls[0]?.close();
    tree.run();
    expect([call.state, tree.stop()]).toEqual(["closed", {}]);
  });

  it("the link of the root goes down: the call ends with every leaf", () => {
    const tree = new Tree(route);
    const call = tree.call(BOB, CAROL);
    tree.root.nic.link.setUp(false);
    tree.run(20 * SECOND_NS);
    expect([call.state, tree.leaves.slice(0, 2).map((leaf) => leaf.calls[0]?.state)]).toEqual([
      "closed",
      ["closed", "closed"],
    ]);
    expect(tree.stop()).toEqual({});
  });
});
