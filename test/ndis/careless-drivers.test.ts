import { describe, expect, it } from "vitest";
import type {
  NdisPartyHandle,
  NdisSapHandle,
  NdisTimerHandle,
  NdisVcHandle,
  NET_BUFFER,
} from "../../src/ndis/index.ts";
import {
  InOutParameter,
  LOCK_STATE_EX,
  NDIS_EVENT,
  NDIS_SPIN_LOCK,
  NDIS_STATUS_INDICATION,
  NDIS_STATUS_SUCCESS,
  NDIS_TIMER_CHARACTERISTICS,
  NPAGED_LOOKASIDE_LIST,
  OutParameter,
} from "../../src/ndis/index.ts";
import { multipoint } from "../rules/calls.ts";
import { broken, Core, PARAMETERS } from "./core-harness.ts";

/*
 * What C takes and a machine then crashes of: pointers to nothing, structures that nobody initialised, handles of others. It is told as
 * the mistake of the driver that made it.
 */

/** What a compiler of C lets pass with a cast. */
const cast = (value: unknown): never => value as never;

const TAG = 0x31676174;

/** Mistakes of an MCM whose adapter runs. */
const OF_THE_MCM: readonly (readonly [rule: string, what: string, mistake: (core: Core) => unknown])[] = [
  [
    "NullCheck",
    "characteristics without a header",
    ({ mcm }) =>
      mcm.ndis.NdisMRegisterMiniportDriver(cast({}), "", null, cast({ MajorNdisVersion: 6 }), new OutParameter()),
  ],
  [
    "NullCheck",
    "optional handlers without a header",
    ({ mcm }) => mcm.ndis.NdisSetOptionalHandlers(cast({}), cast({})),
  ],
  [
    "NullCheck",
    "an addend that is no LONG",
    ({ mcm }) => mcm.ndis.NdisInterlockedIncrement(cast(new InOutParameter("1"))),
  ],
  [
    "NullCheck",
    "a list head that was never initialised",
    ({ mcm }) => {
      const lock = NDIS_SPIN_LOCK();
      mcm.ndis.NdisAllocateSpinLock(lock);
      mcm.ndis.NdisInterlockedInsertHeadList({ Flink: null, Blink: null }, { Flink: null, Blink: null }, lock);
    },
  ],
  [
    "NullCheck",
    "a lookaside list that was never initialised",
    ({ mcm }) => mcm.ndis.NdisAllocateFromNPagedLookasideList(NPAGED_LOOKASIDE_LIST()),
  ],
  [
    "MEM-04",
    "a lookaside list without a tag",
    ({ mcm }) => mcm.ndis.NdisInitializeNPagedLookasideList(NPAGED_LOOKASIDE_LIST(), null, null, 0, 64, 0, 0),
  ],
  [
    "MEM-04",
    "a lookaside list that is initialised twice",
    ({ mcm }) => {
      const list = NPAGED_LOOKASIDE_LIST();
      for (let i = 0; i < 2; i++) mcm.ndis.NdisInitializeNPagedLookasideList(list, null, null, 0, 64, TAG, 0);
    },
  ],
  ["MEM-04", "a generic object without a tag", ({ mcm }) => mcm.ndis.NdisAllocateGenericObject(null, 0, 0)],
  [
    "NullCheck",
    "a read-write lock without a lock state",
    ({ mcm }) => {
      const lock = mcm.ndis.NdisAllocateRWLock(mcm.handle);
      if (lock !== null) mcm.ndis.NdisAcquireRWLockRead(lock, cast(null), 0);
    },
  ],
  [
    "NullCheck",
    "flags of a read-write lock that are no ULONG",
    ({ mcm }) => {
      const lock = mcm.ndis.NdisAllocateRWLock(mcm.handle);
      if (lock !== null) mcm.ndis.NdisAcquireRWLockRead(lock, LOCK_STATE_EX(), cast("0"));
    },
  ],
  ["NullCheck", "an event that was never initialised", ({ mcm }) => mcm.ndis.NdisSetEvent(NDIS_EVENT())],
  [
    "NullCheck",
    "an event that is initialised while a thread waits for it",
    (core) => {
      const event = NDIS_EVENT();
      core.mcm.ndis.NdisInitializeEvent(event);
      core.begin(core.mcm.ndis.NdisWaitEvent(event, 0));
      core.mcm.ndis.NdisInitializeEvent(event);
    },
  ],
  [
    "NullCheck",
    "a timer whose time is no LARGE_INTEGER",
    ({ mcm }) => mcm.ndis.NdisSetTimerObject(timerOf(mcm), cast("soon"), 0, null),
  ],
  ["NullCheck", "a wait whose time is no ULONG", (core) => core.run(core.mcm.ndis.NdisMSleep(cast("long")))],
  ["NullCheck", "bytes that are nobody's", ({ mcm }) => mcm.ndis.NdisZeroMemory(0x7fff_ffff, 4)],
  [
    "NullCheck",
    "attributes that point to nothing",
    ({ mcm }) => mcm.ndis.NdisMSetMiniportAttributes(mcm.handle, cast(null)),
  ],
  [
    "STA-08",
    "a status that is no miniport's to tell",
    ({ mcm }) =>
      mcm.ndis.NdisMCoIndicateStatusEx(mcm.handle, null, NDIS_STATUS_INDICATION({ StatusCode: cast(0x40010004) })),
  ],
  [
    "AF-38",
    "a status of an adapter that is none",
    ({ mcm }) => mcm.ndis.NdisMCoIndicateStatusEx(cast({}), null, NDIS_STATUS_INDICATION()),
  ],
  ["AF-38", "a VC that is none", ({ mcm }) => mcm.ndis.NdisMCmDispatchCallConnected(cast({}))],
  [
    "NullCheck",
    "a count of lists that is no ULONG",
    (core) => {
      const vc = core.connectedVc(core.openAf());
      core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, core.client.lists(1, vc), cast("1"), 0);
    },
  ],
  [
    "NullCheck",
    "flags of an indication that are no ULONG",
    (core) => {
      const vc = core.connectedVc(core.openAf());
      core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, core.client.lists(1, vc), 1, cast("0"));
    },
  ],
];

