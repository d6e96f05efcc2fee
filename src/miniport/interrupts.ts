import { fieldMask, INTERRUPT_CAUSES, REGISTERS } from "../device/datasheet/index.ts";
import type { MiniportAdapterHandle, NDIS_STATUS_FINAL, NdisInterruptHandle } from "../ndis/index.ts";
import {
  NDIS_INTERRUPT_TYPE,
  NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../ndis/index.ts";
import type { Hardware } from "./hardware.ts";
import type { MiniportLibrary } from "./library.ts";

const ALL_CAUSES = Object.values(INTERRUPT_CAUSES).reduce((mask, field) => (mask | fieldMask(field)) >>> 0, 0);
/** Every group of causes on message 0: one DPC serves them all. */
const ONE_MESSAGE = 0;

/** Interrupts of the NIC: the ISR masks and queues the DPC, the DPC takes the causes and unmasks (CNC-06). */
export class Interrupts {
  readonly #ndis: MiniportLibrary;
  readonly #hardware: Hardware;
  readonly #service: (causes: number) => void;
  #handle: NdisInterruptHandle | null = null;
  #enabled = false;

  /** @param service does the DPC's work for the causes that were raised. */
  constructor(ndis: MiniportLibrary, hardware: Hardware, service: (causes: number) => void) {
    this.#ndis = ndis;
    this.#hardware = hardware;
    this.#service = service;
  }

  register(adapter: MiniportAdapterHandle, throttleNs: number): NDIS_STATUS_FINAL {
    const characteristics = NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS({
      InterruptHandler: (_context, QueueDefaultInterruptDpc) => this.#lineInterrupt(QueueDefaultInterruptDpc),
      InterruptDpcHandler: () => this.#dpc(),
      MsiSupported: true,
      MessageInterruptHandler: (_context, _message, QueueDefaultInterruptDpc) =>
        this.#messageInterrupt(QueueDefaultInterruptDpc),
      MessageInterruptDpcHandler: () => this.#dpc(),
    });
    const handle = new OutParameter<NdisInterruptHandle>();
    const status = this.#ndis.NdisMRegisterInterruptEx(adapter, this, characteristics, handle);
    if (status !== NDIS_STATUS_SUCCESS || handle.Value === null) return status;
    this.#handle = handle.Value;
    this.#hardware.write(REGISTERS.IVAR, ONE_MESSAGE);
    this.#hardware.write(REGISTERS.ITR, throttleNs);
    if (characteristics.InterruptType === NDIS_INTERRUPT_TYPE.NDIS_CONNECT_MESSAGE_BASED) {
      this.#hardware.control(fieldMask(REGISTERS.CTRL.fields.MSIX), 0);
    }
    return NDIS_STATUS_SUCCESS;
  }

  enable(): void {
    this.#enabled = true;
    this.#hardware.write(REGISTERS.IMS, ALL_CAUSES);
  }

  disable(): void {
    this.#enabled = false;
    this.#hardware.write(REGISTERS.IMC, ALL_CAUSES);
  }

  deregister(): void {
    if (this.#handle !== null) this.#ndis.NdisMDeregisterInterruptEx(this.#handle);
    this.#handle = null;
  }

  #lineInterrupt(QueueDefaultInterruptDpc: OutParameter<boolean>): boolean {
    if (this.#hardware.read(REGISTERS.ICR) === 0) return false;
    return this.#messageInterrupt(QueueDefaultInterruptDpc);
  }

  #messageInterrupt(QueueDefaultInterruptDpc: OutParameter<boolean>): boolean {
    this.#hardware.write(REGISTERS.IMC, ALL_CAUSES);
    QueueDefaultInterruptDpc.Value = true;
    return true;
  }

  #dpc(): void {
    const causes = this.#hardware.read(REGISTERS.ICR);
    this.#hardware.write(REGISTERS.ICR, causes);
    this.#service(causes);
    if (this.#enabled) this.#hardware.write(REGISTERS.IMS, ALL_CAUSES);
  }
}
