import type { AtmClientEvents, AtmClientOptions, CallRequest, ClientCall } from "../../src/client/index.ts";
import { AtmClient } from "../../src/client/index.ts";
import type { HostPlan, LabHost, LaboratoryPlan, NicPlan } from "../../src/lab/laboratory.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { ClockTarget, Probe, ProbeFields } from "../../src/machine/index.ts";
import type { ClientLibrary, DriverImage, NET_BUFFER_LIST } from "../../src/ndis/index.ts";
import { NDIS_STATUS_SUCCESS, statusName } from "../../src/ndis/index.ts";
import type { AtmAddress } from "../../src/wire/index.ts";
import { parseAtmAddress } from "../../src/wire/index.ts";

const MIB = 2 ** 20;
export const SECOND_NS = 1_000_000_000;
export const MS = 1_000_000;

export function address(text: string): AtmAddress {
  const parsed = parseAtmAddress(text);
  if ("message" in parsed) throw new Error(parsed.message);
  return parsed;
}

const PREFIX = "47000580ffe1000000f20f2200";
export const ALICE = address(`${PREFIX}02000000000100`);
export const BOB = address(`${PREFIX}02000000000200`);
/** An address below the same network prefix that nobody has. */
export const NOBODY = address(`${PREFIX}02000000009900`);

export const BEST_EFFORT: Omit<CallRequest, "called"> = {
  service: "ubr",
  forwardPeakCellRate: 0,
  backwardPeakCellRate: 0,
  maximumSduBytes: 9_180,
};

/** Little memory is enough for few buffers, and worlds are quick to make. */
export const FEW_BUFFERS = { "*TransmitBuffers": 64, "*ReceiveBuffers": 64, LargeReceiveBuffers: 16 };

export interface SideOptions extends Partial<Omit<AtmClientOptions, "events">> {
  readonly events?: Partial<AtmClientEvents>;
  readonly configuration?: NicPlan["configuration"];
  readonly nic?: Partial<NicPlan>;
  /** Goes around the client's image: to look at what it calls, or to change it. */
  readonly wrap?: (library: ClientLibrary) => ClientLibrary;
  readonly host?: Partial<HostPlan>;
}

export interface PairOptions {
  readonly alice?: SideOptions;
  readonly bob?: SideOptions;
  readonly lab?: Partial<LaboratoryPlan>;
}

/** A frame as the client got it. */
export interface GotFrame {
  readonly call: ClientCall;
  readonly bytes: Uint8Array;
}

/** One side of the experiment, with all that its client was told. */
export class Side {
  readonly name: string;
  readonly client: AtmClient;
  readonly frames: GotFrame[] = [];
  readonly calls: ClientCall[] = [];
  /** What the client's user was told, in order: "connected", "failed NDIS_STATUS_...", ... */
  readonly told: string[] = [];
  readonly plan: HostPlan;
  #lab: Laboratory | null = null;

  constructor(name: string, own: AtmAddress, options: SideOptions) {
    this.name = name;
    const { events = {}, configuration, nic = {}, wrap, host = {}, ...clientOptions } = options;
    this.client = new AtmClient(`client-${name}`, {
      sendBuffers: 32,
      sendBufferBytes: 9_216,
      ...clientOptions,
      events: {
        ...events,
        incomingCall: (call) => {
          this.calls.push(call);
          const status = events.incomingCall?.(call) ?? NDIS_STATUS_SUCCESS;
          this.told.push(`offered, answers ${statusName(status)}`);
          return status;
        },
        callConnected: (call) => {
          this.told.push("connected");
          events.callConnected?.(call);
        },
        callFailed: (call) => {
          this.told.push(`failed ${statusName(call.status)} cause ${call.cause}`);
          events.callFailed?.(call);
        },
        callClosed: (call) => {
          this.told.push(`closed ${statusName(call.status)}`);
          events.callClosed?.(call);
        },
        frameReceived: (call, list) => {
          this.frames.push({ call, bytes: this.bytesOf(list) });
          events.frameReceived?.(call, list);
        },
      },
    });
    const { image } = this.client;
    const wrapped: DriverImage<ClientLibrary> =
      wrap === undefined
        ? image
        : {
            name: image.name,
            DriverEntry: (object, path, library) => image.DriverEntry(object, path, wrap(library)),
          };
    this.plan = {
      name,
      memoryBytes: 8 * MIB,
      nics: [{ name: "nic0", address: own, configuration: { ...FEW_BUFFERS, ...configuration }, ...nic }],
      clients: [wrapped],
      ...host,
    };
  }

  attach(lab: Laboratory): void {
    this.#lab = lab;
  }

