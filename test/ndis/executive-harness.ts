import type { Blocking, BugCheck, Chooser, Probe, ProbeFields } from "../../src/machine/index.ts";
import { DeferredProcedureCall, World } from "../../src/machine/index.ts";
import { MiniportAdapter } from "../../src/ndis/adapter/adapter.ts";
import type { MiniportAdapterHandle } from "../../src/ndis/ddi/handles.ts";
import { OutParameter, toHandle } from "../../src/ndis/ddi/handles.ts";
import { NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES } from "../../src/ndis/ddi/structures/adapter.ts";
import type { NDIS_CONFIGURATION_PARAMETER } from "../../src/ndis/ddi/structures/configuration.ts";
import { NDIS_MINIPORT_DRIVER_CHARACTERISTICS } from "../../src/ndis/ddi/structures/driver-characteristics.ts";
import { MiniportDriver } from "../../src/ndis/driver/drivers.ts";
import { NdisEnvironment } from "../../src/ndis/environment.ts";
import { DriverHoldings } from "../../src/ndis/executive/holdings.ts";

export const OWNER = "mcm";

export interface HostOptions {
  readonly verifying?: boolean;
  readonly chooser?: Chooser;
  readonly configuration?: ReadonlyMap<string, NDIS_CONFIGURATION_PARAMETER>;
}

export interface Emitted {
  readonly kind: string;
  readonly name: string;
  readonly fields: ProbeFields;
}

/** One machine with an NDIS, a slot, and an adapter that is being initialised, as drivers' functions find it. */
export class Host {
  readonly world: World;
  readonly environment: NdisEnvironment;
  readonly slot;
  readonly adapter: MiniportAdapter;
  readonly handle: MiniportAdapterHandle;
  readonly holdings = new DriverHoldings();
  readonly emitted: Emitted[] = [];

  constructor(options: HostOptions = {}) {
    const probe: Probe = { emit: (_source, kind, name, fields) => void this.emitted.push({ kind, name, fields }) };
    this.world = new World({ memoryBytes: 9 << 20, chooser: options.chooser ?? null, probe });
    const machine = this.world.addMachine("host-a", 1 << 20);
    this.slot = machine.addSlot("nic0");
    this.environment = new NdisEnvironment(machine, (options.verifying ?? true) ? {} : null);
    const driverObject = { DriverName: OWNER, DriverUnload: null };
    const driver = new MiniportDriver(OWNER, driverObject, null, NDIS_MINIPORT_DRIVER_CHARACTERISTICS());
    this.adapter = new MiniportAdapter(this.environment, driver, this.slot, options.configuration ?? new Map());
    this.adapter.state = "Initializing";
    this.adapter.registrationAttributes = NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES();
    this.handle = toHandle<MiniportAdapterHandle>(this.adapter);
  }

  get clock() {
    return this.environment.clock;
  }

  get processor() {
    return this.environment.processor;
  }

  get live() {
    return this.environment.live;
  }

  /** The rules that were broken so far, in order. */
  get violations(): string[] {
    return this.emitted.filter(({ kind }) => kind === "violation").map(({ name }) => name);
  }

  /** The names of the events of one kind, in order. */
  names(kind: string): string[] {
    return this.emitted.filter((event) => event.kind === kind).map(({ name }) => name);
  }

  /** Runs `body` on a thread at PASSIVE_LEVEL until nothing is left to happen. */
  atPassive(body: () => void): void {
    this.run(
      // biome-ignore lint/correctness/useYield: a thread body that never blocks
      (function* (): Blocking<void> {
        body();
      })(),
    );
  }

  /** Runs a thread until nothing is left to happen. A machine that stops is a failure of the test. */
  run(thread: Blocking<unknown>): void {
    this.processor.startThread("test", thread);
    while (this.world.step());
    if (this.processor.stopped !== null) throw this.processor.stopped;
  }

  /** Runs `body` in a DPC at DISPATCH_LEVEL. */
  atDispatch(body: () => void): void {
    this.processor.queueDpc(new DeferredProcedureCall("test", body));
    this.world.dispatch();
    if (this.processor.stopped !== null) throw this.processor.stopped;
  }
}

/** The rule that `body` breaks; fails when it breaks none. */
export function brokenRule(body: () => void): string {
  try {
    body();
  } catch (error) {
    const bugCheck = error as BugCheck;
    if (bugCheck.name !== "BugCheck") throw error;
    if (bugCheck.owner !== OWNER) throw new Error(`the owner is ${bugCheck.owner}`);
    return bugCheck.rule;
  }
  return "no rule was broken";
}

/** Calls with an out-parameter and gives what it was filled with. */
export function out<T>(call: (parameter: OutParameter<T>) => unknown): T {
  const parameter = new OutParameter<T>();
  call(parameter);
  if (parameter.Value === null) throw new Error("the out-parameter was not filled");
  return parameter.Value;
}

/** Answers one kind of choice with its last alternative, and everything else as ordinary. */
export function always(point: string): Chooser {
  return { choose: (asked, alternatives) => (asked === point ? alternatives - 1 : 0) };
}
