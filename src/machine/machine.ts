import { BusSlot } from "./bus.ts";
import type { Chooser } from "./chooser.ts";
import type { Clock } from "./clock.ts";
import type { MemoryWindow, WorldMemory } from "./memory.ts";
import { MemoryAllocator } from "./memory.ts";
import type { Probe } from "./probe.ts";
import { Processor } from "./processor.ts";

/** One simulated computer: a processor, its physical memory, and a bus with slots. */
export class Machine {
  readonly name: string;
  readonly clock: Clock;
  readonly processor: Processor;
  readonly memory: MemoryAllocator;
  readonly worldMemory: WorldMemory;
  readonly chooser: Chooser | null;
  readonly probe: Probe | null;
  readonly slots: BusSlot[] = [];

  constructor(name: string, clock: Clock, window: MemoryWindow, chooser: Chooser | null, probe: Probe | null) {
    this.name = name;
    this.clock = clock;
    this.chooser = chooser;
    this.probe = probe;
    this.memory = new MemoryAllocator(window);
    this.worldMemory = window.world;
    this.processor = new Processor(name, clock, chooser, probe);
  }

  /** Adds an empty slot to the bus; the device goes in afterwards, since it needs the slot to reach memory. */
  addSlot(name: string): BusSlot {
    const slot = new BusSlot(this, this.slots.length, name);
    this.slots.push(slot);
    return slot;
  }
}