  get lab(): Laboratory {
    if (this.#lab === null) throw new Error("there is no laboratory yet");
    return this.#lab;
  }

  get host(): LabHost {
    return this.lab.host(this.name);
  }

  get nic() {
    return this.lab.nic(this.name);
  }

  get isReady(): boolean {
    return this.client.binding?.isReady ?? false;
  }

  bytesOf(list: NET_BUFFER_LIST): Uint8Array {
    const { bytes } = this.lab.world.memory;
    const pieces: Uint8Array[] = [];
    let left = list.FirstNetBuffer?.DataLength ?? 0;
    for (let mdl = list.FirstNetBuffer?.CurrentMdl ?? null; mdl !== null && left > 0; mdl = mdl.Next) {
      const length = Math.min(left, mdl.ByteCount);
      pieces.push(bytes.slice(mdl.MappedSystemVa, mdl.MappedSystemVa + length));
      left -= length;
    }
    return new Uint8Array(Buffer.concat(pieces));
  }

  /** Makes a call and runs until it is connected or over. */
  call(called: AtmAddress, request: Partial<CallRequest> = {}): ClientCall {
    const call = this.client.makeCall({ called, ...BEST_EFFORT, ...request });
    this.lab.runUntil(() => call.state === "connected" || call.state === "closed", 100 * SECOND_NS);
    return call;
  }

  /** Fills lists of the send pool, chained in order. */
  fill(...frames: readonly Uint8Array[]): NET_BUFFER_LIST {
    const pool = this.client.binding?.sendPool ?? null;
    let first: NET_BUFFER_LIST | null = null;
    for (const frame of [...frames].reverse()) {
      const list = pool?.take() ?? null;
      if (pool === null || list === null || list.FirstNetBuffer === null) throw new Error("no send buffer");
      this.lab.world.memory.bytes.set(frame, pool.addressOf(list));
      list.FirstNetBuffer.DataLength = frame.length;
      list.Next = first;
      first = list;
    }
    if (first === null) throw new Error("nothing to send");
    return first;
  }

  send(call: ClientCall, ...frames: readonly Uint8Array[]): void {
    call.send(this.fill(...frames));
  }

  /** Leftovers of the host that are not 0. */
  get alive(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.host.leftovers()).filter(([, count]) => count !== 0));
  }
}

/** Runs a task on a host's processor after a while, in a system thread at PASSIVE_LEVEL. */
export function laterOn(side: () => Side, delayNs: number): (task: () => void) => void {
  return (task) => {
    const { world } = side().lab;
    const { processor } = side().host.machine;
    const target: ClockTarget = {
      onClock: () => {
        // biome-ignore lint/correctness/useYield: a thread body that never blocks
        const body = function* (): Generator<never, void, boolean> {
          task();
        };
        processor.startThread("later", body());
      },
    };
    world.clock.schedule(delayNs, target, 0, 0);
  };
}

/** What was told to the probe. */
export interface Told {
  readonly source: string;
  readonly kind: string;
  readonly name: string;
  readonly fields: ProbeFields;
}

export class Listener implements Probe {
  readonly told: Told[] = [];

  emit(source: string, kind: string, name: string, fields: ProbeFields): void {
    this.told.push({ source, kind, name, fields });
  }

  /** The fields of every event of that name. */
  fieldsOf(kind: string, name: string): ProbeFields[] {
    return this.told.filter((event) => event.kind === kind && event.name === name).map(({ fields }) => fields);
  }
}

export class Pair {
  readonly lab: Laboratory;
  readonly alice: Side;
  readonly bob: Side;

  constructor(options: PairOptions = {}) {
    this.alice = new Side("alice", ALICE, options.alice ?? {});
    this.bob = new Side("bob", BOB, options.bob ?? {});
    this.lab = new Laboratory({
      hosts: [this.alice.plan, this.bob.plan],
      frameCapacity: 2_048,
      frameMemoryBytes: 8 * MIB,
      ...options.lab,
    });
    this.alice.attach(this.lab);
    this.bob.attach(this.lab);
  }

  /** Hosts up, signalling up, clients ready. */
  start(): this {
    this.lab.start();
    if (!this.runUntil(() => this.alice.isReady && this.bob.isReady)) throw new Error("not ready");
    return this;
  }

  /** Runs up to a minute of virtual time. @throws BugCheck when a driver broke a rule. */
  runUntil(done: () => boolean, patienceNs = 60 * SECOND_NS): boolean {
    const reached = this.lab.runUntil(() => done() || this.lab.bugCheck !== null, patienceNs);
    if (this.lab.bugCheck !== null) throw this.lab.bugCheck.error;
    return reached;
  }

  run(forNs: number): void {
    this.runUntil(() => false, forNs);
  }

  /** Stops everything, and gives what is left on hosts, switch and fibre. */
  stop(): Record<string, number> {
    this.lab.stop();
    const left: Record<string, number> = {};
    for (const side of [this.alice, this.bob]) {
      for (const [what, count] of Object.entries(side.alive)) left[`${side.name} ${what}`] = count;
    }
    for (const [what, count] of Object.entries(this.lab.leftovers())) if (count !== 0) left[what] = count;
    return left;
  }
}

/** Octets that differ from place to place and from seed to seed. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed * 31) & 0xff);
}

/** Two hosts with a call from Alice to Bob that is up. */
export function connected(options: { alice?: SideOptions; bob?: SideOptions; probe?: Probe } = {}, sdu = 9_180) {
  const { probe, ...sides } = options;
  const pair = new Pair({ ...sides, lab: probe === undefined ? {} : { probe } }).start();
  const call = pair.alice.call(BOB, { maximumSduBytes: sdu });
  pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
  return { pair, call };
}

export const isEqual = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

/** Cuts the frame of a list of the send pool into that many MDLs of so many bytes. @returns what undoes it and frees them. */
export function shred(call: ClientCall, list: NET_BUFFER_LIST, count: number, bytes: number): () => void {
  const { ndis, handle } = call.binding;
  const buffer = list.FirstNetBuffer;
  const whole = buffer?.CurrentMdl ?? null;
  if (buffer === null || whole === null || handle === null) throw new Error("no buffer");
  const pieces = Array.from({ length: count }, (_, i) =>
    ndis.NdisAllocateMdl(handle, whole.MappedSystemVa + bytes * i, bytes),
  );
  for (const [i, mdl] of pieces.entries()) if (mdl !== null) mdl.Next = pieces[i + 1] ?? null;
  buffer.MdlChain = pieces[0] ?? null;
  buffer.CurrentMdl = buffer.MdlChain;
  return () => {
    buffer.MdlChain = whole;
    buffer.CurrentMdl = whole;
    for (const mdl of pieces) if (mdl !== null) ndis.NdisFreeMdl(mdl);
  };
}
