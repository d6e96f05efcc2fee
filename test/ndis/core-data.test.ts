import { describe, expect, it } from "vitest";
import type { NdisVcHandle, NET_BUFFER_LIST, VerifierSettings } from "../../src/ndis/index.ts";
import {
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_STATUS_PAUSED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_VC_NOT_ACTIVATED,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  NET_PNP_EVENT_CODE,
} from "../../src/ndis/index.ts";
import { broken, Core, chain, listArray, PARAMETERS } from "./core-harness.ts";

function connected(verifier: boolean | VerifierSettings = true) {
  const core = new Core({ verifier }).start();
  const vc = core.connectedVc();
  return { core, vc };
}

function twoClients() {
  const core = new Core({ clients: ["one", "two"] }).start();
  const [one, two] = core.clients;
  if (one === undefined || two === undefined) throw new Error("two clients");
  return {
    core,
    one,
    two,
    vcOne: core.connectedVc(core.openAf(one), one),
    vcTwo: core.connectedVc(core.openAf(two), two),
  };
}

/** Lists of the MCM's own pool, to be indicated. */
function received(core: Core, vc: NdisVcHandle, count: number) {
  const { ndis, handle } = core.mcm;
  const parameters = NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: 1 });
  return chain(ndis, ndis.NdisAllocateNetBufferListPool(handle, parameters), count, vc);
}

