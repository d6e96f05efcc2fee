import type { Clock } from "../machine/clock.ts";
import type { Machine } from "../machine/machine.ts";
import type { Probe } from "../machine/probe.ts";
import type { Processor } from "../machine/processor.ts";
import type { NDIS_SHUTDOWN_ACTION } from "./ddi/constants/enumerations.ts";
import type { NDIS_STATUS } from "./ddi/status.ts";
import { NDIS_STATUS_PENDING } from "./ddi/status.ts";
import { DriverConduct } from "./executive/conduct.ts";
import { InformationMemory } from "./oid/information-memory.ts";
import type { Vc } from "./vc/vc.ts";
import type { Named } from "./verifier/call-history.ts";
import type { RuleLevel, VerifierSettings } from "./verifier/verifier.ts";
import { fatal, Verifier } from "./verifier/verifier.ts";
import { WanFrameChecks } from "./wan/frame-checks.ts";
import { SendWindows } from "./wan/send-windows.ts";

/** Counts of what is alive. At quiescence all are zero (rule MEM-02). */
export class LiveCounts {
  adapters = 0;
  bindings = 0;
  addressFamilies = 0;
  saps = 0;
  vcs = 0;
  activeVcs = 0;
  parties = 0;
  oidRequests = 0;
  clonedOidRequests = 0;
  interrupts = 0;
  dmaHandles = 0;
  scatterGatherLists = 0;
  sharedMemoryBlocks = 0;
  registerMappings = 0;
  configurations = 0;
  timers = 0;
  workItems = 0;
  memoryBlocks = 0;
  sentNetBufferLists = 0;
  indicatedNetBufferLists = 0;
}

/** What the rooms of one NDIS share: the machine that it runs on, who watches, and how a driver's mistake is told. */
export class NdisEnvironment {
  readonly name: string;
  readonly machine: Machine;
  readonly processor: Processor;
  readonly clock: Clock;
  readonly probe: Probe | null;
  /** The verifier: a broken rule stops the machine. Without it (null) the call fails or is ignored. */
  readonly verifier: Verifier | null;
  readonly verifying: boolean;
  readonly live = new LiveCounts();
  /** VCs by the strings that NdisCoGetTapiCallId gave for them. */
  readonly tapiCalls = new Map<string, Vc>();
  /** For the verifier: the TAPI parameters that calls were made with. */
  readonly tapiParameters = new WeakMap<Vc, string>();
  readonly informationMemory = new InformationMemory();
  /** What the verifier holds senders of CoNDIS WAN to. */
  readonly sendWindows = new SendWindows();
  /** What the verifier holds CoNDIS WAN miniports to, frame by frame. */
  readonly wanFrames = new WanFrameChecks();
  /** Inside MiniportShutdownEx: why. */
  shutdown: NDIS_SHUTDOWN_ACTION | null = null;
  /** How long drivers have stalled the processor, in microseconds. */
  stalledMicroseconds = 0;
  readonly #conducts = new Map<string, DriverConduct>();
  readonly #serials = new Map<string, number>();
  #vcSerial = 0;

  constructor(machine: Machine, verifier: VerifierSettings | null) {
    this.name = machine.name;
    this.machine = machine;
    this.processor = machine.processor;
    this.clock = machine.clock;
    this.probe = machine.probe;
    this.verifier = verifier === null ? null : new Verifier(machine.clock, machine.processor, verifier);
    this.verifying = verifier !== null;
  }

  /** The next name for an object of this kind, such as "sap#3". */
  nameObject(kind: string): string {
    const serial = (this.#serials.get(kind) ?? 0) + 1;
    this.#serials.set(kind, serial);
    return `${kind}#${serial}`;
  }

  /** What the driver of this name is at. */
  conductOf(owner: string): DriverConduct {
    let conduct = this.#conducts.get(owner);
    if (conduct === undefined) {
      conduct = new DriverConduct();
      this.#conducts.set(owner, conduct);
    }
    return conduct;
  }

  /** Serial of a new VC. VCs come and go by the million: each makes its name when somebody asks for it. */
  nextVcSerial(): number {
    return ++this.#vcSerial;
  }

  /** Whether `status` may complete something. PENDING may not: it breaks `rule`, and the completion is ignored. */
  completes(status: NDIS_STATUS, rule: string, owner: string): boolean {
    if (status !== NDIS_STATUS_PENDING) return true;
    this.misuse(rule, owner, "NDIS_STATUS_PENDING is no status to complete with");
    return false;
  }

  /**
   * A driver broke a rule.
   * @param rule its ID, for example "VC-09".
   * @param owner the driver.
   * @param object what it is about; its calls are told with the bug check.
   * @throws BugCheck when the verifier is on and the rule is not set to "warn" or "off".
   */
  misuse(rule: string, owner: string, message: string, object: Named | null = null): void {
    this.#report(rule, owner, message, object, "on");
  }

  /** A driver did what is suspect, but the documents do not agree that it is wrong, or have a status for it: told, and the machine runs on. */
  suspect(rule: string, owner: string, message: string, object: Named | null = null): void {
    this.#report(rule, owner, message, object, "warn");
  }

  #report(rule: string, owner: string, message: string, object: Named | null, highest: RuleLevel): void {
    if (this.probe !== null) this.probe.emit(this.name, "violation", rule, { owner, message });
    this.verifier?.report(rule, owner, message, object, highest);
  }

  /** A driver did what is fatal to the system, with the verifier or without. @throws BugCheck always. */
  fatal(rule: string, owner: string, message: string, object: Named | null = null): never {
    if (this.probe !== null) this.probe.emit(this.name, "violation", rule, { owner, message });
    throw fatal(rule, owner, message, object, this.verifier);
  }
}
