import type { Layout, LayoutField, RegisterName } from "../../src/device/index.ts";
import {
  AtmNic,
  COMMAND,
  COMMAND_OPCODES,
  COMMAND_STATUS,
  FREE_BUFFER,
  fieldMask,
  NIC_MEMORY_BYTES,
  RECEIVE_COMPLETION,
  REGISTERS,
  TRANSMIT_COMPLETION,
  TRANSMIT_DESCRIPTOR,
  VC_AAL,
  VC_SERVICE,
} from "../../src/device/index.ts";
import type { BusSlot, Chooser, Machine } from "../../src/machine/index.ts";
import { iommuTableBytes, World } from "../../src/machine/index.ts";
import type { FibrePort } from "../../src/wire/index.ts";
import {
  Fibre,
  FRAME_CLASS_BYTES,
  FRAME_FORMAT_CELLS,
  FRAME_FORMAT_CPCS_SDU,
  FrameStore,
  TrainPool,
} from "../../src/wire/index.ts";

const MIB = 2 ** 20;
const MACHINE_BYTES = 6 * MIB;
const WARM_FRAMES = 80;
export const ESI = new Uint8Array([0x02, 0x11, 0x22, 0x33, 0x44, 0x55]);

/** One world: machines with a NIC each, driven by hand. */
export class Bench {
  readonly world: World;
  readonly fibre: Fibre;

  constructor(options: { nics?: number; frameCapacity?: number; frameBytes?: number; chooser?: Chooser } = {}) {
    const { nics = 1, frameCapacity = 512, frameBytes = 2 * MIB, chooser } = options;
    this.world = new World({
      memoryBytes: nics * (MACHINE_BYTES + NIC_MEMORY_BYTES + iommuTableBytes(MACHINE_BYTES)) + frameBytes + MIB,
      ...(chooser === undefined ? {} : { chooser }),
    });
    const window = this.world.memory.reserveForDevices(frameBytes);
    const frames = new FrameStore(this.world.memory.bytes, window.start, window.byteLength, frameCapacity);
    this.fibre = new Fibre(frames, new TrainPool());
    if (frameCapacity >= 512) this.#warm();
  }

  /** The frame kernels take frames that have been used before; those that were never used are left to the code around them. */
  #warm(): void {
    const { frames } = this.fibre;
    const ids = FRAME_CLASS_BYTES.slice(0, -1).flatMap((bytes) =>
      Array.from({ length: WARM_FRAMES }, () => frames.allocate(bytes)),
    );
    for (const id of ids) frames.release(id);
  }

  addDriver(esi: Uint8Array = ESI): BareDriver {
    const machine = this.world.addMachine(`host-${this.world.machines.length}`, MACHINE_BYTES);
    const slot = machine.addSlot("nic0");
    return new BareDriver(this, machine, slot, new AtmNic(slot, this.fibre, esi));
  }

  /** Runs until nothing is left to happen. */
  settle(): void {
    while (this.world.step());
  }

  /** Frames and trains that did not come back. */
  get leaks(): { frames: number; trains: number } {
    return { frames: this.fibre.frames.inUse, trains: this.fibre.trains.inUse };
  }

  /** A frame on the fibre with all its metadata set. */
  frame(vpi: number, vci: number, bytes: Uint8Array, meta: Partial<FrameMeta> = {}): number {
    const { frames } = this.fibre;
    const frame = frames.allocate(bytes.length);
    if (frame < 0) throw new Error("the frame store is full");
    frames.bytes.set(bytes, frames.addressOf(frame));
    const { format = FRAME_FORMAT_CPCS_SDU, cells = Math.ceil((bytes.length + 8) / 48) } = meta;
    frames.describe(frame, vpi, vci, format, cells, meta.flags, meta.uu, meta.cpi);
    frames.timeNs[frame] = meta.timeNs ?? this.world.clock.nowNs;
    return frame;
  }

  /** Hands frames to a port as one train, as a link does. */
  deliver(port: FibrePort, ...ids: number[]): void {
    const train = this.fibre.trains.take();
    for (const id of ids) train.frames[train.count++] = id;
    port.receiveTrain(train);
  }

  /** Hands a run of 53-octet cells to a port, as one frame in cell format. */
  deliverCells(port: FibrePort, cells: Uint8Array, timeNs = this.world.clock.nowNs): void {
    const frame = this.frame(0, 0, cells, { format: FRAME_FORMAT_CELLS, cells: cells.length / 53, timeNs });
    this.deliver(port, frame);
  }
}

