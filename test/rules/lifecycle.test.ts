import { describe, expect } from "vitest";
import type { Blocking } from "../../src/machine/index.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../../src/ndis/index.ts";
import {
  NDIS_HALT_ACTION,
  NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
  NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
  NDIS_MINIPORT_ATTRIBUTES_REGISTER_BUGCHECK_CALLBACK,
  NDIS_OID_REQUEST,
  NDIS_SHUTDOWN_ACTION,
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_REQUEST_ABORTED,
  NDIS_STATUS_RESET_END,
  NDIS_STATUS_RESET_START,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { broken, Core } from "../ndis/core-harness.ts";
import {
  adapterOf,
  crash,
  haltFirst,
  indicateOne,
  loadedWith,
  passSeconds,
  startedWith,
  statusesOf,
} from "../ndis/core-life.ts";
import { behaviour, enforced } from "./rule-case.ts";

const TAG = 0x31676174;
const NDIS_6_20 = { MajorNdisVersion: 6, MinorNdisVersion: 20 };

function takeMemory(core: Core): number {
  return core.mcm.ndis.NdisAllocateMemoryWithTagPriority(core.mcm.handle, 64, TAG, 0);
}

/** A core whose MCM does this in MiniportInitializeEx. */
function initializing(act: (core: Core) => NDIS_STATUS_FINAL): Core {
  const core = new Core();
  core.load();
  core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
    core.mcm.handle = handle;
    return act(core);
  };
  return core;
}

describe("17. Initialise", () => {
  behaviour("LIF-01", "no request before MiniportInitializeEx returns; then the adapter is Paused, or Halted", () => {
    const good = new Core();
    good.load();
    const before: string[] = [];
    good.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      const status = good.mcm.initialize(handle);
      before.push(...good.mcm.log.map(({ name }) => name));
      return status;
    };
    const states: string[] = [];
    good.client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      states.push(adapterOf(good).state);
      return good.client.bind(bindContext);
    };
    good.startDevice();
    expect(before.filter((name) => name !== "SetOptionsHandler")).toEqual(["MiniportInitializeEx"]);
    expect(states).toEqual(["Paused"]);
    const bad = initializing(() => NDIS_STATUS_RESOURCES);
    expect(bad.startDevice()).toBe(NDIS_STATUS_RESOURCES);
    expect((bad.mcm.handle as unknown as { state: string }).state).toBe("Halted");
    expect(bad.ndis.adapters).toEqual([]);
    expect(bad.alive).toEqual({});
  });

  enforced("LIF-02", "general attributes before registration attributes", {
    by: "mcm",
    caught: () =>
      initializing(({ mcm }) =>
        mcm.ndis.NdisMSetMiniportAttributes(mcm.handle, NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES()),
      ).startDevice(),
    passes: () => new Core().start(),
  });

  enforced("LIF-02", "registers mapped before the registration attributes are set", {
    by: "mcm",
    caught: () =>
      initializing((core) => {
        const base = core.slot.registerBase;
        core.mcm.ndis.NdisMMapIoSpace(new OutParameter<number>(), core.mcm.handle, base, 256);
        return NDIS_STATUS_FAILURE;
      }).startDevice(),
    passes: () =>
      initializing((core) => {
        core.mcm.setAttributes();
        const base = core.slot.registerBase;
        const address = new OutParameter<number>();
        core.mcm.ndis.NdisMMapIoSpace(address, core.mcm.handle, base, 256);
        core.mcm.ndis.NdisMUnmapIoSpace(core.mcm.handle, address.Value ?? 0, 256);
        return NDIS_STATUS_FAILURE;
      }).startDevice(),
  });

  enforced("LIF-03", "MiniportInitializeEx fails and keeps its memory", {
    by: "mcm",
    caught: () =>
      initializing((core) => {
        takeMemory(core);
        return NDIS_STATUS_RESOURCES;
      }).startDevice(),
    passes: () => {
      const core = initializing((given) => {
        given.mcm.ndis.NdisFreeMemory(takeMemory(given), 0, 0);
        return NDIS_STATUS_RESOURCES;
      });
      expect(core.startDevice()).toBe(NDIS_STATUS_RESOURCES);
    },
  });

  behaviour("LIF-04", "NdisMSetMiniportAttributes: SUCCESS, or BAD_VERSION for a revision that is not known", () => {
    const statuses: number[] = [];
    initializing(({ mcm }) => {
      const unknown = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES();
      unknown.Header.Revision = 200;
      statuses.push(mcm.ndis.NdisMSetMiniportAttributes(mcm.handle, unknown));
      const known = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES();
      statuses.push(mcm.ndis.NdisMSetMiniportAttributes(mcm.handle, known));
      return NDIS_STATUS_FAILURE;
    }).startDevice();
    expect(statuses).toEqual([NDIS_STATUS_BAD_VERSION, NDIS_STATUS_SUCCESS]);
  });
});

