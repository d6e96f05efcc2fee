import { DecodeFault } from "./decode-fault.ts";
import { AalParameters } from "./elements/aal-parameters.ts";
import { BearerCapability, HighLayerInformation, QualityOfService } from "./elements/bearer-capability.ts";
import { Cause } from "./elements/cause.ts";
import { ConnectionIdentifier, EndpointReference, NotificationIndicator } from "./elements/identifiers.ts";
import { LowLayerInformation } from "./elements/low-layer-information.ts";
import { PartyNumber, PartySubaddress, TransitNetworkSelection } from "./elements/party-number.ts";
import { TrafficDescriptor } from "./elements/traffic-descriptor.ts";
import { ELEMENT_COUNT, elementIndex, IE, REGULAR_INSTRUCTION } from "./information-elements.ts";

/** First octet of every message, Q.2931 section 4.2. */
export const PROTOCOL_DISCRIMINATOR = 0x09;
/** Octets before the first information element: discriminator, call reference, type, instruction, length. */
export const MESSAGE_HEADER_LENGTH = 9;
/** Length in octets of the call reference value, the only one that Q.2931 section 4.3 allows. */
export const CALL_REFERENCE_LENGTH = 3;
/** Call references are 23 bits; 0 is the global call reference of restarts. */
export const CALL_REFERENCE_MAXIMUM = 0x7fffff;
export const GLOBAL_CALL_REFERENCE = 0;

/** Alternatives of low layer information that one message offers, UNI 3.1 section 5.4.5.9. */
export const LOW_LAYER_MAXIMUM = 3;
/** Broadband repeat indicator "prioritised list for selecting one possibility", Q.2931 section 4.5.19. */
const PRIORITISED_LIST = 2;
const UNRECOGNISED_CAPACITY = 1024;

/** An element that the codec does not know, as it was received. */
export interface UnrecognisedElement {
  readonly identifier: number;
  readonly instruction: number;
  readonly contents: Uint8Array;
}

/**
 * One Q.2931 message, made once and used for many: decoding overwrites it, encoding reads it. An element's record means
 * something only while its bit is set in `present`. Whoever wants to keep a value beyond the callback that hands out the
 * message copies it.
 */
export class Q2931Message {
  /** MESSAGE. */
  type = 0;
  /** 23 bits. */
  callReference = 0;
  /** 0 when the side that allocated the call reference sends, 1 when its peer sends. */
  callReferenceFlag = 0;
  /** Instruction octet of the message type; 0x80 is regular error handling. */
  instruction = REGULAR_INSTRUCTION;
  /** Mask of IE bits. */
  present = 0;

  readonly cause = new Cause();
  callState = 0;
  readonly trafficDescriptor = new TrafficDescriptor();
  readonly aalParameters = new AalParameters();
  readonly bearerCapability = new BearerCapability();
  readonly highLayerInformation = new HighLayerInformation();
  repeatIndicator = PRIORITISED_LIST;
  /** The first `lowLayerCount` are in the message, in order of preference. */
  readonly lowLayerInformation: readonly LowLayerInformation[];
  lowLayerCount = 0;
  readonly calledNumber = new PartyNumber();
  readonly calledSubaddress = new PartySubaddress();
  readonly callingNumber = new PartyNumber();
  readonly callingSubaddress = new PartySubaddress();
  readonly transitNetworkSelection = new TransitNetworkSelection();
  readonly qualityOfService = new QualityOfService();
  readonly connectionIdentifier = new ConnectionIdentifier();
  readonly endpointReference = new EndpointReference();
  endpointState = 0;
  /** RESTART_CLASS. */
  restartClass = 0;
  readonly notificationIndicator = new NotificationIndicator();

  /** Instruction octet without the coding standard, by element index. */
  readonly elementInstruction = new Uint8Array(ELEMENT_COUNT).fill(REGULAR_INSTRUCTION);
  /** Elements that the codec does not know, encoded one after the other; they are encoded behind the known ones. */
  readonly unrecognised = new Uint8Array(UNRECOGNISED_CAPACITY);
  unrecognisedLength = 0;
  readonly fault = new DecodeFault();

  constructor() {
    this.lowLayerInformation = Array.from({ length: LOW_LAYER_MAXIMUM }, () => new LowLayerInformation());
  }

  /** Makes it an empty message of this type, to be filled and encoded. */
  begin(type: number, callReference: number, callReferenceFlag: number): void {
    this.type = type;
    this.callReference = callReference;
    this.callReferenceFlag = callReferenceFlag;
    this.instruction = REGULAR_INSTRUCTION;
    this.present = 0;
    this.repeatIndicator = PRIORITISED_LIST;
    this.lowLayerCount = 0;
    this.unrecognisedLength = 0;
    this.fault.clear();
  }

  has(bit: number): boolean {
    return (this.present & bit) !== 0;
  }

  /** Says that an element is in the message, with regular error handling; its record is filled by the caller. */
  include(bit: number): void {
    this.present |= bit;
    this.elementInstruction[elementIndex(bit)] = REGULAR_INSTRUCTION;
  }

  exclude(bit: number): void {
    this.present &= ~bit;
  }

  /** Adds a cause without diagnostics; location is CAUSE_LOCATION, value is CAUSE. */
  includeCause(location: number, value: number): void {
    this.include(IE.cause);
    this.cause.set(location, value);
  }

  includeConnectionIdentifier(vpci: number, vci: number): void {
    this.include(IE.connectionIdentifier);
    this.connectionIdentifier.set(vpci, vci);
  }

  /** Adds an alternative of low layer information and returns its record, cleared; null when there are three already. */
  includeLowLayerInformation(): LowLayerInformation | null {
    const information = this.lowLayerInformation[this.lowLayerCount];
    if (information === undefined) {
      return null;
    }
    this.include(IE.lowLayerInformation);
    this.lowLayerCount += 1;
    information.clear();
    return information;
  }

  /** The elements that the codec does not know (for tools; allocates). */
  unrecognisedElements(): UnrecognisedElement[] {
    const elements: UnrecognisedElement[] = [];
    let at = 0;
    while (at + 4 <= this.unrecognisedLength) {
      const length = (this.unrecognised[at + 2] << 8) | this.unrecognised[at + 3];
      elements.push({
        identifier: this.unrecognised[at],
        instruction: this.unrecognised[at + 1],
        contents: this.unrecognised.slice(at + 4, at + 4 + length),
      });
      at += 4 + length;
    }
    return elements;
  }
}
