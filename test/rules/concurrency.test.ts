import { describe, expect, it } from "vitest";
import type { NdisInterruptHandle, NdisTimerHandle } from "../../src/ndis/index.ts";
import {
  NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS,
  NDIS_SPIN_LOCK,
  NDIS_STATUS_PENDING,
  NDIS_TIMER_CHARACTERISTICS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { BOB, Pair, pattern } from "../miniport/two-hosts.ts";
import { broken, Core, filled } from "../ndis/core-harness.ts";
import { behaviour, enforced } from "./rule-case.ts";

const DEVICE_IRQL = 3;

interface Line {
  readonly core: Core;
  readonly handle: NdisInterruptHandle;
  /** What ran, in order. */
  readonly ran: string[];
}

/** An MCM whose device has one line; its ISR claims what `claims` says, and lets the device go. */
function withLine(claims: (core: Core) => boolean, prepare: (core: Core) => void = () => {}): Line {
  const core = new Core();
  const ran: string[] = [];
  const out = new OutParameter<NdisInterruptHandle>();
  const characteristics = NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS({
    InterruptHandler: (_context, queueDefaultDpc) => {
      ran.push(`isr ${core.machine.processor.irql}`);
      const ours = claims(core);
      queueDefaultDpc.Value = ours;
      core.slot.setLine(false);
      return ours;
    },
    InterruptDpcHandler: () => void ran.push(`dpc ${core.machine.processor.irql}`),
  });
  core.mcm.on.miniport.InitializeHandlerEx = (handle) => {
    const status = core.mcm.initialize(handle);
    core.mcm.ndis.NdisMRegisterInterruptEx(handle, null, characteristics, out);
    return status;
  };
  prepare(core);
  core.start();
  return { core, handle: filled(out), ran };
}

function oneShot(core: Core): NdisTimerHandle {
  const out = new OutParameter<NdisTimerHandle>();
  const characteristics = NDIS_TIMER_CHARACTERISTICS({ TimerFunction: () => {} });
  core.mcm.ndis.NdisAllocateTimerObject(core.mcm.handle, characteristics, out);
  core.mcm.ndis.NdisSetTimerObject(filled(out), -1, 0, null);
  return filled(out);
}

/** A client's call comes to the MCM, whose ProtocolCmMakeCall does `body` with a spin lock of its own. */
function inMakeCall(body: (core: Core, lock: NDIS_SPIN_LOCK) => void): void {
  const core = new Core().start();
  const lock = NDIS_SPIN_LOCK();
  core.mcm.ndis.NdisAllocateSpinLock(lock);
  core.mcm.on.cm.CmMakeCallHandler = () => {
    body(core, lock);
    return NDIS_STATUS_PENDING;
  };
  core.makeCall(core.createVc(core.openAf()));
}

describe("20. Concurrency", () => {
  behaviour("CNC-02", "ProtocolClMakeCallComplete may run before NdisClMakeCall returns PENDING", () => {
    const core = new Core().start();
    const vc = core.createVc(core.openAf());
    core.mcm.on.cm.CmMakeCallHandler = () => {
      core.activate(vc);
      core.completeCall(vc);
      return NDIS_STATUS_PENDING;
    };
    let completedBefore = false;
    const status = core.makeCall(vc);
    completedBefore = core.client.calls("ProtocolClMakeCallComplete").length === 1;
    expect([status, completedBefore]).toEqual([NDIS_STATUS_PENDING, true]);
    core.endCall(vc);
  });

  behaviour(
    "CNC-03",
    "the MCM sends from the handler, from within receives and from its DPC, and keeps the order",
    () => {
      // A ring of 8: the handler queues most of it, the DPC drains the queue while receives are answered at once.
      const small = { configuration: { "*TransmitBuffers": 8 } };
      const pair: Pair = new Pair({
        alice: small,
        bob: {
          ...small,
          events: { frameReceived: (call) => pair.bob.send(call, pattern(100 + pair.bob.frames.length)) },
        },
      }).start();
      const call = pair.alice.call(BOB);
      pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
      const lengths = Array.from({ length: 12 }, (_, i) => 40 + i);
      for (const length of lengths) pair.alice.send(call, pattern(length));
      pair.runUntil(() => pair.alice.frames.length === lengths.length);
      expect(pair.bob.frames.map(({ bytes }) => bytes.length)).toEqual(lengths);
      expect(pair.alice.frames.map(({ bytes }) => bytes.length)).toEqual(lengths.map((_, i) => 101 + i));
      expect([pair.alice.alive.sentNetBufferLists ?? 0, pair.bob.alive.sentNetBufferLists ?? 0]).toEqual([0, 0]);
      pair.stop();
    },
  );

  enforced("CNC-04", "NdisMSynchronizeWithInterruptEx after NdisMDeregisterInterruptEx has returned", {
    by: "mcm",
    caught: () => {
      const { core, handle } = withLine(() => true);
      core.mcm.ndis.NdisMDeregisterInterruptEx(handle);
      core.mcm.ndis.NdisMSynchronizeWithInterruptEx(handle, 0, () => true, null);
    },
    passes: () => {
      const { core, handle } = withLine(() => true);
      const isAtDeviceLevel = () => core.machine.processor.irql === DEVICE_IRQL;
      expect(core.mcm.ndis.NdisMSynchronizeWithInterruptEx(handle, 0, isAtDeviceLevel, null)).toBe(true);
      core.mcm.ndis.NdisMDeregisterInterruptEx(handle);
    },
  });

  behaviour(
    "CNC-05",
    "an interrupt that is there at registration is served; deregistering waits for the queued DPC",
    () => {
      const early = withLine(
        () => true,
        (core) => core.slot.setLine(true),
      );
      expect(early.ran).toEqual(["isr 3", "dpc 2"]);
      const { core, handle, ran } = withLine(() => true);
      core.mcm.ndis.NdisMQueueDpc(handle, 0, 1, null);
      core.mcm.ndis.NdisMDeregisterInterruptEx(handle);
      expect(ran).toEqual(["dpc 2"]);
      core.slot.setLine(true);
      core.settle();
      expect(ran).toEqual(["dpc 2"]);
    },
  );

  enforced("CNC-05", "NdisMQueueDpc after NdisMDeregisterInterruptEx has returned", {
    by: "mcm",
    caught: () => {
      const { core, handle } = withLine(() => true);
      core.mcm.ndis.NdisMDeregisterInterruptEx(handle);
      core.mcm.ndis.NdisMQueueDpc(handle, 0, 1, null);
    },
    passes: () => {
      const { core, handle } = withLine(() => true);
      core.mcm.ndis.NdisMQueueDpc(handle, 0, 1, null);
      core.mcm.ndis.NdisMDeregisterInterruptEx(handle);
    },
  });

  enforced("CNC-06", "MiniportInterrupt claims the interrupt of a neighbour on the line", {
    by: "mcm",
    caught: () => {
      const { core } = withLine(() => true);
      core.slot.interruptFromNeighbour();
      core.settle();
    },
    passes: () => {
      const { core, ran } = withLine(({ slot }) => slot.lineAsserted);
      core.slot.interruptFromNeighbour();
      core.settle();
      expect(ran).toEqual(["isr 3"]);
      core.slot.setLine(true);
      core.settle();
      expect(ran).toEqual(["isr 3", "isr 3", "dpc 2"]);
    },
  });

  enforced("CNC-08", "a timer is freed after a cancel that returned FALSE, before its callback has run", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const timer = oneShot(core);
      core.machine.clock.step();
      expect(core.mcm.ndis.NdisCancelTimerObject(timer)).toBe(false);
      core.mcm.ndis.NdisFreeTimerObject(timer);
    },
    passes: () => {
      const core = new Core().start();
      const timer = oneShot(core);
      core.machine.clock.step();
      expect(core.mcm.ndis.NdisCancelTimerObject(timer)).toBe(false);
      core.settle();
      core.mcm.ndis.NdisFreeTimerObject(timer);
    },
  });

  enforced("CNC-10", "a handler returns with its spin lock held", {
    by: "mcm",
    caught: () => inMakeCall((core, lock) => core.mcm.ndis.NdisAcquireSpinLock(lock)),
    passes: () =>
      inMakeCall((core, lock) => {
        core.mcm.ndis.NdisAcquireSpinLock(lock);
        core.mcm.ndis.NdisReleaseSpinLock(lock);
      }),
  });

  enforced("CNC-10", "a spin lock is acquired while it is held", {
    by: "mcm",
    caught: () =>
      inMakeCall((core, lock) => {
        core.mcm.ndis.NdisAcquireSpinLock(lock);
        core.mcm.ndis.NdisAcquireSpinLock(lock);
      }),
    passes: () =>
      inMakeCall((core, lock) => {
        for (let i = 0; i < 2; i++) {
          core.mcm.ndis.NdisAcquireSpinLock(lock);
          core.mcm.ndis.NdisReleaseSpinLock(lock);
        }
      }),
  });

  enforced("CNC-10", "a spin lock is released in the other form", {
    by: "mcm",
    caught: () =>
      inMakeCall((core, lock) => {
        core.mcm.ndis.NdisAcquireSpinLock(lock);
        core.mcm.ndis.NdisDprReleaseSpinLock(lock);
      }),
    passes: () => {
      const core = new Core().start();
      const lock = NDIS_SPIN_LOCK();
      core.mcm.ndis.NdisAllocateSpinLock(lock);
      core.atDispatch(() => {
        core.mcm.ndis.NdisDprAcquireSpinLock(lock);
        core.mcm.ndis.NdisDprReleaseSpinLock(lock);
      });
    },
  });

  enforced("CNC-10", "a spin lock is released that nobody acquired", {
    by: "mcm",
    caught: () => {
      const core = new Core().start();
      const lock = NDIS_SPIN_LOCK();
      core.mcm.ndis.NdisAllocateSpinLock(lock);
      core.atDispatch(() => core.mcm.ndis.NdisReleaseSpinLock(lock));
    },
    passes: () =>
      inMakeCall((core, lock) => {
        core.mcm.ndis.NdisAcquireSpinLock(lock);
        core.mcm.ndis.NdisReleaseSpinLock(lock);
      }),
  });

  it("Irql_Synch_Function: the lock acquired first is released first, and the level under the second is gone", () => {
    const crossed = () =>
      inMakeCall((core, first) => {
        const second = NDIS_SPIN_LOCK();
        const { ndis } = core.mcm;
        ndis.NdisAllocateSpinLock(second);
        ndis.NdisAcquireSpinLock(first);
        ndis.NdisAcquireSpinLock(second);
        ndis.NdisReleaseSpinLock(first);
        ndis.NdisReleaseSpinLock(second);
      });
    expect(broken(crossed)).toBe("Irql_Synch_Function by mcm");
  });

  it("Irql_IrqlSetting_Function: a handler returns at another level than it was called at", () => {
    const scribbled = () =>
      inMakeCall((core, lock) => {
        core.mcm.ndis.NdisAcquireSpinLock(lock);
        lock.OldIrql = 2;
        core.mcm.ndis.NdisReleaseSpinLock(lock);
      });
    expect(broken(scribbled)).toBe("Irql_IrqlSetting_Function by mcm");
  });
});
