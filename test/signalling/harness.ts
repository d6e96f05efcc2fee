// Signalling entities on a virtual clock, joined by channels that carry SSCOP PDUs and may lose them.

import type { UserSignalling } from "../../src/call-manager/user-signalling.ts";
import { createUserSignalling } from "../../src/call-manager/user-signalling.ts";
import type { ClockTarget } from "../../src/machine/clock.ts";
import { Clock } from "../../src/machine/clock.ts";
import { SeededRandom } from "../../src/machine/random.ts";
import type { SwitchCallControlOptions } from "../../src/network/signalling/index.ts";
import { SwitchCallControl } from "../../src/network/signalling/index.ts";
import { AdmissionControl } from "../../src/network/switch/admission-control.ts";
import type { SwitchFabric } from "../../src/network/switch/call-control-port.ts";
import { RoutingTable } from "../../src/network/switch/routing-table.ts";
import { VcLabelAllocator } from "../../src/network/switch/vc-label-allocator.ts";
import type { AtmAddress } from "../../src/wire/atm-address.ts";
import { atmAddressPrefixOf, parseAtmAddress } from "../../src/wire/atm-address.ts";
import type {
  CallControlRole,
  CallControlUser,
  CallObserver,
  Q2931Call,
  SignallingHost,
} from "../../src/wire/q2931/index.ts";
import {
  BEARER_CLASS,
  CALL_EVENT_NAMES,
  CallControl,
  decodeMessage,
  encodeMessage,
  IE,
  MESSAGE,
  messageName,
  Q2931Message,
  SIGNALLING_TIMER_COUNT,
} from "../../src/wire/q2931/index.ts";
import type { SscopHost, SscopTimer } from "../../src/wire/sscop/index.ts";
import { SscopConnection } from "../../src/wire/sscop/index.ts";
import type { VcLabel } from "../../src/wire/vc-label.ts";
import { NO_VC_LABEL } from "../../src/wire/vc-label.ts";

export const SECOND_NS = 1e9;
const HOP_NS = 10_000;

export function addressOf(text: string): AtmAddress {
  const parsed = parseAtmAddress(text);
  if (parsed.kind === "error") throw new Error(parsed.message);
  return parsed;
}

export const ALICE = addressOf("47.0005.80.ffe100.0000.f21a.2d4c.00204811fc13.00");
export const BOB = addressOf("47.0005.80.ffe100.0000.f21a.2d4c.00204811fc14.00");
export const CAROL = addressOf("+4989123456");

/** One way of a channel: PDUs arrive after a hop, in order, unless they are lost. */
export class Channel implements ClockTarget {
  lossBelow = 0;
  isCut = false;
  sent = 0;
  readonly #clock: Clock;
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #random: SeededRandom;
  readonly #flying: Uint8Array[] = [];

  constructor(clock: Clock, receive: (bytes: Uint8Array) => void, seed = 1) {
    this.#clock = clock;
    this.#receive = receive;
    this.#random = new SeededRandom(seed);
  }

  send(bytes: Uint8Array, offset: number, length: number): void {
    this.sent++;
    if (this.isCut || this.#random.nextDouble() < this.lossBelow) return;
    this.#flying.push(bytes.slice(offset, offset + length));
    this.#clock.schedule(HOP_NS, this, 0, 0);
  }

  onClock(): void {
    const bytes = this.#flying.shift();
    if (bytes !== undefined && !this.isCut) this.#receive(bytes);
  }
}

/** Timers of an entity on the clock. */
class Timers implements ClockTarget {
  readonly events = new Float64Array(SIGNALLING_TIMER_COUNT);
  readonly #clock: Clock;
  readonly #expired: (timer: number) => void;

  constructor(clock: Clock, expired: (timer: number) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  start(timer: number, delayNs: number): void {
    if (this.events[timer] !== 0) throw new Error(`timer ${timer} runs already`);
    this.events[timer] = this.#clock.schedule(delayNs, this, timer, 0);
  }

  stop(timer: number): void {
    if (!this.#clock.cancel(this.events[timer])) throw new Error(`timer ${timer} does not run`);
    this.events[timer] = 0;
  }

  onClock(timer: number): void {
    this.events[timer] = 0;
    this.#expired(timer);
  }

  get running(): number {
    return this.events.filter((event) => event !== 0).length;
  }
}

export class Host implements SignallingHost {
  out: (bytes: Uint8Array, offset: number, length: number) => void = () => {};
  expired: (timer: number) => void = () => {};
  readonly timers: Timers;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.timers = new Timers(clock, (timer) => this.expired(timer));
  }

  nowNs(): number {
    return this.#clock.nowNs;
  }

  transmitPdu(bytes: Uint8Array, offset: number, length: number): void {
    this.out(bytes, offset, length);
  }

  startTimer(timer: number, delayNs: number): void {
    this.timers.start(timer, delayNs);
  }

  stopTimer(timer: number): void {
    this.timers.stop(timer);
  }
}

/** Writes down what an entity tells its user, as one line each; what it does about it is up to the test. */
export class Notes implements CallControlUser, CallObserver {
  readonly lines: string[] = [];
  readonly calls: Q2931Call[] = [];
  /** Confirmations by call: every call must end with one. */
  readonly ended = new Map<Q2931Call, number>();
  onSetup: (call: Q2931Call, message: Q2931Message) => void = () => {};
  onConnected: (call: Q2931Call) => void = () => {};
  onReleased: (call: Q2931Call) => void = () => {};
  transitions: string[] = [];
  messages: string[] = [];

