// An ATM switch: frames come in on a port and leave on another under the label that the connection table says.

import type { Clock, Probe } from "../../machine/index.ts";
import type { AtmAddress, Fibre, FibreDirection, Train } from "../../wire/index.ts";
import {
  CELL_OCTETS,
  cellVci,
  cellVpi,
  FRAME_FORMAT_CELLS,
  FRAME_FORMAT_CPCS_SDU,
  FRAME_RECORD,
  isCellHeaderValid,
  relabelCell,
} from "../../wire/index.ts";
import type { VcLabel } from "../../wire/vc-label.ts";
import { NO_VC_LABEL, vcLabel, vcLabelVci, vcLabelVpi } from "../../wire/vc-label.ts";
import type { SignallingHandler, SwitchFabric } from "./call-control-port.ts";
import { NO_PORT } from "./call-control-port.ts";
import type { Leaf } from "./connection-table.ts";
import { RoutingTable } from "./routing-table.ts";
import { SIGNALLING_VCI, SIGNALLING_VPI, SignallingChannel } from "./signalling-channel.ts";
import type { SwitchCore } from "./switch-port.ts";
import { SwitchPort } from "./switch-port.ts";
import type { VcLabelRange } from "./vc-label-allocator.ts";

export interface AtmSwitchOptions {
  /** Names the switch in traces. */
  readonly name?: string;
  readonly portCount: number;
  /** Format in which the switch itself sends (signalling): FRAME_FORMAT_CPCS_SDU or FRAME_FORMAT_CELLS. */
  readonly format?: number;
  /** Cells that may wait at each output before frames are dropped. */
  readonly outputBufferCells?: number;
  readonly labelRange?: VcLabelRange;
  readonly probe?: Probe | null;
}

// Constants of this file's own are constants to the engine's compiler; imported ones are loads.
const FRAME = FRAME_RECORD;
const WHOLE = FRAME_FORMAT_CPCS_SDU;
/** Ports count from 0: what is below is NO_PORT or MANY_PORTS. */
const FIRST_PORT = 0;
const DEFAULT_OUTPUT_BUFFER_CELLS = 65_536;
const MAX_PORTS = 32_767;

export class AtmSwitch implements SwitchFabric, SwitchCore {
  readonly name: string;
  readonly routes = new RoutingTable();

  readonly #fibre: Fibre;
  readonly #probe: Probe | null;
  readonly #ports: SwitchPort[] = [];
  readonly #channels: SignallingChannel[] = [];
  #handler: SignallingHandler | null = null;
  #burstDepth = 0;
  /** Where the run of frames goes that was relabelled last, and how many cells it has. */
  #runPort = 0;
  #runCells = 0;
  // Ports with frames to flush, each once.
  readonly #touched: Int32Array;
  readonly #isTouched: Uint8Array;
  #touchedCount = 0;

  constructor(clock: Clock, fibre: Fibre, options: AtmSwitchOptions) {
    const { portCount } = options;
    if (!Number.isSafeInteger(portCount) || portCount < 1 || portCount > MAX_PORTS) {
      throw new RangeError(`a switch has 1 to ${MAX_PORTS} ports, not ${portCount}`);
    }
    this.name = options.name ?? "switch";
    this.#fibre = fibre;
    this.#probe = options.probe ?? null;
    this.#touched = new Int32Array(portCount);
    this.#isTouched = new Uint8Array(portCount);
    const bufferCells = options.outputBufferCells ?? DEFAULT_OUTPUT_BUFFER_CELLS;
    const range = options.labelRange ?? { maxVpi: 255, maxVci: 65_535 };
    for (let index = 0; index < portCount; index++) {
      const port = new SwitchPort(this, index, clock, fibre, bufferCells, range);
      this.#ports.push(port);
      this.#channels.push(new SignallingChannel(port, fibre.frames, options.format ?? FRAME_FORMAT_CPCS_SDU));
    }
  }

  get portCount(): number {
    return this.#ports.length;
  }

  /** A port: attach it to the end of a link, and plug the link's direction into it. Throws when there is no such port. */
  port(index: number): SwitchPort {
    const port = this.#ports[index];
    if (port === undefined) throw new RangeError(`${this.name} has ports 0 to ${this.#ports.length - 1}, not ${index}`);
    return port;
  }

  /** As `port(index).plug(outgoing)`. */
  plug(index: number, outgoing: FibreDirection): void {
    this.port(index).plug(outgoing);
  }

  setSignallingHandler(handler: SignallingHandler): void {
    this.#handler = handler;
  }

  isPortUp(port: number): boolean {
    return this.port(port).up;
  }

