import { DriverEntry as CallManagerDriverEntry } from "../call-manager/index.ts";
import type { AtmClient } from "../client/index.ts";
import { AtmNic, NIC_MEMORY_BYTES } from "../device/index.ts";
import type { Blocking, Chooser, Machine, Probe } from "../machine/index.ts";
import { iommuTableBytes, World } from "../machine/index.ts";
import { CoMiniportDriverEntry, DriverEntry as McmDriverEntry } from "../miniport/index.ts";
import type {
  CallManagerLibrary,
  ClientLibrary,
  CoMiniportLibrary,
  DriverImage,
  MiniportCallManagerLibrary,
  NDIS_CONFIGURATION_PARAMETER,
  VerifierSettings,
} from "../ndis/index.ts";
import { NDIS_PARAMETER_TYPE, NDIS_STATUS_SUCCESS, Ndis, statusName } from "../ndis/index.ts";
import type { LinkOptions } from "../network/index.ts";
import { AtmSwitch, Link } from "../network/index.ts";
import { SwitchCallControl } from "../network/signalling/index.ts";
import type { AtmAddress } from "../wire/atm-address.ts";
import { atmAddressPrefixOf, formatAtmAddress, parseAtmAddress, parseAtmAddressPrefix } from "../wire/atm-address.ts";
import type { FibreDirection, FibrePort } from "../wire/fibre.ts";
import {
  Fibre,
  FRAME_FORMAT_CELLS,
  FRAME_FORMAT_CPCS_SDU,
  FrameStore,
  frameTableBytes,
  TrainPool,
} from "../wire/fibre.ts";

/** A NIC of a host: its address, its link, and the configuration store of its adapter. */
export interface NicPlan {
  /** The name within the host; nic0, nic1, ... in the order of the list by default. */
  readonly name?: string;
  /** An address, or its text: 40 hexadecimal digits of an AESA, or + and an E.164 number. */
  readonly address: AtmAddress | string;
  /** Rate and delay of the fibre to the switch; OC-3 and no delay by default. */
  readonly link?: LinkOptions;
  /** Keywords of the MCM's configuration (src/miniport/configuration.ts) with integer values. */
  readonly configuration?: Readonly<Record<string, number>>;
  /** Goes around the two ends at the NIC: taps and faults. */
  readonly middleware?: LinkMiddleware;
}

/** Wraps what a NIC sends into and what it receives from; and what its switch port sends into. */
export interface LinkMiddleware {
  fromNic?(direction: FibreDirection, lab: Laboratory): FibreDirection;
  toNic?(port: FibrePort, lab: Laboratory): FibrePort;
  fromSwitch?(direction: FibreDirection, lab: Laboratory): FibreDirection;
}

/** The two ways that NDIS has from a client to the NIC. */
export type Route = "mcm" | "call-manager";

/** A host: what it is called, what is plugged in, and which drivers it loads. */
export interface HostPlan {
  readonly name: string;
  /** Physical memory in bytes; 24 MiB by default. */
  readonly memoryBytes?: number;
  readonly nics: readonly NicPlan[];
  /** Who manages calls: an MCM, the default, or a stand-alone call manager over a connection-oriented miniport. */
  readonly route?: Route;
  /** The MCM driver of the first route; the reference MCM when there is none. */
  readonly callManager?: DriverImage<MiniportCallManagerLibrary>;
  /** The two drivers of the second route; the reference drivers when there are none. */
  readonly coMiniport?: DriverImage<CoMiniportLibrary>;
  readonly standAloneCallManager?: DriverImage<CallManagerLibrary>;
  /** The reference client, for those who use it; it is loaded with the others. */
  readonly client?: AtmClient;
  /** Client drivers of one's own: they are loaded in this order, {@link client} first if it is not among them. */
  readonly clients?: readonly DriverImage<ClientLibrary>[];
}

/** Everything that an experiment is made of. Same plan, same bytes. */
export interface LaboratoryPlan {
  /** Of everything random; 1 by default. */
  readonly seed?: number;
  /** frame, the default: AAL5 frames travel whole. cell: 53-byte cells are built and put together again. */
  readonly mode?: "frame" | "cell";
  readonly hosts: readonly HostPlan[];
  readonly switchName?: string;
  /** Whether a broken rule stops the machine with a bug check; true by default, for every rule. */
  readonly verifier?: boolean | VerifierSettings;
  /** Who watches; nobody by default. */
  readonly probe?: Probe | null;
  /** Who decides at choice points; without one the order is fixed. */
  readonly chooser?: Chooser | null;
  /** Frames in flight at most, and the memory for them. */
  readonly frameCapacity?: number;
  readonly frameMemoryBytes?: number;
}

