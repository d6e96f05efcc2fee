import type { CO_CALL_PARAMETERS, NDIS_STATUS_FINAL } from "../ndis/index.ts";
import { NDIS_STATUS_FAILURE } from "../ndis/index.ts";
import type { Q2931Call } from "../wire/q2931/index.ts";
import type { OpenAddressFamily } from "./address-families.ts";
import type { CallConnection } from "./call-connection.ts";
import type { CallTraffic } from "./call-parameters.ts";
import type { CallParty } from "./parties.ts";
import type { RegisteredSap } from "./saps.ts";

/** What a VC's teardown ends in. */
export type TeardownEnd = "close-call" | "make-call-failed" | "offer-rejected" | "not-offered";

/** One VC with its call: what the call manager's VC context points to. An MCM's miniport half gets the same one. */
export class CallVc {
  readonly addressFamily: OpenAddressFamily;
  readonly connection: CallConnection;
  /** True for a VC that call management created for an incoming call. */
  readonly isIncoming: boolean;
  sap: RegisteredSap | null = null;
  /** The Q.2931 call, until it is over. */
  call: Q2931Call | null = null;
  parameters: CO_CALL_PARAMETERS | null = null;
  /** Parties of an outgoing multipoint call; none for any other. */
  parties: CallParty[] = [];
  /** What the NIC is to know of the call. */
  traffic: CallTraffic | null = null;
  /** The network has connected the call. */
  isAnswered = false;
  /** The client knows the call as connected: its close comes back as ProtocolCmCloseCall. */
  isConnected = false;
  /** ProtocolClIncomingCall has the offer and has not answered. */
  isOffered = false;
  /** The client has had the offer of an incoming call, whatever became of it. */
  wasOffered = false;
  /** The client knows that the call is at its end: its close is awaited. */
  isEnding = false;
  /** NDIS knows the VC as active. */
  isActive = false;
  /** The peer has cleared the call, and the answer to its RELEASE is due. */
  owesReleaseResponse = false;
  teardown: TeardownEnd | null = null;
  failure: NDIS_STATUS_FINAL = NDIS_STATUS_FAILURE;

  constructor(addressFamily: OpenAddressFamily, isIncoming: boolean) {
    this.addressFamily = addressFamily;
    this.isIncoming = isIncoming;
    this.connection = addressFamily.manager.route.newConnection();
    this.connection.owner = this;
  }

  /** Ready for the next call: only what belongs to one call goes. */
  resetCall(): void {
    this.call = null;
    this.parameters = null;
    this.parties = [];
    this.traffic = null;
    this.isAnswered = false;
    this.isConnected = false;
    this.isOffered = false;
    this.wasOffered = false;
    this.isEnding = false;
    this.owesReleaseResponse = false;
    this.teardown = null;
    this.failure = NDIS_STATUS_FAILURE;
  }
}