  sendSignalling(port: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const sent = this.#channels[port].send(bytes, offset, length);
    this.#touch(port);
    if (this.#burstDepth === 0) this.#flushTouched();
    return sent;
  }

  allocateVcLabel(port: number): VcLabel {
    return this.port(port).labels.allocate();
  }

  reserveVcLabel(port: number, label: VcLabel): boolean {
    return this.port(port).labels.reserve(label);
  }

  releaseVcLabel(port: number, label: VcLabel): void {
    if (!this.port(port).labels.release(label))
      throw new Error(`${this.name}: port ${port} label ${label} is not taken`);
  }

  admit(port: number, fromUserCellsPerSecond: number, toUserCellsPerSecond: number): boolean {
    return this.port(port).admission.admit(fromUserCellsPerSecond, toUserCellsPerSecond);
  }

  releaseAdmission(port: number, fromUserCellsPerSecond: number, toUserCellsPerSecond: number): void {
    this.port(port).admission.release(fromUserCellsPerSecond, toUserCellsPerSecond);
  }

  connectVcs(portA: number, labelA: VcLabel, portB: number, labelB: VcLabel): boolean {
    const a = this.port(portA).connections;
    const b = this.port(portB).connections;
    const aTaken = a.portOf(labelA) !== NO_PORT;
    if (aTaken || b.portOf(labelB) !== NO_PORT) return false;
    a.set(labelA, portB, labelB);
    b.set(labelB, portA, labelA);
    if (this.#probe !== null) this.#tellConnection("connect-vc", portA, labelA, portB, labelB);
    return true;
  }

  disconnectVcs(port: number, label: VcLabel): boolean {
    const table = this.port(port).connections;
    const otherPort = table.portOf(label);
    if (otherPort < FIRST_PORT) return false;
    const otherLabel = table.labelOf(label);
    table.delete(label);
    this.port(otherPort).connections.delete(otherLabel);
    if (this.#probe !== null) this.#tellConnection("disconnect-vc", port, label, otherPort, otherLabel);
    return true;
  }

  addLeaf(port: number, label: VcLabel, leafPort: number, leafLabel: VcLabel): boolean {
    const isAdded = this.port(port).connections.addLeaf(label, leafPort, leafLabel);
    if (isAdded && this.#probe !== null) this.#tellConnection("add-leaf", port, label, leafPort, leafLabel);
    return isAdded;
  }

  removeLeaf(port: number, label: VcLabel, leafPort: number, leafLabel: VcLabel): boolean {
    const isRemoved = this.port(port).connections.removeLeaf(label, leafPort, leafLabel);
    if (isRemoved && this.#probe !== null) this.#tellConnection("remove-leaf", port, label, leafPort, leafLabel);
    return isRemoved;
  }

  /** Where the connection of two ends of a label leads, as [port, VPI, VCI]; null when it has none. For whoever looks at a switch from outside. */
  peerOf(port: number, vpi: number, vci: number): readonly [number, number, number] | null {
    const { connections: table } = this.port(port);
    const peer = table.portOf(vcLabel(vpi, vci));
    if (peer < FIRST_PORT) return null;
    const label = table.labelOf(vcLabel(vpi, vci));
    return [peer, vcLabelVpi(label), vcLabelVci(label)];
  }

  /** Where the frames of a point-to-multipoint label go, as [port, VPI, VCI] each; none for any other. For whoever looks at a switch from outside. */
  leavesOf(port: number, vpi: number, vci: number): (readonly [number, number, number])[] {
    const leaves = this.port(port).connections.leavesOf(vcLabel(vpi, vci));
    return leaves.map(({ port: leafPort, label }) => [leafPort, vcLabelVpi(label), vcLabelVci(label)]);
  }

  route(address: AtmAddress): number {
    return this.routes.lookup(address);
  }

  portStateChanged(port: SwitchPort): void {
    this.#channels[port.index].reset();
    if (this.#probe !== null)
      this.#probe.emit(this.name, "state", port.up ? "port-up" : "port-down", { port: port.index });
    if (this.#handler !== null) this.#handler.portStateChanged(port.index, port.up);
  }

  forwardTrain(port: SwitchPort, train: Train): void {
    this.#burstDepth++;
    port.counters.framesReceived += train.count;
    const run = this.#relabelRun(port, train);
    const isTaken = run > 0 && run === train.count && this.#ports[this.#runPort].takeTrain(train, this.#runCells);
    if (run > 0) this.#touch(this.#runPort);
    if (!isTaken) {
      const outgoing = this.#ports[this.#runPort];
      for (let index = 0; index < run; index++) outgoing.enqueue(train.frames[index]);
      for (let index = run; index < train.count; index++) this.#forwardFrame(port, train.frames[index]);
      this.#fibre.trains.give(train);
    }
    this.#burstDepth--;
    if (this.#burstDepth === 0) this.#flushTouched();
  }

  /**
   * The hot path: relabels whole frames at the head of a train that all leave by one port, which is #runPort then; they have
   * #runCells cells. Stops at whatever is not so.
   * @returns how many frames it relabelled.
   */
  #relabelRun(port: SwitchPort, train: Train): number {
    const { records } = this.#fibre.frames;
    const { connections } = port;
    let runPort = NO_PORT;
    let incoming = NO_VC_LABEL;
    let outgoing = NO_VC_LABEL;
    let cells = 0;
    let run = 0;
    for (; run < train.count; run++) {
      const record = train.frames[run] * FRAME.words;
      if (records[record + FRAME.format] !== WHOLE) break;
      const label = records[record + FRAME.label];
      if (label !== incoming) {
        const labelPort = connections.portOf(label);
        if (labelPort < FIRST_PORT || (labelPort !== runPort && run > 0)) break;
        runPort = labelPort;
        incoming = label;
        outgoing = connections.labelOf(label);
      }
      records[record + FRAME.label] = outgoing;
      cells += records[record + FRAME.cells];
    }
    this.#runPort = Math.max(0, runPort);
    this.#runCells = cells;
    port.counters.cellsReceived += cells;
    return run;
  }

  #forwardFrame(port: SwitchPort, frame: number): void {
    const { frames } = this.#fibre;
    const vpi = frames.vpiOf(frame);
    const vci = frames.vciOf(frame);
    port.counters.cellsReceived += frames.cellsOf(frame);
    const outgoing = port.connections.portOf(vcLabel(vpi, vci));
    if (outgoing < FIRST_PORT) {
      const leaves = port.connections.leavesOf(vcLabel(vpi, vci));
      if (leaves.length > 0) {
        this.#copyToLeaves(port, frame, leaves);
        return;
      }
      if (vpi === SIGNALLING_VPI && vci === SIGNALLING_VCI && this.#handler !== null) {
        this.#channels[port.index].receiveFrame(frame, this.#handler);
      } else {
        port.counters.unknownVcFrames++;
        if (this.#probe !== null) this.#probe.emit(this.name, "drop", "unknown-vc", { port: port.index, vpi, vci });
      }
      frames.release(frame);
      return;
    }
    const label = port.connections.labelOf(vcLabel(vpi, vci));
    if (frames.formatOf(frame) === FRAME_FORMAT_CELLS && !this.#relabelCells(port, frame, label)) {
      port.counters.emptiedFrames++;
      frames.release(frame);
      return;
    }
    frames.records[frame * FRAME.words + FRAME.label] = label;
    if (this.#ports[outgoing].enqueue(frame)) this.#touch(outgoing);
  }

  /** The frame itself goes to the last leaf, copies to the others. Damaged cells fall out once, before the frame is copied. */
  #copyToLeaves(port: SwitchPort, frame: number, leaves: readonly Leaf[]): void {
    const { frames } = this.#fibre;
    const isCells = frames.formatOf(frame) === FRAME_FORMAT_CELLS;
    const last = leaves.length - 1;
    for (let index = 0; index <= last; index++) {
      const { port: leafPort, label } = leaves[index];
      if (isCells && !this.#relabelCells(port, frame, label)) {
        port.counters.emptiedFrames++;
        frames.release(frame);
        return;
      }
      frames.records[frame * FRAME.words + FRAME.label] = label;
      const copy = index === last ? frame : frames.duplicate(frame);
      if (copy < 0) {
        port.counters.uncopiedFrames++;
        continue;
      }
      if (index < last) port.counters.copiedFrames++;
      if (this.#ports[leafPort].enqueue(copy)) this.#touch(leafPort);
    }
  }

  /** Rewrites the header of every cell; takes out those with a wrong one. False when none is left. */
  #relabelCells(port: SwitchPort, frame: number, label: VcLabel): boolean {
    const { frames } = this.#fibre;
    const { bytes } = frames;
    const vpi = frames.vpiOf(frame);
    const vci = frames.vciOf(frame);
    const start = frames.addressOf(frame);
    const end = start + frames.lengthOf(frame);
    let to = start;
    for (let cell = start; cell + CELL_OCTETS <= end; cell += CELL_OCTETS) {
      if (!isCellHeaderValid(bytes, cell)) {
        port.counters.headerErrorCells++;
        continue;
      }
      if (cellVpi(bytes, cell) !== vpi || cellVci(bytes, cell) !== vci) {
        port.counters.misdirectedCells++;
        continue;
      }
      if (to !== cell) bytes.copyWithin(to, cell, cell + CELL_OCTETS);
      relabelCell(bytes, to, vcLabelVpi(label), vcLabelVci(label));
      to += CELL_OCTETS;
    }
    frames.shorten(frame, to - start, (to - start) / CELL_OCTETS);
    return to !== start;
  }

  #touch(port: number): void {
    if (this.#isTouched[port] !== 0) return;
    this.#isTouched[port] = 1;
    this.#touched[this.#touchedCount++] = port;
  }

  #flushTouched(): void {
    const count = this.#touchedCount;
    this.#touchedCount = 0;
    for (let index = 0; index < count; index++) {
      const port = this.#touched[index];
      this.#isTouched[port] = 0;
      this.#ports[port].flush();
    }
  }

  #tellConnection(name: string, portA: number, labelA: VcLabel, portB: number, labelB: VcLabel): void {
    if (this.#probe === null) return;
    this.#probe.emit(this.name, "state", name, {
      portA,
      vpiA: vcLabelVpi(labelA),
      vciA: vcLabelVci(labelA),
      portB,
      vpiB: vcLabelVpi(labelB),
      vciB: vcLabelVci(labelB),
    });
  }
}
