// Point-to-multipoint calls through a switch, UNI 3.1 section 5.6: the root's call at one port, and a call at a leaf's port per party.

import type { Cause, PartyUser, Q2931Call, Q2931Party } from "../../wire/q2931/index.ts";
import {
  CALL_STATE,
  CAUSE,
  decodeMessage,
  ENDPOINT_STATE,
  encodeMessage,
  IE,
  livePartyCount,
  Q2931Message,
  TRAFFIC_RATE,
} from "../../wire/q2931/index.ts";
import { NO_VC_LABEL, vcLabelVci, vcLabelVpi } from "../../wire/vc-label.ts";
import type { SwitchFabric } from "../switch/call-control-port.ts";
import { NO_PORT } from "../switch/call-control-port.ts";
import type { CallLeg } from "./call-leg.ts";
import { chargedRate } from "./call-request.ts";
import type { SwitchCallControl } from "./switch-call-control.ts";

const SETUP_CAPACITY = 2048;

/** What an ADD PARTY says of its party; everything else is as in the SETUP of the root. */
const ELEMENTS_OF_PARTY =
  IE.aalParameters |
  IE.highLayerInformation |
  IE.repeatIndicator |
  IE.lowLayerInformation |
  IE.calledNumber |
  IE.calledSubaddress |
  IE.callingNumber |
  IE.callingSubaddress;
/** What a leaf's CONNECT may say to the root. */
const ELEMENTS_OF_ANSWER = IE.aalParameters | IE.repeatIndicator | IE.lowLayerInformation;

/** The root of a call: its leg, what it asked for, and its branches. */
export class MultipointRoot {
  readonly leg: CallLeg;
  /** Charged at every leaf's port, in cells per second. */
  readonly forwardRate: number;
  /** The SETUP of the root, which the SETUPs to the leaves are made from. */
  readonly setup: Uint8Array;
  readonly branches = new Set<MultipointBranch>();

  constructor(leg: CallLeg, forwardRate: number, setup: Uint8Array) {
    this.leg = leg;
    this.forwardRate = forwardRate;
    this.setup = setup;
  }
}

/** One leaf: the party at the root's port, and the call at the leaf's. */
export class MultipointBranch {
  readonly root: MultipointRoot;
  readonly party: Q2931Party;
  readonly leg: CallLeg;
  /** The root knows, or will be told by its own call's end: nothing about this leaf goes to it any more. */
  isParted = false;
  isCopying = false;

  constructor(root: MultipointRoot, party: Q2931Party, leg: CallLeg) {
    this.root = root;
    this.party = party;
    this.leg = leg;
  }
}

export class MultipointCalls implements PartyUser {
  readonly #switch: SwitchCallControl;
  readonly #fabric: SwitchFabric;
  readonly #scratch = new Q2931Message();

  constructor(of: SwitchCallControl, fabric: SwitchFabric) {
    this.#switch = of;
    this.#fabric = fabric;
  }

  /** A SETUP of a root has come. */
  offer(leg: CallLeg, call: Q2931Call, message: Q2931Message): void {
    const { control } = this.#switch.ports[leg.port];
    const [party] = call.parties ?? [];
    const cause = this.#prepareRoot(leg, message);
    if (cause !== 0 || party === undefined) {
      this.#refuse(call, cause, leg.port);
      return;
    }
    const octets = new Uint8Array(SETUP_CAPACITY);
    const rate = chargedRate(message.trafficDescriptor, TRAFFIC_RATE.forwardPeakClp01);
    const root = new MultipointRoot(leg, rate, octets.subarray(0, Math.max(0, encodeMessage(message, octets, 0))));
    call.context = root;
    const branch = this.#prepareLeaf(root, party, message);
    if (typeof branch === "number") {
      this.#refuse(call, branch, leg.port);
      return;
    }
    control.assignConnection(call, vcLabelVpi(leg.label), vcLabelVci(leg.label));
    control.proceedingRequest(call);
    this.#forward(branch, message);
  }

  /** A leaf alerts: the first one of a call is told of to the root. */
  alerting(branch: MultipointBranch): void {
    const { call, port } = branch.root.leg;
    if (call !== null && !branch.isParted) this.#switch.ports[port].control.alertingRequest(call);
  }

