import { COMMAND, COMMAND_OPCODES, COMMAND_STATUS, REGISTERS, VC_AAL, VC_SERVICE } from "../device/datasheet/index.ts";
import type { MiniportAdapterHandle } from "../ndis/index.ts";
import type { Connection } from "./connection.ts";
import type { Hardware } from "./hardware.ts";
import type { MiniportLibrary } from "./library.ts";
import type { SharedRing } from "./shared-ring.ts";
import { allocateRing } from "./shared-ring.ts";

const F = COMMAND.fields;

/** What the NIC is told of a connection: traffic of the transmit direction, and the longest SDU of the receive direction. */
export interface ConnectionTraffic {
  readonly service: number;
  /** In cells per second; 0 is the line rate. */
  readonly peakCellRate: number;
  readonly sustainableCellRate: number;
  readonly maximumBurstSize: number;
  readonly maximumReceiveSduBytes: number;
}

/** Best effort at line rate. */
export function bestEffort(maximumReceiveSduBytes: number): ConnectionTraffic {
  return {
    service: VC_SERVICE.UBR,
    peakCellRate: 0,
    sustainableCellRate: 0,
    maximumBurstSize: 0,
    maximumReceiveSduBytes,
  };
}

/** Called when the device has executed a command. */
export type CommandDone = (connection: Connection, opcode: number, succeeded: boolean) => void;

interface WaitingCommand {
  readonly connection: Connection;
  readonly opcode: number;
  readonly traffic: ConnectionTraffic;
}

const NO_TRAFFIC = bestEffort(0);

/** The VC command ring: opens, changes and closes entries of the NIC's VC table. */
export class VcCommands {
  readonly #ndis: MiniportLibrary;
  readonly #adapter: MiniportAdapterHandle;
  readonly #hardware: Hardware;
  readonly #ring: SharedRing;
  readonly #done: CommandDone;
  readonly #smallBufferBytes: number;
  readonly #inFlight: (Connection | null)[];
  readonly #waiting: WaitingCommand[] = [];
  #clean = 0;
  #pending = 0;
  #rung = 0;
  #batching = false;

  private constructor(
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    ring: SharedRing,
    smallBufferBytes: number,
    done: CommandDone,
  ) {
    this.#ndis = ndis;
    this.#adapter = adapter;
    this.#hardware = hardware;
    this.#ring = ring;
    this.#smallBufferBytes = smallBufferBytes;
    this.#done = done;
    this.#inFlight = new Array<Connection | null>(ring.size).fill(null);
  }

  /** @param smallBufferBytes VCs whose SDUs fit receive into small buffers, the others into large ones. */
  static create(
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    size: number,
    smallBufferBytes: number,
    done: CommandDone,
  ): VcCommands | null {
    const ring = allocateRing(ndis, adapter, size, COMMAND.bytes);
    return ring === null ? null : new VcCommands(ndis, adapter, hardware, ring, smallBufferBytes, done);
  }

  start(): void {
    this.#hardware.write(REGISTERS.CMDBASE, this.#ring.address);
    this.#hardware.write(REGISTERS.CMDSIZE, this.#ring.size);
  }

  free(): void {
    this.#ring.free(this.#ndis, this.#adapter);
  }

  get pending(): number {
    return this.#pending + this.#waiting.length;
  }

  open(connection: Connection, traffic: ConnectionTraffic): void {
    connection.path = "opening";
    this.#issue(connection, COMMAND_OPCODES.OPEN, traffic);
  }

  modify(connection: Connection, traffic: ConnectionTraffic): void {
    this.#issue(connection, COMMAND_OPCODES.MODIFY, traffic);
  }

  close(connection: Connection): void {
    connection.path = "closing";
    this.#issue(connection, COMMAND_OPCODES.CLOSE, NO_TRAFFIC);
  }

  beginBatch(): void {
    this.#batching = true;
  }

  endBatch(): void {
    this.#batching = false;
    this.#doorbell();
  }

