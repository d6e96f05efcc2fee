import { BUGCODE_NDIS_DRIVER, BugCheck } from "../../src/machine/bug-check.ts";
import { isBlocking } from "../../src/machine/thread.ts";
import type { Ddi } from "../../src/ndis/ddi/catalog.ts";
import { findDdi } from "../../src/ndis/ddi/catalog.ts";
import { CALLBACK_NAMES } from "../../src/ndis/driver/handler-names.ts";
import type { ProxyLibrary } from "../../src/ndis/index.ts";
import {
  CO_CALL_PARAMETERS,
  NDIS_OID_REQUEST,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER,
  NET_BUFFER_LIST,
  OutParameter,
} from "../../src/ndis/index.ts";
import type { Route } from "./core-harness.ts";
import { Core } from "./core-harness.ts";
import type { Draw } from "./wild-values.ts";
import { isPlain, knot, pick, spoil, spoilNetBuffer, structureFor, wildValue } from "./wild-values.ts";

/*
 * Drivers that call any function with anything, in any order, and answer callbacks with anything. What may come of it are statuses and
 * bug checks: everything else is a crash of the core.
 */

type Routine = (...values: unknown[]) => unknown;
type Library = Readonly<Record<string, unknown>>;

export interface MonkeyOptions {
  readonly route: Route;
  readonly verifier: boolean;
}

/** What a wild driver throws: nobody's fault but its own. */
const TANTRUM = "the wild driver throws";

/** By a handle's parameter name, the object behind it. */
const BEHIND: Readonly<Record<string, string>> = {
  NdisVcHandle: "Vc",
  NdisMiniportVcHandle: "Vc",
  NdisAfHandle: "AddressFamily",
  NdisSapHandle: "Sap",
  NdisPartyHandle: "Party",
  MiniportAdapterHandle: "MiniportAdapter",
  MiniportHandle: "MiniportAdapter",
  NdisMiniportHandle: "MiniportAdapter",
  NdisAdapterHandle: "MiniportAdapter",
  NdisBindingHandle: "Binding",
  BindContext: "BindContext",
  BindAdapterContext: "BindContext",
  BindingContext: "BindContext",
  UnbindContext: "UnbindContext",
  NdisProtocolHandle: "ProtocolDriver",
  NdisMiniportDriverHandle: "MiniportDriver",
};

const STATUSES = [NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS, 0x103, -0x3fff_ffff, 0x1_0003, 12_345];

export class Monkey {
  readonly core: Core;
  /** Exceptions that came out of the core: there should be none. */
  readonly crashes: string[] = [];
  /** Rules of the bug checks so far. */
  readonly rules = new Set<string>();
  calls = 0;
  readonly #draw: Draw;
  readonly #verifier: boolean;
  readonly #libraries: Library[] = [];
  readonly #known = new Map<string, unknown[]>();
  readonly #lists: NET_BUFFER_LIST[] = [];
  #depth = 0;
  #isAwake = false;

  constructor(draw: Draw, { route, verifier }: MonkeyOptions) {
    this.#draw = draw;
    this.#verifier = verifier;
    this.core = new Core({ route, verifier, clients: ["client", "other"] }).start();
    const foreign = new Core({ route, verifier }).start();
    this.#loadProxy();
    this.#collect(this.core);
    this.#collect(foreign);
    this.#bend();
    this.#isAwake = true;
  }

  /** The libraries of all drivers: their own functions, and on the prototype those of other roles. */
  get libraries(): readonly Library[] {
    return this.#libraries;
  }

