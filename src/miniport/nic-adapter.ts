import { Deferred } from "../call-manager/deferred.ts";
import { Quiet } from "../call-manager/quiet.ts";
import { COMMAND_OPCODES, fieldMask, INTERRUPT_CAUSES, REGISTERS } from "../device/datasheet/index.ts";
import type { MiniportAdapterHandle, NdisMiniportDmaHandle } from "../ndis/index.ts";
import {
  NDIS_LINK_STATE,
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_STATUS_INDICATION,
  NDIS_STATUS_LINK_STATE,
} from "../ndis/index.ts";
import type { NicConfiguration } from "./configuration.ts";
import { Connection } from "./connection.ts";
import type { Hardware } from "./hardware.ts";
import { Interrupts } from "./interrupts.ts";
import type { MiniportLibrary } from "./library.ts";
import { Receiver } from "./receiver.ts";
import { Transmitter } from "./transmitter.ts";
import type { Undo } from "./undo.ts";
import type { ConnectionTraffic } from "./vc-commands.ts";
import { VcCommands } from "./vc-commands.ts";

const COMMAND_ENTRIES = 256;
const SMALL_BUFFER_BYTES = 2_048;
const LARGE_BUFFER_BYTES = 16_384;
const BITS_PER_CELL = 424;
const CAUSES = INTERRUPT_CAUSES;

/** Who decides what the connections of a NIC are for. */
export interface NicUser {
  /** The NIC has opened a connection, or refused to. */
  opened(connection: Connection, succeeded: boolean): void;
  /** The NIC has taken new traffic for an open connection, or refused to: then the earlier holds on. */
  modified(connection: Connection, succeeded: boolean): void;
  /** The NIC has closed a connection, or the last send or receive of one that is going away has come back. */
  quieter(connection: Connection): void;
  /** Called before NDIS is told. */
  linkChanged(isUp: boolean): void;
}

/** The hardware half of a driver, for one NIC: rings, interrupts, the VC table, pause and restart. */
export class NicAdapter {
  readonly ndis: MiniportLibrary;
  readonly handle: MiniportAdapterHandle;
  readonly hardware: Hardware;
  readonly configuration: NicConfiguration;
  readonly esi: Uint8Array;
  readonly lineCellRate: number;
  readonly interrupts: Interrupts;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly commands: VcCommands;
  /** Told whenever something ends that a halt may wait for. */
  readonly quiet: Quiet;
  /** Work for later, at PASSIVE_LEVEL. */
  readonly deferred: Deferred;
  user: NicUser | null = null;
  /** The NIC was pulled out (OID-15, SND-16). */
  isRemoved = false;
  /** How to give back what MiniportInitializeEx took. */
  undo: Undo | null = null;
  readonly #connections: (Connection | null)[];
  readonly #freeVcIndices: number[] = [];
  #nextVcIndex = 0;
  #pausing = false;

  private constructor(
    ndis: MiniportLibrary,
    handle: MiniportAdapterHandle,
    hardware: Hardware,
    configuration: NicConfiguration,
    connections: (Connection | null)[],
    parts: {
      readonly transmitter: Transmitter;
      readonly receiver: Receiver;
      readonly commands: VcCommands;
      readonly deferred: Deferred;
      readonly quiet: Quiet;
    },
  ) {
    this.ndis = ndis;
    this.handle = handle;
    this.hardware = hardware;
    this.configuration = configuration;
    this.#connections = connections;
    this.transmitter = parts.transmitter;
    this.receiver = parts.receiver;
    this.commands = parts.commands;
    this.deferred = parts.deferred;
    this.quiet = parts.quiet;
    this.esi = hardware.readEsi();
    this.lineCellRate = hardware.read(REGISTERS.PHYSTAT) >>> REGISTERS.PHYSTAT.fields.RATE.lsb;
    this.interrupts = new Interrupts(ndis, hardware, (causes) => this.#service(causes));
  }

  /** Allocates everything that needs memory; null when there is not enough (everything taken is given back, LIF-03). */
  static create(
    ndis: MiniportLibrary,
    handle: MiniportAdapterHandle,
    hardware: Hardware,
    configuration: NicConfiguration,
  ): NicAdapter | null {
    const late: { nic: NicAdapter | null } = { nic: null };
    const connections: (Connection | null)[] = [];
    const quieter = (connection: Connection): void => late.nic?.quieter(connection);
    const quiet = new Quiet(ndis);
    const deferred = Deferred.create(ndis, handle, quiet);
    if (deferred === null) return null;
    const transmitter = Transmitter.create(ndis, handle, hardware, configuration.transmitEntries, quieter);
    const { smallBuffers, largeBuffers } = configuration;
    const sizes = { smallBuffers, smallBytes: SMALL_BUFFER_BYTES, largeBuffers, largeBytes: LARGE_BUFFER_BYTES };
    const receiver = transmitter === null ? null : Receiver.create(ndis, handle, hardware, sizes, connections, quieter);
    const done = (connection: Connection, opcode: number, succeeded: boolean): void =>
      late.nic?.commandDone(connection, opcode, succeeded);
    const commands =
      receiver === null ? null : VcCommands.create(ndis, handle, hardware, COMMAND_ENTRIES, SMALL_BUFFER_BYTES, done);
    if (transmitter === null || receiver === null || commands === null) {
      receiver?.free();
      transmitter?.free();
      deferred.free();
      return null;
    }
    const parts = { transmitter, receiver, commands, deferred, quiet };
    late.nic = new NicAdapter(ndis, handle, hardware, configuration, connections, parts);
    return late.nic;
  }

  /** Programs the NIC and lets light in. */
  start(dma: NdisMiniportDmaHandle): void {
    const { TXEN, RXEN, CELL } = REGISTERS.CTRL.fields;
    this.transmitter.start(dma);
    this.receiver.start();
    this.commands.start();
    this.interrupts.enable();
    this.hardware.control(fieldMask(TXEN) | fieldMask(RXEN) | (this.configuration.cellMode ? fieldMask(CELL) : 0), 0);
  }

  /** Gives back everything that {@link create} allocated. */
  free(): void {
    this.commands.free();
    this.receiver.free();
    this.transmitter.free();
    this.deferred.free();
  }

  get linkSpeedBitsPerSecond(): number {
    return this.lineCellRate * BITS_PER_CELL;
  }

  newConnection(): Connection {
    return new Connection(this.transmitter);
  }

  /** Gives a connection an entry of the NIC's VC table; false when all are taken. One is for signalling. */
  assignVcIndex(connection: Connection): boolean {
    const { maximumVcs } = this.configuration;
    const index = this.#freeVcIndices.pop() ?? (this.#nextVcIndex <= maximumVcs ? this.#nextVcIndex++ : -1);
    if (index < 0) return false;
    connection.vcIndex = index;
    this.#connections[index] = connection;
    return true;
  }

  releaseVcIndex(connection: Connection): void {
    if (connection.vcIndex < 0) return;
    this.#connections[connection.vcIndex] = null;
    this.#freeVcIndices.push(connection.vcIndex);
    connection.vcIndex = -1;
  }

  open(connection: Connection, traffic: ConnectionTraffic): void {
    this.commands.open(connection, traffic);
    this.#settleWithoutDevice();
  }

  modify(connection: Connection, traffic: ConnectionTraffic): void {
    this.commands.modify(connection, traffic);
    this.#settleWithoutDevice();
  }

  close(connection: Connection): void {
    this.commands.close(connection);
    this.#settleWithoutDevice();
  }

  /** MiniportDevicePnPEventNotify: the NIC was pulled out. Nothing that it had comes back by itself, and there is no link any more. */
  surpriseRemoved(): void {
    this.isRemoved = true;
    this.transmitter.abandon();
    this.user?.linkChanged(false);
    this.#settleWithoutDevice();
    this.quietChanged();
  }

  /** Commands to a device that is gone end by themselves, later: their caller does not expect it yet. */
  #settleWithoutDevice(): void {
    if (this.isRemoved && this.commands.pending > 0) this.deferred.queue(() => this.commands.abandon());
  }

