import type { ClientCall } from "../../client/index.ts";
import { AtmClient } from "../../client/index.ts";
import type { BugCheck, Chooser } from "../../machine/index.ts";
import type { Blocking, NDIS_STATUS_FINAL, VerifierSettings } from "../../ndis/index.ts";
import { NDIS_STATUS_NOT_ACCEPTED, NDIS_STATUS_SUCCESS, statusName } from "../../ndis/index.ts";
import type { HostPlan, LabHost, NicPlan } from "../laboratory.ts";
import { Laboratory } from "../laboratory.ts";
import type { Subject } from "./subject.ts";

/** Addresses of the two hosts. A client under test that makes calls calls {@link PEER_ADDRESS}. */
export const SUBJECT_ADDRESS = "47.0005.80.ffe100.0000.f21a.26d8.0020ea000001.00";
export const PEER_ADDRESS = "47.0005.80.ffe100.0000.f21a.26d8.0020ea000002.00";

const MIB = 2 ** 20;
/** Few buffers: worlds are quick to make, and a driver runs out of buffers early. */
const FEW_BUFFERS = { "*TransmitBuffers": 64, "*ReceiveBuffers": 64, LargeReceiveBuffers: 16 };
/** How long a case waits for what it expects, in virtual nanoseconds: longer than any timer of Q.2931. */
const PATIENCE_NS = 240e9;
/** How long an idle world is looked at, so that the verifier's watches can run out, in virtual nanoseconds. */
const IDLE_NS = 700e9;

/** A case found that the driver under test does not do what `rule` says. */
export class ConformanceFailure extends Error {
  override readonly name = "ConformanceFailure";
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(message);
    this.rule = rule;
  }
}

export interface StageOptions {
  readonly verifier?: VerifierSettings;
  readonly chooser?: Chooser | null;
  readonly mode?: "frame" | "cell";
  /** Of the NIC of the driver under test, beside few buffers. */
  readonly configuration?: NicPlan["configuration"];
  /** Both clients pend incoming calls instead of answering at once. */
  readonly pendsIncomingCalls?: boolean;
}

/** A reference client with all that it was told. */
export class Actor {
  readonly client: AtmClient;
  readonly offered: ClientCall[] = [];
  readonly connected: ClientCall[] = [];
  readonly failed: ClientCall[] = [];
  readonly closed: ClientCall[] = [];
  framesReceived = 0;
  /** How offers are answered; SUCCESS accepts. */
  answer: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS;

  constructor(name: string, pendsIncomingCalls: boolean) {
    this.client = new AtmClient(name, {
      sendBuffers: 32,
      pendsIncomingCalls,
      events: {
        incomingCall: (call) => {
          this.offered.push(call);
          return this.answer;
        },
        callConnected: (call) => this.connected.push(call),
        callFailed: (call) => this.failed.push(call),
        callClosed: (call) => this.closed.push(call),
        frameReceived: () => this.framesReceived++,
      },
    });
  }
}

/** Two hosts on a switch: the driver under test on one of them, reference drivers in all other roles. */
export class Stage {
  readonly subject: Subject;
  readonly lab: Laboratory;
  /** The reference client beside the driver under test, unless that is a client itself. */
  readonly near: Actor | null;
  /** The reference client of the other host. */
  readonly far: Actor;

  constructor(subject: Subject, options: StageOptions = {}) {
    const { verifier = {}, chooser = null, mode = "frame", configuration = {}, pendsIncomingCalls = false } = options;
    this.subject = subject;
    this.near = subject.role === "client" ? null : new Actor("client", pendsIncomingCalls);
    this.far = new Actor("peer-client", pendsIncomingCalls);
    this.lab = new Laboratory({
      mode,
      chooser,
      verifier,
      frameCapacity: 1024,
      frameMemoryBytes: 4 * MIB,
      hosts: [
        {
          name: "subject",
          memoryBytes: 8 * MIB,
          nics: [{ address: SUBJECT_ADDRESS, configuration: { ...FEW_BUFFERS, ...configuration } }],
          ...driversOf(subject, this.near),
        },
        {
          name: "peer",
          memoryBytes: 8 * MIB,
          nics: [{ address: PEER_ADDRESS, configuration: FEW_BUFFERS }],
          client: this.far.client,
        },
      ],
    });
  }

  get host(): LabHost {
    return this.lab.host("subject");
  }

  /** The client on the host of the driver under test. @throws Error for a client under test, which acts by itself. */
  get user(): Actor {
    if (this.near === null) throw new Error("the client on this host is the driver under test");
    return this.near;
  }

  /** Everything loaded, started, and ready for calls. */
  start(): void {
    this.lab.start();
    const ready = (): boolean => this.far.client.isReady && (this.near === null || this.near.client.isReady);
    this.expectSoon("AF-15", ready, "the clients open the address family, register a SAP, and signalling comes up");
  }