describe("17. Pause and restart", () => {
  enforced("LIF-05", "MiniportPause returns FAILURE", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_FAILURE as never;
      core.stop();
    },
    passes: () => {
      const core = new Core().start();
      core.mcm.on.miniport.PauseHandler = () => {
        core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
        return NDIS_STATUS_PENDING;
      };
      core.stop();
    },
  });

  enforced("LIF-06", "MiniportPause succeeds while a client's list is out", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0);
      core.run(core.ndis.pauseDevice(adapterOf(core)));
    },
    passes: () => {
      const core = new Core().start();
      const vc = core.connectedVc();
      const lists = core.client.lists(1, vc);
      core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
      core.mcm.on.miniport.PauseHandler = () => {
        core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
        return NDIS_STATUS_SUCCESS;
      };
      expect(core.run(core.ndis.pauseDevice(adapterOf(core)))).toBe(NDIS_STATUS_SUCCESS);
    },
  });

  /** An adapter is paused while a list that it indicated is out; the client returns it before the miniport says that it has paused. */
  const pausedWithReceive = (returns: boolean) => {
    const core = new Core().start();
    const vc = core.connectedVc();
    const lists = core.client.lists(1, vc);
    core.mcm.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, lists, 1, 0);
    core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
    const pausing = core.begin(core.ndis.pauseDevice(adapterOf(core)));
    if (returns) core.client.ndis.NdisReturnNetBufferLists(core.client.binding, lists, 0);
    core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    core.settle();
    expect(pausing.done).toBe(true);
  };

  enforced("LIF-06", "NdisMPauseComplete while an indicated list is not returned", {
    by: "mcm",
    caught: () => pausedWithReceive(false),
    passes: () => pausedWithReceive(true),
  });

  enforced("LIF-06", "NdisMPauseComplete while no pause is pending", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    },
    passes: () => new Core().start().stop(),
  });

  behaviour("LIF-07", "no other operation starts while the adapter is Pausing or Restarting: it waits", () => {
    const core = new Core().start();
    const adapter = adapterOf(core);
    core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
    const pausing = core.begin(core.ndis.pauseDevice(adapter));
    const restarting = core.begin(core.ndis.restartDevice(adapter));
    expect([adapter.state, pausing.done, restarting.done]).toEqual(["Pausing", false, false]);
    const { length } = core.mcm.calls("MiniportRestart");
    core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_PENDING;
    core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    core.settle();
    expect([adapter.state, pausing.done, restarting.done]).toEqual(["Restarting", true, false]);
    expect(core.mcm.calls("MiniportRestart")).toHaveLength(length + 1);
    const removing = core.begin(core.ndis.removeDevice(adapter));
    expect([core.mcm.calls("MiniportHaltEx").length, removing.done]).toEqual([0, false]);
    core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_SUCCESS;
    core.mcm.ndis.NdisMRestartComplete(core.mcm.handle, NDIS_STATUS_SUCCESS);
    core.settle();
    expect([adapter.state, removing.done]).toEqual(["Halted", true]);
  });

  /** An MCM that maps its registers when it initialises, and unmaps them when `frees` says. */
  function unmapping(frees: "pause" | "halt"): void {
    const core = new Core();
    core.load();
    const { mcm } = core;
    const address = new OutParameter<number>();
    const unmap = (): void => mcm.ndis.NdisMUnmapIoSpace(mcm.handle, address.Value ?? 0, 256);
    mcm.on.miniport.InitializeHandlerEx = (handle) => {
      const status = mcm.initialize(handle);
      mcm.ndis.NdisMMapIoSpace(address, handle, core.slot.registerBase, 256);
      return status;
    };
    mcm.on.miniport.PauseHandler = () => {
      if (frees === "pause") unmap();
      return NDIS_STATUS_SUCCESS;
    };
    mcm.on.miniport.HaltHandlerEx = () => {
      if (frees === "halt") unmap();
    };
    core.startDevice();
    core.stop();
  }

  enforced("LIF-08", "registers unmapped in MiniportPause", {
    by: "mcm",
    caught: () => unmapping("pause"),
    passes: () => unmapping("halt"),
  });

  behaviour("LIF-08", "a paused adapter is asked its OIDs, and may indicate status", () => {
    const core = new Core().start();
    core.run(core.ndis.pauseDevice(adapterOf(core)));
    const asked = core.mcm.calls("MiniportOidRequest").length;
    expect(core.client.ndis.NdisOidRequest(core.client.binding, NDIS_OID_REQUEST())).toBe(NDIS_STATUS_SUCCESS);
    expect(core.mcm.calls("MiniportOidRequest")).toHaveLength(asked + 1);
  });

  enforced("LIF-09", "MiniportRestart ends with a status that it may not have", {
    by: "mcm",
    caught: () => {
      const core = new Core();
      core.load();
      core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_NOT_ACCEPTED;
      core.startDevice();
    },
    passes: () => {
      const core = new Core();
      core.load();
      core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_RESOURCES;
      expect(core.startDevice()).toBe(NDIS_STATUS_RESOURCES);
      expect(adapterOf(core).state).toBe("Paused");
    },
  });

  behaviour("LIF-09", "a restart that pended and fails leaves the adapter Paused, and it can be tried again", () => {
    const core = new Core().start();
    const adapter = adapterOf(core);
    core.run(core.ndis.pauseDevice(adapter));
    core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_PENDING;
    core.begin(core.ndis.restartDevice(adapter));
    expect(adapter.state).toBe("Restarting");
    core.mcm.ndis.NdisMRestartComplete(core.mcm.handle, NDIS_STATUS_FAILURE);
    core.settle();
    expect(adapter.state).toBe("Paused");
    core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_SUCCESS;
    expect(core.run(core.ndis.restartDevice(adapter))).toBe(NDIS_STATUS_SUCCESS);
    expect(adapter.state).toBe("Running");
  });

  behaviour("LIF-10", "a receive may be indicated from the moment MiniportRestart is called", () => {
    const core = new Core().start();
    const vc = core.connectedVc();
    const adapter = adapterOf(core);
    core.run(core.ndis.pauseDevice(adapter));
    core.mcm.on.miniport.RestartHandler = () => {
      indicateOne(core, vc);
      return NDIS_STATUS_SUCCESS;
    };
    core.run(core.ndis.restartDevice(adapter));
    expect(core.client.calls("ProtocolCoReceiveNetBufferLists")).toHaveLength(1);
  });
});

