import { COMMAND_OPCODES, fieldMask, INTERRUPT_CAUSES, REGISTERS } from "../device/datasheet/index.ts";
import type { MiniportAdapterHandle, MiniportCallManagerLibrary, NdisMiniportDmaHandle } from "../ndis/index.ts";
import {
  NDIS_EVENT,
  NDIS_LINK_STATE,
  NDIS_MEDIA_CONNECT_STATE,
  NDIS_STATUS_INDICATION,
  NDIS_STATUS_LINK_STATE,
  OutParameter,
} from "../ndis/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";
import { aesaFromBytes, parseAtmAddress } from "../wire/atm-address.ts";
import { AddressFamilies } from "./call-manager/address-families.ts";
import { Calls } from "./call-manager/calls.ts";
import { McmVc } from "./call-manager/mcm-vc.ts";
import { Saps } from "./call-manager/saps.ts";
import type { McmConfiguration } from "./configuration.ts";
import { Connection } from "./connection.ts";
import type { Deferred } from "./deferred.ts";
import type { Hardware } from "./hardware.ts";
import { Interrupts } from "./interrupts.ts";
import { Receiver } from "./receiver.ts";
import type { UserSignalling } from "./signalling/index.ts";
import { createUserSignalling } from "./signalling/index.ts";
import { NdisSignallingHost } from "./signalling-host.ts";
import { SIGNALLING_BUFFER_BYTES } from "./transmit-buffers.ts";
import { Transmitter } from "./transmitter.ts";
import type { Undo } from "./undo.ts";
import type { ConnectionTraffic } from "./vc-commands.ts";
import { bestEffort, VcCommands } from "./vc-commands.ts";

const COMMAND_ENTRIES = 256;
const SMALL_BUFFER_BYTES = 2_048;
const LARGE_BUFFER_BYTES = 16_384;
/** VPI and VCI of the signalling channel (UNI 3.1 section 5.4.2). */
const SIGNALLING_VCI = 5;
const SIGNALLING_VC_INDEX = 0;
const BITS_PER_CELL = 424;
/** Network prefix of an address that was not configured: a locally administered ICD AESA. */
const DEFAULT_PREFIX = [0x47, 0x00, 0x05, 0x80, 0xff, 0xe1, 0x00, 0x00, 0x00, 0xf2, 0x0f, 0x22, 0x00];
const AESA_BYTES = 20;
const CAUSES = INTERRUPT_CAUSES;
const SYSTEM_TIME_UNIT_NS = 100;

/** The MCM's state for one NIC: what MiniportAdapterContext and CallMgrBindingContext point to. */
export class McmAdapter {
  readonly ndis: MiniportCallManagerLibrary;
  readonly handle: MiniportAdapterHandle;
  readonly hardware: Hardware;
  readonly deferred: Deferred;
  readonly configuration: McmConfiguration;
  readonly address: AtmAddress;
  readonly esi: Uint8Array;
  readonly lineCellRate: number;
  readonly maximumVcs: number;
  readonly pendsRequests: boolean;
  readonly interrupts: Interrupts;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly commands: VcCommands;
  readonly signalling: UserSignalling;
  readonly addressFamilies: AddressFamilies;
  readonly saps = new Saps();
  readonly calls: Calls;
  /** Set while nothing is left that a halt has to wait for. */
  readonly quiet = NDIS_EVENT();
  /** How to give back what MiniportInitializeEx took. */
  undo: Undo | null = null;
  refusedNotifications = 0;
  /** The NIC was pulled out (OID-15, SND-16). */
  isRemoved = false;
  dma: NdisMiniportDmaHandle | null = null;
  readonly #connections: (Connection | null)[] = [];
  readonly #freeVcIndices: number[] = [];
  readonly #signallingConnection: Connection;
  readonly #host: NdisSignallingHost;
  readonly #systemTime = new OutParameter<number>();
  #nextVcIndex = SIGNALLING_VC_INDEX + 1;
  #pausing = false;

