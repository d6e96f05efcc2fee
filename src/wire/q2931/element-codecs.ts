import { decodeAalParameters, encodeAalParameters } from "./elements/aal-parameters.ts";
import {
  decodeBearerCapability,
  decodeHighLayerInformation,
  decodeQualityOfService,
  encodeBearerCapability,
  encodeHighLayerInformation,
  encodeQualityOfService,
} from "./elements/bearer-capability.ts";
import { decodeCause, encodeCause } from "./elements/cause.ts";
import {
  decodeConnectionIdentifier,
  decodeEndpointReference,
  decodeNotificationIndicator,
  decodeRestartIndicator,
  decodeState,
  encodeConnectionIdentifier,
  encodeEndpointReference,
  encodeNotificationIndicator,
} from "./elements/identifiers.ts";
import { decodeLowLayerInformation, encodeLowLayerInformation } from "./elements/low-layer-information.ts";
import {
  decodeCalledNumber,
  decodePartyNumber,
  decodePartySubaddress,
  decodeTransitNetworkSelection,
  encodePartyNumber,
  encodePartySubaddress,
  encodeTransitNetworkSelection,
} from "./elements/party-number.ts";
import { decodeTrafficDescriptor, encodeTrafficDescriptor } from "./elements/traffic-descriptor.ts";
import type { InformationElementName } from "./information-elements.ts";
import { elementIndex, IE } from "./information-elements.ts";
import type { Q2931Message } from "./message.ts";

const EXTENSION = 0x80;
/** Identifier "broadband sending complete indication", Q.2931 section 4.5.21. */
const SENDING_COMPLETE_INDICATION = 0xa1;

interface ElementCodec {
  /** Reads the contents between start and end into the message's record; false when they break the layout. */
  decode(message: Q2931Message, bytes: Uint8Array, start: number, end: number): boolean;
  /** Writes the contents at `at`; returns the position behind them. */
  encode(message: Q2931Message, bytes: Uint8Array, at: number): number;
}

