import { describe, expect } from "vitest";
import type { NDIS_STATUS_INDICATION as Indication, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_OID_REQUEST,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INDICATION,
  NDIS_STATUS_LINK_STATE,
  NDIS_STATUS_RESET_END,
  NDIS_STATUS_RESET_START,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { Core } from "../ndis/core-harness.ts";
import { adapterOf, startedWith, statusesOf } from "../ndis/core-life.ts";
import { behaviour, enforced } from "./rule-case.ts";

function indicate(core: Core, vc: NdisVcHandle | null = null, members: Partial<Indication> = {}): void {
  const { ndis, handle } = core.mcm;
  const indication = { SourceHandle: handle, StatusCode: NDIS_STATUS_LINK_STATE, ...members };
  ndis.NdisMCoIndicateStatusEx(handle, vc, NDIS_STATUS_INDICATION(indication));
}

function twoClients() {
  const core = new Core({ clients: ["one", "two"] }).start();
  const [one, two] = core.clients;
  if (one === undefined || two === undefined) throw new Error("two clients");
  return { core, one, two };
}

describe("15. Status indications", () => {
  enforced("STA-01", "NdisMIndicateStatusEx of a connection-oriented miniport", {
    by: "mcm",
    caught: () => {
      const { ndis, handle } = new Core().start().mcm;
      ndis.NdisMIndicateStatusEx(handle, NDIS_STATUS_INDICATION());
    },
    passes: () => indicate(new Core().start()),
  });

  behaviour("STA-01", "without a VC every bound protocol hears of it; with one only the client that shares it", () => {
    const { core, one, two } = twoClients();
    indicate(core);
    expect([statusesOf(core, one).length, statusesOf(core, two).length]).toEqual([1, 1]);
    indicate(core, core.createVc(core.openAf(two), two));
    expect([statusesOf(core, one).length, statusesOf(core, two).length]).toEqual([1, 2]);
  });

  behaviour(
    "STA-01",
    "a stand-alone call manager hears of the adapter, and of the VCs that it shares with clients",
    () => {
      const core = new Core({ route: "cm", clients: ["one", "two"] }).start();
      const [one, two] = core.clients;
      if (one === undefined || two === undefined) throw new Error("two clients");
      const vc = core.createVc(core.openAf(two), two);
      const { ndis, handle } = core.miniport;
      for (const about of [null, vc])
        ndis.NdisMCoIndicateStatusEx(handle, about, NDIS_STATUS_INDICATION({ StatusCode: NDIS_STATUS_LINK_STATE }));
      const heard = [core.callManager, one, two].map((who) =>
        who.calls("ProtocolCoStatusEx").map(([, about]) => about),
      );
      const { mcmVc } = (core.callManager.last("ProtocolCoStatusEx")[1] ?? {}) as { mcmVc?: unknown };
      expect(heard).toEqual([[null, { mcmVc }], [null], [null, { vc: "two" }]]);
    },
  );

  behaviour("STA-02", "ProtocolCoStatusEx: the VC context is NULL when the status is not about a VC", () => {
    const core = new Core().start();
    indicate(core);
    indicate(core, core.createVc(core.openAf()));
    const contexts = core.client.calls("ProtocolCoStatusEx").map(([binding, vc]) => [binding, vc]);
    expect(contexts).toEqual([
      [core.client.context, null],
      [core.client.context, { vc: "client" }],
    ]);
  });

  behaviour(
    "STA-03",
    "one indication after the other: one that comes in the middle of another waits for its end",
    () => {
      const core = new Core().start();
      const told: string[] = [];
      core.client.on.co.CoStatusHandlerEx = (_binding, _vc, { StatusCode }) => {
        told.push(`begin ${StatusCode}`);
        if (StatusCode === NDIS_STATUS_LINK_STATE) indicate(core, null, { StatusCode: NDIS_STATUS_FAILURE });
        told.push(`end ${StatusCode}`);
      };
      indicate(core);
      const [outer, inner] = [NDIS_STATUS_LINK_STATE, NDIS_STATUS_FAILURE];
      expect(told).toEqual([`begin ${outer}`, `end ${outer}`, `begin ${inner}`, `end ${inner}`]);
    },
  );

  behaviour("STA-04", "SourceHandle reaches the protocol as the miniport set it: the adapter's handle", () => {
    const core = new Core().start();
    indicate(core);
    const [, , indication] = core.client.last("ProtocolCoStatusEx");
    expect((indication as Indication).SourceHandle).toBe(core.mcm.handle);
  });

  behaviour("STA-05", "an indication that answers a request reaches only the binding whose request it was", () => {
    const { core, one, two } = twoClients();
    const request = NDIS_OID_REQUEST({ RequestId: 7, RequestHandle: two.binding });
    core.mcm.on.miniport.OidRequestHandler = (_context, { RequestHandle, RequestId }) => {
      indicate(core, null, { DestinationHandle: RequestHandle, RequestId });
      return NDIS_STATUS_SUCCESS;
    };
    two.ndis.NdisOidRequest(two.binding, request);
    expect(statusesOf(core, one)).toEqual([]);
    const [, , indication] = two.last("ProtocolCoStatusEx");
    expect((indication as Indication).RequestId).toBe(7);
  });

  behaviour(
    "STA-06",
    "status may be indicated inside MiniportInitializeEx, once the registration attributes are set",
    () => {
      const core = new Core();
      core.load();
      core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
        core.mcm.handle = handle;
        const registration = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES();
        core.mcm.ndis.NdisMSetMiniportAttributes(handle, registration);
        indicate(core);
        return core.mcm.initialize(handle);
      };
      expect(core.startDevice()).toBe(NDIS_STATUS_SUCCESS);
      expect(core.rules).toEqual([]);
    },
  );

  enforced("STA-06", "status indicated before the registration attributes are set", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.load();
      core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
        core.mcm.handle = handle;
        indicate(core);
        return core.mcm.initialize(handle);
      };
      core.startDevice();
    },
    passes: () => indicate(new Core().start()),
  });

  enforced("STA-07", "status indicated after MiniportHaltEx has returned", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      core.stop();
      indicate(core);
    },
    passes: () => {
      const core = new Core().start();
      core.mcm.on.miniport.HaltHandlerEx = () => indicate(core);
      core.stop();
    },
  });

  enforced("STA-08", "a miniport indicates the end of a reset, for one of its VCs", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      indicate(core, core.connectedVc(core.openAf()), { StatusCode: NDIS_STATUS_RESET_END });
    },
    passes: () => {
      const core = new Core().start();
      indicate(core, core.connectedVc(core.openAf()), { StatusCode: NDIS_STATUS_LINK_STATE });
    },
  });

  enforced("STA-08", "a miniport indicates the start of a reset", {
    by: "mcm",
    caught: () => indicate(new Core().start(), null, { StatusCode: NDIS_STATUS_RESET_START }),
    passes: () => {
      const core = startedWith({ characteristics: { ResetHandlerEx: () => NDIS_STATUS_SUCCESS } });
      core.run(core.ndis.resetDevice(adapterOf(core)));
      expect(statusesOf(core)).toEqual([NDIS_STATUS_RESET_START, NDIS_STATUS_RESET_END]);
    },
  });
});