  /** A leaf has accepted. */
  connect(branch: MultipointBranch, call: Q2931Call, message: Q2931Message): void {
    const { root, leg, party } = branch;
    const rootCall = root.leg.call;
    if (rootCall === null || branch.isParted) return;
    const { control } = this.#switch.ports[leg.port];
    branch.isCopying = this.#fabric.addLeaf(root.leg.port, root.leg.label, leg.port, leg.label);
    if (!branch.isCopying) {
      this.leafEnds(branch, CAUSE.temporaryFailure, null);
      control.releaseRequest(call, CAUSE.temporaryFailure);
      return;
    }
    control.setupCompleteRequest(call);
    message.present &= ELEMENTS_OF_ANSWER;
    message.unrecognisedLength = 0;
    const atRoot = this.#switch.ports[root.leg.port].control;
    if (party.state === ENDPOINT_STATE.addPartyReceived && rootCall.state === CALL_STATE.active) {
      atRoot.parties.accept(party, message);
      return;
    }
    this.#switch.counters.callsConnected++;
    atRoot.setupResponse(rootCall, message);
  }

  /** A leaf is being cleared: the root hears of it, by the end of its call when no other leaf is left (UNI 3.1 section 5.6.3). */
  leafEnds(branch: MultipointBranch, cause: number, received: Cause | null): void {
    if (branch.isParted) return;
    this.#part(branch);
    const { root, party } = branch;
    const { call, port } = root.leg;
    if (call === null) return;
    const { control } = this.#switch.ports[port];
    const others = livePartyCount(call) - (party.isLive ? 1 : 0);
    if (call.state === CALL_STATE.active && others > 0) control.parties.drop(party, cause, received);
    else this.#endRoot(root, cause, received);
  }

  /** The root's call is being cleared: so are all leaves. */
  rootEnds(root: MultipointRoot, cause: number, received: Cause | null): void {
    for (const branch of [...root.branches]) this.#endLeaf(branch, cause, received);
  }

  // Parties at the root's port.

  partyAsked(party: Q2931Party, message: Q2931Message): void {
    const { call } = party;
    const root = call.context;
    const { control } = this.#switch.ports[this.#portOf(call)];
    if (!(root instanceof MultipointRoot)) {
      control.parties.drop(party, CAUSE.messageNotCompatibleWithCallState);
      return;
    }
    const setup = this.#setupFor(root, message);
    const branch = this.#prepareLeaf(root, party, setup);
    if (typeof branch === "number") control.parties.drop(party, branch);
    else this.#forward(branch, setup);
  }

  /** The network adds no parties at a user's interface: every leaf has a call of its own. */
  partyAdded(): void {}

  partyLeaves(party: Q2931Party): void {
    const { call, context, cause } = party;
    const root = call.context;
    if (root instanceof MultipointBranch) {
      // A leaf that drops itself, the only party of its call: as if it had hung up.
      this.leafEnds(root, cause, null);
      this.#switch.ports[root.leg.port].control.releaseRequest(call, cause);
      return;
    }
    if (context instanceof MultipointBranch) this.#endLeaf(context, cause, null);
    if (!(root instanceof MultipointRoot)) return;
    if (livePartyCount(call) > 0) this.#switch.ports[root.leg.port].control.parties.answerDrop(party);
    else this.#endRoot(root, cause, null);
  }

  partyOver(): void {}

