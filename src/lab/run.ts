import { join } from "node:path";
import { AtmClient } from "../client/index.ts";
import { BugCheck } from "../machine/bug-check.ts";
import type { ClockTarget } from "../machine/clock.ts";
import type { Probe } from "../machine/probe.ts";
import { SeededRandom } from "../machine/random.ts";
import type { FaultRule } from "../network/link-middleware/fault.ts";
import { FaultDirection } from "../network/link-middleware/fault.ts";
import { ReceiveTap, TransmitTap } from "../network/link-middleware/tap.ts";
import { FileSink } from "./capture/byte-sink.ts";
import { FrameSorter } from "./capture/frame-sorter.ts";
import { PortCapture } from "./capture/port-capture.ts";
import { SunatmWriter } from "./capture/sunatm-writer.ts";
import type { HostPlan, LinkMiddleware } from "./laboratory.ts";
import { driversOf, Laboratory, StartFailure } from "./laboratory.ts";
import type { CallTotals, OutcomeCount } from "./run/call-runner.ts";
import { CallRunner } from "./run/call-runner.ts";
import { countDropped } from "./run/dropped-frames.ts";
import { SignallingTap } from "./run/signalling-tap.ts";
import type { FrameFault, LinkFault, Scenario, ScenarioLink } from "./scenario/scenario.ts";
import { LadderRecorder } from "./trace/ladder.ts";
import { ProbeSplitter, TraceRecorder } from "./trace/trace-recorder.ts";
import { TrafficLibrary } from "./traffic/traffic-library.ts";

export interface RunProgress {
  readonly virtualTimeNs: number;
  readonly calls: number;
  readonly callsTotal: number;
  readonly frames: number;
}

export interface RunOptions {
  readonly seed?: number;
  /** Existing folder that the run writes its files into; none are written without it. */
  readonly outDir?: string;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Asked often; true ends the run with what there is so far. */
  readonly shouldStop?: () => boolean;
}

/** What is still alive somewhere, by kind. */
export interface Leftovers {
  readonly name: string;
  readonly leftovers: Readonly<Record<string, number>>;
}

export interface RunSummary {
  readonly scenario: string;
  readonly seed: number;
  readonly mode: "frame" | "cell";
  readonly virtualTimeNs: number;
  readonly stopped: "finished" | "interrupted" | "limit";
  readonly calls: CallTotals & { readonly outcomes: readonly OutcomeCount[] };
  readonly frames: {
    readonly sent: number;
    readonly delivered: number;
    readonly bytesSent: number;
    readonly bytesDelivered: number;
    /** Of those delivered, how many came after one that was sent later. */
    readonly outOfOrder: number;
    /** How many came once more; they are not among those delivered. */
    readonly repeated: number;
    /** Reason and number. */
    readonly dropped: Readonly<Record<string, number>>;
  };
  /** What is left on each host at the end; all zero when it is clean. */
  readonly hosts: readonly Leftovers[];
  /** The same for the switch and the links. */
  readonly network: Leftovers;
  readonly findings: readonly { readonly rule: string; readonly message: string }[];
  /** What each file is, and its path within the run's folder. */
  readonly files: Readonly<Record<string, string>>;
}

const TRACE_FILE = "trace.jsonl";
const LADDER_FILE = "ladder.mmd";
const TRACE_LIMIT_BYTES = 64 * 2 ** 20;
/** How long drivers and signalling may take to come up before calls are placed anyway, and calls to end after the last moment. */
const READY_PATIENCE_NS = 5e9;
const CLOSE_PATIENCE_NS = 120e9;
const STEPS_BETWEEN_POLLS = 512;
const LONGEST_PACKET_BYTES = 65_536;
const SEND_BUFFERS = 256;
const SEND_BUFFER_BYTES_MINIMUM = 2_048;

/** Runs a scenario from power-on to power-off. Synchronous; every time in it is virtual. @throws when the emulator itself fails. */
export function runScenario(scenario: Scenario, options: RunOptions): RunSummary {
  return new ScenarioRun(options.seed === undefined ? scenario : { ...scenario, seed: options.seed }, options).run();
}

