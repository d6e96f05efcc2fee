// Call control of a switch: joins the calls of two ports into one (Q.2931 sections 5.1 and 5.2, network side).

import type { Clock, Probe } from "../../machine/index.ts";
import type { AtmAddress, AtmAddressPrefix } from "../../wire/atm-address.ts";
import { atmAddressHasPrefix } from "../../wire/atm-address.ts";
import type { CallControlUser, Cause, Q2931Call, Q2931Message } from "../../wire/q2931/index.ts";
import { CALL_STATE, CAUSE, IE, PREFERENCE, TRAFFIC_RATE, USER_PLANE } from "../../wire/q2931/index.ts";
import { NO_VC_LABEL, vcLabel, vcLabelVci, vcLabelVpi } from "../../wire/vc-label.ts";
import type { SignallingHandler, SwitchFabric } from "../switch/call-control-port.ts";
import { NO_PORT } from "../switch/call-control-port.ts";
import { CallLeg } from "./call-leg.ts";
import { chargedRate, refusalOfSetup } from "./call-request.ts";
import { MultipointBranch, MultipointCalls, MultipointRoot } from "./multipoint-calls.ts";
import { PortObserver, PortSignalling } from "./port-signalling.ts";

export interface SwitchCallControlOptions {
  /** Prefixes that this switch serves: an address below them without a route is unallocated (cause 1), others have no route (cause 3). */
  readonly servedPrefixes?: readonly AtmAddressPrefix[];
  readonly probe?: Probe | null;
  /** Source of probe events; the ports are `name/port0`, `name/port1` and so on. */
  readonly name?: string;
}

/** What became of the calls, and what is held at this moment. */
export interface SwitchCallCounters {
  callsOffered: number;
  callsRefused: number;
  callsConnected: number;
  /** Legs that hold a label or capacity; 0 when all calls are over. */
  legsHeld: number;
}

export class SwitchCallControl implements SignallingHandler {
  readonly counters: SwitchCallCounters = { callsOffered: 0, callsRefused: 0, callsConnected: 0, legsHeld: 0 };
  readonly ports: readonly PortSignalling[];
  readonly multipoint: MultipointCalls;
  readonly #fabric: SwitchFabric;
  readonly #servedPrefixes: readonly AtmAddressPrefix[];

  constructor(fabric: SwitchFabric, clock: Clock, options: SwitchCallControlOptions = {}) {
    this.#fabric = fabric;
    this.#servedPrefixes = options.servedPrefixes ?? [];
    this.multipoint = new MultipointCalls(this, fabric);
    const { probe = null, name = "switch" } = options;
    this.ports = Array.from({ length: fabric.portCount }, (_, port) => {
      const signalling = new PortSignalling(port, fabric, clock, new PortCalls(this, port));
      signalling.control.parties.user = this.multipoint;
      if (probe !== null) signalling.control.observer = new PortObserver(probe, `${name}/port${port}`);
      return signalling;
    });
  }

  /** Calls at all ports; a call through the switch counts twice. */
  get callCount(): number {
    return this.ports.reduce((count, port) => count + port.control.callCount, 0);
  }

  receiveSignalling(port: number, bytes: Uint8Array, offset: number, length: number): void {
    this.ports[port].control.receivePdu(bytes, offset, length);
  }

  /** With the link of a port all of its calls end; the other sides of them are released with cause 27. */
  portStateChanged(port: number, up: boolean): void {
    if (!up) this.ports[port].control.shutDown(CAUSE.destinationOutOfOrder);
  }

  /** A SETUP has come at a port. */
  offer(port: number, call: Q2931Call, message: Q2931Message): void {
    this.counters.callsOffered++;
    const leg = this.hold(port, call);
    if (call.parties !== null) {
      this.#offerMultipoint(leg, call, message);
      return;
    }
    const peerPort = this.#fabric.route(message.calledNumber.address);
    const cause = this.#prepare(leg, peerPort, message);
    if (cause !== 0) {
      this.counters.callsRefused++;
      this.ports[port].control.releaseRequest(call, cause);
      return;
    }
    this.ports[port].control.assignConnection(call, vcLabelVpi(leg.label), vcLabelVci(leg.label));
    this.ports[port].control.proceedingRequest(call);
    this.#forward(leg, message);
  }

