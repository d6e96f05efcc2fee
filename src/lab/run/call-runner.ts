import type { AtmClientEvents, ClientBinding, ClientCall } from "../../client/index.ts";
import type { ClockTarget } from "../../machine/clock.ts";
import type { NET_BUFFER_LIST } from "../../ndis/index.ts";
import { NDIS_STATUS_SUCCESS, statusName } from "../../ndis/index.ts";
import { causeName } from "../../wire/q2931/index.ts";
import type { LabHost, Laboratory } from "../laboratory.ts";
import type { Scenario, ScenarioCall } from "../scenario/scenario.ts";
import type { TrafficLibrary } from "../traffic/traffic-library.ts";
import type { Flow } from "./call-instance.ts";
import { CallInstance } from "./call-instance.ts";
import { FlowChecker } from "./flow-checker.ts";
import { TrafficSender } from "./traffic-sender.ts";

const TAG_PLACE = 0;
const TAG_HOLD_OVER = 1;
const TAG_WATCH = 2;
/** How often a call whose traffic is still under way is looked at. */
const WATCH_INTERVAL_NS = 1e6;
/** What has not arrived is lost when nothing came for so long and no frame is on any fibre; or, whatever else is, for so long. */
const SILENCE_NS = 50e6;
const LONG_SILENCE_NS = 60e9;
/** A call without traffic and without a hold time stays up for this long. */
const SHORT_HOLD_NS = 1e6;
const FLOWS_PER_CALL = 2;

export interface CallTotals {
  attempted: number;
  connected: number;
  refused: number;
  failed: number;
  closed: number;
}

export interface OutcomeCount {
  readonly status: string;
  readonly cause: number | null;
  readonly causeName: string | null;
  count: number;
}

/** Places the calls of a scenario, sends their traffic, checks what arrives, and closes them. */
export class CallRunner implements ClockTarget {
  readonly totals: CallTotals = { attempted: 0, connected: 0, refused: 0, failed: 0, closed: 0 };
  readonly outcomes: OutcomeCount[] = [];
  readonly frames = {
    sent: 0,
    delivered: 0,
    bytesSent: 0,
    bytesDelivered: 0,
    outOfOrder: 0,
    repeated: 0,
    unexpected: 0,
  };
  readonly #scenario: Scenario;
  readonly #library: TrafficLibrary;
  readonly #placements: { readonly plan: ScenarioCall; readonly number: number }[] = [];
  readonly #instances: CallInstance[] = [];
  /** Calls that a called client has, by port, VPI and VCI there. */
  readonly #called = new Map<string, ClientCall>();
  readonly #starving = new Map<ClientBinding, TrafficSender[]>();
  #lab: Laboratory | null = null;
  #ended = 0;
  #stopping = false;

  constructor(scenario: Scenario, library: TrafficLibrary) {
    this.#scenario = scenario;
    this.#library = library;
    for (const plan of scenario.calls) {
      for (let number = 0; number < plan.count; number++) this.#placements.push({ plan, number });
    }
  }

  get callsTotal(): number {
    return this.#placements.length;
  }

  get callsEnded(): number {
    return this.#ended;
  }

  /** Every call has been placed and is over on both sides. */
  get isDone(): boolean {
    return this.#ended === this.#placements.length && this.#called.size === 0;
  }

  /** What the client of a host is to tell. */
  eventsFor(hostName: string): AtmClientEvents {
    return {
      bindingChanged: () => {},
      incomingCall: (call) => {
        this.#called.set(this.#keyOf(hostName, call), call);
        return NDIS_STATUS_SUCCESS;
      },
      partyAdded: (party) => this.#partySettled(party.call),
      partyFailed: (party) => {
        this.#count(statusName(party.status), party.cause);
        this.#partySettled(party.call);
      },
      partyDropped: (party) => this.#partySettled(party.call),
      callConnected: (call) => {
        if (call.isOutgoing) this.#connected(call);
        else if (call.context instanceof CallInstance) this.#startBackward(call.context);
      },
      parametersChanged: () => true,
      callFailed: (call) => {
        if (call.isOutgoing) this.#failed(call);
        else this.#calledEnded(hostName, call);
      },
      callClosed: (call) => {
        if (call.isOutgoing) this.#closed(call);
        else this.#calledEnded(hostName, call);
      },
      sendComplete: (call) => {
        const instance = call.context;
        if (instance instanceof CallInstance) flowFrom(instance, call)?.sender.pump();
        this.#feed(call.binding);
      },
      frameReceived: (call, list) => this.#received(call, list),
    };
  }

  /** Starts the scenario's calls: time 0 of their `at` is now. */
  start(lab: Laboratory): void {
    this.#lab = lab;
    for (const [index, { plan, number }] of this.#placements.entries()) {
      lab.world.clock.schedule(plan.atNs + number * plan.intervalNs, this, TAG_PLACE, index);
    }
  }

