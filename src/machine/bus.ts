import type { Chooser } from "./chooser.ts";
import type { Clock } from "./clock.ts";
import { Iommu } from "./iommu.ts";
import type { MemoryAllocator, WorldMemory } from "./memory.ts";
import { MEMORY_LIMIT } from "./memory.ts";
import type { Probe } from "./probe.ts";
import type { Processor } from "./processor.ts";
import { InterruptObject, LOWEST_DEVICE_LEVEL } from "./processor.ts";

/**
 * The PCI bus seam. A driver reads and writes a device's registers; the device reads and writes its machine's memory by DMA and
 * raises interrupts. Nothing else crosses.
 */

/** Each slot's registers have so much of physical address space. */
const REGISTER_REGION_BYTES = 0x10_0000;

/** The device as its driver sees it: one 32-bit register window (BAR 0). Offsets are in bytes and multiples of 4. */
export interface BusDevice {
  readonly identity: PciIdentity;
  read32(offset: number): number;
  write32(offset: number, value: number): void;
  /** The function is being taken off the bus: stop DMA, cancel timers, raise nothing more. */
  removed(): void;
}

/** The part of PCI configuration space that identifies a function (PCI 3.0 section 6.2.1). */
export interface PciIdentity {
  readonly vendorId: number;
  readonly deviceId: number;
  readonly revision: number;
  readonly classCode: number;
  readonly registerBytes: number;
  readonly messageCount: number;
}

/** The machine that a slot belongs to, as far as a device in it may see it. */
export interface SlotHost {
  readonly name: string;
  readonly clock: Clock;
  readonly processor: Processor;
  readonly memory: MemoryAllocator;
  readonly worldMemory: WorldMemory;
  readonly chooser: Chooser | null;
  readonly probe: Probe | null;
}

/** One slot of a machine's bus, as the device in it sees the machine. */
export class BusSlot {
  readonly machine: SlotHost;
  readonly number: number;
  readonly name: string;
  readonly iommu: Iommu;
  device: BusDevice | null = null;
  /** DMA that was refused; every one is a driver's or a device's mistake. */
  refusedDma = 0;
  readonly #messages: (InterruptObject | null)[] = [];
  #line: InterruptObject | null = null;
  #lineAsserted = false;

  constructor(machine: SlotHost, number: number, name: string) {
    this.machine = machine;
    this.number = number;
    this.name = name;
    this.iommu = new Iommu(machine.memory.window);
  }

  /** Where the register window lies in physical address space: above every memory, one region per slot. */
  get registerBase(): number {
    return MEMORY_LIMIT + this.number * REGISTER_REGION_BYTES;
  }

  /** Connects a service routine to the INTx line (`message` null) or to an MSI-X message. */
  connect(message: number | null, service: () => void): InterruptObject {
    const interrupt = new InterruptObject(
      message === null ? "INTx" : `MSI-X ${message}`,
      LOWEST_DEVICE_LEVEL + this.number,
      service,
    );
    this.machine.processor.connectInterrupt(interrupt);
    if (message === null) {
      this.#line = interrupt;
      if (this.#lineAsserted) this.machine.processor.requestInterrupt(interrupt);
    } else {
      this.#messages[message] = interrupt;
    }
    return interrupt;
  }

  disconnect(interrupt: InterruptObject): void {
    this.machine.processor.disconnectInterrupt(interrupt);
    if (this.#line === interrupt) this.#line = null;
    const place = this.#messages.indexOf(interrupt);
    if (place >= 0) this.#messages[place] = null;
  }

  /** The card is pulled out: its registers read as all ones from now on, and it raises nothing any more. */
  eject(): void {
    this.device?.removed();
    this.device = null;
    this.setLine(false);
  }

  /** INTx is level-triggered: it stays requested until the device lets go. */
  setLine(asserted: boolean): void {
    this.#lineAsserted = asserted;
    if (this.#line === null) return;
    if (asserted) this.machine.processor.requestInterrupt(this.#line);
    else this.machine.processor.withdrawInterrupt(this.#line);
  }

  get lineAsserted(): boolean {
    return this.#lineAsserted;
  }

  /** Another device on the same line interrupts: PCI lines are shared, so every service routine on it is asked. */
  interruptFromNeighbour(): void {
    if (this.#line !== null) this.machine.processor.requestInterrupt(this.#line);
  }

  /** Called after the service routine has run: a line that is still asserted interrupts again. */
  lineServed(): void {
    if (this.#lineAsserted && this.#line !== null) this.machine.processor.requestInterrupt(this.#line);
  }

  raiseMessage(message: number): void {
    const interrupt = this.#messages[message] ?? null;
    if (interrupt !== null) this.machine.processor.requestInterrupt(interrupt);
  }

  /** Whether the device may reach `length` bytes at `address`; a refusal is counted and told to the probe. */
  allowsDma(address: number, length: number, write: boolean): boolean {
    if (this.iommu.allows(address, length)) return true;
    this.refusedDma++;
    const { probe } = this.machine;
    if (probe !== null) probe.emit(this.name, "fault", "DMA refused", { address, length, write });
    return false;
  }

  /** A register read by the driver; an empty slot reads as all ones, as a real bus does. */
  read32(offset: number): number {
    if (this.machine.chooser !== null) this.machine.processor.interruptWindow("register-read");
    return this.device === null ? 0xffff_ffff : this.device.read32(offset);
  }

  write32(offset: number, value: number): void {
    if (this.device !== null) this.device.write32(offset, value);
    if (this.machine.chooser !== null) this.machine.processor.interruptWindow("register-write");
  }
}
