import type { Blocking, BugCheck, BusDevice, Chooser, Probe, ProbeFields } from "../../src/machine/index.ts";
import { DeferredProcedureCall, World } from "../../src/machine/index.ts";
import type {
  CO_SAP,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisAfHandle,
  NdisSapHandle,
  NdisVcHandle,
  VerifierSettings,
} from "../../src/ndis/index.ts";
import {
  ATM_SAP,
  CO_CALL_PARAMETERS,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  Ndis,
  OutParameter,
  SAP_TYPE_NSAP,
} from "../../src/ndis/index.ts";

import type { Management } from "./core-call-manager.ts";
import { FakeCallManager, FakeCoMiniport, managementOfMcm, managementOfPair } from "./core-call-manager.ts";
import { FakeClient, FakeMcm, q2931Family } from "./core-fakes.ts";

export { chain, listArray, q2931Family } from "./core-fakes.ts";

/** A device that is there and does nothing. */
class StubDevice implements BusDevice {
  readonly identity = {
    vendorId: 1,
    deviceId: 2,
    revision: 3,
    classCode: 0x02_03_00,
    registerBytes: 256,
    messageCount: 0,
  };

  read32(): number {
    return 0;
  }

  write32(): void {}

  removed(): void {}
}

/** Who manages calls: an MCM, or a stand-alone call manager over a connection-oriented miniport. */
export type Route = "mcm" | "cm";
export const ROUTES: readonly Route[] = ["mcm", "cm"];

export interface CoreOptions {
  readonly route?: Route;
  readonly verifier?: boolean | VerifierSettings;
  readonly asksMiniports?: boolean;
  readonly clients?: readonly string[];
  /** Nobody watches: the DDI boundary is not wrapped when the verifier is off as well. */
  readonly unwatched?: boolean;
  readonly chooser?: Chooser;
}

/** A machine with an NDIS core, a fake MCM and fake clients. Nothing is loaded before {@link start}. */
export class Core {
  readonly world: World;
  readonly ndis: Ndis;
  readonly route: Route;
  /** The drivers of the routes; only those of {@link route} are loaded. */
  readonly mcm: FakeMcm;
  readonly miniport: FakeCoMiniport;
  readonly callManager: FakeCallManager;
  /** The call-management side, whichever it is. */
  readonly manager: Management;
  readonly clients: FakeClient[];
  /** Names of all callbacks of all drivers, in the order in which they ran. */
  readonly order: string[] = [];
  readonly violations: { readonly rule: string; readonly owner: string }[] = [];

  constructor(options: CoreOptions = {}) {
    const emit = (_source: string, kind: string, name: string, fields: ProbeFields): void => {
      if (kind === "violation") this.violations.push({ rule: name, owner: String(fields.owner) });
    };
    const probe: Probe = { emit };
    this.world = new World({
      memoryBytes: 3 << 20,
      probe: options.unwatched === true ? null : probe,
      chooser: options.chooser ?? null,
    });
    const machine = this.world.addMachine("host", 1 << 20);
    machine.addSlot("nic0").device = new StubDevice();
    this.ndis = new Ndis(machine, {
      verifier: options.verifier ?? true,
      asksMiniports: options.asksMiniports ?? false,
    });
    this.route = options.route ?? "mcm";
    this.mcm = new FakeMcm(this);
    this.miniport = new FakeCoMiniport(this);
    this.callManager = new FakeCallManager(this);
    this.manager = this.route === "mcm" ? managementOfMcm(this.mcm) : managementOfPair(this.callManager, this.miniport);
    this.clients = (options.clients ?? ["client"]).map((name) => new FakeClient(this, name));
  }

  get machine() {
    const [machine] = this.world.machines;
    if (machine === undefined) throw new Error("no machine");
    return machine;
  }

  get slot() {
    const [slot] = this.machine.slots;
    if (slot === undefined) throw new Error("no slot");
    return slot;
  }

  get client(): FakeClient {
    const [client] = this.clients;
    if (client === undefined) throw new Error("no client");
    return client;
  }

  get live() {
    return this.ndis.live;
  }

