import { describe, expect, it } from "vitest";
import {
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_RECEIVE_FLAGS_SINGLE_QUEUE,
  NDIS_STATUS_PENDING,
} from "../../src/ndis/index.ts";
import { BOB, Listener, Pair, pattern } from "../miniport/two-hosts.ts";
import { broken, Core, listArray, ROUTES } from "../ndis/core-harness.ts";
import { connected, giveBack, idle, indicate, leave, miniportOf, receivedLists } from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

for (const route of ROUTES)
  describe("13. Receive: what a miniport indicates", () => {
    const by = miniportOf(route);

    enforced("RCV-01", "SourceHandle of one list is not the VC handle", {
      by,
      caught: () => {
        const call = connected(route);
        const lists = receivedLists(call, 2);
        if (lists.Next !== null) lists.Next.SourceHandle = null;
        indicate(call, lists, 2);
      },
      passes: () => {
        const call = connected(route);
        indicate(call, receivedLists(call, 2), 2);
      },
    });

    behaviour(
      "RCV-02",
      "ProtocolCoReceiveNetBufferLists of the VC's client: binding and VC context, list, count, flags",
      () => {
        const call = connected(route);
        const lists = receivedLists(call, 2);
        indicate(call, lists, 2, NDIS_RECEIVE_FLAGS_SINGLE_QUEUE);
        const { client } = call.core;
        expect(client.calls("ProtocolCoReceiveNetBufferLists")).toEqual([
          [client.context, { vc: "client" }, lists, 2, NDIS_RECEIVE_FLAGS_SINGLE_QUEUE],
        ]);
      },
    );

    enforced("RCV-03", "NumberOfNetBufferLists is not the length of the list", {
      by,
      caught: () => {
        const call = connected(route);
        indicate(call, receivedLists(call, 3), 2);
      },
      passes: () => {
        const call = connected(route);
        indicate(call, receivedLists(call, 3), 3);
      },
    });

    enforced("RCV-06", "a list is indicated again before the client returned it", {
      by,
      caught: () => {
        const call = connected(route);
        const lists = receivedLists(call);
        indicate(call, lists);
        indicate(call, lists);
      },
      passes: () => {
        const call = connected(route);
        const lists = receivedLists(call);
        indicate(call, lists);
        giveBack(call, lists);
        indicate(call, lists);
      },
    });

    behaviour(
      "RCV-07",
      "lists with RESOURCES are the miniport's again when the indication returns, without a return call",
      () => {
        const call = connected(route);
        const lists = receivedLists(call, 2);
        for (let i = 0; i < 2; i++) indicate(call, lists, 2, NDIS_RECEIVE_FLAGS_RESOURCES);
        const { core } = call;
        expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(2);
        expect(core.live.indicatedNetBufferLists).toBe(0);
        const fake = route === "mcm" ? core.mcm : core.miniport;
        expect(fake.calls("MiniportReturnNetBufferLists")).toEqual([]);
      },
    );

    behaviour("RCV-09", "NDIS makes no use of the liberty: RESOURCES goes up as the miniport set it", () => {
      const call = connected(route);
      indicate(call, receivedLists(call), 1, 0);
      indicate(call, receivedLists(call), 1, NDIS_RECEIVE_FLAGS_RESOURCES);
      const flags = call.core.client.calls("ProtocolCoReceiveNetBufferLists").map(([, , , , given]) => given);
      expect(flags).toEqual([0, NDIS_RECEIVE_FLAGS_RESOURCES]);
    });

    enforced("RCV-10", "a receive on a VC that is not active", {
      by,
      caught: () => {
        const call = idle(route);
        indicate(call, receivedLists(call));
      },
      passes: () => {
        const call = connected(route);
        indicate(call, receivedLists(call));
      },
    });

    behaviour("RCV-13", "nobody but the client of the VC gets the list, whoever else is on the adapter", () => {
      const core = new Core({ route, clients: ["one", "two"] }).start();
      const [one, two] = core.clients;
      if (one === undefined || two === undefined) throw new Error("two clients");
      core.connectedVc(core.openAf(one), one);
      const vc = core.connectedVc(core.openAf(two), two);
      indicate({ core, vc }, receivedLists({ core, vc }));
      expect(one.calls("ProtocolCoReceiveNetBufferLists")).toEqual([]);
      expect(two.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
    });
  });

for (const route of ROUTES)
  describe("13. Receive: what a client returns", () => {
    enforced("RCV-04", "a list is never returned, and so the close of its call never ends", {
      by: "client",
      caught: () => {
        // Pausing waits for the list, too, and what it finds is not what this is about (LIF-06).
        const call = connected(route, { verifier: { rules: { LIF: "off" } } });
        indicate(call, receivedLists(call));
        expect(call.core.closeCall(call.vc)).toBe(NDIS_STATUS_PENDING);
        call.core.stop();
      },
      passes: () => {
        const call = connected(route, { verifier: { rules: { MEM: "off" } } });
        const lists = receivedLists(call);
        indicate(call, lists);
        giveBack(call, lists);
        call.core.endCall(call.vc);
        leave(call);
        expect(call.core.live.indicatedNetBufferLists).toBe(0);
      },
    });

    enforced("RCV-04", "a list is returned twice, while another one is out", {
      by: "client",
      caught: () => {
        const call = connected(route);
        const lists = receivedLists(call);
        indicate(call, lists);
        indicate(call, receivedLists(call));
        giveBack(call, lists);
        giveBack(call, lists);
      },
      passes: () => {
        const call = connected(route);
        for (let i = 0; i < 2; i++) {
          const lists = receivedLists(call);
          indicate(call, lists);
          giveBack(call, lists);
        }
      },
    });

    enforced("RCV-04", "a list is returned that was never indicated", {
      by: "client",
      caught: () => {
        const call = connected(route);
        indicate(call, receivedLists(call));
        giveBack(call, receivedLists(call));
      },
      passes: () => {
        const call = connected(route);
        const lists = receivedLists(call);
        indicate(call, lists);
        giveBack(call, lists);
      },
    });

    enforced("RCV-05", "a list that came with RESOURCES is returned", {
      by: "client",
      caught: () => {
        const call = connected(route);
        const lists = receivedLists(call);
        indicate(call, lists, 1, NDIS_RECEIVE_FLAGS_RESOURCES);
        giveBack(call, lists);
      },
      passes: () => {
        const call = connected(route);
        indicate(call, receivedLists(call), 1, NDIS_RECEIVE_FLAGS_RESOURCES);
      },
    });

    enforced("RCV-05", "a list that came with RESOURCES is sent on from inside the indication", {
      by: "client",
      caught: () => {
        const call = connected(route);
        const { core, vc } = call;
        core.client.on.co.CoReceiveNetBufferListsHandler = (_binding, _vc, lists) =>
          core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
        indicate(call, receivedLists(call), 1, NDIS_RECEIVE_FLAGS_RESOURCES);
      },
      passes: () => {
        const call = connected(route);
        const { core, vc } = call;
        core.client.on.co.CoReceiveNetBufferListsHandler = () =>
          core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
        indicate(call, receivedLists(call), 1, NDIS_RECEIVE_FLAGS_RESOURCES);
      },
    });

    behaviour("RCV-08", "lists of several indications come back mixed and in any order", () => {
      const call = connected(route);
      const [a, b] = listArray(receivedLists(call, 2));
      const c = receivedLists(call);
      if (a === undefined || b === undefined) throw new Error("two lists");
      indicate(call, a, 2);
      indicate(call, c);
      [b.Next, c.Next, a.Next] = [c, null, null];
      giveBack(call, b);
      giveBack(call, a);
      const fake = route === "mcm" ? call.core.mcm : call.core.miniport;
      const returned = fake.calls("MiniportReturnNetBufferLists").map(([, first]) => listArray(first));
      expect(returned).toEqual([[b, c], [a]]);
      expect(call.core.live.indicatedNetBufferLists).toBe(0);
    });
  });

describe("13. Receive: the reference drivers", () => {
  behaviour("RCV-12", "the MCM has lists enough for a burst: none comes with RESOURCES", () => {
    const probe = new Listener();
    const pair = new Pair({ alice: { sendBuffers: 64 }, lab: { probe } }).start();
    const call = pair.alice.call(BOB);
    pair.alice.send(call, ...Array.from({ length: 12 }, (_, i) => pattern(60, i)));
    pair.runUntil(() => pair.bob.frames.length === 12);
    const indications = probe.fieldsOf("ddi", "NdisMCoIndicateReceiveNetBufferLists");
    expect(indications.length).toBeGreaterThan(0);
    const lent = indications.filter(
      ({ CoReceiveFlags }) => (Number(CoReceiveFlags) & NDIS_RECEIVE_FLAGS_RESOURCES) !== 0,
    );
    expect(lent).toEqual([]);
    expect(pair.stop()).toEqual({});
  });
});

describe("a chain of which one list must not come back", () => {
  for (const verifier of [false, { everyRule: "warn" }] as const) {
    const name = verifier === false ? "off" : "at warn";
    it(`RCV-04 with the verifier ${name}: the good ones go back to the miniport, the bad one is left alone`, () => {
      const call = connected("mcm", { verifier });
      const { core } = call;
      const [a, b, c] = listArray(receivedLists(call, 3));
      const foreign = core.client.lists(1, null);
      if (a === undefined || b === undefined || c === undefined) throw new Error("three lists");
      indicate(call, a, 3);
      [a.Next, foreign.Next] = [foreign, b];
      giveBack(call, a);
      const [, returned] = core.mcm.last("MiniportReturnNetBufferLists");
      expect(listArray(returned)).toEqual([a, b, c]);
      expect(core.live.indicatedNetBufferLists).toBe(0);
      expect(core.violations).toEqual([{ rule: "RCV-04", owner: "client" }]);
    });

    it(`RCV-04 with the verifier ${name}: a list that is twice in the chain goes back once`, () => {
      const call = connected("mcm", { verifier });
      const [a, b] = listArray(receivedLists(call, 2));
      if (a === undefined || b === undefined) throw new Error("two lists");
      indicate(call, a, 2);
      indicate(call, receivedLists(call));
      b.Next = a;
      giveBack(call, a);
      const [, returned] = call.core.mcm.last("MiniportReturnNetBufferLists");
      expect(listArray(returned)).toEqual([a, b]);
      expect(call.core.live.indicatedNetBufferLists).toBe(1);
    });
  }

  it("RCV-06: a list that the client has is not freed by the miniport", () => {
    const call = connected("mcm");
    const lists = receivedLists(call);
    indicate(call, lists);
    expect(broken(() => call.core.mcm.ndis.NdisFreeNetBufferList(lists))).toMatch(/^RCV-06 by /);
  });
});