  private constructor(parts: AdapterParts, address: AtmAddress) {
    const {
      ndis,
      handle,
      hardware,
      deferred,
      configuration,
      connections,
      signallingConnection,
      transmitter,
      receiver,
      commands,
    } = parts;
    this.ndis = ndis;
    this.handle = handle;
    this.hardware = hardware;
    this.deferred = deferred;
    this.configuration = configuration;
    this.maximumVcs = configuration.maximumVcs;
    this.pendsRequests = configuration.pendsRequests;
    this.esi = parts.esi;
    this.address = address;
    this.lineCellRate = hardware.read(REGISTERS.PHYSTAT) >>> REGISTERS.PHYSTAT.fields.RATE.lsb;
    this.#connections = connections;
    this.#signallingConnection = signallingConnection;
    this.transmitter = transmitter;
    this.receiver = receiver;
    this.commands = commands;
    this.interrupts = new Interrupts(ndis, hardware, (causes) => this.#service(causes));
    this.addressFamilies = new AddressFamilies(this);
    this.calls = new Calls(this);
    this.#host = new NdisSignallingHost(ndis, transmitter, signallingConnection, () => this.#nowNs());
    this.signalling = createUserSignalling(this.#host, this.calls);
    ndis.NdisInitializeEvent(this.quiet);
  }

  /** Allocates everything that needs memory; null when there is not enough (everything taken is given back, LIF-03). */
  static create(
    ndis: MiniportCallManagerLibrary,
    handle: MiniportAdapterHandle,
    hardware: Hardware,
    deferred: Deferred,
    configuration: McmConfiguration,
  ): McmAdapter | null {
    const connections: (Connection | null)[] = [];
    const signallingConnection = new Connection();
    signallingConnection.vcIndex = SIGNALLING_VC_INDEX;
    signallingConnection.vci = SIGNALLING_VCI;
    connections[SIGNALLING_VC_INDEX] = signallingConnection;
    const late: { adapter: McmAdapter | null } = { adapter: null };
    const transmitter = Transmitter.create(ndis, handle, hardware, configuration.transmitEntries, (connection) =>
      late.adapter?.quieter(connection),
    );
    if (transmitter === null) return null;
    const sizes = {
      smallBuffers: configuration.smallBuffers,
      smallBytes: SMALL_BUFFER_BYTES,
      largeBuffers: configuration.largeBuffers,
      largeBytes: LARGE_BUFFER_BYTES,
    };
    const receiver = Receiver.create(
      ndis,
      handle,
      hardware,
      sizes,
      connections,
      signallingConnection,
      (bytes, offset, length) => late.adapter?.signalling.receivePdu(bytes, offset, length),
      (connection) => late.adapter?.quieter(connection),
    );
    const commands =
      receiver === null
        ? null
        : VcCommands.create(
            ndis,
            handle,
            hardware,
            COMMAND_ENTRIES,
            SMALL_BUFFER_BYTES,
            (connection, opcode, succeeded) => late.adapter?.commandDone(connection, opcode, succeeded),
          );
    if (receiver === null || commands === null) {
      receiver?.free();
      transmitter.free();
      return null;
    }
    const esi = hardware.readEsi();
    const parts = {
      ndis,
      handle,
      hardware,
      deferred,
      configuration,
      connections,
      signallingConnection,
      transmitter,
      receiver,
      commands,
      esi,
    };
    const adapter = new McmAdapter(parts, ownAddress(configuration, esi));
    late.adapter = adapter;
    if (adapter.#host.allocateTimers(handle, (timer) => adapter.#timerExpired(timer))) return adapter;
    adapter.free();
    return null;
  }

  /** Programs the NIC, opens the signalling channel and lets light in; signalling comes up when the channel is open. */
  start(dma: NdisMiniportDmaHandle): void {
    this.dma = dma;
    const { TXEN, RXEN, CELL } = REGISTERS.CTRL.fields;
    this.transmitter.start(dma);
    this.receiver.start();
    this.commands.start();
    this.interrupts.enable();
    this.hardware.control(fieldMask(TXEN) | fieldMask(RXEN) | (this.configuration.cellMode ? fieldMask(CELL) : 0), 0);
    this.commands.open(this.#signallingConnection, bestEffort(SIGNALLING_BUFFER_BYTES));
  }

  /** Gives back everything that {@link create} allocated. */
  free(): void {
    this.#host.freeTimers();
    this.commands.free();
    this.receiver.free();
    this.transmitter.free();
  }

  get linkSpeedBitsPerSecond(): number {
    return this.lineCellRate * BITS_PER_CELL;
  }

  get signallingIsClosed(): boolean {
    return this.#signallingConnection.hardware === "closed";
  }

  /** Ends signalling with the network in order; `quiet` is set when it is done. */
  releaseSignalling(): void {
    this.signalling.link.release();
  }

  closeSignallingChannel(): void {
    this.closeConnection(this.#signallingConnection);
  }

  /** Gives a connection an entry of the NIC's VC table; false when all are taken. */
  assignVcIndex(connection: Connection): boolean {
    const index = this.#freeVcIndices.pop() ?? (this.#nextVcIndex <= this.maximumVcs ? this.#nextVcIndex++ : -1);
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

  openConnection(connection: Connection, traffic: ConnectionTraffic): void {
    this.commands.open(connection, traffic);
    this.#settleWithoutDevice();
  }

  closeConnection(connection: Connection): void {
    this.commands.close(connection);
    this.#settleWithoutDevice();
  }

  /** MiniportDevicePnPEventNotify: the NIC was pulled out. Nothing that it had comes back by itself, and calls are over with the link. */
  surpriseRemoved(): void {
    this.isRemoved = true;
    this.transmitter.abandon();
    this.signalling.linkDown();
    this.#settleWithoutDevice();
    this.quietChanged();
  }

  /** Commands to a device that is gone end by themselves, later: their caller does not expect it yet. */
  #settleWithoutDevice(): void {
    if (this.isRemoved) this.deferred.queue(() => this.commands.abandon());
  }

  /** Sends or receives of a connection that is going away have come back. */
  quieter(connection: Connection): void {
    if (connection.owner instanceof McmVc) this.calls.hardwareQuieter(connection.owner);
    this.quietChanged();
  }

  commandDone(connection: Connection, opcode: number, succeeded: boolean): void {
    const { owner } = connection;
    if (owner instanceof McmVc) {
      if (opcode === COMMAND_OPCODES.OPEN) this.calls.hardwareOpened(owner, succeeded);
      else this.calls.hardwareQuieter(owner);
    } else if (opcode === COMMAND_OPCODES.OPEN && this.hardware.linkIsUp) {
      this.signalling.link.establish();
    }
    this.quietChanged();
  }

  signallingChanged(isUp: boolean): void {
    this.addressFamilies.signallingChanged(isUp);
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
    this.ndis.NdisSetEvent(this.quiet);
  }

  get #isDrained(): boolean {
    return this.receiver.outstanding === 0 && this.transmitter.clientSends === 0;
  }

  #service(causes: number): void {
    this.#beginBatch();
    if ((causes & fieldMask(CAUSES.CMD)) !== 0) this.commands.complete();
    if ((causes & fieldMask(CAUSES.TXC)) !== 0) this.transmitter.complete();
    if ((causes & fieldMask(CAUSES.RXC)) !== 0) this.receiver.receive();
    if ((causes & fieldMask(CAUSES.LSC)) !== 0) this.#linkChanged();
    this.#endBatch();
    if (this.#pausing) this.quietChanged();
  }

  #timerExpired(timer: number): void {
    this.#beginBatch();
    this.signalling.timerExpired(timer);
    this.#endBatch();
  }

  /** Doorbells wait for the end: one of each kind for everything that happens in between. */
  #beginBatch(): void {
    this.transmitter.beginBatch();
    this.receiver.beginBatch();
    this.commands.beginBatch();
  }

  #endBatch(): void {
    this.commands.endBatch();
    this.receiver.endBatch();
    this.transmitter.endBatch();
  }

  #linkChanged(): void {
    const isUp = this.hardware.linkIsUp;
    if (!isUp) this.signalling.linkDown();
    else if (this.#signallingConnection.hardware === "open") this.signalling.link.establish();
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

  #nowNs(): number {
    this.ndis.NdisGetCurrentSystemTime(this.#systemTime);
    return (this.#systemTime.Value ?? 0) * SYSTEM_TIME_UNIT_NS;
  }
}

/** What an adapter is made of before it exists. */
interface AdapterParts {
  readonly ndis: MiniportCallManagerLibrary;
  readonly handle: MiniportAdapterHandle;
  readonly hardware: Hardware;
  readonly deferred: Deferred;
  readonly configuration: McmConfiguration;
  readonly connections: (Connection | null)[];
  readonly signallingConnection: Connection;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly commands: VcCommands;
  readonly esi: Uint8Array;
}

function ownAddress(configuration: McmConfiguration, esi: Uint8Array): AtmAddress {
  const configured = parseAtmAddress(configuration.atmAddress);
  if ("bytes" in configured) return configured;
  const octets = new Uint8Array(AESA_BYTES);
  octets.set(DEFAULT_PREFIX);
  octets.set(esi, DEFAULT_PREFIX.length);
  const address = aesaFromBytes(octets);
  return "bytes" in address ? address : { kind: "aesa", bytes: octets };
}
