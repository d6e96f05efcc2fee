import { BugCheck } from "../../machine/bug-check.ts";
import type { Clock } from "../../machine/clock.ts";
import type { Probe } from "../../machine/probe.ts";
import type { InterruptObject, Processor } from "../../machine/processor.ts";
import { DeferredProcedureCall } from "../../machine/processor.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type {
  MINIPORT_INTERRUPT_DPC,
  MINIPORT_ISR,
  MINIPORT_MESSAGE_INTERRUPT,
  MINIPORT_MESSAGE_INTERRUPT_DPC,
} from "../ddi/handlers/device.ts";
import type { NDIS_CONTEXT } from "../ddi/handles.ts";
import { OutParameter } from "../ddi/handles.ts";
import type { NDIS_RECEIVE_THROTTLE_PARAMETERS } from "../ddi/structures/hardware.ts";
import type { NdisEnvironment } from "../environment.ts";
import { conducted } from "../executive/conduct.ts";
import type { Holding } from "../executive/holdings.ts";

/** Bug check codes (bugcodes.h). */
export const HARDWARE_INTERRUPT_STORM = 0xf2;
export const DPC_WATCHDOG_VIOLATION = 0x133;

/** NDIS_RECEIVE_THROTTLE_PARAMETERS.MaxNblsToIndicate: no limit (ndis.h). */
export const NDIS_INDICATE_ALL_NBLS = 0xffff_ffff;

/** Services or DPCs in a row, without virtual time moving, that are a storm: a real machine would do nothing else either. */
const STORM_LIMIT = 10_000;
const THIS_PROCESSOR = 0x1;

/** The handlers of a line, or those of messages. */
export type InterruptHandlers =
  | { readonly messages: false; readonly isr: MINIPORT_ISR; readonly dpc: MINIPORT_INTERRUPT_DPC }
  | { readonly messages: true; readonly isr: MINIPORT_MESSAGE_INTERRUPT; readonly dpc: MINIPORT_MESSAGE_INTERRUPT_DPC };

/** The line, or one message: its interrupt object and the DPC that NDIS queues for it. */
export class InterruptVector {
  readonly messageId: number;
  readonly interrupt: InterruptObject;
  readonly dpc: DeferredProcedureCall;
  dpcContext: NDIS_CONTEXT = null;

  constructor(registered: RegisteredInterrupt, messageId: number) {
    const { adapter, traceName } = registered;
    this.messageId = messageId;
    this.dpc = new DeferredProcedureCall(`${traceName}/${messageId}`, () => registered.runDpc(this));
    const message = registered.handlers.messages ? messageId : null;
    this.interrupt = adapter.slot.connect(message, () => registered.service(this));
  }
}

function conductedHandlers(
  environment: NdisEnvironment,
  owner: string,
  { messages, isr, dpc }: InterruptHandlers,
): InterruptHandlers {
  return messages
    ? {
        messages,
        isr: conducted(environment, owner, "MiniportMessageInterrupt", isr),
        dpc: conducted(environment, owner, "MiniportMessageInterruptDPC", dpc),
      }
    : {
        messages,
        isr: conducted(environment, owner, "MiniportInterrupt", isr),
        dpc: conducted(environment, owner, "MiniportInterruptDPC", dpc),
      };
}

/** What NdisMRegisterInterruptEx made. Serving an interrupt allocates nothing: the out-parameters are used again. */
export class RegisteredInterrupt implements Holding {
  readonly leftRule = "Init_RegisterInterrupt";
  readonly traceName: string;
  readonly adapter: MiniportAdapter;
  readonly environment: NdisEnvironment;
  readonly handlers: InterruptHandlers;
  readonly context: NDIS_CONTEXT;
  readonly vectors: InterruptVector[] = [];
  registered = true;