const MIB = 2 ** 20;
const DEFAULT_HOST_BYTES = 24 * MIB;
const DEFAULT_FRAME_CAPACITY = 16_384;
const DEFAULT_FRAME_BYTES = 32 * MIB;
const ESI_OFFSET = 13;
const ESI_BYTES = 6;
const REFERENCE_MCM: DriverImage<MiniportCallManagerLibrary> = { name: "vmcm", DriverEntry: McmDriverEntry };
const REFERENCE_CO_MINIPORT: DriverImage<CoMiniportLibrary> = { name: "vnic", DriverEntry: CoMiniportDriverEntry };
const REFERENCE_CALL_MANAGER: DriverImage<CallManagerLibrary> = { name: "vcm", DriverEntry: CallManagerDriverEntry };
/** How long drivers may take to come up or go down, in virtual nanoseconds. */
const PATIENCE_NS = 300e9;

/** A NIC in its slot, at the end of its link, with its place at the switch. */
export class LabNic {
  readonly name: string;
  readonly fullName: string;
  readonly address: AtmAddress;
  readonly device: AtmNic;
  readonly link: Link;
  readonly switchPort: number;
  readonly configuration: ReadonlyMap<string, NDIS_CONFIGURATION_PARAMETER>;

  constructor(
    plan: SettledNicPlan,
    fullName: string,
    device: AtmNic,
    link: Link,
    switchPort: number,
    cellMode: boolean,
  ) {
    this.name = plan.name;
    this.fullName = fullName;
    this.address = plan.address;
    this.device = device;
    this.link = link;
    this.switchPort = switchPort;
    this.configuration = configurationOf(plan, cellMode);
  }
}

/** One simulated host: a machine, an NDIS core with drivers, and NICs. */
export class LabHost {
  readonly name: string;
  readonly machine: Machine;
  readonly ndis: Ndis;
  readonly nics: LabNic[] = [];
  readonly plan: HostPlan;
  readonly client: AtmClient | null;

  constructor(plan: HostPlan, machine: Machine, verifier: boolean | VerifierSettings) {
    this.name = plan.name;
    this.plan = plan;
    this.client = plan.client ?? null;
    this.machine = machine;
    this.ndis = new Ndis(machine, { verifier });
  }

  /** What is still alive, by kind; every count is zero on a host that has been cleaned up. */
  leftovers(): Record<string, number> {
    const { memory, slots, processor } = this.machine;
    const mapped = slots.reduce((sum, slot) => sum + slot.iommu.mappedRanges, 0);
    return { ...this.ndis.live, memoryBytes: memory.bytesInUse, dmaMappings: mapped, threads: processor.liveThreads };
  }
}

/** A driver or a device returned another status than SUCCESS when it was to start. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
}

/** A whole experiment: hosts with NICs on one switch, in one world. */
export class Laboratory {
  readonly world: World;
  readonly fibre: Fibre;
  readonly atmSwitch: AtmSwitch;
  readonly callControl: SwitchCallControl;
  readonly hosts: LabHost[] = [];
  readonly cellMode: boolean;

  constructor(plan: LaboratoryPlan) {
    const { probe = null, chooser = null } = plan;
    this.cellMode = plan.mode === "cell";
    const capacity = plan.frameCapacity ?? DEFAULT_FRAME_CAPACITY;
    const frameBytes = (plan.frameMemoryBytes ?? DEFAULT_FRAME_BYTES) + frameTableBytes(capacity);
    const nicCount = plan.hosts.reduce((sum, host) => sum + host.nics.length, 0);
    const hostBytes = plan.hosts.reduce((sum, host) => sum + bytesOfHost(host), 0);
    this.world = new World({
      memoryBytes: hostBytes + frameBytes + MIB,
      seed: plan.seed ?? 1,
      probe,
      chooser,
    });
    const window = this.world.memory.reserveForDevices(frameBytes);
    this.fibre = new Fibre(
      new FrameStore(this.world.memory.bytes, window.start, window.byteLength, capacity),
      new TrainPool(),
    );
    const name = plan.switchName ?? "switch";
    this.atmSwitch = new AtmSwitch(this.world.clock, this.fibre, {
      name,
      portCount: Math.max(1, nicCount),
      format: this.cellMode ? FRAME_FORMAT_CELLS : FRAME_FORMAT_CPCS_SDU,
      probe,
    });
    const nics = plan.hosts.map((host) => host.nics.map(settleNicPlan));
    const servedPrefixes = nics.flat().flatMap((nic) => networkPrefixOf(nic.address));
    this.callControl = new SwitchCallControl(this.atmSwitch, this.world.clock, { name, probe, servedPrefixes });
    this.atmSwitch.setSignallingHandler(this.callControl);
    for (const [index, host] of plan.hosts.entries()) this.#addHost(host, nics[index] ?? [], plan.verifier ?? true);
  }