  /** One call of one function. */
  step(): void {
    const library = pick(this.#draw, this.#libraries);
    const foreign = Object.keys(Object.getPrototypeOf(library) as object);
    const own = Object.keys(library).filter((name) => typeof library[name] === "function");
    const names = this.#draw.below(12) === 0 && foreign.length > 0 ? foreign : this.#interesting(own);
    this.call(library, pick(this.#draw, names));
  }

  call(library: Library, name: string): void {
    const row = findDdi(name);
    const values = row === null ? [wildValue(this.#draw), wildValue(this.#draw)] : this.#arguments(row);
    this.#enter(name, () => (library[name] as Routine)(...values));
    for (const value of values) this.#keep(value);
  }

  /** Lets what is ready run, and the world end as it can. */
  finish(): void {
    this.#settle();
    if (this.#verifier) return;
    const { processor } = this.core.machine;
    for (const adapter of this.core.ndis.adapters.slice())
      processor.startThread("remove", this.core.ndis.removeDevice(adapter));
    this.#settle();
    processor.startThread("unload", this.core.ndis.unloadDrivers());
    this.#settle();
    for (const [name, count] of Object.entries(this.core.live)) {
      if (!(Number.isInteger(count) && count >= 0)) this.crashes.push(`live ${name} is ${count}`);
    }
  }

  #settle(): void {
    const { processor } = this.core.machine;
    processor.irql = 0;
    this.#enter("dispatch", () => {
      for (let steps = 0; steps < 2_000 && this.core.world.step(); steps++);
    });
    const { stopped } = processor;
    if (stopped !== null) this.#judge("a thread", stopped);
  }

  /** Half of the calls are those that connections are made of. */
  #interesting(names: readonly string[]): readonly string[] {
    const connection = names.filter((name) => /^Ndis(Cl|Cm|Co|MCm|MCo)/.test(name));
    return this.#draw.below(2) === 0 && connection.length > 0 ? connection : names;
  }

  #enter(name: string, body: () => unknown): unknown {
    const { processor } = this.core.machine;
    const { irql } = processor;
    if (this.#depth === 0) this.calls++;
    this.#depth++;
    try {
      const result = body();
      this.#keep(result);
      if (isBlocking(result)) this.core.machine.processor.startThread(name, result);
      return result;
    } catch (error) {
      this.#judge(name, error);
      return undefined;
    } finally {
      this.#depth--;
      processor.irql = irql;
    }
  }

  #judge(where: string, error: unknown): void {
    if (!(error instanceof BugCheck)) {
      this.crashes.push(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return;
    }
    this.rules.add(error.rule);
    if (error.rule === "unhandled-exception") {
      if (!error.message.includes(TANTRUM) && !error.message.includes("its body"))
        this.crashes.push(`${where}: by ${error.owner}: ${error.message}`);
    } else if (!this.#verifier && error.code !== BUGCODE_NDIS_DRIVER)
      this.crashes.push(`${where}: ${error.rule} although the verifier is off`);
  }

  #arguments(row: Ddi): unknown[] {
    const count = row.parameters.length - (this.#draw.below(40) === 0 ? 1 : 0);
    return row.parameters.slice(0, Math.max(0, count)).map(({ name, direction }) => this.#argument(name, direction));
  }

  #argument(name: string, direction: string): unknown {
    const draw = this.#draw;
    if (draw.below(8) === 0) return wildValue(draw);
    const known = this.#known.get(BEHIND[name] ?? "") ?? [];
    if (direction !== "in" && known.length > 0 && name.startsWith("Ndis")) return new OutParameter();
    if (known.length > 0) return pick(draw, known);
    if (name.startsWith("NetBuffer") || name.endsWith("NetBufferList")) return this.#chain();
    if (name.endsWith("Status")) return pick(draw, STATUSES);
    if (name.endsWith("Flags")) return pick(draw, [0, 1, 2, 0xffff]);
    if (name.startsWith("NumberOf") || name.endsWith("Size") || name.endsWith("Length")) return draw.below(4);
    if (name === "Buffer") return draw.below(2) === 0 ? null : new Uint8Array(4);
    const used = this.#known.get("request") ?? [];
    if (name.endsWith("Request") && used.length > 0 && draw.below(2) === 0) return pick(draw, used);
    const structure = structureFor(draw, name);
    if (name.endsWith("Request") && structure !== undefined) this.#remember("request", structure);
    if (structure !== undefined) return structure;
    if (direction === "out") return new OutParameter();
    return draw.below(2) === 0 ? this.#anything() : null;
  }

  #anything(): unknown {
    const kinds = [...this.#known.keys()];
    return pick(this.#draw, this.#known.get(pick(this.#draw, kinds)) ?? [null]);
  }

  #chain(): unknown {
    const draw = this.#draw;
    if (this.#lists.length === 0) return null;
    const list = pick(draw, this.#lists);
    const next = pick(draw, this.#lists);
    const vcs = this.#known.get("Vc") ?? [];
    if (vcs.length > 0 && draw.below(2) === 0) list.SourceHandle = pick(draw, vcs) as never;
    if (next !== list) {
      list.Next = draw.below(2) === 0 ? next : null;
      if (draw.below(2) === 0) next.Next = null;
    }
    if (draw.below(4) === 0 && list.FirstNetBuffer instanceof NET_BUFFER) spoilNetBuffer(draw, list.FirstNetBuffer);
    return draw.below(3) === 0 ? knot(draw, list) : list;
  }

  /** Keeps handles and structures of NDIS for later calls. */
  #keep(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    if (value instanceof OutParameter) {
      this.#keep(value.Value);
      return;
    }
    const kind = value.constructor?.name;
    if (typeof kind !== "string" || kind === "Object" || kind === "Array" || kind === "Uint8Array") return;
    this.#remember(kind, value);
  }

  #remember(kind: string, value: unknown): void {
    const known = this.#known.get(kind) ?? [];
    this.#known.set(kind, known);
    if (!known.includes(value) && known.length < 24) known.push(value);
  }

  #loadProxy(): void {
    let library: ProxyLibrary | null = null;
    const image = {
      name: "proxy",
      DriverEntry: (_object: unknown, _path: string, ndis: ProxyLibrary) => {
        library = ndis;
        return NDIS_STATUS_SUCCESS;
      },
    };
    this.core.run(this.core.ndis.loadProxy(image));
    if (library !== null) this.#libraries.push(library as unknown as Library);
  }

  /** Handles of a core whose drivers are all at work: of this one, or of another one, to which they are foreign. */
  #collect(core: Core): void {
    const { client, manager } = core;
    const af = core.openAf();
    const closed = core.openAf(core.clients[1] ?? client);
    core.registerSap(af);
    const connected = core.connectedVc(af);
    const idle = core.createVc(af);
    const dialled = core.createVc(af);
    core.makeCall(dialled);
    const incoming = core.createIncomingVc(af);
    const out = new OutParameter<never>();
    const multipoint = core.createVc(af);
    client.ndis.NdisClMakeCall(multipoint, CO_CALL_PARAMETERS(), { party: 1 }, out);
    const requests = [NDIS_OID_REQUEST(), NDIS_OID_REQUEST()];
    const deleted = core.createVc(af);
    client.ndis.NdisCoDeleteVc(deleted);
    for (const handle of [af, closed, connected, idle, dialled, incoming, multipoint, deleted]) this.#keep(handle);
    for (const request of requests) this.#remember("request", request);
    for (const party of core.order) if (party === "ProtocolCmMakeCall") this.#keepAll(manager.last(party));
    this.#keepAll(manager.last("ProtocolCmRegisterSap"));
    for (const object of [manager.handle, client.binding, client.bindContext, client.driverHandle]) this.#keep(object);
    for (const object of [core.mcm.driverHandle, core.miniport.driverHandle, core.callManager.binding])
      this.#keep(object);
    if (core !== this.core) return;
    const sent = client.lists(3, connected);
    for (let list: NET_BUFFER_LIST | null = sent; list instanceof NET_BUFFER_LIST; list = list.Next)
      this.#lists.push(list);
    this.#libraries.push(...core.clients.map(({ ndis }) => ndis as unknown as Library));
    const management = core.route === "mcm" ? [core.mcm] : [core.callManager, core.miniport];
    this.#libraries.push(...management.map(({ ndis }) => ndis as unknown as Library));
  }

  #keepAll(values: readonly unknown[]): void {
    for (const value of values) this.#keep(value);
  }