describe("17. Halt", () => {
  behaviour("LIF-11", "MiniportHaltEx waits for an OID request that is out", () => {
    const core = new Core().start();
    core.mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const request = NDIS_OID_REQUEST();
    core.client.ndis.NdisOidRequest(core.client.binding, request);
    const removal = core.begin(haltFirst(core));
    expect([removal.done, core.mcm.calls("MiniportHaltEx").length]).toEqual([false, 0]);
    core.mcm.ndis.NdisMOidRequestComplete(core.mcm.handle, request, NDIS_STATUS_SUCCESS);
    core.settle();
    expect([removal.done, core.mcm.calls("MiniportHaltEx").length]).toEqual([true, 1]);
  });

  behaviour("LIF-11", "MiniportHaltEx is not called before the sends are back, for which the pause waits", () => {
    const core = new Core().start();
    const af = core.openAf();
    const vc = core.connectedVc(af);
    const lists = core.client.lists(1, vc);
    core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
    core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
    const halted: number[] = [];
    core.mcm.on.miniport.HaltHandlerEx = () => void halted.push(core.live.sentNetBufferLists);
    core.client.on.protocol.UnbindAdapterHandlerEx = () => {
      core.endCall(vc);
      core.client.ndis.NdisClCloseAddressFamily(af);
      return core.client.unbind();
    };
    const removal = core.begin(core.ndis.removeDevice(adapterOf(core)));
    expect([removal.done, halted]).toEqual([false, []]);
    core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
    core.client.ndis.NdisFreeNetBufferList(lists);
    core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    core.settle();
    expect([removal.done, halted]).toEqual([true, [0]]);
  });

  behaviour("LIF-11", "MiniportHaltEx waits for the sends of a miniport that paused without them", () => {
    const core = new Core({ verifier: false }).start();
    const af = core.openAf();
    const vc = core.connectedVc(af);
    const lists = core.client.lists(2, vc);
    core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
    const removal = core.begin(haltFirst(core));
    expect([removal.done, core.mcm.calls("MiniportHaltEx").length]).toEqual([false, 0]);
    core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0);
    core.settle();
    expect(core.mcm.calls("MiniportHaltEx").length).toBe(1);
  });

  behaviour("LIF-12", "MiniportHaltEx runs at PASSIVE_LEVEL and may wait; what it leaves behind is reported", () => {
    const core = new Core().start();
    let ended = -1;
    core.mcm.on.miniport.HaltHandlerEx = function* (): Blocking<void> {
      yield { event: null, timeoutNs: 1_000_000 };
      ended = core.world.clock.nowNs;
    };
    core.stop();
    expect(ended).toBe(1_000_000);
    expect(core.mcm.log.find(({ name }) => name === "MiniportHaltEx")?.irql).toBe(0);
    const leaking = new Core().start();
    takeMemory(leaking);
    expect(broken(() => leaking.stop())).toBe("MEM-04 by mcm");
  });

  /** An MCM that finds an address family open when it halts, and what it does about it. */
  function halting(notifies: boolean, waits: boolean): Core {
    const core = new Core().start();
    const af = core.openAf();
    core.client.on.cl.ClNotifyCloseAfHandler = () => {
      core.client.ndis.NdisClCloseAddressFamily(af);
      return NDIS_STATUS_SUCCESS;
    };
    core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
    core.mcm.on.miniport.HaltHandlerEx = function* (): Blocking<void> {
      if (notifies) core.mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
      if (!waits) return;
      yield { event: null, timeoutNs: 1_000_000 };
      core.mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
    };
    core.run(haltFirst(core));
    return core;
  }

  enforced("AF-32", "MiniportHaltEx does not tell the client of an open address family", {
    by: "mcm",
    caught: () => halting(false, false),
    passes: () => halting(true, true),
  });

  enforced("LIF-13", "MiniportHaltEx returns before the client's address family is closed", {
    by: "mcm",
    caught: () => halting(true, false),
    passes: () => {
      const core = halting(true, true);
      const { order } = core;
      expect(order.indexOf("ProtocolClCloseAfComplete")).toBeGreaterThan(order.indexOf("MiniportHaltEx"));
      expect(order.indexOf("ProtocolUnbindAdapterEx")).toBeGreaterThan(order.indexOf("ProtocolClCloseAfComplete"));
      expect(core.alive).toEqual({});
    },
  });

  behaviour("LIF-14", "no callback after MiniportHaltEx: no check, no request, no reset", () => {
    const core = startedWith({
      characteristics: { CheckForHangHandlerEx: () => true, ResetHandlerEx: () => 0 as never },
    });
    const adapter = adapterOf(core);
    core.run(core.ndis.removeDevice(adapter));
    const { length } = core.mcm.log;
    passSeconds(core, 10);
    core.run(core.ndis.resetDevice(adapter));
    core.run(core.ndis.pauseDevice(adapter));
    expect(core.mcm.log.slice(length)).toEqual([]);
    expect(core.mcm.log.at(-1)?.name).toBe("MiniportHaltEx");
  });

  behaviour("LIF-14", "no callback after MiniportShutdownEx: the machine is off", () => {
    const core = startedWith({ characteristics: { CheckForHangHandlerEx: () => false } });
    core.run(core.ndis.shutDown());
    expect(core.mcm.last("MiniportShutdownEx")[1]).toBe(NDIS_SHUTDOWN_ACTION.NdisShutdownPowerOff);
    const { length } = core.mcm.log;
    core.client.ndis.NdisOidRequest(core.client.binding, NDIS_OID_REQUEST());
    core.begin(core.ndis.removeDevice(adapterOf(core)));
    passSeconds(core, 10);
    expect(core.mcm.log.slice(length)).toEqual([]);
  });
});

