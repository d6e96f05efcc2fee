import type { Chooser } from "./chooser.ts";
import { Clock } from "./clock.ts";
import { Machine } from "./machine.ts";
import { WorldMemory } from "./memory.ts";
import type { Probe } from "./probe.ts";
import { SeededRandom } from "./random.ts";

export interface WorldOptions {
  /** Bytes of memory for everything in the world; it never grows. */
  readonly memoryBytes: number;
  readonly seed?: number;
  readonly chooser?: Chooser | null;
  readonly probe?: Probe | null;
}

/** Machines under one clock and one memory. What is plugged into them is added by whoever builds the world. */
export class World {
  readonly clock = new Clock();
  readonly memory: WorldMemory;
  readonly random: SeededRandom;
  readonly chooser: Chooser | null;
  readonly probe: Probe | null;
  readonly machines: Machine[] = [];

  constructor(options: WorldOptions) {
    this.memory = new WorldMemory(options.memoryBytes);
    this.random = new SeededRandom(options.seed ?? 1);
    this.chooser = options.chooser ?? null;
    this.probe = options.probe ?? null;
  }

  /** @param memoryBytes physical memory of the new machine. */
  addMachine(name: string, memoryBytes: number): Machine {
    const machine = new Machine(name, this.clock, this.memory.reserve(memoryBytes), this.chooser, this.probe);
    this.machines.push(machine);
    return machine;
  }

  /** Runs what is ready on every machine until none has anything left to do at this moment. */
  dispatch(): void {
    const machines = this.machines;
    let busy = true;
    while (busy) {
      busy = false;
      for (let i = 0; i < machines.length; i++) {
        const { processor } = machines[i];
        if (processor.hasWork) {
          processor.dispatch();
          busy = true;
        }
      }
    }
  }

  /** Dispatches, then fires the next event of the clock and dispatches again; false when nothing is left to happen. */
  step(): boolean {
    this.dispatch();
    if (!this.clock.step()) return false;
    this.dispatch();
    return true;
  }

  /** Runs until `done()` says so, nothing is left to happen, or the next event lies beyond `limitNs`. @returns whether `done()` holds. */
  runUntil(done: () => boolean, limitNs = Number.POSITIVE_INFINITY): boolean {
    this.dispatch();
    while (!done()) {
      if (this.clock.nextTimeNs > limitNs || !this.clock.step()) return done();
      this.dispatch();
    }
    return true;
  }

  /** Runs everything due up to `timeNs`, background events too, and leaves the clock there. */
  runUntilTime(timeNs: number): void {
    this.dispatch();
    while (this.clock.nextTimeNs <= timeNs && this.clock.fireNext()) this.dispatch();
    this.clock.runUntil(timeNs);
  }
}