  note(line: string): void {
    this.lines.push(line);
  }

  saalEstablished(): void {
    this.note("saal up");
  }
  saalReleased(): void {
    this.note("saal down");
  }
  setupIndication(call: Q2931Call, message: Q2931Message): void {
    this.calls.push(call);
    this.note("Setup.indication");
    this.onSetup(call, message);
  }
  proceedingIndication(): void {
    this.note("Proceeding.indication");
  }
  alertingIndication(): void {
    this.note("Alerting.indication");
  }
  setupConfirm(call: Q2931Call): void {
    this.note(`Setup.confirm ${call.vpci}/${call.vci}`);
    this.onConnected(call);
  }
  setupCompleteIndication(call: Q2931Call): void {
    this.note("Setup-complete.indication");
    this.onConnected(call);
  }
  releaseIndication(call: Q2931Call): void {
    this.note(`Release.indication ${call.cause}`);
    this.onReleased(call);
  }
  releaseConfirm(call: Q2931Call): void {
    this.ended.set(call, (this.ended.get(call) ?? 0) + 1);
    this.note("Release.confirm");
  }
  statusIndication(_call: Q2931Call, message: Q2931Message): void {
    this.note(`Status.indication ${message.callState}`);
  }
  notifyIndication(): void {
    this.note("Notify.indication");
  }
  restartIndication(restartClass: number, vpci: number, vci: number): void {
    this.note(`Restart.indication ${restartClass} ${vpci}/${vci}`);
  }
  restartConfirm(isAcknowledged: boolean): void {
    this.note(`Restart.confirm ${isAcknowledged}`);
  }
  signallingMessage(isSent: boolean, bytes: Uint8Array, offset: number): void {
    this.messages.push(`${isSent ? "sent" : "received"} ${messageName(bytes[offset + 5])}`);
  }
  callTransition(_call: Q2931Call, from: number, event: number, to: number): void {
    this.transitions.push(`${from} ${CALL_EVENT_NAMES[event]} ${to}`);
  }
}

/** The elements of a SETUP. */
export function setup(called: AtmAddress = BOB, peakCellsPerSecond = 1000, bestEffort = true): Q2931Message {
  const message = new Q2931Message();
  message.begin(MESSAGE.setup, 0, 0);
  message.include(IE.trafficDescriptor);
  message.trafficDescriptor.setPeak(peakCellsPerSecond, peakCellsPerSecond, bestEffort);
  message.include(IE.aalParameters);
  message.aalParameters.setAal5(9180, 9180);
  message.include(IE.bearerCapability);
  message.bearerCapability.set(BEARER_CLASS.x, 0);
  message.include(IE.calledNumber);
  message.calledNumber.setAddress(called);
  message.include(IE.qualityOfService);
  message.qualityOfService.set(0, 0, 0);
  return message;
}

/** An entity under test whose peer the test plays by hand: real SSCOP, messages written and read one by one. */
export class Bench {
  readonly clock = new Clock();
  readonly notes = new Notes();
  readonly control: CallControl;
  readonly host: Host;
  /** Messages of the entity that nobody has looked at yet. */
  readonly received: Q2931Message[] = [];
  readonly peer: SscopConnection;
  readonly toPeer: Channel;
  readonly toEntity: Channel;

