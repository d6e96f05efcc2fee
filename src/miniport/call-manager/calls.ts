import type { CO_CALL_PARAMETERS, NDIS_STATUS, NDIS_STATUS_FINAL, NdisVcHandle } from "../../ndis/index.ts";
import {
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_MEDIA_DISCONNECTED,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../ndis/index.ts";
import type { CallControlUser, Q2931Call } from "../../wire/q2931/index.ts";
import { CAUSE, Q2931Message } from "../../wire/q2931/index.ts";
import type { McmAdapter } from "../adapter.ts";
import type { McmAddressFamily } from "./address-families.ts";
import {
  connectionTraffic,
  fillSetup,
  incomingParameters,
  incomingTraffic,
  noteCause,
  noteConnection,
  readCallParameters,
} from "./call-parameters.ts";
import { statusOfCause } from "./cause-status.ts";
import type { TeardownEnd } from "./mcm-vc.ts";
import { McmVc } from "./mcm-vc.ts";

/**
 * Calls of one adapter: between ProtocolCm handlers on one side and the Q.2931 user side on the other, with the NIC's VC table
 * in between. A VC goes through: call set up with the network, VC opened on the NIC, VC activated with NDIS, call completed; and
 * back through {@link #progress}, which takes the next step of a teardown whenever one has become possible.
 */
export class Calls implements CallControlUser {
  readonly #adapter: McmAdapter;
  readonly #setup = new Q2931Message();

  constructor(adapter: McmAdapter) {
    this.#adapter = adapter;
  }

  // What clients ask for, through NDIS.

  /** ProtocolCoCreateVc: a client's VC for an outgoing call (VC-11, VC-12). */
  createVc(addressFamily: McmAddressFamily, handle: NdisVcHandle): McmVc {
    const vc = new McmVc(addressFamily, false);
    vc.connection.ndisVcHandle = handle;
    addressFamily.vcs++;
    return vc;
  }

  /** ProtocolCoDeleteVc. */
  deleteVc(vc: McmVc): NDIS_STATUS_FINAL {
    if (vc.call !== null || vc.connection.hardware !== "closed") return NDIS_STATUS_NOT_ACCEPTED;
    this.#forgetVc(vc);
    return NDIS_STATUS_SUCCESS;
  }

  /** ProtocolCmMakeCall (OUT-05). */
  makeCall(vc: McmVc, parameters: CO_CALL_PARAMETERS): NDIS_STATUS {
    const adapter = this.#adapter;
    const outgoing = readCallParameters(parameters);
    if (typeof outgoing === "number") return outgoing;
    if (!adapter.signalling.link.isUp) return NDIS_STATUS_MEDIA_DISCONNECTED;
    if (!adapter.assignVcIndex(vc.connection)) return NDIS_STATUS_RESOURCES;
    vc.resetCall();
    vc.parameters = parameters;
    vc.traffic = connectionTraffic(outgoing.traffic, adapter.lineCellRate);
    const message = this.#setup;
    message.begin(0, 0, 0);
    fillSetup(message, outgoing, adapter.address, adapter.lineCellRate);
    vc.call = adapter.signalling.setupRequest(message, vc);
    if (vc.call !== null) return NDIS_STATUS_PENDING;
    adapter.releaseVcIndex(vc.connection);
    return NDIS_STATUS_RESOURCES;
  }

  /** ProtocolCmCloseCall: pends until the network, the NIC and the buffers are done with the call (CLS-06 to CLS-09). */
  closeCall(vc: McmVc, closeDataSize: number): NDIS_STATUS {
    if (closeDataSize > 0) return NDIS_STATUS_INVALID_DATA;
    this.#tearDown(vc, "close-call", CAUSE.normalCallClearing);
    return NDIS_STATUS_PENDING;
  }

  /** ProtocolCmIncomingCallComplete: the client's answer to an offer (INC-13, INC-14). */
  incomingCallComplete(vc: McmVc, Status: NDIS_STATUS): void {
    if (!vc.isOffered) return;
    vc.isOffered = false;
    const { call } = vc;
    if (Status === NDIS_STATUS_SUCCESS && call !== null && this.#adapter.signalling.setupResponse(call, null)) return;
    this.#tearDown(vc, "offer-rejected", CAUSE.callRejected);
  }

  /** ProtocolCmModifyCallQoS: UNI 3.1 has no means to change a call's traffic. */
  modifyCallQoS(): NDIS_STATUS {
    return NDIS_STATUS_NOT_SUPPORTED;
  }

  // What the network tells, through Q.2931.

  saalEstablished(): void {
    this.#adapter.signallingChanged(true);
  }

  saalReleased(): void {
    this.#adapter.signallingChanged(false);
  }

  setupIndication(call: Q2931Call, message: Q2931Message): void {
    const adapter = this.#adapter;
    const sap = adapter.saps.find(message.calledNumber.address);
    if (sap === null) {
      adapter.signalling.releaseRequest(call, CAUSE.incompatibleDestination);
      return;
    }
    const vc = new McmVc(sap.addressFamily, true);
    sap.addressFamily.vcs++;
    vc.sap = sap;
    vc.call = call;
    call.context = vc;
    const traffic = incomingTraffic(message);
    vc.parameters = incomingParameters(message, traffic, call.vpci, call.vci);
    vc.traffic = connectionTraffic(traffic, adapter.lineCellRate);
    adapter.signalling.proceedingRequest(call);
    if (!adapter.assignVcIndex(vc.connection) || !this.#openHardware(vc))
      this.#tearDown(vc, "not-offered", CAUSE.resourceUnavailable);
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
    this.#adapter.ndis.NdisMCmDispatchCallConnected(ndisVcHandle);
  }

  releaseIndication(call: Q2931Call): void {
    const vc = call.context;
    if (!(vc instanceof McmVc)) return;
    vc.owesReleaseResponse = true;
    const { ndisVcHandle } = vc.connection;
    if (vc.teardown !== null) {
      this.#progress(vc);
    } else if (!vc.isIncoming && !vc.isConnected) {
      vc.failure = statusOfCause(call.cause);
      if (vc.parameters !== null) noteCause(vc.parameters, call.cause, call.causeLocation);
      this.#tearDown(vc, "make-call-failed", call.cause);
    } else if (ndisVcHandle === null) {
      this.#tearDown(vc, "not-offered", call.cause);
    } else {
      // The call stays up for NDIS until the client closes it (CLS-19); nothing moves on it any more.
      vc.isOffered = false;
      vc.connection.receiving = false;
      const status = call.cause === CAUSE.normalCallClearing ? NDIS_STATUS_SUCCESS : statusOfCause(call.cause);
      this.#adapter.ndis.NdisMCmDispatchIncomingCloseCall(status, ndisVcHandle, null, 0);
    }
  }

  releaseConfirm(call: Q2931Call): void {
    const vc = call.context;
    if (!(vc instanceof McmVc)) return;
    vc.call = null;
    vc.owesReleaseResponse = false;
    this.#progress(vc);
  }

  statusIndication(): void {}

  notifyIndication(): void {}

  restartIndication(): void {}

  restartConfirm(): void {}

  // What the NIC reports.

  /** The NIC has opened the VC, or refused to. */
  hardwareOpened(vc: McmVc, succeeded: boolean): void {
    if (vc.teardown !== null) {
      this.#progress(vc);
    } else if (!succeeded) {
      this.#tearDown(vc, vc.isIncoming ? "not-offered" : "make-call-failed", CAUSE.resourceUnavailable);
    } else if (vc.isIncoming) {
      this.#offer(vc);
    } else {
      this.#completeOutgoing(vc);
    }
  }

  /** The NIC has closed the VC, or the last send or receive of it has come back. */
  hardwareQuieter(vc: McmVc): void {
    this.#progress(vc);
  }

  #learnConnection(vc: McmVc): void {
    const { call, connection } = vc;
    if (call === null || call.vci < 0 || connection.hardware !== "closed" || vc.teardown !== null) return;
    if (!this.#openHardware(vc)) this.#tearDown(vc, "make-call-failed", CAUSE.resourceUnavailable);
  }

  #openHardware(vc: McmVc): boolean {
    const { call, traffic, connection } = vc;
    if (call === null || traffic === null || call.vci < 0) return false;
    connection.vpi = call.vpci;
    connection.vci = call.vci;
    this.#adapter.openConnection(connection, traffic);
    return true;
  }

  /** The network has connected the call and the NIC has its VC: activate, then complete (OUT-09). */
  #completeOutgoing(vc: McmVc): void {
    const { connection, parameters } = vc;
    const { ndisVcHandle } = connection;
    if (!vc.isAnswered || connection.hardware !== "open" || vc.isConnected || vc.teardown !== null) return;
    if (ndisVcHandle === null || parameters === null) return;
    noteConnection(parameters, connection.vpi, connection.vci);
    const { ndis } = this.#adapter;
    const status = ndis.NdisMCmActivateVc(ndisVcHandle, parameters);
    if (status !== NDIS_STATUS_SUCCESS) {
      this.#tearDown(vc, "make-call-failed", CAUSE.resourceUnavailable);
      return;
    }
    vc.isActive = true;
    vc.isConnected = true;
    connection.receiving = true;
    ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, ndisVcHandle, null, null, parameters);
  }

  /** The NIC has the VC of an incoming call: create it with NDIS, activate it, offer the call (INC-02). */
  #offer(vc: McmVc): void {
    const { sap, connection, parameters } = vc;
    const { ndis, handle } = this.#adapter;
    if (sap === null || parameters === null) return;
    const created = new OutParameter<NdisVcHandle>();
    if (
      ndis.NdisMCmCreateVc(handle, sap.addressFamily.handle, vc, created) !== NDIS_STATUS_SUCCESS ||
      created.Value === null
    ) {
      this.#tearDown(vc, "not-offered", CAUSE.resourceUnavailable);
      return;
    }
    connection.ndisVcHandle = created.Value;
    vc.isActive = ndis.NdisMCmActivateVc(created.Value, parameters) === NDIS_STATUS_SUCCESS;
    vc.isOffered = true;
    const status = ndis.NdisMCmDispatchIncomingCall(sap.handle, created.Value, parameters);
    if (status !== NDIS_STATUS_PENDING) this.incomingCallComplete(vc, status);
  }

  #tearDown(vc: McmVc, end: TeardownEnd, cause: number): void {
    vc.teardown = end;
    vc.connection.receiving = false;
    if (vc.call !== null && !vc.owesReleaseResponse) this.#adapter.signalling.releaseRequest(vc.call, cause);
    this.#progress(vc);
  }

  /** Takes the next step of a teardown: sends back, NIC closed, network answered, receives back, and NDIS told. */
  #progress(vc: McmVc): void {
    const { connection } = vc;
    if (vc.teardown === null || connection.hardware === "opening" || connection.hardware === "closing") return;
    if (connection.hardware === "open") {
      if (connection.sendsOutstanding === 0) this.#adapter.closeConnection(connection);
      return;
    }
    if (vc.owesReleaseResponse && vc.call !== null) {
      vc.owesReleaseResponse = false;
      // Comes back through releaseConfirm.
      this.#adapter.signalling.releaseResponse(vc.call);
      return;
    }
    if (vc.call !== null || connection.receivesOutstanding > 0 || connection.sendsOutstanding > 0) return;
    this.#finish(vc, vc.teardown);
  }

  #finish(vc: McmVc, end: TeardownEnd): void {
    const { ndis } = this.#adapter;
    const { connection, failure, parameters } = vc;
    const handle = connection.ndisVcHandle;
    this.#adapter.releaseVcIndex(connection);
    vc.resetCall();
    if (handle !== null && vc.isActive) ndis.NdisMCmDeactivateVc(handle);
    vc.isActive = false;
    if (handle !== null && end === "make-call-failed" && parameters !== null) {
      ndis.NdisMCmMakeCallComplete(failure, handle, null, null, parameters);
    }
    if (handle !== null && end === "close-call") ndis.NdisMCmCloseCallComplete(NDIS_STATUS_SUCCESS, handle, null);
    if (!vc.isIncoming) return;
    if (handle !== null) ndis.NdisMCmDeleteVc(handle);
    this.#forgetVc(vc);
  }

  #forgetVc(vc: McmVc): void {
    const { addressFamily } = vc;
    vc.connection.ndisVcHandle = null;
    addressFamily.vcs--;
    this.#adapter.addressFamilies.finishClose(addressFamily);
  }
}

function vcOf(call: Q2931Call): McmVc {
  return call.context as McmVc;
}
