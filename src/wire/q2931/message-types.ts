import { IE } from "./information-elements.ts";

/** Message type octet, Q.2931 table 4-2, UNI 3.1 table 5-4, Q.2971 (parties), Q.2963.1 (modification), UNI 4.0 (leaf set-up). */
export const MESSAGE = {
  alerting: 0x01,
  callProceeding: 0x02,
  progress: 0x03,
  setup: 0x05,
  connect: 0x07,
  setupAcknowledge: 0x0d,
  connectAcknowledge: 0x0f,
  restart: 0x46,
  release: 0x4d,
  restartAcknowledge: 0x4e,
  releaseComplete: 0x5a,
  notify: 0x6e,
  statusEnquiry: 0x75,
  information: 0x7b,
  status: 0x7d,
  addParty: 0x80,
  addPartyAcknowledge: 0x81,
  addPartyReject: 0x82,
  dropParty: 0x83,
  dropPartyAcknowledge: 0x84,
  partyAlerting: 0x85,
  modifyRequest: 0x88,
  modifyAcknowledge: 0x89,
  modifyReject: 0x8a,
  connectionAvailable: 0x8b,
  leafSetupFailure: 0x90,
  leafSetupRequest: 0x91,
} as const;

/** Which way a received message travelled; `either` asks only for what is mandatory both ways. */
export const DIRECTION = { either: 0, userToNetwork: 1, networkToUser: 2 } as const;
export type Direction = (typeof DIRECTION)[keyof typeof DIRECTION];

export interface MessageTypeRow {
  readonly type: number;
  readonly name: string;
  /** Masks of IE bits. Mandatory ones by direction; optional ones may be present in either. */
  readonly mandatoryUserToNetwork: number;
  readonly mandatoryNetworkToUser: number;
  readonly optional: number;
}

function row(type: number, name: string, mandatory: number, optional = 0, mandatoryToUser = 0): MessageTypeRow {
  const known = optional | IE.notificationIndicator | mandatoryToUser;
  return {
    type,
    name,
    mandatoryUserToNetwork: mandatory,
    mandatoryNetworkToUser: mandatory | mandatoryToUser,
    optional: known,
  };
}

const PARTIES = IE.callingNumber | IE.callingSubaddress | IE.calledSubaddress;
const LAYERS = IE.aalParameters | IE.highLayerInformation | IE.repeatIndicator | IE.lowLayerInformation;
const ROUTING = IE.sendingComplete | IE.transitNetworkSelection;

/**
 * Contents of the messages: Q.2931 section 3.1 and 3.4, UNI 3.1 section 5.3 (which makes the QoS parameter mandatory in SETUP).
 * The connection identifier of a first answer to SETUP depends on the call's history and is checked by call control.
 */
export const MESSAGE_TYPES: readonly MessageTypeRow[] = [
  row(
    MESSAGE.setup,
    "SETUP",
    IE.trafficDescriptor | IE.bearerCapability | IE.calledNumber | IE.qualityOfService,
    PARTIES | LAYERS | ROUTING | IE.endpointReference,
    IE.connectionIdentifier,
  ),
  row(MESSAGE.callProceeding, "CALL PROCEEDING", 0, IE.connectionIdentifier | IE.endpointReference),
  row(MESSAGE.alerting, "ALERTING", 0, IE.connectionIdentifier | IE.endpointReference),
  row(
    MESSAGE.connect,
    "CONNECT",
    0,
    IE.aalParameters | IE.repeatIndicator | IE.lowLayerInformation | IE.connectionIdentifier | IE.endpointReference,
  ),
  row(MESSAGE.connectAcknowledge, "CONNECT ACKNOWLEDGE", 0),
  row(MESSAGE.release, "RELEASE", IE.cause),
  row(MESSAGE.releaseComplete, "RELEASE COMPLETE", 0, IE.cause),
  row(MESSAGE.statusEnquiry, "STATUS ENQUIRY", 0, IE.endpointReference),
  row(MESSAGE.status, "STATUS", IE.callState | IE.cause, IE.endpointReference | IE.endpointState),
  row(MESSAGE.restart, "RESTART", IE.restartIndicator, IE.connectionIdentifier),
  row(MESSAGE.restartAcknowledge, "RESTART ACKNOWLEDGE", IE.restartIndicator, IE.connectionIdentifier),
  row(MESSAGE.notify, "NOTIFY", IE.notificationIndicator, IE.endpointReference),
  row(MESSAGE.progress, "PROGRESS", 0),
  row(MESSAGE.setupAcknowledge, "SETUP ACKNOWLEDGE", 0, IE.connectionIdentifier),
  row(MESSAGE.information, "INFORMATION", 0, IE.sendingComplete | IE.calledNumber),
  row(MESSAGE.addParty, "ADD PARTY", IE.calledNumber | IE.endpointReference, PARTIES | LAYERS | ROUTING),
  row(
    MESSAGE.addPartyAcknowledge,
    "ADD PARTY ACKNOWLEDGE",
    IE.endpointReference,
    IE.aalParameters | IE.repeatIndicator | IE.lowLayerInformation,
  ),
  row(MESSAGE.addPartyReject, "ADD PARTY REJECT", IE.cause | IE.endpointReference),
  row(MESSAGE.dropParty, "DROP PARTY", IE.cause | IE.endpointReference),
  row(MESSAGE.dropPartyAcknowledge, "DROP PARTY ACKNOWLEDGE", IE.endpointReference, IE.cause),
  row(MESSAGE.partyAlerting, "PARTY ALERTING", IE.endpointReference),
  row(MESSAGE.modifyRequest, "MODIFY REQUEST", IE.trafficDescriptor),
  row(MESSAGE.modifyAcknowledge, "MODIFY ACKNOWLEDGE", 0, IE.trafficDescriptor),
  row(MESSAGE.modifyReject, "MODIFY REJECT", IE.cause),
  row(MESSAGE.connectionAvailable, "CONNECTION AVAILABLE", 0),
  row(MESSAGE.leafSetupRequest, "LEAF SETUP REQUEST", IE.calledNumber, PARTIES | ROUTING),
  row(MESSAGE.leafSetupFailure, "LEAF SETUP FAILURE", IE.cause, PARTIES | IE.calledNumber | IE.transitNetworkSelection),
];

function tableByType(value: (each: MessageTypeRow) => number): Readonly<Int32Array> {
  const table = new Int32Array(256);
  for (const each of MESSAGE_TYPES) {
    table[each.type] = value(each);
  }
  return table;
}

/** By message type octet: 1 when the type is in the table above. */
export const MESSAGE_KNOWN = tableByType(() => 1);
/** By message type octet: every element that may be present. */
export const PERMITTED_ELEMENTS = tableByType(
  (each) => each.mandatoryUserToNetwork | each.mandatoryNetworkToUser | each.optional,
);
/** By direction, then message type octet: the elements that must be present. */
export const MANDATORY_ELEMENTS: readonly Readonly<Int32Array>[] = [
  tableByType((each) => each.mandatoryUserToNetwork & each.mandatoryNetworkToUser),
  tableByType((each) => each.mandatoryUserToNetwork),
  tableByType((each) => each.mandatoryNetworkToUser),
];

/** Name of a message type octet; unknown ones are named by number. */
export function messageName(type: number): string {
  return MESSAGE_TYPES.find((each) => each.type === type)?.name ?? `message 0x${type.toString(16).padStart(2, "0")}`;
}