class ScenarioRun implements ClockTarget {
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #runner: CallRunner;
  readonly #lab: Laboratory;
  readonly #faults: FaultDirection[] = [];
  readonly #linkFaults: LinkFault[] = [];
  readonly #trace: TraceRecorder | null = null;
  readonly #ladder: LadderRecorder | null = null;
  readonly #capture: SunatmWriter | null = null;
  readonly #captured: FrameSorter | null = null;
  readonly #sinks: FileSink[] = [];
  readonly #files: Record<string, string> = {};
  readonly #findings: { rule: string; message: string }[] = [];
  #startNs = 0;
  #dropped: Readonly<Record<string, number>> | null = null;
  #steps = 0;
  #stopped: RunSummary["stopped"] = "finished";

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#runner = new CallRunner(scenario, new TrafficLibrary(scenario));
    if (options.outDir !== undefined) {
      this.#trace = new TraceRecorder(this.#open("trace", TRACE_FILE), TRACE_LIMIT_BYTES);
      this.#ladder = new LadderRecorder(scenario.switchName);
      if (scenario.capture !== null) {
        this.#capture = new SunatmWriter(this.#open("capture", scenario.capture.file), scenario.capture.maxBytes);
        this.#captured = new FrameSorter(this.#capture);
      }
    }
    const probe: Probe | null =
      this.#trace === null || this.#ladder === null ? null : new ProbeSplitter([this.#trace, this.#ladder]);
    this.#lab = new Laboratory({
      seed: scenario.seed,
      mode: scenario.mode,
      switchName: scenario.switchName,
      hosts: scenario.hosts.map((host) => this.#planHost(host, probe)),
      probe,
    });
    this.#trace?.attach(this.#lab.world.clock);
  }

  run(): RunSummary {
    try {
      this.#runCalls();
    } catch (error) {
      if (!(error instanceof BugCheck)) throw error;
    } finally {
      this.#closeFiles();
    }
    const { bugCheck } = this.#lab;
    if (bugCheck !== null)
      this.#findings.push({
        rule: bugCheck.error.rule,
        message: `${bugCheck.host.name}: ${bugCheck.error.owner}: ${bugCheck.error.message}`,
      });
    return this.#summary();
  }

  /** A link fault is due. */
  onClock(_tag: number, index: number): void {
    const fault = this.#linkFaults[index];
    const link = this.#scenario.links.find((other) => other.name === fault.link);
    const nic = this.#lab.hosts.flatMap((host) => host.nics).find((other) => other.fullName === link?.nic);
    nic?.link.setUp(fault.kind === "link-up");
  }

  #runCalls(): void {
    const lab = this.#lab;
    if (!this.#start()) {
      lab.stop();
      return;
    }
    lab.runUntil(
      () => lab.hosts.every((host) => host.client?.bindings.every((binding) => binding.isReady) ?? true),
      READY_PATIENCE_NS,
    );
    const { clock } = lab.world;
    this.#startNs = clock.nowNs;
    for (const faulty of this.#faults) faulty.originNs = this.#startNs;
    for (const [index, fault] of this.#linkFaults.entries()) clock.schedule(fault.atNs, this, 0, index);
    this.#runner.start(lab);
    const { durationNs, limits } = this.#scenario;
    const endNs = durationNs === null ? Number.POSITIVE_INFINITY : this.#startNs + durationNs;
    const limitNs = this.#startNs + limits.virtualTimeNs;
    lab.world.runUntil(() => this.#isOver(), Math.min(endNs, limitNs));
    if (!this.#runner.isDone && this.#stopped === "finished" && clock.nextTimeNs > limitNs && limitNs < endNs)
      this.#stopped = "limit";
    this.#runner.stop();
    lab.runUntil(() => this.#runner.isDone || lab.bugCheck !== null, CLOSE_PATIENCE_NS);
    // A NIC that is halted has forgotten its counters.
    this.#dropped = countDropped(lab, this.#faults);
    if (lab.bugCheck === null) lab.stop();
  }

  #start(): boolean {
    try {
      this.#lab.start();
      return true;
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      this.#findings.push({ rule: "start-up", message: error.message });
      return false;
    }
  }

  #isOver(): boolean {
    if (++this.#steps % STEPS_BETWEEN_POLLS === 0) this.#poll();
    return this.#runner.isDone || this.#stopped !== "finished" || this.#lab.bugCheck !== null;
  }

  #poll(): void {
    const sent = this.#framesOnTheWay;
    this.#options.onProgress?.({
      virtualTimeNs: this.#lab.world.clock.nowNs,
      calls: this.#runner.callsEnded,
      callsTotal: this.#runner.callsTotal,
      frames: sent,
    });
    if (this.#options.shouldStop?.() ?? false) this.#stopped = "interrupted";
    if (sent > this.#scenario.limits.frames) this.#stopped = "limit";
  }

  get #framesOnTheWay(): number {
    return this.#lab.hosts.reduce(
      (sum, host) => sum + host.nics.reduce((frames, nic) => frames + nic.device.counters.framesTransmitted, 0),
      0,
    );
  }

  #planHost(host: Scenario["hosts"][number], probe: Probe | null): HostPlan {
    const longest = this.#scenario.calls.reduce(
      (most, call) => Math.max(most, call.maxSduBytes),
      SEND_BUFFER_BYTES_MINIMUM,
    );
    const client = new AtmClient("client", {
      sendBuffers: SEND_BUFFERS,
      sendBufferBytes: Math.min(longest, LONGEST_PACKET_BYTES),
      events: this.#runner.eventsFor(host.name),
    });
    return {
      name: host.name,
      route: host.route,
      memoryBytes: host.memoryBytes,
      client,
      clients: [client.image],
      nics: host.nics.map((nic) => {
        const link = this.#scenario.links.find((other) => other.nic === nic.fullName);
        return {
          name: nic.name,
          address: nic.address,
          configuration: { MaximumVcs: nic.vcs },
          link:
            link === undefined
              ? {}
              : { name: link.name, rateCellsPerSecond: link.rateCellsPerSecond, delayNs: link.delayNs },
          middleware: this.#middleware(`${host.name}/${driversOf(host).signalling}`, nic.fullName, link, probe),
        };
      }),
    };
  }

  #middleware(signalling: string, nic: string, link: ScenarioLink | undefined, probe: Probe | null): LinkMiddleware {
    const { capture } = this.#scenario;
    const observers = [
      ...(this.#captured === null || capture === null
        ? []
        : [new PortCapture(this.#captured, nic, capture.includesData)]),
      ...(probe === null ? [] : [new SignallingTap(probe, signalling)]),
    ];
    const faults = this.#scenario.faults.filter(
      (fault): fault is FrameFault => "direction" in fault && fault.link === link?.name,
    );
    const linkFaults = this.#scenario.faults.filter(
      (fault): fault is LinkFault => !("direction" in fault) && fault.link === link?.name,
    );
    this.#linkFaults.push(...linkFaults);
    return {
      // A tap sits at the NIC, before faults hit what it sends and after they hit what it receives.
      fromNic: (direction, lab) =>
        observers.reduce<typeof direction>(
          (next, observer) => new TransmitTap(next, lab.world.clock, lab.fibre, observer),
          this.#withFaults(direction, lab, faults, "to-switch", nic, probe),
        ),
      toNic: (port, lab) =>
        observers.reduce<typeof port>((next, observer) => new ReceiveTap(next, lab.fibre, observer), port),
      fromSwitch: (direction, lab) => this.#withFaults(direction, lab, faults, "to-nic", nic, probe),
    };
  }

  #withFaults<T extends ConstructorParameters<typeof FaultDirection>[0]>(
    direction: T,
    lab: Laboratory,
    faults: readonly FrameFault[],
    way: FrameFault["direction"],
    nic: string,
    probe: Probe | null,
  ): T | FaultDirection {
    const rules = faults.filter((fault) => fault.direction === way).map(ruleOf);
    if (rules.length === 0) return direction;
    const name = `${nic} ${way}`;
    const faulty = new FaultDirection(direction, lab.world.clock, lab.fibre, {
      name,
      rules,
      random: new SeededRandom(this.#scenario.seed),
      probe,
    });
    // Times count from when all hosts are up, as those of calls do.
    faulty.originNs = Number.POSITIVE_INFINITY;
    this.#faults.push(faulty);
    return faulty;
  }

  #open(what: string, file: string): FileSink {
    const sink = new FileSink(join(this.#options.outDir ?? ".", file));
    this.#sinks.push(sink);
    this.#files[what] = file;
    return sink;
  }

  #closeFiles(): void {
    if (this.#ladder !== null) {
      const sink = this.#open("ladder", LADDER_FILE);
      sink.write(new TextEncoder().encode(this.#ladder.toMermaid()));
    }
    this.#trace?.flush();
    this.#captured?.flush();
    this.#capture?.flush();
    for (const sink of this.#sinks) sink.close();
  }

  #summary(): RunSummary {
    const { frames, totals, outcomes } = this.#runner;
    const lab = this.#lab;
    const hosts = lab.hosts.map((host) => ({ name: host.name, leftovers: host.leftovers() }));
    if (lab.bugCheck === null) this.#checkTraffic();
    return {
      scenario: this.#scenario.name,
      seed: this.#scenario.seed,
      mode: this.#scenario.mode,
      virtualTimeNs: lab.world.clock.nowNs,
      stopped: this.#stopped,
      calls: { ...totals, outcomes },
      frames: {
        sent: frames.sent,
        delivered: frames.delivered,
        bytesSent: frames.bytesSent,
        bytesDelivered: frames.bytesDelivered,
        outOfOrder: frames.outOfOrder,
        repeated: frames.repeated,
        dropped: this.#dropped ?? countDropped(lab, this.#faults),
      },
      hosts,
      network: { name: lab.atmSwitch.name, leftovers: lab.leftovers() },
      findings: this.#findings,
      files: this.#files,
    };
  }

  /** What arrives is unchanged; without planned faults it also arrives once and in order. */
  #checkTraffic(): void {
    const { unexpected, outOfOrder, repeated } = this.#runner.frames;
    const find = (count: number, what: string): void => {
      if (count > 0) this.#findings.push({ rule: "traffic-integrity", message: `${count} frames arrived ${what}` });
    };
    // Damage is found by the CRC-32, so that not even a planned fault may change what arrives.
    find(unexpected, "changed");
    if (this.#scenario.faults.length > 0) return;
    find(outOfOrder, "out of order");
    find(repeated, "twice");
  }
}

function ruleOf(fault: FrameFault): FaultRule {
  return {
    kind: fault.kind,
    count: fault.count,
    ...(fault.frame === null ? {} : { frame: fault.frame }),
    ...(fault.frame === null && fault.atNs !== null ? { fromNs: fault.atNs } : {}),
    ...(fault.kind === "delay" ? { delayNs: fault.delayNs } : {}),
    ...(fault.bit === null ? {} : { bit: fault.bit }),
  };
}