describe("17. Shutdown", () => {
  const flagged = { AttributeFlags: NDIS_MINIPORT_ATTRIBUTES_REGISTER_BUGCHECK_CALLBACK };

  /** A bug check with an MCM that does `act` in MiniportShutdownEx. */
  function crashing(act: (core: Core) => void): void {
    const core = startedWith({ attributes: flagged });
    core.mcm.on.miniport.ShutdownHandlerEx = () => act(core);
    crash(core);
    expect(core.mcm.calls("MiniportShutdownEx")).toHaveLength(1);
  }

  enforced("LIF-15", "MiniportShutdownEx allocates memory at a bug check", {
    by: "mcm",
    caught: () => crashing((core) => void takeMemory(core)),
    passes: () => crashing((core) => core.mcm.ndis.NdisStallExecution(10)),
  });

  behaviour(
    "LIF-21",
    "an NDIS 6.30 driver is called at a bug check only when it asked for it; an older one always",
    () => {
      const called = (characteristics: object, attributes: object): number => {
        const core = startedWith({ characteristics, attributes });
        crash(core);
        return core.mcm.calls("MiniportShutdownEx").length;
      };
      expect(called({}, {})).toBe(0);
      expect(called({}, flagged)).toBe(1);
      expect(called(NDIS_6_20, {})).toBe(1);
    },
  );
});

