import { describe, expect, it } from "vitest";
import type { BareDriver } from "./bare-driver.ts";
import { Bench } from "./bare-driver.ts";

const [TXC, RXC, CMD, RXO, LSC, DMAF] = [1, 2, 4, 8, 16, 32];
const ALL = 0x3f;

/** Times at which the service routine of the INTx line ran. The routine does what `service` says. */
function lineInterrupts(nic: BareDriver, service: () => void = () => nic.write("IMC", ALL)): number[] {
  const times: number[] = [];
  nic.slot.connect(null, () => {
    times.push(nic.bench.world.clock.nowNs);
    service();
    nic.slot.lineServed();
  });
  return times;
}

function driver(): BareDriver {
  return new Bench().addDriver();
}

describe("INTx", () => {
  it("a cause that is masked does not interrupt; unmasking it does", () => {
    const nic = driver();
    const times = lineInterrupts(nic);
    nic.write("ICS", RXC);
    nic.bench.settle();
    expect(times).toEqual([]);
    nic.write("IMS", TXC);
    nic.bench.settle();
    expect(times).toEqual([]);
    nic.write("IMS", RXC);
    nic.bench.settle();
    expect(times).toHaveLength(1);
  });

  it("is level-triggered: served without clearing or masking the cause, it comes again", () => {
    const nic = driver();
    let served = 0;
    const times = lineInterrupts(nic, () => {
      if (++served === 5) nic.write("ICR", RXC);
    });
    nic.write("IMS", ALL);
    nic.write("ICS", RXC);
    nic.bench.settle();
    expect(times).toHaveLength(5);
  });

  it("the line is let go when the last active cause is cleared or masked, not before", () => {
    const nic = driver();
    let asserted = 0;
    nic.slot.connect(null, () => void asserted++);
    nic.write("IMS", ALL);
    nic.write("ICS", RXC | TXC);
    nic.write("ICR", RXC);
    nic.bench.world.dispatch();
    expect(asserted).toBe(1);
    nic.slot.lineServed();
    nic.write("IMC", TXC);
    nic.bench.world.dispatch();
    expect(asserted).toBe(1);
    expect(nic.read("ICR")).toBe(TXC);
  });

  it("a cause that is cleared before the processor looks does not interrupt", () => {
    const nic = driver();
    const times = lineInterrupts(nic);
    nic.write("IMS", ALL);
    nic.write("ICS", RXC);
    nic.write("ICR", RXC);
    nic.bench.settle();
    expect(times).toEqual([]);
  });

  it("a service routine that is connected while the line is asserted is called", () => {
    const nic = driver();
    nic.write("IMS", ALL);
    nic.write("ICS", RXC);
    const times = lineInterrupts(nic);
    nic.bench.settle();
    expect(times).toHaveLength(1);
  });

  it("reset lets the line go and takes the throttle's timer back", () => {
    const nic = driver();
    const times = lineInterrupts(nic);
    nic.write("ITR", 5_000);
    nic.write("IMS", ALL);
    nic.write("ICS", RXC);
    nic.control("RST");
    nic.bench.settle();
    expect(times).toEqual([]);
    expect(nic.bench.world.clock.pendingCount).toBe(0);
  });
});