describe("NdisCoSendNetBufferLists", () => {
  it("SND-04: passes the lists to MiniportCoSendNetBufferLists in their order, with the MCM's VC context and the flags", () => {
    const { core, vc } = connected();
    const lists = core.client.lists(3, vc);
    const order = listArray(lists);
    core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 6);
    const [context, given, flags] = core.mcm.last("MiniportCoSendNetBufferLists");
    expect([context, flags]).toEqual([{ mcmVc: vc }, 6]);
    expect(listArray(given)).toEqual(order);
    expect(core.live.sentNetBufferLists).toBe(3);
  });

  it("SND-10: completions go to the sender with its VC context, also a part of what was sent, in any order (SND-07)", () => {
    const { core, one, two, vcOne, vcTwo } = twoClients();
    const [first, second] = listArray(one.lists(2, vcOne));
    if (first === undefined || second === undefined) throw new Error("two lists");
    one.ndis.NdisCoSendNetBufferLists(vcOne, first, 0);
    two.ndis.NdisCoSendNetBufferLists(vcTwo, two.lists(1, vcTwo), 0);
    first.Next = null;
    const complete = core.mcm.ndis.NdisMCoSendNetBufferListsComplete;
    complete(vcOne, second, 2);
    expect(one.calls("ProtocolCoSendNetBufferListsComplete")).toEqual([[{ vc: "one" }, second, 2]]);
    complete(vcOne, first, 0);
    expect(two.calls("ProtocolCoSendNetBufferListsComplete")).toEqual([]);
    expect(core.live.sentNetBufferLists).toBe(1);
  });

  it("SND-14: only while connected; what is refused comes back with a failing status", () => {
    const attempt = (core: Core, vc: NdisVcHandle) =>
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(2, vc), 0);
    const dialling = new Core().start();
    const vc = dialling.createVc(dialling.openAf());
    dialling.makeCall(vc);
    dialling.activate(vc);
    expect(broken(() => attempt(dialling, vc))).toBe("SND-14 by client");
    const closing = connected();
    closing.core.closeCall(closing.vc);
    expect(broken(() => attempt(closing.core, closing.vc))).toBe("CLS-02 by client");
    const soft = connected(false);
    soft.core.closeCall(soft.vc);
    attempt(soft.core, soft.vc);
    const [, lists] = soft.core.client.last("ProtocolCoSendNetBufferListsComplete");
    expect(listArray(lists).map(({ Status }) => Status)).toEqual([
      NDIS_STATUS_VC_NOT_ACTIVATED,
      NDIS_STATUS_VC_NOT_ACTIVATED,
    ]);
    expect(soft.core.mcm.calls("MiniportCoSendNetBufferLists")).toEqual([]);
    expect(soft.core.live.sentNetBufferLists).toBe(0);
  });

  it("OUT-10, CON-02: sending is legal from inside the completion and from ProtocolClCallConnected on", () => {
    const core = new Core().start();
    const vc = core.createVc(core.openAf());
    core.client.on.cl.ClMakeCallCompleteHandler = () =>
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    core.makeCall(vc);
    core.activate(vc);
    core.completeCall(vc);
    expect(core.mcm.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
    const listening = new Core().start();
    const af = listening.openAf();
    const incoming = listening.createIncomingVc(af);
    const send = () => listening.client.ndis.NdisCoSendNetBufferLists(incoming, listening.client.lists(1, incoming), 0);
    listening.activate(incoming);
    listening.client.on.cl.ClIncomingCallHandler = () => NDIS_STATUS_SUCCESS;
    listening.mcm.ndis.NdisMCmDispatchIncomingCall(listening.registerSap(af), incoming, PARAMETERS);
    expect(broken(send)).toBe("SND-14 by client");
    listening.client.on.cl.ClCallConnectedHandler = send;
    listening.mcm.ndis.NdisMCmDispatchCallConnected(incoming);
    expect(listening.mcm.calls("MiniportCoSendNetBufferLists")).toHaveLength(1);
  });

  it("SND-01: SourceHandle is the VC handle; SND-02: lists are NDIS's own and not freed", () => {
    const { core, vc } = connected();
    const send = (lists: ReturnType<typeof core.client.lists>) =>
      core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
    expect(broken(() => send(core.client.lists(1, null)))).toBe("SND-01 by client");
    const mixed = core.client.lists(2, vc);
    if (mixed.Next !== null) mixed.Next.SourceHandle = null;
    expect(broken(() => send(mixed))).toBe("SND-01 by client");
    const freed = core.client.lists(1, vc);
    core.client.ndis.NdisFreeNetBufferList(freed);
    expect(broken(() => send(freed))).toBe("SND-02 by client");
  });

  it("SND-06, SND-09: the miniport completes what it has, once, on the VC that it came from", () => {
    const { core, vc } = connected();
    const lists = core.client.lists(1, vc);
    core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
    core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
    const again = () => core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
    expect(broken(again)).toBe("SND-09 by mcm");
    const { core: other, one, two, vcOne, vcTwo } = twoClients();
    const ofOne = one.lists(1, vcOne);
    one.ndis.NdisCoSendNetBufferLists(vcOne, ofOne, 0);
    two.ndis.NdisCoSendNetBufferLists(vcTwo, two.lists(1, vcTwo), 0);
    expect(broken(() => other.mcm.ndis.NdisMCoSendNetBufferListsComplete(vcTwo, ofOne, 0))).toBe("SND-06 by mcm");
    const soft = connected(false);
    const sent = soft.core.client.lists(1, soft.vc);
    soft.core.client.ndis.NdisCoSendNetBufferLists(soft.vc, sent, 0);
    soft.core.mcm.ndis.NdisMCoSendNetBufferListsComplete(soft.vc, sent, 0);
    soft.core.mcm.ndis.NdisMCoSendNetBufferListsComplete(soft.vc, sent, 0);
    expect(soft.core.client.calls("ProtocolCoSendNetBufferListsComplete")).toHaveLength(1);
    expect(soft.core.live.sentNetBufferLists).toBe(0);
  });

  it("CNC-02: the completion may run before the send returns", () => {
    const { core, vc } = connected();
    core.mcm.on.co.CoSendNetBufferListsHandler = (_context, lists) =>
      core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(4, vc), 0);
    expect(core.client.calls("ProtocolCoSendNetBufferListsComplete")).toHaveLength(1);
    expect(core.live.sentNetBufferLists).toBe(0);
  });

  it("BND-05: on a binding that is not running the lists come back with PAUSED", () => {
    const { core, vc } = connected();
    let statuses: number[] = [];
    core.client.on.protocol.NetPnPEventHandler = (_context, { NetPnPEvent }) => {
      if (NetPnPEvent.NetEvent !== NET_PNP_EVENT_CODE.NetEventPause) return NDIS_STATUS_SUCCESS;
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(2, vc), 0);
      const [, lists] = core.client.last("ProtocolCoSendNetBufferListsComplete");
      statuses = listArray(lists).map(({ Status }) => Status);
      for (const list of listArray(lists)) core.client.ndis.NdisFreeNetBufferList(list);
      core.endCall(vc);
      return NDIS_STATUS_SUCCESS;
    };
    const [adapter] = core.ndis.adapters;
    if (adapter === undefined) throw new Error("no adapter");
    // Only the pause event is of interest: the address family stays open, which is a violation of its own (BND-08).
    expect(broken(() => core.run(core.ndis.removeDevice(adapter)))).toBe("BND-08 by client");
    expect(statuses).toEqual([NDIS_STATUS_PAUSED, NDIS_STATUS_PAUSED]);
    expect(core.mcm.calls("MiniportCoSendNetBufferLists")).toEqual([]);
  });
});

