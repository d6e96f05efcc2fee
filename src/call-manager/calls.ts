import type { CO_CALL_PARAMETERS, NDIS_STATUS, NDIS_STATUS_FINAL, NdisVcHandle } from "../ndis/index.ts";
import {
  NDIS_STATUS_CLOSING,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_MEDIA_DISCONNECTED,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from "../ndis/index.ts";
import type { CallControlUser, Q2931Call } from "../wire/q2931/index.ts";
import { CAUSE, Q2931Message, USER_PLANE } from "../wire/q2931/index.ts";
import type { OpenAddressFamily } from "./address-families.ts";
import type { CallManager } from "./call-manager.ts";
import {
  fillSetup,
  incomingParameters,
  incomingTraffic,
  noteCause,
  noteConnection,
  readCallParameters,
} from "./call-parameters.ts";
import type { TeardownEnd } from "./call-vc.ts";
import { CallVc } from "./call-vc.ts";
import { statusOfCause } from "./cause-status.ts";
import type { CallParty } from "./parties.ts";

/**
 * Calls of one NIC: between ProtocolCm handlers on one side and the Q.2931 user side on the other, with the data path in between.
 * A VC goes through: call set up with the network, data path opened, VC active with NDIS, call completed; and back through
 * {@link progress}, which takes the next step of a teardown whenever one has become possible.
 */
export class Calls implements CallControlUser {
  readonly #manager: CallManager;
  readonly #setup = new Q2931Message();

  constructor(manager: CallManager) {
    this.#manager = manager;
  }

  // What clients ask for, through NDIS.

  /** ProtocolCoCreateVc: a client's VC for an outgoing call (VC-11, VC-12). */
  createVc(addressFamily: OpenAddressFamily, handle: NdisVcHandle): CallVc {
    const vc = new CallVc(addressFamily, false);
    vc.connection.ndisVcHandle = handle;
    addressFamily.vcs++;
    return vc;
  }

  /** ProtocolCoDeleteVc. */
  deleteVc(vc: CallVc): NDIS_STATUS_FINAL {
    if (vc.call !== null || vc.connection.path !== "closed") return NDIS_STATUS_NOT_ACCEPTED;
    this.#forgetVc(vc);
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolCmMakeCall (OUT-05), for a multipoint call with its first party. */
  makeCall(vc: CallVc, parameters: CO_CALL_PARAMETERS, party: CallParty | null): NDIS_STATUS {
    const manager = this.#manager;
    const outgoing = readCallParameters(parameters, party !== null);
    if (typeof outgoing === "number") return outgoing;
    if (!manager.signalling.link.isUp) return NDIS_STATUS_MEDIA_DISCONNECTED;
    if (party !== null && !manager.host.allocatePartyTimers()) return NDIS_STATUS_RESOURCES;
    if (!manager.route.reserve(vc)) return NDIS_STATUS_RESOURCES;
    vc.resetCall();
    vc.parameters = parameters;
    vc.traffic = outgoing.traffic;
    const message = this.#setup;
    message.begin(0, 0, 0);
    const userPlane = party === null ? USER_PLANE.pointToPoint : USER_PLANE.pointToMultipoint;
    fillSetup(message, outgoing, manager.address, manager.lineCellRate, userPlane);
    if (party !== null) vc.parties = [party];
    vc.call = manager.signalling.setupRequest(message, vc);
    if (vc.call !== null) {
      this.#joinFirstParty(vc.call, party);
      return NDIS_STATUS_PENDING;
    }
    manager.route.release(vc);
    return NDIS_STATUS_RESOURCES;
  }

  #joinFirstParty(call: Q2931Call, first: CallParty | null): void {
    const party = call.parties?.[0];
    if (first === null || party === undefined) return;
    first.party = party;
    party.context = first;
  }

  /** ProtocolCmCloseCall: pends until the network, the NIC and the buffers are done with the call (CLS-06 to CLS-09). */
  closeCall(vc: CallVc, closeDataSize: number): NDIS_STATUS {
    // CLS-04: nobody but the last party may be left.
    if (closeDataSize > 0 || vc.parties.length > 1) return NDIS_STATUS_INVALID_DATA;
    this.#tearDown(vc, "close-call", CAUSE.normalCallClearing);
    return NDIS_STATUS_PENDING;
  }

  /** ProtocolCmIncomingCallComplete: the client's answer to an offer (INC-13, INC-14). */
  incomingCallComplete(vc: CallVc, Status: NDIS_STATUS): void {
    if (!vc.isOffered) return;
    vc.isOffered = false;
    const { call } = vc;
    if (Status === NDIS_STATUS_SUCCESS && call !== null && this.#manager.signalling.setupResponse(call, null)) return;
    this.#tearDown(vc, "offer-rejected", CAUSE.callRejected);
  }

  /** ProtocolCmModifyCallQoS: UNI 3.1 has no means to change a call's traffic. */
  modifyCallQoS(): NDIS_STATUS {
    return NDIS_STATUS_NOT_SUPPORTED;
  }

  // What the network tells, through Q.2931.

  saalEstablished(): void {
    this.#manager.signallingChanged(true);
  }

  saalReleased(): void {
    this.#manager.signallingChanged(false);
  }

  setupIndication(call: Q2931Call, message: Q2931Message): void {
    const { saps, signalling, route } = this.#manager;
    const sap = saps.find(message.calledNumber.address);
    if (sap === null) {
      signalling.releaseRequest(call, CAUSE.incompatibleDestination);
      return;
    }
    const vc = new CallVc(sap.addressFamily, true);
    sap.addressFamily.vcs++;
    vc.sap = sap;
    vc.call = call;
    call.context = vc;
    const traffic = incomingTraffic(message);
    vc.parameters = incomingParameters(message, traffic, call.vpci, call.vci);
    vc.traffic = traffic;
    signalling.proceedingRequest(call);
    if (!route.reserve(vc) || !this.#open(vc)) this.#tearDown(vc, "not-offered", CAUSE.resourceUnavailable);
  }

  proceedingIndication(call: Q2931Call): void {
    this.#learnConnection(vcOf(call));
  }

  alertingIndication(call: Q2931Call): void {
    this.#learnConnection(vcOf(call));
  }

  setupConfirm(call: Q2931Call): void {
    const vc = vcOf(call);
    vc.isAnswered = true;
    this.#learnConnection(vc);
    this.#completeOutgoing(vc);
  }

  setupCompleteIndication(call: Q2931Call): void {
    const vc = vcOf(call);
    const { ndisVcHandle } = vc.connection;
    if (vc.teardown !== null || ndisVcHandle === null) return;
    vc.isAnswered = true;
    vc.isConnected = true;
    vc.connection.receiving = true;
    this.#manager.route.functions.DispatchCallConnected(ndisVcHandle);
  }

  releaseIndication(call: Q2931Call): void {
    const vc = call.context;
    if (!(vc instanceof CallVc)) return;
    vc.owesReleaseResponse = true;
    if (!vc.isIncoming && !vc.isConnected && vc.parameters !== null && vc.teardown === null)
      noteCause(vc.parameters, call.cause, call.causeLocation);
    const isHangUp = vc.isConnected || vc.isIncoming;
    const isNormal = isHangUp && call.cause === CAUSE.normalCallClearing;
    this.end(vc, isNormal ? NDIS_STATUS_SUCCESS : statusOfCause(call.cause), call.cause);
  }

  releaseConfirm(call: Q2931Call): void {
    const vc = call.context;
    if (!(vc instanceof CallVc)) return;
    vc.call = null;
    vc.owesReleaseResponse = false;
    this.progress(vc);
  }

  statusIndication(): void {}

  notifyIndication(): void {}

  restartIndication(): void {}

  restartConfirm(): void {}

  /** Ends every call in order, while the network can still be told; clients close those that they know. */
  endAll(): void {
    for (const call of this.#manager.signalling.callsInOrder()) {
      if (call.context instanceof CallVc) this.end(call.context, NDIS_STATUS_CLOSING, CAUSE.temporaryFailure);
    }
  }

  /** A call cannot go on. One that a client knows stays up for NDIS until it closes it (CLS-19); nothing moves on it any more. */
  end(vc: CallVc, status: NDIS_STATUS_FINAL, cause: number): void {
    const { ndisVcHandle } = vc.connection;
    if (vc.teardown !== null) {
      this.progress(vc);
    } else if (!vc.isIncoming && !vc.isConnected) {
      vc.failure = status;
      this.#tearDown(vc, "make-call-failed", cause);
    } else if (ndisVcHandle === null || (vc.isIncoming && !vc.wasOffered)) {
      this.#tearDown(vc, "not-offered", cause);
    } else if (!vc.isEnding) {
      vc.isEnding = true;
      vc.isOffered = false;
      vc.connection.receiving = false;
      this.#manager.parties.settle(vc);
      // The client may have closed the call at that.
      if (vc.teardown !== null) return;
      this.#manager.route.functions.DispatchIncomingCloseCall(status, ndisVcHandle, null, 0);
    }
  }

  // What becomes of data paths.

  /** The data path is open, or could not be opened. */
  opened(vc: CallVc, succeeded: boolean): void {
    if (vc.teardown !== null) {
      this.progress(vc);
    } else if (!succeeded) {
      this.#tearDown(vc, vc.isIncoming ? "not-offered" : "make-call-failed", CAUSE.resourceUnavailable);
    } else if (vc.isIncoming) {
      this.#offer(vc);
    } else {
      this.#completeOutgoing(vc);
    }
  }

  /** Takes the next step of a teardown: sends back, path closed, network answered, receives back, and NDIS told. */
  progress(vc: CallVc): void {
    const { connection } = vc;
    if (vc.teardown === null || connection.path === "opening" || connection.path === "closing") return;
    if (connection.path === "open") {
      if (connection.sendsOutstanding === 0) this.#manager.route.close(vc);
      return;
    }
    if (vc.owesReleaseResponse && vc.call !== null) {
      vc.owesReleaseResponse = false;
      // Comes back through releaseConfirm.
      this.#manager.signalling.releaseResponse(vc.call);
      return;
    }
    if (vc.call !== null || connection.receivesOutstanding > 0 || connection.sendsOutstanding > 0) return;
    this.#finish(vc, vc.teardown);
  }

  #learnConnection(vc: CallVc): void {
    const { call, connection } = vc;
    if (call === null || call.vci < 0 || connection.path !== "closed" || vc.teardown !== null) return;
    if (!this.#open(vc)) this.#tearDown(vc, "make-call-failed", CAUSE.resourceUnavailable);
  }

  #open(vc: CallVc): boolean {
    const { call, traffic, parameters, connection } = vc;
    if (call === null || traffic === null || parameters === null || call.vci < 0) return false;
    connection.vpi = call.vpci;
    connection.vci = call.vci;
    noteConnection(parameters, connection.vpi, connection.vci);
    return this.#manager.route.open(vc);
  }

  /** The network has connected the call and its data path is open: activate, then complete (OUT-09). */
  #completeOutgoing(vc: CallVc): void {
    const { connection, parameters } = vc;
    const { ndisVcHandle } = connection;
    if (!vc.isAnswered || connection.path !== "open" || vc.isConnected || vc.teardown !== null) return;
    if (ndisVcHandle === null || parameters === null) return;
    const { route } = this.#manager;
    if (!route.activate(vc)) {
      this.#tearDown(vc, "make-call-failed", CAUSE.resourceUnavailable);
      return;
    }
    vc.isConnected = true;
    connection.receiving = true;
    const [party = null] = vc.parties;
    if (party !== null) party.isAdded = true;
    route.functions.MakeCallComplete(NDIS_STATUS_SUCCESS, ndisVcHandle, party?.handle ?? null, party, parameters);
  }

  /** The data path of an incoming call is open: offer the call (INC-02). */
  #offer(vc: CallVc): void {
    const { sap, connection, parameters } = vc;
    const { route } = this.#manager;
    if (sap === null || parameters === null) return;
    // The client may have left while the data path was being opened.
    if (!sap.isRegistered || !route.activate(vc) || connection.ndisVcHandle === null) {
      this.#tearDown(vc, "not-offered", sap.isRegistered ? CAUSE.resourceUnavailable : CAUSE.incompatibleDestination);
      return;
    }
    vc.isOffered = true;
    vc.wasOffered = true;
    const status = route.functions.DispatchIncomingCall(sap.handle, connection.ndisVcHandle, parameters);
    if (status !== NDIS_STATUS_PENDING) this.incomingCallComplete(vc, status);
  }

  #tearDown(vc: CallVc, end: TeardownEnd, cause: number): void {
    vc.teardown = end;
    vc.connection.receiving = false;
    if (vc.call !== null && !vc.owesReleaseResponse) this.#manager.signalling.releaseRequest(vc.call, cause);
    this.progress(vc);
  }

  #finish(vc: CallVc, end: TeardownEnd): void {
    const { route } = this.#manager;
    const { connection, failure, parameters } = vc;
    const handle = connection.ndisVcHandle;
    const party = vc.parties[0]?.handle ?? null;
    vc.resetCall();
    route.release(vc);
    if (handle !== null && end === "make-call-failed" && parameters !== null) {
      route.functions.MakeCallComplete(failure, handle, party, null, parameters);
    }
    if (handle !== null && end === "close-call") route.functions.CloseCallComplete(NDIS_STATUS_SUCCESS, handle, party);
    if (!vc.isIncoming) return;
    if (handle !== null) route.deleteVc(handle);
    this.#forgetVc(vc);
  }

  #forgetVc(vc: CallVc): void {
    const { addressFamily } = vc;
    vc.connection.ndisVcHandle = null;
    addressFamily.vcs--;
    this.#manager.addressFamilies.finishClose(addressFamily);
  }
}

function vcOf(call: Q2931Call): CallVc {
  return call.context as CallVc;
}