  /** Ends every call that is up; none is placed any more. */
  stop(): void {
    this.#stopping = true;
    for (const instance of this.#instances) this.#close(instance);
  }

  onClock(tag: number, argument: number): void {
    if (tag === TAG_PLACE) {
      this.#place(argument);
    } else if (tag === TAG_HOLD_OVER) {
      this.#close(this.#instances[argument]);
    } else {
      this.#watch(argument);
    }
  }

  #place(index: number): void {
    const { plan } = this.#placements[index];
    if (this.#stopping) {
      this.#ended++;
      return;
    }
    const binding = this.#bindingOf(plan.from);
    this.totals.attempted++;
    if (binding === null) {
      this.totals.failed++;
      this.#count("NDIS_STATUS_ADAPTER_NOT_FOUND", 0);
      this.#ended++;
      return;
    }
    const request = {
      called: plan.calledAddress,
      service: plan.service,
      forwardPeakCellRate: plan.forwardPeakCellsPerSecond,
      backwardPeakCellRate: plan.backwardPeakCellsPerSecond,
      maximumSduBytes: plan.maxSduBytes,
    };
    // The call may fail before makeCall returns: its context is the placement until then.
    const requests = [request, ...plan.partyAddresses.map((called) => ({ ...request, called }))];
    const isMultipoint = requests.length > 1;
    const call = isMultipoint ? binding.parties.makeCall(requests, index) : binding.makeCall(request, index);
    if (call.state === "closed") return;
    const instance = new CallInstance(plan, this.#instances.length, call);
    this.#instances.push(instance);
    call.context = instance;
  }

  #connected(call: ClientCall): void {
    const instance = call.context;
    const lab = this.#lab;
    if (!(instance instanceof CallInstance) || lab === null) return;
    this.totals.connected++;
    instance.connectedNs = lab.world.clock.nowNs;
    instance.lastProgressNs = instance.connectedNs;
    if (instance.plan.partyAddresses.length > 0) this.#partySettled(call);
    else this.#begin(instance, lab);
  }