  /** A call from the host of the driver under test, or to it, that is up at both ends. */
  connect(from: Actor, to: Actor): readonly [ClientCall, ClientCall] {
    const before = to.connected.length;
    const called = to === this.far ? PEER_ADDRESS : SUBJECT_ADDRESS;
    const call = from.client.makeCall({ called: this.lab.nic(to === this.far ? "peer" : "subject").address });
    this.expectSoon(
      "OUT-07",
      () => call.state === "connected" || call.state === "closed",
      `a call to ${called} that is accepted ends in a completion`,
    );
    this.expect(
      "OUT-09",
      call.state === "connected",
      `an accepted call connects; it failed with ${statusName(call.status)}`,
    );
    this.expectSoon("CON-01", () => to.connected.length > before, "the called client hears that the call is connected");
    const other = to.connected[before];
    if (other === undefined) throw new ConformanceFailure("CON-01", "the called client heard of no call");
    return [call, other];
  }

  /** Frames both ways over a call that is up. */
  exchange(call: ClientCall, other: ClientCall, count: number): void {
    const before = [call.framesReceived, other.framesReceived] as const;
    for (let i = 0; i < count; i++) {
      const frame = new Uint8Array(40 + i).fill(i);
      call.sendBytes(frame);
      other.sendBytes(frame);
    }
    const arrived = (): boolean =>
      call.framesReceived === before[0] + count && other.framesReceived === before[1] + count;
    this.expectSoon("SND-05", arrived, `${count} frames that are sent both ways over an idle connection arrive`);
    const back = (): boolean => call.sendsOutstanding === 0 && other.sendsOutstanding === 0;
    this.expectSoon("SND-06", back, "every NET_BUFFER_LIST that was sent comes back");
  }

  /** Hangs up at one end; both ends see the call end. */
  hangUp(call: ClientCall, other: ClientCall): void {
    call.close();
    this.expectSoon("CLS-09", () => call.state === "closed", "a call that its client closes ends in a completion");
    this.expectSoon("CLS-14", () => other.state === "closed", "the other end hears that the call is closed");
  }

  /** Runs until `done()` holds. @throws BugCheck when a driver broke a rule, ConformanceFailure when time runs out. */
  expectSoon(rule: string, done: () => boolean, what: string): void {
    const held = this.lab.runUntil(() => this.lab.bugCheck !== null || done(), PATIENCE_NS);
    this.#throwBugCheck();
    if (held) return;
    // Whoever owes something is told before the case gives up.
    this.idle();
    throw new ConformanceFailure(rule, `this did not come about: ${what}`);
  }

  expect(rule: string, holds: boolean, what: string): void {
    this.#throwBugCheck();
    if (!holds) throw new ConformanceFailure(rule, what);
  }

  /** Lets time pass in which nothing is asked of anybody: a request that nobody completes is told. */
  idle(durationNs = IDLE_NS): void {
    this.lab.world.runUntilTime(this.lab.world.clock.nowNs + durationNs);
    this.#throwBugCheck();
  }

  /** Pauses the adapter of the driver under test and restarts it. */
  pauseAndRestart(): void {
    const { ndis } = this.host;
    for (const adapter of ndis.adapters) {
      this.onHost("LIF-05", "a pause ends", ndis.pauseDevice(adapter));
      this.onHost("LIF-09", "a restart ends", ndis.restartDevice(adapter));
    }
  }

  /** Runs a body on a system thread of the host of the driver under test, until it ends. */
  onHost(rule: string, what: string, body: Blocking<unknown>): void {
    let done = false;
    function* whole(): Blocking<void> {
      yield* body;
      done = true;
    }
    this.host.machine.processor.startThread("conformance", whole());
    this.expectSoon(rule, () => done, what);
  }

  /** Takes everything down; nothing may be left behind. */
  finish(): void {
    const { processor } = this.host.machine;
    try {
      this.lab.stop();
    } catch (error) {
      this.#throwBugCheck();
      if (processor.liveThreads === 0) throw error;
      // Somebody waits for what does not come: the verifier's watches say for what.
      this.idle();
      throw new ConformanceFailure("LIF-12", "the drivers are taken down; one of them waits for ever");
    }
    this.#throwBugCheck();
    const left = Object.entries(this.host.leftovers()).filter(([, count]) => count !== 0);
    const listed = left.map(([what, count]) => `${count} ${what}`).join(", ");
    this.expect("MEM-02", left.length === 0, `everything is released at the end; left are ${listed}`);
  }

  get bugCheck(): BugCheck | null {
    return this.lab.bugCheck?.error ?? null;
  }

  #throwBugCheck(): void {
    const { bugCheck } = this;
    if (bugCheck !== null) throw bugCheck;
  }
}

/** The status with which the reference clients reject. */
export const REJECTS: NDIS_STATUS_FINAL = NDIS_STATUS_NOT_ACCEPTED;

function driversOf(subject: Subject, near: Actor | null): Partial<HostPlan> {
  if (subject.role === "client") return { clients: [subject.load()] };
  const client = near === null ? {} : { client: near.client };
  if (subject.role === "mcm") return { ...client, callManager: subject.load() };
  const miniport = subject.loadMiniport === undefined ? {} : { coMiniport: subject.loadMiniport() };
  return { ...client, ...miniport, route: "call-manager", standAloneCallManager: subject.load() };
}