/** Mistakes of a client that is bound. */
const OF_THE_CLIENT: typeof OF_THE_MCM = [
  ["NullCheck", "a request that is none", ({ client }) => client.ndis.NdisOidRequest(client.binding, cast({}))],
  [
    "NullCheck",
    "a list whose NET_BUFFERs are no chain",
    (core) => {
      const vc = core.connectedVc(core.openAf());
      const list = core.client.lists(1, vc);
      list.FirstNetBuffer = { Next: null } as unknown as NET_BUFFER;
      core.client.ndis.NdisCoSendNetBufferLists(vc, list, 0);
    },
  ],
];

function timerOf({ ndis, handle }: Core["mcm"]): NdisTimerHandle {
  const timer = new OutParameter<NdisTimerHandle>();
  const characteristics = NDIS_TIMER_CHARACTERISTICS({ TimerFunction: () => {}, AllocationTag: TAG });
  ndis.NdisAllocateTimerObject(handle, characteristics, timer);
  if (timer.Value === null) throw new Error("no timer");
  return timer.Value;
}

describe("pointers and structures that are none", () => {
  it.each(OF_THE_MCM)("%s: %s, by an MCM", (rule, _what, mistake) => {
    const core = new Core().start();
    expect(broken(() => mistake(core))).toBe(`${rule} by mcm`);
  });

  it.each(OF_THE_CLIENT)("%s: %s, by a client", (rule, _what, mistake) => {
    const core = new Core().start();
    expect(broken(() => mistake(core))).toBe(`${rule} by client`);
  });
});

describe("AF-38: handles that belong to other drivers", () => {
  /** Two clients on one adapter; the second one uses what the first one has. */
  function foreign(use: (core: Core, vc: NdisVcHandle, sap: NdisSapHandle) => unknown): string {
    const core = new Core({ clients: ["one", "two"] }).start();
    const [one] = core.clients;
    const af = core.openAf(one);
    const sap = core.registerSap(af, one);
    const vc = core.connectedVc(af, one);
    return broken(() => use(core, vc, sap));
  }

  it("the VC of another client", () => {
    expect(foreign(({ clients }, vc) => clients[1]?.ndis.NdisClCloseCall(vc, null, null, 0))).toBe("AF-38 by two");
  });

  it("the SAP of another client", () => {
    expect(foreign(({ clients }, _vc, sap) => clients[1]?.ndis.NdisClDeregisterSap(sap))).toBe("AF-38 by two");
  });

  it("the party of another machine's client", () => {
    const { first } = multipoint("mcm");
    const stranger = new Core().start();
    expect(broken(() => stranger.client.ndis.NdisClDropParty(first, null, 0))).toBe("PTY-10 by client");
  });

  it("the party of another client", () => {
    const core = new Core({ clients: ["one", "two"] }).start();
    const [one, two] = core.clients;
    const vc = core.createVc(core.openAf(one), one);
    one?.ndis.NdisClMakeCall(vc, PARAMETERS, { party: 1 }, new OutParameter<NdisPartyHandle>());
    const party = core.mcm.last("ProtocolCmMakeCall")[2] as NdisPartyHandle;
    core.activate(vc);
    core.mcm.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, party, { cm: 1 }, PARAMETERS);
    expect(broken(() => two?.ndis.NdisClDropParty(party, null, 0))).toBe("AF-38 by two");
  });
});
