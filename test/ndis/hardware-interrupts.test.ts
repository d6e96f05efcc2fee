import { describe, expect, it } from "vitest";
import { fieldMask, INTERRUPT_CAUSES, REGISTERS } from "../../src/device/index.ts";
import { DISPATCH_LEVEL, LOWEST_DEVICE_LEVEL } from "../../src/machine/index.ts";
import { NDIS_INTERRUPT_TYPE } from "../../src/ndis/ddi/constants/enumerations.ts";
import type { NdisInterruptHandle } from "../../src/ndis/ddi/handles.ts";
import { OutParameter } from "../../src/ndis/ddi/handles.ts";
import {
  NDIS_STATUS_BAD_CHARACTERISTICS,
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/ddi/status.ts";
import { NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS } from "../../src/ndis/ddi/structures/interrupt.ts";
import { brokenRule, OWNER, out } from "./executive-harness.ts";
import { LineDevice, NicHost } from "./hardware-harness.ts";

const TXC = fieldMask(INTERRUPT_CAUSES.TXC);
const RXC = fieldMask(INTERRUPT_CAUSES.RXC);
const ALL = 0x3f;
const DEVICE_IRQL = LOWEST_DEVICE_LEVEL;

type Characteristics = Parameters<typeof NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS>[0];

/** Registers an interrupt; what is not given is a handler that does nothing. */
function register(host: NicHost, given: Characteristics, context: unknown = null) {
  const characteristics = NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS({
    InterruptHandler: () => false,
    InterruptDpcHandler: () => {},
    ...given,
  });
  const handle = out<NdisInterruptHandle>((parameter) =>
    host.ndis.NdisMRegisterInterruptEx(host.handle, context, characteristics, parameter),
  );
  return { handle, characteristics };
}

describe("a line interrupt", () => {
  it("IRQ: the ISR runs at device IRQL, the DPC that it asks for at DISPATCH_LEVEL, with the contexts", () => {
    const host = new NicHost();
    const ran: string[] = [];
    register(
      host,
      {
        InterruptHandler: (context, queueDefaultDpc) => {
          ran.push(`isr ${context} @${host.processor.irql}`);
          host.poke("IMC", ALL);
          queueDefaultDpc.Value = true;
          return true;
        },
        InterruptDpcHandler: (context, dpcContext, throttle) => {
          ran.push(`dpc ${context} ${dpcContext} ${throttle?.MaxNblsToIndicate} @${host.processor.irql}`);
          host.poke("ICR", ALL);
        },
      },
      "context",
    );
    host.poke("IMS", ALL);
    host.poke("ICS", RXC);
    expect(ran).toEqual([]);
    host.world.dispatch();
    expect(ran).toEqual([`isr context @${DEVICE_IRQL}`, `dpc context null 4294967295 @${DISPATCH_LEVEL}`]);
    expect(host.names("callback")).toEqual(["MiniportInterrupt", "MiniportInterruptDPC"]);
  });

  it("is level-triggered: it comes again until the device lets go", () => {
    const host = new NicHost();
    const causes: number[] = [];
    register(host, {
      InterruptHandler: () => {
        const cause = host.peek("ICR");
        const lowest = cause & -cause;
        causes.push(lowest);
        host.poke("ICR", lowest);
        return true;
      },
      InterruptDpcHandler: () => expect.fail("nobody asked for a DPC"),
    });
    host.poke("IMS", ALL);
    host.poke("ICS", TXC | RXC);
    host.world.dispatch();
    expect(causes).toEqual([TXC, RXC]);
  });

  it("CNC-05: an interrupt that the device holds when it is registered is served", () => {
    const host = new NicHost();
    let served = 0;
    host.poke("IMS", ALL);
    host.poke("ICS", RXC);
    host.world.dispatch();
    register(host, {
      InterruptHandler: () => {
        served++;
        host.poke("IMC", ALL);
        return true;
      },
    });
    host.world.dispatch();
    expect(served).toBe(1);
  });

  it("TargetProcessors asks for the DPC too; a miniport that returns FALSE gets none", () => {
    for (const [recognised, expected] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const host = new NicHost();
      let dpcs = 0;
      register(host, {
        InterruptHandler: (_context, _queue, targetProcessors) => {
          host.poke("IMC", ALL);
          targetProcessors.Value = 1;
          return recognised;
        },
        InterruptDpcHandler: () => void dpcs++,
      });
      host.poke("IMS", ALL);
      host.poke("ICS", RXC);
      host.world.dispatch();
      expect(dpcs).toBe(expected);
    }
  });

  it("CNC-06: an ISR that never makes the device let go ends in HARDWARE_INTERRUPT_STORM, not in a hang", () => {
    const host = new NicHost({ verifying: false });
    register(host, { InterruptHandler: () => false });
    host.poke("IMS", ALL);
    host.poke("ICS", RXC);
    host.world.dispatch();
    expect(host.processor.stopped).toMatchObject({ code: 0xf2, rule: "CNC-06", owner: OWNER });
  });

  it("CNC-06: a DPC that unmasks and leaves the cause is a storm as well", () => {
    const host = new NicHost();
    register(host, {
      InterruptHandler: (_context, queueDefaultDpc) => {
        host.poke("IMC", ALL);
        queueDefaultDpc.Value = true;
        return true;
      },
      InterruptDpcHandler: () => host.poke("IMS", ALL),
    });
    host.poke("IMS", ALL);
    host.poke("ICS", RXC);
    host.world.dispatch();
    expect(host.processor.stopped?.rule).toBe("CNC-06");
  });

  it("many interrupts are no storm while virtual time moves", () => {
    const host = new NicHost();
    let served = 0;
    register(host, {
      InterruptHandler: () => {
        served++;
        host.poke("ICR", ALL);
        return true;
      },
    });
    host.poke("IMS", ALL);
    for (let i = 0; i < 10_500; i++) {
      host.clock.runUntil(i);
      host.poke("ICS", RXC);
      host.world.dispatch();
    }
    expect(served).toBe(10_500);
    expect(host.processor.stopped).toBeNull();
  });
});

describe("message interrupts", () => {
  function messageHost() {
    const host = new NicHost();
    const ran: string[] = [];
    const registered = register(host, {
      MsiSupported: true,
      MessageInterruptHandler: (_context, id, queueDefaultDpc) => {
        ran.push(`isr ${id} @${host.processor.irql}`);
        queueDefaultDpc.Value = id !== 0;
        return true;
      },
      MessageInterruptDpcHandler: (_context, id, dpcContext) =>
        void ran.push(`dpc ${id} ${dpcContext} @${host.processor.irql}`),
      InterruptHandler: () => expect.fail("the line is not connected"),
    });
    host.poke("CTRL", fieldMask(REGISTERS.CTRL.fields.MSIX));
    host.poke("IMS", ALL);
    return { host, ran, ...registered };
  }

  it("every cause group interrupts through its message, and each message has its own DPC", () => {
    const { host, ran } = messageHost();
    host.poke("ICS", TXC | RXC);
    host.world.dispatch();
    // IVAR after reset: TXC on message 0, RXC on message 1.
    expect(ran.toSorted()).toEqual(["dpc 1 null @2", "isr 0 @3", "isr 1 @3"]);
    expect(host.names("callback")).toContain("MiniportMessageInterruptDPC");
  });

  it("the driver learns the type and the table of messages", () => {
    const { characteristics } = messageHost();
    expect(characteristics.InterruptType).toBe(NDIS_INTERRUPT_TYPE.NDIS_CONNECT_MESSAGE_BASED);
    const table = characteristics.MessageInfoTable;
    expect([table?.MessageCount, table?.MessageInfo.length, table?.UnifiedIrql]).toEqual([4, 4, DEVICE_IRQL]);
    expect(new Set(table?.MessageInfo.map(({ Vector }) => Vector)).size).toBe(4);
  });

  it("a message that does not exist has no DPC and nothing to synchronise with", () => {
    const { host, handle } = messageHost();
    expect(brokenRule(() => void host.ndis.NdisMQueueDpc(handle, 4, 1, null))).toBe("CNC-04");
  });

  it("without messages in the device the line is granted instead", () => {
    const host = new NicHost();
    host.slot.device = new LineDevice();
    let served = 0;
    const { characteristics } = register(host, {
      MsiSupported: true,
      MessageInterruptHandler: () => expect.fail("no messages"),
      MessageInterruptDpcHandler: () => expect.fail("no messages"),
      InterruptHandler: () => {
        served++;
        host.slot.setLine(false);
        return true;
      },
    });
    expect(characteristics.InterruptType).toBe(NDIS_INTERRUPT_TYPE.NDIS_CONNECT_LINE_BASED);
    expect(characteristics.MessageInfoTable).toBeNull();
    host.slot.setLine(true);
    host.world.dispatch();
    expect(served).toBe(1);
  });
});

describe("DPCs and the end of an interrupt", () => {
  it("NdisMQueueDpc: the processors for which the DPC is queued now; it runs once, with the first context", () => {
    const host = new NicHost();
    const contexts: unknown[] = [];
    const { handle } = register(host, {
      InterruptDpcHandler: (_context, dpcContext) => void contexts.push(dpcContext),
    });
    expect(host.ndis.NdisMQueueDpc(handle, 0, 2, "no such processor")).toBe(0);
    expect(host.ndis.NdisMQueueDpc(handle, 0, 3, "first")).toBe(1);
    expect(host.ndis.NdisMQueueDpcEx(handle, 0, { Mask: 1, Group: 0 }, "second")).toBe(0);
    host.world.dispatch();
    expect(host.ndis.NdisMQueueDpcEx(handle, 0, { Mask: 1, Group: 1 }, "no such group")).toBe(0);
    expect(host.ndis.NdisMQueueDpcEx(handle, 0, { Mask: 1, Group: 0 }, "third")).toBe(1);
    host.world.dispatch();
    expect(contexts).toEqual(["first", "third"]);
  });

  it("the context of NdisMQueueDpc is gone when the ISR asks for the next DPC", () => {
    const host = new NicHost();
    const contexts: unknown[] = [];
    const { handle } = register(host, {
      InterruptHandler: (_context, queueDefaultDpc) => {
        host.poke("IMC", ALL);
        queueDefaultDpc.Value = true;
        return true;
      },
      InterruptDpcHandler: (_context, dpcContext) => void contexts.push(dpcContext),
    });
    host.ndis.NdisMQueueDpc(handle, 0, 1, "queued");
    host.world.dispatch();
    host.poke("IMS", ALL);
    host.poke("ICS", RXC);
    host.world.dispatch();
    expect(contexts).toEqual(["queued", null]);
  });

  it("MoreNblsPending: the DPC runs again", () => {
    const host = new NicHost();
    let runs = 0;
    const { handle } = register(host, {
      InterruptDpcHandler: (_context, _dpcContext, throttle) => {
        if (throttle !== null) throttle.MoreNblsPending = ++runs < 4;
      },
    });
    host.ndis.NdisMQueueDpc(handle, 0, 1, null);
    host.world.dispatch();
    expect(runs).toBe(4);
  });

  it("a DPC that queues itself for ever ends in DPC_WATCHDOG_VIOLATION", () => {
    const host = new NicHost();
    const { handle } = register(host, { InterruptDpcHandler: () => void host.ndis.NdisMQueueDpc(handle, 0, 1, null) });
    host.ndis.NdisMQueueDpc(handle, 0, 1, null);
    host.world.dispatch();
    expect(host.processor.stopped).toMatchObject({ code: 0x133, owner: OWNER });
  });

  it("CNC-05: deregistering waits for the DPC that is queued; afterwards nothing is called", () => {
    const host = new NicHost();
    const ran: string[] = [];
    const { handle } = register(host, {
      InterruptHandler: () => expect.fail("the line is disconnected"),
      InterruptDpcHandler: (_context, dpcContext) => void ran.push(`dpc ${dpcContext} @${host.processor.irql}`),
    });
    host.poke("IMS", ALL);
    host.atPassive(() => {
      host.ndis.NdisMQueueDpc(handle, 0, 1, "queued");
      host.poke("ICS", RXC);
      host.ndis.NdisMDeregisterInterruptEx(handle);
      ran.push(`deregistered @${host.processor.irql}`);
    });
    expect(ran).toEqual([`dpc queued @${DISPATCH_LEVEL}`, "deregistered @0"]);
    expect([host.live.interrupts, host.holdings.count]).toEqual([0, 0]);
  });

  it("CNC-04: MiniportSynchronizeInterrupt runs at device IRQL, and not after the interrupt is deregistered", () => {
    const host = new NicHost();
    const { handle } = register(host, {});
    const levels: number[] = [];
    const synchronise = (result: boolean) =>
      host.ndis.NdisMSynchronizeWithInterruptEx(
        handle,
        0,
        (context) => {
          levels.push(host.processor.irql);
          return context === "context" && result;
        },
        "context",
      );
    expect(synchronise(true)).toBe(true);
    expect(synchronise(false)).toBe(false);
    expect(levels).toEqual([DEVICE_IRQL, DEVICE_IRQL]);
    expect(host.processor.irql).toBe(0);
    host.ndis.NdisMDeregisterInterruptEx(handle);
    expect(brokenRule(() => void synchronise(true))).toBe("CNC-04");
    expect(brokenRule(() => host.ndis.NdisMDeregisterInterruptEx(handle))).toBe("Init_DeRegisterInterrupt");
  });

  it("Init_RegisterInterrupt: an interrupt left behind is reported, and the deregistration ends that", () => {
    const host = new NicHost();
    const { handle } = register(host, {});
    expect(host.live.interrupts).toBe(1);
    const report = () => host.holdings.reportLeft(host.environment, OWNER, host.adapter, "MiniportHaltEx");
    expect(brokenRule(() => void report())).toBe("Init_RegisterInterrupt");
    host.ndis.NdisMDeregisterInterruptEx(handle);
    expect(report()).toBe(0);
  });
});

describe("NdisMRegisterInterruptEx", () => {
  it("LIF-02: registration attributes come first", () => {
    const host = new NicHost();
    host.adapter.registrationAttributes = null;
    expect(brokenRule(() => void register(host, {}))).toBe("LIF-02");
  });

  it("BAD_VERSION for a wrong header, BAD_CHARACTERISTICS without the handlers that are needed", () => {
    const host = new NicHost();
    const handle = new OutParameter<NdisInterruptHandle>();
    const status = (given: Characteristics) =>
      host.ndis.NdisMRegisterInterruptEx(host.handle, null, NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS(given), handle);
    const line = { InterruptHandler: () => false, InterruptDpcHandler: () => {} };
    expect(status({ ...line, Header: { Type: 0x84, Revision: 1, Size: 8 } })).toBe(NDIS_STATUS_BAD_VERSION);
    expect(status({ InterruptHandler: () => false })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    expect(status({ ...line, MsiSupported: true })).toBe(NDIS_STATUS_BAD_CHARACTERISTICS);
    expect(handle.Value).toBeNull();
    expect(host.live.interrupts).toBe(0);
    expect(status(line)).toBe(NDIS_STATUS_SUCCESS);
  });
});