  readonly #owner: string;
  readonly #source: string;
  readonly #clock: Clock;
  readonly #processor: Processor;
  readonly #probe: Probe | null;
  readonly #queueDefaultDpc = new OutParameter<boolean>();
  readonly #targetProcessors = new OutParameter<number>();
  readonly #throttle: NDIS_RECEIVE_THROTTLE_PARAMETERS = {
    MaxNblsToIndicate: NDIS_INDICATE_ALL_NBLS,
    MoreNblsPending: false,
  };
  #countedAtNs = -1;
  #services = 0;
  #dpcs = 0;

  constructor(owner: string, adapter: MiniportAdapter, context: NDIS_CONTEXT, handlers: InterruptHandlers) {
    const { environment } = adapter;
    this.traceName = environment.nameObject("interrupt");
    this.adapter = adapter;
    this.environment = environment;
    this.context = context;
    this.handlers = conductedHandlers(environment, owner, handlers);
    this.#owner = owner;
    this.#source = `${environment.name}/${owner}`;
    this.#clock = environment.clock;
    this.#processor = environment.processor;
    this.#probe = environment.probe;
  }

  /** Runs at device IRQL. */
  service(vector: InterruptVector): void {
    this.#countTowardsStorm();
    if (++this.#services > STORM_LIMIT) {
      this.#storm(
        HARDWARE_INTERRUPT_STORM,
        "CNC-06",
        "the interrupt is served again and again; nothing makes the device let go",
      );
    }
    const asserted = this.handlers.messages || this.adapter.slot.lineAsserted;
    this.#queueDefaultDpc.Value = false;
    this.#targetProcessors.Value = 0;
    const recognised = this.#callIsr(vector.messageId);
    if (recognised && !asserted) {
      this.environment.misuse(
        "CNC-06",
        this.#owner,
        "MiniportInterrupt claims an interrupt that its NIC did not raise",
      );
    }
    // TargetProcessors counts when the default DPC is not asked for.
    const wantsDpc = this.#queueDefaultDpc.Value || (this.#targetProcessors.Value & THIS_PROCESSOR) !== 0;
    if (recognised && wantsDpc) this.#processor.queueDpc(vector.dpc);
    if (!this.handlers.messages) this.adapter.slot.lineServed();
  }

  #callIsr(messageId: number): boolean {
    const { handlers, context } = this;
    if (handlers.messages) {
      if (this.#probe !== null) {
        this.#probe.emit(this.#source, "callback", "MiniportMessageInterrupt", { MessageId: messageId });
      }
      return handlers.isr(context, messageId, this.#queueDefaultDpc, this.#targetProcessors);
    }
    if (this.#probe !== null) this.#probe.emit(this.#source, "callback", "MiniportInterrupt", {});
    return handlers.isr(context, this.#queueDefaultDpc, this.#targetProcessors);
  }

  /** @returns whether the DPC is queued by this call; a DPC that waits already keeps its own context. */
  queueDpc(vector: InterruptVector, context: NDIS_CONTEXT): boolean {
    if (!this.#processor.queueDpc(vector.dpc)) return false;
    vector.dpcContext = context;
    return true;
  }

  /** Runs at DISPATCH_LEVEL. */
  runDpc(vector: InterruptVector): void {
    if (!this.registered) return;
    this.#countTowardsStorm();
    if (++this.#dpcs > STORM_LIMIT) {
      this.#storm(DPC_WATCHDOG_VIOLATION, "CNC-06", "the DPC is queued again and again while no time passes");
    }
    const { handlers, context } = this;
    const throttle = this.#throttle;
    const { messageId, dpcContext } = vector;
    vector.dpcContext = null;
    throttle.MaxNblsToIndicate = NDIS_INDICATE_ALL_NBLS;
    throttle.MoreNblsPending = false;
    if (handlers.messages) {
      if (this.#probe !== null)
        this.#probe.emit(this.#source, "callback", "MiniportMessageInterruptDPC", { MessageId: messageId });
      handlers.dpc(context, messageId, dpcContext, throttle, null, null);
    } else {
      if (this.#probe !== null) this.#probe.emit(this.#source, "callback", "MiniportInterruptDPC", {});
      handlers.dpc(context, dpcContext, throttle, null);
    }
    if (throttle.MoreNblsPending) this.#processor.queueDpc(vector.dpc);
  }

  #countTowardsStorm(): void {
    if (this.#clock.nowNs === this.#countedAtNs) return;
    this.#countedAtNs = this.#clock.nowNs;
    this.#services = 0;
    this.#dpcs = 0;
  }

  #storm(code: number, rule: string, message: string): never {
    throw new BugCheck(code, [0, 0, 0, 0], rule, this.#owner, `${this.traceName}: ${message} (${STORM_LIMIT} times)`);
  }
}
