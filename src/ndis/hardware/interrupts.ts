import type { MiniportAdapter } from "../adapter/adapter.ts";
import { NDIS_INTERRUPT_TYPE } from "../ddi/constants/enumerations.ts";
import type { NdisMInterruptFunctions } from "../ddi/functions/device.ts";
import type { NDIS_CONTEXT, NdisInterruptHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import {
  NDIS_STATUS_BAD_CHARACTERISTICS,
  NDIS_STATUS_BAD_VERSION,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_SUCCESS,
} from "../ddi/status.ts";
import type { IO_INTERRUPT_MESSAGE_INFO } from "../ddi/structures/hardware.ts";
import type { NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS } from "../ddi/structures/interrupt.ts";
import { objectHeaderFault } from "../ddi/structures/object-header.ts";
import type { NdisEnvironment } from "../environment.ts";
import { conducted } from "../executive/conduct.ts";
import { DriverHoldings } from "../executive/holdings.ts";
import { checkRelease, claimingAdapter } from "./claim.ts";
import type { InterruptHandlers } from "./interrupt-object.ts";
import { InterruptVector, RegisteredInterrupt } from "./interrupt-object.ts";

const THIS_PROCESSOR = 0x1;
/** Where x86 processors take messages (Intel SDM volume 3 section 11.11.1), and 16 vectors for each IRQL. */
const MESSAGE_ADDRESS = 0xfee0_0000;
const VECTORS_PER_IRQL = 16;

/**
 * Interrupts of a miniport: INTx, or MSI-X when the driver supports messages and the device has them (rules CNC-04 to CNC-06).
 * @param owner the driver.
 * @param holdings what the driver holds; its other functions share it.
 */
export function interruptFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): NdisMInterruptFunctions {
  const { processor, live } = environment;
  const interruptOf = (handle: NdisInterruptHandle, rule: string, caller: string): RegisteredInterrupt | null =>
    resolveInterrupt(environment, owner, handle, rule, caller);
  const vectorOf = (interrupt: RegisteredInterrupt | null, messageId: number): InterruptVector | null => {
    if (interrupt === null) return null;
    const vector = interrupt.handlers.messages ? interrupt.vectors[messageId] : interrupt.vectors[0];
    if (vector !== undefined) return vector;
    environment.misuse("CNC-04", owner, `${interrupt.traceName} has no message ${messageId}`);
    return null;
  };
  const queueDpc = (handle: NdisInterruptHandle, messageId: number, targets: number, context: NDIS_CONTEXT): number => {
    const interrupt = interruptOf(handle, "CNC-05", "NdisMQueueDpc");
    if (typeof targets !== "number") return 0;
    const vector = vectorOf(interrupt, messageId);
    if (interrupt === null || vector === null || (targets & THIS_PROCESSOR) === 0) return 0;
    return interrupt.queueDpc(vector, context) ? THIS_PROCESSOR : 0;
  };
  return {
    NdisMRegisterInterruptEx(MiniportAdapterHandle, Context, Characteristics, NdisInterruptHandle) {
      const adapter = claimingAdapter(environment, owner, MiniportAdapterHandle, "NdisMRegisterInterruptEx");
      if (adapter === null) return NDIS_STATUS_FAILURE;
      if (objectHeaderFault(Characteristics.Header, "NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS") !== null) {
        return NDIS_STATUS_BAD_VERSION;
      }
      const handlers = grantedHandlers(adapter, Characteristics);
      if (handlers === null) return NDIS_STATUS_BAD_CHARACTERISTICS;
      const interrupt = new RegisteredInterrupt(owner, adapter, Context, handlers);
      // Before the line is connected: an interrupt may come at once (CNC-05).
      NdisInterruptHandle.Value = toHandle<NdisInterruptHandle>(interrupt);
      connect(interrupt, Characteristics);
      holdings.take(interrupt);
      live.interrupts++;
      return NDIS_STATUS_SUCCESS;
    },
    NdisMDeregisterInterruptEx(NdisInterruptHandle) {
      const interrupt = interruptOf(NdisInterruptHandle, "Init_DeRegisterInterrupt", "NdisMDeregisterInterruptEx");
      if (interrupt === null) return;
      checkRelease(environment, owner, interrupt.adapter, "NdisMDeregisterInterruptEx");
      for (const vector of interrupt.vectors) interrupt.adapter.slot.disconnect(vector.interrupt);
      for (const vector of interrupt.vectors) processor.flushDpc(vector.dpc);
      interrupt.registered = false;
      holdings.giveBack(interrupt);
      live.interrupts--;
    },
    NdisMSynchronizeWithInterruptEx(NdisInterruptHandle, MessageId, SynchronizeFunction, SynchronizeContext) {
      const interrupt = interruptOf(NdisInterruptHandle, "CNC-04", "NdisMSynchronizeWithInterruptEx");
      const vector = vectorOf(interrupt, MessageId);
      if (vector === null) return false;
      const before = processor.irql;
      processor.irql = Math.max(before, vector.interrupt.irql);
      const synchronize = conducted(environment, owner, "MiniportSynchronizeInterrupt", SynchronizeFunction);
      const result = synchronize(SynchronizeContext);
      processor.irql = before;
      return result;
    },
    NdisMQueueDpc: queueDpc,
    NdisMQueueDpcEx: (NdisInterruptHandle, MessageId, TargetProcessors, MiniportDpcContext) =>
      queueDpc(
        NdisInterruptHandle,
        MessageId,
        TargetProcessors.Group === 0 ? TargetProcessors.Mask : 0,
        MiniportDpcContext,
      ),
  } satisfies NdisMInterruptFunctions;
}

