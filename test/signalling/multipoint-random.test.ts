// Random lives of point-to-multipoint calls over lossy channels: whatever happens, everything is given back in the end.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AtmAddress } from "../../src/wire/atm-address.ts";
import type { PartyUser, Q2931Call, Q2931Party } from "../../src/wire/q2931/index.ts";
import { BEARER_CLASS, CAUSE, IE, Q2931Message, USER_PLANE } from "../../src/wire/q2931/index.ts";
import { ALICE, addressOf, BOB, CAROL, Network, NOTHING_LEFT, setup } from "./harness.ts";

const NOBODY = addressOf("47.0005.80.ffe100.0000.f21a.2d4c.00204811fcff.00");
const CALLED: readonly AtmAddress[] = [BOB, CAROL, NOBODY];

/** Counts how parties end: each that was added and does not end with its call, once. */
class Ends implements PartyUser {
  readonly over = new Map<Q2931Party, number>();
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  partyAsked(): void {}
  partyAdded(): void {}
  partyLeaves(party: Q2931Party): void {
    this.#network.users[0].parties.answerDrop(party);
  }
  partyOver(party: Q2931Party): void {
    this.over.set(party, (this.over.get(party) ?? 0) + 1);
  }
}

function rootSetup(): Q2931Message {
  const message = setup(BOB, 1000, false);
  message.trafficDescriptor.setPeak(1000, 0, false);
  message.bearerCapability.set(BEARER_CLASS.a, USER_PLANE.pointToMultipoint);
  return message;
}

function partyTo(called: AtmAddress): Q2931Message {
  const message = new Q2931Message();
  message.begin(0, 0, 0);
  message.include(IE.calledNumber);
  message.calledNumber.setAddress(called);
  return message;
}

const step = fc.record({
  what: fc.constantFrom("call", "add", "add", "add", "drop", "leave", "end", "port-down", "wait"),
  which: fc.nat(7),
  microseconds: fc.nat(200),
});

it("leaves nothing behind, and no party is over twice", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: "max" }), fc.nat(3), (steps, loss) => {
      const net = new Network([ALICE, BOB, CAROL]);
      net.establish();
      const ends = new Ends(net);
      const [root] = net.users;
      if (root === undefined) throw new Error("no root");
      root.parties.user = ends;
      for (const channel of [...net.toSwitch, ...net.toUser]) channel.lossBelow = loss * 0.05;
      const calls: Q2931Call[] = [];
      const first = root.setupRequest(rootSetup(), null);
      if (first !== null) calls.push(first);
      net.run();
      for (const { what, which, microseconds } of steps) {
        const call = calls[which % Math.max(1, calls.length)];
        const leaf = 1 + (which % 2);
        if (what === "call") {
          const made = root.setupRequest(rootSetup(), null);
          if (made !== null) calls.push(made);
        } else if (what === "add" && call !== undefined) {
          root.parties.add(call, partyTo(CALLED[which % CALLED.length] ?? BOB), null);
        } else if (what === "drop") {
          const party = call?.parties?.[which % Math.max(1, call.parties.length)];
          if (party !== undefined) root.parties.drop(party, CAUSE.normalCallClearing);
        } else if (what === "leave") {
          const taken = net.notes[leaf]?.calls.at(-1 - (which >> 1));
          if (taken !== undefined) net.users[leaf]?.releaseRequest(taken, CAUSE.normalCallClearing);
        } else if (what === "end" && call !== undefined) {
          root.releaseRequest(call, CAUSE.normalCallClearing);
        } else if (what === "port-down") {
          net.callControl.portStateChanged(leaf, false);
          net.users[leaf]?.linkDown();
          net.users[leaf]?.establish();
        }
        net.run(microseconds / 1000);
      }
      for (const channel of [...net.toSwitch, ...net.toUser]) channel.lossBelow = 0;
      net.after(60);
      for (const call of calls) root.releaseRequest(call, CAUSE.normalCallClearing);
      net.after(120);
      expect(net.leftovers()).toEqual(NOTHING_LEFT);
      expect([...ends.over.values()].every((count) => count === 1)).toBe(true);
      expect(net.hosts.map((host) => host.timers.events.slice(-2).every((event) => event === 0))).toEqual([
        true,
        true,
        true,
      ]);
    }),
    { numRuns: 150 },
  );
});
