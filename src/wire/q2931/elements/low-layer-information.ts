// Broadband low layer information, Q.2931 section 4.5.9, UNI 3.1 section 5.4.5.9.

const EXTENSION = 0x80;
const ABSENT = -1;

const LAYER = { one: 1, two: 2, three: 3 } as const;

/** Octet 6, bits 5-1. */
export const LAYER2_PROTOCOL = {
  basicMode: 0x01,
  q921: 0x02,
  x25LinkLayer: 0x06,
  x25Multilink: 0x07,
  extendedLapb: 0x08,
  hdlcArm: 0x09,
  hdlcNrm: 0x0a,
  hdlcAbm: 0x0b,
  lanLogicalLinkControl: 0x0c,
  x75: 0x0d,
  q922: 0x0e,
  userSpecified: 0x10,
  iso7776: 0x11,
} as const;

/** Octet 7, bits 5-1. */
export const LAYER3_PROTOCOL = {
  x25: 0x06,
  iso8208: 0x07,
  x223: 0x08,
  iso8473: 0x09,
  t70: 0x0a,
  tr9577: 0x0b,
  userSpecified: 0x10,
} as const;

/** Initial protocol identifier of IEEE 802.1 SNAP in ISO/IEC TR 9577. */
export const IPI_SNAP = 0x80;

/** Layer 2 protocols whose octets 6a (mode) and 6b (window size) may follow. */
const LAYER2_WITH_MODE = new Set<number>([
  LAYER2_PROTOCOL.q921,
  LAYER2_PROTOCOL.x25LinkLayer,
  LAYER2_PROTOCOL.x25Multilink,
  LAYER2_PROTOCOL.extendedLapb,
  LAYER2_PROTOCOL.hdlcArm,
  LAYER2_PROTOCOL.hdlcNrm,
  LAYER2_PROTOCOL.hdlcAbm,
  LAYER2_PROTOCOL.x75,
  LAYER2_PROTOCOL.q922,
  LAYER2_PROTOCOL.iso7776,
]);

/** One set of protocols above the AAL; -1 is a field that is absent. */
export class LowLayerInformation {
  layer1Protocol = ABSENT;
  layer2Protocol = ABSENT;
  layer2Mode = ABSENT;
  layer2Q933Use = 0;
  layer2WindowSize = ABSENT;
  layer2UserSpecified = ABSENT;
  layer3Protocol = ABSENT;
  layer3Mode = ABSENT;
  layer3DefaultPacketSize = ABSENT;
  layer3WindowSize = ABSENT;
  layer3UserSpecified = ABSENT;
  /** Initial protocol identifier, with layer 3 protocol TR 9577. */
  layer3Ipi = ABSENT;
  /** Organizationally unique identifier (24 bits) and protocol identifier (16 bits), with IPI_SNAP. */
  snapOui = ABSENT;
  snapPid = ABSENT;

  clear(): void {
    this.layer1Protocol = ABSENT;
    this.layer2Protocol = ABSENT;
    this.layer2Mode = ABSENT;
    this.layer2Q933Use = 0;
    this.layer2WindowSize = ABSENT;
    this.layer2UserSpecified = ABSENT;
    this.layer3Protocol = ABSENT;
    this.layer3Mode = ABSENT;
    this.layer3DefaultPacketSize = ABSENT;
    this.layer3WindowSize = ABSENT;
    this.layer3UserSpecified = ABSENT;
    this.layer3Ipi = ABSENT;
    this.snapOui = ABSENT;
    this.snapPid = ABSENT;
  }
}

/** Octets 6 to 6b. Returns the position behind them, -1 when they break the layout. */
function decodeLayer2(bytes: Uint8Array, start: number, end: number, into: LowLayerInformation): number {
  const octet6 = bytes[start];
  into.layer2Protocol = octet6 & 0x1f;
  if ((octet6 & EXTENSION) !== 0) {
    return start + 1;
  }
  if (start + 1 >= end) {
    return -1;
  }
  const octet6a = bytes[start + 1];
  if (into.layer2Protocol === LAYER2_PROTOCOL.userSpecified) {
    into.layer2UserSpecified = octet6a & 0x7f;
    return (octet6a & EXTENSION) !== 0 ? start + 2 : -1;
  }
  if (!LAYER2_WITH_MODE.has(into.layer2Protocol)) {
    return -1;
  }
  into.layer2Mode = (octet6a >> 5) & 0x03;
  into.layer2Q933Use = octet6a & 0x03;
  if ((octet6a & EXTENSION) !== 0) {
    return start + 2;
  }
  const octet6b = bytes[start + 2];
  if (start + 2 >= end || (octet6b & EXTENSION) === 0) {
    return -1;
  }
  into.layer2WindowSize = octet6b & 0x7f;
  return start + 3;
}

