import { AssertionFailure, BugCheck, SYSTEM_THREAD_EXCEPTION_NOT_HANDLED } from "./bug-check.ts";
import type { Chooser } from "./chooser.ts";
import type { Clock } from "./clock.ts";
import type { Probe } from "./probe.ts";
import type { Blocking, ThreadScheduler } from "./thread.ts";
import { Thread } from "./thread.ts";

/** Interrupt request levels of x86 and x64 (wdm.h). Device levels lie above DISPATCH_LEVEL. */
export const PASSIVE_LEVEL = 0;
export const APC_LEVEL = 1;
export const DISPATCH_LEVEL = 2;
export const LOWEST_DEVICE_LEVEL = 3;
export const HIGH_LEVEL = 15;

/** A connected interrupt: what runs at device IRQL when its line or message is raised. */
export class InterruptObject {
  readonly name: string;
  readonly irql: number;
  readonly service: () => void;
  pending = false;

  constructor(name: string, irql: number, service: () => void) {
    this.name = name;
    this.irql = irql;
    this.service = service;
  }
}

/** A deferred procedure call: queued once at a time, runs at DISPATCH_LEVEL. */
export class DeferredProcedureCall {
  readonly name: string;
  readonly routine: () => void;
  queued = false;

  constructor(name: string, routine: () => void) {
    this.name = name;
    this.routine = routine;
  }
}

/**
 * One processor and its dispatch order: interrupts by level, then DPCs in the order in which they were queued, then threads at
 * PASSIVE_LEVEL. Driver code that is running is not interrupted except where a choice point says so ({@link interruptWindow}).
 */
export class Processor implements ThreadScheduler {
  readonly name: string;
  readonly clock: Clock;
  readonly chooser: Chooser | null;
  readonly probe: Probe | null;
  irql = PASSIVE_LEVEL;
  /** Set when a driver broke a rule: nothing of this machine runs any more. */
  stopped: BugCheck | null = null;
  /** A rule that a bug check callback broke, after the bug check that ran it. */
  brokenWhileStopping: BugCheck | null = null;

  readonly #interrupts: InterruptObject[] = [];
  /** A queue that keeps its room: setting an array's length to 0 would make the next push allocate. */
  readonly #dpcs: DeferredProcedureCall[] = [];
  #dpcHead = 0;
  #dpcTail = 0;
  readonly #threads: Thread[] = [];
  #pendingInterrupts = 0;
  #liveThreads = 0;
  #dispatching = false;
  #isOff = false;
  readonly #bugCheckCallbacks: (() => void)[] = [];

  constructor(name: string, clock: Clock, chooser: Chooser | null, probe: Probe | null) {
    this.name = name;
    this.clock = clock;
    this.chooser = chooser;
    this.probe = probe;
  }

  connectInterrupt(interrupt: InterruptObject): void {
    this.#interrupts.push(interrupt);
  }

  disconnectInterrupt(interrupt: InterruptObject): void {
    const place = this.#interrupts.indexOf(interrupt);
    if (place < 0) return;
    this.#interrupts.splice(place, 1);
    if (interrupt.pending) this.#pendingInterrupts--;
    interrupt.pending = false;
  }