describe("17. Reset", () => {
  /** Resets an adapter whose MiniportResetEx is `handler`. */
  function resetting(handler: (core: Core) => number, act: (core: Core) => void = () => {}): Core {
    const made: { core?: Core } = {};
    const core = startedWith({
      characteristics: { ResetHandlerEx: () => handler(made.core as Core) as NDIS_STATUS_FINAL },
    });
    made.core = core;
    act(core);
    core.begin(core.ndis.resetDevice(adapterOf(core)));
    return core;
  }

  /** A miniport that completes a reset from inside its handler, and then returns `status`. */
  const resetInside = (status: NDIS_STATUS): Core =>
    resetting(({ mcm }) => {
      mcm.ndis.NdisMResetComplete(mcm.handle, NDIS_STATUS_SUCCESS, false);
      return status;
    });

  enforced("LIF-16", "MiniportResetEx returns NOT_ACCEPTED", {
    by: "mcm",
    caught: () => resetting(() => NDIS_STATUS_NOT_ACCEPTED),
    passes: () => resetting(() => NDIS_STATUS_SUCCESS),
  });

  enforced("LIF-16", "NdisMResetComplete without a reset", {
    by: "mcm",
    caught: () => {
      const { ndis, handle } = new Core().start().mcm;
      ndis.NdisMResetComplete(handle, NDIS_STATUS_SUCCESS, false);
    },
    passes: () => {
      const core = resetting(() => NDIS_STATUS_PENDING);
      core.mcm.ndis.NdisMResetComplete(core.mcm.handle, NDIS_STATUS_SUCCESS, false);
      expect(statusesOf(core)).toEqual([NDIS_STATUS_RESET_START, NDIS_STATUS_RESET_END]);
    },
  });

  enforced("LIF-16", "MiniportResetEx returns a final status after NdisMResetComplete", {
    by: "mcm",
    caught: () => resetInside(NDIS_STATUS_SUCCESS),
    passes: () => expect(statusesOf(resetInside(NDIS_STATUS_PENDING))).toHaveLength(2),
  });

  const request = NDIS_OID_REQUEST();
  const askPending = (core: Core): void => {
    core.mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    core.client.ndis.NdisOidRequest(core.client.binding, request);
  };

  enforced("LIF-17", "a reset ends with an OID request pending", {
    by: "mcm",
    caught: () => resetting(() => NDIS_STATUS_SUCCESS, askPending),
    passes: () =>
      resetting((core) => {
        core.mcm.ndis.NdisMOidRequestComplete(core.mcm.handle, request, NDIS_STATUS_REQUEST_ABORTED);
        return NDIS_STATUS_SUCCESS;
      }, askPending),
  });

  /** A reset with a send out, which the miniport completes in it or not. */
  const resettingWithSend = (completes: boolean) => {
    const sent: (() => void)[] = [];
    resetting(
      () => {
        if (completes) for (const complete of sent) complete();
        return NDIS_STATUS_SUCCESS;
      },
      (core) => {
        const vc = core.connectedVc();
        const lists = core.client.lists(1, vc);
        core.client.ndis.NdisCoSendNetBufferLists(vc, lists, 0);
        sent.push(() => core.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, lists, 0));
      },
    );
  };

  enforced("LIF-17", "a reset ends with a send pending", {
    by: "mcm",
    caught: () => resettingWithSend(false),
    passes: () => resettingWithSend(true),
  });

  enforced("LIF-18", "MiniportResetEx stalls for 60 microseconds", {
    by: "mcm",
    caught: () =>
      resetting((core) => {
        for (let i = 0; i < 3; i++) core.mcm.ndis.NdisStallExecution(20);
        return NDIS_STATUS_SUCCESS;
      }),
    passes: () =>
      resetting((core) => {
        core.mcm.ndis.NdisStallExecution(50);
        return NDIS_STATUS_SUCCESS;
      }),
  });

  behaviour("LIF-19", "a reset changes no state; pause and reset overlap and end in either order", () => {
    for (const resetEndsFirst of [true, false]) {
      const core = resetting(() => NDIS_STATUS_PENDING);
      const adapter = adapterOf(core);
      expect(adapter.state).toBe("Running");
      core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
      const pausing = core.begin(core.ndis.pauseDevice(adapter));
      const { ndis, handle } = core.mcm;
      const ends = [() => ndis.NdisMResetComplete(handle, 0 as never, false), () => ndis.NdisMPauseComplete(handle)];
      if (!resetEndsFirst) ends.reverse();
      for (const end of ends) {
        expect(adapter.state).toBe(pausing.done ? "Paused" : "Pausing");
        end();
        core.settle();
      }
      expect([adapter.state, adapter.reset]).toEqual(["Paused", null]);
    }
  });

  behaviour("LIF-20", "MiniportCheckForHangEx every 2 s, or as CheckForHangTimeInSeconds says", () => {
    for (const [CheckForHangTimeInSeconds, calls] of [
      [0, 5],
      [3, 3],
    ] as const) {
      const core = startedWith({
        characteristics: { CheckForHangHandlerEx: () => false },
        attributes: { CheckForHangTimeInSeconds },
      });
      passSeconds(core, 10.5);
      const checks = core.mcm.log.filter(({ name }) => name === "MiniportCheckForHangEx");
      expect(checks.map(({ irql }) => irql)).toEqual(new Array(calls).fill(0));
    }
  });

  behaviour("LIF-20", "TRUE triggers a reset, and so does an OID request that two checks find unfinished", () => {
    const hanging = { hangs: false };
    const characteristics = { CheckForHangHandlerEx: () => hanging.hangs, ResetHandlerEx: () => NDIS_STATUS_SUCCESS };
    const core = startedWith({ characteristics: { ...characteristics, ...NDIS_6_20 } });
    const resets = (): number => core.mcm.calls("MiniportResetEx").length;
    passSeconds(core, 2.5);
    expect(resets()).toBe(0);
    hanging.hangs = true;
    passSeconds(core, 2);
    expect(resets()).toBe(1);
    hanging.hangs = false;
    askPending(core);
    passSeconds(core, 2);
    expect(resets()).toBe(1);
    passSeconds(core, 2);
    expect(resets()).toBe(2);
  });
});

