// Routes by the longest matching address prefix, digit by digit: hexadecimal digits of an AESA, decimal ones of an E.164 number.

import type { AtmAddress, AtmAddressKind, AtmAddressPrefix } from "../../wire/atm-address.ts";
import { atmAddressDigit, atmAddressDigitCount } from "../../wire/atm-address.ts";
import { NO_PORT } from "./call-control-port.ts";

const DIGITS = 16;
const NO_NODE = 0;

/** A digit tree in one array: node n takes DIGITS places for its children; node 0 stands for none, so roots count from 1. */
class DigitTree {
  #children = new Int32Array(DIGITS * 16);
  #ports = new Int16Array(16).fill(NO_PORT);
  #nodeCount = 2;

  lookup(address: AtmAddress): number {
    const count = atmAddressDigitCount(address);
    let node = 1;
    let port = this.#ports[node];
    for (let index = 0; index < count; index++) {
      node = this.#children[node * DIGITS + atmAddressDigit(address, index)];
      if (node === NO_NODE) break;
      if (this.#ports[node] !== NO_PORT) port = this.#ports[node];
    }
    return port;
  }

  portAt(digits: readonly number[]): number {
    const node = this.#walk(digits, false);
    return node === NO_NODE ? NO_PORT : this.#ports[node];
  }

  setPort(digits: readonly number[], port: number): void {
    const node = this.#walk(digits, port !== NO_PORT);
    if (node !== NO_NODE) this.#ports[node] = port;
  }

  #walk(digits: readonly number[], grow: boolean): number {
    let node = 1;
    for (const digit of digits) {
      let next = this.#children[node * DIGITS + digit];
      if (next === NO_NODE) {
        if (!grow) return NO_NODE;
        next = this.#addNode();
        this.#children[node * DIGITS + digit] = next;
      }
      node = next;
    }
    return node;
  }

  #addNode(): number {
    if (this.#nodeCount === this.#ports.length) {
      const ports = new Int16Array(this.#ports.length * 2).fill(NO_PORT);
      const children = new Int32Array(this.#children.length * 2);
      ports.set(this.#ports);
      children.set(this.#children);
      this.#ports = ports;
      this.#children = children;
    }
    return this.#nodeCount++;
  }
}

export class RoutingTable {
  readonly #trees: Record<AtmAddressKind, DigitTree> = { aesa: new DigitTree(), e164: new DigitTree() };
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a route; false when the very same prefix has one already. An empty prefix is the default route of its kind. */
  add(prefix: AtmAddressPrefix, port: number): boolean {
    const tree = this.#trees[prefix.kind];
    if (tree.portAt(prefix.digits) !== NO_PORT) return false;
    tree.setPort(prefix.digits, port);
    this.#count++;
    return true;
  }

  /** Removes a route; false when there is none for this very prefix. */
  remove(prefix: AtmAddressPrefix): boolean {
    const tree = this.#trees[prefix.kind];
    if (tree.portAt(prefix.digits) === NO_PORT) return false;
    tree.setPort(prefix.digits, NO_PORT);
    this.#count--;
    return true;
  }

  /** The port of the longest prefix that the address starts with, or NO_PORT. */
  lookup(address: AtmAddress): number {
    return this.#trees[address.kind].lookup(address);
  }
}