describe("NdisMCoIndicateReceiveNetBufferLists", () => {
  it("RCV-02, RCV-13: goes to the client that shares the VC and to no other: binding, VC context, list, count, flags", () => {
    const { core, one, two, vcTwo } = twoClients();
    const lists = received(core, vcTwo, 2);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vcTwo, lists, 2, 0x800);
    expect(two.calls("ProtocolCoReceiveNetBufferLists")).toEqual([[two.context, { vc: "two" }, lists, 2, 0x800]]);
    expect(one.calls("ProtocolCoReceiveNetBufferLists")).toEqual([]);
    expect(core.live.indicatedNetBufferLists).toBe(2);
  });

  it("RCV-04, RCV-06: without RESOURCES the lists are the client's until it returns them to MiniportReturnNetBufferLists", () => {
    const { core, vc } = connected();
    const lists = received(core, vc, 2);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, 2, 0);
    expect(core.mcm.calls("MiniportReturnNetBufferLists")).toEqual([]);
    core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists, 2);
    expect(core.mcm.calls("MiniportReturnNetBufferLists")).toEqual([[core.mcm.context, lists, 2]]);
    expect(core.live.indicatedNetBufferLists).toBe(0);
  });

  it("RCV-08: lists of several indications and VCs may come back mixed and in any order", () => {
    const core = new Core().start();
    const af = core.openAf();
    const vcs = [core.connectedVc(af), core.connectedVc(af)];
    const lists = vcs.flatMap((vc) => {
      const given = received(core, vc, 2);
      core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, given, 2, 0);
      return listArray(given);
    });
    const [a, b, c, d] = lists;
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("four lists");
    [d.Next, a.Next] = [a, null];
    core.client.ndis.NdisReturnNetBufferLists(core.client.binding, d, 0);
    [b.Next, c.Next] = [c, null];
    core.client.ndis.NdisReturnNetBufferLists(core.client.binding, b, 0);
    expect(core.live.indicatedNetBufferLists).toBe(0);
    for (const vc of vcs) core.endCall(vc);
  });

  it("RCV-05, RCV-07: with RESOURCES the lists are the miniport's again when the call returns: nothing to return", () => {
    const { core, vc } = connected();
    const lists = received(core, vc, 1);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, 1, NDIS_RECEIVE_FLAGS_RESOURCES);
    expect(core.mcm.calls("MiniportReturnNetBufferLists")).toEqual([]);
    expect(core.live.indicatedNetBufferLists).toBe(0);
    const give = () => core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists, 0);
    expect(broken(give)).toBe("RCV-05 by client");
  });

  it("RCV-04: a list comes back once, and on the binding that it came on", () => {
    const { core, vc } = connected();
    const lists = received(core, vc, 1);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, 1, 0);
    const give = () => core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists, 0);
    give();
    expect(broken(give)).toBe("RCV-04 by client");
    const two = twoClients();
    const other = received(two.core, two.vcOne, 1);
    two.core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(two.vcOne, other, 1, 0);
    expect(broken(() => two.two.ndis.NdisReturnNetBufferLists(two.two.binding, other, 0))).toBe("RCV-04 by two");
    const soft = connected(false);
    const once = received(soft.core, soft.vc, 1);
    soft.core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(soft.vc, once, 1, 0);
    for (let i = 0; i < 2; i++) soft.core.client.ndis.NdisReturnNetBufferLists(soft.core.client.binding, once, 0);
    expect(soft.core.mcm.calls("MiniportReturnNetBufferLists")).toHaveLength(1);
    expect(soft.core.live.indicatedNetBufferLists).toBe(0);
  });

  it("RCV-01: SourceHandle is the VC handle; RCV-03: the count is the length of the list", () => {
    const { core, vc } = connected();
    const indicate = core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists;
    const stray = received(core, vc, 2);
    if (stray.Next !== null) stray.Next.SourceHandle = null;
    expect(broken(() => indicate(vc, stray, 2, 0))).toBe("RCV-01 by mcm");
    for (const count of [0, 1, 3]) {
      expect(broken(() => indicate(vc, received(core, vc, 2), count, 0))).toBe("RCV-03 by mcm");
    }
  });

  it("RCV-06 as a warning: a chain that is refused is left as it is", () => {
    const { core, vc } = connected({ rules: { "RCV-06": "warn" } });
    const indicate = core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists;
    const [kept, fresh] = [received(core, vc, 1), received(core, vc, 1)];
    indicate(vc, kept, 1, 0);
    fresh.Next = kept;
    indicate(vc, fresh, 2, 0);
    expect(core.rules).toEqual(["RCV-06"]);
    expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
    fresh.Next = null;
    // The miniport has it still: it may indicate it, or free it.
    indicate(vc, fresh, 1, 0);
    expect([core.rules, core.live.indicatedNetBufferLists]).toEqual([["RCV-06"], 2]);
    for (const list of [kept, fresh]) {
      core.client.ndis.NdisReturnNetBufferLists(core.client.binding, list, 0);
      core.mcm.ndis.NdisFreeNetBufferList(list);
    }
    expect([core.rules, core.live.indicatedNetBufferLists]).toEqual([["RCV-06"], 0]);
  });

  it("RCV-03 as a warning: it is the lists that are counted", () => {
    const { core, vc } = connected({ rules: { "RCV-03": "warn" } });
    for (const wrong of [0, 5]) {
      const lists = received(core, vc, 2);
      core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, wrong, 0);
      expect(core.live.indicatedNetBufferLists).toBe(2);
      core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists, 0);
      expect(core.live.indicatedNetBufferLists).toBe(0);
    }
    expect(core.rules).toEqual(["RCV-03", "RCV-03"]);
    core.closeCall(vc);
    core.completeClose(vc);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
  });

  it("NullCheck: what is returned is a chain of lists; without the verifier the lists before it are not counted as returned", () => {
    const { core, vc } = connected(false);
    const { ndis, binding } = core.client;
    const lists = received(core, vc, 3);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, 3, 0);
    const [, , last] = listArray(lists);
    if (last === undefined) throw new Error("three lists");
    last.Next = {} as NET_BUFFER_LIST;
    ndis.NdisReturnNetBufferLists(binding, lists, 0);
    last.Next = null;
    ndis.NdisReturnNetBufferLists(binding, lists, "0" as unknown as number);
    expect([core.rules, core.live.indicatedNetBufferLists]).toEqual([["NullCheck", "NullCheck"], 3]);
    ndis.NdisReturnNetBufferLists(binding, lists, 0);
    expect([core.mcm.calls("MiniportReturnNetBufferLists").length, core.live.indicatedNetBufferLists]).toEqual([1, 0]);
  });

  it("RCV-04: a list that is twice in the chain comes back once, without the verifier too", () => {
    const { core, vc } = connected(false);
    const lists = received(core, vc, 2);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, 2, 0);
    const more = received(core, vc, 5);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, more, 5, 0);
    if (lists.Next !== null) lists.Next.Next = lists;
    core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists, 0);
    expect([core.rules, core.live.indicatedNetBufferLists]).toEqual([["RCV-04"], 5]);
    const [, returned] = core.mcm.last("MiniportReturnNetBufferLists");
    expect(listArray(returned)).toHaveLength(2);
  });

  it("RCV-10, ACT-18: not on a VC that is inactive or closing; without the verifier the lists go straight back", () => {
    const core = new Core().start();
    const vc = core.createVc(core.openAf());
    const indicate = core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists;
    expect(broken(() => indicate(vc, received(core, vc, 1), 1, 0))).toBe("RCV-10 by mcm");
    const closing = connected();
    closing.core.closeCall(closing.vc);
    expect(
      broken(() =>
        closing.core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(
          closing.vc,
          received(closing.core, closing.vc, 1),
          1,
          0,
        ),
      ),
    ).toBe("RCV-10 by mcm");
    const soft = new Core({ verifier: false }).start();
    const idle = soft.createVc(soft.openAf());
    const lists = received(soft, idle, 1);
    soft.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(idle, lists, 1, 0);
    expect(soft.client.calls("ProtocolCoReceiveNetBufferLists")).toEqual([]);
    expect(soft.mcm.calls("MiniportReturnNetBufferLists")).toEqual([[soft.mcm.context, lists, 0]]);
    soft.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(idle, lists, 1, NDIS_RECEIVE_FLAGS_RESOURCES);
    expect(soft.mcm.calls("MiniportReturnNetBufferLists")).toHaveLength(1);
  });

  it("RCV-10: not while the adapter is paused; LIF-10: from MiniportRestart on", () => {
    const core = new Core();
    core.load();
    const found: string[] = [];
    core.mcm.on.miniport.RestartHandler = () => {
      found.push(broken(() => tryIndicate()));
      return NDIS_STATUS_SUCCESS;
    };
    const vcs: NdisVcHandle[] = [];
    const tryIndicate = () => {
      const [vc] = vcs;
      if (vc === undefined) return;
      core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, received(core, vc, 1), 1, NDIS_RECEIVE_FLAGS_RESOURCES);
    };
    // The call comes up while the adapter is still Paused.
    core.client.on.co.CoAfRegisterNotifyHandler = () => {
      vcs.push(core.connectedVc());
      found.push(broken(tryIndicate));
    };
    core.startDevice();
    expect(found).toEqual(["RCV-10 by mcm", "nothing"]);
    expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
  });
});

describe("sends and receives that are out", () => {
  it("ACT-17: receives must be back before the VC is deactivated", () => {
    const { core, vc } = connected();
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, received(core, vc, 1), 1, 0);
    core.closeCall(vc);
    expect(broken(() => core.deactivate(vc))).toBe("ACT-17 by mcm");
  });

  it("CLS-01 is the client's, ACT-17 the MCM's: with both back everything ends", () => {
    const { core, vc } = connected();
    core.mcm.on.co.CoSendNetBufferListsHandler = (_context, lists) =>
      core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
    expect(core.closeCall(vc)).toBe(NDIS_STATUS_PENDING);
    core.completeClose(vc);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
  });
});