export interface FrameMeta {
  format: number;
  cells: number;
  flags: number;
  uu: number;
  cpi: number;
  timeNs: number;
}

export interface Piece {
  readonly address: number;
  readonly length: number;
}

export interface FrameOptions {
  readonly uu?: number;
  readonly cpi?: number;
  readonly clp?: number;
}

export interface Completion {
  readonly first: number;
  readonly count: number;
  readonly status: number;
}

export interface ReceivedPiece {
  readonly cookie: number;
  readonly length: number;
  readonly last: number;
  readonly vcIndex: number;
  readonly uu: number;
  readonly cpi: number;
  readonly clp: number;
  readonly congestion: number;
  readonly timestamp: number;
  readonly bytes: Uint8Array;
}

type Values<L extends Layout> = Partial<Record<keyof L["fields"], number>>;

export interface RingSizes {
  readonly command?: number;
  readonly transmit?: number;
  readonly transmitCompletion?: number;
  readonly small?: number;
  readonly large?: number;
  readonly receiveCompletion?: number;
}

const RINGS = {
  command: { registers: ["CMDBASE", "CMDSIZE"], layout: COMMAND },
  transmit: { registers: ["TXBASE", "TXSIZE"], layout: TRANSMIT_DESCRIPTOR },
  transmitCompletion: { registers: ["TCBASE", "TCSIZE"], layout: TRANSMIT_COMPLETION },
  small: { registers: ["FSBASE", "FSSIZE"], layout: FREE_BUFFER },
  large: { registers: ["FLBASE", "FLSIZE"], layout: FREE_BUFFER },
  receiveCompletion: { registers: ["RCBASE", "RCSIZE"], layout: RECEIVE_COMPLETION },
} as const;
type RingName = keyof typeof RINGS;

class Ring {
  readonly base: number;
  readonly size: number;
  next = 0;
  phase = 1;

  constructor(base: number, size: number) {
    this.base = base;
    this.size = size;
  }

  step(): number {
    const entry = this.next;
    this.next = (entry + 1) % this.size;
    if (this.next === 0) this.phase ^= 1;
    return entry;
  }
}

/** A driver with no operating system: registers through the slot, memory that is mapped for DMA, and nothing else. */
export class BareDriver {
  readonly bench: Bench;
  readonly machine: Machine;
  readonly slot: BusSlot;
  readonly nic: AtmNic;
  readonly rings = {} as Record<RingName, Ring>;
  readonly buffers = new Map<number, number>();
  bufferBytes = { small: 2_048, large: 16_384 };

  constructor(bench: Bench, machine: Machine, slot: BusSlot, nic: AtmNic) {
    this.bench = bench;
    this.machine = machine;
    this.slot = slot;
    this.nic = nic;
  }

  get bytes(): Uint8Array {
    return this.bench.world.memory.bytes;
  }

  read(name: RegisterName): number {
    return this.slot.read32(REGISTERS[name].offset);
  }

  write(name: RegisterName, value: number): void {
    this.slot.write32(REGISTERS[name].offset, value);
  }

  /** CTRL with these bits set and no others. */
  control(...bits: (keyof typeof REGISTERS.CTRL.fields)[]): void {
    this.write(
      "CTRL",
      bits.reduce((value, bit) => value | fieldMask(REGISTERS.CTRL.fields[bit]), 0),
    );
  }