describe("ITR, the throttle", () => {
  /** Raises RXC at these times and gives the times of the interrupts; the routine clears the cause. */
  function interruptsFor(throttleNs: number, raisedAtNs: readonly number[]): number[] {
    const nic = driver();
    const times = lineInterrupts(nic, () => nic.write("ICR", ALL));
    nic.write("ITR", throttleNs);
    nic.write("IMS", ALL);
    for (const at of raisedAtNs) {
      nic.bench.world.runUntilTime(at);
      nic.write("ICS", RXC);
      nic.bench.world.dispatch();
    }
    nic.bench.settle();
    return times;
  }

  it("0 is none: every cause interrupts at once", () => {
    expect(interruptsFor(0, [100, 101, 102])).toEqual([100, 101, 102]);
  });

  it("the first interrupt is at once, the next no sooner than the throttle after it, and what came between shares it", () => {
    expect(interruptsFor(4_000, [1_000, 1_500, 2_000, 4_999])).toEqual([1_000, 5_000]);
  });

  it("a quiet time longer than the throttle earns an interrupt at once", () => {
    expect(interruptsFor(4_000, [1_000, 5_000, 20_000, 20_001])).toEqual([1_000, 5_000, 20_000, 24_000]);
  });

  it("an interrupt that was put off is dropped when its cause is cleared in between", () => {
    const nic = driver();
    const times = lineInterrupts(nic, () => nic.write("ICR", ALL));
    nic.write("ITR", 4_000);
    nic.write("IMS", ALL);
    nic.write("ICS", RXC);
    nic.bench.world.runUntilTime(1_000);
    nic.write("ICS", RXC);
    nic.write("ICR", RXC);
    nic.bench.settle();
    expect(times).toEqual([0]);
  });

  it("a masked time does not count: an interrupt that waits for the throttle waits for the mask too", () => {
    const nic = driver();
    const times = lineInterrupts(nic, () => nic.write("ICR", ALL));
    nic.write("ITR", 4_000);
    nic.write("IMS", ALL);
    nic.write("ICS", RXC);
    nic.bench.world.dispatch();
    nic.write("ICS", RXC);
    nic.write("IMC", ALL);
    nic.bench.world.runUntilTime(10_000);
    expect(times).toEqual([0]);
    nic.write("IMS", ALL);
    nic.bench.settle();
    expect(times).toEqual([0, 10_000]);
  });
});

describe("MSI-X", () => {
  function messages(nic: BareDriver): number[] {
    const seen: number[] = [];
    for (let message = 0; message < nic.nic.identity.messageCount; message++) {
      nic.slot.connect(message, () => void seen.push(message));
    }
    nic.control("MSIX");
    return seen;
  }

  it("there are four messages, and after reset IVAR spreads the groups: TX 0, RX 1, CMD and the rest 2", () => {
    const nic = driver();
    expect(nic.nic.identity.messageCount).toBe(4);
    expect(nic.read("IVAR")).toBe(0x2210);
  });

  it.each([
    ["TXC", TXC, 3],
    ["RXC", RXC, 2],
    ["RXO", RXO, 2],
    ["CMD", CMD, 1],
    ["LSC", LSC, 0],
    ["DMAF", DMAF, 0],
  ])("%s sends the message that IVAR gives its group", (_name, cause, message) => {
    const nic = driver();
    const seen = messages(nic);
    nic.write("IVAR", 0x0123);
    nic.write("IMS", ALL);
    nic.write("ICS", cause);
    nic.bench.settle();
    expect(seen).toEqual([message]);
  });

  it("causes of several groups send several messages, and the INTx line stays down", () => {
    const nic = driver();
    const seen = messages(nic);
    let line = 0;
    nic.slot.connect(null, () => void line++);
    nic.write("IMS", ALL);
    nic.write("ICS", TXC | CMD);
    nic.bench.settle();
    expect(seen.sort()).toEqual([0, 2]);
    expect(line).toBe(0);
  });

  it("a masked cause sends nothing; unmasking it while it is pending does", () => {
    const nic = driver();
    const seen = messages(nic);
    nic.write("ICS", RXC);
    nic.bench.settle();
    expect(seen).toEqual([]);
    nic.write("IMS", RXC);
    nic.bench.settle();
    expect(seen).toEqual([1]);
  });

  it("the throttle holds messages back too", () => {
    const nic = driver();
    const times: number[] = [];
    nic.slot.connect(1, () => {
      times.push(nic.bench.world.clock.nowNs);
      nic.write("ICR", ALL);
    });
    nic.control("MSIX");
    nic.write("ITR", 4_000);
    nic.write("IMS", ALL);
    nic.write("ICS", RXC);
    nic.bench.world.dispatch();
    nic.write("ICS", RXC);
    nic.bench.settle();
    expect(times).toEqual([0, 4_000]);
  });

  it("clearing one cause is no news of another", () => {
    const nic = driver();
    const seen = messages(nic);
    nic.write("IMS", ALL);
    nic.write("ICS", TXC | RXC);
    nic.bench.settle();
    seen.length = 0;
    nic.write("ICR", TXC);
    nic.bench.settle();
    expect(seen).toEqual([]);
  });

  it("a cause that rises sends the message of its own group only", () => {
    const nic = driver();
    const seen = messages(nic);
    nic.write("IMS", ALL);
    nic.write("ICS", TXC);
    nic.bench.settle();
    nic.write("ICS", CMD);
    nic.bench.settle();
    expect(seen).toEqual([0, 2]);
  });
});
