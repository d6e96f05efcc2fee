// Where frames of a VC go on: for one incoming port, (VPI, VCI) -> (outgoing port, VPI, VCI).

import type { VcLabel } from "../../wire/vc-label.ts";
import { NO_VC_LABEL, vcLabelVci, vcLabelVpi } from "../../wire/vc-label.ts";
import { MANY_PORTS, NO_PORT } from "./call-control-port.ts";

const INITIAL_VCIS = 64;

/** The VCs of one VPI: what lies at an index belongs to the VCI of that number. */
class VirtualPath {
  ports = new Int16Array(INITIAL_VCIS).fill(NO_PORT);
  labels = new Int32Array(INITIAL_VCIS).fill(NO_VC_LABEL);

  growFor(vci: number): void {
    let size = this.ports.length;
    while (size <= vci) size *= 2;
    if (size === this.ports.length) return;
    const ports = new Int16Array(size).fill(NO_PORT);
    const labels = new Int32Array(size).fill(NO_VC_LABEL);
    ports.set(this.ports);
    labels.set(this.labels);
    this.ports = ports;
    this.labels = labels;
  }
}

/** One place where frames of a point-to-multipoint connection go. */
export interface Leaf {
  readonly port: number;
  readonly label: VcLabel;
}

const NO_LEAVES: readonly Leaf[] = [];

export class ConnectionTable {
  readonly #paths: (VirtualPath | null)[] = [];
  readonly #leaves = new Map<VcLabel, readonly Leaf[]>();
  #count = 0;

  /** Entries in the table. */
  get count(): number {
    return this.#count;
  }

  /** The outgoing port of a VC, NO_PORT, or MANY_PORTS for a point-to-multipoint connection. */
  portOf(label: VcLabel): number {
    const vpi = vcLabelVpi(label);
    const vci = vcLabelVci(label);
    const path = vpi < this.#paths.length ? this.#paths[vpi] : null;
    return path === null || vci >= path.ports.length ? NO_PORT : path.ports[vci];
  }

  /** The outgoing label of a VC, or NO_VC_LABEL. */
  labelOf(label: VcLabel): VcLabel {
    const vpi = vcLabelVpi(label);
    const vci = vcLabelVci(label);
    const path = vpi < this.#paths.length ? this.#paths[vpi] : null;
    return path === null || vci >= path.labels.length ? NO_VC_LABEL : path.labels[vci];
  }

  /** Enters a VC, in place of what stood there. */
  set(label: VcLabel, port: number, outgoing: VcLabel): void {
    const vpi = vcLabelVpi(label);
    const vci = vcLabelVci(label);
    while (this.#paths.length <= vpi) this.#paths.push(null);
    let path = this.#paths[vpi];
    if (path === null) {
      path = new VirtualPath();
      this.#paths[vpi] = path;
    }
    path.growFor(vci);
    if (path.ports[vci] === NO_PORT) this.#count++;
    path.ports[vci] = port;
    path.labels[vci] = outgoing;
  }

  /** Takes a VC out; false when it is not in. */
  delete(label: VcLabel): boolean {
    const vci = vcLabelVci(label);
    const path = this.#paths[vcLabelVpi(label)] ?? null;
    if (path === null || vci >= path.ports.length || path.ports[vci] === NO_PORT) return false;
    path.ports[vci] = NO_PORT;
    path.labels[vci] = NO_VC_LABEL;
    this.#count--;
    return true;
  }

  /** The leaves of a point-to-multipoint connection in the order in which they joined; none for any other label. */
  leavesOf(label: VcLabel): readonly Leaf[] {
    return this.#leaves.get(label) ?? NO_LEAVES;
  }

  /** Adds a leaf; false when the label has a connection of two ends, or this leaf already. */
  addLeaf(label: VcLabel, port: number, outgoing: VcLabel): boolean {
    const leaves = this.leavesOf(label);
    if (leaves.length === 0 && this.portOf(label) !== NO_PORT) return false;
    if (leaves.some((leaf) => leaf.port === port && leaf.label === outgoing)) return false;
    this.#leaves.set(label, [...leaves, { port, label: outgoing }]);
    this.set(label, MANY_PORTS, NO_VC_LABEL);
    return true;
  }

  /** Takes a leaf out, and with the last one the connection; false when it is not in. */
  removeLeaf(label: VcLabel, port: number, outgoing: VcLabel): boolean {
    const leaves = this.leavesOf(label);
    const rest = leaves.filter((leaf) => leaf.port !== port || leaf.label !== outgoing);
    if (rest.length === leaves.length) return false;
    if (rest.length > 0) this.#leaves.set(label, rest);
    else {
      this.#leaves.delete(label);
      this.delete(label);
    }
    return true;
  }
}