  /** The host of that name. @throws RangeError when there is none. */
  host(name: string): LabHost {
    const host = this.hosts.find((other) => other.name === name);
    if (host === undefined)
      throw new RangeError(`no host is called ${name}; there are ${this.hosts.map((other) => other.name).join(", ")}`);
    return host;
  }

  /** The NIC of that name: host/nic, or just the host when it has one NIC. @throws RangeError when there is none. */
  nic(name: string): LabNic {
    const all = this.hosts.flatMap((host) => host.nics);
    const found = name.includes("/") ? all.filter((nic) => nic.fullName === name) : this.host(name).nics;
    if (found.length === 1) return found[0];
    throw new RangeError(`no single NIC is called ${name}; there are ${all.map((nic) => nic.fullName).join(", ")}`);
  }

  /**
   * Loads the drivers and starts the devices of every host.
   * @throws StartFailure when a driver or a device does not start, BugCheck when one breaks a rule.
   */
  start(): void {
    const results: string[] = [];
    for (const host of this.hosts) host.machine.processor.startThread("start", bringUp(host, results));
    this.#settle("start");
    const failed = results.find((result) => result !== "");
    if (failed !== undefined) throw new StartFailure(failed);
  }

  /** Stops every device, unloads every driver, and lets what is on its way arrive. */
  stop(): void {
    for (const host of this.hosts) host.machine.processor.startThread("stop", takeDown(host));
    this.#settle("stop");
    this.world.runUntil(() => this.fibre.frames.inUse === 0, this.world.clock.nowNs + PATIENCE_NS);
  }

  /** Runs until `done()` holds or nothing happens for `patienceNs` of virtual time. @returns whether it holds. */
  runUntil(done: () => boolean, patienceNs = PATIENCE_NS): boolean {
    return this.world.runUntil(done, this.world.clock.nowNs + patienceNs);
  }

  /** What is still alive outside of the hosts, by kind; every count is zero when all calls are over and nothing is under way. */
  leftovers(): Record<string, number> {
    const { frames, trains } = this.fibre;
    const { callCount, counters, ports } = this.callControl;
    return {
      calls: callCount,
      callLegs: counters.legsHeld,
      signallingTimers: ports.reduce((sum, port) => sum + port.runningTimers, 0),
      framesInFlight: frames.inUse,
      trains: trains.inUse,
    };
  }

  /** The machine that a broken rule stopped, with its bug check, or null. */
  get bugCheck(): { readonly host: LabHost; readonly error: NonNullable<Machine["processor"]["stopped"]> } | null {
    for (const host of this.hosts) {
      const error = host.machine.processor.stopped;
      if (error !== null) return { host, error };
    }
    return null;
  }

  #settle(what: string): void {
    const finished = (): boolean =>
      this.bugCheck !== null || this.hosts.every((host) => host.machine.processor.liveThreads === 0);
    const done = this.runUntil(finished);
    const { bugCheck } = this;
    if (bugCheck !== null) throw bugCheck.error;
    if (!done) throw new Error(`${what}: a driver did not finish within ${PATIENCE_NS / 1e9} s of virtual time`);
  }

  #addHost(plan: HostPlan, nics: readonly SettledNicPlan[], verifier: boolean | VerifierSettings): void {
    const machine = this.world.addMachine(plan.name, plan.memoryBytes ?? DEFAULT_HOST_BYTES);
    const host = new LabHost(plan, machine, verifier);
    this.hosts.push(host);
    for (const nic of nics) host.nics.push(this.#addNic(host, nic));
  }

  #addNic(host: LabHost, plan: SettledNicPlan): LabNic {
    const fullName = `${host.name}/${plan.name}`;
    const port = this.hosts.reduce((sum, other) => sum + other.nics.length, 0);
    const { clock, probe } = this.world;
    const device = new AtmNic(host.machine.addSlot(fullName), this.fibre, esiOf(plan.address, port));
    const link = new Link(clock, this.fibre, { name: fullName, probe, ...plan.link });
    const { middleware = {} } = plan;
    link.attach(0, middleware.toNic?.(device.phy, this) ?? device.phy);
    device.phy.fibre = middleware.fromNic?.(link.directionFrom(0), this) ?? link.directionFrom(0);
    link.attach(1, this.atmSwitch.port(port));
    this.atmSwitch.plug(port, middleware.fromSwitch?.(link.directionFrom(1), this) ?? link.directionFrom(1));
    this.atmSwitch.routes.add(atmAddressPrefixOf(plan.address), port);
    return new LabNic(plan, fullName, device, link, port, this.cellMode);
  }
}