  /** Takes what the device has executed. Called from the DPC. */
  complete(): void {
    const words = this.#ndis.Memory.words;
    const ring = this.#ring;
    while (this.#pending > 0) {
      const at = ring.firstWord + this.#clean * ring.entryWords;
      const status = words[at + F.status.word];
      if (status === COMMAND_STATUS.PENDING) break;
      const opcode = words[at + F.opcode.word] & 0xff;
      const connection = this.#inFlight[this.#clean];
      this.#inFlight[this.#clean] = null;
      this.#clean = (this.#clean + 1) & ring.mask;
      this.#pending--;
      if (connection !== null) this.#settle(connection, opcode, status === COMMAND_STATUS.OK);
    }
    this.#drainWaiting();
  }

  /** The NIC is gone and executes nothing any more: what it was told to open is not open, what to close is closed. */
  abandon(): void {
    const words = this.#ndis.Memory.words;
    const ring = this.#ring;
    const abandoned: { readonly connection: Connection; readonly opcode: number }[] = [];
    for (; this.#pending > 0; this.#pending--) {
      const opcode = words[ring.firstWord + this.#clean * ring.entryWords + F.opcode.word] & 0xff;
      const connection = this.#inFlight[this.#clean];
      this.#inFlight[this.#clean] = null;
      this.#clean = (this.#clean + 1) & ring.mask;
      if (connection !== null) abandoned.push({ connection, opcode });
    }
    abandoned.push(...this.#waiting.splice(0));
    for (const { connection, opcode } of abandoned) this.#settle(connection, opcode, false);
  }

  #settle(connection: Connection, opcode: number, succeeded: boolean): void {
    if (opcode === COMMAND_OPCODES.OPEN) connection.path = succeeded ? "open" : "closed";
    else if (opcode === COMMAND_OPCODES.CLOSE) connection.path = "closed";
    this.#done(connection, opcode, succeeded);
  }

  #issue(connection: Connection, opcode: number, traffic: ConnectionTraffic): void {
    if (this.#waiting.length > 0 || this.#pending + 1 >= this.#ring.size)
      this.#waiting.push({ connection, opcode, traffic });
    else this.#write(connection, opcode, traffic);
    if (!this.#batching) this.#doorbell();
  }

  #drainWaiting(): void {
    while (this.#waiting.length > 0 && this.#pending + 1 < this.#ring.size) {
      const command = this.#waiting.shift();
      if (command !== undefined) this.#write(command.connection, command.opcode, command.traffic);
    }
    if (!this.#batching) this.#doorbell();
  }

  #write(connection: Connection, opcode: number, traffic: ConnectionTraffic): void {
    const ring = this.#ring;
    const words = this.#ndis.Memory.words;
    const at = ring.firstWord + ring.next * ring.entryWords;
    const large = traffic.maximumReceiveSduBytes > this.#smallBufferBytes ? 1 : 0;
    words[at + F.opcode.word] =
      opcode |
      (VC_AAL.AAL5 << F.aal.lsb) |
      (traffic.service << F.service.lsb) |
      (1 << F.receive.lsb) |
      (1 << F.transmit.lsb) |
      (large << F.largeBuffers.lsb);
    words[at + F.vcIndex.word] = connection.vcIndex;
    words[at + F.vci.word] = connection.vci | (connection.vpi << F.vpi.lsb);
    words[at + F.peakCellRate.word] = traffic.peakCellRate;
    words[at + F.sustainableCellRate.word] = traffic.sustainableCellRate;
    words[at + F.maximumBurstSize.word] = traffic.maximumBurstSize;
    words[at + F.maximumSduBytes.word] = traffic.maximumReceiveSduBytes;
    words[at + F.status.word] = COMMAND_STATUS.PENDING;
    this.#inFlight[ring.next] = connection;
    ring.next = (ring.next + 1) & ring.mask;
    this.#pending++;
  }

  #doorbell(): void {
    if (this.#rung === this.#ring.next) return;
    this.#rung = this.#ring.next;
    this.#hardware.write(REGISTERS.CMDTAIL, this.#rung);
  }
}