function resolveInterrupt(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisInterruptHandle,
  rule: string,
  caller: string,
): RegisteredInterrupt | null {
  const object: unknown = handle;
  if (object instanceof RegisteredInterrupt && object.environment === environment && object.registered) return object;
  environment.misuse(rule, owner, `${caller}: the interrupt was never registered, or is deregistered already`);
  return null;
}

function messageCount(adapter: MiniportAdapter): number {
  return adapter.slot.device?.identity.messageCount ?? 0;
}

function isRoutine<Routine>(value: Routine | null): value is Routine {
  return typeof value === "function";
}

/** The handlers that count: those of messages if they are granted, else those of the line. Null when one of them is missing. */
function grantedHandlers(
  adapter: MiniportAdapter,
  characteristics: NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS,
): InterruptHandlers | null {
  const { InterruptHandler, InterruptDpcHandler, MessageInterruptHandler, MessageInterruptDpcHandler } =
    characteristics;
  if (characteristics.MsiSupported) {
    if (!isRoutine(MessageInterruptHandler) || !isRoutine(MessageInterruptDpcHandler)) return null;
    if (messageCount(adapter) > 0)
      return { messages: true, isr: MessageInterruptHandler, dpc: MessageInterruptDpcHandler };
  }
  if (!isRoutine(InterruptHandler) || !isRoutine(InterruptDpcHandler)) return null;
  return { messages: false, isr: InterruptHandler, dpc: InterruptDpcHandler };
}

/** Connects the line or every message, and tells the driver which of the two it got. */
function connect(interrupt: RegisteredInterrupt, characteristics: NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS): void {
  const { messages } = interrupt.handlers;
  const count = messages ? messageCount(interrupt.adapter) : 1;
  for (let id = 0; id < count; id++) interrupt.vectors.push(new InterruptVector(interrupt, id));
  const { NDIS_CONNECT_LINE_BASED, NDIS_CONNECT_MESSAGE_BASED } = NDIS_INTERRUPT_TYPE;
  characteristics.InterruptType = messages ? NDIS_CONNECT_MESSAGE_BASED : NDIS_CONNECT_LINE_BASED;
  characteristics.MessageInfoTable = messages ? messageInfoTable(interrupt) : null;
}

function messageInfoTable(interrupt: RegisteredInterrupt): IO_INTERRUPT_MESSAGE_INFO {
  const irql = interrupt.vectors[0].interrupt.irql;
  return {
    UnifiedIrql: irql,
    MessageCount: interrupt.vectors.length,
    MessageInfo: interrupt.vectors.map(({ messageId }) => ({
      MessageAddress: MESSAGE_ADDRESS,
      TargetProcessorSet: THIS_PROCESSOR,
      MessageData: irql * VECTORS_PER_IRQL + messageId,
      Vector: irql * VECTORS_PER_IRQL + messageId,
      Irql: irql,
    })),
  };
}