  /** Latches an interrupt; it is served when the processor dispatches next. */
  requestInterrupt(interrupt: InterruptObject): void {
    if (interrupt.pending || !this.#interrupts.includes(interrupt)) return;
    interrupt.pending = true;
    this.#pendingInterrupts++;
  }

  withdrawInterrupt(interrupt: InterruptObject): void {
    if (!interrupt.pending) return;
    interrupt.pending = false;
    this.#pendingInterrupts--;
  }

  /** @returns false when it is queued already. */
  queueDpc(dpc: DeferredProcedureCall): boolean {
    if (dpc.queued) return false;
    dpc.queued = true;
    this.#dpcs[this.#dpcTail++] = dpc;
    return true;
  }

  /** Returns when `dpc` is no longer queued, as KeFlushQueuedDpcs does: the DPCs that lie before it run, and it runs. Only at PASSIVE_LEVEL. */
  flushDpc(dpc: DeferredProcedureCall): void {
    const before = this.irql;
    while (dpc.queued) this.#runDpc();
    this.irql = before;
  }

  threadReady(thread: Thread): void {
    this.#threads.push(thread);
  }

  /** Starts a thread at PASSIVE_LEVEL; it runs when the processor dispatches next. */
  startThread(name: string, body: Blocking<unknown>): Thread {
    const thread = new Thread(name, body, this);
    this.#liveThreads++;
    this.#threads.push(thread);
    return thread;
  }

  /** Threads that have not ended. */
  get liveThreads(): number {
    return this.#liveThreads;
  }

  /** Neither a bug check nor the power switch has stopped the machine. */
  get isRunning(): boolean {
    return this.stopped === null && !this.#isOff;
  }

  get hasWork(): boolean {
    return this.isRunning && (this.#pendingInterrupts > 0 || this.#dpcHead < this.#dpcTail || this.#threads.length > 0);
  }

  /** Runs everything that is ready, highest level first. Called between events of the clock. */
  dispatch(): void {
    if (this.#dispatching || !this.isRunning) return;
    this.#dispatching = true;
    try {
      while (!this.#isOff && this.#dispatchOne());
    } catch (error) {
      this.stop(error);
    } finally {
      this.#dispatching = false;
      this.irql = PASSIVE_LEVEL;
    }
  }

  /** Turns what driver code threw into the end of this machine; an emulator's own fault goes on to the caller. */
  stop(error: unknown): void {
    if (error instanceof AssertionFailure) throw error;
    if (error instanceof BugCheck) {
      this.stopped = error;
    } else {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.stopped = new BugCheck(
        SYSTEM_THREAD_EXCEPTION_NOT_HANDLED,
        [0, 0, 0, 0],
        "unhandled-exception",
        this.name,
        message,
      );
    }
    if (this.probe !== null) {
      const { code, rule, owner, message } = this.stopped;
      this.probe.emit(this.name, "bugcheck", `0x${code.toString(16).toUpperCase()}`, { rule, owner, message });
    }
    this.#runBugCheckCallbacks();
  }

  /** Runs at HIGH_LEVEL when the machine stops, as KeRegisterBugCheckCallback has it. */
  atBugCheck(callback: () => void): void {
    this.#bugCheckCallbacks.push(callback);
  }

  /** The power goes: nothing of this machine runs any more. */
  powerOff(): void {
    this.#isOff = true;
  }

  #runBugCheckCallbacks(): void {
    this.irql = HIGH_LEVEL;
    for (const callback of this.#bugCheckCallbacks.splice(0)) {
      try {
        callback();
      } catch (error) {
        if (error instanceof AssertionFailure) throw error;
        if (error instanceof BugCheck) this.brokenWhileStopping = error;
      }
    }
  }

  /** A place where an interrupt may land in the middle of driver code. The ordinary choice is that none does. */
  interruptWindow(point: string): void {
    if (this.chooser === null || this.#pendingInterrupts === 0) return;
    const interrupt = this.#highestPending();
    if (interrupt === null || interrupt.irql <= this.irql) return;
    if (this.chooser.choose(point, 2) === 1) this.#serve(interrupt);
  }

  #dispatchOne(): boolean {
    if (this.#pendingInterrupts > 0) {
      const interrupt = this.#highestPending();
      if (interrupt !== null) {
        this.#serve(interrupt);
        return true;
      }
    }
    if (this.#dpcHead < this.#dpcTail) {
      this.#runDpc();
      return true;
    }
    const thread = this.#threads.shift();
    if (thread === undefined) return false;
    thread.resume();
    this.irql = PASSIVE_LEVEL;
    if (thread.finished) this.#liveThreads--;
    return true;
  }

  #highestPending(): InterruptObject | null {
    let highest: InterruptObject | null = null;
    for (const interrupt of this.#interrupts) {
      if (interrupt.pending && (highest === null || interrupt.irql > highest.irql)) highest = interrupt;
    }
    return highest;
  }

  #serve(interrupt: InterruptObject): void {
    interrupt.pending = false;
    this.#pendingInterrupts--;
    const before = this.irql;
    this.irql = interrupt.irql;
    if (this.probe !== null) this.probe.emit(this.name, "interrupt", interrupt.name, {});
    interrupt.service();
    this.irql = before;
  }

  #runDpc(): void {
    if (this.chooser !== null && this.#dpcTail - this.#dpcHead > 1) {
      const pick = this.#dpcHead + this.chooser.choose("dpc-order", this.#dpcTail - this.#dpcHead);
      const chosen = this.#dpcs[pick];
      this.#dpcs[pick] = this.#dpcs[this.#dpcHead];
      this.#dpcs[this.#dpcHead] = chosen;
    }
    const dpc = this.#dpcs[this.#dpcHead++];
    if (this.#dpcHead === this.#dpcTail) {
      this.#dpcHead = 0;
      this.#dpcTail = 0;
    }
    dpc.queued = false;
    this.irql = DISPATCH_LEVEL;
    if (this.probe !== null) this.probe.emit(this.name, "dpc", dpc.name, {});
    dpc.routine();
    this.irql = PASSIVE_LEVEL;
  }
}