  /** What is alive and counted, without the zeros. */
  get alive(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.live).filter(([, count]) => count !== 0));
  }

  get rules(): string[] {
    return this.violations.map(({ rule }) => rule);
  }

  /** Runs a body on a system thread until nothing is left to happen. @throws BugCheck when a driver broke a rule. */
  run<T>(body: Blocking<T>): T {
    const result: { value?: T } = {};
    function* keep(): Blocking<void> {
      result.value = yield* body;
    }
    this.machine.processor.startThread("test", keep());
    this.settle();
    if (!("value" in result)) throw new Error("the thread is still waiting");
    return result.value as T;
  }

  /** Starts a body that may wait for what the test does next. */
  begin(body: Blocking<unknown>): { readonly done: boolean } {
    const state = { done: false };
    function* keep(): Blocking<void> {
      yield* body;
      state.done = true;
    }
    this.machine.processor.startThread("test", keep());
    this.settle();
    return state;
  }

  /** Runs what is ready. */
  settle(): void {
    while (this.world.step());
    const { stopped } = this.machine.processor;
    if (stopped !== null) throw stopped;
  }

  /** Runs `body` in a DPC at DISPATCH_LEVEL. */
  atDispatch(body: () => void): void {
    this.machine.processor.queueDpc(new DeferredProcedureCall("test", body));
    this.settle();
  }

  load(): void {
    if (this.route === "mcm") {
      this.run(this.ndis.loadMiniportCallManager(this.mcm.image));
    } else {
      this.run(this.ndis.loadMiniport(this.miniport.image));
      this.run(this.ndis.loadCallManager(this.callManager.image));
    }
    for (const client of this.clients) this.run(this.ndis.loadClient(client.image));
  }

  startDevice(): NDIS_STATUS {
    return this.run(this.ndis.startDevice(this.slot, this.manager.miniportName, new Map()));
  }

  /** Drivers loaded, adapter running, clients bound and running. */
  start(): this {
    this.load();
    const status = this.startDevice();
    if (status !== NDIS_STATUS_SUCCESS) throw new Error(`startDevice: ${status}`);
    return this;
  }

  stop(): void {
    for (const adapter of this.ndis.adapters.slice()) this.run(this.ndis.removeDevice(adapter));
    this.run(this.ndis.unloadDrivers());
  }

  // Shorthands for what most tests need first.

  openAf(client = this.client): NdisAfHandle {
    const out = new OutParameter<NdisAfHandle>();
    client.ndis.NdisClOpenAddressFamilyEx(client.binding, q2931Family(), { af: client.name }, out);
    return filled(out);
  }

  registerSap(af: NdisAfHandle, client = this.client): NdisSapHandle {
    const out = new OutParameter<NdisSapHandle>();
    client.ndis.NdisClRegisterSap(af, { sap: client.name }, someSap(), out);
    return filled(out);
  }

  /** A VC that the client creates. */
  createVc(af: NdisAfHandle, client = this.client): NdisVcHandle {
    const out = new OutParameter<NdisVcHandle>();
    client.ndis.NdisCoCreateVc(client.binding, af, { vc: client.name }, out);
    return filled(out);
  }

  /** A VC that the MCM creates. */
  createIncomingVc(af: NdisAfHandle): NdisVcHandle {
    const out = new OutParameter<NdisVcHandle>();
    this.manager.ndis.NdisMCmCreateVc(this.manager.handle, af, { vc: "mcm" }, out);
    return filled(out);
  }

  makeCall(vc: NdisVcHandle, client = this.client): NDIS_STATUS {
    return client.ndis.NdisClMakeCall(vc, PARAMETERS, null, null);
  }

  activate(vc: NdisVcHandle): NDIS_STATUS {
    return this.manager.ndis.NdisMCmActivateVc(vc, PARAMETERS);
  }

  completeCall(vc: NdisVcHandle, status: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS): void {
    this.manager.ndis.NdisMCmMakeCallComplete(status, vc, null, null, PARAMETERS);
  }

  /** An outgoing call that is up. */
  connectedVc(af = this.openAf(), client = this.client): NdisVcHandle {
    const vc = this.createVc(af, client);
    this.makeCall(vc, client);
    this.activate(vc);
    this.completeCall(vc);
    return vc;
  }

  closeCall(vc: NdisVcHandle, client = this.client): NDIS_STATUS {
    return client.ndis.NdisClCloseCall(vc, null, null, 0);
  }

  completeClose(vc: NdisVcHandle, status: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS): void {
    this.manager.ndis.NdisMCmCloseCallComplete(status, vc, null);
  }

  deactivate(vc: NdisVcHandle): NDIS_STATUS {
    return this.manager.ndis.NdisMCmDeactivateVc(vc);
  }

  /** Takes an outgoing call that is up down, and deletes its VC. */
  endCall(vc: NdisVcHandle, client = this.client): void {
    this.closeCall(vc, client);
    this.completeClose(vc);
    this.deactivate(vc);
    client.ndis.NdisCoDeleteVc(vc);
  }
}

/** The parameters of every call in these tests; only that they arrive unchanged matters. */
export const PARAMETERS = CO_CALL_PARAMETERS();

export function someSap(): CO_SAP {
  return { SapType: SAP_TYPE_NSAP, SapLength: 0, Sap: ATM_SAP() };
}

export function filled<T>(out: OutParameter<T>): T {
  if (out.Value === null) throw new Error("the out-parameter was not filled");
  return out.Value;
}

/** The rule that `body` breaks and who broke it, as "RULE by driver"; or "nothing". */
export function broken(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    const bugCheck = error as BugCheck;
    if (bugCheck.name !== "BugCheck") throw error;
    return `${bugCheck.rule} by ${bugCheck.owner}`;
  }
  return "nothing";
}

/** A status that the types rightly refuse, as a C driver could pass it. */
export const PENDING_AS_FINAL = NDIS_STATUS_PENDING as NDIS_STATUS as NDIS_STATUS_FINAL;