  #offerMultipoint(leg: CallLeg, call: Q2931Call, message: Q2931Message): void {
    const cause = refusalOfSetup(message, USER_PLANE.pointToMultipoint);
    if (cause === 0) {
      this.multipoint.offer(leg, call, message);
      return;
    }
    this.counters.callsRefused++;
    this.ports[leg.port].control.releaseRequest(call, cause);
  }

  /** The called user alerts. */
  alerting(call: Q2931Call): void {
    const calling = legOf(call)?.peer;
    if (calling?.call) this.ports[calling.port].control.alertingRequest(calling.call);
  }

  /** The called user has accepted. */
  connect(call: Q2931Call, message: Q2931Message): void {
    const called = legOf(call);
    const calling = called?.peer ?? null;
    if (called === null || calling === null || calling.call === null) return;
    if (!called.connect(this.#fabric)) {
      this.release(called, CAUSE.temporaryFailure, null);
      this.ports[called.port].control.releaseRequest(call, CAUSE.temporaryFailure);
      return;
    }
    this.counters.callsConnected++;
    this.ports[called.port].control.setupCompleteRequest(call);
    message.exclude(IE.connectionIdentifier);
    message.unrecognisedLength = 0;
    this.ports[calling.port].control.setupResponse(calling.call, message);
  }

  /** One side is being cleared: so is the other. */
  release(leg: CallLeg, cause: number, received: Cause | null): void {
    const peer = leg.peer;
    leg.part(this.#fabric);
    if (peer !== null && peer.call !== null) this.ports[peer.port].control.releaseRequest(peer.call, cause, received);
  }

  /** The user of the port is done with the call. */
  finish(leg: CallLeg): void {
    leg.release(this.#fabric);
    this.counters.legsHeld--;
  }

  notify(call: Q2931Call, message: Q2931Message): void {
    const peer = legOf(call)?.peer;
    if (peer?.call) this.ports[peer.port].control.notifyRequest(peer.call, message);
  }

  /** A leg at a port, which `finish` gives back. */
  hold(port: number, call: Q2931Call | null): CallLeg {
    const leg = new CallLeg(port);
    leg.call = call;
    if (call !== null) call.context = leg;
    this.counters.legsHeld++;
    return leg;
  }

  /** Takes what the call needs of both ports; the leg is joined to its peer then. CAUSE of a refusal, 0 for none. */
  #prepare(leg: CallLeg, peerPort: number, message: Q2931Message): number {
    const refusal = refusalOfSetup(message, USER_PLANE.pointToPoint);
    if (refusal !== 0) return refusal;
    if (peerPort === NO_PORT) return this.unroutableCause(message.calledNumber.address);
    if (!this.#fabric.isPortUp(peerPort) || !this.ports[peerPort].control.link.isUp) return CAUSE.destinationOutOfOrder;
    const forward = chargedRate(message.trafficDescriptor, TRAFFIC_RATE.forwardPeakClp01);
    const backward = chargedRate(message.trafficDescriptor, TRAFFIC_RATE.backwardPeakClp01);
    const labelCause = this.takeCallingLabel(leg, message);
    if (labelCause !== 0) return labelCause;
    if (!leg.admit(this.#fabric, forward, backward)) return CAUSE.userCellRateUnavailable;
    const called = this.hold(peerPort, null);
    called.label = this.#fabric.allocateVcLabel(peerPort);
    const isAdmitted = called.label !== NO_VC_LABEL && called.admit(this.#fabric, backward, forward);
    if (!isAdmitted) {
      const cause = called.label === NO_VC_LABEL ? CAUSE.noVpciVciAvailable : CAUSE.userCellRateUnavailable;
      this.finish(called);
      return cause;
    }
    leg.peer = called;
    called.peer = leg;
    return 0;
  }

  /** Q.2931 section 5.1.2.2: the user may ask for a virtual channel; UNI 3.1 leaves the choice to the network. */
  takeCallingLabel(leg: CallLeg, message: Q2931Message): number {
    const { connectionIdentifier } = message;
    const isAsked = message.has(IE.connectionIdentifier);
    if (isAsked && connectionIdentifier.preference === PREFERENCE.exclusiveVpciVci) {
      const label = vcLabel(connectionIdentifier.vpci, connectionIdentifier.vci);
      if (!this.#fabric.reserveVcLabel(leg.port, label)) return CAUSE.vpciVciUnavailable;
      leg.label = label;
      return 0;
    }
    leg.label = this.#fabric.allocateVcLabel(leg.port);
    if (leg.label === NO_VC_LABEL) return CAUSE.noVpciVciAvailable;
    return isAsked && vcLabelVpi(leg.label) !== connectionIdentifier.vpci ? CAUSE.vpciVciUnavailable : 0;
  }

  /** CAUSE for an address without a route. */
  unroutableCause(address: AtmAddress): number {
    const isServed = this.#servedPrefixes.some((prefix) => atmAddressHasPrefix(address, prefix));
    return isServed ? CAUSE.unallocatedNumber : CAUSE.noRouteToDestination;
  }

  /** Offers the call to the called user with what the caller said in its SETUP. */
  #forward(leg: CallLeg, message: Q2931Message): void {
    const called = leg.peer;
    if (called === null) return;
    const { control } = this.ports[called.port];
    message.unrecognisedLength = 0;
    called.call = control.setupRequest(message, called, vcLabelVpi(called.label), vcLabelVci(called.label));
    if (called.call !== null) return;
    this.counters.callsRefused++;
    leg.part(this.#fabric);
    this.finish(called);
    if (leg.call !== null) this.ports[leg.port].control.releaseRequest(leg.call, CAUSE.resourceUnavailable);
  }
}

function legOf(call: Q2931Call): CallLeg | null {
  return call.context instanceof CallLeg ? call.context : null;
}

/** What the entity of a port tells, passed on to the call control of the switch. */
class PortCalls implements CallControlUser {
  readonly #switch: SwitchCallControl;
  readonly #port: number;

  constructor(of: SwitchCallControl, port: number) {
    this.#switch = of;
    this.#port = port;
  }

  setupIndication(call: Q2931Call, message: Q2931Message): void {
    this.#switch.offer(this.#port, call, message);
  }

  alertingIndication(call: Q2931Call): void {
    if (call.context instanceof MultipointBranch) this.#switch.multipoint.alerting(call.context);
    else this.#switch.alerting(call);
  }

  setupConfirm(call: Q2931Call, message: Q2931Message): void {
    if (call.context instanceof MultipointBranch) this.#switch.multipoint.connect(call.context, call, message);
    else this.#switch.connect(call, message);
  }

  releaseIndication(call: Q2931Call, message: Q2931Message | null): void {
    const { context, cause } = call;
    const received = message?.has(IE.cause) === true ? message.cause : null;
    if (context instanceof CallLeg) this.#switch.release(context, cause, received);
    else if (context instanceof MultipointRoot) this.#switch.multipoint.rootEnds(context, cause, received);
    else if (context instanceof MultipointBranch) this.#switch.multipoint.leafEnds(context, cause, received);
    if (call.state === CALL_STATE.releaseRequest) this.#switch.ports[this.#port].control.releaseResponse(call);
  }

  releaseConfirm(call: Q2931Call): void {
    const { context } = call;
    call.context = null;
    if (context instanceof CallLeg) this.#switch.finish(context);
    else if (context instanceof MultipointRoot || context instanceof MultipointBranch) this.#switch.finish(context.leg);
  }

  notifyIndication(call: Q2931Call, message: Q2931Message): void {
    this.#switch.notify(call, message);
  }

  // The caller has been told to proceed before the callee is asked; restarts and losses end calls one by one.
  proceedingIndication(): void {}
  setupCompleteIndication(): void {}
  saalEstablished(): void {}
  saalReleased(): void {}
  statusIndication(): void {}
  restartIndication(): void {}
  restartConfirm(): void {}
}