const CODECS: { readonly [Name in InformationElementName]: ElementCodec } = {
  cause: {
    decode: (message, bytes, start, end) => decodeCause(bytes, start, end, message.cause),
    encode: (message, bytes, at) => encodeCause(message.cause, bytes, at),
  },
  callState: {
    decode(message, bytes, start, end) {
      message.callState = decodeState(bytes, start, end);
      return message.callState >= 0;
    },
    encode(message, bytes, at) {
      bytes[at] = message.callState;
      return at + 1;
    },
  },
  trafficDescriptor: {
    decode: (message, bytes, start, end) => decodeTrafficDescriptor(bytes, start, end, message.trafficDescriptor),
    encode: (message, bytes, at) => encodeTrafficDescriptor(message.trafficDescriptor, bytes, at),
  },
  aalParameters: {
    decode: (message, bytes, start, end) => decodeAalParameters(bytes, start, end, message.aalParameters),
    encode: (message, bytes, at) => encodeAalParameters(message.aalParameters, bytes, at),
  },
  bearerCapability: {
    decode: (message, bytes, start, end) => decodeBearerCapability(bytes, start, end, message.bearerCapability),
    encode: (message, bytes, at) => encodeBearerCapability(message.bearerCapability, bytes, at),
  },
  highLayerInformation: {
    decode: (message, bytes, start, end) => decodeHighLayerInformation(bytes, start, end, message.highLayerInformation),
    encode: (message, bytes, at) => encodeHighLayerInformation(message.highLayerInformation, bytes, at),
  },
  sendingComplete: {
    decode: (_message, bytes, start, end) => end - start === 1 && bytes[start] === SENDING_COMPLETE_INDICATION,
    encode(_message, bytes, at) {
      bytes[at] = SENDING_COMPLETE_INDICATION;
      return at + 1;
    },
  },
  repeatIndicator: {
    decode(message, bytes, start, end) {
      const octet5 = bytes[start];
      message.repeatIndicator = octet5 & 0x0f;
      return end - start === 1 && (octet5 & EXTENSION) !== 0;
    },
    encode(message, bytes, at) {
      bytes[at] = EXTENSION | message.repeatIndicator;
      return at + 1;
    },
  },
  lowLayerInformation: {
    decode(message, bytes, start, end) {
      const into = message.lowLayerInformation[message.lowLayerCount];
      if (into === undefined || !decodeLowLayerInformation(bytes, start, end, into)) {
        return false;
      }
      message.lowLayerCount += 1;
      return true;
    },
    // One alternative; the encoder of the message repeats the element for the others.
    encode: (message, bytes, at) => encodeLowLayerInformation(message.lowLayerInformation[0], bytes, at),
  },
  calledNumber: {
    decode: (message, bytes, start, end) => decodeCalledNumber(bytes, start, end, message.calledNumber),
    encode: (message, bytes, at) => encodePartyNumber(message.calledNumber, bytes, at),
  },
  calledSubaddress: {
    decode: (message, bytes, start, end) => decodePartySubaddress(bytes, start, end, message.calledSubaddress),
    encode: (message, bytes, at) => encodePartySubaddress(message.calledSubaddress, bytes, at),
  },
  callingNumber: {
    decode: (message, bytes, start, end) => decodePartyNumber(bytes, start, end, message.callingNumber),
    encode: (message, bytes, at) => encodePartyNumber(message.callingNumber, bytes, at),
  },
  callingSubaddress: {
    decode: (message, bytes, start, end) => decodePartySubaddress(bytes, start, end, message.callingSubaddress),
    encode: (message, bytes, at) => encodePartySubaddress(message.callingSubaddress, bytes, at),
  },
  transitNetworkSelection: {
    decode: (message, bytes, start, end) =>
      decodeTransitNetworkSelection(bytes, start, end, message.transitNetworkSelection),
    encode: (message, bytes, at) => encodeTransitNetworkSelection(message.transitNetworkSelection, bytes, at),
  },
  qualityOfService: {
    decode: (message, bytes, start, end) => decodeQualityOfService(bytes, start, end, message.qualityOfService),
    encode: (message, bytes, at) => encodeQualityOfService(message.qualityOfService, bytes, at),
  },
  connectionIdentifier: {
    decode: (message, bytes, start, end) => decodeConnectionIdentifier(bytes, start, end, message.connectionIdentifier),
    encode: (message, bytes, at) => encodeConnectionIdentifier(message.connectionIdentifier, bytes, at),
  },
  endpointReference: {
    decode: (message, bytes, start, end) => decodeEndpointReference(bytes, start, end, message.endpointReference),
    encode: (message, bytes, at) => encodeEndpointReference(message.endpointReference, bytes, at),
  },
  endpointState: {
    decode(message, bytes, start, end) {
      message.endpointState = decodeState(bytes, start, end);
      return message.endpointState >= 0;
    },
    encode(message, bytes, at) {
      bytes[at] = message.endpointState;
      return at + 1;
    },
  },
  restartIndicator: {
    decode(message, bytes, start, end) {
      message.restartClass = decodeRestartIndicator(bytes, start, end);
      return message.restartClass >= 0;
    },
    encode(message, bytes, at) {
      bytes[at] = EXTENSION | message.restartClass;
      return at + 1;
    },
  },
  notificationIndicator: {
    decode: (message, bytes, start, end) =>
      decodeNotificationIndicator(bytes, start, end, message.notificationIndicator),
    encode: (message, bytes, at) => encodeNotificationIndicator(message.notificationIndicator, bytes, at),
  },
};

/** The codecs by element index. */
export const ELEMENT_CODECS: readonly ElementCodec[] = (Object.keys(CODECS) as InformationElementName[])
  .sort((a, b) => elementIndex(IE[a]) - elementIndex(IE[b]))
  .map((name) => CODECS[name]);
