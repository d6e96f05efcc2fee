import { CAUSE } from "./causes.ts";
import type { DecodeFault, DecodeResult } from "./decode-fault.ts";
import { DECODE_RESULT, FAULT_CLAUSE } from "./decode-fault.ts";
import { ELEMENT_CODECS } from "./element-codecs.ts";
import {
  BROADBAND_LOCKING_SHIFT,
  BROADBAND_NON_LOCKING_SHIFT,
  ELEMENT_BIT_BY_IDENTIFIER,
  ELEMENT_CODING_STANDARDS,
  ELEMENT_IDENTIFIER,
  ELEMENT_MAXIMUM_LENGTH,
  elementIndex,
  IE,
} from "./information-elements.ts";
import type { Q2931Message } from "./message.ts";
import { CALL_REFERENCE_LENGTH, LOW_LAYER_MAXIMUM, MESSAGE_HEADER_LENGTH, PROTOCOL_DISCRIMINATOR } from "./message.ts";
import type { Direction } from "./message-types.ts";
import { DIRECTION, MANDATORY_ELEMENTS, MESSAGE_KNOWN, PERMITTED_ELEMENTS } from "./message-types.ts";

const ELEMENT_HEADER_LENGTH = 4;
const QUALITY_INDEX = elementIndex(IE.qualityOfService);
const CAUSE_INDEX = elementIndex(IE.cause);

/** Instruction octets: bit 5 says that the action indicator is to be followed. */
const FOLLOW_EXPLICIT_INSTRUCTION = 0x10;
/** Instruction bits that are kept: all but the coding standard, which the element's record holds. */
const INSTRUCTION_MASK = 0x9f;

/** Action indicator of an element, bits 3-1 of its instruction octet, Q.2931 section 4.5.1. */
function elementAction(action: number): DecodeResult {
  switch (action) {
    case 0:
      return DECODE_RESULT.clearCall;
    case 1:
      return DECODE_RESULT.processQuietly;
    case 5:
      return DECODE_RESULT.discard;
    case 6:
      return DECODE_RESULT.discardAndReport;
    default:
      return DECODE_RESULT.processAndReport;
  }
}

/** Action indicator of a message, bits 2-1 of the octet behind its type, Q.2931 section 4.4.1. */
function unknownMessageAction(instruction: number): DecodeResult {
  if ((instruction & FOLLOW_EXPLICIT_INSTRUCTION) === 0) {
    return DECODE_RESULT.discardAndReport;
  }
  const action = instruction & 0x03;
  if (action === 0) {
    return DECODE_RESULT.clearCall;
  }
  return action === 1 ? DECODE_RESULT.discard : DECODE_RESULT.discardAndReport;
}

/** Notes a fault; the result only ever becomes more severe. True when the fault's diagnostics belong to this cause. */
function raise(fault: DecodeFault, result: DecodeResult, clause: number, cause: number): boolean {
  if (result < fault.result) {
    return false;
  }
  if (result > fault.result || fault.clause === FAULT_CLAUSE.none) {
    fault.setCause(clause, cause);
    fault.result = result;
  }
  return fault.cause === cause;
}

function elementFault(fault: DecodeFault, identifier: number, instruction: number, clause: number): void {
  const explicit = (instruction & FOLLOW_EXPLICIT_INSTRUCTION) !== 0;
  const result = explicit ? elementAction(instruction & 0x07) : DECODE_RESULT.processAndReport;
  const unrecognised = clause === FAULT_CLAUSE.elementUnrecognised;
  const cause = unrecognised ? CAUSE.elementNotImplemented : CAUSE.invalidElementContents;
  if (raise(fault, result, clause, cause)) {
    fault.addDiagnostic(identifier);
  }
}

function keepUnrecognised(message: Q2931Message, bytes: Uint8Array, start: number, end: number): void {
  if (message.unrecognisedLength + end - start > message.unrecognised.length) {
    return;
  }
  for (let at = start; at < end; at++) {
    message.unrecognised[message.unrecognisedLength++] = bytes[at];
  }
}

/** One element of codeset 0 (`bit` names it) or of another (`bit` is 0). */
function decodeElement(message: Q2931Message, bit: number, bytes: Uint8Array, start: number, end: number): void {
  const identifier = bytes[start];
  const instruction = bytes[start + 1];
  // Q.2931 section 5.6.8.3: an element that the message type does not have is treated as an unrecognised one.
  if ((bit & PERMITTED_ELEMENTS[message.type]) === 0) {
    keepUnrecognised(message, bytes, start, end);
    elementFault(message.fault, identifier, instruction, FAULT_CLAUSE.elementUnrecognised);
    return;
  }
  const repeatable =
    bit === IE.lowLayerInformation && message.has(IE.repeatIndicator) && message.lowLayerCount < LOW_LAYER_MAXIMUM;
  if (((message.present | message.fault.invalid) & bit) !== 0 && !repeatable) {
    return; // Q.2931 section 5.6.6.2: only the first of duplicated elements is handled.
  }
  const index = elementIndex(bit);
  const codec = ELEMENT_CODECS[index];
  const coding = (instruction >> 5) & 0x03;
  const contents = start + ELEMENT_HEADER_LENGTH;
  if (
    end - contents > ELEMENT_MAXIMUM_LENGTH[index] ||
    (ELEMENT_CODING_STANDARDS[index] & (1 << coding)) === 0 ||
    !codec.decode(message, bytes, contents, end)
  ) {
    message.fault.invalid |= bit;
    elementFault(message.fault, identifier, instruction, FAULT_CLAUSE.elementContents);
    return;
  }
  if (index === QUALITY_INDEX) {
    message.qualityOfService.codingStandard = coding;
  } else if (index === CAUSE_INDEX) {
    message.cause.codingStandard = coding;
  }
  message.present |= bit;
  message.elementInstruction[index] = instruction & INSTRUCTION_MASK;
}