  /** Traffic of a point-to-multipoint call begins when every party is added or refused. */
  #partySettled(call: ClientCall): void {
    const instance = call.context;
    const lab = this.#lab;
    if (!(instance instanceof CallInstance) || lab === null || instance.leaves !== null) return;
    if (instance.connectedNs < 0 || call.parties.some((party) => party.state !== "added")) return;
    const leaves = new Map<ClientCall, FlowChecker>();
    for (const place of lab.atmSwitch.leavesOf(portOf(lab, call), call.vpi, call.vci)) {
      const leaf = this.#called.get(place.join("/"));
      const name = instance.plan.forwardTraffic;
      if (leaf === undefined) continue;
      leaf.context = instance;
      if (name === null) continue;
      const expected = this.#library.open(name, instance.number * FLOWS_PER_CALL);
      leaves.set(leaf, new FlowChecker(lab.world.memory.bytes, expected));
    }
    instance.leaves = leaves;
    const [leaf] = leaves.keys();
    this.#begin(instance, lab, leaf);
  }

  #begin(instance: CallInstance, lab: Laboratory, leaf: ClientCall | null = this.#peerOf(instance.caller)): void {
    instance.called = leaf;
    if (instance.called !== null) instance.called.context = instance;
    this.#openFlows(instance);
    const { holdNs } = instance.plan;
    const hasTraffic = instance.forward !== null || instance.backward !== null;
    if (holdNs !== null) lab.world.clock.schedule(holdNs, this, TAG_HOLD_OVER, instance.number);
    else lab.world.clock.schedule(hasTraffic ? WATCH_INTERVAL_NS : SHORT_HOLD_NS, this, TAG_WATCH, instance.number);
    instance.forward?.sender.pump();
    if (instance.called?.state === "connected") this.#startBackward(instance);
    if (this.#stopping) this.#close(instance);
  }

  #openFlows(instance: CallInstance): void {
    const { plan, called, caller, number } = instance;
    if (called === null) return;
    if (plan.forwardTraffic !== null)
      instance.forward = this.#openFlow(plan.forwardTraffic, number * FLOWS_PER_CALL, caller);
    if (plan.backwardTraffic !== null)
      instance.backward = this.#openFlow(plan.backwardTraffic, number * FLOWS_PER_CALL + 1, called);
  }

  #openFlow(name: string, flow: number, from: ClientCall): Flow | null {
    const lab = this.#lab;
    const traffic = this.#scenario.traffic.find((other) => other.name === name);
    if (lab === null || traffic === undefined) return null;
    const { bytes } = lab.world.memory;
    const sender = new TrafficSender(
      from,
      lab.world.clock,
      bytes,
      this.#library.open(name, flow),
      traffic.batch,
      (starving) => this.#starve(starving),
    );
    return { sender, checker: new FlowChecker(bytes, this.#library.open(name, flow)) };
  }

  #startBackward(instance: CallInstance): void {
    instance.backward?.sender.pump();
  }

  #starve(sender: TrafficSender): void {
    const { binding } = sender.call;
    const waiting = this.#starving.get(binding);
    if (waiting === undefined) this.#starving.set(binding, [sender]);
    else if (!waiting.includes(sender)) waiting.push(sender);
  }

  /** Buffers have come back: those that wait for them go on, the longest waiting first. */
  #feed(binding: ClientBinding): void {
    const waiting = this.#starving.get(binding);
    if (waiting === undefined || waiting.length === 0) return;
    this.#starving.set(binding, []);
    for (const sender of waiting) sender.pump();
  }

  #received(call: ClientCall, list: NET_BUFFER_LIST): void {
    const instance = call.context;
    if (!(instance instanceof CallInstance) || this.#lab === null) return;
    const flow = call.isOutgoing ? instance.backward : instance.forward;
    if (flow === null) return;
    instance.lastProgressNs = this.#lab.world.clock.nowNs;
    const checker = instance.leaves === null ? flow.checker : instance.leaves.get(call);
    checker?.receive(list);
  }

  #watch(number: number): void {
    const instance = this.#instances[number];
    const lab = this.#lab;
    if (lab === null || instance.closing || instance.callerEnded) return;
    const silentNs = lab.world.clock.nowNs - instance.lastProgressNs;
    const isSilent = silentNs >= (lab.fibre.frames.inUse === 0 ? SILENCE_NS : LONG_SILENCE_NS);
    if (instance.allArrived || (instance.allSent && isSilent)) this.#close(instance);
    else lab.world.clock.schedule(WATCH_INTERVAL_NS, this, TAG_WATCH, number);
  }

  #close(instance: CallInstance): void {
    if (instance.closing || instance.callerEnded) return;
    instance.closing = true;
    instance.forward?.sender.stop();
    instance.backward?.sender.stop();
    // What is on its way back would be a receive on a closing call: the called side closes by itself, the calling side now.
    instance.caller.close();
  }

  #failed(call: ClientCall): void {
    if (call.cause !== 0) this.totals.refused++;
    else this.totals.failed++;
    this.#count(statusName(call.status), call.cause);
    this.#finish(call.context instanceof CallInstance ? call.context : null);
  }

  #closed(call: ClientCall): void {
    this.totals.closed++;
    this.#count(statusName(call.status), call.cause);
    this.#finish(call.context instanceof CallInstance ? call.context : null);
  }

  #finish(instance: CallInstance | null): void {
    this.#ended++;
    if (instance === null) return;
    instance.callerEnded = true;
    for (const flow of [instance.forward, instance.backward]) {
      if (flow === null) continue;
      flow.sender.stop();
      for (const checker of instance.leaves?.values() ?? [flow.checker]) this.#account(flow.sender, checker);
    }
  }

  /** A frame of a point-to-multipoint call counts once for each leaf. */
  #account(sender: TrafficSender, checker: FlowChecker): void {
    const { frames } = this;
    frames.sent += sender.sent;
    frames.bytesSent += sender.bytesSent;
    frames.delivered += checker.delivered;
    frames.bytesDelivered += checker.bytesDelivered;
    frames.outOfOrder += checker.outOfOrder;
    frames.repeated += checker.repeated;
    frames.unexpected += checker.unexpected;
  }

  #calledEnded(hostName: string, call: ClientCall): void {
    this.#called.delete(this.#keyOf(hostName, call));
  }

  #count(status: string, cause: number): void {
    const known = this.outcomes.find((outcome) => outcome.status === status && (outcome.cause ?? 0) === cause);
    if (known !== undefined) known.count++;
    else
      this.outcomes.push({
        status,
        cause: cause === 0 ? null : cause,
        causeName: cause === 0 ? null : causeName(cause),
        count: 1,
      });
  }

  /** The called client's side of a call, found through the switch. */
  #peerOf(call: ClientCall): ClientCall | null {
    const lab = this.#lab;
    const port = lab === null ? -1 : portOf(lab, call);
    const peer = lab === null || port < 0 ? null : lab.atmSwitch.peerOf(port, call.vpi, call.vci);
    return peer === null ? null : (this.#called.get(peer.join("/")) ?? null);
  }

  #keyOf(hostName: string, call: ClientCall): string {
    const lab = this.#lab;
    return lab === null ? hostName : `${portOf(lab, call)}/${call.vpi}/${call.vci}`;
  }

  #bindingOf(nic: string): ClientBinding | null {
    const lab = this.#lab;
    if (lab === null) return null;
    for (const host of lab.hosts) {
      const place = host.nics.findIndex((other) => other.fullName === nic);
      if (place >= 0) return bindingsOf(host)[place] ?? null;
    }
    return null;
  }
}

function flowFrom(instance: CallInstance, call: ClientCall): Flow | null {
  return call.isOutgoing ? instance.forward : instance.backward;
}

/** The bindings of a host's client, one per NIC in their order. */
function bindingsOf(host: LabHost): readonly ClientBinding[] {
  return host.client?.bindings ?? [];
}

/** The switch port that a call's NIC is plugged into; -1 when there is none. */
function portOf(lab: Laboratory, call: ClientCall): number {
  for (const host of lab.hosts) {
    const place = bindingsOf(host).indexOf(call.binding);
    if (place >= 0) return host.nics[place].switchPort;
  }
  return -1;
}
