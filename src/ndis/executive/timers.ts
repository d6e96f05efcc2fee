import type { Clock, ClockEventId, ClockTarget } from "../../machine/clock.ts";
import type { Probe } from "../../machine/probe.ts";
import type { Processor } from "../../machine/processor.ts";
import { DeferredProcedureCall, PASSIVE_LEVEL } from "../../machine/processor.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { NdisDeferredFunctions } from "../ddi/functions/deferred.ts";
import type { NDIS_TIMER_FUNCTION } from "../ddi/handlers/deferred.ts";
import type { NDIS_CONTEXT, NdisTimerHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import { NDIS_STATUS_BAD_CHARACTERISTICS, NDIS_STATUS_RESOURCES, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { LARGE_INTEGER } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { adapterOf } from "./adapter-of.ts";
import { conducted } from "./conduct.ts";
import type { Holding } from "./holdings.ts";
import { allocationFails, DriverHoldings } from "./holdings.ts";
import { shown } from "./pool.ts";
import { NS_PER_TIME_UNIT, nsUntilSystemTime } from "./system-time.ts";

const NS_PER_MS = 1_000_000;

/** A timer object. Setting, cancelling and firing it allocate nothing: call control arms several for every call. */
class NdisTimer implements ClockTarget, Holding {
  readonly leftRule = "CancelTimerObject";
  readonly traceName: string;
  readonly adapter: MiniportAdapter | null;
  readonly environment: NdisEnvironment;
  readonly clock: Clock;
  readonly processor: Processor;
  readonly probe: Probe | null;
  readonly source: string;
  readonly routine: NDIS_TIMER_FUNCTION;
  readonly defaultContext: NDIS_CONTEXT;
  readonly dpc: DeferredProcedureCall;
  context: NDIS_CONTEXT = null;
  allocated = true;
  periodNs = 0;
  event: ClockEventId = 0;

  constructor(
    environment: NdisEnvironment,
    owner: string,
    adapter: MiniportAdapter | null,
    routine: NDIS_TIMER_FUNCTION,
    defaultContext: NDIS_CONTEXT,
  ) {
    this.traceName = environment.nameObject("timer");
    this.adapter = adapter;
    this.environment = environment;
    this.clock = environment.clock;
    this.processor = environment.processor;
    this.probe = environment.probe;
    this.source = `${environment.name}/${owner}`;
    this.routine = conducted(environment, owner, "NetTimerCallback", routine);
    this.defaultContext = defaultContext;
    this.dpc = new DeferredProcedureCall(this.traceName, () => this.#run());
  }

  /** @returns whether it was armed. */
  set(delayNs: number, periodNs: number, context: NDIS_CONTEXT): boolean {
    const wasArmed = this.clock.cancel(this.event);
    this.context = context ?? this.defaultContext;
    this.periodNs = periodNs;
    this.event = this.clock.schedule(delayNs, this, 0, 0);
    return wasArmed;
  }

  /** @returns whether it was armed; if not, its callback may still be queued (CNC-08). */
  disarm(): boolean {
    const wasArmed = this.clock.cancel(this.event);
    this.event = 0;
    return wasArmed;
  }

  onClock(): void {
    this.event = 0;
    // A machine that has stopped would be kept going by its timers for ever.
    if (!this.processor.isRunning) return;
    if (this.periodNs > 0) this.event = this.clock.schedule(this.periodNs, this, 0, 0);
    this.processor.queueDpc(this.dpc);
  }

  #run(): void {
    if (!this.allocated) return;
    if (this.probe !== null) this.probe.emit(this.source, "callback", "NetTimerCallback", { Timer: this.traceName });
    this.routine(null, this.context, null, null);
  }
}

type TimerFunctions = Pick<
  NdisDeferredFunctions,
  | "NdisAllocateTimerObject"
  | "NdisSetTimerObject"
  | "NdisSetCoalescableTimerObject"
  | "NdisCancelTimerObject"
  | "NdisFreeTimerObject"
>;

/**
 * Timer objects of one driver (rules IRQ-10, CNC-08; verifier rules CancelTimerObject, PeriodicTimer).
 * @param owner the driver.
 * @param holdings what the driver holds; its other functions share it.
 */
export function timerFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): TimerFunctions {
  const { clock, processor, live } = environment;
  const timerOf = (handle: NdisTimerHandle, caller: string): NdisTimer | null => {
    const object: unknown = handle;
    if (object instanceof NdisTimer && object.environment === environment && object.allocated) return object;
    environment.misuse("AF-38", owner, `${caller}: TimerObject was never allocated, or is freed already`);
    return null;
  };
  const set = (handle: NdisTimerHandle, dueTime: LARGE_INTEGER, periodMs: number, context: NDIS_CONTEXT): boolean => {
    const timer = timerOf(handle, "NdisSetTimerObject");
    if (timer === null) return false;
    if (!Number.isInteger(dueTime) || (typeof periodMs !== "number" && periodMs !== null && periodMs !== undefined)) {
      environment.misuse("NullCheck", owner, `DueTime ${shown(dueTime)} or MillisecondsPeriod is no number`);
      return false;
    }
    const delayNs = dueTime < 0 ? -dueTime * NS_PER_TIME_UNIT : nsUntilSystemTime(clock, dueTime);
    return timer.set(delayNs, periodMs > 0 ? periodMs * NS_PER_MS : 0, context);
  };
  return {
    NdisAllocateTimerObject(NdisHandle, TimerCharacteristics, pTimerObject) {
      const { Header, TimerFunction, FunctionContext } = TimerCharacteristics;
      if (objectHeaderFault(Header, "NDIS_TIMER_CHARACTERISTICS") !== null || typeof TimerFunction !== "function") {
        return NDIS_STATUS_BAD_CHARACTERISTICS;
      }
      if (allocationFails(environment)) return NDIS_STATUS_RESOURCES;
      const timer = new NdisTimer(environment, owner, adapterOf(NdisHandle), TimerFunction, FunctionContext);
      holdings.take(timer);
      live.timers++;
      pTimerObject.Value = toHandle<NdisTimerHandle>(timer);
      return NDIS_STATUS_SUCCESS;
    },
    NdisSetTimerObject: set,
    // Tolerance lets Windows share a wake-up between timers; firing when due is within every tolerance.
    NdisSetCoalescableTimerObject: (TimerObject, DueTime, MillisecondsPeriod, FunctionContext) =>
      set(TimerObject, DueTime, MillisecondsPeriod, FunctionContext),
    NdisCancelTimerObject(TimerObject) {
      const timer = timerOf(TimerObject, "NdisCancelTimerObject");
      if (timer === null) return false;
      if (timer.periodNs === 0) return timer.disarm();
      if (processor.irql > PASSIVE_LEVEL) {
        environment.misuse(
          "IRQ-10",
          owner,
          `periodic ${timer.traceName} is cancelled at IRQL ${processor.irql}, not PASSIVE_LEVEL`,
        );
      }
      const wasArmed = timer.disarm();
      if (processor.irql === PASSIVE_LEVEL) processor.flushDpc(timer.dpc);
      return wasArmed;
    },
    NdisFreeTimerObject(TimerObject) {
      const timer = timerOf(TimerObject, "NdisFreeTimerObject");
      if (timer === null) return;
      if (timer.disarm())
        environment.misuse("CancelTimerObject", owner, `${timer.traceName} is freed while it is armed`);
      else if (timer.dpc.queued) {
        environment.misuse("CNC-08", owner, `${timer.traceName} is freed before its callback has run`);
      }
      timer.allocated = false;
      holdings.giveBack(timer);
      live.timers--;
    },
  };
}
