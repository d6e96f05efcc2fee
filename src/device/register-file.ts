import type { Clock } from "../machine/clock.ts";
import type { BusMaster } from "./bus-master.ts";
import type { CommandEngine } from "./command-engine.ts";
import type { Counters } from "./counters.ts";
import { DEVICE_ID_VALUE, fieldMask, REGISTERS } from "./datasheet/index.ts";
import type { InterruptBlock } from "./interrupt-block.ts";
import type { Phy } from "./phy.ts";
import type { Receiver } from "./receiver.ts";
import type { SerialRom } from "./serial-rom.ts";
import type { Transmitter } from "./transmitter.ts";
import type { VcTable } from "./vc-table.ts";
import { VC_ENTRY } from "./vc-table.ts";

const R = REGISTERS;
const CTRL = REGISTERS.CTRL.fields;
const STATUS = REGISTERS.STATUS.fields;
const PHYSTAT = REGISTERS.PHYSTAT.fields;
const CTRL_WRITABLE =
  fieldMask(CTRL.TXEN) | fieldMask(CTRL.RXEN) | fieldMask(CTRL.CELL) | fieldMask(CTRL.LOOP) | fieldMask(CTRL.MSIX);
const TWO_32 = 0x1_0000_0000;

/** What the register file reaches: the blocks behind the registers. */
export interface RegisterBlocks {
  readonly clock: Clock;
  readonly interrupts: InterruptBlock;
  readonly bus: BusMaster;
  readonly commands: CommandEngine;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly counters: Counters;
  readonly vcs: VcTable;
  readonly rom: SerialRom;
  readonly phy: Phy;
  /** CTRL.RST was written. */
  reset(): void;
}

/** The register file: one switch over the datasheet's offsets (a closure per register measured twice as slow). */
export class RegisterFile {
  readonly #blocks: RegisterBlocks;
  #control = 0;
  #selectedVc = 0;
  #clockHigh = 0;

  constructor(blocks: RegisterBlocks) {
    this.#blocks = blocks;
  }

  reset(): void {
    this.#control = 0;
    this.#selectedVc = 0;
    this.#clockHigh = 0;
    this.#blocks.rom.address = 0;
    this.#applyControl();
  }

  read32(offset: number): number {
    const { interrupts, commands, transmitter, receiver, phy, bus } = this.#blocks;
    switch (offset) {
      case R.ICR.offset:
        return interrupts.cause;
      case R.IMS.offset:
        return interrupts.mask;
      case R.CMDHEAD.offset:
        return commands.ring.head;
      case R.TXHEAD.offset:
        return transmitter.ring.head;
      case R.TCTAIL.offset:
        return transmitter.completions.ring.tail;
      case R.RCTAIL.offset:
        return receiver.completions.tail;
      case R.ID.offset:
        return DEVICE_ID_VALUE;
      case R.CTRL.offset:
        return this.#control;
      case R.STATUS.offset:
        return (phy.signal ? fieldMask(STATUS.LINK) : 0) | (bus.fatal ? fieldMask(STATUS.FATAL) : 0);
      case R.CAPS.offset:
        return R.CAPS.reset;
      case R.ITR.offset:
        return interrupts.throttleNs;
      case R.IVAR.offset:
        return interrupts.vectors;
      case R.ROMDAT.offset:
        return this.#blocks.rom.read();
      case R.ROMADR.offset:
        return this.#blocks.rom.address;
      case R.PHYSTAT.offset:
        return (
          ((phy.signal ? fieldMask(PHYSTAT.SIGNAL) : 0) |
            (Math.min(phy.rateCellsPerSecond, 0xff_ffff) << PHYSTAT.RATE.lsb)) >>>
          0
        );
      default:
        return this.#readRing(offset);
    }
  }

  write32(offset: number, value: number): void {
    const { interrupts, commands, transmitter, receiver } = this.#blocks;
    switch (offset) {
      case R.TXTAIL.offset:
        transmitter.doorbell(value);
        return;
      case R.TCHEAD.offset:
        transmitter.completions.ring.head = transmitter.completions.ring.wrap(value);
        return;
      case R.RCHEAD.offset:
        receiver.completions.head = receiver.completions.wrap(value);
        return;
      case R.FSTAIL.offset:
        receiver.smallBuffers.tail = receiver.smallBuffers.wrap(value);
        return;
      case R.FLTAIL.offset:
        receiver.largeBuffers.tail = receiver.largeBuffers.wrap(value);
        return;
      case R.ICR.offset:
        interrupts.clearCause(value);
        return;
      case R.ICS.offset:
        interrupts.raise(value);
        return;
      case R.IMS.offset:
        interrupts.setMask(value);
        return;
      case R.IMC.offset:
        interrupts.clearMask(value);
        return;
      case R.CMDTAIL.offset:
        commands.doorbell(value);
        return;
      case R.ITR.offset:
        interrupts.throttleNs = value;
        return;
      case R.IVAR.offset:
        interrupts.vectors = value;
        return;
      case R.CTRL.offset:
        this.#writeControl(value);
        return;
      case R.VCSEL.offset:
        this.#selectedVc = value & 0xffff;
        return;
      case R.ROMADR.offset:
        this.#blocks.rom.address = value & 0xff;
        return;
      default:
        this.#writeRing(offset, value);
    }
  }

