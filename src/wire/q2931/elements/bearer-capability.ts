// Broadband bearer capability, Q.2931 section 4.5.7, UNI 3.1 section 5.4.5.7; broadband high layer information,
// section 4.5.8; quality of service parameter, section 4.5.18.

const EXTENSION = 0x80;

/** Octet 5, bits 5-1. */
export const BEARER_CLASS = { a: 1, c: 3, x: 16, transparentVp: 24 } as const;
/** Octet 5a, bits 5-3. */
export const TRAFFIC_TYPE = { none: 0, constantBitRate: 1, variableBitRate: 2 } as const;
/** Octet 5a, bits 2-1. */
export const TIMING_REQUIREMENT = { none: 0, required: 1, notRequired: 2 } as const;
/** Octet 6, bits 2-1. */
export const USER_PLANE = { pointToPoint: 0, pointToMultipoint: 1 } as const;

export class BearerCapability {
  bearerClass: number = BEARER_CLASS.c;
  /** Octet 5a stands in the element only when a type or timing is indicated or the class is X. */
  hasTrafficType = false;
  trafficType: number = TRAFFIC_TYPE.none;
  timing: number = TIMING_REQUIREMENT.none;
  susceptibleToClipping = false;
  userPlane: number = USER_PLANE.pointToPoint;

  set(bearerClass: number, userPlane: number): void {
    this.bearerClass = bearerClass;
    this.hasTrafficType = bearerClass === BEARER_CLASS.x;
    this.trafficType = TRAFFIC_TYPE.none;
    this.timing = TIMING_REQUIREMENT.none;
    this.susceptibleToClipping = false;
    this.userPlane = userPlane;
  }
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeBearerCapability(bytes: Uint8Array, start: number, end: number, into: BearerCapability): boolean {
  const octet5 = bytes[start];
  const hasTrafficType = (octet5 & EXTENSION) === 0;
  const length = hasTrafficType ? 3 : 2;
  if (end - start < length) {
    return false;
  }
  const octet5a = hasTrafficType ? bytes[start + 1] : EXTENSION;
  const octet6 = bytes[start + length - 1];
  if ((octet5a & EXTENSION) === 0 || (octet6 & EXTENSION) === 0) {
    return false;
  }
  into.bearerClass = octet5 & 0x1f;
  into.hasTrafficType = hasTrafficType;
  into.trafficType = (octet5a >> 2) & 0x07;
  into.timing = octet5a & 0x03;
  into.susceptibleToClipping = ((octet6 >> 5) & 0x03) === 1;
  into.userPlane = octet6 & 0x03;
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeBearerCapability(capability: BearerCapability, bytes: Uint8Array, at: number): number {
  let next = at;
  bytes[next++] = (capability.hasTrafficType ? 0 : EXTENSION) | capability.bearerClass;
  if (capability.hasTrafficType) {
    bytes[next++] = EXTENSION | (capability.trafficType << 2) | capability.timing;
  }
  bytes[next++] = EXTENSION | (capability.susceptibleToClipping ? 0x20 : 0) | capability.userPlane;
  return next;
}

/** Octet 5, bits 7-1. */
export const HIGH_LAYER_TYPE = { iso: 0, userSpecific: 1, highLayerProfile: 2, vendorSpecific: 3 } as const;

export class HighLayerInformation {
  type: number = HIGH_LAYER_TYPE.userSpecific;
  readonly octets = new Uint8Array(8);
  length = 0;
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeHighLayerInformation(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: HighLayerInformation,
): boolean {
  const length = end - start - 1;
  const octet5 = bytes[start];
  if (length < 0 || length > into.octets.length || (octet5 & EXTENSION) === 0) {
    return false;
  }
  into.type = octet5 & 0x7f;
  into.length = length;
  for (let index = 0; index < length; index++) {
    into.octets[index] = bytes[start + 1 + index];
  }
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeHighLayerInformation(information: HighLayerInformation, bytes: Uint8Array, at: number): number {
  bytes[at] = EXTENSION | information.type;
  for (let index = 0; index < information.length; index++) {
    bytes[at + 1 + index] = information.octets[index];
  }
  return at + 1 + information.length;
}

/** Classes of UNI 3.1 appendix A (0 unspecified, 1-4), meaningful with the network coding standard. */
export class QualityOfService {
  /** CODING_STANDARD.itu allows class 0 only. */
  codingStandard = 0;
  forwardClass = 0;
  backwardClass = 0;

  set(codingStandard: number, forwardClass: number, backwardClass: number): void {
    this.codingStandard = codingStandard;
    this.forwardClass = forwardClass;
    this.backwardClass = backwardClass;
  }
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeQualityOfService(bytes: Uint8Array, start: number, end: number, into: QualityOfService): boolean {
  if (end - start !== 2) {
    return false;
  }
  into.forwardClass = bytes[start];
  into.backwardClass = bytes[start + 1];
  return true;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeQualityOfService(quality: QualityOfService, bytes: Uint8Array, at: number): number {
  bytes[at] = quality.forwardClass;
  bytes[at + 1] = quality.backwardClass;
  return at + 2;
}