/** Octets 7a to 8.5 of a TR 9577 layer 3. */
function decodeIpi(bytes: Uint8Array, start: number, end: number, into: LowLayerInformation): number {
  const octet7a = bytes[start];
  const octet7b = bytes[start + 1];
  if (start + 1 >= end || (octet7a & EXTENSION) !== 0 || (octet7b & EXTENSION) === 0) {
    return -1;
  }
  into.layer3Ipi = ((octet7a & 0x7f) << 1) | ((octet7b >> 6) & 0x01);
  const at = start + 2;
  if (into.layer3Ipi !== IPI_SNAP || at === end) {
    return at;
  }
  if (at + 6 > end || (bytes[at] & 0xe0) !== EXTENSION) {
    return -1;
  }
  into.snapOui = (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  into.snapPid = (bytes[at + 4] << 8) | bytes[at + 5];
  return at + 6;
}

/** Octets 7 to 8.5. Returns the position behind them, -1 when they break the layout. */
function decodeLayer3(bytes: Uint8Array, start: number, end: number, into: LowLayerInformation): number {
  const octet7 = bytes[start];
  into.layer3Protocol = octet7 & 0x1f;
  if ((octet7 & EXTENSION) !== 0) {
    return start + 1;
  }
  if (start + 1 >= end) {
    return -1;
  }
  if (into.layer3Protocol === LAYER3_PROTOCOL.tr9577) {
    return decodeIpi(bytes, start + 1, end, into);
  }
  const octet7a = bytes[start + 1];
  if (into.layer3Protocol === LAYER3_PROTOCOL.userSpecified) {
    into.layer3UserSpecified = octet7a & 0x7f;
    return (octet7a & EXTENSION) !== 0 ? start + 2 : -1;
  }
  if (into.layer3Protocol < LAYER3_PROTOCOL.x25 || into.layer3Protocol > LAYER3_PROTOCOL.x223) {
    return -1;
  }
  into.layer3Mode = (octet7a >> 5) & 0x03;
  if ((octet7a & EXTENSION) !== 0) {
    return start + 2;
  }
  if (start + 2 >= end) {
    return -1;
  }
  const octet7b = bytes[start + 2];
  into.layer3DefaultPacketSize = octet7b & 0x0f;
  if ((octet7b & EXTENSION) !== 0) {
    return start + 3;
  }
  const octet7c = bytes[start + 3];
  if (start + 3 >= end || (octet7c & EXTENSION) === 0) {
    return -1;
  }
  into.layer3WindowSize = octet7c & 0x7f;
  return start + 4;
}

/** Decodes the contents between start and end; false when they break the layout. */
export function decodeLowLayerInformation(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: LowLayerInformation,
): boolean {
  into.clear();
  let at = start;
  let previousLayer = 0;
  while (at < end) {
    const octet = bytes[at];
    const layer = (octet >> 5) & 0x03;
    if (layer <= previousLayer) {
      return false;
    }
    previousLayer = layer;
    if (layer === LAYER.one) {
      into.layer1Protocol = octet & 0x1f;
      at = (octet & EXTENSION) !== 0 ? at + 1 : -1;
    } else {
      at = layer === LAYER.two ? decodeLayer2(bytes, at, end, into) : decodeLayer3(bytes, at, end, into);
    }
    if (at < 0) {
      return false;
    }
  }
  return start < end;
}

function encodeLayer2(information: LowLayerInformation, bytes: Uint8Array, at: number): number {
  let next = at;
  const octet6 = (LAYER.two << 5) | information.layer2Protocol;
  if (information.layer2UserSpecified >= 0) {
    bytes[next++] = octet6;
    bytes[next++] = EXTENSION | information.layer2UserSpecified;
    return next;
  }
  if (information.layer2Mode < 0) {
    bytes[next++] = EXTENSION | octet6;
    return next;
  }
  bytes[next++] = octet6;
  const last = information.layer2WindowSize < 0;
  bytes[next++] = (last ? EXTENSION : 0) | (information.layer2Mode << 5) | information.layer2Q933Use;
  if (!last) {
    bytes[next++] = EXTENSION | information.layer2WindowSize;
  }
  return next;
}

function encodeIpi(information: LowLayerInformation, bytes: Uint8Array, at: number): number {
  let next = at;
  bytes[next++] = information.layer3Ipi >> 1;
  bytes[next++] = EXTENSION | ((information.layer3Ipi & 1) << 6);
  if (information.snapOui >= 0) {
    bytes[next++] = EXTENSION;
    bytes[next++] = information.snapOui >>> 16;
    bytes[next++] = information.snapOui >>> 8;
    bytes[next++] = information.snapOui;
    bytes[next++] = information.snapPid >>> 8;
    bytes[next++] = information.snapPid;
  }
  return next;
}

function encodeLayer3(information: LowLayerInformation, bytes: Uint8Array, at: number): number {
  let next = at;
  const octet7 = (LAYER.three << 5) | information.layer3Protocol;
  if (information.layer3Ipi >= 0) {
    bytes[next++] = octet7;
    return encodeIpi(information, bytes, next);
  }
  if (information.layer3UserSpecified >= 0) {
    bytes[next++] = octet7;
    bytes[next++] = EXTENSION | information.layer3UserSpecified;
    return next;
  }
  if (information.layer3Mode < 0) {
    bytes[next++] = EXTENSION | octet7;
    return next;
  }
  bytes[next++] = octet7;
  const hasSize = information.layer3DefaultPacketSize >= 0;
  const hasWindow = hasSize && information.layer3WindowSize >= 0;
  bytes[next++] = (hasSize ? 0 : EXTENSION) | (information.layer3Mode << 5);
  if (hasSize) {
    bytes[next++] = (hasWindow ? 0 : EXTENSION) | information.layer3DefaultPacketSize;
  }
  if (hasWindow) {
    bytes[next++] = EXTENSION | information.layer3WindowSize;
  }
  return next;
}

/** Writes the contents at `at`; returns the position behind them. */
export function encodeLowLayerInformation(information: LowLayerInformation, bytes: Uint8Array, at: number): number {
  let next = at;
  if (information.layer1Protocol >= 0) {
    bytes[next++] = EXTENSION | (LAYER.one << 5) | information.layer1Protocol;
  }
  if (information.layer2Protocol >= 0) {
    next = encodeLayer2(information, bytes, next);
  }
  if (information.layer3Protocol >= 0) {
    next = encodeLayer3(information, bytes, next);
  }
  return next;
}