describe("17. Removal", () => {
  behaviour("LIF-12", "NdisMRemoveMiniport: the adapter is taken down after the call, as failed", () => {
    const core = new Core().start();
    const { ndis, handle } = core.mcm;
    expect(ndis.NdisMRemoveMiniport(handle)).toBe(NDIS_STATUS_SUCCESS);
    expect(ndis.NdisMRemoveMiniport(handle)).toBe(NDIS_STATUS_FAILURE);
    core.settle();
    expect(core.mcm.last("MiniportHaltEx")[1]).toBe(NDIS_HALT_ACTION.NdisHaltDeviceFailed);
    expect(core.ndis.adapters).toEqual([]);
    core.stop();
    expect(core.alive).toEqual({});
  });

  const removed = (status: NDIS_STATUS_FINAL): Core => {
    const core = loadedWith();
    const request = NDIS_OID_REQUEST();
    core.mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    core.mcm.on.miniport.DevicePnPEventNotifyHandler = () =>
      core.mcm.ndis.NdisMOidRequestComplete(core.mcm.handle, request, status);
    core.startDevice();
    core.client.ndis.NdisOidRequest(core.client.binding, request);
    core.run(core.ndis.surpriseRemoveDevice(adapterOf(core)));
    return core;
  };

  enforced("OID-15", "an OID request ends with FAILURE after a surprise removal", {
    by: "mcm",
    caught: () => removed(NDIS_STATUS_FAILURE),
    passes: () => {
      const core = removed(NDIS_STATUS_NOT_ACCEPTED);
      expect(core.slot.device).toBeNull();
      expect(core.mcm.last("MiniportHaltEx")[1]).toBe(NDIS_HALT_ACTION.NdisHaltDeviceSurpriseRemoved);
    },
  });
});