  /** Memory of whole pages, so that nothing else is mapped with it. */
  allocate(byteLength: number, mapped = true): number {
    const address = this.machine.memory.allocate(Math.max(4_096, byteLength));
    if (address === 0) throw new Error("no memory");
    this.bytes.fill(0, address, address + byteLength);
    if (mapped && !this.slot.iommu.map(address, byteLength)) throw new Error("not mapped");
    return address;
  }

  /** Sets every ring up, by default with few entries. */
  start(sizes: RingSizes = {}): this {
    const defaults = {
      command: 64,
      transmit: 64,
      transmitCompletion: 64,
      small: 64,
      large: 32,
      receiveCompletion: 128,
    };
    for (const name of Object.keys(RINGS) as RingName[]) {
      const size = sizes[name] ?? defaults[name];
      const { registers, layout } = RINGS[name];
      if (size === 0) continue;
      const base = this.allocate(size * layout.bytes);
      this.rings[name] = new Ring(base, size);
      this.write(registers[0], base);
      this.write(registers[1], size);
    }
    return this;
  }

  pack<L extends Layout>(layout: L, address: number, values: Values<L>): void {
    const words = this.bench.world.memory.words;
    const first = address >>> 2;
    words.fill(0, first, first + layout.bytes / 4);
    for (const [name, value] of Object.entries(values)) {
      const field = layout.fields[name];
      if (field !== undefined && value !== undefined) words[first + field.word] |= value << field.lsb;
    }
  }

  unpack<L extends Layout>(layout: L, address: number): Record<keyof L["fields"], number> {
    const words = this.bench.world.memory.words;
    const value = ({ word, lsb, width }: LayoutField): number =>
      Math.floor(words[(address >>> 2) + word] / 2 ** lsb) % 2 ** width;
    return Object.fromEntries(Object.entries(layout.fields).map(([name, field]) => [name, value(field)])) as Record<
      keyof L["fields"],
      number
    >;
  }

  // Commands.

  /** Puts a command into the ring without ringing the doorbell; gives its address. */
  putCommand(values: Values<typeof COMMAND>): number {
    const ring = this.rings.command;
    const address = ring.base + ring.step() * COMMAND.bytes;
    this.pack(COMMAND, address, values);
    return address;
  }

  /** Executes one command and gives its status. */
  command(values: Values<typeof COMMAND>): number {
    const address = this.putCommand(values);
    this.write("CMDTAIL", this.rings.command.next);
    this.bench.world.runUntilTime(this.bench.world.clock.nowNs + 1_000);
    return this.unpack(COMMAND, address).status;
  }

  /** OPEN for AAL5 both ways, best effort, unless `values` says otherwise. @throws Error when the device refuses. */
  open(vcIndex: number, vci: number, values: Values<typeof COMMAND> = {}): void {
    const status = this.command(openCommand(vcIndex, vci, values));
    if (status !== COMMAND_STATUS.OK) throw new Error(`OPEN: status ${status}`);
  }

  close(vcIndex: number): number {
    return this.command({ opcode: COMMAND_OPCODES.CLOSE, vcIndex });
  }

  // Transmit.

  /** Bytes in mapped memory. */
  piece(bytes: Uint8Array): Piece {
    const address = this.allocate(Math.max(1, bytes.length));
    this.bytes.set(bytes, address);
    return { address, length: bytes.length };
  }

  /** Fills descriptors for one frame; gives the first entry's index. */
  put(vcIndex: number, pieces: readonly Piece[], { uu = 0, cpi = 0, clp = 0 }: FrameOptions = {}): number {
    const ring = this.rings.transmit;
    const first = ring.next;
    pieces.forEach(({ address, length }, index) => {
      const last = index === pieces.length - 1 ? 1 : 0;
      const at = ring.base + ring.step() * TRANSMIT_DESCRIPTOR.bytes;
      this.pack(TRANSMIT_DESCRIPTOR, at, { address, length, last, clp, vcIndex, uu, cpi, cookie: 0xc0de });
    });
    return first;
  }

  doorbell(): void {
    this.write("TXTAIL", this.rings.transmit.next);
  }