  #readRing(offset: number): number {
    const { commands, transmitter, receiver } = this.#blocks;
    switch (offset) {
      case R.CMDBASE.offset:
        return commands.ring.base;
      case R.CMDSIZE.offset:
        return commands.ring.size;
      case R.CMDTAIL.offset:
        return commands.ring.tail;
      case R.TXBASE.offset:
        return transmitter.ring.base;
      case R.TXSIZE.offset:
        return transmitter.ring.size;
      case R.TXTAIL.offset:
        return transmitter.ring.tail;
      case R.TCBASE.offset:
        return transmitter.completions.ring.base;
      case R.TCSIZE.offset:
        return transmitter.completions.ring.size;
      case R.TCHEAD.offset:
        return transmitter.completions.ring.head;
      case R.FSBASE.offset:
        return receiver.smallBuffers.base;
      case R.FSSIZE.offset:
        return receiver.smallBuffers.size;
      case R.FSHEAD.offset:
        return receiver.smallBuffers.head;
      case R.FSTAIL.offset:
        return receiver.smallBuffers.tail;
      case R.FLBASE.offset:
        return receiver.largeBuffers.base;
      case R.FLSIZE.offset:
        return receiver.largeBuffers.size;
      case R.FLHEAD.offset:
        return receiver.largeBuffers.head;
      case R.FLTAIL.offset:
        return receiver.largeBuffers.tail;
      case R.RCBASE.offset:
        return receiver.completions.base;
      case R.RCSIZE.offset:
        return receiver.completions.size;
      case R.RCHEAD.offset:
        return receiver.completions.head;
      case R.FSLEN.offset:
        return receiver.smallBytes;
      case R.FLLEN.offset:
        return receiver.largeBytes;
      default:
        return this.#readCounter(offset);
    }
  }

  #writeRing(offset: number, value: number): void {
    const { commands, transmitter, receiver } = this.#blocks;
    const aligned = (value & ~63) >>> 0;
    switch (offset) {
      case R.CMDBASE.offset:
        commands.ring.base = aligned;
        return;
      case R.CMDSIZE.offset:
        commands.ring.setSize(value);
        return;
      case R.TXBASE.offset:
        transmitter.ring.base = aligned;
        return;
      case R.TXSIZE.offset:
        transmitter.setRingSize(value);
        return;
      case R.TCBASE.offset:
        transmitter.completions.ring.base = aligned;
        return;
      case R.TCSIZE.offset:
        transmitter.completions.ring.setSize(value);
        return;
      case R.FSBASE.offset:
        receiver.smallBuffers.base = aligned;
        return;
      case R.FSSIZE.offset:
        receiver.smallBuffers.setSize(value);
        return;
      case R.FLBASE.offset:
        receiver.largeBuffers.base = aligned;
        return;
      case R.FLSIZE.offset:
        receiver.largeBuffers.setSize(value);
        return;
      case R.RCBASE.offset:
        receiver.completions.base = aligned;
        return;
      case R.RCSIZE.offset:
        receiver.completions.setSize(value);
        return;
      case R.FSLEN.offset:
        receiver.smallBytes = Math.max(64, aligned);
        return;
      case R.FLLEN.offset:
        receiver.largeBytes = Math.max(64, aligned);
        return;
      default:
    }
  }

  #readCounter(offset: number): number {
    const { counters, clock, vcs } = this.#blocks;
    const vc = this.#selectedVc;
    switch (offset) {
      case R.TXFRM.offset:
        return counters.framesTransmitted % TWO_32;
      case R.TXCELL.offset:
        return counters.cellsTransmitted % TWO_32;
      case R.RXFRM.offset:
        return counters.framesReceived % TWO_32;
      case R.RXCELL.offset:
        return counters.cellsReceived % TWO_32;
      case R.TXBYTL.offset:
        return counters.bytesTransmitted % TWO_32;
      case R.TXBYTH.offset:
        return Math.floor(counters.bytesTransmitted / TWO_32);
      case R.RXBYTL.offset:
        return counters.bytesReceived % TWO_32;
      case R.RXBYTH.offset:
        return Math.floor(counters.bytesReceived / TWO_32);
      case R.HECCOR.offset:
        return counters.headersCorrected;
      case R.HECERR.offset:
        return counters.headerErrors;
      case R.CRCERR.offset:
        return counters.crcErrors;
      case R.LENERR.offset:
        return counters.lengthErrors;
      case R.NOBUF.offset:
        return counters.noBuffer;
      case R.UNKVC.offset:
        return counters.unknownVc;
      case R.RXDIS.offset:
        return counters.receiverDisabled;
      case R.TXDROP.offset:
        return counters.transmitDiscarded;
      case R.VCSEL.offset:
        return vc;
      case R.VCTXF.offset:
        return vcs.word(vc, VC_ENTRY.framesTransmitted);
      case R.VCRXF.offset:
        return vcs.word(vc, VC_ENTRY.framesReceived);
      case R.VCERR.offset:
        return vcs.word(vc, VC_ENTRY.framesErred);
      case R.VCDROP.offset:
        return vcs.word(vc, VC_ENTRY.framesDropped);
      case R.CLKL.offset:
        this.#clockHigh = Math.floor(clock.nowNs / TWO_32);
        return clock.nowNs % TWO_32;
      case R.CLKH.offset:
        return this.#clockHigh;
      case R.ICS.offset:
      case R.IMC.offset:
        return 0;
      default:
        return 0xffff_ffff;
    }
  }

  #writeControl(value: number): void {
    if ((value & fieldMask(CTRL.RST)) !== 0) {
      this.#blocks.reset();
      return;
    }
    this.#control = value & CTRL_WRITABLE;
    this.#applyControl();
  }

  #applyControl(): void {
    const { interrupts, transmitter, receiver, phy } = this.#blocks;
    const has = (field: keyof typeof CTRL): boolean => (this.#control & fieldMask(CTRL[field])) !== 0;
    transmitter.enabled = has("TXEN");
    transmitter.cellMode = has("CELL");
    receiver.enabled = has("RXEN");
    phy.loopback = has("LOOP");
    interrupts.messageSignalled = has("MSIX");
    transmitter.kick();
  }
}