  #portOf(call: Q2931Call): number {
    const { context } = call;
    if (context instanceof MultipointRoot) return context.leg.port;
    return context instanceof MultipointBranch ? context.leg.port : (context as CallLeg).port;
  }

  #refuse(call: Q2931Call, cause: number, port: number): void {
    this.#switch.counters.callsRefused++;
    this.#switch.ports[port].control.releaseRequest(call, cause);
  }

  #endRoot(root: MultipointRoot, cause: number, received: Cause | null): void {
    const { call, port } = root.leg;
    this.rootEnds(root, cause, received);
    if (call !== null) this.#switch.ports[port].control.releaseRequest(call, cause, received);
  }

  #endLeaf(branch: MultipointBranch, cause: number, received: Cause | null): void {
    if (branch.isParted) return;
    this.#part(branch);
    const { call, port } = branch.leg;
    if (call !== null) this.#switch.ports[port].control.releaseRequest(call, cause, received);
  }

  #part(branch: MultipointBranch): void {
    const { root, leg } = branch;
    branch.isParted = true;
    root.branches.delete(branch);
    if (branch.isCopying) this.#fabric.removeLeaf(root.leg.port, root.leg.label, leg.port, leg.label);
    branch.isCopying = false;
  }

  /** Takes label and capacity at the root's port. CAUSE of a refusal, 0 for none. */
  #prepareRoot(leg: CallLeg, message: Q2931Message): number {
    const { trafficDescriptor } = message;
    // UNI 3.1 section 5.6.1.1: nothing flows from the leaves to the root.
    if (trafficDescriptor.rate(TRAFFIC_RATE.backwardPeakClp01) !== 0) return CAUSE.unsupportedTrafficParameters;
    const labelCause = this.#switch.takeCallingLabel(leg, message);
    if (labelCause !== 0) return labelCause;
    const rate = chargedRate(trafficDescriptor, TRAFFIC_RATE.forwardPeakClp01);
    return leg.admit(this.#fabric, rate, 0) ? 0 : CAUSE.userCellRateUnavailable;
  }

  /** Takes what a leaf needs of its port, or says with a CAUSE why it is refused. */
  #prepareLeaf(root: MultipointRoot, party: Q2931Party, message: Q2931Message): MultipointBranch | number {
    const { address } = message.calledNumber;
    const port = this.#fabric.route(address);
    if (port === NO_PORT) return this.#switch.unroutableCause(address);
    if (!this.#fabric.isPortUp(port) || !this.#switch.ports[port].control.link.isUp) return CAUSE.destinationOutOfOrder;
    const leg = this.#switch.hold(port, null);
    leg.label = this.#fabric.allocateVcLabel(port);
    if (leg.label === NO_VC_LABEL || !leg.admit(this.#fabric, 0, root.forwardRate)) {
      const cause = leg.label === NO_VC_LABEL ? CAUSE.noVpciVciAvailable : CAUSE.userCellRateUnavailable;
      this.#switch.finish(leg);
      return cause;
    }
    const branch = new MultipointBranch(root, party, leg);
    root.branches.add(branch);
    party.context = branch;
    return branch;
  }

  /** The root's SETUP with what its ADD PARTY says of the party. */
  #setupFor(root: MultipointRoot, asked: Q2931Message): Q2931Message {
    const setup = this.#scratch;
    decodeMessage(root.setup, 0, root.setup.length, setup);
    // The message of the party becomes the SETUP: it has everything but what all parties have in common.
    asked.present &= ELEMENTS_OF_PARTY;
    asked.include(IE.trafficDescriptor);
    asked.trafficDescriptor.copyFrom(setup.trafficDescriptor);
    asked.include(IE.bearerCapability);
    Object.assign(asked.bearerCapability, setup.bearerCapability);
    asked.include(IE.qualityOfService);
    Object.assign(asked.qualityOfService, setup.qualityOfService);
    if (!asked.has(IE.callingNumber) && setup.has(IE.callingNumber)) {
      asked.include(IE.callingNumber);
      asked.callingNumber.setAddress(setup.callingNumber.address);
    }
    asked.unrecognisedLength = 0;
    return asked;
  }

  /** Offers the call to the leaf: always by a SETUP, since a leaf's user takes every call on a VC of its own. */
  #forward(branch: MultipointBranch, message: Q2931Message): void {
    const { leg } = branch;
    const { control } = this.#switch.ports[leg.port];
    message.unrecognisedLength = 0;
    leg.call = control.setupRequest(message, branch, vcLabelVpi(leg.label), vcLabelVci(leg.label));
    if (leg.call !== null) return;
    this.#switch.counters.callsRefused++;
    this.leafEnds(branch, CAUSE.resourceUnavailable, null);
    this.#switch.finish(leg);
  }
}
