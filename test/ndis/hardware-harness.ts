import type { RegisterName } from "../../src/device/index.ts";
import { AtmNic, REGISTERS } from "../../src/device/index.ts";
import type { BusDevice } from "../../src/machine/index.ts";
import { hardwareFunctions } from "../../src/ndis/hardware/hardware.ts";
import { interruptFunctions } from "../../src/ndis/hardware/interrupts.ts";
import { Fibre, FrameStore, TrainPool } from "../../src/wire/fibre.ts";
import type { HostOptions } from "./executive-harness.ts";
import { Host, OWNER, out } from "./executive-harness.ts";

/** A host with the real NIC in its slot, and the functions with which a miniport reaches it. */
export class NicHost extends Host {
  readonly nic: AtmNic;
  readonly ndis;

  constructor(options: HostOptions = {}) {
    super(options);
    const frames = this.world.memory.reserveForDevices(65_536);
    const store = new FrameStore(this.world.memory.bytes, frames.start, frames.byteLength, 16);
    this.nic = new AtmNic(this.slot, new Fibre(store, new TrainPool()), new Uint8Array(6));
    this.ndis = {
      ...hardwareFunctions(this.environment, OWNER, this.holdings),
      ...interruptFunctions(this.environment, OWNER, this.holdings),
    };
  }

  /** Maps the whole register window. @returns its virtual address. */
  mapRegisters(): number {
    const length = this.nic.identity.registerBytes;
    return out<number>((address) => this.ndis.NdisMMapIoSpace(address, this.handle, this.slot.registerBase, length));
  }

  /** Reads a register past the driver, as a logic analyser would. */
  peek(name: RegisterName): number {
    return this.nic.read32(REGISTERS[name].offset);
  }

  poke(name: RegisterName, value: number): void {
    this.nic.write32(REGISTERS[name].offset, value);
  }
}

/** A device without messages that holds its line as long as it is told to. */
export class LineDevice implements BusDevice {
  readonly identity = {
    vendorId: 0x1234,
    deviceId: 0x5678,
    revision: 9,
    classCode: 0x020300,
    registerBytes: 16,
    messageCount: 0,
  };
  reads: number[] = [];

  read32(offset: number): number {
    this.reads.push(offset);
    return 0x1000 + offset;
  }

  write32(): void {}

  removed(): void {}
}