  constructor(role: CallControlRole) {
    this.host = new Host(this.clock);
    this.control = new CallControl(role, this.host, this.notes);
    this.control.observer = this.notes;
    this.host.expired = (timer) => this.control.timerExpired(timer);
    const peerTimers = new Timers(this.clock, (timer) => this.peer.timerExpired(timer as SscopTimer));
    const peerHost: SscopHost = {
      transmitPdu: (bytes, offset, length) => this.toEntity.send(bytes, offset, length),
      deliver: (bytes, offset, length) => {
        const message = new Q2931Message();
        decodeMessage(bytes, offset, length, message);
        this.received.push(message);
      },
      deliverUnitData: () => {},
      established: () => {},
      released: () => {},
      error: () => {},
      startTimer: (timer, delayMs) => peerTimers.start(timer, delayMs * 1e6),
      stopTimer: (timer) => peerTimers.stop(timer),
    };
    this.peer = new SscopConnection(peerHost);
    this.toPeer = new Channel(this.clock, (bytes) => this.peer.receivePdu(bytes, 0, bytes.length));
    this.toEntity = new Channel(this.clock, (bytes) => this.control.receivePdu(bytes, 0, bytes.length));
    this.host.out = (bytes, offset, length) => this.toPeer.send(bytes, offset, length);
    this.control.establish();
    this.run();
    this.notes.lines.length = 0;
  }

  /** Lets a few milliseconds pass: what is under way arrives, no call timer expires. */
  run(): void {
    this.clock.runUntil(this.clock.nowNs + 5e6);
  }

  after(seconds: number): void {
    this.clock.runUntil(this.clock.nowNs + seconds * SECOND_NS);
  }

  /** Sends a message of the peer. */
  say(message: Q2931Message): void {
    const bytes = new Uint8Array(1024);
    this.sayOctets(bytes.subarray(0, encodeMessage(message, bytes, 0)));
  }

  sayOctets(bytes: Uint8Array): void {
    this.peer.send(bytes, 0, bytes.length);
    this.run();
  }

  /** A message of the peer in a call: flag 1 for calls of the entity. */
  message(type: number, callReference: number, flag: number, fill: (message: Q2931Message) => void = () => {}): void {
    const message = new Q2931Message();
    message.begin(type, callReference, flag);
    fill(message);
    this.say(message);
  }

  /** Names and causes of the messages that came since the last look, and forgets them. */
  heard(): string[] {
    this.run();
    const names = this.received.map((message) => {
      const cause = message.has(IE.cause) ? ` ${message.cause.value}` : "";
      const state = message.has(IE.callState) ? ` in ${message.callState}` : "";
      const vc = message.has(IE.connectionIdentifier)
        ? ` ${message.connectionIdentifier.vpci}/${message.connectionIdentifier.vci}`
        : "";
      return `${messageName(message.type)}${cause}${state}${vc}`;
    });
    this.received.length = 0;
    return names;
  }

  told(): string[] {
    this.run();
    return this.notes.lines.splice(0);
  }
}

/** The transport half of a switch without cells: real labels, admission and routes; connections as a set. */
export class Fabric implements SwitchFabric {
  readonly portCount: number;
  readonly labels: VcLabelAllocator[];
  readonly admission: AdmissionControl[];
  readonly routes = new RoutingTable();
  readonly joined = new Map<string, string>();
  /** Leaves of point-to-multipoint connections as "port:label > port:label". */
  readonly leaves = new Set<string>();
  readonly up: boolean[];
  out: (port: number, bytes: Uint8Array, offset: number, length: number) => void = () => {};

  constructor(portCount: number, capacityCellsPerSecond = 353_207, maxVci = 65_535) {
    this.portCount = portCount;
    this.labels = Array.from({ length: portCount }, () => new VcLabelAllocator({ maxVpi: 0, maxVci }));
    this.admission = Array.from({ length: portCount }, () => new AdmissionControl(capacityCellsPerSecond));
    this.up = new Array<boolean>(portCount).fill(true);
  }