  /** Sends frames of one piece each, one doorbell for all. */
  send(vcIndex: number, ...frames: Uint8Array[]): void {
    for (const frame of frames) this.put(vcIndex, [this.piece(frame)]);
    this.doorbell();
  }

  /** Takes the transmit completions that have appeared, by their phase, and tells the device. */
  completions(): Completion[] {
    const ring = this.rings.transmitCompletion;
    const taken: Completion[] = [];
    for (;;) {
      const { first, count, status, phase } = this.unpack(
        TRANSMIT_COMPLETION,
        ring.base + ring.next * TRANSMIT_COMPLETION.bytes,
      );
      if (phase !== ring.phase) break;
      taken.push({ first, count, status });
      ring.step();
    }
    this.write("TCHEAD", ring.next);
    return taken;
  }

  // Receive.

  /** Offers `count` buffers; cookies count up from `cookie`. */
  offer(kind: "small" | "large", count: number, cookie: number, mapped = true): void {
    const ring = this.rings[kind];
    for (let i = 0; i < count; i++) {
      const address = this.allocate(this.bufferBytes[kind], mapped);
      this.buffers.set(cookie + i, address);
      this.pack(FREE_BUFFER, ring.base + ring.step() * FREE_BUFFER.bytes, { address, cookie: cookie + i });
    }
    this.write(kind === "small" ? "FSTAIL" : "FLTAIL", ring.next);
  }

  /** Takes the receive completions that have appeared, by their phase, and tells the device. */
  received(): ReceivedPiece[] {
    const ring = this.rings.receiveCompletion;
    const taken: ReceivedPiece[] = [];
    for (;;) {
      const { phase, ...entry } = this.unpack(RECEIVE_COMPLETION, ring.base + ring.next * RECEIVE_COMPLETION.bytes);
      if (phase !== ring.phase) break;
      const address = this.buffers.get(entry.cookie) ?? 0;
      taken.push({ ...entry, bytes: this.bytes.slice(address, address + entry.length) });
      ring.step();
    }
    this.write("RCHEAD", ring.next);
    return taken;
  }

  /** The SDUs among what was received, whole. */
  receivedFrames(): { vcIndex: number; bytes: Uint8Array }[] {
    const frames: { vcIndex: number; bytes: Uint8Array }[] = [];
    let pieces: Uint8Array[] = [];
    for (const piece of this.received()) {
      pieces.push(piece.bytes);
      if (piece.last === 0) continue;
      frames.push({ vcIndex: piece.vcIndex, bytes: new Uint8Array(Buffer.concat(pieces)) });
      pieces = [];
    }
    return frames;
  }

  /** The counters that are not 0, by register name. */
  counters(): Partial<Record<RegisterName, number>> {
    const shown: Partial<Record<RegisterName, number>> = {};
    for (const name of COUNTERS) {
      const value = this.read(name);
      if (value !== 0) shown[name] = value;
    }
    return shown;
  }

  /** The per-VC counters of one VC. */
  vcCounters(vcIndex: number): Record<"VCTXF" | "VCRXF" | "VCERR" | "VCDROP", number> {
    this.write("VCSEL", vcIndex);
    return {
      VCTXF: this.read("VCTXF"),
      VCRXF: this.read("VCRXF"),
      VCERR: this.read("VCERR"),
      VCDROP: this.read("VCDROP"),
    };
  }
}

const COUNTERS = (Object.keys(REGISTERS) as RegisterName[]).filter((name) => {
  const { offset } = REGISTERS[name];
  return offset >= 0x100 && offset < 0x180;
});

export function openCommand(vcIndex: number, vci: number, values: Values<typeof COMMAND> = {}): Values<typeof COMMAND> {
  return {
    opcode: COMMAND_OPCODES.OPEN,
    aal: VC_AAL.AAL5,
    service: VC_SERVICE.UBR,
    receive: 1,
    transmit: 1,
    vcIndex,
    vci,
    maximumSduBytes: 65_535,
    ...values,
  };
}

/** Octets that differ from place to place and from seed to seed. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed * 31) & 0xff);
}
