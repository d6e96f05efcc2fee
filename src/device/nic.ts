import type { BusDevice, BusSlot, PciIdentity } from "../machine/bus.ts";
import type { Clock } from "../machine/clock.ts";
import type { Fibre } from "../wire/fibre.ts";
import { BusMaster } from "./bus-master.ts";
import { CommandEngine } from "./command-engine.ts";
import { Counters } from "./counters.ts";
import {
  MESSAGE_COUNT,
  PCI_CLASS_ATM,
  PCI_DEVICE_ID,
  PCI_REVISION,
  PCI_VENDOR_ID,
  REGISTER_WINDOW_BYTES,
} from "./datasheet/index.ts";
import { InterruptBlock } from "./interrupt-block.ts";
import { Phy } from "./phy.ts";
import { Receiver } from "./receiver.ts";
import { RegisterFile } from "./register-file.ts";
import { SerialRom } from "./serial-rom.ts";
import { Transmitter } from "./transmitter.ts";
import { VcTable } from "./vc-table.ts";

/** Room for one whole SDU and its trailer. */
const ON_BOARD_BYTES = 65_536 + 4_096;

/** The VMC-155: a connection-oriented NIC for 155 Mbit/s ATM, after its datasheet in `device/datasheet`. */
export class AtmNic implements BusDevice {
  readonly identity: PciIdentity = {
    vendorId: PCI_VENDOR_ID,
    deviceId: PCI_DEVICE_ID,
    revision: PCI_REVISION,
    classCode: PCI_CLASS_ATM,
    registerBytes: REGISTER_WINDOW_BYTES,
    messageCount: MESSAGE_COUNT,
  };
  readonly name: string;
  readonly clock: Clock;
  readonly counters = new Counters();
  readonly vcs = new VcTable();
  readonly interrupts: InterruptBlock;
  readonly bus: BusMaster;
  readonly commands: CommandEngine;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly rom: SerialRom;
  /** The end of the fibre; plug a link in by setting `phy.fibre` and giving the link this port. */
  readonly phy: Phy;
  /** Register reads and writes so far, for tests that count them. */
  registerReads = 0;
  registerWrites = 0;
  readonly #registers: RegisterFile;

  /**
   * @param slot the slot it is plugged into; the NIC reaches memory and interrupts through it.
   * @param fibre what all fibres of the world share.
   * @param esi 6 bytes, the end system identifier in the serial ROM.
   */
  constructor(slot: BusSlot, fibre: Fibre, esi: Uint8Array) {
    this.name = slot.name;
    this.clock = slot.machine.clock;
    this.rom = new SerialRom(esi);
    this.interrupts = new InterruptBlock(slot, this.clock);
    this.bus = new BusMaster(slot, this.interrupts);
    this.receiver = new Receiver(this.bus, fibre, this.vcs, this.counters, this.interrupts);
    this.phy = new Phy(this.receiver, this.interrupts);
    const onBoard = slot.machine.worldMemory.reserve(ON_BOARD_BYTES);
    this.transmitter = new Transmitter(
      this.bus,
      fibre,
      this.vcs,
      this.counters,
      this.interrupts,
      this.phy,
      onBoard.start,
    );
    this.commands = new CommandEngine(this.bus, this.vcs, this.transmitter, this.receiver, this.interrupts);
    this.#registers = new RegisterFile(this);
    slot.device = this;
  }

  read32(offset: number): number {
    this.registerReads++;
    return this.#registers.read32(offset);
  }

  write32(offset: number, value: number): void {
    this.registerWrites++;
    this.#registers.write32(offset, value >>> 0);
  }

  /** Everything but the serial ROM goes back to its reset value. */
  reset(): void {
    this.#quiesce();
    this.counters.clear();
  }

  removed(): void {
    this.#quiesce();
  }

  #quiesce(): void {
    // The rings go first, so that the VCs that close have nowhere to complete to.
    this.transmitter.reset();
    this.receiver.reset();
    this.commands.reset();
    this.interrupts.reset();
    this.bus.reset();
    this.#registers.reset();
  }
}
