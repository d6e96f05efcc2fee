import { describe, expect, it } from "vitest";
import type { NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import {
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK,
  NDIS_SEND_FLAGS_SINGLE_QUEUE,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PAUSED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SEND_ABORTED,
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_VC_NOT_ACTIVATED,
  NET_PNP_EVENT_CODE,
  NET_BUFFER_LIST as NetBufferList,
} from "../../src/ndis/index.ts";
import { BOB, Listener, Pair, pattern, connected as twoHosts } from "../miniport/two-hosts.ts";
import type { Route } from "../ndis/core-harness.ts";
import { broken, Core, listArray, PENDING_AS_FINAL, ROUTES } from "../ndis/core-harness.ts";
import type { Call } from "./calls.ts";
import { accepted, completeSend, connected, dialling, miniportOf, send } from "./calls.ts";
import { behaviour, enforced } from "./rule-case.ts";

const SECOND_NS = 1e9;

/** The client's lists, in the order in which they are chained. */
function lists({ core, vc }: Call, count: number): NET_BUFFER_LIST[] {
  return listArray(core.client.lists(count, vc));
}

function sendThese({ core, vc }: Call, first: NET_BUFFER_LIST | undefined, flags = 0): void {
  if (first === undefined) throw new Error("no list");
  core.client.ndis.NdisCoSendNetBufferLists(vc, first, flags);
}

/** Two calls of two clients. */
function twoCalls(route: Route) {
  const core = new Core({ route, clients: ["one", "two"] }).start();
  const [one, two] = core.clients;
  if (one === undefined || two === undefined) throw new Error("two clients");
  const vcOne = core.connectedVc(core.openAf(one), one);
  const vcTwo = core.connectedVc(core.openAf(two), two);
  return { core, one, two, vcOne, vcTwo };
}

/** A list sent between the news that the NIC is gone and the pause that follows, and what the miniport does with it. */
function sendToRemoved(route: Route, answer: (call: Call, list: NET_BUFFER_LIST) => void): NET_BUFFER_LIST {
  const call = connected(route);
  const { core } = call;
  const nic = route === "mcm" ? core.mcm : core.miniport;
  nic.on.co.CoSendNetBufferListsHandler = (_vc, sent) => answer(call, sent);
  const [list] = lists(call, 1);
  if (list === undefined) throw new Error("no list");
  const [adapter] = core.ndis.adapters;
  if (adapter === undefined) throw new Error("no adapter");
  adapter.surpriseRemoved = true;
  sendThese(call, list);
  return list;
}

for (const route of ROUTES)
  describe("12. Send: what a client sends", () => {
    enforced("SND-01", "SourceHandle of one list in the chain is not the VC handle", {
      by: "client",
      caught: () => {
        const call = connected(route);
        const [first, second] = lists(call, 2);
        if (second !== undefined) second.SourceHandle = null;
        sendThese(call, first);
      },
      passes: () => {
        const call = connected(route);
        sendThese(call, lists(call, 2)[0]);
      },
    });

    enforced("SND-02", "a list that comes from no NDIS pool", {
      by: "client",
      caught: () => {
        const call = connected(route);
        const list = new NetBufferList();
        list.SourceHandle = call.vc;
        sendThese(call, list);
      },
      passes: () => {
        const call = connected(route);
        sendThese(call, lists(call, 1)[0]);
      },
    });

    enforced("SND-03", "a list is sent again before its send is complete", {
      by: "client",
      caught: () => {
        const call = connected(route);
        const [list] = lists(call, 1);
        sendThese(call, list);
        sendThese(call, list);
      },
      passes: () => {
        const call = connected(route);
        const [list] = lists(call, 1);
        sendThese(call, list);
        if (list !== undefined) completeSend(call, list);
        sendThese(call, list);
      },
    });

    behaviour(
      "SND-04",
      "MiniportCoSendNetBufferLists gets the miniport's VC context, and the lists in the order given",
      () => {
        const call = connected(route);
        const order = lists(call, 3);
        sendThese(call, order[0], NDIS_SEND_FLAGS_SINGLE_QUEUE);
        const [context, given, flags] = call.core.manager.last("MiniportCoSendNetBufferLists");
        const own = route === "mcm" ? { mcmVc: call.vc } : { miniportVc: call.vc };
        expect([context, flags]).toEqual([own, NDIS_SEND_FLAGS_SINGLE_QUEUE]);
        expect(listArray(given)).toEqual(order);
      },
    );

    behaviour("SND-14", "a client sends while its call is connected, and not before or after", () => {
      const before = dialling(route, { verifier: false });
      before.core.activate(before.vc);
      const accepting = accepted(route, { verifier: false });
      const closing = connected(route, { verifier: false });
      closing.core.closeCall(closing.vc);
      for (const call of [before, accepting, closing]) {
        const [list] = lists(call, 1);
        sendThese(call, list);
        expect(list?.Status).toBe(NDIS_STATUS_VC_NOT_ACTIVATED);
        expect(call.core.client.calls("ProtocolCoSendNetBufferListsComplete")).toHaveLength(1);
        expect(call.core.manager.calls("MiniportCoSendNetBufferLists")).toEqual([]);
        expect(call.core.live.sentNetBufferLists).toBe(0);
      }
      const early = dialling(route);
      expect(broken(() => send(early))).toBe("SND-14 by client");
    });
  });

for (const route of ROUTES)
  describe("12. Send: what a miniport completes", () => {
    const by = miniportOf(route);

    enforced("SND-06", "a list is completed that was never sent", {
      by,
      caught: () => {
        const call = connected(route);
        send(call);
        const [other] = lists(call, 1);
        if (other !== undefined) completeSend(call, other);
      },
      passes: () => {
        const call = connected(route);
        completeSend(call, send(call));
      },
    });

    enforced("SND-06", "a list is completed without a final Status of its own", {
      by,
      caught: () => {
        const call = connected(route);
        const list = send(call);
        list.Status = PENDING_AS_FINAL;
        completeSend(call, list);
      },
      passes: () => {
        const call = connected(route);
        const list = send(call);
        list.Status = NDIS_STATUS_FAILURE;
        completeSend(call, list);
        expect(list.Status).toBe(NDIS_STATUS_FAILURE);
      },
    });

    behaviour("SND-07", "lists of several sends come back in any order, split and merged", () => {
      const call = connected(route);
      const [a, b, c] = lists(call, 3);
      if (a === undefined || b === undefined || c === undefined) throw new Error("three lists");
      [a.Next, b.Next] = [b, null];
      sendThese(call, a);
      sendThese(call, c);
      [c.Next, a.Next] = [b, null];
      completeSend(call, c);
      completeSend(call, a);
      const complete = call.core.client.calls("ProtocolCoSendNetBufferListsComplete");
      expect(complete.map(([, first]) => first)).toEqual([c, a]);
      expect(call.core.live.sentNetBufferLists).toBe(0);
    });

    enforced("SND-08", "a list comes back without its NET_BUFFER", {
      by,
      caught: () => {
        const call = connected(route);
        const list = send(call);
        list.FirstNetBuffer = null;
        completeSend(call, list);
      },
      passes: () => {
        const call = connected(route);
        completeSend(call, send(call));
      },
    });

    behaviour("SND-09", "without the verifier a list that is completed twice comes back once, and it is told", () => {
      const call = connected(route, { verifier: false });
      const list = send(call);
      completeSend(call, list);
      completeSend(call, list);
      expect(call.core.client.calls("ProtocolCoSendNetBufferListsComplete")).toHaveLength(1);
      expect(call.core.violations).toEqual([{ rule: "SND-09", owner: miniportOf(route) }]);
      expect(call.core.live.sentNetBufferLists).toBe(0);
    });

    enforced("SND-09", "one list is completed twice, while another one is out", {
      by,
      caught: () => {
        const call = connected(route);
        const list = send(call);
        send(call);
        completeSend(call, list);
        completeSend(call, list);
      },
      passes: () => {
        const call = connected(route);
        const list = send(call);
        const other = send(call);
        completeSend(call, list);
        completeSend(call, other);
      },
    });

    behaviour("SND-10", "each list goes back to the client that sent it, with its VC context", () => {
      const { core, one, two, vcOne, vcTwo } = twoCalls(route);
      const [ofOne, ofTwo] = [one.lists(1, vcOne), two.lists(1, vcTwo)];
      one.ndis.NdisCoSendNetBufferLists(vcOne, ofOne, 0);
      two.ndis.NdisCoSendNetBufferLists(vcTwo, ofTwo, 0);
      completeSend({ core, vc: vcTwo }, ofTwo);
      completeSend({ core, vc: vcOne }, ofOne);
      expect(one.calls("ProtocolCoSendNetBufferListsComplete")).toEqual([[{ vc: "one" }, ofOne, 0]]);
      expect(two.calls("ProtocolCoSendNetBufferListsComplete")).toEqual([[{ vc: "two" }, ofTwo, 0]]);
    });

    behaviour("SND-13", "a send may be complete before anything is on the wire: the buffers are free then", () => {
      const call = connected(route);
      const { core, vc } = call;
      core.manager.on.co.CoSendNetBufferListsHandler = (_context, given) => completeSend({ core, vc }, given);
      const list = send(call);
      send(call);
      expect(core.client.calls("ProtocolCoSendNetBufferListsComplete")).toHaveLength(2);
      expect(broken(() => core.client.ndis.NdisFreeNetBufferList(list))).toBe("nothing");
    });
  });

for (const route of ROUTES)
  describe("12. Send: loopback, cancelling, pausing", () => {
    behaviour(
      "SND-11",
      "the sender receives what it sends with CHECK_FOR_LOOPBACK only, lent, and nobody else does",
      () => {
        const { core, one, two, vcOne } = twoCalls(route);
        one.ndis.NdisCoSendNetBufferLists(vcOne, one.lists(1, vcOne), 0);
        expect(one.calls("ProtocolCoReceiveNetBufferLists")).toEqual([]);
        const list = one.lists(2, vcOne);
        one.ndis.NdisCoSendNetBufferLists(vcOne, list, NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK);
        expect(one.calls("ProtocolCoReceiveNetBufferLists")).toEqual([
          [one.context, { vc: "one" }, list, 2, NDIS_RECEIVE_FLAGS_RESOURCES],
        ]);
        expect(two.calls("ProtocolCoReceiveNetBufferLists")).toEqual([]);
        expect([core.live.indicatedNetBufferLists, core.live.sentNetBufferLists]).toEqual([0, 3]);
      },
    );

    it("CLS-01: what loops back is on its way already: the call is not closed from inside the receive", () => {
      const call = connected(route);
      const { client } = call.core;
      client.on.co.CoReceiveNetBufferListsHandler = () => void call.core.closeCall(call.vc);
      expect(broken(() => send(call, 1, NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK))).toBe("CLS-01 by client");
    });

    behaviour(
      "SND-15",
      "NdisCancelSendNetBufferLists asks MiniportCancelSend; what it aborts comes back with SEND_ABORTED",
      () => {
        const call = connected(route);
        const { core } = call;
        const fake = route === "mcm" ? core.mcm : core.miniport;
        const [wanted, other] = lists(call, 2);
        if (wanted === undefined || other === undefined) throw new Error("two lists");
        wanted.Next = null;
        const { ndis } = core.client;
        ndis.NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(wanted, 0x1234);
        fake.on.miniport.CancelSendHandler = (_adapter, id) => {
          for (const list of [wanted, other]) {
            if (ndis.NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(list) !== id) continue;
            list.Status = NDIS_STATUS_SEND_ABORTED;
            completeSend(call, list);
          }
        };
        sendThese(call, wanted);
        sendThese(call, other);
        ndis.NdisCancelSendNetBufferLists(core.client.binding, 0x1234);
        const [, first] = core.client.last("ProtocolCoSendNetBufferListsComplete");
        expect(first).toBe(wanted);
        expect(wanted.Status).toBe(NDIS_STATUS_SEND_ABORTED);
        expect(core.live.sentNetBufferLists).toBe(1);
      },
    );

    behaviour("SND-16", "while its binding is paused, what a client sends comes back at once with PAUSED", () => {
      const call = connected(route);
      const { core } = call;
      const statuses: number[] = [];
      core.client.on.protocol.NetPnPEventHandler = (_context, event) => {
        if (event.NetPnPEvent.NetEvent === NET_PNP_EVENT_CODE.NetEventPause) {
          const [list] = lists(call, 1);
          sendThese(call, list);
          if (list !== undefined) statuses.push(list.Status);
        }
        return NDIS_STATUS_SUCCESS;
      };
      broken(() => core.stop());
      expect(statuses).toEqual([NDIS_STATUS_PAUSED]);
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toEqual([]);
    });
  });

describe("12. Send: the reference drivers", () => {
  behaviour(
    "SND-05",
    "the MCM takes more than its ring holds, and sends all of it in the order in which it came",
    () => {
      const pair = new Pair({ alice: { sendBuffers: 64, configuration: { "*TransmitBuffers": 16 } } }).start();
      const call = pair.alice.call(BOB);
      const frames = Array.from({ length: 50 }, (_, i) => pattern(40, i));
      pair.alice.send(call, ...frames);
      pair.runUntil(() => pair.bob.frames.length === frames.length);
      expect(pair.bob.frames.map(({ bytes }) => bytes)).toEqual(frames);
      expect(pair.stop()).toEqual({});
    },
  );
});

describe("12. Send: a NIC that was pulled out", () => {
  for (const route of ROUTES)
    enforced("SND-16", "a send that comes after the surprise removal is kept", {
      by: miniportOf(route),
      caught: () => sendToRemoved(route, () => {}),
      passes: () => {
        const list = sendToRemoved(route, (call, sent) => {
          sent.Status = NDIS_STATUS_NOT_ACCEPTED;
          completeSend(call, sent);
        });
        expect(list.Status).toBe(NDIS_STATUS_NOT_ACCEPTED);
      },
    });

  // Something that happens after the miniport was told, and before the client's binding is paused.
  for (const [route, moment] of [
    ["mcm", "ProtocolCoOidRequest"],
    ["call-manager", "binding"],
  ] as const)
    behaviour("SND-16", "the reference drivers of the NIC complete new sends at once with NOT_ACCEPTED", () => {
      const probe = new Listener();
      const { pair, call } = twoHosts({ alice: { host: { route } }, probe });
      const { alice } = pair;
      const list = alice.fill(pattern(60), pattern(5_000));
      const lists = [list, list.Next];
      probe.emit = (_source, _kind, name) => {
        if (name !== moment || list.Status !== NDIS_STATUS_PENDING) return;
        call.send(list);
        expect(lists.map((each) => each?.Status)).toEqual([NDIS_STATUS_NOT_ACCEPTED, NDIS_STATUS_NOT_ACCEPTED]);
        expect(call.binding.sendsOutstanding).toBe(0);
      };
      list.Status = PENDING_AS_FINAL;
      const [adapter] = alice.host.ndis.adapters;
      if (adapter === undefined) throw new Error("no adapter");
      alice.host.machine.processor.startThread("removal", alice.host.ndis.surpriseRemoveDevice(adapter));
      pair.runUntil(() => adapter.state === "Halted");
      expect(list.Status).toBe(NDIS_STATUS_NOT_ACCEPTED);
    });
});

describe("sends and their time", () => {
  const watched = () => {
    const call = connected("mcm");
    return { ...call, at: (seconds: number) => call.core.world.runUntilTime(seconds * SECOND_NS) };
  };

  it("NdisTimedDataHang: with sends out one completes every 22 s; the miniport is named", () => {
    const { core, vc, at } = watched();
    send({ core, vc });
    at(21.9);
    expect(core.machine.processor.stopped).toBeNull();
    at(22);
    expect(core.machine.processor.stopped).toMatchObject({ rule: "NdisTimedDataHang", owner: "mcm" });
  });

  it("NdisTimedDataSend: each send completes within 30 s, however busy the miniport is (0x9200D)", () => {
    const { core, vc, at } = watched();
    send({ core, vc });
    for (let seconds = 5; seconds < 30; seconds += 5) {
      at(seconds);
      completeSend({ core, vc }, send({ core, vc }));
    }
    at(29.9);
    expect(core.machine.processor.stopped).toBeNull();
    at(30);
    expect(core.machine.processor.stopped).toMatchObject({ rule: "NdisTimedDataSend", owner: "mcm" });
    expect(core.machine.processor.stopped?.args[0]).toBe(0x9200d);
  });

  it("a miniport that completes in time is not disturbed, and a quiet world stays quiet", () => {
    const { core, vc, at } = watched();
    for (let seconds = 0; seconds < 100; seconds += 10) {
      at(seconds);
      completeSend({ core, vc }, send({ core, vc }, 3));
    }
    send({ core, vc });
    // Only the watch is left: nothing that would keep the world going.
    expect(core.world.step()).toBe(false);
    const off = connected("mcm", { verifier: false });
    send(off);
    off.core.world.runUntilTime(100 * SECOND_NS);
    expect(off.core.machine.processor.stopped).toBeNull();
  });

  it("as warnings they are told, and the machine runs on", () => {
    const call = connected("mcm", { verifier: { everyRule: "warn" } });
    send(call);
    call.core.world.runUntilTime(100 * SECOND_NS);
    expect(new Set(call.core.rules)).toEqual(new Set(["NdisTimedDataHang", "NdisTimedDataSend"]));
  });
});

describe("a list that another driver holds", () => {
  it("SND-03: is not freed by its sender", () => {
    const call = connected("mcm");
    const list = send(call);
    expect(broken(() => call.core.client.ndis.NdisFreeNetBufferList(list))).toMatch(/^SND-03 by /);
  });

  it("SND-03: is not sent again as a part of its own chain", () => {
    const call = connected("mcm");
    const [first, second] = lists(call, 2);
    if (first === undefined || second === undefined) throw new Error("two lists");
    second.Next = first;
    expect(broken(() => sendThese(call, first))).toBe("SND-03 by client");
  });

  it("comes back with the SourceHandle that it was sent with", () => {
    const call = connected("mcm");
    const list = send(call);
    list.SourceHandle = null;
    expect(broken(() => completeSend(call, list))).toBe("SND-10 by mcm");
  });
});