  /** Puts wild handlers in the place of all handlers of this core's drivers. */
  #bend(): void {
    const { core } = this;
    const [first, second] = core.clients;
    const tables = [
      ...(first === undefined ? [] : [first.on.cl, first.on.co, first.on.protocol]),
      ...(second === undefined ? [] : [second.on.cl]),
      core.manager.on.cm,
      core.manager.on.co,
      core.mcm.on.miniport,
      core.miniport.on.miniport,
    ];
    for (const table of tables) {
      for (const member of Object.keys(CALLBACK_NAMES)) {
        (table as Record<string, unknown>)[member] = (...values: unknown[]) => this.#answer(values);
      }
    }
  }

  /** What a handler does: mostly what it should, else garbage, a fit of temper, or a call of its own. */
  #answer(values: readonly unknown[]): unknown {
    const draw = this.#draw;
    if (!this.#isAwake) return NDIS_STATUS_SUCCESS;
    this.#keepAll(values);
    for (const value of values)
      if (value instanceof OutParameter) value.Value = draw.below(2) === 0 ? { context: 1 } : null;
    for (const value of values) if (draw.below(6) === 0 && isPlain(value)) spoil(draw, value);
    switch (draw.below(12)) {
      case 0:
        return wildValue(draw);
      case 1:
        if (draw.below(3) === 0) throw new TypeError(TANTRUM);
        return pick(draw, STATUSES);
      case 2:
        return wildBody(draw);
      case 3:
        if (this.#depth < 4) this.step();
        return pick(draw, STATUSES);
      default:
        return pick(draw, STATUSES);
    }
  }
}

function* wildBody(draw: Draw): Generator<unknown, unknown, unknown> {
  if (draw.below(2) === 0) yield draw.below(2) === 0 ? { event: null, timeoutNs: 1_000 } : wildValue(draw);
  if (draw.below(6) === 0) throw new RangeError(TANTRUM);
  return pick(draw, STATUSES);
}