  /** Sends or receives of a connection that is going away have come back. */
  quieter(connection: Connection): void {
    this.user?.quieter(connection);
    this.quietChanged();
  }

  commandDone(connection: Connection, opcode: number, succeeded: boolean): void {
    if (opcode === COMMAND_OPCODES.OPEN) this.user?.opened(connection, succeeded);
    else if (opcode === COMMAND_OPCODES.MODIFY) this.user?.modified(connection, succeeded);
    else this.user?.quieter(connection);
    this.quietChanged();
  }

  /** MiniportPause: nothing new goes out or up; true when everything is back already (LIF-06). */
  pause(): boolean {
    this.transmitter.paused = true;
    this.receiver.paused = true;
    this.#pausing = !this.#isDrained;
    return !this.#pausing;
  }

  resume(): void {
    this.transmitter.paused = false;
    this.receiver.paused = false;
  }

  /** Something that a pause or a halt may wait for has ended. */
  quietChanged(): void {
    if (this.#pausing && this.#isDrained) {
      this.#pausing = false;
      this.ndis.NdisMPauseComplete(this.handle);
    }
    this.quiet.changed();
  }

  /** Doorbells wait for {@link endBatch}: one of each kind for everything that happens in between. */
  beginBatch(): void {
    this.transmitter.beginBatch();
    this.receiver.beginBatch();
    this.commands.beginBatch();
  }

  endBatch(): void {
    this.commands.endBatch();
    this.receiver.endBatch();
    this.transmitter.endBatch();
  }

  get #isDrained(): boolean {
    return this.receiver.outstanding === 0 && this.transmitter.clientSends === 0;
  }

  #service(causes: number): void {
    this.beginBatch();
    if ((causes & fieldMask(CAUSES.CMD)) !== 0) this.commands.complete();
    if ((causes & fieldMask(CAUSES.TXC)) !== 0) this.transmitter.complete();
    if ((causes & fieldMask(CAUSES.RXC)) !== 0) this.receiver.receive();
    if ((causes & fieldMask(CAUSES.LSC)) !== 0) this.#linkChanged();
    this.endBatch();
    if (this.#pausing) this.quietChanged();
  }

  #linkChanged(): void {
    const isUp = this.hardware.linkIsUp;
    this.user?.linkChanged(isUp);
    const speed = this.linkSpeedBitsPerSecond;
    const state = NDIS_LINK_STATE({
      MediaConnectState: isUp
        ? NDIS_MEDIA_CONNECT_STATE.MediaConnectStateConnected
        : NDIS_MEDIA_CONNECT_STATE.MediaConnectStateDisconnected,
      XmitLinkSpeed: speed,
      RcvLinkSpeed: speed,
    });
    const indication = NDIS_STATUS_INDICATION({
      SourceHandle: this.handle,
      StatusCode: NDIS_STATUS_LINK_STATE,
      StatusBuffer: state,
    });
    this.ndis.NdisMCoIndicateStatusEx(this.handle, null, indication);
  }
}
