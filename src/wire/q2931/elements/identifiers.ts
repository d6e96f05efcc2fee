// The small elements: connection identifier (Q.2931 section 4.5.16), restart indicator (4.5.20), endpoint reference and
// endpoint state (Q.2971 sections 8.2.1, 8.2.2), call state (4.5.10), notification indicator (4.5.23).

const EXTENSION = 0x80;

/** Octet 5, bits 5-4: how VPs are named. */
export const VP_ASSOCIATION = { associated: 0, explicitVpci: 1 } as const;
/** Octet 5, bits 3-1. */
export const PREFERENCE = { exclusiveVpciVci: 0, exclusiveVpciAnyVci: 1, exclusiveVpciNoVci: 4 } as const;

export class ConnectionIdentifier {
  association: number = VP_ASSOCIATION.explicitVpci;
  preference: number = PREFERENCE.exclusiveVpciVci;
  vpci = 0;
  vci = 0;

  set(vpci: number, vci: number): void {
    this.association = VP_ASSOCIATION.explicitVpci;
    this.preference = PREFERENCE.exclusiveVpciVci;
    this.vpci = vpci;
    this.vci = vci;
  }
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeConnectionIdentifier(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: ConnectionIdentifier,
): boolean {
  const octet5 = bytes[start];
  if (end - start !== 5 || (octet5 & EXTENSION) === 0) {
    return false;
  }
  into.association = (octet5 >> 3) & 0x03;
  into.preference = octet5 & 0x07;
  into.vpci = (bytes[start + 1] << 8) | bytes[start + 2];
  into.vci = (bytes[start + 3] << 8) | bytes[start + 4];
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeConnectionIdentifier(connection: ConnectionIdentifier, bytes: Uint8Array, at: number): number {
  bytes[at] = EXTENSION | (connection.association << 3) | connection.preference;
  bytes[at + 1] = connection.vpci >>> 8;
  bytes[at + 2] = connection.vpci;
  bytes[at + 3] = connection.vci >>> 8;
  bytes[at + 4] = connection.vci;
  return at + 5;
}

/** Octet 5, bits 3-1 of the restart indicator. */
export const RESTART_CLASS = { indicatedVirtualChannel: 0, allInIndicatedVpc: 1, allOfLayer3Entity: 2 } as const;

/** Value of a restart indicator, -1 when the contents break the layout. */
export function decodeRestartIndicator(bytes: Uint8Array, start: number, end: number): number {
  const octet5 = bytes[start];
  const restartClass = octet5 & 0x07;
  if (end - start !== 1 || (octet5 & EXTENSION) === 0 || restartClass > RESTART_CLASS.allOfLayer3Entity) {
    return -1;
  }
  return restartClass;
}

export class EndpointReference {
  /** 1 when the side that did not allocate the reference sends the message. */
  flag = 0;
  /** 15 bits; 0 is the first party of a call. */
  value = 0;
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeEndpointReference(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: EndpointReference,
): boolean {
  // Type 0 (locally defined integer) is the only one.
  if (end - start !== 3 || bytes[start] !== 0) {
    return false;
  }
  const octet6 = bytes[start + 1];
  into.flag = octet6 >> 7;
  into.value = ((octet6 & 0x7f) << 8) | bytes[start + 2];
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeEndpointReference(endpoint: EndpointReference, bytes: Uint8Array, at: number): number {
  bytes[at] = 0;
  bytes[at + 1] = (endpoint.flag << 7) | (endpoint.value >>> 8);
  bytes[at + 2] = endpoint.value;
  return at + 3;
}

/** Party states, octet 5 of the endpoint state, Q.2971 section 8.2.2. */
export const ENDPOINT_STATE = {
  null: 0,
  addPartyInitiated: 1,
  addPartyReceived: 6,
  dropPartyInitiated: 11,
  dropPartyReceived: 12,
  partyAlertingDelivered: 4,
  partyAlertingReceived: 7,
  active: 10,
} as const;

/** A state of six bits (call state or endpoint state), -1 when the contents break the layout. */
export function decodeState(bytes: Uint8Array, start: number, end: number): number {
  return end - start === 1 ? bytes[start] & 0x3f : -1;
}

/** Notification: a description of seven bits and octets that this codec carries without reading. */
export class NotificationIndicator {
  readonly octets = new Uint8Array(16);
  length = 0;
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeNotificationIndicator(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: NotificationIndicator,
): boolean {
  const length = end - start;
  if (length < 1 || length > into.octets.length) {
    return false;
  }
  into.length = length;
  for (let index = 0; index < length; index++) {
    into.octets[index] = bytes[start + index];
  }
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeNotificationIndicator(indicator: NotificationIndicator, bytes: Uint8Array, at: number): number {
  for (let index = 0; index < indicator.length; index++) {
    bytes[at + index] = indicator.octets[index];
  }
  return at + indicator.length;
}
