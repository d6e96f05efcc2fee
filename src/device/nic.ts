import type { BusDevice, BusSlot, PciIdentity } from "../machine/bus.ts";
import type { Clock } from "../machine/clock.ts";
import { PAGE_BYTES } from "../machine/memory.ts";
import { AAL5_MAX_SDU_OCTETS } from "../wire/aal5.ts";
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
import { FRAME_RUNS_BYTES, FrameRuns } from "./frame-runs.ts";
import { InterruptBlock } from "./interrupt-block.ts";
import { Phy } from "./phy.ts";
import { Receiver } from "./receiver.ts";
import { RegisterFile } from "./register-file.ts";
import { SerialRom } from "./serial-rom.ts";
import { Transmitter } from "./transmitter.ts";
import { VC_TABLE_BYTES, VcTable } from "./vc-table.ts";

/** What lies where in its memory: the VC table, one whole SDU, and what the frame kernels are told. */
const GATHER_AT = VC_TABLE_BYTES;
const TRANSMIT_RUNS_AT = GATHER_AT + AAL5_MAX_SDU_OCTETS + 1;
const RECEIVE_RUNS_AT = TRANSMIT_RUNS_AT + FRAME_RUNS_BYTES;
/** How many bytes of the world's memory are on board of a NIC, in whole pages. */
export const NIC_MEMORY_BYTES = Math.ceil((RECEIVE_RUNS_AT + FRAME_RUNS_BYTES) / PAGE_BYTES) * PAGE_BYTES;

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
  readonly vcs: VcTable;
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
   * @throws RangeError when the world's memory has no room for {@link NIC_MEMORY_BYTES}.
   */
  constructor(slot: BusSlot, fibre: Fibre, esi: Uint8Array) {
    this.name = slot.name;
    this.clock = slot.machine.clock;
    const { worldMemory } = slot.machine;
    const onBoard = worldMemory.reserveForDevices(NIC_MEMORY_BYTES).start;
    this.vcs = new VcTable(worldMemory, onBoard);
    this.rom = new SerialRom(esi);
    this.interrupts = new InterruptBlock(slot, this.clock);
    this.bus = new BusMaster(slot, this.interrupts);
    const runs = (address: number): FrameRuns => new FrameRuns(this.bus, fibre.frames, this.vcs, address);
    this.receiver = new Receiver(
      this.bus,
      fibre,
      this.vcs,
      this.counters,
      this.interrupts,
      runs(onBoard + RECEIVE_RUNS_AT),
    );
    this.phy = new Phy(this.receiver, this.interrupts);
    this.transmitter = new Transmitter(
      this.bus,
      fibre,
      this.vcs,
      this.counters,
      this.interrupts,
      this.phy,
      runs(onBoard + TRANSMIT_RUNS_AT),
      onBoard + GATHER_AT,
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
