import { describe, expect, it } from "vitest";
import { BugCheck, SYSTEM_THREAD_EXCEPTION_NOT_HANDLED } from "../../src/machine/bug-check.ts";
import type { KernelEvent } from "../../src/machine/thread.ts";
import type { NDIS_STATUS, NdisProtocolDriverHandle, NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import {
  MDL,
  NDIS_OPEN_PARAMETERS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core, ROUTES } from "./core-harness.ts";

/** No status, whatever C would have made of it. */
const NO_STATUS: readonly unknown[] = [undefined, null, Number.NaN, 0.5, "0", {}, 0n, Symbol("status")];

function bugCheckOf(body: () => unknown): BugCheck {
  try {
    body();
  } catch (error) {
    if (error instanceof BugCheck) return error;
    throw error;
  }
  throw new Error("no bug check");
}

describe("exceptions of drivers", () => {
  for (const route of ROUTES) {
    for (const verifier of [true, false]) {
      const how = `route ${route}, verifier ${verifier ? "on" : "off"}`;

      it(`${how}: what a handler throws stops the machine and names the driver`, () => {
        const core = new Core({ route, verifier, unwatched: !verifier }).start();
        core.manager.on.cm.CmMakeCallHandler = () => {
          throw new TypeError("of the call manager");
        };
        const vc = core.createVc(core.openAf());
        const bugCheck = bugCheckOf(() => core.makeCall(vc));
        expect([bugCheck.code, bugCheck.owner]).toEqual([SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, core.manager.name]);
        expect(bugCheck.message).toContain("ProtocolCmMakeCall: TypeError: of the call manager");
      });

      it(`${how}: a body that waits for what is nothing to wait for`, () => {
        const yields: unknown[] = [
          undefined,
          5,
          {},
          { event: {}, timeoutNs: 1 },
          { event: null, timeoutNs: Number.NaN },
        ];
        for (const value of yields) {
          const core = new Core({ route, verifier }).start();
          core.client.on.protocol.NetPnPEventHandler = function* () {
            yield value as { event: KernelEvent | null; timeoutNs: number };
            return NDIS_STATUS_SUCCESS;
          };
          const bugCheck = bugCheckOf(() => core.stop());
          expect([bugCheck.code, bugCheck.owner]).toEqual([SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, "client"]);
        }
      });
    }
  }
});

describe("answers of drivers", () => {
  it.each(NO_STATUS)("%s is no answer to ProtocolCmMakeCall", (answer) => {
    const call = (verifier: boolean) => {
      const core = new Core({ verifier }).start();
      core.manager.on.cm.CmMakeCallHandler = () => answer as NDIS_STATUS;
      const vc = core.createVc(core.openAf());
      return { core, make: () => core.makeCall(vc) };
    };
    const on = call(true);
    expect(broken(on.make)).toBe("OUT-05 by mcm");
    const off = call(false);
    expect(off.make()).toBe(NDIS_STATUS_FAILURE);
  });

  it.each(NO_STATUS)("%s is no answer to MiniportPause, and the adapter goes all the same", (answer) => {
    const core = new Core({ verifier: false }).start();
    core.mcm.on.miniport.PauseHandler = () => answer as NDIS_STATUS;
    core.stop();
    expect(core.live.adapters).toBe(0);
    expect(core.rules).toContain("NullCheck");
  });

  it("a body is no answer where NDIS does not wait", () => {
    const core = new Core({ verifier: false }).start();
    core.manager.on.cm.CmMakeCallHandler = (() => (function* () {})()) as never;
    expect(core.makeCall(core.createVc(core.openAf()))).toBe(NDIS_STATUS_FAILURE);
  });
});

describe("chains", () => {
  const sending = (verifier: boolean) => {
    const core = new Core({ verifier }).start();
    const vc = core.connectedVc();
    const lists = core.client.lists(3, vc);
    const last = lists.Next?.Next;
    if (last === null || last === undefined) throw new Error("no chain");
    return { core, vc, lists, last, send: () => core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0) };
  };

  it("SND-03: a ring is not sent", () => {
    for (const verifier of [true, false]) {
      const { core, lists, last, send } = sending(verifier);
      last.Next = lists.Next;
      expect(broken(send)).toBe(verifier ? "SND-03 by client" : "nothing");
      expect([core.rules, core.live.sentNetBufferLists]).toEqual([["SND-03"], 0]);
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toEqual([]);
    }
  });

  it.each(NO_STATUS.slice(0, 1).concat({}, 7, "list"))("NullCheck: a chain that ends with %s is not sent", (end) => {
    for (const verifier of [true, false]) {
      const { core, last, send } = sending(verifier);
      last.Next = end as NET_BUFFER_LIST;
      expect(broken(send)).toBe(verifier ? "NullCheck by client" : "nothing");
      expect(core.manager.calls("MiniportCoSendNetBufferLists")).toEqual([]);
    }
  });

  it("SND-09, RCV-04, RCV-06: nor is a ring completed, returned or indicated", () => {
    for (const verifier of [true, false]) {
      const { core, vc, lists, send } = sending(verifier);
      const ring = core.client.lists(1, vc);
      ring.Next = ring;
      send();
      const { ndis } = core.manager;
      const calls = [
        () => ndis.NdisMCoSendNetBufferListsComplete(vc, ring, 0),
        () => core.client.ndis.NdisReturnNetBufferLists(core.client.binding, ring, 0),
        () => ndis.NdisMCoIndicateReceiveNetBufferLists(vc, ring, 1, 0),
      ];
      const expected = ["SND-09 by mcm", "RCV-04 by client", "RCV-06 by mcm"];
      expect(calls.map(broken)).toEqual(verifier ? expected : expected.map(() => "nothing"));
      expect(core.live.sentNetBufferLists).toBe(3);
      expect(lists.SourceHandle).toBe(vc);
    }
  });

  it("NullCheck: MDLs in a ring hold no data", () => {
    for (const verifier of [true, false]) {
      const { core, lists } = sending(verifier);
      const netBuffer = lists.FirstNetBuffer;
      if (netBuffer === null) throw new Error("no NET_BUFFER");
      const mdl = new MDL();
      mdl.Next = mdl;
      netBuffer.MdlChain = mdl;
      netBuffer.CurrentMdl = mdl;
      netBuffer.DataLength = 4;
      const { ndis } = core.client;
      expect(broken(() => ndis.NdisAdvanceNetBufferDataStart(netBuffer, 2, false, null))).toBe(
        verifier ? "NullCheck by client" : "nothing",
      );
      expect([netBuffer.DataLength, core.rules]).toEqual([4, ["NullCheck"]]);
    }
  });
});

describe("handles of another machine", () => {
  it("REG-24: a protocol handle opens nothing here", () => {
    for (const verifier of [true, false]) {
      const core = new Core({ verifier }).start();
      const foreign = new Core().start();
      const { client } = core;
      const handle = foreign.client.driverHandle as NdisProtocolDriverHandle;
      const open = () =>
        client.ndis.NdisOpenAdapterEx(handle, null, NDIS_OPEN_PARAMETERS(), null as never, new OutParameter());
      if (verifier) expect(broken(open)).toBe("REG-24 by client");
      else expect(open()).toBe(NDIS_STATUS_FAILURE);
    }
  });
});