/** The names of the driver that has the NIC and of the driver that signals on a host with this plan. */
export function driversOf(plan: Pick<HostPlan, "route" | "callManager" | "coMiniport" | "standAloneCallManager">): {
  readonly miniport: string;
  readonly signalling: string;
} {
  const { coMiniport = REFERENCE_CO_MINIPORT, standAloneCallManager = REFERENCE_CALL_MANAGER } = plan;
  if (plan.route === "call-manager") return { miniport: coMiniport.name, signalling: standAloneCallManager.name };
  const { name } = plan.callManager ?? REFERENCE_MCM;
  return { miniport: name, signalling: name };
}

function* bringUp(host: LabHost, results: string[]): Blocking<void> {
  const { ndis, plan } = host;
  const report = (what: string, status: number): void => {
    results.push(status === NDIS_STATUS_SUCCESS ? "" : `${host.name}: ${what} returned ${statusName(status)}`);
  };
  const { miniport, signalling } = driversOf(plan);
  if (host.nics.length > 0) {
    if (plan.route === "call-manager") {
      const { coMiniport = REFERENCE_CO_MINIPORT, standAloneCallManager = REFERENCE_CALL_MANAGER } = plan;
      report(`DriverEntry of ${miniport}`, yield* ndis.loadMiniport(coMiniport));
      report(`DriverEntry of ${signalling}`, yield* ndis.loadCallManager(standAloneCallManager));
    } else {
      report(`DriverEntry of ${miniport}`, yield* ndis.loadMiniportCallManager(plan.callManager ?? REFERENCE_MCM));
    }
  }
  for (const client of clientsOf(plan)) report(`DriverEntry of ${client.name}`, yield* ndis.loadClient(client));
  for (const nic of host.nics) {
    const slot = host.machine.slots.find((other) => other.device === nic.device);
    if (slot === undefined) continue;
    report(`MiniportInitializeEx for ${nic.fullName}`, yield* ndis.startDevice(slot, miniport, nic.configuration));
  }
}

/** What a host takes of the world's memory: its own, and that of its NICs with their IOMMUs. */
function bytesOfHost({ memoryBytes = DEFAULT_HOST_BYTES, nics }: HostPlan): number {
  return memoryBytes + nics.length * (NIC_MEMORY_BYTES + iommuTableBytes(memoryBytes));
}

/** A NIC's plan with name and address settled. */
type SettledNicPlan = NicPlan & { readonly name: string; readonly address: AtmAddress };

function settleNicPlan(plan: NicPlan, index: number): SettledNicPlan {
  const { name = `nic${index}` } = plan;
  const address = typeof plan.address === "string" ? parseAtmAddress(plan.address) : plan.address;
  if (address.kind === "error")
    throw new RangeError(`${plan.address} is no ATM address: ${address.message}; ${address.hint}`);
  return { ...plan, name, address };
}

function clientsOf({ client, clients = [] }: HostPlan): readonly DriverImage<ClientLibrary>[] {
  return client === undefined || clients.includes(client.image) ? clients : [client.image, ...clients];
}

function* takeDown(host: LabHost): Blocking<void> {
  for (const adapter of host.ndis.adapters.slice()) yield* host.ndis.removeDevice(adapter);
  yield* host.ndis.unloadDrivers();
}

function esiOf(address: AtmAddress, index: number): Uint8Array {
  if (address.kind === "aesa") return address.bytes.slice(ESI_OFFSET, ESI_OFFSET + ESI_BYTES);
  return new Uint8Array([0x02, 0x00, 0x00, 0x00, index >> 8, index & 0xff]);
}

/** The network part of an AESA: below it, an address that nobody has is unallocated rather than unreachable. */
function networkPrefixOf(address: AtmAddress): ReturnType<typeof atmAddressPrefixOf>[] {
  if (address.kind !== "aesa") return [];
  const hex = Array.from(address.bytes.slice(0, ESI_OFFSET), (octet) => octet.toString(16).padStart(2, "0")).join("");
  const prefix = parseAtmAddressPrefix(hex);
  return "digits" in prefix ? [prefix] : [];
}

function configurationOf(plan: SettledNicPlan, cellMode: boolean): ReadonlyMap<string, NDIS_CONFIGURATION_PARAMETER> {
  const store = new Map<string, NDIS_CONFIGURATION_PARAMETER>();
  store.set("AtmAddress", {
    ParameterType: NDIS_PARAMETER_TYPE.NdisParameterString,
    ParameterData: { StringData: formatAtmAddress(plan.address) },
  });
  const integers = { CellMode: cellMode ? 1 : 0, ...plan.configuration };
  for (const [keyword, IntegerData] of Object.entries(integers)) {
    store.set(keyword, { ParameterType: NDIS_PARAMETER_TYPE.NdisParameterInteger, ParameterData: { IntegerData } });
  }
  return store;
}
