import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { PVOID } from "../ddi/types.ts";
import { NULL } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { DriverConduct } from "./conduct.ts";
import type { DriverHoldings, Holding } from "./holdings.ts";
import { allocationFails } from "./holdings.ts";

/** What is broken when a block is left behind, and when it was allocated in MiniportCoCreateVc. */
const LEFT = "MEM-04";
const LEFT_OF_VC = "MEM-12";

/** A block of nonpaged pool. */
export class PoolBlock implements Holding {
  readonly leftRule: string;
  readonly adapter: MiniportAdapter | null;
  readonly address: PVOID;
  /** In bytes. */
  readonly length: number;
  readonly tag: number;

  constructor(leftRule: string, adapter: MiniportAdapter | null, address: PVOID, length: number, tag: number) {
    this.leftRule = leftRule;
    this.adapter = adapter;
    this.address = address;
    this.length = length;
    this.tag = tag;
  }

  get traceName(): string {
    return `memory ${hex(this.address)} (${this.length} bytes, tag ${tagText(this.tag)})`;
  }
}

/** One driver's part of the machine's nonpaged pool. */
export class DriverPool {
  readonly #environment: NdisEnvironment;
  readonly #holdings: DriverHoldings;
  readonly #conduct: DriverConduct;
  readonly #blocks = new Map<PVOID, PoolBlock>();

  constructor(environment: NdisEnvironment, owner: string, holdings: DriverHoldings) {
    this.#conduct = environment.conductOf(owner);
    this.#environment = environment;
    this.#holdings = holdings;
  }

  /** @returns the address of `length` bytes whose contents are undefined, or NULL. */
  allocate(adapter: MiniportAdapter | null, length: number, tag: number): PVOID {
    const { machine, live } = this.#environment;
    if (allocationFails(this.#environment)) return NULL;
    const address = machine.memory.allocate(length);
    if (address === NULL) return NULL;
    const leftRule = this.#conduct.handler === "MiniportCoCreateVc" ? LEFT_OF_VC : LEFT;
    const block = new PoolBlock(leftRule, adapter, address, length, tag);
    this.#blocks.set(address, block);
    this.#holdings.take(block);
    live.memoryBlocks++;
    return address;
  }

  /** The block that starts at `address`; undefined when this driver has none there. */
  blockAt(address: PVOID): PoolBlock | undefined {
    return this.#blocks.get(address);
  }

  free(block: PoolBlock): void {
    this.#blocks.delete(block.address);
    this.#holdings.giveBack(block);
    this.#environment.machine.memory.free(block.address);
    this.#environment.live.memoryBlocks--;
  }
}

/** A value that should be a number, as a message shows it. */
export function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : `(${typeof value})`;
}

export function hex(value: number): string {
  if (typeof value !== "number") return shown(value);
  return `0x${(value >>> 0).toString(16)}`;
}

/** A pool tag as debuggers show it: four characters, the low byte first. */
export function tagText(tag: number): string {
  let text = "";
  for (let shift = 0; shift < 32; shift += 8) {
    const code = (tag >>> shift) & 0xff;
    text += code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ".";
  }
  return text;
}