  isPortUp(port: number): boolean {
    return this.up[port];
  }
  sendSignalling(port: number, bytes: Uint8Array, offset: number, length: number): boolean {
    this.out(port, bytes, offset, length);
    return true;
  }
  allocateVcLabel(port: number): VcLabel {
    return this.labels[port].allocate();
  }
  reserveVcLabel(port: number, label: VcLabel): boolean {
    return this.labels[port].reserve(label);
  }
  releaseVcLabel(port: number, label: VcLabel): void {
    if (!this.labels[port].release(label)) throw new Error(`label ${label} of port ${port} was not taken`);
  }
  admit(port: number, fromUser: number, toUser: number): boolean {
    return this.admission[port].admit(fromUser, toUser);
  }
  releaseAdmission(port: number, fromUser: number, toUser: number): void {
    this.admission[port].release(fromUser, toUser);
  }
  connectVcs(portA: number, labelA: VcLabel, portB: number, labelB: VcLabel): boolean {
    const [a, b] = [`${portA}:${labelA}`, `${portB}:${labelB}`];
    if (labelA === NO_VC_LABEL || labelB === NO_VC_LABEL || this.joined.has(a) || this.joined.has(b)) return false;
    this.joined.set(a, b);
    this.joined.set(b, a);
    return true;
  }
  disconnectVcs(port: number, label: VcLabel): boolean {
    const a = `${port}:${label}`;
    const b = this.joined.get(a);
    if (b === undefined) throw new Error(`${a} is not connected`);
    this.joined.delete(a);
    this.joined.delete(b);
    return true;
  }
  addLeaf(port: number, label: VcLabel, leafPort: number, leafLabel: VcLabel): boolean {
    const leaf = `${port}:${label} > ${leafPort}:${leafLabel}`;
    if (this.leaves.has(leaf)) return false;
    this.leaves.add(leaf);
    return true;
  }
  removeLeaf(port: number, label: VcLabel, leafPort: number, leafLabel: VcLabel): boolean {
    const leaf = `${port}:${label} > ${leafPort}:${leafLabel}`;
    if (!this.leaves.delete(leaf)) throw new Error(`${leaf} is no leaf`);
    return true;
  }
  route(address: AtmAddress): number {
    return this.routes.lookup(address);
  }
}

/** Users at the ports of one switch. */
export class Network {
  readonly clock = new Clock();
  readonly fabric: Fabric;
  readonly callControl: SwitchCallControl;
  readonly users: UserSignalling[] = [];
  readonly notes: Notes[] = [];
  readonly hosts: Host[] = [];
  readonly toSwitch: Channel[] = [];
  readonly toUser: Channel[] = [];

  constructor(addresses: readonly AtmAddress[], options: SwitchCallControlOptions = {}, fabric?: Fabric) {
    this.fabric = fabric ?? new Fabric(addresses.length);
    this.callControl = new SwitchCallControl(this.fabric, this.clock, options);
    this.fabric.out = (port, bytes, offset, length) => this.toUser[port].send(bytes, offset, length);
    addresses.forEach((address, port) => {
      this.fabric.routes.add(atmAddressPrefixOf(address), port);
      const host = new Host(this.clock);
      const notes = new Notes();
      const user = createUserSignalling(host, notes);
      user.observer = notes;
      host.out = (bytes, offset, length) => this.toSwitch[port].send(bytes, offset, length);
      host.expired = (timer) => user.timerExpired(timer);
      // Users that say yes to everything, and that are done with a channel as soon as they are told.
      notes.onSetup = (call) => {
        user.proceedingRequest(call);
        user.setupResponse(call, null);
      };
      notes.onReleased = (call) => user.releaseResponse(call);
      this.hosts.push(host);
      this.notes.push(notes);
      this.users.push(user);
      const take = (bytes: Uint8Array) => this.callControl.receiveSignalling(port, bytes, 0, bytes.length);
      this.toSwitch.push(new Channel(this.clock, take, 2 * port + 1));
      this.toUser.push(new Channel(this.clock, (bytes) => user.receivePdu(bytes, 0, bytes.length), 2 * port + 2));
    });
  }

  establish(): void {
    for (const user of this.users) user.establish();
    this.run();
  }

  run(milliseconds = 5): void {
    this.clock.runUntil(this.clock.nowNs + milliseconds * 1e6);
  }

  after(seconds: number): void {
    this.clock.runUntil(this.clock.nowNs + seconds * SECOND_NS);
  }

  cut(port: number): void {
    this.toSwitch[port].isCut = true;
    this.toUser[port].isCut = true;
  }

  mend(port: number): void {
    this.toSwitch[port].isCut = false;
    this.toUser[port].isCut = false;
  }

  call(from: number, message: Q2931Message = setup()): Q2931Call {
    const call = this.users[from].setupRequest(message, null);
    if (call === null) throw new Error("the call was not taken");
    return call;
  }

  /** Everything that is held somewhere; all zero when the network is at rest. */
  leftovers(): Record<string, number> {
    return {
      userCalls: this.users.reduce((count, user) => count + user.callCount, 0),
      switchCalls: this.callControl.callCount,
      legs: this.callControl.counters.legsHeld,
      labels: this.fabric.labels.reduce((count, labels) => count + labels.takenCount, 0),
      rates: this.fabric.admission.reduce(
        (sum, each) => sum + each.fromUserCellsPerSecond + each.toUserCellsPerSecond,
        0,
      ),
      joined: this.fabric.joined.size + this.fabric.leaves.size,
    };
  }
}

export const NOTHING_LEFT = { userCalls: 0, switchCalls: 0, legs: 0, labels: 0, rates: 0, joined: 0 };