function decodeElements(message: Q2931Message, bytes: Uint8Array, start: number, end: number): void {
  let lockedCodeset = 0;
  let codeset = 0;
  let at = start;
  while (at < end) {
    const identifier = bytes[at];
    const bit = codeset === 0 ? ELEMENT_BIT_BY_IDENTIFIER[identifier] : 0;
    const contents = at + ELEMENT_HEADER_LENGTH;
    const next = contents <= end ? contents + ((bytes[at + 2] << 8) | bytes[at + 3]) : end + 1;
    if (next > end) {
      // An element that the end of the message cuts off has wrong contents, whatever it is.
      message.fault.invalid |= bit & ~message.present;
      elementFault(message.fault, identifier, 0, FAULT_CLAUSE.elementContents);
      return;
    }
    const isShift = identifier === BROADBAND_LOCKING_SHIFT || identifier === BROADBAND_NON_LOCKING_SHIFT;
    if (isShift && next === contents + 1) {
      // Q.2931 section 4.5.3: the contents name the codeset of the next element, or of all that follow.
      codeset = bytes[contents] & 0x07;
      lockedCodeset = identifier === BROADBAND_LOCKING_SHIFT ? codeset : lockedCodeset;
      keepUnrecognised(message, bytes, at, next);
    } else {
      codeset = lockedCodeset;
      decodeElement(message, bit, bytes, at, next);
    }
    at = next;
  }
}

function raiseMandatory(fault: DecodeFault, bits: number, clause: number, cause: number): void {
  fault.setCause(clause, cause);
  fault.result = DECODE_RESULT.mandatoryFault;
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    fault.addDiagnostic(ELEMENT_IDENTIFIER[elementIndex(rest & -rest)]);
  }
}

/** Q.2931 sections 5.6.7.1 and 5.6.7.2. */
function checkMandatory(message: Q2931Message, direction: Direction): void {
  const mandatory = MANDATORY_ELEMENTS[direction]?.[message.type];
  const absent = mandatory & ~message.present;
  if (absent === 0 || message.fault.result > DECODE_RESULT.mandatoryFault) {
    return;
  }
  const missing = absent & ~message.fault.invalid;
  if (missing !== 0) {
    raiseMandatory(message.fault, missing, FAULT_CLAUSE.mandatoryMissing, CAUSE.mandatoryElementMissing);
  } else {
    raiseMandatory(message.fault, absent, FAULT_CLAUSE.mandatoryContents, CAUSE.invalidElementContents);
  }
}

function unreadable(fault: DecodeFault, clause: number): DecodeResult {
  fault.setCause(clause, 0);
  fault.result = DECODE_RESULT.unreadable;
  return fault.result;
}

/**
 * Decodes the `length` octets at `offset` into `into`, which it overwrites. Any octets give a result: see DECODE_RESULT and
 * `into.fault`. Unless the result is `unreadable`, type, call reference and flag are valid; unless it is `unreadable` or
 * `discard`, so are the elements in `present`. `direction` selects the elements that must be there. Octets behind the
 * message's own length are ignored. Q.2931 sections 4 and 5.6.
 */
export function decodeMessage(
  bytes: Uint8Array,
  offset: number,
  length: number,
  into: Q2931Message,
  direction: Direction = DIRECTION.either,
): DecodeResult {
  into.begin(0, 0, 0);
  if (length < 1 || offset < 0 || offset + length > bytes.length) {
    return unreadable(into.fault, FAULT_CLAUSE.messageTooShort);
  }
  if (bytes[offset] !== PROTOCOL_DISCRIMINATOR) {
    return unreadable(into.fault, FAULT_CLAUSE.protocolDiscriminator);
  }
  if (length < MESSAGE_HEADER_LENGTH) {
    return unreadable(into.fault, FAULT_CLAUSE.messageTooShort);
  }
  if (bytes[offset + 1] !== CALL_REFERENCE_LENGTH) {
    return unreadable(into.fault, FAULT_CLAUSE.callReferenceFormat);
  }
  const octet3 = bytes[offset + 2];
  into.callReferenceFlag = octet3 >> 7;
  into.callReference = ((octet3 & 0x7f) << 16) | (bytes[offset + 3] << 8) | bytes[offset + 4];
  into.type = bytes[offset + 5];
  into.instruction = bytes[offset + 6];
  if (MESSAGE_KNOWN[into.type] === 0) {
    into.fault.setCause(FAULT_CLAUSE.messageType, CAUSE.messageTypeNotImplemented);
    into.fault.addDiagnostic(into.type);
    into.fault.result = unknownMessageAction(into.instruction);
    return into.fault.result;
  }
  const start = offset + MESSAGE_HEADER_LENGTH;
  const declaredEnd = start + ((bytes[offset + 7] << 8) | bytes[offset + 8]);
  const end = Math.min(declaredEnd, offset + length);
  decodeElements(into, bytes, start, end);
  if (declaredEnd > end) {
    raise(into.fault, DECODE_RESULT.processAndReport, FAULT_CLAUSE.messageLength, CAUSE.incorrectMessageLength);
  }
  checkMandatory(into, direction);
  return into.fault.result;
}
