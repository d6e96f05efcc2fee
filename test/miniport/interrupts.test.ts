import { describe, expect, it } from "vitest";
import { fieldMask, INTERRUPT_CAUSES, REGISTERS } from "../../src/device/index.ts";
import type { Probe } from "../../src/machine/index.ts";
import { BOB, Pair, pattern } from "./two-hosts.ts";

const ALL_CAUSES = Object.values(INTERRUPT_CAUSES).reduce((mask, field) => mask | fieldMask(field), 0);

describe("the MCM's interrupt (CNC-06)", () => {
  it("the ISR masks every cause, whatever comes meanwhile; the DPC unmasks them", () => {
    const masks: Record<string, Set<number>> = {
      MiniportMessageInterrupt: new Set(),
      MiniportMessageInterruptDPC: new Set(),
    };
    let watching = false;
    const probe: Probe = {
      emit: (source, kind, name) => {
        if (!watching || kind !== "callback" || !source.startsWith("alice/")) return;
        masks[name]?.add(pair.alice.nic.device.read32(REGISTERS.IMS.offset));
      },
    };
    const pair = new Pair({ lab: { probe } }).start();
    const call = pair.alice.call(BOB);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    watching = true;
    for (let i = 0; i < 8; i++) pair.alice.send(call, pattern(1_000));
    pair.runUntil(() => pair.bob.frames.length === 8);
    watching = false;
    // Interrupts only come while they are enabled, and the DPC finds them all masked.
    expect([...(masks.MiniportMessageInterrupt ?? [])]).toEqual([ALL_CAUSES]);
    expect([...(masks.MiniportMessageInterruptDPC ?? [])]).toEqual([0]);
    expect(pair.alice.nic.device.read32(REGISTERS.IMS.offset)).toBe(ALL_CAUSES);
    pair.stop();
  });
});
